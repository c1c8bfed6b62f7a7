"""Callbacks: when they are called, and what early stopping, checkpoints and progress do."""

import signal
import sys

import numpy as np
import pytest

import nn

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3))
Y = X @ np.array([[1.0], [2.0], [-1.0]])


def trainer_with(*callbacks, learning_rate=0.01, cls=nn.Trainer):
    model = nn.MLP(3, [1], seed=0)
    return cls(model, loss=nn.mse, optimizer=nn.SGD(model.parameters(), learning_rate), callbacks=callbacks)


HOOKS = [name for name in vars(nn.Callback) if name.startswith("on_")]


def test_there_are_seven_hooks():
    assert len(HOOKS) == 7


@pytest.mark.parametrize(
    ("callback", "shown"),
    [
        (nn.EarlyStopping(patience=3), "EarlyStopping(patience=3)"),
        (nn.ProgressBar(), "ProgressBar()"),
        (nn.pictures.Snapshots(every=2), "Snapshots(every=2)"),
        (nn.pictures.Watch(), "Watch()"),
        (nn.pictures.Watch(sample=X), "Watch(sample=<ndarray of shape (40, 3)>)"),
        (nn.pictures.Recording(X[:, :2], Y), "Recording(x=<ndarray of shape (40, 2)>, y=<ndarray of shape (40, 1)>)"),
    ],
)
def test_a_callback_shows_how_it_was_made(callback, shown):
    assert repr(callback) == shown
    assert f"callbacks=[{shown}]" in repr(trainer_with(callback))


def test_the_order_of_the_hooks_and_what_the_trainer_tells_them():
    told = []

    def noted(hook):
        def note(self, trainer):
            told.append((hook[3:], trainer.epoch, trainer.step, len(trainer.history)))
            assert (trainer.epochs, trainer.steps) == (2, 2)

        return note

    spy = type("Spy", (nn.Callback,), {hook: noted(hook) for hook in HOOKS})()
    trainer_with(spy).fit(X, Y, epochs=2, batch_size=20, progress=False)
    batches = [("batch_begin", 1), ("batch_end", 1), ("batch_begin", 2), ("batch_end", 2)]
    assert told == [
        ("fit_begin", 0, 0, 0),
        ("epoch_begin", 1, 0, 0),
        *((hook, 1, step, 0) for hook, step in batches),
        ("epoch_end", 1, 2, 1),
        ("epoch_begin", 2, 2, 1),
        *((hook, 2, step, 1) for hook, step in batches),
        ("epoch_end", 2, 2, 2),
        ("fit_end", 2, 2, 2),
    ]


def test_a_callback_may_change_the_learning_rate_and_stop():
    class Decay(nn.Callback):
        def on_epoch_end(self, trainer):
            trainer.optimizer.learning_rate /= 2
            trainer.stopping = trainer.epoch == 3

    trainer = trainer_with(Decay(), learning_rate=0.08)
    assert trainer.fit(X, Y, epochs=9, progress=False)["learning_rate"] == [0.08, 0.04, 0.02]
    assert len(trainer.fit(X, Y, epochs=2, progress=False)) == 2


def test_the_end_is_told_after_an_error_too():
    class Failing(nn.Callback):
        ended = False

        def on_batch_end(self, _trainer):
            raise RuntimeError("planted")

        def on_fit_end(self, _trainer):
            self.ended = True

    failing = Failing()
    with pytest.raises(RuntimeError, match="planted"):
        trainer_with(failing).fit(X, Y, epochs=2)
    assert failing.ended


class Scripted(nn.Trainer):
    """A trainer whose validation losses are written down beforehand; the parameters count the epochs."""

    script = ()

    def train_epoch(self, _batches):
        for parameter in self.model.parameters():
            parameter.data = np.full(parameter.shape, self.epoch)
        return {"loss": 1.0}

    def evaluate(self, _x, _y):
        value = self.script[self.epoch - 1]
        return {"loss": value, "score": -value}


def scripted(script, *callbacks):
    trainer = trainer_with(*callbacks, cls=Scripted)
    trainer.script = script
    history = trainer.fit(X, Y, epochs=len(script), validation_split=0.5, progress=False)
    return len(history), trainer.model[0].bias.data[0]


@pytest.mark.parametrize(
    ("script", "settings", "epochs", "best"),
    [
        ([3, 2, 1, 0], {}, 4, 4),
        ([3, 1, 2, 2, 0], {"patience": 2}, 4, 2),
        ([3, 1, 2, 0, 1], {"patience": 2}, 5, 4),
        ([3, 1, 1, 1, 1], {"patience": 2}, 4, 2),
        ([3, 2.9, 2.8, 2.7, 2.6], {"patience": 3, "min_delta": 0.25}, 5, 4),
        ([3, 1, 2, 2, 0], {"patience": 2, "restore_best": False}, 4, 4),
        ([3, 1, 2, 2, 0], {"patience": 2, "monitor": "val_score", "mode": "max"}, 4, 2),
        ([3, 1, 2, 2, 0], {"patience": 9}, 5, 5),
        ([1, 2], {"patience": 9}, 2, 1),
    ],
)
def test_early_stopping(script, settings, epochs, best):
    stopping = nn.EarlyStopping(**settings)
    assert scripted(script, stopping) == (epochs, best)
    assert stopping.stopped == (epochs < len(script))
    if settings.get("restore_best", True):
        assert stopping.best.epoch == best
    assert scripted(script, stopping) == (epochs, best)  # and again, afresh


def test_the_best_parameters_come_back_after_an_error_too():
    stopping = nn.EarlyStopping()
    trainer = trainer_with(stopping, cls=Scripted)
    trainer.script = [1, 2]
    with pytest.raises(IndexError):
        trainer.fit(X, Y, epochs=3, validation_split=0.5, progress=False)
    assert trainer.model[0].bias.data[0] == 1


@pytest.mark.parametrize("callback", [nn.EarlyStopping(), nn.EarlyStopping(monitor="accuracy")])
def test_a_column_that_is_not_recorded_is_refused(callback):
    with pytest.raises(
        ValueError, match=r"nothing is recorded as '(val_loss|accuracy)'; monitor one of epoch, .* loss"
    ):
        trainer_with(callback).fit(X, Y, epochs=1, progress=False)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.EarlyStopping(patience=0), "patience must be a positive integer, got 0"),
        (lambda: nn.EarlyStopping(mode="best"), "mode must be 'min' or 'max', got 'best'"),
        (lambda: nn.EarlyStopping(min_delta=-1), "min_delta must be at least 0, got -1"),
        (lambda: nn.Checkpoint("x", "val_loss", mode="low"), "mode must be 'min' or 'max', got 'low'"),
    ],
)
def test_bad_arguments_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("settings", "kept"),
    [
        ({}, 2),
        ({"monitor": "val_score", "mode": "max"}, 2),
        ({"monitor": "val_score"}, 1),
        ({"monitor": "epoch", "mode": "max"}, 4),
    ],
)
def test_a_checkpoint_holds_the_best_epoch(settings, kept, tmp_path):
    pytest.importorskip("safetensors", reason="checkpoints need safetensors, which is not installed")
    folder = tmp_path / "runs" / "one"
    checkpoint = nn.Checkpoint(folder, **settings)
    for _ in range(2):  # the second time afresh
        scripted([3, 1, 2, 2], checkpoint)
        assert sorted(path.name for path in folder.iterdir()) == ["history.csv", "model.safetensors"]
        assert nn.load(folder / "model.safetensors")[0].bias.data[0] == kept
        assert nn.History.load(folder / "history.csv")["val_loss"] == [3, 1, 2, 2]


def test_without_validation_a_checkpoint_holds_the_latest_epoch(tmp_path):
    pytest.importorskip("safetensors", reason="checkpoints need safetensors, which is not installed")
    trainer = trainer_with(nn.Checkpoint(tmp_path), learning_rate=2.0)  # too large: the loss grows
    history = trainer.fit(X, Y, epochs=3, progress=False)
    assert history["loss"][2] > history["loss"][0]
    assert (nn.load(tmp_path / "model.safetensors")[0].weight.data == trainer.model[0].weight.data).all()


LINES = ["epoch 1/2  loss ", "epoch 2/2  loss "]


@pytest.mark.parametrize("installed", [True, False])
def test_a_line_for_each_epoch_with_tqdm_or_without(installed, capsys, monkeypatch):
    if installed:
        pytest.importorskip("tqdm", reason="the bar needs tqdm, which is not installed")
    else:
        monkeypatch.setitem(sys.modules, "tqdm", None)
    trainer_with().fit(X, Y, epochs=2)
    printed = capsys.readouterr()
    lines = printed.out.splitlines()
    assert [line[: len(LINES[0])] for line in lines] == LINES
    assert printed.err == ""  # not a terminal: no bar


def test_a_live_bar_in_a_terminal(capsys, monkeypatch):
    pytest.importorskip("tqdm", reason="the bar needs tqdm, which is not installed")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    trainer = trainer_with()
    trainer.fit(X, Y, epochs=2, batch_size=10)
    assert "8" in capsys.readouterr().err
    assert trainer.callbacks == []


def test_quiet_prints_nothing(capsys):
    trainer_with().fit(X, Y, epochs=2, progress=False)
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "")


@pytest.mark.parametrize("installed", [True, False])
def test_an_interruption_is_told(installed, capsys, monkeypatch):
    if not installed:
        monkeypatch.setitem(sys.modules, "tqdm", None)

    class Press(nn.Callback):
        def on_batch_end(self, trainer):
            signal.raise_signal(signal.SIGINT)
            trainer.stopping = True

    trainer_with(Press()).fit(X, Y, epochs=2, batch_size=10)
    assert capsys.readouterr().out.splitlines()[-1] == "interrupted in epoch 1, step 1 of 4"
