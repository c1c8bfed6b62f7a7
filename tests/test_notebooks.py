"""The notebooks run from a clean kernel, their assertions hold, and what is kept of them is what their scripts say."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest

jupytext = pytest.importorskip("jupytext", reason="notebooks need gradbook[notebooks]")
nbformat = pytest.importorskip("nbformat", reason="notebooks need gradbook[notebooks]")

FOLDER = Path(__file__).parents[1] / "notebooks"
SCRIPTS = sorted(FOLDER.glob("[0-9]*.py"))


def _runner() -> Any:
    spec = importlib.util.spec_from_file_location("notebook_runner", FOLDER / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _kept(script: Path) -> Any:
    return nbformat.read(script.with_suffix(".ipynb"), as_version=4)


def test_there_are_notebooks() -> None:
    assert sorted({script.stem[:2] for script in SCRIPTS}) == [script.stem[:2] for script in SCRIPTS]
    assert len(SCRIPTS) >= 4


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_it_runs_from_a_clean_kernel(script: Path) -> None:
    _runner().executed(script)  # raises where a cell fails


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_its_kept_outputs_belong_to_its_script(script: Path) -> None:
    kept, written = _kept(script), jupytext.read(script)
    assert [(c.cell_type, c.source) for c in kept.cells] == [(c.cell_type, c.source) for c in written.cells]
    cells = [cell for cell in kept.cells if cell.cell_type == "code"]
    assert all(cell.execution_count == i for i, cell in enumerate(cells, 1)), "run notebooks/run.py"
    outputs = [output for cell in cells for output in cell.outputs]
    assert outputs, "no outputs are kept: run notebooks/run.py"
    assert not [output for output in outputs if output.output_type == "error"]
    shown = [cell for cell in cells if cell.outputs]
    assert len(shown) >= len(cells) / 3


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_it_ends_with_exercises_and_their_solutions(script: Path) -> None:
    cells = _kept(script).cells
    titles = [cell for cell in cells if cell.cell_type == "markdown" and cell.source.startswith("## Exercises")]
    assert len(titles) == 1
    assert all(f"\n{i}. " in titles[0].source for i in (1, 2, 3))
    after = cells[cells.index(titles[0]) + 1 :]
    assert any("<details>" in cell.source for cell in after)
    hidden = [cell for cell in after if cell.metadata.get("jupyter", {}).get("source_hidden")]
    assert any("assert" in cell.source for cell in hidden if cell.cell_type == "code")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_it_holds_no_path_of_a_machine(script: Path) -> None:
    text = script.with_suffix(".ipynb").read_text(encoding="utf-8")
    for start in ("/home/", "/root/", "/tmp/", "/usr/", "C:\\\\", "site-packages"):
        assert start not in text


def test_all_together_are_small_and_every_picture_has_an_alternative() -> None:
    kept = [script.with_suffix(".ipynb") for script in SCRIPTS]
    assert sum(path.stat().st_size for path in kept) <= 3_000_000
    for script in SCRIPTS:
        outputs = [output for cell in _kept(script).cells for output in cell.get("outputs", [])]
        shown = [html for output in outputs if "<img" in (html := output.get("data", {}).get("text/html", ""))]
        assert not [html[:80] for html in shown if not re.search(r'<img alt="[^"]{10,}', html)]
