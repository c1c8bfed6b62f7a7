"""`ag.graph.summary`: counts, depth, and memory that is counted once however many nodes share it."""

from __future__ import annotations

import sys

import numpy as np

import autograd as ag
from autograd.graph.contents import _size
from autograd.rules.memory import LINE


def test_nodes_by_rule_and_depth() -> None:
    a, b = ag.Value(2.0), ag.Value(3.0)
    L = (a * b + a).tanh() * (a * b)
    summary = ag.graph.summary(L)
    assert (summary.nodes, summary.leaves, summary.depth) == (7, 2, 4)
    assert {name: count for name, (count, _) in summary.rules.items()} == {
        "leaf": 2,
        "multiply": 3,
        "add": 1,
        "tanh": 1,
    }
    assert summary.largest == ()
    assert "graph of 7 nodes (2 leaves), depth 4" in str(summary)


def test_memory_that_is_shared_counts_once_and_names_its_holders() -> None:
    W = ag.Tensor(np.ones((100, 100)), requires_grad=True, label="W")
    L = ag.sum(W.T.reshape(-1)[:50])
    summary = ag.graph.summary(L)
    largest = summary.largest[0]
    assert 80_000 <= largest.bytes <= 80_000 + LINE  # it may begin some bytes after its memory does
    assert "Tensor 'W'" in largest.holders
    assert "the Tensor made by transpose" in largest.holders
    assert summary.bytes >= 80_000
    L.backward()
    assert ag.graph.summary(L).bytes >= summary.bytes + 80_000  # the gradient of W
    assert any("the gradient of Tensor 'W'" in held.holders for held in ag.graph.summary(L).largest)


def test_of_many_arrays_the_five_largest_are_shown() -> None:
    leaves = [ag.Tensor(np.ones(n), requires_grad=True) for n in range(10, 20)]
    assert [held.bytes for held in ag.graph.summary(*leaves).largest] == [8 * n for n in (19, 18, 17, 16, 15)]


def test_some_holders_of_an_array_are_named_and_the_others_counted() -> None:
    x = ag.Tensor(np.ones(100), requires_grad=True)
    for views, more in ((2, None), (3, " and 1 more"), (4, " and 2 more")):  # beside x itself
        line = str(ag.graph.summary(*(x.reshape(10, 10) for _ in range(views)))).splitlines()[-1]
        assert line.endswith("made by reshape, the Tensor made by reshape" + (more or "")), line
        assert line.count("made by") == 2


def test_of_rules_that_hold_as_much_the_commonest_comes_first() -> None:
    x = ag.Tensor(np.ones((2, 3)), requires_grad=True)
    lines = str(ag.graph.summary(x.T.T.reshape(-1))).splitlines()
    names = [line.split()[0] for line in lines[1 : lines.index("largest arrays")]]
    assert names == ["leaf", "transpose", "reshape"]


def test_sizes_are_told_in_units_of_a_thousand() -> None:
    sizes = [999, 1000, 1500, 10**6, 2 * 10**6, 10**9, 35 * 10**8]
    assert list(map(_size, sizes)) == ["999 B", "1.0 kB", "1.5 kB", "1.0 MB", "2.0 MB", "1.0 GB", "3.5 GB"]


def test_a_number_takes_its_node_and_a_float() -> None:
    x = ag.Value(1.5)
    assert ag.graph.summary(x).bytes == sys.getsizeof(x) + sys.getsizeof(1.5)


def test_a_deep_graph() -> None:
    y = ag.Value(1.0)
    for _ in range(200_000):
        y = y + 1.0
    summary = ag.graph.summary(y)
    assert (summary.nodes, summary.depth) == (200_001, 200_000)


def test_the_room_is_public() -> None:
    assert sorted(ag.graph.__all__) == ["Held", "Node", "Summary", "summary", "topological_order"]
    assert all(hasattr(ag.graph, name) for name in ag.graph.__all__)
