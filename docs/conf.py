"""The site: ``python -m sphinx -W docs runs/site`` builds it, without a network.

Sphinx, because the docstrings are written for it (`name` is a link, Google's sections), because one build checks every
link and name, and because its search works from disk. Formulas become MathML, which every browser shows by itself.
"""

import re
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE / "_ext"), str(HERE)]

from book_pages import PACKAGES
from docutils import nodes

import autograd

project = "gradbook"
author = "The gradbook developers"
version = release = autograd.__version__
extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "myst_nb",
    "sphinx_design",
    "sphinx_copybutton",
    "mathml",
    "book_pages",
    "gallery_pages",
    "browser_page",
]
exclude_patterns = ["pictures"]
default_role = "code"  # a name in single quotation marks is code, and a link where autodoc knows it

autodoc_member_order = "bysource"
autodoc_typehints = "none"  # they stand in the signature
autodoc_preserve_defaults = True
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_rtype = False
napoleon_use_param = False
napoleon_use_ivar = True
napoleon_attr_annotations = False

myst_enable_extensions = ["dollarmath", "colon_fence", "deflist"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # the notebooks keep their outputs, and a test holds them to their scripts
nb_merge_streams = True
nb_render_markdown_format = "myst"  # formulas and tables that a cell shows
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
suppress_warnings = ["mystnb.unknown_mime_type", "misc.highlighting_failure"]

html_theme = "furo"
html_title = "gradbook"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["accessible.js"]
html_copy_source = False
html_show_copyright = False
html_theme_options = {"sidebar_hide_name": False, "navigation_with_keys": True}


def _no_empty_last_line(_: Any, page: nodes.document) -> None:
    """An example's last empty line is there for doctest alone."""
    for block in page.findall(nodes.literal_block):
        text = block.astext().rstrip()
        # Where the source is another than the text, Sphinx takes it for marked up by hand, and gives it no colours.
        block.rawsource, block[:] = text, [nodes.Text(text)]


COLON = "\ue000"  # stands for one that napoleon is not to see; no font and no text has it


def _hide_colons(_app: Any, what: str, _name: str, _object: Any, _options: Any, lines: list[str]) -> None:
    """Of a property and of what is returned, napoleon would take the words before a colon for the type."""
    if what in ("property", "attribute"):
        lines[:1] = [line.replace(":", COLON) for line in lines[:1]]
    returned = False
    for i, line in enumerate(lines):
        if re.match(r"\S", line):
            returned = line in ("Returns:", "Yields:")
        elif returned:
            lines[i] = line.replace(":", COLON)


def _show_colons(_app: Any, _what: str, _name: str, _object: Any, _options: Any, lines: list[str]) -> None:
    lines[:] = [line.replace(COLON, ":") for line in lines]


def _defaults_to_read(*arguments: Any) -> tuple[str, str | None] | None:
    """A default that is a function without a name says nothing by where it lies."""
    signature, returned = arguments[-2:]
    return signature and (re.sub(r"<function [^<>]*<lambda>[^<>]*>", "…", signature), returned)


def _names_side_by_side(_app: Any, _what: str, _name: str, _object: Any, _options: Any, lines: list[str]) -> None:
    """Of "mean_, deviation_: …" a field would take the first for the type of the second, and drop the underscores."""

    def whole(field: re.Match[str]) -> str:
        names = field[2].replace("\\", "").split(", ")
        return field[1] + ",\u200b".join(re.sub("_$", r"\_", name) for name in names) + ":"

    lines[:] = [re.sub(r"^(:(?:ivar|param) )(\w+\\?(?:, \w+\\?)*):", whole, line) for line in lines]


def _public_bases(_app: Any, _name: str, _object: type, _options: Any, bases: list[Any]) -> None:
    """The first public ones above a private base, each once."""
    shown = (next(each for each in getattr(base, "__mro__", [base]) if _is_public(each)) for base in bases)
    bases[:] = dict.fromkeys(shown)


def _is_public(base: Any) -> bool:
    """Whether a page shows it: a class of another library, or one that a package here offers."""
    if base.__module__.partition(".")[0] not in ("autograd", "nn"):
        return True
    return any(getattr(sys.modules.get(package), base.__name__, None) is base for package in PACKAGES)


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("autodoc-process-docstring", _hide_colons, priority=450)  # before napoleon's, which is 500
    app.connect("autodoc-process-docstring", _show_colons, priority=550)
    app.connect("autodoc-process-signature", _defaults_to_read)
    app.connect("autodoc-process-docstring", _names_side_by_side, priority=900)  # after napoleon's
    app.connect("autodoc-process-bases", _public_bases)
    app.connect("doctree-read", _no_empty_last_line)
