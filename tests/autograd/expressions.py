"""Expressions that several tests draw, explain and step through."""

from __future__ import annotations

from typing import Any


def readme(a: Any, b: Any) -> Any:
    """The expression of micrograd's README."""
    c, d = a + b, a * b + b**3
    c = c + c + 1
    c = c + 1 + c + (-a)
    d = d + d * 2 + (b + a).relu()
    d = d + 3 * d + (b - a).relu()
    f = (c - d) ** 2
    return f / 2.0 + 10.0 / f
