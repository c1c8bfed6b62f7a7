"""``scipy.sparse.linalg``: `spsolve`, differentiable for the right side; all else is SciPy's own."""

from __future__ import annotations

from typing import Any

from scipy.sparse import linalg as _linalg

from autograd.extend import defjvp, defvjp, primitive
from autograd.scipy.sparse import as_operand

__all__ = ["spsolve"]


@primitive
def _solution(b: Any, A: Any, options: Any) -> Any:
    return _linalg.spsolve(A, b, **options)


_solution.name = "spsolve"  # in messages and pictures


defvjp(_solution, lambda x, b, A, options: lambda g: _solution(g, A.T.tocsc(), options), None, None)
defjvp(_solution, lambda t, x, b, A, options: _solution(t, A, options))


def spsolve(A: Any, b: Any, **options: Any) -> Any:
    """The x with A x = b for a sparse matrix A; see SciPy's.

    Args:
        A: A sparse matrix (n, n) of plain numbers, best in CSC or CSR form.
        b: The right side, shape (n,) or (n, k).
        **options: SciPy's.

    Example:
        >>> import autograd as ag, autograd.numpy as np
        >>> from scipy import sparse
        >>> A = sparse.csc_array([[2.0, 0.0], [1.0, 4.0]])
        >>> ag.grad(lambda b: spsolve(A, b)[1])(np.array([2.0, 5.0]))
        array([-0.125,  0.25 ])
    """
    return _solution(b, as_operand(A), options)


def __getattr__(name: str) -> Any:
    return getattr(_linalg, name)
