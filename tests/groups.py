"""Many small cases as one test: what pytest does around each test takes longer than some cases do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import pytest


def run_all(cases: Iterable[tuple[str, Callable[[], None]]]) -> None:
    """Run cases one after the other; one that fails gets its note, and all are skipped where each is."""
    passed, skipped = False, None
    for note, case in cases:
        try:
            case()
            passed = True
        except pytest.skip.Exception as reason:
            skipped = skipped or reason
        except BaseException as error:
            error.add_note(note)
            raise
    if skipped is not None and not passed:
        raise skipped


def in_groups(cases: list[Any], named: bool = False) -> Callable[[Callable[..., None]], Any]:
    """Run a test for all cases of one row of a table, one after the other.

    A case that fails is named in a note; the test is skipped where all cases are.

    Args:
        cases: Of `pytest.param`, whose first value is the row, and whose names begin with that of the row and a number.
        named: Whether the test takes the case's name, too.
    """
    groups: dict[int, list[Any]] = {}
    for case in cases:
        groups.setdefault(id(case.values[0]), []).append(case)
    names = [re.match(r".*?-\d+(?=-)", group[0].id)[0] for group in groups.values()]

    def decorate(test: Callable[..., None]) -> Any:
        def grouped(group: list[Any]) -> None:
            run_all((f"in the case {case.id}", partial(test, *case.values, *[case.id] * named)) for case in group)

        grouped.__name__, grouped.__doc__, grouped.__module__ = test.__name__, test.__doc__, test.__module__
        grouped.pytestmark = getattr(test, "pytestmark", [])
        grouped.of_case = test
        return pytest.mark.parametrize("group", groups.values(), ids=names)(grouped)

    return decorate
