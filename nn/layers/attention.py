"""Attention: every position of a sequence takes a mean of the others, weighted by how well they match it."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

import autograd as ag
from nn import init
from nn._arguments import checked, positive_integer
from nn.init import Initializer, Seed
from nn.layers._inputs import as_tensor
from nn.layers.linear import Linear
from nn.module import Module, Parameter

__all__ = ["MultiheadAttention"]

Input: TypeAlias = ag.Tensor | ArrayLike


class MultiheadAttention(Module):
    """softmax(Q Kᵀ / √d) V for each of several heads of d features, and a linear map of what they give.

    Q, K and V are linear maps of the query, the key and the value, which are all x in self-attention.

    Input and output shape: ``(batch, length, embed_dim)``.

    Args:
        embed_dim: The number of features.
        num_heads: Among how many heads they are shared out.
        bias: Whether the linear maps have one; it starts at zero.
        causal: Whether a place sees itself and those before it alone.
        initializer: How the weights start: a name in `nn.init.INITIALIZERS` or a function ``(shape, seed, dtype)``.
        seed: Where the random weights come from, as for `numpy.random.default_rng`.
        dtype: The dtype of the weights.

    Attributes:
        in_proj_weight: The maps to Q, K and V below each other, ``(3 embed_dim, embed_dim)``, as in PyTorch.
        in_proj_bias: Their biases, ``(3 embed_dim,)``, or None.
        out_proj: The linear map at the end.

    Raises:
        ValueError: A size is not a positive integer, or num_heads does not divide embed_dim.

    Source: A. Vaswani et al., "Attention is all you need", NeurIPS 2017, section 3.2.

    Example:
        >>> layer = MultiheadAttention(8, 2, causal=True, seed=0)
        >>> layer(np.zeros((5, 3, 8))).shape
        (5, 3, 8)
    """

    @checked
    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        bias: bool = True,
        causal: bool = False,
        *,
        initializer: str | Initializer = "glorot_uniform",
        seed: Seed = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.embed_dim, self.num_heads = (
            positive_integer("embed_dim", embed_dim),
            positive_integer("num_heads", num_heads),
        )
        if embed_dim % num_heads:
            raise ValueError(f"num_heads={num_heads} must divide embed_dim={embed_dim}")
        self.causal = bool(causal)
        seed, start = np.random.default_rng(seed), init.initializer(initializer)
        self.in_proj_weight = Parameter(self._drawn(start, seed, dtype), label="in_proj_weight")
        self.in_proj_bias = Parameter(init.zeros((3 * embed_dim,), dtype=dtype), label="in_proj_bias") if bias else None
        self.out_proj = Linear(embed_dim, embed_dim, bias, initializer=initializer, seed=seed, dtype=dtype)

    def _drawn(self, start: Initializer, seed: Seed, dtype: DTypeLike) -> Any:
        size = self.embed_dim
        if init.planning.get():
            return init.zeros((3 * size, size), dtype=dtype)
        return np.concatenate([start((size, size), seed, dtype).T for _ in range(3)])

    def forward(
        self,
        query: Input,
        key: Input | None = None,
        value: Input | None = None,
        mask: Any = None,
        *,
        key_padding_mask: Any = None,
    ) -> ag.Tensor:
        """Attend.

        Args:
            query: The positions that attend, ``(batch, length, embed_dim)``.
            key: The positions attended to; the same by default.
            value: What they give, the keys by default.
            mask: True where a position may be attended to, of a shape that broadcasts to
                ``(batch, heads, queries, keys)``. A query that may attend to nothing gets zeros before the last map, as
                in PyTorch's ``scaled_dot_product_attention``, and spoils no gradient.
            key_padding_mask: True where a key is padding, which no query attends to, ``(batch, keys)``, as in PyTorch.

        Raises:
            ShapeError: Query, key, value and mask do not belong together.
            DTypeError: The mask is not boolean.
        """
        x = self._sequence("query", query, self.in_proj_weight.dtype)
        if key is None and value is None:
            q, k, v = self._of_one(x)
        else:
            keys = x if key is None else self._sequence("key", key, x.dtype)
            values = keys if value is None else self._sequence("value", value, x.dtype)
            if keys.shape != values.shape or len(keys) != len(x):
                raise ag.ShapeError(
                    f"{self._named()}: a query of shape {x.shape}, a key of {keys.shape} and a value of "
                    f"{values.shape}; the batches must be equal, and there is one value for each key"
                )
            q, k, v = (self._heads(self._projected(each, i, i + 1)) for i, each in enumerate((x, keys, values)))
        scores: Any = q @ k.swapaxes(-1, -2) * (1 / math.sqrt(self.embed_dim // self.num_heads))
        allowed = self._allowed(mask, scores.shape)
        if key_padding_mask is not None:
            real = self._real(key_padding_mask, scores.shape)
            allowed = real if allowed is None else ag.logical_and(allowed, real)
        sees: Any = None  # who may look at some key; by being causal alone, everybody may
        if mask is not None or key_padding_mask is not None:
            sees = ag.greater(ag.sum(allowed, axis=-1, keepdims=True), 0)
            # The softmax of −∞ alone is NaN, which spoils every gradient even times 0: let them look, and drop it.
            allowed = ag.logical_or(allowed, ag.logical_not(sees))
        if allowed is not None:
            scores = ag.where(allowed, scores, -math.inf)
        mixed: Any = ag.softmax(scores, axis=-1) @ v
        if sees is not None:
            mixed = ag.where(sees, mixed, 0.0)
        joined = mixed.transpose(0, 2, 1, 3).reshape(*x.shape)
        return self.out_proj(joined)

    def _named(self) -> str:
        return f"{type(self).__name__}({self.extra_repr()})"

    def _sequence(self, name: str, x: Any, dtype: Any) -> Any:
        x = as_tensor(x, dtype)
        if x.ndim != 3 or x.shape[2] != self.embed_dim:
            raise ag.ShapeError(
                f"{self._named()} takes (batch, length, {self.embed_dim}), got a {name} of shape {x.shape}"
            )
        return x

    def _projected(self, x: Any, first: int, last: int) -> Any:
        """Some of the three maps of x."""
        size = self.embed_dim
        if (first, last) == (0, 3):
            return ag.linear(x, self.in_proj_weight.T, self.in_proj_bias)
        rows = slice(first * size, last * size)
        bias = None if self.in_proj_bias is None else self.in_proj_bias[rows]
        return ag.linear(x, self.in_proj_weight[rows].T, bias)

    def _of_one(self, x: Any) -> tuple[Any, Any, Any]:
        """Q, K and V of the same x, by one product."""
        batch, length = x.shape[:2]
        heads = self._projected(x, 0, 3).reshape(batch, length, 3, *self._split()).transpose(2, 0, 3, 1, 4)
        return heads[0], heads[1], heads[2]

    def _heads(self, x: Any) -> Any:
        return x.reshape(*x.shape[:2], *self._split()).transpose(0, 2, 1, 3)

    def _split(self) -> tuple[int, int]:
        # Said whole, as NumPy finds no length for -1 in a batch of no samples.
        return self.num_heads, self.embed_dim // self.num_heads

    def _allowed(self, mask: Any, shape: tuple[int, ...]) -> Any:
        before = np.tri(shape[2], shape[3], dtype=bool) if self.causal else None
        if mask is None:
            return before
        mask = mask if isinstance(mask, ag.Tensor) else np.asarray(mask)
        if mask.dtype.kind != "b":
            raise ag.DTypeError(f"a mask is boolean, True where a position may be attended to, not {mask.dtype}")
        pairs = zip(mask.shape[::-1], shape[::-1], strict=False)
        if mask.ndim > len(shape) or any(length not in (1, full) for length, full in pairs):
            raise ag.ShapeError(f"a mask of shape {mask.shape} for (batch, heads, queries, keys) of {shape}")
        return mask if before is None else ag.logical_and(mask, before)

    def _real(self, padding: Any, shape: tuple[int, ...]) -> Any:
        """Which keys are some, (batch, 1, 1, keys)."""
        padding = padding if isinstance(padding, ag.Tensor) else np.asarray(padding)
        if padding.dtype.kind != "b":
            raise ag.DTypeError(f"key_padding_mask is boolean, True where a key is padding, not {padding.dtype}")
        if padding.shape != (shape[0], shape[3]):
            raise ag.ShapeError(f"a key_padding_mask of shape {padding.shape} for (batch, keys) of {shape[::3]}")
        return ag.logical_not(padding).reshape(shape[0], 1, 1, shape[3])

    def config(self) -> dict[str, Any]:
        """The arguments that make such a layer again, with its values at zero."""
        return {
            "embed_dim": self.embed_dim,
            "num_heads": self.num_heads,
            "bias": self.in_proj_bias is not None,
            "causal": self.causal,
            "initializer": "zeros",
            "dtype": self.in_proj_weight.dtype.name,
        }

    def extra_repr(self) -> str:
        """The sizes."""
        return f"{self.embed_dim}, {self.num_heads}{', causal=True' if self.causal else ''}"
