"""Work in shares, by several threads."""

from __future__ import annotations

import gc
import os
import threading
import warnings
import weakref
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.rules import threads, windows
from autograd.rules.convolutions import (
    convolution,
    convolution_kernel,
    convolution_transposed,
    into_windows,
    max_places,
    max_pool,
)


@pytest.fixture
def _three(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(threads, "available", lambda: 3)
    yield
    threads._others(os.getpid()).shutdown()
    threads._others.cache_clear()


@pytest.mark.usefixtures("_three")
def test_shares_are_taken_by_several_threads_and_come_back_in_order() -> None:
    together = threading.Barrier(3, timeout=60)

    def work(number: int) -> tuple[int, int]:
        if number < 3:
            together.wait()  # which one thread alone would never pass
        return number, threading.get_ident()

    found = threads.shared(lambda: work, 20)
    assert [number for number, _ in found] == list(range(20))
    assert len({thread for _, thread in found[:3]}) == 3


@pytest.mark.usefixtures("_three")
def test_two_shares_are_taken_by_two() -> None:
    together = threading.Barrier(2, timeout=20)
    assert sorted(threads.shared(lambda: lambda _: together.wait(), 2)) == [0, 1]


@pytest.mark.usefixtures("_three")
def test_an_error_in_any_share_is_the_callers() -> None:
    def work(number: int) -> None:
        if number == 5:
            raise ValueError("share 5")

    for _ in range(20):
        with pytest.raises(ValueError, match="share 5"):
            threads.shared(lambda: work, 8)


@pytest.mark.usefixtures("_three")
def test_a_process_without_more_threads_works_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_: Any) -> None:
        raise RuntimeError("can't start new thread")

    def worker() -> Any:
        return lambda number: number

    kept = weakref.ref(worker)
    monkeypatch.setattr(threading.Thread, "start", refused)
    assert threads.shared(worker, 5) == [0, 1, 2, 3, 4]
    del worker
    gc.collect()
    assert kept() is None  # what no thread was started for goes, too


@pytest.mark.usefixtures("_three")
def test_a_process_that_is_about_to_end_works_in_one_thread() -> None:
    threads._others(os.getpid()).shutdown()  # as Python does before it calls what `atexit` was given
    assert threads.shared(lambda: lambda number: number, 5) == [0, 1, 2, 3, 4]


@pytest.mark.usefixtures("_three")
def test_what_numpy_is_told_about_infinities_holds_in_each_thread() -> None:
    infinities = np.full(10, np.inf)
    together = threading.Barrier(3, timeout=60)

    def work(_: int) -> Any:
        together.wait()
        return infinities - infinities

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with np.errstate(invalid="ignore"):
            assert np.isnan(threads.shared(lambda: work, 3)).all()


@pytest.mark.parametrize(("told", "count"), [("3", 3), ("2,1", 2), ("", None), ("0", None), ("many", None)])
def test_as_many_threads_as_blas_is_told(told: str, count: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in threads.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", told)
    assert threads.available.__wrapped__() == (count or len(os.sched_getaffinity(0)))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
@pytest.mark.usefixtures("_three")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.filterwarnings(r"ignore:os.fork\(\) was called:RuntimeWarning")  # JAX, where another test has imported it
def test_a_forked_process_has_threads_of_its_own() -> None:
    threads.shared(lambda: lambda number: number, 4)
    child = os.fork()
    if not child:
        os._exit(0 if threads.shared(lambda: lambda number: number, 4) == [0, 1, 2, 3] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


RNG = np.random.default_rng(0)
X, W, G = RNG.normal(size=(37, 4, 9, 8)), RNG.normal(size=(6, 2, 3, 3)), RNG.normal(size=(37, 6, 9, 8))
STRIDED = RNG.normal(size=(37, 6, 5, 4))
HOW: dict[str, Any] = {"padding": (1, 1), "dilation": (1, 1), "groups": 2}
POOL: dict[str, Any] = {"size": (2, 3), "stride": (2, 2), "padding": (1, 1), "dilation": (1, 1)}
INSIDE: dict[str, Any] = {**POOL, "stride": (2, 3), "padding": (0, 0)}
CALLS = {
    "convolution": lambda: convolution(X, W, stride=(1, 1), **HOW),
    "with a stride": lambda: convolution(X, W, stride=(2, 2), **HOW),
    "transposed": lambda: convolution_transposed(G, W, lengths=(9, 8), stride=(1, 1), **HOW),
    "transposed, with a stride": lambda: convolution_transposed(STRIDED, W, lengths=(9, 8), stride=(2, 2), **HOW),
    "kernel": lambda: convolution_kernel(X, G, size=(3, 3), stride=(1, 1), **HOW),
    "kernel, with a stride": lambda: convolution_kernel(X, STRIDED, size=(3, 3), stride=(2, 2), **HOW),
    "max_pool": lambda: max_pool(X, **POOL),
    "max_places": lambda: max_places(X, max_pool(X, **POOL), **POOL),
    "into_windows": lambda: into_windows(
        max_pool(X, **POOL), max_places(X, max_pool(X, **POOL), **POOL), lengths=(9, 8), **POOL
    ),
    "into_windows, nothing beyond the edge": lambda: into_windows(
        max_pool(X, **INSIDE), max_places(X, max_pool(X, **INSIDE), **INSIDE), lengths=(9, 8), **INSIDE
    ),
}


@pytest.mark.parametrize("name", CALLS)
def test_windows_are_the_same_by_any_number_of_threads(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And by parts, and by products of pieces of the windows, the same up to rounding."""
    whole = CALLS[name]()
    for limit, value in {"COLUMNS": 1 << 14, "IMAGES": 1 << 14, "ALONE": 30 * 54, "SUMMED": 30, "MANY": 18}.items():
        monkeypatch.setattr(windows, limit, value)
    divided: list[int] = []
    shared = threads.shared
    monkeypatch.setattr(windows, "shared", lambda work, count: divided.append(count) or shared(work, count))
    monkeypatch.setattr(threads, "available", lambda: 1)
    alone = CALLS[name]()
    monkeypatch.setattr(threads, "available", lambda: 3)
    for _ in range(10):
        np.testing.assert_array_equal(CALLS[name](), alone)
    threads._others(os.getpid()).shutdown()
    threads._others.cache_clear()
    assert max(divided) > 2
    np.testing.assert_allclose(alone, whole, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("size", ["COLUMNS", "IMAGES", "ALONE", "NARROW", "SUMMED", "all"])
def test_no_size_decides_over_more_than_time(name: str, size: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel of which not one window fits into a product for one thread, say."""
    usual = CALLS[name]()
    for number in (1, 50, 1 << 30):
        for which in ("COLUMNS", "IMAGES", "ALONE", "NARROW", "SUMMED") if size == "all" else (size,):
            monkeypatch.setattr(windows, which, number)
        np.testing.assert_allclose(CALLS[name](), usual, rtol=1e-12, atol=1e-12)


def test_a_program_writes_them_into_memory_of_its_own() -> None:
    """A result is not overwritten by the next call, and a kernel's update is written where it is."""
    kernel = ag.Tensor(W.copy(), requires_grad=True)

    def step(x: Any) -> Any:
        y = ag.BOOK["max_pool"](ag.BOOK["convolution"](x, kernel, stride=(1, 1), **HOW), **POOL)
        return ag.BOOK["convolution"](y, kernel[:, :, :2, :2][:, :, ::-1], stride=(1, 1), **{**HOW, "groups": 3})

    for engine in ("numpy", None):
        compiled = ag.compile(step, engine)
        first, other = compiled(X), compiled(2 * X)
        np.testing.assert_allclose(first, step(ag.Tensor(X)).data, rtol=1e-12)
        np.testing.assert_allclose(other, step(ag.Tensor(2 * X)).data, rtol=1e-12)
