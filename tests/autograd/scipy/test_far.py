"""Derivatives of scaled functions far out, where formulas cancel: the first was 0 at 1e9, the second too large."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag

pytest.importorskip("scipy", reason="needs gradbook[scipy]")
mp: Any = pytest.importorskip("mpmath", reason="the judge is mpmath").mp

from autograd.scipy import special  # noqa: E402
from autograd.scipy.rules import far  # noqa: E402

POINTS = (6.9, 7.1, 24.5, 25.5, 300.0, 1e4, 1e6, 1e9, 1e15, 1e60, 1e120)
Change = Callable[[Any], tuple[Any, Any]]


def _erfcx(x: Any) -> tuple[Any, Any]:
    y = mp.exp(x * x) * mp.erfc(x)
    slope = 2 * x * y - 2 / mp.sqrt(mp.pi)
    return slope, 2 * y + 2 * x * slope


def _dawsn(x: Any) -> tuple[Any, Any]:
    y = mp.sqrt(mp.pi) / 2 * mp.exp(-x * x) * mp.erfi(x)
    slope = 1 - 2 * x * y
    return slope, -2 * y - 2 * x * slope


def _i(v: Any, x: Any) -> Any:
    return mp.exp(-abs(x)) * mp.besseli(v, x)


def _k(v: Any, x: Any) -> Any:
    return mp.exp(x) * mp.besselk(v, x)


def _differences(f: Any, v: Any, x: Any) -> tuple[Any, Any]:
    """f′ and f″ of ive for x > 0, by the recurrences of the derivatives; kve's have the other sign."""
    two = [f(v + k, x) for k in range(-2, 3)]
    first = (two[1] + two[3]) / 2 - two[2]
    return first, (two[0] - 4 * two[1] + 6 * two[2] - 4 * two[3] + two[4]) / 4


def _of_i(v: float) -> Change:
    return lambda x: _differences(_i, v, x)


def _of_k(v: float) -> Change:
    def of(x: Any) -> tuple[Any, Any]:
        first, second = _differences(_k, v, x)
        return -first, second

    return of


ROWS: dict[str, tuple[Callable[[Any], Any], Change]] = {
    "erfcx": (special.erfcx, _erfcx),
    "dawsn": (special.dawsn, _dawsn),
    "i0e": (special.i0e, _of_i(0)),
    "i1e": (special.i1e, _of_i(1)),
    "ive": (lambda x: special.ive(2.5, x), _of_i(2.5)),
    "k0e": (special.k0e, _of_k(0)),
    "k1e": (special.k1e, _of_k(1)),
    "kve": (lambda x: special.kve(2.5, x), _of_k(2.5)),
}


@pytest.mark.parametrize("name", ROWS)
def test_slopes_far_out_have_their_digits(name: str) -> None:
    f, expected = ROWS[name]
    slope = ag.grad(f)
    for x in POINTS:
        if name not in ("erfcx", "dawsn") and not 24 < x < 1e30:
            continue
        with mp.workdps(800 if x > 1e30 else 150):
            first, second = (float(y) for y in expected(mp.mpf(x)))
        far_out = x > (7 if name in ("erfcx", "dawsn") else 25)
        assert slope(x) == pytest.approx(first, rel=4e-15 if far_out else 1e-12, abs=0)
        assert ag.jvp(f, x, 1.0)[1] == slope(x)
        assert ag.grad(slope)(x) == pytest.approx(second, rel=4e-15 if far_out else 1e-9, abs=0)


def test_slopes_on_both_sides_and_at_the_ends() -> None:
    x = np.array([300.0, 1e9])
    for f, sign in ((special.dawsn, 1), (special.i0e, -1), (special.i1e, 1), (lambda x: special.ive(2.0, x), -1)):
        of = ag.elementwise_grad(f)
        np.testing.assert_array_equal(of(-x), sign * of(x))
        np.testing.assert_array_equal(ag.elementwise_grad(of)(-x), -sign * ag.elementwise_grad(of)(x))
    for f in (special.erfcx, special.dawsn, special.i0e, special.k1e):
        assert ag.grad(f)(np.inf) == 0.0
    assert np.isnan(ag.grad(special.k0e)(-30.0))
    assert np.isnan(ag.grad(lambda x: special.ive(2.5, x))(-30.0))
    assert ag.grad(special.erfcx)(-30.0) == -np.inf


@pytest.mark.parametrize("name", ROWS)
def test_slopes_of_arrays_in_programs_and_in_single_precision(name: str) -> None:
    f = ROWS[name][0]
    x = np.array([0.5, 7.5, 40.0, 1e9])
    slope = ag.grad(lambda x: ag.sum(f(x)))
    one_by_one = [ag.grad(f)(each) for each in x]
    np.testing.assert_allclose(slope(x), one_by_one, rtol=1e-14)
    np.testing.assert_allclose(ag.compile(slope)(x), one_by_one, rtol=1e-14)
    single = slope(x.astype(np.float32))
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, one_by_one, rtol=2e-5)


@pytest.mark.parametrize("name", ROWS)
def test_no_series_is_summed_where_no_entry_is_far_out(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def summed(*_: Any) -> Any:
        raise AssertionError("a series was summed")

    monkeypatch.setattr(far, "_summed", summed)
    f = ROWS[name][0]
    ag.grad(f)(2.0)
    ag.grad(lambda x: ag.sum(f(x)))(np.linspace(0.1, 6.0))
    with pytest.raises(AssertionError, match="series"):
        ag.grad(f)(50.0)


@pytest.mark.parametrize("name", ["erfcx", "dawsn"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_program_adds_up_the_series_where_it_is_taken(name: str, dtype: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its slopes are the function's, however many entries are far out; the series is that of those alone."""
    slope = ag.elementwise_grad(getattr(special, name))
    sizes: list[int] = []
    summed = far._summed
    monkeypatch.setattr(far, "_summed", lambda *given: sizes.append(np.size(given[-1])) or summed(*given))
    for x in ([0.1, 3.0, 6.9, 7.0], [-2.0, 7.1, 20.0, np.inf], [np.nan, 8.0, 9.0, 1e5]):
        given = np.array(x, dtype)
        for function in (slope, ag.elementwise_grad(slope)):
            with np.errstate(all="ignore"):
                found, expected = ag.compile(function)(given), function(given)
            np.testing.assert_allclose(found, expected, rtol=4 * np.finfo(dtype).eps)
            assert found.dtype == dtype
    sizes.clear()
    ag.compile(slope)(np.linspace(1, 8, 1000, dtype=dtype))
    assert max(sizes) < 200
