"""Inside a network, layer by layer: gradients over the steps, histograms over the epochs, weights as images."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from nn._arguments import checked
from nn.figures import canvas, grid, line_look, plain_numbers, style
from nn.inspect import layers_of
from nn.module import Module
from nn.pictures.watch import Watch

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_COLUMNS = 6  # of strips side by side: with more their numbers are too small to read


@checked
def gradient_norms(watch: Watch, ax: Axes | None = None) -> Figure:
    """The norm of each layer's gradient over the steps, on a logarithmic scale: vanishing and exploding layers part.

    Args:
        watch: What was recorded.
        ax: Where to draw, such as ``plt.subplots()[1]``; by default a new Figure.

    Returns:
        A Figure.

    Raises:
        ValueError: Nothing was recorded.

    Example:
        >>> import nn
        >>> x, y = np.random.default_rng(0).normal(size=(40, 2)), np.arange(40) % 2
        >>> watch = nn.pictures.Watch()
        >>> trainer = nn.Trainer(nn.MLP(2, [8, 2], seed=0), loss=nn.cross_entropy, optimizer="sgd", callbacks=[watch])
        >>> history = trainer.fit(x, y, epochs=3, progress=False)
        >>> [line.get_label() for line in gradient_norms(watch).axes[0].lines]
        ['0: Linear', '2: Linear']
    """
    if not watch.steps:
        raise ValueError("no step was recorded: give the Watch to the Trainer as a callback, and train")
    with canvas(6.4, 3.5, ax) as (drawn, axes):
        for number, (name, norms) in enumerate(watch.gradients.items()):
            axes.plot(watch.steps, norms, label=name, linewidth=1.1, **line_look(number))
        axes.set(xlabel="step", ylabel="norm of the gradient", title="gradients by layer", yscale="log")
        axes.xaxis.get_major_locator().set_params(integer=True)
        plain_numbers(axes)
        axes.grid(alpha=0.25)
        # Beside the lines, which may be anywhere; the deepest layer on top, as in a drawing of the network.
        handles, names = axes.get_legend_handles_labels()
        place = {"loc": "upper left", "bbox_to_anchor": (1.0, 1.0)}
        axes.legend(handles[::-1], names[::-1], title="layer", fontsize="small", **place)
    return drawn


# A bar is cut off at so many times the next highest.
TOWER = 3


@checked
def histograms(watch: Watch, what: Literal["weights", "activations"] = "weights", ax: Any = None) -> Figure:
    """The spread of each layer's weights, or of its outputs, epoch after epoch from back to front.

    Each strip is scaled to its own highest bar: what it shows is where the numbers lie, not how many there are. A bar
    that towers above all others, such as the zeros of a ReLU, is cut off, so that the others can be seen.

    Args:
        watch: What was recorded.
        what: ``"weights"``, or ``"activations"`` where the Watch was given a sample.
        ax: Where to draw, axes or an array of them, as many as there are layers; by default a new Figure.

    Returns:
        A Figure.

    Raises:
        ValueError: Nothing was recorded, or ``what`` is neither.

    Example:
        >>> import nn
        >>> x, y = np.random.default_rng(0).normal(size=(40, 2)), np.arange(40) % 2
        >>> watch = nn.pictures.Watch(sample=x)
        >>> trainer = nn.Trainer(nn.MLP(2, [8, 2], seed=0), loss=nn.cross_entropy, optimizer="sgd", callbacks=[watch])
        >>> history = trainer.fit(x, y, epochs=3, progress=False)
        >>> [axes.get_title() for axes in histograms(watch, "activations").axes]
        ['0: Linear', '1: ReLU', '2: Linear']
    """
    if what not in ("weights", "activations"):
        raise ValueError(f"what={what!r}: expected 'weights' or 'activations'")
    recorded = watch.weights if what == "weights" else watch.activations
    if not recorded:
        hint = "Watch(sample=x)" if what == "activations" and watch.weights else "a Watch among the callbacks"
        raise ValueError(f"no {what} were recorded: train with {hint}")
    with style():
        columns = min(len(recorded), MOST_COLUMNS)
        rows = math.ceil(len(recorded) / columns)
        drawn, places = grid(rows, columns, (2.5 * columns + 0.5, 2.7 * rows + 0.6), ax, len(recorded))
        for unused in places[len(recorded) :]:
            unused.axis("off")
        for place, (axes, (name, epochs)) in enumerate(zip(places, recorded.items(), strict=False)):
            chosen = np.unique(np.linspace(0, len(epochs) - 1, min(12, len(epochs))).round().astype(int))
            for number, epoch in enumerate(chosen):
                counts, edges = epochs[epoch]
                top = min(counts.max(), TOWER * np.sort(counts)[-2:][0])
                height = np.minimum(counts / max(1, top), 1) * 1.8
                base = len(chosen) - 1 - number
                share = number / max(1, len(chosen) - 1)
                axes.fill_between(
                    (edges[:-1] + edges[1:]) / 2,
                    base,
                    base + height,
                    color=(0.75 - 0.75 * share, 0.85 - 0.4 * share, 0.95 - 0.25 * share),
                    edgecolor="white",
                    linewidth=0.7,
                    zorder=number,
                )
            axes.set_yticks(range(len(chosen)), [str(epoch) for epoch in chosen[::-1]])
            axes.set(title=name, xlabel={"weights": "weight", "activations": "output"}[what])
            if place % columns == 0:
                axes.set_ylabel("epoch")
            axes.spines["left"].set_visible(False)
            axes.tick_params(left=False)
        if ax is None:
            drawn.suptitle(f"{what} by layer, from the first epoch (back) to the last (front)")
    return drawn


@checked
def first_layer(model: Module, shape: tuple[int, int] | None = None, most: int = 36, ax: Any = None) -> Figure:
    """The weights of the first layer as images, one for each unit: what each looks for in a picture.

    Args:
        model: A network whose first layer takes images, one number a pixel.
        shape: The images' height and width; by default they are square.
        most: How many units to show.
        ax: Where to draw, axes or an array of them, as many as there are units shown; by default a new Figure.

    Returns:
        A Figure.

    Raises:
        ValueError: The first layer's inputs do not fill images of that shape.

    Example:
        >>> import nn
        >>> picture = first_layer(nn.MLP(64, [10, 3], seed=0))
        >>> sum(bool(axes.images) for axes in picture.axes)
        10
    """
    name, layer = layers_of(model)[0]
    weights = max((p.data for p in layer.parameters()), key=lambda data: data.ndim)
    pixels = weights.shape[0]
    side = math.isqrt(pixels)
    height, width = shape or (side, side)
    if height * width != pixels:
        raise ValueError(
            f"the first layer, {name}, has {pixels} inputs, which make no image of {height} × {width}: give shape="
        )
    units = min(most, weights.shape[1])
    columns = math.ceil(math.sqrt(units * 1.5))
    rows = math.ceil(units / columns)
    reach = float(np.quantile(np.abs(weights), 0.995)) or 1.0
    with style():
        drawn, places = grid(rows, columns, (0.85 * columns + 1.0, 0.85 * rows + 0.6), ax, units)
        for number, axes in enumerate(places):
            axes.axis("off")
            if number < units:
                image = axes.imshow(weights[:, number].reshape(height, width), cmap="RdBu_r", vmin=-reach, vmax=reach)
        shown = f"{units} of {weights.shape[1]} units" if units < weights.shape[1] else f"all {units} units"
        if ax is None:
            drawn.suptitle(f"weights of {name}, {shown}")
        drawn.colorbar(image, ax=places, shrink=0.7, label="weight")
    return drawn
