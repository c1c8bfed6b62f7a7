"""What somebody changes in the middle of a fit counts in recorded steps as it does in eager ones."""

import functools
from types import SimpleNamespace

import numpy as np
import pytest

import autograd as ag
import nn
from nn.training import stepping

RNG = np.random.default_rng(0)
X = RNG.normal(size=(96, 4)).astype(np.float32)
CLASSES = (X[:, 0] + X[:, 1] > 0) + (X[:, 2] > 0.5).astype(int)

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(params=["numpy", "native"])
def early(request, monkeypatch):
    """Steps are recorded from the third on."""
    if request.param == "native":
        pytest.importorskip("llvmlite")
    monkeypatch.setattr(stepping, "plan", lambda _seconds, _steps: (2, 2 if request.param == "native" else np.inf))


class AtEpochs(nn.Callback):
    def __init__(self, change):
        self.change = change

    def on_epoch_end(self, trainer):
        self.change(trainer)


class AtBatches(AtEpochs):
    def on_epoch_end(self, trainer):
        pass

    def on_batch_end(self, trainer):
        self.change(trainer)


def network():
    return nn.Sequential(nn.Linear(4, 8, seed=1), nn.Tanh(), nn.Linear(8, 3, seed=2))


def fitted(make, fit):
    """The states of a model trained eagerly, by recordings where they are due, and by recordings alone."""
    found = []
    for compile in (False, None, True):
        trainer = make(compile)
        fit(trainer)
        found.append((trainer.model.state_dict(), trainer))
    return found


def agree(make, fit=lambda trainer: trainer.fit(X, CLASSES, epochs=4, batch_size=16, progress=False)):
    (expected, _), *others = fitted(make, fit)
    for state, _ in others:
        for name, array in expected.items():
            np.testing.assert_allclose(state[name], array, rtol=1e-3, atol=1e-5, err_msg=name)
    return others[0][1]


def another_optimizer(trainer):
    return nn.Adam(trainer.model.parameters(), 0.05)


SET = {
    "clip_norm": lambda _: 0.01,
    "clip_value": lambda _: 0.01,
    "penalty": lambda _: lambda model: nn.l2(model.parameters(), 0.1),
    "loss": lambda _: functools.partial(nn.cross_entropy, label_smoothing=0.3),
    "optimizer": another_optimizer,
    "accumulate": lambda _: 3,
}


@pytest.mark.parametrize("when", [AtEpochs, AtBatches])
@pytest.mark.parametrize("name", SET)
def test_what_is_set_on_the_trainer_counts_from_the_next_step(name, when, early):
    def once(trainer):
        if (trainer.epoch, trainer.step) in ((2, 3), (2, 6)) and name not in vars(seen):
            setattr(trainer, name, SET[name](trainer))
            setattr(seen, name, True)

    def make(compile):
        for each in list(vars(seen)):
            delattr(seen, each)
        model = network()
        optimizer = nn.SGD(model.parameters(), 0.1)
        return nn.Trainer(model, loss="cross_entropy", optimizer=optimizer, callbacks=[when(once)], compile=compile)

    seen = SimpleNamespace()
    trainer = agree(make)
    assert vars(seen)
    assert (trainer.note is None) == (name != "accumulate")


def test_a_setting_that_changes_at_every_step_is_not_recorded_at_each(early):
    def tighter(trainer):
        trainer.clip_norm = (trainer.clip_norm or 1.0) * 0.9

    trainer = agree(
        lambda compile: nn.Trainer(
            network(), loss="cross_entropy", optimizer="sgd", callbacks=[AtBatches(tighter)], compile=compile
        )
    )
    assert trainer.note == "what steps are made of changes often"


class Clipping(nn.SGD):
    """With a step that does more than the formula."""

    def step(self):
        super().step()
        for parameter in self.parameters:
            parameter.data = np.clip(parameter.data, -0.3, 0.3)


def wrapped(parameters):
    optimizer = nn.SGD(parameters, 0.1)
    optimizer.step = functools.partial(Clipping.step, Clipping(optimizer.parameters, 0.1))
    return optimizer


@pytest.mark.parametrize("kind", [Clipping, wrapped])
def test_an_optimizer_s_own_step_is_taken(kind, early):
    def trainer_of(compile):
        model = network()
        return nn.Trainer(model, loss="cross_entropy", optimizer=kind(list(model.parameters())), compile=compile)

    states = []
    for compile in (False, None):
        trainer = trainer_of(compile)
        trainer.fit(X, CLASSES, epochs=4, batch_size=16, progress=False)
        states.append(trainer.model.state_dict())
    assert trainer.note.endswith("has a step of its own, which a recording would leave out")
    assert all((states[1][name] == array).all() for name, array in states[0].items())
    with pytest.raises(ag.RecordingError, match="a step of its own"):
        trainer_of(True).fit(X, CLASSES, epochs=1, progress=False)
    model = network()
    with pytest.raises(ag.RecordingError, match="a step of its own"):
        nn.compile_step(model, nn.cross_entropy, kind(list(model.parameters())))(X, CLASSES)


def clip_weights(trainer):
    for parameter in trainer.model.parameters():
        parameter.data = np.clip(parameter.data, -0.2, 0.2)


def write_weights(trainer):
    trainer.model[0].weight.data[0] *= 0.5


def change_rate(trainer):
    trainer.optimizer.learning_rate *= 0.9


def change_momentum(trainer):
    trainer.optimizer.momentum *= 0.9


def change_decay(trainer):
    trainer.optimizer.weight_decay += 0.1


def freeze_or_not(trainer):
    trainer.model[0].weight.requires_grad = not trainer.model[0].weight.requires_grad


def change_dropout(trainer):
    trainer.model[2].p *= 0.7


def change_mode(trainer):
    trainer.model[2].train(trainer.epoch % 2 == trainer.step % 2)


def change_schedule(trainer):
    trainer.optimizer.schedule = lambda _, now=trainer.optimizer.steps: 1 / (1 + now)


def forget_velocity(trainer):
    for slot in trainer.optimizer.slots:
        slot.memory["velocity"].data *= 0.5


CHANGES = (
    clip_weights, write_weights, change_rate, change_momentum, change_decay, freeze_or_not, change_dropout, change_mode,
    change_schedule, forget_velocity,
)  # fmt: skip


def planted():
    """Samples that end a fit in its third epoch, as the loss is not finite."""
    x, y = X.copy(), X[:, :1].copy()

    class Loader:
        """As anybody may write one: each batch in the same memory."""

        epoch, held = 0, (np.empty((8, 4), np.float32), np.empty((8, 1), np.float32))

        def __len__(self):
            return 12

        def __iter__(self):
            self.epoch += 1
            for number in range(12):
                rows = slice(8 * number, 8 * number + 8)
                self.held[0][:], self.held[1][:] = x[rows], y[rows]
                if (self.epoch, number) == (3, 7):
                    self.held[1][3] = 1e30
                yield self.held

    return Loader()


def normalised(change, when, compile):
    layers = nn.Linear(4, 8, seed=1), nn.BatchNorm1d(8), nn.Dropout(0.2, seed=3), nn.Linear(8, 1, seed=2)
    model = nn.Sequential(*layers)
    optimizer = nn.SGD(model.parameters(), 0.01, momentum=0.9)
    return nn.Trainer(model, loss="mse", optimizer=optimizer, callbacks=[when(change)], compile=compile)


def everything(trainer):
    drawn = nn.inspect.generator_states(trainer.model)["2._generator"]["state"]["state"]
    return trainer.model.state_dict() | trainer.optimizer.state_dict() | {"drawn": np.array(drawn % 2**52)}


@pytest.mark.parametrize("when", [AtEpochs, AtBatches])
@pytest.mark.parametrize("change", CHANGES)
def test_a_loss_that_is_not_finite_leaves_what_was_before_its_step(change, when, early):
    """Which may have been changed since the steps that a recording takes again; the batches' memory too."""
    found = []
    for compile in (False, None, True):
        trainer = normalised(change, when, compile)
        with pytest.raises(nn.DivergenceError, match="in epoch 3, step 8"):
            trainer.fit(planted(), epochs=4, progress=False)
        found.append(everything(trainer))
    for other in found[1:]:
        for name, array in found[0].items():
            np.testing.assert_allclose(other[name], array, rtol=1e-3, atol=1e-5, err_msg=name)


@pytest.mark.parametrize("compile", [False, None, True])
def test_running_figures_and_generators_are_those_of_before_the_step_too(compile, early):
    class Kept(nn.Callback):
        def on_batch_begin(self, trainer):
            self.before = everything(trainer)

    kept = Kept()
    trainer = normalised(lambda _: None, AtEpochs, compile)
    trainer.callbacks.append(kept)
    with pytest.raises(nn.DivergenceError):
        trainer.fit(planted(), epochs=4, progress=False)
    for name, array in everything(trainer).items():
        np.testing.assert_array_equal(array, kept.before[name], err_msg=name)


def test_a_hook_that_was_set_on_one_callback_alone_runs():
    seen, callback = [], nn.Callback()
    callback.on_batch_end = lambda trainer: seen.append(trainer.step)
    trainer = nn.Trainer(network(), loss="cross_entropy", optimizer="sgd", callbacks=[callback])
    trainer.fit(X, CLASSES, epochs=1, progress=False)
    assert seen == [1, 2, 3]
