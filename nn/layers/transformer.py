"""A block of a Transformer."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

import autograd as ag
from nn._arguments import checked, positive_integer
from nn.init import Initializer, Seed
from nn.layers._inputs import as_tensor
from nn.layers.activations import ACTIVATIONS
from nn.layers.attention import MultiheadAttention
from nn.layers.dropout import Dropout
from nn.layers.linear import Linear
from nn.layers.normalisation import LayerNorm
from nn.module import Module

__all__ = ["TransformerBlock"]

Input: TypeAlias = ag.Tensor | ArrayLike


class TransformerBlock(Module):
    """Attention, then two linear layers at each place, each added to what it was given.

    With a norm before each (``norm_first``): x ← x + attention(norm(x)), x ← x + W₂ f(W₁ norm(x)); else after the sums,
    as in the first paper. Input and output shape: ``(batch, length, d_model)``. Parameters have the names of PyTorch's
    ``TransformerEncoderLayer``.

    Args:
        d_model: The number of features.
        nhead: Among how many heads they are shared out.
        dim_feedforward: The size of the hidden layer; four times ``d_model`` by default.
        dropout: The probability of `Dropout` on what is added.
        activation: f, a name in `ACTIVATIONS`.
        causal: Whether a place sees itself and those before it alone.
        norm_first: Whether the norms come before.
        epsilon: ε of the norms.
        initializer: How the weights start: a name in `nn.init.INITIALIZERS` or a function ``(shape, seed, dtype)``.
        seed: Where the random weights come from, as for `numpy.random.default_rng`.
        dtype: The dtype of all parameters.

    Raises:
        ValueError: A size or a name is not one.

    Source: A. Vaswani et al., NeurIPS 2017; R. Xiong et al., "On layer normalization in the Transformer
    architecture", ICML 2020.

    Example:
        >>> TransformerBlock(8, 2, causal=True, seed=0)(np.zeros((5, 3, 8))).shape
        (5, 3, 8)
    """

    @checked
    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int | None = None,
        dropout: float = 0.0,
        activation: str = "gelu",
        causal: bool = False,
        norm_first: bool = True,
        epsilon: float = 1e-5,
        *,
        initializer: str | Initializer = "glorot_uniform",
        seed: Seed = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        if activation not in ACTIVATIONS:
            raise ValueError(f"no activation is named {activation!r}; choose one of {', '.join(ACTIVATIONS)}")
        seed = np.random.default_rng(seed)
        size = positive_integer("d_model", d_model)
        hidden = positive_integer("dim_feedforward", 4 * size if dim_feedforward is None else dim_feedforward)
        start: dict[str, Any] = {"initializer": initializer, "seed": seed, "dtype": dtype}
        self.self_attn = MultiheadAttention(size, nhead, causal=causal, **start)
        self.linear1, self.linear2 = Linear(size, hidden, **start), Linear(hidden, size, **start)
        self.norm1, self.norm2 = LayerNorm(size, epsilon, dtype=dtype), LayerNorm(size, epsilon, dtype=dtype)
        self.activation, self.named_activation = ACTIVATIONS[activation](), activation
        self.dropout, self.norm_first = Dropout(dropout, seed), bool(norm_first)

    def forward(self, x: Input, mask: Any = None, *, src_key_padding_mask: Any = None) -> ag.Tensor:
        """Run x through the block; ``mask`` and ``src_key_padding_mask`` as for `MultiheadAttention`."""
        how = {"mask": mask, "key_padding_mask": src_key_padding_mask}
        y: Any = as_tensor(x, self.norm1.weight.dtype)
        if self.norm_first:
            y = y + self.dropout(self.self_attn(self.norm1(y), **how))
            return y + self.dropout(self._feed_forward(self.norm2(y)))  # type: ignore[no-any-return]
        y = self.norm1(y + self.dropout(self.self_attn(y, **how)))
        return self.norm2(y + self.dropout(self._feed_forward(y)))

    def _feed_forward(self, x: Any) -> ag.Tensor:
        return self.linear2(self.dropout(self.activation(self.linear1(x))))

    def config(self) -> dict[str, Any]:
        """The arguments that make such a block again, with its values at zero."""
        return {
            "d_model": self.linear1.in_features,
            "nhead": self.self_attn.num_heads,
            "dim_feedforward": self.linear1.out_features,
            "dropout": self.dropout.p,
            "activation": self.named_activation,
            "causal": self.self_attn.causal,
            "norm_first": self.norm_first,
            "epsilon": self.norm1.epsilon,
            "initializer": "zeros",
            "dtype": self.norm1.weight.dtype.name,
        }
