"""Derivatives of functions written in NumPy's words: the same code here, with HIPS autograd and with JAX.

The first two have the name ``autograd``, and the functions are those of whichever is installed where the turn is taken.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.harness import Contender, Row, Step

CALLS = 20  # in a step, so that the clock's own time does not count

# A function of the library's NumPy: it gives what is to be differentiated, by which of its derivatives, and where.
Task = Callable[[Any, np.random.Generator], tuple[Callable[[Any], Any], str, Any]]


def _mlp(anp: Any, rng: np.random.Generator) -> tuple[Callable[[Any], Any], str, Any]:
    X, Y = rng.normal(size=(64, 10)), rng.normal(size=(64, 1))

    def loss(p: Any) -> Any:
        hidden = anp.tanh(anp.dot(X, p[0]) + p[1])
        return anp.mean((anp.dot(hidden, p[2]) + p[3] - Y) ** 2)

    shapes = ((10, 32), (32,), (32, 1), (1,))
    return loss, "grad", [rng.normal(size=shape) / 3 for shape in shapes]


def _regression(anp: Any, rng: np.random.Generator) -> tuple[Callable[[Any], Any], str, Any]:
    X, T = rng.normal(size=(64, 10)), np.eye(5)[rng.integers(0, 5, 64)]

    def loss(W: Any) -> Any:
        z = anp.dot(X, W)
        top = anp.max(z, axis=1, keepdims=True)
        return anp.mean(anp.log(anp.sum(anp.exp(z - top), axis=1)) + top[:, 0] - anp.sum(z * T, axis=1))

    return loss, "grad", rng.normal(size=(10, 5))


def _ode(anp: Any, rng: np.random.Generator) -> tuple[Callable[[Any], Any], str, Any]:
    def end(y: Any) -> Any:
        for _ in range(100):
            y = y + 0.01 * (anp.sin(y) - 0.1 * y)
        return anp.sum(y**2)

    return end, "grad", rng.normal(size=10)


def _lstm(anp: Any, rng: np.random.Generator) -> tuple[Callable[[Any], Any], str, Any]:
    x, h, c = rng.normal(size=(16, 10)), rng.normal(size=(16, 20)), rng.normal(size=(16, 20))

    def sigmoid(z: Any) -> Any:
        return 0.5 * (anp.tanh(0.5 * z) + 1.0)

    def step(p: Any) -> Any:
        z = anp.dot(x, p[0]) + anp.dot(h, p[1]) + p[2]
        i, f, o = (sigmoid(z[:, 20 * k : 20 * k + 20]) for k in range(3))
        return anp.sum(o * anp.tanh(f * c + i * anp.tanh(z[:, 60:])))

    return step, "grad", [rng.normal(size=shape) / 4 for shape in ((10, 80), (20, 80), (80,))]


def _cholesky(anp: Any, rng: np.random.Generator) -> tuple[Callable[[Any], Any], str, Any]:
    points, y = rng.normal(size=(30, 3)), rng.normal(size=30)

    def likelihood(t: Any) -> Any:
        distances = anp.sum((points[:, None, :] - points[None, :, :]) ** 2, axis=2)
        K = anp.exp(t[0]) * anp.exp(-distances * anp.exp(t[1])) + anp.exp(t[2]) * anp.eye(30)
        L = anp.linalg.cholesky(K)
        return 0.5 * anp.sum(anp.linalg.solve(L, y) ** 2) + anp.sum(anp.log(anp.diag(L)))

    return likelihood, "grad", np.array([0.1, -0.3, -1.0])


def _chain(anp: Any, rng: np.random.Generator) -> tuple[Callable[[Any], Any], str, Any]:
    def chain(x: Any) -> Any:
        for _ in range(20):
            x = anp.sin(x) * 0.9 + 0.1
        return anp.sum(x)

    return chain, "grad", rng.normal(size=10)


def _float(anp: Any, rng: np.random.Generator) -> tuple[Callable[[Any], Any], str, Any]:  # noqa: ARG001
    return lambda x: x**2, "grad", 2.0


def _net(anp: Any, rng: np.random.Generator) -> tuple[Callable[[Any], Any], str, Any]:
    W = rng.normal(size=(200, 200)) / 14
    return lambda x: anp.sum(anp.tanh(anp.dot(W, anp.tanh(anp.dot(W, x))))), "grad", rng.normal(size=200)


def _net_jacobian(anp: Any, rng: np.random.Generator) -> tuple[Callable[[Any], Any], str, Any]:
    W = rng.normal(size=(200, 200)) / 14
    return lambda x: anp.tanh(anp.dot(W, x)), "jacobian", rng.normal(size=200)


def _net_hessian(anp: Any, rng: np.random.Generator) -> tuple[Callable[[Any], Any], str, Any]:
    f, _, x = _net(anp, rng)
    return f, "hessian", x


def _rosenbrock(anp: Any, rng: np.random.Generator) -> tuple[Callable[[Any], Any], str, Any]:
    def f(x: Any) -> Any:
        return anp.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)

    return f, "hvp", rng.normal(size=1000)


def _tanh_six_times(anp: Any, rng: np.random.Generator) -> tuple[Callable[[Any], Any], str, Any]:
    def f(x: Any) -> Any:
        for _ in range(6):
            x = anp.tanh(x)
        return x

    return f, "jvp", rng.normal(size=300_000)


def _forward(task: Task) -> Task:
    """The same function and its derivative in one direction."""

    def forward(anp: Any, rng: np.random.Generator) -> tuple[Callable[[Any], Any], str, Any]:
        function, _, x = task(anp, rng)
        return function, "jvp", x

    return forward


def _second(task: Task) -> Task:
    """The same function, and its Hessian times a vector."""

    def second(anp: Any, rng: np.random.Generator) -> tuple[Callable[[Any], Any], str, Any]:
        function, _, x = task(anp, rng)
        return function, "hvp", x

    return second


def _derived(function: Callable[[Any], Any], wanted: str, x: Any) -> Callable[[Any], Any]:
    """The derivative, by the installed library's function of that name."""
    import autograd

    if wanted not in ("hvp", "jvp"):
        derivative: Callable[[Any], Any] = getattr(autograd, wanted)(function)
        return derivative
    v = np.cos(np.arange(x.size))
    if wanted == "jvp" and hasattr(autograd, "jvp"):
        return lambda x: autograd.jvp(function, x, v)[1]
    if wanted == "jvp":
        push: Any = importlib.import_module("autograd.differential_operators").make_jvp(function)
        return lambda x: push(x)(v)[1]
    if hasattr(autograd, "hvp"):
        return lambda x: autograd.hvp(function, x, v)[1]
    product: Any = importlib.import_module("autograd.differential_operators").make_hvp(function)
    return lambda x: product(x)[0](v)


def _step(task: Task, part: str = "") -> Step:
    """The derivative; or a part of the work, in place of which the function alone or its gradient is computed."""
    function, wanted, x = task(importlib.import_module("autograd.numpy"), np.random.default_rng(0))
    derivative = function if part == "function" else _derived(function, part or wanted, x)
    return _repeated(derivative, x)


def _repeated(derivative: Callable[[Any], Any], x: Any) -> Step:
    def step() -> tuple[float, ...]:
        for _ in range(CALLS):
            found = derivative(x)
        parts = found if isinstance(found, list) else [found]
        return tuple(float(np.ravel(part) @ np.cos(np.arange(np.size(part)))) for part in parts)

    return step


def _compiled(task: Task) -> Step:
    import autograd

    function, wanted, x = task(importlib.import_module("autograd.numpy"), np.random.default_rng(0))
    return _repeated(autograd.compile(_derived(function, wanted, x)), x)


def _jax(task: Task) -> Step:
    import jax

    jax.config.update("jax_enable_x64", True)
    function, wanted, x = task(jax.numpy, np.random.default_rng(0))
    if wanted == "hvp":
        v = np.cos(np.arange(x.size))
        derivative = jax.jit(lambda x: jax.jvp(jax.grad(function), (x,), (v,))[1])
    else:
        derivative = jax.jit({"grad": jax.grad, "hessian": jax.hessian, "jacobian": jax.jacobian}[wanted](function))
    return _repeated(lambda x: jax.block_until_ready(derivative(x)), x)


def _row(key: str, title: str, task: Task, goal: float) -> Row:
    return Row(
        key=key,
        title=f"{title}, {CALLS} times, eager",
        contenders=(
            Contender("gradbook", lambda: _step(task), threads=1),
            Contender("HIPS autograd", lambda: _step(task), threads=1, environment="hips"),
        ),
        tolerance=1e-9,
        goals={"HIPS autograd": goal},
    )


def _direction_row(key: str, title: str, task: Task, of: str, goals: dict[str, float]) -> Row:
    """A derivative in one direction, beside what it is the derivative ``of`` and beside HIPS autograd."""
    alone = {"function": "the function alone", "grad": "its gradient alone"}[of]
    return Row(
        key=key,
        title=f"{title}, {CALLS} times, eager",
        contenders=(
            Contender("gradbook", lambda: _step(task), threads=1),
            Contender(alone, lambda: _step(task, of), threads=1, whole=False),
            Contender("HIPS autograd", lambda: _step(task), threads=1, environment="hips"),
        ),
        tolerance=1e-9,
        goals=goals,
    )


def _forward_row(key: str, title: str, task: Task) -> Row:
    goals = {"the function alone": 3.0}
    return _direction_row(key, f"derivative in one direction of {title}", task, "function", goals)


def _second_row(key: str, title: str, task: Task) -> Row:
    goals = {"HIPS autograd": 0.7, "its gradient alone": 2.5}
    return _direction_row(key, f"Hessian of {title} times a vector", task, "grad", goals)


def _compiled_row(key: str, title: str, task: Task, goal: float = 1.0) -> Row:
    return Row(
        key=key,
        title=f"{title}, {CALLS} times, compiled",
        contenders=(
            Contender("gradbook", lambda: _compiled(task), "llvmlite", threads=1),
            Contender("JAX jit", lambda: _jax(task), "jax", threads=1),
        ),
        tolerance=1e-9,
        goals={"JAX jit": goal},
    )


ROWS = (
    _row("H1", "gradient of the loss of a network of two layers", _mlp, 0.7),
    _row("H2", "gradient of a softmax regression, written with exp and log", _regression, 0.7),
    _row("H3", "gradient through 100 steps of an ODE of 10 numbers", _ode, 0.7),
    _row("H4", "gradient of a step of an LSTM", _lstm, 0.7),
    _row("H5", "gradient of a Gaussian likelihood by a Cholesky factor of 30 by 30", _cholesky, 0.7),
    _row("H6", "gradient of 60 operations on 10 numbers", _chain, 0.7),
    _row("H7", "gradient of x² of a float", _float, 1.0),
    _row("H8", "gradient of a tanh net in 200 dimensions", _net, 1.0),
    _row("H9", "Jacobian of a layer of 200 by 200", _net_jacobian, 0.7),
    _row("H10", "Hessian of that net", _net_hessian, 0.7),
    _row("H11", "Hessian of Rosenbrock's function in 1,000 dimensions times a vector", _rosenbrock, 0.7),
    _second_row("H12", "a tanh net in 200 dimensions", _second(_net)),
    _forward_row("V1", "60 operations on 10 numbers", _forward(_chain)),
    _forward_row("V2", "a layer of 200 by 200", _forward(_net_jacobian)),
    _forward_row("V3", "a tanh net in 200 dimensions", _forward(_net)),
    _forward_row("V4", "six tanh of 300,000 numbers", _tanh_six_times),
    _forward_row("V5", "Rosenbrock's function in 1,000 dimensions", _forward(_rosenbrock)),
    _compiled_row("X1", "gradient of the loss of a network of two layers", _mlp),
    _compiled_row("X2", "gradient of a softmax regression, written with exp and log", _regression),
    _compiled_row("X3", "gradient through 100 steps of an ODE of 10 numbers", _ode),
    _compiled_row("X4", "gradient of a step of an LSTM", _lstm),
    _compiled_row("X5", "gradient of a Gaussian likelihood by a Cholesky factor of 30 by 30", _cholesky),
    _compiled_row("X6", "gradient of 60 operations on 10 numbers", _chain),
    _compiled_row("X7", "gradient of x² of a float", _float),
    _compiled_row("X8", "gradient of a tanh net in 200 dimensions", _net),
    _compiled_row("X9", "Jacobian of a layer of 200 by 200", _net_jacobian),
    _compiled_row("X10", "Hessian of a tanh net in 200 dimensions", _net_hessian, 2.0),
    _compiled_row("X11", "Hessian of Rosenbrock's function in 1,000 dimensions times a vector", _rosenbrock),
)
