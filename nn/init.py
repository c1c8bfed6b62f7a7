"""Initialisers: the first values of a layer's weights, scaled so that signals neither grow nor fade with depth.

Each takes a weight's shape ``(fan_in, fan_out)`` and a source of randomness, and returns an array:

==================  ============================================  ==============================
name                drawn from                                    meant for
==================  ============================================  ==============================
glorot_uniform      U(−a, a), a = √(6 / (fan_in + fan_out))       tanh, sigmoid, linear outputs
glorot_normal       N(0, σ²), σ = √(2 / (fan_in + fan_out))       the same
he_uniform          U(−a, a), a = √(6 / fan_in)                   relu and its relatives
he_normal           N(0, σ²), σ = √(2 / fan_in)                   the same
zeros               0                                             biases
==================  ============================================  ==============================

``xavier_uniform`` and ``xavier_normal`` are other names of the Glorot pair.

Sources: X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks",
AISTATS 2010, equation 16 (uniform), and its variance, equation 12 (normal); K. He et al., "Delving deep into
rectifiers", ICCV 2015, equation 10.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

import autograd as ag

__all__ = [
    "INITIALIZERS",
    "Initializer",
    "Seed",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "initializer",
    "ones",
    "planning",
    "xavier_normal",
    "xavier_uniform",
    "zeros",
]

# What `numpy.random.default_rng` takes: a number for the same values every time, a Generator to go on drawing
# from, None for new values on every run.
Seed: TypeAlias = int | np.random.Generator | None

# Modules built while this is set are plans: their arrays have shapes and dtypes, and take no memory.
planning: ContextVar[bool] = ContextVar("planning", default=False)

# Called with (shape, seed, dtype).
Initializer: TypeAlias = Callable[[tuple[int, ...], Seed, DTypeLike], NDArray[Any]]


def glorot_uniform(shape: tuple[int, ...], seed: Seed = None, dtype: DTypeLike = np.float32) -> NDArray[Any]:
    """Draw from U(−a, a) with a = √(6 / (fan_in + fan_out)).

    Args:
        shape: ``(fan_in, fan_out)``.
        seed: As for `numpy.random.default_rng`.
        dtype: The dtype of the result.

    Raises:
        ShapeError: The shape has not two sides.

    Example:
        >>> glorot_uniform((2, 2), seed=0).round(3)
        array([[ 0.335, -0.564],
               [-1.124, -1.184]], dtype=float32)
    """
    fan_in, fan_out = _fans(shape)
    return _uniform(shape, math.sqrt(6 / (fan_in + fan_out)), seed, dtype)


def glorot_normal(shape: tuple[int, ...], seed: Seed = None, dtype: DTypeLike = np.float32) -> NDArray[Any]:
    """Draw from N(0, σ²) with σ = √(2 / (fan_in + fan_out)); arguments as for `glorot_uniform`.

    Example:
        >>> bool(abs(glorot_normal((300, 200), seed=0).std() - (2 / 500) ** 0.5) < 1e-3)
        True
    """
    fan_in, fan_out = _fans(shape)
    return _normal(shape, math.sqrt(2 / (fan_in + fan_out)), seed, dtype)


def he_uniform(shape: tuple[int, ...], seed: Seed = None, dtype: DTypeLike = np.float32) -> NDArray[Any]:
    """Draw from U(−a, a) with a = √(6 / fan_in); arguments as for `glorot_uniform`.

    Example:
        >>> bool(abs(he_uniform((300, 200), seed=0)).max() <= (6 / 300) ** 0.5)
        True
    """
    fan_in, _ = _fans(shape)
    return _uniform(shape, math.sqrt(6 / fan_in), seed, dtype)


def he_normal(shape: tuple[int, ...], seed: Seed = None, dtype: DTypeLike = np.float32) -> NDArray[Any]:
    """Draw from N(0, σ²) with σ = √(2 / fan_in); arguments as for `glorot_uniform`.

    Example:
        >>> bool(abs(he_normal((300, 200), seed=0).std() - (2 / 300) ** 0.5) < 1e-3)
        True
    """
    fan_in, _ = _fans(shape)
    return _normal(shape, math.sqrt(2 / fan_in), seed, dtype)


def zeros(shape: tuple[int, ...], seed: Seed = None, dtype: DTypeLike = np.float32) -> NDArray[Any]:  # noqa: ARG001 - the table's signature
    """Zeros of any shape.

    Example:
        >>> zeros((3,))
        array([0., 0., 0.], dtype=float32)
    """
    return np.broadcast_to(np.zeros((), dtype), shape) if planning.get() else np.zeros(shape, dtype)


def ones(shape: tuple[int, ...], seed: Seed = None, dtype: DTypeLike = np.float32) -> NDArray[Any]:  # noqa: ARG001 - the table's signature
    """Ones of any shape.

    Example:
        >>> ones((3,))
        array([1., 1., 1.], dtype=float32)
    """
    return np.broadcast_to(np.ones((), dtype), shape) if planning.get() else np.ones(shape, dtype)


xavier_uniform = glorot_uniform
xavier_normal = glorot_normal

INITIALIZERS: dict[str, Initializer] = {
    "glorot_uniform": glorot_uniform,
    "glorot_normal": glorot_normal,
    "xavier_uniform": xavier_uniform,
    "xavier_normal": xavier_normal,
    "he_uniform": he_uniform,
    "he_normal": he_normal,
    "zeros": zeros,
}


def initializer(name: str | Initializer) -> Initializer:
    """The initialiser of this name; a callable is its own.

    Raises:
        ValueError: There is none of this name.

    Example:
        >>> initializer("he_normal") is he_normal
        True
    """
    if callable(name):
        return name
    if name not in INITIALIZERS:
        raise ValueError(f"no initializer is named {name!r}; choose one of {', '.join(INITIALIZERS)}")
    return zeros if planning.get() else INITIALIZERS[name]


def _fans(shape: tuple[int, ...]) -> tuple[int, int]:
    if len(shape) != 2:
        raise ag.ShapeError(f"an initializer of weights takes a shape (fan_in, fan_out), got {shape}")
    return shape


def _uniform(shape: tuple[int, ...], limit: float, seed: Seed, dtype: DTypeLike) -> NDArray[Any]:
    return np.random.default_rng(seed).uniform(-limit, limit, shape).astype(dtype)


def _normal(shape: tuple[int, ...], deviation: float, seed: Seed, dtype: DTypeLike) -> NDArray[Any]:
    return np.random.default_rng(seed).normal(0.0, deviation, shape).astype(dtype)
