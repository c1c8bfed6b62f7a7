"""The history, written for TensorBoard as it comes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autograd import require
from nn._files import place_among_ranks
from nn.training.callbacks import Callback, TrainerView

__all__ = ["TensorBoard"]


class TensorBoard(Callback):
    """Writes each column of the history as a scalar: ``loss/training`` beside ``loss/validation``, by epoch.

    ``tensorboard --logdir FOLDER`` shows them, each fit's folder as a run.

    Args:
        log_dir: Where to write; made when needed.

    Raises:
        MissingExtraError: When training begins: tensorboardX is not installed.

    Example:
        >>> TensorBoard("runs/first").log_dir.name
        'first'
    """

    def __init__(self, log_dir: str | Path) -> None:
        self.log_dir = Path(log_dir)
        self._writer: Any = None

    def on_fit_begin(self, trainer: TrainerView) -> None:  # noqa: ARG002 - the hook's signature
        """Open the file; of several processes that train together, the first one alone does."""
        if place_among_ranks()[0] == 0:
            self._writer = require("tensorboardX", "tensorboard").SummaryWriter(str(self.log_dir))

    def on_epoch_end(self, trainer: TrainerView) -> None:
        """Write the epoch's row."""
        if self._writer is None:
            return
        row = trainer.history[-1]
        for name, value in row.items():
            if name == "epoch":
                continue
            kind = "validation" if name.startswith("val_") else "training"
            tag = name if name == "learning_rate" else f"{name.removeprefix('val_')}/{kind}"
            self._writer.add_scalar(tag, value, int(row["epoch"]))
        self._writer.flush()

    def on_fit_end(self, trainer: TrainerView) -> None:  # noqa: ARG002 - the hook's signature
        """Close it."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
