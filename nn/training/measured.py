"""What an epoch has measured so far: losses, and what the metrics are computed of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

import autograd as ag
from nn.losses import Loss
from nn.module import StateError

__all__ = ["Measured", "is_sum"]

Array: TypeAlias = NDArray[Any]


class Measured:
    """Losses, weights, targets and outputs of an epoch's batches.

    Attributes:
        is_sum: Whether the loss is a sum over samples; None while that is not known.
        rate: The learning rate at the epoch's beginning.
    """

    def __init__(self, is_sum: bool | None = None) -> None:
        self._losses: list[float] = []
        self._weights: list[float] = []
        self._targets: list[Array] = []
        self._outputs: list[Array] = []
        self.is_sum = is_sum
        self.rate = 0.0

    @property
    def steps(self) -> int:
        """How many batches there were."""
        return len(self._losses)

    def add(self, losses: Sequence[float], batches: Sequence[tuple[Any, ...]], outputs: Sequence[Array]) -> None:
        """Take in steps: what counts is the samples of each batch, or their weights.

        Args:
            losses: Of each step.
            batches: On which they were taken; perhaps with more that were not.
            outputs: Of each step, where metrics are computed of them; else none.
        """
        batches = batches[: len(losses)]
        self._losses += losses
        self._weights += [len(b[1]) if len(b) == 2 else float(b[2].sum()) for b in batches]
        if outputs:
            self._targets += [batch[1].copy() for batch in batches]  # the next may come in the same memory
            self._outputs += outputs[: len(losses)]

    def loss(self) -> float:
        """The loss of all samples at once, which is what `evaluate` tells."""
        if self.is_sum:
            return sum(self._losses)
        total = sum([loss * weight for loss, weight in zip(self._losses, self._weights, strict=True)])
        return total / (sum(self._weights) or 1.0)

    def seen(self) -> tuple[Array, Array]:
        """All targets and outputs."""
        try:
            return np.concatenate(self._targets), np.concatenate(self._outputs)
        except ValueError:
            raise StateError("the saved training's targets or outputs are of another shape than these") from None

    def state_dict(self) -> dict[str, Array]:
        """All of it, as arrays by name."""
        if not self._losses:
            return {}
        state = {"losses": np.array(self._losses), "weights": np.array(self._weights, dtype=np.float64)}
        if self._outputs:
            state["targets"], state["outputs"] = self.seen()
        return state

    def load_state_dict(self, state: Mapping[str, Array]) -> None:
        """Go on from there.

        Raises:
            StateError: It is no such state.
        """
        pairs = [("losses", "weights"), ("targets", "outputs")][: len(state) // 2]
        whole = state.keys() == {name for pair in pairs for name in pair} and all(
            array.ndim == 1 if name in pairs[0] else array.ndim for name, array in state.items()
        )
        if not whole or any(len(state[one]) != len(state[other]) for one, other in pairs):
            raise StateError("the measurements of the epoch in progress are incomplete")
        self._losses = state["losses"].tolist() if state else []
        self._weights = state["weights"].tolist() if state else []
        self._targets = [state["targets"]] if "targets" in state else []
        self._outputs = [state["outputs"]] if "outputs" in state else []


def is_sum(loss: Loss, outputs: Array, targets: Array) -> bool:
    """Whether a loss is a sum over samples and not a mean: the same samples twice give twice as much."""
    try:
        with ag.no_grad():
            once, twice = (
                float(loss(ag.Tensor(np.concatenate([outputs] * n)), np.concatenate([targets] * n)).item())
                for n in (1, 2)
            )
    except ValueError:  # it takes this batch alone, or was not trained by: a mean, as is documented
        return False
    return abs(twice - 2 * once) < abs(twice - once)
