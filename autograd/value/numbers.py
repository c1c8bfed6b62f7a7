"""The numbers that a Value holds, or that it is combined with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from autograd.errors import DTypeError, ShapeError
from autograd.graph.hooks import current_tracer
from autograd.graph.node import Node
from autograd.graph.outside import look_at
from autograd.rules.primitive import Primitive
from autograd.value.node import ScalarNode


def as_float(number: Any) -> float:
    """What a Value holds: a real number, and nothing else."""
    if number.__class__ is float:
        return number
    if isinstance(number, ScalarNode):
        raise DTypeError("a Value holds a number, not another Value; use .data, or the Value itself")
    if isinstance(number, str | bytes | complex) or not hasattr(number, "__float__"):
        raise DTypeError(f"a Value holds one real number, not {number!r} of type {type(number).__name__}")
    if getattr(number, "ndim", 0):
        raise ShapeError(f"a Value holds one number, not an array of shape {number.shape}; use Tensor for arrays")
    return float(number)


def operand(x: Any, rule: Primitive) -> float:
    """A constant operand as a Python float; what is not a number is refused in the words of the operation."""
    if x.__class__ is float or x.__class__ is int:
        return x
    if isinstance(x, bool | np.bool_ | np.number) or (isinstance(x, np.ndarray) and x.ndim == 0):
        return as_float(x)
    if isinstance(x, Node | np.ndarray):
        other = f"{type(x).__name__} of shape {getattr(x, 'shape', ())}"
        raise TypeError(f"{rule.name} of a Value and {other}: a Value is one number; use a Tensor on both sides")
    hint = ": write float(…) of it" if hasattr(x, "__float__") else ""
    raise TypeError(f"{rule.name} of a Value and {x!r}: expected a number, got {type(x).__name__}{hint}")


def refused(what: str, instead: str) -> Callable[[Any], NoReturn]:
    """A method by which Python would take the number out of a Value without a word."""

    def method(_: Any) -> NoReturn:
        raise TypeError(f"{what} would lose the gradient: use {instead}")

    return method


Comparison = Callable[[Any, Any], bool]


def comparison(compare: Callable[[Any, Any], Any]) -> Comparison:
    """The method that compares two numbers, or a number and another."""

    def method(self: Any, other: Any) -> Any:
        tracer = current_tracer()
        if tracer is not None:
            tracer.decide("a comparison of a Value")
        look_at("a comparison", self, other)
        if isinstance(other, ScalarNode):
            return bool(compare(self._raw, other._raw))
        if isinstance(other, float | int | np.number):
            return bool(compare(self._raw, other))
        return NotImplemented

    method.__name__ = f"__{compare.__name__}__"
    method.__doc__ = "Compare the numbers; the result is a plain bool."
    return method
