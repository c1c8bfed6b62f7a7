"""The backward pass itself: from the last node to the first, each hands its gradient on to what it was made from.

Twice: `carry` for every kind of node; `keep_floats` and `carry_floats` for single numbers that nobody watches, where
the loop itself would be most of the time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from autograd.graph.node import ALONE, MANY, MIXED, Node
from autograd.rules.arithmetic import equal, not_equal, where
from autograd.rules.primitive import FLOAT_EXCEPTIONS
from autograd.rules.ready import Kind

NOT_WANTED: Any = object()

Observer = Callable[[Node, int, Any, Any], None]


def carry(order: Sequence[Node], gradients: dict[Node, Any], kind: Kind, observe: Observer | None) -> None:
    """Complete the gradients of the nodes that have an entry; see `backward.propagate` for the arguments."""
    below_choice: set[Node] = set()
    for node in reversed(order):
        rule, g = node.rule, gradients.get(node)
        if rule is None or g is None:
            continue
        inputs, attrs = node.inputs, node.attrs
        arguments: tuple[Any, ...]
        if kind == "node":
            arguments = (g, node, *inputs)
        else:
            numbers = [x if x.__class__ is float or x.__class__ is int else x._data for x in inputs]
            arguments = (g, node._data, *numbers)
        pull, vjps = rule.derivatives[kind]
        shares = None if pull is None else _evaluated(pull, rule.pull, kind, arguments, attrs)
        chosen = rule.selects or node in below_choice
        # A choice itself hands on g, parts of it, or zero; what is not elementwise mixes what was taken with the rest.
        below = chosen and rule.elementwise and not rule.selects
        for position, parent in enumerate(inputs):
            total = gradients.get(parent, NOT_WANTED)
            if total is NOT_WANTED:  # a constant, or nobody's concern
                continue
            if shares is not None:
                share = shares[position]
            elif (vjp := vjps[position]) is None:
                continue
            elif kind == "scalar":
                share = _evaluated(vjp, rule.vjps[position], kind, arguments, attrs)
            else:
                share = vjp(*arguments, **attrs) if attrs else vjp(*arguments)
            if below:
                share = _zero_where_not_taken(g, share)
            if chosen:
                below_choice.add(parent)
            if kind != "scalar" or share.__class__ is not float:
                share = parent._fit(share)
            gradients[parent] = total = share if total is None else total + share
            if observe is not None:
                observe(node, position, share, total)


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


# ---- single numbers ------------------------------------------------------------------------------------------------

# Gradients of Values gather in the nodes' own ``_flow``, one pass at a time. Before anything has reached a node, there
# is a −0 in it that is the pass's own object: any number is itself after it is added to −0.

_gathering = threading.Lock()


def keep_floats(root: Any, seed: float, check: Callable[[Any, list[Any]], None]) -> bool:
    """The pass for Values, with its results in ``.grad``.

    Args:
        root: The node that ``seed`` is the gradient of.
        seed: ∂L/∂root.
        check: Called with the root and its nodes in order before anything is changed; raises where there is no pass.

    Returns:
        Whether it took place. It does not while another thread, or the derivative of somebody's own primitive further
        up in this one, is in such a pass: nodes may be in both.
    """
    if not _gathering.acquire(blocking=False):
        return False
    try:
        nothing = float("-0")
        order = _in_order(root, nothing)
        check(root, order)
        root._flow = seed
        for leaf in _gather(order, root, nothing, keep=True):
            leaf._grad = leaf._flow if leaf._grad is None else leaf._grad + leaf._flow
    finally:
        _gathering.release()
    return True


def carry_floats(order: Sequence[Any], root: Any, seed: float) -> dict[Node, Any] | None:
    """The pass for Values, with its results as `backward.propagate` returns them; None as in `keep_floats`."""
    if not _gathering.acquire(blocking=False):
        return None
    try:
        nothing = float("-0")
        for node in order:
            node._flow = nothing
        root._flow = seed
        _gather(order, root, nothing, keep=False)
        return {node: None if node._flow is nothing else node._flow for node in order if node.requires_grad}
    finally:
        _gathering.release()


def _in_order(root: Any, nothing: float) -> list[Any]:
    """As `topological_order`, with nodes that were seen marked by ``nothing`` rather than put in a set.

    A set of a million nodes takes a third of the memory of the nodes themselves.
    """
    order: list[Any] = []
    stack: list[Any] = [root]
    while stack:
        node = stack.pop()
        if node is None:
            order.append(stack.pop())
        elif isinstance(node, Node) and node._flow is not nothing:
            node._flow = nothing
            first, second = node._first, node._second
            if second is ALONE:
                stack += (node, None, first)
            elif second is MIXED:
                stack += (node, None)
                stack += first
            elif second is not MANY:
                stack += (node, None, first, second)
            else:
                for x in first:
                    if x._flow is not nothing:
                        stack += (node, None)
                        stack += first
                        break
                else:
                    order.append(node)
    return order


def _gather(order: Sequence[Any], root: Any, nothing: float, keep: bool) -> list[Any]:
    """The loop; nodes in between are done with while they are at hand.

    Returns:
        The leaves that gradients have reached.
    """
    value = root.__class__
    leaves: list[Any] = []
    below_choice: set[Node] | None = None
    for node in reversed(order):
        rule, g = node.rule, node._flow
        if g is nothing or not node.requires_grad:
            continue
        if rule is None:
            leaves.append(node)
            continue
        if keep:
            node._grad = g
        first, second, attrs = node._first, node._second, node.attrs
        pull, vjps = rule.derivatives["scalar"]
        if pull is not None:
            _gather_from_all(node, g, pull, nothing)
            continue
        pairs: Iterable[tuple[Any, Any]]
        arguments: tuple[Any, ...]
        if second is ALONE:
            pairs, arguments = ((first, vjps[0]),), (g, node._data, first._data)
        elif second is MANY or second is MIXED:
            # A primitive of one's own may have rules for more inputs than this call gave it.
            pairs, arguments = zip(first, vjps, strict=False), (g, node._data, *map(_number, first))
        else:
            a = first._data if first.__class__ is value else _number(first)
            b = second._data if second.__class__ is value else _number(second)
            pairs, arguments = ((first, vjps[0]), (second, vjps[1])), (g, node._data, a, b)
        for parent, vjp in pairs:
            if vjp is None or not (parent.__class__ is value or isinstance(parent, Node)) or not parent.requires_grad:
                continue
            try:
                share = vjp(*arguments, **attrs) if attrs else vjp(*arguments)
            except FLOAT_EXCEPTIONS:
                share = _evaluated(vjp, rule.vjps[vjps.index(vjp)], "scalar", arguments, attrs)
            if share.__class__ is not float:
                share = parent._fit(share)
            if share != share and rule.elementwise and not rule.selects:
                if below_choice is None:
                    below_choice = _below_choices(order, root)
                if node in below_choice:
                    share = _zero_where_not_taken(g, share)
            parent._flow += share
    return leaves


def _gather_from_all(node: Any, g: float, pull: Callable[..., list[float]], nothing: float) -> None:
    """The shares of all inputs of a node whose rule gives them together."""
    rule, y, attrs, value = node.rule, node._data, node.attrs, node.__class__
    inputs: tuple[Any, ...] = node.inputs
    nodes_alone = node._second is MANY
    if g == 0.0 and rule.bounded and y - y == 0.0:  # a unit that is off, or a sample that is right: every share is 0
        for x in inputs if nodes_alone else [x for x in inputs if x.__class__ is value or isinstance(x, Node)]:
            if x._flow is nothing:
                x._flow = 0.0
        return
    if nodes_alone:
        numbers = [x._data for x in inputs]
    else:
        numbers = [x._data if x.__class__ is value else x if x.__class__ is float else _number(x) for x in inputs]
    try:
        shares = pull(g, y, *numbers, **attrs) if attrs else pull(g, y, *numbers)
    except FLOAT_EXCEPTIONS:
        shares = [*map(float, _evaluated(pull, rule.pull, "scalar", (g, y, *numbers), attrs))]
    if nodes_alone:
        for x, share in zip(inputs, shares):  # noqa: B905 - one step of many
            x._flow += share
    else:
        for x, share in zip(inputs, shares):  # noqa: B905
            if x.__class__ is value or (x.__class__ is not float and isinstance(x, Node)):
                x._flow += share


def _number(x: Any) -> Any:
    return x._data if isinstance(x, Node) else x


def _below_choices(order: Sequence[Node], root: Node) -> set[Node]:
    """The nodes that a choice above them takes or leaves."""
    reached, below = {root}, set[Node]()
    for node in reversed(order):
        rule = node.rule
        if rule is None or node not in reached:
            continue
        chosen = rule.selects or node in below
        for position, parent in enumerate(node.inputs):
            if not isinstance(parent, Node) or not parent.requires_grad:
                continue
            if rule.pull is None and rule.vjps[position] is None:
                continue
            reached.add(parent)
            if chosen:
                below.add(parent)
    return below
