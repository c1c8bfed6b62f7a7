"""Activations: functions of one number, applied to every entry."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

import autograd as ag
from nn._arguments import checked, explained
from nn.module import Module

__all__ = [
    "ACTIVATIONS",
    "ELU",
    "GELU",
    "Activation",
    "Identity",
    "LeakyReLU",
    "ReLU",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Tanh",
]

Input: TypeAlias = ag.Tensor | np.ndarray[Any, Any]


# By the names that `nn.MLP`, the estimators and the command line take; each class below enters itself.
ACTIVATIONS: dict[str, type[Activation]] = {}


class Activation(Module):
    """A function applied to every entry.

    A subclass that is given a name, ``class SiLU(Activation, name="silu")``, can be asked for by it.

    Attributes:
        initializer: What keeps signals in scale through a linear layer in front of it.

    Example:
        >>> import nn
        >>> class Square(nn.Activation):
        ...     def forward(self, x):
        ...         return x * x
        >>> nn.Sequential(nn.Linear(2, 3, seed=0), Square())(np.ones((5, 2))).shape
        (5, 3)
    """

    initializer = "glorot_uniform"

    def __init_subclass__(cls, name: str | None = None) -> None:
        super().__init_subclass__()
        if name is not None:
            ACTIVATIONS[name] = cls

    @explained
    def __init__(self) -> None:
        """No arguments."""

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

    @checked
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


class ELU(Activation, name="elu"):
    """x where x > 0, α (eˣ − 1) elsewhere.

    Args:
        alpha: α, what is left far below zero.

    Source: D.-A. Clevert et al., "Fast and accurate deep network learning by exponential linear units", ICLR 2016.

    Example:
        >>> ELU()(np.array([-1000.0, 0.0, 2.0]))
        array([-1.,  0.,  2.])
    """

    initializer = "he_uniform"

    @checked
    def __init__(self, alpha: float = 1.0) -> None:
        self.alpha = float(alpha)

    def forward(self, x: Input) -> Any:
        """Compute x or α (eˣ − 1)."""
        return ag.elu(x, alpha=self.alpha)

    def config(self) -> dict[str, Any]:
        """α."""
        return {"alpha": self.alpha}

    def extra_repr(self) -> str:
        """α."""
        return f"alpha={self.alpha}"


class GELU(Activation, name="gelu"):
    """x Φ(x) with Φ the normal distribution function: a relu without a kink.

    Args:
        approximate: ``"none"``, or ``"tanh"`` for x/2 · (1 + tanh(√(2/π) (x + 0.044715 x³))), which
            differs by less than 0.0005.

    Raises:
        ValueError: Another word.

    Source: D. Hendrycks, K. Gimpel, "Gaussian error linear units (GELUs)", 2016, section 2.

    Example:
        >>> GELU()(np.array([-1.0, 0.0, 2.0])).round(4)
        array([-0.1587,  0.    ,  1.9545])
    """

    initializer = "he_uniform"

    @checked
    def __init__(self, approximate: str = "none") -> None:
        if approximate not in ("none", "tanh"):
            raise ValueError(f"approximate must be 'none' or 'tanh', got {approximate!r}")
        self.approximate = approximate

    def forward(self, x: Input) -> Any:
        """Compute x Φ(x)."""
        if self.approximate == "none":
            return ag.gelu(x)
        x = x if isinstance(x, ag.Tensor) else np.asarray(x)
        return 0.5 * x * (1.0 + ag.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))

    def config(self) -> dict[str, Any]:
        """Which form."""
        return {"approximate": self.approximate}

    def extra_repr(self) -> str:
        """Which form."""
        return f"approximate={self.approximate!r}"


class SiLU(Activation, name="silu"):
    """x σ(x), also called swish: a relu without a kink.

    Source: P. Ramachandran et al., "Searching for activation functions", 2017.

    Example:
        >>> SiLU()(np.array([-1000.0, 0.0, 2.0])).round(4)
        array([-0.    ,  0.    ,  1.7616])
    """

    initializer = "he_uniform"

    def forward(self, x: Input) -> Any:
        """Compute x σ(x)."""
        return ag.silu(x)


class Softmax(Module):
    """exp xᵢ / Σ exp xⱼ along an axis.

    Not for the end of a network that is trained by `nn.cross_entropy`, which takes logits.

    Args:
        axis: The axis; its entries add up to 1.

    Example:
        >>> Softmax()(np.array([0.0, 0.0])).tolist()
        [0.5, 0.5]
    """

    @checked
    def __init__(self, axis: int = -1) -> None:
        self.axis = int(axis)

    def forward(self, x: Input) -> Any:
        """Compute the shares."""
        return ag.softmax(x, axis=self.axis)

    def config(self) -> dict[str, Any]:
        """The axis."""
        return {"axis": self.axis}

    def extra_repr(self) -> str:
        """The axis."""
        return f"axis={self.axis}"


class Identity(Activation, name="identity"):
    """The input itself, which makes a network linear.

    Example:
        >>> Identity()(np.array([-1.0, 2.0]))
        array([-1.,  2.])
    """

    def forward(self, x: Input) -> Any:
        """Return x."""
        return x
