"""The built-in data sets, the split, and finding a data set again."""

import json

import numpy as np
import pytest

pytest.importorskip("pandas", reason="tables need pandas, which is not installed")


import pandas

from nn.app import builtin
from nn.app.columns import Choices
from nn.app.datasets import DataError, Dataset, Plan, listed, nearest, pixel_names, split
from nn.app.sources import open_dataset, reopen_dataset

SHAPES = {
    "digits": (1797, 64, 10),
    "iris": (150, 4, 3),
    "wine": (178, 13, 3),
    "breast_cancer": (569, 30, 2),
    "diabetes": (442, 10, 0),
    "moons": (1000, 2, 2),
    "circles": (1000, 2, 2),
    "xor": (1000, 2, 2),
}


def test_all_are_tested_and_described():
    assert set(SHAPES) == set(builtin.BUILTIN)


@pytest.mark.parametrize("name", SHAPES)
def test_builtin(name):
    pytest.importorskip("sklearn", reason="needs the extra train")
    dataset = open_dataset(name)
    rows, columns, classes = SHAPES[name]
    assert dataset.features.shape == (rows, columns)
    assert dataset.plan.numbers == dataset.plan.names == tuple(dataset.features.columns)
    assert len(set(dataset.plan.names)) == columns
    assert all(type(each) is str for each in (*dataset.plan.names, *dataset.classes, dataset.target_name))
    assert len(dataset.classes) == classes
    assert dataset.task == ("classification" if classes else "regression")
    assert np.isfinite(dataset.features.to_numpy()).all()
    if classes:
        assert sorted(set(dataset.target.tolist())) == list(range(classes))
    again = reopen_dataset(json.loads(json.dumps(dataset.source)))
    np.testing.assert_array_equal(again.features, dataset.features)
    np.testing.assert_array_equal(again.target, dataset.target)


def test_digits_name_their_pixels():
    pytest.importorskip("sklearn", reason="needs the extra train")
    assert open_dataset("digits").plan.numbers == pixel_names(8, 8)


def test_xor_is_what_it_says():
    dataset = builtin.load("xor")
    signs = np.sign(dataset.features.to_numpy())
    np.testing.assert_array_equal(dataset.target == 1, signs[:, 0] != signs[:, 1])


def make(target, classes=(), **others):
    target = np.asarray(target)
    frame = pandas.DataFrame({"x": np.zeros(len(target))})
    return Dataset("made", frame, Plan(("x",)), target, "y", classes, {}, **others)


@pytest.mark.parametrize("rows", [10, 11, 39, 50, 101, 1000])
def test_the_parts_are_a_partition(rows):
    parts = split(make(np.linspace(0, 1, rows)), seed=1)
    together = np.concatenate([parts.train, parts.validation, parts.held_out])
    np.testing.assert_array_equal(np.sort(together), np.arange(rows))
    assert len(parts.held_out) == round(rows / 5)
    assert (len(parts.validation) > 0) == (rows >= 50)


def test_the_same_seed_splits_alike_and_another_does_not():
    dataset = make(np.linspace(0, 1, 200))
    first, again, other = split(dataset, 4), split(dataset, 4), split(dataset, 5)
    for part in ("train", "validation", "held_out"):
        np.testing.assert_array_equal(getattr(first, part), getattr(again, part))
        assert not np.array_equal(getattr(first, part), getattr(other, part))


def test_classes_have_their_share_in_each_part():
    dataset = make(np.repeat([0, 1, 2], [100, 60, 40]), ("a", "b", "c"))
    parts = split(dataset, seed=0)
    assert np.bincount(dataset.target[parts.held_out]).tolist() == [20, 12, 8]
    assert np.bincount(dataset.target[parts.validation]).tolist() == [8, 5, 3]
    assert "within each class" in parts.how


def test_a_class_with_one_row_does_not_stop_the_split():
    parts = split(make(np.repeat([0, 1], [29, 1]), ("a", "b")), seed=0)
    assert parts.how == "chosen at random, seed 0"


def test_a_source_may_say_what_to_train_on():
    parts = split(make(np.arange(100) % 2, ("a", "b"), training_rows=70), seed=0)
    np.testing.assert_array_equal(parts.held_out, np.arange(70, 100))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("digit", "no data set is called 'digit', .*did you mean digits\\? The built-in ones are digits, iris,"),
        ("Iris", "did you mean iris\\?"),
        ("breastcancer", "did you mean breast_cancer\\?"),
        ("nonsense", "no data set is called 'nonsense', and there is no such file or folder. The built-in ones"),
        ("nothing.csv", "there is no file or folder nothing.csv"),
        ("some/folder", "there is no file or folder"),
    ],
)
def test_an_unknown_name(name, message):
    with pytest.raises(DataError, match=message):
        open_dataset(name)


def test_a_mistyped_path_finds_its_neighbour(tmp_path):
    (tmp_path / "houses.csv").write_text("a,b\n")
    with pytest.raises(DataError, match=r"did you mean houses\.csv\?"):
        open_dataset(str(tmp_path / "house.csv"))


@pytest.fixture
def houses(tmp_path):
    path = tmp_path / "houses.csv"
    path.write_text("size,price\n" + "".join(f"{n},{n * n / 7}\n" for n in range(30)))
    return path


def test_a_csv_file_wants_a_target(houses):
    with pytest.raises(DataError, match="needs --target COLUMN, the column to predict; its columns are size, price"):
        open_dataset(str(houses))


@pytest.mark.parametrize(
    "options",
    [{"target": "y"}, {"task": "regression"}, {"encoding": "utf-8"}, {"choices": Choices(keep=["a"])}],
)
def test_options_of_csv_files_are_refused_elsewhere(options, tmp_path):
    with pytest.raises(DataError, match="are for CSV files; leave them out for the built-in data set xor"):
        open_dataset("xor", **options)
    with pytest.raises(DataError, match="are for CSV files; leave them out for the folder"):
        open_dataset(str(tmp_path), **options)


def test_a_changed_file_is_reported(houses):
    source = open_dataset(str(houses), target="price").source
    assert len(reopen_dataset(source)) == 30
    houses.write_text(houses.read_text().replace("\n7,", "\n8,"))
    with pytest.raises(
        DataError, match=r"houses.csv has changed since training \(.* bytes then, .* now, other content\)"
    ):
        reopen_dataset(source)


@pytest.mark.parametrize("files", ["other name", "none", "two", "other size"])
def test_only_a_file_that_the_run_describes_is_opened(files, houses, monkeypatch):
    """A run folder from elsewhere may name any path of this machine."""
    source = dict(open_dataset(str(houses), target="price").source)
    [(name, before)] = source["files"].items()
    source["files"] = {
        "other name": {"flowers.csv": before},
        "none": {},
        "two": {name: before, "flowers.csv": before},
        "other size": {name: before | {"bytes": before["bytes"] + 1}},
    }[files]
    monkeypatch.setattr("nn.app.sources.read_data", lambda path: pytest.fail(f"{path} is opened"))
    monkeypatch.setattr("nn.app.sources.reload_csv", lambda path, *_: pytest.fail(f"{path} is opened"))
    with pytest.raises(DataError, match="has changed since" if files == "other size" else r"config\.json was changed"):
        reopen_dataset(source)


def test_a_moved_file_is_found_where_it_is_said_to_be(houses):
    source = open_dataset(str(houses), target="price").source
    moved = houses.rename(houses.with_name("old houses.csv"))
    with pytest.raises(DataError, match=r"houses\.csv, which this run was trained on, is not there; pass --data"):
        reopen_dataset(source)
    assert len(reopen_dataset(source, moved)) == 30


def test_a_changed_builtin_is_reported():
    source = dict(builtin.load("xor").source)
    with pytest.raises(DataError, match="the built-in data set xor of this scikit-learn differs"):
        reopen_dataset(source | {"sha256": "0"})
    with pytest.raises(DataError, match="--data is for runs on a file or folder"):
        reopen_dataset(source, "elsewhere")


def test_lists_for_messages():
    assert listed([]) == ""
    assert listed(["a"]) == "a"
    assert listed(map(str, range(12))).endswith("10, 11")
    assert listed(map(str, range(2000))).endswith("9, 10, ... 1999 (2,000 in all)")
    assert nearest("IRIS", ["iris"]) == "; did you mean iris?"


def test_more_classes_than_are_told_apart():
    """25,000 classes would make a confusion matrix of 5 GB."""
    names = tuple(map(str, range(25_000)))
    with pytest.raises(DataError, match="made: the target 'y' has 25,000 classes; at most 1,000 are distinguished"):
        make(np.arange(50_000) % 25_000, names)
