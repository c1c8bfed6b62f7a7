"""CSV files: a table of texts first, then columns of numbers and columns of categories.

A column with numbers in half of its cells or more is a column of numbers, and a cell there that is none is reported;
any other column is one of categories.
"""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn._limits import MOST_CELLS, MOST_COLUMNS, MOST_ROWS
from nn._text import quoted
from nn.app.datasets import DataError, Dataset, Features, Task, listed, nearest
from nn.app.fingerprint import read_with_fingerprint
from nn.app.idx import is_html, is_idx

__all__ = ["Table", "features_of", "load_csv", "parse_csv"]

# A whole-number target with at most so many values, each in so many rows on average, is taken as classes.
MOST_WHOLE_NUMBER_CLASSES = 20
FEWEST_ROWS_A_CLASS = 5
# More categories than this in a feature are taken for names or free text, unless the user says otherwise.
MOST_CATEGORIES = 100


@dataclass(frozen=True)
class Table:
    """Columns of cells as texts, without the blanks around them.

    Attributes:
        name: What messages call the file.
        columns: The cells of each column, by the names in the header.
        lines: The line of the file that each row ends on; cells in quotes may hold line ends.
    """

    name: str
    columns: dict[str, Sequence[str]]
    lines: list[int]

    def __len__(self) -> int:
        return len(self.lines)

    def at(self, row: int, column: str) -> str:
        """Where a cell stands, for a message."""
        return f"{self.name}, row {row + 1} (line {self.lines[row]}), column {quoted(column)}"

    def require(self, columns: Collection[str], why: str) -> None:
        """Refuse columns that the table does not have.

        Raises:
            DataError: One is missing; the message lists those there are.
        """
        for column in columns:
            if column not in self.columns:
                hint = nearest(column, self.columns)
                raise DataError(
                    f"{self.name} has no column {quoted(column)} ({why}){hint or ';'} "
                    f"its columns are {listed(self.columns)}"
                )

    def is_numeric(self, column: str) -> bool:
        """Whether half of the column's cells or more are numbers, empty cells left aside."""
        cells = [cell for cell in self.columns[column] if cell]
        return 2 * sum(_number(cell) is not None for cell in cells) >= max(len(cells), 1)

    def numbers(self, column: str) -> NDArray[np.float64]:
        """The column as numbers.

        Raises:
            DataError: A cell is empty, not a number, NaN or infinite.
        """
        values = [_number(cell) for cell in self.columns[column]]
        for row, value in enumerate(values):
            if value is None or not math.isfinite(value):
                self._refuse(row, column, value)
        return np.array(values, dtype=np.float64)

    def texts(self, column: str) -> NDArray[Any]:
        """The column as texts.

        Raises:
            DataError: A cell is empty.
        """
        cells = self.columns[column]
        if "" in cells:
            self._refuse(cells.index(""), column, None)
        return np.array(cells, dtype=object)

    def _refuse(self, row: int, column: str, value: float | None) -> None:
        cell, cells = self.columns[column][row], self.columns[column]
        if not cell:
            count = cells.count("")
            more = f" ({count} cells of this column are)" if count > 1 else ""
            raise DataError(f"{self.at(row, column)} is empty{more}; fill in a value, or leave the row out")
        if value is not None:
            raise DataError(
                f"{self.at(row, column)} holds {cell[:40]}; replace it with a finite number, or leave the row out"
            )
        share = (
            f"{sum(_number(each) is not None for each in cells):,} of {len(cells):,} cells of this column are numbers"
        )
        raise DataError(
            f"{self.at(row, column)} is not a number: {quoted(cell)} ({share}); correct it, or leave the row out"
        )


def _number(cell: str) -> float | None:
    try:
        # Python reads 1_000 as a number, which no other program does.
        return float(cell) if "_" not in cell else None
    except ValueError:
        return None


def parse_csv(content: bytes, name: str) -> Table:
    r"""The table in the bytes of a CSV file.

    UTF-8, with or without a byte order mark; any line ends; cells in double quotes where they hold separators. The
    separator is a comma, or a semicolon or tab where the header has these and no comma.

    Args:
        content: The whole file.
        name: What messages call it.

    Raises:
        DataError: The file is empty, has no rows, is no regular CSV file, or larger than `nn._limits` allows.

    Example:
        >>> table = parse_csv(b'age,city\r\n41,"Paris, France"\r\n', "people.csv")
        >>> table.columns
        {'age': ('41',), 'city': ('Paris, France',)}
    """
    rows = _rows(_decoded(content, name), name)
    header = next(rows, ([], 0))[0]
    _check_header(header, content, name)
    columns: list[list[str]] = [[] for _ in header]
    lines: list[int] = []
    for cells, line in rows:
        if len(cells) != len(header):
            raise DataError(
                f"{name}, row {len(lines) + 1} (line {line}) has {len(cells)} cells and the header {len(header)}; "
                "a cell that holds the separator needs double quotes"
            )
        lines.append(line)
        for column, cell in zip(columns, cells, strict=True):
            column.append(cell)
    if not lines:
        raise DataError(f"{name} has a header ({listed(header)}) and no rows")
    return Table(name, dict(zip(header, map(tuple, columns), strict=True)), lines)


def _check_header(header: Sequence[str], content: bytes, name: str) -> None:
    if not header:
        raise DataError(f"{name} is empty; a CSV file needs a header with the columns' names, and rows")
    if len(header) > MOST_COLUMNS:
        raise DataError(f"{name} has {len(header):,} columns; at most {MOST_COLUMNS:,} are read")
    # Line ends within quotes count too, but few tables have so many.
    lines = max(content.count(b"\n"), content.count(b"\r"))
    if lines > MOST_ROWS or lines * len(header) > MOST_CELLS:
        raise DataError(
            f"{name} has {len(header):,} columns on {lines:,} lines; at most {MOST_ROWS:,} lines and {MOST_CELLS:,} "
            "cells are read; leave rows or columns out"
        )
    for place, column in enumerate(header, start=1):
        if not column:
            raise DataError(f"{name}: column {place} has no name in the header; name it, or remove the column")
    for column, count in Counter(header).items():
        if count > 1:
            raise DataError(f"{name}: {count} columns are called {quoted(column)}; give each its own name")


def _decoded(content: bytes, name: str) -> str:
    if is_html(content):
        raise DataError(f"{name} is an HTML page, not a CSV file, perhaps of a download that failed; fetch it again")
    if is_idx(content):
        raise DataError(
            f"{name} is not a CSV file but gzip or IDX data; unpack it, or pass the folder of the IDX files"
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{name} is not UTF-8 text (byte {content[error.start]:#04x} on line {line}); save it as CSV in UTF-8"
        ) from None
    if "\0" in text:
        raise DataError(f"{name} is not a text file in UTF-8; save it as CSV in UTF-8")
    return text


def _rows(text: str, name: str) -> Iterator[tuple[list[str], int]]:
    """The rows of cells, the header first, and the line that each ends on."""
    first = text.lstrip().partition("\n")[0]
    separator = "," if "," in first else ";" if ";" in first else "\t" if "\t" in first else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True)
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            # A blank line is no row. In a table of one column it might be an empty cell, which is refused anyway.
            if any(stripped) or len(stripped) > 1:
                yield stripped, reader.line_num
    except csv.Error as error:
        raise DataError(
            f"{name}, line {reader.line_num}: {error}; is a double quote missing or out of place?"
        ) from None


def features_of(table: Table, numeric: Sequence[str], categorical: Sequence[str]) -> Features:
    """The named columns of a table, those of numbers and those of categories.

    Raises:
        DataError: A column is missing, or a cell cannot be used.
    """
    numbers = np.empty((len(table), len(numeric)))
    for place, column in enumerate(numeric):
        numbers[:, place] = table.numbers(column)
    texts = np.empty((len(table), len(categorical)), dtype=object)
    for place, column in enumerate(categorical):
        texts[:, place] = table.texts(column)
    return Features(numbers, tuple(numeric), texts, tuple(categorical))


def load_csv(
    path: Path,
    target: str,
    task: Task | None = None,
    *,
    ignore: Collection[str] = (),
    categorical: Collection[str] = (),
) -> Dataset:
    """The data set in a CSV file; every column but the target is a feature.

    Args:
        path: The file.
        target: The column to predict.
        task: Classification or regression; None infers it: a target of texts or of few whole numbers means classes.
        ignore: Columns to leave out.
        categorical: Columns to take as categories, even if they hold numbers.

    Raises:
        DataError: The file cannot be used; the message says where and why.
    """
    content, fingerprint = read_with_fingerprint(path)
    table = parse_csv(content, str(path))
    table.require([target], "--target")
    table.require(ignore, "--ignore")
    table.require(categorical, "--categorical")
    if target in ignore or target in categorical:
        raise DataError(f"{path}: {quoted(target)} is the target; name it with --target only")

    names = [name for name in table.columns if name != target and name not in ignore]
    if not names:
        raise DataError(f"{path} has no columns to learn from besides the target {quoted(target)}")
    texts = [name for name in names if name in categorical or not table.is_numeric(name)]
    for name in texts:
        different = len(set(table.columns[name]))
        if different > MOST_CATEGORIES and name not in categorical:
            raise DataError(
                f"{path}: column {quoted(name)} holds {different:,} different texts in {len(table):,} rows; leave it "
                f"out with --ignore {quoted(name)}, or keep them all as categories with --categorical {quoted(name)}"
            )
    features = features_of(table, [name for name in names if name not in texts], texts)

    inferred, note = _infer(table, target)
    task = task or inferred
    values, classes = _classes(table, target) if task == "classification" else (table.numbers(target), ())
    return Dataset(
        name=path.stem.strip(".") or "data",
        features=features,
        target=values,
        target_name=target,
        classes=classes,
        source={
            "kind": "csv",
            "path": str(path.resolve()),
            "target": target,
            "task": task,
            "ignore": list(ignore),
            "categorical": list(categorical),
            "files": {path.name: fingerprint},
        },
        note=note if task == inferred else "as --task says",
    )


def _infer(table: Table, target: str) -> tuple[Task, str]:
    if not table.is_numeric(target):
        return "classification", f"{quoted(target)} holds texts"
    values = table.numbers(target)
    different = len(np.unique(values))
    whole = bool((values == np.round(values)).all())
    if whole and different <= MOST_WHOLE_NUMBER_CLASSES and len(values) >= FEWEST_ROWS_A_CLASS * different:
        return "classification", f"{quoted(target)} holds {different} different whole numbers; or --task regression"
    return "regression", f"{quoted(target)} holds {different:,} different numbers; or --task classification"


def _classes(table: Table, target: str) -> tuple[NDArray[Any], tuple[str, ...]]:
    column: NDArray[Any] = table.numbers(target) if table.is_numeric(target) else table.texts(target)
    classes, numbers = np.unique(column, return_inverse=True)
    names = tuple(each if isinstance(each, str) else f"{each:.15g}" for each in classes.tolist())
    return numbers.astype(np.int64), names
