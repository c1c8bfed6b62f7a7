"""Forwards that are more than one call: what the entries of the book compute on arrays, and on floats."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograd.rules.shapes import Axis, count, is_basic


def sigmoid(x: Any) -> Any:
    """1 / (1 + e⁻ˣ)."""
    # e^−|x| never overflows, and each branch keeps its relative accuracy in its tail.
    decay = np.exp(-np.abs(x))
    return np.where(np.greater_equal(x, 0), 1, decay) / (1 + decay)


def sigmoid_of_float(x: float) -> float:
    """1 / (1 + e⁻ˣ)."""
    decay = math.exp(-abs(x))
    return (1.0 if x >= 0 else decay) / (1.0 + decay)


sum_: Any = np.add.reduce  # what np.sum calls, at half its price for a few numbers


def mean(x: Any, axis: Axis, keepdims: bool) -> Any:
    """The mean over axes."""
    if getattr(x, "dtype", None) in _SUMMED_AS_THEY_ARE:  # what np.mean does, but for its detours
        return sum_(x, axis, keepdims=keepdims) / count(x, axis)
    return np.mean(x, axis=axis, keepdims=keepdims)


_SUMMED_AS_THEY_ARE = (np.dtype(np.float32), np.dtype(np.float64))


def broadcast_to(x: Any, shape: tuple[int, ...]) -> Any:
    """As ``np.broadcast_to``."""
    if getattr(x, "shape", ()):
        return np.broadcast_to(x, shape)
    number = np.asarray(x)
    same = np.ndarray(shape, number.dtype, number, strides=(0,) * len(shape))  # the same, sooner
    same.flags.writeable = False
    return same


def sum_to(x: Any, shape: tuple[int, ...]) -> Any:
    """The sum over the axes along which ``shape`` was broadcast."""
    full = np.shape(x)
    leading = len(full) - len(shape)
    if full[leading:] == shape:
        return x if not leading else np.add.reduce(x, 0 if leading == 1 else tuple(range(leading)))
    stretched = (leading + i for i, size in enumerate(shape) if size == 1 and full[leading + i] != 1)
    y = np.add.reduce(x, (*range(leading), *stretched))
    return y if y.shape == shape else np.reshape(y, shape)


def scatter(x: Any, shape: tuple[int, ...], index: Any) -> Any:
    """Zeros of ``shape`` with x added at an index."""
    result = np.zeros(shape, dtype=np.asarray(x).dtype)
    if is_basic(index):
        result[index] = x
    else:
        np.add.at(result, index, x)
    return result


def logsumexp(x: Any, axis: Axis, keepdims: bool) -> Any:
    """ln Σ exp xᵢ."""
    # Subtracting the largest entry first keeps every exponential at or below one.
    top = np.max(x, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0)
    total = np.log(np.sum(np.exp(x - top), axis=axis, keepdims=True)) + top
    return total if keepdims else np.squeeze(total, axis)


def softmax(x: Any, axis: Axis) -> Any:
    """exp xᵢ / Σ exp xⱼ."""
    grown = np.exp(x - np.maximum.reduce(x, axis, keepdims=True))
    grown /= np.add.reduce(grown, axis, keepdims=True)
    return grown


def logsumexp_of_floats(*xs: float) -> float:
    """ln Σ exp xᵢ of floats."""
    top = max(xs)
    if math.isinf(top):  # and inf − inf is no number
        return top if all(x == x for x in xs) else math.nan
    return top + math.log(math.fsum(math.exp(x - top) for x in xs))


def linear(x: Any, W: Any, b: Any) -> Any:
    """X W + b."""
    y = np.matmul(x, W)
    if getattr(b, "dtype", ...) == y.dtype or y.dtype == np.result_type(y, b):
        y += b
        return y
    return y + b


def loss_of_classes(logits: Any, targets: Any) -> Any:
    """ln Σ exp xⱼ − xₜ for each sample."""
    # ln Σ exp x − xₜ, with the largest x taken out of both terms; it is no number to take out where it is infinite.
    top = np.maximum.reduce(logits, -1, keepdims=True)
    if not math.isfinite(np.maximum.reduce(np.absolute(top), None, initial=0)):
        top = np.where(np.isfinite(top), top, 0)
    shifted = logits - top
    if shifted.ndim == 2:
        right = shifted[np.arange(len(shifted)), targets]
    else:
        rows = shifted.reshape(-1, shifted.shape[-1])
        right = rows[np.arange(len(rows)), np.reshape(targets, -1)].reshape(np.shape(targets))
    return np.log(np.add.reduce(np.exp(shifted), -1)) - right
