"""The chain rule the other way: from the directions in which some nodes change, those of all that depends on them.

For y = f(a, b, …), the tangent of y is ẏ = (∂y/∂a) ȧ + (∂y/∂b) ḃ + …; `push_forward` finds it for node after node, from
the first to the last, by `autograd.rules.pushforward`. So one pass gives the product of the Jacobian and a direction,
whatever the number of results (A. Griewank and A. Walther, "Evaluating Derivatives", 2nd ed., 2008, §3.1).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autograd.graph.backward import propagate
from autograd.graph.changes import check_unchanged
from autograd.graph.mode import recorded
from autograd.graph.node import PAST, Node
from autograd.graph.order import topological_order
from autograd.rules.complex import real
from autograd.rules.float_errors import INFINITE_SLOPES
from autograd.rules.primitive import stands_in_a_book
from autograd.rules.pushforward import Push, push_of
from autograd.rules.reductions import sum_
from autograd.rules.shapes import is_complex


def push_forward(order: Sequence[Node], tangents: Mapping[Any, Any], create_graph: bool) -> dict[Node, Any]:
    """Carry tangents forward through ``order`` by the chain rule.

    Args:
        order: The nodes in topological order.
        tangents: The directions to start from: raw data, or nodes where ``create_graph``; or many of either
            (`autograd.tensor.batched`).
        create_graph: Work on nodes in place of their data, which records the work.

    Returns:
        The tangent of each node that has one, of its own shape and precision.

    Raises:
        GraphError: Data has changed since.
    """
    check_unchanged(order)
    found: dict[Node, Any] = dict(tangents)
    many: Any = next((t for t in tangents.values() if isinstance(t, Node) and t.many), None)
    with recorded():
        INFINITE_SLOPES.run(_carry, order, found, many, create_graph)
    return found


def _carry(order: Sequence[Node], found: dict[Node, Any], many: Any, create_graph: bool) -> None:
    """From the first node to the last, beginning with the tangents in ``found``."""
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
        kind = "node" if create_graph or many is not None else node.kind
        push = rule.pushes[kind] if kind in rule.pushes else push_of(rule, kind)
        y = node if create_graph else node._raw
        if many is not None and (push is None or not stands_in_a_book(rule)):
            tangent = many.each(_of_one(push, node, y, operands, create_graph), moving)
        elif push is None:
            tangent = _by_reverse_rules(node, moving, y, operands, create_graph)
        else:
            tangent = push(moving, y, operands, node.attrs)
        if tangent is not None:
            found[node] = node._unbroadcast(tangent)


def has_forward_rules(order: Sequence[Node]) -> bool:
    """Whether each primitive in ``order`` says how tangents go through it: of a user's own one, reverse rules may not.

    Where they take the number out of g, as HIPS autograd's users may, there is a product for each entry of the result.
    """
    return all(node.rule is None or not node.rule.own or push_of(node.rule, node.kind) is not None for node in order)


def _of_one(push: Push | None, node: Any, y: Any, operands: Sequence[Any], create_graph: bool) -> Callable[..., Any]:
    """How one direction goes through a node, where many have to go one by one."""

    def one(*tangents: Any) -> Any:
        found = (
            _by_reverse_rules(node, tangents, y, operands, create_graph)
            if push is None
            else push(tangents, y, operands, node.attrs)
        )
        return np.zeros_like(node._raw) if found is None else node._unbroadcast(found)

    return one


def _by_reverse_rules(node: Any, tangents: Sequence[Any], y: Any, inputs: Sequence[Any], create_graph: bool) -> Any:
    """The tangent from the reverse rules alone, of a primitive that says nothing else.

    uᵀJ is linear in u, so that its own derivative for u, in the direction v, is J v (J. Townsend, "A new trick for
    calculating Jacobian vector products", 2017).
    """
    size = np.shape(node._raw)
    # Any u will do; but 0 would stand for a branch that was not taken, and entries that are alike may cancel. No two
    # whole numbers have the same cosine, and none has 0.
    u = node._seed(np.cos(np.arange(np.prod(size))).reshape(size), create_graph=True)
    u.requires_grad = True
    u.attrs = PAST
    total = _product_with(u, node, tangents, y, inputs)
    found = None
    if isinstance(total, Node) and total.requires_grad:
        total = real(total) if is_complex(total) else total  # type: ignore[call-overload]
        order = topological_order(total)
        found = propagate(total, total._seed(None, create_graph), order, create_graph, [u]).get(u)
    if not node.rule.own or node.traced or total is None or _agrees(u, found, total):
        return found
    # A rule that takes the number of g out of its node, as HIPS autograd's users may: J v is eᵀJ v for each unit e.
    for i in range(u.size if size else 1):
        unit: Any = 1.0
        if node.kind == "array":
            unit = np.zeros(size, node._raw.dtype)
            unit.flat[i] = 1.0
        part = _product_with(node._seed(unit, create_graph), node, tangents, y, inputs) * unit
        found = part if i == 0 else found + part
    return found


def _product_with(g: Any, node: Any, tangents: Sequence[Any], y: Any, inputs: Sequence[Any]) -> Any:
    """The number gᵀJ v, by the reverse rules; None where nothing moves."""
    rule, attrs = node.rule, node.attrs
    arguments = (g, y, *inputs)
    shares = rule.vjps if rule.pull is None else rule.pull(*arguments, **attrs)
    total: Any = None
    for tangent, share in zip(tangents, shares, strict=True):
        if tangent is None or share is None:
            continue
        product = (share if rule.pull is not None else share(*arguments, **attrs)) * tangent
        part = sum_(product, axis=None, keepdims=False) if node.kind == "array" else product
        total = part if total is None else total + part
    return total


def _agrees(u: Any, found: Any, total: Any) -> bool:
    """Whether uᵀ(J v) is (uᵀJ) v, as far as rounding goes; what is not finite tells nothing."""
    a, b = (getattr(x, "_raw", x) for x in (0.0 if found is None else found, total))
    terms = np.ravel(u._raw * a).real
    b = float(np.real(b))
    return not abs(np.sum(terms) - b) > 1e-4 * (np.sum(np.abs(terms)) + abs(b))
