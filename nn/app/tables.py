"""Tables as data sets: what each column is taken for, what is left out and why, and what there is to predict."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from autograd import require
from nn._text import quoted
from nn.app.cells import date_format, infinite, is_missing, to_numbers, to_texts
from nn.app.columns import (
    EMPTY,
    MOST_UNITS,
    MOSTLY_NUMBERS,
    Choices,
    Found,
    has_commas,
    look_at_columns,
    some_rows,
    units_in,
)
from nn.app.csvfile import Table, read_table, require_columns
from nn.app.datasets import DataError, Dataset, Plan, Task, listed
from nn.app.fingerprint import STANDARD_INPUT, Fingerprint, name_of, read_with_fingerprint
from nn.app.quantities import DURATION, common, in_words, of_sentinel

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["load_csv", "reload_csv"]

# A whole-number target with at most so many values, each in so many rows on average, is taken as classes.
MOST_WHOLE_NUMBER_CLASSES = 20
FEWEST_ROWS_A_CLASS = 5
_LETTER = re.compile(r"[^\W\d_]")
# What a line of totals is called; of how many rows, and how nearly, as its parts may be rounded.
_TOTAL = re.compile(r"(grand |sub)?totals?:?|sums?:?|(gesamt)?summe:?|(ins)?gesamt:?|somme:?|totale?:?|suma:?", re.I)
FEWEST_ADDED, ROUNDED = 6, 1e-3
# Two words that are one class each, however they are spelt; letters, where there are no other classes.
YES_AND_NO = (
    "true false",
    "yes no",
    "ja nein",
    "oui non",
    "sí no",
    "si no",
    "y n",
    "j n",
    "t f",
    "wahr falsch",
    "on off",
)


def load_csv(
    path: Path, target: str, task: Task | None = None, *, choices: Choices | None = None, encoding: str | None = None
) -> Dataset:
    """The data set in a CSV file; every column but the target is looked at, and taken or left out.

    Args:
        path: The file; ``-`` is standard input.
        target: The column to predict.
        task: Classification or regression; None infers it: a target of texts or of few whole numbers means classes.
        choices: What is known about columns.
        encoding: How texts are encoded; None finds it out.

    Raises:
        DataError: The file cannot be used; the message names every reason that is found.
    """
    table, fingerprint = _read(path, encoding)
    choices = choices or Choices()
    named = {f"--{option}": columns for option, columns in vars(choices).items()}
    problems = require_columns(table, {"--target": [target], **named})
    problems += [
        f"{quoted(target)} is the target; name it with --target only" for each in named.values() if target in each
    ]
    if problems:
        unseen = "no header was seen, so " if table.how.endswith("no header seen") else ""
        raise _refusal(table.name, problems, f"{unseen}its columns are {listed(table.frame.columns)}")
    dataset, notes = _with_target(path, table, fingerprint, target, task, encoding)
    found = Found(table.commas, notes=[*table.notes, *notes])
    look_at_columns(dataset.features, dataset.target, bool(dataset.classes), choices, found)
    plan = found.plan()
    if not plan.names:
        found.problems.append(
            f"has no columns to learn from besides the target {quoted(target)}{_reasons(found.dropped)}"
        )
    if found.problems:
        raise _refusal(table.name, found.problems)
    features = dataset.features[list(plan.names)].copy()
    for name in found.converted.keys() & plan.names:
        features[name] = found.converted[name]
    return replace(dataset, features=features, plan=plan, report=_report(table, found, plan))


def reload_csv(path: Path, target: str, task: Task, encoding: str | None = None) -> Dataset:
    """The same rows as `load_csv` gives, with all columns and no plan: a run's preprocessing has that already.

    Raises:
        DataError: The file cannot be used.
    """
    table, fingerprint = _read(path, encoding)
    if problems := require_columns(table, {"the target": [target]}):
        raise _refusal(table.name, problems)
    return _with_target(path, table, fingerprint, target, task, encoding)[0]


def _read(path: Path, encoding: str | None) -> tuple[Table, Fingerprint]:
    content, fingerprint = read_with_fingerprint(path)
    return read_table(content, name_of(path), encoding), fingerprint


def _with_target(
    path: Path, table: Table, fingerprint: Fingerprint, target: str, task: Task | None, encoding: str | None
) -> tuple[Dataset, list[str]]:
    """The rows that have a target, and it apart from the other columns; and what is to be said of them."""
    column = table.frame[target]
    present = column.notna() if column.dtype.kind in "biuf" else to_texts(column) != ""
    if task != "classification" and column.dtype.kind not in "biufM":
        present &= ~_marked(column, table.commas)
    frame = table.frame if present.all() else table.frame[present].reset_index(drop=True)
    if not len(frame):
        raise DataError(f"{path}: the target {quoted(target)} is empty in all rows")
    notes = [f"rows without a target are left out: {left_out:,}"] if (left_out := len(present) - len(frame)) else []
    if (remarks := _remarks(frame, target)).any():
        notes.append(f"rows with nothing but a remark are left out: {listed(frame[target][remarks], most=4)}")
        frame = frame[~remarks].reset_index(drop=True)
    if sums := _totals(frame, table.commas):
        frame = frame.iloc[:-1]
        notes.append(f"the last row is left out: it holds the sums of {listed(sums)}")
    values, classes, note, merged = _target(table, frame[target], target, task)
    if len(classes) == 1 and left_out:
        raise DataError(
            f"{path}: the target {quoted(target)} has one class only, {quoted(classes[0])}, and {left_out:,} empty "
            "cells; write a word in them if they are a class"
        )
    notes += merged
    dataset = Dataset(
        name="stdin" if path == STANDARD_INPUT else path.stem.removesuffix(".csv").strip(".") or "data",
        features=frame.drop(columns=[target]),
        plan=Plan(),
        target=values,
        target_name=target,
        classes=classes,
        source={
            "kind": "csv",
            "path": str(path.resolve()),
            "target": target,
            "task": "classification" if classes else "regression",
            "encoding": encoding,
            "files": {path.name: fingerprint},
        },
        note=note,
    )
    return dataset, notes


def _marked(column: pd.Series[Any], in_commas: bool) -> NDArray[np.bool_]:
    """The cells of a target of numbers that say in words that they are missing, such as "unknown"."""
    marks = [cell for cell in column.dropna().unique() if isinstance(cell, str) and is_missing(cell)]
    found: NDArray[np.bool_] = column.isin(marks).to_numpy(dtype=bool)
    others = column[~found]
    mostly = marks and _share(others, _numbers(others, in_commas)[0]) >= MOSTLY_NUMBERS
    return found if mostly else np.zeros_like(found)


def _numbers(column: pd.Series[Any], in_commas: bool) -> tuple[NDArray[np.float64], list[str]]:
    """A column of numbers, and their units."""
    some = column.iloc[some_rows(len(column))]
    unit = common(units := units_in(some))
    return to_numbers(column, has_commas(some, in_commas, unit), unit)[0], units


def _share(column: pd.Series[Any], numbers: NDArray[np.float64]) -> float:
    """Of how many cells there are numbers; truths are none."""
    return 0.0 if column.dtype == bool or not len(numbers) else float(np.isfinite(numbers).mean())


def _remarks(frame: pd.DataFrame, target: str) -> NDArray[np.bool_]:
    """The rows of a text, there once, that has no other cells beside it: comments, and notes at the end."""
    column, found = frame[target], np.zeros(len(frame), dtype=bool)
    if column.dtype.kind not in "biufM" and len(frame.columns) > 2:
        alone = frame.drop(columns=[target]).isna().all(axis=1).to_numpy(dtype=bool)
        if alone.any() and not alone.all():
            texts = to_texts(column)
            times = Counter(texts)
            found[alone] = [times[text] == 1 and bool(_LETTER.search(text)) for text in texts[alone]]
    return found


def _totals(frame: pd.DataFrame, in_commas: bool) -> list[str]:
    """The columns whose last cell is the sum of the others, where the last row is one of totals."""
    last = frame.iloc[-1]
    named = any(isinstance(cell, str) and _TOTAL.fullmatch(cell.strip()) for cell in last)
    if len(frame) < FEWEST_ADDED or not (named or last.isna().any()):
        return []
    sums, others = [], 0
    for name in frame.columns:
        comma = has_commas(frame[name].iloc[some_rows(len(frame))], in_commas)
        if np.isfinite(to_numbers(frame[name].iloc[-1:], comma)[0]).any():
            numbers = to_numbers(frame[name], comma)[0]
            total, largest = float(np.nansum(numbers[:-1])), float(np.nanmax(np.abs(numbers[:-1]), initial=0.0))
            if abs(total) > largest and np.isclose(numbers[-1], total, rtol=ROUNDED if named else 1e-9):
                sums.append(name)
            else:
                others += 1
        else:
            others += str(last[name]).strip() not in ("", "nan")
    return sums if named or not others else []


def _refusal(name: str, problems: list[str], more: str = "") -> DataError:
    """All that is wrong, in one line."""
    texts = [problem.removeprefix(f"{name} ") for problem in problems]
    if len(texts) > 1:
        texts = [f"({number}) {text}" for number, text in enumerate(texts[:20], start=1)]
        return DataError(f"{name}: {len(problems)} problems: {'; '.join(texts)}{'; ' if more else ''}{more}")
    return DataError(f"{name} {texts[0]}{'; ' if more else ''}{more}")


# ---- the target ------------------------------------------------------------------------------------------------------


def _target(
    table: Table, column: pd.Series[Any], name: str, task: Task | None
) -> tuple[NDArray[Any], tuple[str, ...], str, list[str]]:
    """The values to predict, the classes, why it is one task or the other, and what is to be said of the classes."""
    numbers, units = _numbers(column, table.commas)
    share, unit = _share(column, numbers), common(units)
    if task is None:
        many = column.nunique() > MOST_WHOLE_NUMBER_CLASSES
        if many and (share < MOSTLY_NUMBERS or unit or column.dtype.kind in "iuf") and date_format(column):
            raise DataError(
                f"{table.name}: the target {quoted(name)} holds dates; make it a number, such as the days since the "
                f"first, or pass --task{' (regression, if these are durations)' if unit == DURATION else ''}"
            )
        if many and not unit and 1 < len(units) <= MOST_UNITS:
            raise DataError(
                f"{table.name}: the target {quoted(name)} holds numbers in several units, {listed(units)}; write them "
                "in one, or pass --task classification"
            )
        task, note = _inferred(numbers, share, name)
    else:
        note = "as --task says"
    if task == "regression":
        if share < 1:
            place = int(np.flatnonzero(~np.isfinite(numbers))[0])
            text = f"{quoted(str(column.iloc[place]))}{infinite(column.iloc[place])}"
            raise DataError(
                f"{table.name}: the target {quoted(name)} is not a number in row {place + 1}: {text} ({share:.0%} of "
                "its cells are); correct it, empty the cell, or pass --task classification"
            )
        said = [f"the target {quoted(name)} holds {in_words(unit, units)}, and so do predictions"] if unit else []
        return numbers, (), note, [*said, *of_sentinel(f"the target {quoted(name)}", numbers)]
    pandas = require("pandas", "train")
    codes, found = pandas.factorize(column)
    texts, said = _one_spelling(name, to_texts(pandas.Series(found)))  # " a" and "a" are one
    places, different = pandas.factorize(texts)
    codes = places[codes]
    order = sorted(range(len(different)), key=different.__getitem__)
    if share == 1 and len(np.unique(numbers)) == len(different):
        order.sort(key=numbers[np.unique(codes, return_index=True)[1]].__getitem__)
    return np.argsort(order)[codes], tuple(different[order].tolist()), note, said


def _one_spelling(name: str, texts: NDArray[Any]) -> tuple[NDArray[Any], list[str]]:
    """The classes with yes and no in one spelling each; and which others differ only in case."""
    spelt: dict[str, list[str]] = {}
    for text in dict.fromkeys(texts.tolist()):
        spelt.setdefault(text.casefold(), []).append(text)
    several = {word: each for word, each in spelt.items() if len(each) > 1}
    pairs = [{*pair.split()} for pair in YES_AND_NO if len(pair) > len("y n") or spelt.keys() == {*pair.split()}]
    alike = {word for pair in pairs if pair <= spelt.keys() for word in pair}
    merged = [" and ".join(each) for word, each in several.items() if word in alike]
    apart = [" and ".join(each) for word, each in several.items() if word not in alike]
    said = [f"classes of {quoted(name)} that are taken for one: {listed(merged)}"] if merged else []
    said += [f"classes of {quoted(name)} that differ only in case: {listed(apart)}"] if apart else []
    first = {text: each[0] for word, each in several.items() if word in alike for text in each}
    return np.array([first.get(text, text) for text in texts.tolist()], dtype=object), said


def _inferred(numbers: NDArray[np.float64], share: float, name: str) -> tuple[Task, str]:
    if share < MOSTLY_NUMBERS:
        return "classification", f"{quoted(name)} holds texts"
    finite = numbers[np.isfinite(numbers)]
    different = len(np.unique(finite))
    whole = bool((finite == np.round(finite)).all())
    if whole and different <= MOST_WHOLE_NUMBER_CLASSES and len(finite) >= FEWEST_ROWS_A_CLASS * different:
        return "classification", f"{quoted(name)} holds {different} different whole numbers; or --task regression"
    return "regression", f"{quoted(name)} holds {different:,} different numbers; or --task classification"


# ---- the report ------------------------------------------------------------------------------------------------------


def _reasons(dropped: dict[str, str]) -> str:
    parts = [f"{quoted(name)} ({why})" for name, why in list(dropped.items())[:8]]
    return f"; left out: {', '.join(parts)}" if parts else ""


def _report(table: Table, found: Found, plan: Plan) -> tuple[str, ...]:
    lines = [f"file     {len(table.frame):,} rows, {len(table.frame.columns):,} columns; {table.how}"]
    taken = {"numbers": plan.numbers, "dates": tuple(plan.dates), "category": plan.categories, "names": plan.encoded}
    for what, names in taken.items():
        said = " (as the target's average for each)" if what == "names" else ""
        if names:
            lines.append(f"{what:<8} {len(names):,}: {listed(names)}{said}")
    by_reason: dict[str, list[str]] = {}
    for name, why in found.dropped.items():
        by_reason.setdefault(why, []).append(name)
    for why, dropped in by_reason.items():
        lines.append(f"left out {listed(dropped)}: {why}" + ("" if why in ("--ignore", EMPTY) else "; or --keep"))
    if found.missing:
        counts = listed((f"{name} {count:,}" for name, count in found.missing.items()), most=8)
        lines.append(f"filled   {sum(found.missing.values()):,} missing cells: {counts}")
    lines += [f"note     {note}" for note in found.notes[:20]]
    return tuple(lines)
