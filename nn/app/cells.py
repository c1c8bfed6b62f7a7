"""Cells as people write them: texts that are numbers, dates or names, column by column.

Numbers that are written plainly are found all at once; any other text is looked at once, however many rows have it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from autograd import require
from nn.app.quantities import ratios, without_unit

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "DATE_FORMATS",
    "MISSING",
    "as_number",
    "begins_with_zeros",
    "date_format",
    "has_decimal_commas",
    "infinite",
    "is_missing",
    "seem_dates",
    "to_dates",
    "to_numbers",
    "to_texts",
]

# What stands for a missing cell, in any spelling of capitals. Not "None", which may well be a category.
MISSING = (
    *("", "NA", "N/A", "NaN", "nan", "null", "NULL", "n/a", "#N/A", "#NA", "<NA>", "?", "-", "--", ".", "NaT"),
    *("-nan", "-NaN", "\\N", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#NULL!"),  # C's, MySQL's, Excel's
)
_MISSING = {*(text.lower() for text in MISSING), "none", "missing", "unknown", "..", ":", "n.d.", "k.a."}
_MONEY = r"(?:[$€£¥₹₽₩₺₫₪₴₱]|USD|EUR|GBP|CHF|kr\.?|zł)"
# What groups digits beside the comma or point: apostrophes, straight and curved, and blanks of every width.
_APART = "'’ \u00a0\u2007\u2009\u202f"
_SHAPE = re.compile(
    rf"(?:{_MONEY}\s*)?(\(?)\s*([-+−]?)\s*{_MONEY}?\s*([-+−]?)\s*(\d[\d.,{_APART}]*|[.,]\d+)([eE][-+]?\d+)?"
    rf"\s*(?:%|{_MONEY})?\s*(\)?)",
    re.ASCII,
)
_GROUPS = {
    comma: re.compile(rf"([1-9]\d{{0,2}}([{group}{_APART}]\d{{2,3}})*[{group}{_APART}]\d{{3}}|\d*)({point}\d*)?")
    for comma, group, point in ((False, ",", r"\."), (True, r"\.", ","))
}
LONGEST_NUMBER = 400
_ZEROS = re.compile(r"^[^\S\n]*0[0-9]+[^\S\n]*$", re.MULTILINE)
# What stands between the digits of plain numbers, each after a line end: -1,234.5%. How many digits there are between
# one mark and the next, at least and at most; what is not said here may not be.
_END, _SIGN, _GROUP, _POINT, _PERCENT = range(1, 6)
_DIGITS = {
    (_END, _END): (0, 300), (_END, _SIGN): (0, 0), (_END, _GROUP): (1, 3), (_END, _POINT): (1, 300),
    (_END, _PERCENT): (1, 300), (_SIGN, _END): (1, 300), (_SIGN, _GROUP): (1, 3), (_SIGN, _POINT): (1, 300),
    (_SIGN, _PERCENT): (1, 300), (_GROUP, _END): (3, 3), (_GROUP, _GROUP): (3, 3), (_GROUP, _POINT): (3, 3),
    (_GROUP, _PERCENT): (3, 3), (_POINT, _END): (0, 300), (_POINT, _PERCENT): (0, 300), (_PERCENT, _END): (0, 0),
}  # fmt: skip
MANY_CELLS = 64

# As `pandas.to_datetime` takes them. Where days and months could be exchanged, the first that fits all is taken.
DAYS = (
    *("%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%Y-%m-%d", "%Y/%m/%d", "%m/%d/%y", "%d/%m/%y", "%d.%m.%y"),
    *("%d-%m-%Y", "%m-%d-%Y", "%d-%m-%y", "%m-%d-%y", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %b %y", "%d %B %Y"),
    *("%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y", "%d%b%Y"),
)
TIMES = "", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p"
DATE_FORMATS = (
    "ISO8601",
    *(f"{day}{time}" for time in TIMES for day in DAYS),
    *("%b %Y", "%B %Y", "%b-%Y", "%b-%y", "%m/%Y", "%H:%M:%S", "%H:%M", "%I:%M %p", "%I:%M:%S %p", "%I %p"),
)
_LIKE_A_DATE = re.compile(r"\d.*[-/. ].*\d|[A-Za-z]{3}.*\d|^\s*\d{1,2}((:\d\d){1,2}|(:\d\d){0,2} [AP]M)\s*$", re.DOTALL)
LONGEST_DATE = 40
_YEAR_AND_DAY = re.compile(r"^(?=.*\b(?:19|20)\d\d\b).*\b(?:[012]?\d|3[01])\b")
# A zone's name after a time, which is the clock's there: names say too little (CST) to be reckoned with. And the halves
# of the day, as 2:30pm and 2:30 p.m. have them.
_ZONE = re.compile(r"(:\d\d(?:\.\d+)?(?: ?[AaPp][Mm])?) ?(?:(?:GMT|UTC)[-+]\d\d?(?::?\d\d)?|[A-Z]{3,4}|Uhr)$")
_HALF = re.compile(r"(\d) ?([AaPp])(?:[Mm]|\.[Mm]\.)$")
# A weekday before a date, and a comma before its time, as browsers write it.
_WEEKDAY = re.compile(r"^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\.?,? (?=.*\d)", re.IGNORECASE)
_COMMA = re.compile(r", (?=\d{1,2}:\d\d)")
_ISO = r"\d{4}-\d\d-\d\d"
# 1.2.10 is a version, 01.02.10 a date.
_SHORT_YEAR, _BOTH_DIGITS = "%d.%m.%y", re.compile(r"\d\d\.\d\d\.\d\d\b")
# Whole numbers such as 20240229 are dates where all are, of these centuries.
_WHOLE_DATE = re.compile(r"(19|20)\d{6}")
FEWEST_WHOLE_DATES = 5
# So many different texts tell whether a column holds dates, and this share of them must fit.
DATES_TRIED = 200
ENOUGH = 0.95


def _pandas() -> Any:
    return require("pandas", "train")


def is_missing(text: str) -> bool:
    """Whether a text stands for a cell that is missing, beside numbers.

    Example:
        >>> is_missing("n/a"), is_missing("Unknown"), is_missing("m/s")
        (True, True, False)
    """
    return text.strip().lower() in _MISSING


def as_number(text: str, comma: bool) -> float:
    """A text as a number; NaN where it is none."""
    text = text.strip()
    if len(text) > LONGEST_NUMBER or (found := _SHAPE.fullmatch(text)) is None:
        return np.nan
    opened, sign, inner, body, exponent, closed = found.groups()
    if (sign and inner) or not _GROUPS[comma].fullmatch(body := body.strip()):
        return np.nan
    digits, groups = re.subn(f"[{'.' if comma else ','}{_APART}]", "", body)
    digits = digits.replace(",", ".")
    if not any(map(str.isdigit, digits)) or (groups and exponent):
        return np.nan
    size = float(f"{digits}{exponent or ''}")
    return -size if (sign + inner) in ("-", "−") or (opened and closed) else size


def _plain_numbers(texts: list[str], comma: bool) -> NDArray[np.float64]:
    """Texts as numbers where they are plain ones, else NaN."""
    group, point = (".", ",") if comma else (",", ".")
    lines = "\n".join(["", *texts, ""])
    if lines.count("\n") == len(texts) + 1:  # no cell has lines of its own
        if others := _not_plain(lines.encode(errors="replace"), group, point):
            for row in others:
                texts[row] = ""
            lines = "\n".join(["", *texts, ""])
        if len(lines) > len(texts) + 1:
            read = _pandas().read_csv(
                io.StringIO(lines[1:].replace("%", "")), sep="\t", thousands=group, decimal=point,
                header=None, names=[0], skip_blank_lines=False, dtype=np.float64,
            )  # fmt: skip
            numbers: NDArray[np.float64] = read[0].to_numpy(copy=True)
            return numbers
    return np.full(len(texts), np.nan)


def _not_plain(lines: bytes, group: str, point: str) -> list[int]:
    """The lines, each after its line end, that hold something else than digits in their groups."""
    kinds = np.zeros(256, dtype=np.uint8)
    kinds[[ord("\n"), ord("-"), ord("+"), ord(group), ord(point), ord("%")]] = 1, 2, 2, 3, 4, 5
    least, most = np.zeros((6, 6), dtype=np.int64), np.full((6, 6), -1)
    for pair, (fewest, largest) in _DIGITS.items():
        least[pair], most[pair] = fewest, largest
    codes = np.frombuffer(lines, dtype=np.uint8)
    (marks,) = np.nonzero(codes - np.uint8(ord("0")) > 9)  # whole numbers without a sign: what is below 0 is large
    kind = kinds[codes[marks]]
    digits, pairs = np.diff(marks) - 1, (kind[:-1], kind[1:])
    wrong = (digits < least[pairs]) | (digits > most[pairs])
    wrong |= (codes[marks[:-1] + 1] == ord("0")) & (pairs[0] < _GROUP) & (pairs[1] == _GROUP)  # 0,123 is no 123
    found: list[int] = np.unique((np.cumsum(pairs[0] == _END) - 1)[wrong]).tolist() if wrong.any() else []
    return found


def _by_text(series: pd.Series[Any], value: Callable[[Any], Any], dtype: Any, missing: Any) -> NDArray[Any]:
    codes, different = _pandas().factorize(series, use_na_sentinel=True)
    values = np.empty(len(different) + 1, dtype=dtype)
    values[-1] = missing  # of the code -1
    for place, each in enumerate(different):
        values[place] = value(each)
    found: NDArray[Any] = values[codes]
    return found


def begins_with_zeros(cells: Iterable[Any]) -> bool:
    """Whether any of these is a text of digits with a zero in front, as zip codes have it.

    Example:
        >>> begins_with_zeros(["10115", "04103"]), begins_with_zeros(["0", "0.5", None])
        (True, False)
    """
    return _ZEROS.search("\n".join([cell for cell in cells if isinstance(cell, str)])) is not None


def has_decimal_commas(texts: Collection[str], otherwise: bool = False) -> bool:
    """Whether more of these texts are numbers where a comma, rather than a point, begins the decimals.

    Args:
        texts: The different cells of a column.
        otherwise: What holds where as many are numbers one way as the other, as 1.234 and 1,234 are.

    Example:
        >>> has_decimal_commas(["3,14", "1.234,5"]), has_decimal_commas(["1,234.5", "3.14"])
        (True, False)
    """
    if not otherwise and not any("," in text or text.count(".") > 1 for text in texts):
        return False
    points, commas = (sum(not np.isnan(as_number(text, comma)) for text in texts) for comma in (False, True))
    return commas > points or (commas == points and otherwise)


def to_numbers(
    series: pd.Series[Any], comma: bool = False, unit: str = ""
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """A column as numbers, NaN where a cell is missing or none, and which cells are there and yet no finite number.

    Args:
        series: The column.
        comma: Whether a comma begins the decimals, in texts.
        unit: The unit of the numbers of texts; what stands in one that it compares with becomes one of it.

    Example:
        >>> import pandas as pd
        >>> numbers, bad = to_numbers(pd.Series(["1,234.5", "$5", "12%", "(3)", None, "twelve"]))
        >>> numbers.tolist(), int(bad.sum())
        ([1234.5, 5.0, 12.0, -3.0, nan, nan], 1)
    """
    types, ratio, series = _pandas().api.types, ratios(series, unit), without_unit(series, unit)
    if types.is_numeric_dtype(series.dtype) and not types.is_complex_dtype(series.dtype):
        numbers = series.to_numpy(dtype=np.float64, na_value=np.nan)
    else:

        def value(cell: Any) -> float:
            """Infinity for what is there and no number."""
            if isinstance(cell, str):
                number = as_number(cell, comma)
                missing = np.isnan(number) and is_missing(cell)
            else:
                number, missing = _float(cell) if isinstance(cell, int | float | np.number) else np.nan, False
            return np.inf if np.isnan(number) and not missing else number

        if len(series) < MANY_CELLS or types.infer_dtype(series) != "string":
            numbers = _by_text(series, value, np.float64, np.nan)
        else:
            texts = series.to_numpy(dtype=object, na_value="")
            numbers = _plain_numbers(texts.tolist(), comma)
            others = np.isnan(numbers) & (texts != "")
            if others.any():
                numbers[others] = _by_text(series[others], value, np.float64, np.nan)
    numbers = numbers * ratio if unit else numbers
    bad = np.isinf(numbers)
    return (np.where(bad, np.nan, numbers) if bad.any() else numbers), bad


def infinite(cell: Any) -> str:
    """What is to be added where a cell is quoted: 1e400 is infinite once it is read, by pandas or here."""
    try:
        return " (infinite, or too large)" if np.isinf(float(cell)) else ""
    except (TypeError, ValueError, OverflowError):
        return ""


def _float(number: Any) -> float:
    """The number, or infinity for a whole one beyond every float."""
    try:
        return float(number)
    except OverflowError:
        return np.inf


def to_texts(series: pd.Series[Any]) -> NDArray[Any]:
    """A column as texts without the blanks around them, "" where a cell is missing; whole numbers have no point.

    Example:
        >>> import pandas as pd
        >>> to_texts(pd.Series([" red", None, 2.0, 2.5])).tolist()
        ['red', '', '2', '2.5']
    """

    def value(cell: Any) -> str:
        if isinstance(cell, str):
            return cell.strip()
        return f"{cell:.15g}" if isinstance(cell, float | np.floating) else str(cell)

    return _by_text(series, value, object, "")


def date_format(series: pd.Series[Any]) -> str | None:
    """How the dates in a column are written, one of `DATE_FORMATS`; None where it holds something else.

    Example:
        >>> import pandas as pd
        >>> date_format(pd.Series(["3/14/2015", "12/31/2015"])), date_format(pd.Series(["14.3.2015"]))
        ('%m/%d/%Y', '%d.%m.%Y')
        >>> date_format(pd.Series([20240229, 20240301, 20240310, 20240331, 20240401]))
        'ISO8601'
        >>> date_format(pd.Series(["red", "blue"]))
    """
    if _pandas().api.types.is_datetime64_any_dtype(series.dtype):
        return "ISO8601"
    different = series.dropna().unique()[:DATES_TRIED]
    whole = series.dtype.kind in "iuf"
    if whole and (len(different) < FEWEST_WHOLE_DATES or _text_of_date(different[0]) is None):
        return None
    texts = _pandas().Series([text for cell in different if (text := _text_of_date(cell)) is not None], dtype=object)
    if whole:
        are = len(different) == len(texts)
        return "ISO8601" if are and _parsed(texts, "ISO8601").notna().all() else None
    if not len(texts) or not all(len(text) < LONGEST_DATE and _LIKE_A_DATE.search(text) for text in texts[:20]):
        return None
    shapes = {_shape_of(text) for text in texts}
    for form in DATE_FORMATS:
        if form != "ISO8601" and _FORMS[form] not in shapes:
            continue
        if form.startswith(_SHORT_YEAR) and not all(map(_BOTH_DIGITS.match, texts)):
            continue
        if _parsed(texts, form).notna().mean() >= ENOUGH:
            return form
    return None


def _shape_of(date: str) -> str:
    """What tells quickly that a text is not written in a form: 9 for digits, a for letters, and what is between."""
    return re.sub(r"[^\W\d_]+", "a", re.sub(r"\d+", "9", " ".join(date.split())))


_FORMS = {form: _shape_of(re.sub("%[bBp]", "x", re.sub("%[dmyYHIMS]", "1", form))) for form in DATE_FORMATS}


def seem_dates(series: pd.Series[Any]) -> bool:
    """Whether nearly all cells are short texts with a year and a day in them.

    Example:
        >>> import pandas as pd
        >>> seem_dates(pd.Series(["14. März 2015", "31/12/2015"])), seem_dates(pd.Series(["model 2015"]))
        (True, False)
    """
    texts = [str(cell) for cell in series.dropna().unique()]
    return sum(len(text) < LONGEST_DATE and bool(_YEAR_AND_DAY.search(text)) for text in texts) > ENOUGH * len(texts)


def to_dates(series: pd.Series[Any], form: str) -> NDArray[np.datetime64]:
    """A column as dates without a time zone; NaT where a cell is missing or no date.

    What does not fit the form may be written as ISO 8601 has it, year first, which is like no other.

    Example:
        >>> import pandas as pd
        >>> to_dates(pd.Series(["3/14/2015", "2015-03-15", "15/3/2015"]), "%m/%d/%Y").astype(str).tolist()
        ['2015-03-14T00:00:00', '2015-03-15T00:00:00', 'NaT']
    """
    if _pandas().api.types.is_datetime64_any_dtype(series.dtype):
        return _without_zone(_pandas().to_datetime(series, utc=True))
    codes, different = _pandas().factorize(series, use_na_sentinel=True)
    texts = [
        text if text and len(text) < LONGEST_DATE else None for text in (_text_of_date(x, form) for x in different)
    ]
    written = _pandas().Series([*texts, None], dtype=object)  # the last is that of code -1
    dates = _parsed(written, form)
    if form != "ISO8601" and (others := dates.isna() & written.str.match(_ISO).eq(True)).any():
        dates = dates.fillna(_parsed(written.where(others), "ISO8601"))
    found: NDArray[np.datetime64] = _without_zone(dates)[codes]
    return found


def _text_of_date(cell: Any, form: str = "ISO8601") -> str | None:
    """What may be read as a date written so."""
    if isinstance(cell, str):
        text = _COMMA.sub(" ", _WEEKDAY.sub("", cell)) if "," in cell or cell[:1].isalpha() else cell
        if text[-1:].isdecimal() and "GMT" not in text and "UTC" not in text:
            return text
        return _HALF.sub(lambda found: f"{found[1]} {found[2].upper()}M", _ZONE.sub(r"\1", text))
    if hasattr(cell, "strftime"):  # an object of a date or a time, as a DataFrame may hold them
        cell = cell.to_timestamp() if hasattr(cell, "to_timestamp") else cell  # a month or so: when it begins
        found: str = cell.isoformat() if form == "ISO8601" else cell.strftime(form)
        return found
    whole = str(int(cell)) if isinstance(cell, int | float | np.number) and float(cell).is_integer() else ""
    return whole if _WHOLE_DATE.fullmatch(whole) else None


def _without_zone(dates: pd.Series[Any]) -> NDArray[np.datetime64]:
    found: NDArray[np.datetime64] = dates.dt.tz_localize(None).to_numpy().astype("datetime64[s]")
    return found


def _parsed(texts: pd.Series[Any], form: str) -> Any:
    return _pandas().to_datetime(texts, format=form, errors="coerce", utc=True)
