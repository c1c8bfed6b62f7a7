"""The networks that ``python -m benchmarks.networks`` trains: on made data, they learn it and take other batches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from benchmarks import networks

WORDS = ["anna", "ben", "clara", "dan", "eva", "finn", "gina", "hugo"]


@pytest.mark.parametrize("kind", ["rnn", "lstm", "gru", "transformer"])
def test_spelling_networks_learn_names(kind: str, tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("\n".join([*WORDS, "", "O'Hara"]), encoding="utf-8")
    x, y = networks.names(tmp_path / "names.txt")
    assert (x.shape, x[1, :4].tolist(), y[1, :5].tolist()) == ((8, 16), [0, 2, 5, 14], [2, 5, 14, 0, -1])
    model: Any = networks.Transformer(8, 2, 1) if kind == "transformer" else networks.Recurrent(kind, 8, 16)
    step = nn.compile_step(model, networks.SPELLING, nn.Adam(model.parameters(), learning_rate=0.02), engine="numpy")
    losses = [float(step(x, y)) for _ in range(40)]
    assert losses[0] > 2.5
    assert losses[-1] < 0.5 * losses[0]
    logits = networks.outputs(model, x)
    assert networks.SPELLING(logits, y) == pytest.approx(losses[-1], abs=0.2)
    everyone = np.arange(len(x))
    assert 1 < networks.bigram(x, y, everyone, everyone) < np.log(27)


def test_the_network_for_digits_learns_bars() -> None:
    x = np.zeros((20, 1, 28, 28), np.float32)
    y = np.arange(20) % 2
    x[y == 0, :, 10:14, :], x[y == 1, :, :, 10:14] = 1.0, 1.0
    model = networks.digits_network()
    step = nn.compile_step(model, nn.cross_entropy, nn.Adam(model.parameters(), learning_rate=3e-3), engine="numpy")
    losses = [float(step(x, y)) for _ in range(8)]
    assert losses[-1] < 0.1 < losses[0]
