"""Type your own: one file that reads an expression and plays its passes in the browser, by the rule book's formulas.

What may be written is what `autograd.learn.expression` allows; nothing is evaluated as code, neither here nor there.
"""

from __future__ import annotations

import html
from typing import Any

from autograd.drawing.javascript import rule_javascript
from autograd.drawing.page import as_json, asset, document, filled, hashes
from autograd.explaining.formula import derivatives, forward_formula
from autograd.learn.expression import CONSTANTS, OTHER_NAMES, function_names
from autograd.rules.primitive import BOOK

FIRST = "tanh(a*b + c)"
VALUES = {"a": 2.0, "b": -3.0, "c": 7.0}
OPERATIONS = (
    "add", "subtract", "multiply", "divide", "power", "negative", "where",
    "less", "less_equal", "greater", "greater_equal", "equal", "not_equal",
)  # fmt: skip


def typed_page(expression: str = FIRST, values: dict[str, float] | None = None) -> str:
    """The page on which an expression is typed, as the text of an HTML file that needs nothing else.

    Args:
        expression: What stands there at first.
        values: A number for each name in it.

    Example:
        >>> page = typed_page("a*b", {"a": 1.0, "b": 2.0})
        >>> page.startswith("<!doctype html>"), "src=" in page
        (True, False)
    """
    table, rules = rule_table()
    inner = document("Step by step", "", "@@DRAWING@@", "@@GRAPH@@", f"[\n{rules}\n]")
    start = {"expression": expression, "values": VALUES if values is None else values}
    script = "\n".join(
        ['"use strict";', f"const table = {as_json(table)};", asset("typed.js", "learn"), asset("form.js", "learn")]
    )
    parts = {
        "CSS": asset("typed.css", "learn"),
        "START": as_json(start),
        "INNER": as_json(inner),
        "SCRIPT": script,
        "HASHES": hashes(script, inner),
        "EXPRESSION": html.escape(expression),
    }
    return filled(asset("typed.html", "learn"), parts)


def rule_table() -> tuple[dict[str, Any], str]:
    """What the page knows of each function: its sign and formulas as data, and all of them in JavaScript."""
    names = sorted({*OPERATIONS, "maximum", "minimum", "logaddexp", *function_names()})
    rules: dict[str, Any] = {}
    written: list[str] = []
    for name in names:
        rule = BOOK.get(name)
        if rule is None or rule.pull is not None:
            continue
        arity = len(rule.vjps)
        code = rule_javascript(rule, {}, arity)
        if code is None:
            continue
        operands = [f"⟦{i}⟧" for i in range(arity)]
        slopes = derivatives(rule, {}, operands=operands, output="⟦y⟧")
        rules[name] = {
            "index": len(written),
            "arity": arity,
            "symbol": rule.symbol,
            "made": forward_formula(rule, {}, operands).text,
            "formulas": [None if slope is None else slope.text for slope in slopes],
            "doc": rule.doc,
            "kink": rule.kink,
        }
        written.append(code)
    other = {name: target for name, target in OTHER_NAMES.items() if target in rules}
    called = [
        name for name in function_names() if name in rules or name in other or name in ("sum", "logsumexp", "clip")
    ]
    return {"rules": rules, "names": other, "constants": CONSTANTS, "functions": called}, ",\n".join(written)
