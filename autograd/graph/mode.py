"""Whether operations are recorded: on, unless `no_grad` says otherwise in this thread or task."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from functools import partial, wraps
from typing import Any, TypeVar
from weakref import ref

AnyFunction = TypeVar("AnyFunction", bound=Callable[..., Any])


class _State(list[None]):
    """Anything where operations are recorded, empty where not; and the modes that are open, the innermost last."""

    open: tuple[ref[_Mode], ...] = ()

    def decided_by(self, modes: tuple[ref[_Mode], ...]) -> _State:
        """It, with these modes open."""
        last = None
        while modes and (last := modes[-1]()) is None:  # gone: a task may outlive the block that it began in
            modes = modes[:-1]
        self.open, self[:] = modes, [None] if last is None or last.records else []
        if modes:
            _STATES[id(self)] = self
        else:
            _STATES.pop(id(self), None)
        return self


# Those of every thread and task in which a block is open, by identity: it may be closed elsewhere than it was opened.
_STATES: dict[int, _State] = {}
_ALWAYS = _State().decided_by(())
# In one variable, so that the answer and its reason cannot part.
_state: ContextVar[_State] = ContextVar("recording", default=_ALWAYS)
# For paths where every nanosecond counts: anything true or false.
recording = _state.get


def is_recording() -> bool:
    """Whether operations on nodes are recorded here.

    Example:
        >>> import autograd as ag
        >>> with ag.no_grad():
        ...     print(is_recording())
        False
    """
    return bool(_state.get())


class _Mode:
    """A block, or a function as a decorator, in which operations are recorded, or not.

    The innermost open block decides. Which one that is each thread and each task knows for itself; blocks may be closed
    in any order (generators that hold them may end in any) and in any thread (the garbage collector's may be another),
    and one object serves any number of blocks. A block is closed when its object goes, too: Ctrl-C may come before the
    first line of ``__exit__``.
    """

    records: bool

    def __new__(cls, function: Callable[..., Any] | None = None, /) -> Any:
        """A mode; or, as a decorator without parentheses, the function with its body in one."""
        mode = super().__new__(cls)
        return mode if function is None else mode(function)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def __enter__(self) -> None:
        try:  # Ctrl-C may come as soon as it is set, and the block is not entered then
            _set((*_state.get().open, ref(self, _closed)))
        except BaseException:
            _closed(ref(self))
            raise

    def __exit__(self, *_: object) -> None:
        _closed(ref(self))

    def __call__(self, function: AnyFunction) -> AnyFunction:
        """The function, with its body in such a block; of a generator, each of its steps."""
        if inspect.isgeneratorfunction(function):

            @wraps(function)
            def wrapped(*args: Any, **kwargs: Any) -> Any:
                return self._step_by_step(function(*args, **kwargs))

        elif inspect.iscoroutinefunction(function):

            @wraps(function)
            async def wrapped(*args: Any, **kwargs: Any) -> Any:
                with type(self)():
                    return await function(*args, **kwargs)

        else:

            @wraps(function)
            def wrapped(*args: Any, **kwargs: Any) -> Any:
                with type(self)():
                    return function(*args, **kwargs)

        return wrapped  # type: ignore[return-value]

    def _step_by_step(self, generator: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        """The generator, with the mode on while it computes and not while it waits."""
        go: Callable[[], Any] = generator.__next__
        while True:
            try:
                with type(self)():
                    found = go()
            except StopIteration as end:
                return end.value
            try:
                sent = yield found
            except GeneratorExit:
                with type(self)():
                    generator.close()
                raise
            except BaseException as error:
                go = partial(generator.throw, error)
            else:
                go = partial(generator.send, sent)


def _set(modes: tuple[ref[_Mode], ...]) -> None:
    before = _state.get()
    _state.set(_State().decided_by(modes))
    _STATES.pop(id(before), None)  # a task that was started in it keeps it


def _closed(mode: ref[_Mode]) -> None:
    """The innermost block of this mode is closed: here, or else wherever it was opened."""
    modes = _state.get().open
    if mode in modes:
        _set(_without(mode, modes))
        return
    for state in list(_STATES.values()):
        if mode in state.open:
            state.decided_by(_without(mode, state.open))


def _without(mode: ref[_Mode], modes: tuple[ref[_Mode], ...]) -> tuple[ref[_Mode], ...]:
    last = len(modes) - 1 - modes[::-1].index(mode)
    return (*modes[:last], *modes[last + 1 :])


class no_grad(_Mode):  # noqa: N801 - PyTorch's word
    """Compute without recording, in this thread or task: results need no gradient, and ``W -= …`` changes W in place.

    As a block, or as a decorator: ``@ag.no_grad()``, or ``@ag.no_grad`` alone.

    Example:
        >>> import autograd as ag
        >>> a = ag.Value(3.0)
        >>> with ag.no_grad():
        ...     b = a * a
        >>> b.data, b.requires_grad
        (9.0, False)
    """

    records = False


class enable_grad(_Mode):  # noqa: N801 - PyTorch's word
    """Record within the block, also where it is inside a `no_grad`.

    Example:
        >>> import autograd as ag
        >>> with ag.no_grad(), ag.enable_grad():
        ...     print((ag.Value(2.0) * 3.0).requires_grad)
        True
    """

    records = True


_NOTHING = nullcontext()


def recorded() -> AbstractContextManager[Any]:
    """A block of the engine's own in which operations are recorded; where they are in any case, it costs nothing."""
    return _NOTHING if recording() else enable_grad()
