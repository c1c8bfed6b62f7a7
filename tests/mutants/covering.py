"""Which tests go through which lines: found out once for a state of the engine, and kept outside of the checkout."""

from __future__ import annotations

import ast
import hashlib
import json
import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.mutants.changes import ROOT, Mutant

# Where the tests of the engine are, and the examples in its docstrings.
TESTS = ["tests/autograd", "autograd", "tests/hips", "tests/fuzz", "tests/sweep", "tests/test_lectures.py"]
TESTS += ["tests/test_coming_from.py", "tests/test_mistakes.py", "tests/nn/training/test_compiled.py"]
WORDS = ["-q", "-s", "--no-header", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", "not peers and not browser"]
LONGEST = 5.0  # seconds; a test that takes longer is not asked
MOST_SECONDS = 12.0  # of tests for one change


class Recorder:
    """A plugin of pytest that notes, for each test that passes, how long it took and which lines it went through."""

    def __init__(self, data: Path) -> None:
        import coverage

        self.coverage = coverage.Coverage(data_file=str(data), source=[str(ROOT / "autograd")], config_file=False)
        self.seconds: dict[str, float] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Iterator[None]:
        """Watch the tests, not what is imported before."""
        self.coverage.start()
        try:
            return (yield)
        finally:
            self.coverage.stop()
            self.coverage.save()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Give the lines of a test its name."""
        self.coverage.switch_context(item.nodeid)
        began = time.process_time()
        result = yield
        if item.nodeid in self.seconds:
            self.seconds[item.nodeid] = time.process_time() - began
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Leave out what is skipped, or fails without any change."""
        if report.when == "call" and report.passed:
            self.seconds[report.nodeid] = report.duration
        elif report.failed:
            self.seconds.pop(report.nodeid, None)


class Covering:
    """The tests to ask about a change."""

    def __init__(self, folder: Path) -> None:
        import coverage

        self.seconds: dict[str, float] = json.loads((folder / "seconds.json").read_text(encoding="utf-8"))
        self.data = coverage.CoverageData(str(folder / "lines"))
        self.data.read()
        self._lines: dict[str, dict[int, list[str]]] = {}

    def tests(self, mutant: Mutant) -> list[str]:
        """Those that go through its line; for one that is run at import alone, through its file; or else all.

        A module that is imported when it is first needed is no test's: that one goes through all of its lines.

        The first is the quickest of each test function, then the second quickest of each, and so on; where all of a
        file are asked, those first that have the name of what is defined there among their parameters, wherever they
        go: they may look at it in the book. Where a line's own are soon asked, more follow: those that go through its
        file, or have its folder's name, an engine's, say, among their parameters. For what is run at import as well, or
        once and then kept, as machine code is, is the first test's alone.
        """
        if mutant.where not in self._lines:  # what another checkout with the same engine has found out holds here, too
            found_here = self._lines[mutant.where] = defaultdict[int, list[str]](list)
            for name in self.data.measured_files():  # by each checkout, as it found out some of it
                if name.endswith(f"/{mutant.where}"):
                    for line, tests in self.data.contexts_by_lineno(name).items():
                        found_here[line] += tests
        lines = self._lines[mutant.where]
        found, defined = set(lines.get(mutant.line, ())), set[str]()
        through_the_file = {name for names in lines.values() for name in names}
        if not found or not _is_in_a_function(mutant):
            found, defined = through_the_file, _defined_at(mutant)
            found |= {name for name in self.seconds if not defined.isdisjoint(_words(name))}
        more = through_the_file | {name for name in self.seconds if mutant.path.parent.name in _words(name)}
        chosen, total = list[str](), 0.0
        for _, seconds, name in [
            *self._ranked(found & self.seconds.keys() or self.seconds, defined),
            *self._ranked((more - found) & self.seconds.keys(), defined),
        ]:
            if seconds < LONGEST and (total := total + seconds) < MOST_SECONDS:
                chosen.append(name)
        return chosen

    def _ranked(self, names: Iterable[str], defined: set[str]) -> list[tuple[int, float, str]]:
        by_function: dict[str, list[str]] = defaultdict(list)
        for name in sorted(names, key=self.seconds.__getitem__):
            by_function[name.partition("[")[0]].append(name)
        return sorted(
            (rank if defined.isdisjoint(_words(x)) else -1, self.seconds[x], x)
            for names in by_function.values()
            for rank, x in enumerate(names)
        )


def _is_in_a_function(mutant: Mutant) -> bool:
    tree = ast.parse(mutant.path.read_text(encoding="utf-8"))
    bodies = [x.body for x in ast.walk(tree) if isinstance(x, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)]
    parts = [x for body in bodies for x in (body if isinstance(body, list) else [body])]
    return any(x.lineno <= mutant.line <= (x.end_lineno or x.lineno) for x in parts)


def _words(name: str) -> list[str]:
    """What is in a test's parameters."""
    return re.findall(r"\w+", name.partition("[")[2])


def _defined_at(mutant: Mutant) -> set[str]:
    """What the statement of a module that a change is in calls what it makes: a variable, or an entry of the book."""
    tree = ast.parse(mutant.path.read_text(encoding="utf-8"))
    statement = next(x for x in tree.body if x.lineno <= mutant.line <= (x.end_lineno or x.lineno))
    match statement:
        case ast.Assign(targets=[*targets], value=ast.Call(args=[ast.Constant(value=str(name)), *_])):
            return {name, *map(ast.unparse, targets)}
        case ast.Assign(targets=[*targets]):
            return {*map(ast.unparse, targets)}
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
    return set()


def covering(words: list[str] = WORDS) -> Covering:
    """What is kept of the engine as it is: made first, in some minutes, where there is nothing.

    Of files of tests that have changed since, it is found out again.
    """
    engine = hashlib.sha256()
    for path in sorted((ROOT / "autograd").rglob("*.py")):
        engine.update(path.read_bytes())
    folder = Path(tempfile.gettempdir()) / f"gradbook-mutants-{engine.hexdigest()[:16]}"
    folder.mkdir(mode=0o700, exist_ok=True)
    kept = {name: folder / name for name in ("lines", "files.json", "seconds.json")}
    files = {
        path.relative_to(ROOT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for name in TESTS
        if name != "autograd"
        for path in ([ROOT / name] if name.endswith(".py") else sorted((ROOT / name).rglob("test_*.py")))
    }
    # Another checkout with this engine may be at it, too; so what is found takes its place when it is whole.
    with tempfile.TemporaryDirectory(dir=folder) as own:
        lines = Path(own) / "lines"
        if not kept["seconds.json"].exists():
            found = _found_out(words, TESTS, lines)
        else:
            before = json.loads(kept["files.json"].read_text(encoding="utf-8"))
            if not (changed := [name for name in files if files[name] != before.get(name)]):
                return Covering(folder)
            found = json.loads(kept["seconds.json"].read_text(encoding="utf-8"))
            found = {name: time for name, time in found.items() if name.partition("::")[0] not in changed}
            found |= _found_out(words, changed, lines)
            _add(lines, kept["lines"])
        (Path(own) / "files.json").write_text(json.dumps(files), encoding="utf-8")
        (Path(own) / "seconds.json").write_text(json.dumps(found), encoding="utf-8")
        for name, path in kept.items():
            (Path(own) / name).replace(path)
    return Covering(folder)


def _found_out(words: list[str], tests: list[str], lines: Path) -> dict[str, float]:
    recorder: Any = Recorder(lines)
    ended = pytest.main([*words, *tests], plugins=[recorder])
    if ended not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):  # those that fail are left out
        raise SystemExit(f"the tests could not be run without any change: {ended!r}")
    return recorder.seconds  # type: ignore[no-any-return]


def _add(lines: Path, earlier: Path) -> None:
    import coverage

    joined, more = coverage.CoverageData(str(lines)), coverage.CoverageData(str(earlier))
    for data in (joined, more):
        data.read()
    joined.update(more)
    joined.write()
