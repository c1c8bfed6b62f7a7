"""The chain rule: from one node, the gradients of all that it depends on.

For y = f(a, b, …) and a final result L, let g = ∂L/∂y. Every parent x of y adds gᵀ(∂y/∂x) to its own gradient, and the
rule book knows this product for each primitive. `propagate` does this for node after node, from the last to the first:
when it reaches a node, all that was made from it has been visited, so its gradient is complete.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, Literal, overload

import numpy as np

from autograd.errors import GraphError
from autograd.graph.anomaly import detecting, watched
from autograd.graph.changes import check_unchanged
from autograd.graph.gradient_hooks import HOOKS, GradientHook, HookHandle, register, through_hooks
from autograd.graph.node import Node, describe
from autograd.graph.order import topological_order
from autograd.kinds import HasGradient, N, Recording
from autograd.rules.primitive import FLOAT_EXCEPTIONS
from autograd.rules.ready import Kind

Observer = Callable[[Node, int, Any, Any], None]


def propagate(
    root: Node,
    seed: Any,
    order: Sequence[Node],
    create_graph: bool,
    wanted: Collection[Node] | None = None,
    observe: Observer | None = None,
) -> dict[Node, Any]:
    """Carry a gradient from ``root`` back through ``order`` by the chain rule.

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

    Raises:
        GraphError: As `check_differentiable`.
    """
    check_differentiable(root, order)
    gradients: dict[Node, Any] = dict.fromkeys(_needed(order, wanted))
    gradients[root] = seed
    chosen: set[Node] = set()  # the nodes below a choice, such as `where`
    if detecting():
        observe = watched(root, order, observe)
    # Infinite slopes are answers here (see docs/subgradients.md); NumPy warned in the forward pass where it had to.
    with np.errstate(divide="ignore", invalid="ignore"):
        for node in reversed(order):
            g = gradients.get(node)
            if g is not None and HOOKS and id(node) in HOOKS:
                g = gradients[node] = through_hooks(node, g, create_graph)
            if g is None or node.rule is None:
                continue
            choice = node.rule.selects or node in chosen
            for position, parent, share in _shares(node, g, "node" if create_graph else node.kind, gradients):
                if choice:
                    chosen.add(parent)
                    if node.rule.elementwise and not node.rule.selects:  # else it mixes what was taken with the rest
                        share = zero_where_not_taken(g, share)
                share, total = parent._unbroadcast(share), gradients[parent]
                gradients[parent] = total = share if total is None else total + share
                if observe is not None:
                    observe(node, position, share, total)
    return gradients


def _shares(node: Any, g: Any, kind: Kind, needed: Collection[Node]) -> Iterator[tuple[int, Node, Any]]:
    """gᵀ(∂node/∂x) for each input x whose gradient is needed: its position, itself, and the product."""
    rule, inputs, attrs = node.rule, node.inputs, node.attrs
    arguments = (
        (g, node, *inputs)
        if kind == "node"
        else (g, node._raw, *[x._raw if isinstance(x, Node) else x for x in inputs])
    )
    pull, vjps = rule.derivatives[kind]
    shares = None if pull is None else evaluated(pull, rule.pull, arguments, attrs)
    for position, x in enumerate(inputs):
        if not isinstance(x, Node) or x not in needed:
            continue
        if shares is not None:
            yield position, x, shares[position]
        elif (vjp := vjps[position]) is not None:
            yield position, x, evaluated(vjp, rule.vjps[position], arguments, attrs)


def evaluated(rule: Any, as_written: Any, arguments: tuple[Any, ...], attrs: dict[str, Any]) -> Any:
    """A rule's value; where Python's float arithmetic raises, IEEE 754's answer, which NumPy's float64 gives."""
    try:
        return rule(*arguments, **attrs) if attrs else rule(*arguments)
    except FLOAT_EXCEPTIONS:
        if arguments[0].__class__ is not float:
            raise
        with np.errstate(all="ignore"):
            return as_written(*map(np.float64, arguments), **attrs)


def zero_where_not_taken(g: Any, share: Any) -> Any:
    """Below a choice, a zero upstream gradient means that this branch was not taken: 0 · ∞ is 0 there, not NaN."""
    if isinstance(share, Node):
        return share._zero_where_not_taken(g)
    if share.__class__ is float:
        return 0.0 if share != share and g == 0 else share
    lost = share != share
    return np.where(lost & (g == 0), 0.0, share) if np.any(lost) else share


def _needed(order: Sequence[Node], wanted: Collection[Node] | None) -> list[Node]:
    """The nodes that require a gradient; of these only the wanted ones and what depends on them, where some are."""
    if wanted is None:
        return [node for node in order if node.requires_grad]
    found = set(wanted)
    for node in order:
        if node.requires_grad and any(x in found for x in node.inputs if isinstance(x, Node)):
            found.add(node)
    return [node for node in order if node.requires_grad and node in found]


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


def is_watched() -> bool:
    """Whether somebody is to be told of gradients on the way: a hook, or `detect_anomaly`."""
    return bool(HOOKS) or detecting()


# ---- the two ways to ask for it -------------------------------------------------------------------------------------


class Differentiable(Node):
    """A node that can be differentiated."""

    __slots__ = ()

    def backward(self, gradient: Any = None, create_graph: bool = False) -> None:
        """Compute the gradient of this node for every node it depends on, into their ``.grad``.

        Leaves add it to the gradient they have (set that to None, or call ``zero_grad``, for a fresh one); the nodes in
        between get this pass's gradient.

        Args:
            gradient: ∂L/∂(this node) where this node is not the final number L itself; of this node's shape.
            create_graph: Record the backward pass too, so that the gradients of leaves can be differentiated again.
                Each holds its graph, which holds the leaf: set ``.grad`` to None to free it, or use `gradients`.

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
        self._fill_gradients(self._seed(gradient, create_graph), create_graph)

    def register_hook(self, hook: GradientHook) -> HookHandle:
        """Have a function called with this node's gradient, once it is complete, in every backward pass.

        It may return another gradient to go on with in its place: clipped, scaled, or a zero.

        Args:
            hook: Called with the gradient of this pass: a float or a Tensor, or a node where ``create_graph``.

        Returns:
            A handle, whose ``remove()`` takes the hook away.

        Raises:
            ShapeError: From the backward pass: a hook returned another shape.

        Example:
            >>> from autograd import Value
            >>> a = Value(3.0)
            >>> b = a * a
            >>> handle = b.register_hook(lambda gradient: gradient * 10.0)
            >>> (b + a).backward(); a.grad
            61.0
            >>> handle.remove()
        """
        return register(self, hook)

    # A kind of node may have quicker ways, to the same numbers.

    def _fill_gradients(self, seed: Any, create_graph: bool) -> None:
        """`backward` from a checked seed."""
        self._accumulate(propagate(self, seed, topological_order(self), create_graph))

    def _propagate(
        self, seed: Any, order: Sequence[Node], create_graph: bool, wanted: Collection[Node] | None
    ) -> dict[Node, Any]:
        """`propagate` from this node."""
        return propagate(self, seed, order, create_graph, wanted)


@overload
def gradients(output: Node, wrt: HasGradient[N], gradient: Any = None, create_graph: Literal[False] = False) -> N: ...
@overload
def gradients(
    output: Node, wrt: Sequence[HasGradient[N]], gradient: Any = None, create_graph: Literal[False] = False
) -> list[N]: ...
@overload
def gradients(output: Node, wrt: Recording[N], gradient: Any = None, *, create_graph: Literal[True]) -> N: ...
@overload
def gradients(
    output: Node, wrt: Sequence[Recording[N]], gradient: Any = None, *, create_graph: Literal[True]
) -> list[N]: ...
@overload
def gradients(output: Node, wrt: Any, gradient: Any = None, create_graph: bool = False) -> Any: ...
def gradients(output: Node, wrt: Any, gradient: Any = None, create_graph: bool = False) -> Any:
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
    nodes: list[Any] = [wrt] if isinstance(wrt, Node) else list(wrt)
    for node in nodes:
        if not node.requires_grad:
            raise GraphError(f"{describe(node)} does not require a gradient: make it with requires_grad=True")
    seed = output._seed(gradient, create_graph)
    found = output._propagate(seed, topological_order(output), create_graph, nodes)
    results = [node._as_gradient(found.get(node), create_graph) for node in nodes]
    return results[0] if isinstance(wrt, Node) else results
