"""Several networks that are trained at once, each without one part of the rows; together they are one network.

With few rows a network depends much on its first weights, and on which rows are kept back to tell when to stop. Here
each row is kept back from one of the networks and trains the others: all rows train, all of them tell when to stop, and
the mean of the networks varies less than one of them.

Sources: L. Breiman, "Bagging predictors", Machine Learning 24 (1996), section 6; A. Krogh, J. Vedelsby, "Neural network
ensembles, cross validation, and active learning", NIPS 1994, equation 6.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import autograd as ag
from nn.layers import ACTIVATIONS, MLP, GaussianNoise, Linear
from nn.module import Module, Parameter
from nn.training.samples import weighted
from nn.training.trainer import Trainer

__all__ = ["Members", "MembersTrainer", "WithNoise"]


class WithNoise(Module):
    """A network, in training with noise on its inputs; others than the first are passed on."""

    def __init__(self, noise: GaussianNoise, network: Module) -> None:
        self.noise, self.network = noise, network

    def forward(self, x: Any, *others: Any) -> Any:
        """The network's outputs."""
        return self.network(self.noise(x), *others)


class Members(Module):
    """Networks of one form side by side.

    Input shape: ``(batch, inputs)``, and which of them a row trains, ``(batch, members)``, 1 or 0. Output shape: in
    training ``(members, batch, outputs)``; in evaluation mode ``(batch, outputs)``, what those give, on average, that
    the row does not train.

    Example:
        >>> members = Members([MLP(3, [4, 2], seed=seed) for seed in range(5)])
        >>> members(np.zeros((7, 3), np.float32), np.ones((7, 5), np.float32)).shape
        (5, 7, 2)
        >>> members.together()
        MLP(
          (0): Linear(in_features=3, out_features=20, bias=True)
          (1): ReLU()
          (2): Linear(in_features=20, out_features=2, bias=True)
        )
    """

    def __init__(self, networks: Sequence[MLP]) -> None:
        self.form = networks[0].config()
        self.activation = ACTIVATIONS[self.form["activation"]]()
        alike = list(zip(*map(_linear, networks), strict=True))
        self.weights = [Parameter(np.stack([each.weight.data for each in layers])) for layers in alike]
        self.biases = [Parameter(np.stack([_bias(each)[None] for each in layers])) for layers in alike]

    def forward(self, x: Any, trains: Any) -> Any:
        """The outputs."""
        h = x
        for number, (weights, biases) in enumerate(zip(self.weights, self.biases, strict=True)):
            h = ag.matmul(self.activation(h) if number else h, weights) + biases
        if self.training:
            return h
        others = 1.0 - np.transpose(trains)[:, :, None]
        return ag.sum(h * others, axis=0) / ag.sum(others, axis=0)

    def member(self, number: int) -> MLP:
        """One of them."""
        network = MLP(**self.form)
        for layer, weights, biases in zip(_linear(network), self.weights, self.biases, strict=True):
            layer.weight.data[...] = weights.data[number]
            _bias(layer)[...] = biases.data[number, 0]
        return network

    def together(self) -> MLP:
        """One network whose outputs are the means of theirs: each has some of its hidden units."""
        members = len(self.weights[0])
        *hidden, outputs = self.form["sizes"]
        network = MLP(**self.form | {"sizes": [*(members * size for size in hidden), outputs]})
        layers = _linear(network)
        for number, layer in enumerate(layers):
            last = layer is layers[-1]
            share = 1 / members if last else 1.0
            for member, (weights, biases) in enumerate(zip(self.weights[number], self.biases[number], strict=True)):
                rows, columns = (slice(member * size, (member + 1) * size) for size in weights.shape)
                outgoing = slice(None) if last else columns
                layer.weight.data[slice(None) if number == 0 else rows, outgoing] += share * weights.data
                _bias(layer)[outgoing] += share * biases.data[0]
        return network


def _linear(network: MLP) -> list[Linear]:
    return [layer for layer in network.layers if isinstance(layer, Linear)]


def _bias(layer: Linear) -> Any:
    """The array of a layer's biases, which those of an MLP all have."""
    bias: Any = layer.bias
    return bias.data


class MembersTrainer(Trainer):
    """Trains each of the networks as it would be alone."""

    steady = True

    def compute_loss(self, xb: Any, yb: Any, weights: Any = None) -> tuple[Any, Any]:  # noqa: ARG002
        """The mean over members and the rows that train them, and the outputs' mean."""
        outputs = self.model(*xb)
        members, rows, width = outputs.shape
        trains = ag.reshape(ag.transpose(xb[1]), (members * rows,))
        found = weighted(self.loss, ag.reshape(outputs, (-1, width)), ag.concatenate([yb] * members), trains)
        # Each has the gradient of a loss of its own, whatever their number.
        return found * members - (found * (members - 1)).detach(), ag.mean(outputs, axis=0)
