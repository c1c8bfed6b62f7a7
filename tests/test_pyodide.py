"""The wheel under Pyodide, Python in a browser: in Node and in Chromium, with a stand-in for NumPy's own build.

`.ci/run` fetches what these tests need into runs/node (npm's pyodide and @viz-js/viz, PyPI's micropip); without it they
are skipped.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

import autograd as ag

ROOT = Path(__file__).parents[1]
FOLDER = Path(os.environ.get("PYODIDE_FOLDER", ROOT / "runs" / "node")).resolve()
MODULES = FOLDER / "node_modules"
STAND_IN = ROOT / "tests" / "pyodide" / "numpy_stand_in.py"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (shutil.which("node") and (MODULES / "pyodide").is_dir() and [*FOLDER.glob("micropip-*.whl")]),
        reason="needs Node, npm's pyodide and micropip's wheel",
    ),
]

CODE = """
import autograd as ag
from autograd import Value
a, b = Value(2.0, label="a"), Value(-3.0, label="b")
L = (a * b + 7).tanh()
L.backward()
lines = [f"{L.data:.6f} {a.grad:.6f} {b.grad:.6f}"]
from autograd.learn.typed import typed_page
page = typed_page("a*b", {"a": 1.0, "b": 2.0})
lines.append(f"{page.startswith('<!doctype html>')} {'tanh' in page}")
"\\n".join(lines)
"""


def node(*words: object, text: str | None = None) -> str:
    done = subprocess.run(["node", *map(str, words)], capture_output=True, text=True, check=False, input=text)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page and the wheel, as the site has them."""
    pytest.importorskip("hatchling", reason="needs gradbook[docs]")
    sys.path.insert(0, str(ROOT / "docs" / "_ext"))
    try:
        import browser_page
    finally:
        sys.path.pop(0)
    folder = tmp_path_factory.mktemp("site")
    (folder / "_static").mkdir()

    class App:
        outdir, builder = folder, type("Builder", (), {"name": "html"})

    browser_page._write(App, None)
    return folder / "_static"


def test_the_wheel_installs_in_pyodide_and_values_and_the_page_run(site: Path) -> None:
    (wheel,) = site.glob("gradbook-*-py3-none-any.whl")
    printed = node(ROOT / "tests" / "pyodide" / "try.mjs", FOLDER, wheel, STAND_IN, CODE)
    first, page = printed.strip().splitlines()
    a, b = ag.Value(2.0), ag.Value(-3.0)
    L = (a * b + 7).tanh()
    L.backward()
    assert first == f"{L.data:.6f} {a.grad:.6f} {b.grad:.6f}"
    assert page == "True True"


def stand_in_for_the_network(site: Path, tmp_path: Path) -> Any:
    """What the page fetches: npm's files, and for NumPy a wheel of the stand-in under the name of its own."""
    lock = json.loads((MODULES / "pyodide" / "pyodide-lock.json").read_text())
    numpy = lock["packages"]["numpy"]
    packed = tmp_path / numpy["file_name"]
    with zipfile.ZipFile(packed, "w") as file:
        file.write(STAND_IN, "numpy.py")
        file.writestr("numpy-2.4.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: numpy\nVersion: 2.4.0\n")
    numpy["sha256"] = hashlib.sha256(packed.read_bytes()).hexdigest()

    def answer(route: Any) -> None:
        name = route.request.url.rpartition("/")[2]
        if name == "pyodide-lock.json":
            route.fulfill(json=lock)
            return
        for folder in (tmp_path, site, MODULES / "pyodide", MODULES / "@viz-js" / "viz" / "dist"):
            if (folder / name).is_file():
                route.fulfill(path=folder / name)
                return
        route.abort()

    return answer


def test_the_page_runs_what_is_typed_and_draws(site: Path, tmp_path: Path, browser: Any) -> None:
    page = browser.new_page()
    try:
        page.route("**/*", stand_in_for_the_network(site, tmp_path))
        page.goto("http://site.test/_static/try.html")
        page.fill("#code", "import autograd as ag\na = ag.Value(2.0)\n(a * a).backward()\nprint(a.grad)\na.grad + 1")
        page.click("#run")
        page.wait_for_function("document.querySelector('#state').textContent == 'Done.'", timeout=120_000)
        assert page.text_content("#output") == "4.0\n5.0"
        page.fill("#code", "class Drawing:\n    dot = 'digraph { a -> b }'\nDrawing()")
        page.click("#run")
        page.wait_for_selector("#drawing svg")
        assert page.locator("#drawing svg g.node").count() == 2
        page.fill("#code", "1 / 0")
        page.click("#run")
        page.wait_for_function("document.querySelector('#state').textContent.includes('error')")
        assert "ZeroDivisionError" in page.text_content("#output")
    finally:
        page.close()


def test_a_drawing_is_laid_out_by_graphviz_in_javascript() -> None:
    if not (MODULES / "@viz-js" / "viz").is_dir():
        pytest.skip("needs npm's @viz-js/viz")
    a, b = ag.Value(2.0, label="a"), ag.Value(-3.0, label="b")
    L = (a * b + 7).tanh()
    L.backward()
    code = (
        f"const {{ instance }} = await import({str(MODULES / '@viz-js' / 'viz' / 'dist' / 'viz.js')!r});"
        "const dot = (await import('node:fs')).readFileSync(0, 'utf8');"
        "console.log((await instance()).renderString(dot, { format: 'svg' }));"
    )
    svg = node("--input-type=module", "-e", code, text=ag.draw(L).dot)
    assert svg.count('class="node"') >= 4
    assert "tanh" in svg
