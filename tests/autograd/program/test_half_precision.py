"""Means in half precision, whose sums and counts go beyond its largest number, 65504."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag

HALF = np.float16
MEANS: dict[str, tuple[Callable[[Any], Any], np.ndarray]] = {
    "of large numbers": (np.mean, np.full(4, 60000, HALF)),
    "whose sum is too large": (np.mean, np.full(1000, 100, HALF)),
    "along an axis": (lambda x: np.sum(np.mean(x, axis=0)), np.full((1000, 3), 100, HALF)),
    "around an axis, kept": (lambda x: np.sum(np.mean(x, axis=(0, 2), keepdims=True)), np.full((40, 2, 50), 70, HALF)),
    "of a computed array": (lambda x: np.mean(x * 2), np.full((300, 5), 30, HALF)),
    "of more entries than there are numbers": (np.mean, np.full((256, 257), 3, HALF)),
    "of many along an axis": (lambda x: np.sum(np.mean(x, axis=0)), np.full((70000, 2), 3, HALF)),
    "average": (np.average, np.full(2000, 60, HALF)),
    "ag.mean": (ag.mean, np.full(2000, 60, HALF)),
}


@pytest.mark.parametrize("name", MEANS)
def test_means_and_their_gradients_are_those_of_double_precision(name: str) -> None:
    function, x = MEANS[name]
    meant, slopes = ag.value_and_grad(function)(x.astype(np.float64))
    value, gradient = ag.value_and_grad(function)(x)
    np.testing.assert_allclose(value, meant, rtol=2e-3)
    np.testing.assert_allclose(gradient, slopes, rtol=2e-2)  # the smallest numbers have few places
    assert np.asarray(gradient).dtype == HALF


@pytest.mark.parametrize("name", MEANS)
def test_programs_give_the_same(name: str, engine: str) -> None:
    function, x = MEANS[name]
    program = ag.compile(ag.value_and_grad(function), engine=engine)
    program(x)
    for found, meant in zip(program(x), ag.value_and_grad(function)(x), strict=True):
        np.testing.assert_array_equal(found, meant)
