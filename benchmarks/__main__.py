"""``python -m benchmarks``: run rows of the benchmark and print them as tables."""

from __future__ import annotations

import argparse
import importlib
import json
import platform
import subprocess
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.harness import Row, Timing, run
from benchmarks.page import page, table
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
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="keep the figures in a file, beside those of other rows"
    )
    parser.add_argument("--page", type=Path, metavar="FILE", help="write the page made from the file of --json")
    options = parser.parse_args()
    unknown = [key for key in options.rows if key not in rows]
    if unknown:
        parser.error(f"no row is called {unknown[0]}; there are {', '.join(rows)}")

    if options.page and not options.json:
        parser.error("--page is made from the figures of --json FILE")
    print(machine())
    figures: dict[str, Any] = {}
    for key in options.rows or rows:
        module, row = rows[key]
        figures[key] = record(row, run(module, row, options.rounds, options.seconds), options.rounds, options.seconds)
        print(table(figures[key]))
    if options.json:
        kept = json.loads(options.json.read_text(encoding="utf-8")) if options.json.exists() else {}
        options.json.write_text(json.dumps(kept | figures, indent=1) + "\n", encoding="utf-8")
    if options.page:
        options.page.write_text(
            page(json.loads(options.json.read_text(encoding="utf-8")), list(rows)), encoding="utf-8"
        )


def record(row: Row, timings: dict[str, Timing], rounds: int, seconds: float) -> dict[str, Any]:
    """A row's figures, with where and when they were measured, as JSON holds them."""
    return {
        "key": row.key,
        "title": row.title,
        "goals": row.goals,
        "contenders": {name: asdict(timing) for name, timing in timings.items()},
        "machine": machine(),
        "commit": _commit(),
        "date": datetime.now(UTC).date().isoformat(),
        "rounds": rounds,
        "seconds": seconds,
    }


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
