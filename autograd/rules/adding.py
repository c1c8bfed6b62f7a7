"""Array code that adds entries to zeros at given positions: the transpose of indexing.

NumPy adds at the positions of an array of one axis many times as quickly as at tuples of positions, so that these are
counted through first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.rules.loops import loop
from autograd.rules.shapes import is_basic

# x[b, i, j] is added at y[b, places[i], j], one after the other.
_ADD_AT = """
def add_at(w: longs) -> int:
    blocks, count, after, block, places = w[0], w[1], w[2], w[3], longs(w[6])
    for b in range(blocks):
        for i in range(count):
            add(after, KINDs(w[4]) + (b * block + places[i]) * after, KINDs(w[5]) + (b * count + i) * after)
    return 0

@parallel
def add(n: int, y: KINDs, x: KINDs):
    for j in range(n):
        y[j] = y[j] + x[j]
"""
# Fewer numbers, or fewer at each place, NumPy has added before a loop is called.
_FEW, _SHORT = 1 << 10, 4


def scatter(x: Any, shape: tuple[int, ...], index: Any) -> Any:
    """Zeros of ``shape`` with x added at an index."""
    if isinstance(index, np.ndarray) and index.dtype.kind in "iu":
        return scatter_add(x, index, shape=shape, axis=0)
    result = np.zeros(shape, np.asarray(x).dtype)
    if is_basic(index):
        result[index] = x
    else:
        np.add.at(result, index, x)
    return result


def scatter_parts(*parts: Any, shape: tuple[int, ...], indices: Sequence[Any], out: Any = None) -> Any:
    """Zeros of ``shape`` with each part added at its index."""
    if out is None:
        out = np.zeros(shape, np.asarray(parts[0]).dtype)
    else:
        out[...] = 0
    for x, index in zip(parts, indices, strict=True):
        if is_basic(index):
            out[index] += x
        elif isinstance(index, np.ndarray) and index.dtype.kind in "iu":
            _add(out, x, from_the_start(index, shape, 0), 1, math.prod(shape[1:]))
        else:
            np.add.at(out, index, x)
    return out


def scatter_add(x: Any, *positions: Any, shape: tuple[int, ...], axis: int) -> Any:
    """Zeros of ``shape`` with x added at positions on neighbouring axes, the first of which is ``axis``.

    Raises:
        IndexError: A position is outside its axis.
    """
    after = axis + len(positions)
    places: Any = 0
    for i, position in enumerate(positions, axis):
        places = places * shape[i] + from_the_start(position, shape, i)
    return _added(x, np.asarray(places), shape, math.prod(shape[:axis]), math.prod(shape[after:]))


def scatter_along_axis(x: Any, positions: Any, shape: tuple[int, ...], axis: int) -> Any:
    """Zeros of ``shape`` with x added at positions along an axis.

    Raises:
        IndexError: A position is outside the axis.
    """
    places: Any = 0
    for i, (length, index) in enumerate(zip(shape, np.indices(positions.shape, sparse=True), strict=True)):
        places = places * length + (from_the_start(positions, shape, i) if i == axis % len(shape) else index)
    return _added(x, np.asarray(places), shape, 1, 1)


def from_the_start(positions: Any, shape: tuple[int, ...], axis: int) -> Any:
    """Positions on an axis with the negative ones, which count from its end, counted from its start."""
    length, found = shape[axis], np.asarray(positions, np.intp)
    outside = (found < -length) | (found >= length)
    if outside.any():
        raise IndexError(f"index {found[outside].flat[0]} is out of bounds for axis {axis} with size {length}")
    return np.where(found < 0, found + length, found)


def _added(x: Any, places: Any, shape: tuple[int, ...], before: int, after: int) -> Any:
    """Zeros with x added, as `_add` does."""
    result = np.zeros(shape, dtype=np.asarray(x).dtype)
    _add(result, x, places, before, after)
    return result


def _add(y: Any, x: Any, places: Any, before: int, after: int) -> None:
    """Add x to y, where each place is one of a block, and each entry of it has so many numbers."""
    if _by_loop(y, x, places, before, after):
        return
    if before != 1:
        block = y.size // max(1, before * after)
        places = np.arange(before)[:, None] * block + places.reshape(-1)
    if after != 1:
        places = places.reshape(-1, 1) * after + np.arange(after)
    np.add.at(y.reshape(-1), places.reshape(-1), np.reshape(x, -1))


def _by_loop(y: Any, x: Any, places: Any, before: int, after: int) -> bool:
    """Add x in machine code, unless that is left to NumPy."""
    kind = {"float32": "f4", "float64": "f8"}.get(y.dtype.name)
    if np.size(x) != before * np.size(places) * after:
        return False  # which NumPy refuses, or spreads
    if kind is None or not y.dtype.isnative or not y.size or np.size(x) < _FEW or after < _SHORT:
        return False
    add_at = loop("add_at", _ADD_AT.replace("KIND", kind))
    if add_at is None:
        return False
    x, places = np.require(x, y.dtype, ["C", "A"]), np.require(places, np.int64, ["C", "A"])
    addresses = [array.__array_interface__["data"][0] for array in (y, x, places)]
    words = np.array([before, places.size, after, y.size // (before * after), *addresses], np.int64)
    add_at(words.ctypes.data)
    return True
