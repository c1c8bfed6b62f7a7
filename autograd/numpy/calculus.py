"""Differences, integrals, interpolation, filters and polynomials."""

from __future__ import annotations

import math
from functools import reduce
from typing import Any

import numpy as np

from autograd.errors import ShapeError
from autograd.numpy.arguments import array_of, cast, differentiable, dtype_of, plain
from autograd.numpy.complex_numbers import conjugated
from autograd.numpy.linear_algebra import eigvals, lstsq, pinv
from autograd.numpy.moving import flip
from autograd.numpy.reductions import sum
from autograd.numpy.shapes import broadcast_to, concatenate, ravel, reshape, stack, transpose
from autograd.numpy.statistics import in_double
from autograd.rules import convolutions, products, selection
from autograd.rules.arithmetic import absolute, equal, floor, greater, less, maximum, minimum, remainder, where
from autograd.rules.complex import real
from autograd.rules.selection import cumsum
from autograd.rules.shapes import axis_of, is_complex, rank, shape

# ---- differences and integrals -------------------------------------------------------------------------------------


def _part(x: Any, axis: int, start: int | None, stop: int | None) -> Any:
    return x[(*(slice(None),) * (axis_of(axis, x)), slice(start, stop))]


@differentiable("diff")
def diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    """Of each entry what it differs from the one before, n times."""
    if n == 0:
        return a
    ends = [None if end is np._NoValue else end for end in (prepend, append)]
    one = tuple(1 if i == axis_of(axis, a) else length for i, length in enumerate(shape(a)))
    first, last = ([] if e is None else [broadcast_to(e, one) if rank(e) == 0 else e] for e in ends)
    y = concatenate([*first, a, *last], axis) if first or last else a
    for _ in range(n):
        y = _part(y, axis, 1, None) - _part(y, axis, None, -1)
    return y


@differentiable("unwrap")
def unwrap(p: Any, discont: float | None = None, axis: int = -1, period: float = 2 * math.pi) -> Any:
    """With jumps of whole periods taken out, which are constant."""
    if not shape(p)[axis]:
        return p
    jumps = diff(p, axis=axis)
    rest = remainder(jumps + period / 2, period) - period / 2  # in NumPy's steps: half a period is decided by rounding
    rest = where(equal(rest, -period / 2) & greater(jumps, 0), period / 2, rest)  # up by half is up
    turns = floor((jumps - rest) / period + 0.5)
    turns = where(less(absolute(jumps), period / 2 if discont is None else discont), 0.0, turns)
    return concatenate([_part(p, axis, 0, 1), _part(p, axis, 1, None) - cumsum(turns, axis=axis) * period], axis)


@differentiable("ediff1d")
def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """Differences of all entries in a row, with others before and after."""
    parts = [to_begin, diff(ravel(ary)), to_end]
    return concatenate([ravel(cast(array_of(part), dtype_of(ary))) for part in parts if part is not None], 0)


@differentiable("gradient")
def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """Slopes at each entry by its neighbours, of second order inside."""
    axes = (
        list(range(rank(f)))
        if axis is None
        else [axis_of(a, f) for a in (axis if isinstance(axis, tuple) else (axis,))]
    )
    gaps = varargs or (1.0,)
    gaps = gaps * len(axes) if len(gaps) == 1 else gaps
    slopes = [_slope(f, gap, a, edge_order) for gap, a in zip(gaps, axes, strict=True)]
    return slopes[0] if len(slopes) == 1 else tuple(slopes)


def _slope(f: Any, gap: Any, axis: int, edge_order: int) -> Any:
    if edge_order not in (1, 2):
        raise ValueError(f"np.gradient with edge_order={edge_order!r}: expected 1 or 2")
    if shape(f)[axis] < edge_order + 1:
        raise ShapeError(
            f"gradient of shape {shape(f)}: at least {edge_order + 1} entries along axis {axis} are needed"
        )
    if not rank(gap):
        return _even_slope(f, gap, axis, edge_order)
    steps = reshape(cast(diff(gap), dtype_of(f)), tuple(-1 if i == axis else 1 for i in range(rank(f))))
    before, after = _part(steps, axis, None, -1), _part(steps, axis, 1, None)
    rises = diff(f, axis=axis)
    low, high = _part(rises, axis, None, -1), _part(rises, axis, 1, None)
    inner = (low / before * after + high / after * before) / (before + after)
    slopes = rises / steps
    first, last = _part(slopes, axis, None, 1), _part(slopes, axis, -1, None)
    if edge_order == 2:
        bend = (_part(slopes, axis, 1, None) - _part(slopes, axis, None, -1)) / (before + after)
        first = first - _part(bend, axis, None, 1) * _part(steps, axis, None, 1)
        last = last + _part(bend, axis, -1, None) * _part(steps, axis, -1, None)
    return concatenate([first, inner, last], axis)


def _even_slope(f: Any, gap: Any, axis: int, edge_order: int) -> Any:
    inner = (_part(f, axis, 2, None) - _part(f, axis, None, -2)) / (2 * gap)
    ends = []
    for i, sign in ((0, 1), (-1, -1)):
        edge, beside, *more = (_part(f, axis, at, at + 1 or None) for at in range(i, i + sign * (edge_order + 1), sign))
        rise = 2 * beside - 1.5 * edge - 0.5 * more[0] if more else beside - edge
        ends.append(sign * rise / gap)
    return concatenate([ends[0], inner, ends[1]], axis)


@differentiable("trapezoid")
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """The integral of what is linear between the points."""
    middle = 0.5 * (_part(y, axis, 1, None) + _part(y, axis, None, -1))
    if x is None:
        return sum(middle * dx, axis)
    steps = diff(x) if rank(x) == 1 else diff(x, axis=axis)
    if rank(x) == 1:
        steps = reshape(steps, tuple(-1 if i == axis_of(axis, y) else 1 for i in range(rank(y))))
    return sum(steps * middle, axis)


# ---- interpolation and filters ---------------------------------------------------------------------------------------


@differentiable("interp")
def interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    """Linear between the points (xp, fp), and constant beyond."""
    xp, fp = array_of(xp), array_of(fp)
    if period is not None:
        x, xp, fp = _of_one_period(x, xp, fp, absolute(period))
        left = right = None
    inside = minimum(maximum(x, xp[0]), xp[-1])
    flat = ravel(inside)
    after = minimum(maximum(selection.searchsorted(xp, flat, side="right"), 1), shape(xp)[0] - 1)
    (x0, x1), (y0, y1) = ([selection.take_along_axis(p, after - back, axis=0) for back in (1, 0)] for p in (xp, fp))
    y = reshape(y0 + (y1 - y0) * ((flat - x0) / (x1 - x0)), shape(x))
    y = y if left is None else where(less(x, xp[0]), left, y)
    return y if right is None else where(greater(x, xp[-1]), right, y)


def _of_one_period(x: Any, xp: Any, fp: Any, period: Any) -> tuple[Any, Any, Any]:
    """Everything within one period, in order, with a point of the period before and one of the next."""
    x, xp = remainder(x, period), remainder(xp, period)
    order = selection.argsort(xp, axis=0)
    xp, fp = (selection.take_along_axis(points, order, axis=0) for points in (xp, fp))
    return x, concatenate([xp[-1:] - period, xp, xp[:1] + period], 0), concatenate([fp[-1:], fp, fp[:1]], 0)


def _vector(name: str, x: Any) -> Any:
    if rank(x) > 1:
        raise ShapeError(f"{name} of shape {shape(x)}: a vector is needed")
    return reshape(x, (1,)) if rank(x) == 0 else x


@differentiable("convolve")
def convolve(a: Any, v: Any, mode: str = "full") -> Any:
    """Σⱼ aⱼ vₙ₋ⱼ of two vectors."""
    a, v = (_vector("convolve", array_of(x)) for x in (a, v))
    if shape(v)[0] > shape(a)[0]:
        a, v = v, a
    n, m = shape(a)[0], shape(v)[0]
    if not m:
        raise ShapeError(f"convolve of {n} entries and none: at least one is needed")
    if mode not in ("full", "same", "valid"):
        raise ValueError(f'mode={mode!r}: expected "full", "same" or "valid"')
    y = convolutions.convolve(a, v, mode="valid" if mode == "valid" else "full")
    return y[(m - 1) // 2 : (m - 1) // 2 + n] if mode == "same" else y


@differentiable("correlate")
def correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    """Σⱼ aₙ₊ⱼ vⱼ of two vectors, v's entries conjugated."""
    a, v = (_vector("correlate", array_of(x)) for x in (a, v))
    v = conjugated(v)
    if shape(a)[0] < shape(v)[0] and mode != "full":
        return flip(convolve(flip(a), v, mode))
    return convolve(a, flip(v), mode)


# ---- polynomials, the highest power first ----------------------------------------------------------------------------


@differentiable("polyval")
def polyval(p: Any, x: Any) -> Any:
    """The value of a polynomial, by Horner's rule."""
    return reduce(lambda y, coefficient: y * x + coefficient, list(p), 0.0 * x)


@differentiable("polyadd")
def polyadd(a1: Any, a2: Any) -> Any:
    """The sum of two polynomials."""
    return _of_one_length(a1, 0.0, a2) + _of_one_length(a2, 0.0, a1)


@differentiable("polysub")
def polysub(a1: Any, a2: Any) -> Any:
    """The difference of two polynomials."""
    return _of_one_length(a1, 0.0, a2) - _of_one_length(a2, 0.0, a1)


def _of_one_length(p: Any, filled: float, other: Any) -> Any:
    p, other = _vector("a polynomial", p), _vector("a polynomial", other)
    missing = shape(other)[0] - shape(p)[0]
    return concatenate([np.full(missing, filled, dtype_of(p)), p], 0) if missing > 0 else p


@differentiable("polymul")
def polymul(a1: Any, a2: Any) -> Any:
    """The product of two polynomials."""
    return convolve(a1, a2)


@differentiable("polyder")
def polyder(p: Any, m: int = 1) -> Any:
    """The derivative of a polynomial."""
    for _ in range(m):
        p = p[:-1] * np.arange(shape(p)[0] - 1.0, 0.0, -1.0)
    return p


@differentiable("polyint")
def polyint(p: Any, m: int = 1, k: Any = None) -> Any:
    """The integral of a polynomial, with constants k."""
    k = 0.0 if k is None else array_of(k)
    constants = list(k) if rank(k) else [k]
    if 1 < len(constants) < m or not constants:
        raise ValueError(f"np.polyint {m} times with {len(constants)} constants: give one, or one for each time")
    for constant in constants * m if len(constants) == 1 else constants[:m]:
        p = concatenate([p / np.arange(shape(p)[0], 0.0, -1.0), reshape(constant, (1,))], 0)
    return p


@differentiable("poly")
def poly(seq_of_zeros: Any) -> Any:
    """The polynomial with these zeros, or with a matrix's eigenvalues for zeros."""
    zeros = array_of(seq_of_zeros)
    zeros = eigvals(zeros) if rank(zeros) == 2 else zeros
    if not shape(zeros)[0]:
        return 1.0
    one = np.ones(1, dtype_of(zeros))
    coefficients = reduce(convolve, [concatenate([one, reshape(-zero, (1,))], 0) for zero in zeros])
    if not is_complex(zeros):
        return coefficients
    numbers = plain(zeros, "np.poly")
    return real(coefficients) if np.array_equal(np.sort(numbers), np.sort(numbers.conj())) else coefficients


@differentiable("vander")
def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    """The powers of each entry, as rows."""
    x = in_double(_vector("vander", x))  # as NumPy does
    count = shape(x)[0] if N is None else N
    powers = [x * 0.0 + 1.0 if power == 0 else x**power for power in range(count)]
    return stack(powers if increasing else powers[::-1], -1) if powers else np.zeros((*shape(x), 0))


@differentiable("polyfit")
def polyfit(x: Any, y: Any, deg: int, rcond: Any = None, full: bool = False, w: Any = None, cov: Any = False) -> Any:
    """The polynomial of a degree that fits points best."""
    if rank(y) not in (1, 2) or shape(y)[0] != shape(x)[0]:
        raise ShapeError(f"polyfit of x of shape {shape(x)} and y of shape {shape(y)}: these must be equally long")
    matrix, right = vander(x, deg + 1), y
    if w is not None:
        matrix, right = matrix * reshape(w, (-1, 1)), right * (w if rank(y) == 1 else reshape(w, (-1, 1)))
    lengths = sum(matrix * matrix, 0) ** 0.5
    rcond = shape(x)[0] * np.finfo(float).eps if rcond is None else rcond
    column = lengths if rank(y) == 1 else reshape(lengths, (-1, 1))
    scaled = matrix / lengths
    if full:
        found, left, number, sizes = lstsq(scaled, right, rcond)
        return found / column, left, number, sizes, rcond
    inverse = pinv(scaled, rcond)
    found = products.matmul(inverse, right) / column
    if not cov:
        return found
    spread = products.matmul(inverse, transpose(inverse)) / (reshape(lengths, (-1, 1)) * lengths)
    if cov != "unscaled":
        free = shape(x)[0] - deg - 1
        if free <= 0:
            raise ValueError(f"np.polyfit with cov=: {shape(x)[0]} points are too few for the degree {deg}")
        off = right - products.matmul(matrix, found)
        spread = spread * (sum(off * off, 0) / free) if rank(y) == 1 else spread[..., None] * (sum(off * off, 0) / free)
    return found, spread
