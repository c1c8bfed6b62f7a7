"""The backward pass itself: from the last node to the first, each hands its gradient on to what it was made from.

Twice: `carry` for every kind of node, and `carry_floats` for single numbers that nobody watches, where the loop itself
would be most of the time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from autograd.graph import ALONE, MANY, MIXED, Node
from autograd.rules.arithmetic import equal, not_equal, where
from autograd.rules.primitive import FLOAT_EXCEPTIONS, Kind

NOT_WANTED: Any = object()

Observer = Callable[[Node, int, Any, Any], None]


def carry(order: Sequence[Node], gradients: dict[Node, Any], kind: Kind, observe: Observer | None) -> None:
    """Complete the gradients of the nodes that have an entry; see `autograd.backward.propagate` for the arguments."""
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
        # A choice itself hands on g or zero, and what is not elementwise mixes entries that were taken with others.
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

# A gradient so far of a node that nothing has reached: any number is itself after it is added to −0. It is told from
# other zeros by being this object.
NOT_REACHED = -0.0

_gathering = threading.Lock()


def carry_floats(order: Sequence[Any], root: Any, seed: float, keep: bool) -> dict[Node, Any] | None:
    """The pass for Values: gradients gather in the nodes' own ``_flow``.

    Args:
        order: The nodes in topological order.
        root: The node that ``seed`` is the gradient of.
        seed: ∂L/∂root.
        keep: Leave the gradients in ``.grad``, and return an empty dict.

    Returns:
        The gradients, as `autograd.backward.propagate` does. None where another thread, or the derivative of somebody's
        own primitive further up in this one, is in such a pass: nodes may be in both, so that this one has to keep its
        numbers to itself.
    """
    if not _gathering.acquire(blocking=False):
        return None
    try:
        for node in order:
            node._flow = NOT_REACHED
        root._flow = seed
        leaves = _gather(order, root, keep)
        if keep:
            for leaf in leaves:
                leaf._grad = leaf._flow if leaf._grad is None else leaf._grad + leaf._flow
            return {}
        return {node: None if node._flow is NOT_REACHED else node._flow for node in order if node.requires_grad}
    finally:
        _gathering.release()


def _gather(order: Sequence[Any], root: Any, keep: bool) -> list[Any]:
    """The loop; nodes in between are done with while they are at hand.

    Returns:
        The leaves that gradients have reached.
    """
    value = root.__class__
    leaves: list[Any] = []
    below_choice: set[Node] | None = None
    for node in reversed(order):
        rule, g = node.rule, node._flow
        if g is NOT_REACHED or not node.requires_grad:
            continue
        if rule is None:
            leaves.append(node)
            continue
        if keep:
            node._grad = g
        first, second, attrs = node._first, node._second, node.attrs
        pull, vjps = rule.derivatives["scalar"]
        if pull is not None:
            _gather_from_all(node, g, pull, value)
            continue
        pairs: Iterable[tuple[Any, Any]]
        arguments: tuple[Any, ...]
        if second is ALONE:
            pairs, arguments = ((first, vjps[0]),), (g, node._data, first._data)
        elif second is MANY or second is MIXED:
            pairs, arguments = zip(first, vjps, strict=True), (g, node._data, *map(_number, first))
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


def _gather_from_all(node: Any, g: float, pull: Callable[..., list[float]], value: Any) -> None:
    """The shares of all inputs of a node whose rule gives them together."""
    rule, y, attrs = node.rule, node._data, node.attrs
    inputs: tuple[Any, ...] = node.inputs
    nodes_alone = node._second is MANY
    if g == 0.0 and rule.bounded and y - y == 0.0:  # a unit that is off, or a sample that is right: every share is 0
        for x in inputs:
            if (nodes_alone or x.__class__ is value or isinstance(x, Node)) and x._flow is NOT_REACHED:
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
