"""One run of a function, recorded: what every derivative of a function is read off.

The arguments that are differentiated for enter the function as leaves of their own: a Value for a Value, a Tensor for
anything else. So a run knows its variables from those of any other run, inside, outside or in another thread. Where an
argument is itself a node with a past, its leaf is joined to it afterwards: until then the recording ends at the leaf,
and a derivative that is taken within a long computation does not go through the whole of it.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.errors import DTypeError, ShapeError
from autograd.functional.independence import warn_of_independence
from autograd.functional.jacobians import columns, raw, requires_grad, rows, zero
from autograd.functional.signatures import Argnum, Function, name_of, positions_of
from autograd.functional.trees import leaves, matched_leaves, name_list, paths, with_leaves
from autograd.graph.backward import is_watched
from autograd.graph.forward import has_forward_rules, push_forward
from autograd.graph.hooks import current_tracer
from autograd.graph.mode import enable_grad, is_recording, recorded, recording
from autograd.graph.node import ACTIVE, PAST, Node, fill
from autograd.graph.order import topological_order
from autograd.graph.outside import CUT, look_at
from autograd.rules import arithmetic
from autograd.rules.complex import real
from autograd.rules.memory import MANY, copied
from autograd.rules.shapes import is_complex
from autograd.tensor.tensor import Tensor
from autograd.value.value import Value

_RUNS = itertools.count()  # for whether there were others within one


class Run:
    """A function's result for some arguments, and the derivatives that its recording holds.

    Args:
        function: What to run.
        args: Its positional arguments.
        kwargs: Its keyword arguments, which are not differentiated for.
        argnum: Which positional argument to differentiate for, or which several.

    Raises:
        TypeError: There is no such argument, or the result is nothing that has a derivative.
        DTypeError: A part of the argument is no floating-point number and no array of them.
    """

    def __init__(self, function: Function, args: tuple[Any, ...], kwargs: dict[str, Any], argnum: Argnum) -> None:
        self.function = function
        several = argnum.__class__ is not int and not hasattr(argnum, "__index__")
        positions = positions_of(function, args, argnum)
        # The argument as it was given (a tuple for several), its leaves, and the node in place of each.
        self.argument = tuple(args[i] for i in positions) if several else args[positions[0]]
        self.given = leaves(self.argument)
        self.inputs = self._own_leaves(args, positions)
        self._traced = bool(self.inputs) and self.inputs[0].traced
        if self._traced:  # plain ones, too: of what is traced around them, nobody has numbers
            self.given = [leaf.inputs[0] for leaf in self.inputs]
        traced = with_leaves(self.argument, self.inputs)
        replaced = list(args)
        if several:
            for i, x in zip(positions, traced, strict=True):
                replaced[i] = x
        else:
            replaced[positions[0]] = traced
        recorded_outside, number = bool(recording()), next(_RUNS)
        try:
            if recorded_outside:
                self.output = function(*replaced, **kwargs)
            else:
                with enable_grad():
                    self.output = function(*replaced, **kwargs)
        except (AttributeError, TypeError) as error:
            name_list(error, self.argument if several else (self.argument,))
            raise
        finally:
            for leaf in self.inputs:
                leaf.attrs = PAST
        self._holds_derivatives = next(_RUNS) != number + 1
        self.results = leaves(self.output)
        if self.output.__class__ is not Tensor:
            self._check_results()
        self._order = topological_order(*filter(requires_grad, self.results))
        nodes = [(leaf, x) for leaf, x in zip(self.inputs, self.given, strict=True) if isinstance(x, Node)]
        # Where other variables take part, somebody may go on to differentiate the derivative for them.
        others = [x for x in self._order if x.rule is None and x.requires_grad and x.attrs is not PAST]
        self._outer = recorded_outside and bool(others)
        self._kind, self._unjoined = None, list[Any]()
        if nodes:
            self._join_later(nodes, recorded_outside)

    @property
    def name(self) -> str:
        """What the function is called, for messages."""
        return name_of(self.function)

    def _join_later(self, nodes: list[tuple[Any, Any]], recorded_outside: bool) -> None:
        """Look at the leaves that stand for nodes."""
        self._kind = nodes[0][1]
        if recorded_outside:
            look_at("a derivative", *(x for _, x in nodes if x.attrs is CUT))
            self._outer = self._outer or any(leaf.rule is not None or x.requires_grad for leaf, x in nodes)
        self._unjoined = [
            (leaf, x) for leaf, x in nodes if self._outer and leaf.rule is None and (x.requires_grad or x.attrs is CUT)
        ]

    # ---- what is asked of it ---------------------------------------------------------------------------------------

    def value(self) -> Any:
        """The result: as nodes where nodes were given, or where it can be differentiated further."""
        return self._as_output([y if self._outer else _detached(y) for y in self.results], self._outer)

    def gradient(self) -> Any:
        """∇f, in the form and the kind of the argument."""
        self._warn_of_independence()
        return self._as_argument(self._pull(self._upstream([None]), self._outer), self._outer)

    def column_sums(self) -> Any:
        """1ᵀJ, in the form and the kind of the argument."""
        if any(map(is_complex, self.results)):
            raise DTypeError(
                f"{self.name} gave complex numbers: take np.real or np.imag of them, or use holomorphic_grad"
            )
        self._warn_of_independence()
        ones = [np.ones(np.shape(raw(y))) for y in self.results]
        return self._as_argument(self._pull(self._upstream(ones), self._outer), self._outer)

    def vjp(self, upstream: Any) -> Any:
        """uᵀJ, in the form and the kind of the argument."""
        upstreams = self._matched("upstream gradient", self.output, self.results, upstream)
        record = self._records(upstreams)
        return self._as_argument(self._pull(self._upstream(upstreams), record), record)

    def jvp(self, direction: Any) -> Any:
        """J v, in the form of the result."""
        directions = self._matched("direction", self.argument, self.given, direction)
        record = self._records(directions)
        return self._as_output(self._push(directions, self.results, self._order, record), record)

    def hvp(self, direction: Any) -> Any:
        """H v, in the form and the kind of the argument: how the gradient changes in the direction v."""
        directions = self._matched("direction", self.argument, self.given, direction)
        record = self._records(directions)
        shares = self._pull(self._upstream([None]), record=True)
        order = topological_order(*filter(requires_grad, shares))
        if has_forward_rules(order):
            return self._as_argument(self._push(directions, shares, order, record), record)
        pairs = [(share, v) for share, v in zip(shares, directions, strict=True) if requires_grad(share)]
        return self._as_argument(self._pull(pairs, record, order), record)  # vᵀH, which is H v

    def jacobian(self) -> Any:
        """Every ∂yᵢ/∂xⱼ: in the form of the result, and within it in the form of the argument."""
        self._warn_of_independence()
        if any(map(is_complex, self.results)):
            if any(map(is_complex, self.inputs)):
                raise DTypeError(
                    f"the Jacobian of {self.name}, a complex function of complex numbers, is one of real and imaginary "
                    "parts: take that of np.real or np.imag of it, or use holomorphic_grad, make_jvp or make_vjp"
                )
            return with_leaves(self.output, [self._as_argument(block, self._outer) for block in self._columns()])
        if any(map(is_complex, self.inputs)):
            return with_leaves(self.output, [self._as_argument(self._rows(y), self._outer) for y in self.results])
        height, width = (sum(np.size(raw(x)) for x in nodes) for nodes in (self.results, self.inputs))
        forward = height >= width and not is_watched()  # hooks are of backward passes
        if height == width and not has_forward_rules(self._order):
            forward = False  # as many passes, of rules that were written for them
        blocks = self._columns() if forward else [self._rows(y) for y in self.results]
        parts = [self._as_argument(block, self._outer) for block in blocks]
        return with_leaves(self.output, parts)

    def check_single_number(self, purpose: str) -> None:
        """Raise unless the result is one number."""
        if len(self.results) != 1 or self.output is not self.results[0]:
            raise TypeError(
                f"{purpose} needs a function with a single number as its result; {self.name} gave a "
                f"{type(self.output).__name__}: differentiate one of its parts, or use jacobian"
            )
        if np.size(raw(self.output)) != 1:
            raise ShapeError(
                f"{purpose} needs a function with a single number as its result; {self.name} gave shape "
                f"{np.shape(raw(self.output))}: use jacobian, or elementwise_grad where it works entry by entry"
            )

    # ---- how it is found -------------------------------------------------------------------------------------------

    def _warn_of_independence(self) -> None:
        # What is made of derivatives may be constant: those of a linear function are.
        if not self._order and not self._holds_derivatives:
            warn_of_independence(self.name)

    def _upstream(self, upstreams: Sequence[Any]) -> list[tuple[Node, Any]]:
        """The results that gradients flow from, each with its upstream gradient; None stands for 1."""
        return [(y, u) for y, u in zip(self.results, upstreams, strict=True) if requires_grad(y)]

    def _pull(self, pairs: Sequence[tuple[Any, Any]], record: bool, order: Sequence[Node] | None = None) -> list[Any]:
        """Σ uᵀJ over pairs of a result (or a node in another order) and its upstream gradient, for each input."""
        if not pairs:
            return [zero(x) for x in self.inputs]
        (root, upstream), order = pairs[0], self._order if order is None else order
        if len(pairs) > 1:  # one pass for all: from the number Σ u·y, whose derivative for y is u
            steps = _inner(*zip(*pairs, strict=True))
            root, upstream, order = steps[-1], None, [*order, *steps]
        return _gradients(root, upstream, order, self.inputs, record or self._traced)

    def _push(self, directions: Sequence[Any], results: Sequence[Any], order: Sequence[Node], record: bool) -> Any:
        """J v for each of some results along an order, from the direction of each input."""
        record = record or self._traced
        with recorded():
            seeds = {x: x._seed(v, record) for x, v in zip(self.inputs, directions, strict=True)}
        found = push_forward(order, seeds, record)
        return [y._as_gradient(found.get(y), record) if isinstance(y, Node) else zero(y) for y in results]

    def _rows(self, y: Any) -> list[Any]:
        return rows(y, self.inputs, self._order, self._outer or self._traced)

    def _columns(self) -> list[list[Any]]:
        return columns(self.results, self.inputs, self._order, self._outer or self._traced)

    def _records(self, nodes: Sequence[Any]) -> bool:
        return is_recording() and (self._outer or any(map(requires_grad, nodes)))

    # ---- how it is handed out --------------------------------------------------------------------------------------

    def _as_argument(self, found: Sequence[Any], record: bool) -> Any:
        self._join()
        return with_leaves(self.argument, [_in_kind_of(g, x, record) for g, x in zip(found, self.given, strict=True)])

    def _as_output(self, found: Sequence[Any], record: bool) -> Any:
        self._join()
        return with_leaves(self.output, [_in_kind_of(y, self._kind, record) for y in found])

    def _join(self) -> None:
        """Let the leaves of this run follow from the nodes that were given."""
        if not self._unjoined:
            return
        for leaf, x in self._unjoined:
            if x.requires_grad:
                leaf.rule, leaf.inputs = arithmetic.subtract, (x, 0.0)  # x − 0 is x to the last bit; −0 + 0 is not −0
            else:
                leaf.attrs = CUT
        self._unjoined = []

    # ---- what is refused -------------------------------------------------------------------------------------------

    def _own_leaves(self, args: Sequence[Any], positions: Sequence[int]) -> list[Any]:
        """A variable of this run in place of each part of the argument."""
        try:
            return list(map(_own_leaf, self.given))
        except DTypeError:
            places = [f"argument {i}{path} of {self.name}" for i in positions for path in paths(args[i])]
            for x, place in zip(self.given, places, strict=True):
                try:
                    _own_leaf(x)
                except DTypeError as error:
                    raise DTypeError(f"{place}: {error}") from None
            raise

    def _check_results(self) -> None:
        if self.output is None:
            raise TypeError(f"{self.name} gave None, which has no derivative: does it return its result?")
        for i, y in enumerate(self.results):
            if not isinstance(y, Node) and np.asarray(y).dtype.kind not in "fbiuc":
                path = paths(self.output)[i]
                raise TypeError(
                    f"the result{path} of {self.name} is of type {type(y).__name__}, which has no derivative: "
                    "return numbers, arrays or nodes, or containers of them"
                )

    def _matched(self, noun: str, tree: Any, parts: Sequence[Any], other: Any) -> list[Any]:
        """The leaves of an upstream gradient or a direction, each checked against the part that it belongs to."""
        try:
            found = matched_leaves(tree, other)
        except ShapeError as error:
            raise ShapeError(f"the {noun} for {self.name}: {error}") from None
        for x, given, path in zip(parts, found, paths(tree), strict=True):
            expected, got = np.shape(raw(x)), np.shape(raw(given))
            if expected != got:
                raise ShapeError(f"the {noun}{path} for {self.name} has shape {got}: expected {expected}")
        return found


def _own_leaf(x: Any) -> Any:
    tracer = current_tracer()
    if tracer is not None:
        return tracer.joined(x if isinstance(x, Node) else tracer.constant(_plain_leaf(x)._raw))
    return _plain_leaf(x)


def _plain_leaf(x: Any) -> Any:
    if x.__class__ is float or (x.__class__ is np.ndarray and x.dtype.kind == "f"):  # without questions, as mostly
        data = copied(x, None) if isinstance(x, np.ndarray) and x.nbytes >= MANY else np.array(x)
        return fill(object.__new__(Tensor), data, attrs=ACTIVE, requires_grad=True)
    if isinstance(x, Node) and x.carries:
        x._abandon()  # type: ignore[attr-defined]
    whole = isinstance(x, np.ndarray) and x.dtype.kind in "iub"  # meant as an array of numbers
    leaf: Any = Value(x.data) if isinstance(x, Value) else Tensor(x.astype(np.float64) if whole else x, True)
    leaf.attrs = ACTIVE
    return leaf


def _gradients(root: Any, upstream: Any, order: Sequence[Node], wanted: Sequence[Any], record: bool) -> list[Any]:
    """As `autograd.gradients`, along an order that is known already; zero where ``root`` depends on nothing."""
    if not root.requires_grad:
        return [zero(x) for x in wanted]
    if recording():
        found = root._propagate(root._seed(upstream, record), order, record, wanted)
    else:
        with enable_grad():
            found = root._propagate(root._seed(upstream, record), order, record, wanted)
    return [x._as_gradient(found.get(x), record) for x in wanted]


def _inner(xs: Sequence[Any], ys: Sequence[Any]) -> list[Any]:
    """Σ x · y over all entries of all pairs: the nodes on the way to it, and it as the last."""
    steps: list[Any] = []
    with recorded(), np.errstate(all="ignore"):
        for x, y in zip(xs, ys, strict=True):
            so_far = steps[-1:]
            steps.append(x * y)
            if is_complex(steps[-1]):
                steps.append(real(steps[-1]))
            if isinstance(steps[-1], Tensor):
                steps.append(steps[-1].sum())
            steps += [earlier + steps[-1] for earlier in so_far]
    return steps


def _in_kind_of(found: Any, x: Any, record: bool) -> Any:
    """What was found in the kind of what it belongs to: a number for a number, a node for a node."""
    if record and requires_grad(found):
        return found
    if isinstance(x, Node):
        if not isinstance(found, Node):
            found = Value(found, requires_grad=False) if isinstance(x, Value) and found.__class__ is float else found
        elif record or found.requires_grad:
            found = _detached(found)
        if isinstance(found, Node) and (x.attrs is CUT or (x.requires_grad and not record)):
            found = _detached(found)
            found.attrs = CUT
        return found
    if not isinstance(found, Tensor):
        return found.data if isinstance(found, Value) else found
    # An array of one's own, where the recording may still use this one.
    array = np.array(found.data) if record or found.requires_grad else found.data
    number = (
        not array.shape and array.dtype in (np.float64, np.complex128) and not isinstance(x, np.ndarray | np.generic)
    )
    return array.item() if number else array[()]


def _detached(x: Any) -> Any:
    return x.detach() if isinstance(x, Value | Tensor) else x
