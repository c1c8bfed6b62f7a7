"""An index in which positions are computed: ``x[:, i]`` where i is a node of a function that is being recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autograd.errors import DTypeError
from autograd.graph.hooks import current_tracer
from autograd.rules import selection, shaping
from autograd.rules.shapes import rank, shape

WHOLE = slice(None)


def gathered(x: Any, index: Sequence[Any]) -> Any:
    """The entries at an index as NumPy has them: what is not a position first, then `selection.gather`.

    Args:
        x: A node or an array.
        index: The parts of the index; positions are integers, arrays of them or nodes.

    Raises:
        DTypeError: Positions that are not integers.
        IndexError: There are more parts than axes.
    """
    basic: list[Any] = []
    axes: list[int] = []
    positions: list[Any] = []
    for part in _expanded(index, rank(x)):
        if part is None or isinstance(part, slice):
            basic.append(part)
            continue
        if not isinstance(part, int) and part.dtype.kind not in "iu":
            tracer = current_tracer()
            if part.dtype.kind == "b" and tracer is not None:
                tracer.decide("an index of booleans, which chooses how many entries there are")
            raise DTypeError(f"positions that are computed must be integers, not {part.dtype}")
        axes.append(len(basic))
        positions.append(part)
        basic.append(WHOLE)
    if any(part != WHOLE for part in basic):
        x = shaping.getitem(x, index=tuple(basic))
    first = axes[0]
    if axes != list(range(first, first + len(axes))):  # NumPy puts the axes of positions that stand apart first
        x = shaping.transpose(x, axes=(*axes, *(i for i in range(rank(x)) if i not in axes)))
        first = 0
    return selection.gather(x, *positions, axis=first)


def _expanded(index: Sequence[Any], axes: int) -> Iterator[Any]:
    """The parts with slices for …, and masks as the positions that they choose."""
    parts = [np.asarray(part) if isinstance(part, list | np.bool) else part for part in index]
    taken = sum(_axes_of(part) for part in parts)
    if taken > axes:
        raise IndexError(f"too many indices: {taken} for an array of {axes} axes")
    for part in parts:
        if part is Ellipsis:
            yield from [WHOLE] * (axes - taken)
        elif isinstance(part, np.ndarray) and part.dtype.kind == "b":
            yield from np.nonzero(part)
        else:
            yield part
    if not any(part is Ellipsis for part in parts):
        yield from [WHOLE] * (axes - taken)


def _axes_of(part: Any) -> int:
    """How many axes a part of an index stands for."""
    if part is None or part is Ellipsis:
        return 0
    return len(shape(part)) if isinstance(part, np.ndarray) and part.dtype.kind == "b" else 1
