"""Ctrl-C as a normal way to end a long job: noticed at once, obeyed when the current step is done."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

__all__ = ["Interrupt", "deferred_interrupt", "terminated_as_interrupted"]


@dataclass
class Interrupt:
    """Whether Ctrl-C was pressed."""

    requested: bool = False


@contextmanager
def deferred_interrupt() -> Iterator[Interrupt]:
    """Within the block, the first Ctrl-C sets ``requested`` only; a second one works as it did outside.

    Outside the main thread, where Python delivers no signals, and where Ctrl-C is ignored or handled by a program
    that embeds Python, nothing is changed.

    Example:
        >>> with deferred_interrupt() as interrupt:
        ...     signal.raise_signal(signal.SIGINT)
        ...     print("still here")
        still here
        >>> interrupt.requested
        True
    """
    interrupt = Interrupt()
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before in (signal.SIG_IGN, None):
        yield interrupt
        return

    def note(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
        interrupt.requested = True
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, note)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """Within the block, SIGTERM does what Ctrl-C does, so that whoever ends the program loses no more by it.

    Outside the main thread, and where a program that embeds Python handles the signal, nothing is changed.

    Example:
        >>> with terminated_as_interrupted(), deferred_interrupt() as interrupt:
        ...     signal.raise_signal(signal.SIGTERM)
        >>> interrupt.requested
        True
    """
    before = signal.getsignal(signal.SIGTERM)
    if threading.current_thread() is not threading.main_thread() or before in (signal.SIG_IGN, None):
        yield
        return
    signal.signal(signal.SIGTERM, lambda _number, _frame: signal.raise_signal(signal.SIGINT))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
