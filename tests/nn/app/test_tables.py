"""Tables as people have them: what each column is taken for, what is left out and said, and the target."""

import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("pandas", reason="tables need pandas, which is not installed")
pytest.importorskip("sklearn", reason="tables need scikit-learn, which is not installed")

import pandas

from nn.app import cells
from nn.app.cells import date_format, to_dates, to_numbers
from nn.app.columns import Choices
from nn.app.datasets import DataError, Dataset, Plan
from nn.app.predicting import _new_features
from nn.app.preprocess import Preprocessing
from nn.app.tables import load_csv, reload_csv

ROWS = 200
RANDOM = np.random.default_rng(0)
NOISE = RANDOM.normal(size=ROWS)
KINDS = RANDOM.choice(["red", "green", "blue"], ROWS)
SIDES = RANDOM.choice(["left", "right"], ROWS)


@pytest.fixture
def load(tmp_path):
    def read(content, target="y", task=None, name="data.csv", encoding=None, **choices):
        if isinstance(content, dict):
            content = pandas.DataFrame(content).to_csv(index=False)
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return load_csv(path, target, task, choices=Choices(**choices), encoding=encoding)

    return read


def said(dataset):
    return "\n".join(dataset.report)


def whole(*, start=0, step=1):
    return start + step * np.arange(ROWS)


PLAIN = {"x": NOISE, "y": SIDES}
# Each column beside x, what it is taken for, and what the report says of it.
COLUMNS = {
    "numbers": (NOISE.round(2), "numbers", "numbers  2: x, new"),
    "whole numbers": (RANDOM.integers(0, 50, ROWS), "numbers", ""),
    "with commas": ([f"{x * 1e4:,.2f}" for x in NOISE], "numbers", ""),
    "dollars": ([f"${abs(x) * 100:,.0f}" for x in NOISE], "numbers", ""),
    "euros behind": ([f"{x:.1f} €" for x in NOISE], "numbers", ""),
    "decimal commas": ([f"{x * 1e4:,.2f}".translate(str.maketrans(",.", ".,")) for x in NOISE], "numbers", ""),
    "currency before brackets": ([f"$ ({-x:.2f})" if x < 0 else f"$ {x:.2f}" for x in NOISE], "numbers", ""),
    "thin blanks": ([f"{x * 1e5:,.2f} CHF".replace(",", "\u2009") for x in NOISE], "numbers", ""),
    "curved apostrophes": ([f"{x * 1e5:,.0f}".replace(",", "\u2019") for x in NOISE], "numbers", ""),
    "per cent": ([f"{x:.0f}%" for x in 10 * NOISE], "numbers", ""),
    "a true minus": ([f"{x:.2f}".replace("-", "−") for x in NOISE], "numbers", ""),
    "brackets": ([f"({-x:.2f})" if x < 0 else f"{x:.2f}" for x in NOISE], "numbers", ""),
    "holes": ([x if x > 0 else None for x in NOISE], "numbers", "filled   "),
    "some words": (["n.n." if n % 10 == 0 else n % 37 for n in range(ROWS)], "numbers", "so missing, 20: n.n."),
    "half words": (["n.n." if n % 2 == 0 else n % 7 for n in range(ROWS)], "categories", "50% of its cells are"),
    "many of one word": ([x if n % 3 else "n.n." for n, x in enumerate(NOISE)], "numbers", "so missing, 67: n.n."),
    "more of two words": ([x if n % 3 == 0 else ("low", "high")[n % 2] for n, x in enumerate(NOISE)], "encoded", "34%"),
    "signs of offices": ([x if n % 3 else (":", "..")[n % 2] for n, x in enumerate(NOISE)], "numbers", "new 67"),
    "infinity": (["inf" if n == 3 else n % 37 for n in range(ROWS)], "numbers", "so missing, 1: inf (infinite, or"),
    "too large": (["1e400" if n == 3 else n % 37 for n in range(ROWS)], "numbers", " (infinite, or too large)"),
    "colours": (KINDS, "categories", "category 1: new"),
    "colours with holes": ([k if k != "red" else None for k in KINDS], "categories", "missing cells: new"),
    "true and false": (NOISE > 0, "categories", ""),
    "colours in capitals": (["Red" if n % 9 else k for n, k in enumerate(KINDS)], "categories", "case: Red and red"),
    "ids in hexadecimal": ([f"00{n:x}" + "a1"[n % 9 == 0] * 6 for n in range(ROWS)], None, "left out new: names or"),
    "zip codes": ([f"{n % 20:05}" for n in range(ROWS)], "categories", "'new' begins with zeros, so it holds names"),
    "many names": ([f"city {n % 60}" for n in range(ROWS)], "encoded", "names    1: new (as the target's average"),
    "a unit": ([f"{x:.1f} kg" for x in NOISE], "numbers", "'new' holds numbers in 'kg'"),
    "a unit now and then": ([f"{x:.2f}{'km/h' * (n % 2)}" for n, x in enumerate(NOISE)], "numbers", "'km/h'"),
    "a unit and its plural": ([f"{n % 40} year{'s' * (n % 40 > 1)}" for n in range(ROWS)], "numbers", "'years'"),
    "a unit and a word": ([f"{x:.1f} m" if n else "n.n." for n, x in enumerate(NOISE)], "numbers", "missing, 1: n.n."),
    "a unit after thousands": ([f"{n * 700 + 13:,} sqft" for n in range(ROWS)], "numbers", "in 'sqft'"),
    "several units": ([f"{n / 7:.1f} {'kg' if n % 2 else 'lb'}" for n in range(ROWS)], "numbers", "kg and lb, which"),
    "units of two kinds": ([f"{n / 7:.1f} {'kg' if n % 2 else 'km'}" for n in range(ROWS)], None, "units, kg, km"),
    "thousands and millions": ([f"${n / 7:.1f}{'KM'[n % 2]}" for n in range(ROWS)], "numbers", "taken in 'thousand'"),
    "ages": ([f"{n % 9 + 1} {('week', 'years', 'months')[n % 3]}" for n in range(ROWS)], "numbers", "taken in 'years'"),
    "hours and minutes": ([f"{n % 3}h {n % 59}m" if n % 7 else "45 min" for n in range(ROWS)], "numbers", "durations"),
    "postcodes": ([f"{1000 + n} {'ABCDEFGHJK'[n % 10]}X" for n in range(ROWS)], None, "left out new: names or texts"),
    "ordinals": ([f"{n % 4 + 1}{('st', 'nd', 'rd', 'th')[n % 4]}" for n in range(ROWS)], "categories", ""),
    "minutes and seconds": ([f"{n % 61}:{n % 59:02}" for n in range(ROWS)], "numbers", "durations, which are taken in"),
    "hours, minutes and seconds": ([f"{n % 50}:{n % 59:02}:07" for n in range(ROWS)], "numbers", "durations"),
    "laps": ([f"{n % 3 + 1}:{n % 59:02}.{n:03}" if n % 9 else "59.5" for n in range(ROWS)], "numbers", "durations"),
    "days and hours": ([f"{n % 7} days {n % 24:02}:30:00" for n in range(ROWS)], "numbers", "durations"),
    "hours of the day": ([f"{n % 24:02}:{n % 59:02}" for n in range(ROWS)], "dates", ""),
    "short laps": ([f"{n % 24}:{n % 59:02}" for n in range(ROWS)], "dates", "minutes and seconds, --numeric 'new'"),
    "scores": ([f"{n % 5}:{n % 3}" for n in range(ROWS)], "categories", ""),
    "nines for what is missing": (np.where(whole() % 9, NOISE, -999), "numbers", "holds -999 in 23 rows, far from all"),
    "nines among others": (whole() % 100, "numbers", ""),
    "German dates in words": ([f"{n % 28 + 1}. März {1900 + n}" for n in range(ROWS)], None, "seems to hold dates"),
    "all names": ([f"Mr {n}" for n in range(ROWS)], None, "left out new: names or texts, 200 different ones"),
    "a row number": (whole(), None, "left out new: counts the rows; or --keep"),
    "a row number from 1": (whole(start=1), None, "counts the rows"),
    "an id from 1001": (whole(start=1001), None, "counts the rows"),
    "shuffled row numbers": (RANDOM.permutation(ROWS), None, "left out new: numbers the rows"),
    "a year": (whole(start=1800), "numbers", ""),
    "the same": (["a"] * ROWS, None, "left out new: the same in all rows; or --keep"),
    "nothing": ([None] * ROWS, None, "left out new: empty"),
    "a copy": ([f"to the {s}" for s in SIDES], None, "left out new: leak? tells the target in 100.0% of the rows"),
    "a threshold": (np.where(SIDES == "left", 1, -1) * (0.1 + NOISE**2), None, "leak? tells the target in 100.0%"),
    "a huge threshold": (np.where(SIDES == "left", 1e300, -1e300) * (0.1 + NOISE**2), None, "leak? tells the target"),
    "a fine threshold": (1e9 + np.where(SIDES == "left", 1, -1) * (0.1 + NOISE**2), None, "leak? tells the target"),
    "dates": ([f"2020-{n % 12 + 1:02}-{n % 28 + 1:02}" for n in range(ROWS)], "dates", "dates    1: new"),
    "dates in order": (np.datetime64("2020-01-01") + np.arange(ROWS), "dates", "in the order of 'new'; those held out"),
    "American dates": ([f"{n % 12 + 1}/{n % 28 + 1}/2020" for n in range(ROWS)], "dates", ""),
    "European dates": ([f"{n % 28 + 1}.{n % 12 + 1}.2020" for n in range(ROWS)], "dates", ""),
    "dates in words": ([f"{('Jan', 'Feb', 'May')[n % 3]} {n % 28 + 1}, 2020" for n in range(ROWS)], "dates", ""),
    "times": ([f"2020-01-{n % 28 + 1:02}T{n % 24:02}:30:00Z" for n in range(ROWS)], "dates", ""),
    "times with a zone": ([f"2020-01-{n % 28 + 1:02} 07:{n % 60:02}:00.5 UTC" for n in range(ROWS)], "dates", ""),
    "afternoons": ([f"1/{n % 28 + 1}/2020 {n % 12 + 1}:30 PM" for n in range(ROWS)], "dates", ""),
    "times of day": ([f"{n % 12 + 1}:{n % 60:02} PM" for n in range(ROWS)], "dates", ""),
    "times of day without a blank": ([f"{n % 12 + 1}:{n % 60:02}pm" for n in range(ROWS)], "dates", ""),
    "times of day with points": ([f"{n % 12 + 1}:{n % 60:02} {'ap'[n % 2]}.m." for n in range(ROWS)], "dates", ""),
    "hours": ([f"{n % 12 + 1}{'AP'[n % 2]}M" for n in range(ROWS)], "dates", ""),
    "afternoons of ISO dates": ([f"2020-01-{n % 28 + 1:02} {n % 12 + 1}:30PM" for n in range(ROWS)], "dates", ""),
    "German times": ([f"{n % 28 + 1}.1.2020 {n % 24:02}:30 Uhr" for n in range(ROWS)], "dates", ""),
    "whole numbers that are dates": ([20200101 + 100 * (n % 12) + n % 28 for n in range(ROWS)], "dates", ""),
    "whole numbers that are not": ([20200101 + 100 * (n % 13) + n % 28 for n in range(ROWS)], "numbers", ""),
    "an outlier": (np.where(np.arange(ROWS) == 7, 1e12, NOISE), "numbers", ""),
    "an outlier beyond single precision": (np.where(np.arange(ROWS) == 7, 1e300, NOISE), "numbers", ""),
}  # fmt: skip


@pytest.mark.parametrize("what", COLUMNS)
def test_what_a_column_is_taken_for(what, load):
    column, kind, line = COLUMNS[what]
    name = "sold in year" if what == "a year" else "new"
    dataset = load({"x": NOISE, name: column, "y": SIDES})
    found = [each for each in ("numbers", "categories", "encoded", "dates") if name in getattr(dataset.plan, each)]
    assert found == ([kind] if kind else [])
    assert line in said(dataset)
    assert ("several units" in said(dataset)) == (what == "units of two kinds")
    assert ("begins with zeros" in said(dataset)) == (what == "zip codes")
    assert ("differ only in case" in said(dataset)) == (what == "colours in capitals")
    assert ("times of day" in said(dataset)) == (what == "short laps")
    assert "x" in dataset.plan.numbers
    assert set(dataset.features.columns) == set(dataset.plan.names)


def test_what_is_said_of_a_whole_table(load):
    table = {"Id": whole(), "x": [x if x > -1 else None for x in NOISE], "kind": KINDS, "y": NOISE * 2 + 1}
    report = load(table).report
    holes = int((NOISE <= -1).sum())
    assert report == (
        "file     200 rows, 4 columns; utf-8, separated by commas",
        "category 1: kind",
        "left out Id: counts the rows; or --keep",
        "left out x: leak? correlation 1.0000 with the target; or --keep",
    )
    assert load(table, keep=["x"]).report[-1] == f"filled   {holes} missing cells: x {holes}"


OVERRIDES = {
    "ignore": ({"k": KINDS}, {"ignore": ["k"]}, (), "left out k: --ignore"),
    "categorical": ({"k": whole() % 5}, {"categorical": ["k"]}, ("categories",), "category 1: k"),
    "many categorical": ({"k": whole() % 50}, {"categorical": ["k"]}, ("encoded",), ""),
    "numeric": ({"k": ["n.n." if n % 3 else n for n in range(ROWS)]}, {"numeric": ["k"]}, ("numbers",), "no numbers"),
    "zeros": ({"k": [f"{n:05}" for n in range(ROWS)]}, {"numeric": ["k"]}, ("numbers",), ""),
    "dates": ({"k": ["Jan 2020", "Feb 2021"] * 100}, {"dates": ["k"]}, ("dates",), ""),
    "keep an id": ({"k": whole()}, {"keep": ["k"]}, ("numbers",), ""),
    "keep names": ({"k": [f"Mr {n}" for n in range(ROWS)]}, {"keep": ["k"]}, ("encoded",), ""),
    "keep a leak": ({"k": SIDES}, {"keep": ["k"]}, ("categories",), ""),
    "keep what is the same": ({"k": [1] * ROWS}, {"keep": ["k"]}, ("numbers",), ""),
}


@pytest.mark.parametrize("what", OVERRIDES)
def test_what_a_user_says_counts(what, load):
    columns, choices, kinds, line = OVERRIDES[what]
    dataset = load({**PLAIN, **columns}, **choices)
    found = tuple(e for e in ("numbers", "categories", "encoded", "dates") if "k" in getattr(dataset.plan, e))
    assert found == kinds
    assert line in said(dataset)


def test_the_only_column_is_kept_whatever_it_is(load):
    dataset = load({"Id": whole(), "y": SIDES})
    assert dataset.plan.numbers == ("Id",)
    assert "'Id' is kept, as no other column is left: counts the rows" in said(dataset)


TARGETS = {
    "texts": (["a", "b"], None, ("a", "b"), "holds texts"),
    "whole numbers": (["1", "0"], None, ("0", "1"), "holds 2 different whole numbers"),
    "in their order": (["1.0", "10", "2"], None, ("1", "2", "10"), "holds 3 different whole numbers"),
    "fractions": (["1.5", "2"], None, (), "holds 2 different numbers"),
    "many": ([str(number) for number in range(30)], None, (), "holds 30 different numbers"),
    "as classes": (["1.5", "2"], "classification", ("1.5", "2"), "as --task says"),
    "as values": (["1", "0"], "regression", (), "as --task says"),
    "true and false": (["true", "false"], None, ("false", "true"), "holds texts"),
    "None": (["None", "Low"], None, ("Low", "None"), "holds texts"),
    "prices": (['"$1,200.50"', '"$30"', "$4.25"], None, (), "holds 3 different numbers"),
    "zeros": (["01", "02"], None, ("01", "02"), "holds 2 different whole numbers"),
    "a unit": ([f"{number / 2} kg" for number in range(30)], None, (), "holds 30 different numbers"),
    "durations": ([f"{number + 1}:30" for number in range(30)], None, (), "holds 30 different numbers"),
    "short durations": ([f"{number + 1}:30" for number in range(22)], "regression", (), "as --task says"),
}


@pytest.mark.parametrize("what", TARGETS)
def test_the_task_is_inferred_from_the_target(what, load):
    target, task, classes, note = TARGETS[what]
    rows = "".join(f"{x},{target[n % len(target)]}\n" for n, x in enumerate(NOISE[:60]))
    dataset = load("x,y\n" + rows, task=task)
    assert dataset.classes == classes
    assert dataset.task == ("classification" if classes else "regression")
    assert note in dataset.note


def test_a_unit_is_remembered(load, tmp_path):
    table = {"w": [f"{x:.1f} kg" for x in NOISE], "lap": [f"{n % 61}:{n % 59:02}" for n in range(ROWS)], "y": NOISE}
    dataset = load({**table, "y": [f"{n}:15" for n in range(ROWS)]})
    assert dataset.target.tolist() == [60 * n + 15 for n in range(ROWS)]
    assert "the target 'y' holds durations, which are taken in seconds, and so do predictions" in said(dataset)
    fitted, inputs = Preprocessing.fit(dataset, np.arange(ROWS))
    again = Preprocessing.from_json(fitted.to_json())
    assert dict(again.measured) == {"w": "kg", "lap": "m:s"}
    raw = reload_csv(tmp_path / "data.csv", "y", "regression").features
    np.testing.assert_array_equal(again.inputs(raw), inputs)
    new = pandas.DataFrame({"w": ["5 m", "5000 g", "5"], "lap": ["1:15", "75", "a minute"]})
    assert again.unreadable(new) == {"w": [0], "lap": [2]}
    timed = pandas.DataFrame({"w": ["5", "5"], "lap": pandas.to_timedelta(["00:01:15", None])})
    np.testing.assert_array_equal(again.inputs(timed)[0], again.inputs(new)[1])
    assert again.unreadable(timed) == {}
    same = again.inputs(new)
    np.testing.assert_array_equal(same[1, 0], same[2, 0])
    np.testing.assert_array_equal(same[0, 1], same[1, 1])


def test_a_unit_with_decimal_commas(load):
    rows = "".join(f"{1000 + 100 * x:.1f} kg;{x:.2f}\n".replace(".", ",") for x in NOISE)
    dataset = load("w;y\n" + rows, keep=["w"])
    np.testing.assert_allclose(dataset.features["w"], (1000 + 100 * NOISE).round(1))


def test_what_a_few_of_many_rows_tell_holds_for_all(load):
    rows = np.arange(20_000)
    table = {
        "same": np.where(rows == 17_654, 2, 1), "late": np.where(rows > 19_000, "x", None), "group": rows // 10,
        "zip": [f"{12 * n:05}" for n in rows[::-1]], "paid": [f"{n:,}.50" for n in rows[::-1] % 9000],
        "day": [f"{n % 28 + 1}/{n // 28 % 12 + 1}/2020" for n in rows], "name": [f"Mr {n}" for n in rows],
        "y": RANDOM.choice(["a", "b"], len(rows)),
    }  # fmt: skip
    dataset = load(table)
    assert set(dataset.plan.numbers) == {"same", "paid", "group"}
    assert dataset.plan.categories == ("late",)
    assert dataset.plan.dates == {"day": "%d/%m/%Y"}
    assert "'zip' begins with zeros" in said(dataset)
    assert "names or texts, 20,000 different ones" in said(dataset)
    assert dataset.features["paid"].iloc[0] == 1999.5
    assert str(dataset.features["day"].iloc[30]) == "2020-02-03 00:00:00"


def test_rows_without_a_target_are_left_out(load, tmp_path):
    dataset = load("x,y\n" + "".join(f"{x},{'' if n % 10 == 0 else n * 0.5}\n" for n, x in enumerate(NOISE)))
    assert len(dataset) == 180
    assert "rows without a target are left out: 20" in said(dataset)
    again = reload_csv(tmp_path / "data.csv", "y", "regression")
    np.testing.assert_array_equal(again.target, dataset.target)
    np.testing.assert_array_equal(again.features["x"], dataset.features["x"])


@pytest.mark.parametrize("mark", ["unknown", "k.A.", ".."])
def test_a_target_may_say_that_it_is_missing(mark, load):
    values = [mark if n % 10 == 3 else f"{x:.2f}" for n, x in enumerate(NOISE)]
    dataset = load({"x": NOISE, "y": values})
    assert not dataset.classes
    assert len(dataset.target) == ROWS - 20
    assert "rows without a target are left out: 20" in said(dataset)
    assert mark in load({"x": NOISE, "y": [mark if side == "left" else side for side in SIDES]}).classes


def test_an_imbalance_and_other_marks_survive_the_reading(load):
    content = "x;preis\n" + "".join(f"{x:.3f};{1000 * x:,.2f}\n".replace(",", "").replace(".", ",") for x in NOISE)
    dataset = load(content.encode("utf-16"), "preis", keep=["x"])
    np.testing.assert_allclose(dataset.target, (1000 * NOISE).round(2))
    np.testing.assert_allclose(dataset.features["x"], NOISE.round(3))


PROBLEMS = {
    "no such target": (PLAIN, {"target": "z"}, r"data.csv has no column 'z' \(--target\); its columns are x, y"),
    "a typing error": (
        {"x": NOISE, "price": NOISE},
        {"target": "Prize"},
        "did you mean price\\?; its columns are x, price",
    ),
    "several at once": (
        PLAIN,
        {"target": "z", "ignore": ["id"], "numeric": ["q"]},
        r"3 problems: \(1\) has no column 'z' \(--target\); \(2\) has no column 'id' \(--ignore\); \(3\) has no",
    ),
    "the target twice": (PLAIN, {"ignore": ["y"]}, "'y' is the target; name it with --target only"),
    "nothing but the target": ({"y": NOISE}, {}, "has no columns to learn from besides the target 'y'"),
    "nothing left": (PLAIN, {"ignore": ["x"]}, r"no columns to learn from .*left out: 'x' \(--ignore\)"),
    "nothing that differs": ({"x": [1] * ROWS, "y": SIDES}, {}, r"left out: 'x' \(the same in all rows\)"),
    "no dates": (PLAIN, {"dates": ["x"]}, r"column 'x' \(--dates\) holds no dates in a form that is known"),
    "no target at all": ({"x": NOISE, "y": [None] * ROWS}, {}, "the target 'y' is empty in all rows"),
    "a word in the target": (
        {"x": NOISE, "y": ["?!" if n == 20 else n / 7 for n in range(ROWS)]},
        {},
        r"the target 'y' is not a number in row 21: '\?!' \(100% of its cells are\); correct it, empty the cell, or",
    ),
    "words as values": (PLAIN, {"task": "regression"}, "the target 'y' is not a number in row 1"),
    "a class and nothing": (
        {"x": NOISE, "y": ["a", ""] * (ROWS // 2)},
        {},
        "'a', and 100 empty cells; write a word in",
    ),
    "one class": ({"x": NOISE, "y": ["a"] * ROWS}, {}, "the target 'y' has one class only, 'a'"),
    "one value": ({"x": NOISE, "y": [3.5] * ROWS}, {}, "the target 'y' has one value only, '3.5'"),
    "a class for each row": (
        {"x": NOISE, "y": [f"a{n}" for n in range(ROWS)]},
        {},
        "the target 'y' has 200 different values in 200 rows",
    ),
    "dates": (
        {"x": NOISE, "y": [f"2020-{n % 12 + 1:02}-{n % 28 + 1:02}" for n in range(ROWS)]},
        {},
        "the target 'y' holds dates; make it a number, such as the days since the first, or pass --task",
    ),
    "times of day or durations": (
        {"x": NOISE, "y": [f"{n % 24}:{n % 60:02}" for n in range(ROWS)]},
        {},
        r"or pass --task \(regression, if these are durations\)",
    ),
    "several units": (
        {"x": NOISE, "y": [f"{n / 7:.1f} {'kg' if n % 2 else 'm'}" for n in range(ROWS)]},
        {},
        "the target 'y' holds numbers in several units, kg, m; write them in one, or pass --task classification",
    ),
    "whole numbers that are dates": (
        {"x": NOISE, "y": [20200101 + 100 * (n % 12) + n % 28 for n in range(ROWS)]},
        {},
        "the target 'y' holds dates",
    ),
    "few rows": ({"x": [1, 2, 3], "y": ["a", "b", "a"]}, {}, "data has 3 rows; at least 10 are needed"),
}


@pytest.mark.parametrize("what", PROBLEMS)
def test_what_cannot_be_learnt_from(what, load):
    table, options, message = PROBLEMS[what]
    with pytest.raises(DataError, match=message) as refusal:
        load(table, **options)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("name", ["x" * 100_000, "\x1b" * 100_000])
def test_messages_stay_short_whatever_is_in_the_table(name, load):
    others = ",".join(f"{name[: 100_000 - number]}{number}" for number in range(50))
    for text, target in (
        (f"x,{name}\n" + "1,2\n" * 20, "y"),
        (f"x,{others}\n" + ",".join("1" * 51) + "\n", "z" * 100),
        (f"{name},y\n1,2\n", "y"),
        (f"x,{name}\n" + "1,1\n" * 20, name),
        ("x,y\n" + f"1,{name}\n" * 5 + "".join(f"{n},{n}.5\n" for n in range(40)), "y"),
    ):
        with pytest.raises(DataError) as refusal:
            load(text, target)
        assert len(str(refusal.value)) < 3000
    assert max(map(len, load(f"{name},y\n" + "".join(f"{n % 7},{n % 2}\n" for n in range(50))).report)) < 2000


@pytest.mark.parametrize(
    ("file", "name"), [("..csv", "data"), ("...csv", "data"), (".hidden.csv", "hidden"), ("a.csv.gz", "a")]
)
def test_a_data_set_has_the_name_of_no_other_folder(file, name, load):
    assert load(PLAIN, name=file).name == name


NUMBERS = {
    "1": 1, "-2.5": -2.5, " 3 ": 3, "1e3": 1000, "+4": 4, ".5": 0.5, "5.": 5, "1,234": 1234, "1,234,567.8": 1234567.8,
    "$5": 5, "-$5": -5, "$-5": -5, "5 €": 5, "£1,000": 1000, "USD 7": 7, "12%": 12, "(3)": -3, "1 234": 1234,
    "1'234": 1234,    "12,34,567": 1234567, "−8": -8,
}  # fmt: skip
NOT_NUMBERS = ["a", "1_000", "0x10", "1.2.3", "12,34", "1,2345", "5 kg", "--1", "1e", "٣", "1 2 3", "$", "%", "1" * 500,
    "0,123", "-0,123", "1,234e5"]  # fmt: skip


@pytest.mark.parametrize("text", NUMBERS)
def test_numbers_as_people_write_them(text):
    numbers, bad = to_numbers(pandas.Series([text, None], dtype=object))
    assert numbers[0] == NUMBERS[text]
    assert not bad.any()


@pytest.mark.parametrize("text", NOT_NUMBERS)
def test_texts_that_are_no_numbers(text):
    numbers, bad = to_numbers(pandas.Series([text, "n/a", None], dtype=object))
    assert np.isnan(numbers).all()
    assert bad.tolist() == [True, False, False]


@pytest.mark.parametrize("comma", [False, True])
def test_numbers_are_the_same_in_a_long_column_as_in_a_short_one(comma):
    others = ["1.234,5", "1.234.567", "3,14", "2,5%", "1\n2", "1\r2", '"', "", None, "n/a", "-7", "007"]
    texts = [*NUMBERS, *NOT_NUMBERS, *others] * 2
    for some in (texts, [text for text in texts if text is None or "\n" not in text]):
        column = pandas.Series([None, *some], dtype=object)
        short = [to_numbers(column[row : row + 1], comma) for row in range(len(column))]
        for long, bad in (to_numbers(column, comma), to_numbers(column.astype("str").where(column.notna()), comma)):
            np.testing.assert_array_equal(long, np.concatenate([numbers for numbers, _ in short]))
            np.testing.assert_array_equal(bad, np.concatenate([bad for _, bad in short]))


@pytest.mark.parametrize("kind", ["Int64", "boolean", "float32", "object", "category"])
def test_numbers_of_every_kind_of_column(kind):
    series = pandas.Series([1, 0, None], dtype="object").astype(kind)
    np.testing.assert_array_equal(to_numbers(series)[0], [1, 0, np.nan])


def test_dates_keep_their_moment():
    dates = pandas.Series(["31/12/2019 23:30", None, "1/2/2020 00:00", "?"])
    form = date_format(dates[:1])
    assert form == "%d/%m/%Y %H:%M"
    found = to_dates(dates, form).astype(str).tolist()
    assert found == ["2019-12-31T23:30:00", "NaT", "2020-02-01T00:00:00", "NaT"]
    assert date_format(pandas.Series(["1.5-2", "red 3"])) is None


def test_dates_in_every_form_are_the_same_day():
    for written in (
        [20200229, 20200301, 20200302, 20200303, None, 20200304],
        ["2020-02-29 23:30 PST", "2020-03-01 0:00 PST"],
        ["2/29/2020 11:30 PM", None],
        ["2020-02-29T23:30:00.123456Z", "x"],
    ):
        dates = pandas.Series(written)
        found = to_dates(dates, date_format(dates[:1] if len(written) == 2 else dates))
        assert found[0].astype("datetime64[D]") == np.datetime64("2020-02-29")
        assert np.isnat(found).tolist() == [cell in (None, "x") for cell in written]


WRITTEN = {form: form for form in cells.DATE_FORMATS if "%d" in form} | {
    "%A, %B %d, %Y": "%B %d, %Y",
    "%a %b %d %Y": "%b %d %Y",
    "%m/%d/%Y, %I:%M:%S %p": "%m/%d/%Y %I:%M:%S %p",
    "%d.%m.%Y, %H:%M": "%d.%m.%Y %H:%M",
    "%Y/%m/%d %I:%M:%S %p GMT+2": "%Y/%m/%d %I:%M:%S %p",
    "%m/%d/%Y %H:%M UTC-10:30": "%m/%d/%Y %H:%M",
}


def test_dates_are_found_in_every_form():
    moments = pandas.Series(pandas.date_range("2019-01-29 03:00", "2021-12-05", periods=40).floor("s"))
    for written, form in WRITTEN.items():
        found = date_format(moments.dt.strftime(written))
        right = moments if "%S" in form else moments.dt.floor("min") if "%M" in form else moments.dt.floor("D")
        assert found == (form if not form.startswith("%Y") or "%p" in form else "ISO8601")
        np.testing.assert_array_equal(to_dates(moments.dt.strftime(written), found), right, err_msg=written)


@pytest.mark.parametrize(
    "texts", [["1.2.10", "2.0.11"], ["555-1234", "641-6804"], ["3-2", "1-0"], ["Tuesday", "Sunday"]]
)
def test_texts_that_are_no_dates(texts):
    assert date_format(pandas.Series(texts)) is None


@pytest.mark.parametrize("form", ["ISO8601", "%m/%d/%Y"])
def test_objects_of_dates_are_dates_however_training_wrote_them(form):
    moment = pandas.Timestamp("2020-02-01")
    for each in (moment, moment.date(), moment.to_pydatetime(), moment.to_period("D"), moment.to_period("M")):
        for column in (pandas.Series([each, None]), pandas.Series([each, None], dtype=object)):
            assert to_dates(column, form).astype(str).tolist() == ["2020-02-01T00:00:00", "NaT"]


def test_times_of_a_day_are_dates_and_scores_are_names():
    times = pandas.Series(["7:05", "23:59", None, "00:00"])
    assert date_format(times) == "%H:%M"
    assert to_dates(times, "%H:%M").astype(str).tolist()[1:3] == ["1900-01-01T23:59:00", "NaT"]
    assert date_format(pandas.Series(["07:05:30"])) == "%H:%M:%S"
    assert date_format(pandas.Series(["2:1", "16:9"])) is None


def test_a_name_is_missed_where_no_header_was_seen(load):
    with pytest.raises(DataError, match=r"no column .y. .*no header was seen, so its columns are column_1, column_2$"):
        load("".join(f"{number}.5,{number % 2}\n" for number in range(40)))


def test_a_whole_number_beyond_every_float_is_no_number():
    numbers, bad = to_numbers(pandas.Series([1, 10**400, -(10**400), None], dtype=object))
    assert bad.tolist() == [False, True, True, False]
    assert np.isnan(numbers[1:]).all()


@pytest.mark.parametrize("comma", [False, True])
def test_plain_numbers_are_found_all_at_once_and_no_others(comma):
    group, point = (r"\.", ",") if comma else (",", r"\.")
    plain = re.compile(rf"[-+]?([1-9]\d{{,2}}({group}\d{{3}})+|\d{{1,300}})({point}\d*)?%?", re.ASCII)
    rng = np.random.default_rng(1)
    letters = list("0123456789" * 4 + ",,..-+%e é")
    texts = ["".join(rng.choice(letters, rng.integers(0, 9))) for _ in range(3000)]
    expected = [cells.as_number(text, comma) if plain.fullmatch(text) else np.nan for text in texts]
    assert 500 < np.isfinite(expected).sum() < 2500
    np.testing.assert_array_equal(cells._plain_numbers(texts, comma), expected)


def test_headings_and_units_are_no_rows(tmp_path):
    rows = "".join(f"{n % 7}.5,{n % 11},{'ab'[n % 2]},{n * 3}\n" for n in range(40))
    for lines, how, names in (
        ("Wind,,,Yield\nspeed,gusts,side,kg per ha\n", "1 line before the header", ["speed", "gusts", "side"]),
        ("speed,gusts,side,kg\nm/s,km/h,,\n", "the line of units after the header", ["speed", "gusts", "side"]),
        (",speed,gusts,kg\n,m/s,km/h,g\n", "the line of units after the header", ["Unnamed: 0", "speed", "gusts"]),
        ("# made up\nspeed,gusts,side,kg\nm/s,km/h,-,\n", "the line of units after", ["speed", "gusts", "side"]),
    ):
        path = tmp_path / "table.csv"
        path.write_text(lines + rows.replace("a,", "0,").replace("b,", "1,") if lines[0] == "," else lines + rows)
        dataset = load_csv(path, "kg per ha" if "per ha" in lines else "kg")
        assert how in dataset.report[0]
        assert len(dataset) == 40
        assert list(dataset.plan.names) == names
        np.testing.assert_array_equal(dataset.target, 3.0 * np.arange(40))
    # A number, in whatever form; one text alone; a category; cells that are missing.
    for first in ("1.5,km/h,,", "CHF 5,1 000,,", "(5),- 7,,", "m/s,,,", "m/s,km/h,a,", "m/s,NA,,", "none,Unknown,,"):
        path.write_text(f"speed,gusts,side,kg\n{first}\n{rows}")
        assert "units" not in load_csv(path, "kg").report[0]


def test_a_line_of_totals_is_no_row(load):
    values = (NOISE * 50 + 200).round(2)
    table = {"shop": [f"shop {n % 5}" for n in range(ROWS)], "size": whole() % 7, "sales": values}
    totals = {"shop": "Total", "size": None, "sales": values.sum()}
    dataset = load({name: [*column, totals[name]] for name, column in table.items()}, target="sales")
    assert len(dataset) == ROWS
    assert "the last row is left out: it holds the sums of sales" in said(dataset)
    unnamed = {"shop": None, "size": table["size"].sum(), "sales": values.sum()}
    assert len(load({name: [*column, unnamed[name]] for name, column in table.items()}, target="sales")) == ROWS
    unnamed |= {"shop": "shop 1", "size": None}  # a row that happens to have the sum
    assert len(load({name: [*column, unnamed[name]] for name, column in table.items()}, target="sales")) == ROWS + 1
    totals["sales"] = 203.5  # a shop that is called so
    assert len(load({name: [*column, totals[name]] for name, column in table.items()}, target="sales")) == ROWS + 1


@pytest.mark.parametrize(
    ("spellings", "classes", "note"),
    [
        (("NEIN", "ja", "nein", "Ja"), ("NEIN", "ja"), "that are taken for one: NEIN and nein, ja and Ja"),
        (("true", "False", "True", "FALSE"), ("False", "true"), "taken for one: true and True, False and FALSE"),
        (("AA", "Aa", "aa", "Aa"), ("AA", "Aa", "aa"), "that differ only in case: AA and Aa and aa"),
        (("no", "NO", "x", "x"), ("NO", "no", "x"), "that differ only in case: no and NO"),
        (("y", "n", "N", "n"), ("n", "y"), "that are taken for one: n and N"),
        (("t", "f", "F", "g"), ("F", "f", "g", "t"), "that differ only in case: f and F"),  # letters
    ],
)
def test_spellings_of_classes(spellings, classes, note, load):
    dataset = load({"x": NOISE, "y": [spellings[n % 4] for n in range(ROWS)]})
    assert dataset.classes == classes
    assert note in said(dataset)
    again = reload_csv(Path(dataset.source["path"]), "y", "classification")
    np.testing.assert_array_equal(again.target, dataset.target)


GERMAN = {
    "thousands with points": ([f"{17 * n:,}".replace(",", ".") for n in range(ROWS)], 17),
    "three decimals": ([f"{n / 8:.3f}".replace(".", ",") for n in range(ROWS)], 1 / 8),
    "three decimals and a text": ([f"{n / 8:.3f}".replace(".", ",") if n % 50 else "n.n." for n in range(ROWS)], 1 / 8),
    "three decimals of euros": ([f"{n / 8:.3f} €".replace(".", ",") for n in range(ROWS)], 1 / 8),
    "powers of ten": ([f"{n:.3E}".replace(".", ",") for n in range(ROWS)], 1),
}


@pytest.mark.parametrize("what", GERMAN)
def test_a_file_with_decimal_commas_has_them_in_every_column(what, load):
    column, step = GERMAN[what]
    cells = [f"{x:.2f};{cell};{side}".replace(".", ",", 1) for x, cell, side in zip(NOISE, column, SIDES, strict=True)]
    content = "\n".join(["x;new;y", *cells])
    expected = [step * n if cell != "n.n." else np.nan for n, cell in enumerate(column)]
    np.testing.assert_allclose(load(content, keep=["new"]).features["new"], expected)
    if "text" not in what:
        np.testing.assert_allclose(load(content, "new", "regression").target, expected)


def test_points_that_group_digits_stay_so_between_tabs(load):
    cells = [f"{kind}\t{1000 + 7 * n:,}\t{side}" for n, (kind, side) in enumerate(zip(KINDS, SIDES, strict=True))]
    dataset = load("\n".join(["kind\tnew\ty", *cells]), keep=["new"])
    np.testing.assert_array_equal(dataset.features["new"], 1000 + 7 * np.arange(ROWS))


@pytest.mark.parametrize("trained", ["numbers", "texts"])
@pytest.mark.parametrize("name", ["x", "self"])
@pytest.mark.parametrize("last", ["n.n.", "2.000", "7,5"])
def test_new_rows_are_read_with_the_marks_of_their_own_file(trained, name, last, tmp_path, capsys):
    commas = (name,) * (trained == "texts")
    frame = pandas.DataFrame({name: ["0,5"] * 30 if commas else np.arange(30.0)})
    dataset = Dataset("made", frame, Plan((name,), commas), np.arange(30) % 2, "y", ("n", "y"), {})
    fitted = Preprocessing.fit(dataset, np.arange(30))[0]
    predictor = SimpleNamespace(names=(name,), target="y", run=SimpleNamespace(preprocessing=fitted, source={}))
    path = tmp_path / "new.csv"
    path.write_text(f"z;{name}\n1,5;0,500\n2,5;1,250\n3,5;{last}\n")
    features = _new_features(path, predictor, strict=False, encoding=None)[0]
    expected = {"n.n.": np.nan, "2.000": 2000, "7,5": 7.5}
    np.testing.assert_array_equal(features[name], [0.5, 1.25, expected[last]])
    assert ("holds no number in row 3: 'n.n.'" in capsys.readouterr().err) == (last == "n.n.")


def test_a_column_may_be_called_as_what_python_passes_first(load):
    dataset = load("\n".join(["self,y", *(f"${x:.2f},{side}" for x, side in zip(NOISE, SIDES, strict=True))]))
    np.testing.assert_allclose(dataset.features["self"], NOISE.round(2))


@pytest.mark.parametrize("values", [SIDES, NOISE.round(2)], ids=["classes", "values"])
def test_a_remark_is_no_target(values, load):
    rows = [f"{value},{n % 7},{kind}" for n, (value, kind) in enumerate(zip(values, KINDS, strict=True))]
    dataset = load("\n".join(["y,x,kind", *rows[:9], "# restarted", *rows[9:], "", "Source: the office,,"]))
    assert len(dataset.target) == ROWS
    assert "rows with nothing but a remark are left out: # restarted, Source: the office" in said(dataset)
    assert len(load("\n".join(["y,x,kind", *rows, f"{values[0]},,"])).target) == ROWS + 1


def test_what_stands_beside_nothing_again_and_again_is_a_class(load):
    rows = [f"{side},{n % 7},{kind}" for n, (side, kind) in enumerate(zip(SIDES, KINDS, strict=True))]
    assert load("\n".join(["y,x,kind", *rows, *["offline,,"] * 9])).classes == ("left", "offline", "right")
