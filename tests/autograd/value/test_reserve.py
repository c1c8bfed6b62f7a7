"""Nodes made in advance: as many as are kept, and a collector that is never left off."""

from __future__ import annotations

import gc
import sys
from typing import Any

import pytest

from autograd import Value
from autograd.value import reserve as reserve_module
from autograd.value.reserve import LARGEST, Reserve


class Blank:
    __slots__ = ("__weakref__",)


def drain(reserve: Reserve, count: int) -> list[Any]:
    taken = []
    for _ in range(count):
        try:
            taken.append(reserve.ready.pop())
        except IndexError:
            taken.append(reserve.refill())
    return taken


def test_a_reserve_grows_with_what_is_kept_and_shrinks_with_what_is_not() -> None:
    reserve = Reserve(Blank)
    kept = drain(reserve, 50_000)
    assert len({id(x) for x in kept}) == 50_000
    assert 1000 < len(reserve.ready) <= LARGEST
    del kept
    for _ in range(100_000):
        drain(reserve, 1)
    assert len(reserve.ready) < 200


@pytest.mark.parametrize("enabled", [False, True])
def test_a_reserve_leaves_the_collector_as_it_was(enabled: bool) -> None:
    before = gc.isenabled()
    try:
        (gc.enable if enabled else gc.disable)()
        reserve = Reserve(Blank)
        drain(reserve, 1)
        assert gc.isenabled() is enabled
        assert reserve.ready
    finally:
        (gc.enable if before else gc.disable)()


def test_an_interrupt_at_any_moment_leaves_the_collector_on() -> None:
    moments = 0

    def interrupted(reserve: Reserve, moment: int) -> bool:
        """Whether refilling was interrupted before its step of that number; its code goes by Python's instructions."""
        left = moment

        def trace(frame: Any, event: str, _: Any) -> Any:
            nonlocal left
            if frame.f_code.co_filename != reserve_module.__file__:
                return None
            frame.f_trace_opcodes = True
            if event == "opcode":
                if not left:
                    raise KeyboardInterrupt
                left -= 1
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            reserve.refill()
        except KeyboardInterrupt:
            return True
        finally:
            sys.settrace(before)
        return False

    while interrupted(Reserve(Blank), moments):
        assert gc.isenabled()
        moments += 1
    assert moments > 50


def test_a_reserve_that_another_thread_has_emptied() -> None:
    reserve = Reserve(Blank)
    reserve.ready = Emptied()
    assert type(reserve.refill()) is Blank


class Emptied(list[Any]):
    """A list from which others take everything at once."""

    def extend(self, _: Any) -> None:
        return None


def test_a_large_graph_wakes_the_collector_seldom() -> None:
    wakes: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            wakes.append(info["generation"])

    gc.callbacks.append(note)
    try:
        y = x = Value(1.0)
        for _ in range(100_000):
            y = y * x
    finally:
        gc.callbacks.remove(note)
    assert len(wakes) < 30  # 285 where each node is made by itself
