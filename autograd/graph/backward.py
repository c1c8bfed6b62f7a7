"""The chain rule: from one node, the gradients of all that it depends on.

For y = f(a, b, …) and a final result L, let g = ∂L/∂y. Every parent x of y adds gᵀ(∂y/∂x) to its own gradient, and the
rule book knows this product for each primitive. `propagate` does this for node after node, from the last to the first:
when it reaches a node, all that was made from it has been visited, so its gradient is complete.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from autograd.errors import GraphError
from autograd.graph.changes import check_unchanged
from autograd.graph.gradient_hooks import HOOKS, through_hooks
from autograd.graph.hooks import detecting
from autograd.graph.node import Node, describe
from autograd.rules.float_errors import INFINITE_SLOPES
from autograd.rules.primitive import Primitive, stands_in_a_book
from autograd.rules.ready import Vjp, evaluated

Observer = Callable[[Node, int, Any, Any], None]
# How several shares become one, the rule for each, and what this one is given.
Part = tuple[Callable[..., Any], Vjp, list[Any], dict[str, Any]]


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
        seed: ∂L/∂root: raw data, or a node where ``create_graph``; or many of either (`autograd.tensor.batched`).
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
    if detecting():
        from autograd.graph.anomaly import watched

        observe = watched(root, order, observe)
    INFINITE_SLOPES.run(_carry, order, gradients, create_graph, observe)
    return gradients


def _carry(order: Sequence[Node], gradients: dict[Node, Any], create_graph: bool, observe: Observer | None) -> None:
    """From the last node to the first; ``gradients`` holds those that are known, and None for those that are wanted."""
    chosen: set[Node] = set()  # the nodes below a choice, such as `where`
    parts: dict[Node, list[Part]] = {}  # what goes to the nodes that were taken apart
    for node in reversed(order):
        if parts and node in parts:
            share = _put_together(node, parts.pop(node))
            gradients[node] = share if gradients[node] is None else gradients[node] + share
        g, rule = gradients.get(node), node.rule
        if g is None:
            continue
        if HOOKS and id(node) in HOOKS:
            g = gradients[node] = through_hooks(node, g, create_graph)
        if rule is None or g is None:
            continue
        inputs, attrs = node.inputs, node.attrs
        choice = rule.selects or node in chosen
        on_nodes = isinstance(g, Node)
        usual = not g.many if on_nodes else node.kind == "array"
        pull, vjps = rule.derivatives["node" if on_nodes else node.kind]
        arguments = [g, node if create_graph else node._raw]
        for x in inputs:
            arguments.append(x if create_graph or not isinstance(x, Node) else x._raw)
        shares = None if pull is None else evaluated(pull, rule.pull, arguments, attrs)
        for position, parent in enumerate(inputs):
            if not isinstance(parent, Node) or parent not in gradients:
                continue
            # gᵀ(∂node/∂parent)
            if shares is not None:
                share = shares[position]
            elif (vjp := vjps[position]) is None:
                continue
            elif usual and rule.together is not None and observe is None:
                parts.setdefault(parent, []).append((rule.together, vjp, arguments, attrs))
                chosen.add(parent)
                continue
            elif usual:
                share = vjp(*arguments, **attrs) if attrs else vjp(*arguments)
            else:
                share = _with_care(vjp, rule, position, arguments, attrs)
            if choice:
                chosen.add(parent)
                # What is linear passes zeros on, and what is not elementwise mixes what was taken with the rest.
                if rule.elementwise and not (rule.selects or rule.linear):
                    share = zero_where_not_taken(g, share)
            if share.__class__ is not ndarray or share.shape != (x := parent._raw).shape or share.dtype is not x.dtype:
                share = parent._unbroadcast(share)
            total = gradients[parent]
            gradients[parent] = total = share if total is None else total + share
            if observe is not None:
                observe(node, position, share, total)


def _put_together(node: Node, parts: Sequence[Part]) -> Any:
    """The gradient of an array that was taken apart: one array, however many parts there are."""
    together, vjp, arguments, attrs = parts[0]
    if len(parts) == 1:
        share = vjp(*arguments, **attrs)
    else:
        share = together([arguments[0] for _, _, arguments, _ in parts], node, [attrs for *_, attrs in parts])
    return share if share.__class__ is ndarray and share.dtype is node._raw.dtype else node._unbroadcast(share)


def _with_care(vjp: Vjp, rule: Primitive, position: int, arguments: Sequence[Any], attrs: dict[str, Any]) -> Any:
    """A rule's product, of floats, whose arithmetic raises, or of many gradients, not all rules taking them at once."""
    g, *others = arguments
    if not isinstance(g, Node):
        return evaluated(vjp, None if rule.own else rule.vjps[position], arguments, attrs)
    if stands_in_a_book(rule):
        return vjp(*arguments, **attrs)
    return g.each(lambda g: vjp(g, *others, **attrs), (g,))  # type: ignore[attr-defined]


def zero_where_not_taken(g: Any, share: Any) -> Any:
    """Below a choice, a zero upstream gradient means that this branch was not taken: 0 · ∞ is 0 there, not NaN."""
    if isinstance(share, Node):
        return share._zero_where_not_taken(g)
    if share.__class__ is float or share.__class__ is np.float64:
        return 0.0 if share != share and g == 0 else share
    squares = np.vdot(share, share)
    if squares == squares:  # a quick look: a NaN would have reached it
        return share
    return np.where((share != share) & (g == 0), 0.0, share)


def _needed(order: Sequence[Node], wanted: Collection[Node] | None) -> list[Node]:
    """The nodes that require a gradient; of these only the wanted ones and what depends on them, where some are."""
    needing = [node for node in order if node.requires_grad]
    if wanted is None:
        return needing
    # In a trace, variables may follow from others: these, and what is between the two, are not asked for.
    if not order[-1].traced and {x for x in needing if x.rule is None}.issubset(wanted):
        return needing
    found = set(wanted)
    for node in needing:
        if any(x in found for x in node.inputs if isinstance(x, Node)):
            found.add(node)
    return [node for node in needing if node in found]


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
