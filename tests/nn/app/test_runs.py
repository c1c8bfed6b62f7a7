"""Run folders: complete or not there, never half-written, and read back with care."""

import contextlib
import json
import os
import stat
import time
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

import autograd as ag
import nn
from nn.app.preprocess import Encoding, Preprocessing
from nn.app.runs import Run, RunError, check_free, read_run, write_run
from nn.app.sources import reopen_dataset
from nn.app.target import Target

pytest.importorskip("pandas", reason="tables need pandas, which is not installed")


import pandas

FITTED = Preprocessing(
    numbers=("x",),
    commas=(),
    dates={},
    units=(0.0,),
    center=(0.5,),
    scale=(1 / 3,),
    bend=3.0,
    missing=(),
    categories={"kind": ("a",)},
    rare=(),
    encoded={"name": Encoding(("ö",), ((0.25,),), (0.5,))},
    target=Target("y", ("no", "yes")),
)
ROWS = pandas.DataFrame({"x": [0.0, np.nan], "kind": ["a", "b"], "name": ["ö", None]})
RUN = Run(
    name="made",
    source={"kind": "built-in", "name": "xor", "sha256": "0"},
    held_out=np.array([3, 1, 4]),
    how="by hand",
    preprocessing=FITTED,
    network=nn.training.architecture.describe(nn.MLP(3, [4, 2])),
    training={"epochs": 3},
    result={"accuracy": 0.1 + 0.2},
)


def writer(text="new"):
    def write(folder):
        (folder / "history.csv").write_text(text)
        (folder / "config.json").write_text(RUN.to_json(), encoding="utf-8")

    return write


def failing(folder):
    (folder / "config.json").write_text("half")
    raise OSError(28, "No space left on device")


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def saved(tmp_path):
    write_run(tmp_path / "made", False, writer("old"))
    nn.save(nn.MLP(3, [4, 2], seed=0), tmp_path / "made" / "model.safetensors")
    return tmp_path / "made"


def test_config_keeps_everything():
    again = Run.from_json(RUN.to_json())
    assert again.preprocessing == FITTED
    assert again.to_json() == RUN.to_json()
    assert again.result["accuracy"] == 0.1 + 0.2
    assert again.held_out.tolist() == [3, 1, 4]


def test_config_is_readable():
    assert max(map(len, RUN.to_json().splitlines())) < 140
    assert json.loads(RUN.to_json())["preprocessing"]["encoded"]["name"]["texts"] == ["ö"]


def test_a_run_appears_with_the_folders_above_it(tmp_path):
    check_free(tmp_path / "a" / "b" / "made", overwrite=False)
    place = write_run(tmp_path / "a" / "b" / "made", False, writer())
    assert names(place) == ["config.json", "history.csv"]
    assert names(place.parent) == ["made"]


def test_a_folder_that_cannot_be_made_is_named_as_it_was_typed(tmp_path):
    folder = tmp_path / ("a" * 250)  # what it is built beside has a longer name
    with pytest.raises(OSError, match=r"too long|cannot find") as raised:
        check_free(folder, overwrite=False)
    assert raised.value.filename == str(folder)


def test_a_failure_leaves_nothing(tmp_path):
    with pytest.raises(OSError, match="No space"):
        write_run(tmp_path / "made", False, failing)
    assert names(tmp_path) == []


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_leaves_the_older_run(error, saved):
    def write(folder):
        (folder / "config.json").write_text("half")
        raise error

    with pytest.raises(type(error)):
        write_run(saved, True, write)
    assert names(saved.parent) == ["made"]
    assert (saved / "history.csv").read_text() == "old"
    assert read_run(saved).name == "made"


def test_a_failure_while_moving_puts_the_older_run_back(saved, monkeypatch):
    monkeypatch.setattr("nn.app.runs._free_name", lambda folder: folder / "no" / "such" / "place")
    with pytest.raises(OSError, match="No such file"):
        write_run(saved, True, writer())
    assert names(saved.parent) == ["made"]
    assert (saved / "history.csv").read_text() == "old"


def test_overwriting_replaces_the_run_and_keeps_what_is_not_of_it(saved):
    (saved / "notes.txt").write_text("mine")
    (saved / "extra").mkdir()
    (saved / "extra" / "predictions.csv").write_text("mine")
    assert write_run(saved, True, writer()) == saved
    assert names(saved) == ["config.json", "extra", "history.csv", "notes.txt"]
    assert (saved / "history.csv").read_text() == "new"
    assert (saved / "extra" / "predictions.csv").read_text() == "mine"
    assert names(saved.parent) == ["made"]


@pytest.mark.parametrize("overwrite", [False, True])
def test_a_place_taken_while_training_is_left_alone(overwrite, tmp_path):
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "thesis.txt").write_text("mine")
    (tmp_path / "made-2").write_text("mine too")
    place = write_run(tmp_path / "made", overwrite, writer())
    assert place == tmp_path / "made-3"
    assert names(tmp_path / "made") == ["thesis.txt"]
    assert names(tmp_path) == ["made", "made-2", "made-3"]


def test_an_empty_folder_is_free(tmp_path):
    (tmp_path / "made").mkdir()
    check_free(tmp_path / "made", overwrite=False)
    assert write_run(tmp_path / "made", False, writer()) == tmp_path / "made"


def test_what_is_not_free(saved):
    with pytest.raises(RunError, match=r"made already exists; pass --overwrite to replace it, or --out"):
        check_free(saved, overwrite=False)
    check_free(saved, overwrite=True)
    with pytest.raises(RunError, match=r"history\.csv exists and is not a folder"):
        check_free(saved / "history.csv", overwrite=True)
    assert names(saved.parent) == ["made"]


@pytest.mark.parametrize("config", [None, "", "[]", '{"format": "another program"}'])
def test_another_programs_folder_is_never_overwritten(config, tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    if config is not None:
        (tmp_path / "config.json").write_text(config)
    with pytest.raises(RunError, match="exists and is not a run folder; choose another folder"):
        check_free(tmp_path, overwrite=True)


def edited(*path, value):
    parts = json.loads(RUN.to_json())
    inner = parts
    for key in path[:-1]:
        inner = inner[key]
    if value is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return json.dumps(parts)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "config.json is damaged: Expecting value"),
        (RUN.to_json()[:200], "config.json is damaged"),
        ("[1, 2]", "its format is not 'gradbook-run-3'"),
        ("{}", "'format' is missing"),
        (edited("format", value="gradbook-run-9"), "its format is not 'gradbook-run-3'"),
        (edited("format", value="gradbook-run-2"), "config.json cannot be used: it was written by an earlier version"),
        (edited("preprocessing", value=None), "'preprocessing' is missing"),
        (edited("preprocessing", "center", value=None), "'center' is missing"),
        (edited("preprocessing", "center", value=[1, 2]), "there are 1 numbers in a row and 2 of center"),
        (edited("preprocessing", "categories", value=3), "config.json is damaged"),
        (edited("split", "held_out_rows", value=[]), "held_out_rows must be a list of row numbers"),
        (edited("split", "held_out_rows", value=["a"]), "config.json is damaged"),
        (edited("split", "held_out_rows", value=[-1]), "held_out_rows must be a list of row numbers"),
        (edited("network", value=7), "config.json is damaged"),
        ("\udcff", "config.json is damaged: .*utf-8"),
    ],
)
def test_a_damaged_config(text, message, saved):
    (saved / "config.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(RunError, match=message):
        read_run(saved)


def test_a_missing_run(saved):
    with pytest.raises(RunError, match=r"there is no run .*mode; did you mean made\?"):
        read_run(saved.with_name("mode"))
    with pytest.raises(RunError, match=r"holds no config\.json, so it is not a run folder"):
        read_run(saved.parent)


def test_a_run_that_was_broken_off_is_found_beside_its_place(saved):
    saved.rename(saved.with_name("tables.unfinished"))
    with pytest.raises(
        RunError, match=r"there is no run .*tables: its training was interrupted; .* --resume .*unfinished"
    ):
        read_run(saved.with_name("tables"))


def test_the_network_comes_back(saved):
    model = read_run(saved).model(saved)
    np.testing.assert_array_equal(model.state_dict()["0.weight"], nn.MLP(3, [4, 2], seed=0).state_dict()["0.weight"])


@pytest.mark.parametrize(
    ("network", "message"),
    [
        ({"kind": "MLP", "inputs": 3, "sizes": [4, 2], "activation": "swish"}, "cannot be built: .*swish"),
        ({"kind": "Transformer"}, "cannot be built: 'Transformer' is missing"),
        ({"kind": "MLP", "inputs": 7, "sizes": [4, 2]}, "its network takes 7 and gives 2, its preprocessing gives 3"),
        ({"kind": "MLP", "inputs": 3, "sizes": [4, 9]}, "takes 3 and gives 9"),
        ({"kind": "MLP", "inputs": 3, "sizes": []}, "cannot be built"),
    ],
)
def test_a_config_whose_network_does_not_fit(network, message, saved):
    (saved / "config.json").write_text(edited("network", value=network), encoding="utf-8")
    with pytest.raises(RunError, match=message):
        read_run(saved).model(saved)


def test_a_checkpoint_whose_shapes_do_not_fit(saved):
    nn.save(nn.MLP(3, [5, 2]), saved / "model.safetensors")
    with pytest.raises(nn.StateError, match=r"'0.weight' has shape \(4, 3\) in MLP and \(5, 3\) in the state"):
        read_run(saved).model(saved)
    (saved / "model.safetensors").write_bytes(b"no tensors here")
    with pytest.raises(nn.StateError, match="not a readable safetensors file"):
        read_run(saved).model(saved)
    (saved / "model.safetensors").unlink()
    with pytest.raises(FileNotFoundError, match="no checkpoint at"):
        read_run(saved).model(saved)


HOSTILE = {
    "null": "null",
    "true": "true",
    "a text": '"x"',
    "half a character": '"\\ud800"',
    "an empty list": "[]",
    "a list": "[[1]]",
    "an object": '{"a": {}}',
    "below 0": "-1",
    "a fraction": "0.5",
    "1e400": "1e400",
    "Infinity": "Infinity",
    "NaN": "NaN",
    "400 digits": "1" + 400 * "0",
    "5,000 digits": 5000 * "9",
    "2**63": str(2**63),
    "100,000 lists": 100_000 * "[" + 100_000 * "]",
    "a way out": '"../../x"',
}


def places(value, way=()):
    """The ways to all parts of a JSON value."""
    yield way
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from places(value[key], (*way, key))


CSV = {
    "kind": "csv",
    "path": "made.csv",
    "target": "y",
    "task": "classification",
    "encoding": None,
    "files": {"made.csv": {"bytes": 10, "sha256": "0"}},
}
IDX = {"kind": "idx", "path": "made", "files": {"images-idx3-ubyte": {"bytes": 10, "sha256": "0"}}}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_config_with_anything_anywhere_is_read_or_refused_in_a_line(what, saved, monkeypatch):
    monkeypatch.chdir(saved)
    refusals = []
    for source in (RUN.source, CSV, IDX):
        whole = json.loads(replace(RUN, source=source).to_json())
        for way in places(whole) if source is RUN.source else places(whole["data"], ("data",)):
            parts = json.loads(json.dumps(whole))
            inner = parts
            for key in way[:-1]:
                inner = inner[key]
            if way:
                inner[way[-1]] = "here"
            text = json.dumps(parts).replace('"here"', HOSTILE[what]) if way else HOSTILE[what]
            (saved / "config.json").write_text(text, encoding="utf-8")
            if what in ("Infinity", "NaN"):  # also in parts that no schema looks into
                with pytest.raises(RunError, match=f"{what} is not a JSON number"):
                    read_run(saved)
            try:
                run = read_run(saved)
                run.model(saved)
                run.preprocessing.inputs(ROWS)
                reopen_dataset(run.source)
            except ag.GradbookError as error:
                refusals.append(str(error))
            with contextlib.suppress(RunError):
                check_free(saved, overwrite=True)
    assert len(refusals) > 30
    assert all(len(message) < 600 and "\n" not in message for message in refusals)


def test_a_config_that_is_too_large_is_left_alone(saved):
    with (saved / "config.json").open("r+b") as file:
        file.truncate(2**34)
    tracemalloc.start()
    with pytest.raises(RunError, match=r"config\.json is damaged: it is larger than 67,108,864 bytes"):
        read_run(saved)
    assert tracemalloc.get_traced_memory()[1] < 100e6
    tracemalloc.stop()


@pytest.mark.parametrize(
    "network",
    [
        {"kind": "MLP", "inputs": 3, "sizes": [10**9, 2]},
        {"kind": "MLP", "inputs": 3, "sizes": [10**5, 10**5, 2]},
        {"kind": "MLP", "inputs": 3, "sizes": [1] * 10**6 + [2]},
        {"kind": "MLP", "inputs": 3, "sizes": [4, 2], "dtype": "S1000000000"},
        {"kind": "MLP", "inputs": 3, "sizes": [10**7, 2], "initializer": "he_normal"},
    ],
    ids=["a wide layer", "two wide layers", "a million layers", "a wide dtype", "random numbers"],
)
def test_a_network_beyond_its_checkpoint_is_refused_before_it_is_built(network, saved):
    (saved / "config.json").write_text(edited("network", value=network), encoding="utf-8")
    tracemalloc.start()
    with pytest.raises((RunError, nn.StateError)) as refusal:
        read_run(saved).model(saved)
    assert tracemalloc.get_traced_memory()[1] < 400e6  # the JSON text of a million numbers
    tracemalloc.stop()
    assert "\n" not in str(refusal.value)


def test_a_name_that_is_no_utf8_is_kept(saved):
    run = replace(RUN, name="\udcff", source=CSV | {"path": "/a/\udcff.csv"})
    (saved / "config.json").write_bytes(run.to_json().encode())
    assert read_run(saved).name == "\udcff"
    assert read_run(saved).source["path"] == "/a/\udcff.csv"


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX systems")
def test_overwriting_a_run_opens_it_to_nobody(saved):
    (saved / "config.json").chmod(0o600)
    saved.chmod(0o700)
    place = write_run(saved, True, writer())
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert stat.S_IMODE((place / "config.json").stat().st_mode) == 0o600


def test_what_killed_processes_half_built_is_removed(saved):
    for name, age in ((".made.new-1", 10**5), (".made.new-2", 0), (".made.old-1", 10**5), (".made", 10**5)):
        folder = saved.with_name(name)
        folder.mkdir()
        (folder / "model.safetensors").write_text("half")
        os.utime(folder, (time.time() - age,) * 2)
    write_run(saved, True, writer())
    assert names(saved.parent) == [".made", ".made.new-2", ".made.old-1", "made"]
