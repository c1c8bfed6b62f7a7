"""Convolutions: one small linear map at every position of a signal or an image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

import autograd as ag
from nn import init
from nn._arguments import checked, positive_integer
from nn.init import Initializer, Seed
from nn.layers._inputs import as_tensor, lengths, setting, short
from nn.module import Module, Parameter

__all__ = ["Conv1d", "Conv2d", "ConvTranspose2d"]

Input: TypeAlias = ag.Tensor | ArrayLike
Lengths: TypeAlias = int | Sequence[int]


class _Convolution(Module):
    axes: ClassVar[int]

    @checked
    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Lengths,
        stride: Lengths = 1,
        padding: Lengths | str = 0,
        dilation: Lengths = 1,
        groups: int = 1,
        bias: bool = True,
        *,
        initializer: str | Initializer = "he_uniform",
        seed: Seed = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.in_channels, self.out_channels, self.groups = _channels(in_channels, out_channels, groups)
        self.kernel_size = lengths("kernel_size", kernel_size, self.axes)
        self.stride = lengths("stride", stride, self.axes)
        self.dilation = lengths("dilation", dilation, self.axes)
        self.padding = self._padding(padding)
        shape = (self.out_channels, self.in_channels // self.groups, *self.kernel_size)
        self.weight = Parameter(init.initializer(initializer)(shape, seed, dtype), label="weight")
        self.bias = Parameter(init.zeros(shape[:1], dtype=dtype), label="bias") if bias else None

    def _padding(self, padding: Lengths | str) -> tuple[int, ...]:
        if not isinstance(padding, str):
            return lengths("padding", padding, self.axes, least=0)
        spread = [d * (k - 1) for k, d in zip(self.kernel_size, self.dilation, strict=True)]
        if padding not in ("same", "valid") or (
            padding == "same" and (set(self.stride) != {1} or any(n % 2 for n in spread))
        ):
            raise ValueError(
                f"padding={padding!r}: 'valid', 'same' for a stride of 1 and windows of odd length, or a number"
            )
        return tuple(n // 2 if padding == "same" else 0 for n in spread)

    def forward(self, x: Input) -> ag.Tensor:
        """Compute the convolution, plus b."""
        x = as_tensor(x, self.weight.dtype)
        if x.ndim != self.axes + 2 or x.shape[1] != self.in_channels:
            raise ag.ShapeError(
                f"{self} takes (batch, {self.in_channels}, {'length' if self.axes == 1 else 'height, width'}), "
                f"got shape {x.shape}"
            )
        y: Any = ag.BOOK["convolution"](
            x, self.weight, stride=self.stride, padding=self.padding, dilation=self.dilation, groups=self.groups
        )
        return y if self.bias is None else y + self.bias.reshape(-1, *(1,) * self.axes)  # type: ignore[no-any-return]

    def config(self) -> dict[str, Any]:
        """The arguments that make such a layer again, with its values at zero."""
        return {
            "in_channels": self.in_channels,
            "out_channels": self.out_channels,
            "kernel_size": setting(self.kernel_size),
            "stride": setting(self.stride),
            "padding": setting(self.padding),
            "dilation": setting(self.dilation),
            "groups": self.groups,
            "bias": self.bias is not None,
            "initializer": "zeros",
            "dtype": self.weight.dtype.name,
        }

    def extra_repr(self) -> str:
        """The sizes, and what is not the usual."""
        return _shown(self, {"stride": 1, "padding": 0, "dilation": 1})


def _channels(in_channels: int, out_channels: int, groups: int) -> tuple[int, int, int]:
    """The three as they are, once it is seen that each group has whole numbers of channels."""
    of_x, of_y = positive_integer("in_channels", in_channels), positive_integer("out_channels", out_channels)
    groups = positive_integer("groups", groups)
    if of_x % groups or of_y % groups:
        raise ValueError(f"groups={groups} must divide in_channels={of_x} and out_channels={of_y}")
    return of_x, of_y, groups


def _shown(layer: Any, usual: dict[str, int]) -> str:
    """A convolution's sizes, and what is not the usual."""
    parts = [f"{layer.in_channels}, {layer.out_channels}, kernel_size={short(layer.kernel_size)}"]
    parts += [f"{name}={short(getattr(layer, name))}" for name in usual if short(getattr(layer, name)) != usual[name]]
    parts += [f"groups={layer.groups}"] * (layer.groups != 1) + ["bias=False"] * (layer.bias is None)
    return ", ".join(parts)


class Conv1d(_Convolution):
    """A convolution of signals: the same linear map of every window of x.

    At position p it is b + Σ w[:, c, k] · x[c, stride · p + dilation · k − padding] over channels c and positions k of
    the window.

    Input shape: ``(batch, in_channels, length)``. Output shape: ``(batch, out_channels, length_out)`` with
    ``length_out = (length + 2 · padding − dilation · (kernel_size − 1) − 1) // stride + 1``.

    Args:
        in_channels: The number of channels of x.
        out_channels: The number of channels of y.
        kernel_size: The length of a window.
        stride: The distance between windows.
        padding: How many zeros are added before and after x; ``"same"`` keeps the length of x.
        dilation: The distance between the positions of a window.
        groups: Into how many groups the channels are divided; each group of y sees its own group of x only.
        bias: Whether b is added; it starts at zero.
        initializer: How w starts: a name in `nn.init.INITIALIZERS` or a function ``(shape, seed, dtype)``.
        seed: Where the random weights come from, as for `numpy.random.default_rng`.
        dtype: The dtype of w and b.

    Attributes:
        weight: w, of shape ``(out_channels, in_channels / groups, kernel_size)``.
        bias: b, of shape ``(out_channels,)``, or None.

    Raises:
        ValueError: A size is out of its range.

    Example:
        >>> layer = Conv1d(1, 1, 2, initializer="zeros", dtype=np.float64)
        >>> layer.weight.data += [[[-1.0, 1.0]]]            # differences
        >>> layer(np.array([[[1.0, 4.0, 9.0, 16.0]]])).data
        array([[[3., 5., 7.]]])
    """

    axes = 1


class Conv2d(_Convolution):
    """A convolution of images; settings as for `Conv1d`, one number for both axes or one for each.

    Input shape: ``(batch, in_channels, height, width)``. Output shape: ``(batch, out_channels, …, …)``.

    Attributes:
        weight: w, of shape ``(out_channels, in_channels / groups, *kernel_size)``.
        bias: b, of shape ``(out_channels,)``, or None.

    Raises:
        ValueError: A size is out of its range.

    Source: Y. LeCun et al., "Gradient-based learning applied to document recognition", Proc. IEEE 86, 1998.

    Example:
        >>> layer = Conv2d(1, 8, 3, padding=1, seed=0)
        >>> layer
        Conv2d(1, 8, kernel_size=3, padding=1)
        >>> layer(np.zeros((5, 1, 28, 28))).shape
        (5, 8, 28, 28)
    """

    axes = 2


class ConvTranspose2d(Module):
    """The transpose of a convolution: every number of x spreads w over a window of y, which grows.

    With the settings of a `Conv2d` it maps from that one's outputs to its inputs. Arguments as for `Conv2d`.

    Input shape: ``(batch, in_channels, height, width)``. Output shape: ``(batch, out_channels, …, …)``, along each axis
    ``(n − 1) · stride − 2 · padding + dilation · (kernel_size − 1) + output_padding + 1``.

    Args:
        output_padding: How much longer y is, below the stride: a convolution with a stride gives the same length for
            several lengths of its input.

    Attributes:
        weight: w, of shape ``(in_channels, out_channels / groups, *kernel_size)``, as in PyTorch.
        bias: b, of shape ``(out_channels,)``, or None.

    Raises:
        ValueError: A size is out of its range.

    Example:
        >>> layer = ConvTranspose2d(8, 1, 2, stride=2, seed=0)
        >>> layer(np.zeros((5, 8, 14, 14))).shape
        (5, 1, 28, 28)
    """

    @checked
    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Lengths,
        stride: Lengths = 1,
        padding: Lengths = 0,
        output_padding: Lengths = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Lengths = 1,
        *,
        initializer: str | Initializer = "he_uniform",
        seed: Seed = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        self.in_channels, self.out_channels, self.groups = _channels(in_channels, out_channels, groups)
        self.kernel_size, self.stride = lengths("kernel_size", kernel_size, 2), lengths("stride", stride, 2)
        self.dilation, self.padding = lengths("dilation", dilation, 2), lengths("padding", padding, 2, least=0)
        self.output_padding = lengths("output_padding", output_padding, 2, least=0)
        if any(more >= s for more, s in zip(self.output_padding, self.stride, strict=True)):
            raise ValueError(f"output_padding={output_padding!r} must be below stride={stride!r}")
        shape = (self.in_channels, self.out_channels // self.groups, *self.kernel_size)
        self.weight = Parameter(init.initializer(initializer)(shape, seed, dtype), label="weight")
        self.bias = Parameter(init.zeros((self.out_channels,), dtype=dtype), label="bias") if bias else None

    def forward(self, x: Input) -> ag.Tensor:
        """Compute the transposed convolution, plus b."""
        x = as_tensor(x, self.weight.dtype)
        if x.ndim != 4 or x.shape[1] != self.in_channels:
            raise ag.ShapeError(f"{self} takes (batch, {self.in_channels}, height, width), got shape {x.shape}")
        sizes = zip(
            x.shape[2:], self.stride, self.padding, self.dilation, self.kernel_size, self.output_padding, strict=True
        )
        places = tuple((n - 1) * s - 2 * p + d * (k - 1) + more + 1 for n, s, p, d, k, more in sizes)
        if min(places) < 1:
            raise ag.ShapeError(f"{self}: nothing is left of images of {x.shape[2:]}: padding={short(self.padding)}")
        how = {"stride": self.stride, "padding": self.padding, "dilation": self.dilation, "groups": self.groups}
        y: Any = ag.BOOK["convolution_transposed"](x, self.weight, lengths=places, **how)
        return y if self.bias is None else y + self.bias.reshape(-1, 1, 1)  # type: ignore[no-any-return]

    def config(self) -> dict[str, Any]:
        """The arguments that make such a layer again, with its values at zero."""
        sizes = ("kernel_size", "stride", "padding", "output_padding", "dilation")
        return {
            "in_channels": self.in_channels,
            "out_channels": self.out_channels,
            **{name: setting(getattr(self, name)) for name in sizes},
            "groups": self.groups,
            "bias": self.bias is not None,
            "initializer": "zeros",
            "dtype": self.weight.dtype.name,
        }

    def extra_repr(self) -> str:
        """The sizes, and what is not the usual."""
        return _shown(self, {"stride": 1, "padding": 0, "output_padding": 0, "dilation": 1})
