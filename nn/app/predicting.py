"""The command ``predict``: rows or pictures in, a CSV or JSON file out."""

from __future__ import annotations

import csv
import io
import json
from argparse import Namespace
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nn._files import write_atomically
from nn._text import quoted
from nn.app.cells import infinite, to_numbers
from nn.app.columns import has_commas
from nn.app.csvfile import read_table
from nn.app.datasets import DataError, listed
from nn.app.fingerprint import name_of, read_data
from nn.app.idx import features_of_images, is_idx
from nn.app.lines import Spelling, frame_of_lines
from nn.app.photos import features_of_picture, is_picture
from nn.app.predictor import Predictor, load_run
from nn.app.report import counted
from nn.app.terminal import say, warn, write

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["predict"]


def predict(arguments: Namespace) -> int:
    """Write a trained network's predictions for new rows; returns the exit code."""
    if arguments.output == Path("-"):  # as of DATA
        arguments.output = None
    _check_output(arguments)
    predictor = load_run(arguments.run)
    features, bad = _new_features(arguments.data, predictor, arguments.strict, arguments.encoding)
    header, rows = _predictions(predictor, features, set(bad))
    text = _json(header, rows) if arguments.json else _csv(header, rows)
    output: Path | None = arguments.output
    if output is None:
        write(text)
    else:
        write_atomically(output, text)
        say(f"{counted(len(features) - len(bad), 'prediction')} of {quoted(predictor.target)} in {output}")
    return 0


def _check_output(arguments: Namespace) -> None:
    output: Path | None = arguments.output
    if output is None:
        return
    if output.exists() and arguments.data.exists() and output.samefile(arguments.data):
        raise DataError(f"{output} holds the input; write the predictions to another file")
    if output.exists() and not (arguments.overwrite and output.is_file()):
        raise DataError(f"{output} already exists; pass --overwrite to replace it, or another name with -o")
    if not output.absolute().parent.is_dir():
        raise DataError(f"there is no folder {output.parent} to write {output.name} in")


def _new_features(
    path: Path, predictor: Predictor, strict: bool, encoding: str | None
) -> tuple[pd.DataFrame, tuple[int, ...]]:
    """The rows to predict, their columns found by name, and the numbers of those that cannot be predicted."""
    names, fitted = predictor.names, predictor.run.preprocessing
    shown, content = name_of(path), read_data(path)
    if isinstance(fitted, Spelling):
        return frame_of_lines(content, shown, encoding), ()
    if is_idx(content) and names[:1] == ("pixel_0_0",):
        features = features_of_images(content, shown)
        if tuple(features.columns) != names:
            raise DataError(
                f"{shown} holds images of {len(features.columns)} pixels; this run expects the columns {listed(names)}"
            )
        return features, ()
    if is_picture(content):
        source = predictor.run.source
        digits = source["kind"] == "built-in" and source["name"] == "digits"
        return features_of_picture(content, shown, names, 16.0 if digits else 255.0), ()
    table = read_table(content, shown, encoding, keep_bad=True)
    found = set(table.frame.columns)
    missing = [name for name in names if name not in found]
    if missing:
        raise DataError(
            f"{shown} lacks {len(missing)} of the {len(names)} columns that this run expects: {listed(missing)} "
            f"(expected, in any order: {listed(names)}; found: {listed(table.frame.columns)})"
        )
    features = table.frame[list(names)]
    if "the line of units" in table.how:
        warn("note: the line after the header holds units or the like, and is not predicted")
    measured = fitted.measured
    if table.commas:

        def commas(name: str) -> bool:
            return has_commas(features[name], True, measured.get(name, ""))

        # One text in a column leaves all of its cells texts, and training may have met none, or a file with points.
        fitted = replace(fitted, commas=tuple(each for each in fitted.numbers if commas(each)))
    taken = [
        f"column {quoted(name)} holds no {'date' if name in fitted.dates else 'number'} in row {_numbered(rows)}: "
        f"{quoted(str(features[name].iloc[rows[0]]))}{infinite(features[name].iloc[rows[0]])}"
        for name, rows in fitted.unreadable(features).items()
    ]
    left_out = [f"row {_numbered(table.bad)} has more cells than the header"] if table.bad else []
    if strict and (left_out or taken):
        raise DataError(f"{shown}: {'; '.join([*left_out, *taken])}")
    for problem in left_out:
        warn(f"note: {problem}, and is not predicted")
    for problem in taken[:20]:
        warn(f"note: {problem}; taken as missing")
    surplus = [name for name in table.frame.columns if name not in {*names, predictor.target}]
    if surplus:
        warn(f"note: columns that training did not use are left out: {listed(surplus)}")
    for name, texts in list(fitted.unseen(features).items())[:20]:
        warn(f"note: training saw no {listed(texts)} in column {quoted(name)}; taken as none of its categories")
    if table.commas:
        features = features.copy()
        for name in fitted.numbers:
            features[name] = to_numbers(features[name], name in fitted.commas, measured.get(name, ""))[0]
    return features, table.bad


def _numbered(rows: Sequence[int]) -> str:
    return listed([str(row + 1) for row in rows], most=4)


def _predictions(predictor: Predictor, features: pd.DataFrame, bad: set[int]) -> tuple[list[str], Iterable[list[Any]]]:
    """A header, and a row for each row; one that could not be read has nothing in it."""
    predicted = predictor.predict(features)
    header, rows = ["prediction"], [[f"{value:.7g}"] for value in predicted] if not predictor.classes else []
    if predictor.classes:
        header += [f"probability_{name}" for name in predictor.classes]
        probabilities = predictor.predict_proba(features)
        rows = [[name, *(f"{p:.6g}" for p in row)] for name, row in zip(predicted, probabilities, strict=True)]
    for row in bad:
        rows[row] = [""] * len(header)
    return header, rows


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def _json(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A list with an object for each row; ``prediction`` is null where a row could not be read."""
    objects = []
    for row in rows:
        found: dict[str, Any] = {"prediction": None}
        if row[0] != "":
            classes = {name.removeprefix("probability_"): float(p) for name, p in zip(header[1:], row[1:], strict=True)}
            found = {"prediction": row[0], "probabilities": classes} if classes else {"prediction": float(row[0])}
        objects.append(json.dumps(found, ensure_ascii=False))
    return "[\n" + ",\n".join(f"  {text}" for text in objects) + "\n]\n"
