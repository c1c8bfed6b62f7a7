"""`ag.compile`: what is recorded, what is read anew, and what is refused, with the line where it happens."""

from __future__ import annotations

import gc
import math
import random
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp
from autograd.graph.functions_of_one import FunctionsOfOne

OPERATORS = ("add", "sub", "mul", "truediv", "pow", "neg", "pos", "abs")
RNG = np.random.default_rng(0)
OWN = random.Random(0)


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
    with ag.no_grad():
        assert f(ag.Value(2.0), 3.0) == f(2.0, ag.Value(3.0)) == f(2.0, np.float64(3.0)) == 7.0
    assert f(ag.Value(2.0, requires_grad=False), 3.0) == 7.0


def test_a_gradient_flows_through_a_compiled_function(engine: Any) -> None:
    f = ag.compile(lambda x: x * x, engine=engine)
    assert f(3.0) == 9.0
    assert ag.grad(f)(3.0) == 6.0
    assert ag.grad(ag.grad(lambda x: f(x) * x))(3.0) == 18.0
    x = ag.Value(3.0)
    (f(x) + x).backward()
    assert x.grad == 7.0
    w = ag.Tensor([1.0, 2.0], requires_grad=True)
    np.testing.assert_array_equal(ag.gradients(ag.sum(f(w * 3.0)), w).data, [18.0, 36.0])


def test_values_from_outside_are_read_anew_wherever_no_gradient_flows(engine: Any) -> None:
    """Detached, below no_grad, by a primitive that sees it first, or differentiated for within the function."""
    w, W = ag.Value(3.0), ag.Tensor([1.0, 2.0])

    def f(x: Any) -> Any:
        with ag.no_grad():
            y = w * 2.0 + ag.maximum(w, x)
        z = ag.maximum(w, x).detach() * w.detach()
        return y, z, ag.grad(lambda v: v * v * x)(w), ag.grad(lambda v: ag.sum(v * v * x))(W) * W.detach()

    compiled = ag.compile(f, engine=engine)
    for number in (3.0, -1.0, 0.5):
        w.data, W.data = number, np.array([number, 1.0])
        found = compiled(2.0)
        top = max(number, 2.0)
        for a, b in zip(
            found, (2 * number + top, top * number, 4 * number, np.array([4 * number**2, 4.0])), strict=True
        ):
            np.testing.assert_allclose(a, b, rtol=1e-12)


def test_a_buffer_that_the_function_fills_is_read_when_it_is_used(engine: Any) -> None:
    b, index = np.zeros(2), np.array([0, 0])

    def f(x: Any) -> Any:
        b[:] = 1.0
        y = x * b
        b[:] = 2.0
        z = ag.sum(x[index])
        index[:] = 1
        return y + 10.0 * x * b, z

    compiled = ag.compile(f, engine=engine)
    for _ in range(2):
        first, second = compiled(np.array([3.0, 4.0]))
        np.testing.assert_array_equal(first, [63.0, 84.0])
        assert second == 6.0


def test_options_that_are_traced_are_refused() -> None:
    with pytest.raises(ag.RecordingError, match="an option of leaky_relu that is a node"):
        ag.compile(lambda x, s: ag.leaky_relu(x, s))(1.0, 0.1)


def test_a_traced_node_is_good_for_nothing_after_its_function() -> None:
    kept = []
    ag.compile(lambda x: kept.append(x), engine="numpy")(1.0)
    with pytest.raises(ag.RecordingError, match="after its function has returned"):
        kept[0] * 2.0


@pytest.mark.parametrize("function", ["floor", "ceil", "rint", "trunc", "sign", "isnan", "isfinite", "signbit"])
def test_a_piecewise_constant_function_of_a_number_is_computed_anew(function: str, engine: Any) -> None:
    step = getattr(anp, function)
    compiled = ag.compile(lambda x: x - step(x), engine=engine)
    for x in (1.7, -1.7, 0.0, -0.0, 2.5, 1e300):
        assert compiled(x) == x - float(getattr(np, function)(x))


@pytest.mark.parametrize("kind", [ag.Value, ag.Tensor], ids=["numbers", "arrays"])
def test_every_operator_and_method_of_a_traced_node_gives_a_traced_node(kind: Any) -> None:
    operators = [name for name in dir(float) if name.strip("_").removeprefix("r") in OPERATORS]
    methods = [name for name in vars(FunctionsOfOne) if not name.startswith("_")]
    assert "relu" in methods
    assert "__rtruediv__" in operators

    def f(x: Any) -> Any:
        for name in methods:
            assert getattr(x, name)().traced, name
        for name in operators:
            for args in [()] if name in ("__neg__", "__pos__", "__abs__") else [(2.0,), (x,)]:
                assert getattr(x, name)(*args).traced, name
        return np.ceil(x.relu()) * x.tanh()  # a number that was not traced was taken for NaN

    with ag.no_grad():
        found = ag.compile(f, engine="numpy")(kind(1.5))
    assert float(found) == pytest.approx(2.0 * math.tanh(1.5))


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


def test_derivatives_of_every_kind_stop_at_detach(engine: Any) -> None:
    def f(x: Any) -> Any:
        return ag.tanh(x.detach() * x)

    for function in (
        lambda x: ag.hvp(f, (x,), 0.5)[1],
        lambda x: ag.jvp(f, (x,), 0.5)[1],
        lambda x: ag.jacobian(f)(x),
        lambda x: ag.vjp(f, (x,), 0.5)[1],
        ag.hessian(f),
    ):
        compiled = ag.compile(function, engine=engine)
        for x in (-0.868, 0.324):
            assert compiled(x) == pytest.approx(function(x), rel=1e-13)
    compiled = ag.compile(lambda x: ag.jacobian(f)(x), engine=engine)
    np.testing.assert_allclose(compiled(np.array([0.3, 0.5])), ag.jacobian(f)(np.array([0.3, 0.5])))


OF_NUMBERS: dict[str, Any] = {
    "array": lambda a, b: anp.array([a, b * 2.0, a * b]),
    "stack": lambda a, b: anp.stack([a, b]) * b,
    "full": lambda a, b: anp.full((2, 3), a) * b,
    "append": lambda a, b: anp.append(anp.array([a]), b),
    "determinant": lambda a, b: anp.linalg.det(anp.array([[a, b], [1.0, a]])),
    "shape": lambda a, b: a.reshape(1) * b.ndim + a.sum() * b.size,
    "outer": lambda a, b: np.multiply.outer(anp.arange(3.0) * a, anp.arange(2.0) * b),
    "geomspace": lambda a, b: anp.geomspace(a, b, 4),
    "weights": lambda a, b: anp.histogram([0.1, 0.5, 0.9], 2, weights=anp.array([a, b, a]))[0],
}


@pytest.mark.parametrize("name", OF_NUMBERS)
def test_arrays_may_be_made_of_the_numbers_given(name: str, engine: Any) -> None:
    made = OF_NUMBERS[name]
    eager = ag.value_and_grad(lambda a, b: anp.sum(made(a, b) ** 2), (0, 1))
    compiled = ag.compile(eager, engine=engine)
    for numbers in ((1.5, 2.0), (3.0, 0.5), (np.float64(2.0), 4.0)):
        value, slopes = compiled(*numbers)
        expected, others = eager(*numbers)
        assert type(value) is float
        np.testing.assert_allclose([value, *slopes], [expected, *others], rtol=1e-12)


def test_a_mistake_in_a_function_of_numbers_is_named_once() -> None:
    for function, error in ((lambda x: x.nothing, AttributeError), (lambda x: x + "text", TypeError)):
        with pytest.raises(error) as refusal:
            ag.compile(function)(1.0)
        assert refusal.value.__context__ is None or refusal.value.__suppress_context__
    with pytest.raises(TypeError, match="that gives a generator: give a list"):
        ag.compile(lambda x: (x * i for i in range(3)))(1.0)


def test_a_compiled_function_inside_another() -> None:
    inner = ag.compile(lambda x: x * x)
    outer = ag.compile(ag.grad(lambda x: inner(x) * 3.0), engine="numpy")
    assert outer(2.0) == 12.0
    assert outer(5.0) == 30.0
    cut = ag.compile(lambda x: inner(x.detach()) + inner(x), engine="numpy")  # where no gradient flows
    assert [cut(2.0), cut(5.0)] == [8.0, 50.0]


def test_a_result_that_depends_on_no_number() -> None:
    f = ag.compile(lambda x: (x, 3.0, None), engine="numpy")
    assert f(2.0) == (2.0, 3.0, None)
    assert ag.compile(lambda x: 1)(2.0) == 1


def test_detach_stops_gradients_and_stays_recorded() -> None:
    f = ag.compile(ag.grad(lambda x: x * x.detach()), engine="numpy")
    assert [f(2.0), f(5.0)] == [2.0, 5.0]
    w = ag.Value(3.0)  # one from outside, too
    g = ag.compile(lambda x: ag.gradients(w.detach() * w * x, w, create_graph=True), engine="numpy")
    assert [g(1.0), g(2.0)] == [3.0, 6.0]


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


def own_chance(x: Any) -> Any:
    noise = OWN.random()  # here
    return x * noise


def mutation(x: Any) -> Any:
    OUTSIDE.data = 2.0  # here
    return x * OUTSIDE


def outside(x: Any) -> Any:
    return x if OUTSIDE > 0 else -x  # here


def truth_of_what_is_outside(x: Any) -> Any:
    return x if OUTSIDE else -x  # here


def backward(x: Any) -> Any:
    y = x * x
    y.backward()  # here
    return y


def maximum(x: Any) -> Any:
    return max(x, 2.0)  # here


def text(x: Any) -> Any:
    return f"{x:.3f}"  # here


@pytest.mark.parametrize(
    "function",
    [
        branch,
        truth,
        number,
        data,
        chance,
        old_chance,
        generator,
        own_chance,
        mutation,
        outside,
        truth_of_what_is_outside,
        backward,
        maximum,
        text,
    ],
    ids=lambda f: f.__name__,
)
def test_what_cannot_be_recorded_is_refused_with_its_line(function: Any, request: pytest.FixtureRequest) -> None:
    if function in (chance, generator, own_chance):  # which draw from what this module holds
        request.getfixturevalue("thawed")
    lines = function.__code__.co_firstlineno
    source = Path(__file__).read_text(encoding="utf-8").splitlines()
    line = next(i for i in range(lines, lines + 9) if "# here" in source[i - 1])
    with pytest.raises(ag.RecordingError, match=rf"line {line}: ") as caught:
        ag.compile(function)(1.5)
    assert __file__ in str(caught.value)


MISTAKES: dict[str, tuple[Any, str]] = {
    "a name": (lambda x: x.shapes, "'TracedValue' object has no attribute 'shapes'"),
    "a text": (lambda x: x + "1", "add of a Value and '1'"),
    "a length": (lambda x: len(x), r"'TracedValue' has no len\(\)"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_of_the_number_that_was_given(name: str) -> None:
    function, message = MISTAKES[name]
    with pytest.raises((TypeError, AttributeError), match=message) as caught:
        ag.compile(function)(1.5)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("function", "what"),
    [(chance, "random numbers"), (old_chance, "random numbers"), (mutation, "setting a node's data")],
    ids=lambda x: getattr(x, "__name__", " "),
)
def test_what_changed_meanwhile_is_named(function: Any, what: str, thawed: None) -> None:
    with pytest.raises(ag.RecordingError, match=f"cannot record {what}"):
        ag.compile(function)(1.5)


def test_gradients_that_nothing_could_flow_through_are_refused(engine: Any) -> None:
    def slope(**words: Any) -> Any:
        return ag.compile(lambda x: ag.gradients(x * x, x, **words), engine=engine)

    with pytest.raises(ag.RecordingError, match="a backward pass that is thrown away"):
        slope()(1.5)
    assert slope(create_graph=True)(1.5) == 3.0
    with pytest.raises(ag.RecordingError, match=r"which changes \.grad"):
        ag.compile(lambda x: (x * x).backward(create_graph=True), engine=engine)(1.5)


CUBES: dict[str, tuple[Any, Any]] = {
    "an argument": (lambda x: ag.gradients(ag.sum(x**3), x, create_graph=True), lambda x: 3 * x**2),
    "a list of it": (lambda x: ag.gradients(ag.sum(x**3), [x], create_graph=True)[0], lambda x: 3 * x**2),
    "what it makes": (
        lambda x: (lambda y: ag.gradients(ag.sum(y * y * x), y, create_graph=True))(2 * x), lambda x: 4 * x**2,
    ),
    "twice": (
        lambda x: ag.gradients(ag.sum(ag.gradients(ag.sum(x**3), x, create_graph=True)), x, create_graph=True),
        lambda x: 6 * x,
    ),
    "beside a number in an array": (
        lambda x: ag.gradients(ag.sum(x**3 * np.asarray(2.0)), x, create_graph=True), lambda x: 6 * x**2,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CUBES)
@pytest.mark.parametrize("kind", [np.asarray, np.float32, ag.Tensor], ids=["array", "float32", "Tensor"])
def test_a_function_differentiates_for_an_array_that_it_is_given(name: str, kind: Any, engine: Any) -> None:
    function, expected = CUBES[name]
    compiled = ag.compile(function, engine=engine)
    for x in (np.array([1.0, -2.0, 0.5]), np.array([3.0, 0.0, 7.0])):
        found = compiled(kind(x))
        np.testing.assert_allclose(found, expected(x), rtol=1e-12)
        assert found.dtype == (np.float32 if kind is np.float32 else np.float64)
    assert len(compiled.traces) == 1


def test_what_has_no_gradient_in_a_compiled_function_says_so() -> None:
    def slope(f: Any) -> Any:
        return ag.compile(lambda x: ag.gradients(ag.sum(x * x), f(x), create_graph=True))

    for f, x in ((lambda x: x.detach(), np.ones(2)), (lambda x: x, np.arange(2)), (lambda x: x.detach(), 1.5)):
        with pytest.raises(
            ag.GraphError, match=r"a traced (Tensor|Value) has no gradient, as it depends on no variable"
        ):
            slope(f)(x)
    with pytest.raises(ag.RecordingError, match="a backward pass that is thrown away"):
        ag.compile(lambda x: ag.gradients(ag.sum(x * x), x))(np.ones(2))


@pytest.mark.parametrize("passes", [(), (0,), (1,), (0, 1), (2,)], ids=str)
@pytest.mark.parametrize("kind", [np.random.default_rng, np.random.RandomState, random.Random])
def test_generators_made_after_a_recording_are_watched(kind: Any, passes: tuple[int, ...]) -> None:
    """Also where the collector has passed them, and counts them among the old that were looked at."""
    gc.collect()
    ag.compile(lambda x: x * x)(1.5)
    held = [kind(0)]
    for generation in passes:
        gc.collect(generation)
    draw = held[0].normal if kind is not random.Random else held[0].random
    for _ in range(2):
        with pytest.raises(ag.RecordingError, match="random numbers"):
            ag.compile(lambda x: x * draw())(1.5)


def test_the_normal_number_that_a_generator_has_in_store_counts() -> None:
    """NumPy's older generators draw them in pairs: the second leaves the bits as they were."""
    old = np.random.RandomState(0)
    for x in (1.5, np.ones(2)):
        for _ in range(2):  # the first of a pair, then the second
            old.normal()
            with pytest.raises(ag.RecordingError, match=r"random numbers .*test_compile\.py"):
                ag.compile(lambda x: x * old.normal())(x)


def test_data_that_another_thread_sets_does_not_count() -> None:
    def f(x: Any) -> Any:
        other = threading.Thread(target=setattr, args=(OUTSIDE, "data", 3.0))
        other.start()
        other.join()
        return x * x

    assert ag.compile(f)(1.5) == 2.25


def test_a_recording_keeps_no_generator_of_the_users() -> None:
    kept = random.Random(0)
    there = weakref.ref(kept)
    gc.collect()
    ag.compile(lambda x: x * x)(1.5)
    del kept
    assert there() is None


def test_unhashable_options_are_refused() -> None:
    with pytest.raises(TypeError, match="not hashable"):
        ag.compile(lambda x, y: x)(1.0, {1, 2})


def test_equal_constants_of_shapes_of_one_entry_are_two(engine: Any) -> None:
    """() and (1,) hold the same bytes, and are not the same operand, nor the same gradient."""
    numbers = [np.array(2.0), np.array([3.0])]

    def loss(a: Any, b: Any) -> Any:
        return ag.sum(a * np.array(0.5)) + ag.sum(b * np.array([0.5]))

    for function in (ag.grad(loss, (0, 1)), ag.grad(lambda b, a: loss(a, b), (1, 0))):
        compiled = ag.compile(function, engine=engine)
        found, expected = compiled(*numbers), function(*numbers)
        assert [np.shape(x) for x in found] == [np.shape(x) for x in expected]


def test_a_function_that_sets_a_leaf_is_recorded_while_another_thread_draws_numbers() -> None:
    """It is run again then, to see who drew them: what the first run set must not be taken for set."""
    leaf, rng = ag.Value(1.0), np.random.default_rng(0)

    def draw() -> None:
        rng.random()

    runs = iter([True, False, False])

    def step(x: Any) -> Any:
        y = leaf * x
        if next(runs):
            thread = threading.Thread(target=draw)
            thread.start()
            thread.join()
        ag.assign(leaf, y)
        return y

    stop = threading.Event()
    other = threading.Thread(target=stop.wait)  # or nobody else could have drawn them
    other.start()
    try:
        compiled = ag.compile(step, engine="numpy")
        assert (compiled(2.0), leaf.data, compiled(3.0), leaf.data) == (2.0, 2.0, 6.0, 6.0)
    finally:
        stop.set()
        other.join()


W = ag.Tensor([1.0, 2.0], requires_grad=True)
READ: dict[str, Callable[[], Any]] = {
    "a live number": lambda: ag.live(lambda: 3.0),
    "a live array": lambda: ag.live(lambda: np.ones(2)),
    "a leaf": lambda: W * 2.0,
    "a number of a leaf": lambda: W[0] * 2.0,
}


@pytest.mark.parametrize("name", READ)
def test_what_is_read_need_not_be_used(name: str, engine: Any) -> None:
    compiled = ag.compile(lambda x: (READ[name](), x * 2.0)[1], engine=engine)
    assert [compiled(3.0), compiled(4.0)] == [6.0, 8.0]
