"""Positions that are arguments of a compiled function: recorded, and looked up anew at each replay."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp

X = np.random.default_rng(0).normal(size=(4, 3, 5))
FIRST, SECOND = np.array([[2, 0], [-1, 2]]), np.array([1, -1])

FORMS: dict[str, Any] = {
    "first": lambda x, i, j: x[i],
    "last": lambda x, i, j: x[..., i],
    "middle": lambda x, i, j: x[:, i],
    "two": lambda x, i, j: x[i, j],
    "broadcast": lambda x, i, j: x[:, i[:1].T, j],
    "apart": lambda x, i, j: x[i, :, j],
    "with slices": lambda x, i, j: x[1:, j, ::2],
    "with a number": lambda x, i, j: x[1, i],
    "a number apart": lambda x, i, j: x[1, :, j],
    "with an array": lambda x, i, j: x[np.array([0, 3]), j],
    "with a mask": lambda x, i, j: x[np.array([True, False, True, False]), j],
    "with True": lambda x, i, j: x[i, True],
    "with True apart": lambda x, i, j: x[j, ..., np.bool(True), :],
    "with a new axis": lambda x, i, j: x[i, None, j],
    "one entry": lambda x, i, j: x[j[0], j[1]],
    "take": lambda x, i, j: anp.take(x, i, axis=1),
    "take of all": lambda x, i, j: anp.take(x, i),
}


@pytest.mark.parametrize("form", FORMS)
def test_traced_positions_are_numpys_index_at_every_replay(form: str, engine: Any) -> None:
    function = FORMS[form]
    weights = np.random.default_rng(1).normal(size=np.shape(function(X, FIRST, SECOND)))
    loss = lambda x, i, j: ag.sum(function(x, i, j) ** 2 * weights)  # noqa: E731
    fast = ag.compile(ag.value_and_grad(loss), engine=engine)
    for i, j in ((FIRST, SECOND), (FIRST[::-1], SECOND - 1), (0 * FIRST, 0 * SECOND)):
        value, gradient = fast(X, i, j)
        expected = np.zeros_like(X)
        np.add.at(expected, _index(function, i, j), 2 * function(X, i, j) * weights)
        np.testing.assert_allclose(value, np.sum(function(X, i, j) ** 2 * weights), rtol=1e-12)
        np.testing.assert_allclose(gradient, expected, rtol=1e-12)


def _index(function: Any, i: Any, j: Any) -> Any:
    """Where each entry of the result comes from."""
    return np.unravel_index(function(np.arange(X.size).reshape(X.shape), i, j), X.shape)


@pytest.mark.parametrize("wrong", [3, -1])
def test_the_gradient_of_a_cross_entropy_alone_refuses_a_class_that_there_is_not(wrong: int, engine: Any) -> None:
    loss = ag.BOOK["cross_entropy_of_classes"]
    fast = ag.compile(ag.grad(lambda x, t: ag.sum(loss(x, t))), engine=engine)
    np.testing.assert_allclose(fast(np.zeros((2, 3)), np.array([0, 2])) * 3, [[-2, 1, 1], [1, 1, -2]])
    with pytest.raises(ValueError, match="for 3 logits: expected 0 to 2"):
        fast(np.zeros((2, 3)), np.array([0, wrong]))


@pytest.mark.parametrize("mask", [[True, False], [True] * 4, [[True]]])
def test_a_mask_of_another_shape_than_the_axis_is_an_error(mask: Any) -> None:
    with pytest.raises(IndexError, match=r"a mask of shape .* for axes of lengths"):
        ag.compile(lambda x, j: x[j, np.array(mask)])(X, SECOND)


def test_a_position_out_of_range_is_an_error_at_the_replay_that_has_it(engine: Any) -> None:
    fast = ag.compile(lambda x, i: x[i], engine=engine)
    assert fast(np.arange(3.0), np.array([1, 2])).tolist() == [1, 2]
    with pytest.raises(IndexError, match="index 3 is out of bounds"):
        fast(np.arange(3.0), np.array([1, 3]))
    assert fast(np.arange(3.0), np.array([0, -1])).tolist() == [0, 2]


@pytest.mark.parametrize("form", ["index", "along"])
def test_a_gradient_alone_which_looks_nothing_up_refuses_it_too(form: str, engine: Any) -> None:
    functions = {"index": lambda x, i: ag.sum(x[i]), "along": lambda x, i: ag.sum(anp.take_along_axis(x, i, 0))}
    fast = ag.compile(ag.grad(functions[form]), engine=engine)
    assert fast(np.arange(3.0), np.array([1, -1])).tolist() == [0, 1, 1]
    for wrong in (3, -4):
        with pytest.raises(IndexError, match=f"index {wrong} is out of bounds for axis 0 with size 3"):
            fast(np.arange(3.0), np.array([1, wrong]))


def test_positions_that_are_no_integers_are_refused() -> None:
    with pytest.raises(ag.RecordingError, match="an index of booleans"):
        ag.compile(lambda x: x[x > 0])(np.arange(3.0))
    with pytest.raises(ag.DTypeError, match="must be integers, not float64"):
        ag.compile(lambda x: x[x * 1])(np.arange(3.0))
    with pytest.raises(IndexError, match="too many indices: 2 for an array of 1 axes"):
        ag.compile(lambda x, i: x[i, 0])(np.arange(3.0), np.array([0]))


@pytest.mark.parametrize("wrong", [3, -1])
def test_a_class_that_does_not_exist_is_refused_where_no_loss_looks_at_it(wrong: int, engine: Any) -> None:
    fast = ag.compile(lambda i: ag.BOOK["one_hot"](i, classes=3) * 2.0, engine=engine)
    assert fast(np.array([0, 2])).tolist() == [[2, 0, 0], [0, 0, 2]]
    with pytest.raises(ValueError, match="for 3 logits: expected 0 to 2"):
        fast(np.array([0, wrong]))
