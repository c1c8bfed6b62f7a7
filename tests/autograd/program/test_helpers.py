"""Shares of loops in machine code, by threads that look for work in memory."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from autograd.rules import threads

pytest.importorskip("llvmlite")

from autograd.program.native import helpers, own_loops

# Each share counts that it was done, and in whose memory, after so many turns.
TEXT = """
def count(w: longs) -> int:
    done, memory = longs(w[0]), longs(w[1])
    x = 1.0
    for i in range(w[3]):
        x = x * 1.0000001 + 1.0
    memory[0] = memory[0] + 1
    done[w[2]] = done[w[2]] + 1 + int(x < 0.0)
    return 0
"""


@pytest.fixture(autouse=True)
def _three(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(threads, "available", lambda: 3)
    yield
    found = helpers._of_process.pop((os.getpid(), 3), None)
    if found is not None and found._threads is not None:
        found._threads.shutdown()


def counted(count: int, turns: int = 0, memories: int = 3) -> tuple[Any, Any]:
    """How often each share was done, and how many of them in each thread's memory."""
    done, memory = np.zeros(count, np.int64), np.zeros((memories, 8), np.int64)
    words = np.empty((memories, count, 4), np.int64)
    words[..., 0], words[..., 2], words[..., 3] = done.ctypes.data, range(count), turns
    words[..., 1] = (memory.ctypes.data + memory.strides[0] * np.arange(memories)).reshape(-1, 1)
    loop: Any = own_loops.made("count", TEXT)
    loop.shares(words)
    return done.tolist(), memory[:, 0]


@pytest.mark.parametrize("count", [1, 2, 3, 8, 100])
@pytest.mark.parametrize("memories", [1, 2, 3, 5])
@pytest.mark.parametrize("turns", [0, 300])
def test_each_share_is_done_once(count: int, memories: int, turns: int) -> None:
    for _ in range(300):
        done, memory = counted(count, turns, memories)
        assert done == [1] * count
        assert memory.sum() == count
        assert not memory[3:].any()  # there are no more threads


def test_a_thread_that_looks_for_work_leaves_what_has_no_memory_for_it() -> None:
    """One that a work for more threads has woken."""
    for _ in range(300):
        counted(9, 20_000)
        for memories in (1, 2):
            done, memory = counted(9, 20_000, memories)
            assert done == [1] * 9
            assert memory.sum() == 9
            assert not memory[memories:].any()


def test_others_take_part_in_memory_of_their_own() -> None:
    seen, start = np.zeros(3, bool), time.monotonic()
    while not seen.all():  # on a busy machine the others may come too late a few times
        seen |= counted(100, 20_000)[1] > 0
        assert time.monotonic() - start < 60


def test_those_who_find_nothing_to_do_sleep_and_are_woken() -> None:
    for _ in range(20):
        counted(9, 20_000)
        memory = helpers._of_process[os.getpid(), 3]._memory
        start = time.monotonic()
        while memory[helpers.AWAKE :: helpers.LINE].any():
            assert time.monotonic() - start < 60
            time.sleep(1e-3)
    assert counted(9)[0] == [1] * 9


def test_how_long_looking_takes_is_measured_when_nothing_disturbs(monkeypatch: pytest.MonkeyPatch) -> None:
    taken = [3e-2, 1e-5, *[2e-2] * 8]
    times = iter(np.cumsum([x for each in taken for x in (0.0, each)]).tolist())
    monkeypatch.setattr(helpers.time, "perf_counter", lambda: next(times))
    looks = helpers._Helpers(2)._patience
    assert looks == pytest.approx(helpers.PATIENCE / (1e-5 / helpers.TURNS), abs=1)


def test_several_may_give_work_at_once() -> None:
    wrong = list[Any]()

    def give() -> None:
        for _ in range(500):
            done, memory = counted(7, 100)
            if done != [1] * 7 or memory.sum() != 7:
                wrong.append((done, memory))

    givers = [threading.Thread(target=give) for _ in range(4)]
    for giver in givers:
        giver.start()
    for giver in givers:
        giver.join()
    assert not wrong


def test_a_process_without_more_threads_works_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_: Any) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refused)
    for _ in range(3):
        done, memory = counted(5)
        assert done == [1] * 5
        assert memory.tolist() == [5, 0, 0]
    assert helpers._of_process[os.getpid(), 3]._threads is None  # nor is work kept for a thread that may come later


def test_a_process_that_is_about_to_end_works_in_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("concurrent.futures.thread._shutdown", True)
    done, memory = counted(5)
    assert done == [1] * 5
    assert memory.tolist() == [5, 0, 0]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are not forked here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
@pytest.mark.filterwarnings(r"ignore:os.fork\(\) was called:RuntimeWarning")  # JAX, where another test has imported it
def test_a_forked_process_has_threads_of_its_own() -> None:
    counted(4, 1000)
    child = os.fork()
    if not child:
        os._exit(0 if counted(4, 1000)[0] == [1] * 4 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
