"""Matrices without an inverse or a factor: refused with operation and shapes, below a derivative and in programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp
from autograd.errors import MatrixError

linalg: Any = anp.linalg
ONES, ZEROS, NAN = np.ones((3, 3)), np.zeros((3, 3)), np.full((3, 3), np.nan)
STACK = np.stack([np.eye(3), ONES])
OF_A_MATRIX: dict[str, tuple[Callable[[Any], Any], Any, str]] = {
    "inv": (linalg.inv, ONES, "inv of shape (3, 3): Singular matrix"),
    "inv of a stack": (linalg.inv, STACK, "inv of shape (2, 3, 3): Singular matrix"),
    "solve": (lambda a: linalg.solve(a, np.ones(3)), ONES, "solve of shapes (3, 3) and (3,): Singular matrix"),
    "solve of a stack": (
        lambda a: linalg.solve(a, np.ones((3, 2))), STACK, "solve of shapes (2, 3, 3) and (3, 2): Singular matrix"
    ),
    "slogdet": (lambda a: linalg.slogdet(a)[1], ONES, "inv of shape (3, 3): Singular matrix"),
    "det": (linalg.det, NAN, "cofactors of shape (3, 3): SVD did not converge"),
    "qr": (lambda a: linalg.qr(a)[1], ZEROS, "solve of shapes (3, 3) and (3, 3): Singular matrix"),
    "pinv": (linalg.pinv, NAN, "pinv of shape (3, 3): SVD did not converge"),
    "lstsq": (lambda a: linalg.lstsq(a, np.ones(3))[0], NAN, "pinv of shape (3, 3): SVD did not converge"),
    "svd": (lambda a: linalg.svd(a, compute_uv=False), NAN, "svd of shape (3, 3): SVD did not converge"),
    "eigh": (lambda a: linalg.eigh(a)[0], NAN, "eigh of shape (3, 3): Eigenvalues did not converge"),
    "cholesky": (linalg.cholesky, -np.eye(3), "cholesky of shape (3, 3): Matrix is not positive definite"),
    "tensorinv": (lambda a: linalg.tensorinv(a, 1), ONES, "inv of shape (3, 3): Singular matrix"),
    "matrix_power": (lambda a: linalg.matrix_power(a, -2), ONES, "inv of shape (3, 3): Singular matrix"),
}  # fmt: skip


@pytest.mark.parametrize("name", OF_A_MATRIX)
def test_a_singular_matrix_is_refused_by_name_in_every_mode(name: str) -> None:
    f, matrix, expected = OF_A_MATRIX[name]

    def total(a: Any) -> Any:
        return anp.sum(f(a))

    regular = np.broadcast_to(np.diag([1.0, 2.0, 3.0]), matrix.shape).copy()

    def replayed(engine: Any) -> Any:
        program = ag.compile(ag.grad(total), engine=engine)
        program(regular)  # the words are not those of the recording
        return program(matrix)

    ways: dict[str, Callable[[], Any]] = {
        "backward": lambda: ag.grad(total)(matrix),
        "forward": lambda: ag.jvp(total, matrix, np.ones(matrix.shape)),
        "second order": lambda: ag.grad(lambda a: anp.sum(ag.grad(total)(a)))(matrix),
        "replayed": lambda: replayed("numpy"),
        "replayed by default": lambda: replayed(None),
    }
    for way, call in ways.items():
        with np.errstate(all="ignore"), pytest.raises(MatrixError) as found:
            call()
        assert str(found.value) == expected, way


def test_a_singular_triangle_of_scipys_is_refused_by_name() -> None:
    scipy_linalg = pytest.importorskip("scipy.linalg", reason="needs gradbook[scipy]")
    assert scipy_linalg
    import autograd.scipy.linalg as linalg

    for call in (lambda a: linalg.solve_triangular(a, np.ones(3)), lambda a: ag.compile(linalg.inv)(a.data)):
        with pytest.raises(MatrixError, match=r"(solve_triangular|inv) of shape"):
            call(ag.Tensor(ZEROS, requires_grad=True))
