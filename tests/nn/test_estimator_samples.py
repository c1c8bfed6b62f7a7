"""What samples count, and what labels and classes come as: the estimators take it as scikit-learn means it."""

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="needs the extra train")

from scipy import sparse
from sklearn.datasets import load_iris
from sklearn.neural_network import MLPClassifier as Theirs

from nn.estimator import MLPClassifier, MLPRegressor

X, Y = load_iris(return_X_y=True)
SETTINGS = {"hidden_layer_sizes": (8,), "max_iter": 5, "random_state": 0}
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
@pytest.mark.parametrize("labels", [False, True])
def test_what_weighs_nothing_has_no_say_in_when_to_stop(kind, labels):
    """However wrong its targets are, if it is among what is set aside."""
    y = np.stack([Y == 0, Y > 1], axis=1).astype(int) if labels else Y
    weights = np.where(np.arange(150) % 3, 2.0, 0.0)
    wrong = y.copy()
    wrong[::3] = (0 if labels else 1) if kind is MLPClassifier else -1000
    scores = []
    for targets in (y, wrong):
        network = kind(**SETTINGS, early_stopping=True, shuffle=False, validation_fraction=0.3)
        network._split = lambda size, *_: np.array_split(np.arange(size), [100])
        scores.append(network.fit(X, targets, sample_weight=weights).validation_scores_)
    assert scores[0] == scores[1]
    with pytest.raises(ValueError, match="no sample that was set aside for early stopping has a weight"):
        network.fit(X, y, sample_weight=np.arange(150) < 100)


@pytest.mark.parametrize("form", [sparse.csr_matrix, sparse.csc_matrix, sparse.coo_array])
def test_labels_come_and_go_as_sparse_matrices(form):
    labels = np.stack([Y == 0, Y == 1, Y > 0], axis=1).astype(int)
    dense = MLPClassifier(**SETTINGS).fit(X, labels)
    found = MLPClassifier(**SETTINGS).fit(X, form(labels))
    said = found.predict(X)
    assert sparse.issparse(said)
    assert (said.toarray() == dense.predict(X)).all()
    assert found.score(X, sparse.csr_matrix(labels)) == dense.score(X, labels)
    assert not sparse.issparse(found.fit(X, labels).predict(X))


def test_other_classes_than_the_first_call_named_are_refused():
    for kind in (Theirs, MLPClassifier):
        network = kind(**SETTINGS).partial_fit(X, Y, classes=[0, 1, 2])
        network.partial_fit(X, Y, classes=[2, 1, 0])
        network.partial_fit(X, Y)
        for other in ([0, 1], [0, 1, 2, 3]):
            with pytest.raises(ValueError, match=r"(first|last) call"):
                network.partial_fit(X, Y, classes=other)
