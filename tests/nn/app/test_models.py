"""``--model``: networks of convolutions on images, and networks that spell the lines of a text."""

import csv
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pandas", reason="the command line needs pandas, which is not installed")
pytest.importorskip("sklearn", reason="the command line needs scikit-learn, which is not installed")

import pandas

import nn
from nn.app.datasets import DataError
from nn.app.lines import IGNORED, load_lines
from nn.app.networks import SPELLERS

WORDS = ["anna", "ben", "clara", "dan", "eva", "finn", "gina", "hugo"] * 6
QUICK = ("--epochs", "2", "--out", "run", "--quiet")


def bars(shape, count=30):
    """Images with a bright row or a bright column."""
    images = np.zeros((count, *shape), np.uint8)
    for number, image in enumerate(images):
        image[(slice(None), number % shape[1]) if number % 2 else number % shape[0]] = 200
    return images, (np.arange(count) % 2).astype(np.uint8)


def test_convolutions_learn_images_and_are_used_as_any_run(command, idx_bytes, tmp_path):
    images, labels = bars((6, 5), 60)
    (tmp_path / "bars").mkdir()
    (tmp_path / "bars" / "t10k-images-idx3-ubyte").write_bytes(idx_bytes(images))
    (tmp_path / "bars" / "t10k-labels-idx1-ubyte").write_bytes(idx_bytes(labels))
    settings = ("--hidden", "4,3", "--epochs", "30", "--learning-rate", "0.01", "--batch-size", "8", "--patience", "0")
    trained = command("train", "bars", "--model", "cnn", *settings, "--noise", "0", "--out", "run")
    assert (trained.code, trained.err) == (0, "")
    assert "network  cnn 30-4-3-2 relu, " in trained.out
    assert "held-out accuracy 1.0000 (12 of 12 rows)" in trained.out
    assert command("evaluate", "run").out.split("\n\n", 1)[1].strip() in trained.out
    run = nn.load_run("run")
    assert [type(layer).__name__ for layer in run.model] == [
        *("Images", "Conv2d", "ReLU", "MaxPool2d", "Conv2d", "ReLU", "MaxPool2d", "Flatten", "Linear")
    ]
    (tmp_path / "new").write_bytes(idx_bytes(images[:4]))
    rows = list(csv.DictReader(io.StringIO(command("predict", "run", "new").out)))
    assert [row["prediction"] for row in rows] == ["0", "1", "0", "1"]
    unfinished = command("train", "bars", "--model", "cnn", "--hidden", "4,4", "--out", "run", "--resume")
    assert unfinished.code == 2


def test_pictures_in_colour(command, tmp_path):
    image = pytest.importorskip("PIL.Image", reason="pictures need Pillow, which is not installed")
    pictures, labels = bars((6, 5, 3), 24)
    for number, (picture, label) in enumerate(zip(pictures, labels, strict=True)):
        (tmp_path / "folder" / str(label)).mkdir(parents=True, exist_ok=True)
        image.fromarray(picture).save(tmp_path / "folder" / str(label) / f"{number}.png")
    assert command("train", "folder", "--model", "cnn", *QUICK).code == 0
    assert nn.load_run("run").model[0].config() == {"height": 6, "width": 5, "channels": 3}
    assert command("predict", "run", "folder/1/1.png").code == 0


@pytest.mark.parametrize("model", SPELLERS)
def test_networks_spell_lines(model, command, tmp_path):
    (tmp_path / "words.txt").write_text("\n".join([*WORDS, " ", ""]), encoding="utf-8")
    hidden = "16,16" if model == "transformer" else "12"
    trained = command(
        *("train", "words.txt", "--model", model, "--hidden", hidden, "--epochs", "40", "--learning-rate", "0.03"),
        *("--patience", "0", "--out", "run"),
    )
    assert (trained.code, trained.err) == (0, "")
    assert "lines    48 of up to 5 characters, 15 different ones" in trained.out
    again = json.loads(command("evaluate", "run", "--json").out)
    # Of a name's characters the first alone cannot be told, so ln 8 nats of each line.
    dataset = load_lines(Path("words.txt"))
    assert re.search(r"held-out accuracy \S+ \(\d+ of \d+ characters\)", trained.out)
    held_out = nn.load_run("run").run.held_out
    characters = int((dataset.target[held_out] != IGNORED).sum())
    assert again["rows"] == characters
    assert 0.8 < again["loss"] * characters / (len(held_out) * np.log(8)) < 1.5
    (tmp_path / "new.txt").write_text("  cla\nhugo\nann", encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(command("predict", "run", "new.txt").out)))
    assert [row["prediction"] for row in rows] == ["r", "end of line", "a"]
    assert sum(float(row) for name, row in rows[0].items() if name != "prediction") == pytest.approx(1, abs=1e-4)
    for line, said in (("Anna", "line 1 holds 'A', which no line"), ("aaaaaaa", "line 1 has 7 characters; those")):
        with pytest.raises(DataError, match=said):
            nn.load_run("run").predict(pandas.DataFrame({"line": [line]}))
    predict = nn.load_run("run").predict
    missing = predict(pandas.DataFrame({"line": ["", None, float("nan")]}))
    assert (missing == missing[0]).all()  # not what comes after "None" and "nan"
    with pytest.raises(DataError, match="column 'line', which this run was trained on, is missing"):
        predict(pandas.DataFrame({"name": ["anna"]}))
    with pytest.raises(TypeError, match=r"expected a table \(a pandas DataFrame\), got an object of type list"):
        predict(["anna"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("words.txt",), "needs --target COLUMN"),
        (("pairs.csv", "--model", "cnn", "--target", "y"), "--model cnn is for images"),
        (("words.txt", "--model", "gru", "--target", "anna"), "leave them out for text"),
        (("words.txt", "--model", "transformer", "--hidden", "16,32"), "a size for each block, all the same"),
        (("words.txt", "--model", "transformer", "--hidden", "none"), "a size for each block, all the same"),
        (("iris", "--model", "cnn"), "--model cnn is for images"),
        (("digits", "--model", "cnn", "--members", "4"), "--members are networks of --model mlp"),
        (("iris", "--model", "lstm"), "iris is not a text file"),
        (("same.txt", "--model", "lstm", "--activation", "relu"), "--activation is not for lines of text"),
        (("same.txt", "--model", "gru", "--noise", "0.1"), "--noise is not for lines of text"),
        (("same.txt", "--model", "rnn", "--no-balance"), "--balance is not for lines of text; leave it out for rnn"),
        (("nowhere.txt", "--model", "lstm"), "there is no file or folder nowhere.txt; did you mean words.txt?"),
        (("long.txt", "--model", "lstm"), "line 4 has 300 characters; at most 255 are taken"),
        (("few.txt", "--model", "lstm"), "at least 10 are needed"),
        (("same.txt", "--model", "lstm", "--html"), "--html draws every number of a network of linear layers"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(words, said, command, tmp_path):
    (tmp_path / "words.txt").write_text("\n".join(WORDS), encoding="utf-8")
    (tmp_path / "long.txt").write_text("\n".join([*WORDS[:1], " " * 400 + "a", "a" * 290, "a" * 300]), encoding="utf-8")
    (tmp_path / "pairs.csv").write_text("x,y\n" + "1,2\n2,3\n" * 20, encoding="utf-8")
    (tmp_path / "few.txt").write_text("a\nb", encoding="utf-8")
    (tmp_path / "same.txt").write_text("a\n" * 20, encoding="utf-8")
    refused = command("train", *words, *QUICK)
    assert (refused.code, refused.out) == (2, "")
    assert said in refused.err
    assert refused.err.count("\n") == 1


# Changes to config.json, none of which fits the rest.
DAMAGES = [
    {"training": ("hidden", [13])},
    {"training": ("hidden", [2**40])},
    {"training": ("model", "gru")},
    {"training": ("model", "transformer")},
    {"training": ("hidden", "12")},
    {"preprocessing": ("places", 2**40)},
    {"preprocessing": ("places", 1)},
    {"network": ("layers", [])},
    {"network": ("layers", [{"kind": "Linear", "in_features": 15, "out_features": 15}])},
    {"preprocessing": ("target", {"name": "y"})},
]


def test_a_run_whose_parts_do_not_fit_is_refused(command, tmp_path):
    (tmp_path / "words.txt").write_text("\n".join(WORDS), encoding="utf-8")
    assert command("train", "words.txt", "--model", "rnn", "--hidden", "12", *QUICK).code == 0
    path = Path("run/config.json")
    whole = path.read_text(encoding="utf-8")
    for damage in DAMAGES:
        config = json.loads(whole)
        for name, (key, value) in damage.items():
            config[name][key] = value
        path.write_text(json.dumps(config), encoding="utf-8")
        refused = command("evaluate", "run")
        assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1), damage
