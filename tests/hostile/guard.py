"""What a loader may do while it reads a hostile file: little, for a short time, in bounded memory."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sys
import sysconfig
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import CodeType
from typing import Any

MOST_SECONDS = 10  # of the processor; of waiting, where it may be busy with others, so many times as long
WAITING = 6
MOST_BYTES = 3 * 2**30

# Code that lies here is the program's own; all else has no business to run.
PROGRAM = [Path(__file__).parents[2], *map(Path, {sys.prefix, sys.base_prefix, *sysconfig.get_paths().values()})]
FORBIDDEN = ("os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "subprocess.Popen", "pickle.find_class")
CHANGING = ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.chmod", "os.truncate", "os.symlink", "os.link")


class Violation(BaseException):
    """A loader did what no loader may; no handler of errors may hide it."""


class Guard:
    """Watches everything that Python tells its auditors, once it is switched on.

    Args:
        folder: Where the hostile files are: nothing is read elsewhere but the program itself, nothing changed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder.resolve())
        self.program = [str(path.resolve()) for path in PROGRAM]
        self.on = False
        self.seen: list[str] = []
        for number in (signal.SIGALRM, signal.SIGPROF):
            signal.signal(number, _too_long)
        sys.addaudithook(self._audit)

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Watch, with a clock and every warning an error.

        Raises:
            Violation: Something forbidden was done, even if that was hidden since.
            TimeoutError: It took too long.
        """
        self.seen.clear()
        signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
        signal.setitimer(signal.ITIMER_REAL, MOST_SECONDS * WAITING)
        self.on = True
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                yield
        finally:
            self.on = False
            for timer in (signal.ITIMER_PROF, signal.ITIMER_REAL):
                signal.setitimer(timer, 0)
            if self.seen:
                raise Violation(self.seen[0])

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.on and (what := self._forbidden(event, arguments)):
            self.seen.append(what)
            raise Violation(what)

    def _forbidden(self, event: str, arguments: tuple[Any, ...]) -> str:
        if event in FORBIDDEN or event.startswith("socket."):
            return f"{event} {arguments!r}"
        if event in CHANGING and not (event == "os.mkdir" and Path(arguments[0]).is_dir()):  # which changes nothing
            return f"{event} {arguments!r}"
        if event == "exec" and isinstance(code := arguments[0], CodeType) and not self._is_programs(code.co_filename):
            return f"code of {code.co_filename} is run"
        if event == "open" and isinstance(arguments[0], str | bytes):
            path = os.fsdecode(arguments[0])
            writes = isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
            if writes or not (self._is_within(path, [self.folder]) or self._is_programs(path)):
                return f"{path} is opened ({arguments[1]})"
        return ""

    def _is_programs(self, path: str) -> bool:
        return path.startswith("<frozen ") or self._is_within(path, self.program)

    @staticmethod
    def _is_within(path: str, folders: list[str]) -> bool:
        path = os.path.realpath(path)
        return any(path.startswith(folder + os.sep) for folder in folders)


def _too_long(*_: Any) -> None:
    raise TimeoutError(f"no answer within {MOST_SECONDS} s")


def limit_memory() -> None:
    """Let no allocation of this process succeed beyond `MOST_BYTES` more than now: it raises MemoryError."""
    with Path("/proc/self/statm").open(encoding="ascii") as file:
        now = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + MOST_BYTES, resource.getrlimit(resource.RLIMIT_AS)[1]))


def peak_bytes() -> int:
    """The most memory that this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
