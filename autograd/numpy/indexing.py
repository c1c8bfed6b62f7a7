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
        IndexError: There are more parts than axes, or a mask has another shape than what it is to choose from.
    """
    basic: list[Any] = []
    axes: list[int] = []
    positions: list[Any] = []
    for part in _expanded(index, shape(x)):
        if part is None or isinstance(part, slice):
            basic.append(part)
            continue
        if isinstance(part, np.ndarray) and part.dtype.kind == "b":  # True or False: a new axis of one entry or none
            axes.append(len(basic))
            positions.append(np.arange(int(part)))
            basic.append(None)
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


def _expanded(index: Sequence[Any], lengths: tuple[int, ...]) -> Iterator[Any]:
    """The parts with slices for …, and masks as the positions that they choose."""
    parts = [np.asarray(part) if isinstance(part, list | bool | np.bool) else part for part in index]
    if not any(part is Ellipsis for part in parts):
        parts.append(Ellipsis)
    taken, axis = sum(_axes_of(part) for part in parts), 0
    left = len(lengths) - taken
    if left < 0:
        raise IndexError(f"too many indices: {taken} for an array of {len(lengths)} axes")
    for part in parts:
        after = axis + (left if part is Ellipsis else _axes_of(part))
        if part is Ellipsis:
            yield from [WHOLE] * left
        elif isinstance(part, np.ndarray) and part.dtype.kind == "b" and part.shape:
            if part.shape != lengths[axis:after]:
                raise IndexError(f"a mask of shape {part.shape} for axes of lengths {lengths[axis:after]}")
            yield from np.nonzero(part)
        else:
            yield part
        axis = after


def _axes_of(part: Any) -> int:
    """How many axes a part of an index stands for."""
    if part is None or part is Ellipsis:
        return 0
    return len(shape(part)) if isinstance(part, np.ndarray) and part.dtype.kind == "b" else 1
