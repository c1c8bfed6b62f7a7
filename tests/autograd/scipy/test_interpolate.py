"""Splines: SciPy's values, and derivatives for the place, the points and their values, by differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp
from autograd.test_util import check_grads

scipy = pytest.importorskip("scipy")

from autograd.scipy import interpolate  # noqa: E402

rng = np.random.default_rng(0)
KINDS = ["linear", "slinear", "quadratic", "cubic", "nearest", "nearest-up", "previous", "next", "zero", 0, 1, 3, 5]
CONDITIONS = ["not-a-knot", "natural", "clamped", ((1, 0.3), (2, -0.4)), ("natural", "not-a-knot"), "periodic"]


def points(n: int, *rest: int, seed: int = 0) -> tuple[Any, Any]:
    rng = np.random.default_rng(seed)
    return np.cumsum(rng.uniform(0.5, 1.5, n)), rng.normal(size=(n, *rest))


@pytest.mark.parametrize("condition", CONDITIONS, ids=str)
@pytest.mark.parametrize("n", [2, 3, 4, 7])
def test_a_cubic_spline_is_scipys_with_derivatives(condition: Any, n: int) -> None:
    x, y = points(n)
    y[-1] = y[0] if condition == "periodic" else y[-1]
    at = rng.uniform(x[0] - 0.4, x[-1] + 0.4, (2, 3))
    theirs, ours = scipy.interpolate.CubicSpline(x, y, bc_type=condition), interpolate.CubicSpline(x, y, 0, condition)
    np.testing.assert_allclose(ours.c, theirs.c, rtol=1e-9, atol=1e-11)
    for nu in range(5):
        np.testing.assert_allclose(ours(at, nu), theirs(at, nu), rtol=1e-9, atol=1e-10)
    slopes = ag.elementwise_grad(ours)(at)
    np.testing.assert_allclose(slopes, theirs(at, 1), rtol=1e-9, atol=1e-10)
    np.testing.assert_array_equal(ours.derivative(0)(at), ours(at))
    np.testing.assert_allclose(ours.derivative(2)(at), theirs.derivative(2)(at), rtol=1e-9, atol=1e-10)

    def of_points(gaps: Any, y: Any, share: Any) -> Any:
        x = anp.concatenate([np.zeros(1), anp.cumsum(anp.exp(gaps))])
        y = anp.concatenate([y[:-1], y[:1]]) if condition == "periodic" else y
        return interpolate.CubicSpline(x, y, bc_type=condition)(x[:-1] + share * anp.exp(gaps))

    check_grads(of_points, order=1)(np.log(np.diff(x)), y, rng.uniform(0.2, 0.8, n - 1))


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("kind", KINDS)
def test_interp1d_is_scipys_along_an_axis(kind: str | int, axis: int) -> None:
    x, y = points(6, 2, 3)
    y, order = np.moveaxis(y, 0, axis), rng.permutation(6)
    x, y = x[order], np.take(y, order, axis)
    at = np.append(rng.uniform(x.min(), x.max(), (2, 2)), [[x[0], x[2]]], 0)
    np.testing.assert_allclose(
        interpolate.interp1d(x, y, kind, axis)(at), scipy.interpolate.interp1d(x, y, kind, axis)(at)
    )
    at = at[:2]
    theirs, ours = (module.interp1d(x, y, kind, axis) for module in (scipy.interpolate, interpolate))
    np.testing.assert_allclose(ours(at), theirs(at), rtol=1e-10)
    check_grads(lambda y, at: interpolate.interp1d(x, y, kind, axis, fill_value="extrapolate")(at), order=1)(y, at)


def test_outside_of_the_points() -> None:
    x, y = points(4)
    at = np.array([x[0] - 1.0, x[1] + 0.1, x[-1] + 1.0])
    for options in (
        {"fill_value": "extrapolate"},
        {"bounds_error": False},
        {"fill_value": (1.5, 2.5), "bounds_error": False},
    ):
        theirs, ours = (module.interp1d(x, y, **options) for module in (scipy.interpolate, interpolate))
        np.testing.assert_allclose(ours(at), theirs(at))
        np.testing.assert_allclose(ours(ag.Tensor(at)).data, theirs(at))
    for module in (scipy.interpolate, interpolate):
        with pytest.raises(ValueError, match=r"outside|interpolation range"):
            module.interp1d(x, y)(at)
    spline = interpolate.CubicSpline(x, y, extrapolate=False)
    assert np.isnan(spline(at)).tolist() == [True, False, True]
    assert np.isfinite(ag.grad(lambda at: spline(at)[1])(at)).all()


def test_a_spline_in_a_program_finds_its_pieces_anew() -> None:
    x, y = points(6)
    function = ag.value_and_grad(lambda y, at: anp.sum(interpolate.CubicSpline(x, y)(at) ** 2), (0, 1))
    check_grads(lambda y, at: interpolate.CubicSpline(x, y)(at))(y, x[:-1] + 0.4)
    program = ag.compile(function, engine="numpy")
    for seed in range(3):
        other, at = points(6, seed=seed)[1], np.random.default_rng(seed).uniform(x[0], x[-1], 4)
        for ours, expected in zip(program(other, at)[1], function(other, at)[1], strict=True):
            np.testing.assert_allclose(ours, expected, rtol=1e-10)


def test_what_is_no_spline_is_refused_in_a_line() -> None:
    x, y = points(4)
    for wrong in (
        lambda: interpolate.CubicSpline(x[::-1], y),
        lambda: interpolate.CubicSpline(x, y[:3]),
        lambda: interpolate.CubicSpline(x, y, bc_type="smooth"),
        lambda: interpolate.CubicSpline(x, y, bc_type="periodic"),
        lambda: interpolate.CubicSpline(x, y, bc_type=((3, 0.0), "natural")),
        lambda: interpolate.PPoly(np.ones((2, 3)), x[:3]),
        lambda: interpolate.CubicHermiteSpline(x, y, y[:3]),
        lambda: interpolate.CubicSpline(x, y)(x, -1),
        lambda: interpolate.CubicSpline(x, y[:, None]).roots(),
        lambda: interpolate.interp1d(x, y, "smooth"),
    ):
        with pytest.raises(ValueError, match=r"increasing|values|bc_type|coefficients|linear|integrals|columns"):
            wrong()
    with pytest.raises(TypeError, match="for y, not for x"):
        interpolate.interp1d(ag.Tensor(x, requires_grad=True), y, "quadratic")
    assert interpolate.BPoly is scipy.interpolate.BPoly


# ---- other cubics, integrals and roots -------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [2, 3, 7])
def test_a_spline_that_keeps_to_its_points_is_scipys_with_derivatives(n: int) -> None:
    x, y = points(n, 2)
    at = rng.uniform(x[0] - 0.4, x[-1] + 0.4, (2, 3))
    for axis in (0, 1):
        values = np.moveaxis(y, 0, axis)
        theirs, ours = (module.PchipInterpolator(x, values, axis) for module in (scipy.interpolate, interpolate))
        np.testing.assert_allclose(ours(at), theirs(at), rtol=1e-9, atol=1e-11)
        theirs, ours = (m.CubicHermiteSpline(x, values, 2 * values, axis) for m in (scipy.interpolate, interpolate))
        np.testing.assert_allclose(ours(at), theirs(at), rtol=1e-9, atol=1e-11)
    gaps, at = np.log(np.diff(x)), rng.uniform(0.1, 0.5, 4)
    check_grads(lambda g, y, at: interpolate.PchipInterpolator(_places(g), y)(at), order=1)(gaps, y, at)
    check_grads(lambda g, y, s, at: interpolate.CubicHermiteSpline(_places(g), y, s)(at), order=1)(gaps, y, 2 * y, at)


def _places(gaps: Any) -> Any:
    return anp.concatenate([np.zeros(1), anp.cumsum(anp.exp(gaps))])


@pytest.mark.parametrize("condition", ["not-a-knot", "periodic"])
def test_integrals_are_scipys_with_derivatives(condition: str) -> None:
    x, y = points(6)
    y[-1] = y[0]
    theirs, ours = scipy.interpolate.CubicSpline(x, y, bc_type=condition), interpolate.CubicSpline(x, y, 0, condition)
    at = rng.uniform(x[0], x[-1], (2, 3))
    for order in (1, 2, -1):
        np.testing.assert_allclose(ours.antiderivative(order)(at), theirs.antiderivative(order)(at), rtol=1e-10)
        np.testing.assert_allclose(ours.derivative(-order)(at), theirs.derivative(-order)(at), rtol=1e-10)
    for a, b in ((at[0, 0], at[0, 1]), (x[0] - 1.0, x[-1] + 9.0), (x[-1] + 0.5, x[1])):
        np.testing.assert_allclose(ours.integrate(a, b), theirs.integrate(a, b), rtol=1e-9, atol=1e-12)

    def integral(y: Any, a: Any, b: Any) -> Any:
        y = anp.concatenate([y[:-1], y[:1]])
        return interpolate.CubicSpline(x, y, bc_type=condition).integrate(a, b)

    check_grads(integral)(y, x[1] + 0.1, x[-1] + 0.3)


def test_roots_are_scipys_with_derivatives() -> None:
    x, y = points(7, seed=3)
    theirs, ours = scipy.interpolate.CubicSpline(x, y), interpolate.CubicSpline(x, y)
    for level in (0.0, 0.2):
        np.testing.assert_array_equal(ours.solve(level), theirs.solve(level))
    node = interpolate.CubicSpline(x, ag.Tensor(y, requires_grad=True))
    np.testing.assert_allclose(node.roots().data, theirs.roots(), rtol=1e-13)
    assert len(theirs.roots()) > 1
    check_grads(lambda g, y: interpolate.CubicSpline(_places(g), y).solve(0.1, extrapolate=False))(
        np.log(np.diff(x)), y
    )


@pytest.mark.parametrize("name", ["CubicSpline", "PchipInterpolator", "interp1d", "nearest"])
def test_places_may_be_given_as_a_list(name: str) -> None:
    x, y = points(5)
    at = [float(x[1]) + 0.1, float(x[2]), float(x[3]) - 0.1]
    for module in (interpolate, scipy.interpolate):
        make = getattr(module, name, lambda x, y, m=module: m.interp1d(x, y, "nearest"))
        np.testing.assert_allclose(make(x, y)(at), make(x, y)(np.array(at)))
    ours = getattr(interpolate, name, lambda x, y: interpolate.interp1d(x, y, "nearest"))
    np.testing.assert_allclose(ours(list(x), ag.Tensor(y))(at).data, ours(x, y)(np.array(at)))
    spline = interpolate.CubicSpline(x, ag.Tensor(y))
    np.testing.assert_allclose(spline.integrate(x[0], at).data, spline.integrate(x[0], np.array(at)).data)
