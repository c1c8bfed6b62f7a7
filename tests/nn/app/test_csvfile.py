"""CSV files: what spreadsheets and databases write, how it is told apart, and what is no table."""

import contextlib
import gzip
import tracemalloc
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("pandas", reason="tables need pandas, which is not installed")


from nn.app import dialect
from nn.app.csvfile import read_table
from nn.app.datasets import DataError


def cells(content, **options):
    """The table's columns, with None for a missing cell."""
    frame = read_table(content if isinstance(content, bytes) else content.encode(), "data.csv", **options).frame
    return {name: [None if cell != cell else cell for cell in frame[name]] for name in frame.columns}


PEOPLE = {"age": [41, 7], "city": ["Paris, France", 'the "Hague"']}
DIALECTS = {
    "plain": 'age,city\n41,"Paris, France"\n7,"the ""Hague"""\n',
    "CRLF": 'age,city\r\n41,"Paris, France"\r\n7,"the ""Hague"""\r\n',
    "CR": 'age,city\r41,"Paris, France"\r7,"the ""Hague"""\r',
    "BOM": '\ufeffage,city\n41,"Paris, France"\n7,"the ""Hague"""',
    "all quoted": '\ufeff"age","city"\n"41","Paris, France"\n"7","the ""Hague"""\n',
    "blanks": 'age , city\n 41 , "Paris, France"\n7, "the ""Hague"""\n',
    "blank lines": '\n\nage,city\n41,"Paris, France"\n\n7,"the ""Hague"""\n\n\n',
    "semicolons": 'age;city\n41;Paris, France\n7;"the ""Hague"""\n',
    "tabs": 'age\tcity\n41\tParis, France\n7\t"the ""Hague"""\n',
    "bars": 'age|city\n41|Paris, France\n7|"the ""Hague"""\n',
    "comments": '# people\n# of 2020, all\nage,city\n41,"Paris, France"\n7,"the ""Hague"""\n',
    "single quotes": "'age'\t'city'\n41\t'Paris, France'\n7\t'the \"Hague\"'\n",
    "sep=": 'sep=;\nage;city\n41;Paris, France\n7;"the ""Hague"""\n',
    "separators at the ends": 'age;city\n41;Paris, France;\n7;"the ""Hague""";\n',
}


@pytest.mark.parametrize("text", DIALECTS.values(), ids=DIALECTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "cp1252", "gzip"])
def test_dialects(text, encoding):
    if encoding in ("utf-16-le", "cp1252"):
        text = text.removeprefix("\ufeff")
    content = gzip.compress(text.encode()) if encoding == "gzip" else text.encode(encoding)
    assert cells(content) == PEOPLE


TABLES = {
    "decimal commas": ("x;y\n3,14;a\n-0,5;b\n", {"x": [3.14, -0.5], "y": ["a", "b"]}),
    "decimal commas without a header": ("3,14;1,5\n-0,5;2,5\n", {"column_1": [3.14, -0.5], "column_2": [1.5, 2.5]}),
    "a semicolon in every row": ("x,a;b\n1,c;d\n2,e;f\n", {"x": [1, 2], "a;b": ["c;d", "e;f"]}),
    "no decimal commas": ("x;y\n1;a,b\n2;c,d\n", {"x": [1, 2], "y": ["a,b", "c,d"]}),
    "separators at the ends of some rows": ("x;y\n1;a,b;\n2;c,d\n3;e,f;\n4;g,h\n", {"x": [1, 2, 3, 4],
        "y": ["a,b", "c,d", "e,f", "g,h"]}),
    "blanks between": ("x  y\n1 2.5\n 3   4\n", {"x": [1, 3], "y": [2.5, 4.0]}),
    "names without a column": ("x,y\na,1,2\nb,3,4\n", {"Unnamed: 0": ["a", "b"], "x": [1, 3], "y": [2, 4]}),
    "an empty name": (",x\n1,2\n5,4\n", {"Unnamed: 0": [1, 5], "x": [2, 4]}),
    "a name twice": ("x,x, x\n1,2,3\n4,5,6\n", {"x": [1, 4], "x.1": [2, 5], "x.2": [3, 6]}),
    "short rows": ("x,y\n1,2\n3\n", {"x": [1, 3], "y": [2, None]}),
    "no header": ("1,2.5\n3,4\n5,6\n", {"column_1": [1, 3, 5], "column_2": [2.5, 4.0, 6.0]}),
    "no header, with texts": ("a,2.5\nb,4\nc,6\n", {"column_1": ["a", "b", "c"], "column_2": [2.5, 4.0, 6.0]}),
    "short rows between tabs": ("x\ty\tnote\n1\ta\tno, #2\n2\tb\n3\tc\n", {"x": [1, 2, 3], "y": ["a", "b", "c"],
        "note": ["no, #2", None, None]}),
    "a tab among blanks": ('1.5  2   3\t"a b"\n2.5  3  4\t"c d"\n', {"column_1": [1.5, 2.5], "column_2": [2, 3],
        "column_3": [3, 4], "column_4": ["a b", "c d"]}),
    "no header, with a hole": ("1,?\n2,3\n4,5\n", {"column_1": [1, 2, 4], "column_2": [None, 3, 5]}),
    "words between tabs": ("a b\tc\nd e\tx\nf g\ty\n", {"a b": ["d e", "f g"], "c": ["x", "y"]}),
    "a short row of few": ("name,x,y\nMr A,1,2\nMr B,3,4\nMr C,5\n", {"name": ["Mr A", "Mr B", "Mr C"],
        "x": [1, 3, 5], "y": [2.0, 4.0, None]}),
    "years as names": ("land,1990,2000,2010\na,1,2,3\nb,4,5,6\n", {"land": ["a", "b"],
        "1990": [1, 4], "2000": [2, 5], "2010": [3, 6]}),
    "zip codes": ("zip,x\n01234,1\n99999,2\n", {"zip": ["01234", "99999"], "x": [1, 2]}),
    "true and false": ("x,y\ntrue,1\nfalse,2\n", {"x": ["true", "false"], "y": [1, 2]}),
    "errors of Excel and MySQL": ("x,y\n1,a\n#DIV/0!,\\N\n#VALUE!,b\n-nan,c\n", {"x": [1, None, None, None],
        "y": ["a", None, "b", "c"]}),
    "names like those of other files": ("PAR1,BZh\n1,2\n3,4\n", {"PAR1": [1, 3], "BZh": [2, 4]}),
    "missing cells": ("x,y\n,NA\nnull,?\n1,#N/A\n", {"x": [None, None, 1], "y": [None, None, None]}),
    "None is a name": ("x,y\nNone,1\nLow,2\n", {"x": ["None", "Low"], "y": [1, 2]}),
    "a line end within": ('note,n\n"two\nlines",1\nx,2\n', {"note": ["two\nlines", "x"], "n": [1, 2]}),
    "one column": ("x\n1\n2\n", {"x": [1, 2]}),
    "beyond ASCII": ("größe,表\n1,はい\n2,いいえ\n", {"größe": [1, 2], "表": ["はい", "いいえ"]}),
}  # fmt: skip


@pytest.mark.parametrize(("text", "columns"), TABLES.values(), ids=TABLES)
def test_tables(text, columns):
    assert cells(text) == columns


def test_an_encoding_may_be_named():
    content = "x,y\n1,Ł\n2,é\n".encode("iso8859-2")
    assert cells(content, encoding="iso8859-2")["y"] == ["Ł", "é"]
    assert cells(content)["y"] == ["£", "é"]
    assert read_table(content, "data.csv").how == "cp1252, separated by commas"
    with pytest.raises(DataError, match="no encoding is called 'klingon'"):
        read_table(content, "data.csv", "klingon")
    with pytest.raises(DataError, match=r"data.csv is not text in ascii \(ordinal not in range.*--encoding"):
        read_table(content, "data.csv", "ascii")


def test_rows_that_are_too_long_are_left_out_and_said_or_kept_as_holes():
    content = b"x,y\n" + b"1,2\n" * 20 + b"1,2,3\n5,6\n"
    table = read_table(content, "data.csv")
    assert len(table.frame) == 21
    assert table.notes == ("lines with more cells than the header are left out: 22",)
    kept = read_table(content, "data.csv", keep_bad=True)
    assert kept.bad == (20,)
    assert np.isnan(kept.frame.loc[20].to_numpy(dtype=float)).all()
    assert kept.frame["x"].iloc[[19, 21]].tolist() == [1, 5]


def test_cells_beyond_the_header_are_told_where_rows_end_in_separators():
    """pandas says so by a warning, and reads on."""
    rows = [f"{place},a," for place in range(120)]
    whole = read_table("\n".join(["x,y", *rows]).encode(), "made.csv")
    assert not whole.notes
    rows[110] = "110,a,lost"
    table = read_table("\n".join(["x,y", *rows]).encode(), "made.csv")
    assert table.frame["x"].tolist() == list(range(120))
    assert any("beyond the header's columns" in note for note in table.notes)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "data.csv is empty"),
        (b" \n\r\n", "data.csv is empty"),
        (b"\xef\xbb\xbf", "data.csv is empty"),
        (b"a,b\n", r"data.csv has a header \(a, b\) and no rows"),
        (b"a,b\n\n\n", "and no rows"),
        (b"a,b\n" + b"1,2\n1,2,3\n" * 9, r"9 of its lines have more cells than its header \(the first is line 3\)"),
        (b'a,b\n1,"2\n3,4\n', "data.csv cannot be read as a table: .*is a double quote missing"),
        (b"<!doctype html>\n<html>", "is an HTML page, not a CSV file"),
        (b"\x1f\x8b\x08\0", "is a damaged or truncated gzip file"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0)[:-9], "is a damaged or truncated gzip file"),
        (b"PK\3\4\x14\0", r"is an Excel workbook \(save the sheet as CSV\) or another zip archive"),
        (b"PAR1\x15\4\x15 \0PAR1", r"is a Parquet file \(write it as CSV, e.g. pandas.read_parquet"),
        (b"SQLite format 3\0\x10", "is an SQLite database"),
        (b'{"x": 1, "y": 2}\n{"x": 3, "y": 4}\n', r"is JSON; write it as CSV, e.g. pandas.read_json\(…, lines=True\)"),
        (b'[{"x": 1, "y": 2},\n{"x": 3, "y": 4}]\n', r"is JSON; write it as CSV, e.g. pandas.read_json\(…\)"),
        (b'\n[ {"x": 1}, {"x": 2}]', "is JSON"),
        (b"\0\0\x08\x03", "is not a text file; for IDX data pass the folder of its files"),
        (b"a,b\n\0\0\0\0,2\n", "is not a text file"),
        (b"a,b\n" + b"1,2\n" * 99 + b"3\0,4\n", "is not a text file: it holds a byte of zero in line 101"),
    ],
)
def test_what_is_no_table(content, message):
    with pytest.raises(DataError, match=message):
        read_table(content, "data.csv")


@given(st.binary(max_size=60) | st.text(alphabet='ab1,;"\t\r\n \ufeff#|', max_size=60).map(str.encode))
def test_any_bytes_are_a_table_or_refused(content):
    with contextlib.suppress(DataError), warnings.catch_warnings():
        warnings.simplefilter("error")
        table = read_table(content, "data.csv")
        assert len(set(table.frame.columns)) == len(table.frame.columns)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"y\n" + b"1\n" * 25_000_000, "has 1 columns on 25,000,001 lines; at most 10,000,000 lines"),
        (b"y\r" + b"1\r" * 25_000_000, "has 1 columns on 25,000,001 lines"),
        (
            b"a,b,c,d,e,f,g,h\n" + b"\n" * 9_000_000,
            "has 8 columns on 9,000,001 lines; .* and 50,000,000 cells are read",
        ),
        (b"a," * 5_000_000, "has 5,000,001 columns; at most 262,144 are read"),
    ],
    ids=["one column", "old line ends", "cells", "columns"],
)
def test_a_table_beyond_the_limits_is_refused_before_it_is_made(content, message):
    tracemalloc.start()
    with pytest.raises(DataError, match=message):
        read_table(content, "data.csv")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 * len(content)


def test_a_small_file_that_unpacks_to_a_large_one_is_refused(monkeypatch):
    monkeypatch.setattr(dialect, "MOST_DATA_BYTES", 2**20)
    content = gzip.compress(b"x,y\n" + b"1,2\n" * 2**20)
    tracemalloc.start()
    with pytest.raises(DataError, match=r"data\.csv unpacks to more than 1,048,576 bytes, the most that is read"):
        read_table(content, "data.csv")
    assert tracemalloc.get_traced_memory()[1] < 4e6
    tracemalloc.stop()


TITLES = {
    "lines": "Report, costs and all\nMade on 2023-01-01\n\n",
    "padded lines": "Report,,\nMade by A,,\n,,\n",
    "after a comment": "# made by hand\nReport\n",
    "quoted": '"Data Source","World Development Indicators",\n\n',
}


@pytest.mark.parametrize("titles", TITLES.values(), ids=TITLES)
@pytest.mark.parametrize("header", ["land,x,1999,2000,2001,kind", "land,x,a,b,c,kind"])
def test_titles_before_the_header_are_left_out(titles, header):
    rows = "".join(f"l{n},{n / 8},{n},{n},{n},{'ab'[n % 2]}\n" for n in range(30))
    found = cells(f"{titles}{header}\n{rows}")
    assert [*found] == header.split(",")
    assert found["x"] == [n / 8 for n in range(30)]


@pytest.mark.parametrize(
    "content",
    [
        *("y,,,\na,1,2,3\nb,4,5,6\n", "y,a,b\nz,,\nz,1,2\nz,1,3\n", "y\nr1,1\nr2,2\n"),
        *(f"{start}y\nr1,{cell}\nr2,2\nr3,3\n" for start in ("", ",") for cell in ("", "NA", "-", "unknown")),
    ],
)
def test_headers_and_rows_of_few_cells_are_no_titles(content):
    assert next(name for name in cells(content) if name != "Unnamed: 0") == "y"


def test_quotes_after_backslashes_belong_to_their_cells():
    written = "".join(f'"a \\"fine\\" word, {n}",{n}\n' for n in range(9))
    assert cells(f"note,x\n{written}") == {"note": [f'a "fine" word, {n}' for n in range(9)], "x": [*range(9)]}
    folders = "".join(f'"C:\\new, {n}\\",{n}\n' for n in range(9))
    assert cells(f"note,x\n{folders}") == {"note": [f"C:\\new, {n}\\" for n in range(9)], "x": [*range(9)]}


def test_a_header_that_is_there_again_is_no_row():
    part = "x,kind,x\n1,a,2\n3,b,4\n"
    table = read_table(3 * part.encode(), "data.csv")
    assert [*map(float, table.frame["x.1"])] == [2, 4] * 3
    assert table.notes == ("lines that hold the columns' names again are left out: 2",)
    assert len(read_table(3 * part.encode(), "data.csv", keep_bad=True).frame) == 8
