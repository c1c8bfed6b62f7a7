"""What loops in machine code call of NumPy's: its bits, and nothing where it is not found."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd as ag

pytest.importorskip("llvmlite", reason="loops in machine code are made by llvmlite, which is not installed")

from autograd.program.native import numpy_loops, own_loops

_CALLS = """
def product(w: longs) -> int:
    a, b, c = KINDs(w[3]), KINDs(w[6]), KINDs(w[10])
    KIND_product(w[0], w[1], w[2], a, w[4], w[5], b, w[7], w[8], KIND(w[9]), c, w[11])
    return 0

def functions(w: longs) -> int:
    KIND_exp(KINDs(w[1]), KINDs(w[0]), w[3])
    KIND_tanh(KINDs(w[2]), KINDs(w[0]), w[3])
    return 0
"""
KINDS = {"f4": np.float32, "f8": np.float64}


def _run(name: str, kind: str, words: list[Any]) -> None:
    loop = own_loops.made(name, _CALLS.replace("KIND", kind))
    assert loop is not None
    given = np.array([x.ctypes.data if isinstance(x, np.ndarray) else x for x in words], np.int64)
    loop(given.ctypes.data)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("a_turned", [False, True])
@pytest.mark.parametrize("b_turned", [False, True])
@pytest.mark.parametrize("beta", [0, 1])
def test_a_product_of_rows_apart_is_numpys(kind: str, a_turned: bool, b_turned: bool, beta: int) -> None:
    rng, (m, n, k) = np.random.default_rng(0), (5, 7, 33)
    sizes = (k, m + 2) if a_turned else (m, k + 2), (n, k + 1) if b_turned else (k, n + 1), (m, n + 4)
    a, b, c = (rng.normal(size=size).astype(KINDS[kind]) for size in sizes)
    start = c.copy()
    expected = (a[:, :m].T if a_turned else a[:, :k]) @ (b[:, :k].T if b_turned else b[:, :n]) + beta * c[:, :n]
    _run("product", kind, [m, n, k, a, a.shape[1], int(a_turned), b, b.shape[1], int(b_turned), beta, c, n + 4])
    np.testing.assert_array_equal(c[:, :n], expected)
    np.testing.assert_array_equal(c[:, n:], start[:, n:])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [0, 1, 37])
def test_functions_of_neighbours_are_numpys(kind: str, count: int) -> None:
    x = np.append(np.random.default_rng(0).normal(scale=20, size=34), [np.nan, np.inf, -np.inf]).astype(KINDS[kind])
    exps, tanhs = np.full_like(x, 7), np.full_like(x, 8)
    _run("functions", kind, [x, exps, tanhs, count])
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(exps, [*np.exp(x[:count]), *np.full(37 - count, 7)])
    np.testing.assert_array_equal(tanhs, [*np.tanh(x[:count]), *np.full(37 - count, 8)])


def test_what_is_not_found_makes_no_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    assert numpy_loops.symbols_of([]) == {}
    assert set(numpy_loops.symbols_of([("exp", "f4"), ("product", "f8")]) or {}) == {"numpy_exp_f4", "blas_f8"}
    assert own_loops.made("alone", "def alone(w: longs) -> int:\n    return 1") is not None
    monkeypatch.setattr(numpy_loops, "addresses_in_numpy", lambda: None)
    assert own_loops.made("product", _CALLS.replace("KIND", "f4") + "\n") is None  # not what was made before


@pytest.mark.parametrize("function", [np.logaddexp, np.frexp, np.arctan2])
def test_a_function_of_another_form_is_not_taken_for_one_of_neighbours(
    function: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(np, "exp", function)
    assert numpy_loops.symbols_of([("exp", "f8")]) is None


def test_a_loop_may_be_made_while_a_function_is_recorded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Its file's name is not drawn, which would be noticed as random numbers of the function's own."""
    monkeypatch.setattr("autograd.program.native.machine.cache_folder", lambda: tmp_path)

    numbers = itertools.count()
    with tempfile.NamedTemporaryFile():
        pass  # what draws names for these is there from now on

    def square(x: Any) -> Any:
        assert own_loops.made("another", f"def another(w: longs) -> int:\n    return {next(numbers)}") is not None
        return x * x

    assert ag.compile(square, engine="native")(np.full(2, 3.0)).tolist() == [9, 9]
    assert [path.suffix for path in tmp_path.glob("loops_another_*")] == [".o"] * next(numbers)
