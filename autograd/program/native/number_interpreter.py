"""The native engine's interpreter, written from the rule book: its functions of floats, compiled as they stand.

The text is generated, so that a new entry of the book is replayed natively by existing; `cache` keeps what it
compiles to.
"""

from __future__ import annotations

from typing import Any

from autograd.program.native import sums
from autograd.program.native.book import arity
from autograd.program.native.cache import compiled_module
from autograd.program.native.number_instructions import (
    ANY_SUM,
    FIRST_SHORT_SUM,
    LOGSUMEXP,
    LOOP_SUM,
    SHORT_SUMS,
    SOFTMAX,
    SOFTPLUS_SIGMOID,
    STOP,
    functions,
)
from autograd.rules.primitive import Primitive

HEADER = '''"""Written by autograd.program.native.number_interpreter; do not edit."""

import math

import numpy as np
from numba import njit

from autograd.program.native.denormals import flush_denormals, restore_denormals
from autograd.program.native.functions import FUNCTIONS
from autograd.program.native.number_kernels import address, at, logsumexp, options, signed
from autograd.program.native.number_kernels import softmax, softplus_sigmoid, sum_plain
'''

LOOP = """

@njit(**options)
def loop_{name}(code, p, m):
    o = np.int64(code[at(p)])
    outer, middle, inner = np.int64(code[at(p + 1)]), np.int64(code[at(p + 2)]), np.int64(code[at(p + 3)])
{strides}
    for i in range(outer):
        for j in range(middle):
{starts}
            if {unit}:
                for k in range(inner):
                    m[at(o + k)] = f_{name}({neighbours})
            else:
                for k in range(inner):
                    m[at(o + k)] = f_{name}({apart})
            o += inner
"""

RUN = """

@njit("float64(uint32[::1], float64[::1], float64[::1], float64[::1])", **options)
def run(code, m, x, results):
    flush = code[at(0)] != 0
    control = flush_denormals(flush)
    for i in range(x.shape[0]):
        m[at(i)] = x[at(i)]
    p = 2 + results.shape[0]
    while True:
        op = code[at(p)]
{cases}
    for i in range(results.shape[0]):
        results[at(i)] = m[code[at(i + 2)]]
    restore_denormals(flush, control)
    return m[code[at(1)]]
"""


def source() -> str:
    """The text of the interpreter."""
    table = functions()
    names = [f"f_{rule.name} = FUNCTIONS[{rule.name!r}]" for rule in table]
    loops = [_loop(rule) for rule in table]
    return HEADER + "\n" + "\n".join(names) + "\n" + sums.source() + "".join(loops) + RUN.format(cases=_cases(table))


def _loop(rule: Primitive) -> str:
    letters = [f"x{i}" for i in range(arity(rule))]
    strides, starts = [], []
    for i, x in enumerate(letters):
        word = 4 + 4 * i
        strides.append(
            f"    {x}_base, {x}_0, {x}_1, {x}_2 = "
            + ", ".join(f"signed(code[at(p + {word + part})])" for part in range(4))
        )
        starts.append(f"            {x} = {x}_base + i * {x}_0 + j * {x}_1")
    return LOOP.format(
        name=rule.name,
        strides="\n".join(strides),
        starts="\n".join(starts),
        unit=" and ".join(f"{x}_2 == 1" for x in letters),
        neighbours=", ".join(f"m[at({x} + k)]" for x in letters),
        apart=", ".join(f"m[at({x} + k * {x}_2)]" for x in letters),
    )


def _cases(table: tuple[Primitive, ...]) -> str:
    cases: dict[int, list[str]] = {}
    for i, signs in enumerate(SHORT_SUMS):
        cases[FIRST_SHORT_SUM + i] = _short_sum(signs)
    first = FIRST_SHORT_SUM + len(SHORT_SUMS)
    for i, rule in enumerate(table):
        count = arity(rule)
        reads = ", ".join(f"m[code[at(p + {2 + k})]]" for k in range(count))
        cases[first + i] = [f"m[code[at(p + 1)]] = f_{rule.name}({reads})", f"p += {2 + count}"]
        cases[first + len(table) + i] = [f"loop_{rule.name}(code, p + 1, m)", f"p += {5 + 4 * count}"]
    cases[LOOP_SUM] = [
        "loop_sum(code, p + 1, m)",
        "runs = code[at(p + 6)]",
        "p += 7",
        "for _ in range(runs):",
        "    p += 7 if code[at(p)] < 2 else 12",
    ]
    cases[ANY_SUM] = [
        "total = -0.0",
        "out, count = code[at(p + 1)], code[at(p + 2)]",
        "p += 3",
        "for _ in range(count):",
        "    a, b = m[code[at(p + 1)]], m[code[at(p + 2)]]",
        "    sign = code[at(p)]",
        "    if sign == 0:",
        "        total += a",
        "    elif sign == 1:",
        "        total -= a",
        "    elif sign == 2:",
        "        total += a * b",
        "    else:",
        "        total -= a * b",
        "    p += 3",
        "m[out] = total",
    ]
    cases[LOGSUMEXP] = [
        "out, count = code[at(p + 1)], code[at(p + 2)]",
        "p += 3",
        "m[out] = logsumexp(code, p, m, count)",
        "p += np.int64(count)",
    ]
    cases[SOFTMAX] = [
        "apart, count = np.int64(code[at(p + 3)]), np.int64(code[at(p + 4)])",
        "softmax(code, p + 5, m, code[at(p + 1)], np.int64(code[at(p + 2)]), apart, count)",
        "p += 5 + count",
    ]
    cases[SOFTPLUS_SIGMOID] = [
        "m[code[at(p + 1)]], m[code[at(p + 2)]] = softplus_sigmoid(m[code[at(p + 3)]])",
        "p += 4",
    ]
    lines = [f"        if op == {STOP}:", "            break"]
    for number in sorted(cases):
        lines.append(f"        elif op == {number}:")
        lines += [f"            {line}" for line in cases[number]]
    return "\n".join(lines)


def _short_sum(signs: str) -> list[str]:
    text, word = "", 2
    for i, sign in enumerate(signs):
        if sign in "sd":
            term, word = f"m[code[at(p + {word})]]", word + 1
        else:
            term, word = f"m[code[at(p + {word})]] * m[code[at(p + {word + 1})]]", word + 2
        minus = sign in "dq"
        text += (f" {'-' if minus else '+'} " if i else "-" if minus else "") + (f"({term})" if minus else term)
    return [f"m[code[at(p + 1)]] = {text}", f"p += {word}"]


def load() -> Any:
    """The interpreter as a module."""
    from autograd.program.native import denormals, number_kernels
    from autograd.program.native import functions as native_functions

    return compiled_module(
        "native", source(), (denormals, native_functions, number_kernels, *native_functions.book_modules())
    )
