"""docs/coverage.md is what the table makes of it."""

from __future__ import annotations

from tests.autograd.numpy.peers import HIPS, MYGRAD
from tests.coverage import TEXT, is_fresh, names


def test_the_page_is_fresh() -> None:
    assert is_fresh(), "python -m tests.coverage --write"


def test_what_others_differentiate_is_here() -> None:
    assert {*HIPS, *MYGRAD} - {*names()} == {"array", "full"}
    assert TEXT.count("{}") == 4
