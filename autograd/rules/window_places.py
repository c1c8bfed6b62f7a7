"""Where windows have their entries: in flat arrays, and by loops in machine code for windows that lie side by side."""

from __future__ import annotations

import math
from functools import cache
from itertools import product
from typing import Any

import numpy as np

from autograd.rules.loops import loop
from autograd.rules.threads import available

__all__ = ["Positions", "first_places", "largest_of_tiles", "spread_tiles"]

Lengths = tuple[int, ...]


class Positions:
    """Where in a flat array of some shape each window has its entry at a place of it."""

    def __init__(self, shape: Lengths, counts: Lengths, size: Lengths, stride: Lengths, dilation: Lengths) -> None:
        lead, lengths = shape[: len(shape) - len(size)], shape[len(shape) - len(size) :]
        starts: Any = np.arange(math.prod(lead)).reshape(*lead, *(1,) * len(size))
        offsets: Any = 0
        for axis, (length, k, count, s, d) in enumerate(zip(lengths, size, counts, stride, dilation, strict=True), 1):
            rest = (1,) * (len(size) - axis)
            starts = starts * length + s * np.arange(count).reshape(-1, *rest)
            offsets = offsets * length + d * np.arange(k).reshape(-1, *rest)
        self._starts, self._offsets = starts, offsets.reshape(-1)

    def of(self, places: Any) -> Any:
        """For all windows, or those of the first samples."""
        found = self._offsets.take(places)
        found += self._starts[: len(places)]
        return found


# ---- tiles: windows of two axes, side by side ----

# Lines of many windows fill all lanes of the processor, which the rows of a narrow image do not. Some rows of windows
# at a time stand in lines, one for each row of a window; lines are filled from images before they are read, or images
# from lines after these are written. There are given: how many images, rows and columns of windows, the height and width
# of an image, how many rows at a time; the addresses of images, of a number for each window, of its place, and of lines.
_TILES = """
def tiles(w: longs) -> int:
    some, all = w[5], w[0] * w[1]
    for first in range(0, all, some):
        count = min(some, all - first)
        {in_order}
    return 0

def lines(w: longs, first: int, count: int):
    rows, across, height, width = w[1], w[2] * {across}, w[3], w[4]
    for i in range(first, first + count):
        image = KINDs(w[6]) + (i // rows * height + i % rows * {down}) * width
        row(across, w[5] * across, image, width, KINDs(w[9]) + (i - first) * across)

@parallel
def row(n: int, length: int, image: KINDs, width: int, line: KINDs):
    for j in range(n):
        {row}

def windows(w: longs, first: int, count: int):
    columns, before = w[2], first * w[2]
    each(count * columns, w[5] * columns * {across}, KINDs(w[9]), KINDs(w[7]) + before, truths(w[8]) + before)

@parallel
def each(n: int, length: int, line: KINDs, number: KINDs, place: truths):
    for j in range(n):
        {each}
"""
# As `numpy.maximum`: of equal numbers the second, and what is no number before all others.
_LARGER = "x = x if x > {y} or x != x else {y}"
_IS_FIRST = "{number} if y == {x} or (y != y and {x} != {x}) else "
# Texts grow with the size of a window.
_LARGEST = 16
# Bytes of lines, which stay in the nearest cache; of images, that are worth a share; shares, at most.
_LINES, _SHARE, _SHARES = 1 << 14, 1 << 17, 8
# What several threads write lies in lines of the cache of their own.
_APART = 16


@cache
def _text(kind: str, size: Lengths, what: str) -> str:
    down, across = size
    image = [f"image[{i} * width + j]" for i in range(down)]
    line = [f"line[{i} * length + j]" for i in range(down)]
    window = [f"line[{i} * length + {across} * j + {k}]" for i, k in product(range(down), range(across))]
    in_order = ["lines(w, first, count)", "windows(w, first, count)"]
    if what == "largest":  # along one axis after the other
        row = [f"x = {image[0]}", *(_LARGER.format(y=y) for y in image[1:]), f"{line[0]} = x"]
        each = [f"x = {window[0]}", *(_LARGER.format(y=y) for y in window[1:across]), "number[j] = x"]
    elif what == "first":
        row = [f"{to} = {x}" for x, to in zip(image, line, strict=True)]
        found = "".join(_IS_FIRST.format(number=i, x=x) for i, x in enumerate(window[:-1]))
        each = ["y = number[j]", f"place[j] = {found}{len(window) - 1}"]
    else:
        in_order.reverse()
        row = [f"{to} = {x}" for x, to in zip(line, image, strict=True)]
        each = ["x, k = number[j], place[j]", *(f"{to} = x if k == {i} else KIND(0.0)" for i, to in enumerate(window))]
    parts = {"in_order": in_order, "row": row, "each": each}
    joined = {name: "\n        ".join(lines) for name, lines in parts.items()}
    return _TILES.format(down=down, across=across, **joined).replace("KIND", kind)


def largest_of_tiles(images: Any, largest: Any, how: tuple[Lengths, ...]) -> bool:
    """Fill in the largest entry of each window, unless that is left to NumPy."""
    return _tiles(images, largest, None, how, "largest")


def first_places(images: Any, largest: Any, places: Any, how: tuple[Lengths, ...]) -> bool:
    """Fill in at which place each window has its largest entry first, unless that is left to NumPy."""
    return _tiles(images, largest, places, how, "first")


def spread_tiles(images: Any, numbers: Any, places: Any, how: tuple[Lengths, ...]) -> bool:
    """Fill in images that are 0 but for a number at one place of each window, unless that is left to NumPy."""
    covered = all(n % k == 0 for n, k in zip(images.shape[-2:], how[0], strict=False))
    return covered and _tiles(images, numbers, places, how, "spread")


def _tiles(images: Any, numbers: Any, places: Any, how: tuple[Lengths, ...], what: str) -> bool:
    size, stride, padding, dilation = how
    kind = {"float32": "f4", "float64": "f8"}.get(images.dtype.name)
    if kind is None or len(size) != 2 or math.prod(size) > _LARGEST or not images.dtype.isnative:
        return False
    if stride != size or any(padding) or dilation != (1, 1):
        return False
    arrays = [images, numbers] if places is None else [images, numbers, places]
    if images.dtype != numbers.dtype or not images.size or (places is not None and places.dtype != np.uint8):
        return False
    counts = [n // k for n, k in zip(images.shape[-2:], size, strict=True)]
    if any(y.shape != (*images.shape[:-2], *counts) for y in arrays[1:]):
        return False  # which NumPy refuses
    if not all(y.flags.c_contiguous and y.flags.aligned for y in arrays):
        return False
    found = loop("tiles", _text(kind, size, what))
    if found is None:
        return False
    samples, row = math.prod(images.shape[:-2]), math.prod(size) * counts[1]
    some = max(1, _LINES // (row * images.itemsize))
    shares = max(1, min(samples, _SHARES, images.nbytes // _SHARE))
    edges = np.array([samples * i // shares for i in range(shares + 1)])
    lines = np.empty((min(shares, available()), some * row + _APART), images.dtype)
    words = np.empty((len(lines), shares, 10), np.int64)
    words[..., 0] = edges[1:] - edges[:-1]
    words[..., 1:6] = *counts, *images.shape[-2:], some
    for i, y in enumerate(arrays, 6):
        words[..., i] = y.__array_interface__["data"][0] + edges[:-1] * (y.nbytes // samples)
    words[..., 9] = (lines.__array_interface__["data"][0] + lines.strides[0] * np.arange(len(lines))).reshape(-1, 1)
    found.shares(words)
    return True
