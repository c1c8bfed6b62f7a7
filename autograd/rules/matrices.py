"""Array code of matrices that is more than one call: what the entries of linear algebra compute."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

from autograd.errors import MatrixError


def naming_shapes(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A function of matrices whose refusals name it and the shapes, below a derivative and in a program, too.

    An operation on Tensors says the same of any rule; but there rules meet plain arrays.
    """

    def named(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def checked(*operands: Any, **settings: Any) -> Any:
            try:
                return function(*operands, **settings)
            except np.linalg.LinAlgError as error:
                shapes = [str(np.shape(x)) for x in operands]
                noun = "shape" if len(shapes) == 1 else "shapes"
                raise MatrixError(f"{name} of {noun} {' and '.join(shapes)}: {error}") from None

        return checked

    return named


def einsum(a: Any, b: Any, subscripts: str) -> Any:
    """Σ of products; large ones by way of matrix products."""
    b = np.asarray(b, getattr(a, "dtype", None)) if b.__class__ is float else b  # which is of no type of its own
    count = np.size(a) * np.size(b)
    y = np.einsum(subscripts, a, b, optimize=count > 10_000)
    # Of no entries, NumPy multiplies 0 by what is behind them in memory where their strides are 0: NaN, by chance.
    return y if count else np.zeros_like(y)


@naming_shapes("cofactors")
def cofactors(x: Any) -> Any:
    """∂(det X)/∂xᵢⱼ: in the bases of X's singular vectors, on a diagonal, the products of all singular values but one."""
    U, s, Vt = np.linalg.svd(x)
    sign = np.linalg.det(U) * np.linalg.det(Vt)
    return sign[..., None, None] * ((U * _products_without(s, 1)[..., None, :]) @ Vt)


@naming_shapes("cofactors_along")
def cofactors_along(x: Any, h: Any) -> Any:
    """How they change in a direction: the same, with the products of all singular values but two."""
    U, s, Vt = np.linalg.svd(x)
    sign = np.linalg.det(U) * np.linalg.det(Vt)
    turned = np.swapaxes(U, -1, -2) @ h @ np.swapaxes(Vt, -1, -2)
    products = _products_without(s, 2)
    diagonal = np.einsum("...ij,...jj->...i", products, turned)
    inside = diagonal[..., None] * np.eye(s.shape[-1], dtype=s.dtype) - products * np.swapaxes(turned, -1, -2)
    return sign[..., None, None] * (U @ inside @ Vt)


def _products_without(s: Any, count: int) -> Any:
    """The products of all entries but one, or but each pair; 0 for a pair of one with itself."""
    left_out = np.eye(s.shape[-1], dtype=bool)
    if count == 1:
        return np.prod(np.where(left_out, 1, s[..., None, :]), -1)
    pairs = left_out[:, None] | left_out
    return np.where(left_out, 0, np.prod(np.where(pairs, 1, s[..., None, None, :]), -1))


@naming_shapes("eigh")
def eigh(x: Any, UPLO: Any) -> Any:
    """Eigenvalues above eigenvectors."""
    w, V = np.linalg.eigh(x, UPLO)
    return np.concatenate([w[..., None, :], V], axis=-2)


@naming_shapes("eig")
def eig(x: Any) -> Any:
    """Eigenvalues above eigenvectors."""
    w, V = np.linalg.eig(x)
    return np.concatenate([w[..., None, :], V], axis=-2)


@naming_shapes("svd")
def svd(x: Any) -> Any:
    """Left vectors above singular values above right vectors."""
    U, s, Vt = np.linalg.svd(x, full_matrices=False)
    return np.concatenate([U, s[..., None, :], np.swapaxes(Vt, -1, -2)], axis=-2)


@naming_shapes("complement")
def complement(x: Any, of: str) -> Any:
    """What completes the columns that a decomposition has of x, or the rows that it has of x's adjoint."""
    if of == "qr":
        return np.linalg.qr(x, mode="complete")[0][..., x.shape[-1] :]
    if of == "svd":
        return np.linalg.svd(x)[0][..., x.shape[-1] :]
    rows = np.linalg.svd(np.conj(np.swapaxes(x, -1, -2)))[2][..., x.shape[-1] :, :]
    return np.conj(np.swapaxes(rows, -1, -2))


@naming_shapes("qr")
def qr(x: Any) -> Any:
    """Q above the transpose of R."""
    Q, R = np.linalg.qr(x)
    return np.concatenate([Q, np.swapaxes(R, -1, -2)], axis=-2)
