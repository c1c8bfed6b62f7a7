"""Derivatives for what is constant, inside a compiled function: an equation's residuals at fixed points, say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp
from autograd.test_util import check_grads

POINTS = np.linspace(0.1, 1.0, 4)
ONES = np.ones(4)


def first(w: Any) -> Any:
    """The derivative of tanh(w x) for x at `POINTS`, by hand."""
    return w / np.cosh(w * POINTS) ** 2


def second(w: Any) -> Any:
    return -2 * w * np.tanh(w * POINTS) * first(w)


def u(w: Any) -> Callable[[Any], Any]:
    return lambda x: anp.tanh(w * x)


def total(w: Any) -> Callable[[Any], Any]:
    return lambda x: anp.sum(u(w)(x))


WAYS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "grad": (lambda w: ag.grad(total(w))(POINTS), first),
    "value_and_grad": (lambda w: ag.value_and_grad(total(w))(POINTS)[1], first),
    "its value": (lambda w: ag.value_and_grad(total(w))(POINTS)[0], lambda w: np.tanh(w * POINTS).sum()),
    "elementwise_grad": (lambda w: ag.elementwise_grad(u(w))(POINTS), first),
    "twice": (lambda w: ag.elementwise_grad(ag.elementwise_grad(u(w)))(POINTS), second),
    "jacobian": (lambda w: ag.jacobian(u(w))(POINTS), lambda w: np.diag(first(w))),
    "hessian": (lambda w: ag.hessian(total(w))(POINTS), lambda w: np.diag(second(w))),
    "hvp": (lambda w: ag.hvp(total(w), POINTS, ONES)[1], second),
    "vjp": (lambda w: ag.vjp(u(w), POINTS, ONES)[1], first),
    "jvp": (lambda w: ag.jvp(u(w), POINTS, ONES)[1], first),
    "jvp of jvp": (lambda w: ag.jvp(lambda x: ag.jvp(u(w), x, ONES)[1], POINTS, ONES)[1], second),
    "make_vjp": (lambda w: ag.make_vjp(u(w))(POINTS)[0](ONES), first),
    "make_jvp": (lambda w: ag.make_jvp(u(w))(POINTS)(ONES)[1], first),
    "of a number": (lambda w: ag.grad(total(w))(0.7), lambda w: (w / np.cosh(w * 0.7) ** 2).sum()),
    "of numbers": (lambda w: anp.stack([ag.grad(total(w[0]))(x) for x in POINTS]), lambda w: first(w[0])),
    "of whole numbers": (
        lambda w: ag.grad(lambda x: anp.sum(w * x**3))(np.arange(4)), lambda w: 3 * w * np.arange(4.0) ** 2,
    ),
    "of a dict": (
        lambda w: ag.grad(lambda p: p["a"] * anp.sum(w * p["x"]))({"a": 2.0, "x": POINTS})["x"], lambda w: 2 * w,
    ),
    "of one of two": (lambda w: ag.grad(lambda x, y: anp.sum(x * y**2), (0, 1))(POINTS, w)[0], lambda w: w**2),
    "of a complex number": (lambda w: anp.imag(ag.holomorphic_grad(lambda z: z**2)(1 + 3j)) * w, lambda w: 6 * w),
    "that depends on nothing given": (
        lambda w: w * ag.hessian(lambda x: anp.sum(x * x))(POINTS), lambda w: 2 * np.diag(w),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WAYS)
@pytest.mark.parametrize("engine", ["numpy", None])
def test_a_derivative_for_a_constant_is_recorded(name: str, engine: Any) -> None:
    way, expected = WAYS[name]
    compiled = ag.compile(way, engine=engine)
    slope = ag.compile(ag.grad(lambda w: anp.sum(anp.sin(way(w)))), engine=engine)
    for w in (np.array([0.3, -0.5, 2.0, 1.1]), np.array([1.0, 0.4, -0.7, 0.2])):
        np.testing.assert_allclose(compiled(w), expected(w), rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(way(w), expected(w), rtol=1e-12, atol=1e-15)
        steps = [np.sum(np.sin(expected(w + h)) - np.sin(expected(w - h))) / 2e-6 for h in 1e-6 * np.eye(4)]
        np.testing.assert_allclose(slope(w), steps, rtol=1e-6, atol=1e-8)


def test_the_loss_of_a_network_that_is_to_solve_an_equation() -> None:
    rng = np.random.default_rng(0)
    x = np.linspace(0.0, 1.0, 7)
    parameters = {"W": rng.normal(size=(1, 5)), "b": rng.normal(size=5), "V": rng.normal(size=5)}

    def loss(p: Any) -> Any:
        def network(x: Any) -> Any:
            return anp.tanh(x[:, None] @ p["W"] + p["b"]) @ p["V"]

        bend = ag.elementwise_grad(ag.elementwise_grad(network))(x)
        return anp.mean((bend + anp.sin(np.pi * x)) ** 2) + network(np.zeros(1))[0] ** 2

    check_grads(loss, order=1, modes=["rev"])(parameters)
    value, gradient = ag.compile(ag.value_and_grad(loss))(parameters)
    assert value == pytest.approx(loss(parameters), rel=1e-12)
    for name, slopes in ag.grad(loss)(parameters).items():
        np.testing.assert_allclose(gradient[name], slopes, rtol=1e-10)


@pytest.mark.parametrize("name", WAYS)
def test_a_derivative_within_no_grad_is_recorded_as_what_stays(name: str) -> None:
    way, expected = WAYS[name]

    def alone(w: Any) -> Any:
        with ag.no_grad():
            return way(w)

    w = np.array([0.3, -0.5, 2.0, 1.1])
    np.testing.assert_allclose(ag.compile(alone, engine="numpy")(w), expected(w), rtol=1e-12, atol=1e-15)
    slope = ag.grad(lambda w: w[0] * anp.sum(alone(w)))
    for f in (slope, ag.compile(slope, engine="numpy")):
        np.testing.assert_allclose(f(w), [np.sum(expected(w)), 0, 0, 0], rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", WAYS)
def test_a_checkpoint_that_takes_derivatives_is_recorded(name: str) -> None:
    """Its function runs on plain arrays while it is recorded, and nothing in it is taken down."""
    way, expected = WAYS[name]
    for w in (np.array([0.3, -0.5, 2.0, 1.1]), np.array([1.0, 0.4, -0.7, 0.2])):
        compiled = ag.compile(ag.checkpoint(way), engine="numpy")
        np.testing.assert_allclose(compiled(w), expected(w), rtol=1e-12, atol=1e-15)
