"""Numbers with more beside them than digits: units, and durations such as 3:45."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from autograd import require
from nn._text import quoted

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DURATION", "distinct", "in_words", "of_sentinel", "unit_of", "without_unit"]

# What stands for the unit of durations; such a number is one of seconds.
DURATION = "m:s"
_WITH_UNIT = re.compile(r"[$€£¥]?[-+−]?[\d.,]*\d ?(([^\W\d_]|[°µ])\D{0,9})")
_CLOCK = re.compile(r"[-+]?(?:\d{1,4} days?,? )?(?:\d{1,6}:)?\d{1,6}:[0-5]\d(?:[.,]\d{1,9})?")
# A plural is the unit that it is one of, unless it is as short as m and ms.
SHORTEST_PLURAL = 4
# What people write where a cell is missing, if it is farther from all other numbers than these are from each other.
_NINES = re.compile(r"-?9{2,}")


def unit_of(text: str) -> str:
    """What stands after the number in a text, `DURATION` in one of a duration; empty where there is none.

    Example:
        >>> unit_of("5.5 kg"), unit_of("12km/h"), unit_of("1:02:10.5"), unit_of("5"), unit_of("kg")
        ('kg', 'km/h', 'm:s', '', '')
    """
    if _CLOCK.fullmatch(text):
        return DURATION
    return match[1] if (match := _WITH_UNIT.fullmatch(text)) else ""


def distinct(units: Iterable[str]) -> list[str]:
    """These units, each once, and those that have a plural by it alone.

    Example:
        >>> distinct(["year", "years", "years"]), distinct(["kg", "lb", "kg"]), distinct(["m", "ms"])
        (['years'], ['kg', 'lb'], ['m', 'ms'])
    """
    found = set(units)
    return sorted(found - {singular for unit in found if (singular := _singular(unit))})


def _singular(unit: str) -> str:
    return unit[:-1] if len(unit) >= SHORTEST_PLURAL and unit[-1] == "s" else ""


def in_words(unit: str) -> str:
    """What a column with a unit holds."""
    return "durations, which are taken in seconds" if unit == DURATION else f"numbers in {quoted(unit)}"


def without_unit(series: pd.Series[Any], unit: str) -> pd.Series[Any]:
    """A column whose texts have lost that unit; durations are seconds. Other cells stay as they are.

    Example:
        >>> import pandas as pd
        >>> without_unit(pd.Series(["5.5 kg", "12kg", "7", "8 lb", None], dtype=object), "kg").tolist()
        ['5.5', '12', '7', '8 lb', None]
        >>> without_unit(pd.Series(["1:02:10.5", "3:45"], dtype=object), "m:s").tolist()
        [3730.5, 225.0]
    """
    if not unit or series.dtype.kind in "biuf":
        return series

    def plain(cell: Any) -> Any:
        if not isinstance(cell, str):
            return cell.total_seconds() if isinstance(cell, timedelta) else cell
        text = cell.strip()
        if unit == DURATION:
            return _seconds(text) if _CLOCK.fullmatch(text) else cell
        match = _WITH_UNIT.fullmatch(text)
        return text[: match.start(1)].rstrip() if match and match[1] in (unit, _singular(unit)) else cell

    pandas = require("pandas", "train")
    codes, found = pandas.factorize(series, use_na_sentinel=True)
    cells = np.array([*map(plain, found), None], dtype=object)
    changed: pd.Series[Any] = pandas.Series(cells[codes], index=series.index, dtype=object)
    return changed


def _seconds(text: str) -> float:
    clock = text.rpartition(" ")[2]
    whole = text if clock.count(":") > 1 else f"{text[: -len(clock)]}{_with_hours(clock)}"
    seconds: float = require("pandas", "train").Timedelta(whole.replace(",", ".").replace(". ", " ")).total_seconds()
    return seconds


def _with_hours(clock: str) -> str:
    sign = clock[: len(clock) - len(clock.lstrip("+-"))]
    return f"{sign}00:{clock.removeprefix(sign)}"


def of_sentinel(name: str, numbers: NDArray[np.float64]) -> list[str]:
    """A note where several numbers are one such as -999 or 9999, far from all others, as missing ones are written.

    Example:
        >>> of_sentinel("'depth'", np.array([1.0, 3.0, -999.0, 2.0, -999.0]))
        ["'depth' holds -999 in 2 rows, far from all else; empty these cells if they stand for missing ones"]
        >>> of_sentinel("'price'", np.array([997.0, 998.0, 999.0, 999.0]))
        []
    """
    different, counts = np.unique(numbers[np.isfinite(numbers)], return_counts=True)
    if len(different) < 3:
        return []
    for end, others in ((0, different[1:]), (-1, different[:-1])):
        text = f"{different[end]:.15g}"
        gap = np.abs(others - different[end]).min()
        if counts[end] > 1 and _NINES.fullmatch(text) and gap > others[-1] - others[0]:
            return [
                f"{name} holds {text} in {counts[end]:,} rows, far from all else; empty these cells if they stand for "
                "missing ones"
            ]
    return []
