"""Filters of `scipy.signal`: recursive ones, for their coefficients too, and maps that are linear along an axis."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np
from scipy import signal as _signal

import autograd.numpy as anp
from autograd.extend import defjvp, defvjp, primitive
from autograd.graph.node import Node
from autograd.rules.shapes import shape


@primitive
def _recursion(a: Any, x: Any) -> Any:
    """The y with a₀ yₙ + a₁ yₙ₋₁ + … = xₙ, along the last axis; NaN where a₀ is 0, as in a recording."""
    if not a[0]:
        return np.full(np.shape(x), np.nan, np.result_type(a, x))
    return _signal.lfilter(np.ones(1, a.dtype), a, x)


_recursion.name = "lfilter"  # in messages and pictures


def _backwards(x: Any) -> Any:
    return x[..., ::-1]


def _later(x: Any, k: int) -> Any:
    """X, k steps later, after zeros."""
    length = shape(x)[-1]
    return x if k == 0 else anp.concatenate([anp.zeros_like(x[..., :k]), x[..., : max(length - k, 0)]], axis=-1)


def _added_later(weights: Any, x: Any) -> Any:
    """Σ wₖ xₙ₋ₖ."""
    total: Any = 0.0
    for k in range(shape(weights)[0]):
        total = total + weights[k] * _later(x, k)
    return total


def _for_coefficients(y: Any, a: Any, x: Any) -> Any:  # noqa: ARG001 - a rule's arguments
    def of(g: Any) -> Any:
        back = _backwards(_recursion(a, _backwards(g)))
        return anp.stack([-anp.sum(back * _later(y, k)) for k in range(shape(a)[0])])

    return of


defvjp(_recursion, _for_coefficients, lambda y, a, x: lambda g: _backwards(_recursion(a, _backwards(g))))
defjvp(
    _recursion,
    lambda t, y, a, x: -_recursion(a, _added_later(t, y)),
    lambda t, y, a, x: _recursion(a, t),
)


def _floating(x: Any) -> Any:
    array = np.asarray(x)
    return array if array.dtype.kind in "fc" else array.astype(float)


def lfilter(b: Any, a: Any, x: Any, axis: int = -1, zi: Any = None) -> Any:
    """Σ aₖ yₙ₋ₖ = Σ bₖ xₙ₋ₖ, along an axis, from rest."""
    if not any(isinstance(part, Node) for part in (b, a, x, zi)):
        return _signal.lfilter(b, a, x, axis, zi)
    if zi is not None:
        raise TypeError(
            "scipy.signal.lfilter on nodes starts from rest: put what was before at the beginning of x, not in zi="
        )
    b, a, x = (part if isinstance(part, Node) else _floating(part) for part in (b, a, x))
    b, a = anp.reshape(b, (-1,)), anp.reshape(a, (-1,))
    if not getattr(a, "traced", False) and not getattr(a, "_raw", a)[0]:
        raise ValueError("scipy.signal.lfilter divides by a[0], which is 0")
    return anp.moveaxis(_recursion(a, _added_later(b, anp.moveaxis(x, axis, -1))), -1, axis)


def _linear(scipys: Callable[..., Any]) -> Callable[..., Any]:
    """A function of SciPy's that maps what stands along an axis linearly: of nodes by its matrix, which is as large."""
    signature = inspect.signature(scipys)

    @wraps(scipys)
    def mapped(*args: Any, **named: Any) -> Any:
        given = signature.bind(*args, **named)
        given.apply_defaults()
        which = "x" if "x" in given.arguments else "data"
        nodes = [name for name, value in given.arguments.items() if isinstance(value, Node)]
        if not nodes:
            return scipys(*args, **named)
        if nodes != [which]:
            other = next(name for name in nodes if name != which)
            raise TypeError(
                f"scipy.signal.{scipys.__name__} has a derivative for {which} alone: give a constant as {other}"
            )
        x = anp.moveaxis(given.arguments[which], given.arguments["axis"], -1)

        def of(constant: Any) -> Any:
            given.arguments |= {which: constant, "axis": -1}
            return np.asarray(scipys(*given.args, **given.kwargs))

        axis, size = given.arguments["axis"], shape(x)[-1]
        rest = of(np.zeros(size))
        return anp.moveaxis(x @ (of(np.eye(size)) - rest) + rest, -1, axis)

    mapped.__module__ = __name__  # where a pickle finds it
    return mapped


savgol_filter, filtfilt, sosfiltfilt, detrend = (
    _linear(f) for f in (_signal.savgol_filter, _signal.filtfilt, _signal.sosfiltfilt, _signal.detrend)
)
