"""Solutions of differential equations, against closed forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp
from autograd.test_util import check_grads

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


# ---- times at the edge, reports, and variables that SciPy would meet -------------------------------------------------


@pytest.mark.parametrize("times", [[], [0.0], [0.0, 1.0], [1.0], [0.3]])
def test_any_times_may_be_asked_for(times: list[float]) -> None:
    def end(rate: Any) -> Any:
        found = integrate.solve_ivp(lambda t, y, r: -r * y, (0.0, 1.0), [2.0], t_eval=times, args=(rate,), **TIGHT)
        assert found.success
        assert len(found.t) == len(times)
        return found.y[0]

    expected = 2 * np.exp(-1.3 * np.array(times))
    np.testing.assert_allclose(ag.jacobian(end)(1.3), -np.array(times) * expected, rtol=1e-8)
    np.testing.assert_allclose(end(ag.Tensor(1.3, requires_grad=True)).data, expected, rtol=1e-8)


def test_what_odeint_tells_of_its_steps_stands_beside() -> None:
    def solved(rate: Any) -> Any:
        return integrate.odeint(lambda y, t, r: -r * y, [2.0], [0.0, 1.0], (rate,), full_output=True, **TIGHT)

    ys, report = solved(ag.Tensor(1.3, requires_grad=True))
    assert report["message"] == solved(1.3)[1]["message"]
    np.testing.assert_array_equal(ys.data, solved(1.3)[0])
    np.testing.assert_allclose(ag.grad(lambda rate: solved(rate)[0][-1, 0])(1.3), -2 * np.exp(-1.3), rtol=1e-8)


@pytest.mark.parametrize(
    "use",
    [
        lambda x: integrate.solve_ivp(lambda t, y: -y * x, (0.0, 1.0), [1.0]),
        lambda x: integrate.solve_ivp(lambda t, y: -y * x, (0.0, 1.0), [x]),
        lambda x: integrate.odeint(lambda y, t: -y * x, [x], [0.0, 1.0]),
        lambda x: integrate.quad(lambda t: t * x, 0.0, 1.0),
        lambda x: integrate.quad(lambda t: t * x, 0.0, x),
    ],
)
def test_a_variable_that_is_no_argument_is_refused_with_what_to_do(use: Any) -> None:
    with pytest.raises(TypeError, match="a variable that is not among its arguments: pass it by args="):
        use(ag.Tensor(0.5, requires_grad=True))


# ---- integrals -------------------------------------------------------------------------------------------------------


def test_an_integral_has_derivatives_for_its_ends_and_arguments() -> None:
    def wave(t: Any, p: Any) -> Any:
        return p["size"] * anp.sum(anp.cos(p["rates"] * t))

    def closed(x: Any) -> Any:
        return x[2] * anp.sum((anp.sin(x[3:] * x[1]) - anp.sin(x[3:] * x[0])) / x[3:])

    def integral(x: Any) -> Any:
        return integrate.quad(wave, x[0], x[1], ({"size": x[2], "rates": x[3:]},))[0]

    x = np.array([0.2, 1.5, 1.2, 0.4, 1.1])
    value, error = integrate.quad(wave, 0.2, ag.Tensor(1.5, requires_grad=True), ({"size": 1.2, "rates": x[3:]},))
    assert (value.item(), error) == scipy.integrate.quad(wave, 0.2, 1.5, ({"size": 1.2, "rates": x[3:]},))
    np.testing.assert_allclose(ag.grad(integral)(x), ag.grad(closed)(x), rtol=1e-9)
    np.testing.assert_allclose(ag.jvp(integral, (x,), x)[1], ag.grad(closed)(x) @ x, rtol=1e-9)
    np.testing.assert_allclose(ag.hvp(integral, (x,), x)[1], ag.hessian(closed)(x) @ x, rtol=1e-8)
    bell = ag.grad(lambda a: integrate.quad(lambda t, a: anp.exp(-a * t * t), -np.inf, np.inf, a)[0])
    np.testing.assert_allclose(bell(0.7), -np.sqrt(np.pi) / 2 * 0.7**-1.5, rtol=1e-9)
    with pytest.raises(TypeError, match="by name: no weight"):
        integrate.quad(wave, 0.2, 1.5, (ag.Tensor(1.0, requires_grad=True),), weight="cos")


@pytest.mark.parametrize("name", ["trapezoid", "cumulative_trapezoid", "simpson", "cumulative_simpson", "romb"])
def test_integrals_of_points_are_scipys_with_derivatives(name: str) -> None:
    y, x = np.random.default_rng(0).normal(size=(2, 5, 3)), np.array([0.0, 0.3, 0.9, 1.0, 1.6])
    ours, theirs = getattr(integrate, name), getattr(scipy.integrate, name)
    for options in ({"dx": 0.3}, {"x": x}) if name != "romb" else ({"dx": 0.3},):
        expected = theirs(y, axis=1, **options)
        np.testing.assert_allclose(ours(ag.Tensor(y), axis=1, **options).data, expected, rtol=1e-12, atol=1e-14)
        np.testing.assert_array_equal(ours(y, axis=1, **options), expected)
        check_grads(lambda y, o=options: ours(y, axis=1, **o))(y)
    if name.startswith("cumulative"):
        np.testing.assert_allclose(ours(ag.Tensor(y[0, :, 0]), x, initial=0).data, theirs(y[0, :, 0], x=x, initial=0))
    if name.endswith("trapezoid"):
        check_grads(lambda y, x: ours(y, x))(y[0, :, 0], x)
    elif name != "romb":
        with pytest.raises(TypeError, match="for y, not for x"):
            ours(y[0, :, 0], ag.Tensor(x, requires_grad=True))


def test_the_steps_that_solve_ivp_chooses_are_no_part_of_a_program() -> None:
    times, rate = np.array([0.0, 0.5, 1.0]), np.array([1.0, 2.0])
    decay = lambda t, y, rate: -rate * y  # noqa: E731
    for points in (None, times):
        program = ag.compile(
            lambda rate, at: integrate.solve_ivp(decay, (0.0, 1.0), np.ones(2), t_eval=at, args=(rate,)).y
        )
        with pytest.raises(ag.RecordingError, match=r"cannot record the steps of solve_ivp \(odeint is recorded\)"):
            program(rate, points)
    program = ag.compile(lambda rate: integrate.odeint(decay, np.ones(2), times, (rate,), tfirst=True)[-1])
    program(np.ones(2))
    np.testing.assert_allclose(program(rate), np.exp(-rate), rtol=1e-6)


def test_second_derivatives_of_a_solution_are_recorded() -> None:
    """Of Σ cᵢ exp(−pᵢ t): in a trace, a derivative for some variables asks for nothing around them."""
    start, times = np.array([1.0, 2.0]), np.array([0.0, 0.5, 2.0])

    def total(p: Any) -> Any:
        decay = lambda y, t, p: -p * y  # noqa: E731
        return anp.sum(integrate.odeint(decay, start, times, (p,), rtol=1e-10, atol=1e-10))

    curvature = ag.compile(ag.hessian(total), engine="numpy")
    for p in (np.array([0.5, 1.5]), np.array([1.0, 0.2])):
        expected = np.diag((start * times[:, None] ** 2 * np.exp(-p * times[:, None])).sum(0))
        np.testing.assert_allclose(curvature(p), expected, rtol=1e-6, atol=1e-7)
