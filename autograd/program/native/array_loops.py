"""Chains of functions of entries as loops of their own, compiled for what they do.

A chain that is interpreted goes through a block of entries once for each function. As a loop it reads each entry once,
keeps what lies between in registers, and writes each result once. Both apply the same functions, each rounded by
itself, so they give the same bits; which of them runs is a question of time alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from autograd.program.native.array_instructions import COLUMN, FULL, KINDS, NUMBER, REPEATED, ROW, SHARES
from autograd.program.native.book import arity, of_kind
from autograd.program.native.expressions import function_of_floats
from autograd.program.native.language import parsed, written
from autograd.program.native.single_precision import in_lanes
from autograd.rules.primitive import Primitive

# A loop is compiled, in some hundredth of a second, where a run of its chain applies functions so many times.
WORTH_IT = 1 << 15
# Parts of a row begin at so many entries, which fill whole lines of the cache.
LINE = 64

_POINTERS = "f4s", "f8s", "truths"

_ENTRIES = """
def loop(w: longs, p: int, numbers: f8s) -> int:
    entries(w, p, numbers, 0, w[p], 0, w[p + 1])
    return 0

def share(s: longs) -> int:
    entries(longs(s[0]), s[1], f8s(s[2]), s[3], s[4], s[5], s[6])
    return 0
"""


@dataclass(frozen=True)
class Loop:
    """What a loop does. Values are counted: first what is loaded, then the results.

    As an instruction, it takes: rows, columns; where each load has its array or number; where each store has its array;
    where each sum has; how many entries each repeated load has.

    Attributes:
        bits: 0 or 1, for 32 or 64 bits.
        loads: How each operand is broadcast over rows and columns, and the kind of its entries.
        applied: The functions, and the values that they take.
        stores: The values that are written, each as a number or as a truth value.
        sums: The values whose rows are summed.
    """

    bits: int
    loads: tuple[tuple[int, int], ...]
    applied: tuple[tuple[Primitive, tuple[int, ...]], ...]
    stores: tuple[tuple[int, bool], ...]
    sums: tuple[int, ...] = ()


@cache
def text(loop: Loop, name: str) -> str:
    """What LLVM reads to make a loop: ``loop``, an instruction, or ``share``, whose words are those of a share."""
    kind = KINDS[loop.bits]
    number = "float" if kind == "f4" else "double"
    functions, declared = "", set[str]()
    for rule in {rule.name: rule for rule, _ in loop.applied}.values():
        function, needed = function_of_floats(of_kind(rule, kind), f"each_{rule.name}", arity(rule), number)
        functions, declared = functions + function, declared | needed
    if kind == "f4":
        functions, declared = in_lanes(functions, declared)
    own, _ = written(name, parsed(_source(loop, kind)), {f"each_{rule.name}": number for rule, _ in loop.applied})
    return "\n".join([*sorted(declared), functions, own])


def _source(loop: Loop, kind: str) -> str:
    """The loop in `language`."""
    first, row, entry, repeated = [], [], [], 0
    for i, (how, bits) in enumerate(loop.loads):
        if how == NUMBER:
            first.append(f"v{i} = {kind}(numbers[w[p + {i + 2}]])")
            continue
        first.append(f"a{i} = {_POINTERS[bits]}(w[w[p + {i + 2}]])")
        if how == FULL:
            row.append(f"r{i} = a{i} + i * columns")
            entry.append(f"v{i} = {kind}(r{i}[j])")
        elif how == ROW:
            entry.append(f"v{i} = {kind}(a{i}[j])")
        elif how == REPEATED:
            first.append(f"n{i} = w[p + {2 + len(loop.loads) + len(loop.stores) + len(loop.sums) + repeated}]")
            row.append(f"v{i} = {kind}(a{i}[i % n{i}])")
            repeated += 1
        else:
            (row if how == COLUMN else first).append(f"v{i} = {kind}(a{i}[{'i' if how == COLUMN else '0'}])")
    for i, (rule, operands) in enumerate(loop.applied, start=len(loop.loads)):
        entry.append(f"v{i} = each_{rule.name}({', '.join(f'v{x}' for x in operands)})")
    for i, value in enumerate(loop.sums):
        first.append(f"t{i} = {kind}s(w[w[p + {i + 2 + len(loop.loads) + len(loop.stores)}]])")
        first += ["for j in range(left, right):", f"    t{i}[j] = {kind}(0)"]
        entry.append(f"t{i}[j] = t{i}[j] + v{value}")
    for i, (value, truth) in enumerate(loop.stores):
        pointer = "truths" if truth else f"{kind}s"
        first.append(f"o{i} = {pointer}(w[w[p + {i + 2 + len(loop.loads)}]])")
        row.append(f"s{i} = o{i} + i * columns")
        entry.append(f"s{i}[j] = {f'int(v{value} != 0.0)' if truth else f'v{value}'}")
    return "\n".join(
        [
            "@parallel",
            "def entries(w: longs, p: int, numbers: f8s, top: int, bottom: int, left: int, right: int):",
            "    columns = w[p + 1]",
            *(f"    {line}" for line in first),
            "    for i in range(top, bottom):",
            *(f"        {line}" for line in row),
            "        for j in range(left, right):",
            *(f"            {line}" for line in entry),
            _ENTRIES,
        ]
    )


def shares(rows: int, columns: int, most: int = SHARES) -> list[tuple[int, int, int, int]]:
    """Rows and columns in shares: from which row to which, from which column to which.

    Example:
        >>> shares(30, 5)[:2], shares(2, 1), shares(1, 1000)[-2:]
        ([(0, 3, 0, 5), (3, 7, 0, 5)], [(0, 1, 0, 1), (1, 2, 0, 1)], [(0, 1, 704, 832), (0, 1, 832, 1000)])
    """
    if rows >= most or columns < most * LINE:
        count = min(rows, most)
        edges = [rows * i // count for i in range(count + 1)]
        return [(top, bottom, 0, columns) for top, bottom in pairwise(edges)]
    edges = [*(columns * i // most // LINE * LINE for i in range(most)), columns]
    return [(0, rows, left, right) for left, right in pairwise(edges)]
