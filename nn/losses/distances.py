"""Robust losses: they grow more slowly than a square, so that single outliers do not decide."""

from __future__ import annotations

from typing import Any

import autograd as ag
from nn._arguments import in_range
from nn.losses.common import Array, Reduction, Targets, loss_function, targets_like
from nn.losses.weighting import reduced

__all__ = ["huber", "l1_loss"]


@loss_function
def l1_loss(outputs: Array, targets: Targets, reduction: Reduction = "mean") -> Any:
    """Mean absolute error, mean |outputs − targets|, whose best constant is the median.

    Args:
        outputs: What the network gave, of any shape.
        targets: What it should have given, of the same shape.
        reduction: ``"mean"`` over all entries, ``"sum"``, or ``"none"`` for each.

    Raises:
        ShapeError: The shapes differ.
        ValueError: An unknown reduction.

    Example:
        >>> l1_loss(ag.Tensor([1.0, 2.0]), [0.0, 4.0]).item()
        1.5
    """
    return reduced(ag.abs(outputs - targets_like(outputs, targets, "l1_loss")), reduction)


@loss_function
def huber(outputs: Array, targets: Targets, reduction: Reduction = "mean", *, delta: float = 1.0) -> Any:
    """Huber's loss of d = outputs − targets: d²/2 up to |d| = δ, and δ (|d| − δ/2) beyond.

    Args:
        outputs: What the network gave, of any shape.
        targets: What it should have given, of the same shape.
        reduction: ``"mean"`` over all entries, ``"sum"``, or ``"none"`` for each.
        delta: δ, above 0.

    Raises:
        ShapeError: The shapes differ.
        ValueError: δ is out of its range, or an unknown reduction.

    Source: P. J. Huber, "Robust estimation of a location parameter", Annals of Mathematical Statistics 35, 1964.

    Example:
        >>> huber(ag.Tensor([1.0, 2.0]), [0.5, 5.0], "none").data
        array([0.125, 2.5  ])
    """
    if not in_range("delta", delta):
        raise ValueError("delta must be above 0, got 0")
    size = ag.abs(outputs - targets_like(outputs, targets, "huber"))
    near = ag.clip(size, 0.0, delta)
    return reduced(near * (size - 0.5 * near), reduction)
