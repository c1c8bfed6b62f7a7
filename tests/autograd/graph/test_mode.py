"""Whether operations are recorded: blocks, decorators, generators, threads and tasks."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import itertools
import sys
import threading
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

import autograd as ag
from autograd import Value
from autograd.graph import mode as mode_module


def recorded() -> bool:
    found = (Value(1.0) * 2.0).requires_grad
    assert ag.is_recording() is found
    return found


def held(mode: Any) -> Iterator[bool]:
    with mode:
        while True:
            yield recorded()


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("shared", [False, True])
def test_generators_that_hold_modes_may_end_in_any_order(first: int, shared: bool) -> None:
    mode = ag.no_grad()
    generators: list[Any] = [held(mode if shared else ag.no_grad()) for _ in range(2)]
    assert not any(map(next, generators))
    generators[first].close()
    assert not recorded()  # the other is open still
    generators[1 - first].close()
    assert recorded()


def test_the_innermost_open_block_decides() -> None:
    off: Any = held(ag.no_grad())
    on: Any = held(ag.enable_grad())
    assert not next(off)
    assert next(on)
    off.close()
    assert recorded()
    with ag.no_grad():
        assert not recorded()
        on.close()
        assert not recorded()
    assert recorded()


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
def test_of_those_that_are_open_the_innermost_decides_whatever_ends_first(order: tuple[int, ...]) -> None:
    for kinds in itertools.product((ag.no_grad, ag.enable_grad), repeat=3):
        blocks, left = [kind() for kind in kinds], [0, 1, 2]
        for block in blocks:
            block.__enter__()
        for ending in order:
            blocks[ending].__exit__()
            left.remove(ending)
            assert recorded() is (kinds[left[-1]] is ag.enable_grad if left else True)


def test_one_object_serves_any_number_of_blocks() -> None:
    mode = ag.no_grad()
    with mode:
        with mode, ag.enable_grad(), mode:
            assert not recorded()
        assert not recorded()
    assert recorded()
    with mode:
        assert not recorded()
    assert recorded()


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("way", ["close", "forget", "exit"])
def test_a_block_that_ends_in_another_thread_ends_where_it_was_opened(way: str, nested: bool) -> None:
    """A generator that the garbage collector ends goes in whichever thread that runs."""
    mode = ag.no_grad()
    kept: list[Any] = [held(mode)] if way == "close" else [mode]
    if way == "close":
        next(kept[0])
    else:
        mode.__enter__()
    del mode
    outer = ag.no_grad() if nested else ag.enable_grad()
    seen: list[bool] = []

    def end() -> None:
        with outer:
            thing = kept.pop()
            if way != "forget":
                thing.close() if way == "close" else thing.__exit__()
            del thing
            seen.append(recorded())
        seen.append(recorded())

    assert not recorded()
    thread = threading.Thread(target=end)
    thread.start()
    thread.join()
    assert seen == [not nested, True]
    assert recorded()
    with ag.no_grad():
        assert not recorded()


def test_a_task_of_its_own_keeps_what_it_was_started_in() -> None:
    with ag.no_grad():
        context = contextvars.copy_context()
    assert recorded()
    assert not context.run(recorded)


def test_decorators() -> None:
    mode = ag.no_grad()

    @mode
    def function(x: Any, *, scale: float = 1.0) -> Any:
        """Documented."""
        return x * scale

    @mode
    def generator(x: Any) -> Any:
        while x is not None:
            assert not recorded()
            x = yield x * 2.0
            assert not recorded()
        return "end"

    @mode
    async def coroutine(x: Any) -> Any:
        await asyncio.sleep(0)
        assert not recorded()
        return x * 2.0

    assert not function(Value(1.0), scale=2.0).requires_grad
    assert function.__doc__ == "Documented."
    steps = generator(Value(1.0))
    assert not next(steps).requires_grad
    assert recorded()  # while the generator waits
    assert not steps.send(Value(2.0)).requires_grad
    with pytest.raises(StopIteration) as end:
        steps.send(None)
    assert end.value.value == "end"
    assert not asyncio.run(coroutine(Value(1.0))).requires_grad
    assert recorded()


def test_a_decorated_generator_is_told_of_exceptions_and_of_its_end() -> None:
    told: list[str] = []

    @ag.no_grad()
    def generator() -> Iterator[int]:
        try:
            try:
                yield 1
            except KeyError:
                told.append(f"KeyError, {recorded()}")
                yield 2
        finally:
            told.append(f"end, {recorded()}")

    steps: Any = generator()
    assert next(steps) == 1
    assert steps.throw(KeyError()) == 2
    steps.close()
    assert told == ["KeyError, False", "end, False"]
    assert recorded()


def test_tasks_have_modes_of_their_own() -> None:
    seen: dict[str, bool] = {}

    async def work(name: str, mode: Any) -> None:
        with mode:
            await asyncio.sleep(0)
            seen[name] = recorded()
            await asyncio.sleep(0)

    async def both() -> None:
        await asyncio.gather(work("off", ag.no_grad()), work("on", ag.enable_grad()))

    asyncio.run(both())
    assert seen == {"off": False, "on": True}


def test_a_task_that_outlives_the_block_it_began_in_leaves_nothing() -> None:
    async def inner(go_on: asyncio.Event) -> bool:
        await go_on.wait()
        with ag.no_grad():
            assert not recorded()
        return recorded()

    async def outer() -> bool:
        go_on = asyncio.Event()
        with ag.no_grad():
            task = asyncio.create_task(inner(go_on))
            await asyncio.sleep(0)
        go_on.set()
        return await task

    before = len(mode_module._STATES)
    assert all(asyncio.run(outer()) for _ in range(3))
    assert len(mode_module._STATES) == before


def test_a_block_that_is_closed_in_another_thread_leaves_nothing() -> None:
    before, block = len(mode_module._STATES), ag.no_grad()
    opening = threading.Thread(target=block.__enter__)
    opening.start()
    opening.join()
    assert len(mode_module._STATES) == before + 1
    block.__exit__(None, None, None)
    assert len(mode_module._STATES) == before


@pytest.mark.parametrize("moment", range(40))
def test_an_interrupt_at_any_moment_closes_the_block(moment: int) -> None:
    """Ctrl-C may come before the first line of __exit__, after which nobody calls it any more."""
    left = moment

    def trace(frame: Any, event: str, _: Any) -> Any:
        nonlocal left
        if frame.f_code.co_filename != mode_module.__file__:
            return None
        frame.f_trace_opcodes = True
        if event in ("call", "opcode"):
            if not left:
                left = -1
                raise KeyboardInterrupt
            left -= left > 0
        return trace

    def block() -> None:
        with ag.no_grad(), ag.enable_grad(), ag.no_grad():
            pass

    @ag.no_grad
    def decorated() -> None:
        pass

    for work in (block, decorated):
        left, before = moment, sys.gettrace()
        sys.settrace(trace)
        with contextlib.suppress(KeyboardInterrupt):
            work()
        sys.settrace(before)
        assert ag.is_recording(), work


def test_of_modes_that_are_gone_none_but_they_are_left_out() -> None:
    outer, inner, gone = (mode_module._Mode.__new__(mode_module.no_grad) for _ in range(3))
    kept = tuple(weakref.ref(mode) for mode in (outer, inner))
    for count in (1, 2):
        modes = (*kept, *[weakref.ref(gone)] * count)
        if count == 2:
            del gone
        assert mode_module._State().decided_by(modes).open == (kept if count == 2 else modes)
    mode_module._STATES.clear()
