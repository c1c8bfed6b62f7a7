"""The command: ``python -m tests.hips`` runs HIPS autograd's own tests, or its examples, or packages that use it."""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.hips.packages import PACKAGES, run_package
from tests.hips.suite import OF_BOXES, ROOT, run_examples, run_suite, show


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.hips", description=__doc__)
    parser.add_argument("what", nargs="?", default="suite", choices=["suite", "examples", "packages"])
    parser.add_argument("names", nargs="*", help="packages, all by default")
    parser.add_argument("--folder", type=Path, default=ROOT / "runs" / "hips", help="where sources are kept")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    if asked.what == "suite":
        show(run_suite(asked.folder))
    elif asked.what == "packages":
        for name in asked.names or PACKAGES:
            run_package(name, asked.folder)
    else:
        found = run_examples(asked.folder)
        for name, reason in found:
            print(f"{name:40} {'runs' if reason == 'passed' else OF_BOXES.get(name, reason)}")
        print(f"{sum(reason == 'passed' for _, reason in found)} of {len(found)} run")


if __name__ == "__main__":
    main()
