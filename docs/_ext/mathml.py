"""Formulas as MathML: no script, no font to fetch, readable by screen readers."""

import re
from typing import Any

from docutils import nodes
from latex2mathml.converter import convert


def _for_converter(text: str) -> str:
    """As the converter knows it, which takes a name with a digit or a blank apart, and shows the escapes of a text."""
    text = text.replace("{aligned}", "{split}")
    names = r"\\operatorname\{(\w*(?:\d|\\ )[^{}]*)\}"
    text = re.sub(names, lambda name: rf"\text{{{name[1]}}}".replace(r"\ ", " "), text)
    return re.sub(r"\\text\{[^{}]*\}", lambda words: words[0].replace(r"\%", "%"), text)


def _visit(self: Any, node: nodes.Node) -> None:
    display = "block" if isinstance(node, nodes.math_block) else "inline"
    self.body.append(convert(_for_converter(node.astext()), display=display))
    raise nodes.SkipNode


def setup(app: Any) -> dict[str, Any]:
    """Called by Sphinx."""
    app.add_html_math_renderer("mathml", inline_renderers=(_visit, None), block_renderers=(_visit, None))
    app.config.html_math_renderer = "mathml"
    return {"parallel_read_safe": True}
