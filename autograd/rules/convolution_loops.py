"""Shares of a convolution as loops in machine code: what `windows` does by NumPy, rounded alike.

A sample at a time, whose columns stay in the nearest cache: for NumPy so many calls would take longer than they save.
They are for windows without strides, of one or two axes, in one group.
"""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Any

import numpy as np

from autograd.rules.loops import Loop, loop
from autograd.rules.threads import available

__all__ = ["loop_forward", "loop_kernel"]

# What each thread has of its own comes first.
_OWN = "image", "columns", "lines", "totals", "turned"
_NAMES = (
    *_OWN, "start", "stop", "x", "others", "y", "offsets",
    "channels", "height", "width", "across", "plane", "edge",
    "places", "count", "rows", "outs", "piece", "line", "lines_of_one", "down", "length",
    "at_a_time", "pieces",
)  # fmt: skip

_COLUMNS = '''
def fill(w: longs, s: int):
    """The columns of a sample: its image amid zeros, and from there each place of all windows."""
    NAMES
    inside = KINDs(image) + edge
    for c in range(channels):
        for r in range(height):
            copy(width, inside + c * plane + r * across, KINDs(x) + ((s * channels + c) * height + r) * width)
    for c in range(channels):
        for k in range(places):
            copy(count, KINDs(columns) + (c * places + k) * count, KINDs(image) + c * plane + longs(offsets)[k])

@parallel
def copy(n: int, y: KINDs, x: KINDs):
    for i in range(n):
        y[i] = x[i]
'''

# What lies between the end of a line of windows and the next one is computed, too, and left out.
_FORWARD = """
def convolution(w: longs) -> int:
    NAMES
    for s in range(start, stop):
        fill(w, s)
        for j in range(0, count, piece):
            to, wide = KINDs(lines) + j, min(piece, count - j)
            KIND_product(outs, wide, rows, KINDs(others), rows, 0, KINDs(columns) + j, count, 0, KIND(0), to, lines_of_one)
        for o in range(outs):
            for r in range(down):
                to = KINDs(y) + ((s * outs + o) * down + r) * length
                copy(length, to, KINDs(lines) + o * lines_of_one + r * line)
    return 0
"""

# What is added up for the first samples of all pieces is added to the whole before the next samples come.
_KERNEL = """
def convolution_kernel(w: longs) -> int:
    NAMES
    all = rows * outs
    for first in range(start, stop, at_a_time):
        for s in range(first, min(stop, first + at_a_time)):
            fill(w, s)
            for o in range(outs):
                for r in range(down):
                    from_g = KINDs(others) + ((s * outs + o) * down + r) * length
                    copy(length, KINDs(lines) + o * lines_of_one + r * line, from_g)
            if turned != 0:
                for i in range(count):
                    turn(outs, KINDs(turned) + i * outs, KINDs(lines) + i, lines_of_one)
            for p in range(pieces):
                j, sum, more = p * piece, KINDs(totals) + p * all, KINDs(totals) + pieces * all
                wide, beta, to = min(piece, count - j), KIND(s > first), sum
                if s > first and wide > 128:  # BLAS would add the sums of its own parts to what is there one by one
                    beta, to = KIND(0), more
                if turned != 0:
                    factor = KINDs(turned) + j * outs
                    KIND_product(rows, outs, wide, KINDs(columns) + j, count, 0, factor, outs, 0, beta, to, outs)
                else:
                    factor = KINDs(lines) + j
                    KIND_product(rows, outs, wide, KINDs(columns) + j, count, 0, factor, lines_of_one, 1, beta, to, outs)
                if s > first and wide > 128:
                    add(all, sum, more)
        for p in range(pieces):
            add(all, KINDs(y), KINDs(totals) + p * all)
    return 0

@parallel
def turn(n: int, y: KINDs, x: KINDs, apart: int):
    for i in range(n):
        y[i] = x[i * apart]

@parallel
def add(n: int, sum: KINDs, more: KINDs):
    for i in range(n):
        sum[i] = sum[i] + more[i]
"""

_LOOPS = {"convolution": _FORWARD, "convolution_kernel": _KERNEL}

# Sums for so many pieces of a kernel's gradient are kept at most.
_PIECES = 64


def loop_forward(plan: Any, x: Any, kernel: Any, y: Any) -> bool:
    """Fill in y, unless that is left to NumPy."""
    found = _loop("convolution", plan, (x, kernel, y), y)
    if found is not None:
        _run(found, plan, _memory(plan), x=x, others=kernel, y=y)
    return found is not None


def loop_kernel(plan: Any, x: Any, g: Any, turned: bool) -> list[Any] | None:
    """What each share adds to the gradient of a kernel, (1, rows, out); None where that is left to NumPy."""
    found = _loop("convolution_kernel", plan, (x, g), g) if len(plan.pieces) <= _PIECES else None
    if found is None:
        return None
    memory = _memory(plan)
    threads = len(memory["image"])
    memory["totals"] = np.empty((threads, len(plan.pieces) + 1, plan.rows, plan.out), plan.dtype)
    if turned:
        memory["turned"] = np.empty((threads, plan.count, plan.out), plan.dtype)
    y = np.zeros((len(plan.shares), 1, plan.rows, plan.out), plan.dtype)
    _run(found, plan, memory, y.strides[0], x=x, others=g, y=y)
    return list(y)


def _loop(name: str, plan: Any, arrays: tuple[Any, ...], of_windows: Any) -> Loop | None:
    """The loop, if it is for such windows; NumPy takes products of single rows and columns in other ways."""
    kind = {"float32": "f4", "float64": "f8"}.get(plan.dtype.name)
    last = plan.pieces[-1]
    if kind is None or plan.groups > 1 or len(plan.size) > 2 or not plan.in_lines or not len(arrays[0]):
        return None
    if of_windows.shape != (len(arrays[0]), plan.out, *plan.counts):
        return None  # which NumPy refuses
    if min(plan.rows, plan.out, last.stop - last.start) < 2:
        return None
    if any(y.dtype != plan.dtype or not y.flags.c_contiguous or not y.flags.aligned for y in arrays):
        return None
    return loop(name, _text(name, kind))


@cache
def _text(name: str, kind: str) -> str:
    names = f"{', '.join(_NAMES)} = {', '.join(f'w[{i}]' for i in range(len(_NAMES)))}"
    return (_LOOPS[name] + _COLUMNS).replace("NAMES", names).replace("KIND", kind)


def _memory(plan: Any) -> dict[str, Any]:
    """For one sample of each thread: its image with an edge, the columns, a number for each window."""
    threads = min(len(plan.shares), available())
    return {
        "image": np.zeros((threads, plan.channels, *plan.lengths), plan.dtype),
        "columns": np.empty((threads, plan.rows, plan.count), plan.dtype),
        "lines": np.zeros((threads, plan.out, *plan.lines), plan.dtype),
    }


def _run(loop: Loop, plan: Any, memory: dict[str, Any], apart: int = 0, **arrays: Any) -> None:
    """Give a loop its words for each thread and share of the batch; results of shares lie some bytes apart."""
    lengths, counts = (1, *plan.lengths)[-2:], (1, *plan.counts)[-2:]
    padding, steps = (0, *plan.padding)[-2:], [range(0, k * n, n) for k, n in zip(plan.size, plan.steps, strict=True)]
    offsets = np.array([sum(place) for place in product(*steps)], np.int64)
    words = {
        "at_a_time": plan.at_a_time,
        "channels": plan.channels, "height": lengths[0] - 2 * padding[0], "width": lengths[1] - 2 * padding[1],
        "across": lengths[1], "plane": lengths[0] * lengths[1], "edge": padding[0] * lengths[1] + padding[1],
        "places": offsets.size, "count": plan.count, "rows": plan.rows, "outs": plan.out,
        "piece": plan.pieces[0].stop, "pieces": len(plan.pieces),
        "down": counts[0], "length": counts[1], "line": plan.lines[-1], "lines_of_one": memory["lines"][0, 0].size,
    } | {name: y.__array_interface__["data"][0] for name, y in (memory | arrays | {"offsets": offsets}).items()}  # fmt: skip
    shares = [(number, parts) for number, parts in enumerate(plan.shares) if parts]
    given = np.empty((len(memory["image"]), len(shares), len(_NAMES)), np.int64)
    given[...] = [words.get(name, 0) for name in _NAMES]
    strides = [memory[name].strides[0] if name in memory else 0 for name in _OWN]
    given[..., : len(_OWN)] += np.multiply.outer(np.arange(len(given)), strides)[:, None]
    of_share = len(_OWN)
    given[..., of_share : of_share + 2] = [(parts[0].start, parts[-1].stop) for _, parts in shares]
    given[..., _NAMES.index("y")] += [number * apart for number, _ in shares]
    loop.shares(given)
