"""Where windows have their entries: in flat arrays, and by loops in machine code for windows that lie side by side."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np

from autograd.rules.loops import loop

__all__ = ["Positions", "first_places", "spread_tiles"]

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

# Both are given how many images there are, how many rows and columns of windows, the height and width of an image, and
# the addresses of the images, of a number for each window, and of its place.
_EACH_ROW = """
def tiles(w: longs) -> int:
    rows, columns, height, width = w[1], w[2], w[3], w[4]
    for i in range(w[0]):
        for j in range(rows):
            image, windows = (i * height + j * {down}) * width, (i * rows + j) * columns
            row(columns, width, KINDs(w[5]) + image, KINDs(w[6]) + windows, truths(w[7]) + windows)
    return 0

@parallel
def row(n: int, width: int, image: KINDs, number: KINDs, place: truths):
    for j in range({columns}):
        x, found, missing = number[j], 0, 1
{each}
"""
_FIRST = """
        y = image[{there}]
        missing = missing * int(y != x and (x == x or y == y))
        found += missing
"""
_SPREAD = """
        image[{there}] = x if place[j] == {number} else KIND(0.0)
"""
# Texts grow with the size of a window.
_LARGEST = 16
# Rows of fewer windows are as long as the text says: a loop that may be of any length goes through its last ones singly.
_SHORT = 64
# In rows of fewer windows LLVM looks at each by itself, which takes longer than NumPy's passes.
_FEW = 12


@cache
def _text(kind: str, size: Lengths, columns: int, what: str) -> str:
    down, across = size
    there = [f"{i} * width + {across} * j + {k}" for i in range(down) for k in range(across)]
    if what == _FIRST:
        there = there[:-1]  # the last place is that which is left
    each = "".join(what.strip("\n").format(there=x, number=n) + "\n" for n, x in enumerate(there))
    last = "        place[j] = found" if what == _FIRST else ""
    text = _EACH_ROW.format(down=down, columns=columns if columns < _SHORT else "n", each=each + last)
    return text.replace("KIND", kind)


def first_places(images: Any, largest: Any, places: Any, how: tuple[Lengths, ...]) -> bool:
    """Fill in at which place each window has its largest entry first, unless that is left to NumPy."""
    return largest.shape[-1] >= _FEW and _tiles(images, largest, places, how, _FIRST)


def spread_tiles(images: Any, numbers: Any, places: Any, how: tuple[Lengths, ...]) -> bool:
    """Fill in images that are 0 but for a number at one place of each window, unless that is left to NumPy."""
    covered = all(n % k == 0 for n, k in zip(images.shape[-2:], how[0], strict=False))
    return covered and _tiles(images, numbers, places, how, _SPREAD)


def _tiles(images: Any, numbers: Any, places: Any, how: tuple[Lengths, ...], what: str) -> bool:
    size, stride, padding, dilation = how
    kind = {"float32": "f4", "float64": "f8"}.get(images.dtype.name)
    if kind is None or len(size) != 2 or math.prod(size) > _LARGEST or not images.dtype.isnative:
        return False
    if stride != size or any(padding) or dilation != (1, 1):
        return False
    if images.dtype != numbers.dtype or places.dtype != np.uint8 or not images.size:
        return False
    counts = [n // k for n, k in zip(images.shape[-2:], size, strict=True)]
    if not numbers.shape == places.shape == (*images.shape[:-2], *counts):
        return False  # which NumPy refuses
    if not all(y.flags.c_contiguous and y.flags.aligned for y in (images, numbers, places)):
        return False
    found = loop("tiles", _text(kind, size, numbers.shape[-1], what))
    if found is None:
        return False
    lengths = math.prod(images.shape[:-2]), *numbers.shape[-2:], *images.shape[-2:]
    words = np.array([*lengths, *(y.__array_interface__["data"][0] for y in (images, numbers, places))], np.int64)
    found(words.ctypes.data)
    return True
