"""The rule book: sums, means, extremes and softmax, over one axis, several or all.

With a reduction over some axes, g and y have lost them; `restore` gives them back, so that rules read as for one axis.
"""

import math
from typing import Any

import numpy as np

from autograd.rules import forwards
from autograd.rules.arithmetic import direction, equal, where
from autograd.rules.exponentials import exp
from autograd.rules.forwards import logsumexp_of_floats
from autograd.rules.primitive import elementwise, primitive
from autograd.rules.shapes import Axis, count, kept_shape, rank, shape
from autograd.rules.shaping import broadcast_to, reshape

INFINITY = float("inf")


def restore(part: Any, x: Any, axis: Axis) -> Any:
    """A reduced ``part`` with the axes it lost as axes of length one, ready to broadcast against ``x``."""
    # A single number is ready as it is; and so is what has lost nothing, such as a tangent of x.
    return part if rank(part) in (0, rank(x)) else reshape(part, shape=kept_shape(shape(x), axis))


sum_ = primitive(
    "sum", forwards.sum_,
    lambda g, y, x, axis, keepdims: broadcast_to(restore(g, x, axis), shape=shape(x)),
    symbol="Σ", linear=True, doc="y = Σ xᵢ",
)  # fmt: skip


def _divided(g: Any, many: int) -> Any:
    # Half precision ends at 65504: more are divided by in two steps, of which the first, a power of two, is exact.
    return g / many if many <= 65504 else g / 32768 / (many / 32768)


mean = primitive(
    "mean", forwards.mean,
    lambda g, y, x, axis, keepdims: broadcast_to(_divided(restore(g, x, axis), count(x, axis)), shape=shape(x)),
    symbol="x̄", linear=True, doc="y = (1/n) Σ xᵢ",
)  # fmt: skip


def _share(g: Any, y: Any, x: Any, axis: Axis) -> Any:
    # All entries that reach the extreme share its gradient equally.
    reaches = equal(x, restore(y, x, axis))
    return where(reaches, restore(g, x, axis), 0.0) / sum_(reaches, axis=axis, keepdims=True)


max_ = primitive(
    "max", lambda x, axis, keepdims: np.max(x, axis=axis, keepdims=keepdims),
    lambda g, y, x, axis, keepdims: _share(g, y, x, axis),
    analytic=True, selects=True, reduces=True, doc="y = the largest xᵢ", kink="ties: equal shares",
)  # fmt: skip

min_ = primitive(
    "min", lambda x, axis, keepdims: np.min(x, axis=axis, keepdims=keepdims),
    lambda g, y, x, axis, keepdims: _share(g, y, x, axis),
    analytic=True, selects=True, reduces=True, doc="y = the smallest xᵢ", kink="ties: equal shares",
)  # fmt: skip

norm = primitive(
    "norm", forwards.norm,
    lambda g, y, x, axis, keepdims: restore(g, x, axis) * direction(x, restore(y, x, axis)),
    symbol="‖x‖", reduces=True, doc="y = √Σ xᵢ²", kink="x = 0: 0",
)  # fmt: skip


# ---- softmax and its relatives --------------------------------------------------------------------------------------

logsumexp = primitive(
    "logsumexp", forwards.logsumexp,
    lambda g, y, x, axis, keepdims: restore(g, x, axis)
    * where(equal(restore(y, x, axis), -INFINITY), 0.0, exp(log_softmax(x, axis=axis))),
    reduces=True, doc="y = ln Σ exp xᵢ", kink="all xᵢ = −∞: 0",
)  # fmt: skip

softmax = primitive(
    "softmax", forwards.softmax,
    lambda g, y, x, axis: y * (g - sum_(g * y, axis=axis, keepdims=True)),
    symmetric=True, doc="yᵢ = exp xᵢ / Σ exp xⱼ",
)  # fmt: skip

log_softmax = primitive(
    "log_softmax", forwards.log_softmax,
    lambda g, y, x, axis: g - exp(y) * sum_(g, axis=axis, keepdims=True),
    jvp=lambda t, y, x, axis: t - sum_(t * exp(y), axis=axis, keepdims=True),
    doc="yᵢ = xᵢ − ln Σ exp xⱼ",
)  # fmt: skip

# ---- the same for a handful of scalars: one node with many parents --------------------------------------------------

add_n = primitive(
    "add_n", lambda *xs: np.add.reduce(xs),
    pull=lambda g, y, *xs: [g] * len(xs),
    scalar=lambda *xs: forwards.sum_of_floats(xs, -0.0), symbol="Σ", linear=True, bounded=True, doc="y = x₁ + x₂ + …",  # −0 changes nothing
)  # fmt: skip

logsumexp_n = primitive(
    "logsumexp_n", lambda *xs: np.logaddexp.reduce(xs),
    pull=lambda g, y, *xs: [g * share(x, y) for x in xs],
    scalar=logsumexp_of_floats, symbol="logsumexp", bounded=True, doc="y = ln(exp x₁ + exp x₂ + …)",
    kink="all xᵢ = −∞: 0",
)  # fmt: skip


def _log_normaliser(*xs: Any) -> Any:
    y = np.logaddexp.reduce(xs)
    return np.where(np.equal(y, -np.inf), np.nan, y)


def _log_normaliser_of_floats(*xs: float) -> float:
    return logsumexp_of_floats(*xs) if max(xs) != -math.inf else math.nan


log_normaliser_n = primitive(
    "log_normaliser_n", _log_normaliser,
    pull=lambda g, y, *xs: [g * share(x, y) for x in xs],
    scalar=_log_normaliser_of_floats, symbol="logsumexp", bounded=True, doc="y = ln(exp x₁ + exp x₂ + …), by which shares are taken: NaN where all xᵢ = −∞",
)  # fmt: skip

share = elementwise(
    "share", forwards.share,
    lambda g, y, a, b: g * y,
    lambda g, y, a, b: -(g * y),
    scalar=forwards.share_of_floats, doc="y = exp(a − b), a number's share of a sum of exponentials, b its logarithm",
)  # fmt: skip

# What is subtracted from all numbers before their exponentials are taken, and cancels: its derivative is nobody's.
peak = elementwise(
    "peak", forwards.peak,
    None,
    None,
    scalar=forwards.peak_of_floats, doc="y = the larger of a and b as a constant, at most the largest finite number",
)  # fmt: skip
