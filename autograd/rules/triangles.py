"""Array code for the triangles of matrices, where they lie in small ones kept from call to call."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

SMALL = 1 << 14  # entries


@lru_cache(maxsize=32)
def _small(rows: int, columns: int, k: int, is_below: bool) -> Any:
    found = np.tri(rows, columns, k, dtype=bool)
    if not is_below:
        np.logical_not(found, out=found)
    found.flags.writeable = False
    return found


def below(rows: int, columns: int, k: int, is_below: bool = True) -> Any:
    """Where a matrix is on and below its k-th diagonal, or where it is not."""
    return (_small if rows * columns <= SMALL else _small.__wrapped__)(rows, columns, k, is_below)


def tril(x: Any, k: int) -> Any:
    """x on and below its k-th diagonal, as NumPy's, which finds out each time where that is."""
    if not isinstance(x, np.ndarray) or x.ndim < 2 or x.size > SMALL:
        return np.tril(x, k)
    return np.where(below(x.shape[-2], x.shape[-1], k), x, np.zeros((), x.dtype))


def triu(x: Any, k: int) -> Any:
    """x on and above its k-th diagonal."""
    if not isinstance(x, np.ndarray) or x.ndim < 2 or x.size > SMALL:
        return np.triu(x, k)
    return np.where(below(x.shape[-2], x.shape[-1], k - 1), np.zeros((), x.dtype), x)
