"""How large a learning rate may be: the loss while the rate grows from step to step."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from nn._arguments import checked, in_range, positive_integer
from nn.figures import canvas
from nn.init import Seed
from nn.inspect import generator_states, set_generator_states
from nn.training.callbacks import Callback, TrainerView
from nn.training.divergence import DivergenceError
from nn.training.stepping import Stepper
from nn.training.trainer import Trainer

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["RateSweep", "find_learning_rate"]

# Each loss is the mean of so many steps, by exponentially falling weights, or one batch would decide.
SMOOTHING = 0.9
# The sweep ends where the smoothed loss is this many times its least.
TOO_MUCH = 4.0


@dataclass(frozen=True)
class RateSweep:
    """Losses by learning rate.

    Attributes:
        rates: The rates of the steps, growing.
        losses: The loss of each step, smoothed.
        suggestion: The rate where the loss fell fastest by the logarithm of the rate, before its least.
    """

    rates: list[float]
    losses: list[float]
    suggestion: float

    def __repr__(self) -> str:
        return f"RateSweep(suggestion={self.suggestion:.2g}, {len(self.rates)} steps)"

    def plot(self, ax: Any = None) -> Figure:
        """The losses over the rates, with the suggestion marked.

        Args:
            ax: Axes to draw on; by default a new Figure.
        """
        with canvas(4.2, 3.3, ax) as (drawn, axes):
            axes.plot(self.rates, self.losses, label="loss, smoothed")
            axes.axvline(self.suggestion, color="0.35", linestyle=":", label=f"suggestion {self.suggestion:.2g}")
            axes.set(xscale="log", xlabel="learning rate", ylabel="loss", title="loss by learning rate")
            axes.grid(alpha=0.25)
            axes.legend()
        return drawn


class _Sweep(Callback):
    """Raises the rate before each step, and ends the fit where the loss has grown."""

    def __init__(self, rates: list[float]) -> None:
        self.rates = rates
        self.losses: list[float] = []
        self._mean = 0.0

    def on_batch_begin(self, trainer: TrainerView) -> None:
        """Set this step's rate."""
        if len(self.losses) < len(self.rates):
            trainer.optimizer.learning_rate = self.rates[len(self.losses)]

    def on_batch_end(self, trainer: TrainerView) -> None:
        """Note its loss."""
        self._mean = SMOOTHING * self._mean + (1 - SMOOTHING) * trainer.batch_loss
        self.losses.append(self._mean / (1 - SMOOTHING ** (len(self.losses) + 1)))
        if len(self.losses) == len(self.rates) or self.losses[-1] > TOO_MUCH * min(self.losses):
            raise _Ended


class _Ended(Exception):  # noqa: N818 - no error
    """The sweep is at its end."""


@checked
def find_learning_rate(
    trainer: Trainer,
    x: Any,
    y: Any = None,
    *,
    lowest: float = 1e-6,
    highest: float = 10.0,
    steps: int = 100,
    batch_size: int = 32,
    seed: Seed = 0,
) -> RateSweep:
    """Train for some steps, each with a larger rate than the last; afterwards all is as it was before.

    Step k of n has the rate lowest · (highest / lowest)^(k / (n − 1)).

    Args:
        trainer: Its model, loss, optimizer, penalty and clipping are used, and of a subclass all that it overrides; its
            callbacks, history and position are not.
        x: As for `Trainer.fit`.
        y: As for `Trainer.fit`.
        lowest: The first rate.
        highest: The last rate.
        steps: How many steps at most; fewer where the loss grows without bounds.
        batch_size: As for `Trainer.fit`.
        seed: As for `Trainer.fit`.

    Raises:
        TypeError: There is no `Trainer`.
        ValueError: ``lowest`` is not positive, or not below ``highest``.

    Source: L. N. Smith, "Cyclical learning rates for training neural networks", WACV 2017, section 3.3.

    Example:
        >>> import nn
        >>> x = np.linspace(-1, 1, 64)[:, None]
        >>> model = nn.MLP(1, [16, 1], activation="tanh", seed=0)
        >>> found = find_learning_rate(nn.Trainer(model, loss="mse", optimizer="adam"), x, np.sin(3 * x))
        >>> 1e-4 < found.suggestion < 1
        True
    """
    if not 0 < in_range("lowest", lowest) < in_range("highest", highest):
        raise ValueError(f"lowest must be above 0 and below highest, got {lowest!r} and {highest!r}")
    rates = np.geomspace(lowest, highest, max(2, positive_integer("steps", steps))).tolist()
    model, optimizer = trainer.model, trainer.optimizer
    before = model.state_dict(), optimizer.state_dict(), generator_states(model), optimizer.schedule
    gradients = [parameter.grad for parameter in model.parameters()]
    sweep = _Sweep(rates)
    optimizer.schedule = None
    trial = copy.copy(trainer)  # of its own class, whose steps and loss are meant
    trial.callbacks, trial.metrics, trial.compile, trial.accumulate = [sweep], {}, False, 1
    trial.taken = trial.epochs_taken = 0
    trial.stepper = Stepper(trial)
    try:
        trial.fit(x, y, epochs=len(rates), batch_size=batch_size, seed=seed, progress=False)
    except (_Ended, DivergenceError):
        pass
    finally:
        model.load_state_dict(before[0])
        optimizer.load_state_dict(before[1])
        set_generator_states(model, before[2])
        optimizer.schedule = before[3]
        for parameter, gradient in zip(model.parameters(), gradients, strict=True):
            parameter.grad = gradient
    losses = sweep.losses
    return RateSweep(rates[: len(losses)], losses, _steepest(rates, losses))


def _steepest(rates: list[float], losses: list[float]) -> float:
    """The rate at which the loss falls fastest, up to where it is least."""
    end = int(np.argmin(losses)) + 1 if losses else 0
    if end < 3:  # it only grew: even the lowest rate is too high
        return rates[0]
    slopes = np.gradient(losses[:end], np.log(rates[:end]))
    found = rates[int(np.argmin(slopes))]
    return found if math.isfinite(found) else rates[0]
