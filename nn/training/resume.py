"""The state of a training under way, in one file: what goes on from it ends as the unbroken run would, to the bit.

It holds the model, the optimizer, the callbacks, the history, the place within the epoch with what was measured in it,
and where every random generator is. The file is a safetensors file, of numbers and text, so loading one runs no code;
each one replaces the last in one step.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograd import require
from nn._files import write_atomically
from nn._limits import MOST_CONFIG_BYTES
from nn._schema import (
    SchemaError,
    any_float,
    in_order,
    list_of,
    mapping_of,
    number,
    one_of,
    optional,
    record,
    text,
    whole,
)
from nn._text import shortened, visible
from nn.inspect import generator_states, set_generator_states
from nn.module import Module, StateError
from nn.training.callbacks import Callback
from nn.training.interfaces import Pending, TrainerParts
from nn.training.settings import FORM

__all__ = ["Saver", "file_of", "give_back", "read_state", "write_state"]

FORMAT = "gradbook-training-2"
NAME = "training.safetensors"

# What the text in it must be like. A seed may be of any size; of generators, NumPy looks at the rest.
_COUNT, _OBJECT = whole(0), record()
SCHEMA = record(
    position=record(
        **dict.fromkeys(("epoch", "taken", "epochs_taken"), _COUNT),
        seed=whole(0, math.inf),
        stopping=one_of(True, False),
        sums=one_of(True, False, None),
        rate=number(),
    ),
    plan=optional(in_order(any_float(), any_float())),
    history=list_of(mapping_of(any_float()), "a list of rows"),
    generators=mapping_of(_OBJECT),
    **dict.fromkeys(("frozen", "evaluating"), optional(list_of(text(), "a list of names"))),
    settings=FORM,
    changes=_COUNT,
    refused=optional(text()),
    callbacks=list_of(in_order(text(), _OBJECT), "a list of callbacks with their states"),
)
# What is not in older files.
NEW: dict[str, Any] = {"frozen": None, "evaluating": None, "settings": {}, "changes": 0, "refused": None}
UNFIT = (IndexError, KeyError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)
MOST_NAMES = 10
WORDS = ("uint8", "uint32", "uint64", "int64")  # what generators keep in arrays

# Within an epoch the state is saved this often; one that takes longer to end than that is taken up in its middle.
SECONDS = 30.0


def file_of(path: str | Path) -> Path:
    """The file that a path means: itself, or in a folder one of a fixed name.

    Raises:
        NotADirectoryError: It is a file of another kind.
    """
    path = Path(path)
    if path.suffix == ".safetensors":
        return path
    if path.is_file():
        raise NotADirectoryError(
            f"{str(path)!r} is a file: a training is kept in a folder, or in a file whose name ends in .safetensors"
        )
    return path / NAME


def write_state(trainer: TrainerParts, path: str | Path) -> None:
    """Save all that a training goes on from.

    Raises:
        MissingExtraError: safetensors is not installed.
        OSError: It cannot be written, such as where the disk is full; what was saved there before stays.
    """
    arrays = {f"model.{name}": array for name, array in trainer.model.state_dict().items()}
    arrays |= {f"optimizer.{name}": array for name, array in trainer.optimizer.state_dict().items()}
    arrays |= {f"measured.{name}": array for name, array in trainer.measured.state_dict().items()}
    callbacks = []
    for place, callback in enumerate(trainer.own_callbacks):
        state = callback.state_dict()
        arrays |= {f"callback.{place}.{name}": x for name, x in state.items() if isinstance(x, np.ndarray)}
        others = {name: x for name, x in state.items() if not isinstance(x, np.ndarray)}
        callbacks.append([type(callback).__name__, others])
    saved = {
        "position": trainer.position(),
        "history": trainer.history.rows,
        "frozen": [name for name, each in trainer.model.named_parameters() if not each.requires_grad],
        "evaluating": [name for name, each in trainer.model.named_modules() if not each.training],
        "settings": trainer.settings.changed(),
        "generators": {name: _plain(state) for name, state in generator_states(trainer.model).items()},
        "callbacks": callbacks,
        **trainer.stepper.state(),
    }
    file = file_of(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    # safetensors takes arrays as they lie in memory.
    whole = {name: np.ascontiguousarray(array).reshape(np.shape(array)) for name, array in arrays.items()}
    content = require("safetensors.numpy", "train").save(whole, {FORMAT: json.dumps(saved)})
    try:
        write_atomically(file, content)
    except OSError as error:
        there = "what was saved there before is whole" if file.is_file() else "nothing was saved before"
        raise type(error)(
            error.errno,
            f"{error.strerror} while saving the training ({len(content):,} bytes; {there}); free some space and resume",
            str(file),
        ) from error


def read_state(trainer: TrainerParts, path: str | Path) -> None:
    """Take up a training from where it was saved. Nothing is loaded unless the model and the optimizer fit.

    Raises:
        FileNotFoundError: There is no such file.
        StateError: It is something else, or of another model, optimizer or list of callbacks.
    """
    file = file_of(path)
    arrays, saved = _read(file)
    try:
        saved = NEW | saved
        SCHEMA(saved)
        trainer.settings.check(saved["settings"])
        parts: dict[str, dict[str, NDArray[Any]]] = {"model": {}, "optimizer": {}, "measured": {}, "callback": {}}
        for name, array in arrays.items():
            part, _, rest = name.partition(".")
            parts[part][rest] = array
        kinds = [type(callback).__name__ for callback in trainer.own_callbacks]
        if [name for name, _ in saved["callbacks"]] != kinds:
            names = ", ".join(visible(shortened(name)) for name, _ in saved["callbacks"][:MOST_NAMES]) or "none"
            raise StateError(
                f"it was saved with the callbacks {names}, and this trainer has {', '.join(kinds) or 'none'}"
            )
        before = trainer.model.state_dict()
        trainer.model.load_state_dict(parts["model"])
        try:
            trainer.optimizer.load_state_dict(parts["optimizer"])
            set_generator_states(trainer.model, {name: _arrayed(x) for name, x in saved["generators"].items()})
        except StateError:
            trainer.model.load_state_dict(before)
            raise
        if saved["frozen"] is not None:
            for name, parameter in trainer.model.named_parameters():
                parameter.requires_grad = name not in saved["frozen"]
        trainer.settings.put(saved["settings"])
        trainer.measured.load_state_dict(parts["measured"])
        if not trainer.measured.steps:
            set_evaluating(trainer.model, saved["evaluating"])
        trainer.history.rows = [dict(row) for row in saved["history"]]
        trainer.stepper.set_state(saved)
        trainer.set_position(saved["position"])
        states = [dict(state) for _, state in saved["callbacks"]]
        for name, array in parts["callback"].items():
            number, _, rest = name.partition(".")
            states[int(number)][rest] = array
        trainer.pending = Pending(states, saved["evaluating"])
    except (StateError, SchemaError) as error:
        raise StateError(f"{file}: {error}") from None
    except UNFIT as error:
        raise StateError(f"{file} holds no training state: {visible(repr(error)[:200])}") from None


def set_evaluating(model: Module, names: list[str] | None) -> None:
    """Set the layers of these names to evaluation, and all others to training; nothing where it is not known."""
    if names is None:
        return
    for name, module in model.named_modules():
        if module.training is not (name not in names):
            module.training = name not in names


def give_back(callbacks: Iterable[Callback], states: Iterable[dict[str, Any]]) -> None:
    """Tell callbacks what they were when the state was saved.

    Raises:
        StateError: One of them cannot take it.
    """
    for callback, state in zip(callbacks, states, strict=False):
        try:
            callback.load_state_dict(state)
        except UNFIT as error:
            reason = visible(repr(error)[:200])
            raise StateError(
                f"{type(callback).__name__} cannot take the state that was saved of it: {reason}"
            ) from None


def _read(file: Path) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    safetensors = require("safetensors", "train")
    if not file.is_file():
        raise FileNotFoundError(f"no saved training at {file}")
    with file.open("rb") as start:
        if int.from_bytes(start.read(8), "little") > MOST_CONFIG_BYTES:
            raise StateError(f"{file} is not a saved training: its header is too large")
    try:
        with safetensors.safe_open(file, framework="numpy") as opened:
            metadata = opened.metadata() or {}
            if FORMAT not in metadata:
                raise ValueError("nn.load reads the file of a model")
            saved = json.loads(metadata[FORMAT])
            return {name: opened.get_tensor(name) for name in opened.keys()}, saved  # noqa: SIM118 - no dict
    except (safetensors.SafetensorError, TypeError, KeyError, ValueError, RecursionError) as error:
        raise StateError(f"{file} is not a saved training: {visible(str(error)[:200])}") from None


def _plain(state: Any) -> Any:
    """A generator's state as JSON holds it."""
    if isinstance(state, dict):
        return {name: _plain(x) for name, x in state.items()}
    if isinstance(state, np.ndarray):
        return {"array": state.tolist(), "dtype": state.dtype.name}
    return state.item() if isinstance(state, np.generic) else state


def _arrayed(state: Any) -> Any:
    if not isinstance(state, dict):
        return state
    if state.keys() == {"array", "dtype"}:
        one_of(*WORDS)(state["dtype"])
        return np.array(state["array"], state["dtype"])
    return {name: _arrayed(x) for name, x in state.items()}


class Saver:
    """Saves a trainer's state while it fits: at the end of each epoch, and every `SECONDS` within one."""

    def __init__(self, trainer: TrainerParts, path: str | Path) -> None:
        require("safetensors", "train")  # found out now, not after an hour
        self._trainer, self.path = trainer, file_of(path)
        self._last = time.monotonic()

    def save(self) -> None:
        """Save now."""
        with self._trainer.history.phases.of("saving"):
            write_state(self._trainer, self.path)
        self._last = time.monotonic()

    def save_if_due(self) -> None:
        """Save if it was long ago."""
        if time.monotonic() - self._last > SECONDS:
            self.save()
