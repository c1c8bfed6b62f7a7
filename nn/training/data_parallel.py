"""A step that several processes take together; see `nn.distributed`."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nn.distributed import World
from nn.layers import BatchNorm1d, BatchNorm2d
from nn.training.compiled import RecordedGradients
from nn.training.measured import is_sum

__all__ = ["add_gradients", "why_not_shared"]

Trainer: TypeAlias = Any  # its module imports this one's


def why_not_shared(trainer: Trainer) -> str | None:
    """What keeps a model from being trained by several processes."""
    for module in trainer.model.modules():
        if isinstance(module, BatchNorm1d | BatchNorm2d):
            instead = "LayerNorm" if isinstance(module, BatchNorm1d) else "GroupNorm"
            kind = type(module).__name__
            return f"{kind} normalises over the whole batch, of which each process sees a part; use {instead}"
    return None


def add_gradients(
    world: World,
    trainer: Trainer,
    batch: tuple[Any, ...],
    divisor: int,
    wants_outputs: bool,
    recorded: RecordedGradients | None = None,
) -> tuple[float, NDArray[Any] | None]:
    """Add the gradients of a whole batch's loss and penalty to the parameters', computing this rank's rows alone.

    With n samples of which this rank has n_r, the mean over all is Σ_r (n_r / n) · (the mean over the rank's). Nothing
    is added where the loss is not finite.

    Args:
        world: The processes.
        trainer: Whose loss and parameters these are.
        batch: The whole batch, the same on all ranks.
        divisor: How many batches share a step of the optimizer.
        wants_outputs: Whether the outputs are asked for.
        recorded: What computes the loss and the gradients; None computes them eagerly.

    Returns:
        The loss of the whole batch, and the outputs for it.
    """
    parameters = trainer.optimizer.parameters
    before = [parameter.grad for parameter in parameters]
    trainer.optimizer.zero_grad()
    rows, share = world.part(batch)
    terms: list[Any] = []
    value, outputs, found = 0.0, None, [None] * len(parameters)
    loss: Any
    if len(rows[1]):
        sums = trainer.measured.is_sum
        if recorded is not None:
            loss, outputs, found = recorded.gradients(rows, wants_outputs or sums is None)
        else:
            loss, raw = trainer.compute_loss(*rows)
            outputs = raw.data
        if len(batch) == 2 and (is_sum(trainer.loss, outputs, rows[1]) if sums is None else sums):
            share = 1.0
        if recorded is not None:
            value, found = loss * share, [None if g is None else g * (share / divisor) for g in found]
        else:
            value = loss.item() * share
            terms.append(loss * share)
    if trainer.penalty is not None:
        terms.append(trainer.penalty(trainer.model) / world.size)
    if terms and math.isfinite(value):
        (sum(terms[1:], terms[0]) / divisor).backward()

    kind = np.result_type(np.float32, *[parameter.dtype for parameter in parameters])
    if recorded is None:
        found = [None if parameter.grad is None else parameter.grad.data for parameter in parameters]
    arrays = [np.zeros(p.shape, kind) if g is None else g.astype(kind) for p, g in zip(parameters, found, strict=True)]
    # The loss in two numbers, as single precision would round it; whether to stop; which parameters took part.
    high = kind.type(value)
    low = value - float(high) if math.isfinite(high) else 0.0
    numbers = np.array([high, low, trainer._interrupt.requested, *[g is not None for g in found]], kind)
    *gradients, numbers = world.summed([*arrays, numbers])
    total = float(numbers[0]) + float(numbers[1])
    trainer._interrupt.requested = bool(numbers[2])
    for parameter, gradient, old, took_part in zip(parameters, gradients, before, numbers[3:], strict=True):
        if not took_part or not math.isfinite(total):
            parameter.grad = old
        else:
            parameter.grad = gradient.astype(parameter.dtype) if old is None else old.data + gradient
    if not wants_outputs and math.isfinite(total):
        return total, None
    return total, world.gathered(np.zeros(0) if outputs is None else outputs)
