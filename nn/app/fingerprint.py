"""Fingerprints of files, by which a later run knows whether it sees the same data."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TypedDict

__all__ = ["Fingerprint", "fingerprint", "read_with_fingerprint"]


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


def read_with_fingerprint(path: Path) -> tuple[bytes, Fingerprint]:
    """A file's content, and the fingerprint of exactly that content."""
    content = path.read_bytes()
    return content, fingerprint(content)
