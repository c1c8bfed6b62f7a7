"""Operators on functions, against their definitions by Jacobians and Hessians."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp
from autograd.compat.operators import unary_to_nary
from autograd.core import make_jvp, make_vjp

A = np.array([[0.3, -0.2, 0.9], [1.1, 0.4, -0.5]])
X, V = np.array([0.3, -0.7, 1.1]), np.array([1.0, 2.0, -0.5])


def f(x: Any, scale: Any = 1.0) -> Any:
    return scale * anp.tanh(A @ x)


def loss(x: Any) -> Any:
    return anp.sum(f(x) ** 3)


J, H = ag.jacobian(f)(X), ag.hessian(loss)(X)
CALLS: dict[str, tuple[Any, Any]] = {
    "deriv": (lambda: ag.deriv(f)(X), J @ np.ones(3)),
    "grad_named": (lambda: ag.grad_named(lambda x, y: x * y**2, "y")(2.0, 3.0), 12.0),
    "make_hvp": (lambda: ag.make_hvp(loss)(X)[0](V), H @ V),
    "make_hvp's gradient": (lambda: ag.make_hvp(loss)(X)[1], ag.grad(loss)(X)),
    "hessian_tensor_product": (lambda: ag.hessian_tensor_product(loss)(X, V), H @ V),
    "hessian_vector_product": (lambda: ag.hessian_vector_product(lambda s, x: s * loss(x), 1)(2.0, X, V), 2 * H @ V),
    "tensor_jacobian_product": (lambda: ag.tensor_jacobian_product(f)(X, V[:2], scale=2.0), 2 * V[:2] @ J),
    "vector_jacobian_product": (
        lambda: ag.vector_jacobian_product(lambda x: x.reshape((3, 1)) * np.ones(2))(X, V),
        np.array([V, V]),
    ),
    "make_jvp_reversemode": (lambda: ag.make_jvp_reversemode(f)(X)(V), J @ V),
    "make_ggnvp": (lambda: ag.make_ggnvp(f)(X)(V), J.T @ J @ V),
    "make_ggnvp of a loss": (
        lambda: ag.make_ggnvp(f, lambda y: anp.sum(y**4))(X)(V),
        J.T @ np.diag(12 * f(X) ** 2) @ J @ V,
    ),
    "grad_and_aux": (lambda: ag.grad_and_aux(lambda x: (loss(x), x**2))(X)[0], ag.grad(loss)(X)),
    "grad_and_aux's second": (lambda: ag.grad_and_aux(lambda x: (loss(x), x**2))(X)[1], X**2),
    "multigrad_dict": (
        lambda: ag.multigrad_dict(lambda a, *b, c=2.0, **d: a * b[0] * c * d["e"])(3.0, 5.0, e=7.0)["c"],
        105.0,
    ),
    "core.make_vjp": (lambda: make_vjp(f, X)[0](V[:2]), V[:2] @ J),
    "core.make_jvp": (lambda: make_jvp(f, X)(V)[1], J @ V),
}


@pytest.mark.parametrize("name", CALLS)
def test_it_is_what_its_definition_says(name: str) -> None:
    call, expected = CALLS[name]
    np.testing.assert_allclose(call(), expected, rtol=1e-13)


def test_multigrad_dict_names_every_argument() -> None:
    gradients = ag.multigrad_dict(lambda a, *b, c=2.0, **d: a * b[0] * c * d["e"])(3.0, 5.0, e=7.0)
    assert dict(gradients) == {"a": 70.0, "b": (42.0,), "c": 105.0, "d": {"e": 30.0}}


def test_they_nest() -> None:
    def inner(x: Any) -> Any:
        return anp.sum(ag.make_hvp(loss)(x)[0](V) * V)

    along = ag.deriv(lambda h: loss(X + h * V))
    third = ag.deriv(ag.deriv(along))(0.0)
    np.testing.assert_allclose(ag.grad(inner)(X) @ V, third, rtol=1e-12)


def test_an_operator_of_ones_own_takes_any_argument() -> None:
    @unary_to_nary
    def slope(g: Any, x: Any, h: float = 1e-6) -> Any:
        return (g(x + h) - g(x - h)) / (2 * h)

    assert slope(lambda a, b, k: a * b**k, 1)(2.0, 3.0, k=2) == pytest.approx(12.0)
    assert slope(lambda a: a**2).__name__.startswith("slope of ")
    both = unary_to_nary(lambda g, x: g(tuple(2 * part for part in x)))
    assert both(lambda a, b: a + b, (0, 1))(1.0, 2.0) == 6.0
