"""``python -m tests.branches``: which branches of the packages the tests go through, and which they do not.

Runs the tests under coverage.py, those of commands in processes of their own included, and holds both packages to what
is promised. What was not gone through is listed by line, as ``12->15`` where a branch was never taken that way.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
GOALS = {"autograd": 98.0, "nn": 95.0}  # per cent of lines and branches

SETTINGS = """\
[run]
branch = True
source = {sources}
data_file = {data}
parallel = True
patch = subprocess
concurrency = thread, multiprocessing
sigterm = True
disable_warnings = module-not-measured, no-data-collected, couldnt-parse
[report]
# Names for type checkers alone, and what only stands for others to write: its body is never run.
exclude_also =
    if TYPE_CHECKING:
    @overload
    class .*\\(.*Protocol.*\\):
    ^\\s*\\.\\.\\.$
    ^\\s*raise NotImplementedError$
"""


def main() -> int:
    """Run the tests, print the table; returns 1 where a package is below its goal or a test failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.branches", description="Branch coverage of the packages.")
    parser.add_argument("tests", nargs="*", default=["tests", "autograd", "nn", "docs", "README.md"], help="of pytest")
    parser.add_argument("-m", dest="marks", default="", help="which marks, as pytest's -m takes them")
    parser.add_argument("--report", type=Path, metavar="FOLDER", help="report on what an earlier --keep left there")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where to keep what was found")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="branches-") as place:
        folder = (options.report or options.keep or Path(place)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        settings = folder / "coveragerc"
        settings.write_text(SETTINGS.format(sources=", ".join(GOALS), data=folder / "coverage"), encoding="utf-8")
        failed = 0
        if options.report is None:
            words = ("-q", "-p", "no:cacheprovider", "-m", options.marks, *options.tests)
            failed = _coverage(settings, "run", "-m", "pytest", *words)
            _coverage(settings, "combine", "--quiet")
        below, totals = 0, list[str]()
        for package, goal in GOALS.items():
            print(f"\n== {package}, of which at least {goal:g} % is promised", flush=True)
            only = ("report", f"--include={package}/*", "--skip-covered", "--show-missing", f"--fail-under={goal}")
            below |= _coverage(settings, *only)
            totals.append(f"{package} {_total(settings, package)} %")
    print(f"gone through of lines and branches: {', '.join(totals)}")
    return 1 if failed or below else 0


def _total(settings: Path, package: str) -> str:
    line = [sys.executable, "-m", "coverage", "report", f"--rcfile={settings}", f"--include={package}/*"]
    options = ["--format=total", "--precision=1"]
    return subprocess.run([*line, *options], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()


def _coverage(settings: Path, command: str, *words: str) -> int:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    line = [sys.executable, "-m", "coverage", command, f"--rcfile={settings}", *words]
    return subprocess.run(line, cwd=ROOT, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
