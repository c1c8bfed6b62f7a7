"""A training step taken operation by operation: the loss, its gradients, and the optimizer's step."""

from __future__ import annotations

import math
from typing import Any

import autograd as ag
from nn.distributed import World, world
from nn.regularisation import clip_norm, clip_value
from nn.training.data_parallel import add_gradients
from nn.training.interfaces import TrainerParts
from nn.training.rewind import Kept

__all__ = ["EagerStep"]


class EagerStep:
    """Takes a trainer's steps eagerly; where the loss is not finite, the model is as it was before the step."""

    def __init__(self, trainer: TrainerParts) -> None:
        self._trainer = trainer
        self._kept: Kept | None = None

    def __call__(self, batch: tuple[Any, ...], wants_outputs: bool = True) -> tuple[float, Any]:
        """The loss before the step, and the raw outputs.

        Raises:
            ShapeError: The loss is not one number.
        """
        if (ranks := world()) is not None:
            return self.shared(ranks, batch, wants_outputs)
        kept, (part, together) = self._keep(), self._group()
        loss, outputs = self._trainer.compute_loss(*batch)
        if loss.size != 1:
            raise ag.ShapeError(f"the loss of a batch must be one number, got shape {loss.shape}; take its mean")
        value = loss.item()
        if not math.isfinite(value):
            kept.back()
            return value, outputs.data
        if part == 0:
            self._trainer.optimizer.zero_grad()
        objective = self.objective(loss)
        (objective if together == 1 else objective / together).backward()
        self._step_if_due(part)
        return value, outputs.data

    def shared(
        self, ranks: World, batch: tuple[Any, ...], wants_outputs: bool, recorded: Any = None
    ) -> tuple[float, Any]:
        """The same of several processes, this one's gradients perhaps by a recording, then one exchange."""
        kept, (part, together) = self._keep(), self._group()
        if part == 0:
            self._trainer.optimizer.zero_grad()
        value, outputs = add_gradients(ranks, self._trainer, batch, together, wants_outputs, recorded)
        if math.isfinite(value):
            self._step_if_due(part)
        else:
            kept.back()
        return value, outputs

    def objective(self, loss: Any) -> Any:
        """What is minimised: the loss, and the penalty if there is one."""
        penalty = self._trainer.penalty
        return loss if penalty is None else loss + penalty(self._trainer.model)

    def _keep(self) -> Kept:
        """What a forward pass is about to change, copied."""
        if self._kept is None or not self._kept.is_of(self._trainer.model, None):
            self._kept = Kept(self._trainer.model)
        self._kept.keep()
        return self._kept

    def _group(self) -> tuple[int, int]:
        """The number of this batch among those that share a step of the optimizer, and how many do."""
        trainer = self._trainer
        part = (trainer.step - 1) % trainer.accumulate
        return part, min(trainer.accumulate, trainer.steps - trainer.step + 1 + part)

    def _step_if_due(self, part: int) -> None:
        """Let the optimizer take its step, once the gradients of all batches that share it are there."""
        trainer = self._trainer
        if part == trainer.accumulate - 1 or trainer.step == trainer.steps:
            if trainer.clip_value is not None:
                clip_value(trainer.optimizer.parameters, trainer.clip_value)
            if trainer.clip_norm is not None:
                clip_norm(trainer.optimizer.parameters, trainer.clip_norm)
            trainer.optimizer.step()

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"_kept": None}
