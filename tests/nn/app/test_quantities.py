"""Numbers with units, and durations: as SciPy's constants and pandas's durations have them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

pandas = pytest.importorskip("pandas", reason="needs gradbook[train]")
constants = pytest.importorskip("scipy.constants", reason="needs gradbook[train]")

from nn.app.cells import to_numbers  # noqa: E402
from nn.app.quantities import common, unit_of  # noqa: E402

# What several names of a unit are in SI's.
LENGTHS = {
    "mm": 1e-3, "cm": 1e-2, "m": 1.0, "km": 1e3, "in": constants.inch, "inches": constants.inch, "ft": constants.foot,
    "yd": constants.yard, "miles": constants.mile,
}  # fmt: skip
MASSES = {"mg": 1e-6, "g": 1e-3, "kg": 1.0, "lbs": constants.pound, "oz": constants.oz, "t": 1e3}
SPEEDS = {"km/h": constants.kmh, "mph": constants.mph, "m/s": 1.0, "knots": constants.knot}
TIMES = {
    "ms": 1e-3, "s": 1.0, "min": constants.minute, "hours": constants.hour, "d": constants.day, "weeks": constants.week,
    "years": constants.Julian_year,
}  # fmt: skip
BYTES = {"KB": constants.kilo, "MB": constants.mega, "GiB": constants.gibi}
COUNTS = {"k": 1e3, "M": 1e6, "bn": 1e9, "": 1.0}


@pytest.mark.parametrize("sizes", [LENGTHS, MASSES, SPEEDS, TIMES, BYTES, COUNTS], ids=lambda sizes: next(iter(sizes)))
def test_numbers_in_several_units_are_taken_in_one(sizes):
    for units in itertools.combinations(sizes, 2):
        cells = [f"{number} {unit}".strip() for number in ("3", "0.25", "1,200.5") for unit in units]
        taken = common([unit for unit in units if unit])
        assert taken in (*units, "thousand")
        numbers, bad = to_numbers(pandas.Series([*cells, None, "a lot"], dtype=object), unit=taken)
        size = sizes.get(taken, 1e3)
        expected = [number * sizes[unit] / size for number in (3, 0.25, 1200.5) for unit in units]
        np.testing.assert_allclose(numbers, [*expected, np.nan, np.nan], rtol=1e-12)
        assert bad.tolist() == [False] * (len(cells) + 1) + [True]


@pytest.mark.parametrize(
    "text",
    ["3h 27m", "1h30m", "20 min 47 s", "2 days 3 hours", "1 hr 5 min 2.5 s", "PT20M47S", "P1DT2H", "PT1.5S", "1:02:03"],
)
def test_a_duration_in_words_is_what_pandas_takes_it_for(text):
    assert unit_of(text) == "m:s"
    numbers, _ = to_numbers(pandas.Series([text, "12"], dtype=object), unit="m:s")
    assert numbers.tolist() == [pandas.Timedelta(text).total_seconds(), 12.0]


@pytest.mark.parametrize("text", ["12 Main St", "5 m 3 m", "30 s 2 h", "PT", "P5", "1 h x 2 m", "3 kg 5 s", "2 of 3 h"])
def test_what_is_no_duration(text):
    assert unit_of(text) != "m:s"
