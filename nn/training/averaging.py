"""Exponential moving averages of the weights, which often predict better than the weights of the last step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn._arguments import explained_methods, in_range
from nn.module import Module
from nn.training.callbacks import Callback, TrainerView

__all__ = ["EMA"]


@explained_methods
class EMA(Callback):
    """Keeps an exponential moving average of every weight; at the end of a fit the model has the averages.

    After the first step the average a is the weight w; after each later one::

        a ← β a + (1 − β) w

    as in PyTorch's ``AveragedModel`` with ``get_ema_multi_avg_fn(β)``. Training itself goes on with the weights, in
    another fit too, and in one that is taken up again. Buffers, such as a batch normalisation's, are the model's own.

    Args:
        decay: β, from 0 to below 1; about the last 1 / (1 − β) steps count.
        apply: Whether the model has the averages at the end of a fit, however it ended. Otherwise `applied` shows them.

    Attributes:
        averages: The average of each parameter, by name; empty before the first step.

    Raises:
        ValueError: A decay out of its range.

    Source: B. T. Polyak and A. B. Juditsky, "Acceleration of stochastic approximation by averaging", SIAM Journal on
    Control and Optimization 30 (1992).

    Example:
        >>> import nn
        >>> ema = EMA(decay=0.9, apply=False)
        >>> model = nn.MLP(1, [8, 1], seed=0)
        >>> trainer = nn.Trainer(model, loss="mse", optimizer="adam", callbacks=[ema])
        >>> x = np.linspace(-1, 1, 64)[:, None]
        >>> history = trainer.fit(x, x**2, epochs=3, progress=False)
        >>> with ema.applied(model):
        ...     averaged = trainer.evaluate(x, x**2)["loss"]
        >>> averaged != trainer.evaluate(x, x**2)["loss"]
        True
    """

    def __init__(self, decay: float = 0.999, apply: bool = True) -> None:
        self.decay, self.apply = in_range("decay", decay, below=1.0), apply
        self.averages: dict[str, NDArray[Any]] = {}
        self._weights: dict[str, NDArray[Any]] = {}  # of training, while the model has the averages
        self._model: Module | None = None

    def on_fit_begin(self, trainer: TrainerView) -> None:
        """Go on with the weights of training, if the model still has the averages."""
        self._model = trainer.model
        self._go_on()

    def on_batch_end(self, trainer: TrainerView) -> None:
        """Take in the weights after a step."""
        if trainer.step % trainer.accumulate and trainer.step < trainer.steps:
            return
        for name, parameter in trainer.model.named_parameters():
            average = self.averages.get(name)
            if average is None or average.shape != parameter.shape:
                self.averages[name] = parameter.data.copy()
            else:
                average += (1 - self.decay) * (parameter.data - average)

    def on_fit_end(self, trainer: TrainerView) -> None:
        """Give the model the averages."""
        if self.apply and self.averages:
            self._weights = _put(trainer.model, self.averages)
        self._model = None

    @contextmanager
    def applied(self, model: Module) -> Iterator[None]:
        """Within the block the model has the averages.

        Raises:
            ValueError: There are none yet.
        """
        if not self.averages:
            raise ValueError("there are no averages before the first step: fit first")
        before = _put(model, self.averages)
        try:
            yield
        finally:
            _put(model, before)

    def _go_on(self) -> None:
        """Give the model the weights that training ended with, unless it has got others since."""
        if self._model is None:  # until the next fit
            return
        if self._weights:
            held = dict(self._model.named_parameters())
            if all(name in held and np.array_equal(held[name].data, x) for name, x in self.averages.items()):
                _put(self._model, self._weights)
        self._weights = {}

    def state_dict(self) -> dict[str, Any]:
        """The averages, and where the model has them, the weights of training."""
        kinds = {"average": self.averages, "weight": self._weights}
        return {f"{kind}.{name}": x.copy() for kind, held in kinds.items() for name, x in held.items()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from there."""
        found: dict[str, dict[str, NDArray[Any]]] = {"average": {}, "weight": {}}
        for key, x in state.items():
            kind, _, name = key.partition(".")
            found[kind][name] = np.array(x)
        self.averages, self._weights = found["average"], found["weight"]
        self._go_on()


def _put(model: Module, values: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Set parameters by name; what they were before."""
    before = {}
    for name, parameter in model.named_parameters():
        if name in values:
            before[name] = parameter.data.copy()
            parameter.data = values[name].copy()
    return before
