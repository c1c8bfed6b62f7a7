"""Functions of each entry of large arrays, a block at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.rules import blocks
from autograd.rules.blocks import BLOCK, LARGE


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64])
def test_blocks_are_the_whole(dtype: Any) -> None:
    """Of any size, shape and order; a function sees no more than a block of a large array."""
    seen: list[int] = []

    def function(x: Any, by: float) -> Any:
        seen.append(np.size(x))
        return np.sqrt(np.abs(x)) * by

    for shape in ((), (0,), (3, 5), (LARGE,), (LARGE + 1,), (7, 3, LARGE // 5)):
        given = np.asarray(np.random.default_rng(0).normal(size=shape) * 50).astype(dtype)
        for x in (given, given.T, given[..., ::-1] if shape else given):
            found = blocks.in_blocks(function)(x, by=2.0)
            np.testing.assert_array_equal(found, function(x, 2.0), strict=bool(shape))
    seen.clear()
    blocks.in_blocks(function)(np.ones(10 * BLOCK + 1), by=1.0)
    assert seen == [BLOCK] * 10 + [1]


def test_rules_of_large_arrays_are_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever their other operands are: of the same shape, in another order, broadcast, or numbers."""
    draw = np.random.default_rng(0).normal
    x, y = draw(size=(8, BLOCK + 3)).astype(np.float32), draw(size=(8, BLOCK + 3)).astype(np.float32)
    pairs = [(x, y), (x.T, y.T), (x, y[:1]), (x[:, :1], y), (x, np.asfortranarray(y)), (x, np.float32(0.3)), (x, 0.3)]
    functions = [
        lambda a, b: ag.sum(ag.silu(a) * ag.gelu(b)), lambda a, b: ag.sum(ag.maximum(a, b)),
        lambda a, b: ag.mean(ag.logaddexp(a, b) * a), lambda a, b: ag.sum(ag.elu(a) + ag.leaky_relu(b) * ag.sigmoid(a)),
        lambda a, b: ag.sum((a * a) ** 1.5 - ag.softplus(a * b)),
    ]  # fmt: skip
    by_blocks = [ag.grad(f, (0, 1))(*pair) for f in functions for pair in pairs]
    monkeypatch.setattr(blocks, "LARGE", x.size + 1)
    at_once = [ag.grad(f, (0, 1))(*pair) for f in functions for pair in pairs]
    for found, expected in zip(by_blocks, at_once, strict=True):
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_allclose(a, b, rtol=2e-6, atol=1e-6)
            assert np.asarray(a).dtype == np.asarray(b).dtype


def test_rules_that_call_what_goes_by_blocks_do_so_too(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def watched(function: Any, inputs: Any, attrs: Any) -> Any:
        seen.append(len(inputs))
        return function(*inputs, **attrs)

    monkeypatch.setattr(blocks, "_by_blocks", watched)
    ag.grad(lambda x: ag.sum(ag.silu(x)))(np.ones(LARGE + 1))
    assert seen[:2] == [1, 3]  # the function of x, and its rule of g, y and x


@pytest.mark.parametrize("engine", ["numpy", None])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64])
@pytest.mark.parametrize(
    ("full", "shape"),
    [
        ((64, 30, 2, 28, 2), (64, 30, 1, 28, 1)), ((5000, 3), (5000, 1)), ((3, 5000, 4), (5000, 1)),
        ((9000, 2), (1, 1)), ((9000, 2), ()), ((10_000, 1), (1, 1)), ((9000, 0), (9000, 1)),
    ],
)  # fmt: skip
def test_sums_of_short_rows_are_numpys(full: Any, shape: Any, dtype: Any, engine: Any) -> None:
    """Of what was broadcast along the last axis to a few entries, eagerly and in programs."""
    x = (np.random.default_rng(0).normal(size=full) * 50).astype(dtype)
    kept = (1,) * (len(full) - len(shape)) + shape
    expected = x.sum(tuple(i for i, length in enumerate(kept) if length == 1), keepdims=True).reshape(shape)
    tolerance = {"rtol": 1e-4, "atol": 0.05} if x.itemsize < 8 else {"rtol": 1e-11, "atol": 1e-9}
    summed = ag.BOOK["sum_to"]
    for found in (summed(x, shape=shape), ag.compile(lambda x: summed(x, shape=shape) * 1, engine)(x)):
        np.testing.assert_allclose(found, expected, **tolerance)
