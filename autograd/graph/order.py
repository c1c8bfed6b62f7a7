"""The one traversal, which everything else walks along."""

from __future__ import annotations

from typing import Any

from autograd.graph.node import Node


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
    wrong = [type(root).__name__ for root in roots if not isinstance(root, Node)]
    if wrong:
        raise TypeError(f"topological_order takes Values and Tensors, e.g. topological_order(loss), not {wrong[0]}")
    order: list[Node] = []
    seen: set[Node] = set()
    stack: list[Any] = [*reversed(roots)]
    while stack:
        node = stack.pop()
        if node is None:  # all parents of the node below it are in the list by now
            order.append(stack.pop())
        elif isinstance(node, Node) and node not in seen:
            seen.add(node)
            if node.rule is None:
                order.append(node)
            else:
                stack += (node, None, *node.inputs)
    return order
