"""Text on streams of few signs: nothing that matters is lost."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys

import pytest

import autograd as ag
from autograd.explaining.formula import derivatives, forward_formula, operand_names
from autograd.terminal import ERRORS, Formatter, Parser, plain, readable


@pytest.mark.parametrize("columns", [30, 50, 78, 200])
def test_help_is_laid_out_for_the_terminal(columns: int) -> None:
    text = """Words of a paragraph that go on and on, and
on in the next line.

list:
  first   what it is, in some words that are
          many
  second  what this is
    command --with an-option of-some-length and-another-one

The end.
Of it."""
    lines = Formatter("p", width=columns)._fill_text(text, columns, "").splitlines()
    assert max(map(len, lines)) <= columns
    assert " ".join(" ".join(lines).split()) == " ".join(text.split())
    assert [line for line in lines if line.startswith("  first   what")]
    if columns == 200:
        assert lines == [
            "Words of a paragraph that go on and on, and on in the next line.",
            "",
            "list:",
            "  first   what it is, in some words that are many",
            "  second  what this is command --with an-option of-some-length and-another-one",
            "",
            "The end. Of it.",
        ]


def test_signs_in_an_expression_are_read_in_a_locale_that_has_none() -> None:
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    words = [sys.executable, "-m", "autograd", "σ(a)", "a=0"]
    done = subprocess.run(words, capture_output=True, env=environment, check=True)
    assert done.stdout.startswith(b"L = sigma(a) = 0.5\n")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437", "latin-1", "utf-8"])
def test_the_command_keeps_its_signs(encoding: str) -> None:
    words = [sys.executable, "-m", "autograd", "a*b + c**2", "a=2", "b=-0.07", "c=1", "--steps"]
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = subprocess.run(words, capture_output=True, env=environment, check=True)
    printed = done.stdout.decode(encoding)
    assert not done.stderr
    assert "?" not in printed
    assert "\\u" not in printed
    assert re.search(r"^(∂|d)L/(∂|d)a = (−|-)0\.07 ", printed, re.MULTILINE)
    assert re.search(r"local derivative .*= (−|-)0\.07$", printed, re.MULTILINE)
    if encoding == "utf-8":
        assert "∂L/∂a = −0.07" in printed
    if encoding == "ascii":
        assert "L -> v1" in printed


SETTINGS = {"leaky_relu": {"slope": 0.01}, "elu": {"alpha": 1.0}, "clip": {"low": -1.0, "high": 2.0}}


@pytest.mark.parametrize("rule", ag.BOOK.values(), ids=lambda rule: rule.name)
def test_every_sign_of_the_book_has_a_name_in_ascii(rule: ag.Primitive) -> None:
    texts = [rule.symbol, rule.doc, rule.kink or ""]
    if rule.scalar is not None:
        count = 5 if rule.pull is not None else len(rule.vjps)
        names = operand_names(rule, count)
        attrs = SETTINGS.get(rule.name, {})
        texts += [str(forward_formula(rule, attrs, names)), *map(str, derivatives(rule, attrs, count))]
    for text in texts:
        assert "\\" not in plain(text), text


def test_what_has_no_name_is_escaped() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="cp1252", errors="strict")
    readable(stream)
    stream.write("é ₁ 权 − ∞")
    stream.flush()
    assert raw.getvalue().decode("cp1252") == "é 1 \\u6743 - inf"
    with pytest.raises(UnicodeDecodeError):
        b"\xff".decode("utf-8", errors=ERRORS)


def test_a_message_is_of_bounded_length_whatever_was_typed(capsys: pytest.CaptureFixture[str]) -> None:
    parser = Parser(prog="p")
    parser.add_argument("--number", type=int)
    for words in (["--numbr" + "x" * 9000], ["--number", "x" * 9000], ["y" * 9000]):
        with pytest.raises(SystemExit):
            parser.parse_args(words)
        message = capsys.readouterr().err
        assert len(message) < 1100
        assert message.endswith("(see p --help)\n")
