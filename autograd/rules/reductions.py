"""The rule book: sums, means, extremes and softmax, over one axis, several or all.

With a reduction over some axes, g and y have lost them; `restore` gives them back, so that rules read as for one axis.
"""

import math
from typing import Any

import numpy as np

from autograd.rules.arithmetic import equal, exp
from autograd.rules.primitive import primitive, shape
from autograd.rules.shaping import broadcast_to, reshape

Axis = int | tuple[int, ...] | None


def kept_shape(full: tuple[int, ...], axis: Axis) -> tuple[int, ...]:
    """The shape after a reduction with keepdims."""
    axes = range(len(full)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    gone = {a % len(full) for a in axes} if full else set()
    return tuple(1 if i in gone else length for i, length in enumerate(full))


def restore(part: Any, x: Any, axis: Axis) -> Any:
    """A reduced ``part`` with the axes it lost as axes of length one, ready to broadcast against ``x``."""
    reduced = shape(part)
    if not reduced:
        return part  # a single number is ready as it is
    kept = kept_shape(shape(x), axis)
    return part if reduced == kept else reshape(part, shape=kept)


def count(x: Any, axis: Axis) -> int:
    """How many entries of ``x`` go into one entry of the reduction."""
    full = shape(x)
    if axis is None:
        return math.prod(full)
    return math.prod(full) // max(1, math.prod(kept_shape(full, axis)))


_sum: Any = np.add.reduce  # what np.sum calls, at half its price for a few numbers

sum_ = primitive(
    "sum", lambda x, axis, keepdims: _sum(x, axis, keepdims=keepdims),
    lambda g, y, x, axis, keepdims: broadcast_to(restore(g, x, axis), shape=shape(x)),
    symbol="Σ", linear=True, doc="y = Σ xᵢ",
)  # fmt: skip


def _mean(x: Any, axis: Axis, keepdims: bool) -> Any:
    if getattr(x, "dtype", None) in _SUMMED_AS_THEY_ARE:  # what np.mean does, but for its detours
        return _sum(x, axis, keepdims=keepdims) / count(x, axis)
    return np.mean(x, axis=axis, keepdims=keepdims)


_SUMMED_AS_THEY_ARE = (np.dtype(np.float32), np.dtype(np.float64))

mean = primitive(
    "mean", _mean,
    lambda g, y, x, axis, keepdims: broadcast_to(restore(g, x, axis) / count(x, axis), shape=shape(x)),
    symbol="x̄", linear=True, doc="y = (1/n) Σ xᵢ",
)  # fmt: skip


def _share(g: Any, y: Any, x: Any, axis: Axis) -> Any:
    # All entries that reach the extreme share its gradient equally.
    reaches = equal(x, restore(y, x, axis))
    return restore(g, x, axis) * reaches / sum_(reaches, axis=axis, keepdims=True)


max_ = primitive(
    "max", lambda x, axis, keepdims: np.max(x, axis=axis, keepdims=keepdims),
    lambda g, y, x, axis, keepdims: _share(g, y, x, axis),
    selects=True, doc="y = the largest xᵢ", kink="ties: equal shares",
)  # fmt: skip

min_ = primitive(
    "min", lambda x, axis, keepdims: np.min(x, axis=axis, keepdims=keepdims),
    lambda g, y, x, axis, keepdims: _share(g, y, x, axis),
    selects=True, doc="y = the smallest xᵢ", kink="ties: equal shares",
)  # fmt: skip

# ---- softmax and its relatives --------------------------------------------------------------------------------------


def _logsumexp(x: Any, axis: Axis, keepdims: bool) -> Any:
    # Subtracting the largest entry first keeps every exponential at or below one.
    top = np.max(x, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    total = np.log(np.sum(np.exp(x - top), axis=axis, keepdims=True)) + top
    return total if keepdims else np.squeeze(total, axis)


logsumexp = primitive(
    "logsumexp", _logsumexp,
    lambda g, y, x, axis, keepdims: restore(g, x, axis) * exp(x - restore(y, x, axis)),
    doc="y = ln Σ exp xᵢ",
)  # fmt: skip


def _softmax(x: Any, axis: Axis) -> Any:
    grown = np.exp(x - np.maximum.reduce(x, axis, keepdims=True))
    grown /= np.add.reduce(grown, axis, keepdims=True)
    return grown


softmax = primitive(
    "softmax", _softmax,
    lambda g, y, x, axis: y * (g - sum_(g * y, axis=axis, keepdims=True)),
    doc="yᵢ = exp xᵢ / Σ exp xⱼ",
)  # fmt: skip

log_softmax = primitive(
    "log_softmax", lambda x, axis: x - _logsumexp(x, axis, keepdims=True),
    lambda g, y, x, axis: g - exp(y) * sum_(g, axis=axis, keepdims=True),
    doc="yᵢ = xᵢ − ln Σ exp xⱼ",
)  # fmt: skip

# ---- the same for a handful of scalars: one node with many parents --------------------------------------------------


def _float_logsumexp(*xs: float) -> float:
    top = max(xs)
    if math.isinf(top):  # and inf − inf is no number
        return top if all(x == x for x in xs) else math.nan
    return top + math.log(math.fsum(math.exp(x - top) for x in xs))


add_n = primitive(
    "add_n", lambda *xs: np.add.reduce(xs),
    pull=lambda g, y, *xs: [g] * len(xs),
    scalar=lambda *xs: sum(xs), symbol="Σ", linear=True, bounded=True, doc="y = x₁ + x₂ + …",
)  # fmt: skip

logsumexp_n = primitive(
    "logsumexp_n", lambda *xs: np.logaddexp.reduce(xs),
    pull=lambda g, y, *xs: [g * exp(x - y) for x in xs],
    scalar=_float_logsumexp, symbol="logsumexp", bounded=True, doc="y = ln(exp x₁ + exp x₂ + …)",
)  # fmt: skip
