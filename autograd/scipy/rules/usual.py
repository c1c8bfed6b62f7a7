"""The usual functions of `scipy.special`, each with its derivative in a line, as in the rule book.

Formulas: NIST Digital Library of Mathematical Functions, https://dlmf.nist.gov.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy import special as _special

from autograd.graph.node import Node
from autograd.numpy.arguments import array_of, dtype_of
from autograd.numpy.reductions import log_softmax as _log_softmax
from autograd.numpy.reductions import logsumexp as _logsumexp
from autograd.numpy.reductions import softmax as _softmax
from autograd.numpy.reductions import sum as _sum
from autograd.rules.entries import (
    abs,
    cos,
    equal,
    exp,
    isfinite,
    less,
    less_equal,
    log,
    log1p,
    logical_and,
    logical_not,
    logical_or,
    maximum,
    minimum,
    rint,
    sign,
    sin,
    sqrt,
    trunc,
    where,
)
from autograd.scipy.rules.bessel_orders import kve_by_order
from autograd.scipy.rules.entering import enter, unknown
from autograd.scipy.rules.far import dawsn_change, erfcx_change, far_out, ive_change, kve_change

_PI = math.pi
_ROOT_PI = math.sqrt(math.pi)
_ROOT_2PI = math.sqrt(2 * math.pi)
_DEGREE = math.pi / 180

# ---- error functions, and the normal distribution's ----------------------------------------------------------------

erf = enter("erf", lambda g, y, x: g * exp(-x * x) * (2 / _ROOT_PI), analytic=True)
erfc = enter("erfc", lambda g, y, x: -g * exp(-x * x) * (2 / _ROOT_PI), analytic=True)
erfi = enter("erfi", lambda g, y, x: g * exp(x * x) * (2 / _ROOT_PI), analytic=True)
erfcx = enter("erfcx", lambda g, y, x: g * far_out(erfcx_change, 2 * (x * erfcx(x) - 1 / _ROOT_PI), x), analytic=True)
erfinv = enter("erfinv", lambda g, y, x: g * exp(y * y) * (_ROOT_PI / 2))
erfcinv = enter("erfcinv", lambda g, y, x: -g * exp(y * y) * (_ROOT_PI / 2))
dawsn = enter("dawsn", lambda g, y, x: g * far_out(dawsn_change, 1 - 2 * x * y, x), analytic=True)
ndtr = enter("ndtr", lambda g, y, x: g * exp(-x * x / 2) / _ROOT_2PI, analytic=True)


def _normal_slope(x: Any) -> Any:
    """The normal density over its distribution function; e^(−x²/2) is in neither below 0, where it underflows."""
    below, above = np.minimum(x, 0.0), np.clip(x, 0.0, 50.0)  # beyond, the density is 0
    tail = math.sqrt(2 / _PI) / _special.erfcx(-below / math.sqrt(2))
    return np.where(np.less(x, 0), tail, np.exp(-above * above / 2) / _special.ndtr(above) / _ROOT_2PI)[()]


def _beyond(x: Any, slope: Any) -> Any:
    """x + slope, all but opposite numbers far below 0; a continued fraction there (Abramowitz and Stegun, 26.2.14)."""
    far = less(x, -50.0)
    t = -where(far, x, -50.0)
    return where(far, 1 / (t + 2 / (t + 3 / (t + 4 / (t + 5 / (t + 6 / t))))), x + slope)


log_ndtr_slope = enter(
    "log_ndtr_slope", lambda g, y, x: -g * y * _beyond(x, y), function=_normal_slope, module=__name__
)
log_ndtr = enter("log_ndtr", lambda g, y, x: g * log_ndtr_slope(x))
ndtri = enter("ndtri", lambda g, y, x: g * exp(y * y / 2) * _ROOT_2PI)
owens_t = enter(
    "owens_t",
    lambda g, y, h, a: -g * exp(-h * h / 2) * erf(a * h / math.sqrt(2)) / (2 * _ROOT_2PI),
    lambda g, y, h, a: g * exp(-h * h * (1 + a * a) / 2) / (2 * _PI * (1 + a * a)),
)

# ---- logistic, powers and entropies --------------------------------------------------------------------------------

expit = enter("expit", lambda g, y, x: g * y * expit(-x))
log_expit = enter("log_expit", lambda g, y, x: g * expit(-x))
logit = enter("logit", lambda g, y, x: g / (x * (1 - x)))
exp2 = enter("exp2", lambda g, y, x: g * y * math.log(2))
exp10 = enter("exp10", lambda g, y, x: g * y * math.log(10))
cosm1 = enter("cosm1", lambda g, y, x: -g * sin(x))
sindg = enter("sindg", lambda g, y, x: g * cosdg(x) * _DEGREE)
cosdg = enter("cosdg", lambda g, y, x: -g * sindg(x) * _DEGREE)
tandg = enter("tandg", lambda g, y, x: g * (1 + y * y) * _DEGREE)
xlogy = enter(
    "xlogy",
    lambda g, y, a, b: g * log(b),
    lambda g, y, a, b: where(logical_and(equal(a, 0), equal(b, 0)), 0.0, g * a / b),
    analytic=True,
)
xlog1py = enter(
    "xlog1py",
    lambda g, y, a, b: g * log1p(b),
    lambda g, y, a, b: where(logical_and(equal(a, 0), equal(b, -1)), 0.0, g * a / (1 + b)),
    analytic=True,
)
entr = enter("entr", lambda g, y, x: -g * (log(x) + 1))
rel_entr = enter("rel_entr", lambda g, y, a, b: g * (log(a / b) + 1), lambda g, y, a, b: -g * a / b)
kl_div = enter("kl_div", lambda g, y, a, b: g * log(a / b), lambda g, y, a, b: g * (1 - a / b))


def _exprel_slope(x: Any) -> Any:
    """The derivative of (eˣ − 1) / x, 1/2 at 0."""
    return hyp1f1(2.0, 3.0, x) / 2


def _inverse_for_power(x: Any, p: Any) -> Any:
    """How log((1 + p x)^(1/p)) moves with p: −x²/2 at 0."""
    return -x * x / 2 * hyp2f1(2.0, 2.0, 3.0, -p * x)


exprel = enter("exprel", lambda g, y, x: g * _exprel_slope(x))
boxcox = enter(
    "boxcox",
    lambda g, y, x, p: g * exp((p - 1) * log(x)),
    lambda g, y, x, p: g * log(x) ** 2 * _exprel_slope(p * log(x)),
)
boxcox1p = enter(
    "boxcox1p",
    lambda g, y, x, p: g * exp((p - 1) * log1p(x)),
    lambda g, y, x, p: g * log1p(x) ** 2 * _exprel_slope(p * log1p(x)),
)
inv_boxcox = enter(
    "inv_boxcox",
    lambda g, y, x, p: g * y / (1 + p * x),
    lambda g, y, x, p: g * y * _inverse_for_power(x, p),
)
inv_boxcox1p = enter(
    "inv_boxcox1p",
    lambda g, y, x, p: g * inv_boxcox(x, p) / (1 + p * x),
    lambda g, y, x, p: g * inv_boxcox(x, p) * _inverse_for_power(x, p),
)
powm1 = enter("powm1", lambda g, y, x, p: g * p * x ** (p - 1), lambda g, y, x, p: g * x**p * log(x))
huber = enter(
    "huber",
    lambda g, y, delta, r: where(less_equal(abs(r), delta), 0.0, g * (abs(r) - delta)),
    lambda g, y, delta, r: g * where(less_equal(abs(r), delta), r, delta * sign(r)),
)
pseudo_huber = enter(
    "pseudo_huber",
    lambda g, y, delta, r: g * (2 * y - r * r / sqrt(1 + (r / delta) ** 2)) / delta,
    lambda g, y, delta, r: g * r / sqrt(1 + (r / delta) ** 2),
)

# ---- gamma and beta ------------------------------------------------------------------------------------------------

polygamma = enter(
    "polygamma",
    unknown,
    lambda g, y, n, x: g * polygamma(n + 1, x),
    function=lambda n, x: _special.polygamma(n, x),
)
psi = digamma = enter("psi", lambda g, y, x: g * polygamma(1, x))
zeta = enter("zeta", unknown, lambda g, y, x, q: -g * x * zeta(x + 1, q), function=lambda x, q=1.0: _special.zeta(x, q))
gamma = enter("gamma", lambda g, y, x: g * y * psi(x))
gammaln = enter("gammaln", lambda g, y, x: g * psi(x))
loggamma = enter("loggamma", lambda g, y, x: g * psi(x))
gammasgn = enter("gammasgn", lambda g, y, x: g * 0.0)


def _near_pole(x: Any) -> Any:
    """Whether x is a pole of Γ, 0 or −1 or −2 …, or within a quarter of one."""
    return logical_and(less(x, 0.25), less(abs(x - rint(x)), 0.25))


def _rgamma_slope(y: Any, x: Any) -> Any:
    """The derivative of 1 / Γ: −ψ / Γ; beside a pole, of Γ(1 − x) sin(πx) / π (DLMF 5.5.3)."""
    near = _near_pole(x)
    turned, usual = where(near, 1 - x, 1.0), where(near, 1.0, x)
    angle, sign_of = _PI * (1 - turned - rint(1 - turned)), 1 - 2 * (rint(turned - 1) % 2)
    beside = sign_of * gamma(turned) * (cos(angle) - psi(turned) * sin(angle) / _PI)
    return where(near, beside, -y * psi(usual))


rgamma = enter("rgamma", lambda g, y, x: g * _rgamma_slope(y, x))


def _cotangents_apart(x: Any, step: Any) -> Any:
    """π (cot πx − cot π(x + step)) for a whole step: 0, but it moves with the step (not for whole x)."""
    x, step = x - rint(x), step - rint(step)
    whole = equal(x, 0)
    x = where(whole, 0.5, x)
    return where(whole, 0.0, _PI * sin(_PI * step) / (sin(_PI * x) * sin(_PI * (x + step))))


def _poch_slope(y: Any, z: Any, m: Any) -> Any:
    """How Γ(z + m) / Γ(z) moves with z: y (ψ(z + m) − ψ(z)), of which the poles cancel."""
    turned = logical_and(logical_and(equal(m, rint(m)), less(z, 0.5)), less(z + m, 0.5))
    near = logical_and(_near_pole(z), logical_not(turned))
    usual = logical_not(logical_or(turned, near))
    a, b = where(turned, 1 - z - m, 1.0), where(turned, 1 - z, 1.0)  # ψ(1 − x) is ψ(x) + π cot πx
    c, d = where(near, z + m, 1.0), where(near, z, 1.0)
    beside = gamma(c) * (psi(c) * rgamma(d) + _rgamma_slope(rgamma(d), d))
    e, f = where(usual, z + m, 1.0), where(usual, z, 1.0)
    return where(turned, y * (psi(a) - psi(b) + _cotangents_apart(z, m)), where(near, beside, y * (psi(e) - psi(f))))


poch = enter(
    "poch",
    lambda g, y, z, m: g * _poch_slope(y, z, m),
    lambda g, y, z, m: g * y * psi(z + m),
)


def _binom_slopes(y: Any, n: Any, k: Any) -> tuple[Any, Any]:
    """How Γ(n + 1) / Γ(k + 1) Γ(n − k + 1) moves with n and k: by ψ, or where that is infinite by products."""
    near = logical_or(_near_pole(k + 1), _near_pole(n - k + 1))
    a, b, c = (where(near, 1.0, x) for x in (n + 1, k + 1, n - k + 1))
    of_n, of_k = y * (psi(a) - psi(c)), y * (psi(c) - psi(b))
    a, b, c = (where(near, x, 1.0) for x in (n + 1, k + 1, n - k + 1))
    p, q = rgamma(b), rgamma(c)
    for_p, for_q = _rgamma_slope(p, b), _rgamma_slope(q, c)
    beside_n, beside_k = gamma(a) * p * (psi(a) * q + for_q), gamma(a) * (for_p * q - p * for_q)
    turned = logical_and(equal(k, rint(k)), logical_and(less(n, -0.5), less(n - k, -0.5)))
    # Poles that cancel, as of poch.
    turned_n = y * (psi(where(turned, -n, 1.0)) - psi(where(turned, k - n, 1.0)) + _cotangents_apart(n - k, k))
    return where(turned, turned_n, where(near, beside_n, of_n)), where(near, beside_k, of_k)


binom = enter(
    "binom",
    lambda g, y, n, k: g * _binom_slopes(y, n, k)[0],
    lambda g, y, n, k: g * _binom_slopes(y, n, k)[1],
)
beta = enter(
    "beta",
    lambda g, y, a, b: g * y * (psi(a) - psi(a + b)),
    lambda g, y, a, b: g * y * (psi(b) - psi(a + b)),
)
betaln = enter("betaln", lambda g, y, a, b: g * (psi(a) - psi(a + b)), lambda g, y, a, b: g * (psi(b) - psi(a + b)))

# ---- Bessel functions ----------------------------------------------------------------------------------------------

j0 = enter("j0", lambda g, y, x: -g * j1(x))
j1 = enter("j1", lambda g, y, x: g * (j0(x) - jv(2.0, x)) / 2)
jv = jn = enter("jv", unknown, lambda g, y, v, x: g * (jv(v - 1, x) - jv(v + 1, x)) / 2, analytic=True)
y0 = enter("y0", lambda g, y, x: -g * y1(x))
y1 = enter("y1", lambda g, y, x: g * (y0(x) - yv(2.0, x)) / 2)
yv = enter("yv", unknown, lambda g, y, v, x: g * (yv(v - 1, x) - yv(v + 1, x)) / 2, analytic=True)
yn = enter("yn", unknown, lambda g, y, n, x: g * (yn(trunc(n) - 1, x) - yn(trunc(n) + 1, x)) / 2)
i0 = enter("i0", lambda g, y, x: g * i1(x))
i1 = enter("i1", lambda g, y, x: g * (i0(x) + iv(2.0, x)) / 2)
iv = enter("iv", unknown, lambda g, y, v, x: g * (iv(v - 1, x) + iv(v + 1, x)) / 2, analytic=True)
i0e = enter("i0e", lambda g, y, x: g * far_out(ive_change, i1e(x) - sign(x) * y, x, 0.0))
i1e = enter("i1e", lambda g, y, x: g * far_out(ive_change, (i0e(x) + ive(2.0, x)) / 2 - sign(x) * y, x, 1.0))
ive = enter(
    "ive", unknown,
    lambda g, y, v, x: g * far_out(ive_change, (ive(v - 1, x) + ive(v + 1, x)) / 2 - sign(x) * y, x, v),
)  # fmt: skip
k0 = enter("k0", lambda g, y, x: -g * k1(x))
k1 = enter("k1", lambda g, y, x: -g * (k0(x) + kv(2.0, x)) / 2)
kv = enter(
    "kv",
    lambda g, y, v, x: g * exp(-x) * kve_by_order(1, v, x),
    lambda g, y, v, x: -g * (kv(v - 1, x) + kv(v + 1, x)) / 2,
    analytic=True,
)
kn = enter("kn", unknown, lambda g, y, n, x: -g * (kv(trunc(n) - 1, x) + kv(trunc(n) + 1, x)) / 2)
k0e = enter("k0e", lambda g, y, x: g * far_out(kve_change, y - k1e(x), x, 0.0))
k1e = enter("k1e", lambda g, y, x: g * far_out(kve_change, y - (k0e(x) + kve(2.0, x)) / 2, x, 1.0))
kve = enter(
    "kve",
    lambda g, y, v, x: g * kve_by_order(1, v, x),
    lambda g, y, v, x: g * far_out(kve_change, y - (kve(v - 1, x) + kve(v + 1, x)) / 2, x, v),
)

# ---- integrals and hypergeometric functions --------------------------------------------------------------------------

expi = enter("expi", lambda g, y, x: g * exp(x) / x, analytic=True)
exp1 = enter("exp1", lambda g, y, x: -g * exp(-x) / x, analytic=True)
expn = enter(
    "expn",
    unknown,
    lambda g, y, n, x: (
        -g * where(less_equal(trunc(n), 0), exp(-x) * (1 + x) / (x * x), expn(maximum(trunc(n) - 1, 0), x))
    ),
)


def _spence_slope(x: Any) -> Any:
    """The quotient log(x) / (1 − x), −1 at 1."""
    near = less_equal(abs(x - 1), 0.5)
    far = where(near, 2.0, x)
    return where(near, -hyp2f1(1.0, 1.0, 2.0, where(near, 1 - x, 0.0)), log(far) / (1 - far))


spence = enter("spence", lambda g, y, x: g * _spence_slope(x), analytic=True)
hyp0f1 = enter("hyp0f1", unknown, lambda g, y, v, z: g * hyp0f1(v + 1, z) / v, analytic=True)
hyp1f1 = enter("hyp1f1", unknown, unknown, lambda g, y, a, b, z: g * a / b * hyp1f1(a + 1, b + 1, z), analytic=True)
hyp2f1 = enter(
    "hyp2f1",
    unknown,
    unknown,
    unknown,
    lambda g, y, a, b, c, z: g * a * b / c * hyp2f1(a + 1, b + 1, c + 1, z),
    analytic=True,
)
hyperu = enter("hyperu", unknown, unknown, lambda g, y, a, b, x: -g * a * hyperu(a + 1, b + 1, x))

# ---- functions of arrays -------------------------------------------------------------------------------------------


def logsumexp(a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, return_sign: bool = False) -> Any:
    """Log Σ b eᵃ, without overflow.

    Args:
        a: Any array.
        axis: One axis, several, or all.
        b: Weights; without negative totals, except where ``return_sign``.
        keepdims: Whether summed axes stay, of length 1.
        return_sign: Give ``(log |Σ b eᵃ|, its sign)``.
    """
    if not _holds_node(a, b):
        return _special.logsumexp(a, axis=axis, b=b, keepdims=keepdims, return_sign=return_sign)
    if b is None:
        total = _logsumexp(a, axis=axis, keepdims=keepdims)
        return (total, np.ones_like(total)) if return_sign else total
    # Weights are of the sum of e^(a − log Σ eᵃ), which cannot overflow but where a weight is 0: a constant one hides
    # what it is of, as SciPy has it; the slope for a variable one may be as large as numbers are.
    a, b = array_of(a), array_of(b)
    shown = where(equal(b, 0), -np.inf, a)
    top = _logsumexp(shown, axis=axis, keepdims=True)
    top = where(isfinite(top), top, 0.0)
    largest = (np.finfo(dtype_of(a)).maxexp - 1) * math.log(2)
    above = minimum(a - top, largest) if isinstance(b, Node) else shown - top
    weighted = _sum(b * exp(above), axis=axis, keepdims=keepdims)
    total = top if keepdims else _sum(top, axis=axis)
    return (log(abs(weighted)) + total, sign(weighted)) if return_sign else log(weighted) + total


def softmax(x: Any, axis: Any = None) -> Any:
    """eˣ / Σ eˣ."""
    return _softmax(x, axis=axis) if _holds_node(x) else _special.softmax(x, axis=axis)


def log_softmax(x: Any, axis: Any = None) -> Any:
    """X − log Σ eˣ."""
    return _log_softmax(x, axis=axis) if _holds_node(x) else _special.log_softmax(x, axis=axis)


def multigammaln(a: Any, d: int) -> Any:
    """The logarithm of the multivariate gamma function: log π d(d − 1)/4 + Σⱼ log Γ(a − j/2) over j < d."""
    if not _holds_node(a):
        return _special.multigammaln(a, d)
    total: Any = d * (d - 1) / 4 * math.log(math.pi)
    for j in range(int(d)):
        total = total + gammaln(a - j / 2)
    return total


def _holds_node(*xs: Any) -> bool:
    return any(isinstance(x, Node) for x in xs)
