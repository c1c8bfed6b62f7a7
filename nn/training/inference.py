"""A network in use: its loss and metrics on samples, and what it says of them."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

import autograd as ag
from autograd import suggest
from nn._arguments import explained, explained_methods, finite
from nn._words import OF_TRAINERS
from nn.inspect import mode, precision_of
from nn.losses import Loss
from nn.module import Module
from nn.outputs import outputs_of
from nn.training.data import Column
from nn.training.history import Row
from nn.training.outside import Conditions, unsteady
from nn.training.samples import Held, checked, largest_of
from nn.training.scores import Metric, measured

__all__ = ["Inference"]

Array: TypeAlias = NDArray[Any]

# Rows of inputs that go through the network at once where no gradient is needed.
PREDICTION_BATCH = 1024
# How often inputs of one form are to come before the network is recorded for them, which takes as long as 40 calls.
OFTEN = 32
# Forms that are known at once.
KEPT = 64


class RecordedForward:
    """A network's outputs by a program, for inputs of a form that comes often: one row takes many times less.

    The program is NumPy's and gives the eager numbers. It reads parameters and buffers where they are.

    Args:
        model: The network; what it gives is what it gives in evaluation mode.
    """

    def __init__(self, model: Module) -> None:
        self.model = model
        self._forget()

    def _forget(self) -> None:
        self._compiled: Any = ag.compile(self._forward, "numpy")
        self._met: dict[Any, int] = {}
        self._replays: dict[Any, Any] = {}
        self._conditions = Conditions(self.model, ignored=("training",))
        self._refused: dict[int, bool] = {}  # by the number of a condition
        self.largest, self._precision = largest_of(self.model), precision_of(self.model)

    def __call__(self, x: Array) -> Array | None:
        """The outputs; None where they are to be computed as ever."""
        if self._conditions.look():
            self._look()
        if self._refused[self._conditions.number] or ag.current_forward_hook() is not None:
            return None
        if self._precision is not None and x.dtype != self._precision:
            x = x.astype(self._precision)
        form = x.shape, x.dtype, self._conditions.now()
        replay = self._replays.get(form)
        if replay is None:
            met = self._met[form] = self._met.get(form, 0) + 1
            replay = self._recorded(x, form) if met > OFTEN else None
        return None if replay is None else replay([x])

    def _look(self) -> None:
        """Take in a model that may have changed."""
        if len(self._conditions) > KEPT:
            self._forget()
            self._conditions.look()
        if self._conditions.number not in self._refused:
            self._refused[self._conditions.number] = unsteady(self.model) is not None
        self.largest, self._precision = largest_of(self.model), precision_of(self.model)

    def _recorded(self, x: Array, form: Any) -> Any:
        if len(self._replays) >= KEPT:
            self._forget()
            return None
        try:
            with mode(self.model, training=False), ag.no_grad():
                self._replays[form] = self._compiled.trace(x, len(self._replays))
        except Exception:  # it does what cannot be recorded, or what is wrong: as ever, it is told what
            self._refused[self._conditions.number] = True
        self._conditions.unchanged()  # the mode was set and put back
        return self._replays.get(form)

    def _forward(self, x: Any, _number: int) -> Any:
        outputs = self.model(x)
        if not isinstance(outputs, ag.Tensor) or not outputs.ndim:
            raise TypeError("a network's outputs are one array")
        return outputs

    def __getstate__(self) -> dict[str, Any]:
        return {"model": self.model}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["model"])  # type: ignore[misc]


@explained_methods
class Inference:
    """What a `Trainer` does without changing anything."""

    model: Module
    loss: Loss
    metrics: dict[str, Metric]
    _program: RecordedForward | None = None

    def evaluate(self, x: ArrayLike, y: ArrayLike) -> Row:
        """The loss and the metrics on samples that need not be the training's.

        Args:
            x: Inputs, one row per sample.
            y: Targets, in the form that the loss takes.

        Raises:
            ShapeError: x and y have different lengths.
            ValueError: There is a NaN or an infinity in the data, or no sample.
        """
        return self._evaluate(Held.of(x, y, largest_of(self.model), "evaluate"))

    def _evaluate(self, held: Held) -> Row:
        outputs, targets = [], []
        with mode(self.model, training=False), ag.no_grad():
            for xb, yb in held.parts(PREDICTION_BATCH):
                outputs.append(self.predict_step(xb))
                targets.append(yb)
            whole, y = np.concatenate(outputs), np.concatenate(targets)
            loss = self.loss(ag.Tensor(whole), y).item()
        return {"loss": loss, **measured(self.metrics, outputs_of(self.loss), y, whole)}

    @explained
    def predict(self, x: ArrayLike) -> Array:
        """What the network says: class numbers after a classification loss, else the values themselves.

        Args:
            x: Inputs, one row per sample.

        Raises:
            ValueError: There is a NaN or an infinity in the data.
        """
        return outputs_of(self.loss).predictions(self._outputs(x))

    @explained
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
        if (found := self._by_program(x)) is not None:
            return found
        largest = largest_of(self.model)
        in_file = isinstance(x, np.memmap)
        inputs: Any = x if in_file else checked("x", x, largest)
        rows = Held(inputs, np.empty(len(Column(inputs))))
        with mode(self.model, training=False), ag.no_grad():
            parts = (finite("x", xb, largest) if in_file else xb for xb, _ in rows.parts(PREDICTION_BATCH))
            return np.concatenate([self.predict_step(xb) for xb in parts])

    def _by_program(self, x: Any) -> Array | None:
        """The outputs for one batch of plain, finite numbers, where a program gives them."""
        if not (x.__class__ is np.ndarray and x.dtype.kind == "f" and x.ndim and 0 < len(x) <= PREDICTION_BATCH):
            return None
        if self._program is None or self._program.model is not self.model:
            own = type(self).predict_step is not Inference.predict_step
            self._program = None if own else RecordedForward(self.model)
        # Where their sum is small enough, all are finite and small enough; otherwise they are looked at one by one.
        if self._program is None or not np.add.reduce(np.abs(x), axis=None) <= self._program.largest:
            return None
        return self._program(x)


for _name in OF_TRAINERS:
    setattr(Inference, _name, suggest.Elsewhere(_name, "trainer", OF_TRAINERS))
