"""Reading a CSV file of 31 MB: ``python -m benchmarks.reading [FILE --target NAME]``.

Prints the CPU time and the peak of memory beyond the imports of three ways, each in a process of its own, in turns:
``pandas.read_csv``, `nn.app.csvfile.read_table`, and `nn.app.tables.load_csv`, which also decides what each column is
and converts it. The medians are set against those of pandas.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ROUNDS = 5

_ONE = """
import json, sys, time
import pandas, sklearn.preprocessing, sklearn.tree
from pathlib import Path
from nn.app.csvfile import read_table
from nn.app.tables import load_csv
way, path, target = sys.argv[1:]

def memory(name):
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith(name)) / 1024

before, began = memory("VmRSS"), time.process_time()
if way == "pandas.read_csv":
    kept = pandas.read_csv(path)
elif way == "read_table":
    kept = read_table(Path(path).read_bytes(), path)
else:
    kept = load_csv(Path(path), target)
print(json.dumps([time.process_time() - began, memory("VmHWM") - before]))
"""


def make(path: Path, rows: int = 300_000) -> None:
    """A table of numbers, prices with commas, names, zip codes and dates."""
    import pandas as pd

    random = np.random.default_rng(0)
    table = pd.DataFrame({f"x{number}": random.normal(size=rows).round(6) for number in range(7)})
    table["count"] = random.integers(0, 1000, rows)
    table["city"] = random.choice(["Paris", "Rome", "Berlin", "Madrid"], rows)
    table["zip"] = [f"{code:05}" for code in random.integers(0, 9999, rows) * 7]
    table["day"] = pd.Timestamp("2015-01-01") + pd.to_timedelta(random.integers(0, 3000, rows), "D")
    table["price"] = [f"{price:,.2f}" for price in random.lognormal(8, 1, rows)]
    table["y"] = (table["x0"] + table["x1"] > 0).astype(int)
    table.to_csv(path, index=False)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, help="default: one is made")
    parser.add_argument("--target", default="y")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.file or Path(folder, "made.csv")
        if arguments.file is None:
            make(path)
        print(f"{path.stat().st_size / 1e6:.1f} MB")
        found: dict[str, list[tuple[float, float]]] = {}
        for _ in range(ROUNDS):
            for way in ("pandas.read_csv", "read_table", "load_csv"):
                words = [sys.executable, "-c", _ONE, way, str(path), arguments.target]
                done = subprocess.run(words, check=True, capture_output=True, text=True)
                found.setdefault(way, []).append(json.loads(done.stdout))
    base = np.median(found["pandas.read_csv"], axis=0)
    for way, figures in found.items():
        seconds, megabytes = np.median(figures, axis=0)
        times, size = (seconds, megabytes) / base
        print(f"{way:<16} {seconds:6.2f} s ({times:.2f} of pandas)   peak {megabytes:5.0f} MB ({size:.2f})")


if __name__ == "__main__":
    main()
