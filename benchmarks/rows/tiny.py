"""A tiny expression, its value and both gradients, called from Python: what it costs to get in and out."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.harness import Contender, Row, Step

A, B = -41.0, 2.0
CALLS = 100  # in a step, so that the clock's own time does not count


def expression(a: Any, b: Any) -> Any:
    """A dozen operations on two numbers."""
    c = a + b
    d = a * b + b**3
    return (c - d) ** 2 / 2.0


def _gradbook() -> Step:
    from autograd import Program, Value

    a, b = Value(A), Value(B)
    run = Program.from_graph(expression(a, b), wrt=[a, b], engine="native").run
    x = np.array([A, B])

    def step() -> tuple[float, ...]:
        for _ in range(CALLS):
            value, gradient = run(x)
        return value, *gradient.tolist()

    return step


def _jax() -> Step:
    import jax

    jax.config.update("jax_enable_x64", True)
    compiled = jax.jit(jax.value_and_grad(expression, argnums=(0, 1)))

    def step() -> tuple[float, ...]:
        for _ in range(CALLS):
            value, gradient = compiled(A, B)
        jax.block_until_ready(gradient)
        return float(value), *map(float, gradient)

    return step


def _casadi() -> Step:
    import casadi

    a, b = casadi.SX.sym("a"), casadi.SX.sym("b")
    value = expression(a, b)
    function = casadi.Function("f", [a, b], [value, *(casadi.gradient(value, x) for x in (a, b))])

    def step() -> tuple[float, ...]:
        for _ in range(CALLS):
            found = function(A, B)
        return tuple(map(float, found))

    return step


def _eager(make: Any) -> Step:
    def step() -> tuple[float, ...]:
        for _ in range(CALLS):
            a, b = make(A), make(B)
            y = expression(a, b)
            y.backward()
        return tuple(float(getattr(x, "item", lambda x=x: x)()) for x in (getattr(y, "data", y), a.grad, b.grad))

    return step


def _gradbook_eager() -> Step:
    from autograd import Value

    return _eager(Value)


def _micrograd() -> Step:
    from micrograd.engine import Value

    return _eager(Value)


def _mygrad() -> Step:
    import mygrad

    return _eager(mygrad.tensor)


def _pytorch() -> Step:
    import torch

    torch.set_num_threads(1)
    return _eager(lambda x: torch.tensor(x, dtype=torch.float64, requires_grad=True))


def _hips() -> Step:
    import autograd

    derivative = autograd.value_and_grad(expression, (0, 1))

    def step() -> tuple[float, ...]:
        for _ in range(CALLS):
            value, gradient = derivative(A, B)
        return float(value), *map(float, gradient)

    return step


ROWS = (
    Row(
        key="F2",
        title=f"a tiny expression, {CALLS} calls from Python, replayed",
        contenders=(
            Contender("gradbook", _gradbook, "llvmlite", threads=1),
            Contender("JAX jit", _jax, "jax", threads=1),
            Contender("CasADi f(a, b)", _casadi, "casadi", threads=1),
        ),
        tolerance=1e-9,
        goals={"JAX jit": 0.25, "CasADi f(a, b)": 0.25},
    ),
    Row(
        key="F2eager",
        title=f"the same, {CALLS} times forward and backward, eager",
        contenders=(
            Contender("gradbook", _gradbook_eager, threads=1),
            Contender("micrograd", _micrograd, "micrograd", threads=1),
            Contender("PyTorch", _pytorch, "torch", threads=1),
            Contender("MyGrad", _mygrad, "mygrad", threads=1),
            Contender("HIPS autograd", _hips, threads=1, environment="hips"),
        ),
        tolerance=1e-9,
    ),
)
