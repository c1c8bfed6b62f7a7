"""Running a plan as machine code, an instruction at a time (extra ``jit``)."""

from __future__ import annotations

from autograd.program.native import denormals
from autograd.program.native.engine import interpreter as native
from autograd.program.native.entry import block_of_numbers
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
        code, used = encode(plan)
        interpreter = native("number")
        if flush_denormals and not denormals.AVAILABLE:
            raise ValueError("flush_denormals is for x86-64 processors only: leave it out on this one")
        interpreter.ready(used)
        others = len(plan.outputs) - 1
        block, memory = block_of_numbers(code, plan.size, interpreter.table, plan.inputs, others, flush_denormals)
        memory[plan.size - len(plan.constants) :] = plan.constants
        # Bytes of numbers, and of the code that computes them.
        self.size = block.nbytes
        # The function of x and results: returns the first output for inputs x, and writes the others to results.
        self.run = interpreter.bind(block)
