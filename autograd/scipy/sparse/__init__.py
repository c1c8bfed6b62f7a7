"""``scipy.sparse``: products with a sparse matrix, differentiable for the other factor; all else is SciPy's own.

A sparse matrix holds plain numbers, and SciPy makes plain arrays of what it meets: so its ``A @ t`` refuses a node, and
`matmul` here takes its place. Where a matrix's entries are variables, at known places, its product with x is
``np.bincount(rows, entries * x[columns], size)``.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from scipy import sparse as _sparse

from autograd.extend import defjvp, defvjp, primitive

__all__ = ["matmul"]


@primitive
def _times(x: Any, A: Any) -> Any:
    return A @ x


_times.name = "matmul"  # in messages and pictures


defvjp(_times, lambda y, x, A: lambda g: _times(g, A.T), None)
defjvp(_times, lambda t, y, x, A: _times(t, A))


def matmul(a: Any, b: Any) -> Any:
    """The product of a sparse matrix with a vector or a matrix, on either side.

    Args:
        a: A sparse matrix (m, n), or what is multiplied by one: shape (m, n) or (n,).
        b: The other of the two.

    Returns:
        An array or a node.

    Raises:
        TypeError: Neither is sparse, or both are.

    Example:
        >>> import autograd as ag, autograd.numpy as np
        >>> A = _sparse.csr_array([[0.0, 2.0], [1.0, 0.0]])
        >>> ag.grad(lambda x: np.sum(matmul(A, x) ** 2))(np.array([3.0, 1.0]))
        array([6., 8.])
    """
    if _sparse.issparse(a) == _sparse.issparse(b):
        raise TypeError("one of the two factors is a sparse matrix; of two sparse ones or two arrays use a @ b")
    return _times(b, as_operand(a)) if _sparse.issparse(a) else _times(a.T, as_operand(b).T).T


def as_operand(A: Any) -> Any:
    """A sparse matrix in a form that is no container of numbers, as SciPy's dict of them is."""
    return A.tocsr() if A.format == "dok" else A


def __getattr__(name: str) -> Any:
    return import_module(f"{__name__}.linalg") if name == "linalg" else getattr(_sparse, name)
