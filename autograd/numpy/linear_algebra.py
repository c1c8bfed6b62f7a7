"""Linear algebra: what NumPy has in `numpy.linalg`."""

from __future__ import annotations

import builtins
import math
from functools import reduce
from typing import Any, NamedTuple

import numpy as np

from autograd.errors import ShapeError
from autograd.graph.node import Node
from autograd.kinds import Axis
from autograd.numpy.arguments import array_of, cast, differentiable, dtype_of, plain
from autograd.numpy.complex_numbers import conjugated, squared_size
from autograd.numpy.functions import dot
from autograd.numpy.reductions import max, min, norm, sum
from autograd.numpy.shapes import concatenate, matrix_transpose, ravel, reshape, transpose
from autograd.rules import arithmetic, complex_matrices, linear_algebra, shaping
from autograd.rules.complex import real
from autograd.rules.linear_algebra import row, rows
from autograd.rules.products import matmul
from autograd.rules.shapes import axis_of, is_complex, kept_shape, rank, shape

# ---- inverses, determinants, powers --------------------------------------------------------------------------------


@differentiable("linalg.inv")
def inv(a: Any) -> Any:
    """A⁻¹."""
    return linear_algebra.inv(a)


@differentiable("linalg.solve")
def solve(a: Any, b: Any) -> Any:
    """The x for which A x = b, a vector or columns."""
    if rank(b) == 1 and rank(a) > 2:
        return linear_algebra.solve(a, reshape(b, (-1, 1)))[..., 0]
    return linear_algebra.solve(a, b)


@differentiable("linalg.det")
def det(a: Any) -> Any:
    """The determinant; two derivatives of it are there where it is 0, too."""
    return linear_algebra.det(a)


class SlogdetResult(NamedTuple):
    """The sign and the logarithm of a determinant."""

    sign: Any
    logabsdet: Any


@differentiable("linalg.slogdet")
def slogdet(a: Any) -> SlogdetResult:
    """The determinant's sign and ln |det A|."""
    return SlogdetResult(linear_algebra.det_sign(a), linear_algebra.logabsdet(a))


@differentiable("linalg.pinv")
def pinv(a: Any, rcond: Any = None, hermitian: bool = False, rtol: Any = None) -> Any:
    """A⁺, where singular values up to ``rcond`` times the largest count as 0."""
    given = [x for x in (rcond, rtol) if x is not None and x is not np._NoValue]
    if len(given) > 1:
        raise ValueError("np.linalg.pinv takes rcond= or rtol=, which mean the same, and not both")
    a = _mirrored(a) if hermitian else a
    limit: Any = given[0] if given else 1e-15
    whole = linear_algebra.pinv(a, rcond=limit)
    noise = 100 * np.finfo(dtype_of(a)).eps
    if not np.any(np.asarray(limit) > noise):
        return whole
    traced = isinstance(a, Node) and a.traced
    if not traced and not np.any(_lost(np.linalg.svd(plain(a), compute_uv=False), limit, noise)):
        return whole  # the rank stays: a rule of its own, which takes equal singular values
    U, s, Vh = svd(a, full_matrices=False)
    kept = arithmetic.greater(s, np.asarray(limit)[..., None] * s[..., :1])
    sizes = arithmetic.where(kept, 1.0 / arithmetic.where(kept, s, 1.0), 0.0)
    turned = conjugated(matrix_transpose(Vh)) * reshape(sizes, (*shape(s)[:-1], 1, shape(s)[-1]))
    lost = arithmetic.greater(sum(cast(_lost(s, limit, noise), dtype_of(s)), -1), 0)
    lost = reshape(lost, (*shape(lost), 1, 1))
    return arithmetic.where(lost, matmul(turned, conjugated(matrix_transpose(U))), whole)


def _lost(s: Any, limit: Any, noise: float) -> Any:
    """Which singular values are left out and are more than rounding."""
    top = s[..., :1]
    return arithmetic.logical_and(
        arithmetic.less_equal(s, np.asarray(limit)[..., None] * top), arithmetic.greater(s, noise * top)
    )


def _mirrored(a: Any) -> Any:
    """The symmetric matrix, or the Hermitian one, whose lower triangle is a's, which alone is read."""
    below = linear_algebra.tril(a, k=-1)
    return below + conjugated(matrix_transpose(below)) + real(linear_algebra.tril(a, k=0) - below)


@differentiable("linalg.lstsq")
def lstsq(a: Any, b: Any, rcond: Any = None) -> tuple[Any, Any, Any, Any]:
    """The x that is closest to A x = b, the squares that are left, the rank, and the singular values.

    In a program the squares that are left are NaN where NumPy gives none, since the rank is below n.
    """
    if rank(a) != 2:
        raise ShapeError(f"lstsq of shape {shape(a)}: one matrix is needed")
    common = np.result_type(dtype_of(a), dtype_of(b))
    a = a if dtype_of(a) == common else cast(a, common)
    rcond = np.finfo(common).eps * builtins.max(shape(a)) if rcond is None else rcond
    x, sizes = matmul(pinv(a, rcond), b), svdvals(a)
    number = sum(shaping.astype(arithmetic.greater(sizes, rcond * sizes[:1]), dtype=np.dtype(int)))
    left: Any = sum(squared_size(matmul(a, x) - b), 0, rank(b) == 1)
    if not getattr(number, "traced", False):
        number = int(plain(number))
        left = left if number == shape(a)[1] < shape(a)[0] else np.empty(0)
    else:
        left = arithmetic.where(arithmetic.equal(number, shape(a)[1]), left, np.nan)
        left = left if shape(a)[1] < shape(a)[0] else np.empty(0)
    return x, left, number, sizes


@differentiable("linalg.matrix_power")
def matrix_power(a: Any, n: int) -> Any:
    """A^n, by squaring; a negative n is a power of the inverse."""
    if rank(a) < 2 or shape(a)[-1] != shape(a)[-2]:
        raise ShapeError(f"matrix_power of shape {shape(a)}: the last two axes must be a square matrix")
    if n < 0:
        return matrix_power(inv(a), -n)
    if n == 0:
        return a * 0.0 + np.eye(shape(a)[-1], dtype=dtype_of(a))
    half = matrix_power(a, n // 2) if n > 1 else None
    whole = a if half is None else matmul(half, half)
    return matmul(whole, a) if n % 2 and n > 1 else whole


@differentiable("linalg.multi_dot")
def multi_dot(arrays: Any) -> Any:
    """The product of several matrices, in the order that costs least; the first and the last may be vectors."""
    arrays = [array_of(x) for x in arrays]
    sizes = [1 if rank(arrays[0]) == 1 else shape(arrays[0])[0], *(shape(x)[0] for x in arrays[1:])]
    sizes = [sizes[0], *(shape(x)[0] for x in arrays[1:]), shape(arrays[-1])[-1] if rank(arrays[-1]) == 2 else 1]
    parts = list(arrays)
    while len(parts) > 2:  # first what leaves the longest inner axis behind
        best = int(np.argmax(sizes[1:-1]))
        parts[best : best + 2] = [dot(parts[best], parts[best + 1])]
        del sizes[best + 1]
    return reduce(dot, parts)


@differentiable("linalg.tensorinv")
def tensorinv(a: Any, ind: int = 2) -> Any:
    """The inverse of an array taken for a matrix from its last axes to its first."""
    full = shape(a)
    flat = inv(reshape(a, (math.prod(full[:ind]), -1)))
    return reshape(flat, (*full[ind:], *full[:ind]))


@differentiable("linalg.tensorsolve")
def tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    """The x for which the sum of products of a and x over x's axes is b."""
    if axes is not None:
        a = transpose(a, (*(i for i in range(rank(a)) if i not in axes), *axes))
    return reshape(solve(reshape(a, (math.prod(shape(b)), -1)), ravel(b)), shape(a)[rank(b) :])


# ---- decompositions ------------------------------------------------------------------------------------------------


class EighResult(NamedTuple):
    """Eigenvalues, and eigenvectors as columns."""

    eigenvalues: Any
    eigenvectors: Any


class EigResult(NamedTuple):
    """Eigenvalues, and eigenvectors as columns."""

    eigenvalues: Any
    eigenvectors: Any


class SVDResult(NamedTuple):
    """Left vectors as columns, singular values, right vectors as rows."""

    U: Any
    S: Any
    Vh: Any


class QRResult(NamedTuple):
    """An orthogonal matrix, and an upper triangular one."""

    Q: Any
    R: Any


@differentiable("linalg.cholesky")
def cholesky(a: Any, upper: bool = False) -> Any:
    """The lower triangular L of A = L L̄ᵀ, from A's lower triangle, or its adjoint from the upper one."""
    return matrix_transpose(linear_algebra.cholesky(matrix_transpose(a))) if upper else linear_algebra.cholesky(a)


@differentiable("linalg.eig")
def eig(a: Any) -> EigResult:
    """Eigenvalues, and eigenvectors of the length 1 as columns; real where they all are."""
    if not is_complex(a):
        plain(a, "np.linalg.eig of real numbers")  # which decide of what type the result is
    both = complex_matrices.eig(a)
    return EigResult(row(both, 0), rows(both, 1, None))


@differentiable("linalg.eigvals")
def eigvals(a: Any) -> Any:
    """Eigenvalues."""
    return eig(a).eigenvalues


@differentiable("linalg.eigh")
def eigh(a: Any, UPLO: str = "L") -> EighResult:
    """Eigenvalues and eigenvectors of a symmetric matrix, of which one triangle is read."""
    both = linear_algebra.eigh(a, UPLO=UPLO.upper())
    return EighResult(real(row(both, 0)) if is_complex(both) else row(both, 0), rows(both, 1, None))


@differentiable("linalg.eigvalsh")
def eigvalsh(a: Any, UPLO: str = "L") -> Any:
    """Eigenvalues of a symmetric matrix."""
    return eigh(a, UPLO).eigenvalues


@differentiable("linalg.svd")
def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    """The singular value decomposition A = U diag(s) Vᵀ; what completes U or V turns no more than it must."""
    m, n = shape(a)[-2:]
    a = _mirrored(a) if hermitian else a
    both = linear_algebra.svd(a)
    U, s, V = rows(both, 0, m), row(both, m), rows(both, m + 1, None)
    s = real(s) if is_complex(s) else s
    if not compute_uv:
        return s
    if full_matrices and m > n:
        U = concatenate([U, linear_algebra.complement(a, of="svd")], -1)
    if full_matrices and m < n:
        across = linear_algebra.complement(conjugated(matrix_transpose(a)), of="svd of the adjoint")
        V = concatenate([V, conjugated(across) if is_complex(a) else across], -1)
    return SVDResult(U, s, matrix_transpose(V))


@differentiable("linalg.svdvals")
def svdvals(x: Any) -> Any:
    """The singular values."""
    return svd(x, compute_uv=False)


@differentiable("linalg.qr")
def qr(a: Any, mode: str = "reduced") -> Any:
    """A = Q R, Q with orthogonal columns, R upper triangular; what completes Q turns no more than it must."""
    m, n = shape(a)[-2:]
    if mode not in ("reduced", "r", "complete"):
        raise ValueError(f"np.linalg.qr on nodes with mode={mode!r}: use 'reduced', 'complete' or 'r'")
    both = linear_algebra.qr(a if m >= n else a[..., :m])
    Q, R = rows(both, 0, m), matrix_transpose(rows(both, m, None))
    if n > m:
        R = concatenate([R, matmul(conjugated(matrix_transpose(Q)), a[..., m:])], -1)
    if mode == "complete" and m > n:
        Q = concatenate([Q, linear_algebra.complement(a, of="qr")], -1)
        R = concatenate([R, np.zeros((*shape(R)[:-2], m - n, n), dtype_of(R))], -2)
    return R if mode == "r" else QRResult(Q, R)


# ---- norms ---------------------------------------------------------------------------------------------------------


@differentiable("linalg.norm")
def norm_of_any_order(x: Any, ord: Any = None, axis: Axis = None, keepdims: bool = False) -> Any:
    """The norm of vectors or of matrices, of any of NumPy's orders."""
    axes = tuple(range(rank(x))) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    if ord is None or (len(axes) == 1 and ord == 2) or (len(axes) == 2 and ord == "fro"):
        return norm(x, None, axis, keepdims)
    if len(axes) == 1:
        return vector_norm(x, axis=axes[0], keepdims=keepdims, ord=ord)
    if len(axes) != 2:
        raise ValueError(f"norm(ord={ord!r}) of {len(axes)} axes: a vector has one, a matrix two")
    first, second = (axis_of(a, x) for a in axes)
    moved = transpose(x, (*(a for a in range(rank(x)) if a not in (first, second)), first, second))
    y = _matrix_norm(moved, ord)
    return reshape(y, kept_shape(shape(x), (first, second))) if keepdims else y


def _matrix_norm(x: Any, ord: Any) -> Any:
    if ord in (1, -1, np.inf, -np.inf):
        sums = sum(arithmetic.absolute(x), -2 if abs(ord) == 1 else -1)
        return max(sums, -1) if ord > 0 else min(sums, -1)
    if ord == "nuc":
        return sum(svdvals(x), -1)
    if ord in (2, -2):
        return svdvals(x)[..., 0 if ord > 0 else -1]
    raise ValueError(f"norm(ord={ord!r}) of a matrix: use None, 'fro', 'nuc', 1, 2, inf or their negatives")


@differentiable("linalg.vector_norm")
def vector_norm(x: Any, axis: Axis = None, keepdims: bool = False, ord: Any = 2) -> Any:
    """(Σ |xᵢ|^p)^(1/p), and its limits."""
    if ord == 2:
        return norm(x, None, axis, keepdims)
    if axis is None:
        y = vector_norm(ravel(x), 0, False, ord)
        return reshape(y, (1,) * rank(x)) if keepdims else y
    if ord in (np.inf, -np.inf):
        return (max if ord > 0 else min)(arithmetic.absolute(x), axis, keepdims)
    if ord == 0:
        return sum(cast(arithmetic.not_equal(x, 0), dtype_of(arithmetic.absolute(x))), axis, keepdims)
    if ord == 1:
        return sum(arithmetic.absolute(x), axis, keepdims)
    if isinstance(ord, str):
        raise ValueError(f"norm(ord={ord!r}) of a vector: that is one of matrices")
    # Scaled by the norm that has a gradient everywhere, so that 0 has the gradient 0, and nothing overflows.
    length = norm(x, None, axis, True)
    nothing = arithmetic.equal(length, 0)
    scaled = arithmetic.where(nothing, 1.0, x / arithmetic.where(nothing, 1.0, length))
    total = sum(arithmetic.absolute(scaled) ** ord, axis, True) ** (1.0 / ord) * length
    return total if keepdims else reshape(total, np.squeeze(np.broadcast_to(0, shape(total)), axis).shape)


@differentiable("linalg.matrix_norm")
def matrix_norm(x: Any, keepdims: bool = False, ord: Any = "fro") -> Any:
    """The norm of each matrix of a stack."""
    return norm_of_any_order(x, ord, (-2, -1), keepdims)


@differentiable("linalg.cond")
def cond(x: Any, p: Any = None) -> Any:
    """The condition number of a matrix: its norm times that of its inverse."""
    if p in (None, 2, -2):
        s = svdvals(x)
        return s[..., -1] / s[..., 0] if p == -2 else s[..., 0] / s[..., -1]
    return _matrix_norm(x, p) * _matrix_norm(inv(x), p) if p != "fro" else matrix_norm(x) * matrix_norm(inv(x))
