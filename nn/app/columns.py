"""What each column of a table is taken for, and which are left out, and why.

Some rows tell, where there are many; a column of texts that are numbers or dates is then converted once.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from autograd import require
from nn._text import quoted
from nn.app.cells import (
    as_number,
    begins_with_zeros,
    date_format,
    has_decimal_commas,
    infinite,
    is_missing,
    seem_dates,
    to_dates,
    to_numbers,
    to_texts,
)
from nn.app.datasets import Plan, listed
from nn.app.quantities import DURATION, common, distinct, in_words, of_sentinel, unit_of, without_unit

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "CONSTANT",
    "EMPTY",
    "MOSTLY_NUMBERS",
    "MOST_UNITS",
    "Choices",
    "Found",
    "has_commas",
    "look_at_columns",
    "some_rows",
    "units_in",
]

# So many rows tell what a column holds.
ROWS_LOOKED_AT = 1000
EMPTY, CONSTANT = "empty", "the same in all rows"
# More different texts than this become an average of the target each, rather than an input each.
MOST_CATEGORIES = 30
# Texts that are different in more than this share of the rows are names or free text.
MOST_DIFFERENT = 0.5
# A column with this share of numbers is one of numbers; a smaller one is said.
MOSTLY_NUMBERS, SOME_NUMBERS = 0.8, 0.2
# Nor do so few different texts between more different numbers make it one of names; one, if they are in most cells.
FEW_TEXTS = 2
# Of so large a share of texts it may be that they are no numbers with a unit, where all others are.
FEW_OTHERS = 0.05
# What stands after numbers in more ways is no unit: 1012 AB is a postcode, 12 Main St an address.
MOST_UNITS = 6
# Fewer rows prove nothing about what counts rows or copies the target.
ENOUGH_ROWS = 20
# How near a copy of the target is, on so many rows; what is not near it on fewer is none. In how many columns.
NEAR_COPY, COMPARED_ROWS, NEAR, MOST_COMPARED = 0.999, 5000, 0.99, 300
# Fewer rows are easily told apart by any number; and so are the rows of very many classes.
ENOUGH_TO_CUT, MOST_CUT = 100, 20

_ID = re.compile(
    r"(.*[\W_])?(id|index|idx|key|uuid|guid|rownames?|row_?(number|num|id)|serial|no\.?)|[a-z]+id|Unnamed: \d+",
    re.IGNORECASE,
)
# As times of day have it rather than minutes.
_TWO_DIGITS = re.compile(r"\s*0\d:")
_TIME = re.compile(r".*(year|date|time|month|week|day|quarter|hour|age).*", re.I)


@dataclass(frozen=True)
class Choices:
    """What a user says about columns, in place of what would be found out.

    Attributes:
        ignore: Columns to leave out.
        numeric: Columns of numbers.
        categorical: Columns of categories.
        dates: Columns of dates.
        keep: Columns that are not to be left out, whatever speaks against them.
    """

    ignore: Collection[str] = ()
    numeric: Collection[str] = ()
    categorical: Collection[str] = ()
    dates: Collection[str] = ()
    keep: Collection[str] = ()


@dataclass
class Found:
    """What is found out about a table's columns; `converted` are those whose texts became numbers or dates.

    Whether a comma begins the decimals in the file (`in_commas`) is known before.
    """

    in_commas: bool = False
    numbers: list[str] = field(default_factory=list)
    commas: list[str] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    encoded: list[str] = field(default_factory=list)
    dates: dict[str, str] = field(default_factory=dict)
    measured: dict[str, str] = field(default_factory=dict)
    dropped: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    missing: dict[str, int] = field(default_factory=dict)
    converted: dict[str, pd.Series[Any]] = field(default_factory=dict)

    def plan(self) -> Plan:
        """What is taken, without what was dropped."""

        def left(names: list[str]) -> tuple[str, ...]:
            return tuple(name for name in names if name not in self.dropped)

        dates = {name: form for name, form in self.dates.items() if name not in self.dropped}
        measured = {name: unit for name, unit in self.measured.items() if name not in self.dropped}
        return Plan(left(self.numbers), left(self.commas), left(self.categories), left(self.encoded), dates, measured)


def some_rows(count: int, most: int = ROWS_LOOKED_AT) -> NDArray[np.intp]:
    """Some rows in their order, chosen at random where there are more, and the same ones each time."""
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(0).choice(count, most, replace=False, shuffle=False))


def has_commas(column: pd.Series[Any], otherwise: bool, unit: str = "") -> bool:
    """Whether a column is one of texts in which a comma begins the decimals; `otherwise` where these leave it open."""
    if column.dtype.kind in "biufM" or unit == DURATION:
        return False
    cells = without_unit(column, unit).unique()
    return has_decimal_commas([cell for cell in cells if isinstance(cell, str)], otherwise)


def units_in(column: pd.Series[Any]) -> list[str]:
    """The units of a column of texts that are numbers with units but for a few."""
    if column.dtype.kind in "biufM":
        return []
    texts = {cell.strip() for cell in column.dropna().unique() if isinstance(cell, str)}
    units = [unit for text in texts if (unit := unit_of(text))]
    if not units:
        return []
    others = sum(not unit_of(text) and not is_missing(text) and not _is_number(text) for text in texts)
    return distinct(units) if others <= FEW_OTHERS * len(texts) else []


def _is_number(text: str) -> bool:
    return not all(np.isnan(as_number(text, comma)) for comma in (False, True))


def look_at_columns(frame: pd.DataFrame, target: NDArray[Any], classes: bool, choices: Choices, found: Found) -> None:
    """Find out what each column is to be taken for.

    Args:
        frame: The columns.
        target: Class numbers or values, for each row.
        classes: Which of the two.
        choices: What is known.
        found: Where it is noted.
    """
    for name in choices.ignore:
        found.dropped[name] = "--ignore"
    rows = some_rows(len(frame))
    for name in frame.columns:
        if name in choices.ignore:
            continue
        series = frame[name]
        _take(series, series.iloc[rows], name, choices, found)
        if missing := int(found.converted.get(name, series).isna().sum()):
            found.missing[name] = missing
    candidates = [name for name in found.plan().names if name not in choices.keep]
    if len(target) >= ENOUGH_ROWS and len(candidates) <= MOST_COMPARED:
        for name, figure in _near_copies(frame, found, candidates, target, classes).items():
            found.dropped[name] = f"leak? {figure}"
    if not found.plan().names:
        for name in (*found.numbers, *found.dates, *found.categories, *found.encoded):
            # Better than nothing to learn from; and it is said.
            found.notes.append(f"{quoted(name)} is kept, as no other column is left: {found.dropped.pop(name)}")
    left = set(found.plan().names)
    found.missing = {name: count for name, count in found.missing.items() if name in left}


def _take(series: pd.Series[Any], some: pd.Series[Any], name: str, choices: Choices, found: Found) -> None:
    """Put a column where it belongs, by what some of its rows hold; one that says nothing is left out."""
    keep = name in choices.keep
    if some.nunique() < 2:
        different = series.nunique()
        if different == 0:
            found.dropped[name] = EMPTY
            return
        if different == 1 and not series.isna().any() and not keep:
            found.dropped[name] = CONSTANT
            return
    if name in choices.dates:
        if form := date_format(some):
            _take_dates(series, name, form, found)
        else:
            found.problems.append(f"column {quoted(name)} (--dates) holds no dates in a form that is known")
        return
    free = name not in choices.numeric and name not in choices.categorical
    units = [] if name in choices.categorical else units_in(some)
    if free and (units or series.dtype.kind in "iuf") and (form := date_format(some)):
        _take_dates(series, name, form, found)
        return
    if (numbers := _as_numbers(series, some, name, units, choices, found)) is not None:
        if not keep and name not in choices.numeric and (why := _counts_rows(numbers, name)):
            found.dropped[name] = why
        found.numbers.append(name)
        return
    if free and (form := date_format(some)):
        _take_dates(series, name, form, found)
        return
    different = some.nunique()
    if different <= MOST_CATEGORIES or different > MOST_DIFFERENT * some.notna().sum():
        different = series.nunique()
        many = different > max(MOST_CATEGORIES, MOST_DIFFERENT * series.notna().sum())
        if many and not keep and name not in choices.categorical:
            found.dropped[name] = f"names or texts, {different:,} different ones"
    if different > MOST_CATEGORIES and 1 < len(units) <= MOST_UNITS:
        found.notes.append(f"{quoted(name)} holds numbers in several units, {listed(units)}; write them in one")
    elif free and different > MOST_CATEGORIES and seem_dates(some):
        found.notes.append(
            f"{quoted(name)} seems to hold dates, in several forms or one that is not known; write them as 2024-02-29"
        )
    (found.categories if different <= MOST_CATEGORIES else found.encoded).append(name)
    if name not in found.dropped and (alike := _spelt_alike(some)):
        found.notes.append(f"{quoted(name)} has names that differ only in case: {listed(alike, most=4)}")


def _spelt_alike(series: pd.Series[Any]) -> list[str]:
    spelt: dict[str, list[str]] = {}
    for text in dict.fromkeys(to_texts(series).tolist()):
        spelt.setdefault(text.casefold(), []).append(text)
    return [" and ".join(each) for each in spelt.values() if len(each) > 1]


def _take_dates(series: pd.Series[Any], name: str, form: str, found: Found) -> None:
    found.dates[name] = form
    if form == "%H:%M" and not any(isinstance(cell, str) and _TWO_DIGITS.match(cell) for cell in series):
        found.notes.append(
            f"{quoted(name)} is taken as times of day; if it holds minutes and seconds, --numeric {quoted(name)}"
        )
    dates = found.converted[name] = require("pandas", "train").Series(to_dates(series, form), index=series.index)
    in_order = dates.is_monotonic_increasing or dates.is_monotonic_decreasing
    if in_order and len(dates) >= ENOUGH_ROWS and dates.nunique() > MOST_DIFFERENT * len(dates):
        found.notes.append(
            f"the rows are in the order of {quoted(name)}; those held out lie between those of training, so what comes "
            "after the last date may be predicted worse"
        )


def _as_numbers(
    series: pd.Series[Any], some: pd.Series[Any], name: str, units: list[str], choices: Choices, found: Found
) -> NDArray[np.float64] | None:
    """A column that is to be taken as numbers, as numbers; what is doubtful about that is noted."""
    wanted = name in choices.numeric
    if name in choices.categorical or (series.dtype == bool and not wanted):
        return None
    unit = common(units)
    comma = has_commas(some, found.in_commas, unit)
    if not wanted and _share_of_numbers(*to_numbers(some, comma, unit)) < SOME_NUMBERS:
        return None
    if not wanted and series.dtype.kind not in "iuf" and begins_with_zeros(some.unique()):
        found.notes.append(f"{quoted(name)} begins with zeros, so it holds names and no numbers; or --numeric")
        return None
    numbers, bad = to_numbers(series, comma, unit)
    share = _share_of_numbers(numbers, bad)
    if wanted or share >= MOSTLY_NUMBERS or _is_marked(series, numbers, bad):
        if bad.any():
            examples = listed((f"{cell}{infinite(cell)}" for cell in series[bad].unique()[:4]), most=4)
            found.notes.append(f"{quoted(name)} has cells that are no numbers, so missing, {bad.sum():,}: {examples}")
        if unit:
            found.measured[name] = unit
            found.notes.append(f"{quoted(name)} holds {in_words(unit, units)}")
        found.notes += of_sentinel(quoted(name), numbers)
        if series.dtype.kind not in "biuf":
            found.commas += [name] if comma else []
            found.converted[name] = require("pandas", "train").Series(numbers, index=series.index)
        return numbers
    if share >= SOME_NUMBERS:
        found.notes.append(f"{quoted(name)} is taken as names: {share:.0%} of its cells are numbers; or --numeric")
    return None


def _is_marked(series: pd.Series[Any], numbers: NDArray[np.float64], bad: NDArray[np.bool_]) -> bool:
    """Whether the cells that are no numbers are a word or two, as if for missing ones, and the numbers many."""
    few = FEW_TEXTS if _share_of_numbers(numbers, bad) > 0.5 else 1
    return series[bad].nunique() <= few and len(np.unique(numbers[np.isfinite(numbers)])) > MOST_CATEGORIES


def _share_of_numbers(numbers: NDArray[np.float64], bad: NDArray[np.bool_]) -> float:
    """The share of the cells that are there."""
    found = int(np.isfinite(numbers).sum())
    return found / max(found + int(bad.sum()), 1)


def _counts_rows(numbers: NDArray[np.float64], name: str) -> str:
    """Why a column of numbers only tells rows apart; empty where it does not."""
    rows = len(numbers)
    if rows < ENOUGH_ROWS or any((part != np.round(part)).any() for part in (numbers[:ENOUGH_ROWS], numbers)):
        return ""  # as NaN is, too
    if numbers.max() - numbers.min() < rows - 1:
        return ""  # two are alike
    steps = np.diff(numbers)
    counts = bool((steps == steps[0]).all()) and abs(steps[0]) == 1
    if counts and (numbers[0] in (0, 1) or numbers[-1] in (0, 1) or not _TIME.fullmatch(name)):
        return "counts the rows"
    if len(np.unique(numbers)) < rows:
        return ""
    if numbers.min() in (0, 1) and numbers.max() - numbers.min() == rows - 1:
        return "numbers the rows"
    return "an id: different in every row" if _ID.fullmatch(name) else ""


def _near_copies(
    frame: pd.DataFrame, found: Found, names: list[str], target: NDArray[Any], classes: bool
) -> dict[str, str]:
    """The columns that tell the target nearly by themselves, each with how nearly."""
    figures: dict[str, float] = {}
    for rows, enough in ((some_rows(len(target)), NEAR), (some_rows(len(target), COMPARED_ROWS), NEAR_COPY)):
        figures = {}
        for name in names:
            series = found.converted.get(name, frame[name]).iloc[rows]
            if name in found.numbers:
                figures[name] = _nearness(to_numbers(series)[0], target[rows], classes, ordered=True)
            elif name in found.categories:
                places = np.unique(to_texts(series), return_inverse=True)[1].astype(float)
                figures[name] = _nearness(places, target[rows], classes, ordered=False)
        names = [name for name, figure in figures.items() if figure >= enough]
    told = "tells the target in {:.1%} of the rows" if classes else "correlation {:.4f} with the target"
    return {name: told.format(figures[name]) for name in names}


def _nearness(values: NDArray[Any], target: NDArray[Any], classes: bool, ordered: bool) -> float:
    return _told_by(values, target, ordered) if classes else _correlation(values, target)


def _told_by(values: NDArray[Any], target: NDArray[Any], ordered: bool) -> float:
    """The share of rows whose class follows from a column cut into as few pieces as there are classes."""
    different = len(np.unique(target))
    if not ordered and len(np.unique(values)) != different:
        return 0.0
    if different > MOST_CUT or len(target) < ENOUGH_TO_CUT:
        return 0.0
    tree = require("sklearn.tree", "train").DecisionTreeClassifier(max_leaf_nodes=different, random_state=0)
    # A tree asks for order alone, and keeps single precision: of the places in order, it loses none.
    places = np.where(np.isfinite(values), np.unique(values, return_inverse=True)[1], np.nan)[:, None]
    return float((tree.fit(places, target).predict(places) == target).mean())


def _correlation(values: NDArray[Any], target: NDArray[Any]) -> float:
    """The larger of Pearson's and Spearman's coefficient, without its sign, over the rows that have both."""
    both = np.isfinite(values)
    if both.mean() < MOST_DIFFERENT or len(np.unique(values[both])) < ENOUGH_ROWS:
        return 0.0
    pandas = require("pandas", "train")
    pair = pandas.DataFrame({"x": values[both], "y": target[both]})
    with np.errstate(all="ignore"):
        found = [abs(pair.corr().iloc[0, 1]), abs(pair.rank().corr().iloc[0, 1])]
    return float(np.nanmax([*found, 0.0]))
