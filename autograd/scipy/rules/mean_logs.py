"""Mean powers of logarithms of what has a gamma or beta distribution, on one side of a point: by quadrature.

A probability P changes with a parameter by a mean of logarithms: ∂P/∂a = ∫ (log t − ψ(a)) p(t) dt up to x. Around x
that is P (log x − ψ(a) − E[log x / T | T < x]), of two terms with the same sign where x is small, and beyond by the
complement: nothing cancels, which differences, series and recurrences all do somewhere.

With u = log x / T the mean is of a smooth function that falls like e⁻ᵘ at the least, once u is measured in units of
its scale. So the double exponential formula for such integrals has all digits with some 90 points (H. Takahasi and
M. Mori, "Double Exponential Formulas for Numerical Integration", 1974): u = exp(t − e⁻ᵗ) for t in equal steps.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

_STEP = 1 / 12
_T = np.arange(-3.75, 4 + _STEP, _STEP)
_POINTS = np.exp(_T - np.exp(-_T))
_WEIGHTS = _POINTS * (1 + np.exp(-_T))
_BLOCK = 256  # numbers at a time, each with its points


def gamma_below(n: Any, a: Any, x: Any) -> Any:
    """E[(log x / T)ⁿ | T < x] where T has the gamma distribution of shape a."""

    def at(n: Any, a: Any, x: Any) -> Any:
        u = _scale(a - x, x) * _POINTS
        return _mean(-(a - x) * u - x * _beyond_linear(-u), _power(u, n))

    return by_blocks(at, n, a, x)


def gamma_above(n: Any, a: Any, x: Any) -> Any:
    """E[(log T / x)ⁿ | T > x] where T has the gamma distribution of shape a."""

    def at(n: Any, a: Any, x: Any) -> Any:
        more = a - 1
        bend = np.maximum(more, 0.0) / x
        beyond = _scale(1 - bend, bend / x) * _POINTS  # T − x, in which the density falls like e⁻ᵗ; in log t far faster
        u = np.log1p(beyond / x)
        return _mean(more * u - beyond, _power(u, n))

    return by_blocks(at, n, a, x)


def beta_below(n: Any, m: Any, a: Any, b: Any, x: Any) -> Any:
    """E[(log x / T)ⁿ (log (1 − T) / (1 − x))ᵐ | T < x] where T has the beta distribution of a and b."""

    def at(n: Any, m: Any, a: Any, b: Any, x: Any) -> Any:
        odds, more = x / (1 - x), b - 1
        bend = np.maximum(more, 0.0) * odds
        u = np.maximum(_scale(a - bend, bend * (1 + odds)), 1 / a) * _POINTS  # in the end it falls like e⁻ᵃᵘ
        other = np.log1p(-odds * np.expm1(-u))
        return _mean(more * other - a * u, _power(u, n) * _power(other, m))

    return by_blocks(at, n, m, a, b, x)


def _scale(slope: Any, curvature: Any) -> Any:
    """The u at which slope u + curvature u² / 2 is 1."""
    slope = np.maximum(slope, 0.0)
    return 2 / (slope + np.sqrt(slope * slope + 2 * curvature))


def _mean(log_density: Any, x: Any) -> Any:
    weights = _WEIGHTS * np.exp(log_density)
    return np.sum(weights * x, -1) / np.sum(weights, -1)


def _power(u: Any, n: Any) -> Any:
    return u ** int(n[0, 0]) if np.all(n == n[0, 0]) else u**n


def _beyond_linear(z: Any) -> Any:
    """eᶻ − 1 − z, by its series where that would cancel."""
    near = np.abs(z) < 0.5
    small = np.where(near, z, 0.0)
    total = np.ones_like(z)
    for k in range(16, 2, -1):
        total = 1 + small / k * total
    return np.where(near, small * small / 2 * total, np.expm1(z) - z)


def by_blocks(at: Callable[..., Any], *given: Any) -> Any:
    """What ``at`` gives, one each, for columns of numbers, a block at a time; in the type that NumPy gives."""
    arrays = np.broadcast_arrays(*(np.asarray(x, float) for x in given))
    columns = [x.reshape(-1, 1) for x in arrays]
    found = np.empty(len(columns[0]))
    with np.errstate(all="ignore"):
        for start in range(0, len(found), _BLOCK):
            found[start : start + _BLOCK] = at(*(x[start : start + _BLOCK] for x in columns))
    return found.reshape(arrays[0].shape).astype(np.result_type(0.0, *given))[()]
