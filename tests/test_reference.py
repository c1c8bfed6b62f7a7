"""The reference names all there is: every public name has a place on its pages, every entry of the book a section."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

import autograd as ag
import nn
from autograd.explaining.formula import operand_names

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def book_pages() -> ModuleType:
    """What makes the pages, without its figures."""
    pytest.importorskip("matplotlib", reason="needs gradbook[viz]")
    sys.path.insert(0, str(ROOT / "docs" / "_ext"))
    try:
        module = importlib.import_module("book_pages")
    finally:
        sys.path.pop(0)
    module.plot = lambda _entry, path: path.touch()
    return module


@pytest.fixture(scope="module")
def pages(book_pages: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    book_pages.book(folder / "book")
    book_pages.reference(folder / "reference")
    return folder


def text(folder: Path) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in folder.iterdir() if path.suffix == ".md")


def test_every_public_name_has_its_entry_and_a_line_in_the_list(book_pages: ModuleType, pages: Path) -> None:
    reference, listed = text(pages / "reference"), (pages / "reference" / "names.md").read_text(encoding="utf-8")
    missing = []
    for package in book_pages.PACKAGES:
        module = importlib.import_module(package)
        for name in module.__all__:
            thing, full = getattr(module, name), f"{package}.{name}"
            if isinstance(thing, ModuleType):
                missing += [full] * (thing.__name__ not in book_pages.PACKAGES)
            elif isinstance(thing, ag.Primitive):
                missing += [full] * (f"`ag.{name}`" not in listed)
            elif package == "autograd" or getattr(ag, name, None) is not thing:
                assert callable(thing) or full in book_pages.DATA, f"{full}: say in DATA where it stands"
                lines = (
                    f".. autofunction:: {full}",
                    f".. autoclass:: {full}",
                    f".. py:data:: {name}\n   :module: {package}",
                )
                entered = any(f"{line}\n" in reference for line in lines)
                missing += [full] * (not entered or f"`{full}`" not in listed)
    assert missing == []
    assert all(f".. automethod:: autograd.{kind}.backward\n" in reference for kind in ("Value", "Tensor"))
    assert set(dir(nn)) - set(nn.__all__) <= {package.removeprefix("nn.") for package in book_pages.PACKAGES}


def test_every_entry_of_the_book_has_its_mathematics_and_its_lines(book_pages: ModuleType, pages: Path) -> None:
    book, sources = text(pages / "book"), book_pages.sources()
    for name, entry in ag.BOOK.items():
        section = book.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        assert entry.doc in section, name
        file, line, code = sources[name]
        assert f"`autograd/rules/{file}.py`, line {line}:" in section
        assert code in section
        assert (entry.kink or "") in section
        assert section.count("Where there is no derivative") == bool(entry.kink), name
        for operand in re.findall(r"\\partial y}{\\partial (\w+)}", section):
            assert operand in operand_names(entry), name
        if entry.elementwise and entry.differentiable and entry.scalar and len(entry.vjps) == 1 and not entry.settings:
            assert f"{{image}} {name}.svg" in section
            assert "iframe" in section, name


def test_data_says_what_it_is(book_pages: ModuleType) -> None:
    for full, module in book_pages.DATA.items():
        name = full.rpartition(".")[2]
        assert book_pages.comment_above(module, name), full


def test_words_before_a_colon_are_no_type(book_pages: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    docstring = pytest.importorskip("sphinx.ext.napoleon.docstring", reason="needs gradbook[docs]")
    monkeypatch.syspath_prepend(str(ROOT / "docs" / "_ext"))
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    conf = importlib.import_module("conf")
    told = {"property": ["How many steps: the most."], "function": ["Sum.", "", "Returns:", "    A node: their sum."]}
    for what, lines in told.items():
        conf._hide_colons(None, what, "", None, None, lines)
        found = str(docstring.GoogleDocstring(lines, what=what)).splitlines()
        conf._show_colons(None, what, "", None, None, found)
        assert any(words in line for line in found for words in ("How many steps: the most.", "A node: their sum."))
        assert not any("type" in line for line in found), found


def test_names_and_signs_in_formulas_are_whole(book_pages: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    converter = pytest.importorskip("latex2mathml.converter", reason="needs gradbook[docs]")
    pytest.importorskip("docutils", reason="needs gradbook[docs]")
    monkeypatch.syspath_prepend(str(ROOT / "docs" / "_ext"))
    mathml = importlib.import_module("mathml")
    formulas = {r"\operatorname{normal\ cdf}(x)": "normal&#x000A0;cdf", r"\operatorname{log2}(x)": "log2"}
    for formula, shown in {**formulas, r"\text{80 \%}": "80&#x000A0;%", r"\operatorname{relu}(x)": "relu"}.items():
        assert f">{shown}<" in converter.convert(mathml._for_converter(formula)), formula


# What must be found on the site, of each kind, by the page that has it.
HOW_TO = {
    "a rule of your own": "rule_of_your_own", "an SGD loop by hand": "training_loop", "a callback": "callback",
    "a layer, a loss, an optimizer": "layer_loss_optimizer", "use a trained run from Python": "trained_run",
    "resume": "resume", "your own CSV": "table", "NumPy code through grad": "numpy_function",
    "scipy.optimize with our derivatives": "scipy_optimize", "weights to and from PyTorch": "pytorch_weights",
    "compile a step": "compile", "draw a big model": "large_graphs", "read a NaN report": "nan_report",
    "teach a lesson": "lesson",
}  # fmt: skip
EXPLAINED = {
    "the graph": "graph", "the one backward pass": "graph", "kinks": "../subgradients", "dtypes": "numbers",
    "what is copied": "memory", "programs": "programs", "how forward mode is had": "graph", "promises": "../promises",
    "performance": "../performance",
}  # fmt: skip


@pytest.mark.parametrize(("part", "wanted"), [("howto", HOW_TO), ("explanation", EXPLAINED)])
def test_the_lists_of_pages_are_complete(part: str, wanted: dict[str, str]) -> None:
    folder = ROOT / "docs" / part
    toctree = (folder / "index.md").read_text(encoding="utf-8").splitlines()
    for page in wanted.values():
        assert page in toctree
        assert (folder / f"{page}.md").exists()
