"""Texts from data, shown to people: what would command a terminal is written out instead."""

from __future__ import annotations

import unicodedata

__all__ = ["LONGEST_NAME", "quoted", "shortened", "visible"]

LONGEST_NAME = 80  # in a message

# Joiners make one letter or emoji of several characters; they move nothing.
JOINERS = "\u200c\u200d"


def visible(text: str, keep: str = "") -> str:
    r"""The text with every character that is no visible one as its escape in Python's spelling.

    These are control characters (which colour, move and rewrite on a terminal, and which no SVG file may hold), those
    that turn the direction of writing, line separators, halves of characters, and code points that are none.

    Args:
        text: Any text.
        keep: Characters that stay as they are, such as the ends of lines.

    Example:
        >>> print(visible("red\x1b[2K\rblue"))
        red\x1b[2K\rblue
        >>> print(visible("Zoë\u202eexe.fdp"))
        Zoë\u202eexe.fdp
    """
    if text.isprintable():
        return text
    return "".join(each if each in keep or _harmless(each) else _escaped(each) for each in text)


def _harmless(character: str) -> bool:
    if character in JOINERS:
        return True
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp") and ord(character) & 0xFFFE != 0xFFFE


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def shortened(text: str) -> str:
    """The beginning of a text, where that is longer than a message needs."""
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 3]}..."


def quoted(text: str) -> str:
    """A name or another text from data as Python writes it, for a message: not too long.

    Example:
        >>> quoted("x" * 1000) == repr("x" * 77 + "...")
        True
    """
    return repr(shortened(text))
