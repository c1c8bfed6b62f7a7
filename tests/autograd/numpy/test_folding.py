"""A ufunc's accumulate on nodes: NumPy's numbers for every length, by work that grows as the length does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.graph.order import topological_order
from autograd.test_util import check_grads

UFUNCS = [np.add, np.multiply, np.maximum, np.minimum, np.fmax, np.fmin, np.logaddexp, np.hypot, np.subtract]


@pytest.mark.parametrize("ufunc", UFUNCS)
@pytest.mark.parametrize("length", [0, 1, 2, 3, 4, 5, 7, 8, 9, 31])
def test_accumulated_is_numpys(ufunc: Any, length: int) -> None:
    x = np.random.default_rng(length).normal(size=(length, 2))
    for axis in (0, 1):
        expected = ufunc.accumulate(x, axis=axis)
        found = ufunc.accumulate(ag.Tensor(x, requires_grad=True), axis=axis)
        np.testing.assert_allclose(found.data, expected, rtol=1e-12)
        if length:
            check_grads(lambda x, axis=axis: ufunc.accumulate(x, axis=axis), modes=("fwd", "rev"), order=1)(x)


def test_of_a_long_array_each_entry_is_taken_a_few_times() -> None:
    x = ag.Tensor(np.random.default_rng(0).normal(size=10_000), requires_grad=True)
    made = [node for node in topological_order(np.maximum.accumulate(x)) if node.rule is not None]
    assert sum(node.size for node in made if node.rule.name == "maximum") <= 2 * x.size
    assert len(made) < 150
