"""The learning-rate finder: what it suggests, and that it leaves no trace; the history in TensorBoard's files."""

import math

import numpy as np
import pytest

import nn

RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 4))
TRUE = RNG.normal(size=(4, 1))


def trainer_with(optimizer="sgd", *callbacks):
    model = nn.Sequential(nn.GaussianNoise(0.01, seed=1), nn.Linear(4, 1, seed=0))
    return nn.Trainer(model, loss="mse", optimizer=optimizer, callbacks=callbacks)


def test_the_suggestion_is_a_rate_that_trains():
    # Gradient descent on a mean of squares is stable below 2/λ, λ the largest eigenvalue of 2 XᵀX/n.
    most = 2 / float(np.linalg.eigvalsh(2 * X.T @ X / len(X))[-1])
    found = nn.find_learning_rate(trainer_with(), X, X @ TRUE, batch_size=64, steps=60)
    assert most / 200 < found.suggestion < most
    assert found.rates[0] == pytest.approx(1e-6)
    assert len(found.losses) == len(found.rates) <= 60
    ratios = np.diff(np.log(found.rates))
    np.testing.assert_allclose(ratios, math.log(1e7) / 59)


def test_it_leaves_no_trace():
    trainer, plain = trainer_with("adam"), trainer_with("adam")
    for each in (trainer, plain):
        each.fit(X, X @ TRUE, epochs=1, progress=False)
    nn.find_learning_rate(trainer, X, X @ TRUE, highest=1e6)
    rows = [each.fit(X, X @ TRUE, epochs=2, progress=False).rows for each in (trainer, plain)]
    assert rows[0] == rows[1]
    for name, array in plain.model.state_dict().items():
        np.testing.assert_array_equal(trainer.model.state_dict()[name], array)


def test_rates_that_are_none_are_refused():
    with pytest.raises(ValueError, match=r"lowest must be above 0 and below highest, got 0.1 and 0.01"):
        nn.find_learning_rate(trainer_with(), X, X @ TRUE, lowest=0.1, highest=0.01)
    with pytest.raises(TypeError, match=r"trainer must be an nn\.Trainer, got an object of type MLP"):
        nn.find_learning_rate(nn.MLP(2, [1]), X, X @ TRUE)


def test_its_picture():
    pytest.importorskip("matplotlib", reason="needs the extra viz")
    axes = nn.find_learning_rate(trainer_with(), X, X @ TRUE, steps=20).plot().axes[0]
    assert axes.get_xscale() == "log"
    assert [line.get_label()[:10] for line in axes.lines] == ["loss, smoo", "suggestion"]


def test_tensorboard_has_the_history(tmp_path):
    pytest.importorskip("tensorboardX", reason="needs the extra tensorboard")
    from tensorboardX.proto.event_pb2 import Event

    trainer = trainer_with("sgd", nn.TensorBoard(tmp_path))
    history = trainer.fit(X, X @ TRUE, epochs=2, validation_split=0.25, progress=False)
    (file,) = tmp_path.iterdir()
    content, found = file.read_bytes(), {}
    while content:  # records: a length, its checksum, the event, its checksum
        size = int.from_bytes(content[:8], "little")
        event = Event.FromString(content[12 : 12 + size])
        found |= {(value.tag, event.step): value.simple_value for value in event.summary.value}
        content = content[16 + size :]
    for row in history:
        for tag, name in (("loss/training", "loss"), ("loss/validation", "val_loss"), ("learning_rate",) * 2):
            assert found[tag, row["epoch"]] == pytest.approx(row[name], rel=1e-6)
    assert len(found) == 6


def test_tensorboards_file_is_written_by_the_first_of_several_processes(tmp_path, monkeypatch):
    monkeypatch.setattr("nn.training.tensorboard.place_among_ranks", lambda: (1, 2))
    trainer_with("sgd", nn.TensorBoard(tmp_path)).fit(X, X @ TRUE, epochs=1, progress=False)
    assert not list(tmp_path.iterdir())


def test_the_loss_of_a_subclass_is_what_is_swept():
    class Half(nn.Trainer):
        def compute_loss(self, xb, yb, weights=None):
            loss, outputs = super().compute_loss(xb, yb, weights)
            return loss * 0.5, outputs

    x = np.linspace(-1, 1, 64)[:, None]
    found = []
    for kind in (nn.Trainer, Half):
        trainer = kind(nn.MLP(1, [8, 1], seed=0), loss="mse", optimizer="sgd", metrics=["mae"], accumulate=2)
        before = trainer.taken, trainer.epochs_taken, trainer.history.rows, trainer.callbacks, trainer.compile
        found.append(nn.find_learning_rate(trainer, x, x**2, steps=5, highest=1e-5))
        assert (trainer.taken, trainer.epochs_taken, trainer.history.rows, trainer.callbacks, trainer.compile) == before
    assert len(found[0].losses) == 5
    np.testing.assert_allclose(found[1].losses, np.multiply(found[0].losses, 0.5), rtol=1e-3)
