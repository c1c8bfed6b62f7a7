"""The data sets that have a name: real ones that come with scikit-learn, and three drawn from a formula.

Nothing is downloaded. The formulas use a seed of their own, so that "moons" is the same data set in every run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograd import require
from nn.app.datasets import Dataset, Plan

__all__ = ["BUILTIN", "load"]

POINTS = 1000
POINTS_SEED = 0


def load(name: str) -> Dataset:
    """The built-in data set of this name, a key of `BUILTIN`.

    Raises:
        MissingExtraError: scikit-learn or pandas is not installed.

    Example:
        >>> xor = load("xor")
        >>> len(xor), xor.plan.names, xor.classes
        (1000, ('x1', 'x2'), ('same sign', 'different signs'))
    """
    numbers, target, names, target_name, classes = BUILTIN[name].parts()
    numbers = np.ascontiguousarray(numbers, dtype=np.float64)
    target = np.ascontiguousarray(target, dtype=np.int64 if classes else np.float64)
    # scikit-learn may change its data one day; then the held-out part of an earlier run would be another.
    digest = hashlib.sha256(numbers.astype("<f8").tobytes() + target.astype("<f8").tobytes()).hexdigest()
    columns = tuple(map(str, names))
    return Dataset(
        name=name,
        features=require("pandas", "train").DataFrame(numbers, columns=list(columns)),
        plan=Plan(columns, same_unit=name == "digits"),
        target=target,
        target_name=target_name,
        classes=tuple(map(str, classes)),
        source={"kind": "built-in", "name": name, "sha256": digest},
    )


# Numbers, target, the columns' names, the target's name, the classes' names.
Parts = tuple[Any, Any, Sequence[str], str, tuple[Any, ...]]


def _from_sklearn(loader: str, target_name: str) -> Parts:
    bunch = getattr(require("sklearn.datasets", "train"), loader)()
    return bunch.data, bunch.target, bunch.feature_names, target_name, tuple(bunch.target_names)


def _diabetes() -> Parts:
    # In years, mmHg and so on, rather than scaled beforehand with the help of rows that will be held out.
    bunch = require("sklearn.datasets", "train").load_diabetes(scaled=False)
    return bunch.data, bunch.target, bunch.feature_names, "progression", ()


def _moons() -> Parts:
    sklearn = require("sklearn.datasets", "train")
    points, moon = sklearn.make_moons(POINTS, noise=0.2, random_state=POINTS_SEED)
    return points, moon, ("x1", "x2"), "moon", ("upper", "lower")


def _circles() -> Parts:
    sklearn = require("sklearn.datasets", "train")
    points, circle = sklearn.make_circles(POINTS, noise=0.1, factor=0.5, random_state=POINTS_SEED)
    return points, circle, ("x1", "x2"), "circle", ("outer", "inner")


def _xor() -> Parts:
    points = np.random.default_rng(POINTS_SEED).uniform(-1, 1, (POINTS, 2))
    return points, points[:, 0] * points[:, 1] < 0, ("x1", "x2"), "signs", ("same sign", "different signs")


class Builtin(NamedTuple):
    """A data set by name.

    Attributes:
        parts: Gives its rows.
        description: What the command line's help says of it.
    """

    parts: Callable[[], Parts]
    description: str


BUILTIN = {
    "digits": Builtin(lambda: _from_sklearn("load_digits", "digit"), "1,797 handwritten digits of 8 x 8 pixels"),
    "iris": Builtin(lambda: _from_sklearn("load_iris", "species"), "150 flowers of three species, four measures each"),
    "wine": Builtin(
        lambda: _from_sklearn("load_wine", "cultivar"), "178 wines of three cultivars, 13 chemical measures each"
    ),
    "breast_cancer": Builtin(
        lambda: _from_sklearn("load_breast_cancer", "diagnosis"),
        "569 cell samples, benign or malignant, 30 measures each",
    ),
    "diabetes": Builtin(_diabetes, "442 patients, the disease's progression in a year (a number)"),
    "moons": Builtin(_moons, "1,000 points in two interleaved half circles"),
    "circles": Builtin(_circles, "1,000 points in two rings, one inside the other"),
    "xor": Builtin(_xor, "1,000 points, whether their two coordinates have the same sign"),
}
