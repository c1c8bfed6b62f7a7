"""The native engine's interpreter for arrays: a list of words holds the addresses of what it works on and of what does.

The text is generated from the rule book, so that a new entry is replayed natively by existing.
"""

from __future__ import annotations

import threading

from autograd.program.native import array_loops
from autograd.program.native.array_instructions import functions
from autograd.program.native.array_kernels import text
from autograd.program.native.blas import gemm
from autograd.program.native.book import arity, of_kind
from autograd.program.native.entry import ARRAYS, method
from autograd.program.native.expressions import function_of_floats
from autograd.program.native.helpers import give
from autograd.program.native.language import parsed, written
from autograd.program.native.machine import addresses, is_kept
from autograd.program.native.single_precision import in_lanes
from autograd.rules.primitive import Primitive

_LOOP = """
@parallel
def {name}(out: int, x0: int, x1: int, x2: int, n: int):
    o = {kind}s(out)
{arrays}
    for i in range(n):
        o[i] = function({entries})
"""

# A call of an instruction at an address.
_RUN_ONE = """
define internal i64 @run_one(i64 %at, ptr %w, i64 %p, ptr %numbers) #1 {
  %function = inttoptr i64 %at to ptr
  %found = call i64 %function(ptr %w, i64 %p, ptr %numbers)
  ret i64 %found
}
"""

_loading = threading.Lock()


class Interpreter:
    """The instructions that programs have used so far, as machine code."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}
        self._loops: dict[tuple[array_loops.Loop, str], int] = {}
        self.give = give
        self.bind = method(addresses("arrays", {"run": _run()})["run"])

    def address(self, name: str) -> int:
        """Where an instruction or a function of the book is: by its name, ``softmax_f4``, ``each_exp_f8``."""
        with _loading:
            if name not in self._known:
                self._known |= addresses("arrays", {name: _text(name)})
            return self._known[name]

    def loop(self, loop: array_loops.Loop, name: str = "loop") -> int:
        """Where the loop of a chain is, as an instruction or for shares."""
        with _loading:
            if (loop, name) not in self._loops:
                self._loops[loop, name] = addresses("arrays", {name: array_loops.text(loop, name)})[name]
            return self._loops[loop, name]


def is_ready() -> bool:
    """Whether a program of arrays has been compiled on this machine."""
    return is_kept("arrays", "run", _run())


def _run() -> str:
    source = parsed(text("f8"))
    own, declared = written("interpret", source, {"run_one": "i64"})
    return "\n".join([*sorted(declared), _RUN_ONE, own, ARRAYS])


def _text(name: str) -> str:
    """What LLVM reads to make an instruction or a function of blocks."""
    what, _, kind = name.rpartition("_")
    number = "float" if kind == "f4" else "double"
    if not what.startswith("each_"):
        own, declared = written(what, parsed(text(kind)), {"gemm": "void"}, name)
        if kind == "f4":
            own, declared = in_lanes(own, declared)
        return "\n".join([*sorted(declared), gemm(kind) if what.endswith("product") else "", own])
    rule = next(rule for rule in functions() if rule.name == what.removeprefix("each_"))
    function, declared = function_of_floats(of_kind(rule, kind), "function", arity(rule), number)
    if kind == "f4":
        function, declared = in_lanes(function, declared)
    own, _ = written(name, parsed(_loop(rule, kind, name)), {"function": number})
    return "\n".join([*sorted(declared), function, own])


def _loop(rule: Primitive, kind: str, name: str) -> str:
    letters = [f"x{i}" for i in range(arity(rule))]
    return _LOOP.format(
        name=name,
        kind=kind,
        arrays="\n".join(f"    a{x} = {kind}s({x})" for x in letters),
        entries=", ".join(f"a{x}[i]" for x in letters),
    )
