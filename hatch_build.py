"""The wheel's long description: the README as a package index can show it, without links that lead nowhere there.

Links to files of the project become absolute where `project.urls` in pyproject.toml has a `Source`; as long as no
public address is known, they become plain words.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

# A picture or a link to a file of the project; what has a scheme is left as it is.
RELATIVE = re.compile(r"(!?)\[([^\]]*)\]\((?!\w+:|#)([^)]+)\)")


def addressed(text: str, source: str | None) -> str:
    """The text with its relative links made absolute, or without them."""

    def replaced(link: re.Match[str]) -> str:
        picture, words, path = link.groups()
        if source is None:
            return f"*{words}*" if picture else words
        return f"{picture}[{words}]({source}/{'raw' if picture else 'blob'}/HEAD/{path})"

    return RELATIVE.sub(replaced, text)


class LongDescription(MetadataHookInterface):
    """Gives `readme`, which pyproject.toml leaves to it."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the text."""
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        source = metadata.get("urls", {}).get("Source")
        metadata["readme"] = {"content-type": "text/markdown", "text": addressed(text, source)}
