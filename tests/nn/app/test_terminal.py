"""Names from data that command a terminal are shown as text, wherever a command says something."""

import csv
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from nn._text import visible

pytest.importorskip("matplotlib", reason="training draws pictures, which needs matplotlib")

ROOT = Path(__file__).parents[3]

EVIL = "\x1b[31mred\x1b]0;title\x07\x9b2J\u202e\x7f$x$$\\frac$<b>&"
TABLE = [["petal", f"a{EVIL}", f"kind{EVIL}"]] + [
    [str(row % 2 * 3 + row % 5 / 10), f"c{row % 3}{EVIL}", f"k{row % 2}{EVIL}"] for row in range(60)
]


def written(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path.name


def commands_no_terminal(outcome):
    return all(text == visible(text, keep="\n") for text in (outcome.out, outcome.err))


@pytest.mark.usefixtures("pictures")
def test_nothing_that_is_printed_commands_the_terminal(command, tmp_path):
    table = written(tmp_path / f"table{EVIL.replace('/', '')}.csv", TABLE)
    target = TABLE[0][2]
    trained = command("train", table, "--target", target, "--epochs", "2", "--out", "run")
    assert trained.code == 0
    assert "\\x1b[31mred" in trained.out
    assert "could not be drawn" not in trained.err
    for picture in ("curves.svg", "confusion.svg"):
        root = ET.fromstring((tmp_path / "run" / picture).read_text(encoding="utf-8"))
        texts = "".join(root.itertext())
        assert "\\x1b[31mred" in texts
    new = written(tmp_path / "new.csv", [*TABLE[:1], ["1", f"other{EVIL}", "?"]])
    more = written(tmp_path / "more.csv", [[*TABLE[0][:2], f"more{EVIL}"], ["1", f"other{EVIL}", "?"]])
    bad = written(tmp_path / "bad.csv", [[f"x{EVIL}"], ["1"]])
    outcomes = [
        trained,
        command("evaluate", "run"),
        command("predict", "run", new, "-o", f"out{EVIL.replace('/', '')}.csv"),
        command("predict", "run", more, "-o", "more-out.csv"),
        command("predict", "run", bad),
        command("predict", f"run{EVIL}", new),
        command("train", f"no{EVIL}"),
        command("train", table, "--target", EVIL),
        command("train", table, "--target", target, "--epochs", EVIL),
        command("train", table, "--target", target, "--task", "regression"),
    ]
    assert [outcome.code for outcome in outcomes] == [0, 0, 0, 0, 2, 2, 2, 2, 2, 2]
    for outcome in outcomes:
        assert commands_no_terminal(outcome), outcome
    assert all(re.fullmatch(r"error: [^\n]+\n", outcome.err) for outcome in outcomes[4:])


@pytest.mark.parametrize("is_terminal", [True, False])
def test_predictions_are_unchanged_for_a_program_and_shown_to_a_person(is_terminal, command, tmp_path, monkeypatch):
    table = written(tmp_path / "table.csv", TABLE)
    assert command("train", table, "--target", TABLE[0][2], "--epochs", "1", "--out", "run").code == 0
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal)
    outcome = command("predict", "run", table)
    assert outcome.code == 0
    assert commands_no_terminal(outcome) == is_terminal
    assert (EVIL in outcome.out) != is_terminal


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_a_stream_of_few_characters_keeps_the_meaning(encoding):
    code = "import autograd.terminal as t; t.prepare_streams(); from nn.app.terminal import say; say('−1 ≤ R² → λ, 表')"
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": encoding}
    out = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True).stdout
    expected = {
        "ascii": "-1 <= R^2 -> lambda, \\u8868",
        "cp1252": "-1 <= R² -> lambda, \\u8868",
        "utf-8": "−1 ≤ R² → λ, 表",
    }
    assert out.decode(encoding).strip() == expected[encoding]
