"""The settings of a training run, and the defaults where data sets need different ones.

The defaults were chosen by cross-validation within the training parts; no held-out row had a say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from nn.app.datasets import Dataset

__all__ = ["BASE", "OPTIMIZER_ARGUMENTS", "SPECIAL", "Settings", "settings_for"]


@dataclass(frozen=True)
class Settings:
    """How a network is built and trained.

    Attributes:
        model: Which kind of network, a key of `nn.app.networks.MODELS`.
        hidden: Sizes of the hidden layers; none gives a linear model.
        activation: Name of the function between the layers, a key of `nn.ACTIVATIONS`.
        optimizer: A key of `nn.OPTIMIZERS`.
        learning_rate: The optimizer's.
        weight_decay: The optimizer's.
        label_smoothing: Share of the probability to aim for that goes to all classes alike (classification).
        noise: Standard deviation of the noise that is added to the standardised inputs of each step.
        batch_size: Rows in a step.
        epochs: At most so many times through the training rows.
        patience: Stop when so many epochs in a row did not lower the validation loss; 0 never stops early. Either
            way the best epoch's network is kept.
        members: So many networks are trained at once, each without a part of the rows, which tells when to stop; what
            is kept is their mean (`nn.app.ensemble`). 1: a tenth of the rows is set aside for that.
    """

    model: str = "mlp"
    hidden: tuple[int, ...] = (64,)
    activation: str = "tanh"
    optimizer: str = "adam"
    learning_rate: float = 0.003
    weight_decay: float = 0.001
    label_smoothing: float = 0.0
    noise: float = 0.0
    batch_size: int = 32
    epochs: int = 200
    patience: int = 20
    members: int = 1


BASE = Settings()

_IMAGES: dict[str, Any] = {
    "hidden": (256,),
    "activation": "relu",
    "learning_rate": 0.001,
    "weight_decay": 0.0001,
    "label_smoothing": 0.1,
    "noise": 0.3,
    "batch_size": 64,
    "epochs": 40,
    "patience": 5,
}

# In tables what counts often begins or ends at some value of a column.
_TABLES: Mapping[str, Any] = {"activation": "relu"}
_SEVERAL: Mapping[str, Any] = {"members": 8}
_LINES: dict[str, Any] = {
    "hidden": (128,),
    "learning_rate": 0.002,
    "weight_decay": 0.0,
    "batch_size": 64,
    "epochs": 10,
    "patience": 2,
}

# What differs from BASE, by the name of a built-in data set or the kind of source.
SPECIAL: dict[str, Mapping[str, Any]] = {
    "digits": {
        "hidden": (128,),
        "activation": "relu",
        "label_smoothing": 0.1,
        "noise": 0.3,
        "epochs": 60,
        "patience": 10,
    },
    "idx": _IMAGES,
    "pictures": _IMAGES,
    # What `--model` asks for in place of mlp.
    "cnn": _IMAGES | {"hidden": (16, 32), "epochs": 12},
    "rnn": _LINES,
    "lstm": _LINES,
    "gru": _LINES,
    "transformer": _LINES | {"hidden": (64, 64), "activation": "relu"},
    # Tables of few rows, which take few steps in an epoch, and of which few rows could be set aside.
    "csv under 600 rows": {"batch_size": 16, "epochs": 500, "patience": 50, **_TABLES, **_SEVERAL},
    "csv under 2000 rows": {"epochs": 500, "patience": 50, **_TABLES, **_SEVERAL},
    "csv under 20000 rows": {**_TABLES, **_SEVERAL},
    "csv": _TABLES,
    # Few inputs and sharp borders.
    "moons": {"activation": "relu"},
    "circles": {"activation": "relu"},
    "xor": {"activation": "relu"},
}

# Where an optimizer needs other settings than Adam. A learning rate means something else where steps are not scaled by
# recent gradients.
LEARNING_RATES: dict[str, float] = {"sgd": 0.02, "adagrad": 0.05}
OPTIMIZER_ARGUMENTS: dict[str, Mapping[str, Any]] = {"sgd": {"momentum": 0.9, "nesterov": True}}


def _kind(dataset: Dataset) -> str:
    kind: str = dataset.source["kind"]
    if kind == "built-in":
        return dataset.name
    if kind != "csv":
        return kind
    return next((f"csv under {rows} rows" for rows in (600, 2000, 20000) if len(dataset) < rows), kind)


def settings_for(dataset: Dataset, **chosen: Any) -> Settings:
    """The default settings for a data set, changed by those that were chosen (None: not chosen).

    Example:
        >>> from nn.app.builtin import load
        >>> settings_for(load("xor"), epochs=5, batch_size=None)
        Settings(model='mlp', hidden=(64,), activation='relu', optimizer='adam', learning_rate=0.003,
                 weight_decay=0.001, label_smoothing=0.0, noise=0.0, batch_size=32, epochs=5, patience=20, members=1)
    """
    chosen = {name: value for name, value in chosen.items() if value is not None}
    model = chosen.get("model", BASE.model)
    settings = replace(BASE, **SPECIAL.get(_kind(dataset) if model == BASE.model else model, {}))
    if chosen.get("optimizer", settings.optimizer) != settings.optimizer:
        chosen.setdefault("learning_rate", LEARNING_RATES.get(chosen["optimizer"], BASE.learning_rate))
    return replace(settings, **chosen)
