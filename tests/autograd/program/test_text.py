"""A program as text: what everything is called, and what is left out of a long one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.program.intrinsics import softmax_n, softmax_only
from autograd.program.text import Names, Step, described
from autograd.rules import activations, arithmetic, reductions

SHOWN, LONG = 60, 400  # how many steps and results, and how long a sum, are shown
CONSTANTS = {2: 1 / 3, 3: np.ones((2, 3)), 4: np.full((1, 1), 2.5), 5: 1e-12}
NAMES = Names([0, 1], ["a"], CONSTANTS)


def lines(steps: list[Step], outputs: list[int], updates: Any = (), size: float = 0) -> list[str]:
    return described(steps, NAMES, outputs, updates, "numpy", size).splitlines()  # type: ignore[arg-type]


ACTIONS: dict[str, tuple[Any, tuple[int, ...], dict[str, Any]]] = {
    "a": ("s", (0,), {}),
    "−a": ("d", (0,), {}),
    "−a·x1 + a": ("qs", (0, 1, 0), {}),
    "a + x1·0.333333 − constant[2, 3] − 2.5·a": ("spdq", (0, 1, 2, 3, 4, 0), {}),
    "where(a, 1e-12, x1)": (arithmetic.where, (0, 5, 1), {}),
    "leaky_relu(x1, slope=0.25)": (activations.leaky_relu, (1,), {"slope": 0.25}),
    "logsumexp(a, x1)": (reductions.logsumexp_n, (0, 1), {}),
    "softmax(a, x1)": (softmax_only, (0, 1), {}),
}


@pytest.mark.parametrize("text", ACTIONS)
def test_a_step(text: str) -> None:
    action, operands, attrs = ACTIONS[text]
    found = lines([Step((6,), action, operands, attrs, ": float64[2]")], [6])
    assert found[1:] == [f"  t0: float64[2] = {text}", "  return t0"]


def test_results_are_counted_and_leaves_are_set() -> None:
    steps = [Step((6, 7), softmax_n, (0, 1), {}), Step((8,), "p", (7, 6), {})]
    updates = [(ag.Value(1.0, label="w"), 8), (ag.Value(1.0), 0)]
    assert lines(steps, [8, 0, 2], updates) == [
        "program of 2 inputs, 2 steps, 0 bytes, numpy engine",
        "  t0, t1 = softmax(a, x1)",
        "  t2 = t1·t0",
        "  set w = t2",
        "  set a leaf = a",
        "  return t2, a, 0.333333",
    ]


def test_inputs_are_counted() -> None:
    for count, expected in enumerate(("0 inputs", "1 input", "2 inputs")):
        text = described([], Names(range(count), [], {}), [], [], "native", 0)
        assert text.startswith(f"program of {expected}, 0 steps, 0 bytes, native engine")


@pytest.mark.parametrize("count", [SHOWN - 1, SHOWN, SHOWN + 1, SHOWN + 40])
def test_a_long_program_is_shown_by_its_ends(count: int) -> None:
    steps = [Step((6 + k,), "ss", (0, 6 + k - 1 if k else 1), {}) for k in range(count)]
    found = lines(steps, [5 + count])[1:-1]
    every = [f"  t{k} = a + {f't{k - 1}' if k else 'x1'}" for k in range(count)]
    if count > SHOWN:
        half = SHOWN // 2
        every = [*every[:half], f"  … {count - SHOWN} more steps …", *every[-half:]]
    assert found == every


@pytest.mark.parametrize("count", [SHOWN - 1, SHOWN, SHOWN + 1, SHOWN + 40])
def test_many_results_are_shown_by_the_first(count: int) -> None:
    *_, last = lines([], [0] * count)
    more = f", … {count - SHOWN} more" if count > SHOWN else ""
    assert last == f"  return {', '.join('a' for _ in range(min(count, SHOWN)))}{more}"


def test_a_long_sum_is_shown_by_its_beginning() -> None:
    each = len("x1 + ")
    for count in (2, LONG // each, LONG // each + 1, LONG // each + 2, 3 * LONG):
        _, line, _ = lines([Step((6,), "s" * count, (1,) * count, {})], [6])
        shown = (LONG - len("x1 ")) // each + 2  # the first that goes beyond is the last
        terms = " + ".join(["x1"] * min(count, shown))
        assert line == f"  t0 = {terms}" + (f" … {count - shown} more terms" if count > shown else "")


@pytest.mark.parametrize(("length", "more"), [(LONG - 1, " + x1"), (LONG, " … 1 more terms")])
def test_the_first_term_beyond_is_the_last(length: int, more: str) -> None:
    """Its space is counted."""
    name = "a" * length
    text = described([Step((6,), "ss", (0, 1), {})], Names([0, 1], [name], {}), [6], (), "numpy", 0)
    assert text.splitlines()[1] == f"  t0 = {name}{more}"


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1 kB"), (1234, "1.23 kB"), (999_000, "999 kB"), (1e6, "1 MB"),
     (2.5e8, "250 MB"), (1e9, "1 GB"), (4.56e12, "4.56e+03 GB")],
)  # fmt: skip
def test_bytes(size: float, text: str) -> None:
    assert lines([], [], size=size)[0] == f"program of 2 inputs, 0 steps, {text}, numpy engine"


def test_a_program_of_arrays_names_what_it_reads() -> None:
    w, b = ag.Tensor(np.ones(3), label="w"), ag.Tensor(np.ones(3))
    compiled = ag.compile(lambda x: x * w + b * ag.live(lambda: 2.0) + 3.0, engine="numpy")
    compiled(np.ones(3))
    (trace,) = compiled.traces.values()
    assert str(trace.routine).splitlines() == [
        "program of 1 input, 4 steps, 48 bytes, numpy engine",
        "  t0: float64[3] = multiply(x0, w)",
        "  t1: float64[3] = multiply(live0, p1)",
        "  t2: float64[3] = add(t0, t1)",
        "  t3: float64[3] = add(t2, 3)",
        "  return t3",
    ]


def test_a_program_of_numbers_shows_every_step_and_the_memory() -> None:
    a, b = ag.Value(2.0, label="a"), ag.Value(3.0)
    program = ag.Program.from_graph(ag.leaky_relu(a * b + 1.0, 0.1) - ag.exp(a), [a, b], engine="numpy", order=0)
    assert str(program).splitlines() == [
        "program of 2 inputs, 4 steps, 64 bytes, numpy engine",
        "  t0 = exp(a)",
        "  t1 = a·x1 + 1",
        "  t2 = leaky_relu(t1, slope=0.1)",
        "  t3 = t2 − t0",
        "  return t3",
    ]
    assert repr(program) == "<program of 2 inputs, 4 steps, 64 bytes, numpy engine>"
    assert (len(program), program.memory, program.engine) == (4, 64, "numpy")
