"""The native engine's interpreter for arrays, written from the rule book: its functions of floats, compiled in loops.

The text is generated, so that a new entry of the book is replayed natively by existing; `cache` keeps what it
compiles to.
"""

from __future__ import annotations

from typing import Any

from autograd.program.native import array_instructions as instructions
from autograd.program.native.array_instructions import functions
from autograd.program.native.book import arity
from autograd.program.native.cache import compiled_module, is_compiled
from autograd.rules.primitive import Primitive

HEADER = '''"""Written by autograd.program.native.array_interpreter; do not edit."""

import numpy as np
from numba import carray, njit

from autograd.program.native.array_kernels import LOOPS, in_range, multiply_f4, multiply_f8, one_hot
from autograd.program.native.array_kernels import pointer_f4, pointer_f8
from autograd.program.native.functions import FUNCTIONS
from autograd.program.native.number_kernels import at

options = {"error_model": "numpy"}
number_f4, number_f8 = np.float32, np.float64
'''

LOOP = """

@njit(**options)
def each_{name}_{kind}({arguments}, n):
    o = carray(pointer_{kind}(out), (n,))
{arrays}
    for i in range(n):
        o[at(i)] = number_{kind}(f_{name}({entries}))
"""

CHAIN = """

@njit(**options)
def chain_{kind}(w, p, numbers):
    rows, columns, slots, loads, steps = w[at(p + 1)], w[at(p + 2)], w[at(p + 3)], w[at(p + 4)], w[at(p + 5)]
    scratch, first = w[at({SCRATCH})], w[at({SLOTS})]
    p += 6
    for i in range(slots):
        w[at(first + i)] = scratch + w[at(p + i)] * {BLOCK}
    p += slots
    width = {BLOCK} // {size}
    for q in range(p, p + 4 * loads, 4):
        how, home = w[at(q)], w[at(first + w[at(q + 1)])]
        if how == {NUMBER}:
            fill_{kind}(home, number_{kind}(numbers[at(w[at(q + 2)])]), min(width, columns))
        elif how % {CONVERTED} == {SINGLE}:
            fill_{kind}(home, read_{kind}(w[at(w[at(q + 2)])], w[at(q + 3)], 0), min(width, columns))
    end = p + 4 * loads + 5 * steps
    for i in range(rows):
        for j in range(0, columns, width):
            n = min(width, columns - j)
            for q in range(p, p + 4 * loads, 4):
                how, slot = w[at(q)], first + w[at(q + 1)]
                if how == {FULL}:
                    w[at(slot)] = w[at(w[at(q + 2)])] + (i * columns + j) * {size}
                elif how == {ROW}:
                    w[at(slot)] = w[at(w[at(q + 2)])] + j * {size}
                elif how % {CONVERTED} == {COLUMN}:
                    fill_{kind}(w[at(slot)], read_{kind}(w[at(w[at(q + 2)])], w[at(q + 3)], i), n)
                elif how == {CONVERTED} + {FULL}:
                    convert_{kind}(w[at(slot)], w[at(w[at(q + 2)])], w[at(q + 3)], i * columns + j, n)
                elif how == {CONVERTED} + {ROW}:
                    convert_{kind}(w[at(slot)], w[at(w[at(q + 2)])], w[at(q + 3)], j, n)
            for q in range(p + 4 * loads, end, 5):
                op = w[at(q)]
                if op == {STORE}:
                    copy_{kind}(w[at(w[at(q + 2)])] + (i * columns + j) * {size}, w[at(first + w[at(q + 1)])], n)
                elif op == {STORE_TRUTH}:
                    narrow_{kind}(w[at(w[at(q + 2)])] + i * columns + j, w[at(first + w[at(q + 1)])], n)
{cases}
"""

RUN = """

@njit("int64(int64[::1], float64[::1], int64)", cache=True, **options)
def run(w, numbers, p):
    while True:
        op = w[at(p)]
        if op == {STOP}:
            return 0
        q = p + 2
        if op == {CHAIN}:
            if w[at(q)] == 0:
                chain_f4(w, q, numbers)
            else:
                chain_f8(w, q, numbers)
        elif op == {PRODUCT}:
            alpha = 1.0 if w[at(q + 9)] < 0 else numbers[at(w[at(q + 9)])]
            alpha *= w[at(q + 10)]
            m, n, k = w[at(q + 1)], w[at(q + 2)], w[at(q + 3)]
            a, b, c = w[at(w[at(q + 4)])], w[at(w[at(q + 6)])], w[at(w[at(q + 8)])]
            if w[at(q)] == 0:
                multiply_f4(w[at({GEMM})], m, n, k, a, w[at(q + 5)], b, w[at(q + 7)], c, alpha, w[at(q + 11)])
            else:
                multiply_f8(w[at({GEMM} + 1)], m, n, k, a, w[at(q + 5)], b, w[at(q + 7)], c, alpha, w[at(q + 11)])
        elif op == {ONE_HOT}:
            one_hot(w[at(w[at(q)])], w[at(w[at(q + 1)])], w[at(q + 2)], w[at(q + 3)])
        elif op == {COPY}:
            copy_f4(w[at(w[at(q)])], w[at(w[at(q + 1)])], w[at(q + 2)])
        elif op == {CHECK}:
            if not in_range(w[at(w[at(q)])], w[at(q + 1)], w[at(q + 2)]):
                return 1
        else:
            out, x = w[at(w[at(q + 1)])], w[at(w[at(q + 2)])]
            if w[at(q)] == 0:
                part_f4(w, op, q, out, x)
            else:
                part_f8(w, op, q, out, x)
        p = w[at(p + 1)]
"""

PARTS = """

@njit(**options)
def part_{kind}(w, op, q, out, x):
    if op == {SUM_COLUMNS}:
        sum_columns_{kind}(out, x, w[at(q + 3)], w[at(q + 4)], w[at(q + 5)])
    elif op == {SUM_ROWS}:
        sum_rows_{kind}(out, x, w[at(q + 3)], w[at(q + 4)], w[at(q + 5)])
    elif op == {SOFTMAX}:
        softmax_{kind}(out, x, w[at(q + 3)], w[at(q + 4)])
    else:
        cross_entropy_{kind}(out, x, w[at(w[at(q + 3)])], w[at(q + 4)], w[at(q + 5)])
"""

KERNELS = ("fill", "copy", "narrow", "read", "convert", "sum_columns", "sum_rows", "softmax", "cross_entropy")


def source() -> str:
    """The text of the interpreter."""
    table = functions()
    places = {name: value for name, value in vars(instructions).items() if isinstance(value, int)}
    lines = [f"f_{rule.name} = FUNCTIONS[{rule.name!r}]" for rule in table]
    lines += [f'{name}_{kind} = LOOPS["{kind}"]["{name}"]' for kind in ("f4", "f8") for name in KERNELS]
    text = HEADER + "\n" + "\n".join(lines) + "\n"
    for kind, size in (("f4", 4), ("f8", 8)):
        text += "".join(_loop(rule, kind) for rule in table)
        text += CHAIN.format(kind=kind, size=size, cases=_cases(kind), **places)
        text += PARTS.format(kind=kind, **places)
    return text + RUN.format(**places)


def _loop(rule: Primitive, kind: str) -> str:
    letters = [f"x{i}" for i in range(arity(rule))]
    return LOOP.format(
        name=rule.name,
        kind=kind,
        arguments=", ".join(["out", *letters]),
        arrays="\n".join(f"    a{x} = carray(pointer_{kind}({x}), (n,))" for x in letters),
        entries=", ".join(f"a{x}[at(i)]" for x in letters),
    )


def _cases(kind: str) -> str:
    lines = []
    for rule, number in functions().items():
        operands = ", ".join(f"w[at(first + w[at(q + {2 + i})])]" for i in range(arity(rule)))
        lines.append(f"                elif op == {number}:")
        lines.append(f"                    each_{rule.name}_{kind}(w[at(first + w[at(q + 1)])], {operands}, n)")
    return "\n".join(lines)


def load() -> Any:
    """The interpreter as a module."""
    return compiled_module("arrays", source(), _sources())


def is_ready() -> bool:
    """Whether loading it compiles nothing."""
    return is_compiled("arrays", source(), _sources())


def _sources() -> tuple[Any, ...]:
    from autograd.program.native import array_kernels, number_kernels
    from autograd.program.native import functions as native_functions

    return array_kernels, native_functions, number_kernels, *native_functions.book_modules()
