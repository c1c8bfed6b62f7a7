"""Runs the notebooks: ``python notebooks/run.py`` makes every ``.ipynb`` again from its ``.py``, with its outputs.

The text of a notebook is kept once, as a script that one can read and diff; the ``.ipynb`` beside it holds the same
cells with what they showed. Edit either (in JupyterLab, jupytext keeps the two alike), and run this.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parent


def scripts() -> list[Path]:
    """The notebooks' scripts, in order."""
    return sorted(FOLDER.glob("[0-9]*.py"))


def executed(script: Path, probes: Mapping[str, list[str]] | None = None) -> Any:
    """The notebook of a script, run from top to bottom in a fresh kernel; after it, the code of its solutions.

    Solutions stand in the text, folded, so that they are closed in every viewer. They are run, and not kept, as cells.

    Args:
        script: The notebook's script.
        probes: Code to run, and not to keep, after the one cell in which a text stands.

    Raises:
        nbclient.exceptions.CellExecutionError: A cell failed, or one of its assertions.
        ValueError: The text of a probe stands in no cell, or in several.
    """
    notebook = jupytext.read(script)
    kept = list(notebook.cells)
    run = kept + [nbformat.v4.new_code_cell(code) for cell in kept for code in solutions_in(cell)]
    for text, codes in (probes or {}).items():
        places = [i for i, cell in enumerate(run) if cell.cell_type == "code" and text in cell.source]
        if len(places) != 1:
            raise ValueError(f"{script.name}: {len(places)} cells hold {text!r}")
        run[places[0] + 1 : places[0] + 1] = [nbformat.v4.new_code_cell(code) for code in codes]
    notebook.cells = run
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    client = NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}}, record_timing=False
    )
    client.execute()
    notebook.cells = kept
    as_slides(kept)
    notebook.metadata.pop("language_info", None)
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"  # the same file from the same run
    return notebook


def solutions_in(cell: Any) -> list[str]:
    """The code in a cell's folded solutions."""
    folded = cell.cell_type == "markdown" and cell.source.startswith("<details>")
    return re.findall(r"^```python\n(.*?)^```$", cell.source, re.MULTILINE | re.DOTALL) if folded else []


def as_slides(cells: list[Any]) -> None:
    """Say for ``jupyter nbconvert --to slides`` where a slide begins: at a heading, a picture or a long cell."""
    for cell in cells:
        outputs = [output.get("data", {}) for output in cell.get("outputs", [])]
        picture = any("<img" in data.get("text/html", "") for data in outputs)
        if cell.source.startswith("<details>"):
            kind = "notes"  # for who speaks
        elif cell.source.startswith("#") and cell.cell_type == "markdown":
            kind = "slide"
        else:
            kind = "subslide" if picture or cell.source.count("\n") > 12 else "-"
        cell.metadata["slideshow"] = {"slide_type": kind}


def main() -> None:
    """Run the notebooks that are named, or all."""
    parser = argparse.ArgumentParser(description="Runs notebooks and keeps their outputs.")
    parser.add_argument("names", nargs="*", help="which ones, by the beginning of their names (default: all)")
    names = parser.parse_args().names
    chosen = [script for script in scripts() if not names or any(script.name.startswith(name) for name in names)]
    if not chosen:
        sys.exit(f"no notebook is called {' or '.join(names)}; there are {', '.join(s.stem for s in scripts())}")
    for script in chosen:
        start = time.perf_counter()
        notebook = executed(script)
        nbformat.write(notebook, script.with_suffix(".ipynb"))
        print(f"{script.stem}: {time.perf_counter() - start:.1f} s")


if __name__ == "__main__":
    main()
