"""Pages made from the code itself: the rule book, every public name, the command line, the notebooks, a step page."""

from __future__ import annotations

import ast
import html
import importlib
import inspect
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import matplotlib as mpl
import numpy as np

mpl.use("agg")
from matplotlib import pyplot as plt

import autograd as ag
from autograd.explaining.formula import derivatives, forward_formula, operand_names
from autograd.graph.differentiable import Differentiable
from autograd.learn.expression import function_names
from autograd.learn.typed import typed_page
from autograd.tensor.methods import ArrayMethods

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
        shown = np.where(np.abs(curve) < 30, curve, np.nan)  # without a line across a pole
        axes.plot(GRID, shown, style, label=name, linewidth=2)
    axes.set(xlabel="x", ylim=(-3.2, 3.2), xlim=(-4, 4), title=entry.name)
    axes.legend(frameon=False)
    figure.savefig(path)
    plt.close(figure)


def sources() -> dict[str, tuple[str, int, str]]:
    """Where each entry stands: its file in the rule book, its line, and its text."""
    found: dict[str, tuple[str, int, str]] = {}
    for path in sorted((ROOT / "autograd" / "rules").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        for statement in ast.parse(text).body:
            for call in ast.walk(statement):
                match call:
                    case ast.Call(args=[ast.Constant(value=str(name)), *_]) if name in ag.BOOK:
                        found[name] = path.stem, call.lineno, ast.get_source_segment(text, statement) or ""
    return found


LIVE = ("add", "subtract", "multiply", "divide", "power", "maximum", "minimum", "negative", *function_names())


def live_node(entry: Any) -> list[str]:
    """A page in the page, which computes the entry and its derivative anew while a number is dragged."""
    if entry.name not in LIVE or entry.pull is not None:
        return []
    signs = {
        "add": "a + b",
        "subtract": "a - b",
        "multiply": "a * b",
        "divide": "a / b",
        "power": "a ** b",
        "negative": "-a",
    }
    arguments = "abc"[: len(entry.vjps)]
    expression = signs.get(entry.name, f"{entry.name}({', '.join(arguments)})")
    address = "&".join(
        [f"e={quote(expression)}", *(f"{name}={x}" for name, x in zip(arguments, (0.7, 0.4, 0.2), strict=False))]
    )
    frame = (
        f'<iframe data-src="../../_static/typed.html#{address}" title="{html.escape(expression)}, step by step" '
        'class="steps"></iframe>'
    )
    return [*fenced("{raw} html", ["<details><summary>A live node</summary>", frame, "</details>"])]


def sentences_and_formulas(text: str) -> list[str]:
    """The sentences of a docstring as text, its formulas as code."""
    lines = []
    for part in text.split("\n\n"):
        if part.startswith(" "):
            lines += fenced("text", inspect.cleandoc(part).splitlines())
        else:
            lines += [f"`{part}`" if part.startswith("y =") else part, ""]
    return lines


def entry_page(entry: Any, folder: Path, source: tuple[str, int, str]) -> str:
    """One entry: what it computes, its derivatives, its kink, its plot, a live node, its lines."""
    lines = [f"({anchor(entry.name)})=", f"## {entry.name}", "", *[f"`{entry.doc}`", ""][: 2 * bool(entry.doc)]]
    of_numbers = entry.elementwise and entry.differentiable and entry.scalar and not entry.settings
    if of_numbers:
        formulas = [f"y = {forward_formula(entry).latex}"]
        for name, found in zip(operand_names(entry), derivatives(entry), strict=True):
            if found is not None:
                formulas.append(rf"\frac{{\partial y}}{{\partial {name}}} = {found.latex}")
        for formula in formulas:
            lines += ["$$", formula, "$$", ""]
    else:
        told = inspect.cleandoc(entry.__doc__).removeprefix(entry.doc).strip()
        told = told.replace(f"Where there is no derivative: {entry.kink}.\n\n", "")  # it stands below
        lines += sentences_and_formulas(told)
    if entry.kink:
        lines += [f"**Where there is no derivative:** {entry.kink}", ""]
    by_numpy = f", and by `numpy.{entry.ufunc.__name__}` of a Tensor or Value" if entry.ufunc is not None else ""
    lines += [f"Called as `ag.{entry.name}`{by_numpy}.", ""]
    if of_numbers and len(entry.vjps) == 1:
        picture = folder / f"{entry.name}.svg"
        plot(entry, picture)
        options = [f":alt: {entry.name} and its derivative", ":class: rule-plot"]
        lines += fenced(f"{{image}} {picture.name}", options)
    module, line, text = source
    lines += [
        *live_node(entry),
        f"`autograd/rules/{module}.py`, line {line}:",
        "",
        *fenced("python", text.splitlines()),
    ]
    return "\n".join(lines)


def anchor(name: str) -> str:
    """What a link to an entry is called."""
    return f"rule-{name.replace('_', '-')}"


def book(folder: Path) -> None:
    """The rule book, a page for each of its files."""
    folder.mkdir(parents=True)
    places = sources()
    modules: dict[str, list[Any]] = {}
    for entry in ag.BOOK.values():
        modules.setdefault(places[entry.name][0], []).append(entry)
    for module, entries in modules.items():
        doc = inspect.getdoc(importlib.import_module(f"autograd.rules.{module}")) or ""
        doc = doc.removeprefix("The rule book: ")
        parts = [
            f"# {module.replace('_', ' ').capitalize()}",
            f"{doc[:1].upper()}{doc[1:]}",
            *(entry_page(entry, folder, places[entry.name]) for entry in entries),
        ]
        folder.joinpath(f"{module}.md").write_text("\n\n".join(parts), encoding="utf-8")
    introduction = [
        "# The rule book",
        "",
        "Every primitive once, with its derivative. These pages are made from the entries themselves. In all of them",
        "g = ∂L/∂y is the gradient that arrives from above, and an input's gradient is g times what is shown.",
        "",
        *fenced("{toctree}", sorted(modules, key=lambda module: (module != "arithmetic", module))),
    ]
    folder.joinpath("index.md").write_text("\n".join(introduction), encoding="utf-8")


# ---- every public name ----------------------------------------------------------------------------------------------

# The packages, and on which page what stands where: the longest beginning of a module's name decides.
PACKAGES = (
    "autograd",
    "nn",
    "nn.init",
    "nn.pictures",
    "nn.scalar",
    "nn.estimator",
    "autograd.extend",
    "autograd.test_util",
)
TITLES = {
    "autograd.value": "Values, Tensors and their graph",
    "autograd.tensor": "Values, Tensors and their graph",
    "autograd.graph": "Values, Tensors and their graph",
    "autograd.rules": "Values, Tensors and their graph",
    "autograd.numpy": "Functions of arrays",
    "autograd.functional": "Derivatives of functions",
    "autograd.compat": "Derivatives of functions",
    "autograd.program": "Programs",
    "autograd.drawing": "Pictures and explanations",
    "autograd.explaining": "Pictures and explanations",
    "autograd.learn": "Pictures and explanations",
    "autograd.errors": "Errors, and what is installed",
    "autograd.extras": "Errors, and what is installed",
    "autograd.extend": "Rules of your own: autograd.extend",
    "autograd.test_util": "Checks: autograd.test_util",
    "nn.module": "Modules and layers",
    "nn.functional": "Modules and layers",
    "nn.layers": "Modules and layers",
    "nn.per_sample": "Modules and layers",
    "nn.losses": "Losses, metrics, penalties",
    "nn.metrics": "Losses, metrics, penalties",
    "nn.outputs": "Losses, metrics, penalties",
    "nn.regularisation": "Losses, metrics, penalties",
    "nn.optim": "Optimizers and schedules",
    "nn.training.learning_rate": "Optimizers and schedules",
    "nn.training": "Training",
    "nn.training.checkpoint": "Files and other programs",
    "nn.interchange": "Files and other programs",
    "nn.app": "Files and other programs",
    "nn.init": "Initial weights: nn.init",
    "nn.pictures": "Figures: nn.pictures",
    "nn.scalar": "Networks of Values: nn.scalar",
    "nn.estimator": "Estimators: nn.estimator",
}
# The classes that no page shows, in which stands what a Value and a Tensor can do.
MORE = {"autograd.Value": (Differentiable,), "autograd.Tensor": (Differentiable, ArrayMethods)}
# What is no function and no class, and so does not say where it stands.
DATA = {
    "autograd.BOOK": "autograd.rules.primitive",
    "autograd.current_forward_hook": "autograd.graph.hooks",
    "nn.ACTIVATIONS": "nn.layers.activations",
    "nn.Loss": "nn.losses.basic",
    "nn.OPTIMIZERS": "nn.optim.base",
    "nn.OUTPUTS": "nn.outputs",
    "nn.init.INITIALIZERS": "nn.init",
    "nn.init.Initializer": "nn.init",
    "nn.init.Seed": "nn.init",
    "nn.init.planning": "nn.init",
}


def public_names(package: str) -> dict[str, Any]:
    """What a package offers that is not offered under a shorter name."""
    module = importlib.import_module(package)
    things = {name: getattr(module, name) for name in sorted(module.__all__, key=str.lower)}
    return {
        name: thing
        for name, thing in things.items()
        if not inspect.ismodule(thing) and (package == "autograd" or getattr(ag, name, None) is not thing)
    }


def comment_above(module: str, name: str) -> str:
    """What the lines above an assignment say of it."""
    text = inspect.getsource(importlib.import_module(module))
    found = re.search(rf"((?:^#[^\n]*\n)*)^{name}\b[:= ]", text, re.MULTILINE)
    return " ".join(line.lstrip("# ") for line in found[1].splitlines()) if found else ""


def home(package: str, name: str, thing: Any) -> str:
    """The title of the page that a name stands on."""
    if package not in ("autograd", "nn"):
        return TITLES[package]
    module = DATA.get(f"{package}.{name}") or thing.__module__
    return TITLES[max((start for start in TITLES if f"{module}.".startswith(f"{start}.")), key=len)]


def slug(title: str) -> str:
    """A title as the name of a file."""
    return re.sub(r"\W+", "_", title.lower())


def directive(package: str, name: str, thing: Any) -> list[str]:
    """The lines that show a name with its docstring."""
    full = f"{package}.{name}"
    if full in DATA:
        head = [f".. py:data:: {name}", f"   :module: {package}", ""]
        return [*head, f"   {comment_above(DATA[full], name) or inspect.getdoc(thing)}"]
    if inspect.isclass(thing):
        hidden = "set_fit_request, set_partial_fit_request, set_score_request"  # scikit-learn's
        lines = [f".. autoclass:: {full}", "   :members:", "   :show-inheritance:", f"   :exclude-members: {hidden}"]
        for base in MORE.get(full, ()):
            for member, value in vars(base).items():
                kind = "method" if inspect.isfunction(value) else "property" if isinstance(value, property) else None
                if kind and not member.startswith("_"):
                    lines += ["", f"   .. auto{kind}:: {full}.{member}"]
        return lines
    return [f".. autofunction:: {full}"]


def reference(folder: Path) -> None:
    """A page for each subject, and one that lists all names."""
    folder.mkdir(parents=True)
    pages: dict[str, list[str]] = {title: [] for title in TITLES.values()}
    listed: list[str] = []
    for package in PACKAGES:
        listed += ["", f"## {package}", ""]
        if package in TITLES:
            pages[TITLES[package]] += fenced("{eval-rst}", [f".. automodule:: {package}", "   :no-index:"])
        for name, thing in public_names(package).items():
            if isinstance(thing, ag.Primitive):
                link, told = f"[`ag.{name}`](#{anchor(thing.name)})", thing.__doc__
            else:
                pages[home(package, name, thing)] += fenced("{eval-rst}", directive(package, name, thing))
                told = (
                    comment_above(DATA[f"{package}.{name}"], name)
                    if f"{package}.{name}" in DATA
                    else inspect.getdoc(thing)
                )
                link = f"{{py:obj}}`{package}.{name}`"
            summary = (told or "").strip().partition("\n")[0].replace("<", r"\<")
            listed += [f"* {link}: {summary}"]
    for title, lines in pages.items():
        folder.joinpath(f"{slug(title)}.md").write_text("\n".join([f"# {title}", "", *lines]), encoding="utf-8")
    head = ["# All names", "", "Each with the first line of what it says of itself.", ""]
    folder.joinpath("names.md").write_text("\n".join([*head, *listed]), encoding="utf-8")
    toctree = [":maxdepth: 1", "names", *(slug(title) for title in pages)]
    folder.joinpath("index.md").write_text(
        "\n".join(["# Public names", "", *fenced("{toctree}", toctree)]), encoding="utf-8"
    )


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
    reference(folder / "reference")
    command_line(folder)
    for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        shutil.copy(path, folder / "notebooks")


def setup(app: Any) -> dict[str, Any]:
    """Called by Sphinx."""
    app.connect("builder-inited", make)
    app.connect("build-finished", first_page)
    app.connect("autodoc-process-docstring", escape_bars, priority=400)
    return {"parallel_read_safe": True}
