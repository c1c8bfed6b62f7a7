"""Packages that use HIPS autograd, with their own tests: first with it, then with this project in its place."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.hips.suite import ROOT, fetch, outcomes, show
from tests.hips.uses import USES

HERE = Path(__file__).parent
ENOUGH = 0.97
SECONDS = 600  # that one test may take: so that a run ends with a count on any machine


@dataclass(frozen=True)
class Package:
    """Where a package's source distribution has tests, and what they want.

    Attributes:
        tests: Their folder; None where there are none, and `tests.hips.uses` says what the package is for.
        needs: What they import besides.
        options: Of pytest.
        version: Which one; the latest by default.
    """

    tests: str | None
    needs: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    version: str = ""


PACKAGES = {
    "reliability": Package("tests"),
    # The conftest imports TensorFlow and PyTorch, to give them random numbers.
    "pymanopt": Package("tests", options=("--noconftest", "-p", "seeded")),
    "lifelines": Package("lifelines/tests", ("dill", "flaky", "jinja2", "joblib")),
    # The version with about as many tests as were counted first: 789, where 0.25 has 5,687.
    "surpyval": Package("surpyval/tests/univariate", ("hypothesis", "reliability", "lifelines"), version="0.15.0"),
    **{name: Package(None) for name in USES},
}


def run_package(name: str, folder: Path) -> None:
    """Install a package with HIPS autograd in an environment of its own, and run its tests with either."""
    package, home = PACKAGES[name], folder / "environments" / name
    requirement = f"{name}=={package.version}" if package.version else name
    python = home / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    wanted = ["pytest", "pytest-timeout", "setuptools<81", "wheel", requirement, "autograd==1.9.1", *package.needs]
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", *wanted], check=True)
    if package.tests is None:
        _compare_uses(name, python)
        return
    tests = fetch(requirement, folder, only=name) / package.tests
    found = {}
    for ours in (False, True):
        print(f"{name} with {'this project' if ours else 'HIPS autograd'}")
        options = (f"--timeout={SECONDS}", *package.options)
        found[ours] = outcomes(tests, str(python), ours, options, tests_of(name, tests))
        show(found[ours])
    passed = {ours: {test for test, reason in results if reason == "passed"} for ours, results in found.items()}
    share = len(passed[True] & passed[False]) / max(1, len(passed[False]))
    print(f"{name}: {len(passed[True] & passed[False])} of the {len(passed[False])} that pass with HIPS autograd pass")
    print("\n".join(f"  does not: {test}" for test in sorted(passed[False] - passed[True])) or "  all do", flush=True)
    if share < ENOUGH:
        print(f"  that is less than {ENOUGH:.0%}")


def tests_of(name: str, tests: Path) -> Path:
    """Where tests are run: beside the package where they stand within it and import it by its name."""
    return tests.parents[len(Path(str(PACKAGES[name].tests)).parts) - 1]


def _compare_uses(name: str, python: Path) -> None:
    """The numbers of a package's use with either, and whether they agree."""
    numbers: dict[bool, dict[str, Any]] = {}
    for ours in (False, True):
        env = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        env |= {"PYTHONPATH": str(ROOT)} if ours else {}
        command = [str(python), "-W", "ignore", str(HERE / "uses.py"), name]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=600)
        if done.returncode:
            print(f"{name} with {'this project' if ours else 'HIPS autograd'}: {done.stderr.strip().splitlines()[-1]}")
            return
        numbers[ours] = json.loads(done.stdout.strip().splitlines()[-1])
    apart = [use for use, expected in numbers[False].items() if not _agree(expected, numbers[True][use])]
    print(f"{name} ships no tests; {len(numbers[False]) - len(apart)} of {len(numbers[False])} uses give equal numbers")
    print("\n".join(f"  apart: {use}" for use in apart) or "  all do", flush=True)


def _agree(expected: list[float], found: list[float]) -> bool:
    size = float(np.max(np.abs(expected), initial=0.0))
    return len(expected) == len(found) and np.allclose(found, expected, rtol=1e-7, atol=1e-9 * size, equal_nan=True)
