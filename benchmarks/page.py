"""The figures as tables: on the terminal, and as the page ``docs/performance.md``."""

from __future__ import annotations

import statistics
from typing import Any

METHOD = """# Performance

Made by ``python -m benchmarks --json benchmarks/results.json --page docs/performance.md``; the figures in the file
are kept with the commit they belong to. A ratio is this project's time over the other's in the same run, so smaller
is better for us.

How it is measured:

* Contenders take turns. Every round runs each of them once, in a process of its own, for a set time after a warm-up
  of a tenth of that. The table gives the least time of all rounds, the median of the rounds' medians, and ratios of
  both.
* Before a time counts, what the contender computed (a loss, a gradient's norm) is compared with what ours did.
* What is timed is a step as a user writes it, from Python. Building or compiling what is built once does not count,
  except in row E, which is about that.
* Matrix products may use two threads, in every library, and each library chooses its instructions for the processor
  by itself: variables such as OPENBLAS_CORETYPE are taken out of the environment. Scalars are 64-bit; networks of
  matrices are 32-bit.
* Peak memory is the process's own, above what it held after importing the library and, with networks of
  matrices, taking a step of a tiny one.
* A library that is not installed is named as missing.
"""


def table(record: dict[str, Any]) -> str:
    """A row's figures as lines for the terminal."""
    lines = [f"\n{record['key']}. {record['title']}"]
    lines.append(f"{'':16}{'least':>11}{'median':>11}{'ratio':>9}{'(median)':>10}{'memory':>10}  goal")
    for name, cells in _rows(record):
        if len(cells) == 1:
            lines.append(f"{name:16}  {cells[0]}")
            continue
        least, median, ratio, ratio_of_medians, memory, goal = cells
        lines.append(f"{name:16}{least:>11}{median:>11}{ratio:>9}{ratio_of_medians:>10}{memory:>10}  {goal}".rstrip())
    return "\n".join(lines)


def page(records: dict[str, Any], order: list[str]) -> str:
    """The page, with rows in the given order."""
    parts = [METHOD]
    for key in order:
        if key not in records:
            continue
        record = records[key]
        lines = [f"## {key}. {record['title']}", ""]
        lines += [
            "| what ran | least | median | ratio | ratio of medians | peak memory | goal |",
            "|---|---|---|---|---|---|---|",
        ]
        for name, cells in _rows(record):
            lines.append(f"| {name} | {' | '.join(cells if len(cells) > 1 else (*cells, '', '', '', '', ''))} |")
        lines += [
            "",
            f"{record['rounds']} rounds of {record['seconds']:g} s on {record['date']}, commit {record['commit'][:7]}; "
            f"{record['machine']}.",
            "",
        ]
        parts.append("\n".join(lines))
    return "\n".join(parts)


def _rows(record: dict[str, Any]) -> list[tuple[str, tuple[str, ...]]]:
    contenders = record["contenders"]
    names = list(contenders)
    ours = contenders[names[0]]
    rows: list[tuple[str, tuple[str, ...]]] = []
    for name in names:
        timing = contenders[name]
        if timing["missing"]:
            rows.append((name, (f"not installed: {timing['missing']}",)))
            continue
        least, median = min(timing["least"]), statistics.median(timing["medians"])
        ratio = of_medians = goal = ""
        if timing is not ours and not ours["missing"]:
            ratio = f"{min(ours['least']) / least:.3f}"
            of_medians = f"{statistics.median(ours['medians']) / median:.3f}"
            goal = f"≤ {record['goals'][name]:g}" if name in record["goals"] else ""
        rows.append((name, (_time(least), _time(median), ratio, of_medians, _size(max(timing["peaks"])), goal)))
    return rows


def _time(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def _size(count: int) -> str:
    return f"{count / 2**20:.0f} MB" if count > 0 else "–"
