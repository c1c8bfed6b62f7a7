"""The backward pass: from one node, the gradients of all that it depends on.

`Differentiable.backward` leaves them in ``.grad``, `gradients` hands them out, `propagate` is the pass between.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from autograd.errors import GraphError
from autograd.graph.changes import CLOCK
from autograd.graph.node import Node, describe, topological_order
from autograd.graph.passes import Observer, carry, carry_floats, keep_floats
from autograd.rules.ready import Kind


class Differentiable(Node):
    """A node that can be differentiated."""

    __slots__ = ()

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
        seed = self._seed(gradient, create_graph)
        if self.kind == "scalar" and not create_graph and keep_floats(self, seed, check_differentiable):
            return
        self._keep(propagate(self, seed, topological_order(self), create_graph))


def propagate(
    root: Node,
    seed: Any,
    order: Sequence[Node],
    create_graph: bool,
    wanted: Collection[Node] | None = None,
    observe: Observer | None = None,
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
    check_differentiable(root, order)
    if root.kind == "scalar" and not create_graph and observe is None and _covers(wanted, order):
        found = carry_floats(order, root, seed)
        if found is not None:
            return found
    kind: Kind = "node" if create_graph else root.kind
    # Each node that is to have a gradient, with what has reached it so far.
    gradients: dict[Node, Any] = dict.fromkeys([node for node in order if node.requires_grad])
    if wanted is not None:
        needed = _descendants(order, wanted)
        gradients = {node: None for node in gradients if node in needed}
    gradients[root] = seed
    # Infinite slopes are answers here (see docs/subgradients.md); NumPy warned in the forward pass where it had to.
    with np.errstate(divide="ignore", invalid="ignore"):
        carry(order, gradients, kind, observe)
    return gradients


def check_differentiable(root: Node, order: Sequence[Node]) -> None:
    """Raise where there is nothing to differentiate for, or not any more.

    Raises:
        GraphError: Nothing below ``root`` requires a gradient, or data has changed since.
    """
    if not root.requires_grad:
        raise GraphError(
            f"{describe(root)} depends on nothing that requires a gradient: "
            "make a leaf with requires_grad=True, and compute outside no_grad()"
        )
    check_unchanged(order)


def _covers(wanted: Collection[Node] | None, order: Sequence[Node]) -> bool:
    """Whether gradients are wanted for so much that every node's is needed."""
    if wanted is None:
        return True
    return {node for node in order if node.rule is None and node.requires_grad}.issubset(wanted)


def _descendants(order: Sequence[Node], wanted: Collection[Node]) -> set[Node]:
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
    made = min([node.stamp for node in order if node.rule is not None], default=CLOCK.now)
    if made == CLOCK.now or max([node.stamp for node in order]) <= made:
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
                raise GraphError(
                    f"{describe(x)} was changed after {rule.name} used it, and backward needs the old data: "
                    "call backward() before changing it, or compute the result again"
                )
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
            raise GraphError(f"{describe(node)} does not require a gradient: make it with requires_grad=True")
    found = propagate(output, output._seed(gradient, create_graph), topological_order(output), create_graph, nodes)
    results = [node._presented(found.get(node), create_graph) for node in nodes]
    return results[0] if isinstance(wrt, Node) else results
