"""Packages that use HIPS autograd, with their own tests: first with it, then with this project in its place."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.hips.suite import fetch, outcomes, show

# Each with where its source distribution has tests; None where it ships none, and is imported only.
PACKAGES: dict[str, str | None] = {
    "reliability": "tests",
    "lifelines": "lifelines/tests",
    "pymanopt": "tests",
    "surpyval": "surpyval/tests",
    "autograd-gamma": None,
    "paragami": None,
    "vittles": None,
    "ceviche": None,
}


def run_package(name: str, folder: Path) -> None:
    """Install a package with HIPS autograd in an environment of its own, and run its tests with either."""
    home = folder / "environments" / name
    python = home / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        install = [
            str(python),
            "-m",
            "pip",
            "install",
            "--quiet",
            "pytest",
            "setuptools",
            "wheel",
            name,
            "autograd==1.9.1",
        ]
        subprocess.run(install, check=True)
    tests = None if PACKAGES[name] is None else fetch(name, folder) / str(PACKAGES[name])
    if tests is None or not tests.exists():
        module = name.replace("-", "_")
        code = f"import autograd, {module}; print(autograd.__file__)"
        done = subprocess.run(
            [str(python), "-W", "ignore", "-c", code], env={"PYTHONPATH": str(Path(__file__).parents[2])}, check=False
        )
        print(f"{name} ships no tests; it is imported: {done.returncode == 0}")
        return
    for ours in (False, True):
        print(f"{name} with {'this project' if ours else 'HIPS autograd'}")
        show(outcomes(tests, str(python), ours))
