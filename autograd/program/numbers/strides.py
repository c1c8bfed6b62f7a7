"""Finding loops in lists of places: lanes that read at regular distances are a loop with strides.

This is what turns a graph that was recorded number by number back into the arrays it came from: the hundred samples of
a batch, the sixteen neurons of a layer, the terms of a sum.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

Places = np.ndarray[Any, np.dtype[np.int64]]

# A loop shorter than this is not worth its set-up.
SHORTEST = 4
# Loops inside each other, at most.
DEPTH = 3


def nests(columns: Places) -> Iterator[tuple[int, int, tuple[int, ...], Places] | tuple[int, int, None, None]]:
    """Cut lanes into loop nests.

    Args:
        columns: (operands, lanes), the place that each lane reads for each operand.

    Yields:
        ``(start, stop, lengths, strides)`` for lanes that are a nest of loops: the loops' lengths, the outermost
        first, and (operands, loops) how far apart each operand's places are. ``(start, stop, None, None)`` for lanes
        without a loop.

    Example:
        >>> columns = np.array([[0, 0, 0, 0, 1, 1, 1, 1], [10, 11, 12, 13, 10, 11, 12, 13]])
        >>> [(start, stop, lengths, strides.tolist()) for start, stop, lengths, strides in nests(columns)]
        [(0, 8, (2, 4), [[1, 0], [0, 1]])]
    """
    whole = _nest(columns, DEPTH)
    lanes = columns.shape[1]
    if whole is not None:
        yield 0, lanes, *whole
        return
    loose = 0  # lanes since here belong to no loop
    for start, stop in _runs(columns):
        if stop - start >= SHORTEST:
            if loose < start:
                yield loose, start, None, None
            yield start, stop, (stop - start,), columns[:, start + 1 : start + 2] - columns[:, start : start + 1]
            loose = stop
    if loose < lanes:
        yield loose, lanes, None, None


def _nest(columns: Places, depth: int) -> tuple[tuple[int, ...], Places] | None:
    """The lengths and strides of the loops that make all of these lanes, or None."""
    lanes = columns.shape[1]
    if lanes == 1:
        return (1,), np.zeros((len(columns), 1), np.int64)
    steps = np.diff(columns)
    regular = (steps == steps[:, :1]).all(axis=0)
    if regular.all():
        return (lanes,), steps[:, :1]
    inner = int(regular.argmin()) + 1
    if depth == 1 or lanes % inner:
        return None
    rows = columns.reshape(len(columns), -1, inner)
    if (rows - rows[:, :, :1] != rows[:, :1] - rows[:, :1, :1]).any():
        return None
    outer = _nest(rows[:, :, 0], depth - 1)
    if outer is None:
        return None
    return (*outer[0], inner), np.hstack([outer[1], steps[:, :1]])


def _runs(columns: Places) -> Iterator[tuple[int, int]]:
    """Cut lanes into runs of one stride, from left to right, each as long as it can be."""
    lanes = columns.shape[1]
    steps = np.diff(columns)
    broken = [*(np.flatnonzero((steps[:, 1:] != steps[:, :-1]).any(axis=0)) + 1), lanes - 1]
    start = 0
    for end in broken:  # the step after lane `end` differs from the one before it
        if end > start:
            yield start, int(end) + 1
            start = int(end) + 1
