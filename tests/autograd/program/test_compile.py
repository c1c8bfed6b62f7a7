"""`ag.compile`: what is recorded, what is read anew, and what is refused, with the line where it happens."""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd as ag

RNG = np.random.default_rng(0)


def test_the_form_of_arguments_and_results_is_kept(engine: Any) -> None:
    calls = []

    @ag.compile
    def f(p: Any, *, scale: float, name: str) -> Any:
        calls.append(name)
        return {"y": ag.tanh(p["a"]) * scale, "parts": (p["b"][0] + 1.0, 7, name)}

    first = f({"a": 1.0, "b": [2.0]}, scale=3.0, name="u")
    again = f({"a": 0.0, "b": [5.0]}, scale=1.0, name="u")
    assert first == {"y": 3.0 * math.tanh(1.0), "parts": (3.0, 7, "u")}
    assert again == {"y": 0.0, "parts": (6.0, 7, "u")}
    assert calls == ["u"]
    f({"a": 0.0, "b": [5.0]}, scale=1.0, name="v")
    f({"a": 0.0, "b": [5.0, 6.0]}, scale=1.0, name="v")
    assert calls == ["u", "v", "v"]


def test_traces_are_bounded() -> None:
    f = ag.compile(lambda x, n: x * n, engine="numpy")
    assert [f(2.0, n) for n in range(100)] == [2.0 * n for n in range(100)]
    assert len(f.traces) == 64


def test_values_go_in_and_floats_come_out(engine: Any) -> None:
    f = ag.compile(lambda a, b: a * b + 1.0, engine=engine)
    assert f(ag.Value(2.0), 3.0) == f(2.0, ag.Value(3.0)) == f(2.0, np.float64(3.0)) == 7.0


def test_a_value_from_outside_is_read_anew(engine: Any) -> None:
    w = ag.Value(3.0)
    f = ag.compile(lambda x: ag.exp(w) * x, engine=engine)
    assert f(2.0) == pytest.approx(2 * math.exp(3))
    w.data = 0.0
    assert f(2.0) == 2.0


def test_gradients_of_gradients(engine: Any) -> None:
    f = lambda x: ag.relu(x) * x**2 + ag.abs(x) * ag.maximum(x, 1.0)  # noqa: E731
    second = ag.grad(ag.grad(f))
    compiled = ag.compile(second, engine=engine)
    for x in (2.0, -2.0, 0.5, -0.5):
        assert compiled(x) == pytest.approx(second(x), rel=1e-12)


def test_a_choice_below_is_made_anew_with_its_infinite_slopes(engine: Any) -> None:
    f = ag.grad(lambda x: ag.maximum(ag.sqrt(x), 1.0))
    compiled = ag.compile(f, engine=engine)
    for x in (4.0, 0.0, 0.25, 1.0):
        assert compiled(x) == f(x)


def test_a_compiled_function_inside_another() -> None:
    inner = ag.compile(lambda x: x * x)
    outer = ag.compile(ag.grad(lambda x: inner(x) * 3.0), engine="numpy")
    assert outer(2.0) == 12.0
    assert outer(5.0) == 30.0


def test_a_result_that_depends_on_no_number() -> None:
    f = ag.compile(lambda x: (x, 3.0, None), engine="numpy")
    assert f(2.0) == (2.0, 3.0, None)
    assert ag.compile(lambda x: 1)(2.0) == 1


def test_detach_stops_gradients_and_stays_recorded() -> None:
    f = ag.compile(ag.grad(lambda x: x * x.detach()), engine="numpy")
    assert [f(2.0), f(5.0)] == [2.0, 5.0]


def branch(x: Any) -> Any:
    if x > 0:  # here
        return x
    return -x


def truth(x: Any) -> Any:
    return x or 1.0  # here


def number(x: Any) -> Any:
    return math.exp(x)  # here


def data(x: Any) -> Any:
    return x * x.data  # here


def chance(x: Any) -> Any:
    y = x * 2.0
    return y * random.random()  # here


def old_chance(x: Any) -> Any:
    noise = np.random.normal()  # here  # noqa: NPY002
    return x * noise


def generator(x: Any) -> Any:
    noise = RNG.normal()  # here
    return x * noise


OUTSIDE = ag.Value(1.0)


def mutation(x: Any) -> Any:
    OUTSIDE.data = 2.0  # here
    return x * OUTSIDE


def outside(x: Any) -> Any:
    return x if OUTSIDE > 0 else -x  # here


def backward(x: Any) -> Any:
    y = x * x
    y.backward()  # here
    return y


def maximum(x: Any) -> Any:
    return max(x, 2.0)  # here


def text(x: Any) -> Any:
    return f"{x:.3f}"  # here


@pytest.mark.usefixtures("thawed")
@pytest.mark.parametrize(
    "function",
    [branch, truth, number, data, chance, old_chance, generator, mutation, outside, backward, maximum, text],
    ids=lambda f: f.__name__,
)
def test_what_cannot_be_recorded_is_refused_with_its_line(function: Any) -> None:
    lines = function.__code__.co_firstlineno
    source = Path(__file__).read_text(encoding="utf-8").splitlines()
    line = next(i for i in range(lines, lines + 9) if "# here" in source[i - 1])
    with pytest.raises(ag.RecordingError, match=rf"line {line}: ") as caught:
        ag.compile(function)(1.5)
    assert __file__ in str(caught.value)


def test_unhashable_options_are_refused() -> None:
    with pytest.raises(TypeError, match="not hashable"):
        ag.compile(lambda x, y: x)(1.0, {1, 2})
