"""Bad input to the main job: one clear line each, exit code 2, and nothing changed on the disk."""

import gzip
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

import nn
from nn.app import cli
from tests.nn.conftest import leave_pictures_empty

ROOT = Path(__file__).parents[3]

FLOWERS = "petal,colour,kind\n" + "".join(
    f"{number % 2 * 3 + number % 5 / 10},{('red', 'blue')[number % 2]},{('rose', 'iris')[number % 2]}\n"
    for number in range(60)
)

BAD_TRAIN = {
    "nothing asked for": ([], "the following arguments are required: COMMAND"),
    "unknown command": (["tran"], "invalid choice: 'tran'"),
    "no data set": (["train"], "the following arguments are required: DATA"),
    "unknown option": (["train", "xor", "--epoch-count", "3"], "unrecognized arguments: --epoch-count"),
    "unknown data set": (["train", "digitz"], "no data set is called 'digitz'.*did you mean digits\\?"),
    "missing file": (["train", "no.csv", "--target", "y"], "there is no file or folder no.csv"),
    "missing folder": (["train", "no/folder"], "there is no file or folder no"),
    "no name": (["train", "xor", "--out", Path("/").resolve().anchor, "--overwrite"], "exists and is not a run folder"),
    "empty csv": (["train", "empty.csv", "--target", "y"], "empty.csv is empty"),
    "header only": (["train", "header.csv", "--target", "y"], r"header.csv has a header \(x, y\) and no rows"),
    "no target given": (["train", "good.csv"], "needs --target COLUMN.*its columns are petal, colour, kind"),
    "missing target": (
        ["train", "good.csv", "--target", "price"],
        "no column 'price'.*its columns are petal, colour, kind",
    ),
    "not a number": (
        ["train", "text.csv", "--target", "x"],
        r"the target 'x' is not a number in row 4: 'three' \(98% of",
    ),
    "infinity": (["train", "inf.csv", "--target", "x"], r"not a number in row 4: 'inf' \(infinite, or"),
    "ragged": (["train", "ragged.csv", "--target", "y"], r"10 of its lines have more cells than its header"),
    "several problems": (
        ["train", "good.csv", "--target", "price", "--ignore", "id", "--keep", "petals"],
        r"3 problems: \(1\) has no column 'price' .* \(3\) has no column 'petals' \(--keep\); did you mean petal\?",
    ),
    "no such encoding": (["train", "good.csv", "--target", "kind", "--encoding", "x"], "no encoding is called 'x'"),
    "test size": (["train", "xor", "--test-size", "1"], "argument --test-size: expected a number between 0 and 1"),
    "one class": (["train", "one.csv", "--target", "y"], "the target 'y' has one class only, 'a'"),
    "text regression": (
        ["train", "good.csv", "--target", "kind", "--task", "regression"],
        "is not a number in row 1: 'rose'",
    ),
    "few rows": (["train", "few.csv", "--target", "y"], "few has 3 rows; at least 10 are needed"),
    "not in that encoding": (
        ["train", "latin.csv", "--target", "y", "--encoding", "utf-8"],
        "latin.csv is not text in utf-8 .*name its encoding with --encoding",
    ),
    "html as csv": (["train", "page.csv", "--target", "y"], "page.csv is an HTML page"),
    "target of a builtin": (["train", "xor", "--target", "y"], "are for CSV files; leave them out for the built-in"),
    "folder without idx": (["train", "empty"], "holds no IDX images"),
    "wrong magic": (["train", "magic"], "t10k-images-idx3-ubyte is not an IDX file: it begins with 00 01 02 03"),
    "truncated": (["train", "short"], "t10k-images-idx3-ubyte is truncated"),
    "gz that is html": (["train", "html"], "t10k-images-idx3-ubyte.gz is an HTML page"),
    "gz cut short": (["train", "cut"], "t10k-images-idx3-ubyte.gz is a damaged or truncated gzip file"),
    "counts differ": (
        ["train", "counts"],
        "t10k-images-idx3-ubyte holds 20 images and t10k-labels-idx1-ubyte 19 labels",
    ),
    "one label": (["train", "onelabel"], "the target 'label' has one class only, '5'"),
    "idx file itself": (
        ["train", "short/t10k-images-idx3-ubyte", "--target", "y"],
        "for IDX data pass the folder of its files",
    ),
    "hidden": (["train", "xor", "--hidden", "64,x"], "argument --hidden: expected layer sizes.*got '64,x'"),
    "hidden zero": (["train", "xor", "--hidden", "0"], "argument --hidden: expected layer sizes"),
    "epochs": (["train", "xor", "--epochs", "0"], "argument --epochs: expected a whole number of at least 1, got '0'"),
    "batch size": (["train", "xor", "--batch-size", "2.5"], "argument --batch-size: expected a whole number"),
    "rate": (["train", "xor", "--learning-rate", "nan"], "argument --learning-rate: expected a number above 0"),
    "rate below 0": (["train", "xor", "--learning-rate=-1"], "argument --learning-rate: expected a number above 0"),
    "decay": (["train", "xor", "--weight-decay=-1"], "argument --weight-decay: expected a number of at least 0"),
    "smoothing": (
        ["train", "xor", "--label-smoothing", "1"],
        "argument --label-smoothing: expected a number from 0 to below 1",
    ),
    "seed": (["train", "xor", "--seed=-1"], "argument --seed: expected a whole number of at least 0"),
    "activation": (["train", "xor", "--activation", "swish"], "argument --activation: invalid choice: 'swish'"),
    "optimizer": (["train", "xor", "--optimizer", "lyon"], "argument --optimizer: invalid choice: 'lyon'"),
    "out is a file": (["train", "xor", "--out", "good.csv"], "good.csv exists and is not a folder"),
    "out within a file": (["train", "xor", "--out", "good.csv/run"], "good.csv"),
    "out is another folder": (
        ["train", "xor", "--out", "short", "--overwrite"],
        "short exists and is not a run folder",
    ),
}


@pytest.fixture(scope="module")
def bad_files(tmp_path_factory, idx_bytes):
    folder = tmp_path_factory.mktemp("bad")
    texts = {
        name: "x,y\n" + "".join(f"{cell if n == 3 else n},{n % 2}\n" for n in range(40))
        for name, cell in {"text": "three", "inf": "inf"}.items()
    }
    texts["ragged"] = "x,y\n" + "1,2\n3,4\n5,6\n7,8,9\n" * 10
    texts |= {"empty": "", "header": "x,y\n", "good": FLOWERS, "few": "x,y\n1,a\n2,b\n3,a\n", "page": "<html></html>"}
    texts |= {"one": "x,y\n" + "1,a\n" * 20}
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text)
    (folder / "latin.csv").write_bytes("x,y\n1,é\n".encode("latin-1"))
    images, labels = idx_bytes(np.zeros((20, 2, 2), np.uint8)), idx_bytes(np.arange(20, dtype=np.uint8) % 2)
    page = b"<!DOCTYPE html>\n<html>Not Found</html>"
    files = {
        "magic": ("", b"\0\1\2\3" + images[4:], labels),
        "short": ("", images[:-5], labels),
        "html": (".gz", page, gzip.compress(labels)),
        "cut": (".gz", gzip.compress(images)[:-12], gzip.compress(labels)),
        "counts": ("", images, idx_bytes(np.arange(19, dtype=np.uint8) % 2)),
        "onelabel": ("", images, idx_bytes(np.full(20, 5, np.uint8))),
    }
    (folder / "empty").mkdir()
    for name, (ending, first, second) in files.items():
        (folder / name).mkdir()
        (folder / name / f"t10k-images-idx3-ubyte{ending}").write_bytes(first)
        (folder / name / f"t10k-labels-idx1-ubyte{ending}").write_bytes(second)
    return folder


def tree(folder):
    return {path: path.read_bytes() if path.is_file() else None for path in Path(folder).rglob("*")}


def check_one_line(outcome, message):
    assert outcome.code == 2
    assert outcome.out == ""
    assert re.fullmatch(r"error: [^\n]+\n", outcome.err)
    assert re.search(message, outcome.err)


@pytest.mark.parametrize(("words", "message"), BAD_TRAIN.values(), ids=BAD_TRAIN)
def test_bad_input_to_train(words, message, bad_files, command, tmp_path):
    shutil.copytree(bad_files, tmp_path, dirs_exist_ok=True)
    before = tree(tmp_path)
    check_one_line(command(*words), message)
    assert tree(tmp_path) == before


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with a finished run on flowers.csv and one on xor."""
    folder = tmp_path_factory.mktemp("trained")
    (folder / "flowers.csv").write_text(FLOWERS)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        leave_pictures_empty(patch)
        for words in (["flowers.csv", "--target", "kind"], ["xor"]):
            assert cli.main(["train", *words, "--epochs", "3", "--quiet"]) == 0
    return folder


def damage(path, text):
    return lambda: Path(path).write_text(text)


def edit(path, before, after):
    return lambda: Path(path).write_text(Path(path).read_text().replace(before, after, 1))


def other_network():
    nn.save(nn.MLP(3, [9, 2]), "runs/flowers/model.safetensors")


def with_weights(value):
    def change():
        model = nn.MLP(3, [512, 2])  # of eight networks
        for parameter in model.parameters():
            parameter.data = np.full(parameter.shape, value)
        nn.save(model, "runs/flowers/model.safetensors")

    return change


RUN, CONFIG, NEW = "runs/flowers", "runs/flowers/config.json", "new.csv"
BAD_USE = {
    "no such run": (None, ["evaluate", "runs/flower"], "there is no run runs.flower; did you mean flowers\\?"),
    "no run folder": (None, ["evaluate", "runs"], "runs holds no config.json, so it is not a run folder"),
    "damaged config": (damage(CONFIG, "{"), ["evaluate", RUN], "config.json is damaged"),
    "config without data": (edit(CONFIG, '"kind": "csv"', '"kind": 3'), ["evaluate", RUN], "found again by 3"),
    "config without path": (edit(CONFIG, '"path"', '"pfad"'), ["evaluate", RUN], "config.json is damaged.*'path'"),
    "other rows": (
        edit(CONFIG, 'held_out_rows": [', 'held_out_rows": [999, '),
        ["evaluate", RUN],
        "does not belong to",
    ),
    "other classes": (edit(CONFIG, '["iris", "rose"]', '["rose", "iris"]'), ["evaluate", RUN], "does not belong to"),
    "shapes": (other_network, ["evaluate", RUN], r"'0.weight' has shape \(512, 3\) in MLP and \(9, 3\) in the state"),
    "shapes to predict": (other_network, ["predict", RUN, NEW], "'0.weight' has shape"),
    "NaN weights": (with_weights(np.nan), ["evaluate", RUN], "holds NaN or infinity in '0.weight', so it is damaged"),
    "infinite weights": (with_weights(np.inf), ["predict", RUN, NEW], "holds NaN or infinity in '0.weight'"),
    "large weights": (with_weights(1e38), ["evaluate", RUN], "the network's numbers become too large to compute with"),
    "large weights to predict": (with_weights(3e38), ["predict", RUN, NEW], "numbers become too large to compute with"),
    "damaged model": (damage(f"{RUN}/model.safetensors", "x"), ["predict", RUN, NEW], "not a readable safetensors"),
    "no model": (lambda: Path(RUN, "model.safetensors").unlink(), ["evaluate", RUN], "no checkpoint at"),
    "changed file": (edit("flowers.csv", "red", "pink"), ["evaluate", RUN], "flowers.csv has changed since training"),
    "file gone": (lambda: Path("flowers.csv").unlink(), ["evaluate", RUN], "is not there.*pass --data"),
    "builtin moved": (None, ["evaluate", "runs/xor", "--data", "x.csv"], "--data is for runs on a file or folder"),
    "no input": (None, ["predict", RUN, "no.csv"], "no.csv: No such file or directory"),
    "input is a folder": (None, ["predict", RUN, "runs"], "runs: (Is a directory|Permission denied)"),
    "missing columns": (
        damage(NEW, "petal,x\n1,2\n"),
        ["predict", RUN, NEW],
        r"new.csv lacks 1 of the 2 columns that this run expects: colour \(expected, in any order: petal, colour;",
    ),
    "a cell": (
        damage(NEW, "petal,colour\n1,red\nx,red\n"),
        ["predict", RUN, NEW, "--strict"],
        "new.csv: column 'petal' holds no number in row 2: 'x'",
    ),
    "a cell and a row": (
        damage(NEW, "petal,colour\n1,red\nx,red\n" + "2,red\n" * 20 + "1,red,3\n"),
        ["predict", RUN, NEW, "--strict"],
        "new.csv: row 23 has more cells than the header; column 'petal' holds no number in row 2",
    ),
    "empty input": (damage(NEW, ""), ["predict", RUN, NEW], "new.csv is empty"),
    "output exists": (None, ["predict", RUN, NEW, "-o", "flowers.csv"], "flowers.csv already exists; pass --overwrite"),
    "output is input": (None, ["predict", RUN, NEW, "-o", NEW, "--overwrite"], "new.csv holds the input"),
    "output is a folder": (None, ["predict", RUN, NEW, "-o", "runs", "--overwrite"], "runs already exists"),
    "no output folder": (None, ["predict", RUN, NEW, "-o", "no/out.csv"], "there is no folder no to write out.csv in"),
}


@pytest.mark.parametrize(("change", "words", "message"), BAD_USE.values(), ids=BAD_USE)
def test_bad_input_to_evaluate_and_predict(change, words, message, trained, command, tmp_path):
    shutil.copytree(trained, tmp_path, dirs_exist_ok=True)
    config = Path(tmp_path, CONFIG)
    here = json.dumps(str((tmp_path / "flowers.csv").resolve()))
    config.write_text(config.read_text().replace(json.dumps(str((trained / "flowers.csv").resolve())), here))
    Path(NEW).write_text("petal,colour\n0.1,red\n")
    if change is not None:
        change()
    before = tree(tmp_path)
    check_one_line(command(*words), message)
    assert tree(tmp_path) == before
