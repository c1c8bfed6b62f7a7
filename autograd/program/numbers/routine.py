"""A list of instructions made runnable: lowered, scheduled, and given to an engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np

from autograd.errors import ShapeError
from autograd.extras import installing
from autograd.program.builder import Builder
from autograd.program.numbers.bytecode import NotNativeError
from autograd.program.numbers.lower import Listing, lower
from autograd.program.numbers.native_engine import NativeEngine, available
from autograd.program.numbers.numpy_engine import NumpyEngine
from autograd.program.numbers.schedule import Plan, schedule
from autograd.program.text import described

Engine = Literal["numpy", "native"]
Array = np.ndarray[Any, np.dtype[np.float64]]


class Routine:
    """Numbers in, numbers out, over and over.

    Args:
        builder: The instructions.
        outputs: The places of the results.
        engine: "numpy" or "native"; by default native where numba is installed and every function is the book's.
        flush_denormals: Count numbers below 2.2e-308 as 0 (native only).
        names: What the inputs are called in the text; their order stands for those without a name.

    Attributes:
        listing: The steps.
        engine: What runs them.
        run: ``run(x)`` is the first result, and the others in one array, for an array x of inputs.

    Example:
        >>> builder = Builder()
        >>> x, y = builder.input(), builder.input()
        >>> product = x * y
        >>> routine = Routine(builder, [product.index, (product + x).index], engine="numpy")
        >>> routine.run(np.array([2.0, 3.0]))
        (6.0, array([8.]))
    """

    def __init__(
        self,
        builder: Builder,
        outputs: Sequence[int],
        engine: Engine | None = None,
        flush_denormals: bool = False,
        names: Sequence[str | None] = (),
    ) -> None:
        self.listing: Listing = lower(builder, outputs)
        self.names = tuple(names)
        self.engine = _chosen(schedule(self.listing), engine, flush_denormals)
        self.run = _entry(self.engine.run, len(self.listing.inputs), len(outputs) - 1)

    def __len__(self) -> int:
        return len(self.listing)

    def __str__(self) -> str:
        return described(self.listing, self.names, self.engine.name, self.engine.size)


def _entry(
    compute: Callable[[Array, Array], float], inputs: int, others: int
) -> Callable[[Array], tuple[float, Array]]:
    """The way into an engine from Python; it costs more than a small program itself, so it does next to nothing."""
    shape = (inputs,)
    empty = np.empty

    def run(x: Array) -> tuple[float, Array]:
        results = empty(others)
        try:
            if x.shape == shape:
                return compute(x, results), results
        except (TypeError, AttributeError):  # another type of number, a list, or an array with gaps
            pass
        array = np.ascontiguousarray(x, dtype=np.float64)
        if array.shape != shape:
            raise ShapeError(f"inputs of shape {array.shape} for a program of {inputs} inputs: expected {shape}")
        return compute(array, results), results

    return run


def chosen_name(engine: Engine | None) -> Engine:
    """The engine that is meant, or by default the quicker one that is installed.

    Raises:
        ValueError: There is no such engine.
    """
    if engine not in (None, "numpy", "native"):
        raise ValueError(
            f"engine {engine!r}: expected 'numpy', 'native', or None for the quicker one that is installed"
        )
    return engine or ("native" if available() else "numpy")


def _chosen(plan: Plan, engine: Engine | None, flush_denormals: bool) -> NumpyEngine | NativeEngine:
    chosen = chosen_name(engine)
    if flush_denormals and (engine == "numpy" or not available()):
        raise ValueError(f"flush_denormals is for the native engine: {installing('jit')}, or leave it out")
    if chosen == "numpy":
        return NumpyEngine(plan)
    try:
        return NativeEngine(plan, flush_denormals)
    except NotNativeError:
        if engine == "native" or flush_denormals:
            raise
        return NumpyEngine(plan)
