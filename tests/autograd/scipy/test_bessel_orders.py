"""Macdonald's function with its order: against mpmath."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp

pytest.importorskip("scipy")
mpmath = pytest.importorskip("mpmath")

from autograd.scipy import special  # noqa: E402


def _exact(v: float, x: float, n: int, scaled: bool) -> float:
    with mpmath.workdps(80):
        factor = mpmath.exp(x) if scaled else 1
        return float(mpmath.diff(lambda w: mpmath.besselk(w, mpmath.mpf(x)) * factor, v, n, h=mpmath.mpf(10) ** -25))


@pytest.mark.parametrize("v", [0.0, 0.01, 0.5, 7.3, 100.2, -1.3])
@pytest.mark.parametrize("x", [1e-9, 0.1, 1.0, 20.0, 300.0])
def test_derivatives_with_the_order(v: float, x: float) -> None:
    for function, scaled in ((special.kve, True), (special.kv, False)):
        first = ag.grad(lambda v, f=function: f(v, x))
        for of, n in ((first, 1), (ag.grad(first), 2)):
            exact = _exact(v, x, n, scaled)
            if abs(exact) < 1e300:
                assert of(v) == pytest.approx(exact, rel=2e-13, abs=1e-300)


@pytest.mark.parametrize("x", [0.7, 20.0, 40.0])
def test_derivatives_with_both(x: float) -> None:
    """Also where the slope in x is that of a series."""
    with mpmath.workdps(60):
        exact = mpmath.diff(lambda v, x: mpmath.besselk(v, x) * mpmath.exp(x), (1.5, x), (1, 1))
    assert ag.grad(lambda x: ag.grad(special.kve)(1.5, x))(x) == pytest.approx(float(exact), rel=1e-10)
    assert ag.grad(lambda v: ag.grad(special.kve, 1)(v, x))(1.5) == pytest.approx(float(exact), rel=1e-10)


def test_the_smoothness_of_materns_covariance() -> None:
    def covariance(v: Any, d: Any) -> Any:
        z = anp.sqrt(2 * v) * d
        return anp.sum(2 ** (1 - v) / special.gamma(v) * z**v * special.kv(v, z))

    d = np.array([0.1, 0.7, 2.0])
    for v in (0.5, 1.3):
        with mpmath.workdps(40):
            exact = mpmath.diff(
                lambda v: sum(
                    2 ** (1 - v)
                    / mpmath.gamma(v)
                    * (mpmath.sqrt(2 * v) * x) ** v
                    * mpmath.besselk(v, mpmath.sqrt(2 * v) * x)
                    for x in map(mpmath.mpf, d.tolist())
                ),
                v,
            )
        assert ag.grad(covariance)(v, d) == pytest.approx(float(exact), rel=1e-12)
        assert ag.compile(ag.grad(covariance))(v, d) == pytest.approx(float(exact), rel=1e-12)


def test_at_the_ends() -> None:
    assert ag.grad(special.kve)(1.5, np.inf) == 0 == ag.grad(special.kv)(1.5, np.inf)
    for x in (1e8, 1e12, 1e20):  # ν / x of what is nearly √(π / 2x)
        assert ag.grad(special.kve)(1.5, x) == pytest.approx(1.5 / x * np.sqrt(np.pi / 2 / x), rel=1e-7)
    assert np.isnan(ag.grad(special.kv)(1.5, -1.0))
    single = ag.grad(lambda v: ag.sum(special.kv(v, np.float32(2.0))))(np.array([0.5, 1.5], np.float32))
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, [_exact(v, 2.0, 1, scaled=False) for v in (0.5, 1.5)], rtol=1e-6)
