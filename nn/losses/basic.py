"""Squared errors, the cross-entropies, the hinge loss."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

import autograd as ag
from nn.losses.common import (
    Array,
    Reduction,
    Targets,
    check_classes,
    check_probabilities,
    check_shares,
    check_signs,
    distributions,
    loss_function,
    one_hot,
    targets_like,
)
from nn.losses.weighting import Counted, class_weights, known, reduced, weighted_terms

__all__ = [
    "Loss",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "cross_entropy_of_probabilities",
    "hinge",
    "mse",
    "squared_error",
]

# From the outputs of a model and the targets to a Tensor of one number.
Loss: TypeAlias = Callable[..., Any]


@loss_function
def mse(outputs: Array, targets: Targets, reduction: Reduction = "mean") -> Any:
    """Mean squared error, mean((outputs − targets)²).

    Args:
        outputs: What the network gave, of any shape.
        targets: What it should have given, of the same shape.
        reduction: ``"mean"`` over all entries, ``"sum"``, or ``"none"`` for the square of each.

    Returns:
        A scalar, or an array of the outputs' shape for ``"none"``.

    Raises:
        ShapeError: The shapes differ.
        ValueError: An unknown reduction.

    Example:
        >>> outputs = ag.Tensor([[1.0], [2.0]], requires_grad=True)
        >>> loss = mse(outputs, [[0.0], [4.0]])
        >>> loss.item()
        2.5
        >>> loss.backward()
        >>> outputs.grad.data
        array([[ 1.],
               [-2.]])
    """
    return reduced(ag.square(outputs - targets_like(outputs, targets, "mse")), reduction)


FORMS: dict[str, Callable[[Any, int], Any]] = {
    "1/n": lambda total, n: total / n,
    "1/2n": lambda total, n: total / (2 * n),
    "1/2": lambda total, _: total / 2,
}


@loss_function
def squared_error(outputs: Array, targets: Targets, form: Literal["1/n", "1/2n", "1/2"] = "1/2n") -> Any:
    """The sum of all squared differences in the scale that a textbook gives it.

    Args:
        outputs: What the network gave, one row for each of n samples.
        targets: What it should have given, of the same shape.
        form: The factor in front of Σ(outputs − targets)²: one over n, one over twice n, or a half.

    Returns:
        A scalar.

    Raises:
        ShapeError: The shapes differ.
        ValueError: An unknown form.

    Example:
        >>> outputs = ag.Tensor([[1.0], [2.0]], requires_grad=True)
        >>> [squared_error(outputs, [[0.0], [4.0]], form).item() for form in ("1/n", "1/2n", "1/2")]
        [2.5, 1.25, 2.5]
    """
    if form not in FORMS:
        raise ValueError(f"unknown form {form!r}; there are {', '.join(map(repr, FORMS))}")
    total = ag.sum(ag.square(outputs - targets_like(outputs, targets, "squared_error")))
    return FORMS[form](total, max(1, len(outputs)))


@loss_function
def cross_entropy_of_probabilities(probabilities: Array, targets: Targets, reduction: Reduction = "mean") -> Any:
    """Cross-entropy −Σⱼ tⱼ log pⱼ of probabilities, such as a softmax gives; prefer `cross_entropy` of its logits.

    Its derivative for p is −t / p; it is p − t only for the logits of the softmax.

    Args:
        probabilities: p, of shape ``(batch, classes)``.
        targets: Class numbers of shape ``(batch,)``, or one probability for each class, ``(batch, classes)``.
        reduction: ``"mean"`` over the batch, ``"sum"``, or ``"none"`` for one loss per sample.

    Returns:
        A scalar, or an array of shape ``(batch,)`` for ``"none"``. Infinite where the right class has probability 0.

    Raises:
        ShapeError: The shapes do not belong together.
        ValueError: Probabilities below 0 or above 1, a class number too large, a row of targets that are no
            probabilities, or an unknown reduction.

    Example:
        >>> round(cross_entropy_of_probabilities(ag.Tensor([[0.8, 0.2]]), [[1.0, 0.0]]).item(), 3)
        0.223
    """
    check_probabilities(known(probabilities), "cross_entropy_of_probabilities", "cross_entropy")
    check_classes(probabilities.shape, "cross_entropy_of_probabilities")
    if np.shape(targets) == probabilities.shape[:-1]:
        targets = one_hot(targets, probabilities.shape[-1])
    weights = distributions(probabilities, targets, "cross_entropy_of_probabilities")
    # A class that does not count adds nothing, even where its probability is 0.
    terms = weights * ag.log(ag.where(weights > 0, probabilities, 1.0))
    return reduced(-ag.sum(terms, axis=-1), reduction)


@loss_function
def hinge(scores: Array, targets: Targets, reduction: Reduction = "mean") -> Any:
    """The hinge loss: zero for a sample that is right with a margin of 1, growing in proportion to what is missing.

    With one score s for each sample and t = ±1: max(0, 1 − t s). With one for each class and the right class y:
    Σⱼ≠ᵧ max(0, 1 − sᵧ + sⱼ) / classes.

    Args:
        scores: ``(batch,)`` or ``(batch, 1)``; or ``(batch, classes)``.
        targets: −1 and 1 of the same shape; or class numbers, ``(batch,)``.
        reduction: ``"mean"`` over the batch, ``"sum"``, or ``"none"`` for one loss per sample.

    Raises:
        ShapeError: The shapes do not belong together.
        ValueError: Targets other than −1 and 1, a class number too large, or an unknown reduction.

    Source: K. Crammer, Y. Singer, JMLR 2, 2001, and J. Weston, C. Watkins, ESANN 1999, in PyTorch's scale.

    Example:
        >>> hinge(ag.Tensor([0.5, -2.0]), [1.0, 1.0]).item(), hinge(ag.Tensor([[0.5, 0.0, -3.0]]), [1]).item()
        (1.75, 0.5)
    """
    if scores.ndim == 2 and scores.shape[1] > 1:
        classes = scores.shape[1]
        if np.shape(targets) != scores.shape[:1]:
            raise ag.ShapeError(f"hinge: class numbers of shape {np.shape(targets)} for scores of shape {scores.shape}")
        is_right = one_hot(targets, classes)
        right = ag.sum(ag.where(is_right, scores, 0.0), axis=-1, keepdims=True)
        missing = ag.where(is_right, 0.0, ag.relu(1.0 + scores - right))
        return reduced(ag.sum(missing, axis=-1) / classes, reduction)
    signs = targets_like(scores, targets, "hinge")
    check_signs(known(signs))
    return reduced(ag.relu(1.0 - signs * scores), reduction)


@loss_function
def cross_entropy(
    logits: Array,
    targets: Array | ArrayLike,
    reduction: Reduction = "mean",
    *,
    label_smoothing: float = 0.0,
    weight: ArrayLike | None = None,
    ignore_index: int | None = None,
) -> Any:
    """Cross-entropy of softmax(logits): −log of the probability given to the right class.

    With ε the label smoothing and K classes, targets t, as one probability for each class, become::

        t ← (1 − ε) t + ε / K

    Args:
        logits: Raw scores of shape ``(batch, classes)``, for two classes or more; not probabilities.
        targets: Class numbers of shape ``(batch,)``, integers from 0; or one probability for each class, of shape
            ``(batch, classes)``, which add up to 1 in each row.
        reduction: ``"mean"`` over the batch, ``"sum"``, or ``"none"`` for one loss per sample.
        label_smoothing: ε, from 0 to 1: the share of the probability to aim for that goes to all classes alike.
        weight: How much each class counts, ``(classes,)``; a mean over class numbers divides by what all count.
        ignore_index: The class number of samples that do not count.

    Returns:
        A scalar, or an array of shape ``(batch,)`` for ``"none"``.

    Raises:
        ShapeError: The shapes do not belong together.
        DTypeError: Class numbers are not integers.
        ValueError: A class number is not below ``classes``, a row of targets that are no probabilities, an
            ``ignore_index`` for such rows, a label smoothing out of its range, or an unknown reduction.

    Source of label smoothing: C. Szegedy et al., "Rethinking the Inception architecture for computer vision", CVPR
    2016, section 7.

    Example:
        >>> logits = ag.Tensor([[2.0, 0.0], [0.0, 0.0]], requires_grad=True)
        >>> loss = cross_entropy(logits, [0, 1])
        >>> round(loss.item(), 4)                    # (log(1 + e⁻²) + log 2) / 2
        0.41
        >>> loss.backward()
        >>> logits.grad.data.round(4)                # (softmax(logits) − one-hot) / 2
        array([[-0.0596,  0.0596],
               [ 0.25  , -0.25  ]])
        >>> round(cross_entropy(logits, [0, 1], label_smoothing=0.1).item(), 4)
        0.46
    """
    if not isinstance(targets, ag.Tensor):
        targets = np.asarray(targets)
    check_classes(logits.shape, "cross_entropy")
    if not 0 <= label_smoothing <= 1:
        raise ValueError(f"label_smoothing must be from 0 to 1, got {label_smoothing!r}")
    _tell_of_probabilities(logits, "softmax", "cross_entropy", "leave it out, or use cross_entropy_of_probabilities")
    return _cross_entropy(logits, targets, reduction, label_smoothing, weight, ignore_index)


def _cross_entropy(
    logits: Any, targets: Any, reduction: Any, label_smoothing: float, weight: Any = None, ignore_index: Any = None
) -> Any:
    """The same, of an array or a Tensor of targets."""
    full = logits.shape
    if (weight is not None or ignore_index is not None) and targets.shape == full[:-1]:
        counted = Counted(targets, full[-1], weight, ignore_index, logits)
        if label_smoothing and weight is not None:
            return _smoothed_by_weight(
                logits, counted, class_weights(weight, full[-1], logits), label_smoothing, reduction
            )
        return counted.reduced(_cross_entropy(logits, counted.targets, "none", label_smoothing), reduction)
    if targets.shape == full:
        targets = distributions(logits, targets, "cross_entropy")
        if ignore_index is not None:
            raise ValueError("ignore_index is a class number, and these targets are probabilities: leave rows out")
    elif targets.shape == (*full[:-1], 1):
        raise ag.ShapeError(
            f"cross_entropy: class numbers of shape {targets.shape} for logits of shape {logits.shape}; "
            f"pass targets.reshape{logits.shape[:-1]}"
        )
    if label_smoothing:
        certain: Any = targets if targets.shape == full else ag.where(one_hot(targets, full[-1]), 1.0, 0.0)
        smoothed = (1 - label_smoothing) * certain + label_smoothing / full[-1]
        targets = targets_like(logits, smoothed, "cross_entropy")
    if weight is not None:
        weights = targets * class_weights(weight, full[-1], logits)
        return reduced(-ag.sum(weighted_terms(ag.log_softmax(logits, axis=-1), weights), axis=-1), reduction)
    if reduction == "mean":
        return ag.softmax_cross_entropy(logits, targets, mean=True)
    return reduced(ag.softmax_cross_entropy(logits, targets), reduction)


def _smoothed_by_weight(logits: Array, counted: Counted, weights: Any, smoothing: float, reduction: Any) -> Any:
    """The share that goes to all classes counts as each of them does, and not as the right one."""
    all_alike = -ag.sum(weighted_terms(ag.log_softmax(logits, axis=-1), weights), axis=-1) * (smoothing / len(weights))
    if counted.kept is not None:
        all_alike = ag.where(counted.kept, all_alike, 0.0)
    right = counted.weighted(_cross_entropy(logits, counted.targets, "none", 0.0))
    return counted.summed((1 - smoothing) * right + all_alike, reduction)


@loss_function
def binary_cross_entropy_with_logits(logits: Array, targets: Targets, reduction: Reduction = "mean") -> Any:
    """Cross-entropy of yes and no, for p = sigmoid(z): −t·log p − (1 − t)·log(1 − p), straight from z.

    Sigmoid and logarithm cancel, so that nothing overflows, and a sample that is right has a small loss, not none.

    Args:
        logits: Raw scores z of any shape; not probabilities.
        targets: t of the same shape: 0 or 1, or a probability between.
        reduction: ``"mean"`` over all entries, ``"sum"``, or ``"none"`` for one loss per entry.

    Returns:
        A scalar, or an array of the logits' shape for ``"none"``.

    Raises:
        ShapeError: The shapes differ.
        ValueError: A target is outside [0, 1], or an unknown reduction.

    Example:
        >>> logits = ag.Tensor([0.0, 100.0, -100.0], requires_grad=True)
        >>> loss = binary_cross_entropy_with_logits(logits, [1, 1, 1], reduction="none")
        >>> loss.data.round(4)
        array([  0.6931,   0.    , 100.    ])
        >>> loss.sum().backward()
        >>> logits.grad.data                         # sigmoid(z) − t
        array([-5.00000000e-01, -3.72007598e-44, -1.00000000e+00])
    """
    _tell_of_probabilities(logits, "sigmoid", "binary_cross_entropy_with_logits", "leave it out")
    targets = targets_like(logits, targets, "binary_cross_entropy_with_logits")
    check_shares(known(targets), "binary_cross_entropy_with_logits")
    return reduced(ag.BOOK["binary_cross_entropy"](logits, targets), reduction)


def _tell_of_probabilities(logits: Array, rule: str, loss: str, advice: str) -> None:
    """Warn, once a place, of outputs that are probabilities already."""
    if isinstance(logits, ag.Tensor) and logits.rule is not None and logits.rule.name == rule:
        warnings.warn(
            f"{loss} takes logits and applies a {rule} itself, and these outputs come out of a {rule}: {advice}",
            stacklevel=4,  # the loss, and what explains its errors
        )
