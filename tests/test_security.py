"""SECURITY.md says what holds: its limits are those of the code, and a foreign folder runs nothing."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from nn import _limits

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", _limits.__all__)
def test_every_limit_is_on_the_page(name: str) -> None:
    assert re.search(rf"\b{getattr(_limits, name):,}\b", PAGE)


# What Python would import from the present folder, and what libraries read there.
PLANTED = [
    "tqdm",
    "numpy",
    "matplotlib",
    "safetensors",
    "sklearn",
    "json",
    "nn",
    "autograd",
    "sitecustomize",
    "gradbook",
]
TABLE = "x,y\n" + "".join(f"{row},{row % 2}\n" for row in range(60))


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    folder = tmp_path / "foreign"
    folder.mkdir()
    for name in PLANTED:
        (folder / f"{name}.py").write_text(f"open('planted-{name}', 'w')", encoding="utf-8")
    (folder / "matplotlibrc").write_text("text.usetex: True\n", encoding="utf-8")
    (folder / "table.csv").write_text(TABLE, encoding="utf-8")
    return folder


def run(words: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PATH": os.defpath}
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_command_runs_nothing_that_lies_beside_the_data(foreign: Path, tmp_path: Path) -> None:
    for needed in ("safetensors", "matplotlib"):
        pytest.importorskip(needed)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    module, _, function = project["scripts"]["gradbook"].partition(":")
    # As pip writes it.
    script = tmp_path / "bin" / "gradbook"
    script.parent.mkdir()
    script.write_text(f"import sys\nfrom {module} import {function}\nsys.exit({function}())\n", encoding="utf-8")
    outcome = run([sys.executable, str(script), "train", "table.csv", "--target", "y", "--epochs", "1"], foreign)
    assert outcome.returncode == 0, outcome.stderr
    assert not list(foreign.glob("planted-*"))
    assert (foreign / "runs" / "table" / "curves.svg").is_file(), outcome.stderr


def test_what_libraries_start_runs_nothing_there_either(foreign: Path, tmp_path: Path) -> None:
    """Python started with -c, as multiprocessing starts its tracker, which imports json from Python 3.14 on."""
    script = tmp_path / "gradbook"
    start = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import json'])"
    script.write_text(f"from autograd.terminal import run\nrun(lambda: exec({start!r}) or 0)\n", encoding="utf-8")
    outcome = run([sys.executable, str(script)], foreign)
    assert outcome.returncode == 0, outcome.stderr
    assert not list(foreign.glob("planted-*"))


def test_python_with_m_does_as_the_page_says(foreign: Path) -> None:
    assert run([sys.executable, "-m", "nn", "train", "table.csv", "--target", "y"], foreign).returncode == 0
    assert list(foreign.glob("planted-*"))


def test_and_with_p_it_does_not(foreign: Path) -> None:
    assert run([sys.executable, "-P", "-m", "nn", "--help"], foreign).returncode == 0
    assert not list(foreign.glob("planted-*"))
