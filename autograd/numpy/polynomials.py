"""Zeros and quotients of polynomials, the highest power first."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd.errors import ShapeError
from autograd.numpy.arguments import array_of, differentiable, dtype_of, plain
from autograd.numpy.linear_algebra import eigvals
from autograd.numpy.shapes import concatenate, reshape, stack
from autograd.rules.shapes import rank, shape
from autograd.rules.shaping import getitem


@differentiable("trim_zeros")
def trim_zeros(filt: Any, trim: str = "fb") -> Any:
    """A vector without the zeros before (``f``) and behind (``b``)."""
    places = np.flatnonzero(plain(filt, "np.trim_zeros"))
    if rank(filt) != 1 or not len(places):
        return filt[:0]
    start = int(places[0]) if "f" in trim.lower() else None
    return getitem(filt, index=slice(start, int(places[-1]) + 1 if "b" in trim.lower() else None))


@differentiable("roots")
def roots(p: Any) -> Any:
    """Where a polynomial is 0: the eigenvalues of its companion matrix, and 0 itself where it has no constant."""
    p = array_of(p)
    if rank(p) > 1:
        raise ShapeError(f"roots of shape {shape(p)}: a vector of coefficients is needed")
    inner = trim_zeros(trim_zeros(p, "f"), "b")
    degree, at_zero = shape(inner)[0] - 1, shape(trim_zeros(p, "f"))[0] - shape(inner)[0]
    if degree < 1:
        return np.zeros(max(at_zero, 0))
    top = reshape(-inner[1:] / inner[0], (1, degree))
    found = eigvals(concatenate([top, np.eye(degree - 1, degree, dtype=dtype_of(p))], 0))
    return concatenate([found, np.zeros(at_zero)], 0) if at_zero else found


@differentiable("polydiv")
def polydiv(u: Any, v: Any) -> tuple[Any, Any]:
    """The quotient of two polynomials, and what remains."""
    u, v = (reshape(x, (1,)) if rank(x) == 0 else x + 0.0 for x in map(array_of, (u, v)))
    if rank(u) != 1 or rank(v) != 1 or not shape(u)[0] or not shape(v)[0]:
        raise ShapeError(f"polydiv of shapes {shape(u)} and {shape(v)}: two vectors of coefficients are needed")
    after = shape(v)[0] - 1
    quotient = []
    for _ in range(shape(u)[0] - after):
        quotient.append(u[0] / v[0])
        u = concatenate([u[1 : after + 1] - quotient[-1] * v[1:], u[after + 1 :]], 0)
    numbers = plain(u, "np.polydiv")
    kept = np.flatnonzero(~np.isclose(numbers, 0.0, rtol=1e-14))
    first = int(kept[0]) if len(kept) else len(numbers) - 1
    remainder = getitem(u, index=slice(first, None)) if len(numbers) else np.zeros(1, dtype_of(u))
    return (stack(quotient) if quotient else np.zeros(1, dtype_of(u))), remainder
