"""Preprocessing: fitted on the training rows alone, as scikit-learn has it, and the same after a trip through JSON."""

import json
import tracemalloc
from dataclasses import asdict

import numpy as np
import pytest

pytest.importorskip("pandas", reason="tables need pandas, which is not installed")
pytest.importorskip("sklearn.preprocessing", reason="tables need scikit-learn, which is not installed")

import pandas
from sklearn import preprocessing
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import make_pipeline

from nn._limits import MOST_INPUTS
from nn._schema import SchemaError
from nn.app.datasets import DataError, Dataset, Plan
from nn.app.preprocess import BEND, FARTHEST, Preprocessing
from nn.app.target import Target

ROWS = 300
TRAIN = np.arange(200)
PLAN = Plan(("age", "hole", "skewed"), (), ("kind", "rare"), ("name",), {"sold": "ISO8601"})


def made(target=None, classes=(), plan=PLAN):
    rng = np.random.default_rng(0)
    frame = pandas.DataFrame(
        {
            "age": rng.normal(50, 9, ROWS),
            "hole": np.where(rng.random(ROWS) < 0.2, np.nan, rng.normal(-1e6, 1, ROWS)),
            "skewed": rng.lognormal(0, 2, ROWS),
            "kind": rng.choice(["a", "b", None], ROWS),
            "rare": [f"k{n // 40}" if n % 9 else f"once {n}" for n in range(ROWS)],
            "name": rng.choice([f"city {n}" for n in range(60)], ROWS),
            "sold": pandas.date_range("2019-11-05", periods=ROWS, freq="31h").strftime("%Y-%m-%dT%H:%M"),
        }
    )
    target = rng.normal(200, 30, ROWS) if target is None else target
    return Dataset("made", frame, plan, target, "y", classes, {})


@pytest.fixture
def mixed():
    return made()


def columns(dataset, fitted, name):
    """Which inputs belong to a column."""
    only = {each: ["x"] * 2 for each in dataset.features.columns}
    base = fitted.inputs(dataset.features)
    other = fitted.inputs(dataset.features.assign(**{name: [*only[name], *[None] * (ROWS - 2)]}))
    return np.flatnonzero((base != other).any(axis=0))


def test_the_inputs_are_those_of_scikit_learn():
    """What a ColumnTransformer of the same steps gives, on rows that it has not seen too."""
    dataset = made(plan=Plan(("age", "hole"), (), ("kind", "rare")))
    fitted, inputs = Preprocessing.fit(dataset, TRAIN)
    filled = dataset.features.fillna({"kind": ""})
    bent = preprocessing.FunctionTransformer(
        lambda z: np.sign(z) * np.where(abs(z) <= 4, abs(z), np.minimum(4 + np.log1p(np.maximum(abs(z) - 4, 0)), 12))
    )
    theirs = ColumnTransformer(
        [
            ("numbers", make_pipeline(preprocessing.RobustScaler(), bent, SimpleImputer(strategy="median")),
             ["age", "hole"]),
            ("missing", MissingIndicator(), ["age", "hole"]),
            ("categories", preprocessing.OneHotEncoder(
                min_frequency=2, handle_unknown="infrequent_if_exist", sparse_output=False), ["kind", "rare"]),
        ]
    ).fit(filled.iloc[TRAIN])  # fmt: skip
    assert inputs.dtype == np.float32
    np.testing.assert_allclose(inputs, theirs.transform(filled), rtol=1e-5, atol=1e-6)
    assert fitted.missing == ("hole",)


@pytest.mark.parametrize("classes", [(), ("no", "yes"), ("a", "b", "c")])
def test_names_are_encoded_as_by_scikit_learn(classes):
    target = np.arange(ROWS) % len(classes) if classes else None
    dataset = made(target, classes, Plan(encoded=("name",)))
    fitted, inputs = Preprocessing.fit(dataset, TRAIN)
    kind = {0: "continuous", 2: "binary", 3: "multiclass"}[len(classes)]
    theirs = preprocessing.TargetEncoder(target_type=kind, random_state=0)
    scaled = fitted.target.scaled(dataset.target[TRAIN]).ravel()
    names = dataset.features[["name"]].to_numpy(dtype=object)
    theirs.fit(names[TRAIN], scaled)
    np.testing.assert_allclose(inputs[200:], theirs.transform(names[200:]), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(fitted.inputs(dataset.features), theirs.transform(names), rtol=1e-4, atol=1e-6)
    unknown = pandas.DataFrame({"name": ["nowhere", None]})
    expected = np.broadcast_to(theirs.target_mean_, (2, inputs.shape[1]))
    np.testing.assert_allclose(fitted.inputs(unknown), expected, rtol=1e-4, atol=1e-6)


def test_no_training_row_sees_its_own_target():
    dataset = made(np.arange(ROWS) % 2, ("no", "yes"), Plan(encoded=("name",)))
    _, before = Preprocessing.fit(dataset, TRAIN)
    for row in range(5):
        dataset.target[row] ^= 1
        _, after = Preprocessing.fit(dataset, TRAIN)
        assert after[row] == before[row]
        assert (after != before).any()
        dataset.target[row] ^= 1


def test_rows_outside_training_do_not_count(mixed):
    before, _ = Preprocessing.fit(mixed, TRAIN)
    mixed.features.loc[200:, ["age", "hole", "skewed"]] = 1e9
    mixed.features.loc[200:, ["kind", "rare", "name"]] = "new"
    mixed.target[200:] = -1e9
    assert Preprocessing.fit(mixed, TRAIN)[0] == before


def test_rare_unknown_and_missing_categories(mixed):
    fitted, _ = Preprocessing.fit(mixed, TRAIN)
    assert fitted.categories == {"kind": ("", "a", "b"), "rare": ("k0", "k1", "k2", "k3", "k4")}
    assert fitted.rare == ("rare",)
    rows = mixed.features.iloc[:3].assign(kind=["new", None, "a"], rare=["new", "once 0", "k0"])
    places = [*range(fitted.width)][-(3 + 6 + 1) : -1]
    assert fitted.inputs(rows)[:, places].tolist() == [
        [0, 0, 0, 0, 0, 0, 0, 0, 1],
        [1, 0, 0, 0, 0, 0, 0, 0, 1],
        [0, 1, 0, 1, 0, 0, 0, 0, 0],
    ]
    assert fitted.unseen(rows) == {"kind": ["new"]}


def test_one_cell_far_away_changes_little(mixed):
    _, before = Preprocessing.fit(mixed, TRAIN)
    mixed.features.loc[7, "age"] = 1e12
    _, after = Preprocessing.fit(mixed, TRAIN)
    assert np.abs(after).max() <= FARTHEST * BEND
    others = np.delete(np.arange(ROWS), 7)
    np.testing.assert_allclose(after[others, 0], before[others, 0], atol=0.05)


def test_a_skewed_column_is_spread_out(mixed):
    fitted, inputs = Preprocessing.fit(mixed, TRAIN)
    assert [unit > 0 for unit in fitted.units[:3]] == [False, False, True]
    assert abs(((inputs[:, 2] - inputs[:, 2].mean()) ** 3).mean() / inputs[:, 2].std() ** 3) < 1.5


def test_dates_become_parts(mixed):
    fitted, inputs = Preprocessing.fit(mixed, TRAIN)
    parts = inputs[:, 3 : 3 + 8]
    assert (np.diff(parts[:, 0]) > 0).all()  # elapsed
    assert len(np.unique(parts[:, 1])) == 2  # 2019 and 2020
    assert (np.abs(parts) <= FARTHEST * BEND).all()
    assert len(np.unique(parts[:, 4:6].round(4), axis=0)) == 7  # weekdays
    bad = mixed.features.iloc[:2].assign(sold=["yesterday", None])
    assert fitted.unreadable(bad) == {"sold": [0]}
    assert np.isfinite(fitted.inputs(bad)).all()


def test_tables_of_other_programs_give_the_same_inputs(mixed):
    fitted, _ = Preprocessing.fit(mixed, TRAIN)
    expected = fitted.inputs(mixed.features)
    as_dates = mixed.features.assign(
        sold=pandas.to_datetime(mixed.features["sold"]), kind=mixed.features["kind"].astype("category"), more=1
    )
    as_texts = mixed.features.astype({"age": str}).assign(hole=mixed.features["hole"].astype("Float64"))
    for frame in (as_dates[sorted(as_dates.columns)], as_texts.set_index("name", drop=False)):
        np.testing.assert_array_equal(fitted.inputs(frame), expected)
    with pytest.raises(DataError, match="column 'age', which this run was trained on, is missing"):
        fitted.inputs(mixed.features.drop(columns="age"))


def test_values_come_back_in_their_own_unit(mixed):
    target = Target.fit(mixed, TRAIN)
    scaled = target.scaled(mixed.target)
    assert scaled.shape == (ROWS, 1)
    assert scaled.dtype == np.float32
    assert target.power is None
    np.testing.assert_allclose(scaled[TRAIN].mean(), 0, atol=1e-6)
    np.testing.assert_allclose(target.values(scaled), mixed.target, rtol=1e-5)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_skewed_target_is_transformed_as_by_scikit_learn(sign):
    values = sign * np.random.default_rng(1).lognormal(10, 1, ROWS)
    target = Target.fit(made(values), TRAIN)
    theirs = preprocessing.PowerTransformer(standardize=False).fit(values[TRAIN, None])
    theirs.lambdas_ = theirs.lambdas_.clip(0, 2)  # beyond which its values are bounded
    scaled, changed = target.scaled(values)[:, 0], theirs.transform(values[:, None])[:, 0]
    expected = (changed - changed[TRAIN].mean()) / changed[TRAIN].std()
    np.testing.assert_allclose(scaled, expected, rtol=1e-3, atol=1e-3)
    scaled = scaled[:, None]
    inside = np.abs(values) < np.abs(values[TRAIN]).max()
    np.testing.assert_allclose(target.values(scaled)[inside], values[inside], rtol=1e-3)
    far = target.values(np.array([[-100.0], [100.0]], dtype=np.float32))
    assert np.isfinite(far).all()
    assert abs(far).max() < 3 * np.abs(values[TRAIN]).max()  # no prediction is far beyond what training saw


@pytest.mark.parametrize("sign", [1, -1])
def test_a_small_error_at_the_end_of_a_long_tail_stays_a_small_one(sign):
    """A power transform of such a tail with λ = −1 has a bound, next to which an error of .02 is one of a factor."""
    values = sign * np.random.default_rng(1).uniform(size=ROWS) ** -0.6
    target = Target.fit(made(values), np.arange(ROWS))
    assert target.power is not None
    largest = sign * np.sort(np.abs(values))[-5:]
    found = target.values(target.scaled(largest) - np.float32(0.02 * sign))
    np.testing.assert_allclose(found, largest, rtol=0.05)


def test_pixels_share_one_scale():
    images = np.random.default_rng(0).integers(0, 256, (10, 4)).astype(np.uint8)
    images[:, 0] = 0
    frame, plan = pandas.DataFrame(images, columns=list("abcd")), Plan(tuple("abcd"), same_unit=True)
    dataset = Dataset("made", frame, plan, np.arange(10) % 2, "y", ("n", "y"), {})
    fitted, inputs = Preprocessing.fit(dataset, np.arange(10))
    assert len(fitted.center) == len(fitted.scale) == 1
    np.testing.assert_allclose(inputs, (images - images.mean()) / images.std(), rtol=1e-5)


def test_json_keeps_every_bit(mixed):
    fitted, _ = Preprocessing.fit(mixed, TRAIN)
    again = Preprocessing.from_json(json.loads(json.dumps(fitted.to_json())))
    assert again == fitted
    np.testing.assert_array_equal(again.inputs(mixed.features), fitted.inputs(mixed.features))


@pytest.mark.parametrize(
    ("part", "value", "message"),
    [
        ("center", [0.0, 1.0], "there are 11 numbers in a row and 2 of center"),
        ("units", [0.0], "there are 11 numbers in a row and 1 of units"),
        ("center", "abc", "center must be a list, got 'abc'"),
        ("center", [0.0, 10**400, 0.0], "center must be a list: entry 1 must be a finite number, got one of"),
        ("scale", 3, "scale must be a list, got 3"),
        ("scale", [1.0, 0.0, 1.0], "entry 1 must be a finite number above 0, got 0.0"),
        ("categories", [1], "categories must be an object, got a list of 1"),
        ("categories", {"kind": "ab"}, "categories.kind must be a list, got 'ab'"),
        ("missing", ["kind"], "missing names a column that is none of numbers"),
        ("numbers", ["age", "age"], "a column is named twice"),
        ("dates", {"kind": "ISO8601"}, "a column is named twice"),
        ("rare", ["age"], "rare names a column that is none of categories"),
        ("dates", {"sold": "%c"}, "dates.sold must be 'ISO8601' or"),
        ("encoded", {"name": {"texts": ["a"], "means": [], "default": [0.5]}}, "averages of 'name' do not fit its"),
        ("encoded", {"name": {"texts": ["a"], "means": [[1, 2]], "default": [0]}}, "averages of 'name' do not fit"),
        ("target", {"classes": ["\ud800"]}, "target: 'name' is missing"),
    ],
)  # fmt: skip
def test_damaged_json(part, value, message, mixed):
    with pytest.raises(SchemaError, match=message):
        Preprocessing.from_json(Preprocessing.fit(mixed, TRAIN)[0].to_json() | {part: value})


def test_numbers_beyond_computing(mixed):
    mixed.features["age"] = np.arange(ROWS) * 1e305
    with pytest.raises(DataError, match="made: column 'age' holds numbers too large to compute with"):
        Preprocessing.fit(mixed, TRAIN)


@pytest.mark.parametrize("size", [1e-310, 1e-200, 1e-19, 1e19, 1e140])
@pytest.mark.parametrize("same_unit", [False, True])
def test_numbers_of_every_size_are_scaled_alike(size, same_unit):
    """A column in kilograms of atoms is learnt as one in their own unit is."""
    values = np.random.default_rng(0).normal(size=ROWS)
    few = np.where(np.arange(ROWS) % 5, 0.0, values)  # more than half are alike

    def fitted(size):
        frame = pandas.DataFrame({"x": values * size, "few": few * size})
        plan = Plan(numbers=("x", "few"), same_unit=same_unit)
        dataset = Dataset("made", frame, plan, values * size, "y", (), {})
        fitted, inputs = Preprocessing.fit(dataset, TRAIN)
        scaled = fitted.target.scaled(dataset.target)
        assert np.allclose(fitted.target.values(scaled) / size, values, rtol=1e-6, atol=1e-6)
        return inputs, scaled

    for found, right in zip(fitted(size), fitted(1.0), strict=True):
        assert np.allclose(found, right, rtol=1e-6, atol=1e-6)


def test_new_numbers_far_away_are_no_error(mixed):
    fitted, _ = Preprocessing.fit(mixed, TRAIN)
    rows = mixed.features.iloc[:2].assign(age=[1e300, -np.inf])
    assert fitted.inputs(rows)[0, 0] == FARTHEST * BEND
    assert fitted.unreadable(rows) == {"age": [1]}


@pytest.mark.parametrize("size", [1e305, 1e200])
def test_targets_beyond_computing(size, mixed):
    mixed.target[:] = np.arange(ROWS) * size
    with pytest.raises(DataError, match="made: the target 'y' holds numbers too large to compute with"):
        Preprocessing.fit(mixed, TRAIN)


def test_new_targets_beyond_float32(mixed):
    target = Target.fit(mixed, TRAIN)
    mixed.target[10] = 1e300
    with pytest.raises(DataError, match="the target 'y' holds numbers too far from those of training"):
        target.scaled(mixed.target)


def texts(rows, length=1):
    frame = pandas.DataFrame({"name": [f"{row:0{length}}" for row in range(rows)]})
    return Dataset("made", frame, Plan(categories=("name",)), np.arange(rows) % 2, "y", ("n", "y"), {})


def fitted_on(categories, classes=("n", "y")):
    return Preprocessing((), (), {}, (), (), (), BEND, (), {"name": categories}, (), {}, Target("y", classes))


def test_more_inputs_than_fit_are_refused_before_they_are_made():
    """50,000 texts as one input each, for 50,000 rows, would take 10 GB."""
    tracemalloc.start()
    with pytest.raises(
        DataError, match=r"50,000 rows of 50,000 inputs and 2 outputs each are too many.*'name' with its"
    ):
        fitted_on(tuple(map(str, range(50_000)))).inputs(texts(50_000).features)
    with pytest.raises(DataError, match=f"at most {MOST_INPUTS:,} inputs are taken"):
        fitted_on(("a",), tuple(map(str, range(1000)))).check_size(1_000_000)
    assert tracemalloc.get_traced_memory()[1] < 100e6
    tracemalloc.stop()


def test_names_that_no_config_could_hold_are_refused_before_training():
    dataset = texts(1000, length=5000)
    dataset.features.loc[:, "name"] = dataset.features["name"].to_numpy().repeat(1)
    encoded = Dataset("made", dataset.features, Plan(encoded=("name",)), dataset.target, "y", ("n", "y"), {})
    with pytest.raises(DataError, match=r"have 5,000,004 characters; at most 4,000,000 are kept; leave long texts out"):
        Preprocessing.fit(encoded, np.arange(1000))


def test_a_transformed_value_comes_back_as_the_mean_and_not_as_the_median():
    values = np.random.default_rng(0).lognormal(3, 1, 4000)
    table = pandas.DataFrame({"x": np.zeros(4000)})
    dataset = Dataset("made", table, Plan(("x",)), values, "price", (), source={})
    target = Target.fit(dataset, np.arange(4000))
    nothing_known = np.zeros((4000, 1), dtype=np.float32)
    assert target.power is not None
    assert target.values(nothing_known)[0] == pytest.approx(np.median(values), rel=0.05)
    after = target.with_errors(nothing_known, target.scaled(values))
    assert after.values(nothing_known)[0] == pytest.approx(values.mean(), rel=0.03)
    assert Target.from_json(asdict(after)) == after


def test_errors_of_a_long_tail_are_left_out_where_the_mean_over_them_is_further_away():
    """The errors are those of small values here, and would make the large ones, which count most, larger still."""
    rng = np.random.default_rng(1)
    logarithm, noise = 2.2 * rng.normal(size=4000), 2 * rng.normal(size=4000)
    values = np.exp(logarithm + np.where(logarithm < 0, noise, 0))
    table = pandas.DataFrame({"x": np.zeros(4000)})
    target = Target.fit(Dataset("made", table, Plan(("x",)), values, "price", (), source={}), np.arange(4000))
    assert target.power is not None
    outputs = target.scaled(np.exp(logarithm))
    after = target.with_errors(outputs, target.scaled(values))
    plain, found = (np.mean((each.values(outputs) - values) ** 2) for each in (target, after))
    assert found <= plain
    assert after.errors == ()


def test_a_target_of_mostly_zeros_is_not_transformed():
    values = np.where(np.arange(400) % 3, 0, np.random.default_rng(0).lognormal(3, 1, 400))
    dataset = Dataset("made", pandas.DataFrame({"x": np.zeros(400)}), Plan(("x",)), values, "visits", (), source={})
    assert Target.fit(dataset, np.arange(400)).power is None
