"""How Macdonald's function K moves with its order ν, as Matérn's covariance with its smoothness.

K(ν, x) = ∫ cosh(ν t) exp(−x cosh t) dt over t > 0 (NIST Digital Library of Mathematical Functions, https://dlmf.nist.gov,
10.32.9), so that its n-th derivative with ν has tⁿ and cosh or sinh in its integrand, which nowhere is negative. The
trapezoidal rule has all digits, since the integrand is even in t and falls faster than any exponential.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special as _special

from autograd.scipy.rules.entering import enter, unknown
from autograd.scipy.rules.mean_logs import by_blocks

_STEP = 0.15  # e^−π²/h is left, times as much as cosh(ν t) adds: the integrand is bounded up to π/2 beside the axis
_LOST = 40.0  # e^−40 of the largest is too little to count
_FAR = 720.0  # where cosh is no float any more
_LARGE = 1e300  # for infinity, where K is 0
_UNKNOWN = 1e9  # from where on SciPy knows no value


def _kve(n: Any, v: Any, x: Any) -> Any:
    """The n-th derivative of eˣ K(ν, x) with ν."""

    def at(n: Any, v: Any, x: Any) -> Any:
        known = np.isfinite(v) & (x > 0)
        v, x = np.where(known, v, 1.0), np.where(known, x, 1.0)
        sign = np.where((v < 0) & (n % 2 == 1), -1.0, 1.0)
        far = np.sqrt(np.pi / 2 / x) * (1 + (4 * v * v - 1) / 8 / x)  # where SciPy has NaN
        value = np.where(x > _UNKNOWN, far, _special.kve(v, x))
        return np.where(known, sign * _ratio(n, np.abs(v), np.minimum(x, _LARGE)) * value, np.nan)[:, 0]

    return by_blocks(at, n, v, x)


def _ratio(n: Any, v: Any, x: Any) -> Any:
    """∂ⁿK / ∂νⁿ over K, of columns of numbers, ν ≥ 0."""
    size = np.hypot(x, v)  # the bend of the integrand's logarithm at its top
    top = np.arcsinh(v / x)
    # Beyond the top it falls by more than size (cosh s − 1) in s, and before it by more than ν (e⁻ˢ − 1 + s).
    before, beyond = _LOST / v + np.sqrt(2 * _LOST / v), np.minimum(2 * np.arcsinh(np.sqrt(_LOST / size / 2)), _FAR)
    step = np.minimum(_STEP, 0.6 / np.sqrt(size))
    first = np.maximum(np.floor((top - before) / step), 0.0)
    t = (first + np.arange(1 + np.max(np.ceil((top + beyond) / step - first), initial=0))) * step
    density = np.exp(v * (t - top) - 2 * x * (np.sinh(t / 2) ** 2 - np.sinh(top / 2) ** 2))
    weights, back = np.where(t == 0, density / 2, density), np.exp(-2 * v * t)
    of_order = t**n * np.where(n % 2 == 1, -np.expm1(-2 * v * t), 1 + back)  # tⁿ sinh or cosh, times 2 e^−νt
    return np.sum(weights * of_order, -1, keepdims=True) / np.sum(weights * (1 + back), -1, keepdims=True)


kve_by_order: Any = enter(
    "kve_by_order", unknown,
    lambda g, y, n, v, x: g * kve_by_order(n + 1, v, x),
    lambda g, y, n, v, x: g * (y - (kve_by_order(n, v - 1, x) + kve_by_order(n, v + 1, x)) / 2),
    module=__name__, function=_kve,
)  # fmt: skip


def kve_by_order_and_point(n: Any, v: Any, x: Any) -> Any:
    """∂ⁿ⁺¹ eˣ K(ν, x) / ∂ν ∂xⁿ, where each derivative with x is f − (f of ν − 1 and of ν + 1) / 2."""
    if n == 0:
        return kve_by_order(1, v, x)
    beside = kve_by_order_and_point(n - 1, v - 1, x) + kve_by_order_and_point(n - 1, v + 1, x)
    return kve_by_order_and_point(n - 1, v, x) - beside / 2
