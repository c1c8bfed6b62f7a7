"""HIPS autograd's own tests and examples, from its source distribution, with this project in its place."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import tarfile
import time
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[2]
SOURCES = "autograd==1.9.1"
NO_TESTS = 5  # pytest's exit code for a file without any

# Tests that do not pass, and why.
EXPLAINED = {
    "test_custom_where_dtypes": "wants np.where to give its argument back as it is, where NumPy makes an array of it",
    "test_pinv": "uses a name of HIPS autograd's own, np.linalg._dot",
    "test_assignment_raises_error": "wants a TypeError for an assignment to entries; here it is a GraphError",
    "test_nograd": "wants an error for the derivative of a truth, which is 0 here",
    "test_const_graph_args": "records a primitive that has no derivative under a derivative",
    "test_cast_to_int": "wants int() of a variable, which would lose its gradient",
    "test_odeint": "moves times by more than they are apart: check_grads takes longer steps here",
    "test_rfftn_odd_not_implemented": "wants an error for transforms of odd lengths, which have derivatives here",
    "test_check_vjp_1st_order_fail": "compares the words of the error of check_grads",
    "test_check_vjp_2nd_order_fail": "compares the words of the error of check_grads",
    "test_wrapped_name_and_docs": "compares the words of docstrings and the names of derived functions",
}

# Examples that do not run, and why they should not.
OF_BOXES = {
    "dot_graph": "draws HIPS autograd's own nodes; here that is ag.draw",
    "print_trace": "writes a node class of HIPS autograd's own; here that is ag.trace_backward",
    "rkhs": "makes boxes of HIPS autograd's own for functions; here a primitive takes and gives containers",
}


def fetch(requirement: str, folder: Path, only: str = ":all:") -> Path:
    """The unpacked source distribution of a package, for which ``only`` this one need be built from source."""
    name = re.split(r"[=<>]", requirement)[0]
    unpacked = folder / "sources" / name
    if not unpacked.exists():
        archives = folder / "archives" / name
        command = [sys.executable, "-m", "pip", "download", requirement, "--no-binary", only, "--no-deps"]
        subprocess.run([*command, "--quiet", "--dest", str(archives)], check=True)
        (archive,) = archives.glob("*.tar.gz")
        with tarfile.open(archive) as tar:
            tar.extractall(folder / "unpacking", filter="data")
        (inner,) = (folder / "unpacking").iterdir()
        unpacked.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(inner, unpacked)
    return unpacked


def environment(**more: str) -> dict[str, str]:
    """That of a process which finds this project under the name ``autograd``."""
    return os.environ | {"PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg", "PYTHONHASHSEED": "0"} | more


def outcomes(
    tests: Path,
    python: str = sys.executable,
    ours: bool = True,
    options: tuple[str, ...] = (),
    folder: Path | None = None,
) -> list[tuple[str, str]]:
    """Every test by name with "passed", "skipped", or what went wrong in a line.

    Each file and folder in the tests' own has a process to itself, so that one which breaks off leaves the others'.
    """
    found = []
    for file in sorted({tests / p.relative_to(tests).parts[0] for p in tests.rglob("test_*.py")}):
        report = file.with_name(f"{file.stem}-{'ours' if ours else 'hips'}.xml")
        report.unlink(missing_ok=True)
        command = [python, "-m", "pytest", str(file), "-q", "-p", "no:cacheprovider", "--tb=short"]
        command += [
            "--continue-on-collection-errors",
            f"--junitxml={report}",
            "-o",
            "addopts=",
            "-o",
            "filterwarnings=",
            "-o",
            "required_plugins=",
        ]
        plugins = str(Path(__file__).parent)
        env = environment(PYTHONPATH=f"{ROOT}{os.pathsep}{plugins}" if ours else plugins)
        started = time.monotonic()
        done = subprocess.run(
            [*command, *options], env=env, cwd=folder or tests.parent, capture_output=True, text=True, check=False
        )
        told = list(_read(report)) if report.exists() else []
        if not told and done.returncode != NO_TESTS:  # pytest itself broke off
            lines = (done.stderr + done.stdout).strip().splitlines()
            told = [(str(file), f"broke off with {done.returncode}: {lines[-1] if lines else ''}")]
        passed = sum(reason == "passed" for _, reason in told)
        print(f"  {file.stem}: {passed} of {len(told)} in {time.monotonic() - started:.0f} s", flush=True)
        found += told
    return found


def _read(report: Path) -> Iterator[tuple[str, str]]:
    for case in ET.parse(report).iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        kinds = {part.tag: part for part in case}
        if "failure" in kinds or "error" in kinds:
            found = kinds.get("failure", kinds.get("error"))
            message = (found.get("message") or "") if found is not None else ""
            if found is not None and "collection" in message:  # the line that says why
                lines = [line for line in (found.text or "").splitlines() if line.startswith("E  ")]
                message = lines[-1][1:].strip() if lines else message
            yield name, message.strip().splitlines()[0] if message.strip() else "no reason given"
        else:
            yield name, "skipped" if "skipped" in kinds else "passed"


def kind_of(reason: str) -> str:
    """A reason without what is particular to one test: so that failures of one cause count together."""
    return re.sub(r"'[^']*'|\d[\d.e+-]*", "…", reason)[:100]


def show(found: list[tuple[str, str]]) -> None:
    """Counts, and each failure under the kind of its reason."""
    passed = [name for name, reason in found if reason == "passed"]
    skipped = [name for name, reason in found if reason == "skipped"]
    kinds: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for name, reason in found:
        if reason not in ("passed", "skipped"):
            kinds[kind_of(reason)].append((name, reason))
    for kind, failures in sorted(kinds.items(), key=lambda item: -len(item[1])):
        print(f"{len(failures):4}  {kind}")
        for name, reason in failures:
            why = EXPLAINED.get(name.rpartition("::")[2].partition("[")[0])
            print(f"      {name}: {f'expected, it {why}' if why else reason[:160]}")
    print(f"{len(passed)} passed, {sum(map(len, kinds.values()))} failed, {len(skipped)} skipped", flush=True)


def run_suite(folder: Path) -> list[tuple[str, str]]:
    """HIPS autograd's tests."""
    tests = folder / "suite" / "tests"
    shutil.rmtree(tests, ignore_errors=True)
    shutil.copytree(fetch(SOURCES, folder) / "tests", tests)
    return outcomes(tests)


def run_examples(folder: Path, seconds: int = 15) -> Iterator[tuple[str, str]]:
    """HIPS autograd's example scripts: "passed", "still running" after so long, or what went wrong in a line.

    So long at most, as its own script for them does; of the processor's time, since a busy machine would otherwise end
    them before they have done much.
    """
    examples = folder / "suite" / "examples"
    shutil.rmtree(examples, ignore_errors=True)
    shutil.copytree(fetch(SOURCES, folder) / "examples", examples)
    _write_digits(examples / "data")
    scripts = sorted(p for p in examples.rglob("*.py") if p.stem not in ("__init__", "data", "data_mnist"))
    for script in scripts:
        folder_of = script.parent
        _write_digits(folder_of / "data")
        limited = "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_CPU, (int(sys.argv[1]), 600)); "
        limited += "sys.path[0] = ''; runpy.run_path(sys.argv[2], run_name='__main__')"
        command = [sys.executable, "-c", limited, str(seconds), str(script)]
        done = subprocess.run(command, cwd=folder_of, env=environment(), capture_output=True, text=True, check=False)
        lines = done.stderr.strip().splitlines()
        reason = {0: "passed", -signal.SIGXCPU: "still running"}.get(done.returncode)
        reason = reason or (lines[-1] if lines else f"exit code {done.returncode}")
        yield script.stem, reason


def _write_digits(folder: Path, count: int = 300) -> None:
    """Random images of digits in MNIST's format, in place of those that the examples fetch."""
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(0)
    for part in ("train", "t10k"):
        images = struct.pack(">IIII", 2051, count, 28, 28) + rng.integers(0, 256, count * 784, np.uint8).tobytes()
        labels = struct.pack(">II", 2049, count) + rng.integers(0, 10, count, np.uint8).tobytes()
        (folder / f"{part}-images-idx3-ubyte.gz").write_bytes(gzip.compress(images))
        (folder / f"{part}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(labels))
