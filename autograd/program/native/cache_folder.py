"""The folder of compiled code: the user's own, or none that outlives the process.

What is kept there is machine code: whoever can write there has code of theirs run by the next program. So the folder
must be the user's alone, and it lies where no data set can bring it along.
"""

from __future__ import annotations

import atexit
import os
import shutil
import stat
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

__all__ = ["cache_folder"]


def cache_folder() -> Path:
    """``gradbook`` in the user's cache folder; where that cannot be theirs alone, a temporary one."""
    # A relative one is to be ignored, says the XDG Base Directory Specification: it would be wherever a program runs.
    given = Path(os.environ.get("XDG_CACHE_HOME", ""))
    with suppress(OSError, RuntimeError):  # RuntimeError: the user has no home
        folder = (given if given.is_absolute() else Path.home() / ".cache") / "gradbook"
        if _is_safe_within(folder) and _is_made_private(folder) and os.access(folder, os.W_OK):
            return folder
    return _temporary()


def _is_safe_within(folder: Path) -> bool:
    """Whether nobody else can put another folder in this one's place."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    if not hasattr(os, "getuid"):  # Windows keeps a user's folders to the user
        return True
    found = folder.parent.stat()
    return found.st_uid in (0, os.getuid()) and (not found.st_mode & stat.S_IWOTH or bool(found.st_mode & stat.S_ISVTX))


def _is_made_private(folder: Path) -> bool:
    """Whether the folder is the user's own, and open to nobody else by now; what others could write is thrown away."""
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    if not hasattr(os, "getuid"):
        return folder.is_dir()
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        return False
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        shutil.rmtree(folder)
        folder.mkdir(mode=0o700)
    elif found.st_mode & 0o077:
        folder.chmod(0o700)
    return True


@cache
def _temporary() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="gradbook-"))
    made_by = os.getpid()

    def remove() -> None:
        if os.getpid() == made_by:  # not at the end of a forked child
            shutil.rmtree(folder, ignore_errors=True)

    atexit.register(remove)
    return folder
