"""The native engine: its cache, its choice by default, and flushed denormals."""

from __future__ import annotations

import ctypes
import errno
import gc
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.program.native import book, engine, machine
from autograd.program.native.expressions import function_of_floats
from autograd.rules.primitive import BOOK, elementwise

pytest.importorskip("llvmlite")
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


def test_machine_code_is_kept_in_files_and_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    text = "define double @half(double %x) #0 {\n  %y = fmul double %x, 0.5\n  ret double %y\n}\n"
    assert not machine.is_kept("test", "half", text)
    half = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.c_double)
    assert half(machine.addresses("test", {"half": text})["half"])(3.0) == 1.5
    assert machine.is_kept("test", "half", text)
    assert not machine.is_kept("test", "half", text.replace("0.5", "0.25"))
    monkeypatch.setattr(machine, "_compiled", lambda _: pytest.fail("compiled again"))
    assert half(machine.addresses("test", {"half": text})["half"])(3.0) == 1.5


@pytest.mark.parametrize("someone", [True, False], ids=["at a terminal", "in a log"])
def test_whoever_waits_for_machine_code_is_told_once(
    someone: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: someone)
    monkeypatch.delattr(sys, "ps1", raising=False)
    monkeypatch.setattr(machine, "_compiled", lambda _: b"code")
    monkeypatch.setattr(machine, "_engine_of", lambda _: SimpleNamespace(get_function_address=lambda _: 0))
    monkeypatch.setattr(machine, "_engines", [])
    machine._say_so.cache_clear()
    try:
        for text in ("one", "one", "another"):
            machine.addresses("test", {"f": text})
    finally:
        machine._say_so.cache_clear()
    told = capsys.readouterr().err.splitlines()
    assert len(told) == someone
    assert all("about a second" in line and str(tmp_path) in line for line in told)


@pytest.mark.parametrize("damaged", [b"", b"\x7fELF", bytes(400)], ids=["empty", "cut off", "overwritten"])
def test_machine_code_that_was_damaged_is_made_again(
    damaged: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[bytes] = []  # and not given to LLVM, which would end the process

    def engine_of(code: bytes) -> Any:
        loaded.append(code)
        return SimpleNamespace(get_function_address=lambda _: 0)

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(machine, "_engine_of", engine_of)
    monkeypatch.setattr(machine, "_engines", [])
    monkeypatch.setattr(machine, "_compiled", lambda _: b"\x7fELF and so on")
    machine.addresses("test", {"f": "text"})
    [file] = (tmp_path / "gradbook").iterdir()
    whole = file.read_bytes()
    file.write_bytes(damaged)
    machine.addresses("test", {"f": "text"})
    assert loaded == [b"\x7fELF and so on"] * 2
    assert file.read_bytes() == whole


def test_a_full_disk_is_no_obstacle_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(machine.Path, "replace", full)
    text = "define i64 @nine() #0 {\n  ret i64 9\n}\n"
    assert ctypes.CFUNCTYPE(ctypes.c_int64)(machine.addresses("test", {"nine": text})["nine"])() == 9
    assert list((tmp_path / "gradbook").iterdir()) == []


def test_a_cache_folder_that_cannot_be_written_to_is_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    text = "define i64 @seven() #0 {\n  ret i64 7\n}\n"
    assert ctypes.CFUNCTYPE(ctypes.c_int64)(machine.addresses("test", {"seven": text})["seven"])() == 7


def test_a_way_in_outlives_the_program_and_takes_arrays_of_any_kind() -> None:
    a, b = ag.Value(2.0), ag.Value(-3.0)
    run = ag.Program.from_graph(a * b, [a, b], engine="native").run
    gc.collect()
    unaligned = np.zeros(17, np.uint8)[1:].view(np.float64)
    unaligned[:] = 2.0, 5.0
    apart, single = np.array([2.0, 0.0, 5.0])[::2], np.array([2.0, 5.0], np.float32)
    for x in ([2.0, 5.0], np.array([2, 5]), apart, single, unaligned):
        value, gradient = run(x)
        assert value == 10.0
        assert gradient.tolist() == [5.0, 2.0]
    for x in ([2.0], np.ones((2, 1)), np.ones(3)):
        with pytest.raises(ag.ShapeError, match="for a program of 2 inputs"):
            run(x)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_program_takes_no_more_memory_than_its_numbers_its_words_and_what_leads_to_them(count: int) -> None:
    x = [ag.Value(float(k)) for k in range(count)]
    program = ag.Program.from_graph(ag.exp(x[0]), x, engine="native", order=0)
    code = 1 + 3 + 1  # where the result is; the function, its result and operand; the end
    assert program.memory == 8 * (9 + (code + 1) // 2 + count + 1)


def test_every_function_of_the_book_is_one_of_the_engine_in_both_precisions() -> None:
    for rule in book.functions():
        for kind in ("double", "float"):
            assert function_of_floats(rule.scalar, rule.name, book.arity(rule), kind)


@pytest.mark.parametrize("results", [1, 2, 3, 16, 31, 33, 50, 64])
def test_sums_of_any_number_of_neighbouring_results_are_those_of_numpy(results: int) -> None:
    rng = np.random.default_rng(results)
    weights, start = rng.standard_normal((results, 20)), rng.standard_normal(20)
    found = []
    for engine_name in ("native", "numpy"):
        x = [ag.Value(float(number)) for number in start]
        loss = ag.sum([ag.tanh(ag.dot(row.tolist(), x)) for row in weights])
        found.append(ag.Program.from_graph(loss, wrt=x, engine=engine_name).run(start.copy()))
    np.testing.assert_allclose(found[0][0], found[1][0], rtol=1e-12)
    np.testing.assert_allclose(found[0][1], found[1][1], rtol=1e-11, atol=1e-13)


def test_importing_the_engine_imports_no_llvm_and_no_programs() -> None:
    code = "import sys, autograd; sys.exit(any(m in sys.modules for m in ('llvmlite', 'autograd.program')))"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=False, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    assert result.returncode == 0
    code = "import sys, autograd; autograd.Program; sys.exit('llvmlite' in sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=False, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    assert result.returncode == 0


def test_without_llvmlite_programs_run_on_numpy() -> None:
    code = """
import sys
sys.modules["llvmlite"] = None
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


def refuse_to_load() -> str:
    """As llvmlite does where its library is made for another system, or memory is short."""
    raise OSError("Could not find/load shared object file 'libllvmlite.so'")


@pytest.mark.parametrize(
    ("of", "name", "value"),
    [
        ("llvmlite", "__version__", "0.44.0"),
        ("sys", "maxsize", 2**31 - 1),
        ("llvmlite.binding", "get_process_triple", refuse_to_load),
        ("platform", "machine", lambda: "ppc64le"),
        ("sys", "implementation", SimpleNamespace(name="pypy")),
    ],
)
def test_programs_run_on_numpy_where_native_ones_cannot(
    of: str, name: str, value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = ag.Value(2.0)
    with monkeypatch.context() as changed:
        changed.setattr(import_module(of), name, value)
        assert not engine.available()
        assert engine.native_is_ready() is None or "array" in engine._loaded
        assert engine.chosen(None) == "numpy"
    assert engine.available()
    assert ag.Program.from_graph(x * x, x).engine == "native"


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


def test_the_oldest_llvmlite_is_the_one_that_the_extra_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    (oldest,) = [word.removeprefix("llvmlite>=") for word in extras["jit"] if word.startswith("llvmlite")]
    major, minor = map(int, oldest.split("."))
    for version, runs in (
        (oldest, True), (f"{oldest}.1", True), (f"{major}.{minor - 1}.9", False), (f"{major + 1}.0", True),
        (f"{major}.{minor}rc1", True), (f"{major}.{minor + 1}.0dev0", True),
    ):  # fmt: skip
        monkeypatch.setattr("llvmlite.__version__", version)
        assert engine.available() == runs, version
