"""The Dirichlet distribution, of density Π xᵢ^(αᵢ − 1) · Γ(Σ α) / Π Γ(αᵢ) on numbers that add up to 1."""

from __future__ import annotations

from typing import Any

from scipy import stats

import autograd.numpy as np
from autograd.numpy.arguments import array_of
from autograd.scipy.special import gammaln, psi, xlogy
from autograd.scipy.stats.distribution import REQUIRED, Distribution, holds_node


def logpdf(x: Any, alpha: Any) -> Any:
    """The logarithm of the density at x, shape (k,) or (k, points); α has shape (k,)."""
    if not holds_node(x, alpha):
        return stats.dirichlet.logpdf(x, alpha)
    x, alpha = array_of(x), array_of(alpha)
    if np.shape(x)[0] == np.shape(alpha)[0] - 1:  # the last number is what is left of 1
        x = np.concatenate([x, np.expand_dims(1 - np.sum(x, axis=0), 0)])
    powers = np.reshape(alpha - 1, (-1,) + (1,) * (np.ndim(x) - 1))
    return np.sum(xlogy(powers, x), axis=0) + gammaln(np.sum(alpha)) - np.sum(gammaln(alpha))


def pdf(x: Any, alpha: Any) -> Any:
    """The density at x."""
    if not holds_node(x, alpha):
        return stats.dirichlet.pdf(x, alpha)
    return np.exp(logpdf(x, alpha))


def mean(alpha: Any) -> Any:
    """α / Σ α."""
    return alpha / np.sum(alpha) if holds_node(alpha) else stats.dirichlet.mean(alpha)


def var(alpha: Any) -> Any:
    """The variance of each number: m (1 − m) / (1 + Σ α) for its mean m."""
    if not holds_node(alpha):
        return stats.dirichlet.var(alpha)
    total = np.sum(alpha)
    return alpha * (total - alpha) / (total * total * (total + 1))


def cov(alpha: Any) -> Any:
    """The covariances, shape (k, k): (diag m − m mᵀ) / (1 + Σ α)."""
    if not holds_node(alpha):
        return stats.dirichlet.cov(alpha)
    m = mean(alpha)
    return (np.diag(m) - np.outer(m, m)) / (1 + np.sum(alpha))


def entropy(alpha: Any) -> Any:
    """The mean of −log of the density."""
    if not holds_node(alpha):
        return stats.dirichlet.entropy(alpha)
    total = np.sum(alpha)
    log_normalizer = np.sum(gammaln(alpha)) - gammaln(total)
    return log_normalizer + (total - len(alpha)) * psi(total) - np.sum((alpha - 1) * psi(alpha))


family = Distribution(
    "dirichlet",
    {"alpha": REQUIRED},
    {"logpdf": logpdf, "pdf": pdf},
    {"mean": mean, "var": var, "cov": cov, "entropy": entropy},
)
__getattr__ = family.__getattr__
