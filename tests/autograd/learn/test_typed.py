"""Type your own: the page reads and refuses what the command line does, and computes the engine's numbers."""

from __future__ import annotations

import random
from collections.abc import Callable
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
def opened(visited: Callable[..., Any], tmp_path: Path) -> Any:
    """The page, from disk."""
    path = tmp_path / "typed.html"
    path.write_text(typed_page(), encoding="utf-8")
    return visited(path, bypass_csp=True)


def test_200_random_expressions_have_the_engines_numbers(opened: Any) -> None:
    rng = random.Random(15)
    numbers = {"a": 0.7, "b": -1.3, "c": 2.1}
    expected: dict[str, dict[str, float]] = {}
    while len(expected) < COUNT:
        text = expression(rng, rng.randrange(1, 5))
        if len(expected) % 5 == 0:  # with names for parts
            text = f"d = {text}; f = d * {expression(rng, 1)}; f - d * f + {expression(rng, 2)}"
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
    "c = a*b", "c = a; c = b; c", "a == b; a", "if = a; a", "c = ; a", "c d = a; a",
    "a = a*b; a", ";", "c = a*b;", "9" * 400, "(" * 300 + "a" + ")" * 300, "a" * 10_001, "",
)  # fmt: skip


def test_what_the_command_line_refuses_the_page_refuses(opened: Any) -> None:
    for text in REFUSED:
        with pytest.raises(ExpressionError):
            compute(text, {name: ag.Value(1.0) for name in "abx"})
    told = opened.evaluate(
        """(texts) => texts.map((text) => {
          try { described(text, { a: 1, b: 1, x: 1 }); return null; }
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


def test_its_keys_work_at_once_and_numbers_stay_clear_of_boxes(opened: Any) -> None:
    opened.get_by_label("L =").fill("tanh(a*b + c) * -0.001234")
    opened.frame_locator("#play").get_by_text("−0.001234", exact=False).first.wait_for()
    opened.evaluate("document.activeElement.blur()")
    frame = opened.frames[1]
    hits = []
    opened.keyboard.press("End")
    opened.keyboard.press("Home")
    while frame.evaluate("step < lastStep"):
        before = frame.evaluate("step")
        opened.keyboard.press("ArrowRight")
        assert frame.evaluate("step") == before + 1
        hits += frame.evaluate("""() => {
          const nodes = [...document.querySelectorAll("#canvas .node path")];
          const shapes = nodes.map((shape) => shape.getBoundingClientRect());
          const texts = [...document.querySelectorAll("#canvas .edge.e-active text")];
          return texts.filter((text) => {
            const a = text.getBoundingClientRect();
            return shapes.some((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom);
          }).map((text) => text.textContent);
        }""")
    assert before > 5
    assert not hits


@pytest.mark.parametrize("seed", [2, 7, 11])
def test_a_sheet_its_key_and_its_link_come_from_one_seed(
    seed: int, visited: Callable[..., Any], tmp_path: Path
) -> None:
    """The link plays the sheet's own graph, and asks for the numbers that the key shows."""
    sheet = ag.quiz(seed=seed, depth=4)
    (tmp_path / "lesson.html").write_text(typed_page(), encoding="utf-8")
    page = visited(tmp_path / "lesson.html", address=sheet.link(""))
    played = page.frame_locator("#play")
    played.locator("#rows tr").first.wait_for(state="attached")
    frame = page.frames[1]
    trace = ag.trace_backward(sheet.output)
    assert frame.evaluate("nodes.map((node) => node.name).sort()") == sorted(trace.names.values())
    assert played.locator("#predict").get_attribute("aria-pressed") == "true"
    asked = 0
    while frame.evaluate("step < lastStep"):
        played.locator("#forward").click()
        right = frame.evaluate("step < lastStep ? questionsOf(step + 1).map((q) => q.right) : []")
        if played.locator("#questions").count():
            for field, number in zip(played.locator("#questions input").all(), right, strict=True):
                field.fill(f"{number:g}")
            played.get_by_role("button", name="Check").click()
            asked += len(right)
    assert asked > 4
    assert frame.evaluate("score.right") == asked
    page.wait_for_url("**&predict")
    shown = {name: frame.evaluate(f"gradientOf(nodes.findIndex((n) => n.name === '{name}'))") for name in sheet.names}
    assert shown == {answer.name: answer.right for answer in sheet.check()}
    blank = visited(sheet.save(tmp_path / "sheet.html"))
    key = visited(sheet.save(tmp_path / "key.html", solutions=True))
    for name, gradient in shown.items():
        wanted = f"∂L/∂{name} = {gradient:g}".replace("-", "−")
        assert blank.get_by_text(f"∂L/∂{name} = …").is_visible()
        assert wanted not in blank.locator("body").inner_text()
        assert wanted in key.locator("body").inner_text()
    for paper in (blank, key):
        paper.emulate_media(media="print")
        assert paper.locator("svg").is_visible()
        assert paper.evaluate("document.querySelector('svg').getBoundingClientRect().width <= innerWidth")


def test_they_shut_nobody_out(shuts_nobody_out: Callable[..., None], opened: Any, tmp_path: Path) -> None:
    sheet = ag.quiz(seed=2, depth=3)
    shuts_nobody_out(tmp_path / "typed.html")
    shuts_nobody_out(sheet.save(tmp_path / "key.html", solutions=True))
    shuts_nobody_out(sheet.save(tmp_path / "play.html", play=True), lambda page: page.locator("#forward").click())
