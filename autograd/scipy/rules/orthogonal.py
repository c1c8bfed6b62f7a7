"""Orthogonal polynomials of `scipy.special`, each with its derivative, which is one of a degree less (DLMF 18.9)."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from autograd.rules.entries import equal, maximum, sign, where
from autograd.scipy.rules.entering import enter, unknown

polynomial = partial(enter, analytic=True)


def _below(n: Any) -> Any:
    """The degree below, for functions that know none below 0."""
    return np.maximum(n - 1, 0)


def _unless_constant(n: Any, slope: Any) -> Any:
    """A slope, and 0 for a polynomial of degree 0, or of one that stands for none."""
    return where(equal(n, 0), 0.0, slope)


def _legendre_slope(n: Any, x: Any) -> Any:
    n = maximum(n, -1 - n)  # Pₙ is P₋₁₋ₙ
    return _unless_constant(n, eval_gegenbauer(n - 1, 1.5, x))


def _chebyu_slope(n: Any, x: Any) -> Any:
    turned, n = sign(n + 1), maximum(n, -2 - n)  # Uₙ is −U₋₂₋ₙ
    return _unless_constant(turned * n, turned * 2 * eval_gegenbauer(n - 1, 2.0, x))


eval_jacobi = polynomial(
    "eval_jacobi", unknown, unknown, unknown,
    lambda g, y, n, a, b, x: _unless_constant(n, g * (n + a + b + 1) / 2 * eval_jacobi(n - 1, a + 1, b + 1, x)),
)  # fmt: skip
eval_gegenbauer = polynomial(
    "eval_gegenbauer", unknown, unknown,
    lambda g, y, n, a, x: _unless_constant(n * (n + 1), g * 2 * a * eval_gegenbauer(n - 1, a + 1, x)),
)  # fmt: skip
eval_legendre = polynomial("eval_legendre", unknown, lambda g, y, n, x: g * _legendre_slope(n, x))
eval_chebyt = polynomial("eval_chebyt", unknown, lambda g, y, n, x: _unless_constant(n, g * n * eval_chebyu(n - 1, x)))
eval_chebyu = polynomial("eval_chebyu", unknown, lambda g, y, n, x: g * _chebyu_slope(n, x))
eval_chebyc = polynomial("eval_chebyc", unknown, lambda g, y, n, x: _unless_constant(n, g * n * eval_chebys(n - 1, x)))
eval_chebys = polynomial("eval_chebys", unknown, lambda g, y, n, x: g * _chebyu_slope(n, x / 2) / 2)
eval_sh_legendre = polynomial("eval_sh_legendre", unknown, lambda g, y, n, x: g * 2 * _legendre_slope(n, 2 * x - 1))
eval_sh_chebyt = polynomial(
    "eval_sh_chebyt", unknown, lambda g, y, n, x: _unless_constant(n, g * 2 * n * eval_sh_chebyu(n - 1, x))
)
eval_sh_chebyu = polynomial("eval_sh_chebyu", unknown, lambda g, y, n, x: g * 2 * _chebyu_slope(n, 2 * x - 1))
eval_genlaguerre = polynomial(
    "eval_genlaguerre", unknown, unknown, lambda g, y, n, a, x: -g * eval_genlaguerre(n - 1, a + 1, x)
)
eval_laguerre = polynomial("eval_laguerre", unknown, lambda g, y, n, x: -g * eval_genlaguerre(n - 1, 1.0, x))
eval_hermite = polynomial("eval_hermite", unknown, lambda g, y, n, x: g * 2 * n * eval_hermite(_below(n), x))
eval_hermitenorm = polynomial("eval_hermitenorm", unknown, lambda g, y, n, x: g * n * eval_hermitenorm(_below(n), x))
