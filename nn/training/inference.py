"""A network in use: its loss and metrics on samples, and what it says of them."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

import autograd as ag
from nn._checks import finite
from nn.inspect import mode
from nn.losses import Loss
from nn.module import Module
from nn.outputs import outputs_of
from nn.training.data import Column
from nn.training.history import Row
from nn.training.samples import Held, checked, checked_pair, largest_of
from nn.training.scores import Metric, measured

__all__ = ["Inference"]

Array: TypeAlias = NDArray[Any]

# Rows of inputs that go through the network at once where no gradient is needed.
PREDICTION_BATCH = 1024


class Inference:
    """What a `Trainer` does without changing anything."""

    model: Module
    loss: Loss
    metrics: dict[str, Metric]

    def evaluate(self, x: ArrayLike, y: ArrayLike) -> Row:
        """The loss and the metrics on samples that need not be the training's.

        Args:
            x: Inputs, one row per sample.
            y: Targets, in the form that the loss takes.

        Raises:
            ShapeError: x and y have different lengths.
            ValueError: There is a NaN or an infinity in the data.
        """
        return self._evaluate(Held(*checked_pair(x, y, largest_of(self.model))))

    def _evaluate(self, held: Held) -> Row:
        outputs, targets = [], []
        with mode(self.model, training=False), ag.no_grad():
            for xb, yb in held.parts(PREDICTION_BATCH):
                outputs.append(self.predict_step(xb))
                targets.append(yb)
            whole, y = np.concatenate(outputs), np.concatenate(targets)
            loss = self.loss(ag.Tensor(whole), y).item()
        return {"loss": loss, **measured(self.metrics, outputs_of(self.loss), y, whole)}

    def predict(self, x: ArrayLike) -> Array:
        """What the network says: class numbers after a classification loss, else the values themselves.

        Args:
            x: Inputs, one row per sample.

        Raises:
            ValueError: There is a NaN or an infinity in the data.
        """
        return outputs_of(self.loss).predictions(self._outputs(x))

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
        return probabilities(self._outputs(x))

    def predict_step(self, xb: Any) -> Array:
        """The network's raw outputs for one batch, where no gradient is recorded."""
        outputs = self.model(*xb) if isinstance(xb, tuple) else self.model(xb)
        return outputs.data if isinstance(outputs, ag.Tensor) else np.asarray(outputs)

    def _outputs(self, x: Any) -> Array:
        largest = largest_of(self.model)
        in_file = isinstance(x, np.memmap)
        inputs: Any = x if in_file else checked("x", x, largest)
        rows = Held(inputs, np.empty(len(Column(inputs))))
        with mode(self.model, training=False), ag.no_grad():
            parts = (finite("x", xb, largest) if in_file else xb for xb, _ in rows.parts(PREDICTION_BATCH))
            return np.concatenate([self.predict_step(xb) for xb in parts])
