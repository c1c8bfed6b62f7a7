"""Type your own: the page reads and refuses what the command line does, and computes the engine's numbers."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

import autograd as ag
from autograd.drawing.javascript import book_javascript
from autograd.drawing.page import asset
from autograd.learn.expression import ExpressionError, compute, names_in
from autograd.learn.typed import rule_table, typed_page

pytestmark = pytest.mark.browser
playwright = pytest.importorskip("playwright.sync_api", reason="needs gradbook[browser] and an installed Chromium")

ONE = ("tanh", "sigmoid", "exp", "sin", "cos", "relu", "softplus", "square", "arctan", "expm1", "σ", "abs", "cbrt")
COUNT = 200


def expression(rng: random.Random, depth: int) -> str:
    """A random expression in a, b, c, in every form of the grammar."""
    if depth == 0:
        return rng.choice(["a", "b", "c", "pi", "1.5", "-2", ".5", "1e-1", "3"])
    part = lambda: expression(rng, depth - 1)  # noqa: E731
    match rng.randrange(11):
        case 0 | 1 | 2:
            return f"({part()}) {rng.choice('+-*')} {part()}"
        case 3:
            return f"({part()}) / (2 + ({part()})**2)"
        case 4:
            return f"{part()} {rng.choice('+-')} {part()} * {part()}"
        case 5:
            return f"-({part()})**{rng.choice(['2', '3', '-1'])}"
        case 6:
            return f"({part()} if {part()} {rng.choice(['<', '<=', '>', '>=', '!='])} {part()} else {part()})"
        case 7:
            return f"{rng.choice(['max', 'min', 'logaddexp', 'hypot', 'arctan2'])}({part()}, {part()})"
        case 8:
            return f"{rng.choice(['sum', 'logsumexp'])}({part()}, {part()}, {part()})"
        case 9:
            return f"clip({part()}, -1, 2) - leaky_relu({part()})"
    return f"{rng.choice(ONE)}({part()})"


def engines(text: str, numbers: dict[str, float]) -> dict[str, float] | None:
    """The value and the gradients, or None where one is no number to compare."""
    leaves = {name: ag.Value(numbers[name]) for name in names_in(text)}
    output = compute(text, leaves)
    if not isinstance(output, ag.Value) or not leaves:
        return None
    if output.requires_grad:
        output.backward()
    found = {"L": output.data} | {name: leaf.grad or 0.0 for name, leaf in leaves.items()}
    return found if all(abs(x) < 1e12 for x in found.values()) else None


COMPUTED = """([before, engine, texts, values]) => {
  const run = new Function("document", `${before}\\n${engine}\\nconst pass = recorded();
    return Object.fromEntries([["L", pass.values.at(-1)], ...nodes.flatMap((node, i) => node.rule === null ?
      [[node.name, pass.events.find((event) => event.node === i)?.upstream ?? 0]] : [])]);`);
  return texts.map((text) => {
    const data = JSON.stringify(described(text, values));
    return run({ getElementById: () => ({ textContent: data }) });
  });
}"""


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Any:
    """The page, from disk; nothing may go wrong in it, and nothing be fetched."""
    troubles: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 800}, bypass_csp=True)
    page = context.new_page()
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda r: None if r.url.startswith(("file:", "data:", "about:")) else troubles.append(r.url))
    path = tmp_path / "typed.html"
    path.write_text(typed_page(), encoding="utf-8")
    page.goto(path.as_uri())
    yield page
    context.close()
    assert not troubles


def test_200_random_expressions_have_the_engines_numbers(opened: Any) -> None:
    rng = random.Random(15)
    numbers = {"a": 0.7, "b": -1.3, "c": 2.1}
    expected: dict[str, dict[str, float]] = {}
    while len(expected) < COUNT:
        text = expression(rng, rng.randrange(1, 5))
        found = engines(text, numbers)
        if found is not None:
            expected[text] = found
    before = f"{asset('python.js')}\nconst book = {book_javascript()};\nconst rules = [{rule_table()[1]}];"
    computed = opened.evaluate(COMPUTED, [before, asset("engine.js"), list(expected), numbers])
    wrong = [
        (text, name, found.get(name), right)
        for (text, wanted), found in zip(expected.items(), computed, strict=True)
        for name, right in wanted.items()
        if not abs(found[name] - right) <= 1e-9 * max(1.0, abs(right))
    ]
    assert not wrong


REFUSED = (
    "a ^ 2", "a b", "__import__('os')", "a.real", "(a", "a +", "tanh(a, b)", "tanh()", "nothing(a)", "a < b < c",
    "a[0]", "a if b", "'a'", "a; b", "lambda: a", "constructor(a)", "not a", "a and b", "max(*a)", "tanh(x=a)",
    "9" * 400, "(" * 300 + "a" + ")" * 300, "a" * 10_001, "",
)  # fmt: skip


def test_what_the_command_line_refuses_the_page_refuses(opened: Any) -> None:
    for text in REFUSED:
        with pytest.raises(ExpressionError):
            compute(text, {name: ag.Value(1.0) for name in "abcx"})
    told = opened.evaluate(
        """(texts) => texts.map((text) => {
          try { described(text, { a: 1, b: 1, c: 1, x: 1 }); return null; }
          catch (error) { if (!(error instanceof Refused)) throw error; return error.message; }
        })""",
        REFUSED,
    )
    assert not [text for text, message in zip(REFUSED, told, strict=True) if not message]


def test_a_whole_use(opened: Any) -> None:
    """Type, be told of a slip, mend it, give a value, step to the end, drag a leaf, come back by the address."""
    typed, played = opened.get_by_label("L ="), opened.frame_locator("#play")
    typed.fill("sigmoid(w*x + b")
    opened.get_by_text("is missing at the end").wait_for()
    typed.fill("sigmoid(w*x + b)")
    opened.get_by_label("w =").fill("-2")
    opened.get_by_label("x =").fill("1.5")
    opened.wait_for_url("**#e=sigmoid(w*x%20%2B%20b)&w=-2&x=1.5&b=*")
    leaves = {"w": ag.Value(-2.0, label="w"), "x": ag.Value(1.5, label="x"), "b": ag.Value(-3.0, label="b")}
    output = compute("sigmoid(w*x + b)", leaves)
    output.backward()
    played.locator("#rows tr").nth(5).wait_for(state="attached")
    assert "not yet" in played.locator("#sliders").inner_text()
    played.locator("#last").click()
    shown = played.locator("#sliders").inner_text().replace("−", "-")
    for name, leaf in leaves.items():
        assert f"∂L/∂{name} = {leaf.grad:.6g}" in shown
    played.get_by_label("Value of w, as a number").fill("0.25")
    leaves["w"].data = 0.25
    assert f"L = {compute('sigmoid(w*x + b)', leaves).data:.6g}" in played.locator("#result").inner_text()
    before = opened.url
    opened.reload()
    assert opened.get_by_label("L =").input_value() == "sigmoid(w*x + b)"
    assert opened.get_by_label("w =").input_value() == "-2"
    assert opened.url == before
    boxes = [played.locator(f"#n{i}").bounding_box() for i in range(6)]
    overlapping = [
        (i, j)
        for i, p in enumerate(boxes)
        for j, q in enumerate(boxes[:i])
        if abs(p["x"] - q["x"]) < min(p["width"], q["width"]) * 0.9 and abs(p["y"] - q["y"]) < p["height"] * 0.95
    ]
    assert not overlapping
