"""Logarithms of probabilities that are too small for a float: values and slopes against mpmath."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.test_util import check_grads

pytest.importorskip("scipy")
mpmath = pytest.importorskip("mpmath")

ROWS: dict[str, list[tuple[float, ...]]] = {
    "log_gammainc": [(2.5, 1.3), (2.5, 40.0), (50.0, 1e-8), (1e3, 300.0), (1e4, 7e3), (0.5, 1e-300), (2.5, 1e-200)],
    "log_gammaincc": [
        (2.5, 1.3),
        (2.5, 1e-3),
        (2.5, 1e3),
        (0.5, 800.0),
        (1.0, 1e5),
        (900.0, 3e3),
        (1e4, 2e4),
        (1.7, 1.2345678e16),
    ],
    "log_betainc": [(2.0, 3.0, 0.3), (2.0, 3.0, 0.999), (50.0, 3.0, 1e-8), (1e3, 500.0, 0.3), (1e4, 2.0, 0.9)],
    "log_betaincc": [(2.0, 3.0, 0.3), (3.0, 50.0, 1 - 2.0**-40), (500.0, 1e3, 0.7), (2.0, 40.0, 1 - 2.0**-50)],
    "log_stdtr": [
        (3.5, -1.2),
        (3.5, 2.1),
        (100.0, -1e5),
        (1e3, -60.0),
        (3.5, -1e100),
        (1e4, -45.0),
        (3.0, -1e160),
        (0.5, -1e300),
    ],
}


def _logarithm(name: str, *args: Any) -> Any:
    mp = mpmath
    if name == "log_gammainc":
        return mp.log(mp.gammainc(args[0], 0, args[1], regularized=True))
    if name == "log_gammaincc":
        return mp.log(mp.gammainc(args[0], args[1], mp.inf, regularized=True))
    if name == "log_betainc":
        return mp.log(mp.betainc(args[0], args[1], 0, args[2], regularized=True))
    if name == "log_betaincc":
        return mp.log(mp.betainc(args[1], args[0], 0, 1 - args[2], regularized=True))
    df, z = args
    outer = mp.betainc(df / 2, 0.5, 0, df / (df + z * z), regularized=True) / 2
    return mp.log(outer if z < 0 else 1 - outer)


@pytest.mark.parametrize(("name", "args"), [(name, args) for name, rows in ROWS.items() for args in rows])
def test_logarithms_of_incomplete_functions(name: str, args: tuple[float, ...]) -> None:
    from autograd.scipy.rules import tails

    *parameters, x = args
    f = lambda z: getattr(tails, name)(*parameters, z)  # noqa: E731
    with mpmath.workdps(60):
        exact = [mpmath.mpf(a) for a in args]
        value = _logarithm(name, *exact)
        step = exact[-1] * mpmath.mpf(10) ** -25
        slope = (_logarithm(name, *exact[:-1], x + step) - _logarithm(name, *exact[:-1], x - step)) / (2 * step)
    found = f(ag.Tensor([x])).data[0]
    # Log-gammas of large parameters, and their differences, are rounded in their last digits.
    rounding = 1e-12 * max(1.0, *parameters) / 10
    np.testing.assert_allclose(found, float(value), rtol=1e-12, atol=rounding if abs(value) > 1e-3 else 0)
    np.testing.assert_allclose(ag.grad(f)(x), float(slope), rtol=1e-11 + rounding)


@pytest.mark.parametrize(("name", "tail"), [(name, rows[2]) for name, rows in ROWS.items()])
def test_second_derivatives(name: str, tail: tuple[float, ...]) -> None:
    from autograd.scipy.rules import tails

    for *parameters, x in (ROWS[name][0], tail):
        scaled = lambda t, p=parameters, x=x: getattr(tails, name)(*p, x * t)  # noqa: E731
        if 0 < x < 0.999 or name in ("log_gammaincc", "log_stdtr"):
            check_grads(scaled, order=2, rtol=1e-4)(np.array([1.0]))


def test_distributions_have_slopes_far_out() -> None:
    from autograd.scipy.stats import beta, chi2, gamma, gumbel_r, laplace, poisson, t

    far = np.array([1e3, 1e5])
    each = ag.elementwise_grad
    np.testing.assert_array_equal(each(laplace.logsf)(far), [-1, -1])
    np.testing.assert_array_equal(each(laplace.logcdf)(-far), [1, 1])
    np.testing.assert_allclose(laplace.logsf(ag.Tensor(far)).data, -far - np.log(2), rtol=1e-15)
    np.testing.assert_allclose(each(gumbel_r.logsf)(np.array([20.5, 19.5, 800.0])), [-1, -1, -1], rtol=1e-8)
    np.testing.assert_allclose(gumbel_r.logsf(ag.Tensor([800.0, 20.5])).data, [-800, -20.5], rtol=1e-9)
    np.testing.assert_allclose(each(lambda x: gamma.logsf(x, 1.0))(far), [-1, -1], rtol=1e-10)
    np.testing.assert_allclose(each(lambda x: chi2.logsf(x, 2.0))(far * 2), [-0.5, -0.5], rtol=1e-10)
    np.testing.assert_allclose(each(lambda x: t.logsf(x, 100.0))(far[1:]), [-100 / far[1]], rtol=1e-6)
    np.testing.assert_allclose(each(lambda x: beta.logcdf(x, 60.0, 1.0))(np.array([1e-7])), [60e7], rtol=1e-10)
    assert each(lambda x: beta.logcdf(x, 2.0, 1.0))(np.array([0.0])) == np.inf
    k = 300.0  # P(more than k) is nearly μᵏ⁺¹ e^−μ / (k + 1)!
    np.testing.assert_allclose(ag.grad(lambda mu: poisson.logsf(k, mu))(2.0), (k + 1) / 2 - 1, rtol=1e-4)


# Places where squares are too large for a float, or logarithms too large to be subtracted: function, its parameters.
FAR: list[tuple[str, float, tuple[float, ...]]] = [
    *[(name, x, ()) for name in ("norm.logcdf", "norm.logsf", "halfnorm.logsf") for x in (12345.678, 123456789.1)],
    *[("halfnorm.logsf", x, ()) for x in (1e-200, 1e-3)],
    *[(name, x, ()) for name in ("cauchy.logpdf", "cauchy.logcdf", "cauchy.logsf") for x in (1e160, 1e200)],
    *[(name, x, (3.5,)) for name in ("t.logpdf", "t.logcdf", "t.logsf") for x in (0.3, 1e77, 1e160, 1e200)],
    *[("t.logpdf", x, (100.0,)) for x in (1e-3, 30.0, 1e200)],
    ("gumbel_r.logsf", 3.0, ()),
]


@pytest.mark.parametrize(("name", "x", "parameters"), FAR)
def test_values_and_slopes_on_both_sides(name: str, x: float, parameters: tuple[float, ...]) -> None:
    from autograd.scipy import stats

    distribution, method = name.split(".")
    f = getattr(getattr(stats, distribution), method)
    for at in (x, -x) if distribution != "halfnorm" else (x,):
        with mpmath.workdps(60):
            density, cdf, sf, change = _exactly(distribution, mpmath.mpf(at), *map(mpmath.mpf, parameters))
            value, slope = {
                "logpdf": (mpmath.log(density), change),
                "logcdf": (mpmath.log(cdf) if cdf < 0.9 else mpmath.log1p(-sf), density / cdf),
                "logsf": (mpmath.log(sf) if sf < 0.9 else mpmath.log1p(-cdf), -density / sf),
            }[method]
        np.testing.assert_allclose(f(ag.Tensor(at), *parameters).data, float(value), rtol=1e-12, atol=1e-307)
        np.testing.assert_allclose(ag.grad(f)(at, *parameters), float(slope), rtol=1e-12, atol=1e-307)


@pytest.mark.parametrize("x", [-20.0, -49.9, -50.1, -1e3, -1e6, -1e8, -1e200])
def test_the_normal_distribution_is_curved_alike_far_out(x: float) -> None:
    from autograd.scipy.stats import norm

    with mpmath.workdps(60):
        z = mpmath.mpf(x)
        if x > -1e7:
            slope = mpmath.npdf(z) / (mpmath.erfc(-z / mpmath.sqrt(2)) / 2)
            second = -slope * (z + slope)
            third = -second * (z + slope) - slope * (1 + second)
        else:
            second, third = -1 + z**-2, 2 / -(z**3)
        second, third = float(second), float(third)
    found = ag.grad(ag.grad(norm.logcdf))
    np.testing.assert_allclose(found(x), second, rtol=1e-12)
    np.testing.assert_allclose(ag.grad(found)(x), third, rtol=1e-6 if x > -1e3 else 0, atol=1e-15)


def _exactly(name: str, z: Any, *parameters: Any) -> tuple[Any, Any, Any, Any]:
    """The density, both probabilities, and the slope of the density's logarithm."""
    mp = mpmath
    if name in ("norm", "halfnorm"):
        density, sides = mp.exp(-z * z / 2) / mp.sqrt(2 * mp.pi), [mp.erfc(x / mp.sqrt(2)) / 2 for x in (-z, z)]
        return (density, *sides, -z) if name == "norm" else (2 * density, mp.erf(z / mp.sqrt(2)), 2 * sides[1], -z)
    if name == "cauchy":
        return 1 / (mp.pi * (1 + z * z)), mp.atan2(1, -z) / mp.pi, mp.atan2(1, z) / mp.pi, -2 * z / (1 + z * z)
    if name == "gumbel_r":
        u = mp.exp(-z)
        return u * mp.exp(-u), mp.exp(-u), -mp.expm1(-u), u - 1
    (df,) = parameters
    rest = mp.betainc(df / 2, 0.5, 0, df / (df + z * z), regularized=True) / 2
    density = mp.gamma((df + 1) / 2) / mp.gamma(df / 2) / mp.sqrt(df * mp.pi) * (1 + z * z / df) ** (-(df + 1) / 2)
    return density, *((rest, 1 - rest) if z < 0 else (1 - rest, rest)), -(df + 1) * z / (df + z * z)
