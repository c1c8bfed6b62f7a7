"""What `Value` and `Tensor` have in common: Python's operators, and the functions of one number as methods."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Self

from autograd.rules import activations, arithmetic, exponentials, trigonometry


class ForeignOperandError(TypeError):
    """Another library's array beside a node: its own operators may know what to do."""


class Operators:
    """Python's operators and the elementwise functions as methods; each is one entry of the rule book."""

    __slots__ = ()

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

    def __pow__(self, other: Any) -> Self:
        return self._operate(arithmetic.power, self, other)

    def __rpow__(self, other: Any) -> Self:
        return self._operate(arithmetic.power, other, self)

    def __neg__(self) -> Self:
        return self._call(arithmetic.negative, self)

    def __pos__(self) -> Self:
        return self

    def __abs__(self) -> Self:
        return self._call(arithmetic.absolute, self)

    # The functions of one number.

    def abs(self) -> Self:
        """|x|"""
        return self._call(arithmetic.absolute, self)

    def square(self) -> Self:
        """x²"""
        return self._call(arithmetic.square, self)

    def sqrt(self) -> Self:
        """√x"""
        return self._call(arithmetic.sqrt, self)

    def exp(self) -> Self:
        """eˣ"""
        return self._call(exponentials.exp, self)

    def expm1(self) -> Self:
        """eˣ − 1, accurate near 0"""
        return self._call(exponentials.expm1, self)

    def log(self) -> Self:
        """ln x"""
        return self._call(exponentials.log, self)

    def log1p(self) -> Self:
        """ln(1 + x), accurate near 0"""
        return self._call(exponentials.log1p, self)

    def sin(self) -> Self:
        """sin x"""
        return self._call(trigonometry.sin, self)

    def cos(self) -> Self:
        """cos x"""
        return self._call(trigonometry.cos, self)

    def tan(self) -> Self:
        """tan x"""
        return self._call(trigonometry.tan, self)

    def arctan(self) -> Self:
        """arctan x"""
        return self._call(trigonometry.arctan, self)

    def tanh(self) -> Self:
        """tanh x"""
        return self._call(trigonometry.tanh, self)

    def sigmoid(self) -> Self:
        """1 / (1 + e⁻ˣ)"""
        return self._call(activations.sigmoid, self)

    def softplus(self) -> Self:
        """ln(1 + eˣ)"""
        return self._call(activations.softplus, self)

    def relu(self) -> Self:
        """max(x, 0)"""
        return self._call(activations.relu, self)

    def leaky_relu(self, slope: float = 0.01) -> Self:
        """x for x > 0, slope · x otherwise."""
        return self._call(activations.leaky_relu, self, slope=slope)

    def clip(self, low: float, high: float) -> Self:
        """x kept between ``low`` and ``high``."""
        return self._call(arithmetic.clip, self, low=low, high=high)
