"""Sums of products as one node: rows at once are each row alone."""

from __future__ import annotations

import copy
import math
import pickle
from collections.abc import Callable
from functools import reduce
from itertools import chain
from operator import add
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Value, gradients
from autograd.graph.backward import propagate
from autograd.graph.order import topological_order
from autograd.rules import products


@pytest.mark.parametrize("constant", [False, True])
def test_affine_of_rows_is_affine_of_each(constant: bool) -> None:
    rows = [[Value(0.1 * i + j) for j in range(3)] for i in range(4)]
    biases = [Value(float(i)) for i in range(4)]
    xs: list[Any] = [0.5, -1.0, 2.0] if constant else [Value(0.5), Value(-1.0), Value(2.0)]
    at_once, alone = ag.affine(rows, xs, biases), [ag.affine(row, xs, b) for row, b in zip(rows, biases, strict=True)]
    leaves = [x for x in (*[w for row in rows for w in row], *biases, *xs) if isinstance(x, Value)]
    for y, z in zip(at_once, alone, strict=True):
        assert (y.data, y.rule, y.inputs) == (z.data, z.rule, z.inputs)
    assert gradients(ag.sum(at_once), leaves) == gradients(ag.sum(alone), leaves)


def test_affine_of_rows_of_anything() -> None:
    a = Value(2.0)
    ys = ag.affine([[a, 3], (1.0, a)], [a, 2], [0, a])
    assert [y.data for y in ys] == [4.0 + 6.0, 2.0 + 4.0 + 2.0]
    with ag.no_grad():
        assert not ag.affine([[a, a]], [a, a], [a])[0].requires_grad


def test_affine_of_rows_in_a_program() -> None:
    a = Value(2.0)

    def f(x: Any) -> Any:
        return ag.sum(ag.affine([[x, a], [a, x]], [x, 1.0], [a, x]))

    assert ag.compile(f, engine="numpy")(3.0) == f(Value(3.0)).data == (2 + 9 + 2) + (3 + 6 + 3)


@pytest.mark.parametrize(
    ("weights", "inputs", "bias", "message"),
    [
        ([[1.0, 2.0], [3.0]], [Value(1.0), 2.0], [0.0, 0.0], "1 weights and 2 inputs"),
        ([[1.0, 2.0]], [Value(1.0), 2.0], 0.0, "a list of as many biases, got 0.0"),
        ([[1.0, 2.0]], [Value(1.0), 2.0], [0.0, 1.0], "affine of 1 rows"),
    ],
)
def test_affine_of_rows_that_do_not_belong_together(weights: Any, inputs: Any, bias: Any, message: str) -> None:
    with pytest.raises(ag.ShapeError, match=message):
        ag.affine(weights, inputs, bias)


@pytest.mark.parametrize(
    "call", [(0.1, Value(2.0), Value(3.0)), ([Value(2.0)], 3.0), (Value(1.0), [1.0]), ([1.0], Value(2.0))]
)
def test_numbers_in_place_of_lists_are_named(call: Any) -> None:
    with pytest.raises(TypeError, match=r"affine takes lists of (weights|inputs), got .*: of numbers it is affine"):
        ag.affine(*call)


# ---- layers large enough to go back as products of matrices ---------------------------------------------------------


class Layer:
    """Five rows of eight weights, all different."""

    def __init__(self) -> None:
        numbers = iter(np.random.default_rng(0).normal(size=45).tolist())
        self.weights: list[list[Any]] = [[Value(next(numbers)) for _ in range(8)] for _ in range(5)]
        self.biases: list[Any] = [Value(next(numbers)) for _ in range(5)]
        self.samples = [[math.sin(8 * i + j) for j in range(8)] for i in range(6)]

    def __call__(self, x: Any) -> Any:
        return ag.affine(self.weights, x, self.biases)


def _samples(layer: Layer) -> Any:
    return ag.sum([y.tanh() for x in layer.samples for y in layer([*map(Value, x)])])


def _numbers(layer: Layer) -> Any:
    return ag.sum([y.relu() for x in layer.samples for y in layer(x)])


def _mixed(layer: Layer) -> Any:
    a = Value(0.3)
    return ag.sum([y.tanh() for x in layer.samples for y in layer([a * x[0], a, *x[2:]])])


def _two_layers(layer: Layer) -> Any:
    return ag.sum([z.tanh() for x in layer.samples for z in layer([y.relu() for y in [*layer(x), *layer(x)[:3]]])])


def _used_elsewhere(layer: Layer) -> Any:
    flat = [*(w for row in layer.weights for w in row), *layer.biases]
    return ag.dot(flat, flat) + _samples(layer) + flat[7] * flat[41]


def _computed_weights(layer: Layer) -> Any:
    scale = Value(1.1)
    layer.weights = [[w * scale for w in row] for row in layer.weights]
    layer.biases = [b + scale for b in layer.biases]
    return _samples(layer)


def _some_sums(layer: Layer) -> Any:
    return ag.sum([layer([*map(Value, x)])[i % 3].tanh() for i, x in enumerate(layer.samples)])


def _one_changed_in_between(layer: Layer) -> Any:
    first, layer.weights[2][3] = _samples(layer), Value(0.7)
    return first * _samples(layer)


def _dead(layer: Layer) -> Any:
    return ag.sum([(y * 0.0 - 1).relu() for x in layer.samples for y in layer([*map(Value, x)])])


def _steep(layer: Layer) -> Any:
    return ag.sum([y * 1e200 for x in layer.samples for y in layer([*map(Value, x)])])


def _infinite_slope(layer: Layer) -> Any:
    layer.weights[1], layer.biases[1] = [Value(0.0) for _ in range(8)], Value(0.0)
    return ag.sum([ag.sqrt(y * y) + ag.sqrt(abs(y)) for y in layer(layer.samples[0])])


def _infinite_weight(layer: Layer) -> Any:
    layer.weights[1][2] = Value(math.inf)
    return _numbers(layer)


def _infinite_input(layer: Layer) -> Any:
    layer.samples[1][2] = math.inf
    return _samples(layer)


LAYERS: list[Callable[[Layer], Any]] = [
    _samples, _numbers, _mixed, _two_layers, _used_elsewhere, _computed_weights, _some_sums, _one_changed_in_between,
    _dead, _steep, _infinite_slope, _infinite_weight, _infinite_input,
]  # fmt: skip


@pytest.mark.parametrize("use", LAYERS)
def test_a_layer_has_the_gradients_of_its_sums(use: Callable[[Layer], Any]) -> None:
    y = use(Layer())
    one_by_one = propagate(y, 1.0, topological_order(y), create_graph=False)  # the page, which knows sums alone
    y.backward()
    for node, expected in one_by_one.items():
        assert (node._grad is None) == (expected is None)
        if expected is not None:
            np.testing.assert_allclose(node._grad, expected, rtol=1e-12, atol=1e-14)


def _judge_layers() -> None:
    test_a_layer_has_the_numbers_of_its_sums()
    test_a_layer_has_the_gradients_of_its_sums(_samples)


@pytest.mark.parametrize("rule", ["affine_inputs", "affine_rows", "affine_forward"])
def test_a_wrong_rule_for_layers_is_found(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = getattr(products, rule)
    monkeypatch.setattr(products, rule, lambda *given: right(*given) * 1.001)
    with pytest.raises(AssertionError):
        _judge_layers()


def test_a_layer_has_the_numbers_of_its_sums() -> None:
    layer = Layer()
    for x in layer.samples:
        alone = [ag.affine(row, x, b) for row, b in zip(layer.weights, layer.biases, strict=True)]
        np.testing.assert_allclose([y.data for y in layer(x)], [y.data for y in alone], rtol=1e-14)
        assert [(y.rule, y.inputs) for y in layer(x)] == [(y.rule, y.inputs) for y in alone]


@pytest.mark.parametrize("other", [2, True, np.float64(0.5), np.float32(0.5)])
def test_a_layer_takes_other_numbers_beside_values(other: Any) -> None:
    layer = Layer()
    x: list[Any] = [Value(0.1), other, *layer.samples[0][2:]]
    alone = [ag.affine(row, x, b) for row, b in zip(layer.weights, layer.biases, strict=True)]
    found = layer(x)
    assert [y.item() for y in found] == [y.item() for y in alone]
    assert [float(g) for g in gradients(ag.sum(found), [x[0]])] == [reduce(add, [row[0].data for row in layer.weights])]


def test_a_layer_follows_its_weights() -> None:
    layer = Layer()
    kept, x = _samples(layer), layer.samples[0]
    before = [y.data for y in layer(x)]
    layer.weights[0][0].data += 1.0
    assert [y.data - b for y, b in zip(layer(x), before, strict=True)] == pytest.approx([x[0], 0, 0, 0, 0], abs=1e-14)
    with pytest.raises(ag.GraphError, match="was changed after affine used it"):
        kept.backward()


def test_a_layer_is_copied_and_gone_through_again() -> None:
    layer = Layer()
    y = _samples(layer)
    y.backward()
    once = [w.grad for w in layer.weights[4]]
    y.backward()
    assert [w.grad for w in layer.weights[4]] == [2 * g for g in once]
    for again in (copy.deepcopy(y), pickle.loads(pickle.dumps(y))):
        leaves = [node for node in topological_order(again) if node.is_leaf]
        twice = [leaf._grad for leaf in leaves]
        again.backward()
        np.testing.assert_allclose([leaf._grad for leaf in leaves], np.multiply(twice, 1.5), rtol=1e-12)


@pytest.mark.parametrize("strict", ["forward", "backward", "both"])
@pytest.mark.parametrize("tiny", [1e-200, 1e-310])
def test_a_layer_of_tiny_numbers_where_numpy_is_strict(strict: str, tiny: float) -> None:
    layer, inputs = Layer(), [Value(1e-200) for _ in range(8)]
    for w in layer.weights[0]:
        w.data = 1e-200
    with np.errstate(all="ignore" if strict == "backward" else "raise"):
        loss = ag.sum([tiny * y for y in layer(inputs)])
    with np.errstate(all="ignore" if strict == "forward" else "raise"):
        loss.backward()
    assert layer.weights[1][0].grad == 0.0
    np.testing.assert_allclose([bias.grad for bias in layer.biases], tiny)
    columns = [[w.data for w in column[1:]] for column in zip(*layer.weights, strict=True)]
    np.testing.assert_allclose([x.grad for x in inputs], [tiny * sum(column) for column in columns], rtol=1e-9)


KINDS: dict[str, Callable[[float, int], Any]] = {
    "Values": lambda x, i: Value(x),
    "numbers": lambda x, i: x,
    "constants": lambda x, i: Value(x, requires_grad=False),
    "first a number": lambda x, i: Value(x) if i else x,
    "first a constant": lambda x, i: Value(x, requires_grad=i > 0),
    "second a number": lambda x, i: x if i == 1 else Value(x),
    "second a constant": lambda x, i: Value(x, requires_grad=i != 1),
    "computed": lambda x, i: Value(x / 2.0) * 2.0,
}


@pytest.mark.parametrize("size", [(2, 3), (1, 40), (40, 1), (5, 8)])
@pytest.mark.parametrize("kinds", [(a, b, c) for a in KINDS for b in KINDS for c in KINDS if "Values" in (a, b, c)])
def test_rows_of_any_kinds_are_their_own_sums(size: tuple[int, int], kinds: tuple[str, str, str]) -> None:
    def made() -> tuple[list[list[Any]], list[Any], list[Any]]:
        rng = np.random.default_rng(0)
        of_weights, of_inputs, of_biases = map(KINDS.__getitem__, kinds)
        weights = [[of_weights(x, i) for i, x in enumerate(row)] for row in rng.normal(size=size).tolist()]
        inputs = [of_inputs(x, i) for i, x in enumerate(rng.normal(size=size[1]).tolist())]
        return weights, inputs, [of_biases(x, i) for i, x in enumerate(rng.normal(size=size[0]).tolist())]

    (weights, inputs, biases), alike = made(), made()
    found = ag.affine(weights, inputs, biases)
    expected = [
        sum((w * x for w, x in zip(row, alike[1], strict=True)), bias)
        for row, bias in zip(alike[0], alike[2], strict=True)
    ]
    for y, other in zip(found, expected, strict=True):
        assert getattr(y, "data", y) == pytest.approx(getattr(other, "data", other), abs=1e-14)
        assert getattr(y, "requires_grad", False) == getattr(other, "requires_grad", False)
    results = [sum((y * y for y in ys), 0.0) for ys in (found, expected)]
    for result in results:
        if getattr(result, "requires_grad", False):
            result.backward()
    of_found, of_expected = chain(*weights, inputs, biases), chain(*alike[0], *alike[1:])
    for x, other in zip(of_found, of_expected, strict=True):
        assert getattr(x, "_grad", None) == pytest.approx(getattr(other, "_grad", None), abs=1e-13)
