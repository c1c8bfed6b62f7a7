"""Incomplete gamma and beta functions, and distributions made of them, with their parameters: against mpmath."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.test_util import check_grads

pytest.importorskip("scipy")
mpmath = pytest.importorskip("mpmath")

from autograd.scipy import special, stats  # noqa: E402
from autograd.scipy.rules import tails  # noqa: E402


def _student(df: Any, t: Any) -> Any:
    outer = mpmath.betainc(df / 2, mpmath.mpf(0.5), 0, df / (df + t * t), regularized=True) / 2
    return outer if t < 0 else 1 - outer


EXACT: dict[str, Callable[..., Any]] = {
    "gammainc": lambda a, x: mpmath.gammainc(a, 0, x, regularized=True),
    "gammaincc": lambda a, x: mpmath.gammainc(a, x, mpmath.inf, regularized=True),
    "betainc": lambda a, b, x: mpmath.betainc(a, b, 0, x, regularized=True),
    "betaincc": lambda a, b, x: mpmath.betainc(b, a, 0, 1 - x, regularized=True),
    "fdtr": lambda n, d, x: mpmath.betainc(n / 2, d / 2, 0, n * x / (n * x + d), regularized=True),
    "stdtr": _student,
}
SHAPES = [1e-6, 1e-3, 0.1, 0.7, 1.0, 2.5, 30.0, 1e3, 1e4]


def _slope(name: str, arguments: tuple[float, ...], place: int, logarithm: bool = False) -> float:
    with mpmath.workdps(350):
        exact = [mpmath.mpf(x) for x in arguments]

        def f(p: Any) -> Any:
            y = EXACT[name](*exact[:place], p, *exact[place + 1 :])
            return mpmath.log(y) if logarithm else y

        step = exact[place] * mpmath.mpf(10) ** -60
        return float((f(exact[place] + step) - f(exact[place] - step)) / (2 * step))


def _ours(function: Any, arguments: tuple[float, ...], place: int) -> float:
    return ag.grad(lambda p: function(*arguments[:place], p, *arguments[place + 1 :]))(arguments[place])


def _around(middle: float, spread: float) -> list[float]:
    """Points where a distribution is, where it is hardly, and next to where a formula gives way to another."""
    near = [middle + k * spread for k in (-6, -2, -0.5, -1e-3, 0.0, 1e-3, 0.5, 2, 6)]
    return [*near, middle * 1e-3, middle * 20]


@pytest.mark.parametrize("a", SHAPES)
@pytest.mark.parametrize("name", ["gammainc", "gammaincc"])
def test_gamma_functions_with_their_shape(name: str, a: float) -> None:
    middle = float(np.exp(special.psi(a + 1)))
    for x in _around(middle, a**0.5):
        if x <= 0:
            continue
        exact = _slope(name, (a, x), 0)
        # 1e-16 in a alone moves the slope by √a of that
        assert _ours(getattr(special, name), (a, x), 0) == pytest.approx(exact, rel=2e-14 * (1 + a**0.5), abs=1e-280)
        of_log = _slope(name, (a, x), 0, logarithm=True)
        assert _ours(getattr(tails, f"log_{name}"), (a, x), 0) == pytest.approx(of_log, rel=1e-12 * (1 + a**0.5))


@pytest.mark.parametrize(("a", "b"), [(a, b) for a in SHAPES[1:-1] for b in (0.02, 0.7, 1.0, 4.0, 200.0)])
def test_beta_functions_with_both_parameters(a: float, b: float) -> None:
    middle, spread = a / (a + b), (a * b / (a + b + 1)) ** 0.5 / (a + b)
    for x in _around(middle, spread):
        if not 1e-12 < x < 1 - 1e-9:
            continue
        for place in (0, 1):
            exact = _slope("betainc", (a, b, x), place)
            # ψ(a + b) − ψ(a) and its like are differences
            rounding = 1e-13 * (1 + (a + b) ** 0.5) + 1e-14 * (a / b + b / a)
            assert _ours(special.betainc, (a, b, x), place) == pytest.approx(exact, rel=rounding, abs=1e-280)
            assert _ours(special.betaincc, (a, b, x), place) == pytest.approx(-exact, rel=rounding, abs=1e-280)


@pytest.mark.parametrize("df", [0.5, 1.0, 3.5, 30.0, 300.0])
def test_students_and_fishers_with_their_degrees_of_freedom(df: float) -> None:
    for t in (-40.0, -2.0, -0.3, 0.3, 2.0, 40.0):
        # The change of the point, and that of the function at it, cancel but for 1 / df of them.
        rounding = 1e-13 * (1 + df * df)
        assert _ours(special.stdtr, (df, t), 0) == pytest.approx(_slope("stdtr", (df, t), 0), rel=rounding, abs=1e-280)
    for d in (0.8, 4.0, 50.0):
        for x in (0.1, 1.0, 3.0):
            for place in (0, 1):
                exact = _slope("fdtr", (df, d, x), place)
                assert _ours(special.fdtr, (df, d, x), place) == pytest.approx(exact, rel=1e-10)


@pytest.mark.parametrize("t", [0.0, 1e-300, 1e-20, -1e-8, 1e-6, 1e-4, -1e-2])
def test_students_around_its_median(t: float) -> None:
    def density(df: Any) -> Any:
        scale = mpmath.sqrt(df * mpmath.pi)
        return (
            mpmath.gamma((df + 1) / 2) / mpmath.gamma(df / 2) / scale * (1 + mpmath.mpf(t) ** 2 / df) ** (-(df + 1) / 2)
        )

    for df in (0.5, 3.5, 40.0):
        with mpmath.workdps(60):
            mixed = float(mpmath.diff(density, df))
            slope = float(mpmath.diff(lambda df: _student(df, mpmath.mpf(t) or mpmath.mpf(10) ** -50), df))
        at = np.array([df, t])
        found = ag.hessian(lambda z: special.stdtr(z[0], z[1]))(at)
        np.testing.assert_allclose([found[0, 1], found[1, 0]], mixed, rtol=1e-11)
        assert _ours(special.stdtr, (df, t), 0) == pytest.approx(slope if t else 0.0, rel=1e-9)
        inverse = ag.hessian(lambda z: special.stdtrit(z[0], z[1]))(np.array([df, special.stdtr(df, t)]))
        np.testing.assert_allclose(inverse, inverse.T, rtol=1e-8, atol=1e-10)


# Points where logarithms alone are floats: P is below 1e-320.
FAR: list[tuple[str, tuple[float, ...]]] = [
    ("gammainc", (1e3, 300.0)), ("gammainc", (50.0, 1e-8)), ("gammaincc", (2.5, 1e3)), ("gammaincc", (900.0, 3e3)),
    ("betainc", (50.0, 3.0, 1e-8)), ("betainc", (1e3, 500.0, 0.3)), ("betaincc", (500.0, 1e3, 0.7)),
    ("stdtr", (100.0, -1e5)), ("stdtr", (3.5, -1e100)), ("stdtr", (0.5, -1e300)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments"), FAR)
def test_logarithms_that_are_far_out(name: str, arguments: tuple[float, ...]) -> None:
    function = getattr(tails, f"log_{name}")
    for place in range(len(arguments) - 1):
        exact = _slope(name, arguments, place, logarithm=True)
        assert _ours(function, arguments, place) == pytest.approx(exact, rel=1e-10)
    check_grads(function, argnum=tuple(range(len(arguments))), rtol=1e-4)(*arguments)


def test_at_the_ends_nothing_changes() -> None:
    for a in (0.3, 2.0, 1e5):
        for x in (0.0, 1e300, np.inf):
            assert _ours(special.gammainc, (a, x), 0) == 0 == _ours(special.gammaincc, (a, x), 0)
        for x in (0.0, 1.0):
            for place in (0, 1):
                assert _ours(special.betainc, (a, 0.7, x), place) == 0 == _ours(special.betaincc, (a, 0.7, x), place)
        for t in (0.0, np.inf, -np.inf):
            assert _ours(special.stdtr, (a, t), 0) == 0
        for p in (0.0, 1.0):  # where the inverses end, too
            assert _ours(special.gammaincinv, (a, p), 0) == 0 == _ours(special.betaincinv, (2.0, a, p), 1)
    assert np.isnan(_ours(special.gammainc, (-1.5, 2.0), 0))


def test_arrays_of_any_length_and_type() -> None:
    shapes, points = np.random.default_rng(0).gamma(3.0, size=(2, 40, 50))  # more than are taken at once
    found = ag.grad(lambda a: ag.sum(special.gammainc(a, points)))(shapes)
    for place in ((0, 0), (20, 31), (39, 49)):
        expected = _ours(special.gammainc, (float(shapes[place]), float(points[place])), 0)
        assert found[place] == pytest.approx(expected, rel=1e-14)
    single = ag.grad(lambda a: ag.sum(special.betainc(a, np.float32(2.0), np.float32(0.3))))(shapes.astype(np.float32))
    assert single.dtype == np.float32
    double = ag.grad(lambda a: ag.sum(special.betainc(a, 2.0, 0.3)))(shapes)
    np.testing.assert_allclose(single, double, rtol=1e-4)
    assert ag.grad(lambda a: ag.sum(special.gammainc(a, points[:0])))(shapes[:0]).shape == (0, 50)


def test_they_are_recorded() -> None:
    f = ag.value_and_grad(lambda a, x: ag.sum(special.gammainc(a, x) * special.betainc(a, x, 0.4)))
    a, x = np.array([0.6, 3.0]), np.array([1.1, 2.0])
    for compiled, plain in zip(ag.compile(f)(a, x), f(a, x), strict=True):
        np.testing.assert_allclose(compiled, plain, rtol=1e-13)


def test_draws_move_with_their_parameters() -> None:
    """A draw is where its own probability stays (implicit reparameterisation): E[x] = a θ moves by θ with a."""
    u = (np.arange(20_000) + 0.5) / 20_000
    found = ag.grad(lambda a: ag.mean(stats.gamma.ppf(u, a, 0.0, 1.5)))(2.5)
    assert found == pytest.approx(1.5, rel=1e-3)
    found = ag.grad(lambda a: ag.mean(stats.beta.ppf(u, a, 3.0)))(2.0)
    assert found == pytest.approx(3.0 / 25.0, rel=1e-4)
