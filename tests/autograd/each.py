"""One test for all cases of one entry of the book: pytest's own work for each case would take longer than most do."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from tests.groups import run_all

Test = Callable[..., None]


def each(
    argument: str, cases: Iterable[Any], name: Callable[[Any], str] = lambda case: case.name
) -> Callable[[Test], Test]:
    """Have a test called once for every case, as a parameter of that name; those of one name are one test of pytest's.

    Args:
        argument: The test's argument that takes a case.
        cases: All of them.
        name: What the test of a case is called.

    Returns:
        A decorator. What a case raises says which one it is; a test is skipped where all of its cases are.
    """
    groups: dict[str, list[Any]] = {}
    for case in cases:
        groups.setdefault(name(case), []).append(case)

    def decorate(test: Test) -> Test:
        @functools.wraps(test)
        def of_all(**arguments: Any) -> None:
            group = arguments.pop(argument)
            run_all(
                (f"{argument} = {case}", functools.partial(test, **arguments, **{argument: case})) for case in group
            )

        return pytest.mark.parametrize(argument, [pytest.param(group, id=key) for key, group in groups.items()])(of_all)

    return decorate
