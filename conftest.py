"""For every test run: one thread a process, the same draws each time, and two options.

``--no-skips`` fails a test that was skipped; ``--draws 1`` (2, 3, ...) gives tests other random numbers than usual.
"""

import itertools
import os
import random
import sys
from collections.abc import Iterator
from doctest import DocTest
from importlib.util import find_spec
from zlib import crc32

import numpy as np
import pytest

# One thread for each process: on the small arrays of tests the threads of BLAS do little but wait for each other, which
# took three quarters of the notebooks' time, and with pytest-xdist there is a process for each core.
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

# The judge's side of the fuzzer needs PyTorch.
collect_ignore = [] if find_spec("torch") else ["tests/fuzz/by_torch.py", "tests/fuzz/policy.py"]
collect_ignore += [] if find_spec("jax") else ["tests/fuzz/by_jax.py"]
# A stand-in for NumPy, which Pyodide runs; and what writes networks as files of ONNX, which needs its package.
collect_ignore += ["tests/pyodide"]
collect_ignore += [] if find_spec("onnx") else ["nn/interchange/onnx_file.py"]
# The site's builder, and the pages that it makes of docstrings, which are tested where they stand.
collect_ignore += ["docs/conf.py", "docs/_ext", "docs/made"]


@pytest.fixture(autouse=True)
def _examples_write_elsewhere(request: pytest.FixtureRequest) -> None:
    """Let the files that examples save lie in an empty folder, and not in the checkout."""
    if isinstance(request.node, pytest.DoctestItem):
        request.getfixturevalue("monkeypatch").chdir(request.getfixturevalue("tmp_path"))


@pytest.fixture(autouse=True)
def _examples_have_what_they_import(request: pytest.FixtureRequest) -> None:
    """Skip the examples of a page that import a library of an extra, where it is not installed."""
    if isinstance(request.node, pytest.DoctestItem):
        lines = [example.source for example in request.node.dtest.examples]
        for library, extra in (("scipy", "scipy"), ("sklearn", "train")):
            if find_spec(library) is None and any(
                line.startswith((f"import {library}", f"from {library}")) for line in lines
            ):
                pytest.skip(f"needs gradbook[{extra}]")


@pytest.fixture(autouse=True)
def _draws_repeat(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let what has no seed draw in a test what it drew there before, so that a test that failed fails again.

    Networks without a seed are many; one in some thousands of them has a result so near 0 that rounding shows.
    """
    name = f"{request.node.nodeid} {request.config.getoption('draws')}"
    number = crc32(name.encode())
    made, numbers = np.random.default_rng, itertools.count()
    random.seed(number)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(number)
    np.random.seed(number)  # noqa: NPY002
    np.random.default_rng = lambda seed=None: made([number, next(numbers)] if seed is None else seed)
    yield
    np.random.default_rng = made


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out the examples of NumPy's and SciPy's docstrings, which the functions made of theirs have, too."""
    items[:] = [item for item in items if not (isinstance(item, pytest.DoctestItem) and _is_of_others(item.dtest))]


def _is_of_others(test: DocTest) -> bool:
    theirs = getattr(test.globs.get(test.name.rpartition(".")[2]), "__wrapped__", None)
    module = getattr(theirs, "__module__", None) or "numpy"  # ufuncs of older versions do not say
    return theirs is not None and module.partition(".")[0] in ("numpy", "scipy")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--no-skips", action="store_true", help="fail where a test is skipped: everything optional is to be installed"
    )
    parser.addoption("--draws", type=int, default=0, help="which random numbers a test without a seed meets")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    report = yield
    if report.skipped and item.config.getoption("no_skips") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector):
    report = yield
    if report.skipped and collector.config.getoption("no_skips"):
        report.outcome = "failed"
        report.longrepr = str(report.longrepr)
    return report
