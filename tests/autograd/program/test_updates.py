"""Random programs that set leaves: what is computed right into a leaf's memory disturbs nothing that is still read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import autograd as ag
import nn

SHAPES = [(), (3,), (4,), (3, 4), (4, 3), (3, 3), (1, 4)]
OPERATIONS: dict[str, Any] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b * 0.5,
    "mul": lambda a, b: ag.tanh(a) * b,
    "step": lambda a, b: a - 0.1 * (ag.tanh(a) * b),
    "max": lambda a, b: ag.maximum(a, b),
    "where": lambda a, b: ag.where(a > b, a, -b),
    "transpose": lambda a, b: a.T,
    "reshape": lambda a, b: a.reshape(-1).reshape(a.shape),
    "part": lambda a, b: a[..., ::-1] if a.ndim else a,
    "sum": lambda a, b: a.sum(axis=0) if a.ndim else a,
    "matmul": lambda a, b: a @ b if a.ndim == b.ndim == 2 and a.shape[1] == b.shape[0] else a,
    "update": lambda a, b: a - 0.1 * (b @ b.T) if a.ndim == b.ndim == 2 and a.shape == (len(b),) * 2 else a,
    "exp": lambda a, b: ag.exp(-ag.square(a)),
    "itself": lambda a, b: a,
}
programs = st.tuples(
    st.lists(st.sampled_from(SHAPES), min_size=1, max_size=4),
    st.lists(st.tuples(st.sampled_from(list(OPERATIONS)), *[st.integers(0, 20)] * 2), min_size=1, max_size=14),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 20)), min_size=1, max_size=4),
)


@settings(
    max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(programs)
def test_random_updates(engine: Any, program: Any) -> None:
    shapes, steps, updates = program

    def leaves() -> list[ag.Tensor]:
        return [ag.Tensor(np.random.default_rng(i).normal(size=shape)) for i, shape in enumerate(shapes)]

    def run(state: list[Any], x: Any) -> Any:
        values: list[Any] = [x * 1.0, *state]
        for name, first, second in steps:
            a, b = values[-1 - first % len(values)], values[-1 - second % len(values)]
            if name in ("add", "sub", "mul", "step", "max", "where"):
                lengths = zip(a.shape[::-1], b.shape[::-1], strict=False)
                if not all(n == m or 1 in (n, m) for n, m in lengths):
                    b = b.sum()
            values.append(OPERATIONS[name](a, b))
        results = values[-1] * 1.0, values[len(values) // 2].sum()  # before leaves change, which eagerly is at once
        chosen: dict[int, Any] = {}
        for leaf, place in updates:
            index = leaf % len(state)
            fitting = [v for v in values if v.shape == state[index].shape]
            chosen[index] = fitting[-1 - place % len(fitting)] * 1.0  # an identity, which programs leave out
        for index, new in chosen.items():
            ag.assign(state[index], new)
        return results

    eager, replayed = leaves(), leaves()
    compiled = ag.compile(lambda x: run(replayed, x), engine=engine)
    for call in range(3):
        x = np.random.default_rng(100 + call).normal(size=(3, 4))
        expected = run(eager, ag.Tensor(x))
        found = compiled(x)
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_allclose(a, b.data, rtol=1e-12, atol=1e-12)
        for a, b in zip(replayed, eager, strict=True):
            np.testing.assert_allclose(a.data, b.data, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("rate", [0.0, -0.0, 1e-60, 0.5])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("sizes", [(3, 5, 4), (200, 150, 130), (70, 60, 1030)])  # whole, in shares, wider than a block
@pytest.mark.parametrize("turned", [(False, False), (True, False), (False, True), (True, True)])
def test_a_rate_of_0_times_what_is_not_finite_is_no_number(
    engine: Any, rate: float, dtype: Any, sizes: tuple[int, int, int], turned: tuple[bool, bool]
) -> None:
    (m, k, n), rng = sizes, np.random.default_rng(0)
    a, b, start = (rng.normal(size=shape).astype(dtype) for shape in ((m, k), (k, n), (m, n)))
    a[1, 2], b[1, 3] = np.nan, np.inf
    given = [np.ascontiguousarray(x.T) if t else x for x, t in zip((a, b), turned, strict=True)]
    leaf = ag.Tensor(start)

    def step(a: Any, b: Any) -> None:
        a, b = (x.T if t else x for x, t in zip((a, b), turned, strict=True))
        ag.assign(leaf, leaf - ag.live(lambda: rate) * (a @ b))

    compiled = ag.compile(step, engine=engine)
    with np.errstate(invalid="ignore", over="ignore"):
        compiled(*given)
        leaf.data = start
        compiled(*given)
        expected = start - rate * (a @ b)
    finite = np.isfinite(expected)
    assert not finite[1].any()
    assert not finite[:, 3].any()
    assert finite.sum() == (m - 1) * (n - 1)
    np.testing.assert_array_equal(np.isnan(leaf.data), np.isnan(expected))
    near = 1e-4 if dtype == np.float32 else 1e-10
    np.testing.assert_allclose(leaf.data[finite], expected[finite], rtol=near, atol=near)


def test_a_leaf_that_was_set_is_not_read_as_it_was_before() -> None:
    count = ag.Tensor([1.0, 2.0])

    def twice(x: Any) -> Any:
        for _ in range(2):
            ag.assign(count, count + x)
        return x * 1.0

    def read(x: Any) -> Any:
        ag.assign(count, x)
        return count * 2.0

    def returned(x: Any) -> Any:
        ag.assign(count, x)
        return count

    for function in (twice, read, returned):
        with pytest.raises(ag.RecordingError, match=r"reading what ag\.assign has set .*line \d+.*: compute with what"):
            ag.compile(function)(np.array([1.0, 2.0]))
    assert count.tolist() == [1, 2]


def test_a_normalisation_that_is_used_twice_is_not_recorded_wrongly() -> None:
    norm = nn.BatchNorm1d(2)

    def loss(outputs: Any, y: Any) -> Any:
        return nn.mse(norm(norm(outputs)), y)

    model = nn.Linear(2, 2, seed=0)
    step = nn.compile_step(model, loss, nn.SGD(model.parameters(), learning_rate=0.1))
    with pytest.raises(ag.RecordingError, match=r"ag\.assign has set"):
        step(np.eye(2, dtype=np.float32), np.ones((2, 2), np.float32))


@pytest.mark.parametrize("wanted", range(8))
@pytest.mark.parametrize("left", [False, True])
def test_an_update_by_a_product_leaves_what_else_is_asked_for(engine: Any, wanted: int, left: bool) -> None:
    """The product, what is taken off, and the new weights, each of which may be a result as well."""
    rng = np.random.default_rng(0)
    a, b, start = rng.normal(size=(4, 5)), rng.normal(size=(5, 3)), rng.normal(size=(4, 3))
    W = ag.Tensor(start, requires_grad=True)

    def step(a: Any, b: Any) -> Any:
        product = a @ b
        scaled = 0.1 * product if left else product * 0.1
        new = W - scaled
        ag.assign(W, new)
        return [x for i, x in enumerate((product, scaled, new)) if wanted & 1 << i]

    compiled = ag.compile(step, engine=engine)
    for call in range(1, 4):
        parts = a @ b, 0.1 * (a @ b), start - 0.1 * call * (a @ b)
        found = compiled(a, b)
        for x, y in zip(found, [x for i, x in enumerate(parts) if wanted & 1 << i], strict=True):
            np.testing.assert_allclose(np.asarray(x), y, rtol=1e-13)
        np.testing.assert_allclose(W.data, parts[2], rtol=1e-13)


READERS: dict[str, Any] = {
    "later": lambda W, x: (ag.assign(W, W * 0.5), x * 2.0)[1],
    "together": lambda W, x: (ag.assign(W, W - x), ag.sum(x * x))[1],
    "backwards": lambda W, x: (ag.assign(W, W + x[::-1]), x + 1.0)[1],
    "as it is": lambda W, x: (ag.assign(W, W * 3.0), x)[1],
    "summed up": lambda W, x: (ag.assign(W, np.exp(x) + W), np.cumsum(x) + x)[1],
}


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("size", [3, 3000])
def test_a_leaf_that_is_set_may_be_an_argument_too(engine: Any, size: int, name: str) -> None:
    results = []
    for own in (True, False):
        W = ag.Tensor(np.linspace(-1.0, 1.0, size), requires_grad=True)
        step = ag.compile(lambda x, W=W: READERS[name](W, x), engine=engine)
        for _ in range(3):
            results.append([step(W.data if own else W.data.copy()), W.data.copy()])
    for found, expected in zip(results[:3], results[3:], strict=True):
        np.testing.assert_array_equal(found[0], expected[0])
        np.testing.assert_array_equal(found[1], expected[1])


VIEWS: dict[str, tuple[Any, Any]] = {
    "a row": (lambda w: w[0], lambda W, x: W * 2.0 + x),
    "a column": (lambda w: w[:, 0], lambda W, x: W * 2.0 + x),
    "an entry": (lambda w: w[0, :1], lambda W, x: W * 3.0 + x),
    "backwards": (lambda w: w[::-1], lambda W, x: W * 3.0 + x),
    "turned": (lambda w: w.T, lambda W, x: W * 3.0 + x),
    "flat": (lambda w: w.reshape(-1), lambda W, x: W * 3.0 + x.reshape(W.shape)[::-1]),
}


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("size", [3, 60])
def test_a_part_of_a_leaf_that_is_set_may_be_an_argument(engine: Any, size: int, name: str) -> None:
    view, new = VIEWS[name]
    W = ag.Tensor(np.arange(1.0, size * size + 1).reshape(size, size), requires_grad=True)
    count = ag.Value(0.0)
    step = ag.compile(lambda x: (ag.assign(count, count + 1.0), ag.assign(W, new(W, x)), ag.sum(x))[2], engine=engine)
    for _ in range(3):
        before = W.data.copy()
        found = step(view(W.data))
        np.testing.assert_allclose(W.data, new(before, view(before)), rtol=1e-13)
        np.testing.assert_allclose(found, np.sum(view(before)), rtol=1e-13)
    assert count.data == 3.0


def test_so_may_a_part_of_an_array_that_a_leaf_was_given_since(engine: Any) -> None:
    W = ag.Tensor(np.arange(9.0).reshape(3, 3), requires_grad=True)
    step = ag.compile(lambda x: (ag.assign(W, W * 2.0 + x), ag.sum(x))[1], engine=engine)
    other = np.arange(12.0).reshape(4, 3)
    for data in (np.ones((3, 3)), np.full((3, 3), 5.0), other[1:], other[:3].copy()):
        W.data = data
        held, before = W.data, W.data.copy()
        for x in (held[0], other[0], held[:, 2]):
            found, before = np.sum(x), before * 2.0 + x
            np.testing.assert_array_equal(step(x), found)
            np.testing.assert_array_equal(W.data, before)
