"""Initialisers: the first values of a layer's weights, scaled so that signals neither grow nor fade with depth.

Each takes a weight's shape, ``(fan_in, fan_out)`` or a kernel's ``(out, in, …)``, and a source of randomness, and
returns an array:

==================  ============================================  ==============================
name                drawn from                                    meant for
==================  ============================================  ==============================
glorot_uniform      U(−a, a), a = √(6 / (fan_in + fan_out))       tanh, sigmoid, linear outputs
glorot_normal       N(0, σ²), σ = √(2 / (fan_in + fan_out))       the same
he_uniform          U(−a, a), a = √(6 / fan_in)                   relu and its relatives
he_normal           N(0, σ²), σ = √(2 / fan_in)                   the same
lecun_uniform       U(−a, a), a = √(3 / fan_in)                   inputs that keep their variance
lecun_normal        N(0, σ²), σ = √(1 / fan_in)                   the same
orthogonal          matrices of orthonormal rows or columns       recurrent weights, deep linear maps
normal              N(0, 1)                                       tables of vectors
zeros               0                                             biases
==================  ============================================  ==============================

``xavier_uniform`` and ``xavier_normal`` are other names of the Glorot pair.

Sources: X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks",
AISTATS 2010, equation 16 (uniform), and its variance, equation 12 (normal); K. He et al., "Delving deep into
rectifiers", ICCV 2015, equation 10; Y. LeCun et al., "Efficient BackProp", 1998, section 4.6; A. Saxe et al., "Exact
solutions to the nonlinear dynamics of learning in deep linear networks", ICLR 2014.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NoReturn, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

import autograd as ag
from nn._arguments import explained

__all__ = [
    "INITIALIZERS",
    "Initializer",
    "Seed",
    "gain",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "initializer",
    "lecun_normal",
    "lecun_uniform",
    "normal",
    "ones",
    "orthogonal",
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


@explained
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


@explained
def glorot_normal(shape: tuple[int, ...], seed: Seed = None, dtype: DTypeLike = np.float32) -> NDArray[Any]:
    """Draw from N(0, σ²) with σ = √(2 / (fan_in + fan_out)); arguments as for `glorot_uniform`.

    Example:
        >>> bool(abs(glorot_normal((300, 200), seed=0).std() - (2 / 500) ** 0.5) < 1e-3)
        True
    """
    fan_in, fan_out = _fans(shape)
    return _normal(shape, math.sqrt(2 / (fan_in + fan_out)), seed, dtype)


@explained
def he_uniform(shape: tuple[int, ...], seed: Seed = None, dtype: DTypeLike = np.float32) -> NDArray[Any]:
    """Draw from U(−a, a) with a = √(6 / fan_in); arguments as for `glorot_uniform`.

    Example:
        >>> bool(abs(he_uniform((300, 200), seed=0)).max() <= (6 / 300) ** 0.5)
        True
    """
    fan_in, _ = _fans(shape)
    return _uniform(shape, math.sqrt(6 / fan_in), seed, dtype)


@explained
def he_normal(shape: tuple[int, ...], seed: Seed = None, dtype: DTypeLike = np.float32) -> NDArray[Any]:
    """Draw from N(0, σ²) with σ = √(2 / fan_in); arguments as for `glorot_uniform`.

    Example:
        >>> bool(abs(he_normal((300, 200), seed=0).std() - (2 / 300) ** 0.5) < 1e-3)
        True
    """
    fan_in, _ = _fans(shape)
    return _normal(shape, math.sqrt(2 / fan_in), seed, dtype)


@explained
def lecun_uniform(shape: tuple[int, ...], seed: Seed = None, dtype: DTypeLike = np.float32) -> NDArray[Any]:
    """Draw from U(−a, a) with a = √(3 / fan_in); arguments as for `glorot_uniform`.

    Example:
        >>> bool(abs(lecun_uniform((300, 200), seed=0)).max() <= (3 / 300) ** 0.5)
        True
    """
    fan_in, _ = _fans(shape)
    return _uniform(shape, math.sqrt(3 / fan_in), seed, dtype)


@explained
def lecun_normal(shape: tuple[int, ...], seed: Seed = None, dtype: DTypeLike = np.float32) -> NDArray[Any]:
    """Draw from N(0, σ²) with σ = √(1 / fan_in); arguments as for `glorot_uniform`.

    Example:
        >>> bool(abs(lecun_normal((300, 200), seed=0).std() - (1 / 300) ** 0.5) < 1e-3)
        True
    """
    fan_in, _ = _fans(shape)
    return _normal(shape, math.sqrt(1 / fan_in), seed, dtype)


@explained
def orthogonal(shape: tuple[int, ...], seed: Seed = None, dtype: DTypeLike = np.float32) -> NDArray[Any]:
    """A random matrix, all equally likely, whose columns (or rows, if these are fewer) are orthonormal.

    Axes after the first count as one; other arguments as for `glorot_uniform`.

    Example:
        >>> W = orthogonal((5, 3), seed=0, dtype=np.float64)
        >>> np.allclose(W.T @ W, np.eye(3))
        True
    """
    _fans(shape)
    rows, columns = shape[0], math.prod(shape[1:])
    drawn = np.random.default_rng(seed).normal(size=(max(rows, columns), min(rows, columns)))
    Q, R = np.linalg.qr(drawn)
    Q *= np.where(np.diagonal(R) < 0, -1.0, 1.0)  # or some would be more likely than others
    return (Q if rows >= columns else Q.T).reshape(shape).astype(dtype)


@explained
def normal(shape: tuple[int, ...], seed: Seed = None, dtype: DTypeLike = np.float32) -> NDArray[Any]:
    """Draw from N(0, 1), for any shape; other arguments as for `glorot_uniform`.

    Example:
        >>> normal((2,), seed=0).round(3)
        array([ 0.126, -0.132], dtype=float32)
    """
    return _normal(shape, 1.0, seed, dtype)


# What an activation leaves of the variance of N(0, 1) is made up for by weights that are larger by so much.
_GAINS = {"identity": 1.0, "sigmoid": 1.0, "tanh": 5 / 3, "relu": math.sqrt(2.0)}


@explained
def gain(activation: str, slope: float = 0.01) -> float:
    """The factor for weights in front of an activation, beside those of `lecun_normal`, in PyTorch's choice.

    Args:
        activation: Its name; `relu`'s for its smooth relatives.
        slope: Of ``leaky_relu``.

    Raises:
        ValueError: None is known.

    Example:
        >>> round(gain("relu"), 4), round(gain("leaky_relu", 0.2), 4)
        (1.4142, 1.3868)
    """
    if activation == "leaky_relu":
        return math.sqrt(2 / (1 + slope**2))
    name = "relu" if activation in ("elu", "gelu", "silu", "softplus") else activation
    if name not in _GAINS:
        raise ValueError(f"no gain is known for {activation!r}; there are {', '.join([*_GAINS, 'leaky_relu'])}")
    return _GAINS[name]


@explained
def zeros(shape: tuple[int, ...], seed: Seed = None, dtype: DTypeLike = np.float32) -> NDArray[Any]:  # noqa: ARG001 - the table's signature
    """Zeros of any shape.

    Example:
        >>> zeros((3,))
        array([0., 0., 0.], dtype=float32)
    """
    return np.broadcast_to(np.zeros((), dtype), shape) if planning.get() else np.zeros(shape, dtype)


@explained
def ones(shape: tuple[int, ...], seed: Seed = None, dtype: DTypeLike = np.float32) -> NDArray[Any]:  # noqa: ARG001 - the table's signature
    """Ones of any shape.

    Example:
        >>> ones((3,))
        array([1., 1., 1.], dtype=float32)
    """
    return np.broadcast_to(np.ones((), dtype), shape) if planning.get() else np.ones(shape, dtype)


xavier_uniform = glorot_uniform
xavier_normal = glorot_normal

# By the names that layers take.
INITIALIZERS: dict[str, Initializer] = {
    "glorot_uniform": glorot_uniform,
    "glorot_normal": glorot_normal,
    "xavier_uniform": xavier_uniform,
    "xavier_normal": xavier_normal,
    "he_uniform": he_uniform,
    "he_normal": he_normal,
    "lecun_uniform": lecun_uniform,
    "lecun_normal": lecun_normal,
    "orthogonal": orthogonal,
    "normal": normal,
    "zeros": zeros,
}


@explained
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


if not TYPE_CHECKING:
    _MADE = ("constant", "eye", "dirac", "sparse", "trunc_normal", "uniform", "random_uniform", "random_normal")

    def __getattr__(name: str) -> NoReturn:
        """Say how a weight is drawn anew, where PyTorch changes it in place."""
        ours = name.rstrip("_").replace("kaiming", "he")
        hint = f": w.data = nn.init.{ours}(w.shape)" if ours in __all__ else ""
        hint = ": any array of that shape does, as in w.data = np.full(w.shape, 0.1)" if ours in _MADE else hint
        raise AttributeError(f"module 'nn.init' has no attribute {name!r}{hint}")


def _fans(shape: tuple[int, ...]) -> tuple[int, int]:
    if len(shape) < 2:
        raise ag.ShapeError(f"an initializer of weights takes a shape (fan_in, fan_out), got {shape}")
    if len(shape) > 2:  # a kernel's
        places = math.prod(shape[2:])
        return shape[1] * places, shape[0] * places
    return shape[0], shape[1]


def _uniform(shape: tuple[int, ...], limit: float, seed: Seed, dtype: DTypeLike) -> NDArray[Any]:
    return np.random.default_rng(seed).uniform(-limit, limit, shape).astype(dtype)


def _normal(shape: tuple[int, ...], deviation: float, seed: Seed, dtype: DTypeLike) -> NDArray[Any]:
    return np.random.default_rng(seed).normal(0.0, deviation, shape).astype(dtype)
