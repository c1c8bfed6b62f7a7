"""What a classifier of points in the plane says everywhere in it, and how that came about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

import autograd as ag
from nn._arguments import checked
from nn.figures import COLOURS, Animation, canvas, style
from nn.inspect import mode
from nn.module import Module
from nn.pictures.watch import Snapshots

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[Any]
MARKERS = "o^sDv*P"
CELLS = 90  # along each side; a network of Values gets a coarser grid
CELLS_OF_VALUES = 30


def scores(model: Any, points: Array) -> Array:
    """What a model says of each point: one number (its sign is the class), or one for each class.

    Args:
        model: A `Module`, a network of `nn.scalar`, or any function of an array of points.
        points: (N, 2).

    Returns:
        (N,), the difference of the two where there are two classes; (N, classes) with more.
    """
    if isinstance(model, Module):
        with mode(model, training=False), ag.no_grad():
            found = model(points.astype(np.result_type(*(p.dtype for p in model.parameters()), np.float32)))
    elif hasattr(model, "layers") and hasattr(model, "parameters"):
        with ag.no_grad():
            found = [model(point) for point in points.tolist()]
    else:
        found = model(points)
    if isinstance(found, list):
        found = [[v.data for v in x] if isinstance(x, list) else getattr(x, "data", x) for x in found]
    array = np.asarray(getattr(found, "data", found), np.float64)
    if array.ndim == 1 or array.shape[1] == 1:
        return array.reshape(-1)
    return array[:, 1] - array[:, 0] if array.shape[1] == 2 else array


@checked
def boundary(
    model: Callable[..., Any],
    x: ArrayLike,
    y: ArrayLike,
    title: str = "decision boundary",
    certain: float | None = None,
    ax: Axes | None = None,
) -> Figure:
    """The points, and behind them what the model says everywhere: its classes, and how sure it is.

    Args:
        model: A `Module`, a network of `nn.scalar`, or any function of an array of points. It gives one number for each
            point (above 0 for the second class), or one for each class.
        x: The points, (N, 2).
        y: Their classes, (N,).
        title: Over the whole.
        certain: With two classes, the number from which on the colour is at its darkest; by default one that all but
            a twentieth of the plane stays below.
        ax: Where to draw, such as ``plt.subplots()[1]``; by default a new Figure.

    Returns:
        A Figure.

    Raises:
        ShapeError: The points are not in a plane.

    Example:
        >>> points = np.array([[0.0, 0.0], [1.0, 1.0]])
        >>> picture = boundary(lambda p: p[:, 0] - 0.5, points, [0, 1])
        >>> picture.axes[0].get_xlabel()
        'x₁'
    """
    x, y = _checked(x, y)
    with canvas(4.8, 4.1, ax) as (drawn, axes):
        _field(axes, model, x, _extent(x), certain)
        _points(axes, x, y)
        axes.set(title=title)
    return drawn


@checked
def boundary_animation(
    models: Sequence[Callable[..., Any]] | Snapshots,
    x: ArrayLike,
    y: ArrayLike,
    labels: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Animation:
    """The decision boundary of one model after the other, such as those that a `Snapshots` callback kept.

    Args:
        models: One model for each frame; or the `Snapshots` themselves.
        x: The points, (N, 2).
        y: Their classes, (N,).
        labels: A title for each frame; by default "1 of 20", "2 of 20" … or "after epoch 3" of `Snapshots`.
        ax: Where to draw, such as ``plt.subplots()[1]``; by default a new Figure.

    Returns:
        An animation; a notebook plays it, and ``save`` writes a GIF, an MP4 or a page.

    Raises:
        ValueError: There is no model, or not a label for each.

    Example:
        >>> points = np.array([[0.0, 0.0], [1.0, 1.0]])
        >>> boundary_animation([lambda p: p[:, 0] - 0.5, lambda p: p[:, 1] - 0.5], points, [0, 1])
        <animation of 2 frames>
    """
    x, y = _checked(x, y)
    if isinstance(models, Snapshots):
        labels = [f"after epoch {epoch}" for epoch in models.epochs] if labels is None else labels
        models = models.models
    models = list(models)
    if not models:
        raise ValueError("no model to draw: give the Snapshots to the Trainer as a callback, and train")
    titles = list(labels) if labels is not None else [f"{i} of {len(models)}" for i in range(1, len(models) + 1)]
    if len(titles) != len(models):
        raise ValueError(f"{len(titles)} labels for {len(models)} models: expected one for each")
    with canvas(4.8, 4.1, ax) as (drawn, axes):
        extent = _extent(x)

    def frame(number: int) -> None:
        with style():
            axes.clear()
            _field(axes, models[number], x, extent)
            _points(axes, x, y)
            axes.set(title=titles[number])

    return Animation(drawn, frame, len(models))


def _checked(x: ArrayLike, y: ArrayLike) -> tuple[Array, Array]:
    x, y = np.asarray(x), np.asarray(y).reshape(-1)
    if x.ndim != 2 or x.shape[1] != 2 or len(x) != len(y):
        raise ag.ShapeError(
            f"points of shape {x.shape} with {len(y)} classes: expected points in a plane, (N, 2), and (N,)"
        )
    return x, y


def _extent(x: Array) -> tuple[float, float, float, float]:
    low, high = x.min(axis=0), x.max(axis=0)
    margin = 0.12 * np.maximum(high - low, 1e-9)
    (left, bottom), (right, top) = low - margin, high + margin
    return float(left), float(right), float(bottom), float(top)


def _field(
    axes: Any, model: Any, x: Array, extent: tuple[float, float, float, float], certain: float | None = None
) -> None:
    cells = CELLS_OF_VALUES if hasattr(model, "layers") and not isinstance(model, Module) else CELLS
    left, right, bottom, top = extent
    across, up = np.linspace(left, right, cells), np.linspace(bottom, top, cells)
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2).astype(x.dtype if x.dtype.kind == "f" else float)
    found = scores(model, grid)
    if found.ndim == 1:
        field = found.reshape(cells, cells)
        reach = certain or float(np.quantile(np.abs(field), 0.95)) or 1.0
        noise = 1e-9 * reach
        axes.contourf(
            across, up, np.clip(field, -reach, reach), levels=np.linspace(-reach, reach, 21), cmap="PuOr_r", alpha=0.75
        )
        if field.min() < -noise and field.max() > noise:
            axes.contour(across, up, field, levels=[0.0], colors="black", linewidths=1.2)
    else:
        winners = found.argmax(axis=1).reshape(cells, cells)
        colours = [COLOURS[i % len(COLOURS)] for i in range(found.shape[1])]
        axes.contourf(across, up, winners, levels=np.arange(found.shape[1] + 1) - 0.5, colors=colours, alpha=0.3)
    axes.set(xlabel="x₁", ylabel="x₂", xlim=(left, right), ylim=(bottom, top))


def _points(axes: Any, x: Array, y: Array) -> None:
    kinds = np.unique(y)
    # Where a field runs from purple to orange, so do the points of its two classes.
    colours = ("#5e3c99", "#e66101") if len(kinds) == 2 else COLOURS
    for number, kind in enumerate(kinds):
        look = {"marker": MARKERS[number % len(MARKERS)], "color": colours[number % len(colours)]}
        axes.scatter(*x[y == kind].T, s=22, edgecolor="white", linewidth=0.5, label=str(kind), **look)
    axes.legend(title="class", loc="upper right", frameon=True)
