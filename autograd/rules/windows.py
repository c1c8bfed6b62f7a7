"""Array code of convolutions and pooling: windows that slide over an array.

A convolution is one matrix product of the kernel and the *columns*, the entries of each window one below the other. The
columns of a few samples at a time are made, which stay in the cache, while those of a batch would be many times the batch.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

Lengths = tuple[int, ...]

# Bytes of columns that are made at a time.
AT_A_TIME = 1 << 18


def window_counts(lengths: Lengths, size: Lengths, stride: Lengths, padding: Lengths, dilation: Lengths) -> Lengths:
    """How many windows there are along each axis.

    Raises:
        ValueError: Not a single one fits in.
    """
    spread = [d * (k - 1) + 1 for k, d in zip(size, dilation, strict=True)]
    counts = tuple((n + 2 * p - k) // s + 1 for n, p, k, s in zip(lengths, padding, spread, stride, strict=True))
    if min(counts) < 1:
        raise ValueError(
            f"windows of {size}, dilation {dilation}, on axes of {lengths} with a padding of {padding}: none fits"
        )
    return counts


def each_place(size: Lengths, counts: Lengths, stride: Lengths, dilation: Lengths) -> Iterator[tuple[Lengths, Any]]:
    """For every place of a window: where all windows have it, as an index of the last axes."""
    for place in product(*map(range, size)):
        starts = [i * d for i, d in zip(place, dilation, strict=True)]
        slices = (slice(a, a + (n - 1) * s + 1, s) for a, n, s in zip(starts, counts, stride, strict=True))
        yield place, (Ellipsis, *slices)


def padded(x: Any, padding: Lengths, value: Any = 0) -> Any:
    """x with more entries before and after on its last axes."""
    if not any(padding):
        return x
    lead = x.ndim - len(padding)
    y = np.full((*x.shape[:lead], *(n + 2 * p for n, p in zip(x.shape[lead:], padding, strict=True))), value, x.dtype)
    y[_inside(padding)] = x
    return y


def _inside(padding: Lengths) -> Any:
    return (Ellipsis, *(slice(p, -p) if p else slice(None) for p in padding))


class _Columns:
    """The columns of a batch, a few samples at a time, for a convolution of these shapes."""

    def __init__(self, x: Lengths, size: Lengths, how: dict[str, Any], dtype: Any) -> None:
        self.samples, channels = x[:2]
        self.size, self.groups, self.dtype = size, how["groups"], dtype
        self.stride, self.padding, self.dilation = how["stride"], how["padding"], how["dilation"]
        self.counts = window_counts(x[2:], size, self.stride, self.padding, self.dilation)
        self.rows, self.count = channels * math.prod(size) // self.groups, math.prod(self.counts)
        one = max(1, self.groups * self.rows * self.count) * np.dtype(dtype).itemsize
        step = max(1, min(self.samples, AT_A_TIME // one))
        self.parts = [slice(n, min(n + step, self.samples)) for n in range(0, self.samples, step)]
        self._memory = np.empty((step, channels, *size, *self.counts), dtype)

    def of(self, x: Any, part: slice) -> Any:
        """The columns of some samples, (samples, groups, rows, windows)."""
        count = part.stop - part.start
        columns: Any = self._memory[:count]
        for place, index in self._places():
            columns[(slice(None), slice(None), *place)] = x[part][index]
        return columns.reshape(count, self.groups, self.rows, self.count)

    def back(self, columns: Any, x: Any, part: slice) -> None:
        """Add columns to the entries of x that they were made of."""
        spread = columns.reshape(
            len(columns), self.groups * self.rows // math.prod(self.size), *self.size, *self.counts
        )
        for place, index in self._places():
            x[part][index] += spread[(slice(None), slice(None), *place)]

    def memory(self, part: slice) -> Any:
        """Memory for columns."""
        return self._memory[: part.stop - part.start].reshape(
            part.stop - part.start, self.groups, self.rows, self.count
        )

    def _places(self) -> Iterator[tuple[Lengths, Any]]:
        return each_place(self.size, self.counts, self.stride, self.dilation)


def convolution(x: Any, w: Any, **how: Any) -> Any:
    """yₙₒₚ = Σ xₙ,ᵢ,ₛₚ₊ₖ wₒ,ᵢ,ₖ, over the channels i of o's group and the places k of a window."""
    out, inner = w.shape[:2]
    if x.ndim != w.ndim or x.shape[1] != inner * how["groups"] or out % how["groups"]:
        raise ValueError("(samples, channels, …) and a kernel (out, channels / groups, …), out a multiple of groups")
    columns = _Columns(x.shape, w.shape[2:], how, np.result_type(x, w))
    kernel = w.reshape(columns.groups, out // columns.groups, columns.rows)
    y = np.empty((len(x), out, *columns.counts), columns.dtype)
    by_group = y.reshape(len(x), columns.groups, out // columns.groups, columns.count)
    x = padded(x, columns.padding)
    for part in columns.parts:
        np.matmul(kernel, columns.of(x, part), out=by_group[part])
    return y


def convolution_transposed(g: Any, w: Any, lengths: Lengths, **how: Any) -> Any:
    """What ⟨g, convolution(x, w)⟩ has for each entry of x: every g spread by the kernel over its window."""
    groups = how["groups"]
    full = (len(g), w.shape[1] * groups, *lengths)
    columns = _Columns(full, w.shape[2:], how, np.result_type(g, w))
    kernel = np.ascontiguousarray(w.reshape(groups, len(w) // groups, columns.rows).transpose(0, 2, 1))
    y = padded(np.zeros(full, columns.dtype), columns.padding)
    g = g.reshape(len(g), groups, g.shape[1] // groups, columns.count)
    for part in columns.parts:
        columns.back(np.matmul(kernel, g[part], out=columns.memory(part)), y, part)
    return y[_inside(columns.padding)]


def convolution_kernel(x: Any, g: Any, size: Lengths, **how: Any) -> Any:
    """What ⟨g, convolution(x, w)⟩ has for each entry of w: every window times its g."""
    groups = how["groups"]
    columns = _Columns(x.shape, size, how, np.result_type(x, g))
    y = np.zeros((groups, g.shape[1] // groups, columns.rows), columns.dtype)
    g = g.reshape(len(g), groups, g.shape[1] // groups, columns.count)
    x = padded(x, columns.padding)
    for part in columns.parts:
        y += np.matmul(g[part], columns.of(x, part).swapaxes(-1, -2)).sum(0)
    return y.reshape(g.shape[1] * g.shape[2], x.shape[1] // groups, *size)


def max_pool(x: Any, size: Lengths, stride: Lengths, padding: Lengths, dilation: Lengths) -> Any:
    """The largest entry of every window over the last axes; beyond the edge there is the least number of all."""
    counts = window_counts(x.shape[x.ndim - len(size) :], size, stride, padding, dilation)
    parts = [padded(x, padding, _least(x))[index] for _, index in each_place(size, counts, stride, dilation)]
    y = parts[0].copy()
    for part in parts[1:]:
        np.maximum(y, part, out=y)
    return y


def _least(x: Any) -> Any:
    """The least number of an array's kind: integers have no −∞, and would take 0 or another number for it."""
    return np.iinfo(x.dtype).min if x.dtype.kind in "iu" else -np.inf


def max_positions(x: Any, size: Lengths, stride: Lengths, padding: Lengths, dilation: Lengths) -> Any:
    """Where the first of the largest entries of every window is, counted through the last axes."""
    lengths = x.shape[x.ndim - len(size) :]
    counts = window_counts(lengths, size, stride, padding, dilation)
    places = padded(np.arange(math.prod(lengths)).reshape(lengths), padding, -1)
    x = padded(x, padding, _least(x))
    best: Any = None
    found: Any = None
    for _, index in each_place(size, counts, stride, dilation):
        entries, position = x[index], np.broadcast_to(places[index], (*x.shape[: x.ndim - len(size)], *counts))
        if best is None:
            best, found = entries.copy(), position.copy()
            continue
        larger = (entries > best) | ((entries != entries) & (best == best)) | (found < 0)
        np.copyto(best, entries, where=larger)
        np.copyto(found, position, where=larger)
    return found
