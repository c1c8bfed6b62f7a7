"""How a table is written, which its bytes alone tell: encoding, separator, decimal mark, header, lines before it."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import math
import re
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from nn._limits import MOST_DATA_BYTES
from nn.app.cells import as_number, is_missing
from nn.app.datasets import DataError
from nn.app.idx import GZIP_MAGIC, is_html

__all__ = ["Dialect", "plain_text", "sniff"]

# So much of the file is looked at, cut at the end of a line.
SNIFFED_BYTES, SNIFFED_LINES = 2**18, 100
MANY_ZEROS = 0.02  # as a share of all bytes
# Two headers are told from rows where so many lines are there; and before a header, so many titles may stand.
FEWEST_LINES, MOST_TITLES = 4, 20
SEPARATORS = {"\t": "tabs", ";": "semicolons", "|": "bars", ",": "commas", " ": "blanks"}
BOMS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
# How files begin that may hold tables, and are no text.
OTHERS = {
    b"PK\3\4": "an Excel workbook (save the sheet as CSV) or another zip archive (unpack it)",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (save the sheet as CSV)",
    b"PAR1\x15": "a Parquet file (write it as CSV, e.g. pandas.read_parquet(…).to_csv(…, index=False))",
    b"ARROW1\0\0": "a Feather file (write it as CSV, e.g. pandas.read_feather(…).to_csv(…, index=False))",
    b"\x89HDF": "an HDF5 file (write its table as CSV)",
    b"SQLite format 3\0": "an SQLite database (write the table as CSV)",
    b"%PDF-": "a PDF (find the table as CSV)",
    b"BZh91AY&SY": "packed by bzip2 (unpack it)",
    b"\xfd7zXZ": "packed by xz (unpack it)",
    b"(\xb5/\xfd": "packed by Zstandard (unpack it)",
    b"7z\xbc\xaf": "a 7z archive (unpack it)",
}
_NUMBER = re.compile(r"[-+−]?[$€£]?[\d.,]*\d[\d.,]*([eE][-+]?\d+)?%?", re.ASCII)
_YEAR = re.compile(r"[12]\d{3}")


@dataclass(frozen=True)
class Dialect:
    """How the lines of a table are to be read.

    Attributes:
        separator: What stands between cells; a blank means any number of blanks.
        quote: What cells stand between that hold separators.
        escape: What stands before a quote within such a cell, where that is not a second quote.
        decimal: The mark before decimals, ``"."`` or ``","``.
        header: Whether the first line names the columns.
        skip: Lines before that one: comments, titles, ``sep=;``, headings over several columns.
        units: Whether the line after it holds units or the like, and no cells.
        trailing: Whether rows, some at least, end in a separator, unlike the header.
        named_rows: Whether the rows have one cell more than the header, in front.
    """

    separator: str = ","
    quote: str = '"'
    decimal: str = "."
    header: bool = True
    skip: int = 0
    units: bool = False
    trailing: bool = False
    named_rows: bool = False
    escape: str | None = None

    def __str__(self) -> str:
        parts = [f"separated by {SEPARATORS[self.separator]}"]
        parts += ["decimal commas"] if self.decimal == "," else []
        parts += (
            [f"{self.skip} {'line' if self.skip == 1 else 'lines'} before the header left out"] if self.skip else []
        )
        parts += ["the line of units after the header left out"] if self.units else []
        parts += [] if self.header else ["no header seen"]
        return ", ".join(parts)


def plain_text(content: bytes, name: str, encoding: str | None = None) -> tuple[bytes, str]:
    """The bytes of a text file in UTF-8 without a mark at their front, unpacked, and the encoding that they had.

    Args:
        content: The whole file, plain or gzip.
        name: What messages call it.
        encoding: Its encoding; None finds it out.

    Raises:
        DataError: It is no text, or not in that encoding, or larger than `nn._limits` allows once it is unpacked.

    Example:
        >>> plain_text("é".encode("cp1252"), "data.csv")[1], plain_text("a".encode("utf-16"), "data.csv")
        ('cp1252', (b'a', 'utf-16'))
    """
    if content.startswith(GZIP_MAGIC):
        content = _unpacked(content, name)
    if is_html(content):
        raise DataError(f"{name} is an HTML page, not a CSV file, perhaps of a download that failed; fetch it again")
    if kind := next((kind for start, kind in OTHERS.items() if content.startswith(start)), None):
        raise DataError(f"{name} is {kind}")
    for mark, marked in BOMS.items():
        if content.startswith(mark):
            encoding = encoding or marked
            content = content.removeprefix(mark) if marked == "utf-8" else content
    if encoding is None and b"\0" in content[:SNIFFED_BYTES]:
        even, odd = (content[start:SNIFFED_BYTES:2].count(0) for start in (0, 1))
        # A few, in what is UTF-8 without them, are a fault.
        many = even + odd > MANY_ZEROS * len(content[:SNIFFED_BYTES]) or not _is_utf8(content.replace(b"\0", b""))
        encoding = "utf-16-le" if odd > 9 * even else "utf-16-be" if even > 9 * odd else None
        if many and (encoding is None or content.startswith(b"\0\0")):
            raise DataError(f"{name} is not a text file; for IDX data pass the folder of its files")
        encoding = encoding if many else None
    is_utf8 = _is_utf8(content) if encoding is None else False
    encoding = encoding or ("utf-8" if is_utf8 else "cp1252")
    try:
        if codecs.lookup(encoding).name != "utf-8":
            content = content.decode(encoding).encode()
        elif not is_utf8:
            _is_utf8(content, strict=True)
    except LookupError:
        raise DataError(
            f"no encoding is called {encoding!r}; try --encoding utf-8, utf-16, cp1252 or latin-1"
        ) from None
    except (UnicodeError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise DataError(f"{name} is not text in {encoding} ({reason}); name its encoding with --encoding") from None
    if b"\0" in content:
        line = content.count(b"\n", 0, content.index(b"\0")) + 1
        raise DataError(
            f"{name} is not a text file: it holds a byte of zero in line {line:,}; take out what is damaged"
        )
    return content, encoding


def _is_utf8(content: bytes, strict: bool = False) -> bool:
    """Whether these bytes are UTF-8, found out piece by piece, without a second copy of a large file."""
    if content.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(content) + 1, 2**20):
            decoder.decode(content[start : start + 2**20], final=start + 2**20 > len(content))
    except UnicodeDecodeError:
        if strict:
            raise
        return False
    return True


def _unpacked(content: bytes, name: str) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            unpacked = file.read(MOST_DATA_BYTES + 1)
    except (EOFError, OSError, zlib.error) as error:
        raise DataError(f"{name} is a damaged or truncated gzip file ({error}); fetch it again") from None
    if len(unpacked) > MOST_DATA_BYTES:
        raise DataError(f"{name} unpacks to more than {MOST_DATA_BYTES:,} bytes, the most that is read")
    return unpacked


def sniff(content: bytes) -> Dialect:
    r"""How the table in these bytes, UTF-8, is written.

    The separator is the one that divides the header and the rows into equally many cells, so that a comma within
    cells counts for nothing.

    Example:
        >>> dialect = sniff(b"# made by hand\nx;y\n3,14;a\n2,5;b, c\n")
        >>> dialect.separator, dialect.decimal, dialect.header, dialect.skip
        (';', ',', True, 1)
        >>> str(sniff(b"1,2\n3,4\n"))
        'separated by commas, no header seen'
    """
    piece = content[:SNIFFED_BYTES]
    if len(piece) < len(content):
        piece = piece[: max(piece.rfind(b"\n"), piece.rfind(b"\r")) + 1] or piece
    lines = re.split("\r\n|\n|\r", piece.decode("utf-8", "replace"))
    skip, separator = 0, None
    for line in lines:
        if (named := re.fullmatch(r'"?sep=(.)"?', line.strip() or " ")) and named[1] in SEPARATORS:
            separator = named[1]
        elif line.strip() and not line.lstrip().startswith("#"):
            break
        skip += 1
    places = [place for place in range(skip, len(lines)) if lines[place].strip()][:SNIFFED_LINES]
    body = [lines[place] for place in places]
    quote = "'" if body and re.fullmatch(r"('[^']*'[\t;|, ]*)+", body[0].strip()) else '"'
    separators = [separator] if separator else [*SEPARATORS]
    escape = _escape(body, separators, quote)
    tables = {each: rows for each in separators if (rows := _rows(body, each, quote, escape))}
    titles = {each: _titles(rows) if len(rows) == len(body) else 0 for each, rows in tables.items()}
    even = [each for each, rows in tables.items() if _is_even(rows[titles[each] :])]
    best = next(iter(even), separator or next((each for each, rows in tables.items() if _is_short(rows)), ","))
    both = best == ";" and "," in even and len(tables[","][0]) > 1
    if both and _numbers(tables[","]) >= _numbers(tables[";"]):
        best = ","  # a semicolon in a cell of every row
    if best == "\t" and " " in even and _numbers(tables["\t"]) == 0 and _numbers(tables[" "]) > 0.5:
        best = " "  # a tab among the blanks of every row
    if before := titles.get(best, 0):
        tables[best], body, skip = tables[best][before:], body[before:], places[before]
    dialect = _with_header(tables.get(best, []), best, quote, body, lines, skip)
    return replace(dialect, escape=escape)


def _with_header(
    rows: Sequence[Sequence[str]], best: str, quote: str, body: Sequence[str], lines: Sequence[str], skip: int
) -> Dialect:
    """What the rows are, of which the first begins on that line; a second one before the cells is left out."""
    if len(rows) == len(body) and lines[skip + 1 : skip + 2] == body[1:2] and _is_second_header(rows):
        if "" in rows[0][1:] and "" not in rows[1]:  # headings, each over several names
            return _described(best, quote, rows[1:], skip + 1)
        return replace(_described(best, quote, [rows[0], *rows[2:]], skip), units=True)
    return _described(best, quote, rows, skip)


def _escape(lines: Sequence[str], separators: Sequence[str], quote: str) -> str | None:
    """A backslash, where more lines are alike if it makes the quote after it a part of its cell."""
    if not any(f"\\{quote}" in line for line in lines):
        return None

    def alike(escape: str | None) -> int:
        """As many lines as have as many cells as the first, with the separator that makes them most."""
        tables = [rows for each in separators if (rows := _rows(lines, each, quote, escape)) and len(rows[0]) > 1]
        return max((sum(len(row) == len(rows[0]) for row in rows) for rows in tables), default=0)

    return "\\" if alike("\\") > alike(None) else None


def _titles(rows: Sequence[Sequence[str]]) -> int:
    """How many rows stand before the header, with a cell or two where all others have more: 0 unless that is sure."""
    width = Counter(map(len, rows)).most_common(1)[0][0]
    for place, row in enumerate(rows[: MOST_TITLES + 1]):
        filled, body = sum(map(bool, row)), rows[place + 1 :]
        if width > 1 and (filled <= 1 or 2 * filled < width):
            continue
        whole = place and len(row) == width and filled >= width - 1 and body and not _is_row(row, body)
        return place if whole and _is_above_numbers(row, body) else 0
    return 0


def _is_above_numbers(header: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether a column of numbers has a name, be it a year."""
    for place, cell in enumerate(header):
        column = [row[place] for row in body if len(row) == len(header) and row[place]]
        numbers = sum(bool(_NUMBER.fullmatch(each)) for each in column)
        is_name = cell and not is_missing(cell) and (_YEAR.fullmatch(cell) or not _NUMBER.fullmatch(cell))
        if is_name and 2 * numbers > len(column):
            return True
    return False


def _rows(lines: Sequence[str], separator: str, quote: str, escape: str | None = None) -> list[list[str]]:
    """The cells of these lines; none where quotes do not match."""
    try:
        if separator == " ":
            options: dict[str, Any] = {"delimiter": " ", "quotechar": quote, "escapechar": escape}
            return [next(csv.reader([re.sub(r"\s+", " ", line.strip())], **options)) for line in lines]
        options = {"delimiter": separator, "quotechar": quote, "escapechar": escape, "skipinitialspace": True}
        return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO("\n".join(lines)), **options)]
    except csv.Error:
        return []


def _is_even(rows: Sequence[Sequence[str]]) -> bool:
    body = rows[1:] or rows
    ended = len(rows[0]) + 1  # cells of a row that ends in a separator, unlike the header
    width, count = Counter(len(row) - (len(row) == ended and not row[-1]) for row in body).most_common(1)[0]
    if width > 1 and len(rows[0]) == width:
        return count >= min(0.9 * len(body), max(len(body) - 1, 2))  # one bad row of a few says nothing
    return width > 1 and count >= 0.9 * len(body) and len(rows[0]) == width - 1


def _is_short(rows: Sequence[Sequence[str]]) -> bool:
    """Whether rows have at most the header's cells, and two at least: those at their ends are left out."""
    return len(rows[0]) > 2 and all(1 < len(row) <= len(rows[0]) for row in rows)


def _numbers(rows: Sequence[Sequence[str]]) -> float:
    """The share of cells that are numbers."""
    cells = [cell for row in rows for cell in row]
    return sum(bool(_NUMBER.fullmatch(cell)) for cell in cells) / len(cells)


def _described(separator: str, quote: str, rows: Sequence[Sequence[str]], skip: int) -> Dialect:
    if not rows:
        return Dialect(separator, quote, skip=skip)
    header, body = rows[0], rows[1:]
    cells = [cell for row in rows for cell in row]
    commas = separator != "," and sum("," in cell and _has_decimal_comma(cell, separator) for cell in cells)
    points = sum(re.fullmatch(r"[-+]?\d+\.\d+", cell) is not None for cell in cells)
    width = Counter(map(len, body)).most_common(1)[0][0] if body else len(header)
    longer = [row for row in body if len(row) == len(header) + 1]
    trailing = bool(longer) and all(row[-1] == "" for row in longer)
    return Dialect(
        separator,
        quote,
        decimal="," if commas > points else ".",
        header=not (body and len(header) == width and _is_row(header, body)),
        skip=skip,
        trailing=trailing,
        named_rows=len(header) == width - 1 and not trailing,
    )


def _has_decimal_comma(cell: str, separator: str) -> bool:
    """Whether a cell is a number only if its comma begins the decimals; 1,234 is one so where semicolons separate."""
    if math.isnan(as_number(cell, comma=True)):
        return False
    return math.isnan(as_number(cell, comma=False)) or (separator == ";" and cell.lstrip("+-").count(",") == 1)


def _is_second_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the second line holds units, or the columns' names: a text over each column of numbers, and no cells."""
    if len(rows) < FEWEST_LINES or len(rows[0]) != len(rows[1]):
        return False
    texts = 0
    for place, cell in enumerate(rows[1]):
        column = [row[place] for row in rows[2:] if len(row) == len(rows[1]) and row[place]]
        if sum(bool(_NUMBER.fullmatch(each)) for each in column) > 0.9 * len(column):
            if cell and (is_missing(cell) or not all(math.isnan(as_number(cell, comma)) for comma in (False, True))):
                return False
            texts += bool(cell)
        elif cell and cell in column:  # as cells of a category are
            return False
    return texts > 1


def _is_row(header: Sequence[str], body: Sequence[Sequence[str]]) -> bool:
    """Whether the first line looks like all others: a number at least, and only where the column has them."""
    numbers = [bool(_NUMBER.fullmatch(cell)) for cell in header]
    whole = [int(cell) for cell in header if cell.isdecimal() and len(cell) < 10]
    steps = {second - first for first, second in pairwise(whole)}
    if not any(numbers) or (len(whole) > 2 and len(steps) == 1 and steps != {0}):  # years and the like, as names
        return False
    for place, (cell, is_number) in enumerate(zip(header, numbers, strict=True)):
        column = [row[place] for row in body if len(row) == len(header) and row[place]]
        share = sum(bool(_NUMBER.fullmatch(each)) for each in column) / max(len(column), 1)
        if cell and not is_missing(cell) and is_number != (share > 0.5):
            return False
    return True
