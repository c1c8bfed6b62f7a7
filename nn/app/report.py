"""What the main job prints: the data, each epoch, the result, and the confusion matrix as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nn._text import quoted, shortened, visible
from nn.app.lines import Spelling

if TYPE_CHECKING:
    from nn.app.experiment import Experiment, Result
    from nn.app.preprocess import Preprocessing

__all__ = ["confusion_text", "counted", "data_text", "network_text", "result_text", "training_text"]

# A matrix with more classes is too wide for a terminal; its largest errors are listed instead.
MOST_CLASSES = 20
WIDEST_NAME = 24
WIDEST_HEADING = 8  # where the line has no space for more
WIDEST = 100

REGULARISERS = ("weight_decay", "label_smoothing", "noise")


def data_text(experiment: Experiment) -> str:
    """The data set, the task and the parts."""
    dataset, parts = experiment.dataset, experiment.parts
    task = f"{dataset.task} of {quoted(dataset.target_name)}"
    if dataset.classes:
        task += f" into {len(dataset.classes)} classes"
    if dataset.note:
        task += f" ({dataset.note})"
    plan, target = dataset.plan, experiment.preprocessing.target
    features = [counted(len(plan.numbers), "number")] if plan.numbers else []
    features += [counted(len(plan.dates), "date")] if plan.dates else []
    if categories := len(plan.categories) + len(plan.encoded):
        features.append(f"{categories} with categories")
    if dataset.target.ndim > 1:
        features.append("the characters before")
    if target.power is not None:
        task += (
            f"\nskewed   its values are trained in a power transform, λ {target.power:.3g}, and told in their own unit"
        )
    if experiment.balanced:
        counts = np.bincount(dataset.target, minlength=len(dataset.classes))
        rarest = int(counts.argmin())
        task += (
            f"\nbalance  classes count alike in training: {quoted(dataset.classes[rarest])} has "
            f"{counted(int(counts[rarest]), 'row')} ({counts[rarest] / len(dataset):.1%}); or --no-balance"
        )
    validation = f"{len(parts.validation):,} to validate"
    if parts.trains is not None:
        validation = f"which validate for the one of {parts.trains.shape[1]} networks that they do not train"
    table = "".join(f"{visible(line)}\n" for line in dataset.report)
    return (
        f"{table}"
        f"data     {visible(dataset.name)}: {len(dataset):,} rows, features: {' and '.join(features)}\n"
        f"task     {task}\n"
        f"parts    {len(parts.train):,} rows to train, {validation}, {len(parts.held_out):,} held out ({parts.how})"
    )


def network_text(experiment: Experiment) -> str:
    """The network and how it is trained."""
    settings, preprocessing = experiment.settings, experiment.preprocessing
    sizes = "-".join(map(str, (preprocessing.width, *settings.hidden, preprocessing.outputs)))
    if settings.members > 1:
        sizes = f"the mean of {settings.members} networks {sizes}"
    if settings.model != "mlp":
        sizes = f"{settings.model} {sizes}"
    parameters = sum(parameter.size for parameter in experiment.model.parameters())
    activation = f" {settings.activation}" if settings.hidden else " (linear)"
    if settings.model not in ("mlp", "cnn"):
        activation = ""
    return (
        f"network  {sizes}{activation}, {counted(parameters, 'parameter')}\n"
        f"training {settings.optimizer}, learning rate {settings.learning_rate:g}, batches of {settings.batch_size}, "
        f"at most {counted(settings.epochs, 'epoch')}, seed {experiment.seed}"
        + "".join(
            f", {name.replace('_', ' ')} {getattr(settings, name):g}"
            for name in REGULARISERS
            if getattr(settings, name)
        )
    )


def training_text(experiment: Experiment) -> str:
    """How training went."""
    epochs, kept = len(experiment.history), experiment.kept_epoch
    text = f"trained {counted(epochs, 'epoch')} in {experiment.seconds:.1f} s"
    if experiment.history.interrupted:
        text += ", interrupted"  # by Ctrl-C or SIGTERM
    elif experiment.stopped:
        text += f", stopped early: {counted(experiment.settings.patience, 'epoch')} without a lower validation loss"
    return text + (f"; kept the network of epoch {kept}, the best on validation" if kept < epochs else "")


def result_text(result: Result, preprocessing: Preprocessing | Spelling) -> str:
    """The numbers on the held-out rows, and the confusion matrix of a classification.

    Training and a later ``evaluate`` print the same text.
    """
    numbers = result.numbers
    if result.confusion is None:
        return (
            f"held-out R² {numbers['r2']:.4f}, mean absolute error {numbers['mae']:.4g} "
            f"(of {quoted(preprocessing.target.name)}), on {counted(result.rows, 'row')}"
        )
    right = int(np.trace(result.confusion))
    what = "character" if isinstance(preprocessing, Spelling) else "row"
    area = f", ROC AUC {numbers['roc_auc']:.4f}" if "roc_auc" in numbers else ""
    return (
        f"held-out accuracy {numbers['accuracy']:.4f} ({right:,} of {counted(result.rows, what)}), "
        f"loss {numbers['loss']:.4f}, balanced accuracy {numbers['balanced_accuracy']:.4f}{area}\n\n"
        f"{confusion_text(result.confusion, preprocessing.classes)}"
    )


def confusion_text(counts: NDArray[Any], classes: Sequence[str]) -> str:
    r"""A confusion matrix as text: a row per true class, a column per predicted one, and each class's share found.

    Example:
        >>> print(confusion_text(np.array([[9, 1], [0, 8]]), ["cat", "dog"]))
        true \ predicted
              cat  dog  found
        cat     9    1    90%
        dog     .    8   100%
    """
    if len(classes) > MOST_CLASSES:
        return _largest_errors(counts, classes)
    names = [_short(name, WIDEST_NAME) for name in classes]
    width = (WIDEST - max(map(len, names)) - len("  found")) // len(classes) - 2  # for each, with blanks between
    headings = [_short(name, max(width, WIDEST_HEADING)) for name in classes]
    totals = counts.sum(axis=1)
    left = max(map(len, names)) + 1
    width = max(3, *map(len, headings), len(f"{counts.max():,}"))
    lines = ["true \\ predicted", " " * left + "".join(f"  {heading:>{width}}" for heading in headings) + "  found"]
    for number, (name, row) in enumerate(zip(names, counts, strict=True)):
        cells = "".join(f"  {f'{count:,}' if count else '.':>{width}}" for count in row)
        found = f"{row[number] / totals[number]:.0%}" if totals[number] else "none"
        lines.append(f"{name:<{left}}{cells}  {found:>5}")
    return "\n".join(lines)


def _largest_errors(counts: NDArray[Any], classes: Sequence[str], most: int = 10) -> str:
    wrong = counts.copy()
    np.fill_diagonal(wrong, 0)
    lines = [f"of {len(classes)} classes, most often confused:"]
    for place in np.argsort(-wrong, axis=None, kind="stable")[:most]:
        true, predicted = np.unravel_index(place, wrong.shape)
        if wrong[true, predicted]:
            names = (visible(shortened(classes[each])) for each in (true, predicted))
            lines.append(f"  {' taken for '.join(names)}: {wrong[true, predicted]:,}")
    return "\n".join(lines) if len(lines) > 1 else f"none of {len(classes)} classes was taken for another"


def _short(name: str, width: int) -> str:
    name = visible(" ".join(name[:1000].split()))
    return name if len(name) <= width else name[: width - 1] + "~"


def counted(number: int, what: str) -> str:
    """A number of things, in words.

    Example:
        >>> counted(1, "row"), counted(1797, "row")
        ('1 row', '1,797 rows')
    """
    return f"{number:,} {what}{'' if number == 1 else 's'}"
