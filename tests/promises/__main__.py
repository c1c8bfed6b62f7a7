"""``python -m tests.promises``: try to break every promise; ``--write`` renews ``docs/promises.md``."""

from __future__ import annotations

import argparse
import datetime
import json
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from tests.fuzz.kept import kept as noted
from tests.promises import concurrency, depth, faults, items, numbers, peers
from tests.promises.trial import last_line

ROOT = Path(__file__).parents[2]
PAGE, KEPT = ROOT / "docs" / "promises.md", Path(__file__).parent / "figures.json"


class Promise(NamedTuple):
    """What is promised, and the trial that gives a figure or raises."""

    words: str
    trial: Callable[[], str]
    command: str = ""


PROMISES: dict[str, Promise] = {
    "fuzz": Promise(
        "Random programs have PyTorch's values, first and second derivatives, and replay equals eager",
        lambda: f"{last_line('tests.fuzz', '--programs', '2500', '--seed', 'promise')}; before: {noted()}",
        "python -m tests.fuzz --programs 2500 --seed promise",
    ),
    "sweep": Promise(
        "Every public function, by every spelling and engine: equal, or refused",
        partial(last_line, "tests.sweep"),
        "python -m tests.sweep",
    ),
    "hostile": Promise(
        "A damaged or hostile file is read or refused in one clear line, within bounds, and runs no code",
        partial(last_line, "tests.hostile", "--by-cost", "--mutants", "20000", "--minutes", "60"),
        "python -m tests.hostile --by-cost --mutants 20000 --minutes 60",
    ),
    "mutants": Promise(
        "A small fault in the engine is noticed by a test",
        partial(last_line, "tests.mutants", "--seed", "10"),
        "python -m tests.mutants --seed 10",
    ),
    "branches": Promise(
        "The tests go through 98 % of the engine's lines and branches, and 95 % of the networks'",
        partial(last_line, "tests.branches", timeout=4 * 3600),
        "python -m tests.branches",
    ),
    "breaking": Promise(
        "What was once wrong or lost is noticed by every test that is named for it below, where it is put back",
        partial(last_line, "tests.promises.breaking"),
        "python -m tests.promises.breaking",
    ),
    "killed": Promise(
        "A training that is killed goes on where it was, and ends with the same weights",
        partial(last_line, "tests.killed"),
        "python -m tests.killed",
    ),
    "choices": Promise("What was not chosen has no say, though its slope is infinite", numbers.choices),
    "tails": Promise("Slopes far out are as small as they are, and not 0", numbers.tails),
    "threads": Promise("Threads train as one alone does", concurrency.threads),
    "tasks": Promise("Modes belong to a task", concurrency.tasks),
    "processes": Promise("Forked and spawned processes train as their parent does", concurrency.processes),
    "interrupts": Promise("An interrupt leaves modes, collector, locks and reserves as they were", faults.interrupts),
    "chain": Promise("A graph may be as deep as memory allows, and is freed with its last name", depth.chain),
    "copies": Promise("Deep graphs can be copied, pickled and drawn", depth.copies),
    "steps": Promise("Training holds its memory", depth.steps),
    "cycles": Promise("Graphs hold no reference cycles", depth.cycles),
}
TEXT = """\
# What is promised, and tried

Made by `python -m tests.promises --write`: each promise with the trial that tries to break it, and the figure it came
to. `python -m tests.promises --only NAME` tries one again. How exact the numbers are stands in
[its own table](accuracy.md), how every function fares by every way in [in another](sweep.md).

| promise | figure | command | on | at commit |
|---|---|---|---|---|
{}

## The same elsewhere

| trial | library | figure |
|---|---|---|
{}

## What was once wrong, or lost

Each kind has tests in every run. `python -m tests.promises.breaking` puts faults of each kind back, one at a time, in a
copy of the checkout, and says which of its tests fail.

| kind | tests |
|---|---|
{}
"""


def main() -> int:
    """Run the trials, and keep their figures where asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.promises", description=__doc__)
    parser.add_argument("--write", action="store_true", help="keep the figures, and renew docs/promises.md")
    parser.add_argument("--only", default="", help="names of promises, with commas between")
    options = parser.parse_args()
    kept: dict[str, Any] = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    broken = 0
    for name in filter(None, options.only.split(",")) if options.only else PROMISES:
        try:
            figure = PROMISES[name].trial()
        except Exception as error:
            print(f"{name}: BROKEN: {error}", flush=True)
            broken += 1
            continue
        print(f"{name}: {figure}", flush=True)
        commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
        today = datetime.datetime.now(datetime.UTC).date().isoformat()
        elsewhere = kept.get(name, {}).get("elsewhere", {}) | peers.figures(name)
        kept[name] = {"figure": figure, "on": today, "commit": commit.stdout.strip(), "elsewhere": elsewhere}
    if options.write and not broken:
        KEPT.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        PAGE.write_text(page(kept), encoding="utf-8")
    return 1 if broken else 0


def page(kept: dict[str, Any]) -> str:
    """The page of the figures that are kept."""
    rows, others = [], []
    for name, promise in PROMISES.items():
        found = kept.get(name, {"figure": "not tried for this page yet", "on": "", "commit": "", "elsewhere": {}})
        command = promise.command or f"python -m tests.promises --only {name}"
        rows.append(f"| {promise.words} | {found['figure']} | `{command}` | {found['on']} | {found['commit']} |")
        if found["elsewhere"]:
            others.append(f"| {promise.words} | here | {found['figure']} |")
        others += [f"| | {title} | {figure} |" for title, figure in found["elsewhere"].items()]
    return TEXT.format("\n".join(rows), "\n".join(others), items.rows())


if __name__ == "__main__":
    sys.exit(main())
