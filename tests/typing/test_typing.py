"""What a user writes infers: by two type checkers, on programs that also run, where the types must be the truth."""

from __future__ import annotations

import os
import subprocess
import sys
import types
import typing
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PROGRAMS = sorted(HERE.glob("[!_t]*.py"))


def checked(*command: str) -> None:
    """Run a checker over the programs, as a user's own code would be checked, outside of this project's settings."""
    files = [str(path) for path in PROGRAMS]
    paths = {"MYPYPATH": str(ROOT), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", *command, *files],
        cwd=ROOT, env=os.environ | paths, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(find_spec("mypy") is None, reason="mypy is not installed (the extra lint)")
def test_mypy_infers_what_is_written() -> None:
    checked("mypy", "--strict")


@pytest.mark.skipif(find_spec("pyright") is None, reason="pyright is not installed (the extra lint)")
def test_pyright_infers_what_is_written() -> None:
    checked("pyright", "--pythonpath", sys.executable)


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_what_is_inferred_is_what_comes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def assert_type(value: Any, wanted: Any) -> Any:
        assert holds(value, wanted), f"{path.name}: {value!r} is no {wanted}"
        seen.append(wanted)
        return value

    monkeypatch.setattr(typing, "assert_type", assert_type)
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), {"__name__": path.stem})
    assert len(seen) > 10


def holds(value: Any, wanted: Any) -> bool:
    """Whether a value is of a type, as far as it can be seen."""
    if wanted is None or wanted is Any:
        return value is None or wanted is Any
    wanted = getattr(wanted, "__value__", wanted)  # what an alias stands for: NDArray is one from NumPy 2.5 on
    origin, parts = typing.get_origin(wanted), typing.get_args(wanted)
    if origin is types.UnionType:
        return any(holds(value, part) for part in parts)
    if origin is None:
        return isinstance(value, wanted) and (wanted in (bool, int) or not isinstance(value, bool))
    if not isinstance(value, origin):
        return False
    if origin is list:
        return all(holds(x, parts[0]) for x in value)
    if origin is dict:
        return all(holds(key, parts[0]) and holds(x, parts[1]) for key, x in value.items())
    if origin is tuple and parts[-1] is not ...:
        return len(value) == len(parts) and all(map(holds, value, parts))
    return True
