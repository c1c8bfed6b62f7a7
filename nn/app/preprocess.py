"""Preprocessing: from named features to the numbers a network sees, and back from its outputs to the target.

What is fitted is fitted on the training rows only, and kept in config.json.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import chain
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from nn._limits import MOST_INPUTS, MOST_NAMES
from nn._text import quoted
from nn.app.datasets import DataError, Dataset, Features, Task
from nn.app.schema import SchemaError, list_of, mapping_of, number, record, text

__all__ = ["SCHEMA", "Preprocessing"]

# What `Preprocessing.to_json` writes.
SCHEMA = record(
    numeric=list_of(text()),
    mean=list_of(number()),
    deviation=list_of(number(above=0)),
    categories=mapping_of(list_of(text())),
    target=text(),
    classes=list_of(text()),
    target_mean=number(),
    target_deviation=number(above=0),
)


@dataclass(frozen=True)
class Preprocessing:
    """Numbers are standardised, z = (x − mean) / deviation; each category becomes an input that is 1 or 0.

    A column that is constant in training has no deviation and is only shifted. Columns in one unit, such as pixels,
    share one mean and one deviation. Values of a regression target are standardised too.

    Attributes:
        numeric: Names of the columns of numbers.
        mean: Their means in training; a single one where they are in one unit.
        deviation: Their standard deviations in training, likewise.
        categories: The categories of each categorical column that training saw, in the order of their inputs.
        target: The target's name.
        classes: The classes' names by number; empty for regression.
        target_mean: Mean of the values to predict, in their own unit; 0 for classification.
        target_deviation: Their standard deviation; 1 for classification.
    """

    numeric: tuple[str, ...]
    mean: tuple[float, ...]
    deviation: tuple[float, ...]
    categories: Mapping[str, tuple[str, ...]]
    target: str
    classes: tuple[str, ...]
    target_mean: float
    target_deviation: float

    @classmethod
    def fit(cls, dataset: Dataset, rows: NDArray[Any]) -> Self:
        """Measure the given rows of a data set: those to train on.

        Raises:
            DataError: Numbers are too large to compute with, or inputs too many.

        Example:
            >>> features = Features(np.arange(10.0).reshape(10, 1), ("x",), np.array([["a"], ["b"]] * 5), ("kind",))
            >>> dataset = Dataset("demo", features, np.arange(10) % 2, "odd", ("no", "yes"), source={})
            >>> fitted = Preprocessing.fit(dataset, np.arange(3))
            >>> fitted.mean, fitted.categories
            ((1.0,), {'kind': ('a', 'b')})
            >>> fitted.inputs(features[:2])
            array([[-1.2247449,  1.       ,  0.       ],
                   [ 0.       ,  0.       ,  1.       ]], dtype=float32)
        """
        features, target = dataset.features[rows], dataset.target[rows]
        axis = None if dataset.same_unit else 0
        with np.errstate(over="ignore", invalid="ignore"):
            mean = np.atleast_1d(features.numeric.mean(axis=axis, dtype=np.float64))
            deviation = np.atleast_1d(features.numeric.std(axis=axis, dtype=np.float64))
        for name, spread in zip(features.numeric_names, deviation, strict=False):
            if not np.isfinite(spread):
                raise DataError(f"{dataset.name}: column {quoted(name)} holds numbers too large to compute with")
        regression = dataset.task == "regression"
        with np.errstate(over="ignore", invalid="ignore"):
            target_mean, target_spread = (float(target.mean()), float(target.std())) if regression else (0.0, 1.0)
        if not np.isfinite(target_spread):
            name = quoted(dataset.target_name)
            raise DataError(f"{dataset.name}: the target {name} holds numbers too large to compute with")
        fitted = cls(
            numeric=features.numeric_names,
            mean=tuple(mean.tolist()),
            deviation=tuple(_positive(deviation, mean).tolist()),
            categories={
                name: tuple(sorted(set(features.categorical[:, place].tolist())))
                for place, name in enumerate(features.categorical_names)
            },
            target=dataset.target_name,
            classes=dataset.classes,
            target_mean=target_mean,
            target_deviation=float(_positive(target_spread, target_mean)),
        )
        fitted.check_size(len(dataset))
        names = [*fitted.numeric, *fitted.categories, *chain.from_iterable(fitted.categories.values())]
        if (characters := sum(map(len, names))) > MOST_NAMES:
            raise DataError(
                f"{dataset.name}: the names of its columns and categories have {characters:,} characters; "
                f"at most {MOST_NAMES:,} are kept; leave long texts out with --ignore"
            )
        return fitted

    @property
    def task(self) -> Task:
        """Classification where there are classes, else regression."""
        return "classification" if self.classes else "regression"

    @property
    def width(self) -> int:
        """How many numbers the network sees of each row."""
        return len(self.numeric) + sum(map(len, self.categories.values()))

    @property
    def outputs(self) -> int:
        """How many numbers the network gives for each row: one per class, or the value."""
        return len(self.classes) or 1

    def check_size(self, rows: int) -> None:
        """Refuse more inputs than `nn._limits` allows, before memory is set aside for them.

        Raises:
            DataError: There are too many; the message names the column with most categories, if that is why.
        """
        if rows * max(self.width, self.outputs) <= MOST_INPUTS:
            return
        most = max(self.categories, key=lambda name: len(self.categories[name]), default=None)
        hint = "use fewer rows"
        if most is not None and len(self.categories[most]) > len(self.numeric):
            hint += f", or leave out column {quoted(most)} with its {len(self.categories[most]):,} categories"
        raise DataError(
            f"{rows:,} rows of {self.width:,} inputs and {self.outputs:,} outputs each are too many; at most "
            f"{MOST_INPUTS:,} inputs are taken in all, and as many outputs; {hint}"
        )

    def inputs(self, features: Features) -> NDArray[np.float32]:
        """What the network sees, shape ``(rows, width)``; a category that training never saw is all zeros.

        Raises:
            DataError: There are too many inputs, or numbers too far from those of training.
        """
        self.check_size(len(features))
        inputs = np.empty((len(features), self.width), dtype=np.float32)
        numbers = inputs[:, : len(self.numeric)]
        with np.errstate(over="ignore", invalid="ignore"):
            # Computed in double precision piece by piece on the way in, without a copy of that size.
            np.subtract(features.numeric, np.array(self.mean), out=numbers, casting="same_kind")
            np.divide(numbers, np.array(self.deviation), out=numbers, casting="same_kind")
        start = len(self.numeric)
        for place, categories in enumerate(self.categories.values()):
            inputs[:, start : start + len(categories)] = 0
            input_of = {category: start + number for number, category in enumerate(categories)}
            columns = np.array([input_of.get(text, -1) for text in features.categorical[:, place]], dtype=np.intp)
            (known,) = np.nonzero(columns >= 0)
            inputs[known, columns[known]] = 1
            start += len(categories)
        if not np.isfinite(inputs).all():
            column = self.numeric[int(np.argwhere(~np.isfinite(inputs))[0, 1])]
            raise DataError(f"column {quoted(column)} holds numbers too far from those of training to compute with")
        return inputs

    def targets(self, target: NDArray[Any]) -> NDArray[Any]:
        """What the loss takes: class numbers ``(rows,)``, or standardised values ``(rows, 1)``.

        Raises:
            DataError: Values are too far from those of training.
        """
        if self.classes:
            return target
        with np.errstate(over="ignore", invalid="ignore"):
            standardised = ((target - self.target_mean) / self.target_deviation).astype(np.float32)[:, None]
        if not np.isfinite(standardised).all():
            raise DataError(
                f"the target {quoted(self.target)} holds numbers too far from those of training to compute with"
            )
        return standardised

    def values(self, outputs: NDArray[Any]) -> NDArray[np.float64]:
        """The network's outputs ``(rows, 1)`` as values in the target's own unit, ``(rows,)``."""
        return outputs[:, 0].astype(np.float64) * self.target_deviation + self.target_mean

    def unseen(self, features: Features) -> dict[str, list[str]]:
        """The categories by column that training never saw."""
        found = {
            name: sorted(set(features.categorical[:, place].tolist()) - set(categories))
            for place, (name, categories) in enumerate(self.categories.items())
        }
        return {name: texts for name, texts in found.items() if texts}

    def to_json(self) -> dict[str, Any]:
        """As JSON values; numbers keep all their bits."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """What `to_json` wrote.

        Raises:
            SchemaError: A part is missing, of another kind, or does not fit the others.
        """
        SCHEMA(values)
        fitted = cls(
            numeric=tuple(map(str, values["numeric"])),
            mean=tuple(map(float, values["mean"])),
            deviation=tuple(map(float, values["deviation"])),
            categories={name: tuple(map(str, texts)) for name, texts in values["categories"].items()},
            target=str(values["target"]),
            classes=tuple(map(str, values["classes"])),
            target_mean=float(values["target_mean"]),
            target_deviation=float(values["target_deviation"]),
        )
        for name in ("mean", "deviation"):
            if len(getattr(fitted, name)) not in (1, len(fitted.numeric)):
                raise SchemaError(
                    f"there are {len(fitted.numeric)} columns of numbers and {len(values[name])} of {name}"
                )
        return fitted


def _positive(deviation: Any, mean: Any) -> Any:
    """The deviation, or 1 where it is zero but for rounding."""
    return np.where(deviation > 1e-12 * np.abs(mean), deviation, 1.0)
