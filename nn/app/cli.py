# PYTHON_ARGCOMPLETE_OK
"""The command line, ``gradbook`` or ``python -m nn``: its options and their help, and what happens on errors."""

from __future__ import annotations

import argparse
import io
import os
import runpy
import sys
from collections.abc import Sequence
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

import autograd as ag
from autograd import terminal
from nn._files import place_among_ranks
from nn.app.builtin import BUILTIN
from nn.app.datasets import HELD_OUT
from nn.app.networks import MODELS
from nn.app.options import count, count_or_zero, not_negative, part, positive, share, sizes
from nn.app.settings import BASE, SPECIAL
from nn.app.terminal import INTERRUPTED, warn
from nn.layers import ACTIVATIONS
from nn.optim import OPTIMIZERS

__all__ = ["build_parser", "main", "run"]


class _Command(terminal.Parser):
    """The parser of one command, which knows best what an unknown option may mean."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse's; words that are left over end the program."""
        found, unknown = super().parse_known_args(args, namespace)
        self.refuse_options(unknown)
        return found, unknown


def run() -> NoReturn:
    """What ``gradbook`` and ``python -m nn`` run: `main`, between the streams that it needs and the process's end."""
    if "_ARGCOMPLETE" in os.environ:  # the shell asks what may follow; see docs/howto/table.md
        import argcomplete

        argcomplete.autocomplete(build_parser())
    terminal.run(main)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code: 0, 2 after bad input, 130 after Ctrl-C.

    Args:
        argv: The words after ``python -m nn``; None takes those of the command line.
    """
    words = sys.argv[1:] if argv is None else list(argv)
    if words[:1] == ["explain"]:  # whose words are an expression, in which a minus begins no option
        return _explain(words[1:])
    with ExitStack() as stack:
        if place_among_ranks()[0]:  # the first one tells for all, whose words are the same
            stack.enter_context(redirect_stdout(io.StringIO()))
            stack.enter_context(redirect_stderr(io.StringIO()))
        parser = build_parser()
        if words[:1] and words[0].startswith("-") and words[0] not in ("-h", "--help", "--version"):
            parser.refuse_options(words[:1])  # before argparse misses the command
        arguments = parser.parse_args(words)
    try:
        code: int = arguments.command(arguments)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        raise  # whoever read the output has gone; `run` ends quietly
    except OSError as error:
        place = f"{error.filename}: " if error.filename is not None else ""
        message = f"{place}{error.strerror or error}"
    except ag.GradbookError as error:
        message = str(error)
    except MemoryError as error:
        message = f"there is not enough memory; {str(error) or 'use fewer rows or a smaller network'}"
    except KeyboardInterrupt:
        warn("interrupted; nothing was saved")
        return INTERRUPTED
    warn(f"error: {message}")
    return terminal.BAD_INPUT


def _explain(words: Sequence[str]) -> int:
    """Do what ``python -m autograd`` does."""
    before = sys.argv
    sys.argv = ["", *words]
    try:
        runpy.run_module("autograd", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    finally:
        sys.argv = before
    return 0


# What the commands do is imported when one is run: help, and what a shell completes, are there sooner.


def _train(arguments: argparse.Namespace) -> int:
    from nn.app.commands import train

    return train(arguments)


def _evaluate(arguments: argparse.Namespace) -> int:
    from nn.app.commands import evaluate

    return evaluate(arguments)


def _predict(arguments: argparse.Namespace) -> int:
    from nn.app.predicting import predict

    return predict(arguments)


def build_parser() -> terminal.Parser:
    """The parser of all commands."""
    parser = terminal.Parser(
        prog="gradbook" if Path(sys.argv[0]).stem == "gradbook" else "python -m nn",
        description="Train a small neural network, measure it on rows it has not seen, and use it.",
        epilog="Start with: python -m nn train digits",
    )
    commands_of = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", parser_class=_Command)
    parser.add_argument("--version", action="version", version=f"gradbook {ag.__version__}")
    _add_train(commands_of)
    _add_evaluate(commands_of)
    _add_predict(commands_of)
    # For the list of commands alone; `main` hands its words over as they are.
    commands_of.add_parser("explain", help="an expression's value, its gradients, and the chain rule behind them")
    return parser


def _add_train(commands_of: argparse._SubParsersAction[_Command]) -> None:
    names = "\n".join(f"  {name:<14} {each.description}" for name, each in BUILTIN.items())
    parser = commands_of.add_parser(
        "train",
        help="train a network and save it in a run folder",
        usage="%(prog)s [options] DATA",
        formatter_class=terminal.Formatter,
        description=f"""Train a network and save it in a run folder.

DATA is one of
{names}
  FILE.csv       a CSV file, plain or gzip; name the column to predict with --target; - is standard input
  FOLDER         a folder of IDX files, plain or gzip: the four files of MNIST, or one pair of
                 images and labels, of which the last fifth is held out; or a folder with a folder of
                 PNG or JPEG files for each class
  FILE.txt       with --model rnn, lstm, gru or transformer: text, of which each line is learnt

(Write ./digits for a file or folder that has the name of a built-in data set.)

A fifth of the rows is held out for the result at the end; a tenth of the others is for validation, or, where several
networks are trained at once, another part for each of them.
Of a CSV file, separator, decimal mark and encoding are found out. Numbers are scaled (1,234.5, $5, 12%, 3 kg, 59:59),
dates are divided into parts, texts become an input per category, missing cells are filled. Columns that number the
rows, say nothing, or copy the target are left out. What was done is printed before training.""",
        epilog=f"""examples:
  python -m nn train digits
  python -m nn train moons --hidden 16,16 --activation tanh --epochs 100 --out runs/moons-tanh
  python -m nn train houses.csv --target price
  python -m nn train passengers.csv --target survived --ignore name --categorical class
  python -m nn train data/mnist --model cnn
  python -m nn train names.txt --model gru

The same seed gives the same numbers. Ctrl-C or SIGTERM ends training after the current step and saves what was learned.
While training, that is written to NAME.unfinished beside the run folder, should the program be killed. The same command
with --resume goes on from there, and ends with the numbers of an unbroken run.

{_defaults()}""",
    )
    data = parser.add_argument("data", metavar="DATA", help="a built-in name, a CSV file, or a folder of images")
    data.completer = _data_names  # type: ignore[attr-defined]
    table = parser.add_argument_group("for CSV files")
    table.add_argument("--target", metavar="COLUMN", help="the column to predict")
    table.add_argument(
        "--task",
        choices=("classification", "regression"),
        help="default: classification where the target holds texts or few different whole numbers",
    )
    table.add_argument(
        "--encoding",
        metavar="NAME",
        help="how texts are encoded (default: UTF-8 or UTF-16 where it is that, else cp1252)",
    )
    for name, text in {
        "ignore": "leave a column out",
        "numeric": "take a column as numbers; cells that are none are missing",
        "categorical": "take a column as names of categories, though they be numbers",
        "dates": "take a column as dates",
        "keep": "keep a column that would be left out as an id, constant, or a copy of the target",
    }.items():
        table.add_argument(f"--{name}", metavar="COLUMN", action="append", default=[], help=f"{text}; may be repeated")
    table.add_argument(
        "--balance",
        action=argparse.BooleanOptionalAction,
        help="let classes count alike in training, however many rows each has (default: where one is rare)",
    )
    network = parser.add_argument_group("network and training")
    network.add_argument(
        "--model",
        choices=MODELS,
        metavar="KIND",
        help="the kind of network: layers of neurons (mlp, the default); convolutions, for images (cnn); or what "
        "learns to spell the lines of a text file (rnn, lstm, gru, transformer)",
    )
    network.add_argument(
        "--hidden",
        type=sizes,
        metavar="SIZES",
        help="sizes of the hidden layers, e.g. 64,32; none for a linear model. Of cnn, the channels of each "
        "convolution; of transformer, the features of each block",
    )
    network.add_argument(
        "--activation",
        choices=sorted(ACTIVATIONS),
        metavar="NAME",
        help=f"the function between the layers: {', '.join(sorted(ACTIVATIONS))}",
    )
    network.add_argument(
        "--optimizer",
        choices=sorted(OPTIMIZERS),
        metavar="NAME",
        help=f"{', '.join(sorted(OPTIMIZERS))} (with Nesterov momentum 0.9)",
    )
    network.add_argument("--learning-rate", type=positive, metavar="RATE", help="the size of the steps")
    network.add_argument(
        "--weight-decay", type=not_negative, metavar="RATE", help="how strongly weights are pulled to 0"
    )
    network.add_argument(
        "--label-smoothing",
        type=share,
        metavar="SHARE",
        help="share of the probability to aim for that goes to all classes alike, against overconfidence",
    )
    network.add_argument(
        "--noise",
        type=not_negative,
        metavar="SIZE",
        help="random noise added to the standardised inputs of each step, so that rows are not learnt by heart",
    )
    network.add_argument("--batch-size", type=count, metavar="ROWS", help="rows in a step")
    network.add_argument("--epochs", type=count, metavar="N", help="at most so many times through the training rows")
    network.add_argument(
        "--patience",
        type=count_or_zero,
        metavar="N",
        help="stop when N epochs in a row did not lower the validation loss; 0: never. The best epoch is kept",
    )
    network.add_argument(
        "--members",
        type=count,
        metavar="N",
        help="train N networks at once, each without another part of the rows, and keep their mean",
    )
    network.add_argument(
        "--test-size",
        type=part,
        default=HELD_OUT,
        metavar="SHARE",
        help=f"the share of rows to hold out for the result (default: {HELD_OUT})",
    )
    network.add_argument(
        "--seed", type=count_or_zero, default=0, metavar="N", help="for the split, the weights, the order (default: 0)"
    )
    output = parser.add_argument_group("output")
    output.add_argument("--out", type=Path, metavar="FOLDER", help="the run folder (default: runs/NAME)")
    output.add_argument("--overwrite", action="store_true", help="replace the run folder if it exists, at the very end")
    output.add_argument(
        "--resume", action="store_true", help="go on with a training that was broken off, by the same command"
    )
    output.add_argument(
        "--html",
        action="store_true",
        help="also write steps.html: one held-out row's loss through the network, forward and backward, step by step",
    )
    output.add_argument("--quiet", action="store_true", help="print the result only")
    parser.set_defaults(command=_train)


def _add_evaluate(commands_of: argparse._SubParsersAction[_Command]) -> None:
    parser = commands_of.add_parser(
        "evaluate",
        help="measure a trained network on its held-out rows",
        formatter_class=terminal.Formatter,
        description="Measure a trained network again on the held-out rows; the numbers are those of training.",
        epilog="example:\n  python -m nn evaluate runs/digits",
    )
    parser.add_argument("run", type=Path, metavar="RUN", help="the run folder, e.g. runs/digits")
    parser.add_argument(
        "--data", type=Path, metavar="PATH", help="where the CSV file or IDX folder is now, if it was moved since"
    )
    parser.add_argument("--json", action="store_true", help="print the numbers as JSON")
    parser.set_defaults(command=_evaluate)


def _add_predict(commands_of: argparse._SubParsersAction[_Command]) -> None:
    parser = commands_of.add_parser(
        "predict",
        help="predict new rows with a trained network",
        formatter_class=terminal.Formatter,
        description="""Predict new rows with a trained network.

DATA is a CSV file with the columns of training, found by name, in any order; the target's column may be there or not.
Cells may be missing, and names unknown; a cell that cannot be read is taken as missing, and said.
For images (digits, MNIST) the columns are pixel_ROW_COLUMN, counted from 0 at the top left: pixel_0_0, pixel_0_1, ...
pixel_7_7 for digits. A run on images also takes a file of IDX images, or a
PNG or JPEG file. A run on lines of text takes lines, and tells the character that comes after each.

The predictions are a CSV file with a row for each: "prediction", and for classes a "probability_NAME" for each.""",
        epilog="example:\n  python -m nn predict runs/digits new.csv -o predictions.csv",
    )
    parser.add_argument("run", type=Path, metavar="RUN", help="the run folder, e.g. runs/digits")
    parser.add_argument("data", type=Path, metavar="DATA", help="the rows to predict; - is standard input")
    parser.add_argument("--encoding", metavar="NAME", help="how texts are encoded (default: found out)")
    parser.add_argument(
        "--strict", action="store_true", help="refuse the file where a row or cell cannot be read, rather than note it"
    )
    parser.add_argument("--json", action="store_true", help="write JSON in place of CSV")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="where to write (default, and -: on the screen)"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace the file if it exists")
    parser.set_defaults(command=_predict)


def _data_names(prefix: str, **_: Any) -> list[str]:
    """What the shell may complete DATA to."""
    from argcomplete.completers import FilesCompleter

    return [*(name for name in BUILTIN if name.startswith(prefix)), *FilesCompleter()(prefix)]


def _defaults() -> str:
    """The table of defaults as text, so that the help cannot differ from it."""
    lines = []
    for name, values in {"": asdict(BASE), **{f"{name}: ": special for name, special in SPECIAL.items()}}.items():
        texts = []
        for key, value in values.items():
            shown = ",".join(map(str, value)) if isinstance(value, tuple) else f"{value}"
            texts.append(f"{key.replace('_', ' ')} {shown}")
        lines.append(f"  {name}{', '.join(texts)}")
    return "defaults:\n" + "\n".join(lines)
