"""A network as a function of its parameters; parameters that stay parameters, and frozen ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn

X = np.random.default_rng(0).normal(size=(6, 3))
Y = np.random.default_rng(1).normal(size=(6, 2))


class Tied(nn.Module):
    def __init__(self) -> None:
        self.inner = nn.Linear(3, 3, seed=0, dtype=np.float64)
        self.twice = [self.inner, nn.Linear(3, 2, seed=1, dtype=np.float64)]
        self.scales = {"a": nn.Parameter(np.full(3, 1.5))}

    def forward(self, x: Any) -> Any:
        return self.twice[1](self.twice[0](ag.tanh(self.inner(x) * self.scales["a"])))


def test_other_parameters_give_what_the_model_would_with_them_and_it_is_left_alone() -> None:
    model, other = Tied(), Tied()
    for parameter in other.parameters():
        parameter.data = parameter.data * 0.7 + 0.1
    before = model.state_dict()
    found = nn.functional_call(model, dict(other.named_parameters()), X)
    np.testing.assert_array_equal(found.data, other(X).data)
    with pytest.raises(ag.ShapeError):
        nn.functional_call(model, dict(other.named_parameters()), X[:, :1])
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
    assert model.twice[0] is model.inner
    assert all(isinstance(p, nn.Parameter) for p in model.parameters())


def test_a_meta_gradient_against_differences() -> None:
    model = Tied()
    names = [name for name, _ in model.named_parameters()]

    def adapted(rates: Any) -> Any:
        start = dict(model.named_parameters())
        for step in range(2):
            loss = nn.mse(nn.functional_call(model, start, X[:3]), Y[:3])
            gradients = ag.gradients(loss, list(start.values()), create_graph=True)
            start = {name: start[name] - rates[step] * g for name, g in zip(names, gradients, strict=True)}
        return nn.mse(nn.functional_call(model, start, X[3:]), Y[3:])

    rates, size = np.array([0.1, 0.05]), 1e-5
    steps = np.eye(2) * size
    expected = [(adapted(rates + s).item() - adapted(rates - s).item()) / (2 * size) for s in steps]
    np.testing.assert_allclose(ag.grad(adapted)(rates).data, expected, rtol=1e-7)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("relu", r"it is autograd's: import autograd as ag; ag\.relu$"),
        ("mse_loss", r"did you mean nn\.mse\?$"),
        ("layer_norm", r"did you mean nn\.LayerNorm\?$"),
        ("max_pool2d", r"did you mean nn\.MaxPool2d\?$"),
        ("one_hot", r"class numbers are enough: nn\.cross_entropy"),
        ("scaled_dot_product_attention", r"nn\.MultiheadAttention, or ag\.softmax\(q @ k"),
    ],
)
def test_a_function_of_pytorchs_is_named_as_it_is_here(name: str, message: str) -> None:
    with pytest.raises(AttributeError, match=rf"'nn.functional' has no attribute '{name}': {message}"):
        getattr(nn.functional, name)


@pytest.mark.peers
def test_the_advice_for_attention_is_attention() -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")
    with pytest.raises(AttributeError) as refused:
        nn.functional.scaled_dot_product_attention  # type: ignore[attr-defined]  # noqa: B018
    q, k, v = np.random.default_rng(0).normal(size=(3, 2, 4, 5, 6))
    advised = eval(str(refused.value).split(", or ")[1], {"ag": ag, "q": q, "k": k, "v": v, "d": 6})
    theirs = torch.nn.functional.scaled_dot_product_attention(*map(torch.tensor, (q, k, v)))
    np.testing.assert_allclose(advised, theirs.numpy(), rtol=1e-12)


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (lambda m: m.state_dict(), TypeError, "takes Tensors, and 'scales.a' is ndarray; what state_dict gives"),
        (lambda m: {"outer.weight": ag.Tensor(1.0)}, ValueError, "Tied has no parameter 'outer.weight'; there are"),
        (lambda m: {"inner.bias": ag.Tensor([1.0])}, ValueError, r"'inner.bias' has shape \(3,\), and \(1,\) was"),
    ],
)
def test_what_is_no_parameter_is_refused(given: Any, error: Any, message: str) -> None:
    model = Tied()
    with pytest.raises(error, match=message):
        nn.functional_call(model, given(model), X)


@pytest.mark.parametrize("value", [ag.Tensor(np.ones((3, 2))), np.ones((3, 2)), 1.0, [1.0]])
def test_a_parameter_stays_one(value: Any) -> None:
    layer, norm = nn.Linear(3, 2), nn.BatchNorm1d(3)
    weight = layer.weight
    with pytest.raises(TypeError, match=r"Linear.weight is a Parameter, and .* in its place would not be trained"):
        layer.weight = value
    with pytest.raises(TypeError, match=r"BatchNorm1d.running_mean is a Buffer, and"):
        norm.running_mean = value
    assert layer.weight is weight
    layer.weight, layer.bias = nn.Parameter(np.ones((3, 2))), None
    assert [name for name, _ in layer.named_parameters()] == ["weight"]


def test_what_is_frozen_stays_and_learns_again_afterwards() -> None:
    model = nn.MLP(3, [4, 4, 2], seed=0, dtype=np.float64)
    assert model.freeze("0.*", "2.weight") == ["0.weight", "0.bias", "2.weight"]
    before = model.state_dict()
    optimizer = nn.Adam(model.parameters(), learning_rate=0.1)
    step = nn.compile_step(model, nn.mse, optimizer)

    def changed() -> set[str]:
        return {name for name, array in model.state_dict().items() if (array != before[name]).any()}

    step(X, Y)
    nn.mse(model(X), Y).backward()
    optimizer.step()
    assert changed() == {"2.bias", "4.weight", "4.bias"}
    assert model.unfreeze() == []
    step(X, Y)
    assert changed() == set(before)
    with pytest.raises(ValueError, match=r"no parameter is named '9\.\*'; there are 0.weight"):
        model.freeze("9.*")
