"""Padding: arrays extended on all sides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.numpy.arguments import array_of, cast, differentiable, dtype_of
from autograd.numpy.moving import flip, take
from autograd.numpy.order_statistics import median
from autograd.numpy.reductions import max, mean, min
from autograd.numpy.shapes import broadcast_to, concatenate, ravel, reshape
from autograd.rules import shaping
from autograd.rules.shapes import shape

Width = tuple[int, int]

# What stands beyond an end, of the entries next to it.
_OF_ENTRIES: dict[str, Callable[..., Any]] = {"maximum": max, "mean": mean, "median": median, "minimum": min}
# The modes, and the argument that each takes.
_OPTION = {
    "constant": "constant_values", "edge": None, "linear_ramp": "end_values", "reflect": "reflect_type",
    "symmetric": "reflect_type", "wrap": None, "empty": None, **dict.fromkeys(_OF_ENTRIES, "stat_length"),
}  # fmt: skip


@differentiable("pad")
def pad(
    array: Any, pad_width: Any, mode: Any = "constant", constant_values: Any = None, end_values: Any = None,
    stat_length: Any = None, reflect_type: Any = None,
) -> Any:  # fmt: skip
    """Wider on all sides, by numbers or by what entries say, in all of NumPy's modes that have a name."""
    if not isinstance(mode, str) or mode not in _OPTION:
        raise ValueError(f"np.pad on nodes in mode {mode!r}: use {', '.join(_OPTION)}")
    options = {
        "constant_values": constant_values, "end_values": end_values, "stat_length": stat_length,
        "reflect_type": reflect_type,
    }  # fmt: skip
    for word, value in options.items():
        if value is not None and word != _OPTION[mode]:
            raise ValueError(f"np.pad in mode {mode!r} takes no {word}=")
    widths = _widths(pad_width, shape(array))
    if mode in ("constant", "empty"):  # of which the one is as good as any
        return _by_constants(array, widths, 0 if constant_values is None else constant_values)
    for axis, width in enumerate(widths):
        if not any(width):
            continue
        if not shape(array)[axis]:
            raise ValueError(f"np.pad of shape {shape(array)} in mode {mode!r}: along axis {axis} there are no entries")
        if mode == "linear_ramp":
            ends = array_of(0 if end_values is None else end_values)
            ends = broadcast_to(cast(ends, dtype_of(array)), (len(widths), 2))[axis]
            sides = [_ramp(array, axis, width, side, ends[side]) for side in (0, 1)]
        elif mode in _OF_ENTRIES:
            lengths = np.broadcast_to(np.array(stat_length, object), (len(widths), 2))[axis]
            sides = [_level(array, axis, width, side, lengths[side], mode) for side in (0, 1)]
        elif reflect_type == "odd" and mode in ("reflect", "symmetric"):
            sides = _odd_reflections(array, axis, width, mode)
        elif reflect_type not in (None, "even"):
            raise ValueError(f"np.pad with reflect_type={reflect_type!r}: use 'even' or 'odd'")
        else:
            sides = [take(array, positions, axis) for positions in _outside(shape(array)[axis], width, mode)]
        array = concatenate([sides[0], array, sides[1]], axis)
    return array


def _widths(pad_width: Any, full: tuple[int, ...]) -> list[Width]:
    """How many entries come before and behind along each axis."""
    if isinstance(pad_width, dict):
        given: list[Any] = [pad_width.get(a, pad_width.get(a - len(full), 0)) for a in range(len(full))]
        pad_width = [np.broadcast_to(width, 2) for width in given]
    return (
        [(low, high) for low, high in np.broadcast_to(np.asarray(pad_width), (len(full), 2)).tolist()] if full else []
    )


def _by_constants(array: Any, widths: list[Width], constants: Any) -> Any:
    full = shape(array)
    if not full:  # which has no sides
        return array
    inside = tuple(slice(low, low + n) for (low, _), n in zip(widths, full, strict=True))
    wider = tuple(low + n + high for (low, high), n in zip(widths, full, strict=True))
    padded = shaping.scatter(array, shape=wider, index=inside)
    if isinstance(constants, int | float) and constants == 0:
        return padded
    sides = 1 + np.arange(2 * len(full)).reshape(-1, 2)  # before and behind along each axis; 0 inside
    numbers = ravel(broadcast_to(array_of(constants), sides.shape))
    rim = take(concatenate([np.zeros(1), numbers], 0), np.pad(np.zeros(full, int), widths, constant_values=sides))
    return padded + cast(rim, padded.dtype)


# ---- along one axis --------------------------------------------------------------------------------------------------


def _outside(length: int, width: Width, mode: str) -> tuple[Any, Any]:
    """Which entries NumPy puts before and behind an axis."""
    positions = np.pad(np.arange(length), width, mode)  # type: ignore[call-overload]
    return positions[: width[0]], positions[width[0] + length :]


def _end(array: Any, axis: int, side: int, length: int = 1) -> Any:
    """The first entries along an axis, or the last ones."""
    part = slice(length) if side == 0 else slice(shape(array)[axis] - length, None)
    return array[(*(slice(None),) * axis, part)]


def _ramp(array: Any, axis: int, width: Width, side: int, end: Any) -> Any:
    """From a number at the outer end to what stands at the edge."""
    edge = _end(array, axis, side)
    part = np.arange(width[side]) / (width[side] or 1)
    column = reshape(part.astype(dtype_of(array)), tuple(-1 if a == axis else 1 for a in range(len(shape(array)))))
    ramp = end + (edge - end) * column
    return ramp if side == 0 else flip(ramp, axis)


def _level(array: Any, axis: int, width: Width, side: int, length: int | None, mode: str) -> Any:
    """The largest, mean, median or least of the entries at this end."""
    there = shape(array)[axis]
    length = there if length is None or length > there else int(length)
    if length < 1:
        raise ValueError(f"np.pad in mode {mode!r}: stat_length= of {length} leaves no entries")
    level = _OF_ENTRIES[mode](_end(array, axis, side, length), axis, keepdims=True)
    return broadcast_to(level, tuple(width[side] if a == axis else n for a, n in enumerate(shape(array))))


def _odd_reflections(array: Any, axis: int, width: Width, mode: str) -> list[Any]:
    """Twice the edge less what is reflected, at either edge, as often as needed.

    So each entry is one from inside, with a sign, and multiples of the two at the edges; which, NumPy says of zeros
    and ones.
    """
    n, low = shape(array)[axis], width[0]
    probes = np.zeros((3, n))
    probes[0, 1:-1] = probes[1, 0] = 1.0
    if n > 1:
        probes[2, -1] = 1.0
    outside = np.r_[:low, low + n : sum(width) + n]
    column = tuple(-1 if a == axis else 1 for a in range(len(shape(array))))
    padded = np.pad(probes, [(0, 0), width], mode, reflect_type="odd")[:, outside]  # type: ignore[call-overload]
    inner, first, last = (reshape(times.astype(dtype_of(array)), column) for times in padded)
    found = (
        take(array, np.concatenate(_outside(n, width, mode)), axis) * inner
        + _end(array, axis, 0) * first
        + _end(array, axis, 1) * last
    )
    return [_end(found, axis, side, width[side]) for side in (0, 1)]
