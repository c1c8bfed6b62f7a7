"""Products, running sums and spreads."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.errors import ShapeError
from autograd.kinds import Axis
from autograd.numpy.arguments import cast, differentiable, dtype_of, is_whole
from autograd.numpy.complex_numbers import conjugated, squared_size
from autograd.numpy.joining import as_2d
from autograd.numpy.reductions import max, mean, min, norm, sum
from autograd.numpy.shapes import broadcast_to, concatenate, matrix_transpose, ravel, reshape, squeeze, transpose
from autograd.rules import arithmetic, products, reductions, selection
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


def _wide(a: Any) -> Any:
    """Whole numbers in the type that NumPy multiplies them in."""
    return cast(a, np.multiply.reduce(np.ones(1, a.dtype)).dtype) if is_whole(a) else a


@differentiable("prod")
def prod(a: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """Π xᵢ, by multiplying halves until one is left: right where some entries are 0, in all derivatives."""
    a = _wide(a)
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
    a = _wide(a)
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
    return broadcast_to(cast(where, real_type(x)), shape(x))


def real_type(x: Any) -> np.dtype[Any]:
    """The type of numbers of entries, beside x's."""
    return np.zeros(0, dtype_of(x)).real.dtype


@differentiable("var")
def var(
    a: Any, axis: Axis = None, ddof: float = 0, keepdims: bool = False,
    where: Any = True, mean: Any = None, correction: Any = None,
) -> Any:  # fmt: skip
    """Σ (xᵢ − x̄)² / (n − ddof)."""
    off, _, freedom = _deviations(a, axis, where, mean, taken("np.var", ddof, correction))
    return sum(squared_size(off), axis, keepdims) / fitting(freedom, axis, keepdims)


@differentiable("std")
def std(
    a: Any, axis: Axis = None, ddof: float = 0, keepdims: bool = False,
    where: Any = True, mean: Any = None, correction: Any = None,
) -> Any:  # fmt: skip
    """√var; where all are equal its gradient is 0, and of a single entry all derivatives are."""
    off, number, freedom = _deviations(a, axis, where, mean, taken("np.std", ddof, correction))
    return fitting(length_along(off, number if absent(mean) else 2, axis) / freedom**0.5, axis, keepdims)


def absent(x: Any) -> bool:
    """Whether an argument is not given."""
    return x is None or x is np._NoValue


def taken(name: str, ddof: float, correction: Any) -> float:
    """What is taken off the number of entries, by either of its names."""
    if absent(correction):
        return ddof
    if ddof != 0:
        raise ValueError(f"{name} takes ddof= or correction=, which mean the same, and not both")
    return float(correction)


def _deviations(x: Any, axis: Axis, where: Any, given: Any, taken: float) -> tuple[Any, Any, Any]:
    """What entries differ from their mean by; how many there are; and beside those that are taken up, none at least."""
    keepdims = True
    if where is True or absent(where):
        middle = reductions.mean(x, axis=axis, keepdims=keepdims) if absent(given) else given
        number = count(x, axis)
        return x - middle, number, number - taken if number > taken else 0
    weights = _weights(x, where)
    number = weights.sum(axis, keepdims=True)
    chosen = arithmetic.where(weights > 0, x, 0.0)
    middle = sum(chosen, axis, keepdims) / number if absent(given) else given
    return arithmetic.where(weights > 0, chosen - middle, 0.0), number, np.maximum(number - taken, 0.0)


def length_along(off: Any, number: Any, axis: Axis) -> Any:
    """‖off‖ along an axis that stays. One entry by itself is off by 0 wherever it is: so are its derivatives then."""
    if isinstance(number, int) and number > 1:
        return norm(off, None, axis, True)
    alone = arithmetic.equal(number, 1)
    lengths = norm(arithmetic.where(alone, 1.0, off), None, axis, True)
    return arithmetic.where(alone, sum(squared_size(off), axis, True), lengths)


def fitting(number: Any, axis: Axis, keepdims: bool) -> Any:
    """What has kept its axes, as it is asked for."""
    return number if keepdims or rank(number) == 0 else squeeze(number, axis)


@differentiable("mean")
def mean_where(a: Any, axis: Axis = None, keepdims: bool = False, where: Any = True) -> Any:
    """The mean, of some entries only where ``where`` says so."""
    if where is True or absent(where):
        return mean(a, axis, keepdims)
    weights = _weights(a, where)
    return sum(arithmetic.where(weights > 0, a, 0.0), axis, keepdims) / weights.sum(axis, keepdims=keepdims)


def along(name: str, weights: Any, a: Any, axis: Any) -> Any:
    """Weights of each entry, or of the places along some axes, in a shape that broadcasts to a's."""
    if shape(weights) == shape(a):
        return weights
    axes = [] if axis is None else [axis_of(x, a) for x in (axis if isinstance(axis, list | tuple) else (axis,))]
    if not axes or shape(weights) != tuple(shape(a)[each] for each in axes):
        raise ShapeError(
            f"{name} of shape {shape(a)} along {axis} with weights of shape {shape(weights)}: "
            "they have the lengths of these axes, in this order, or the array's shape"
        )
    weights = transpose(weights, tuple(np.argsort(axes)))  # for axes in any order
    return reshape(weights, tuple(n if i in axes else 1 for i, n in enumerate(shape(a))))


@differentiable("average")
def average(a: Any, axis: Any = None, weights: Any = None, returned: bool = False, keepdims: bool = False) -> Any:
    """Σ wᵢxᵢ / Σ wᵢ."""
    if weights is None:
        y, total = mean(a, axis, keepdims), float(count(a, axis))
    else:
        weights = along("np.average", weights, a, axis)
        axis = tuple(axis) if isinstance(axis, list) else axis
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
        raise ShapeError(f"covariances of shape {shape(m)}: rows of a matrix are needed")
    rows = [part if rowvar or shape(part)[0] == 1 else matrix_transpose(part) for part in rows]
    x = in_double(rows[0] if len(rows) == 1 else concatenate(rows, 0))
    weights = 1.0
    for more in (fweights, aweights):
        weights = weights if more is None else weights * more
    ddof = int(not bias) if ddof is None else ddof
    total = shape(x)[1] if rank(weights) == 0 else sum(weights)
    lost = ddof if aweights is None else ddof * sum(weights * aweights) / total
    off = x - sum(x * weights, 1, True) / total
    freedom = arithmetic.maximum(total - lost, 0.0)
    return _squeezed(products.matmul(off * weights, conjugated(matrix_transpose(off))) / freedom)


def in_double(x: Any) -> Any:
    """In float64 at least, in which NumPy computes some things whatever it is given."""
    dtype = np.result_type(dtype_of(x), np.float64)
    return x if dtype == dtype_of(x) else cast(x, dtype)


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
