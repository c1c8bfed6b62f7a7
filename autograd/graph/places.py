"""Where in the user's own code something happens."""

from __future__ import annotations

import linecache
import sys

# Whose frames are not the user's.
_OURS = ("autograd", "nn")
# What runs the command lines, on which no code is the user's.
_COMMAND_LINES = "autograd.terminal"


def users_line() -> tuple[str, int]:
    """The file and the line of the innermost caller outside of these packages; line 0 below a command line."""
    frame = sys._getframe(1)
    while frame.f_back is not None and (name := frame.f_globals.get("__name__", "")).split(".")[0] in _OURS:
        if name == _COMMAND_LINES:
            return "<command line>", 0
        frame = frame.f_back
    return frame.f_code.co_filename, frame.f_lineno


def at_line(file: str, line: int) -> str:
    """A place in a message, with the text of the line where there is one; nothing for line 0."""
    if not line:
        return ""
    text = linecache.getline(file, line).strip()
    return f" (file {file}, line {line}{f': `{text}`' if text else ''})"
