"""An experiment: a network trained on one part of a data set and measured on another."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn.app.datasets import Dataset, Split, split
from nn.app.preprocess import Preprocessing
from nn.app.settings import OPTIMIZER_ARGUMENTS, Settings
from nn.layers import MLP, GaussianNoise, Sequential
from nn.losses import cross_entropy, mse
from nn.metrics import accuracy, confusion_matrix, mean_absolute_error, r2_score
from nn.module import Module
from nn.optim import OPTIMIZERS, SGD
from nn.training.callbacks import Callback, EarlyStopping
from nn.training.history import History
from nn.training.trainer import Trainer

__all__ = ["Experiment", "Result", "measure", "prepare", "trainer_for"]


@dataclass(frozen=True)
class Result:
    """What a network does on rows it was not trained on.

    Attributes:
        numbers: ``loss`` with ``accuracy``, or with ``r2`` and ``mae`` (in the target's own unit).
        confusion: How often each class (row) was taken for each (column); None for regression.
        rows: How many rows were looked at.
    """

    numbers: dict[str, float]
    confusion: NDArray[Any] | None
    rows: int


def trainer_for(model: Module, preprocessing: Preprocessing) -> Trainer:
    """A trainer with the loss and the metrics of the task, for measuring and predicting."""
    return Trainer(model, optimizer=SGD(model.parameters()), **_loss_and_metrics(preprocessing))


def _loss_and_metrics(preprocessing: Preprocessing, label_smoothing: float = 0.0) -> dict[str, Any]:
    if preprocessing.classes:
        loss = partial(cross_entropy, label_smoothing=label_smoothing)
        return {"loss": loss, "metrics": {"accuracy": accuracy}}

    def mae(true: NDArray[Any], predicted: NDArray[Any]) -> float:
        return preprocessing.target_deviation * mean_absolute_error(true, predicted)

    return {"loss": mse, "metrics": {"r2": r2_score, "mae": mae}}


def measure(model: Module, preprocessing: Preprocessing, dataset: Dataset, rows: NDArray[Any]) -> Result:
    """The network's result on the given rows of a data set."""
    trainer = trainer_for(model, preprocessing)
    inputs, targets = preprocessing.inputs(dataset.features[rows]), preprocessing.targets(dataset.target[rows])
    numbers = trainer.evaluate(inputs, targets)
    if not preprocessing.classes:
        return Result(numbers, None, len(rows))
    counts = confusion_matrix(targets, trainer.predict(inputs), labels=range(len(preprocessing.classes)))
    return Result(numbers, counts, len(rows))


@dataclass
class Experiment:
    """Everything about one training run; `train` fills in what it learnt.

    Attributes:
        dataset: The rows.
        parts: Which of them train, validate and test.
        preprocessing: Fitted on those that train.
        model: The network.
        settings: How to train.
        seed: Where the split, the first weights and the order of the rows come from.
        history: One row per epoch.
        seconds: How long training took.
        kept_epoch: The epoch whose network was kept; the last one where there are no rows to validate on.
        stopped: Whether training ended early for lack of progress.
    """

    dataset: Dataset
    parts: Split
    preprocessing: Preprocessing
    model: Module
    settings: Settings
    seed: int
    history: History
    seconds: float = 0.0
    kept_epoch: int = 0
    stopped: bool = False

    def train(self, *callbacks: Callback) -> None:
        """Train the network.

        Raises:
            DivergenceError: The loss is no longer finite.
        """
        settings = self.settings
        optimizer = OPTIMIZERS[settings.optimizer](
            self.model.parameters(),
            learning_rate=settings.learning_rate,
            weight_decay=settings.weight_decay,
            **OPTIMIZER_ARGUMENTS.get(settings.optimizer, {}),
        )
        stopping = EarlyStopping(settings.patience or settings.epochs)
        validate = len(self.parts.validation) > 0
        noise = GaussianNoise(settings.noise, seed=np.random.default_rng([self.seed, 1]))  # a stream of its own
        trainer = Trainer(
            Sequential(noise, self.model),
            optimizer=optimizer,
            callbacks=[*([stopping] if validate else []), *callbacks],
            **_loss_and_metrics(self.preprocessing, settings.label_smoothing),
        )
        inputs = self.preprocessing.inputs(self.dataset.features)
        targets = self.preprocessing.targets(self.dataset.target)
        train, validation = self.parts.train, self.parts.validation
        began = time.perf_counter()
        self.history = trainer.fit(
            inputs[train],
            targets[train],
            epochs=settings.epochs,
            batch_size=settings.batch_size,
            validation_data=(inputs[validation], targets[validation]) if validate else None,
            seed=self.seed,
            progress=False,
        )
        self.seconds = time.perf_counter() - began
        self.kept_epoch = stopping.best.epoch if validate else len(self.history)
        self.stopped = stopping.stopped

    def result(self) -> Result:
        """What the network does on the held-out rows."""
        return measure(self.model, self.preprocessing, self.dataset, self.parts.held_out)

    def training_record(self) -> Mapping[str, Any]:
        """The settings and how training went, as JSON values."""
        return {
            **asdict(self.settings),
            "seed": self.seed,
            "epochs_trained": len(self.history),
            "kept_epoch": self.kept_epoch,
            "interrupted": self.history.interrupted,
        }


def prepare(dataset: Dataset, settings: Settings, seed: int) -> Experiment:
    """Split a data set, fit the preprocessing on its training part, and build the network.

    Raises:
        DataError: The numbers cannot be standardised.
    """
    parts = split(dataset, seed)
    preprocessing = Preprocessing.fit(dataset, parts.train)
    sizes = [*settings.hidden, preprocessing.outputs]
    model = MLP(preprocessing.width, sizes, activation=settings.activation, seed=seed)
    return Experiment(dataset, parts, preprocessing, model, settings, seed, History())
