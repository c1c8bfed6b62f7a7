"""Softmax and its kin of lists of Values in programs: recorded from small numbers, replayed at infinities as well."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag

INF = math.inf
# What makes a number of a list; all shares, some, none, and the total beside them are computed in different ways.
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "all shares": lambda xs: sum(k * p for k, p in enumerate(ag.softmax(xs), 1)),
    "one share": lambda xs: ag.softmax(xs)[0],
    "log_softmax": lambda xs: ag.log_softmax(xs)[-1],
    "cross-entropy": lambda xs: -ag.log_softmax(xs)[0],
    "cross-entropy and shares": lambda xs: -ag.log_softmax(xs)[0] - 2.0 * ag.softmax(xs)[-1],
    "logsumexp": ag.logsumexp,
    "logsumexp less one": lambda xs: ag.logsumexp(xs) - xs[0],
    "logsumexp and shares": lambda xs: ag.logsumexp(xs) * ag.softmax(xs)[0],
}


def points(n: int) -> list[list[float]]:
    some = [0.5 * k - 1.0 for k in range(n)]
    infinite = [
        [-INF] * n,
        [*some[1:], -INF],
        [-INF] * (n - 1) + [1.0],
        [*some[1:], INF],
        [math.nan] + [-INF] * (n - 1),
    ]
    return [some, *infinite]


def expected(function: Callable[[Any], Any], x: list[float]) -> tuple[float, list[float]]:
    """By Tensors, which take their functions of a whole array."""
    tensor = ag.Tensor(x, requires_grad=True)
    with np.errstate(all="ignore"):
        y = function(tensor)
        return y.item(), ag.gradients(y, tensor).tolist()


@pytest.mark.parametrize("n", [1, 4, 6])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_list_of_any_numbers_is_replayed_as_an_array_of_them(name: str, n: int, engine: Any) -> None:
    function = FUNCTIONS[name]
    leaves = [ag.Value(0.1 * k) for k in range(n)]
    program = ag.Program.from_graph(function(leaves), leaves, engine=engine)
    values, slopes = program.batch(np.array(points(n)))
    for x, *of_batch in zip(points(n), values, slopes, strict=True):
        y, slope = expected(function, x)
        for found in (program(*x), of_batch):
            np.testing.assert_allclose(found[0], y, rtol=1e-14, atol=1e-15)
            if math.isfinite(max(x)) and math.isfinite(y):
                np.testing.assert_allclose(found[1], slope, rtol=1e-14, atol=1e-15)


def test_nothing_but_minus_infinity_has_no_shares_and_a_total_without_slopes(engine: Any) -> None:
    leaves = [ag.Value(0.0), ag.Value(1.0)]
    shares = ag.Program.from_graph(ag.softmax(leaves)[1], leaves, engine=engine)
    total = ag.Program.from_graph(ag.logsumexp(leaves), leaves, engine=engine)
    assert math.isnan(shares(-INF, -INF)[0])
    assert total(-INF, -INF) == (-INF, [0.0, 0.0])
