"""When an estimator has learnt enough, as scikit-learn has it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from nn.training.callbacks import Callback, TrainerView

__all__ = ["Stopping"]


class Stopping(Callback):
    """Stops, or divides the learning rate by 5, after more than some epochs in a row that were no better by ``tol``.

    Args:
        tol: By how much; None never stops.
        patience: How many epochs.
        score: Gives the score on what was set aside, to go by it and to keep the best network; None goes by the loss.
        adaptive: Whether the rate is divided first, down to 1e-6.

    Attributes:
        scores: The score of each epoch.
        best: The best score, or the least loss.
        stopped: Whether it has ended the training.
    """

    def __init__(self, tol: float | None, patience: int, score: Callable[[], float] | None, adaptive: bool) -> None:
        self.tol, self.patience, self.score, self.adaptive = tol, patience, score, adaptive
        self.scores: list[float] = []
        self.best, self.stopped = (math.inf if score is None else -math.inf), False
        self._waited = 0
        self._state: dict[str, Any] = {}

    def on_epoch_end(self, trainer: TrainerView) -> None:
        """Look at the epoch."""
        if self.score is None:
            value = trainer.history[-1]["loss"]
            gain = self.best - value
        else:
            value = self.score()
            self.scores.append(value)
            gain = value - self.best
        if gain > 0:
            self.best = value
            if self.score is not None:
                self._state = trainer.model.state_dict()
        if self.tol is None:
            return
        self._waited = 0 if gain >= self.tol else self._waited + 1
        if self._waited <= self.patience:
            return
        if self.adaptive and trainer.optimizer.learning_rate > 1e-6:
            trainer.optimizer.learning_rate /= 5
            self._waited = 0
        else:
            self.stopped = trainer.stopping = True

    def on_fit_end(self, trainer: TrainerView) -> None:
        """Give back the best network."""
        if self._state:
            trainer.model.load_state_dict(self._state)
