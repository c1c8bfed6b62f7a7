"""``python -m tests.large``: a network trains on, and predicts from, a file of 4 GB in a process that may hold 1 GB.

The file is sparse, so it takes no room on most disks, and is removed afterwards. The limit is of the memory that is the
process's own (RLIMIT_DATA, Linux); pages of the file are the system's to drop, and are printed beside it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

CHILD = """
import resource, sys
limit = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
import numpy as np
import nn

rows, features = int(sys.argv[3]), int(sys.argv[4])
x = np.memmap(sys.argv[1], np.float32, "r", shape=(rows, features))
y = np.arange(rows) % 2
model = nn.MLP(features, [8, 2], seed=0)
trainer = nn.Trainer(model, loss="cross_entropy", optimizer="adam", metrics=["accuracy"])
history = trainer.fit(x, y, epochs=1, batch_size=1024, validation_split=0.1, progress=False)
found = trainer.predict(x)
assert found.shape == (rows,)
print(f"trained and predicted: {history[-1]}")
"""


def _memory(process: int) -> dict[str, int]:
    """Bytes of a process: its own, and those that are pages of files."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return {}
    told = {line.partition(":")[0]: line.split()[1] for line in lines if line.startswith("Rss")}
    return {name: int(size) * 1024 for name, size in told.items()}


def main() -> int:
    """Parse the command line, make the file, train under the limit, print the peak."""
    parser = argparse.ArgumentParser(prog="python -m tests.large", description="Trains on more data than memory.")
    parser.add_argument("--gigabytes", type=float, default=4.0, help="of the file (default: %(default)s)")
    parser.add_argument("--limit", type=float, default=1.0, help="gigabytes of memory (default: %(default)s)")
    parser.add_argument("--features", type=int, default=1024, help="numbers in a row (default: %(default)s)")
    parser.add_argument("--folder", help="where the file is made (default: the system's for temporary files)")
    options = parser.parse_args()
    rows = int(options.gigabytes * 2**30) // (4 * options.features)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        path = Path(folder, "x.bin")
        with path.open("wb") as file:
            file.truncate(rows * options.features * 4)
        words = [str(path), str(int(options.limit * 2**30)), str(rows), str(options.features)]
        began = time.monotonic()
        child = subprocess.Popen([sys.executable, "-c", CHILD, *words])
        peaks = {"RssAnon": 0, "RssFile": 0}

        def watch() -> None:
            while child.poll() is None:
                now = _memory(child.pid)
                for name in peaks:
                    peaks[name] = max(peaks[name], now.get(name, 0))
                time.sleep(0.02)

        thread = threading.Thread(target=watch)
        thread.start()
        code = child.wait()
        thread.join()
    own, pages = (peaks[name] / 2**30 for name in ("RssAnon", "RssFile"))
    print(
        f"{options.gigabytes:g} GB of data, {rows:,} rows, under {options.limit:g} GB: "
        f"peak {own:.2f} GB of its own, {pages:.2f} GB of pages of files; {time.monotonic() - began:.0f} s"
    )
    return code


if __name__ == "__main__":
    sys.exit(main())
