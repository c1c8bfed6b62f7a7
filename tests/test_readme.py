"""The README: what it claims of names and versions. Its commands run in tests/test_pages.py, its Python as doctests."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

import autograd as ag
import nn

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def long_description() -> Any:
    """What makes the wheel's description."""
    pytest.importorskip("hatchling", reason="needs gradbook[docs]")
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


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


def test_the_engine_is_as_long_as_it_is_said_to_be() -> None:
    root = Path(ag.__file__).parent
    parts = ("rules", "graph", "value", "tensor")
    lines = sum(len(p.read_text(encoding="utf-8").splitlines()) for part in parts for p in (root / part).glob("*.py"))
    (said,) = re.findall(r"the engine and its rule book ([\d,]+) lines", TEXT)
    assert abs(lines - int(said.replace(",", ""))) < 500


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    builder = pytest.importorskip("hatchling.builders.wheel", reason="needs gradbook[docs]")
    (built,) = builder.WheelBuilder(str(ROOT)).build(
        directory=str(tmp_path_factory.mktemp("wheel")), versions=["standard"]
    )
    return Path(built)


@pytest.mark.peers
def test_the_wheel_is_as_small_as_it_is_said_to_be(wheel: Path) -> None:
    (said,) = re.findall(r"wheel of ([\d.]+) MB", TEXT)
    assert abs(wheel.stat().st_size / 1e6 - float(said)) < 0.1


@pytest.mark.peers
def test_what_an_index_shows_has_no_link_that_leads_nowhere(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        (name,) = [name for name in packed.namelist() if name.endswith("METADATA")]
        text = packed.read(name).decode()
    assert "Description-Content-Type: text/markdown" in text
    shown = text.partition("\n\n")[2]
    assert shown.startswith("# gradbook")
    assert [to for to in re.findall(r"\]\(([^)]*)\)", shown) if not to.startswith("https://")] == []
    assert "One neuron, by hand and by machine" in shown  # the words of a link that is none there


def test_links_of_the_readme_are_addressed_where_the_project_has_an_address() -> None:
    text = "![A picture](docs/a.svg) and [a page](docs/b.md), [there](https://example.org/c)"
    found = long_description().addressed(text, None)
    assert found == "*A picture* and a page, [there](https://example.org/c)"
    found = long_description().addressed(text, "https://example.org/gradbook")
    assert "![A picture](https://example.org/gradbook/raw/HEAD/docs/a.svg)" in found
    assert "[a page](https://example.org/gradbook/blob/HEAD/docs/b.md)" in found


def test_every_link_of_the_readme_leads_somewhere() -> None:
    assert [to for to in re.findall(r"\]\(([^)#]+)", TEXT) if "://" not in to and not (ROOT / to).exists()] == []


def test_hips_autograd_over_our_files_is_named(tmp_path: Path) -> None:
    """Installed last, it replaces `autograd/__init__.py`, and its modules find ours."""
    (tmp_path / "autograd").mkdir()
    (tmp_path / "autograd" / "__init__.py").write_text("from autograd.extend import defvjp")
    (tmp_path / "autograd" / "extend.py").write_text("")
    (tmp_path / "nn").symlink_to(ROOT / "nn")
    done = subprocess.run(
        [sys.executable, "-c", "import nn"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
    )
    assert "ImportError: the 'autograd' found here is HIPS autograd's" in done.stderr.splitlines()[-1]
