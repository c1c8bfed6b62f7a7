"""The native engine's interpreter for numbers: an instruction is a function that ends by jumping to the next one's.

The text is generated from the rule book, so that a new entry is replayed natively by existing.
"""

from __future__ import annotations

import threading

import numpy as np

from autograd.program.native import denormals
from autograd.program.native.book import arity
from autograd.program.native.entry import NUMBERS, method
from autograd.program.native.expressions import function_of_floats
from autograd.program.native.language import parsed, written
from autograd.program.native.machine import addresses
from autograd.program.native.number_instructions import functions, instructions
from autograd.program.native.number_kernels import SOURCE
from autograd.rules.primitive import Primitive

_ONE = """
@instruction
def one_{name}(code: words, m: f8s):
    m[code[1]] = f_{name}({reads})
    return {words}
"""

_LOOP = """
@instruction
def loop_{name}(code: words, m: f8s):
    o, outer, middle, inner = code[1], code[2], code[3], code[4]
{strides}
    for i in range(outer):
        for j in range(middle):
{starts}
            if {unit}:
                for k in range(inner):
                    m[o + k] = f_{name}({neighbours})
            else:
                for k in range(inner):
                    m[o + k] = f_{name}({apart})
            o += inner
    return {words}
"""

# Products side by side: where they are denormal, a processor stops for all of them once.
_SUM = """
@instruction
def sum_{signs}(code: words, m: f8s):
{products}    m[code[1]] = {terms}
    return {words}
"""

_SOFTMAX = """
@instruction
def softmax_{count}(code: words, m: f8s):
    out, apart = code[1], code[2]
    a, b, c, d = {reads}
    x = few_of(a, b, c, d)
    if (fabs(a) + fabs(b)) + (fabs(c) + fabs(d)) < 700.0:
        y = usual_exponentials(x)
        total = {total}
    else:
        top = larger(larger(a, b), larger(c, d))
        nothing = top < 0.0 and top - top != 0.0 and code[{words} - 1] == 0  # all are −∞, and then their shares 0
        y = exponentials(x - (0.0 if nothing else top))
        total = {total} if top - top == 0.0 else 1.0
    y = y / total
{writes}
    return {words}
"""

# ln(1 + eˣ) and 1 / (1 + e⁻ˣ), from one exponential.
_SOFTPLUS = """
@instruction
def softplus_{count}(code: words, m: f8s):
    out, apart = code[1], code[2]
    a, b, c, d = {reads}
    x = few_of(a, b, c, d)
    below = x if x < 0.0 else -x
    if {usual}:
        e = usual_exponentials(below)
    else:
        e = exponentials(below)
    y = (0.0 if x < 0.0 else x) + log_one_plus(e)
    slope = (e if x < 0.0 else 1.0) / (1.0 + e)
{writes}
    return {words}
"""

_STOP = """
define void @stop(ptr %code, ptr %m, ptr %table) #0 {
  ret void
}
"""

_loading = threading.Lock()


class Interpreter:
    """The instructions that programs have used so far, as machine code.

    Attributes:
        table: The address of each instruction, by its number; 0 for what nobody has used.
    """

    def __init__(self) -> None:
        names = {number: name for name, number in instructions().items()}
        self._names = [names[i] for i in range(len(names))]
        self.table = np.zeros(len(names), np.int64)
        self.bind = method(addresses("numbers", {"run": NUMBERS + denormals.SOURCE})["run"])

    def ready(self, used: set[int]) -> None:
        """Have those instructions in the table."""
        with _loading:
            missing = {self._names[i]: i for i in used if not self.table[i]}
            if missing:
                for name, address in addresses("numbers", {name: _text(name) for name in missing}).items():
                    self.table[missing[name]] = address


def _text(name: str) -> str:
    """What LLVM reads to make an instruction."""
    if name == "stop":
        return _STOP
    way, _, what = name.partition("_")
    if name in parsed(SOURCE):
        text, declared = written(name, parsed(SOURCE))
        return "\n".join([*sorted(declared), text])
    if way == "sum":
        return written(name, parsed(_short_sum(what)))[0]
    if way in ("softmax", "softplus"):
        own = _softmax(int(what)) if way == "softmax" else _softplus(int(what))
        text, declared = written(name, {**parsed(SOURCE), **parsed(own)})
        return "\n".join([*sorted(declared), text])
    rule = next(rule for rule in functions() if rule.name == what)
    own, declared = function_of_floats(rule.scalar, f"f_{what}", arity(rule), "double")
    text, _ = written(name, parsed(_one(rule) if way == "one" else _loop(rule)), {f"f_{what}": "double"})
    return "\n".join([*sorted(declared), own, text])


def _one(rule: Primitive) -> str:
    count = arity(rule)
    reads = ", ".join(f"m[code[{2 + k}]]" for k in range(count))
    return _ONE.format(name=rule.name, reads=reads, words=2 + count)


def _loop(rule: Primitive) -> str:
    letters = [f"x{i}" for i in range(arity(rule))]
    strides, starts = [], []
    for i, x in enumerate(letters):
        word = 5 + 4 * i
        strides.append(
            f"    {x}_base, {x}_0, {x}_1, {x}_2 = " + ", ".join(f"signed(code[{word + part}])" for part in range(4))
        )
        starts.append(f"            {x} = {x}_base + i * {x}_0 + j * {x}_1")
    return _LOOP.format(
        name=rule.name,
        strides="\n".join(strides),
        starts="\n".join(starts),
        unit=" and ".join(f"{x}_2 == 1" for x in letters),
        neighbours=", ".join(f"m[{x} + k]" for x in letters),
        apart=", ".join(f"m[{x} + k * {x}_2]" for x in letters),
        words=5 + 4 * len(letters),
    )


def _four(count: int) -> str:
    """What a few are made of; where there are fewer, the last fills the lanes."""
    return ", ".join(f"m[code[{3 + min(k, count - 1)}]]" for k in range(4))


def _softmax(count: int) -> str:
    total = " + ".join(f"part(y, {k})" for k in range(count))
    if count == 4:
        total = "(part(y, 0) + part(y, 1)) + (part(y, 2) + part(y, 3))"
    writes = "\n".join(f"    m[out + {k} * apart] = part(y, {k})" for k in range(count))
    return _SOFTMAX.format(count=count, reads=_four(count), total=total, writes=writes, words=4 + count)


def _softplus(count: int) -> str:
    usual = " and ".join(f"fabs({x}) < 700.0" for x in "abcd"[:count])
    writes = "\n".join(
        f"    m[out + {k}] = part(y, {k})\n    m[out + apart + {k}] = part(slope, {k})" for k in range(count)
    )
    return _SOFTPLUS.format(count=count, reads=_four(count), usual=usual, writes=writes, words=3 + count)


def _short_sum(signs: str) -> str:
    """A sum of terms as `SHORT_SUMS` has them."""
    text, word = "", 2
    left: list[str] = []
    right: list[str] = []
    side_by_side = len(signs) - signs.count("s") - signs.count("d") > 1
    for i, sign in enumerate(signs):
        first, second = f"m[code[{word}]]", f"m[code[{word + 1}]]"
        if sign in "sd":
            term, word = first, word + 1
        elif side_by_side:
            term, word = f"part(x, {len(left)})", word + 2
            left.append(first)
            right.append(second)
        else:
            term, word = f"{first} * {second}", word + 2
        minus = sign in "dq"
        text += (f" {'-' if minus else '+'} " if i else "-" if minus else "") + (f"({term})" if minus else term)
    products = f"    x = few_of({', '.join(left)}) * few_of({', '.join(right)})\n" if left else ""
    return _SUM.format(signs=signs, products=products, terms=text, words=word)
