"""Pooling and convolutions beside entries that are infinite or NaN: each counts in its own windows, as in PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn

IMAGES, SIGNALS = (2, 3, 7, 10), (2, 3, 11)
LAYERS: dict[str, tuple[tuple[int, ...], Callable[[Any], Any]]] = {
    "one mean": (IMAGES, lambda t: t.AdaptiveAvgPool2d(1)),
    "means of equal windows": (IMAGES, lambda t: t.AdaptiveAvgPool2d((7, 5))),
    "means of windows that overlap": (IMAGES, lambda t: t.AdaptiveAvgPool2d((3, 4))),
    "more means than pixels": (IMAGES, lambda t: t.AdaptiveAvgPool2d((9, 1))),
    "AvgPool1d": (SIGNALS, lambda t: t.AvgPool1d(3, 2, 1)),
    "AvgPool2d": (IMAGES, lambda t: t.AvgPool2d(2, 1)),
    "AvgPool2d with an edge": (IMAGES, lambda t: t.AvgPool2d((3, 2), (2, 2), (1, 1))),
    "MaxPool1d": (SIGNALS, lambda t: t.MaxPool1d(3, 2, 1)),
    "MaxPool2d": (IMAGES, lambda t: t.MaxPool2d(2)),
    "MaxPool2d of windows that overlap": (IMAGES, lambda t: t.MaxPool2d(3, 1, 1)),
}


@pytest.mark.parametrize("entry", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("name", LAYERS)
def test_what_is_not_finite_counts_in_its_own_windows(name: str, entry: float) -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")
    shape, make = LAYERS[name]
    rng = np.random.default_rng(0)
    values = rng.normal(size=shape)
    # One in a window: of several NaN the first gets the gradient here, and the last there.
    values.reshape(-1)[[3, 40, 45]] = entry
    x, other = ag.Tensor(values, requires_grad=True), torch.tensor(values, requires_grad=True)
    y, expected = make(nn)(x), make(torch.nn)(other)
    np.testing.assert_allclose(y.data, expected.detach(), rtol=1e-12)
    g = rng.normal(size=y.shape)
    y.backward(g)
    expected.backward(torch.tensor(g))
    np.testing.assert_allclose(x.grad, other.grad, rtol=1e-12, atol=1e-12)


def test_means_of_no_pixels_are_refused() -> None:
    with pytest.raises(ag.ShapeError, match=r"no pixels in images of shape \(2, 3, 0, 4\)"):
        nn.AdaptiveAvgPool2d(2)(np.zeros((2, 3, 0, 4)))
