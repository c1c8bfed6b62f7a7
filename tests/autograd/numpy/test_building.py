"""Arrays made of lists with nodes in them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp
from autograd.test_util import check_grads

X, M = np.array([0.5, -1.0, 2.0]), np.arange(6.0).reshape(2, 3) / 3

MADE: dict[str, Any] = {
    "numbers": lambda np, x, m: np.array([x[0] * 2, 1.0, x[1]]),
    "rows": lambda np, x, m: np.array([[x[0], 1.0], [x[1], x[0] * x[1]]]),
    "vectors": lambda np, x, m: np.array([x, m[0], [1.0, 2.0, 3.0]]),
    "deep": lambda np, x, m: np.array([[x, x * 2], [m[0], m[1]]]),
    "a node": lambda np, x, m: np.array(x),
    "dtype": lambda np, x, m: np.array([x[0], 2], dtype=np.float32),
    "ndmin": lambda np, x, m: np.array(x, ndmin=3),
    "tuple": lambda np, x, m: np.asarray((x[2], 3)),
    "full": lambda np, x, m: np.full((2, 2), x[0]),
    "r_": lambda np, x, m: np.r_[x, 5.0, x[0], 1:4, x * 2],
    "r_ of matrices": lambda np, x, m: np.r_[m, m * m],
    "r_ along an axis": lambda np, x, m: np.r_["-1", m, m + 1],
    "r_ with axes": lambda np, x, m: np.r_["0,2", x, m],
    "c_": lambda np, x, m: np.c_[x, x * 2, [1, 2, 3]],
    "c_ of a matrix": lambda np, x, m: np.c_[m.T, x],
    "linalg of a list": lambda np, x, m: np.linalg.norm([x[0], x[1], 2.0]),
}


@pytest.mark.parametrize("name", MADE)
def test_it_is_numpys_array_and_has_derivatives(name: str) -> None:
    make = MADE[name]
    expected = make(np, X, M)
    found = make(anp, ag.Tensor(X), ag.Tensor(M))
    np.testing.assert_allclose(found.data, expected)
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
    if name != "dtype":
        check_grads(lambda x, m: make(anp, x, m) ** 2)(X, M)
    np.testing.assert_array_equal(make(anp, X, M), expected)  # without nodes it is NumPy's


KEYS: dict[str, Any] = {
    "a number": lambda x: (x, 0),
    "numbers on both sides": lambda x: (0.5, x, 1),
    "a double": lambda x: (x, np.float64(0.5)),
    "an array of doubles": lambda x: (x, np.ones(2)),
    "whole numbers": lambda x: (x, np.arange(2, dtype=np.int8), slice(1, 3)),
    "a complex number": lambda x: (x, 1j),
}


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_numbers_in_a_row_do_not_change_its_type(name: str, kind: Any) -> None:
    x = X.astype(kind)
    found, expected = anp.r_[KEYS[name](ag.Tensor(x))], np.r_[KEYS[name](x)]
    np.testing.assert_array_equal(found.data, expected)
    assert found.dtype == expected.dtype


def test_names_of_hips_autograds_own() -> None:
    found = anp.where(condition=X > 0, x=ag.Tensor(X), y=0.0)
    np.testing.assert_array_equal(found.data, [0.5, 0, 2])
    np.testing.assert_array_equal(anp.where(X > 0)[0], [0, 2])
    np.testing.assert_array_equal(anp.make_diagonal(X), np.diag(X))
    check_grads(lambda m: anp.make_diagonal(m, axis1=-1, axis2=-2) ** 2)(M)
    with pytest.raises(NotImplementedError, match="last two axes"):
        anp.make_diagonal(M)


def test_all_of_numpys_names_come_with_a_star() -> None:
    names: dict[str, Any] = {}
    exec("from autograd.numpy import *", names)
    assert set(np.__all__) <= set(names)
    assert names["pi"] == np.pi
    assert names["linalg"].__name__ == "autograd.numpy.linalg"
    np.testing.assert_array_equal(ag.grad(lambda x: names["sum"](names["exp"](x)))(X), np.exp(X))
