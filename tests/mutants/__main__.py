"""``python -m tests.mutants``: small faults are put into the engine one at a time; the tests must notice each.

A fault is one change to one module's syntax tree: another operator, comparison or number, a condition turned round, a
statement left out. Each is tried with the tests that go through its line, the quickest of each test function first, up
to a minute of them, until one fails; one that crashes or does not end counts as failed. What survives is printed with
its line: either a test is missing, or the change is none (`KNOWN` says why).

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
from tests.mutants.known import KNOWN
from tests.mutants.trying import is_killed, noticed_warm

GOAL = 95.0  # per cent
PARTS = ("rules", "graph", "value", "tensor", "program")


def main() -> int:
    """Try a sample of each part's changes; returns 1 where fewer than the goal are noticed."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=PARTS, help="one of them (default: all)")
    parser.add_argument("--sample", type=int, default=60, help="how many of each part (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--verbose", action="store_true", help="say by which test each is noticed")
    options = parser.parse_args()
    if not os.fork():  # in a process of its own, so that the engine is not imported in this one
        covering()
        os._exit(0)
    os.wait()
    tests_of = covering()
    below = False
    for part in [options.part] if options.part else PARTS:
        began = time.monotonic()
        every = mutants_of(part)
        chosen = random.Random(f"{options.seed}/{part}").sample(every, min(options.sample, len(every)))
        asked = [(mutant, tests_of.tests(mutant)) for mutant in chosen if (mutant.where, mutant.text) not in KNOWN]
        unnoticed: list[Mutant] = []

        def tell(mutant: Mutant, test: str, unnoticed: list[Mutant] = unnoticed) -> None:
            if options.verbose:
                print(f"  {mutant.where}:{mutant.line}: {mutant.what}: {test or 'not yet'}", flush=True)
            if not test:
                unnoticed.append(mutant)

        noticed_warm(asked, tell)
        survivors = [mutant for mutant, tests in asked if mutant in unnoticed and not is_killed(mutant, tests)]
        for mutant in survivors:
            print(f"  survived: {mutant.where}:{mutant.line}: {mutant.what}: {mutant.text}", flush=True)
        killed, known = len(asked) - len(survivors), len(chosen) - len(asked)
        share = 100 * killed / max(1, len(asked))
        below |= share < GOAL
        told = f"{len(chosen)} of {len(every):,} changes tried, {killed} noticed, {known} that change nothing"
        print(f"{part}: seed {options.seed}, {told}: {share:.1f} % in {time.monotonic() - began:.0f} s", flush=True)
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
