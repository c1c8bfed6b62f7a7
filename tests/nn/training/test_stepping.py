"""Fitting by recorded steps: as eagerly, in what is learnt, what is told, and what goes wrong."""

import copy
import functools
import signal

import numpy as np
import pytest

import autograd as ag
import nn
from nn.training import resume, stepping
from nn.training.outside import unsteady

RNG = np.random.default_rng(0)
X = RNG.normal(size=(90, 4)).astype(np.float32)
CLASSES = (X[:, 0] + X[:, 1] > 0) + (X[:, 2] > 0.5).astype(int)


@pytest.fixture(params=["numpy", "native"])
def early(request, monkeypatch):
    """Steps are recorded from the third on."""
    if request.param == "native":
        pytest.importorskip("llvmlite")
    monkeypatch.setattr(stepping, "plan", lambda _seconds, _steps: (2, 2 if request.param == "native" else np.inf))
    return request.param


def layers():
    dropout, normal = nn.Dropout(0.3, seed=5), nn.BatchNorm1d(8)
    return nn.Sequential(nn.Linear(4, 8, bias=False, seed=1), normal, nn.Tanh(), dropout, nn.Linear(8, 3, seed=2))


def trainer_of(model, **settings):
    return nn.Trainer(model, **({"loss": "cross_entropy", "optimizer": "adam", "learning_rate": 0.02} | settings))


SETTINGS = {
    "plain": {},
    "metrics": {"metrics": ["accuracy"]},
    "penalty": {"penalty": lambda model: nn.l2(model.parameters(), 1e-2)},
    "clipped": {"clip_norm": 0.5, "clip_value": 0.2},
    "smoothed": {"label_smoothing": 0.1},
    "sum": {"loss": functools.partial(nn.cross_entropy, reduction="sum")},
    "momentum": {"optimizer": "sgd"},
}


@pytest.mark.parametrize("name", SETTINGS)
def test_it_fits_as_eagerly(name, early):
    fits = {}
    for compile in (False, None):
        trainer = trainer_of(layers(), compile=compile, **SETTINGS[name])
        held = X[:20], CLASSES[:20]
        history = trainer.fit(
            X, CLASSES, epochs=4, batch_size=16, validation_data=held, class_weight={0: 1, 1: 2, 2: 3}, progress=False
        )
        fits[compile] = trainer.model.state_dict(), history
    assert trainer.note is None
    assert trainer.stepper._recorded[early].has_run
    (ours, history), (eager, expected) = fits[None], fits[False]
    for column in expected.columns:
        np.testing.assert_allclose(history[column], expected[column], rtol=1e-4, err_msg=column)
    for key, array in eager.items():
        np.testing.assert_allclose(ours[key], array, rtol=1e-3, atol=1e-5, err_msg=key)


def test_what_is_changed_between_steps_counts(early):
    """Frozen weights, modes, rates, settings of layers, numbers that the loss reads."""
    factor = 1.0

    def loss(outputs, targets):
        return factor * nn.cross_entropy(outputs, targets)

    class Change(nn.Callback):
        def on_epoch_end(self, trainer):
            nonlocal factor
            model = trainer.model
            if trainer.epoch == 1:
                model[0].weight.requires_grad = False
            elif trainer.epoch == 2:
                model[0].weight.requires_grad, model[3].p = True, 0.6
            elif trainer.epoch == 3:
                factor = 3.0
            elif trainer.epoch == 4:
                trainer.optimizer.learning_rate = 0.005

    states = []
    for compile in (False, None):
        factor = 1.0
        trainer = trainer_of(layers(), loss=loss, callbacks=[Change()], compile=compile)
        trainer.fit(X, CLASSES, epochs=6, batch_size=32, progress=False)
        states.append(trainer.model.state_dict())
    assert trainer.note is None
    for key, array in states[0].items():
        np.testing.assert_allclose(states[1][key], array, rtol=1e-3, atol=1e-5, err_msg=key)


def test_a_loss_that_is_not_finite_leaves_all_as_it_was(early):
    """After a recorded step of NaN everything is as an eager fit leaves it: before that step."""

    def planted():
        x = X.copy()
        x[:] = np.where(np.arange(90)[:, None] == 60, 3e38, x)
        return x

    found = []
    for compile in (False, None):
        model = nn.Sequential(nn.Linear(4, 8, seed=1), nn.Dropout(0.3, seed=5), nn.Linear(8, 3, seed=2))
        trainer = trainer_of(model, compile=compile)
        with pytest.raises(
            nn.DivergenceError, match=r"the loss became .* in epoch \d+, step \d+; .*linear|matmul"
        ) as error:
            trainer.fit(planted(), CLASSES, epochs=3, batch_size=8, seed=3, progress=False)
        assert "\n" not in str(error.value)
        state = {**trainer.model.state_dict(), **trainer.optimizer.state_dict()}
        found.append((trainer.epoch, trainer.step, trainer.taken, trainer.measured.steps, state))
    assert found[0][:4] == found[1][:4]
    assert found[0][3] > 3
    for key, array in found[0][4].items():
        np.testing.assert_allclose(found[1][4][key], array, rtol=1e-3, atol=1e-6, err_msg=key)


def test_what_cannot_be_recorded_is_taken_eagerly(early):
    def branching(outputs, targets):
        return nn.cross_entropy(outputs, targets) * (2.0 if ag.sum(outputs) > 0 else 1.0)

    states = []
    for compile in (False, None):
        trainer = trainer_of(layers(), loss=branching, compile=compile)
        trainer.fit(X, CLASSES, epochs=2, batch_size=16, progress=False)
        states.append(trainer.model.state_dict())
    assert "branch" in trainer.note
    assert early not in [name for name, step in trainer.stepper._recorded.items() if step.has_run]
    assert all((states[0][name] == array).all() for name, array in states[1].items())
    with pytest.raises(ag.RecordingError, match="branch"):
        trainer_of(layers(), loss=branching, compile=True).fit(X, CLASSES, epochs=1, progress=False)


BETA = [0.5]


class Counting(nn.Module):
    def __init__(self):
        self.linear, self.calls = nn.Linear(4, 3, seed=0), []

    def forward(self, x):
        self.calls.append(1)
        return self.linear(x)


def test_what_may_change_unseen_is_not_recorded():
    assert unsteady(layers(), nn.cross_entropy, None) is None
    assert "'BETA', a list" in unsteady(layers(), lambda y, t: BETA[0] * nn.mse(y, t))
    assert "'calls', a list" in unsteady(Counting(), nn.mse)
    assert "'array', a ndarray" in unsteady(layers(), (lambda array: lambda y, t: nn.mse(y, t * array))(np.ones(3)))
    own = type("Own", (nn.Trainer,), {"compute_loss": lambda self, x, y: nn.Trainer.compute_loss(self, x, y)})
    trainer = own(layers(), loss="cross_entropy", optimizer="adam")
    trainer.fit(X, CLASSES, epochs=1, progress=False)
    assert "compute_loss of its own" in trainer.note


def test_every_label_of_a_batch_counts(early):
    """A focal loss by hand: entries picked by the labels of each batch, whether that can be recorded or not."""

    def focal(logits, targets):
        log_p = ag.log_softmax(logits, axis=-1)[np.arange(len(logits)), targets]
        return ag.mean(-((1 - ag.exp(log_p)) ** 2) * log_p)

    states = []
    for compile in (False, None):
        trainer = trainer_of(nn.MLP(4, [8, 3], seed=0), loss=focal, compile=compile)
        trainer.fit(X, CLASSES, epochs=2, batch_size=32, progress=False)
        states.append(trainer.model.state_dict())
    for key, array in states[0].items():
        np.testing.assert_allclose(states[1][key], array, rtol=1e-3, atol=1e-5, err_msg=f"{key} {early}")


def test_accumulated_batches_are_one_large_one():
    twins = [nn.MLP(4, [8, 3], seed=0) for _ in range(2)]
    for model, settings, size in ((twins[0], {"accumulate": 3}, 10), (twins[1], {}, 30)):
        trainer_of(model, optimizer="sgd", **settings).fit(X, CLASSES, epochs=3, batch_size=size, progress=False)
    for (_, p), (_, q) in zip(twins[0].named_parameters(), twins[1].named_parameters(), strict=True):
        np.testing.assert_allclose(p.data, q.data, rtol=1e-4, atol=1e-6)


def test_two_fits_are_one(early):
    models = [layers() for _ in range(2)]
    trainers = [trainer_of(model) for model in models]
    for _ in range(2):
        trainers[0].fit(X, CLASSES, epochs=3, batch_size=32, progress=False)
    trainers[1].fit(X, CLASSES, epochs=6, batch_size=32, progress=False)
    assert all((models[1].state_dict()[name] == array).all() for name, array in models[0].state_dict().items())
    assert early in trainers[1].stepper._recorded
    copy.deepcopy(trainers[0]).fit(X, CLASSES, epochs=1, progress=False)


def test_the_plan_asks_neither_a_clock_nor_for_machine_code_that_is_kept(monkeypatch):
    """The engines differ in last bits, and two equal fits must not."""
    plans = []
    for ready in (True, False, True):
        monkeypatch.setattr(stepping, "native_is_ready", lambda ready=ready: ready)
        plans.append(stepping.plan(1e-3, 10))
    assert plans[0] == plans[1] == plans[2]
    assert 1 < plans[0][0] <= plans[0][1] < np.inf
    monkeypatch.setattr(stepping, "native_is_ready", lambda: None)  # llvmlite is not installed
    assert stepping.plan(1e-3, 10) == (plans[0][0], np.inf)
    assert stepping.plan(1e-3, 1000) == (1, np.inf)  # an epoch that pays for the recording


@pytest.mark.parametrize(("metrics", "split"), [(None, 0.0), (None, 0.2), (["accuracy"], 0.2)])
def test_steps_that_nothing_disturbs_are_the_others(early, metrics, split):
    """Without hooks, conditions are looked at once an epoch or fit, and batches share memory: the same numbers."""
    found = []
    for callbacks in ([], [Nothing()]):
        trainer = trainer_of(layers(), metrics=metrics, callbacks=callbacks)
        history = trainer.fit(X, CLASSES, epochs=5, batch_size=16, validation_split=split, progress=False)
        found.append((history.rows, trainer.model.state_dict()))
    assert trainer.stepper._recorded[early].has_run
    (rows, state), (expected, other) = found
    assert rows == expected
    for name, array in other.items():
        np.testing.assert_array_equal(state[name], array)


def test_ctrl_c_ends_steps_that_nothing_disturbs(early):
    """After the one that it comes in, with all that is counted in agreement."""

    def schedule(steps):
        if steps == 40:
            signal.raise_signal(signal.SIGINT)
        return 1.0

    before = signal.getsignal(signal.SIGINT)
    trainer = trainer_of(layers())
    trainer.optimizer.schedule = schedule
    history = trainer.fit(X, CLASSES, epochs=9, batch_size=4, progress=False)
    assert history.interrupted
    assert (trainer.epoch, trainer.step, trainer.taken, trainer.optimizer.steps) == (2, 18, 41, 41), early
    assert signal.getsignal(signal.SIGINT) is before


class Nothing(nn.Callback):
    def on_batch_end(self, trainer):
        pass


def test_batches_that_shared_memory_are_had_again_on_the_way_back(early):
    """A loss that diverges in the third epoch leaves the parameters of the step before."""
    y = X[:, :1].copy()
    y[77] = 1e30
    states = []
    for compile in (False, None):
        model = nn.Sequential(nn.Linear(4, 8, seed=1), nn.Dropout(0.2, seed=3), nn.Linear(8, 1, seed=2))
        trainer = nn.Trainer(
            model, loss="mse", optimizer=nn.SGD(model.parameters(), 1e-2, momentum=0.9), compile=compile
        )
        trainer.fit(np.delete(X, 77, 0), np.delete(y, 77, 0), epochs=3, batch_size=8, progress=False)
        with pytest.raises(nn.DivergenceError):
            trainer.fit(X, y, epochs=3, batch_size=8, progress=False)
        states.append(model.state_dict())
    for name, array in states[0].items():
        assert np.isfinite(states[1][name]).all()
        np.testing.assert_allclose(states[1][name], array, rtol=1e-3, err_msg=name)


def test_the_way_back_is_no_longer_where_batches_are_small(monkeypatch):
    """However many batches are gathered at once."""
    monkeypatch.setattr(stepping, "plan", lambda _seconds, _steps: (1, np.inf))
    x, y = RNG.normal(size=(2, 2000, 1)).astype(np.float32)
    y[1900], again = 1e30, []
    monkeypatch.setattr(stepping.Stepper, "again", lambda _, batch: again.append(batch))
    trainer = nn.Trainer(nn.Linear(1, 1, seed=0), loss="mse", optimizer="sgd", learning_rate=1e-3)
    with pytest.raises(nn.DivergenceError, match="step 1727;"):
        trainer.fit(x, y, epochs=1, batch_size=1, seed=4, progress=False)
    assert len(again) < 256


@pytest.mark.parametrize("loss", ["cross_entropy", "mse"])
def test_data_in_double_precision_train_in_the_network_s(loss, monkeypatch):
    """Layers turn inputs to their precision; a recording of Tensors alone would compute in that of the data."""
    monkeypatch.setattr(stepping, "plan", lambda _seconds, _steps: (2, np.inf))
    x, y = X.astype(np.float64), CLASSES if loss == "cross_entropy" else X[:, :3].astype(np.float64)
    states = []
    for compile in (False, None):
        trainer = trainer_of(layers(), loss=loss, compile=compile)
        trainer.fit(x, y, epochs=2, batch_size=16, progress=False)
        states.append(trainer.model.state_dict())
    assert trainer.stepper._recorded["numpy"].has_run
    for name, array in states[0].items():
        np.testing.assert_array_equal(states[1][name], array)


FACTOR = 1.0


def test_a_number_that_a_method_of_the_model_reads_counts(early, monkeypatch):
    class Scaled(nn.Linear):
        def forward(self, x):
            return super().forward(x) * FACTOR

    trainer = trainer_of(Scaled(4, 3, seed=0), optimizer="sgd", learning_rate=0.0)
    for factor in (1.0, 5.0):
        monkeypatch.setitem(globals(), "FACTOR", factor)
        history = trainer.fit(X, CLASSES, epochs=2, progress=False)
        assert history["loss"][-1] == pytest.approx(trainer.evaluate(X, CLASSES)["loss"], rel=1e-5)


def scaled(x):
    return x * FACTOR


def twice(x):
    return x * (2 * FACTOR)


@pytest.mark.parametrize("compile", [None, True])
def test_a_function_that_a_method_or_the_loss_calls_may_be_replaced(early, compile, monkeypatch):
    class Scaled(nn.Linear):
        def forward(self, x):
            return scaled(super().forward(x))

    def loss(outputs, targets):
        return nn.cross_entropy(scaled(outputs), targets)

    trainer = trainer_of(Scaled(4, 3, seed=0), loss=loss, optimizer="sgd", learning_rate=0.0, compile=compile)
    for function, factor in ((scaled, 1.0), (twice, 1.0), (twice, 3.0), (scaled, 5.0)):  # a cell of a notebook, say
        monkeypatch.setitem(globals(), "scaled", function)
        monkeypatch.setitem(globals(), "FACTOR", factor)
        history = trainer.fit(X, CLASSES, epochs=2, progress=False)
        assert history["loss"][-1] == pytest.approx(loss(trainer.model(X), CLASSES).item(), rel=1e-4)
        assert trainer.stepper.note is None


def test_a_layer_that_takes_another_s_place_in_a_list_counts(early):
    class Lists(nn.Module):
        def __init__(self):
            self.layers = [nn.Linear(4, 3, seed=0), nn.Identity()]

        def forward(self, x):
            return self.layers[1](self.layers[0](x))

    trainer = trainer_of(Lists(), optimizer="sgd", learning_rate=0.0)
    trainer.fit(X, CLASSES, epochs=2, progress=False)
    trainer.model.layers[1] = nn.Tanh()
    history = trainer.fit(X, CLASSES, epochs=1, progress=False)
    assert history["loss"][-1] == pytest.approx(trainer.evaluate(X, CLASSES)["loss"], rel=1e-5)


def test_a_function_or_a_parameter_that_takes_another_s_place_counts(early):
    class Holding(nn.Module):
        def __init__(self):
            self.layer, self.function = nn.Linear(4, 3, seed=0), np.tanh

        def forward(self, x):
            return self.function(self.layer(x))

    trainer = trainer_of(Holding(), optimizer="sgd", learning_rate=0.0)
    trainer.fit(X, CLASSES, epochs=2, progress=False)
    for owner, name, value in (
        (trainer.model, "function", np.sin),
        (trainer.model, "function", lambda y: 2 * y),
        (trainer.model.layer, "bias", nn.Parameter(np.arange(3.0, dtype=np.float32))),
    ):
        setattr(owner, name, value)
        history = trainer.fit(X, CLASSES, epochs=1, progress=False)
        assert history["loss"][-1] == pytest.approx(trainer.evaluate(X, CLASSES)["loss"], rel=1e-5)
    assert trainer.note is None


def test_a_model_that_remembers_is_trained_eagerly(early):
    """A replay would not run the lines that set its attributes; and the try leaves no trace."""

    class Remembering(nn.Module):
        def __init__(self):
            self.layer, self.last, self.calls = nn.Linear(4, 3, seed=0), ag.Tensor(np.zeros((15, 3))), 0

        def forward(self, x):
            self.calls += 1
            y = self.layer(x) + self.last
            self.last = y.detach()
            return y

    losses = []
    for compile in (False, None):
        trainer = trainer_of(Remembering(), compile=compile, optimizer="sgd")
        losses.append(trainer.fit(X, CLASSES, epochs=3, batch_size=15, progress=False)["loss"])
    assert losses[0] == losses[1]
    assert trainer.model.calls == 18
    assert trainer.note == "Remembering sets attributes of its layers as it runs"


def test_a_model_that_counts_its_steps_is_not_recorded_in_each(early):
    class Counting(nn.Linear):
        calls = 0

        def forward(self, x):
            self.calls += 1
            return super().forward(x)

    with pytest.raises(ag.RecordingError, match="so that each step is recorded anew; take its steps eagerly"):
        trainer_of(Counting(4, 3), compile=True).fit(X, CLASSES, epochs=9, batch_size=15, progress=False)


@pytest.mark.parametrize("where", ["the trainer", "the model", "the loss"])
def test_batches_that_a_user_s_code_keeps_are_not_overwritten(where):
    kept, x = [], np.random.default_rng(0).normal(size=(4000, 20))

    class Keeping(nn.Trainer):
        def compute_loss(self, xb, yb, weights=None):
            kept.append(xb)
            return super().compute_loss(xb, yb, weights)

    class KeepingInputs(nn.Linear):
        def forward(self, x):
            kept.append(x)
            return super().forward(x)

    def keeping_targets(outputs, targets):
        kept.append(targets)
        return nn.mse(outputs, targets)

    kind = Keeping if where == "the trainer" else nn.Trainer
    model = KeepingInputs if where == "the model" else nn.Linear
    loss = keeping_targets if where == "the loss" else "mse"
    trainer = kind(model(20, 1, seed=0), loss=loss, optimizer="sgd")
    trainer.fit(x, x[:, :1], epochs=1, batch_size=1000, progress=False)
    assert set(np.concatenate(kept)[:, 0]) == set(x[:, 0])


layer = [1.0]  # of the name of an attribute that `forward` reads


def test_an_attribute_of_a_global_s_name_is_no_global():
    class Named(nn.Module):
        def __init__(self):
            self.layer = nn.Linear(4, 3, seed=0)

        def forward(self, x):
            return self.layer(x)

    class Reading(Named):
        def forward(self, x):
            return self.layer(x) * layer[0]

    assert unsteady(Named()) is None
    assert unsteady(Reading()) == "forward reads 'layer', a list"


class Weighing(nn.Module):
    """Weighs the places of a sequence; keeps the weights of the length that it had last."""

    length, weights = 0, None

    def forward(self, x):
        if self.length != x.shape[1]:
            self.length, self.weights = x.shape[1], np.linspace(0.5, 1.5, x.shape[1])[:, None]
        return ag.mean(x * self.weights, axis=1)


class Looking(nn.Module):
    """Does for short sequences what no recording can follow."""

    def forward(self, x):
        return ag.mean(x, axis=1) * (1.0 if x.shape[1] > 2 else 1.0 + float(x.data.max() > 0))


class Sequences:
    """Batches of sequences, the ninth of an epoch shorter."""

    def __init__(self):
        self.batches = [(RNG.normal(size=(8, 2 + (i != 8), 4)), RNG.normal(size=(8, 2))) for i in range(12)]

    def __len__(self):
        return 12

    def __iter__(self):
        return iter(self.batches)


@pytest.mark.parametrize("kind", [Weighing, Looking])
def test_a_later_form_of_batch_that_cannot_be_recorded_is_taken_eagerly(kind, early, tmp_path, monkeypatch):
    """The fit ended with an error there; and one that is taken up again goes on eagerly, too."""
    pytest.importorskip("safetensors", reason="needs the extra train")
    monkeypatch.setattr(resume, "SECONDS", -1.0)
    loader, found = Sequences(), []

    def trainer(compile):
        model = nn.Sequential(
            nn.Linear(4, 4, seed=0, dtype=np.float64), kind(), nn.Linear(4, 2, dtype=np.float64, seed=1)
        )
        return nn.Trainer(model, loss="mse", optimizer="sgd", compile=compile)

    for compile in (False, None):
        unbroken = trainer(compile)
        unbroken.fit(loader, epochs=3, progress=False)
        found.append(unbroken.model.state_dict())
    assert unbroken.note
    for name, array in found[0].items():
        np.testing.assert_allclose(found[1][name], array, rtol=1e-10)
    for epochs in (2, 3):
        again = trainer(None)
        again.fit(loader, epochs=epochs, progress=False, resume=tmp_path)
    assert again.note == unbroken.note
    assert all((again.model.state_dict()[name] == array).all() for name, array in found[1].items())
