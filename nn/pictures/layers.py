"""Inside a network, layer by layer: gradients over the steps, histograms over the epochs, weights as images."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np

from nn.figures import figure, line_look, style
from nn.inspect import layers_of
from nn.module import Module
from nn.pictures.watch import Watch


def gradient_norms(watch: Watch) -> Any:
    """The norm of each layer's gradient over the steps, on a logarithmic scale: vanishing and exploding layers part.

    Args:
        watch: What was recorded.

    Returns:
        A Figure.

    Raises:
        ValueError: Nothing was recorded.
    """
    if not watch.steps:
        raise ValueError("no step was recorded: give the Watch to the Trainer as a callback, and train")
    with style():
        drawn = figure(5.6, 3.5)
        axes = drawn.subplots()
        for number, (name, norms) in enumerate(watch.gradients.items()):
            axes.plot(watch.steps, norms, label=name, linewidth=1.1, **line_look(number))
        axes.set(xlabel="step", ylabel="norm of the gradient", title="gradients by layer", yscale="log")
        axes.yaxis.set_major_formatter("{x:g}")
        axes.grid(alpha=0.25)
        axes.legend(title="layer")
    return drawn


def histograms(watch: Watch, what: Literal["weights", "activations"] = "weights") -> Any:
    """The spread of each layer's weights, or of its outputs, epoch after epoch from back to front.

    Args:
        watch: What was recorded.
        what: ``"weights"``, or ``"activations"`` where the Watch was given a sample.

    Returns:
        A Figure.

    Raises:
        ValueError: Nothing was recorded, or ``what`` is neither.
    """
    if what not in ("weights", "activations"):
        raise ValueError(f"what={what!r}: expected 'weights' or 'activations'")
    recorded = watch.weights if what == "weights" else watch.activations
    if not recorded:
        hint = "Watch(sample=x)" if what == "activations" and watch.weights else "a Watch among the callbacks"
        raise ValueError(f"no {what} were recorded: train with {hint}")
    with style():
        drawn = figure(3.3 * len(recorded) + 0.6, 3.6)
        for axes, (name, epochs) in zip(
            drawn.subplots(1, len(recorded), squeeze=False)[0], recorded.items(), strict=True
        ):
            chosen = np.unique(np.linspace(0, len(epochs) - 1, min(12, len(epochs))).round().astype(int))
            for number, epoch in enumerate(chosen):
                counts, edges = epochs[epoch]
                height = counts / max(1, counts.max()) * 1.8
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
            axes.spines["left"].set_visible(False)
            axes.tick_params(left=False)
        drawn.axes[0].set_ylabel("epoch")
        drawn.suptitle(f"{what} by layer")
    return drawn


def first_layer(model: Module, shape: tuple[int, int] | None = None, most: int = 36) -> Any:
    """The weights of the first layer as images, one for each unit: what each looks for in a picture.

    Args:
        model: A network whose first layer takes images, one number a pixel.
        shape: The images' height and width; by default they are square.
        most: How many units to show.

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
        drawn = figure(0.85 * columns + 1.0, 0.85 * rows + 0.6)
        grid = drawn.subplots(rows, columns, squeeze=False)
        for number, axes in enumerate(grid.ravel()):
            axes.axis("off")
            if number < units:
                image = axes.imshow(weights[:, number].reshape(height, width), cmap="RdBu_r", vmin=-reach, vmax=reach)
        shown = f"{units} of {weights.shape[1]} units" if units < weights.shape[1] else f"all {units} units"
        drawn.suptitle(f"weights of {name}, {shown}")
        drawn.colorbar(image, ax=grid, shrink=0.7, label="weight")
    return drawn
