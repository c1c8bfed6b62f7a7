"""Whether a failing case among many is found and named, and a skipped one hides no other."""

from __future__ import annotations

import pytest

from tests.autograd.each import each


def run(test):
    for mark in test.pytestmark:
        for parameter in mark.args[1]:
            test(case=parameter.values[0])
    return [parameter.id for parameter in test.pytestmark[0].args[1]]


def test_every_case_is_run_under_its_name() -> None:
    seen: list[str] = []

    def see(case: str) -> None:
        seen.append(case)

    assert run(each("case", ["a1", "b1", "a2"], name=lambda case: case[0])(see)) == ["a", "b"]
    assert seen == ["a1", "a2", "b1"]


def test_a_failing_case_is_named() -> None:
    def broken(case: str) -> None:
        assert case != "a2"

    with pytest.raises(AssertionError) as error:
        run(each("case", ["a1", "a2", "a3"], name=lambda case: case[0])(broken))
    assert error.value.__notes__ == ["case = a2"]


@pytest.mark.parametrize("skipped", ["a1", "a1 a2"])
def test_a_skipped_case_hides_no_other(skipped: str) -> None:
    seen: list[str] = []

    def partly(case: str) -> None:
        if case in skipped:
            pytest.skip("not here")
        seen.append(case)

    test = each("case", ["a1", "a2"], name=lambda case: case[0])(partly)
    if skipped == "a1":
        run(test)
        assert seen == ["a2"]
    else:
        with pytest.raises(pytest.skip.Exception):
            run(test)
