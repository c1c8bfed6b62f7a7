"""A float that remembers: the scalar node, in micrograd's dialect."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Never, NoReturn, Self

import numpy as np

from autograd.arguments import truth
from autograd.elsewhere import catching
from autograd.errors import GraphError
from autograd.graph.changes import owned
from autograd.graph.clock import CLOCK
from autograd.graph.hooks import current_tracer
from autograd.graph.mode import recording
from autograd.graph.node import NO_ATTRS, Node, describe, new_node
from autograd.graph.operators import Operators, refuse_modulus
from autograd.graph.outside import CUT, look_at
from autograd.graph.slips import none_yet
from autograd.numpy.protocols import apply_ufunc
from autograd.rules import activations, arithmetic, trigonometry
from autograd.rules.arithmetic import add, multiply
from autograd.rules.primitive import Primitive
from autograd.rules.ready import FLOAT_EXCEPTIONS
from autograd.value.marks import ALONE, CONSTANT, LONE, MANY, MIXED, PAIR, Alone, Arguments, arguments
from autograd.value.node import ScalarNode
from autograd.value.numbers import as_float, comparison, operand, refused
from autograd.value.reserve import Reserve


def _unary(rule: Primitive) -> Callable[[Value], Value]:
    """`Value._apply` for a rule of one parent, without its loops: most of the time of a graph of scalars goes here."""
    forward: Any = rule.scalar

    def method(self: Value) -> Value:
        number = self._raw
        try:
            data = forward(number)
        except FLOAT_EXCEPTIONS:
            data = rule.on_floats((number,), NO_ATTRS)
        if self._second is CONSTANT or not recording():
            return _unrecorded(data, rule, (self,), NO_ATTRS)
        try:
            node: Value = _take()
        except IndexError:
            node = _blank.refill()
        node._raw = data
        node._grad = None
        node.rule = rule
        node._first = self
        node._second = ALONE
        node._flow = LONE
        node.stamp = CLOCK.now
        return node

    method.__qualname__ = f"Value.{rule.name}"
    return method


def _binary(rule: Primitive) -> Callable[[Value, Any], Value]:
    """The same for a rule of two parents; ``+`` and ``*``, the commonest, are written out in the class."""
    forward: Any = rule.scalar

    def method(self: Value, other: Any, modulus: Any = None) -> Value:
        if modulus is not None:
            refuse_modulus()
        if other.__class__ is Value:
            number, flow = other._raw, PAIR
        elif other.__class__ is float or other.__class__ is int:
            number, flow = other, LONE
        else:
            return Value._apply(rule, (self, other), NO_ATTRS)
        try:
            data = forward(self._raw, number)
        except FLOAT_EXCEPTIONS:
            data = rule.on_floats((self._raw, number), NO_ATTRS)
        if (self._second is CONSTANT and (flow is LONE or other._second is CONSTANT)) or not recording():
            return _unrecorded(data, rule, (self, other), NO_ATTRS)
        try:
            node: Value = _take()
        except IndexError:
            node = _blank.refill()
        node._raw = data
        node._grad = None
        node.rule = rule
        node._first = self
        node._second = other
        node._flow = flow
        node.stamp = CLOCK.now
        return node

    return method


def _swapped(rule: Primitive) -> Callable[[Value, Any], Value]:
    """The same with a number on the left."""
    forward: Any = rule.scalar

    def method(self: Value, other: Any) -> Value:
        if other.__class__ is not float and other.__class__ is not int:
            return Value._apply(rule, (other, self), NO_ATTRS)
        try:
            data = forward(other, self._raw)
        except FLOAT_EXCEPTIONS:
            data = rule.on_floats((other, self._raw), NO_ATTRS)
        if self._second is not CONSTANT and recording():
            return computed(data, rule, other, self)
        return _unrecorded(data, rule, (other, self), NO_ATTRS)

    return method


class Value(Operators, ScalarNode):
    """One number in a graph of numbers.

    Operators and methods compute a new Value and record how; `backward` then fills in ``.grad`` = ∂L/∂(this value) for
    every Value that L depends on. Numbers behave as in IEEE 754, like NumPy's: 1/0 is inf and log(−1) is NaN.
    A Value is equal to itself alone (``==`` is ``is``, so that `in` finds a node); ``<`` and its kin compare numbers.

    Args:
        data: A number.
        label: A name for pictures and messages.
        requires_grad: False for a constant.

    Attributes:
        data: The number, a Python float. A leaf's may be set; a computed Value's may not.
        grad: A float once backward has reached it (a leaf's a Value where ``create_graph``), None before.

    Raises:
        DTypeError: ``data`` is not a real number.

    Example:
        >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
        >>> L = a * b + a**2
        >>> L.backward()
        >>> L.data, a.grad, b.grad
        (-2.0, 1.0, 2.0)
    """

    __slots__ = ()
    kind = "scalar"

    @catching
    def __init__(self, data: float, label: str | None = None, requires_grad: bool = True, **words: Never) -> None:
        if words:
            from autograd.suggest import refuse_keywords

            refuse_keywords("Value", words, ("data", "label", "requires_grad"))
        requires_grad = requires_grad is True or truth("requires_grad", requires_grad)
        number = data if data.__class__ is float else as_float(data)
        self._raw, self._grad, self.stamp = number, None, CLOCK.now
        self.rule, self._first, self._flow = None, (), None
        self._second = MANY if requires_grad else CONSTANT
        if label is not None:
            self.label = label

    @property
    def data(self) -> float:
        """The number."""
        return self._raw  # type: ignore[no-any-return]

    @data.setter
    def data(self, number: float) -> None:
        if self.rule is not None:
            raise GraphError(f"{describe(self)} was computed; change the leaves it came from and compute it again")
        self._raw = as_float(number)
        self.stamp = CLOCK.tick()

    @property
    def grad(self) -> float | None:
        """∂L/∂(this), or None where no backward pass has reached it; a Value after one with ``create_graph``."""
        gradient: float | None = self._grad
        return none_yet(self) if gradient is None else gradient

    @grad.setter
    def grad(self, gradient: Any) -> None:
        self._grad = gradient if gradient is None or isinstance(gradient, Value) else as_float(gradient)

    # Most nodes of most graphs come from these two. A call of what they might share would cost a tenth of their time.

    def __add__(self, other: Any) -> Value:
        if other.__class__ is Value:
            number, flow = other._raw, PAIR
        elif other.__class__ is float or other.__class__ is int:
            number, flow = other, LONE
        else:
            return Value._apply(add, (self, other), NO_ATTRS)
        data = self._raw + number
        if (self._second is CONSTANT and (flow is LONE or other._second is CONSTANT)) or not recording():
            return _unrecorded(data, add, (self, other), NO_ATTRS)
        try:
            node: Value = _take()
        except IndexError:
            node = _blank.refill()
        node._raw = data
        node._grad = None
        node.rule = add
        node._first = self
        node._second = other
        node._flow = flow
        node.stamp = CLOCK.now
        return node

    def __mul__(self, other: Any) -> Value:
        if other.__class__ is Value:
            number, flow = other._raw, PAIR
        elif other.__class__ is float or other.__class__ is int:
            number, flow = other, LONE
        else:
            return Value._apply(multiply, (self, other), NO_ATTRS)
        data = self._raw * number
        if (self._second is CONSTANT and (flow is LONE or other._second is CONSTANT)) or not recording():
            return _unrecorded(data, multiply, (self, other), NO_ATTRS)
        try:
            node: Value = _take()
        except IndexError:
            node = _blank.refill()
        node._raw = data
        node._grad = None
        node.rule = multiply
        node._first = self
        node._second = other
        node._flow = flow
        node.stamp = CLOCK.now
        return node

    __radd__, __rmul__ = _swapped(add), _swapped(multiply)
    __sub__, __rsub__ = _binary(arithmetic.subtract), _swapped(arithmetic.subtract)
    __truediv__, __rtruediv__ = _binary(arithmetic.divide), _swapped(arithmetic.divide)
    __pow__, __rpow__ = _binary(arithmetic.power), _swapped(arithmetic.power)  # type: ignore[assignment]
    __neg__, relu, tanh = _unary(arithmetic.negative), _unary(activations.relu), _unary(trigonometry.tanh)

    @staticmethod
    def _apply(rule: Primitive, inputs: Sequence[Any], attrs: dict[str, Any]) -> Value:
        numbers = values_alone((inputs,)) if len(inputs) > _FEW else None
        many = MIXED
        if numbers is not None:
            many = MANY
            requires_grad = any([x._second is not CONSTANT for x in inputs])  # noqa: C419
        else:
            numbers, requires_grad = [], False
            for x in inputs:
                kind = x.__class__
                if kind is Value or isinstance(x, Value):
                    requires_grad = requires_grad or x._second is not CONSTANT
                    numbers.append(x._raw)
                elif kind is float or kind is int:
                    numbers.append(x)
                else:
                    return Value._apply(rule, [x if isinstance(x, Value) else operand(x, rule) for x in inputs], attrs)
        data = rule.on_floats(numbers, attrs)
        if data.__class__ is not float:
            data = float(data)
        if not requires_grad or not recording():
            return _unrecorded(data, rule, inputs, attrs)
        if not rule.differentiable:  # a comparison, recorded all the same: what it chooses depends on its inputs
            return computed(data, rule, arguments(inputs, owned(attrs)), CONSTANT)
        if len(inputs) == 1:
            return computed(data, rule, inputs[0], Alone(owned(attrs)) if attrs else ALONE, LONE)
        if attrs:
            return computed(data, rule, arguments(inputs, owned(attrs)), MIXED)
        if len(inputs) == 2:
            first, second = inputs
            return computed(data, rule, first, second, PAIR if first.__class__ is second.__class__ else None)
        return computed(data, rule, tuple(inputs), many)

    def detach(self) -> Value:
        """The same number as a constant: gradients stop here."""
        tracer = current_tracer()
        if tracer is not None:  # whatever number it holds at a replay
            return tracer.joined(self, requires_grad=False)  # type: ignore[no-any-return]
        return _cut_off(self._raw, (self,))

    def item(self) -> float:
        """The number, as `data`."""
        return self.data

    # A Value is equal to itself alone, so that `in`, `list.index`, sets and dicts find it and no other; its order among
    # others is its number's.
    __lt__, __le__ = comparison(operator.lt), comparison(operator.le)
    __gt__, __ge__ = comparison(operator.gt), comparison(operator.ge)

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = Node.__hash__

    def __bool__(self) -> bool:
        tracer = current_tracer()
        if tracer is not None:
            tracer.decide("a branch on a Value")
        look_at("a branch", self)
        return bool(self._raw)

    __float__ = refused(
        "float(value), and so math.exp(value) and the like,",
        "value.data for the number, or ag.exp and its kin for the function",
    )
    __complex__ = refused("complex(value)", "value.data for the number")
    __int__ = refused("int(value)", "int(value.data)")
    __index__ = refused("counting by a Value, as range(value) and items[value] do,", "int(value.data)")

    if not TYPE_CHECKING:  # to a type checker a list of Values is no array

        def __array__(self, *_: Any, **__: Any) -> NoReturn:
            raise TypeError(
                "a Value inside np.array would lose its gradient: use .data for the number, "
                "a list for several Values (ag.sum, ag.dot take lists), or a Tensor for arrays"
            )

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        return apply_ufunc(ufunc, method, inputs, options)

    def _seed(self, gradient: Any, create_graph: bool) -> Any:
        if isinstance(gradient, Value):
            return gradient if create_graph else gradient._raw
        number = 1.0 if gradient is None else as_float(gradient)
        return constant(number) if create_graph else number

    def _as_gradient(self, gradient: Any, create_graph: bool) -> Any:
        number = 0.0 if gradient is None else gradient
        if create_graph and not isinstance(number, Value):
            return constant(number)
        return number

    def _copy(self, inputs: tuple[Any, ...]) -> Self:
        copy = new_node(type(self), self._raw, self.rule, inputs, self.attrs, self.requires_grad)
        copy._grad, copy.label = self._grad, self.label
        return copy


_blank = Reserve(Value)
_take = _blank.ready.pop


def computed(data: float, rule: Primitive | None, first: Any, second: Any, flow: Any = None) -> Value:
    """As `new_node`, from the reserve, with ``first``, ``second`` and ``flow`` as in a ScalarNode.

    It fills the node itself, once more, as operators do: a call of it is a tenth of the time of ``a * b``.
    """
    try:
        node: Value = _take()
    except IndexError:
        node = _blank.refill()
    node._raw = data
    node._grad = None
    node.rule = rule
    node._first = first
    node._second = second
    node._flow = flow
    node.stamp = CLOCK.now
    return node


def _unrecorded(data: float, rule: Primitive, inputs: Sequence[Any], attrs: dict[str, Any]) -> Value:
    """What an operation gives where no gradient flows; while a function is traced, it is an operation all the same."""
    tracer = current_tracer()
    if tracer is not None:
        return tracer.apply(rule, inputs, attrs)  # type: ignore[no-any-return]
    if recording():
        for x in inputs:
            if isinstance(x, Value) and x.rule is not None:  # a comparison, or what hangs on one
                return computed(data, rule, arguments(inputs, owned(attrs)), CONSTANT)
    return _cut_off(data, inputs)


def _cut_off(data: float, inputs: Sequence[Any]) -> Value:
    """A leaf with what was computed from these without a record; see `autograd.graph.outside.is_cut`."""
    for x in inputs:
        if isinstance(x, Value):
            first = x._first
            if x._second is not CONSTANT or x.rule is not None or (first.__class__ is Arguments and first.attrs is CUT):
                return computed(data, None, _CUT, CONSTANT)
    return computed(data, None, (), CONSTANT)


_CUT = arguments((), CUT)


def constant(number: float) -> Value:
    """A Value without a gradient."""
    return computed(number, None, (), CONSTANT)


_FEW = 4  # up to so many inputs, a look at each is quicker


def values_alone(rows: Sequence[Sequence[Any]]) -> list[float] | None:
    """The numbers of Values, without a look at each for what it is; None where something else is among them."""
    if rows[-1][-1].__class__ is not Value:  # constants mostly come last; an exception costs as much as ten numbers
        return None
    try:
        numbers = [x._raw for row in rows for x in row]
    except AttributeError:
        return None
    return numbers if sum(numbers).__class__ is float else None  # with an array among them the sum is none
