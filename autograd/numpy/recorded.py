"""Truths and positions in programs: what NumPy's functions of numbers alone are there, found anew at each replay.

Eagerly they are NumPy's own, on plain numbers; here operations that a program records, in NumPy's order of arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.numpy import shapes
from autograd.numpy.refusals import refuse_argument
from autograd.rules.arithmetic import absolute
from autograd.rules.entries import equal, isfinite, isnan, less_equal, logical_and, logical_or, not_equal, where
from autograd.rules.reductions import max_, min_, sum_
from autograd.rules.selection import argsort

__all__ = ["RECORDED"]


def _any(a: Any, axis: Any = None, out: None = None, keepdims: bool = False, **options: Any) -> Any:
    return not_equal(sum_(_counted("any", not_equal(a, 0), out, **options), axis=axis, keepdims=bool(keepdims)), 0)


def _all(a: Any, axis: Any = None, out: None = None, keepdims: bool = False, **options: Any) -> Any:
    return equal(sum_(_counted("all", equal(a, 0), out, **options), axis=axis, keepdims=bool(keepdims)), 0)


def _counted(name: str, truths: Any, out: None, where: Any = True) -> Any:
    if out is not None:
        refuse_argument(f"np.{name}", "out")
    return truths if where is True else logical_and(truths, where)


def _count_nonzero(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return sum_(not_equal(a, 0), axis=axis, keepdims=keepdims)


def _isclose(a: Any, b: Any, rtol: Any = 1e-5, atol: Any = 1e-8, equal_nan: bool = False) -> Any:
    near = logical_and(less_equal(absolute(a - b), atol + rtol * absolute(b)), isfinite(b))
    found = logical_or(near, equal(a, b))
    return logical_or(found, logical_and(isnan(a), isnan(b))) if equal_nan else found


def _allclose(*args: Any, **options: Any) -> Any:
    return _all(_isclose(*args, **options))


def _argsort(a: Any, axis: int | None = -1, *_way: Any, **_ways: Any) -> Any:
    a, axis = (shapes.ravel(a), 0) if axis is None else (a, axis)
    return argsort(a, axis=axis)


def _place_of(name: str, extreme: Callable[..., Any]) -> Callable[..., Any]:
    def first(a: Any, axis: int | None = None, out: None = None, *, keepdims: bool = False) -> Any:
        if out is not None:
            refuse_argument(f"np.{name}", "out")
        rank = np.ndim(a._raw)
        if axis is None:
            place = first(shapes.ravel(a), 0)
            return shapes.reshape(place, (1,) * rank) if keepdims else place
        # The first entry that is the extreme, or NaN, as NaN is the extreme where there is one.
        found = logical_or(equal(a, extreme(a, axis=axis, keepdims=True)), isnan(a))
        length = a.shape[axis]
        places = np.arange(length).reshape([-1 if i == axis % rank else 1 for i in range(rank)])
        return min_(where(found, places, length), axis=axis, keepdims=keepdims)

    return first


RECORDED: dict[Callable[..., Any], Callable[..., Any]] = {
    np.any: _any,
    np.all: _all,
    np.count_nonzero: _count_nonzero,
    np.isclose: _isclose,
    np.allclose: _allclose,
    np.argsort: _argsort,
    np.argmax: _place_of("argmax", max_),
    np.argmin: _place_of("argmin", min_),
}
