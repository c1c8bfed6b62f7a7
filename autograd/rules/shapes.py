"""How rules ask for shapes: of numbers, arrays and nodes alike, without a look inside any."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_index

Axis = int | tuple[int, ...] | None


def shape(x: Any) -> tuple[int, ...]:
    """The shape of a number, an array or a node; the one way a rule may ask."""
    return getattr(x, "shape", ())


def is_complex(x: Any) -> bool:
    """Whether the numbers are complex; the one way to ask, as for shapes."""
    dtype = getattr(x, "dtype", None)
    return isinstance(x, complex) if dtype is None else dtype.kind == "c"


def rank(x: Any) -> int:
    """The number of axes."""
    known: int | None = getattr(x, "ndim", None)
    return len(shape(x)) if known is None else known


def rows_of(x: Any) -> int:
    """How many rows the matrices of a stack have together."""
    return prod(shape(x)[:-1])


def kept_shape(full: tuple[int, ...], axis: Axis) -> tuple[int, ...]:
    """The shape after a reduction with keepdims."""
    if axis.__class__ is int and full:  # as mostly
        axis %= len(full)
        return (*full[:axis], 1, *full[axis + 1 :])
    axes = range(len(full)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    gone = {a % len(full) for a in axes} if full else set()
    return tuple(1 if i in gone else length for i, length in enumerate(full))


def summed_axes(full: tuple[int, ...], shape: tuple[int, ...]) -> tuple[int, ...]:
    """The axes along which ``shape`` was broadcast to ``full``."""
    leading = len(full) - len(shape)
    stretched = (leading + i for i, length in enumerate(shape) if length == 1 and full[leading + i] != 1)
    return (*range(leading), *stretched)


def axis_of(axis: int, x: Any) -> int:
    """An axis of x counted from the first.

    Raises:
        AxisError: There is no such axis.
    """
    return normalize_axis_index(axis, rank(x))


def count(x: Any, axis: Axis) -> int:
    """How many entries of ``x`` go into one entry of the reduction."""
    full = shape(x)
    if axis is None:
        return prod(full)
    return prod(full) // max(1, prod(kept_shape(full, axis)))


def inverse_permutation(axes: Sequence[int]) -> tuple[int, ...]:
    """The order of axes that undoes ``axes``."""
    count = len(axes)
    inverse = [0] * count
    for place, axis in enumerate(axes):
        inverse[axis % count] = place
    return tuple(inverse)


def is_basic(index: Any) -> bool:
    """Whether an index is made of integers, slices, None and … alone, so that no entry is taken twice."""
    if index.__class__ is int or index.__class__ is slice:  # as mostly
        return True
    parts = index if isinstance(index, tuple) else (index,)
    return all(part is None or part is Ellipsis or isinstance(part, int | np.integer | slice) for part in parts)
