"""Building a program: one flat list of instructions, in which equal ones are one and constants are computed at once.

An instruction is a primitive of the rule book and the places of its operands in the list; operands come before those
who use them. The list is plain data, and an `Operand` (a place in it) obeys the same operators and primitives as a
Value does, so the rule book's own derivatives extend the list, and so do derivatives of derivatives.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from autograd.program.identities import IDENTITIES
from autograd.rules import arithmetic
from autograd.rules.primitive import Primitive

# What an instruction's rule is where the number comes from outside.
LEAF = None


@cache
def attribute_names(rule: Primitive) -> tuple[str, ...]:
    """The names of a primitive's attributes, in the order in which its function on floats takes them."""
    if rule.scalar is None or rule.pull is not None:
        return ()
    try:
        parameters = list(inspect.signature(rule.scalar).parameters)
    except ValueError:  # a built-in function without a signature takes no attributes
        return ()
    return tuple(parameters[len(rule.vjps) :])


class Builder:
    """A list of instructions that grows.

    Attributes:
        rules: What each instruction computes; None for an input or a constant.
        operands: The places of each instruction's operands; its attributes follow, as constants.
        numbers: The constants: their number by their place.
        inputs: The places of the inputs, in order.
        data: The constants that came with the graph. Their value decides nothing: where one of many entries is 1, the
            product with it stays, since equal work for all entries runs faster than less work for some.

    Example:
        >>> from autograd.rules.trigonometry import tanh
        >>> builder = Builder()
        >>> x = builder.input()
        >>> y = tanh(x * 2.0) + tanh(2.0 * x) * 1.0
        >>> [rule.name for rule in builder.rules if rule]
        ['multiply', 'tanh', 'add']
    """

    def __init__(self) -> None:
        self.rules: list[Primitive | None] = []
        self.operands: list[tuple[int, ...]] = []
        self.numbers: dict[int, float] = {}
        self.inputs: list[int] = []
        self.data: set[int] = set()
        self._places: dict[tuple[Primitive, tuple[int, ...]], int] = {}
        self._constants: dict[Any, int] = {}

    def __len__(self) -> int:
        return len(self.rules)

    def input(self) -> Operand:
        """A new number from outside."""
        self.inputs.append(self._append(LEAF, ()))
        return Operand(self, self.inputs[-1])

    def constant(self, number: float, data: bool = False) -> int:
        """The place of a constant; +0 and −0 are two."""
        number = float(number)
        key = (number, math.copysign(1.0, number), data) if number == number else data
        place = self._constants.get(key)
        if place is None:
            place = self._constants[key] = self._append(LEAF, ())
            self.numbers[place] = number
            if data:
                self.data.add(place)
        return place

    def place(self, x: Any) -> int:
        """Where an operand is; a plain number becomes a constant."""
        if x.__class__ is Operand:
            if x.builder is not self:
                raise ValueError("an operand of another program: record everything that belongs together in one go")
            index: int = x.index
            return index
        return self.constant(x)

    def apply(self, rule: Primitive, operands: tuple[int, ...]) -> int:
        """The place of ``rule`` applied to what is at these places, now or before."""
        numbers = self.numbers
        if operands[0] in numbers and all(i in numbers for i in operands):
            return self.constant(self._fold(rule, operands))
        simpler = IDENTITIES.get(rule)
        if simpler is not None:
            place, operands = simpler(self, operands)
            if place is not None:
                return place
        key = (rule, operands)
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = self._append(rule, operands)
        return place

    def find(self, rule: Primitive, operands: tuple[int, ...]) -> int | None:
        """Where an instruction is, if it is in the list."""
        return self._places.get((rule, operands))

    def total(self, operands: Sequence[int]) -> int:
        """The place of a sum, added from left to right."""
        if len(operands) == 1:
            return operands[0]
        if len(operands) == 2:
            return self.apply(arithmetic.add, tuple(operands))
        from autograd.rules.reductions import add_n

        return self.apply(add_n, tuple(operands))

    def attributes(self, place: int) -> tuple[tuple[int, ...], dict[str, float]]:
        """An instruction's operands, and apart from them its attributes."""
        rule, operands = self.rules[place], self.operands[place]
        names = attribute_names(rule) if rule is not None else ()
        if not names:
            return operands, {}
        count = len(operands) - len(names)
        values = (self.numbers[i] for i in operands[count:])
        return operands[:count], dict(zip(names, values, strict=True))

    def _append(self, rule: Primitive | None, operands: tuple[int, ...]) -> int:
        self.rules.append(rule)
        self.operands.append(operands)
        return len(self.rules) - 1

    def _fold(self, rule: Primitive, operands: tuple[int, ...]) -> float:
        names = attribute_names(rule)
        values = [self.numbers[i] for i in operands]
        count = len(values) - len(names)
        return float(rule.on_floats(values[:count], dict(zip(names, values[count:], strict=True))))


class Operand:
    """A number that a program will compute; operators and primitives on it add instructions."""

    __slots__ = ("builder", "index")

    def __init__(self, builder: Builder, index: int) -> None:
        self.builder = builder
        self.index = index

    @staticmethod
    def _apply(rule: Primitive, inputs: Iterable[Any], attrs: dict[str, Any]) -> Operand:
        inputs = tuple(inputs)
        builder = next(x.builder for x in inputs if x.__class__ is Operand)
        values = [*inputs, *(attrs[name] for name in attribute_names(rule))] if attrs else inputs
        return Operand(builder, builder.apply(rule, tuple(map(builder.place, values))))

    def _binary(self, rule: Primitive, first: Any, second: Any) -> Operand:
        builder = self.builder
        return Operand(builder, builder.apply(rule, (builder.place(first), builder.place(second))))

    def __add__(self, other: Any) -> Operand:
        return self._binary(arithmetic.add, self, other)

    def __radd__(self, other: Any) -> Operand:
        return self._binary(arithmetic.add, other, self)

    def __sub__(self, other: Any) -> Operand:
        return self._binary(arithmetic.subtract, self, other)

    def __rsub__(self, other: Any) -> Operand:
        return self._binary(arithmetic.subtract, other, self)

    def __mul__(self, other: Any) -> Operand:
        return self._binary(arithmetic.multiply, self, other)

    def __rmul__(self, other: Any) -> Operand:
        return self._binary(arithmetic.multiply, other, self)

    def __truediv__(self, other: Any) -> Operand:
        return self._binary(arithmetic.divide, self, other)

    def __rtruediv__(self, other: Any) -> Operand:
        return self._binary(arithmetic.divide, other, self)

    def __pow__(self, other: Any) -> Operand:
        return self._binary(arithmetic.power, self, other)

    def __rpow__(self, other: Any) -> Operand:
        return self._binary(arithmetic.power, other, self)

    def __neg__(self) -> Operand:
        return Operand(self.builder, self.builder.apply(arithmetic.negative, (self.index,)))

    def __repr__(self) -> str:
        return f"<operand {self.index}>"
