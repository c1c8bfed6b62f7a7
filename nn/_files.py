"""Files that are never seen half-written, and never open to more people than the file they replace."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from pathlib import Path
from types import ModuleType

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

__all__ = ["STALE_SECONDS", "permissions", "place_among_ranks", "sync_folder", "write_atomically"]

# A write takes seconds; what has lain about for so long was left by a process that was killed. Where files can be
# locked, one that nobody holds is known to be left; a file is locked within moments after it is made.
STALE_SECONDS = 3600
UNLOCKED_SECONDS = 1.0


# Where those who start programs for MPI (MPICH's hydra, Open MPI) say which of how many a process is.
PLACES = (("PMI_RANK", "PMI_SIZE"), ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"))


def place_among_ranks() -> tuple[int, int]:
    """Which of the processes that were started together this is, from 0, and how many there are."""
    for rank, size in PLACES:
        if rank in os.environ and size in os.environ:
            return int(os.environ[rank]), int(os.environ[size])
    return 0, 1


def write_atomically(path: str | Path, content: bytes) -> None:
    """Write a file under another name first, then rename it over the old one.

    The new file is open to nobody whom the old one was closed to: a file of mode 0600 stays so. What killed processes
    left half-written beside it is removed. Of several processes that train together, the first one alone writes.

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
    _sweep(path)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        # Made with its final permissions: a file opened to all and closed later could be read in between.
        with os.fdopen(os.open(temporary, _NEW_FILE, permissions(path, 0o666)), "wb") as file:
            _lock(file.fileno())
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            if fcntl is not None:  # under the lock still, or a sweep could take it for left behind
                temporary.replace(path)
        if fcntl is None:
            temporary.replace(path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        if isinstance(error, OSError) and error.errno is not None:  # a full disk says no name
            error.filename = str(path)
        raise
    sync_folder(path.parent)


_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


def permissions(path: Path, usual: int) -> int:
    """The usual mode, less what the file or folder that is there now does not allow."""
    with contextlib.suppress(OSError):
        return usual & path.stat().st_mode
    return usual


def sync_folder(folder: Path) -> None:
    """Have a folder's new names outlive a power cut, where the system can do that."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _sweep(path: Path) -> None:
    """Remove old temporary files of this name."""
    with contextlib.suppress(OSError), os.scandir(path.parent) as entries:
        for entry in entries:
            ours = entry.name.startswith(f".{path.name}.") and entry.name.endswith(".tmp")
            with contextlib.suppress(OSError):
                age = time.time() - entry.stat(follow_symlinks=False).st_mtime
                if ours and age > (STALE_SECONDS if fcntl is None else UNLOCKED_SECONDS) and _is_left(entry.path):
                    os.unlink(entry.path)  # noqa: PTH108 - an entry of scandir


def _lock(handle: int) -> None:
    """Hold a file while it is written: the system lets go of it when the process ends, however that is."""
    if fcntl is not None:
        with contextlib.suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_left(path: str) -> bool:
    """Whether nobody is writing a file."""
    if fcntl is None:
        return True
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True
