"""Weights for classes, and targets that do not count: the mean is over what counts, as in PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, SupportsIndex

import numpy as np
from numpy.typing import NDArray

import autograd as ag

REDUCTIONS: dict[str, Callable[[Any], Any]] = {"mean": ag.mean, "sum": ag.sum, "none": lambda losses: losses}


def reduced(losses: Any, reduction: str) -> Any:
    """The mean of all losses, their sum, or each."""
    if reduction not in REDUCTIONS:
        raise ValueError(f"reduction must be one of {', '.join(map(repr, REDUCTIONS))}, got {reduction!r}")
    return REDUCTIONS[reduction](losses)


def weighted_terms(terms: Any, weights: Any) -> Any:
    """Each term as it counts: what does not adds nothing, even where it is infinite."""
    return ag.where(ag.equal(weights, 0), 0.0, terms) * weights


class Counted:
    """Class numbers, and how much each sample counts.

    Args:
        targets: Class numbers, an array or a node.
        classes: How many classes there are.
        weight: One number for each class, at least 0; None for 1.
        ignore_index: The class number of samples that do not count; None for none.
        like: What tells the precision.

    Attributes:
        targets: The class numbers, 0 where a sample does not count.
        counts: How much each sample counts, or None for 1.
        kept: 0 where a sample does not count, else 1; or None.

    Raises:
        ShapeError: The weights are not one for each class.
        DTypeError: Class numbers are not integers.
        ValueError: A class number that counts is not below ``classes``, a weight is below 0 or no number.
    """

    def __init__(self, targets: Any, classes: int, weight: Any, ignore_index: int | None, like: Any) -> None:
        targets = targets if isinstance(targets, ag.Tensor) else np.asarray(targets)
        self.counts: Any = None
        self.kept: Any = None
        if ignore_index is not None:
            if not isinstance(ignore_index, SupportsIndex):
                raise TypeError(f"ignore_index must be a class number, got {ignore_index!r}")
            kept = ag.not_equal(targets, ignore_index)
            targets = _chosen(kept, targets)
            self.counts = self.kept = ag.where(kept, np.ones((), like.dtype), np.zeros((), like.dtype))
        check_class_numbers(targets, classes)
        if weight is not None:
            weights = class_weights(weight, classes, like)
            rows = ag.Tensor(weights)[targets] if isinstance(targets, ag.Tensor) else weights[targets]
            self.counts = rows if self.counts is None else rows * self.counts
        self.targets: Any = targets

    def reduced(self, losses: Any, reduction: str) -> Any:
        """The losses, weighted: their mean over what counts, their sum, or each."""
        return self.summed(self.weighted(losses), reduction)

    def weighted(self, losses: Any) -> Any:
        """Each loss as it counts."""
        return losses if self.counts is None else weighted_terms(losses, self.counts)

    def summed(self, weighted: Any, reduction: str) -> Any:
        """The same of losses that are weighted already."""
        if reduction == "mean" and self.counts is not None:
            return ag.sum(weighted) / ag.sum(self.counts)
        return reduced(weighted, reduction)


def known(x: Any) -> NDArray[Any]:
    """The numbers, to check them; none while a function is recorded, as they will be others."""
    if isinstance(x, ag.Tensor):
        return np.empty(0) if x.traced else x.data
    return np.asarray(x)


def check_class_numbers(targets: Any, classes: int) -> None:
    """Refuse what numbers no class."""
    if targets.dtype.kind not in "iu":
        raise ag.DTypeError(f"class numbers must be integers, not {targets.dtype}: use targets.astype(int)")
    found = known(targets)
    if found.size and not 0 <= found.min() <= found.max() < classes:
        raise ValueError(f"class numbers from {found.min()} to {found.max()} for {classes} classes")


def _chosen(kept: Any, targets: Any) -> Any:
    """Class numbers with 0 for those that are ignored."""
    if isinstance(targets, ag.Tensor) and targets.traced:
        return ag.where(kept, targets, np.zeros((), targets.dtype))
    numbers = targets.data if isinstance(targets, ag.Tensor) else targets
    return np.where(kept, numbers, 0).astype(numbers.dtype)


def class_weights(weight: Any, classes: int, like: Any) -> Any:
    """One weight for each class in the precision of the outputs."""
    weights = np.asarray(weight, like.dtype)
    if weights.shape != (classes,):
        raise ag.ShapeError(f"weights of shape {weights.shape} for {classes} classes: expected ({classes},)")
    if not (weights >= 0).all():
        raise ValueError(f"weights of classes must be numbers from 0, got {weights.min():g}")
    return weights
