"""Networks of single `Value`s, with micrograd's names and signatures: every multiplication is there to look at.

A program written for ``micrograd.nn`` runs with its import changed to ``nn.scalar``. The weights are drawn from
Python's `random` module in micrograd's order, so the same ``random.seed`` gives the same network.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, TypeAlias

import autograd as ag

__all__ = ["MLP", "Layer", "Module", "Neuron"]

Scalar: TypeAlias = ag.Value | float


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

    def __init__(self, nin: int, nonlin: bool = True) -> None:
        self.w = [ag.Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = ag.Value(0.0)
        self.nonlin = nonlin

    def __call__(self, x: Sequence[Scalar]) -> ag.Value:
        """The neuron's output for one sample ``x`` of ``nin`` numbers or Values.

        Raises:
            ShapeError: ``x`` has another length.
        """
        if len(x) != len(self.w):
            raise ag.ShapeError(f"{self} takes {len(self.w)} inputs, got {len(x)}")
        act: ag.Value = ag.affine(self.w, x, self.b)
        return act.relu() if self.nonlin else act

    def parameters(self) -> list[ag.Value]:
        """The weights, then the bias."""
        return [*self.w, self.b]

    def __repr__(self) -> str:
        return f"{'ReLU' if self.nonlin else 'Linear'}Neuron({len(self.w)})"


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

    def __init__(self, nin: int, nout: int, **kwargs: Any) -> None:
        self.neurons = [Neuron(nin, **kwargs) for _ in range(nout)]

    def __call__(self, x: Sequence[Scalar]) -> Any:
        """The neurons' outputs; of a single neuron its output alone, not a list."""
        out = [n(x) for n in self.neurons]
        return out[0] if len(out) == 1 else out

    def parameters(self) -> list[ag.Value]:
        """The neurons' parameters, in order."""
        return [p for n in self.neurons for p in n.parameters()]

    def __repr__(self) -> str:
        return f"Layer of [{', '.join(str(n) for n in self.neurons)}]"


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

    def __init__(self, nin: int, nouts: Sequence[int]) -> None:
        sz = [nin, *nouts]
        self.layers = [Layer(sz[i], sz[i + 1], nonlin=i != len(nouts) - 1) for i in range(len(nouts))]

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
