"""The package under Pyodide, which runs Python in a browser: here in Node, with a stand-in for NumPy's own build.

`npm install --prefix runs/node pyodide @viz-js/viz` brings what these tests need; without it they are skipped.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import autograd as ag

ROOT = Path(__file__).parents[1]
MODULES = Path(os.environ.get("NODE_MODULES", ROOT / "runs" / "node" / "node_modules")).resolve()

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (shutil.which("node") and (MODULES / "pyodide").is_dir()), reason="needs Node and npm's pyodide"
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


def test_values_and_the_page_run_in_pyodide(tmp_path: Path) -> None:
    sys.path.insert(0, str(ROOT / "docs" / "_ext"))
    try:
        from browser_page import archive
    finally:
        sys.path.pop(0)
    archive(tmp_path / "gradbook.zip")
    pages = ROOT / "tests" / "pyodide"
    printed = node(pages / "try.mjs", MODULES, tmp_path / "gradbook.zip", pages / "numpy_stand_in.py", CODE)
    first, page = printed.strip().splitlines()
    a, b = ag.Value(2.0), ag.Value(-3.0)
    L = (a * b + 7).tanh()
    L.backward()
    assert first == f"{L.data:.6f} {a.grad:.6f} {b.grad:.6f}"
    assert page == "True True"


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
