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
    "log_gammainc": [(2.5, 1.3), (2.5, 40.0), (50.0, 1e-8), (1e3, 300.0), (1e4, 7e3), (0.5, 1e-300)],
    "log_gammaincc": [(2.5, 1.3), (2.5, 1e-3), (2.5, 1e3), (0.5, 800.0), (1.0, 1e5), (900.0, 3e3), (1e4, 2e4)],
    "log_betainc": [(2.0, 3.0, 0.3), (2.0, 3.0, 0.999), (50.0, 3.0, 1e-8), (1e3, 500.0, 0.3), (1e4, 2.0, 0.9)],
    "log_betaincc": [(2.0, 3.0, 0.3), (3.0, 50.0, 1 - 2.0**-40), (500.0, 1e3, 0.7), (2.0, 40.0, 1 - 2.0**-50)],
    "log_stdtr": [(3.5, -1.2), (3.5, 2.1), (100.0, -1e5), (1e3, -60.0), (3.5, -1e100), (1e4, -45.0)],
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
