"""Formulas as MathML: no script, no font to fetch, readable by screen readers."""

from typing import Any

from docutils import nodes
from latex2mathml.converter import convert


def _visit(self: Any, node: nodes.Node) -> None:
    display = "block" if isinstance(node, nodes.math_block) else "inline"
    text = node.astext().replace("{aligned}", "{split}")  # the name under which the converter knows it
    self.body.append(convert(text, display=display))
    raise nodes.SkipNode


def setup(app: Any) -> dict[str, Any]:
    """Called by Sphinx."""
    app.add_html_math_renderer("mathml", inline_renderers=(_visit, None), block_renderers=(_visit, None))
    app.config.html_math_renderer = "mathml"
    return {"parallel_read_safe": True}
