"""One model in two granularities: every value and every gradient of the Tensors is that of the Values."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from nn.layers import ACTIVATIONS
from nn.scalar import MLP, from_model

X = np.random.default_rng(0).normal(size=(7, 3))
LOSSES: dict[str, tuple[Any, Any]] = {
    "mse": (lambda out, t: nn.mse(out[:, 0], t), lambda o, t: (o[0] - t) ** 2),
    "cross-entropy": (
        lambda out, t: nn.cross_entropy(out, (t > 0).astype(int)),
        lambda o, t: ag.logsumexp(o) - o[int(t > 0)],
    ),
    "hinge": (
        lambda out, t: ag.mean(ag.relu(1 - np.sign(t) * out[:, 0])),
        lambda o, t: ag.relu(1 - float(np.sign(t)) * o[0]),
    ),
}
TARGETS = np.random.default_rng(1).normal(size=7)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_gradient_is_the_same(activation: str, loss: str) -> None:
    model = nn.MLP(3, [5, 4, 2], activation=activation, seed=0, dtype=np.float64)
    values = from_model(model)
    of_tensors, of_values = LOSSES[loss]
    one = of_tensors(model(X), TARGETS)
    other = ag.sum([of_values(values(x), t) for x, t in zip(X.tolist(), TARGETS.tolist(), strict=True)]) / len(X)
    assert other.data == pytest.approx(one.item(), rel=1e-12)
    one.backward()
    other.backward()
    linears = [part for part in model.layers if isinstance(part, nn.Linear)]
    for linear, layer in zip(linears, values.layers, strict=True):
        weights = np.array([[w.grad or 0.0 for w in neuron.w] for neuron in layer.neurons]).T
        biases = np.array([neuron.b.grad or 0.0 for neuron in layer.neurons])
        np.testing.assert_allclose(weights, linear.weight.grad.data, rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(biases, linear.bias.grad.data, rtol=1e-12, atol=1e-15)


def test_there_and_back() -> None:
    model = nn.MLP(3, [4, 2], seed=0, dtype=np.float64)
    values = from_model(model)
    for p in values.parameters():
        p.data *= 2.0
    before = {name: p.data.copy() for name, p in model.named_parameters()}
    values.to_model(model)
    for name, p in model.named_parameters():
        np.testing.assert_array_equal(p.data, 2 * before[name])
    assert from_model(model)(X[0].tolist())[0].data == values(X[0].tolist())[0].data
    with pytest.raises(ag.ShapeError, match="has other sizes"):
        values.to_model(nn.MLP(3, [5, 2], seed=0))


def test_layers_without_bias_nested_ones_and_identities() -> None:
    model = nn.Sequential(
        nn.Sequential(nn.Linear(3, 2, bias=False, seed=0), nn.Identity()), nn.Tanh(), nn.Linear(2, 1, seed=1)
    )
    values = from_model(model)
    assert values([1.0, 2.0, 3.0]).data == pytest.approx(model([[1.0, 2.0, 3.0]]).item(), rel=1e-6)
    out = values([1.0, 2.0, 3.0])
    out.backward()
    assert values.layers[0].neurons[0].b.grad is None
    assert "TanhNeuron(3)" in repr(values)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (lambda: nn.Sequential(nn.Tanh(), nn.Linear(2, 1)), "not Tanh"),
        (lambda: nn.Sequential(nn.Linear(2, 1), nn.Tanh(), nn.ReLU()), "follows another activation"),
        (lambda: type("Other", (nn.Module,), {})(), "takes linear layers"),
    ],
    ids=["first", "two", "other"],
)
def test_what_has_no_network_of_values(model: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        from_model(model())


def test_micrograds_networks_are_as_they_were() -> None:
    random.seed(1337)
    assert repr(MLP(2, [2, 1])) == "MLP of [Layer of [ReLUNeuron(2), ReLUNeuron(2)], Layer of [LinearNeuron(2)]]"
