"""Hooks on nodes: called once with the complete gradient, and able to change it, for Values and for Tensors."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.graph.gradient_hooks import HOOKS


@pytest.fixture(autouse=True)
def no_hooks_left() -> Any:
    yield
    gc.collect()
    assert len(HOOKS) == 0


def test_a_hook_sees_the_complete_gradient_once() -> None:
    a = ag.Value(3.0)
    seen: list[Any] = []
    b = a * a
    handle = b.register_hook(seen.append)
    (b * 2.0 + b * 5.0).backward()
    assert seen == [7.0]
    assert (b.grad, a.grad) == (7.0, 42.0)
    handle.remove()
    handle.remove()
    (b * 2.0).backward()
    assert seen == [7.0]


def test_of_several_hooks_each_is_removed_alone() -> None:
    x = ag.Value(3.0)
    handles = [x.register_hook(lambda g, by=by: g * by) for by in (2.0, 3.0, 5.0)]
    for handle, expected in zip(handles, (15.0, 5.0, 1.0), strict=True):
        handle.remove()
        assert ag.gradients(x * 1.0, x) == expected


def test_a_hook_on_a_leaf_changes_this_pass_alone() -> None:
    x = ag.Tensor(np.ones((2, 3), np.float32), requires_grad=True)
    handle = x.register_hook(lambda gradient: np.clip(gradient, -1.0, 1.0))
    for expected in (1.0, 2.0):
        ag.sum(x * 5.0).backward()
        np.testing.assert_array_equal(x.grad.data, np.full((2, 3), expected))
        assert x.grad.dtype == np.float32
    handle.remove()


@pytest.mark.parametrize("kind", ["Value", "Tensor"])
def test_what_a_hook_returns_goes_on_in_every_kind_of_pass(kind: str) -> None:
    x: Any = ag.Value(3.0) if kind == "Value" else ag.Tensor(3.0, requires_grad=True)
    y = x * x
    handles = [y.register_hook(lambda g: g * 10.0), y.register_hook(lambda g: g + 1.0)]
    assert float(np.asarray(getattr(ag.gradients(y * 2.0, x), "data", ag.gradients(y * 2.0, x)))) == 21.0 * 6.0
    slope = ag.gradients(y * y, x, create_graph=True)  # (10 · 2y + 1) · 2x
    assert slope.data == 181.0 * 6.0
    second = ag.gradients(slope, x)
    # Of 2x · (20y + 1), with the hooks on y in this pass too: 2 (20y + 1) + 2x · (10 · 20 · … ) by the chain rule.
    inner = (10.0 * 20.0 * 6.0 + 1.0) * 6.0
    assert float(getattr(second, "data", second)) == 2.0 * 181.0 + inner
    for handle in handles:
        handle.remove()


def test_a_hook_of_another_shape_is_refused() -> None:
    x = ag.Tensor([1.0, 2.0], requires_grad=True, label="x")
    handle = x.register_hook(lambda _: np.ones(3))
    with pytest.raises(ag.ShapeError, match=r"a hook on Tensor 'x' of shape \(2,\) gave a gradient of shape \(3,\)"):
        ag.sum(x).backward()
    handle.remove()


def test_a_hook_goes_with_its_node() -> None:
    x = ag.Value(1.0)
    x.register_hook(print)
    assert len(HOOKS) == 1
    del x


def test_quick_passes_are_as_quick_without_hooks() -> None:
    """One question a pass, none for a node: a graph of Values takes its own way while there are no hooks."""
    from autograd.graph.backward import is_watched

    x = ag.Value(1.0)
    handle = x.register_hook(print)
    assert is_watched()
    handle.remove()
    assert not is_watched()


@pytest.mark.parametrize("entries", [1, 2, 4])
def test_hooks_count_in_jacobians_of_any_height(entries: int) -> None:
    def function(x: Any) -> Any:
        y = x * x
        y.register_hook(lambda gradient: gradient * 10.0)
        return ag.concatenate([y, x])[:entries]

    x = np.array([1.0, 3.0])
    rows = [ag.grad(lambda x, i=i: function(x)[i])(x) for i in range(entries)]
    np.testing.assert_array_equal(ag.jacobian(function)(x), rows)


@pytest.mark.parametrize("kind", ["Value", "Tensor"])
@pytest.mark.parametrize("create_graph", [False, True])
def test_a_number_from_a_hook_is_a_gradient_of_the_usual_kind(kind: str, create_graph: bool) -> None:
    x: Any = ag.Value(3.0) if kind == "Value" else ag.Tensor(3.0, requires_grad=True)
    for create in (create_graph, create_graph):
        usual = ag.gradients(x * x, x, create_graph=create)
        handle = x.register_hook(lambda _: 2)
        found = ag.gradients(x * x, x, create_graph=create)
        (x * x).backward(create_graph=create)
        handle.remove()
        assert type(found) is type(x.grad) is type(usual)
        assert float(np.asarray(getattr(found, "data", found))) == 2.0
