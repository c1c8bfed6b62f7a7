"""Pictures of training: what they show is what was computed, checked on the drawn lines, fields and images."""

from __future__ import annotations

import inspect
import random
import re
from base64 import b64decode
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from nn import pictures
from nn.figures import COLOURS, line_look
from nn.inspect import layers_of, outputs_of_layers
from nn.pictures.boundary import scores
from nn.scalar import MLP

pytest.importorskip("matplotlib", reason="pictures need gradbook[viz]")
from matplotlib.figure import Figure

POINTS = np.random.default_rng(0).normal(size=(60, 2))
CLASSES = (POINTS[:, 0] * POINTS[:, 1] > 0).astype(int)


@pytest.fixture(scope="module")
def training() -> dict[str, Any]:
    model = nn.MLP(2, [8, 2], activation="tanh", seed=0)
    watch, snapshots = pictures.Watch(sample=POINTS), pictures.Snapshots()
    before = {name: p.data.copy() for name, p in model.named_parameters()}
    trainer = nn.Trainer(
        model,
        loss=nn.cross_entropy,
        optimizer=nn.Adam(model.parameters(), learning_rate=0.05),
        metrics={"accuracy": nn.accuracy},
        callbacks=[watch, snapshots],
    )
    history = trainer.fit(POINTS, CLASSES, epochs=5, batch_size=20, validation_split=0.2, progress=False)
    return {"model": model, "watch": watch, "snapshots": snapshots, "history": history, "before": before}


def is_png(picture: Any) -> bool:
    assert isinstance(picture, Figure)
    assert hasattr(picture, "_repr_html_")
    shown: str = picture._repr_html_()
    told, _, data = shown.partition('" src="data:image/png;base64,')
    assert len(told) > len('<img alt="Diagram: ')
    return b64decode(data.removesuffix('">')).startswith(b"\x89PNG") and len(data) > 2600


# ---- over the epochs -----------------------------------------------------------------------------------------------


def test_curves_are_the_history(training: dict[str, Any]) -> None:
    history = training["history"]
    picture = pictures.curves(history)
    assert is_png(picture)
    assert [axes.get_title() for axes in picture.axes] == ["loss", "accuracy"]
    for axes, name in zip(picture.axes, ("loss", "accuracy"), strict=True):
        drawn = {line.get_label(): (list(line.get_xdata()), list(line.get_ydata())) for line in axes.lines}
        assert drawn == {
            "training": (history["epoch"], history[name]),
            "validation": (history["epoch"], history[f"val_{name}"]),
        }
    assert len(pictures.curves(history, ["loss"]).axes) == 1
    with pytest.raises(ValueError, match="the history has no epochs"):
        pictures.curves(nn.History())


def test_histories_side_by_side(training: dict[str, Any]) -> None:
    history = training["history"]
    picture = pictures.compare({"one": history, "two": history})
    assert is_png(picture)
    assert list(picture.axes[0].lines[1].get_ydata()) == history["val_loss"]  # held out, where there is such a part
    assert picture.axes[0].get_title() == "loss, held out"
    plain = pictures.compare({"a": {"loss": [3.0, 1.0]}, "b": {"loss": [2.0]}})
    assert [list(line.get_ydata()) for line in plain.axes[0].lines] == [[3.0, 1.0], [2.0]]
    looks = [line_look(i) for i in range(2 * len(COLOURS))]
    assert len({tuple(sorted(look.items())) for look in looks}) == len(looks)


def test_gradient_norms_are_those_of_the_last_step(training: dict[str, Any]) -> None:
    watch, model = training["watch"], training["model"]
    assert watch.steps == list(range(1, 1 + len(watch.steps)))
    for name, layer in layers_of(model):
        last = np.sqrt(sum(float((p.grad.data**2).sum()) for p in layer.parameters()))
        assert watch.gradients[name][-1] == pytest.approx(last, rel=1e-6)
    picture = pictures.gradient_norms(watch)
    assert is_png(picture)
    assert [list(line.get_ydata()) for line in picture.axes[0].lines] == list(watch.gradients.values())
    assert picture.axes[0].get_yscale() == "log"
    assert all(tick == int(tick) for tick in picture.axes[0].get_xticks())


def test_the_norms_are_those_of_each_step_however_long_it_trains() -> None:
    model = nn.MLP(2, [2], seed=0)
    watch = pictures.Watch()
    optimizer = nn.SGD(model.parameters(), learning_rate=0.01)
    trainer = nn.Trainer(model, loss=nn.cross_entropy, optimizer=optimizer, callbacks=[watch], compile=True)
    trainer.fit(POINTS, CLASSES, epochs=4, batch_size=20, shuffle=False, progress=False)
    norms = watch.gradients["0: Linear"]
    assert len(set(norms)) == len(norms) == 12  # steps that were recorded would leave the first one's where they are


def test_no_scale_shows_tex(training: dict[str, Any]) -> None:
    watch = training["watch"]
    for norms in ([0.2, 0.3], [1e-6, 1e3]):  # within one power of ten, and across many
        watch = pictures.Watch()
        watch.steps, watch.gradients = [1, 2], {"0: Linear": norms}
        assert_plain(pictures.gradient_norms(watch))
        assert_plain(pictures.gradient_norms(watch, ax=Figure().subplots()))
    later = pictures.lines({"loss": [0.2, 0.3]})
    later.axes[0].set(yscale="log", xscale="log")  # by who asked for the picture
    assert_plain(later)


def assert_plain(picture: Any) -> None:
    picture.savefig(BytesIO())
    axes = picture.axes[0]
    texts = [text.get_text() for which in ("major", "minor") for text in axes.get_yticklabels(which=which)]
    assert any(texts)
    assert not [text for text in texts if "$" in text or "mathdefault" in text]


def test_many_steps_are_thinned_out() -> None:
    model = nn.MLP(2, [2], seed=0)
    watch = pictures.Watch(most=8)
    optimizer = nn.SGD(model.parameters(), learning_rate=0.01)
    trainer = nn.Trainer(model, loss=nn.cross_entropy, optimizer=optimizer, callbacks=[watch])
    trainer.fit(POINTS, CLASSES, epochs=10, batch_size=10, progress=False)
    assert len(watch.steps) <= 8
    assert len(watch.gradients["0: Linear"]) == len(watch.steps)
    assert np.ptp(np.diff(watch.steps)) == 0
    assert watch.steps[-1] > 40


@pytest.mark.parametrize("what", ["weights", "activations"])
def test_histograms_count_everything(what: Any, training: dict[str, Any]) -> None:
    watch, model = training["watch"], training["model"]
    recorded = getattr(watch, what)
    assert all(len(spreads) == 6 for spreads in recorded.values())  # before the first epoch, and after each
    if what == "weights":
        sizes = {name: sum(p.data.size for p in layer.parameters()) for name, layer in layers_of(model)}
    else:
        sizes = {name: outputs.size for name, outputs in outputs_of_layers(model, POINTS).items()}
        assert list(sizes) == ["0: Linear", "1: Tanh", "2: Linear"]
    assert {name: int(spreads[-1][0].sum()) for name, spreads in recorded.items()} == sizes
    picture = pictures.histograms(watch, what)
    assert is_png(picture)
    assert [axes.get_title() for axes in picture.axes] == list(recorded)
    assert all(len(axes.collections) == 6 for axes in picture.axes)


def test_what_lies_beside_the_zeros_of_a_relu_is_seen() -> None:
    watch, edges = pictures.Watch(), np.linspace(0, 3, 4)
    watch.activations = {"ReLU": [(np.array([1000, 30, 15]), edges)], "Linear": [(np.array([20, 40, 20]), edges)]}
    relu, linear = (
        axes.collections[0].get_paths()[0].vertices for axes in pictures.histograms(watch, "activations").axes
    )
    assert {round(height / 1.8, 3) for height in relu[:, 1]} == {0, 1, 0.333, 0.167}
    assert {round(height / 1.8, 3) for height in linear[:, 1]} == {0, 1, 0.5}


def test_the_outputs_of_layers_are_what_the_network_computes(training: dict[str, Any]) -> None:
    model = training["model"]
    outputs = outputs_of_layers(model, POINTS)
    np.testing.assert_array_equal(outputs["2: Linear"], model(POINTS).data)
    np.testing.assert_array_equal(outputs["1: Tanh"], np.tanh(outputs["0: Linear"]))


def test_what_was_not_recorded_is_said() -> None:
    with pytest.raises(ValueError, match="no step was recorded"):
        pictures.gradient_norms(pictures.Watch())
    with pytest.raises(ValueError, match="a Watch among the callbacks"):
        pictures.histograms(pictures.Watch())
    with pytest.raises(ValueError, match="what must be 'weights' or 'activations'"):
        pictures.histograms(pictures.Watch(), "biases")


# ---- classifiers ---------------------------------------------------------------------------------------------------


def test_the_field_is_what_the_model_says(training: dict[str, Any]) -> None:
    model = training["model"]
    logits = model(POINTS).data
    np.testing.assert_allclose(scores(model, POINTS), logits[:, 1] - logits[:, 0], rtol=1e-5)
    random.seed(0)
    values = MLP(2, [3, 1])
    np.testing.assert_allclose(scores(values, POINTS[:4]), [values(p).data for p in POINTS[:4].tolist()])
    three = MLP(2, [3])
    np.testing.assert_allclose(scores(three, POINTS[:4]), [[v.data for v in three(p)] for p in POINTS[:4].tolist()])
    line = pictures.boundary(lambda p: p[:, 0] - 0.25, POINTS, CLASSES)
    contour = line.axes[0].collections[1].get_paths()[0].vertices  # where the score is 0
    np.testing.assert_allclose(contour[:, 0], 0.25, atol=1e-6)


@pytest.mark.parametrize("kind", ["two classes", "one output", "three classes", "values", "function"])
def test_boundaries_of_every_kind_of_model(kind: str) -> None:
    random.seed(0)
    model: Any = {
        "two classes": lambda: nn.MLP(2, [4, 2], seed=0),
        "one output": lambda: nn.MLP(2, [4, 1], seed=0),
        "three classes": lambda: nn.MLP(2, [4, 3], seed=0),
        "values": lambda: MLP(2, [4, 1]),
        "function": lambda: lambda p: p.sum(axis=1),
    }[kind]()
    classes = np.arange(60) % 3 if kind == "three classes" else CLASSES
    picture = pictures.boundary(model, POINTS, classes)
    assert is_png(picture)
    points = [c for c in picture.axes[0].collections if len(c.get_offsets()) > 1]
    assert sum(len(c.get_offsets()) for c in points) == 60
    assert [t.get_text() for t in picture.axes[0].get_legend().get_texts()] == [str(c) for c in np.unique(classes)]


def test_a_boundary_wants_points_in_a_plane() -> None:
    with pytest.raises(ag.ShapeError, match=r"points of shape \(3, 4\) with 3 classes"):
        pictures.boundary(lambda p: p, np.ones((3, 4)), [0, 1, 0])


def test_snapshots_are_copies_of_the_model_as_it_was(training: dict[str, Any]) -> None:
    snapshots = training["snapshots"]
    assert snapshots.epochs == [0, 1, 2, 3, 4, 5]
    for name, p in snapshots.models[0].named_parameters():
        np.testing.assert_array_equal(p.data, training["before"][name])
    for (_, p), (_, q) in zip(
        snapshots.models[-1].named_parameters(), training["model"].named_parameters(), strict=True
    ):
        np.testing.assert_array_equal(p.data, q.data)
        assert p is not q


def test_animations_have_a_frame_for_each_model(training: dict[str, Any], tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    animation = pictures.boundary_animation(training["snapshots"].models[:3], POINTS, CLASSES)
    with image.open(animation.save(tmp_path / "boundary.gif")) as gif:
        assert gif.n_frames == animation.frames == 3
    shown = animation._repr_html_()  # an image, which a notebook that is not trusted shows too
    assert shown.startswith('<img alt="Animation of 3 frames: ')
    assert 'src="data:image/gif;base64,' in shown
    page = animation.save(tmp_path / "boundary.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert page.count("data:image/png;base64") == 3
    assert "http" not in page  # nothing is fetched
    assert "▶" in page
    with pytest.raises(ValueError, match=r"boundary\.avi: an animation is saved as \.gif, \.mp4 or \.html"):
        animation.save(tmp_path / "boundary.avi")


def test_snapshots_are_animated_as_they_are(training: dict[str, Any]) -> None:
    animation = pictures.boundary_animation(training["snapshots"], POINTS, CLASSES)
    titles = []
    for number in range(animation.frames):
        animation._draw(number)
        titles.append(animation.figure.axes[0].get_title())
    assert titles == [f"after epoch {epoch}" for epoch in range(6)]
    with pytest.raises(ValueError, match="no model to draw: give the Snapshots to the Trainer"):
        pictures.boundary_animation(pictures.Snapshots(), POINTS, CLASSES)
    with pytest.raises(ValueError, match="1 labels for 6 models"):
        pictures.boundary_animation(training["snapshots"], POINTS, CLASSES, ["one"])


def test_a_film_needs_the_program_that_makes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    animation = pictures.descent_animation(steps=3)
    path = tmp_path / "film.mp4"
    if animation._writers.FFMpegWriter.isAvailable():
        content = animation.save(path).read_bytes()
        assert content[4:8] == b"ftyp"
        path.unlink()
    monkeypatch.setattr(animation._writers.FFMpegWriter, "isAvailable", lambda: False)
    with pytest.raises(ag.MissingExtraError, match=r"film\.mp4: an MP4 needs the program ffmpeg on the PATH"):
        animation.save(path)
    assert not path.exists()


def test_confusion_counts() -> None:
    picture = pictures.confusion([0, 0, 1, 2, 2, 2], [0, 1, 1, 2, 2, 0], ["a", "b", "c"])
    assert is_png(picture)
    found = {tuple(text.get_position()): text.get_text() for text in picture.axes[0].texts}
    assert found == {(0, 0): "1", (1, 0): "1", (1, 1): "1", (2, 2): "2", (0, 2): "1"}
    assert [t.get_text() for t in picture.axes[0].get_xticklabels()][:3] == ["a", "b", "c"]


def test_the_first_layers_weights_as_images() -> None:
    model = nn.MLP(12, [5, 3], seed=0)
    picture = pictures.first_layer(model, shape=(3, 4))
    assert is_png(picture)
    weights = next(model.parameters()).data
    shown = [axes.images[0].get_array() for axes in picture.axes if axes.images]
    weight = max((p.data for p in model.parameters()), key=lambda d: d.size) if weights.ndim != 2 else weights
    for unit, image in enumerate(shown):
        np.testing.assert_allclose(image, weight[:, unit].reshape(3, 4))
    with pytest.raises(ValueError, match="has 12 inputs, which make no image of 3 × 3"):
        pictures.first_layer(model)


# ---- descent -------------------------------------------------------------------------------------------------------


def test_ways_down_a_surface_are_the_optimizers_own() -> None:
    ways = pictures.paths(
        lambda x, y: x * x + 2.0 * y * y, {"plain": lambda p: nn.SGD(p, learning_rate=0.1)}, (1.0, -1.0), 4
    )
    place, expected = np.array([1.0, -1.0]), [[1.0, -1.0]]
    for _ in range(4):
        place = place - 0.1 * np.array([2 * place[0], 4 * place[1]])
        expected.append(place.tolist())
    np.testing.assert_allclose(ways["plain"], expected, rtol=1e-12)
    picture = pictures.descent()
    assert is_png(picture)
    drawn = {line.get_label(): line.get_xydata() for line in picture.axes[0].lines[:4]}
    for name, way in pictures.paths().items():
        np.testing.assert_allclose(drawn[name], way)


def test_all_ways_lie_in_the_picture_but_for_those_that_run_off() -> None:
    axes = pictures.descent().axes[0]
    for line in axes.lines[:4]:
        assert (line.get_xydata() > [axes.get_xlim()[0], axes.get_ylim()[0]]).all()
        assert (line.get_xydata() < [axes.get_xlim()[1], axes.get_ylim()[1]]).all()
    rates = {f"rate {rate}": lambda p, rate=rate: nn.SGD(p, learning_rate=rate) for rate in (0.1, 0.27)}
    axes = pictures.descent(optimizers=rates).axes[0]
    assert abs(axes.lines[1].get_xydata()).max() > 1e6
    assert max(map(abs, (*axes.get_xlim(), *axes.get_ylim()))) < 10
    assert is_png(pictures.descent(lambda x, y: -x * x - y * y, steps=5))  # the start is the lowest there is


def test_a_way_that_diverges_ends() -> None:
    with np.errstate(all="ignore"):
        ways = pictures.paths(optimizers={"wild": lambda p: nn.SGD(p, learning_rate=1e3)}, steps=200)
    assert len(ways["wild"]) < 200
    assert np.isfinite(ways["wild"]).all()


def test_the_animation_of_a_descent(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    animation = pictures.descent_animation(steps=4)
    before = animation.figure.get_layout_engine(), animation.figure.dpi
    with image.open(animation.save(tmp_path / "descent.gif")) as gif:
        assert gif.n_frames == 5
        # As matplotlib's own player has them, but for a palette.
        frames = [b64decode(re.sub(r"\\\s", "", text)) for text in re.findall(r'png;base64,([^"]+)"', animation.html)]
        for number in (0, 4):
            gif.seek(number)
            drawn, shown = (np.asarray(x.convert("RGB"), float) for x in (image.open(BytesIO(frames[number])), gif))
            assert drawn.shape == shown.shape
            assert np.quantile(np.abs(drawn - shown), 0.99) < 12
    longer = pictures.descent_animation(steps=12)
    assert len(longer.gif()) < 1.5 * len(animation.gif())
    assert (animation.figure.get_layout_engine(), animation.figure.dpi) == before
    assert repr(animation) == "<animation of 5 frames>"


@pytest.mark.browser
def test_an_animation_plays_in_a_browser(browser: Any, tmp_path: Path) -> None:
    path = pictures.descent_animation(steps=10).save(tmp_path / "descent.html")
    page = browser.new_page()
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda r: None if r.url.startswith(("file:", "data:")) else troubles.append(r.url))
    page.goto(path.as_uri())
    frame, picture = page.locator("input[type=range]"), page.locator(".animation img")
    page.wait_for_function("document.querySelector('.animation img').src.startsWith('data:image')")
    first = picture.get_attribute("src")
    page.get_by_title("Play", exact=True).click()
    page.wait_for_function("Number(document.querySelector('input[type=range]').value) >= 2")
    page.get_by_title("Pause").click()
    assert picture.get_attribute("src") != first
    page.get_by_title("Last frame").click()
    assert frame.input_value() == "10"
    page.close()
    assert not troubles


# ---- diagrams of any numbers ---------------------------------------------------------------------------------------


def test_lines_stand_where_their_numbers_are() -> None:
    drawn = pictures.lines({"a": [1.0, 2.0], "b": [3.0, 1.0]}, x=[10, 20], points={"seen": ([15], [2])}, title="t")
    seen, *lines = drawn.axes[0].lines
    assert [line.get_xydata().tolist() for line in lines] == [[[10, 1], [20, 2]], [[10, 3], [20, 1]]]
    assert seen.get_xydata().tolist() == [[15, 2]]
    assert [text.get_text() for text in drawn.axes[0].get_legend().get_texts()] == ["seen", "a", "b"]


def test_images_are_shown_whole_and_each_on_a_scale_of_its_own() -> None:
    arrays = [np.eye(3) * 7, np.eye(3) - 0.5, np.zeros((3, 3))]
    drawn = pictures.images(arrays, columns=2, title="three")
    shown = [axes.images[0] for axes in drawn.axes if axes.images]
    assert all(np.array_equal(image.get_array(), array) for image, array in zip(shown, arrays, strict=True))
    assert [image.get_clim() for image in shown] == [(0, 7), (-0.5, 0.5), (0, 1)]
    with pytest.raises(ag.ShapeError, match=r"image 1 has shape \(4,\): expected \(height, width\)"):
        pictures.images([np.eye(2), np.ones(4)])


def test_a_surface_has_its_star_at_the_lowest_point() -> None:
    across, up = np.linspace(-1, 1, 5), np.linspace(0, 3, 4)
    heights = (across[None] - 0.5) ** 2 + (up[:, None] - 2) ** 2
    drawn = pictures.surface(across, up, heights)
    assert drawn.axes[0].lines[0].get_xydata().tolist() == [[0.5, 2.0]]
    with pytest.raises(ag.ShapeError, match=r"heights of shape \(5, 4\) over 4 by 5 places"):
        pictures.surface(across, up, heights.T)


def test_the_roc_curve_names_scikit_learns_area() -> None:
    metrics = pytest.importorskip("sklearn.metrics", reason="the curve is scikit-learn's")
    rng = np.random.default_rng(0)
    targets = rng.integers(0, 2, 80)
    probabilities = rng.normal(size=80) + targets
    curve = pictures.roc(targets, probabilities).axes[0].lines[0]
    assert curve.get_label() == f"area {metrics.roc_auc_score(targets, probabilities):.3f}"


def test_precision_and_recall_at_every_threshold() -> None:
    pytest.importorskip("sklearn.metrics", reason="the curve is scikit-learn's")
    rng = np.random.default_rng(1)
    targets = rng.integers(0, 2, 40)
    probabilities = rng.normal(size=40) + targets
    curve, chance = pictures.precision_recall(targets, probabilities).axes[0].lines
    recall, precision = curve.get_xydata().T
    called = [
        probabilities >= threshold for threshold in np.sort(probabilities)
    ]  # counted, one threshold after the other
    np.testing.assert_allclose(precision[:-1], [targets[c].mean() for c in called])
    np.testing.assert_allclose(recall[:-1], [targets[c].sum() / targets.sum() for c in called])
    area = float(-np.sum(np.diff(recall) * precision[:-1]))
    assert curve.get_label() == f"average precision {area:.3f}"
    assert chance.get_ydata()[0] == targets.mean()


def test_calibration_counts_what_came_true() -> None:
    pytest.importorskip("sklearn.calibration", reason="the curve is scikit-learn's")
    said = np.repeat([0.1, 0.5, 0.9], 10)
    came = np.concatenate([np.arange(10) < share for share in (2, 5, 9)]).astype(int)
    curve = pictures.calibration(came, said, bins=4).axes[0].lines[0]
    np.testing.assert_allclose(curve.get_xydata(), [[0.1, 0.2], [0.5, 0.5], [0.9, 0.9]])
    assert curve.get_label() == f"Brier score {np.mean((said - came) ** 2):.3f}"
    with pytest.raises(ValueError, match="outside"):
        pictures.calibration(came, said * 2)


# ---- on axes of one's own ------------------------------------------------------------------------------------------


def drawings(training: dict[str, Any]) -> dict[str, Callable[[Any], Any]]:
    """Each picture, on the axes that are given."""
    history, watch, side = training["history"], training["watch"], np.arange(3.0)
    ones, likely = [0, 1, 1, 0], [0.1, 0.7, 0.9, 0.4]
    return {
        "boundary": lambda ax: pictures.boundary(training["model"], POINTS, CLASSES, ax=ax),
        "boundary_animation": lambda ax: first(
            pictures.boundary_animation([training["model"]], POINTS, CLASSES, ax=ax)
        ),
        "calibration": lambda ax: pictures.calibration(ones, likely, ax=ax),
        "compare": lambda ax: pictures.compare({"a": history}, ["loss"], ax=ax),
        "confusion": lambda ax: pictures.confusion(ones, ones, ax=ax),
        "curves": lambda ax: pictures.curves(history, ["loss"], ax=ax),
        "descent": lambda ax: pictures.descent(steps=3, ax=ax),
        "descent_animation": lambda ax: first(pictures.descent_animation(steps=3, ax=ax)),
        "first_layer": lambda ax: pictures.first_layer(nn.MLP(4, [1, 2], seed=0), ax=ax),
        "gradient_norms": lambda ax: pictures.gradient_norms(watch, ax=ax),
        "histograms": lambda ax: pictures.histograms(one_layer(watch), ax=ax),
        "images": lambda ax: pictures.images([np.eye(3)], ax=ax),
        "lines": lambda ax: pictures.lines({"a": [1.0, 2.0]}, ax=ax),
        "precision_recall": lambda ax: pictures.precision_recall(ones, likely, ax=ax),
        "roc": lambda ax: pictures.roc(ones, likely, ax=ax),
        "surface": lambda ax: pictures.surface(side, side, np.eye(3), ax=ax),
    }


def first(animation: Any) -> Any:
    animation._draw(0)
    return animation.figure


def one_layer(watch: Any) -> Any:
    single = pictures.Watch()
    single.weights = dict(list(watch.weights.items())[:1])
    return single


def test_every_picture_is_drawn_on_axes_of_ones_own(training: dict[str, Any]) -> None:
    pytest.importorskip("sklearn.metrics", reason="some curves are scikit-learn's")
    functions = {name for name in pictures.__all__ if "ax" in inspect.signature(getattr(pictures, name)).parameters}
    table = drawings(training)
    assert functions == set(table) == set(pictures.__all__) - {
        "Animation", "Recording", "Snapshots", "Travel", "Watch", "paths", "travel"
    }  # fmt: skip
    for name, draw in table.items():
        own = Figure()
        left, right = own.subplots(1, 2)
        assert draw(left) is own, name
        assert left.has_data() or left.collections, name
        assert not right.has_data(), name
        with pytest.raises(TypeError, match=r"ax(= is a float: expected| must be) matplotlib's axes"):
            draw(1.0)


def test_several_diagrams_want_as_many_axes(training: dict[str, Any]) -> None:
    own = Figure()
    places = own.subplots(1, 2)
    assert pictures.curves(training["history"], ax=places) is own
    assert [axes.get_title() for axes in own.axes] == ["loss", "accuracy"]
    with pytest.raises(ag.ShapeError, match=r"ax= holds 1 axes, and 2 are drawn on: give plt.subplots\(1, 2\)\[1\]"):
        pictures.curves(training["history"], ax=places[0])
