"""Callbacks that change the learning rate: by a schedule, or where nothing gets better."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from nn._arguments import in_range
from nn.optim.schedules import Schedule, Stretched
from nn.training.callbacks import Best, Callback, TrainerView

__all__ = ["ReduceOnPlateau", "Scheduled"]


class Scheduled(Callback):
    """Gives the optimizer a schedule for the time of a fit, which is counted in epochs or in steps from 0.

    A schedule that is counted in steps can also be given to the optimizer itself, ``optimizer.schedule = …``, which
    then keeps it.

    Args:
        schedule: Any function of time that gives a factor.
        per: What time is counted in.

    Raises:
        ValueError: Time is to be counted in something else.

    Example:
        >>> import nn, numpy as np
        >>> model = nn.MLP(1, [1], seed=0)
        >>> optimizer = nn.SGD(model.parameters(), learning_rate=0.1)
        >>> trainer = nn.Trainer(model, loss=nn.mse, optimizer=optimizer,
        ...                      callbacks=[Scheduled(nn.StepDecay(2, 0.5))])
        >>> history = trainer.fit(np.ones((4, 1)), np.ones((4, 1)), epochs=4, progress=False)
        >>> history["learning_rate"]
        [0.1, 0.1, 0.05, 0.05]
    """

    def __init__(self, schedule: Schedule, per: Literal["epoch", "step"] = "epoch") -> None:
        if per not in ("epoch", "step"):
            raise ValueError(f"per must be 'epoch' or 'step', got {per!r}")
        self.schedule, self.per = schedule, per
        self._before: list[Schedule | None] = []

    def on_fit_begin(self, trainer: TrainerView) -> None:
        """Hand over the schedule, as a function of the optimizer's steps."""
        self._before.append(trainer.optimizer.schedule)
        # Epochs that this fit has behind it already: none, unless it goes on with an earlier one.
        in_epoch = -(-trainer.steps // trainer.accumulate)
        start = trainer.optimizer.steps - trainer.epoch * in_epoch - trainer.step // trainer.accumulate
        trainer.optimizer.schedule = Stretched(self.schedule, in_epoch if self.per == "epoch" else 1, start)

    def on_fit_end(self, trainer: TrainerView) -> None:
        """Give the optimizer back the schedule that it came with, for another fit."""
        if self._before:  # else the fit ended before it came to this callback
            trainer.optimizer.schedule = self._before.pop()


class ReduceOnPlateau(Callback):
    """Multiplies the learning rate by a factor where a column of the history has not got better for some epochs.

    Args:
        monitor: The column.
        factor: What the rate is multiplied by, from 0 to below 1.
        patience: How many epochs without improvement are borne; the next one reduces.
        mode: Whether small (``"min"``) or large (``"max"``) is good.
        min_delta: How much better it has to be to count.
        lowest: The smallest rate.

    Example:
        >>> ReduceOnPlateau(patience=2).patience
        2
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        mode: Literal["min", "max"] = "min",
        min_delta: float = 0.0,
        lowest: float = 0.0,
    ) -> None:
        self._best = Best(monitor, mode, min_delta)
        self.factor = in_range("factor", factor, below=1.0)
        self.patience = patience
        self.lowest = in_range("lowest", lowest)
        self._waited = 0

    def on_fit_begin(self, trainer: TrainerView) -> None:  # noqa: ARG002
        """Start to wait anew."""
        self._best.reset()
        self._waited = 0

    def on_epoch_end(self, trainer: TrainerView) -> None:
        """Reduce the rate, if it is time."""
        if self._best.improved(trainer.history[-1]):
            self._waited = 0
            return
        self._waited += 1
        if self._waited > self.patience:
            rate = trainer.optimizer.learning_rate
            trainer.optimizer.learning_rate = max(self.lowest, rate * self.factor)
            self._waited = 0

    def state_dict(self) -> dict[str, Any]:
        """The best so far, and how long ago it was."""
        return self._best.state_dict() | {"waited": self._waited}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from there."""
        self._best.load_state_dict(state)
        self._waited = int(state["waited"])
