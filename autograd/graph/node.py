"""A node: a number or an array that remembers how it was made.

It is a plain record: its ``rule`` (an entry of the rule book), its ``inputs`` and the rule's ``attrs``. Nothing else is
needed to differentiate it, draw it, copy it or run it again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import Any, ClassVar, Self, TypeVar
from weakref import ref

from autograd.graph.clock import CLOCK
from autograd.rules.arithmetic import equal, not_equal, where
from autograd.rules.primitive import Primitive
from autograd.rules.ready import Kind

NO_ATTRS: dict[str, Any] = {}
# Marks the variables of derivatives that are being found, in place of the attributes that leaves do not have: nobody
# holds one but the function that is differentiated, so that it takes the place of its copies.
ACTIVE: dict[str, Any] = {}
# The same for the variables of derivatives that are found: they stay in the graphs that were made of them, and nobody
# can go on to differentiate for them.
PAST: dict[str, Any] = {}

# The labels of the nodes that have one, by the node's identity, and what forgets each when its node goes: most nodes
# have none, and a place for it would be a tenth of a Value.
_LABELS: dict[int, tuple[str, ref[Node]]] = {}


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

    # The number or the array itself is ``_raw``, not ``_data``: np.ma takes an attribute of that name, gradient or not.
    __slots__ = ("__weakref__", "_grad", "_raw", "rule", "stamp")

    kind: ClassVar[Kind]
    # Whether it stands for any numbers while a function is recorded, so that those it holds must decide nothing.
    traced: ClassVar[bool] = False
    # Whether it has a tangent with it, which goes through operations as they are done: see `autograd.tensor.dual`.
    carries: ClassVar[bool] = False
    # Whether it stands for many nodes, which rules are applied to together: see `autograd.tensor.batched`.
    many: ClassVar[bool] = False
    _raw: Any
    _grad: Any
    rule: Primitive | None
    stamp: int
    # Stored as each kind likes; to set the inputs is to begin, as `fill` does.
    inputs: tuple[Any, ...]
    attrs: dict[str, Any]
    requires_grad: bool

    __hash__ = object.__hash__

    @property
    def label(self) -> str | None:
        """A name for pictures and messages, or None."""
        found = _LABELS.get(id(self))
        return None if found is None else found[0]

    @label.setter
    def label(self, label: str | None) -> None:
        if label is None:
            _LABELS.pop(id(self), None)
        else:
            _LABELS[id(self)] = str(label), ref(self, partial(_LABELS.pop, id(self)))

    @property
    def parents(self) -> tuple[Node, ...]:
        """The inputs that are nodes, in order: ``a + a`` has two."""
        return tuple([x for x in self.inputs if isinstance(x, Node)])  # a list is quicker

    @property
    def _value(self) -> Any:
        """What it holds, by HIPS autograd's name: packages that unwrap its boxes read it."""
        return self.data  # type: ignore[attr-defined]

    @property
    def is_leaf(self) -> bool:
        """Whether it was made by hand rather than by an operation."""
        return self.rule is None

    def backward(self, gradient: Any = None, create_graph: bool = False) -> None:
        """See `autograd.Value.backward`."""
        raise NotImplementedError

    def _zero_where_not_taken(self, g: Any) -> Any:
        """As `autograd.graph.backward.zero_where_not_taken`, of this share of a recorded pass."""
        share: Any = self
        # The choice is kept even where nothing is lost yet: the next derivative may be infinite.
        return where(not_equal(share, share) * equal(g, 0), 0.0, share)

    def _propagate(
        self, seed: Any, order: Sequence[Node], create_graph: bool, wanted: Collection[Node] | None
    ) -> dict[Node, Any]:
        """See `autograd.graph.differentiable.Differentiable`."""
        raise NotImplementedError

    def _refuse_as_constant(self) -> None:
        """Raise since nothing can be differentiated for this node; see `autograd.graph.differentiable`."""
        raise NotImplementedError

    # ---- what each kind supplies -----------------------------------------------------------------------------------

    def _seed(self, gradient: Any, create_graph: bool) -> Any:
        """The upstream gradient to start from, checked: raw data, or a node where the pass is recorded."""
        raise NotImplementedError

    def _unbroadcast(self, share: Any) -> Any:
        """A share of this node's gradient in its own shape and precision: copies made by broadcasting add up."""
        raise NotImplementedError

    @staticmethod
    def _accumulate(gradients: dict[Any, Any]) -> None:
        """Leave the gradients of one pass in ``.grad``; leaves add them to what they have."""
        raise NotImplementedError

    def _as_gradient(self, gradient: Any, create_graph: bool) -> Any:
        """A gradient for this node as `gradients` hands it out; None stands for zero."""
        raise NotImplementedError

    def _copy(self, inputs: tuple[Any, ...]) -> Self:
        """A copy of this node with other inputs."""
        raise NotImplementedError


AnyNode = TypeVar("AnyNode", bound=Node)


def fill(
    node: AnyNode,
    data: Any,
    rule: Primitive | None = None,
    inputs: tuple[Any, ...] = (),
    attrs: dict[str, Any] = NO_ATTRS,
    requires_grad: bool = False,
    label: str | None = None,
) -> AnyNode:
    """Set everything that a node holds, and give it back."""
    node._raw = data
    node._grad = None
    node.rule = rule
    node.inputs = inputs
    node.attrs = attrs
    node.requires_grad = requires_grad
    node.stamp = CLOCK.now
    if label is not None:
        node.label = label
    return node


def new_node(
    cls: type[AnyNode],
    data: Any,
    rule: Primitive | None = None,
    inputs: tuple[Any, ...] = (),
    attrs: dict[str, Any] = NO_ATTRS,
    requires_grad: bool = False,
) -> AnyNode:
    """A node of the given kind, without the checks a user's own constructor call goes through."""
    return fill(object.__new__(cls), data, rule, inputs, attrs, requires_grad)


def describe(node: Node) -> str:
    """A node in a few words, for messages: its label, or what made it."""
    kind = type(node).__name__
    if node.label:
        return f"{kind} {node.label!r}"
    return f"the {kind} made by {node.rule.name}" if node.rule else f"a {kind} without a label"
