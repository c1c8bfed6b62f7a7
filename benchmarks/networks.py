"""Small networks on real data: ``python -m benchmarks.networks digits FOLDER``, ``… names FILE --model lstm``.

A convolutional network learns handwritten digits (a folder of IDX files), recurrent networks and blocks of a
Transformer learn to spell names (a file with a name a line). Each is trained on a part and measured on
the rest; then its compiled step takes turns with PyTorch's on the same batches, and the ratio is printed.
"""

from __future__ import annotations

import argparse
import functools
import os
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

import autograd as ag
import nn
from autograd.rules.threads import available

LETTERS = 27  # and what begins and ends a name
PLACES = 16
IGNORED = -1
STEPS = 4  # of each contender in a turn
SPELLING = functools.partial(nn.cross_entropy, ignore_index=IGNORED)


# ---- networks, each as PyTorch has it -------------------------------------------------------------------------------


def digits_network(torch: Any = None) -> Any:
    """Two convolutions with pooling, and a linear layer."""
    made = nn if torch is None else torch.nn
    seeds = [{"seed": i} if torch is None else {} for i in range(4)]
    return made.Sequential(
        made.Conv2d(1, 16, 3, padding=1, **seeds[0]), made.ReLU(), made.MaxPool2d(2),
        made.Conv2d(16, 32, 3, padding=1, **seeds[1]), made.ReLU(), made.MaxPool2d(2),
        made.Flatten(), made.Dropout(0.3, **seeds[3]), made.Linear(32 * 7 * 7, 10, **seeds[2]),
    )  # fmt: skip


class Recurrent(nn.Module):
    """Letters as vectors, a recurrent layer, and what it says of the next letter."""

    def __init__(self, kind: str, width: int = 32, hidden: int = 128) -> None:
        self.letters = nn.Embedding(LETTERS, width, seed=0)
        self.recurrent = getattr(nn, kind.upper())(width, hidden, returns="outputs", seed=1)
        self.head = nn.Linear(hidden, LETTERS, seed=2)

    def forward(self, x: Any) -> Any:
        """Logits of the next letter, (batch, places, letters)."""
        return self.head(self.recurrent(self.letters(x)))


class Transformer(nn.Module):
    """Letters and places as vectors, blocks of attention, and what they say of the next letter."""

    def __init__(self, width: int = 64, heads: int = 4, blocks: int = 2) -> None:
        self.letters, self.places = nn.Embedding(LETTERS, width, seed=0), nn.Embedding(PLACES, width, seed=1)
        self.blocks = [nn.TransformerBlock(width, heads, causal=True, activation="relu", seed=i) for i in range(blocks)]
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, LETTERS, seed=2)

    def forward(self, x: Any) -> Any:
        """Logits of the next letter, (batch, places, letters)."""
        y = self.letters(x) + self.places.weight
        for block in self.blocks:
            y = block(y)
        return self.head(self.norm(y))


def torch_speller(torch: Any, kind: str, width: int = 32, hidden: int = 128) -> Callable[[Any], Any]:
    """PyTorch's of the same sizes."""
    t = torch.nn
    if kind != "transformer":
        parts = t.ModuleList([t.Embedding(LETTERS, width), getattr(t, kind.upper())(width, hidden, batch_first=True)])
        parts.append(t.Linear(hidden, LETTERS))
        return _Called(parts, lambda x: parts[2](parts[1](parts[0](x))[0]))
    width = 64
    block = functools.partial(t.TransformerEncoderLayer, width, 4, 4 * width, 0.0, batch_first=True, norm_first=True)
    parts = t.ModuleList(
        [t.Embedding(LETTERS, width), t.Embedding(PLACES, width), block(), block(), t.LayerNorm(width)]
    )
    parts.append(t.Linear(width, LETTERS))
    mask = t.Transformer.generate_square_subsequent_mask(PLACES)

    def forward(x: Any) -> Any:
        y = parts[0](x) + parts[1].weight
        for layer in (parts[2], parts[3]):
            y = layer(y, src_mask=mask, is_causal=True)
        return parts[5](parts[4](y))

    return _Called(parts, forward)


class _Called:
    def __init__(self, parts: Any, forward: Callable[[Any], Any]) -> None:
        self.parameters, self._forward = parts.parameters, forward

    def __call__(self, x: Any) -> Any:
        return self._forward(x)


# ---- data -----------------------------------------------------------------------------------------------------------


def digits(folder: Path) -> tuple[Any, Any]:
    """Images (samples, 1, 28, 28) from 0 to 1, and their digits."""
    from nn.app.idx import parse_idx

    files = {kind: next(iter(sorted(folder.glob(f"*{kind}*")))) for kind in ("images", "labels")}
    images, labels = (parse_idx(files[kind].read_bytes(), files[kind].name) for kind in ("images", "labels"))
    return (images[:, None] / 255).astype(np.float32), labels.astype(np.int64)


def names(file: Path) -> tuple[Any, Any]:
    """Letters (names, places) with 0 before, and the letters after each, with 0 at the end; `IGNORED` beyond."""
    words = [word.strip().lower() for word in file.read_text(encoding="utf-8").splitlines()]
    words = [word for word in words if 0 < len(word) < PLACES and word.isascii() and word.isalpha()]
    x, y = np.zeros((len(words), PLACES), np.int64), np.full((len(words), PLACES), IGNORED)
    for i, word in enumerate(words):
        numbers = [ord(letter) - ord("a") + 1 for letter in word]
        x[i, 1 : len(word) + 1] = numbers
        y[i, : len(word) + 1] = [*numbers, 0]
    return x, y


def bigram(x: Any, y: Any, train: Any, rest: Any) -> float:
    """The loss of counting which letter follows which."""
    counts = np.ones((LETTERS, LETTERS))
    kept = y[train] != IGNORED
    np.add.at(counts, (x[train][kept], y[train][kept]), 1)
    kept = y[rest] != IGNORED
    return float(-np.mean(np.log(counts / counts.sum(1, keepdims=True))[x[rest][kept], y[rest][kept]]))


# ---- training, and turns with PyTorch -------------------------------------------------------------------------------


def fit(model: Any, loss: Any, x: Any, y: Any, train: Any, epochs: int, batch: int, rate: float) -> float:
    """Train by compiled steps; the seconds that it took."""
    start = time.perf_counter()
    optimizer = nn.Adam(model.parameters(), learning_rate=rate)
    optimizer.schedule = nn.CosineDecay(epochs * (len(train) // batch))
    step = nn.compile_step(model, loss, optimizer)
    rng = np.random.default_rng(0)
    for epoch in range(epochs):
        order = rng.permutation(train)
        losses = [step(x[i], y[i]) for i in np.split(order[: len(order) // batch * batch], len(order) // batch)]
        print(f"epoch {epoch + 1}: loss {np.mean([float(value) for value in losses]):.4f}", flush=True)
    return time.perf_counter() - start


def outputs(model: Any, x: Any) -> Any:
    """Raw outputs of many samples."""
    model.eval()
    with ag.no_grad():
        found = np.concatenate([model(x[i : i + 500]).data for i in range(0, len(x), 500)])
    model.train()
    return found


def choose_threads(count: int) -> str:
    """Let NumPy's BLAS, shares of convolutions and PyTorch have so many threads; and what each has in fact."""
    os.environ["OPENBLAS_NUM_THREADS"] = str(count)  # what convolutions go by when the first one comes
    found = {"convolutions": available()}
    try:
        from threadpoolctl import threadpool_info, threadpool_limits

        threadpool_limits(count, "blas")
        found["BLAS"] = max((int(pool["num_threads"]) for pool in threadpool_info()), default=1)
    except ImportError:
        pass
    try:
        import torch

        torch.set_num_threads(count)
        found["PyTorch"] = torch.get_num_threads()
    except ImportError:
        pass
    return "threads: " + ", ".join(f"{name} {number}" for name, number in found.items())


def turns(model: Any, loss: Any, theirs: Any, their_loss: Any, torch: Any, x: Any, y: Any, rounds: int) -> None:
    """Our compiled step and PyTorch's, a few at a time by turns, on the same batch."""
    step = nn.compile_step(model, loss, nn.Adam(model.parameters(), learning_rate=1e-3))
    adam, a, b = torch.optim.Adam(theirs.parameters(), lr=1e-3), torch.tensor(x), torch.tensor(y)

    def torch_step() -> None:
        adam.zero_grad()
        their_loss(theirs(a), b).backward()
        adam.step()

    contenders: dict[str, Callable[[], Any]] = {"ours": lambda: step(x, y), "PyTorch": torch_step}
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
    for turn in range(1 + max(1, rounds // STEPS)):
        for name, run in contenders.items():
            run()  # the threads of the other may still look for more to do
            for _ in range(STEPS):
                start = time.perf_counter(), time.process_time()
                run()
                if turn:
                    taken[name].append((time.perf_counter() - start[0], time.process_time() - start[1]))
    for clock, name in enumerate(("by the clock", "of processors")):
        ours, other = ([1e3 * step[clock] for step in steps] for steps in taken.values())
        print(
            f"a step, {name}: ours {min(ours):.2f} ms, PyTorch {min(other):.2f} ms, least; "
            f"ratio {min(ours) / min(other):.2f}, of the medians {median(ours) / median(other):.2f}"
        )


def main() -> None:
    """Train, measure on what was held out, take turns with PyTorch."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.networks", description=__doc__)
    parser.add_argument("task", choices=["digits", "names"])
    parser.add_argument("data", type=Path, help="a folder of IDX files, or a file with a name a line")
    parser.add_argument("--model", default="lstm", choices=["rnn", "lstm", "gru", "transformer"], help="for names")
    parser.add_argument(
        "--epochs", type=int, help="8 for digits and 2 for names by default; 0 takes turns with PyTorch alone"
    )
    parser.add_argument("--rounds", type=int, default=40, help="steps of each (default: %(default)s)")
    parser.add_argument(
        "--threads", type=int, default=available(), help="of BLAS, convolutions and PyTorch (default: %(default)s)"
    )
    options = parser.parse_args()
    available.cache_clear()
    print(choose_threads(options.threads))
    epochs = (8 if options.task == "digits" else 2) if options.epochs is None else options.epochs
    x, y = (digits if options.task == "digits" else names)(options.data)
    order = np.random.default_rng(0).permutation(len(x))
    held_out = 2000 if options.task == "digits" else len(x) // 10
    rest, train = order[:held_out], order[held_out:]
    model: Any
    if options.task == "digits":
        model, loss, batch = digits_network(), nn.cross_entropy, 64
    else:
        model = Transformer() if options.model == "transformer" else Recurrent(options.model)
        loss, batch = SPELLING, 64
        print(f"a bigram's loss: {bigram(x, y, train, rest):.4f}")
    if epochs:
        rate = 2e-3 if options.task == "digits" else 5e-3 if options.model != "transformer" else 2e-3
        seconds = fit(model, loss, x, y, train, epochs, batch, rate)
        found = outputs(model, x[rest])
        if options.task == "digits":
            print(f"held out: {np.mean(found.argmax(-1) == y[rest]):.4f} right, after {seconds:.0f} s")
        else:
            print(f"held out: loss {SPELLING(ag.Tensor(found), y[rest]).item():.4f}, after {seconds:.0f} s")
    try:
        import torch
    except ImportError:
        print("PyTorch is not installed: no turns")
        return
    theirs = digits_network(torch) if options.task == "digits" else torch_speller(torch, options.model)
    if options.task == "digits":
        their_loss = torch.nn.functional.cross_entropy
    else:

        def their_loss(logits: Any, targets: Any) -> Any:
            return torch.nn.functional.cross_entropy(
                logits.reshape(-1, LETTERS), targets.reshape(-1), ignore_index=IGNORED
            )

    turns(model, loss, theirs, their_loss, torch, x[:batch], y[:batch], options.rounds)


if __name__ == "__main__":
    main()
