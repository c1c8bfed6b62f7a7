"""The main job as a user meets it: train, evaluate, predict, and one clear line for whatever goes wrong."""

import csv
import gzip
import io
import json
import os
import pickle
import re
import shlex
import signal
import subprocess
import sys
import time
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pandas", reason="the command line needs pandas, which is not installed")


import pandas

import autograd as ag
import nn
from nn.app import cli, commands, unfinished
from nn.app.builtin import BUILTIN
from nn.app.settings import SPECIAL, Settings
from tests.nn.conftest import leave_pictures_empty

ROOT = Path(__file__).parents[3]
MNIST = ROOT.parent / "shared" / "data" / "mnist"
# The command in a process of its own; its pictures are empty files.
CHILD = (
    sys.executable,
    "-c",
    "from nn.app import cli, commands; commands._draw = lambda path, _: path.touch(); cli.run()",
)
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"}
QUICK = ("--epochs", "3", "--quiet")
FILES = ["config.json", "confusion.svg", "curves.svg", "history.csv", "model.safetensors"]

FLOWERS = "petal,colour,kind\n" + "".join(
    f"{number % 2 * 3 + number % 5 / 10},{('red', 'blue')[number % 2]},{('rose', 'iris')[number % 2]}\n"
    for number in range(60)
)
HOUSES = "size,city,price\n" + "".join(
    f"{number / 4},{'AB'[number % 2]},{3 * number + 20 * (number % 2) + 0.5}\n" for number in range(60)
)


def names(folder):
    return sorted(path.name for path in Path(folder).iterdir())


def content(folder):
    return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def table(text):
    return list(csv.DictReader(text.splitlines()))


def held_out(text):
    """The lines of the result: from the first that begins with "held-out" to the next empty line but one."""
    return re.search(r"^held-out.*?(?=\n\nsaved|\Z)", text, re.MULTILINE | re.DOTALL)[0].strip()


# ---- what must work --------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("pictures")
def test_digits(command):
    pytest.importorskip("sklearn", reason="needs the extra train")
    trained = command("train", "digits")
    assert (trained.code, trained.err) == (0, "")
    assert re.search(r"digits: 1,797 rows, features: 64 numbers", trained.out)
    assert re.search(
        r"^epoch  1/60  loss \d.*  val_loss \d\.\d+  val_accuracy \d\.\d+  \d+\.\d\d s$", trained.out, re.M
    )
    accuracy = float(re.search(r"held-out accuracy (\d\.\d+) ", trained.out)[1])
    assert accuracy >= 0.97
    assert re.search(r"^trained \d+ epochs in \d+\.\d s", trained.out, re.M)
    assert "saved in runs" in trained.out
    assert names("runs") == ["digits"]
    assert names("runs/digits") == FILES

    config = json.loads(Path("runs/digits/config.json").read_text(encoding="utf-8"))
    assert round(config["result"]["accuracy"], 4) == accuracy
    assert nn.load("runs/digits/model.safetensors")(np.zeros((1, 64))).shape == (1, 10)
    history = nn.History.load("runs/digits/history.csv")
    assert history.columns == ["epoch", "learning_rate", "loss", "accuracy", "val_loss", "val_accuracy"]

    evaluated = command("evaluate", "runs/digits")
    assert evaluated.code == 0
    assert held_out(evaluated.out) == held_out(trained.out)
    assert "true \\ predicted" in evaluated.out


@pytest.mark.parametrize("name", BUILTIN)
def test_every_builtin_trains_evaluates_and_predicts(name, command):
    if name != "xor":
        pytest.importorskip("sklearn", reason="needs the extra train")
    trained = command("train", name, *QUICK)
    assert (trained.code, trained.err) == (0, "")
    assert held_out(command("evaluate", f"runs/{name}").out) == held_out(trained.out)
    numbers, _, columns, _, classes = BUILTIN[name].parts()
    Path("new.csv").write_text(
        "\n".join([",".join(f'"{column}"' for column in columns), *(",".join(map(str, row)) for row in numbers[:5])])
    )
    predicted = command("predict", f"runs/{name}", "new.csv", "-o", "predictions.csv")
    assert (predicted.code, predicted.err) == (0, "")
    rows = table(Path("predictions.csv").read_text(encoding="utf-8"))
    assert len(rows) == 5
    assert list(rows[0]) == ["prediction", *(f"probability_{each}" for each in classes)]


@pytest.mark.skipif(not MNIST.is_dir(), reason="the MNIST files are not beside the checkout")
def test_mnist(command):
    trained = command("train", MNIST, "--epochs", "5")
    assert (trained.code, trained.err) == (0, "")
    assert "2,000 held out (the last 2,000 rows)" in trained.out
    assert float(re.search(r"held-out accuracy (\d\.\d+) ", trained.out)[1]) >= 0.94
    assert held_out(command("evaluate", "runs/mnist").out) == held_out(trained.out)


@pytest.mark.usefixtures("pictures")
def test_a_csv_file_of_classes(command):
    Path("flowers.csv").write_text(FLOWERS)
    trained = command("train", "flowers.csv", "--target", "kind", "--epochs", "30")
    assert (trained.code, trained.err) == (0, "")
    assert "flowers: 60 rows, features: 1 number and 1 with categories" in trained.out
    assert "classification of 'kind' into 2 classes ('kind' holds texts)" in trained.out
    assert "held-out accuracy 1.0000 (12 of 12 rows)" in trained.out
    assert names("runs/flowers") == FILES
    Path("new.csv").write_text('colour,unknown,petal\nred,1,0.1\n"blue",2,3.2\ngreen,3,3.2\n')
    predicted = command("predict", "runs/flowers", "new.csv", "-o", "out.csv")
    assert predicted.code == 0
    assert "columns that training did not use are left out: unknown" in predicted.err
    assert "training saw no green in column 'colour'" in predicted.err
    rows = table(Path("out.csv").read_text())
    assert [row["prediction"] for row in rows[:2]] == ["rose", "iris"]
    for row in rows:
        assert float(row["probability_rose"]) + float(row["probability_iris"]) == pytest.approx(1, abs=1e-5)


@pytest.mark.usefixtures("pictures")
def test_a_csv_file_of_values(command):
    Path("houses.csv").write_text(HOUSES)
    trained = command(
        "train", "houses.csv", "--target", "price", "--out", "here", "--hidden", "none", "--epochs", "300"
    )
    assert (trained.code, trained.err) == (0, "")
    assert "regression of 'price' ('price' holds 60 different numbers; or --task classification)" in trained.out
    assert "network  the mean of 8 networks 3-1 (linear), 4 parameters" in trained.out
    assert float(re.search(r"held-out R² (\S+),", trained.out)[1]) > 0.95
    assert re.search(r"^epoch .*  r2 \S+  mae \S+  val_loss \S+  val_r2 \S+  val_mae ", trained.out, re.M)
    assert names("here") == [name for name in FILES if name != "confusion.svg"]
    assert not Path("runs").exists()
    assert held_out(command("evaluate", "here").out) == held_out(trained.out)
    rows = table(command("predict", "here", "houses.csv").out)  # with the target's column, and to the screen
    assert float(rows[30]["prediction"]) == pytest.approx(90.5, abs=15)


def test_task_overrides(command):
    Path("houses.csv").write_text(HOUSES.replace("price", "p").replace(".5\n", "\n"))
    assert command("train", "houses.csv", "--target", "p", "--task", "classification", *QUICK).code == 2  # 60 classes
    Path("yes.csv").write_text("x,y\n" + "".join(f"{n},{n % 2}\n" for n in range(60)))
    assert "into 2 classes" in command("train", "yes.csv", "--target", "y", "--epochs", "2").out
    trained = command("train", "yes.csv", "--target", "y", "--task", "regression", "--epochs", "2", "--overwrite")
    assert "regression of 'y' (as --task says)" in trained.out
    assert command("evaluate", "runs/yes").code == 0


@pytest.mark.usefixtures("pictures")
def test_images_from_idx_files(command, idx_bytes):
    images = np.random.default_rng(0).integers(0, 256, (60, 3, 2)).astype(np.uint8)
    labels = (images[:, 0, 0] > 128).astype(np.uint8)
    Path("photos").mkdir()
    Path("photos/t10k-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx_bytes(images)))
    Path("photos/t10k-labels-idx1-ubyte").write_bytes(idx_bytes(labels))
    trained = command("train", "photos", *QUICK)
    assert (trained.code, trained.err) == (0, "")
    assert held_out(command("evaluate", "runs/photos").out) == held_out(trained.out)
    Path("new.idx").write_bytes(idx_bytes(images[:4]))
    from_idx = command("predict", "runs/photos", "new.idx")
    header = ",".join(f"pixel_{row}_{column}" for row in range(3) for column in range(2))
    Path("new.csv").write_text("\n".join([header, *(",".join(map(str, image.ravel())) for image in images[:4])]))
    assert from_idx.out == command("predict", "runs/photos", "new.csv").out
    Path("other.idx").write_bytes(idx_bytes(images[:, :2]))
    assert "other.idx holds images of 4 pixels; this run expects the columns pixel_0_0" in (
        command("predict", "runs/photos", "other.idx").err
    )


def test_the_same_seed_gives_the_same_files(command):
    for out in ("a", "b"):
        assert command("train", "xor", "--out", out, *QUICK).code == 0
    assert content("a") == content("b")
    assert command("train", "xor", "--out", "c", "--seed", "1", *QUICK).code == 0
    assert content("a")["model.safetensors"] != content("c")["model.safetensors"]


@pytest.mark.usefixtures("pictures")
def test_pictures(command):
    command("train", "xor", *QUICK)
    for name in ("curves.svg", "confusion.svg"):
        texts = {
            "".join(element.itertext()) for element in ET.parse(f"runs/xor/{name}").iter() if element.tag[-4:] == "text"
        }
        if name == "curves.svg":
            assert {"epoch", "cross-entropy", "accuracy", "training", "validation"} <= texts
        else:
            assert {"true class", "predicted class", "same sign", "different signs"} <= texts


@pytest.mark.usefixtures("pictures")
def test_awkward_class_names(command):
    kinds = ("$a$ & <b>", "日本", "x" * 60)
    Path("kinds.csv").write_text("x,kind\n" + "".join(f"{n % 3},{kinds[n % 3]}\n" for n in range(60)), encoding="utf-8")
    trained = command("train", "kinds.csv", "--target", "kind", *QUICK)
    assert (trained.code, trained.err) == (0, "")
    assert "$a$ & <b>" in Path("runs/kinds/config.json").read_text(encoding="utf-8")
    ET.parse("runs/kinds/confusion.svg")


@pytest.mark.usefixtures("pictures")
def test_many_classes(command):
    Path("many.csv").write_text("x,kind\n" + "".join(f"{n % 30},k{n % 30}\n" for n in range(300)))
    trained = command("train", "many.csv", "--target", "kind", *QUICK)
    assert trained.code == 0
    assert "of 30 classes, most often confused:" in trained.out


OPTIONS = {
    "model": ("mlp", "mlp"),
    "hidden": ("8,4", [8, 4]),
    "activation": ("sigmoid", "sigmoid"),
    "optimizer": ("sgd", "sgd"),
    "learning_rate": ("0.5", 0.5),
    "weight_decay": ("0", 0.0),
    "label_smoothing": ("0.2", 0.2),
    "noise": ("0.1", 0.1),
    "batch_size": ("7", 7),
    "epochs": ("2", 2),
    "patience": ("0", 0),
    "members": ("3", 3),
}


def test_every_setting_is_an_option(command):
    assert set(OPTIONS) == set(Settings.__dataclass_fields__)
    words = [word for name, (text, _) in OPTIONS.items() for word in (f"--{name.replace('_', '-')}", text)]
    assert command("train", "xor", *words).code == 0
    training = json.loads(Path("runs/xor/config.json").read_text(encoding="utf-8"))["training"]
    for name, (_, value) in OPTIONS.items():
        assert training[name] == value


@pytest.mark.parametrize("optimizer", nn.OPTIMIZERS)
def test_every_optimizer_that_is_offered_trains(optimizer, command):
    trained = command("train", "xor", "--optimizer", optimizer, "--epochs", "10", "--quiet")
    assert (trained.code, trained.err) == (0, "")
    losses = nn.History.load("runs/xor/history.csv")["loss"]
    assert losses[-1] < 0.8 * losses[0]


def test_another_optimizer_has_another_learning_rate(command):
    command("train", "xor", "--optimizer", "sgd", *QUICK)
    assert nn.History.load("runs/xor/history.csv")["learning_rate"] == [0.02] * 3


@pytest.mark.parametrize("words", [(), ("train",), ("evaluate",), ("predict",)])
@pytest.mark.parametrize("columns", [40, 80, 120])
def test_help(words, columns, command, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(columns))
    if columns == 40 and words != ("train",):
        pytest.skip("argparse writes the options of a usage line one below the other, however far to the right")
    helped = command(*words, "--help")
    assert (helped.code, helped.err) == (0, "")
    assert "python -m nn" in helped.out
    assert max(map(len, helped.out.splitlines())) <= columns
    if words == ("train",):
        for name in (
            *BUILTIN,
            *(f"--{option.replace('_', '-')}" for option in OPTIONS),
            *SPECIAL,
            "--target",
            "--seed",
        ):
            assert re.search(name.replace(" ", r"\s+"), helped.out)
    if words == ("predict",):
        assert "pixel_0_0" in helped.out


def test_of_several_ranks_the_first_tells_what_words_are_wrong(command, monkeypatch):
    for words in (("train", "--help"), ("trian",), ("train", "iris", "--bogus"), ("--bogus",)):
        alone = command(*words)
        monkeypatch.setenv("PMI_SIZE", "2")
        for rank, told in (("0", (alone.out, alone.err)), ("1", ("", ""))):
            monkeypatch.setenv("PMI_RANK", rank)
            found = command(*words)
            assert (found.code, (found.out, found.err)) == (alone.code, told)
        monkeypatch.delenv("PMI_RANK")


def test_the_version(command):
    assert command("--version").out == f"gradbook {ag.__version__}\n"


def test_explain_is_the_engines_own_command(command, monkeypatch):
    monkeypatch.delitem(sys.modules, "autograd.__main__", raising=False)  # as in a process that has not imported it
    monkeypatch.setenv("PYTHONSAFEPATH", "1")  # which the command sets, and this process is not to keep
    words = ("tanh(a*b + c)", "a=2", "b=-3", "c=10", "--wrt", "a")
    line = [sys.executable, "-m", "autograd", *words]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    theirs = subprocess.run(line, env=environment, capture_output=True, text=True, check=True, encoding="utf-8")
    ours = command("explain", *words)
    assert (ours.code, ours.out) == (0, theirs.stdout)
    assert "explain" in command("--help").out
    assert command("explain", "a +", "a=1").code == 2


def test_the_console_script_is_this_command():
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    module, _, name = scripts["gradbook"].partition(":")
    line = f"import sys; sys.argv[0] = '/bin/gradbook'; from {module} import {name}; {name}()"
    for words, code, text in ((("--help",), 0, "usage: gradbook"), (("train",), 2, "see gradbook train --help")):
        done = subprocess.run(
            [sys.executable, "-c", line, *words], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == code
        assert text in done.stdout + done.stderr


def test_quiet_prints_the_result_alone(command):
    trained = command("train", "xor", *QUICK)
    assert trained.out.startswith("held-out accuracy")
    assert trained.out.endswith("history.csv, model.safetensors\n")


def test_unusual_output_places(command):
    assert command("train", "xor", "--out", "a folder/größe", *QUICK).code == 0
    assert command("evaluate", "a folder/größe").code == 0
    Path("empty").mkdir()
    assert command("train", "xor", "--out", "empty", *QUICK).code == 0
    assert names("empty") == FILES


def test_overwrite(command):
    command("train", "xor", *QUICK)
    before = content("runs/xor")
    refused = command("train", "xor", "--seed", "1", *QUICK)
    assert refused.code == 2
    assert re.fullmatch(r"error: .*xor already exists; pass --overwrite .*\n", refused.err)
    assert content("runs/xor") == before
    assert command("train", "xor", "--seed", "1", "--overwrite", *QUICK).code == 0
    assert content("runs/xor") != before
    assert names("runs") == ["xor"]


def test_a_run_that_diverges_names_no_line_of_ours(command):
    """The place of a number that is not finite is the caller's, and a command line is nobody's."""
    Path("houses.csv").write_text(HOUSES)
    words = ["train", "houses.csv", "--target", "price", "--optimizer", "sgd", "--learning-rate", "1e30", *QUICK]
    done = subprocess.run([sys.executable, "-m", "nn", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "the first value that is not finite; input 0: " in done.stderr
    assert ".py" not in done.stderr


def test_a_run_that_diverges_leaves_the_older_one(command):
    Path("houses.csv").write_text(HOUSES)
    command("train", "houses.csv", "--target", "price", *QUICK)
    before = content("runs/houses")
    options = ("--optimizer", "sgd", "--learning-rate", "1e30", "--hidden", "none", "--overwrite")
    diverged = command("train", "houses.csv", "--target", "price", *options)
    assert diverged.code == 2
    assert re.fullmatch(
        r"error: the loss became \S+ in epoch \d+, step \d+; try a smaller learning rate .*\n", diverged.err
    )
    assert content("runs/houses") == before
    assert names("runs") == ["houses"]


def test_a_full_disk_leaves_the_older_run(command, monkeypatch):
    command("train", "xor", *QUICK)
    before = content("runs/xor")

    def full(*_):
        raise OSError(28, "No space left on device", "model.safetensors")

    for module in (commands, unfinished):
        monkeypatch.setattr(module, "save", full)
    outcome = command("train", "xor", "--overwrite", *QUICK)
    assert (outcome.code, outcome.err.splitlines()[-1]) == (2, "error: model.safetensors: No space left on device")
    assert content("runs/xor") == before
    assert names("runs") == ["xor"]


@pytest.mark.usefixtures("pictures")
@pytest.mark.parametrize(
    ("drawing", "picture", "error"),
    [
        ("curves", "curves.svg", ImportError("matplotlib is gone")),
        ("confusion_of_counts", "confusion.svg", OSError(28, "No space left")),
        ("_steps", "steps.html", RuntimeError("dot fell over")),
        ("curves", "curves.svg", MemoryError()),
    ],
)
def test_a_picture_that_fails_costs_the_picture_alone(drawing, picture, error, command, monkeypatch):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(commands, drawing, fail)
    outcome = command("train", "xor", "--html", *QUICK)
    assert (outcome.code, outcome.err) == (0, f"note: {picture} could not be drawn: {str(error) or 'MemoryError'}\n")
    assert names("runs/xor") == sorted({*FILES, "steps.html"} - {picture})
    assert command("evaluate", "runs/xor").code == 0


def test_what_to_do_where_memory_is_short(command, monkeypatch):
    def fail(*_, **__):
        raise MemoryError

    monkeypatch.setattr(commands, "prepare", fail)
    outcome = command("train", "xor", *QUICK)
    assert (outcome.code, outcome.err) == (
        2,
        "error: there is not enough memory; use fewer rows or a smaller network\n",
    )


@pytest.mark.usefixtures("pictures")
def test_a_picture_that_fails_halfway_leaves_no_half(command, monkeypatch):
    def half(_drawn, path, _title):
        path.write_text("<svg")
        raise RuntimeError("dot fell over")

    monkeypatch.setattr(commands, "save_figure", half)
    assert command("train", "xor", *QUICK).code == 0
    assert names("runs/xor") == [name for name in FILES if not name.endswith(".svg")]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell that closes streams")
@pytest.mark.parametrize("closed", [">&-", "| head -n 2 > seen"])
def test_a_run_is_saved_though_nobody_reads(closed, command):
    line = f"{shlex.join(CHILD)} train xor --epochs 40 --patience 0 {closed}"
    done = subprocess.run(["sh", "-c", line], env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert (done.stderr, done.stdout) == ("", "")
    for _ in range(600):  # a pipe's last program ends before the first
        if Path("runs/xor").is_dir() and names("runs") == ["xor"]:
            break
        time.sleep(0.1)
    assert names("runs/xor") == FILES
    assert len(nn.History.load("runs/xor/history.csv")) == 40


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell that closes streams")
@pytest.mark.parametrize("words", ["predict runs/xor -", "evaluate runs/xor --json"])
def test_a_result_is_not_lost_where_the_output_is_closed(words, command):
    command("train", "xor", *QUICK)
    for to, code in ((">&-", 2), ("> /dev/null", 0)):
        line = f"(echo x1,x2; echo 0,1) | {shlex.join(CHILD)} {words} {to}"
        done = subprocess.run(["sh", "-c", line], env=ENVIRONMENT, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr
        closed = "error: the standard output is closed, and the result goes there: leave out >&-\n"
        assert done.stderr == (closed if code else "")


@pytest.mark.parametrize("missing", [("safetensors",), ("sklearn",), ("sklearn", "safetensors")])
def test_a_missing_extra_is_named_before_training(missing, command, monkeypatch):
    for name in list(sys.modules):
        if name.partition(".")[0] in missing:
            monkeypatch.delitem(sys.modules, name)
    for name in missing:
        monkeypatch.setitem(sys.modules, name, None)
    outcome = command("train", "digits")
    assert (outcome.code, outcome.out) == (2, "")
    shown = " and ".join("scikit-learn" if name == "sklearn" else name for name in missing)
    verb = "is" if len(missing) == 1 else "are"
    assert outcome.err == f"error: {shown} {verb} not installed; {ag.installing('train')}\n"
    assert names(".") == []


@pytest.mark.usefixtures("pictures")
def test_without_matplotlib_a_run_has_no_pictures(command, monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    outcome = command("train", "xor", *QUICK)
    assert outcome.code == 0
    assert [line.rpartition(": ")[0] for line in outcome.err.splitlines()] == [
        f"note: {name}.svg could not be drawn" for name in ("curves", "confusion")
    ]
    assert "matplotlib is not installed" in outcome.err
    assert names("runs/xor") == [name for name in FILES if not name.endswith(".svg")]


def test_a_moved_file_can_still_be_evaluated(command):
    Path("flowers.csv").write_text(FLOWERS)
    command("train", "flowers.csv", "--target", "kind", *QUICK)
    Path("flowers.csv").rename("moved.csv")
    outcome = command("evaluate", "runs/flowers", "--data", "moved.csv")
    assert (outcome.code, outcome.err) == (0, "")
    assert "12 of 60 rows held out" in outcome.out


def test_predictions_can_be_replaced_when_asked(command):
    command("train", "xor", *QUICK)
    Path("new.csv").write_text("x2,x1\n0.5,0.5\n")
    Path("out.csv").write_text("old")
    outcome = command("predict", "runs/xor", "new.csv", "-o", "out.csv", "--overwrite")
    assert (outcome.code, outcome.out) == (0, "1 prediction of 'signs' in out.csv\n")
    assert Path("out.csv").read_text().startswith("prediction,probability_same sign,probability_different signs\n")


MESSY = "Id;sold;size;kind;price\n" + "".join(
    f"{n};{n % 28 + 1}.{n % 12 + 1}.2020;{'' if n % 9 == 0 else f'{n * 37 % 61},5'};{['flat', 'house', ''][n % 3]};"
    f"$ {n * 37 % 61 * 1000 + n % 3 * 9000}\n"
    for n in range(1, 200)
)


@pytest.fixture
def messy(command):
    Path("houses.csv").write_text(MESSY)
    trained = command("train", "houses.csv", "--target", "price", "--epochs", "30", "--test-size", "0.25")
    assert (trained.code, trained.err) == (0, "")
    return trained


def test_a_table_as_people_have_them(messy, command):
    lines = messy.out.splitlines()
    assert lines[:5] == [
        "file     199 rows, 5 columns; utf-8, separated by semicolons, decimal commas",
        "numbers  1: size",
        "dates    1: sold",
        "category 1: kind",
        "left out Id: counts the rows; or --keep",
    ]
    assert re.fullmatch(r"filled   \d+ missing cells: size 22, kind 66", lines[5])
    assert "50 held out" in messy.out
    assert float(re.search(r"held-out R² (\S+),", messy.out)[1]) > 0.8
    assert held_out(command("evaluate", "runs/houses").out) == held_out(messy.out)


def test_predictions_for_rows_as_people_have_them(messy, command, monkeypatch):
    content = (
        "kind,size,sold,more\nhouse,12.5,5.3.2021,x\ncastle,n/a,?,x\nflat,big,5.3.2021,x\n"
        "1,2,3,4,5\nflat,3.5,5.3.2021,x\n"
    )
    Path("new.csv").write_text(content)
    predicted = command("predict", "runs/houses", "new.csv")
    assert predicted.code == 0
    assert predicted.err.splitlines() == [
        "note: row 4 has more cells than the header, and is not predicted",
        "note: column 'size' holds no number in row 3: 'big'; taken as missing",
        "note: columns that training did not use are left out: more",
        "note: training saw no castle in column 'kind'; taken as none of its categories",
    ]
    rows = predicted.out.splitlines()
    assert [bool(row.strip('"')) for row in rows] == [True, True, True, True, False, True]
    for text in (content.encode(), gzip.compress(content.encode()), content.encode("utf-16")):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
        assert command("predict", "runs/houses", "-").out == predicted.out
    assert command("predict", "runs/houses", "new.csv", "-o", "-").out == predicted.out
    assert not Path("-").exists()
    strict = command("predict", "runs/houses", "new.csv", "--strict")
    assert (strict.code, strict.out) == (2, "")
    assert re.fullmatch(
        r"error: new.csv: row 4 has more cells than the header; column 'size' holds no number in row 3: .*\n",
        strict.err,
    )
    found = json.loads(command("predict", "runs/houses", "new.csv", "--json").out)
    assert [each["prediction"] for each in found] == [float(row) if row.strip('"') else None for row in rows[1:]]
    Path("new.csv").write_text("size,height,sold,kind\nm,m,,\n" + "2.5,1,5.3.2021,flat\n" * 4)
    assert "note: the line after the header holds units or the like" in command("predict", "runs/houses", "new.csv").err


def test_a_run_predicts_tables_of_other_programs(messy, command):
    run = nn.load_run("runs/houses")
    assert repr(run) == f"Predictor({str(Path('runs/houses'))!r}, regression of 'price')"
    table = pandas.read_csv("houses.csv", sep=";", decimal=",")
    Path("new.csv").write_text(MESSY)
    expected = [
        float(row["prediction"])
        for row in csv.DictReader(command("predict", "runs/houses", "new.csv").out.splitlines())
    ]
    np.testing.assert_allclose(run.predict(table[reversed(table.columns)]), expected, rtol=1e-6)
    table["sold"] = pandas.to_datetime(table["sold"], format="%d.%m.%Y")
    np.testing.assert_allclose(run.predict(table), expected, rtol=1e-6)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(run)).predict(table), run.predict(table))
    with pytest.raises(TypeError, match="predicts values, which have no probabilities"):
        run.predict_proba(table)
    np.testing.assert_array_equal(run.predict(table.assign(sold=table["sold"].dt.date)), run.predict(table))
    for wrong, said in (
        (table.drop(columns="size"), "column 'size', which this run was trained on, is missing"),
        (pandas.concat([table, table[["size"]]], axis=1), "column 'size' is there 2 times; keep one"),
        (table.assign(size=[[1]] * len(table)), "column 'size' holds a list in row 1; cells are numbers, dates or"),
    ):
        with pytest.raises(nn.app.datasets.DataError, match=said):
            run.predict(wrong)


def test_rare_classes_are_found(command):
    """0.5 % of the rows: without weights, all of them are taken for the others."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(4000, 2)).round(3)
    rare = np.argsort(np.argsort(x[:, 0] + 0.3 * rng.normal(size=4000))) >= 3980
    pandas.DataFrame({"a": x[:, 0], "b": x[:, 1], "y": np.where(rare, "yes", "no")}).to_csv("rare.csv", index=False)
    trained = command("train", "rare.csv", "--target", "y", "--epochs", "5")
    assert "balance  classes count alike in training: 'yes' has 20 rows (0.5%); or --no-balance" in trained.out
    numbers = json.loads(command("evaluate", "runs/rare", "--json").out)
    assert numbers["balanced_accuracy"] > 0.85
    assert numbers["roc_auc"] > 0.95
    assert np.array(numbers["confusion"]).sum() == numbers["rows"] == 800
    plain = command("train", "rare.csv", "--target", "y", "--epochs", "5", "--no-balance", "--out", "plain")
    assert "balance" not in plain.out.partition("held-out")[0]
    assert json.loads(command("evaluate", "plain", "--json").out)["balanced_accuracy"] < 0.8


# ---- Ctrl-C ----------------------------------------------------------------------------------------------------------


def test_what_is_learnt_is_written_while_training(command, monkeypatch):
    monkeypatch.setattr(unfinished, "TIMES_AS_LONG", 0.0)
    seen = []

    def look(self, trainer):
        written(self, trainer)
        seen.append((names("runs"), len(nn.History.load("runs/xor.unfinished/history.csv"))))

    written = unfinished.Unfinished.on_epoch_end
    monkeypatch.setattr(unfinished.Unfinished, "on_epoch_end", look)
    assert command("train", "xor", *QUICK).code == 0
    assert seen == [(["xor.unfinished"], epochs) for epochs in (1, 2, 3)]
    assert names("runs") == ["xor"]


def test_a_disk_that_is_full_meanwhile_ends_no_training(command, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(unfinished, "write_run", full)
    outcome = command("train", "xor", *QUICK)
    assert outcome.code == 0
    assert outcome.err.count("note: what is learnt cannot be written before the end: ") == 1
    assert names("runs/xor") == FILES


BROKEN_OFF = ("train", "digits", "--epochs", "20", "--patience", "0", "--hidden", "8")
KILLED = getattr(signal, "SIGKILL", None)


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    """The same training with nothing that breaks it off."""
    folder = tmp_path_factory.mktemp("unbroken") / "run"
    with pytest.MonkeyPatch.context() as patch:
        leave_pictures_empty(patch)
        assert cli.main([*BROKEN_OFF, "--quiet", "--out", str(folder)]) == 0
    return content(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL, and Ctrl-C for one process alone")
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, KILLED])
def test_a_run_that_was_broken_off_goes_on_to_the_same_end(ending, unbroken, command):
    with subprocess.Popen([*CHILD, *BROKEN_OFF], env=ENVIRONMENT, stdout=-1, stderr=-1, text=True) as process:
        try:
            lines = []
            while not lines or not lines[-1].startswith("epoch  3/"):
                lines.append(process.stdout.readline())
                assert lines[-1], process.stderr.read()
            process.send_signal(ending)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    left = Path("runs/digits.unfinished" if ending == KILLED else "runs/digits")
    assert names("runs") == [left.name]
    assert "training.safetensors" in names(left)
    evaluated = command("evaluate", left)
    assert "held-out accuracy" in evaluated.out
    assert len(nn.History.load(left / "history.csv")) >= 1
    if ending != KILLED:  # what was learnt is saved, and told
        assert (process.returncode, err) == (130, "")
        assert re.search(r"^interrupted in epoch \d+, step \d+ of \d+$", out, re.M)
        assert re.search(r"^trained \d+ epochs in .* s, interrupted", out, re.M)
        assert re.search(r"^saved in runs.digits: ", out, re.M)
        assert names(left) == [*FILES, "training.safetensors"]
        assert json.loads((left / "config.json").read_text(encoding="utf-8"))["training"]["interrupted"] is True
        assert held_out(evaluated.out) == held_out(out)

    other = command(*BROKEN_OFF, "--resume", "--seed", "1")
    assert (other.code, other.out.count("epoch ")) == (2, 0)
    assert re.fullmatch(
        r"error: \S+ was trained (with another seed|on other rows or columns); repeat its .*\n", other.err
    )
    again = command(*BROKEN_OFF)
    assert again.code == 2
    assert "--resume to go on with it" in again.err or "already exists" in again.err
    resumed = command(*BROKEN_OFF, "--resume")
    assert (resumed.code, resumed.err) == (0, "")
    assert f"going on with the training in {left}" in resumed.out
    assert "epoch  1/20" not in resumed.out
    assert names("runs") == ["digits"]
    assert names("runs/digits") == FILES
    for name in ("model.safetensors", "history.csv"):
        assert content("runs/digits")[name] == unbroken[name]
    complete = command(*BROKEN_OFF, "--resume")
    assert (complete.code, complete.out) == (2, "")
    assert "digits is complete, so there is nothing to resume" in complete.err


def test_nothing_to_resume_begins_anew(command):
    assert command("train", "xor", "--resume", *QUICK).code == 0
    assert names("runs/xor") == FILES


def test_ctrl_c_before_training_saves_nothing(command, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "open_dataset", interrupted)
    outcome = command("train", "xor")
    assert (outcome.code, outcome.err) == (130, "interrupted; nothing was saved\n")


def test_a_reader_that_goes_away_is_no_error():
    command_line = [sys.executable, "-m", "nn", "train", "--help"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command_line, env=environment, stdout=-1, stderr=-1) as process:
        process.stdout.close()
        err = process.stderr.read()
    assert b"Traceback" not in err


@pytest.mark.usefixtures("pictures")
@pytest.mark.parametrize(
    ("data", "words", "loss"),
    [("iris", (), "loss"), ("diabetes", ("--members", "3"), "loss of the first of 3 networks")],
)
def test_a_page_of_one_rows_loss(data, words, loss, command):
    pytest.importorskip("sklearn", reason="needs the extra train")
    pytest.importorskip("graphviz", reason="pictures need gradbook[viz]")
    assert command("train", data, *QUICK, *words, "--html").code == 0
    page = Path(f"runs/{data}/steps.html").read_text(encoding="utf-8")
    assert "targets" in page
    described = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)[1])
    labels = [node["name"] for node in described["nodes"]]
    assert {"inputs", loss, "0.weight"} <= set(labels)
    assert "0: Linear" in page  # modules are boxes around what they compute
    assert command("evaluate", f"runs/{data}").code == 0
    assert command("train", data, *QUICK, "--overwrite").code == 0
    assert "steps.html" not in names(f"runs/{data}")
