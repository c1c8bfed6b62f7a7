"""A user's function applied along the axes of an array."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.numpy.arguments import array_of, differentiable
from autograd.numpy.shapes import expand_dims, reshape, stack
from autograd.rules.shapes import axis_of, rank, shape


@differentiable("apply_along_axis")
def apply_along_axis(func1d: Callable[..., Any], *args: Any, axis: int, arr: Any, **kwargs: Any) -> Any:
    """A function of vectors, applied to each along an axis, whose place its results take."""
    axis = axis_of(axis, arr)
    rows = np.moveaxis(arr, axis, -1)
    others = shape(rows)[:-1]
    flat = reshape(rows, (-1, shape(rows)[-1]))
    found = stack([array_of(func1d(flat[i], *args, **kwargs)) for i in range(len(flat))])
    found = reshape(found, (*others, *shape(found)[1:]))
    return np.moveaxis(found, range(len(others), rank(found)), range(axis, axis + rank(found) - len(others)))


@differentiable("apply_over_axes")
def apply_over_axes(func: Callable[..., Any], a: Any, axes: Any) -> Any:
    """A function of an array and an axis, applied for several axes in turn, which stay, of length 1."""
    for axis in (axes,) if isinstance(axes, int) else axes:
        axis = axis_of(int(axis), a)
        found = func(a, axis)
        a = found if rank(found) == rank(a) else expand_dims(found, axis)
    return a
