"""Derivatives of compiled checkpoints of derivatives of …: random chains of what makes functions, beside JAX's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp

jax = pytest.importorskip("jax", reason="compares with JAX, which is not installed")
jax.config.update("jax_enable_x64", True)
jnp = jax.numpy
pytestmark = pytest.mark.peers

CHAINS = 120
POINTS = np.array([0.5, -0.8, 1.3]), np.array([0.7, 0.4, -0.2])
V, U, C = np.array([0.3, -0.7, 1.1]), np.array([-0.4, 0.8, 0.2]), np.array([0.9, 0.35, -0.6])
A = np.array([[2.0, 0.3, -0.1], [0.2, 1.5, 0.4], [-0.3, 0.1, 1.8]])

Function = Callable[[Any], Any]

# Of vectors, in the words that both have: with a choice, an order, products, equations and indices among them.
FUNCTIONS: dict[str, Callable[[Any, Any], Any]] = {
    "sin": lambda np, x: np.sin(x) * x,
    "cumsum": lambda np, x: np.cumsum(x**2),
    "layer": lambda np, x: np.tanh(A @ x),
    "where": lambda np, x: np.where(x > 0.2, x**3, np.exp(x)),
    "sort": lambda np, x: np.sort(x) * x,
    "solve": lambda np, x: np.linalg.solve(A + np.outer(x, x), x),
    "maximum": lambda np, x: np.maximum(x, 0.3 * x[::-1]),
    "concatenate": lambda np, x: np.concatenate([x[:1], x[1:] ** 2]),
    "einsum": lambda np, x: np.einsum("i,ij->j", x, A) * x,
    "prod": lambda np, x: np.prod(x) * x,
    "norm": lambda np, x: np.linalg.norm(x) * x,
    "power": lambda np, x: np.power(x**2 + 1, x),
    "numbers": lambda np, x: np.array([x[0] * x[1], x[2] ** 2, x[1]]),
    "picked": lambda np, x: x[np.array([0, 0, 2])] * x,
    "same": lambda np, x: x,
    "constant": lambda np, x: x * 0 + 1.5,
}
NUMBERS: dict[str, Callable[[Any, Any], Any]] = {
    "sum": lambda np, y: np.sum(y),
    "square": lambda np, y: np.dot(y, y),
    "max": lambda np, y: np.max(y),
    "one": lambda np, y: y[1],
}


def pulled(f: Function, x: Any, u: Any) -> Any:
    y, pull = jax.vjp(f, x)
    return pull(u * jnp.ones_like(y))[0]


def pushed(f: Function, x: Any, v: Any) -> Any:
    return jax.jvp(f, (x,), (v * jnp.ones_like(x),))[1]


def within_no_grad(f: Function) -> Function:
    slope = ag.elementwise_grad(f)

    def alone(x: Any) -> Any:
        with ag.no_grad():
            return slope(x)

    return lambda x: alone(x) * x


stopped = jax.lax.stop_gradient

# What is made of a function: whether of one that gives a vector, and whether that gives one; how many derivatives it
# takes; and both ways. Those "at C" are for another variable, which holds constants, so that x comes from outside.
STEPS: dict[str, tuple[bool, bool, int, Callable[[Function], Function], Callable[[Function], Function]]] = {
    "grad": (False, True, 1, ag.grad, jax.grad),
    "value_and_grad": (
        False, True, 1,
        lambda f: lambda x: anp.multiply(*ag.value_and_grad(f)(x)),
        lambda f: lambda x: jnp.multiply(*jax.value_and_grad(f)(x)),
    ),
    "elementwise_grad": (True, True, 1, ag.elementwise_grad, lambda f: lambda x: pulled(f, x, 1.0)),
    "deriv": (True, True, 1, ag.deriv, lambda f: lambda x: pushed(f, x, 1.0)),
    "jacobian": (True, True, 1, lambda f: lambda x: ag.jacobian(f)(x) @ V, lambda f: lambda x: jax.jacrev(f)(x) @ V),
    "jvp": (True, True, 1, lambda f: lambda x: ag.jvp(f, x, x)[1], lambda f: lambda x: pushed(f, x, x)),
    "vjp": (True, True, 1, lambda f: lambda x: ag.vjp(f, x, x)[1], lambda f: lambda x: pulled(f, x, x)),
    "make_vjp": (True, True, 1, lambda f: lambda x: ag.make_vjp(f)(x)[0](U), lambda f: lambda x: pulled(f, x, U)),
    "hessian": (False, True, 2, lambda f: lambda x: ag.hessian(f)(x) @ V, lambda f: lambda x: jax.hessian(f)(x) @ V),
    "hvp": (False, True, 2, lambda f: lambda x: ag.hvp(f, x, x)[1], lambda f: lambda x: pushed(jax.grad(f), x, x)),
    "grad at C": (
        False, True, 1,
        lambda f: lambda x: ag.grad(lambda y: f(y * x))(C), lambda f: lambda x: jax.grad(lambda y: f(y * x))(C),
    ),
    "jvp at C": (
        True, True, 1,
        lambda f: lambda x: ag.jvp(lambda y: f(y + x), C, x)[1], lambda f: lambda x: pushed(lambda y: f(y + x), C, x),
    ),
    "jacobian at C": (
        True, True, 1,
        lambda f: lambda x: ag.jacobian(lambda y: f(y * x))(C) @ V,
        lambda f: lambda x: jax.jacrev(lambda y: f(y * x))(C) @ V,
    ),
    "around itself": (
        True, True, 1,
        lambda f: lambda x: x * ag.elementwise_grad(lambda y: x * f(y))(x),
        lambda f: lambda x: x * pulled(lambda y: x * f(y), x, 1.0),
    ),
    "no_grad": (True, True, 1, within_no_grad, lambda f: lambda x: stopped(pulled(f, x, 1.0)) * x),
    "checkpoint": (True, True, 0, ag.checkpoint, lambda f: f),
    "compile": (True, True, 0, ag.compile, lambda f: f),
    "compile by NumPy": (True, True, 0, lambda f: ag.compile(f, engine="numpy"), lambda f: f),
}  # fmt: skip
STEPS |= {
    name: (True, False, 0, lambda f, g=g: lambda x: g(anp, f(x)), lambda f, g=g: lambda x: g(jnp, f(x)))
    for name, g in NUMBERS.items()
}


def chain(seed: int) -> tuple[str, Function, Function]:
    """What it is, ours, and JAX's: one to four steps, of three derivatives at most."""
    rng = np.random.default_rng(seed)
    name = str(rng.choice(list(FUNCTIONS)))
    first, names, orders, is_vector = FUNCTIONS[name], [name], 0, True
    ours: Function = lambda x: first(anp, x)  # noqa: E731
    theirs: Function = lambda x: first(jnp, x)  # noqa: E731
    for _ in range(rng.integers(1, 5)):
        fitting = [n for n, (given, _, order, *_) in STEPS.items() if given == is_vector and orders + order <= 3]
        name = str(rng.choice(fitting))
        _, is_vector, order, make, makes = STEPS[name]
        ours, theirs, orders = make(ours), makes(theirs), orders + order
        names.append(name)
    return " > ".join(names), ours, theirs


@pytest.mark.parametrize("seed", range(CHAINS))
@pytest.mark.filterwarnings("ignore:Output seems independent of input")
def test_chains_are_jaxs(seed: int) -> None:
    name, ours, theirs = chain(seed)
    compiled = ag.compile(ours, engine=(None, "numpy")[seed % 2])
    for x in POINTS:
        expected = np.asarray(theirs(jnp.asarray(x)))
        for found in (ours(x), compiled(x)):
            np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-9, err_msg=name)
