"""Data: batches in a seeded order, and the split into a part to train on and a part to test on."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nn._arguments import check_same_length, checked, explained_methods, positive_integer
from nn.init import Seed

__all__ = ["DataLoader", "HasXY", "Indexable", "columns_of", "split_rows", "train_test_split"]

Array: TypeAlias = NDArray[Any]


# Bytes that are gathered at once: so few that they are still near when they are used.
GATHERED = 1 << 17
# Epochs whose orders are drawn at once, and how many samples these may have.
ORDERS, ORDERED = 8, 1 << 14


@runtime_checkable
class HasXY(Protocol):
    """A data set: anything with inputs ``x`` and targets ``y``."""

    @property
    def x(self) -> Array:
        """Inputs, one row per sample."""

    @property
    def y(self) -> Array:
        """Targets, one per sample."""


@runtime_checkable
class Indexable(Protocol):
    """A data set: anything with a length whose items are samples ``(x, y)``."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> Any: ...


@explained_methods
class DataLoader:
    """The batches of a data set; iterating again gives the next epoch's.

    With a number as seed, the order of epoch k depends on the seed and k alone, so a run can be repeated, and taken
    up again in the middle by setting `epoch`.

    Args:
        dataset: A pair of arrays ``(x, y)``, or with a weight for each sample ``(x, y, weights)``; or an object with
            attributes ``x`` and ``y``; one row per sample. x may be a tuple of arrays, for a network of several inputs.
            Arrays that lie in files (`numpy.memmap`) are read batch by batch. Or any object with a length whose item i
            is the sample ``(x, y)``.
        batch_size: Samples in a batch; the last batch may have fewer. 1 for one sample at a time, ``"full"`` for all.
        shuffle: Whether each epoch has an order of its own.
        seed: Where the order comes from, as for `numpy.random.default_rng`.
        drop_last: Whether a last batch that is not full is left out.
        rows: The numbers of the samples to take, or a mask of them; by default all.
        balanced: Whether each sample of an epoch is drawn (with replacement) from a class that is drawn first, all of
            them alike often, however many samples each has.

    Attributes:
        epoch: How many epochs have been begun.

    Raises:
        ShapeError: x and y have different lengths.
        ValueError: The batch size is not a positive integer, there are no samples, or ``balanced`` without one class
            for each sample.

    Example:
        >>> loader = DataLoader((np.arange(5), np.arange(5) * 10), batch_size=2, shuffle=True, seed=0)
        >>> len(loader)
        3
        >>> for xb, yb in loader:
        ...     print(xb, yb)
        [3 2] [30 20]
        [0 4] [ 0 40]
        [1] [10]
    """

    @checked
    def __init__(
        self,
        dataset: tuple[Any, ...] | HasXY | Indexable,
        batch_size: int | Literal["full"] = 32,
        shuffle: bool = False,
        seed: Seed = None,
        drop_last: bool = False,
        rows: Array | None = None,
        balanced: bool = False,
    ) -> None:
        if np.ndim(batch_size):
            raise TypeError("DataLoader takes inputs and targets as one: pass e.g. DataLoader((x, y), batch_size=32)")
        self._columns = columns_of(dataset)
        self._rows = None if rows is None else _row_numbers(rows, len(self._columns[0]))
        self._size = len(self._columns[0]) if self._rows is None else len(self._rows)
        if self._size == 0:
            raise ValueError("DataLoader needs at least one sample, got none")
        self.batch_size = self._size if batch_size == "full" else positive_integer("batch_size", batch_size)
        self.shuffle = shuffle
        self.drop_last = drop_last
        self.epoch = 0
        self._seed = int(np.random.default_rng(seed).integers(2**63))
        self._by_class = self._classes() if balanced else None
        self._orders: dict[tuple[int, int], Array] = {}  # by seed and epoch: of this epoch and the next
        # By the number of rows: arrays that are written again and again, and the batches that they are cut into.
        self._cut_before: dict[int, tuple[Sequence[Any], list[tuple[Any, ...]]]] = {}

    @property
    def x(self) -> Any:
        """Inputs, one row per sample, in the order of the data."""
        return self._taken(0)

    @property
    def y(self) -> Any:
        """Targets, one per sample, in the order of the data."""
        return self._taken(1)

    def _taken(self, part: int) -> Any:
        return self._columns[part].whole if self._rows is None else self._columns[part].take(self._rows)

    def __repr__(self) -> str:
        shown = [f"{self._size} samples", f"batch_size={self.batch_size}"]
        shown += [f"{name}=True" for name in ("shuffle", "drop_last") if getattr(self, name)]
        return f"DataLoader({', '.join(shown)})"

    def __len__(self) -> int:
        """The number of batches in an epoch."""
        full, rest = divmod(self._size, self.batch_size)
        return full + (rest > 0 and not self.drop_last)

    @property
    def size_of_last(self) -> int:
        """How many samples the last batch has."""
        return self.batch_size if self.drop_last else (self._size - 1) % self.batch_size + 1

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        """The batches ``(xb, yb)`` of one epoch; not shuffled, they are views of the data."""
        return self.batches()

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"_cut_before": {}, "_orders": {}}  # a copied view is no view of the copy

    def _classes(self) -> list[Array]:
        """The positions of each class's samples."""
        y = self.y
        labels = y.reshape(len(y), -1)
        if labels.shape[1] != 1:
            raise ValueError(f"balanced needs one class for each sample, got targets of shape {y.shape}")
        found = np.unique(labels[:, 0], return_inverse=True)[1]
        return np.split(np.argsort(found, kind="stable"), np.cumsum(np.bincount(found))[:-1])

    def _order(self) -> Array | None:
        """The positions of this epoch's samples; None where they come as they lie."""
        if not self.shuffle and self._by_class is None:
            return None
        seed, epoch, known = self._seed, self.epoch, self._orders
        if (seed, epoch) not in known:
            # Several at once, when epochs follow each other: one alone takes three times as long.
            count = max(1, min(ORDERS, ORDERED // self._size)) if (seed, epoch - 1) in known else 1
            known = self._orders = {(seed, number): self._order_of(number) for number in range(epoch, epoch + count)}
        return known[seed, epoch]

    def _order_of(self, epoch: int) -> Array:
        rng = np.random.default_rng([self._seed, epoch])
        if self._by_class is None:
            return rng.permutation(self._size)
        order = np.empty(self._size, dtype=np.intp)
        drawn = rng.integers(len(self._by_class), size=self._size)
        for number, positions in enumerate(self._by_class):
            chosen = drawn == number
            order[chosen] = rng.choice(positions, size=np.count_nonzero(chosen))
        return order

    def batch(self, epoch: int, number: int) -> tuple[Any, ...]:
        """A batch of some epoch, both counted from 0, where the order of epochs can be repeated."""
        before, self.epoch = self.epoch, epoch
        try:
            return next(self.batches(number))
        finally:
            self.epoch = before

    def batches(self, start: int = 0, reuse: bool = False) -> Iterator[tuple[Any, ...]]:
        """The batches of one epoch from a later one on.

        Args:
            start: How many are left out.
            reuse: Whether a batch may be overwritten by later ones.
        """
        for block in self.blocks(start, reuse):
            yield from block

    def blocks(self, start: int = 0, reuse: bool = False) -> Iterator[list[tuple[Any, ...]]]:
        """The same as lists of neighbours: where rows are short, those of several batches are gathered at once."""
        order = self._order()
        if self._rows is not None:
            order = self._rows if order is None else self._rows[order]
        self.epoch += 1
        size, end = self.batch_size, min(self._size, len(self) * self.batch_size)
        # A call costs as much as a hundred bytes.
        width = sum(column.bytes_of_a_row for column in self._columns)
        together = size * max(1, GATHERED // max(1, width * size)) if order is not None else size
        for first in range(start * size, end, together):
            last = min(first + together, end)
            part = slice(first, last) if order is None else order[first:last]
            gathered = [column.take(part, reuse) for column in self._columns]
            known, block = self._cut_before.get(last - first, ((), []))
            if not known or any(map(operator.is_not, known, gathered)):
                block = [tuple([_cut(x, at, at + size) for x in gathered]) for at in range(0, last - first, size)]
                if reuse:
                    self._cut_before[last - first] = gathered, block
            yield block


def _cut(x: Any, start: int, end: int) -> Any:
    return tuple([part[start:end] for part in x]) if x.__class__ is tuple else x[start:end]


class Column:
    """The inputs, the targets or the weights of all samples: one array, or for several inputs a tuple of them."""

    def __init__(self, whole: Any) -> None:
        self.whole = tuple(map(np.asarray, whole)) if isinstance(whole, tuple) else np.asarray(whole)
        self._arrays = self.whole if isinstance(self.whole, tuple) else (self.whole,)
        for array in self._arrays[1:]:
            check_same_length(self._arrays[0], array)
        rows = max(1, self._arrays[0].shape[0] if self._arrays[0].ndim else 1)
        self.bytes_of_a_row = sum(array.nbytes for array in self._arrays) // rows
        self._gathered: dict[tuple[int, int], Array] = {}

    def __len__(self) -> int:
        return len(self._arrays[0])

    def take(self, rows: Any, reuse: bool = False) -> Any:
        """Some rows: a view for a slice, or else a copy, perhaps in the memory of an earlier one."""
        if isinstance(rows, slice):
            found = [x[rows] for x in self._arrays]
        elif reuse:
            found = [self._into(number, rows) for number in range(len(self._arrays))]
        else:
            found = [x.take(rows, axis=0) for x in self._arrays]
        return tuple(found) if isinstance(self.whole, tuple) else found[0]

    def _into(self, number: int, rows: Array) -> Array:
        """Rows in memory that is kept, by their number: new pages would cost more than the copy."""
        array, form = self._arrays[number], (number, len(rows))
        held = self._gathered.get(form)
        if held is None:
            held = self._gathered[form] = np.empty((len(rows), *array.shape[1:]), array.dtype)
        return array.take(rows, axis=0, out=held, mode="clip")  # all in range; "raise" would copy twice


class ItemColumn:
    """One part of the samples that a data set gives one by one."""

    bytes_of_a_row = GATHERED  # so that no more than a batch is fetched at once

    def __init__(self, dataset: Indexable, part: int, fetched: dict[int, Any]) -> None:
        self._dataset, self._part, self._fetched = dataset, part, fetched

    def __len__(self) -> int:
        return len(self._dataset)

    @property
    def whole(self) -> Array:
        """This part of all samples."""
        return self.take(slice(None))

    def take(self, rows: Any, reuse: bool = False) -> Array:  # noqa: ARG002 - they are made anew
        """This part of some samples, one row each."""
        numbers = range(len(self))[rows] if isinstance(rows, slice) else rows.tolist()
        dataset, fetched = self._dataset, self._fetched
        if self._part == 0:  # which batches ask for first, and for the others of the same rows after it
            fetched.clear()
            fetched.update((i, dataset[i]) for i in numbers)
        return np.stack([np.asarray((fetched[i] if i in fetched else dataset[i])[self._part]) for i in numbers])


def _row_numbers(rows: Any, size: int) -> Array:
    """The numbers of rows, counted from the first.

    Raises:
        IndexError: There is no such row.
    """
    found = np.asarray(rows)
    if found.dtype == bool:
        if len(found) != size:
            raise IndexError(f"rows as a mask need one entry for each of {size} samples, got {len(found)}")
        found = np.flatnonzero(found)
    if found.size and not -size <= found.min() <= found.max() < size:
        raise IndexError(f"rows go from {found.min()} to {found.max()}, and there are {size} samples")
    return np.where(found < 0, found + size, found)


def columns_of(dataset: Any) -> list[Any]:
    """Inputs, targets and perhaps weights of a data set.

    Raises:
        ShapeError: They have different lengths.
        TypeError: It is no data set.
    """
    if isinstance(dataset, HasXY):
        dataset = dataset.x, dataset.y
    if isinstance(dataset, tuple | list) and len(dataset) in (2, 3):
        columns = [Column(part) for part in dataset]
        for column in columns[1:]:
            check_same_length(columns[0]._arrays[0], column._arrays[0])
        return columns
    if isinstance(dataset, np.ndarray) or not isinstance(dataset, Indexable):
        raise TypeError(f"DataLoader takes a pair (x, y) or a data set of samples (x, y), got {type(dataset).__name__}")
    first = dataset[0] if len(dataset) else (0, 0)
    if not (isinstance(first, tuple | list) and len(first) in (2, 3)):
        raise TypeError(f"item 0 of {type(dataset).__name__} is not a sample (x, y) but of type {type(first).__name__}")
    fetched: dict[int, Any] = {}
    return [ItemColumn(dataset, part, fetched) for part in range(len(first))]


@checked
def train_test_split(
    x: ArrayLike, y: ArrayLike, test_fraction: float = 0.2, seed: Seed = None, stratify: bool = False
) -> tuple[Array, Array, Array, Array]:
    """Split samples at random into two parts.

    Args:
        x: Inputs, one row per sample.
        y: Targets, one per sample.
        test_fraction: The share of samples in the second part, between 0 and 1; both parts get one at least.
        seed: Where the choice comes from, as for `numpy.random.default_rng`.
        stratify: Whether each class of y has the same share in both parts, to within one sample; y must be
            one-dimensional then.

    Returns:
        x_train, x_test, y_train, y_test, in scikit-learn's order.

    Raises:
        ShapeError: x and y have different lengths.
        ValueError: The fraction is not between 0 and 1, there are fewer than two samples, or, with ``stratify``, y
            is not one-dimensional or a class has one sample only.

    Example:
        >>> x, y = np.arange(10), np.array([0] * 8 + [1] * 2)
        >>> x_train, x_test, y_train, y_test = train_test_split(x, y, test_fraction=0.5, seed=0, stratify=True)
        >>> np.bincount(y_train), np.bincount(y_test)
        (array([4, 1]), array([4, 1]))
    """
    x, y = np.asarray(x), np.asarray(y)
    check_same_length(x, y)
    train, test = split_rows(len(x), test_fraction, seed, y if stratify else None)
    return x[train], x[test], y[train], y[test]


def split_rows(size: int, test_fraction: float, seed: Seed = None, classes: Array | None = None) -> tuple[Array, Array]:
    """The numbers of the samples in either part of a split; see `train_test_split`.

    Args:
        size: How many samples there are.
        test_fraction: The share of samples in the second part.
        seed: Where the choice comes from.
        classes: To stratify, the class of each sample.
    """
    if not 0 < test_fraction < 1:
        raise ValueError(f"test_fraction must be between 0 and 1, got {test_fraction!r}")
    if size < 2:
        raise ValueError(f"a split needs at least two samples, got {size}")
    held = min(max(round(test_fraction * size), 1), size - 1)
    rng = np.random.default_rng(seed)
    chosen = np.zeros(size, dtype=bool)
    if classes is not None:
        chosen[_evenly_spaced(_by_class(classes, rng), held, rng)] = True
    else:
        chosen[rng.permutation(size)[:held]] = True
    # Shuffled once more, so that neither part keeps the order of a sorted file.
    return rng.permutation(np.flatnonzero(~chosen)), rng.permutation(np.flatnonzero(chosen))


def _by_class(y: Array, rng: np.random.Generator) -> Array:
    """All positions, class after class, at random within a class."""
    if y.ndim != 1:
        raise ValueError(f"stratify needs one class per sample, got targets of shape {y.shape}")
    classes, numbers, counts = np.unique(y, return_inverse=True, return_counts=True)
    if counts.min() < 2:
        alone = classes[counts.argmin()]
        raise ValueError(f"stratify: class {alone} has one sample, which cannot be in both parts; pass stratify=False")
    return np.lexsort((rng.random(len(y)), numbers))


def _evenly_spaced(order: Array, size: int, rng: np.random.Generator) -> Array:
    """Choose ``size`` items at equal distances from a random start.

    Over a stretch of n items such a walk takes n · size / len(order) of them, rounded up or down (systematic
    sampling: W. G. Cochran, Sampling Techniques, 3rd edition, chapter 8).
    """
    places = (np.arange(size) * len(order) + rng.integers(len(order))) // size
    return order.take(places)
