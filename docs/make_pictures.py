"""Makes the pictures of this folder again: ``python docs/make_pictures.py``.

With ``--check`` it writes nothing, and fails where a kept picture no longer shows what the code draws: other boxes,
edges or texts. (Places on the page may differ: they belong to the version of Graphviz.) Either way it prints the least
contrast of each picture's texts and outlines, and fails where one is too low.
"""

from __future__ import annotations

import argparse
import random
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from contrast import TEXT, contrasts
from sklearn.datasets import make_moons

import autograd as ag
import nn
from autograd import Tensor, Value
from nn.scalar import MLP

FOLDER = Path(__file__).resolve().parent / "pictures"


def expression() -> Any:
    """The expression of micrograd's README."""
    a, b = Value(-4.0, label="a"), Value(2.0, label="b")
    c, d = a + b, a * b + b**3
    c = c + c + 1
    c = c + 1 + c + (-a)
    d = d + d * 2 + (b + a).relu()
    d = d + 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g = g + 10.0 / f
    g.label = "g"
    g.backward()
    return ag.draw(g)


def neuron() -> Any:
    """One neuron: two inputs, two weights, a bias, tanh."""
    x1, x2 = (Value(x, label=f"x{i}", requires_grad=False) for i, x in ((1, 2.0), (2, -1.0)))
    w1, w2, b = Value(-3.0, label="w1"), Value(1.0, label="w2"), Value(7.9, label="b")
    n = w1 * x1 + w2 * x2 + b
    n.label = "n"
    out = n.tanh()
    out.label = "L"
    out.backward()
    return ag.draw(out)


def moon_loss() -> Any:
    """The hinge loss of a small network of Values on one sample of the moons."""
    random.seed(3)
    points, _ = make_moons(n_samples=4, noise=0.1, random_state=0)
    model = MLP(2, [3, 3, 1])
    x1, x2 = (Value(x, label=f"x{i}", requires_grad=False) for i, x in enumerate(points[0].tolist(), 1))
    loss = (1 - model([x1, x2])).relu()
    loss.label = "L"
    loss.backward()
    return loss


def layers() -> Any:
    """A small network of Values on one sample of the moons, with the hinge loss: its layers as cards."""
    return ag.draw(moon_loss())


def moons() -> Any:
    """The same with every weight."""
    return ag.draw(moon_loss(), expand=True)


def digits_network() -> Any:
    """The loss of a 784-64-10 network on a batch of 32 images."""
    model = nn.MLP(784, [64, 10], seed=0)
    rng = np.random.default_rng(0)
    x = Tensor(rng.random((32, 784), np.float32), label="images")
    classes = Tensor(rng.integers(0, 10, 32), label="classes")
    return ag.draw(lambda: nn.cross_entropy(model(x), classes.data), depth=2)


class Residual(nn.Module):
    """y = x + F(x), whose gradient has a way around F."""

    def __init__(self, features: int) -> None:
        self.inner = nn.Sequential(
            nn.Linear(features, features, seed=0, dtype=np.float64),
            nn.Tanh(),
            nn.Linear(features, features, seed=1, dtype=np.float64),
        )

    def forward(self, x: Any) -> Any:
        """The sum of the input and of what the inner layers make of it."""
        return x + self.inner(x)


def residual() -> Any:
    """A residual block, with each edge as thick as the share of x's gradient that came through it."""
    block = Residual(8)
    x = Tensor(np.random.default_rng(0).normal(size=(4, 8)), requires_grad=True, label="x")
    return ag.draw(lambda: (block(x) ** 2).mean(), attribute=x)


def shared() -> Any:
    """A number that is used three times."""
    a = Value(2.0, label="a")
    out = a * a + a
    out.label = "L"
    out.backward()
    return ag.draw(out, attribute=a)


def twice() -> Any:
    """a + a: two edges into one node, whose shares add up."""
    a = Value(3.0, label="a")
    out = a + a
    out.label = "L"
    out.backward()
    return ag.draw(out)


def summary() -> Any:
    """A sum over 160 samples through a network of Values: some 10,000 nodes."""
    random.seed(0)
    model = MLP(2, [16, 16, 1])
    total = ag.sum([model([0.1 * i, 0.2]) for i in range(160)])
    total.label = "L"
    total.backward()
    return ag.draw(total)


def second_order() -> Any:
    """The graph of a first derivative, 3x² of x³, and the gradients on it: the second derivative is x's."""
    x = Value(2.0, label="x")
    (slope,) = ag.gradients(x * x * x, [x], create_graph=True)
    slope.label = "∂L/∂x"
    slope.backward()
    return ag.draw(slope)


def detached() -> Any:
    """A factor that is detached: a number like any other, through which no gradient goes."""
    a = Value(2.0, label="a")
    out = (a * a + 1).detach() * a
    out.label = "L"
    out.backward()
    return ag.draw(out)


def broken() -> Any:
    """A logarithm of zero, and what comes of it."""
    x = Tensor(np.array([[1.0, 0.0], [2.0, 0.0]]), requires_grad=True, label="x")
    with np.errstate(divide="ignore", invalid="ignore"):
        out = (np.log(x) * x).sum()
    out.label = "L"
    out.backward()
    return ag.draw(out)


MAKERS = (
    expression, neuron, layers, moons, digits_network, residual, shared, twice, broken, summary, second_order, detached,
)  # fmt: skip
PICTURES: dict[str, Callable[[], Any]] = {function.__name__: function for function in MAKERS}


def content(svg: str) -> list[tuple[str, ...]]:
    """What a picture shows: the kind and the texts of each box and edge, in order."""
    root = ET.fromstring(svg)
    space = "{http://www.w3.org/2000/svg}"
    groups = [g for g in root.iter(f"{space}g") if g.get("class") in ("node", "edge", "cluster", "graph")]
    return sorted(
        (g.get("class", ""), g.get("id", ""), *("".join(t.itertext()) for t in g.findall(f".//{space}text")))
        for g in groups
        if g.get("class") != "graph"
    )


def main() -> None:
    """Write the pictures, or check them."""
    parser = argparse.ArgumentParser(description="Makes the pictures of docs/pictures.")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail where a kept picture shows something else"
    )
    check = parser.parse_args().check
    stale, faint = [], []
    for name, make in PICTURES.items():
        path = FOLDER / f"{name}.svg"
        drawing = make()
        measured = contrasts(drawing.svg)
        text, outline = (min(m.found for m in measured if (m.wanted == TEXT) == of_text) for of_text in (True, False))
        print(f"{name:15} contrast of texts {text:.1f} and more, of outlines {outline:.1f} and more")
        faint += [f"{name}: {m.what} {m.found:.1f} of {m.wanted}" for m in measured if m.found < m.wanted]
        if check:
            kept = path.read_text(encoding="utf-8") if path.exists() else "<svg/>"
            if content(kept) != content(drawing.svg):
                stale.append(path.name)
        else:
            drawing.save(path)
    if faint:
        sys.exit("\n".join(["too little contrast:", *faint]))
    if stale:
        sys.exit(f"{', '.join(stale)}: the code draws something else; run python docs/make_pictures.py and look")


if __name__ == "__main__":
    main()
