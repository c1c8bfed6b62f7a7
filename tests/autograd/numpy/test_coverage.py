"""docs/coverage.md is what the table makes of it."""

from __future__ import annotations

from tests.autograd.numpy.peers import HIPS, MISSING, MYGRAD
from tests.coverage import TEXT, is_fresh, names


def test_the_page_is_fresh() -> None:
    assert is_fresh(), "python -m tests.coverage --write"


def test_what_others_differentiate_is_here_or_said_to_be_missing() -> None:
    assert {*HIPS, *MYGRAD} - {*names()} == {*MISSING, "array", "full"}
    assert TEXT.count("{}") == 4
