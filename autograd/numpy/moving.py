"""Rearranging entries: NumPy rearranges their positions, and a gather then takes the entries."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from autograd.errors import DTypeError, ShapeError
from autograd.numpy.arguments import array_of, differentiable, kept_whole, plain
from autograd.numpy.shapes import broadcast_to, ravel, reshape, stack, transpose
from autograd.rules import arithmetic, linear_algebra, selection, shaping
from autograd.rules.adding import from_the_start
from autograd.rules.shapes import axis_of, rank, shape

# ---- generated: what NumPy's function does to positions, to axes -----------------------------------------------------


def _gathering(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that takes entries of an array and puts them elsewhere, some of them twice or never."""

    @wraps(function)
    def gather(x: Any, *args: Any, **kwargs: Any) -> Any:
        full = shape(x)
        args = tuple(np.zeros(0, int) if np.size(each) == 0 else plain(each) for each in args)
        places = function(np.arange(int(np.prod(full))).reshape(full), *args, **kwargs)
        return shaping.getitem(ravel(x), index=places)

    return gather


def _reordering(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that puts axes into another order."""

    @wraps(function)
    def reorder(x: Any, *args: Any, **kwargs: Any) -> Any:
        # Axes of lengths 2, 3, … that take no memory show by their lengths where they went.
        marked = np.broadcast_to(False, tuple(range(2, 2 + rank(x))))
        return transpose(x, tuple(length - 2 for length in function(marked, *args, **kwargs).shape))

    return reorder


for _name in ("rot90", "roll", "tile", "repeat", "delete", "resize", "diagonal"):
    differentiable(_name)(_gathering(getattr(np, _name)))
for _name in ("moveaxis", "rollaxis"):
    differentiable(_name)(_reordering(getattr(np, _name)))
differentiable("linalg.diagonal")(_gathering(np.linalg.diagonal))
differentiable("fft.fftshift")(_gathering(np.fft.fftshift))
differentiable("fft.ifftshift")(_gathering(np.fft.ifftshift))
differentiable("lib.stride_tricks.sliding_window_view")(_gathering(np.lib.stride_tricks.sliding_window_view))


# ---- the usual ones, as views ----------------------------------------------------------------------------------------


@differentiable("flip")
def flip(m: Any, axis: Any = None) -> Any:
    """Backwards along some axes, or all."""
    axes = range(rank(m)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    backwards = {axis_of(a, m) for a in axes}
    if len(backwards) < len(axes):
        raise ShapeError(f"flip of shape {shape(m)} along {axis}: an axis is repeated")
    return shaping.getitem(m, index=tuple(slice(None, None, -1 if a in backwards else None) for a in range(rank(m))))


@differentiable("flipud")
def flipud(m: Any) -> Any:
    """Upside down."""
    return flip(m, 0)


@differentiable("fliplr")
def fliplr(m: Any) -> Any:
    """Left to right."""
    if rank(m) < 2:
        raise ShapeError(f"fliplr of shape {shape(m)}: two axes are needed")
    return flip(m, 1)


@differentiable("take")
def take(a: Any, indices: Any, axis: int | None = None, mode: str = "raise") -> Any:
    """Entries at some positions along an axis."""
    if axis is None:
        a, axis = ravel(a), 0
    a = reshape(a, (1,)) if rank(a) == 0 else a
    if getattr(indices, "traced", False) and mode == "raise":
        return selection.gather(a, indices, axis=axis_of(axis, a))
    indices, length = np.asarray(plain(indices)), shape(a)[axis]
    indices = indices if indices.size else indices.astype(int)
    if mode != "raise":
        indices = indices % length if mode == "wrap" else np.clip(indices, 0, length - 1)
    return shaping.getitem(a, index=(*(slice(None),) * (axis_of(axis, a)), indices))


@differentiable("compress")
def compress(condition: Any, a: Any, axis: int | None = None) -> Any:
    """Entries along an axis where a condition holds."""
    return take(a, np.flatnonzero(plain(condition)), axis)


@differentiable("extract")
def extract(condition: Any, arr: Any) -> Any:
    """Entries where a condition holds."""
    return shaping.getitem(ravel(arr), index=np.flatnonzero(plain(condition)))


@differentiable("take_along_axis")
def take_along_axis(arr: Any, indices: Any, axis: int | None = -1) -> Any:
    """Entries at positions along an axis, of each row its own."""
    if axis is None:
        return selection.take_along_axis(ravel(arr), ravel(indices), axis=0)
    if not hasattr(indices, "traced"):
        if np.asarray(indices).dtype.kind not in "iu":
            raise DTypeError(f"take_along_axis of shape {shape(arr)}: positions are whole numbers")
        indices = from_the_start(indices, shape(arr), axis_of(axis, arr))
    full = np.broadcast_shapes(_without(shape(arr), axis), _without(shape(indices), axis))
    arr, indices = (
        broadcast_to(x, (*full[: axis_of(axis, arr)], shape(x)[axis], *full[axis_of(axis, arr) + 1 :]))
        for x in (arr, indices)
    )
    return selection.take_along_axis(arr, indices, axis=axis)


def _without(full: tuple[int, ...], axis: int) -> tuple[int, ...]:
    return tuple(1 if i == axis % len(full) else length for i, length in enumerate(full))


@differentiable("sort")
def sort(a: Any, axis: int | None = -1, stable: Any = None) -> Any:  # noqa: ARG001 - it always is
    """In ascending order along an axis; each entry's gradient goes to where it came from."""
    if axis is None:
        a, axis = ravel(a), 0
    return selection.take_along_axis(a, selection.argsort(a, axis=axis), axis=axis)


@differentiable("partition")
def partition(a: Any, kth: Any, axis: int | None = -1) -> Any:
    """Sorted, which any place partitions."""
    length = math.prod(shape(a)) if axis is None else shape(a)[axis]
    if np.any(np.abs(np.asarray(kth) + 0.5) > length):
        raise ShapeError(f"partition of shape {shape(a)} at {kth}: there are {length} places")
    return sort(a, axis)


# ---- diagonals and triangles ---------------------------------------------------------------------------------------


@differentiable("diag")
def diag(v: Any, k: int = 0) -> Any:
    """The diagonal of a matrix, or a matrix with a diagonal."""
    if rank(v) == 2:
        rows, columns = shape(v)
        start, length = (k, columns - k) if k > 0 else (-k * columns, rows + k)
        stop = start + (columns + 1) * max(0, min(length, rows, columns))
        return shaping.getitem(shaping.reshape(v, shape=(-1,)), index=slice(start, stop, columns + 1))
    length = shape(v)[0] + abs(k)
    places = np.arange(shape(v)[0])
    return shaping.scatter(v, shape=(length, length), index=(places + max(-k, 0), places + max(k, 0)))


@differentiable("diagflat")
def diagflat(v: Any, k: int = 0) -> Any:
    """A matrix with all entries on a diagonal."""
    return diag(ravel(array_of(v)), k)


@differentiable("tril")
def tril(m: Any, k: int = 0) -> Any:
    """On and below a diagonal."""
    return linear_algebra.tril(m, k=k)


@differentiable("triu")
def triu(m: Any, k: int = 0) -> Any:
    """On and above a diagonal."""
    return linear_algebra.triu(m, k=k)


# ---- copies, and choices ---------------------------------------------------------------------------------------------


@differentiable("copy")
def copy(a: Any) -> Any:
    """The same numbers."""
    return kept_whole(arithmetic.add(a, 0.0), a)


@differentiable("astype")
def astype(x: Any, dtype: Any) -> Any:
    """The numbers in another floating-point type."""
    return shaping.astype(x, dtype=np.dtype(dtype))


@differentiable("choose")
def choose(a: Any, choices: Any, mode: str = "raise") -> Any:
    """Of several arrays, for each entry that of the array whose number is given."""
    parts = list(choices)
    full = np.broadcast_shapes(shape(a), *map(shape, parts))
    numbers = np.asarray(plain(a, "np.choose"))
    if mode != "raise":
        numbers = numbers % len(parts) if mode == "wrap" else np.clip(numbers, 0, len(parts) - 1)
    elif np.any((numbers < 0) | (numbers >= len(parts))):
        raise ValueError(f"np.choose among {len(parts)} arrays: there is no number {numbers.min()} or {numbers.max()}")
    numbers = np.broadcast_to(numbers, full)[None]
    return selection.take_along_axis(stack([broadcast_to(x, full) for x in parts]), numbers, axis=0)[0]
