"""Ctrl-C as a normal way to end a long job: noticed at once, obeyed when the current step is done."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

__all__ = ["Interrupt", "deferred_interrupt", "terminated_as_interrupted"]


@dataclass(eq=False)
class Interrupt:
    """Whether Ctrl-C was pressed."""

    requested: bool = False


_waiting: list[Interrupt] = []  # the blocks of `deferred_interrupt` that the main thread is in


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
    if threading.current_thread() is not threading.main_thread():
        yield interrupt
        return
    before = signal.getsignal(signal.SIGINT)
    is_ours = before not in (signal.SIG_IGN, None)

    def note(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
        interrupt.requested = True
        signal.signal(signal.SIGINT, before)

    if is_ours:
        signal.signal(signal.SIGINT, note)
    _waiting.append(interrupt)
    try:
        yield interrupt
    finally:
        _waiting.remove(interrupt)
        if is_ours:
            signal.signal(signal.SIGINT, before)


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """Within the block, SIGTERM does what Ctrl-C does, so that whoever ends the program loses no more by it.

    It does so where Ctrl-C is ignored, too, as it is by what a shell script starts in the background.

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
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.raise_signal(signal.SIGINT)
    elif _waiting and not _waiting[-1].requested:
        _waiting[-1].requested = True
    else:
        raise KeyboardInterrupt
