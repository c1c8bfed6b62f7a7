"""Time travel: the page of a recorded fit, whose numbers are the engine's at every step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn


def fitted(activation: str = "tanh", classes: int = 1, epochs: int = 200, **options: Any) -> tuple[Any, Any, Any]:
    """A 2-8-8-1 network on two interleaved arcs, or one with an output for each class."""
    rng = np.random.default_rng(0)
    angles = rng.uniform(0, np.pi, 60)
    y = np.arange(60) % 2
    x = np.stack([np.cos(angles) + y, np.where(y == 1, 0.5 - np.sin(angles), np.sin(angles))], axis=1)
    x += rng.normal(size=x.shape) * 0.1
    targets = y if classes > 1 else y[:, None].astype(float)
    loss = nn.cross_entropy if classes > 1 else nn.binary_cross_entropy_with_logits
    model = nn.MLP(2, [8, 8, classes], activation=activation, seed=0, dtype=np.float64)
    optimizer = nn.Adam(model.parameters(), learning_rate=0.02)
    recording = nn.pictures.Recording(x, targets, **options)
    trainer = nn.Trainer(model, loss=loss, optimizer=optimizer, callbacks=[recording])
    trainer.fit(x, targets, epochs=epochs, batch_size="full", progress=False)
    return trainer, x, targets


def test_what_was_not_recorded_or_cannot_be_shown_gets_one_line() -> None:
    model = nn.MLP(2, [3, 1], activation="gelu", seed=0)
    optimizer = nn.SGD(model.parameters(), learning_rate=0.1)
    with pytest.raises(ValueError, match=r"fit with callbacks=\[nn.pictures.Recording\(x, y\)\] first"):
        nn.pictures.travel(nn.Trainer(model, loss=nn.mse, optimizer=optimizer))
    x, y = np.ones((4, 2)), np.ones((4, 1))
    trainer = nn.Trainer(model, loss=nn.mse, optimizer=optimizer, callbacks=[nn.pictures.Recording(x, y)])
    trainer.fit(x, y, epochs=1, progress=False)
    with pytest.raises(
        TypeError, match="travel takes linear layers with relu, tanh, sigmoid, identity after them, not GELU"
    ):
        nn.pictures.travel(trainer)
    with pytest.raises(ag.ShapeError, match=r"expected \(N, 2\)"):
        nn.pictures.Recording(np.ones((4, 3)), y)


def test_a_step_is_the_model_as_it_was() -> None:
    trainer, _, _ = fitted(epochs=40, most=10)
    page = nn.pictures.travel(trainer)
    assert page.steps == list(range(0, 41, 4))
    again, _, _ = fitted(epochs=20)
    for p, q in zip(page.at(20).parameters(), again.model.parameters(), strict=True):
        np.testing.assert_array_equal(p.data, q.data)
    with pytest.raises(ValueError, match="step 3 was not kept"):
        page.at(3)


@pytest.mark.browser
@pytest.mark.parametrize(("activation", "classes"), [("tanh", 1), ("relu", 2), ("sigmoid", 1)])
def test_a_whole_use_in_the_browser(activation: str, classes: int, visited: Callable[..., Any], tmp_path: Path) -> None:
    trainer, x, y = fitted(activation, classes)
    travel = nn.pictures.travel(trainer, title="<b>@@DATA@@</b>")
    path = travel.save(tmp_path / "fit.html")
    assert path.stat().st_size < 2_000_000
    page = visited(path, {"width": 1280, "height": 900}, "#step=120")
    assert page.locator("h1").inner_text() == "<b>@@DATA@@</b>"
    model = travel.at(120)
    loss = trainer.loss(model(x), y)
    loss.backward()
    assert f"step 120, loss {loss.item():.4g}" in page.locator("#now").inner_text()
    linear = [m for m in model.modules() if isinstance(m, nn.Linear)]
    for number, layer in enumerate(linear):  # every weight: its number, and the sum of what the samples add
        found = page.evaluate(
            """(l) => Array.from({ length: layers[l].in }, (_, from) =>
              Array.from({ length: layers[l].out }, (_, to) => [
                weight(parametersAt(at), l, from, to),
                contributions(at, { layer: l, from, to }).reduce((a, b) => a + b),
              ]))""",
            number,
        )
        weights, gradients = np.moveaxis(np.array(found), -1, 0)
        np.testing.assert_allclose(weights, layer.weight.data, rtol=1e-6)
        np.testing.assert_allclose(gradients, layer.weight.grad.data, rtol=1e-4, atol=1e-7)
    edge = page.get_by_label("Weight of layer 2, from 3 to 5")
    edge.focus()
    page.keyboard.press("Enter")
    told = page.locator("#told").inner_text().replace("−", "-")
    assert f"layer 2, neuron 5, w3 = {linear[1].weight.data[2, 4]:.4g}" in told
    shares = page.evaluate("contributions(at, chosen)")
    sample = int(page.locator("#told td").first.inner_text()) - 1
    assert sample == int(np.argmax(np.abs(shares)))
    alone = trainer.loss(model(x[[sample]]), y[[sample]]) * (1 / len(x))  # that sample's part of the mean
    (share,) = ag.gradients(alone, [linear[1].weight])
    assert shares[sample] == pytest.approx(share.numpy()[2, 4], rel=1e-4)
    one_pass(page, model, trainer.loss, x, y)
    page.get_by_role("button", name="As cards").click()
    assert "layer 2: 8 → 8" in page.locator("#net").inner_text()
    page.get_by_role("button", name="Open the neurons").click()
    page.locator("h1").click()
    page.keyboard.press("ArrowRight")
    assert page.locator("#now").inner_text().startswith("step 121,")
    page.wait_for_url("**#step=121")
    page.get_by_role("button", name="Play").click()
    page.wait_for_timeout(300)
    page.get_by_role("button", name="Pause").click()
    assert page.evaluate("at") > 121


def one_pass(page: Any, model: Any, loss: Any, x: Any, y: Any) -> None:
    """Open a sample's pass by the plane, go through it, come back by its address: its numbers are the engine's."""
    across, up, (a, b) = page.evaluate("[across, up, samples[17]]")
    box = page.locator("#plane").bounding_box()
    place = {
        "x": (a - across[0]) / (across[1] - across[0]) * box["width"],
        "y": (up[1] - b) / (up[1] - up[0]) * box["height"],
    }
    page.locator("#plane").click(position=place)
    sample = int(page.get_by_role("spinbutton", name="sample").input_value()) - 1
    np.testing.assert_allclose(x[sample], [a, b], atol=1e-5)
    outputs, sums, given = ag.Tensor(x, requires_grad=True), [], []
    for part in model.modules():
        if not list(part.children()):
            outputs = part(outputs)
            (sums if isinstance(part, nn.Linear) else given).append(outputs)
    given.append(outputs)
    deltas = ag.gradients(loss(outputs, y), sums)
    (gradient,) = ag.gradients(loss(model(x[[sample]]), y[[sample]]) * (1 / len(x)), [model.layers[0].weight])

    def cells(which: int) -> list[list[float]]:
        rows = page.locator("#stage table").nth(which).inner_text().splitlines()[1:]
        return [[float(text.replace("−", "-")) for text in row.split("\t")[1:]] for row in rows]

    near = {"rtol": 2e-3, "atol": 1e-9}
    assert page.locator("#net .number").count() == 2
    for layer in range(3):
        page.get_by_role("button", name="On in the pass").click()
        rows = np.array(cells(0))
        np.testing.assert_allclose(rows[:, 0], sums[layer].data[sample], **near)
        np.testing.assert_allclose(rows[:, 1], given[layer].data[sample], **near)
    for layer in (2, 1, 0):
        page.get_by_role("button", name="On in the pass").click()
        np.testing.assert_allclose(np.array(cells(0))[:, 2], deltas[layer].data[sample], **near)
    np.testing.assert_allclose(cells(1), gradient.data, **near)  # of the first layer, by this sample
    assert page.get_by_role("button", name="On in the pass").is_disabled()
    page.wait_for_url(f"**#step=120&sample={sample + 1}&stage=6")
    shown = page.locator("#stage").inner_text()
    page.reload()
    assert page.locator("#stage").inner_text() == shown
    page.get_by_role("button", name="Open this step’s backward pass").click()
    assert page.locator("#net .number").count() == 0


@pytest.mark.browser
def test_it_shuts_nobody_out(shuts_nobody_out: Callable[..., None], tmp_path: Path) -> None:
    def prepare(page: Any) -> None:
        if page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches"):
            page.evaluate("openPass(true, 3, 5)")

    trainer, _, _ = fitted(epochs=20)
    shuts_nobody_out(nn.pictures.travel(trainer).save(tmp_path / "fit.html"), prepare)
