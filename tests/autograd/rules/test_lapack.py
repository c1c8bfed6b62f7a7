"""Triangles are inverted, and their equations solved, by routines of their own: no worse than NumPy's, and like it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.errors import MatrixError
from autograd.rules import lapack

FOUND = all(lapack.function_of_numpy(f"{kind}{name}") for kind in "sdcz" for name in ("trtri", "trtrs"))
LAYOUTS: dict[str, Callable[[Any], Any]] = {
    "rows": np.ascontiguousarray,
    "columns": np.asfortranarray,
    "apart": lambda x: np.repeat(np.repeat(x, 2, 0), 3, 1)[::2, ::3],
    "backwards": lambda x: np.ascontiguousarray(x[::-1, ::-1])[::-1, ::-1],
}


def triangle(n: int, lower: bool, noise: float = 1.0) -> Any:
    """The factor of a kernel's matrix, which is the worse to invert, the less noise there is in it."""
    x = np.linspace(0, 3, n)
    factor = np.linalg.cholesky(np.exp(-(np.subtract.outer(x, x) ** 2)) + noise * np.eye(n))
    return factor if lower else factor.T.copy()


def residual(a: Any, y: Any, b: Any) -> float:
    """The largest error of A Y = B, beside the size of what is added up in it."""
    a, y, b = (np.asarray(x, np.clongdouble) for x in (a, y, b))
    return float(np.max(np.abs(a @ y - b)) / np.max(np.abs(a) @ np.abs(y)))


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
@pytest.mark.parametrize("n", [lapack.LEAST_INVERTED, lapack.LEAST_SOLVED, 33, 150])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("noise", [1.0, 1e-4, 1e-10])
@pytest.mark.parametrize("lower", [False, True], ids=["upper", "lower"])
def test_triangles_are_as_exact_as_numpys(lower: bool, noise: float, layout: str, n: int, dtype: Any) -> None:
    phases = np.exp(1j * np.arange(n)) if np.iscomplexobj(dtype(0)) else 1
    a = LAYOUTS[layout]((triangle(n, lower, noise) * phases).astype(dtype))
    a.flags.writeable = False
    rng = np.random.default_rng(0)
    bound = 4 * np.finfo(dtype).eps
    inverse = lapack.inv(a)
    assert inverse.dtype == dtype
    assert np.array_equal(inverse, np.tril(inverse) if lower else np.triu(inverse))
    assert min(residual(a, inverse, np.eye(n)), residual(inverse, a, np.eye(n))) <= bound
    for b in (rng.normal(size=n), rng.normal(size=(n, 1)), rng.normal(size=(n, 5)), rng.normal(size=(5, n)).T):
        given = b.astype(dtype)
        kept = given.copy()
        y = lapack.solve(a, given)
        assert y.dtype == dtype
        assert y.shape == b.shape
        assert np.array_equal(given, kept)
        assert residual(a, y, given) <= max(bound, 2 * residual(a, np.linalg.solve(a, given), given))


@pytest.mark.skipif(not FOUND, reason="NumPy's LAPACK is not found by name here")
@pytest.mark.parametrize("lower", [False, True], ids=["upper", "lower"])
def test_no_factors_of_a_triangle_are_looked_for(lower: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    a, x = triangle(40, lower), np.random.default_rng(0).normal(size=(40, 40))
    spd = x @ x.T + np.eye(40)

    def likelihood(k: Any) -> Any:
        factor = ag.cholesky(k)
        return ag.sum(ag.solve(factor if lower else factor.T, x[0]) ** 2)

    expected, program = ag.grad(likelihood)(spd), ag.compile(ag.grad(likelihood))
    program(spd)
    for name in ("inv", "solve"):
        monkeypatch.setattr(lapack.np.linalg, name, lambda *_: pytest.fail("asked NumPy"))
    lapack.inv(a)
    lapack.solve(a, x)
    found = ag.grad(likelihood)(spd)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_allclose(program(spd), expected, rtol=1e-9)


@pytest.mark.parametrize("shape", [(1,), (3,), (2, 2)])
def test_stacks_are_done_one_by_one(shape: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    a = np.empty((*shape, 70, 70))
    for i, place in enumerate(np.ndindex(shape)):
        a[place] = triangle(70, lower=i % 2 == 0, noise=i + 1)
    b = np.random.default_rng(0).normal(size=(*shape, 70, 2))
    bad = a.copy()
    bad[-1, ..., 7, 7] = np.nan
    numpys = [np.linalg.inv(a), np.linalg.solve(a, b), np.linalg.inv(bad), np.linalg.solve(bad, b)]
    for found, expected in zip((lapack.inv(bad), lapack.solve(bad, b)), numpys[2:], strict=True):
        np.testing.assert_array_equal(found, expected)
    if FOUND:
        for name in ("inv", "solve"):
            monkeypatch.setattr(np.linalg, name, lambda *_: pytest.fail("asked NumPy"))
    for found, expected in zip((lapack.inv(a), lapack.solve(a, b)), numpys, strict=False):
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-13)


def test_all_else_is_numpys() -> None:
    rng = np.random.default_rng(0)
    full, tall, right = rng.normal(size=(2, 40, 40)), triangle(40, lower=True), rng.normal(size=40)
    almost = triangle(40, lower=True)
    almost[3, 17] = 1e-300
    matrices = [
        full[0],
        full,
        np.tril(full)[..., :20, :20],
        np.tril(full)[:0],
        almost,
        almost.T,
        almost * 1j,
        triangle(9, lower=True),
        np.eye(40, dtype=int),
    ]
    for a in (*matrices, *(a.tolist() for a in matrices[:2])):
        np.testing.assert_array_equal(lapack.inv(a), np.linalg.inv(a))
    cases = [(full[0], right), (full, full), (almost, right), (tall, right.tolist()), (tall, full), (tall * 1j, right)]
    cases += [(np.tril(full), full[0]), (np.tril(full), full[:1]), (np.tril(full), full), (np.tril(full)[:0], full[:0])]
    cases += [(tall, right.astype(np.float32)), (tall, np.ones((40, 0))), (np.zeros((0, 0)), np.zeros((0, 2)))]
    for a, b in cases:
        found, expected = lapack.solve(a, b), np.linalg.solve(a, b)
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found, expected)
    for a, b in ((tall, np.ones(39)), (tall, np.ones((39, 2))), (tall, np.float64(1)), (tall[:, 1:], right)):
        with pytest.raises((ValueError, np.linalg.LinAlgError)) as ours:
            lapack.solve(a, b)
        with pytest.raises((ValueError, np.linalg.LinAlgError)) as numpys:
            np.linalg.solve(a, b)
        assert str(ours.value) == str(numpys.value)


def test_singular_triangles_are_refused_by_name() -> None:
    a = np.tril(np.ones((40, 40)))
    a[5] = 0
    for call in (lambda: ag.solve(ag.Tensor(a), np.ones(40)), lambda: ag.compile(ag.solve)(a, np.ones(40))):
        with pytest.raises(MatrixError, match=r"solve of shapes \(40, 40\) and \(40,\): Singular matrix"):
            call()
    for call in (lambda: ag.inv(ag.Tensor(a)), lambda: ag.compile(ag.inv)(a.T)):
        with pytest.raises(MatrixError, match=r"inv of shape \(40, 40\): Singular matrix"):
            call()


@pytest.mark.parametrize("what", [np.nan, np.inf, 1e-320])
@pytest.mark.parametrize("place", [(0, 0), (20, 20), (39, 39), (39, 0), (20, 19)])
def test_numbers_that_are_not_finite_are_numpys(place: tuple[int, int], what: float) -> None:
    a = np.eye(40)
    a[place] = what

    def outcome(call: Callable[..., Any], *operands: Any) -> Any:
        try:
            return call(*operands)
        except np.linalg.LinAlgError as error:
            return str(error)

    for matrix in (a, a.T):
        np.testing.assert_array_equal(outcome(lapack.inv, matrix), outcome(np.linalg.inv, matrix))
        b = np.ones((40, 2))
        np.testing.assert_array_equal(outcome(lapack.solve, matrix, b), outcome(np.linalg.solve, matrix, b))
    b[7] = what
    np.testing.assert_array_equal(lapack.solve(np.eye(40), b), np.linalg.solve(np.eye(40), b))


def test_a_numpy_whose_lapack_is_not_found_does_it_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    assert lapack.function_of_numpy("no such function") is None
    monkeypatch.setattr(lapack, "function_of_numpy", lambda _: None)
    a = triangle(40, lower=True)
    np.testing.assert_array_equal(lapack.inv(a), np.linalg.inv(a))
    np.testing.assert_array_equal(lapack.solve(a, a), np.linalg.solve(a, a))
