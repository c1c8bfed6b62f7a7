"""A learnt vector for each position in a sequence."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

import autograd as ag
from nn import init
from nn._arguments import checked, positive_integer
from nn.init import Initializer, Seed
from nn.layers._inputs import as_tensor
from nn.module import Module, Parameter

__all__ = ["PositionEmbedding"]

Input: TypeAlias = ag.Tensor | ArrayLike


class PositionEmbedding(Module):
    """Row t of a table of learnt vectors is added at position t: attention by itself ignores order.

    Input and output shape: ``(batch, length, features)``, of a length up to the number of rows.

    Args:
        places: The greatest length of a sequence.
        features: The size of the vector at each position.
        initializer: How the table starts: a name in `nn.init.INITIALIZERS` or a function ``(shape, seed, dtype)``; by
            default as N(0, 1).
        seed: Where the random weights come from, as for `numpy.random.default_rng`.
        dtype: The dtype of the table.

    Attributes:
        weight: The table, of shape ``(places, features)``.

    Raises:
        ValueError: A size is not a positive integer.
        ShapeError: When called: the sequence is longer, or has other features.

    Source: J. Gehring et al., "Convolutional sequence to sequence learning", ICML 2017, section 3.1.

    Example:
        >>> layer = PositionEmbedding(16, 8, seed=0)
        >>> layer(np.zeros((5, 3, 8))).shape
        (5, 3, 8)
    """

    @checked
    def __init__(
        self,
        places: int,
        features: int,
        *,
        initializer: str | Initializer = "normal",
        seed: Seed = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        shape = positive_integer("places", places), positive_integer("features", features)
        self.weight = Parameter(init.initializer(initializer)(shape, seed, dtype), label="weight")

    def forward(self, x: Input) -> ag.Tensor:
        """Compute x plus the rows of its positions."""
        x = as_tensor(x, self.weight.dtype)
        places, features = self.weight.shape
        if x.ndim != 3 or x.shape[1] > places or x.shape[2] != features:
            raise ag.ShapeError(f"{self} takes (batch, length up to {places}, {features}), got shape {x.shape}")
        y: ag.Tensor = x + self.weight[: x.shape[1]]
        return y

    def config(self) -> dict[str, Any]:
        """The arguments that make such a layer again, with its values at zero."""
        places, features = self.weight.shape
        return {"places": places, "features": features, "initializer": "zeros", "dtype": self.weight.dtype.name}

    def extra_repr(self) -> str:
        """The sizes."""
        return ", ".join(map(str, self.weight.shape))
