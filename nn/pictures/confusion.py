"""The confusion matrix: which class is taken for which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nn._arguments import checked
from nn._text import visible
from nn.figures import canvas
from nn.metrics import confusion_matrix

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# With more classes the cells are too small for numbers.
MOST_NUMBERED_CLASSES = 25
LONGEST_NAME = 18


@checked
def confusion(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    classes: Sequence[str] | None = None,
    title: str = "confusion matrix",
    ax: Axes | None = None,
) -> Figure:
    """How often each class was taken for each: a cell's colour is the share of its row, its number how many.

    Args:
        y_true: The right classes.
        y_pred: The predicted ones.
        classes: The classes' names; by default their numbers.
        title: Over the whole.
        ax: Where to draw, such as ``plt.subplots()[1]``; by default a new Figure.

    Returns:
        A Figure.

    Example:
        >>> picture = confusion([0, 0, 1, 1], [0, 1, 1, 1], ["cat", "dog"])
        >>> sorted(text.get_text() for text in picture.axes[0].texts)
        ['1', '1', '2']
    """
    counts = np.asarray(confusion_matrix(y_true, y_pred))
    return confusion_of_counts(counts, classes or [str(i) for i in range(len(counts))], title, ax)


def confusion_of_counts(counts: NDArray[Any], classes: Sequence[str], title: str, ax: Axes | None = None) -> Figure:
    """`confusion` from the counts themselves, (classes, classes), a row for each true class."""
    size = min(max(4.6, 0.52 * len(classes) + 1.8), 16)
    with canvas(size + 0.9, size, ax) as (drawn, axes):
        totals = counts.sum(axis=1, keepdims=True)
        shares = counts / np.maximum(totals, 1)
        image = axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        names = [visible(name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…") for name in classes]
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
        drawn.colorbar(image, ax=axes, shrink=0.8, label="share of the true class")
    return drawn
