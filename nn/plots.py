"""The pictures of a run: curves over the epochs, and the confusion matrix.

SVG files hold text as text, and no date or random names: equal runs draw equal files. The colours are told apart
by colour-blind readers too: blue and orange for the curves, one growing blue for the matrix.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nn._extras import require
from nn.history import History

__all__ = ["draw_confusion", "draw_curves"]

STYLE = {"svg.fonttype": "none", "svg.hashsalt": "gradbook", "text.parse_math": False}
# With more classes the cells are too small for numbers.
MOST_NUMBERED_CLASSES = 25
LONGEST_NAME = 18


@contextmanager
def _style() -> Iterator[None]:
    matplotlib = require("matplotlib", "viz")
    with matplotlib.rc_context(STYLE), warnings.catch_warnings():
        # A class may have a name in a script that matplotlib's own font lacks; the SVG's viewer has another font.
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        yield


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
    with _style():
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
    with _style():
        size = min(max(4.6, 0.52 * len(classes) + 1.8), 16)
        figure = require("matplotlib.figure", "viz").Figure(figsize=(size + 0.9, size), layout="constrained")
        axes = figure.subplots()
        totals = counts.sum(axis=1, keepdims=True)
        shares = counts / np.maximum(totals, 1)
        image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        names = [name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…" for name in classes]
        long = max(map(len, names)) > 3
        small = "small" if len(classes) > 12 else "medium"
        axes.set_xticks(
            range(len(names)),
            names,
            rotation=40 if long else 0,
            ha="right" if long else "center",
            rotation_mode="anchor",
            fontsize=small,
        )
        axes.set_yticks(range(len(names)), names, fontsize=small)
        axes.set(xlabel="predicted class", ylabel="true class", title=title)
        # White lines between the cells.
        axes.set_xticks(np.arange(1, len(names)) - 0.5, minor=True)
        axes.set_yticks(np.arange(1, len(names)) - 0.5, minor=True)
        axes.grid(which="minor", color="white", linewidth=1)
        axes.tick_params(which="minor", length=0)
        axes.spines[:].set_visible(False)
        if len(classes) <= MOST_NUMBERED_CLASSES:
            for row, column in np.argwhere(counts):
                axes.text(
                    column,
                    row,
                    f"{counts[row, column]:,}",
                    ha="center",
                    va="center",
                    color="white" if shares[row, column] > 0.5 else "black",
                    fontsize=small,
                )
        figure.colorbar(image, ax=axes, shrink=0.8, label="share of the true class")
        _save(figure, path, title)
