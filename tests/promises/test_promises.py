"""The page of promises, and the trials that take no time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.promises.__main__ import KEPT, PAGE, PROMISES, ROOT, page
from tests.promises.breaks import BREAKS
from tests.promises.items import ITEMS
from tests.promises.trial import BrokenPromiseError, demand


def test_the_page_is_made_of_the_figures_that_are_kept() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(json.loads(KEPT.read_text(encoding="utf-8")))


def test_every_command_is_there() -> None:
    for promise in PROMISES.values():
        for word in promise.command.split():
            if word.startswith("tests."):
                folder = ROOT / word.replace(".", "/")
                assert folder.with_suffix(".py").exists() or (folder / "__main__.py").exists(), word


def test_every_kind_of_fault_has_tests_that_are_there() -> None:
    for part in ITEMS.values():
        for tests in part.values():
            for test in tests:
                file, name = test.split("::")
                text = (Path(__file__).parents[1] / file).read_text(encoding="utf-8")
                assert f"def {name}(" in text, test


def test_every_kind_of_fault_can_be_put_back() -> None:
    assert {kind for part in ITEMS.values() for kind in part} == BREAKS.keys()
    for breaks in BREAKS.values():
        for edit in breaks:
            assert edit.old in (ROOT / edit.file).read_text(encoding="utf-8"), edit


@pytest.mark.parametrize("name", ["choices", "tails", "tasks"])
def test_quick_trials(name: str) -> None:
    assert PROMISES[name].trial()


def test_a_broken_promise_is_told() -> None:
    with pytest.raises(BrokenPromiseError, match="this"):
        demand(False, "this")
