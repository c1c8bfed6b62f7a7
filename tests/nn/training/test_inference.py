"""Predicting a row at a time: by a program once it pays, with the eager numbers, whatever happened to the model."""

import copy

import numpy as np
import pytest

import autograd as ag
import nn
from nn.training.inference import OFTEN

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 4)).astype(np.float32)
CLASSES = (X[:, 0] + X[:, 1] > 0) + (X[:, 2] > 0.5).astype(int)


class Lists(nn.Module):
    """Layers in a list, and a function and a number from outside."""

    def __init__(self):
        self.layers = [nn.Linear(4, 8, seed=1), nn.BatchNorm1d(8), nn.Tanh(), nn.Dropout(0.5, seed=2)]
        self.last = nn.Linear(8, 3, seed=3)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return scaled(self.last(x))


FACTOR = 1.0


def scaled(x):
    return x * FACTOR


def trained(**settings):
    trainer = nn.Trainer(Lists(), loss="cross_entropy", optimizer="adam", learning_rate=0.05, **settings)
    trainer.fit(X, CLASSES, epochs=3, progress=False)
    return trainer


def often(trainer, rows=X[:1]):
    for _ in range(OFTEN + 1):
        trainer.predict_proba(rows)
    return trainer


def eagerly(trainer, rows):
    """By another trainer, that has met no row before."""
    other = nn.Trainer(trainer.model, loss="cross_entropy", optimizer="sgd")
    return other.predict_proba(rows)


def recordings(trainer):
    return 0 if trainer._program is None else len(trainer._program._replays)


CHANGES = {
    "nothing": lambda trainer: None,
    "fit": lambda trainer: trainer.fit(X, CLASSES, epochs=1, progress=False),
    "values": lambda trainer: trainer.model.last.weight.data.__imul__(2.0),
    "dtype": lambda trainer: [setattr(p, "data", p.data.astype(np.float64)) for p in trainer.model.parameters()],
    "parameter": lambda trainer: setattr(trainer.model.last, "bias", nn.Parameter(np.arange(3.0, dtype=np.float32))),
    "attribute": lambda trainer: setattr(trainer.model.layers[1], "epsilon", 0.5),
    "activation": lambda trainer: setattr(trainer.model.layers[2], "forward", ag.sigmoid),
    "layer in a list": lambda trainer: trainer.model.layers.__setitem__(2, nn.ReLU()),
    "eval": lambda trainer: trainer.model.eval(),
    "model": lambda trainer: setattr(trainer, "model", trained().model),
    "number from outside": lambda trainer: globals().__setitem__("FACTOR", 3.0),
    "function from outside": lambda trainer: globals().update(scaled=ag.sin),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_was_changed_counts(name, monkeypatch):
    monkeypatch.setitem(globals(), "FACTOR", 1.0)
    monkeypatch.setitem(globals(), "scaled", scaled)
    trainer = often(trained())
    assert recordings(trainer) == 1
    modes = [module.training for module in trainer.model.modules()]
    CHANGES[name](trainer)
    for _ in range(2):
        for rows in (X[:1], X[1:2], X[:7], X[:1].astype(np.float64)):
            np.testing.assert_array_equal(trainer.predict_proba(rows), eagerly(trainer, rows))
            often(trainer, rows)
    if name == "nothing":  # float64 rows share the program of float32 ones
        assert recordings(trainer) == 2
        assert modes == [module.training for module in trainer.model.modules()]


@pytest.mark.parametrize("wrong", [np.nan, np.inf, 1e300])
def test_wrong_numbers_are_refused_as_before(wrong):
    rows = X[:1].astype(np.float64)
    trainer = often(trained(), rows)
    rows[0, 2] = wrong
    with pytest.raises(ValueError, match=r"x holds .* at index \(0, 2\)"):
        trainer.predict(rows)


def test_what_is_handed_out_is_the_caller_s():
    trainer = often(trained())
    first = trainer.predict_proba(X[:1])
    kept = first.copy()
    trainer.predict_proba(X[1:2])
    np.testing.assert_array_equal(first, kept)
    regression = nn.Trainer(nn.Linear(4, 1, seed=0), loss="mse", optimizer="sgd")
    rows = [regression.predict(X[i : i + 1]) for i in range(60)]
    np.testing.assert_array_equal(
        np.concatenate(rows), np.concatenate([regression.model(X[i : i + 1]).data for i in range(60)])
    )


class Holding(nn.Module):
    """A function and a tensor that is neither parameter nor buffer."""

    def __init__(self):
        self.layer, self.function, self.shift = nn.Linear(4, 2, seed=0), np.tanh, ag.Tensor(np.ones(4, np.float32))

    def forward(self, x):
        return self.function(self.layer(x - self.shift))


def test_a_function_or_a_tensor_that_the_model_holds_counts():
    trainer, factor = nn.Trainer(Holding(), loss="mse", optimizer="sgd"), 2.0
    for name, value in (
        ("function", np.sin),
        ("function", lambda y: y * factor),
        ("function", lambda y: -y * factor),
        ("shift", ag.Tensor(np.zeros(4, np.float32))),
        ("function", np.sin),
    ):
        for _ in range(OFTEN + 2):
            trainer.predict(X[:2])
        assert recordings(trainer)
        setattr(trainer.model, name, value)
        np.testing.assert_array_equal(trainer.predict(X[:2]), trainer.model(X[:2]).data)

    class Scaling(nn.Linear):
        scale = 1.0

        def forward(self, x):
            return super().forward(x) * self.scale

    scaling = nn.Trainer(Scaling(4, 2, seed=0), loss="mse", optimizer="sgd")
    for Scaling.scale in (2.0, 3.0):
        for _ in range(OFTEN + 2):
            np.testing.assert_array_equal(scaling.predict(X[:2]), scaling.model(X[:2]).data)
    assert recordings(scaling) == 2
    Scaling.forward = lambda self, x: nn.Linear.forward(self, x) - factor  # as a notebook's autoreload does
    for _ in range(2):
        factor += 1.0
        for _ in range(OFTEN + 2):
            np.testing.assert_array_equal(scaling.predict(X[:2]), scaling.model(X[:2]).data)
    assert recordings(scaling) == 4
    trainer.model.function = lambda y: y * factor
    for _ in range(OFTEN + 2):
        trainer.predict(X[:2])
    factor = 5.0
    np.testing.assert_array_equal(trainer.predict(X[:2]), trainer.model(X[:2]).data)


def test_what_cannot_be_recorded_is_computed_as_ever():
    class Branching(nn.Linear):
        def forward(self, x):
            y = super().forward(x)
            return y if y.data.sum() > 0 else -y

    class Own(nn.Trainer):
        def predict_step(self, xb):
            return super().predict_step(xb) + 1

    branching = nn.Trainer(Branching(4, 2, seed=0), loss="mse", optimizer="sgd")
    plain, own = (kind(nn.Linear(4, 2, seed=0), loss="mse", optimizer="sgd") for kind in (nn.Trainer, Own))
    for i in range(OFTEN + 20):
        row = X[i % 60][None]
        y = plain.model(row).data
        np.testing.assert_array_equal(branching.predict(row), y if y.sum() > 0 else -y)
        np.testing.assert_array_equal(own.predict(row), y + 1)


def test_a_copy_has_programs_of_its_own():
    trainer = often(trained())
    other = copy.deepcopy(trainer)
    other.model.last.weight.data *= 2
    np.testing.assert_array_equal(often(other).predict_proba(X[:1]), eagerly(other, X[:1]))
    np.testing.assert_array_equal(trainer.predict_proba(X[:1]), eagerly(trainer, X[:1]))
