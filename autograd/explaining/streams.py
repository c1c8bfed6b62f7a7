"""Mathematical signs on streams that have none, such as a Windows console's: in ASCII, so that no minus is lost."""

from __future__ import annotations

import codecs
import io
import unicodedata
from typing import Any

ERRORS = "gradbook.signs"
# For each sign that texts here are written with: what stands for it where an encoding lacks it.
ASCII = {
    "−": "-", "–": "-", "—": "-", "─": "-", "·": "*", "×": "x", "÷": "/", "√": "sqrt ", "∞": "inf", "∂": "d",
    "Σ": "sum", "σ": "sigma", "Γ": "Gamma", "Φ": "Phi", "φ": "phi", "ψ": "psi", "π": "pi", "‖": "|", "∥": "|",
    "≥": ">=", "≤": "<=", "≠": "!=", "≈": "~", "→": "->", "…": "...", "’": "'", "‘": "'", "“": '"', "”": '"',
    "⁻": "^-", "¹": "^1", "²": "^2", "³": "^3", "ˣ": "^x", "ᵀ": ".T", "⌊": "floor(", "⌈": "ceil(", "⌋": ")", "⌉": ")",
    "λ": "lambda", "✕": "x", "▲": "^", "▼": "v",
}  # fmt: skip

_TABLE = str.maketrans(ASCII)


def plain(text: str) -> str:
    r"""A text in ASCII: signs by their names, letters without accents, and escapes for the rest.

    Example:
        >>> plain("∂L/∂a = −0.14"), plain("é₁"), plain("权")
        ('dL/da = -0.14', 'e1', '\\u6743')
    """
    letters = "".join(c for c in unicodedata.normalize("NFKD", text.translate(_TABLE)) if not unicodedata.combining(c))
    return letters.encode("ascii", "backslashreplace").decode()


def _replaced(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return plain(error.object[error.start : error.end]), error.end


codecs.register_error(ERRORS, _replaced)


def readable(stream: Any) -> None:
    """Let a text stream show signs that its encoding lacks in ASCII, and every line as it is written."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(line_buffering=True, errors=ERRORS)
