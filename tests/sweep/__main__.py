"""``python -m tests.sweep``: every public function by every way in; ``--write`` renews ``docs/sweep.md``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.sweep.calls import calls
from tests.sweep.sweep import WHY, Fare, swept

PAGE = Path(__file__).parents[2] / "docs" / "sweep.md"
COLUMNS = [
    "float", "Value", "Tensor", "numbers, numpy", "numbers, native", "graph, numpy", "graph, native", "arrays, numpy",
    "arrays, native",
]  # fmt: skip
INTRODUCTION = """# Every function, by every way in

Made by `python -m tests.sweep --write`. Each function of the package, in each spelling, is called with plain numbers
or arrays, with Values and with Tensors, compiled by both engines for numbers and for arrays, and as a program from its
graph; with operands from 5e-324 to 1e300, signed zeros, infinities and NaN. Values and all first derivatives must be
those of the eager call to the last digits (2e-14), with infinities and NaNs in the same places, or the call is refused.
Entries of the book that take whole arrays ("… of arrays") are called with some of the shapes and attributes of their
line in the systematic table, by each operand, with the same extremes in one place.

A number says for how many operands they were; – that there is no such call; *refused* has its reason below.
"""


def main() -> int:
    """Sweep, print what is wrong, and write the table where asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.sweep", description=__doc__)
    parser.add_argument("--write", action="store_true", help="renew docs/sweep.md")
    parser.add_argument("--only", default="", help="functions whose spelling contains this")
    parser.add_argument("--engines", default="numpy,native", help="with commas between")
    options = parser.parse_args()
    fares: dict[str, Fare] = {}
    for call in calls():
        if options.only in call.spelling:
            before = fares.setdefault(call.spelling, Fare())
            known = len(before.wrong)
            fare = swept(call, options.engines.split(","), fare=before)
            for way, point, found, expected in fare.wrong[known : known + 3]:
                print(f"{call.spelling} by {way} of {point}: found {found}, expected {expected}", flush=True)
            if len(fare.wrong) > known + 3:
                ways = sorted({way for way, *_ in fare.wrong})
                print(f"  and {len(fare.wrong) - known - 3} more of {call.spelling}: {ways}")
    total, wrong = sum(sum(f.equal.values()) for f in fares.values()), sum(len(f.wrong) for f in fares.values())
    print(f"{len(fares)} spellings, {total} results equal, {wrong} wrong")
    if options.write:
        PAGE.write_text(page(fares, total, wrong, options.engines), encoding="utf-8")
    return 1 if wrong else 0


def page(fares: dict[str, Fare], total: int, wrong: int, engines: str) -> str:
    """The table."""
    lines = [INTRODUCTION, f"{len(fares)} spellings, {total:,} results equal, {wrong} wrong; engines: {engines}.", ""]
    lines += ["|function|" + "|".join(COLUMNS) + "|", "|---|" + "---|" * len(COLUMNS)]
    reasons: dict[str, list[str]] = {}
    for spelling, fare in fares.items():
        cells = []
        for way in COLUMNS:
            bad = sum(found[0] == way for found in fare.wrong)
            cells.append(
                f"**{bad} wrong**" if bad else "refused" if way in fare.refused else str(fare.equal.get(way, "–"))
            )
        lines.append(f"| `{spelling}` | " + " | ".join(cells) + " |")
        for way, reason in fare.refused.items():
            reasons.setdefault(reason.split(" (file ")[0].split("\n")[0][:160], []).append(f"`{spelling}` ({way})")
    lines += ["", "## Not compared", "", WHY, "", "## Refused", ""]
    lines += [f"- {', '.join(who)}: {reason}" for reason, who in reasons.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
