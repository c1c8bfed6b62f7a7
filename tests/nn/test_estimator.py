"""The scikit-learn estimators: scikit-learn's own checks, and its tools around them."""

from __future__ import annotations

import pickle
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

import nn

sklearn = pytest.importorskip("sklearn", reason="needs the extra train")
from sklearn.base import clone  # noqa: E402
from sklearn.datasets import load_diabetes, load_iris  # noqa: E402
from sklearn.metrics import f1_score, roc_auc_score  # noqa: E402
from sklearn.model_selection import GridSearchCV, cross_val_score  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402
from sklearn.utils.estimator_checks import check_estimator  # noqa: E402

from nn.estimator import MLPClassifier, MLPRegressor  # noqa: E402

ESTIMATORS = [MLPClassifier, MLPRegressor]


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("kind", ESTIMATORS)
def test_scikit_learns_own_checks(kind: Any) -> None:
    results = check_estimator(kind(max_iter=120), on_fail="raise", on_skip=None)
    assert len(results) > 40
    skipped = {result["check_name"] for result in results if result["status"] != "passed"}
    allowed = {"check_array_api_input"}  # which scikit-learn runs for no estimator unless it is told to
    if find_spec("pandas") is None:
        allowed |= {"check_classifier_data_not_an_array", "check_regressor_data_not_an_array"}
    assert skipped <= allowed


def test_classes_are_told_apart_in_a_pipeline() -> None:
    x, y = load_iris(return_X_y=True)
    names = np.array(["setosa", "versicolor", "virginica"])[y]
    model = make_pipeline(StandardScaler(), MLPClassifier((16,), learning_rate_init=0.02, max_iter=60, random_state=0))
    scores = cross_val_score(model, x, names, cv=3)
    assert scores.mean() > 0.93
    model.fit(x, names)
    assert f1_score(names, model.predict(x), average="macro") > 0.95
    probabilities = model.predict_proba(x)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)
    assert roc_auc_score(names, probabilities, multi_class="ovr") > 0.99
    network = model[-1]
    assert network.classes_.tolist() == ["setosa", "versicolor", "virginica"]
    assert isinstance(network.model_, nn.MLP)
    assert network.loss_curve_ == network.history_["loss"]


def test_numbers_are_predicted_and_settings_searched() -> None:
    x, y = load_diabetes(return_X_y=True)
    y = (y - y.mean()) / y.std()
    search = GridSearchCV(
        make_pipeline(StandardScaler(), MLPRegressor(max_iter=40, learning_rate_init=0.01, random_state=0)),
        {"mlpregressor__hidden_layer_sizes": [(4,), (16,)], "mlpregressor__alpha": [1e-3, 1.0]},
        cv=2,
    )
    search.fit(x, y)
    assert search.best_score_ > 0.35
    assert set(search.best_params_) == {"mlpregressor__hidden_layer_sizes", "mlpregressor__alpha"}


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_the_same_seed_gives_the_same_network(kind: Any) -> None:
    x = np.random.default_rng(0).normal(size=(40, 3))
    y = (x[:, 0] > 0).astype(int)
    settings = {"hidden_layer_sizes": (5,), "max_iter": 5, "random_state": 3}
    one, other = kind(**settings).fit(x, y), kind(**settings).fit(x, y)
    for p, q in zip(one.model_.parameters(), other.model_.parameters(), strict=True):
        np.testing.assert_array_equal(p.data, q.data)
    copy = pickle.loads(pickle.dumps(one))
    np.testing.assert_array_equal(copy.predict(x), one.predict(x))
    assert clone(one).get_params() == one.get_params()


def test_training_stops_early() -> None:
    x = np.random.default_rng(0).normal(size=(200, 3))
    y = (x[:, 0] + x[:, 1] > 0).astype(int)
    model = MLPClassifier((8,), learning_rate_init=0.05, early_stopping=True, n_iter_no_change=3, random_state=0)
    model.fit(x, y)
    assert model.n_iter_ < 200
    assert "val_loss" in model.history_.columns
    assert model.score(x, y) > 0.95


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"solver": "newton"}, "expected one of adam, adamw, adagrad, rmsprop, sgd"),
        ({"activation": "cube"}, "cube"),
    ],
)
def test_bad_settings_are_named(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        MLPClassifier(**settings).fit([[0.0], [1.0]], [0, 1])


@pytest.mark.parametrize("kind", ESTIMATORS)
@pytest.mark.parametrize("early_stopping", [True, False])
def test_without_a_tolerance_training_goes_on_to_the_end(kind: Any, early_stopping: bool) -> None:
    x = np.random.default_rng(0).normal(size=(40, 2))
    network = kind((4,), tol=None, max_iter=15, n_iter_no_change=1, early_stopping=early_stopping, random_state=0)
    assert network.fit(x, np.arange(40) % 2).n_iter_ == 15


def test_one_class_leaves_nothing_to_tell_apart() -> None:
    network = MLPClassifier((4,), max_iter=2, random_state=0).fit([[0.0], [1.0]], ["a", "a"])
    assert network.predict([[5.0]]).tolist() == ["a"]
    assert network.predict_proba([[5.0]]).tolist() == [[1.0]]


def test_predicting_leaves_the_network_in_its_mode() -> None:
    network = MLPClassifier((4,), max_iter=2, random_state=0).fit([[0.0], [1.0]], [0, 1])
    before = [module.training for module in network.model_.modules()]
    network.predict([[0.5]])
    assert [module.training for module in network.model_.modules()] == before
