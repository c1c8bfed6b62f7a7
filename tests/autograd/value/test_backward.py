"""The backward pass over single numbers: what its short cuts must not change."""

from __future__ import annotations

import math
import random
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd import Value
from autograd.extend import defvjp, primitive
from autograd.graph.backward import propagate
from autograd.graph.differentiable import gradients
from autograd.graph.node import Node
from autograd.graph.order import topological_order
from autograd.graph.outside import LOOKED_AT
from autograd.value import backward


def slowly(output: Value) -> dict[Node, Any]:
    """The gradients by the pass that serves every kind of node."""
    return propagate(output, 1.0, topological_order(output), create_graph=False, observe=lambda *_: None)


UNARY: list[Callable[[Any], Any]] = [
    ag.relu,
    ag.tanh,
    lambda x: -x,
    lambda x: x * 0.0,
    ag.log,
    ag.sqrt,
    lambda x: 1 / x,
]
BINARY: list[Callable[[Any, Any], Any]] = [
    lambda x, y: x + y,
    lambda x, y: x * y,
    ag.BOOK["divide"],
    ag.maximum,
    lambda x, y: ag.where(x > 0, x, y),
]
MANY: list[Callable[[list[Any]], Any]] = [ag.sum, ag.logsumexp, lambda xs: ag.affine(xs, xs[::-1], xs[0])]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[Value, list[Value]]:
    """A random graph of Values and constants, among them zeros, infinities and repeated inputs."""
    number = st.sampled_from([0.0, 1.0, -1.0, 0.5, -2.5, 3.0, math.inf, 1e200])
    leaves = [Value(draw(number), requires_grad=draw(st.integers(0, 4)) > 0) for _ in range(4)]
    nodes: list[Any] = [*leaves, 2, -0.5]
    for _ in range(draw(st.integers(1, 12))):
        some, value = st.sampled_from(nodes), draw(st.sampled_from([x for x in nodes if isinstance(x, Value)]))
        kind = draw(st.integers(0, 2))
        if kind == 0:
            nodes.append(draw(st.sampled_from(UNARY))(value))
        elif kind == 1:
            nodes.append(draw(st.sampled_from(BINARY))(*draw(st.permutations([value, draw(some)]))))
        else:
            others = draw(st.lists(some, max_size=6))
            nodes.append(draw(st.sampled_from(MANY))(draw(st.permutations([value, *others]))))
    output = ag.sum([x for x in nodes if isinstance(x, Value)])
    return output, leaves


@given(graphs())
def test_both_passes_give_the_same_numbers(graph: tuple[Value, list[Value]]) -> None:
    output, leaves = graph
    if not output.requires_grad:
        return
    expected = slowly(output)
    output.backward()
    for node, gradient in expected.items():
        if gradient is None:
            assert node._grad is None
        else:
            np.testing.assert_array_equal(node._grad, gradient)  # NaN equals NaN here
    wanted = [leaf for leaf in leaves if leaf.requires_grad]
    for leaf, gradient in zip(wanted, gradients(output, wanted), strict=True):
        np.testing.assert_array_equal(gradient, 0.0 if leaf.grad is None else leaf.grad)


@given(graphs())
def test_a_recorded_pass_gives_the_same_numbers(graph: tuple[Value, list[Value]]) -> None:
    output, _ = graph
    if not output.requires_grad:
        return
    order = topological_order(output)
    recorded = propagate(output, Value(1.0), order, create_graph=True)
    for node, gradient in propagate(output, 1.0, order, create_graph=False).items():
        if gradient is None:
            assert recorded[node] is None
        else:
            np.testing.assert_array_equal(recorded[node].data, gradient)


@given(graphs(), st.integers(1, 4))
def test_gradients_for_some_are_those_for_all(graph: tuple[Value, list[Value]], count: int) -> None:
    output, leaves = graph
    wanted = [leaf for leaf in leaves[:count] if leaf.requires_grad]
    if not output.requires_grad or not wanted:
        return
    expected = slowly(output)
    for leaf, gradient in zip(wanted, gradients(output, wanted), strict=True):
        np.testing.assert_array_equal(gradient, expected.get(leaf) or 0.0)


@given(graphs())
def test_the_pass_walks_in_the_order_of_the_traversal(graph: tuple[Value, list[Value]]) -> None:
    output, _ = graph
    order, fresh = backward.topological_order(output, float("-0"))
    assert [*map(id, order)] == [*map(id, topological_order(output))]
    assert fresh


@given(graphs(), st.lists(st.booleans(), min_size=1, max_size=3))
def test_passes_before_it_change_neither_the_walk_nor_the_numbers(
    graph: tuple[Value, list[Value]], kept: list[bool]
) -> None:
    output, leaves = graph
    if not output.requires_grad:
        return
    expected = slowly(output)
    for keep in kept:  # each leaves other marks in the nodes
        if keep:
            output.backward()
        else:
            gradients(output, [leaf for leaf in leaves if leaf.requires_grad])
    order, _ = backward.topological_order(output, float("-0"))
    assert [*map(id, order)] == [*map(id, topological_order(output))]
    for leaf in leaves:
        leaf.grad = None
    output.backward()
    for node in order:
        gradient = expected.get(node)
        if gradient is None:
            assert node._grad is None
        else:
            np.testing.assert_array_equal(node._grad, gradient)


def test_a_pass_over_deep_branches_on_both_sides() -> None:
    rng = random.Random(1)
    nodes: list[Any] = [Value(rng.uniform(-1, 1)) for _ in range(3)]
    for _ in range(2000):
        a, b = rng.choice(nodes), rng.choice(nodes[-5:])
        nodes.append(rng.choice([a * b, a + b, b - a, a * 0.5, ag.relu(b), ag.sum([a, b, nodes[-1]]) * 0.3]))
    output = nodes[-1] * nodes[-2] + nodes[-3]
    order, fresh = backward.topological_order(output, float("-0"))
    assert [*map(id, order)] == [*map(id, topological_order(output))]
    assert fresh
    nodes[0].data = 0.5
    assert not backward.topological_order(output, float("-0"))[1]


def test_a_dead_unit_leaves_zeros_and_not_nothing() -> None:
    w, x = [Value(-1.0), Value(-2.0)], [Value(3.0), Value(4.0)]
    ag.relu(ag.affine(w, x)).backward()
    assert [v.grad for v in (*w, *x)] == [0.0] * 4


def test_a_dead_unit_of_infinite_inputs_has_no_gradient_to_speak_of() -> None:
    w, x = [Value(-1.0)] * 3, [Value(math.inf), Value(1.0), Value(2.0)]
    ag.relu(ag.affine(w, x)).backward()
    assert math.isnan(w[0].grad)  # 0 · ∞, as the rule says


def test_a_pass_inside_the_derivative_of_ones_own_primitive() -> None:
    shared = Value(3.0)

    @primitive
    def cubed(x: float) -> float:
        return x**3

    def slope(_: Any, x: Any) -> Callable[[Any], Any]:
        assert gradients(shared * shared * x, shared) == 2 * 3.0 * x
        return lambda g: g * 3 * x**2

    defvjp(cubed, slope)
    y = cubed(shared) + shared * shared
    y.backward()
    assert shared.grad == 3 * 9 + 6


def test_a_primitive_of_ones_own_with_fewer_inputs_than_rules() -> None:
    @primitive
    def total(*xs: float) -> float:
        return sum(xs)

    defvjp(total, *[lambda *_: lambda g: g] * 5)
    a = Value(1.0)
    total(a, a, a, a).backward()
    total(a, a, a).backward()
    total(a, a).backward()
    assert a.grad == 4 + 3 + 2


def test_a_derivative_that_fails_leaves_gradients_as_they_were() -> None:
    a = Value(2.0)
    (a * a).backward()

    @primitive
    def doubled(x: float) -> float:
        return 2 * x

    def slope(*_: Any) -> Any:
        raise RuntimeError

    defvjp(doubled, slope)
    with pytest.raises(RuntimeError):
        (a * a + doubled(a)).backward()
    assert a.grad == 4.0
    (a * a).backward()  # and passes go on
    assert a.grad == 8.0


def test_two_threads_share_leaves() -> None:
    a = Value(0.5)
    started, found = threading.Barrier(4), []

    def work() -> None:
        y = a
        for _ in range(3000):
            y = (y * 0.999 + a * 0.001).tanh() + 0.0
        started.wait()
        found.extend(gradients(y, a) for _ in range(10))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 40
    assert len(set(found)) == 1


def test_a_pass_that_finds_another_under_way_keeps_to_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = threading.Lock()
    taken.acquire()
    monkeypatch.setattr(backward, "_gathering", taken)
    a = Value(2.0)
    (a * a + ag.relu(a)).backward()
    assert a.grad == 5.0


def test_a_pass_looks_at_no_number_of_its_graph() -> None:
    """Python would ask a Value for its truth, which counts as a look that a program could not follow."""
    x = Value(3.0)
    y = ag.sum([x * 2, 2 * x, x**2, x * x])
    y.backward()
    assert not {id(node) for node in topological_order(y)} & LOOKED_AT.keys()


class Own(Value):
    """A kind of Value of somebody's own."""

    __slots__ = ()


@pytest.mark.parametrize("kinds", [(Own, Value), (Value, Own), (Own, Own)])
@pytest.mark.parametrize(
    "function",
    [
        lambda a, b: a * b,
        lambda a, b: (a * 2.0) / (b + 1.0),
        lambda a, b: 2.0 - a**b,
        lambda a, b: ag.maximum(a, b) * a,
        lambda a, b: ag.sum([a, b, a * b]),
        lambda a, b: ag.exp(a).tanh() * b.relu(),
        lambda a, b: ag.affine([a, b], [b, 0.5], a),
    ],
)
def test_values_of_a_kind_of_ones_own_have_the_same_gradients(function: Any, kinds: Any) -> None:
    plain, own = [Value(1.5), Value(0.7)], [kind(x) for kind, x in zip(kinds, (1.5, 0.7), strict=True)]
    for leaves in (plain, own):
        function(*leaves).backward()
    assert [x.grad for x in own] == [x.grad for x in plain]
    assert ag.gradients(function(*own), own) == [x.grad for x in plain]
    assert ag.gradients(function(own[0], plain[1]), [own[0], plain[1]]) == [x.grad for x in plain]
    assert ag.gradients(function(plain[0], own[1]), [plain[0], own[1]]) == [x.grad for x in plain]


@pytest.mark.parametrize("ways", [(False, True), (True, False), (True, True), (False, False)])
def test_gradients_of_passes_of_any_kind_add_up(ways: tuple[bool, bool]) -> None:
    x = Value(3.0)
    for create_graph in ways:
        (x * x).backward(create_graph=create_graph)
    assert float(getattr(x.grad, "data", x.grad)) == 12.0
