"""Matrices that are made of a pattern: `scipy.linalg`'s, differentiable."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg as _linalg

import autograd.numpy as anp
from autograd.graph.node import Node
from autograd.numpy.arguments import array_of, dtype_of
from autograd.rules.shapes import shape


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
