"""The derivation and the trace tell the engine's own numbers, whatever the graph."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

import autograd as ag
import nn
from autograd.explaining.formula import derivatives
from autograd.explaining.notation import name_latex
from autograd.rules.primitive import BOOK
from tests.autograd.expressions import readme
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
    formulas = derivatives(BOOK[case.name], case.attrs, len(values))
    for position in case.differentiable():
        explanation = ag.explain(y, wrt=values[position])
        assert explanation.checked
        assert f"x{position}" in explanation.text()
        assert "\\begin" in explanation.latex()
        assert formulas[position].text
        assert formulas[position].latex


def test_an_array_on_which_nothing_depends_is_told_of_in_whole_sentences() -> None:
    x, w = (ag.Tensor([1.0, 2.0], requires_grad=True, label=label) for label in "xw")
    text = ag.explain((x * x).sum(), wrt=w).text()
    assert "L does not depend on it. Backward, step by step" in text


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


@pytest.mark.parametrize(
    ("compute", "summed"),
    [
        (lambda a: 1 / a, "−∞"),
        (lambda a: 1 / a - 2 / a, "NaN"),
        (lambda a: (a + 1) * 1e308 * 100 - a * 1e308 * 100, "NaN"),
        (lambda a: a**0.5 * a, "NaN"),
        (lambda a: a * 1e308 + a * 1e308, "∞"),
    ],
)
def test_paths_that_are_infinite_add_up_to_the_gradient_too(compute: Any, summed: str) -> None:
    """What a lesson shows first: a division by 0; the sum of the paths is the engine's, and that is said."""
    a = ag.Value(0.0, label="a")
    told = ag.explain(compute(a), a)
    assert told.checked
    assert f"∂L/∂a = {summed} by backward(): the same" in str(told).replace("≈", "=")


def test_a_long_derivation_fits_a_screen() -> None:
    a, b = ag.Value(-4.0, label="a"), ag.Value(2.0, label="b")
    g = readme(a, b)
    explanation = ag.explain(g, wrt=a)
    lines = str(explanation).splitlines()
    assert len(lines) <= 50
    assert "                       84    60.5 %  L→v24→v22→v21→v13→v12→v11→v10→v9→v8→v7→v6→a" in lines
    assert "v21 = v20 − v13 = −7   (local derivatives 1 to v20, −1 to v13)" in lines
    assert len(explanation.text(whole=True).splitlines()) > 150
    many = ag.sum([(a * float(i) - 1.0) ** 2 for i in range(60)])
    A = ag.Tensor(np.ones((3, 4)), requires_grad=True, label="A")
    product = ((A @ np.ones((4, 2))).relu() ** 2).sum()
    texts = [ag.explain(many, wrt=a), explanation.text(whole=True), ag.explain(product, wrt=A)]
    deep = a
    for _ in range(300):
        deep = deep * 1.01 + b
    texts += [ag.explain(deep, wrt=a)]
    texts += [ag.trace_backward(g), ag.trace_backward(many), ag.trace_backward(product)]
    for text in map(str, texts):
        assert max(map(len, text.splitlines())) <= 80
    assert "      to A: g @ v1ᵀ = (3, 4), norm 55.4256" in str(texts[-1]).splitlines()


def test_a_model_or_a_list_is_asked_for_its_result() -> None:
    a = ag.Value(1.0, label="a")
    for function in (lambda x: ag.explain(x, wrt=a), ag.trace_backward):
        with pytest.raises(TypeError, match="such as the loss, not the MLP itself"):
            function(nn.MLP(2, [1]))
        with pytest.raises(TypeError, match="such as the loss, not list"):
            function([a * a])


def test_a_billion_paths_are_counted_not_walked() -> None:
    x = y = ag.Value(1.0)
    for _ in range(40):
        y = y + y.tanh()
    explanation = ag.explain(y, wrt=x)
    assert explanation.path_count == 2**40
    assert not explanation.complete
    assert len(str(explanation)) < 20_000


@pytest.mark.parametrize("doublings", [1, 12, 40, 1500])
def test_equal_paths_are_one_group(doublings: int) -> None:
    x = y = ag.Value(1.0, label="x")
    for _ in range(doublings):
        y = y + y
    explanation = ag.explain(y, wrt="x")
    (path,) = explanation.paths
    assert (path.count, path.product, explanation.path_count) == (2**doublings, 1.0, 2**doublings)
    assert explanation.complete
    assert path.total == explanation.gradient == ag.gradients(y, x)
    if doublings < 1000:
        assert explanation.checked
        assert f"Sum over paths: {2**doublings:,} · 1 = " in str(explanation)
        assert f"{2**doublings:,}".replace(",", "{,}") in explanation.latex()


def test_unequal_paths_stay_apart() -> None:
    a, b = ag.Value(2.0, label="a"), ag.Value(3.0, label="b")
    explanation = ag.explain(a * a * b + a**2.0 + a, wrt=a)
    assert [(path.count, path.product) for path in explanation.paths] == [(2, 6.0), (1, 4.0), (1, 1.0)]
    assert explanation.checked


@pytest.mark.parametrize("kind", ["scalar", "array"])
@pytest.mark.parametrize("uses", [1, 2, 39, 40, 41, 42, 100, 500])
def test_a_leaf_may_be_used_any_number_of_times(uses: int, kind: str) -> None:
    w = ag.Value(0.5, label="w") if kind == "scalar" else ag.Tensor([0.5, 1.0], requires_grad=True, label="w")
    terms = [w * float(i + 1) for i in range(uses)]
    loss = ag.sum(terms) if kind == "scalar" else np.sum(np.stack(terms))
    explanation = ag.explain(loss, wrt=w)
    text, markdown, latex = explanation.text(whole=True), explanation.markdown(), explanation.latex()
    assert len(str(explanation).splitlines()) <= 55
    assert len(explanation.edges) == uses
    listed = min(uses, 40)
    assert text.count("\n  from ") == (listed if uses > 1 else 0)
    assert (f"… {uses - 40} more …" in text) == (uses > 40)
    assert (f"… {uses - 40} more …" in markdown) == (uses > 40)
    assert "\\begin{aligned}" in latex


def test_the_gradient_alone_is_written_as_a_derivative_of_the_whole() -> None:
    """∂L/∂a = 7 and ∂L/∂a = 1 under each other, of which one is a local derivative, are what a lesson must not show."""
    a = ag.Value(3.0, label="a")
    explanation = ag.explain(a * a + a, wrt=a)
    for written, sign in ((explanation.text(), "∂"), (explanation.latex(), r"\partial"), (explanation.markdown(), "∂")):
        lines = [line for line in written.splitlines() if sign in line]
        assert lines
        assert all("7" in line for line in lines), written
    assert "L → a   local derivative 1" in str(explanation).replace("L → a  ", "L → a   ")


def test_a_label_finds_its_node() -> None:
    a, b = ag.Value(2.0, label="a"), ag.Value(3.0, label="b")
    y = a * b + a
    assert ag.explain(y, wrt="b").wrt is b
    assert ag.explain(y, wrt="b").gradient == 2.0
    with pytest.raises(
        ag.GraphError, match="wrt='c': no node has that label; the labels below the output are 'a', 'b'"
    ):
        ag.explain(y, wrt="c")
    with pytest.raises(ag.GraphError, match="2 nodes have that label; pass the node itself"):
        ag.explain(y * ag.Value(1.0, label="a"), wrt="a")
    with pytest.raises(TypeError, match="wrt is one node or its label, not list: ask for one at a time"):
        ag.explain(y, wrt=[a, b])  # type: ignore[arg-type]


def test_variables_name_what_has_no_label() -> None:
    a, weights, _hidden = ag.Value(2.0, label="first"), [ag.Value(3.0), ag.Value(4.0)], ag.Value(1.0)
    constant = ag.Value(5.0, requires_grad=False)
    product = a * weights[1]
    y = product * _hidden + constant * weights[0]
    trace = ag.trace_backward(y, names=locals())
    names = [trace.names[node] for node in (a, *weights, product, y)]
    assert names == ["first", "weights[0]", "weights[1]", "product", "y"]
    assert "hidden" not in str(trace)
    assert "constant · weights[0]" in str(trace)
    assert ag.explain(y, wrt="weights[1]", names=locals()).gradient == 2.0


def test_different_names_differ_in_latex() -> None:
    names = ["".join(letters) for n in (1, 2, 3) for letters in itertools.product("xw12_{}\\^$ ", repeat=n)]
    written: dict[str, str] = {}
    for name in names:
        assert written.setdefault(name_latex(name), name) == name


def test_tensors_are_traced_by_edge() -> None:
    W = ag.Tensor(np.ones((3, 2)), requires_grad=True, label="W")
    y = np.tanh(np.ones((4, 3)) @ W).sum()
    trace = ag.trace_backward(y)
    np.testing.assert_allclose(
        next(event.upstream for event in trace if event.node is W), ag.gradients(y, W).data, rtol=1e-12
    )
    assert "W" in str(ag.explain(y, wrt=W))
