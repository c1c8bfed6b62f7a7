"""Graphviz's markup for labels: a text in it means itself, whatever it holds."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from autograd.drawing.sketch import printable

EMPTY = 99


class Markup(str):
    """What stands between angle brackets in DOT: markup, not text."""


def words(text: str, **font: str) -> Markup:
    """A cell that holds a text.

    Example:
        >>> words("a < b", color="#1d2430")
        '<td align="left"><font color="#1d2430">a &lt; b</font></td>'
    """
    return Markup(f'<td align="left">{_in_font(text, font)}</td>')


def chip(text: str, font: dict[str, str], **look: str) -> Markup:
    """A cell with a box around its text; a box within a box where ``double`` is among what it looks like."""
    double = look.pop("double", None)
    inner = _in_font(text, font)
    for spacing, padding in [(1, 2)] if double is None else [(1, 2), (0, 1)]:
        size = {"cellspacing": str(spacing), "cellpadding": str(padding)}
        inner = f'<table{_attributes(size | look)}><tr><td border="0">{inner}</td></tr></table>'
    return Markup(f"<td>{inner}</td>")


def row(cells: Iterable[Markup]) -> Markup:
    """Cells side by side, as wide as each needs to be."""
    # Graphviz hands the room that is left to all columns alike: nearly all of it to an empty cell that is many wide.
    inside = "".join(cells) + f'<td colspan="{EMPTY}"></td>'
    table_ = f'<table border="0" cellborder="0" cellspacing="0" cellpadding="1"><tr>{inside}</tr></table>'
    return Markup(f'<tr><td align="left">{table_}</td></tr>')


def table(rows: Iterable[Markup]) -> Markup:
    """Rows below each other."""
    inside = "".join(rows)
    return Markup(f'<table border="0" cellborder="0" cellspacing="1" cellpadding="0">{inside}</table>')


def _in_font(text: str, font: dict[str, str]) -> str:
    inside = escape(" ".join(printable(text).split()), quote=False)
    return f"<font{_attributes(font)}>{inside}</font>" if font else inside


def _attributes(given: dict[str, str]) -> str:
    return "".join(f' {name}="{value}"' for name, value in given.items())
