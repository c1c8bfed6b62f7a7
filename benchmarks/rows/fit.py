"""`Trainer.fit` beside scikit-learn's estimator and a loop in PyTorch, over the same epochs of the same digits."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from benchmarks.harness import Contender, Row, Step

EPOCHS = 40
BATCH = 32


def _digits() -> tuple[Any, Any]:
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    return (x / 16).astype(np.float32), y


def _fit(compile: bool | None = None, warm: bool = False) -> Step:
    import nn

    x, y = _digits()

    def step() -> tuple[float, ...]:
        model = nn.MLP(64, [64, 10], seed=0)
        trainer = nn.Trainer(model, loss="cross_entropy", optimizer="adam", compile=compile)
        trainer.fit(x, y, epochs=1 if warm else EPOCHS, batch_size=BATCH, progress=False)
        return ()

    return step


def _bare() -> Step:
    """The steps alone, compiled, on one batch."""
    import nn

    x, y = _digits()
    model = nn.MLP(64, [64, 10], seed=0)
    replay = nn.compile_step(model, nn.cross_entropy, nn.Adam(model.parameters()))
    xb, yb, steps = x[:BATCH].copy(), y[:BATCH].copy(), EPOCHS * -(-len(x) // BATCH)
    replay(xb, yb)

    def step() -> tuple[float, ...]:
        for _ in range(steps):
            replay(xb, yb)
        return ()

    return step


def _scikit_learn() -> Step:
    import warnings

    from sklearn.neural_network import MLPClassifier

    warnings.simplefilter("ignore")
    x, y = _digits()

    def step() -> tuple[float, ...]:
        MLPClassifier((64,), batch_size=BATCH, max_iter=EPOCHS, alpha=0, tol=0, n_iter_no_change=10**6).fit(x, y)
        return ()

    return step


def _pytorch() -> Step:
    import torch

    x, y = map(torch.tensor, _digits())

    def step() -> tuple[float, ...]:
        model = torch.nn.Sequential(torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10))
        optimizer = torch.optim.Adam(model.parameters())
        for _ in range(EPOCHS):
            order = torch.randperm(len(x))
            for start in range(0, len(x), BATCH):
                rows = order[start : start + BATCH]
                loss = torch.nn.functional.cross_entropy(model(x[rows]), y[rows])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        return ()

    return step


ROWS = (
    Row(
        key="N",
        title=f"Trainer.fit, digits 64-64-10, batch {BATCH}, {EPOCHS} epochs, Adam, float32",
        contenders=(
            Contender("gradbook", _fit, "sklearn", warm=partial(_fit, warm=True)),
            Contender("scikit-learn", _scikit_learn, "sklearn", whole=False),
            Contender("PyTorch", _pytorch, "torch", whole=False),
            Contender("eager", partial(_fit, compile=False), "sklearn", whole=False),
            Contender("compiled steps alone", _bare, "sklearn", whole=False),
        ),
        tolerance=1e-5,
        goals={"scikit-learn": 0.5, "PyTorch": 0.5},
    ),
)
