"""Activations: functions of one number, applied to every entry."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

import autograd as ag
from autograd import suggest
from nn.module import Module

__all__ = [
    "ACTIVATIONS",
    "GELU",
    "Activation",
    "Identity",
    "LeakyReLU",
    "ReLU",
    "Sigmoid",
    "Softplus",
    "Tanh",
]

Input: TypeAlias = ag.Tensor | np.ndarray[Any, Any]


# By the names that `nn.MLP`, the estimators and the command line take; each class below enters itself.
ACTIVATIONS: dict[str, type[Activation]] = {}


class Activation(Module):
    """A function applied to every entry.

    A subclass that is given a name, ``class GELU(Activation, name="gelu")``, can be asked for by it.

    Attributes:
        initializer: What keeps signals in scale through a linear layer in front of it.
    """

    initializer = "glorot_uniform"

    def __init_subclass__(cls, name: str | None = None) -> None:
        super().__init_subclass__()
        if name is not None:
            ACTIVATIONS[name] = cls

    def config(self) -> dict[str, Any]:
        """No arguments."""
        return {}

    if TYPE_CHECKING:  # it gives back the kind that it was given

        @overload
        def __call__(self, x: ag.Tensor) -> ag.Tensor: ...
        @overload
        def __call__(self, x: NDArray[Any]) -> NDArray[Any]: ...
        def __call__(self, x: Any) -> Any:
            """Apply the function."""


class ReLU(Activation, name="relu"):
    """max(x, 0).

    Example:
        >>> ReLU()(np.array([-1.0, 2.0]))
        array([0., 2.])
    """

    initializer = "he_uniform"

    def forward(self, x: Input) -> Any:
        """Compute max(x, 0)."""
        return ag.relu(x)


class LeakyReLU(Activation, name="leaky_relu"):
    """x where x > 0, slope · x elsewhere.

    Args:
        slope: The derivative below zero.

    Example:
        >>> LeakyReLU(0.1)(np.array([-1.0, 2.0]))
        array([-0.1,  2. ])
    """

    initializer = "he_uniform"

    @suggest.in_our_words
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


class Tanh(Activation, name="tanh"):
    """tanh x.

    Example:
        >>> Tanh()(np.array([-1000.0, 0.0, 1000.0]))
        array([-1.,  0.,  1.])
    """

    def forward(self, x: Input) -> Any:
        """Compute tanh x."""
        return ag.tanh(x)


class Sigmoid(Activation, name="sigmoid"):
    """1 / (1 + e⁻ˣ).

    Example:
        >>> Sigmoid()(np.array([-1000.0, 0.0, 1000.0]))
        array([0. , 0.5, 1. ])
    """

    def forward(self, x: Input) -> Any:
        """Compute 1 / (1 + e⁻ˣ)."""
        return ag.sigmoid(x)


class Softplus(Activation, name="softplus"):
    """ln(1 + eˣ), a smooth relu.

    Example:
        >>> Softplus()(np.array([-1000.0, 0.0, 100.0])).round(3)
        array([  0.   ,   0.693, 100.   ])
    """

    initializer = "he_uniform"

    def forward(self, x: Input) -> Any:
        """Compute ln(1 + eˣ)."""
        return ag.softplus(x)


class GELU(Activation, name="gelu"):
    """x Φ(x) with Φ the normal distribution function, as x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))).

    A relu without a kink. The tanh form differs from x Φ(x) by less than 0.0005.

    Source: D. Hendrycks, K. Gimpel, "Gaussian error linear units (GELUs)", 2016, section 2.

    Example:
        >>> GELU()(np.array([-1.0, 0.0, 2.0])).round(4)
        array([-0.1588,  0.    ,  1.9546])
    """

    initializer = "he_uniform"

    def forward(self, x: Input) -> Any:
        """Compute x Φ(x)."""
        return 0.5 * x * (1.0 + ag.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


class Identity(Activation, name="identity"):
    """The input itself, which makes a network linear.

    Example:
        >>> Identity()(np.array([-1.0, 2.0]))
        array([-1.,  2.])
    """

    def forward(self, x: Input) -> Any:
        """Return x."""
        return x
