"""The notebooks run from a clean kernel, their assertions hold, and what is kept of them is what their scripts say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.planted import PLANTED, probe, probes, runner

jupytext = pytest.importorskip("jupytext", reason="notebooks need gradbook[notebooks]")
nbformat = pytest.importorskip("nbformat", reason="notebooks need gradbook[notebooks]")

FOLDER = Path(__file__).parents[1] / "notebooks"
SCRIPTS = sorted(FOLDER.glob("[0-9]*.py"))


def _kept(script: Path) -> Any:
    return nbformat.read(script.with_suffix(".ipynb"), as_version=4)


def test_there_are_notebooks() -> None:
    assert {planted.notebook for planted in PLANTED} <= {script.stem[:2] for script in SCRIPTS}
    assert sorted({script.stem[:2] for script in SCRIPTS}) == [script.stem[:2] for script in SCRIPTS]
    assert len(SCRIPTS) >= 4


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_it_runs_from_a_clean_kernel_and_notices_what_is_planted(script: Path) -> None:
    runner().executed(script, probes(script.stem[:2]))  # raises where a cell fails


def test_a_planted_sentence_that_no_cell_notices_fails(tmp_path: Path) -> None:
    script = tmp_path / "00_small.py"
    script.write_text("# %%\nx = 1\nassert x < 2\n", encoding="utf-8")
    with pytest.raises(Exception, match="not noticed: x is 1"):
        runner().executed(script, {"assert x < 2": [probe("x is 1", "assert x == 1")]})
    with pytest.raises(ValueError, match="0 cells hold 'assert x > 2'"):
        runner().executed(script, {"assert x > 2": []})


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
    checking = [cell for cell in after if "ag.quiz(" in cell.source and ".check(" in cell.source]
    assert [cell.cell_type for cell in checking] == ["code"]
    solutions = [code for cell in after for code in runner().solutions_in(cell)]  # closed, in every viewer
    assert any("assert" in code for code in solutions)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_it_is_part_of_a_story_and_its_pictures_have_captions(script: Path) -> None:
    cells = _kept(script).cells
    assert re.search(r"\*Time: [\d]+ minutes.*Before it: ", cells[0].source, re.DOTALL)
    number = int(script.stem[:2])
    captions = [cell.source for cell in cells if cell.source.startswith("*Figure ")]
    assert [f"*Figure {number}.{i}." for i in range(1, len(captions) + 1)] == [
        text.split(" ")[0] + " " + text.split(" ")[1] for text in captions
    ]
    for cell, following in zip(cells, [*cells[1:], None], strict=True):
        html = [output.get("data", {}).get("text/html", "") for output in cell.get("outputs", [])]
        if any("<img" in text for text in html):
            assert following is not None
            assert following.source.startswith("*Figure "), cell.source[-80:]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_it_is_slides_too(script: Path) -> None:
    cells = _kept(script).cells
    kinds = [cell.metadata.get("slideshow", {}).get("slide_type") for cell in cells]
    assert set(kinds) <= {"slide", "subslide", "notes", "-"}
    assert kinds[0] == "slide"
    assert all(kind == "notes" for cell, kind in zip(cells, kinds, strict=True) if "<details>" in cell.source)


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
        assert not [output for output in outputs if "image/png" in output.get("data", {})]  # which has none
        shown = [html for output in outputs if "<img" in (html := output.get("data", {}).get("text/html", ""))]
        assert not [html[:80] for html in shown if not re.search(r'<img alt="[^"]{10,}', html)]
