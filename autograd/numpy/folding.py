"""Entries along an axis taken together by a ufunc of two: its ``reduce``, ``accumulate`` and ``reduceat`` on nodes."""

from __future__ import annotations

import functools
import itertools
from typing import Any

import numpy as np

from autograd.numpy.shapes import concatenate, expand_dims, reshape, stack
from autograd.rules.shapes import axis_of, rank, shape

# Those whose order of work does not matter: whole arrays at once, a number of times that grows as the logarithm.
_ASSOCIATIVE = {
    np.add, np.multiply, np.maximum, np.minimum, np.fmax, np.fmin, np.logaddexp, np.logaddexp2, np.hypot,
}  # fmt: skip


def folded(ufunc: Any, x: Any, axis: Any = 0, keepdims: bool = False) -> Any:
    """Entries taken together along an axis, or several where their order does not matter."""
    axes = range(rank(x)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    if len(axes) > 1 and ufunc not in _ASSOCIATIVE:
        raise ValueError(
            f"np.{ufunc.__name__}.reduce along several axes depends on their order: use one axis at a time"
        )
    for a in sorted((axis_of(a, x) for a in axes), reverse=True):
        y = _of_first_axis(ufunc, np.moveaxis(x, a, 0))
        x = expand_dims(y, a) if keepdims else y
    return x


def _of_first_axis(ufunc: Any, x: Any) -> Any:
    if not len(x):
        raise ValueError(f"np.{ufunc.__name__}.reduce of nothing, shape {shape(x)}: there is no number to begin with")
    if ufunc not in _ASSOCIATIVE:
        return functools.reduce(ufunc, (x[i] for i in range(len(x))))
    while len(x) > 1:
        half = len(x) // 2
        pairs = ufunc(x[:half], x[half : 2 * half])
        x = concatenate([pairs, x[2 * half :]]) if len(x) % 2 else pairs
    return x[0]


def accumulated(ufunc: Any, x: Any, axis: int = 0) -> Any:
    """What entries up to each one give together, along an axis."""
    x = np.moveaxis(x, axis, 0)
    if not len(x):
        return np.moveaxis(x, 0, axis)
    if ufunc not in _ASSOCIATIVE:
        return stack(list(itertools.accumulate((x[i] for i in range(len(x))), ufunc)), axis)
    return np.moveaxis(_of_first_entries(ufunc, x), 0, axis)


def _of_first_entries(ufunc: Any, x: Any) -> Any:
    """Along the first axis, by what pairs of neighbours give together (G. Blelloch, "Prefix sums", 1990): 2n calls."""
    n = len(x)
    if n == 1:
        return x
    odd = _of_first_entries(ufunc, ufunc(x[: n - 1 : 2], x[1::2]))
    even = x[:1] if n == 2 else concatenate([x[:1], ufunc(odd[: (n - 1) // 2], x[2::2])])
    y = reshape(stack([even[: n // 2], odd], 1), (n - n % 2, *shape(x)[1:]))
    return concatenate([y, even[-1:]]) if n % 2 else y


def folded_at(ufunc: Any, x: Any, indices: Any, axis: int = 0) -> Any:
    """Entries taken together from each index to the next, or the one entry where the next index is no larger."""
    x = np.moveaxis(x, axis, 0)
    starts = [int(i) for i in indices]
    ends = [*starts[1:], len(x)]
    parts = [_of_first_axis(ufunc, x[i:end]) if i < end else x[i] for i, end in zip(starts, ends, strict=True)]
    return stack(parts, axis)
