"""Looks at the built site as with a screen reader, a phone, a dark screen: ``python docs/check_pages.py runs/site``.

Axe-core's rules on a page of each kind, at two sizes, light and dark; no page may be wider than its screen, no word of
a table or a heading may stand on two lines, and on a desk nothing may be cut at the edge of its box.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

# Words of columns, headings or signatures that stand on two lines: they broke where their column ended.
BROKEN = """() => [...document.querySelectorAll("td, th, h1, h2, h3, dt.sig")].flatMap(code => {
  const texts = document.createTreeWalker(code, NodeFilter.SHOW_TEXT), broken = [];
  while (texts.nextNode()) for (const word of texts.currentNode.data.matchAll(/[A-Za-z0-9]+/g)) {
    const range = document.createRange();
    range.setStart(texts.currentNode, word.index);
    range.setEnd(texts.currentNode, word.index + word[0].length);
    if (new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1) broken.push(word[0]);
  }
  return broken;
})"""
# On a desk, beginnings of lines, tables and formulas that are wider than their box, and so cut at its edge.
CUT = """() => innerWidth < 1152 ? [] : [...document.querySelectorAll("pre, .table-wrapper, math[display=block]")]
  .filter(box => box.scrollWidth > box.clientWidth + 2).map(box => box.textContent.trim().slice(0, 40))"""
PAGES = ("index", "tutorials", "howto/training_loop", "made/gallery/index", "made/book/activations")
PAGES += ("made/reference/modules_and_layers", "made/reference/names", "coming_from/pytorch", "_static/try", "search")
PAGES += ("made/reference/estimators_nn_estimator", "tables")
PAGES += ("howto/nan_report", "made/notebooks/01_one_neuron", "made/book/losses")
SIZES = ((390, 844), (1280, 900), (1400, 900))


def problems(page: Any) -> list[str]:
    """What axe-core finds, a line each, whether the page must be scrolled sideways, and words that are broken."""
    from axe_playwright_python.sync_playwright import Axe

    found = [
        f"{violation['id']}: {violation['help']}: {violation['nodes'][0]['html'][:120]}"
        for violation in Axe().run(page).response["violations"]
    ]
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    broken, cut = page.evaluate(BROKEN), page.evaluate(CUT)
    return [
        *found,
        *([f"{over} pixels wider than the screen"] if over > 0 else []),
        *([f"words are broken: {', '.join(broken[:5])}"] if broken else []),
        *([f"cut at the edge: {'; '.join(cut[:5])}"] if cut else []),
    ]


def main() -> None:
    """Look at the pages; exit with 1 where something is wrong."""
    from playwright.sync_api import sync_playwright  # of the extra browser

    site = Path(sys.argv[1]).resolve()
    wrong = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for width, height in SIZES:
            for scheme in ("light", "dark"):
                context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
                page = context.new_page()
                for name in PAGES:
                    page.goto((site / f"{name}.html").as_uri())
                    for problem in problems(page):
                        wrong += 1
                        print(f"{name}, {width} pixels wide, {scheme}: {problem}")
                context.close()
        browser.close()
    if wrong:
        sys.exit(1)
    print(f"{len(PAGES)} pages, {len(SIZES)} sizes, light and dark: nothing found")


if __name__ == "__main__":
    main()
