"""Array code of convolutions and pooling: windows that slide over an array.

A convolution is one matrix product of the kernel and the *columns*, the entries of each window one below the other. The
columns of a few samples at a time are made, which stay in the cache, while those of a batch would be many times the batch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import pairwise, product
from typing import Any, TypeVar

import numpy as np

from autograd.rules.convolution_loops import loop_forward, loop_kernel
from autograd.rules.memory import result
from autograd.rules.threads import ALONE, shared
from autograd.rules.window_places import Positions, first_places, largest_of_tiles, spread_tiles

Lengths = tuple[int, ...]
T = TypeVar("T")

# Bytes of columns that are made at a time, and of images that are pooled.
COLUMNS, IMAGES = 1 << 20, 1 << 19
# Where products small enough for one thread have fewer windows, BLAS's own do better; those summed over are to be more.
NARROW, SUMMED = 24, 96
# From so many rows on, columns are multiplied sooner by what was turned in memory, turning it included. Products of a
# multiple of so many windows leave no lane of the processor empty.
MANY, LANES = 128, 16
# Into how many shares threads divide a batch at most: a number that does not depend on the machine, since the order
# in which the gradients of a kernel are summed does.
SHARES = 8


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


def _pieces(start: int, stop: int, size: int) -> list[slice]:
    return [slice(n, min(n + size, stop)) for n in range(start, stop, size)]


def _shares(samples: int, at_a_time: int) -> list[list[slice]]:
    """A batch in equal shares, a power of 2 of them, so that threads end together; each in parts of a few samples."""
    count = min(SHARES, 1 << max(1, 2 * samples // at_a_time).bit_length() - 1)
    edges = [samples * i // count for i in range(count + 1)]
    return [_pieces(start, stop, at_a_time) for start, stop in pairwise(edges)]


class _Columns:
    """The columns of a batch, a few samples at a time, for a convolution of these shapes.

    With strides of 1 the windows are taken of the image as one long row: each place of all windows is then one piece of
    memory, and what lies between the end of a line and the start of the next is computed, too, and left out. It is a
    fraction of the whole, and rows of a few numbers are slow to copy. ``alone=True`` leaves it out from the start.

    Args:
        x: The shape of what the windows lie on.
        size: That of a window.
        out: How many numbers a window becomes.
        narrow: How many windows a product must have at least, where it is to be small enough for one thread.
    """

    def __init__(
        self,
        x: Lengths,
        size: Lengths,
        out: int,
        how: dict[str, Any],
        dtype: Any,
        narrow: int = NARROW,
        alone: bool = False,
    ) -> None:
        self.channels, self.size, self.out, self.groups, self.dtype = x[1], size, out, how["groups"], np.dtype(dtype)
        self.padding, stride, dilation = how["padding"], how["stride"], how["dilation"]
        self.counts = window_counts(x[2:], size, stride, self.padding, dilation)
        self.rows = self.channels * math.prod(size) // self.groups
        self.lengths = tuple(n + 2 * p for n, p in zip(x[2:], self.padding, strict=True))
        steps = [math.prod(self.lengths[axis + 1 :]) for axis in range(len(size))]
        starts = tuple(step * s for step, s in zip(steps, stride, strict=True))
        self.lines = (self.counts[0], *self.lengths[1:]) if set(stride) == {1} and not alone else self.counts
        self.in_lines = self.lines != self.counts or starts == (1,)
        if not self.in_lines:
            self.windows, self._starts = self.counts, starts
        else:
            self.windows = (1 + sum(step * (n - 1) for step, n in zip(steps, self.counts, strict=True)),)
            self._starts = (1,)
        self.steps = tuple(step * d for step, d in zip(steps, dilation, strict=True))
        self.count = math.prod(self.windows)
        one = max(1, self.groups * self.rows * self.count) * self.dtype.itemsize
        self.at_a_time = max(1, min(x[0], COLUMNS // one))
        width = ALONE // max(1, self.rows * out // self.groups)
        small = width >= narrow
        if small:
            even = -(-self.count // -(-self.count // width))  # all pieces nearly as long as each other
            width = min(width, -(-even // LANES) * LANES)
        self.pieces = _pieces(0, self.count, width if small else self.count)
        self.shares = _shares(x[0], self.at_a_time) if small else [_pieces(0, x[0], self.at_a_time)]

    def seen(self, x: Any) -> Any:
        """Every window of x, which is padded, without a copy: (samples, channels, places, windows)."""
        steps = (step * x.itemsize for step in (*self.steps, *self._starts))
        return np.lib.stride_tricks.as_strided(
            x, (len(x), self.channels, *self.size, *self.windows), (*x.strides[:2], *steps)
        )


class _Part:
    """Memory for a few samples, which the next few use again: their image, its columns, a number for each window."""

    def __init__(self, columns: _Columns) -> None:
        samples, self._of = columns.at_a_time, columns
        self._image = np.zeros((samples, columns.channels, *columns.lengths), columns.dtype)
        self._inside = self._image[_inside(columns.padding)]
        self._seen = columns.seen(self._image)
        self._columns = np.empty(self._seen.shape, columns.dtype)
        lines = np.zeros((samples, columns.out, *columns.lines), columns.dtype)
        inside: Any = (Ellipsis, *map(slice, columns.counts))
        self._lines = lines[inside]
        groups, outs = columns.groups, columns.out // columns.groups
        self._flat = lines.reshape(samples, groups, outs, math.prod(columns.lines))[..., : columns.count]

    def _matrices(self, samples: int) -> Any:
        columns = self._of
        return self._columns[:samples].reshape(samples, columns.groups, columns.rows, columns.count)

    def columns(self, x: Any) -> Any:
        """The columns of some samples, (samples, groups, rows, windows)."""
        self._inside[: len(x)] = x
        np.copyto(self._columns[: len(x)], self._seen[: len(x)])
        return self._matrices(len(x))

    def spread(self, g: Any) -> Any:
        """One number for each window, as a factor of products: (samples, groups, out / groups, windows)."""
        self._lines[: len(g)] = g
        return self._flat[: len(g)]

    def products(self, kernel: Any, columns: Any, y: Any) -> None:
        """y ← kernel · columns."""
        flat = self._flat[: len(y)]
        for piece in self._of.pieces:
            np.matmul(kernel, columns[..., piece], out=flat[..., piece])
        y[...] = self._lines[: len(y)]

    def back(self, kernel: Any, g: Any, y: Any) -> None:
        """y ← what kernel · g, which are columns, adds up to where they were made of."""
        made, image = self._matrices(len(y)), self._image[: len(y)]
        for piece in self._of.pieces:
            np.matmul(kernel, g[..., piece], out=made[..., piece])
        image[...] = 0
        for place in np.ndindex(*self._of.size):
            here = (slice(None, len(y)), slice(None), *place)
            self._seen[here] += self._columns[here]
        y[...] = self._inside[: len(y)]


def _of_shares(columns: _Columns, work: Callable[[_Part, list[slice]], T]) -> list[T]:
    """What some work gives for each share of the batch, by several threads, each with memory of its own."""

    def worker() -> Callable[[int], T]:
        memory = _Part(columns)
        return lambda number: work(memory, columns.shares[number])

    return shared(worker, len(columns.shares))


def convolution(x: Any, w: Any, out: Any = None, **how: Any) -> Any:
    """yₙₒₚ = Σ xₙ,ᵢ,ₛₚ₊ₖ wₒ,ᵢ,ₖ, over the channels i of o's group and the places k of a window."""
    outs, inner = w.shape[:2]
    if x.ndim != w.ndim or x.shape[1] != inner * how["groups"] or outs % how["groups"]:
        raise ValueError("(samples, channels, …) and a kernel (out, channels / groups, …), out a multiple of groups")
    columns = _Columns(x.shape, w.shape[2:], outs, how, np.result_type(x, w))
    kernel = w.reshape(columns.groups, outs // columns.groups, columns.rows)
    y = result(out, (len(x), outs, *columns.counts), columns.dtype)

    def outputs(memory: _Part, parts: list[slice]) -> None:
        for part in parts:
            memory.products(kernel, memory.columns(x[part]), y[part])

    if not loop_forward(columns, x, np.ascontiguousarray(kernel), y):
        _of_shares(columns, outputs)
    return y


def convolution_transposed(g: Any, w: Any, lengths: Lengths, out: Any = None, **how: Any) -> Any:
    """What ⟨g, convolution(x, w)⟩ has for each entry of x: every g spread by the kernel over its window."""
    groups, size = how["groups"], w.shape[2:]
    most = [d * (k - 1) for d, k in zip(how["dilation"], size, strict=True)]
    if set(how["stride"]) == {1} and all(p <= m for p, m in zip(how["padding"], most, strict=True)):
        # The kernel turned round: a convolution again, which reads what the way below adds up piece by piece.
        turned = w.reshape(groups, len(w) // groups, *w.shape[1:]).swapaxes(1, 2)[
            (Ellipsis, *(slice(None, None, -1),) * len(size))
        ]
        padding = tuple(m - p for p, m in zip(how["padding"], most, strict=True))
        return convolution(g, turned.reshape(-1, len(w) // groups, *size), out, **{**how, "padding": padding})
    full = (len(g), w.shape[1] * groups, *lengths)
    columns = _Columns(full, size, len(w), how, np.result_type(g, w))
    kernel = np.ascontiguousarray(w.reshape(groups, len(w) // groups, columns.rows).transpose(0, 2, 1))
    y = result(out, full, columns.dtype)

    def images(memory: _Part, parts: list[slice]) -> None:
        for part in parts:
            memory.back(kernel, memory.spread(g[part]), y[part])

    _of_shares(columns, images)
    return y


def convolution_kernel(x: Any, g: Any, size: Lengths, **how: Any) -> Any:
    """What ⟨g, convolution(x, w)⟩ has for each entry of w: every window times its g."""
    groups, outs = how["groups"], g.shape[1]
    columns = _Columns(x.shape, size, outs, how, np.result_type(x, g), SUMMED)
    if columns.count == math.prod(columns.counts):
        y = _windows_times(g, x, columns)
    else:
        with np.errstate(invalid="ignore"):
            y = _windows_times(g, x, columns)
        if not np.isfinite(y).all():  # 0 times an infinite entry between lines, which is in no window here
            y = _windows_times(g, x, _Columns(x.shape, size, outs, how, y.dtype, SUMMED, alone=True))
    return y.swapaxes(-1, -2).reshape(outs, x.shape[1] // groups, *size)


def _windows_times(g: Any, x: Any, columns: _Columns) -> Any:
    """Σ of each window and its g, (groups, rows, out / groups)."""

    def total(memory: _Part, parts: list[slice]) -> Any:
        y = np.zeros((columns.groups, columns.rows, columns.out // columns.groups), columns.dtype)
        for part in parts:
            of_x, of_g = memory.columns(x[part]), memory.spread(g[part]).swapaxes(-1, -2)
            of_g = np.ascontiguousarray(of_g) if columns.rows >= MANY else of_g
            for piece in columns.pieces:
                found = np.matmul(of_x[..., piece], of_g[..., piece, :])
                y += found[0] if len(found) == 1 else found.sum(0)
        return y

    first, *others = loop_kernel(columns, x, g, columns.rows >= MANY) or _of_shares(columns, total)
    for other in others:
        first += other
    return first


def _at_a_time(images: Any) -> int:
    """How many samples of a batch are pooled at a time."""
    return max(1, IMAGES * len(images) // max(1, int(images.nbytes)))


def _each_part(images: Any, size: Lengths, work: Callable[[Any], None]) -> None:
    """Do some work for a few samples at a time, shared by threads; an image alone is given as ``...``."""
    shares = [[...]] if images.ndim == len(size) else _shares(len(images), _at_a_time(images))

    def share(number: int) -> None:
        for part in shares[number]:
            work(part)

    shared(lambda: share, len(shares))


def max_pool(x: Any, size: Lengths, stride: Lengths, padding: Lengths, dilation: Lengths, out: Any = None) -> Any:
    """The largest entry of every window over the last axes; beyond the edge there is the least number of all."""
    lead = x.ndim - len(size)
    counts = window_counts(x.shape[lead:], size, stride, padding, dilation)
    y = result(out, (*x.shape[:lead], *counts), x.dtype)
    if largest_of_tiles(x, y, (size, stride, padding, dilation)):
        return y

    along = [
        [(..., slice(i * d, i * d + (n - 1) * s + 1, s), *(slice(None),) * (len(size) - axis)) for i in range(k)]
        for axis, (k, n, s, d) in enumerate(zip(size, counts, stride, dilation, strict=True), 1)
    ]

    def largest(part: Any) -> None:
        """Along one axis after another."""
        found = padded(x[part], padding, _least(x))
        for axis, indices in enumerate(along, 1):
            first, *others = [found[index] for index in indices]
            found = y[part] if axis == len(size) else np.empty_like(first)
            np.maximum(first, others[0] if others else first, out=found)
            for other in others[1:]:
                np.maximum(found, other, out=found)

    _each_part(x, size, largest)
    return y


def _least(x: Any) -> Any:
    """The least number of an array's kind: integers have no −∞, and would take 0 or another number for it."""
    return np.iinfo(x.dtype).min if x.dtype.kind in "iu" else x.dtype.kind != "b" and -np.inf


def max_places(
    x: Any, y: Any, size: Lengths, stride: Lengths, padding: Lengths, dilation: Lengths, out: Any = None
) -> Any:
    """Which place of each window the first of its largest entries y has, counted through the window."""
    lengths = x.shape[x.ndim - len(size) :]
    counts = window_counts(lengths, size, stride, padding, dilation)
    places = result(out, y.shape, np.uint8 if math.prod(size) <= 256 else np.intp)
    if first_places(x, y, places, (size, stride, padding, dilation)):
        return places
    within = padded(np.ones(lengths, bool), padding, False)  # the least number of all may be beyond the edge, too
    indices = [index for _, index in each_place(size, counts, stride, dilation)][:-1]

    def first(part: Any) -> None:
        entries, top, found = padded(x[part], padding, _least(x)), y[part], places[part]
        undefined, missing = top != top, None
        some = undefined.any()
        found[...] = 0
        for index in indices:
            other = entries[index] != top
            if some:
                other &= ~(undefined & (entries[index] != entries[index]))
            if any(padding):
                other |= ~within[index]
            missing = other if missing is None else np.logical_and(missing, other, out=other)
            found += missing.view(np.uint8)  # as whole numbers: adding truth values to numbers takes a pass more

    _each_part(x, size, first)
    return places


def from_windows(x: Any, places: Any, size: Lengths, stride: Lengths, padding: Lengths, dilation: Lengths) -> Any:
    """The entry of every window at a place of it; beyond the edge there is 0."""
    counts = window_counts(x.shape[x.ndim - len(size) :], size, stride, padding, dilation)
    x = padded(x, padding)
    return x.reshape(-1)[Positions(x.shape, counts, size, stride, dilation).of(places)]


def into_windows(g: Any, places: Any, lengths: Lengths, out: Any = None, **how: Any) -> Any:
    """Zeros with every g added to its window at a place of it; what is beyond the edge is lost."""
    size, stride, padding, dilation = how["size"], how["stride"], how["padding"], how["dilation"]
    counts = window_counts(lengths, size, stride, padding, dilation)
    y = result(out, (*g.shape[: g.ndim - len(size)], *lengths), g.dtype)
    if spread_tiles(y, g, places, (size, stride, padding, dilation)):
        return y
    apart = all(d * (k - 1) < s for k, s, d in zip(size, stride, dilation, strict=True))
    samples = y.shape[: y.ndim - len(size)]
    full = (
        *(min(n, _at_a_time(y)) for n in samples[:1]),
        *samples[1:],
        *(n + 2 * p for n, p in zip(lengths, padding, strict=True)),
    )
    positions = Positions(full, counts, size, stride, dilation)
    direct = y.flags.c_contiguous and not any(padding)

    def spread(part: Any) -> None:
        y[part] = 0
        image = y[part] if direct else padded(y[part], padding)
        if apart:
            image.reshape(-1)[positions.of(places[part])] = g[part]  # no two windows share an entry
        else:
            np.add.at(image.reshape(-1), positions.of(places[part]).reshape(-1), g[part].reshape(-1))
        if not direct:
            y[part] = image[_inside(padding)]

    _each_part(y, size, spread)
    return y
