"""Shares of a loop in machine code for several threads, which find their work in memory.

To wake a thread takes the system some hundredth of a millisecond, and Python's lock as long once more, which is as long
as many a loop takes. So a thread that has helped looks for more to do for a while, without that lock, before it sleeps;
it gives way to other programs now and then.
Who gives work waits for no thread to come: it takes shares itself until there are none, and then waits for those that
others took.
"""

from __future__ import annotations

import ctypes
import os
import platform
import threading
import time
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from autograd.program.native.machine import addresses
from autograd.rules import threads

if TYPE_CHECKING:
    from concurrent.futures import Executor

# Words of the memory; those that several threads write are apart by lines of the cache. First the number of the
# work, in the upper half, and that of the share which comes next; how many are done; whether somebody gives work;
# that work: how many shares, the loop, the first word of the first share, how many words a share has, and all shares of
# a thread, how many threads have words; from there on, for each thread in a line of its own, whether it looks for work.
DONE, GIVEN, WORK, AWAKE, LINE = 8, 16, 24, 32, 8
# Seconds that a thread looks for more to do.
PATIENCE = 1e-3
# How many times it looks while that is measured.
TURNS = 100

# What lets the other thread of a core go on while this one looks.
_X86 = "declare void @llvm.x86.sse2.pause()", "call void @llvm.x86.sse2.pause()"
_ARM = "declare void @llvm.aarch64.hint(i32)", "call void @llvm.aarch64.hint(i32 1)"
_PAUSES = {"x86_64": _X86, "amd64": _X86, "aarch64": _ARM, "arm64": _ARM}
_PAUSE = _PAUSES.get(platform.machine().lower(), ("", ""))

# Where the words of a work are.
_AT = {"done": DONE} | {
    name: WORK + i for i, name in enumerate(("count", "loop", "words", "length", "apart", "threads"))
}
_WORDS = "\n".join(f"  %at_{name} = getelementptr i64, ptr %m, i64 {place}" for name, place in _AT.items())

# A share is taken by counting on where the number of the work is still what it was before the work was read, so that
# what was read is that work's.
_TEXT: Final = f"""
{_PAUSE[0]}
declare i32 @give_way()

define internal i64 @take(ptr %m, i64 %thread) {{
entry:
{_WORDS}
  br label %look
look:
  %taken = phi i64 [ 0, %entry ], [ %taken, %read ], [ %more, %run ]
  %next = load atomic i64, ptr %m acquire, align 8
  %share = and i64 %next, 4294967295
  %count = load atomic i64, ptr %at_count acquire, align 8
  %threads = load atomic i64, ptr %at_threads monotonic, align 8
  %more_shares = icmp slt i64 %share, %count
  %has_memory = icmp slt i64 %thread, %threads
  %some = and i1 %more_shares, %has_memory
  br i1 %some, label %read, label %none
none:
  ret i64 %taken
read:
  %loop = load atomic i64, ptr %at_loop monotonic, align 8
  %words = load atomic i64, ptr %at_words monotonic, align 8
  %length = load atomic i64, ptr %at_length monotonic, align 8
  %apart = load atomic i64, ptr %at_apart monotonic, align 8
  %after = add i64 %next, 1
  %pair = cmpxchg ptr %m, i64 %next, i64 %after acq_rel monotonic
  %mine = extractvalue {{ i64, i1 }} %pair, 1
  br i1 %mine, label %run, label %look
run:
  %of_thread = mul i64 %thread, %apart
  %of_share = mul i64 %share, %length
  %place = add i64 %of_thread, %of_share
  %start = inttoptr i64 %words to ptr
  %given = getelementptr i64, ptr %start, i64 %place
  %function = inttoptr i64 %loop to ptr
  %found = call i64 %function(ptr %given)
  %before = atomicrmw add ptr %at_done, i64 1 acq_rel
  %more = add i64 %taken, 1
  br label %look
}}

define i64 @help(ptr %m, i64 %thread, i64 %patience) {{
entry:
  br label %look
look:
  %turns = phi i64 [ 0, %entry ], [ %next, %again ], [ %next, %yield ]
  %found = call i64 @take(ptr %m, i64 %thread)
  %none = icmp eq i64 %found, 0
  %longer = add i64 %turns, 1
  %next = select i1 %none, i64 %longer, i64 0
  %patient = icmp slt i64 %next, %patience
  br i1 %patient, label %again, label %leave
again:
  {_PAUSE[1]}
  %some = and i64 %next, 31
  %often = icmp eq i64 %some, 31
  br i1 %often, label %yield, label %look
yield:
  %given_way = call i32 @give_way()
  br label %look
leave:
  %line = mul i64 %thread, {LINE}
  %place = add i64 %line, {AWAKE}
  %at_awake = getelementptr i64, ptr %m, i64 %place
  store atomic i64 0, ptr %at_awake release, align 8
  ret i64 0
}}

define i64 @give(ptr %m, i64 %patience, i64 %count, i64 %loop, i64 %words, i64 %length, i64 %apart, i64 %threads) {{
entry:
  %at_given = getelementptr i64, ptr %m, i64 {GIVEN}
  %pair = cmpxchg ptr %at_given, i64 0, i64 1 acquire monotonic
  %free = extractvalue {{ i64, i1 }} %pair, 1
  br i1 %free, label %say, label %alone
say:
{_WORDS}
  %last = load atomic i64, ptr %m monotonic, align 8
  %work = lshr i64 %last, 32
  %new = add i64 %work, 1
  %first = shl i64 %new, 32
  store atomic i64 0, ptr %at_count monotonic, align 8
  store atomic i64 %first, ptr %m release, align 8
  store atomic i64 0, ptr %at_done monotonic, align 8
  store atomic i64 %loop, ptr %at_loop monotonic, align 8
  store atomic i64 %words, ptr %at_words monotonic, align 8
  store atomic i64 %length, ptr %at_length monotonic, align 8
  store atomic i64 %apart, ptr %at_apart monotonic, align 8
  store atomic i64 %threads, ptr %at_threads monotonic, align 8
  store atomic i64 %count, ptr %at_count release, align 8
  %own = call i64 @take(ptr %m, i64 0)
  br label %wait
wait:
  %turns = phi i64 [ 0, %say ], [ %next, %pause ], [ %next, %sleep ]
  %done = load atomic i64, ptr %at_done acquire, align 8
  %all = icmp eq i64 %done, %count
  %next = add i64 %turns, 1
  br i1 %all, label %end, label %look
look:
  %soon = icmp slt i64 %turns, %patience
  br i1 %soon, label %pause, label %sleep
pause:
  {_PAUSE[1]}
  br label %wait
sleep:
  %ignored = call i32 @give_way()
  br label %wait
end:
  store atomic i64 0, ptr %at_given release, align 8
  ret i64 0
alone:
  %i = phi i64 [ 0, %entry ], [ %after, %each ]
  %left = icmp slt i64 %i, %count
  br i1 %left, label %each, label %finished
each:
  %place = mul i64 %i, %length
  %start = inttoptr i64 %words to ptr
  %given = getelementptr i64, ptr %start, i64 %place
  %function = inttoptr i64 %loop to ptr
  %found = call i64 %function(ptr %given)
  %after = add i64 %i, 1
  br label %alone
finished:
  ret i64 0
}}
"""


class _Helpers:
    """The threads of a process beside the caller's, and the memory where they look for work."""

    def __init__(self, count: int) -> None:
        memory = np.zeros(AWAKE + LINE * (count + 2), np.int64)
        first = -(memory.ctypes.data // memory.itemsize) % LINE
        self._memory = memory[first:]
        self._address = self._memory.ctypes.data
        number = ctypes.c_int64
        self._help = ctypes.CFUNCTYPE(number, *[number] * 3)(addresses("helpers", {"help": _TEXT})["help"])
        self._give = ctypes.CFUNCTYPE(number, *[number] * 8)(addresses("helpers", {"give": _TEXT})["give"])
        self._patience = int(PATIENCE * TURNS / max(1e-9, min(self._seconds(TURNS) for _ in range(10))))
        self._waking = threading.Lock()
        self._threads: Executor | None = None
        self._count = count

    def _seconds(self, turns: int) -> float:
        """How long it takes to look for work so many times; longer where other programs are at work."""
        start = time.perf_counter()
        self._help(self._address, 0, turns)
        return time.perf_counter() - start

    def give(self, loop: int, words: NDArray[np.int64]) -> None:
        """Run a loop for each share."""
        memories, shares, length = words.shape
        for thread in range(1, min(memories, shares, self._count + 1)):
            if not self._memory[AWAKE + LINE * thread]:
                self._wake(thread)
        self._give(self._address, self._patience, shares, loop, words.ctypes.data, length, shares * length, memories)

    def _wake(self, thread: int) -> None:
        """Let a thread look for work, unless it does so already."""
        place = AWAKE + LINE * thread
        with self._waking:
            if self._memory[place]:
                return
            from concurrent.futures import ThreadPoolExecutor

            self._threads = self._threads or ThreadPoolExecutor(self._count, "autograd")
            self._memory[place] = 1
            try:
                self._threads.submit(self._help, self._address, thread, self._patience)
            except RuntimeError:  # there may be no more threads, or the process is about to end
                self._memory[place] = 0
                self._threads = None  # it holds on to the work that no thread was started for


_of_process: dict[tuple[int, int], _Helpers] = {}  # one that was forked has none of its parent's threads
_making = threading.Lock()


def give(loop: int, words: NDArray[np.int64]) -> None:
    """Run a loop for each share, by whichever thread is free next.

    Args:
        loop: Its address.
        words: What it is given, (threads, shares, words): for each share the same work, in memory of each thread's own.
    """
    key = os.getpid(), threads.available()
    helpers = _of_process.get(key)
    if helpers is None:
        with _making:
            helpers = _of_process[key] = _of_process.get(key) or _Helpers(key[1] - 1)
    helpers.give(loop, words)
