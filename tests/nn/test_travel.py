"""Time travel: the page of a recorded fit, whose numbers are the engine's at every step."""

from __future__ import annotations

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
def test_a_whole_use_in_the_browser(activation: str, classes: int, browser: Any, tmp_path: Path) -> None:
    trainer, x, y = fitted(activation, classes)
    travel = nn.pictures.travel(trainer, title="<b>@@DATA@@</b>")
    path = travel.save(tmp_path / "fit.html")
    assert path.stat().st_size < 2_000_000
    troubles: list[str] = []
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda r: None if r.url.startswith(("file:", "data:")) else troubles.append(r.url))
    page.goto(path.as_uri() + "#step=120")
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
    page.close()
    assert not troubles
