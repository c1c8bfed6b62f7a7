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
from autograd.numpy.arguments import array_of, dtype_of
from autograd.rules.matrices import naming_shapes
from autograd.rules.products import matrix_transpose
from autograd.rules.shapes import is_complex, shape
from autograd.rules.shaping import sum_to
from autograd.scipy.calls import in_place_of
from autograd.scipy.equations import (
    _sylvester,
    solve_continuous_are,
    solve_continuous_lyapunov,
    solve_discrete_are,
    solve_discrete_lyapunov,
    solve_lyapunov,
    solve_sylvester,
)
from autograd.scipy.factors import (
    eig,
    eigh,
    eigvals,
    eigvalsh,
    lstsq,
    lu,
    lu_factor,
    mirrored,
    norm,
    null_space,
    order_of,
    orth,
    orthogonal_procrustes,
    pinv,
    pinvh,
    polar,
    qr,
    svd,
    svdvals,
)
from autograd.scipy.patterned import block_diag, circulant, hankel, toeplitz

__all__ = [
    "block_diag",
    "cho_factor",
    "cho_solve",
    "cholesky",
    "circulant",
    "coshm",
    "cosm",
    "det",
    "eig",
    "eigh",
    "eigvals",
    "eigvalsh",
    "expm",
    "expm_frechet",
    "hankel",
    "inv",
    "logm",
    "lstsq",
    "lu",
    "lu_factor",
    "lu_solve",
    "norm",
    "null_space",
    "orth",
    "orthogonal_procrustes",
    "pinv",
    "pinvh",
    "polar",
    "qr",
    "sinhm",
    "sinm",
    "solve",
    "solve_banded",
    "solve_continuous_are",
    "solve_continuous_lyapunov",
    "solve_discrete_are",
    "solve_discrete_lyapunov",
    "solve_lyapunov",
    "solve_sylvester",
    "solve_triangular",
    "sqrtm",
    "svd",
    "svdvals",
    "tanhm",
    "tanm",
    "toeplitz",
]


@in_place_of(_linalg.inv)
def inv(a: Any, assume_a: Any = None, lower: bool = False) -> Any:
    """The inverse; of a matrix that is assumed to be symmetric, one triangle is read."""
    return anp.linalg.inv(_assumed("inv", array_of(a), assume_a, lower))


@in_place_of(_linalg.det)
def det(a: Any) -> Any:
    """The determinant."""
    return anp.linalg.det(a)


@in_place_of(_linalg.solve)
def solve(a: Any, b: Any, lower: bool = False, assume_a: Any = None, transposed: bool = False) -> Any:
    """The x with a x = b, or aᵀ x = b; of a matrix that is assumed to be symmetric, one triangle is read."""
    a = _assumed("solve", array_of(a), assume_a, lower)
    return anp.linalg.solve(matrix_transpose(a) if transposed else a, b)


# What a matrix may be assumed to be.
_STRUCTURES = {None: "gen", "gen": "gen", "general": "gen", "sym": "sym", "symmetric": "sym"}
_STRUCTURES |= dict.fromkeys(("her", "hermitian", "pos", "positive definite"), "her")
_STRUCTURES |= {"upper triangular": "upper", "lower triangular": "lower", "banded": "gen"}
_STRUCTURES |= {"diagonal": "diagonal", "tridiagonal": "tridiagonal"}
# What is read of it.
_PARTS: dict[str, Callable[[Any], Any]] = {
    "upper": anp.triu,
    "lower": anp.tril,
    "diagonal": lambda a: anp.tril(anp.triu(a)),
    "tridiagonal": lambda a: anp.tril(anp.triu(a, -1), 1),
}


def _assumed(name: str, a: Any, assume_a: Any, lower: bool) -> Any:
    """What is read of a matrix."""
    kind = _STRUCTURES.get(assume_a)
    if kind is None:
        known = ", ".join(repr(name) for name in _STRUCTURES if name)
        raise TypeError(f"scipy.linalg.{name} on nodes takes no assume_a={assume_a!r}: use {known}")
    if kind in ("sym", "her"):
        a = mirrored(a, lower, kind == "her")
    elif kind != "gen":
        a = _PARTS[kind](a)
    return a


@in_place_of(_linalg.cholesky)
def cholesky(a: Any, lower: bool = False) -> Any:
    """The triangular factor L with L Lᵀ = a, from a's lower triangle, or its transpose from the upper one."""
    return anp.linalg.cholesky(a, upper=not lower)


@in_place_of(_linalg.cho_factor)
def cho_factor(a: Any, lower: bool = False) -> Any:
    """The triangular factor for `cho_solve`, and whether it is the lower one."""
    return cholesky(a, lower), lower


# ---- equations -------------------------------------------------------------------------------------------------------
# SciPy takes stacks of matrices, and along with them one vector or stacks of columns. What one operand is shared by
# several others gets is summed to its shape.


@in_place_of(_linalg.solve_triangular)
def solve_triangular(
    a: Any, b: Any, trans: Any = 0, lower: bool = False, unit_diagonal: bool = False, check_finite: bool = True
) -> Any:
    """The x with a x = b, or aᵀ x = b where ``trans``, for a triangular matrix a; see SciPy's."""
    a, b = array_of(a), array_of(b)
    if trans in (2, "C"):
        a, trans = anp.conj(a), 1
    ways = {"unit_diagonal": unit_diagonal, "check_finite": check_finite}
    if len(shape(b)) == 1:
        return _solve_triangular(a, b[:, None], trans, lower, **ways)[..., 0]
    if len(shape(b)) > 2 == len(shape(a)):  # a SciPy of single matrices would take the stack for one, and refuses two
        a = anp.broadcast_to(a, shape(b)[:-2] + shape(a))
    return _solve_triangular(a, b, trans, lower, **ways)


@primitive
@naming_shapes("solve_triangular")
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


@in_place_of(_linalg.cho_solve)
def cho_solve(c_and_lower: tuple[Any, bool], b: Any) -> Any:
    """The x with a x = b, from the Cholesky factor of a: ``cho_solve((factor, lower), b)``."""
    (factor, lower), b = c_and_lower, array_of(b)
    if len(shape(b)) == 1:  # which the second triangle, of a stack, would take for a matrix
        return cho_solve(c_and_lower, b[:, None])[..., 0]
    lower = bool(np.ravel(lower)[0])  # SciPy's cho_factor of a stack says it of each
    first, second = (0, 2) if lower else (2, 0)
    return solve_triangular(factor, solve_triangular(factor, b, first, lower), second, lower)


@in_place_of(_linalg.lu_solve)
def lu_solve(lu_and_piv: tuple[Any, Any], b: Any, trans: int = 0) -> Any:
    """The x with a x = b, or aᵀ x = b where ``trans``, from what `lu_factor` gives of a."""
    factors, pivots = lu_and_piv
    order, b = order_of(pivots), array_of(b)
    ways = {"lower": True, "unit_diagonal": True}
    if not trans:
        return solve_triangular(factors, solve_triangular(factors, b[order], **ways))
    return solve_triangular(factors, solve_triangular(factors, b, trans), trans, **ways)[np.argsort(order)]


@in_place_of(_linalg.solve_banded)
def solve_banded(l_and_u: tuple[int, int], ab: Any, b: Any) -> Any:
    """The x with a x = b, for a matrix a of l diagonals below and u above its own, which are the rows of ab.

    Of nodes it is solved as a full matrix.
    """
    ab = array_of(ab)
    size = shape(ab)[-1]
    rows, columns = np.indices((size, size))
    band = l_and_u[1] + rows - columns
    inside = (band >= 0) & (band <= sum(l_and_u))
    return anp.linalg.solve(anp.where(inside, ab[..., np.where(inside, band, 0), columns], 0.0), b)


# ---- matrices --------------------------------------------------------------------------------------------------------


def _of_matrices(scipys: Callable[..., Any]) -> OwnPrimitive:
    """A function of a square matrix as a primitive, without derivatives yet."""

    @primitive
    @naming_shapes(scipys.__name__)
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


@in_place_of(_linalg.expm_frechet)
def expm_frechet(A: Any, E: Any, method: Any = None, compute_expm: bool = True) -> Any:  # noqa: ARG001
    """The exponential of A, and how it moves in the direction E: both stand in that of a larger matrix."""
    A, E = array_of(A), array_of(E)
    zeros = np.zeros(shape(A), dtype_of(A))
    whole = expm(anp.concatenate([anp.concatenate([A, E], -1), anp.concatenate([zeros, A], -1)], -2))
    size = shape(A)[-1]
    moved = whole[..., :size, size:]
    return (whole[..., :size, :size], moved) if compute_expm else moved


def _by_exponentials(name: str, factor: complex, of: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """A function of exp(f A) and exp(−f A), real of real matrices."""
    scipys = getattr(_linalg, name)

    @in_place_of(scipys)
    @wraps(scipys)
    def function(A: Any) -> Any:
        A = array_of(A)
        y = of(expm(A * factor), expm(A * -factor))
        return anp.real(y) if factor == 1j and not is_complex(A) else y

    function.__module__ = __name__  # where a pickle finds it
    return function


cosm = _by_exponentials("cosm", 1j, lambda up, down: (up + down) / 2)
sinm = _by_exponentials("sinm", 1j, lambda up, down: (up - down) * -0.5j)
tanm = _by_exponentials("tanm", 1j, lambda up, down: anp.linalg.solve(up + down, (up - down) * -1j))
coshm = _by_exponentials("coshm", 1, lambda up, down: (up + down) / 2)
sinhm = _by_exponentials("sinhm", 1, lambda up, down: (up - down) / 2)
tanhm = _by_exponentials("tanhm", 1, lambda up, down: anp.linalg.solve(up + down, up - down))

# Of S S = A: S dS + dS S = dA, whatever branch S is on.
sqrtm = _of_matrices(_linalg.sqrtm)
defvjp(sqrtm, lambda y, a, **options: lambda g: _sylvester(matrix_transpose(y), matrix_transpose(y), g))
defjvp(sqrtm, lambda t, y, a, **options: _sylvester(y, y, t))


def __getattr__(name: str) -> Any:
    return getattr(_linalg, name)
