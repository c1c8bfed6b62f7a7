"""Logarithms of incomplete gamma and beta functions, also where the functions themselves are too small for a float.

The slope s of log P is P′ / P, a function of its own, which stays right where both are too small: as a difference of
logarithms it would lose its digits. Its slope is s ((log |P′|)′ − s). Series and continued fractions: NIST Digital
Library of Mathematical Functions, https://dlmf.nist.gov, §§8.7, 8.9, 8.17.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special as _special

from autograd.rules.entries import hypot, sqrt
from autograd.scipy.rules.entering import SpecialFunction, enter, unknown
from autograd.scipy.rules.incomplete import log_t_density
from autograd.scipy.rules.usual import betaln, gammaln, xlog1py, xlogy

_EXACT = 1e-290  # above it a probability has all its digits
_STEPS = 10_000

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


def _gamma_change(a: Any, x: Any) -> Any:
    return (a - 1) / x - 1


def _beta_change(a: Any, b: Any, x: Any) -> Any:
    return (a - 1) / x - (b - 1) / (1 - x)


def _t_change(df: Any, z: Any) -> Any:
    distance = hypot(sqrt(df), z)
    return -(df + 1) / distance * (z / distance)


def _enter(name: str, *vjps: Any, function: Function) -> SpecialFunction:
    return enter(name, *vjps, function=function, doc=f"y = {name}", module=__name__)


log_gammainc_slope = _enter(
    "log_gammainc_slope",
    unknown,
    lambda g, y, a, x: g * y * (_gamma_change(a, x) - y),
    function=_slope(_special.gammainc, _log_gamma_density, 1.0, _below),
)
log_gammainc = _enter(
    "log_gammainc",
    unknown,
    lambda g, y, a, x: g * log_gammainc_slope(a, x),
    function=_logarithm(_special.gammainc, _special.gammaincc, _below),
)
log_gammaincc_slope = _enter(
    "log_gammaincc_slope",
    unknown,
    lambda g, y, a, x: g * y * (_gamma_change(a, x) - y),
    function=_slope(_special.gammaincc, _log_gamma_density, -1.0, _above),
)
log_gammaincc = _enter(
    "log_gammaincc",
    unknown,
    lambda g, y, a, x: g * log_gammaincc_slope(a, x),
    function=_logarithm(_special.gammaincc, _special.gammainc, _above),
)
log_betainc_slope = _enter(
    "log_betainc_slope",
    unknown,
    unknown,
    lambda g, y, a, b, x: g * y * (_beta_change(a, b, x) - y),
    function=_slope(_special.betainc, _log_beta_density, 1.0, _at_least),
)
log_betainc = _enter(
    "log_betainc",
    unknown,
    unknown,
    lambda g, y, a, b, x: g * log_betainc_slope(a, b, x),
    function=_logarithm(_special.betainc, _special.betaincc, _at_least),
)
log_betaincc_slope = _enter(
    "log_betaincc_slope",
    unknown,
    unknown,
    lambda g, y, a, b, x: g * y * (_beta_change(a, b, x) - y),
    function=_slope(_special.betaincc, _log_beta_density, -1.0, _at_most),
)
log_betaincc = _enter(
    "log_betaincc",
    unknown,
    unknown,
    lambda g, y, a, b, x: g * log_betaincc_slope(a, b, x),
    function=_logarithm(_special.betaincc, _special.betainc, _at_most),
)
log_stdtr_slope = _enter(
    "log_stdtr_slope",
    unknown,
    lambda g, y, df, z: g * y * (_t_change(df, z) - y),
    function=_slope(_special.stdtr, log_t_density, 1.0, _students),
)
log_stdtr = _enter(
    "log_stdtr",
    unknown,
    lambda g, y, df, z: g * log_stdtr_slope(df, z),
    function=_logarithm(_special.stdtr, lambda df, z: _special.stdtr(df, -z), _students),
)
