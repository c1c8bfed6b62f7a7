"""Dropout and normalisation: PyTorch's numbers, gradients by differences, training against use, saving."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from autograd.functional.check import check_grads

X = np.random.default_rng(0).normal(size=(6, 4)) * 3 + 1
LAYERS: dict[str, Any] = {
    "layer norm": lambda: nn.LayerNorm(4, dtype=np.float64),
    "batch norm": lambda: nn.BatchNorm1d(4, dtype=np.float64),
}


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", LAYERS)
def test_the_gradient_is_the_difference(name: str, training: bool) -> None:
    layer = LAYERS[name]().train(training)
    weights = np.random.default_rng(1).normal(size=X.shape)
    check_grads(lambda x: ag.sum(layer(x) * weights), order=1)(X)

    def of_parameters(gamma: Any, beta: Any) -> Any:
        layer.weight.data, layer.bias.data = np.asarray(gamma.data), np.asarray(beta.data)
        return layer(X)

    gamma, beta = np.random.default_rng(2).normal(size=(2, 4))
    out = of_parameters(ag.Tensor(gamma), ag.Tensor(beta))
    out.backward(gradient=weights)
    normal = (out.data - beta) / gamma
    np.testing.assert_allclose(layer.weight.grad.data, (weights * normal).sum(0), rtol=1e-9)
    np.testing.assert_allclose(layer.bias.grad.data, weights.sum(0), rtol=1e-12)


@pytest.mark.peers
@pytest.mark.parametrize("name", LAYERS)
def test_pytorch_agrees_step_after_step(name: str) -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")
    ours = LAYERS[name]()
    theirs = (torch.nn.LayerNorm(4) if name == "layer norm" else torch.nn.BatchNorm1d(4)).double()
    rng = np.random.default_rng(3)
    for step in range(8):
        if step == 6:
            ours.eval(), theirs.eval()
        x, upstream = rng.normal(size=(2, 5, 4)) * 2
        mine = ag.Tensor(x, requires_grad=True)
        other = torch.tensor(x, requires_grad=True)
        out, expected = ours(mine), theirs(other)
        np.testing.assert_allclose(out.data, expected.detach().numpy(), rtol=1e-10, atol=1e-12)
        out.backward(gradient=upstream)
        expected.backward(torch.tensor(upstream))
        np.testing.assert_allclose(mine.grad.data, other.grad.numpy(), rtol=1e-8, atol=1e-10)
        np.testing.assert_allclose(ours.weight.grad.data, theirs.weight.grad.numpy(), rtol=1e-8, atol=1e-10)
    if name == "batch norm":
        np.testing.assert_allclose(ours.running_mean.data, theirs.running_mean.numpy(), rtol=1e-10)
        np.testing.assert_allclose(ours.running_variance.data, theirs.running_var.numpy(), rtol=1e-10)


def test_dropout_keeps_the_expected_value_and_draws_anew() -> None:
    dropout = nn.Dropout(0.3, seed=0)
    x = np.ones((200, 50))
    first, second = dropout(x).data, dropout(x).data
    assert (first != second).any()
    assert set(np.unique(first)) == {0.0, 1 / 0.7}
    assert np.mean(first == 0) == pytest.approx(0.3, abs=0.02)
    assert first.mean() == pytest.approx(1.0, abs=0.03)
    assert dropout.eval()(x).data.tolist() == x.tolist()
    again = nn.Dropout(0.3, seed=0)
    assert (again(x).data == first).all()
    assert again(x.astype(np.float32)).dtype == np.float32


def test_dropouts_gradient_goes_through_what_was_kept() -> None:
    dropout = nn.Dropout(0.5, seed=1)
    x = ag.Tensor(np.ones(100), requires_grad=True)
    out = dropout(x)
    out.sum().backward()
    np.testing.assert_array_equal(x.grad.data, out.data)


def test_what_is_not_trained_is_saved_all_the_same(tmp_path: Path) -> None:
    pytest.importorskip("safetensors", reason="needs the extra train")
    model = nn.Sequential(nn.Linear(4, 3, seed=0), nn.BatchNorm1d(3), nn.ReLU(), nn.Dropout(0.2), nn.LayerNorm(3))
    model(X.astype(np.float32))
    assert [name for name, _ in model.named_parameters()] == [
        "0.weight", "0.bias", "1.weight", "1.bias", "4.weight", "4.bias",
    ]  # fmt: skip
    assert [name for name, _ in model.named_buffers()] == ["1.running_mean", "1.running_variance"]
    assert set(model.state_dict()) >= {"1.running_mean", "1.running_var"}
    nn.save(model, tmp_path / "model.safetensors")
    loaded = nn.load(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(loaded.eval()(X).data, model.eval()(X).data)
    assert repr(loaded) == repr(model)


def test_a_network_with_all_of_them_learns() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 2)) * [1.0, 50.0]
    y = (x[:, 0] * x[:, 1] > 0).astype(int)
    model = nn.Sequential(
        nn.BatchNorm1d(2), nn.Linear(2, 32, seed=0), nn.ReLU(), nn.Dropout(0.1, seed=0), nn.LayerNorm(32),
        nn.Linear(32, 2, seed=1),
    )  # fmt: skip
    optimizer = nn.Adam(model.parameters(), learning_rate=0.01)
    trainer = nn.Trainer(model, loss=nn.cross_entropy, optimizer=optimizer, metrics={"accuracy": nn.accuracy})
    trainer.fit(x, y, epochs=60, batch_size=20, progress=False)
    assert trainer.evaluate(x, y)["accuracy"] > 0.95


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: nn.Dropout(1.0), ValueError, "p must be from 0 to below 1"),
        (lambda: nn.LayerNorm(0), ValueError, "features must be a positive integer"),
        (lambda: nn.LayerNorm(3)(X), ag.ShapeError, r"takes arrays of 3 features on the last axis, got shape \(6, 4\)"),
        (lambda: nn.BatchNorm1d(4)(X[:1]), ag.ShapeError, "two samples and more"),
        (lambda: nn.BatchNorm1d(4).eval()(np.ones((2, 3, 4))), ag.ShapeError, r"takes \(batch, 4\) or \(batch, 4, "),
        (lambda: nn.BatchNorm1d(4, momentum=2.0), ValueError, "momentum must be"),
    ],
)
def test_what_cannot_be_is_refused(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def test_a_summary_tells_shapes_and_parameters() -> None:
    model = nn.Sequential(nn.Linear(4, 3, seed=0), nn.BatchNorm1d(3), nn.ReLU(), nn.Sequential(nn.Linear(3, 2, seed=1)))
    table = nn.summary(model, X)
    assert table.rows == (
        ("0: Linear", (6, 3), 15),
        ("1: BatchNorm1d", (6, 3), 6),
        ("2: ReLU", (6, 3), 0),
        ("3.0: Linear", (6, 2), 8),
    )
    assert table.total == 29 == sum(p.data.size for p in model.parameters())
    assert table.nbytes == 4 * 29
    assert "29 parameters, 116 bytes" in str(table)
    assert table._repr_html_().count("<tr>") == 5
    assert model.training
