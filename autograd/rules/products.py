"""The rule book: products of vectors and matrices, and the layers of a network that are one node each.

For Y = A B with upstream gradient G:  ∂L/∂A = G Bᵀ,  ∂L/∂B = Aᵀ G  (T. Minka, "Old and New Matrix Algebra Useful for
Statistics", 2000, §2). Stacks of matrices broadcast over their leading axes; a vector counts as a row on the left and
as a column on the right, as in NumPy.
"""

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.rules import forwards
from autograd.rules.primitive import primitive
from autograd.rules.shapes import rank, rows_of, shape
from autograd.rules.shaping import reshape, transpose


def matrix_transpose(x: Any) -> Any:
    """The last two axes swapped."""
    count = rank(x)
    return transpose(x, axes=(1, 0) if count == 2 else (*range(count - 2), count - 1, count - 2))


def as_row(x: Any) -> Any:
    """A vector as a matrix of one row; anything larger as it is."""
    return reshape(x, shape=(1, *shape(x))) if rank(x) == 1 else x


def as_column(x: Any) -> Any:
    """A vector as a matrix of one column; anything larger as it is."""
    return reshape(x, shape=(*shape(x), 1)) if rank(x) == 1 else x


def _full(g: Any, a: Any, b: Any) -> Any:
    # g with the axes that NumPy dropped because a or b was a vector.
    if rank(a) == 1:
        g = reshape(g, shape=(*shape(g)[:-1], 1, *shape(g)[-1:]))
    return reshape(g, shape=(*shape(g), 1)) if rank(b) == 1 else g


def _left(g: Any, a: Any, b: Any) -> Any:
    if rank(b) == 2:
        turned = transpose(b, axes=(1, 0))
        if rank(a) <= 2:
            return matmul(g, turned)
        # one large product instead of a stack of small ones
        return reshape(matmul(reshape(g, shape=(rows_of(g), shape(g)[-1])), turned), shape=shape(a))
    return matmul(_full(g, a, b), matrix_transpose(as_column(b)))


def _right(g: Any, a: Any, b: Any) -> Any:
    if rank(a) == 2 and rank(b) <= 2:
        return matmul(transpose(a, axes=(1, 0)), g)
    g, rows = _full(g, a, b), as_row(a)
    if rank(b) == 2 and rank(rows) > 2:  # one large product instead of a stack of small ones to be summed
        rows, g = (reshape(x, shape=(rows_of(x), shape(x)[-1])) for x in (rows, g))
    columns = matmul(matrix_transpose(rows), g)
    return reshape(columns, shape=shape(columns)[:-1]) if rank(b) == 1 else columns


matmul = primitive(
    "matmul", forwards.product,
    lambda g, y, a, b: _left(g, a, b),
    lambda g, y, a, b: _right(g, a, b),
    symbol="@", ufunc=np.matmul, multilinear=True, doc="Y = A B",
)  # fmt: skip

linear = primitive(
    "linear", forwards.linear,
    lambda g, y, x, W, b: _left(g, x, W),
    lambda g, y, x, W, b: _right(g, x, W),
    lambda g, y, x, W, b: g,
    analytic=True, jvp=(lambda t, y, x, W, b: matmul(t, W), lambda t, y, x, W, b: matmul(x, t), lambda t, y, x, W, b: t),
    symbol="xW+b", doc="Y = X W + b",
)  # fmt: skip


def weighted_sum(b: float, w: Sequence[float], x: Sequence[float]) -> float:
    """b + w₁x₁ + w₂x₂ + … of numbers, from left to right."""
    return forwards.sum_of_floats(map(operator.mul, w, x), b)


# For scalars: inputs are b, then all w, then all x.
affine = primitive(
    "affine", lambda b, *wx: b + np.add.reduce(np.multiply(wx[: len(wx) // 2], wx[len(wx) // 2 :])),
    pull=lambda g, y, b, *wx: [g, *[g * x for x in wx[len(wx) // 2 :] + wx[: len(wx) // 2]]],
    scalar=lambda b, *wx: weighted_sum(b, wx[: len(wx) // 2], wx[len(wx) // 2 :]),
    symbol="Σwx+b", bounded=True, doc="y = b + w₁x₁ + w₂x₂ + …",
)  # fmt: skip


# The same for several sums of the same x, Y = A (1, x) with a row (b, w₁, w₂, …) of A for each: on arrays.


def affine_forward(A: Any, x: Any) -> Any:
    """b + W x, of a column (1, x) or of many as a matrix."""
    return A.dot(x)


def affine_inputs(g: Any, A: Any) -> Any:
    """∂L/∂x = Wᵀ g, where A = (b W)."""
    return g.dot(A[:, 1:])


def affine_rows(G: Any, X: Any) -> Any:
    """∂L/∂A = Gᵀ X, the sum over samples, with a row g and a row (1, x) for each."""
    return G.T.dot(X)
