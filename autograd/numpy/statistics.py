"""Products, running sums, spreads, and the same where NaN stands for nothing."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.errors import ShapeError
from autograd.kinds import Axis
from autograd.numpy.arguments import differentiable, dtype_of, plain
from autograd.numpy.complex_numbers import conjugated, squared_size
from autograd.numpy.joining import as_2d
from autograd.numpy.reductions import max, mean, min, norm, sum
from autograd.numpy.shapes import broadcast_to, concatenate, matrix_transpose, ravel, reshape, squeeze, transpose
from autograd.rules import arithmetic, products, reductions, selection, shaping
from autograd.rules.shapes import axis_of, count, kept_shape, rank, shape

# ---- products, and running sums and products -------------------------------------------------------------------------


def gathered_axes(x: Any, axis: Axis) -> Any:
    """Some axes, or all, as one at the end."""
    if axis is None:
        return ravel(x)
    axes = [axis_of(a, x) for a in (axis if isinstance(axis, tuple) else (axis,))]
    kept = [a for a in range(rank(x)) if a not in axes]
    if len(axes) == 1 and axes[0] == rank(x) - 1:
        return x
    moved = transpose(x, (*kept, *axes))
    return reshape(moved, (*(shape(x)[a] for a in kept), math.prod(shape(x)[a] for a in axes)))


def _along(axis: int, part: slice) -> tuple[Any, ...]:
    return (*(slice(None),) * axis, part)


@differentiable("prod")
def prod(a: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Π xᵢ, by multiplying halves until one is left: right where some entries are 0, in all derivatives."""
    y = reshape(a, (1,)) if rank(a) == 0 else gathered_axes(a, axis)
    while (length := shape(y)[-1]) > 1:
        half = length // 2
        halves = y[..., :half] * y[..., half : 2 * half]
        y = halves if length % 2 == 0 else concatenate([halves, y[..., 2 * half :]], -1)
    y = y[..., 0] if shape(y)[-1] else sum(y, -1) + 1
    return reshape(y, kept_shape(shape(a), axis)) if keepdims else y


@differentiable("cumsum")
def cumsum(a: Any, axis: int | None = None) -> Any:
    """x₁ + … + xᵢ along an axis, or through all entries."""
    return selection.cumsum(ravel(a), axis=0) if axis is None else selection.cumsum(a, axis=axis)


@differentiable("cumprod")
def cumprod(a: Any, axis: int | None = None) -> Any:
    """x₁ · … · xᵢ along an axis: products of 1, 2, 4, … neighbours, right where some entries are 0."""
    y, axis = (ravel(a), 0) if axis is None or rank(a) == 0 else (a, axis_of(axis, a))
    step = 1
    while step < shape(y)[axis]:
        start, ahead = y[_along(axis, slice(None, step))], y[_along(axis, slice(step, None))]
        y = concatenate([start, ahead * y[_along(axis, slice(None, -step))]], axis)
        step *= 2
    return y


def _running(whole: Callable[..., Any], start: float) -> Callable[..., Any]:
    def running(x: Any, axis: int | None = None, include_initial: bool = False) -> Any:
        if axis is None and rank(x) != 1:
            raise ValueError("cumulative sums and products need axis= for more than one dimension")
        axis = 0 if axis is None else axis
        y = whole(x, axis)
        if not include_initial:
            return y
        one = list(shape(y))
        one[axis] = 1
        return concatenate([np.full(one, start, dtype_of(x)), y], axis)

    return running


differentiable("cumulative_sum")(_running(cumsum, 0.0))
differentiable("cumulative_prod")(_running(cumprod, 1.0))


@differentiable("ptp")
def ptp(a: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The largest less the smallest."""
    return max(a, axis, keepdims) - min(a, axis, keepdims)


# ---- spreads -------------------------------------------------------------------------------------------------------


def _weights(x: Any, where: Any) -> Any:
    # 1 where an entry counts and 0 where it does not.
    return np.broadcast_to(np.asarray(plain(where), dtype_of(x)), shape(x))


@differentiable("var")
def var(
    a: Any, axis: Axis = None, ddof: float = 0, keepdims: bool = False,
    where: Any = True, mean: Any = None, correction: Any = None,
) -> Any:  # fmt: skip
    """Σ (xᵢ − x̄)² / (n − ddof)."""
    off, _, freedom = _deviations(a, axis, where, mean, _taken(ddof, correction))
    return sum(squared_size(off), axis, keepdims) / _fitting(freedom, axis, keepdims)


@differentiable("std")
def std(
    a: Any, axis: Axis = None, ddof: float = 0, keepdims: bool = False,
    where: Any = True, mean: Any = None, correction: Any = None,
) -> Any:  # fmt: skip
    """√var; where all are equal its gradient is 0, and of a single entry all derivatives are."""
    off, number, freedom = _deviations(a, axis, where, mean, _taken(ddof, correction))
    return _fitting(_length(off, number, axis) / freedom**0.5, axis, keepdims)


def _absent(x: Any) -> bool:
    return x is np._NoValue


def _taken(ddof: float, correction: Any) -> float:
    return ddof if correction is None or _absent(correction) else correction


def _deviations(x: Any, axis: Axis, where: Any, given: Any, taken: float) -> tuple[Any, Any, Any]:
    """What entries differ from their mean by; how many there are; and beside those that are taken up, none at least."""
    keepdims = True
    if where is True or _absent(where):
        middle = reductions.mean(x, axis=axis, keepdims=keepdims) if given is None or _absent(given) else given
        number = count(x, axis)
        return x - middle, number, number - taken if number > taken else 0
    weights = _weights(x, where)
    number = weights.sum(axis, keepdims=True)
    chosen = arithmetic.where(weights > 0, x, 0.0)
    middle = sum(chosen, axis, keepdims) / number if given is None or _absent(given) else given
    return arithmetic.where(weights > 0, chosen - middle, 0.0), number, np.maximum(number - taken, 0.0)


def _length(off: Any, number: Any, axis: Axis) -> Any:
    """‖off‖ along an axis that stays. One entry by itself is off by 0 wherever it is: so are its derivatives then."""
    if isinstance(number, int) and number > 1:
        return norm(off, None, axis, True)
    alone = arithmetic.equal(number, 1)
    lengths = norm(arithmetic.where(alone, 1.0, off), None, axis, True)
    return arithmetic.where(alone, sum(squared_size(off), axis, True), lengths)


def _fitting(number: Any, axis: Axis, keepdims: bool) -> Any:
    return number if keepdims or rank(number) == 0 else squeeze(number, axis)


@differentiable("mean")
def mean_where(a: Any, axis: Axis = None, keepdims: bool = False, where: Any = True) -> Any:
    """The mean, of some entries only where ``where`` says so."""
    if where is True or _absent(where):
        return mean(a, axis, keepdims)
    weights = _weights(a, where)
    return sum(arithmetic.where(weights > 0, a, 0.0), axis, keepdims) / weights.sum(axis, keepdims=keepdims)


@differentiable("average")
def average(a: Any, axis: Any = None, weights: Any = None, returned: bool = False, keepdims: bool = False) -> Any:
    """Σ wᵢxᵢ / Σ wᵢ."""
    if weights is None:
        y, total = mean(a, axis, keepdims), float(count(a, axis))
    else:
        if shape(weights) != shape(a):
            axes = [axis_of(each, a) for each in (axis if isinstance(axis, list | tuple) else (axis,))]
            if shape(weights) != tuple(shape(a)[each] for each in axes):
                raise ShapeError(
                    f"np.average of shape {shape(a)} along {axis} with weights of shape {shape(weights)}: "
                    "they have the lengths of these axes, in this order, or the array's shape"
                )
            weights = transpose(weights, tuple(np.argsort(axes)))  # for axes in any order
            weights = reshape(weights, tuple(n if i in axes else 1 for i, n in enumerate(shape(a))))
            axis = tuple(axes)
        total = sum(broadcast_to(weights, shape(a)), axis, keepdims)
        y = sum(a * weights, axis, keepdims) / total
    return (y, total + 0 * y) if returned else y


@differentiable("cov")
def cov(
    m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: int | None = None,
    fweights: Any = None, aweights: Any = None,
) -> Any:  # fmt: skip
    """Covariances of rows, or of columns."""
    rows = [as_2d(part) for part in (m, y) if part is not None]
    if any(rank(part) > 2 for part in rows):
        raise ShapeError(f"covariances of shape {shape(m)}: rows of a matrix are wanted")
    rows = [part if rowvar or shape(part)[0] == 1 else matrix_transpose(part) for part in rows]
    x = rows[0] if len(rows) == 1 else concatenate(rows, 0)
    weights = 1.0
    for more in (fweights, aweights):
        weights = weights if more is None else weights * more
    ddof = int(not bias) if ddof is None else ddof
    total = shape(x)[1] if rank(weights) == 0 else sum(weights)
    lost = ddof if aweights is None else ddof * sum(weights * aweights) / total
    off = x - sum(x * weights, 1, True) / total
    freedom = arithmetic.maximum(total - lost, 0.0)
    return _squeezed(products.matmul(off * weights, conjugated(matrix_transpose(off))) / freedom)


def _squeezed(x: Any) -> Any:
    return reshape(x, tuple(length for length in shape(x) if length != 1))


@differentiable("corrcoef")
def corrcoef(x: Any, y: Any = None, rowvar: bool = True) -> Any:
    """Correlations of rows, or of columns."""
    c = cov(x, y, rowvar)
    if rank(c) == 0:
        return c / c
    spread = arithmetic.sqrt(c[tuple([np.arange(shape(c)[0])] * 2)])
    return c / spread / spread[:, None]


# ---- where NaN stands for nothing ----------------------------------------------------------------------------------


def _without_nan(function: Callable[..., Any], instead: float) -> Callable[..., Any]:
    def of_numbers(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return function(arithmetic.where(arithmetic.isnan(a), instead, a), axis, keepdims)

    return of_numbers


nansum = differentiable("nansum")(_without_nan(sum, 0.0))
differentiable("nanprod")(_without_nan(prod, 1.0))
differentiable("nanmax")(_without_nan(max, -np.inf))
differentiable("nanmin")(_without_nan(min, np.inf))


@differentiable("nancumsum")
def nancumsum(a: Any, axis: int | None = None) -> Any:
    """As `cumsum`, with 0 for NaN."""
    return cumsum(arithmetic.where(arithmetic.isnan(a), 0.0, a), axis)


@differentiable("nancumprod")
def nancumprod(a: Any, axis: int | None = None) -> Any:
    """As `cumprod`, with 1 for NaN."""
    return cumprod(arithmetic.where(arithmetic.isnan(a), 1.0, a), axis)


def _numbers(a: Any, axis: Axis, keepdims: bool) -> Any:
    counted = arithmetic.logical_not(arithmetic.isnan(a))
    return sum(shaping.astype(counted, dtype=np.zeros(0, dtype_of(a)).real.dtype), axis, keepdims)


def _numbers_off(a: Any, axis: Axis, ddof: float) -> tuple[Any, Any, Any]:
    """As `_deviations`; what is left is NaN where it is none."""
    number = _numbers(a, axis, True)
    off = arithmetic.where(arithmetic.isnan(a), 0.0, a - nanmean(a, axis, True))
    return off, number, arithmetic.where(arithmetic.greater(number, ddof), number - ddof, math.nan)


@differentiable("nanmean")
def nanmean(a: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """The mean of what is a number."""
    return nansum(a, axis, keepdims) / _numbers(a, axis, keepdims)


@differentiable("nanvar")
def nanvar(a: Any, axis: Axis = None, ddof: float = 0, keepdims: bool = False) -> Any:
    """The variance of what is a number."""
    off, _, freedom = _numbers_off(a, axis, ddof)
    return _fitting(sum(squared_size(off), axis, True) / freedom, axis, keepdims)


@differentiable("nanstd")
def nanstd(a: Any, axis: Axis = None, ddof: float = 0, keepdims: bool = False) -> Any:
    """The standard deviation of what is a number."""
    off, number, freedom = _numbers_off(a, axis, ddof)
    return _fitting(_length(off, number, axis) / arithmetic.sqrt(freedom), axis, keepdims)
