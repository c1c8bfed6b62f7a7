"""The Dirichlet distribution, of density Π xᵢ^(αᵢ − 1) · Γ(Σ α) / Π Γ(αᵢ) on numbers that add up to 1."""

from __future__ import annotations

from typing import Any

from scipy import stats

import autograd.numpy as np
from autograd.graph.node import Node
from autograd.scipy.special import gammaln, xlogy
from autograd.scipy.stats.families import others_of


def logpdf(x: Any, alpha: Any) -> Any:
    """The logarithm of the density at x, shape (k,) or (k, points); α has shape (k,)."""
    if not isinstance(x, Node) and not isinstance(alpha, Node):
        return stats.dirichlet.logpdf(x, alpha)
    if np.shape(x)[0] == np.shape(alpha)[0] - 1:  # the last number is what is left of 1
        x = np.concatenate([x, np.expand_dims(1 - np.sum(x, axis=0), 0)])
    powers = np.reshape(alpha - 1, (-1,) + (1,) * (np.ndim(x) - 1))
    return np.sum(xlogy(powers, x), axis=0) + gammaln(np.sum(alpha)) - np.sum(gammaln(alpha))


def pdf(x: Any, alpha: Any) -> Any:
    """The density at x."""
    if not isinstance(x, Node) and not isinstance(alpha, Node):
        return stats.dirichlet.pdf(x, alpha)
    return np.exp(logpdf(x, alpha))


__getattr__ = others_of("dirichlet")
