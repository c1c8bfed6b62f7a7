"""An expression written in Python's grammar, computed on Values: parsed, and never evaluated as code.

Allowed are numbers, names, arithmetic, comparisons, and the functions of the rule book on single numbers; and in front
of the expression names for parts of it, ``c = a*b; c*c + c``. Anything else is refused, with the part that is meant.
"""

from __future__ import annotations

import ast
import keyword
import math
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

from autograd.errors import GradbookError
from autograd.graph.node import Node
from autograd.numpy import functions, reductions
from autograd.rules.primitive import BOOK
from autograd.suggest import closest
from autograd.value.value import Value

LONGEST = 10_000  # characters
DEEPEST = 200  # levels of nesting

_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "less",
    ast.LtE: "less_equal",
    ast.Gt: "greater",
    ast.GtE: "greater_equal",
    ast.Eq: "equal",
    ast.NotEq: "not_equal",
}
CONSTANTS = {"pi": math.pi, "e": math.e}
# Functions of several numbers as one, and names that people type for entries of the book.
_SEVERAL: dict[str, Callable[..., Any]] = {
    "logsumexp": reductions.logsumexp,
    "sum": reductions.sum,
}
# Functions that take settings beside their number.
_WITH_SETTINGS: dict[str, tuple[Callable[..., Any], str]] = {
    "clip": (functions.clip, "a number, the lowest and the highest"),
    "elu": (functions.elu, "a number"),
    "leaky_relu": (functions.leaky_relu, "a number"),
}
_OF_DERIVATIVES = ("direction", "lowered_power", "peak", "sech_squared", "share")
OTHER_NAMES = {"ln": "log", "atan": "arctan", "max": "maximum", "min": "minimum", "σ": "sigmoid"}


# Signs of formulas, and what is written here for them.
_SIGNS = {
    "×": "*",
    "·": "*",
    "÷": "/",
    "−": "-",
    "√": "sqrt(…)",
    "|": "abs(…)",
    "²": "**2",
    "³": "**3",
    "=": "NAME=VALUE beside the expression",
}


class ExpressionError(GradbookError, ValueError):
    """Something in an expression that is not allowed, or not understood; the message names it."""


def function_names() -> list[str]:
    """The functions that an expression may call."""
    book = [name for name, rule in BOOK.items() if rule.scalar is not None and _arity(rule)]
    return sorted({*book, *OTHER_NAMES, "sum", "logsumexp"})


def listed_names() -> list[str]:
    """Those of them that people ask for: not the ones that other entries' derivatives are written with."""
    return [name for name in function_names() if name not in _OF_DERIVATIVES]


def _arity(rule: Any) -> int:
    return 0 if rule.pull is not None else len(rule.vjps)


def names_in(text: str) -> list[str]:
    """The variables of an expression, in the order in which they appear.

    Example:
        >>> names_in("tanh(a*b + c) + a*pi")
        ['a', 'b', 'c']
    """
    found: list[str] = []
    given: set[str] = set()
    for name, _, tree in _parts(text):
        called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        names = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and id(n) not in called]
        names.sort(key=lambda n: (n.lineno, n.col_offset))
        found += [n.id for n in names if n.id not in given and n.id not in CONSTANTS]
        given.add(name)
    return list(dict.fromkeys(found))


def compute(text: str, variables: Mapping[str, Any]) -> Any:
    """The expression's value as a node, computed from the given Values.

    Args:
        text: Such as ``"tanh(a*b + c)"``, or ``"c = a*b; c*c + c"``, where c is one node that is used three times.
        variables: A Value for each name.

    Raises:
        ExpressionError: A part that is not allowed, a name without a value, or no grammar at all.

    Example:
        >>> a = Value(2.0, label="a")
        >>> compute("a**2 + 1", {"a": a}).data
        5.0
    """
    known = dict(variables)
    result: Any = None
    for name, part, tree in _parts(text):
        if name in known:
            raise ExpressionError(f"{name} = {part}: {name} has a value already")
        result = known[name] = _Computer(part, known).value(tree)
        if name and isinstance(result, Node) and result.rule is not None and not result.label:
            result.label = name
    return result


def _parts(text: str) -> list[tuple[str, str, ast.expr]]:
    """The named parts in front, and under no name the expression itself: the name, the text, and what it says."""
    *named, last = text.split(";")
    found = []
    for part in named:
        name, equals, rest = (x.strip() for x in part.partition("="))
        if not equals or not name.isidentifier() or keyword.iskeyword(name) or rest.startswith("="):
            raise ExpressionError(f"{part.strip()[:60]!r}: each part before a semicolon needs a name: c = a*b; c*c")
        found.append((name, rest, _parsed(rest).body))
    return [*found, ("", last.strip(), _parsed(last).body)]


def _parsed(text: str) -> ast.Expression:
    if len(text) > LONGEST:
        raise ExpressionError(f"the expression has {len(text):,} characters; at most {LONGEST:,} are read")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = (getattr(error, "text", None) or "").rstrip()
        at = getattr(error, "offset", None)
        place = f" at {line[max(0, at - 1) :][:20]!r}" if at and line[max(0, at - 1) :] else ""
        unread = "it has characters that cannot be read" if isinstance(error, UnicodeError) else ""
        reason = getattr(error, "msg", None) or unread or "it is nested too deeply"
        raise ExpressionError(f"not an expression{place}: {reason}{_as_written_here(text)}") from None
    return tree


def _as_written_here(text: str) -> str:
    """What to write in place of a formula's own signs, or of what stands side by side."""
    found = re.search(r"\b([a-zσ]\w*) +([a-zσ]\w*)|(?<![\w.])([\d.]+) *([a-zσ]\w*)", text, re.IGNORECASE)
    if found is not None and found[1] in function_names():
        return f"; write {found[1]}({found[2]})"
    if found is not None and found[2] not in ("if", "else"):
        return f"; write a product with *: {found[1] or found[3]}*{found[2] or found[4]}"
    return next((f"; write {ours} for {sign}" for sign, ours in _SIGNS.items() if sign in text), "")


class _Computer:
    def __init__(self, text: str, variables: Mapping[str, Any]) -> None:
        self.text = text.strip()
        self.variables = variables
        self.depth = 0

    def value(self, part: ast.expr) -> Any:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ExpressionError(f"the expression is nested more than {DEEPEST} deep")
        try:
            return self._value(part)
        finally:
            self.depth -= 1

    def _value(self, part: ast.expr) -> Any:
        match part:
            case ast.Constant(value=bool() | complex() | str() | bytes() | None):
                raise self.refused(part, "an expression holds real numbers only")
            case ast.Constant(value=int() | float() as number):
                try:
                    return float(number)
                except OverflowError:
                    raise self.refused(part, "a number too large for a float") from None
            case ast.Name(id=name):
                return self.named(part, name)
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return -self.value(inner)
            case ast.UnaryOp(op=ast.UAdd(), operand=inner):
                return self.value(inner)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
                return self.combined(_BINARY[type(op)], self.value(left), self.value(right))
            case ast.BinOp(op=ast.BitXor()):
                raise self.refused(part, "write ** for a power")
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARISONS:
                return BOOK[_COMPARISONS[type(op)]](self.value(left), self.value(right))
            case ast.IfExp(test=test, body=body, orelse=other):
                return BOOK["where"](self.value(test), self.value(body), self.value(other))
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self.called(part, name, arguments)
            case ast.Call(func=ast.Name()):
                raise self.refused(part, "arguments are given by position")
            case ast.Call(func=ast.Constant() | ast.BinOp()):
                raise self.refused(part, "write a product with *")
            case ast.Call(func=ast.Attribute(attr=name)) if name in function_names():
                raise self.refused(part, f"functions stand alone: write {name}(…)")
        raise self.refused(part, "allowed are numbers, names, + - * / **, comparisons, and functions such as tanh")

    def named(self, part: ast.expr, name: str) -> Any:
        if name in self.variables:
            return self.variables[name]
        if name in CONSTANTS:
            return CONSTANTS[name]
        if name in function_names():
            raise self.refused(part, f"a function: write {name}(…)")
        if "·" in name:  # which Python takes for a letter
            raise self.refused(part, "write a product with *")
        raise self.refused(part, f"give it a value: {name}=1.5")

    def called(self, part: ast.expr, name: str, arguments: list[ast.expr]) -> Any:
        if any(isinstance(x, ast.Starred) for x in arguments):
            raise self.refused(part, "arguments are given one by one")
        values = [self.value(x) for x in arguments]
        if name in _SEVERAL and values:
            return _SEVERAL[name](values)
        if name in _WITH_SETTINGS:
            function, words = _WITH_SETTINGS[name]
            if any(isinstance(x, Node) for x in values[1:]):
                raise self.refused(part, f"{name} takes {words}; only the first may depend on a name")
            try:
                return self.combined(function, *values)
            except TypeError:
                raise self.refused(part, f"{name} takes {words}") from None
        rule = BOOK.get(OTHER_NAMES.get(name, name))
        if rule is None or rule.scalar is None or not _arity(rule):
            if name in self.variables:
                raise self.refused(part, "write a product with *")
            near = closest(name, listed_names())
            hint = f"did you mean {near}?" if near else f"there are {', '.join(listed_names())}"
            raise self.refused(part, f"there is no function {name}; {hint}")
        if len(values) != _arity(rule):  # math.log would take a second number for the base
            raise self.refused(part, f"{name} takes {_arity(rule)} number{'s' if _arity(rule) > 1 else ''}")
        return self.combined(rule, *values)

    @staticmethod
    def combined(function: Callable[..., Any], *values: Any) -> Any:
        """The function of the values, with IEEE 754's answers for plain numbers too."""
        if any(isinstance(x, Node) for x in values):
            return function(*values)
        result = function(*(Value(x, requires_grad=False) for x in values))
        return result.data if isinstance(result, Value) else result

    def refused(self, part: ast.expr, reason: str) -> ExpressionError:
        written = ast.get_source_segment(self.text, part) or ast.unparse(part)
        shown = written if len(written) <= 60 else f"{written[:57]}…"
        return ExpressionError(f"{shown!r}: {reason}")
