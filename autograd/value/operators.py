"""The operators of two numbers, each written out: most of the time of a graph of scalars goes here.

A call costs as much as all that an operator does: of a helper that two Values, and a Value and a number, might share,
or of `operator.mul` for a product. So the method is a text, with places for the operands and for the arithmetic.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from autograd.rules.primitive import Primitive

# The rule book's functions on floats that are operators.
_SIGNS: dict[Any, str] = {operator.add: "+", operator.sub: "-", operator.mul: "*", operator.truediv: "/"}

# As `Value._apply` for these two operands, without its loops, and with what `computed` does.
_RECORDED = """
            try:
                data = {data}
            except FLOAT_EXCEPTIONS:
                data = rule.on_floats((self._raw, {number}), NO_ATTRS)
            if ({requires_grad}) and recording():
                try:
                    node = _take()
                except IndexError:
                    node = _blank.refill()
                node._raw = data
                node._grad = None
                node.rule = rule
                node._first = self
                node._second = other
                node._flow = {inputs}
                node.attrs = NO_ATTRS
                node.requires_grad = True
                node.stamp = CLOCK.now
                return node
            return _unrecorded(data, rule, (self, other), NO_ATTRS)"""
_METHOD = """
def made(rule, forward):
    def method(self, other):
        if other.__class__ is Value:{of_two}
        if other.__class__ is float or other.__class__ is int:{of_one}
        return Value._apply(rule, (self, other), NO_ATTRS)
    return method
"""


def binary(rule: Primitive, names: dict[str, Any]) -> Callable[[Any, Any], Any]:
    """The method for a rule of two parents.

    Args:
        rule: The rule.
        names: Those of `autograd.value.value`, where the method is.
    """
    sign = _SIGNS.get(rule.scalar)

    def recorded(number: str, requires_grad: str, inputs: str) -> str:
        data = f"self._raw {sign} {number}" if sign else f"forward(self._raw, {number})"
        return _RECORDED.format(data=data, number=number, requires_grad=requires_grad, inputs=inputs)

    of_two = recorded("other._raw", "self.requires_grad or other.requires_grad", "PAIR")
    of_one = recorded("other", "self.requires_grad", "LONE")
    found: dict[str, Any] = {}
    exec(_METHOD.format(of_two=of_two, of_one=of_one), names, found)
    method: Callable[[Any, Any], Any] = found["made"](rule, rule.scalar)
    return method
