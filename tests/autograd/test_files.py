"""Pictures and pages: where the disk is full, what is there before, and names that hold half a character."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.files import write

HALF = "a\udc80b"  # as names of files have them, whose bytes are no UTF-8


@contextmanager
def full() -> Iterator[None]:
    """Files take 100 bytes at most; no fixture, as what pytest and coverage write by themselves may go to files too."""
    resource = pytest.importorskip("resource", reason="limits of POSIX systems")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def graph(label: str = "x") -> Any:
    x = ag.Tensor(np.ones(2), requires_grad=True, label=label)
    return (x * x).sum()


SAVED: dict[str, Callable[[Path], Any]] = {
    "graph.html": lambda path: ag.draw(graph()).save(path),
    "graph.svg": lambda path: ag.draw(graph()).save(path),
    "graph.dot": lambda path: ag.draw(graph()).save(path),
    "page.html": lambda path: ag.draw(graph()).page.save(path),
    "quiz.html": lambda path: ag.quiz(seed=0).save(path),
}


@pytest.mark.parametrize("name", SAVED)
def test_half_of_a_file_does_not_stay(name: str, tmp_path: Path) -> None:
    if name.endswith(".svg"):
        pytest.importorskip("wasmtime", reason="the extra viz is not installed")
        SAVED[name](tmp_path / name).unlink()  # what is loaded for it may be written to a cache
    with full(), pytest.raises(OSError, match=name) as caught:
        SAVED[name](tmp_path / name)
    assert caught.value.filename == str(tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", SAVED)
def test_an_older_one_stays(name: str, tmp_path: Path) -> None:
    if name.endswith(".svg"):
        pytest.importorskip("wasmtime", reason="the extra viz is not installed")
    SAVED[name](tmp_path / name)
    before = (tmp_path / name).read_bytes()
    with full(), pytest.raises(OSError, match=name):
        SAVED[name](tmp_path / name)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [before]


def test_a_link_stays_and_leads_to_the_new_file(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    link, file = tmp_path / "graph.html", tmp_path / "kept" / "of today.html"
    try:
        link.symlink_to(file)
    except OSError:
        pytest.skip("no links here")
    for text in ("first", "second"):  # the first one makes what the link names
        write(link, text)
        assert link.is_symlink()
        assert file.read_text() == text


def test_what_is_no_file_is_written_to() -> None:
    ours, theirs = os.pipe()
    place = Path(f"/dev/fd/{theirs}")
    if not place.exists():
        pytest.skip("pipes have no names here")
    write(place, "text")
    os.close(theirs)
    with os.fdopen(ours) as pipe:
        assert pipe.read() == "text"


def test_a_name_may_be_as_long_as_names_can_be(tmp_path: Path) -> None:
    path = tmp_path / ("ü" * 125 + ".html")
    for text in ("first", "second"):
        write(path, text)
        assert path.read_text() == text
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(getattr(os, "getuid", lambda: 0)() == 0, reason="every folder is open to root")
def test_a_file_in_a_closed_folder(tmp_path: Path) -> None:
    path = tmp_path / "graph.html"
    write(path, "first")
    tmp_path.chmod(0o500)
    try:
        write(path, "second")
    finally:
        tmp_path.chmod(0o700)
    assert path.read_text() == "second"


def test_what_is_no_file_stays(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError, match=tmp_path.name):
        write(tmp_path, "text")
    assert tmp_path.is_dir()


def test_labels_with_half_a_character(tmp_path: Path) -> None:
    loss = graph(HALF)
    shown = "a\ufffdb"
    assert shown in ag.draw(loss).save(tmp_path / "graph.html").read_text(encoding="utf-8")
    for told in (ag.trace_backward(loss), ag.explain(loss, HALF)):
        assert shown in str(told).encode().decode()
