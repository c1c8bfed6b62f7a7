"""The rule book in JavaScript, for the step-through page.

Nothing is said a second time: forwards are the book's functions of floats (`autograd.drawing.transpile`), derivatives
are its rules, run on symbols and printed here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from autograd.drawing.transpile import transpiled, written
from autograd.explaining.formula import derivatives
from autograd.explaining.symbols import Expression
from autograd.rules import arithmetic
from autograd.rules.on_names import Untranslatable
from autograd.rules.primitive import BOOK, Primitive

# What is an operator in JavaScript too.
_INFIX: dict[Primitive, str] = {
    arithmetic.add: "+",
    arithmetic.subtract: "-",
    arithmetic.multiply: "*",
    arithmetic.divide: "/",
    arithmetic.greater: ">",
    arithmetic.greater_equal: ">=",
    arithmetic.less: "<",
    arithmetic.less_equal: "<=",
    arithmetic.equal: "===",
    arithmetic.not_equal: "!==",
}


def javascript(e: Expression) -> str:
    """An expression in JavaScript; functions of the book are members of an object ``book``.

    Raises:
        Untranslatable: A primitive in it has no JavaScript.

    Example:
        >>> from autograd import BOOK
        >>> from autograd.explaining.formula import derivatives
        >>> javascript(derivatives(BOOK["divide"])[1].expression)
        '(-(y / b))'
    """
    rule, operands = e.rule, e.operands
    if rule is None:
        if e.number is not None:
            return written(e.number)
        if e.name is None or not re.fullmatch(r"[A-Za-z]\w*", e.name, re.ASCII):
            raise Untranslatable
        return e.name
    inputs = [javascript(x) for x in operands]
    if rule in _INFIX:
        return f"({inputs[0]} {_INFIX[rule]} {inputs[1]})"
    if rule is arithmetic.negative:
        return f"(-{inputs[0]})"
    if rule is arithmetic.power and operands[1].rule is arithmetic.subtract and operands[1].operands[1].number:
        # a^(b − 1) stands for the book's lowered power, which is guarded where b is 0.
        base, lower = inputs[0], operands[1].operands[1].number - 1
        return (
            f"book.{arithmetic.lowered_power.name}({base}, ({javascript(operands[1].operands[0])} - {written(lower)}))"
        )
    if rule is arithmetic.where:  # lazily, since a branch that is not taken may be long; NaN counts as true in Python
        return f"(+{inputs[0]} !== 0 ? {inputs[1]} : {inputs[2]})"
    if _forward(rule) is None:
        raise Untranslatable
    settings = [written(e.attrs[name]) for name in rule.settings]
    return f"book.{rule.name}({', '.join([*inputs, *settings])})"


@cache
def _forward(rule: Primitive) -> str | None:
    """A primitive of a fixed number of inputs as a JavaScript function; its settings are the last parameters."""
    if rule.scalar is None or rule.pull is not None:
        return None
    names = [*(f"x{i}" for i in range(len(rule.vjps))), *rule.settings]
    code = transpiled(rule.scalar, names)
    return None if code is None else f"({', '.join(names)}) => {code}"


def book_javascript() -> str:
    """The forwards of the whole book as a JavaScript object literal.

    Example:
        >>> "  sin: (x0) => Math.sin(x0)," in book_javascript().splitlines()
        True
    """
    forwards = {rule.name: _forward(rule) for rule in BOOK.values()}
    return "\n".join(["{", *(f"  {name}: {code}," for name, code in forwards.items() if code is not None), "}"])


def rule_javascript(rule: Primitive, attrs: dict[str, Any], arity: int) -> str | None:
    """One primitive with its derivatives as a JavaScript object literal; None where Python alone can compute it.

    ``forward(x0, x1, …)`` is y; ``shares(g, y, x0, x1, …)`` lists what each input receives of g = ∂L/∂y, and
    ``locals(g, y, …)`` lists ∂y/∂xᵢ; null where there is none.

    Example:
        >>> from autograd import BOOK
        >>> print(rule_javascript(BOOK["divide"], {}, 2))
        {selects: false, elementwise: true,
         forward: (x0, x1) => (x0 / x1),
         shares: (g, y, x0, x1) => [(g / x1), (-((g * y) / x1))],
         locals: (g, y, x0, x1) => [(1 / x1), (-(y / x1))]}
    """
    names = [f"x{i}" for i in range(arity)]
    inputs = ", ".join(names)
    try:
        forward = transpiled(rule.scalar, names, tuple(attrs.items()))
        if forward is None:
            return None
        shares, local = (_slopes(rule, attrs, names, upstream) for upstream in ("g", None))
    except (Untranslatable, TypeError):
        return None
    return (
        f"{{selects: {json.dumps(rule.selects)}, elementwise: {json.dumps(rule.elementwise)},\n"
        f" forward: ({inputs}) => {forward},\n"
        f" shares: (g, y, {inputs}) => [{shares}],\n"
        f" locals: (g, y, {inputs}) => [{local}]}}"
    )


def _slopes(rule: Primitive, attrs: dict[str, Any], names: Sequence[str], upstream: str | None) -> str:
    found = derivatives(rule, attrs, operands=names, upstream=upstream)
    for position, slope in enumerate(found):
        if slope is None and (rule.pull is not None or rule.vjps[position] is not None):
            raise Untranslatable  # there is a derivative, which cannot be written down
    return ", ".join("null" if slope is None else javascript(slope.expression) for slope in found)
