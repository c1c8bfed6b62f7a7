"""`Trainer.fit` beside scikit-learn's estimator and a loop in PyTorch, over the same epochs of the same images.

The 10,000 handwritten digits of MNIST are read from the folder that the environment variable ``MNIST_DIR`` names.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.harness import Contender, MissingError, Row, Step


def _digits() -> tuple[Any, Any]:
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    return (x / 16).astype(np.float32), y


def _mnist() -> tuple[Any, Any]:
    from nn.app.idx import parse_idx

    folder = Path(os.environ.get("MNIST_DIR", "."))
    found = [next(iter(sorted(folder.glob(f"*{kind}*"))), None) for kind in ("images", "labels")]
    if None in found:
        raise MissingError("MNIST in IDX format: MNIST_DIR=folder")
    x, y = (parse_idx(path.read_bytes(), path.name) for path in found if path is not None)
    return x.reshape(len(x), -1).astype(np.float32) / 255, y.astype(np.int64)


@dataclass(frozen=True)
class Work:
    """Data, the sizes of the layers, samples in a batch, and times through the data."""

    name: str
    data: Callable[[], tuple[Any, Any]]
    sizes: tuple[int, ...]
    batch: int
    epochs: int


DIGITS = Work("digits", _digits, (64, 64, 10), 32, 40)
MNIST = Work("MNIST", _mnist, (784, 256, 10), 64, 3)


def _fit(work: Work, compile: bool | None = None, warm: bool = False) -> Step:
    import nn

    x, y = work.data()

    def step() -> tuple[float, ...]:
        model = nn.MLP(work.sizes[0], list(work.sizes[1:]), seed=0)
        trainer = nn.Trainer(model, loss="cross_entropy", optimizer="adam", compile=compile)
        trainer.fit(x, y, epochs=1 if warm else work.epochs, batch_size=work.batch, progress=False)
        return ()

    return step


def _fit_again(work: Work) -> Step:
    """What `fit` takes once its steps are recorded."""
    import nn

    x, y = work.data()
    model = nn.MLP(work.sizes[0], list(work.sizes[1:]), seed=0)
    trainer = nn.Trainer(model, loss="cross_entropy", optimizer="adam")

    def step() -> tuple[float, ...]:
        trainer.fit(x, y, epochs=work.epochs, batch_size=work.batch, progress=False)
        return ()

    step()
    return step


def _recorded(work: Work) -> tuple[Any, Any, Any]:
    """A compiled step, and the data."""
    import nn

    x, y = work.data()
    model = nn.MLP(work.sizes[0], list(work.sizes[1:]), seed=0)
    replay = nn.compile_step(model, nn.cross_entropy, nn.Adam(model.parameters()))
    for size in (work.batch, len(x) % work.batch or work.batch):
        replay(x[:size], y[:size])
    return replay, x, y


def _loop(work: Work) -> Step:
    """What `fit` is to be measured by: a loop of compiled steps over the batches of as many epochs."""
    import nn

    replay, x, y = _recorded(work)
    loader = nn.DataLoader((x, y), work.batch, shuffle=True, seed=0)

    def step() -> tuple[float, ...]:
        for _ in range(work.epochs):
            for xb, yb in loader:
                replay(xb, yb)
        return ()

    return step


def _bare(work: Work) -> Step:
    """The steps alone, compiled, on one batch: nothing is shuffled or gathered."""
    replay, x, y = _recorded(work)
    xb, yb, steps = x[: work.batch].copy(), y[: work.batch].copy(), work.epochs * -(-len(x) // work.batch)

    def step() -> tuple[float, ...]:
        for _ in range(steps):
            replay(xb, yb)
        return ()

    return step


def _scikit_learn(work: Work) -> Step:
    import warnings

    from sklearn.neural_network import MLPClassifier

    warnings.simplefilter("ignore")
    x, y = work.data()
    settings: dict[str, Any] = {"alpha": 0, "tol": 0, "n_iter_no_change": 10**6}

    def step() -> tuple[float, ...]:
        MLPClassifier(work.sizes[1:-1], batch_size=work.batch, max_iter=work.epochs, **settings).fit(x, y)
        return ()

    return step


def _pytorch(work: Work) -> Step:
    import torch

    x, y = map(torch.tensor, work.data())
    inputs, hidden, outputs = work.sizes

    def step() -> tuple[float, ...]:
        model = torch.nn.Sequential(torch.nn.Linear(inputs, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, outputs))
        optimizer = torch.optim.Adam(model.parameters())
        for _ in range(work.epochs):
            order = torch.randperm(len(x))
            for start in range(0, len(x), work.batch):
                rows = order[start : start + work.batch]
                loss: Any = torch.nn.functional.cross_entropy(model(x[rows]), y[rows])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
        return ()

    return step


def _row(key: str, work: Work) -> Row:
    # One thread each: with batches as small as these a second one helps nobody, and where the machine has other work
    # PyTorch's wait for each other, which makes its turn a hundred times as long.
    alone = partial(Contender, threads=1, needs="sklearn")
    return Row(
        key=key,
        title=f"Trainer.fit, {work.name} {'-'.join(map(str, work.sizes))}, batch {work.batch}, "
        f"{work.epochs} epochs, Adam, float32",
        contenders=(
            alone("gradbook", partial(_fit, work), warm=partial(_fit, work, warm=True)),
            alone("scikit-learn", partial(_scikit_learn, work), whole=False),
            alone("PyTorch", partial(_pytorch, work), needs="torch", whole=False),
            alone("eager", partial(_fit, work, compile=False), whole=False),
            alone("fit again", partial(_fit_again, work), whole=False),
            alone("loop of compiled steps", partial(_loop, work), whole=False),
            alone("compiled steps alone", partial(_bare, work), whole=False),
        ),
        tolerance=1e-5,
        goals={"scikit-learn": 0.5, "PyTorch": 0.5},
    )


ROWS = (_row("N", DIGITS), _row("N10k", MNIST))
