"""Sums, products, extremes and spreads where NaN stands for nothing."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from autograd.kinds import Axis
from autograd.numpy.arguments import differentiable, is_whole
from autograd.numpy.complex_numbers import squared_size
from autograd.numpy.elementwise import fmax, fmin
from autograd.numpy.reductions import max, min, sum
from autograd.numpy.statistics import absent, cumprod, cumsum, fitting, length_along, prod, real_type, taken
from autograd.rules import arithmetic, shaping


def _where_a_number(a: Any, instead: float, where: Any = True) -> Any:
    chosen = _chosen(a, where)
    return chosen if is_whole(chosen) else arithmetic.where(arithmetic.isnan(chosen), instead, a)


def _chosen(a: Any, where: Any) -> Any:
    """NaN, which stands for nothing, where an entry is not chosen."""
    return a if where is True or absent(where) else arithmetic.where(where, a, math.nan)


def _numbers(a: Any, axis: Axis, keepdims: bool) -> Any:
    """How many numbers there are."""
    return sum(shaping.astype(arithmetic.logical_not(arithmetic.isnan(a)), dtype=real_type(a)), axis, keepdims)


def _without_nan(function: Callable[..., Any], instead: float) -> Callable[..., Any]:
    def of_numbers(a: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return function(_where_a_number(a, instead), axis, keepdims)

    return of_numbers


def _extreme(function: Callable[..., Any], instead: float, join: Callable[..., Any]) -> Callable[..., Any]:
    def extreme(a: Any, axis: Any = None, keepdims: bool = False, initial: Any = None, where: Any = True) -> Any:
        if not absent(initial):
            return join(extreme(_chosen(a, where), axis, keepdims), initial)
        if not (where is True or absent(where)):
            raise ValueError("np.nanmax and np.nanmin with where= need initial=, for where there is nothing")
        y = function(_where_a_number(a, instead), axis, keepdims)
        if is_whole(y):
            return y
        # Of no numbers at all it is NaN; infinity may also be the largest, or the least, of some.
        return arithmetic.where(arithmetic.equal(_numbers(a, axis, keepdims), 0), math.nan, y)

    return extreme


nansum = differentiable("nansum")(_without_nan(sum, 0.0))
differentiable("nanprod")(_without_nan(prod, 1.0))
differentiable("nanmax")(_extreme(max, -math.inf, fmax))
differentiable("nanmin")(_extreme(min, math.inf, fmin))


@differentiable("nancumsum")
def nancumsum(a: Any, axis: int | None = None) -> Any:
    """As `cumsum`, with 0 for NaN."""
    return cumsum(_where_a_number(a, 0.0), axis)


@differentiable("nancumprod")
def nancumprod(a: Any, axis: int | None = None) -> Any:
    """As `cumprod`, with 1 for NaN."""
    return cumprod(_where_a_number(a, 1.0), axis)


@differentiable("nanmean")
def nanmean(a: Any, axis: Axis = None, keepdims: bool = False, where: Any = True) -> Any:
    """The mean of what is a number."""
    a = _chosen(a, where)
    return nansum(a, axis, keepdims) / _numbers(a, axis, keepdims)


def _off(a: Any, axis: Axis, taken_off: float, where: Any, mean: Any) -> tuple[Any, Any, Any]:
    """What numbers differ from their mean by, how many there are, and how many are left: NaN where it is none."""
    a = _chosen(a, where)
    number = _numbers(a, axis, True)
    off = arithmetic.where(arithmetic.isnan(a), 0.0, a - (nanmean(a, axis, True) if absent(mean) else mean))
    return off, number, arithmetic.where(arithmetic.greater(number, taken_off), number - taken_off, math.nan)


@differentiable("nanvar")
def nanvar(
    a: Any, axis: Axis = None, ddof: float = 0, keepdims: bool = False,
    where: Any = True, mean: Any = None, correction: Any = None,
) -> Any:  # fmt: skip
    """The variance of what is a number."""
    off, _, freedom = _off(a, axis, taken("np.nanvar", ddof, correction), where, mean)
    return fitting(sum(squared_size(off), axis, True) / freedom, axis, keepdims)


@differentiable("nanstd")
def nanstd(
    a: Any, axis: Axis = None, ddof: float = 0, keepdims: bool = False,
    where: Any = True, mean: Any = None, correction: Any = None,
) -> Any:  # fmt: skip
    """The standard deviation of what is a number."""
    off, number, freedom = _off(a, axis, taken("np.nanstd", ddof, correction), where, mean)
    return fitting(length_along(off, number if absent(mean) else 2, axis) / arithmetic.sqrt(freedom), axis, keepdims)
