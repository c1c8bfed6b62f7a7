"""Stacks of columns times rows, (…, m, 1) (…, 1, n): what gradients of a matrix end in, for each sample or direction.

NumPy leaves products of several columns and rows to BLAS, and those of one to a loop: a second of zeros takes a fifth of
the time. Each entry is one product either way, so that the results are the same to the bit.
"""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from autograd.rules.memory import aligned
from autograd.rules.threads import ALONE

# Entries of a result, and of each of its matrices, from which on it pays.
LEAST, LEAST_OF_ONE = 1 << 13, 1 << 6
KINDS = np.dtype(np.float32), np.dtype(np.float64)


def are_outer(a: Any, b: Any) -> bool:
    """Whether a product of such arrays, or of entries of a tape, is of that kind, and large enough."""
    first: tuple[int, ...] = a.shape
    second: tuple[int, ...] = b.shape
    if first[-1:] != (1,) or second[-2:-1] != (1,) or len(first) < 3 or first[:-2] != second[:-2]:
        return False
    if a.dtype != b.dtype or a.dtype not in KINDS:
        return False
    m, n = first[-2], second[-1]
    if min(m, n) < 2 or m * n < LEAST_OF_ONE or 2 * m * n > ALONE:  # of more, BLAS would ask its threads
        return False
    return prod(first) * n >= LEAST


def outer_products(a: Any, b: Any, out: Any = None) -> Any:
    """A B of such a stack."""
    left, right = np.zeros((*a.shape[:-1], 2), a.dtype), np.zeros((*b.shape[:-2], 2, b.shape[-1]), b.dtype)
    left[..., :1], right[..., :1, :] = a, b
    if out is None:
        # Most of the time goes into writing, and that takes a fifth less where it begins with a line of the cache.
        out = np.ndarray((*a.shape[:-1], b.shape[-1]), a.dtype, aligned(a.nbytes * b.shape[-1]))
    return np.matmul(left, right, out=out)
