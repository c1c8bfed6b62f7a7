"""Functions of single precision in several lanes: against mpmath, over all of their range."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np
import pytest

import autograd as ag
from autograd.program.native import single_precision
from autograd.program.native.engine import available

pytestmark = pytest.mark.skipif(not available(), reason="native programs need llvmlite, which is not installed")

RIGHT = {
    "exp": mpmath.exp,
    "tanh": mpmath.tanh,
    "cosh": mpmath.cosh,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "silu": lambda x: x / (1 + mpmath.exp(-x)),
    "sech_squared": lambda x: 1 / mpmath.cosh(x) ** 2,
    "normal_pdf": mpmath.npdf,
    "normal_cdf": mpmath.ncdf,
    "gelu": lambda x: x * mpmath.ncdf(x),
}
# In units in the last place; what takes a rounded result further has more.
MOST = {"exp": 0.51, "tanh": 0.51, "cosh": 0.51, "sigmoid": 1.5, "silu": 1.5, "sech_squared": 3.0, "normal_pdf": 0.51}
MOST |= {"normal_cdf": 0.7, "gelu": 0.7}


def numbers() -> Any:
    rng = np.random.default_rng(0)
    sizes = 10.0 ** rng.uniform(-8, 2.2, 400)
    near = [0.15, -0.15, 0.149999, 88.72, 88.73, -87.3, -87.4, -103.9, -104.1, 44.36, 1e-38, -1e-42, 0.0, -0.0]
    return np.concatenate([sizes * rng.choice([-1, 1], 400), near]).astype(np.float32)


@pytest.mark.parametrize("name", RIGHT)
def test_within_units_in_the_last_place(name: str) -> None:
    x, function = numbers(), getattr(ag, name, None) or ag.BOOK[name]
    with np.errstate(all="ignore"):
        found = ag.compile(lambda x: function(x) * 1.0, engine="native")(x)
    with mpmath.workdps(30):
        right = [RIGHT[name](mpmath.mpf(float(each))) for each in x]
        for each, y, r in zip(x, found, right, strict=True):
            with np.errstate(all="ignore"):
                rounded = np.float32(float(r))
            if not np.isfinite(rounded) or abs(rounded) < 1.2e-38:
                assert y == pytest.approx(rounded, abs=1e-38), each  # beyond the normal numbers
            else:
                assert abs(mpmath.mpf(float(y)) - r) <= MOST[name] * float(np.spacing(abs(rounded))), each


def test_the_series_next_to_0_is_tanhs() -> None:
    """Its last terms hardly show in 24 bits; what follows them does not: they suffice up to where it is left."""
    taylor = [float(c) for c in mpmath.taylor(mpmath.tanh, 0, 2 * len(single_precision._TANH_SERIES) + 1)[1::2]]
    np.testing.assert_allclose(single_precision._TANH_SERIES, taylor[:-1], rtol=1e-15)
    assert abs(taylor[-1]) * single_precision._SMALL ** (2 * len(taylor) - 2) < 2.0**-33


@pytest.mark.parametrize("times", [1, 600])  # of large arrays some functions are NumPy's
@pytest.mark.parametrize("name", RIGHT)
def test_infinities_and_nan(name: str, times: int) -> None:
    x = np.tile(np.array([np.inf, -np.inf, np.nan, 0.0, -0.0, 1e38, -1e38], np.float32), times)
    function = getattr(ag, name, None) or ag.BOOK[name]
    with np.errstate(all="ignore"):
        found = ag.compile(lambda x: function(x) * 1.0, engine="native")(x)
        expected = ag.compile(lambda x: function(x) * 1.0, engine="numpy")(x)
    np.testing.assert_array_equal(found, expected)
    assert (np.signbit(found) == np.signbit(expected))[~np.isnan(found)].all()
