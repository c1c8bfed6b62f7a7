"""The pictures of a run: curves over the epochs, and the confusion matrix.

SVG files hold text as text, and no date or random names: equal runs draw equal files. The colours are told apart
by colour-blind readers too: blue and orange for the curves, one growing blue for the matrix.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from nn.pictures.confusion import confusion_of_counts
from nn.pictures.style import style
from nn.training.history import History

__all__ = ["draw_confusion", "draw_curves"]


def _save(figure: Any, path: Path, title: str) -> None:
    figure.savefig(path, metadata={"Date": None, "Title": title} if path.suffix == ".svg" else {"Title": title})


def draw_curves(history: History, path: Path, title: str, labels: dict[str, str], kept_epoch: int) -> None:
    """Draw the loss and the metrics over the epochs, for training and validation.

    Args:
        history: One row per epoch.
        path: The picture; its ending says the format.
        title: Over the whole.
        labels: What to write at the vertical axes, by column.
        kept_epoch: The epoch whose network was kept; it gets a line.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    with style():
        figure = history.plot()
        figure.suptitle(title)
        names = [name for name in history.columns if name in labels]
        for axes, name in zip(figure.axes, names, strict=True):
            label = labels[name]
            axes.set(title="", ylabel=label)
            if kept_epoch < len(history):
                axes.axvline(kept_epoch, color="0.35", linestyle=":", label=f"kept (epoch {kept_epoch})")
            axes.legend()
        _save(figure, path, title)


def draw_confusion(counts: NDArray[Any], classes: Sequence[str], path: Path, title: str) -> None:
    """Draw a confusion matrix: each cell's colour is the share of its row, its number how many.

    Args:
        counts: How often each class (row) was taken for each (column), shape ``(classes, classes)``.
        classes: The classes' names.
        path: The picture; its ending says the format.
        title: Over the whole.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    figure = confusion_of_counts(counts, classes, title)
    with style():
        _save(figure, path, title)
