"""The derivation and the trace tell the engine's own numbers, whatever the graph."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import autograd as ag
from autograd.explaining.formula import local_derivative
from autograd.rules.primitive import BOOK
from tests.autograd.table import Case, cases
from tests.autograd.test_random_programs import near_a_kink, programs, run

SCALAR = [
    case for case in cases(differentiable=True)
    if BOOK[case.name].scalar is not None and all(shape == () for shape in case.shapes)
]  # fmt: skip


def leaves_and_result(case: Case) -> tuple[list[Any], Any]:
    arrays = case.draw()
    values = [bool(a) if a.dtype == bool else ag.Value(float(a), label=f"x{i}") for i, a in enumerate(arrays)]
    return values, BOOK[case.name](*values, **case.attrs)


@pytest.mark.parametrize("case", SCALAR, ids=str)
def test_every_scalar_primitive_is_explained_with_the_engines_numbers(case: Case) -> None:
    values, y = leaves_and_result(case)
    for position in case.differentiable():
        explanation = ag.explain(y, wrt=values[position])
        assert explanation.checked
        assert f"x{position}" in explanation.text()
        assert "\\begin" in explanation.latex()
        formula = local_derivative(BOOK[case.name], position, attrs=case.attrs, arity=len(values))
        assert formula.text
        assert formula.latex


@settings(max_examples=100, deadline=None, derandomize=True)
@given(programs)
def test_paths_add_up_to_the_gradient_in_random_programs(program: tuple[list[float], list[Any]]) -> None:
    point, steps = program
    if near_a_kink(steps, point):
        return
    leaves = [ag.Value(x) for x in point]
    y = run(steps, leaves, 1.0)
    for leaf in leaves:
        expected = ag.gradients(y, leaf)
        explanation = ag.explain(y, wrt=leaf)
        assert explanation.gradient == expected
        if explanation.complete:
            assert explanation.checked
            assert explanation.sum_of_paths == pytest.approx(expected, rel=1e-9, abs=1e-12)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(programs)
def test_the_trace_is_the_backward_pass(program: tuple[list[float], list[Any]]) -> None:
    point, steps = program
    leaves = [ag.Value(x) for x in point]
    y = run(steps, leaves, 1.0)
    trace = ag.trace_backward(y)
    y.backward()
    order = [node for node in reversed(ag.topological_order(y)) if node.grad is not None]
    assert [event.node for event in trace] == order
    for event in trace:
        assert event.upstream == pytest.approx(event.node.grad, rel=1e-12, abs=1e-300, nan_ok=True)
        for flow in event.flows:
            if flow.local is not None:
                assert flow.contribution == pytest.approx(event.upstream * flow.local, rel=1e-12, abs=1e-300)


def test_tracing_leaves_every_gradient_alone() -> None:
    a = ag.Value(2.0)
    y = a * a
    ag.trace_backward(y)
    ag.explain(y, wrt=a)
    assert a.grad is None
    assert y.grad is None


def test_the_table_of_the_readmes_example() -> None:
    a, b = ag.Value(2.0, label="a"), ag.Value(-3.0, label="b")
    y = a * b + a
    text = str(ag.trace_backward(y))
    assert "running sum" in text
    assert "−3" in text
    derivation = str(ag.explain(y, wrt=a))
    assert "2 paths" in derivation
    assert "Sum over paths" in derivation


def test_a_billion_paths_are_counted_not_walked() -> None:
    x = y = ag.Value(1.0)
    for _ in range(40):
        y = y + y
    explanation = ag.explain(y, wrt=x)
    assert explanation.path_count == 2**40
    assert not explanation.complete
    assert len(str(explanation)) < 20_000


def test_tensors_are_traced_by_edge() -> None:
    W = ag.Tensor(np.ones((3, 2)), requires_grad=True, label="W")
    y = np.tanh(np.ones((4, 3)) @ W).sum()
    trace = ag.trace_backward(y)
    np.testing.assert_allclose(
        next(event.upstream for event in trace if event.node is W), ag.gradients(y, W).data, rtol=1e-12
    )
    assert "W" in str(ag.explain(y, wrt=W))
