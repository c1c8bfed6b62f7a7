"""SciPy's optimizers with derivatives from here: each method that uses them, judged by the solution and by counts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd.numpy as anp

scipy = pytest.importorskip("scipy")

from autograd.scipy import optimize  # noqa: E402

GRADIENT = ["CG", "BFGS", "L-BFGS-B", "TNC", "SLSQP", None]
SECOND = ["Newton-CG", "trust-ncg", "trust-krylov", "trust-exact", "dogleg", "trust-constr"]


def bowl(x: Any, scale: Any = 1.0) -> Any:
    return anp.sum(scale * anp.cosh(x - np.arange(3.0))) + x[0] * x[1] / 9


@pytest.mark.parametrize("method", [*GRADIENT, *SECOND])
def test_a_method_gets_the_derivatives_that_it_uses(method: str | None) -> None:
    kinds = list[type]()

    def noted(x: Any, scale: float) -> Any:
        kinds.append(type(x))
        return bowl(x, scale)

    found = optimize.minimize(noted, np.full(3, 0.5), 2.0, method)
    x = found.x
    np.testing.assert_allclose(2 * np.sinh(x - np.arange(3.0)) + np.array([x[1], x[0], 0]) / 9, 0, atol=2e-3)
    assert np.ndarray not in kinds or method in SECOND  # no differences: each value comes with its gradient
    if method in SECOND:
        assert found.nhev > 0


def test_a_method_without_derivatives_and_derivatives_of_ones_own() -> None:
    assert optimize.minimize(bowl, np.zeros(3), method="Nelder-Mead").success
    calls = []

    def own(x: Any) -> Any:
        calls.append(x)
        return np.sinh(x - np.arange(3.0)) + np.array([x[1], x[0], 0]) / 9

    assert optimize.minimize(bowl, np.zeros(3), method="BFGS", jac=own).success
    assert calls


def test_a_container_comes_back_in_its_form() -> None:
    start = {"W": np.ones((2, 2)), "b": [0.0, np.zeros(3)]}
    found = optimize.minimize(
        lambda p: anp.sum((p["W"] - 2) ** 2) + (p["b"][0] - 1) ** 2 + anp.sum(p["b"][1] ** 2), start
    )
    np.testing.assert_allclose(found.x["W"], np.full((2, 2), 2.0), atol=1e-6)
    assert found.x["b"][0] == pytest.approx(1.0, abs=1e-6)
    assert found.x["b"][1].shape == (3,)
    assert optimize.minimize(lambda x: anp.sum((x - 3.0) ** 2), 1.0).x == pytest.approx([3.0])
    assert optimize.minimize(lambda x: (x[0] - 3.0) ** 2 + x[1] ** 2, [1, 2]).x == pytest.approx([3.0, 0.0], abs=1e-6)


@pytest.mark.parametrize("method", ["hybr", "lm", "krylov"])
def test_roots_and_least_squares(method: str) -> None:
    circle = lambda x: [x[0] ** 2 + x[1] ** 2 - 4.0, x[0] - x[1]]  # noqa: E731
    assert optimize.root(circle, [1.0, 0.5], method=method).x == pytest.approx([2**0.5] * 2, abs=1e-5)
    fit = optimize.least_squares(circle, [1.0, 0.5])
    assert fit.x == pytest.approx([2**0.5] * 2)
    np.testing.assert_allclose(fit.jac, [[2 * 2**0.5] * 2, [1, -1]], rtol=1e-6)
    assert optimize.brentq is scipy.optimize.brentq


def test_rosenbrock_in_a_thousand_dimensions() -> None:
    found = optimize.minimize(
        lambda x: anp.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2),
        np.full(1000, 0.9),
        method="Newton-CG",
        options={"xtol": 1e-9},
    )
    assert found.success
    np.testing.assert_allclose(found.x, 1.0, atol=1e-3)


def test_a_function_may_give_its_value_and_its_slopes_as_scipys() -> None:
    def both(x: Any) -> Any:
        return np.sum((x - 3.0) ** 2), 2 * (x - 3.0)

    np.testing.assert_allclose(optimize.minimize(both, np.zeros(2), jac=True).x, 3.0)
    np.testing.assert_allclose(optimize.root(lambda x: (x - 1.0, np.eye(2)), np.zeros(2), jac=True).x, 1.0)
