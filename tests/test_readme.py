"""The README: what it claims of names and versions. Its commands run in tests/test_pages.py, its Python as doctests."""

from __future__ import annotations

import re
from pathlib import Path

import autograd as ag
import nn

TEXT = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


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
