"""Pages made from the code itself: the rule book, every public name, the command line, the notebooks, a step page."""

from __future__ import annotations

import inspect
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

mpl.use("agg")
from matplotlib import pyplot as plt

import autograd as ag
import nn
from autograd.explaining.formula import derivatives, forward_formula, setting_names
from autograd.learn.typed import typed_page

ROOT = Path(__file__).parents[2]
MADE = "made"  # a folder of pages that git ignores
GRID = np.linspace(-4.0, 4.0, 801)
COMMANDS = (["autograd"], ["nn"], ["nn", "train"], ["nn", "evaluate"], ["nn", "predict"])


def fenced(language: str, lines: Iterable[str]) -> list[str]:
    """Lines within a fence."""
    return [f"```{language}", *lines, "```", ""]


# ---- the rule book --------------------------------------------------------------------------------------------------


def plot(entry: Any, path: Path) -> None:
    """A function of one number and its derivative, where both are finite."""
    with np.errstate(all="ignore"):
        curves = {"y": entry(GRID), "dy/dx": ag.elementwise_grad(entry)(GRID)}
    figure, axes = plt.subplots(figsize=(4.2, 2.6), layout="constrained")
    axes.axhline(0, color="#bbb", linewidth=0.8)
    axes.axvline(0, color="#bbb", linewidth=0.8)
    for (name, curve), style in zip(curves.items(), "-:", strict=True):
        axes.plot(GRID, np.where(np.isfinite(curve), curve, np.nan), style, label=name, linewidth=2)
    axes.set(xlabel="x", ylim=(-3.2, 3.2), xlim=(-4, 4), title=entry.name)
    axes.legend(frameon=False)
    figure.savefig(path)
    plt.close(figure)


def entry_page(entry: Any, folder: Path) -> str:
    """One entry: what it computes, its derivatives, its kink, its plot."""
    lines = [f"## {entry.name}", ""]
    of_numbers = entry.elementwise and entry.differentiable and entry.scalar and not setting_names(entry)
    if of_numbers:
        formulas = [f"y = {forward_formula(entry).latex}"]
        for name, found in zip("abc" if len(entry.vjps) > 1 else "x", derivatives(entry), strict=False):
            if found is not None:
                formulas.append(rf"\frac{{\partial y}}{{\partial {name}}} = {found.latex}")
        for formula in formulas:
            lines += ["$$", formula, "$$", ""]
    else:
        lines += fenced("text", inspect.cleandoc(entry.__doc__).splitlines())
    if entry.kink:
        lines += [f"**Where there is no derivative:** {entry.kink}", ""]
    by_numpy = f", and by `numpy.{entry.ufunc.__name__}` of a Tensor or Value" if entry.ufunc is not None else ""
    lines += [f"Called as `ag.{entry.name}`{by_numpy}.", ""]
    if of_numbers and len(entry.vjps) == 1:
        picture = folder / f"{entry.name}.svg"
        plot(entry, picture)
        options = [f":alt: {entry.name} and its derivative", ":class: rule-plot"]
        lines += fenced(f"{{image}} {picture.name}", options)
    return "\n".join(lines)


def book(folder: Path) -> None:
    """The rule book, a page for each of its files."""
    folder.mkdir()
    rooms: dict[str, list[Any]] = {}
    for entry in ag.BOOK.values():
        if entry.__module__.startswith("autograd.rules."):
            rooms.setdefault(entry.__module__.rpartition(".")[2], []).append(entry)
    for room, entries in rooms.items():
        told = (inspect.getdoc(sys.modules[f"autograd.rules.{room}"]) or "").removeprefix("The rule book: ")
        parts = [
            f"# {room.replace('_', ' ').capitalize()}",
            f"{told[:1].upper()}{told[1:]}",
            f"Source: `autograd/rules/{room}.py`.",
            *(entry_page(entry, folder) for entry in entries),
        ]
        folder.joinpath(f"{room}.md").write_text("\n\n".join(parts), encoding="utf-8")
    introduction = [
        "# The rule book",
        "",
        "Every primitive once, with its derivative. These pages are made from the entries themselves. In all of them",
        "g = ∂L/∂y is the gradient that arrives from above, and an input's gradient is g times what is shown.",
        "",
        *fenced("{toctree}", sorted(rooms, key=lambda room: (room != "arithmetic", room))),
    ]
    folder.joinpath("index.md").write_text("\n".join(introduction), encoding="utf-8")


# ---- every public name ----------------------------------------------------------------------------------------------


def names(folder: Path, module: Any) -> None:
    """The functions and classes of a package, from their docstrings."""
    things = {name: getattr(module, name) for name in sorted(module.__all__, key=str.lower)}
    listed_elsewhere = [
        name
        for name, thing in things.items()
        if isinstance(thing, ag.Primitive) or (module is not ag and getattr(ag, name, None) is thing)
    ]
    lines = [f"# {module.__name__}", ""]
    for heading, directive, belongs in (
        ("Functions", "autofunction", inspect.isroutine),
        ("Classes", "autoclass", inspect.isclass),
    ):
        lines += [f"## {heading}", ""]
        options = ["   :members:", "   :show-inheritance:"] if directive == "autoclass" else []
        for name in (name for name, thing in things.items() if belongs(thing) and name not in listed_elsewhere):
            lines += fenced("{eval-rst}", [f".. {directive}:: {module.__name__}.{name}", *options])
    folder.joinpath(f"{module.__name__}.md").write_text("\n".join(lines), encoding="utf-8")


def escape_bars(*arguments: Any) -> None:
    """Let |w| in a docstring be the size of w, and not a substitution."""
    lines: list[str] = arguments[-1]
    lines[:] = [line if line.lstrip().startswith((">>>", "...")) else line.replace("|", r"\|") for line in lines]


# ---- what programs show ---------------------------------------------------------------------------------------------


def command_line(folder: Path) -> None:
    """What the commands say of themselves."""
    lines = ["# The command line", "", "What each command answers to `--help`. Bad input is refused in one line, with"]
    lines += ["exit code 2.", ""]
    environment = os.environ | {"COLUMNS": "88", "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    for words in COMMANDS:
        command = [sys.executable, "-m", *words, "--help"]
        answer = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, encoding="utf-8")
        lines += [f"## `python -m {' '.join(words)}`", "", *fenced("text", answer.stdout.rstrip().splitlines())]
    folder.joinpath("command_line.md").write_text("\n".join(lines), encoding="utf-8")


def first_page(app: Any, failed: Exception | None) -> None:
    """The page on which an expression is typed and both passes are played, for the first screen."""
    if failed is None and app.builder.format == "html":
        (Path(app.outdir) / "_static" / "typed.html").write_text(typed_page(), encoding="utf-8")


def make(app: Any) -> None:
    """Write all pages anew."""
    folder = Path(app.srcdir) / MADE
    shutil.rmtree(folder, ignore_errors=True)
    folder.joinpath("notebooks").mkdir(parents=True)
    book(folder / "book")
    names(folder, ag)
    names(folder, nn)
    command_line(folder)
    for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        shutil.copy(path, folder / "notebooks")


def setup(app: Any) -> dict[str, Any]:
    """Called by Sphinx."""
    app.connect("builder-inited", make)
    app.connect("build-finished", first_page)
    app.connect("autodoc-process-docstring", escape_bars, priority=400)
    return {"parallel_read_safe": True}
