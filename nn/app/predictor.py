"""A trained run in use: its network together with its preparation, for tables as they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nn._arguments import checked, explained_methods
from nn._text import quoted
from nn.app.datasets import DataError
from nn.app.experiment import trainer_for
from nn.app.lines import Spelling
from nn.app.runs import Run, RunError, read_run
from nn.app.terminal import shown
from nn.module import Module

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Predictor", "load_run", "overflow_refused"]


@explained_methods
class Predictor:
    """A trained network with its preparation, as `load_run` gives it.

    Args:
        run: What config.json says.
        model: The network.
        folder: The run folder.

    Attributes:
        names: The columns that are needed.
        target: The name of what is predicted.
        classes: The classes' names; empty for a regression.
        model: The network itself, which sees prepared numbers.
    """

    def __init__(self, run: Run, model: Module, folder: Path) -> None:
        self.run, self.model, self.folder = run, model, folder
        self.names, self.target, self.classes = (
            run.preprocessing.names,
            run.preprocessing.target.name,
            run.preprocessing.classes,
        )
        self._trainer = trainer_for(model, run.preprocessing)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.run, self.model, self.folder)  # the trainer's metrics go through no pickle

    def __repr__(self) -> str:
        return f"Predictor({str(self.folder)!r}, {self.run.preprocessing.task} of {self.target!r})"

    def predict(self, table: pd.DataFrame) -> NDArray[Any]:
        """The class names, or the values in the target's own unit, of each row.

        Args:
            table: The columns `names`, in any order; others are not looked at. Cells may be missing, and categories
                unknown.

        Returns:
            An array of shape ``(rows,)``.

        Raises:
            DataError: A column is missing, or there twice; or a cell is no number, date or text, but a list, say.
            TypeError: It is no table.
            RunError: The network's numbers overflow.
        """
        with overflow_refused(self.folder):
            fitted = self.run.preprocessing
            found = self._trainer.predict(self._inputs(table))
            if not self.classes:
                return fitted.target.values(found)
            if isinstance(fitted, Spelling):
                found = fitted.after(table, found)
            return np.array(self.classes, dtype=object)[found]

    def predict_proba(self, table: pd.DataFrame) -> NDArray[Any]:
        """The probability of each class, shape ``(rows, classes)``, in the order of `classes`.

        Raises:
            DataError: A column is missing.
            TypeError: The run is a regression, or it is no table.
        """
        if not self.classes:
            raise TypeError(f"{self!r} predicts values, which have no probabilities; call predict")
        with overflow_refused(self.folder):
            fitted = self.run.preprocessing
            found = self._trainer.predict_proba(self._inputs(table))
            return fitted.after(table, found) if isinstance(fitted, Spelling) else found

    def _inputs(self, table: pd.DataFrame) -> NDArray[Any]:
        if not hasattr(table, "columns"):
            raise TypeError(f"expected a table (a pandas DataFrame), got an object of type {type(table).__name__}")
        for name in self.names:
            if name in table.columns:
                _check_column(name, table[name])
        return self.run.preprocessing.inputs(table)

    def to_onnx(self, path: str | Path) -> None:
        """Write the network with its preparation to an ONNX file, which other runtimes compute.

        The file has an input of shape ``(rows, 1)`` for each of `names`: numbers in double precision, NaN where a cell
        is missing; dates as seconds since 1970 in double precision; texts without blanks around them, "" where a cell
        is missing. Its outputs are ``label`` and ``probabilities``, or ``prediction`` in the target's own unit.

        Raises:
            TypeError: The run is on no table.
            DataError: A column is called as an output is.
            MissingExtraError: onnx is not installed.
        """
        from nn.app.onnx_table import write_run_as_onnx

        if isinstance(self.run.preprocessing, Spelling):
            raise TypeError(f"{self!r} was trained on lines of text; write its network: nn.to_onnx(run.model, …)")
        write_run_as_onnx(self.run.preprocessing, self.model, path)


def _check_column(name: str, column: Any) -> None:
    """Refuse what no file could hold, in a column's words."""
    if column.ndim > 1:
        raise DataError(f"column {quoted(name)} is there {column.shape[1]} times; keep one")
    if column.dtype == object:
        for row, cell in enumerate(column, 1):
            if isinstance(cell, list | tuple | dict | set | np.ndarray):
                kind = type(cell).__name__
                raise DataError(
                    f"column {quoted(name)} holds a {kind} in row {row:,}; cells are numbers, dates or texts"
                )


@checked
def load_run(folder: str | Path) -> Predictor:
    """A trained run, ready to predict rows of a table as it is: the network, and the preparation it was trained with.

    Reading a run folder runs no code that is in it.

    Args:
        folder: A run folder that ``gradbook train`` wrote.

    Raises:
        RunError: There is no such run folder, or it is damaged.
        StateError: Its checkpoint is damaged.
        MissingExtraError: safetensors is not installed.

    Example:
        >>> load_run("runs/no-such-run")
        Traceback (most recent call last):
        ...
        nn.app.runs.RunError: there is no run runs/no-such-run; train one with: python -m nn train
    """
    folder = Path(folder)
    run = read_run(folder)
    return Predictor(run, run.model(folder), folder)


@contextmanager
def overflow_refused(run: Path) -> Iterator[None]:
    """What no trained network gives is no result.

    Raises:
        RunError: A number became infinite or NaN.
    """
    try:
        with np.errstate(over="raise", invalid="raise"):
            yield
    except FloatingPointError:
        raise RunError(
            f"{shown(run)}: the network's numbers become too large to compute with; its checkpoint is damaged"
        ) from None
