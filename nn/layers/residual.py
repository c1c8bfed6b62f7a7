"""A layer whose input is added to its output."""

from __future__ import annotations

from typing import Any, TypeAlias

from numpy.typing import ArrayLike

import autograd as ag
from nn.layers.sequential import Sequential

__all__ = ["Residual"]

Input: TypeAlias = ag.Tensor | ArrayLike


class Residual(Sequential):
    """x + f(x), where f is one layer or several, one after the other.

    Args:
        *layers: The layers of f, whose output has the input's shape.

    Raises:
        ShapeError: When called: f gives another shape.

    Source: K. He et al., "Deep residual learning for image recognition", CVPR 2016, equation 1.

    Example:
        >>> from nn.layers import Linear
        >>> block = Residual(Linear(2, 2, initializer="zeros"))
        >>> block([[1.0, 2.0]]).data
        array([[1., 2.]], dtype=float32)
    """

    def forward(self, x: Input) -> ag.Tensor:
        """Compute x + f(x)."""
        y: Any = super().forward(x)
        given: Any = x if isinstance(x, ag.Tensor) else ag.Tensor(x, dtype=y.dtype)
        if y.shape != given.shape:
            raise ag.ShapeError(f"Residual: the layers make {y.shape} of {given.shape}, which cannot be added")
        return given + y  # type: ignore[no-any-return]
