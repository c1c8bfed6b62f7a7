"""What the trainer's own helpers may see of it; its module imports theirs, so they cannot name its class."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from nn.losses import Loss
from nn.module import Module
from nn.training.callbacks import Callback, TrainerView
from nn.training.measured import Measured
from nn.training.scores import Metric

__all__ = ["Pending", "TrainerParts"]


@dataclass
class Pending:
    """What a saved state says of a fit, to be put in place once it goes on.

    Attributes:
        callbacks: The state of each.
        evaluating: Which layers are not in training in the midst of the epoch; None where it is not known.
    """

    callbacks: list[dict[str, Any]] = field(default_factory=list)
    evaluating: list[str] | None = None


class HasState(Protocol):
    """How steps are taken."""

    def state(self) -> dict[str, Any]:
        """What of it a fit goes on from."""

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Be as `state` said."""


class HasSettings(Protocol):
    """What was changed since the trainer was made."""

    def changed(self) -> dict[str, dict[str, Any]]:
        """It, by whose it is and by name."""

    def check(self, saved: Mapping[str, Mapping[str, Any]]) -> None:
        """Refuse settings that are none here."""

    def put(self, saved: Mapping[str, Mapping[str, Any]]) -> None:
        """Set what `changed` gave."""


class TrainerParts(TrainerView, Protocol):
    """A trainer, from within; see `Trainer` for what is not said here.

    Attributes:
        steady: Whether its own `compute_loss` may be recorded.
        taken: How many steps were taken, in all fits.
        callbacks, own_callbacks: All of this fit, and those that are the user's.
        measured: What this epoch has measured so far.
        pending: What a saved state says of a fit that has not begun yet.
    """

    loss: Loss
    metrics: dict[str, Metric]
    penalty: Callable[[Module], Any] | None
    clip_norm: float | None
    clip_value: float | None
    compile: bool | None
    steady: bool
    taken: int
    callbacks: list[Callback]
    own_callbacks: list[Callback]
    measured: Measured
    pending: Pending

    @property
    def settings(self) -> HasSettings:
        """What a saved state tells of those that were changed."""

    @property
    def stepper(self) -> HasState:
        """How it takes steps."""

    def has_own(self, method: str) -> bool:
        """Whether a method is not `Trainer`'s: a subclass has it, or it was set on this trainer alone."""

    def compute_loss(self, xb: Any, yb: Any, weights: Any = None) -> tuple[Any, Any]:
        """The loss on one batch, and the raw outputs."""

    def position(self) -> dict[str, Any]:
        """Where training is."""

    def set_position(self, saved: Mapping[str, Any]) -> None:
        """Be where `position` was."""
