"""The estimators in the company of scikit-learn's tools, each of which does with them what it does with its own."""

import os
import pickle
from typing import Any

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="needs the extra train")

import joblib
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris, make_multilabel_classification
from sklearn.ensemble import AdaBoostClassifier, VotingClassifier
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import nn
from nn.estimator import MLPClassifier

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = load_iris(return_X_y=True)
X = StandardScaler().fit_transform(X)


def network(**settings: Any) -> MLPClassifier:
    return MLPClassifier((8,), max_iter=30, batch_size=16, learning_rate_init=0.03, random_state=0, **settings)


def test_grid_search_in_two_processes_finds_what_one_finds() -> None:
    grid = {"alpha": [1e-4, 1e4], "learning_rate_init": [0.03, 0.01]}
    found = []
    for jobs in (1, 2):
        with joblib.parallel_config(backend="loky", n_jobs=jobs, inner_max_num_threads=1):
            found.append(GridSearchCV(network(), grid, cv=2).fit(X, Y))
    one, two = found
    assert one.best_params_["alpha"] == 1e-4
    assert two.best_score_ == one.best_score_ > 0.9
    assert two.cv_results_["mean_test_score"].tolist() == one.cv_results_["mean_test_score"].tolist()
    np.testing.assert_array_equal(two.predict_proba(X), one.predict_proba(X))


def trained(seed: int, fails: bool = False) -> tuple[int, float, nn.Module]:
    """A program's own network for one seed; what comes back goes through pickle."""
    if fails:
        raise nn.DivergenceError("the loss is no longer finite")
    model = nn.MLP(4, [8, 3], activation="tanh", seed=seed)
    trainer = nn.Trainer(model, loss="cross_entropy", optimizer="adam", metrics=["accuracy"])
    history = trainer.fit(X, Y, epochs=3, batch_size=16, validation_split=0.2, seed=seed, progress=False)
    return os.getpid(), history["val_loss"][-1], model


def test_seeds_in_two_processes_give_what_one_gives() -> None:
    run = joblib.Parallel(n_jobs=2, backend="loky")
    several = run(joblib.delayed(trained)(seed) for seed in range(3))
    assert os.getpid() not in {process for process, *_ in several}
    for seed, (_, loss, model) in enumerate(several):
        _, expected, own = trained(seed)
        assert loss == pytest.approx(expected, rel=1e-5)  # as native or not from some step on, as there is code or not
        np.testing.assert_allclose(model(X).data, own(X).data, rtol=1e-4, atol=1e-5)
    with pytest.raises(nn.DivergenceError, match="no longer finite"):
        run(joblib.delayed(trained)(seed, seed == 1) for seed in range(2))


@pytest.mark.parametrize(
    "whole",
    [
        CalibratedClassifierCV(network(), cv=2),
        AdaBoostClassifier(network(), n_estimators=3, random_state=0),
        VotingClassifier([("network", network()), ("line", LogisticRegression())], voting="soft"),
    ],
    ids=lambda whole: type(whole).__name__,
)
def test_wholes_of_which_it_is_a_part(whole: Any) -> None:
    assert whole.fit(X, Y).score(X, Y) > 0.9
    np.testing.assert_allclose(whole.predict_proba(X).sum(axis=1), 1, rtol=1e-6)


def test_permutation_importance_finds_what_counts() -> None:
    noise = np.random.default_rng(0).normal(size=(len(X), 1))
    found = permutation_importance(network().fit(np.hstack([X, noise]), Y), np.hstack([X, noise]), Y, random_state=0)
    assert found.importances_mean[2:4].min() > 0.05 > found.importances_mean[4]


def test_sparse_columns_of_a_column_transformer() -> None:
    colours = np.random.default_rng(0).integers(20, size=(200, 1))
    columns = ColumnTransformer([("one-hot", OneHotEncoder(), [0])], sparse_threshold=1.0)
    assert hasattr(columns.fit_transform(colours), "toarray")
    whole = make_pipeline(columns, network())
    assert whole.fit(colours, colours[:, 0] % 2).score(colours, colours[:, 0] % 2) == 1.0


def test_copies() -> None:
    fitted = network().fit(X, Y)
    assert clone(fitted).get_params() == fitted.get_params()
    assert not hasattr(clone(fitted), "model_")
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(again.predict_proba(X), fitted.predict_proba(X))


@pytest.mark.parametrize("classes", [2, 3, "labels"])
def test_decision_function_ranks_as_the_probabilities_do(classes: Any) -> None:
    x, y = X, np.minimum(Y, 1) if classes == 2 else Y
    if classes == "labels":
        x, y = make_multilabel_classification(100, n_classes=4, random_state=0)
        x = StandardScaler().fit_transform(x)
    fitted = network().fit(x, y)
    decided, sure = fitted.decision_function(x), fitted.predict_proba(x)
    if classes == 3:
        shares = np.exp(decided - decided.max(axis=1, keepdims=True))
        np.testing.assert_allclose(shares / shares.sum(axis=1, keepdims=True), sure, rtol=1e-9)
        return
    np.testing.assert_allclose(1 / (1 + np.exp(-decided)), sure[:, 1] if classes == 2 else sure, rtol=1e-9)
    assert roc_auc_score(y, decided) > 0.9


def test_alpha_from_weak_to_strong_gives_scikit_learns_curve() -> None:
    from sklearn.neural_network import MLPClassifier as Theirs

    settings: dict[str, Any] = {"max_iter": 40, "learning_rate_init": 0.02, "batch_size": 50, "tol": 0.0}
    scores = np.array(
        [
            [
                kind((10,), alpha=alpha, random_state=0, **settings).fit(X, Y).score(X, Y)
                for kind in (MLPClassifier, Theirs)
            ]
            for alpha in 10.0 ** np.arange(-5, 2)
        ]
    )
    assert np.abs(scores[:, 0] - scores[:, 1]).max() <= 0.05
    assert scores[0].min() > 0.9
