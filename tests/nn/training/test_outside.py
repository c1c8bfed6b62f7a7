"""What a model and a loss read that is no part of them counts, in recorded steps as in eager ones, wherever it lies."""

import dataclasses
import enum
import functools
import os
import random
import sys
import time
import types
from time import time as now
from typing import NamedTuple

import numpy as np
import pytest

import autograd as ag
import nn
from nn.training import stepping

RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 4)).astype(np.float32)
Y = (X[:, 0] > 0) + (X[:, 1] > 0.5).astype(int)


@pytest.fixture(params=["numpy", "native"])
def early(request, monkeypatch):
    """Steps are recorded from the third on."""
    if request.param == "native":
        pytest.importorskip("llvmlite")
    monkeypatch.setattr(stepping, "plan", lambda _seconds, _steps: (2, 2 if request.param == "native" else np.inf))


class Configured:
    factor = 1.0
    factors: tuple = ([1.0],)

    def read(self):
        return FACTOR

    @classmethod
    def of_class(cls):
        return cls.factor


class WrongError(ValueError):
    reasons: tuple = ([],)


class Pair(NamedTuple):
    loss: ag.Tensor
    held: object = None


@dataclasses.dataclass(frozen=True)
class Held:
    factor: float = 1.0
    names: list = dataclasses.field(default_factory=list)

    def twice(self):
        return 2 * self.factor


class Tripled:
    factor = 3.0


Made = Configured


class Kind(enum.Enum):
    PLAIN = 1


FILE = types.ModuleType("settings")  # as one of the user's own
FILE.Settings = type("Settings", (), {"factor": 1.0})
exec("factor = 1.0\ndef scale(y):\n    return y * factor", vars(FILE))


exec(
    "def long(y, t):\n"
    + "".join(f"    t is None and t.a{i}\n" for i in range(300))
    + "    return of(y * FILE.factor, t)",
    vars(FILE) | {"FILE": FILE, "of": nn.cross_entropy},
    LONG := {},
)
FILE.long = LONG["long"]
sys.modules["settings_of_a_user"] = FILE


class Slotted(nn.Linear):
    __slots__ = ("factor",)

    def __init__(self, *sizes, seed):
        super().__init__(*sizes, seed=seed)
        self.factor = 1.0

    def forward(self, x):
        return super().forward(x) * self.factor


def importing(y, t):
    from settings_of_a_user import factor

    return nn.cross_entropy(y * factor, t)


def wrapped(held):
    @functools.wraps(nn.cross_entropy)
    def loss(y, t):
        return nn.cross_entropy(y * held[0], t)

    return loss


class Scale(nn.Module):
    def __init__(self):
        self.factor, self.dropout = 1.0, nn.Dropout(0.0, seed=0)

    def forward(self, y):
        return self.dropout(y) * self.factor

    def loss(self, outputs, targets):
        return nn.cross_entropy(outputs * self.factor, targets)


class Both(Scale):
    def forward(self, outputs, targets):
        return self.loss(outputs, targets)


class WithClassAttributes(nn.Linear):
    factors = [1.0]  # noqa: RUF012 - that it is shared is what is tried

    def forward(self, x):
        return super().forward(x) * self.factors[0]


FACTOR = 1.0


class WithProperty(nn.Linear):
    @property
    def factor(self):
        return FACTOR

    @staticmethod
    def scaled(y):
        return y * FACTOR

    def forward(self, x):
        return self.scaled(super().forward(x)) * self.factor


OTHER, SCALE = Scale(), Scale()


def cross_entropy_of(change):
    return lambda outputs, targets: nn.cross_entropy(change(outputs), targets)


def in_a_method(held):
    """A function in place of a layer's own method, as one tries things."""
    layer = nn.Linear(4, 3, seed=0)
    if isinstance(held, list):
        layer.forward = lambda x: (ag.matmul(x, layer.weight) + layer.bias) * held[0]
    else:
        layer.forward = types.MethodType(lambda self, x: nn.Linear.forward(self, x) * held.factor, layer)
    return layer


def of(change, **parts):
    """A model, a loss and what changes what they read."""
    return parts.get("model") or nn.Linear(4, 3, seed=0), parts.get("loss") or nn.cross_entropy, change


def cases():
    held, scale, both, array = [1.0], Scale(), Both(), types.SimpleNamespace(factor=1.0)
    yield "a module of the loss", of(lambda: setattr(scale, "factor", 3.0), loss=cross_entropy_of(lambda y: scale(y)))
    yield "a loss that is a module", of(lambda: setattr(both, "factor", 3.0), loss=both)
    yield "a module's method", of(lambda: setattr(scale, "factor", 3.0), loss=scale.loss)
    yield (
        "a module in a partial",
        of(
            lambda: setattr(scale, "factor", 3.0),
            loss=functools.partial(lambda s, y, t: nn.cross_entropy(s(y), t), scale),
        ),
    )
    yield "a module's layer", of(lambda: setattr(scale.dropout, "p", 0.9), loss=cross_entropy_of(lambda y: scale(y)))
    yield (
        "another module of that name",
        of(
            lambda: (setattr(OTHER, "factor", 3.0), globals().update(SCALE=OTHER)),
            loss=cross_entropy_of(lambda y: SCALE(y)),
        ),
    )
    yield (
        "a class",
        of(lambda: setattr(Configured, "factor", 3.0), loss=cross_entropy_of(lambda y: y * Configured.factor)),
    )
    yield (
        "a list in a class",
        of(
            lambda: Configured.factors[0].__setitem__(0, 3.0),
            loss=cross_entropy_of(lambda y: y * Configured.factors[0][0]),
        ),
    )
    yield "a file", of(lambda: setattr(FILE, "factor", 3.0), loss=cross_entropy_of(lambda y: y * FILE.factor))
    yield "a file's function", of(lambda: setattr(FILE, "factor", 3.0), loss=cross_entropy_of(lambda y: FILE.scale(y)))
    yield (
        "a class in a file",
        of(lambda: setattr(FILE.Settings, "factor", 3.0), loss=cross_entropy_of(lambda y: y * FILE.Settings.factor)),
    )
    yield "a function of a layer, by a list", of(lambda: held.__setitem__(0, 3.0), model=in_a_method(held))
    yield "a method of a layer, by an object", of(lambda: setattr(array, "factor", 3.0), model=in_a_method(array))
    yield (
        "a list of a class of layers",
        of(lambda: WithClassAttributes.factors.__setitem__(0, 3.0), model=WithClassAttributes(4, 3, seed=0)),
    )
    yield "a list of a wrapper", of(lambda: held.__setitem__(0, 3.0), loss=wrapped(held))
    yield "unseen, a file that is imported late", of(lambda: setattr(FILE, "factor", 3.0), loss=importing)
    yield (
        "unseen, a file as a whole",
        of(lambda: setattr(FILE, "factor", 3.0), loss=cross_entropy_of(lambda y: y * getattr(FILE, "fac" + "tor"))),
    )
    yield (
        "unseen, by globals",
        of(lambda: globals().update(FACTOR=3.0), loss=cross_entropy_of(lambda y: y * globals()["FACTOR"])),
    )
    yield (
        "unseen, the environment",
        of(lambda: os.environ.update(FACTOR="3"), loss=cross_entropy_of(lambda y: y * float(os.environ["FACTOR"]))),
    )
    yield "a file, by a function of many names", of(lambda: setattr(FILE, "factor", 3.0), loss=FILE.long)
    yield (
        "an instance that is made anew",
        of(lambda: setattr(Configured, "factor", 3.0), loss=cross_entropy_of(lambda y: y * Configured().factor)),
    )
    yield (
        "a method of such an instance",
        of(lambda: globals().update(FACTOR=3.0), loss=cross_entropy_of(lambda y: y * Configured().read())),
    )
    yield (
        "another class of that name",
        of(lambda: globals().update(Made=Tripled), loss=cross_entropy_of(lambda y: y * Made().factor)),
    )
    yield (
        "a class method",
        of(lambda: setattr(Configured, "factor", 3.0), loss=cross_entropy_of(lambda y: y * Configured.of_class())),
    )
    slotted = Slotted(4, 3, seed=0)
    yield "a slot of a layer", of(lambda: setattr(slotted, "factor", 3.0), model=slotted)
    yield "a property", of(lambda: globals().update(FACTOR=3.0), model=WithProperty(4, 3, seed=0))


def as_it_was():
    Configured.factor, FILE.factor, FILE.Settings.factor = 1.0, 1.0, 1.0
    Configured.factors[0][0] = WithClassAttributes.factors[0] = OTHER.factor = 1.0
    globals().update(FACTOR=1.0, SCALE=Scale(), Made=Configured)
    os.environ["FACTOR"] = "1"


@pytest.mark.parametrize("name", [name for name, _ in cases()])
def test_what_is_read_elsewhere_counts_from_the_next_step(name, early):
    losses = []
    for compile in (False, None, True):
        as_it_was()
        model, loss, change = dict(cases())[name]
        trainer = nn.Trainer(model, loss=loss, optimizer="sgd", learning_rate=0.01, compile=compile)
        before = trainer.fit(X, Y, epochs=3, batch_size=16, progress=False)["loss"]
        change()
        after = trainer.fit(X, Y, epochs=2, batch_size=16, progress=False)["loss"]
        assert abs(after[0] - before[-1]) > 0.01
        losses.append(before + after)
        if compile is None:
            assert (trainer.note is not None) == any(told in name for told in ("a list", "an object", "unseen"))
    as_it_was()
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-4)
    if "a list" not in name and "unseen" not in name:  # which compile=True and compile_step take as it was
        np.testing.assert_allclose(losses[2], losses[0], rtol=1e-4)


def test_what_draws_or_looks_at_the_clock_is_not_recorded():
    for loss in (
        cross_entropy_of(lambda y: y * random.uniform(0.9, 1.1)),
        cross_entropy_of(lambda y: y + time.perf_counter() * 0.0),
        cross_entropy_of(lambda y: y + now() * 0.0),
    ):
        trainer = nn.Trainer(nn.Linear(4, 3, seed=0), loss=loss, optimizer="sgd")
        trainer.fit(X, Y, epochs=1, progress=False)
        assert "<lambda> reads" in trainer.note


def test_a_part_of_the_model_is_no_other_module():
    model = nn.MLP(4, [3], seed=0)

    def loss(outputs, targets):
        return nn.cross_entropy(outputs, targets) + nn.l2(model.parameters(), 1e-3) + model[0].scale

    model[0].scale = 0.0
    trainer = nn.Trainer(model, loss=loss, optimizer="sgd", compile=True)
    trainer.fit(X, Y, epochs=2, progress=False)
    assert trainer.note is None


def test_what_does_not_change_keeps_nothing_from_being_recorded():
    def loss(y, t):
        if y.shape[0] != len(t):
            raise WrongError(len(t))
        found = Pair(nn.cross_entropy(y, t), Held(2.0))
        return found.loss * (found.held.twice() if Configured.kind is Kind.PLAIN else np.finfo(np.float64).eps)

    Configured.kind = Kind.PLAIN
    trainer = nn.Trainer(nn.Linear(4, 3, seed=0), loss=loss, optimizer="sgd")
    trainer.fit(X, Y, epochs=1, progress=False)
    assert trainer.note is None
