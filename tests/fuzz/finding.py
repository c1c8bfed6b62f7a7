"""A difference that was found, and counts of what was done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """A difference: where, between what, and how to see it again.

    Attributes:
        stage: What was compared: "value", "gradient", "second", or "replay …" of these, or "error in …".
        way: How it was run.
        found: What we gave, or the exception.
        expected: What the judge gave.
        script: Lines that show it, after the program and its inputs.
    """

    stage: str
    way: str
    found: Any
    expected: Any
    script: str = ""

    @property
    def kind(self) -> str:
        """What stays the same while a program is minimised."""
        return f"{self.stage} by {self.way.split('(')[0]}" + (
            f": {type(self.found).__name__}" if isinstance(self.found, Exception) else ""
        )

    def __str__(self) -> str:
        found = f"{type(self.found).__name__}: {self.found}" if isinstance(self.found, Exception) else self.found
        return f"{self.stage}, by {self.way}: found {found}, expected {self.expected}"


class Counts(dict[str, int]):
    """How often what was compared, refused, or decided by policy."""

    def add(self, name: str) -> None:
        self[name] = self.get(name, 0) + 1
