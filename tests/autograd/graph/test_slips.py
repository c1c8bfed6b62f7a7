"""The commonest slips of a first training loop are told once, where they are made; what is right is let alone."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from autograd.graph import slips

KINDS: dict[str, Callable[[], Any]] = {
    "Value": lambda: ag.Value(2.0, label="w"),
    "Tensor": lambda: ag.Tensor([2.0, -1.0], requires_grad=True, label="w"),
}
kinds = pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)


@pytest.fixture(autouse=True)
def nothing_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slips.SLIPS, "said", set())
    monkeypatch.setattr(slips.SLIPS, "repeated", 0)


def loss_of(w: Any) -> Any:
    return ag.sum(w * w) if isinstance(w, ag.Tensor) else w * w


def caught(loop: Callable[[], Any]) -> list[warnings.WarningMessage]:
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        loop()
    return found


# ---- a step before any backward pass -------------------------------------------------------------------------------


@kinds
def test_a_step_before_any_pass_says_what_is_missing(make: Callable[[], Any]) -> None:
    w, rate, before = make(), 0.1, make().data
    steps: list[Callable[[], Any]] = [
        lambda: rate * w.grad, lambda: 0.1 * w.grad, lambda: w.grad * rate, lambda: w.grad * 0.1, lambda: 1.0 - w.grad
    ]  # fmt: skip
    for step in steps:
        with pytest.raises(TypeError, match=r"'w'.* has no gradient yet .*: call backward\(\) on the loss first"):
            step()
    with pytest.raises(TypeError, match="has no gradient yet"):
        w.data -= rate * w.grad
    assert np.array_equal(w.data, before)


@kinds
def test_who_asks_whether_there_is_a_gradient_is_answered(make: Callable[[], Any]) -> None:
    w = make()
    assert w.grad is None
    assert [w.grad, 1 + 1] == [None, 2]
    assert (w.grad or 0.0) == 0.0
    assert (0.0 if w.grad is None else 1.0 * w.grad) == 0.0
    found = w.grad
    assert getattr(w, "grad", 1.0) is found is None


# ---- gradients that are not cleared --------------------------------------------------------------------------------


@kinds
def test_gradients_of_other_values_are_not_added_in_silence(make: Callable[[], Any]) -> None:
    w = make()

    def loop() -> None:
        for _ in range(5):
            loss_of(w).backward()
            w.data -= 0.1 * (w.grad if isinstance(w.grad, float) else w.grad.data)

    told = caught(loop)
    assert told[0].lineno == loop.__code__.co_firstlineno + 2
    assert [str(message.message).partition(" (")[0] for message in told] == [
        f"{type(w).__name__} 'w' still has the gradient of an earlier step, at another value, "
        "and this one is added to it: call zero_grad()"
    ]
    assert told[0].filename == __file__


@kinds
@pytest.mark.parametrize("cleared", ["None", "zero", "accumulated", "not changed"])
def test_loops_that_are_right_are_let_alone(make: Callable[[], Any], cleared: str) -> None:
    w = make()
    for step in range(40):
        if cleared == "None":
            w.grad = None
        elif cleared == "zero":  # as micrograd does
            w.grad = 0.0 if isinstance(w, ag.Value) else np.zeros(2)
        elif cleared == "accumulated" and step % 4 == 0:  # of several batches
            w.grad = None
        loss_of(w).backward()
        if cleared != "not changed" and (cleared != "accumulated" or step % 4 == 3):
            w.data = w.data * 0.9


# ---- a graph that grows --------------------------------------------------------------------------------------------


@kinds
def test_a_graph_that_grows_with_each_step_is_told(make: Callable[[], Any]) -> None:
    leaf = make()

    def loop() -> None:
        w = leaf
        for _ in range(60):
            loss_of(w).backward()
            w = w - 0.05 * w.grad

    told = caught(loop)
    assert told[0].lineno == loop.__code__.co_firstlineno + 3
    assert len(told) == 1
    # One pass in sixteen is looked at, and the first pass of all has nothing to add to.
    assert "goes back through 16 updates" in str(told[0].message)
    assert f"updates of {type(leaf).__name__} 'w', and grows at each step" in str(told[0].message)
    assert "w.data -= rate * w.grad" in str(told[0].message)
    assert told[0].filename == __file__


# ---- probabilities where logits are meant --------------------------------------------------------------------------


def test_probabilities_where_logits_are_meant() -> None:
    logits = ag.Tensor([[2.0, 0.0]], requires_grad=True)
    with pytest.warns(UserWarning, match="applies a softmax itself, and these outputs come out of a softmax") as told:
        nn.cross_entropy(ag.softmax(logits), [0])
    assert told[0].filename == __file__
    with pytest.warns(UserWarning, match="applies a sigmoid itself, and these outputs come out of a sigmoid"):
        nn.binary_cross_entropy_with_logits(ag.sigmoid(logits), [[1.0, 0.0]])
    nn.cross_entropy(logits, [0])
    nn.cross_entropy(ag.log_softmax(logits), [0])  # of a logarithm of probabilities, a softmax gives them back
