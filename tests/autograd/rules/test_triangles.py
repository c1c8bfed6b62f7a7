"""Triangles of matrices: of small ones, where they lie is kept; large ones leave nothing behind."""

from __future__ import annotations

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp
from autograd.rules import triangles

LARGE = int(triangles.SMALL**0.5) + 1


@pytest.mark.parametrize("size", [4, LARGE])
def test_the_logarithm_of_a_determinant_by_its_factor_has_the_inverse_for_its_gradient(size: int) -> None:
    a = np.random.default_rng(0).normal(size=(2, size, size))
    x = a @ a.mT + size * np.eye(size)

    def logdet(x: ag.Tensor) -> ag.Tensor:
        return 2 * anp.sum(anp.log(anp.diagonal(anp.linalg.cholesky(x), axis1=-2, axis2=-1)))

    np.testing.assert_allclose(ag.grad(logdet)(x), np.linalg.inv(x), atol=1e-12 / size)


@pytest.mark.parametrize("size", [4, LARGE])
@pytest.mark.parametrize("UPLO", ["L", "U"])
def test_the_other_triangle_of_a_symmetric_matrix_does_not_move_its_eigenvalues(size: int, UPLO: str) -> None:
    rng = np.random.default_rng(1)
    x, t = rng.normal(size=(size, size)), rng.normal(size=(size, size))
    x += x.T + np.diag(3.0 * np.arange(size))
    _, moved = ag.jvp(lambda x: anp.linalg.eigh(x, UPLO)[0], x, t)
    _, V = np.linalg.eigh(x)
    read = np.tril(t) if UPLO == "L" else np.triu(t)
    mirrored = read + read.T - np.diag(np.diag(t))
    np.testing.assert_allclose(moved, np.diag(V.T @ mirrored @ V), atol=1e-9)


def test_where_large_matrices_have_their_triangles_is_not_kept() -> None:
    before = triangles._small.cache_info().currsize
    found = triangles.below(LARGE, LARGE, 1)
    assert found.sum() == np.tri(LARGE, LARGE, 1).sum()
    assert triangles._small.cache_info().currsize == before
