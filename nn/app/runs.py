"""Run folders: everything about a training run in one place, and never half of it.

========================  ========================================================================
model.safetensors         the network
config.json               the data, the held-out rows, the preprocessing, the settings, the result
history.csv               one row per epoch
curves.svg                the same as curves
confusion.svg             which classes are taken for which (classification only)
steps.html                one row's loss through the network, step by step (with --html)
========================  ========================================================================
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import autograd as ag
from nn.app.datasets import nearest
from nn.app.preprocess import Preprocessing
from nn.module import Module
from nn.training.checkpoint import build, load

__all__ = ["CONFIG", "MODEL", "STEPS", "Run", "RunError", "check_free", "read_run", "write_run"]

FORMAT = "gradbook-run-1"
CONFIG, MODEL, STEPS = "config.json", "model.safetensors", "steps.html"
FILES = (MODEL, CONFIG, "history.csv", "curves.svg", "confusion.svg", STEPS)


class RunError(ag.GradbookError, ValueError):
    """A run folder that cannot be read or written; the message says what to do."""


@dataclass(frozen=True)
class Run:
    """What config.json says.

    Attributes:
        name: The data set's name.
        source: Where the data can be found again; see `nn.app.sources`.
        held_out: Numbers of the held-out rows.
        how: In words, how they were chosen.
        preprocessing: From features to the network's inputs.
        network: The network's architecture; see `nn.training.checkpoint`.
        training: The settings and how training went, for the record.
        result: The numbers on the held-out rows at the end of training.
    """

    name: str
    source: Mapping[str, Any]
    held_out: NDArray[Any]
    how: str
    preprocessing: Preprocessing
    network: Mapping[str, Any]
    training: Mapping[str, Any]
    result: Mapping[str, float]

    def to_json(self) -> str:
        """The text of config.json: one line for each thing, so that long lists do not hide the rest."""
        parts = {
            "format": FORMAT,
            "name": self.name,
            "task": self.preprocessing.task,
            "data": self.source,
            "split": {"how": self.how, "held_out_rows": self.held_out.tolist()},
            "preprocessing": self.preprocessing.to_json(),
            "network": self.network,
            "training": self.training,
            "result": self.result,
        }
        lines = []
        for name, part in parts.items():
            text = _json(part)
            if isinstance(part, Mapping) and part:
                text = "{\n" + ",\n".join(f"    {_json(key)}: {_json(value)}" for key, value in part.items()) + "\n  }"
            lines.append(f"  {_json(name)}: {text}")
        return "{\n" + ",\n".join(lines) + "\n}\n"

    @classmethod
    def from_json(cls, text: str) -> Run:
        """What `to_json` wrote.

        Raises:
            KeyError: A part is missing.
            TypeError, ValueError, AttributeError: A part is of another kind.
        """
        parts = json.loads(text)
        if not isinstance(parts, dict) or parts["format"] != FORMAT:
            raise ValueError(f"its format is not {FORMAT!r}")
        held_out = np.array(parts["split"]["held_out_rows"], dtype=np.int64)
        if held_out.ndim != 1 or len(held_out) == 0 or held_out.min() < 0:
            raise ValueError("held_out_rows must be a list of row numbers")
        return cls(
            name=str(parts["name"]),
            source=parts["data"],
            held_out=held_out,
            how=str(parts["split"]["how"]),
            preprocessing=Preprocessing.from_json(parts["preprocessing"]),
            network=dict(parts["network"]),
            training=dict(parts["training"]),
            result=dict(parts["result"]),
        )

    def model(self, folder: Path) -> Module:
        """The trained network.

        Raises:
            RunError: config.json describes a network that cannot be built.
            StateError: The checkpoint is damaged or does not fit that network.
        """
        try:
            empty = build(dict(self.network))
            widths = self.network["inputs"], self.network["sizes"][-1]
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise RunError(f"{folder / CONFIG} describes a network that cannot be built: {_said(error)}") from None
        if widths != (self.preprocessing.width, self.preprocessing.outputs):
            raise RunError(
                f"{folder / CONFIG} does not fit together: its network takes {widths[0]} and gives {widths[1]}, "
                f"its preprocessing gives {self.preprocessing.width} and takes {self.preprocessing.outputs}"
            )
        return load(folder / MODEL, empty)


def read_run(folder: Path) -> Run:
    """What the config.json of a run folder says.

    Raises:
        RunError: There is no such run folder, or its config.json is damaged.
    """
    path = folder / CONFIG
    if not path.is_file():
        runs = [each.parent.name for each in sorted(folder.parent.glob(f"*/{CONFIG}"))]
        what = f"{folder} holds no {CONFIG}, so it is no run folder" if folder.is_dir() else f"there is no run {folder}"
        raise RunError(f"{what}{nearest(folder.name, runs) or '; train one with: python -m nn train'}")
    try:
        return Run.from_json(path.read_text(encoding="utf-8"))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RunError(f"{path} is damaged: {_said(error)}") from None


def check_free(folder: Path, overwrite: bool) -> None:
    """Find out before training whether a run folder can be written.

    Raises:
        RunError: It exists and may not be overwritten, or is something else than a run folder.
        OSError: The folder above cannot be made or written in.
    """
    if folder.is_dir() and not any(folder.iterdir()):
        pass
    elif folder.is_dir():
        if not _is_run(folder):
            raise RunError(f"{folder} exists and is no run folder; choose another place with --out")
        if not overwrite:
            raise RunError(f"{folder} already exists; pass --overwrite to replace it, or --out for another place")
    elif os.path.lexists(folder):
        raise RunError(f"{folder} exists and is not a folder; choose another place with --out")
    folder.parent.mkdir(parents=True, exist_ok=True)
    trial = _sibling(folder, "new")
    trial.mkdir()
    trial.rmdir()


def write_run(folder: Path, overwrite: bool, write: Callable[[Path], None]) -> Path:
    """Build a run folder beside its place and move it there when it is complete.

    An older run of that name stays as it is until then, and files in it that no run writes are taken over. Where
    something else has taken the place in the meantime, the run goes to ``name-2`` and so on.

    Args:
        folder: Where the run is to be.
        overwrite: Whether an older run there may be replaced.
        write: Writes all files into the folder it is given.

    Returns:
        Where the run is.

    Raises:
        OSError: It could not be written; nothing has changed then.
    """
    building, before = _sibling(folder, "new"), _sibling(folder, "old")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        building.mkdir()
        write(building)
        replaces = overwrite and _is_run(folder)
        if replaces:
            folder.rename(before)
        elif folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
        try:
            place = _free_name(folder)
            building.rename(place)
        except BaseException:
            if replaces:
                before.rename(folder)
            raise
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise
    if replaces:
        for path in before.iterdir():
            if path.name not in FILES:
                path.rename(place / path.name)
        shutil.rmtree(before, ignore_errors=True)
    return place


def _free_name(folder: Path) -> Path:
    place, number = folder, 1
    while os.path.lexists(place):
        number += 1
        place = folder.with_name(f"{folder.name}-{number}")
    return place


def _is_run(folder: Path) -> bool:
    with contextlib.suppress(OSError, ValueError, AttributeError):
        return bool(json.loads((folder / CONFIG).read_text(encoding="utf-8")).get("format") == FORMAT)
    return False


def _sibling(folder: Path, what: str) -> Path:
    """A hidden name beside a folder, so that moving one to the other is a mere renaming."""
    return folder.parent / f".{folder.name}.{what}-{os.getpid()}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, default=dict)


def _said(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)
