"""Softmax, its relatives and the losses on it against mpmath: large logits, masks, samples that are right."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from mpmath import mp, mpf

import autograd as ag
import autograd.numpy as anp
from tests.autograd.rules.exact import representable, ulps

POINTS = [
    [0.0, 1.0, 2.0],
    [-3.5, 0.25, 1.5],
    [1e4, 1e4 - 1.0, 1e4 + 2.0],
    [1e8, 1e8, 1e8 - 8.0],
    [1e15, 1e15 + 1.0, 1e15 - 3.0],
    [-1e15, -1e15 + 1.0, -1e15],
    [1e300, 1e300, -1e300],
    [40.0, 0.0, 0.0],
    [-100.0, 20.0, -700.0],
    [1e-300, -1e-300, 0.0],
]
KINDS = ["values", "float64", "float32"]


def probabilities(x: list[float]) -> list[Any]:
    top = max(map(mpf, x))
    parts = [mp.exp(mpf(a) - top) for a in x]
    return [part / sum(parts) for part in parts]


def called(function: Any, kind: str, x: list[float]) -> tuple[Any, Any]:
    """What a function of logits gives, with its gradient for them."""
    if kind == "values":
        values = [ag.Value(a) for a in x]
        y = function(values)
        return y.data, ag.gradients(y, values)
    tensor = ag.Tensor(np.array(x, kind), requires_grad=True)
    y = function(tensor)
    return y.item(), ag.gradients(y, tensor).tolist()


def points_of(kind: str) -> list[list[float]]:
    return [POINTS[i] for i in representable(POINTS, np.float32)] if kind == "float32" else POINTS


CASES = [pytest.param(kind, x, id=f"{kind}-{x}") for kind in KINDS for x in points_of(kind)]


def spread(x: list[float]) -> float:
    """Differences of logits are rounded before their exponential is taken: by half an ulp of the largest."""
    return 1.0 + max(min(abs(a - max(x)), 750.0) for a in x)


def near(ours: Any, exact: Any, kind: str, allowed: float, scale: Any = 0) -> None:
    dtype = np.float32 if kind == "float32" else np.float64
    assert ulps(ours, exact, dtype, scale) <= allowed, (ours, float(exact))


@pytest.mark.parametrize(("kind", "x"), CASES)
def test_logsumexp(kind: str, x: list[float]) -> None:
    with mp.workprec(4000):
        p = probabilities(x)
        y, slopes = called(ag.logsumexp, kind, x)
        # At a sum near 0, ulps of the numbers themselves count.
        near(y, mp.log(sum(mp.exp(mpf(a) - max(x)) for a in x)) + max(x), kind, 4, max(map(abs, x)))
        for ours, exact in zip(slopes, p, strict=True):
            near(ours, exact, kind, 16 + spread(x))


@pytest.mark.parametrize(("kind", "x"), CASES)
def test_log_softmax(kind: str, x: list[float]) -> None:
    with mp.workprec(4000):
        p = probabilities(x)
        for i in range(len(x)):
            y, slopes = called(lambda xs, i=i: ag.log_softmax(xs)[i], kind, x)
            # Of Values the last digits of a sure class are lost: ln(1 + 1e-44) is 0.
            near(y, mp.log(p[i]), kind, 4, 1 if kind == "values" else 0)
            for j, ours in enumerate(slopes):
                near(ours, (i == j) - p[j], kind, 16 + spread(x), 1 if i == j else 0)


@pytest.mark.parametrize(("kind", "x"), CASES)
def test_softmax(kind: str, x: list[float]) -> None:
    with mp.workprec(4000):
        p = probabilities(x)
        for i in range(len(x)):
            y, slopes = called(lambda xs, i=i: ag.softmax(xs)[i], kind, x)
            near(y, p[i], kind, 4 + spread(x))
            for j, ours in enumerate(slopes):
                near(ours, p[i] * ((i == j) - p[j]), kind, 16 + 2 * spread(x), p[i])


@pytest.mark.parametrize("targets", [[0.5, 0.5, 0.0], [0.0, 1.0, 0.0], [0.2, 0.3, 0.5], "class"])
@pytest.mark.parametrize(("kind", "x"), [case for case in CASES if case.values[0] != "values"])
def test_cross_entropy(kind: str, x: list[float], targets: Any) -> None:
    weights = [0.0, 1.0, 0.0] if targets == "class" else np.array(targets, kind).astype(float).tolist()
    given = np.array(1) if targets == "class" else np.array(targets, kind)
    with mp.workprec(4000):
        p = probabilities(x)
        y, slopes = called(lambda xs: ag.softmax_cross_entropy(xs, given), kind, x)
        near(y, -sum(t * mp.log(q) for t, q in zip(weights, p, strict=True)), kind, 4)
        for t, q, ours in zip(weights, p, slopes, strict=True):
            near(ours, q - t, kind, 16 + spread(x), t)


def test_a_class_of_weight_nothing_costs_nothing_behind_a_mask() -> None:
    x = ag.Tensor([-math.inf, 0.0, 1.0], requires_grad=True)
    loss = ag.softmax_cross_entropy(x, np.array([0.0, 1.0, 0.0]))
    assert loss.item() == pytest.approx(1.3132616875182228, rel=1e-15)
    assert ag.softmax_cross_entropy(x, np.array(1)).item() == loss.item()
    np.testing.assert_allclose(ag.gradients(loss, x).data, [0.0, -0.7310585786300049, 0.7310585786300049], rtol=1e-15)


@pytest.mark.parametrize("t", [0.0, 1.0])
def test_binary_cross_entropy_of_infinities(t: float) -> None:
    right = math.inf if t else -math.inf
    for z in (right, -right):
        values, tensor = ag.Value(z), ag.Tensor(z, requires_grad=True)
        for x in (values, tensor):
            y = ag.BOOK["binary_cross_entropy"](x, t)
            assert float(y.data) == (0.0 if z == right else math.inf)
            assert float(getattr(slope := ag.gradients(y, x), "data", slope)) == (0.0 if z == right else 1.0 - 2.0 * t)


@pytest.mark.parametrize("targets", [np.array([1, 0]), np.array([[0, 1, 0], [1, 0, 0]])])
def test_logits_may_be_whole_numbers(targets: Any) -> None:
    logits = np.array([[3, 1, 2], [0, 0, 0]])
    expected = [math.log(1 + math.exp(-1) + math.exp(-2)) + 2, math.log(3)]
    np.testing.assert_allclose(ag.softmax_cross_entropy(logits, targets), expected, rtol=1e-14)


@pytest.mark.parametrize("x", [[1.0, 1.0, math.inf], [math.inf, math.inf, 0.0], [-math.inf, 0.0, 1.0], [-math.inf] * 2])
@pytest.mark.parametrize("function", [ag.softmax, ag.log_softmax])
def test_infinite_logits_give_the_same_of_tensors_and_of_values(function: Any, x: list[float]) -> None:
    with np.errstate(all="ignore"):
        of_values = [y.data for y in function([ag.Value(a) for a in x])]
        np.testing.assert_allclose(function(ag.Tensor(x)).data, of_values, rtol=1e-15)


# What may stand beside each other in a batch.
ROWS = [
    [1.0, 2.0, 2.5], [math.inf, 0.0, 1.0], [math.inf, math.inf, 0.0], [-math.inf] * 3, [-math.inf, 0.5, 1.0],
    [math.nan, 0.0, 1.0], [1e308, -1e308, 0.0], [-3.0, -2.0, -2.0], [0.0, 0.0, 0.0],
]  # fmt: skip
OF_ROWS: dict[str, Any] = {
    **{name: lambda x, name=name: ag.BOOK[name](x, axis=-1) for name in ("softmax", "log_softmax")},
    **{name: lambda x, name=name: ag.BOOK[name](x, axis=-1, keepdims=True) for name in ("logsumexp", "norm", "max")},
    "cross_entropy": lambda x: ag.softmax_cross_entropy(x, np.full(len(x), 2)),
    "cross_entropy of the first": lambda x: ag.softmax_cross_entropy(x, np.zeros(len(x), int)),
    "cross_entropy of probabilities": lambda x: ag.softmax_cross_entropy(x, np.full(x.shape, 0.25)),
}


@pytest.mark.parametrize("name", OF_ROWS)
@pytest.mark.parametrize("other", range(1, len(ROWS)))
def test_a_row_does_not_know_of_the_rows_beside_it(name: str, other: int) -> None:
    """Each is, with its gradient, what it is alone; and the usual row is that of single numbers."""
    together = [ROWS[0], ROWS[other], ROWS[7]]
    with np.errstate(all="ignore"):

        def both(rows: list[list[float]]) -> list[Any]:
            x = ag.Tensor(rows, requires_grad=True)
            y = OF_ROWS[name](x)
            return [y.data, ag.gradients(y, x, gradient=np.ones(y.shape)).data]

        if name.startswith("cross_entropy") and "probabilities" not in name:
            place, (losses, _) = 0 if "first" in name else 2, both(together)
            expected = [ag.logsumexp([*map(ag.Value, row)]).data - row[place] for row in together]
            np.testing.assert_allclose(losses, expected, rtol=1e-12)
        alone = [both([row]) for row in together]
        for i, found in enumerate(both(together)):
            np.testing.assert_allclose(found, np.concatenate([each[i] for each in alone]), rtol=1e-15)


@pytest.mark.parametrize("function", [ag.softmax, ag.log_softmax, ag.logsumexp])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, int])
def test_a_row_is_the_same_alone_and_among_many(function: Callable[..., Any], dtype: Any) -> None:
    x = np.random.default_rng(0).normal(size=(40, 5), scale=9).astype(dtype)
    if dtype is not int:
        x[1], x[2, 3], x[3], x[4] = np.inf, np.nan, -np.inf, np.finfo(dtype).max
        x[5, 2], x[6, 1], x[7] = np.inf, -np.inf, 0.0
    with np.errstate(all="ignore"):
        alone = np.concatenate([function(x[i : i + 1], axis=1) for i in range(len(x))])
        for axis in (1, -1):
            np.testing.assert_array_equal(function(x, axis=axis), alone)
            np.testing.assert_array_equal(function(np.asfortranarray(x), axis=axis), alone)
    with pytest.raises(ValueError, match=r"empty|zero-size"):
        function(np.ones((40, 0)), axis=1)


@pytest.mark.parametrize("kind", [np.int64, np.int8, np.uint8, np.uint64, np.bool_])
@pytest.mark.parametrize(
    "function",
    [
        lambda x: ag.softmax(x, axis=1),
        lambda x: ag.log_softmax(x, axis=1),
        lambda x: ag.logsumexp(x, axis=1),
        lambda x: ag.softmax_cross_entropy(x, np.arange(4)),
        lambda x: ag.softmax_cross_entropy(x, np.full((4, 5), 0.2)),
    ],
)
def test_whole_numbers_of_few_bits_count_as_their_floats(function: Callable[[Any], Any], kind: Any) -> None:
    x = np.random.default_rng(0).integers(0, 200, (4, 5)).astype(kind)
    for given in (x, ag.Tensor(x)):
        found = function(given)
        np.testing.assert_allclose(
            found.data if isinstance(found, ag.Tensor) else found, function(x.astype(np.float64)), rtol=1e-14
        )


def test_the_paths_of_a_chain_with_states_that_cannot_be_reached() -> None:
    transition = np.array([[-np.inf, 0.0], [math.log(0.5), math.log(0.5)]])
    start = np.array([0.0, -np.inf])

    def total(B: Any) -> Any:  # by pairs, so that some sums are of nothing but −∞
        alpha = start + B[0]
        for row in (B[1], B[2]):
            alpha = anp.logaddexp(alpha[0] + transition[0], alpha[1] + transition[1]) + row
        return anp.logaddexp(alpha[0], alpha[1])

    def paths(B: Any) -> Any:  # 0 → 1 → 0 and 0 → 1 → 1, as the sum that it is
        return B[0, 0] + B[1, 1] + math.log(0.5) + anp.log(anp.exp(B[2, 0]) + anp.exp(B[2, 1]))

    B = np.random.default_rng(0).normal(size=(3, 2))
    for derivative in (ag.grad, ag.hessian, lambda f: lambda B: ag.jvp(f, B, B + 1)[1]):
        expected = derivative(paths)(B)
        np.testing.assert_allclose(derivative(total)(B), expected, atol=1e-14)
        np.testing.assert_allclose(ag.compile(derivative(total))(B), expected, atol=1e-14)
