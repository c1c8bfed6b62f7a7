"""``python -m tests.hostile --minutes N --seed S``: mutants of every kind of file to every loader.

Each mutant must be read, or refused by one of this project's errors in one short line that commands no terminal; within
seconds, in bounded memory, without opening a file outside its folder, without running code, without a warning.
Each mutant is made from the seed and its number alone: ``--first NUMBER --mutants 1`` makes it again, with the same
``--by-cost`` or none.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

import autograd as ag
from nn._text import visible
from tests.hostile.guard import Guard, Violation, limit_memory, peak_bytes
from tests.hostile.loaders import Loader, loaders

LONGEST_MESSAGE = 4000
IN_MEMORY = Path("/dev/shm")  # where each file is written a hundred times as fast as on a disk


def main() -> int:
    """Run the trials; returns the number of findings, at most 100."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=1.0, help="for how long (default: 1)")
    parser.add_argument("--mutants", type=int, default=sys.maxsize, help="at most so many")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="the number of the first mutant")
    parser.add_argument("--only", metavar="LOADER", help="one of the loaders that the table names")
    parser.add_argument(
        "--by-cost", action="store_true", help="more mutants for loaders that are quick, fewer for others"
    )
    parser.add_argument("--processes", type=int, default=1, help="at a time, each with its share of the numbers")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where to keep mutants that broke something")
    options = parser.parse_args()
    os.environ["LANGUAGE"] = "C"  # or argparse looks for translations at each word that it says
    began = time.monotonic()
    found = Found()
    for each in shares(options):
        found.add(each)
    print(f"{'':<22}{'mutants':>10}{'read':>10}{'refused':>10}{'broken':>8}{'slowest':>10}")
    for name in found.slowest:
        read, refused, broken = (found.counts[name, outcome] for outcome in ("read", "refused", "broken"))
        slowest = found.slowest[name]
        print(f"{name:<22}{read + refused + broken:>10,}{read:>10,}{refused:>10,}{broken:>8,}{slowest:>8.1f} s")
    findings = sum(count for (_, outcome), count in found.counts.items() if outcome == "broken")
    seconds = time.monotonic() - began
    print(
        f"seed {options.seed}: {found.counts.total():,} mutants in {seconds:.0f} s, {findings:,} broke "
        f"something; at most {found.peak / 2**20:,.0f} MB"
    )
    return min(findings, 100)


@dataclass
class Found:
    """What became of mutants: how many of each loader and outcome, its slowest, and the most memory of a process."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    slowest: dict[str, float] = field(default_factory=dict)
    peak: int = 0

    def add(self, other: Found) -> None:
        """Take in what another process found."""
        self.counts += other.counts
        self.slowest |= {name: max(seconds, self.slowest.get(name, 0)) for name, seconds in other.slowest.items()}
        self.peak = max(self.peak, other.peak)


def shares(options: argparse.Namespace) -> list[Found]:
    """What each process found; a signal to this one ends them, and they tell of what there was."""
    if options.processes == 1:
        return [share(options, 0)]
    with ProcessPoolExecutor(options.processes, get_context("fork")) as pool:
        parts = [pool.submit(share, options, part) for part in range(options.processes)]
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda number, _: [os.kill(process, number) for process in [*pool._processes]])
        return [part.result() for part in parts]


def share(options: argparse.Namespace, part: int) -> Found:
    """Try mutants until time is up, every so many of them; prints every finding as it comes."""
    where = IN_MEMORY if IN_MEMORY.is_dir() and os.access(IN_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="hostile-", dir=where) as place:
        return _share(options, part, Path(place))


def _share(options: argparse.Namespace, part: int, folder: Path) -> Found:
    stopped: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda number, _: stopped.append(number))
    ways = {name: loader for name, loader in loaders(folder).items() if options.only in (None, name)}
    for loader in ways.values():  # what is imported on first use is imported here, and good files are read
        for seed in loader.seeds:
            content = bytes([seed[0]]) + seed[1].encode() if isinstance(seed, tuple) else seed
            loader.write(content)
            loader.read(content)
    gc.freeze()  # what has been imported is not looked at again with each mutant's rubbish
    limit_memory()
    guard = Guard(folder)
    found = Found(slowest=dict.fromkeys(ways, 0.0))
    turns = [name for name, loader in ways.items() for _ in range(loader.share if options.by_cost else 1)]
    end = time.monotonic() + 60 * options.minutes
    for number in range(options.first + part, options.first + options.mutants, options.processes):
        if stopped or time.monotonic() > end:
            break
        name = turns[number % len(turns)]
        rng = random.Random(f"{options.seed}/{number}")
        loader = ways[name]
        content = loader.change(rng.choice(loader.seeds), rng, loader.seeds)
        start = time.process_time()
        outcome = tried(loader, content, guard)
        found.slowest[name] = max(found.slowest[name], time.process_time() - start)
        found.counts[name, outcome if outcome in ("read", "refused") else "broken"] += 1
        if outcome not in ("read", "refused"):
            print(f"--seed {options.seed} --first {number}: {name}: {outcome}\n", flush=True)
            if options.keep is not None:
                options.keep.mkdir(parents=True, exist_ok=True)
                (options.keep / f"{options.seed}-{number}-{name.replace(' ', '-')}").write_bytes(content)
    found.peak = peak_bytes()
    return found


def tried(loader: Loader, content: bytes, guard: Guard) -> str:
    """What became of a mutant: ``read``, ``refused``, or what went wrong."""
    loader.write(content)
    try:
        with guard.watching():
            loader.read(content)
    except ag.GradbookError as error:
        message = str(error)
        if message != visible(message):
            return f"a message that commands a terminal or has several lines: {message[:300]!r}"
        if len(message) > LONGEST_MESSAGE:
            return f"a message of {len(message):,} characters: {message[:300]!r}"
        return "refused"
    except (Exception, Violation) as error:
        last = traceback.extract_tb(error.__traceback__)[-6:]
        way = "".join(f"\n    {Path(frame.filename).name}:{frame.lineno} {frame.line}" for frame in last)
        return f"{type(error).__name__}: {str(error)[:300]}{way}"
    return "read"


if __name__ == "__main__":
    sys.exit(main())
