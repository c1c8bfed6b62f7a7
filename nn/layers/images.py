"""Rows of pixels as images."""

from __future__ import annotations

from typing import Any, TypeAlias

from numpy.typing import ArrayLike

import autograd as ag
from nn._arguments import checked, positive_integer
from nn.module import Module

__all__ = ["Images"]

Input: TypeAlias = ag.Tensor | ArrayLike


class Images(Module):
    """The numbers of each row as the pixels of an image, as `Conv2d` takes it: what undoes `Flatten`.

    Input shape: ``(batch, height * width * channels)``, pixel after pixel from the top left, each with its channels
    side by side, as tables and files of pictures have them. Output shape: ``(batch, channels, height, width)``.

    Args:
        height: Rows of pixels.
        width: Pixels in a row.
        channels: Numbers of each pixel: 1 where it is grey, 3 in colour.

    Raises:
        ValueError: A size is not a positive integer.
        ShapeError: When called: a row has another length.

    Example:
        >>> import numpy as np
        >>> Images(2, 2, channels=3)(np.arange(12)[None])[0, 0].data
        array([[0, 3],
               [6, 9]])
    """

    @checked
    def __init__(self, height: int, width: int, channels: int = 1) -> None:
        self.height, self.width = positive_integer("height", height), positive_integer("width", width)
        self.channels = positive_integer("channels", channels)

    def forward(self, x: Input) -> ag.Tensor:
        """Reshape x."""
        x = x if isinstance(x, ag.Tensor) else ag.Tensor(x)
        height, width, channels = self.height, self.width, self.channels
        if x.ndim != 2 or x.shape[1] != height * width * channels:
            raise ag.ShapeError(f"{self} takes (batch, {height * width * channels}), got shape {x.shape}")
        if channels == 1:
            return x.reshape(-1, 1, height, width)
        return x.reshape(-1, height, width, channels).transpose(0, 3, 1, 2)

    def config(self) -> dict[str, Any]:
        """The arguments that make such a layer again."""
        return {"height": self.height, "width": self.width, "channels": self.channels}

    def extra_repr(self) -> str:
        """The sizes."""
        return f"{self.height}, {self.width}" + (f", channels={self.channels}" if self.channels > 1 else "")
