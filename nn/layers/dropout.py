"""Dropout: a part of the network is left out, another one at each step."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

import autograd as ag
from nn._arguments import checked, fractions, in_range
from nn.init import Seed
from nn.module import Module

__all__ = ["Dropout", "Dropout2d"]

Input: TypeAlias = ag.Tensor | ArrayLike


def dropped(x: ag.Tensor, p: float, generator: np.random.Generator, shape: tuple[int, ...] | None = None) -> ag.Tensor:
    """x with entries set to zero with probability p, each by itself or as a draw of ``shape`` says."""
    drawn, dtype = x.shape if shape is None else shape, fractions(x.dtype)

    def draw() -> Any:
        kept = generator.random(drawn) >= p
        return ag.Tensor(kept.astype(dtype) / np.asarray(1 - p, dtype))

    kept: ag.Tensor = x * ag.live(draw)
    return kept


class Dropout(Module):
    """In training, each entry is set to zero with probability p, and the others are divided by 1 − p.

    So the expected value of every entry stays what it is in use, where nothing happens. Each call draws anew.

    Args:
        p: The probability, from 0 to below 1.
        seed: Where the draws come from, as for `numpy.random.default_rng`.

    Raises:
        ValueError: p is out of its range.

    Source: N. Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", JMLR 15, 2014.

    Example:
        >>> dropout = Dropout(0.5, seed=0)
        >>> dropout(np.ones(6)).data
        array([2., 0., 0., 0., 2., 2.])
        >>> dropout.eval()(np.ones(3)).data
        array([1., 1., 1.])
    """

    @checked
    def __init__(self, p: float = 0.5, seed: Seed = None) -> None:
        self.p = in_range("p", p, below=1.0)
        self._generator = np.random.default_rng(seed)

    def forward(self, x: Input) -> ag.Tensor:
        """Drop entries in training; give x otherwise."""
        if not isinstance(x, ag.Tensor):
            x = ag.Tensor(x)
        if not self.training or not self.p:
            return x
        return dropped(x, self.p, self._generator, self._drawn(x.shape))

    def _drawn(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of what is drawn."""
        return shape

    def config(self) -> dict[str, Any]:
        """The arguments that make such a layer again."""
        return {"p": self.p}

    def extra_repr(self) -> str:
        """The probability."""
        return f"p={self.p:g}"


class Dropout2d(Dropout):
    """Dropout of whole channels, since neighbours in an image tell nearly the same; arguments as for `Dropout`.

    Input and output shape: ``(batch, channels, …)``.

    Source: J. Tompson et al., "Efficient object localization using convolutional networks", CVPR 2015.

    Example:
        >>> Dropout2d(0.5, seed=0)(np.ones((1, 3, 1, 2))).data
        array([[[[2., 2.]],
        <BLANKLINE>
                [[0., 0.]],
        <BLANKLINE>
                [[0., 0.]]]])
    """

    def _drawn(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        if len(shape) < 3:
            raise ag.ShapeError(f"Dropout2d takes (batch, channels, …), got shape {shape}; for rows there is Dropout")
        return (*shape[:2], *(1,) * (len(shape) - 2))
