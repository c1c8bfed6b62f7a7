"""Schedules: how the learning rate changes during training.

A schedule is a function of time t, counted from 0, that gives the factor for the learning rate the optimizer was made
with. It can be asked by hand, ``optimizer.learning_rate = 0.1 * schedule(t)``; as a callback, `Scheduled` asks it at
the beginning of every epoch or of every step, and the rate used is in the history.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from nn._checks import in_range, positive_integer
from nn.training.callbacks import Best, Callback

if TYPE_CHECKING:
    from nn.training.trainer import Trainer

__all__ = [
    "CosineDecay",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LinearDecay",
    "ReduceOnPlateau",
    "Schedule",
    "Scheduled",
    "StepDecay",
    "WarmUp",
]

Schedule = Callable[[int], float]


@dataclass(frozen=True)
class StepDecay:
    """γ^⌊t / n⌋: multiplied by γ every n.

    Attributes:
        every: n, at least 1.
        factor: γ, above 0.

    Example:
        >>> [StepDecay(every=2, factor=0.5)(t) for t in range(5)]
        [1.0, 1.0, 0.5, 0.5, 0.25]
    """

    every: int
    factor: float = 0.1

    def __post_init__(self) -> None:
        positive_integer("every", self.every)
        in_range("factor", self.factor)

    def __call__(self, t: int) -> float:
        """The factor at time t."""
        return float(self.factor ** (t // self.every))


@dataclass(frozen=True)
class ExponentialDecay:
    """γᵗ: multiplied by γ each time.

    Attributes:
        factor: γ, above 0.

    Example:
        >>> [ExponentialDecay(0.5)(t) for t in range(4)]
        [1.0, 0.5, 0.25, 0.125]
    """

    factor: float

    def __post_init__(self) -> None:
        in_range("factor", self.factor)

    def __call__(self, t: int) -> float:
        """The factor at time t."""
        return float(self.factor**t)


@dataclass(frozen=True)
class InverseTimeDecay:
    """1 / (1 + k t): halved when k t reaches 1.

    Attributes:
        rate: k, at least 0.

    Example:
        >>> [InverseTimeDecay(1.0)(t) for t in range(4)] == [1.0, 1 / 2, 1 / 3, 1 / 4]
        True
    """

    rate: float

    def __post_init__(self) -> None:
        in_range("rate", self.rate)

    def __call__(self, t: int) -> float:
        """The factor at time t."""
        return 1.0 / (1.0 + self.rate * t)


@dataclass(frozen=True)
class LinearDecay:
    """A straight line from 1 to the lowest factor, which is kept afterwards.

    Attributes:
        total: When the lowest is reached, at least 1.
        lowest: The factor there, at least 0.

    Example:
        >>> [LinearDecay(4)(t) for t in range(6)]
        [1.0, 0.75, 0.5, 0.25, 0.0, 0.0]
    """

    total: int
    lowest: float = 0.0

    def __post_init__(self) -> None:
        positive_integer("total", self.total)
        in_range("lowest", self.lowest)

    def __call__(self, t: int) -> float:
        """The factor at time t."""
        return 1.0 + (self.lowest - 1.0) * min(1.0, t / self.total)


@dataclass(frozen=True)
class CosineDecay:
    """Half a cosine wave from 1 to the lowest factor, which is kept afterwards.

    Attributes:
        total: When the lowest is reached, at least 1.
        lowest: The factor there, at least 0.

    Source: I. Loshchilov, F. Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017, eq. 5.

    Example:
        >>> [round(CosineDecay(4)(t), 3) for t in range(6)]
        [1.0, 0.854, 0.5, 0.146, 0.0, 0.0]
    """

    total: int
    lowest: float = 0.0

    def __post_init__(self) -> None:
        positive_integer("total", self.total)
        in_range("lowest", self.lowest)

    def __call__(self, t: int) -> float:
        """The factor at time t."""
        return self.lowest + (1.0 - self.lowest) * (1.0 + math.cos(math.pi * min(1.0, t / self.total))) / 2.0


@dataclass(frozen=True)
class WarmUp:
    """A straight line up to 1 over the first n, and then another schedule, from its own beginning.

    Attributes:
        length: n, at least 1.
        then: What follows; None keeps 1.
        start: The factor at time 0, at least 0.

    Example:
        >>> [WarmUp(2, ExponentialDecay(0.5), start=0.0)(t) for t in range(5)]
        [0.0, 0.5, 1.0, 0.5, 0.25]
    """

    length: int
    then: Schedule | None = None
    start: float = 0.1

    def __post_init__(self) -> None:
        positive_integer("length", self.length)
        in_range("start", self.start)

    def __call__(self, t: int) -> float:
        """The factor at time t."""
        if t < self.length:
            return self.start + (1.0 - self.start) * t / self.length
        return 1.0 if self.then is None else self.then(t - self.length)


class Scheduled(Callback):
    """Sets the learning rate by a schedule, at the beginning of every epoch or of every step.

    Args:
        schedule: Any function of time that gives a factor.
        per: What time is counted in, from 0.

    Example:
        >>> import nn, numpy as np
        >>> model = nn.MLP(1, [1], seed=0)
        >>> optimizer = nn.SGD(model.parameters(), learning_rate=0.1)
        >>> trainer = nn.Trainer(model, loss=nn.mse, optimizer=optimizer, callbacks=[Scheduled(StepDecay(2, 0.5))])
        >>> history = trainer.fit(np.ones((4, 1)), np.ones((4, 1)), epochs=4, progress=False)
        >>> history["learning_rate"]
        [0.1, 0.1, 0.05, 0.05]
    """

    def __init__(self, schedule: Schedule, per: Literal["epoch", "step"] = "epoch") -> None:
        if per not in ("epoch", "step"):
            raise ValueError(f"per must be 'epoch' or 'step', got {per!r}")
        self.schedule, self.per = schedule, per
        self._base = 0.0
        self._time = 0

    def on_fit_begin(self, trainer: Trainer) -> None:
        """Take the optimizer's learning rate as the one that factors are for."""
        self._base, self._time = trainer.optimizer.learning_rate, 0

    def on_epoch_begin(self, trainer: Trainer) -> None:
        """Set the rate, where time is counted in epochs."""
        if self.per == "epoch":
            self._set(trainer)

    def on_batch_begin(self, trainer: Trainer) -> None:
        """Set the rate, where time is counted in steps."""
        if self.per == "step":
            self._set(trainer)

    def on_fit_end(self, trainer: Trainer) -> None:
        """Give the optimizer back the rate it came with, for another fit."""
        trainer.optimizer.learning_rate = self._base

    def _set(self, trainer: Trainer) -> None:
        trainer.optimizer.learning_rate = self._base * self.schedule(self._time)
        self._time += 1


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

    def on_fit_begin(self, trainer: Trainer) -> None:  # noqa: ARG002
        """Start to wait anew."""
        self._best.reset()
        self._waited = 0

    def on_epoch_end(self, trainer: Trainer) -> None:
        """Reduce the rate, if it is time."""
        if self._best.improved(trainer.history[-1]):
            self._waited = 0
            return
        self._waited += 1
        if self._waited > self.patience:
            rate = trainer.optimizer.learning_rate
            trainer.optimizer.learning_rate = max(self.lowest, rate * self.factor)
            self._waited = 0
