"""Normalisation of half precision, where the square of 256 is infinite and a small ε is 0."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn

HALF = np.float16
LAYERS: dict[str, Any] = {
    "layer norm": lambda **how: nn.LayerNorm(6, **how),
    "layer norm over two axes": lambda **how: nn.LayerNorm([4, 6], **how),
    "batch norm": lambda **how: nn.BatchNorm1d(4, **how),
    "batch norm, in use": lambda **how: nn.BatchNorm1d(4, **how).eval(),
    "group norm": lambda **how: nn.GroupNorm(2, 4, **how),
    "root mean square": lambda **how: nn.RMSNorm(6, **how),
}
INPUTS = {
    "large": np.random.default_rng(0).normal(size=(3, 4, 6)) * 2000,
    "ordinary": np.random.default_rng(1).normal(size=(3, 4, 6)),
    "zeros": np.zeros((3, 4, 6)),
}


@pytest.mark.parametrize("kind", INPUTS)
@pytest.mark.parametrize("name", LAYERS)
def test_what_is_normalised_is_that_of_double_precision(name: str, kind: str) -> None:
    x = INPUTS[kind].astype(HALF)
    weights = np.random.default_rng(2).normal(size=x.shape).astype(HALF)
    found = []
    for dtype in (HALF, np.float64):
        layer = LAYERS[name](epsilon=1e-5 if kind != "zeros" else 1e-8, dtype=dtype)
        leaf = ag.Tensor(x.astype(dtype), requires_grad=True)
        y = layer(leaf)
        (y * weights.astype(dtype)).sum().backward()
        assert y.dtype == leaf.grad.dtype == layer.weight.grad.dtype == dtype
        found.append([y.data, leaf.grad.data, layer.weight.grad.data])
        found[-1] += [array for key, array in layer.state_dict().items() if key.startswith("running")]
    for half, meant in zip(*found, strict=True):
        np.testing.assert_allclose(half, meant, rtol=2e-2, atol=2e-2 * max(np.abs(meant).max(), 1e-3))


@pytest.mark.parametrize("name", LAYERS)
def test_compiled_steps_give_the_same(name: str) -> None:
    x = INPUTS["large"].astype(HALF)
    layers = [LAYERS[name](dtype=HALF) for _ in range(2)]
    program = ag.compile(lambda x: layers[0](x), engine="numpy")
    for _ in range(2):
        np.testing.assert_array_equal(program(x), layers[1](x).data)
