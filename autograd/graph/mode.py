"""Whether operations are recorded: on, unless `no_grad` says otherwise in this thread or task."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_recording: ContextVar[bool] = ContextVar("recording", default=True)
is_recording = _recording.get


@contextmanager
def no_grad() -> Iterator[None]:
    """Compute without recording, in this thread or task: results need no gradient, and ``W -= …`` changes W in place.

    Example:
        >>> import autograd as ag
        >>> a = ag.Value(3.0)
        >>> with ag.no_grad():
        ...     b = a * a
        >>> b.data, b.requires_grad
        (9.0, False)
    """
    token = _recording.set(False)
    try:
        yield
    finally:
        _recording.reset(token)


@contextmanager
def enable_grad() -> Iterator[None]:
    """Record within the block, also where it is inside a `no_grad`.

    Example:
        >>> import autograd as ag
        >>> with ag.no_grad(), ag.enable_grad():
        ...     print((ag.Value(2.0) * 3.0).requires_grad)
        True
    """
    token = _recording.set(True)
    try:
        yield
    finally:
        _recording.reset(token)
