"""What has left a graph, which a program made from the graph cannot follow: refused, never frozen."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.rules.primitive import BOOK


def island(function: Callable[[], Any]) -> Any:
    with ag.no_grad():
        return function()


def of(kind: str, x: Any) -> Any:
    return ag.Value(float(x)) if kind == "numbers" else ag.Tensor(np.full(2, x), requires_grad=True)


CUT: dict[str, Callable[[Any], Any]] = {
    "detach": lambda x: x.detach() * x,
    "detach of what was computed": lambda x: (x * 2.0).detach() * x,
    "detached, then computed with": lambda x: (x.detach() * 2.0 + 1.0) * x,
    "detached twice": lambda x: x.detach().detach() * x,
    "no_grad": lambda x: island(lambda: x * 2.0) * x,
    "no_grad, a function": lambda x: island(lambda: ag.exp(x)) * x,
    "a derivative for what is detached": lambda x: ag.elementwise_grad(ag.exp)(x.detach()) * x,
    "a derivative inside no_grad": lambda x: island(lambda: ag.elementwise_grad(ag.exp)(x)) * x,
    "a product with a Jacobian": lambda x: ag.jvp(ag.exp, (x.detach(),), x.data)[1] * x,
    "a detached operand": lambda x: x * 1.0 + x.detach(),
}
LOOKED_AT: dict[str, Callable[[Any], Any]] = {
    f"np.{entry.ufunc.__name__}": lambda x, entry=entry: entry.ufunc(*[x, 1.0][: len(entry.vjps)]) * x
    for entry in BOOK.values()
    if entry.elementwise and entry.ufunc is not None and not entry.differentiable
}
OF_NUMBERS: dict[str, Callable[[Any], Any]] = {
    ">": lambda x: x * 2.0 if x > 0 else -x,
    ">, of what was computed": lambda x: x * 2.0 if x * x > 1.0 else -x,
    "<=": lambda x: x * 2.0 if -x <= 0.0 else -x,
    "bool": lambda x: x * 2.0 if x else -x,
    "max": lambda x: max(x, -x),
    "nothing else": lambda x: x if x > 0 else x + 0.0,
}
OF_ARRAYS: dict[str, Callable[[Any], Any]] = {
    "==": lambda x: ag.where(x == 1.5, x, -x),
    "<": lambda x: ag.where(x < 0, -x, x),
    "ag.greater": lambda x: ag.where(ag.greater(x, 0.0), x, -x),
    "ag.floor": lambda x: ag.BOOK["floor"](x) * x,
    "argmax": lambda x: x[x.argmax()] * x,
    "np.argmax": lambda x: x[np.argmax(x)] * x,
    "argmin": lambda x: x[x.argmin()] * x,
    "np.argmin": lambda x: x[np.argmin(x)] * x,
    "np.where": lambda x: x[np.where(x > 1.0)] * 2.0,
    "np.count_nonzero": lambda x: x * np.count_nonzero(x),
    "np.any": lambda x: x * 2.0 if np.any(x) else x,
    "an index": lambda x: x[ag.Tensor([0]) * ag.BOOK["floor"](x * 0.1)[0].astype(int)] * 2.0,
}
CASES = [
    *[(kind, name) for kind in ("numbers", "arrays") for name in (*CUT, *LOOKED_AT)],
    *[("numbers", name) for name in OF_NUMBERS],
    *[("arrays", name) for name in OF_ARRAYS],
]
ALL = CUT | LOOKED_AT | OF_NUMBERS | OF_ARRAYS


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_what_would_be_frozen_is_refused(kind: str, name: str) -> None:
    x = of(kind, 1.5)
    y = ALL[name](x)
    with pytest.raises(ag.RecordingError, match=r"a program cannot follow .*ag\.compile") as error:
        ag.Program.from_graph(ag.sum(y) if kind == "arrays" else y, [x], engine="numpy")
    if name not in CUT and name not in ("ag.greater", "ag.floor"):
        assert f"file {__file__}, line " in str(error.value)


def test_an_input_that_was_seen_and_is_nowhere_else_in_the_graph_is_refused() -> None:
    x, y = ag.Tensor([1.0, 2.0], requires_grad=True), ag.Tensor([3.0, 4.0], requires_grad=True)
    total = ag.sum(y * (x > 1.0))
    with pytest.raises(ag.RecordingError, match="a comparison"):
        ag.Program.from_graph(total, [x, y], engine="numpy")
    assert ag.Program.from_graph(total, [y], engine="numpy")(y.data)[0] == 4.0


@pytest.mark.parametrize("kind", ["numbers", "arrays"])
def test_ones_own_leaf_and_an_input_are_not_refused(kind: str) -> None:
    x = of(kind, 1.5)
    end = ag.sum if kind == "arrays" else lambda y: y
    meant = ag.Value(x.data) if kind == "numbers" else ag.Tensor(x.data)
    assert ag.Program.from_graph(end(x * meant), x, engine="numpy", order=0)(x.data * 2.0) == pytest.approx(
        end(x * x).item() * 2.0
    )
    constant = ag.Value(1.5, requires_grad=False) if kind == "numbers" else ag.Tensor([1.5, 1.5])
    program = ag.Program.from_graph(end(x * (constant * 2.0)), x, engine="numpy", order=0)  # nor is what it computes
    assert program(x.data) == pytest.approx(end(x * 3.0).item())
    if kind == "arrays":
        for same in (ag.Tensor(x), ag.Tensor(x.detach()), ag.Tensor(x * 2.0)):
            with pytest.raises(ag.RecordingError, match="was detached"):
                ag.Program.from_graph(end(x * same), x, engine="numpy")
    cut = x.detach()  # as an input it may be anything
    program = ag.Program.from_graph(end(x * cut), [x, cut], engine="numpy", order=0)
    assert program(x.data, x.data * 4.0) == pytest.approx(end(x * x).item() * 4.0)


@pytest.mark.parametrize("kind", ["numbers", "arrays"])
def test_a_look_that_decides_nothing_in_the_graph_is_not_refused(kind: str) -> None:
    x, w = of(kind, 1.5), of(kind, 2.0)
    constant = ag.Value(1.0, requires_grad=False) if kind == "numbers" else ag.Tensor([1.0, 2.0])
    end = ag.sum if kind == "arrays" else lambda y: y

    def graph() -> Any:
        return end(x * w * constant)

    assert np.all(constant > 0)  # data
    assert np.all(x.data > 0)  # numbers, where that is said
    assert kind == "numbers" or np.shape(x) == np.zeros_like(x).shape
    ag.Program.from_graph(graph(), [x, w], engine="numpy")
    y = graph()
    w.data = w.data * 2.0
    assert np.all(x > 0)  # after the graph was made
    ag.Program.from_graph(y, [x, w], engine="numpy")
    assert np.all(w > 0)
    with pytest.raises(ag.RecordingError, match="a comparison"):
        ag.Program.from_graph(graph(), [x, w], engine="numpy")
    x.data, w.data = x.data + 1.0, w.data + 1.0  # what was seen then is not what there is now
    ag.Program.from_graph(graph(), [x, w], engine="numpy")


@pytest.mark.parametrize("kind", ["numbers", "arrays"])
def test_a_look_counts_where_the_numbers_hang_on_the_inputs(kind: str) -> None:
    """However far above them it was, and not beside them."""
    x, other = of(kind, 1.5), of(kind, 2.0)
    y, beside = x, other * 2.0
    for _ in range(1200):  # more than a look marks
        y = y + 1.0
    assert np.all(beside > 0)
    ag.Program.from_graph(end_of(kind)(y * beside), [x], engine="numpy", order=0)
    assert np.all(y > 0)
    with pytest.raises(ag.RecordingError, match="a comparison"):
        ag.Program.from_graph(end_of(kind)(y * beside), [x], engine="numpy", order=0)


@pytest.mark.parametrize("kind", ["numbers", "arrays"])
def test_a_detached_state_lets_go_of_its_graph(kind: str) -> None:
    w = of(kind, 0.5)
    state = of(kind, 1.0)
    kept = []
    for _ in range(5):
        state = (state * w).detach()
        made = state * w
        kept.append(weakref.ref(made))
        state = made.detach()
        bool(np.all(made.data > 0))
        assert np.all(made > 0)
        del made
    gc.collect()
    assert [reference() for reference in kept] == [None] * 5


def end_of(kind: str) -> Callable[[Any], Any]:
    return ag.sum if kind == "arrays" else lambda y: y


def of_cut(x: Any) -> list[Any]:
    """What was cut off, by each way there is: the same number as x."""
    with ag.no_grad():
        return [x.detach(), (x * 2.0).detach(), x * 2.0]


@pytest.mark.parametrize("kind", ["numbers", "arrays"])
@pytest.mark.parametrize("way", range(3))
@pytest.mark.parametrize("look", [np.floor, np.sign, lambda x: 2.0 * (x > 0)], ids=["floor", "sign", "comparison"])
def test_a_look_at_what_was_detached_is_refused(kind: str, way: int, look: Any) -> None:
    """No trace of it is in the graph: its number is a plain one, and the node that was looked at is gone."""
    x, w, end = of(kind, 1.5), of(kind, 2.0), end_of(kind)
    y = end(look(of_cut(x)[way]) * w)
    with pytest.raises(ag.RecordingError, match=r"detached.*looked at by .*line \d+"):
        ag.Program.from_graph(y, [x, w], engine="numpy")
    # What was made after the look is not concerned, nor a graph that was there before.
    u = of(kind, 1.5)
    z = end(u * w)
    ag.Program.from_graph(end(u * 2.0), [u], engine="numpy")
    assert np.all(u.detach() > 0)
    ag.Program.from_graph(z, [u, w], engine="numpy")


@pytest.mark.parametrize("kind", ["numbers", "arrays"])
@pytest.mark.parametrize("way", range(3))
def test_a_derivative_at_what_was_detached_is_refused(kind: str, way: int) -> None:
    x, w, end = of(kind, 1.5), of(kind, 2.0), end_of(kind)
    y = end(ag.grad(lambda z: end(ag.tanh(z) * w))(of_cut(x)[way]))
    slope = ag.vjp(lambda z: end(z * z * z), (of_cut(x)[way],), 1.0)[1]
    for result in (y, end(slope * w), end(ag.jvp(np.sin, (of_cut(x)[way],), w)[1])):
        with pytest.raises(ag.RecordingError, match="detached"):
            ag.Program.from_graph(result, [x, w], engine="numpy")


BOOK = ag.BOOK
OF_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "not": lambda x, w: ag.where(BOOK["logical_not"](BOOK["greater"](x, 0.0)), x, w),
    "and": lambda x, w: ag.where(BOOK["logical_and"](BOOK["greater"](x, 0.0), BOOK["less"](x, 1.0)), x, w),
    "times": lambda x, w: BOOK["greater"](x, 0.0) * 2.0 * w,
    "sign of a sum": lambda x, w: BOOK["sign"](BOOK["greater"](x, 0.0) - 0.5) * w,
    "floor": lambda x, w: BOOK["floor"](BOOK["floor"](x) / 2.0) * w,
    "largest": lambda x, w: ag.logsumexp([3.0, x, w, 3.0, 40.0]),
    "largest of shares": lambda x, w: ag.softmax([x, 3.0, w, 40.0])[0],
}


@pytest.mark.parametrize("name", OF_COMPARISONS)
@pytest.mark.parametrize("recorded", [-1.5, 0.5, 50.0, np.nan, 1e300])
def test_what_is_computed_from_comparisons_follows(name: str, recorded: float, engine: Any) -> None:
    """It has no gradient, and is an operation of the graph all the same."""
    x, w = ag.Value(recorded), ag.Value(2.5)
    replay = ag.Program.from_graph(OF_COMPARISONS[name](x, w), [x, w], engine=engine)
    for point in ((-2.0, 1.5), (0.7, -3.0), (37.0, 2.0)):
        u, v = map(ag.Value, point)
        y = OF_COMPARISONS[name](u, v)
        value, gradient = replay(*point)
        np.testing.assert_allclose([value, *gradient], [y.data, *ag.gradients(y, [u, v])], rtol=1e-14)


def test_what_is_computed_from_comparisons_without_a_record_is_refused() -> None:
    x = ag.Value(0.5)
    with ag.no_grad():
        taken = BOOK["greater"](x, 0.0)
    above = BOOK["greater"](x, 0.0)
    with ag.no_grad():
        both = above * taken
    for factor in (taken, both, above.detach()):
        with pytest.raises(ag.RecordingError, match="detached"):
            ag.Program.from_graph(factor * x, [x], engine="numpy")
