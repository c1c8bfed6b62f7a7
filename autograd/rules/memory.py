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

# Of arrays with more entries it is worth it.
LARGE = 1 << 15
# Bytes; the most that the C library adapts to is 32 MiB.
BLOCK = 30 << 20


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
