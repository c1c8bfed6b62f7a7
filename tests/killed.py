"""``python -m tests.killed``: a training is killed at random moments and taken up again; its weights end to the bit.

One process trains without a break. Others train the same from a folder, each killed (SIGKILL) after a random time,
until one comes to its end. Then weights, optimizer and history are compared, and the folder is looked over. Where the
end comes before all kills are done, another training takes the rest.
"""

from __future__ import annotations

import argparse
import itertools
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

CHILD = """
import sys
import numpy as np
import nn
from nn.training import resume
resume.SECONDS = 0.02
rng = np.random.default_rng(0)
x = rng.normal(size=(2000, 20)).astype(np.float32)
y = (x[:, 0] * x[:, 1] > 0).astype(int) + (x[:, 2] > 0)
model = nn.Sequential(nn.GaussianNoise(0.1, seed=7), nn.Linear(20, 32, seed=1), nn.BatchNorm1d(32), nn.Tanh(),
                      nn.Dropout(0.3, seed=5), nn.Linear(32, 3, seed=2))
callbacks = [nn.EarlyStopping(500), nn.Scheduled(nn.CosineDecay(40)), nn.ReduceOnPlateau(patience=2),
             nn.EMA(0.99)]
trainer = nn.Trainer(model, loss="cross_entropy", optimizer="adam", metrics=["accuracy"], callbacks=callbacks)
print("ready", flush=True)
trainer.fit(x, y, epochs=EPOCHS, batch_size=16, validation_split=0.2, seed=3, progress=False, resume=sys.argv[1])
"""


def _started(child: str, folder: Path) -> subprocess.Popen[bytes]:
    """A process that is about to train."""
    process = subprocess.Popen([sys.executable, "-c", child, str(folder)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    return process


def _trained_with_breaks(child: str, folder: Path, waits: Iterable[float]) -> int:
    """Train to the end, with a kill after each of the waits unless the end comes before; how many kills it took."""
    waiting = iter(waits)
    for kills in itertools.count():
        process = _started(child, folder)
        try:
            process.wait(next(waiting, None))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            left = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
            print(f"killed: {', '.join(left) or 'nothing saved yet'}", flush=True)
        else:
            if process.returncode:
                sys.exit(f"it failed with {process.returncode} after {kills} kills")
            return kills
    raise AssertionError("a count has no end")


def main() -> None:
    """Parse the command line, train, kill, compare."""
    parser = argparse.ArgumentParser(prog="python -m tests.killed", description="Kills and resumes trainings.")
    parser.add_argument("--kills", type=int, default=20, help="how often in all (default: %(default)s)")
    parser.add_argument("--epochs", type=int, default=400, help="of the training (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    child = CHILD.replace("EPOCHS", str(options.epochs))
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        _trained_with_breaks(child, Path(folder, "unbroken"), [])
        seconds = time.monotonic() - began
        expected, kills = Path(folder, "unbroken", "training.safetensors").read_bytes(), 0
        for number in itertools.count(1):
            broken = Path(folder, f"broken {number}")
            waits = (rng.uniform(0, 2 * seconds / options.kills) for _ in range(options.kills - kills))
            kills += (here := _trained_with_breaks(child, broken, waits))
            same = (broken / "training.safetensors").read_bytes() == expected
            files = sorted(path.name for path in broken.iterdir())
            print(f"training {number}: {here} kills; equal to the bit: {same}; in the folder: {', '.join(files)}")
            if not same or files != ["training.safetensors"]:
                sys.exit(1)
            if kills == options.kills:
                break
        print(f"{kills} kills, all states equal to the bit, nothing left lying about")


if __name__ == "__main__":
    main()
