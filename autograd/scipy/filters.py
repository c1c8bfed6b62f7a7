"""Filters of `scipy.signal`, in time and memory of the length of x: all are made of SciPy's recursion."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from scipy import linalg as _linalg
from scipy import signal as _signal

import autograd.numpy as anp
from autograd.extend import defjvp, defvjp, primitive
from autograd.numpy.arguments import array_of, cast, dtype_of, has_node, plain
from autograd.rules.shapes import is_complex, rank, shape

# The coefficient 1, of a type that does not widen another's.
ONE = np.ones(1, np.float32)
# Rows with so few coefficients go through the recursion: SciPy's convolution is a call from Python for each row.
FEW = 32


@primitive
def _recursion(b: Any, a: Any, x: Any) -> Any:
    """The y with Σ aₖ yₙ₋ₖ = Σ bₖ xₙ₋ₖ, along the last axis, from rest; NaN where a₀ is 0, as in a recording."""
    if not a[0]:
        return np.full(np.shape(x), np.nan, np.result_type(b, a, x))
    if len(a) == 1 < len(b) < FEW and np.ndim(x) > 1:
        a = np.append(a, np.zeros_like(a))
    return _signal.lfilter(b, a, x)


_recursion.name = "lfilter"  # in messages and pictures


def _backwards(x: Any) -> Any:
    return x[..., ::-1]


def _to_inputs(b: Any, a: Any, g: Any) -> Any:
    return _backwards(_recursion(b, a, _backwards(g)))


def _lagged_products(x: Any, y: Any, count: int) -> Any:
    """Σₙ xₙ yₙ₋ₖ, over all axes, for each k."""
    length = shape(x)[-1]
    return anp.stack([anp.sum(x[..., k:] * y[..., : max(length - k, 0)]) for k in range(count)])


defvjp(
    _recursion,
    lambda y, b, a, x: lambda g: _lagged_products(_to_inputs(ONE, a, g), x, shape(b)[0]),
    lambda y, b, a, x: lambda g: -_lagged_products(_to_inputs(ONE, a, g), y, shape(a)[0]),
    lambda y, b, a, x: lambda g: _to_inputs(b, a, g),
)
defjvp(
    _recursion,
    lambda t, y, b, a, x: _recursion(t, a, x),
    lambda t, y, b, a, x: -_recursion(t, a, y),
    lambda t, y, b, a, x: _recursion(b, a, t),
)


def _order(b: Any, a: Any) -> int:
    return max(shape(b)[0], shape(a)[0]) - 1


def _wider(x: Any, before: int, behind: int, mode: str = "constant", **options: Any) -> Any:
    return anp.pad(x, [(0, 0)] * (rank(x) - 1) + [(before, behind)], mode, **options) if before or behind else x


def _from(state: Any, b: Any, a: Any, x: Any) -> Any:
    """The outputs where the state adds to the first sums, so that derivatives are of one long input, not of two."""
    one, length = ONE.astype(np.result_type(*map(dtype_of, (b, a, x, state)))), shape(x)[-1]
    state = _wider(a[0] * state[..., :length], 0, max(length - shape(state)[-1], 0))
    return _recursion(one, a, _recursion(b, one, x) + state)


# ---- what is given --------------------------------------------------------------------------------------------------


def _floating(x: Any) -> Any:
    x = array_of(x)
    return x if has_node(x) else np.asarray(x, dtype_of(np.asarray(x)))


def _coefficients(name: str, b: Any, a: Any) -> Any:
    b, a = (anp.reshape(x, (1,)) if rank(x) == 0 else x for x in map(_floating, (b, a)))
    for x in (b, a):
        if rank(x) != 1 or not shape(x)[0]:
            raise ValueError(
                f"scipy.signal.{name} takes vectors of coefficients, of one entry at least, not shape {shape(x)}"
            )
    if not getattr(a, "traced", False) and not plain(a)[0]:
        raise ValueError(f"scipy.signal.{name} divides by a[0], which is 0")
    return b, a


def _sections(name: str, sos: Any) -> Any:
    """The b and a of each section, whose a[0] is 1 by definition."""
    sos = _floating(sos)
    sos = anp.reshape(sos, (1, -1)) if rank(sos) == 1 else sos
    if rank(sos) != 2 or shape(sos)[1] != 6:
        raise ValueError(f"scipy.signal.{name} takes sections of shape (sections, 6), not {shape(sos)}")
    if not getattr(sos, "traced", False) and np.any(plain(sos)[:, 3] != 1):
        raise ValueError(f"scipy.signal.{name} takes sections with sos[:, 3] of ones, not {plain(sos)[:, 3]}")
    return [(row[:3], anp.concatenate([np.ones(1, row.dtype), row[4:]])) for row in sos]


# ---- recursive filters ----------------------------------------------------------------------------------------------


def lfilter(b: Any, a: Any, x: Any, axis: int = -1, zi: Any = None) -> Any:
    """Σ aₖ yₙ₋ₖ = Σ bₖ xₙ₋ₖ, along an axis, from rest, or from a state: then (y, the last state)."""
    if not any(map(has_node, (b, a, x, zi))):
        return _signal.lfilter(b, a, x, axis, zi)
    b, a = _coefficients("lfilter", b, a)
    x = anp.moveaxis(_floating(x), axis, -1)
    if zi is None:
        return anp.moveaxis(_recursion(b, a, x), -1, axis)
    zi = _floating(zi)
    expected = (*shape(x)[:-1], _order(b, a))
    if rank(zi) == rank(x):
        zi = anp.moveaxis(zi, axis, -1)
    if (
        rank(zi) != rank(x)
        or any(n not in (1, m) for n, m in zip(shape(zi), expected, strict=True))
        or shape(zi)[-1] != expected[-1]
    ):
        wanted = np.moveaxis(np.broadcast_to(0, expected), -1, axis).shape
        raise ValueError(f"scipy.signal.lfilter takes a state zi of shape {wanted} here, not {shape(zi)}")
    zi = anp.broadcast_to(zi, expected)
    y = _from(zi, b, a, x)
    return anp.moveaxis(y, -1, axis), anp.moveaxis(_last_state(b, a, x, y, zi), -1, axis)


def _last_state(b: Any, a: Any, x: Any, y: Any, state: Any) -> Any:
    """What inputs and outputs so far add to the outputs to come."""
    order, length = shape(state)[-1], shape(x)[-1]
    count = min(order, length)
    if not count:
        return state
    x, y = (_wider(each[..., length - count :], 0, order) for each in (x, y))
    one = cast(ONE, dtype_of(y))
    added = (_recursion(b, one, x) - _recursion(a, one, y))[..., count:] / a[0]
    return added if length >= order else added + _wider(state[..., length:], 0, length)


def lfilter_zi(b: Any, a: Any) -> Any:
    """The state of `lfilter` that goes on for ever under an input of ones."""
    if not has_node(b) and not has_node(a):
        return _signal.lfilter_zi(b, a)
    b, a = _coefficients("lfilter_zi", b, a)
    b, a = (_wider(x / a[0], 0, _order(b, a) + 1 - shape(x)[0]) for x in (b, a))
    order = shape(a)[0] - 1
    if not order:
        raise ValueError("scipy.signal.lfilter_zi takes a filter with a state: b or a of two entries at least")
    ones, later, first = (np.eye(rows, order, k, np.float32) for rows, k in ((order, 0), (order, 1), (1, 0)))
    return anp.linalg.solve(ones - later + first * a[1:, None], b[1:] - a[1:] * b[0])


def sosfilt(sos: Any, x: Any, axis: int = -1, zi: Any = None) -> Any:
    """As `lfilter`, by sections of second order, one after the other."""
    if not any(map(has_node, (sos, x, zi))):
        return _signal.sosfilt(sos, x, axis, zi)
    sections = _sections("sosfilt", sos)
    y = anp.moveaxis(_floating(x), axis, -1)
    if zi is None:
        return anp.moveaxis(_cascade(sections, y), -1, axis)
    zi = _floating(zi)
    expected = (len(sections), *np.moveaxis(np.broadcast_to(0, (*shape(y)[:-1], 2)), -1, axis).shape)
    if shape(zi) != expected:
        raise ValueError(f"scipy.signal.sosfilt takes a state zi of shape {expected} here, not {shape(zi)}")
    last = []
    for (b, a), state in zip(sections, zi, strict=True):
        x, state = y, anp.moveaxis(state, axis, -1)
        y = _from(state, b, a, x)
        last.append(anp.moveaxis(_last_state(b, a, x, y, state), -1, axis))
    return anp.moveaxis(y, -1, axis), anp.stack(last)


def _cascade(sections: Any, x: Any, states: Any = None) -> Any:
    for i, (b, a) in enumerate(sections):
        x = _recursion(b, a, x) if states is None else _from(states[i], b, a, x)
    return x


def sosfilt_zi(sos: Any) -> Any:
    """The states of `sosfilt` that go on for ever under an input of ones."""
    if not has_node(sos):
        return _signal.sosfilt_zi(sos)
    gain, states = 1.0, []
    for b, a in _sections("sosfilt_zi", sos):
        states.append(gain * lfilter_zi(b, a))
        gain = gain * anp.sum(b) / anp.sum(a)
    return anp.stack(states)


# ---- forward and backward -------------------------------------------------------------------------------------------


def _padded(name: str, x: Any, padtype: str | None, padlen: int | None, taps: Callable[[], int]) -> tuple[Any, int]:
    """X with so many entries more on either side, and how many."""
    if padtype not in ("even", "odd", "constant", None):
        raise ValueError(f"padtype={padtype!r}: expected 'even', 'odd', 'constant' or None")
    edge = 0 if padtype is None else 3 * taps() if padlen is None else padlen
    if shape(x)[-1] <= edge:
        raise ValueError(f"scipy.signal.{name} with padlen={edge} takes x of more entries, not {shape(x)[-1]}")
    if edge <= 0:
        return x, 0
    if padtype == "constant":
        return _wider(x, edge, edge, "edge"), edge
    return _wider(x, edge, edge, "reflect", reflect_type=padtype), edge


def _there_and_back(forth: Callable[[Any], Any], x: Any, edge: int) -> Any:
    y = _backwards(forth(_backwards(forth(x))))
    return y[..., edge : shape(y)[-1] - edge]


def filtfilt(
    b: Any, a: Any, x: Any, axis: int = -1, padtype: str | None = "odd", padlen: int | None = None,
    method: str = "pad", irlen: int | None = None,
) -> Any:  # fmt: skip
    """`lfilter` forward, then backward, from steady states."""
    if not any(map(has_node, (b, a, x))):
        return _signal.filtfilt(b, a, x, axis, padtype, padlen, method, irlen)
    if method not in ("pad", "gust"):
        raise ValueError(f"method={method!r}: expected 'pad' or 'gust'")
    b, a = _coefficients("filtfilt", b, a)
    x = anp.moveaxis(_floating(x), axis, -1)
    if method == "gust":
        return anp.moveaxis(_by_gustafsson(b, a, x, irlen), -1, axis)
    wide, edge = _padded("filtfilt", x, padtype, padlen, lambda: _order(b, a) + 1)
    steady = lfilter_zi(b, a)
    y = _there_and_back(lambda x: _from(steady * x[..., :1], b, a, x), wide, edge)
    return anp.moveaxis(y, -1, axis)


def _by_gustafsson(b: Any, a: Any, x: Any, irlen: int | None) -> Any:
    """The states from which there-and-back is as back-and-there, as nearly as can be (Gustafsson 1996)."""
    if has_node(b) or has_node(a):
        raise TypeError(
            "scipy.signal.filtfilt by method='gust' has a derivative for x alone: give b and a as constants"
        )
    order, length = _order(b, a), shape(x)[-1]
    if not order:
        return (b[0] / a[0]) ** 2 * x
    size = length if irlen is None or length <= 2 * irlen else irlen
    free = np.zeros((size, order))
    free[:, 0] = _signal.lfilter(b, a, np.zeros(size), zi=np.eye(1, order)[0])[0]
    for k in range(1, order):
        free[k:, k] = free[:-k, 0]
    filtered = _signal.lfilter(b, a, free[::-1], axis=0)
    there = _there_and_back(lambda x: _recursion(b, a, x), x, 0)
    gap = _backwards(_there_and_back(lambda x: _recursion(b, a, x), _backwards(x), 0)) - there
    start, end = (filtered[::-1] - free, filtered[::-1]), (free[::-1] - filtered, free[::-1])
    if size == length:
        unequal, moved = (np.hstack(both) for both in zip(start, end, strict=True))
        return there + cast((gap @ _pinv(unequal).T) @ moved.T, there.dtype)
    unequal, moved = (_linalg.block_diag(*both) for both in zip(start, end, strict=True))
    gap = anp.concatenate([gap[..., :size], gap[..., -size:]], axis=-1)
    change = cast((gap @ _pinv(unequal).T) @ moved.T, there.dtype)
    inner = np.zeros((*shape(x)[:-1], length - 2 * size), np.float32)
    return there + anp.concatenate([change[..., :size], inner, change[..., size:]], axis=-1)


def _pinv(matrix: Any) -> Any:
    return _linalg.pinv(matrix, rtol=np.finfo(float).eps)  # what is 0 to SciPy's `lstsq`


def sosfiltfilt(sos: Any, x: Any, axis: int = -1, padtype: str | None = "odd", padlen: int | None = None) -> Any:
    """`sosfilt` forward, then backward, from steady states."""
    if not has_node(sos) and not has_node(x):
        return _signal.sosfiltfilt(sos, x, axis, padtype, padlen)
    sections = _sections("sosfiltfilt", sos)

    def taps() -> int:
        ends = np.asarray(plain(array_of(sos), "scipy.signal.sosfiltfilt without padlen=")).reshape(-1, 6)
        return 2 * len(sections) + 1 - int(min(np.sum(ends[:, 2] == 0), np.sum(ends[:, 5] == 0)))

    x = anp.moveaxis(_floating(x), axis, -1)
    wide, edge = _padded("sosfiltfilt", x, padtype, padlen, taps)
    steady = sosfilt_zi(sos)
    y = _there_and_back(lambda x: _cascade(sections, x, [state * x[..., :1] for state in steady]), wide, edge)
    return anp.moveaxis(y, -1, axis)


# ---- polynomials through parts --------------------------------------------------------------------------------------


def savgol_filter(
    x: Any, window_length: int, polyorder: int, deriv: int = 0, delta: Any = 1.0, axis: int = -1, mode: str = "interp",
    cval: Any = 0.0,
) -> Any:  # fmt: skip
    """The value, or a derivative, of the polynomials that lie nearest to the entries in each window."""
    if not any(map(has_node, (x, delta, cval))):
        return _signal.savgol_filter(x, window_length, polyorder, deriv, delta, axis, mode, cval)
    x = anp.moveaxis(_floating(x), axis, -1)
    if is_complex(x):
        raise TypeError("scipy.signal.savgol_filter takes real numbers: give it x.real and x.imag")
    modes = {"mirror": "reflect", "nearest": "edge", "wrap": "wrap", "constant": "constant", "interp": ""}
    if mode not in modes:
        raise ValueError(f"mode={mode!r}: expected one of {', '.join(map(repr, modes))}")
    dtype, length = dtype_of(x), shape(x)[-1]
    weights = _signal.savgol_coeffs(window_length, polyorder, deriv)
    half = window_length // 2
    if mode == "interp":
        if window_length > length:
            raise ValueError(f"mode='interp': a window of {window_length} is longer than x, which has {length} entries")
        fitted = _signal.savgol_filter(np.eye(window_length, dtype=dtype), window_length, polyorder, deriv, axis=0)
        first = x[..., :window_length] @ fitted[:half].T
        last = x[..., -window_length:] @ fitted[window_length - half :].T
        inner = cast(_recursion(weights, ONE, x)[..., 2 * half :], dtype)
        y = anp.concatenate([first, inner, last], axis=-1)
    else:
        before = window_length - 1 - half
        wide = _wider(x, before, half, modes[mode], **({"constant_values": cval} if mode == "constant" else {}))
        y = cast(_recursion(weights, ONE, wide)[..., window_length - 1 :], dtype)
    return anp.moveaxis(cast(y / delta**deriv, dtype) if deriv else y, -1, axis)


def detrend(data: Any, axis: int = -1, type: str = "linear", bp: Any = 0, overwrite_data: bool = False) -> Any:
    """What remains of each part without its mean, or without the line that lies nearest."""
    if not has_node(data):
        return _signal.detrend(data, axis, type, bp, overwrite_data)
    x = array_of(data)
    if type in ("constant", "c"):
        return x - anp.mean(x, axis=axis, keepdims=True)
    if type not in ("linear", "l"):
        raise ValueError(f"type={type!r}: expected 'linear' or 'constant'")
    x = anp.moveaxis(x, axis, -1)
    length = shape(x)[-1]
    ends = np.unique([0, *np.ravel(bp), length])
    if ends[0] < 0 or ends[-1] > length or ends.dtype.kind != "i":
        raise ValueError(f"bp={bp}: expected positions from 0 to {length}, where x ends")
    parts = []
    for start, end in pairwise(ends.tolist()):
        part, size = x[..., start:end], end - start
        line = np.arange(size) - (size - 1) / 2
        lines = np.stack([np.full(size, size**-0.5), line / (np.sqrt(size * (size**2 - 1) / 12) or 1)])
        lines = lines.astype(dtype_of(x))  # of length 1, at right angles
        parts.append(part - (part @ lines.T) @ lines)
    return anp.moveaxis(anp.concatenate(parts, axis=-1), -1, axis)
