"""`ag.detect_anomaly`: the first number that is not finite, with the user's line; nothing of it outside the block."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.graph.clock import CLOCK, Clock

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def found(loss: Any) -> ag.AnomalyError:
    """What a backward pass from the result of a function raises."""
    with pytest.raises(ag.AnomalyError) as caught, ag.detect_anomaly():
        loss().backward()
    return caught.value


def line_of(text: str) -> str:
    """The place in a message of the line of this file that holds a text."""
    with open(__file__, encoding="utf-8") as file:  # noqa: PTH123 - as Python itself names it
        lines = file.read().splitlines()
    number = next(i for i, line in enumerate(lines, 1) if line.strip() == text)
    return f"(file {__file__}, line {number}: `{text}`)"


def test_the_first_value_is_named_with_its_line_and_the_way_to_the_loss() -> None:
    p = ag.Tensor([[0.5, 2.0], [0.0, 0.25]], requires_grad=True, label="p")

    def loss() -> Any:
        q = p * 2.0
        logs = ag.log(q)
        return ag.mean((p * logs).sum(axis=0))

    error = found(loss)
    first, *others = str(error).splitlines()
    assert first.startswith("log gave -inf at index (1, 0) ")
    assert line_of("logs = ag.log(q)") in first
    assert others == [
        "  input 0: the Tensor made by multiply of shape (2, 2), 0 to 4",
        "  result: the Tensor made by log of shape (2, 2), -inf to 1.38629, 1 of 4 not finite",
        "  the way to the loss: log → multiply → sum → mean",
    ]
    assert error.node.rule.name == "log"


def test_values_too_by_operators_methods_functions_and_lists() -> None:
    a, b = ag.Value(0.0, label="a"), ag.Value(1e308, label="b")
    assert str(found(lambda: 1.0 / a)).startswith("divide gave inf (file")
    assert str(found(lambda: (b * b).tanh() - b * b)).startswith("multiply gave inf (file")
    assert str(found(lambda: a.log() * 0.0)).startswith("log gave -inf (file")
    assert str(found(lambda: ag.sum([b, b, a]))).startswith("add_n gave inf (file")
    assert str(found(lambda: ag.affine([[b, a]], [10.0, 1.0], [0.0])[0])).startswith("affine gave inf (file")


def test_a_gradient_is_named_where_every_value_is_finite() -> None:
    x = ag.Tensor([4.0, 0.0], requires_grad=True, label="x")
    error = found(lambda: ag.sum(ag.sqrt(x)) * 3.0)
    first = str(error).splitlines()[0]
    assert first.startswith("the derivative of sqrt made the gradient for Tensor 'x' inf at index (1,) (file ")
    assert first.endswith("the first gradient that is not finite")


LENGTHS: list[Any] = [
    lambda x: ag.sqrt(ag.sum(x**2)), lambda x: np.sqrt((x * x).sum()) ** 2, lambda x: (x @ x) ** 0.5,
]  # fmt: skip


@pytest.mark.parametrize("length", LENGTHS)
def test_a_length_written_out_is_told_of_norm(length: Any) -> None:
    with ag.detect_anomaly(), pytest.raises(ag.AnomalyError, match=r"ag\.norm\(x\) has the gradient 0 there$"):
        length(ag.Tensor(np.zeros(3), requires_grad=True)).backward()
    with ag.detect_anomaly(), np.errstate(all="ignore"), pytest.raises(ag.AnomalyError) as error:
        (ag.sqrt(x := ag.Tensor([4.0, -1.0], requires_grad=True)) * x).sum().backward()
    assert "norm" not in str(error.value)
    for steep in (lambda x: np.cbrt(x).sum(), lambda x: (x**0.25).sum()):  # at 0, and no length
        with ag.detect_anomaly(), pytest.raises(ag.AnomalyError, match="first gradient that is not finite") as error:
            steep(ag.Tensor(np.zeros(3), requires_grad=True)).backward()
        assert "norm" not in str(error.value)


def test_what_was_given_is_named_where_no_operation_is_to_blame() -> None:
    x = ag.Tensor([1.0, np.nan], requires_grad=True, label="x")
    assert str(found(lambda: ag.sum(x * 2.0))).startswith("Tensor 'x' holds nan at index (1,), in multiply (file ")
    y = ag.Tensor([1.0, 2.0], requires_grad=True)
    assert "holds inf at index (0,), in add" in str(found(lambda: ag.sum(y + np.array([np.inf, 0.0]))))
    assert "subtract gave nan" in str(found(lambda: ag.sum((y * np.inf) - (y * np.inf))))


def test_infinities_that_do_no_harm_are_left_alone() -> None:
    x = ag.Tensor([0.0, 4.0], requires_grad=True)
    with ag.detect_anomaly():
        ag.sum(ag.where(x > 0, ag.log(x), 0.0)).backward()
        scores = ag.where(np.array([True, False]), x, -np.inf)
        ag.sum(ag.softmax(scores) * np.array([1.0, 2.0])).backward()
    np.testing.assert_array_equal(x.grad.data, [0.0, 0.25])


@pytest.mark.parametrize(
    "derivative",
    [
        lambda f, x: ag.grad(f)(x),
        lambda f, x: ag.value_and_grad(f)(x),
        lambda f, x: ag.hessian(f)(x),
        lambda f, x: ag.gradients(f(t := ag.Tensor(x, requires_grad=True)), t, create_graph=True),
    ],
)
def test_derivatives_of_functions_are_watched(derivative: Any) -> None:
    with pytest.raises(ag.AnomalyError, match="divide gave nan at index"), ag.detect_anomaly():
        derivative(lambda x: ag.sum(x / x), np.array([1.0, 0.0]))


def test_a_second_derivative_is_named() -> None:
    x = ag.Value(0.0)
    with ag.detect_anomaly():
        slope = ag.gradients(x**1.5, x, create_graph=True)
        with pytest.raises(ag.AnomalyError, match="the derivative of lowered_power"):
            ag.gradients(slope, x)


def test_a_long_way_is_shortened() -> None:
    def loss() -> Any:
        y = ag.Value(-1.0).log()
        for _ in range(100):
            y = y + 1.0
        return y

    assert "log → add → add → add → add → add → … 89 more … → add" in str(found(loss))


def test_outside_of_the_block_nothing_is_left() -> None:
    with ag.detect_anomaly():
        with ag.detect_anomaly():
            pass
        assert type(CLOCK) is not Clock
    assert type(CLOCK) is Clock
    assert type(ag.Value(2.0).stamp) is int
    with pytest.raises(ag.AnomalyError), ag.detect_anomaly():
        ag.Value(0.0).log().backward()
    assert type(CLOCK) is Clock
    x = ag.Value(0.0)
    x.log().backward()
    assert x.grad == np.inf


def test_other_threads_are_not_watched() -> None:
    grads: list[Any] = []

    def other() -> None:
        x = ag.Value(0.0)
        y = x.log()
        y.backward()
        grads.extend([x.grad, type(y.stamp)])

    with ag.detect_anomaly():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert grads == [np.inf, int]


def test_changed_data_and_recordings_are_told_as_ever() -> None:
    with ag.detect_anomaly():
        W = ag.Tensor([1.0, 2.0], requires_grad=True)
        y = ag.sum(W * W)
        W.data = [3.0, 4.0]
        with pytest.raises(ag.GraphError, match="was changed after"):
            y.backward()
        assert ag.compile(lambda x: x * x, engine="numpy")(3.0) == 9.0

        def doubled(x: Any) -> Any:
            W.data *= 2
            return x

        with pytest.raises(ag.RecordingError, match="setting a node's data"):
            ag.compile(doubled, engine="numpy")(3.0)
