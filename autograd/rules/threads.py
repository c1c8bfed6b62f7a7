"""Shares of one piece of work for several threads: NumPy lets others run while it copies and multiplies.

As many threads take part as BLAS is asked to use by its environment variable, or else as there are processors for this
process. What a share computes does not depend on who takes it, so that results are the same for any number of threads.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable
from contextvars import copy_context
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

T = TypeVar("T")

# Where BLAS reads how many threads to use; the first that is set counts.
VARIABLES = "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "OMP_NUM_THREADS"
# Multiplications of a product that OpenBLAS does in the thread that asks for it (interface/gemm.c); for others that waits
# for the threads that it has.
ALONE = (1 << 19) - 1
# Of fewer multiplications, a product is taken in pieces that BLAS does in the calling thread: its own threads would be
# done a hundredth of a millisecond sooner, leave half of the result in another processor's cache, and look for more to do
# for a tenth of a second, on processors that others could use.
FEW = 8 * ALONE


@cache
def available() -> int:
    """How many threads share work."""
    if sys.platform in ("emscripten", "wasi"):
        return 1
    setting = next((os.environ[name] for name in VARIABLES if name in os.environ), "").split(",")[0].strip()
    if setting.isdecimal() and int(setting):
        return int(setting)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def _others(process: int) -> Executor:
    """The threads beside the caller's; a process that was forked has none of its parent's, and makes its own."""
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(available() - 1, "autograd")


def shared(worker: Callable[[], Callable[[int], T]], count: int) -> list[T]:
    """``[work(0), …, work(count - 1)]``, each by whichever thread is free next; the caller's takes part.

    Args:
        worker: What gives ``work`` to each thread that takes part, with memory of its own.
        count: How many shares there are.
    """
    threads = min(count, available())
    if threads < 2:
        return list(map(worker(), range(count)))
    found: list[Any] = [None] * count
    waiting = deque(range(count))

    def take() -> None:
        work = None
        while True:
            try:
                number = waiting.popleft()
            except IndexError:
                return
            work = work or worker()
            found[number] = work(number)

    helpers = _asked(take, threads - 1)
    try:
        take()
    finally:
        waiting.clear()
        errors = [helper.exception() for helper in helpers if not helper.cancel()]
    for error in errors:
        if error is not None:
            raise error
    return found


def _asked(take: Callable[[], None], count: int) -> list[Future[None]]:
    """Other threads at work: fewer where the process may have no more of them, and none where it is about to end."""
    helpers: list[Future[None]] = []
    try:
        others = _others(os.getpid())
        for _ in range(count):  # in copies of this context, which holds what NumPy is to do about infinities
            helpers.append(others.submit(copy_context().run, take))
    except RuntimeError:
        _others.cache_clear()  # it holds on to the work that no thread was started for
    return helpers
