"""One training step of a network of matrices: linear layers, relu, softmax cross-entropy, plain gradient descent."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.harness import Contender, Row, Step

RATE = 0.01


def _start(sizes: tuple[int, ...], batch: int) -> tuple[list[Any], Any, Any]:
    """The same float32 parameters and batch for everybody."""
    rng = np.random.default_rng(0)
    parameters: list[Any] = []
    for inputs, outputs in pairwise(sizes):
        parameters.append((rng.standard_normal((inputs, outputs)) / inputs**0.5).astype(np.float32))
        parameters.append(np.zeros(outputs, np.float32))
    x = rng.standard_normal((batch, sizes[0])).astype(np.float32)
    return parameters, x, rng.integers(0, sizes[-1], batch)


def _model(sizes: tuple[int, ...], batch: int) -> tuple[Any, Any, Any]:
    import nn

    arrays, x, y = _start(sizes, batch)
    layers: list[nn.Module] = []
    for weight, bias in zip(arrays[::2], arrays[1::2], strict=True):
        layer = nn.Linear(*weight.shape)
        layer.load_state_dict({"weight": weight.T, "bias": bias})  # PyTorch's layout
        layers += [layer, nn.ReLU()]
    return nn.Sequential(*layers[:-1]), x, y


def _gradbook(sizes: tuple[int, ...], batch: int) -> Step:
    import autograd as ag
    import nn

    model, x, y = _model(sizes, batch)
    optimizer = nn.SGD(model.parameters(), learning_rate=RATE)
    xb = ag.Tensor(x)

    def step() -> tuple[float, ...]:
        loss = nn.cross_entropy(model(xb), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return (loss.item(),)

    return step


def _pytorch(sizes: tuple[int, ...], batch: int) -> Step:
    import torch

    torch.set_num_threads(2)
    arrays, x, y = _start(sizes, batch)
    layers: list[torch.nn.Module] = []
    for weight, bias in zip(arrays[::2], arrays[1::2], strict=True):
        layer = torch.nn.Linear(*weight.shape)
        with torch.no_grad():
            layer.weight.copy_(torch.tensor(weight.T))
            layer.bias.copy_(torch.tensor(bias))
        layers += [layer, torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    xb, yb = torch.tensor(x), torch.tensor(y)

    def step() -> tuple[float, ...]:
        loss = torch.nn.functional.cross_entropy(model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return (loss.item(),)

    return step


def _numpy(sizes: tuple[int, ...], batch: int) -> Step:
    """Written out by hand, without reused buffers: what an eager step costs with no graph at all."""
    parameters, x, y = _start(sizes, batch)
    rows = np.arange(batch)

    def step() -> tuple[float, ...]:
        activations = [x]
        for i in range(0, len(parameters), 2):
            z = activations[-1] @ parameters[i] + parameters[i + 1]
            activations.append(z if i == len(parameters) - 2 else np.maximum(z, 0))
        shifted = activations[-1] - activations[-1].max(axis=1, keepdims=True)
        log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        loss = -log_p[rows, y].mean()
        g = np.exp(log_p)
        g[rows, y] -= 1
        g /= batch
        for i in range(len(parameters) - 2, -1, -2):
            below = activations[i // 2]
            weight_gradient, bias_gradient = below.T @ g, g.sum(axis=0)
            if i:
                g = (g @ parameters[i].T) * (below > 0)
            parameters[i] -= RATE * weight_gradient
            parameters[i + 1] -= RATE * bias_gradient
        return (float(loss),)

    return step


def _compiled(sizes: tuple[int, ...], batch: int) -> Step:
    """The whole step as one program."""
    import nn

    model, x, y = _model(sizes, batch)
    replay = nn.compile_step(model, nn.cross_entropy, nn.SGD(model.parameters(), learning_rate=RATE))
    return lambda: (replay(x, y),)


def _jax(sizes: tuple[int, ...], batch: int) -> Step:
    import jax
    import jax.numpy as jnp

    arrays, x, y = _start(sizes, batch)

    def loss(parameters: Any, x: Any, y: Any) -> Any:
        for i in range(0, len(parameters), 2):
            x = x @ parameters[i] + parameters[i + 1]
            if i < len(parameters) - 2:
                x = jnp.maximum(x, 0)
        return -jnp.mean(jax.nn.log_softmax(x)[jnp.arange(batch), y])

    def update(parameters: Any, x: Any, y: Any) -> Any:
        value, gradients = jax.value_and_grad(loss)(parameters, x, y)
        return value, [p - RATE * g for p, g in zip(parameters, gradients, strict=True)]

    replay = jax.jit(update, donate_argnums=0)
    parameters = [jnp.asarray(array) for array in arrays]
    xb, yb = jnp.asarray(x), jnp.asarray(y)

    def step() -> tuple[float, ...]:
        nonlocal parameters
        value, parameters = replay(parameters, xb, yb)
        jax.block_until_ready(parameters)
        return (float(value),)

    return step


def _numpy_in_place(sizes: tuple[int, ...], batch: int) -> Step:
    """Written out by hand with every buffer made once: what NumPy can do."""
    parameters, x, y = _start(sizes, batch)
    rows = np.arange(batch)
    weights, biases = parameters[::2], parameters[1::2]
    last = len(weights) - 1
    outputs = [np.empty((batch, w.shape[1]), np.float32) for w in weights]
    slopes = [np.empty_like(z) for z in outputs]
    masks = [np.empty(z.shape, bool) for z in outputs]
    changes = [np.empty_like(p) for p in parameters]
    row = np.empty((batch, 1), np.float32)

    def step() -> tuple[float, ...]:
        below = x
        for i, z in enumerate(outputs):
            np.matmul(below, weights[i], out=z)
            np.add(z, biases[i], out=z)
            if i < last:
                np.maximum(z, 0, out=z)
            below = z
        z, g = outputs[last], slopes[last]
        np.subtract(z, np.max(z, axis=1, keepdims=True, out=row), out=z)
        np.exp(z, out=g)
        np.sum(g, axis=1, keepdims=True, out=row)
        loss = float((np.log(row[:, 0]) - z[rows, y]).mean())
        np.divide(g, row, out=g)
        g[rows, y] -= 1
        np.multiply(g, np.float32(1 / batch), out=g)
        for i in range(last, -1, -1):
            g = slopes[i]
            below = outputs[i - 1] if i else x
            np.matmul(below.T, g, out=changes[2 * i])
            np.sum(g, axis=0, out=changes[2 * i + 1])
            if i:
                np.matmul(g, weights[i].T, out=slopes[i - 1])
                np.greater(below, 0, out=masks[i - 1])
                np.multiply(slopes[i - 1], masks[i - 1], out=slopes[i - 1])
            for change, parameter in zip(changes[2 * i : 2 * i + 2], parameters[2 * i : 2 * i + 2], strict=True):
                np.multiply(change, RATE, out=change)
                np.subtract(parameter, change, out=parameter)
        return (loss,)

    return step


def _products(sizes: tuple[int, ...], batch: int) -> Step:
    """The matrix products of a step and nothing else: less cannot be done with this BLAS."""
    parameters, x, _ = _start(sizes, batch)
    weights = parameters[::2]
    layers = [x, *(np.ones((batch, w.shape[1]), np.float32) for w in weights)]
    changes = [np.empty_like(w) for w in weights]

    def step() -> tuple[float, ...]:
        for i, w in enumerate(weights):
            np.matmul(layers[i], w, out=layers[i + 1])
        for i in range(len(weights) - 1, -1, -1):
            np.matmul(layers[i].T, layers[i + 1], out=changes[i])
            if i:
                np.matmul(layers[i + 1], weights[i].T, out=layers[i])
        return ()

    return step


def _contender(
    name: str, make: Callable[..., Step], sizes: tuple[int, ...], batch: int, needs: str = "numpy", whole: bool = True
) -> Contender:
    return Contender(name, partial(make, sizes, batch), needs, warm=partial(make, (3, 2), 2), whole=whole)


def _eager_row(key: str, sizes: tuple[int, ...], batch: int, goal: float) -> Row:
    return Row(
        key=key,
        title=f"MLP {'-'.join(map(str, sizes))}, batch {batch}, float32, SGD step, eager",
        contenders=(
            _contender("gradbook", _gradbook, sizes, batch),
            _contender("PyTorch", _pytorch, sizes, batch, "torch"),
            _contender("NumPy by hand", _numpy, sizes, batch),
        ),
        tolerance=1e-5,
        goals={"PyTorch": goal},
    )


def _replayed_row(key: str, sizes: tuple[int, ...], batch: int, goal: float, products: float = 0.0) -> Row:
    return Row(
        key=key,
        title=f"MLP {'-'.join(map(str, sizes))}, batch {batch}, float32, SGD step, replayed",
        contenders=(
            _contender("gradbook", _compiled, sizes, batch),
            _contender("PyTorch", _pytorch, sizes, batch, "torch"),
            _contender("JAX", _jax, sizes, batch, "jax"),
            _contender("NumPy in place", _numpy_in_place, sizes, batch),
            _contender("products alone", _products, sizes, batch, whole=False),
        ),
        tolerance=1e-5,
        goals={"PyTorch": goal, "JAX": goal} | ({"products alone": products} if products else {}),
    )


SMALL, MIDDLE, LARGE = (784, 64, 10), (784, 512, 512, 10), (784, 1024, 1024, 10)
ROWS = (
    _eager_row("G", SMALL, 32, 0.9),
    _eager_row("K128", MIDDLE, 128, 1.25),
    _eager_row("K1024", LARGE, 1024, 1.25),
    _replayed_row("H", SMALL, 32, 0.55),
    _replayed_row("I", MIDDLE, 128, 1.0, 1.1),
    _replayed_row("J", LARGE, 1024, 1.0, 1.04),
)
