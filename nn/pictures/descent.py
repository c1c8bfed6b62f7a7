"""Optimizers on a surface over two numbers: the ways they take, as a picture and as an animation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

import autograd as ag
from nn._arguments import checked
from nn.figures import Animation, canvas, line_look
from nn.module import Parameter
from nn.optim import SGD, Adam, Optimizer

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[Any]
Surface = Callable[[Any, Any], Any]
Makers = Mapping[str, Callable[[list[Parameter]], Optimizer]]

START = (-1.8, 1.4)
STEPS = 60


def valley(x: Any, y: Any) -> Any:
    """A long valley, ten times as steep across as along: (x² + 10 y²) / 2."""
    return (x * x + 10.0 * y * y) * 0.5


OPTIMIZERS: Makers = {
    "gradient descent": lambda p: SGD(p, learning_rate=0.08),
    "momentum": lambda p: SGD(p, learning_rate=0.04, momentum=0.8),
    "Nesterov": lambda p: SGD(p, learning_rate=0.04, momentum=0.8, nesterov=True),
    "Adam": lambda p: Adam(p, learning_rate=0.15),
}


@checked
def paths(
    surface: Surface = valley, optimizers: Makers = OPTIMIZERS, start: tuple[float, float] = START, steps: int = STEPS
) -> dict[str, Array]:
    """Where each optimizer goes, step by step.

    Args:
        surface: The loss, a function of two numbers written for this library.
        optimizers: For each name a function that makes the optimizer of a list of parameters.
        start: Where all begin.
        steps: How many steps each takes.

    Returns:
        For each name the places, (steps + 1, 2). A way ends early where the loss is no longer finite.

    Example:
        >>> ways = paths(steps=3)
        >>> ways["gradient descent"].round(3).tolist()
        [[-1.8, 1.4], [-1.656, 0.28], [-1.524, 0.056], [-1.402, 0.011]]
    """
    found = {}
    for name, make in optimizers.items():
        place = Parameter(np.array(start, np.float64))
        optimizer = make([place])
        way = [place.data.copy()]
        for _ in range(steps):
            optimizer.zero_grad()
            loss = surface(place[0], place[1])
            if not np.isfinite(loss.item()):
                break
            loss.backward()
            optimizer.step()
            way.append(place.data.copy())
        found[name] = np.array(way)
    return found


@checked
def descent(
    surface: Surface = valley,
    optimizers: Makers = OPTIMIZERS,
    start: tuple[float, float] = START,
    steps: int = STEPS,
    title: str = "descent",
    ax: Axes | None = None,
) -> Figure:
    """The surface as contours, and on it the way of each optimizer.

    Args:
        surface: As for `paths`.
        optimizers: As for `paths`.
        start: As for `paths`.
        steps: As for `paths`.
        title: Over the whole.
        ax: Where to draw, such as ``plt.subplots()[1]``; by default a new Figure.

    Returns:
        A Figure.

    Example:
        >>> picture = descent(lambda x, y: x**2 + 3 * y**2, steps=10)
        >>> [text.get_text() for text in picture.axes[0].get_legend().texts]
        ['gradient descent', 'momentum', 'Nesterov', 'Adam']
    """
    ways = paths(surface, optimizers, start, steps)
    with canvas(5.8, 4.3, ax) as (drawn, axes):
        _contours(axes, surface, ways)
        for number, (name, way) in enumerate(ways.items()):
            axes.plot(*way.T, label=name, marker=".", markersize=4, linewidth=1.2, **line_look(number))
        axes.plot(*start, "k*", markersize=10)
        axes.set(title=title)
        axes.legend(frameon=True)
    return drawn


@checked
def descent_animation(
    surface: Surface = valley,
    optimizers: Makers = OPTIMIZERS,
    start: tuple[float, float] = START,
    steps: int = STEPS,
    ax: Axes | None = None,
) -> Animation:
    """`descent` as it happens, one step a frame. Arguments as for `descent`.

    Returns:
        An animation; a notebook plays it, and ``save`` writes a GIF, an MP4 or a page.

    Example:
        >>> descent_animation(steps=10)
        <animation of 11 frames>
    """
    ways = paths(surface, optimizers, start, steps)
    with canvas(5.8, 4.3, ax) as (drawn, axes):
        _contours(axes, surface, ways)
        looks = [line_look(number) for number in range(len(ways))]
        lines = [
            axes.plot([], [], linewidth=1.2, label=name, **look)[0] for name, look in zip(ways, looks, strict=True)
        ]
        heads = [axes.plot([], [], marker="o", **look)[0] for look in looks]
        axes.legend(frameon=True)

    def frame(number: int) -> None:
        for line, head, way in zip(lines, heads, ways.values(), strict=True):
            line.set_data(*way[: number + 1].T)
            head.set_data(*way[min(number, len(way) - 1)][:, None])
        axes.set_title(f"step {number}")

    return Animation(drawn, frame, steps + 1, interval=120)


# Places farther from the lowest than so many times the start are not waited for.
FARTHEST = 3


def _contours(axes: Any, surface: Surface, ways: Mapping[str, Array]) -> None:
    places = np.concatenate(list(ways.values()))
    # A way that runs off must not make the rest too small to see.
    lowest = places[np.nan_to_num(_heights(surface, *places.T), nan=np.inf).argmin()]
    distances = np.linalg.norm(places - lowest, axis=1)
    near = places[distances <= FARTHEST * distances[0]] if distances[0] else places
    low, high = near.min(axis=0), near.max(axis=0)
    reach = np.maximum(high - low, 1e-6)
    (left, bottom), (right, top) = low - 0.15 * reach, high + 0.15 * reach
    x, y = np.meshgrid(np.linspace(left, right, 120), np.linspace(bottom, top, 120))
    height = _heights(surface, x, y)
    # As many lines near the bottom as higher up.
    levels = np.unique(np.quantile(height, np.linspace(0.0, 1.0, 26) ** 1.5))
    axes.contourf(x, y, height, levels=levels, cmap="cividis", alpha=0.55)
    axes.contour(x, y, height, levels=levels, colors="white", linewidths=0.4)
    axes.set(xlabel="first parameter", ylabel="second parameter", xlim=(left, right), ylim=(bottom, top))


def _heights(surface: Surface, x: Array, y: Array) -> Array:
    with ag.no_grad(), np.errstate(all="ignore"):
        return np.asarray(surface(ag.Tensor(x), ag.Tensor(y)).data)
