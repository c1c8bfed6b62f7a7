"""Refusing what cannot be recorded, with the line where the user wrote it."""

from __future__ import annotations

from typing import NoReturn

from autograd.errors import GraphError
from autograd.graph.places import at_line, users_line


class RecordingError(GraphError):
    """A function that cannot be recorded, since what it did once need not be what it would do for other numbers."""


def refuse(what: str, instead: str, line: tuple[str, int] | None = None) -> NoReturn:
    """Raise, naming the user's line.

    Args:
        what: Was done.
        instead: What to do.
        line: File and line; by default of the innermost caller outside this package.
    """
    raise RecordingError(f"ag.compile cannot record {what}{at_line(*(line or users_line()))}: {instead}")
