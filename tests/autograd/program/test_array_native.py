"""The native engine for arrays: long rows, every way of spreading an operand, and what it leaves to NumPy."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from itertools import combinations
from math import prod
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd as ag
import nn
from autograd.program.arrays import bytecode, steps
from autograd.program.arrays.steps import Call, Chained, Part, Product, Steps
from autograd.program.native import array_loops

pytest.importorskip("llvmlite")
RNG = np.random.default_rng(0)
TOLERANCE = {"float64": 1e-12, "float32": 1e-5}


def steps_of(compiled: Any) -> Steps:
    """The steps of a function's one recording."""
    (trace,) = compiled.traces.values()
    return Steps(trace.routine.tape, trace.routine.order, products=True)


def kinds(compiled: Any) -> list[type]:
    return [type(step) for step in steps_of(compiled).steps]


# ---- chains --------------------------------------------------------------------------------------------------------

SHAPES = [(), (1,), (2100,), (3, 1500), (1500, 3), (2, 3, 700), (3, 2, 5, 60), (5, 1), (1, 7), (70, 64)]


def spreads(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    """The shapes spread over ``shape``: itself, rows, columns, columns repeated, one number, and what is neither."""
    found = [shape, (), (1,) * len(shape), *(shape[i:] for i in range(1, len(shape)))]
    found += [(*shape[:i], *(1,) * (len(shape) - i)) for i in range(1, len(shape))]
    found += [(*shape[i:j], *(1,) * (len(shape) - j)) for j in range(2, len(shape)) for i in range(1, j)]
    return [*found, (*shape[:1], 1, *shape[2:])] if len(shape) > 2 else found


chains = st.sampled_from(SHAPES).flatmap(
    lambda shape: st.tuples(
        st.just(shape),
        st.lists(st.sampled_from(spreads(shape)), min_size=2, max_size=4),
        st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=8),
    )
)

FUNCTIONS: list[Any] = [
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: a / (b * b + 1.0),
    lambda a, b: ag.maximum(a, b) - ag.relu(b),
    lambda a, b: ag.where(a > b, a, -b),
    lambda a, b: ag.sqrt(ag.abs(a) + 0.5),
    lambda a, b: ag.tanh(a),
    lambda a, b: a * (b > 0) + 1.0,
    lambda a, b: ag.exp(-ag.square(a)),
]


def drawn_function(dtype: Any, drawn: Any) -> tuple[Any, Any]:
    """A function of arrays that makes chains, and the shapes of the arrays."""
    shape, shapes, steps = drawn
    start = np.zeros(shape, dtype)

    def run(arrays: Any) -> Any:
        values = [start + arrays[0], *arrays]
        for function, first, second in steps:
            a, b = values[-1 - first % len(values)], values[-1 - second % len(values)]
            values.append(FUNCTIONS[function](a, b) + start)
        return values[-1], values[-len(values) // 2]

    return run, shapes


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@settings(max_examples=60, deadline=None, derandomize=True)
@given(chains)
def test_chains_over_many_blocks(dtype: Any, drawn: Any) -> None:
    run, shapes = drawn_function(dtype, drawn)
    compiled = ag.compile(run, engine="native")
    for seed in (0, 1):
        arrays = [np.random.default_rng([seed, i]).normal(size=s).astype(dtype) for i, s in enumerate(shapes)]
        for found, expected in zip(compiled(arrays), run([ag.Tensor(a) for a in arrays]), strict=True):
            np.testing.assert_allclose(
                found, np.asarray(expected.data), rtol=TOLERANCE[dtype], atol=10 * TOLERANCE[dtype]
            )


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@settings(max_examples=8, deadline=None, derandomize=True)
@given(chains)
def test_loops_give_the_bits_of_interpreted_chains(dtype: Any, drawn: Any) -> None:
    run, shapes = drawn_function(dtype, drawn)
    arrays = [RNG.normal(size=s).astype(dtype) for s in shapes]
    found = []
    for worth_it in (1, 1 << 60):
        with mock.patch.object(array_loops, "WORTH_IT", worth_it):
            found.append(ag.compile(run, engine="native")(arrays))
    for loop, blocks in zip(*found, strict=True):
        np.testing.assert_array_equal(loop, blocks)


READ: dict[str, tuple[Callable[..., Any], int]] = {
    "one array": (lambda x, y: np.exp(x) * x + x, 1),
    "two, and a number": (lambda x, y: (np.tanh(x) * 2.0 + y) * x, 3),
    "a result that is read twice": (lambda x, y: np.square(x + y) * (x + y) - x, 2),
}


@pytest.mark.parametrize("name", READ)
def test_a_loop_reads_each_array_once_and_none_of_its_own_results(name: str) -> None:
    function, count = READ[name]
    x, y = RNG.normal(size=(2, 8, 16))
    with (
        mock.patch.object(array_loops, "WORTH_IT", 1),
        mock.patch.object(array_loops, "Loop", side_effect=array_loops.Loop) as made,
    ):
        np.testing.assert_allclose(ag.compile(function, engine="native")(x, y), function(x, y), rtol=1e-14)
    assert [len(each.args[1]) for each in made.call_args_list] == [count]


def test_a_loop_writes_over_what_it_reads_and_writes_truths() -> None:
    w, m = ag.Tensor(RNG.normal(size=(70, 64)), requires_grad=True), ag.Tensor(np.ones((70, 64)))

    def step(x: Any, row: Any, column: Any) -> Any:
        new = m * 0.5 + x.astype(np.float64) * row + column
        ag.assign(m, new)
        ag.assign(w, w - new / (ag.sqrt(ag.abs(new)) + 1.0))
        return new > 0.0

    x, row, column = RNG.normal(size=(70, 64)).astype(np.float32), RNG.normal(size=64), RNG.normal(size=(70, 1))
    before, was = w.data.copy(), m.data.copy()
    with mock.patch.object(array_loops, "WORTH_IT", 1):
        compiled = ag.compile(step, engine="native")
        for _ in range(3):
            new = was * 0.5 + x * row + column
            before, was = before - new / (np.sqrt(np.abs(new)) + 1.0), new
            np.testing.assert_array_equal(compiled(x, row, column), new > 0.0)
            np.testing.assert_array_equal(m.data, was)
            np.testing.assert_array_equal(w.data, before)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_chain_sums_rows_as_they_are_summed_alone(dtype: Any) -> None:
    """Also where the sum takes the place of what the chain reads."""
    x, column = RNG.normal(size=(700, 200)).astype(dtype), RNG.normal(size=(700, 1)).astype(dtype)
    found = list[list[Any]]()
    for summed in (64, 1 << 60):
        b = ag.Tensor(x[0].copy())

        def function(x: Any, column: Any, b: ag.Tensor = b) -> Any:
            y = ag.relu(x + b)
            total = ag.where(y > 0.0, column - x, 0.0).sum(0)
            ag.assign(b, total)
            return y, ag.square(y).sum(0)

        with mock.patch.object(steps, "SUMMED", summed):
            compiled = ag.compile(function, engine="native")
            found.append([z for _ in range(3) for z in (*compiled(x, column), b.data.copy())])
        assert sum(len(step.sums) for step in steps_of(compiled).steps if isinstance(step, Chained)) == 2
    for mine, alone in zip(*found, strict=True):
        np.testing.assert_array_equal(mine, alone)


def test_neighbours_become_one_chain() -> None:
    f = ag.compile(lambda x, b: ag.relu(x * 2.0 + b) - ag.square(x), engine="native")
    f(np.ones((4, 3)), np.ones(3))
    assert kinds(f) == [Chained]


def test_a_chain_writes_over_what_any_of_its_functions_read_last() -> None:
    """The memory of one array is enough; of two, where a later function of the chain still reads the first."""
    x = RNG.normal(size=100_000)
    last = ag.compile(lambda x: ag.relu(np.tanh(x) + 1.0).sum(), engine="native")

    @partial(ag.compile, engine="native")
    def later(x: Any) -> Any:
        y = np.tanh(x)
        z = ag.relu(y + 1.0)
        return [(z * y).sum(), z.sum()]

    np.testing.assert_allclose(last(x), np.maximum(np.tanh(x) + 1.0, 0.0).sum(), rtol=1e-12)
    y = np.tanh(x)
    z = np.maximum(y + 1.0, 0.0)
    np.testing.assert_allclose(later(x), [(z * y).sum(), z.sum()], rtol=1e-12)
    for compiled, arrays in ((last, 1), (later, 2)):
        (trace,) = compiled.traces.values()
        assert arrays * x.nbytes <= trace.routine.size < (arrays + 1) * x.nbytes


def test_functions_of_many_entries_are_numpys() -> None:
    f = ag.compile(lambda x: ag.tanh(x) * 2.0, engine="native")
    f(np.ones(10))
    assert kinds(f) == [Chained]
    g = ag.compile(lambda x: ag.tanh(x) * 2.0, engine="native")
    x = RNG.normal(size=100_000)
    np.testing.assert_array_equal(g(x), np.tanh(x) * 2.0)
    assert kinds(g) == [Call, Chained]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("shape", [(3000,), (40, 1100), (1100, 40), (6, 7, 90)])
def test_sums_over_any_axes(shape: Any, dtype: Any) -> None:
    x = RNG.normal(size=shape).astype(dtype)
    axes = [None, 0, -1, *((0, 1), (1, 2), (0, 2), 1)[: 4 * (len(shape) > 2)]]
    f = ag.compile(lambda x: [ag.sum(x, axis=a) for a in axes] + [ag.mean(x, axis=a) for a in axes], engine="native")
    expected = [np.sum(x, axis=a) for a in axes] + [np.mean(x, axis=a) for a in axes]
    for found, wanted in zip(f(x), expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype] * np.sqrt(x.size) * 3)


@pytest.mark.parametrize("shape", [(2, 3, 4), (2, 1, 3), (1, 3), (3, 1), (2, 3, 2, 2), (1, 2, 1, 3, 1)])
@pytest.mark.parametrize("function", [ag.sum, ag.mean])
def test_a_sum_is_the_engines_where_what_goes_lies_around_what_stays(shape: Any, function: Any) -> None:
    x, axes = RNG.normal(size=shape), [c for n in range(len(shape)) for c in combinations(range(len(shape)), n + 1)]
    axes = [gone for gone in axes if prod(shape[i] for i in gone) > 1]
    compiled = ag.compile(lambda x: [function(x, axis=axis) for axis in axes], engine="native")
    for found, axis in zip(compiled(x), axes, strict=True):
        np.testing.assert_allclose(found, function(x, axis=axis), rtol=1e-12)
    steps = steps_of(compiled)
    made = {step.place: step for step in steps.steps if not isinstance(step, Chained)}
    for place, gone in zip(steps.tape.outputs, axes, strict=True):
        while place not in made:
            (place,) = steps.tape.entries[place].inputs  # an axis of length one that goes as well
        step, away = made[place], prod(shape[i] for i in gone)
        pattern = "".join("gone " if i in gone else "stays " for i, length in enumerate(shape) if length > 1)
        count = away if function is ag.mean else 1
        if re.fullmatch("(stays )*(gone )*", pattern):
            assert (step.name, step.sizes) == ("sum_rows", (x.size // away, away, count))
        elif re.fullmatch("(gone )*(stays )*", pattern):
            assert (step.name, step.sizes) == ("sum_columns", (away, x.size // away, count))
        elif re.fullmatch("(gone )*(stays )*(gone )*", pattern):
            times = prod(shape[: min(i for i, length in enumerate(shape) if length > 1 and i not in gone)])
            assert (step.name, step.sizes) == ("sum_around", (times, x.size // away, away // times, count))
        else:
            assert isinstance(step, Call)


LARGE = RNG.normal(size=(64, 4, 40, 41)).astype(np.float32)
MATRIX, NUMBERS = RNG.normal(size=(40, 6)).astype(np.float32), RNG.integers(0, 6, 64 * 4 * 41)
SHARED: dict[str, tuple[Callable[..., Any], int]] = {
    "a chain of what is given": (lambda x, c, w: ag.relu(x * 2.0 - 1.0), 1),
    "over channels": (lambda x, c, w: ag.relu(x * c + c), 1),
    "over rows": (lambda x, c, w: ag.relu(x[0, 0, 0] - x) * x, 1),
    "in few rows": (lambda x, c, w: ag.relu((y := x.reshape(2, -1))[:, :1] - y) * y, 1),
    "with truths": (lambda x, c, w: x * 2.0 > x + 1.0, 1),
    "a sum around": (lambda x, c, w: (x.sum((0, 2, 3)), x.mean((0, 3))), 2),
    "one after another": (
        lambda x, c, w: ((y := np.tanh(ag.relu(x + c) * x)).sum((0, 2, 3)), (y * y + x).mean((0, 3))),
        4,
    ),
    "a product": (lambda x, c, w: x.reshape(-1, 40) @ MATRIX, 1),
    "what works on rows": (
        lambda x, c, w: (ag.softmax(y := x.reshape(-1, 40) @ MATRIX), ag.softmax_cross_entropy(y, NUMBERS)),
        3,
    ),
    "a leaf that is set": (lambda x, c, w: ag.assign(w, w - 0.1 * ag.relu(x + w)), 1),
}


@pytest.mark.parametrize("name", SHARED)
def test_what_threads_share_is_the_same_by_any_number_of_them(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    function, shares = SHARED[name]
    channels = RNG.normal(size=(4, 1, 1)).astype(np.float32)
    results: list[Any] = []
    for threads in (1, 2, 3):
        for module in ("autograd.program.arrays.bytecode", "autograd.program.arrays.steps", "autograd.rules.threads"):
            monkeypatch.setattr(f"{module}.available", lambda threads=threads: threads)
        leaf = ag.Tensor(LARGE.copy())
        compiled = ag.compile(lambda x, c, leaf=leaf: function(x, c, leaf), engine="native")
        for _ in range(5):
            found = compiled(LARGE, channels)
        results.append([found] if isinstance(found, np.ndarray) else [*(found or ()), leaf.data])
        (trace,) = compiled.traces.values()
        assert str(trace.routine._compute.__code__.co_names).count("shares") == (0 if threads == 1 else shares)
    for other in results[1:]:
        for mine, alone in zip(other, results[0], strict=True):
            np.testing.assert_array_equal(mine, alone)
    expected = function(ag.Tensor(LARGE), channels, ag.Tensor(LARGE)) if name != "a leaf that is set" else None
    if expected is not None:
        for mine, eager in zip(results[0], expected if isinstance(expected, tuple) else [expected], strict=False):
            np.testing.assert_allclose(mine, getattr(eager, "data", eager), rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("columns", "shares"), [(1023, 2), (1024, 0)])
def test_threads_share_no_chain_beside_products_of_blas_threads(
    columns: int, shares: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """These look for work on the same processors."""
    for module in ("autograd.program.arrays.bytecode", "autograd.program.arrays.steps"):
        monkeypatch.setattr(f"{module}.available", lambda: 2)
    x, w = RNG.normal(size=(64, 64)), RNG.normal(size=(64, columns))
    compiled = ag.compile(lambda x, w, y: (x @ w, ag.relu(y * 2.0 - 1.0)), engine="native")
    for mine, eager in zip(compiled(x, w, LARGE), (x @ w, np.maximum(LARGE * 2.0 - 1.0, 0.0)), strict=True):
        np.testing.assert_allclose(mine, eager, rtol=1e-5)
    (trace,) = compiled.traces.values()
    assert str(trace.routine._compute.__code__.co_names).count("shares") == shares


def of(*shape: int, dtype: Any = np.float64) -> Any:
    return np.abs(RNG.normal(size=shape)).astype(dtype)


CLASSES = np.array([0, 2, 1, 3])
PARTS: dict[str, tuple[Callable[..., Any], tuple[Any, ...], list[Any]]] = {
    "softmax": (lambda x: ag.softmax(x), (of(4, 5),), [("softmax", (4, 5))]),
    "of a vector": (lambda x: ag.softmax(x), (of(5),), [("softmax", (1, 5))]),
    "of three axes": (lambda x: ag.softmax(x, axis=2), (of(2, 4, 5),), [("softmax", (8, 5))]),
    "in single precision": (lambda x: ag.softmax(x), (of(4, 5, dtype=np.float32),), [("softmax", (4, 5))]),
    "along columns": (lambda x: ag.softmax(x, axis=0), (of(4, 5),), [Call]),
    "in the middle": (lambda x: ag.softmax(x, axis=1), (of(2, 4, 5),), [Call]),
    "of whole numbers": (lambda x: ag.softmax(x), (of(4, 5, dtype=int),), [Call]),
    "of a view": (lambda x: ag.softmax(x.T), (of(5, 4),), [Call]),
    "of another shape": (lambda x: ag.softmax(x.reshape(2, 10)), (of(5, 4),), [("softmax", (2, 10))]),
    "of nothing": (lambda x: ag.softmax(x), (of(0, 4),), [Call]),
    "of many": (lambda x: ag.softmax(x), (of(16 * 16, 256),), [("softmax", (256, 256))]),
    "of too many": (lambda x: ag.softmax(x), (of(16 * 16 + 1, 256),), [Call]),
    "losses": (lambda x, t: ag.softmax_cross_entropy(x, t), (of(4, 5), CLASSES), [("cross_entropy", (4, 5))]),
    "losses of a sequence": (
        lambda x, t: ag.softmax_cross_entropy(x, t), (of(2, 2, 5), CLASSES.reshape(2, 2)), [("cross_entropy", (4, 5))]
    ),
    "losses of long rows": (
        lambda x, t: ag.softmax_cross_entropy(x, t), (8 * of(4, 1500), 300 * CLASSES), [("cross_entropy", (4, 1500))]
    ),
    "short class numbers": (lambda x, t: ag.softmax_cross_entropy(x, t), (of(4, 5), CLASSES.astype(np.int32)), [Call]),
    "losses of whole numbers": (lambda x, t: ag.softmax_cross_entropy(x, t), (of(4, 5, dtype=int), CLASSES), [Call]),
    "one product": (lambda a, b: a @ b, (of(4, 5), of(5, 3)), [(4, 3, 5)]),
    "of two precisions": (lambda a, b: a @ b, (of(4, 5, dtype=np.float32), of(5, 3)), [Call]),
    "products of many matrices": (lambda a, b: a @ b, (of(2, 4, 5), of(5, 3)), [Call]),
    "by many matrices": (lambda a, b: a @ b, (of(4, 5), of(2, 5, 3)), [Call]),
    "by a vector": (lambda a, b: a @ b, (of(4, 5), of(5)), [Call]),
    "an empty product": (lambda a, b: a @ b, (of(4, 0), of(0, 3)), [Call]),
    "a layer": (lambda x, w, b: ag.linear(x, w, b), (of(4, 5), of(5, 3), of(3)), [(4, 3, 5), Chained]),
    "a layer of many": (lambda x, w, b: ag.linear(x, w, b), (of(2, 4, 5), of(5, 3), of(3)), [(8, 3, 5), Chained]),
    "another precision's bias": (
        lambda x, w, b: ag.linear(x, w, b),
        (of(4, 5, dtype=np.float32), of(5, 3, dtype=np.float32), of(3)),
        [Call],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PARTS)
def test_what_an_operation_becomes(name: str) -> None:
    function, inputs, expected = PARTS[name]
    compiled = ag.compile(function, engine="native")
    np.testing.assert_allclose(compiled(*inputs), function(*inputs), rtol=1e-5, atol=1e-6)
    found: list[Any] = []
    for step in steps_of(compiled).steps:
        found.append(type(step))
        if isinstance(step, Part):
            found[-1] = step.name, step.sizes
        elif isinstance(step, Product):
            found[-1] = step.sizes
    assert found == expected


def test_sums_of_many_numbers_of_32_bits_are_as_exact_as_they_can_be() -> None:
    x = np.full(3_000_000, 0.1, np.float32)
    f = ag.compile(lambda x: ag.mean(x), engine="native")
    assert f(x) == np.float32(0.1)


EXTREME = [[[np.inf, 0.0]], [[-np.inf, 0.0]], [[np.nan, 0.0]], [[1e4, -1e4]], [[0.0, 0.0]], [[-40.0, 0.0]], [[1e8] * 2]]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("logits", EXTREME)
def test_cross_entropy_of_extreme_logits(logits: Any, dtype: Any) -> None:
    function = ag.value_and_grad(lambda x, t: ag.sum(ag.softmax_cross_entropy(x, t)))
    compiled = ag.compile(function, engine="native")
    x, t = np.array(logits, dtype), np.array([1])
    with np.errstate(all="ignore"):
        for found, expected in zip(compiled(x, t), function(x, t), strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-12 if dtype == "float64" else 1e-6)


# ---- products ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("left", [False, True])
@pytest.mark.parametrize("right", [False, True])
@pytest.mark.parametrize("sizes", [(5, 3, 4), (217, 90, 64), (64, 27, 401)])  # whole, and in pieces
def test_products_of_transposed_matrices(left: bool, right: bool, dtype: Any, sizes: tuple[int, int, int]) -> None:
    (m, k, n), rng = sizes, np.random.default_rng(0)
    a, b = rng.normal(size=(m, k)).astype(dtype), rng.normal(size=(k, n)).astype(dtype)
    f = ag.compile(lambda a, b: (a.T if left else a) @ (b.T if right else b), engine="native")
    found = f(np.ascontiguousarray(a.T) if left else a, np.ascontiguousarray(b.T) if right else b)
    np.testing.assert_allclose(found, a @ b, rtol=TOLERANCE[dtype], atol=k * TOLERANCE[dtype])
    assert kinds(f) == [Product]


def network(engine: Any, dtype: Any = np.float32) -> tuple[nn.Module, Any]:
    layers = [nn.Linear(20, 16, seed=0, dtype=dtype), nn.ReLU(), nn.Linear(16, 4, seed=1, dtype=dtype)]
    model = nn.Sequential(*layers)
    return model, nn.compile_step(model, nn.cross_entropy, nn.SGD(model.parameters(), 0.1), engine=engine)


X, Y = RNG.normal(size=(30, 20)).astype(np.float32), RNG.integers(0, 4, 30)


def test_a_training_step_needs_no_call_of_numpy_and_updates_by_products() -> None:
    model = network("native")[0]
    optimizer = nn.SGD(model.parameters(), 0.1)

    def step(x: Any, y: Any) -> Any:
        loss = nn.cross_entropy(model(x), y)
        optimizer.change(ag.gradients(loss, optimizer.parameters, create_graph=True), [1.0] * 4, 0.1)
        return loss

    compiled = ag.compile(step, engine="native")
    compiled(X, Y)
    steps = steps_of(compiled).steps
    assert {type(step) for step in steps} == {Chained, Product, Part}
    assert [step.onto is not None for step in steps if isinstance(step, Product)].count(True) == 2


def test_without_a_blas_numpy_multiplies(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [step(X, Y) for step in [network("native")[1]] for _ in range(3)]
    monkeypatch.setattr(bytecode, "blas", lambda: None)
    found = [step(X, Y) for step in [network("native")[1]] for _ in range(3)]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_what_numpy_gives_in_another_order_is_read_in_that_of_its_entries() -> None:
    x = RNG.normal(size=(70, 50))  # too large to be copied to memory of the program's own
    f = ag.compile(lambda x: ag.sum(ag.leaky_relu(x.T, 0.5), axis=0), engine="native")
    np.testing.assert_allclose(f(x), np.where(x.T > 0, x.T, x.T / 2).sum(axis=0), rtol=1e-12)
    assert kinds(f) == [Call, Part]


# ---- leaves --------------------------------------------------------------------------------------------------------


def test_leaves_that_get_other_arrays() -> None:
    model, step = network("native", np.float64)
    twin, eager = network("numpy", np.float64)
    for number in range(6):
        if number in (2, 4):
            for m in (model, twin):
                weight = m.parameters()[0] if isinstance(m.parameters(), list) else next(iter(m.parameters()))
                new = weight.data * 0.5
                weight._raw = np.asfortranarray(new) if number == 4 else new  # as a view of somebody's memory may be
        x = X.astype(np.float64)
        assert step(x, Y) == pytest.approx(eager(x, Y), rel=1e-12)


def test_memory_that_may_not_be_written_is_refused() -> None:
    w = ag.Tensor([1.0, 2.0])
    step = ag.compile(lambda x: ag.assign(w, w + x), engine="native")
    step(np.ones(2))
    frozen = w.data.copy()
    frozen.flags.writeable = False
    w._raw = frozen
    with pytest.raises(ValueError, match="read-only"):
        step(np.ones(2))
    w._raw = np.ones(3)
    with pytest.raises(ag.ShapeError, match=r"was recorded with shape \(2,\)"):
        step(np.ones(2))


def test_a_leaf_in_another_order_that_is_only_read() -> None:
    w = ag.Tensor(np.zeros((2, 3)))
    memory = np.asfortranarray(RNG.normal(size=(2, 3)))
    w._raw = memory
    f = ag.compile(lambda x: ag.sum(w * x), engine="native")
    x = RNG.normal(size=(2, 3))
    assert f(x) == pytest.approx((memory * x).sum())
    memory *= 2.0
    assert f(x) == pytest.approx((memory * x).sum())


@pytest.mark.parametrize("kind", ["int64", "int32"])
@pytest.mark.parametrize("engine", ["native", "numpy"])
def test_class_numbers_are_looked_at_before_anything_is_set(engine: Any, kind: Any) -> None:
    w = ag.Tensor(np.ones(5))  # which no argument has the shape of, so that it is written to at once

    def step(x: Any, t: Any) -> Any:
        ag.assign(w, w * 2.0)
        return ag.sum(ag.softmax_cross_entropy(x * 2.0, t))

    compiled = ag.compile(step, engine=engine)
    x, t = RNG.normal(size=(4, 3)), np.array([0, 2, 1, 1], kind)
    compiled(x, t)
    before = w.data.copy()
    for wrong in (3, -1):
        t[2] = wrong
        with pytest.raises(ValueError, match="class"):
            compiled(x, t)
        np.testing.assert_array_equal(w.data, before)
