"""Sums of products as one node: rows at once are each row alone."""

from __future__ import annotations

from typing import Any

import pytest

import autograd as ag
from autograd import Value, gradients


@pytest.mark.parametrize("constant", [False, True])
def test_affine_of_rows_is_affine_of_each(constant: bool) -> None:
    rows = [[Value(0.1 * i + j) for j in range(3)] for i in range(4)]
    biases = [Value(float(i)) for i in range(4)]
    xs: list[Any] = [0.5, -1.0, 2.0] if constant else [Value(0.5), Value(-1.0), Value(2.0)]
    at_once, alone = ag.affine(rows, xs, biases), [ag.affine(row, xs, b) for row, b in zip(rows, biases, strict=True)]
    leaves = [x for x in (*[w for row in rows for w in row], *biases, *xs) if isinstance(x, Value)]
    for y, z in zip(at_once, alone, strict=True):
        assert (y.data, y.rule, y.inputs) == (z.data, z.rule, z.inputs)
    assert gradients(ag.sum(at_once), leaves) == gradients(ag.sum(alone), leaves)


def test_affine_of_rows_of_anything() -> None:
    a = Value(2.0)
    ys = ag.affine([[a, 3], (1.0, a)], [a, 2], [0, a])
    assert [y.data for y in ys] == [4.0 + 6.0, 2.0 + 4.0 + 2.0]
    with ag.no_grad():
        assert not ag.affine([[a, a]], [a, a], [a])[0].requires_grad


def test_affine_of_rows_in_a_program() -> None:
    a = Value(2.0)

    def f(x: Any) -> Any:
        return ag.sum(ag.affine([[x, a], [a, x]], [x, 1.0], [a, x]))

    assert ag.compile(f, engine="numpy")(3.0) == f(Value(3.0)).data == (2 + 9 + 2) + (3 + 6 + 3)


@pytest.mark.parametrize(
    ("weights", "inputs", "bias", "message"),
    [
        ([[1.0, 2.0], [3.0]], [Value(1.0), 2.0], [0.0, 0.0], "1 weights and 2 inputs"),
        ([[1.0, 2.0]], [Value(1.0), 2.0], 0.0, "a list of as many biases, got 0.0"),
        ([[1.0, 2.0]], [Value(1.0), 2.0], [0.0, 1.0], "affine of 1 rows"),
    ],
)
def test_affine_of_rows_that_do_not_belong_together(weights: Any, inputs: Any, bias: Any, message: str) -> None:
    with pytest.raises(ag.ShapeError, match=message):
        ag.affine(weights, inputs, bias)


@pytest.mark.parametrize(
    "call", [(0.1, Value(2.0), Value(3.0)), ([Value(2.0)], 3.0), (Value(1.0), [1.0]), ([1.0], Value(2.0))]
)
def test_numbers_in_place_of_lists_are_named(call: Any) -> None:
    with pytest.raises(TypeError, match=r"affine takes lists of (weights|inputs), got .*: of numbers it is affine"):
        ag.affine(*call)
