"""Diagrams of any numbers: lines, images, a surface."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

import autograd as ag
from nn._arguments import checked
from nn.figures import canvas, grid, line_look, style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@checked
def lines(
    series: Mapping[str, ArrayLike],
    x: ArrayLike | None = None,
    points: Mapping[str, tuple[ArrayLike, ArrayLike]] | None = None,
    xlabel: str = "step",
    ylabel: str = "",
    title: str = "",
    ax: Axes | None = None,
) -> Figure:
    """One line for each series, told apart by colour and dashes.

    Args:
        series: Numbers by the name that the legend gives them.
        x: Where they stand; by default 0, 1, 2, …
        points: Single points beside the lines, (x, y) by name.
        xlabel: What the horizontal axis shows.
        ylabel: What the vertical axis shows.
        title: Over the whole.
        ax: Where to draw, such as ``plt.subplots()[1]``; by default a new Figure.

    Returns:
        A Figure.

    Example:
        >>> picture = lines({"loss": [3.0, 2.0, 1.5]}, ylabel="loss")
        >>> picture.axes[0].lines[0].get_xdata().tolist()
        [0, 1, 2]
    """
    with canvas(5.4, 3.5, ax) as (drawn, axes):
        for name, (across, up) in (points or {}).items():
            axes.plot(across, up, "ko", label=name)
        for number, (name, values) in enumerate(series.items()):
            heights = np.asarray(values)
            places = np.arange(len(heights)) if x is None else np.asarray(x)
            axes.plot(places, heights, label=name, marker="." if len(heights) < 40 else None, **line_look(number))
        axes.set(xlabel=xlabel, ylabel=ylabel, title=title)
        if x is None:  # they are counted
            axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.25)
        axes.legend()
    return drawn


@checked
def images(arrays: Sequence[ArrayLike], columns: int | None = None, title: str = "", ax: Any = None) -> Figure:
    """Images side by side. One that has negative numbers is drawn around zero: blue below, red above.

    Args:
        arrays: Each of two axes, height and width.
        columns: How many in a row; by default about half again as many as rows.
        title: Over the whole.
        ax: Where to draw, axes or an array of them, as many as there are images; by default a new Figure.

    Returns:
        A Figure.

    Raises:
        ShapeError: One of them is no image.

    Example:
        >>> picture = images([np.eye(8), np.eye(8) - 0.5])
        >>> [axes.images[0].get_cmap().name for axes in picture.axes]
        ['gray_r', 'RdBu_r']
    """
    pictures = [np.asarray(array, np.float64) for array in arrays]
    for number, picture in enumerate(pictures):
        if picture.ndim != 2:
            raise ag.ShapeError(f"image {number} has shape {picture.shape}: expected (height, width)")
    columns = columns or max(1, math.ceil(math.sqrt(len(pictures) * 1.5)))
    rows = math.ceil(len(pictures) / columns)
    with style():
        drawn, places = grid(max(1, rows), columns, (1.5 * columns, 1.5 * rows + 0.4), ax, len(pictures))
        for axes in places:
            axes.axis("off")
        for axes, picture in zip(places, pictures, strict=False):
            reach = float(np.abs(picture).max(initial=0.0)) or 1.0
            signed = bool((picture < 0).any())
            axes.imshow(picture, cmap="RdBu_r" if signed else "gray_r", vmin=-reach if signed else 0, vmax=reach)
        if title:
            drawn.suptitle(title)
    return drawn


@checked
def surface(
    x: ArrayLike,
    y: ArrayLike,
    heights: ArrayLike,
    label: str = "loss",
    xlabel: str = "first parameter",
    ylabel: str = "second parameter",
    title: str = "",
    ax: Axes | None = None,
) -> Figure:
    """Heights over the plane as coloured levels, with a star at the lowest.

    Args:
        x: Places across, (N,).
        y: Places up, (M,).
        heights: (M, N).
        label: What the heights are.
        xlabel: What runs across.
        ylabel: What runs up.
        title: Over the whole.
        ax: Where to draw, such as ``plt.subplots()[1]``; by default a new Figure.

    Returns:
        A Figure.

    Raises:
        ShapeError: The heights are not one for each place.

    Example:
        >>> side = np.linspace(-1, 1, 21)
        >>> picture = surface(side, side, np.add.outer(side**2, side**2))
        >>> [float(abs(place[0])) for place in picture.axes[0].lines[0].get_data()]
        [0.0, 0.0]
    """
    across, up, values = np.asarray(x), np.asarray(y), np.asarray(heights)
    if values.shape != (len(up), len(across)):
        raise ag.ShapeError(f"heights of shape {values.shape} over {len(up)} by {len(across)} places")
    row, column = np.unravel_index(values.argmin(), values.shape)
    with canvas(5.0, 4.0, ax) as (drawn, axes):
        levels = axes.contourf(across, up, values, levels=20, cmap="cividis")
        drawn.colorbar(levels, ax=axes, label=label)
        axes.plot(across[column], up[row], "w*", markersize=11)
        axes.set(xlabel=xlabel, ylabel=ylabel, title=title)
    return drawn
