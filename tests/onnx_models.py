"""Random networks as ONNX files, computed by onnxruntime: ``python -m tests.onnx_models [HOW MANY]``."""

from __future__ import annotations

import itertools
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import nn

SMOOTH = [nn.ReLU, nn.LeakyReLU, nn.Tanh, nn.Sigmoid, nn.Softplus, nn.ELU, nn.GELU, nn.SiLU]


def activation(rng: Any) -> nn.Module:
    kind = SMOOTH[rng.integers(len(SMOOTH))]
    own = {
        nn.LeakyReLU: {"slope": 0.3},
        nn.ELU: {"alpha": 0.7},
        nn.GELU: {"approximate": ["none", "tanh"][rng.integers(2)]},
    }
    return kind(**own.get(kind, {}))  # type: ignore[arg-type, no-any-return]


def dense(rng: Any) -> tuple[nn.Module, Any]:
    """A perceptron, with normalisations here and there."""
    sizes = [int(n) for n in rng.integers(1, 9, rng.integers(2, 5))]
    parts: list[nn.Module] = []
    for fan_in, fan_out in itertools.pairwise(sizes):
        parts += [nn.Linear(fan_in, fan_out, bias=bool(rng.integers(2)), seed=rng), activation(rng)]
        parts += [[], [nn.BatchNorm1d(fan_out)], [nn.LayerNorm(fan_out)], [nn.Dropout(0.5)]][rng.integers(4)]
    parts += [nn.Residual(nn.Linear(sizes[-1], sizes[-1], seed=rng), nn.RMSNorm(sizes[-1]))] if rng.integers(2) else []
    parts += [nn.Softmax(-1)] if rng.integers(2) else []
    return nn.Sequential(*parts), rng.normal(size=(5, sizes[0])).astype(np.float32)


def image(rng: Any) -> tuple[nn.Module, Any]:
    """Convolutions, pooling and a perceptron on top."""
    groups, filters = int(rng.integers(1, 3)), 4
    padding = tuple(int(n) for n in rng.integers(0, 3, 2))
    first = nn.Conv2d(
        2, filters, (3, 2), stride=int(rng.integers(1, 3)), padding=padding, dilation=int(rng.integers(1, 3)),
        groups=groups, bias=bool(rng.integers(2)), seed=rng,
    )  # fmt: skip
    kinds = [
        [], [nn.MaxPool2d(2, stride=1)], [nn.AvgPool2d(2, stride=1, padding=1)], [nn.GroupNorm(2, filters)],
        [nn.BatchNorm2d(filters), nn.Dropout2d(0.5)], [nn.Upsample((2, 3))], [nn.AdaptiveAvgPool2d(1)],
        [nn.ConvTranspose2d(filters, 6, (3, 2), 2, 1, 1, 2, dilation=(1, 2), seed=rng)],
    ]  # fmt: skip
    pooled = kinds[rng.integers(len(kinds))]
    x = rng.normal(size=(3, 2, 9, 8)).astype(np.float32)
    body = nn.Sequential(first, activation(rng), *pooled, nn.Flatten())
    head = nn.MLP(body(x).shape[1], [4, 3], activation="tanh", seed=rng)
    if rng.integers(2):  # of rows of pixels in colour
        colours = nn.Conv2d(3, 2, 1, seed=rng)
        return nn.Sequential(nn.Images(9, 8, channels=3), colours, body, head), rng.normal(size=(3, 216)).astype(
            np.float32
        )
    return nn.Sequential(body, head), x


def words(rng: Any) -> tuple[nn.Module, Any]:
    """Embeddings of several things at once."""
    table = nn.Embedding(7, 3, seed=rng)
    return nn.Sequential(table, nn.Flatten(), nn.Linear(12, 2, seed=rng)), rng.integers(0, 7, (5, 4))


def signal(rng: Any) -> tuple[nn.Module, Any]:
    """Convolutions along one axis."""
    pool = [nn.MaxPool1d, nn.AvgPool1d][rng.integers(2)](3, stride=2, padding=1)
    norm = [nn.GroupNorm(2, 4), nn.BatchNorm1d(4), nn.LayerNorm([4, 7])][rng.integers(3)]
    body = nn.Sequential(nn.Conv1d(3, 4, 3, seed=rng), activation(rng), norm, pool, nn.Flatten())
    return body, rng.normal(size=(5, 3, 9)).astype(np.float32)


def recurrent(rng: Any) -> tuple[nn.Module, Any]:
    """One of the recurrent layers, on its own or above an embedding."""
    kind = [nn.RNN, nn.LSTM, nn.GRU][rng.integers(3)]
    returns = ["outputs", "last"][rng.integers(2)]
    bias, first = bool(rng.integers(2)), bool(rng.integers(2))
    both = bool(rng.integers(2))
    layer = kind(3, 4, int(rng.integers(1, 3)), bias, first, returns, bidirectional=both, dropout=0.5, seed=rng)
    if rng.integers(2):
        return layer, rng.normal(size=(5, 6, 3)).astype(np.float32)
    return nn.Sequential(nn.Embedding(7, 3, seed=rng), layer, nn.Linear(4 * (1 + both), 2, seed=rng)), rng.integers(
        0, 7, (5, 6)
    )


def attention(rng: Any) -> tuple[nn.Module, Any]:
    """A block of a Transformer, or attention alone."""
    causal, x = bool(rng.integers(2)), rng.normal(size=(5, 6, 8)).astype(np.float32)
    if not rng.integers(3):
        return nn.MultiheadAttention(8, 2, bias=bool(rng.integers(2)), causal=causal, seed=rng), x
    blocks: list[nn.Module] = [nn.PositionEmbedding(int(rng.integers(6, 9)), 8, seed=rng)]
    blocks += [
        nn.TransformerBlock(8, 2, 6, activation=["gelu", "relu"][i], causal=causal, norm_first=i > 0, seed=rng)
        for i in range(2)
    ]
    return nn.Sequential(*blocks, nn.LayerNorm(8)), x


KINDS = [dense, image, words, signal, recurrent, attention]


def differences(count: int, seed: int = 0) -> Iterator[tuple[nn.Module, float]]:
    """Random networks, and how far onnxruntime is from what they give, next to the largest number."""
    import onnxruntime

    for number in range(count):
        rng = np.random.default_rng([seed, number])
        model, x = KINDS[number % len(KINDS)](rng)
        for name, member in [*model.named_parameters(), *model.named_buffers()]:
            values = rng.normal(size=member.shape).astype(member.dtype)
            member.data = np.abs(values) + 0.1 if "variance" in name else values
        with tempfile.TemporaryDirectory() as folder:
            nn.to_onnx(model, f"{folder}/model.onnx", x if getattr(model, "batch_first", None) is False else x[:1])
            session = onnxruntime.InferenceSession(Path(folder, "model.onnx").read_bytes())
            (found,) = session.run(None, {"x": x})
        expected = model.eval()(x).data
        assert found.dtype == expected.dtype
        yield model, float(np.abs(found - expected).max() / max(1.0, np.abs(expected).max()))


if __name__ == "__main__":
    errors = [error for _, error in differences(int(sys.argv[1]) if len(sys.argv) > 1 else 100)]
    print(f"{len(errors)} networks, largest difference {max(errors):.1e}")
    sys.exit(max(errors) > 1e-5)
