"""Checkpoints: a model's values in a safetensors file, with its architecture beside them.

A safetensors file holds numbers and text only, so loading one runs no code. The architecture is written as JSON into
the file's metadata for networks made of this package's own layers; `load` builds those again without being told.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from autograd import require
from nn._files import write_atomically
from nn.layers import ACTIVATIONS, MLP, BatchNorm1d, Dropout, LayerNorm, Linear, Sequential
from nn.module import Module, StateError

__all__ = ["build", "describe", "load", "save"]

LAYERS: dict[str, type[Any]] = {
    layer.__name__: layer for layer in (Linear, Sequential, MLP, *ACTIVATIONS.values(), Dropout, LayerNorm, BatchNorm1d)
}

FORMAT = "gradbook-1"


def save(model: Module, path: str | Path) -> None:
    """Write a model's parameters, and its architecture where that is known, to a safetensors file.

    The file appears whole or not at all: an earlier file of that name is replaced in one step at the end.

    Args:
        model: Any module.
        path: The file; its folder must exist.

    Raises:
        FileNotFoundError: There is no such folder.
        MissingExtraError: safetensors is not installed.

    Example:
        >>> import tempfile
        >>> from nn.layers import MLP
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save(MLP(2, [3, 1], seed=0), f"{folder}/model.safetensors")
        ...     load(f"{folder}/model.safetensors")
        MLP(
          (0): Linear(in_features=2, out_features=3, bias=True)
          (1): ReLU()
          (2): Linear(in_features=3, out_features=1, bias=True)
        )
    """
    # One entry only: the library writes several in a changing order, and equal models should make equal files.
    metadata = {FORMAT: json.dumps(describe(model))}
    write_atomically(path, require("safetensors.numpy", "train").save(model.state_dict(), metadata))


def load(path: str | Path, model: Module | None = None) -> Module:
    """Read a model from a file that `save` wrote.

    Args:
        path: The file.
        model: The module that takes the values; None builds one from the architecture in the file.

    Returns:
        The model.

    Raises:
        FileNotFoundError: There is no such file.
        StateError: The file is damaged, its values do not fit the model, or it tells no architecture and no model
            was given. The model is unchanged then.
        MissingExtraError: safetensors is not installed.
    """
    safetensors = require("safetensors", "train")
    if not Path(path).is_file():
        raise FileNotFoundError(f"no checkpoint at {path}")
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
    except (safetensors.SafetensorError, TypeError) as error:  # TypeError: a dtype that NumPy does not have
        raise StateError(f"{path} is not a readable safetensors file: {error}") from None
    if model is None:
        model = _rebuilt(metadata, path)
    try:
        model.load_state_dict(state)
    except StateError as error:
        raise StateError(f"{path}: {error}") from None
    return model


def describe(module: Module) -> dict[str, Any] | None:
    """A module made of this package's layers as JSON values; None for any other.

    Example:
        >>> describe(Sequential(Linear(3, 2)))
        {'kind': 'Sequential',
         'layers': [{'kind': 'Linear', 'in_features': 3, 'out_features': 2, 'bias': True,
                     'initializer': 'zeros', 'dtype': 'float32'}]}
    """
    kind = type(module).__name__
    if type(module) is not LAYERS.get(kind):
        return None
    if type(module) is Sequential:
        layers = [describe(layer) for layer in module]
        return None if None in layers else {"kind": kind, "layers": layers}
    return {"kind": kind, **LAYERS[kind].config(module)}


def build(description: dict[str, Any]) -> Module:
    """The module that `describe` described, with its parameters at zero.

    Example:
        >>> build({"kind": "LeakyReLU", "slope": 0.2})
        LeakyReLU(slope=0.2)
    """
    arguments = dict(description)
    layer = LAYERS[arguments.pop("kind")]
    if layer is Sequential:
        return Sequential(*map(build, arguments["layers"]))
    module: Module = layer(**arguments)
    return module


def _rebuilt(metadata: dict[str, str], path: str | Path) -> Module:
    try:
        description = json.loads(metadata.get(FORMAT, "null"))
        if description is not None:
            return build(description)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, MemoryError) as error:
        raise StateError(f"{path} tells an architecture that cannot be built: {error!r}") from None
    raise StateError(f"{path} does not tell its architecture; build the model and pass it: load(path, model)")
