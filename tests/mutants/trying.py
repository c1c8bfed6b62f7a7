"""Trying a change: whether a test fails with it.

Quickly, in a fork of a process that has collected all tests, where functions are given the changed code; what nobody
notices there, and what is run at import alone, in a new process that imports the changed module.
"""

from __future__ import annotations

import contextlib
import gc
import importlib.util
import os
import pickle
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from tests.mutants.changes import ROOT, Mutant, changed_code
from tests.mutants.covering import TESTS, WORDS

MOST_SECONDS = 60  # of the processor, for one change
MOST_WAITING = 60  # during which it does nothing


class ChangedLoader(SourceFileLoader):
    """Loads a module with one change."""

    def __init__(self, name: str, mutant: Mutant) -> None:
        super().__init__(name, str(mutant.path))
        self.mutant = mutant

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - the loader's signature
        """The changed module, compiled."""
        return changed_code(self.mutant, self.mutant.path)


class Finder:
    """Finds one module in its changed form."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        parts = mutant.path.relative_to(ROOT).with_suffix("").parts
        self.package = parts[-1] == "__init__"
        self.name = ".".join(parts[:-1] if self.package else parts)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:  # noqa: ARG002
        """As the import system asks for it."""
        if name != self.name:
            return None
        places = [str(self.mutant.path.parent)] if self.package else None
        loader = ChangedLoader(name, self.mutant)
        return importlib.util.spec_from_file_location(
            name, self.mutant.path, loader=loader, submodule_search_locations=places
        )


def forked(work: Callable[[], int]) -> bool:
    """Whether work in a process of its own ends with 0; one that crashes or does not end does not."""
    process = os.fork()
    if process:
        status = _status_of(process)
        shutil.rmtree(_cache_of(process), ignore_errors=True)
        return status == 0
    code = 1
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS + 5))
        os.setpgrp()
        os.environ["XDG_CACHE_HOME"] = str(_cache_of(os.getpid()))  # machine code of wrong rules stays with them
        null = os.open(os.devnull, os.O_WRONLY)
        for stream in (1, 2):
            os.dup2(null, stream)
        with contextlib.suppress(BaseException):
            code = work()
    finally:
        os._exit(code)


def _status_of(process: int) -> int:
    """How a process ended; one that waits for ever, for a lock that nobody gives back, say, is killed."""
    used: int | None = 0
    since = time.monotonic()
    while True:
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            return status
        now = _ticks(process)
        if now != used:
            used, since = now, time.monotonic()
        elif now is not None and time.monotonic() - since > MOST_WAITING:
            os.kill(process, signal.SIGKILL)
        time.sleep(0.01)


def _ticks(process: int) -> int | None:
    """The processor time of a process and of what it waited for, where the system tells it in Linux's way."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return sum(map(int, fields[11:15]))


def _cache_of(process: int) -> Path:
    return Path(tempfile.gettempdir()) / f"gradbook-mutant-{process}"


# ---- in a fork of what has been collected ---------------------------------------------------------------------------


class Warm:
    """A plugin of pytest that runs, in place of all tests once, a few of them for each change, each time in a fork."""

    def __init__(self, asked: Sequence[tuple[Mutant, Sequence[str]]], tell: Callable[[Mutant, str], None]) -> None:
        self.asked, self.tell = asked, tell

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Tell of each change whether it is noticed here, by which test."""
        gc.unfreeze()
        functions = _functions()
        gc.freeze()
        items = {item.nodeid: item for item in session.items}
        for mutant, names in self.asked:
            reader, writer = os.pipe()

            def work(mutant: Mutant = mutant, names: Sequence[str] = names, writer: int = writer) -> int:
                if not patch(mutant, functions):
                    return 0
                chosen = [items[name] for name in names if name in items]
                for item, following in zip(chosen, [*chosen[1:], None], strict=True):
                    if any(report.failed for report in runtestprotocol(item, nextitem=following, log=False)):
                        os.write(writer, item.nodeid.encode())
                        return 1
                return 0

            survived = forked(work)
            os.close(writer)
            with os.fdopen(reader, "rb") as pipe:
                name = pipe.read().decode()
            self.tell(mutant, "" if survived else name or "a crash, or no end")
        return True


Key = tuple[str, str, int, bytes]


def _key(code: CodeType) -> Key:
    return code.co_filename, code.co_qualname, code.co_firstlineno, code.co_linetable


def _functions() -> dict[Key, list[FunctionType]]:
    """All functions of the packages that there are, by where they are written."""
    found: dict[Key, list[FunctionType]] = defaultdict(list)
    for x in gc.get_objects():
        if type(x) is FunctionType and x.__code__.co_filename.startswith(str(ROOT / "autograd")):
            found[_key(x.__code__)].append(x)
    return found


def patch(mutant: Mutant, functions: dict[Key, list[FunctionType]]) -> bool:
    """Give the functions around a change their new code; False where it is not within one that there is."""
    right, wrong = changed_code(None, mutant.path), changed_code(mutant, mutant.path)
    done = False
    for old, new in _differing(right, wrong):
        if not old.co_flags & 0x1:  # not optimised: the body of a module or a class, which has been run
            if _own(old) != _own(new):
                return False
            continue
        for function in functions.get(_key(old), ()):
            function.__code__ = new
            done = True
    return done


def _differing(old: CodeType, new: CodeType) -> Iterator[tuple[CodeType, CodeType]]:
    """Pairs of code that are not the same, from the outside in."""
    if old == new:
        return
    yield old, new
    nested: list[dict[tuple[str, int, int], CodeType]] = []
    for code in (old, new):
        seen: dict[tuple[str, int], int] = defaultdict(int)
        nested.append({})
        for x in code.co_consts:
            if isinstance(x, CodeType):
                place = x.co_qualname, x.co_firstlineno
                nested[-1][*place, seen[place]] = x
                seen[place] += 1
    for place, code in nested[0].items():
        if place in nested[1]:
            yield from _differing(code, nested[1][place])


def _own(code: CodeType) -> Any:
    """What a body does itself, whatever is in the functions that it makes."""
    return code.co_code, [x for x in code.co_consts if not isinstance(x, CodeType)], code.co_names


def noticed_warm(asked: Sequence[tuple[Mutant, Sequence[str]]], tell: Callable[[Mutant, str], bool]) -> None:
    """Tell of each change by which test it is noticed in a fork, as soon as that is known; "" where by none.

    ``tell`` says whether to go on.
    """
    reader, writer = os.pipe()
    if not (process := os.fork()):
        os.close(reader)
        with os.fdopen(writer, "wb") as pipe:

            def send(mutant: Mutant, name: str) -> None:
                pickle.dump((mutant, name), pipe)
                pipe.flush()

            pytest.main([*WORDS, *TESTS], plugins=[Warm(asked, send)])
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe, contextlib.suppress(EOFError):
        while tell(*pickle.load(pipe)):
            pass
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGTERM)
    os.waitpid(process, 0)


# ---- in a new process -----------------------------------------------------------------------------------------------


class Chosen:
    """A plugin of pytest that runs these tests, in this order."""

    def __init__(self, names: Sequence[str]) -> None:
        self.places = {name: place for place, name in enumerate(names)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave the others out."""
        named = {f"{os.path.relpath(x.path, ROOT)}::{x.nodeid.partition('::')[2]}": x for x in items}
        items[:] = [named[name] for name in sorted(named.keys() & self.places.keys(), key=self.places.__getitem__)]


def is_killed(mutant: Mutant | None, names: Sequence[str]) -> bool:
    """Whether a test fails with that change; without one, whether any does. The engine is not to be imported yet."""

    def work() -> int:
        os.chdir(ROOT)
        if mutant is not None:
            sys.meta_path.insert(0, Finder(mutant))
        files = dict.fromkeys(name.partition("::")[0] for name in names)
        # PytestAssertRewriteWarning: of what was imported before the fork
        words = [*WORDS, "-x", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
        return int(pytest.main([*words, *files], plugins=[Chosen(names)]))

    return not forked(work)
