"""``python -m tests.mutants``: small faults are put into the engine one at a time; the tests must notice each.

A fault is one change to one module's syntax tree: another operator, comparison or number, a condition turned round, a
statement left out. Each is tried in a process of its own, forked where NumPy and pytest are imported and the engine is
not yet; it takes the changed module in the place of the right one, and runs the part's tests until the first fails. A
test that crashes or does not end counts as one that fails. What survives is printed with its line: either a test is
missing, or the change is none (`KNOWN` says why).
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import copy
import importlib.util
import io
import os
import random
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[1]
GOAL = 95.0  # per cent

# For each part its tests, those first that take little and find much.
TESTS = {
    "rules": ["rules/test_rules.py", "rules/test_book.py", "rules", "tensor", "value", "functional", "test_extend.py"],
    "graph": ["value", "graph", "tensor", "functional", "test_traps.py", "test_random_programs.py", "test_extend.py"],
    "value": ["value", "graph", "test_traps.py", "test_random_programs.py", "rules/test_rules.py", "explaining"],
    "tensor": ["tensor", "graph", "rules/test_rules.py", "numpy", "functional", "test_traps.py"],
    "program": ["program"],
}
MOST_SECONDS = 240  # of the processor, for one mutant

# Changes that change nothing, by file and line's text: why.
KNOWN: dict[tuple[str, str], str] = {}


class Mutant(NamedTuple):
    """One change.

    Attributes:
        path: The module's file.
        number: Which of its changes, in the order of `changes_of`.
        line: Where.
        what: In words.
    """

    path: Path
    number: int
    line: int
    what: str


# ---- the changes ----------------------------------------------------------------------------------------------------

OPERATORS: dict[type, type] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.MatMult: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitXor: ast.BitOr,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
}
Change = tuple[int, str, Callable[[], None]]


def changes_of(tree: ast.Module) -> Iterator[Change]:
    """Every change of a module: its line, its name, and what makes it, once, in that tree."""
    for node in _code(tree):
        match node:
            case ast.BinOp() | ast.AugAssign() | ast.BoolOp() if type(node.op) in OPERATORS:
                yield node.lineno, *_other(node, "op")
            case ast.Compare(ops=[_]):
                yield node.lineno, *_other(node.ops, 0)
            case ast.UnaryOp(op=ast.Not() | ast.USub()):
                change = (
                    {"op": ast.UAdd()} if isinstance(node.op, ast.USub) else {"op": ast.Not(), "operand": _not(node)}
                )
                yield node.lineno, f"no {type(node.op).__name__}", lambda node=node, new=change: vars(node).update(new)
            case ast.If() | ast.While() | ast.IfExp():
                turned = ast.copy_location(_not(node.test), node.test)
                yield node.lineno, "condition turned", lambda node=node, new=turned: setattr(node, "test", new)
            case ast.Constant(value=bool() | int() | float()):
                new = not node.value if isinstance(node.value, bool) else node.value + 1
                yield node.lineno, f"{node.value} → {new}", lambda node=node, new=new: setattr(node, "value", new)
            case ast.Return(value=ast.expr()):
                nothing = ast.copy_location(ast.Constant(None), node)
                yield node.lineno, "return None", lambda node=node, new=nothing: setattr(node, "value", new)
            case ast.Expr(value=ast.Call()):
                nothing = ast.copy_location(ast.Constant(None), node)
                yield node.lineno, "call left out", lambda node=node, new=nothing: setattr(node, "value", new)


def _other(holder: Any, key: Any) -> tuple[str, Callable[[], None]]:
    old = holder[key] if isinstance(holder, list) else getattr(holder, key)
    new = OPERATORS[type(old)]()
    put = holder.__setitem__ if isinstance(holder, list) else lambda key, new: setattr(holder, key, new)
    return f"{type(old).__name__} → {type(new).__name__}", lambda: put(key, new)


def _not(node: ast.expr) -> ast.expr:
    return ast.copy_location(ast.UnaryOp(ast.Not(), copy.copy(node)), node)


def _code(node: ast.AST) -> Iterator[ast.AST]:
    """What is run and means something: no annotations, no messages of errors, no guards for type checkers."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_comment"):
            continue
        for child in value if isinstance(value, list) else [value]:
            typed = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
            if isinstance(child, ast.AST) and not typed and not isinstance(child, ast.Raise | ast.JoinedStr):
                yield child
                yield from _code(child)


def mutants_of(part: str) -> list[Mutant]:
    """All changes of a part."""
    found = []
    for path in sorted((ROOT / "autograd" / part).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found += [Mutant(path, number, line, what) for number, (line, what, _) in enumerate(changes_of(tree))]
    return found


# ---- trying one -----------------------------------------------------------------------------------------------------


class ChangedLoader(SourceFileLoader):
    """Loads a module with one change."""

    def __init__(self, name: str, mutant: Mutant) -> None:
        super().__init__(name, str(mutant.path))
        self.mutant = mutant

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002 - the loader's signature
        """The changed module, compiled; its lines are those of the file."""
        tree = ast.parse(self.mutant.path.read_text(encoding="utf-8"))
        for number, (_, _, change) in enumerate(changes_of(tree)):
            if number == self.mutant.number:
                change()
                break
        return compile(ast.fix_missing_locations(tree), str(self.mutant.path), "exec")


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


def is_killed(mutant: Mutant | None, tests: Sequence[str]) -> bool:
    """Whether a test fails with that change; without one, whether any does."""
    process = os.fork()
    if process:
        _, status = os.waitpid(process, 0)
        return status != 0
    code = 1
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS + 5))
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(MOST_SECONDS * 20)  # where it waits for ever
        os.setpgrp()
        with contextlib.suppress(BaseException):
            code = _tested(mutant, tests)
    finally:
        os._exit(code)


def _tested(mutant: Mutant | None, tests: Sequence[str]) -> int:
    import pytest

    os.chdir(ROOT)
    null = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(null, stream)
    if mutant is not None:
        sys.meta_path.insert(0, Finder(mutant))
    words = ["-x", "-q", "--no-header", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", "not peers and not browser"]
    words += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # of what was imported before the fork
    with contextlib.redirect_stdout(io.StringIO()):
        return int(pytest.main([*words, *tests]))


def main() -> int:
    """Try a sample of each part's changes; returns 1 where fewer than the goal are noticed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=[*TESTS], help="one of them (default: all)")
    parser.add_argument("--sample", type=int, default=100, help="how many of each part (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin no other after so long")
    options = parser.parse_args()
    for name in ("numpy", "pytest", "hypothesis", "mpmath"):  # so that no child imports them again
        __import__(name)
    end = time.monotonic() + 60 * options.minutes
    below = False
    for part in [options.part] if options.part else TESTS:
        tests = [str(ROOT / "tests" / "autograd" / each) for each in TESTS[part]]
        if is_killed(None, tests):
            print(f"{part}: its tests fail without any change", flush=True)
            return 1
        every = mutants_of(part)
        chosen = random.Random(f"{options.seed}/{part}").sample(every, min(options.sample, len(every)))
        killed = known = tried = 0
        for mutant in chosen:
            if time.monotonic() > end:
                break
            tried += 1
            line = mutant.path.read_text(encoding="utf-8").splitlines()[mutant.line - 1].strip()
            where = mutant.path.relative_to(ROOT).as_posix()
            if is_killed(mutant, tests):
                killed += 1
            elif (where, line) in KNOWN:
                known += 1
            else:
                print(f"  survived: {where}:{mutant.line}: {mutant.what}: {line}", flush=True)
        share = 100 * killed / max(1, tried - known)
        below |= share < GOAL
        told = f"{tried} of {len(every):,} changes tried, {killed} noticed, {known} that change nothing"
        print(f"{part}: seed {options.seed}, {told}: {share:.1f} %", flush=True)
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
