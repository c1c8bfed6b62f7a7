"""Refusing what cannot be recorded, with the line where the user wrote it."""

from __future__ import annotations

import linecache
import sys
from typing import NoReturn

from autograd.errors import GraphError


class RecordingError(GraphError):
    """A function that cannot be recorded, since what it did once need not be what it would do for other numbers."""


def refuse(what: str, instead: str, line: tuple[str, int] | None = None) -> NoReturn:
    """Raise, naming the user's line.

    Args:
        what: Was done.
        instead: What to do.
        line: File and line; by default of the innermost caller outside this package.
    """
    file, number = line or _users_line()
    text = linecache.getline(file, number).strip()
    where = f"(file {file}, line {number}{f': `{text}`' if text else ''})"
    raise RecordingError(f"ag.compile cannot record {what} {where}: {instead}")


def _users_line() -> tuple[str, int]:
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").split(".")[0] == "autograd":
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno
