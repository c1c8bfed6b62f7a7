"""A test that leaves the engine or NumPy in another state than it found fails, whatever it tested."""

import asyncio
import gc
import os
import shutil
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import autograd as ag


def state() -> dict[str, Any]:
    """What is global, and so could leak from one test into the next."""
    return {
        "recording": ag.is_recording(),
        "np.errstate": np.geterr(),
        "recursion limit": sys.getrecursionlimit(),
        "rule book": list(ag.BOOK),
    }


def pytest_collection_finish() -> None:
    """Keep what was imported out of the collector's rounds.

    Some hundred thousand objects that stay to the end: each full collection would walk them, and so does each recording
    of a function (`autograd.program.purity` looks for random generators), which is half a minute of every run.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture
def thawed() -> Iterator[None]:
    """For a test that looks for what a module holds since its import."""
    gc.unfreeze()
    gc.collect(1)  # what was known of old objects is looked up again
    yield
    gc.freeze()


@pytest.fixture(autouse=True)
def nothing_leaks() -> Iterator[None]:
    """Fail a test that leaks state."""
    before = state()
    yield
    assert state() == before


@pytest.fixture(autouse=True, scope="module")
def no_loop_stays() -> Iterator[None]:
    """Fail a module after which an event loop still runs: the next one's asyncio.run would be refused."""
    yield
    with pytest.raises(RuntimeError, match="no running event loop"):
        asyncio.get_running_loop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """An installed Chromium, driven by Playwright.

    It ends with its module: while Playwright runs, an event loop does in this thread.
    """
    playwright = pytest.importorskip("playwright.sync_api", reason="needs gradbook[browser] and an installed Chromium")
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    program = next(filter(None, map(shutil.which, names)), None)
    if program is None:
        pytest.skip("no Chromium is installed")
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    with playwright.sync_playwright() as p:
        found = p.chromium.launch(executable_path=program, args=["--no-sandbox"] if is_root else [])
        yield found
        found.close()
