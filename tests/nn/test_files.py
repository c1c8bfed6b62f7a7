"""Writing files: whole or not at all, closed to whom the old one was closed to, and nothing left lying about."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import nn
from autograd.files import STALE_SECONDS
from nn._files import write_atomically

ROOT = Path(__file__).parents[2]

posix = pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX systems")


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def usual_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


@posix
@pytest.mark.parametrize(
    ("before", "after"), [(None, 0o644), (0o600, 0o600), (0o640, 0o640), (0o400, 0o400), (0o666, 0o644), (0o777, 0o644)]
)
def test_a_file_is_never_opened_to_more_people(before, after, tmp_path, usual_umask):
    path = tmp_path / "secret"
    if before is not None:
        path.write_text("old")
        path.chmod(before)
    write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert mode(path) == after


@posix
def test_not_for_a_moment_either(tmp_path, usual_umask, monkeypatch):
    path = tmp_path / "secret"
    path.write_text("old")
    path.chmod(0o600)
    seen = []
    monkeypatch.setattr(os, "fsync", lambda handle: seen.append(stat.S_IMODE(os.fstat(handle).st_mode)))
    write_atomically(path, b"new")
    assert seen[0] == 0o600


@posix
def test_the_file_and_then_its_folder_are_on_the_disk(tmp_path, monkeypatch):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(stat.S_IFMT(os.fstat(handle).st_mode)))
    write_atomically(tmp_path / "file", b"new")
    assert synced == [stat.S_IFREG, stat.S_IFDIR]


def test_what_killed_processes_left_is_removed_and_nothing_else(tmp_path):
    long_ago = tmp_path.stat().st_mtime - STALE_SECONDS - 60
    stale = [".model.0badcafe.tmp", ".model.11112222.tmp"]
    others = ["model.tmp", ".other.0badcafe.tmp", ".model.tmp.txt", "model"]
    for name in [*stale, *others, ".model.33334444.tmp"]:
        (tmp_path / name).write_text("half")
    for name in stale + others:
        os.utime(tmp_path / name, (long_ago, long_ago))
    write_atomically(tmp_path / "model", b"new")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*others, ".model.33334444.tmp"])


def test_a_process_that_is_killed_leaves_the_old_file(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    code = f"""
import os, nn._files
os.fsync = lambda handle: os._exit(9)
nn._files.write_atomically({str(path)!r}, b"new")
"""
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT).returncode == 9
    assert path.read_text() == "old"
    (left,) = tmp_path.glob(".file.*.tmp")
    os.utime(left, (0, 0))
    write_atomically(path, b"newer")
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


@posix
def test_what_nobody_holds_is_left_behind_and_what_somebody_writes_is_not(tmp_path):
    import fcntl

    soon_ago = tmp_path.stat().st_mtime - 5
    names = [".model.0badcafe.tmp", ".model.11112222.tmp"]
    for name in names:
        (tmp_path / name).write_text("half")
        os.utime(tmp_path / name, (soon_ago, soon_ago))
    with (tmp_path / names[0]).open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        write_atomically(tmp_path / "model", b"new")
        assert sorted(path.name for path in tmp_path.iterdir()) == [names[0], "model"]
    write_atomically(tmp_path / "model", b"newer")
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


@posix
def test_a_full_disk_is_told_with_the_files_name(tmp_path):
    resource = pytest.importorskip("resource")
    write_atomically(tmp_path / "model", b"old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(OSError, match="model") as caught:
            write_atomically(tmp_path / "model", bytes(200))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert caught.value.filename == str(tmp_path / "model")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


def fitted():
    """A trainer that recorded two epochs."""
    x = np.arange(20.0).reshape(10, 2) / 20
    recording = nn.pictures.Recording(x, x[:, :1])
    trainer = nn.Trainer(nn.MLP(2, [3, 1], seed=0), loss="mse", optimizer="sgd", callbacks=[recording])
    trainer.fit(x, x[:, :1], epochs=2, progress=False)
    return trainer


def moving():
    from nn.figures import Animation, figure

    drawn = figure(2, 2)
    axes = drawn.add_subplot()
    return Animation(drawn, lambda frame: axes.set_title(str(frame)), 2)


PICTURES = {
    "curves.svg": lambda path: fitted().history.plot(path),
    "curves.png": lambda path: fitted().history.plot(path),
    "history.csv": lambda path: fitted().history.save(path),
    "fit.html": lambda path: nn.pictures.travel(fitted()).save(path),
    "moving.gif": lambda path: moving().save(path),
    "moving.html": lambda path: moving().save(path),
}


@posix
@pytest.mark.parametrize("name", PICTURES)
def test_pictures_of_before_outlive_a_full_disk(name, tmp_path):
    resource = pytest.importorskip("resource")
    pytest.importorskip("matplotlib")
    PICTURES[name](tmp_path / name)
    old = (tmp_path / name).read_bytes()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20, before[1]))
    try:
        with pytest.raises(OSError, match="large"):
            PICTURES[name](tmp_path / name)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [old]
