"""The chain rule the other way: from the directions in which some nodes change, those of all that depends on them.

For y = f(a, b, …), the tangent of y is ẏ = (∂y/∂a) ȧ + (∂y/∂b) ḃ + …; `push_forward` finds it for node after node, from
the first to the last, by `autograd.rules.pushforward`. So one pass gives the product of the Jacobian and a direction,
whatever the number of results (A. Griewank and A. Walther, "Evaluating Derivatives", 2nd ed., 2008, §3.1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograd.graph.backward import propagate
from autograd.graph.changes import check_unchanged
from autograd.graph.mode import recorded
from autograd.graph.node import PAST, Node
from autograd.graph.order import topological_order
from autograd.rules.batching import aligned, batched_push
from autograd.rules.complex import real
from autograd.rules.pushforward import push_of
from autograd.rules.reductions import sum_
from autograd.rules.shapes import is_complex


def push_forward(order: Sequence[Node], tangents: Mapping[Any, Any], create_graph: bool) -> dict[Node, Any]:
    """Carry tangents forward through ``order`` by the chain rule.

    Args:
        order: The nodes in topological order.
        tangents: The directions to start from: raw data, or nodes where ``create_graph``.
        create_graph: Work on nodes in place of their data, which records the work.

    Returns:
        The tangent of each node that has one, of its own shape and precision.

    Raises:
        GraphError: Data has changed since.
    """
    check_unchanged(order)
    found: dict[Node, Any] = dict(tangents)
    # Infinite slopes are answers here, as in the backward pass.
    with recorded(), np.errstate(divide="ignore", invalid="ignore"):
        for node in order:
            rule = node.rule
            if rule is None or node in found or not node.requires_grad:  # a detached one has a rule while it is traced
                continue
            moving: list[Any] = []
            operands: list[Any] = []
            moves = False
            for x in node.inputs:
                tangent = None
                if isinstance(x, Node):
                    tangent = found.get(x)
                    moves = moves or tangent is not None
                    x = x if create_graph else x._raw
                moving.append(tangent)
                operands.append(x)
            if not moves:
                continue
            kind = "node" if create_graph else node.kind
            push = rule.pushes[kind] if kind in rule.pushes else push_of(rule, kind)
            y = node if create_graph else node._raw
            if push is None:
                tangent = _by_reverse_rules(node, moving, y, operands, create_graph)
            else:
                tangent = push(moving, y, operands, node.attrs)
            if tangent is not None:
                found[node] = node._unbroadcast(tangent)
    return found


def push_many(order: Sequence[Node], tangents: Mapping[Any, Any]) -> dict[Node, Any]:
    """As `push_forward`, of arrays, for many directions in one pass: tangents have an axis for them before all others.

    It is never recorded.
    """
    check_unchanged(order)
    found: dict[Node, Any] = dict(tangents)
    with recorded(), np.errstate(divide="ignore", invalid="ignore"):
        for node in order:
            rule = node.rule
            if rule is None or node in found or not node.requires_grad:
                continue
            moving = [found.get(x) if isinstance(x, Node) else None for x in node.inputs]
            directions = next((len(tangent) for tangent in moving if tangent is not None), None)
            if directions is None:
                continue
            operands = [x._raw if isinstance(x, Node) else x for x in node.inputs]
            y = node._raw
            together = batched_push(rule, moving, y, operands, node.attrs)
            if together is None:
                push, rows = push_of(rule, "array"), []
                for i in range(directions):
                    row = [None if tangent is None else tangent[i] for tangent in moving]
                    one = (
                        _by_reverse_rules(node, row, y, operands, create_graph=False)
                        if push is None
                        else push(row, y, operands, node.attrs)
                    )
                    rows.append(np.zeros_like(y) if one is None else node._unbroadcast(one))
                together = np.stack(rows)
            together = aligned(together, y.ndim)
            if together.dtype != y.dtype:
                together = (together if y.dtype.kind == "c" else np.real(together)).astype(y.dtype)
            found[node] = np.broadcast_to(together, (directions, *y.shape))
    return found


def _by_reverse_rules(node: Any, tangents: Sequence[Any], y: Any, inputs: Sequence[Any], create_graph: bool) -> Any:
    """The tangent from the reverse rules alone, of a primitive that says nothing else.

    uᵀJ is linear in u, so that its own derivative for u, in the direction v, is J v (J. Townsend, "A new trick for
    calculating Jacobian vector products", 2017).
    """
    rule, attrs = node.rule, node.attrs
    # Any u will do; but 0 would stand for a branch that was not taken.
    u = node._seed(np.ones(np.shape(node._raw)) if node.kind == "array" else 1.0, create_graph=True)
    u.requires_grad = True
    u.attrs = PAST
    arguments = (u, y, *inputs)
    shares = rule.vjps if rule.pull is None else rule.pull(*arguments, **attrs)
    total: Any = None
    for tangent, share in zip(tangents, shares, strict=False):
        if tangent is None or share is None:
            continue
        product = (share if rule.pull is not None else share(*arguments, **attrs)) * tangent
        part = sum_(product, axis=None, keepdims=False) if node.kind == "array" else product
        total = part if total is None else total + part
    if not isinstance(total, Node) or not total.requires_grad:
        return None
    if is_complex(total):
        total = real(total)  # type: ignore[call-overload]
    order = topological_order(total)
    return propagate(total, total._seed(None, create_graph), order, create_graph, [u]).get(u)
