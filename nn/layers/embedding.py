"""A learnt vector for each of many things."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

import autograd as ag
from nn import init
from nn._arguments import checked, positive_integer
from nn.init import Initializer, Seed
from nn.module import Module, Parameter

__all__ = ["Embedding"]

Input: TypeAlias = ag.Tensor | ArrayLike


class Embedding(Module):
    """Row i of a table of learnt vectors for each number i: words, letters, categories.

    Input shape: any, of integers from 0 to below ``num_embeddings``. Output shape: the input's, and ``embedding_dim``.

    Args:
        num_embeddings: How many things there are.
        embedding_dim: The length of their vectors.
        initializer: How the table starts: a name in `nn.init.INITIALIZERS` or a function ``(shape, seed, dtype)``; by
            default as N(0, 1).
        seed: Where the random weights come from, as for `numpy.random.default_rng`.
        dtype: The dtype of the table.

    Attributes:
        weight: The table, of shape ``(num_embeddings, embedding_dim)``.

    Raises:
        ValueError: A size is not a positive integer.
        DTypeError: When called: the numbers are not integers.
        IndexError: When called: a number is out of range.

    Example:
        >>> layer = Embedding(27, 4, seed=0)
        >>> layer([[1, 2, 1]]).shape
        (1, 3, 4)
        >>> layer([1, 2, 1]).sum().backward()
        >>> layer.weight.grad.data[:3, 0]
        array([0., 2., 1.], dtype=float32)
    """

    @checked
    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        *,
        initializer: str | Initializer = "normal",
        seed: Seed = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        shape = positive_integer("num_embeddings", num_embeddings), positive_integer("embedding_dim", embedding_dim)
        self.weight = Parameter(init.initializer(initializer)(shape, seed, dtype), label="weight")

    @property
    def num_embeddings(self) -> int:
        """How many things there are."""
        return self.weight.shape[0]

    @property
    def embedding_dim(self) -> int:
        """The length of their vectors."""
        return self.weight.shape[1]

    def forward(self, numbers: Input) -> ag.Tensor:
        """Look up the rows."""
        given: Any = numbers if isinstance(numbers, ag.Tensor) else np.asarray(numbers)
        if given.dtype.kind not in "iu":
            raise ag.DTypeError(f"{self} takes integers, the numbers of rows, not {given.dtype}: use x.astype(int)")
        known = given if isinstance(given, np.ndarray) else None if given.traced else given.data
        if known is not None and known.size and not 0 <= known.min() <= known.max() < self.num_embeddings:
            raise IndexError(
                f"{self} has rows 0 to {self.num_embeddings - 1}, got numbers from {known.min()} to {known.max()}"
            )
        if known is None and given.dtype.kind == "i":  # a program refuses what lies out of range, but not −1
            given = given.astype(np.int64)
            given = ag.where(given < 0, given - self.num_embeddings, given)
        return self.weight[given]

    def config(self) -> dict[str, Any]:
        """The arguments that make such a layer again, with its values at zero."""
        settings = {"num_embeddings": self.num_embeddings, "embedding_dim": self.embedding_dim, "initializer": "zeros"}
        return settings | {"dtype": self.weight.dtype.name}

    def extra_repr(self) -> str:
        """The sizes."""
        return f"{self.num_embeddings}, {self.embedding_dim}"
