"""Solutions of differential equations, against closed forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp

scipy = pytest.importorskip("scipy")

from autograd.scipy import integrate  # noqa: E402

TIGHT = {"rtol": 1e-11, "atol": 1e-12}
GIVEN = (np.array([1.0, -0.5]), np.array([0.1, 0.4, 1.0]), 1.3, {"push": 0.7})
EVERY = (0, 1, 2, 3)


def slope(y: Any, t: Any, rate: Any, drive: Any) -> Any:
    return -rate * y + drive["push"] * t


def closed(y0: Any, t: Any, rate: Any, drive: Any) -> Any:
    c, s = drive["push"] / rate**2, anp.reshape(t - t[0], (-1, 1))
    start = y0 - drive["push"] * t[0] / rate + c
    return start * anp.exp(-rate * s) + drive["push"] * anp.reshape(t, (-1, 1)) / rate - c


def by_odeint(y0: Any, t: Any, rate: Any, drive: Any) -> Any:
    return integrate.odeint(slope, y0, t, (rate, drive), **TIGHT)


def by_solve_ivp(method: str, **more: Any) -> Callable[..., Any]:
    def solved(y0: Any, t: Any, rate: Any, drive: Any) -> Any:
        args = (rate, drive)
        return integrate.solve_ivp(
            lambda t, y, *p: slope(y, t, *p), (t[0], t[2]), y0, method, t, args=args, **TIGHT, **more
        ).y.T

    return solved


SOLVERS = {"odeint": by_odeint} | {name: by_solve_ivp(name) for name in ("RK45", "DOP853", "LSODA")}


@pytest.mark.parametrize("name", SOLVERS)
def test_a_solution_has_the_derivatives_of_the_closed_form(name: str) -> None:
    solved = SOLVERS[name]
    np.testing.assert_allclose(solved(*GIVEN), closed(*GIVEN), rtol=1e-9)
    weights = np.random.default_rng(0).normal(size=(3, 2))
    ours, expected = (ag.grad(lambda *x, f=f: anp.sum(f(*x) * weights), EVERY)(*GIVEN) for f in (solved, closed))
    for found, right in zip(ours[:3], expected[:3], strict=True):
        np.testing.assert_allclose(found, right, rtol=1e-7, atol=1e-8)
    assert ours[3]["push"] == pytest.approx(expected[3]["push"], rel=1e-7)


@pytest.mark.parametrize("name", ["odeint", "DOP853"])
def test_a_solution_has_second_derivatives(name: str) -> None:
    second = [
        ag.grad(lambda r, f=f: ag.grad(lambda q: anp.sum(f(GIVEN[0], GIVEN[1], q, GIVEN[3]) ** 2))(r))(1.3)
        for f in (SOLVERS[name], closed)
    ]
    assert second[0] == pytest.approx(second[1], rel=1e-6)


def oscillator(t: Any, y: Any, w: Any) -> Any:  # as SciPy's users write it: a list
    return [y[1], -w * w * y[0]]


def test_without_times_it_is_at_the_solvers_steps_and_the_last_time_moves() -> None:
    def end(w: Any, stop: Any) -> Any:
        return integrate.solve_ivp(oscillator, (0.0, stop), [1.0, w * 0.5], "DOP853", args=(w,), **TIGHT).y[0, -1]

    w, stop = 1.7, 2.5
    assert end(w, stop) == pytest.approx(np.cos(w * stop) + 0.5 * np.sin(w * stop), rel=1e-8)
    expected = [stop * (0.5 * np.cos(w * stop) - np.sin(w * stop)), w * (0.5 * np.cos(w * stop) - np.sin(w * stop))]
    np.testing.assert_allclose(ag.grad(end, (0, 1))(w, stop), expected, rtol=1e-6)
    theirs = scipy.integrate.solve_ivp(oscillator, (0.0, stop), [1.0, w * 0.5], "DOP853", args=(w,), **TIGHT)
    ours = integrate.solve_ivp(
        oscillator, (0.0, stop), ag.Tensor([1.0, w * 0.5], requires_grad=True), "DOP853", args=(w,), **TIGHT
    )
    np.testing.assert_allclose(ours.t, theirs.t)
    np.testing.assert_allclose(ours.y.data, theirs.y, rtol=1e-9)
    assert (ours.success, ours.status, ours.message) == (True, 0, theirs.message)


@pytest.mark.parametrize("method", ["RK45", "Radau", "BDF"])
def test_times_that_begin_later_go_backwards_or_come_with_options_of_f_alone(method: str) -> None:
    times, w = np.array([1.5, 0.5]), 1.2
    options: dict[str, Any] = {} if method == "RK45" else {"jac": lambda t, y, w: np.array([[0.0, 1.0], [-w * w, 0.0]])}

    def loss(w: Any) -> Any:
        found = integrate.solve_ivp(
            oscillator,
            (2.0, 0.0),
            np.array([1.0, 0.0]),
            method,
            times,
            args=(w,),
            rtol=1e-7,
            atol=[1e-8, 1e-8],
            **options,
        )
        return anp.sum(found.y[0])

    s = times - 2.0
    assert loss(w) == pytest.approx(np.sum(np.cos(w * s)), rel=1e-4)
    assert ag.grad(loss)(w) == pytest.approx(np.sum(-s * np.sin(w * s)), rel=1e-3)


def test_what_has_no_derivatives_is_refused_or_scipys() -> None:
    x = ag.Tensor([1.0, 0.0], requires_grad=True)
    for more in ({"dense_output": True}, {"events": lambda t, y: y[0]}):
        with pytest.raises(TypeError, match="no dense_output= and no events="):
            integrate.solve_ivp(oscillator, (0.0, 1.0), x, args=(1.0,), **more)
        assert integrate.solve_ivp(lambda t, y: -y, (0.0, 1.0), [1.0], **more).success
    with pytest.raises(RuntimeError, match="solve_ivp from 0 to 2 failed at"), np.errstate(all="ignore"):
        integrate.solve_ivp(lambda t, y: y * y, (0.0, 2.0), x)


def test_a_slope_may_take_the_time_first_and_be_a_number() -> None:
    times = np.array([0.0, 1.0])

    def end(rate: Any) -> Any:
        return integrate.odeint(lambda t, y, rate: -rate * t * y, [2.0], times, (rate,), tfirst=True, **TIGHT)[-1, 0]

    def of_number(rate: Any) -> Any:
        return integrate.solve_ivp(lambda t, y, rate: -rate * y[0], (0.0, 1.0), [2.0], args=(rate,), **TIGHT).y[0, -1]

    assert ag.grad(end)(0.8) == pytest.approx(-np.exp(-0.4), rel=1e-8)
    assert ag.grad(of_number)(0.8) == pytest.approx(-2 * np.exp(-0.8), rel=1e-8)
