"""What both command lines share: streams that lack signs, are closed, or lose their reader; errors that say the word.

Mathematical signs come in ASCII on streams that have none, such as a Windows console's, so that no minus is lost.
"""

from __future__ import annotations

import argparse
import codecs
import io
import os
import re
import sys
import textwrap
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn, TextIO

from autograd.suggest import meant

__all__ = ["BAD_INPUT", "Formatter", "Parser", "plain", "prepare_streams", "printable", "readable", "run", "silence"]

BAD_INPUT = 2

ERRORS = "gradbook.signs"
# For each sign that texts here are written with: what stands for it where an encoding lacks it.
ASCII = {
    "−": "-", "–": "-", "—": "-", "─": "-", "·": "*", "×": "x", "÷": "/", "√": "sqrt ", "∞": "inf", "∂": "d",
    "Σ": "sum", "σ": "sigma", "Γ": "Gamma", "Φ": "Phi", "φ": "phi", "ψ": "psi", "π": "pi", "‖": "|", "∥": "|",
    "≥": ">=", "≤": "<=", "≠": "!=", "≈": "~", "→": "->", "…": "...", "’": "'", "‘": "'", "“": '"', "”": '"',
    "⁻": "^-", "¹": "^1", "²": "^2", "³": "^3", "ˣ": "^x", "ᵀ": ".T", "⌊": "floor(", "⌈": "ceil(", "⌋": ")", "⌉": ")",
    "α": "alpha", "λ": "lambda", "∗": "*", "½": "1/2", "ß": "ss", "✕": "x", "▲": "^", "▼": "v", "⊥": "_|_",
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


def printable(text: str) -> str:
    """A text as the standard output can take it: signs that it lacks, as a file's does on Windows, come in ASCII."""
    encoding = getattr(sys.stdout, "encoding", None)
    return text.encode(encoding, ERRORS).decode(encoding) if encoding and not text.isascii() else text


def readable(stream: Any) -> None:
    """Let a text stream show signs that its encoding lacks in ASCII, and every line as it is written."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(line_buffering=True, errors=ERRORS)


def prepare_streams() -> None:
    """Make the standard streams `readable`; one that was closed from the start takes what comes, and forgets it."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - until the program ends
        readable(getattr(sys, name))


def silence(stream: TextIO) -> None:
    """Let what is written to a stream whose reader has gone go nowhere, at the interpreter's exit too."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def run(main: Callable[[], int]) -> NoReturn:
    """End the process by a command's exit code; its streams may be poor, closed, or without a reader."""
    # Libraries start Python again, such as multiprocessing its tracker: from the present folder it must import nothing.
    os.environ["PYTHONSAFEPATH"] = "1"
    prepare_streams()
    try:
        try:
            code = main()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        silence(sys.stdout)  # nobody reads any more, and the interpreter must not complain on exit
        code = 1
    except OSError as error:  # such as a full disk, which a command that runs has told itself
        silence(sys.stdout)
        print(f"error: {error.strerror or error}", file=sys.stderr)
        code = BAD_INPUT
    sys.exit(code)


LONGEST = 1000  # characters of a message


class Formatter(argparse.HelpFormatter):
    """Help in paragraphs and lists, in lines as long as the terminal's.

    A line that is indented is an item of a list; one that is indented more goes on with it.
    """

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        parts: list[str] = []
        depth, before = 0, ""
        for line in text.splitlines():
            own = len(line) - len(line.lstrip())
            if before and line and (own == depth == 0 or own > depth > 0):
                parts[-1] += f" {line.lstrip()}"
            else:
                parts.append(line)
                depth = own
            before = line
        return "\n".join(line for part in parts for line in self._wrapped(part, width - len(indent)) or [""])

    @staticmethod
    def _wrapped(part: str, width: int) -> list[str]:
        """A part in lines; what goes on stands below a list's second column, if there is one."""
        column = re.match(r" +\S+  +| *", part)
        hanging = len(column[0]) if column else 0
        if part.startswith(" ") and not part[:hanging].strip():
            hanging += 2
        return textwrap.wrap(
            part, width, subsequent_indent=" " * hanging, break_on_hyphens=False, break_long_words=False
        )


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, with the word that is likely meant."""

    def error(self, message: str) -> NoReturn:
        """End the program by one line, as for every other error."""
        choice = re.search(r"invalid choice: '(.*?)' \(choose from (.*)\)$", message)
        if choice is not None:
            message += self._hint(choice[1], re.findall(r"[\w-]+", choice[2]))
        message = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in message)  # which is longer
        if len(message) > LONGEST:  # with what was typed in it; the advice is at its end
            message = f"{message[: LONGEST // 2]} … {message[-LONGEST // 2 :]}"
        self.exit(BAD_INPUT, f"error: {message} (see {self.prog} --help)\n")

    def _print_message(self, message: str, file: Any = None) -> None:
        """Write help; argparse goes on, and ends with 0, where that cannot be written."""
        if file is sys.stdout:
            file.write(message)
        else:
            super()._print_message(message, file)

    def refuse_options(self, unknown: Iterable[str]) -> None:
        """End the program if there are words that this parser does not know, with ours for the first."""
        words = list(unknown)
        if not words:
            return
        option, known = words[0].partition("=")[0], [name for name in self._option_string_actions if name[1] == "-"]
        hint = self._hint(option, known) if option.startswith("-") else ""
        self.error(f"unrecognized arguments: {' '.join(words)}{hint}")

    @staticmethod
    def _hint(word: str, known: Iterable[str]) -> str:
        names = {name.lstrip("-").replace("-", "_"): name for name in known}
        ours = meant(word.lstrip("-").replace("-", "_"), names)
        if ours is None:
            return ""
        return f": {ours}" if " " in ours else f"; did you mean {names[ours]}?"
