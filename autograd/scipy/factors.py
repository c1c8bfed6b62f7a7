"""Factors, eigenvalues and norms of `scipy.linalg`: NumPy's where they are equal, with SciPy's names for arguments."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg as _linalg
from scipy.optimize import linear_sum_assignment

import autograd.numpy as anp
from autograd.extend import defjvp, defvjp, primitive
from autograd.numpy.arguments import array_of, dtype_of, plain
from autograd.numpy.complex_numbers import conjugated
from autograd.rules.products import matrix_transpose
from autograd.rules.shapes import shape
from autograd.scipy.calls import in_place_of
from autograd.scipy.equations import _sylvester, adjoint

# ---- eigenvalues -----------------------------------------------------------------------------------------------------


def mirrored(a: Any, lower: bool, hermitian: bool = True) -> Any:
    """The symmetric matrix, or the Hermitian one, of which a has one triangle, which alone is read."""
    part = anp.tril(a, -1) if lower else anp.triu(a, 1)
    diagonal = a * np.eye(shape(a)[-1], dtype=np.finfo(dtype_of(a)).dtype)
    if hermitian:
        return part + adjoint(part) + anp.real(diagonal)
    return part + matrix_transpose(part) + diagonal


@in_place_of(_linalg.eigh, eigvals="use subset_by_index")
def eigh(
    a: Any,
    b: Any = None,
    *,
    lower: bool = True,
    eigvals_only: bool = False,
    type: int = 1,
    subset_by_index: Any = None,
    subset_by_value: Any = None,
) -> Any:
    """Eigenvalues and eigenvectors of a symmetric matrix; of nodes NumPy's, whose signs may not be SciPy's.

    With b = L Lᴴ, those of L⁻¹ a L⁻ᴴ, or of Lᴴ a L for the types 2 and 3 (LAPACK Users' Guide, 1999, section 2.3.7).
    """
    a, back = array_of(a), None
    if b is not None:
        a, L = mirrored(a, lower), anp.linalg.cholesky(mirrored(array_of(b), lower))
        a = adjoint(anp.linalg.solve(L, adjoint(anp.linalg.solve(L, a)))) if type == 1 else adjoint(L) @ a @ L
        back = (lambda V: L @ V) if type == 3 else (lambda V: anp.linalg.solve(adjoint(L), V))
    w, V = anp.linalg.eigh(a, "L" if lower or b is not None else "U")
    if subset_by_index is not None and subset_by_value is not None:
        raise ValueError("scipy.linalg.eigh takes subset_by_index= or subset_by_value=, and not both")
    if subset_by_index is not None:
        first, last = subset_by_index
        w, V = w[..., first : last + 1], V[..., first : last + 1]
    elif subset_by_value is not None:
        numbers = plain(w, "scipy.linalg.eigh by values")
        taken = (numbers > subset_by_value[0]) & (numbers <= subset_by_value[1])
        w, V = w[taken], V[:, taken]
    return w if eigvals_only else (w, V if back is None else back(V))


@in_place_of(_linalg.eigvalsh, eigvals="use subset_by_index")
def eigvalsh(
    a: Any,
    b: Any = None,
    *,
    lower: bool = True,
    type: int = 1,
    subset_by_index: Any = None,
    subset_by_value: Any = None,
) -> Any:
    """Eigenvalues of a symmetric matrix."""
    subset = {"subset_by_index": subset_by_index, "subset_by_value": subset_by_value}
    return eigh(a, b, lower=lower, eigvals_only=True, type=type, **subset)


@in_place_of(_linalg.eig)
def eig(a: Any, b: Any = None, left: bool = False, right: bool = True) -> Any:
    """Eigenvalues and eigenvectors, of the length 1, of a square matrix; those of a v = w b v for a regular b."""
    a = array_of(a)
    b = None if b is None else array_of(b)
    w, V = anp.linalg.eig(a if b is None else anp.linalg.solve(b, a))
    if b is not None:  # in SciPy's order
        theirs = _linalg.eigvals(*(plain(x, "scipy.linalg.eig") for x in (a, b)))
        order = linear_sum_assignment(np.abs(theirs[:, None] - plain(w)))[1]
        w, V = w[order], V[:, order]
    found: tuple[Any, ...] = (anp.array(w, dtype=np.result_type(dtype_of(w), np.complex64)),)
    if left:  # rows of the inverse are at right angles to the other vectors
        across = adjoint(anp.linalg.inv(V if b is None else b @ V))
        found += (across / anp.linalg.norm(across, axis=0),)
    found += (V,) if right else ()
    return found if left or right else found[0]


@in_place_of(_linalg.eigvals)
def eigvals(a: Any, b: Any = None) -> Any:
    """Eigenvalues of a square matrix."""
    return eig(a, b, right=False)


# ---- singular values -------------------------------------------------------------------------------------------------


@in_place_of(_linalg.svd)
def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """U, s and Vᵀ with a = U diag(s) Vᵀ; s alone without ``compute_uv``."""
    return anp.linalg.svd(a, full_matrices=full_matrices, compute_uv=compute_uv)


@in_place_of(_linalg.svdvals)
def svdvals(a: Any) -> Any:
    """Singular values."""
    return anp.linalg.svd(a, compute_uv=False)


@in_place_of(_linalg.pinv)
def pinv(a: Any, *, atol: float | None = None, rtol: float | None = None, return_rank: bool = False) -> Any:
    """The pseudo-inverse, and the rank with ``return_rank``."""
    a = array_of(a)
    limit = max(shape(a)) * np.finfo(dtype_of(a)).eps if rtol is None else rtol
    if atol or return_rank:
        s = np.linalg.svd(plain(a, "scipy.linalg.pinv with atol= or return_rank="), compute_uv=False)
        limit += (atol or 0.0) / np.max(s, initial=np.finfo(dtype_of(a)).tiny)
    found = anp.linalg.pinv(a, rcond=limit)
    return (found, int(np.sum(s > limit * np.max(s)))) if return_rank else found


@in_place_of(_linalg.pinvh)
def pinvh(
    a: Any, atol: float | None = None, rtol: float | None = None, lower: bool = True, return_rank: bool = False
) -> Any:
    """The pseudo-inverse of a symmetric matrix, of which one triangle is read."""
    return pinv(mirrored(array_of(a), lower), atol=atol, rtol=rtol, return_rank=return_rank)


@in_place_of(_linalg.lstsq)
def lstsq(a: Any, b: Any, cond: float | None = None, lapack_driver: str | None = None) -> Any:
    """The x that is closest to a x = b, the squares that are left, the rank, and the singular values."""
    a, b = array_of(a), array_of(b)
    cond = np.finfo(np.result_type(dtype_of(a), dtype_of(b))).eps if cond is None else cond
    x, left, rank, s = anp.linalg.lstsq(a, b, cond)
    if lapack_driver == "gelsy":  # by another decomposition
        return x, np.empty(0, x.dtype), rank, None
    if not shape(left)[0]:
        left = np.empty(0, x.dtype)
    return x, left if len(shape(b)) > 1 or not shape(left)[0] else left[0], rank, s


def _of_full_rank(name: str, A: Any, rcond: float | None) -> Any:
    """Singular vectors on both sides of a matrix, of which none is lost."""
    A = array_of(A)
    U, s, Vh = anp.linalg.svd(A, full_matrices=True)
    numbers = plain(s, f"scipy.linalg.{name}")
    limit = np.finfo(s.dtype).eps * max(shape(A)) if rcond is None else rcond
    if not np.all(numbers > np.max(numbers, initial=0.0) * limit):
        raise TypeError(
            f"scipy.linalg.{name} on nodes takes a matrix of full rank: near one of a lower rank its space jumps"
        )
    return U, Vh, len(numbers)


@in_place_of(_linalg.null_space)
def null_space(A: Any, rcond: float | None = None) -> Any:
    """An orthonormal basis, as columns, of the x with A x = 0; how it is turned within that space is nobody's."""
    _, Vh, count = _of_full_rank("null_space", A, rcond)
    return adjoint(Vh[count:])


@in_place_of(_linalg.orth)
def orth(A: Any, rcond: float | None = None) -> Any:
    """An orthonormal basis, as columns, of all A x: the left singular vectors."""
    U, _, count = _of_full_rank("orth", A, rcond)
    return U[:, :count]


# ---- the nearest unitary matrix --------------------------------------------------------------------------------------


@primitive
def _unitary(a: Any) -> Any:
    return _linalg.polar(a)[0]


_unitary.name = "polar"  # in messages and pictures


def _of_unitary(g: Any, u: Any, a: Any) -> Any:
    """From p Ω + Ω p = uᴴ ȧ − ȧᴴ u, where u̇ = u Ω + (1 − u uᴴ) ȧ p⁻¹ (N. Higham, "Functions of Matrices", 2008, §8)."""
    if shape(a)[0] < shape(a)[1]:
        return matrix_transpose(_of_unitary(matrix_transpose(g), matrix_transpose(u), matrix_transpose(a)))
    g, p = conjugated(g), adjoint(u) @ a
    inside = adjoint(u) @ g
    turn = _sylvester(p, p, inside)
    outside = adjoint(anp.linalg.solve(adjoint(p), adjoint(g - u @ inside)))
    return conjugated(u @ (turn - adjoint(turn)) + outside)


defvjp(_unitary, lambda u, a: lambda g: _of_unitary(g, u, a))


@in_place_of(_linalg.polar)
def polar(a: Any, side: str = "right") -> Any:
    """U with orthonormal columns (rows) and a positive P, with a = U P, or a = P U from the left."""
    if side not in ("right", "left"):
        raise ValueError(f"side={side!r}: expected 'right' or 'left'")
    u = _unitary(a)
    return u, adjoint(u) @ a if side == "right" else a @ adjoint(u)


@in_place_of(_linalg.orthogonal_procrustes)
def orthogonal_procrustes(A: Any, B: Any) -> Any:
    """The orthogonal R that takes A nearest to B, and the sum of the singular values of Aᴴ B."""
    product = adjoint(array_of(A)) @ array_of(B)
    R = _unitary(product)
    return R, anp.real(anp.trace(adjoint(R) @ product))


# ---- other factors ---------------------------------------------------------------------------------------------------


@in_place_of(_linalg.qr, pivoting="order the columns beforehand")
def qr(a: Any, mode: str = "full") -> Any:
    """Q and R with a = Q R; (R,) with ``mode="r"``."""
    if mode not in ("full", "economic", "r"):
        raise TypeError(f'scipy.linalg.qr on nodes takes mode="full", "economic" or "r", got {mode!r}')
    q, r = anp.linalg.qr(a, "reduced" if mode == "economic" else "complete")
    return (r,) if mode == "r" else (q, r)


@in_place_of(_linalg.norm)
def norm(a: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """A norm of a vector or a matrix."""
    return anp.linalg.norm(a, ord, axis, keepdims)


# ---- triangular factors ----------------------------------------------------------------------------------------------


@primitive
def _packed(a: Any, order: Any) -> Any:  # noqa: ARG001 - the order is for the rules
    """L below the diagonal and U from it on, of the rows of a in the order that LAPACK finds good.

    Not of ``a[order]``, where rows that were as good as each other might change places again.
    """
    return _linalg.lu_factor(a)[0]


_packed.name = "lu_factor"  # in messages and pictures


def _lower(f: Any) -> Any:
    return anp.tril(f, -1) + np.eye(shape(f)[0], dtype=f.dtype)


def _from_right(x: Any, u: Any, transposed: bool) -> Any:
    """X U⁻¹, or X U⁻ᵀ."""
    return anp.transpose(anp.linalg.solve(anp.triu(u) if transposed else anp.transpose(anp.triu(u)), anp.transpose(x)))


def _pull_packed(f: Any, a: Any, order: Any) -> Any:  # noqa: ARG001 - a rule's arguments
    def of(g: Any) -> Any:
        lower = anp.transpose(_lower(f))
        inner = anp.tril(lower @ anp.tril(g, -1), -1) + anp.triu(anp.triu(g) @ anp.transpose(anp.triu(f)))
        return _from_right(anp.linalg.solve(lower, inner), f, True)[np.argsort(order)]

    return of


def _push_packed(t: Any, f: Any, a: Any, order: Any) -> Any:  # noqa: ARG001 - a rule's arguments
    inner = _from_right(anp.linalg.solve(_lower(f), t[order]), f, False)
    return _lower(f) @ anp.tril(inner, -1) + anp.triu(inner) @ anp.triu(f)


defvjp(_packed, _pull_packed, None)
defjvp(_packed, _push_packed, None)


def _factored(name: str, a: Any) -> tuple[Any, Any, Any]:
    """The packed factors, LAPACK's exchanges of rows, and the order that they make."""
    if len(shape(a)) != 2 or shape(a)[0] != shape(a)[1]:
        raise TypeError(
            f"scipy.linalg.{name} on nodes takes a square matrix, got shape {shape(a)}: autograd.numpy.linalg has qr"
        )
    pivots = _linalg.lu_factor(plain(a, "scipy.linalg.lu"))[1]
    order = order_of(pivots)
    return _packed(a, order), pivots, order


def order_of(pivots: Any) -> Any:
    """Which row stands where, after LAPACK's exchanges."""
    order = np.arange(len(pivots))
    for i, j in enumerate(pivots):
        order[[i, j]] = order[[j, i]]
    return order


@in_place_of(_linalg.lu_factor)
def lu_factor(a: Any) -> Any:
    """L and U in one matrix, and the exchanges of rows."""
    return _factored("lu_factor", a)[:2]


@in_place_of(_linalg.lu)
def lu(a: Any, permute_l: bool = False, p_indices: bool = False) -> Any:
    """P, L and U with a = P L U, or P L and U; the exchange of rows P, or the order that it makes, is constant."""
    packed, _, order = _factored("lu", a)
    lower, upper = _lower(packed), anp.triu(packed)
    exchange = np.eye(len(order), dtype=np.finfo(packed.dtype).dtype)[order].T
    if permute_l:
        return exchange @ lower, upper
    return np.argsort(order).astype(np.intc) if p_indices else exchange, lower, upper
