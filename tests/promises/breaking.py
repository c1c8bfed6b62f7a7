"""``python -m tests.promises.breaking``: each kind of fault is put back, and the tests named for it must fail.

In a copy of the checkout, each edit of `breaks` is made alone, and the tests of its kind are run. What is printed: how
many of them fail with that edit, and, in the end, the tests that were not seen to fail.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.promises.breaks import BREAKS, Break
from tests.promises.items import ITEMS

ROOT = Path(__file__).parents[2]
MOST_SECONDS = 600


def main() -> int:
    """Returns how many edits nobody noticed."""
    parser = argparse.ArgumentParser(prog="python -m tests.promises.breaking", description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="kinds in whose names this is found")
    options = parser.parse_args()
    tests_of = {kind: tests for part in ITEMS.values() for kind, tests in part.items()}
    unnoticed, seen = 0, set[str]()
    asked = {kind: breaks for kind, breaks in BREAKS.items() if options.only.lower() in kind.lower()}
    with tempfile.TemporaryDirectory(prefix="breaking-") as place:
        copy = Path(place) / "checkout"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".git", "__pycache__", ".venv", "runs"))
        for kind, breaks in asked.items():
            print(kind, flush=True)
            for edit in breaks:
                failed = failing(copy, edit, tests_of[kind])
                unnoticed += not failed
                seen |= failed
                print(f"  {edit.file}: {len(failed)} of {len(tests_of[kind])} tests fail", flush=True)
    for kind in tests_of.keys() - BREAKS.keys():
        print(f"no fault is put back of this kind: {kind}")
    for kind in asked:
        for test in sorted(set(tests_of[kind]) - seen):
            print(f"not seen to fail: {test} ({kind})")
    names = {test for kind in asked for test in tests_of[kind]}
    print(
        f"{sum(map(len, asked.values()))} edits, {unnoticed} unnoticed; {len(names & seen)} of {len(names)} tests fail"
    )
    return min(unnoticed, 100)


def failing(copy: Path, edit: Break, tests: tuple[str, ...]) -> set[str]:
    """Which of the tests fail in the copy with that edit, which is taken back."""
    path = copy / edit.file
    text = path.read_text(encoding="utf-8")
    if edit.old not in text:
        raise ValueError(f"{edit.file} has no {edit.old!r}")
    path.write_text(text.replace(edit.old, edit.new), encoding="utf-8")
    words = [sys.executable, "-m", "pytest", "-q", "-rfE", "--tb=no", "--no-header", "-p", "no:cacheprovider"]
    environment = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(
            [*words, *(f"tests/{test}" for test in tests)],
            cwd=copy, env=environment, capture_output=True, text=True, timeout=MOST_SECONDS,
        )  # fmt: skip
        found = re.findall(r"^(?:FAILED|ERROR) tests/([^\[\s]+)", done.stdout, re.MULTILINE)
        if done.returncode not in (0, 1, 2) or (done.returncode and not found):
            found = list(tests)  # it crashed, or cannot even be imported
    except subprocess.TimeoutExpired:
        found = list(tests)
    finally:
        path.write_text(text, encoding="utf-8")
    return {test for test in tests if any(name in (test, test.partition("::")[0]) for name in found)}


if __name__ == "__main__":
    sys.exit(main())
