"""Trainings drawn at random, killed at random and taken up again, end as the unbroken one does, to the bit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from nn.training import resume, stepping

pytest.importorskip("safetensors", reason="needs the extra train")

TRAININGS = 24
EPOCHS, STEPS = 4, 5
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(4 * STEPS - 1, 4)).astype(np.float32), RNG.integers(0, 3, 4 * STEPS - 1)

Change = Callable[[Any, float], None]


class Kill(Exception):  # noqa: N818 - no error
    """Planted: as if the process were killed."""


class Scale(nn.Module):
    """A user's layer with settings of its own, a number of NumPy's and a tuple among them."""

    def __init__(self) -> None:
        self.factor, self.range = np.float32(1.0), (0.0, 1.0)

    def forward(self, x: Any) -> Any:
        return x * self.factor + self.range[0]


def scaled(trainer: Any, by: float) -> None:
    trainer.model[1].factor *= np.float32(by)
    trainer.model[1].range = (by, 1.0)


def set_momentum(trainer: Any, by: float) -> None:
    if getattr(trainer.optimizer, "momentum", 0):
        trainer.optimizer.momentum = by


def set_betas(trainer: Any, by: float) -> None:
    if hasattr(trainer.optimizer, "betas"):
        trainer.optimizer.betas = (by, 0.9)


def freeze_or_not(trainer: Any, by: float) -> None:
    parameter = list(trainer.model.parameters())[int(by * 4)]
    parameter.requires_grad = not parameter.requires_grad


CHANGES: dict[str, Change] = {
    "rate": lambda trainer, by: setattr(trainer.optimizer, "learning_rate", trainer.optimizer.learning_rate * by),
    "decay": lambda trainer, by: setattr(trainer.optimizer, "weight_decay", by),
    "momentum": set_momentum,
    "betas": set_betas,
    "frozen": freeze_or_not,
    "dropout": lambda trainer, by: setattr(trainer.model[2], "p", by),
    "running": lambda trainer, by: setattr(trainer.model[3], "momentum", by),
    "mode": lambda trainer, by: trainer.model[2].train(by > 0.5),
    "own": scaled,
    "clip_norm": lambda trainer, by: setattr(trainer, "clip_norm", by),
    "clip_value": lambda trainer, by: setattr(trainer, "clip_value", by / 10),
    "accumulate": lambda trainer, _: setattr(trainer, "accumulate", 3 - trainer.accumulate),
}


class At(nn.Callback):
    """Does something at moments of a training, which are distinguished by hook, epoch and step."""

    def __init__(self, moments: dict[tuple[Any, ...], Callable[[Any], None]]) -> None:
        self.moments = moments

    def _now(self, trainer: Any, *moment: Any) -> None:
        if moment in self.moments:
            self.moments[moment](trainer)


class AtBatches(At):
    def on_batch_begin(self, trainer: Any) -> None:
        self._now(trainer, "begin", trainer.epoch, trainer.step)

    def on_batch_end(self, trainer: Any) -> None:
        self._now(trainer, "end", trainer.epoch, trainer.step)


class AtEpochs(At):
    def on_epoch_begin(self, trainer: Any) -> None:
        self._now(trainer, "begin", trainer.epoch)

    def on_epoch_end(self, trainer: Any) -> None:
        self._now(trainer, "end", trainer.epoch)


def kill(_trainer: Any) -> None:
    raise Kill


class Drawn:
    """What training a seed stands for."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.optimizer = str(rng.choice(sorted(nn.OPTIMIZERS)))
        self.options = {"momentum": 0.9} if self.optimizer in ("sgd", "rmsprop") else {}
        self.grouped, self.accumulate = rng.random() < 0.3, int(rng.integers(1, 3))
        self.chosen = [rng.random() < 0.3 for _ in range(3)]
        self.fit = {"shuffle": bool(rng.random() < 0.7), "validation_split": float(rng.choice([0.0, 0.2]))}
        self.moments: tuple[dict[Any, Any], dict[Any, Any]] = {}, {}
        self.told = [self.optimizer]
        many = rng.random() < 0.2  # so many that steps are no longer recorded
        for _ in range(20 if many else rng.integers(1, 5)):
            name, by = str(rng.choice(["clip_norm"] if many else sorted(CHANGES))), float(rng.uniform(0.2, 0.9))
            moment = self.moment(rng)
            self.told.append(f"{name} {moment}")
            self.moments[len(moment) == 2][moment] = lambda trainer, name=name, by=by: CHANGES[name](trainer, by)
        self.kills = [self.moment(rng) for _ in range(rng.integers(1, 3))]
        self.told.append(f"killed {self.kills}")

    @staticmethod
    def moment(rng: Any) -> tuple[Any, ...]:
        when = str(rng.choice(["begin", "end"])), int(rng.integers(1, EPOCHS + 1)), int(rng.integers(1, STEPS))
        return when if rng.random() < 0.7 else when[:2]

    def trainer(self, at: tuple[Any, ...] | None = None) -> Any:
        """It anew, which is killed at a moment."""
        layers = nn.Dropout(0.3, seed=5), nn.BatchNorm1d(8), nn.Tanh(), nn.Linear(8, 3, seed=2)
        model = nn.Sequential(nn.Linear(4, 8, seed=1), Scale(), *layers)
        parameters: Any = list(model.parameters())
        if self.grouped:
            parameters = [{"parameters": parameters[:2], "learning_rate": 0.02}, {"parameters": parameters[2:]}]
        optimizer = nn.OPTIMIZERS[self.optimizer](parameters, learning_rate=0.03, **self.options)  # type: ignore[call-arg]
        known = nn.EarlyStopping(2, monitor="loss"), nn.EMA(0.9), nn.ReduceOnPlateau("loss", factor=0.5, patience=0)
        callbacks = [each for each, chosen in zip(known, self.chosen, strict=True) if chosen]
        batches, epochs = self.moments
        ends = AtBatches({at: kill} if at else {}), AtEpochs({at: kill} if at else {})
        callbacks = [AtBatches(batches), ends[0], *callbacks, AtEpochs(epochs), ends[1]]
        settings = {"callbacks": callbacks, "accumulate": self.accumulate}
        return nn.Trainer(model, loss="cross_entropy", optimizer=optimizer, metrics=["accuracy"], **settings)

    def fitted(self, trainer: Any, path: Path | None = None) -> Any:
        trainer.fit(X, Y, epochs=EPOCHS, batch_size=4, seed=3, resume=path, progress=False, **self.fit)
        return trainer


def state(trainer: Any) -> dict[str, Any]:
    """All that a training goes on from, and its history."""
    found: dict[str, Any] = {**trainer.model.state_dict(), **trainer.optimizer.state_dict()}
    for number, callback in enumerate(trainer.callbacks):
        found |= {f"{number}.{name}": x for name, x in callback.state_dict().items()}
    found["generators"] = repr(nn.inspect.generator_states(trainer.model))
    found["frozen"] = [parameter.requires_grad for parameter in trainer.model.parameters()]
    return found | {"rows": trainer.history.rows, "note": trainer.note}


@pytest.mark.parametrize("seed", range(TRAININGS))
def test_it_ends_as_the_unbroken_one(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = Drawn(seed)
    monkeypatch.setattr(stepping, "UNTIL_RECORDED", 5e-4)
    monkeypatch.setattr(stepping, "UNTIL_NATIVE", 2e-3)
    monkeypatch.setattr(resume, "SECONDS", (-1.0, 1e9)[seed % 2])  # saved at each step, or each epoch
    expected = state(drawn.fitted(drawn.trainer()))
    for at in drawn.kills:
        try:
            drawn.fitted(drawn.trainer(at), tmp_path)
        except Kill:
            continue
    found = state(drawn.fitted(drawn.trainer(), tmp_path))
    for name, value in expected.items():
        assert np.array_equal(found[name], value), f"{name} of {', '.join(drawn.told)}"
    assert found.keys() == expected.keys()


def test_what_a_script_sets_otherwise_counts(tmp_path: Path) -> None:
    drawn = Drawn(0)
    drawn.moments = {("end", 1, 2): lambda trainer: CHANGES["dropout"](trainer, 0.4)}, {}
    with pytest.raises(Kill):
        drawn.fitted(drawn.trainer(("begin", 2)), tmp_path)
    trainer = drawn.trainer(("begin", 3))
    trainer.model[3].momentum, trainer.clip_norm = 0.2, 0.5
    with pytest.raises(Kill):
        drawn.fitted(trainer, tmp_path)
    assert (trainer.model[2].p, trainer.model[3].momentum, trainer.clip_norm) == (0.4, 0.2, 0.5)
