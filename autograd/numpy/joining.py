"""Joining and splitting arrays: functions composed of `concatenate`, `stack` and slices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.graph.node import Node
from autograd.numpy.arguments import array_of, cast, check_dtype, differentiable, dtype_of, has_node, plain
from autograd.numpy.shapes import broadcast_to, concatenate, expand_dims, ravel, reshape
from autograd.rules.arithmetic import power, where
from autograd.rules.shapes import axis_of, rank, shape
from autograd.rules.shaping import getitem


def _widened(function: Any) -> Any:
    """What NumPy's function of that name does to a shape, done to an array or several."""

    def of_one(x: Any) -> Any:
        return reshape(x, function(np.broadcast_to(False, shape(x))).shape)

    return of_one


def _of_several(of_one: Any) -> Any:
    def of_all(*arys: Any) -> Any:
        made = tuple(of_one(array_of(x)) for x in arys)
        return made[0] if len(made) == 1 else made

    return of_all


as_1d, as_2d, as_3d = map(_widened, (np.atleast_1d, np.atleast_2d, np.atleast_3d))
differentiable("atleast_1d")(_of_several(as_1d))
differentiable("atleast_2d")(_of_several(as_2d))
differentiable("atleast_3d")(_of_several(as_3d))


def _each(function: Any, arrays: Any) -> list[Any]:
    return [function(array_of(x)) for x in arrays]


@differentiable("concat")
def _concat(arrays: Any, axis: int | None = 0) -> Any:
    return concatenate([array_of(x) for x in arrays], axis)


@differentiable("vstack")
def vstack(tup: Any) -> Any:
    """Rows, or matrices, one above the other."""
    return concatenate(_each(as_2d, tup), 0)


@differentiable("hstack")
def hstack(tup: Any) -> Any:
    """Side by side: along the second axis, of vectors along their only one."""
    parts = _each(as_1d, tup)
    return concatenate(parts, 0 if rank(parts[0]) == 1 else 1)


@differentiable("dstack")
def dstack(tup: Any) -> Any:
    """Along the third axis."""
    return concatenate(_each(as_3d, tup), 2)


@differentiable("column_stack")
def column_stack(tup: Any) -> Any:
    """Vectors as columns, beside matrices."""
    parts = [array_of(x) for x in tup]
    return concatenate([reshape(x, (-1, 1)) if rank(x) < 2 else x for x in parts], 1)


@differentiable("append")
def append(arr: Any, values: Any, axis: int | None = None) -> Any:
    """Values after those that are there."""
    return concatenate([arr, array_of(values)], axis)


@differentiable("block")
def block(arrays: Any) -> Any:
    """An array put together from nested lists of blocks; the innermost lists join along the last axis."""
    depth = _depth(arrays)
    deepest = max(depth, _deepest_rank(arrays))

    def joined(part: Any, level: int) -> Any:
        if not isinstance(part, list):
            return reshape(part, (1,) * (deepest - rank(part)) + shape(part)) if rank(part) < deepest else part
        return concatenate([joined(p, level + 1) for p in part], axis=level - depth)

    return joined(arrays, 0)


def _depth(blocks: Any) -> int:
    return 1 + _depth(blocks[0]) if isinstance(blocks, list) else 0


def _deepest_rank(blocks: Any) -> int:
    return max(map(_deepest_rank, blocks)) if isinstance(blocks, list) else rank(blocks)


# ---- apart ---------------------------------------------------------------------------------------------------------


def _pieces(x: Any, indices_or_sections: Any, axis: int, split: Any) -> list[Any]:
    places = split(np.arange(shape(x)[axis]), indices_or_sections)
    before = (slice(None),) * (axis_of(axis, x))
    starts = [int(place[0]) if len(place) else 0 for place in places]
    return [
        getitem(x, index=(*before, slice(start, start + len(place))))
        for start, place in zip(starts, places, strict=True)
    ]


@differentiable("split")
def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Equal pieces along an axis, or pieces between indices."""
    return _pieces(ary, indices_or_sections, axis, np.split)


@differentiable("array_split")
def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """As `split`, of pieces whose lengths may differ by one."""
    return _pieces(ary, indices_or_sections, axis, np.array_split)


@differentiable("hsplit")
def hsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    """Apart along the second axis, a vector along its only one."""
    return split(ary, indices_or_sections, 1 if rank(ary) > 1 else 0)


@differentiable("vsplit")
def vsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    """Apart along the first axis."""
    return split(ary, indices_or_sections, 0)


@differentiable("dsplit")
def dsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    """Apart along the third axis."""
    return split(ary, indices_or_sections, 2)


@differentiable("unstack")
def unstack(x: Any, axis: int = 0) -> tuple[Any, ...]:
    """The layers along an axis."""
    before = (slice(None),) * (axis_of(axis, x))
    return tuple(getitem(x, index=(*before, i)) for i in range(shape(x)[axis]))


# ---- side by side --------------------------------------------------------------------------------------------------


@differentiable("broadcast_arrays")
def broadcast_arrays(*args: Any) -> tuple[Any, ...]:
    """All of them in their common shape."""
    common = np.broadcast_shapes(*map(shape, args))
    return tuple(broadcast_to(x, common) for x in args)


@differentiable("meshgrid")
def meshgrid(*xi: Any, sparse: bool = False, indexing: str = "xy") -> list[Any]:
    """Coordinates of a grid from those of its axes."""
    count = len(xi)
    places = [1, 0, *range(2, count)] if indexing == "xy" and count > 1 else list(range(count))
    grids = [
        reshape(x, tuple(-1 if a == place else 1 for a in range(count))) for x, place in zip(xi, places, strict=True)
    ]
    return grids if sparse else list(broadcast_arrays(*grids))


@differentiable("ix_")
def ix_(*args: Any) -> tuple[Any, ...]:
    """The axes of an open grid, each of which broadcasts against the others."""
    if any(rank(x) != 1 for x in args):
        raise ValueError(f"np.ix_ takes vectors, got shapes {', '.join(str(shape(x)) for x in args)}")
    vectors = [x if isinstance(x, Node) else np.ix_(x)[0] for x in args]  # NumPy finds the places of truths
    return tuple(meshgrid(*vectors, sparse=True, indexing="ij"))


@differentiable("select")
def select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Any:
    """Of each entry the first choice whose condition holds."""
    chosen = default
    for condition, choice in zip(reversed(condlist), reversed(choicelist), strict=True):
        chosen = where(condition, choice, chosen)
    return chosen


@differentiable("full_like")
def full_like(a: Any, fill_value: Any, dtype: Any = None, shape: Any = None) -> Any:
    """An array like another, all of one number or of what broadcasts."""
    like = np.empty_like(getattr(a, "_raw", a), dtype, shape=shape)
    if not has_node(fill_value):
        return np.full_like(like, fill_value)
    check_dtype("np.full_like", like.dtype)
    filled: Any = broadcast_to(fill_value, like.shape)
    return filled if dtype_of(filled) == like.dtype else cast(filled, like.dtype)


@differentiable("linspace")
def linspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False, axis: int = 0) -> Any:
    """Evenly spaced from one number to another, or from one array to another."""
    kind = np.result_type(*(getattr(x, "dtype", 0.0) for x in (start, stop)))
    steps = np.linspace(0.0, 1.0, num, endpoint, dtype=kind if kind.kind == "f" else float)
    common = len(np.broadcast_shapes(shape(start), shape(stop)))
    steps = np.moveaxis(steps.reshape(-1, *(1,) * common), 0, axis)
    first, last = (expand_dims(x, axis) if rank(x) == common and common else x for x in (start, stop))
    points = first * (1 - steps) + last * steps
    gap = (stop - start) / max(1, num - 1 if endpoint else num)
    return (points, gap) if retstep else points


@differentiable("logspace")
def logspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: Any = 10.0, axis: int = 0) -> Any:
    """Powers of a base, their exponents evenly spaced."""
    return power(base, linspace(start, stop, num, endpoint, axis=axis))


@differentiable("geomspace")
def geomspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, axis: int = 0) -> Any:
    """From one number to another of its sign, each by the same factor from the one before."""
    traced = any(isinstance(x, Node) and x.traced for x in (start, stop))
    kind = np.result_type(*(getattr(x, "dtype", 0.0) for x in (start, stop)), np.float64)  # as NumPy does
    start, stop = (cast(x, kind) if hasattr(x, "dtype") else x for x in (start, stop))
    product = 1.0 if traced else plain(start) * plain(stop)
    if np.any(product == 0 if kind.kind == "c" else product <= 0):
        raise ValueError("np.geomspace on nodes from one number to another of the same sign, neither of them 0")
    common = np.broadcast_shapes(shape(start), shape(stop))
    start, ratio = broadcast_to(start, common), broadcast_to(stop / start, common)
    first, ratio = (expand_dims(x, axis) if common else x for x in (start, ratio))
    return first * power(ratio, linspace(np.zeros(common, kind), np.ones(common, kind), num, endpoint, axis=axis))


@differentiable("insert")
def insert(arr: Any, obj: Any, values: Any, axis: int | None = None) -> Any:
    """Values before some positions."""
    if axis is None:
        arr, axis = ravel(arr), 0
    count = shape(arr)[axis]
    places = np.insert(np.arange(count), plain(obj), -1)  # where the new ones stand
    new = np.flatnonzero(places == -1)
    order = np.empty(len(places), int)
    order[places != -1], order[new] = np.arange(count), count + np.arange(len(new))
    full = (*shape(arr)[:axis], len(new), *shape(arr)[axis_of(axis, arr) + 1 :])
    values = cast(array_of(values), dtype_of(arr))
    if np.ndim(plain(obj)) == 0 and rank(values) and axis != 0:  # as NumPy: one place, values along the other axes
        values = expand_dims(values, axis) if rank(values) < rank(arr) else values
    return getitem(
        concatenate([arr, broadcast_to(values, full)], axis), index=(*(slice(None),) * (axis_of(axis, arr)), order)
    )
