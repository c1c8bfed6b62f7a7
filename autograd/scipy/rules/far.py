"""Derivatives of functions that fall like a power of x, far out, where the formulas cancel and a series does not.

f(x) = x⁻ᵖ Σ cₖ x⁻ˢᵏ, and so its n-th derivative is (−1)ⁿ x⁻ᵖ⁻ⁿ Σ cₖ (p + sk)(p + sk + 1) … (p + sk + n − 1) x⁻ˢᵏ
(NIST Digital Library of Mathematical Functions, https://dlmf.nist.gov, §§7.12, 10.40).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.graph.node import Node
from autograd.rules.entries import abs, greater, maximum, where
from autograd.rules.shapes import is_complex
from autograd.scipy.rules.bessel_orders import kve_by_order_and_point
from autograd.scipy.rules.entering import enter, unknown

_TERMS = 40
_ROOT = math.sqrt(math.pi / 2)
_OF_ERRORS, _OF_BESSEL = 7.0, 25.0  # from there on what is left of a series is below a rounding


def _summed(coefficients: list[Any], power: float, step: int, n: Any, x: Any) -> Any:
    """The n-th derivative of the series."""
    n, total = np.asarray(n, float), np.zeros(())
    with np.errstate(under="ignore", over="ignore", invalid="ignore"):
        for k in range(_TERMS - 1, -1, -1):
            rising, p = np.ones(()), power + step * k
            for i in range(int(np.max(n, initial=0))):
                rising = rising * np.where(i < n, p + i, 1.0)
            total = total * x ** float(-step) + coefficients[k] * rising
        found = np.where(n % 2 == 1, -1.0, 1.0) * x ** (-power - n) * total
    return found.astype(x.dtype)


def _of_far(coefficients: list[Any], n: Any, x: Any) -> Any:
    """The series of error functions, added up where x is far out: a program asks for it everywhere, and takes those."""
    if not np.ndim(x) or np.ndim(n):
        return _summed(coefficients, 1.0, 2, n, np.maximum(x, _OF_ERRORS))
    far = ~np.less_equal(x, _OF_ERRORS)
    y = np.full(x.shape, _summed(coefficients, 1.0, 2, n, np.maximum(x.dtype.type(0), _OF_ERRORS)))
    if far.any():
        y[far] = _summed(coefficients, 1.0, 2, n, x[far])
    return y


# 1 · 3 · 5 … (2k − 1) / 2ᵏ, with the signs of erfcx, without those of Dawson's integral.
_ODD = [math.prod((2 * j - 1) / 2 for j in range(1, k + 1)) for k in range(_TERMS)]
_OF_ERFCX = [(-1) ** k * c / math.sqrt(math.pi) for k, c in enumerate(_ODD)]
_OF_DAWSN = [c / 2 for c in _ODD]


def _of_bessel(v: Any, sign: float, scale: float) -> list[Any]:
    """What aₖ(v) = (4v² − 1)(4v² − 9) … (4v² − (2k − 1)²) / (k! 8ᵏ) gives, with signs."""
    found, term = [], np.full(np.shape(v), scale)
    for k in range(1, _TERMS + 1):
        found.append(term)
        term = term * (sign * (4 * v * v - (2 * k - 1) ** 2) / (8 * k))
    return found


def _ive(n: Any, v: Any, x: Any) -> Any:
    size = np.maximum(np.abs(x), _OF_BESSEL)
    y = _summed(_of_bessel(v, -1.0, 0.5 / _ROOT), 0.5, 1, n, size)
    mirrored = np.where(v == np.floor(v), np.where((v + n) % 2 == 1, -y, y), np.nan)  # no real number for other v
    return np.where(np.less(x, 0), mirrored, y)[()]


erfcx_change: Any = enter(
    "erfcx_change", unknown, lambda g, y, n, x: g * erfcx_change(n + 1, x), module=__name__,
    function=lambda n, x: _of_far(_OF_ERFCX, n, x)[()],
)  # fmt: skip
dawsn_change: Any = enter(
    "dawsn_change", unknown, lambda g, y, n, x: g * dawsn_change(n + 1, x), module=__name__,
    function=lambda n, x: (np.where(np.less(x, 0) & (np.asarray(n) % 2 == 0), -1.0, 1.0)
                           * _of_far(_OF_DAWSN, n, np.abs(x)))[()],
)  # fmt: skip
ive_change: Any = enter(
    "ive_change", unknown, unknown, lambda g, y, n, v, x: g * ive_change(n + 1, v, x), module=__name__, function=_ive,
)  # fmt: skip
kve_change: Any = enter(
    "kve_change", unknown, lambda g, y, n, v, x: g * kve_by_order_and_point(n, v, x),
    lambda g, y, n, v, x: g * kve_change(n + 1, v, x), module=__name__,
    function=lambda n, v, x: _summed(_of_bessel(v, 1.0, _ROOT), 0.5, 1, n, np.maximum(x, _OF_BESSEL))[()],
)  # fmt: skip


def far_out(change: Any, near: Any, x: Any, v: Any = None) -> Any:
    """The slope of such a function: by its series, or by the usual formula where that is not far out.

    Args:
        change: Its entry here.
        near: The usual formula's.
        x: Where.
        v: The order, of a Bessel function.
    """
    if is_complex(x):
        return near
    size = abs(x) if change in (dawsn_change, ive_change) else x
    far = greater(size, _OF_ERRORS if v is None else maximum(v * v, _OF_BESSEL))
    if not isinstance(far, Node) and not np.any(far):  # a series takes ten times as long as all the rest
        return near
    return where(far, change(1.0, x) if v is None else change(1.0, v, x), near)
