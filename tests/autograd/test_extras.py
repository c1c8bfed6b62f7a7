"""Optional libraries: named when they are missed, with the command that installs them from where the package is."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import autograd as ag

ROOT = Path(ag.__file__).parents[1]


def test_a_library_that_is_broken_speaks_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken_library.py").write_text("import something_it_needs")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="something_it_needs"):
        ag.require("broken_library", "train")


def test_in_a_checkout_the_command_installs_from_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert ag.installing("viz") == "pip install -e '.[viz]'"
    monkeypatch.chdir(tmp_path)
    assert ag.installing("train", "viz") == f"pip install -e '{ROOT}[train,viz]'"


def test_from_a_wheel_the_command_names_the_distribution(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "autograd", tmp_path / "autograd", ignore=shutil.ignore_patterns("__pycache__"))
    code = "import autograd as ag; print(ag.installing('viz'))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "pip install 'gradbook[viz]'\n"


def test_a_library_that_is_missing_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(ag.MissingExtraError) as error:
        ag.require("resvg_py", "viz")
    assert str(error.value) == f"resvg_py is not installed; {ag.installing('viz')}"
