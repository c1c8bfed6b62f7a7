"""A loss that is no longer finite: which operation was the first."""

from __future__ import annotations

from typing import Any

import numpy as np

import autograd as ag
from nn.training.interfaces import TrainerParts
from nn.training.rewind import Kept

__all__ = ["DivergenceError", "diverged"]


class DivergenceError(ag.GradbookError, ArithmeticError):
    """The loss became infinite or NaN; the message says in which epoch and step, and what was the first to be so."""


def diverged(trainer: TrainerParts, loss: float, batch: tuple[Any, ...]) -> DivergenceError:
    """What to raise where the loss of this step is not finite, and everything is as it was before."""
    return DivergenceError(
        f"the loss became {loss} in epoch {trainer.epoch}, step {trainer.step}; "
        f"try a smaller learning rate than {trainer.optimizer.rate:g}{_where_it_began(trainer, batch)}"
    )


def _where_it_began(trainer: TrainerParts, batch: tuple[Any, ...]) -> str:
    """What was the first not to be finite, found by the step run again with checks; and the last good checkpoint."""
    kept = Kept(trainer.model)
    kept.keep()
    gradients = [parameter.grad for parameter in trainer.model.parameters()]
    found = ""
    try:
        with ag.detect_anomaly(), ag.enable_grad(), np.errstate(all="ignore"):
            trainer.compute_loss(*batch)[0].backward()
    except ag.AnomalyError as error:
        found = "".join(f"; {line.strip()}" for line in str(error).splitlines())
    except Exception as error:  # the loss is bad all the same, and that is what is told
        found = f"; run again, the step failed: {' '.join(str(error).split())}"
    finally:
        kept.back()
        for parameter, gradient in zip(trainer.model.parameters(), gradients, strict=True):
            parameter.grad = gradient
    folders = [
        str(folder) for callback in trainer.callbacks if (folder := getattr(callback, "folder", None)) is not None
    ]
    return found + (f"; the last good checkpoint is in {folders[0]}" if folders and len(trainer.history) else "")
