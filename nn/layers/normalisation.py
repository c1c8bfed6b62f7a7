"""Normalisation: features brought to mean 0 and variance 1, over a batch or within each sample."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

import autograd as ag
from nn import init
from nn._arguments import checked, in_range, positive_integer
from nn.layers._inputs import as_tensor, lengths
from nn.module import Buffer, Module, Parameter

__all__ = ["BatchNorm1d", "BatchNorm2d", "GroupNorm", "LayerNorm", "RMSNorm"]

Input: TypeAlias = ag.Tensor | ArrayLike


def _in_single(forward: Callable[[Any, Input], ag.Tensor]) -> Callable[[Any, Input], ag.Tensor]:
    """Of half precision, in single: the square of 256 is infinite in half, and a small ε is 0."""

    @wraps(forward)
    def widened(self: Any, x: Input) -> ag.Tensor:
        x = as_tensor(x, self.weight.dtype)
        if x.dtype != np.float16:
            return forward(self, x)
        return forward(self, x.astype(np.float32)).astype(self.weight.dtype)

    return widened


class LayerNorm(Module):
    """Each sample's features are brought to mean 0 and variance 1, then scaled and shifted by learnt numbers.

    With μ and σ² the mean and the variance over the last axis, or the last few::

        y = γ (x − μ) / √(σ² + ε) + β

    Input and output shape: ``(..., features)``, or ``(..., *features)``.

    Args:
        features: Length of the last axis, or those of the last few.
        epsilon: ε, at least 0.
        dtype: The dtype of γ and β.

    Attributes:
        weight: γ, one for each feature, which starts at 1.
        bias: β, which starts at 0.

    Source: J. L. Ba, J. R. Kiros, G. E. Hinton, "Layer normalization", 2016.

    Example:
        >>> LayerNorm(4)(np.array([[1.0, 2.0, 3.0, 4.0]])).data.round(3)
        array([[-1.342, -0.447,  0.447,  1.342]], dtype=float32)
    """

    @checked
    def __init__(self, features: int | Sequence[int], epsilon: float = 1e-5, *, dtype: DTypeLike = np.float32) -> None:
        many = tuple(features) if isinstance(features, list | tuple) else (features,)
        shape = lengths("features", many, max(len(many), 1))
        self.features = shape[0] if len(shape) == 1 else shape
        self.epsilon = in_range("epsilon", epsilon)
        self.weight = Parameter(init.ones(shape, dtype=dtype), label="weight")
        self.bias = Parameter(init.zeros(shape, dtype=dtype), label="bias")

    @_in_single
    def forward(self, x: Input) -> ag.Tensor:
        """Normalise every sample by itself."""
        x = _checked(self, x, self.features, self.weight.dtype)
        axes = -1 if isinstance(self.features, int) else tuple(range(-len(self.features), 0))
        centred, _, variance = _centred(x, axes)
        y: ag.Tensor = centred * (1 / ag.sqrt(variance + self.epsilon)) * self.weight + self.bias
        return y

    def config(self) -> dict[str, Any]:
        """The arguments that make such a layer again."""
        features = self.features if isinstance(self.features, int) else list(self.features)
        return {"features": features, "epsilon": self.epsilon, "dtype": self.weight.dtype.name}

    def extra_repr(self) -> str:
        """The number of features."""
        return f"{self.features}"


class _BatchNorm(Module):
    axes: ClassVar[tuple[int, ...]]  # how many a batch has in training
    seen: ClassVar[str]

    pytorch: ClassVar = {"running_variance": ("running_var", None)}
    pytorch_ignores: ClassVar = frozenset({"num_batches_tracked"})

    @checked
    def __init__(
        self, features: int, epsilon: float = 1e-5, momentum: float = 0.1, *, dtype: DTypeLike = np.float32
    ) -> None:
        self.features = positive_integer("features", features)
        self.epsilon = in_range("epsilon", epsilon)
        self.momentum = in_range("momentum", momentum, below=1 + 1e-12)
        self.weight = Parameter(init.ones((features,), dtype=dtype), label="weight")
        self.bias = Parameter(init.zeros((features,), dtype=dtype), label="bias")
        held = np.promote_types(dtype, np.float32)
        self.running_mean = Buffer(init.zeros((features,), dtype=held))
        self.running_variance = Buffer(init.ones((features,), dtype=held))

    @_in_single
    def forward(self, x: Input) -> ag.Tensor:
        """Normalise over the batch, or by what training has seen."""
        x = self._fitting(as_tensor(x, self.weight.dtype))
        each = self.features, *(1,) * (x.ndim - 2)  # how one number for each feature lies beside x
        weight, bias = self.weight.reshape(each), self.bias.reshape(each)
        if not self.training:
            scale = weight / ag.sqrt(self.running_variance.reshape(each) + self.epsilon)
            return (x - self.running_mean.reshape(each)) * scale + bias
        seen = x.size // self.features
        if x.ndim not in self.axes or seen < 2:
            raise ag.ShapeError(f"{type(self).__name__} trains on batches of two {self.seen}, not {x.shape}")
        centred, mean, variance = _centred(x, (0, *range(2, x.ndim)))
        flat = self.features
        self._remember(mean.detach().reshape(flat), variance.detach().reshape(flat) * (seen / (seen - 1)))
        y: ag.Tensor = centred * (weight / ag.sqrt(variance + self.epsilon)) + bias
        return y

    def _fitting(self, x: ag.Tensor) -> ag.Tensor:
        """x, if it is of the layer's form.

        Raises:
            ShapeError: It is not.
        """
        raise NotImplementedError

    def _remember(self, mean: Any, variance: Any) -> None:
        for buffer, seen in ((self.running_mean, mean), (self.running_variance, variance)):
            ag.assign(buffer, (1 - self.momentum) * buffer + self.momentum * seen)

    def config(self) -> dict[str, Any]:
        """The arguments that make such a layer again."""
        settings = {"features": self.features, "epsilon": self.epsilon, "momentum": self.momentum}
        return settings | {"dtype": self.weight.dtype.name}

    def extra_repr(self) -> str:
        """The number of features."""
        return f"{self.features}"


class BatchNorm1d(_BatchNorm):
    """Each feature is brought to mean 0 and variance 1 over the batch, then scaled and shifted by learnt numbers.

    Of signals, a feature is a channel, and the mean is over all positions, too.

    In training μ and σ² are the batch's own; in use, those of running means over the batches of the training::

        y = γ (x − μ) / √(σ² + ε) + β              running ← (1 − m) running + m · (the batch's)

    Input and output shape: ``(batch, features)``, or of signals ``(batch, features, length)``.

    Args:
        features: The number of features.
        epsilon: ε, at least 0.
        momentum: m, the share of each new batch in the running means, from 0 to 1.
        dtype: The dtype of all arrays.

    Attributes:
        weight: γ, which starts at 1.
        bias: β, which starts at 0.
        running_mean, running_variance: What is used after training (the variance with n − 1 in place of n).

    Source: S. Ioffe, C. Szegedy, "Batch normalization", ICML 2015.

    Example:
        >>> norm = BatchNorm1d(1)
        >>> norm(np.array([[1.0], [3.0]])).data.round(3)
        array([[-1.],
               [ 1.]], dtype=float32)
        >>> norm.running_mean.data, norm.running_variance.data.round(3)
        (array([0.2], dtype=float32), array([1.1], dtype=float32))
    """

    axes, seen = (2, 3), "samples and more, (batch, features)"

    def _fitting(self, x: ag.Tensor) -> ag.Tensor:
        if x.ndim < 3:
            return _checked(self, x, self.features, self.weight.dtype)
        if x.ndim > 3 or x.shape[1] != self.features:  # as PyTorch's: features are on the second axis, not on the last
            form = f"(batch, {self.features}) or (batch, {self.features}, length)"
            raise ag.ShapeError(f"{self} takes {form}, got shape {x.shape}; for images: BatchNorm2d")
        return x


class BatchNorm2d(_BatchNorm):
    """As `BatchNorm1d` for images: each channel is brought to mean 0 and variance 1 over the batch and all pixels.

    Input and output shape: ``(batch, features, height, width)``.

    Args:
        features: The number of channels.
        epsilon: ε, at least 0.
        momentum: The share of each new batch in the running means, from 0 to 1.
        dtype: The dtype of all arrays.

    Attributes:
        weight: γ, one for each channel, which starts at 1.
        bias: β, which starts at 0.
        running_mean, running_variance: What is used after training.

    Source: S. Ioffe, C. Szegedy, "Batch normalization", ICML 2015, section 3.2.

    Example:
        >>> BatchNorm2d(1)(np.array([[[[1.0, 3.0]]], [[[5.0, 7.0]]]])).data.round(3)
        array([[[[-1.342, -0.447]]],
        <BLANKLINE>
        <BLANKLINE>
               [[[ 0.447,  1.342]]]], dtype=float32)
    """

    axes, seen = (4,), "pixels and more"

    def _fitting(self, x: ag.Tensor) -> ag.Tensor:
        if x.ndim != 4 or x.shape[1] != self.features:
            raise ag.ShapeError(f"{self} takes (batch, {self.features}, height, width), got shape {x.shape}")
        return x


class GroupNorm(Module):
    """Each sample's channels, in groups, are brought to mean 0 and variance 1, then scaled and shifted.

    As `LayerNorm`, with μ and σ² over the channels of a group and all positions.

    Input and output shape: ``(batch, channels, …)``.

    Args:
        groups: The number of groups.
        channels: The number of channels, a multiple of it.
        epsilon: ε, at least 0.
        dtype: The dtype of γ and β.

    Attributes:
        weight: γ, one for each channel, which starts at 1.
        bias: β, which starts at 0.

    Source: Y. Wu, K. He, "Group normalization", ECCV 2018.

    Example:
        >>> GroupNorm(1, 2)(np.array([[[1.0, 2.0], [3.0, 4.0]]])).data.round(3)
        array([[[-1.342, -0.447],
                [ 0.447,  1.342]]], dtype=float32)
    """

    @checked
    def __init__(self, groups: int, channels: int, epsilon: float = 1e-5, *, dtype: DTypeLike = np.float32) -> None:
        self.groups, self.channels = positive_integer("groups", groups), positive_integer("channels", channels)
        if channels % groups:
            raise ValueError(f"groups={groups} must divide channels={channels}")
        self.epsilon = in_range("epsilon", epsilon)
        self.weight = Parameter(init.ones((channels,), dtype=dtype), label="weight")
        self.bias = Parameter(init.zeros((channels,), dtype=dtype), label="bias")

    @_in_single
    def forward(self, x: Input) -> ag.Tensor:
        """Normalise every sample by itself."""
        x = as_tensor(x, self.weight.dtype)
        if x.ndim < 2 or x.shape[1] != self.channels:
            raise ag.ShapeError(f"{self} takes (batch, {self.channels}, …), got shape {x.shape}")
        full, each = x.shape, (self.channels, *(1,) * (x.ndim - 2))
        grouped = x.reshape(full[0], self.groups, math.prod(full[1:]) // self.groups)
        centred, _, variance = _centred(grouped, -1)
        # One number for each channel of each sample, so that arrays of x's size are gone through once.
        scale = self.weight.reshape(self.groups, -1) / ag.sqrt(variance + self.epsilon)
        y: ag.Tensor = centred.reshape(full) * scale.reshape(full[0], *each) + self.bias.reshape(each)
        return y

    def config(self) -> dict[str, Any]:
        """The arguments that make such a layer again."""
        settings = {"groups": self.groups, "channels": self.channels, "epsilon": self.epsilon}
        return settings | {"dtype": self.weight.dtype.name}

    def extra_repr(self) -> str:
        """The numbers of groups and channels."""
        return f"{self.groups}, {self.channels}"


class RMSNorm(Module):
    """Each sample's features are divided by the root of their mean square, and scaled: γ x / √(mean x² + ε).

    Input and output shape: ``(..., features)``.

    Args:
        features: Length of the last axis.
        epsilon: ε, at least 0.
        dtype: The dtype of γ.

    Attributes:
        weight: γ, which starts at 1.

    Source: B. Zhang, R. Sennrich, "Root mean square layer normalization", NeurIPS 2019.

    Example:
        >>> RMSNorm(2)(np.array([[3.0, 4.0]])).data.round(3)
        array([[0.849, 1.131]], dtype=float32)
    """

    @checked
    def __init__(self, features: int, epsilon: float = 1e-5, *, dtype: DTypeLike = np.float32) -> None:
        self.features = positive_integer("features", features)
        self.epsilon = in_range("epsilon", epsilon)
        self.weight = Parameter(init.ones((features,), dtype=dtype), label="weight")

    @_in_single
    def forward(self, x: Input) -> ag.Tensor:
        """Normalise every sample by itself."""
        x = _checked(self, x, self.features, self.weight.dtype)
        y: ag.Tensor = x / ag.sqrt(ag.mean(x * x, axis=-1, keepdims=True) + self.epsilon) * self.weight
        return y

    def config(self) -> dict[str, Any]:
        """The arguments that make such a layer again."""
        return {"features": self.features, "epsilon": self.epsilon, "dtype": self.weight.dtype.name}

    def extra_repr(self) -> str:
        """The number of features."""
        return f"{self.features}"


def _centred(x: Any, axis: int | tuple[int, ...]) -> tuple[Any, Any, Any]:
    """x − μ along an axis, with μ and σ²."""
    mean = ag.mean(x, axis=axis, keepdims=True)
    centred = x - mean
    return centred, mean, ag.mean(ag.square(centred), axis=axis, keepdims=True)


def _checked(layer: Module, x: Input, features: int | tuple[int, ...], dtype: Any) -> ag.Tensor:
    x = as_tensor(x, dtype)
    shape = features if isinstance(features, tuple) else (features,)
    if x.shape[-len(shape) :] != shape:
        where = "the last axis" if len(shape) == 1 else f"the last {len(shape)} axes"
        raise ag.ShapeError(f"{layer} takes arrays of {features} features on {where}, got shape {x.shape}")
    return x
