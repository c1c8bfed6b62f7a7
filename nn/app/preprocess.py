"""Preprocessing: from columns as they were read to the numbers a network sees, and back from its outputs to the target.

scikit-learn fits, on the training rows only. What it found is kept in config.json as numbers and texts, and is
computed with from there: a run folder holds nothing that could run, and needs no certain version of scikit-learn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from autograd import require
from nn._limits import MOST_INPUTS, MOST_NAMES
from nn._schema import SchemaError, list_of, mapping_of, number, one_of, record, text
from nn._text import quoted
from nn.app import target as of_target
from nn.app.cells import DATE_FORMATS, to_dates, to_numbers, to_texts
from nn.app.datasets import DataError, Dataset, Task
from nn.app.numbers import DATE_PARTS, fit_numbers, logarithms, numbers_of
from nn.app.target import Target

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Encoding", "Preprocessing"]

# What `Preprocessing.to_json` writes.
SCHEMA = record(
    numbers=list_of(text()),
    commas=list_of(text()),
    dates=mapping_of(one_of(*DATE_FORMATS)),
    units=list_of(number(above=-1e-300)),
    center=list_of(number()),
    scale=list_of(number(above=0)),
    bend=number(above=-1e-300),
    missing=list_of(text()),
    categories=mapping_of(list_of(text())),
    rare=list_of(text()),
    encoded=mapping_of(record(texts=list_of(text()), means=list_of(list_of(number())), default=list_of(number()))),
    target=of_target.SCHEMA,
    measured=mapping_of(text()),
)

# From where on scaled numbers grow as logarithms, and how many times as far at most; see `Preprocessing`.
BEND, FARTHEST = 4.0, 3.0
ROWS_AT_ONCE = 2**14
# Parts of the rows, each of which has its averages from the others; and for how many classes there are averages.
FOLDS, MOST_AVERAGED = 5, 20


@dataclass(frozen=True)
class Encoding:
    """Names and the target's average where they stand: its classes' shares, or its scaled value.

    Attributes:
        texts: The names that training saw.
        means: For each name, an average for each class (one where there are two) or for the value.
        default: The same for a name that training never saw.
    """

    texts: tuple[str, ...]
    means: tuple[tuple[float, ...], ...]
    default: tuple[float, ...]


@dataclass(frozen=True)
class Preprocessing:
    """Numbers are scaled, z = (x − median) / (quartile₃ − quartile₁); |z| > 4 becomes 4 + log(|z| − 3), up to 12.

    So one cell of 1e12 changes nothing for the others. Numbers with one long tail are first sign(x) log(1 + |x| / u).
    A missing number is the median, and an input of its own says so. Dates are elapsed days, year, and month, weekday
    and hour on a circle. Each category becomes an input that is 1 or 0, rare and unknown ones share one; a name in a
    column of many is what the target is on average where it stands. Columns in one unit, such as pixels, share one mean
    and one deviation and are not bent.

    Compare the robust scaling and smooth clipping of D. Holzmüller et al., "Better by default: strong pre-tuned MLPs
    and boosted trees on tabular data", NeurIPS 2024, section 3; here what is near stays linear.

    Attributes:
        numbers: Names of the columns of numbers.
        commas: Those of them that are texts with decimal commas.
        dates: Columns of dates, and how they are written.
        units: For each number and part of a date the u of its logarithm; 0 for none.
        center, scale: Likewise what is taken away, and by what is divided; a single one where they are in one unit.
        bend: From where on scaled numbers grow as logarithms, up to `FARTHEST` times as far; 0 for nowhere.
        missing: The columns of numbers that have an input for missing cells.
        categories: The categories of each column that have an input; "" is a missing cell.
        rare: Columns with one more input, for rare and unknown categories.
        encoded: The columns of many names.
        target: The target, and how its values are scaled.
        measured: The columns of numbers with a unit, and what it is.
    """

    numbers: tuple[str, ...]
    commas: tuple[str, ...]
    dates: Mapping[str, str]
    units: tuple[float, ...]
    center: tuple[float, ...]
    scale: tuple[float, ...]
    bend: float
    missing: tuple[str, ...]
    categories: Mapping[str, tuple[str, ...]]
    rare: tuple[str, ...]
    encoded: Mapping[str, Encoding]
    target: Target
    measured: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def fit(cls, dataset: Dataset, rows: NDArray[Any]) -> tuple[Self, NDArray[Any]]:
        """Measure the given rows of a data set: those to train on.

        Returns:
            What was fitted, and the inputs of all rows. Those of the training rows differ from what `inputs` gives in
            columns of many names: each row's own target has no part in its averages there (scikit-learn's
            cross fitting), or the network would trust them too much.

        Raises:
            DataError: Numbers are too large to compute with, or inputs too many.

        Example:
            >>> import pandas as pd
            >>> from nn.app.datasets import Plan
            >>> table = pd.DataFrame({"x": np.arange(10.0), "kind": ["a", "b"] * 5})
            >>> plan = Plan(numbers=("x",), categories=("kind",))
            >>> dataset = Dataset("demo", table, plan, np.arange(10) % 2, "odd", ("no", "yes"), source={})
            >>> fitted, inputs = Preprocessing.fit(dataset, np.arange(9))
            >>> fitted.center, fitted.scale, fitted.categories
            ((4.0,), (4.0,), {'kind': ('a', 'b')})
            >>> inputs[:2].round(2).tolist()
            [[-1.0, 1.0, 0.0], [-0.75, 0.0, 1.0]]
        """
        plan, frame = dataset.plan, dataset.features.iloc[rows]
        target = Target.fit(dataset, rows)
        units, center, scale, missing = fit_numbers(dataset.name, plan, frame)
        categories, rare = _fit_categories(frame, plan.categories)
        encoded, cross_fitted = _fit_encoded(frame, plan.encoded, target, target.scaled(dataset.target[rows]))
        fitted = cls(
            *(plan.numbers, plan.commas, plan.dates, units, center, scale),
            *(0.0 if plan.same_unit else BEND, missing, categories, rare, encoded, target),
            plan.measured,
        )
        fitted.check_size(len(dataset))
        each = (*categories.values(), *(encoding.texts for encoding in encoded.values()))
        if (characters := sum(map(len, chain(plan.names, *each)))) > MOST_NAMES:
            raise DataError(
                f"{dataset.name}: the names of its columns and categories have {characters:,} characters; "
                f"at most {MOST_NAMES:,} are kept; leave long texts out with --ignore"
            )
        inputs = fitted.inputs(dataset.features)
        if cross_fitted.size:
            inputs[rows, -cross_fitted.shape[1] :] = cross_fitted
        return fitted, inputs

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that are needed."""
        return (*self.numbers, *self.dates, *self.categories, *self.encoded)

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes' names by number; empty for regression."""
        return self.target.classes

    @property
    def task(self) -> Task:
        """Classification where there are classes, else regression."""
        return "classification" if self.classes else "regression"

    @property
    def width(self) -> int:
        """How many numbers the network sees of each row."""
        parts = len(self.numbers) + DATE_PARTS * len(self.dates) + len(self.missing) + len(self.rare)
        parts += sum(map(len, self.categories.values()))
        return parts + sum(len(encoding.default) for encoding in self.encoded.values())

    @property
    def outputs(self) -> int:
        """How many numbers the network gives for each row: one per class, or the value."""
        return len(self.classes) or 1

    def before_training(self) -> Self:
        """The same, without what is known of the target's errors only after training."""
        return replace(self, target=replace(self.target, errors=()))

    def check_size(self, rows: int) -> None:
        """Refuse more inputs than `nn._limits` allows, before memory is set aside for them.

        Raises:
            DataError: There are too many; the message names the column with most categories, if that is why.
        """
        if rows * max(self.width, self.outputs) <= MOST_INPUTS:
            return
        most = max(self.categories, key=lambda name: len(self.categories[name]), default=None)
        hint = "use fewer rows"
        if most is not None and len(self.categories[most]) > len(self.numbers):
            hint += f", or leave out column {quoted(most)} with its {len(self.categories[most]):,} categories"
        raise DataError(
            f"{rows:,} rows of {self.width:,} inputs and {self.outputs:,} outputs each are too many; at most "
            f"{MOST_INPUTS:,} inputs are taken in all, and as many outputs; {hint}"
        )

    def inputs(self, frame: pd.DataFrame) -> NDArray[np.float32]:
        """What the network sees, shape ``(rows, width)``.

        Args:
            frame: The columns `names`, in any order, as they were read or as any program made them; others are not
                looked at.

        Raises:
            DataError: A column is missing, or there are too many inputs.
        """
        self.check_size(len(frame))
        absent = [name for name in self.names if name not in frame.columns]
        if absent:
            raise DataError(f"column {quoted(absent[0])}, which this run was trained on, is missing")
        inputs = np.empty((len(frame), self.width), dtype=np.float32)
        for start in range(0, len(frame), ROWS_AT_ONCE):
            part = slice(start, start + ROWS_AT_ONCE)
            self._fill(inputs[part], frame.iloc[part])
        return inputs

    def _fill(self, inputs: NDArray[np.float32], frame: pd.DataFrame) -> None:
        numbers = numbers_of(frame, self.numbers, self.commas, self.measured, self.dates)
        holes = np.isnan(numbers)
        place = numbers.shape[1]
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            numbers = logarithms(numbers, np.array(self.units))
            numbers -= np.array(self.center)
            numbers /= np.array(self.scale)
            if self.bend:
                sizes = np.abs(numbers)
                bent = np.minimum(self.bend + np.log1p(np.maximum(sizes - self.bend, 0)), FARTHEST * self.bend)
                numbers = np.where(sizes <= self.bend, numbers, np.sign(numbers) * bent)
        inputs[:, :place] = np.clip(np.where(holes, 0.0, numbers), -1e30, 1e30)
        number_of = {name: number for number, name in enumerate(self.numbers)}
        for name in self.missing:
            inputs[:, place] = holes[:, number_of[name]]
            place += 1
        rare = set(self.rare)
        for name, categories in self.categories.items():
            width = len(categories) + (name in rare)
            codes = _codes(to_texts(frame[name]), categories)
            inputs[:, place : place + width] = 0
            (known,) = np.nonzero(codes < width)
            inputs[known, place + codes[known]] = 1
            place += width
        for name, encoding in self.encoded.items():
            width = len(encoding.default)
            means = np.array([*encoding.means, encoding.default], dtype=np.float32).reshape(-1, width)
            inputs[:, place : place + width] = means[_codes(to_texts(frame[name]), encoding.texts)]
            place += width

    def unreadable(self, frame: pd.DataFrame) -> dict[str, list[int]]:
        """The rows, by column of numbers or dates, whose cells hold something else; they are taken as missing."""
        found = {}
        for name in self.numbers:
            if (bad := to_numbers(frame[name], name in self.commas, self.measured.get(name, ""))[1]).any():
                found[name] = np.flatnonzero(bad).tolist()
        for name, form in self.dates.items():
            if (bad := np.isnat(to_dates(frame[name], form)) & (to_texts(frame[name]) != "")).any():
                found[name] = np.flatnonzero(bad).tolist()
        return found

    def unseen(self, frame: pd.DataFrame) -> dict[str, list[str]]:
        """The categories by column that training never saw."""
        known = {**self.categories, **{name: encoding.texts for name, encoding in self.encoded.items()}}
        found = {
            name: sorted(set(to_texts(frame[name]).tolist()) - {*texts, ""})
            for name, texts in known.items()
            if name not in self.rare
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
        values = {"measured": {}, **values}  # which older runs lack
        SCHEMA(values)
        columns = [name for part in ("numbers", "dates", "categories", "encoded") for name in values[part]]
        if len({*columns}) < len(columns):
            raise SchemaError("a column is named twice")
        parts = len(values["numbers"]) + DATE_PARTS * len(values["dates"])
        for name in ("units", "center", "scale"):
            if len(values[name]) not in ((1, parts) if not values["bend"] else (parts,)):
                raise SchemaError(f"there are {parts} numbers in a row and {len(values[name])} of {name}")
        for name in ("missing", "commas", "measured"):
            if not set(values[name]) <= set(values["numbers"]):
                raise SchemaError(f"{name} names a column that is none of numbers")
        if not set(values["rare"]) <= set(values["categories"]):
            raise SchemaError("rare names a column that is none of categories")
        for name, each in values["encoded"].items():
            widths = {len(each["default"]), *map(len, each["means"])}
            if len(each["texts"]) != len(each["means"]) or len(widths) != 1:
                raise SchemaError(f"the averages of {quoted(name)} do not fit its {len(each['texts']):,} names")
        names = {name: tuple(values[name]) for name in ("numbers", "commas", "missing", "rare")}
        numbers: dict[str, Any] = {name: tuple(map(float, values[name])) for name in ("units", "center", "scale")}
        return cls(
            **names,
            **numbers,
            dates=dict(values["dates"]),
            measured=dict(values["measured"]),
            bend=float(values["bend"]),
            categories={name: tuple(texts) for name, texts in values["categories"].items()},
            encoded={
                name: Encoding(
                    tuple(e["texts"]), tuple(tuple(map(float, row)) for row in e["means"]), tuple(e["default"])
                )
                for name, e in values["encoded"].items()
            },
            target=Target.from_json(values["target"]),
        )


def _codes(texts: NDArray[Any], known: tuple[str, ...]) -> NDArray[np.intp]:
    """The place of each text among those known; their number for any other."""
    place = {text: number for number, text in enumerate(known)}
    return np.fromiter((place.get(text, len(known)) for text in texts), dtype=np.intp, count=len(texts))


def _fit_categories(frame: pd.DataFrame, names: tuple[str, ...]) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """The categories that are frequent enough for an input, and the columns in which others are not."""
    if not names:
        return {}, ()
    least = min(10, max(1, len(frame) // 100))
    encoder = require("sklearn.preprocessing", "train").OneHotEncoder(
        min_frequency=least, handle_unknown="infrequent_if_exist", dtype=np.float32
    )
    encoder.fit(np.column_stack([to_texts(frame[name]) for name in names]).astype(object))
    kept, rare = {}, []
    for name, found, infrequent in zip(names, encoder.categories_, encoder.infrequent_categories_, strict=True):
        without = set() if infrequent is None else set(infrequent.tolist())
        kept[name] = tuple(text for text in found.tolist() if text not in without)
        rare += [name] if without else []
    return kept, tuple(rare)


def _fit_encoded(
    frame: pd.DataFrame, names: tuple[str, ...], target: Target, scaled: NDArray[Any]
) -> tuple[dict[str, Encoding], NDArray[Any]]:
    """The averages by name, and what the rows themselves are to have for them: those of the other folds."""
    if not names:
        return {}, np.empty((0, 0))
    texts = np.column_stack([to_texts(frame[name]) for name in names]).astype(object)
    averaged = _averaged(target, scaled)
    encoder = require("sklearn.preprocessing", "train").TargetEncoder
    folds = require("sklearn.model_selection", "train").KFold(min(FOLDS, len(texts)), shuffle=True, random_state=0)
    own = np.empty((len(names), averaged.shape[1], len(texts)))
    means: list[list[Any]] = [[] for _ in names]
    for column, values in enumerate(averaged.T):
        fitted = encoder(target_type="continuous").fit(texts, values)
        for place, each in enumerate(fitted.encodings_):
            means[place].append(each)
        for others, fold in folds.split(texts):
            part = encoder(target_type="continuous").fit(texts[others], values[others])
            own[:, column, fold] = part.transform(texts[fold]).T
    default = tuple(averaged.mean(axis=0).tolist())
    encodings = {
        name: Encoding(tuple(found.tolist()), tuple(map(tuple, np.column_stack(each).tolist())), default)
        for name, found, each in zip(names, fitted.categories_, means, strict=True)
    }
    return encodings, own.reshape(-1, len(texts)).T


def _averaged(target: Target, scaled: NDArray[Any]) -> NDArray[np.float64]:
    """What is averaged: the value, whether it is the second of two classes, or whether it is each of several."""
    if not target.classes:
        return scaled.astype(np.float64)
    counts = np.bincount(scaled, minlength=len(target.classes))
    several = [1] if len(counts) == 2 else np.sort(np.argsort(-counts, kind="stable")[:MOST_AVERAGED])
    found: NDArray[np.float64] = np.equal(scaled[:, None], several).astype(np.float64)
    return found
