"""The notebooks as a fresh clone shows them: in JupyterLab, untrusted, driven by a real browser.

``python -m tests.jupyterlab`` starts a JupyterLab that knows no trusted notebook, opens each of ``notebooks/`` in a
headless Chromium, and compares every picture that it shows, pixel by pixel, with the same picture on an empty page. It
fails where an output shows nothing, where a picture has no alternative text, and where a script was let run after all.
``--keep FOLDER`` keeps a picture of every notebook, to be looked at.

Needs ``gradbook[notebooks,browser]``, Pillow and an installed Chromium.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
SCRIPT = "<script>window.aScriptRan = true</script><p>a script that no untrusted notebook runs</p>"
PICTURES = """() => [...document.querySelectorAll(".jp-OutputArea-output img")].map((image) => ({
  alt: image.alt, source: image.src, natural: image.naturalWidth, width: image.width, height: image.height}))"""
# Outputs that ought to show something and do not: no text, and no picture of any size.
EMPTY = """() => [...document.querySelectorAll(".jp-OutputArea-output")].filter((output) => !output.innerText.trim() &&
  ![...output.querySelectorAll("img, svg, iframe")].some((seen) => seen.getBoundingClientRect().height > 20)).length"""
FARTHEST = 5.0  # the mean difference of two pictures, of 255: where lines begin on the screen, and no more


@contextmanager
def laboratory(notebooks: Path) -> Iterator[str]:
    """A JupyterLab on a folder that trusts nothing; gives its address."""
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    with TemporaryDirectory() as home:
        rooms = ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR")
        fresh = {f"JUPYTER_{room}": str(Path(home) / room.lower()) for room in rooms} | {
            "IPYTHONDIR": f"{home}/ipython"
        }
        fresh |= {"JUPYTERLAB_SETTINGS_DIR": f"{home}/settings", "JUPYTERLAB_WORKSPACES_DIR": f"{home}/workspaces"}
        settings = {
            "notebook-extension/tracker": {"windowingMode": "none"},  # every cell is there at once
            "apputils-extension/notification": {"fetchNews": "false"},  # a question about news would hide a picture
        }
        for plugin, values in settings.items():
            path = Path(home) / f"settings/@jupyterlab/{plugin}.jupyterlab-settings"
            path.parent.mkdir(parents=True)
            path.write_text(json.dumps(values), encoding="utf-8")
        command = [
            sys.executable,
            "-m",
            "jupyter",
            "lab",
            "--no-browser",
            f"--port={port}",
            "--ServerApp.port_retries=0",
        ]
        command += ["--IdentityProvider.token=", "--LabApp.news_url=", "--LabApp.check_for_updates_class="]
        command += [f"--ServerApp.root_dir={notebooks}"] + (["--allow-root"] if os.getuid() == 0 else [])
        with (Path(home) / "log").open("w", encoding="utf-8") as log:
            server = subprocess.Popen(command, env={**os.environ, **fresh}, stdout=log, stderr=log)
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(480):
                try:
                    urllib.request.urlopen(f"{address}/api/status", timeout=2).close()
                    break
                except OSError:
                    time.sleep(0.25)
            else:
                sys.exit((Path(home) / "log").read_text(encoding="utf-8"))
            yield address
        finally:
            server.terminate()
            server.wait(30)


def opened(context: Any, address: str, name: str) -> Any:
    """The notebook's page, with all of its pictures loaded."""
    page = context.new_page()
    page.goto(f"{address}/lab/tree/{name}?reset", wait_until="domcontentloaded")
    page.wait_for_selector(".jp-Notebook .jp-OutputArea-output", timeout=60_000)
    page.wait_for_function(
        """() => [...document.querySelectorAll(".jp-OutputArea-output img")].every((i) => i.complete)"""
    )
    page.wait_for_timeout(500)
    return page


def faults_of(page: Any, blank: Any, expected: int) -> tuple[list[str], list[float]]:
    """What is wrong with an open notebook; and how far each of its pictures is from what it should look like."""
    faults, distances = [], []
    pictures = page.evaluate(PICTURES)
    if len(pictures) != expected:
        faults.append(f"shows {len(pictures)} pictures, and has {expected}")
    if page.evaluate("() => window.aScriptRan"):
        faults.append("ran a script: it was trusted")
    if empty := page.evaluate(EMPTY):
        faults.append(f"{empty} outputs show nothing")
    for number, seen in enumerate(pictures, 1):
        where = f"picture {number} ({seen['alt'][:50]})"
        if not seen["alt"]:
            faults.append(f"{where} has no alternative text")
        if not seen["natural"]:
            faults.append(f"{where} is broken")
            continue
        shown = _pixels(page.locator(".jp-OutputArea-output img").nth(number - 1))
        if shown.std() < 2:
            faults.append(f"{where} is blank")
        if seen["source"].startswith("data:image/gif"):
            continue  # it moves
        size = f"width:{seen['width']}px;height:{seen['height']}px"
        blank.set_content(f'<body style="background:white"><img style="{size}" src="{seen["source"]}">')
        alone = _pixels(blank.locator("img"))
        distances.append(float(np.abs(_blurred(shown) - _blurred(alone)).mean()))
        if distances[-1] > FARTHEST:
            faults.append(f"{where} looks unlike itself: {distances[-1]:.1f} of 255")
    return faults, distances


def _pixels(element: Any) -> Any:
    from PIL import Image

    for _ in range(20):  # formulas above it are set once they come into view, and move it
        element.scroll_into_view_if_needed()
        before = element.bounding_box()
        element.page.wait_for_timeout(100)
        if element.bounding_box() == before:
            break
    return np.asarray(Image.open(io.BytesIO(element.screenshot())).convert("L"), float)


def _blurred(pixels: Any) -> Any:
    """A picture in 64 by 64 squares: what it shows, wherever its lines begin on the screen."""
    from PIL import Image

    return np.asarray(Image.fromarray(pixels.astype(np.uint8)).resize((64, 64), Image.Resampling.BOX), float)


def _prepared(path: Path, folder: Path) -> int:
    """Copy a notebook, add an output that tells whether it is trusted, and count its pictures."""
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    shown = [output.get("data", {}) for output in outputs]
    pictures = sum(data.get("text/html", "").count("<img ") or "image/png" in data for data in shown)
    told = nbformat.v4.new_output("display_data", data={"text/html": SCRIPT})
    notebook.cells.append(nbformat.v4.new_code_cell("", outputs=[told]))
    nbformat.write(notebook, folder / path.name)
    return int(pictures)


def main() -> None:
    """Look at the notebooks that are named, or at all."""
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description="Looks at the notebooks in an untrusting JupyterLab.")
    parser.add_argument("names", nargs="*", help="which ones, by the beginning of their names (default: all)")
    parser.add_argument("--keep", type=Path, help="a folder for a picture of each")
    chosen = parser.parse_args()
    names = tuple(chosen.names) or ("",)
    paths = [path for path in sorted(NOTEBOOKS.glob("[0-9]*.ipynb")) if path.name.startswith(names)]
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
    if program is None or not paths:
        sys.exit("no Chromium is installed" if paths else f"no notebook is called {' or '.join(names)}")
    wrong = 0
    with TemporaryDirectory() as copies, laboratory(Path(copies)) as address, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=["--no-sandbox"] if os.getuid() == 0 else [])
        context = browser.new_context(viewport={"width": 1400, "height": 4000})  # taller than any picture
        blank = context.new_page()
        for path in paths:
            start = time.perf_counter()
            expected = _prepared(path, Path(copies))
            page = opened(context, address, path.name)
            faults, distances = faults_of(page, blank, expected)
            if chosen.keep:
                chosen.keep.mkdir(parents=True, exist_ok=True)
                page.set_viewport_size({"width": 1400, "height": 12_000})
                panel = "document.querySelector('.jp-WindowedPanel-outer')"
                page.wait_for_timeout(1000)
                height, room = page.evaluate(f"[{panel}.scrollHeight, {panel}.clientHeight]")
                for part in range(-(-height // room)):
                    page.evaluate(f"{panel}.scrollTop = {part * room}")
                    page.wait_for_timeout(300)
                    page.screenshot(path=chosen.keep / f"{path.stem}_{part + 1}.png")
            page.close()
            wrong += len(faults)
            farthest = f"{max(distances, default=0.0):.1f} of 255 from themselves at most"
            print(f"{path.stem}: {expected} pictures, {farthest}, {time.perf_counter() - start:.1f} s")
            print("".join(f"  {fault}\n" for fault in faults), end="", flush=True)
        browser.close()
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
