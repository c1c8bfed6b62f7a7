"""How time is measured: each contender in a process of its own, in turns, and never before its numbers are checked.

A *row* is one piece of work, and its *contenders* are ways of doing it. Machines drift, so contenders take turns: every
round runs each of them once, in a fresh process, for a set number of seconds after a warm-up. Reported are the least
time of all rounds and the median of the rounds' medians. A contender's result (a loss, a gradient's norm) is compared
with the row's reference before its times count; one whose library is missing is named as missing.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
# Peers that need an environment of their own (HIPS autograd has this project's import name): what to install there.
ENVIRONMENTS = {"hips": ["autograd==1.8.0", "numpy"]}

# What ties a library to other instructions than those of the processor it finds: each is to choose for itself.
PINNED = (
    "OPENBLAS_CORETYPE",
    "OPENBLAS_L2_SIZE",
    "MKL_ENABLE_INSTRUCTIONS",
    "ATEN_CPU_CAPABILITY",
    "NPY_DISABLE_CPU_FEATURES",
)

# One step of work: called again and again, it returns numbers to compare with the other contenders'.
Step = Callable[[], tuple[float, ...]]


@dataclass(frozen=True)
class Contender:
    """One way of doing a row's work.

    Attributes:
        name: What the table calls it.
        prepare: Makes the step; imports the library. Its time is reported apart.
        needs: The import name of the library it needs.
        threads: How many threads its matrix products may use.
        environment: A name in `ENVIRONMENTS`, for a library that cannot live beside this project.
        warm: Makes a tiny step of the same kind, taken before memory is counted; what a library sets up once for all
            steps, such as a compiler, is then there.
        whole: Whether it does all of the work; a limit that leaves a part out has no numbers to compare.
    """

    name: str
    prepare: Callable[[], Step]
    needs: str = "numpy"
    threads: int = 2
    environment: str = ""
    warm: Callable[[], Step] | None = None
    whole: bool = True


class MissingError(Exception):
    """What a contender needs is not here; its text says what."""


def compiled(name: str) -> ctypes.CDLL:
    """A file of ``benchmarks/c``, as quick as the C compiler makes it for this processor."""
    compiler = shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise MissingError("a C compiler")
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / f"{name}.so"
        source = ROOT / "benchmarks" / "c" / f"{name}.c"
        command = [compiler, "-O3", "-march=native", "-shared", "-fPIC", source, "-o", library, "-lm"]
        subprocess.run(command, check=True)
        return ctypes.CDLL(str(library))


def pointer(array: Any) -> Any:
    """An array's memory, as C takes it."""
    from numpy import ctypeslib

    return ctypeslib.as_ctypes(array.reshape(-1))


@dataclass(frozen=True)
class Row:
    """One piece of work.

    Attributes:
        key: What the command line calls it.
        title: What is done, for whom the figures mean something.
        contenders: Ours first.
        tolerance: How far, relatively, results may differ from the first contender's.
        goals: The ratio of our time to a peer's that is aimed at.
    """

    key: str
    title: str
    contenders: tuple[Contender, ...]
    tolerance: float
    goals: dict[str, float] = field(default_factory=dict)


@dataclass
class Timing:
    """A contender's times in seconds and peak memory in bytes, one entry a round, and what it computed."""

    least: list[float] = field(default_factory=list)
    medians: list[float] = field(default_factory=list)
    prepared: list[float] = field(default_factory=list)
    peaks: list[int] = field(default_factory=list)
    numbers: tuple[float, ...] = ()
    missing: str = ""


def time_step(step: Step, seconds: float) -> tuple[float, float]:
    """The least and the median time of a step, over about so many seconds after a warm-up of a tenth of that."""
    until = time.perf_counter() + seconds / 10
    step()
    while time.perf_counter() < until:
        step()
    gc.collect()
    times = []
    until = time.perf_counter() + seconds
    while not times or time.perf_counter() < until:
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return min(times), statistics.median(times)


def work(module: str, row: str, contender: str, seconds: float) -> dict[str, Any]:
    """One turn of one contender: what the child process does."""
    chosen = next(c for c in find(module, row).contenders if c.name == contender)
    try:
        importlib.import_module(chosen.needs)
        if chosen.warm is not None:
            chosen.warm()()
        before = memory("VmRSS")
        start = time.perf_counter()
        step = chosen.prepare()
    except (ImportError, MissingError) as error:
        return {"missing": chosen.needs if isinstance(error, ImportError) else str(error)}
    prepared = time.perf_counter() - start
    numbers = step()  # of the first step, so that all contenders have done the same work
    forget_peak()
    least, median = time_step(step, seconds)
    peak = memory("VmHWM") - before
    return {"prepared": prepared, "numbers": numbers, "least": least, "median": median, "peak": peak}


def memory(field: str) -> int:
    """Bytes of memory of this process, now ("VmRSS") or at most ("VmHWM"); 0 where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(field + ":")), 0)


def forget_peak() -> None:
    """Let the peak start from what is held now (Linux; elsewhere nothing)."""
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return


def find(module: str, key: str) -> Row:
    """The row of that key in a module of `benchmarks.rows`."""
    rows: tuple[Row, ...] = importlib.import_module(module).ROWS
    return next(row for row in rows if row.key == key)


def run(module: str, row: Row, rounds: int, seconds: float) -> dict[str, Timing]:
    """All rounds of a row, the contenders taking turns."""
    timings = {contender.name: Timing() for contender in row.contenders}
    for _ in range(rounds):
        for contender in row.contenders:
            timing = timings[contender.name]
            if not timing.missing:
                _take_turn(module, row, contender, seconds, timing)
    _check(row, timings)
    return timings


def _take_turn(module: str, row: Row, contender: Contender, seconds: float, timing: Timing) -> None:
    threads = str(contender.threads)
    environment = os.environ | {"OMP_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": threads, "MKL_NUM_THREADS": threads}
    for pinned in PINNED:
        environment.pop(pinned, None)
    python = _python_of(contender.environment) if contender.environment else sys.executable
    if python is None:
        timing.missing = f"an environment with {ENVIRONMENTS[contender.environment][0]}"
        return
    worker = str(ROOT / "benchmarks" / "worker.py")
    command = [str(python), "-P", worker, module, row.key, contender.name, str(seconds)]
    if contender.environment:
        environment["BENCHMARKS_APART"] = "1"
        environment.pop("PYTHONPATH", None)  # which may lead to this project
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if result.returncode:
        reason = (result.stderr.strip().splitlines() or ["no output"])[-1]
        sys.exit(f"row {row.key}, {contender.name}: {reason}")
    answer = json.loads(result.stdout.splitlines()[-1])
    if "missing" in answer:
        timing.missing = answer["missing"]
        return
    timing.least.append(answer["least"])
    timing.medians.append(answer["median"])
    timing.prepared.append(answer["prepared"])
    timing.peaks.append(answer["peak"])
    timing.numbers = tuple(answer["numbers"])


def _python_of(name: str) -> Path | None:
    """The interpreter of an environment, which is made where it is not there yet; None where that fails."""
    folder = ROOT / ".benchmarks" / name
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        venv.create(folder, with_pip=True)
        install = [str(python), "-m", "pip", "install", "--quiet", *ENVIRONMENTS[name]]
        if subprocess.run(install, check=False, capture_output=True).returncode:
            shutil.rmtree(folder)
            return None
    return python


def _check(row: Row, timings: dict[str, Timing]) -> None:
    reference = timings[row.contenders[0].name].numbers
    for contender in row.contenders:
        name, timing = contender.name, timings[contender.name]
        if timing.missing or not contender.whole:
            continue
        agrees = len(timing.numbers) == len(reference) and all(
            abs(a - b) <= row.tolerance * max(1.0, abs(b)) for a, b in zip(timing.numbers, reference, strict=True)
        )
        if not agrees:
            sys.exit(f"row {row.key}: {name} computed {timing.numbers}, not {reference}; its time means nothing")
