"""CSV files: bytes in, a pandas table out; what was decided on the way is said.

pandas reads. What is done here is what it leaves to its caller: the dialect, the limits, and which cells are texts
although they look like numbers.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from autograd import require
from nn._limits import MOST_CELLS, MOST_COLUMNS, MOST_ROWS
from nn._text import quoted
from nn.app.cells import MISSING, begins_with_zeros
from nn.app.datasets import DataError, listed, nearest
from nn.app.dialect import Dialect, plain_text, sniff

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Table", "read_table", "require_columns"]

# So many pieces of a file, of so many bytes, are read as texts first, to see what numbers would lose.
PIECES, PIECE_BYTES = 5, 2**15
# A file with a larger share of lines that do not fit its header is no table.
MOST_BAD = 0.1
_JSON = re.compile(rb"\s*(\[\s*)?\{\s*\"")
WORDS = {"true", "false"}  # which pandas would write with a capital


@dataclass(frozen=True)
class Table:
    """A table as it was read.

    Attributes:
        name: What messages call the file.
        frame: Its columns; cells that are missing are NaN.
        how: In words, how it is written.
        commas: Whether a comma begins the decimals in it, so also in a text where that is open: 1.234 is 1234.
        bad: Numbers of the rows, from 0, that have more cells than the header: nothing of them is there (only where
            they were asked for).
        notes: What else is to be said.
    """

    name: str
    frame: pd.DataFrame
    how: str
    commas: bool = False
    bad: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()


def read_table(content: bytes, name: str, encoding: str | None = None, *, keep_bad: bool = False) -> Table:
    r"""The table in the bytes of a CSV file, plain or gzip.

    Columns without a name and columns that share one are called as pandas calls them, ``Unnamed: 0`` and ``x.1``.

    Args:
        content: The whole file.
        name: What messages call it.
        encoding: How texts are encoded; None finds it out.
        keep_bad: Whether rows with more cells than the header keep their place, as rows of missing cells; otherwise
            they are left out.

    Raises:
        DataError: The file is empty, has no rows, is no regular CSV file, or larger than `nn._limits` allows.

    Example:
        >>> table = read_table(b'age;city\r\n41,5;"Paris; France"\r\n7,0;\r\n', "people.csv")
        >>> table.frame.to_dict("list"), table.how
        ({'age': [41.5, 7.0], 'city': ['Paris; France', nan]}, 'utf-8, separated by semicolons, decimal commas')
    """
    content, encoding = plain_text(content, name, encoding)
    if _JSON.match(content[:1000]):
        lines = "" if content.lstrip()[:1] == b"[" else ", lines=True"
        raise DataError(f"{name} is JSON; write it as CSV, e.g. pandas.read_json(…{lines}).to_csv(…, index=False)")
    dialect = sniff(content)
    _check_size(content, dialect, name)
    sample = _sample(content, dialect.quote.encode())
    options = _options(dialect, blanks=b" " in sample or b"\t" in sample)
    with _one_line(name):
        options["dtype"] = _texts(sample, options) or None
        frame, bad, notes = _parsed(content, dialect, options, name, keep_bad)
    if not len(frame):
        raise DataError(f"{name} has a header ({listed(map(str, frame.columns))}) and no rows")
    return Table(name, frame, f"{encoding}, {dialect}", dialect.decimal == ",", bad, tuple(notes))


def _check_size(content: bytes, dialect: Dialect, name: str) -> None:
    if not content or content.isspace():
        raise DataError(f"{name} is empty; a CSV file needs a header with the columns' names, and rows")
    start = 0
    for end in islice(re.finditer(rb"\r\n|\n|\r", content), dialect.skip):
        start = end.end()
    found = re.compile(rb"[^\r\n]+").search(content, start)
    first = found[0] if found else b""
    blanks = dialect.separator == " "
    columns = len(first.split()) if blanks else first.count(dialect.separator.encode()) + 1
    if columns > MOST_COLUMNS:
        raise DataError(f"{name} has {columns:,} columns; at most {MOST_COLUMNS:,} are read")
    # Line ends within quotes count too, but few tables have so many.
    lines = max(content.count(end) if end in content else 0 for end in (b"\n", b"\r"))
    if lines > MOST_ROWS or lines * columns > MOST_CELLS:
        raise DataError(
            f"{name} has {columns:,} columns on {lines:,} lines; at most {MOST_ROWS:,} lines and {MOST_CELLS:,} "
            "cells are read; leave rows or columns out"
        )


@contextmanager
def _one_line(name: str) -> Iterator[None]:
    """What pandas refuses, in a line."""
    try:
        yield
    except DataError:
        raise
    except (
        ValueError,
        TypeError,
        IndexError,
        OverflowError,
        RecursionError,
    ) as error:
        said = " ".join(str(error).split())[:200]
        hint = "; is a double quote missing or out of place?" if "inside string" in said else ""
        raise DataError(f"{name} cannot be read as a table: {said}{hint}") from None


def _options(dialect: Dialect, blanks: bool) -> dict[str, Any]:
    """How pandas is to read; looking for blanks around cells costs it a fifth of its time."""
    return {
        "sep": r"\s+" if dialect.separator == " " else dialect.separator,
        "quotechar": dialect.quote,
        "escapechar": dialect.escape,
        "header": 0 if dialect.header else None,
        "skiprows": [*range(dialect.skip), dialect.skip + 1] if dialect.units else dialect.skip,
        "index_col": False if dialect.trailing else None,
        "na_values": list(MISSING),
        "keep_default_na": False,
        "skipinitialspace": blanks,
        "encoding": "utf-8",
    }


def _sample(content: bytes, quote: bytes) -> bytes:
    """The whole of a small file; else its beginning, its end and pieces between, of whole lines."""
    if len(content) <= PIECES * PIECE_BYTES:
        return content
    end = b"\n" if b"\n" in content[:PIECE_BYTES] else b"\r"
    sample = content[: content.rfind(end, 0, PIECE_BYTES) + 1]
    for number in range(1, PIECES):
        start = (len(content) - PIECE_BYTES) * number // (PIECES - 1)
        piece = content[content.find(end, start) + 1 : content.rfind(end, 0, start + PIECE_BYTES) + 1]
        if piece.count(quote) % 2 == 0:  # no cell of several lines was cut
            sample += piece
    return sample


def _texts(sample: bytes, options: dict[str, Any]) -> dict[str, type[str]]:
    """The columns that are to stay texts: numbers that begin with zeros, such as zip codes, and true and false."""
    pandas = require("pandas", "train")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            texts = pandas.read_csv(io.BytesIO(sample), **options, dtype=str, on_bad_lines="skip")
    except ValueError:  # a quote that is open where the piece ends
        return {}
    kept = {}
    for place, column in enumerate(texts.columns):
        cells = texts.iloc[:, place].dropna().unique().tolist()
        if begins_with_zeros(cells) or all(cell.strip().lower() in WORDS for cell in cells):
            kept[column] = str
    return kept


def _parsed(
    content: bytes, dialect: Dialect, options: dict[str, Any], name: str, keep_bad: bool
) -> tuple[pd.DataFrame, tuple[int, ...], list[str]]:
    pandas = require("pandas", "train")
    options["on_bad_lines"] = "warn"
    if dialect.decimal == ",":
        options["decimal"] = ","
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        frame = pandas.read_csv(io.BytesIO(content), **options)
    skipped = [int(line) for each in caught for line in re.findall(r"Skipping line (\d+)", str(each.message))]
    bad: tuple[int, ...] = ()
    if skipped and keep_bad:
        frame, bad = _with_bad(content, options, frame)
    elif len(skipped) > MOST_BAD * (len(frame) + len(skipped)):
        raise DataError(
            f"{name} is not a table: {len(skipped):,} of its lines have more cells than its header "
            f"(the first is line {skipped[0] + dialect.skip}); a cell that holds the separator needs double quotes"
        )
    if not isinstance(frame.index, pandas.RangeIndex):
        if not dialect.named_rows or frame.index.nlevels > 1:
            raise DataError(
                f"{name}: its first row has more cells than its header names columns; name them all in the header, or "
                "take away the separators at the ends of rows"
            )
        frame = frame.reset_index(names="Unnamed: 0")
    frame.columns = _names(frame.columns, dialect.header)
    notes = []
    if skipped and not keep_bad:
        lines = listed((str(line + dialect.skip) for line in skipped), most=4)
        notes.append(f"lines with more cells than the header are left out: {lines}")
    if any("Length of header" in str(each.message) for each in caught):
        notes.append("rows have cells beyond the header's columns, which are left out; is one of their names missing?")
    if not keep_bad and (again := _headers(frame)).any():
        frame = frame[~again].reset_index(drop=True)
        notes.append(f"lines that hold the columns' names again are left out: {again.sum():,}")
    return frame, bad, notes


def _headers(frame: pd.DataFrame) -> NDArray[np.bool_]:
    """The rows that hold the columns' names, as files have them that were put together from several."""
    found = np.ones(len(frame), dtype=bool)
    if any(dtype.kind in "biufM" for dtype in frame.dtypes):  # no text is there
        return ~found
    for name in frame.columns:
        if found.any():
            found &= frame[name].isin([name, re.sub(r"\.\d+$", "", name)]).to_numpy(dtype=bool)
    return found


def _with_bad(content: bytes, options: dict[str, Any], frame: pd.DataFrame) -> tuple[pd.DataFrame, tuple[int, ...]]:
    """The table with a row of nothing for each line that has too many cells; a slower reader finds their places."""
    pandas = require("pandas", "train")
    mark = "\ue000"

    def marked(_: list[str]) -> list[str]:
        return [mark] * len(frame.columns)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        options |= {"engine": "python", "on_bad_lines": marked, "dtype": str}
        column = pandas.read_csv(io.BytesIO(content), **options).iloc[:, 0]
    bad = (column == mark).to_numpy(dtype=bool)
    if (~bad).sum() != len(frame):
        raise DataError("lines with more cells than the header cannot be told from others; correct them")
    return frame.set_axis(np.flatnonzero(~bad)).reindex(range(len(bad))), tuple(np.flatnonzero(bad).tolist())


def _names(columns: Sequence[Any], header: bool) -> list[str]:
    """The names without blanks around them, each one once."""
    names: list[str] = []
    taken: set[str] = set()
    for place, column in enumerate(columns):
        plain = name = str(column).strip() if header else f"column_{place + 1}"
        number = 1
        while name in taken:
            name, number = f"{plain}.{number}", number + 1
        taken.add(name)
        names.append(name)
    return names


def require_columns(table: Table, wanted: dict[str, Collection[str]]) -> list[str]:
    """What is wrong with columns that were named: those that the table does not have.

    Args:
        table: The table.
        wanted: The columns by the option that names them.
    """
    there = list(table.frame.columns)
    known = set(there)
    return [
        f"{table.name} has no column {quoted(column)} ({option}){nearest(column, there)}"
        for option, columns in wanted.items()
        for column in columns
        if column not in known
    ]
