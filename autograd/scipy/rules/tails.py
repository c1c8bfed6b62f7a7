"""Logarithms of incomplete gamma and beta functions, also where the functions themselves are too small for a float.

The slope of log P is P′ / P, taken as exp(log P′ − log P): it stays finite where both round to 0. Series and continued
fractions: NIST Digital Library of Mathematical Functions, https://dlmf.nist.gov, §§8.7, 8.9, 8.17.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special as _special

from autograd.rules.entries import equal, exp, log, log1p, where
from autograd.scipy.rules.entering import SpecialFunction, enter, unknown
from autograd.scipy.rules.usual import betaln, gammaln, xlog1py, xlogy

_EXACT = 1e-290  # above it a probability has all its digits
_STEPS = 10_000
_LOG_PI = math.log(math.pi)


def _logarithm(
    probability: Callable[..., Any], complement: Callable[..., Any], tail: Callable[..., Any]
) -> Callable[..., Any]:
    """Log p: by way of the complement where p is near 1, by its tail where it is next to nothing."""

    def of(*args: Any) -> Any:
        p, rest = probability(*args), complement(*args)
        with np.errstate(divide="ignore"):
            y = np.asarray(np.where(rest < 0.5, np.log1p(-np.minimum(rest, 0.5)), np.log(p)))
        x = args[-1]
        lost = np.asarray((p < _EXACT) & np.isfinite(x) & (x != 0))
        if np.any(lost):
            y[lost] = tail(*(np.broadcast_to(a, y.shape)[lost] for a in args))
        return y[()]

    return of


def _fraction(numerators: Callable[[int], Any], denominators: Callable[[int], Any]) -> Any:
    """b₀ + a₁ / (b₁ + a₂ / (b₂ + …)), by Lentz's method as Thompson and Barnett changed it."""
    tiny = 1e-300
    value = c = denominators(0) + tiny
    d = np.zeros_like(value)
    for i in range(1, _STEPS):
        a, b = numerators(i), denominators(i)
        d = 1 / np.where((found := b + a * d) == 0, tiny, found)
        c = np.where((found := b + a / c) == 0, tiny, found)
        value = value * c * d
        if np.all(np.abs(c * d - 1) < 1e-16):
            break
    return value


def _below(a: Any, x: Any) -> Any:
    """Log P(a, x) for x far below a: xᵃ e⁻ˣ / Γ(a + 1) · (1 + x / (a + 1) + x² / (a + 1)(a + 2) + …)."""
    total = term = np.ones_like(x)
    for k in range(1, _STEPS):
        term = term * x / (a + k)
        total = total + term
        if np.all(term < 1e-17 * total):
            break
    return a * np.log(x) - x - _special.gammaln(a + 1) + np.log(total)


def _above(a: Any, x: Any) -> Any:
    """Log Q(a, x) for x far above a."""
    fraction = _fraction(lambda i: -i * (i - a), lambda i: x + 1 - a + 2 * i)
    return a * np.log(x) - x - _special.gammaln(a) - np.log(fraction)


def _at_least(a: Any, b: Any, x: Any) -> Any:
    """Log I(a, b, x) for x near 0."""

    def numerator(i: int) -> Any:
        m = i // 2
        if i % 2:
            return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))

    fraction = _fraction(numerator, lambda _: np.ones_like(x))
    return a * np.log(x) + b * np.log1p(-x) - np.log(a) - _special.betaln(a, b) - np.log(fraction)


def _students(df: Any, z: Any) -> Any:
    return _at_least(df / 2, np.full_like(z, 0.5), df / (df + z * z)) - math.log(2)


def _slope(log_density: Any, y: Any, x: Any) -> Any:
    """exp(log P′ − log P); ∞ at the end, where P is 0."""
    end = equal(x, 0)
    return where(end, math.inf, exp(where(end, 0.0, log_density - where(end, 0.0, y))))


def _gamma(a: Any, x: Any) -> Any:
    return xlogy(a - 1, x) - x - gammaln(a)


def _beta(a: Any, b: Any, x: Any) -> Any:
    return xlogy(a - 1, x) + xlog1py(b - 1, -x) - betaln(a, b)


def _student(df: Any, z: Any) -> Any:
    return gammaln((df + 1) / 2) - gammaln(df / 2) - (log(df) + _LOG_PI) / 2 - (df + 1) / 2 * log1p(z * z / df)


def _enter(name: str, *vjps: Any, function: Callable[..., Any]) -> SpecialFunction:
    return enter(name, *vjps, function=function, doc=f"y = {name}", module=__name__)


log_gammainc = _enter(
    "log_gammainc",
    unknown,
    lambda g, y, a, x: g * _slope(_gamma(a, x), y, x),
    function=_logarithm(_special.gammainc, _special.gammaincc, _below),
)
log_gammaincc = _enter(
    "log_gammaincc",
    unknown,
    lambda g, y, a, x: -g * exp(_gamma(a, x) - y),
    function=_logarithm(_special.gammaincc, _special.gammainc, _above),
)
log_betainc = _enter(
    "log_betainc",
    unknown,
    unknown,
    lambda g, y, a, b, x: g * _slope(_beta(a, b, x), y, x),
    function=_logarithm(_special.betainc, _special.betaincc, _at_least),
)
log_betaincc = _enter(
    "log_betaincc",
    unknown,
    unknown,
    lambda g, y, a, b, x: -g * _slope(_beta(a, b, x), y, 1 - x),
    function=_logarithm(_special.betaincc, _special.betainc, lambda a, b, x: _at_least(b, a, 1 - x)),
)
log_stdtr = _enter(
    "log_stdtr",
    unknown,
    lambda g, y, df, z: g * exp(_student(df, z) - y),
    function=_logarithm(_special.stdtr, lambda df, z: _special.stdtr(df, -z), _students),
)
