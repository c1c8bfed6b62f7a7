"""Running a plan as one loop of machine code, compiled by numba once for all programs (extra ``jit``)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from autograd.program.native.engine import interpreter
from autograd.program.numbers.bytecode import encode
from autograd.program.numbers.schedule import Plan


class NativeEngine:
    """A plan made ready for the native loop.

    Args:
        plan: What to run.
        flush_denormals: Count numbers below 2.2e-308 as 0 while running.
    """

    name = "native"

    def __init__(self, plan: Plan, flush_denormals: bool = False) -> None:
        self.code = encode(plan, flush_denormals)
        self._run = interpreter("number")
        if flush_denormals:
            from autograd.program.native.denormals import AVAILABLE

            if not AVAILABLE:
                raise ValueError("flush_denormals is for x86-64 processors only: leave it out on this one")
        self.memory = np.zeros(plan.size)
        self.memory[plan.size - len(plan.constants) :] = plan.constants

    @property
    def size(self) -> int:
        """Bytes of memory: numbers, and the code that computes them."""
        return self.memory.nbytes + self.code.nbytes

    @property
    def run(self) -> Callable[[Any, Any], float]:
        """The function of x and results: returns the first output for inputs x, and writes the others to results."""
        return partial(self._run, self.code, self.memory)
