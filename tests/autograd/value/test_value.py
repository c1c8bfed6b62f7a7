"""The scalar dialect: micrograd's words, Python's and NumPy's numbers, and errors that teach."""

from __future__ import annotations

import copy
import math
import operator
import pickle
import sys
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from autograd.graph.node import _LABELS
from tests.autograd.table import ROWS


def readme_expression(value: Any) -> tuple[Any, Any, Any]:
    """The expression of micrograd's README."""
    a, b = value(-4.0), value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    g.backward()
    return a, b, g


def test_microgrades_readme_gives_its_published_numbers() -> None:
    a, b, g = readme_expression(Value)
    assert (round(g.data, 4), round(a.grad, 4), round(b.grad, 4)) == (24.7041, 138.8338, 645.5773)


@pytest.mark.peers
def test_microgrades_readme_in_micrograd() -> None:
    engine = pytest.importorskip("micrograd.engine", reason="micrograd is not installed (pip install -e '.[peers]')")
    for ours, theirs in zip(readme_expression(Value), readme_expression(engine.Value), strict=True):
        assert ours.data == pytest.approx(theirs.data, rel=1e-14)
        assert ours.grad == pytest.approx(theirs.grad, rel=1e-14)


NUMBERS = [3, 3.0, True, np.float64(3.0), np.float32(3.0), np.int64(3), np.bool_(True), np.array(3.0)]
OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]


@pytest.mark.parametrize("number", NUMBERS, ids=lambda x: f"{type(x).__name__}")
@pytest.mark.parametrize("operation", OPERATORS, ids=lambda f: f.__name__)
def test_a_number_of_any_kind_may_stand_on_either_side(operation: Any, number: Any) -> None:
    for left in (True, False):
        x = Value(2.0)
        y = operation(number, x) if left else operation(x, number)
        assert type(y) is Value
        assert type(y.data) is float
        plain = float(number)
        assert y.data == (operation(plain, 2.0) if left else operation(2.0, plain))
        y.backward()
        assert type(x.grad) is float


@pytest.mark.parametrize("other", ["a", None, [1.0], 1j, np.ones(3), ag.Tensor([1.0])], ids=lambda x: type(x).__name__)
@pytest.mark.parametrize("operation", OPERATORS, ids=lambda f: f.__name__)
def test_anything_else_is_refused_in_the_words_of_the_operation(operation: Any, other: Any) -> None:
    name = {"sub": "subtract", "mul": "multiply", "truediv": "divide", "pow": "power"}.get(operation.__name__, "add")
    with pytest.raises(TypeError, match=rf"{name} of a (Value|Tensor) and"):
        operation(Value(1.0), other)
    with pytest.raises(TypeError):
        operation(other, Value(1.0))


@pytest.mark.parametrize("compare", [operator.lt, operator.le, operator.gt, operator.ge])
def test_comparisons_are_of_numbers(compare: Any) -> None:
    for other in (1.0, 2.0, 3):
        assert compare(Value(2.0), other) is compare(2.0, other)
        assert compare(other, Value(2.0)) is compare(other, 2.0)
        assert compare(Value(2.0), Value(other)) is compare(2.0, other)


def test_a_value_is_equal_to_itself_alone() -> None:
    nodes = [Value(2.0), Value(2.0), Value(3.0)]
    assert [nodes.index(x) for x in nodes] == [0, 1, 2]
    assert len({*nodes, *nodes}) == 3
    assert nodes[1] in nodes
    assert Value(2.0) not in nodes
    nodes.remove(nodes[1])
    assert [x.data for x in nodes] == [2.0, 3.0]
    for other in (Value(2.0), 2.0, 2, np.float64(2.0), "a", None):
        assert (Value(2.0) == other) is False
        assert (Value(2.0) != other) is True


def lecture_trace(root: Any) -> tuple[set[Any], set[Any]]:
    nodes, edges = set(), set()

    def build(v: Any) -> None:
        if v not in nodes:
            nodes.add(v)
            for child in v._prev:
                edges.add((child, v))
                build(child)

    build(root)
    return nodes, edges


def test_code_of_lectures_that_draws_and_sorts_the_graph_itself() -> None:
    a, b, c = Value(2.0, label="a"), Value(2.0, label="b"), Value(10.0, label="c")
    L = (a * b + c) * a
    L.backward()
    nodes, edges = lecture_trace(L)
    assert len(nodes) == 6
    assert {(x.label or x._op, y._op) for x, y in edges} == {
        ("a", "×"), ("b", "×"), ("×", "+"), ("c", "+"), ("+", "×"), ("a", "×")
    }  # fmt: skip
    assert a._op == ""
    assert a._prev == set()
    topo: list[Any] = []
    visited: list[Any] = []  # a list, as learners write it

    def build_topo(v: Any) -> None:
        if v not in visited:
            visited.append(v)
            for child in v._prev:
                build_topo(child)
            topo.append(v)

    build_topo(L)
    assert len(topo) == 6
    assert topo[-1] is L
    assert "%s | data %.4f | grad %.4f" % (a.label, a.data, a.grad) == "a | data 2.0000 | grad 18.0000"  # noqa: UP031


@pytest.mark.parametrize("convert", [float, int, math.exp, math.sqrt, complex, np.array, lambda v: np.array([v])])
def test_what_would_lose_the_gradient_is_refused_with_the_way_out(convert: Any) -> None:
    with pytest.raises(TypeError, match=r"\.data"):
        convert(Value(1.0))


@pytest.mark.parametrize("name", ["exp", "tanh", "sqrt", "sin", "log", "absolute", "square"])
def test_numpys_functions_work(name: str) -> None:
    x = Value(0.5)
    y = getattr(np, name)(x)
    assert type(y) is Value
    assert y.data == pytest.approx(float(getattr(np, name)(0.5)))
    y.backward()
    assert x.grad is not None


@pytest.mark.parametrize("data", ["a", None, [1.0], 1j, np.ones(2), Value(1.0)], ids=lambda x: type(x).__name__)
def test_a_value_holds_one_real_number(data: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="a Value holds"):
        Value(data)


def test_the_graph_is_plain_data() -> None:
    a, b = Value(2.0, label="a"), Value(-3.0)
    y = a * b + 10
    assert (y.rule.name, y.rule.symbol, y.inputs[1]) == ("add", "+", 10)
    assert y.parents[0].parents == (a, b)
    assert (a.is_leaf, y.is_leaf, a.label) == (True, False, "a")
    assert repr(a) == "Value(data=2.0, grad=None, label='a')"
    assert f"{y:.2f}" == "4.00"


def test_lists_of_values_make_one_node() -> None:
    w, x = [Value(1.0), Value(2.0)], [Value(3.0), 4.0]
    for y, data in [(ag.dot(w, x), 11.0), (ag.sum(w), 3.0), (ag.mean(w), 1.5), (ag.sum(v for v in w), 3.0)]:
        assert y.data == data
    assert len(ag.dot(w, x).parents) == 3
    with pytest.raises(ag.ShapeError, match="2 weights and 1 inputs"):
        ag.dot(w, [1.0])


def test_softmax_of_values_sums_to_one_and_agrees_with_arrays() -> None:
    xs = [Value(1.0), Value(-2.0), Value(0.5)]
    probabilities = ag.softmax(xs)
    np.testing.assert_allclose([p.data for p in probabilities], ag.softmax(np.array([1.0, -2.0, 0.5])))
    ag.sum(probabilities).backward()
    np.testing.assert_allclose([x.grad for x in xs], 0.0, atol=1e-15)


def test_detach_stops_gradients() -> None:
    a = Value(2.0)
    (a * a.detach()).backward()
    assert a.grad == 2.0
    with pytest.raises(ag.GraphError, match="depends on nothing that requires a gradient"):
        a.detach().backward()


def test_higher_orders() -> None:
    x = Value(2.0)
    y = x**4
    for expected in (32.0, 48.0, 48.0, 24.0):
        y = ag.gradients(y, x, create_graph=True)
        assert y.data == pytest.approx(expected)
    assert ag.gradients(y, x) == 0.0


def test_backward_with_create_graph_leaves_gradients_that_can_be_differentiated() -> None:
    x = Value(3.0)
    (x * x * x).backward(create_graph=True)
    slope = x.grad
    x.grad = None
    slope.backward()
    assert (slope.data, x.grad) == (27.0, 18.0)


def test_an_upstream_gradient() -> None:
    x, upstream = Value(3.0), Value(0.5)
    for gradient in (0.5, upstream):
        x.grad = None
        (x * x).backward(gradient=gradient)
        assert x.grad == 3.0
    slope = ag.gradients(x * x, x, gradient=upstream, create_graph=True)
    assert ag.gradients(slope, [x, upstream]) == [1.0, 6.0]


METHODS = [
    "abs", "square", "sqrt", "exp", "expm1", "log", "log1p", "sin", "cos", "tan", "arctan", "tanh", "sigmoid",
    "softplus", "relu",
]  # fmt: skip


@pytest.mark.parametrize("name", METHODS)
def test_a_method_is_the_function_of_its_name(name: str) -> None:
    for number in (0.3, 1.7):
        x, t = Value(number), ag.Tensor([number], requires_grad=True)
        plain = getattr(ag, name)(number)
        for y, node in ((getattr(x, name)(), x), (getattr(t, name)(), t)):
            assert np.asarray(y.data).item() == pytest.approx(plain, rel=1e-14)
            assert y.rule is ag.BOOK[name]
            assert y.parents == (node,)
    assert abs(Value(-2.0)).data == 2.0


@pytest.mark.parametrize("constant", [True, False])
@pytest.mark.parametrize("name", [*METHODS, "neg", *(f.__name__ for f in OPERATORS)])
def test_what_needs_no_gradient_is_not_recorded(name: str, constant: bool) -> None:
    x = Value(0.3, requires_grad=not constant)
    with ag.enable_grad() if constant else ag.no_grad():
        if name in METHODS:
            results = [getattr(x, name)()]
        elif name == "neg":
            results = [-x]
        else:
            operate = getattr(operator, name)
            results = [operate(x, 2), operate(x, 2.5), operate(2, x), operate(2.5, x), operate(x, x)]
    for y in results:
        assert not y.requires_grad
        assert not y.parents


def test_methods_with_arguments() -> None:
    for make in (Value, lambda x: ag.Tensor(x, requires_grad=True)):
        x = make(-2.0)
        results = [x.leaky_relu(), x.leaky_relu(0.5), x.clip(-1.0, 1.0), (-x).clip(-1.0, 1.0), +x]
        assert [y.data for y in results] == [-0.02, -1.0, -1.0, 1.0, -2.0]


def test_ieee_754_in_place_of_exceptions() -> None:
    assert (Value(1.0) / 0.0).data == math.inf
    assert math.isnan(Value(-1.0).log().data)
    assert Value(1000.0).exp().data == math.inf
    assert (Value(0.0) ** -1).data == math.inf
    x = Value(0.0)
    x.sqrt().backward()
    assert x.grad == math.inf


class Weight(Value):
    """A kind of Value of a user's own."""


def test_a_subclass_has_its_gradient_beside_numbers_and_values() -> None:
    ends = {
        "sum": lambda w, x: ag.sum([w, 2.0, x, 1.0]),
        "mean": lambda w, x: ag.mean([2.0, w, x]),
        "logsumexp": lambda w, x: ag.logsumexp([w, 0.5, x]),
        "dot": lambda w, x: ag.dot([w, 2.0, x], [x, w, 3.0]),
        "affine": lambda w, x: ag.affine([w, 2.0], [x, 3.0], 1.0),
        "operators": lambda w, x: (w * 2.0 - x) / w + 1.0,
    }
    for name, end in ends.items():
        slopes = []
        for kind in (Weight, Value):
            w, x = kind(0.7), Value(1.5)
            end(w, x).backward()
            slopes.append((w.grad, x.grad))
        assert slopes[0] == slopes[1], name


@pytest.mark.parametrize("kind", ["Value", "Tensor"])
def test_a_number_may_be_a_label(kind: str) -> None:
    x, y = (ag.Value(2.0, label=n) if kind == "Value" else ag.Tensor(2.0, True, label=n) for n in (0, 1))  # type: ignore[arg-type]
    product = x * y
    product.label = ("a", 1)  # type: ignore[assignment]
    product.backward()
    assert "∂('a', 1)/∂0 = 2" in ag.explain(product, wrt="0").text()
    assert ag.Program.from_graph(product, [x, y])(3.0, 4.0) == (12.0, [4.0, 3.0])
    for shown in (ag.trace_backward(product), ag.Program.from_graph(product, [x, y]), ag.draw(product).mermaid):
        assert "0" in str(shown)


def test_a_label_goes_with_its_node() -> None:
    before = len(_LABELS)
    a, t = Value(1.0, label="a"), ag.Tensor([1.0], label="t")
    b = a * 2
    b.label = "b"
    assert (a.label, t.label, b.label, (a * b).label) == ("a", "t", "b", None)
    b.label = None
    assert b.label is None
    round_trip = pickle.loads(pickle.dumps([a, copy.copy(t)]))
    assert [x.label for x in round_trip] == ["a", "t"]
    del a, t, b, round_trip
    assert len(_LABELS) == before


@pytest.mark.parametrize("follow", [lambda y: y, lambda y: y * 2.0, ag.exp, lambda y: y**2, lambda y: ag.hypot(y, 2.0)])
def test_what_hangs_on_a_comparison_alone_is_recorded_and_has_no_gradient(follow: Any) -> None:
    a = ag.Value(2.0)
    y = follow(ag.BOOK["greater"](a, 1.0))
    assert y.rule is not None
    assert not y.requires_grad
    with pytest.raises(ag.GraphError, match="require"):
        y.backward()


@pytest.mark.parametrize("name", [name for name, entry in ag.BOOK.items() if entry.scalar is not None])
def test_a_value_holds_a_float_whatever_is_chosen_of_whole_numbers(name: str) -> None:
    entry = ag.BOOK[name]
    given = [1] * (entry.arity or 3)
    for place in range(len(given)):
        inputs = [*given[:place], Value(1.0), *given[place + 1 :]]
        assert type(entry(*inputs, **ROWS[name].attrs[0]).data) is float


def test_a_value_is_small() -> None:
    a = ag.Value(2.0)
    limit = 96 if sys.version_info < (3, 12) else 104  # whose weak references take two words, one before
    assert all(sys.getsizeof(x) <= limit for x in (a, a * a, ag.clip(a, low=0.0, high=1.0)))


def test_whether_a_gradient_flows_may_be_set_at_any_node() -> None:
    a, b = ag.Value(2.0), ag.Value(3.0)
    y = ag.clip(a * b, low=0.0, high=10.0)
    L = y * a
    y.requires_grad = False
    L.backward()
    assert (a.grad, b.grad, y.grad, y.requires_grad) == (6.0, None, None, False)
    y.requires_grad = True
    a.grad = None
    L.backward()
    assert (a.grad, b.grad, y.grad, y.requires_grad) == (12.0, 4.0, 2.0, True)
    assert (y._op, y.attrs, len(y.inputs)) == ("clip", {"low": 0.0, "high": 10.0}, 1)
    y.attrs = {"low": 0.0, "high": 1.0}
    L.backward()
    assert (b.grad, y.inputs[0].grad) == (4.0, 0.0)


def test_a_constant_leaf_has_no_gradient_after_a_pass_through_it() -> None:
    a, c = ag.Value(2.0), ag.Value(3.0, requires_grad=False)
    (a * c + ag.greater(a, c) * a).backward()
    assert (a.grad, c.grad) == (3.0, None)
