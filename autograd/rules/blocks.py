"""Functions of each entry that take many operations, a block of entries at a time, which stays in the processor's cache.

NumPy's passes over arrays larger than the cache wait for memory: three to five times as long as for what is there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import numpy as np
from numpy import ndarray

from autograd.rules.memory import result

# Entries of which a dozen arrays fit in a processor's own cache, and of an array of which they no longer do.
BLOCK, LARGE = 1 << 14, 1 << 17


def in_blocks(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of each entry of arrays, by blocks where they are large."""

    @wraps(function)
    def of_blocks(x: Any, *others: Any, **attrs: Any) -> Any:
        if x.__class__ is not ndarray or x.size <= LARGE:
            return function(x, *others, **attrs)
        return _by_blocks(function, (x, *others), attrs)

    of_blocks.by_blocks = True  # type: ignore[attr-defined]
    return of_blocks


def _by_blocks(function: Callable[..., Any], inputs: Sequence[Any], attrs: dict[str, Any]) -> Any:
    """What the function gives; all at once where its inputs do not lie entry beside entry."""
    shape, size = inputs[0].shape, inputs[0].size
    flat = [_flat(x, shape, size) for x in inputs] if len(inputs) > 1 else [inputs[0].reshape(-1)]
    if any(x is None for x in flat):
        return function(*inputs, **attrs)
    arrays = [x.__class__ is ndarray for x in flat]

    def of_part(start: int) -> Any:
        part = slice(start, start + BLOCK)
        return function(*(x[part] if cut else x for x, cut in zip(flat, arrays, strict=True)), **attrs)

    first = of_part(0)
    if np.shape(first) != (BLOCK,):  # the same number for each entry
        return function(*inputs, **attrs)
    y = result(None, (size,), first.dtype)
    y[:BLOCK] = first
    for start in range(BLOCK, size, BLOCK):
        y[start : start + BLOCK] = of_part(start)
    return y.reshape(shape)


def _flat(x: Any, shape: tuple[int, ...], size: int) -> Any:
    """An array as one of one axis, without a copy, and a number as it is; None for others."""
    if x.__class__ is not ndarray:
        return x if isinstance(x, int | float | np.generic) else None
    if x.shape != shape:
        return None
    if x.flags.c_contiguous:
        return x.reshape(-1)
    # A single number that was broadcast, as the gradient of a sum is.
    return None if any(x.strides) else np.broadcast_to(x[(0,) * x.ndim], (size,))
