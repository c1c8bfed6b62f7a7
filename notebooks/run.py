"""Runs the notebooks: ``python notebooks/run.py`` makes every ``.ipynb`` again from its ``.py``, with its outputs.

The text of a notebook is kept once, as a script that one can read and diff; the ``.ipynb`` beside it holds the same
cells with what they showed. Edit either (in JupyterLab, jupytext keeps the two alike), and run this.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parent


def scripts() -> list[Path]:
    """The notebooks' scripts, in order."""
    return sorted(FOLDER.glob("[0-9]*.py"))


def executed(script: Path) -> Any:
    """The notebook of a script, run from top to bottom in a fresh kernel.

    Raises:
        nbclient.exceptions.CellExecutionError: A cell failed, or one of its assertions.
    """
    notebook = jupytext.read(script)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    client = NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(FOLDER)}}, record_timing=False
    )
    client.execute()
    notebook.metadata.pop("language_info", None)
    for number, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{number}"  # the same file from the same run
    return notebook


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
