"""Data sets: rows of named features with a target each, and which rows train, validate and test.

A data set comes from `nn.app.builtin`, `nn.app.tables`, `nn.app.lines`, `nn.app.idx` or `nn.app.photos`; from here on
all are alike.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

import autograd as ag
from nn._limits import MOST_CLASSES, MOST_COLUMNS
from nn._text import LONGEST_NAME, quoted, shortened, visible
from nn.training.data import train_test_split

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "HELD_OUT",
    "DataError",
    "Dataset",
    "Plan",
    "Split",
    "Task",
    "listed",
    "nearest",
    "pixel_names",
    "shape_of_pixels",
    "split",
]

Array: TypeAlias = NDArray[Any]
Task: TypeAlias = Literal["classification", "regression"]

# The share of all rows to test on, and the share of the others to validate on.
HELD_OUT = 0.2
VALIDATION = 0.1
# With fewer rows there is nothing to test on; with fewer left after that, nothing to validate on.
FEWEST_ROWS = 10
FEWEST_ROWS_TO_VALIDATE = 40


# So many names are compared with one that is not known.
MOST_COMPARED = 1000


class DataError(ag.GradbookError, ValueError):
    """Data that cannot be used as it is; the message says where it stands and what to do."""


@dataclass(frozen=True)
class Plan:
    """What each column of a table is taken for.

    Attributes:
        numbers: Columns of numbers.
        commas: Those of them that are texts in which a comma begins the decimals.
        categories: Columns of a few names, each of which becomes an input.
        encoded: Columns of many names, which become what the target is on average where they stand.
        dates: Columns of dates, and how these are written.
        measured: Columns of numbers with a unit, and what it is.
        same_unit: Whether all numbers are in one unit, as pixels are, and are scaled as one.
    """

    numbers: tuple[str, ...] = ()
    commas: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    encoded: tuple[str, ...] = ()
    dates: Mapping[str, str] = field(default_factory=dict)
    measured: Mapping[str, str] = field(default_factory=dict)
    same_unit: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """All columns that count."""
        return (*self.numbers, *self.dates, *self.categories, *self.encoded)


@dataclass(frozen=True)
class Dataset:
    """Features and targets, and where they came from.

    Attributes:
        name: What it is called; also the default name of its run folder.
        features: One row per sample, in columns as they were read.
        plan: What each column is taken for.
        target: Class numbers, integers of shape ``(rows,)``, of text ``(lines, places)``; or values, floats of shape
            ``(rows,)``.
        target_name: What is to be predicted.
        classes: The classes' names by number; empty for regression.
        source: Where the data can be found again, as JSON values; see `nn.app.sources`.
        training_rows: How many of the first rows are for training, where the source itself says so.
        note: Why it is a classification or a regression, where that was inferred.
        report: What was done to the columns and rows, line by line, for a person.

    Raises:
        DataError: There are too few rows, or the target is the same in all of them, or has too many classes.
    """

    name: str
    features: pd.DataFrame
    plan: Plan
    target: Array
    target_name: str
    classes: tuple[str, ...]
    source: Mapping[str, Any]
    training_rows: int | None = None
    note: str = ""
    report: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self) < FEWEST_ROWS:
            raise DataError(
                f"{self.name} has {len(self)} row{'' if len(self) == 1 else 's'}; "
                f"at least {FEWEST_ROWS} are needed, to train and to test on"
            )
        different = np.unique(self.target)
        if self.classes and 2 * len(different) > self.target.size:
            raise DataError(
                f"{self.name}: the target {quoted(self.target_name)} has {len(different):,} different values in "
                f"{len(self):,} rows; classes need several rows each"
            )
        if self.classes and len(different) > MOST_CLASSES:
            raise DataError(
                f"{self.name}: the target {quoted(self.target_name)} has {len(different):,} classes; at most "
                f"{MOST_CLASSES:,} are distinguished"
            )
        if len(different) < 2:
            value = self.classes[different[0]] if self.classes else f"{different[0]:g}"
            raise DataError(
                f"{self.name}: the target {quoted(self.target_name)} has one {'class' if self.classes else 'value'} "
                f"only, {quoted(value)}; there is nothing to learn"
            )

    def __len__(self) -> int:
        return len(self.features)

    @property
    def task(self) -> Task:
        """Classification where there are classes, else regression."""
        return "classification" if self.classes else "regression"


@dataclass(frozen=True)
class Split:
    """Row numbers of the three parts of a data set.

    Attributes:
        train: For the steps of training.
        validation: For the line of each epoch and for stopping early; empty for very small data sets.
        held_out: For the result at the end, and for nothing else.
        how: In words, how the held-out part was chosen.
        trains: Where several networks are trained at once, which of them each row trains, ``(rows, networks)``, 1 or 0:
            all but one, for which it validates. The rows to train on and to validate on are the same ones then.
    """

    train: Array
    validation: Array
    held_out: Array
    how: str
    trains: NDArray[np.float32] | None = None


def split(dataset: Dataset, seed: int, test_size: float = HELD_OUT, members: int = 1) -> Split:
    """Choose the rows to train on, to validate on and to test on; the same seed chooses the same.

    A fifth is held out, or the share ``test_size``, unless the source says which rows to train on; a tenth of the
    others is for validation, or, for each of several ``members``, another part. Classes have the same shares in all
    parts, as far as they have rows enough.

    Example:
        >>> import pandas as pd
        >>> rows = pd.DataFrame({"x": np.zeros(100)})
        >>> dataset = Dataset("demo", rows, Plan(("x",)), np.arange(100) % 2, "odd", ("no", "yes"), source={})
        >>> parts = split(dataset, seed=0)
        >>> len(parts.train), len(parts.validation), len(parts.held_out), parts.how
        (72, 8, 20, 'chosen at random within each class, seed 0')
    """
    rows = np.arange(len(dataset))
    if dataset.training_rows is None:
        rest, held_out, stratified = _two_parts(dataset, rows, test_size, seed)
        held_out.sort()
        how = f"chosen at random{' within each class' if stratified else ''}, seed {seed}"
    else:
        rest, held_out = rows[: dataset.training_rows], rows[dataset.training_rows :]
        how = f"the last {len(held_out):,} rows"
    if members > 1:
        rest.sort()
        trains = np.ones((len(dataset), members), dtype=np.float32)
        trains[rest, _folds(dataset.target[rest], members, seed)] = 0
        return Split(rest, rest, held_out, how, trains)
    if len(rest) < FEWEST_ROWS_TO_VALIDATE:
        return Split(rest, rest[:0], held_out, how)
    train, validation, _ = _two_parts(dataset, rest, VALIDATION, seed)
    return Split(train, validation, held_out, how)


def _folds(target: Array, count: int, seed: int) -> Array:
    """A part for each row, so that all parts have as many rows, and about the same targets."""
    order = np.lexsort((np.random.default_rng(seed).random(len(target)), target))
    folds = np.empty(len(target), dtype=np.intp)
    folds[order] = np.arange(len(target)) % count
    return folds


def _two_parts(dataset: Dataset, rows: Array, fraction: float, seed: int) -> tuple[Array, Array, bool]:
    target = dataset.target[rows]
    # A class with a single row cannot be in both parts.
    stratify = (
        dataset.task == "classification"
        and target.ndim == 1
        and int(np.unique(target, return_counts=True)[1].min()) > 1
    )
    first, second, _, _ = train_test_split(rows, target, fraction, seed, stratify=stratify)
    return first, second, stratify


def pixel_names(*shape: int) -> tuple[str, ...]:
    """Names for the pixels of an image, row by row: their place counted from 0.

    Example:
        >>> pixel_names(2, 2)
        ('pixel_0_0', 'pixel_0_1', 'pixel_1_0', 'pixel_1_1')
    """
    return tuple("_".join(("pixel", *map(str, place))) for place in np.ndindex(*shape))


def shape_of_pixels(names: tuple[str, ...]) -> tuple[int, ...] | None:
    """The shape of the images whose pixels have these names; None where they are something else.

    Example:
        >>> shape_of_pixels(pixel_names(2, 3)), shape_of_pixels(("age", "city"))
        ((2, 3), None)
    """
    word, *places = names[-1].split("_")
    if word != "pixel" or not all(place.isdecimal() and len(place) < 7 for place in places):
        return None
    shape = tuple(int(place) + 1 for place in places)
    fits = len(shape) in (2, 3) and int(np.prod(shape)) == len(names) <= MOST_COLUMNS and shape[2:] in ((), (3,))
    return shape if fits and pixel_names(*shape) == names else None


def listed(names: Iterable[str], most: int = 12) -> str:
    """Names as a list for a message, not too long, with control characters written out.

    Example:
        >>> listed("abcdefgh", most=4)
        'a, b, c, ... h (8 in all)'
    """
    names = [shortened(visible(shortened(name))) for name in names]  # what is written out is longer
    if len(names) <= most:
        return ", ".join(names)
    return f"{', '.join(names[: most - 1])}, ... {names[-1]} ({len(names):,} in all)"


def nearest(name: str, known: Iterable[str]) -> str:
    """A question for a message: the known names that resemble a mistyped one; empty where none does.

    Example:
        >>> nearest("digit", ["digits", "iris"])
        '; did you mean digits?'
        >>> nearest("houses", ["digits", "iris"])
        ''
    """
    if len(name) > LONGEST_NAME:
        return ""
    # Comparing takes long: a foreign table may have a name for every byte.
    by_lower = {each.lower(): each for each in islice(known, MOST_COMPARED) if len(each) <= LONGEST_NAME}
    same = [name.lower()] if name.lower() in by_lower else None
    close = [by_lower[each] for each in same or difflib.get_close_matches(name.lower(), by_lower, n=3)]
    return f"; did you mean {' or '.join(map(visible, close))}?" if close else ""
