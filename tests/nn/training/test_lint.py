"""The look before training: each mistake is found and named, and what is right is left alone."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from nn.training.lint import _largest_curvature

RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 3))
Y = np.arange(64) % 3


class Softmax(nn.Module):
    def forward(self, x: Any) -> Any:
        return ag.softmax(x)


class Unused(nn.Module):
    def __init__(self) -> None:
        self.used, self.spare = nn.Linear(3, 3, seed=0), nn.Linear(3, 3, seed=1)

    def forward(self, x: Any) -> Any:
        return self.used(x)


def mlp(*sizes: int) -> nn.MLP:
    return nn.MLP(3, list(sizes or (16, 3)), seed=0, dtype=np.float64)


def dead() -> nn.MLP:
    model = mlp(16, 3)
    model.layers[0].bias.data = np.full(16, -100.0)
    return model


@pytest.mark.parametrize(
    ("model", "loss", "x", "y"),
    [
        (mlp, nn.cross_entropy, X, Y),
        (mlp, nn.cross_entropy, X, np.eye(3)[Y]),
        (lambda: mlp(8, 1), nn.mse, X, X[:, :1]),
        (lambda: nn.Sequential(mlp(), Softmax()), nn.cross_entropy_of_probabilities, X, np.eye(3)[Y]),
        (lambda: nn.Sequential(nn.Linear(3, 8, seed=0), nn.BatchNorm1d(8), nn.Dropout(0.5), nn.Linear(8, 3, seed=1)), nn.cross_entropy, X, Y),
    ],
    ids=["classes", "one-hot", "numbers", "probabilities", "dropout"],
)  # fmt: skip
def test_what_is_right_is_left_alone(model: Any, loss: Any, x: Any, y: Any) -> None:
    network = model()
    optimizer = nn.SGD(network.parameters(), learning_rate=0.05, momentum=0.9)
    assert list(nn.lint(network, loss, x, y, optimizer)) == []
    assert str(nn.lint(network, loss, x, y)) == "nothing looks wrong"


@pytest.mark.parametrize(
    ("model", "loss", "x", "y", "found"),
    [
        (lambda: nn.Sequential(mlp(), Softmax()), nn.cross_entropy, X, Y, "softmax before cross-entropy: the outputs of 1: Softmax"),
        (lambda: mlp(8, 1), nn.mse, X, X[:, 0], r"shapes: outputs of shape \(64, 1\) against targets of shape \(64,\): pass y.reshape\(64, 1\)"),
        (mlp, nn.cross_entropy, X, Y[:, None], r"shapes: class numbers of shape \(64, 1\): pass y.ravel\(\)"),
        (mlp, nn.cross_entropy, X, Y + 1, "labels: class numbers up to 3 for a network of 3 outputs: give the last layer 4"),
        (mlp, nn.cross_entropy, X, Y - 1, "labels: a class number of -1: count classes from 0"),
        (lambda: mlp(8, 1), nn.cross_entropy, X, Y % 2, "one output: .*train by binary_cross_entropy_with_logits"),
        (lambda: mlp(8, 1), nn.cross_entropy, X, Y[:, None] % 2, "one output: .* give the last layer 2"),
        (mlp, nn.cross_entropy, X, np.ones((64, 3)), "labels: rows that are no probabilities"),
        (mlp, nn.cross_entropy, X, np.eye(3)[Y] - 0.1, "labels: rows that are no probabilities"),
        (mlp, nn.cross_entropy, X, Y.astype(float), "labels: class numbers of type float64: pass integers from 0 to 2"),
        (mlp, nn.cross_entropy, X * 1e4, Y, "scale of the inputs: their standard deviation is 9.6.* standardise them"),
        (mlp, nn.cross_entropy, np.where(X > 2, np.nan, X), Y, "data: x has NaN or infinite entries"),
        (dead, nn.cross_entropy, X, Y, "units that do not react: 16 of 16 units of 0: Linear|16 of 16 units of 1: ReLU"),
        (Unused, nn.cross_entropy, X, Y, "no gradient: none reaches spare.weight, spare.bias"),
        (dead, nn.cross_entropy, X, Y, "no gradient: it is exactly zero for 0.weight, 0.bias"),
    ],
    ids=["softmax", "(N,)", "column", "too many", "negative", "one output", "one output, column", "several labels", "below zero", "floats", "scale", "NaN", "dead", "unused", "cut off"],
)  # fmt: skip
def test_a_mistake_is_named_with_its_remedy(model: Any, loss: Any, x: Any, y: Any, found: str) -> None:
    report = nn.lint(model(), loss, x, y)
    assert any(__import__("re").search(found, str(finding)) for finding in report), str(report)
    assert all("\n" not in str(finding) for finding in report)


def test_a_learning_rate_above_the_curvature_bound() -> None:
    model = nn.Linear(3, 1, seed=0, dtype=np.float64)
    features = np.c_[X, np.ones(64)]
    hessian = 2 * features.T @ features / 64
    largest = float(np.linalg.eigvalsh(hessian)[-1])
    targets = X[:, :1]
    assert _largest_curvature(model, nn.mse, X, targets, 0) == pytest.approx(largest, rel=1e-2)
    for factor, momentum, expected in ((0.9, 0.0, 0), (1.1, 0.0, 1), (1.1, 0.5, 0), (1.7, 0.5, 1)):
        optimizer = nn.SGD(model.parameters(), learning_rate=factor * 2 / largest, momentum=momentum)
        report = nn.lint(model, nn.mse, X, targets, optimizer)
        assert len(report) == expected
        assert all(finding.rule == "learning rate" for finding in report)


@pytest.mark.parametrize("patterns", [["0.*"], []])
def test_what_is_frozen_needs_no_gradient(patterns: list[str]) -> None:
    model = mlp()
    model.freeze(*patterns)
    assert not nn.lint(model, nn.cross_entropy, X, Y, nn.SGD(model.parameters(), learning_rate=0.01))


def test_numbers_that_are_names_have_no_scale() -> None:
    model = nn.Sequential(nn.Embedding(300, 4, seed=0), nn.GRU(4, 4, returns="last", seed=0), nn.Linear(4, 3, seed=0))
    assert not nn.lint(model, nn.cross_entropy, RNG.integers(0, 300, (30, 5)), Y[:30])


def test_class_numbers_that_do_not_count_are_none() -> None:
    loss = functools.partial(nn.cross_entropy, ignore_index=-1)
    assert not nn.lint(mlp(), loss, X, np.where(X[:, 0] > 1, -1, Y))
    assert "class numbers up to 3" in str(nn.lint(mlp(), nn.focal, X, Y + 1))


def test_nothing_is_changed() -> None:
    model = nn.Sequential(nn.Linear(3, 8, seed=0), nn.BatchNorm1d(8), nn.Linear(8, 3, seed=1))
    nn.cross_entropy(model(X), Y).backward()
    before, gradients = model.state_dict(), [p.grad.data.copy() for p in model.parameters()]
    nn.lint(model, nn.cross_entropy, X, Y, nn.SGD(model.parameters(), learning_rate=0.1))
    for name, array in model.state_dict().items():
        np.testing.assert_array_equal(array, before[name])
    for p, gradient in zip(model.parameters(), gradients, strict=True):
        np.testing.assert_array_equal(p.grad.data, gradient)
    assert model.training


def test_the_trainer_warns_before_training() -> None:
    model = nn.Sequential(mlp(), Softmax())
    trainer = nn.Trainer(model, loss=nn.cross_entropy, optimizer=nn.SGD(model.parameters(), learning_rate=0.1))
    of_the_loss = "applies a softmax itself"  # which warns in the first step, whether lint is asked or not
    with (
        pytest.warns(UserWarning, match=of_the_loss),
        pytest.warns(UserWarning, match="softmax before cross-entropy: the outputs of 1: Softmax"),
    ):
        trainer.fit(X, Y, epochs=1, progress=False, lint=True)
    with pytest.warns(UserWarning, match=of_the_loss) as told:
        trainer.fit(X, Y, epochs=1, progress=False)
    assert not [message for message in told if "softmax before" in str(message.message)]
