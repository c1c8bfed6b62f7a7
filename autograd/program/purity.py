"""What a trace cannot see, and so must not happen: random numbers drawn, and nodes set, by the function itself."""

from __future__ import annotations

import gc
import pickle
import random
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import numpy as np

from autograd.graph.clock import CLOCK
from autograd.graph.mode import enable_grad
from autograd.program.refusal import refuse


class Purity:
    """Notices changes that a replay would not repeat: of nodes, and of every random generator there is."""

    def __init__(self) -> None:
        kinds = set[type]().union(*map(_with_subclasses, (np.random.Generator, np.random.RandomState, random.Random)))
        self._generators = [x for x in gc.get_objects() if type(x) in kinds and not isinstance(x, random.SystemRandom)]
        self._before: tuple[Any, ...] = ()

    def check(self, function: Callable[[], Any]) -> Any:
        """The function's result, if nothing changed meanwhile.

        Raises:
            RecordingError: Random numbers were drawn, or a node's data was set; with the line, found by a second run.
        """
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
            else:
                bits = getattr(generator, "bit_generator", None) or generator._bit_generator
                states.append(pickle.dumps(bits.state))
        # NumPy's global generator too, which users may call.
        return (CLOCK.now, pickle.dumps(np.random.get_state(legacy=False)), *states)  # noqa: NPY002

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


def _with_subclasses(kind: type) -> set[type]:
    return {kind}.union(*map(_with_subclasses, kind.__subclasses__()))
