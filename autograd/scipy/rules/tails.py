"""Logarithms of incomplete gamma and beta functions, also where the functions themselves are too small for a float.

The slope s of log P is P′ / P, a function of its own, which stays right where both are too small: as a difference of
logarithms it would lose its digits. Its slope is s ((log |P′|)′ − s). With a parameter log P changes by means of
logarithms (see `autograd.scipy.rules.mean_logs`), whose own changes are means of the next powers. Series and continued
fractions: NIST Digital Library of Mathematical Functions, https://dlmf.nist.gov, §§8.7, 8.9, 8.17.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special as _special

from autograd.rules.entries import (
    abs,
    equal,
    exp,
    greater,
    greater_equal,
    hypot,
    less,
    less_equal,
    log,
    log1p,
    logical_not,
    maximum,
    minimum,
    sqrt,
    square,
    where,
)
from autograd.scipy.rules import mean_logs
from autograd.scipy.rules.entering import SpecialFunction, enter, unknown
from autograd.scipy.rules.usual import betaln, gammaln, psi, xlog1py, xlogy

_EXACT = 1e-290  # above it a probability has all its digits
_STEPS = 10_000
_FAR = 1e150  # squares of more are no floats

Function = Callable[..., Any]

# ---- far from where the probability is: log P and its slope ---------------------------------------------------------


def _fraction(numerators: Callable[[int], Any], denominators: Callable[[int], Any]) -> Any:
    """b₀ + a₁ / (b₁ + a₂ / (b₂ + …)), by Lentz's method as Thompson and Barnett changed it."""
    tiny = 1e-300
    value = c = denominators(0) + tiny
    d = np.zeros_like(value)
    for i in range(1, _STEPS):
        a, b = numerators(i), denominators(i)
        d = 1 / np.where((found := b + a * d) == 0, tiny, found)
        c = np.where((found := b + a / c) == 0, tiny, found)
        value = value * (c * d)
        if np.all(np.abs(c * d - 1) < 1e-16):
            break
    return value


def _below(a: Any, x: Any) -> tuple[Any, Any]:
    """Of P(a, x) for x far below a: xᵃ e⁻ˣ / Γ(a + 1) · (1 + x / (a + 1) + x² / (a + 1)(a + 2) + …)."""
    total = term = np.ones_like(x)
    for k in range(1, _STEPS):
        term = term * x / (a + k)
        total = total + term
        if np.all(term < 1e-17 * total):
            break
    return a * np.log(x) - x - _special.gammaln(a + 1) + np.log(total), a / x / total


def _above(a: Any, x: Any) -> tuple[Any, Any]:
    """Of Q(a, x) for x far above a."""
    fraction = _fraction(lambda i: -i * (i - a), lambda i: x + 1 - a + 2 * i)
    return a * np.log(x) - x - _special.gammaln(a) - np.log(fraction), -fraction / x


def _near_zero(a: Any, b: Any, x: Any) -> Any:
    """The continued fraction that I(a, b, x) is divided by."""

    def numerator(i: int) -> Any:
        m = i // 2
        if i % 2:
            return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))

    return _fraction(numerator, lambda _: np.ones_like(x))


def _at_least(a: Any, b: Any, x: Any) -> tuple[Any, Any]:
    """Of I(a, b, x) for x near 0."""
    fraction = _near_zero(a, b, x)
    log_value = a * np.log(x) + b * np.log1p(-x) - np.log(a) - _special.betaln(a, b) - np.log(fraction)
    return log_value, a / x / (1 - x) * fraction


def _at_most(a: Any, b: Any, x: Any) -> tuple[Any, Any]:
    """Of 1 − I(a, b, x) for x near 1."""
    log_value, slope = _at_least(b, a, 1 - x)
    return log_value, -slope


def _students(df: Any, z: Any) -> tuple[Any, Any]:
    """Of I(df/2, 1/2, x) / 2 at x = df / (df + z²), which may be too small for a float itself."""
    distance = np.hypot(np.sqrt(df), z)
    x = (np.sqrt(df) / distance) ** 2
    fraction = _near_zero(df / 2, np.full_like(z, 0.5), x)
    log_value = df * (np.log(df) / 2 - np.log(distance)) + np.log1p(-x) / 2 - np.log(df * fraction)
    return log_value - _special.betaln(df / 2, 0.5), df / -z * fraction


# ---- everywhere -----------------------------------------------------------------------------------------------------


def _logarithm(probability: Function, complement: Function, tail: Function) -> Function:
    """Log P: by way of the complement where p is near 1, by its tail where it is next to nothing."""

    def of(*args: Any) -> Any:
        p, rest = probability(*args), complement(*args)
        with np.errstate(divide="ignore"):
            y = np.where(rest < 0.5, np.log1p(-np.minimum(rest, 0.5)), np.log(p))
        return _with_tail(y, p, args, tail, 0)

    return of


def _slope(probability: Function, log_density: Function, sign: float, tail: Function) -> Function:
    """P′ / P, which is ∞ at an end where P is 0."""

    def of(*args: Any) -> Any:
        p = probability(*args)
        with np.errstate(all="ignore"):
            y = np.where((p == 0) & (args[-1] == 0), math.inf, sign * np.exp(log_density(*args) - np.log(p)))
        return _with_tail(y, p, args, tail, 1)

    return of


def _with_tail(y: Any, p: Any, args: tuple[Any, ...], tail: Function, which: int) -> Any:
    lost = (p < _EXACT) & np.isfinite(args[-1]) & (args[-1] != 0)
    if np.any(lost):
        y[lost] = tail(*(np.broadcast_to(a, y.shape)[lost] for a in args))[which]
    return y[()]


def _log_gamma_density(a: Any, x: Any) -> Any:
    return xlogy(a - 1, x) - x - gammaln(a)


def _log_beta_density(a: Any, b: Any, x: Any) -> Any:
    return xlogy(a - 1, x) + xlog1py(b - 1, -x) - betaln(a, b)


def log_t_density(df: Any, t: Any) -> Any:
    """The logarithm of Student's density, where t² is too large for a float, too."""
    u = t / sqrt(df)
    inner = less(abs(u), 1)
    distance = where(inner, log1p(square(where(inner, u, 0.0))), 2 * log(hypot(1.0, u)))
    return gammaln((df + 1) / 2) - gammaln(df / 2) - log(df * math.pi) / 2 - (df + 1) / 2 * distance


def _gamma_change(a: Any, x: Any) -> Any:
    return (a - 1) / x - 1


def _beta_change(a: Any, b: Any, x: Any) -> Any:
    return (a - 1) / x - (b - 1) / (1 - x)


def _t_change(df: Any, z: Any) -> Any:
    distance = hypot(sqrt(df), z)
    return -(df + 1) / distance * (z / distance)


def _enter(name: str, *vjps: Any, function: Function) -> SpecialFunction:
    return enter(name, *vjps, function=function, doc=f"y = {name}", module=__name__)


# ---- means of logarithms, with which P changes with its parameters --------------------------------------------------


def _moment(entry: SpecialFunction, n: Any, a: Any, x: Any) -> Any:
    return 1.0 if n == 0 else entry(n, a, x)


def _joint_moment(n: Any, m: Any, a: Any, b: Any, x: Any) -> Any:
    return 1.0 if n == m == 0 else beta_below(n, m, a, b, x)


def _beta_below_change(y: Any, n: Any, m: Any, a: Any, b: Any, x: Any) -> Any:
    """With x: the new end adds nothing, as u = 0 there; the logarithms change, and the mean is of more."""
    change = -y * log_betainc_slope(a, b, x)
    if n > 0:
        change = change + n / x * _joint_moment(n - 1, m, a, b, x)
    return change + m / (1 - x) * _joint_moment(n, m - 1, a, b, x) if m > 0 else change


gamma_below = _enter(
    "gamma_below",
    unknown,
    lambda g, y, n, a, x: g * (y * gamma_below(1, a, x) - gamma_below(n + 1, a, x)),
    lambda g, y, n, a, x: g * (n / x * _moment(gamma_below, n - 1, a, x) - y * log_gammainc_slope(a, x)),
    function=mean_logs.gamma_below,
)
gamma_above = _enter(
    "gamma_above",
    unknown,
    lambda g, y, n, a, x: g * (gamma_above(n + 1, a, x) - y * gamma_above(1, a, x)),
    lambda g, y, n, a, x: -g * (n / x * _moment(gamma_above, n - 1, a, x) + y * log_gammaincc_slope(a, x)),
    function=mean_logs.gamma_above,
)
beta_below = _enter(
    "beta_below",
    unknown,
    unknown,
    lambda g, y, n, m, a, b, x: g * (y * beta_below(1, 0, a, b, x) - beta_below(n + 1, m, a, b, x)),
    lambda g, y, n, m, a, b, x: g * (beta_below(n, m + 1, a, b, x) - y * beta_below(0, 1, a, b, x)),
    lambda g, y, n, m, a, b, x: g * _beta_below_change(y, n, m, a, b, x),
    function=mean_logs.beta_below,
)


def _ratio(log_p: Any, log_q: Any, needed: Any) -> Any:
    """P / Q, where it is needed."""
    return exp(where(needed, log_p - log_q, 0.0))


def _of_complement(change: Any, log_p: Any, log_q: Any, needed: Any) -> Any:
    """The change of log Q = log(1 − P) where that of log P is known."""
    ratio = _ratio(log_p, log_q, needed)
    return where(equal(ratio, 0), 0.0, -ratio * change)


def gamma_by_shape(a: Any, x: Any) -> tuple[Any, Any]:
    """How log P(a, x) and log Q(a, x) change with a.

    Below eᵠ⁽ᵃ⁺¹⁾ by P(a, x) = P(a + 1, x) + xᵃ e⁻ˣ / Γ(a + 1), so that T is never spread over more than a scale.
    """
    log_p, log_q = log_gammainc(a, x), log_gammaincc(a, x)
    middle = exp(psi(a + 1))
    below = less_equal(x, middle)
    small, large = where(below, x, middle), where(below, middle, x)
    rest = _ratio(log_gammainc(a + 1, small), log_gammainc(a, small), greater(small, 0))  # of P without the last term
    of_p = log(small) - psi(a + 1) - rest * gamma_below(1, a + 1, small)
    of_q = gamma_above(1, a, large) + log(large) - psi(a)
    return (
        where(below, of_p, _of_complement(of_q, log_q, log_p, logical_not(below))),
        where(below, _of_complement(of_p, log_p, log_q, below), of_q),
    )


def beta_by_first(a: Any, b: Any, x: Any, y: Any, log_p: Any, log_q: Any) -> tuple[Any, Any]:
    """How the logarithms of P = I(a, b, x) and of Q = I(b, a, y) = 1 − P, y = 1 − x, change with a."""
    middle = exp(psi(a + 1) - psi(a + b + 1))
    below = less_equal(x, middle)
    small, large = where(below, x, middle), where(below, middle, x)
    rest = _ratio(log_betainc(a + 1, b, small), log_betainc(a, b, small), greater(small, 0))  # as of P(a, x)
    of_p = log(small) - psi(a + 1) + psi(a + b) + rest * (1 / (a + b) - beta_below(1, 0, a + 1, b, small))
    of_q = log(large) - psi(a) + psi(a + b) + beta_below(0, 1, b, a, where(below, 1 - middle, y))
    return (
        where(below, of_p, _of_complement(of_q, log_q, log_p, logical_not(below))),
        where(below, _of_complement(of_p, log_p, log_q, below), of_q),
    )


def beta_by_a(a: Any, b: Any, x: Any) -> tuple[Any, Any]:
    """How the logarithms of I(a, b, x) and of 1 − I(a, b, x) change with a."""
    return beta_by_first(a, b, x, 1 - x, log_betainc(a, b, x), log_betaincc(a, b, x))


def beta_by_b(a: Any, b: Any, x: Any) -> tuple[Any, Any]:
    """How they change with b."""
    of_q, of_p = beta_by_first(b, a, 1 - x, x, log_betaincc(a, b, x), log_betainc(a, b, x))
    return of_p, of_q


def student_by_freedom(df: Any, t: Any) -> Any:
    """How log F(t) changes with the degrees of freedom: F(−|t|) = I(df/2, 1/2, x) / 2 at x = df / (df + t²)."""
    size = abs(t)
    z, far = (
        -minimum(size, _FAR),
        log(maximum(size / _FAR, 1.0)),
    )  # there log F falls like −df log |t|, and x is no float
    distance = hypot(sqrt(df), z)
    x, y = square(sqrt(df) / distance), square(z / distance)
    log_p, log_q = log_betainc(df / 2, 0.5, x), log_betainc(0.5, df / 2, y)
    of_tail = (beta_by_first(df / 2, 0.5, x, y, log_p, log_q)[0] - z / df * log_stdtr_slope(df, z)) / 2 - far
    above = greater_equal(t, 0)
    change = where(above, _of_complement(of_tail, log_stdtr(df, -size), log_stdtr(df, size), above), of_tail)
    # At the median both tails cancel: F = 1/2 + f(0) (t − (1 + 1/df) t³ / 6 + …).
    near = less_equal(size, 1e-4 * sqrt(df / (df + 1)))
    t = where(near, t, 0.0)
    part = _t_density_by_freedom(df, 0.0) * (1 - (1 + 1 / df) * square(t) / 6) + square(t / df) / 6
    return where(near, t * part * exp(log_t_density(df, 0.0) - log_stdtr(df, t)), change)


def _gamma_density_by_shape(a: Any, x: Any) -> Any:
    """How the logarithm of the density changes with a."""
    return log(x) - psi(a)


def _beta_density_by_a(a: Any, b: Any, x: Any) -> Any:
    return log(x) - psi(a) + psi(a + b)


def _t_density_by_freedom(df: Any, t: Any) -> Any:
    distance = hypot(sqrt(df), t)
    share = square(t / distance)
    logarithm = 2 * log(distance / sqrt(df))
    return (psi((df + 1) / 2) - psi(df / 2) - 1 / df - logarithm + (df + 1) / df * share) / 2


def _beta_density_by_b(a: Any, b: Any, x: Any) -> Any:
    return log1p(-x) - psi(b) + psi(a + b)


# ---- the functions ---------------------------------------------------------------------------------------------------

log_gammainc_slope = _enter(
    "log_gammainc_slope",
    lambda g, y, a, x: g * y * (_gamma_density_by_shape(a, x) - gamma_by_shape(a, x)[0]),
    lambda g, y, a, x: g * y * (_gamma_change(a, x) - y),
    function=_slope(_special.gammainc, _log_gamma_density, 1.0, _below),
)
log_gammainc = _enter(
    "log_gammainc",
    lambda g, y, a, x: g * gamma_by_shape(a, x)[0],
    lambda g, y, a, x: g * log_gammainc_slope(a, x),
    function=_logarithm(_special.gammainc, _special.gammaincc, _below),
)
log_gammaincc_slope = _enter(
    "log_gammaincc_slope",
    lambda g, y, a, x: g * y * (_gamma_density_by_shape(a, x) - gamma_by_shape(a, x)[1]),
    lambda g, y, a, x: g * y * (_gamma_change(a, x) - y),
    function=_slope(_special.gammaincc, _log_gamma_density, -1.0, _above),
)
log_gammaincc = _enter(
    "log_gammaincc",
    lambda g, y, a, x: g * gamma_by_shape(a, x)[1],
    lambda g, y, a, x: g * log_gammaincc_slope(a, x),
    function=_logarithm(_special.gammaincc, _special.gammainc, _above),
)
log_betainc_slope = _enter(
    "log_betainc_slope",
    lambda g, y, a, b, x: g * y * (_beta_density_by_a(a, b, x) - beta_by_a(a, b, x)[0]),
    lambda g, y, a, b, x: g * y * (_beta_density_by_b(a, b, x) - beta_by_b(a, b, x)[0]),
    lambda g, y, a, b, x: g * y * (_beta_change(a, b, x) - y),
    function=_slope(_special.betainc, _log_beta_density, 1.0, _at_least),
)
log_betainc = _enter(
    "log_betainc",
    lambda g, y, a, b, x: g * beta_by_a(a, b, x)[0],
    lambda g, y, a, b, x: g * beta_by_b(a, b, x)[0],
    lambda g, y, a, b, x: g * log_betainc_slope(a, b, x),
    function=_logarithm(_special.betainc, _special.betaincc, _at_least),
)
log_betaincc_slope = _enter(
    "log_betaincc_slope",
    lambda g, y, a, b, x: g * y * (_beta_density_by_a(a, b, x) - beta_by_a(a, b, x)[1]),
    lambda g, y, a, b, x: g * y * (_beta_density_by_b(a, b, x) - beta_by_b(a, b, x)[1]),
    lambda g, y, a, b, x: g * y * (_beta_change(a, b, x) - y),
    function=_slope(_special.betaincc, _log_beta_density, -1.0, _at_most),
)
log_betaincc = _enter(
    "log_betaincc",
    lambda g, y, a, b, x: g * beta_by_a(a, b, x)[1],
    lambda g, y, a, b, x: g * beta_by_b(a, b, x)[1],
    lambda g, y, a, b, x: g * log_betaincc_slope(a, b, x),
    function=_logarithm(_special.betaincc, _special.betainc, _at_most),
)
log_stdtr_slope = _enter(
    "log_stdtr_slope",
    lambda g, y, df, z: g * y * (_t_density_by_freedom(df, z) - student_by_freedom(df, z)),
    lambda g, y, df, z: g * y * (_t_change(df, z) - y),
    function=_slope(_special.stdtr, log_t_density, 1.0, _students),
)
log_stdtr = _enter(
    "log_stdtr",
    lambda g, y, df, z: g * student_by_freedom(df, z),
    lambda g, y, df, z: g * log_stdtr_slope(df, z),
    function=_logarithm(_special.stdtr, lambda df, z: _special.stdtr(df, -z), _students),
)
