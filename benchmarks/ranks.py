"""Strong scaling: ``python -m benchmarks.ranks``, the same network and batch by one MPI rank and by several.

Each rank has one thread for its products. A step's time is the least and the median of all steps once they are recorded
and compiled; a machine that others use as well shows in the processor's own time, which is told too. The time of the
exchange is the most that could be saved by overlapping it with the backward pass.

``--overlap`` tries that: a backward pass's products with one exchange of all gradients after them, and with one of each
layer's gradient begun as soon as it is there, by turns.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import subprocess
import sys
import time
from statistics import median
from typing import Any

import numpy as np

import nn
from nn.distributed import World, world

# By name: the sizes of a network's layers, and the rows of a batch.
NETWORKS: dict[str, tuple[list[int], int]] = {
    "large": ([784, 1024, 1024, 10], 1024),
    "medium": ([784, 256, 10], 256),
    "small": ([784, 64, 10], 32),
}


class Timed(nn.Callback):
    """The time of each step, by the clock and of the processor, and that of the exchange."""

    def __init__(self) -> None:
        self.steps: list[tuple[float, float]] = []
        self.exchanges: list[float] = []
        self._began = time.perf_counter(), time.process_time()
        if world() is not None:
            summed = World.summed

            def timed(ranks: World, arrays: Any) -> Any:
                began = time.perf_counter()
                found = summed(ranks, arrays)
                self.exchanges.append(time.perf_counter() - began)
                return found

            World.summed = timed  # type: ignore[method-assign]

    def on_epoch_begin(self, trainer: Any) -> None:  # noqa: ARG002
        """An epoch's first step begins."""
        self._began = time.perf_counter(), time.process_time()

    def on_batch_end(self, trainer: Any) -> None:  # noqa: ARG002
        """A step ends."""
        now = time.perf_counter(), time.process_time()
        self.steps.append((now[0] - self._began[0], now[1] - self._began[1]))
        self._began = now


def measured(name: str, steps: int) -> dict[str, float]:
    """Train; milliseconds of a step."""
    (inputs, *sizes), batch = NETWORKS[name]
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(4 * batch, inputs)).astype(np.float32), rng.integers(0, sizes[-1], 4 * batch)
    model = nn.MLP(inputs, sizes, seed=0)
    timed = Timed()
    trainer = nn.Trainer(
        model, loss="cross_entropy", optimizer=nn.Adam(model.parameters()), callbacks=[timed], compile=True
    )
    trainer.fit(x, y, epochs=-(-steps // 4), batch_size=batch, progress=False, seed=0)
    clock, processor = zip(*timed.steps[len(timed.steps) // 4 :], strict=True)
    exchanges = timed.exchanges[len(timed.exchanges) // 4 :] or [0.0]
    found = {"least": min(clock), "median": median(clock), "processor": min(processor), "exchange": min(exchanges)}
    return {key: 1e3 * value for key, value in found.items()} | {
        "parameters": sum(parameter.size for parameter in model.parameters())
    }


def overlapped(name: str, times: int) -> dict[str, list[float]]:
    """Milliseconds of a backward pass's products and the exchange, one after the other and at once: least and median.

    Both by the clock and of this rank's processor.
    """
    from mpi4py import MPI

    ranks, (sizes, batch) = MPI.COMM_WORLD, NETWORKS[name]
    shapes = list(itertools.pairwise(sizes))[::-1]
    ends = np.cumsum([rows * columns for rows, columns in shapes])
    own, total = np.zeros((2, ends[-1]), np.float32)
    parts, sums = (np.split(array, ends[:-1]) for array in (own, total))
    layers = [np.ones((batch // ranks.size, width), np.float32) for width in sizes[::-1]]
    weights = [np.ones(shape, np.float32) for shape in shapes]

    def gradient(i: int) -> None:
        np.matmul(layers[i + 1].T, layers[i], out=parts[i].reshape(shapes[i]))
        np.matmul(layers[i], weights[i].T)

    def after() -> None:
        for i in range(len(shapes)):
            gradient(i)
        ranks.Allreduce(own, total)

    def beside() -> None:
        begun = []
        for i in range(len(shapes)):
            gradient(i)
            begun.append(ranks.Iallreduce(parts[i], sums[i]))
        MPI.Request.Waitall(begun)

    found: dict[str, list[tuple[float, float]]] = {"after": [], "beside": []}
    for _, way in itertools.product(range(times), (after, beside)):
        ranks.Barrier()
        began = time.perf_counter(), time.process_time()
        way()
        found[way.__name__].append((time.perf_counter() - began[0], time.process_time() - began[1]))
    kinds = {way: list(zip(*pairs, strict=True)) for way, pairs in found.items()}
    return {way: [1e3 * of(kind) for kind in two for of in (min, median)] for way, two in kinds.items()}


def started(name: str, count: int, steps: int, *words: str) -> Any:
    """What so many ranks find."""
    start = ["mpiexec", "-n", str(count)] if count > 1 else []
    program = [sys.executable, "-m", "benchmarks.ranks", "--worker", "--networks", name, "--steps", str(steps)]
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [*start, *program, *words], env=os.environ | threads, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def main() -> None:
    """Start the ranks, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ranks", description=__doc__)
    parser.add_argument("--ranks", type=int, nargs="+", default=[1, 2], help="how many (default: 1 2)")
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    parser.add_argument("--steps", type=int, default=24, help="of each (default: %(default)s)")
    parser.add_argument("--overlap", action="store_true", help="whether overlapping the exchange pays")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        found: Any = (overlapped if options.overlap else measured)(options.networks[0], options.steps)
        if (ranks := world()) is None or ranks.rank == 0:
            print(json.dumps(found))
        return
    if options.overlap:
        print("| network, batch | ranks | the exchange | least | median | a rank's processor, least | median |")
        print("|---|---|---|---|---|---|---|")
        for name, count in itertools.product(options.networks, options.ranks):
            sizes, batch = NETWORKS[name]
            for way, numbers in started(name, count, options.steps, "--overlap").items() if count > 1 else ():
                told = " | ".join(f"{number:.2f} ms" for number in numbers)
                print(f"| {'-'.join(map(str, sizes))}, {batch:,} | {count} | {way} | {told} |", flush=True)
        return
    print("| network, batch | parameters | ranks | a step, least | median | a rank's processor | exchange | speed-up |")
    print("|---|---|---|---|---|---|---|---|")
    for name in options.networks:
        sizes, batch = NETWORKS[name]
        alone = 0.0
        for count in options.ranks:
            row = started(name, count, options.steps)
            alone = alone or row["least"]
            print(
                f"| {'-'.join(map(str, sizes))}, {batch:,} | {row['parameters']:,} | {count} | {row['least']:.1f} ms | "
                f"{row['median']:.1f} ms | {row['processor']:.1f} ms | {row['exchange']:.2f} ms | "
                f"{alone / row['least']:.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
