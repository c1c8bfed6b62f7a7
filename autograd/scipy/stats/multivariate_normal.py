"""The normal distribution of vectors, of density exp(−(x − μ)ᵀ Σ⁻¹ (x − μ) / 2) / √det(2π Σ)."""

from __future__ import annotations

import math
from typing import Any

from numpy.linalg import eigvalsh
from scipy import stats

import autograd.numpy as np
from autograd.errors import ShapeError
from autograd.graph.node import Node
from autograd.numpy.arguments import array_of
from autograd.scipy.stats.distribution import Distribution, holds_node


def logpdf(x: Any, mean: Any = None, cov: Any = 1, allow_singular: bool = False) -> Any:
    """The logarithm of the density at x, shape (d,) or (points, d); where d is 1, (points,) too.

    Args:
        x: Where.
        mean: μ, shape (d,); 0 by default.
        cov: Σ, a matrix of shape (d, d), a diagonal, or a number.
        allow_singular: Whether Σ may be singular; then it has no derivative.

    Raises:
        TypeError: A derivative for a Σ that may be singular.
        ShapeError: Vectors of another length than μ or Σ.
    """
    if not holds_node(x, mean, cov):
        return stats.multivariate_normal.logpdf(x, mean, cov, allow_singular)
    x, mean, cov = map(array_of, (x, mean, cov))
    # As in SciPy the mean says how long vectors are, or else the matrix; of numbers there may be many.
    size = np.size(mean) if mean is not None else np.shape(cov)[0] if np.ndim(cov) == 2 else 1
    x = np.expand_dims(x, -1) if size == 1 and np.ndim(x) < 2 else x
    deviation = x if mean is None else x - mean
    if np.shape(deviation)[-1] != size:
        raise ShapeError(
            f"multivariate_normal of vectors of length {np.shape(deviation)[-1]}: its mean and cov are of length {size}"
        )
    sigma = _matrix(cov, size)
    if allow_singular:
        if isinstance(sigma, Node) and sigma.requires_grad:
            raise TypeError("multivariate_normal: a covariance that may be singular has no derivative: give a constant")
        sigma = sigma._raw if isinstance(sigma, Node) else sigma
        lengths = eigvalsh(sigma)
        kept = lengths[lengths > 1e6 * 2.3e-16 * max(abs(lengths))]
        log_det, rank = math.fsum(map(math.log, kept)), len(kept)
        solved = deviation @ np.linalg.pinv(sigma, hermitian=True)
    else:
        log_det, rank = np.linalg.slogdet(sigma)[1], size
        solved = np.linalg.solve(sigma, np.reshape(deviation, (-1, size)).T).T
        solved = np.reshape(solved, np.shape(deviation))
    return -(np.squeeze(np.sum(deviation * solved, axis=-1)) + log_det + rank * math.log(2 * math.pi)) / 2


def pdf(x: Any, mean: Any = None, cov: Any = 1, allow_singular: bool = False) -> Any:
    """The density at x."""
    if not holds_node(x, mean, cov):
        return stats.multivariate_normal.pdf(x, mean, cov, allow_singular)
    return np.exp(logpdf(x, mean, cov, allow_singular))


def entropy(mean: Any = None, cov: Any = 1, allow_singular: bool = False) -> Any:
    """½ log det(2πe Σ)."""
    if not isinstance(cov, Node):
        mean = mean._raw if isinstance(mean, Node) else mean
        return stats.multivariate_normal(mean, cov, allow_singular).entropy()
    if allow_singular:
        raise TypeError("multivariate_normal: a covariance that may be singular has no derivative: give a constant")
    size = next((np.shape(part)[-1] for part in (mean, cov) if np.ndim(part)), 1)
    return (np.linalg.slogdet(_matrix(cov, size))[1] + size * math.log(2 * math.pi * math.e)) / 2


def _matrix(cov: Any, size: int) -> Any:
    if np.ndim(cov) == 2:
        return cov
    return np.eye(size) * (cov if np.ndim(cov) == 0 else np.reshape(cov, (-1, 1)))


family = Distribution(
    "multivariate_normal",
    {"mean": None, "cov": 1, "allow_singular": False},
    {"logpdf": logpdf, "pdf": pdf},
    {"entropy": entropy},
)
__getattr__ = family.__getattr__
