"""Activations: functions of one number, applied to every entry."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

import autograd as ag
from nn.module import Module

__all__ = ["ACTIVATIONS", "Activation", "Identity", "LeakyReLU", "ReLU", "Sigmoid", "Softplus", "Tanh"]

Input: TypeAlias = ag.Tensor | np.ndarray[Any, Any]


class Activation(Module):
    """A function applied to every entry.

    Attributes:
        initializer: What keeps signals in scale through a linear layer in front of it.
    """

    initializer = "glorot_uniform"

    def config(self) -> dict[str, Any]:
        """No arguments."""
        return {}


class ReLU(Activation):
    """max(x, 0).

    Example:
        >>> ReLU()(np.array([-1.0, 2.0]))
        array([0., 2.])
    """

    initializer = "he_uniform"

    def forward(self, x: Input) -> Any:
        """Compute max(x, 0)."""
        return ag.relu(x)


class LeakyReLU(Activation):
    """x where x > 0, slope · x elsewhere.

    Args:
        slope: The derivative below zero.

    Example:
        >>> LeakyReLU(0.1)(np.array([-1.0, 2.0]))
        array([-0.1,  2. ])
    """

    initializer = "he_uniform"

    def __init__(self, slope: float = 0.01) -> None:
        self.slope = float(slope)

    def forward(self, x: Input) -> Any:
        """Compute x or slope · x."""
        return ag.leaky_relu(x, slope=self.slope)

    def config(self) -> dict[str, Any]:
        """The slope."""
        return {"slope": self.slope}

    def extra_repr(self) -> str:
        """The slope."""
        return f"slope={self.slope}"


class Tanh(Activation):
    """tanh x.

    Example:
        >>> Tanh()(np.array([-1000.0, 0.0, 1000.0]))
        array([-1.,  0.,  1.])
    """

    def forward(self, x: Input) -> Any:
        """Compute tanh x."""
        return ag.tanh(x)


class Sigmoid(Activation):
    """1 / (1 + e⁻ˣ).

    Example:
        >>> Sigmoid()(np.array([-1000.0, 0.0, 1000.0]))
        array([0. , 0.5, 1. ])
    """

    def forward(self, x: Input) -> Any:
        """Compute 1 / (1 + e⁻ˣ)."""
        return ag.sigmoid(x)


class Softplus(Activation):
    """ln(1 + eˣ), a smooth relu.

    Example:
        >>> Softplus()(np.array([-1000.0, 0.0, 100.0])).round(3)
        array([  0.   ,   0.693, 100.   ])
    """

    initializer = "he_uniform"

    def forward(self, x: Input) -> Any:
        """Compute ln(1 + eˣ)."""
        return ag.softplus(x)


class Identity(Activation):
    """The input itself, which makes a network linear.

    Example:
        >>> Identity()(np.array([-1.0, 2.0]))
        array([-1.,  2.])
    """

    def forward(self, x: Input) -> Any:
        """Return x."""
        return x


ACTIVATIONS: dict[str, type[Activation]] = {
    "relu": ReLU,
    "leaky_relu": LeakyReLU,
    "tanh": Tanh,
    "sigmoid": Sigmoid,
    "softplus": Softplus,
    "identity": Identity,
}
