"""Text files, a line for each sample: what networks that spell learn from, character by character."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from autograd import require
from nn._limits import MOST_CLASSES, MOST_INPUTS
from nn._schema import SchemaError, record, whole
from nn._text import quoted
from nn.app import target as of_target
from nn.app.datasets import DataError, Dataset, Plan, Task
from nn.app.dialect import plain_text
from nn.app.fingerprint import STANDARD_INPUT, fingerprint, name_of, read_data
from nn.app.target import Target

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["IGNORED", "Spelling", "frame_of_lines", "load_lines"]

# The one column; what ends a line, and what stands before it; a place after the end, which is no target.
LINE, END, IGNORED = "line", "end of line", -1
# Lines are not longer in a network that goes through them place by place.
MOST_PLACES = 256


# What `Spelling.to_json` writes.
SCHEMA = record(places=whole(2), target=of_target.SCHEMA)


@dataclass(frozen=True)
class Spelling:
    """Lines as numbers: the network sees the characters before each place, and is to tell the one that stands there.

    Number 0 is what ends a line, and stands before its first character; the others are the characters by their code.

    Attributes:
        places: One more than the longest line has characters.
        target: The characters, as classes.
    """

    places: int
    target: Target

    names = (LINE,)
    task: Task = "classification"

    @classmethod
    def fit(cls, dataset: Dataset) -> tuple[Self, NDArray[np.int64]]:
        """Take the characters and the places of a data set that `load_lines` gave, and the inputs of all its lines."""
        fitted = cls(dataset.target.shape[1], Target(dataset.target_name, dataset.classes))
        return fitted, fitted.inputs(dataset.features)

    @property
    def classes(self) -> tuple[str, ...]:
        """What ends a line, and the characters."""
        return self.target.classes

    @property
    def width(self) -> int:
        """How many numbers there are for the network to look up."""
        return len(self.classes)

    @property
    def outputs(self) -> int:
        """How many numbers the network gives for each place: one for each that may stand there."""
        return len(self.classes)

    def before_training(self) -> Self:
        """The same: nothing is learnt of it in training."""
        return self

    def inputs(self, frame: pd.DataFrame) -> NDArray[np.int64]:
        """What stands before each place, ``(lines, places)``; 0 after the end too.

        Raises:
            DataError: There is no such column; or a line is longer than training's, or has a character that these had
                not.
        """
        if LINE not in frame.columns:
            raise DataError(f"column {quoted(LINE)}, which this run was trained on, is missing")
        lines = _texts(frame)
        number_of = {character: number for number, character in enumerate(self.classes)}
        found = np.zeros((len(lines), self.places), dtype=np.int64)
        for row, line in enumerate(lines):
            if len(line) >= self.places:
                raise DataError(
                    f"line {row + 1:,} has {len(line):,} characters; those of training have at most {self.places - 1}"
                )
            for place, character in enumerate(line, 1):
                if character not in number_of:
                    raise DataError(f"line {row + 1:,} holds {quoted(character)}, which no line of training does")
                found[row, place] = number_of[character]
        return found

    def after(self, frame: pd.DataFrame, outputs: NDArray[Any]) -> NDArray[Any]:
        """Of what a network gives for all places, ``(lines, places, …)``, that for the place after each line."""
        return outputs[np.arange(len(frame)), [*map(len, _texts(frame))]]

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """What `to_json` wrote.

        Raises:
            SchemaError: A part is missing, or is not what it may be.
        """
        SCHEMA(values)
        target = Target.from_json(values["target"])
        if values["places"] > MOST_PLACES or target.classes[:1] != (END,) or set(map(len, target.classes[1:])) != {1}:
            raise SchemaError(
                f"lines have at most {MOST_PLACES} places, and classes {END!r} and one for each character"
            )
        return cls(values["places"], target)


def _texts(frame: pd.DataFrame) -> list[str]:
    """The lines as texts, a missing one empty; as in training none begins with a blank, but one may end so."""
    cells = frame[LINE]
    return [str(cell).lstrip() for cell in cells.where(cells.notna(), "")]


def frame_of_lines(content: bytes, name: str, encoding: str | None = None) -> pd.DataFrame:
    """The lines of a text file, plain or gzip, in a table of one column.

    Raises:
        DataError: It is no text.
    """
    text = plain_text(content, name, encoding)[0].decode("utf-8")
    return require("pandas", "train").DataFrame({LINE: text.splitlines()}, dtype=object)


def load_lines(path: Path, encoding: str | None = None) -> Dataset:
    """The lines of a text file as a data set; those that are empty do not count.

    Raises:
        DataError: The file is no text, or its lines are too long, too many, or of too many characters.
    """
    content, name = read_data(path), name_of(path)
    frame = frame_of_lines(content, name, encoding)
    lines: list[str] = [line.strip() for line in frame[LINE] if not line.isspace() and line]
    places = max(map(len, lines), default=0) + 1
    characters = sorted(set().union(*lines))
    if places > MOST_PLACES:
        row = next(row for row, line in enumerate(frame[LINE]) if len(line.strip()) == places - 1)
        raise DataError(f"{name}: line {row + 1:,} has {places - 1:,} characters; at most {MOST_PLACES - 1} are taken")
    if len(characters) >= MOST_CLASSES:
        raise DataError(
            f"{name} has {len(characters):,} different characters; at most {MOST_CLASSES - 1:,} are distinguished"
        )
    if len(lines) * places * (len(characters) + 1) > MOST_INPUTS:
        raise DataError(f"{name} has {len(lines):,} lines, too many; leave some out")
    number_of = {character: number for number, character in enumerate(characters, 1)}
    target = np.full((len(lines), places), IGNORED)
    for row, line in enumerate(lines):
        target[row, : len(line) + 1] = [*(number_of[character] for character in line), 0]
    return Dataset(
        name="stdin" if path == STANDARD_INPUT else path.name.removesuffix(".gz").rpartition(".")[0] or path.stem,
        features=require("pandas", "train").DataFrame({LINE: lines}, dtype=object),
        plan=Plan(),
        target=target,
        target_name="the next character",
        classes=(END, *characters),
        source={
            "kind": "lines",
            "path": str(path.resolve()),
            "encoding": encoding,
            "files": {path.name: fingerprint(content)},
        },
        report=(f"lines    {len(lines):,} of up to {places - 1} characters, {len(characters)} different ones",),
    )
