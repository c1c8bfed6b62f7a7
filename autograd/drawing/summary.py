"""Graphs too large to draw node by node: nodes that do the same are one box.

Nodes are put together by what makes them, and by how far along the computation they are: the longest path from a leaf,
in so many equal stretches that the picture stays small. Where modules were watched, by module first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograd.drawing.sketch import DIGITS, Arrow, Box, Sketch, beginnings, is_finite, magnitude
from autograd.explaining.names import labels_of
from autograd.explaining.notation import number_text
from autograd.explaining.symbols import single
from autograd.graph.node import Node

FEW = 60  # boxes in a summary, about
STRETCHES = 8  # at most: what a page is high enough for


def summary(
    order: Sequence[Node], groups: Mapping[Node, tuple[str, ...]], names: Mapping[str, Any] | None = None
) -> Sketch:
    """The graph as a few boxes, each for many nodes; see `autograd.drawing.sketch.sketch` for the arguments."""
    labels, begins = labels_of(order, names), beginnings(order)
    classes = _classes(order, groups)
    members: dict[Any, list[Node]] = {}
    for node in order:
        members.setdefault(classes[node], []).append(node)
    keys = {kind: f"g{number}" for number, kind in enumerate(members)}
    drawn = Sketch(scalar=order[-1].kind == "scalar")
    for kind, nodes in members.items():
        key = keys[kind]
        box = _box(key, nodes, order[-1], labels.get(nodes[0], ""), groups.get(nodes[0], ()))
        box.finite = all(map(is_finite, nodes))
        box.begins = frozenset().union(*(begins[node] for node in nodes))
        drawn.boxes[key] = box
    counts: Counter[tuple[str, str]] = Counter()
    flows: set[tuple[str, str]] = set()
    for node in order:
        head = keys[classes[node]]
        for x in node.inputs:
            if isinstance(x, Node):
                tail = keys[classes[x]]
                if tail != head:
                    counts[tail, head] += 1
                    if node.requires_grad and x.requires_grad:
                        flows.add((tail, head))
    for number, ((tail, head), count) in enumerate(counts.items()):
        drawn.arrows.append(Arrow(f"e{number}", tail, head, flows=(tail, head) in flows, count=count))
    return drawn


def _classes(order: Sequence[Node], groups: Mapping[Node, tuple[str, ...]]) -> dict[Node, Any]:
    """Which box each node belongs to."""
    depth: dict[Node, int] = {}
    for node in order:
        depth[node] = 1 + max((depth[x] for x in node.inputs if isinstance(x, Node)), default=-1)
    deepest = max(depth.values()) + 1
    stretches = min(deepest, STRETCHES)
    while True:
        classes = {node: _class(node, depth[node] * stretches // deepest, groups, order[-1]) for node in order}
        if stretches == 1 or len(set(classes.values())) <= FEW:
            return classes
        stretches //= 2


def _class(node: Node, stretch: int, groups: Mapping[Node, tuple[str, ...]], output: Node) -> Any:
    if node is output:
        return "output"
    if node.rule is None:
        # A leaf belongs with the leaves of its module; where none was watched, all leaves of a kind are one box.
        return "leaf", node.requires_grad, groups.get(node, ())
    return node.rule.name, stretch, groups.get(node, ())


def _box(key: str, nodes: list[Node], output: Node, label: str, group: tuple[str, ...]) -> Box:
    first = nodes[0]
    if len(nodes) > 1:
        title = f"{len(nodes):,} {_plural(first)}"
    else:
        sign = first.rule.symbol if first.rule else "leaf" if first.requires_grad else "constant"
        title = f"{label or 'L'}  {sign}" if first is output else label or sign
    sizes = [size for node in nodes if (size := magnitude(node._grad)) is not None]
    if sizes:
        low, high = (number_text(float(f(sizes)), DIGITS) for f in (np.min, np.max))
        gradient = f"|grad| {low}" if low == high else f"|grad| {low} to {high}"
    else:
        gradient = "grad –"
    numbers = (single(node._raw) for node in nodes if np.size(node._raw) == 1)
    values = [number for number in numbers if isinstance(number, float)]  # complex ones have no lowest
    lines = [title]
    if values and len(values) == len(nodes):
        low, high = (number_text(float(f(values)), DIGITS) for f in (np.min, np.max))
        lines.append(low if low == high else f"{low} to {high}")
    else:
        shapes = list(dict.fromkeys(str(np.shape(node._raw)) for node in nodes))
        lines.append(", ".join(shapes[:2]) + (", …" if len(shapes) > 2 else ""))
    role = "output" if first is output else "group" if len(nodes) > 1 else "computed" if first.rule else "leaf"
    size = float(np.sqrt(np.mean(np.square(sizes)))) if sizes else None
    return Box(key, (*lines, gradient), role, size, f"{len(nodes):,} nodes", group)


_PLURALS = {
    "add": "additions", "subtract": "subtractions", "multiply": "multiplications", "divide": "divisions",
    "power": "powers", "negative": "changes of sign", "square": "squares", "add_n": "sums", "sum": "sums",
    "affine": "weighted sums", "matmul": "matrix products",
}  # fmt: skip


def _plural(node: Node) -> str:
    """What a box of several such nodes holds, in words."""
    if node.rule is None:
        return "leaves" if node.requires_grad else "constants"
    return _PLURALS.get(node.rule.name, f"times {node.rule.symbol}")
