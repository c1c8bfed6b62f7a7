"""Metrics against scikit-learn's of the same name, and what they refuse."""

import numpy as np
import pytest

import autograd as ag
import nn

RNG = np.random.default_rng(0)
Y = RNG.normal(size=30)
CASES = [  # our metric, scikit-learn's name, y_true, y_pred
    (nn.accuracy, "accuracy_score", RNG.integers(0, 4, 30), RNG.integers(0, 4, 30)),
    (nn.accuracy, "accuracy_score", np.array(["a", "b", "a"]), np.array(["a", "a", "a"])),
    (nn.mean_absolute_error, "mean_absolute_error", Y, Y + RNG.normal(size=30)),
    (nn.mean_absolute_error, "mean_absolute_error", Y.reshape(10, 3), Y.reshape(10, 3) * 0.5),
    (nn.r2_score, "r2_score", Y, Y + RNG.normal(size=30)),
    (nn.r2_score, "r2_score", Y.reshape(10, 3), Y.reshape(10, 3)[::-1]),
    (nn.r2_score, "r2_score", [2.0, 2.0, 2.0], [2.0, 2.0, 2.0]),
    (nn.r2_score, "r2_score", [2.0, 2.0, 2.0], [2.0, 2.0, 3.0]),
    (nn.r2_score, "r2_score", [[1.0, 2.0], [1.0, 3.0]], [[1.0, 2.0], [2.0, 3.5]]),
    (nn.confusion_matrix, "confusion_matrix", RNG.integers(0, 4, 30), RNG.integers(1, 6, 30)),
    (nn.confusion_matrix, "confusion_matrix", ["b", "a", "c"], ["a", "a", "a"]),
]


@pytest.mark.parametrize(("metric", "name", "y_true", "y_pred"), CASES)
def test_against_scikit_learn(metric, name, y_true, y_pred):
    sklearn_metrics = pytest.importorskip(
        "sklearn.metrics", reason="compares with scikit-learn, which is not installed"
    )
    expected = getattr(sklearn_metrics, name)(y_true, y_pred)
    assert np.allclose(metric(y_true, y_pred), expected, rtol=1e-12)


@pytest.mark.parametrize("kind", [np.int64, np.int8, np.uint8, np.uint64, np.bool_])
@pytest.mark.parametrize("metric", [nn.accuracy, nn.mean_absolute_error, nn.r2_score])
def test_whole_numbers_count_as_their_floats(metric, kind):
    y_true, y_pred = (RNG.integers(0, 100, 30).astype(kind) for _ in range(2))
    assert metric(y_true, y_pred) == pytest.approx(metric(y_true.astype(float), y_pred.astype(float)), rel=1e-14)


def test_the_classes_of_a_confusion_matrix_may_be_given():
    counts = nn.confusion_matrix([0, 1, 2, 2], [0, 2, 2, 1], labels=[2, 0, 3])
    assert counts.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 0]]


@pytest.mark.parametrize("metric", [nn.accuracy, nn.mean_absolute_error, nn.r2_score, nn.confusion_matrix])
def test_shapes_are_never_broadcast_and_nothing_is_no_mean(metric):
    with pytest.raises(ag.ShapeError, match=rf"{metric.__name__}: y_true has shape \(3,\) and y_pred \(3, 1\)"):
        metric(np.zeros(3), np.zeros((3, 1)))
    with pytest.raises(ValueError, match=f"{metric.__name__} needs at least one prediction"):
        metric([], [])


@pytest.mark.parametrize("size", [1e-320, 1e-200, 1e-30, 1e30, 1e200, 1e300])
def test_r2_is_the_same_in_every_unit(size):
    said = Y + 0.3 * RNG.normal(size=30)
    fraction = 1e-3 if size == 1e-320 else 1e-12  # of which few bits are left
    assert np.isclose(nn.r2_score(Y * size, said * size), nn.r2_score(Y, said), rtol=fraction)
    assert nn.r2_score([size, size], [size, 0.0]) == 0.0
    with np.errstate(over="ignore"):
        assert nn.r2_score(Y, said * np.float64(1e250)) < -1e300
