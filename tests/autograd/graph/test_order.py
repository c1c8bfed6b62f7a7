"""The one traversal: its order is that of a recursive one, which numbers in the last places depend on."""

from __future__ import annotations

import random

import pytest

import autograd as ag
from autograd.graph.node import Node
from autograd.graph.order import topological_order


def _recursive(*roots: Node) -> list[Node]:
    order: list[Node] = []
    seen: set[Node] = set()

    def visit(node: Node) -> None:
        if node not in seen:
            seen.add(node)
            for x in reversed(node.inputs):
                if isinstance(x, Node):
                    visit(x)
            order.append(node)

    for root in roots:
        visit(root)
    return order


@pytest.mark.parametrize("kind", [ag.Value, ag.Tensor])
@pytest.mark.parametrize("seed", range(20))
def test_the_order_is_that_of_a_recursive_walk_from_the_last_parent_to_the_first(kind: type, seed: int) -> None:
    rng = random.Random(seed)
    nodes = [kind(float(i), requires_grad=rng.random() < 0.7) for i in range(1, 4)]
    for _ in range(40):
        a, b, c = rng.choice(nodes), rng.choice(nodes), rng.choice(nodes)
        nodes.append(rng.choice([a * 0.1, 0.1 * b, a + b, a - a, ag.tanh(c), ag.where(a, b, c)]))
    roots = [nodes[-1], nodes[-9], nodes[-1], nodes[0]]
    assert [*map(id, topological_order(nodes[-1]))] == [*map(id, _recursive(nodes[-1]))]
    assert [*map(id, topological_order(*roots))] == [*map(id, _recursive(*roots))]
