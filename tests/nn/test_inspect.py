"""Looking into a model leaves it as it was: each module in its own mode, whoever looks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from nn.inspect import layers_of, mode, outputs_of_layers

X = np.random.default_rng(0).normal(size=(20, 2))
Y = np.arange(20) % 2


def frozen_in_part() -> nn.Sequential:
    """In training, but for a normalisation and a dropout that their user has set to evaluation."""
    model = nn.Sequential(
        nn.Linear(2, 4, seed=0), nn.BatchNorm1d(4), nn.Sequential(nn.Dropout(0.5), nn.ReLU()), nn.Linear(4, 2, seed=1)
    )
    model[1].eval()
    model[2][0].eval()
    return model


def modes(model: nn.Module) -> list[bool]:
    return [module.training for module in model.modules()]


def boundary(model: nn.Module) -> None:
    pytest.importorskip("matplotlib", reason="pictures need gradbook[viz]")
    nn.pictures.boundary(model, X, Y)


def fit(model: nn.Module, *callbacks: nn.Callback, **options: Any) -> nn.Trainer:
    optimizer = nn.SGD(model.parameters(), learning_rate=0.0)
    trainer = nn.Trainer(model, loss=nn.cross_entropy, optimizer=optimizer, callbacks=callbacks)
    trainer.fit(X, Y, epochs=1, validation_split=0.2, progress=False, **options)
    return trainer


LOOKS: dict[str, Callable[[Any], Any]] = {
    "lint": lambda model: nn.lint(model, nn.cross_entropy, X, Y, nn.SGD(model.parameters())),
    "lint that finds broken data": lambda model: nn.lint(model, nn.cross_entropy, X * np.nan, Y),
    "summary": lambda model: nn.summary(model, X),
    "outputs of layers": lambda model: outputs_of_layers(model, X),
    "boundary": boundary,
    "fit": fit,
    "fit with a watch": lambda model: fit(model, nn.pictures.Watch(sample=X)),
    "fit with lint": lambda model: fit(model, lint=True),
    "evaluate and predict": lambda model: (fit(model).evaluate(X, Y), fit(model).predict(X)),
}


@pytest.mark.filterwarnings("ignore:learning rate")
@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("training", [True, False])
def test_every_module_keeps_its_own_mode(look: str, training: bool) -> None:
    model = frozen_in_part()
    model.training = training
    before = modes(model)
    LOOKS[look](model)
    assert modes(model) == before


def test_modes_come_back_after_an_error_too() -> None:
    model = frozen_in_part()
    before = modes(model)
    with pytest.raises(ag.ShapeError):
        outputs_of_layers(model, np.zeros((3, 5)))
    assert modes(model) == before
    assert ag.current_forward_hook() is None
    with mode(model, training=True):
        assert all(modes(model))
        with mode(model, training=False):
            assert not any(modes(model))
        assert all(modes(model))
    assert modes(model) == before


def test_layers_and_what_they_give() -> None:
    model = frozen_in_part()
    assert [name for name, _ in layers_of(model)] == ["0: Linear", "1: BatchNorm1d", "3: Linear"]
    outputs = outputs_of_layers(model, X)
    assert list(outputs) == ["0: Linear", "1: BatchNorm1d", "2.0: Dropout", "2.1: ReLU", "3: Linear"]
    with mode(model, training=False):
        np.testing.assert_array_equal(outputs["3: Linear"], model(X).data)
        np.testing.assert_array_equal(outputs["0: Linear"], model[0](X).data)


def test_hooks_of_modules_nest() -> None:
    seen: list[tuple[str, str]] = []

    def hook(name: str) -> Any:
        def told(module: Any, forward: Any, args: Any, kwargs: Any) -> Any:
            seen.append((name, type(module).__name__))
            return forward(*args, **kwargs)

        return told

    layer = nn.Linear(2, 1, seed=0)
    with ag.forward_hook(hook("outer")):
        layer(X)
        with ag.forward_hook(hook("inner")):
            layer(X)
        layer(X)
    layer(X)
    assert seen == [("outer", "Linear"), ("inner", "Linear"), ("outer", "Linear")]


def test_a_layer_that_gives_its_state_too_is_summarised_by_its_outputs() -> None:
    assert "2 × 5 × 4" in str(nn.summary(nn.LSTM(3, 4, seed=0), np.zeros((2, 5, 3))))
