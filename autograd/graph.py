"""The graph: plain nodes, one traversal, and the backward pass on top of it.

A node remembers how it was made: its ``rule`` (an entry of the rule book), its ``inputs`` and the rule's ``attrs``.
Nothing else is needed to differentiate it, draw it, copy it or run it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Self, TypeVar

import numpy as np

from autograd.errors import GraphError
from autograd.memory import CLOCK
from autograd.rules.arithmetic import equal, not_equal, where
from autograd.rules.primitive import FLOAT_EXCEPTIONS, Kind, Primitive

# ---- nodes ---------------------------------------------------------------------------------------------------------


class Node:
    """A number or an array that remembers where it came from; `Value` and `Tensor` are the two kinds.

    Attributes:
        rule: The primitive that made it, or None for a leaf.
        inputs: What the primitive was given, in order, constants included.
        attrs: The primitive's other arguments, such as ``axis``.
        label: A name for pictures and messages.
        requires_grad: Whether gradients flow to it.
        stamp: The clock's time when its data was set.
    """

    __slots__ = ("__weakref__", "_data", "_grad", "attrs", "inputs", "label", "requires_grad", "rule", "stamp")

    kind: ClassVar[Kind]
    # Whether it stands for any numbers while a function is recorded, so that those it holds must decide nothing.
    traced: ClassVar[bool] = False
    _data: Any
    _grad: Any
    rule: Primitive | None
    inputs: tuple[Any, ...]
    attrs: dict[str, Any]
    label: str | None
    requires_grad: bool
    stamp: int

    __hash__ = object.__hash__

    @property
    def parents(self) -> tuple[Node, ...]:
        """The inputs that are nodes, in order: ``a + a`` has two."""
        return tuple(x for x in self.inputs if isinstance(x, Node))

    @property
    def is_leaf(self) -> bool:
        """Whether it was made by hand rather than by an operation."""
        return self.rule is None

    def backward(self, gradient: Any = None, create_graph: bool = False) -> None:
        """Compute the gradient of this node for every node it depends on, into their ``.grad``.

        Leaves add it to the gradient they have (set that to None, or call ``zero_grad``, for a fresh one); the nodes in
        between get this pass's gradient.

        Args:
            gradient: ∂L/∂(this node) where this node is not the final number L itself; of this node's shape.
            create_graph: Record the backward pass too, so that the gradients can be differentiated again.

        Raises:
            GraphError: This node depends on nothing that needs a gradient, or data in the graph has changed since.
            ShapeError: This node is not a single number and ``gradient`` is missing, or has another shape.

        Example:
            >>> from autograd import Value
            >>> a, b = Value(2.0), Value(-3.0)
            >>> L = (a * b + 10).tanh()
            >>> L.backward()
            >>> round(a.grad, 6), round(b.grad, 6)
            (-0.004023, 0.002682)
        """
        order = topological_order(self)
        self._keep(order, propagate(self, self._seed(gradient, create_graph), order, create_graph))

    def _begin(self, data: Any, label: str | None, requires_grad: bool) -> None:
        """Fill in a leaf; constructors end here."""
        self._data = data
        self._grad = None
        self.rule = None
        self.inputs = ()
        self.attrs = NO_ATTRS
        self.label = label
        self.requires_grad = requires_grad
        self.stamp = CLOCK.now

    # What each kind supplies.

    def _seed(self, gradient: Any, create_graph: bool) -> Any:
        """The upstream gradient to start from, checked: raw data, or a node where the pass is recorded."""
        raise NotImplementedError

    def _fit(self, share: Any) -> Any:
        """A share of a gradient in this node's own shape and precision."""
        raise NotImplementedError

    @staticmethod
    def _keep(order: Sequence[Any], gradients: dict[Node, Any]) -> None:
        """Store the gradients of one pass in the nodes; leaves add them to what they have."""
        raise NotImplementedError

    def _presented(self, gradient: Any, create_graph: bool) -> Any:
        """A gradient for this node as `gradients` hands it out; None stands for zero."""
        raise NotImplementedError

    def _twin(self, inputs: tuple[Any, ...]) -> Self:
        """A copy of this node with other inputs."""
        raise NotImplementedError

    @staticmethod
    def _check_memory(order: Sequence[Node]) -> None:
        """Raise where memory shared with the user has changed since an operation read it."""


NO_ATTRS: dict[str, Any] = {}
AnyNode = TypeVar("AnyNode", bound=Node)


def new_node(
    cls: type[AnyNode],
    data: Any,
    rule: Primitive | None,
    inputs: tuple[Any, ...],
    attrs: dict[str, Any],
    requires_grad: bool,
) -> AnyNode:
    """A node of the given kind, without the checks a user's own constructor call goes through."""
    node = object.__new__(cls)
    node._data = data
    node._grad = None
    node.rule = rule
    node.inputs = inputs
    node.attrs = attrs
    node.label = None
    node.requires_grad = requires_grad
    node.stamp = CLOCK.now
    return node


def describe(node: Node) -> str:
    """A node in a few words, for messages: its label, or what made it."""
    kind = type(node).__name__
    if node.label:
        return f"{kind} {node.label!r}"
    return f"the {kind} made by {node.rule.name}" if node.rule else f"a {kind} without a label"


# ---- the one traversal ---------------------------------------------------------------------------------------------


def topological_order(*roots: Node) -> list[Node]:
    """Every node the roots depend on, the roots included, each after all of its parents.

    An explicit stack in place of recursion: a chain of a million nodes is ordinary.

    Example:
        >>> from autograd import Value
        >>> a = Value(2.0, label="a")
        >>> b = a * a
        >>> c = b + a
        >>> [node.label or node.rule.symbol for node in topological_order(c)]
        ['a', '×', '+']
    """
    order: list[Node] = []
    seen: set[Node] = set()
    stack: list[Any] = list(reversed(roots))
    while stack:
        node = stack.pop()
        if node is None:  # below it is a node whose parents are all in the list by now
            order.append(stack.pop())
        elif isinstance(node, Node) and node not in seen:
            seen.add(node)
            if seen.issuperset(node.inputs):  # a leaf too; for a node of many parents much quicker than one by one
                order.append(node)
            else:
                stack += (node, None)
                stack += node.inputs
    return order


# ---- backward ------------------------------------------------------------------------------------------------------


def propagate(
    root: Node,
    seed: Any,
    order: Sequence[Node],
    create_graph: bool,
    wanted: Iterable[Node] | None = None,
    observe: Callable[[Node, int, Any, Any], None] | None = None,
) -> dict[Node, Any]:
    """Carry a gradient from ``root`` back through ``order`` by the chain rule.

    When the walk reaches a node, all its children were visited, so its gradient g is complete; its rule then hands each
    parent that needs one its share, and shares add up.

    Args:
        root: The node that ``seed`` is the gradient of.
        seed: ∂L/∂root: raw data, or a node where ``create_graph``.
        order: The nodes in topological order.
        create_graph: Work on nodes in place of their data, which records the work.
        wanted: Compute only what these nodes' gradients need; by default every node that requires one.
        observe: Called as ``observe(node, position, share, total)`` when input ``position`` of ``node`` has been handed
            its share; ``total`` is that parent's gradient so far.

    Returns:
        The gradient of each node that needs one; None where it was not reached.
    """
    if not root.requires_grad:
        message = (
            f"{describe(root)} depends on nothing that requires a gradient: "
            "make a leaf with requires_grad=True, and compute outside no_grad()"
        )
        raise GraphError(message)
    check_unchanged(order)
    kind: Kind = "node" if create_graph else root.kind
    # Each node that is to have a gradient, with what has reached it so far.
    gradients: dict[Node, Any] = dict.fromkeys([node for node in order if node.requires_grad])
    if wanted is not None:
        needed = _descendants(order, wanted)
        gradients = {node: None for node in gradients if node in needed}
    gradients[root] = seed
    if kind == "scalar" and observe is None:
        _propagate_floats(order, gradients)
    else:
        # Infinite slopes are answers here (see docs/subgradients.md); NumPy warned in the forward pass where it had to.
        with np.errstate(divide="ignore", invalid="ignore"):
            _propagate(order, gradients, kind, observe or _nobody)
    return gradients


def _propagate(order: Sequence[Node], gradients: dict[Node, Any], kind: Kind, observe: Callable[..., None]) -> None:
    below_choice: set[Node] = set()
    for node in reversed(order):
        rule, g = node.rule, gradients.get(node)
        if rule is None or g is None:
            continue
        inputs, attrs = node.inputs, node.attrs
        if kind == "node":
            arguments = (g, node, *inputs)
        else:
            arguments = (g, node._data, *[x._data if isinstance(x, Node) else x for x in inputs])
        pull, vjps = rule.derivatives(kind)
        shares = None if pull is None else _evaluated(pull, rule.pull, kind, arguments, attrs)
        chosen = rule.selects or node in below_choice
        for position, parent in enumerate(inputs):
            if not isinstance(parent, Node) or parent not in gradients:
                continue
            if shares is not None:
                share = shares[position]
            elif (vjp := vjps[position]) is not None:
                share = _evaluated(vjp, rule.vjps[position], kind, arguments, attrs)
            else:
                continue
            if chosen:
                below_choice.add(parent)
                if rule.elementwise:
                    share = _zero_where_not_taken(g, share)
            if share.__class__ is not float or kind != "scalar":
                share = parent._fit(share)
            total = gradients[parent]
            gradients[parent] = total = share if total is None else total + share
            observe(node, position, share, total)


def _propagate_floats(order: Sequence[Node], gradients: dict[Node, Any]) -> None:
    """As `_propagate`, for Values that nobody watches; on single numbers, the loop itself is most of the time."""
    below_choice: set[Any] = set()
    get = gradients.get
    for node in reversed(order):
        rule, g = node.rule, get(node)
        if rule is None or g is None:
            continue
        inputs, attrs = node.inputs, node.attrs
        chosen = rule.selects or node in below_choice
        if chosen:
            below_choice.update(inputs)
        pull, vjps = rule.derivatives("scalar")
        arguments = (g, node._data, *[x._data if isinstance(x, Node) else x for x in inputs])
        shares = vjps if pull is None else _evaluated(pull, rule.pull, "scalar", arguments, attrs)
        for parent, share in zip(inputs, shares):  # noqa: B905 - one step of many
            total = get(parent, _NO_NODE)
            if total is _NO_NODE or share is None:
                continue
            if pull is None:
                try:
                    share = share(*arguments, **attrs) if attrs else share(*arguments)
                except FLOAT_EXCEPTIONS:
                    share = _evaluated(share, rule.vjps[vjps.index(share)], "scalar", arguments, attrs)
                if share.__class__ is not float:
                    share = parent._fit(share)
                if share != share and chosen and rule.elementwise:
                    share = _zero_where_not_taken(g, share)
            gradients[parent] = share if total is None else total + share


_NO_NODE: Any = object()


def _nobody(*_: Any) -> None:
    """The observer that does nothing."""


def _evaluated(rule: Any, as_written: Any, kind: Kind, arguments: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """A rule's value; where Python's float arithmetic raises, IEEE 754's answer, which NumPy's float64 gives."""
    try:
        return rule(*arguments, **attrs)
    except FLOAT_EXCEPTIONS:
        if kind != "scalar":
            raise
        with np.errstate(all="ignore"):
            return as_written(*map(np.float64, arguments), **attrs)


def _zero_where_not_taken(g: Any, share: Any) -> Any:
    # Below a choice, a zero upstream gradient means that this branch was not taken: 0 · ∞ is 0 there, not NaN.
    if share.__class__ is float:
        return 0.0 if share != share and g == 0 else share
    lost = not_equal(share, share)
    # A recorded pass keeps the choice even where nothing is lost yet: the next derivative may be infinite.
    return where(lost * equal(g, 0), 0.0, share) if isinstance(lost, Node) or np.any(lost) else share


def _descendants(order: Sequence[Node], wanted: Iterable[Node]) -> set[Node]:
    """The wanted nodes and every node that depends on one of them."""
    found = set(wanted)
    for node in order:
        if node.requires_grad and node not in found and any(x in found for x in node.inputs if isinstance(x, Node)):
            found.add(node)
    return found


# ---- data that changed between forward and backward ----------------------------------------------------------------


def check_unchanged(order: Sequence[Node]) -> None:
    """Raise where a derivative would read data that was changed after the forward pass used it.

    Raises:
        GraphError: With the operation and the node that changed.
    """
    type(order[-1])._check_memory(order)
    made = [node.stamp for node in order if node.rule is not None]
    if not made or max(node.stamp for node in order) <= min(made):
        return
    changed: dict[Node, int] = {}  # when each node's memory was last written
    for node in order:
        rule = node.rule
        if rule is None:
            changed[node] = node.stamp
            continue
        for position, x in enumerate(node.inputs):
            if not isinstance(x, Node) or changed.get(x, -1) <= node.stamp:
                continue
            if any(
                p.requires_grad and rule.reads(i, position) for i, p in enumerate(node.inputs) if isinstance(p, Node)
            ):
                message = (
                    f"{describe(x)} was changed after {rule.name} used it, and backward needs the old data: "
                    "call backward() before changing it, or compute the result again"
                )
                raise GraphError(message)
        if rule.view and isinstance(source := node.inputs[0], Node) and np.may_share_memory(node._data, source._data):
            changed[node] = changed.get(source, -1)


def gradients(output: Node, wrt: Node | Sequence[Node], gradient: Any = None, create_graph: bool = False) -> Any:
    """The gradient of ``output`` for the given nodes, leaving every ``.grad`` alone.

    Args:
        output: The node to differentiate.
        wrt: One node, or a sequence of nodes; leaves or nodes in between.
        gradient: The upstream gradient where ``output`` is not a single number.
        create_graph: Record the work, so that the result can be differentiated again.

    Returns:
        One gradient for one node, a list for a sequence: floats for Values and Tensors for Tensors, or nodes of either
        kind where ``create_graph``. Zero for a node that ``output`` does not depend on.

    Raises:
        GraphError: A node of ``wrt`` does not require a gradient.

    Example:
        >>> from autograd import Value, gradients
        >>> x = Value(3.0)
        >>> y = x * x * x
        >>> slope = gradients(y, x, create_graph=True)
        >>> slope.data, gradients(slope, x)
        (27.0, 18.0)
    """
    nodes = [wrt] if isinstance(wrt, Node) else list(wrt)
    for node in nodes:
        if not node.requires_grad:
            message = f"{describe(node)} does not require a gradient: make it with requires_grad=True"
            raise GraphError(message)
    found = propagate(output, output._seed(gradient, create_graph), topological_order(output), create_graph, nodes)
    results = [node._presented(found.get(node), create_graph) for node in nodes]
    return results[0] if isinstance(wrt, Node) else results
