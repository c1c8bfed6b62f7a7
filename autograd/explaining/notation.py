"""How an expression is written: as text, and as LaTeX."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograd.explaining.symbols import Expression
from autograd.rules.primitive import BOOK

WIDTH = 80  # columns of a text

# How tightly a notation binds; an operand that binds less tightly than its place demands goes into parentheses.
CHOICE, COMPARISON, SUM, PRODUCT, POWER, ATOM = range(6)

Written = tuple[str, int]
Writer = Callable[[Expression], Written]


def wrapped(line: str) -> list[str]:
    """A line in as many as it needs, those after the first indented; a path may go on after an arrow."""
    if len(line) <= WIDTH:
        return [line]
    wrapper = textwrap.TextWrapper(
        WIDTH,
        subsequent_indent=" " * (len(line) - len(line.lstrip()) + 4),
        replace_whitespace=False,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [part.replace("\v", "") for part in wrapper.wrap(line.replace("→", "→\v"))]


def number_text(x: float | complex, digits: int = 6) -> str:
    """A number as short as ``digits`` significant ones allow, with real minus and infinity signs.

    Example:
        >>> number_text(-0.5), number_text(123456789.0), number_text(1e-7), number_text(float("-inf"))
        ('−0.5', '1.23457e8', '1e−7', '−∞')
        >>> number_text(1 - 2j), number_text(3j)
        ('1 − 2j', '3j')
    """
    if isinstance(x, complex):
        if x.real == 0:
            return f"{number_text(x.imag, digits)}j"
        return f"{number_text(x.real, digits)} {'−' if x.imag < 0 else '+'} {number_text(abs(x.imag), digits)}j"
    if math.isnan(x):
        return "NaN"
    if math.isinf(x):
        return "∞" if x > 0 else "−∞"
    if x == 0:
        return "0"  # without the sign that floats give a zero
    mantissa, _, exponent = f"{x:.{digits}g}".partition("e")
    return (f"{mantissa}e{int(exponent)}" if exponent else mantissa).replace("-", "−")


def number_latex(x: float | complex, digits: int = 6) -> str:
    r"""A number in LaTeX.

    Example:
        >>> number_latex(1.5e-7), number_latex(float("inf")), number_latex(1 - 2j)
        ('1.5 \\times 10^{-7}', '\\infty', '1 - 2j')
    """
    if isinstance(x, complex):
        return f"{number_latex(x.real, digits)} {'-' if x.imag < 0 else '+'} {number_latex(abs(x.imag), digits)}j"
    if math.isnan(x):
        return r"\mathrm{NaN}"
    if math.isinf(x):
        return r"\infty" if x > 0 else r"-\infty"
    mantissa, _, exponent = f"{x:.{digits}g}".partition("e")
    return rf"{mantissa} \times 10^{{{int(exponent)}}}" if exponent else mantissa


_LATEX_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}", "\n": " ",
}  # fmt: skip


def name_latex(name: str) -> str:
    r"""A name in LaTeX: a letter as it is, digits after it as an index, anything else as escaped text.

    Example:
        >>> name_latex("x"), name_latex("w12"), name_latex("w_12"), name_latex("loss")
        ('x', 'w_{12}', '\\text{w\\_12}', '\\text{loss}')
    """
    if found := re.fullmatch(r"([^\W\d_])(\d*)", name):
        letter, index = found.groups()
        return f"{letter}_{{{index}}}" if index else letter
    return rf"\text{{{''.join(_LATEX_SPECIAL.get(c, c) for c in name)}}}"


def short(value: Any) -> str:
    """An attribute in a few characters: arrays as their shape, slices as in an index."""
    if isinstance(value, tuple):
        return f"({', '.join(map(short, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, slice):
        return ":".join("" if part is None else str(part) for part in (value.start, value.stop))
    if isinstance(value, np.ndarray):
        return f"array{value.shape}"
    if value is Ellipsis:
        return "…"
    return number_text(value) if isinstance(value, float | complex) else str(value)


def _index_text(index: Any) -> str:
    return ", ".join(map(short, index)) if isinstance(index, tuple) else short(index)


def _named(e: Expression) -> str | None:
    """The name in the book of what an expression applies; None where it applies nothing, or a user's own primitive."""
    return e.rule.name if e.rule is not None and BOOK.get(e.rule.name) is e.rule else None


def _operands(x: Sequence[Expression], writer: Writer) -> Callable[[int, int], str]:
    """How to write operand i at a place that demands it to bind so tightly."""

    def inner(i: int, place: int) -> str:
        written, binds = writer(x[i])
        return written if binds >= place else f"({written})"

    return inner


def _binding(number: float | complex) -> int:
    """How tightly a number holds together as it is written."""
    return SUM if isinstance(number, complex) else PRODUCT if number < 0 else ATOM


def _branches(e: Expression) -> tuple[list[tuple[Expression, Expression]], Expression]:
    """A chain of choices as (condition, value) pairs, and what is left otherwise."""
    pairs = []
    while _named(e) == "where":
        condition, chosen, e = e.operands
        pairs.append((condition, chosen))
    return pairs, e


def _as_in_a_textbook(e: Expression) -> Expression:
    """Without what a textbook leaves out.

    The guard that a rule has at a single point: ``where(equal(p, 0), 1, q)`` is written q. And the axes of length one
    that make an array ready to broadcast.
    """
    if _named(e) == "reshape":
        return _as_in_a_textbook(e.operands[0])
    if _named(e) == "where":
        condition, chosen, otherwise = e.operands
        if _named(condition) == "equal" and (condition.operands[1].number, chosen.number) in _GUARDS:
            return otherwise
    return e


# A point that a rule guards, and what is used there.
_GUARDS = ((0, 1), (-math.inf, 0))

# Each in text and in LaTeX.
_COMPARISONS = {
    "greater": (">", ">"),
    "greater_equal": ("≥", r"\ge"),
    "less": ("<", "<"),
    "less_equal": ("≤", r"\le"),
    "equal": ("=", "="),
    "not_equal": ("≠", r"\ne"),
}
_SWAPPED_LAST_TWO = (None, (1, 0))


def _attributes(e: Expression) -> list[str]:
    return [
        short(value) if name == "shape" else f"{name}={short(value)}"
        for name, value in e.attrs.items()
        if name != "keepdims" and value is not None
    ]


# What a formula calls a primitive whose name in the book tells it from a namesake.
_CALLED = {"broadcast_to": "broadcast", "maximum": "max", "minimum": "min", "logsumexp_n": "logsumexp", "sum": "Σ"}


# ---- text ----------------------------------------------------------------------------------------------------------


def text(e: Expression) -> str:
    """Plain text with Unicode signs."""
    if _named(e) == "reshape":
        return f"reshape({_text(e)[0]}, {short(e.shape)})"
    return _text(e)[0]


def _text(e: Expression) -> Written:
    e = _as_in_a_textbook(e)
    rule, x = _named(e), e.operands
    if e.name is not None:
        return e.name, ATOM
    if e.number is not None:
        return number_text(e.number), _binding(e.number)
    inner = _operands(x, _text)
    if rule == "add":
        return f"{inner(0, SUM)} + {inner(1, SUM)}", SUM
    if rule == "add_n":
        return " + ".join(inner(i, SUM) for i in range(len(x))), SUM
    if rule == "affine":
        return " + ".join([inner(0, SUM), *(f"{_text(w)[0]} · {_text(v)[0]}" for w, v in _pairs(x[1:]))]), SUM
    if rule == "subtract":
        return f"{inner(0, SUM)} − {inner(1, PRODUCT)}", SUM
    if rule == "multiply":
        return f"{inner(0, PRODUCT)} · {inner(1, PRODUCT)}", PRODUCT
    if rule == "divide":
        return f"{inner(0, PRODUCT)} / {inner(1, POWER)}", PRODUCT
    if rule == "negative":
        return f"−{inner(0, PRODUCT)}", PRODUCT
    if rule == "power":
        return f"{inner(0, ATOM)}^{inner(1, ATOM)}", POWER
    if rule == "square":
        return f"{inner(0, ATOM)}²", POWER
    if rule == "sech_squared":
        return f"1 − tanh²({_text(x[0])[0]})", SUM
    if rule == "sqrt":
        return f"√{inner(0, ATOM)}", ATOM
    if rule == "abs":
        return f"|{_text(x[0])[0]}|", ATOM
    if rule == "where":
        pairs, otherwise = _branches(e)
        parts = [f"{_text(chosen)[0]} if {_text(condition)[0]}" for condition, chosen in pairs]
        return f"{', '.join(parts)}, else {_text(otherwise)[0]}", CHOICE
    if rule in _COMPARISONS:
        return f"{inner(0, SUM)} {_COMPARISONS[rule][0]} {inner(1, SUM)}", COMPARISON
    if rule == "matmul":
        return f"{inner(0, PRODUCT)} @ {inner(1, POWER)}", PRODUCT
    if rule == "transpose" and e.attrs["axes"] in _SWAPPED_LAST_TWO:
        return f"{inner(0, ATOM)}ᵀ", POWER
    if rule == "getitem":
        return f"{inner(0, ATOM)}[{_index_text(e.attrs['index'])}]", ATOM
    name = e.rule.name if e.rule is not None else "?"
    return f"{_CALLED.get(name, name)}({', '.join([*(_text(part)[0] for part in x), *_attributes(e)])})", ATOM


def _pairs(wx: Sequence[Expression]) -> list[tuple[Expression, Expression]]:
    half = len(wx) // 2
    return list(zip(wx[:half], wx[half:], strict=True))


# ---- LaTeX ---------------------------------------------------------------------------------------------------------

_LATEX_FUNCTIONS = {
    "log": r"\ln", "sin": r"\sin", "cos": r"\cos", "tan": r"\tan", "arctan": r"\arctan", "tanh": r"\tanh",
    "sigmoid": r"\sigma", "maximum": r"\max", "minimum": r"\min", "max": r"\max", "min": r"\min", "sum": r"\sum",
}  # fmt: skip


def latex(e: Expression) -> str:
    """LaTeX for mathematics mode."""
    if _named(e) == "reshape":
        return rf"\operatorname{{reshape}}({_latex(e)[0]}, \text{{{short(e.shape)}}})"
    return _latex(e)[0]


def _latex(e: Expression) -> Written:
    e = _as_in_a_textbook(e)
    rule, x = _named(e), e.operands
    if e.name is not None:
        return name_latex(e.name), ATOM
    if e.number is not None:
        return number_latex(e.number), _binding(e.number)
    inner = _operands(x, _latex)
    if rule == "add":
        return f"{inner(0, SUM)} + {inner(1, SUM)}", SUM
    if rule == "add_n":
        return " + ".join(inner(i, SUM) for i in range(len(x))), SUM
    if rule == "affine":
        return " + ".join([inner(0, SUM), *(rf"{_latex(w)[0]} \, {_latex(v)[0]}" for w, v in _pairs(x[1:]))]), SUM
    if rule == "subtract":
        return f"{inner(0, SUM)} - {inner(1, PRODUCT)}", SUM
    if rule == "multiply":
        dot = r"\cdot" if x[1].number is not None else r"\,"
        return rf"{inner(0, PRODUCT)} {dot} {inner(1, PRODUCT)}", PRODUCT
    if rule == "divide":
        return rf"\frac{{{_latex(x[0])[0]}}}{{{_latex(x[1])[0]}}}", PRODUCT
    if rule == "negative":
        return f"-{inner(0, PRODUCT)}", PRODUCT
    if rule == "power":
        return f"{inner(0, ATOM)}^{{{_latex(x[1])[0]}}}", POWER
    if rule == "square":
        return f"{inner(0, ATOM)}^{{2}}", POWER
    if rule == "exp":
        return f"e^{{{_latex(x[0])[0]}}}", POWER
    if rule == "expm1":
        return f"e^{{{_latex(x[0])[0]}}} - 1", SUM
    if rule == "sech_squared":
        return rf"1 - \tanh^{{2}}({_latex(x[0])[0]})", SUM
    if rule == "log1p":
        return rf"\ln(1 + {inner(0, SUM)})", ATOM
    if rule == "sqrt":
        return rf"\sqrt{{{_latex(x[0])[0]}}}", ATOM
    if rule == "abs":
        return rf"\lvert {_latex(x[0])[0]} \rvert", ATOM
    if rule == "where":
        pairs, otherwise = _branches(e)
        rows = [rf"{_latex(chosen)[0]} & \text{{if }} {_latex(condition)[0]}" for condition, chosen in pairs]
        rows.append(rf"{_latex(otherwise)[0]} & \text{{otherwise}}")
        return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}", ATOM
    if rule in _COMPARISONS:
        return f"{inner(0, SUM)} {_COMPARISONS[rule][1]} {inner(1, SUM)}", COMPARISON
    if rule == "matmul":
        return rf"{inner(0, PRODUCT)} \, {inner(1, POWER)}", PRODUCT
    if rule == "transpose" and e.attrs["axes"] in _SWAPPED_LAST_TWO:
        return rf"{inner(0, ATOM)}^{{\top}}", POWER
    if rule == "getitem":
        return rf"{inner(0, ATOM)}\left[\text{{{_index_text(e.attrs['index'])}}}\right]", ATOM
    name = e.rule.name if e.rule is not None else "?"
    called = _CALLED.get(name, name).replace("_", r"\ ")
    written = _LATEX_FUNCTIONS.get(name) or rf"\operatorname{{{called}}}"
    attributes = [rf"\text{{{part}}}" for part in _attributes(e)]
    inside = ", ".join([*(_latex(part)[0] for part in x), *attributes])
    tall = r"\frac" in inside or r"\begin" in inside
    return rf"{written}\left({inside}\right)" if tall else f"{written}({inside})", ATOM
