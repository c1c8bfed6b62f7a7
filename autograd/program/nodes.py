"""Traced nodes: Values and Tensors that stand for any numbers, and refuse to be treated as plain ones.

A traced node computes nothing. It knows its place on the tape, and beside that what every node knows (its rule and its
inputs), so that the engine's own backward pass runs on it: a derivative is traced like anything else.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NoReturn, Self

import numpy as np

from autograd.errors import GraphError
from autograd.graph.functions_of_one import FunctionsOfOne
from autograd.graph.hooks import current_tracer
from autograd.graph.mode import recording
from autograd.graph.node import NO_ATTRS, Node
from autograd.graph.operators import Operators
from autograd.numpy.dispatch import GRADIENT_FREE, OF_SHAPES, apply_function
from autograd.numpy.protocols import apply_ufunc
from autograd.numpy.recorded import RECORDED
from autograd.program.intrinsics import taken
from autograd.program.refusal import refuse
from autograd.rules import arithmetic, shaping
from autograd.rules.primitive import OF_UFUNC, Primitive
from autograd.tensor.tensor import Tensor
from autograd.value.marks import CONSTANT, MANY
from autograd.value.value import Value

_ADD, _MULTIPLY = arithmetic.add, arithmetic.multiply


def active() -> Any:
    """The tracer at work in this thread or task."""
    found = current_tracer()
    if found is None:
        refuse("a traced node after its function has returned", "return it, and compute with the result of the call")
    return found


class Traced:
    """What a traced node refuses, whether a number or an array. A mixin before the node's own class.

    Attributes:
        place: Where it is on the tape.
        noun: What messages call it.
    """

    __slots__ = ()
    traced = True
    noun: ClassVar[str]
    place: int

    # What the graph asks of it.

    def _seed(self, gradient: Any, create_graph: bool) -> Any:
        if not create_graph:
            refuse(
                "a backward pass that is thrown away",
                "inside a compiled function use ag.grad, ag.value_and_grad or ag.gradients(…, create_graph=True)",
            )
        return super()._seed(gradient, create_graph)  # type: ignore[misc]

    @staticmethod
    def _accumulate(gradients: dict[Any, Any]) -> None:  # noqa: ARG004
        refuse(
            ".backward(), which changes .grad",
            "use ag.grad, ag.value_and_grad or ag.gradients, and return the gradients",
        )

    def _refuse_as_constant(self) -> None:
        active().ask_for_variables()
        raise GraphError(
            f"a traced {self.noun} has no gradient, as it depends on no variable: detached ones, constants and whole "
            "numbers do not; in place of whole numbers pass floats"
        )

    def _zero_where_not_taken(self, g: Any) -> Any:
        return active().apply(taken, (self, g), NO_ATTRS)

    def detach(self) -> Any:
        """The same numbers as a constant: gradients stop here."""
        return active().joined(self, requires_grad=False)

    def _refuse_numbers(self, what: str) -> NoReturn:
        refuse(
            what, "it goes by the numbers, which are others at the next call: call it outside, and pass what it gives"
        )

    @property
    def data(self) -> Any:
        """Refused: there are no numbers yet."""
        refuse("reading .data", f"compute with the {self.noun} itself, or return it")

    @data.setter
    def data(self, numbers: Any) -> None:  # noqa: ARG002
        refuse("setting .data", f"compute a new {self.noun}, or use ag.assign on a leaf from outside")

    def item(self, *_: Any) -> float:
        """Refused, as `data`."""
        refuse(".item()", f"compute with the {self.noun} itself, or return it")

    def __deepcopy__(self, memo: Any = None) -> Any:
        """Refused: a copy would stand outside the recording."""
        refuse(f"a copy of a traced {self.noun}", "use it as it is, since nothing changes it, or .detach()")

    def __copy__(self) -> Any:
        """Refused, as a deep one."""
        return self.__deepcopy__()

    def __reduce__(self) -> Any:
        """Refused, as a copy."""
        return self.__deepcopy__()

    def __bool__(self) -> bool:
        return bool(active().decide(f"a branch on a traced {self.noun}"))

    def __float__(self) -> NoReturn:
        refuse(f"float() of a traced {self.noun}", "use ag.exp and its kin in place of math's")

    __int__ = __index__ = __complex__ = __float__

    def __format__(self, spec: str) -> str:
        if spec:
            refuse(f"formatting a traced {self.noun} as a number", "print results after the call")
        return repr(self)

    def __repr__(self) -> str:
        return f"<traced {self.noun} {self.place}>"


class TracedValue(Traced, Value):
    """A Value of a function that is being traced.

    A comparison as an operation of the book (``ag.where(ag.greater(x, 0), …)``) is recorded; one that Python would
    branch on is refused.
    """

    __slots__ = ("attrs", "inputs", "place")
    noun = "Value"
    place: int | None  # type: ignore[assignment]  # None for a product or a sum that may go on

    _raw, _grad, _first, _flow = math.nan, None, (), None
    _apply_to_each = None  # one by one

    def _hold(self, inputs: tuple[Any, ...], attrs: dict[str, Any], requires_grad: bool) -> None:  # noqa: ARG002
        self._second = MANY if requires_grad else CONSTANT

    @staticmethod
    def _apply(rule: Primitive, inputs: Sequence[Any], attrs: dict[str, Any]) -> Any:
        return active().apply(rule, inputs, attrs)

    def _call(self, function: Any, *inputs: Any, **attrs: Any) -> Any:
        return active().apply(function, inputs, attrs)

    def _unbroadcast(self, share: Any) -> Any:
        if share.__class__ is Untracked:
            return share
        if getattr(share, "kind", "") == "array":  # beside arrays, a number's gradient is the sum over its copies
            return share if share.shape == () else shaping.sum_to(share, shape=())
        return super()._unbroadcast(share)

    def _as_gradient(self, gradient: Any, create_graph: bool) -> Any:
        return gradient if isinstance(gradient, Node) else super()._as_gradient(gradient, create_graph)

    def _seed(self, gradient: Any, create_graph: bool) -> Any:
        seed = super()._seed(gradient, create_graph)
        return active().one() if gradient is None else seed


class Untracked(TracedValue):
    """One through which no gradient flows: its place is all there is to know.

    A backward pass is products that are added up, hundreds of them for one gradient perhaps. While it is traced they
    have no place yet, so that they become one entry for all of them.

    Attributes:
        terms: Of a sum that may go on: its terms, perhaps followed by those of a longer one. None for a product.
        last: How many of the terms are its own; or the places of the two factors.
    """

    __slots__ = ("last", "terms")
    terms: list[Any] | None
    last: Any
    rule, inputs, attrs, label, stamp, _second = None, (), NO_ATTRS, None, 0, CONSTANT

    def __mul__(self, other: Any) -> Any:
        """A product, which may become a term of a sum; simpler ones, with a constant, are taken down at once."""
        tracer: Any = current_tracer() or active()
        if tracer.data or not isinstance(other, TracedValue) or (other.requires_grad and recording()):
            return tracer.apply(_MULTIPLY, (self, other), NO_ATTRS)
        first = tracer.place(self) if self.place is None else self.place
        second = tracer.place(other) if other.place is None else other.place
        constants = tracer.tape.constants
        if first in constants or (second in constants and second not in tracer.tape.data):
            return tracer.apply(_MULTIPLY, (self, other), NO_ATTRS)
        node = object.__new__(Untracked)
        node.place, node.terms, node.last = None, None, (second, first)
        return node

    def __add__(self, other: Any) -> Any:
        """A sum, which may go on."""
        tracer: Any = current_tracer() or active()
        if tracer.data or other.__class__ is not Untracked or (other.place is None and other.terms is not None):
            return tracer.apply(_ADD, (self, other), NO_ATTRS)
        term = other.last if other.place is None else other.place
        if self.place is not None:
            terms = [self.place, term]
        elif self.terms is None:
            terms = [self.last, term]
        else:
            terms = self.terms if len(self.terms) == self.last else self.terms[: self.last]
            terms.append(term)
        node = object.__new__(Untracked)
        node.place, node.terms, node.last = None, terms, len(terms)
        return node


def _compared(self: TracedValue, other: Any) -> bool:  # noqa: ARG001
    return bool(active().decide("a comparison of a traced value"))


for _name in ("__lt__", "__le__", "__gt__", "__ge__"):
    setattr(TracedValue, _name, _compared)
# Value's own operators take short cuts that make Values.
for _name, _method in {**vars(FunctionsOfOne), **vars(Operators)}.items():
    if callable(_method) and _name in vars(Value):
        setattr(TracedValue, _name, _method)


def _operator(rule: Primitive, swapped: bool) -> Callable[[TracedValue, Any], Any]:
    def method(self: TracedValue, other: Any) -> Any:
        return (current_tracer() or active()).apply(rule, (other, self) if swapped else (self, other), NO_ATTRS)

    return method


for _name, _rule in (("add", arithmetic.add), ("sub", arithmetic.subtract), ("mul", arithmetic.multiply)):
    setattr(TracedValue, f"__{_name}__", _operator(_rule, swapped=False))
    setattr(TracedValue, f"__r{_name}__", _operator(_rule, swapped=True))


class TracedTensor(Traced, Tensor):
    """A Tensor of a function that is being traced. It has a Tensor's shape and dtype; comparisons are recorded too."""

    __slots__ = ("place",)
    noun = "Tensor"

    def _as_index(self) -> NoReturn:
        refuse("an index that is traced", "choose with ag.where, multiply by one-hot rows, or pass the entries chosen")

    def tolist(self) -> Any:
        """Refused, as `data`."""
        refuse(".tolist()", "compute with the Tensor itself, or return it")

    def argmax(self, axis: int | None = None, *, keepdims: bool = False) -> Any:
        """Where the largest entry is, at each replay anew."""
        return np.argmax(self, axis, keepdims=keepdims)

    def argmin(self, axis: int | None = None, *, keepdims: bool = False) -> Any:
        """Where the smallest entry is, at each replay anew."""
        return np.argmin(self, axis, keepdims=keepdims)

    def __array__(self, *_: Any, **__: Any) -> NoReturn:
        refuse("turning a traced Tensor into an ndarray", "compute with the Tensor itself, or return it")

    def __dlpack__(self, **_: Any) -> NoReturn:
        refuse("handing a traced Tensor to another library", "compute with the Tensor itself, or return it")

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        entry = OF_UFUNC.get(ufunc)
        if entry is not None and not entry.differentiable and method == "__call__" and not options:
            return entry(*inputs)  # a comparison, which eagerly gives plain numbers
        if ufunc in GRADIENT_FREE:
            refuse(f"np.{ufunc.__name__}", "build it from functions of the rule book, or call it outside")
        return apply_ufunc(ufunc, method, inputs, options)

    def __array_function__(self, function: Callable[..., Any], types: Any, args: Any, kwargs: Any) -> Any:
        if function in GRADIENT_FREE and function not in OF_SHAPES and function not in RECORDED:
            refuse(f"np.{function.__name__}", "build it from functions of the rule book, or call it outside")
        return apply_function(function, args, kwargs)

    def _update(self, ufunc: np.ufunc, other: Any, rule: Primitive) -> Self:  # noqa: ARG002
        refuse(f"an array changed in place by {rule.symbol}=", "write a new Tensor, W = W + …; ag.assign sets leaves")

    def __setitem__(self, index: Any, values: Any) -> None:
        refuse("assigning to entries of an array", "use where, stack or concatenate to build the new Tensor")


TracedTensor.__hash__ = Node.__hash__  # type: ignore[method-assign]
