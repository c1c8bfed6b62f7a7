"""A training that is taken up again ends as the unbroken one would, to the bit; its file is whole or refused."""

import errno
import json
import os
import signal
import stat

import numpy as np
import pytest

import nn
from nn.training import resume
from nn.training.measured import Measured

pytest.importorskip("safetensors", reason="needs the extra train")

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 4)).astype(np.float32)
Y = (X[:, 0] > 0).astype(int) + (X[:, 1] > 0)


class Stop(Exception):  # noqa: N818 - no error
    """Planted: as if the process were killed."""


class KillAt(nn.Callback):
    def __init__(self):
        self.at = None

    def on_batch_end(self, trainer):
        if (trainer.epoch, trainer.step) == self.at:
            raise Stop


def trainer_with(*callbacks, **settings):
    dropout, noise = nn.Dropout(0.3, seed=5), nn.GaussianNoise(0.1, seed=7)
    model = nn.Sequential(
        noise, nn.Linear(4, 8, bias=False, seed=1), nn.BatchNorm1d(8), nn.Tanh(), dropout, nn.Linear(8, 3, seed=2)
    )
    settings = {"metrics": ["accuracy"], "callbacks": callbacks, "learning_rate": 0.05} | settings
    return nn.Trainer(model, loss="cross_entropy", optimizer="adam", **settings)


def callbacks():
    plateau = nn.ReduceOnPlateau("loss", factor=0.5, patience=0)
    return KillAt(), nn.EarlyStopping(2, monitor="val_loss"), nn.Scheduled(nn.ExponentialDecay(0.9)), plateau


def fit(trainer, path=None, epochs=6):
    return trainer.fit(
        X,
        Y,
        epochs=epochs,
        batch_size=8,
        validation_split=0.2,
        seed=11,
        class_weight="balanced",
        resume=path,
        progress=False,
    )


def same(one, other):
    states = [{**t.model.state_dict(), **t.optimizer.state_dict()} for t in (one, other)]
    return all((states[0][name] == array).all() for name, array in states[1].items())


@pytest.mark.parametrize("kills", [[(1, 1)], [(2, 4), (2, 5)], [(1, 6), (3, 1), (5, 3)], [(6, 6)]])
def test_killed_and_resumed_it_ends_with_the_same_bits(kills, tmp_path, monkeypatch):
    monkeypatch.setattr(resume, "SECONDS", -1.0)  # at every step
    unbroken = trainer_with(*callbacks())
    expected = fit(unbroken)
    for at in [*kills, None]:
        trainer = trainer_with(*callbacks())
        trainer.callbacks[0].at = at
        if at is None:
            history = fit(trainer, tmp_path / "run")
        else:
            with pytest.raises(Stop):
                fit(trainer, tmp_path / "run")
    assert history.rows == expected.rows
    assert same(trainer, unbroken)
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["training.safetensors"]
    assert fit(trainer_with(*callbacks()), tmp_path / "run").rows == expected.rows  # at its end already


def test_ctrl_c_and_on(tmp_path):
    class Press(nn.Callback):
        def on_batch_end(self, trainer):
            if (trainer.epoch, trainer.step) == (2, 3):
                signal.raise_signal(signal.SIGINT)

    unbroken = trainer_with()
    expected = fit(unbroken)
    broken = trainer_with(Press())
    assert len(fit(broken, tmp_path)) == 2
    again = trainer_with(nn.Callback())
    with pytest.raises(nn.StateError, match="saved with the callbacks Press, and this trainer has Callback"):
        fit(again, tmp_path)
    again.callbacks = [Press()]
    again.callbacks[0].on_batch_end = lambda _trainer: None
    assert fit(again, tmp_path).rows == expected.rows
    assert same(again, unbroken)


def test_saved_and_loaded_it_goes_on(tmp_path):
    one, other = trainer_with(), trainer_with()
    fit(one, epochs=3)
    one.save(tmp_path / "state.safetensors")
    other.load(tmp_path / "state.safetensors")
    assert other.history.rows == one.history.rows
    assert fit(one, epochs=2).rows == fit(other, epochs=2).rows
    assert same(one, other)


@pytest.mark.parametrize("content", [b"", b"nonsense" * 9, (2**40).to_bytes(8, "little") + b"x"])
def test_other_files_are_refused(content, tmp_path):
    (tmp_path / "training.safetensors").write_bytes(content)
    before = trainer_with().model.state_dict()
    trainer = trainer_with()
    with pytest.raises(nn.StateError, match="not a saved training"):
        fit(trainer, tmp_path)
    assert all((trainer.model.state_dict()[name] == array).all() for name, array in before.items())


DAMAGES = {
    "a count is below 0": lambda told: told["position"].update(epoch=-1),
    "a seed is none": lambda told: told["position"].update(seed=None),
    "a seed is below 0": lambda told: told["position"].update(seed=-1),
    "a seed is a fraction": lambda told: told["position"].update(seed=0.5),
    "a number is beyond floats": lambda told: told["history"][0].update(loss=10**400),
    "a part is missing": lambda told: told.pop("plan"),
    "a part is of another kind": lambda told: told.update(callbacks={}),
    "a setting is of nothing": lambda told: told["settings"].update({"model.9": {"p": 0.5}}),
    "a setting is of another kind": lambda told: told["settings"].update({"model.4": {"p": "half"}}),
    "a setting is a method": lambda told: told["settings"].update({"model.4": {"forward": 0.5}}),
    "a setting is a class": lambda told: told["settings"].update(optimizer={"__class__": 0}),
    "a setting is an object": lambda told: told["settings"].update({"model.4": {"p": {"dtype": "O", "number": 1}}}),
    "batches are added up in none": lambda told: told["settings"].update(trainer={"accumulate": 0}),
    "layers in evaluation are numbers": lambda told: told.update(evaluating=[0]),
    "a callback's part is missing": lambda told: told["callbacks"][0][1].pop("best"),
    "a callback's number is none": lambda told: told["callbacks"][0][1].update(best_epoch=float("inf")),
    "a generator's words are objects": lambda told: told["generators"].update({
        name: {**state, "state": {"array": [None], "dtype": "object"}} for name, state in told["generators"].items()
    }),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_state_is_refused_in_one_line(damage, tmp_path):
    safetensors = pytest.importorskip("safetensors.numpy")
    fit(trainer_with(nn.EarlyStopping(3)), tmp_path, epochs=2)
    file = tmp_path / resume.NAME
    arrays, told = resume._read(file)
    DAMAGES[damage](told)
    file.write_bytes(safetensors.save(arrays, {resume.FORMAT: json.dumps(told)}))
    with pytest.raises(nn.StateError) as refusal:
        fit(trainer_with(nn.EarlyStopping(3)), tmp_path)
    assert "\n" not in str(refusal.value)
    assert len(str(refusal.value)) < 1000


def test_best_parameters_of_another_form_are_refused_before_training(tmp_path):
    safetensors = pytest.importorskip("safetensors.numpy")
    fit(trainer_with(nn.EarlyStopping(3)), tmp_path, epochs=2)
    file = tmp_path / resume.NAME
    arrays, told = resume._read(file)
    name = next(name for name in arrays if name.startswith("callback.0.model.1"))
    arrays[name] = arrays[name][:1].copy()
    file.write_bytes(safetensors.save(arrays, {resume.FORMAT: json.dumps(told)}))
    trainer = trainer_with(nn.EarlyStopping(3))
    with pytest.raises(
        nn.StateError, match=r"EarlyStopping cannot take the state .*its best parameters are of another"
    ):
        fit(trainer, tmp_path)
    assert len(trainer.history) == 2  # none was trained


def test_what_was_measured_is_taken_whole_or_not():
    whole = {"losses": np.ones(2), "weights": np.ones(2), "outputs": np.ones((6, 2)), "targets": np.ones(6)}
    measured = Measured()
    measured.load_state_dict(whole)
    assert measured.steps == 2
    for part in whole:
        for other in ({}, {part: np.ones(3)}, {part: np.ones(())}):
            with pytest.raises(nn.StateError, match="incomplete"):
                Measured().load_state_dict({k: v for k, v in whole.items() if k != part} | other)
    measured.add([0.5], [(np.ones((3, 2)), np.ones((3, 2)))], [np.ones((3, 3))])
    with pytest.raises(nn.StateError, match="of another shape"):
        measured.seen()


def test_another_models_state_is_refused(tmp_path):
    fit(trainer_with(), tmp_path, epochs=1)
    other = nn.Trainer(nn.MLP(4, [5, 3], seed=0), loss="cross_entropy", optimizer="adam")
    before = other.model.state_dict()
    with pytest.raises(nn.StateError, match="MLP cannot take this state"):
        other.load(tmp_path)
    with pytest.raises(FileNotFoundError, match="no saved training at"):
        other.load(tmp_path / "nothing")
    assert all((other.model.state_dict()[name] == array).all() for name, array in before.items())
    nn.save(other.model, tmp_path / "model.safetensors")
    with pytest.raises(nn.StateError, match=r"not a saved training: nn\.load reads the file of a model$"):
        other.load(tmp_path / "model.safetensors")


def test_every_kind_of_generator_is_kept():
    for kind in (np.random.PCG64, np.random.MT19937, np.random.SFC64, np.random.Philox):
        dropout = nn.Dropout(0.5, seed=np.random.Generator(kind(3)))
        states = {"_generator": resume._plain(dropout._generator.bit_generator.state)}
        first = dropout(np.ones(50)).data
        back = json.loads(json.dumps(states))
        nn.inspect.set_generator_states(dropout, {name: resume._arrayed(x) for name, x in back.items()})
        assert (dropout(np.ones(50)).data == first).all(), kind


def test_a_full_disk_is_one_line_and_loses_nothing(tmp_path, monkeypatch):
    unbroken = trainer_with()
    expected = fit(unbroken)
    saves = iter([True, True, True, False])

    def fsync(handle):
        if stat.S_ISREG(os.fstat(handle).st_mode) and not next(saves):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(
        OSError,
        match=r"No space left .*\(\d.* bytes; what was saved there before is whole\); free some space and resume",
    ) as full:
        fit(trainer_with(), tmp_path)
    assert full.value.errno == errno.ENOSPC
    assert str(full.value).count("\n") == 0
    monkeypatch.undo()
    assert [path.name for path in tmp_path.iterdir()] == ["training.safetensors"]
    again = trainer_with()
    assert fit(again, tmp_path).rows == expected.rows
    assert same(again, unbroken)


@pytest.mark.parametrize("at", [(1, 5), (3, 1), (4, 4)])
def test_weights_that_were_frozen_on_the_way_are_so_again(at, tmp_path, monkeypatch):
    """By a callback, in an epoch that a fit that is taken up again does not see."""

    class Thaw(nn.Callback):
        def on_epoch_begin(self, trainer):
            if trainer.epoch == 2:
                trainer.model.unfreeze("1.*")
                trainer.model.freeze("5.*")

    def frozen():
        trainer = trainer_with(KillAt(), Thaw())
        trainer.model.freeze("1.*")
        return trainer

    monkeypatch.setattr(resume, "SECONDS", -1.0)  # at every step
    unbroken, broken, again = frozen(), frozen(), frozen()
    fit(unbroken)
    broken.callbacks[0].at = at
    with pytest.raises(Stop):
        fit(broken, tmp_path)
    fit(again, tmp_path)
    assert same(again, unbroken)


@pytest.mark.parametrize("taken", [lambda trainer, path: fit(trainer, path), nn.Trainer.save, nn.Trainer.load])
def test_a_file_of_another_kind_is_refused_before_anything_is_trained(taken, tmp_path):
    file = tmp_path / "weights.npz"
    file.write_bytes(b"kept")
    trainer = trainer_with()
    with pytest.raises(NotADirectoryError, match=r"^'.*weights\.npz' is a file: .*\.safetensors$"):
        taken(trainer, file)
    assert file.read_bytes() == b"kept"
    assert not trainer.history.rows
