"""Data that changes between the forward and the backward pass: what a leaf's change spoils is refused.

What an operation captures that is no node is copied, so that its changes cannot matter; a leaf is the user's to change
(that is how training works), and the clock tells when it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.errors import GraphError
from autograd.graph.clock import CLOCK
from autograd.graph.node import Node, describe


def check_unchanged(order: Sequence[Node]) -> None:
    """Raise where a derivative would read data that was changed after the forward pass used it.

    Args:
        order: Nodes in topological order.

    Raises:
        GraphError: With the operation and the node that changed.
    """
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
        if rule.view and isinstance(source := node.inputs[0], Node) and np.may_share_memory(node._raw, source._raw):
            changed[node] = changed.get(source, -1)


# What cannot change, among the usual arguments of operations.
_FIXED = frozenset({int, float, bool, str, bytes, slice, type(None), type(Ellipsis), type})


def owned(attrs: dict[str, Any]) -> dict[str, Any]:
    """An operation's attributes as its node may keep them: with arrays of their own.

    Example:
        >>> slopes = np.array([0.1, 0.2])
        >>> kept = owned({"slope": slopes, "axis": 0})
        >>> slopes[0] = 9.0
        >>> kept
        {'slope': array([0.1, 0.2]), 'axis': 0}
    """
    for x in attrs.values():
        if x.__class__ not in _FIXED and not (x.__class__ is tuple and _FIXED.issuperset(map(type, x))):
            return {name: _own(x) for name, x in attrs.items()}
    return attrs


def _own(x: Any) -> Any:
    if x.__class__ in _FIXED:
        return x
    if isinstance(x, np.ndarray):
        return x.copy("K")
    if isinstance(x, bytearray) or hasattr(x, "typecode"):  # one of Python's arrays
        return x[:]
    if isinstance(x, memoryview):
        return np.array(x)
    if isinstance(x, dict):
        return {key: _own(part) for key, part in x.items()}
    if isinstance(x, list) or type(x) is tuple:
        return type(x)(map(_own, x))
    return x
