"""Pictures and pages where the disk is full, or where a name holds half a character."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.files import write

HALF = "a\udc80b"  # as names of files have them, whose bytes are no UTF-8


@pytest.fixture
def full() -> Iterator[None]:
    """Files take 100 bytes at most."""
    resource = pytest.importorskip("resource", reason="limits of POSIX systems")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    yield
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
def test_half_of_a_file_does_not_stay(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if name.endswith(".svg"):
        pytest.importorskip("wasmtime", reason="the extra viz is not installed")
        SAVED[name](tmp_path / name)  # what is loaded for it may be written to a cache
    request.getfixturevalue("full")
    with pytest.raises(OSError, match=name) as caught:
        SAVED[name](tmp_path / name)
    assert caught.value.filename == str(tmp_path / name)
    assert not list(tmp_path.iterdir())


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
