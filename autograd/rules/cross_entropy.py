"""Forwards of the losses that take logits: what their entries of the book compute on arrays, and on floats."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.rules.forwards import are_finite, largest, log_of_total, log_softmax, negated

# The commonest, as NumPy takes ten times as long to read a text.
WITHOUT_SIGN = {np.dtype(np.int64): np.dtype(np.uint64), np.dtype(np.int32): np.dtype(np.uint32)}


def check_classes(numbers: Any, classes: int) -> None:
    """Raise where a class number has no logit.

    Raises:
        ValueError: With the numbers found.
    """
    # Seen without their sign, numbers below 0 are large: one look at them all in place of two.
    seen = numbers.view(WITHOUT_SIGN.get(numbers.dtype) or numbers.dtype.str.replace("i", "u"))
    if seen.size and seen.item(seen.argmax()) >= classes:
        raise ValueError(
            f"class numbers from {numbers.min()} to {numbers.max()} for {classes} logits: expected 0 to {classes - 1}"
        )


def one_hot(targets: Any, classes: int) -> Any:
    """True at each class number; checked here too, as a gradient alone may be computed without its loss."""
    numbers = np.asarray(targets)
    hot: Any = np.equal(numbers[..., None], np.arange(classes))
    if np.count_nonzero(hot) != numbers.size:
        check_classes(numbers, classes)
    return hot


def loss_of_classes(logits: Any, targets: Any) -> Any:
    """ln Σ exp xⱼ − xₜ for each sample, as ln(1 + Σ exp(xⱼ − max x) of the others) + (max x − xₜ)."""
    if logits.ndim != 2:
        flat = loss_of_classes(logits.reshape(-1, logits.shape[-1]), np.reshape(targets, -1))
        return flat.reshape(np.shape(targets))
    if logits.dtype.kind in "biu":  # whole numbers are logits too
        logits = logits.astype(np.float64)
    samples, best = np.arange(len(logits)), logits.argmax(1)
    top = logits[samples, best]
    if not are_finite(top):
        shifted = logits - largest(logits, 1)
        return log_of_total(shifted, 1)[:, 0] - shifted[samples, targets]
    shifted = logits - top[:, None]
    right = shifted[samples, targets]
    others = np.exp(shifted, out=shifted)
    others[samples, best] = 0
    return np.log1p(np.add.reduce(others, 1)) - right


def loss_of_probabilities(logits: Any, targets: Any) -> Any:
    """−Σⱼ tⱼ ln softmax(x)ⱼ for each sample; a class of weight 0 adds nothing, even where its logit is −∞."""
    return -np.sum(targets * np.where(np.equal(targets, 0), 0, log_softmax(logits, -1)), axis=-1)


def binary_cross_entropy(z: Any, t: Any) -> Any:
    """(1 − t) ln(1 + eᶻ) + t ln(1 + e⁻ᶻ), as ln(1 + e^−|z|) and |z| times the weight of the wrong side."""
    weight = np.where(np.greater(z, 0), 1 - t, t)
    size = np.abs(z)
    return weight * np.where(np.equal(weight, 0), 0, size) + np.log1p(np.exp(negated(size)))


def binary_cross_entropy_of_floats(z: float, t: float) -> float:
    """As `binary_cross_entropy`."""
    weight = 1.0 - t if z > 0 else t
    return (weight * abs(z) if weight != 0 else 0.0) + math.log1p(math.exp(-abs(z)))
