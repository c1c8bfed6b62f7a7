"""Products and solutions with sparse matrices, against full ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.test_util import check_grads

scipy = pytest.importorskip("scipy")

from autograd.scipy import sparse  # noqa: E402

FULL = np.array([[2.0, 0.0, 1.0], [0.0, 3.0, 0.0], [0.5, 0.0, 4.0]])
SHAPES = [(3,), (3, 2)]


@pytest.mark.parametrize("kind", ["csr_matrix", "csc_array", "coo_array", "dok_matrix", "dok_array"])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_product_is_that_with_the_full_matrix(kind: str, shape: tuple[int, ...]) -> None:
    A, x = getattr(sparse, kind)(FULL), np.random.default_rng(0).normal(size=shape)
    np.testing.assert_allclose(sparse.matmul(A, ag.Tensor(x)).data, FULL @ x, rtol=1e-14)
    np.testing.assert_allclose(sparse.matmul(ag.Tensor(x.T), A).data, x.T @ FULL, rtol=1e-14)
    check_grads(lambda x: sparse.matmul(A, x) * sparse.matmul(x.T, A).T)(x)
    np.testing.assert_array_equal(sparse.matmul(A, x), A @ x)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_solution_is_that_with_the_full_matrix(shape: tuple[int, ...]) -> None:
    A, b = sparse.csc_array(FULL), np.random.default_rng(0).normal(size=shape)
    np.testing.assert_allclose(sparse.linalg.spsolve(A, ag.Tensor(b)).data, np.linalg.solve(FULL, b), rtol=1e-13)
    check_grads(lambda b: sparse.linalg.spsolve(A, b) ** 2)(b)
    check_grads(lambda b: sparse.linalg.spsolve(A.todok(), b))(b)


def test_scipys_own_operators_refuse_a_node_and_say_what_takes_it() -> None:
    A, x = sparse.csr_array(FULL), ag.Tensor(np.ones(3), requires_grad=True)
    uses: list[Any] = [lambda: A @ x, lambda: x @ A]
    if not scipy.__version__.startswith("1.13."):  # which asks what came of it for a view, and is told of reshape
        uses.append(lambda: A.multiply(x))
    uses.append(lambda: scipy.sparse.coo_array((x, [[0, 1, 2]] * 2)))
    for use in uses:
        with pytest.raises(TypeError, match=r"autograd\.scipy\.sparse has products"):
            use()
    with pytest.raises(TypeError, match="one of the two factors is a sparse matrix"):
        sparse.matmul(A, A)
    assert sparse.linalg.eigsh is scipy.sparse.linalg.eigsh
