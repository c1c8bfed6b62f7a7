"""The commands ``train`` and ``evaluate``."""

from __future__ import annotations

import io
import json
import math
from argparse import Namespace
from collections.abc import Callable
from contextlib import ExitStack, redirect_stdout
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

import autograd as ag
from autograd import MissingExtraError, installing, require
from nn._files import write_atomically
from nn._text import shortened, visible
from nn.app.columns import Choices
from nn.app.datasets import DataError, listed
from nn.app.ensemble import Members
from nn.app.experiment import Experiment, Result, measure, prepare, trainer_for
from nn.app.networks import SPELLERS
from nn.app.predictor import overflow_refused
from nn.app.report import data_text, network_text, result_text, training_text
from nn.app.runs import CONFIG, MODEL, STEPS, Run, RunError, check_free, read_run, write_run
from nn.app.settings import Settings, settings_for
from nn.app.sources import open_dataset, reopen_dataset
from nn.app.terminal import INTERRUPTED, say, shown, unread, warn, write
from nn.app.unfinished import Unfinished, check_unfinished
from nn.distributed import world
from nn.figures import save as save_figure
from nn.inspect import mode
from nn.pictures.confusion import confusion_of_counts
from nn.training.architecture import describe
from nn.training.checkpoint import save
from nn.training.curves import curves
from nn.training.interrupt import deferred_interrupt, terminated_as_interrupted

__all__ = ["evaluate", "train"]


def train(arguments: Namespace) -> int:
    """Train a network and save it with everything about it in a run folder; returns the exit code."""
    with terminated_as_interrupted(), unread(), ExitStack() as stack:
        elsewhere: Path | None = None
        if (ranks := world()) is not None and ranks.rank > 0:  # the first one tells and writes for all
            elsewhere = Path(stack.enter_context(TemporaryDirectory()))
            stack.enter_context(redirect_stdout(io.StringIO()))
        return _train(arguments, elsewhere)


def _train(arguments: Namespace, elsewhere: Path | None) -> int:
    _check_installed()
    dataset = open_dataset(
        arguments.data,
        target=arguments.target,
        task=arguments.task,
        choices=Choices(**{each.name: getattr(arguments, each.name) for each in fields(Choices)}),
        encoding=arguments.encoding,
        lines=arguments.model in SPELLERS,
    )
    if arguments.model in SPELLERS:
        for name in ("activation", "noise", "balance"):
            if getattr(arguments, name) is not None:
                raise DataError(f"--{name} is not for lines of text; leave it out for {arguments.model}")
    if arguments.html and (arguments.model or "mlp") != "mlp":
        raise DataError("--html draws every number of a network of linear layers; leave it out, or --model")
    folder = (arguments.out or Path("runs", dataset.name)).resolve()
    resumed = check_unfinished(folder, arguments.resume, arguments.overwrite)
    replaces = arguments.overwrite or resumed is not None
    check_free(folder, replaces)
    if (ranks := world()) is not None:
        ranks.wait()  # until all have looked
    folder = folder if elsewhere is None else elsewhere / folder.name
    settings = settings_for(dataset, **{each.name: getattr(arguments, each.name) for each in fields(Settings)})
    experiment = prepare(dataset, settings, arguments.seed, test_size=arguments.test_size, balance=arguments.balance)
    if not arguments.quiet:
        say(data_text(experiment), network_text(experiment), "")

    def write_learnt(building: Path) -> None:
        _write(building, experiment, experiment.result())

    unfinished = Unfinished(experiment, folder, write_learnt, resumed)
    unfinished.prepare()
    if resumed is not None:
        say(f"going on with the training in {shown(resumed)}", "")
    state = unfinished.state if resumed is not None else None
    experiment.train(unfinished, progress=not arguments.quiet, resume=state)
    if elsewhere is not None:
        return INTERRUPTED if experiment.history.interrupted else 0
    # Training is over, by itself or by Ctrl-C; another Ctrl-C must not lose what was learned.
    with deferred_interrupt():
        result = experiment.result()

        def write(building: Path) -> None:
            _write(building, experiment, result)
            if experiment.history.interrupted:
                unfinished.keep_state(building)
            _draw_pictures(building, experiment, result, arguments.html)

        place = write_run(folder, replaces, write)
        unfinished.remove()
        if not arguments.quiet or experiment.history.interrupted:
            say(f"\n{training_text(experiment)}\n")
        say(result_text(result, experiment.preprocessing))
        if place != folder:
            warn(f"note: {shown(folder)} was taken while training")
        say(f"\nsaved in {shown(place)}: {listed(sorted(path.name for path in place.iterdir()))}")
    return INTERRUPTED if experiment.history.interrupted else 0


def evaluate(arguments: Namespace) -> int:
    """Measure a trained network again on the rows that were held out; returns the exit code."""
    run = read_run(arguments.run)
    model = run.model(arguments.run)
    try:
        dataset = reopen_dataset(run.source, arguments.data)
    except (KeyError, TypeError, AttributeError) as error:
        raise RunError(f"{arguments.run / CONFIG} is damaged: its data cannot be found by {error}") from None
    fitted = run.preprocessing
    columns = set(dataset.features.columns)
    if dataset.classes != fitted.classes or not columns >= set(fitted.names) or run.held_out.max() >= len(dataset):
        raise RunError(f"{arguments.run / CONFIG} does not belong to {dataset.name}: rows, columns or classes differ")
    with overflow_refused(arguments.run):
        result = measure(model, fitted, dataset, run.held_out)
    if arguments.json:
        report: dict[str, Any] = {**result.numbers, "rows": result.rows}
        if result.confusion is not None:
            report |= {"classes": list(fitted.classes), "confusion": result.confusion.tolist()}
        write(json.dumps(report, ensure_ascii=False) + "\n")
        return 0
    say(f"{shown(arguments.run)}: {len(run.held_out):,} of {len(dataset):,} rows held out ({run.how})\n")
    say(result_text(result, fitted))
    return 0


def _check_installed() -> None:
    """Before training, not after it: everything that it and saving will need; pictures are left out without theirs."""
    needed = {"scikit-learn": "sklearn", "pandas": "pandas", "safetensors": "safetensors.numpy"}
    missing = []
    for library, module in needed.items():
        try:
            require(module, "train")
        except MissingExtraError:
            missing.append(library)
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        raise MissingExtraError(f"{' and '.join(missing)} {verb} not installed; {installing('train')}")


def _write(folder: Path, experiment: Experiment, result: Result) -> None:
    """Write the network and all that is known of it."""
    dataset, fitted = experiment.dataset, experiment.preprocessing
    run = Run(
        name=dataset.name,
        source=dataset.source,
        held_out=experiment.parts.held_out,
        how=experiment.parts.how,
        preprocessing=fitted,
        network=describe(experiment.model) or {},
        training=experiment.training_record(),
        result={name: value for name, value in result.numbers.items() if math.isfinite(value)},
    )
    save(experiment.model, folder / MODEL)
    write_atomically(folder / CONFIG, run.to_json())
    experiment.history.save(folder / "history.csv")


def _draw_pictures(folder: Path, experiment: Experiment, result: Result, html: bool) -> None:
    """Draw what a run shows of itself, once it is written."""
    dataset, fitted = experiment.dataset, experiment.preprocessing
    smoothing = experiment.settings.label_smoothing
    smoothed = f"cross-entropy, labels smoothed by {smoothing:g}" if smoothing else "cross-entropy"
    labels = {
        "loss": smoothed if fitted.classes else "mean squared error (standardised)",
        "accuracy": "accuracy",
        "r2": "R²",
        "mae": f"mean absolute error of {visible(shortened(fitted.target.name))}",
    }
    kept = experiment.kept_epoch if experiment.kept_epoch < len(experiment.history) else None

    def draw_curves(path: Path) -> None:
        title = f"{visible(dataset.name)}: training on {len(experiment.parts.train):,} rows"
        drawn = curves(experiment.history, labels=labels, kept_epoch=kept)
        drawn.suptitle(title)
        save_figure(drawn, path, title)

    def draw_confusion(path: Path) -> None:
        title = f"{visible(dataset.name)}: accuracy {result.numbers['accuracy']:.4f} on {result.rows:,} held-out rows"
        save_figure(confusion_of_counts(np.asarray(result.confusion), fitted.classes, title), path, title)

    _draw(folder / "curves.svg", draw_curves)
    if result.confusion is not None:
        _draw(folder / "confusion.svg", draw_confusion)
    if html:
        _draw(folder / STEPS, lambda path: path.write_text(_steps(experiment), encoding="utf-8"))


def _draw(path: Path, draw: Callable[[Path], Any]) -> None:
    """Draw a picture of a run whose network is saved; whatever goes wrong costs the picture and no more."""
    try:
        draw(path)
    except Exception as error:
        path.unlink(missing_ok=True)  # half of it may be there
        warn(f"note: {path.name} could not be drawn: {str(error) or type(error).__name__}")


def _steps(experiment: Experiment) -> str:
    """The page on which the loss of the first held-out row is computed, and its gradients."""
    model, fitted, name = experiment.network, experiment.preprocessing, "loss"
    if isinstance(model, Members):
        model, name = model.member(0), f"loss of the first of {experiment.settings.members} networks"
    row = experiment.parts.held_out[:1]
    inputs = ag.Tensor(fitted.inputs(experiment.dataset.features.iloc[row]), label="inputs")
    targets = ag.Tensor(fitted.target.scaled(experiment.dataset.target[row]), label="targets")
    loss = trainer_for(model, fitted).loss

    def of_the_row() -> Any:
        found = loss(model(inputs), targets)
        found.label = name
        return found

    with mode(model, training=False):
        return ag.draw(of_the_row, expand=True).page.html
