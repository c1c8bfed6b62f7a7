"""`ag.compile`: a function that is recorded when it is first called, and replayed from then on."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

import numpy as np

from autograd.errors import DTypeError, ShapeError
from autograd.functional.trees import keys_and_parts, leaves, map_leaves
from autograd.graph.clock import CLOCK
from autograd.graph.hooks import check_settable, recorder
from autograd.graph.node import Node, new_node
from autograd.graph.order import topological_order
from autograd.program.arrays.routine import ArrayRoutine
from autograd.program.builder import Builder
from autograd.program.numbers.routine import Engine, Routine
from autograd.program.purity import Watch
from autograd.program.recorded import no_collection, record
from autograd.program.tape import Tape, record_graph
from autograd.program.traced_tensor import StandIns, record_operation, traced_node
from autograd.program.tracing import Traced, refuse
from autograd.tensor.tensor import Tensor
from autograd.value.value import Value

# Recordings kept for each compiled function: one for each form of its arguments.
KEPT = 64

_OUTPUT = object()

AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])


def compile(function: AnyFunction, engine: Engine | None = None) -> AnyFunction:
    """The same function, recorded on its first call and replayed after that.

    What is recorded is every operation on the numbers and arrays that are passed in, gradients that the function takes
    included; so ``ag.compile(ag.value_and_grad(loss))`` replays the loss and its gradient. Floats, arrays and nodes
    among the arguments, also inside tuples, lists and dicts, may hold other numbers at every call. Anything else
    (integers, strings, options), and the shapes and dtypes of arrays, are part of the recording, and other ones make
    another; the latest 64 are kept. Nodes that the function takes from outside are read anew at every call; plain
    arrays from outside stay as they were when it was recorded.

    Args:
        function: What to record. It must do the same for all numbers: no branch on a traced value, no conversion to a
            Python number, no randomness (but in `ag.live`), no change of a node's data (but by `ag.assign`). Each is
            refused with the line where it happens.
        engine: As for `Program.from_graph`.

    Returns:
        The compiled function. Its results have the form of the function's, with arrays for Tensors, and with floats
        for Values and for Tensors of a single number.

    Raises:
        RecordingError: When called: the function did something that cannot be recorded.

    Example:
        >>> import autograd as ag, numpy as np
        >>> slope = compile(ag.grad(lambda x: ag.tanh(x) * x), engine="numpy")
        >>> slope(0.0), round(slope(1.0), 6)
        (0.0, 1.181568)
        >>> fit = compile(ag.value_and_grad(lambda W, x: ag.mean((x @ W) ** 2)))
        >>> fit(np.array([1.0, 2.0]), np.array([[3.0, 4.0], [0.0, 1.0]]))
        (62.5, array([33., 46.]))
    """
    recordings: OrderedDict[Any, _Recording] = OrderedDict()

    @wraps(function)
    def compiled(*args: Any, **kwargs: Any) -> Any:
        if recorder.get() is not None:
            return function(*args, **kwargs)  # inside another recording
        given: list[Any] = []
        return recording(args, kwargs, given)(given)

    def recording(args: tuple[Any, ...], kwargs: dict[str, Any], given: list[Any]) -> _Recording:
        key = _signature((args, kwargs) if kwargs else args, given)
        found = recordings.get(key)
        if found is None:
            found = recordings[key] = _Recording(function, args, kwargs, engine)
            if len(recordings) > KEPT:
                recordings.popitem(last=False)
        else:
            recordings.move_to_end(key)
        return found

    compiled.recordings = recordings  # type: ignore[attr-defined]
    # For a caller who knows that the form of the arguments will stay as it is: called with their numbers and arrays.
    compiled.recording = lambda *args, **kwargs: recording(args, kwargs, [])  # type: ignore[attr-defined]
    return cast("AnyFunction", compiled)


def _is_number(x: Any) -> bool:
    return isinstance(x, float | np.floating | Value)


def _is_array(x: Any) -> bool:
    return isinstance(x, np.ndarray | Tensor) and x.dtype.kind in "fbiu"


def _signature(tree: Any, given: list[Any]) -> Any:
    """What a recording depends on: the form of the arguments, and whatever in them is not a number to be traced.

    The numbers and arrays that are traced go to ``given``. The usual kinds come first, as this precedes every replay.
    """
    kind = tree.__class__
    if kind is float:
        given.append(tree)
        return float
    if kind is int or kind is str or kind is bool:
        return kind, tree
    if kind is tuple or kind is list:
        return (kind, *[_signature(part, given) for part in tree])
    if kind is np.ndarray and tree.dtype.kind in "fbiu":
        given.append(tree)
        return tree.shape, tree.dtype
    if _is_array(tree):
        given.append(tree._raw if isinstance(tree, Tensor) else tree)
        return kind, tree.shape, tree.dtype, isinstance(tree, Tensor) and tree.requires_grad
    if _is_number(tree):
        given.append(tree._raw if isinstance(tree, Value) else float(tree))
        return float
    parts = keys_and_parts(tree)
    if parts is not None:
        return (kind, *zip(parts[0], [_signature(part, given) for part in parts[1]], strict=True))
    if isinstance(tree, np.ndarray):
        raise DTypeError(f"ag.compile takes arrays of real numbers, and one of the arguments holds {tree.dtype}")
    try:
        hash(tree)
    except TypeError:
        raise TypeError(
            f"ag.compile tells calls apart by their arguments, and {type(tree).__name__} is not hashable"
        ) from None
    return kind, tree


class _Source:
    """What is read at every replay; the first replay takes what was read while recording."""

    def __init__(self, read: Callable[[], Any], first: Any) -> None:
        self._read = read
        self._first: list[Any] = [first]
        self._shape = np.shape(first)
        self._dtype = first.dtype if _is_array(first) else None

    def __call__(self) -> Any:
        found = self._first.pop() if self._first else self._read()
        if isinstance(found, Node):
            found = found._raw
        if self._dtype is None and found.__class__ is float:
            return found
        if np.shape(found) != self._shape:
            raise ShapeError(f"ag.live gave shape {np.shape(found)}, and shape {self._shape} while it was recorded")
        return float(found) if self._dtype is None else np.asarray(found, self._dtype)


class _Recording:
    """One recording of a function: a routine, and how its results go back into the form of the function's."""

    def __init__(
        self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], engine: Engine | None
    ) -> None:
        self._sources: dict[Node, _Source] = {}
        self._updates: dict[Node, Any] = {}
        self._watch = Watch()
        self._stand_ins = StandIns()
        inputs: list[Node] = []

        def traced(x: Any) -> Any:
            if _is_array(x) or _is_number(x):
                inputs.append(self._stand_in(x))
                return inputs[-1]
            return x

        start = CLOCK.tick()  # nodes made from here on are the recording's own
        arguments = map_leaves(traced, (args, kwargs))
        output = self._watch.run(lambda: self._listening(function, *arguments))
        results = [x for x in leaves(output) if isinstance(x, Node)]
        self._form = map_leaves(lambda x: _OUTPUT if isinstance(x, Node) else x, output)
        roots = [*results, *self._updates.values()]
        order = topological_order(*roots)
        if any(node.kind == "array" for node in (*order, *self._updates)):
            self._run = self._of_arrays(inputs, results, start, engine)
        else:
            captured = [x for x in order if x.rule is None and not x.traced and x.stamp < start]
            self._run = self._of_numbers(inputs, captured, roots, len(results), engine)
        self._updates, self._sources = {}, {}  # they hold the graph

    def __call__(self, given: list[Any]) -> Any:
        results = self._run(given)
        if self._form is None:
            return None
        if self._form is _OUTPUT:
            return results[0]
        found = iter(results)
        return map_leaves(lambda x: next(found) if x is _OUTPUT else x, self._form)

    def _stand_in(self, x: Any) -> Node:
        """A traced leaf for a number or an array."""
        if not _is_array(x):
            return new_node(Traced, float(x._raw if isinstance(x, Value) else x), None, (), {}, True)
        zeros = self._stand_ins.like(x._raw if isinstance(x, Tensor) else x)
        return traced_node(zeros, requires_grad=isinstance(x, Tensor) and x.requires_grad)

    def _listening(self, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        token = recorder.set(self)
        try:
            return function(*args, **kwargs)
        finally:
            recorder.reset(token)

    # ---- what the function says while it runs ----------------------------------------------------------------------

    def apply(self, rule: Any, inputs: Any, attrs: dict[str, Any]) -> Any:
        """An operation on Tensors."""
        return record_operation(rule, inputs, attrs, self._stand_ins)

    def decide(self, what: str) -> None:
        """Refused: nodes from outside hold other numbers at the next replay."""
        refuse(what, "use ag.where, ag.maximum, ag.minimum or ag.clip; `is` for the same node")

    def read(self, source: Callable[[], Any]) -> Any:
        """A stand-in for what is read at every replay."""
        data = self._watch.unseen(source)
        node = self._stand_in(data)
        self._sources[node] = _Source(source, data)
        return node

    def set(self, leaf: Any, data: Any) -> None:
        """A leaf takes on new data at the end of every replay."""
        check_settable(leaf)
        if not isinstance(data, Node):
            data = Value(data) if leaf.kind == "scalar" else Tensor(data)
        expected, got = np.shape(leaf._raw), np.shape(data._raw)
        if expected != got:
            raise ShapeError(f"data of shape {got} assigned to {leaf!r}: expected shape {expected}")
        self._updates[leaf] = data

    # ---- how it is replayed ----------------------------------------------------------------------------------------

    def _of_numbers(
        self, inputs: list[Node], captured: list[Node], roots: list[Node], count: int, engine: Engine | None
    ) -> Callable[[list[Any]], list[Any]]:
        builder = Builder()
        with no_collection():
            places = record(builder, roots, [*inputs, *self._sources, *captured])
            routine = Routine(builder, places, engine) if places else None
        sources, targets = list(self._sources.values()), list(self._updates)

        def run(numbers: list[Any]) -> list[Any]:
            if routine is None:
                return []
            everything = [*numbers, *(read() for read in sources), *(leaf._raw for leaf in captured)]
            first, others = routine.run(np.array(everything, np.float64))
            found = [first, *others.tolist()]
            for leaf, number in zip(targets, found[count:], strict=True):
                leaf.data = number  # type: ignore[attr-defined]
            return found[:count]

        return run

    def _of_arrays(
        self, inputs: list[Node], results: list[Node], start: int, engine: Engine | None
    ) -> Callable[[list[Any]], list[Any]]:
        tape = Tape()
        places = {x: tape.argument(x._raw) for x in inputs}
        places |= {x: tape.source(source, x._raw) for x, source in self._sources.items()}
        found = record_graph(tape, [*results, *self._updates.values()], places, start)
        tape.outputs = found[: len(results)]
        tape.updates = list(zip(self._updates, found[len(results) :], strict=True))
        self.routine = ArrayRoutine(tape, engine=engine)
        return self.routine.run
