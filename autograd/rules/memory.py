"""Memory of large arrays, which the system takes longer to give anew than most operations take to fill.

The C library on Linux gives large freed blocks back to the system at once, and pages that come anew are cleared one by
one: six operations on 300,000 numbers took two thirds of their time for that. Once it has seen one large block freed it
keeps up to twice as much for the next ones (``M_MMAP_THRESHOLD`` in mallopt(3)).
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from math import prod
from typing import Any

import numpy as np

# Of arrays with more entries it is worth it; and the bytes from which on the C library asks the system, at first.
LARGE, ASKED_FOR = 1 << 15, 1 << 17
# Bytes; the most that the C library adapts to is 32 MiB.
BLOCK = 30 << 20
# Bytes of a line of the processor's cache, and of its widest registers.
LINE = 64
# Bytes of an array from which on it pays to let it begin with a line.
MANY = 1 << 14
# Bytes of a large page; and of an array from which on it begins with one. Less would be filled up to more than half more.
PAGE, PAGES = 1 << 21, 3 << 20


@cache
def keep_freed_memory() -> None:
    """Show the C library a large block that is freed. The block is never written to, so that it is no memory yet."""
    with suppress(MemoryError):  # where that much may not even be asked for, nothing is won
        np.empty(BLOCK, np.uint8)


def result(out: Any, shape: tuple[int, ...], dtype: Any) -> Any:
    """The memory that a function is given for its result, or else its own."""
    if out is not None:
        return out
    if prod(shape) > LARGE:
        keep_freed_memory()
    return np.empty(shape, dtype)


def aligned(nbytes: int) -> Any:
    """New memory that begins with a line of the cache.

    Where it is large, it begins with a large page: NumPy asks the system for such from 4 MiB on, which it gives where a
    whole one fits in. The processor keeps where 2,048 pages are, which of small ones are 8 MiB, three factors of BLAS's.
    """
    if nbytes >= ASKED_FOR:
        keep_freed_memory()
    first = LINE if nbytes < PAGES else PAGE
    memory = np.empty(nbytes + first, np.uint8)
    start = -memory.ctypes.data % first
    return memory[start : start + nbytes]


def copied(x: Any, dtype: Any) -> np.ndarray[Any, Any]:
    """``np.array(x, dtype)`` of a large array, beginning with a line: BLAS multiplies by such a matrix a quarter sooner."""
    if x.dtype.kind != "f" or not x.flags.forc or not (dtype is None or x.dtype == dtype):
        return np.array(x, dtype)
    y: np.ndarray[Any, Any] = np.ndarray(x.shape, x.dtype, aligned(x.nbytes), order="F" if x.flags.fnc else "C")
    y[...] = x
    return y
