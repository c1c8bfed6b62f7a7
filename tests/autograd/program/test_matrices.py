"""Native programs leave Cholesky factors and triangles to LAPACK: as exact as NumPy, which says what was wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.errors import MatrixError
from autograd.program.arrays import triangles
from autograd.rules import lapack

pytest.importorskip("llvmlite", reason="native programs are made by llvmlite, which is not installed")

FOUND = all(lapack.function_of_numpy(f"{kind}{name}") for kind in "sd" for name in ("potrf", "trtri", "trsv", "trsm"))
WAYS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "cholesky": lambda K, b, B: ag.cholesky(K),
    "inverse": lambda K, b, B: ag.inv(ag.cholesky(K)),
    "inverse of the upper one": lambda K, b, B: ag.inv(ag.cholesky(K).T),
    "inverse, turned": lambda K, b, B: ag.inv(ag.cholesky(K).T).T * 2.0,
    "solution": lambda K, b, B: ag.solve(ag.cholesky(K), b),
    "solution of the upper one": lambda K, b, B: ag.solve(ag.cholesky(K).T, b),
    "solutions": lambda K, b, B: ag.solve(ag.cholesky(K), B),
    "solutions of the upper one": lambda K, b, B: ag.solve(ag.cholesky(K).T, B),
    "one column": lambda K, b, B: ag.solve(ag.cholesky(K), B[:, :1] * 2.0),
    "turned columns": lambda K, b, B: ag.solve(ag.cholesky(K), (B.T * 2.0).T),
    "below": lambda K, b, B: ag.solve(ag.tril(K, k=0), B),
    "above": lambda K, b, B: ag.solve(ag.triu(K, k=0), b),
    "above, turned": lambda K, b, B: ag.solve(ag.triu(K, k=0).T, ag.inv(ag.triu(K, k=0))),
    "no triangle": lambda K, b, B: ag.solve(ag.tril(K, k=1), ag.solve(K, b)) + ag.solve(ag.triu(K, k=-1), b),
    "in a chain": lambda K, b, B: ag.exp(-(ag.solve(ag.cholesky(K * 2.0), b * 3.0) ** 2)) * b,
    "stack": lambda K, b, B: ag.solve(ag.cholesky(ag.stack([K, K])), B),
}


def kernel(n: int, noise: float = 1e-3) -> Any:
    x = np.linspace(0, 3, n)
    return np.exp(-(np.subtract.outer(x, x) ** 2)) + noise * np.eye(n)


def given(n: int, dtype: Any = np.float64) -> list[Any]:
    rng = np.random.default_rng(n)
    return [x.astype(dtype) for x in (kernel(n), rng.normal(size=n), rng.normal(size=(n, 3)))]


def program(way: Callable[..., Any], operands: list[Any], engine: Any = "native") -> Callable[..., Any]:
    made = ag.compile(way, engine=engine)
    made(*operands)
    return made


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [1, 2, 30, 70])
@pytest.mark.parametrize("way", WAYS)
def test_values_and_gradients_are_numpys(way: str, n: int, dtype: Any) -> None:
    function, operands = WAYS[way], given(n, dtype)
    condition = np.linalg.cond(operands[0].astype(float)) if way.startswith(("below", "above", "no")) else 1e3 * n
    bound = 50 * np.finfo(dtype).eps * condition
    found, expected = program(function, operands)(*operands), function(*operands)
    assert found.dtype == expected.dtype
    assert np.max(np.abs(found - expected)) <= bound * np.max(np.abs(expected))

    def loss(*operands: Any) -> Any:
        y = function(*operands)
        return ag.sum(y * np.cos(np.arange(np.size(y))).reshape(np.shape(y)).astype(dtype)) + 0.0 * sum(
            map(ag.sum, operands)
        )

    for which in (0, 1, 2):
        gradient = ag.grad(loss, which)
        found, expected = program(gradient, operands)(*operands), gradient(*operands)
        assert np.max(np.abs(found - expected)) <= bound * condition * max(np.max(np.abs(expected)), 1)


@pytest.mark.skipif(not FOUND, reason="NumPy's LAPACK is not found by name here")
@pytest.mark.parametrize("n", [12, 100])
def test_residuals_are_no_worse_than_numpys(n: int) -> None:
    _, b, B = given(n)
    factor = ag.cholesky(kernel(n, 1e-10))
    ways: dict[str, tuple[Callable[..., Any], Any]] = {
        "factor": (lambda L, b, B: ag.cholesky(L @ L.T), lambda y: exact(y) @ exact(y).T - exact(factor @ factor.T)),
        "inverse": (lambda L, b, B: ag.inv(ag.tril(L, k=0)), lambda y: exact(factor) @ exact(y) - np.eye(n)),
        "solution": (lambda L, b, B: ag.solve(ag.tril(L, k=0), b), lambda y: exact(factor) @ exact(y) - exact(b)),
        "solutions": (lambda L, b, B: ag.solve(ag.tril(L, k=0), B), lambda y: exact(factor) @ exact(y) - exact(B)),
    }
    for name, (way, residual) in ways.items():
        found, numpys = (program(way, [factor, b, B], engine)(factor, b, B) for engine in ("native", "numpy"))
        size = np.max(np.abs(factor) @ np.abs(numpys))
        assert np.max(np.abs(residual(found))) <= 2 * np.max(np.abs(residual(numpys))) + np.finfo(float).eps * size, (
            name
        )


def exact(x: Any) -> Any:
    return np.asarray(x, np.longdouble)


@pytest.mark.skipif(not FOUND, reason="NumPy's LAPACK is not found by name here")
def test_numpy_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    operands = given(30)
    ways = [way for way in WAYS if way not in ("no triangle", "stack", "turned columns")]
    made = [program(WAYS[way], operands) for way in ways]
    for name in ("cholesky", "inv", "solve"):
        monkeypatch.setattr(np.linalg, name, lambda *_: pytest.fail("asked NumPy"))
    for call in made:
        call(*operands)


def test_what_cannot_be_is_told_as_numpy_tells_it() -> None:
    operands = given(30)
    K, b, B = operands
    bad = K - 2 * np.eye(30)
    zero = np.tril(K)
    zero[7, 7] = 0
    for way, first, message in (
        ("cholesky", bad, r"cholesky of shape \(30, 30\): Matrix is not positive definite"),
        ("solution", bad, r"cholesky of shape \(30, 30\): Matrix is not positive definite"),
        ("below", zero, r"solve of shapes \(30, 30\) and \(30, 3\): Singular matrix"),
        ("above", zero.T, r"solve of shapes \(30, 30\) and \(30,\): Singular matrix"),
        ("above, turned", zero.T, r"inv of shape \(30, 30\): Singular matrix"),
    ):
        call = program(WAYS[way], operands)
        expected = call(*operands)
        with pytest.raises(MatrixError, match=message):
            call(first, b, B)
        np.testing.assert_array_equal(call(*operands), expected)


@pytest.mark.parametrize("what", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [(0, 0), (20, 3), (3, 20), (29, 29)])
@pytest.mark.parametrize("way", ["cholesky", "inverse", "solutions", "below", "above, turned"])
def test_numbers_that_are_not_finite_come_out_as_numpys(way: str, place: tuple[int, int], what: float) -> None:
    operands = given(30)
    call, numpys = (program(WAYS[way], operands, engine) for engine in ("native", "numpy"))
    operands[0][place] = what

    def outcome(call: Any) -> Any:
        try:
            return call(*operands)
        except MatrixError as error:
            return str(error)

    found, expected = outcome(call), outcome(numpys)
    if isinstance(expected, str) or isinstance(found, str):
        assert found == expected
    else:
        np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_class_numbers_are_checked_before_a_factor_is_found() -> None:
    def loss(K: Any, targets: Any) -> Any:
        return ag.sum(ag.softmax_cross_entropy(ag.cholesky(K), targets))

    operands: list[Any] = [kernel(4), np.array([0, 1, 2, 3])]
    call = program(loss, operands)
    np.testing.assert_allclose(call(*operands), loss(*operands), rtol=1e-12)
    with pytest.raises(ValueError, match="class numbers"):
        call(operands[0], np.array([0, 1, 2, 4]))
    with pytest.raises(MatrixError, match="positive definite"):
        call(-operands[0], operands[1])


def test_a_lapack_that_is_not_found_leaves_it_to_numpy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(triangles, "_address", lambda _: 0)
    monkeypatch.setattr(lapack, "function_of_numpy", lambda _: None)
    for way, function in WAYS.items():
        operands = given(30)
        np.testing.assert_allclose(program(function, operands)(*operands), function(*operands), err_msg=way)
