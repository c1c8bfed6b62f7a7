"""All axes of a sample as one."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

from numpy.typing import ArrayLike

import autograd as ag
from nn.module import Module

__all__ = ["Flatten"]

Input: TypeAlias = ag.Tensor | ArrayLike


class Flatten(Module):
    """The entries of each sample in a row: what stands between convolutions and a linear layer.

    Input shape: ``(batch, …)``. Output shape: ``(batch, features)``.

    Example:
        >>> import numpy as np
        >>> Flatten()(np.zeros((5, 8, 7, 7))).shape
        (5, 392)
    """

    def forward(self, x: Input) -> ag.Tensor:
        """Reshape x."""
        x = x if isinstance(x, ag.Tensor) else ag.Tensor(x)
        return x.reshape(len(x), math.prod(x.shape[1:]))

    def config(self) -> dict[str, Any]:
        """No arguments."""
        return {}
