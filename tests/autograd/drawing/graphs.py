"""Pairs of graphs that belong together, to be shown side by side; and what is told of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import autograd as ag
import nn
from autograd import Tensor, Value
from autograd.extend import defrule, primitive
from nn.scalar import from_model


@primitive
def leaky(x: float) -> float:
    return max(0.0, float(x))


defrule(leaky, lambda g, y, x: g)  # wrong: the slope is 0 for x < 0


def neuron(w: float) -> Value:
    x, weight, b = Value(2.0, label="x"), Value(w, label="w"), Value(6.9, label="b")
    output = (x * weight + b).tanh()
    output.label = "L"
    return output


def hinge(rule: Callable[[Any], Any]) -> Value:
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    output = rule(1 - a * b) * a + b
    output.label = "L"
    return output


SAMPLES, TARGETS = [[0.5, -1.0], [1.0, 2.0]], [1.0, -1.0]


def of_values(model: Any) -> Value:
    network = from_model(model)
    output = ag.sum([(network(x) - y) ** 2 for x, y in zip(SAMPLES, TARGETS, strict=True)]) / 2
    output.label = "L"
    return output


def of_tensors(model: Any) -> Tensor:
    output = nn.mse(model(np.array(SAMPLES)), np.array(TARGETS)[:, None])
    output.label = "L"
    return output


def network(added: float = 0.0) -> Any:
    model = nn.MLP(2, [2, 1], activation="tanh", seed=0, dtype=np.float64)
    model.layers[2].weight.data[1, 0] += added
    return model


CASES: dict[str, tuple[Any, Any, str, str]] = {
    "before and after a step": (
        lambda: neuron(-3.0),
        lambda: neuron(-3.5),
        "The first leaf that differs is w: −3 against −3.5.",
        "The first number that differs is v1: −6 against −7.",
    ),
    "a right and a wrong rule": (
        lambda: hinge(ag.relu),
        lambda: hinge(leaky),
        "",
        "The first number that differs is ∂L/∂v2: 0 against 2.",
    ),
    "Values and Tensors": (
        lambda: of_values(network()),
        lambda: of_tensors(network(0.5)),
        "The first leaf that differs is layer 2, neuron 1, w2 of one beside 2.weight[1, 0] of other: "
        "1.16745 against 1.66745.",
        "The first number that differs is v5 of one beside v5[1, 0] of other: −2.00912 against −2.50629.",
    ),
}
