"""What other engines were seen to get wrong, one test each."""

from __future__ import annotations

import copy
import gc
import itertools
import math
import os
import pickle
import subprocess
import sys
import threading
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import GraphError, Tensor, Value
from autograd.program.simplify import attribute_names
from autograd.rules import products
from autograd.rules.primitive import BOOK

ROOT = Path(__file__).parents[2]

# ---- backward more than once ---------------------------------------------------------------------------------------


def test_a_second_backward_adds_in_leaves_and_starts_afresh_in_between() -> None:
    x = Value(3.0)
    square = x * x
    cube = square * x
    cube.backward()
    assert (x.grad, square.grad) == (27.0, 3.0)
    cube.backward()
    assert (x.grad, square.grad, cube.grad) == (54.0, 3.0, 1.0)


def test_zeroing_only_the_parameters_is_enough() -> None:
    x = Value(3.0)
    cube = x * x * x
    for _ in range(3):
        x.grad = 0.0
        cube.backward()
        assert x.grad == 27.0


def test_a_second_backward_of_tensors() -> None:
    W = Tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    hidden = np.tanh(W)
    total = (hidden * W).sum()
    total.backward()
    first, between = W.grad.data.copy(), hidden.grad.data.copy()
    total.backward()
    np.testing.assert_array_equal(W.grad.data, 2 * first)
    np.testing.assert_array_equal(hidden.grad.data, between)


def test_two_losses_share_a_part_of_the_graph() -> None:
    x = Tensor([1.0, 2.0], requires_grad=True)
    shared = x * x
    first, second = shared.sum(), (shared * shared).sum()
    first.backward()
    np.testing.assert_array_equal(x.grad.data, [2.0, 4.0])
    second.backward()
    np.testing.assert_array_equal(x.grad.data, [2.0 + 4.0, 4.0 + 32.0])
    np.testing.assert_array_equal(shared.grad.data, [2.0, 8.0])


def test_gradients_leaves_every_grad_alone() -> None:
    a = Value(2.0)
    b = a * a
    assert ag.gradients(b, [a, b]) == [4.0, 1.0]
    assert a.grad is None
    assert b.grad is None


def test_a_gradient_not_computed_is_none_not_zero() -> None:
    a, unused = Value(2.0), Value(1.0)
    (a * 0.0).backward()
    assert a.grad == 0.0
    assert unused.grad is None
    assert ag.gradients(a * 2, unused) == 0.0


# ---- edges and order -----------------------------------------------------------------------------------------------


def test_a_plus_a_has_two_edges() -> None:
    a = Value(3.0)
    b = a + a
    assert b.parents == (a, a)
    b.backward()
    assert a.grad == 2.0
    t = Tensor([3.0], requires_grad=True)
    (t * t).backward()
    assert t.grad.item() == 6.0


def test_the_order_is_topological_where_naive_recursion_is_wrong() -> None:
    a = Value(3.0)
    b = a + a
    c = b + b
    c.backward()
    assert a.grad == 4.0


def test_a_chain_of_a_million_values() -> None:
    limit = sys.getrecursionlimit()
    x = Value(1.0)
    y = x
    for _ in range(1_000_000):
        y = y + 1.0
    y.backward()
    assert (y.data, x.grad) == (1_000_001.0, 1.0)
    assert sys.getrecursionlimit() == limit
    del y  # frees a million nodes, each holding the next
    assert x.grad == 1.0


def test_a_value_used_a_hundred_thousand_times() -> None:
    x = Value(0.5)
    total = ag.sum([x * 2.0 for _ in range(100_000)])
    total.backward()
    assert (total.data, x.grad) == (100_000.0, 200_000.0)


def test_a_long_chain_in_second_order() -> None:
    y = x = Value(0.5)
    for _ in range(20_000):
        y = y * 1.0
    slope = ag.gradients(y * x, x, create_graph=True)
    assert (slope.data, ag.gradients(slope, x)) == (1.0, 2.0)


@pytest.mark.parametrize("leaf", [Value(2.0), Tensor([2.0], requires_grad=True)], ids=["Value", "Tensor"])
def test_a_graph_goes_with_its_last_holder_without_the_garbage_collector(leaf: Any) -> None:
    gc.disable()
    try:
        hidden = np.exp(leaf)
        y = hidden * hidden
        y.backward()
        alive = weakref.ref(hidden)
        del hidden
        assert alive() is not None
        del y
        assert alive() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("leaf", [Value(2.0), Tensor([2.0], requires_grad=True)], ids=["Value", "Tensor"])
def test_a_recorded_pass_is_freed_with_the_gradients_of_its_leaves(leaf: Any) -> None:
    gc.disable()
    try:
        hidden = np.exp(leaf)
        y = hidden * hidden
        y.backward(create_graph=True)
        assert leaf.grad.requires_grad
        assert not getattr(hidden.grad, "requires_grad", False)
        alive = weakref.ref(hidden)
        del hidden, y
        assert alive() is not None
        leaf.grad = None
        assert alive() is None
    finally:
        gc.enable()


# ---- copies --------------------------------------------------------------------------------------------------------


def _small_graph() -> tuple[Any, Any]:
    x = Tensor([1.0, 2.0], requires_grad=True, label="x")
    return x, (np.exp(x) * x).sum()


@pytest.mark.parametrize(
    "duplicate", [copy.deepcopy, lambda y: pickle.loads(pickle.dumps(y))], ids=["deepcopy", "pickle"]
)
def test_a_copy_of_a_graph_has_leaves_of_its_own(duplicate: Any) -> None:
    x, y = _small_graph()
    twin = duplicate(y)
    leaf = next(node for node in ag.topological_order(twin) if node.label == "x")
    assert leaf is not x
    twin.backward()
    np.testing.assert_allclose(leaf.grad.data, np.exp([1.0, 2.0]) * [2.0, 3.0])
    assert x.grad is None


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda y: pickle.loads(pickle.dumps(y))])
@pytest.mark.parametrize("leaf", [Value(2.0, label="w"), Tensor([2.0, 3.0], True, "w", np.float32)], ids=["V", "T"])
def test_a_copy_of_a_leaf_is_the_same_leaf_with_memory_of_its_own(leaf: Any, duplicate: Any) -> None:
    leaf.grad = leaf.data * 2.0
    twin = duplicate(leaf)
    assert (type(twin), twin.label, twin.requires_grad, twin.is_leaf) == (type(leaf), "w", True, True)
    assert repr(twin) == repr(leaf)
    assert str(twin.grad) == str(leaf.grad)
    twin.data -= 1.0
    twin.grad = None
    assert np.min(leaf.data) == 2.0
    assert leaf.grad is not None
    (twin * twin).backward(gradient=np.ones(twin.shape) if isinstance(twin, Tensor) else None)
    np.testing.assert_array_equal(getattr(twin.grad, "data", twin.grad), 2.0 * twin.data)


def test_a_shallow_copy_of_a_result_has_the_same_parents() -> None:
    x = Value(3.0)
    y = x * x
    copy.copy(y).backward()
    assert x.grad == 6.0
    assert y.grad is None


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda y: pickle.loads(pickle.dumps(y))], ids=["deep", "pickle"])
def test_a_copy_does_not_make_changed_data_look_unchanged(duplicate: Any) -> None:
    W = Tensor([1.0, 2.0], requires_grad=True)
    y = np.exp(W * W).sum()
    W.data -= 1.0
    with pytest.raises(GraphError, match="changed"):
        duplicate(y).backward()


def test_deepcopy_of_a_model_and_its_loss_keeps_them_together() -> None:
    a = Value(2.0)
    pair = copy.deepcopy({"leaf": a, "loss": a * a})
    pair["loss"].backward()
    assert pair["leaf"].grad == 4.0
    assert a.grad is None


def test_deepcopy_of_a_deep_chain() -> None:
    y = x = Value(1.0)
    for _ in range(100_000):
        y = y * 1.0
    twin = copy.deepcopy(y)
    twin.backward()
    leaf = ag.topological_order(twin)[0]
    assert leaf.grad == 1.0
    assert x.grad is None
    assert pickle.loads(pickle.dumps(y)).data == 1.0


# ---- memory of gradients --------------------------------------------------------------------------------------------


def test_gradients_of_leaves_share_no_memory() -> None:
    a, b = Tensor([1.0, 2.0], requires_grad=True), Tensor([3.0, 4.0], requires_grad=True)
    y = a + b
    y.backward(gradient=np.ones(2))
    a.grad.data[:] = 7.0
    np.testing.assert_array_equal(b.grad.data, [1.0, 1.0])
    with pytest.raises(ValueError, match="read-only"):
        y.grad.data[:] = 7.0
    upstream = np.ones(2)
    a.grad = None
    y = a.reshape(2)
    for gradient in (upstream, Tensor(upstream)):
        for node in (y, b):  # a result, and a leaf alone
            node.grad = a.grad = None
            node.backward(gradient=gradient)
            (a if node is y else b).grad.data[:] = 9.0
            assert np.asarray(gradient).tolist() == [1.0, 1.0]
            assert node is b or y.grad.tolist() == [1.0, 1.0]


def test_recorded_gradients_of_leaves_share_no_memory() -> None:
    a, b = Tensor([1.0], requires_grad=True), Tensor([2.0], requires_grad=True)
    y = a + b
    y.backward(create_graph=True)
    with ag.no_grad():
        a.grad *= 0.0
    assert (b.grad.item(), y.grad.item()) == (1.0, 1.0)


# ---- branches that were not taken ----------------------------------------------------------------------------------

# A function that takes √x, ln x or x^1.5 at 4 and something else at −1 and 0; its first and second derivative at 4.
DEAD_BRANCHES: dict[str, tuple[Any, float, float]] = {
    "where": (lambda x: ag.where(x > 0, ag.sqrt(x), 0.0), 1 / 4, -1 / 32),
    "two functions inside": (lambda x: ag.where(x > 0, ag.exp(ag.log(x) * 0.5), 0.0), 1 / 4, -1 / 32),
    "sums and signs inside": (lambda x: ag.where(x > 0, -(1.0 - (ag.sqrt(x) + x)) - x, 0.0), 1 / 4, -1 / 32),
    "both branches computed": (lambda x: ag.where(x > 0, ag.log(x), x * 0.0), 1 / 4, -1 / 16),
    "infinite in second order only": (lambda x: ag.where(x > 0, x**1.5, 0.0), 3.0, 3 / 8),
    "maximum": (lambda x: ag.maximum(ag.sqrt(x), 1.0), 1 / 4, -1 / 32),
    "minimum": (lambda x: -ag.minimum(-ag.sqrt(x), -1.0), 1 / 4, -1 / 32),
    "relu": (lambda x: ag.relu(ag.sqrt(x) - 1.0), 1 / 4, -1 / 32),
    "clip": (lambda x: ag.clip(ag.sqrt(ag.maximum(x, 0.0)), 1.0, 9.0), 1 / 4, -1 / 32),
    "choices in choices": (lambda x: ag.where(x > 1, ag.relu(ag.where(x > 0, ag.log(x), 1.0)), 0.0), 1 / 4, -1 / 16),
}


@pytest.mark.parametrize("name", DEAD_BRANCHES)
@pytest.mark.parametrize("x", [-1.0, 0.0])
def test_a_branch_not_taken_has_derivatives_zero_whatever_is_in_it(name: str, x: float) -> None:
    function, *at_four = DEAD_BRANCHES[name]
    tensor = Tensor([x, 4.0], requires_grad=True)
    with np.errstate(all="ignore"):
        slope = ag.gradients(function(tensor).sum(), tensor, create_graph=True)
        curvature = ag.gradients(slope.sum(), tensor)
        unrecorded = ag.gradients(function(tensor).sum(), tensor)
    np.testing.assert_allclose([slope.data[1], curvature.data[1]], at_four)
    np.testing.assert_array_equal([slope.data[0], curvature.data[0]], [0.0, 0.0])
    np.testing.assert_array_equal(unrecorded.data, slope.data)


# What takes 2 of y = [0, 2], for each rule that selects.
TAKERS: dict[str, Any] = {
    "where": lambda y: ag.where(np.array([False, True]), y, 0.0),
    "maximum": lambda y: ag.maximum(y, 1.0),
    "minimum": lambda y: -ag.minimum(-y, -1.0),
    "clip": lambda y: ag.clip(y, 1.0, 9.0),
    "relu": lambda y: ag.relu(y - 1.0),
    "max": ag.max,
    "min": lambda y: ag.min(-y),
    "getitem": lambda y: y[1],
    "gather": lambda y: BOOK["gather"](y, np.array([1]), axis=0),
    "take_along_axis": lambda y: BOOK["take_along_axis"](y, np.array([1]), axis=0),
    "tril": lambda y: BOOK["tril"](y[None, ::-1], k=0),
    "triu": lambda y: BOOK["triu"](y[::-1, None], k=0),
    "max_pool": lambda y: BOOK["max_pool"](y[None], **WINDOW),
    "from_windows": lambda y: BOOK["from_windows"](y[None], np.array([[1]]), **WINDOW),
}
WINDOW = {"size": (2,), "stride": (1,), "padding": (0,), "dilation": (1,)}


@pytest.mark.parametrize("name", BOOK)
def test_every_rule_that_selects_is_in_the_table(name: str) -> None:
    assert BOOK[name].selects == (name in TAKERS)


def test_the_table_has_rules_of_the_book_alone() -> None:
    assert TAKERS.keys() <= BOOK.keys()


@pytest.mark.parametrize("name", TAKERS)
def test_what_is_not_taken_has_no_derivative_though_its_slope_be_infinite(name: str) -> None:
    x = Tensor([0.0, 4.0], requires_grad=True)
    slope = ag.gradients(TAKERS[name](ag.sqrt(x)).sum(), x)
    assert np.abs(slope.data).tolist() == [0.0, 0.25]


@pytest.mark.parametrize("name", DEAD_BRANCHES)
@pytest.mark.parametrize("x", [-1.0, 0.0, 4.0])
def test_a_branch_not_taken_of_values(name: str, x: float) -> None:
    function, *at_four = DEAD_BRANCHES[name]
    value = Value(x)
    y = function(value)
    slopes = [0.0, 0.0]
    if y.requires_grad:
        slope = ag.gradients(y, value, create_graph=True)
        slopes = [slope.data, ag.gradients(slope, value) if slope.requires_grad else 0.0]
        assert ag.gradients(y, value) == slope.data
    np.testing.assert_allclose(slopes, at_four if x == 4.0 else [0.0, 0.0])


@pytest.mark.parametrize("operands", ["x", "x, 2", "2, x", "x, x"])
def test_no_function_of_numbers_has_a_share_in_a_branch_not_taken(operands: str) -> None:
    found: dict[Any, float] = {}
    for entry in ag.BOOK.values():
        if not entry.elementwise or len(entry.vjps) != len(operands.split(", ")):
            continue
        if entry.scalar is None or attribute_names(entry):
            continue
        for number, other in itertools.product([-math.inf, -1.0, 0.0, 1.0, math.inf, math.nan], [0.0, 2.0, math.inf]):
            x = Value(number)
            y = ag.where(False, entry(*[{"x": x, "2": other}[name] for name in operands.split(", ")]), 3.0 * x)
            found[entry.name, number, other] = ag.gradients(y, x)
    assert {case: slope for case, slope in found.items() if slope != 3.0} == {}
    assert len(found) > 100


def test_an_index_and_an_extreme_that_leave_a_bad_entry_out() -> None:
    for take in (lambda y, x: y[x.data > 0].sum(), lambda y, x: y[1], lambda y, x: ag.max(y)):
        x = Tensor([0.0, 4.0], requires_grad=True)
        with np.errstate(all="ignore"):
            slope = ag.gradients(take(np.log(x), x), x, create_graph=True)
            curvature = ag.gradients(slope.sum(), x)
        np.testing.assert_array_equal(slope.data, [0.0, 0.25])
        np.testing.assert_array_equal(curvature.data, [0.0, -0.0625])


def test_nan_in_a_branch_that_was_taken_is_not_hidden() -> None:
    x = Tensor([-1.0], requires_grad=True)
    with np.errstate(all="ignore"):
        ag.where(x < 0, ag.sqrt(x), 0.0).sum().backward()
    assert np.isnan(x.grad.data[0])
    value = Value(-1.0)
    ag.where(value < 0, ag.sqrt(value), 0.0).backward()
    assert np.isnan(value.grad)


# ---- only what is asked for ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", ["matmul", "linear"])
def test_an_input_that_needs_no_gradient_costs_no_matrix_product(layer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    count = products.matmul.array

    def counted(*arrays: Any) -> Any:
        calls.append([np.shape(a) for a in arrays])
        return count(*arrays)

    for entry in (products.matmul, products.linear):
        _, vjps = entry.derivatives["array"]
        for vjp in vjps:
            monkeypatch.setitem(vjp.__globals__, "matmul", counted)
    W, b = Tensor(np.ones((3, 2)), requires_grad=True), Tensor(np.ones(2), requires_grad=True)
    for batch, products_needed in [(np.ones((4, 3)), 1), (Tensor(np.ones((4, 3)), requires_grad=True), 2)]:
        calls.clear()
        y = ag.linear(batch, W, b) if layer == "linear" else batch @ W
        y.sum().backward()
        assert len(calls) == products_needed
    calls.clear()
    ag.gradients((y * y).sum(), W)  # the batch needs a gradient, but nobody asked for it now
    assert len(calls) == 1


# ---- threads and modes ---------------------------------------------------------------------------------------------


def test_eight_threads_differentiate_at_once() -> None:
    results: list[float] = []

    def work(seed: int) -> None:
        for i in range(50):
            x = Value(float(seed + i))
            first = ag.gradients(x * x * x, x, create_graph=True)
            results.append(ag.gradients(first, x) - 6.0 * x.data)

    switch = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(switch)
    assert len(results) == 400
    assert not any(results)


def test_no_grad_is_of_one_thread() -> None:
    inside, done, seen = threading.Event(), threading.Event(), []

    def work() -> None:
        with ag.no_grad():
            inside.set()
            done.wait(10)

    thread = threading.Thread(target=work)
    thread.start()
    inside.wait(10)
    seen.append((Value(1.0) * 2.0).requires_grad)
    done.set()
    thread.join()
    assert seen == [True]


def test_modes_nest_and_work_as_decorators() -> None:
    @ag.no_grad()
    def constant(x: Any) -> Any:
        with ag.enable_grad():
            assert (x * x).requires_grad
        return x * x

    assert not constant(Value(2.0)).requires_grad
    assert ag.is_recording()


def test_no_grad_ends_with_an_exception() -> None:
    with pytest.raises(ZeroDivisionError), ag.no_grad():
        raise ZeroDivisionError
    assert ag.is_recording()


# ---- kinds of numbers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [[1, 2], [True, False], np.array([1], np.uint8)], ids=str)
def test_gradients_of_integers_say_which_dtypes_work(data: Any) -> None:
    with pytest.raises(ag.DTypeError, match=r"floating-point.*dtype=np\.float64"):
        Tensor(data, requires_grad=True)


def test_integers_made_to_require_a_gradient_later_are_refused_when_it_would_be_rounded() -> None:
    x = Tensor([1, 2], dtype=np.int64)
    x.requires_grad = True
    with pytest.raises(ag.DTypeError, match="not int64"):
        (x * 0.5).sum().backward()


@pytest.mark.parametrize("data", ["a", None, [[1.0], [1.0, 2.0]]], ids=str)
def test_what_is_no_array_of_numbers_is_refused(data: Any) -> None:
    with pytest.raises((ag.DTypeError, ValueError)):
        Tensor(data)


def test_float32_stays_float32_through_a_network() -> None:
    W = Tensor(np.ones((2, 2)), requires_grad=True, dtype=np.float32)
    y = np.tanh(np.ones((1, 2), np.float32) @ W * 2.0 + 1).mean()
    y.backward()
    assert (y.dtype, W.grad.dtype) == (np.float32, np.float32)


def test_a_gradient_comes_in_its_parameters_own_precision() -> None:
    W = Tensor(np.ones(2), requires_grad=True, dtype=np.float32)
    (W * np.ones(2)).sum().backward()
    assert W.grad.dtype == np.float32


def test_the_engine_imports_nothing_but_numpy() -> None:
    blocked = ["llvmlite", "matplotlib", "graphviz", "sklearn", "scipy", "torch", "safetensors", "tqdm", "wasmtime"]
    block = f"import sys; sys.modules.update(dict.fromkeys({blocked!r}))"
    code = f"{block}; import autograd, autograd.numpy, nn; print(autograd.Value(2.0))"
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.stdout.startswith("Value(data=2.0"), result.stderr


@pytest.mark.parametrize("method", [Tensor.tanh, Tensor.exp, Value.exp, Value.tanh, Value.relu])
def test_methods_go_to_other_processes(method: Any) -> None:
    assert pickle.loads(pickle.dumps(method)) is method
