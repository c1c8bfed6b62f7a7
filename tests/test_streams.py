"""Every command on every kind of stream: no traceback, no lost sign."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.__main__ as engine
import nn
from nn.app import cli, commands

pytest.importorskip("sklearn", reason="training needs gradbook[train]")
pytest.importorskip("matplotlib", reason="training draws pictures, which needs matplotlib")

# Names of columns and classes that few encodings have, and values below 0.
TABLE = "größe,λ,ziel\n" + "".join(f"{-1 - i % 5},{i % 7 - 3},{'−ja→' if i % 2 else 'nein ∞'}\n" for i in range(40))
NUMBERS = "x,y\n" + "".join(f"{i},{-2.5 * i - 1}\n" for i in range(40))
COMMANDS: dict[str, tuple[Callable[[], Any], list[str]]] = {
    "an expression": (engine.run, ["-a*b + log(c)**2 - 3", "a=2", "b=-0.25", "c=1e-300", "--steps"]),
    "a derivative": (engine.run, ["sqrt(a)*b", "a=2", "b=-1", "--wrt", "b"]),
    "a mistake": (engine.run, ["2·√a", "a=−1"]),
    "its help": (engine.run, ["--help"]),
    "explain": (cli.run, ["explain", "a*b", "a=-2", "b=3"]),
    "train": (cli.run, ["train", "table.csv", "--target", "ziel", "--epochs", "2", "--overwrite"]),
    "train on numbers": (cli.run, ["train", "numbers.csv", "--target", "y", "--epochs", "2", "--overwrite"]),
    "a column that is not there": (cli.run, ["train", "table.csv", "--target", "größer"]),
    "evaluate": (cli.run, ["evaluate", "runs/table"]),
    "evaluate as JSON": (cli.run, ["evaluate", "runs/numbers", "--json"]),
    "predict": (cli.run, ["predict", "runs/table", "table.csv"]),
    "predict numbers": (cli.run, ["predict", "runs/numbers", "numbers.csv"]),
    "predict as JSON": (cli.run, ["predict", "runs/table", "table.csv", "--json"]),
    "a run that is not there": (cli.run, ["evaluate", "runs/größe"]),
    "help": (cli.run, ["--help"]),
    "help with training": (cli.run, ["train", "--help"]),
}
# What another program would read, and nobody could.
RESULTS = {"evaluate as JSON", "predict", "predict numbers", "predict as JSON"}
ROOT = Path(__file__).parents[1]
STREAMS = ["ascii", "cp1252", "cp437", "utf-8", "narrow", "no colour", "closed", "no reader"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two tables, and a run on each."""
    place = tmp_path_factory.mktemp("streams")
    (place / "table.csv").write_text(TABLE, encoding="utf-8")
    (place / "numbers.csv").write_text(NUMBERS, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        for name, target in (("table", "ziel"), ("numbers", "y")):
            assert cli.main(["train", f"{name}.csv", "--target", target, "--epochs", "2", "--quiet"]) == 0
    return place


@pytest.fixture
def told(
    folder: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], tuple[int, str, str]]]:
    """Run a command on streams of the kind that is asked for; gives its exit code and what came out."""
    kind = request.param
    encoding = kind if kind in STREAMS[:4] else "utf-8"
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "20" if kind == "narrow" else "80")
    monkeypatch.setenv("PYTHONSAFEPATH", "1")  # which the command sets, and this process is not to keep
    if kind == "no colour":
        monkeypatch.setenv("NO_COLOR", "1")
        monkeypatch.setenv("TERM", "dumb")
    opened: list[Any] = []

    def run(command: str) -> tuple[int, str, str]:
        if kind == "no reader":
            ours, theirs = os.pipe()
            os.close(ours)
            raw = [os.fdopen(theirs, "wb"), io.BytesIO()]
        else:
            raw = [io.BytesIO(), io.BytesIO()]
        streams = [None if kind == "closed" else io.TextIOWrapper(each, encoding=encoding) for each in raw]
        monkeypatch.setattr(sys, "stdout", streams[0])
        monkeypatch.setattr(sys, "stderr", streams[1])
        function, words = COMMANDS[command]
        monkeypatch.delitem(sys.modules, "autograd.__main__", raising=False)  # as in a process of its own
        monkeypatch.setattr(commands, "_draw_pictures", lambda *_: None)  # for time
        monkeypatch.setattr(sys, "argv", ["gradbook", *words])
        with pytest.raises(SystemExit) as end:
            function()
        opened.extend([sys.stdout, sys.stderr])
        texts = [each.getvalue().decode(encoding) if isinstance(each, io.BytesIO) else "" for each in raw]
        return end.value.code or 0, texts[0], texts[1]

    yield run
    for stream in opened:
        stream.close()


@pytest.mark.parametrize("told", STREAMS, indirect=True)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_on_every_stream(command: str, told: Any, request: pytest.FixtureRequest) -> None:
    code, out, err = told(command)
    kind = request.node.callspec.params["told"]
    bad = command in ("a mistake", "a column that is not there", "a run that is not there")
    bad |= kind == "closed" and command in RESULTS
    assert code == (2 if bad else code if kind == "no reader" else 0)
    assert "Traceback" not in err
    if kind in ("closed", "no reader"):
        return
    assert "?" not in out + re.sub(r"did you mean gr\S+\?", "", err)
    assert "\x1b" not in out + err
    plain = out.replace("−", "-")
    if command == "a mistake":
        assert re.fullmatch(r"error: .*\n", err)
    if command == "an expression":
        assert re.search(r"^(∂|d)L/(∂|d)a = 0.25 ", plain, re.MULTILINE)
        assert re.search(r"^(∂|d)L/(∂|d)b = -2 ", plain, re.MULTILINE)
    if command == "predict numbers":  # for other programs: a minus is ASCII's, whatever the stream
        assert "-" in out
        assert "−" not in out
        assert len([float(row["prediction"]) for row in csv.DictReader(io.StringIO(out))]) == 40
    if command.endswith("JSON"):
        assert json.loads(out)


def of_a_graph() -> Any:
    a = ag.Value(-2.0, label="a")
    loss = a * a + a.exp()
    loss.backward()
    return loss, a


PRINTED: dict[str, Callable[[], Any]] = {
    "explain": lambda: ag.explain(*of_a_graph()),
    "trace_backward": lambda: ag.trace_backward(of_a_graph()[0]),
    "Program": lambda: ag.Program.from_graph(*of_a_graph()),
    "quiz": lambda: ag.quiz(seed=1),
    "answers": lambda: ag.quiz(seed=1).check(a=1.0),
    "summary": lambda: nn.summary(nn.MLP(2, [3, 1], seed=0), np.zeros((1, 2))),
    "lint": lambda: nn.lint(nn.MLP(2, [3, 4], seed=0), nn.cross_entropy, np.full((30, 2), 1e4), np.arange(30) % 4),
}


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
@pytest.mark.parametrize("what", PRINTED)
def test_what_a_users_program_prints(what: str, encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = PRINTED[what]()
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))  # as Windows has it for a file
    print(shown, repr(shown), flush=True)
    out = raw.getvalue().decode(encoding)
    assert len(out.strip()) > 20
    assert not re.search(r"\\[xu]", out)
    if encoding == "utf-8" and what in ("explain", "quiz"):
        assert "∂" in out


def test_a_table_from_standard_input(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.chdir(folder)

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(NUMBERS.encode())))
        return cli.main(words), *capsys.readouterr()

    assert run("train", "-", "--target", "y", "--epochs", "2", "--overwrite")[0] == 0
    assert run("predict", "runs/stdin", "-")[1] == run("predict", "runs/stdin", "numbers.csv")[1]
    assert run("evaluate", "runs/stdin", "--data", "numbers.csv", "--json")[0] == 0
    code, _, err = run("evaluate", "runs/stdin")
    assert (code, err.count("\n")) == (2, 1)
    assert "standard input, which this run was trained on, is not there" in err
    assert "its columns are x, y" in run("train", "-")[2]
    monkeypatch.setattr(sys, "stdin", None)
    assert cli.main(["predict", "runs/stdin", "-"]) == 2
    assert "standard input is closed" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")
def test_the_shell_completes_words(tmp_path: Path) -> None:
    pytest.importorskip("argcomplete", reason="needs gradbook[complete]")
    asked = {"tr": "train ", "train dig": "digits ", "train xor --learn": "--learning-rate "}
    for words, expected in asked.items():
        line = f"gradbook {words}"
        environment = os.environ | {"PYTHONPATH": str(ROOT), "_ARGCOMPLETE": "1"}
        environment |= {"COMP_LINE": line, "COMP_POINT": str(len(line))}
        command = f"'{sys.executable}' -m nn 8> found 9> /dev/null"
        subprocess.run(["sh", "-c", command], env=environment, cwd=tmp_path, check=True)
        assert (tmp_path / "found").read_text() == expected


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk is always full here")
@pytest.mark.parametrize(
    "words", ["nn --help", "nn train --help", "nn --version", "autograd --help", "autograd a*a a=2"]
)
def test_what_a_full_disk_does_not_take_is_no_success(words: str) -> None:
    with Path("/dev/full").open("w") as full:
        found = subprocess.run(
            [sys.executable, "-m", *words.split()],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            cwd=ROOT,
        )
    assert found.returncode == 2
    assert found.stderr == "error: No space left on device\n"
