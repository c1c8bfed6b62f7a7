"""`ag.compile`: a function that is recorded when it is first called, and replayed from then on."""

from __future__ import annotations

import gc
import random
import sys
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from types import FrameType
from typing import Any

import numpy as np

from autograd.graph import Node, new_node, topological_order
from autograd.memory import CLOCK
from autograd.mode import enable_grad
from autograd.program.builder import Builder
from autograd.program.recorded import no_collection, record
from autograd.program.routine import Engine, Routine
from autograd.program.traced import RecordingError, Traced, at_line
from autograd.trees import leaves, map_leaves
from autograd.value import Value

# Recordings kept for each compiled function: one for each form of its arguments.
KEPT = 64

_OUTPUT = object()


def compile(function: Callable[..., Any], engine: Engine | None = None) -> Callable[..., Any]:
    """The same function, recorded on its first call and replayed after that.

    What is recorded is every operation on the numbers that are passed in, gradients that the function takes included;
    so ``ag.compile(ag.value_and_grad(loss))`` replays the loss and its gradient. Floats (and Values) among the
    arguments, also inside tuples, lists and dicts, may be others at every call; anything else (integers, strings,
    options) is part of the recording, and other ones make another. Values that the function takes from outside are
    read anew at every call.

    Args:
        function: What to record. It must do the same for all numbers: no branch on a traced value, no conversion to a
            Python number, no randomness, no change of a node's data. Each is refused with the line where it happens.
        engine: As for `Program.from_graph`.

    Returns:
        The compiled function. Its results have the form of the function's, with floats for Values.

    Raises:
        RecordingError: When called: the function did something that cannot be recorded.

    Example:
        >>> import autograd as ag
        >>> slope = compile(ag.grad(lambda x: ag.tanh(x) * x), engine="numpy")
        >>> slope(0.0), round(slope(1.0), 6)
        (0.0, 1.181568)
    """
    recordings: OrderedDict[Any, _Recording] = OrderedDict()

    @wraps(function)
    def compiled(*args: Any, **kwargs: Any) -> Any:
        given = leaves((args, kwargs))
        if any(isinstance(x, Traced) for x in given):
            return function(*args, **kwargs)  # inside another recording
        key = _signature((args, kwargs))
        found = recordings.get(key)
        if found is None:
            found = recordings[key] = _Recording(function, args, kwargs, engine)
            if len(recordings) > KEPT:
                recordings.popitem(last=False)
        else:
            recordings.move_to_end(key)
        return found([x for x in given if _is_number(x)])

    compiled.recordings = recordings  # type: ignore[attr-defined]
    return compiled


def _is_number(x: Any) -> bool:
    return isinstance(x, float | np.floating | Value) and not isinstance(x, bool)


def _signature(tree: Any) -> Any:
    """What a recording depends on: the form of the arguments, and whatever in them is not a number to be traced."""
    if isinstance(tree, dict):
        return (dict, tuple((key, _signature(part)) for key, part in tree.items()))
    if isinstance(tree, list | tuple):
        return (type(tree), tuple(map(_signature, tree)))
    if _is_number(tree):
        return float
    if isinstance(tree, Node | np.ndarray):
        message = (
            f"ag.compile records functions of numbers, and an argument is {type(tree).__name__} of shape "
            f"{getattr(tree, 'shape', ())}: pass its entries as a list, or call the function as it is"
        )
        raise TypeError(message)
    try:
        hash(tree)
    except TypeError:
        message = f"ag.compile tells calls apart by their arguments, and {type(tree).__name__} is not hashable"
        raise TypeError(message) from None
    return (type(tree), tree)


class _Recording:
    """One recording of a function: a routine, and how its results go back into the form of the function's."""

    def __init__(
        self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], engine: Engine | None
    ) -> None:
        inputs: list[Node] = []

        def traced(x: Any) -> Any:
            if not _is_number(x):
                return x
            number = x._data if isinstance(x, Value) else float(x)
            inputs.append(new_node(Traced, number, None, (), {}, True))
            return inputs[-1]

        start = CLOCK.tick()  # nodes made from here on are the recording's own
        arguments = map_leaves(traced, (args, kwargs))
        output = _watched(function, *arguments)
        results = [x for x in leaves(output) if isinstance(x, Value)]
        order = topological_order(*results)
        self.captured = [x for x in order if x.rule is None and not isinstance(x, Traced) and x.stamp < start]
        self.form = map_leaves(lambda x: _OUTPUT if isinstance(x, Value) else x, output)
        builder = Builder()
        with no_collection():
            places = record(builder, results, [*inputs, *self.captured])
            self.routine = Routine(builder, places, engine) if places else None

    def __call__(self, numbers: list[Any]) -> Any:
        if self.routine is None:
            return self.form
        plain = [x._data if isinstance(x, Value) else x for x in (*numbers, *self.captured)]
        first, others = self.routine.run(np.array(plain, np.float64))
        found = iter((first, *others.tolist()))
        return map_leaves(lambda x: next(found) if x is _OUTPUT else x, self.form)


# ---- what a recording cannot see ------------------------------------------------------------------------------------


def _watched(function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
    """The function's result, if nothing changed meanwhile that a replay would not change.

    Raises:
        RecordingError: Random numbers were drawn, or a node's data was set; with the line, found by a second run.
    """
    generators = [x for x in gc.get_objects() if issubclass(type(x), np.random.Generator | np.random.RandomState)]
    before = _state(generators)
    with enable_grad():
        output = function(*args, **kwargs)
    after = _state(generators)
    if after == before:
        return output
    drawn = after[1:] != before[1:]
    what = "random numbers" if drawn else "setting a node's data"
    instead = "pass them in as arguments" if drawn else "return the new number, and set it after the call"
    where = at_line(*_line_of_change(function, args, kwargs, lambda: _state(generators)))
    message = f"ag.compile cannot record {what}{where}: {instead}"
    raise RecordingError(message)


def _state(generators: list[Any]) -> tuple[Any, ...]:
    states = []
    for generator in generators:
        bits = generator.bit_generator if isinstance(generator, np.random.Generator) else generator._bit_generator
        states.append(str(bits.state))
    return (CLOCK.now, random.getstate(), str(np.random.get_state()), *states)  # noqa: NPY002 - what users may call


def _line_of_change(function: Callable[..., Any], args: Any, kwargs: Any, state: Callable[[], Any]) -> tuple[str, int]:
    """The line after which the state was another, of a second run that is watched line by line."""
    before = state()
    line: tuple[str, int] = ("", 0)
    found: list[tuple[str, int]] = []

    def watch(frame: FrameType, *_: Any) -> Any:
        nonlocal line
        if frame.f_globals.get("__name__", "").split(".")[0] == "autograd":
            return None
        if not found and line[1] and state() != before:
            found.append(line)
        line = (frame.f_code.co_filename, frame.f_lineno)
        return None if found else watch

    previous = sys.gettrace()
    sys.settrace(watch)
    try:
        with enable_grad():
            function(*args, **kwargs)
    finally:
        sys.settrace(previous)
    return found[0] if found else line
