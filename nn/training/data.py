"""Data: batches in a seeded order, and the split into a part to train on and a part to test on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from autograd import suggest
from nn._checks import check_same_length, positive_integer
from nn.init import Seed

__all__ = ["DataLoader", "HasXY", "train_test_split"]

Array: TypeAlias = NDArray[Any]


@runtime_checkable
class HasXY(Protocol):
    """A data set: anything with inputs ``x`` and targets ``y``."""

    @property
    def x(self) -> Array:
        """Inputs, one row per sample."""

    @property
    def y(self) -> Array:
        """Targets, one per sample."""


class DataLoader:
    """The batches of a data set; iterating again gives the next epoch's.

    With a number as seed, the order of epoch k depends on the seed and k alone, so a run can be repeated, and taken
    up again in the middle by setting `epoch`.

    Args:
        dataset: A pair of arrays ``(x, y)``, or an object with these attributes; one row per sample.
        batch_size: Samples in a batch; the last batch may have fewer. 1 for one sample at a time, ``"full"`` for all.
        shuffle: Whether each epoch has an order of its own.
        seed: Where the order comes from, as for `numpy.random.default_rng`.
        drop_last: Whether a last batch that is not full is left out.

    Attributes:
        epoch: How many epochs have been begun.

    Raises:
        ShapeError: x and y have different lengths.
        ValueError: The batch size is not a positive integer, or there are no samples.

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

    @suggest.in_our_words
    def __init__(
        self,
        dataset: tuple[ArrayLike, ArrayLike] | HasXY,
        batch_size: int | Literal["full"] = 32,
        shuffle: bool = False,
        seed: Seed = None,
        drop_last: bool = False,
    ) -> None:
        if np.ndim(batch_size):
            raise TypeError("DataLoader takes inputs and targets as one: pass e.g. DataLoader((x, y), batch_size=32)")
        x, y = (dataset.x, dataset.y) if isinstance(dataset, HasXY) else dataset
        self.x, self.y = np.asarray(x), np.asarray(y)
        check_same_length(self.x, self.y)
        if len(self.x) == 0:
            raise ValueError("DataLoader needs at least one sample, got none")
        self.batch_size = len(self.x) if batch_size == "full" else positive_integer("batch_size", batch_size)
        self.shuffle = shuffle
        self.drop_last = drop_last
        self.epoch = 0
        self._seed = int(np.random.default_rng(seed).integers(2**63))

    def __repr__(self) -> str:
        shown = [f"{len(self.x)} samples", f"batch_size={self.batch_size}"]
        shown += [f"{name}=True" for name in ("shuffle", "drop_last") if getattr(self, name)]
        return f"DataLoader({', '.join(shown)})"

    def __len__(self) -> int:
        """The number of batches in an epoch."""
        full, rest = divmod(len(self.x), self.batch_size)
        return full + (rest > 0 and not self.drop_last)

    def __iter__(self) -> Iterator[tuple[Array, Array]]:
        """The batches ``(xb, yb)`` of one epoch; not shuffled, they are views of the data."""
        order = np.random.default_rng([self._seed, self.epoch]).permutation(len(self.x)) if self.shuffle else None
        self.epoch += 1
        for start in range(0, len(self) * self.batch_size, self.batch_size):
            part = slice(start, start + self.batch_size)
            if order is None:
                yield self.x[part], self.y[part]
            else:
                yield self.x.take(order[part], axis=0), self.y.take(order[part], axis=0)


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
    if not 0 < test_fraction < 1:
        raise ValueError(f"test_fraction must be between 0 and 1, got {test_fraction!r}")
    if len(x) < 2:
        raise ValueError(f"a split needs at least two samples, got {len(x)}")
    size = min(max(round(test_fraction * len(x)), 1), len(x) - 1)
    rng = np.random.default_rng(seed)
    chosen = np.zeros(len(x), dtype=bool)
    if stratify:
        chosen[_evenly_spaced(_by_class(y, rng), size, rng)] = True
    else:
        chosen[rng.permutation(len(x))[:size]] = True
    # Shuffled once more, so that neither part keeps the order of a sorted file.
    train, test = (rng.permutation(np.flatnonzero(part)) for part in (~chosen, chosen))
    return x[train], x[test], y[train], y[test]


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
