"""The command: ``python -m tests.hips`` runs HIPS autograd's own tests, ``… examples`` its scripts."""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.hips.suite import OF_BOXES, ROOT, run_examples, run_suite, show


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.hips", description=__doc__)
    parser.add_argument("what", nargs="?", default="suite", choices=["suite", "examples"])
    parser.add_argument("--folder", type=Path, default=ROOT / "runs" / "hips", help="where sources are kept")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    if asked.what == "suite":
        show(run_suite(asked.folder))
    else:
        found = run_examples(asked.folder)
        for name, reason in found:
            print(f"{name:40} {'runs' if reason == 'passed' else OF_BOXES.get(name, reason)}")
        print(f"{sum(reason == 'passed' for _, reason in found)} of {len(found)} run")


if __name__ == "__main__":
    main()
