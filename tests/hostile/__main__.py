"""``python -m tests.hostile --minutes N --seed S``: mutants of every kind of file to every loader.

Each mutant must be read, or refused by one of this project's errors in one short line that commands no terminal; within
seconds, in bounded memory, without opening a file outside its folder, without running code, without a warning.
Each mutant is made from the seed and its number alone: ``--first NUMBER --mutants 1`` makes it again.
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
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where to keep mutants that broke something")
    options = parser.parse_args()
    os.environ["LANGUAGE"] = "C"  # or argparse looks for translations at each word that it says
    where = IN_MEMORY if IN_MEMORY.is_dir() and os.access(IN_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="hostile-", dir=where) as place:
        return min(run(options, Path(place)), 100)


def run(options: argparse.Namespace, folder: Path) -> int:
    """Try mutants until time is up; prints a table, and every finding as it comes."""
    every = loaders(folder)
    ways = {name: loader for name, loader in every.items() if options.only in (None, name)}
    for loader in ways.values():  # what is imported on first use is imported here, and good files are read
        for seed in loader.seeds:
            content = bytes([seed[0]]) + seed[1].encode() if isinstance(seed, tuple) else seed
            loader.write(content)
            loader.read(content)
    gc.freeze()  # what has been imported is not looked at again with each mutant's rubbish
    limit_memory()
    guard = Guard(folder)
    counts: Counter[tuple[str, str]] = Counter()
    slowest: Counter[str] = Counter()
    turns = [name for name, loader in ways.items() for _ in range(loader.share if options.by_cost else 1)]
    began = time.monotonic()
    number, last = options.first, options.first + options.mutants
    stopped: list[int] = []  # a signal, after which the table is printed of what there was
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_number, lambda number, _: stopped.append(number))
    while not stopped and number < last and time.monotonic() - began < 60 * options.minutes:
        name = turns[number % len(turns)]
        rng = random.Random(f"{options.seed}/{number}")
        loader = ways[name]
        content = loader.change(rng.choice(loader.seeds), rng, loader.seeds)
        start = time.process_time()
        outcome = tried(loader, content, guard)
        slowest[name] = max(slowest[name], time.process_time() - start)
        counts[name, outcome if outcome in ("read", "refused") else "broken"] += 1
        if outcome not in ("read", "refused"):
            print(f"--seed {options.seed} --first {number}: {name}: {outcome}\n", flush=True)
            if options.keep is not None:
                options.keep.mkdir(parents=True, exist_ok=True)
                (options.keep / f"{options.seed}-{number}-{name.replace(' ', '-')}").write_bytes(content)
        number += 1
    print(f"{'':<22}{'mutants':>10}{'read':>10}{'refused':>10}{'broken':>8}{'slowest':>10}")
    for name in ways:
        read, refused, broken = (counts[name, outcome] for outcome in ("read", "refused", "broken"))
        print(f"{name:<22}{read + refused + broken:>10,}{read:>10,}{refused:>10,}{broken:>8,}{slowest[name]:>8.1f} s")
    findings = sum(count for (_, outcome), count in counts.items() if outcome == "broken")
    print(
        f"seed {options.seed}: {counts.total():,} mutants in {time.monotonic() - began:.0f} s, {findings:,} broke "
        f"something; at most {peak_bytes() / 2**20:,.0f} MB"
    )
    return findings


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
