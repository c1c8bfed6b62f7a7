"""Schedules: how the learning rate changes during training.

A schedule is a pure function of time t, counted from 0, that gives the factor for the optimizer's learning rate.
``optimizer.schedule = CosineDecay(1000)`` makes the optimizer ask it with the number of steps taken so far, which is
part of what an optimizer saves; the callback `nn.Scheduled` does so for the time of a fit, in epochs or in steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from nn._checks import in_range, positive_integer

__all__ = [
    "CosineDecay",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LinearDecay",
    "Schedule",
    "StepDecay",
    "Stretched",
    "WarmUp",
]

Schedule = Callable[[int], float]


@dataclass(frozen=True)
class StepDecay:
    """γ^⌊t / n⌋: multiplied by γ after every n units of time.

    Attributes:
        every: n, at least 1.
        factor: γ, at least 0.

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
        factor: γ, at least 0.

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


@dataclass(frozen=True)
class Stretched:
    """Another schedule, whose time begins at some step and goes on by one every n steps.

    Attributes:
        schedule: The other one.
        length: n, at least 1, such as the number of steps in an epoch.
        start: The step at which its time is 0.

    Example:
        >>> [Stretched(ExponentialDecay(0.5), length=3)(t) for t in range(7)]
        [1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.25]
    """

    schedule: Schedule
    length: int = 1
    start: int = 0

    def __post_init__(self) -> None:
        positive_integer("length", self.length)

    def __call__(self, t: int) -> float:
        """The factor at time t."""
        return self.schedule((t - self.start) // self.length)
