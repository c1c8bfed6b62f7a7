"""Replay equals eager on random graphs, and on random repetitions of them, for other numbers than those recorded."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import autograd as ag

FUNCTIONS = ["tanh", "sin", "relu", "exp", "softplus", "sigmoid", "abs", "leaky_relu", "sqrt", "log", "clip"]
SEVERAL = [
    "add",
    "sub",
    "mul",
    "div",
    "neg",
    "square",
    "power",
    "maximum",
    "where",
    "sum",
    "affine",
    "softmax",
    "units",
]
ENGINES = [HealthCheck.function_scoped_fixture]  # which engine it is changes nothing that hypothesis draws
steps = st.tuples(st.sampled_from(FUNCTIONS + SEVERAL), *[st.integers(0, 40)] * 3)
numbers = st.floats(-3, 3).map(lambda x: round(x, 3))
programs = st.tuples(
    st.lists(steps, min_size=1, max_size=30), st.lists(st.tuples(numbers, numbers), min_size=1, max_size=4)
)


def run(program: list[Any], inputs: list[Any]) -> Any:
    """The sum of the last three values of a random program."""
    values = list(inputs)
    for name, *places in program:
        a, b, c = (values[-1 - place % len(values)] for place in places)
        if name == "add":
            values.append(a + b)
        elif name == "sub":
            values.append(a - b)
        elif name == "mul":
            values.append(ag.tanh(a) * b)
        elif name == "div":
            values.append(a / (b * b + 1.0))
        elif name == "neg":
            values.append(-a)
        elif name == "square":
            values.append(ag.tanh(a) ** 2)
        elif name == "power":
            values.append(ag.sigmoid(a) ** ag.tanh(b))
        elif name == "maximum":
            values.append(ag.maximum(a, b))
        elif name == "where":
            values.append(ag.relu(a) * b + c)
        elif name == "sum":
            values.append(ag.sum([a, b, c, a]) * 0.25)
        elif name == "affine":
            values.append(ag.tanh(ag.affine([a, b], [c, 0.5], a)))
        elif name == "softmax":
            values.extend(ag.softmax([a, b, c]))
        elif name == "units":
            values.append(a * 1.0 + b * -1.0 + 0.5)
        elif name == "clip":
            values.append(ag.clip(a, -1.0, 1.5))
        elif name in ("sqrt", "log"):
            values.append(getattr(ag, name)(a * a + 0.1))
        elif name == "exp":
            values.append(ag.exp(ag.tanh(a)))
        else:
            values.append(getattr(ag, name)(a))
    return ag.sum(values[-3:])


def agree(program: Any, graph: Any, numbers: list[float]) -> None:
    leaves = [ag.Value(x) for x in numbers]
    output = graph(leaves)
    value, gradient = program.run(np.array(numbers))
    expected = np.array([output.data, *ag.gradients(output, leaves)])
    # Where large parts cancel, a rounding of the parts is what is left.
    size = max(1.0, np.abs(expected[np.isfinite(expected)]).max(initial=0.0))
    np.testing.assert_allclose([value, *gradient], expected, rtol=1e-12, atol=1e-12 * size, equal_nan=True)


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=ENGINES)
@given(programs)
def test_a_random_graph(engine: Any, program: Any) -> None:
    steps, pairs = program
    recorded, others = zip(*pairs, strict=True)
    leaves = [ag.Value(x) for x in recorded]
    replayed = ag.Program.from_graph(run(steps, leaves), leaves, engine=engine)
    agree(replayed, lambda xs: run(steps, xs), list(recorded))
    agree(replayed, lambda xs: run(steps, xs), list(others))


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=ENGINES)
@given(programs, st.integers(2, 12))
def test_the_same_graph_for_several_samples(engine: Any, program: Any, samples: int) -> None:
    """Parameters shared by all samples, data that differ: what runs in lanes."""
    steps, pairs = program
    parameters, _ = zip(*pairs, strict=True)
    data = np.random.default_rng(len(steps)).normal(size=(samples, 2)).round(2)

    def loss(xs: list[Any]) -> Any:
        return ag.sum([run(steps, [float(d) * xs[0] for d in row] + list(xs)) for row in data])

    leaves = [ag.Value(x) for x in parameters]
    replayed = ag.Program.from_graph(loss(leaves), leaves, engine=engine)
    agree(replayed, loss, [x + 0.25 for x in parameters])


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=ENGINES)
@given(programs)
def test_a_compiled_gradient(engine: Any, program: Any) -> None:
    steps, pairs = program
    function = ag.value_and_grad(lambda xs: run(steps, xs))
    compiled = ag.compile(function, engine=engine)
    for point in zip(*pairs, strict=True):
        expected, found = function(list(point)), compiled(list(point))
        flat = np.array([expected[0], *expected[1]])
        size = max(1.0, np.abs(flat[np.isfinite(flat)]).max(initial=0.0))
        np.testing.assert_allclose([found[0], *found[1]], flat, rtol=1e-12, atol=1e-12 * size, equal_nan=True)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=ENGINES)
@given(programs, st.integers(0, 700))
def test_a_program_over_a_batch(engine: Any, program: Any, examples: int) -> None:
    """Every row is what the program gives for it alone."""
    steps, pairs = program
    leaves = [ag.Value(x) for x, _ in pairs]
    replayed = ag.Program.from_graph(run(steps, leaves), leaves, engine=engine)
    rows = np.random.default_rng(examples).uniform(-3, 3, (examples, len(leaves)))
    values, gradients = replayed.batch(rows)
    assert values.shape == (examples,)
    assert gradients.shape == rows.shape
    for i in range(0, examples, max(1, examples // 5)):
        value, gradient = replayed.run(rows[i])
        expected = np.array([value, *gradient])
        size = max(1.0, np.abs(expected[np.isfinite(expected)]).max(initial=0.0))
        found = np.array([values[i], *gradients[i]])
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12 * size, equal_nan=True)
