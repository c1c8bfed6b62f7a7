"""The native engine: its cache, its choice by default, and flushed denormals."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import autograd as ag
from autograd.program.native import cache as native_cache
from autograd.program.native import number_interpreter as native_source
from autograd.rules.primitive import BOOK, elementwise

pytest.importorskip("numba")
ROOT = Path(__file__).parents[3]


def python(code: str) -> None:
    """Run a program of its own, which must not fail."""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, env=os.environ | {"PYTHONPATH": str(ROOT)})


@pytest.fixture
def cube() -> Iterator[ag.Primitive]:
    """A user's own primitive."""
    yield elementwise("cube", lambda x: x * x * x, lambda g, y, x: g * 3 * x * x, scalar=lambda x: x * x * x)
    del BOOK["cube"]


def test_native_is_the_default_where_it_can_run(cube: ag.Primitive) -> None:
    x = ag.Value(2.0)
    assert ag.Program.from_graph(ag.tanh(x), x).engine == "native"
    own = ag.Program.from_graph(cube(x), x)
    assert own.engine == "numpy"
    assert own(3.0) == (27.0, 27.0)
    with pytest.raises(TypeError, match="cube has no native instruction: use engine='numpy'"):
        ag.Program.from_graph(cube(x), x, engine="native")


def test_the_interpreter_is_kept_in_a_file_and_found_again() -> None:
    first, second = native_source.load(), native_source.load()
    assert first.__file__ == second.__file__
    assert Path(first.__file__).read_text(encoding="utf-8") == native_source.source()
    assert list(Path(first.__file__).parent.rglob("*.nbi"))  # numba's index of compiled functions


def test_a_cache_folder_that_cannot_be_written_to_is_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    path = native_cache._written("gradbook_native_test", "x = 1\n")
    assert path.read_text(encoding="utf-8") == "x = 1\n"


def test_importing_the_engine_imports_no_numba_and_no_programs() -> None:
    code = "import sys, autograd; sys.exit(any(m in sys.modules for m in ('numba', 'autograd.program')))"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=False, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    assert result.returncode == 0
    code = "import sys, autograd; autograd.Program; sys.exit('numba' in sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=False, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    assert result.returncode == 0


def test_without_numba_programs_run_on_numpy() -> None:
    code = """
import sys
sys.modules["numba"] = None
import autograd as ag
x = ag.Value(2.0)
program = ag.Program.from_graph(x * x, x)
assert program.engine == "numpy" and program(3.0) == (9.0, 6.0)
try:
    ag.Program.from_graph(x * x, x, engine="native")
except ImportError as error:
    assert "[jit]" in str(error) and isinstance(error, ag.MissingExtraError), error
else:
    raise SystemExit("no error")
"""
    python(code)


def test_denormals_are_kept_unless_asked_otherwise_and_only_during_a_run() -> None:
    from autograd.program.native.denormals import AVAILABLE

    x = ag.Value(1.0)
    exact = ag.Program.from_graph(x * 0.5, x, engine="native")
    assert exact(1e-310)[0] == 5e-311
    if not AVAILABLE:
        with pytest.raises(ValueError, match="x86-64"):
            ag.Program.from_graph(x * 0.5, x, engine="native", flush_denormals=True)
        return
    flushed = ag.Program.from_graph(x * 0.5, x, engine="native", flush_denormals=True)
    assert flushed(1e-310)[0] == 0.0
    assert flushed(1.0)[0] == 0.5
    assert np.float64(1e-310) * 0.5 == 5e-311


def test_it_is_ready_once_it_has_run():
    c = ag.compile(lambda x: ag.sum(ag.exp(x)), engine="native")
    assert c(np.zeros(3)) == 3.0
    assert ag.native_is_ready() is True
