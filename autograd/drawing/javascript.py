"""The rule book in JavaScript, for the step-through page: forwards from one table, derivatives from the rules.

The forward of a primitive is Python code on floats, so it is named here once more; its derivatives are not: they are
the book's own rules, printed.
"""

from __future__ import annotations

import json
from typing import Any

from autograd.explaining.formula import derivatives, forward_formula
from autograd.rules.primitive import BOOK, Primitive

# Each function of the book on JavaScript numbers. Arithmetic, comparisons, negation and `where` are operators there.
FORWARDS: dict[str, str] = {
    "sign": "Math.sign",
    # C's pow, and so Python's, has 1 where JavaScript has NaN.
    "power": "(a, b) => (a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : Math.pow(a, b))",
    "square": "(x) => x * x",
    "sqrt": "Math.sqrt",
    "abs": "Math.abs",
    "exp": "Math.exp",
    "expm1": "Math.expm1",
    "log": "Math.log",
    "log1p": "Math.log1p",
    "sin": "Math.sin",
    "cos": "Math.cos",
    "tan": "Math.tan",
    "arctan": "Math.atan",
    "tanh": "Math.tanh",
    "maximum": "(a, b) => (a >= b || a !== a ? a : b)",
    "minimum": "(a, b) => (a <= b || a !== a ? a : b)",
    "clip": "(x, low, high) => (x < low ? low : x > high ? high : x)",
    "sigmoid": "(x) => (x >= 0 ? 1 : Math.exp(-Math.abs(x))) / (1 + Math.exp(-Math.abs(x)))",
    "softplus": "(x) => (x > 0 || x !== x ? x : 0) + Math.log1p(Math.exp(-Math.abs(x)))",
    "relu": "(x) => (x <= 0 ? 0 : x)",
    "leaky_relu": "(x, slope) => (x > 0 ? x : slope * x)",
    "add_n": "(...xs) => xs.reduce((total, x) => total + x, 0)",
    "logsumexp_n": (
        "(...xs) => { const top = Math.max(...xs); return Math.abs(top) === Infinity ? top : "
        "top + Math.log(xs.reduce((total, x) => total + Math.exp(x - top), 0)); }"
    ),
    "affine": (
        "(b, ...wx) => { const n = wx.length / 2; let total = b; "
        "for (let i = 0; i < n; i++) total += wx[i] * wx[n + i]; return total; }"
    ),
}
_OPERATORS = {
    "greater", "greater_equal", "less", "less_equal", "equal", "not_equal",
    "add", "subtract", "negative", "multiply", "divide", "where",
}  # fmt: skip


def book_javascript() -> str:
    """The table of forwards as a JavaScript object literal.

    Example:
        >>> book_javascript().splitlines()[1]
        '  sign: Math.sign,'
    """
    return "\n".join(["{", *(f"  {name}: {code}," for name, code in FORWARDS.items()), "}"])


def known(rule: Primitive) -> bool:
    """Whether the page can compute this primitive: an entry of the book, not a user's own of the same name."""
    return BOOK.get(rule.name) is rule and (rule.name in FORWARDS or rule.name in _OPERATORS)


def rule_javascript(rule: Primitive, attrs: dict[str, Any], arity: int) -> str:
    """One primitive with its derivatives as a JavaScript object literal.

    ``forward(x0, x1, …)`` is y; ``shares(g, y, x0, x1, …)`` lists what each input receives of g = ∂L/∂y, and
    ``locals(g, y, …)`` lists ∂y/∂xᵢ; null where there is none.

    Example:
        >>> from autograd import BOOK
        >>> print(rule_javascript(BOOK["divide"], {}, 2))
        {selects: false, elementwise: true,
         forward: (x0, x1) => x0 / x1,
         shares: (g, y, x0, x1) => [g / x1, (-(g * y / x1))],
         locals: (g, y, x0, x1) => [1 / x1, (-(y / x1))]}
    """
    names = [f"x{i}" for i in range(arity)]
    inputs = ", ".join(names)
    forward = forward_formula(rule, attrs, names).javascript
    shares, local = (
        ", ".join("null" if f is None else f.javascript for f in derivatives(rule, attrs, operands=names, upstream=up))
        for up in ("g", None)
    )
    return (
        f"{{selects: {json.dumps(rule.selects)}, elementwise: {json.dumps(rule.elementwise)},\n"
        f" forward: ({inputs}) => {forward},\n"
        f" shares: (g, y, {inputs}) => [{shares}],\n"
        f" locals: (g, y, {inputs}) => [{local}]}}"
    )
