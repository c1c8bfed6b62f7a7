"""The settings of a training that may change on its way, as by a callback: what a saved state tells of them.

It tells what was changed since the trainer was made, and no more: where a training is taken up again by a script that
gives other settings, the script's count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from nn._arguments import positive_integer
from nn._schema import mapping_of
from nn._state import StateError
from nn._text import quoted
from nn.module import Module
from nn.training.interfaces import TrainerParts
from nn.training.names import held_by

__all__ = ["FORM", "Settings"]

FORM = mapping_of(mapping_of(lambda _: None))
OF_TRAINER = ("accumulate", "clip_norm", "clip_value", "compile")
NUMBERS = (int, float, np.integer, np.floating)
PLAIN = (*NUMBERS, bool, np.bool_, str, type(None))
DTYPES = {np.dtype(code).name for code in "?bhilqBHILQefd"}


class Settings:
    """What a trainer, its optimizer and its layers were set to when the trainer was made.

    Args:
        trainer: Whose. A layer's settings are its attributes that are plain numbers and texts.
    """

    def __init__(self, trainer: TrainerParts) -> None:
        self._trainer = trainer
        self._before = {name: held for name, _, held in self._all()}

    def _all(self) -> Iterator[tuple[str, Any, dict[str, Any]]]:
        """Whose settings there are: a name for it, itself, and what it holds."""
        trainer = self._trainer
        yield "trainer", trainer, {name: getattr(trainer, name) for name in OF_TRAINER}
        yield "optimizer", trainer.optimizer, trainer.optimizer.named_settings()
        for path, module in trainer.model.named_modules():
            yield f"model.{path}", module, _held(module)

    def changed(self) -> dict[str, dict[str, Any]]:
        """What was changed since, by whose it is and by name, as JSON holds it."""
        found = {}
        for name, _, held in self._all():
            before = self._before.get(name, held)
            changed = {key: x for key, x in held.items() if key not in before or not _same(before[key], x)}
            # Numbers that a layer keeps beside an array that it made, which is not saved, would not fit without it.
            if changed and all(map(_is_plain, changed.values())):
                found[name] = {key: _as_json(x) for key, x in changed.items()}
        return found

    def check(self, saved: Mapping[str, Mapping[str, Any]]) -> None:
        """Refuse settings that are none here.

        Raises:
            StateError: It tells of something that there is not, or of another kind.
        """
        owners = {name: (owner, held) for name, owner, held in self._all()}
        for name, values in saved.items():
            if name not in owners:
                raise StateError(f"nothing here has the settings of {quoted(name)}")
            owner, held = owners[name]
            for key, value in values.items():
                x = _from_json(value)
                # A layer may have got it since it was made, where its class has nothing of that name.
                new = isinstance(owner, Module) and key.isidentifier() and not hasattr(owner, key)
                if not (new or (key in held and _is_of_kind(x, held[key]))):
                    raise StateError(f"{quoted(name)} takes no setting {quoted(key)} of {type(x).__name__}")
                if key == "accumulate":
                    positive_integer(key, x)

    def put(self, saved: Mapping[str, Mapping[str, Any]]) -> None:
        """Set what `changed` gave."""
        for name, owner, _ in list(self._all()):
            for key, x in saved.get(name, {}).items():
                setattr(owner, key, _from_json(x))


def _held(module: Module) -> dict[str, Any]:
    """What a layer holds beside parameters, layers, generators and its mode, which are saved otherwise."""
    members = {name.partition(".")[0] for name, _ in module.members()} | {"training"}
    return {name: x for name, x in held_by(module) if name not in members and not isinstance(x, np.random.Generator)}


def _is_plain(x: Any) -> bool:
    return isinstance(x, PLAIN) or (isinstance(x, tuple) and all(map(_is_plain, x)))


def _same(one: Any, other: Any) -> bool:
    return one is other or (_is_plain(one) and type(one) is type(other) and bool(one == other))


def _is_of_kind(x: Any, held: Any) -> bool:
    """Whether a setting of one value may have another."""
    return x is None or held is None or type(x) is type(held) or (isinstance(x, NUMBERS) and isinstance(held, NUMBERS))


def _as_json(x: Any) -> Any:
    """A setting as JSON holds it."""
    if isinstance(x, tuple):
        return {"tuple": [_as_json(each) for each in x]}
    return {"dtype": x.dtype.name, "number": x.item()} if isinstance(x, np.generic) else x


def _from_json(saved: Any) -> Any:
    if not isinstance(saved, dict):
        return saved
    if saved.keys() == {"tuple"}:
        return tuple([_from_json(each) for each in saved["tuple"]])
    if saved.get("dtype") not in DTYPES:
        raise StateError("a setting is neither a number nor a string")
    return np.dtype(saved["dtype"]).type(saved["number"])
