"""The numbers of a table: columns and parts of dates as one array, and how it is to be scaled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nn._text import quoted
from nn.app.cells import to_dates, to_numbers
from nn.app.datasets import DataError, Plan

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DATE_PARTS", "exponent", "fit_numbers", "logarithms", "numbers_of"]

# Elapsed days, the year, and month, weekday and hour as points on a circle.
DATE_PARTS = 8
CIRCLES = (("M", "Y", 12.0), ("D", "W", 7.0), ("m", "D", 1440.0))
DAY = 86_400
# Where one tail of a column, from its middle, is so many times as long as the other, logarithms may be better.
SKEWED = 4.0


def exponent(numbers: NDArray[np.float64]) -> int:
    """The e for which the largest of ``ldexp(numbers, -e)`` is below 1, so that no square is 0 or infinite."""
    return int(np.frexp(np.nanmax(np.abs(numbers), initial=0.0))[1])


def logarithms(numbers: NDArray[np.float64], units: NDArray[np.float64]) -> NDArray[np.float64]:
    """Replace x by sign(x) log(1 + |x| / u) in the columns whose unit u is not 0."""
    (where,) = np.nonzero(units)
    if where.size:
        some = numbers[:, where]
        numbers[:, where] = np.sign(some) * np.log1p(np.abs(some) / units[where])
    return numbers


def numbers_of(
    frame: pd.DataFrame,
    names: tuple[str, ...],
    commas: tuple[str, ...],
    measured: Mapping[str, str],
    dates: Mapping[str, str],
) -> NDArray[np.float64]:
    """Numbers and parts of dates, shape ``(rows, columns)``, NaN where a cell is missing or unreadable."""
    if names and len({str(dtype) for dtype in frame.dtypes}) == 1 and frame.dtypes.iloc[0].kind in "iuf" and not dates:
        alike: NDArray[np.float64] = frame[list(names)].to_numpy(dtype=np.float64, na_value=np.nan, copy=True)
        alike[np.isinf(alike)] = np.nan
        return alike
    numbers = np.empty((len(frame), len(names) + DATE_PARTS * len(dates)))
    decimal_commas = set(commas)
    for place, name in enumerate(names):
        numbers[:, place] = to_numbers(frame[name], name in decimal_commas, measured.get(name, ""))[0]
    for number, (name, form) in enumerate(dates.items()):
        start = len(names) + DATE_PARTS * number
        numbers[:, start : start + DATE_PARTS] = _date_parts(to_dates(frame[name], form))
    return numbers


def _date_parts(dates: NDArray[np.datetime64]) -> NDArray[np.float64]:
    seconds = np.where(np.isnat(dates), np.nan, dates.astype(np.int64).astype(np.float64))
    years = np.where(np.isnat(dates), np.nan, dates.astype("datetime64[Y]").astype(np.int64).astype(np.float64))
    columns = [seconds / DAY, years + 1970]
    for fine, coarse, turn in CIRCLES:
        passed = dates.astype(f"datetime64[{fine}]") - dates.astype(f"datetime64[{coarse}]").astype(
            f"datetime64[{fine}]"
        )
        angle = 2 * np.pi * np.where(np.isnat(dates), np.nan, passed.astype(np.int64).astype(np.float64)) / turn
        columns += [np.sin(angle), np.cos(angle)]
    return np.column_stack(columns)


def fit_numbers(
    name: str, plan: Plan, frame: pd.DataFrame
) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...], tuple[str, ...]]:
    """Units of logarithms, centers, scales, and the columns with missing cells."""
    numbers = numbers_of(frame, plan.numbers, plan.commas, plan.measured, plan.dates)
    columns = (*plan.numbers, *(each for each in plan.dates for _ in range(DATE_PARTS)))
    if not numbers.size:
        return (), (), (), ()
    holes = np.atleast_1d(np.isnan(numbers).any(axis=0))
    missing = tuple(column for column, hole in zip(columns, holes, strict=True) if hole)
    with np.errstate(over="ignore", invalid="ignore"):
        if plan.same_unit:
            size = exponent(numbers)
            small = np.ldexp(numbers, -size)
            mean, deviation = np.ldexp([np.nanmean(small), np.nanstd(small)], size).tolist()
            return (0.0,), (mean,), (deviation if deviation > 0 else 1.0,), missing
        bounds = np.nanmax(np.abs(np.where(np.isnan(numbers), 0, numbers)), axis=0)
    for column, bound in zip(columns, bounds, strict=True):
        if bound > 1e150:
            raise DataError(
                f"{name}: column {quoted(column)} holds numbers too large to compute with, above 1e150; empty those "
                f"cells if they stand for missing ones, or leave the column out with --ignore {quoted(column)}"
            )
    numbers[:, np.isnan(numbers).all(axis=0)] = 0
    units = np.array([_unit(column) for column in numbers.T])
    numbers = logarithms(numbers, units)
    center = np.nanmedian(numbers, axis=0)
    low, high = np.nanmin(numbers, axis=0), np.nanmax(numbers, axis=0)
    quartiles = np.nanpercentile(numbers, (25, 75), axis=0)
    spread = quartiles[1] - quartiles[0]
    # More than half of the cells are alike: the range is what is left to go by. (A half of the least number is 0.)
    reach = np.maximum((high - low) / 2, np.nextafter(0, 1))
    scale = np.where(spread > 1e-12 * np.abs(center), spread, np.where(high > low, reach, 1.0))
    dates = set(plan.dates)
    return (
        tuple(units.tolist()),
        tuple(center.tolist()),
        tuple(scale.tolist()),
        tuple(column for column in missing if column not in dates),
    )


def _unit(column: NDArray[np.float64]) -> float:
    """The u of x ← sign(x) log(1 + |x| / u) where that makes two tails more alike; 0 where it does not."""
    column = column[np.isfinite(column)]
    sizes = np.abs(column[column != 0])
    if len(np.unique(column)) < 20 or not len(sizes):
        return 0.0
    unit = float(np.median(sizes))
    before = _skew(column)
    after = _skew(np.sign(column) * np.log1p(np.abs(column) / unit))
    return unit if before > SKEWED and after < before / 2 else 0.0


def _skew(column: NDArray[np.float64]) -> float:
    """How many times as long the longer tail is, from the median to the outermost hundredth."""
    low, middle, high = np.percentile(column, (1, 50, 99))
    shorter, longer = sorted((middle - low, high - middle))
    return float(longer / shorter) if shorter > 0 else np.inf if longer > 0 else 1.0
