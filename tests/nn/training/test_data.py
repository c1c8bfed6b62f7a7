"""Batches and splits: nothing lost, nothing twice, the same seed the same order."""

import copy
import pickle
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
import nn


def samples(count):
    """Inputs and targets that tell which belongs to which."""
    return np.arange(count * 2, dtype=float).reshape(count, 2), np.arange(count) * 10


@given(st.integers(1, 60), st.integers(1, 70), st.booleans(), st.booleans())
def test_an_epoch_has_every_sample_once(count, batch_size, shuffle, drop_last):
    x, y = samples(count)
    loader = nn.DataLoader((x, y), batch_size, shuffle, seed=0, drop_last=drop_last)
    batches = list(loader)
    assert len(batches) == len(loader)
    assert all(len(xb) == len(yb) == batch_size for xb, yb in batches[: None if drop_last else -1])
    rows = [row for xb, _ in batches for row in xb[:, 0] / 2]
    labels = [label for _, yb in batches for label in yb / 10]
    assert rows == labels
    kept = count - count % batch_size if drop_last else count
    assert len(set(rows)) == len(rows) == kept
    if not shuffle:
        assert rows == list(range(kept))


def order(loader):
    return [int(label) for _, yb in loader for label in yb]


@pytest.mark.parametrize("balanced", [False, True])
def test_the_order_depends_on_the_seed_and_the_epoch(balanced):
    def loader(seed):
        x, y = samples(50)
        dataset = x, y % 3 if balanced else y
        return nn.DataLoader(dataset, batch_size=7, shuffle=True, seed=seed, balanced=balanced)

    one, same, other = loader(1), loader(1), loader(2)
    epochs = [order(one) for _ in range(3)]
    assert [order(same) for _ in range(3)] == epochs
    assert len({tuple(epoch) for epoch in epochs}) == 3
    assert order(other) not in epochs
    for number in (2, 0, 1, 1):
        same.epoch = number
        assert order(same) == epochs[number]
    resumed = loader(1)
    resumed.epoch = 2
    assert order(resumed) == epochs[2]
    assert order(loader(np.random.default_rng(1))) == epochs[0]
    assert order(loader(None)) != order(loader(None))
    assert order(other) not in epochs
    other._seed = one._seed  # as processes agree on one
    assert order(other) == epochs[2]


def test_batches_not_shuffled_are_views_and_keep_their_dtype():
    x, y = samples(5)
    x = x.astype(np.float32)
    xb, yb = next(iter(nn.DataLoader((x, y), batch_size=2)))
    assert np.shares_memory(xb, x)
    assert np.shares_memory(yb, y)
    for shuffle in (False, True):
        assert {(xb.dtype, yb.dtype) for xb, yb in nn.DataLoader((x, y), 2, shuffle)} == {(x.dtype, y.dtype)}


class Record(NamedTuple):
    name: str
    x: np.ndarray
    y: np.ndarray


@pytest.mark.parametrize(
    "dataset",
    [
        samples(4),
        list(samples(4)),
        SimpleNamespace(x=samples(4)[0], y=samples(4)[1]),
        Record("r", *samples(4)),
        ([[1.0]], [2]),
    ],
)
def test_kinds_of_data_sets(dataset):
    xb, yb = next(iter(nn.DataLoader(dataset)))
    assert xb.ndim == 2
    assert len(xb) == len(yb)


@pytest.mark.parametrize(
    ("x", "y", "batch_size", "message"),
    [
        (np.zeros((3, 2)), np.zeros(4), 2, r"one row per sample each, got shapes \(3, 2\) and \(4,\)"),
        (np.zeros((3, 2)), 1.0, 2, r"got shapes \(3, 2\) and \(\)"),
        (np.zeros((0, 2)), np.zeros(0), 2, "at least one sample"),
        (np.zeros((3, 2)), np.zeros(3), 0, "batch_size must be a positive integer, got 0"),
        (np.zeros((3, 2)), np.zeros(3), 2.5, "batch_size must be a positive integer, got 2.5"),
    ],
)
def test_bad_data_are_refused(x, y, batch_size, message):
    with pytest.raises(ValueError, match=message):
        nn.DataLoader((x, y), batch_size)


@given(st.integers(2, 200), st.floats(0.01, 0.99), st.integers(0, 5))
def test_a_split_is_two_parts_of_the_whole(count, fraction, seed):
    x, y = samples(count)
    x_train, x_test, y_train, y_test = nn.train_test_split(x, y, fraction, seed)
    assert len(x_test) == min(max(round(fraction * count), 1), count - 1)
    assert sorted([*y_train, *y_test]) == y.tolist()
    for part, labels in ((x_train, y_train), (x_test, y_test)):
        assert (part[:, 0] / 2 == labels / 10).all()


@given(st.lists(st.integers(2, 40), min_size=1, max_size=6), st.floats(0.05, 0.95), st.integers(0, 5))
def test_a_stratified_split_gives_every_class_its_share(counts, fraction, seed):
    y = np.repeat(np.arange(len(counts)), counts)
    x = np.arange(len(y))
    _, x_test, y_train, y_test = nn.train_test_split(x, y, fraction, seed, stratify=True)
    share = len(y_test) / len(y)
    for label, count in enumerate(counts):
        assert abs((y_test == label).sum() - share * count) < 1
    assert (np.bincount(y_train, minlength=len(counts)) + np.bincount(y_test, minlength=len(counts)) == counts).all()
    assert len(set(x_test)) == len(x_test)


@pytest.mark.parametrize("stratify", [False, True])
def test_a_split_is_shuffled_and_repeats_with_its_seed(stratify):
    y = np.repeat([0, 1], 50)
    x = np.arange(100)
    one, same, other = (nn.train_test_split(x, y, 0.3, seed, stratify) for seed in (1, 1, 2))
    assert all((a == b).all() for a, b in zip(one, same, strict=True))
    assert (one[0] != other[0]).any()
    for part in one[:2]:
        assert (np.diff(part) < 0).any()


def test_names_of_classes_can_be_stratified():
    *_, y_test = nn.train_test_split(np.arange(6), ["a", "b"] * 3, 1 / 3, seed=0, stratify=True)
    assert sorted(y_test) == ["a", "b"]


@pytest.mark.parametrize(
    ("x", "y", "fraction", "stratify", "message"),
    [
        (np.zeros(3), np.zeros(4), 0.5, False, r"shapes \(3,\) and \(4,\)"),
        (np.zeros(3), np.zeros(3), 0.0, False, "test_fraction must be between 0 and 1, got 0.0"),
        (np.zeros(3), np.zeros(3), 1, False, "test_fraction must be between 0 and 1, got 1"),
        (np.zeros(1), np.zeros(1), 0.5, False, "at least two samples, got 1"),
        (np.zeros(3), np.array(["a", "b", "a"]), 0.5, True, "class b has one sample"),
        (np.zeros((3, 1)), np.zeros((3, 2)), 0.5, True, r"one class per sample, got targets of shape \(3, 2\)"),
    ],
)
def test_bad_splits_are_refused(x, y, fraction, stratify, message):
    with pytest.raises(ValueError, match=message) as refusal:
        nn.train_test_split(x, y, fraction, stratify=stratify)
    assert "\n" not in str(refusal.value)


def test_a_shape_error_is_the_engines():
    with pytest.raises(ag.ShapeError):
        nn.train_test_split(np.zeros(3), np.zeros(4))


@pytest.mark.parametrize(("batch_size", "batches"), [("full", 1), (1, 5), (2, 3)])
def test_batch_modes(batch_size, batches):
    loader = nn.DataLoader((np.arange(5), np.arange(5)), batch_size=batch_size)
    assert len(loader) == len(list(loader)) == batches


def test_balanced_batches_draw_every_class_alike():
    y = np.repeat([0, 1, 2], [900, 90, 10])
    loader = nn.DataLoader((np.arange(1000.0), y), 100, balanced=True, seed=0)
    first = [np.concatenate(parts) for parts in zip(*loader, strict=True)]
    assert (y[first[0].astype(int)] == first[1]).all()
    assert len(first[1]) == 1000
    assert np.abs(np.bincount(first[1]) - 1000 / 3).max() < 4 * np.sqrt(1000 * 2 / 9)  # four standard deviations
    second = np.concatenate([yb for _, yb in loader])
    assert (first[1] != second).any()
    loader.epoch = 0
    assert (np.concatenate([yb for _, yb in loader]) == first[1]).all()
    rare = nn.DataLoader((np.arange(1000.0), y), 50, balanced=True, seed=0, rows=np.arange(850, 950))
    assert set(np.concatenate([yb for _, yb in rare]).tolist()) == {0, 1}
    with pytest.raises(ValueError, match=r"balanced needs one class for each sample, got targets of shape \(4, 2\)"):
        nn.DataLoader((np.ones(4), np.ones((4, 2))), balanced=True)


def test_a_batch_of_an_epoch_can_be_had_again():
    loader = nn.DataLoader((np.arange(50), np.arange(50) * 2), batch_size=8, shuffle=True, seed=3)
    epochs = [[xb.copy() for xb, _ in loader.batches(reuse=True)] for _ in range(3)]
    for epoch, number in ((2, 0), (0, 6), (1, 3)):
        np.testing.assert_array_equal(loader.batch(epoch, number)[0], epochs[epoch][number])
    assert loader.epoch == 3


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda loader: pickle.loads(pickle.dumps(loader))])
def test_a_copy_of_a_loader_gives_the_same_batches(copied):
    loader = nn.DataLoader((np.arange(50), np.arange(50) * 2), batch_size=8, shuffle=True, seed=3)
    for _ in loader.batches(reuse=True):
        pass
    ours, of_copy = (
        [tuple(x.tolist() for x in batch) for batch in each.batches(reuse=True)] for each in (loader, copied(loader))
    )
    assert of_copy == ours


@pytest.mark.parametrize("reuse", [False, True])
def test_rows_are_counted_from_either_end_and_must_be_there(reuse):
    data = np.arange(10), np.arange(10)
    loader = nn.DataLoader(data, batch_size=2, shuffle=True, seed=0, rows=np.array([-1, 3, 5]))
    assert sorted(x for xb, _ in loader.batches(reuse=reuse) for x in xb.tolist()) == [3, 5, 9]
    for wrong in ([10], [0, -11]):
        with pytest.raises(IndexError, match="there are 10 samples"):
            nn.DataLoader(data, rows=np.array(wrong))


def test_rows_may_be_a_mask():
    mask = np.array([True, False, False, True, True])
    loader = nn.DataLoader((np.arange(5), np.arange(5)), batch_size=2, rows=mask)
    assert len(loader) == 2
    assert [x for xb, _ in loader for x in xb] == [0, 3, 4]
    with pytest.raises(IndexError, match="one entry for each of 5 samples, got 3"):
        nn.DataLoader((np.arange(5), np.arange(5)), rows=mask[:3])
