"""How long a drag holds the page up: ``python -m tests.drags`` drags a leaf of a graph of 500 nodes in a real browser.

Of each movement of the mouse, the time that Chromium's main thread was busy with it is printed (script, layout and
paint, in the processor's time and not the clock's, so that a busy machine matters less): the least, the median and the
largest. It fails where the median is above 50 ms.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

import autograd as ag
from autograd import Value

MOST = 50.0  # milliseconds of a movement


def graph(count: int) -> Any:
    """A graph of so many nodes whose leaves are used near and far."""
    nodes = [Value(0.1 * i, label=f"x{i}") for i in range(20)]
    rng = np.random.default_rng(0)
    while len(nodes) < count - 1:
        a, b = (nodes[-1 - int(i)] for i in rng.integers(0, 20, 2))
        nodes.append((a * b, a - b, a.tanh())[len(nodes) % 3])
    return ag.sum(nodes)


def drags(page: Any, movements: int) -> list[float]:
    """The main thread's milliseconds for each movement of a drag of the first leaf, at the end of the pass."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def busy() -> float:
        metrics = session.send("Performance.getMetrics")["metrics"]
        return float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")) * 1e3

    page.keyboard.press("End")
    page.evaluate("drawn[0].group.scrollIntoView({ block: 'center', inline: 'center' })")
    box = page.locator("#n0").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 10, y)
    frames = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    page.evaluate(frames)
    found = []
    for step in range(movements):
        before, value = busy(), page.evaluate("pass.values[0]")
        page.mouse.move(x + 12 + step, y)
        page.evaluate(frames)
        found.append(busy() - before)
        if page.evaluate("pass.values[0]") == value:
            sys.exit("the leaf did not move")
    page.mouse.up()
    return found


def main() -> None:
    """Print the figures; exit with 1 where a drag takes too long."""
    parser = argparse.ArgumentParser(description="How long a drag holds the step page up.")
    parser.add_argument("--nodes", type=int, default=500)
    parser.add_argument("--movements", type=int, default=30)
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright  # of the extra browser

    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = ag.draw(graph(options.nodes)).save(Path(folder) / "page.html")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(path.as_uri())
        count = page.evaluate("nodes.length")
        found = drags(page, options.movements)
        browser.close()
    middle = statistics.median(found)
    told = f"{min(found):.0f} ms least, {middle:.0f} ms median, {max(found):.0f} ms most"
    print(f"{count} nodes, {len(found)} movements: {told}")
    if middle > MOST:
        sys.exit(f"the median is above {MOST:.0f} ms")


if __name__ == "__main__":
    main()
