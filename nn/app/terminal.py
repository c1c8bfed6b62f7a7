"""What reaches the terminal: names and texts from data are shown there, never obeyed; and nobody need be reading."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any, TextIO

from autograd import terminal
from nn._text import visible

__all__ = ["INTERRUPTED", "say", "shown", "unread", "warn", "write"]

# The exit code of a program that Ctrl-C ended: 128 + SIGINT.
INTERRUPTED = 130


@contextmanager
def unread() -> Iterator[None]:
    """Within the block, go on where the reader of the output goes away: what is printed is lost, and no work."""
    with redirect_stdout(_Unread(sys.stdout)):
        yield


class _Unread:
    """A stream that falls silent where it would raise BrokenPipeError."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except BrokenPipeError:
            terminal.silence(self._stream)
            return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except BrokenPipeError:
            terminal.silence(self._stream)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def shown(path: Path) -> str:
    """A path as short as can be for a message."""
    path, here = path.resolve(), Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def say(*lines: str) -> None:
    """Print; control characters are written out."""
    print(*(visible(line, keep="\n") for line in lines), sep="\n")


def warn(line: str) -> None:
    """Print one line beside the output proper."""
    print(visible(" ".join(line.split())), file=sys.stderr)


def write(text: str) -> None:
    """Write what another program may read: unchanged, unless it is a person who reads.

    Raises:
        OSError: The standard output was closed from the start, and what was asked for would be lost.
    """
    if getattr(sys.stdout, "name", None) == os.devnull:  # by `prepare_streams`; where > /dev/null, it is "<stdout>"
        raise OSError("the standard output is closed, and the result goes there: leave out >&-")
    sys.stdout.write(visible(text, keep="\n") if sys.stdout.isatty() else text)
