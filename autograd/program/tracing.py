"""Tracing: what is done to traced nodes becomes entries of a tape."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from itertools import groupby
from typing import Any

import numpy as np

from autograd.errors import DTypeError, ShapeError
from autograd.graph.changes import owned
from autograd.graph.clock import CLOCK
from autograd.graph.hooks import check_settable
from autograd.graph.hooks import tracer as tracing
from autograd.graph.mode import enable_grad, recording
from autograd.graph.node import NO_ATTRS, Node, new_node
from autograd.program import simplify
from autograd.program.nodes import TracedTensor, TracedValue, Untracked
from autograd.program.purity import Purity
from autograd.program.refusal import RecordingError, refuse
from autograd.program.tape import Tape, uncollected
from autograd.rules import arithmetic, products, reductions
from autograd.rules.primitive import Primitive
from autograd.tensor.operands import as_array, explained, for_complex
from autograd.tensor.tensor import Tensor, constant
from autograd.value.marks import CONSTANT, MANY
from autograd.value.numbers import operand
from autograd.value.value import Value


class VariablesWanted(Exception):  # noqa: N818 - no error
    """The function differentiates for an array that it was given: arrays are variables in another trace."""


class Tracer:
    """What is done to traced nodes, taken down on a tape.

    Args:
        captures: Whether leaves from outside are read anew at every call; else they stay as they are now.
        variables: Whether an array that is given is a variable, as a number is, which costs a longer trace.

    Attributes:
        tape: The tape.
        data: Whether it is the user's graph that is traced: the constants that numbers meet are `Tape.data` then; else
            it is a backward pass, where numbers are mostly added to gather the shares of a gradient.
    """

    def __init__(self, captures: bool = True, variables: bool = True) -> None:
        self.tape = Tape()
        self._variables = variables
        self.data = True
        self._start = CLOCK.tick() if captures else -1  # leaves made from here on are the trace's own
        self._places: dict[Node, int] = {}
        self._updates: dict[Node, int] = {}
        self._purity = Purity() if captures else None
        self._zeros = np.zeros(0, np.uint8)
        # What was raised at a decision: a function that catches it goes on with another branch than it would choose.
        self._undecided: Exception | None = None

    @uncollected
    def trace(self, function: Callable[[], Any]) -> Any:
        """What the function gives, of traced nodes."""
        outside = tracing.get()
        try:  # Ctrl-C may come as soon as after the next call
            tracing.set(self)
            with enable_grad():
                found = function() if self._purity is None else self._purity.check(lambda: self._once(function))
        finally:
            tracing.set(outside)
        if self._undecided is not None:
            raise self._undecided
        return found

    def _once(self, function: Callable[[], Any]) -> Any:
        """One run of what may have to run again: what was set by an earlier one has not been set."""
        self._updates.clear()
        return function()

    def finish(self, outputs: Sequence[Node]) -> Tape:
        """The tape, of which these nodes are the results."""
        self.tape.outputs = list(map(self.place, outputs))
        self.tape.updates = list(self._updates.items())
        return self.tape

    # ---- nodes -------------------------------------------------------------------------------------------------------

    def argument(self, data: Any, requires_grad: bool) -> Any:
        """A node for what is given at each call; ``data`` shows its kind."""
        return self._node(data, self.tape.argument(data), requires_grad)

    def ask_for_variables(self) -> None:
        """Say that the function differentiates for what is no variable, unless all are that can be."""
        if not self._variables:
            self._undecided = VariablesWanted()
            raise self._undecided

    def constant(self, data: Any) -> Any:
        """A node for a number or an array that stays."""
        if isinstance(data, np.ndarray):
            return self._node(data, self.tape.constant(data))
        return self._node(data, self.tape.constant(float(data), self.data))

    def one(self) -> Any:
        """What a backward pass of numbers begins with."""
        return self._node(1.0, self.tape.constant(1.0))

    def joined(self, x: Node, requires_grad: bool = True) -> Any:
        """A node with the numbers of another: a variable of its own, or a constant.

        Raises:
            DTypeError: A variable that is no floating-point number.
        """
        if requires_grad and x.kind == "array" and x._raw.dtype.kind not in "fc":
            raise DTypeError(
                f"gradients need floating-point numbers, not {x._raw.dtype}: pass floats, or write 1.0 for 1"
            )
        return self._node(x._raw, self.place(x), requires_grad, arithmetic.subtract, (x, 0.0))

    def _node(
        self,
        data: Any,
        place: int,
        requires_grad: bool = False,
        rule: Primitive | None = None,
        inputs: tuple[Any, ...] = (),
        attrs: dict[str, Any] = NO_ATTRS,
    ) -> Any:
        node: Any
        if isinstance(data, np.ndarray):
            node = new_node(TracedTensor, self._like(data), rule, inputs, attrs, requires_grad)
        else:
            node = object.__new__(TracedValue)
            node.rule, node.inputs, node.attrs = rule, inputs, attrs
            node._second, node.stamp = MANY if requires_grad else CONSTANT, CLOCK.now
        node.place = place
        return node

    def _like(self, array: Any) -> Any:
        """Zeros of the same shape and dtype, all in one memory: a trace needs no more than one result does."""
        if array.nbytes > self._zeros.nbytes:
            self._zeros = np.zeros(array.nbytes, np.uint8)
            self._zeros.flags.writeable = False
        return np.ndarray(array.shape, array.dtype, self._zeros)

    # ---- operations --------------------------------------------------------------------------------------------------

    def apply(self, rule: Primitive, inputs: Sequence[Any], attrs: dict[str, Any]) -> Any:
        """An operation, taken down whether or not a gradient flows through it."""
        places = []
        flows = False
        for x in inputs:
            kind = x.__class__
            if kind is Untracked:
                places.append(x.place)
            elif kind is TracedValue:
                places.append(x.place)
                flows = flows or x.requires_grad
            elif kind is float or kind is int:
                places.append(self.tape.constant(float(x), self.data))
            elif isinstance(x, Value):
                places.append(self.place(x))
                flows = flows or x.requires_grad
            else:
                return self._apply_to_others(rule, inputs, attrs)
        if None in places:
            places = [self.place(x) if place is None else place for x, place in zip(inputs, places, strict=True)]
        if rule.scalar is None:
            raise TypeError(f"{rule.name} works on arrays, and this program is one of single numbers")
        if attrs:
            attrs = _options(rule, attrs)
        node: Any
        if flows and rule.differentiable and recording():
            node = object.__new__(TracedValue)
            node.rule, node.inputs, node.attrs = rule, tuple(inputs), attrs
            node._second, node.stamp = MANY, CLOCK.now
        else:
            node = object.__new__(Untracked)
        node.place = simplify.apply(self.tape, rule, tuple(places), attrs)
        return node

    def _summed(self, x: Any) -> int:
        """The place of such a product or sum, which does not go on any more."""
        terms = [x.last] if x.terms is None else x.terms[: x.last]
        tape, first = self.tape, terms[0]
        found: int = simplify.apply(tape, arithmetic.multiply, first) if first.__class__ is tuple else first
        for kind, run in groupby(terms[1:], type):
            places = [found, *run]
            if kind is tuple:
                places[1:] = [pair[0] for pair in places[1:]] + [pair[1] for pair in places[1:]]
                rule = products.affine
            else:
                rule = arithmetic.add if len(places) == 2 else reductions.add_n
            found = simplify.apply(tape, rule, tuple(places))
        x.place = found
        return found

    def _apply_to_others(self, rule: Primitive, inputs: Sequence[Any], attrs: dict[str, Any]) -> Any:
        """The same, where nodes from outside or arrays take part."""
        of_arrays = any(isinstance(x, np.ndarray) or getattr(x, "kind", "") == "array" for x in inputs)
        parents: list[Any] = []
        for x in inputs:
            if isinstance(x, Node) and x.many:
                return x._apply(rule, inputs, attrs)  # type: ignore[attr-defined]
            if isinstance(x, Node) or x.__class__ in (float, int) or (of_arrays and x.__class__ is complex):
                parents.append(x)
            else:
                parents.append(constant(as_array(x, rule)) if of_arrays else operand(x, rule))
        if not of_arrays:
            return self.apply(rule, parents, attrs)
        if not rule.analytic:
            rule = for_complex(rule, parents)
        flows = any(x.requires_grad for x in parents if isinstance(x, Node))
        places = tuple(map(self.place, parents))
        attrs = _options(rule, attrs)
        numbers = [x._raw if isinstance(x, Node) else x for x in parents]
        try:
            with np.errstate(all="ignore"):
                data = _computed(rule, numbers, attrs)
        except ValueError as error:
            raise explained(rule, numbers, error) from None
        place = simplify.apply(self.tape, rule, places, attrs, data.shape, data.dtype)
        flows = flows and rule.differentiable and bool(recording())
        return self._node(data, place, flows, rule, tuple(parents), attrs)

    def place(self, x: Any, of_arrays: bool = True) -> int:
        """Where a number or a node is; what was computed outside is taken down from its leaves on."""
        if not isinstance(x, Node):
            return self.tape.constant(x if of_arrays else float(x), self.data and not of_arrays)
        if x.traced:
            found: int | None = x.place  # type: ignore[attr-defined]
            return self._summed(x) if found is None else found
        if x in self._updates:  # an eager function would see its new data, and a derivative of before be refused
            refuse("reading what ag.assign has set", "compute with what it was set to, or set it at the end")
        pending = [x]
        while pending:
            node = pending[-1]
            missing = (
                [] if node in self._places else [p for p in node.parents if not p.traced and p not in self._places]
            )
            if missing:
                pending += missing
            elif pending.pop() not in self._places:
                self._places[node] = self._taken_down(node)
        return self._places[x]

    def _taken_down(self, node: Node) -> int:
        """The place of a node from outside whose parents are on the tape."""
        if node.rule is not None:
            places = tuple([self.place(p, node.kind == "array") for p in node.inputs])
            if node.kind == "scalar":
                return simplify.apply(self.tape, node.rule, places, node.attrs)
            return simplify.apply(self.tape, node.rule, places, node.attrs, node._raw.shape, node._raw.dtype)
        if node.stamp < self._start:
            return self.tape.capture(node)
        return self.tape.constant(node._raw, node.kind == "scalar")

    # ---- what the function says while it runs; see `autograd.graph.hooks` --------------------------------------------

    def decide(self, what: str) -> None:
        """Refused: nodes hold other numbers at the next replay."""
        try:
            refuse(what, "use ag.where(ag.greater(a, b), …), ag.maximum, ag.minimum or ag.clip; `is` for the same node")
        except RecordingError as error:
            self._undecided = error
            raise

    def read(self, source: Callable[[], Any]) -> Any:
        """A node for what is read at every replay."""
        if self._purity is None:
            return source()
        found = self._purity.unseen(source)
        data = plain(found)
        return self._node(data, self.tape.source(_Source(source, data), data))

    def set(self, leaf: Any, data: Any) -> None:
        """A leaf takes on new data at the end of every replay."""
        check_settable(leaf)
        if not isinstance(data, Node):
            data = Value(data) if leaf.kind == "scalar" else Tensor(data)
        expected, got = np.shape(leaf._raw), np.shape(data._raw)
        if expected != got:
            raise ShapeError(f"data of shape {got} assigned to {leaf!r}: expected shape {expected}")
        self._updates[leaf] = self.place(data)


class _Source:
    """What is read at every replay; the first replay takes what was read while tracing."""

    def __init__(self, read: Callable[[], Any], first: Any) -> None:
        self._read = read
        self._first: list[Any] = [first]
        self._shape = np.shape(first)
        self._dtype = first.dtype if isinstance(first, np.ndarray) else None

    def __call__(self) -> Any:
        found = self._first.pop() if self._first else self._read()
        if isinstance(found, Node):
            found = found._raw
        if self._dtype is None and found.__class__ is float:
            return found
        if np.shape(found) != self._shape:
            raise ShapeError(f"ag.live gave shape {np.shape(found)}, and shape {self._shape} while it was recorded")
        return float(found) if self._dtype is None else np.asarray(found, self._dtype)


def is_number(x: Any) -> bool:
    """Whether it is traced as a number: one of Python's, whose width NumPy's float64 has, too."""
    return isinstance(x, float | Value)


def is_array(x: Any) -> bool:
    """Whether it is traced as an array: NumPy's numbers of another width are arrays without axes."""
    if isinstance(x, np.floating):
        return not is_number(x)
    return isinstance(x, np.ndarray | Tensor) and x.dtype.kind in "fbiuc"


def plain(x: Any) -> Any:
    """A node's number or array, and anything else as a Python float or as the array that it is."""
    data = x._raw if isinstance(x, Node) else x
    return float(data) if isinstance(data, float) else np.asarray(data)


def _computed(rule: Primitive, numbers: Sequence[Any], attrs: dict[str, Any]) -> Any:
    """The result, of which a trace wants to know the shape and the type."""
    try:
        with warnings.catch_warnings(action="ignore") if rule.own else nullcontext():  # of zeros, to users' functions
            return np.asarray(rule.array(*numbers, **attrs))
    except np.linalg.LinAlgError:  # a trace's numbers are zeros, of which there is no inverse
        regular = [np.eye(*x.shape[-2:], dtype=x.dtype) + 0 * x if np.ndim(x) > 1 else x for x in numbers]
        return np.asarray(rule.array(*regular, **attrs))


def _options(rule: Primitive, attrs: dict[str, Any]) -> dict[str, Any]:
    """Attributes that nobody else can change; those that are traced are refused."""
    if any(isinstance(x, Node) for x in attrs.values()):
        refuse(f"an option of {rule.name} that is a node", "write it as operations on numbers and arrays")
    return owned(attrs)
