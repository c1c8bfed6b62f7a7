"""Distributions of nodes: SciPy's values, inside and outside of the support, and derivatives by differences."""

from __future__ import annotations

import copy
import pickle
from importlib import import_module
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.errors import MissingRuleError
from autograd.test_util import check_grads
from autograd.tracer import getval

stats = pytest.importorskip("scipy.stats")

SIGNED, POSITIVE, UNIT = np.array([-1.3, 0.2, 2.1]), np.array([0.4, 1.3, 5.2]), np.array([0.1, 0.35, 0.9])
# Points, and parameters in order.
ROWS: dict[str, tuple[Any, tuple[float, ...]]] = {
    "norm": (SIGNED, (0.3, 1.2)),
    "logistic": (SIGNED, (0.3, 1.2)),
    "laplace": (SIGNED, (0.3, 1.2)),
    "t": (SIGNED, (3.5, 0.3, 1.2)),
    "expon": (POSITIVE, (0.1, 1.2)),
    "lognorm": (POSITIVE, (0.7, 0.1, 1.2)),
    "gamma": (POSITIVE, (1.7, 0.1, 1.2)),
    "chi2": (POSITIVE, (3.0, 0.1, 1.2)),
    "beta": (UNIT, (1.7, 2.4, 0.02, 1.1)),
    "uniform": (UNIT, (0.02, 1.1)),
    "cauchy": (SIGNED, (0.3, 1.2)),
    "weibull_min": (POSITIVE, (1.7, 0.1, 1.2)),
    "gumbel_r": (SIGNED, (0.3, 1.2)),
    "pareto": (POSITIVE + 1, (2.3, -0.1, 1.1)),
    "rayleigh": (POSITIVE, (0.1, 1.2)),
    "halfnorm": (POSITIVE, (0.1, 1.2)),
    "invgamma": (POSITIVE, (2.7, 0.1, 1.2)),
}
DISCRETE: dict[str, tuple[float, ...]] = {
    "poisson": (2.3,), "bernoulli": (0.3,), "binom": (5, 0.3), "geom": (0.3,), "nbinom": (2.5, 0.4),
}  # fmt: skip


def family(name: str) -> Any:
    return getattr(import_module("autograd.scipy.stats"), name)


@pytest.mark.parametrize("name", ROWS)
def test_values_and_derivatives(name: str) -> None:
    x, parameters = ROWS[name]
    places = tuple(range(len(parameters) + 1))
    ours, scipys = family(name), getattr(stats, name)
    everywhere = np.array([-0.7, *x, 30.0])
    for method in ("logpdf", "pdf", "cdf", "sf", "logcdf", "logsf"):
        f = getattr(ours, method)
        with np.errstate(all="ignore"):
            expected = getattr(scipys, method)(everywhere, *parameters)
            np.testing.assert_array_equal(f(everywhere, *parameters), expected)
            found = f(ag.Tensor(everywhere), *parameters).data
        # SciPy before 1.15 takes some logarithms of probabilities that are rounded to 1.
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-16 if method.startswith("log") else 1e-300)
        if method in ("logpdf", "cdf", "logsf"):
            check_grads(f, argnum=places, rtol=1e-5)(x, *parameters)
    np.testing.assert_allclose(ours.ppf(ag.Tensor(UNIT), *parameters).data, scipys.ppf(UNIT, *parameters), rtol=1e-10)
    np.testing.assert_allclose(ours.isf(ag.Tensor(UNIT), *parameters).data, scipys.isf(UNIT, *parameters), rtol=1e-10)
    for method in ("ppf", "isf"):
        with np.errstate(divide="ignore", over="ignore"):
            found = getattr(ours, method)(ag.Tensor([0.0, 1.0]), *parameters).data
        np.testing.assert_allclose(found, getattr(scipys, method)([0.0, 1.0], *parameters), rtol=1e-10, atol=1e-15)
    check_grads(ours.isf, argnum=places, rtol=1e-5)(UNIT, *parameters)
    np.testing.assert_array_equal(ours.isf(UNIT, *parameters), scipys.isf(UNIT, *parameters))


@pytest.mark.parametrize("name", [*ROWS, *DISCRETE])
def test_moments(name: str) -> None:
    ours, scipys = family(name), getattr(stats, name)
    parameters = ROWS[name][1] if name in ROWS else (*map(float, DISCRETE[name]), 0.5)
    for method in ("mean", "var", "std", "entropy", "median"):
        f = getattr(ours, method)
        expected = getattr(scipys, method)(*parameters)
        np.testing.assert_equal(f(*parameters), expected)
        if method in ours.moments:
            assert f(*parameters[:-1], ag.Tensor(parameters[-1])).item() == pytest.approx(expected, rel=1e-9)
            check_grads(f, argnum=tuple(range(len(parameters))), modes=("rev",), order=1, rtol=1e-5)(*parameters)
    assert {"mean", "var", "std"} <= set(ours.moments) or name == "cauchy"


def test_moments_that_do_not_exist() -> None:
    for name, parameters in (
        ("t", (0.9, 1.5, 2.0, 2.5)),
        ("pareto", (0.5, 1.0, 1.5, 2.5)),
        ("invgamma", (0.5, 1.5, 2.5)),
    ):
        for method in ("mean", "var"):
            found = getattr(family(name), method)(ag.Tensor(parameters)).data
            np.testing.assert_allclose(found, getattr(getattr(stats, name), method)(parameters), rtol=1e-12)


@pytest.mark.parametrize("name", [*ROWS, *DISCRETE])
def test_frozen(name: str) -> None:
    x, parameters = (ROWS[name][0], ROWS[name][1]) if name in ROWS else (np.array([0.0, 1.0]), DISCRETE[name])
    ours, scipys = family(name)(*parameters), getattr(stats, name)(*parameters)
    for method in ("cdf", "logsf", "logpdf" if name in ROWS else "logpmf"):
        whole = getattr(family(name), method)
        np.testing.assert_array_equal(getattr(ours, method)(x), getattr(scipys, method)(x))
        of_parameter = ag.grad(lambda p, m=method: ag.sum(getattr(family(name)(*parameters[:-1], p), m)(x)))
        expected = ag.grad(lambda p, f=whole: ag.sum(f(x, *parameters[:-1], p)))
        assert of_parameter(parameters[-1]) == expected(parameters[-1]) != 0
    np.testing.assert_array_equal(ours.rvs(3, random_state=1), scipys.rvs(3, random_state=1))
    np.testing.assert_equal(ours.std(), scipys.std())


def test_frozen_of_nodes_says_what_has_no_derivative() -> None:
    from autograd.scipy.stats import norm

    assert norm(ag.Tensor(1.0), scale=2.0).mean().item() == 1.0
    with pytest.raises(MissingRuleError, match=r"norm.rvs has no derivative: give numbers"):
        norm(ag.Tensor(1.0)).rvs(3)
    with pytest.raises(TypeError, match="norm takes loc, scale"):
        norm(1.0, 2.0, 3.0)


@pytest.mark.parametrize("name", [*ROWS, *DISCRETE])
def test_points_have_scipys_names(name: str) -> None:
    whole = family(name)
    parameters = ROWS[name][1] if name in ROWS else DISCRETE[name]
    for method in whole.functions:
        point, x = ("k" if name in DISCRETE else "x", 2.0 if name == "pareto" else 1.0)
        point, x = ("q", 0.3) if method in ("ppf", "isf") else (point, x)
        expected = getattr(getattr(stats, name), method)(x, *parameters)
        for given in (parameters, (ag.Tensor(parameters[0]), *parameters[1:])):
            frozen = getattr(whole(*given), method)
            named = dict(zip(whole.parameters, given, strict=False))
            for found in (frozen(**{point: x}), frozen(x), getattr(whole, method)(**{point: x}, **named)):
                np.testing.assert_allclose(getattr(found, "data", found), expected, rtol=1e-9)
        with pytest.raises(TypeError, match=f"^{name}.{method} of a distribution with its parameters takes one point$"):
            frozen(x, 1.0)
        for wrong in ({}, {"y": x}, {point: x, "loc": 0.0}):
            with pytest.raises(TypeError, match=f"^{name}.{method} of a distribution with its parameters"):
                frozen(**wrong)
        with pytest.raises(TypeError, match=f"^{name} takes {next(iter(whole.parameters))}"):
            getattr(whole, method)(x, *parameters, sclae=1.0)


@pytest.mark.parametrize("name", [*ROWS, *DISCRETE, "multivariate_normal", "dirichlet"])
def test_distributions_are_pickled_and_copied(name: str) -> None:
    whole = family(name)
    assert pickle.loads(pickle.dumps(whole)) is copy.deepcopy(whole) is copy.copy(whole) is whole
    for method in (*whole.functions, *whole.moments):
        assert pickle.loads(pickle.dumps(getattr(whole, method))) is getattr(whole, method)
    parameters = ROWS[name][1] if name in ROWS else DISCRETE.get(name, (np.array([1.5, 2.0, 0.7]),))
    x = {"multivariate_normal": UNIT, "dirichlet": UNIT / UNIT.sum(), "pareto": 2.0}.get(name, 1.0)
    for given in (parameters, (*parameters[:-1], ag.Tensor(parameters[-1], requires_grad=True))):
        frozen = whole(*given)
        for other in (pickle.loads(pickle.dumps(frozen)), copy.deepcopy(frozen), copy.copy(frozen)):
            for method in (*whole.functions, *whole.moments):
                f, g = getattr(frozen, method), pickle.loads(pickle.dumps(getattr(other, method)))
                at = () if method in whole.moments else (0.3,) if method in ("ppf", "isf") else (x,)
                np.testing.assert_array_equal(getval(g(*at)), getval(f(*at)))


@pytest.mark.parametrize("name", [*ROWS, *DISCRETE])
def test_every_other_name_is_scipys(name: str) -> None:
    ours, scipys = family(name), getattr(stats, name)
    parameters = DISCRETE[name] if name in DISCRETE else ROWS[name][1]
    assert ours.support(*parameters) == scipys.support(*parameters) == ours(*parameters).support()
    assert ours.shapes == scipys.shapes
    for word in dir(scipys):
        if not word.startswith("_"):
            assert callable(getattr(ours, word)) == callable(getattr(scipys, word)), word


def test_modules_have_the_same_functions() -> None:
    for name in ("norm", "gamma", "dirichlet"):
        module = import_module(f"autograd.scipy.stats.{name}")
        assert module.logpdf is family(name).logpdf
        assert module.mean is family(name).mean


def test_parameters_may_be_named_and_are_counted() -> None:
    from autograd.scipy.stats import gamma, norm

    x = ag.Tensor(POSITIVE)
    np.testing.assert_array_equal(norm.pdf(x, scale=2.0, loc=1.0).data, norm.pdf(x, 1.0, 2.0).data)
    for call in (lambda: gamma.pdf(x), lambda: norm.pdf(x, sigma=1.0), lambda: norm.pdf(x, 1.0, loc=1.0)):
        with pytest.raises(TypeError, match=r"gamma needs a|norm takes loc, scale"):
            call()


@pytest.mark.parametrize("name", ROWS)
def test_what_is_no_probability_has_no_quantile(name: str) -> None:
    ours, parameters = family(name), ROWS[name][1]
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


@pytest.mark.parametrize("name", DISCRETE)
def test_discrete(name: str) -> None:
    *others, p = DISCRETE[name]
    k = np.array([-1.0, 0.0, 1.0, 1.5, 3.0, 5.0, 8.0])
    for method in ("logpmf", "pmf", "cdf", "sf", "logcdf", "logsf"):
        f = getattr(family(name), method)
        with np.errstate(all="ignore"):
            expected = getattr(getattr(stats, name), method)(k, *others, p)
        found = f(k, *others, ag.Tensor(p)).data
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-15)
        if method in ("logpmf", "cdf", "logsf"):
            inner = k[np.isfinite(expected)]
            check_grads(lambda q, f=f, inner=inner: f(inner, *others, q), order=1, rtol=1e-5)(p)
        np.testing.assert_array_equal(np.isnan(ag.jacobian(lambda q, f=f: f(k, *others, q))(p)), False)
    with pytest.raises(TypeError, match=f"{name} takes .*loc, once each"):
        family(name).pmf(k, *others, ag.Tensor(p), scale=2.0)


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


@pytest.mark.parametrize("given", [(None, 2.0), (0.3, 2.0), (None, 1), ([0.3], [[2.0]])], ids=str)
@pytest.mark.parametrize("x", [SIGNED, SIGNED[0], SIGNED[:, None], SIGNED[:1]], ids=np.shape)
def test_vectors_of_one_number_are_as_many_as_numbers_are_given(x: Any, given: Any) -> None:
    from autograd.scipy.stats import multivariate_normal as mvn

    np.testing.assert_allclose(mvn.logpdf(ag.Tensor(x), *given).data, mvn.logpdf(x, *given), rtol=1e-12, strict=True)


@pytest.mark.parametrize("name", [*ROWS, *DISCRETE, "dirichlet", "multivariate_normal"])
def test_points_and_parameters_beside_nodes_may_be_lists(name: str) -> None:
    rows: dict[str, Any] = {"dirichlet": (UNIT / UNIT.sum(), POSITIVE), "multivariate_normal": (UNIT, SIGNED, SIGMA)}
    if name in ROWS:
        x, parameters = ROWS[name]
        rows[name] = (x, *(np.full(3, parameter) for parameter in parameters))
    elif name in DISCRETE:
        rows[name] = (np.arange(1.0, 4.0), *(np.full(3, parameter) for parameter in DISCRETE[name]))
    f = getattr(family(name), "logpmf" if name in DISCRETE else "logpdf")
    arguments = rows[name]
    for place in range(len(arguments)):
        given = [ag.Tensor(x) if i == place else x.tolist() for i, x in enumerate(arguments)]
        np.testing.assert_allclose(f(*given).data, f(*arguments), rtol=1e-10)


def test_frozen_vectors() -> None:
    from autograd.scipy.stats import multivariate_normal as mvn

    mean, several = SIGNED / 2, np.array([UNIT, SIGNED])
    ours, scipys = mvn(mean, cov=SIGMA), stats.multivariate_normal(mean, cov=SIGMA)
    for method in ("logpdf", "pdf", "cdf"):
        np.testing.assert_allclose(getattr(ours, method)(several), getattr(scipys, method)(several), rtol=1e-4)
    np.testing.assert_array_equal(ours.rvs(3, random_state=1), scipys.rvs(3, random_state=1))
    np.testing.assert_array_equal(ours.mean, mean)
    assert ours.entropy() == scipys.entropy()
    np.testing.assert_allclose(ours.logpdf(ag.Tensor(several)).data, scipys.logpdf(several), rtol=1e-12)
    check_grads(lambda m, s: ag.sum(mvn(m, (s + s.T) / 2).logpdf(several)), modes=("rev",), rtol=1e-5)(mean, SIGMA)
    check_grads(lambda s: mvn(mean, (s + s.T) / 2).entropy())(SIGMA)
    flat = np.diag([1.0, 2.0, 0.0])
    assert mvn(mean, flat, allow_singular=True).entropy() == stats.multivariate_normal(mean, flat, True).entropy()
    node = ag.Tensor(mean)
    assert mvn(node, flat, True).entropy() == stats.multivariate_normal(mean, flat, True).entropy()
    assert mvn(node, SIGMA).mean is node
    with pytest.raises(TypeError, match="may be singular has no derivative"):
        mvn(mean, ag.Tensor(flat, requires_grad=True), True).entropy()
    with pytest.raises(MissingRuleError, match=r"multivariate_normal.rvs has no derivative"):
        mvn(node).rvs(3)
    with pytest.raises(TypeError, match="multivariate_normal takes mean, cov, allow_singular, once each"):
        mvn(mean, sigma=SIGMA)


def test_vectors_of_another_length_than_their_mean_are_refused() -> None:
    """It gave the density of a number's distribution, summed."""
    from autograd.scipy.stats import multivariate_normal as mvn

    with pytest.raises(ag.ShapeError, match=r"^multivariate_normal of vectors of length 2: its mean and cov are of"):
        mvn.logpdf(ag.Tensor(np.ones((3, 5, 2))))


def test_dirichlet_frozen_and_its_moments() -> None:
    from autograd.scipy.stats import dirichlet

    x, alpha = np.array([0.2, 0.5, 0.3]), np.array([1.5, 2.0, 0.7])
    ours, scipys = dirichlet(alpha), stats.dirichlet(alpha)
    for method in ("mean", "var", "cov", "entropy"):
        expected = getattr(scipys, method)()
        np.testing.assert_array_equal(getattr(ours, method)(), expected)
        np.testing.assert_allclose(getattr(dirichlet, method)(ag.Tensor(alpha)).data, expected, rtol=1e-12, atol=1e-16)
        check_grads(lambda a, m=method: getattr(dirichlet(a), m)())(alpha)
    assert ours.logpdf(x) == scipys.logpdf(x)
    check_grads(lambda a: dirichlet(a).logpdf(x))(alpha)
    np.testing.assert_array_equal(ours.rvs(3, random_state=1), scipys.rvs(3, random_state=1))
    with pytest.raises(TypeError, match="dirichlet needs alpha"):
        dirichlet()


def test_dirichlet() -> None:
    from autograd.scipy.stats import dirichlet

    x, alpha = np.array([0.2, 0.5, 0.3]), np.array([1.5, 2.0, 0.7])
    for f in (dirichlet.pdf, dirichlet.logpdf):
        np.testing.assert_allclose(f(ag.Tensor(x), alpha).data, f(x, alpha), rtol=1e-12)
        np.testing.assert_allclose(f(ag.Tensor(x[:2]), alpha).data, f(x, alpha), rtol=1e-12)
        check_grads(lambda y, a, f=f: f(y / ag.sum(y), a))(x, alpha)


DENSITIES = ["logpdf", "pdf", "logpmf", "pmf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf"]
OF_POINTS = [(name, method) for name in (*ROWS, *DISCRETE) for method in DENSITIES if method in family(name).functions]


@pytest.mark.parametrize(("name", "method"), OF_POINTS)
def test_a_point_is_given_once_as_to_scipy(name: str, method: str) -> None:
    ours, scipys = getattr(family(name), method), getattr(getattr(stats, name), method)
    shapes = [word for word in family(name).parameters if word not in ("loc", "scale")]
    parameters = DISCRETE[name] if name in DISCRETE else ROWS[name][1]
    by_name = dict(zip(shapes, parameters, strict=False))
    word = "q" if method in ("ppf", "isf") else "k" if name in DISCRETE else "x"
    point = 1.0 if name in DISCRETE else 0.4

    def of(function: Any, *args: Any, **named: Any) -> Any:
        try:
            return function(*args, **named)
        except TypeError:
            return TypeError

    for points, named in [
        ((point,), {}), ((), {word: point}), ((point,), {word: point}), ((point, 2.0), {word: point}), ((), {}),
    ]:  # fmt: skip
        kept = {} if len(points) > 1 else by_name
        nodes = {key: ag.Value(value) for key, value in (kept | named).items()}
        found, expected = of(ours, *points, **nodes), of(scipys, *points, **kept, **named)
        assert (found is TypeError) == (expected is TypeError), (points, named, found, expected)
        if expected is not TypeError:
            np.testing.assert_allclose(np.asarray(getattr(found, "data", found)), expected, rtol=1e-10)
