"""Files of data, read whole, and their fingerprints, by which a later run knows whether it sees the same data."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import TypedDict

from nn._limits import MOST_DATA_BYTES
from nn._schema import file_name, mapping_of, record, text, whole
from nn.app.datasets import DataError

__all__ = ["FILES", "STANDARD_INPUT", "Fingerprint", "fingerprint", "name_of", "read_data", "read_with_fingerprint"]

STANDARD_INPUT = Path("-")

# The fingerprints of files by their names, as a run folder tells them.
FILES = mapping_of(record(bytes=whole(0), sha256=text()), key=file_name())


class Fingerprint(TypedDict):
    """A file's size in bytes and the SHA-256 of its content."""

    bytes: int
    sha256: str


def fingerprint(content: bytes) -> Fingerprint:
    """The fingerprint of a file's content.

    Example:
        >>> fingerprint(b"")["sha256"][:8]
        'e3b0c442'
    """
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def read_data(path: Path) -> bytes:
    """A file's content, if it is not larger than `nn._limits` allows; a device or pipe may have no end.

    Args:
        path: The file; ``-`` is standard input.

    Raises:
        DataError: It is larger.
        OSError: It cannot be read.
    """
    if path == STANDARD_INPUT:
        return _read_input()
    with path.open("rb") as file:
        if (size := os.fstat(file.fileno()).st_size) <= MOST_DATA_BYTES:
            content = file.read(size + 1) if size else file.read(MOST_DATA_BYTES + 1)  # a pipe has no size
            size = len(content)
    if size > MOST_DATA_BYTES:
        raise DataError(f"{path} is larger than {MOST_DATA_BYTES:,} bytes, the most that is read; leave rows out")
    return content


def _read_input() -> bytes:
    if sys.stdin is None:
        raise DataError("standard input is closed; pass a file's name, or write into the command: … | python -m nn …")
    content = sys.stdin.buffer.read(MOST_DATA_BYTES + 1)
    if len(content) > MOST_DATA_BYTES:
        raise DataError(f"standard input is more than {MOST_DATA_BYTES:,} bytes, the most that is read")
    return content


def name_of(path: Path) -> str:
    """How messages call a file."""
    return "standard input" if path == STANDARD_INPUT else str(path)


def read_with_fingerprint(path: Path) -> tuple[bytes, Fingerprint]:
    """A file's content, and the fingerprint of exactly that content."""
    content = read_data(path)
    return content, fingerprint(content)
