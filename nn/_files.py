"""Files of which, among processes that train together, one is the writer."""

from __future__ import annotations

import os
from pathlib import Path

import autograd as ag

__all__ = ["place_among_ranks", "write_atomically"]

# Where those who start programs for MPI (MPICH's hydra, Open MPI) say which of how many a process is.
PLACES = (("PMI_RANK", "PMI_SIZE"), ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"))


def place_among_ranks() -> tuple[int, int]:
    """Which of the processes that were started together this is, from 0, and how many there are."""
    for rank, size in PLACES:
        if rank in os.environ and size in os.environ:
            return int(os.environ[rank]), int(os.environ[size])
    return 0, 1


def write_atomically(path: str | Path, content: str | bytes) -> None:
    """Write a file as `ag.files.write` does; of several processes that train together, the first one alone writes.

    Raises:
        FileNotFoundError: There is no such folder.
        IsADirectoryError: It is a folder itself.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write_atomically(f"{folder}/notes.txt", b"done")
        ...     Path(folder, "notes.txt").read_text()
        'done'
    """
    path = Path(path)
    if place_among_ranks()[0]:
        return
    if not path.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {path.parent} for {path.name}; make it first")
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; name a file in it")
    ag.files.write(path, content)
