"""Random programs, judged by the slow engine: shared nodes, repeated parents, constants, dead ends."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd as ag
from autograd.rules import arithmetic
from autograd.rules.primitive import Primitive
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
    "tanh": (arithmetic.tanh, [lambda g, y, x: g * (1 + y * y)]),
    "sin": (arithmetic.sin, [lambda g, y, x: -g * x]),
    "multiply": (arithmetic.multiply, [lambda g, y, a, b: g * a, lambda g, y, a, b: g * b]),
    "negative": (arithmetic.negative, [lambda g, y, x: g]),
    "subtract": (arithmetic.subtract, [lambda g, y, a, b: g, lambda g, y, a, b: g]),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_rule_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    entry, wrong = WRONG[name]
    assert isinstance(entry, Primitive)
    monkeypatch.setitem(entry._derivatives, "scalar", (None, tuple(wrong)))
    with pytest.raises(AssertionError):
        test_values_agree_with_the_slow_engine()
