"""The multi-layer perceptron."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from nn._arguments import ActivationName, checked
from nn.init import Initializer, Seed
from nn.layers.activations import ACTIVATIONS, Identity
from nn.layers.linear import Linear
from nn.layers.sequential import Sequential
from nn.module import Module

__all__ = ["MLP"]


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
        TypeError: The sizes are no list, or all in one.
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

    @checked
    def __init__(
        self,
        inputs: int,
        sizes: Sequence[int] = (),
        activation: ActivationName = "relu",
        *,
        initializer: str | Initializer | None = None,
        seed: Seed = None,
        dtype: DTypeLike = np.float32,
    ) -> None:
        given: Any = inputs
        if isinstance(given, list | tuple):
            others = list(given[1:]) or sizes
            raise TypeError(f"MLP takes the inputs first, then the other sizes: MLP({given[0]}, {others})")
        if isinstance(sizes, int):
            raise TypeError(f"MLP takes the sizes of its layers as a list: MLP({inputs}, [{sizes}])")
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
