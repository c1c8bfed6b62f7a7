"""Ways through NumPy's functions that are seldom taken: their values are NumPy's, their slopes those of differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp
from autograd.tracer import getval

X = np.array([[0.4, -1.3, 0.9], [1.7, 0.2, -0.6]])
SQUARE = np.array([[2.0, 0.3, -0.4], [0.1, 1.5, 0.2], [0.5, -0.7, 3.0]])

CALLS: dict[str, Callable[[Any, Any], Any]] = {
    "insert without an axis": lambda np, x: np.insert(x, [1, 4], 5.0),
    "take_along_axis without an axis": lambda np, x: np.take_along_axis(x, np.array([3, 0, 3]), None),
    "pad on one side by entries": lambda np, x: np.pad(x, ((0, 0), (2, 0)), "edge"),
    "inner with a number": lambda np, x: np.inner(x, 2.0),
    "inner of a number": lambda np, x: np.inner(-1.5, x),
    "tensorsolve with axes": lambda np, x: np.linalg.tensorsolve(np.reshape(SQUARE, (3, 1, 3)), x[0], axes=(1,)),
    "unwrap of nothing": lambda np, x: np.unwrap(x[:, :0]),
    "poly of no zeros": lambda np, x: np.poly(x[0, :0]) + 0.0 * np.sum(x),
    "corrcoef of one row": lambda np, x: np.corrcoef(x[0]),
    "swapaxes from the end": lambda np, x: np.swapaxes(x, -1, 0),
    "einsum of four factors": lambda np, x: np.einsum("ij,jk,kl,lm->im", x, SQUARE, SQUARE, SQUARE),
    "einsum of three factors entry by entry": lambda np, x: np.einsum("ij,ij,j->ij", x, x, SQUARE[0]),
    "einsum of five factors at once": lambda np, x: np.einsum(",ij,i,j,->i", 2.0, x, x[:, 0], SQUARE[1], 0.5),
    "einsum of one factor, summed": lambda np, x: np.einsum("ij->", x),
    "norm -1 of matrices": lambda np, x: np.linalg.norm(x, -1),
    "norm -2 of matrices, axes kept": lambda np, x: np.linalg.norm(x, -2, (0, 1), keepdims=True),
    "norm 0 of vectors": lambda np, x: np.linalg.norm(x, 0, axis=1),
    "norm inf of vectors": lambda np, x: np.linalg.norm(x, np.inf, axis=0),
    "vector_norm of all, axes kept": lambda np, x: np.linalg.vector_norm(x, ord=3, keepdims=True),
    "qr of a wide matrix, complete": lambda np, x: np.linalg.qr(x, "complete")[1],
    "linspace along the last axis": lambda np, x: np.linspace(x, 1.0, 4, axis=-1),
    "polyint twice with one constant": lambda np, x: np.polyint(x[0], 2, 0.7),
}


@pytest.mark.parametrize("name", CALLS)
def test_what_is_seldom_done_is_numpys(name: str) -> None:
    call = CALLS[name]
    node = ag.Tensor(X, requires_grad=True)
    expected, found = call(np, X), call(anp, node)
    np.testing.assert_allclose(getval(found), expected, rtol=1e-13, atol=1e-14)
    assert np.shape(found) == np.shape(expected)
    # Against central differences of NumPy's own function.
    weights = np.cos(np.arange(np.size(expected)).reshape(np.shape(expected)))
    total = anp.sum(found * weights)
    slope = ag.gradients(total, [node])[0] if total.requires_grad else None
    steps = np.eye(X.size).reshape(X.size, *X.shape) * 1e-6
    differences = [np.sum((call(np, X + h) - call(np, X - h)) * weights) / 2e-6 for h in steps]
    np.testing.assert_allclose(
        np.zeros(X.shape) if slope is None else getval(slope), np.reshape(differences, X.shape), atol=1e-8
    )


T = ag.Tensor(X, requires_grad=True)
CUBE = ag.Tensor(np.ones((2, 3, 4)), requires_grad=True)
COMPLEX = ag.Tensor(X + 1j, requires_grad=True)
REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "qr raw": (lambda: anp.linalg.qr(T, mode="raw"), "mode='raw': use 'reduced', 'complete' or 'r'"),
    "norm of three axes": (lambda: anp.linalg.norm(CUBE, 2), "of 3 axes: a vector has one, a matrix two"),
    "norm 3 of a matrix": (lambda: anp.linalg.norm(T, 3), "of a matrix: use None, 'fro', 'nuc', 1, 2"),
    "norm nuc of a vector": (lambda: anp.linalg.norm(T[0], "nuc"), "of a vector: that is one of matrices"),
    "ag.norm of another order": (lambda: ag.norm(T, 3), "use None, or 2 for vectors"),
    "polyint of too few constants": (lambda: np.polyint(T[0], 3, [1.0, 2.0]), "3 times with 2 constants: give one, or"),
    "pad by a function": (lambda: anp.pad(T, 1, len), "use constant, edge, linear_ramp, reflect, symmetric, wrap"),
    "pad nothing": (lambda: anp.pad(T[:, :0], 1, "edge"), "along axis 1 there are no entries"),
    "tensordot of two lengths": (lambda: anp.tensordot(T, T, 1), r"\[1\] and \[0\]: lengths must be equal"),
    "einsum without a factor": (lambda: anp.einsum("ij,jk", T), "einsum of 1 arrays by 'ij,jk', which has 2 terms"),
    "einsum without an axis": (lambda: anp.einsum("i,i", T, T), "one letter for each axis"),
    "swapaxes too far": (lambda: ag.swapaxes(T, 0, 5), r"swapaxes of shape \(2, 3\): there are no axes 0 and 5"),
    "rfft of complex numbers": (lambda: anp.fft.rfft(COMPLEX), "it is for real ones; use np.fft.fft"),
    "fft of nothing": (lambda: anp.fft.fft(T, n=0), "of 0 numbers: at least one is needed"),
    "fft along an axis twice": (lambda: anp.fft.fftn(T, axes=(1, 1)), r"along axes=\(1, 1\): each once"),
    "rfft along an axis twice": (lambda: np.fft.rfft2(T, (3, 5), (1, -1)), r"along axes=\(1, -1\): each once"),
    "fft of too few lengths": (lambda: anp.fft.ifftn(T, (3,), (0, 1)), r"of 1 lengths, s=\(3,\), along 2 axes"),
    "max where": (lambda: anp.max(T, where=X > 0), "with where= needs initial="),
    "quantile by no method": (lambda: anp.quantile(T, 0.3, method="middle"), "method='middle': use"),
    "geomspace through 0": (lambda: anp.geomspace(T[0, 0], -1.0), "of the same sign, neither of them 0"),
    "cross of four": (lambda: anp.cross(CUBE, CUBE), "vectors of two or three entries are needed"),
    "fliplr of a row": (lambda: anp.fliplr(T[0]), "two axes are needed"),
    "reshape by columns first, or so": (lambda: anp.reshape(T, 6, order="K"), "order='K': use 'C', 'F' or 'A'"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_derivative_is_refused_in_a_line(name: str) -> None:
    call, message = REFUSED[name]
    with pytest.raises((ValueError, TypeError), match=message) as refusal:
        call()
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("name", ["cholesky", "inv", "solve", "tensorinv"])
def test_a_matrix_without_inverse_or_factor_raises_what_numpys_users_catch(name: str) -> None:
    def likelihood(x: Any) -> Any:
        function: Any = getattr(np.linalg, name)
        try:
            return anp.sum(function(x, *{"solve": (np.ones(2),), "tensorinv": (1,)}.get(name, ())))
        except np.linalg.LinAlgError:
            return anp.sum(x) * 0.0

    assert np.isfinite(ag.grad(likelihood)(np.eye(2) * 2.0)).all()
    np.testing.assert_array_equal(ag.grad(likelihood)(-np.ones((2, 2))), np.zeros((2, 2)))
    with pytest.raises(ag.ShapeError, match=f"{name if name != 'tensorinv' else 'inv'} of shape"):
        getattr(np.linalg, name)(
            ag.Tensor(-np.ones((2, 2))), *{"solve": (np.ones(2),), "tensorinv": (1,)}.get(name, ())
        )
