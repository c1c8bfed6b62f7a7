"""Who is told while a graph is made: what records it for replays, and what wants to know which module made a node.

`live` and `assign` are what a recording does anew at every replay: read what lies outside of it, and set leaves.
Outside of a recording both are what they say, at once; so a function that uses them is the same eagerly and compiled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

from autograd.arguments import checked, explained
from autograd.errors import GraphError
from autograd.graph.node import Node, describe


class Tracer(Protocol):
    """Who traces a function, in this thread or task."""

    def read(self, source: Callable[[], Any]) -> Any:
        """A stand-in for what ``source()`` gives."""

    def set(self, leaf: Any, data: Any) -> None:
        """Note that ``leaf`` takes on ``data``."""

    def apply(self, rule: Any, inputs: Any, attrs: dict[str, Any]) -> Any:
        """Take down an operation."""

    def joined(self, x: Any, requires_grad: bool = True) -> Any:
        """A node with the numbers of another, whatever they are: a variable of its own, or a constant."""

    def constant(self, data: Any) -> Any:
        """A node for a number or an array that stays."""

    def decide(self, what: str) -> None:
        """Raise, as something (a branch, a comparison) is about to hang on the number that a node holds now."""


tracer: ContextVar[Tracer | None] = ContextVar("tracer", default=None)
current_tracer = tracer.get


def untraced(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """What a function gives that is called from within a trace, and is no part of it."""
    outside = current_tracer()
    if outside is None:
        return function(*args, **kwargs)
    try:  # Ctrl-C may come after the next line as soon as within it
        tracer.set(None)
        return function(*args, **kwargs)
    finally:
        tracer.set(outside)


ForwardHook = Callable[[Any, Callable[..., Any], tuple[Any, ...], dict[str, Any]], Any]
_forward_hook: ContextVar[ForwardHook | None] = ContextVar("forward_hook", default=None)
# The function that is called in place of each module's `forward`, or None; `forward_hook` sets it.
current_forward_hook = _forward_hook.get


# Whether a detector is open that watches backward passes: see `autograd.graph.anomaly`.
detector: ContextVar[bool] = ContextVar("detector", default=False)
detecting = detector.get


@checked
@contextmanager
def forward_hook(hook: ForwardHook) -> Iterator[None]:
    """Within the block, in this thread or task, be told of every module of a network that runs.

    This is how a picture or a summary of a network knows which module computes what.

    Args:
        hook: Called as ``hook(module, forward, args, kwargs)`` in place of ``forward(*args, **kwargs)``, whose result
            it is to give back.

    Example:
        >>> import nn
        >>> def shown(module, forward, args, kwargs):
        ...     result = forward(*args, **kwargs)
        ...     print(module, result.shape)
        ...     return result
        >>> with forward_hook(shown):
        ...     y = nn.Linear(3, 2)([[1.0, 2.0, 3.0]])
        Linear(in_features=3, out_features=2, bias=True) (1, 2)
    """
    outside = _forward_hook.get()
    try:
        _forward_hook.set(hook)
        yield
    finally:
        _forward_hook.set(outside)


@explained
def live(source: Callable[[], Any]) -> Any:
    """The result of ``source()``; in a compiled function it is called again at every replay.

    For what changes from call to call without being an argument: a learning rate, random numbers.

    Args:
        source: Gives a number, or an array whose shape and dtype are the same each time.

    Example:
        >>> import autograd as ag
        >>> settings = {"scale": 2.0}
        >>> scaled = ag.compile(lambda x: x * live(lambda: settings["scale"]))
        >>> scaled(3.0)
        6.0
        >>> settings["scale"] = 10.0
        >>> scaled(3.0)
        30.0
    """
    recording = current_tracer()
    return source() if recording is None else recording.read(source)


@explained
def assign(leaf: Any, data: Any) -> None:
    """Set a leaf's data; in a compiled function, at the end of every replay.

    A compiled function reads a leaf before it sets it, and not after. Its new data may be computed right into its
    memory; so arguments of the function are not to share memory with leaves that it sets.

    Args:
        leaf: A Value or a Tensor made by hand.
        data: Numbers of its shape, or a node that holds them; nothing is differentiated through this.

    Raises:
        GraphError: The node was computed.
        ShapeError: The data have another shape.
        RecordingError: The leaf is read later in the compiled function.

    Example:
        >>> import autograd as ag, numpy as np
        >>> count = ag.Tensor([0.0, 10.0])
        >>> @ag.compile
        ... def counted(step):
        ...     assign(count, count + step)
        ...     return ag.sum(step)
        >>> counted(np.array([1.0, 2.0])), counted(np.array([1.0, 2.0]))
        (3.0, 3.0)
        >>> count.data
        array([ 2., 14.])
    """
    if not isinstance(leaf, Node):
        raise TypeError(f"assign sets a Value or a Tensor, not {type(leaf).__name__}")
    recording = current_tracer()
    if recording is not None:
        recording.set(leaf, data)
        return
    leaf.data = data._raw if isinstance(data, Node) else data  # type: ignore[attr-defined]


def check_settable(leaf: Node) -> None:
    """Raise unless a recording may set it.

    Raises:
        GraphError: It was computed.
    """
    if leaf.rule is not None:
        raise GraphError(f"{describe(leaf)} was computed and cannot be set; assign sets leaves")
