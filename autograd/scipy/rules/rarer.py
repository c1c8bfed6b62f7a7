"""The rarer functions of `scipy.special`: distributions, relatives of Bessel's, integrals, functions of several parts.

Formulas: NIST Digital Library of Mathematical Functions, https://dlmf.nist.gov.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np
from scipy import special as _special

import autograd.numpy as anp
from autograd.graph.node import Node
from autograd.numpy.protocols import COMPOSED, UFUNCS
from autograd.rules import exponentials
from autograd.rules.entries import abs, cbrt, cos, cosh, equal, exp, less, logical_and, rint, sin, where
from autograd.rules.ready import Vjp
from autograd.rules.special import spherical_bessel
from autograd.scipy.rules.entering import enter, unknown
from autograd.scipy.rules.usual import rgamma

_PI, _DEGREE = math.pi, math.pi / 180

# Functions that the rule book has already.
UFUNCS |= {
    _special.log1p: exponentials.log1p, _special.expm1: exponentials.expm1, _special.cbrt: cbrt, _special.round: rint,
}  # fmt: skip

# ---- distributions ---------------------------------------------------------------------------------------------------

chndtr = enter(
    "chndtr",
    lambda g, y, x, df, nc: g * (chndtr(x, df - 2, nc) - y) / 2,
    unknown,
    lambda g, y, x, df, nc: g * (chndtr(x, df + 2, nc) - y) / 2,
)
ndtri_exp = enter("ndtri_exp", lambda g, y, x: g * exp(x + y * y / 2) * math.sqrt(2 * _PI))
tklmbda = enter(
    "tklmbda",
    lambda g, y, x, p: where(equal(y * (1 - y), 0), 0.0, g / (y ** (p - 1) + (1 - y) ** (p - 1))),  # beyond ± 1 / p
    unknown,
)

# ---- relatives of Bessel's functions ---------------------------------------------------------------------------------


def _struve_slope(struve: Any, above: int, y: Any, v: Any, x: Any) -> Any:
    """Of H and L: f₍ᵥ₋₁₎ − v f / x; near 0 half of both neighbours and (x/2)ᵛ / √π Γ(v + 3/2) (DLMF 11.4.27-28)."""
    near = less(abs(x), 1.0)
    small, large = where(near, x, 0.5), where(near, 1.0, x)
    power = (small / 2) ** v * rgamma(v + 1.5) / math.sqrt(_PI)
    whole = power + above * struve(v + 1, small)  # where v is 0
    beside = where(equal(v, 0), whole, (struve(v - 1, small) + above * struve(v + 1, small) + power) / 2)
    # At 0 for a negative order: that of the first term, ∝ xᵛ⁺¹; and f₋₁ is 2/π ± f₁.
    beside = where(logical_and(equal(small, 0), less(v, 0)), (v + 1) * power, beside)
    one = above * (struve(0.0, small) + small / 2 * rgamma(2.5) / math.sqrt(_PI)) / 2 + struve(2.0, small) / 2
    beside = where(equal(v, -1), one, beside)
    return where(near, beside, struve(v - 1, large) - v / large * y)


def _over(y: Any, x: Any, series: Callable[[Any], Any]) -> Any:
    """A derivative of Kelvin's functions over x; next to 0 by the series (DLMF 10.65.1)."""
    near = less(abs(x), 0.01)
    return where(near, series(where(near, x, 0.0)), y / where(near, 1.0, x))


jve = enter("jve", unknown, lambda g, y, v, x: g * (jve(v - 1, x) - jve(v + 1, x)) / 2)
yve = enter("yve", unknown, lambda g, y, v, x: g * (yve(v - 1, x) - yve(v + 1, x)) / 2)
hankel1 = enter("hankel1", unknown, lambda g, y, v, x: g * (hankel1(v - 1, x) - hankel1(v + 1, x)) / 2, analytic=True)
hankel2 = enter("hankel2", unknown, lambda g, y, v, x: g * (hankel2(v - 1, x) - hankel2(v + 1, x)) / 2, analytic=True)
struve = enter("struve", unknown, lambda g, y, v, x: g * _struve_slope(struve, -1, y, v, x))
modstruve = enter("modstruve", unknown, lambda g, y, v, x: g * _struve_slope(modstruve, 1, y, v, x))
ber = enter("ber", lambda g, y, x: g * berp(x))
bei = enter("bei", lambda g, y, x: g * beip(x))
ker = enter("ker", lambda g, y, x: g * kerp(x))
kei = enter("kei", lambda g, y, x: g * keip(x))
berp = enter("berp", lambda g, y, x: -g * (bei(x) + _over(y, x, lambda x: -x * x / 16 * (1 - x**4 / 1152))))
beip = enter("beip", lambda g, y, x: g * (ber(x) - _over(y, x, lambda x: 0.5 - x**4 / 384)))
kerp = enter("kerp", lambda g, y, x: -g * (kei(x) + y / x))
keip = enter("keip", lambda g, y, x: g * (ker(x) - y / x))


def _spherical(name: str, low: float, high: float) -> Callable[..., Any]:
    """A spherical Bessel function, whose derivative is ± n f₍ₙ₋₁₎ ± (n + 1) f₍ₙ₊₁₎ over 2n + 1 (DLMF 10.51)."""
    scipys = getattr(_special, name)

    def slope(n: Any, z: Any) -> Any:
        return (low * n * entry(np.maximum(n - 1, 0), z) + high * (n + 1) * entry(n + 1, z)) / (2 * n + 1)

    entry: Any = enter(f"_{name}", unknown, lambda g, y, n, z: g * slope(n, z), function=lambda n, z: scipys(n, z))

    globals()[f"_{name}"] = entry  # where a pickle finds it

    @wraps(scipys)
    def spherical(n: Any, z: Any, derivative: bool = False) -> Any:
        return slope(n, z) if derivative else entry(n, z)

    spherical.__module__ = __name__
    return spherical


spherical_jn, spherical_yn = _spherical("spherical_jn", 1.0, -1.0), _spherical("spherical_yn", 1.0, -1.0)
spherical_in, spherical_kn = _spherical("spherical_in", 1.0, 1.0), _spherical("spherical_kn", -1.0, -1.0)

# ---- integrals and inverse functions ---------------------------------------------------------------------------------

radian = enter(
    "radian", lambda g, y, d, m, s: g * _DEGREE, lambda g, y, d, m, s: g * (_DEGREE / 60),
    lambda g, y, d, m, s: g * (_DEGREE / 3600),
)  # fmt: skip
cotdg = enter("cotdg", lambda g, y, x: -g * (1 + y * y) * _DEGREE)
wrightomega = enter("wrightomega", lambda g, y, z: g * y / (1 + y), analytic=True)
wofz = enter("wofz", lambda g, y, z: g * (2j / math.sqrt(_PI) - 2 * z * y), analytic=True)
_lambertw: Any = enter(
    "_lambertw",
    lambda g, y, z, k: g * exp(-y) / (1 + y),
    None,
    function=lambda z, k: _special.lambertw(z, k),
    analytic=True,
)


def lambertw(z: Any, k: Any = 0, tol: float = 1e-8) -> Any:
    """The w with w eʷ = z, of branch k; see SciPy's. It is complex, also of real numbers."""
    return _lambertw(z, k) if isinstance(z, Node) else _special.lambertw(z, k, tol)


def _several(name: str, *vjps: Vjp) -> Callable[..., Any]:
    """A function of one number that gives several, each by an entry of its own with its derivative in terms of all."""
    scipys = getattr(_special, name)

    def part(i: int, vjp: Vjp) -> Any:
        entry = globals()[f"_{name}_{i}"] = enter(f"_{name}_{i}", vjp, function=lambda x: np.array(scipys(x)[i]))
        return entry

    parts = tuple(part(i, vjp) for i, vjp in enumerate(vjps))

    @wraps(scipys)
    def several(x: Any) -> Any:
        return tuple(entry(x) for entry in parts) if isinstance(x, Node) else scipys(x)

    several.__qualname__, several.__module__ = name, __name__  # as which it is pickled
    COMPOSED[scipys] = several
    return several


airy = _several(
    "airy",
    lambda g, y, x: g * airy(x)[1],
    lambda g, y, x: g * x * airy(x)[0],
    lambda g, y, x: g * airy(x)[3],
    lambda g, y, x: g * x * airy(x)[2],
)
fresnel = _several(
    "fresnel", lambda g, y, x: g * sin(_PI / 2 * x * x), lambda g, y, x: g * cos(_PI / 2 * x * x)
)  # fmt: skip
sici = _several("sici", lambda g, y, x: g * spherical_bessel(x, order=0), lambda g, y, x: g * cos(x) / x)
shichi = _several("shichi", lambda g, y, x: g * spherical_in(0, x), lambda g, y, x: g * cosh(x) / x)


def voigt_profile(x: Any, sigma: Any, gamma: Any) -> Any:
    """The density of a sum of a normal and a Cauchy variable: Re w((x + iγ) / σ√2) / σ√(2π)."""
    if not any(isinstance(number, Node) for number in (x, sigma, gamma)):
        return _special.voigt_profile(x, sigma, gamma)
    root = math.sqrt(2.0)
    return anp.real(wofz((x + 1j * gamma) / (sigma * root))) / (sigma * (root * math.sqrt(_PI)))


COMPOSED[_special.voigt_profile] = voigt_profile
