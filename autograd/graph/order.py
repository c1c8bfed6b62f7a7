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
    stack: list[Any] = [*reversed(roots)]
    for root in stack:
        if not isinstance(root, Node):
            wrong = type(root).__name__
            raise TypeError(f"topological_order takes Values and Tensors, e.g. topological_order(loss), not {wrong}")
    order: list[Node] = []
    seen: set[Node] = set()
    push, pop = stack.append, stack.pop
    while stack:
        node = pop()
        if node is None:  # all parents of the node below it are in the list by now
            order.append(pop())
        elif node not in seen:
            while node.rule is not None:  # down along the last parents; the others wait
                seen.add(node)
                push(node)
                push(None)
                last = None
                for x in node.inputs:
                    if isinstance(x, Node) and x not in seen:
                        if last is not None:
                            push(last)
                        last = x
                if last is None:
                    break
                node = last
            else:
                seen.add(node)
                order.append(node)
    return order
