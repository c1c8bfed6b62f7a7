"""A second engine, slow and obviously right: forward differentiation with dual numbers, one input at a time.

A dual number is a value and its derivative for one chosen input; each operation is the calculus textbook's line for it.
It shares nothing with the engine it judges: no graph, no order, no rule book.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Dual:
    """x + x′ε with ε² = 0."""

    x: float
    dx: float

    def __add__(self, other: Dual) -> Dual:
        return type(self)(self.x + other.x, self.dx + other.dx)

    def __sub__(self, other: Dual) -> Dual:
        return type(self)(self.x - other.x, self.dx - other.dx)

    def __mul__(self, other: Dual) -> Dual:
        return type(self)(self.x * other.x, self.dx * other.x + self.x * other.dx)

    def __truediv__(self, other: Dual) -> Dual:
        return type(self)(self.x / other.x, (self.dx * other.x - self.x * other.dx) / other.x**2)

    def __neg__(self) -> Dual:
        return type(self)(-self.x, -self.dx)

    def tanh(self) -> Dual:
        return type(self)(math.tanh(self.x), self.dx / math.cosh(self.x) ** 2)

    def exp(self) -> Dual:
        return type(self)(math.exp(self.x), self.dx * math.exp(self.x))

    def sin(self) -> Dual:
        return type(self)(math.sin(self.x), self.dx * math.cos(self.x))

    def relu(self) -> Dual:
        return self if self.x > 0 else type(self)(0.0, 0.0)

    def square(self) -> Dual:
        return type(self)(self.x**2, 2 * self.x * self.dx)


def gradient(function: Callable[..., Dual], *point: float) -> tuple[float, list[float]]:
    """The value and all partial derivatives: one run of the function for each input."""
    partials = []
    for chosen in range(len(point)):
        result = function(*(Dual(x, float(i == chosen)) for i, x in enumerate(point)))
        partials.append(result.dx)
    return result.x, partials
