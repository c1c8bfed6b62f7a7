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

__all__ = ["STALE_SECONDS", "permissions", "sync_folder", "write"]

# A write takes seconds; what has lain about for so long was left by a process that was killed. Where files can be
# locked, one that nobody holds is known to be left; a file is locked within moments after it is made.
STALE_SECONDS = 3600
UNLOCKED_SECONDS = 1.0
# So much of a name is in the other name that a file has at first; a whole one may be as long as names can be.
NAMED = 32


def write(path: str | Path, content: str | bytes) -> None:
    """Write a file under another name first, then rename it over the old one.

    The new file is open to nobody whom the old one was closed to: a file of mode 0600 stays so. What killed processes
    left half-written beside it is removed. A link stays one, and leads to the new file; what is no file, such as
    ``/dev/stdout``, and a file in a folder that is closed, are written to as they are.

    Raises:
        OSError: It cannot be written; the file is named, and an older one is as it was.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     write(f"{folder}/notes.txt", "done")
        ...     Path(folder, "notes.txt").read_text()
        'done'
    """
    path = Path(path)
    data = content.encode() if isinstance(content, str) else content
    try:
        if path.exists() and not (path.is_file() and os.access(Path(os.path.realpath(path)).parent, os.W_OK)):
            path.write_bytes(data)
        else:
            _replace(Path(os.path.realpath(path)), data)
    except OSError as error:
        if error.errno is not None:  # a full disk says no name, and the other name is nothing to anybody
            error.filename = str(path)
            del error.filename2  # None would be told of as "-> None"
        raise


def _replace(path: Path, data: bytes) -> None:
    _sweep(path)
    temporary = path.with_name(f".{path.name[:NAMED]}.{secrets.token_hex(4)}.tmp")
    try:
        # Made with its final permissions: a file opened to all and closed later could be read in between.
        with os.fdopen(os.open(temporary, _NEW_FILE, permissions(path, 0o666)), "wb") as file:
            _lock(file.fileno())
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            if fcntl is not None:  # under the lock still, or a sweep could take it for left behind
                temporary.replace(path)
        if fcntl is None:
            temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
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
            ours = entry.name.startswith(f".{path.name[:NAMED]}.") and entry.name.endswith(".tmp")
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
