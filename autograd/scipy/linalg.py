"""``scipy.linalg``, differentiable: triangular, banded and Sylvester equations, and functions of matrices.

What NumPy has too is its, differentiable as `autograd.numpy.linalg`'s; every other name is SciPy's own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np
from scipy import linalg as _linalg

import autograd.numpy as anp
from autograd.errors import DTypeError
from autograd.extend import OwnPrimitive, defjvp, defvjp, primitive
from autograd.graph.node import Node
from autograd.rules.shapes import is_complex, shape
from autograd.scipy.factors import eigh, eigvalsh, lu, lu_factor, norm, pinv, qr, svd, svdvals, toeplitz

__all__ = [
    "block_diag",
    "cho_factor",
    "cho_solve",
    "cholesky",
    "det",
    "eigh",
    "eigvalsh",
    "expm",
    "inv",
    "logm",
    "lu",
    "lu_factor",
    "norm",
    "pinv",
    "qr",
    "solve",
    "solve_banded",
    "solve_sylvester",
    "solve_triangular",
    "sqrtm",
    "svd",
    "svdvals",
    "toeplitz",
]

inv, det = anp.linalg.inv, anp.linalg.det


def solve(a: Any, b: Any, **options: Any) -> Any:
    """The x with a x = b; of nodes without options."""
    if isinstance(a, Node) or isinstance(b, Node):
        if options:
            raise TypeError(f"scipy.linalg.solve on nodes takes no {next(iter(options))}=")
        return anp.linalg.solve(a, b)
    return _linalg.solve(a, b, **options)


def cholesky(a: Any, lower: bool = False, **options: Any) -> Any:
    """The triangular factor L with L Lᵀ = a, or its transpose where not ``lower``."""
    if not isinstance(a, Node):
        return _linalg.cholesky(a, lower, **options)
    factor = anp.linalg.cholesky(a)
    return factor if lower else anp.transpose(factor)


def cho_factor(a: Any, lower: bool = False, **options: Any) -> Any:
    """The triangular factor for `cho_solve`, and whether it is the lower one."""
    if not isinstance(a, Node):
        return _linalg.cho_factor(a, lower, **options)
    return cholesky(a, lower), lower


# ---- equations -------------------------------------------------------------------------------------------------------


@primitive
def solve_triangular(a: Any, b: Any, trans: Any = 0, lower: bool = False, **options: Any) -> Any:
    """The x with a x = b, or aᵀ x = b where ``trans``, for a triangular matrix a; see SciPy's."""
    return _linalg.solve_triangular(a, b, trans, lower, **options)


def _other(trans: Any) -> int:
    return 1 if trans in (0, "N") else 0


def _columns(x: Any) -> Any:
    return x if len(shape(x)) > 1 else anp.reshape(x, (-1, 1))


def _for_triangle(x: Any, a: Any, b: Any, trans: Any = 0, lower: bool = False, **options: Any) -> Any:  # noqa: ARG001
    def of(g: Any) -> Any:
        whole = -_columns(solve_triangular(a, g, _other(trans), lower, **options)) @ anp.transpose(_columns(x))
        whole = anp.transpose(whole) if _other(trans) == 0 else whole
        part = anp.tril(whole) if lower else anp.triu(whole)
        return part * (1 - np.eye(shape(whole)[0])) if options.get("unit_diagonal") else part

    return of


def _for_right_side(x: Any, a: Any, b: Any, trans: Any = 0, lower: bool = False, **options: Any) -> Any:  # noqa: ARG001
    return lambda g: solve_triangular(a, g, _other(trans), lower, **options)


defvjp(solve_triangular, _for_triangle, _for_right_side, None, None)


def cho_solve(c_and_lower: tuple[Any, bool], b: Any, **options: Any) -> Any:
    """The x with a x = b, from the Cholesky factor of a: ``cho_solve((factor, lower), b)``."""
    factor, lower = c_and_lower
    if not isinstance(factor, Node) and not isinstance(b, Node):
        return _linalg.cho_solve(c_and_lower, b, **options)
    first, second = (0, 1) if lower else (1, 0)
    return solve_triangular(factor, solve_triangular(factor, b, first, lower), second, lower)


@primitive
def solve_sylvester(a: Any, b: Any, q: Any) -> Any:
    """The x with a x + x b = q."""
    return _linalg.solve_sylvester(a, b, q)


def _transposed(a: Any, b: Any, g: Any) -> Any:
    return solve_sylvester(anp.transpose(a), anp.transpose(b), g)


defvjp(
    solve_sylvester,
    lambda x, a, b, q: lambda g: -_transposed(a, b, g) @ anp.transpose(x),
    lambda x, a, b, q: lambda g: -anp.transpose(x) @ _transposed(a, b, g),
    lambda x, a, b, q: lambda g: _transposed(a, b, g),
)
defjvp(
    solve_sylvester,
    lambda t, x, a, b, q: -solve_sylvester(a, b, t @ x),
    lambda t, x, a, b, q: -solve_sylvester(a, b, x @ t),
    lambda t, x, a, b, q: solve_sylvester(a, b, t),
)


def solve_banded(l_and_u: tuple[int, int], ab: Any, b: Any, **options: Any) -> Any:
    """The x with a x = b, for a matrix a of l diagonals below and u above its own, which are the rows of ab.

    Of nodes it is solved as a full matrix.
    """
    if not isinstance(ab, Node) and not isinstance(b, Node):
        return _linalg.solve_banded(l_and_u, ab, b, **options)
    size = shape(ab)[1]
    rows, columns = np.indices((size, size))
    band = l_and_u[1] + rows - columns
    inside = (band >= 0) & (band <= sum(l_and_u))
    return anp.linalg.solve(anp.where(inside, ab[np.where(inside, band, 0), columns], 0.0), b)


# ---- matrices --------------------------------------------------------------------------------------------------------


def block_diag(*arrs: Any) -> Any:
    """The matrix of these along its diagonal, and zeros."""
    if not any(isinstance(x, Node) for x in arrs):
        return _linalg.block_diag(*arrs)
    blocks = [anp.reshape(x, (1,) * (2 - len(shape(x))) + shape(x)) for x in arrs]
    width = sum(shape(x)[1] for x in blocks)
    rows, before = [], 0
    for x in blocks:
        height, own = shape(x)
        rows.append(anp.concatenate([np.zeros((height, before)), x, np.zeros((height, width - before - own))], axis=1))
        before += own
    return anp.concatenate(rows)


def _of_matrices(scipys: Callable[..., Any]) -> OwnPrimitive:
    """A function of a square matrix as a primitive, without derivatives yet."""

    @primitive
    @wraps(scipys)
    def own(a: Any, **options: Any) -> Any:
        # SciPy before 1.15 goes by way of complex numbers, and keeps them, where a matrix has no basis of eigenvectors;
        # these may have 256 bits.
        y = np.real_if_close(scipys(a, **options))
        return y.astype(complex, copy=False) if y.dtype == np.clongdouble else y

    return own


def _by_larger_matrix(scipys: Callable[..., Any]) -> OwnPrimitive:
    """A function of a square matrix, whose derivative stands in its value at a larger one.

    f([[A, E], [0, A]]) = [[f(A), Df(A)[E]], [0, f(A)]] (N. Higham, "Functions of Matrices", 2008, theorem 3.6).
    """
    own = _of_matrices(scipys)

    def slope(y: Any, a: Any, direction: Any) -> Any:
        if is_complex(y) and not is_complex(a):  # where rounding decides between two branches
            raise DTypeError(
                f"{scipys.__name__} of a real matrix with eigenvalues below 0 has no derivative, on its branch cut"
            )
        size = shape(a)[0]
        upper = anp.concatenate([a, direction], axis=1)
        lower = anp.concatenate([np.zeros((size, size)), a], axis=1)
        return own(anp.concatenate([upper, lower]))[:size, size:]

    defvjp(own, lambda y, a, **options: lambda g: slope(y, anp.transpose(a), g))
    defjvp(own, lambda t, y, a, **options: slope(y, a, t))
    return own


expm, logm = _by_larger_matrix(_linalg.expm), _by_larger_matrix(_linalg.logm)

# Of S S = A: S dS + dS S = dA, whatever branch S is on.
sqrtm = _of_matrices(_linalg.sqrtm)
defvjp(sqrtm, lambda y, a, **options: lambda g: _transposed(y, y, g))
defjvp(sqrtm, lambda t, y, a, **options: solve_sylvester(y, y, t))


def __getattr__(name: str) -> Any:
    return getattr(_linalg, name)
