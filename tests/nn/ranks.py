"""A training that MPI's ranks share: ``mpiexec -n 2 python tests/nn/ranks.py FOLDER CASES [killed|raises]``."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import numpy as np

import nn
from nn.distributed import world

rng = np.random.default_rng(0)
X, Y = rng.normal(size=(61, 5)), rng.integers(0, 3, 61)  # 61: parts of different lengths, and a last batch of one row


class Dies(nn.Callback):
    """Ends rank 1 in the middle of an epoch, as a machine that fails would."""

    def on_batch_end(self, trainer: nn.Trainer) -> None:
        if (
            len(sys.argv) > 3
            and (trainer.epoch, trainer.step) == (3, 2)
            and (ranks := world()) is not None
            and ranks.rank == 1
        ):
            if sys.argv[3] == "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            raise RuntimeError("the disk is gone")


def main(folder: Path, case: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    ranks = world()
    seed = 0 if ranks is None or ranks.rank == 0 else 99  # rank 0's numbers are everybody's
    model = nn.MLP(5, [8, 3], activation="tanh", seed=seed, dtype=np.float64)
    settings = {
        "plain": {"metrics": ["accuracy"]},
        "sum": {},
        "weights": {"penalty": lambda model: nn.l2(model.parameters(), 1e-3), "clip_norm": 0.5},
        "accumulate": {"accumulate": 3},
        "compiled": {"compile": True, "metrics": ["accuracy"], "clip_norm": 0.5},
    }[case]
    loss = (lambda a, b: nn.cross_entropy(a, b, reduction="sum")) if case == "sum" else nn.cross_entropy
    optimizer = nn.Adam(model.parameters(), learning_rate=0.02)
    trainer = nn.Trainer(model, loss=loss, optimizer=optimizer, callbacks=[Dies()], **{"compile": False} | settings)
    weights = {"sample_weight": np.linspace(0.1, 2, 61)} if case == "weights" else {}
    resume = folder / "state" if case == "plain" else None
    history = trainer.fit(X, Y, epochs=4, batch_size=12, progress=False, resume=resume, **weights)
    assert (trainer.stepper.seconds_of_recording > 0) == (case == "compiled")
    nn.save(model, folder / "model.safetensors")
    history.save(folder / "history.csv")
    if ranks is not None:  # every rank has the same bits
        mine = np.concatenate([parameter.data.ravel() for parameter in model.parameters()])
        everybodys = ranks.gathered(mine[None])
        assert (everybodys == everybodys[0]).all()


if __name__ == "__main__":
    for name in sys.argv[2].split(","):
        main(Path(sys.argv[1], name), name)
