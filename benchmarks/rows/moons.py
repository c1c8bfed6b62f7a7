"""One step of micrograd's published demo: 100 samples through a 2-16-16-1 network of scalars, hinge loss and L2."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from benchmarks.harness import Contender, Row, Step


def _data() -> tuple[Any, Any]:
    from sklearn.datasets import make_moons

    np.random.seed(1337)  # noqa: NPY002 - as in the demo
    random.seed(1337)
    x, y = make_moons(n_samples=100, noise=0.1)
    return x, y * 2 - 1


def _demo(value: Any, mlp: Any) -> Step:
    """The demo's own code."""
    x, y = _data()
    model = mlp(2, [16, 16, 1])

    def step() -> tuple[float, ...]:
        inputs = [list(map(value, row)) for row in x]
        scores = list(map(model, inputs))
        losses = [(1 + -yi * score).relu() for yi, score in zip(y, scores, strict=True)]
        data_loss = sum(losses) * (1.0 / len(losses))
        total = data_loss + 1e-4 * sum(p * p for p in model.parameters())
        model.zero_grad()
        total.backward()
        return (float(total.data), sum(p.grad * p.grad for p in model.parameters()) ** 0.5)

    return step


def _ours() -> Step:
    from autograd import Value
    from nn.scalar import MLP

    return _demo(Value, MLP)


def _micrograd() -> Step:
    from micrograd.engine import Value
    from micrograd.nn import MLP

    return _demo(Value, MLP)


ROWS = (
    Row(
        key="A",
        title="micrograd's moons step, the demo's own code, eager",
        contenders=(Contender("gradbook", _ours, "sklearn"), Contender("micrograd", _micrograd, "micrograd")),
        tolerance=1e-9,
        goals={"micrograd": 0.10},
    ),
)
