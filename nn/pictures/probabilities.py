"""How good a classifier's probabilities are: against false alarms, against precision, against what came true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from numpy.typing import ArrayLike

from autograd import require
from nn._arguments import checked
from nn.figures import canvas, line_look

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@checked
def roc(targets: ArrayLike, probabilities: ArrayLike, title: str = "ROC curve", ax: Axes | None = None) -> Figure:
    """The share of ones that are found against the share of false alarms, at every threshold; and the area below it.

    Args:
        targets: 0 or 1 for each sample.
        probabilities: Of 1, or any number that grows with it.
        title: Over the whole.
        ax: Where to draw, such as ``plt.subplots()[1]``; by default a new Figure.

    Returns:
        A Figure.

    Raises:
        ImportError: scikit-learn, which computes the curve, is missing (the extra ``train``).

    Example:
        >>> picture = roc([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.9])
        >>> [line.get_label() for line in picture.axes[0].lines]
        ['area 0.750', 'by chance']
    """
    metrics = require("sklearn.metrics", "train")
    false_alarms, found, _ = metrics.roc_curve(targets, probabilities)
    with canvas(4.2, 3.8, ax) as (drawn, axes):
        axes.plot(false_alarms, found, label=f"area {metrics.auc(false_alarms, found):.3f}", **line_look(0))
        axes.plot([0, 1], [0, 1], ":", color="0.5", label="by chance")
        axes.set(xlabel="share of false alarms", ylabel="share found (recall)", title=title)
        axes.grid(alpha=0.25)
        axes.legend(loc="lower right")
    return drawn


@checked
def precision_recall(
    targets: ArrayLike, probabilities: ArrayLike, title: str = "precision and recall", ax: Axes | None = None
) -> Figure:
    """Of those called 1, how many are (precision), against how many of the ones are found (recall), at every threshold.

    Where ones are rare it tells more than `roc`, which hardly moves for false alarms among very many zeros. The average
    precision is Σ (Rᵢ − Rᵢ₋₁) Pᵢ over the thresholds; by chance it is the share of ones.

    Args:
        targets: 0 or 1 for each sample.
        probabilities: Of 1, or any number that grows with it.
        title: Over the whole.
        ax: Where to draw, such as ``plt.subplots()[1]``; by default a new Figure.

    Returns:
        A Figure.

    Raises:
        ImportError: scikit-learn, which computes the curve, is missing (the extra ``train``).

    Example:
        >>> picture = precision_recall([0, 0, 1, 1], [0.1, 0.6, 0.4, 0.9])
        >>> [line.get_label() for line in picture.axes[0].lines]
        ['average precision 0.833', 'by chance']
    """
    metrics = require("sklearn.metrics", "train")
    precision, recall, _ = metrics.precision_recall_curve(targets, probabilities)
    average = metrics.average_precision_score(targets, probabilities)
    with canvas(4.2, 3.8, ax) as (drawn, axes):
        label = f"average precision {average:.3f}"
        axes.plot(recall, precision, drawstyle="steps-post", label=label, **line_look(0))
        # With every sample called 1, precision is the share of ones.
        axes.axhline(precision[0], linestyle=":", color="0.5", label="by chance")
        axes.set(xlabel="share found (recall)", ylabel="precision", title=title, ylim=(0, 1.03))
        axes.grid(alpha=0.25)
        axes.legend(loc="lower left")
    return drawn


@checked
def calibration(
    targets: ArrayLike, probabilities: ArrayLike, bins: int = 10, title: str = "calibration", ax: Axes | None = None
) -> Figure:
    """How often it was a 1 where the classifier said so with probability p: on the diagonal, its word can be taken.

    Args:
        targets: 0 or 1 for each sample.
        probabilities: Of 1, from 0 to 1.
        bins: Into how many equal parts the probabilities are sorted; empty ones are left out.
        title: Over the whole.
        ax: Where to draw, such as ``plt.subplots()[1]``; by default a new Figure.

    Returns:
        A Figure. The label gives Brier's score, the mean of (probability − target)²: 0 at best.

    Raises:
        ValueError: A probability is not between 0 and 1.
        ImportError: scikit-learn, which computes the curve, is missing (the extra ``train``).

    Example:
        >>> picture = calibration([0, 0, 1, 1], [0.1, 0.6, 0.6, 0.9], bins=5)
        >>> [(float(said), float(came)) for said, came in picture.axes[0].lines[0].get_xydata().round(2)]
        [(0.1, 0.0), (0.6, 0.5), (0.9, 1.0)]
    """
    came_true, said = require("sklearn.calibration", "train").calibration_curve(targets, probabilities, n_bins=bins)
    score = require("sklearn.metrics", "train").brier_score_loss(targets, probabilities)
    with canvas(4.2, 3.8, ax) as (drawn, axes):
        axes.plot(said, came_true, marker="o", label=f"Brier score {score:.3f}", **line_look(0))
        axes.plot([0, 1], [0, 1], ":", color="0.5", label="as it was said")
        axes.set(xlabel="probability that was said", ylabel="share that was a 1", title=title)
        axes.grid(alpha=0.25)
        axes.legend(loc="upper left")
    return drawn
