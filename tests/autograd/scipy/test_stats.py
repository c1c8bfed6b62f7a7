"""Distributions of nodes: SciPy's values, inside and outside of the support, and derivatives by differences."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.test_util import check_grads

stats = pytest.importorskip("scipy.stats")

SIGNED, POSITIVE, UNIT = np.array([-1.3, 0.2, 2.1]), np.array([0.4, 1.3, 5.2]), np.array([0.1, 0.35, 0.9])
# Points, parameters in order, and which parameters a cdf has no derivative for.
ROWS: dict[str, tuple[Any, tuple[float, ...], set[int]]] = {
    "norm": (SIGNED, (0.3, 1.2), set()),
    "logistic": (SIGNED, (0.3, 1.2), set()),
    "laplace": (SIGNED, (0.3, 1.2), set()),
    "t": (SIGNED, (3.5, 0.3, 1.2), {1}),
    "expon": (POSITIVE, (0.1, 1.2), set()),
    "lognorm": (POSITIVE, (0.7, 0.1, 1.2), set()),
    "gamma": (POSITIVE, (1.7, 0.1, 1.2), {1}),
    "chi2": (POSITIVE, (3.0, 0.1, 1.2), {1}),
    "beta": (UNIT, (1.7, 2.4, 0.02, 1.1), {1, 2}),
    "uniform": (UNIT, (0.02, 1.1), set()),
    "cauchy": (SIGNED, (0.3, 1.2), set()),
    "weibull_min": (POSITIVE, (1.7, 0.1, 1.2), set()),
    "gumbel_r": (SIGNED, (0.3, 1.2), set()),
    "pareto": (POSITIVE + 1, (2.3, -0.1, 1.1), set()),
}


@pytest.mark.parametrize("name", ROWS)
def test_values_and_derivatives(name: str) -> None:
    x, parameters, unknown = ROWS[name]
    ours, scipys = import_module(f"autograd.scipy.stats.{name}"), getattr(stats, name)
    everywhere = np.array([-0.7, *x, 50.0])
    for method in ("logpdf", "pdf", "cdf", "sf", "logcdf", "logsf"):
        f = getattr(ours, method)
        with np.errstate(all="ignore"):
            expected = getattr(scipys, method)(everywhere, *parameters)
            np.testing.assert_array_equal(f(everywhere, *parameters), expected)
            found = f(ag.Tensor(everywhere), *parameters).data
        # SciPy before 1.15 takes some logarithms of probabilities that are rounded to 1.
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-16 if method.startswith("log") else 1e-300)
        places = [i for i in range(len(parameters) + 1) if "pdf" in method or i not in unknown]
        if method in ("logpdf", "cdf", "logsf"):
            check_grads(f, argnum=places, rtol=1e-5)(x, *parameters)
    if hasattr(ours, "ppf") and name != "laplace":
        np.testing.assert_allclose(
            ours.ppf(ag.Tensor(UNIT), *parameters).data, scipys.ppf(UNIT, *parameters), rtol=1e-10
        )
        np.testing.assert_allclose(
            ours.isf(ag.Tensor(UNIT), *parameters).data, scipys.isf(UNIT, *parameters), rtol=1e-10
        )
        places = [i for i in range(len(parameters) + 1) if i not in unknown]
        check_grads(ours.isf, argnum=places, rtol=1e-5)(UNIT, *parameters)
        np.testing.assert_array_equal(ours.isf(UNIT, *parameters), scipys.isf(UNIT, *parameters))
    np.testing.assert_equal(ours.mean(*parameters), scipys.mean(*parameters))


def test_parameters_may_be_named_and_are_counted() -> None:
    from autograd.scipy.stats import gamma, norm

    x = ag.Tensor(POSITIVE)
    np.testing.assert_array_equal(norm.pdf(x, scale=2.0, loc=1.0).data, norm.pdf(x, 1.0, 2.0).data)
    for call in (lambda: gamma.pdf(x), lambda: norm.pdf(x, sigma=1.0), lambda: norm.pdf(x, 1.0, loc=1.0)):
        with pytest.raises(TypeError, match=r"gamma needs a|norm takes loc, scale"):
            call()


@pytest.mark.parametrize("name", [name for name in ROWS if name != "laplace"])
def test_what_is_no_probability_has_no_quantile(name: str) -> None:
    ours, parameters = import_module(f"autograd.scipy.stats.{name}"), ROWS[name][1]
    for method in ("ppf", "isf"):
        found = getattr(ours, method)(ag.Tensor([-0.1, 0.4, 1.1, np.nan]), *parameters).data
        np.testing.assert_array_equal(np.isnan(found), [True, False, True, True])


def test_the_tails_of_cauchys_distribution() -> None:
    from autograd.scipy.stats import cauchy

    q = np.array([1e-300, 1e-20, 1e-9])
    tail = 1 / (np.pi * q)  # but for a part of q²
    np.testing.assert_allclose(cauchy.isf(ag.Tensor(q)).data, tail, rtol=1e-15)
    np.testing.assert_allclose(cauchy.ppf(ag.Tensor(q)).data, -tail, rtol=1e-15)
    np.testing.assert_allclose(cauchy.ppf(ag.Tensor(1 - 2.0**-40)).data, 2.0**40 / np.pi, rtol=1e-15)
    np.testing.assert_allclose(ag.grad(cauchy.isf)(1e-20), -1e40 / np.pi, rtol=1e-14)
    np.testing.assert_allclose(cauchy.logpdf(ag.Tensor(1e200)).data, -np.log(np.pi) - 400 * np.log(10), rtol=1e-15)


def test_outside_of_the_support_gradients_are_zero() -> None:
    from autograd.scipy.stats import gamma, gumbel_r

    for method in (gumbel_r.pdf, gumbel_r.cdf, gumbel_r.sf, gumbel_r.logsf):  # where its double logarithm overflows
        np.testing.assert_array_equal(ag.grad(lambda x, f=method: ag.sum(f(x)))(np.array([-800.0, -709.7, -700.0])), 0)
    np.testing.assert_array_equal(ag.grad(lambda x: ag.sum(gamma.pdf(x, 1.5)))(np.array([-2.0, -0.1])), 0)


def test_poisson() -> None:
    from autograd.scipy.stats import poisson

    k = np.array([0.0, 1.0, 4.0])
    for method in ("logpmf", "pmf", "cdf", "sf", "logcdf", "logsf"):
        f = getattr(poisson, method)
        np.testing.assert_allclose(f(k, ag.Tensor(2.3)).data, getattr(stats.poisson, method)(k, 2.3), rtol=1e-12)
        check_grads(f, argnum=1, rtol=1e-5)(k, 2.3)


SIGMA = np.array([[2.0, 0.3, 0.1], [0.3, 1.0, -0.2], [0.1, -0.2, 0.7]])


def test_normal_vectors() -> None:
    from autograd.scipy.stats import multivariate_normal as mvn

    mean, one, several = SIGNED / 2, UNIT, np.array([UNIT, SIGNED])
    for x in (one, several):
        for f in (mvn.pdf, mvn.logpdf):
            symmetric = lambda x, m, s, f=f: f(x, m, (s + s.T) / 2)  # noqa: E731
            np.testing.assert_allclose(f(ag.Tensor(x), mean, SIGMA).data, f(x, mean, SIGMA), rtol=1e-12)
            check_grads(symmetric, modes=("rev",), rtol=1e-5)(x, mean, SIGMA)
    check_grads(lambda s: mvn.entropy(mean, (s + s.T) / 2))(SIGMA)
    np.testing.assert_allclose(mvn.entropy(mean, ag.Tensor(SIGMA)).data, mvn.entropy(mean, SIGMA))
    for cov in (2.0, np.array([1.0, 2.0, 0.5])):
        np.testing.assert_allclose(mvn.logpdf(ag.Tensor(one), mean, cov).data, mvn.logpdf(one, mean, cov), rtol=1e-12)
    flat = np.diag([1.0, 2.0, 0.0])
    point = np.array([0.3, 0.2, 0.0])
    expected = stats.multivariate_normal.logpdf(point, np.zeros(3), flat, True)
    np.testing.assert_allclose(mvn.logpdf(ag.Tensor(point), np.zeros(3), flat, True).data, expected)
    with pytest.raises(TypeError, match="may be singular has no derivative"):
        ag.grad(lambda s: mvn.logpdf(point, np.zeros(3), s, True))(flat)


def test_dirichlet() -> None:
    from autograd.scipy.stats import dirichlet

    x, alpha = np.array([0.2, 0.5, 0.3]), np.array([1.5, 2.0, 0.7])
    for f in (dirichlet.pdf, dirichlet.logpdf):
        np.testing.assert_allclose(f(ag.Tensor(x), alpha).data, f(x, alpha), rtol=1e-12)
        np.testing.assert_allclose(f(ag.Tensor(x[:2]), alpha).data, f(x, alpha), rtol=1e-12)
        check_grads(lambda y, a, f=f: f(y / ag.sum(y), a))(x, alpha)
