"""A tape of numbers made runnable: lowered, scheduled, and given to an engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from autograd.errors import ShapeError
from autograd.extras import installing
from autograd.program.native.engine import Engine, available, chosen
from autograd.program.numbers.batch import batched
from autograd.program.numbers.bytecode import NotNativeError
from autograd.program.numbers.lower import attributes, lower
from autograd.program.numbers.native_engine import NativeEngine
from autograd.program.numbers.numpy_engine import NumpyEngine
from autograd.program.numbers.schedule import Plan, schedule
from autograd.program.tape import Tape
from autograd.program.text import Names, Step, described
from autograd.tensor.operands import check_kept
from autograd.value.numbers import as_float

FLOAT: Final = np.dtype(np.float64)
Array = np.ndarray[Any, np.dtype[np.float64]]


class NumberRoutine:
    """Numbers in, numbers out, over and over; see `autograd.program.routine`.

    By default it is native where llvmlite is installed and every function is the book's.
    """

    def __init__(
        self, tape: Tape, engine: Engine | None, names: Sequence[str | None] = (), flush_denormals: bool = False
    ) -> None:
        self._arguments, self._results, self._names = len(tape.arguments), len(tape.outputs), names
        self._sources, self._captured = list(tape.sources.values()), list(tape.captured.values())
        self._updates = tape.updates
        self._listing = lower(tape)  # the tape itself is not kept, which is many times longer
        runner = _runner(schedule(self._listing), engine, flush_denormals)
        self.engine, self.size = runner.name, runner.size
        self.flat = _entry(runner.run, len(self._listing.inputs), len(self._listing.outputs) - 1)

    def run(self, arguments: Sequence[Any]) -> list[Any]:
        """The results for these arguments; leaves that are to be set are set."""
        read = [*(source() for source in self._sources), *(leaf._raw for leaf in self._captured)]
        first, others = self.flat(np.array([*arguments, *read], np.float64))
        found = [first, *others.tolist()]
        for (leaf, _), number in zip(self._updates, found[self._results :], strict=True):
            leaf.data = number  # type: ignore[attr-defined]
        return found[: self._results]

    def checked(self, arguments: Sequence[Any]) -> list[Any]:
        """As many numbers as there are arguments.

        Raises:
            ShapeError: Too many or too few, or an array.
            DTypeError: One that is no real number; NumPy would make None a NaN.
        """
        if len(arguments) != self._arguments:
            raise ShapeError(f"a program of {self._arguments} inputs was called with {len(arguments)} numbers")
        return list(arguments) if {*map(type, arguments)} == {float} else [*map(as_float, arguments)]

    def batched(self, size: int) -> Tape:
        """The same for many examples at once."""
        return batched(self._listing, size)

    def __len__(self) -> int:
        return len(self._listing)

    def __str__(self) -> str:
        listing = self._listing
        steps = [
            Step((place, *listing.parts.get(place, ())), action, *attributes(listing, action, operands))
            for place, action, operands in zip(listing.places, listing.actions, listing.operands, strict=True)
        ]
        names = Names(listing.inputs, self._names, listing.numbers)
        return described(steps, names, listing.outputs[: self._results], self._updates, self.engine, self.size)


def _entry(
    compute: Callable[[Array, Array], float], inputs: int, others: int
) -> Callable[[Array], tuple[float, Array]]:
    """The way into an engine from Python; it costs more than a small program itself, so it does next to nothing."""
    shape = (inputs,)
    empty = np.empty

    def flat(x: Array) -> tuple[float, Array]:
        results = empty(others)
        try:
            if x.shape == shape:
                return compute(x, results), results
        except (TypeError, AttributeError):  # another type of number, a list, or an array with gaps
            pass
        given = np.array(x, order="C", ndmin=1)  # a copy, as memory that is not aligned is refused, too
        check_kept(given, FLOAT, "the inputs of a program of Values")
        array = given.astype(FLOAT, copy=False)
        if array.shape != shape:
            raise ShapeError(f"inputs of shape {array.shape} for a program of {inputs} inputs: expected {shape}")
        return compute(array, results), results

    return flat


def _runner(plan: Plan, engine: Engine | None, flush_denormals: bool) -> NumpyEngine | NativeEngine:
    name = chosen(engine)
    if flush_denormals and (engine == "numpy" or not available()):
        raise ValueError(f"flush_denormals is for the native engine: {installing('jit')}, or leave it out")
    if name == "numpy":
        return NumpyEngine(plan)
    try:
        return NativeEngine(plan, flush_denormals)
    except NotNativeError:
        if engine == "native" or flush_denormals:
            raise
        return NumpyEngine(plan)
