"""Runs that are noted, with their seeds: what the page of promises sums up."""

from __future__ import annotations

import json
from pathlib import Path

KEPT = Path(__file__).parent / "runs.json"


def keep(seed: str, first: int, programs: int, wrong: int) -> None:
    """Note a run, in place of an earlier one of the same programs."""
    runs = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    runs[f"{seed}/{first}"] = {"programs": programs, "wrong": wrong}
    lines = [f" {json.dumps(name)}: {json.dumps(run)}" for name, run in sorted(runs.items())]
    KEPT.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def kept() -> str:
    """What the runs that are noted come to."""
    runs = json.loads(KEPT.read_text(encoding="utf-8"))
    programs, wrong = (sum(run[what] for run in runs.values()) for what in ("programs", "wrong"))
    return f"{programs:,} programs of {len(runs)} seeds (tests/fuzz/runs.json), {wrong} wrong"
