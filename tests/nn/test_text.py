"""Texts from data on a terminal: shown, never obeyed."""

import unicodedata

import pytest

from nn._text import visible


@pytest.mark.parametrize("text", ["", "plain", "größe", "はい", "a b", "C:\\new", "👩\u200d🔬", "می\u200cخواهم", "á"])
def test_ordinary_text_stays(text):
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("a\rb\x08\x7f", "a\\rb\\x08\\x7f"),
        ("two\nlines", "two\\nlines"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\u2028\u2066\ufeff", "\\u2028\\u2066\\ufeff"),
        ("\udcff\ufffe", "\\udcff\\ufffe"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_what_commands_a_terminal_is_written_out(text, shown):
    assert visible(text) == shown


def test_no_control_character_of_any_kind_is_left():
    everything = "".join(map(chr, range(0x110000)))
    kept = visible(everything)
    assert not any(unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp") for each in kept)
    assert {each for each in kept if unicodedata.category(each) == "Cf"} == {"\u200c", "\u200d"}


def test_ends_of_lines_may_be_kept():
    assert visible("a\n\x1bb", keep="\n") == "a\n\\x1bb"
