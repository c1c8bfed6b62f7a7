"""One training step of a network of matrices: linear layers, relu, softmax cross-entropy, plain gradient descent."""

from __future__ import annotations

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


def _gradbook(sizes: tuple[int, ...], batch: int) -> Step:
    import autograd as ag
    import nn

    arrays, x, y = _start(sizes, batch)
    layers: list[nn.Module] = []
    for weight, bias in zip(arrays[::2], arrays[1::2], strict=True):
        layer = nn.Linear(*weight.shape)
        layer.load_state_dict({"weight": weight, "bias": bias})
        layers += [layer, nn.ReLU()]
    model = nn.Sequential(*layers[:-1])
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


def _row(key: str, sizes: tuple[int, ...], batch: int, goal: float) -> Row:
    return Row(
        key=key,
        title=f"MLP {'-'.join(map(str, sizes))}, batch {batch}, float32, SGD step, eager",
        contenders=(
            Contender("gradbook", partial(_gradbook, sizes, batch)),
            Contender("PyTorch", partial(_pytorch, sizes, batch), "torch"),
            Contender("NumPy by hand", partial(_numpy, sizes, batch)),
        ),
        tolerance=1e-5,
        goals={"PyTorch": goal},
    )


ROWS = (
    _row("G", (784, 64, 10), 32, 0.9),
    _row("K128", (784, 512, 512, 10), 128, 1.25),
    _row("K1024", (784, 1024, 1024, 10), 1024, 1.25),
)
