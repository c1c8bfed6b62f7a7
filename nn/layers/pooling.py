"""Pooling: each window of a signal or an image becomes one number, its largest or its mean; and its opposite."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import ArrayLike

import autograd as ag
from nn._arguments import checked, fractions
from nn.layers._inputs import lengths, setting, short
from nn.module import Module

__all__ = ["AdaptiveAvgPool2d", "AvgPool1d", "AvgPool2d", "MaxPool1d", "MaxPool2d", "Upsample"]

Input: TypeAlias = ag.Tensor | ArrayLike
Lengths: TypeAlias = int | Sequence[int]


class _Pool(Module):
    axes: ClassVar[int]

    @checked
    def __init__(self, kernel_size: Lengths, stride: Lengths | None = None, padding: Lengths = 0) -> None:
        self.kernel_size = lengths("kernel_size", kernel_size, self.axes)
        self.stride = self.kernel_size if stride is None else lengths("stride", stride, self.axes)
        self.padding = lengths("padding", padding, self.axes, least=0)
        if any(2 * p > k for p, k in zip(self.padding, self.kernel_size, strict=True)):
            raise ValueError(f"padding={padding!r} must be at most half of kernel_size={kernel_size!r}")

    def _checked(self, x: Input) -> Any:
        x = x if isinstance(x, ag.Tensor) else ag.Tensor(x)
        if x.ndim != self.axes + 2:
            places = "length" if self.axes == 1 else "height, width"
            raise ag.ShapeError(f"{self} takes (batch, channels, {places}), got shape {x.shape}")
        return x

    def config(self) -> dict[str, Any]:
        """The arguments that make such a layer again."""
        return {name: setting(getattr(self, name)) for name in ("kernel_size", "stride", "padding")}

    def extra_repr(self) -> str:
        """The sizes."""
        return ", ".join(f"{name}={short(getattr(self, name))}" for name in ("kernel_size", "stride", "padding"))


class _MaxPool(_Pool):
    def forward(self, x: Input) -> ag.Tensor:
        """Give the largest entry of each window."""
        how = {"size": self.kernel_size, "stride": self.stride, "padding": self.padding, "dilation": (1,) * self.axes}
        y: ag.Tensor = ag.BOOK["max_pool"](self._checked(x), **how)
        return y


class _AvgPool(_Pool):
    def forward(self, x: Input) -> ag.Tensor:
        """Give the mean of each window."""
        given = self._checked(x)
        channels = given.shape[1]
        shares = np.full((channels, 1, *self.kernel_size), 1 / math.prod(self.kernel_size), fractions(given.dtype))
        how = {"stride": self.stride, "padding": self.padding, "dilation": (1,) * self.axes, "groups": channels}
        y: ag.Tensor = ag.BOOK["convolution"](given, shares, **how)
        return y


class MaxPool1d(_MaxPool):
    """The largest entry of each window; of several, the first gets the gradient.

    Input shape: ``(batch, channels, length)``. Output shape: ``(batch, channels, windows)``.

    Args:
        kernel_size: The length of a window.
        stride: The distance between windows; by default they do not overlap.
        padding: How many positions are added at each end; they are never the largest.

    Raises:
        ValueError: A size is out of its range.

    Example:
        >>> MaxPool1d(2)(np.array([[[1.0, 4.0, 3.0, 2.0]]])).data
        array([[[4., 3.]]])
    """

    axes = 1


class MaxPool2d(_MaxPool):
    """The largest entry of each window of an image; settings as for `MaxPool1d`, one number or one for each axis.

    Input shape: ``(batch, channels, height, width)``. Output shape: ``(batch, channels, …, …)``.

    Example:
        >>> MaxPool2d(2)(np.arange(16.0).reshape(1, 1, 4, 4)).data
        array([[[[ 5.,  7.],
                 [13., 15.]]]])
    """

    axes = 2


class AvgPool1d(_AvgPool):
    """The mean of each window; settings as for `MaxPool1d`. What is beyond the ends counts as 0.

    Example:
        >>> AvgPool1d(2)(np.array([[[1.0, 4.0, 3.0, 2.0]]])).data
        array([[[2.5, 2.5]]])
    """

    axes = 1


class AvgPool2d(_AvgPool):
    """The mean of each window of an image; settings as for `MaxPool2d`. What is beyond the edges counts as 0.

    Example:
        >>> AvgPool2d(2)(np.arange(16.0).reshape(1, 1, 4, 4)).data
        array([[[[ 2.5,  4.5],
                 [10.5, 12.5]]]])
    """

    axes = 2


class AdaptiveAvgPool2d(Module):
    """Means of as many windows as are asked for, however large the image is.

    Of n pixels along an axis, the i-th of m windows has those from ⌊i n / m⌋ to before ⌈(i + 1) n / m⌉.

    Input shape: ``(batch, channels, height, width)``. Output shape: ``(batch, channels, *output_size)``.

    Args:
        output_size: How many windows there are: one number for both axes, or one for each.

    Raises:
        ValueError: The number is not positive.
        ShapeError: x is no batch of images, or they have no pixels.

    Example:
        >>> AdaptiveAvgPool2d(1)(np.arange(16.0).reshape(1, 1, 4, 4)).data
        array([[[[7.5]]]])
    """

    @checked
    def __init__(self, output_size: Lengths) -> None:
        self.output_size = lengths("output_size", output_size, 2)

    def forward(self, x: Input) -> ag.Tensor:
        """Give the mean of each window."""
        x = x if isinstance(x, ag.Tensor) else ag.Tensor(x)
        if x.ndim != 4:
            raise ag.ShapeError(f"{self} takes (batch, channels, height, width), got shape {x.shape}")
        if 0 in x.shape[2:]:
            raise ag.ShapeError(f"{self}: there are no pixels in images of shape {x.shape}")
        return _means(_means(x, 2, self.output_size[0]), 3, self.output_size[1])

    def config(self) -> dict[str, Any]:
        """The argument that makes such a layer again."""
        return {"output_size": setting(self.output_size)}

    def extra_repr(self) -> str:
        """The size."""
        return f"{short(self.output_size)}"


def _means(x: ag.Tensor, axis: int, windows: int) -> ag.Tensor:
    """The mean of each window along an axis; what is infinite counts in its own windows alone."""
    length = x.shape[axis]
    y: ag.Tensor
    if length % windows == 0:
        y = x.reshape(*x.shape[:axis], windows, length // windows, *x.shape[axis + 1 :]).mean(axis + 1)
        return y
    lead = (slice(None),) * axis
    found = [
        x[(*lead, slice(i * length // windows, -(-(i + 1) * length // windows)))].mean(axis, keepdims=True)
        for i in range(windows)
    ]
    y = ag.concatenate(found, axis)
    return y


class Upsample(Module):
    """An image of more pixels, each as often as ``scale_factor`` says: its nearest neighbour's value.

    Input shape: ``(batch, channels, height, width)``.

    Args:
        scale_factor: How often each pixel is there: one whole number for both axes, or one for each.

    Raises:
        ValueError: The factor is no positive whole number.

    Example:
        >>> Upsample(2)(np.array([[[[1.0, 2.0]]]])).data
        array([[[[1., 1., 2., 2.],
                 [1., 1., 2., 2.]]]])
    """

    @checked
    def __init__(self, scale_factor: Lengths) -> None:
        self.scale_factor = lengths("scale_factor", scale_factor, 2)

    def forward(self, x: Input) -> ag.Tensor:
        """Repeat each pixel."""
        x = x if isinstance(x, ag.Tensor) else ag.Tensor(x)
        if x.ndim != 4:
            raise ag.ShapeError(f"{self} takes (batch, channels, height, width), got shape {x.shape}")
        (samples, channels, height, width), (down, across) = x.shape, self.scale_factor
        spread = ag.broadcast_to(
            x.reshape(samples, channels, height, 1, width, 1), (samples, channels, height, down, width, across)
        )
        y: ag.Tensor = spread.reshape(samples, channels, height * down, width * across)
        return y

    def config(self) -> dict[str, Any]:
        """The argument that makes such a layer again."""
        return {"scale_factor": setting(self.scale_factor)}

    def extra_repr(self) -> str:
        """The factor."""
        return f"{short(self.scale_factor)}"
