"""`ag.live` and `ag.assign`: what a compiled function does anew at every replay, and the same without compiling."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.graph.backward import is_watched

RNG = np.random.default_rng(0)
both = pytest.mark.parametrize("way", [lambda f: f, lambda f: ag.compile(f, engine="numpy")], ids=["eager", "compiled"])


@both
def test_live_numbers_are_read_at_every_call(way: Any) -> None:
    settings = {"scale": 2.0}
    f = way(lambda x: ag.Value(1.0) * x * ag.live(lambda: settings["scale"]))
    assert getattr(f(3.0), "data", f(3.0)) == 6.0
    settings["scale"] = 10.0
    assert getattr(f(3.0), "data", f(3.0)) == 30.0


@both
def test_live_arrays_are_drawn_at_every_call(way: Any) -> None:
    rng, twin = np.random.default_rng(3), np.random.default_rng(3)
    ones = ag.Tensor([1.0, 1.0])
    f = way(lambda x: ones * x * ag.live(lambda: rng.normal(size=2)))
    for _ in range(3):
        np.testing.assert_array_equal(np.asarray(f(1.0)), twin.normal(size=2))


@both
def test_assign_sets_a_leaf_at_every_call(way: Any) -> None:
    total = ag.Tensor([0.0, 10.0])

    def count(step: Any) -> Any:
        ag.assign(total, total + step)
        return ag.sum(step)

    f = way(count)
    memory = total.data
    for _ in range(3):
        f(np.array([1.0, 2.0]))
    assert total.data.tolist() == [3.0, 16.0]
    assert way is both.args[1][0] or total.data is memory  # a replay writes into the leaf's own memory


@both
def test_assign_sets_a_value(way: Any) -> None:
    total = ag.Value(1.0)

    def count(step: Any) -> Any:
        result = total + step
        ag.assign(total, total * step)
        return result

    f = way(count)
    f(3.0)
    f(3.0)
    assert total.data == 9.0


@both
@pytest.mark.parametrize("kind", [float, int, np.float32, np.array, list])
def test_assign_takes_plain_numbers_for_either_kind_of_leaf(way: Any, kind: Any) -> None:
    leaves: list[Any] = [ag.Tensor([1.0, 2.0])] if kind is list else [ag.Value(1.0), ag.Tensor(1.0)]
    for leaf in leaves:
        before, data = leaf.data, [4.0, 5.0] if kind is list else kind(4.0)
        f = way(lambda x, leaf=leaf, data=data: (leaf * x, ag.assign(leaf, data))[0])
        for expected in (np.multiply(before, 3.0), np.multiply(data, 3.0)):
            np.testing.assert_array_equal(getattr(found := f(3.0), "data", found), expected)
        assert type(leaf.data) is type(before)
        np.testing.assert_array_equal(leaf.data, data)


@both
def test_two_leaves_swap_by_what_was_read_before(way: Any) -> None:
    a, b = ag.Tensor([1.0, 2.0]), ag.Tensor([3.0, 4.0])

    def swap(x: Any) -> Any:
        result, of_a, of_b = a + x, b * 1.0, a * 1.0
        ag.assign(a, of_a)
        ag.assign(b, of_b)
        return result

    f = way(swap)
    for first in ([1.0, 2.0], [3.0, 4.0]):
        found = f(np.zeros(2))
        assert getattr(found, "data", found).tolist() == first
        assert b.data.tolist() == first


def test_a_gradient_of_data_that_a_replay_has_set_since_is_refused() -> None:
    w = ag.Tensor([1.0, 2.0], requires_grad=True)
    loss = ag.sum(w * w)
    step = ag.compile(lambda x: ag.assign(w, w + x), engine="numpy")
    step(np.ones(2))
    with pytest.raises(ag.GraphError, match="was changed after multiply used it"):
        loss.backward()


def test_what_cannot_be_assigned_is_refused() -> None:
    w = ag.Tensor([1.0, 2.0], requires_grad=True, label="w")
    with pytest.raises(TypeError, match="assign sets a Value or a Tensor, not float"):
        ag.assign(1.0, 2.0)
    for way in (lambda f: f, ag.compile):
        with pytest.raises(ag.GraphError, match="was computed"):
            way(lambda x: ag.assign(w * 2.0, x))(np.ones(2))
        with pytest.raises(ag.ShapeError, match=r"shape \(3,\)"):
            way(lambda x: ag.assign(w, x))(np.ones(3))
    assert w.data.tolist() == [1.0, 2.0]


CONSTANT: dict[str, Callable[[Any], Any]] = {
    "live": lambda x: ag.live(lambda: 2.0),
    "a live array": lambda x: ag.live(lambda: np.ones(2)),
    "detached": lambda x: x.detach(),
    "of what is detached": lambda x: ag.tanh(x.detach()) * 2.0,
    "of what is live": lambda x: ag.exp(ag.live(lambda: 2.0)),
    "unrecorded": lambda x: ag.no_grad(lambda: x * 2.0)(),
    "a constant": lambda x: ag.Tensor([1.0, 2.0]) * 3.0,
    "a truth": lambda x: ag.isfinite(x.detach()),
}


@pytest.mark.parametrize("name", CONSTANT)
@both
def test_what_is_constant_in_a_compiled_function_wants_no_gradient(way: Any, name: str) -> None:
    seen = []

    def function(x: Any) -> Any:
        y = 1.0 * x
        seen.append((getattr(CONSTANT[name](y), "requires_grad", False), y.requires_grad))
        return y

    way(ag.grad(function))(3.0)
    assert seen
    assert {*seen} == {(False, True)}


MODES: dict[str, Callable[[], Any]] = {
    "no_grad": ag.no_grad,
    "enable_grad": ag.enable_grad,
    "detect_anomaly": ag.detect_anomaly,
    "forward_hook": lambda: ag.forward_hook(lambda module, forward, args, kwargs: forward(*args, **kwargs)),
}


@pytest.mark.parametrize("name", MODES)
@pytest.mark.parametrize("within", [None, *MODES])
@pytest.mark.parametrize("raises", [False, True])
def test_a_block_leaves_everything_as_it_was(name: str, within: str | None, raises: bool) -> None:
    def states() -> tuple[Any, ...]:
        return ag.is_recording(), ag.current_forward_hook(), is_watched()

    with MODES[within]() if within else contextlib.nullcontext():
        before = states()
        with contextlib.suppress(KeyError), MODES[name]():
            inside = states()
            if raises:
                raise KeyError
        assert states() == before
    assert within or (inside != before) == (name != "enable_grad")
    assert states() == (True, None, False)
