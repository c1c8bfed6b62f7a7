"""Many entries at once: what one gives after the other, without going one by one where it is not said."""

from __future__ import annotations

from itertools import groupby, product
from typing import Any

import numpy as np
import pytest

from autograd.rules.batching import BATCHED, batched
from autograd.rules.primitive import BOOK
from tests.autograd.table import Case, cases

CASES = {name: [*few] for name, few in groupby(cases(), key=lambda case: case.name)}
TOGETHER = {rule.name for rule in BATCHED}
MATRICES = {"tril", "triu", "inv", "det", "logabsdet", "cholesky"}
COUNT = 7


def goes_one_by_one(case: Case, many: tuple[bool, ...]) -> bool:
    """What there is no way for: axes of numbers, matrices of vectors, indices that move axes, positions that differ."""
    if case.name in ("gather", "scatter_add"):
        return many != (True,) + (False,) * (len(many) - 1)
    if case.name in MATRICES:
        return len(case.shapes[0]) < 2
    index = case.attrs.get("index")
    if isinstance(index, tuple):
        of_arrays = [isinstance(part, list | np.ndarray) for part in index]
        return any(of_arrays) and any(part is None or part is Ellipsis or isinstance(part, slice) for part in index)
    along = case.name in TOGETHER and case.attrs.get("axis") is not None
    return case.name not in ("concatenate", "stack") and along and not case.shapes[0]


@pytest.mark.parametrize("name", sorted(TOGETHER | {"add", "where", "clip", "tanh"}))
def test_many_entries_at_once(name: str) -> None:
    rule, together = BOOK[name], 0
    for case in CASES[name]:
        draws = [case.draw(seed) for seed in range(COUNT)]
        for many in product((False, True), repeat=len(case.shapes)):
            if not any(many):
                continue
            inputs = [np.stack(x) if m else x[0] for x, m in zip(zip(*draws, strict=True), many, strict=True)]
            found = batched(rule, inputs, many, case.attrs)
            if goes_one_by_one(case, many):
                assert found is None, (str(case), many)
                continue
            single = [[x[k] if m else x for x, m in zip(inputs, many, strict=True)] for k in range(COUNT)]
            expected = np.stack([rule.array(*x, **case.attrs) for x in single])
            assert found is not None, (str(case), many)
            assert found.shape == expected.shape, (str(case), many)
            np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12, err_msg=f"{case} {many}")
            together += 1
    assert together


def _taken(monkeypatch: pytest.MonkeyPatch, name: str, axes: tuple[int, int], many: tuple[bool, bool]) -> list[Any]:
    """The numbers of axes of what is multiplied, or solved, for seven pairs of entries with so many axes."""
    seen, function = [], BOOK[name].array

    def spy(*inputs: Any) -> Any:
        seen.append(tuple(map(np.ndim, inputs)))
        return function(*inputs)

    monkeypatch.setattr(BOOK[name], "array", spy)
    rng = np.random.default_rng(0)
    inputs = [rng.normal(size=(COUNT,) * m + (3,) * count) for count, m in zip(axes, many, strict=True)]
    batched(BOOK[name], inputs, many, {})
    return seen


@pytest.mark.parametrize(
    ("name", "axes", "many", "expected"),
    [
        ("matmul", (2, 1), (False, True), [(2, 2)]),  # a matrix for all: one product of matrices
        ("matmul", (1, 1), (False, True), [(2, 1)]),
        ("matmul", (2, 2), (True, False), [(2, 2)]),
        ("matmul", (1, 2), (True, False), [(2, 2)]),
        ("matmul", (2, 1), (True, False), [(3, 1)]),
        ("matmul", (2, 2), (False, True), [(2, 3)]),
        ("matmul", (2, 2), (True, True), [(3, 3)]),
        ("solve", (2, 1), (False, True), [(2, 2)]),  # taken apart once
        ("solve", (2, 2), (False, True), [(2, 2)]),
        ("solve", (2, 2), (True, False), [(3, 2)]),
        ("solve", (2, 1), (True, True), [(3, 3)]),
    ],
)
def test_one_matrix_for_all_is_taken_as_one(
    name: str, axes: tuple[int, int], many: tuple[bool, bool], expected: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _taken(monkeypatch, name, axes, many) == expected


@pytest.mark.parametrize("name", ["concatenate", "stack"])
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_one_part_alone_is_joined_with_nothing(name: str, axis: int) -> None:
    x = np.arange(12.0).reshape(2, 3, 2)
    found = batched(BOOK[name], [x], [True], {"axis": axis})
    np.testing.assert_array_equal(found, [BOOK[name].array(each, axis=axis) for each in x])
