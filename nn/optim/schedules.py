"""Schedules: how the learning rate changes during training.

A schedule is a pure function of time t, counted from 0, that gives the factor for the optimizer's learning rate.
``optimizer.schedule = CosineDecay(1000)`` makes the optimizer ask it with the number of steps taken so far, which is
part of what an optimizer saves; the callback `nn.Scheduled` does so for the time of a fit, in epochs or in steps.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from nn._arguments import explained, in_range, positive_integer

__all__ = [
    "CosineDecay",
    "ExponentialDecay",
    "InverseTimeDecay",
    "LinearDecay",
    "OneCycle",
    "Schedule",
    "StepDecay",
    "Stretched",
    "WarmRestarts",
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
        return _cosine(1.0, self.lowest, min(1.0, t / self.total))


@dataclass(frozen=True)
class WarmRestarts:
    """Half a cosine wave from 1 to the lowest factor, begun anew each time it has ended.

    Attributes:
        length: How long the first wave takes, at least 1.
        growth: How many times as long as the one before it each further wave takes, at least 1.
        lowest: The factor at a wave's end, at least 0.

    Source: I. Loshchilov, F. Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017, eq. 5.

    Example:
        >>> [round(WarmRestarts(2, growth=2)(t), 3) for t in range(7)]
        [1.0, 0.5, 1.0, 0.854, 0.5, 0.146, 1.0]
    """

    length: int
    growth: int = 1
    lowest: float = 0.0

    def __post_init__(self) -> None:
        positive_integer("length", self.length)
        positive_integer("growth", self.growth)
        in_range("lowest", self.lowest)

    def __call__(self, t: int) -> float:
        """The factor at time t."""
        length = self.length
        if self.growth == 1:
            t %= length
        while t >= length:
            t, length = t - length, length * self.growth
        return _cosine(1.0, self.lowest, t / length)


@dataclass(frozen=True)
class OneCycle:
    """Half a cosine wave up from a small factor to 1, and a longer one down to next to nothing, which is kept.

    The optimizer's learning rate is the largest of the cycle.

    Attributes:
        total: How many steps the cycle has, at least 2; at the last of them, total − 1, the end is reached.
        rising: The share of the steps that go up, above 0 and below 1.
        start: The factor at time 0, at least 0.
        end: The factor at the end, at least 0.

    Source: L. N. Smith, N. Topin, "Super-convergence: very fast training of neural networks using large learning
    rates", 2018, with the cosines and the numbers that fastai and PyTorch use.

    Example:
        >>> [round(OneCycle(10, rising=0.5)(t), 3) for t in range(10)]
        [0.04, 0.181, 0.52, 0.859, 1.0, 0.905, 0.655, 0.345, 0.095, 0.0]
    """

    total: int
    rising: float = 0.3
    start: float = 1 / 25
    end: float = 1 / 25 / 1e4

    def __post_init__(self) -> None:
        if positive_integer("total", self.total) < 2:
            raise ValueError(f"total must be 2 at least, up and down, got {self.total}")
        if not in_range("rising", self.rising, below=1):
            raise ValueError(f"rising must be above 0 and below 1, got {self.rising!r}")
        in_range("start", self.start)
        in_range("end", self.end)

    def __call__(self, t: int) -> float:
        """The factor at time t."""
        top, last = self.rising * self.total - 1.0, self.total - 1.0
        if t <= top:
            return _cosine(self.start, 1.0, t / top) if top else 1.0
        top = max(top, 0.0)
        return _cosine(1.0, self.end, min(1.0, (t - top) / (last - top)))


def _cosine(begin: float, end: float, share: float) -> float:
    """Where half a cosine wave from one number to another is after a share of its way."""
    return begin + (end - begin) * (1.0 - math.cos(math.pi * share)) / 2.0


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
        if self.then is not None and not callable(self.then):
            raise TypeError(f"then must be a schedule such as CosineDecay(1000), or None, got {self.then!r}")

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


# PyTorch's words for their arguments are answered by ours.
for _schedule in (
    StepDecay,
    ExponentialDecay,
    InverseTimeDecay,
    LinearDecay,
    CosineDecay,
    WarmRestarts,
    OneCycle,
    WarmUp,
):
    setattr(_schedule, "__init__", explained(_schedule.__init__))  # noqa: B010 - a type checker refuses it else
