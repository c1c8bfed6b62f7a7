"""Preprocessing: fitted on the training rows alone, and the same after a round trip through JSON."""

import json
import tracemalloc

import numpy as np
import pytest

from nn._limits import MOST_INPUTS
from nn.app.datasets import DataError, Dataset, Features
from nn.app.preprocess import Preprocessing
from nn.app.schema import SchemaError

TRAIN = np.arange(8)


@pytest.fixture
def mixed():
    rng = np.random.default_rng(0)
    numeric = np.column_stack([rng.normal(50, 9, 12), np.full(12, 3.0), rng.normal(-1e6, 1e-3, 12)])
    kinds = np.array([["a", "x"], ["b", "x"]] * 4 + [["c", "x"]] * 4, dtype=object)
    features = Features(numeric, ("age", "constant", "far"), kinds, ("kind", "same"))
    return Dataset("made", features, rng.normal(200, 30, 12), "price", (), {})


def test_training_rows_are_standardised(mixed):
    fitted = Preprocessing.fit(mixed, TRAIN)
    inputs = fitted.inputs(mixed.features)
    assert inputs.dtype == np.float32
    assert inputs.shape == (12, fitted.width) == (12, 3 + 2 + 1)
    np.testing.assert_allclose(inputs[TRAIN, 0].mean(), 0, atol=1e-6)
    np.testing.assert_allclose(inputs[TRAIN, 0].std(), 1, rtol=1e-6)
    np.testing.assert_array_equal(inputs[:, 1], 0)
    np.testing.assert_allclose(inputs[TRAIN, 2].std(), 1, rtol=1e-5)  # a small spread around a large mean


def test_rows_outside_training_do_not_count(mixed):
    before = Preprocessing.fit(mixed, TRAIN)
    mixed.features.numeric[8:] = 1e9
    mixed.target[8:] = -1e9
    assert Preprocessing.fit(mixed, TRAIN) == before


def test_categories_are_those_of_training(mixed):
    fitted = Preprocessing.fit(mixed, TRAIN)
    assert fitted.categories == {"kind": ("a", "b"), "same": ("x",)}
    inputs = fitted.inputs(mixed.features)
    assert inputs[[0, 1, 8], 3:].tolist() == [[1, 0, 1], [0, 1, 1], [0, 0, 1]]
    assert fitted.unseen(mixed.features) == {"kind": ["c"]}
    assert fitted.unseen(mixed.features[:8]) == {}


def test_values_come_back_in_their_own_unit(mixed):
    fitted = Preprocessing.fit(mixed, TRAIN)
    targets = fitted.targets(mixed.target)
    assert targets.shape == (12, 1)
    assert targets.dtype == np.float32
    np.testing.assert_allclose(targets[TRAIN].mean(), 0, atol=1e-6)
    np.testing.assert_allclose(fitted.values(targets), mixed.target, rtol=1e-6)


def test_pixels_share_one_scale():
    images = np.random.default_rng(0).integers(0, 256, (10, 4)).astype(np.uint8)
    images[:, 0] = 0
    dataset = Dataset("made", Features(images, tuple("abcd")), np.arange(10) % 2, "y", ("n", "y"), {}, same_unit=True)
    fitted = Preprocessing.fit(dataset, np.arange(10))
    assert len(fitted.mean) == len(fitted.deviation) == 1
    inputs = fitted.inputs(dataset.features)
    np.testing.assert_allclose(inputs, (images - images.mean()) / images.std(), rtol=1e-6)
    np.testing.assert_array_equal(fitted.targets(dataset.target), np.arange(10) % 2)


def test_json_keeps_every_bit(mixed):
    fitted = Preprocessing.fit(mixed, TRAIN)
    again = Preprocessing.from_json(json.loads(json.dumps(fitted.to_json())))
    assert again == fitted
    np.testing.assert_array_equal(again.inputs(mixed.features), fitted.inputs(mixed.features))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mean": [0.0, 1.0]}, "there are 3 columns of numbers and 2 of mean"),
        ({"mean": "abc"}, "mean must be a list, got 'abc'"),
        ({"mean": [0.0, 10**400, 0.0]}, "mean must be a list: entry 1 must be a finite number, got one of 401 digits"),
        ({"deviation": 3}, "deviation must be a list, got 3"),
        ({"deviation": [1.0, 0.0, 1.0]}, "entry 1 must be a finite number above 0, got 0.0"),
        ({"categories": [1]}, "categories must be an object, got a list of 1"),
        ({"categories": {"kind": "ab"}}, "categories.kind must be a list, got 'ab'"),
        ({"classes": ["\ud800"]}, "classes must be a list: entry 0 must be a text"),
        ({"target_mean": None}, "target_mean must be a finite number, got None"),
        ({"target_deviation": True}, "target_deviation must be a finite number above 0, got True"),
    ],
)
def test_damaged_json(change, message, mixed):
    with pytest.raises(SchemaError, match=message):
        Preprocessing.from_json(Preprocessing.fit(mixed, TRAIN).to_json() | change)


def test_numbers_beyond_computing(mixed):
    mixed.features.numeric[:, 0] = np.arange(12) * 1e307
    with pytest.raises(DataError, match="made: column 'age' holds numbers too large to compute with"):
        Preprocessing.fit(mixed, TRAIN)


def test_new_numbers_beyond_float32(mixed):
    fitted = Preprocessing.fit(mixed, TRAIN)
    mixed.features.numeric[10, 0] = 1e300
    with pytest.raises(DataError, match="column 'age' holds numbers too far from those of training"):
        fitted.inputs(mixed.features)


def test_categories_alone():
    kinds = np.array([["a"], ["b"]] * 5, dtype=object)
    dataset = Dataset("made", Features(np.empty((10, 0)), (), kinds, ("kind",)), np.arange(10) % 2, "y", ("n", "y"), {})
    fitted = Preprocessing.fit(dataset, TRAIN)
    assert fitted.inputs(dataset.features)[:2].tolist() == [[1, 0], [0, 1]]


def test_targets_beyond_computing(mixed):
    mixed.target[:] = np.arange(12) * 1e307
    with pytest.raises(DataError, match="made: the target 'price' holds numbers too large to compute with"):
        Preprocessing.fit(mixed, TRAIN)


def test_new_targets_beyond_float32(mixed):
    fitted = Preprocessing.fit(mixed, TRAIN)
    mixed.target[10] = 1e300
    with pytest.raises(DataError, match="the target 'price' holds numbers too far from those of training"):
        fitted.targets(mixed.target)


def texts(rows, length=1):
    kinds = np.array([[f"{row:0{length}}"] for row in range(rows)], dtype=object)
    features = Features(np.empty((rows, 0)), (), kinds, ("name",))
    return Dataset("made", features, np.arange(rows) % 2, "y", ("n", "y"), {})


def test_more_inputs_than_fit_are_refused_before_they_are_made():
    """50,000 texts as one input each, for 50,000 rows, would take 10 GB."""
    dataset = texts(50_000)
    tracemalloc.start()
    with pytest.raises(
        DataError, match=r"50,000 rows of 50,000 inputs and 2 outputs each are too many.*'name' with its 50,000"
    ):
        Preprocessing.fit(dataset, np.arange(50_000))
    fitted = Preprocessing((), (), (), {"name": tuple(map(str, range(50_000)))}, "y", ("n", "y"), 0.0, 1.0)
    with pytest.raises(DataError, match=f"at most {MOST_INPUTS:,} inputs are taken"):
        fitted.inputs(dataset.features)
    assert tracemalloc.get_traced_memory()[1] < 100e6
    tracemalloc.stop()


def test_many_categories_take_no_more_than_their_inputs():
    """One of them is long, which made all of them long: 4 GB."""
    dataset = texts(1000)
    dataset.features.categorical[-1] = "x" * 1_000_000
    order = np.argsort(dataset.features.categorical[:, 0])
    tracemalloc.start()
    inputs = Preprocessing.fit(dataset, np.arange(1000)).inputs(dataset.features)
    assert tracemalloc.get_traced_memory()[1] < 4 * inputs.nbytes
    tracemalloc.stop()
    np.testing.assert_array_equal(inputs[order], np.eye(1000))


def test_names_that_no_config_could_hold_are_refused_before_training():
    with pytest.raises(DataError, match=r"have 5,000,004 characters; at most 4,000,000 are kept; leave long texts out"):
        Preprocessing.fit(texts(1000, length=5000), np.arange(1000))


def test_outputs_are_counted_too():
    fitted = Preprocessing(("x",), (0.0,), (1.0,), {}, "y", tuple(map(str, range(1000))), 0.0, 1.0)
    with pytest.raises(DataError, match=r"1,000,000 rows of 1 inputs and 1,000 outputs each are too many"):
        fitted.check_size(1_000_000)
