"""Symbols: what a rule of the book is run on in place of numbers, to become an expression.

A rule is code such as ``-g * y / b``. Given symbols for g, y and the inputs, the same code builds a tree of
primitives, which is simplified as one would by hand while it grows; nothing that changes a value.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.graph.operators import Operators
from autograd.rules import arithmetic
from autograd.rules.primitive import Primitive

Shape = tuple[int, ...]

# Folded when all their operands are numbers; log 2 stays log 2, as one would write it.
_FOLDED = (
    arithmetic.add, arithmetic.subtract, arithmetic.multiply, arithmetic.divide, arithmetic.negative,
    arithmetic.equal, arithmetic.not_equal, arithmetic.greater, arithmetic.less,
    arithmetic.greater_equal, arithmetic.less_equal,
)  # fmt: skip


class Expression(Operators):
    """A symbol, a number, or a primitive of the rule book applied to expressions.

    Attributes:
        name: The symbol's name, for a symbol.
        number: The number, for a number.
        rule: The primitive, for an application.
        operands: What it is applied to.
        attrs: The primitive's other arguments.
        shape: The shape of what it stands for; () for a scalar.
    """

    __slots__ = ("attrs", "name", "number", "operands", "rule", "shape")

    def __init__(
        self,
        name: str | None = None,
        number: float | complex | None = None,
        rule: Primitive | None = None,
        operands: tuple[Expression, ...] = (),
        attrs: dict[str, Any] | None = None,
        shape: Shape = (),
    ) -> None:
        self.name = name
        self.number = number
        self.rule = rule
        self.operands = operands
        self.attrs = attrs or {}
        self.shape = shape

    @staticmethod
    def _apply(rule: Primitive, inputs: Sequence[Any], attrs: dict[str, Any]) -> Expression:
        return simplified(apply(rule, [as_expression(x) for x in inputs], attrs))

    def __repr__(self) -> str:
        if self.rule is None:
            return str(self.name if self.number is None else self.number)
        return f"{self.rule.name}({', '.join(map(repr, self.operands))})"


def symbol(name: str, shape: Shape = ()) -> Expression:
    """A symbol for a number, or for an array of the given shape."""
    return Expression(name=name, shape=shape)


def single(x: Any) -> float | complex:
    """The one number of an array, or a number of any kind, as a float or a complex one of Python's."""
    data = np.asarray(x).reshape(())
    return complex(data) if data.dtype.kind == "c" else float(data)


def as_expression(x: Any) -> Expression:
    """A number (or an array, which shows as its shape) as an expression; an expression as it is."""
    if isinstance(x, Expression):
        return x
    if np.ndim(x) == 0:
        return Expression(number=x if isinstance(x, bool) else single(x))
    return symbol(f"array{np.shape(x)}", np.shape(x))


def apply(rule: Primitive, operands: Sequence[Expression], attrs: dict[str, Any]) -> Expression:
    """The application of a primitive as it stands, nothing simplified."""
    shapes = [x.shape for x in operands]
    if not any(shapes) and rule.scalar is not None:
        shape: Shape = ()
    elif rule.elementwise:
        shape = np.broadcast_shapes(*shapes)
    else:  # on zeros that take no memory (whole numbers, which serve as class numbers too)
        with np.errstate(all="ignore"):
            try:
                shape = np.shape(rule.array(*(np.broadcast_to(0, s) for s in shapes), **attrs))
            except np.linalg.LinAlgError:  # of matrices of full rank alone
                full = (np.broadcast_to(np.eye(s[-2], s[-1]) if len(s) > 1 else 0.0, s) for s in shapes)
                shape = np.shape(rule.array(*full, **attrs))
    return Expression(rule=rule, operands=tuple(operands), attrs=attrs, shape=shape)


# ---- light simplification: nothing that changes a value ------------------------------------------------------------


def simplified(e: Expression) -> Expression:
    """1·x, x + 0, −(−x) and the like written as one would by hand; the operands are simplified already."""
    rule, operands = e.rule, e.operands
    numbers = [x.number for x in operands]
    if rule in _FOLDED and None not in numbers:
        return as_expression(rule.on_floats(numbers, {}))
    reduced = None
    if rule is arithmetic.multiply:
        reduced = _product(*operands)
    elif rule is arithmetic.divide:
        reduced = _quotient(*operands)
    elif rule is arithmetic.add or rule is arithmetic.subtract:
        reduced = _sum(rule, *operands)
    elif rule is arithmetic.negative:
        reduced = operands[0].operands[0] if operands[0].rule is rule else None
    elif rule is arithmetic.power and numbers[1] == 1:
        reduced = operands[0]
    elif rule is arithmetic.power and numbers[1] == 2:
        reduced = apply(arithmetic.square, operands[:1], {})
    elif rule is arithmetic.lowered_power:
        exponent = simplified(apply(arithmetic.subtract, [operands[1], as_expression(1.0)], {}))
        reduced = simplified(apply(arithmetic.power, [operands[0], exponent], {}))
    elif rule is arithmetic.where:
        reduced = _choice(*operands)
    return e if reduced is None or reduced.shape != e.shape else reduced


def _is_negative(x: Expression) -> bool:
    return x.rule is arithmetic.negative


def _negative(x: Expression) -> Expression:
    return simplified(apply(arithmetic.negative, [x], {}))


def _product(a: Expression, b: Expression) -> Expression | None:
    for one, other in ((a, b), (b, a)):
        if one.number == 1:
            return other
        if one.number == -1:
            return _negative(other)
        if _is_negative(one):
            return _negative(one.operands[0] * other)
    if b.number is not None and a.number is None:
        return apply(arithmetic.multiply, [b, a], {})
    return apply(arithmetic.square, [a], {}) if a.name is not None and a.name == b.name else None


def _quotient(a: Expression, b: Expression) -> Expression | None:
    if b.number == 1:
        return a
    return _negative(a.operands[0] / b) if _is_negative(a) else None


def _sum(rule: Primitive, a: Expression, b: Expression) -> Expression | None:
    if b.number == 0:
        return a
    if a.number == 0:
        return b if rule is arithmetic.add else _negative(b)
    if _is_negative(b):
        return a - b.operands[0] if rule is arithmetic.add else a + b.operands[0]
    return None


def _choice(condition: Expression, a: Expression, b: Expression) -> Expression | None:
    if condition.number is not None:
        return a if condition.number else b
    return None
