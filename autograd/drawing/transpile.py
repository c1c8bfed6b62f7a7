"""The book's functions of floats in JavaScript: written down by running them on names in place of numbers.

``lambda x: 0.0 if x <= 0 else x``, called with a `Name`, gives ``((x <= 0) ? 0 : x)``: arithmetic writes itself down,
functions of `math` give their JavaScript names, and a branch is taken both ways. So a new entry of the book is on the
step-through page by existing, as its derivatives are by their formulas.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import BuiltinFunctionType, FunctionType
from typing import Any

from autograd.rules.on_names import Branch, StandIns, Untranslatable, every_way
from autograd.rules.primitive import Primitive

LONGEST = 100_000  # characters
DEEPEST = 24  # branches within each other
LONG = 120  # a call of more characters is computed once

# The same function under the same name, or another; `python` is what JavaScript lacks, from assets/python.js.
_IN_MATH = (
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "ceil", "cos", "cosh", "exp", "expm1", "floor",
    "hypot", "log", "log10", "log1p", "log2", "sin", "sinh", "sqrt", "tan", "tanh", "trunc",
)  # fmt: skip
_IN_PYTHON_JS = ("copysign", "erf", "erfc", "exp2", "fmod", "fsum", "gamma", "isinf", "lgamma", "pow")
NAMES: dict[Any, str] = {
    **{getattr(math, name): f"Math.{name}" for name in _IN_MATH},
    **{getattr(math, name): f"python.{name}" for name in _IN_PYTHON_JS},
    math.fabs: "Math.abs",
    math.isfinite: "Number.isFinite",
    math.isnan: "Number.isNaN",
    sum: "python.sum",
    max: "python.max",
    min: "python.min",
    round: "python.round",
}
_TRUTHS = ("<", "<=", ">", ">=", "===", "!==")


@dataclass
class _Run:
    """One way through a function: how each condition on it turns out, and the long calls that have a constant each."""

    decided: dict[str, bool]
    constants: dict[str, str]


def _infix(sign: str, swapped: bool = False) -> Callable[[Name, Any], Name]:
    def method(self: Name, other: Any) -> Name:
        left, right = (other, self) if swapped else (self, other)
        # A truth is no number to JavaScript's strict signs, as it is to Python's; a plus makes it one.
        plus = "+" if sign in ("===", "!==") and not isinstance(other, Name) else ""
        return Name(f"({plus}{written(left)} {sign} {written(right)})", self.run, sign in _TRUTHS)

    return method


class Name:
    """A JavaScript expression in place of a float.

    Attributes:
        code: The expression.
        run: What this run of the function shares.
        truth: Whether it is true or false rather than a number.
    """

    __slots__ = ("code", "run", "truth")

    def __init__(self, code: str, run: _Run, truth: bool = False) -> None:
        if len(code) > LONGEST:
            raise Untranslatable
        self.code = code
        self.run = run
        self.truth = truth

    __add__, __radd__ = _infix("+"), _infix("+", swapped=True)
    __sub__, __rsub__ = _infix("-"), _infix("-", swapped=True)
    __mul__, __rmul__ = _infix("*"), _infix("*", swapped=True)
    __truediv__, __rtruediv__ = _infix("/"), _infix("/", swapped=True)
    __lt__, __le__, __gt__, __ge__ = (_infix(sign) for sign in ("<", "<=", ">", ">="))
    __eq__, __ne__ = _infix("==="), _infix("!==")  # type: ignore[assignment]
    __hash__ = None  # type: ignore[assignment]

    def __pow__(self, other: Any) -> Name:
        return _call("python.pow", self, other)

    def __rpow__(self, other: Any) -> Name:
        return _call("python.pow", other, self)

    def __mod__(self, other: Any) -> Name:
        return _call("python.mod", self, other)

    def __neg__(self) -> Name:
        return Name(f"(-{self.code})", self.run)

    def __pos__(self) -> Name:
        return self

    def __abs__(self) -> Name:
        return _call("Math.abs", self)

    def __bool__(self) -> bool:
        # NaN counts as true in Python, but not in JavaScript.
        condition = self.code if self.truth else f"(+{self.code} !== 0)"
        if condition not in self.run.decided:
            raise Branch(condition)
        return self.run.decided[condition]

    @staticmethod
    def _apply(rule: Primitive, inputs: Sequence[Any], attrs: dict[str, Any]) -> Name:
        return _call(f"book.{rule.name}", *inputs, *attrs.values())


def written(x: Any) -> str:
    """A `Name`, a number or a truth as JavaScript.

    Example:
        >>> written(0.5), written(-1.0), written(float("inf")), written(True)
        ('0.5', '(-1)', 'Infinity', 'true')
    """
    if isinstance(x, Name):
        return x.code
    if isinstance(x, bool):
        return "true" if x else "false"
    if not isinstance(x, int | float):
        raise Untranslatable
    if math.isnan(x):
        return "NaN"
    if math.isinf(x):
        return "Infinity" if x > 0 else "(-Infinity)"
    is_whole = x == int(x) and abs(x) < 1e15 and not (x == 0 and math.copysign(1, x) < 0)
    code = repr(int(x)) if is_whole else repr(float(x))
    return f"({code})" if code.startswith("-") else code


def transpiled(function: Any, names: Sequence[str], settings: tuple[tuple[str, Any], ...] = ()) -> str | None:
    """The JavaScript expression that a function of floats computes from these names; None where there is none.

    Args:
        function: The book's own code, or a user's.
        names: A JavaScript name for each input.
        settings: Its other arguments, by name.

    Example:
        >>> transpiled(lambda x, y: math.exp(-x) if x > y else 0.0, ["a", "b"])
        '((a > b) ? Math.exp((-a)) : 0)'
    """
    try:
        return _transpiled(function, tuple(names), settings)
    except RecursionError:
        return None


@lru_cache(maxsize=1024)
def _transpiled(function: Any, names: tuple[str, ...], settings: tuple[tuple[str, Any], ...]) -> str | None:
    if not isinstance(function, FunctionType | BuiltinFunctionType):
        return None  # a user's own callable may do anything: it is not tried out
    on_names = _STAND_INS.rebuilt(function)
    constants: dict[str, str] = {}

    def run(decided: dict[str, bool]) -> str:
        shared = _Run(decided, constants)
        return written(on_names(*(Name(name, shared) for name in names), **dict(settings)))

    def choose(condition: str, yes: str, no: str) -> str:
        code = f"({condition} ? {yes} : {no})"
        if len(code) > LONGEST:
            raise Untranslatable
        return code

    try:
        code = every_way(run, choose, DEEPEST)
        lines = "".join(f"const {name} = {long}; " for long, name in constants.items())
        return f"(() => {{ {lines}return {code}; }})()" if lines else code
    except Exception:  # code that is not made of floats' arithmetic fails in its own way
        return None


# ---- Python's functions on names -----------------------------------------------------------------------------------


def _call(function: str, *inputs: Any) -> Name:
    run = next(x.run for x in inputs if isinstance(x, Name))
    code = f"{function}({', '.join(map(written, inputs))})"
    if len(code) > LONG:
        code = run.constants.setdefault(code, f"t{len(run.constants)}")
    return Name(code, run)


def _named(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that gives its JavaScript name to what it is called with, where a `Name` is among that."""

    def on_names(*inputs: Any, **options: Any) -> Any:
        single = [x for x in inputs if isinstance(x, Name | int | float)]  # of sum(…, start) the start comes first
        flat = [*single, *(part for x in inputs if not isinstance(x, Name | int | float) for part in x)]
        if not any(isinstance(x, Name) for x in flat):
            return function(*inputs, **options)
        if options:
            raise Untranslatable
        return _call(NAMES[function], *flat)

    return on_names


def _joined(sign: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """`all` or `any` without a branch for each part."""

    def on_names(parts: Iterable[Any]) -> Any:
        parts = list(parts)
        named = next((x for x in parts if isinstance(x, Name)), None)
        if named is None:
            return function(parts)
        return Name(f"({f' {sign} '.join(map(written, parts))})", named.run, truth=True)

    return on_names


def _kept(kind: type) -> Callable[..., Any]:
    """``float(x)`` and the like: a `Name` stays what it is."""
    return lambda x=0: x if isinstance(x, Name) else kind(x)


_ON_NAMES = {function: _named(function) for function in NAMES}
_BUILTINS = {
    **{function.__name__: _ON_NAMES[function] for function in (max, min, round, sum)},
    "float": _kept(float),
    "bool": _kept(bool),
    "all": _joined("&&", all),
    "any": _joined("||", any),
}
_STAND_INS = StandIns(_ON_NAMES, _BUILTINS)
