"""How an expression is written: as text, and as LaTeX."""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd.explaining.symbols import Expression
from autograd.rules.primitive import BOOK

WIDTH = 80  # columns of a text

# How tightly a notation binds; an operand that binds less tightly than its place demands goes into parentheses.
CHOICE, COMPARISON, SUM, PRODUCT, POWER, ATOM = range(6)
_PLACES = {"sum": SUM, "product": PRODUCT, "power": POWER, "atom": ATOM}


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


def _attributes(e: Expression) -> list[str]:
    return [
        short(value) if name == "shape" else f"{name}={short(value)}"
        for name, value in e.attrs.items()
        if name != "keepdims" and value is not None
    ]


# What a formula calls a primitive whose name in the book tells it from a namesake.
_CALLED = {"broadcast_to": "broadcast", "maximum": "max", "minimum": "min", "sum": "Σ"}
_CALLED |= dict.fromkeys(("logsumexp_n", "log_normaliser_n"), "logsumexp")


# In text, in LaTeX, and how tightly both bind: operand 1 stands at {1}; at {1:product} in parentheses unless it binds
# as tightly as a product. What is not here is written as a function.
_TEMPLATES: dict[str, tuple[str, str, int]] = {
    "add": ("{0:sum} + {1:sum}", "{0:sum} + {1:sum}", SUM),
    "subtract": ("{0:sum} − {1:product}", "{0:sum} - {1:product}", SUM),
    "multiply": ("{0:product} · {1:product}", r"{0:product} \, {1:product}", PRODUCT),
    "divide": ("{0:product} / {1:power}", r"\frac{{{0}}}{{{1}}}", PRODUCT),
    "negative": ("−{0:product}", "-{0:product}", PRODUCT),
    "power": ("{0:atom}^{1:atom}", "{0:atom}^{{{1}}}", POWER),
    "square": ("{0:atom}²", "{0:atom}^{{2}}", POWER),
    "sech_squared": ("1 − tanh²({0})", r"1 - \tanh^{{2}}({0})", SUM),
    "sqrt": ("√{0:atom}", r"\sqrt{{{0}}}", ATOM),
    "abs": ("|{0}|", r"\lvert {0} \rvert", ATOM),
    "matmul": ("{0:product} @ {1:power}", r"{0:product} \, {1:power}", PRODUCT),
    "transpose": ("{0:atom}ᵀ", r"{0:atom}^{{\top}}", POWER),
    "getitem": ("{0:atom}[{index}]", r"{0:atom}\left[\text{{{index}}}\right]", ATOM),
    "exp": ("", "e^{{{0}}}", POWER),
    "expm1": ("", "e^{{{0}}} - 1", SUM),
    "log1p": ("", r"\ln(1 + {0:sum})", ATOM),
    "greater": ("{0:sum} > {1:sum}", "{0:sum} > {1:sum}", COMPARISON),
    "greater_equal": ("{0:sum} ≥ {1:sum}", r"{0:sum} \ge {1:sum}", COMPARISON),
    "less": ("{0:sum} < {1:sum}", "{0:sum} < {1:sum}", COMPARISON),
    "less_equal": ("{0:sum} ≤ {1:sum}", r"{0:sum} \le {1:sum}", COMPARISON),
    "equal": ("{0:sum} = {1:sum}", "{0:sum} = {1:sum}", COMPARISON),
    "not_equal": ("{0:sum} ≠ {1:sum}", r"{0:sum} \ne {1:sum}", COMPARISON),
}
_LATEX_FUNCTIONS = {
    "log": r"\ln", "sin": r"\sin", "cos": r"\cos", "tan": r"\tan", "arctan": r"\arctan", "tanh": r"\tanh",
    "sigmoid": r"\sigma", "maximum": r"\max", "minimum": r"\min", "max": r"\max", "min": r"\min", "sum": r"\sum",
}  # fmt: skip


class Written(NamedTuple):
    """An expression as it is written, and how tightly that binds."""

    text: str
    binds: int

    def __format__(self, place: str) -> str:
        return self.text if not place or self.binds >= _PLACES[place] else f"({self.text})"


class _Text:
    """Plain text with Unicode signs."""

    column, times = 0, " · "
    name, number = str, staticmethod(number_text)

    @staticmethod
    def choice(pairs: list[tuple[Written, Written]], otherwise: Written) -> Written:
        parts = [f"{chosen} if {condition}" for condition, chosen in pairs]
        return Written(f"{', '.join(parts)}, else {otherwise}", CHOICE)

    @staticmethod
    def call(name: str, operands: Sequence[Written], attributes: Sequence[str]) -> str:
        return f"{_CALLED.get(name, name)}({', '.join([*map(format, operands), *attributes])})"


class _Latex:
    """LaTeX for mathematics mode."""

    column, times = 1, r" \, "
    name, number = staticmethod(name_latex), staticmethod(number_latex)

    @staticmethod
    def choice(pairs: list[tuple[Written, Written]], otherwise: Written) -> Written:
        rows = [rf"{chosen} & \text{{if }} {condition}" for condition, chosen in pairs]
        rows.append(rf"{otherwise} & \text{{otherwise}}")
        return Written(r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}", ATOM)

    @staticmethod
    def call(name: str, operands: Sequence[Written], attributes: Sequence[str]) -> str:
        called = _CALLED.get(name, name).replace("_", r"\ ")
        written = _LATEX_FUNCTIONS.get(name) or rf"\operatorname{{{called}}}"
        inside = ", ".join([*map(format, operands), *(rf"\text{{{part}}}" for part in attributes)])
        tall = r"\frac" in inside or r"\begin" in inside
        return rf"{written}\left({inside}\right)" if tall else f"{written}({inside})"


Notation = type[_Text] | type[_Latex]


def text(e: Expression) -> str:
    """Plain text with Unicode signs."""
    written = _written(e, _Text).text
    return f"reshape({written}, {short(e.shape)})" if _named(e) == "reshape" else written


def latex(e: Expression) -> str:
    """LaTeX for mathematics mode."""
    written = _written(e, _Latex).text
    if _named(e) == "reshape":
        return rf"\operatorname{{reshape}}({written}, \text{{{short(e.shape)}}})"
    return written


def _written(e: Expression, notation: Notation) -> Written:
    e = _as_in_a_textbook(e)
    rule = _named(e)
    if e.name is not None:
        return Written(notation.name(e.name), ATOM)
    if e.number is not None:
        return Written(notation.number(e.number), _binding(e.number))
    if rule == "where":
        pairs, otherwise = _branches(e)
        branches = [(_written(condition, notation), _written(chosen, notation)) for condition, chosen in pairs]
        return notation.choice(branches, _written(otherwise, notation))
    operands = [_written(x, notation) for x in e.operands]
    if rule == "add_n":
        return Written(" + ".join(f"{x:sum}" for x in operands), SUM)
    if rule == "affine":
        half = (1 + len(operands)) // 2
        products = (f"{w}{notation.times}{x}" for w, x in zip(operands[1:half], operands[half:], strict=True))
        return Written(" + ".join([f"{operands[0]:sum}", *products]), SUM)
    template, binds = "", ATOM
    if rule in _TEMPLATES and (rule != "transpose" or e.attrs["axes"] in (None, (1, 0))):
        in_text, in_latex, binds = _TEMPLATES[rule]
        template = (in_text, in_latex)[notation.column]
        if rule == "multiply" and e.operands[1].number is not None:
            template = template.replace(r"\,", r"\cdot")
    if not template:
        return Written(notation.call(e.rule.name if e.rule is not None else "?", operands, _attributes(e)), ATOM)
    return Written(template.format(*operands, index=_index_text(e.attrs.get("index"))), binds)
