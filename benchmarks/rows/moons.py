"""One step of micrograd's published demo: 100 samples through a 2-16-16-1 network of scalars, hinge loss and L2."""

from __future__ import annotations

import ctypes
import random
from functools import partial
from typing import Any

import numpy as np

from benchmarks.harness import Contender, Row, Step, compiled, pointer

L2 = 1e-4


def _data() -> tuple[Any, Any]:
    from sklearn.datasets import make_moons

    np.random.seed(1337)  # noqa: NPY002 - as in the demo
    random.seed(1337)
    x, y = make_moons(n_samples=100, noise=0.1)
    return x, y * 2 - 1


# ---- A: the demo's own code ----------------------------------------------------------------------------------------


def _demo(value: Any, mlp: Any) -> Step:
    x, y = _data()
    model = mlp(2, [16, 16, 1])

    def step() -> tuple[float, ...]:
        inputs = [list(map(value, row)) for row in x]
        scores = list(map(model, inputs))
        losses = [(1 + -yi * score).relu() for yi, score in zip(y, scores, strict=True)]
        data_loss = sum(losses) * (1.0 / len(losses))
        total = data_loss + L2 * sum(p * p for p in model.parameters())
        model.zero_grad()
        total.backward()
        return (float(total.data), sum(p.grad * p.grad for p in model.parameters()) ** 0.5)

    return step


def _ours() -> Step:
    from autograd import Value
    from nn.scalar import MLP

    return _demo(Value, MLP)


def _their_layers() -> Step:
    """micrograd's own Neuron, Layer and MLP, with our Value in place of theirs."""
    from micrograd import nn

    from autograd import Value

    nn.Value = Value
    return _demo(Value, nn.MLP)


def _micrograd() -> Step:
    from micrograd.engine import Value
    from micrograd.nn import MLP

    return _demo(Value, MLP)


# ---- B to E: the same loss through sums of many terms, eagerly and as a program ------------------------------------


def _model() -> tuple[Any, Any, Any]:
    from nn.scalar import MLP

    x, y = _data()
    return x.tolist(), y.tolist(), MLP(2, [16, 16, 1])


def _loss(x: Any, y: Any, model: Any) -> Any:
    import autograd as ag

    losses = [ag.relu(1 - yi * model(row)) for row, yi in zip(x, y, strict=True)]
    parameters = model.parameters()
    return ag.sum(losses) * (1.0 / len(losses)) + L2 * ag.dot(parameters, parameters)


def _many_terms() -> Step:
    x, y, model = _model()

    def step() -> tuple[float, ...]:
        total = _loss(x, y, model)
        model.zero_grad()
        total.backward()
        return (total.data, sum(p.grad * p.grad for p in model.parameters()) ** 0.5)

    return step


def _program(engine: Any) -> Any:
    """The program, and the parameters to run it with; the graph is built here too."""
    from autograd import Program

    x, y, model = _model()
    program = Program.from_graph(_loss(x, y, model), wrt=model.parameters(), engine=engine)
    return program, np.array([p.data for p in model.parameters()])


def _replayed(engine: str) -> Step:
    program, parameters = _program(engine)

    def step() -> tuple[float, ...]:
        value, gradient = program.run(parameters)
        return value, float(np.sqrt(gradient @ gradient))

    return step


def _recorded(engine: str) -> Step:
    def step() -> tuple[float, ...]:
        program, parameters = _program(engine)
        value, gradient = program.run(parameters)
        return value, float(np.sqrt(gradient @ gradient))

    return step


def _casadi_function() -> Any:
    import casadi

    x, y, model = _model()
    parameters = np.array([p.data for p in model.parameters()])
    symbols = casadi.SX.sym("p", len(parameters))
    numbers = iter(casadi.vertsplit(symbols))
    layers = [
        [([next(numbers) for _ in n.w], next(numbers), n.nonlin) for n in layer.neurons] for layer in model.layers
    ]

    def forward(values: Any) -> Any:
        for layer in layers:
            outputs = []
            for weights, bias, bent in layer:
                total = bias
                for weight, value in zip(weights, values, strict=True):
                    total = total + weight * value
                outputs.append(casadi.fmax(total, 0) if bent else total)
            values = outputs
        return values[0]

    total = sum(casadi.fmax(1 - yi * forward(row), 0) for row, yi in zip(x, y, strict=True)) * (1.0 / len(x))
    total = total + L2 * casadi.sumsqr(symbols)
    return casadi.Function("step", [symbols], [total, casadi.gradient(total, symbols)]), parameters


def _casadi_replayed() -> Step:
    """Through a buffer, CasADi's quick way in."""
    function, parameters = _casadi_function()
    buffer, evaluate = function.buffer()
    value, gradient = np.zeros(1), np.zeros(len(parameters))
    buffer.set_arg(0, memoryview(parameters))
    buffer.set_res(0, memoryview(value))
    buffer.set_res(1, memoryview(gradient))

    def step(_alive: Any = (buffer, parameters)) -> tuple[float, ...]:
        evaluate()
        return float(value[0]), float(np.sqrt(gradient @ gradient))

    return step


def _casadi_recorded() -> Step:
    def step() -> tuple[float, ...]:
        function, parameters = _casadi_function()
        value, gradient = function(parameters)
        return float(value), float(np.linalg.norm(np.asarray(gradient)))

    return step


def _c() -> Step:
    """Plain loops, written out for this network."""
    x, y, model = _model()
    run = compiled("moons").step
    run.restype = ctypes.c_double
    parameters = np.array([p.data for p in model.parameters()])
    gradient = np.zeros(len(parameters))
    pointers = [*map(pointer, (np.array(x), np.array(y, np.float64), parameters, gradient))]

    def step() -> tuple[float, ...]:
        value = run(len(x), ctypes.c_double(L2), *pointers)
        return value, float(np.sqrt(gradient @ gradient))

    return step


def _jax() -> Step:
    """The network as arrays, one row a sample."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    x, y, model = _model()
    layers = [
        (np.array([[w.data for w in n.w] for n in layer.neurons]).T, np.array([n.b.data for n in layer.neurons]))
        for layer in model.layers
    ]

    def loss(layers: Any) -> Any:
        z = jnp.array(x)
        for i, (weight, bias) in enumerate(layers):
            z = z @ weight + bias
            z = jnp.maximum(z, 0) if i < len(layers) - 1 else z
        squares = sum((p**2).sum() for layer in layers for p in layer)
        return jnp.mean(jnp.maximum(1 - jnp.array(y) * z[:, 0], 0)) + L2 * squares

    run = jax.jit(jax.value_and_grad(loss))

    def step() -> tuple[float, ...]:
        value, gradients = run(layers)
        jax.block_until_ready(gradients)
        return float(value), float(np.sqrt(sum((np.asarray(g) ** 2).sum() for layer in gradients for g in layer)))

    return step


def _micrograd_steps() -> Contender:
    return Contender("micrograd", _micrograd, "micrograd")


ROWS = (
    Row(
        key="A",
        title="micrograd's moons step, the demo's own code, eager",
        contenders=(Contender("gradbook", _ours, "sklearn"), _micrograd_steps()),
        tolerance=1e-9,
        goals={"micrograd": 0.10},
    ),
    Row(
        key="A2",
        title="the same with micrograd's own layers on our Value, eager",
        contenders=(Contender("gradbook", _their_layers, "micrograd"), _micrograd_steps()),
        tolerance=1e-9,
        goals={"micrograd": 0.06},
    ),
    Row(
        key="B",
        title="the same loss with sums of many terms as single nodes, eager",
        contenders=(Contender("gradbook", _many_terms, "sklearn"), _micrograd_steps()),
        tolerance=1e-9,
        goals={"micrograd": 0.015},
    ),
    Row(
        key="C",
        title="the same step replayed, NumPy engine",
        contenders=(
            Contender("gradbook", partial(_replayed, "numpy"), "sklearn"),
            Contender("CasADi SX", _casadi_replayed, "casadi"),
        ),
        tolerance=1e-9,
        goals={"CasADi SX": 2.0},
    ),
    Row(
        key="D",
        title="the same step replayed, native engine",
        contenders=(
            Contender("gradbook", partial(_replayed, "native"), "llvmlite"),
            Contender("C, plain loops", _c),
            Contender("JAX jit", _jax, "jax"),
            Contender("CasADi SX", _casadi_replayed, "casadi"),
        ),
        tolerance=1e-9,
        goals={"C, plain loops": 1.5, "JAX jit": 0.6, "CasADi SX": 0.75},
    ),
    Row(
        key="E",
        title="recording and preparing that program: graph, derivatives, plan, first run (native engine, warm cache)",
        contenders=(
            Contender("gradbook", partial(_recorded, "native"), "llvmlite"),
            Contender("gradbook, NumPy", partial(_recorded, "numpy"), "sklearn"),
            Contender("CasADi SX", _casadi_recorded, "casadi"),
        ),
        tolerance=1e-9,
        goals={"CasADi SX": 0.3},
    ),
)
