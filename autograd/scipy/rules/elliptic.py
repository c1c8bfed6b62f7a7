"""Elliptic integrals of `scipy.special`: DLMF chapter 19, with m = k²."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.polynomial.legendre import leggauss

from autograd.rules.entries import equal, less, sin, sqrt, where
from autograd.scipy.rules.entering import enter, unknown
from autograd.scipy.rules.usual import hyp2f1

_PI = math.pi
# Beyond it 1 / cosh² counts for nothing.
_FAR, _PANELS = 38.0, 10
_NODES, _WEIGHTS = leggauss(24)


def _ellipe_slope(m: Any) -> Any:
    """The quotient (E − K) / 2m, −π/8 at 0."""
    return -_PI / 8 * hyp2f1(0.5, 1.5, 2.0, m)


ellipk = enter("ellipk", lambda g, y, m: g * (y / 2 + _ellipe_slope(m)) / (1 - m))
ellipe = enter("ellipe", lambda g, y, m: g * _ellipe_slope(m))


def _ellipkm1_slope(y: Any, p: Any) -> Any:
    """That of K(1 − p); where p is small E(1 − p) is a function of p."""
    small = less(p, 0.5)
    below, above = where(small, p, 0.25), where(small, 0.75, p)
    at_zero = equal(p, 0)
    inside = where(at_zero, 0.25, below)
    near = where(at_zero, -1 / (2 * where(at_zero, below, 1.0)), -(_ellipem1(inside) / inside - y) / (2 * (1 - inside)))
    return where(small, near, -(y / 2 + _ellipe_slope(1 - above)) / above)


ellipkm1 = enter("ellipkm1", lambda g, y, p: g * _ellipkm1_slope(y, p))
_ellipem1 = enter(
    "_ellipem1",
    lambda g, y, p: g * (ellipkm1(p) - y) / (2 * (1 - p)),
    function=lambda p: ellipe.array(1 - p),
    module=__name__,
)


def _moments(phi: Any, m: Any, k: Any, p: Any) -> Any:
    """∫ sin²ᵏθ (1 − m sin²θ)^(−p/2) dθ from 0 to φ, for whole k above 0 and p, by quadrature.

    Of sin θ = tanh u, in which the integrand is smooth, also for m near 1 (and of cos θ where m is negative).
    """
    phi, m, k, p = np.broadcast_arrays(*(np.asarray(x, float) for x in (phi, m, k, p)))
    turns = np.rint(phi / _PI)
    rest, quarter = phi - turns * _PI, np.full(phi.shape, _PI / 2)
    found = np.sign(rest) * _to_a_quarter(np.abs(rest), m, k, p)
    found = found + np.where(turns == 0, 0.0, 2 * turns * _to_a_quarter(quarter, m, k, p))
    return np.where((m > 1) & (phi != 0), np.nan, np.where((m == 1) & (np.abs(phi) >= _PI / 2), np.inf, found))[()]


def _to_a_quarter(phi: Any, m: Any, k: Any, p: Any) -> Any:
    negative = m < 0
    with np.errstate(all="ignore"):
        start = np.where(negative, np.minimum(np.arcsinh(1 / np.tan(phi)), _FAR), 0.0)
        end = np.where(negative, _FAR, np.minimum(np.arcsinh(np.abs(np.tan(phi))), _FAR))
        shown = np.where(negative, 1 / (1 - m), 1 - m)  # what is left of 1 where the other function is largest
        total: Any = 0.0
        for panel in range(_PANELS):
            half = (end - start) / (2 * _PANELS)
            u = start[..., None] + half[..., None] * (2 * panel + 1 + _NODES)
            a, b = np.tanh(u), np.cosh(u)
            root = 1 + shown[..., None] * np.sinh(u) ** 2
            weight = np.where(negative[..., None], b ** (-2 * k[..., None]), a ** (2 * k[..., None]))
            total = total + half * np.sum(
                _WEIGHTS * weight * b ** (p[..., None] - 1) * root ** (-p[..., None] / 2), axis=-1
            )
        return np.where(phi == 0, 0.0, total * np.where(negative, (1 - m) ** (-p / 2), 1.0))


_elliptic_moment = enter(
    "_elliptic_moment",
    lambda g, y, phi, m, k, p: g * sin(phi) ** (2 * k) * (1 - m * sin(phi) ** 2) ** (-p / 2),
    lambda g, y, phi, m, k, p: g * p / 2 * _elliptic_moment(phi, m, k + 1, p + 2),
    unknown,
    unknown,
    function=_moments,
    module=__name__,
)
ellipkinc = enter(
    "ellipkinc",
    lambda g, y, phi, m: g / sqrt(1 - m * sin(phi) ** 2),
    lambda g, y, phi, m: g * _elliptic_moment(phi, m, 1.0, 3.0) / 2,
)
ellipeinc = enter(
    "ellipeinc",
    lambda g, y, phi, m: g * sqrt(1 - m * sin(phi) ** 2),
    lambda g, y, phi, m: -g * _elliptic_moment(phi, m, 1.0, 1.0) / 2,
)
