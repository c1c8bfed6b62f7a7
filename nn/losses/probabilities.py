"""Losses of probabilities and of their logarithms, and the focal loss."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

import autograd as ag
from nn._arguments import in_range
from nn.losses.common import (
    Array,
    Reduction,
    Targets,
    check_classes,
    check_probabilities,
    check_shares,
    distributions,
    loss_function,
    targets_like,
)
from nn.losses.weighting import Counted, known, reduced, weighted_terms

__all__ = ["binary_cross_entropy", "focal", "kl_div", "nll"]


@loss_function
def nll(
    log_probabilities: Array,
    targets: Targets,
    reduction: Reduction = "mean",
    *,
    weight: ArrayLike | None = None,
    ignore_index: int | None = None,
) -> Any:
    """Negative log-likelihood: minus the logarithm that the right class was given, as by `ag.log_softmax`.

    Args:
        log_probabilities: ``(…, classes)``.
        targets: Class numbers, ``(…)``.
        reduction: ``"mean"`` over what counts, ``"sum"``, or ``"none"`` for one loss per sample.
        weight: How much the samples of each class count, ``(classes,)``.
        ignore_index: The class number of samples that do not count.

    Raises:
        ShapeError: The shapes do not belong together.
        DTypeError: Class numbers are not integers.
        ValueError: A class number is not below ``classes``, or an unknown reduction.

    Example:
        >>> outputs = ag.log_softmax(ag.Tensor([[2.0, 0.0], [0.0, 0.0]]))
        >>> round(nll(outputs, [0, 1]).item(), 4), round(nll(outputs, [0, -1], ignore_index=-1).item(), 4)
        (0.41, 0.1269)
    """
    counted = _counted(log_probabilities, targets, weight, ignore_index, "nll")
    return counted.reduced(-1.0 * _picked(log_probabilities, counted.targets), reduction)


@loss_function
def focal(
    logits: Array,
    targets: Targets,
    reduction: Reduction = "mean",
    *,
    gamma: float = 2.0,
    weight: ArrayLike | None = None,
    ignore_index: int | None = None,
) -> Any:
    """Focal loss −(1 − p)^γ log p of the right class's probability p: what is told already counts little.

    Args:
        logits: Raw scores, ``(…, classes)``.
        targets: Class numbers, ``(…)``.
        reduction: ``"mean"`` over what counts, ``"sum"``, or ``"none"`` for one loss per sample.
        gamma: γ, at least 0; 0 is cross-entropy.
        weight: How much the samples of each class count, ``(classes,)``.
        ignore_index: The class number of samples that do not count.

    Raises:
        ShapeError: The shapes do not belong together.
        DTypeError: Class numbers are not integers.
        ValueError: A class number is not below ``classes``, γ is below 0, or an unknown reduction.

    Source: T.-Y. Lin et al., "Focal loss for dense object detection", ICCV 2017, equation 4.

    Example:
        >>> focal(ag.Tensor([[2.0, 0.0]]), [0]).item() < focal(ag.Tensor([[2.0, 0.0]]), [0], gamma=0).item()
        True
    """
    gamma = in_range("gamma", gamma)
    counted = _counted(logits, targets, weight, ignore_index, "focal")
    right = _picked(ag.log_softmax(logits, axis=-1), counted.targets)
    return counted.reduced(-((-ag.expm1(right)) ** gamma * right), reduction)


@loss_function
def kl_div(log_probabilities: Array, targets: Targets, reduction: Reduction = "mean") -> Any:
    """Kullback and Leibler's divergence Σ tⱼ (log tⱼ − log pⱼ) of each sample's distribution from the targets'.

    Args:
        log_probabilities: log p, ``(…, classes)``, as by `ag.log_softmax`.
        targets: t, one probability for each class, of the same shape.
        reduction: ``"mean"`` over the samples, PyTorch's ``"batchmean"``; ``"sum"``, or ``"none"`` for each sample.

    Raises:
        ShapeError: The shapes differ.
        ValueError: A row of targets that are no probabilities, or an unknown reduction.

    Example:
        >>> round(kl_div(ag.log_softmax(ag.Tensor([[0.0, 0.0]])), [[1.0, 0.0]]).item(), 4)
        0.6931
    """
    t = distributions(log_probabilities, targets, "kl_div")
    own = t * ag.log(ag.where(ag.greater(t, 0), t, 1.0))
    return reduced(ag.sum(own - weighted_terms(log_probabilities, t), axis=-1), reduction)


@loss_function
def binary_cross_entropy(probabilities: Array, targets: Targets, reduction: Reduction = "mean") -> Any:
    """−t log p − (1 − t) log(1 − p) of probabilities p; prefer `binary_cross_entropy_with_logits`.

    Args:
        probabilities: p, of any shape.
        targets: t of the same shape: 0 or 1, or a probability between.
        reduction: ``"mean"`` over all entries, ``"sum"``, or ``"none"`` for each.

    Returns:
        Infinite where a probability is 0 of what is so; PyTorch has 100 there.

    Raises:
        ShapeError: The shapes differ.
        ValueError: Probabilities or targets outside [0, 1], or an unknown reduction.

    Example:
        >>> round(binary_cross_entropy(ag.Tensor([0.8]), [1.0]).item(), 3)
        0.223
    """
    check_probabilities(known(probabilities), "binary_cross_entropy", "binary_cross_entropy_with_logits")
    t = targets_like(probabilities, targets, "binary_cross_entropy")
    check_shares(known(t), "binary_cross_entropy")
    yes = t * ag.log(ag.where(ag.greater(t, 0), probabilities, 1.0))
    # Rounding may have left 1 + ε, whose logarithm is infinite as that of 1 is.
    no = (1.0 - t) * ag.log1p(-ag.where(ag.less(t, 1), ag.minimum(probabilities, 1.0), 0.0))
    return reduced(-(yes + no), reduction)


def _counted(outputs: Array, targets: Any, weight: Any, ignore_index: int | None, loss: str) -> Counted:
    """Class numbers that are checked, with what they count."""
    check_classes(outputs.shape, loss)
    targets = targets if isinstance(targets, ag.Tensor) else np.asarray(targets)
    if targets.shape != outputs.shape[:-1]:
        raise ag.ShapeError(
            f"{loss}: outputs have shape {outputs.shape} and class numbers {targets.shape}, not {outputs.shape[:-1]}"
        )
    return Counted(targets, outputs.shape[-1], weight, ignore_index, outputs)


def _picked(rows: Array, targets: Any) -> Any:
    """Of each row the entry that its class number names."""
    full = targets.shape
    places = targets if isinstance(targets, ag.Tensor) and targets.traced else np.asarray(known(targets))
    return ag.BOOK["take_along_axis"](rows, places.reshape(*full, 1), axis=-1)[..., 0]
