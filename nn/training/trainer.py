"""The trainer: the loop over epochs and batches, cut into four small steps that a subclass may override.

`fit` runs `train_epoch` for every epoch, which runs `train_step` for every batch, which asks `compute_loss`.
`evaluate` and `predict` run `predict_step` for every batch.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

import autograd as ag
from autograd import suggest
from nn._checks import check_made, check_same_length, finite, in_range, positive_integer
from nn.init import Seed
from nn.inspect import mode
from nn.losses import Loss
from nn.module import Module
from nn.optim import Optimizer
from nn.outputs import outputs_of
from nn.regularisation import clip_norm, clip_value
from nn.training.callbacks import Callback, ProgressBar
from nn.training.data import DataLoader, train_test_split
from nn.training.history import History, Row
from nn.training.interrupt import Interrupt, deferred_interrupt
from nn.training.lint import lint as look_over

__all__ = ["DivergenceError", "Metric", "Trainer"]

Array: TypeAlias = NDArray[Any]
Metric: TypeAlias = Callable[[Array, Array], Any]

# Rows of inputs that go through the network at once where no gradient is needed.
PREDICTION_BATCH = 1024


class DivergenceError(ag.GradbookError, ArithmeticError):
    """The loss became infinite or NaN; the message says in which epoch and step."""


class Trainer:
    """Fits a model to data, and uses it.

    Args:
        model: The network.
        loss: ``loss(outputs, targets)``, one number, e.g. `nn.cross_entropy`; a mean over the samples, or a sum.
        optimizer: An optimizer over the model's parameters.
        metrics: Functions ``(y_true, y_pred)`` by name, from `nn.metrics` or scikit-learn.
        callbacks: What else is to happen; see `nn.training.callbacks`.
        penalty: What is added to the loss of every training step, a function of the model such as
            ``lambda model: nn.l2(model.parameters(), 1e-3)``. The history tells the loss without it.
        clip_norm: The largest norm of all gradients together; see `nn.clip_norm`.
        clip_value: The largest entry of any gradient; see `nn.clip_value`.

    Attributes:
        history: The rows of the current or last fit.
        epoch, epochs: The number of this epoch, from 1, and of all.
        step, steps: The number of this step within its epoch, from 1, and of all in an epoch.
        batch_loss: The loss of the last step.
        stopping: Set it to True to end training after this epoch.

    Raises:
        ValueError: A metric has the name of another column of the history.

    Example:
        >>> from nn import MLP, SGD, accuracy, cross_entropy
        >>> x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
        >>> y = np.array([0, 1, 1, 0])
        >>> model = MLP(2, [16, 2], activation="tanh", seed=0)
        >>> optimizer = SGD(model.parameters(), learning_rate=0.5, momentum=0.9)
        >>> trainer = Trainer(model, loss=cross_entropy, optimizer=optimizer, metrics={"accuracy": accuracy})
        >>> history = trainer.fit(x, y, epochs=100, batch_size=4, progress=False)
        >>> trainer.predict(x)
        array([0, 1, 1, 0])
        >>> trainer.evaluate(x, y)["accuracy"]
        1.0
    """

    @suggest.in_our_words
    def __init__(
        self,
        model: Module,
        *,
        loss: Loss,
        optimizer: Optimizer,
        metrics: Mapping[str, Metric] | None = None,
        callbacks: Iterable[Callback] = (),
        penalty: Callable[[Module], Any] | None = None,
        clip_norm: float | None = None,
        clip_value: float | None = None,
    ) -> None:
        check_made("model", model, Module, "nn.MLP(4, [8, 3])")
        check_made("optimizer", optimizer, Optimizer, "nn.Adam(model.parameters())")
        check_made("metrics", {} if metrics is None else metrics, Mapping, '{"accuracy": nn.accuracy}')
        check_made("loss", loss, Callable, "nn.cross_entropy")  # type: ignore[arg-type]
        check_made("callbacks", callbacks, Iterable, "[nn.EarlyStopping()]")
        self.model = model
        self.penalty = penalty
        self.clip_norm, self.clip_value = clip_norm, clip_value
        self.loss = loss
        self.optimizer = optimizer
        self.metrics = dict(metrics or {})
        self.callbacks = list(callbacks)
        for position, callback in enumerate(self.callbacks):
            check_made(f"callbacks[{position}]", callback, Callback, "nn.EarlyStopping()")
        for name, metric in self.metrics.items():
            check_made(f"metrics[{name!r}]", metric, Callable, "nn.accuracy")  # type: ignore[arg-type]
        taken = [name for name in self.metrics if name in ("epoch", "learning_rate", "loss") or name[:4] == "val_"]
        if taken:
            raise ValueError(f"a metric cannot be called {taken[0]!r}, a name that the history uses itself")
        self.history = History()
        self.epoch = self.epochs = self.step = self.steps = 0
        self.batch_loss = math.nan
        self.stopping = False
        self._interrupt = Interrupt()

    # ---- training ----------------------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        loss = getattr(self.loss, "__name__", repr(self.loss))
        shown = [type(self.model).__name__, f"loss={loss}", f"optimizer={self.optimizer!r}"]
        shown += [f"metrics={list(self.metrics)}"] if self.metrics else []
        shown += [f"callbacks={self.callbacks}"] if self.callbacks else []
        return f"Trainer({', '.join(shown)})"

    @suggest.in_our_words
    def fit(
        self,
        x: ArrayLike,
        y: ArrayLike,
        *,
        epochs: int,
        batch_size: int | Literal["full"] = 32,
        validation_split: float = 0.0,
        validation_data: tuple[ArrayLike, ArrayLike] | None = None,
        seed: Seed = 0,
        progress: bool = True,
        lint: bool = False,
    ) -> History:
        """Train for a number of epochs. The same seed and the same model give the same numbers, to the last bit.

        Ctrl-C ends training after the current step, with the epoch's row complete; a second Ctrl-C ends it at once.
        Training metrics are those of the outputs during the epoch, while the parameters were changing.

        Args:
            x: Inputs, one row per sample.
            y: Targets, one per sample, in the form that the loss takes.
            epochs: How many times to go through the data.
            batch_size: Samples in a step: 1 for one at a time, ``"full"`` for all at once.
            validation_split: The share of samples, chosen at random, to set aside for validation.
            validation_data: Other samples ``(x, y)`` for validation.
            seed: Where the split and the order of the samples come from.
            progress: Whether to show a bar and print a line per epoch.
            lint: Whether to look over model, loss and data first (`nn.lint`); what looks wrong becomes a warning.

        Returns:
            The history, one row per epoch.

        Raises:
            ShapeError: x and y have different lengths.
            ValueError: There is a NaN or an infinity in the data, or an argument is out of its range.
            DivergenceError: The loss is no longer finite.
        """
        x, y = _finite_pair(x, y)
        if in_range("validation_split", validation_split, below=1) and validation_data is not None:
            raise ValueError("pass validation_split or validation_data, not both")
        if validation_split:
            x, x_held, y, y_held = train_test_split(x, y, validation_split, seed)
            validation_data = x_held, y_held
        elif validation_data is not None:
            validation_data = _finite_pair(*validation_data)
        if lint:
            self._warn_of_what_looks_wrong(x, y)
        batches = DataLoader((x, y), batch_size=batch_size, shuffle=True, seed=seed)
        self.history = History()
        self.epochs, self.steps = positive_integer("epochs", epochs), len(batches)
        self.epoch = self.step = 0
        self.stopping = False

        callbacks = self.callbacks
        self.callbacks = [*callbacks, ProgressBar()] if progress else callbacks
        # The loss is looked at in every step; NumPy's warnings about overflow would say less, and earlier.
        with deferred_interrupt() as self._interrupt, np.errstate(all="ignore"):
            try:
                self._notify("on_fit_begin")
                for epoch in range(1, self.epochs + 1):
                    self.epoch = epoch
                    self._fit_epoch(batches, validation_data)
                    if self._interrupt.requested:
                        self.history.interrupted = True
                        self._notify("on_interrupt")
                    if self._interrupt.requested or self.stopping:
                        break
            finally:
                self._notify("on_fit_end")
                self.callbacks = callbacks
        return self.history

    def _warn_of_what_looks_wrong(self, x: Array, y: Array) -> None:
        for finding in look_over(self.model, self.loss, x, y, self.optimizer):
            warnings.warn(str(finding), stacklevel=3)

    def _fit_epoch(self, batches: DataLoader, validation_data: tuple[ArrayLike, ArrayLike] | None) -> None:
        self._notify("on_epoch_begin")
        row: Row = {"epoch": self.epoch, "learning_rate": self.optimizer.rate}
        with mode(self.model, training=True):
            row |= self.train_epoch(batches)
        if validation_data is not None:
            row |= {f"val_{name}": value for name, value in self.evaluate(*validation_data).items()}
        self.history.rows.append(row)
        self._notify("on_epoch_end")

    def train_epoch(self, batches: Iterable[tuple[Array, Array]]) -> Row:
        """Go through the batches once, or until Ctrl-C; the loss and the metrics over all samples seen."""
        losses: list[float] = []
        samples: list[int] = []
        is_sum: bool | None = None
        targets: list[Array] = []
        outputs: list[Array] = []
        for self.step, (xb, yb) in enumerate(batches, start=1):
            self._notify("on_batch_begin")
            self.batch_loss, raw = self.train_step(xb, yb)
            losses.append(self.batch_loss)
            samples.append(len(xb))
            if is_sum is None and self.batch_loss:
                is_sum = _is_sum(self.loss, raw, yb)
            if self.metrics:
                targets.append(yb)
                outputs.append(raw)
            self._notify("on_batch_end")
            if self._interrupt.requested:
                break
        # As the loss of all samples at once would be, which is what `evaluate` tells.
        row = {"loss": sum(losses) if is_sum else float(np.average(losses, weights=samples))}
        return row | self._measure(np.concatenate(targets), np.concatenate(outputs)) if self.metrics else row

    def train_step(self, xb: Array, yb: Array) -> tuple[float, Array]:
        """Take one step on one batch; its loss and the network's raw outputs.

        Raises:
            DivergenceError: The loss is not finite; the parameters are left as they were.
            ShapeError: The loss is not a single number.
        """
        loss, outputs = self.compute_loss(xb, yb)
        if loss.size != 1:
            raise ag.ShapeError(f"the loss of a batch must be one number, got shape {loss.shape}; take its mean")
        value = loss.item()
        if not math.isfinite(value):
            raise DivergenceError(
                f"the loss became {value} in epoch {self.epoch}, step {self.step}; "
                f"try a smaller learning rate than {self.optimizer.rate:g}"
            )
        self.optimizer.zero_grad()
        (loss if self.penalty is None else loss + self.penalty(self.model)).backward()
        if self.clip_value is not None:
            clip_value(self.optimizer.parameters, self.clip_value)
        if self.clip_norm is not None:
            clip_norm(self.optimizer.parameters, self.clip_norm)
        self.optimizer.step()
        return value, outputs.data

    def compute_loss(self, xb: Array, yb: Array) -> tuple[ag.Tensor, ag.Tensor]:
        """The loss on one batch, a single number, and the raw outputs of shape ``(batch, ...)``."""
        outputs = self.model(xb)
        return self.loss(outputs, yb), outputs

    # ---- use ---------------------------------------------------------------------------------------------------------

    def evaluate(self, x: ArrayLike, y: ArrayLike) -> Row:
        """The loss and the metrics on samples that need not be the training's.

        Args:
            x: Inputs, one row per sample.
            y: Targets, in the form that the loss takes.

        Raises:
            ShapeError: x and y have different lengths.
            ValueError: There is a NaN or an infinity in the data.
        """
        x, y = _finite_pair(x, y)
        outputs = self._outputs(x)
        with ag.no_grad():
            loss = self.loss(ag.Tensor(outputs), y).item()
        return {"loss": loss, **self._measure(y, outputs)}

    def predict(self, x: ArrayLike) -> Array:
        """What the network says: class numbers after a classification loss, else the values themselves.

        Args:
            x: Inputs, one row per sample.

        Raises:
            ValueError: There is a NaN or an infinity in the data.
        """
        return outputs_of(self.loss).predictions(self._outputs(finite("x", x)))

    def predict_proba(self, x: ArrayLike) -> Array:
        """Probabilities: of every class, ``(samples, classes)``, or of "yes" for a binary loss, shaped as its logits.

        Args:
            x: Inputs, one row per sample.

        Raises:
            TypeError: The loss is not one of classification.
            ValueError: There is a NaN or an infinity in the data.
        """
        probabilities = outputs_of(self.loss).probabilities
        if probabilities is None:
            name = getattr(self.loss, "__name__", repr(self.loss))
            raise TypeError(f"{name} gives no probabilities; train with a classification loss, or call predict")
        return probabilities(self._outputs(finite("x", x)))

    def predict_step(self, xb: Array) -> Array:
        """The network's raw outputs for one batch, where no gradient is recorded."""
        outputs = self.model(xb)
        return outputs.data if isinstance(outputs, ag.Tensor) else np.asarray(outputs)

    def _outputs(self, x: Array) -> Array:
        starts = range(0, max(len(x), 1), PREDICTION_BATCH)  # no rows at all still have outputs of some width
        with mode(self.model, training=False), ag.no_grad():
            return np.concatenate([self.predict_step(x[start : start + PREDICTION_BATCH]) for start in starts])

    def _measure(self, targets: Array, outputs: Array) -> Row:
        if not self.metrics:
            return {}
        reading = outputs_of(self.loss)
        y_true, y_pred = reading.labels(targets), reading.predictions(outputs)
        return {name: float(metric(y_true, y_pred)) for name, metric in self.metrics.items()}

    def _notify(self, hook: str) -> None:
        for callback in self.callbacks:
            getattr(callback, hook)(self)


def _is_sum(loss: Loss, outputs: Array, targets: Array) -> bool:
    """Whether a loss is a sum over samples and not a mean: the same samples twice give twice as much."""
    try:
        with ag.no_grad():
            once, twice = (
                float(loss(ag.Tensor(np.concatenate([outputs] * n)), np.concatenate([targets] * n)).item())
                for n in (1, 2)
            )
    except ValueError:  # it takes this batch alone, or was not trained by: a mean, as is documented
        return False
    return abs(twice - 2 * once) < abs(twice - once)


def _finite_pair(x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
    """Inputs and targets as arrays, one for one and without NaN or infinity."""
    pair = finite("x", x), finite("y", y)
    check_same_length(*pair)
    return pair
