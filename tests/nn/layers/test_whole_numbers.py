"""Batches of whole numbers and of truths, such as pixels and flags: every layer gives what it gives of their floats."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import nn
from tests.nn.layers.test_layers import LAYERS
from tests.nn.layers.test_networks import ROWS

MADE: dict[str, tuple[Any, tuple[int, ...], Any]] = {
    **{name: (row.layer, row.shape, row.call) for name, row in ROWS.items() if not row.classes},
    **{name: (layer, (2, 3), nn.Module.__call__) for name, (layer, *_) in LAYERS.items()},
    "linear": (nn.Linear(3, 2, seed=0), (4, 3), nn.Module.__call__),
    "dropout": (nn.Dropout(0.4, seed=0), (4, 3), nn.Module.__call__),
    "dropout2d": (nn.Dropout2d(0.4, seed=0), (4, 3, 2, 2), nn.Module.__call__),
    "noise": (nn.GaussianNoise(0.5, seed=0), (4, 3), nn.Module.__call__),
}


@pytest.mark.parametrize("kind", [np.int64, np.int8, np.uint8, np.uint64, np.bool_])
@pytest.mark.parametrize("name", MADE)
def test_a_layer_takes_them_as_floats(name: str, kind: Any) -> None:
    layer, shape, call = MADE[name]
    given = np.random.default_rng(0).integers(0, 4, shape).astype(kind)
    found, expected = (np.asarray(_plain(call(copy.deepcopy(layer), x))) for x in (given, given.astype(np.float64)))
    np.testing.assert_allclose(found, expected, rtol=2e-3, atol=2e-3)  # NumPy's functions of a byte have 16 bits


def _plain(y: Any) -> Any:
    return getattr(y, "_raw", y)
