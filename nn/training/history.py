"""The history of a training run: one row of numbers per epoch."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self, TypeAlias, overload

from autograd import suggest
from nn._arguments import explained, explained_methods
from nn._files import write_atomically
from nn._limits import MOST_CONFIG_BYTES
from nn._text import visible
from nn.figures import save
from nn.module import StateError
from nn.training.curves import curves
from nn.training.phases import Phases

__all__ = ["History", "Row"]

Row: TypeAlias = dict[str, float]


@explained_methods
class History:
    """Rows of numbers, one per epoch; a column is asked for by its name, a row by its number.

    Args:
        rows: The first rows.

    Attributes:
        rows: One dict per epoch: ``epoch`` (from 1), ``learning_rate``, ``loss``, the metrics, and with validation
            data ``val_loss`` and so on.
        interrupted: Whether Ctrl-C ended the training.
        phases: Where the fit spent its time, and where memory grew; `report` shows it.

    Example:
        >>> history = History([{"epoch": 1, "loss": 2.5}, {"epoch": 2, "loss": 0.5}])
        >>> history["loss"]
        [2.5, 0.5]
        >>> history[-1]
        {'epoch': 2, 'loss': 0.5}
        >>> len(history), history.columns
        (2, ['epoch', 'loss'])
    """

    @explained
    def __init__(self, rows: list[Row] | None = None) -> None:
        self.rows: list[Row] = [] if rows is None else rows
        self.interrupted = False
        self.phases = Phases()

    @property
    def columns(self) -> list[str]:
        """The names of the columns, in the order in which they came up."""
        return list(dict.fromkeys(name for row in self.rows for name in row))

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    @overload
    def __getitem__(self, key: str) -> list[float]: ...

    @overload
    def __getitem__(self, key: int) -> Row: ...

    def __getitem__(self, key: str | int) -> list[float] | Row:
        """A column by its name, or a row by its number.

        Raises:
            KeyError: There is no such column; the message lists those there are.
        """
        if isinstance(key, int):
            return self.rows[key]
        if key not in self.columns:
            raise KeyError(f"the history has no column {key!r}; it has {', '.join(self.columns) or 'no rows yet'}")
        return [row[key] for row in self.rows if key in row]

    def __repr__(self) -> str:
        last = ", ".join(f"{name}={value:.4g}" for name, value in self.rows[-1].items()) if self.rows else "no epochs"
        return f"History({last}{', interrupted' if self.interrupted else ''})"

    def report(self) -> str:
        """Time by phase of the fit, and by how much the process's peak memory grew in each, as a table.

        Phases are ``data`` (waiting for batches), ``recording`` (steps that were recorded and compiled), ``steps``,
        ``validation``, ``callbacks`` (those at epochs' ends), ``saving``. A history that was loaded knows of none.

        Example:
            >>> import nn, numpy as np
            >>> trainer = nn.Trainer(nn.Linear(2, 1, seed=0), loss="mse", optimizer="sgd")
            >>> history = trainer.fit(np.ones((8, 2)), np.ones((8, 1)), epochs=2, progress=False)
            >>> rows = history.report().splitlines()
            >>> rows[0].split(), rows[-1].split()[0]
            (['phase', 'time', 'share', 'peak', 'memory'], 'all')
        """
        return str(self.phases)

    def save(self, path: str | Path) -> None:
        """Write a CSV file with a header; every number is written so that reading it back gives the same bits."""
        text = io.StringIO()
        writer = csv.DictWriter(text, self.columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        write_atomically(path, text.getvalue())

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what `save` wrote.

        Raises:
            StateError: It is something else.

        Example:
            >>> import tempfile
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     History([{"epoch": 1, "loss": 0.1 + 0.2}]).save(f"{folder}/history.csv")
            ...     History.load(f"{folder}/history.csv").rows
            [{'epoch': 1, 'loss': 0.30000000000000004}]
        """
        if (size := Path(path).stat().st_size) > MOST_CONFIG_BYTES:
            raise StateError(f"{path} is not a history: it has {size:,} bytes; at most {MOST_CONFIG_BYTES:,} are read")
        with Path(path).open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file, restkey="", strict=True)
            try:
                return cls([{name: _number(cell) for name, cell in row.items() if cell} for row in reader])
            except (ValueError, TypeError, csv.Error) as error:  # TypeError: a row that is longer than the header
                said = visible(f"{error}"[:200])
                raise StateError(f"{path} is not a history: line {reader.line_num}: {said}") from None

    def plot(self, path: str | Path | None = None) -> Any:
        """Draw the loss and every metric over the epochs, training and validation in one diagram.

        Args:
            path: Where to save the picture; its ending says the format (.svg, .png, .pdf). None saves nothing.

        Returns:
            A matplotlib ``Figure``; a notebook shows it.

        Raises:
            ValueError: There are no epochs to draw.
            MissingExtraError: matplotlib is not installed.
        """
        figure = curves(self)
        if path is not None:
            save(figure, path)
        return figure


# Keras keeps the columns in an attribute.
History.history = suggest.Elsewhere("history", "history", {"history": "a column is history['loss'] itself"})  # type: ignore[attr-defined]


def _number(cell: str) -> float:
    number = float(cell)
    return int(cell) if cell.lstrip("-").isdecimal() and abs(number) < 2**53 else number
