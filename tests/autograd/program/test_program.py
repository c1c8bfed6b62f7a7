"""`ag.Program`: what it merges, folds and drops, how it is called, how it reads, and what it refuses."""

from __future__ import annotations

import copy
import math
import pickle
import random
import re
import threading
from itertools import product
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.program import program as programs
from autograd.program.numbers.lower import lower
from autograd.program.numbers.schedule import Loop, schedule
from autograd.program.purity import Purity
from autograd.program.text import Step, _bytes, _right
from nn.scalar import MLP


def value(name: str, number: float = 1.0) -> ag.Value:
    return ag.Value(number, label=name)


def test_value_and_gradients_in_the_order_of_wrt(engine: Any) -> None:
    a, b = value("a", 2.0), value("b", -3.0)
    program = ag.Program.from_graph(a * b * b, wrt=[b, a], engine=engine)
    assert program(-3.0, 2.0) == (18.0, [-12.0, 9.0])
    assert program.engine == engine


def test_one_node_gives_one_gradient(engine: Any) -> None:
    x = value("x", 2.0)
    assert ag.Program.from_graph(x * x * x, wrt=x, engine=engine)(3.0) == (27.0, 27.0)
    assert ag.Program.from_graph(x * x * x, wrt=x, engine=engine, order=2)(3.0) == (27.0, 27.0, 18.0)
    assert ag.Program.from_graph(x * x * x, wrt=x, engine=engine, order=0)(3.0) == 27.0


def test_run_takes_one_array_and_gives_a_new_one_each_time(engine: Any) -> None:
    a, b = value("a"), value("b")
    program = ag.Program.from_graph(a * b, wrt=[a, b], engine=engine)
    found, gradient = program.run(np.array([2.0, 3.0]))
    again = program.run(np.array([5.0, 7.0]))[1]
    assert (found, gradient.tolist(), again.tolist()) == (6.0, [3.0, 2.0], [7.0, 5.0])
    assert type(found) is float


@pytest.mark.parametrize(
    "x", [[2, 3], np.array([2, 3]), np.float32([2, 3]), np.array([2.0, 0.0, 3.0])[::2], (2.0, 3.0)]
)
def test_run_converts_what_is_not_a_plain_float64_array(engine: Any, x: Any) -> None:
    a, b = value("a"), value("b")
    assert ag.Program.from_graph(a * b, wrt=[a, b], engine=engine).run(x)[0] == 6.0


@pytest.mark.parametrize("wrong", [None, "2", 1j, [1.0], np.ones(2), ag.Value(1.0)], ids=lambda x: type(x).__name__)
def test_what_is_no_number_is_refused_rather_than_made_one(engine: Any, wrong: Any) -> None:
    a, b = value("a"), value("b")
    program = ag.Program.from_graph(a * b, wrt=[a, b], engine=engine)
    with pytest.raises((ag.DTypeError, ag.ShapeError), match="a Value holds"):
        program(wrong, 1.0)
    assert program(np.float32(2.0), np.array(3))[0] == 6.0
    x = ag.Tensor([1.0, 2.0], requires_grad=True)
    of_arrays = ag.Program.from_graph((x * x).sum(), wrt=[x], engine=engine)
    for call in (
        lambda: program.run([None, 1.0]),
        lambda: program.batch([[None, 1.0]]),
        lambda: of_arrays([None, 1.0]),
    ):
        with pytest.raises(ag.DTypeError, match="object for"):
            call()
    for wrong_data in ([None, 1.0], np.array([None, 1.0])):
        with pytest.raises(ag.DTypeError):
            x.data = wrong_data


def test_a_wrong_number_of_inputs_is_refused(engine: Any) -> None:
    a, b = value("a"), value("b")
    program = ag.Program.from_graph(a * b, wrt=[a, b], engine=engine)
    with pytest.raises(ag.ShapeError, match="2 inputs was called with 3"):
        program(1.0, 2.0, 3.0)
    for x in (np.zeros(3), np.zeros((2, 1)), 1.0):
        with pytest.raises(ag.ShapeError, match="expected \\(2,\\)"):
            program.run(x)


def test_what_a_program_cannot_be_made_of_is_refused() -> None:
    a, b = value("a"), value("b")
    product = a * b
    with pytest.raises(ag.GraphError, match="was computed"):
        ag.Program.from_graph(product * a, wrt=[product])
    with pytest.raises(ag.GraphError, match="given twice"):
        ag.Program.from_graph(product, wrt=[a, a])
    with pytest.raises(ag.DTypeError, match="graph of Values"):
        ag.Program.from_graph(ag.Tensor([1.0], requires_grad=True).sum(), wrt=[a])
    with pytest.raises(ValueError, match="order=3"):
        ag.Program.from_graph(product, wrt=[a], order=3)
    with pytest.raises(ValueError, match="engine 'fast'"):
        ag.Program.from_graph(product, wrt=[a], engine="fast")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="flush_denormals"):
        ag.Program.from_graph(product, wrt=[a], engine="numpy", flush_denormals=True)


def test_a_graph_is_recorded_without_a_look_at_what_a_function_might_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the user's runs then, so that random numbers may be drawn by others meanwhile, and nobody asks."""
    monkeypatch.setattr(Purity, "check", lambda *_: pytest.fail("looked for random numbers"))
    a = value("a")
    assert ag.Program.from_graph(a * a, a, engine="numpy")(3.0) == (9.0, 6.0)


def test_leaves_that_are_no_inputs_keep_their_number(engine: Any) -> None:
    a, b = value("a", 2.0), value("b", 5.0)
    program = ag.Program.from_graph(a * b, wrt=[a], engine=engine)
    b.data = 100.0
    assert program(3.0) == (15.0, [5.0])


def test_an_output_that_is_an_input_or_does_not_depend_on_one(engine: Any) -> None:
    a, b = value("a"), value("b")
    assert ag.Program.from_graph(a, wrt=[a, b], engine=engine)(3.0, 4.0) == (3.0, [1.0, 0.0])
    assert ag.Program.from_graph(b * b, wrt=[a], engine=engine)(3.0) == (1.0, [0.0])


def steps_of(output: ag.Value, wrt: list[ag.Value], order: int = 0) -> int:
    return len(ag.Program.from_graph(output, wrt, engine="numpy", order=order))


def test_equal_computations_are_done_once() -> None:
    a, b = value("a"), value("b")
    assert steps_of((a * b).tanh() + (b * a).tanh() ** 2, [a, b]) == 3
    assert steps_of(ag.exp(a) + ag.exp(a) + ag.exp(a), [a]) == 2


def test_constants_are_computed_beforehand() -> None:
    a, b, c = value("a"), value("b", 2.0), value("c", 3.0)
    assert steps_of(a * (b * c).tanh().exp(), [a]) == 1


@pytest.mark.parametrize(
    ("function", "steps"),
    [
        (lambda a: a - 0.0, 0), (lambda a: a**1, 0), (lambda a: a + -0.0, 0),
        (lambda a: a + 0.0, 1), (lambda a: a * 0.0, 1), (lambda a: a * 1.0, 1),
        (lambda a: a / 4.0, 1), (lambda a: a / 3.0, 1), (lambda a: (-a).__neg__(), 0),
    ],
)  # fmt: skip
def test_identities_are_exact(function: Any, steps: int, engine: Any) -> None:
    a = value("a")
    program = ag.Program.from_graph(function(a), [a], engine=engine, order=0)
    assert len(program) == steps  # the 1 of a graph is data, where others of many may be 2: the product stays
    for x in (-0.0, 0.0, np.inf, -np.inf, np.nan, 3.0, 1e-320):
        found, expected = program(x), function(ag.Value(x)).data
        np.testing.assert_array_equal(found, expected)
        assert np.signbit(found) == np.signbit(expected) or found != found


def test_second_derivatives(engine: Any) -> None:
    a, b = value("a", 0.3), value("b", -0.7)
    f = lambda a, b: ag.tanh(a * b) * ag.exp(a) + a**3 / (b * b + 1.0)  # noqa: E731
    program = ag.Program.from_graph(f(a, b), [a, b], engine=engine, order=2)
    point = [0.5, 1.5]
    _, gradient, rows = program(*point)
    expected = ag.hessian(lambda x: f(x[0], x[1]))
    slopes = [ag.grad(lambda a, b: f(a, b), i)(*point) for i in (0, 1)]
    np.testing.assert_allclose(gradient, slopes, rtol=1e-12)
    np.testing.assert_allclose(rows, expected(np.array(point)), rtol=1e-11)


def test_the_third_derivative_of_a_program_of_gradients(engine: Any) -> None:
    x = value("x", 1.3)
    slope = ag.gradients(ag.sin(x) * ag.exp(x), x, create_graph=True)
    program = ag.Program.from_graph(slope, x, engine=engine, order=2)
    expected = ag.grad(ag.grad(ag.grad(lambda x: ag.sin(x) * ag.exp(x))))
    assert program(0.4)[2] == pytest.approx(expected(0.4), rel=1e-12)


def test_a_branch_that_is_not_taken_has_gradient_zero_even_through_an_infinite_slope(engine: Any) -> None:
    x = value("x", 1.0)
    y = ag.relu(ag.sqrt(x) - 1.0) * 3.0
    program = ag.Program.from_graph(ag.where(0.0, y, x) + y, wrt=x, engine=engine)
    for point in (0.0, 4.0):
        node = ag.Value(point)
        eager = ag.relu(ag.sqrt(node) - 1.0) * 3.0
        assert program(point)[1] == ag.gradients(ag.where(0.0, eager, node) + eager, node)


def test_logsumexps_of_different_lengths_side_by_side(engine: Any) -> None:
    x = value("x", 1.0)
    two, three = [x, x * 2.0], [x, x * 2.0, x * 3.0]
    parts = ag.logsumexp(two) * ag.logsumexp(three), ag.sum(ag.softmax(two)[:1]) * ag.sum(ag.softmax(three)[:1])
    for output in parts:
        program = ag.Program.from_graph(output, x, engine=engine)
        assert program(1.0)[0] == pytest.approx(output.data, rel=1e-12)
        assert program(1.0)[1] == pytest.approx(ag.gradients(output, x), rel=1e-12)


def test_a_chain_of_many_thousand_steps_needs_no_recursion(engine: Any) -> None:
    x = y = value("x", 0.5)
    for _ in range(20_000):
        y = y * 0.9999 + 0.0001
    program = ag.Program.from_graph(y, x, engine=engine)
    y.backward()
    found, slope = program(0.5)
    assert found == pytest.approx(y.data, rel=1e-12)
    assert slope == pytest.approx(x.grad, rel=1e-12)


def moons_like(samples: int) -> tuple[ag.Value, list[ag.Value], Any]:
    """micrograd's demo in small: a network for each sample, hinge loss and L2, some labels 1 and some −1."""
    random.seed(3)
    model = MLP(2, [8, 8, 1])
    rng = np.random.default_rng(0)
    data, labels = rng.normal(size=(samples, 2)), rng.choice([-1.0, 1.0], samples)

    def loss() -> ag.Value:
        scores = [model([float(x) for x in row]) for row in data]
        losses = [(1 + -float(y) * score).relu() for y, score in zip(labels, scores, strict=True)]
        return ag.sum(losses) * (1.0 / samples) + 1e-4 * ag.sum([p * p for p in model.parameters()])

    return loss(), model.parameters(), loss


def test_a_network_recorded_number_by_number_becomes_loops_again(engine: Any) -> None:
    output, parameters, loss = moons_like(40)
    plan = schedule(lower(programs._tape(output, parameters, order=1)))
    assert len(plan.units) < 45
    assert sum(isinstance(unit, Loop) for unit in plan.units) >= len(plan.units) - 2
    program = ag.Program.from_graph(output, parameters, engine=engine)
    for p in parameters:
        p.data = p.data + random.uniform(-0.1, 0.1)
    found, gradient = program.run(np.array([p.data for p in parameters]))
    expected = loss()
    assert found == pytest.approx(expected.data, rel=1e-12)
    np.testing.assert_allclose(gradient, ag.gradients(expected, parameters), rtol=1e-12, atol=1e-15)


def test_threads_do_not_disturb_each_other(engine: Any) -> None:
    output, parameters, _ = moons_like(20)
    program = ag.Program.from_graph(output, parameters, engine=engine)
    points = [np.array([p.data for p in parameters]) + i for i in range(4)]
    expected = [program.run(x)[1] for x in points]
    wrong: list[int] = []

    def work(i: int) -> None:
        for _ in range(50):
            if not np.array_equal(program.run(points[i])[1], expected[i]):
                wrong.append(i)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_branch_that_a_comparison_chose_is_chosen_again(engine: Any) -> None:
    a, b = ag.Value(2.0), ag.Value(3.0)
    program = ag.Program.from_graph(ag.where(ag.greater(a, 0.0), a * b, b - a), wrt=[a, b], engine=engine)
    assert program(2.0, 3.0) == (6.0, [3.0, 2.0])
    assert program(-2.0, 3.0) == (5.0, [-1.0, 1.0])


@pytest.mark.parametrize("rows", [2, 3])
def test_sums_of_two_products_that_move_along_one_axis_each(rows: int, engine: Any) -> None:
    rng = np.random.default_rng(rows)
    A, b, C, d = rng.normal(size=(3, 4)), rng.normal(size=4), rng.normal(size=(rows, 4)), rng.normal(size=4)

    def f(A: Any, b: Any, C: Any, d: Any) -> Any:
        return [[ag.affine([*a, *c], [*b, *d]) for a in A] for c in C]

    found = ag.compile(f, engine=engine)(*(x.tolist() for x in (A, b, C, d)))
    np.testing.assert_allclose(found, (A @ b) + (C @ d)[:, np.newaxis], rtol=1e-14, atol=1e-14)


def test_a_batch_of_second_derivatives_and_of_values(engine: Any) -> None:
    a, b = value("a", 2.0), value("b", 5.0)
    output = ag.where(ag.greater(a, b), a**3 * b, a * ag.exp(b)) + ag.clip(a, -1.0, 1.0)
    rows = np.array([[1.0, 2.0], [2.0, 1.0], [-3.0, 0.5], [0.0, np.inf]])
    program = ag.Program.from_graph(output, wrt=[a, b], engine=engine, order=2)
    for part, whole in zip(program.batch(rows), zip(*map(program.run, rows), strict=True), strict=True):
        np.testing.assert_allclose(part, np.array(whole), rtol=1e-12)
    values = ag.Program.from_graph(output, wrt=[a, b], engine=engine, order=0)
    np.testing.assert_allclose(values.batch(rows), [values(*row) for row in rows], rtol=1e-12)
    with pytest.raises(ag.ShapeError, match=r"batch of shape \(2,\) for a program of 2 inputs"):
        program.batch([1.0, 2.0])
    constant = ag.Program.from_graph(a * 1.0, wrt=[a, b], engine=engine)
    np.testing.assert_array_equal(constant.batch(rows)[1], [[1.0, 0.0]] * 4)


def test_functions_computed_together_stand_where_the_first_is_read(engine: Any) -> None:
    x, b = ag.Value(0.3), ag.Value(-1.0)
    chosen = ag.where(ag.greater(ag.sigmoid(x), b), b, x)  # reads the sigmoid before there is a softplus
    program = ag.Program.from_graph(chosen * ag.softplus(x), wrt=[x, b], engine=engine)
    for numbers in ((0.3, -1.0), (0.3, 4.0)):
        p, q = map(ag.Value, numbers)
        y = ag.where(ag.greater(ag.sigmoid(p), q), q, p) * ag.softplus(p)
        value, slopes = program(*numbers)
        assert value == pytest.approx(y.data)
        assert slopes == pytest.approx(ag.gradients(y, [p, q]))


@pytest.mark.parametrize("larger", [1.0, 40.0])
def test_a_softmax_and_its_gradient_are_one_step(larger: float, engine: Any) -> None:
    x = [ag.Value(larger * k) for k in range(3)]
    program = ag.Program.from_graph(ag.sum([p * p for p in ag.softmax(x)]), x, engine=engine)
    assert str(program).count("softmax(") == 1
    assert not re.search(r"\b(exp|share|logsumexp)\b", str(program))


@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_shares_of_ordinary_and_extreme_numbers(count: int, engine: Any) -> None:
    x, weights = list(map(ag.Value, range(count))), list(map(ag.Value, range(count)))
    # The shares are the slopes of their weighted sum.
    program = ag.Program.from_graph(ag.dot(weights, ag.softmax(x)), [*weights, *x], engine=engine)
    assert str(program).count("softmax(") == 1
    for few in product([1.5, 400.0, 800.0, -math.inf, math.inf, math.nan], repeat=min(count, 3)):
        numbers = [*few, *(7.0, -900.0)[: count - len(few)]]
        expected = [y.data for y in ag.softmax(list(map(ag.Value, numbers)))]
        _, slopes = program(*[1.0] * count, *numbers)
        np.testing.assert_allclose(slopes[:count], expected, rtol=1e-12, atol=1e-300, equal_nan=True)


def test_numbers_that_are_all_minus_infinity_have_no_share(engine: Any) -> None:
    x = [ag.Value(0.5), ag.Value(1.5)]
    total = ag.logsumexp(x)
    minus = [-math.inf, -math.inf]
    assert ag.Program.from_graph(total, x, engine=engine).run(np.array(minus))[1].tolist() == [0.0, 0.0]
    rows = ag.Program.from_graph(total, x, engine=engine).batch(np.array([minus, [0.0, 0.0]]))[1]
    assert rows.tolist() == [[0.0, 0.0], [0.5, 0.5]]


def test_sizes_are_told_in_units_of_a_thousand() -> None:
    sizes = [1, 999, 1000, 2500, 999_000, 10**6, 10**9, 35 * 10**8]
    told = ["1 bytes", "999 bytes", "1 kB", "2.5 kB", "999 kB", "1 MB", "1 GB", "3.5 GB"]
    assert list(map(_bytes, sizes)) == told


def test_what_is_prepared_for_the_latest_lengths_of_a_batch_is_kept_and_no_more() -> None:
    a = ag.Value(2.0)
    program = ag.Program.from_graph(a * a, a, engine="numpy")
    for size in (1, *range(1, 12), 11):
        assert program.batch(np.full((size, 1), 3.0))[0].tolist() == [9.0] * size
    assert list(program._batches) == list(range(4, 12))


@pytest.mark.parametrize(("steps", "more"), [(59, None), (60, None), (61, 1), (80, 20)])
def test_of_a_long_program_the_beginning_and_the_end_are_shown(steps: int, more: int | None) -> None:
    y = x = ag.Value(0.5)
    for _ in range(steps):
        y = ag.tanh(y)
    program = ag.Program.from_graph(y, x, engine="numpy", order=0)
    assert len(program) == steps
    lines = str(program).splitlines()
    assert len(lines) == 2 + min(steps, 60) + (more is not None)
    assert [line.strip() for line in lines if "more steps" in line] == (
        [] if more is None else [f"… {more} more steps …"]
    )


@pytest.mark.parametrize(("first", "shown"), [("xyz", 101), ("wxyz", 100)])
def test_of_a_long_sum_the_beginning_is_shown(first: str, shown: int) -> None:
    """Up to the term with which it is longer than 400: one that is as long has another."""
    called = {0: first, 1: "x"}
    text = _right(Step((2,), "s" * 120, (0, *[1] * 119), {}), called)
    assert text == " + ".join([first, *"x" * (shown - 1)]) + f" … {120 - shown} more terms"
    short = _right(Step((2,), "s" * 99, (0, *[1] * 98), {}), called)
    assert short == " + ".join([first, *"x" * 98])


@pytest.mark.parametrize(
    ("function", "steps"),
    [
        (lambda a, b, c, d: a * b + c - d, 1),
        (lambda a, b, c, d: ((p := a * b) + c, p + d), 2),  # a product is part of both sums
        (lambda a, b, c, d: ((p := a * b) + c, p + d, p - c), 4),  # and of three it is one's own
        (lambda a, b, c, d: ((p := a * b) + c, p * d), 3),
        (lambda a, b, c, d: ((p := a * b) + c, ag.tanh(p)), 3),
        (lambda a, b, c, d: ((s := a * b + c) + d, s - a), 3),  # a sum is not
        (lambda a, b, c, d: (s := a * b + c, s + d), 2),
        (lambda a, b, c, d: (a + b) - (c - d), 2),
        (lambda a, b, c, d: -(a * b - (c + d * a)), 1),
        (lambda a, b, c, d: a * (b + c) + d, 2),
    ],
)
def test_which_sums_become_one_step(function: Any, steps: int) -> None:
    compiled, numbers = ag.compile(function, engine="numpy"), (1.5, -0.25, 3.0, 7.0)
    assert compiled(*numbers) == function(*numbers)
    (trace,) = compiled.traces.values()
    assert len(trace.routine) == steps


@pytest.mark.parametrize("deep", [0, 1, 2, 1500])
def test_a_look_at_what_follows_an_input_is_refused_however_far_down(deep: int) -> None:
    x = ag.Value(2.0)
    y = x
    for _ in range(deep):
        y = y * 1.001
    assert y > 0
    with pytest.raises(ag.RecordingError):
        ag.Program.from_graph(y * x, wrt=x, engine="numpy")


def test_other_leaves_of_a_graph_stay_as_they_were() -> None:
    x, w = ag.Value(2.0), ag.Value(3.0)
    program = ag.Program.from_graph(x * w, wrt=x, engine="numpy")
    w.data = 5.0
    assert program(4.0) == (12.0, 3.0)


@pytest.mark.parametrize("kind", [ag.Value, lambda x: ag.Tensor(x, requires_grad=True)], ids=["Values", "Tensors"])
def test_a_program_is_its_own_copy_and_refuses_pickle_in_one_line(kind: Any, engine: Any) -> None:
    """It was Python's error about a local function, or a lock."""
    x = kind(2.0)
    held = {"program": ag.Program.from_graph(x * x, wrt=x, engine=engine)}
    for again in (copy.copy(held["program"]), copy.deepcopy(held)["program"]):
        assert again(3.0) == (9.0, 6.0)
    with pytest.raises(TypeError, match="a Program is code made for this process, which pickle cannot write"):
        pickle.dumps(held)
