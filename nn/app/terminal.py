"""What reaches the terminal: names and texts from data are shown there, never obeyed."""

from __future__ import annotations

import sys

from nn._text import visible

__all__ = ["say", "warn", "write"]


def say(*lines: str) -> None:
    """Print; control characters are written out."""
    print(*(visible(line, keep="\n") for line in lines), sep="\n")


def warn(line: str) -> None:
    """Print one line beside the output proper."""
    print(visible(" ".join(line.split())), file=sys.stderr)


def write(text: str) -> None:
    """Write what another program may read: unchanged, unless it is a person who reads."""
    sys.stdout.write(visible(text, keep="\n") if sys.stdout.isatty() else text)
