"""Functions of matrices of all sizes of entries: what is homogeneous is so in its derivatives, too, exactly.

A term that does not belong there, or a number in place of another, shows where the entries are far from 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp

linalg: Any = anp.linalg
RNG = np.random.default_rng(0)
X, WAY, B = RNG.normal(size=(4, 4)) + 4 * np.eye(4), RNG.normal(size=(4, 4)), RNG.normal(size=(4, 2))

# By function and degree: f(c X) = cᵈ f(X).
HOMOGENEOUS: dict[str, tuple[Callable[[Any], Any], float]] = {
    "det": (linalg.det, 4),
    "cofactors": (ag.BOOK["cofactors"], 3),
    "cofactors_along": (lambda x: ag.BOOK["cofactors_along"](x, B @ B.T), 2),
    "inv": (linalg.inv, -1),
    "solve": (lambda x: linalg.solve(x, B), -1),
    "pinv": (lambda x: linalg.pinv(x[:, :2]), -1),
    "lstsq": (lambda x: linalg.lstsq(x[:, :2], B)[0], -1),
    "cholesky": (lambda x: linalg.cholesky(x @ x.T), 1),
    "qr": (lambda x: linalg.qr(x)[1], 1),
    "svd": (lambda x: linalg.svd(x, compute_uv=False), 1),
    "eigh": (lambda x: linalg.eigh(x + x.T)[0], 1),
    "matrix_power": (lambda x: linalg.matrix_power(x, 3), 3),
    "norm": (linalg.norm, 1),
    "std": (lambda x: anp.std(x, axis=0), 1),
    "var": (lambda x: anp.var(x, axis=0), 2),
    "prod": (lambda x: anp.prod(x, axis=0), 4),
    "hypot": (lambda x: anp.hypot(x, x.T), 1),
    "matmul": (lambda x: x @ x.T, 2),
}


def derivatives(function: Callable[[Any], Any], x: Any) -> list[Any]:
    """Of a sum with weights: its value, its tangent in a direction, its gradient, and how that changes there."""
    weights = np.arange(1.0, 1.0 + np.size(function(x))).reshape(np.shape(function(x)))

    def total(x: Any) -> Any:
        return anp.sum(weights * function(x))

    return [*ag.jvp(total, x, WAY), ag.grad(total)(x), ag.hvp(total, x, WAY)[1]]


@pytest.mark.parametrize("name", HOMOGENEOUS)
@pytest.mark.parametrize("exponent", [-40, 40])
def test_of_large_and_small_numbers(name: str, exponent: int) -> None:
    function, degree = HOMOGENEOUS[name]
    scale = 2.0**exponent
    orders = (degree, degree - 1, degree - 1, degree - 2)
    for found, expected, order in zip(derivatives(function, scale * X), derivatives(function, X), orders, strict=True):
        size = np.max(np.abs(expected))
        np.testing.assert_allclose(np.asarray(found) / scale**order, expected, rtol=1e-10, atol=1e-10 * size)
