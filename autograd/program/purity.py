"""What a trace cannot see, and so must not happen: random numbers drawn, and nodes set, by the function itself."""

from __future__ import annotations

import gc
import pickle
import random
import sys
import threading
import weakref
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any

import numpy as np

from autograd.graph.clock import CLOCK
from autograd.graph.mode import enable_grad
from autograd.program.refusal import refuse

# How often a function is run to see whether it draws random numbers, or another thread does.
RUNS = 5


class Purity:
    """Notices changes that a replay would not repeat: of nodes, and of every random generator there is."""

    def __init__(self) -> None:
        self._generators = GENERATORS.all()
        self._before: tuple[Any, ...] = ()

    def check(self, function: Callable[[], Any]) -> Any:
        """The function's result, if nothing changed meanwhile.

        Raises:
            RecordingError: Random numbers were drawn, or a node's data was set; with the line, found by a second run.
        """
        after: tuple[Any, ...] = ()
        for _ in range(RUNS if threading.active_count() > 1 else 1):  # another thread may draw numbers meanwhile
            self._before = self._state()
            with enable_grad():
                output = function()
            after = self._state()
            if after == self._before:
                return output
        if after[1:] != self._before[1:]:
            found = "random numbers", "pass them in as arguments, or draw them in ag.live(…)"
        else:
            found = "setting a node's data", "use ag.assign, or return the new data and set it after the call"
        return refuse(*found, self._line_of_change(function))

    def unseen(self, function: Callable[[], Any]) -> Any:
        """The function's result; what it changes does not count."""
        clean = self._state() == self._before
        found = function()
        if clean:
            self._before = self._state()
        return found

    def _state(self) -> tuple[Any, ...]:
        states: list[Any] = []
        for generator in self._generators:
            if isinstance(generator, random.Random):
                states.append(generator.getstate())
            elif isinstance(generator, np.random.RandomState):  # whose normal numbers come in pairs, one kept in store
                states.append(pickle.dumps(generator.get_state(legacy=False)))
            else:
                states.append(pickle.dumps(generator.bit_generator.state))
        # NumPy's global generator too, which users may call.
        return (CLOCK.ticks_here, pickle.dumps(np.random.get_state(legacy=False)), *states)  # noqa: NPY002

    def _line_of_change(self, function: Callable[[], Any]) -> tuple[str, int]:
        """The line after which the state was another, of a second run that is watched line by line."""
        self._before = self._state()
        line: tuple[str, int] = ("", 0)
        found: list[tuple[str, int]] = []

        def watch(frame: FrameType, *_: Any) -> Any:
            nonlocal line
            if frame.f_globals.get("__name__", "").split(".")[0] in ("autograd", "numpy", "random"):
                return None
            if not found and line[1] and self._state() != self._before:
                found.append(line)
            line = (frame.f_code.co_filename, frame.f_lineno)
            return None if found else watch

        previous = sys.gettrace()
        sys.settrace(watch)
        try:
            with enable_grad():
                function()
        finally:
            sys.settrace(previous)
        return found[0] if found else line


class _Generators:
    """Every random generator there is.

    To look at every object takes 50 ms where large libraries are loaded. What has been looked at need not be again: an
    object is young until the collector has passed it twice, so unless it ran on more than the youngest meanwhile, the
    old ones are those of the last time.
    """

    def __init__(self) -> None:
        self._passes: Any = None
        self._old: list[Callable[[], Any]] = []

    def all(self) -> list[Any]:
        """The generators, old and young."""
        kinds = set[type]().union(*map(_with_subclasses, (np.random.Generator, np.random.RandomState, random.Random)))
        kinds -= _with_subclasses(random.SystemRandom)
        passes = self._passes_now()
        if passes is None:  # this collector has other generations
            return _among(gc.get_objects(), kinds)
        if passes != self._passes:
            self._old = [_reference(x) for x in _among(gc.get_objects(2), kinds)]
            self._passes = passes
        young = [x for generation in (0, 1) for x in _among(gc.get_objects(generation), kinds)]
        if self._passes_now() != passes:  # it ran while we looked
            return _among(gc.get_objects(), kinds)
        return [x for reference in self._old if (x := reference()) is not None] + young

    @staticmethod
    def _passes_now() -> Any:
        """What stays the same while nothing becomes old."""
        if sys.version_info >= (3, 14) or not getattr(sys, "_is_gil_enabled", lambda: True)():
            return None
        return [kind["collections"] for kind in gc.get_stats()[1:]]


GENERATORS = _Generators()


def _among(objects: Iterable[Any], kinds: set[type]) -> list[Any]:
    return [x for x in objects if type(x) in kinds]


def _reference(x: Any) -> Callable[[], Any]:
    """A way to an object that does not keep it, where its type has one; NumPy's generators are small."""
    return weakref.ref(x) if type(x).__weakrefoffset__ else lambda: x


def _with_subclasses(kind: type) -> set[type]:
    return {kind}.union(*map(_with_subclasses, kind.__subclasses__()))
