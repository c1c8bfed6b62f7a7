"""Programs of arrays: replay equals eager for every primitive and for random graphs, in values and in gradients."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import autograd as ag
import autograd.numpy as anp
from autograd.compat.builtins import getval
from autograd.extend import notrace_primitive
from autograd.program.tape import Tape
from tests.autograd.each import each
from tests.autograd.table import Case, cases
from tests.autograd.test_random_programs import array_programs, run_on_arrays

TOLERANCE = {"float64": 1e-12, "float32": 1e-5}
RNG = np.random.default_rng(0)
ENGINES = [HealthCheck.function_scoped_fixture]  # which engine it is changes nothing that hypothesis draws


def same(found: Any, expected: Any, dtype: str = "float64", least: float = 1e-3) -> None:
    """Equal up to rounding, of numbers as large as the largest or as ``least``, whichever is more."""
    found, expected = (np.asarray(x._raw if isinstance(x, ag.Tensor) else x) for x in (found, expected))
    assert found.shape == expected.shape
    assert found.dtype == expected.dtype or not expected.shape  # single numbers come out as Python's
    tolerance = TOLERANCE[dtype]
    with np.errstate(invalid="ignore"):
        size = np.abs(expected[np.isfinite(expected)]).max(initial=least)
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance * size, equal_nan=True)


# ---- the table -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@each("case", cases(differentiable=True))
def test_replay_equals_eager_for_every_primitive(case: Case, dtype: Any, engine: Any) -> None:
    wanted = case.differentiable()

    def drawn(seed: int) -> list[Any]:
        arrays = case.draw(seed)
        return [a.astype(dtype) if i in wanted else a for i, a in enumerate(arrays)]

    def loss(variables: Any, others: Any) -> Any:
        given = iter(variables)
        y = case(*(next(given) if i in wanted else others[i] for i in range(len(others))))
        weights = np.random.default_rng(7).uniform(0.5, 1.5, y.shape).astype(dtype)
        return (y * weights).sum() + (y * y * weights).sum()

    function = ag.value_and_grad(loss)
    compiled = ag.compile(function, engine=engine)
    for seed in (0, 1, 2):
        arrays = drawn(seed)
        # What has no gradient stays as it was recorded, where it is an index or a shape.
        arguments = [arrays[i] for i in wanted], [None if i in wanted else a for i, a in enumerate(arrays)]
        value, gradients = function(*arguments)
        found, found_gradients = compiled(*arguments)
        assert found == pytest.approx(float(value), rel=10 * TOLERANCE[dtype])
        for a, b in zip(found_gradients, gradients, strict=True):
            same(a, b, dtype)
    assert len(compiled.traces) == 1


@each("case", cases(differentiable=False))
def test_replay_equals_eager_where_there_is_no_gradient(case: Case, engine: Any) -> None:
    compiled = ag.compile(lambda *arrays: case(*arrays), engine=engine)
    for seed in (0, 1):
        arrays = case.draw(seed)
        found, expected = compiled(*map(ag.Tensor, arrays)), case(*arrays)
        np.testing.assert_array_equal(found, expected)


# ---- random graphs -------------------------------------------------------------------------------------------------


@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=ENGINES)
@given(array_programs, st.booleans())
def test_a_random_graph_of_arrays(engine: Any, program: Any, narrow: bool) -> None:
    shapes, steps = program
    dtype = "float32" if narrow else "float64"

    def drawn(seed: int) -> list[Any]:
        return [np.random.default_rng([seed, i]).uniform(-1.0, 1.0, s).astype(dtype) for i, s in enumerate(shapes)]

    function = ag.value_and_grad(lambda xs: run_on_arrays(steps, xs, lambda x: x))
    compiled = ag.compile(function, engine=engine)
    for seed in (0, 1):
        value, gradients = function(drawn(seed))
        found, found_gradients = compiled(drawn(seed))
        assert found == pytest.approx(float(value), rel=TOLERANCE[dtype], abs=TOLERANCE[dtype])
        for a, b in zip(found_gradients, gradients, strict=True):
            same(a, b, dtype, least=1.0)  # where functions saturate, small gradients are differences of large numbers


@pytest.mark.parametrize("derivative", ["hessian", "jacobian", "grad", "hvp"])
def test_derivatives_of_functions_of_arrays(derivative: str, engine: Any) -> None:
    A = RNG.normal(size=(4, 4))

    def vector(x: Any) -> Any:
        return ag.tanh(A @ x) * ag.exp(-x * x)

    def number(x: Any) -> Any:
        return ag.sum(vector(x) ** 2)

    operators = {
        "grad": ag.grad(number),
        "hessian": ag.hessian(number),
        "hvp": lambda x, v: ag.hvp(number, (x,), v)[1],
        "jacobian": ag.jacobian(vector),
    }
    operator = operators[derivative]
    compiled = ag.compile(operator, engine=engine)
    for _ in range(3):
        points = [RNG.normal(size=4) for _ in range(1 + (derivative == "hvp"))]
        same(compiled(*points), operator(*points))


def test_numbers_beside_arrays(engine: Any) -> None:
    def f(s: Any, X: Any) -> Any:
        return ag.sum(ag.tanh(s * X) * s) + s**2

    X = RNG.normal(size=(3, 2))
    for function in (f, ag.grad(f), ag.grad(f, 1), ag.grad(ag.grad(f)), ag.value_and_grad(f, (0, 1))):
        compiled = ag.compile(function, engine=engine)
        for s in (0.5, -2.0):
            for a, b in zip(ag_leaves(compiled(s, X)), ag_leaves(function(s, X)), strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-12)


def ag_leaves(x: Any) -> list[Any]:
    return [part for item in x for part in ag_leaves(item)] if isinstance(x, tuple | list) else [x]


def test_a_number_takes_on_the_precision_of_the_arrays(engine: Any) -> None:
    f = ag.compile(lambda s, X: X * s + 1.0, engine=engine)
    assert f(0.1, np.ones(3, np.float32)).dtype == np.float32
    same(f(0.1, np.ones(3, np.float32)), np.ones(3, np.float32) * 0.1 + 1.0, "float32")


# ---- what goes in and comes out ------------------------------------------------------------------------------------


def test_other_shapes_and_dtypes_are_recorded_again(engine: Any) -> None:
    calls = []

    @ag.compile
    def f(x: Any) -> Any:
        calls.append(x.shape)
        return (x * 2.0).sum(axis=0)

    for x in (np.ones((2, 3)), np.zeros((2, 3)), np.ones((4, 3)), np.ones((2, 3), np.float32), np.ones((4, 3))):
        np.testing.assert_array_equal(f(x), (x * 2).sum(axis=0))
    assert calls == [(2, 3), (4, 3), (2, 3)]


def test_results_are_the_callers_own(engine: Any) -> None:
    w = ag.Tensor([1.0, 2.0])
    f = ag.compile(lambda x: (x, w, x * w, x.reshape(2, 1), ag.Tensor([5.0, 6.0]) * 1.0), engine=engine)
    x = np.array([3.0, 4.0])
    first = f(x)
    kept = [np.array(a) for a in first]
    second = f(x)
    for a, b in zip(first, second, strict=True):
        assert not any(np.shares_memory(a, other) for other in (*second, x, w.data))
        a[...] = -1.0
        b[...] = -2.0
    assert (x.tolist(), w.data.tolist()) == ([3.0, 4.0], [1.0, 2.0])
    for a, b in zip(f(x), kept, strict=True):
        np.testing.assert_array_equal(a, b)


def test_arguments_that_are_views_or_in_another_order(engine: Any) -> None:
    f = ag.compile(ag.value_and_grad(lambda x, W: ag.sum(ag.tanh(x @ W) * x)), engine=engine)
    x, W = RNG.normal(size=(4, 4)), RNG.normal(size=(4, 4))
    expected = f(x, W)
    wide = RNG.normal(size=(8, 8))
    wide[::2, ::2] = x
    frozen = W.copy()
    frozen.flags.writeable = False
    for a, b in [(np.asfortranarray(x), W), (wide[::2, ::2], W), (x, frozen), (x[::-1].copy()[::-1], W.T.copy().T)]:
        found = f(a, b)
        assert found[0] == pytest.approx(expected[0], rel=1e-12)
        same(found[1], expected[1])


def test_tensors_from_outside_are_read_anew(engine: Any) -> None:
    w = ag.Tensor([1.0, 2.0], requires_grad=True)

    @ag.compile
    def f(x: Any) -> Any:
        y = ag.sum(w * w * x)
        return y, ag.gradients(y, w, create_graph=True)

    x = np.array([3.0, 4.0])
    same(f(x)[1], np.array([6.0, 16.0]))
    w.data = np.array([0.0, 1.0])
    assert f(x)[0] == 4.0
    w.data[...] = 1.0
    same(f(x)[1], np.array([6.0, 8.0]))


def test_choices_by_tensors_from_outside_are_made_anew(engine: Any) -> None:
    w, v = ag.Tensor([1.0, -1.0]), ag.Tensor([0.0, 0.0])
    f = ag.compile(lambda x: (ag.where(w > v, x, -x), ag.where(np.less_equal(v, w), x, -x)), engine=engine)
    for data in ([1.0, -1.0], [-1.0, 1.0], [0.0, 0.0]):
        w.data = data
        first, second = f(np.array([2.0, 3.0]))
        np.testing.assert_array_equal(first, np.where(np.array(data) > 0, [2.0, 3.0], [-2.0, -3.0]))
        np.testing.assert_array_equal(second, np.where(np.array(data) >= 0, [2.0, 3.0], [-2.0, -3.0]))


def test_choices_are_made_anew(engine: Any) -> None:
    f = ag.compile(ag.grad(lambda x: ag.sum(ag.where(x > 0, x * x, -x) + ag.maximum(x, 1.0))), engine=engine)
    for x in (np.array([1.0, -2.0, 3.0]), np.array([-1.0, 2.0, 0.5])):
        np.testing.assert_array_equal(f(x), np.where(x > 0, 2 * x, -1) + (x > 1) + 0.5 * (x == 1))


def test_equal_work_is_done_once_and_constants_beforehand() -> None:
    A = np.arange(4.0).reshape(2, 2)

    def f(x: Any) -> Any:
        constant = ag.exp(ag.Tensor(A) * 2.0)
        return ag.sum(ag.tanh(x @ A) + ag.tanh(x @ A) * (constant * 1.0))

    text = str(next(iter(_recorded(f, np.ones((2, 2))).traces.values())).routine)
    assert text.count("tanh") == 1
    assert "exp" not in text


def _recorded(f: Any, *args: Any) -> Any:
    compiled = ag.compile(f, engine="numpy")
    compiled(*args)
    return compiled


def test_class_numbers_are_checked_at_every_call(engine: Any) -> None:
    f = ag.compile(lambda x, t: ag.sum(ag.softmax_cross_entropy(x, t.reshape(-1))), engine=engine)
    x = RNG.normal(size=(4, 3))
    for t in ([[0, 1], [2, 0]], [[2, 2], [0, 1]]):
        assert f(x, np.array(t)) == pytest.approx(float(ag.sum(ag.softmax_cross_entropy(x, np.ravel(t)))), rel=1e-12)
    for wrong in (3, -1):
        with pytest.raises(ValueError, match=r"class numbers from .* for 3 logits"):
            f(x, np.array([[0, wrong], [2, 0]]))
    g = ag.compile(lambda x, t: ag.sum(ag.softmax_cross_entropy(x, t[1:])), engine=engine)
    for t in ([-1, 0, 1, 2, 0], [7, 1, 1, 1, 1]):  # the first is none of them
        assert g(x, np.array(t)) == pytest.approx(
            float(ag.sum(ag.softmax_cross_entropy(x, np.array(t[1:])))), rel=1e-12
        )
    with pytest.raises(ValueError, match=r"class numbers from -1 to 1 for 3 logits"):
        g(x, np.array([0, -1, 1, 1, 1]))
    h = ag.compile(lambda x, t: ag.sum(ag.softmax_cross_entropy(x, ag.where(t < 9, 2 * t, 0))), engine=engine)
    for t in ([0, 1, 0, 1], [9, 12, 1, 0]):
        classes = np.where(np.array(t) < 9, 2 * np.array(t), 0)
        assert h(x, np.array(t)) == pytest.approx(float(ag.sum(ag.softmax_cross_entropy(x, classes))), rel=1e-12)
    for wrong, found in ((2, "0 to 4"), (-1, "-2 to 2")):
        with pytest.raises(ValueError, match=f"class numbers from {found} for 3 logits"):
            h(x, np.array([0, wrong, 9, 1]))


def test_infinite_slopes_below_a_choice() -> None:
    f = ag.grad(lambda x: ag.sum(ag.where(x > 0, ag.sqrt(x), 0.0)))
    compiled = ag.compile(f, engine="numpy")
    for x in (np.array([4.0, 1.0]), np.array([0.0, 4.0])):
        np.testing.assert_array_equal(compiled(x), f(x))


def test_memory_is_planned() -> None:
    """A chain of steps needs no buffer for each."""

    def f(x: Any) -> Any:
        for _ in range(20):
            x = ag.sin(x) * 0.5
        return ag.sum(x)

    w = ag.Tensor(np.ones(1000), requires_grad=True)
    program = ag.Program.from_graph(f(w), wrt=[w], order=0, engine="numpy")
    assert program.memory < 3 * 8000


def test_the_graph_of_a_recording_is_let_go() -> None:
    made = []
    w = ag.Tensor(np.ones(3))

    @ag.compile
    def step(x: Any) -> Any:
        y = w + x * ag.live(lambda: 2.0)
        made.append(weakref.ref(y))
        ag.assign(w, y)
        return ag.sum(y)

    step(np.ones(3))
    gc.collect()
    assert made[0]() is None


# ---- Program.from_graph --------------------------------------------------------------------------------------------


def test_a_program_from_a_graph_of_tensors(engine: Any) -> None:
    W = ag.Tensor(RNG.normal(size=(3, 2)), requires_grad=True, label="W")
    b = ag.Tensor(RNG.normal(size=2), requires_grad=True, label="b")
    x = RNG.normal(size=(5, 3))
    loss = ag.mean(ag.tanh(x @ W + b) ** 2)
    program = ag.Program.from_graph(loss, wrt=[W, b], engine=engine)
    assert program.engine == engine
    for _ in range(2):
        values = [RNG.normal(size=(3, 2)), RNG.normal(size=2)]
        leaves = [ag.Tensor(v, requires_grad=True) for v in values]
        expected = ag.mean(ag.tanh(x @ leaves[0] + leaves[1]) ** 2)
        value, gradients = program(*values)
        assert value == pytest.approx(expected.item(), rel=1e-12)
        for a, g in zip(gradients, ag.gradients(expected, leaves), strict=True):
            same(a, g)
    head = str(program).splitlines()[0]
    assert head.startswith("program of 2 inputs, ")
    assert f"{engine} engine" in head
    alone = ag.Program.from_graph(loss, wrt=W, engine=engine)
    same(alone(W)[1], ag.gradients(loss, W))
    assert ag.Program.from_graph(loss, wrt=W, engine=engine, order=0)(W.data) == pytest.approx(loss.item())


def test_what_a_program_of_tensors_cannot_be_made_of_is_refused() -> None:
    w = ag.Tensor([1.0, 2.0], requires_grad=True, label="w")
    fixed = ag.Tensor([1.0, 2.0], label="fixed")
    loss = ag.sum(w * fixed)
    with pytest.raises(ag.ShapeError, match="reduce it to one number"):
        ag.Program.from_graph(w * fixed, wrt=[w])
    with pytest.raises(ag.GraphError, match="'fixed' does not require a gradient"):
        ag.Program.from_graph(loss, wrt=[fixed])
    with pytest.raises(ag.GraphError, match="given twice"):
        ag.Program.from_graph(loss, wrt=[w, w])
    with pytest.raises(ag.GraphError, match="was computed"):
        ag.Program.from_graph(loss, wrt=[loss])
    with pytest.raises(ag.DTypeError, match=r"ag.compile\(ag.hessian"):
        ag.Program.from_graph(loss, wrt=[w], order=2)
    program = ag.Program.from_graph(loss, wrt=[w])
    with pytest.raises(ag.ShapeError, match=r"w of shape \(3,\) for a program recorded with shape \(2,\)"):
        program(np.ones(3))
    with pytest.raises(ag.ShapeError, match="1 inputs was called with 2"):
        program(np.ones(2), np.ones(2))
    with pytest.raises(ag.DTypeError, match="call a program of Tensors with its arrays"):
        program.run(np.ones(2))


# ---- what is refused, with its line --------------------------------------------------------------------------------


def truth(x: Any) -> Any:
    return x if x.sum() > 0 else -x  # here


def number(x: Any) -> Any:
    return x * float(x.sum())  # here


def item(x: Any) -> Any:
    return x / x.max().item()  # here


def data(x: Any) -> Any:
    return x * np.abs(x.data)  # here


def plain(x: Any) -> Any:
    return x * np.asarray(x)  # here


def of_numpy(x: Any) -> Any:
    return x * np.flatnonzero(x)  # here


def in_place(x: Any) -> Any:
    x += 1.0  # here
    return x


def entry(x: Any) -> Any:
    x[0] = 1.0  # here
    return x


def index(x: Any) -> Any:
    return ag.Tensor([1.0, 2.0])[x > 0]  # here


def backward(x: Any) -> Any:
    (x * WEIGHT).sum().backward()  # here
    return x


def chance(x: Any) -> Any:
    noise = RNG.normal(size=2)  # here
    return x * noise


def mutation(x: Any) -> Any:
    WEIGHT.data = np.ones(2)  # here
    return x * WEIGHT


def listed(x: Any) -> Any:
    return x * sum(x.tolist())  # here


def another_tensor(x: Any) -> Any:
    return x * ag.Tensor(x)  # here


def a_variable(x: Any) -> Any:
    return x * ag.Tensor(x, requires_grad=True, dtype=np.float32)  # here


def what_it_holds(x: Any) -> Any:
    return x * getval(x)  # here


def without_derivative(x: Any) -> Any:
    return x * notrace_primitive(np.round)(x)  # here


def copied(x: Any) -> Any:
    return x.__deepcopy__({}) * x.__copy__()  # here


def pickled(x: Any) -> Any:
    return x.__reduce__()  # here


def branch_on_an_outside_tensor(x: Any) -> Any:
    return x if WEIGHT.sum() > 0 else -x  # here


def truth_of_an_outside_tensor(x: Any) -> Any:
    return x if FLAG else -x  # here


FLAG = ag.Tensor(1.0)
WEIGHT = ag.Tensor([1.0, 2.0], requires_grad=True)
OUTSIDE = [listed, branch_on_an_outside_tensor, truth_of_an_outside_tensor]
HELD = [another_tensor, a_variable, what_it_holds, without_derivative, copied, pickled]  # of a trace there are zeros
REFUSED = [
    truth,
    number,
    item,
    data,
    plain,
    of_numpy,
    in_place,
    entry,
    index,
    backward,
    chance,
    mutation,
    *HELD,
]


@pytest.mark.parametrize(
    "function", [*REFUSED, listed, branch_on_an_outside_tensor, truth_of_an_outside_tensor], ids=lambda f: f.__name__
)
def test_what_cannot_be_recorded_is_refused_with_its_line(function: Any, request: pytest.FixtureRequest) -> None:
    if function is chance:  # which draws from what this module holds
        request.getfixturevalue("thawed")
    first = function.__code__.co_firstlineno
    source = Path(__file__).read_text(encoding="utf-8").splitlines()
    line = next(i for i in range(first, first + 9) if "# here" in source[i - 1])
    with pytest.raises(ag.RecordingError, match=rf"line {line}: ") as caught:
        ag.compile(function)(np.array([1.0, 2.0]))
    assert __file__ in str(caught.value)


# ---- the list itself -----------------------------------------------------------------------------------------------


def test_a_tape_tells_constants_apart_by_their_bits() -> None:
    tape = Tape()
    assert tape.constant(0.0) == tape.constant(0.0)
    assert len({tape.constant(x) for x in (0.0, -0.0, 1, 1.0, True, float("nan"))}) == 6


SOLVED: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "a vector": ((3, 3), (3,)),
    "columns": ((3, 3), (3, 2)),
    "matrices": ((2, 3, 3), (2, 3, 1)),
}


@pytest.mark.parametrize("name", SOLVED)
def test_what_has_no_result_at_zeros_is_recorded_in_its_shape(name: str, engine: Any) -> None:
    rng = np.random.default_rng(0)
    for solve in (anp.linalg.solve, ag.primitive(np.linalg.solve)):
        program = ag.compile(lambda A, b, solve=solve: 2.0 * solve(A, b), engine=engine)
        for _ in range(2):
            A, b = (rng.normal(size=shape) for shape in SOLVED[name])
            np.testing.assert_allclose(program(A, b), 2.0 * np.linalg.solve(A, b), rtol=1e-12)
