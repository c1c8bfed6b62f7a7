"""Checkpoints: a model's values in a safetensors file, with its architecture beside them.

Names and layout are PyTorch's, so that each reads the other's files.

A safetensors file holds numbers and text only, so loading one runs no code. The architecture is written as JSON into
the file's metadata for networks made of this package's own layers; `load` builds those again without being told.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import require
from nn._arguments import explained
from nn._files import write_atomically
from nn._limits import MOST_CONFIG_BYTES
from nn._state import StateError, check_fits
from nn._text import visible
from nn.module import Module
from nn.training.architecture import build, describe_whole, plan

__all__ = ["load", "load_described", "save"]

FORMAT = "gradbook-2"
HELD = "gradbook-1"  # files of before, in the names and layout in which modules hold their values
LONGEST_REASON = 500
# Files of weights that others write, by their first bytes, and what to do.
_TORCH = "in PyTorch, call safetensors.torch.save_file(model.state_dict(), path)"
OTHERS = {
    b"PK\3\4": ("what torch.save, Keras or np.savez writes", f"{_TORCH}; of others, load_state_dict takes arrays"),
    b"\x80\2\x8a\nl\xfc": ("what an old torch.save wrote", _TORCH),
    b"\x89HDF": ("an HDF5 file, as Keras writes", "give its arrays to model.load_state_dict, each kernel transposed"),
}


@explained
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
    if not isinstance(model, Module):
        raise TypeError(
            f"save takes the module, then the path: save(model, 'model.safetensors'), got a {type(model).__name__}"
        )
    # One entry only: the library writes several in a changing order, and equal models should make equal files.
    state = model.state_dict()
    metadata = {FORMAT: json.dumps(describe_whole(model, state))}
    write_atomically(path, require("safetensors.numpy", "train").save(state, metadata))


@explained
def load(path: str | Path, model: Module | None = None) -> Module:
    """Read a model from a file that `save` wrote, or PyTorch's (with a model to take the values).

    Names and layout are PyTorch's. A file from before gradbook kept to them is known by its mark, and converted.

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

    Example:
        >>> import tempfile
        >>> from nn.layers import Linear
        >>> saved, other = Linear(2, 1, seed=0), Linear(2, 1, seed=1)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save(saved, f"{folder}/model.safetensors")
        ...     load(f"{folder}/model.safetensors", other)
        Linear(in_features=2, out_features=1, bias=True)
        >>> bool((other.weight.data == saved.weight.data).all())
        True
    """
    if isinstance(path, Module):
        raise TypeError("load takes the path first: load('model.safetensors'), or load('model.safetensors', model)")
    return _loaded(path, model=model)


def load_described(path: str | Path, description: dict[str, Any]) -> Module:
    """Read a model of a form that is known from elsewhere, as `describe` gives it; otherwise as `load`."""
    return _loaded(path, description=description)


def _loaded(path: str | Path, model: Module | None = None, description: dict[str, Any] | None = None) -> Module:
    safetensors = require("safetensors", "train")
    if not Path(path).is_file():
        raise FileNotFoundError(f"no checkpoint at {path}")
    _check_header_size(path)
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            names, metadata = list(file.keys()), file.metadata() or {}
            if model is None:
                # What is stored must be what is described, before memory is set aside for what is described.
                if description is None:
                    description = _described(metadata, path)
                stored = {name: _outline(file.get_slice(name).get_shape(), path) for name in names}
                _check_plan(description, stored, path, HELD in metadata)
            state = {name: file.get_tensor(name) for name in names}
            if strange := [array.dtype for array in state.values() if array.dtype.kind == "V"]:
                raise TypeError(f"data type {strange[0].name!r} not understood")  # as without ml_dtypes, which adds it
    except (safetensors.SafetensorError, TypeError) as error:
        said = visible(str(error)[:LONGEST_REASON])
        if isinstance(error, TypeError):  # a dtype that NumPy does not have
            raise StateError(f"{path} cannot be read by NumPy: {said}; in PyTorch, save model.float()") from None
        raise StateError(f"{path} is not a readable safetensors file: {said}") from None
    try:
        model = build(description or {}) if model is None else model
        model.load_state_dict(model.in_pytorchs_words(state) if HELD in metadata else state)
    except StateError as error:
        raise StateError(f"{path}: {error}") from None
    return model


def _check_header_size(path: str | Path) -> None:
    """Leave a file alone whose header, a list of what it holds, is larger than any that is written here."""
    with Path(path).open("rb") as file:
        start = file.read(8)
    for beginning, (what, instead) in OTHERS.items():
        if start.startswith(beginning):
            raise StateError(f"{path} is {what}, not a safetensors file; {instead}")
    size = int.from_bytes(start, "little")
    if size > MOST_CONFIG_BYTES:
        raise StateError(f"{path} is not a readable safetensors file: its header has {size:,} bytes")


def _outline(shape: list[int], path: str | Path) -> NDArray[Any]:
    """An array of that shape that takes no memory."""
    try:
        return np.broadcast_to(np.zeros(()), shape)
    except ValueError:
        raise StateError(f"{path} is not a readable safetensors file: no array has {len(shape)} such axes") from None


def _described(metadata: dict[str, str], path: str | Path) -> dict[str, Any]:
    try:
        description: dict[str, Any] | None = json.loads(metadata.get(FORMAT, metadata.get(HELD, "null")))
    except (ValueError, RecursionError) as error:
        raise StateError(f"{path} describes an architecture that cannot be built: {error}") from None
    if description is None:
        raise StateError(f"{path} does not contain its architecture; build the model and pass it: load(path, model)")
    return description


def _check_plan(description: dict[str, Any], stored: dict[str, NDArray[Any]], path: str | Path, as_held: bool) -> None:
    try:
        planned = plan(description)
        expected = planned.plan()
    except StateError as error:
        raise StateError(f"{path} describes an architecture that cannot be built: {error}") from None
    try:
        check_fits(str(description["kind"]), expected, planned.in_pytorchs_words(stored) if as_held else stored)
    except StateError as error:
        raise StateError(f"{path}: {error}") from None
