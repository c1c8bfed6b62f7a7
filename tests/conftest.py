"""A test that leaves the engine or NumPy in another state than it found fails, whatever it tested."""

import asyncio
import gc
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
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
        "PYTHONSAFEPATH": os.environ.get("PYTHONSAFEPATH"),
    }


def pytest_configure() -> None:
    """Let no clock decide over a test: on a busy machine any example may take longer than Hypothesis's 200 ms."""
    if find_spec("hypothesis") is not None:
        from hypothesis import settings

        settings.register_profile("without a clock", deadline=None)
        settings.load_profile("without a clock")


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


@pytest.fixture(autouse=True, scope="session")
def ctrl_c_interrupts() -> Iterator[None]:
    """Let Ctrl-C interrupt, here and in processes that tests begin, where a shell began this one with ``&``.

    Such a process ignores it, and hands that on to its children.
    """
    before = signal.getsignal(signal.SIGINT)
    if before == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


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


DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
SMALL = """() => [...document.querySelectorAll("button, input, select, summary, a, [role=button]")]
  .filter((e) => !e.ownerSVGElement).map((e) => [e.id || e.textContent.trim(), e.getBoundingClientRect()])
  .filter(([, box]) => box.width && Math.min(box.width, box.height) < 24).map(([name]) => name)"""


@pytest.fixture
def visited(browser: Any) -> Iterator[Callable[..., Any]]:
    """Opens a page from disk; afterwards nothing may have gone wrong in it, and nothing been fetched."""
    troubles: list[str] = []
    contexts: list[Any] = []

    def visit(path: Path, size: dict[str, int] = DESKTOP, address: str = "", **options: Any) -> Any:
        context = browser.new_context(viewport=size, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: troubles.append(message.text))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("dialog", lambda dialog: troubles.append(dialog.message))
        fetched = ("file:", "data:", "about:")
        page.on("request", lambda r: None if r.url.startswith(fetched) else troubles.append(r.url))
        page.goto(path.as_uri() + address)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert not troubles


@pytest.fixture
def shuts_nobody_out(visited: Callable[..., Any]) -> Callable[..., None]:
    """Looks at a page on a desk and on a phone, light and dark: axe-core's rules, sizes for fingers, no sideways."""
    module = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs gradbook[browser] with axe")

    def look(path: Path, prepare: Callable[[Any], None] = lambda page: None) -> None:
        for size in (DESKTOP, PHONE):
            for scheme in ("light", "dark"):
                page = visited(path, size, color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")
                prepare(page)
                found = module.Axe().run(page, options={"iframes": False}).response["violations"]
                assert not [(v["id"], [n["html"][:100] for n in v["nodes"]]) for v in found], (size, scheme)
                assert page.evaluate(SMALL) == []
                assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]

    return look
