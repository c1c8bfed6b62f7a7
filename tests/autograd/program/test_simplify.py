"""Every identity, applied to ordinary and extreme operands of every shape, below every consumer: NumPy judges."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.program.intrinsics import taken
from autograd.program.simplify import IDENTITIES, WITH_CONSTANTS
from autograd.rules.primitive import BOOK, Primitive

EXTREME = [0.0, -0.0, 1.0, -1.0, 3.0, 1e-310, 1e300, math.inf, -math.inf, math.nan]

# What each identity is about, in functions that NumPy knows too.
OF_ARRAYS: dict[str, list[Any]] = {
    "add": [lambda x: x + -0.0, lambda x: -0.0 + x, lambda x: x + 0.0],
    "subtract": [lambda x: x - 0.0, lambda x: 0.0 - x, lambda x: x - -0.0],
    "negative": [lambda x: -np.negative(x)],
    "multiply": [lambda x: x * 1.0, lambda x: -1.0 * x, lambda x: x * 0.0],
    "divide": [lambda x: x / 1.0, lambda x: x / 4.0, lambda x: x / -0.5, lambda x: x / 2.0**-140, lambda x: x / 3.0],
    "power": [lambda x: x**1.0, lambda x: x**2.0, lambda x: x**0.0, lambda x: x**-1.0],
    "where": [lambda x: np.where(x > 0, x, x), lambda x: np.where(x > 0, 0.0, x)],
    "relu": [lambda x: np.maximum(np.maximum(x, 0.0), 0.0)],
    "reshape": [lambda x: np.reshape(x, x.shape), lambda x: np.reshape(np.reshape(x, -1), x.shape)],
    "broadcast_to": [lambda x: np.broadcast_to(x, x.shape)],
    "astype": [lambda x: x.astype(x.dtype), lambda x: x.astype(np.float64)],
    "transpose": [lambda x: x.T.T, lambda x: np.transpose(np.transpose(x, range(x.ndim)))],
}
OF_NUMBERS: dict[str, list[Any]] = {
    **{name: OF_ARRAYS[name] for name in ("add", "subtract", "negative", "multiply", "divide", "power")},
    "where": [lambda x: ag.where(1.0, x, 2.0), lambda x: ag.where(0.0, x, 2.0), lambda x: ag.where(x, x, x)],
    "relu": [lambda x: ag.relu(ag.relu(x))],
    "add_n": [lambda x: ag.sum([x])],
}
# These come from the engine's own backward pass.
OF_GRADIENTS = {"lowered_power", "sum_to", "taken"}

CONSUMERS: list[Any] = [
    lambda y: y,
    lambda y: y + 1.0,
    lambda y: y * y,
    lambda y: np.exp(y),
    lambda y: np.where(y > 0, y, -1.0),
    lambda y: np.reshape(y, (-1, 1)),
    lambda y: y.T,
    lambda y: y[..., None],
    lambda y: np.stack([y, y]),
    lambda y: np.sum(y, axis=-1),
    lambda y: np.max(y, axis=0),
    lambda y: y @ np.ones((y.shape[-1], 2), y.dtype),
    lambda y: np.ones((2, y.shape[0]), y.dtype) @ y,
]
SHAPES = [(1,), (3,), (2, 3), (1, 3), (2, 1)]


def same_bits(found: Any, expected: Any, tolerance: float = 0.0) -> None:
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=0.0, equal_nan=True)
    if not tolerance:
        ordinary = ~np.isnan(expected)
        np.testing.assert_array_equal(np.signbit(found)[ordinary], np.signbit(expected)[ordinary])


def test_every_identity_is_in_the_table() -> None:
    names = {rule.name for rule in {*IDENTITIES, *WITH_CONSTANTS}}
    assert names == {*OF_ARRAYS, *OF_NUMBERS, *OF_GRADIENTS}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", OF_ARRAYS)
def test_an_identity_of_arrays_below_every_consumer(name: str, dtype: Any, engine: Any) -> None:
    rng = np.random.default_rng(0)
    for function in OF_ARRAYS[name]:
        for shape in SHAPES:
            compiled = ag.compile(lambda x: [consume(function(x)) for consume in CONSUMERS], engine=engine)  # noqa: B023
            for x in (rng.normal(size=shape), rng.choice(EXTREME, shape)):
                with np.errstate(all="ignore"):
                    x = x.astype(dtype)
                    expected = [consume(function(x)) for consume in CONSUMERS]
                    found = compiled(x)
                for i, (a, b) in enumerate(zip(found, expected, strict=True)):
                    inexact = i == 3 or i > 8 or name in ("power", "relu", "where")  # sums; powers; the sign of 0
                    same_bits(a, b, (1e-6 if dtype == "float32" else 1e-14) if inexact else 0.0)
                    assert np.asarray(a).dtype == b.dtype or not np.shape(b)


@pytest.mark.parametrize("name", OF_NUMBERS)
def test_an_identity_of_numbers_below_every_consumer(name: str, engine: Any) -> None:
    consumers = [
        lambda y: y,
        lambda y: y * 2.0,
        ag.exp,
        lambda y: ag.sum([y, y, 1.0]),
        lambda y: y * y - y,
    ]
    for function in OF_NUMBERS[name]:
        x = ag.Value(0.7)
        for consume in consumers:
            program = ag.Program.from_graph(consume(function(x)), x, engine=engine, order=0)
            for number in EXTREME:
                expected = consume(function(ag.Value(number))).data
                same_bits(program(number), expected, 1e-14 if name == "power" else 0.0)


# ---- broadcasts ----------------------------------------------------------------------------------------------------

STRETCHED: list[Any] = [
    lambda y, A: y,
    lambda y, A: y + A,
    lambda y, A: np.exp(y) * 2.0,
    lambda y, A: A @ y,
    lambda y, A: y @ A,
    lambda y, A: (y + 1.0) @ y,
    lambda y, A: np.sum(y, axis=0) + np.mean(A),
    lambda y, A: y.T @ A,
    lambda y, A: np.concatenate([y, A]),
    lambda y, A: np.where(A > 0, y, A),
    lambda y, A: y[:, 1] * y[0],
    lambda y, A: np.reshape(y, -1),
]


@pytest.mark.parametrize("shape", [(3,), (1, 3), (3, 1), (1, 1), ()])
@pytest.mark.parametrize("consumer", range(len(STRETCHED)))
def test_a_broadcast_below_every_consumer(consumer: int, shape: Any, engine: Any) -> None:
    """A function of entries spreads its operands itself; nothing else does."""

    def function(b: Any, A: Any) -> Any:
        return STRETCHED[consumer](np.broadcast_to(b, (3, 3)), A)

    compiled = ag.compile(lambda b, A: function(b, A), engine=engine)
    slope = ag.grad(lambda b, A: ag.sum(function(b, A) ** 2), (0, 1))
    compiled_slope = ag.compile(slope, engine=engine)
    for seed in (0, 1):
        rng = np.random.default_rng(seed)
        b, A = rng.normal(size=shape), rng.normal(size=(3, 3))
        np.testing.assert_allclose(compiled(b, A), function(b, A), rtol=1e-12)
        for found, expected in zip(compiled_slope(b, A), slope(b, A), strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-11)


def test_the_gradient_of_a_mean_below_a_product(engine: Any) -> None:
    compiled = ag.compile(ag.grad(lambda W: ((np.eye(3) @ W).mean(axis=0) ** 2).sum()), engine=engine)
    W = np.arange(6.0).reshape(3, 2)
    np.testing.assert_allclose(compiled(W), np.tile(2 * W.mean(axis=0) / 3, (3, 1)), rtol=1e-12)


def test_what_was_not_taken_has_no_gradient_below_any_function() -> None:
    assert isinstance(taken, Primitive)
    assert taken.name not in BOOK
    for function in (ag.sqrt, ag.log, lambda x: 1.0 / x, lambda x: x**0.5):
        f = ag.grad(lambda x: ag.sum(ag.where(x > 0, function(x) * 2.0, 1.0)))  # noqa: B023
        compiled = ag.compile(f, engine="numpy")
        for x in (np.array([4.0, 1.0]), np.array([0.0, 4.0])):
            with np.errstate(divide="ignore"):
                expected = f(x)
            np.testing.assert_array_equal(compiled(x), expected)
