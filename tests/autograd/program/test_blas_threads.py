"""BLAS's threads are put aside while a program shares its work among others, and are there again afterwards."""

from __future__ import annotations

import inspect
import itertools
import linecache
import os
import sys
import threading
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.program.arrays import beside_blas, bytecode
from autograd.program.native import blas_threads

pytest.importorskip("llvmlite")

SEVERAL = 3


class Library:
    """How many threads somebody's BLAS uses."""

    def __init__(self, number: int = SEVERAL) -> None:
        self.number = number
        self.threads = blas_threads._Number(lambda: self.number, self.put)

    def put(self, number: int) -> None:
        self.number = number

    def run(self, function: Any, *arguments: Any) -> Any:
        return self.threads.run(function, *arguments)


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    """In place of NumPy's, for programs made from now on; there are two processors."""
    made = Library()
    for module in (beside_blas, bytecode):
        monkeypatch.setattr(module, "available", lambda: 2)
    monkeypatch.setattr("autograd.program.arrays.steps.available", lambda: 2)
    monkeypatch.setattr(beside_blas, "alone", lambda: made.run)
    monkeypatch.setattr(blas_threads, "alone", lambda: made.run)
    return made


def calls_numpy(look: Any = lambda: 0.0, width: int = 20) -> Any:
    """A program with a call of NumPy's on many numbers, a product, and a look at what is there meanwhile."""
    w = np.random.default_rng(0).normal(size=(width, width))
    return ag.compile(lambda x: ag.tanh((ag.cumsum(x, axis=0) @ w) * 1e-3) + ag.live(look), engine="native")


@pytest.mark.parametrize("number", [1, SEVERAL])
def test_a_function_is_called_while_blas_uses_one_thread(number: int) -> None:
    library = Library(number)
    assert library.run(lambda x: (x, library.number), "x") == ("x", 1)
    assert library.run(lambda: library.run(lambda: library.number) + library.number) == 2  # one within another
    with pytest.raises(ZeroDivisionError):
        library.run(lambda: 1 / 0)
    assert library.number == number


def is_with(frame: Any) -> bool:
    """Whether a line that runs begins a block of ``with``."""
    return "with" in linecache.getline(frame.f_code.co_filename, frame.f_lineno)


def test_the_number_is_put_back_wherever_ctrl_c_comes() -> None:
    """Once, before any line of what is run, takes, or puts back."""
    library, interrupted = Library(), 0
    # Python looks for signals after calls; the tracer would raise in places that they do not reach: between "finally"
    # and the "try" below it, and where a "with" is about to let its lock go.
    source, start = inspect.getsourcelines(blas_threads._Number.run)
    waiting = start + next(place for place, line in enumerate(source) if "finally" in line) + 1
    code = {each.__code__ for each in vars(blas_threads._Number).values() if hasattr(each, "__code__")}
    for line in itertools.count(1):
        lines = itertools.count(1)

        def trace(frame: Any, event: str, _: Any, lines: Any = lines, last: int = line) -> Any:
            inside = frame.f_code in code or frame.f_code is Library.put.__code__
            reached = frame.f_lineno != waiting and not (library.threads._lock.locked() and is_with(frame))
            if inside and event == "line" and reached and next(lines) == last:
                raise KeyboardInterrupt
            return trace if inside else None

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            library.run(lambda: None)
        except KeyboardInterrupt:
            interrupted += 1
        else:
            break
        finally:
            sys.settrace(before)
        assert library.number == SEVERAL, f"after Ctrl-C before line {line}"
    assert interrupted > 10


def test_several_threads_of_python_leave_the_number_as_it_was() -> None:
    library, both, last = Library(), threading.Barrier(2, timeout=60), threading.Event()
    seen = []

    def first() -> None:
        both.wait()

    def second() -> None:
        both.wait()
        assert last.wait(60)
        seen.append(library.number)

    workers = [threading.Thread(target=library.run, args=(work,)) for work in (first, second)]
    for worker in workers:
        worker.start()
    workers[0].join(60)
    seen.append(library.number)  # the other is still at it
    last.set()
    workers[1].join(60)
    assert seen == [1, 1]
    assert library.number == SEVERAL


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.filterwarnings(r"ignore:os.fork\(\) was called:RuntimeWarning")  # JAX, where another test has imported it
@pytest.mark.parametrize("within", [False, True])
def test_a_process_that_was_forked_has_the_number_of_its_own_threads(within: bool) -> None:
    library, begun, end = Library(), threading.Event(), threading.Event()

    def wait() -> None:
        begun.set()
        end.wait(60)

    other = threading.Thread(target=library.run, args=(wait,))
    other.start()
    assert begun.wait(60)

    def forked() -> int:
        found = library.number
        after = library.run(lambda: library.number)
        return 10 * found + after

    def status_of(function: Any) -> int:
        child = os.fork()
        if not child:
            os._exit(function())
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    status = library.run(status_of, forked) if within else status_of(forked)
    end.set()
    other.join(60)
    assert status == (11 if within else 10 * SEVERAL + 1)
    assert library.number == SEVERAL


def test_programs_with_large_calls_of_numpy_put_blas_threads_aside(library: Library) -> None:
    seen = []

    def look() -> float:
        seen.append(library.number)
        if len(seen) == 5:
            raise KeyError("stopped")
        return 0.0

    f, x = calls_numpy(look), np.random.default_rng(1).normal(size=(300, 20))
    f(x)  # recorded
    seen.clear()
    for _ in range(4):
        f(x)
    assert seen == [1] * 4
    with pytest.raises(KeyError):
        f(x)
    assert library.number == SEVERAL


@pytest.mark.parametrize(("rows", "width"), [(20, 20), (300, 500)])  # a small call; a product for BLAS's threads
def test_other_programs_do_not(library: Library, rows: int, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograd.program.native.array_instructions.BLAS", 300 * 500 * 500)
    seen = []
    f = calls_numpy(lambda: float(seen.append(library.number) or 0), width)
    f(np.ones((rows, width)))
    f(np.ones((rows, width)))
    assert set(seen) == {SEVERAL}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("turned", [False, True])
def test_products_are_shared_instead(
    library: Library, dtype: Any, turned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared, share = [], bytecode._Writer._share
    monkeypatch.setattr(bytecode._Writer, "_share", lambda *what: shared.append(what[3]) or share(*what))
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(301, 130)).astype(dtype), rng.normal(size=(130, 140)).astype(dtype)
    given = np.ascontiguousarray(x.T) if turned else x

    def of(x: Any) -> Any:
        summed = ag.sum(ag.cumsum(x, axis=0)) + ag.sum(ag.cumsum(x, axis=1))
        return (x.T if turned else x) @ w, summed

    found = ag.compile(of, engine="native")
    for _ in range(3):
        product, _ = found(given)
    assert shared == [301]
    assert library.number == SEVERAL
    near = 1e-4 if dtype == np.float32 else 1e-12
    np.testing.assert_allclose(product, x @ w, rtol=near, atol=near)


def test_where_the_number_is_not_found_programs_run_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.random.default_rng(1).normal(size=(300, 20))
    expected = calls_numpy()(x)
    monkeypatch.setattr(beside_blas, "alone", lambda: None)
    monkeypatch.setattr(blas_threads, "alone", lambda: None)
    np.testing.assert_array_equal(calls_numpy()(x), expected)
    monkeypatch.undo()
    monkeypatch.setattr(blas_threads, "_NAMES", ("no_such_{}",))
    assert blas_threads.alone.__wrapped__() is None


def test_numpys_own_number_is_the_same_after_a_program() -> None:
    run = blas_threads.alone()
    if run is None:
        pytest.skip("NumPy's BLAS is not an OpenBLAS with threads of its own")
    threads = run.__self__  # type: ignore[attr-defined]
    before = threads._get()
    assert run(threads._get) == 1
    f, x = calls_numpy(), np.ones((300, 20))
    workers = [threading.Thread(target=lambda: [f(x) for _ in range(50)]) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert threads._get() == before
