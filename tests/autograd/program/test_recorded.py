"""Truths and positions in programs: found anew at each replay, and NumPy's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp

NAN, INF = np.nan, np.inf
MASK = np.array([True, False, True])
FOUND: dict[str, Callable[[Any], Any]] = {
    "any": np.any,
    "any along an axis": lambda x: np.any(x > 0, axis=1, keepdims=True),
    "any where": lambda x: np.any(x > 0, axis=0, where=MASK[:2, None]),
    "any, a method": lambda x: (x > 0).any(axis=0),
    "all": np.all,
    "all along axes": lambda x: np.all(x > -2, axis=(0, 1)),
    "all where": lambda x: np.all(x, axis=-1, where=MASK),
    "all, a method": lambda x: (x > 0).all(),
    "count_nonzero": lambda x: np.count_nonzero(x, axis=0),
    "isclose": lambda x: np.isclose(x, 1.0, atol=0.5),
    "isclose to what is computed": lambda x: np.isclose(1.0, x, equal_nan=True),
    "allclose": lambda x: np.allclose(x, x),
    "argmax": np.argmax,
    "argmax along an axis": lambda x: np.argmax(x, axis=0),
    "argmax, kept": lambda x: np.argmax(x, axis=-1, keepdims=True),
    "argmax of all, kept": lambda x: np.argmax(x, keepdims=True),
    "argmax of truths": lambda x: np.argmax(x > 0, axis=1),
    "argmax, a method": lambda x: x.argmax(1),
    "argmin": lambda x: np.argmin(x, -1),
    "argmin, a method": lambda x: x.argmin(),
}
MATRICES = [
    np.array([[1.0, 0.0, 3.0], [0.0, -1.0, -1.0]]),
    np.zeros((2, 3)),
    np.array([[INF, -INF, INF], [1.0, 1.0, 1.0]]),
    np.array([[NAN, 2.0, 5.0], [-3.0, NAN, NAN]]),
    np.array([[-0.0, 0.0, 1.0 + 1e-9], [5e-324, -5e-324, 0.0]]),
    np.full((2, 3), NAN),
]


@pytest.mark.parametrize("name", FOUND)
def test_what_is_found_is_numpys_at_each_replay(name: str, engine: str) -> None:
    program = ag.compile(FOUND[name], engine=engine)
    for matrix in MATRICES:
        found, meant = program(matrix), FOUND[name](matrix)
        np.testing.assert_array_equal(found, meant)
        assert np.asarray(found).dtype == np.asarray(meant).dtype


LOSSES: dict[str, Callable[[Any], Any]] = {
    "a choice by any": lambda x: anp.sum(anp.where(anp.any(x > 1.0, axis=1, keepdims=True), x**2, x)),
    "rows that are all positive": lambda x: anp.sum(x**3 * anp.all(x > -0.5, axis=1)[:, None]),
    "a mean over what counts": lambda x: anp.sum(x**2 * (x > 0)) / anp.count_nonzero(x > 0),
    "the largest by its place": lambda x: x.ravel()[anp.argmax(x)] ** 2,
    "the largest of rows": lambda x: anp.sum(anp.take_along_axis(x, anp.argmax(x, axis=1, keepdims=True), 1) ** 2),
    "labels of its own": lambda x: ag.softmax_cross_entropy(x, anp.argmax(x**2, axis=1)),
}


@pytest.mark.parametrize("name", LOSSES)
def test_gradients_go_by_what_is_found_at_each_replay(name: str, engine: str) -> None:
    function = ag.value_and_grad(lambda x: anp.sum(LOSSES[name](x)))
    program, x = ag.compile(function, engine=engine), np.random.default_rng(0).normal(size=(4, 3))
    for other in (x, -x, x[::-1].copy(), np.roll(x, 1, axis=1) * 2.0):
        (value, gradient), (expected, slopes) = program(other), function(other)
        np.testing.assert_allclose(value, expected, rtol=1e-13)
        np.testing.assert_allclose(gradient, slopes, rtol=1e-13)


@pytest.mark.parametrize("find", [np.any, np.all, np.argmax, np.argmin])
def test_what_is_found_is_written_into_no_array(find: Any) -> None:
    with pytest.raises(TypeError, match=rf"np\.{find.__name__}.* out"):
        ag.compile(lambda x: find(x, out=np.zeros(())))(np.ones(3))
