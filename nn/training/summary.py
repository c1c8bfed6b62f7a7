"""A model as a table: its layers, the shapes that leave them, and how many numbers each has to learn."""

from __future__ import annotations

import html
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

import autograd as ag
from nn._arguments import checked
from nn.inspect import outputs_of_layers
from nn.module import Module

__all__ = ["Summary", "summary"]


@dataclass(frozen=True)
class Summary:
    """A table of layers; prints as text, and shows itself as a table in Jupyter.

    Attributes:
        rows: For each layer its name, the shape of what it gives, and its number of parameters.
        total: How many parameters there are.
        nbytes: How many bytes they take.
    """

    rows: tuple[tuple[str, tuple[int, ...], int], ...]
    total: int
    nbytes: int

    def _cells(self) -> list[tuple[str, str, str, str]]:
        return [
            (name, " × ".join(map(str, shape)) or "–", f"{count:,}", f"{100 * count / max(1, self.total):.1f} %")
            for name, shape, count in self.rows
        ]

    def __str__(self) -> str:
        heads = ("layer", "output", "parameters", "share")
        cells = self._cells()
        widths = [max(len(row[i]) for row in (heads, *cells)) for i in range(4)]
        lines = []
        for row in (heads, *cells):
            padded = [
                text.ljust(w) if i < 2 else text.rjust(w) for i, (text, w) in enumerate(zip(row, widths, strict=True))
            ]
            lines.append("  ".join(padded))
        lines.insert(1, "  ".join("─" * width for width in widths))
        lines = [*(line.rstrip() for line in lines), f"{self.total:,} parameters, {self.nbytes:,} bytes"]
        return ag.terminal.printable("\n".join(lines))

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{name}</th>" for name in ("layer", "output", "parameters", "share"))
        rows = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in self._cells())
        foot = f"{self.total:,} parameters, {self.nbytes:,} bytes"
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table><p>{foot}</p>"


@checked
def summary(model: Module, sample: ArrayLike) -> Summary:
    """A model's layers in the order of computing, found by running a sample through them.

    Args:
        model: Any module.
        sample: A batch of inputs, such as ``np.zeros((1, 784))``.

    Raises:
        TypeError: ``sample`` is the shape of one.

    Example:
        >>> import nn
        >>> print(summary(nn.MLP(784, [64, 10], seed=0), np.zeros((1, 784))))
        layer      output  parameters   share
        ─────────  ──────  ──────────  ──────
        0: Linear  1 × 64      50,240  98.7 %
        1: ReLU    1 × 64           0   0.0 %
        2: Linear  1 × 10         650   1.3 %
        50,890 parameters, 203,560 bytes
    """
    if isinstance(sample, tuple) and all(isinstance(length, int) for length in sample):
        raise TypeError(f"sample is a batch of inputs, not its shape: pass np.zeros({sample})")
    counts = {
        (f"{path}: {type(module).__name__}" if path else type(module).__name__): sum(
            p.data.size for p in module.parameters()
        )
        for path, module in model.named_modules()
        if not list(module.children())
    }
    outputs = outputs_of_layers(model, np.asarray(sample))
    parameters = list(model.parameters())
    rows = tuple((name, tuple(data.shape), counts.get(name, 0)) for name, data in outputs.items())
    return Summary(rows, sum(p.data.size for p in parameters), sum(p.data.nbytes for p in parameters))
