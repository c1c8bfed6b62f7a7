"""Many small cases as one test: what pytest does around each test takes longer than some cases do."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest


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
            skipped = []
            for case in group:
                try:
                    test(*case.values, *[case.id] * named)
                except pytest.skip.Exception as reason:
                    skipped.append(reason)
                except BaseException as error:
                    error.add_note(f"in the case {case.id}")
                    raise
            if len(skipped) == len(group):
                raise skipped[0]

        grouped.__name__, grouped.__doc__, grouped.__module__ = test.__name__, test.__doc__, test.__module__
        grouped.pytestmark = getattr(test, "pytestmark", [])
        grouped.of_case = test
        return pytest.mark.parametrize("group", groups.values(), ids=names)(grouped)

    return decorate
