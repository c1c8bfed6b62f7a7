"""Training: it learns, repeats to the bit, stops when it should, and says what is wrong."""

import copy
import functools
import pickle
import signal
import threading
import types
import warnings

import numpy as np
import pytest

import autograd as ag
import nn

RNG = np.random.default_rng(0)
X = RNG.normal(size=(90, 4))
CLASSES = (X[:, 0] + X[:, 1] > 0) + (X[:, 2] > 0.5).astype(int)
VALUES = X @ np.array([[1.0], [-2.0], [0.5], [0.0]]) + 0.3


def classifier(seed=0, loss=nn.cross_entropy, outputs=3, learning_rate=0.1, **details):
    model = nn.MLP(4, [16, outputs], activation="tanh", seed=seed)
    optimizer = nn.SGD(model.parameters(), learning_rate=learning_rate, momentum=0.9)
    return nn.Trainer(model, loss=loss, optimizer=optimizer, metrics={"accuracy": nn.accuracy}, **details)


def regressor(**details):
    model = nn.MLP(4, [1], seed=0)
    optimizer = nn.Adam(model.parameters(), learning_rate=0.05)
    return nn.Trainer(model, loss=nn.mse, optimizer=optimizer, **details)


# ---- learning --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("targets", [CLASSES, np.eye(3)[CLASSES], CLASSES.tolist()])
def test_it_learns_classes_from_numbers_and_one_hot_rows(targets):
    trainer = classifier()
    history = trainer.fit(X, targets, epochs=60, progress=False)
    assert history.columns == ["epoch", "learning_rate", "loss", "accuracy"]
    assert history["epoch"] == list(range(1, 61))
    assert history["loss"][-1] < 0.1 < 0.5 < history["loss"][0]
    result = trainer.evaluate(X, targets)
    assert result["accuracy"] == np.mean(trainer.predict(X) == CLASSES) > 0.97
    probabilities = trainer.predict_proba(X)
    assert probabilities.shape == (90, 3)
    assert np.allclose(probabilities.sum(axis=1), 1)
    assert (probabilities.argmax(axis=1) == trainer.predict(X)).all()


def test_it_learns_yes_and_no():
    trainer = classifier(loss=nn.binary_cross_entropy_with_logits, outputs=1)
    y = (X[:, :1] * X[:, 1:2] > 0).astype(int)
    trainer.fit(X, y, epochs=80, progress=False)
    assert trainer.evaluate(X, y)["accuracy"] > 0.95
    assert trainer.predict(X).shape == trainer.predict_proba(X).shape == (90, 1)
    assert ((trainer.predict_proba(X) > 0.5) == trainer.predict(X)).all()


def test_it_learns_values():
    trainer = regressor(metrics={"r2": nn.r2_score, "mae": nn.mean_absolute_error})
    trainer.fit(X, VALUES, epochs=60, progress=False)
    assert trainer.evaluate(X, VALUES)["r2"] > 0.999
    assert np.allclose(trainer.predict(X), VALUES, atol=0.05)
    with pytest.raises(TypeError, match="mse gives no probabilities"):
        trainer.predict_proba(X)


def test_scikit_learns_metrics_can_be_passed_in():
    metrics = pytest.importorskip("sklearn.metrics", reason="uses scikit-learn's metrics, which is not installed")
    trainer = classifier()
    trainer.metrics = {
        "ours": nn.accuracy,
        "theirs": metrics.accuracy_score,
        "balanced": metrics.balanced_accuracy_score,
    }
    row = trainer.fit(X, CLASSES, epochs=2, validation_split=0.2, progress=False)[-1]
    assert row["ours"] == row["theirs"]
    assert {"balanced", "val_balanced"} <= set(row)


def test_real_digits():
    datasets = pytest.importorskip("sklearn.datasets", reason="the digits are scikit-learn's, which is not installed")
    x, y = datasets.load_digits(return_X_y=True)
    x_train, x_test, y_train, y_test = nn.train_test_split(x / 16, y, seed=0, stratify=True)
    model = nn.MLP(64, [64, 10], seed=0)
    trainer = nn.Trainer(
        model, loss=nn.cross_entropy, optimizer=nn.Adam(model.parameters()), metrics={"accuracy": nn.accuracy}
    )
    trainer.fit(x_train, y_train, epochs=30, progress=False)
    assert trainer.evaluate(x_test, y_test)["accuracy"] > 0.94


# ---- the numbers -----------------------------------------------------------------------------------------------------


def test_a_step_is_the_loop_written_out():
    trainer, by_hand = classifier(), classifier()
    trainer.fit(X, CLASSES, epochs=3, batch_size=16, seed=5, progress=False)
    loader = nn.DataLoader((X, CLASSES), batch_size=16, shuffle=True, seed=5)
    for _ in range(3):
        for xb, yb in loader:
            loss = nn.cross_entropy(by_hand.model(xb), yb)
            by_hand.optimizer.zero_grad()
            loss.backward()
            by_hand.optimizer.step()
    assert same_parameters(trainer.model, by_hand.model)


def same_parameters(one, other):
    states = one.state_dict(), other.state_dict()
    return all((states[0][name] == states[1][name]).all() for name in states[0])


def test_the_same_seed_gives_the_same_bits_and_another_does_not():
    runs = []
    for seed in (3, 3, 4):
        trainer = classifier()
        history = trainer.fit(X, CLASSES, epochs=5, validation_split=0.2, seed=seed, progress=False)
        runs.append((history.rows, trainer.model))
    assert runs[0][0] == runs[1][0]
    assert same_parameters(runs[0][1], runs[1][1])
    assert runs[0][0] != runs[2][0]


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda trainer: pickle.loads(pickle.dumps(trainer))])
def test_a_copy_goes_on_as_the_original_would(copied):
    trainer = classifier(callbacks=[nn.EarlyStopping(monitor="loss")])
    trainer.fit(X, CLASSES, epochs=2, progress=False)
    twin = copied(trainer)
    rows = trainer.fit(X, CLASSES, epochs=3, progress=False).rows
    assert twin.fit(X, CLASSES, epochs=3, progress=False).rows == rows
    assert same_parameters(trainer.model, twin.model)


def test_the_rows_hold_what_they_say():
    trainer = classifier(learning_rate=0.0)  # nothing moves, so training and evaluation agree
    held = X[:20], CLASSES[:20]
    row = trainer.fit(X, CLASSES, epochs=1, batch_size=32, validation_data=held, progress=False)[0]
    assert list(row) == ["epoch", "learning_rate", "loss", "accuracy", "val_loss", "val_accuracy"]
    everything, part = trainer.evaluate(X, CLASSES), trainer.evaluate(*held)
    assert row["loss"] == pytest.approx(everything["loss"], rel=1e-6)  # the last batch is smaller, and counts less
    assert row["accuracy"] == everything["accuracy"]
    assert (row["val_loss"], row["val_accuracy"]) == (part["loss"], part["accuracy"])


def test_validation_samples_are_not_trained_on():
    class Spy(nn.Trainer):
        def train_step(self, xb, yb):
            seen.update(xb[:, 0].tolist())
            return super().train_step(xb, yb)

        def predict_step(self, xb):
            held.update(xb[:, 0].tolist())
            return super().predict_step(xb)

    seen, held = set(), set()
    plain = classifier()
    spy = Spy(plain.model, loss=plain.loss, optimizer=plain.optimizer)
    spy.fit(X, CLASSES, epochs=2, validation_split=0.3, progress=False)
    assert (len(seen), len(held)) == (63, 27)
    assert seen | held == set(X[:, 0].tolist())


def test_predictions_do_not_depend_on_how_they_are_batched(monkeypatch):
    trainer = classifier()
    whole = trainer.predict_proba(X)
    monkeypatch.setattr(nn.training.inference, "PREDICTION_BATCH", 7)
    assert np.allclose(trainer.predict_proba(X), whole, rtol=1e-6)
    assert trainer.predict(X[:0]).shape == (0,)
    assert trainer.predict_proba(X[:0]).shape == (0, 3)


class Spy(nn.Module):
    """Passes its input on and notes in which mode it is."""

    def __init__(self):
        self.seen = []

    def forward(self, x):
        self.seen.append((self.training, ag.is_recording()))
        return x


def test_modes_while_training_and_predicting():
    spy, linear = Spy(), nn.Linear(4, 3, seed=0)
    model = nn.Sequential(linear, spy)
    linear.training = False  # say, frozen by its owner: given back as it was
    trainer = nn.Trainer(model, loss=nn.cross_entropy, optimizer=nn.SGD(model.parameters()))
    trainer.fit(X, CLASSES, epochs=1, batch_size=90, progress=False)
    assert spy.seen == [(True, True)]
    spy.seen.clear()
    trainer.predict(X)
    trainer.evaluate(X, CLASSES)
    assert spy.seen == [(False, False)] * 2
    assert [module.training for module in model.modules()] == [True, False, True]


def test_predicting_leaves_gradients_alone():
    trainer = classifier()
    trainer.evaluate(X, CLASSES)
    assert all(p.grad is None for p in trainer.model.parameters())


@pytest.mark.parametrize("alone", [False, True])
@pytest.mark.parametrize("step", ["compute_loss", "train_step", "train_epoch", "predict_step"])
def test_each_step_can_be_overridden(step, alone):
    calls = []

    def noted(self, *args):
        calls.append(step)
        return getattr(nn.Trainer, step)(self, *args)

    plain = classifier()
    kind = nn.Trainer if alone else type("Own", (nn.Trainer,), {step: noted})
    trainer = kind(plain.model, loss=plain.loss, optimizer=plain.optimizer)
    if alone:
        setattr(trainer, step, types.MethodType(noted, trainer))
    trainer.fit(X, CLASSES, epochs=2, batch_size=45, validation_data=(X, CLASSES), progress=False)
    assert len(calls) == {"compute_loss": 4, "train_step": 4, "train_epoch": 2, "predict_step": 2}[step]


# ---- Ctrl-C ----------------------------------------------------------------------------------------------------------


class PressCtrlC(nn.Callback):
    """Presses Ctrl-C in the middle of some steps, and counts what happens after."""

    def __init__(self, *at):
        self.at, self.told = at, []

    def on_batch_begin(self, trainer):
        self.told.append((trainer.epoch, trainer.step))
        if (trainer.epoch, trainer.step) in self.at:
            signal.raise_signal(signal.SIGINT)

    def on_interrupt(self, _trainer):
        self.told.append("interrupt")

    def on_fit_end(self, _trainer):
        self.told.append("end")


@pytest.fixture
def ctrl_c_stays_as_it_was():
    before = signal.getsignal(signal.SIGINT)
    yield
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.usefixtures("ctrl_c_stays_as_it_was")
def test_ctrl_c_ends_training_after_the_step():
    press = PressCtrlC((2, 2))
    trainer = classifier(callbacks=[press])
    history = trainer.fit(X, CLASSES, epochs=9, batch_size=30, validation_split=0.1, progress=False)
    assert history.interrupted
    assert press.told == [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), "interrupt", "end"]
    assert history["epoch"] == [1, 2]
    assert len(history["val_loss"]) == 2
    assert not trainer.fit(X, CLASSES, epochs=1, progress=False).interrupted


@pytest.mark.usefixtures("ctrl_c_stays_as_it_was")
def test_a_second_ctrl_c_ends_it_at_once():
    class Twice(nn.Callback):
        def on_batch_begin(self, _trainer):
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        classifier(callbacks=[Twice()]).fit(X, CLASSES, epochs=2, progress=False)


@pytest.mark.usefixtures("ctrl_c_stays_as_it_was")
def test_an_ignored_ctrl_c_stays_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        history = classifier(callbacks=[PressCtrlC((1, 1))]).fit(X, CLASSES, epochs=2, progress=False)
    finally:
        signal.signal(signal.SIGINT, before)
    assert len(history) == 2
    assert not history.interrupted


def test_training_in_another_thread():
    histories = []
    thread = threading.Thread(target=lambda: histories.append(classifier().fit(X, CLASSES, epochs=2, progress=False)))
    thread.start()
    thread.join()
    assert len(histories[0]) == 2


# ---- what goes wrong -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", [nn.mse, lambda outputs, _targets: ag.log(ag.sum(outputs) * 0 - 1)])
@pytest.mark.usefixtures("ctrl_c_stays_as_it_was")
def test_a_loss_that_is_not_finite_stops_training(loss):
    model = nn.MLP(4, [8, 1], seed=0)
    trainer = nn.Trainer(model, loss=loss, optimizer=nn.SGD(model.parameters(), learning_rate=1e6))
    with pytest.raises(
        nn.DivergenceError, match=r"the loss became (inf|nan) in epoch 1, step \d+; .* than 1e\+06"
    ) as error:
        trainer.fit(X, VALUES, epochs=5, batch_size=10, progress=False)
    assert "\n" not in str(error.value)


def test_the_parameters_are_left_as_they_were_before_the_bad_step():
    trainer = classifier(loss=lambda outputs, _targets: ag.sum(outputs) * np.float32("nan"))
    before = trainer.model.state_dict()
    with pytest.raises(nn.DivergenceError):
        trainer.fit(X, CLASSES, epochs=1, progress=False)
    assert all((before[name] == value).all() for name, value in trainer.model.state_dict().items())


NAN = np.where(np.arange(90)[:, None] == 7, [0, np.nan, 0, 0], X)
REFUSED = [
    ({"x": X[:5]}, r"got shapes \(5, 4\) and \(90,\)"),
    ({"y": 1}, r"got shapes \(90, 4\) and \(\)"),
    ({"x": NAN}, r"x holds nan at index \(7, 1\); remove or replace"),
    ({"y": np.where(np.arange(90) == 3, np.inf, 0)}, r"y holds inf at index \(3,\)"),
    ({"epochs": 0}, "epochs must be a positive integer, got 0"),
    ({"batch_size": -1}, "batch_size must be a positive integer, got -1"),
    ({"validation_split": 1.5}, "validation_split must be from 0 to below 1, got 1.5"),
    ({"validation_split": -0.1}, "validation_split must be from 0 to below 1, got -0.1"),
    ({"validation_split": 0.1, "validation_data": (X, CLASSES)}, "not both"),
    ({"validation_data": (X, CLASSES[:9])}, r"got shapes \(90, 4\) and \(9,\)"),
    ({"validation_data": (NAN, CLASSES)}, "x holds nan"),
    ({"x": np.zeros((0, 4)), "y": np.zeros(0, int)}, "at least one sample"),
    ({"x": X[:, :3]}, r"\(32, 3\).*\(4, 16\)"),
]


@pytest.mark.parametrize(("change", "message"), REFUSED)
def test_bad_arguments_are_refused(change, message):
    with pytest.raises(ValueError, match=message) as refusal:
        classifier().fit(**{"x": X, "y": CLASSES, "epochs": 1, "progress": False} | change)
    assert "\n" not in str(refusal.value)


def test_data_are_checked_wherever_they_come_in():
    trainer = classifier()
    with pytest.raises(ag.ShapeError, match=r"got shapes \(90, 4\) and \(5,\)"):
        trainer.evaluate(X, CLASSES[:5])
    for use in (trainer.predict, trainer.predict_proba, lambda x: trainer.evaluate(x, CLASSES)):
        with pytest.raises(ValueError, match=r"x holds nan at index \(7, 1\)"):
            use(NAN)


def test_a_loss_for_each_sample_is_refused():
    trainer = classifier(loss=functools.partial(nn.cross_entropy, reduction="none"))
    with pytest.raises(ag.ShapeError, match=r"must be one number, got shape \(32,\); take its mean"):
        trainer.fit(X, CLASSES, epochs=1, progress=False)


def test_an_optimizer_of_another_model_is_noticed():
    trainer = classifier()
    with pytest.raises(ValueError, match="the optimizer holds another model's parameters"):
        nn.Trainer(classifier().model, loss=nn.mse, optimizer=trainer.optimizer)
    trainer.model = classifier().model
    with pytest.raises(ag.GraphError, match="no parameter has a gradient"):
        trainer.fit(X, CLASSES, epochs=1, progress=False)


@pytest.mark.parametrize("name", ["epoch", "loss", "learning_rate", "val_accuracy"])
def test_a_metric_cannot_take_a_columns_name(name):
    with pytest.raises(ValueError, match=f"a metric cannot be called '{name}'"):
        regressor(metrics={name: nn.r2_score})


def test_targets_of_another_shape_than_the_outputs_are_refused():
    with pytest.raises(ag.ShapeError, match=r"pass targets.reshape\(32, 1\)"):
        regressor().fit(X, VALUES[:, 0], epochs=1, progress=False)


def test_training_warns_of_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        classifier().fit(X * 1e3, CLASSES, epochs=2, progress=False)


# ---- one loss, told in one way ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loss", "targets"),
    [
        (functools.partial(nn.mse, reduction="sum"), VALUES),
        (lambda outputs, targets: nn.mse(outputs, targets, reduction="sum"), VALUES),
        (functools.partial(nn.squared_error, form="1/2"), VALUES),
        (nn.squared_error, VALUES),
        (nn.mse, VALUES),
        (functools.partial(nn.cross_entropy, reduction="sum"), CLASSES),
        (functools.partial(nn.cross_entropy, label_smoothing=0.1), CLASSES),
        (nn.cross_entropy, CLASSES),
        (lambda outputs, targets: 0.0 * nn.mse(outputs, targets, reduction="sum"), VALUES),
    ],
)
@pytest.mark.parametrize("batch_size", [1, 32])
def test_training_and_validation_agree_on_the_same_data(loss, targets, batch_size):
    model = nn.MLP(4, [1 if targets is VALUES else 3], seed=0, dtype=np.float64)
    trainer = nn.Trainer(model, loss=loss, optimizer=nn.SGD(model.parameters(), learning_rate=0.0))
    history = trainer.fit(X, targets, epochs=1, batch_size=batch_size, validation_data=(X, targets), progress=False)
    assert history["loss"] == pytest.approx(history["val_loss"], rel=1e-12)
    assert history["loss"][0] == pytest.approx(trainer.evaluate(X, targets)["loss"], rel=1e-12)


def test_a_loss_for_one_batch_alone_is_taken_as_a_mean():
    weights = np.linspace(0, 1, 90)[:, None]
    model = nn.MLP(4, [1], seed=0)
    trainer = nn.Trainer(
        model, loss=lambda outputs, targets: (((outputs - targets) ** 2) * weights).mean(),
        optimizer=nn.SGD(model.parameters(), learning_rate=0.0),
    )  # fmt: skip
    history = trainer.fit(X, VALUES, epochs=1, batch_size="full", progress=False)
    assert history["loss"][0] == pytest.approx(trainer.batch_loss, rel=1e-6)
