"""What `Value` and `Tensor` have in common: Python's operators, and the book's functions as methods."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import inf
from typing import Any, NoReturn, Self

from autograd.elsewhere import METHODS, Elsewhere
from autograd.graph.functions_of_one import FunctionsOfOne
from autograd.rules import activations, arithmetic


class ForeignOperandError(TypeError):
    """Another library's array beside a node: its own operators may know what to do."""


def refuse_modulus() -> NoReturn:
    """Say what ``pow(a, b, c)`` is of nodes."""
    raise TypeError("pow takes a modulus, its third number, with whole numbers alone: write a ** b % c")


class Operators(FunctionsOfOne):
    """Python's operators and the elementwise functions as methods; each is one entry of the rule book."""

    __slots__ = ()

    def __dir__(self) -> Iterable[str]:
        return [name for name in super().__dir__() if name not in METHODS or hasattr(self, name)]

    def _call(self, function: Callable[..., Any], *inputs: Any, **attrs: Any) -> Self:
        result: Self = function(*inputs, **attrs)
        return result

    def _operate(self, function: Callable[..., Any], a: Any, b: Any) -> Self:
        try:
            result: Self = function(a, b)
        except ForeignOperandError:
            return NotImplemented  # type: ignore[no-any-return]
        return result

    def __add__(self, other: Any) -> Self:
        return self._operate(arithmetic.add, self, other)

    def __radd__(self, other: Any) -> Self:
        return self._operate(arithmetic.add, other, self)

    def __sub__(self, other: Any) -> Self:
        return self._operate(arithmetic.subtract, self, other)

    def __rsub__(self, other: Any) -> Self:
        return self._operate(arithmetic.subtract, other, self)

    def __mul__(self, other: Any) -> Self:
        return self._operate(arithmetic.multiply, self, other)

    def __rmul__(self, other: Any) -> Self:
        return self._operate(arithmetic.multiply, other, self)

    def __truediv__(self, other: Any) -> Self:
        return self._operate(arithmetic.divide, self, other)

    def __rtruediv__(self, other: Any) -> Self:
        return self._operate(arithmetic.divide, other, self)

    def __pow__(self, other: Any, modulus: Any = None) -> Self:
        if modulus is not None:
            refuse_modulus()
        return self._operate(arithmetic.power, self, other)

    def __rpow__(self, other: Any) -> Self:
        return self._operate(arithmetic.power, other, self)

    def __mod__(self, other: Any) -> Self:
        return self._operate(arithmetic.remainder, self, other)

    def __rmod__(self, other: Any) -> Self:
        return self._operate(arithmetic.remainder, other, self)

    def __floordiv__(self, other: Any) -> Self:
        return self._operate(arithmetic.floor_divide, self, other)

    def __rfloordiv__(self, other: Any) -> Self:
        return self._operate(arithmetic.floor_divide, other, self)

    def __divmod__(self, other: Any) -> tuple[Self, Self]:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> tuple[Self, Self]:
        return other // self, other % self

    def __round__(self, digits: int = 0) -> Self:
        """To a number of places after the point; flat, but where it jumps."""
        unit = 10.0**digits
        return self._call(arithmetic.rint, self * unit) / unit if digits else self._call(arithmetic.rint, self)

    def __neg__(self) -> Self:
        return self._call(arithmetic.negative, self)

    def __pos__(self) -> Self:
        return self

    def __abs__(self) -> Self:
        return self._call(arithmetic.absolute, self)

    def leaky_relu(self, slope: float = 0.01) -> Self:
        """x for x > 0, slope · x otherwise."""
        return self._call(activations.leaky_relu, self, slope=slope)

    def clip(self, low: float | None = None, high: float | None = None, **bounds: float | None) -> Self:
        """x kept between ``low`` and ``high``, NumPy's ``min`` and ``max``; None leaves a side open."""
        named = {"low": bounds.pop("min", None), "high": bounds.pop("max", None)}
        given = {"low": low, "high": high}
        if bounds or any(named[side] is not None is not given[side] for side in given):
            raise TypeError("clip takes low and high, or min and max, each side once")
        low, high = (given[side] if named[side] is None else named[side] for side in given)
        return self._call(arithmetic.clip, self, low=-inf if low is None else low, high=inf if high is None else high)


# Whoever derives from it and has such a name has it before these; it has none of them itself.
for _name in METHODS:
    setattr(Operators, _name, Elsewhere(_name, "x", METHODS))
