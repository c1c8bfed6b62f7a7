"""Incomplete gamma and beta functions of `scipy.special`, and the distributions that they are.

Formulas: NIST Digital Library of Mathematical Functions, https://dlmf.nist.gov, chapter 8.
"""

from __future__ import annotations

from typing import Any

from autograd.rules.entries import equal, exp, floor, greater, logical_and, logical_not, trunc, where
from autograd.scipy.rules.entering import enter, unknown
from autograd.scipy.rules.tails import beta_by_a, beta_by_b, gamma_by_shape, log_t_density, student_by_freedom
from autograd.scipy.rules.usual import betaln, gammaln, xlog1py, xlogy


def gamma_density(a: Any, x: Any) -> Any:
    """Of P(a, x), the regularized incomplete gamma function."""
    return exp(xlogy(a - 1, x) - x - gammaln(a))


def beta_density(a: Any, b: Any, x: Any) -> Any:
    """Of I_x(a, b), the regularized incomplete beta function."""
    return exp(xlogy(a - 1, x) + xlog1py(b - 1, -x) - betaln(a, b))


def _f_density(n: Any, d: Any, x: Any) -> Any:
    """Of Fisher's distribution, where n x / (n x + d) has a beta distribution."""
    return beta_density(n / 2, d / 2, n * x / (n * x + d)) * n * d / (n * x + d) ** 2


def _t_density(df: Any, t: Any) -> Any:
    return exp(log_t_density(df, t))


def _poisson_mass(k: Any, m: Any) -> Any:
    k = floor(k)  # as SciPy counts
    return exp(xlogy(k, m) - m - gammaln(k + 1))


# ---- with their parameters: P times the change of its logarithm, or nothing where P is 0 ----------------------------


def _of(p: Any, change: Any) -> Any:
    return where(equal(p, 0), 0.0, p * change)


def _moved(change: Any, density: Any) -> Any:
    """How an inverse of P moves for a given p, which is nothing at the ends."""
    return where(logical_and(equal(change, 0), logical_not(greater(density, 0))), 0.0, -change / density)


def _by_shape(a: Any, x: Any) -> Any:
    """∂P(a, x) / ∂a."""
    return _of(gammainc(a, x), gamma_by_shape(a, x)[0])


def _by_a(a: Any, b: Any, x: Any) -> Any:
    """∂I(a, b, x) / ∂a."""
    return _of(betainc(a, b, x), beta_by_a(a, b, x)[0])


def _by_b(a: Any, b: Any, x: Any) -> Any:
    """∂I(a, b, x) / ∂b."""
    return _of(betainc(a, b, x), beta_by_b(a, b, x)[0])


def _t_by_freedom(df: Any, t: Any) -> Any:
    return _of(stdtr(df, t), student_by_freedom(df, t))


def _f_by_n(n: Any, d: Any, x: Any) -> Any:
    w = n * x / (n * x + d)  # which moves too, by w (1 − w) / n
    return _by_a(n / 2, d / 2, w) / 2 + beta_density(n / 2, d / 2, w) * w * (1 - w) / n


def _f_by_d(n: Any, d: Any, x: Any) -> Any:
    w = n * x / (n * x + d)
    return _by_b(n / 2, d / 2, w) / 2 - beta_density(n / 2, d / 2, w) * w * (1 - w) / d


# ---- the functions; an inverse moves by the negative change of the function over its density ------------------------

gammainc = enter("gammainc", lambda g, y, a, x: g * _by_shape(a, x), lambda g, y, a, x: g * gamma_density(a, x))
gammaincc = enter("gammaincc", lambda g, y, a, x: -g * _by_shape(a, x), lambda g, y, a, x: -g * gamma_density(a, x))
gammaincinv = enter(
    "gammaincinv",
    lambda g, y, a, p: g * _moved(_by_shape(a, y), gamma_density(a, y)),
    lambda g, y, a, p: g / gamma_density(a, y),
)
gammainccinv = enter(
    "gammainccinv",
    lambda g, y, a, p: g * _moved(_by_shape(a, y), gamma_density(a, y)),
    lambda g, y, a, p: -g / gamma_density(a, y),
)
betainc = enter(
    "betainc",
    lambda g, y, a, b, x: g * _by_a(a, b, x),
    lambda g, y, a, b, x: g * _by_b(a, b, x),
    lambda g, y, a, b, x: g * beta_density(a, b, x),
)
betaincc = enter(
    "betaincc",
    lambda g, y, a, b, x: -g * _by_a(a, b, x),
    lambda g, y, a, b, x: -g * _by_b(a, b, x),
    lambda g, y, a, b, x: -g * beta_density(a, b, x),
)
betaincinv = enter(
    "betaincinv",
    lambda g, y, a, b, p: g * _moved(_by_a(a, b, y), beta_density(a, b, y)),
    lambda g, y, a, b, p: g * _moved(_by_b(a, b, y), beta_density(a, b, y)),
    lambda g, y, a, b, p: g / beta_density(a, b, y),
)
betainccinv = enter(
    "betainccinv",
    lambda g, y, a, b, p: g * _moved(_by_a(a, b, y), beta_density(a, b, y)),
    lambda g, y, a, b, p: g * _moved(_by_b(a, b, y), beta_density(a, b, y)),
    lambda g, y, a, b, p: -g / beta_density(a, b, y),
)
chdtr = enter(
    "chdtr",
    lambda g, y, v, x: g * _by_shape(v / 2, x / 2) / 2,
    lambda g, y, v, x: g * gamma_density(v / 2, x / 2) / 2,
)
chdtrc = enter(
    "chdtrc",
    lambda g, y, v, x: -g * _by_shape(v / 2, x / 2) / 2,
    lambda g, y, v, x: -g * gamma_density(v / 2, x / 2) / 2,
)
chdtri = enter(
    "chdtri",
    lambda g, y, v, p: g * _moved(_by_shape(v / 2, y / 2), gamma_density(v / 2, y / 2)),
    lambda g, y, v, p: -2 * g / gamma_density(v / 2, y / 2),
)
gdtr = enter(
    "gdtr",
    lambda g, y, a, b, x: g * x * gamma_density(b, a * x),
    lambda g, y, a, b, x: g * _by_shape(b, a * x),
    lambda g, y, a, b, x: g * a * gamma_density(b, a * x),
)
gdtrc = enter(
    "gdtrc",
    lambda g, y, a, b, x: -g * x * gamma_density(b, a * x),
    lambda g, y, a, b, x: -g * _by_shape(b, a * x),
    lambda g, y, a, b, x: -g * a * gamma_density(b, a * x),
)
stdtr = enter("stdtr", lambda g, y, df, t: g * _t_by_freedom(df, t), lambda g, y, df, t: g * _t_density(df, t))
stdtrit = enter(
    "stdtrit",
    lambda g, y, df, p: g * _moved(_t_by_freedom(df, y), _t_density(df, y)),
    lambda g, y, df, p: g / _t_density(df, y),
)
fdtr = enter(
    "fdtr",
    lambda g, y, n, d, x: g * _f_by_n(n, d, x),
    lambda g, y, n, d, x: g * _f_by_d(n, d, x),
    lambda g, y, n, d, x: g * _f_density(n, d, x),
)
fdtrc = enter(
    "fdtrc",
    lambda g, y, n, d, x: -g * _f_by_n(n, d, x),
    lambda g, y, n, d, x: -g * _f_by_d(n, d, x),
    lambda g, y, n, d, x: -g * _f_density(n, d, x),
)
fdtri = enter(
    "fdtri",
    lambda g, y, n, d, p: g * _moved(_f_by_n(n, d, y), _f_density(n, d, y)),
    lambda g, y, n, d, p: g * _moved(_f_by_d(n, d, y), _f_density(n, d, y)),
    lambda g, y, n, d, p: g / _f_density(n, d, y),
)

# ---- of whole numbers, as SciPy counts them -------------------------------------------------------------------------

pdtr = enter("pdtr", unknown, lambda g, y, k, m: -g * _poisson_mass(k, m))
pdtrc = enter("pdtrc", unknown, lambda g, y, k, m: g * _poisson_mass(k, m))
bdtr = enter("bdtr", unknown, unknown, lambda g, y, k, n, p: -g * beta_density(floor(k) + 1, trunc(n) - floor(k), p))
bdtrc = enter("bdtrc", unknown, unknown, lambda g, y, k, n, p: g * beta_density(floor(k) + 1, trunc(n) - floor(k), p))
nbdtr = enter("nbdtr", unknown, unknown, lambda g, y, k, n, p: g * beta_density(trunc(n), trunc(k) + 1.0, p))
nbdtrc = enter("nbdtrc", unknown, unknown, lambda g, y, k, n, p: -g * beta_density(trunc(n), trunc(k) + 1.0, p))
