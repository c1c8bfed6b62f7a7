"""Random programs, judged by the slow engine: shared nodes, repeated parents, constants, dead ends."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd.rules import arithmetic, products, reductions, shaping, trigonometry
from autograd.value import backward
from autograd.value.steps import usual_steps
from tests.autograd.naive import Dual, gradient

UNARY = ["tanh", "sin", "relu", "neg", "square", "exp"]
BINARY = ["add", "sub", "mul", "div"]

# A program: its inputs, then steps (operation, place of an operand, place of another), counted from the newest value.
steps = st.tuples(st.sampled_from(UNARY + BINARY), st.integers(0, 30), st.integers(0, 30))
programs = st.tuples(
    st.lists(st.floats(-2, 2).map(lambda x: round(x, 3)), min_size=1, max_size=4),
    st.lists(steps, min_size=1, max_size=25),
)


def run(steps: list[tuple[str, int, int]], inputs: list[Any], one: Any) -> Any:
    """The last value of the program, on numbers of any kind; kept in bounds by tanh where it would grow."""
    values = list(inputs)
    for operation, first, second in steps:
        a, b = values[-1 - first % len(values)], values[-1 - second % len(values)]
        if operation == "add":
            values.append(a + b)
        elif operation == "sub":
            values.append(a - b)
        elif operation == "mul":
            values.append(a * b)
        elif operation == "div":
            values.append(a / (b.square() + one))
        elif operation == "neg":
            values.append(-a)
        elif operation == "exp":
            values.append(a.tanh().exp())
        elif operation == "square":
            values.append(a.tanh().square())
        else:
            values.append(getattr(a, operation)())
    return values[-1]


def relus(steps: list[tuple[str, int, int]], inputs: list[float]) -> list[float]:
    """What each relu of the program is given."""
    given: list[float] = []

    class Watched(Dual):
        def relu(self) -> Dual:
            given.append(self.x)
            return super().relu()

    run(steps, [Watched(x, 0.0) for x in inputs], Watched(1.0, 0.0))
    return given


def near_a_kink(steps: list[tuple[str, int, int]], inputs: list[float]) -> bool:
    """Whether some relu is so near 0 that rounding decides its side."""
    return any(abs(x) < 1e-9 for x in relus(steps, inputs))


@settings(max_examples=200, deadline=None, derandomize=True)
@given(programs)
def test_values_agree_with_the_slow_engine(program: tuple[list[float], list[Any]]) -> None:
    point, steps = program
    value, partials = gradient(lambda *duals: run(steps, list(duals), Dual(1.0, 0.0)), *point)
    if near_a_kink(steps, point):
        return
    leaves = [ag.Value(x) for x in point]
    y = run(steps, leaves, 1.0)
    y.backward()
    np.testing.assert_allclose(y.data, value, rtol=1e-9, atol=1e-12)
    ours = [leaf.grad or 0.0 for leaf in leaves]
    np.testing.assert_allclose(ours, partials, rtol=1e-8, atol=1e-10)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(programs, st.integers(1, 3))
def test_tensors_agree_with_the_slow_engine_entry_by_entry(program: tuple[list[float], list[Any]], width: int) -> None:
    point, steps = program
    # Each entry of the arrays is a program run at another point; the sum of all has every entry's own gradient.
    points = [[x + 0.1 * entry for x in point] for entry in range(width)]
    leaves = [ag.Tensor([p[i] for p in points], requires_grad=True) for i in range(len(point))]
    y = run(steps, leaves, 1.0)
    y.sum().backward()
    for entry, p in enumerate(points):
        value, partials = gradient(lambda *duals: run(steps, list(duals), Dual(1.0, 0.0)), *p)
        if near_a_kink(steps, p):
            continue
        np.testing.assert_allclose(y.data[entry], value, rtol=1e-9, atol=1e-12)
        ours = [leaf.grad.data[entry] if leaf.grad is not None else 0.0 for leaf in leaves]
        np.testing.assert_allclose(ours, partials, rtol=1e-8, atol=1e-10)


# ---- arrays: NumPy itself runs the slow engine, on arrays whose entries are dual numbers -----------------------------

SHAPES = [(), (3,), (2, 3), (3, 2), (3, 1), (2, 1, 3)]
ON_ARRAYS: dict[str, Any] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "sin": lambda a, b: np.sin(a),
    "tanh": lambda a, b: np.tanh(a + b),
    "matmul": lambda a, b: np.sin(a.reshape(-1, 1) @ b.reshape(1, -1)),
    "sum": lambda a, b: a.sum(axis=0) if a.ndim else a.sum(),
    "sum kept": lambda a, b: a.sum(axis=-1, keepdims=True) if a.ndim else a * b,
    "transpose": lambda a, b: a.T,
    "reshape": lambda a, b: a.reshape(-1),
    "repeat": lambda a, b: a[[0, 0, -1]] if a.ndim else a,
    "part": lambda a, b: a[..., ::-2] if a.ndim else a,
    "join": lambda a, b: np.concatenate([a.reshape(-1), b.reshape(-1), a.reshape(-1)]),
    "stack": lambda a, b: np.stack([a, a], axis=-1),
    "spread": lambda a, b: np.broadcast_to(a, (2, *a.shape)),
}
array_programs = st.tuples(
    st.lists(st.sampled_from(SHAPES), min_size=1, max_size=3),
    st.lists(st.tuples(st.sampled_from(list(ON_ARRAYS)), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=8),
)


def run_on_arrays(steps: list[tuple[str, int, int]], inputs: list[Any], array: Any) -> Any:
    """The sum over the last array of the program; what does not broadcast, or grows, is summed first.

    ``array`` makes an array of a result: NumPy hands out the entry itself where an array of objects has no axes.
    """
    values = list(inputs)
    for operation, first, second in steps:
        a, b = values[-1 - first % len(values)], values[-1 - second % len(values)]
        lengths = zip(a.shape[::-1], b.shape[::-1], strict=False)
        if not all(n == m or 1 in (n, m) for n, m in lengths):
            b = array(b.sum())
        y = array(ON_ARRAYS[operation](a, b))
        values.append(y if y.size <= 24 else array(y.sum(axis=0)))
    return array(np.tanh(values[-1])).sum()


def as_objects(x: Any) -> Any:
    return np.array(x, dtype=object)


@settings(max_examples=150, deadline=None, derandomize=True)
@given(array_programs)
def test_programs_on_arrays_agree_with_numpy_on_dual_numbers(program: tuple[list[Any], list[Any]]) -> None:
    shapes, steps = program
    arrays = [np.random.default_rng(i).uniform(-1.0, 1.0, shape) for i, shape in enumerate(shapes)]
    leaves = [ag.Tensor(array, requires_grad=True) for array in arrays]
    y = run_on_arrays(steps, leaves, lambda x: x)
    y.backward()
    constants = [np.vectorize(lambda x: Dual(x, 0.0), otypes=[object])(a) for a in arrays]
    for chosen, (array, leaf) in enumerate(zip(arrays, leaves, strict=True)):
        for place in np.ndindex(array.shape):
            duals = [as_objects(a) for a in constants]
            duals[chosen][place] = Dual(array[place], 1.0)
            z = run_on_arrays(steps, duals, as_objects)
            assert y.item() == pytest.approx(z.x, rel=1e-12, abs=1e-14)
            ours = 0.0 if leaf.grad is None else leaf.grad.data[place]
            assert ours == pytest.approx(z.dx, rel=1e-9, abs=1e-12)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(programs)
def test_second_derivatives_agree_with_differences_of_first(program: tuple[list[float], list[Any]]) -> None:
    point, steps = program
    h = 1e-5
    low, high = ([point[0] + shift, *point[1:]] for shift in (-h, h))
    if [x > 0 for x in relus(steps, low)] != [x > 0 for x in relus(steps, high)] or near_a_kink(steps, point):
        return  # no second derivative here

    def slope(shift: float) -> float:
        x = ag.Value(point[0] + shift)
        y = run(steps, [x, *map(ag.Value, point[1:])], 1.0)
        return ag.gradients(y, x)

    x = ag.Value(point[0])
    y = run(steps, [x, *map(ag.Value, point[1:])], 1.0)
    first = ag.gradients(y, x, create_graph=True)
    second = ag.gradients(first, x) if first.requires_grad else 0.0
    expected = (slope(h) - slope(-h)) / (2 * h)
    assert second == pytest.approx(expected, rel=1e-4, abs=1e-5 * max(1.0, abs(first.data)))


# ---- testing the tester --------------------------------------------------------------------------------------------

WRONG = {
    "tanh": (trigonometry.tanh, lambda g, y, x: g * (1 + y * y)),
    "sin": (trigonometry.sin, lambda g, y, x: -g * x),
    "multiply": (arithmetic.multiply, lambda g, y, a, b: g * a, lambda g, y, a, b: g * b),
    "negative": (arithmetic.negative, lambda g, y, x: g),
    "subtract": (arithmetic.subtract, lambda g, y, a, b: g, lambda g, y, a, b: g),
}
WRONG_ON_ARRAYS = {
    "multiply": WRONG["multiply"],
    "transpose": (shaping.transpose, lambda g, y, x, axes: g.reshape(x.shape)),
    "reshape": (shaping.reshape, lambda g, y, x, **attrs: g.reshape(x.shape, order="F")),
    "a repeated entry counted once": (shaping.getitem, lambda g, y, x, index: _assigned(g, x.shape, index)),
    "sum": (reductions.sum_, lambda g, y, x, axis, keepdims: np.broadcast_to(y * 0 + 1.0, x.shape)),
    "copies not added up": (shaping.broadcast_to, lambda g, y, x, **attrs: g.reshape(-1)[: x.size].reshape(x.shape)),
    "matmul": (products.matmul, lambda g, y, a, b: g @ b.T, lambda g, y, a, b: (g.T @ a).T * 1.001),
}


def _assigned(g: Any, shape: tuple[int, ...], index: Any) -> Any:
    result = np.zeros(shape)
    result[index] = g
    return result


def quickly(test: Any, examples: Any) -> Any:
    """A test without the search for its smallest failing example."""
    options = settings(max_examples=200, deadline=None, derandomize=True, phases=[Phase.generate])
    return options(given(examples)(test.hypothesis.inner_test))


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_rule_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    entry, *wrong = WRONG[name]
    judge = quickly(test_values_agree_with_the_slow_engine, programs)
    judge()
    monkeypatch.setattr(entry, "vjps", tuple(wrong))
    monkeypatch.setitem(entry.derivatives, "scalar", (None, tuple(wrong)))
    monkeypatch.setattr(backward, "usual_steps", usual_steps.__wrapped__)  # the loop anew, by the rule as it is now
    with pytest.raises(AssertionError):
        judge()


@pytest.mark.parametrize("name", WRONG_ON_ARRAYS)
def test_a_wrong_rule_for_arrays_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    entry, *wrong = WRONG_ON_ARRAYS[name]
    monkeypatch.setitem(entry.derivatives, "array", (None, tuple(wrong)))
    with pytest.raises((AssertionError, ValueError)):
        quickly(test_programs_on_arrays_agree_with_numpy_on_dual_numbers, array_programs)()
