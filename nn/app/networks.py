"""What ``--model`` asks for, in layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from nn.app.datasets import DataError, shape_of_pixels
from nn.app.lines import Spelling
from nn.app.preprocess import Preprocessing
from nn.init import Seed
from nn.layers import (
    ACTIVATIONS,
    GRU,
    LSTM,
    MLP,
    RNN,
    Conv2d,
    Embedding,
    Flatten,
    Images,
    LayerNorm,
    Linear,
    MaxPool2d,
    PositionEmbedding,
    Sequential,
    TransformerBlock,
)
from nn.module import Module

__all__ = ["MODELS", "SPELLERS", "build"]

RECURRENT: dict[str, Any] = {"rnn": RNN, "lstm": LSTM, "gru": GRU}
# What learns lines of text, and all.
SPELLERS = (*RECURRENT, "transformer")
MODELS = ("mlp", "cnn", *SPELLERS)
# The numbers that stand for a character before a recurrent layer, and those of a head of attention.
CHARACTER, HEAD = 32, 16


def build(model: str, hidden: tuple[int, ...], activation: str, fitted: Preprocessing | Spelling, seed: Seed) -> Module:
    """The network that the command line trains.

    Args:
        model: One of `MODELS`.
        hidden: Sizes of the hidden layers, of a convolutional network the channels of each convolution, of a
            Transformer the features of each block.
        activation: Of mlp and cnn.
        fitted: What it sees, and what it is to give.
        seed: Where the first weights come from.

    Raises:
        DataError: That network is not for such data, or not of such sizes.
    """
    start: dict[str, Any] = {"seed": np.random.default_rng(seed)}
    if isinstance(fitted, Spelling):
        return (
            _transformer(hidden, fitted, start) if model == "transformer" else _recurrent(model, hidden, fitted, start)
        )
    if model == "cnn":
        return _convolutional(hidden, activation, fitted, start)
    return MLP(fitted.width, [*hidden, fitted.outputs], activation=activation, seed=seed)


def _convolutional(hidden: tuple[int, ...], activation: str, fitted: Preprocessing, start: dict[str, Any]) -> Module:
    """Convolutions of 3 × 3 pixels, each followed by the largest of every 2 × 2, and a linear layer."""
    shape = shape_of_pixels(fitted.names)
    if shape is None:
        raise DataError("--model cnn is for images: a folder of IDX files or pictures, or digits")
    height, width, channels = shape[0], shape[1], shape[2] if len(shape) == 3 else 1
    layers: list[Module] = [Images(height, width, channels)]
    for filters in hidden:
        after = ACTIVATIONS[activation]()
        layers += [Conv2d(channels, filters, 3, padding=1, initializer=after.initializer, **start), after]
        channels = filters
        if min(height, width) > 1:
            layers.append(MaxPool2d(2))
            height, width = height // 2, width // 2
    return Sequential(*layers, Flatten(), Linear(channels * height * width, fitted.outputs, **start))


def _recurrent(model: str, hidden: tuple[int, ...], fitted: Spelling, start: dict[str, Any]) -> Module:
    layers: list[Module] = [Embedding(fitted.width, CHARACTER, **start)]
    for below, size in zip((CHARACTER, *hidden), hidden, strict=False):
        layers.append(RECURRENT[model](below, size, returns="outputs", **start))
    return Sequential(*layers, Linear((CHARACTER, *hidden)[-1], fitted.outputs, **start))


def _transformer(hidden: tuple[int, ...], fitted: Spelling, start: dict[str, Any]) -> Module:
    size = hidden[0] if hidden else 0
    if not size or size % HEAD or set(hidden) != {size}:
        raise DataError(f"--model transformer takes a size for each block, all the same and a multiple of {HEAD}")
    characters = Embedding(fitted.width, size, **start)
    places = PositionEmbedding(fitted.places, size, **start)
    blocks = [TransformerBlock(size, size // HEAD, causal=True, activation="relu", **start) for _ in hidden]
    return Sequential(characters, places, *blocks, LayerNorm(size), Linear(size, fitted.outputs, **start))
