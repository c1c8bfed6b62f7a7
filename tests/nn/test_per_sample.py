"""The gradient of each sample's own loss, against that sample alone; and what cannot be told apart is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn

RNG = np.random.default_rng(0)
X, CLASSES = RNG.normal(size=(5, 4)), np.array([0, 2, 1, 1, 0])


def _net(*layers: Any) -> nn.Sequential:
    return nn.Sequential(*layers)


def _linear(inputs: int, outputs: int, **more: Any) -> nn.Linear:
    return nn.Linear(inputs, outputs, seed=inputs * outputs, dtype=np.float64, **more)


class _Twice(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner, self.outer = _linear(4, 4), _linear(4, 3)

    def forward(self, x: Any) -> Any:
        return self.outer(ag.tanh(self.inner(ag.relu(self.inner(x))) + x))


class _ByWords(nn.Module):
    """Of sequences: a layer at every step, and the mean of all."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = _linear(2, 6), _linear(6, 3)

    def forward(self, x: Any) -> Any:
        return self.last(ag.mean(ag.sigmoid(self.first(ag.Tensor(np.reshape(x, (-1, 2, 2))))), axis=1))


class _Shaped(nn.Module):
    """Of images, sequences or words, whose shape this is, made of the rows."""

    def __init__(self, *shape: int, layers: list[Any]) -> None:
        super().__init__()
        self.shape, self.layers, self.last = shape, _net(*layers), _linear(6, 3)

    def forward(self, x: Any) -> Any:
        given = np.reshape(x, (-1, *self.shape))
        y = self.layers(given > 0 if isinstance(self.layers[0], nn.Embedding) else ag.Tensor(given))
        y = y[0] if isinstance(y, tuple) else y
        return self.last(ag.reshape(y, (len(given), -1, 6)).mean(axis=1))


class _Words(nn.Embedding):
    def forward(self, x: Any) -> Any:
        return super().forward(np.asarray(x, int))


DOUBLE = {"dtype": np.float64, "seed": 3}
CASES: dict[str, tuple[nn.Module, Any, Any]] = {
    "classes": (_net(_linear(4, 6), nn.ReLU(), _linear(6, 3)), CLASSES, nn.cross_entropy),
    "without a bias": (_net(_linear(4, 6, bias=False), nn.Tanh(), _linear(6, 3)), CLASSES, nn.cross_entropy),
    "one layer used twice": (_Twice(), CLASSES, nn.cross_entropy),
    "steps of a sequence": (_ByWords(), CLASSES, nn.cross_entropy),
    "a convolution": (
        _Shaped(1, 2, 2, layers=[nn.Conv2d(1, 6, 2, padding=1, **DOUBLE), nn.ReLU()]),
        CLASSES,
        nn.cross_entropy,
    ),
    "recurrent": (_Shaped(2, 2, layers=[nn.GRU(2, 6, **DOUBLE)]), CLASSES, nn.cross_entropy),
    "words": (_Shaped(4, layers=[_Words(2, 6, **DOUBLE)]), CLASSES, nn.cross_entropy),
    "attention": (
        _Shaped(2, 2, layers=[nn.Linear(2, 6, **DOUBLE), nn.TransformerBlock(6, 2, dropout=0.0, **DOUBLE)]),
        CLASSES,
        nn.cross_entropy,
    ),
    "layer normalisation": (_net(nn.LayerNorm(4, dtype=np.float64), _linear(4, 3)), CLASSES, nn.cross_entropy),
    "batch normalisation at rest": (
        _net(_linear(4, 3), nn.BatchNorm1d(3, dtype=np.float64)).eval(),
        CLASSES,
        nn.cross_entropy,
    ),
    "yes or no": (
        _net(_linear(4, 1)),
        (CLASSES > 0)[:, None].astype(float),
        lambda a, b, reduction: (
            ag.sum(nn.binary_cross_entropy_with_logits(a, b, reduction=reduction), axis=1)
            if reduction == "none"
            else nn.binary_cross_entropy_with_logits(a, b, reduction=reduction)
        ),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_row_is_the_gradient_of_that_sample_alone(name: str) -> None:
    model, targets, loss = CASES[name]
    losses, found = nn.per_sample_gradients(model, X, targets, loss)
    assert found.keys() == dict(model.named_parameters()).keys()
    for i in range(len(X)):
        model.zero_grad()
        alone = loss(model(X[i : i + 1]), targets[i : i + 1], reduction="sum")
        alone.backward()
        assert losses[i] == pytest.approx(alone.item(), rel=1e-13)
        for key, parameter in model.named_parameters():
            np.testing.assert_allclose(found[key][i], parameter.grad.data, rtol=1e-12, atol=1e-14)


def test_a_frozen_part_is_left_out() -> None:
    model = _net(_linear(4, 6), nn.ReLU(), _linear(6, 3))
    model.freeze("0.*")
    assert nn.per_sample_gradients(model, X, CLASSES)[1].keys() == {"2.weight", "2.bias"}


class _Mixing(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = _linear(4, 3)

    def forward(self, x: Any) -> Any:
        y = self.layer(x)
        return y - ag.mean(y, axis=0)


class _Product(nn.Module):
    def __init__(self, *shape: int) -> None:
        self.weight = nn.Parameter(np.ones(shape))

    def forward(self, x: Any) -> Any:
        return x[:, None] @ self.weight if self.weight.ndim == 3 else x @ self.weight


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (_Mixing(), "sample 0 alone has the loss"),
        (_Product(len(X), 4, 3), "sample 0 alone has the loss"),
        (
            _net(_linear(4, 3), nn.BatchNorm1d(3, dtype=np.float64)),
            "sample 0 cannot be given to the model alone: BatchNorm",
        ),
        (_net(_linear(4, 30), nn.LayerNorm(30, dtype=np.float64), nn.Dropout(0.5)), "sample 0 alone .*dropout"),
    ],
    ids=["the batch's mean", "a matrix for each sample", "batch normalisation", "dropout"],
)
def test_what_it_cannot_tell_apart_is_refused(model: nn.Module, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        nn.per_sample_gradients(model, X, CLASSES, _first if isinstance(model, _Product) else nn.cross_entropy)


def _first(outputs: Any, _targets: Any, reduction: str) -> Any:
    return outputs if outputs.ndim == 1 else ag.sum(outputs, axis=tuple(range(1, outputs.ndim)))


def test_a_loss_of_another_shape_is_refused() -> None:
    with pytest.raises(ag.ShapeError, match="one loss for each"):
        nn.per_sample_gradients(_linear(4, 3), X, np.zeros((5, 3)), lambda a, b, reduction: (a - b) ** 2)
