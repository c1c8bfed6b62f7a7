"""The scikit-learn estimators: scikit-learn's own checks, and its tools around them."""

from __future__ import annotations

import inspect
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
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("kind", ESTIMATORS)
def test_scikit_learns_own_checks(kind: Any) -> None:
    results = check_estimator(kind(max_iter=40, learning_rate_init=0.01), on_fail="raise", on_skip=None)
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


@pytest.mark.parametrize("bad", ["nan", "inf", "width", "one row", "unfitted"])
def test_what_is_wrong_with_a_plain_array_is_found(bad: str) -> None:
    """A plain array is not given to scikit-learn's checks where it is right."""
    model = MLPClassifier((4,), max_iter=2, tol=None, random_state=0)
    rows = X.copy() if bad != "width" else X[:, 1:]
    if bad in ("nan", "inf"):
        rows[3, 1] = float(bad)
    rows = rows[0] if bad == "one row" else rows
    if bad != "unfitted":
        model.fit(X, TARGETS["three classes"][1])
        np.testing.assert_array_equal(model.predict_proba(X[:2]), model.predict_proba(X[:2].tolist()))
        assert model.predict(np.full((1, X.shape[1]), 1e308)).shape == (1,)  # whose sum is none that is finite
    with pytest.raises(ValueError, match=r"NaN|infinity|features|1D array|not fitted"):
        model.predict(rows)


def test_training_stops_early() -> None:
    x = np.random.default_rng(0).normal(size=(200, 3))
    y = (x[:, 0] + x[:, 1] > 0).astype(int)
    model = MLPClassifier((8,), learning_rate_init=0.05, early_stopping=True, random_state=3)
    model.fit(x, y)
    assert model.n_iter_ < 200
    assert "val_loss" in model.history_.columns
    assert model.score(x, y) > 0.95


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"solver": "newton"}, "expected one of adam, adamw, nadam"),
        ({"activation": "cube"}, "cube"),
        ({"alpha": -1.0}, "alpha must be from 0 to below inf, got -1"),
        ({"tol": -1e-4}, "tol must be from 0"),
        ({"power_t": -0.5}, "power_t must be from 0"),
        ({"validation_fraction": 1.5}, "validation_fraction must be from 0 to below 1, got 1.5"),
        ({"n_iter_no_change": 0}, "n_iter_no_change must be a positive integer"),
        ({"max_fun": 0}, "max_fun must be a positive integer"),
        ({"learning_rate_init": 0}, "learning_rate_init must be above 0, got 0"),
        ({"epsilon": 0.0}, "epsilon must be above 0, got 0"),
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


# ---- the same parameter means the same -------------------------------------------------------------------------------

RNG = np.random.default_rng(0)
X = RNG.normal(size=(150, 5))
SCORE = X[:, 0] - X[:, 1] * X[:, 2] + 0.3 * RNG.normal(size=150)
TARGETS = {
    "two classes": (MLPClassifier, (SCORE > 0).astype(int)),
    "three classes": (MLPClassifier, np.digitize(SCORE, [-0.7, 0.7])),
    "labels": (MLPClassifier, np.stack([SCORE > 0, X[:, 0] > 0.2, X[:, 3] > 1], axis=1).astype(int)),
    "a number": (MLPRegressor, SCORE),
}


def theirs(kind: Any) -> Any:
    from sklearn import neural_network

    return getattr(neural_network, kind.__name__)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("what", TARGETS)
def test_the_objective_is_scikit_learns(what: str, weighted: bool) -> None:
    """scikit-learn's own estimator, with our weights put into it, tells the same loss; alpha, batches and all."""
    kind, y = TARGETS[what]
    if weighted and "sample_weight" not in inspect.signature(theirs(kind).fit).parameters:
        pytest.skip("scikit-learn's networks take weights from 1.7 on")
    settings = {"hidden_layer_sizes": (7, 4), "activation": "tanh", "solver": "sgd", "learning_rate_init": 1e-14}
    settings |= {"alpha": 3.7, "batch_size": 60, "max_iter": 1, "shuffle": False, "random_state": 0}
    weights = {"sample_weight": RNG.uniform(0.5, 2, size=150)} if weighted else {}
    ours = kind(**settings).fit(X, y, **weights)
    other = theirs(kind)(**settings, warm_start=True).fit(X, y)
    other.coefs_, other.intercepts_ = [w.copy() for w in ours.coefs_], [b.copy() for b in ours.intercepts_]
    other.fit(X, y, **weights)
    if not weighted:  # it averages the losses of batches by their sizes, weights or none
        assert other.loss_curve_[-1] == pytest.approx(ours.loss_curve_[-1], rel=1e-9)
    whole = {**settings, "batch_size": 150}
    again = kind(**whole).fit(X, y, **weights)
    other = theirs(kind)(**whole, warm_start=True).fit(X, y)
    other.coefs_, other.intercepts_ = [w.copy() for w in again.coefs_], [b.copy() for b in again.intercepts_]
    assert other.fit(X, y, **weights).loss_curve_[-1] == pytest.approx(again.loss_curve_[-1], rel=1e-9)


@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
@pytest.mark.parametrize("what", TARGETS)
def test_first_weights_and_biases_are_scikit_learns(what: str, activation: Any) -> None:
    kind, y = TARGETS[what]
    settings = {"hidden_layer_sizes": (7, 4), "activation": activation, "solver": "sgd", "learning_rate_init": 1e-14}
    ours, other = (k(**settings, max_iter=1, random_state=3).fit(X, y) for k in (kind, theirs(kind)))
    for mine, its in zip([*ours.coefs_, *ours.intercepts_], [*other.coefs_, *other.intercepts_], strict=True):
        np.testing.assert_allclose(mine, its, rtol=0, atol=1e-12)


def test_alpha_is_as_strong_as_scikit_learns() -> None:
    kind, y = TARGETS["three classes"]
    for alpha in (1e-5, 1e-3, 0.1, 1.0, 10.0, 300.0):
        settings = {"hidden_layer_sizes": (8,), "solver": "lbfgs", "alpha": alpha, "random_state": 0, "max_iter": 400}
        found = [k(**settings).fit(X, y).score(X, y) for k in (kind, theirs(kind))]
        assert found[0] == pytest.approx(found[1], abs=0.01), alpha


@pytest.mark.parametrize("what", TARGETS)
@pytest.mark.parametrize("solver", ["lbfgs", "adam"])
def test_every_form_of_targets_is_learnt(what: str, solver: str) -> None:
    kind, y = TARGETS[what]
    network = kind((16,), solver=solver, learning_rate_init=0.02, random_state=0, max_iter=150).fit(X, y)
    assert network.score(X, y) > 0.8
    assert network.predict(X).shape == y.shape
    assert network.n_layers_ == 3
    assert [w.shape for w in network.coefs_] == [(5, 16), (16, network.n_outputs_)]
    assert [b.shape for b in network.intercepts_] == [(16,), (network.n_outputs_,)]
    assert network.best_loss_ == min(network.loss_curve_)
    assert network.t_ == network.n_iter_ * 150
    if kind is MLPClassifier:
        np.testing.assert_allclose(np.exp(network.predict_log_proba(X)), network.predict_proba(X))


def test_several_numbers_and_other_losses() -> None:
    y = np.stack([SCORE, 2 * X[:, 0]], axis=1)
    assert MLPRegressor((16,), learning_rate_init=0.02, random_state=0).fit(X, y).score(X, y) > 0.8
    counts = np.exp(X[:, 0]).round()
    for loss in ("absolute_error", "huber", "poisson"):
        network = MLPRegressor((16,), loss=loss, learning_rate_init=0.02, random_state=0).fit(X, counts)
        assert network.score(X, counts) > 0.6, loss
    for quantile in (0.2, 0.9):
        network = MLPRegressor(
            (8,), loss="quantile", quantile=quantile, learning_rate_init=0.02, tol=None, random_state=0
        )
        assert np.mean(network.fit(X, SCORE).predict(X) > SCORE) == pytest.approx(quantile, abs=0.08)
    for quantile in (90, "0.5", None):
        words = "quantile=90: expected a share between 0 and 1" if quantile == 90 else "quantile must be a number, got"
        with pytest.raises(ValueError, match=words):
            MLPRegressor(loss="quantile", quantile=quantile).fit(X, SCORE)
    with pytest.raises(ValueError, match="loss='mse': expected one of squared_error"):
        MLPRegressor(loss="mse").fit(X, counts)
    focal = MLPClassifier((16,), loss="focal", dropout=0.1, learning_rate_init=0.02, random_state=0)
    assert focal.fit(X, TARGETS["three classes"][1]).score(X, TARGETS["three classes"][1]) > 0.8


@pytest.mark.parametrize("kind", ESTIMATORS)
def test_single_precision_stays(kind: Any) -> None:
    network = kind((4,), max_iter=2, random_state=0).fit(X.astype(np.float32), (SCORE > 0).astype(int))
    assert {p.dtype for p in network.model_.parameters()} == {np.dtype(np.float32)}


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_whole_batches_of_samples_without_weight_are_as_if_they_were_not_there(kind: Any) -> None:
    rng = np.random.default_rng(0)
    x, kept = rng.normal(size=(60, 3)), np.repeat([True, False, True], 20)
    y = x[:, 0] > 0 if kind is MLPClassifier else x[:, 0]
    settings = {"solver": "sgd", "momentum": 0.0, "alpha": 0.0, "tol": None, "max_iter": 3, "shuffle": False}
    found, expected = (kind((4,), batch_size=10, random_state=0, **settings) for _ in range(2))
    found.fit(x, y, sample_weight=kept * 1.0)
    expected.fit(x[kept], y[kept])
    np.testing.assert_allclose(found.predict(x), expected.predict(x), rtol=1e-9)
    assert np.isfinite(kind((4,), batch_size=10, max_iter=3, tol=None).fit(x, y, sample_weight=kept * 1.0).loss_)


def test_parts_weights_and_sparse_rows() -> None:
    sparse = pytest.importorskip("scipy.sparse")
    y = np.array(["no", "yes"])[(SCORE > 0).astype(int)]
    network = MLPClassifier((16,), learning_rate_init=0.02, random_state=0)
    with pytest.raises(ValueError, match="classes must be passed"):
        network.partial_fit(X, y)
    for _ in range(60):
        for part in range(0, 150, 50):
            rows = slice(part, part + 50)
            network.partial_fit(sparse.csr_matrix(X[rows]), y[rows], classes=["no", "yes"])
    assert network.n_iter_ == 180
    assert network.score(sparse.csr_matrix(X), y) > 0.9
    rare = MLPClassifier((8,), class_weight="balanced", solver="lbfgs", alpha=1, random_state=0)
    few = (SCORE > 1.2).astype(int)
    assert (
        rare.fit(X, few).predict(X).mean()
        > MLPClassifier((8,), solver="lbfgs", alpha=1, random_state=0).fit(X, few).predict(X).mean()
    )


def test_it_stops_warns_and_goes_on_as_scikit_learn() -> None:
    from sklearn.exceptions import ConvergenceWarning

    kind, y = TARGETS["three classes"]
    with pytest.warns(ConvergenceWarning, match="adam has not converged after max_iter=2"):
        network = kind((4,), max_iter=2, random_state=0, warm_start=True).fit(X, y)
    before = network.loss_curve_
    assert network.fit(X, y).loss_curve_[:2] == before
    assert network.n_iter_ == 4
    early = kind((16,), early_stopping=True, learning_rate_init=0.05, n_iter_no_change=3, random_state=0).fit(X, y)
    assert max(early.validation_scores_) == early.best_validation_score_
    assert len(early.validation_scores_) == early.n_iter_ < 200
    slower = kind((16,), solver="sgd", learning_rate="adaptive", learning_rate_init=0.3, tol=0.02, random_state=0)
    slower.fit(X, y)
    assert slower._fitting.optimizer.learning_rate < 1e-5
    scaled = kind((16,), solver="sgd", learning_rate="invscaling", max_iter=20, random_state=0).fit(X, y)
    assert pickle.loads(pickle.dumps(scaled)).predict(X).tolist() == scaled.predict(X).tolist()


def test_a_network_of_ones_own() -> None:
    def network(inputs: int, outputs: int) -> nn.Module:
        layers = [
            nn.Linear(inputs, 8, seed=0, dtype=np.float64),
            nn.Tanh(),
            nn.Linear(8, outputs, seed=1, dtype=np.float64),
        ]
        return nn.Sequential(*layers)

    kind, y = TARGETS["three classes"]
    assert kind(module=network, learning_rate_init=0.05, random_state=0).fit(X, y).score(X, y) > 0.8


def test_a_pickle_of_before_there_was_a_quantile_is_as_it_was():
    network = MLPRegressor((4,), max_iter=2, tol=None, random_state=0).fit(X, SCORE)
    old = pickle.loads(pickle.dumps(network))
    del old.quantile
    assert "MLPRegressor" in repr(old)
    assert old.get_params() == network.get_params()
    np.testing.assert_array_equal(old.partial_fit(X, SCORE).predict(X), network.partial_fit(X, SCORE).predict(X))


@pytest.mark.parametrize("estimator", [MLPClassifier, MLPRegressor])
def test_weights_can_be_set_as_in_scikit_learn(estimator):
    x, y = np.random.default_rng(0).normal(size=(40, 3)), np.arange(40) % 2
    network = estimator((4,), max_iter=1, tol=None, random_state=0).fit(x, y)
    assert not hasattr(estimator(), "coefs_")
    other = estimator((4,), max_iter=1, tol=None, random_state=1).fit(x, y)
    other.coefs_, other.intercepts_ = network.coefs_, network.intercepts_
    outputs = "predict_proba" if estimator is MLPClassifier else "predict"
    np.testing.assert_array_equal(getattr(other, outputs)(x), getattr(network, outputs)(x))
    network.coefs_[0][:] = 0
    assert not np.array_equal(getattr(other, outputs)(x), getattr(network, outputs)(x))
    with pytest.raises(
        ValueError, match=r"coefs_ of this network has the shapes \[\(3, 4\), \(4, \d\)\], got \[\(4, 3\)\]"
    ):
        other.coefs_ = [np.zeros((4, 3))]


def test_weights_may_change_places_and_stay_where_one_is_refused():
    x = np.random.default_rng(0).normal(size=(40, 3))
    network = MLPRegressor((3, 3), max_iter=1, tol=None, random_state=0).fit(x, x[:, 0])
    first, second, last = (weight.copy() for weight in network.coefs_)
    network.coefs_ = [network.coefs_[1], network.coefs_[0], network.coefs_[2]]
    np.testing.assert_array_equal(network.coefs_[:2], [second, first])
    with pytest.raises(ValueError, match="could not convert string to float"):
        network.coefs_ = [first, np.full((3, 3), "a"), last]
    np.testing.assert_array_equal(network.coefs_[:2], [second, first])
