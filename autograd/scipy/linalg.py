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
from autograd.numpy.arguments import array_of, dtype_of
from autograd.rules.matrices import told
from autograd.rules.products import matrix_transpose
from autograd.rules.shapes import is_complex, shape
from autograd.rules.shaping import sum_to
from autograd.scipy.factors import (
    circulant,
    eigh,
    eigvalsh,
    hankel,
    lu,
    lu_factor,
    norm,
    order_of,
    pinv,
    qr,
    refuse_options,
    svd,
    svdvals,
    toeplitz,
)

__all__ = [
    "block_diag",
    "cho_factor",
    "cho_solve",
    "cholesky",
    "circulant",
    "det",
    "eigh",
    "eigvalsh",
    "expm",
    "hankel",
    "inv",
    "logm",
    "lu",
    "lu_factor",
    "lu_solve",
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


def solve(
    a: Any, b: Any, lower: bool = False, *, assume_a: Any = None, transposed: bool = False, **options: Any
) -> Any:
    """The x with a x = b, or aᵀ x = b; of a matrix that is assumed to be symmetric, one triangle is read."""
    if not isinstance(a, Node) and not isinstance(b, Node):
        given = {name: x for name, x in (("assume_a", assume_a), ("transposed", transposed)) if x}
        return _linalg.solve(a, b, lower, **given, **options)
    refuse_options("solve", **options)
    a, kind = array_of(a), _STRUCTURES.get(assume_a)
    if kind is None:
        known = ", ".join(repr(name) for name in _STRUCTURES if name)
        raise TypeError(f"scipy.linalg.solve on nodes takes no assume_a={assume_a!r}: use {known}")
    if kind in ("sym", "her"):
        part, diagonal = anp.tril(a, -1) if lower else anp.triu(a, 1), a * np.eye(shape(a)[-1], dtype=dtype_of(a))
        other = matrix_transpose(part)
        a = part + (anp.conj(other) + anp.real(diagonal) if kind == "her" else other + diagonal)
    elif kind != "gen":
        a = anp.tril(a) if kind == "lower" else anp.triu(a)
    return anp.linalg.solve(matrix_transpose(a) if transposed else a, b)


# What a matrix may be assumed to be.
_STRUCTURES = {None: "gen", "gen": "gen", "general": "gen", "sym": "sym", "symmetric": "sym"}
_STRUCTURES |= dict.fromkeys(("her", "hermitian", "pos", "positive definite"), "her")
_STRUCTURES |= {"upper triangular": "upper", "lower triangular": "lower"}


def cholesky(a: Any, lower: bool = False, **options: Any) -> Any:
    """The triangular factor L with L Lᵀ = a, from a's lower triangle, or its transpose from the upper one."""
    if not isinstance(a, Node):
        return _linalg.cholesky(a, lower, **options)
    refuse_options("cholesky", **options)
    return anp.linalg.cholesky(a, upper=not lower)


def cho_factor(a: Any, lower: bool = False, **options: Any) -> Any:
    """The triangular factor for `cho_solve`, and whether it is the lower one."""
    if not isinstance(a, Node):
        return _linalg.cho_factor(a, lower, **options)
    return cholesky(a, lower, **options), lower


# ---- equations -------------------------------------------------------------------------------------------------------
# SciPy takes stacks of matrices, and along with them one vector or stacks of columns. What one operand is shared by
# several others gets is summed to its shape.


def solve_triangular(a: Any, b: Any, trans: Any = 0, lower: bool = False, **options: Any) -> Any:
    """The x with a x = b, or aᵀ x = b where ``trans``, for a triangular matrix a; see SciPy's."""
    if not isinstance(a, Node) and not isinstance(b, Node):
        return _linalg.solve_triangular(a, b, trans, lower, **options)
    a, b = array_of(a), array_of(b)
    if trans in (2, "C"):
        a, trans = anp.conj(a), 1
    ways = {key: options[key] for key in ("unit_diagonal", "check_finite") if key in options}
    refuse_options("solve_triangular", **{key: value for key, value in options.items() if key not in ways})
    if len(shape(b)) == 1:
        return _solve_triangular(a, b[:, None], trans, lower, **ways)[..., 0]
    if len(shape(b)) > 2 == len(shape(a)):  # a SciPy of single matrices would take the stack for one, and refuses two
        a = anp.broadcast_to(a, shape(b)[:-2] + shape(a))
    return _solve_triangular(a, b, trans, lower, **ways)


@primitive
@told("solve_triangular")
def _solve_triangular(a: Any, b: Any, trans: Any, lower: bool, **options: Any) -> Any:
    return _linalg.solve_triangular(a, b, trans, lower, **options)


_solve_triangular.name = "solve_triangular"  # in messages and pictures


def _other(trans: Any) -> int:
    return 1 if trans in (0, "N") else 0


def _for_triangle(x: Any, a: Any, b: Any, trans: Any, lower: bool, **options: Any) -> Any:  # noqa: ARG001
    def of(g: Any) -> Any:
        whole = -_solve_triangular(a, g, _other(trans), lower, **options) @ matrix_transpose(x)
        whole = sum_to(matrix_transpose(whole) if _other(trans) == 0 else whole, shape=shape(a))
        part = anp.tril(whole) if lower else anp.triu(whole)
        return part * (1 - np.eye(shape(a)[-1], dtype=part.dtype)) if options.get("unit_diagonal") else part

    return of


def _for_right_side(x: Any, a: Any, b: Any, trans: Any, lower: bool, **options: Any) -> Any:  # noqa: ARG001
    return lambda g: sum_to(_solve_triangular(a, g, _other(trans), lower, **options), shape=shape(b))


defvjp(_solve_triangular, _for_triangle, _for_right_side, None, None)


def cho_solve(c_and_lower: tuple[Any, bool], b: Any, **options: Any) -> Any:
    """The x with a x = b, from the Cholesky factor of a: ``cho_solve((factor, lower), b)``."""
    factor, lower = c_and_lower
    if not isinstance(factor, Node) and not isinstance(b, Node):
        return _linalg.cho_solve(c_and_lower, b, **options)
    refuse_options("cho_solve", **options)
    b = array_of(b)
    if len(shape(b)) == 1:  # which the second triangle, of a stack, would take for a matrix
        return cho_solve(c_and_lower, b[:, None])[..., 0]
    lower = bool(np.ravel(lower)[0])  # SciPy's cho_factor of a stack says it of each
    first, second = (0, 2) if lower else (2, 0)
    return solve_triangular(factor, solve_triangular(factor, b, first, lower), second, lower)


def lu_solve(lu_and_piv: tuple[Any, Any], b: Any, trans: int = 0, **options: Any) -> Any:
    """The x with a x = b, or aᵀ x = b where ``trans``, from what `lu_factor` gives of a."""
    factors, pivots = lu_and_piv
    if not isinstance(factors, Node) and not isinstance(b, Node):
        return _linalg.lu_solve(lu_and_piv, b, trans, **options)
    refuse_options("lu_solve", **options)
    order, b = order_of(pivots), array_of(b)
    ways = {"lower": True, "unit_diagonal": True}
    if not trans:
        return solve_triangular(factors, solve_triangular(factors, b[order], **ways))
    return solve_triangular(factors, solve_triangular(factors, b, trans), trans, **ways)[np.argsort(order)]


@primitive
@told("solve_sylvester")
def solve_sylvester(a: Any, b: Any, q: Any) -> Any:
    """The x with a x + x b = q."""
    return _linalg.solve_sylvester(a, b, q)


def _transposed(a: Any, b: Any, g: Any) -> Any:
    return solve_sylvester(matrix_transpose(a), matrix_transpose(b), g)


defvjp(
    solve_sylvester,
    lambda x, a, b, q: lambda g: sum_to(-_transposed(a, b, g) @ matrix_transpose(x), shape=shape(a)),
    lambda x, a, b, q: lambda g: sum_to(-matrix_transpose(x) @ _transposed(a, b, g), shape=shape(b)),
    lambda x, a, b, q: lambda g: sum_to(_transposed(a, b, g), shape=shape(q)),
)
defjvp(
    solve_sylvester,
    lambda t, x, a, b, q: -solve_sylvester(a, b, t @ x),
    lambda t, x, a, b, q: -solve_sylvester(a, b, x @ t),
    lambda t, x, a, b, q: anp.broadcast_to(solve_sylvester(a, b, t), shape(x)),
)


def solve_banded(l_and_u: tuple[int, int], ab: Any, b: Any, **options: Any) -> Any:
    """The x with a x = b, for a matrix a of l diagonals below and u above its own, which are the rows of ab.

    Of nodes it is solved as a full matrix.
    """
    if not isinstance(ab, Node) and not isinstance(b, Node):
        return _linalg.solve_banded(l_and_u, ab, b, **options)
    refuse_options("solve_banded", **options)
    ab = array_of(ab)
    size = shape(ab)[-1]
    rows, columns = np.indices((size, size))
    band = l_and_u[1] + rows - columns
    inside = (band >= 0) & (band <= sum(l_and_u))
    return anp.linalg.solve(anp.where(inside, ab[..., np.where(inside, band, 0), columns], 0.0), b)


# ---- matrices --------------------------------------------------------------------------------------------------------


def block_diag(*arrs: Any) -> Any:
    """The matrix of these along its diagonal, and zeros; of stacks of matrices a stack of such."""
    if not any(isinstance(x, Node) for x in arrs):
        return _linalg.block_diag(*arrs)
    blocks = [anp.reshape(x, (1,) * (2 - len(shape(x))) + shape(x)) for x in map(array_of, arrs)]
    stack = np.broadcast_shapes(*(shape(x)[:-2] for x in blocks))
    width = sum(shape(x)[-1] for x in blocks)
    rows, before = [], 0
    for x in blocks:
        height, own = shape(x)[-2:]
        left, right = (np.zeros((*stack, height, n), dtype_of(x)) for n in (before, width - before - own))
        rows.append(anp.concatenate([left, anp.broadcast_to(x, (*stack, height, own)), right], axis=-1))
        before += own
    return anp.concatenate(rows, axis=-2)


def _of_matrices(scipys: Callable[..., Any]) -> OwnPrimitive:
    """A function of a square matrix as a primitive, without derivatives yet."""

    @primitive
    @told(scipys.__name__)
    @wraps(scipys)
    def own(a: Any, **options: Any) -> Any:
        # SciPy before 1.15 goes by way of complex numbers, and keeps them, where a matrix has no basis of eigenvectors;
        # these may have 256 bits.
        y = scipys(a, **options)
        if not np.iscomplexobj(a):
            y = np.real_if_close(y)
        elif not np.iscomplexobj(y):  # as it gives where there are no imaginary parts
            y = y + 0j
        return y.astype(complex, copy=False) if y.dtype == np.clongdouble else y

    own.__module__ = __name__  # where a pickle finds it
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
        size = shape(a)[-1]
        upper = anp.concatenate([a, direction], axis=-1)
        lower = anp.concatenate([np.zeros(shape(a), dtype_of(a)), a], axis=-1)
        return own(anp.concatenate([upper, lower], axis=-2))[..., :size, size:]

    defvjp(own, lambda y, a, **options: lambda g: slope(y, matrix_transpose(a), g))
    defjvp(own, lambda t, y, a, **options: slope(y, a, t))
    return own


@wraps(_linalg.logm)
def _logm(a: Any, **options: Any) -> Any:
    # It estimates norms by random vectors of NumPy's global generator, which is left as it was.
    before = np.random.get_state()  # noqa: NPY002
    try:
        return _linalg.logm(a, **options)
    except ZeroDivisionError:  # an older SciPy divides by the norm of zeros, with which a trace may begin
        return np.full(np.shape(a), np.nan)
    finally:
        np.random.set_state(before)  # noqa: NPY002


expm, logm = _by_larger_matrix(_linalg.expm), _by_larger_matrix(_logm)

# Of S S = A: S dS + dS S = dA, whatever branch S is on.
sqrtm = _of_matrices(_linalg.sqrtm)
defvjp(sqrtm, lambda y, a, **options: lambda g: _transposed(y, y, g))
defjvp(sqrtm, lambda t, y, a, **options: solve_sylvester(y, y, t))


def __getattr__(name: str) -> Any:
    return getattr(_linalg, name)
