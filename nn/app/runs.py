"""Run folders: everything about a training run in one place, and never half of it.

========================  ========================================================================
model.safetensors         the network
config.json               the data, the held-out rows, the preprocessing, the settings, the result
history.csv               one row per epoch
curves.svg                the same as curves
confusion.svg             which classes are taken for which (classification only)
steps.html                one row's loss through the network, step by step (with --html)
training.safetensors      where training was broken off, for --resume (after Ctrl-C)
========================  ========================================================================
"""

from __future__ import annotations

import contextlib
import glob
import json
import os
import re
import shutil
import stat
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

import autograd as ag
from nn._limits import MOST_CONFIG_BYTES
from nn._schema import SchemaError, list_of, mapping_of, number, one_of, path_text, record, text, whole
from nn._text import visible
from nn.app import sources
from nn.app.datasets import nearest
from nn.app.lines import Spelling
from nn.app.networks import MODELS, build
from nn.app.preprocess import Preprocessing
from nn.layers import ACTIVATIONS
from nn.module import Module
from nn.training.architecture import describe, plan, while_planning
from nn.training.checkpoint import load_described

__all__ = ["CONFIG", "MODEL", "STEPS", "Run", "RunError", "check_free", "read_run", "write_run"]

FORMAT, FORMATS = "gradbook-run-3", ("gradbook-run-1", "gradbook-run-2", "gradbook-run-3")
CONFIG, MODEL, STEPS = "config.json", "model.safetensors", "steps.html"
FILES = (MODEL, CONFIG, "history.csv", "curves.svg", "confusion.svg", STEPS, "training.safetensors")


# What `Run.to_json` writes. The preparation checks itself; the network is checked where it is built, by its layers.
SCHEMA = record(
    name=path_text(),
    data=sources.SCHEMA,
    split=record(how=text(), held_out_rows=list_of(whole(0), "a list of row numbers", least=1)),
    preprocessing=record(),
    network=record(),
    training=record(),
    result=mapping_of(number()),
)


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
        network: The network's architecture; see `nn.training.architecture`.
        training: The settings and how training went, for the record.
        result: The numbers on the held-out rows at the end of training.
    """

    name: str
    source: Mapping[str, Any]
    held_out: NDArray[Any]
    how: str
    preprocessing: Preprocessing | Spelling
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
        # The bytes of a file name that are no UTF-8 (PEP 383).
        return re.sub("[\ud800-\udfff]", lambda half: f"\\u{ord(half[0]):x}", "{\n" + ",\n".join(lines) + "\n}\n")

    @classmethod
    def from_json(cls, text: str) -> Run:
        """What `to_json` wrote.

        Raises:
            ValueError: It is no JSON, or a part is missing or of another kind; the message says which.
        """
        parts = _parsed(text)
        if isinstance(parts, dict) and "format" not in parts:
            raise ValueError("'format' is missing")
        if isinstance(parts, dict) and parts["format"] in FORMATS[:-1]:
            raise ValueError("it was written by an earlier version, which prepared tables otherwise; train again")
        if not isinstance(parts, dict) or parts["format"] != FORMAT:
            raise ValueError(f"its format is not {FORMAT!r}")
        SCHEMA(parts)
        prepared = parts["preprocessing"]
        try:
            preprocessing = (Spelling if "places" in prepared else Preprocessing).from_json(prepared)
        except SchemaError as error:
            raise error.within("preprocessing") from None
        return cls(
            name=parts["name"],
            source=parts["data"],
            held_out=np.array(parts["split"]["held_out_rows"], dtype=np.int64),
            how=parts["split"]["how"],
            preprocessing=preprocessing,
            network=parts["network"],
            training=parts["training"],
            result=parts["result"],
        )

    def model(self, folder: Path) -> Module:
        """The trained network.

        Raises:
            RunError: config.json describes a network that cannot be built, or the checkpoint holds NaN or infinity.
            StateError: The checkpoint is damaged or does not fit that network; nothing was allocated for it then.
        """
        network = dict(self.network)
        if network.get("kind") == "Sequential":
            return self._of_layers(folder, network)
        try:
            plan(network)
            widths = network["inputs"], network["sizes"][-1]
        except (KeyError, ValueError) as error:
            said = f"{error} is missing" if isinstance(error, KeyError) else error
            raise RunError(f"{folder / CONFIG} describes a network that cannot be built: {said}") from None
        if widths != (self.preprocessing.width, self.preprocessing.outputs):
            raise RunError(
                f"{folder / CONFIG} does not fit together: its network takes {widths[0]} and gives {widths[1]}, "
                f"its preprocessing gives {self.preprocessing.width} and takes {self.preprocessing.outputs}"
            )
        return self._loaded(folder, network)

    def _of_layers(self, folder: Path, network: dict[str, Any]) -> Module:
        """A network of layers, if it is the one that ``--model`` makes of these settings and this preparation."""
        made_by = record(model=one_of(*MODELS), hidden=list_of(whole(1)), activation=one_of(*ACTIVATIONS))
        try:
            made_by(self.training)
            settings = self.training["model"], tuple(self.training["hidden"]), self.training["activation"]
            planned = plan(network).plan()
        except ValueError as error:
            raise RunError(f"{folder / CONFIG} describes a network that cannot be built: {error}") from None
        model = self._loaded(folder, network)  # so the file holds all that is described, which is not too large then
        try:
            made = while_planning(lambda: build(*settings, self.preprocessing, 0).plan())
            fits = _shapes(made) == _shapes(planned) and describe(build(*settings, self.preprocessing, 0)) == network
        except (ValueError, LookupError, OverflowError, MemoryError):
            fits = False
        if not fits:
            raise RunError(f"{folder / CONFIG} does not fit together: its network is not what its training made")
        return model

    def _loaded(self, folder: Path, network: dict[str, Any]) -> Module:
        model = load_described(folder / MODEL, network)
        for name, values in model.state_dict().items():
            if not np.isfinite(values).all():
                raise RunError(f"{folder / MODEL} holds NaN or infinity in {name!r}, so it is damaged; train again")
        return model


def _shapes(arrays: Mapping[str, NDArray[Any]]) -> dict[str, tuple[int, ...]]:
    return {name: array.shape for name, array in arrays.items()}


def read_run(folder: Path) -> Run:
    """What the config.json of a run folder says.

    Raises:
        RunError: There is no such run folder, or its config.json is damaged.
    """
    path = folder / CONFIG
    if not path.is_file():
        runs = [each.parent.name for each in sorted(folder.parent.glob(f"*/{CONFIG}"))]
        what = (
            f"{folder} holds no {CONFIG}, so it is not a run folder" if folder.is_dir() else f"there is no run {folder}"
        )
        if f"{folder.name}.unfinished" in runs:
            raise RunError(
                f"{what}: its training was interrupted; the same command with --resume goes on with it, and "
                f"{folder}.unfinished holds what was learnt so far"
            )
        raise RunError(f"{what}{nearest(folder.name, runs) or '; train one with: python -m nn train'}")
    try:
        return Run.from_json(_read(path))
    except ValueError as error:
        what = "cannot be used" if "earlier version" in str(error) else "is damaged"
        raise RunError(f"{path} {what}: {visible(str(error))}") from None


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
            raise RunError(f"{folder} exists and is not a run folder; choose another folder with --out")
        if not overwrite:
            raise RunError(f"{folder} already exists; pass --overwrite to replace it, or --out for another folder")
    elif os.path.lexists(folder):
        raise RunError(f"{folder} exists and is not a folder; choose another folder with --out")
    folder.parent.mkdir(parents=True, exist_ok=True)
    trial = _sibling(folder, "new")
    try:
        trial.mkdir()
    except OSError as error:  # of a name that nobody typed
        raise OSError(error.errno, error.strerror, str(folder)) from None
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
    _sweep(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        building.mkdir(ag.files.permissions(folder, 0o777) | 0o700)
        write(building)
        replaces = overwrite and _is_run(folder)
        if replaces:
            for path in building.iterdir():
                path.chmod(ag.files.permissions(folder / path.name, stat.S_IMODE(path.stat().st_mode)))
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
    ag.files.sync_folder(place.parent)
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
    with contextlib.suppress(OSError, ValueError):
        parts = _parsed(_read(folder / CONFIG))
        return isinstance(parts, dict) and parts.get("format") in FORMATS
    return False


def _read(path: Path) -> str:
    with path.open("rb") as file:
        content = file.read(MOST_CONFIG_BYTES + 1)
    if len(content) > MOST_CONFIG_BYTES:
        raise ValueError(f"it is larger than {MOST_CONFIG_BYTES:,} bytes, the most that is read")
    return content.decode("utf-8")


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("its parts are nested too deeply") from None


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a JSON number")


def _sweep(folder: Path) -> None:
    """Remove what a killed process left half-built beside this folder; a run is built in seconds."""
    for path in folder.parent.glob(f"{glob.escape(f'.{folder.name}.new-')}*"):
        with contextlib.suppress(OSError):
            if path.lstat().st_mtime < time.time() - ag.files.STALE_SECONDS:
                shutil.rmtree(path, ignore_errors=True)


def _sibling(folder: Path, what: str) -> Path:
    """A hidden name beside a folder, so that moving one to the other is a mere renaming."""
    return folder.parent / f".{folder.name}.{what}-{os.getpid()}"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, default=dict)
