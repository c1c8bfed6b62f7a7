"""Arrays that are taken apart by loops: gradients of their parts are put together once, whatever the parts are."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import autograd as ag

MASK = np.array([True, False, True, True, False])
# Of an array of shape (5, 3).
PARTS: list[Any] = [
    0, -1, slice(1, 4), slice(None, None, 2), (slice(None), 1), (2, 0), (Ellipsis, None, 2), MASK, [0, 0, 3],
    np.array([4, -1, 4]), (np.array([1, 1]), np.array([0, 0])), (slice(None), np.array([2, 0, 2])), slice(2, 2),
]  # fmt: skip


def function(x: Any) -> Any:
    """Products of neighbouring parts, among which x itself is used, too."""
    total = (x * x).sum()
    parts = [np.sin(x[index]).sum() for index in PARTS]
    for a, b in pairwise(parts):
        total = total + a * b
    return total + sum(row[0] ** 3 for row in x)


def by_complex_steps(x: Any) -> Any:
    """J. Martins, "The complex-step derivative approximation", 2003: to the last place but one."""
    steps = 1e-30j * np.eye(x.size).reshape(x.size, *x.shape)
    return np.array([function(x.astype(np.float64) + step).imag / 1e-30 for step in steps]).reshape(x.shape)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("order", ["C", "F"])
def test_parts_of_all_kinds(dtype: Any, order: Any) -> None:
    x = np.asarray(np.random.default_rng(0).normal(size=(5, 3)), dtype, order=order)
    expected = by_complex_steps(x)
    product = (by_complex_steps(x + 1e-4 * expected) - by_complex_steps(x - 1e-4 * expected)) / 2e-4
    tolerance = 1e-12 if dtype is np.float64 else 2e-5
    ways = {
        "grad": ag.grad(lambda x: function(x)),
        "compiled": ag.compile(ag.grad(lambda x: function(x))),
        "NumPy engine": ag.compile(ag.grad(lambda x: function(x)), engine="numpy"),
        "backward": lambda x: by_backward(x).grad,
        "Jacobian": lambda x: ag.jacobian(lambda x: ag.stack([function(x), x[0, 0]]))(x)[0],
    }
    for name, way in ways.items():
        found = np.asarray(way(x))
        assert found.dtype == dtype, name
        np.testing.assert_allclose(found, expected, tolerance, tolerance, err_msg=name)
    for again in (False, True):
        hvp = lambda x, v: ag.hvp(lambda x: function(x), x, v)[1]  # noqa: E731
        found = (ag.compile(hvp) if again else hvp)(x, expected.astype(dtype))
        np.testing.assert_allclose(found, product, rtol=0, atol=1e-5 * np.abs(product).max())


def by_backward(x: Any) -> Any:
    leaf = ag.Tensor(x, requires_grad=True)
    function(leaf).backward()
    return leaf


def test_many_parts_are_one_array() -> None:
    """A thousand numbers of an array are not a thousand arrays of its size, nor are their second derivatives."""
    x = ag.Tensor(np.linspace(0.0, 1.0, 1000), requires_grad=True)
    y = sum(x[i] * x[i + 1] for i in range(50))
    gradient = ag.gradients(y, x, create_graph=True)
    rules = [node.rule.name for node in ag.topological_order(gradient) if node.rule is not None]
    assert rules.count("scatter_parts") == 1
    assert "scatter" not in rules
    assert sum(node.size == 1000 for node in ag.topological_order(gradient)) == 2  # x, and its gradient


def test_what_is_not_taken_is_zero_below_an_infinite_slope() -> None:
    """Each part is a choice: an upstream gradient of 0 is 0 through √ at 0, and no NaN."""
    for parts in (1, 2):
        found = ag.grad(lambda x, n=parts: sum(ag.sqrt(x)[1:][i] for i in range(n)))(np.array([0.0, 4.0, 1.0]))
        np.testing.assert_array_equal(found, [0.0, 0.25, 0.5 * (parts == 2)])


def test_a_hook_sees_the_sum_of_all_parts() -> None:
    x = ag.Tensor(np.ones(3), requires_grad=True)
    y, seen = x * 1.0, list[Any]()
    y.register_hook(lambda g: seen.append(np.array(g)))
    (y[0] + 2 * y[1:].sum() + y.sum()).backward()
    np.testing.assert_array_equal(seen, [[2.0, 3.0, 3.0]])
    np.testing.assert_array_equal(x.grad, [2.0, 3.0, 3.0])
