"""The linear map."""

from __future__ import annotations

from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

import autograd as ag
from nn import init
from nn._arguments import checked, positive_integer
from nn.init import Initializer, Seed
from nn.layers._inputs import as_tensor
from nn.module import Module, Parameter

__all__ = ["Linear"]

Input: TypeAlias = ag.Tensor | ArrayLike


class Linear(Module):
    """y = x W + b.

    Input shape: ``(..., in_features)``. Output shape: ``(..., out_features)``. An ndarray or list enters the
    network in the network's own precision: it is converted to the dtype of the weights.

    Args:
        in_features: Length of the last axis of x.
        out_features: Length of the last axis of y.
        bias: Whether b is added; it starts at zero.
        initializer: How W starts: a name in `nn.init.INITIALIZERS` or a function ``(shape, seed, dtype)``.
        seed: Where the random weights come from, as for `numpy.random.default_rng`.
        dtype: The dtype of W and b.

    Attributes:
        weight: W, of shape ``(in_features, out_features)``; a state dict has it as PyTorch does, transposed.
        bias: b, of shape ``(out_features,)``, or None.

    Raises:
        ValueError: A size is not a positive integer, or there is no such initializer.

    Example:
        >>> layer = Linear(3, 2, seed=0)
        >>> layer
        Linear(in_features=3, out_features=2, bias=True)
        >>> y = layer([[1.0, 2.0, 3.0]])
        >>> y.sum().backward()
        >>> layer.weight.grad.data
        array([[1., 1.],
               [2., 2.],
               [3., 3.]], dtype=float32)
    """

    pytorch: ClassVar = {"weight": ("weight", (1, 0))}

    @checked
    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        *,
        initializer: str | Initializer = "glorot_uniform",
        seed: Seed = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        shape = positive_integer("in_features", in_features), positive_integer("out_features", out_features)
        self.weight = Parameter(init.initializer(initializer)(shape, seed, dtype), label="weight")
        self.bias = Parameter(init.zeros(shape[1:], dtype=dtype), label="bias") if bias else None

    @property
    def in_features(self) -> int:
        """Length of the last axis of the input."""
        return self.weight.shape[0]

    @property
    def out_features(self) -> int:
        """Length of the last axis of the output."""
        return self.weight.shape[1]

    def forward(self, x: Input) -> ag.Tensor:
        """Compute x W + b."""
        return ag.linear(as_tensor(x, self.weight.dtype), self.weight, self.bias)

    def config(self) -> dict[str, Any]:
        """The arguments that build a layer of this form; its values are a checkpoint's business, so they start at 0."""
        return {
            "in_features": self.in_features,
            "out_features": self.out_features,
            "bias": self.bias is not None,
            "initializer": "zeros",
            "dtype": self.weight.dtype.name,
        }

    def extra_repr(self) -> str:
        """The sizes."""
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"
