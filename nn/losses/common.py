"""What all losses have in common: how type checkers see them, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate, Literal, ParamSpec, Protocol, TypeAlias, cast, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

import autograd as ag
from nn._arguments import explained, fractions
from nn.losses.weighting import check_class_numbers, known

Array: TypeAlias = ag.Tensor | NDArray[Any]
Targets: TypeAlias = Array | ArrayLike
Reduction: TypeAlias = Literal["mean", "sum", "none"]

# How far probabilities may be from adding up to 1; those of half precision are off by this much.
ROUNDING = 2e-3

P = ParamSpec("P")


class LossFunction(Protocol[P]):
    """A loss as type checkers see it: a Tensor of a network's outputs, a number or an array of plain arrays."""

    @overload
    def __call__(self, outputs: ag.Tensor, targets: Targets, /, *args: P.args, **kwargs: P.kwargs) -> ag.Tensor: ...
    @overload
    def __call__(self, outputs: NDArray[Any], targets: Targets, /, *args: P.args, **kwargs: P.kwargs) -> Any: ...


def loss_function(function: Callable[Concatenate[Any, Any, P], Any]) -> LossFunction[P]:
    """Mark a function as a loss."""
    return cast("LossFunction[P]", explained(function))


def one_hot(targets: Any, classes: int) -> Any:
    """True at each sample's class number, once these are checked."""
    if not isinstance(targets, ag.Tensor):
        targets = np.asarray(targets)
    check_class_numbers(targets, classes)
    return ag.BOOK["one_hot"](targets, classes=classes)


def check_classes(shape: tuple[int, ...], loss: str) -> None:
    """Refuse one score for each sample, of which a softmax makes certainty whatever it is."""
    if shape[-1:] == (1,):
        raise ag.ShapeError(
            f"{loss} chooses between two classes or more, got outputs of shape {shape}; "
            "for yes and no by one output, use binary_cross_entropy_with_logits"
        )


def distributions(outputs: Array, targets: Any, loss: str) -> Array:
    """Targets of one probability for each class in the outputs' precision, once they are that."""
    checked = targets_like(outputs, targets, loss)
    check_distributions(known(checked), loss)
    return checked


def check_probabilities(values: NDArray[Any], loss: str, of_logits: str) -> None:
    """Refuse outputs that are no probabilities, such as logits."""
    if values.size and not (values.min() >= 0 and values.max() <= 1 + 1e-6):
        raise ValueError(
            f"{loss} takes numbers from 0 to 1, got {values.min():g} to {values.max():g}; {of_logits} takes logits"
        )


def check_distributions(rows: NDArray[Any], loss: str) -> None:
    """Refuse rows that are no probabilities, such as several labels at once, or none."""
    if not rows.size:
        return
    totals = rows.sum(axis=-1, dtype=np.float64)
    if not (rows.min() >= 0 and np.abs(totals - 1).max() <= ROUNDING):
        raise ValueError(
            f"{loss} takes probabilities that add up to 1 for each sample, got numbers from {rows.min():g} to "
            f"{rows.max():g} that add up to {totals.min():g} to {totals.max():g}; for several labels at once, or "
            "none, use binary_cross_entropy_with_logits"
        )


def check_signs(targets: NDArray[Any]) -> None:
    """Refuse targets other than −1 and 1."""
    if not np.isin(targets, (-1, 1)).all():
        raise ValueError("hinge takes targets -1 and 1; for 0 and 1 pass 2 * targets - 1")


def check_shares(targets: NDArray[Any], loss: str) -> None:
    """Refuse targets below 0 or above 1, and those that are no numbers."""
    if targets.size and not (targets.min() >= 0 and targets.max() <= 1):
        raise ValueError(
            f"{loss} takes targets between 0 and 1, "
            f"got {targets.min():g} to {targets.max():g}; for -1 and 1 pass (targets + 1) / 2"
        )


def targets_like(outputs: Array, targets: Targets, loss: str) -> Array:
    """The targets in the outputs' precision, once the shapes agree; beside whole numbers they may lie between them."""
    dtype = fractions(outputs.dtype)
    if not isinstance(targets, ag.Tensor):
        targets = np.asarray(targets, dtype=dtype)
    if outputs.shape != targets.shape:
        same_size = targets.ndim > 0 and outputs.size == targets.size
        advice = f"pass targets.reshape{outputs.shape}" if same_size else "they must be equal"
        raise ag.ShapeError(f"{loss}: outputs have shape {outputs.shape} and targets {targets.shape}; {advice}")
    return targets if targets.dtype == dtype else targets.astype(dtype)
