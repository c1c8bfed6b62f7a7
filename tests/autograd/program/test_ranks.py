"""Positions that sort an array, in programs: found anew at each replay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp

PLACES = np.arange(6.0)
RANKED: dict[str, Callable[[Any], Any]] = {
    "by a choice": lambda x: anp.sum(anp.where(anp.argsort(anp.argsort(x)) > 2, x, 0.0) ** 2),
    "by an index": lambda x: anp.sum(x[np.argsort(x, kind="stable")] * PLACES),
    "by a method": lambda x: anp.sum(x[x.argsort()] ** 2 * PLACES),
    "by take": lambda x: anp.sum(anp.take(x, anp.argsort(-x)) * PLACES),
    "along an axis": lambda x: anp.sum(
        anp.take_along_axis(x.reshape(2, 3), anp.argsort(x.reshape(2, 3), axis=0), 0) * PLACES.reshape(2, 3)
    ),
    "of all": lambda x: anp.sum(anp.argsort(x.reshape(2, 3), axis=None) * x),
    "as ranks": lambda x: anp.sum(anp.argsort(anp.argsort(x)) * x**2),
    "the largest": lambda x: x[anp.argsort(x)[::-1]][0],
}


@pytest.mark.parametrize("name", RANKED)
def test_positions_are_those_of_the_numbers_of_each_replay(name: str, engine: str) -> None:
    x = np.random.default_rng(0).normal(size=6)
    function = ag.value_and_grad(RANKED[name])
    program = ag.compile(function, engine=engine)
    program(x)
    for other in (x[::-1].copy(), np.roll(x, 2), -x):
        (value, gradient), (expected, slopes) = program(other), function(other)
        np.testing.assert_allclose(value, expected, rtol=1e-13)
        np.testing.assert_allclose(gradient, slopes, rtol=1e-13)
