"""The graph: plain nodes, and the one traversal that everything else walks along.

A node remembers how it was made: its ``rule`` (an entry of the rule book), its ``inputs`` and the rule's ``attrs``.
Nothing else is needed to differentiate it, draw it, copy it or run it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self, TypeVar

from autograd.graph.changes import CLOCK
from autograd.rules.primitive import Primitive
from autograd.rules.ready import Kind

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

    __slots__ = (
        "__weakref__",
        "_data",
        "_first",
        "_flow",
        "_grad",
        "_second",
        "attrs",
        "label",
        "requires_grad",
        "rule",
        "stamp",
    )

    kind: ClassVar[Kind]
    # Whether it stands for any numbers while a function is recorded, so that those it holds must decide nothing.
    traced: ClassVar[bool] = False
    _data: Any
    _grad: Any
    rule: Primitive | None
    # One input or two stand here as they are, which spares a tuple for Python's collector to walk; else see `MANY`.
    _first: Any
    _second: Any
    # Of a Value, while a backward pass is under way: its gradient so far; see `autograd.graph.passes`.
    _flow: Any
    attrs: dict[str, Any]
    label: str | None
    requires_grad: bool
    stamp: int

    __hash__ = object.__hash__

    @property
    def inputs(self) -> tuple[Any, ...]:
        """What the primitive was given, in order, constants included."""
        second = self._second
        if second is MANY or second is MIXED:
            return self._first  # type: ignore[no-any-return]
        return (self._first,) if second is ALONE else (self._first, second)

    @inputs.setter
    def inputs(self, inputs: tuple[Any, ...]) -> None:
        self._first, self._second = inputs, MIXED

    @property
    def parents(self) -> tuple[Node, ...]:
        """The inputs that are nodes, in order: ``a + a`` has two."""
        return tuple(x for x in self.inputs if isinstance(x, Node))

    @property
    def is_leaf(self) -> bool:
        """Whether it was made by hand rather than by an operation."""
        return self.rule is None

    def _begin(self, data: Any, label: str | None, requires_grad: bool) -> None:
        """Fill in a leaf; constructors end here."""
        self._data = data
        self._grad = None
        self.rule = None
        self._first, self._second = (), MANY
        self._flow = None
        self.attrs = NO_ATTRS
        self.label = label
        self.requires_grad = requires_grad
        self.stamp = CLOCK.now

    def backward(self, gradient: Any = None, create_graph: bool = False) -> None:
        """See `autograd.graph.backward.Differentiable`."""
        raise NotImplementedError

    # What each kind supplies.

    def _seed(self, gradient: Any, create_graph: bool) -> Any:
        """The upstream gradient to start from, checked: raw data, or a node where the pass is recorded."""
        raise NotImplementedError

    def _fit(self, share: Any) -> Any:
        """A share of a gradient in this node's own shape and precision."""
        raise NotImplementedError

    @staticmethod
    def _keep(gradients: dict[Any, Any]) -> None:
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


# What stands in place of a second input, where there is none, or where the first is the tuple of all of them: these are
# nodes alone, or (for all that is known) constants are among them.
ALONE: Any = type("Alone", (), {"__slots__": ()})()
MANY: Any = type("Many", (), {"__slots__": ()})()
MIXED: Any = type("Mixed", (), {"__slots__": ()})()

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
    node._first = inputs
    node._second = MIXED if inputs else MANY
    node._flow = None
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
        elif node not in seen and isinstance(node, Node):
            seen.add(node)
            first, second = node._first, node._second
            if second is ALONE:
                stack += (node, None, first)
            elif second is MANY and seen.issuperset(first):  # a leaf; or many parents, asked for all at once
                order.append(node)
            elif second is MANY or second is MIXED:
                stack += (node, None)
                stack += first
            else:
                stack += (node, None, first, second)
    return order
