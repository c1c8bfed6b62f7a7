"""An array program made runnable: memory planned, code written, and the way in."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.graph.clock import CLOCK
from autograd.graph.node import Node
from autograd.program.arrays.native_code import native_function
from autograd.program.arrays.numpy_code import numpy_function
from autograd.program.numbers.routine import Engine, chosen_name
from autograd.program.tape import Tape
from autograd.program.text import described_tape


class ArrayRoutine:
    """Arrays in, arrays out, over and over.

    Args:
        tape: What to compute.
        names: What the arguments are called in the text.
        engine: As for `Program.from_graph`.

    Attributes:
        name: What runs it.
        size: Bytes of memory that it works in.
    """

    def __init__(self, tape: Tape, names: Sequence[str | None] = (), engine: Engine | None = None) -> None:
        self.tape = tape
        self.names = names
        self.name = chosen_name(engine)
        self.order = tape.needed()
        self._compute: Callable[..., list[Any]]
        self._without_numpy = False
        if self.name == "native":
            self._compute, self.size, self._without_numpy = native_function(tape, self.order)
        else:
            self._compute, self.size = numpy_function(tape, self.order)
        self._lock = threading.Lock()
        self._leaves: list[Node] = [leaf for leaf, _ in tape.updates]

    def run(self, arguments: Sequence[Any]) -> list[Any]:
        """The results for these arguments; leaves that are to be set are set."""
        with self._lock:
            if self._without_numpy:
                results = self._compute(*arguments)
            else:
                with np.errstate(divide="ignore", invalid="ignore"):  # infinite slopes are answers here
                    results = self._compute(*arguments)
        if self._leaves:
            now = CLOCK.tick()
            for leaf in self._leaves:
                leaf.stamp = now
        return results

    def __len__(self) -> int:
        return len(self.order)

    def __str__(self) -> str:
        return described_tape(self.tape, self.order, self.names, self.name, self.size)
