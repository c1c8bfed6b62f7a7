"""Files that are written whole or not at all."""

from __future__ import annotations

import contextlib
from pathlib import Path

__all__ = ["write"]


def write(path: Path, content: str | bytes) -> None:
    """Write a file; where the disk is full, half of it does not stay, and the error says which file it was."""
    data = content.encode() if isinstance(content, str) else content
    try:
        path.write_bytes(data)
    except OSError as error:
        if error.filename is None:  # it was opened
            error.filename = str(path)
            with contextlib.suppress(OSError):
                if path.is_file():
                    path.unlink()
        raise
