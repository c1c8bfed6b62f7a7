"""The gallery: each picture of `docs/make_pictures.py` with the code that draws it and, where it is small, its page."""

from __future__ import annotations

import importlib.util
import inspect
import shutil
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FOLDER = "made/gallery"
# A page shows every node; one of thousands teaches nobody.
STEPS = ("expression", "neuron", "shared", "twice", "second_order", "detached", "broken")


def makers() -> dict[str, Any]:
    """The functions that draw, by the name of their picture."""
    spec = importlib.util.spec_from_file_location("make_pictures", ROOT / "docs" / "make_pictures.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError("docs/make_pictures.py")
    module = sys.modules[spec.name] = importlib.util.module_from_spec(
        spec
    )  # where `inspect` looks for a class's source
    spec.loader.exec_module(module)
    pictures: dict[str, Any] = module.PICTURES
    return pictures


def code_of(function: Any) -> str:
    """The body of a function, without its docstring, as one would type it, and what else of its module it calls."""
    lines = inspect.getsource(function).splitlines()
    body = inspect.cleandoc("\n" + "\n".join(lines[2:] if lines[1].lstrip().startswith('"""') else lines[1:]))
    ours = {name: each for name, each in function.__globals__.items() if is_ours(each, function)}
    parts = [inspect.getsource(each).strip() for name, each in ours.items() if f"{name}(" in body]
    return "\n\n\n".join([*parts, body.replace("return ag.draw", "ag.draw")])


def is_ours(thing: Any, function: Any) -> bool:
    """Whether a thing is a function or a class of the same module."""
    return callable(thing) and getattr(thing, "__module__", None) == function.__module__


def words(name: str) -> str:
    """A picture's name as a heading."""
    return name.replace("_", " ").capitalize()


def section(name: str, function: Any) -> str:
    """One picture: what it shows, the picture, the page, the code."""
    told = " ".join((inspect.getdoc(function) or "").split())
    lines = [f"({name}-picture)=", f"## {words(name)}", "", told, ""]
    lines += [f"```{{image}} {name}.svg", f":alt: {told}", ":class: drawing", "```", ""]
    if name in STEPS:
        link = f'<a href="../../_static/gallery/{name}.html">Step through it</a>'
        lines += ["```{raw} html", link, "```", ""]
    lines += ["```python", code_of(function), "```", ""]
    return "\n".join(lines)


def make(app: Any) -> None:
    """Write the gallery's page anew, and copy the pictures beside it."""
    folder = Path(app.srcdir) / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    drawn = makers()
    cards = []
    for name in drawn:
        shutil.copy(ROOT / "docs" / "pictures" / f"{name}.svg", folder)
        cards += [
            f":::{{grid-item-card}} {words(name)}", f":img-top: {name}.svg", f":img-alt: {words(name)}",
            f":link: {name}-picture", ":link-type: ref", ":::",
        ]  # fmt: skip
    lines = [
        "# Gallery",
        "",
        "What `ag.draw` shows, and the code that draws it; `docs/make_pictures.py` makes them all.",
        "",
    ]
    lines += ["::::{grid} 1 2 3 3", *cards, "::::", ""]
    lines += [section(name, function) for name, function in drawn.items()]
    folder.joinpath("index.md").write_text("\n".join(lines), encoding="utf-8")


def step_pages(app: Any, failed: Exception | None) -> None:
    """The pages that play both passes of the small ones."""
    if failed is not None or app.builder.format != "html":
        return
    folder = Path(app.outdir) / "_static" / "gallery"
    folder.mkdir(parents=True, exist_ok=True)
    drawn = makers()
    for name in STEPS:
        drawn[name]().save(folder / f"{name}.html")


def setup(app: Any) -> dict[str, Any]:
    """Called by Sphinx."""
    app.connect("builder-inited", make, priority=600)  # after the folder of made pages was emptied
    app.connect("build-finished", step_pages)
    return {"parallel_read_safe": True}
