"""The rule book's functions of floats as LLVM's text: written down by running them on names in place of numbers.

Arithmetic writes itself down, functions of `math` give the C library's, and a branch is taken both ways, of which a
`select` takes one; so a new entry of the book is compiled by existing. What comes twice is computed once.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from autograd.program.native.values import float_of
from autograd.rules.on_names import Branch, StandIns, Untranslatable, every_way

DEEPEST = 12  # branches within each other

# The same functions in LLVM, and in C.
_OF_LLVM = (
    "exp",
    "exp2",
    "log",
    "log2",
    "log10",
    "sin",
    "cos",
    "sqrt",
    "fabs",
    "floor",
    "ceil",
    "trunc",
    "copysign",
    "pow",
)
_OF_C = (
    "expm1", "log1p", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh",
    "hypot", "cbrt", "erf", "erfc", "fmod",
)  # fmt: skip
_IN_C: dict[Any, str] = {math.gamma: "tgamma", math.lgamma: "lgamma"} | {getattr(math, x): x for x in _OF_C}
C_FUNCTIONS = tuple(_IN_C.values())


@dataclass
class _Written:
    """The lines of a function, and how each condition turns out on this way through it."""

    lines: list[str] = field(default_factory=list)
    known: dict[str, Name] = field(default_factory=dict)
    declared: set[str] = field(default_factory=set)
    decided: dict[str, bool] = field(default_factory=dict)

    def name(self, code: str, kind: str) -> Name:
        if code not in self.known:
            self.known[code] = Name(f"%v{len(self.known)}", kind, self)
            self.lines.append(f"  {self.known[code].code} = {code}")
        return self.known[code]


def _infix(word: str, swapped: bool = False) -> Callable[[Name, Any], Name]:
    def method(self: Name, other: Any) -> Name:
        left, right = (other, self) if swapped else (self, other)
        kind = _common(left, right)
        code = f"{word} {kind} {_as(left, kind)}, {_as(right, kind)}"
        return self.function.name(code, "i1" if word.startswith("fcmp") else kind)

    return method


class Name:
    """A value of the function in place of a float.

    Attributes:
        code: What it is called.
        kind: Its type: double, float or i1.
        function: Where it is computed.
    """

    __slots__ = ("code", "function", "kind")

    def __init__(self, code: str, kind: str, function: _Written) -> None:
        self.code = code
        self.kind = kind
        self.function = function

    __add__, __radd__ = _infix("fadd"), _infix("fadd", swapped=True)
    __sub__, __rsub__ = _infix("fsub"), _infix("fsub", swapped=True)
    __mul__, __rmul__ = _infix("fmul"), _infix("fmul", swapped=True)
    __truediv__, __rtruediv__ = _infix("fdiv"), _infix("fdiv", swapped=True)
    __lt__, __le__, __gt__, __ge__ = (_infix(f"fcmp {word}") for word in ("olt", "ole", "ogt", "oge"))
    __eq__, __ne__ = _infix("fcmp oeq"), _infix("fcmp une")  # type: ignore[assignment]
    __hash__ = None  # type: ignore[assignment]

    def __pow__(self, other: Any) -> Name:
        return _call("llvm.pow", self, other)

    def __rpow__(self, other: Any) -> Name:
        return _call("llvm.pow", other, self)

    def __mod__(self, other: Any) -> Any:
        rest = _call("fmod", self, other)
        turned = rest + other if (rest < 0) != (other < 0) else rest
        return turned if rest != 0 else _call("llvm.copysign", 0.0, other)

    def __neg__(self) -> Name:
        return self.function.name(f"fneg {self.kind} {self.code}", self.kind)

    def __pos__(self) -> Name:
        return self

    def __abs__(self) -> Name:
        return _call("llvm.fabs", self)

    def __bool__(self) -> bool:
        test = self if self.kind == "i1" else self != 0.0
        if test.code not in self.function.decided:
            raise Branch(test.code)
        return self.function.decided[test.code]


def function_of_floats(function: Any, name: str, count: int, kind: str) -> tuple[str, set[str]]:
    """A function of floats as LLVM's text, and the functions that it calls.

    Args:
        function: The book's.
        name: What it is called in the text.
        count: How many numbers it takes.
        kind: "double" or "float", of what it is given and gives.

    Raises:
        Untranslatable: It is not made of floats' arithmetic.
    """
    written = _Written()
    on_names = _STAND_INS.rebuilt(function)
    names = [Name(f"%x{i}", kind, written) for i in range(count)]

    def run(decided: dict[str, bool]) -> Any:
        written.decided = decided
        return on_names(*names)

    def choose(condition: str, yes: Any, no: Any) -> Name:
        common = _common(yes, no)
        return written.name(
            f"select i1 {condition}, {common} {_in(written, yes, common)}, {common} {_in(written, no, common)}", common
        )

    try:
        result = _in(written, every_way(run, choose, DEEPEST), kind)
    except Exception as error:  # code that is not made of floats' arithmetic fails in its own way
        raise Untranslatable from error
    parameters = ", ".join(f"{kind} %x{i}" for i in range(count))
    lines = "\n".join([*written.lines, f"  ret {kind} {result}"])
    return f"define internal {kind} @{name}({parameters}) #1 {{\n{lines}\n}}\n", written.declared


# ---- types ---------------------------------------------------------------------------------------------------------


def _common(a: Any, b: Any) -> str:
    """As in Python with NumPy's numbers: two of 32 bits stay so, and everything else is of 64."""
    kinds = {x.kind if isinstance(x, Name) else "double" for x in (a, b)}
    return "float" if kinds == {"float"} else "double"


def _as(x: Any, kind: str) -> str:
    return _in(x.function, x, kind) if isinstance(x, Name) else _in(None, x, kind)


def _in(function: _Written | None, x: Any, kind: str) -> str:
    """A name or a number in a type."""
    if not isinstance(x, Name):
        if not isinstance(x, int | float):
            raise Untranslatable
        if kind == "float" and function is not None:
            return function.name(f"fptrunc double {float_of(x)} to float", kind).code
        return float_of(x)
    if x.kind == kind:
        return x.code
    word = "uitofp" if x.kind == "i1" else "fpext" if kind == "double" else "fptrunc"
    return x.function.name(f"{word} {x.kind} {x.code} to {kind}", kind).code


# ---- Python's functions on names -----------------------------------------------------------------------------------


def _call(symbol: str, *inputs: Any) -> Name:
    function = next(x.function for x in inputs if isinstance(x, Name))
    kind = _common(inputs[0], inputs[-1])
    if symbol.startswith("llvm."):
        symbol += ".f32" if kind == "float" else ".f64"
    elif kind == "float":
        symbol += "f"
    function.declared.add(f"declare {kind} @{symbol}({', '.join([kind] * len(inputs))}) #2")
    return function.name(f"call {kind} @{symbol}({', '.join(f'{kind} {_as(x, kind)}' for x in inputs)})", kind)


def _named(function: Callable[..., Any], symbol: str) -> Callable[..., Any]:
    def on_names(*inputs: Any) -> Any:
        return _call(symbol, *inputs) if any(isinstance(x, Name) for x in inputs) else function(*inputs)

    return on_names


_ON_NAMES: dict[Any, Callable[..., Any]] = {
    **{getattr(math, x): _named(getattr(math, x), f"llvm.{x}") for x in _OF_LLVM},
    **{function: _named(function, symbol) for function, symbol in _IN_C.items()},
    math.isnan: lambda x: x != x,
    math.isinf: lambda x: abs(x) == math.inf,
    math.isfinite: lambda x: abs(x) < math.inf,
}
_STAND_INS = StandIns(_ON_NAMES, {"float": lambda x: x if isinstance(x, Name) else float(x)})
