"""docs/coverage.md is what the table makes of it."""

from __future__ import annotations

import autograd as ag
from tests.autograd.numpy.peers import HIPS, MYGRAD
from tests.coverage import TEXT, is_fresh, kind, names


def test_the_page_is_fresh() -> None:
    assert is_fresh(), "python -m tests.coverage --write"


def test_what_others_differentiate_is_here() -> None:
    assert {*HIPS, *MYGRAD} - {*names()} == {"array", "full"}
    assert TEXT.count("{}") == 4


def test_the_function_names_what_the_page_names() -> None:
    found = ag.coverage()
    inner = {name for name in names() if name.startswith("lib.")}
    assert {*names()} - {*found} == inner
    assert {name: found[name] for name in names() if name not in inner} == {
        name: kind(name) for name in names() if name not in inner
    }
