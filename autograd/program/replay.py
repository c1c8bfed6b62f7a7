"""`ag.compile`: a function that is traced when it is first called, and replayed from then on."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, TypeVar, cast

import numpy as np

from autograd.arguments import explained
from autograd.elsewhere import a_kind
from autograd.errors import DTypeError
from autograd.functional.trees import keys_and_parts, leaves, map_leaves
from autograd.graph.hooks import current_tracer
from autograd.graph.mode import recording
from autograd.graph.node import Node
from autograd.program.native.engine import Engine
from autograd.program.routine import prepare
from autograd.program.tape import Entry
from autograd.program.tracing import Tracer, VariablesWanted, is_array, is_number, plain
from autograd.tensor.tensor import Tensor
from autograd.value.value import Value

# Traces kept for each compiled function: one for each form of its arguments.
KEPT = 64

_OUTPUT = object()


AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])


class _Differentiated(Exception):  # noqa: N818 - no error
    """A gradient may flow through one of the arguments, which a replay's plain numbers would stop."""


@explained
def compile(function: AnyFunction, engine: Engine | None = None) -> AnyFunction:
    """The same function, recorded on its first call and replayed after that.

    What is recorded is every operation on the numbers and arrays that are passed in, gradients that the function takes
    included; so ``ag.compile(ag.value_and_grad(loss))`` replays the loss and its gradient,
    and ``ag.gradients(…, create_graph=True)`` may differentiate for an argument. Floats, arrays and nodes
    among the arguments, also inside tuples, lists and dicts, may hold other numbers at every call. Anything else
    (integers, strings, options), and the shapes and dtypes of arrays, are part of the trace, and other ones make
    another; the latest 64 are kept. Nodes that the function takes from outside are read anew at every call; plain
    arrays from outside stay as they were when it was recorded.

    Args:
        function: What to record. It must do the same for all numbers: no branch on a traced value, no conversion to a
            Python number, no randomness (but in `ag.live`), no change of a node's data (but by `ag.assign`). Each is
            refused with the line where it happens.
        engine: As for `Program.from_graph`.

    Returns:
        The compiled function. Its results have the form of the function's, with arrays for Tensors, and with floats
        for Values and for Tensors of a single number (NumPy's, for other widths). Where a gradient may flow through an
        argument (a node that requires one, outside of `no_grad`), it is the function itself that is called, so that it
        can be differentiated.

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
    if not callable(function):
        raise TypeError(f"compile takes a function, not {a_kind(function)}; pass e.g. ag.value_and_grad(loss)")
    traces: OrderedDict[Any, _Trace] = OrderedDict()

    @wraps(function)
    def compiled(*args: Any, **kwargs: Any) -> Any:
        if current_tracer() is not None:
            return function(*args, **kwargs)  # inside another trace
        given: list[Any] = []
        try:
            replay = trace(args, kwargs, given)
        except _Differentiated:
            replay = None  # not here, where an error of the function's would seem to follow from this one
        return function(*args, **kwargs) if replay is None else replay(given, typed=True)

    def trace(args: tuple[Any, ...], kwargs: dict[str, Any], given: list[Any]) -> _Trace:
        key = _signature((args, kwargs) if kwargs else args, given)
        found = traces.get(key)
        if found is None:
            found = traces[key] = _Trace(function, args, kwargs, engine)
            if len(traces) > KEPT:
                traces.popitem(last=False)
        else:
            traces.move_to_end(key)
        return found

    compiled.traces = traces  # type: ignore[attr-defined]
    # For a caller who knows that the form of the arguments will stay as it is: called with their numbers and arrays.
    compiled.trace = lambda *args, **kwargs: trace(args, kwargs, [])  # type: ignore[attr-defined]
    return cast("AnyFunction", compiled)


def _signature(tree: Any, given: list[Any]) -> Any:
    """What a trace depends on: the form of the arguments, and whatever in them is not a number to be traced.

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
    if kind is np.ndarray and tree.dtype.kind in "fbiuc":
        given.append(tree)
        return tree.shape, tree.dtype
    if is_array(tree):
        if isinstance(tree, Tensor) and tree.requires_grad and recording():
            raise _Differentiated
        given.append(tree._raw if isinstance(tree, Tensor) else np.asarray(tree))
        return kind, tree.shape, tree.dtype, isinstance(tree, Tensor) and tree.requires_grad
    if is_number(tree):
        if isinstance(tree, Value) and tree.requires_grad and recording():
            raise _Differentiated
        given.append(tree._raw if isinstance(tree, Value) else float(tree))
        return float
    parts = keys_and_parts(tree)
    if parts is not None:
        return (kind, *zip(parts[0], [_signature(part, given) for part in parts[1]], strict=True))
    if isinstance(tree, np.ndarray):
        raise DTypeError(f"ag.compile takes arrays of numbers, and one of the arguments holds {tree.dtype}")
    try:
        hash(tree)
    except TypeError:
        raise TypeError(
            f"ag.compile tells calls apart by their arguments, and {type(tree).__name__} is not hashable"
        ) from None
    return kind, tree


class _Trace:
    """One trace of a function: a routine, and how its results go back into the form of the function's."""

    def __init__(
        self, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], engine: Engine | None
    ) -> None:
        self._as_arrays = variables = False
        failed: Exception | None = None
        while True:
            try:
                tracer, output = _traced(function, args, kwargs, self._as_arrays, variables)
                break
            except VariablesWanted:
                variables = True
            except (TypeError, AttributeError) as error:
                # Perhaps it makes arrays of its numbers, np.array([a, b]), as derivatives not compiled let it. If it
                # does not, the error is the first one, which speaks of numbers.
                if failed is not None:
                    raise failed from None
                if not any(map(is_number, leaves((args, kwargs)))):
                    raise
                self._as_arrays, failed = True, error
        del failed  # and with it what it holds on to
        if any(isinstance(x, Iterator) for x in leaves(output)):
            raise TypeError(f"ag.compile of a function that gives {a_kind(output)}: give a list of its parts")
        self._form = map_leaves(lambda x: _OUTPUT if isinstance(x, Node) else x, output)
        self._is_flat = type(output) is tuple and all(isinstance(x, Node) for x in output)
        tape = tracer.finish([x for x in leaves(output) if isinstance(x, Node)])
        entries = [tape.entries[place] for place in tape.outputs]
        self._types = [(i, kind) for i, x in enumerate(entries) if (kind := _type_of_number(x)) is not None]
        self.routine = prepare(tape, engine)
        self._run = self.routine.run

    def __call__(self, given: list[Any], *, typed: bool = False) -> Any:
        results = self._run([*map(np.asarray, given)] if self._as_arrays else given)
        if typed:  # for a user, who gets what is a single number in the type that the function gives
            for i, kind in self._types:
                results[i] = kind(results[i])
        if self._form is None:
            return None
        if self._form is _OUTPUT:
            return results[0]
        if self._is_flat:
            return tuple(results)
        found = iter(results)
        return map_leaves(lambda x: next(found) if x is _OUTPUT else x, self._form)


_OF_PYTHON = frozenset(map(np.dtype, (bool, np.int64, float, complex)))


def _type_of_number(entry: Entry) -> Any:
    """The type of a single number, if no number of Python's has its width; None for those, and for arrays."""
    if entry.dtype is not None:
        return None if entry.shape or entry.dtype in _OF_PYTHON else entry.dtype.type
    ufunc = None if entry.rule is None else entry.rule.ufunc
    return bool if ufunc is not None and f"{'d' * ufunc.nin}->?" in ufunc.types else None


def _traced(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], as_arrays: bool, variables: bool
) -> tuple[Tracer, Any]:
    """What the function gives of traced nodes, and who took it down.

    Args:
        function: What is traced.
        args: Its arguments.
        kwargs: The named ones.
        as_arrays: Whether numbers are arrays without axes.
        variables: Whether an array is a variable, as a number always is.
    """
    tracer = Tracer(variables=variables)

    def traced(x: Any) -> Any:
        if not (is_array(x) or is_number(x)):
            return x
        data = np.asarray(plain(x)) if as_arrays else plain(x)
        if is_array(x):
            return tracer.argument(data, x.dtype.kind in "fc" and (variables or getattr(x, "requires_grad", False)))
        return tracer.argument(data, requires_grad=True)

    args, kwargs = map_leaves(traced, (args, kwargs))
    return tracer, tracer.trace(lambda: function(*args, **kwargs))
