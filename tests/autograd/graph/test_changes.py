"""What changes between the passes: what an operation captured is a copy; a leaf that changed is refused."""

from __future__ import annotations

import array
from collections.abc import Callable
from typing import Any
from weakref import ref

import numpy as np
import pytest

import autograd as ag
from autograd import GraphError, Tensor, Value
from autograd.graph.changes import owned
from autograd.graph.clock import CLOCK
from autograd.rules import activations, arithmetic, shaping
from autograd.rules.primitive import BOOK
from autograd.tensor import operands
from tests.autograd.each import each
from tests.autograd.table import Case, cases

# ---- captured arrays: every operation, every argument ---------------------------------------------------------------


def spoil(captured: Any) -> None:
    """Overwrite every array among some arguments; of an index, with another one that is valid."""
    if isinstance(captured, np.ndarray):
        captured[...] = ~captured if captured.dtype == bool else 0 if captured.dtype.kind in "iu" else 99.0
    elif isinstance(captured, dict):
        spoil(tuple(captured.values()))
    elif isinstance(captured, list):
        captured[:] = [0] * len(captured)
    elif isinstance(captured, tuple):
        for part in captured:
            spoil(part)


def own(captured: Any) -> Any:
    """Arguments that share no array with those given."""
    if isinstance(captured, np.ndarray):
        return captured.copy()
    if isinstance(captured, dict):
        return {key: own(part) for key, part in captured.items()}
    return type(captured)(map(own, captured)) if isinstance(captured, list | tuple) else captured


CAPTURING = [case for case in cases(differentiable=True) if len(case.shapes) > 1 or "index" in case.attrs]


@each("case", CAPTURING)
def test_what_is_captured_may_change(case: Case) -> None:
    def slopes(change: Callable[[Any], None], position: int) -> list[Any]:
        inputs, attrs = [a.copy() for a in case.draw()], own(case.attrs)
        x = Tensor(inputs[position], requires_grad=True)
        captured = [x if i == position else a for i, a in enumerate(inputs)]
        y = case.row.ours(*captured, **attrs)
        weight = np.random.default_rng(1).normal(size=y.shape)
        change(inputs)
        change(attrs)
        first = ag.gradients(y, x, weight)
        recorded = ag.gradients(y, x, weight, create_graph=True)
        second = ag.gradients((recorded * recorded).sum(), x) if recorded.requires_grad else 0.0
        return [np.asarray(g) for g in (first, recorded.detach(), second)]

    for position in case.differentiable():
        for changed, unchanged in zip(slopes(spoil, position), slopes(lambda _: None, position), strict=True):
            np.testing.assert_array_equal(changed, unchanged)


@each("case", cases(differentiable=True))
def test_results_share_memory_only_where_the_rule_says_so(case: Case) -> None:
    inputs = [a.copy() for a in case.draw()]
    nodes = [Tensor(a, requires_grad=True) if i in case.differentiable() else a for i, a in enumerate(inputs)]
    y = case(*nodes)
    for x in nodes:
        shares = np.may_share_memory(y.data, getattr(x, "data", x))
        assert not shares or (isinstance(x, Tensor) and y.rule.view)
    with ag.no_grad():  # a leaf has its memory to itself
        z = case(*nodes)
    assert not any(np.may_share_memory(z.data, x.data if isinstance(x, Tensor) else x) for x in nodes)


WITH_ARRAYS = {
    "slopes": lambda x, c: activations.leaky_relu(x, slope=c),
    "bounds": lambda x, c: arithmetic.clip(x, low=-c, high=c),
    "low bound": lambda x, c: ag.clip(x, c, None),
    "index": lambda x, c: x[c.astype(int)],
    "scatter": lambda x, c: shaping.scatter(x, shape=(4,), index=(c.astype(int),)),
    "condition": lambda x, c: ag.where(c > 1, x, 0.0),
}


@pytest.mark.parametrize("name", WITH_ARRAYS)
@pytest.mark.parametrize("change", [spoil, np.ndarray.sort], ids=["overwritten", "sorted"])
def test_an_array_among_the_attributes_may_change(name: str, change: Any) -> None:
    kept: list[Any] = []

    def f(x: Any, c: Any) -> Any:
        kept.append(c)
        return WITH_ARRAYS[name](x, c)

    x, c = Tensor([0.5, -1.5, 2.5], requires_grad=True), np.array([2.0, 0.5, 1.0])
    expected = ag.gradients((f(x, c.copy()) * [3.0, 4.0, 5.0, 6.0][: len(f(x, c))]).sum(), x)
    y = f(x, c)
    change(c)
    np.testing.assert_array_equal(ag.gradients((y * [3.0, 4.0, 5.0, 6.0][: len(y)]).sum(), x).data, expected.data)


class Wrapped:
    """An object that NumPy makes an array of, on the object's own memory."""

    def __init__(self, numbers: Any) -> None:
        self.numbers = numbers

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.array(self.numbers, dtype=dtype, copy=copy)


def _strided(numbers: Any) -> Any:
    wide = np.zeros(2 * len(numbers))
    wide[::2] = numbers
    return wide[::2], wide


@pytest.mark.parametrize(
    "kind", [np.array, bytearray, lambda xs: array.array("i", xs), lambda xs: memoryview(bytearray(xs))]
)
def test_numbers_of_every_kind_among_the_attributes_may_change(kind: Any) -> None:
    given = kind([1, 2])
    kept = owned({"index": (slice(None), [given])})["index"][1][0]
    given[0] = 7
    assert [*kept] == [1, 2]


# What may stand beside a Tensor, and the memory to write into.
WAYS_IN: dict[str, Callable[[list[float]], tuple[Any, Any]]] = {
    "ndarray": lambda xs: (a := np.array(xs), a),
    "view": lambda xs: ((a := np.array([xs, xs]))[0], a),
    "strided view": _strided,
    "transposed": lambda xs: ((a := np.array([xs])).T[:, 0], a),
    "float32": lambda xs: (a := np.array(xs, np.float32), a),
    "big-endian": lambda xs: (a := np.array(xs, ">f8"), a),
    "integers": lambda xs: (a := np.array(xs).astype(int), a),
    "read-only view": lambda xs: (np.broadcast_to(a := np.array(xs), (3,)), a),
    "a list": lambda xs: (a := list(xs), a),
    "array.array": lambda xs: (a := array.array("d", xs), a),
    "memoryview": lambda xs: (memoryview(a := array.array("d", xs)), a),
    "a buffer": lambda xs: (np.frombuffer(a := array.array("d", xs)), a),
    "__array__": lambda xs: (Wrapped(a := np.array(xs)), a),
    "a constant's array": lambda xs: ((t := Tensor(xs)).data, t.data),
    "a leaf's array": lambda xs: ((t := Tensor(xs, requires_grad=True)).numpy(), t.data),
}
CAPTURES: dict[str, Callable[[Any, Any], Any]] = {
    "x * c": lambda x, c: x * c,
    "c * x": lambda x, c: c * x,
    "c / x": lambda x, c: c / x,
    "x @ c": lambda x, c: x @ c,
    "c ** x": lambda x, c: ag.power(c, x),
    "maximum": lambda x, c: ag.maximum(c, x),
    "where": lambda x, c: ag.where(ag.greater(c, 1.5) if isinstance(c, np.ndarray) else c, x, x * x),
    "linear": lambda x, c: ag.linear(x, np.eye(3), c) * c,
    "dot": lambda x, c: ag.dot(x, c),
    "joined": lambda x, c: np.concatenate([x, np.asarray(c)]) ** 2,
    "stacked": lambda x, c: ag.stack([x, x * c]) ** 2,
}


@pytest.mark.parametrize("way", WAYS_IN)
@pytest.mark.parametrize("use", CAPTURES)
def test_every_way_in_is_copied(use: str, way: str) -> None:
    numbers = [2.0, 1.0, 3.0]

    def slope(change: bool) -> Any:
        x = Tensor([0.5, 1.5, 2.5], requires_grad=True)
        captured, memory = WAYS_IN[way](numbers)
        y = CAPTURES[use](x, captured).sum()
        for i in range(len(memory) if change else 0):
            memory[i] = np.zeros_like(memory[i]) if np.ndim(memory[i]) else type(memory[i])(0)
        y.backward()
        return x.grad.data

    np.testing.assert_array_equal(slope(change=True), slope(change=False))


@pytest.mark.parametrize("use", ["x * c", "c * x", "slope", "power", "list"])
def test_what_a_value_captures_is_a_number(use: str) -> None:
    uses: dict[str, Callable[[Any, Any], Any]] = {
        "x * c": lambda x, c: x * c,
        "c * x": lambda x, c: c * x,
        "slope": lambda x, c: activations.leaky_relu(-x, slope=c),
        "power": lambda x, c: x**c,
        "list": lambda x, c: ag.dot([x, x], [c, c]),
    }
    x, c = Value(3.0), np.array(2.0)
    y = uses[use](x, c)
    c[...] = 99.0
    y.backward()
    assert x.grad == {"slope": -2.0, "power": 6.0, "list": 4.0}.get(use, 2.0)


def test_a_buffer_that_a_function_fills_again_and_again() -> None:
    rows = np.arange(12.0).reshape(4, 3)

    def f(x: Any) -> Any:
        buffer, total = np.empty(3), 0.0
        for row in rows:
            buffer[:] = row
            total = total + (x * buffer).sum() ** 2
        return total

    x = np.array([1.0, 2.0, 3.0])
    expected = 2 * rows.T @ rows @ x
    np.testing.assert_allclose(ag.grad(f)(x), expected)
    np.testing.assert_allclose(ag.hessian(f)(x), 2 * rows.T @ rows)
    leaf = Tensor(x, requires_grad=True)
    f(leaf).backward()
    np.testing.assert_allclose(leaf.grad.data, expected)


def constants(y: Any) -> set[int]:
    return {id(node.data) for node in ag.topological_order(y) if node.is_leaf and not node.requires_grad}


@pytest.mark.parametrize("dtype", [np.float64, np.float32, ">f8"])
def test_a_large_array_is_held_once_while_it_stays_as_it_is(dtype: Any) -> None:
    A = np.random.default_rng(0).normal(size=(100, 100)).astype(dtype) / 20
    leaf = Tensor(np.ones(100), requires_grad=True, dtype=np.float64)
    x: Any = leaf
    powers = np.eye(100)
    for step in range(30):
        x = A @ x if step % 2 else A.T @ x
        powers = (A if step % 2 else A.T) @ powers
    assert len(constants(x)) == 2  # A, and its transpose
    A[...] = 0.0
    first = ag.gradients(x, leaf, np.ones(100))
    np.testing.assert_allclose(first.data, powers.T @ np.ones(100), rtol=1e-4 if dtype == np.float32 else 1e-9)


def test_what_is_held_is_told_apart_bit_by_bit() -> None:
    A, x = np.ones((100, 100)), Tensor(np.ones(100), requires_grad=True)
    results = []
    for entry in (1.0, 0.0, -0.0, np.nan, np.nan, np.inf):
        A[0, 0] = entry
        results.append(ag.sum(x * A[0]) + ag.sum(x @ A))
    A[0, 0] = 5.0
    held = [next(y.inputs[1] for y in ag.topological_order(result) if y.rule is BOOK["matmul"]) for result in results]
    assert [str(c.data[0, 0]) for c in held] == ["1.0", "0.0", "-0.0", "nan", "nan", "inf"]
    assert len({id(c.data) for c in held}) == 5


def test_views_of_two_arrays_of_one_shape_do_not_drive_each_other_out() -> None:
    A, B = np.ones((100, 100)), np.zeros((100, 100))
    ofs = [operands.held(A[:]), operands.held(B[:])]
    for _ in range(3):
        assert operands.held(A[:]) is ofs[0]
        assert operands.held(B[:]) is ofs[1]


def test_what_is_held_may_lie_in_memory_in_any_way() -> None:
    A = np.random.default_rng(0).normal(size=(200, 200))
    ways = [A, np.asfortranarray(A), A.T, A[::2], A[:, ::2], A.reshape(2, 100, 200).transpose(1, 0, 2)]
    for given in [*ways, A.astype(">f8"), A.astype(np.float32), A + 1j, A.astype(np.longdouble), A > 0]:
        copy = operands.held(given)
        np.testing.assert_array_equal(copy, given)
        assert not np.may_share_memory(copy, given)
        if given.dtype != np.longdouble:  # between whose numbers there may be bytes that say nothing
            assert operands.held(given) is copy
        before = np.array(copy)
        given.flat[-1] = not given.flat[-1]
        np.testing.assert_array_equal(operands.held(given), given)
        np.testing.assert_array_equal(copy, before)


def test_what_graphs_hold_goes_with_them_but_for_eight_copies_of_a_megabyte_at_most() -> None:
    A = np.ones((400, 400))
    y = A @ Tensor(np.ones(400), requires_grad=True)
    copy = ref(y.inputs[0].data)
    assert copy() is not None
    del y
    assert copy() is None
    assert len(operands._latest) <= 8
    assert all(copy.nbytes <= 1 << 20 for copy in operands._latest)


def test_derivatives_that_are_asked_for_later() -> None:
    c, x = np.array([2.0, 3.0]), np.array([1.0, 1.0])
    pull_back, _ = ag.make_vjp(lambda x: x * c)(x)
    push_forward = ag.make_jvp(lambda x: x * c)(x)
    c[:] = x[:] = 99.0
    np.testing.assert_array_equal(pull_back(np.ones(2)), [2.0, 3.0])
    np.testing.assert_array_equal(push_forward(np.ones(2))[1], [2.0, 3.0])


def test_an_upstream_gradient_is_copied() -> None:
    x, g = Tensor([1.0, 2.0], requires_grad=True), np.array([3.0, 4.0])
    y = x * x
    slope = ag.gradients(y, x, g, create_graph=True)
    g[:] = 99.0
    np.testing.assert_array_equal(ag.gradients(slope.sum(), x).data, [6.0, 8.0])


def test_a_constant_is_not_written_through() -> None:
    c, x = Tensor([1.0, 2.0]), Tensor([1.0, 1.0], requires_grad=True)
    y = (x * c).sum()
    with pytest.raises(ValueError, match="read-only"):
        np.asarray(c)[0] = 99.0
    np.array(c)[0] = np.asarray(c, np.float32)[0] = 99.0  # these are the caller's own
    y.backward()
    np.testing.assert_array_equal(x.grad.data, [1.0, 2.0])


# ---- leaves: changes are noticed ------------------------------------------------------------------------------------


@pytest.mark.parametrize("of", [lambda x, n: x[n:], lambda x, n: x[:n], lambda x, n: x[::n], lambda x, n: x[:n, 0]])
def test_the_end_of_a_slice_may_be_an_array_that_changes(of: Any) -> None:
    array, end = np.arange(12.0).reshape(4, 3), np.array(2)
    expected = ag.grad(lambda x: ag.sum(of(x, 2) ** 2))(array)
    x = Tensor(array, requires_grad=True)
    y = ag.sum(of(x, end) ** 2)
    compiled = ag.compile(lambda x: ag.sum(of(x, end) ** 2))
    first = compiled(array)
    end[...] = 1
    y.backward()
    np.testing.assert_array_equal(x.grad, expected)
    assert compiled(array) == first == y.data


def test_an_array_given_to_a_tensor_or_an_index_is_copied() -> None:
    source, index, other = np.array([1.0, 2.0, 3.0]), np.array([0, 1]), Tensor([0, 1])
    x = Tensor(np.zeros(3), requires_grad=True)
    x.data = source
    y = (x[index] * x[other]).sum()
    source[:] = 100.0
    assert x.tolist() == [1.0, 2.0, 3.0]
    index[:] = 2
    other[:] = 2
    y.backward()
    np.testing.assert_array_equal(x.grad.data, [2.0, 4.0, 0.0])


def test_a_tensor_that_changed_is_an_error_that_names_it_and_the_operation() -> None:
    W = Tensor([1.0, 2.0], requires_grad=True, label="W")
    y = np.exp(W * W).sum()
    with ag.no_grad():
        W -= 0.1
    with pytest.raises(GraphError, match="Tensor 'W' was changed after multiply used it"):
        y.backward()


def _assigned(t: Any) -> None:
    t[0] = 9.0


@pytest.mark.parametrize("requires_grad", [True, False])
@pytest.mark.parametrize(
    "change", [_assigned, lambda t: t.__imul__(2.0), lambda t: setattr(t, "data", t.data * 2)], ids=["[]", "*=", "data"]
)
def test_every_way_to_change_a_tensor_is_noticed(change: Any, requires_grad: bool) -> None:
    x, c = Tensor([1.0, 2.0], requires_grad=True), Tensor([3.0, 4.0], requires_grad=requires_grad, label="c")
    y = (x * c).sum()
    with ag.no_grad():
        change(c)
    with pytest.raises(GraphError, match="Tensor 'c' was changed after multiply used it"):
        y.backward()


@pytest.mark.parametrize("kind", [Tensor, Value])
def test_a_change_before_a_forward_pass_is_noticed(kind: Any) -> None:
    c = kind(3.0, label="c")

    def function(x: Any) -> Any:
        y = x * c
        c.data = c.data * 2.0
        return [y, 2.0 * y, y * y]

    with pytest.raises(GraphError, match="'c' was changed after multiply used it"):
        ag.jacobian(function)(kind(1.5))


def test_a_view_of_a_tensor_that_changed_is_noticed_too() -> None:
    W = Tensor([[1.0, 2.0]], requires_grad=True)
    y = np.square(W.reshape(2)).sum()
    W.data -= 1.0
    with pytest.raises(GraphError, match="was changed after square used it"):
        y.backward()


def test_a_value_that_changed_is_an_error() -> None:
    c = Value(2.0, label="c")
    y = c * c
    c.data = 5.0
    with pytest.raises(GraphError, match="Value 'c' was changed after multiply"):
        y.backward()
    (c * c).backward()
    assert c.grad == 10.0


def test_a_parameter_may_change_when_no_derivative_reads_it() -> None:
    W, x = Tensor([1.0, 2.0], requires_grad=True), Tensor([3.0, 4.0])
    y = (W * x).sum()  # the derivative for W reads x alone
    y.backward()
    with ag.no_grad():
        W -= W.grad
    W.grad = None
    y.backward()
    np.testing.assert_array_equal(W.grad.data, [3.0, 4.0])


def test_writing_into_a_leafs_array_is_at_ones_own_risk() -> None:
    x = Tensor([1.0, 2.0], requires_grad=True)
    y = (x * x).sum()
    for memory in (x.data, x.numpy()):
        memory[0] = 5.0  # nothing can notice this: it is NumPy's memory
    assert "W.data[0] = x" in str(Tensor.__doc__)
    y.backward()
    np.testing.assert_array_equal(x.grad.data, [10.0, 4.0])
    y = (x * x).sum()
    with ag.no_grad():
        x[0] = 1.0  # this is how to say it
    with pytest.raises(GraphError, match="changed after multiply"):
        y.backward()


def test_computed_data_cannot_be_overwritten() -> None:
    y = Tensor([1.0], requires_grad=True) * 2.0
    with pytest.raises(ValueError, match="read-only"):
        y.data[0] = 3.0
    with pytest.raises(GraphError, match="made by multiply was computed"):
        y.data = np.zeros(1)
    with pytest.raises(GraphError, match="change the leaves"):
        (Value(1.0) + 1).data = 3.0


def test_what_is_held_is_found_again_after_its_graph_is_gone_but_not_for_an_array_of_another_shape() -> None:
    A = np.random.default_rng(0).normal(size=(100, 200))
    first = id(operands.held(A))
    assert id(operands.held(A)) == first
    for change in (lambda: A.resize((200, 100), refcheck=False), lambda: A.fill(2.0)):
        change()
        copy = operands.held(A)
        assert copy.shape == A.shape
        np.testing.assert_array_equal(copy, A)
    kept = [operands.held(np.full((100, 100), float(i))) for i in range(20)]
    assert len({id(copy) for copy in kept}) == 20
    assert len(operands._latest) == operands._latest.maxlen


def test_arrays_that_have_the_same_name_one_after_the_other_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operands, "id", lambda _: 0, raising=False)  # as of an array that is where another was
    A = np.random.default_rng(0).normal(size=(120, 120))
    bits = A.copy()
    same = [A, bits.T, bits, bits.reshape(60, 240), bits.reshape(240, 60), bits.view(np.int64), bits.view("S8"), bits]
    for x in [*same, *reversed(same)]:
        copy = operands.held(x)
        assert (copy.shape, copy.dtype) == (x.shape, x.dtype)
        np.testing.assert_array_equal(copy, x)


def test_a_transposed_constant_needs_no_memory_where_nobody_can_write_to_it() -> None:
    A = np.random.default_rng(0).normal(size=(100, 100))
    y = Tensor(np.ones(100), requires_grad=True) @ A
    turned = ag.transpose(y.inputs[1])
    assert np.may_share_memory(turned.data, y.inputs[1].data)
    assert not np.may_share_memory(turned.data, A)
    of_a_leaf = Tensor(A)
    assert not np.may_share_memory(ag.transpose(of_a_leaf).data, of_a_leaf.data)
    assert not np.may_share_memory(ag.broadcast_to(of_a_leaf, (2, 100, 100)).data, of_a_leaf.data)


@pytest.mark.parametrize("kind", [Value, lambda x: Tensor(x, requires_grad=True)])
@pytest.mark.parametrize("read", [False, True])
def test_a_change_at_the_very_first_moment_is_like_any_other(
    kind: Callable[[float], Any], read: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CLOCK, "now", 0)  # as in a new process, where all nodes are made before anything changes
    a, b, c = kind(2.0), kind(3.0), kind(4.0)
    y = a * b * a + c
    (b if read else c).data = 5.0
    if read:
        with pytest.raises(GraphError, match="was changed after multiply used it"):
            y.backward()
    else:
        y.backward()
        assert float(a.grad) == 12.0
