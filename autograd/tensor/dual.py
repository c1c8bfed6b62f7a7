"""Dual numbers of arrays: an array and its tangent, which go through a function together.

For y = f(a, b, …) and inputs that change in the directions ȧ, ḃ, …, an operation gives y with its tangent
ẏ = (∂y/∂a) ȧ + (∂y/∂b) ḃ + …, by `autograd.rules.pushforward`; nothing is recorded (R. E. Wengert, "A simple automatic
derivative evaluation program", 1964).

A dual number is for plain arrays alone. What it cannot carry its tangent through (a record that somebody else keeps, a
backward pass, another forward pass, complex numbers) raises `Abandoned`, and `autograd.functional.direct` has the
function recorded instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Never

import numpy as np
from numpy import asarray, ndarray

from autograd.errors import GraphError
from autograd.graph.mode import recording
from autograd.graph.node import NO_ATTRS
from autograd.graph.operators import refuse_modulus
from autograd.rules import arithmetic, products
from autograd.rules.primitive import Primitive
from autograd.rules.pushforward import push_of
from autograd.tensor.operands import as_array, explained
from autograd.tensor.tensor import Tensor, constant

_new: Any = object.__new__
SMALL = 2048  # whole numbers below it are the same in each floating-point type


class Abandoned(BaseException):
    """A forward pass came to what it has to be recorded for. No `Exception`, which the user's function may catch."""


class Pass:
    """One forward pass, by which its dual numbers know each other.

    Attributes:
        over: Whether its function has returned: a dual number that was kept is a constant from then on.
        abandoned: Whether it came to what it has to be recorded for.
    """

    over = abandoned = False


def _both(rule: Primitive) -> tuple[Any, Any]:
    """An operator of two operands and its reflection, quick where the other is a number or a dual number too."""
    array: Any = rule.array
    of_a: Any
    of_b: Any
    of_a, of_b = rule.derivatives["array"][1]
    linear, new = rule.linear, _new  # `dual` without the call
    kept = rule is not arithmetic.power  # beside a number the tangent has the type of the array

    def operate(self: Any, other: Any) -> Any:
        kind = other.__class__
        if kind is float or kind is int:
            if recording():
                if kind is int and kept and -SMALL < other < SMALL:
                    other = float(other)  # which NumPy is quicker with
                a = self._raw
                y = array(a, other)
                if y.__class__ is ndarray:
                    made = new(Dual)
                    made._raw, made._tangent, made._pass = y, of_a(self._tangent, y, a, other), self._pass
                    return made
        elif kind is Dual:
            if other._pass is self._pass and recording():
                a, b = self._raw, other._raw
                if linear:
                    try:
                        y = array(a, b)
                    except ValueError:
                        return self._operate(rule, self, other)  # which explains it
                    tangent = array(self._tangent, other._tangent)
                    if y.__class__ is ndarray:
                        made = new(Dual)
                        made._raw, made._tangent, made._pass = y, tangent, self._pass
                        return made
                elif a.shape == b.shape:
                    y = array(a, b)
                    tangent = of_a(self._tangent, y, a, b) + of_b(other._tangent, y, a, b)
                    if _alike(y, tangent):
                        made = new(Dual)
                        made._raw, made._tangent, made._pass = y, tangent, self._pass
                        return made
        elif kind is ndarray and other.dtype.kind == "f" and recording():
            a = self._raw
            try:
                y = array(a, other)
            except ValueError:
                return self._operate(rule, self, other)  # which explains it
            tangent = of_a(self._tangent, y, a, other)
            if _alike(y, tangent):
                return dual(y, tangent, self._pass)
        return self._operate(rule, self, other)

    def reflected(self: Any, other: Any) -> Any:
        kind = other.__class__
        if (kind is float or kind is int) and recording():
            if kind is int and -SMALL < other < SMALL:
                other = float(other)
            b = self._raw
            y = array(other, b)
            if y.__class__ is ndarray:
                tangent = of_b(self._tangent, y, other, b)
                if kept or _alike(y, tangent):
                    made = new(Dual)
                    made._raw, made._tangent, made._pass = y, tangent, self._pass
                    return made
        return self._operate(rule, other, self)

    return operate, reflected


_share_of_factor: Any = arithmetic.multiply.derivatives["array"][1][0]


class Dual(Tensor):
    """An array with its tangent; to the user's function it is a Tensor that requires a gradient."""

    __slots__ = ("_pass", "_tangent")
    _pass: Pass
    _tangent: Any
    carries = True
    # What a record would hold.
    _grad = None
    rule = None
    inputs = ()
    attrs = NO_ATTRS

    def _abandon(self, *_: Any, **__: Any) -> Never:
        _abandon(self._pass)

    _seed = _unbroadcast = _as_gradient = register_hook = __setitem__ = _abandon

    @property
    def requires_grad(self) -> bool:
        """As that of the Tensor which it stands for."""
        return True

    @requires_grad.setter
    def requires_grad(self, value: Any) -> None:  # noqa: ARG002
        self._abandon()

    @property
    def grad(self) -> Any:
        """None: no backward pass reaches it."""
        return None if self._pass.over else self._abandon()

    @grad.setter
    def grad(self, gradient: Any) -> None:  # noqa: ARG002
        self._abandon()

    def __copy__(self) -> Any:
        return constant(self._raw.copy()) if self._pass.over else self._abandon()

    def __deepcopy__(self, memo: Any) -> Any:
        return self.__copy__()

    def __reduce__(self) -> Any:
        return self.__copy__().__reduce__()

    @property
    def data(self) -> Any:
        """The array, which cannot be changed."""
        array = self._raw.view()
        array.flags.writeable = False
        return array

    @data.setter
    def data(self, array: Any) -> None:  # noqa: ARG002
        self._abandon()

    @property
    def label(self) -> Any:
        """A name for messages; no picture is made of it."""
        return None

    @label.setter
    def label(self, name: Any) -> None:
        pass

    def _update(self, ufunc: np.ufunc, other: Any, rule: Primitive) -> Any:  # noqa: ARG002
        return self._abandon()

    __add__, __radd__ = _both(arithmetic.add)
    __sub__, __rsub__ = _both(arithmetic.subtract)
    __mul__, __rmul__ = _both(arithmetic.multiply)
    __truediv__, __rtruediv__ = _both(arithmetic.divide)
    _power, __rpow__ = _both(arithmetic.power)

    def __pow__(self, other: Any, modulus: Any = None) -> Any:
        if modulus is not None:
            refuse_modulus()
        if (other.__class__ is not int and other.__class__ is not float) or other != 2:
            return self._power(other)
        a = self._raw
        if a.ndim and recording():
            y = a * a
            tangent = _share_of_factor(self._tangent, y, a, a)
            tangent += tangent  # the other factor's is the same, and needs no memory of its own
            made = _new(Dual)
            made._raw, made._tangent, made._pass = y, tangent, self._pass
            return made
        return self._apply(arithmetic.square, (self,), NO_ATTRS)

    @staticmethod
    def _apply(rule: Primitive, inputs: Sequence[Any], attrs: dict[str, Any]) -> Any:
        if len(inputs) == 1 and recording():  # the usual kinds, without questions that have one answer
            x = inputs[0]
            a = x._raw
            if rule.elementwise and not attrs and not rule.jvps:
                slope = rule.derivatives["array"][1][0]
                if slope is not None:
                    y = rule.array(a)
                    tangent = slope(x._tangent, y, a)
                    if _alike(y, tangent):
                        made = _new(Dual)
                        made._raw, made._tangent, made._pass = y, tangent, x._pass
                        return made
            elif rule.linear and a.size:
                try:
                    y = asarray(rule.array(a, **attrs))
                except ValueError:
                    return _general(rule, inputs, attrs)  # which explains it
                if y.dtype.kind == "f":  # and not complex, as a transform's
                    return dual(y, asarray(rule.array(x._tangent, **attrs)), x._pass)
        elif len(inputs) == 2 and rule.multilinear and not attrs and recording():
            a, b = inputs
            first = a.__class__ is Dual
            x, other = (a, b) if first else (b, a)
            if other.__class__ is ndarray and x.__class__ is Dual:
                array: Any = rule.array
                moving = x._raw
                if rule is products.matmul and 0 < other.ndim <= 2 and 0 < moving.ndim <= 2:
                    array = np.ndarray.dot  # the same, sooner
                try:
                    y = array(moving, other) if first else array(other, moving)
                except ValueError:
                    return _general(rule, inputs, attrs)  # which explains it
                if y.__class__ is ndarray and y.dtype.kind == "f":
                    made = _new(Dual)
                    made._raw, made._pass = y, x._pass
                    made._tangent = array(x._tangent, other) if first else array(other, x._tangent)
                    return made
        return _general(rule, inputs, attrs)

    def __getitem__(self, index: Any) -> Any:
        if (index.__class__ is slice or index.__class__ is int) and recording():
            y = self._raw[index]
            if y.__class__ is ndarray:
                made = _new(Dual)
                made._raw, made._tangent, made._pass = y, self._tangent[index], self._pass
                return made
        return super().__getitem__(index)


def dual(y: Any, tangent: Any, in_pass: Pass) -> Dual:
    """A dual number around an array and a tangent of its shape and type."""
    made = object.__new__(Dual)
    made._raw = y
    made._tangent = tangent
    made._pass = in_pass
    return made


def _alike(y: Any, tangent: Any) -> bool:
    return (
        y.__class__ is ndarray
        and tangent.__class__ is ndarray
        and y.shape == tangent.shape
        and y.dtype is tangent.dtype
    )


def _general(rule: Primitive, inputs: Sequence[Any], attrs: dict[str, Any]) -> Any:
    """Any primitive of any operands."""
    here: Pass | None = None
    foreign = False
    tangents: list[Any] = []
    arrays: list[Any] = []
    for x in inputs:
        tangent = None
        if x.__class__ is Dual:
            if not x._pass.over:
                if here is None:
                    here = x._pass
                elif here is not x._pass:
                    x._abandon()
                tangent = x._tangent
            x = x._raw
        elif isinstance(x, Tensor):
            foreign = foreign or x.requires_grad or x.traced
            x = x._raw
        elif x.__class__ is not float and (x.__class__ is not ndarray or x.dtype.kind != "f"):
            x = x if x.__class__ is int else as_array(x, rule)
        tangents.append(tangent)
        arrays.append(x)
    if here is None or not recording() or not rule.differentiable:
        kept = [constant(x._raw) if isinstance(x, Dual) else x for x in inputs]
        return Tensor._apply(rule, kept, attrs)
    if foreign:
        _abandon(here)
    try:
        y = rule.array(*arrays, **attrs)
    except ValueError as error:
        raise explained(rule, arrays, error) from None
    push = rule.pushes["array"] if "array" in rule.pushes else push_of(rule, "array")
    if y.__class__ is not ndarray:
        y = asarray(y)
    elif rule.view:
        y = y.view()  # never the operand itself
    if push is None or y.dtype.kind != "f":
        _abandon(here)
    tangent = push(tangents, y, arrays, attrs)
    if tangent is None:
        return constant(y)
    made = dual(y, tangent, here)
    if not _alike(y, tangent):
        made._tangent = asarray(Tensor._unbroadcast(made, tangent))
    return made


def _abandon(here: Pass) -> Never:
    if here.over:
        raise GraphError("this Tensor was computed by jvp, whose forward pass is over: it is a constant, x.detach()")
    here.abandoned = True
    raise Abandoned


# In messages, by the name that users know.
Dual.__name__ = Dual.__qualname__ = Tensor.__name__

# Where the primitives are applied to the numbers; what comes after ``y`` in them is of tangents.
OPERATIONS = frozenset(
    f.__code__ for f in (_general, Dual._apply, Dual.__add__, Dual.__radd__, Dual.__getitem__, Dual.__pow__)
)
