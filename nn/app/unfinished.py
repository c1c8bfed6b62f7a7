"""A run while it trains, beside its place: what is left where the program is ended, and what goes on from there."""

from __future__ import annotations

import math
import shutil
import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

from nn._files import place_among_ranks
from nn.app.experiment import Experiment
from nn.app.runs import CONFIG, MODEL, RunError, read_run, write_run
from nn.app.settings import Settings
from nn.app.terminal import shown, warn
from nn.training.callbacks import Callback, TrainerView
from nn.training.checkpoint import save

__all__ = ["STATE", "Unfinished", "check_unfinished"]

# The state of the training, from which it goes on.
STATE = "training.safetensors"
# Writing takes a tenth of the time at most.
TIMES_AS_LONG = 10.0
# What must be as it was; more epochs may be.
SETTINGS = [each.name for each in fields(Settings) if each.name != "epochs"]


def beside(folder: Path) -> Path:
    """Where the run in a folder is while it trains."""
    return folder.parent / f"{folder.name}.unfinished"


def check_unfinished(folder: Path, resume: bool, overwrite: bool) -> Path | None:
    """Find out before training whether there is a training to go on with.

    Returns:
        The folder with its state; None where training is to begin anew.

    Raises:
        RunError: There is one and nobody said what is to become of it; or there is none and `folder` is complete.
    """
    for place in (beside(folder), folder):
        if (place / STATE).is_file():
            if resume:
                return place
            if place == beside(folder) and not overwrite:
                raise RunError(
                    f"{shown(place)} holds an interrupted training; pass --resume to go on with it, or "
                    "--overwrite to begin anew"
                )
    if resume and (folder / CONFIG).is_file():
        raise RunError(f"{shown(folder)} is complete, so there is nothing to resume; pass --overwrite to train anew")
    return None


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


class Unfinished(Callback):
    """Writes the run as it is at the end of each epoch, or as often as takes a tenth of the time.

    Args:
        experiment: The run.
        folder: Its place; the unfinished one is called ``NAME.unfinished``.
        write: Writes all of it into a folder.
        resumed: Where the state is that training goes on from.
    """

    def __init__(
        self, experiment: Experiment, folder: Path, write: Callable[[Path], None], resumed: Path | None
    ) -> None:
        self.experiment, self.folder, self.write, self.resumed = experiment, beside(folder), write, resumed
        self._next = -math.inf

    @property
    def state(self) -> Path:
        """The file with the state of the training."""
        return self.folder / STATE

    def prepare(self) -> None:
        """Have the state that training goes on from in its place.

        Raises:
            RunError: It is of another run than this one.
        """
        if self.resumed is None:
            return
        before = read_run(self.resumed)
        now = self.experiment
        same = (
            before.preprocessing.before_training() == now.preprocessing
            and before.held_out.tolist() == now.parts.held_out.tolist()
        )
        settings = {
            name: value for name, value in now.training_record().items() if name in ("seed", "balanced", *SETTINGS)
        }
        changed = [name for name, value in settings.items() if _plain(before.training.get(name)) != _plain(value)]
        if not same or changed:
            what = f"with another {changed[0].replace('_', ' ')}" if changed else "on other rows or columns"
            raise RunError(f"{shown(self.resumed)} was trained {what}; repeat its options, or pass --overwrite")
        if self.resumed != self.folder:
            self.folder.mkdir(exist_ok=True)
            for name in (CONFIG, MODEL, STATE):
                shutil.copyfile(self.resumed / name, self.folder / name)

    def on_fit_begin(self, trainer: TrainerView) -> None:
        """Share the history that is being written."""
        self.experiment.history = trainer.history

    def on_epoch_end(self, trainer: TrainerView) -> None:
        """Write, unless Ctrl-C broke the epoch off; a disk that is full ends the writing, and not the training."""
        began = time.monotonic()
        if began < self._next or trainer.step < trainer.steps or place_among_ranks()[0]:
            return
        self.experiment.kept_epoch = trainer.epoch
        try:
            if (self.folder / CONFIG).is_file():
                save(self.experiment.model, self.folder / MODEL)
                trainer.history.save(self.folder / "history.csv")
            else:
                self.folder = write_run(self.folder, True, self.write)
            if self.resumed is None:  # otherwise the trainer itself saves
                trainer.save(self.state)
            now = time.monotonic()
            self._next = now + TIMES_AS_LONG * (now - began)
        except OSError as error:
            warn(f"note: what is learnt cannot be written before the end: {error}")
            self._next = math.inf

    def keep_state(self, building: Path) -> None:
        """Put the state into a run that was broken off, so that it can be gone on with."""
        if self.state.is_file():
            shutil.copyfile(self.state, building / STATE)

    def remove(self) -> None:
        """Remove what was written, now that the run is complete."""
        if self.state.is_file() or (self.folder / CONFIG).is_file():
            shutil.rmtree(self.folder, ignore_errors=True)
