"""``python -m tests.mutants``: small faults are put into the engine one at a time; the tests must notice each.

A fault is one change to one module's syntax tree: another operator, comparison or number, a condition turned round, a
statement left out. Each is tried with the tests that go through its line, the quickest of each test function first, up
to some seconds of them, until one fails; one that crashes or does not end counts as failed. What survives is printed
with its line: either a test is missing, or the change is none (`known.reason` says why).

Which tests go through which line is found out once for a state of the engine, in some minutes.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time

from tests.mutants.changes import Mutant, mutants_of
from tests.mutants.covering import covering
from tests.mutants.known import KNOWN, reason
from tests.mutants.trying import is_killed, noticed_warm

GOAL = 95.0  # per cent
PARTS = ("rules", "graph", "value", "tensor", "program")


def main() -> int:
    """Try a sample of each part's changes; returns 1 where fewer than the goal are noticed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=PARTS, help="one of them (default: all)")
    parser.add_argument("--sample", type=int, default=60, help="how many of each part (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin no other after so long")
    parser.add_argument("--verbose", action="store_true", help="say by which test each is noticed")
    options = parser.parse_args()
    if not os.fork():  # in a process of its own, so that the engine is not imported in this one
        covering()
        os._exit(0)
    if os.wait()[1]:
        return 1
    tests_of, end = covering(), time.monotonic() + 60 * options.minutes
    parts = [options.part] if options.part else list(PARTS)
    every = {part: mutants_of(part) for part in parts}
    chosen = {
        part: random.Random(f"{options.seed}/{part}").sample(every[part], min(options.sample, len(every[part])))
        for part in parts
    }
    there = {(mutant.where, mutant.what, mutant.text) for mutants in every.values() for mutant in mutants}
    for where, what, line in [] if options.part else KNOWN.keys() - there:
        print(f"  known, and not there any more: {where}: {what}: {line}")
    turns = [chosen[part][k] for k in range(options.sample) for part in parts if k < len(chosen[part])]
    known = [mutant for mutant in turns if reason(mutant)]
    tests = {mutant: tests_of.tests(mutant) for mutant in turns if mutant not in known}
    noticed: dict[Mutant, str] = {}

    def tell(mutant: Mutant, test: str) -> bool:
        noticed[mutant] = test
        if options.verbose:
            print(f"  {mutant.where}:{mutant.line}: {mutant.what}: {test or 'not yet'}", flush=True)
        return time.monotonic() < end

    noticed_warm(list(tests.items()), tell)
    for mutant in [mutant for mutant, test in noticed.items() if not test]:
        if is_killed(mutant, tests[mutant]):
            noticed[mutant] = "in a process of its own"
        else:
            print(f"  survived: {mutant.where}:{mutant.line}: {mutant.what}: {mutant.text}", flush=True)
    shares: dict[str, float] = {}
    for part in parts:
        tried = [mutant for mutant in chosen[part] if mutant in noticed]
        killed, nothing = sum(1 for mutant in tried if noticed[mutant]), sum(1 for x in chosen[part] if x in known)
        shares[part] = 100 * killed / max(1, len(tried))
        told = f"{len(tried) + nothing} of {len(every[part]):,} changes tried, {killed} noticed"
        print(f"  {part}: {told}, {nothing} that change nothing: {shares[part]:.1f} %", flush=True)
    told = ", ".join(f"{part} {share:.1f} %" for part, share in shares.items())
    print(f"seed {options.seed}, {len(noticed)} changes, of which are noticed: {told}")
    return 1 if min(shares.values()) < GOAL else 0


if __name__ == "__main__":
    sys.exit(main())
