"""A run as an ONNX file: onnxruntime gives what `nn.load_run` gives, from the cells of random tables."""

from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("pandas", reason="tables need pandas, which is not installed")
pytest.importorskip("sklearn", reason="tables need scikit-learn, which is not installed")
pytest.importorskip("onnx", reason="onnx is not installed")
pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")

import onnxruntime
import pandas

from nn.app.cells import to_dates, to_numbers, to_texts
from nn.app.datasets import DataError
from nn.app.experiment import prepare
from nn.app.predictor import Predictor
from nn.app.settings import settings_for
from nn.app.tables import load_csv

pytestmark = pytest.mark.peers

ROWS = 240
TARGETS = {
    "classes": lambda x, _: np.array(["no", "perhaps", "yes"])[np.digitize(x, [-0.4, 0.4])],
    "values": lambda x, _: 3 * x + 100,
    "long tail": lambda x, rng: np.exp(1.3 * x + 0.3 * rng.normal(size=ROWS)),
    "negative tail": lambda x, rng: -np.exp(1.3 * x + 0.3 * rng.normal(size=ROWS)),
}


def random_table(seed):
    rng = np.random.default_rng(seed)
    days = pandas.Timestamp("1896-02-27") + pandas.to_timedelta(rng.integers(0, 90_000, ROWS), "D")
    table = pandas.DataFrame(
        {
            "plain": rng.normal(size=ROWS).round(3),
            "hole": np.where(rng.uniform(size=ROWS) < 0.2, np.nan, rng.normal(size=ROWS)),
            "tail": rng.lognormal(0, 2, ROWS),
            "far": np.where(np.arange(ROWS) == 7, 1e12, rng.normal(size=ROWS)),
            "kind": rng.choice(["red", "grün", "", "blue"], ROWS),
            "rare": rng.choice(["a", "b", "c"], ROWS, p=[0.6, 0.39, 0.01]),
            "town": [f"town {number}" for number in rng.integers(0, 50, ROWS)],
            "day": days.strftime("%Y-%m-%d"),
            "moment": (days + pandas.to_timedelta(rng.integers(0, 1440, ROWS), "m")).strftime("%Y-%m-%d %H:%M"),
        }
    )
    chosen = rng.permutation(table.columns)[: rng.integers(2, 9) if seed else None].tolist()
    x = table["plain"].to_numpy() + (table["kind"] == "red")
    return table[[*chosen, "plain"] if "plain" not in chosen else chosen], x, rng


def as_fed(table, fitted):
    """The cells as the file takes them."""
    fed = {name: to_numbers(table[name])[0].astype(float) for name in fitted.numbers}
    for name, form in fitted.dates.items():
        dates = to_dates(table[name], form)
        fed[name] = np.where(np.isnat(dates), np.nan, dates.astype("datetime64[s]").astype(np.int64))
    fed |= {name: to_texts(table[name]) for name in (*fitted.categories, *fitted.encoded)}
    return {name: column[:, None] for name, column in fed.items()}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("target", TARGETS)
def test_onnxruntime_gives_what_the_run_gives(target, seed, tmp_path):
    table, x, rng = random_table(seed)
    table.assign(y=TARGETS[target](x, rng)).to_csv(tmp_path / "table.csv", index=False)
    dataset = load_csv(tmp_path / "table.csv", "y")
    experiment = prepare(dataset, settings_for(dataset, epochs=3, members=2), seed)
    experiment.train()
    fitted = experiment.preprocessing
    assert (fitted.target.power is not None) == target.endswith("tail")
    predictor = Predictor(SimpleNamespace(preprocessing=fitted), experiment.model, tmp_path)
    predictor.to_onnx(tmp_path / "run.onnx")
    rows = table.copy()
    rows.iloc[0] = np.nan
    for name in ("kind", "rare", "town"):
        if name in rows:
            rows.loc[1, name] = "never seen"
    session = onnxruntime.InferenceSession(tmp_path / "run.onnx")
    found = dict(
        zip([each.name for each in session.get_outputs()], session.run(None, as_fed(rows, fitted)), strict=True)
    )
    if target == "classes":
        np.testing.assert_allclose(found["probabilities"], predictor.predict_proba(rows), rtol=1e-4, atol=1e-5)
        assert (found["label"][:, 0] == predictor.predict(rows)).mean() > 0.99  # but for ties
    else:
        np.testing.assert_allclose(found["prediction"][:, 0], predictor.predict(rows), rtol=1e-4, atol=1e-4)


def test_a_column_that_is_called_as_an_output_is_refused(tmp_path):
    table = pandas.DataFrame({"label": np.arange(40.0) ** 2 % 7, "y": np.arange(40) % 2})
    table.to_csv(tmp_path / "table.csv", index=False)
    dataset = load_csv(tmp_path / "table.csv", "y")
    experiment = prepare(dataset, settings_for(dataset, epochs=1, members=1), 0)
    predictor = Predictor(SimpleNamespace(preprocessing=experiment.preprocessing), experiment.model, tmp_path)
    with pytest.raises(DataError, match="column 'label' is called as an output is; rename it before training"):
        predictor.to_onnx(tmp_path / "run.onnx")
