"""Noise on the inputs, so that rows are not memorised."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

import autograd as ag
from nn._arguments import checked, fractions, in_range
from nn.init import Seed
from nn.module import Module

__all__ = ["GaussianNoise"]

Input: TypeAlias = ag.Tensor | ArrayLike


class GaussianNoise(Module):
    """In training, x + σ ε with ε drawn anew from N(0, 1) for every entry; in use, x.

    Args:
        deviation: σ, at least 0.
        seed: Where the draws come from, as for `numpy.random.default_rng`.

    Raises:
        ValueError: σ is out of its range.

    Source: C. M. Bishop, "Training with noise is equivalent to Tikhonov regularization", Neural Computation 7, 1995.

    Example:
        >>> noise = GaussianNoise(0.1, seed=0)
        >>> noise(np.zeros(3)).data.round(3)
        array([ 0.013, -0.013,  0.064])
        >>> noise.eval()(np.ones(3)).data
        array([1., 1., 1.])
    """

    @checked
    def __init__(self, deviation: float = 0.1, seed: Seed = None) -> None:
        self.deviation = in_range("deviation", deviation)
        self._generator = np.random.default_rng(seed)

    def forward(self, x: Input) -> ag.Tensor:
        """Add noise in training; give x otherwise."""
        if not isinstance(x, ag.Tensor):
            x = ag.Tensor(x)
        if not self.training or not self.deviation:
            return x
        shape, dtype = x.shape, fractions(x.dtype)

        def draw() -> ag.Tensor:
            drawn = self._generator.standard_normal(shape, np.float32 if dtype == np.float32 else np.float64)
            return ag.Tensor((self.deviation * drawn).astype(dtype))

        noisy: ag.Tensor = x + ag.live(draw)
        return noisy

    def config(self) -> dict[str, Any]:
        """The arguments that make such a layer again."""
        return {"deviation": self.deviation}

    def extra_repr(self) -> str:
        """The standard deviation."""
        return f"deviation={self.deviation:g}"
