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
    parser.add_argument("--seconds", type=int, default=15, help="of the processor's time, for an example at most")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    if asked.what == "suite":
        show(run_suite(asked.folder))
    elif asked.what == "packages":
        for name in asked.names or PACKAGES:
            run_package(name, asked.folder)
    else:
        runs = {"passed": "runs to its end", "still running": f"runs, for {asked.seconds} s and longer"}
        reasons = []
        for name, reason in run_examples(asked.folder, asked.seconds):
            print(f"{name:40} {runs.get(reason) or OF_BOXES.get(name, reason)}", flush=True)
            reasons.append(reason)
        running = sum(reason in runs for reason in reasons)
        print(f"{running} of {len(reasons)} run, {reasons.count('passed')} of them to their end")


if __name__ == "__main__":
    main()
