"""``python -m benchmarks``: run rows of the benchmark and print them as tables."""

from __future__ import annotations

import argparse
import importlib
import json
import platform
import statistics
import subprocess
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.harness import Row, Timing, run
from benchmarks.rows import MODULES


def main() -> None:
    """Parse the command line, run, print, save."""
    rows = {row.key: (module, row) for module in MODULES for row in importlib.import_module(module).ROWS}
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Times this project and its peers on the same work, taking turns.",
        epilog="Rows: " + "; ".join(f"{key}: {row.title}" for key, (_, row) in rows.items()),
    )
    parser.add_argument("rows", nargs="*", metavar="ROW", help="which rows (default: all)")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each contender (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=1.0, help="seconds of each turn (default: %(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the figures in a file")
    options = parser.parse_args()
    unknown = [key for key in options.rows if key not in rows]
    if unknown:
        parser.error(f"no row is called {unknown[0]}; there are {', '.join(rows)}")

    print(machine())
    results = {}
    for key in options.rows or rows:
        module, row = rows[key]
        timings = run(module, row, options.rounds, options.seconds)
        print(table(row, timings))
        results[key] = {name: asdict(timing) for name, timing in timings.items()}
    if options.json:
        record = {"machine": machine(), "commit": _commit(), "time": datetime.now(UTC).isoformat(), "rows": results}
        options.json.write_text(json.dumps(record, indent=1), encoding="utf-8")


def table(row: Row, timings: dict[str, Timing]) -> str:
    """A row's figures; the ratio is our time over the contender's, so smaller is better for us."""
    ours = timings[row.contenders[0].name]
    lines = [f"\n{row.key}. {row.title}", f"{'':16}{'least':>11}{'median':>11}{'ratio':>9}{'(median)':>10}  goal"]
    for name, timing in timings.items():
        if timing.missing:
            lines.append(f"{name:16}  not installed: {timing.missing}")
            continue
        least, median = min(timing.least), statistics.median(timing.medians)
        figures = f"{name:16}{_time(least):>11}{_time(median):>11}"
        if timing is not ours:
            figures += f"{min(ours.least) / least:9.3f}{statistics.median(ours.medians) / median:10.3f}"
            figures += f"  ≤ {row.goals[name]:g}" if name in row.goals else ""
        lines.append(figures)
    return "\n".join(lines)


def _time(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def machine() -> str:
    """The machine and the versions that the figures belong to."""
    import numpy

    cpu = next(
        (line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    return f"{cpu}, Python {platform.python_version()}, NumPy {numpy.__version__}"


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def _commit() -> str:
    result = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    return result.stdout.strip()


if __name__ == "__main__":
    main()
