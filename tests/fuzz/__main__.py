"""``python -m tests.fuzz``: random programs for so many minutes, or so many of them."""

from __future__ import annotations

import argparse
import gc
import sys
import time

from tests.fuzz.finding import Counts
from tests.fuzz.judge import judged
from tests.fuzz.kept import keep
from tests.fuzz.minimise import minimised
from tests.fuzz.policy import POLICY
from tests.fuzz.programs import Program, generate
from tests.fuzz.scripts import script


def main() -> int:
    """Run, print what was found, and say how many programs were run."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, help="how long to go on")
    parser.add_argument("--programs", type=int, help="how many programs to run (1,000 where no time is given either)")
    parser.add_argument("--seed", default="0", help="of the random programs")
    parser.add_argument("--start", type=int, default=0, help="number of the first program")
    parser.add_argument("--only", type=int, help="run this one program, in every way there is")
    parser.add_argument("--stop", type=int, default=10, help="stop after so many different findings")
    parser.add_argument("--engines", default="numpy,native", help="to replay on, with commas between")
    parser.add_argument("--without", default="", help="operations to leave out, with commas between")
    parser.add_argument("--judge", choices=["torch", "jax"], default="torch", help="who is asked of every program")
    parser.add_argument("--keep", action="store_true", help="note the seed and what was found in tests/fuzz/runs.json")
    parser.add_argument("--policy", action="store_true", help="print the differences from PyTorch that are meant")
    options = parser.parse_args()
    if options.policy:
        print("\n\n".join(f"{name}: {reason}" for name, reason in POLICY.items()))
        return 0
    engines = tuple(filter(None, options.engines.split(",")))
    counts, seen = Counts(), dict[str, int]()
    thorough = options.only is not None
    first = index = options.only if thorough else options.start
    number = 1 if thorough else options.programs or (None if options.minutes else 1000)
    for k in range(12):  # so that what is imported on first use is there
        judged(generate("warm", k), Counts(), k, engines)
    gc.collect()
    gc.freeze()  # a recording looks at every object there is, and PyTorch's own are many
    start = time.monotonic()
    while number is None or index < first + number:
        late = options.minutes is not None and time.monotonic() - start > 60 * options.minutes
        if late or len(seen) >= options.stop:
            break
        program = generate(options.seed, index, without=options.without.split(","))
        finding = judged(program, counts, index, engines, thorough, options.judge == "jax")
        if finding is not None:
            seen[finding.kind] = seen.get(finding.kind, 0) + 1
            if seen[finding.kind] <= 2:
                title = f"python -m tests.fuzz --seed {options.seed} --only {index}"
                report(program, finding.kind, title, lambda p, i=index: judged(p, Counts(), i, engines, thorough))
        index += 1
    seconds, wrong = time.monotonic() - start, sum(seen.values())
    print(f"seed {options.seed}: {index - first} programs ({first} to {index - 1}) in {seconds:.0f} s, {wrong} wrong")
    for mark, found in (("", counts), ("WRONG ", seen)):
        for name, count in sorted(found.items(), key=lambda pair: -pair[1]):
            print(f"  {count:7}  {mark}{name}")
    if options.keep and not thorough:
        keep(options.seed, first, index - first, wrong)
    return 1 if seen else 0


def report(program: Program, kind: str, title: str, judge: object) -> None:
    """Print a finding, made small."""

    def fails(candidate: Program) -> bool:
        try:
            found = judge(candidate)  # type: ignore[operator]
        except Exception:
            return False  # no program any more
        return found is not None and found.kind == kind

    small = minimised(program, fails)
    finding = judge(small)  # type: ignore[operator]
    print(f"---- {kind}\n{script(small, finding, title)}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
