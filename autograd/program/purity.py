"""What a recording cannot see, and so must not happen: random numbers drawn, and nodes set, by the function itself."""

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
from autograd.program.tracing import RecordingError, at_line


class Watch:
    """Notices changes that a replay would not repeat."""

    def __init__(self) -> None:
        kinds = {*_with_subclasses(np.random.Generator), *_with_subclasses(np.random.RandomState)}
        self._generators = [x for x in gc.get_objects() if type(x) in kinds]
        self._before: tuple[Any, ...] = ()

    def run(self, function: Callable[[], Any]) -> Any:
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
        drawn = after[1:] != self._before[1:]
        what = "random numbers" if drawn else "setting a node's data"
        instead = (
            "pass them in as arguments, or draw them in ag.live(…)"
            if drawn
            else "use ag.assign, or return the new data and set it after the call"
        )
        where = at_line(*self._line_of_change(function))
        raise RecordingError(f"ag.compile cannot record {what}{where}: {instead}")

    def unseen(self, function: Callable[[], Any]) -> Any:
        """The function's result; what it changes does not count."""
        clean = self._state() == self._before
        found = function()
        if clean:
            self._before = self._state()
        return found

    def _state(self) -> tuple[Any, ...]:
        states = []
        for generator in self._generators:
            bits = generator.bit_generator if isinstance(generator, np.random.Generator) else generator._bit_generator
            states.append(pickle.dumps(bits.state))
        # The global generators too, which users may call.
        both = random.getstate(), pickle.dumps(np.random.get_state(legacy=False))  # noqa: NPY002
        return (CLOCK.now, *both, *states)

    def _line_of_change(self, function: Callable[[], Any]) -> tuple[str, int]:
        """The line after which the state was another, of a second run that is watched line by line."""
        self._before = self._state()
        line: tuple[str, int] = ("", 0)
        found: list[tuple[str, int]] = []

        def watch(frame: FrameType, *_: Any) -> Any:
            nonlocal line
            if frame.f_globals.get("__name__", "").split(".")[0] in ("autograd", "numpy"):
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
