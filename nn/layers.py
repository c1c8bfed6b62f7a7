"""Layers: the linear map, the activations between, and their composition.

Layers return *logits*, raw outputs of any size. There is no softmax layer: `nn.cross_entropy` takes logits, and a
softmax before it would be applied twice; `Trainer.predict_proba` gives probabilities.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

import autograd as ag
from nn import init
from nn._checks import positive_integer
from nn.init import Initializer, Seed
from nn.module import Buffer, Module, Parameter

__all__ = [
    "ACTIVATIONS",
    "MLP",
    "Identity",
    "LeakyReLU",
    "Linear",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Softplus",
    "Tanh",
]

Input: TypeAlias = ag.Tensor | NDArray[Any]


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
        weight: W, of shape ``(in_features, out_features)``.
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

    def forward(self, x: Input) -> Any:
        """Compute x W + b."""
        if not isinstance(x, ag.Tensor):
            x = ag.Tensor(x, dtype=self.weight.dtype)
        return ag.linear(x, self.weight, self.bias)

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


class Sequential(Module):
    """Modules one after the other; parameters are named by position: ``"0.weight"``.

    Args:
        *layers: The modules, first to last.

    Raises:
        TypeError: One of them is no module.

    Example:
        >>> Sequential(Linear(64, 32), ReLU(), Linear(32, 10))
        Sequential(
          (0): Linear(in_features=64, out_features=32, bias=True)
          (1): ReLU()
          (2): Linear(in_features=32, out_features=10, bias=True)
        )
    """

    def __init__(self, *layers: Module) -> None:
        for position, layer in enumerate(layers):
            if not isinstance(layer, Module):
                raise TypeError(f"Sequential takes modules; layer {position} is {layer!r}, e.g. pass nn.ReLU()")
        self.layers = layers

    def members(self) -> Iterator[tuple[str, Parameter | Buffer | Module]]:
        """The layers by position, and what a subclass adds."""
        return ((name.removeprefix("layers."), member) for name, member in super().members())

    def forward(self, x: Input) -> Any:
        """Run x through all layers."""
        for layer in self.layers:
            x = layer(x)
        return x

    def __len__(self) -> int:
        return len(self.layers)

    def __iter__(self) -> Iterator[Module]:
        return iter(self.layers)

    def __getitem__(self, position: int | slice) -> Module:
        """The layer at a position; of a slice, a Sequential of the same layers."""
        return Sequential(*self.layers[position]) if isinstance(position, slice) else self.layers[position]


class MLP(Sequential):
    """A multi-layer perceptron: linear layers with an activation between each two, and logits at the end.

    Input shape: ``(batch, inputs)``. Output shape: ``(batch, sizes[-1])``.

    Args:
        inputs: Number of features of a sample.
        sizes: The hidden layers' sizes, then the number of outputs.
        activation: A name in `ACTIVATIONS`.
        initializer: How the weights start; by default as the activation after them needs it: He for relu and its
            relatives, Glorot for the others and for the last layer.
        seed: Where the random weights come from, as for `numpy.random.default_rng`.
        dtype: The dtype of all parameters.

    Raises:
        ValueError: A size is not a positive integer, there is none, or a name is unknown.

    Example:
        >>> model = MLP(64, [32, 10], activation="tanh", seed=0)
        >>> model
        MLP(
          (0): Linear(in_features=64, out_features=32, bias=True)
          (1): Tanh()
          (2): Linear(in_features=32, out_features=10, bias=True)
        )
        >>> model(np.zeros((5, 64))).shape
        (5, 10)
    """

    def __init__(
        self,
        inputs: int,
        sizes: Sequence[int],
        activation: str = "relu",
        *,
        initializer: str | Initializer | None = None,
        seed: Seed = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        if activation not in ACTIVATIONS:
            raise ValueError(f"no activation is named {activation!r}; choose one of {', '.join(ACTIVATIONS)}")
        if len(sizes) == 0:
            raise ValueError("MLP needs the number of outputs at least; pass sizes=[hidden, ..., outputs]")
        seed = np.random.default_rng(seed)  # one stream for all layers, or they would start alike
        layers: list[Module] = []
        for fan_in, fan_out in pairwise([inputs, *sizes]):
            last = len(layers) == 2 * len(sizes) - 2
            after = Identity() if last else ACTIVATIONS[activation]()
            start = initializer or after.initializer
            layers += [Linear(fan_in, fan_out, initializer=start, seed=seed, dtype=dtype), after]
        super().__init__(*layers[:-1])
        self.activation = activation
        for name, parameter in self.named_parameters():
            parameter.label = name

    def config(self) -> dict[str, Any]:
        """The arguments that build a network of this form, with its values at zero."""
        linear = [layer for layer in self.layers if isinstance(layer, Linear)]
        return {
            "inputs": linear[0].in_features,
            "sizes": [layer.out_features for layer in linear],
            "activation": self.activation,
            "initializer": "zeros",
            "dtype": linear[0].weight.dtype.name,
        }
