"""What a tape becomes: something that runs, whichever way it is run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from autograd.program.arrays.routine import ArrayRoutine
from autograd.program.native.engine import Engine
from autograd.program.numbers.routine import Array, NumberRoutine
from autograd.program.tape import Tape, uncollected


class Routine(Protocol):
    """A tape made runnable.

    Attributes:
        engine: What runs it: "numpy" or "native".
        size: Bytes of memory that it works in.
    """

    engine: str
    size: int

    def run(self, arguments: Sequence[Any]) -> list[Any]:
        """The results for arguments of the recorded kinds; leaves that are to be set are set."""

    def checked(self, arguments: Sequence[Any]) -> list[Any]:
        """Arguments that a user gave, in the recorded kinds."""

    def flat(self, x: Any) -> tuple[float, Array]:
        """The first result and the others in one array, for numbers in one array."""

    def batched(self, size: int) -> Tape:
        """The same for many examples at once: a tape that takes an array of ``size`` numbers for each number."""

    def __len__(self) -> int: ...


@uncollected
def prepare(
    tape: Tape, engine: Engine | None = None, names: Sequence[str | None] = (), flush_denormals: bool = False
) -> Routine:
    """Make a tape runnable.

    Args:
        tape: What to compute.
        engine: "numpy" or "native"; by default native where llvmlite is installed.
        names: What the arguments are called in the text.
        flush_denormals: Count numbers below 2.2e-308 as 0 (native programs of numbers only).

    Raises:
        ValueError: There is no such engine, or it cannot flush denormals.
        ImportError: ``engine="native"`` without llvmlite.

    Example:
        >>> from autograd.program.simplify import apply
        >>> from autograd.rules.arithmetic import add, multiply
        >>> tape = Tape()
        >>> x, y = tape.argument(), tape.argument()
        >>> product = apply(tape, multiply, (x, y))
        >>> tape.outputs = [product, apply(tape, add, (product, x))]
        >>> prepare(tape, "numpy").run([2.0, 3.0])
        [6.0, 8.0]
    """
    if not (tape.outputs or tape.updates):
        return ArrayRoutine(tape, "numpy", names)  # nothing to do, and any way will do
    if tape.has_arrays:
        return ArrayRoutine(tape, engine, names)
    return NumberRoutine(tape, engine, names, flush_denormals)
