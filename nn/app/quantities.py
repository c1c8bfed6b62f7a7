"""Numbers with more beside them than digits: units, and durations such as 3:45."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from autograd import require
from nn._text import quoted

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DURATION", "common", "distinct", "in_words", "of_sentinel", "ratios", "unit_of", "without_unit"]

# What stands for the unit of durations; such a number is one of seconds.
DURATION = "m:s"
_WITH_UNIT = re.compile(r"[$€£¥]?[-+−]?[\d.,]*\d ?(([^\W\d_]|[°µ])\D{0,9})")
_CLOCK = re.compile(r"[-+]?(?:\d{1,4} days?,? )?(?:\d{1,6}:)?\d{1,6}:[0-5]\d(?:[.,]\d{1,9})?")
# 1 h 30 min, 1h30m, 2 days 4 hours; and as ISO 8601 has it, PT1H30M.
_PARTS = re.compile(r"(?:(\d{1,6}(?:\.\d{1,9})?) ?([a-z]{1,7})\.?(?: and |,| )*)", re.IGNORECASE)
_ISO = re.compile(r"P(?=.)(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?")
# A plural is the unit that it is one of, unless it is as short as m and ms.
SHORTEST_PLURAL = 4
# What people write where a cell is missing, if it is farther from all other numbers than these are from each other.
_NINES = re.compile(r"-?9{2,}")
# Units that can be turned into each other, each with how large it is; a unit may be of several kinds.
_KINDS = {
    kind: {
        name: float(size)
        for names in units.split(",")
        for *same, size in [names.split()]
        for name in same
    }
    for kind, _, units in (line.strip().partition(": ") for line in """
    time: m:s 1, ms .001, s sec secs second 1, m min mins minute 60, h hr hrs hour 3600, d day 86400, wk week 604800,\
        mo month 2629800, y yr yrs year 31557600
    length: mm .001, cm .01, dm .1, m meter metre 1, km 1000, in inch inches .0254, ft feet foot .3048, yd yard .9144,\
        mi mile 1609.344
    mass: µg ug mcg 1e-9, mg 1e-6, g gram 1e-3, kg kilo 1, t 1000, oz ounce .028349523125, lb lbs pound .45359237
    volume: ml .001, cl .01, dl .1, l liter litre 1, hl 100
    bytes: B byte 1, kb 1e3, mb 1e6, gb 1e9, tb 1e12, kib 1024, mib 1048576, gib 1073741824
    speed: m/s 3.6, km/h kph kmh 1, mph 1.609344, kn knot 1.852
    counts: k K thousand 1e3, m M mn million 1e6, b B bn billion 1e9
    """.strip().splitlines())
}  # fmt: skip
# The kind of units that numbers without one are of, too, and the unit in which its numbers are taken.
COUNTS, THOUSAND = "counts", "thousand"


def unit_of(text: str) -> str:
    """What stands after the number in a text, `DURATION` in one of a duration; empty where there is none.

    Example:
        >>> unit_of("5.5 kg"), unit_of("12km/h"), unit_of("1:02:10.5"), unit_of("1h 20m"), unit_of("5"), unit_of("kg")
        ('kg', 'km/h', 'm:s', 'm:s', '', '')
    """
    if _CLOCK.fullmatch(text) or _seconds_in_words(text) is not None:
        return DURATION
    return match[1].rstrip() if (match := _WITH_UNIT.fullmatch(text)) else ""


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


def common(units: Collection[str]) -> str:
    """The unit that numbers in all of these are taken in, the largest or that of durations; empty if there is none.

    Example:
        >>> common(["g", "kg"]), common(["m", "h"]), common(["h", "m:s"]), common(["kg", "m"]), common(["K", "M"])
        ('kg', 'h', 'm:s', '', 'thousand')
    """
    if len(units) == 1:
        return next(iter(units))
    for kind in _KINDS:
        sizes = {unit: size for unit in units if (size := _size(unit, kind))}
        if units and len(sizes) == len(units):
            if kind == COUNTS:
                return THOUSAND
            return DURATION if DURATION in units else max(sizes, key=sizes.__getitem__)
    return ""


def _size(unit: str, kind: str) -> float:
    """How large a unit is among those of a kind; 0 if it is of another."""
    sizes = _KINDS[kind]
    if unit in ("M", "B"):  # not metres, minutes or bits
        return sizes.get(unit, 0.0)
    plain = unit.lower().rstrip(".")
    return sizes.get(plain) or sizes.get(_singular(plain), 0.0)


def _ratio(unit: str, to: str) -> float:
    """How many of one unit another is; NaN where they cannot be compared."""
    kinds = [kind for kind in _KINDS if _size(to, kind)]
    if not unit:
        return 1 / _size(to, COUNTS) if kinds == [COUNTS] else 1.0
    if unit in (to, _singular(to)):
        return 1.0
    return next((size / _size(to, kind) for kind in kinds if (size := _size(unit, kind))), np.nan)


def ratios(series: pd.Series[Any], unit: str) -> NDArray[np.float64] | float:
    """By what the number of each cell is multiplied, so that it is one of that unit; 1 where there is none to compare.

    Example:
        >>> import pandas as pd
        >>> ratios(pd.Series(["5 kg", "50 g", "7"], dtype=object), "kg").tolist()
        [1.0, 0.001, 1.0]
    """
    if not unit or series.dtype.kind in "biuf":
        return 1.0
    codes, found = require("pandas", "train").factorize(series, use_na_sentinel=True)
    of_each = [_ratio(unit_of(cell.strip()) if isinstance(cell, str) else "", unit) for cell in found]
    of_cells: NDArray[np.float64] = np.nan_to_num([*of_each, 1.0], nan=1.0)[codes]
    return of_cells


def in_words(unit: str, units: Collection[str]) -> str:
    """What a column holds that is taken in a unit, as its cells are in these.

    Example:
        >>> in_words("kg", ["kg"]), in_words("kg", ["g", "kg"])
        ("numbers in 'kg'", "numbers in g and kg, which are taken in 'kg'")
    """
    if unit == DURATION:
        return "durations, which are taken in seconds"
    if len(units) == 1:
        return f"numbers in {quoted(unit)}"
    *others, last = units
    return f"numbers in {', '.join(others)} and {last}, which are taken in {quoted(unit)}"


def without_unit(series: pd.Series[Any], unit: str) -> pd.Series[Any]:
    """A column whose texts have lost that unit, or one that it compares with (`ratios`); durations are seconds.

    Other cells stay as they are.

    Example:
        >>> import pandas as pd
        >>> without_unit(pd.Series(["5.5 kg", "12kg", "7", "8 g", "9 m", None], dtype=object), "kg").tolist()
        ['5.5', '12', '7', '8', '9 m', None]
        >>> without_unit(pd.Series(["1:02:10.5", "3:45"], dtype=object), "m:s").tolist()
        [3730.5, 225.0]
    """
    if not unit or series.dtype.kind in "biuf":
        return series

    def plain(cell: Any) -> Any:
        if not isinstance(cell, str):
            return cell.total_seconds() if isinstance(cell, timedelta) else cell
        text = cell.strip()
        own = unit_of(text)
        if not own or np.isnan(_ratio(own, unit)):
            return cell
        return _seconds(text) if own == DURATION else text[: -len(own)].rstrip()

    pandas = require("pandas", "train")
    codes, found = pandas.factorize(series, use_na_sentinel=True)
    cells = np.array([*map(plain, found), None], dtype=object)
    changed: pd.Series[Any] = pandas.Series(cells[codes], index=series.index, dtype=object)
    return changed


def _seconds_in_words(text: str) -> float | None:
    """The seconds of a duration in several units, or as ISO 8601 has it; None of any other text."""
    if text[:1] == "P" and _ISO.fullmatch(text):
        return float(require("pandas", "train").Timedelta(text).total_seconds())
    if not text[:1].isdigit() or len(parts := list(_PARTS.finditer(text))) < 2 or "".join(p[0] for p in parts) != text:
        return None
    sizes = [_size(part[2], "time") for part in parts]
    if not all(sizes) or sizes != sorted(set(sizes), reverse=True):
        return None
    return sum(float(part[1]) * size for part, size in zip(parts, sizes, strict=True))


def _seconds(text: str) -> float:
    if (found := _seconds_in_words(text)) is not None:
        return found
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
