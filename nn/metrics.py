"""Metrics: how good predictions are, as plain functions ``(y_true, y_pred)``.

The order of the arguments and the results are scikit-learn's, so its functions can be used in their place.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

import autograd as ag
from nn._arguments import explained

__all__ = ["accuracy", "confusion_matrix", "mean_absolute_error", "r2_score"]


@explained
def accuracy(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """The share of predictions that are right.

    Args:
        y_true: Right class numbers or names, of any shape.
        y_pred: Predicted ones, of the same shape.

    Raises:
        ShapeError: The shapes differ.
        ValueError: There are no predictions.

    Example:
        >>> accuracy([0, 1, 2, 2], [0, 1, 2, 0])
        0.75
    """
    y_true, y_pred = _pair("accuracy", y_true, y_pred)
    return float(np.mean(y_true == y_pred))


@explained
def mean_absolute_error(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Mean of |y_true − y_pred|, in the units of y; arguments as for `accuracy`.

    Example:
        >>> mean_absolute_error([1.0, 2.0], [1.5, 1.0])
        0.75
    """
    y_true, y_pred = _pair("mean_absolute_error", y_true, y_pred)
    return float(np.mean(np.abs(np.subtract(y_true, y_pred, dtype=np.float64))))


@explained
def r2_score(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """R², the share of the targets' variance that is explained: 1 − Σ(y − ŷ)² / Σ(y − mean y)².

    1 is perfect, 0 no better than the mean. For several outputs, shape ``(samples, outputs)``, the mean of theirs.
    Targets that are all equal have no variance: 1 where the prediction is exact, else 0, as in scikit-learn.
    Arguments as for `accuracy`.

    Example:
        >>> r2_score([1.0, 2.0, 3.0], [1.0, 2.0, 4.0])
        0.5
    """
    y_true, y_pred = _pair("r2_score", y_true, y_pred)
    y_true, y_pred = y_true.astype(np.float64), y_pred.astype(np.float64)
    errors, differences = y_true - y_pred, y_true - y_true.mean(axis=0)
    # By a power of two, which rounds nothing, to where no square of a difference is 0 or infinite.
    _, size = np.frexp(np.abs(differences).max(axis=0))
    with np.errstate(over="ignore", under="ignore"):
        unexplained = np.sum(np.ldexp(errors, -size) ** 2, axis=0)
        variation = np.sum(np.ldexp(differences, -size) ** 2, axis=0)
    share = unexplained / np.where(variation == 0, 1, variation)
    return float(np.mean(1 - np.where(variation == 0, np.any(errors != 0, axis=0), share)))


@explained
def confusion_matrix(y_true: ArrayLike, y_pred: ArrayLike, *, labels: ArrayLike | None = None) -> NDArray[np.int64]:
    """How often each class (row) was taken for each class (column).

    Args:
        y_true: Right labels, shape ``(samples,)``.
        y_pred: Predicted labels, shape ``(samples,)``.
        labels: The classes in the order of rows and columns; by default all that occur, sorted. Samples with
            another label are left out.

    Returns:
        Counts of shape ``(classes, classes)``.

    Raises:
        ShapeError: The shapes differ.
        ValueError: There are no predictions.

    Example:
        >>> confusion_matrix([0, 0, 1, 2], [0, 1, 1, 2])
        array([[1, 1, 0],
               [0, 1, 0],
               [0, 0, 1]])
    """
    y_true, y_pred = _pair("confusion_matrix", y_true, y_pred)
    classes = np.union1d(y_true, y_pred) if labels is None else np.asarray(labels)
    true, pred = (np.equal(given[:, None], classes).astype(np.int64) for given in (y_true, y_pred))
    counts: NDArray[np.int64] = true.T @ pred
    return counts


def _pair(metric: str, y_true: ArrayLike, y_pred: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    true, pred = (each.data if isinstance(each, ag.Tensor) else np.asarray(each) for each in (y_true, y_pred))
    if true.shape != pred.shape:
        logits = "; classes of logits are logits.argmax(axis=1)" if {true.ndim, pred.ndim} == {1, 2} else ""
        raise ag.ShapeError(
            f"{metric}: y_true has shape {true.shape} and y_pred {pred.shape}; they must be equal{logits}"
        )
    if true.size == 0:
        raise ValueError(f"{metric} needs at least one prediction, got none")
    return true, pred
