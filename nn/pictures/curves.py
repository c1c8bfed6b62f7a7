"""Learning curves: of one training, and of several beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from nn.pictures.style import figure, line_look, style
from nn.training.history import History

Rows = History | Mapping[str, Sequence[float]]


def curves(history: Rows, columns: Sequence[str] | None = None) -> Any:
    """The loss and every metric over the epochs, training and validation in one diagram.

    Args:
        history: What `Trainer.fit` returned; or columns of numbers by name.
        columns: Which; by default all but ``epoch`` and ``learning_rate``.

    Returns:
        A Figure.

    Raises:
        ValueError: There is nothing to draw.

    Example:
        >>> picture = curves({"loss": [3.0, 2.0, 1.5], "val_loss": [3.1, 2.4, 2.2]})
        >>> len(picture.axes), [line.get_label() for line in picture.axes[0].lines]
        (1, ['training', 'validation'])
    """
    names = _columns([history], columns)
    with style():
        drawn = figure(4.2 * len(names), 3.3)
        for axes, name in zip(drawn.subplots(1, len(names), squeeze=False)[0], names, strict=True):
            for number, (column, label) in enumerate(((name, "training"), (f"val_{name}", "validation"))):
                _line(axes, history, column, label, number)
            _finish(axes, name)
    return drawn


def compare(histories: Mapping[str, Rows], columns: Sequence[str] | None = None) -> Any:
    """Several trainings in one diagram for each column: the validation curve where there is one.

    Args:
        histories: Each training's history, by the name that the legend gives it.
        columns: Which; by default all that one of them has.

    Returns:
        A Figure.

    Example:
        >>> picture = compare({"slow": {"loss": [3.0, 2.9]}, "fast": {"loss": [3.0, 1.0]}})
        >>> [line.get_label() for line in picture.axes[0].lines]
        ['slow', 'fast']
    """
    names = _columns(list(histories.values()), columns)
    with style():
        drawn = figure(4.2 * len(names), 3.3)
        for axes, name in zip(drawn.subplots(1, len(names), squeeze=False)[0], names, strict=True):
            held_out = all(f"val_{name}" in _names(history) for history in histories.values())
            for number, (label, history) in enumerate(histories.items()):
                _line(axes, history, f"val_{name}" if held_out else name, label, number)
            _finish(axes, f"{name}, held out" if held_out else name)
    return drawn


def _names(history: Rows) -> list[str]:
    return history.columns if isinstance(history, History) else list(history)


def _columns(histories: Sequence[Rows], columns: Sequence[str] | None) -> list[str]:
    if columns is None:
        columns = list(dict.fromkeys(name for history in histories for name in _names(history)))
    names = [name for name in columns if name not in ("epoch", "learning_rate") and not name.startswith("val_")]
    if columns is not None and list(columns) == ["learning_rate"]:
        names = ["learning_rate"]
    if not names:
        raise ValueError("there is nothing to draw: the history has no epochs")
    return names


def _line(axes: Any, history: Rows, column: str, label: str, number: int) -> None:
    if column not in _names(history):
        return
    values = list(history[column])
    places = range(1, len(values) + 1)
    if isinstance(history, History) and "epoch" in history.columns and len(history["epoch"]) == len(values):
        places = history["epoch"]  # type: ignore[assignment]
    axes.plot(places, values, label=label, marker="." if len(values) < 40 else None, **line_look(number))


def _finish(axes: Any, name: str) -> None:
    axes.set(xlabel="epoch", title=name.replace("_", " "))
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(alpha=0.25)
    axes.legend()
