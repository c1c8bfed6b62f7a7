"""Derivatives inside derivatives: right, and a plain number for a plain number, whatever the one inside was."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp
from autograd import extend

cube = extend.primitive(lambda x: x**3)
extend.defrule(cube, lambda g, y, x: 3 * g * x * x)


def _given_up(x: Any) -> Any:
    kept = []

    def fails(y: Any) -> Any:
        kept.append(y)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ag.grad(fails)(2.0)
    return 12 * x * kept[0] / 2


# Each has the value 12 x.
INNER: dict[str, Callable[[Any], Any]] = {
    "grad": lambda x: ag.grad(lambda y: x * y**3)(2.0),
    "grad of grad": lambda x: ag.grad(ag.grad(lambda y: x * y**3))(2.0),
    "value_and_grad": lambda x: ag.value_and_grad(lambda y: x * y**3)(2.0)[1],
    "elementwise_grad": lambda x: ag.sum(ag.elementwise_grad(lambda y: x * y**3)(np.full(2, 2**0.5))),
    "vjp": lambda x: ag.vjp(lambda y: x * y**3, 2.0, 1.0)[1],
    "make_vjp": lambda x: ag.make_vjp(lambda y: x * y**3)(2.0)[0](1.0),
    "jvp": lambda x: ag.jvp(lambda y: x * y**3, 2.0, 1.0)[1],
    "make_jvp": lambda x: ag.make_jvp(lambda y: x * y**3)(2.0)(1.0)[1],
    "jvp in the direction x": lambda x: ag.jvp(lambda y: y**3, 2.0, x)[1],
    "jvp of one's own": lambda x: ag.jvp(lambda y: x * cube(y), 2.0, 1.0)[1],
    "hvp": lambda x: ag.hvp(lambda y: x * y**3, 2.0, 1.0)[1],
    "hessian": lambda x: ag.hessian(lambda y: x * y**3)(2.0),
    "jacobian by rows": lambda x: ag.sum(ag.jacobian(lambda y: x * y**3)(np.full(2, 2**0.5))),
    "jacobian by columns": lambda x: ag.sum(ag.jacobian(lambda y: x * y**3 * np.full(4, 0.25))(2.0)),
    "a run that failed": _given_up,
}


@pytest.mark.parametrize("name", INNER)
def test_a_derivative_of_a_derivative_is_plain_where_its_argument_is(name: str) -> None:
    for outer in (ag.grad(INNER[name]), lambda x: ag.jvp(INNER[name], x, 1.0)[1], ag.jacobian(INNER[name])):
        found = outer(3.0)
        assert type(found) is float
        assert found == pytest.approx(12.0, rel=1e-14)
    value, slope = ag.value_and_grad(INNER[name])(3.0)
    assert type(value) is type(slope) is float
    assert value == pytest.approx(36.0, rel=1e-14)


@pytest.mark.parametrize("names", [*itertools.permutations(["grad", "jvp", "jacobian by columns"], 2)], ids=str)
def test_two_inside_each_other_are_plain_too(names: tuple[str, str]) -> None:
    found = ag.grad(lambda x: INNER[names[0]](INNER[names[1]](x)))(3.0)
    assert type(found) is float
    assert found == pytest.approx(144.0, rel=1e-14)


def test_scipy_minimises_a_function_that_contains_a_derivative() -> None:
    optimize = pytest.importorskip("scipy.optimize")

    def stationary(x: Any) -> Any:  # the square of the slope of y⁴ / 4 + x₀ y at y = 1, and a bowl
        return ag.grad(lambda y: y**4 / 4 + x[0] * y)(1.0) ** 2 + (x[1] - 2) ** 2

    found = optimize.minimize(
        ag.value_and_grad(stationary),
        np.array([3.0, 3.0]),
        jac=True,
        method="trust-ncg",
        hessp=lambda x, v: ag.hvp(stationary, x, v)[1],
    )
    np.testing.assert_allclose(found.x, [-1.0, 2.0], atol=1e-6)


def test_newtons_method_finds_the_minimum_of_rosenbrocks_function_in_a_thousand_dimensions() -> None:
    optimize = pytest.importorskip("scipy.optimize")

    def rosenbrock(x: Any) -> Any:
        return anp.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)

    found = optimize.minimize(
        ag.value_and_grad(rosenbrock),
        np.full(1000, 0.9),  # from 0 it takes 1,600 steps, and arrives too
        jac=True,
        method="Newton-CG",
        hessp=lambda x, v: ag.hvp(rosenbrock, x, v)[1],
        options={"xtol": 1e-8, "maxiter": 3000},
    )
    assert found.success
    np.testing.assert_allclose(found.x, np.ones(1000), atol=1e-6)
    x, v = np.random.default_rng(0).normal(size=(2, 1000))
    exact = optimize.rosen_hess_prod(x, v)
    np.testing.assert_allclose(ag.hvp(rosenbrock, x, v)[1], exact, rtol=1e-12, atol=1e-10)
