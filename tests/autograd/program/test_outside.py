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
    meant = ag.Value(x.detach().data) if kind == "numbers" else ag.Tensor(x.detach())
    assert ag.Program.from_graph(end(x * meant), x, engine="numpy", order=0)(x.data * 2.0) == pytest.approx(
        end(x * x).item() * 2.0
    )
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
