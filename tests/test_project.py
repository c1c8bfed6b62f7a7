"""What holds for the project as a whole: its documents, its size, its name."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from autograd.rules.primitive import BOOK

ROOT = Path(__file__).parents[1]
MODULES = sorted(path for part in ("autograd", "nn") for path in (ROOT / part).rglob("*.py"))


@pytest.mark.parametrize("name", ["main", "test"])
def test_the_readme_has_each_command_in_one_line_under_its_marker(name: str) -> None:
    result = subprocess.run(
        [sys.executable, ".ci/readme_command.py", name], cwd=ROOT, capture_output=True, text=True, check=True
    )
    command = result.stdout.strip()
    assert "\n" not in command
    assert command.startswith("python3 -m venv .venv && .venv/bin/python -m pip install")
    extras = set(re.findall(r"\.\[([\w,]+)\]", command)[0].split(","))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert extras <= set(project["optional-dependencies"])


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/subgradients.md"])
def test_links_and_pictures_of_a_document_lead_somewhere(document: str) -> None:
    path = ROOT / document
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text(encoding="utf-8"))
    assert not [target for target in targets if not (path.parent / target).exists()]


def test_every_choice_at_a_kink_is_in_the_documents_table() -> None:
    page = (ROOT / "docs/subgradients.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    missing = [
        entry.name for entry in BOOK.values() if entry.kink and not any(f"`{entry.name}`" in row for row in rows)
    ]
    assert not missing


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_module_has_one_subject_and_at_most_about_400_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_the_core_needs_numpy_alone() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert [re.match(r"[\w-]+", requirement)[0] for requirement in project["dependencies"]] == ["numpy"]


def _import(code: str, *paths: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, paths))}
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_importing_says_so_where_hips_autograd_is_installed_too(tmp_path: Path) -> None:
    (tmp_path / "autograd-1.9.1.dist-info").mkdir()
    result = _import("import autograd", ROOT, tmp_path)
    assert result.returncode == 0
    assert "HIPS autograd 1.9.1 and gradbook are both installed" in result.stderr
    assert "pip uninstall" in result.stderr
    assert "HIPS" not in _import("import autograd", ROOT).stderr


def test_nn_on_top_of_hips_autograd_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "autograd").mkdir()
    (tmp_path / "autograd" / "__init__.py").write_text("grad = None\n", encoding="utf-8")
    (tmp_path / "nn").symlink_to(ROOT / "nn", target_is_directory=True)
    result = subprocess.run(
        [sys.executable, "-c", "import nn"],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode != 0
    assert "pip uninstall -y autograd gradbook" in result.stderr.splitlines()[-1]


def test_contributing_shows_a_primitive_as_it_stands_in_the_book_and_in_the_table() -> None:
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for source in ("autograd/rules/trigonometry.py", "tests/autograd/table.py"):
        lines = (ROOT / source).read_text(encoding="utf-8").splitlines()
        entry = next(line.strip() for line in lines if line.strip().startswith(("arcsinh =", '"arcsinh":')))
        assert entry in page
