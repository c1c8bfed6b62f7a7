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
    """The columns of a batch, a few samples at a time, for a convolution of these shapes.

    With strides of 1 the windows are taken of the image as one long row: each place of all windows is then one piece of
    memory, and what lies between the end of a line and the start of the next is computed, too, and left out. It is a
    fraction of the whole, and rows of a few numbers are slow to copy. ``alone=True`` leaves it out from the start.
    """

    def __init__(self, x: Lengths, size: Lengths, how: dict[str, Any], dtype: Any, alone: bool = False) -> None:
        self.samples, self.channels = x[:2]
        self.size, self.groups, self.dtype = size, how["groups"], np.dtype(dtype)
        self.padding, stride, dilation = how["padding"], how["stride"], how["dilation"]
        self.counts = window_counts(x[2:], size, stride, self.padding, dilation)
        self.rows = self.channels * math.prod(size) // self.groups
        lengths = [n + 2 * p for n, p in zip(x[2:], self.padding, strict=True)]
        steps = [math.prod(lengths[axis + 1 :]) for axis in range(len(size))]
        starts = tuple(step * s for step, s in zip(steps, stride, strict=True))
        self._lines = (self.counts[0], *lengths[1:]) if set(stride) == {1} and not alone else self.counts
        if self._lines == self.counts:
            self._windows, self._starts = self.counts, starts
        else:
            self._windows = (1 + sum(step * (n - 1) for step, n in zip(steps, self.counts, strict=True)),)
            self._starts = (1,)
        self._places = tuple(step * d for step, d in zip(steps, dilation, strict=True))
        self.count = math.prod(self._windows)
        one = max(1, self.groups * self.rows * self.count) * self.dtype.itemsize
        at_a_time = max(1, min(self.samples, AT_A_TIME // one))
        self.parts = [slice(n, min(n + at_a_time, self.samples)) for n in range(0, self.samples, at_a_time)]
        self._memory = np.empty((at_a_time, self.channels, *size, *self._windows), dtype)

    def seen(self, x: Any) -> Any:
        """Every window of x, which is padded, without a copy: (samples, channels, places, windows)."""
        shape = (self.samples, self.channels, *self.size, *self._windows)
        steps = (step * x.itemsize for step in (*self._places, *self._starts))
        return np.lib.stride_tricks.as_strided(x, shape, (*x.strides[:2], *steps))

    def of(self, seen: Any) -> Any:
        """The columns of some samples, (samples, groups, rows, windows)."""
        columns = self._memory[: len(seen)]
        np.copyto(columns, seen)
        return columns.reshape(-1, self.groups, self.rows, self.count)

    def back(self, columns: Any, seen: Any) -> None:
        """Add columns to the entries that they were made of."""
        columns = columns.reshape(seen.shape)
        for place in np.ndindex(*self.size):
            here = (slice(None), slice(None), *place)
            seen[here] += columns[here]

    def memory(self, part: slice) -> Any:
        """Memory for columns."""
        return self._memory[: part.stop - part.start].reshape(-1, self.groups, self.rows, self.count)

    def outputs(self, channels: int) -> tuple[Any, Any]:
        """Memory for what products give, as (samples, groups, channels / groups, windows), and what counts of it."""
        memory = np.zeros((self.samples, channels, *self._lines), self.dtype)
        flat = memory.reshape(self.samples, self.groups, channels // self.groups, math.prod(self._lines))
        inside: Any = (Ellipsis, *map(slice, self.counts))
        return flat[..., : self.count], memory[inside]

    def spread(self, g: Any) -> Any:
        """One number for each window, as the other factor of a product."""
        flat, inside = self.outputs(g.shape[1])
        inside[...] = g
        return flat


def convolution(x: Any, w: Any, **how: Any) -> Any:
    """yₙₒₚ = Σ xₙ,ᵢ,ₛₚ₊ₖ wₒ,ᵢ,ₖ, over the channels i of o's group and the places k of a window."""
    out, inner = w.shape[:2]
    if x.ndim != w.ndim or x.shape[1] != inner * how["groups"] or out % how["groups"]:
        raise ValueError("(samples, channels, …) and a kernel (out, channels / groups, …), out a multiple of groups")
    columns = _Columns(x.shape, w.shape[2:], how, np.result_type(x, w))
    kernel = w.reshape(columns.groups, out // columns.groups, columns.rows)
    y, inside = columns.outputs(out)
    seen = columns.seen(np.ascontiguousarray(padded(x, columns.padding)))
    for part in columns.parts:
        np.matmul(kernel, columns.of(seen[part]), out=y[part])
    return np.ascontiguousarray(inside)


def convolution_transposed(g: Any, w: Any, lengths: Lengths, **how: Any) -> Any:
    """What ⟨g, convolution(x, w)⟩ has for each entry of x: every g spread by the kernel over its window."""
    groups, size = how["groups"], w.shape[2:]
    most = [d * (k - 1) for d, k in zip(how["dilation"], size, strict=True)]
    if set(how["stride"]) == {1} and all(p <= m for p, m in zip(how["padding"], most, strict=True)):
        # The kernel turned round: a convolution again, which reads what the way below adds up piece by piece.
        turned = w.reshape(groups, len(w) // groups, *w.shape[1:]).swapaxes(1, 2)[
            (Ellipsis, *(slice(None, None, -1),) * len(size))
        ]
        padding = tuple(m - p for p, m in zip(how["padding"], most, strict=True))
        return convolution(g, turned.reshape(-1, len(w) // groups, *size), **{**how, "padding": padding})
    full = (len(g), w.shape[1] * groups, *lengths)
    columns = _Columns(full, size, how, np.result_type(g, w))
    kernel = np.ascontiguousarray(w.reshape(groups, len(w) // groups, columns.rows).transpose(0, 2, 1))
    y = padded(np.zeros(full, columns.dtype), columns.padding)
    g, seen = columns.spread(g), columns.seen(y)
    for part in columns.parts:
        columns.back(np.matmul(kernel, g[part], out=columns.memory(part)), seen[part])
    return y[_inside(columns.padding)]


def convolution_kernel(x: Any, g: Any, size: Lengths, **how: Any) -> Any:
    """What ⟨g, convolution(x, w)⟩ has for each entry of w: every window times its g."""
    groups, out = how["groups"], g.shape[1]
    columns = _Columns(x.shape, size, how, np.result_type(x, g))
    if columns.count == math.prod(columns.counts):
        y = _windows_times(g, x, columns)
    else:
        with np.errstate(invalid="ignore"):
            y = _windows_times(g, x, columns)
        if not np.isfinite(y).all():  # 0 times an infinite entry between lines, which is in no window here
            y = _windows_times(g, x, _Columns(x.shape, size, how, y.dtype, alone=True))
    return y.swapaxes(-1, -2).reshape(out, x.shape[1] // groups, *size)


def _windows_times(g: Any, x: Any, columns: _Columns) -> Any:
    """Σ of each window and its g, (groups, rows, channels / groups)."""
    y = np.zeros((columns.groups, columns.rows, g.shape[1] // columns.groups), columns.dtype)
    g = columns.spread(g)
    seen = columns.seen(np.ascontiguousarray(padded(x, columns.padding)))
    for part in columns.parts:
        y += np.matmul(columns.of(seen[part]), g[part].swapaxes(-1, -2)).sum(0)
    return y


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


def max_places(x: Any, y: Any, size: Lengths, stride: Lengths, padding: Lengths, dilation: Lengths) -> Any:
    """Which place of each window the first of its largest entries y has, counted through the window."""
    lengths = x.shape[x.ndim - len(size) :]
    counts = window_counts(lengths, size, stride, padding, dilation)
    within = padded(np.ones(lengths, bool), padding, False)  # the least number of all may be beyond the edge, too
    x, undefined = padded(x, padding, _least(x)), y != y
    places, missing = np.zeros(y.shape, np.uint8 if math.prod(size) <= 256 else np.intp), np.ones(y.shape, bool)
    for _, index in list(each_place(size, counts, stride, dilation))[:-1]:
        other = x[index] != y
        if undefined.any():
            other &= ~(undefined & (x[index] != x[index]))
        if any(padding):
            other |= ~within[index]
        missing &= other
        places += missing
    return places


def from_windows(x: Any, places: Any, size: Lengths, stride: Lengths, padding: Lengths, dilation: Lengths) -> Any:
    """The entry of every window at a place of it; beyond the edge there is 0."""
    counts = window_counts(x.shape[x.ndim - len(size) :], size, stride, padding, dilation)
    x = padded(x, padding)
    return x.reshape(-1)[_positions(places, x.shape, size, counts, stride, dilation)]


def into_windows(g: Any, places: Any, lengths: Lengths, **how: Any) -> Any:
    """Zeros with every g added to its window at a place of it; what is beyond the edge is lost."""
    size, stride, padding, dilation = how["size"], how["stride"], how["padding"], how["dilation"]
    counts = window_counts(lengths, size, stride, padding, dilation)
    y = padded(np.zeros((*g.shape[: g.ndim - len(size)], *lengths), g.dtype), padding)
    positions = _positions(places, y.shape, size, counts, stride, dilation)
    if all(d * (k - 1) < s for k, s, d in zip(size, stride, dilation, strict=True)):
        y.reshape(-1)[positions] = g  # no two windows share an entry
    else:
        np.add.at(y.reshape(-1), positions.reshape(-1), g.reshape(-1))
    return y[_inside(padding)]


def _positions(places: Any, shape: Lengths, size: Lengths, counts: Lengths, stride: Lengths, dilation: Lengths) -> Any:
    """Where in a flat array of this shape each window has its entry at a place of it."""
    lead, lengths = shape[: len(shape) - len(size)], shape[len(shape) - len(size) :]
    starts: Any = np.arange(math.prod(lead)).reshape(*lead, *(1,) * len(size))
    offsets: Any = 0
    for axis, (length, k, count, s, d) in enumerate(zip(lengths, size, counts, stride, dilation, strict=True), 1):
        rest = (1,) * (len(size) - axis)
        starts = starts * length + s * np.arange(count).reshape(-1, *rest)
        offsets = offsets * length + d * np.arange(k).reshape(-1, *rest)
    return starts + offsets.reshape(-1)[places]
