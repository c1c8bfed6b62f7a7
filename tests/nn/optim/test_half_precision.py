"""Parameters of half precision, where squares are soon 0 or infinite: steps and norms are of single precision."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from nn import regularisation

HALF = np.float16


def _steps(name: str, dtype: Any, **settings: Any) -> np.ndarray:
    rng = np.random.default_rng(0)
    w = ag.Tensor(rng.normal(size=6).astype(HALF).astype(dtype), requires_grad=True)
    optimizer = nn.OPTIMIZERS[name]([w], learning_rate=0.01, **settings)
    for _ in range(20):  # ordinary, small and no gradients
        w.grad = (rng.normal(size=6) * [1, 1, 1e-3, 1e-4, 1e-6, 0]).astype(HALF).astype(dtype)
        optimizer.step()
        assert w.dtype == dtype
    assert all(array.dtype != HALF for array in optimizer.state_dict().values())
    return w.data


@pytest.mark.parametrize("weight_decay", [0.0, 0.1])
@pytest.mark.parametrize("name", nn.OPTIMIZERS)
def test_steps_are_those_of_double_precision(name: str, weight_decay: float) -> None:
    found, meant = (_steps(name, dtype, weight_decay=weight_decay) for dtype in (HALF, np.float64))
    np.testing.assert_allclose(found, meant, rtol=2e-2, atol=5e-3)


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop"])
def test_a_network_of_half_precision_is_trained(optimizer: str) -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(200, 4)).astype(HALF)
    model = nn.Sequential(nn.Linear(4, 8, dtype=HALF, seed=0), nn.ReLU(), nn.Linear(8, 2, dtype=HALF, seed=1))
    trainer = nn.Trainer(model, loss="cross_entropy", optimizer=optimizer, learning_rate=0.02, metrics=["accuracy"])
    history = trainer.fit(x, (x[:, 0] > 0).astype(int), epochs=10, progress=False)
    assert history["accuracy"][-1] > 0.9
    assert {parameter.dtype for parameter in model.parameters()} == {np.dtype(HALF)}


@pytest.mark.parametrize("compiled", [False, True])
def test_large_gradients_are_scaled_down_and_not_to_zero(compiled: bool) -> None:
    found = [np.full((3, 2), 300, HALF), np.full(4, -20, HALF)]
    if compiled:
        scaled = ag.compile(lambda gradients: regularisation.clipped(gradients, 1.0, None), engine="numpy")(found)
    else:
        tensors = [ag.Tensor(np.zeros_like(g), requires_grad=True) for g in found]
        for tensor, g in zip(tensors, found, strict=True):
            tensor.grad = g
        assert nn.clip_norm(tensors, 1.0) == pytest.approx(np.sqrt(6 * 300**2 + 4 * 20**2), rel=1e-3)
        scaled = [tensor.grad.data for tensor in tensors]
    assert {array.dtype for array in scaled} == {np.dtype(HALF)}
    np.testing.assert_allclose(scaled[0], 300 / np.sqrt(6 * 300**2 + 4 * 20**2), rtol=1e-2)
