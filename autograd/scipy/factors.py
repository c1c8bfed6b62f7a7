"""Factors, eigenvalues and norms of `scipy.linalg`: NumPy's where they are equal, with SciPy's names for arguments."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg as _linalg

import autograd.numpy as anp
from autograd.extend import defjvp, defvjp, primitive
from autograd.graph.node import Node
from autograd.numpy.arguments import plain
from autograd.rules.shapes import shape

# What changes how SciPy works, and not what it finds.
_WAYS = frozenset(("overwrite_a", "overwrite_b", "check_finite", "lapack_driver", "driver", "turbo", "lwork"))


def refuse_options(name: str, instead: str = "", **options: Any) -> None:
    """Raise for the first option that has a value and changes the result.

    Raises:
        TypeError: There is one.
    """
    said = [key for key, value in options.items() if value is not None and value is not False]
    given = next((key for key in said if key not in _WAYS), None)
    if given is not None:
        raise TypeError(f"scipy.linalg.{name} on nodes takes no {given}={instead and ': ' + instead}")


def eigh(a: Any, b: Any = None, *, lower: bool = True, eigvals_only: bool = False, **options: Any) -> Any:
    """Eigenvalues and eigenvectors of a symmetric matrix; of nodes NumPy's, whose signs may not be SciPy's."""
    if not isinstance(a, Node) and not isinstance(b, Node):
        return _linalg.eigh(a, b, lower=lower, eigvals_only=eigvals_only, **options)
    if b is not None:
        raise TypeError(
            "scipy.linalg.eigh on nodes takes no b: of L⁻¹ a L⁻ᵀ, where b = L Lᵀ, the eigenvalues are the same"
        )
    refuse_options("eigh", **options)
    triangle: Any = "L" if lower else "U"
    return anp.linalg.eigvalsh(a, triangle) if eigvals_only else anp.linalg.eigh(a, triangle)


def eigvalsh(a: Any, b: Any = None, *, lower: bool = True, **options: Any) -> Any:
    """Eigenvalues of a symmetric matrix."""
    return eigh(a, b, lower=lower, eigvals_only=True, **options)


def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True, **options: Any) -> Any:
    """U, s and Vᵀ with a = U diag(s) Vᵀ; s alone without ``compute_uv``."""
    if not isinstance(a, Node):
        return _linalg.svd(a, full_matrices, compute_uv, **options)
    refuse_options("svd", **options)
    return anp.linalg.svd(a, full_matrices=full_matrices, compute_uv=compute_uv)


def svdvals(a: Any, **options: Any) -> Any:
    """Singular values."""
    return svd(a, compute_uv=False, **options)


def qr(a: Any, overwrite_a: bool = False, lwork: Any = None, mode: str = "full", **options: Any) -> Any:
    """Q and R with a = Q R; (R,) with ``mode="r"``."""
    if not isinstance(a, Node):
        if lwork is not None:  # of which SciPy warns from 1.18 on
            options["lwork"] = lwork
        return _linalg.qr(a, overwrite_a, mode=mode, **options)
    refuse_options("qr", "order the columns beforehand", **options)
    if mode not in ("full", "economic", "r"):
        raise TypeError(f'scipy.linalg.qr on nodes takes mode="full", "economic" or "r", got {mode!r}')
    q, r = anp.linalg.qr(a, "reduced" if mode == "economic" else "complete")
    return (r,) if mode == "r" else (q, r)


def norm(a: Any, ord: Any = None, axis: Any = None, keepdims: bool = False, check_finite: bool = True) -> Any:
    """A norm of a vector or a matrix."""
    if not isinstance(a, Node):
        return _linalg.norm(a, ord, axis, keepdims, check_finite)
    return anp.linalg.norm(a, ord, axis, keepdims)


def pinv(a: Any, **options: Any) -> Any:
    """The pseudo-inverse."""
    if not isinstance(a, Node):
        return _linalg.pinv(a, **options)
    refuse_options("pinv", **options)
    return anp.linalg.pinv(a, rcond=max(shape(a)) * np.finfo(a._raw.dtype).eps)


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


def lu_factor(a: Any, **options: Any) -> Any:
    """L and U in one matrix, and the exchanges of rows."""
    if not isinstance(a, Node):
        return _linalg.lu_factor(a, **options)
    refuse_options("lu_factor", **options)
    return _factored("lu_factor", a)[:2]


def lu(a: Any, permute_l: bool = False, **options: Any) -> Any:
    """P, L and U with a = P L U, or P L and U; the exchange of rows P is constant."""
    if not isinstance(a, Node):
        return _linalg.lu(a, permute_l, **options)
    refuse_options("lu", **options)
    packed, _, order = _factored("lu", a)
    lower, upper = _lower(packed), anp.triu(packed)
    exchange = np.eye(len(order), dtype=np.finfo(packed.dtype).dtype)[order].T
    return (exchange @ lower, upper) if permute_l else (exchange, lower, upper)


def toeplitz(c: Any, r: Any = None) -> Any:
    """The matrix with c for its first column, r for its first row, and constant diagonals."""
    if not isinstance(c, Node) and not isinstance(r, Node):
        return _linalg.toeplitz(c, r)
    c = anp.atleast_1d(c)
    r = anp.conj(c) if r is None else anp.atleast_1d(r)
    stack = np.broadcast_shapes(shape(c)[:-1], shape(r)[:-1])
    c, r = (anp.broadcast_to(x, (*stack, shape(x)[-1])) for x in (c, r))
    rows, columns = np.indices((shape(c)[-1], shape(r)[-1]))
    return anp.concatenate([c[..., ::-1], r[..., 1:]], axis=-1)[..., shape(c)[-1] - 1 - rows + columns]


def circulant(c: Any) -> Any:
    """The matrix with c for its first column, of which each next one is moved down by one and around."""
    if not isinstance(c, Node):
        return _linalg.circulant(c)
    c = anp.atleast_1d(c)
    places = np.arange(shape(c)[-1])
    return c[..., np.subtract.outer(places, places) % len(places)]


def hankel(c: Any, r: Any = None) -> Any:
    """The matrix with c for its first column, r (zeros) for its last row, and constant diagonals that rise."""
    if not isinstance(c, Node) and not isinstance(r, Node):
        return _linalg.hankel(c, r)
    c = anp.atleast_1d(c)
    r = anp.zeros_like(c) if r is None else anp.atleast_1d(r)
    places = np.add.outer(*(np.arange(shape(x)[-1]) for x in (c, r)))
    return anp.concatenate([c, r[..., 1:]], axis=-1)[..., places]
