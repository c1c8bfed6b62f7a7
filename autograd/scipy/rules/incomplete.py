"""Incomplete gamma and beta functions of `scipy.special`, and the distributions that they are.

Formulas: NIST Digital Library of Mathematical Functions, https://dlmf.nist.gov, chapter 8.
"""

from __future__ import annotations

import math
from typing import Any

from autograd.rules.entries import abs, exp, floor, hypot, less, log, log1p, sqrt, square, trunc, where
from autograd.scipy.rules.entering import enter, unknown
from autograd.scipy.rules.usual import betaln, gammaln, xlog1py, xlogy

_PI = math.pi


def gamma_density(a: Any, x: Any) -> Any:
    """Of P(a, x), the regularized incomplete gamma function."""
    return exp(xlogy(a - 1, x) - x - gammaln(a))


def beta_density(a: Any, b: Any, x: Any) -> Any:
    """Of I_x(a, b), the regularized incomplete beta function."""
    return exp(xlogy(a - 1, x) + xlog1py(b - 1, -x) - betaln(a, b))


def _f_density(n: Any, d: Any, x: Any) -> Any:
    """Of Fisher's distribution, where n x / (n x + d) has a beta distribution."""
    return beta_density(n / 2, d / 2, n * x / (n * x + d)) * n * d / (n * x + d) ** 2


def log_t_density(df: Any, t: Any) -> Any:
    """The logarithm of Student's density, where t² is too large for a float, too."""
    u = t / sqrt(df)
    inner = less(abs(u), 1)
    distance = where(inner, log1p(square(where(inner, u, 0.0))), 2 * log(hypot(1.0, u)))
    return gammaln((df + 1) / 2) - gammaln(df / 2) - log(df * _PI) / 2 - (df + 1) / 2 * distance


def _t_density(df: Any, t: Any) -> Any:
    return exp(log_t_density(df, t))


def _poisson_mass(k: Any, m: Any) -> Any:
    k = floor(k)  # as SciPy counts
    return exp(xlogy(k, m) - m - gammaln(k + 1))


gammainc = enter("gammainc", unknown, lambda g, y, a, x: g * gamma_density(a, x))
gammaincc = enter("gammaincc", unknown, lambda g, y, a, x: -g * gamma_density(a, x))
gammaincinv = enter("gammaincinv", unknown, lambda g, y, a, p: g / gamma_density(a, y))
gammainccinv = enter("gammainccinv", unknown, lambda g, y, a, p: -g / gamma_density(a, y))
betainc = enter("betainc", unknown, unknown, lambda g, y, a, b, x: g * beta_density(a, b, x))
betaincc = enter("betaincc", unknown, unknown, lambda g, y, a, b, x: -g * beta_density(a, b, x))
betaincinv = enter("betaincinv", unknown, unknown, lambda g, y, a, b, p: g / beta_density(a, b, y))
betainccinv = enter("betainccinv", unknown, unknown, lambda g, y, a, b, p: -g / beta_density(a, b, y))
chdtr = enter("chdtr", unknown, lambda g, y, v, x: g * gamma_density(v / 2, x / 2) / 2)
chdtrc = enter("chdtrc", unknown, lambda g, y, v, x: -g * gamma_density(v / 2, x / 2) / 2)
chdtri = enter("chdtri", unknown, lambda g, y, v, p: -2 * g / gamma_density(v / 2, y / 2))
stdtr = enter("stdtr", unknown, lambda g, y, df, t: g * _t_density(df, t))
stdtrit = enter("stdtrit", unknown, lambda g, y, df, p: g / _t_density(df, y))
pdtr = enter("pdtr", unknown, lambda g, y, k, m: -g * _poisson_mass(k, m))
pdtrc = enter("pdtrc", unknown, lambda g, y, k, m: g * _poisson_mass(k, m))
bdtr = enter("bdtr", unknown, unknown, lambda g, y, k, n, p: -g * beta_density(floor(k) + 1, trunc(n) - floor(k), p))
bdtrc = enter("bdtrc", unknown, unknown, lambda g, y, k, n, p: g * beta_density(floor(k) + 1, trunc(n) - floor(k), p))
nbdtr = enter("nbdtr", unknown, unknown, lambda g, y, k, n, p: g * beta_density(trunc(n), trunc(k) + 1.0, p))
nbdtrc = enter("nbdtrc", unknown, unknown, lambda g, y, k, n, p: -g * beta_density(trunc(n), trunc(k) + 1.0, p))
fdtr = enter("fdtr", unknown, unknown, lambda g, y, n, d, x: g * _f_density(n, d, x))
fdtrc = enter("fdtrc", unknown, unknown, lambda g, y, n, d, x: -g * _f_density(n, d, x))
fdtri = enter("fdtri", unknown, unknown, lambda g, y, n, d, p: g / _f_density(n, d, y))
gdtr = enter(
    "gdtr", lambda g, y, a, b, x: g * x * gamma_density(b, a * x), unknown,
    lambda g, y, a, b, x: g * a * gamma_density(b, a * x),
)  # fmt: skip
gdtrc = enter(
    "gdtrc", lambda g, y, a, b, x: -g * x * gamma_density(b, a * x), unknown,
    lambda g, y, a, b, x: -g * a * gamma_density(b, a * x),
)  # fmt: skip
