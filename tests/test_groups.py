"""Cases that are run as one test: each runs, one that fails is named, and what all skip is skipped."""

from __future__ import annotations

import pytest

from tests.groups import in_groups

ROW, OTHER = [1, 2, 3], [4]
CASES = [pytest.param(row, x, id=f"{name}-0-x={x}") for name, row in (("row", ROW), ("other", OTHER)) for x in row]


def test_each_case_of_a_row_runs_and_the_one_that_fails_is_named() -> None:
    seen = []

    @in_groups(CASES, named=True)
    def grouped(row: list[int], x: int, name: str) -> None:
        seen.append((x, name))
        assert x != 2

    (mark,) = grouped.pytestmark
    assert list(mark.kwargs["ids"]) == ["row-0", "other-0"]
    groups = list(mark.args[1])
    with pytest.raises(AssertionError) as raised:
        grouped(groups[0])
    assert raised.value.__notes__ == ["in the case row-0-x=2"]
    grouped(groups[1])
    assert seen == [(1, "row-0-x=1"), (2, "row-0-x=2"), (4, "other-0-x=4")]


@pytest.mark.parametrize("least", [1, 2])
def test_what_all_cases_skip_is_skipped(least: int) -> None:
    @in_groups(CASES)
    def grouped(row: list[int], x: int) -> None:
        if x >= least:
            pytest.skip("not here")

    group = next(iter(grouped.pytestmark[0].args[1]))
    if least == 1:
        with pytest.raises(pytest.skip.Exception, match="not here"):
            grouped(group)
    else:
        grouped(group)
