"""Where data comes from: a name or a path on the command line, and later the record of it in a run's config.json."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nn._schema import chosen_by, one_of, optional, path_text, record, text
from nn.app import builtin
from nn.app.columns import Choices
from nn.app.csvfile import read_table
from nn.app.datasets import DataError, Dataset, Task, listed, nearest
from nn.app.fingerprint import FILES, STANDARD_INPUT, fingerprint, name_of, read_data
from nn.app.idx import load_folder
from nn.app.lines import load_lines
from nn.app.photos import holds_pictures, load_pictures
from nn.app.tables import load_csv, reload_csv

__all__ = ["SCHEMA", "open_dataset", "reopen_dataset"]

# The record of where data comes from, `Dataset.source`.
SCHEMA = chosen_by(
    "kind",
    {
        "built-in": record(name=one_of(*builtin.BUILTIN), sha256=text()),
        "csv": record(
            path=path_text(),
            target=text(),
            task=one_of("classification", "regression"),
            encoding=optional(text()),
            files=FILES,
        ),
        "idx": record(path=path_text(), files=FILES),
        "lines": record(path=path_text(), encoding=optional(text()), files=FILES),
        "pictures": record(path=path_text(), sha256=text()),
    },
    "no data can be found again by {}; this version knows built-in, csv, idx, lines and pictures",
)


def open_dataset(
    name: str,
    *,
    target: str | None = None,
    task: Task | None = None,
    choices: Choices | None = None,
    encoding: str | None = None,
    lines: bool = False,
) -> Dataset:
    """The data set that the command line asks for.

    Args:
        name: A key of `nn.app.builtin.BUILTIN`, a CSV file (``-`` is standard input), or a folder of IDX
            files or of folders of pictures.
        target: The column of the CSV file to predict.
        task: Classification or regression, where a CSV file's target leaves the choice.
        choices: What is known about columns of the CSV file.
        encoding: How texts in the file are encoded; None finds it out.
        lines: Whether a file is text whose lines are to be learnt.

    Raises:
        DataError: There is no such data set, or it cannot be used.
        MissingExtraError: scikit-learn is needed and not installed.

    Example:
        >>> open_dataset("xr")
        Traceback (most recent call last):
        ...
        nn.app.datasets.DataError: no data set is called 'xr', and there is no such file or folder; did you mean xor?
        The built-in ones are digits, iris, wine, breast_cancer, diabetes, moons, circles, xor
    """
    path = Path(name)
    if lines:
        if name in builtin.BUILTIN or not (path == STANDARD_INPUT or path.is_file()):
            raise (
                _unknown(name, path)
                if not (name in builtin.BUILTIN or path.is_dir())
                else DataError(
                    f"{name} is not a text file, whose lines that model learns; leave --model out, or cnn for images"
                )
            )
        if target is not None or task is not None or any(vars(choices or Choices()).values()):
            raise DataError("--target, --task and options on columns are for CSV files; leave them out for text")
        return load_lines(path, encoding)
    if name not in builtin.BUILTIN and (path == STANDARD_INPUT or path.is_file()):
        if target is None:
            raise DataError(f"{name_of(path)} needs --target COLUMN, the column to predict{_columns(path, encoding)}")
        return load_csv(path, target, task, choices=choices, encoding=encoding)
    if target is not None or task is not None or encoding is not None or any(vars(choices or Choices()).values()):
        raise _refused(name, path)
    if name in builtin.BUILTIN:
        return builtin.load(name)
    if path.is_dir():
        return load_pictures(path) if holds_pictures(path) else load_folder(path)
    raise _unknown(name, path)


def reopen_dataset(source: Mapping[str, Any], moved_to: Path | None = None) -> Dataset:
    """The data set of an earlier run, for the same rows in the same order.

    Args:
        source: `Dataset.source` of that run, as `SCHEMA` has it.
        moved_to: Where the file or folder is now, if not where it was.

    Raises:
        DataError: It is no longer there, or it has changed.
    """
    if source["kind"] == "built-in":
        if moved_to is not None:
            raise DataError(f"--data is for runs on a file or folder; this one is on the built-in {source['name']}")
        dataset = builtin.load(source["name"])
        if dataset.source["sha256"] != source["sha256"]:
            raise DataError(
                f"the built-in data set {source['name']} of this scikit-learn differs from the one trained on, so the "
                "held-out part cannot be found again; train again, or use that version of scikit-learn"
            )
        return dataset
    path = moved_to or Path(source["path"])
    if source["kind"] == "pictures":
        if not path.is_dir():
            raise DataError(f"{path}, which this run was trained on, is not there; pass --data with its new location")
        dataset = load_pictures(path)
        if dataset.source["sha256"] != source["sha256"]:
            raise DataError(
                f"the pictures in {path} have changed since training, so the held-out part cannot be found again; "
                "restore them, or train again"
            )
        return dataset
    _check_unchanged(path, source, moved=moved_to is not None)
    if source["kind"] == "idx":
        return load_folder(path, only=source["files"])
    if source["kind"] == "lines":
        return load_lines(path, source["encoding"])
    return reload_csv(path, source["target"], source["task"], source["encoding"])


def _check_unchanged(path: Path, source: Mapping[str, Any], moved: bool) -> None:
    """Refuse other data than the run's; no file is opened that has another name or another size than it tells."""
    alone = source["kind"] in ("csv", "lines")
    if alone and (len(source["files"]) != 1 or not (moved or path.name in source["files"])):
        raise DataError(
            f"this run's data are said to lie in {path}, and to be {listed(list(source['files'])) or 'no file'}; "
            "its config.json was changed: pass --data with their place"
        )
    for name, before in source["files"].items():
        file = path if alone else path / name
        if not file.is_file():
            what = "what came through standard input" if file.name == STANDARD_INPUT.name else file
            raise DataError(f"{what}, which this run was trained on, is not there; pass --data with its new location")
        size = file.stat().st_size
        if size != before["bytes"] or fingerprint(read_data(file)) != before:
            raise DataError(
                f"{file} has changed since training ({before['bytes']:,} bytes then, {size:,} now, "
                "other content), so the held-out part cannot be found again; restore it, or train again"
            )


def _columns(path: Path, encoding: str | None) -> str:
    return f"; its columns are {listed(read_table(read_data(path), name_of(path), encoding).frame.columns)}"


def _refused(name: str, path: Path) -> DataError:
    if name in builtin.BUILTIN or path.is_dir():
        kind = f"the built-in data set {name}" if name in builtin.BUILTIN else f"the folder {name}"
        return DataError(
            f"--target, --task, --encoding and options on columns are for CSV files; leave them out for {kind}"
        )
    return _unknown(name, path)


def _unknown(name: str, path: Path) -> DataError:
    if path.suffix or len(path.parts) > 1:
        nearby = sorted(each.name for each in path.parent.iterdir()) if path.parent.is_dir() else []
        return DataError(f"there is no file or folder {name}{nearest(path.name, nearby)}")
    hint = nearest(name, builtin.BUILTIN) or "."
    return DataError(
        f"no data set is called {name!r}, and there is no such file or folder{hint} "
        f"The built-in ones are {', '.join(builtin.BUILTIN)}"
    )
