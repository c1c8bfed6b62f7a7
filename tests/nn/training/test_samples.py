"""What `fit` takes: loaders, data sets, several inputs, files; and what is no number is named for what it is."""

import numpy as np
import pytest

import autograd as ag
import nn
from nn._arguments import finite

RNG = np.random.default_rng(0)
X = RNG.normal(size=(90, 4)).astype(np.float32)
Y = (X[:, 0] + X[:, 1] > 0.5).astype(int)


def trainer(**settings):
    return nn.Trainer(
        nn.MLP(4, [8, 2], seed=0), loss="cross_entropy", optimizer="adam", metrics=["accuracy"], **settings
    )


class Samples:
    """A data set of samples, one by one."""

    def __len__(self):
        return len(X)

    def __getitem__(self, index):
        return X[index], Y[index]


class Foreign:
    """A loader that is nobody's: batches of lists."""

    def __len__(self):
        return 3

    def __iter__(self):
        return iter([(X[i : i + 30].tolist(), Y[i : i + 30].tolist()) for i in range(0, 90, 30)])


FORMS = {
    "a loader": lambda path: (nn.DataLoader((X, Y), 32, shuffle=True, seed=0),),
    "a data set": lambda path: (Samples(),),
    "a loader of a data set": lambda path: (nn.DataLoader(Samples(), 32, shuffle=True, seed=0),),
    "lists": lambda path: (X.tolist(), Y.tolist()),
    "in a file": lambda path: (in_file(path), Y),
}


@pytest.mark.parametrize("class_weight", ["balanced", {0: 1, 1: 3}])
@pytest.mark.parametrize("form", FORMS)
def test_classes_are_weighed_alike_in_all_forms(form, class_weight, tmp_path):
    settings = {"epochs": 2, "class_weight": class_weight, "progress": False}
    expected = trainer().fit(X, Y, **settings).rows
    assert expected != trainer().fit(X, Y, epochs=2, progress=False).rows
    assert trainer().fit(*FORMS[form](tmp_path), **settings).rows == expected


def test_a_loader_weighs_classes_beside_its_samples():
    weights, counts = RNG.uniform(0.5, 2, 90), np.bincount(Y)
    settings = {"epochs": 2, "batch_size": 30, "shuffle": False, "progress": False}
    expected = trainer().fit(X, Y, class_weight="balanced", sample_weight=weights, **settings).rows
    loader = nn.DataLoader((X, Y, weights), 30)
    assert trainer().fit(loader, epochs=2, class_weight="balanced", progress=False).rows == expected
    rows = trainer().fit(Foreign(), epochs=2, class_weight="balanced", progress=False).rows
    given = dict(enumerate(90 / (2 * counts)))
    assert rows == trainer().fit(Foreign(), epochs=2, class_weight=given, progress=False).rows
    some = nn.DataLoader((X, Y), 30, rows=np.flatnonzero(Y == 1)[:30])  # one class, which then counts 1
    rows = trainer().fit(some, epochs=1, class_weight="balanced", progress=False).rows
    assert rows == trainer().fit(some, epochs=1, progress=False).rows


@pytest.mark.parametrize("held", [Samples(), nn.DataLoader(Samples()), nn.DataLoader((X, Y)), (X, Y)])
def test_all_forms_of_the_same_samples_validate_alike(held):
    row = trainer().fit(X, Y, epochs=1, validation_data=held, progress=False)[-1]
    assert row == trainer().fit(X, Y, epochs=1, validation_data=(X, Y), progress=False)[-1]


def test_a_loader_of_some_rows_validates_on_those():
    rows = np.arange(5, 25)
    row = trainer().fit(X, Y, epochs=1, validation_data=nn.DataLoader((X, Y), rows=rows), progress=False)[-1]
    assert row == trainer().fit(X, Y, epochs=1, validation_data=(X[rows], Y[rows]), progress=False)[-1]


def test_samples_of_a_data_set_are_drawn_by_class():
    found = nn.DataLoader(Samples(), 32, balanced=True, seed=0)
    for one, other in zip(found, nn.DataLoader((X, Y), 32, balanced=True, seed=0), strict=True):
        np.testing.assert_array_equal(one[0], other[0])
        np.testing.assert_array_equal(one[1], other[1])
    np.testing.assert_array_equal(found.x, X)
    np.testing.assert_array_equal(found.y, Y)


def in_file(path):
    np.save(path / "x.npy", X)
    return np.load(path / "x.npy", mmap_mode="r")


@pytest.mark.parametrize("form", FORMS)
def test_all_forms_of_the_same_samples_train_alike(form, tmp_path):
    expected, found = trainer(), trainer()
    history = expected.fit(X, Y, epochs=3, batch_size=32, validation_data=(X, Y), progress=False)
    data = FORMS[form](tmp_path)
    assert found.fit(*data, epochs=3, batch_size=32, validation_data=(X, Y), progress=False).rows == history.rows
    assert (found.predict(data[0] if len(data) == 2 else X) == expected.predict(X)).all()


def test_what_lies_in_a_file_is_split_and_checked_by_batches(tmp_path, monkeypatch):
    expected, found, x = trainer(), trainer(), in_file(tmp_path)
    settings = {"epochs": 2, "batch_size": 16, "validation_split": 0.3, "class_weight": "balanced", "progress": False}
    history = expected.fit(X, Y, **settings)
    largest = 0

    def noted(name, values, largest_number=np.inf):
        nonlocal largest
        largest = max(largest, len(values) if name == "x" else 0)
        return finite(name, values, largest_number)

    monkeypatch.setattr(nn.training.samples, "finite", noted)
    assert found.fit(x, Y, **settings).rows == history.rows
    assert largest == 16
    broken = np.lib.format.open_memmap(tmp_path / "broken.npy", "w+", np.float32, (90, 4))
    broken[:] = X
    broken[70, 2] = np.nan
    with pytest.raises(ValueError, match="x holds nan at index"):
        trainer().fit(broken, Y, epochs=1, progress=False)


def test_a_loader_of_anybody_and_of_several_inputs():
    history = trainer().fit(Foreign(), epochs=4, progress=False)
    assert history["loss"][-1] < history["loss"][0]

    class Two(nn.Module):
        def __init__(self):
            self.one, self.two = nn.Linear(4, 2, seed=0), nn.Linear(2, 2, seed=1)

        def forward(self, x, z):
            return self.one(x) + self.two(z)

    for compile in (True, False):
        found = nn.Trainer(Two(), loss="cross_entropy", optimizer="adam", learning_rate=0.1, compile=compile)
        found.fit((X, X[:, :2]), Y, epochs=20, validation_split=0.2, progress=False)
        assert np.mean(found.predict((X, X[:, :2])) == Y) > 0.9


class NA:
    """Stands for what pandas puts where a whole number is missing."""


NA.__name__ = "NAType"
NA.__repr__ = lambda self: "<NA>"

NO_NUMBERS = {
    "nan in objects": (np.array([[1.0, float("nan")]], object), r"x holds nan at index \(0, 1\); remove or replace"),
    "None": ([[1.0, None]], r"x holds None, a missing value at index \(0, 1\)"),
    "NA": (np.array([[1, NA()]], object), r"x holds <NA>, a missing value at index \(0, 1\)"),
    "quoted": (
        [["1.5", "2"]],
        r"the text '1.5' at index \(0, 0\); numbers in quotes become numbers by x.astype\(float\)",
    ),
    "text": ([[1.0, "blue"]], r"x holds the text"),
    "objects of text": (np.array([[1, "blue"]], object), r"the text 'blue' at index \(0, 1\); give each text a number"),
    "dates": (np.array([["2020-01-01"]], "datetime64[D]"), "x holds dates or times; pass numbers, e.g."),
    "complex": ([[1j]], "x holds complex numbers; pass their real and imaginary parts"),
    "too large": ([[1.0, -1e300]], r"x holds -1e\+300 at index \(0, 1\), too large for 3.4e\+38; scale the data"),
    "ragged": ([[1.0], [1.0, 2.0]], "x has rows of different lengths"),
    "an object": (np.array([[{}]], object), "x holds a dict at index"),
}


@pytest.mark.parametrize("what", NO_NUMBERS)
def test_what_is_no_number_is_named(what):
    x, message = NO_NUMBERS[what]
    with pytest.raises(ValueError, match=message) as refusal:
        trainer().fit(x, np.zeros(len(x), int), epochs=1)
    assert "\n" not in str(refusal.value)


def test_numbers_among_objects_are_numbers():
    assert finite("x", np.array([[1, 2.5], [True, np.float32(3)]], object)).tolist() == [[1, 2.5], [1, 3]]
    assert finite("x", np.array([1e300])).tolist() == [1e300]
    assert finite("x", np.zeros((0, 3))).shape == (0, 3)
    with pytest.raises(ValueError, match=r"x holds inf at index \(1048577,\)"):
        finite("x", np.where(np.arange(1 << 21) > 1 << 20, np.inf, 0.0))


def test_tables_are_refused_by_their_columns():
    pandas = pytest.importorskip("pandas", reason="needs the extra train")
    table = pandas.DataFrame(X, columns=list("abcd"))
    assert len(trainer().fit(table, pandas.Series(Y), epochs=1, progress=False)) == 1
    for column, message in (
        (["x"] * 90, r"x has columns that hold no numbers: 'city' \((object|str|string)\); encode them first"),
        (pandas.date_range("2020", periods=90), r"'city' \(datetime64"),
        (pandas.array([1, None] * 45, dtype="Int64"), "x has a missing value in column 'city', row 1"),
    ):
        with pytest.raises(ValueError, match=message):
            trainer().fit(table.assign(city=column), Y, epochs=1)


def test_a_last_batch_of_one_with_batch_normalisation():
    """It is refused in one line that names the way out, and drop_last is that."""

    def normal():
        model = nn.Sequential(nn.Linear(4, 4, seed=0), nn.BatchNorm1d(4), nn.Linear(4, 2, seed=1))
        return nn.Trainer(model, loss="cross_entropy", optimizer="adam")

    with pytest.raises(ag.ShapeError, match=r"last batch has one sample.*drop_last=True") as refusal:
        normal().fit(X[:65], Y[:65], epochs=1, batch_size=32, progress=False)
    assert "\n" not in str(refusal.value)
    loader = nn.DataLoader((X[:65], Y[:65]), 32, shuffle=True, seed=0, drop_last=True)
    assert len(normal().fit(loader, epochs=1, progress=False)) == 1


def test_losses_of_a_history_agree_whatever_their_form():
    for loss, factor in (("cross_entropy", 1), (lambda y, t: nn.cross_entropy(y, t, "sum"), 90)):
        found = nn.Trainer(nn.MLP(4, [8, 2], seed=0), loss=loss, optimizer="sgd", learning_rate=0.0)
        row = found.fit(X, Y, epochs=1, batch_size=32, validation_data=(X, Y), progress=False)[0]
        assert row["loss"] == pytest.approx(row["val_loss"], rel=1e-6)
        assert row["loss"] == pytest.approx(factor * nn.cross_entropy(found.model(X), Y).item(), rel=1e-6)


def test_nothing_is_measured_on_no_samples():
    x, y = np.zeros((4, 2)), np.array([0, 1, 0, 1])
    trainer = nn.Trainer(nn.MLP(2, [2], seed=0), loss="cross_entropy", optimizer="adam")
    with pytest.raises(ValueError, match="evaluate needs at least one sample, got none"):
        trainer.evaluate(x[:0], y[:0])
    with pytest.raises(ValueError, match="validation_data needs at least one sample, got none"):
        trainer.fit(x, y, epochs=1, validation_data=(x[:0], y[:0]), progress=False)
    assert not len(trainer.predict(x[:0]))
