"""Networks of single Values, with micrograd's names and signatures: every multiplication is there to look at.

A program written for ``micrograd.nn`` runs with its import changed to ``nn.scalar``. The weights are drawn from
Python's `random` module in micrograd's order, so the same ``random.seed`` gives the same network.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np

import autograd as ag
from nn import layers
from nn._arguments import checked, explained_methods
from nn.module import Module as TensorModule

__all__ = ["MLP", "Layer", "Module", "Neuron", "from_model"]

Scalar: TypeAlias = ag.Value | float


@explained_methods
class Module:
    """What neurons, layers and networks share."""

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to zero."""
        for p in self.parameters():
            p.grad = 0.0

    def parameters(self) -> list[ag.Value]:
        """All weights and biases."""
        return []


class Neuron(Module):
    """relu(b + w₁x₁ + w₂x₂ + …), or the sum alone.

    Args:
        nin: Number of inputs.
        nonlin: Whether relu is applied.

    Example:
        >>> random.seed(1337)
        >>> neuron = Neuron(2)
        >>> neuron
        ReLUNeuron(2)
        >>> out = neuron([1.0, -2.0])
        >>> out.backward()
        >>> [p.grad for p in neuron.parameters()]
        [1.0, -2.0, 1.0]
    """

    @checked
    def __init__(self, nin: int, nonlin: bool = True) -> None:
        self.w = [ag.Value(random.uniform(-1, 1), label=f"w{i}") for i in range(1, nin + 1)]
        self.b = ag.Value(0.0, label="b")
        self.nonlin = nonlin
        self.activation: Callable[[ag.Value], ag.Value] = ag.Value.relu if nonlin else _identity

    def __call__(self, x: Sequence[Scalar]) -> ag.Value:
        """The neuron's output for one sample ``x`` of ``nin`` numbers or Values.

        Raises:
            ShapeError: ``x`` has another length.
        """
        if len(x) != len(self.w):
            raise ag.ShapeError(f"{self} takes {len(self.w)} inputs, got {len(x)}")
        act: ag.Value = ag.affine(self.w, x, self.b)
        return self.activation(act)

    def parameters(self) -> list[ag.Value]:
        """The weights, then the bias."""
        return [*self.w, self.b]

    def __repr__(self) -> str:
        module = getattr(self.activation, "__self__", None)
        name = "ReLU" if module is None else type(module).__name__
        return f"{name if self.nonlin else 'Linear'}Neuron({len(self.w)})"


def _name(kind: str, parts: Sequence[Module]) -> None:
    """Let each parameter's label say where it stands: "layer 1, neuron 3, w2"."""
    for number, part in enumerate(parts, 1):
        for p in part.parameters():
            p.label = f"{kind} {number}, {p.label}"


def _identity(x: ag.Value) -> ag.Value:
    return x


class Layer(Module):
    """Neurons side by side.

    Args:
        nin: Number of inputs of each.
        nout: Number of neurons.
        **kwargs: Passed on to every `Neuron`.

    Example:
        >>> Layer(3, 2, nonlin=False)
        Layer of [LinearNeuron(3), LinearNeuron(3)]
    """

    @checked
    def __init__(self, nin: int, nout: int, **kwargs: Any) -> None:
        self.neurons = [Neuron(nin, **kwargs) for _ in range(nout)]
        _name("neuron", self.neurons)

    def __call__(self, x: Sequence[Scalar]) -> Any:
        """The neurons' outputs; of a single neuron its output alone, not a list."""
        if {*map(type, self.neurons)} == {Neuron} and len(x) == len(self.neurons[0].w):
            sums = ag.affine([n.w for n in self.neurons], x, [n.b for n in self.neurons])
            out = [n.activation(act) for n, act in zip(self.neurons, sums, strict=True)]  # n(x), sooner, to rounding
        else:
            out = [n(x) for n in self.neurons]
        return out[0] if len(out) == 1 else out

    def parameters(self) -> list[ag.Value]:
        """The neurons' parameters, in order."""
        return [p for n in self.neurons for p in n.parameters()]

    def __repr__(self) -> str:
        return f"Layer of [{', '.join(str(n) for n in self.neurons)}]"


@explained_methods
class MLP(Module):
    """Layers one after the other, with relu on all but the last.

    Args:
        nin: Number of inputs.
        nouts: Number of neurons of each layer.

    Example:
        >>> random.seed(1337)
        >>> model = MLP(2, [3, 1])
        >>> model
        MLP of [Layer of [ReLUNeuron(2), ReLUNeuron(2), ReLUNeuron(2)], Layer of [LinearNeuron(3)]]
        >>> len(model.parameters())
        13
        >>> round(model([1.0, -2.0]).data, 6)
        -0.023827
    """

    @checked
    def __init__(self, nin: int, nouts: Sequence[int]) -> None:
        sz = [nin, *nouts]
        self.layers = [Layer(sz[i], sz[i + 1], nonlin=i != len(nouts) - 1) for i in range(len(nouts))]
        _name("layer", self.layers)

    def __call__(self, x: Sequence[Scalar]) -> Any:
        """The network's outputs for one sample; of a single output neuron its output alone."""
        out: Any = x
        for layer in self.layers:
            # A hidden layer of one neuron gives a Value, where the next one wants a list.
            out = layer([out] if isinstance(out, ag.Value) else out)
        return out

    def parameters(self) -> list[ag.Value]:
        """The layers' parameters, in order."""
        return [p for layer in self.layers for p in layer.parameters()]

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(str(layer) for layer in self.layers)}]"

    def to_model(self, model: TensorModule) -> None:
        """Write this network's numbers into the network of Tensors that it was made from, or one of its form.

        Raises:
            ShapeError: ``model`` has other sizes.
        """
        pairs = list(zip(_linear_layers(model), self.layers, strict=False))
        sizes = [(linear.weight.shape, (len(layer.neurons[0].w), len(layer.neurons))) for linear, layer in pairs]
        if len(pairs) != len(self.layers) or any(shape != size for shape, size in sizes):
            raise ag.ShapeError(f"{model} has other sizes than {self}")
        with ag.no_grad():
            for linear, layer in pairs:
                linear.weight.data = np.array([[w.data for w in n.w] for n in layer.neurons], linear.weight.dtype).T
                if linear.bias is not None:
                    linear.bias.data = np.array([n.b.data for n in layer.neurons], linear.bias.dtype)


@checked
def from_model(model: TensorModule) -> MLP:
    """A network of Tensors as the same network of Values: one neuron for each unit, one Value for each weight.

    Args:
        model: Linear layers with activations between them, such as `nn.MLP`.

    Returns:
        A network that takes one sample at a time; `MLP.to_model` writes its numbers back.

    Raises:
        TypeError: ``model`` has a layer of another kind.

    Example:
        >>> import nn
        >>> model = nn.MLP(2, [3, 1], activation="tanh", seed=0, dtype=np.float64)
        >>> values = from_model(model)
        >>> values
        MLP of [Layer of [TanhNeuron(2), TanhNeuron(2), TanhNeuron(2)], Layer of [LinearNeuron(3)]]
        >>> abs(values([1.0, -2.0]).data - model([[1.0, -2.0]]).item()) < 1e-15
        True
    """
    network = MLP.__new__(MLP)
    network.layers = []
    for part in _parts(model):
        if isinstance(part, layers.Linear):
            network.layers.append(_layer(part))
        elif isinstance(part, layers.Activation) and network.layers:
            if not isinstance(part, layers.Identity):
                for neuron in network.layers[-1].neurons:
                    if neuron.nonlin:
                        raise TypeError(f"from_model: {part} follows another activation; a neuron has one")
                    neuron.activation, neuron.nonlin = part.forward, True
        else:
            raise TypeError(f"from_model takes linear layers, each with an activation after it or none, not {part}")
    _name("layer", network.layers)
    return network


def _parts(model: TensorModule) -> Iterator[TensorModule]:
    if isinstance(model, layers.Sequential):
        for part in model.layers:
            yield from _parts(part)
    else:
        yield model


def _linear_layers(model: TensorModule) -> list[layers.Linear]:
    return [part for part in _parts(model) if isinstance(part, layers.Linear)]


def _layer(linear: layers.Linear) -> Layer:
    weights = linear.weight.data.astype(np.float64).T.tolist()
    biases = [0.0] * len(weights) if linear.bias is None else linear.bias.data.astype(np.float64).tolist()
    layer = Layer(len(weights[0]), len(weights), nonlin=False)
    for neuron, row, bias in zip(layer.neurons, weights, biases, strict=True):
        neuron.w = [ag.Value(w, label=f"w{i}") for i, w in enumerate(row, 1)]
        neuron.b = ag.Value(bias, requires_grad=linear.bias is not None, label="b")
    _name("neuron", layer.neurons)
    return layer
