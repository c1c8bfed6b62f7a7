"""What options of the command line take: sizes, and numbers within their bounds."""

from __future__ import annotations

import math
from argparse import ArgumentTypeError
from collections.abc import Callable

__all__ = ["count", "count_or_zero", "not_negative", "part", "positive", "share", "sizes"]


def sizes(text: str) -> tuple[int, ...]:
    """Sizes of layers, such as 64,32; of none, the word."""
    if text.strip().lower() == "none":
        return ()
    try:
        found = tuple(int(size) for size in text.split(","))
    except ValueError:
        found = (0,)
    if min(found) < 1:
        raise ArgumentTypeError(f"expected layer sizes, such as 64 or 64,32, or none; got {text!r}")
    return found


def _whole(least: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if number < least:
            raise ArgumentTypeError(f"expected a whole number of at least {least}, got {text!r}")
        return number

    return read


def _number(words: str, fits: Callable[[float], bool]) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not fits(number):
            raise ArgumentTypeError(f"expected a number {words}, got {text!r}")
        return number

    return read


count, count_or_zero = _whole(1), _whole(0)
positive = _number("above 0", lambda number: 0 < number < math.inf)
not_negative = _number("of at least 0", lambda number: 0 <= number < math.inf)
share = _number("from 0 to below 1", lambda number: 0 <= number < 1)
part = _number("between 0 and 1", lambda number: 0 < number < 1)
