"""Every way in for a file from elsewhere: a good file to begin with, how to break it, and who reads it."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import random
import struct
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
from PIL import Image

import autograd.__main__ as autograd_command
import nn
from autograd.learn.expression import names_in
from nn.app import cli
from nn.app.csvfile import read_table
from nn.app.datasets import DataError
from nn.app.experiment import prepare
from nn.app.idx import load_folder, parse_idx
from nn.app.photos import read_picture
from nn.app.preprocess import Preprocessing
from nn.app.report import data_text, network_text
from nn.app.runs import CONFIG, MODEL, Run
from nn.app.settings import settings_for
from nn.app.sources import open_dataset
from nn.app.tables import load_csv
from nn.training.architecture import describe
from nn.training.resume import Saver
from tests.hostile import mutants

Change = Callable[[Any, random.Random, Sequence[Any]], bytes]


@dataclass
class Loader:
    """A way in.

    Attributes:
        seeds: Good content.
        change: Makes a broken one of it.
        write: Puts it where the loader looks for it.
        read: Reads it; a refusal is a GradbookError.
        share: Of some hundred mutants, how many are its own where that goes by cost.
    """

    seeds: Sequence[Any]
    change: Change
    write: Callable[[bytes], None]
    read: Callable[[bytes], None]
    share: int = 10


class NotOneLineError(Exception):
    """A command that refused something did not say so in a line."""


_PARSERS = ((cli, "build_parser"), (autograd_command, "_parser"))  # the same for all words: each is made once
_MADE = [functools.cache(getattr(module, name)) for module, name in _PARSERS]


def command(main: Callable[[list[str]], int], *words: str) -> None:
    """Run a command; raises DataError where it refused in one good line."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.ExitStack() as stack:
        for (module, name), made in zip(_PARSERS, _MADE, strict=True):
            stack.enter_context(mock.patch.object(module, name, made))
        stack.enter_context(contextlib.redirect_stdout(out))
        stack.enter_context(contextlib.redirect_stderr(err))
        try:
            code = main(list(words))
        except SystemExit as end:
            code = int(end.code or 0)
    lines = [line for line in err.getvalue().splitlines() if not line.startswith("note: ")]
    if code == 0 and not lines:
        return
    if code == 2 and len(lines) == 1 and lines[0].startswith("error: "):
        raise DataError(lines[0])
    raise NotOneLineError(f"exit code {code}, and said: {err.getvalue()[:500]!r}")


FLOWERS = "petal,colour,kind\n" + "".join(
    f"{number % 2 * 3 + number % 5 / 10},{('red', 'blue')[number % 2]},{('rose', 'iris')[number % 2]}\n"
    for number in range(60)
)
HOUSES = "rooms;city;note;price\r\n" + "".join(
    f'{number % 7};{"ABC"[number % 3]};"a ""note""";{number % 7 * 1.5e5 + number}\r\n' for number in range(40)
)
EXPRESSIONS = [
    *("tanh(a*b + c)", "a**2 + 3*a*b - b/c", "log(exp(a) + exp(b)) if a > b else -c", "sum(a, b)**0.5", "-(-a)"),
    *("clip(a, -1, 1) + leaky_relu(b, 0.1)", "maximum(a, min(b, c))*pi", "where(a > b, a, c)", "logsumexp(a, b)"),
]
NUMBERS = ({"a": 2, "b": -3, "c": 10}, {"a": 0, "b": 1e3, "c": -1})


def idx(array: np.ndarray[Any, Any]) -> bytes:
    """The bytes of an IDX file of whole numbers below 256."""
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.astype(np.uint8).tobytes()


def loaders(folder: Path) -> dict[str, Loader]:
    """All of them, with their files in that folder."""
    images, labels = np.arange(20 * 6).reshape(20, 3, 2) % 251, np.arange(20) % 2
    (folder / "run").mkdir()
    (folder / "pair").mkdir()
    (folder / "flowers.csv").write_text(FLOWERS)
    (folder / "pair" / "images-idx3-ubyte").write_bytes(idx(images))
    (folder / "pair" / "labels-idx1-ubyte").write_bytes(idx(labels))
    configs, models = [], []
    for source, target in ((folder / "flowers.csv", "kind"), (folder / "pair", None), ("xor", None)):
        config, model = _trained(str(source), target)
        configs.append(config)
        models.append(model)
    layers = nn.Linear(3, 4), nn.BatchNorm1d(4), nn.LeakyReLU(), nn.Dropout(), nn.LayerNorm(4)
    plain = [nn.Sequential(*layers), nn.MLP(2, [3])]
    checkpoints = [*models, *map(_saved, plain)]

    pair, run = folder / "pair", folder / "run"

    def write(place: Path) -> Callable[[bytes], None]:
        return lambda content: _write({place: content})

    def read_csv(content: bytes) -> None:
        columns = list(read_table(content, "data.csv").frame.columns)
        for target in (columns[-1], columns[len(content) % len(columns)]):
            _prepared(load_csv(folder / "data.csv", target, (None, "classification", "regression")[len(content) % 3]))

    def write_images(content: bytes) -> None:
        _write({pair / "images-idx3-ubyte": content, pair / "labels-idx1-ubyte": idx(labels)})

    def write_labels(content: bytes) -> None:
        _write({pair / "images-idx3-ubyte": idx(images), pair / "labels-idx1-ubyte": content})

    def read_pair(content: bytes) -> None:
        parse_idx(content, "file")
        _prepared(load_folder(pair))

    def read_photo(content: bytes) -> None:
        read_picture(content, "photo.png", (4, 4, 3))

    def read_model(_: bytes) -> None:
        repr(nn.load(folder / "model.safetensors"))

    def read_state(_: bytes) -> None:
        with mock.patch.object(Saver, "save"):  # which writes
            _trainer().fit(*SAMPLES, **FIT, epochs=3, resume=folder / "state.safetensors")

    def read_history(_: bytes) -> None:
        repr(nn.History.load(folder / "h.csv"))

    def write_config(content: bytes) -> None:
        write_images(idx(images))
        number = content[0]
        _write({run / CONFIG: content[1:], run / MODEL: models[number]})
        _write({folder / "new.csv": b"petal,colour\n0.1,red\n" if number == 0 else b"x1,x2\n1,2\n"})

    def read_config(content: bytes) -> None:
        refusal = None
        for words in (
            ["evaluate", "run"],
            ["predict", "run", "pair/images-idx3-ubyte" if content[0] == 1 else "new.csv"],
        ):
            try:
                command(cli.main, words[0], *(str(folder / word) for word in words[1:]))
            except DataError as error:
                refusal = error
        if refusal is not None:
            raise refusal

    def write_run_model(content: bytes) -> None:
        _write({run / CONFIG: configs[0].encode(), run / MODEL: content})

    def read_run_model(_: bytes) -> None:
        command(cli.main, "evaluate", str(run))

    def write_new(content: bytes) -> None:
        write_run_model(models[0])
        _write({folder / "new.csv": content})

    def read_new(_: bytes) -> None:
        command(cli.main, "predict", str(run), str(folder / "new.csv"))

    def read_expression(content: bytes) -> None:
        words = content.decode("utf-8", "surrogateescape").replace("\0", "").split("\n")
        command(autograd_command.main, words[0], *words[1:4], "--steps")

    tables = [FLOWERS.encode(), HOUSES.encode()]
    pictures = [_encoded(images[:, :, 0], "PNG"), _encoded(images[:, :, 0], "JPEG")]
    expressions = [
        "\n".join([text, *(f"{name}={number}" for name, number in values.items() if name in names_in(text))]).encode()
        for text in EXPRESSIONS
        for values in NUMBERS
    ]
    return {
        "CSV table": Loader(tables, mutants.of_bytes, write(folder / "data.csv"), read_csv, share=1),
        "CSV to predict": Loader([b"petal,colour\n0.1,red\n2,blue\n"], mutants.of_bytes, write_new, read_new, share=1),
        "IDX images": Loader([idx(images)], mutants.of_idx, write_images, read_pair, share=8),
        "IDX labels": Loader([idx(labels)], mutants.of_idx, write_labels, read_pair, share=8),
        "gzip": Loader([idx(images)], mutants.of_gzip, write_images, read_pair, share=12),
        "picture": Loader(pictures, mutants.of_bytes, lambda _: None, read_photo, share=25),
        "checkpoint": Loader(
            checkpoints, mutants.of_safetensors, write(folder / "model.safetensors"), read_model, share=12
        ),
        "checkpoint of a run": Loader([models[0]], mutants.of_safetensors, write_run_model, read_run_model, share=1),
        "state of a training": Loader(
            [_state(folder / "middle.safetensors", 2), _state(folder / "end.safetensors", 3)],
            mutants.of_safetensors,
            write(folder / "state.safetensors"),
            read_state,
            share=2,
        ),
        "history": Loader(
            [b"epoch,loss,val_loss\n1,0.5,0.25\n2,0.1,\n"],
            mutants.of_bytes,
            write(folder / "h.csv"),
            read_history,
            share=16,
        ),
        "run folder": Loader(list(enumerate(configs)), _changed_config, write_config, read_config, share=2),
        "expression": Loader(expressions, mutants.of_bytes, lambda _: None, read_expression, share=25),
    }


def _encoded(array: np.ndarray[Any, Any], kind: str) -> bytes:
    file = io.BytesIO()
    Image.fromarray(array.astype(np.uint8)).save(file, kind)
    return file.getvalue()


_WRITTEN: dict[Path, bytes] = {}  # no loader may change a file, so what is as it should be is left


def _write(files: dict[Path, bytes]) -> None:
    for path, content in files.items():
        if _WRITTEN.get(path) != content:
            path.write_bytes(content)
            _WRITTEN[path] = content


def _changed_config(seed: tuple[int, str], rng: random.Random, others: Sequence[tuple[int, str]]) -> bytes:
    number, text = seed
    if rng.random() < 0.7:
        return bytes([number]) + mutants.of_json(json.loads(text), rng)
    return bytes([number]) + mutants.of_bytes(text.encode(), rng, [other.encode() for _, other in others])


def _prepared(dataset: Any) -> None:
    """All that training does before its first step."""
    experiment = prepare(dataset, settings_for(dataset, hidden=(4,)), seed=0)
    data_text(experiment), network_text(experiment)
    experiment.preprocessing.target.scaled(dataset.target)
    Preprocessing.from_json(json.loads(json.dumps(experiment.preprocessing.to_json())))


def _trained(data: str, target: str | None) -> tuple[str, bytes]:
    """The config.json and the checkpoint of a run."""
    dataset = open_dataset(data, target=target)
    experiment = prepare(dataset, settings_for(dataset, hidden=(4,)), seed=0)
    run = Run(
        name=dataset.name,
        source=dataset.source,
        held_out=experiment.parts.held_out,
        how=experiment.parts.how,
        preprocessing=experiment.preprocessing,
        network=describe(experiment.model) or {},
        training=experiment.training_record(),
        result={"loss": 0.5},
    )
    return run.to_json(), _saved(experiment.model)


SAMPLES = np.linspace(-1, 1, 24, dtype=np.float32).reshape(12, 2), np.arange(12) % 2
FIT: dict[str, Any] = {"batch_size": 3, "validation_split": 0.25, "seed": 0, "progress": False}


def _trainer() -> nn.Trainer:
    """One that has something of all that is saved."""
    model = nn.Sequential(nn.Linear(2, 3, seed=0), nn.BatchNorm1d(3), nn.Dropout(0.5, seed=0), nn.Linear(3, 2, seed=1))
    callbacks = [nn.EarlyStopping(2), nn.ReduceOnPlateau(patience=1)]
    trainer = nn.Trainer(model, loss="cross_entropy", optimizer="adam", metrics=["accuracy"], callbacks=callbacks)
    trainer.compile = False
    return trainer


class _Left(nn.Callback):
    """Stops in the middle of an epoch, where measurements are under way."""

    def __init__(self, epoch: int, file: Path) -> None:
        self.epoch, self.file = epoch, file

    def on_batch_end(self, trainer: Any) -> None:
        if trainer.epoch == self.epoch and trainer.step == 2:
            trainer.own_callbacks = trainer.own_callbacks[:-1]
            trainer.save(self.file)


def _state(file: Path, epoch: int) -> bytes:
    """The state of a training in the middle of an epoch."""
    trainer = _trainer()
    trainer.callbacks.append(_Left(epoch, file))
    trainer.fit(*SAMPLES, **FIT, epochs=epoch)
    return file.read_bytes()


def _saved(model: Any) -> bytes:
    with tempfile.TemporaryDirectory() as place:
        nn.save(model, Path(place) / "model.safetensors")
        return (Path(place) / "model.safetensors").read_bytes()
