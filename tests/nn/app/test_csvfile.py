"""CSV files: what spreadsheets and databases write, and every way in which a file may be wrong."""

import contextlib
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nn.app.csvfile import load_csv, parse_csv
from nn.app.datasets import DataError


@pytest.fixture
def csv(tmp_path):
    def write(content, name="data.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def rows(*cells, count=20):
    """A table's rows, where "%d" is the row's number."""
    return "\n".join(",".join(cells).replace("%d", str(number)) for number in range(count)) + "\n"


COLUMNS = {"age": ("41", "7"), "city": ("Paris, France", 'the "Hague"')}


@pytest.mark.parametrize(
    "text",
    [
        'age,city\n41,"Paris, France"\n7,"the ""Hague"""\n',
        'age,city\r\n41,"Paris, France"\r\n7,"the ""Hague"""\r\n',
        'age,city\r41,"Paris, France"\r7,"the ""Hague"""\r',
        '\ufeffage,city\n41,"Paris, France"\n7,"the ""Hague"""',
        '\ufeff"age","city"\n"41","Paris, France"\n"7","the ""Hague"""\n',
        'age, city\n 41 , "Paris, France"\n7, "the ""Hague"""\n',
        '\n\nage,city\n41,"Paris, France"\n\n7,"the ""Hague"""\n\n\n',
        'age;city\n41;Paris, France\n7;"the ""Hague"""\n',
        'age\tcity\n41\tParis, France\n7\t"the ""Hague"""\n',
    ],
    ids=["plain", "CRLF", "CR", "BOM", "all quoted", "blanks", "blank lines", "semicolons", "tabs"],
)
def test_dialects(text):
    assert parse_csv(text.encode(), "data.csv").columns == COLUMNS


def test_a_cell_may_hold_line_ends_and_rows_know_their_lines():
    table = parse_csv(b'note,n\n"two\nlines",1\nx,2\n', "data.csv")
    assert table.columns["note"] == ("two\nlines", "x")
    assert table.lines == [3, 4]
    assert table.at(1, "n") == "data.csv, row 2 (line 4), column 'n'"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "data.csv is empty"),
        (b" \n\r\n", "data.csv is empty"),
        (b"\xef\xbb\xbf", "data.csv is empty"),
        (b'""\n""', "data.csv is empty"),
        (b",\n,\n", "column 1 has no name"),
        (b"a,b\n", r"data.csv has a header \(a, b\) and no rows"),
        (b"a,b\n\n\n", "and no rows"),
        (b"a,b\n1,2\n3\n", r"data.csv, row 2 \(line 3\) has 1 cells? and the header 2"),
        (b"a,b\n1,2,3\n", r"data.csv, row 1 \(line 2\) has 3 cells and the header 2"),
        (b"a,,b\n1,2,3\n", "column 2 has no name"),
        (b"a,b, a\n1,2,3\n", "2 columns are called 'a'"),
        (b'a,b\n1,"2\n3,4\n', "data.csv, line 3: .*is a double quote missing"),
        (b'a,b\n1,"2"3\n', "data.csv, line 2: .*is a double quote missing"),
        ("a,b\n1,é\n".encode("latin-1"), r"is not UTF-8 text \(byte 0xe9 on line 2\)"),
        ("a,b\n1,2\n".encode("utf-16"), "is not UTF-8 text"),
        ("a,b\n1,2\n".encode("utf-16-le"), "is not a text file in UTF-8"),
        (b"<!doctype html>\n<html>", "is an HTML page, not a CSV file"),
        (b"\x1f\x8b\x08\0", "is not a CSV file but gzip or IDX data"),
        (b"\0\0\x08\x03", "is not a CSV file but gzip or IDX data"),
        (b"a\n" + b"x" * 200_000 + b"\n", "data.csv, line 2: field larger than field limit"),
    ],
)
def test_what_is_no_table(content, message):
    with pytest.raises(DataError, match=message):
        parse_csv(content, "data.csv")


@given(st.binary(max_size=60) | st.text(alphabet='ab1,;"\t\r\n \ufeff', max_size=60).map(str.encode))
def test_any_bytes_are_a_table_or_refused(content):
    with contextlib.suppress(DataError):
        table = parse_csv(content, "data.csv")
        assert {len(cells) for cells in table.columns.values()} == {len(table)}


def test_numbers_and_categories(csv):
    dataset = load_csv(csv("x,kind,y,label\n" + rows("%d.5", "a", "-1e3", "yes") + rows("1", "b", "2", "no")), "label")
    assert dataset.features.numeric_names == ("x", "y")
    assert dataset.features.categorical_names == ("kind",)
    assert dataset.features.numeric[1].tolist() == [1.5, -1000]
    assert dataset.features.categorical[-1].tolist() == ["b"]
    assert dataset.classes == ("no", "yes")
    assert dataset.target.tolist() == [1] * 20 + [0] * 20


def test_numbers_may_be_taken_as_categories_and_columns_left_out(csv):
    path = csv("id,zip,x,y\n" + rows("row %d", "1", "%d", "0") + rows("row %d", "2", "%d", "1"))
    dataset = load_csv(path, "y", ignore=["id"], categorical=["zip"])
    assert dataset.features.numeric_names == ("x",)
    assert dataset.features.categorical_names == ("zip",)
    assert "id" not in dataset.features.names


@pytest.mark.parametrize(
    ("target", "task", "classes", "note"),
    [
        (["a", "b"], None, ("a", "b"), "holds texts"),
        (["1", "0"], None, ("0", "1"), "holds 2 different whole numbers"),
        (["1.0", "10", "2"], None, ("1", "2", "10"), "holds 3 different whole numbers"),
        (["1.5", "2"], None, (), "holds 2 different numbers"),
        ([str(number) for number in range(30)], None, (), "holds 30 different numbers"),
        (["1.5", "2"], "classification", ("1.5", "2"), "as --task says"),
        (["1", "0"], "regression", (), "as --task says"),
        (["true", "false"], None, ("false", "true"), "holds texts"),
    ],
)
def test_the_task_is_inferred_from_the_target(target, task, classes, note, csv):
    cells = [target[number % len(target)] for number in range(60)]
    text = "x,y\n" + "".join(f"{number},{cell}\n" for number, cell in enumerate(cells))
    dataset = load_csv(csv(text), "y", task)
    assert dataset.classes == classes
    assert dataset.task == ("classification" if classes else "regression")
    assert note in dataset.note


def test_regression_keeps_the_values(csv):
    dataset = load_csv(csv("x,y\n" + rows("1", "%d.25")), "y")
    np.testing.assert_array_equal(dataset.target, np.arange(20) + 0.25)


def numbers_but(cell, row=7):
    return "".join(f"{cell if number == row else number},{number % 2}\n" for number in range(20))


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("x,y\n" + rows("1", "2"), {"target": "z"}, r"has no column 'z' \(--target\); its columns are x, y"),
        ("x,price\n" + rows("1", "2"), {"target": "Prize"}, "did you mean price\\? its columns are x, price"),
        ("x,y\n" + rows("1", "2"), {"target": "y", "ignore": ["id"]}, r"has no column 'id' \(--ignore\)"),
        ("x,y\n" + rows("1", "2"), {"target": "y", "categorical": ["q"]}, r"has no column 'q' \(--categorical\)"),
        ("x,y\n" + rows("1", "2"), {"target": "y", "ignore": ["y"]}, "'y' is the target; name it with --target only"),
        ("y\n" + rows("%d"), {"target": "y"}, "has no columns to learn from besides the target 'y'"),
        ("x,y\n" + rows("1", "%d"), {"target": "y", "ignore": ["x"]}, "has no columns to learn from"),
        ("x,y\n" + numbers_but(""), {"target": "y"}, r"row 8 \(line 9\), column 'x' is empty; fill in"),
        (
            "x,y\n" + numbers_but("n/a"),
            {"target": "y"},
            r"row 8 \(line 9\), column 'x' is not a number: 'n/a' \(19 of 20",
        ),
        ("x,y\n" + numbers_but("1_000"), {"target": "y"}, "is not a number: '1_000'"),
        ("x,y\n" + numbers_but('"1,000"'), {"target": "y"}, "is not a number: '1,000'"),
        ("x,y\n" + numbers_but("nan"), {"target": "y"}, r"row 8 \(line 9\), column 'x' holds nan; replace it"),
        ("x,y\n" + numbers_but("-inf"), {"target": "y"}, "column 'x' holds -inf; replace it"),
        ("x,y\n" + numbers_but("1e999"), {"target": "y"}, "column 'x' holds 1e999; replace it"),
        ("k,y\n" + rows("a", "1") + ",0\n,0\n", {"target": "y"}, r"row 21 \(line 22\), column 'k' is empty \(2 cells"),
        ("x,y\n" + rows("%d", "a") + "1,\n", {"target": "y"}, r"row 21 \(line 22\), column 'y' is empty"),
        ("x,y\n" + rows("%d", "%d.5") + "1,?\n", {"target": "y"}, r"row 21 \(line 22\), column 'y' is not a number"),
        ("x,y\n" + rows("%d", "a"), {"target": "y"}, "the target 'y' has one class only, 'a'"),
        ("x,y\n" + rows("%d", "3.5"), {"target": "y"}, "the target 'y' has one value only, '3.5'"),
        ("x,y\n" + rows("%d", "a%d"), {"target": "y"}, "the target 'y' has 20 different values in 20 rows"),
        ("x,y\n" + rows("%d", "a"), {"target": "y", "task": "regression"}, "column 'y' is not a number: 'a'"),
        ("x,y\n" + rows("%d", "%d", count=9), {"target": "y"}, "data has 9 rows; at least 10 are needed"),
        (
            "name,y\n" + rows("n%d", "1", count=150) + rows("n%d", "0", count=150),
            {"target": "y"},
            "column 'name' holds 150 different texts in 300 rows; leave it out with --ignore 'name'",
        ),
    ],
)
def test_what_cannot_be_learnt_from(text, options, message, csv):
    with pytest.raises(DataError, match=message):
        load_csv(csv(text), **options)


def test_many_categories_are_welcome_when_asked_for(csv):
    path = csv("name,y\n" + rows("n%d", "1", count=150) + rows("n%d", "0", count=150))
    assert load_csv(path, "y", categorical=["name"]).features.categorical_names == ("name",)


def test_names_and_paths_beyond_ascii(csv):
    path = csv("größe,città,表\n" + rows("%d", "Forlì", "はい") + rows("1", "Zürich", "いいえ"), "données 1.csv")
    dataset = load_csv(path, "表")
    assert dataset.name == "données 1"
    assert dataset.features.names == ("größe", "città")
    assert set(dataset.classes) == {"はい", "いいえ"}


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
        parse_csv(content, "data.csv")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 * len(content)  # the text and what it is split at; a list of its cells takes 50 times as much


def test_a_file_without_end_is_refused(csv, monkeypatch):
    path = csv("x,y\n" + rows("%d", "1"))
    with path.open("r+b") as file:
        file.truncate(2**40)
    with pytest.raises(DataError, match=r"data.csv is larger than 1,073,741,824 bytes, the most that is read"):
        load_csv(path, "y")


@pytest.mark.parametrize("name", ["x" * 100_000, "\x1b" * 100_000])
def test_messages_stay_short_whatever_is_in_the_table(name, csv):
    others = ",".join(f"{name[: 100_000 - number]}{number}" for number in range(50))
    for text, target in (
        (f"x,{name}\n" + rows("1", "2"), "y"),
        (f"x,{others}\n" + rows("1", *"2" * 50), "z" * 100),
        (f"{name},y\n" + numbers_but(name), "y"),
        ("x,y\n" + numbers_but(name), "y"),
        (f"{name},{name}\n1,2\n", "y"),
        (f"{name},y\n" + rows("1", name), "y"),
        (f"x,{name}\n" + rows("1", "1"), name),
        (f"{name},y\n" + "".join(f"{name}{number},{number % 2}\n" for number in range(150)), "y"),
    ):
        with pytest.raises(DataError) as refusal:
            load_csv(csv(text), target)
        assert len(str(refusal.value)) < 3000


@pytest.mark.parametrize(
    ("file", "name"), [("..csv", "data"), ("...csv", "data"), (".hidden.csv", "hidden"), ("a.csv", "a")]
)
def test_a_data_set_has_the_name_of_no_other_folder(file, name, csv):
    assert load_csv(csv("x,y\n" + rows("%d", "1") + rows("1", "0"), file), "y").name == name
