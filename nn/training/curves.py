"""Learning curves: of one training, and of several beside each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from nn._arguments import checked
from nn.figures import grid, line_look, style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Epochs", "compare", "curves"]


class HasRows(Protocol):
    """A table of one row per epoch, such as `nn.History`."""

    rows: list[dict[str, float]]


Epochs: TypeAlias = HasRows | Mapping[str, Sequence[float]]


@checked
def curves(
    history: Epochs,
    columns: Sequence[str] | None = None,
    *,
    labels: Mapping[str, str] | None = None,
    kept_epoch: int | None = None,
    ax: Any = None,
) -> Figure:
    """The loss and every metric over the epochs, training and validation in one diagram.

    Args:
        history: What `Trainer.fit` returned; or columns of numbers by name.
        columns: Which; by default all but ``epoch`` and ``learning_rate``.
        labels: What to write over a column's diagram in place of its name.
        kept_epoch: An epoch to be marked by a line: the one whose network was kept.
        ax: Where to draw, axes or an array of them, as many as there are diagrams; by default a new Figure.

    Returns:
        A Figure.

    Raises:
        ValueError: There is nothing to draw.
        MissingExtraError: matplotlib is not installed.

    Example:
        >>> picture = curves({"loss": [3.0, 2.0, 1.5], "val_loss": [3.1, 2.4, 2.2]})
        >>> len(picture.axes), [line.get_label() for line in picture.axes[0].lines]
        (1, ['training', 'validation'])
    """
    with style():
        drawn, diagrams = _diagrams(_columns([history], columns), ax)
        for name, axes in diagrams.items():
            for number, (column, label) in enumerate(((name, "training"), (f"val_{name}", "validation"))):
                _line(axes, history, column, label, number)
            if kept_epoch is not None:
                axes.axvline(kept_epoch, color="0.35", linestyle=":", label=f"kept (epoch {kept_epoch})")
            _finish(axes, (labels or {}).get(name, name.replace("_", " ")))
    return drawn


@checked
def compare(histories: Mapping[str, Epochs], columns: Sequence[str] | None = None, ax: Any = None) -> Figure:
    """Several trainings in one diagram for each column: the validation curve where there is one.

    Args:
        histories: Each training's history, by the name that the legend gives it.
        columns: Which; by default all that one of them has.
        ax: Where to draw, axes or an array of them, as many as there are diagrams; by default a new Figure.

    Returns:
        A Figure.

    Example:
        >>> picture = compare({"slow": {"loss": [3.0, 2.9]}, "fast": {"loss": [3.0, 1.0]}})
        >>> [line.get_label() for line in picture.axes[0].lines]
        ['slow', 'fast']
    """
    with style():
        drawn, diagrams = _diagrams(_columns(histories.values(), columns), ax)
        for name, axes in diagrams.items():
            held_out = all(f"val_{name}" in _names(history) for history in histories.values())
            for number, (label, history) in enumerate(histories.items()):
                _line(axes, history, f"val_{name}" if held_out else name, label, number)
            title = name.replace("_", " ")
            _finish(axes, f"{title}, held out" if held_out else title)
    return drawn


def _diagrams(names: Sequence[str], ax: Any) -> tuple[Figure, dict[str, Any]]:
    drawn, places = grid(1, len(names), (4.2 * len(names), 3.3), ax)
    return drawn, dict(zip(names, places, strict=False))


def _names(history: Epochs) -> list[str]:
    if isinstance(history, Mapping):
        return list(history)
    return list(dict.fromkeys(name for row in history.rows for name in row))


def _columns(histories: Iterable[Epochs], columns: Sequence[str] | None) -> list[str]:
    if columns is None:
        columns = list(dict.fromkeys(name for history in histories for name in _names(history)))
        columns = [name for name in columns if name not in ("epoch", "learning_rate")]
    names = [name for name in columns if not name.startswith("val_")]
    if not names:
        raise ValueError("the history has no epochs to draw; train first")
    return names


def _line(axes: Any, history: Epochs, column: str, label: str, number: int) -> None:
    points: list[tuple[float, float]]
    if isinstance(history, Mapping):
        points = list(enumerate(history.get(column, ()), start=1))
    else:
        points = [(row.get("epoch", n), row[column]) for n, row in enumerate(history.rows, start=1) if column in row]
    if points:
        marker = "." if len(points) < 40 else None
        axes.plot(*zip(*points, strict=True), label=label, marker=marker, **line_look(number))


def _finish(axes: Any, title: str) -> None:
    axes.set(xlabel="epoch", title=title)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(alpha=0.25)
    axes.legend()
