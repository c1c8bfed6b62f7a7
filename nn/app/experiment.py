"""An experiment: a network trained on one part of a data set and measured on another."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import require
from nn.app.datasets import HELD_OUT, DataError, Dataset, Split, split
from nn.app.ensemble import Members, MembersTrainer, WithNoise
from nn.app.lines import IGNORED, Spelling
from nn.app.networks import build
from nn.app.preprocess import Preprocessing
from nn.app.settings import OPTIMIZER_ARGUMENTS, Settings
from nn.init import Seed
from nn.layers import GaussianNoise
from nn.losses import cross_entropy, mse
from nn.metrics import accuracy, confusion_matrix, mean_absolute_error, r2_score
from nn.module import Module
from nn.optim import OPTIMIZERS, SGD
from nn.training.callbacks import Callback, EarlyStopping
from nn.training.data import Column
from nn.training.history import History
from nn.training.trainer import Trainer

__all__ = ["Experiment", "Result", "is_imbalanced", "measure", "prepare", "trainer_for"]

# A class is rare that has a smaller share of its fair share.
RARE = 0.2
# Rows of rare classes are repeated until there are so many rows at most.
MOST_BALANCED = 1_000_000
# Fewer rows of a class do not validate several times over: their loss, large where they are not learnt yet or by heart,
# would end training in its first epochs.
ENOUGH = 15


@dataclass(frozen=True)
class Result:
    """What a network does on rows it was not trained on.

    Attributes:
        numbers: ``loss`` with ``accuracy``, ``balanced_accuracy`` (the mean of the classes' shares that are found) and
            ``roc_auc`` (where all classes occur), or with ``r2`` and ``mae``, both in the target's own unit.
        confusion: How often each class (row) was taken for each (column); None for regression.
        rows: How many rows were looked at; of lines of text, how many characters.
    """

    numbers: dict[str, float]
    confusion: NDArray[Any] | None
    rows: int


def trainer_for(model: Module, preprocessing: Preprocessing | Spelling) -> Trainer:
    """A trainer with the loss and the metrics of the task, for measuring and predicting."""
    return Trainer(model, optimizer=SGD(model.parameters()), **_loss_and_metrics(preprocessing))


def _loss_and_metrics(preprocessing: Preprocessing | Spelling, label_smoothing: float = 0.0) -> dict[str, Any]:
    if isinstance(preprocessing, Spelling):
        return {"loss": partial(cross_entropy, label_smoothing=label_smoothing, ignore_index=IGNORED)}
    if preprocessing.classes:
        loss = partial(cross_entropy, label_smoothing=label_smoothing)
        return {"loss": loss, "metrics": {"accuracy": accuracy}}
    values = preprocessing.target.values

    def r2(true: NDArray[Any], predicted: NDArray[Any]) -> float:
        return r2_score(values(true), values(predicted))

    def mae(true: NDArray[Any], predicted: NDArray[Any]) -> float:
        return mean_absolute_error(values(true), values(predicted))

    return {"loss": mse, "metrics": {"r2": r2, "mae": mae}}


def measure(model: Module, preprocessing: Preprocessing | Spelling, dataset: Dataset, rows: NDArray[Any]) -> Result:
    """The network's result on the given rows of a data set."""
    trainer = trainer_for(model, preprocessing)
    inputs = preprocessing.inputs(dataset.features.iloc[rows])
    targets = preprocessing.target.scaled(dataset.target[rows])
    numbers = trainer.evaluate(inputs, targets)
    if not preprocessing.classes:
        return Result(numbers, None, len(rows))
    predicted = trainer.predict(inputs)
    if isinstance(preprocessing, Spelling):  # of each line, all places up to its end
        targets, predicted = targets[targets != IGNORED], predicted[targets != IGNORED]
        numbers["accuracy"] = accuracy(targets, predicted)
    counts = confusion_matrix(targets, predicted, labels=range(len(preprocessing.classes)))
    rows_of = counts.sum(axis=1)
    numbers["balanced_accuracy"] = float(np.mean(np.diag(counts)[rows_of > 0] / rows_of[rows_of > 0]))
    if (rows_of > 0).all() and not isinstance(preprocessing, Spelling):
        numbers["roc_auc"] = _roc_auc(targets, trainer.predict_proba(inputs))
    return Result(numbers, counts, len(targets))


def _roc_auc(targets: NDArray[Any], probabilities: NDArray[Any]) -> float:
    """The area under the ROC curve; of several classes the mean of each against the rest."""
    area = require("sklearn.metrics", "train").roc_auc_score
    if probabilities.shape[1] == 2:
        return float(area(targets, probabilities[:, 1]))
    return float(np.mean([area(targets == each, column) for each, column in enumerate(probabilities.T)]))


@dataclass
class Experiment:
    """Everything about one training run; `train` fills in what it learnt.

    Attributes:
        dataset: The rows.
        parts: Which of them train, validate and test.
        preprocessing: Fitted on those that train.
        inputs: What the network sees of all rows.
        balanced: Whether classes count alike in training, however many rows each has.
        network: The network, or several that are trained at once.
        settings: How to train.
        seed: Where the split, the first weights and the order of the rows come from.
        history: One row per epoch.
        seconds: How long training took.
        kept_epoch: The epoch whose network was kept; the last one where there are no rows to validate on.
        stopped: Whether training ended early for lack of progress.
    """

    dataset: Dataset
    parts: Split
    preprocessing: Preprocessing | Spelling
    inputs: NDArray[Any]
    balanced: bool
    network: Module
    settings: Settings
    seed: int
    history: History
    seconds: float = 0.0
    kept_epoch: int = 0
    stopped: bool = False

    @property
    def model(self) -> Module:
        """The network, as it is kept and used."""
        return self.network.together() if isinstance(self.network, Members) else self.network

    def train(self, *callbacks: Callback, progress: bool = False, resume: Path | None = None) -> None:
        """Train the network.

        Args:
            callbacks: What else is to happen.
            progress: Whether to show a bar and print a line per epoch.
            resume: A file with the state of a training to go on with.

        Raises:
            DivergenceError: The loss is no longer finite.
        """
        settings, target, parts = self.settings, self.preprocessing.target, self.parts
        optimizer = OPTIMIZERS[settings.optimizer](
            self.network.parameters(),
            learning_rate=settings.learning_rate,
            weight_decay=settings.weight_decay,
            **OPTIMIZER_ARGUMENTS.get(settings.optimizer, {}),
        )
        stopping = EarlyStopping(settings.patience or settings.epochs)
        validate = len(parts.validation) > 0
        noise = GaussianNoise(settings.noise, seed=np.random.default_rng([self.seed, 1]))  # a stream of its own
        several = isinstance(self.network, Members)
        data = Column((self.inputs, parts.trains) if several else self.inputs)
        trainer = (MembersTrainer if several else Trainer)(
            self.network if self.inputs.dtype.kind == "i" else WithNoise(noise, self.network),  # characters have none
            optimizer=optimizer,
            callbacks=[*([stopping] if validate else []), *callbacks],
            **_loss_and_metrics(self.preprocessing, settings.label_smoothing),
        )
        targets = target.scaled(self.dataset.target)
        train, validation = parts.train, parts.validation
        if self.balanced:
            train = _balanced(train, self.dataset.target)
            if np.bincount(self.dataset.target[validation], minlength=len(self.dataset.classes)).min() >= ENOUGH:
                validation = _balanced(validation, self.dataset.target)
        began = time.perf_counter()
        self.history = trainer.fit(
            data.take(train),
            targets[train],
            epochs=settings.epochs,
            batch_size=settings.batch_size,
            validation_data=(data.take(validation), targets[validation]) if validate else None,
            seed=self.seed,
            progress=progress,
            resume=resume,
        )
        self.seconds = time.perf_counter() - began
        if target.power is not None and isinstance(self.preprocessing, Preprocessing):
            fitted = np.union1d(parts.train, parts.validation)
            errors = target.with_errors(trainer.predict(data.take(fitted)), targets[fitted])
            self.preprocessing = replace(self.preprocessing, target=errors)
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
            "balanced": self.balanced,
            "epochs_trained": len(self.history),
            "kept_epoch": self.kept_epoch,
            "interrupted": self.history.interrupted,
        }


def is_imbalanced(dataset: Dataset) -> bool:
    """Whether a class has fewer than a fifth of the rows that it would have if all had as many: of two, under 10 %."""
    if not dataset.classes:
        return False
    counts = np.bincount(dataset.target, minlength=len(dataset.classes))
    return bool(counts.min() < len(dataset) * RARE / len(dataset.classes))


def _balanced(rows: NDArray[Any], target: NDArray[Any]) -> NDArray[Any]:
    """The rows, those of the rarer classes several times over, so that all classes have about as many.

    Weights alone leave most batches without a rare row. Balanced accuracy with repeats and with weights, means of three
    splits: .794 and .747 on a made table with one row of 50, .658 and .630 on ISLP's Caravan, .872 and .869 on its
    Default.
    """
    counts = np.bincount(target[rows])
    times = np.maximum(1, np.round(counts.max(initial=1) / np.maximum(counts, 1))).astype(np.intp)
    repeats = np.minimum(times, max(1, MOST_BALANCED // max(len(rows), 1)))[target[rows]]
    return np.repeat(rows, repeats)


def prepare(
    dataset: Dataset, settings: Settings, seed: int, *, test_size: float = HELD_OUT, balance: bool | None = None
) -> Experiment:
    """Split a data set, fit the preprocessing on its training part, and build the network.

    Args:
        dataset: The rows.
        settings: How to train.
        seed: Where the split, the first weights and the order of the rows come from.
        test_size: The share of rows to hold out.
        balance: Whether classes are to count alike; None: where one is rare.

    Raises:
        DataError: The numbers cannot be scaled.
    """
    if settings.model != "mlp" and settings.members > 1:
        raise DataError(f"--members are networks of --model mlp; leave them out for {settings.model}")
    parts = split(dataset, seed, test_size, settings.members)
    fitted: Preprocessing | Spelling
    inputs: NDArray[Any]
    spells = dataset.target.ndim > 1
    fitted, inputs = Spelling.fit(dataset) if spells else Preprocessing.fit(dataset, parts.train)
    balanced = bool(dataset.classes) and not spells and (is_imbalanced(dataset) if balance is None else balance)

    def network(seed: Seed) -> Any:
        return build(settings.model, settings.hidden, settings.activation, fitted, seed)

    several = 0 if parts.trains is None else parts.trains.shape[1]
    members = [network(np.random.default_rng([seed, each])) for each in range(several)]
    trained = Members(members) if members else network(seed)
    return Experiment(dataset, parts, fitted, inputs, balanced, trained, settings, seed, History())
