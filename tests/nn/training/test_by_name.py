"""What people type first: Keras's words work, and wrong kinds are refused where they are passed, in one line."""

import sys

import numpy as np
import pytest

import autograd as ag
import nn
from nn.training.by_name import as_loss, as_metrics

RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 4))
Y = (X[:, 0] + 0.7 * RNG.normal(size=120) > 0.8).astype(int)


def trainer(model=None, **settings):
    settings = {"loss": "cross_entropy", "optimizer": "adam"} | settings
    return nn.Trainer(nn.MLP(4, [8, 2], seed=0) if model is None else model, **settings)


def test_names_in_place_of_objects():
    found = trainer(metrics=["accuracy", "mae"], learning_rate=0.02, label_smoothing=0.1)
    assert isinstance(found.optimizer, nn.Adam)
    assert found.optimizer.learning_rate == 0.02
    row = found.fit(X, Y, epochs=2, progress=False)[-1]
    assert list(row) == ["epoch", "learning_rate", "loss", "accuracy", "mae"]
    by_hand = nn.cross_entropy(found.model(X), Y, label_smoothing=0.1).item()
    assert found.evaluate(X, Y)["loss"] == pytest.approx(by_hand, rel=1e-6)
    assert trainer(loss="BCEWithLogitsLoss", optimizer="SGD").loss is nn.binary_cross_entropy_with_logits


@pytest.mark.parametrize("outputs", [1, 2, 3])
def test_scorers_get_what_they_are_made_for(outputs):
    """scikit-learn's own functions on the probabilities judge."""
    metrics = pytest.importorskip("sklearn.metrics", reason="needs the extra train")
    y = Y if outputs < 3 else np.digitize(X[:, 0], [-0.5, 0.5])
    loss, targets = ("cross_entropy", y) if outputs > 1 else ("binary_cross_entropy_with_logits", y[:, None])
    name = "roc_auc_ovr" if outputs == 3 else "roc_auc"
    asked = {"auc": name, "own": metrics.roc_auc_score, "log": "neg_log_loss", "accuracy": "accuracy", "f1": "f1_macro"}
    found = trainer(nn.MLP(4, [8, outputs], seed=0), loss=loss, metrics=asked)
    row = found.fit(X, targets, epochs=3, validation_data=(X, targets), progress=False)[-1]
    p = found.predict_proba(X)
    scores = {1: p.ravel(), 2: p[:, -1], 3: p.astype(float) / p.sum(axis=1, keepdims=True, dtype=float)}[outputs]
    auc = metrics.roc_auc_score(y, scores, multi_class="ovr")
    assert row["val_auc"] == pytest.approx(auc)
    assert row["val_own"] == pytest.approx(auc)
    assert row["val_log"] == pytest.approx(-metrics.log_loss(y, scores.astype(float)), rel=1e-5)
    assert row["val_accuracy"] == np.mean(found.predict(X).ravel() == y)
    assert row["val_f1"] == metrics.f1_score(y, found.predict(X).ravel(), average="macro")


def test_weights_are_samples_that_are_there_more_often():
    weights = 1 + Y
    often = np.repeat(np.arange(120), weights)
    models = [nn.MLP(4, [8, 2], seed=0) for _ in range(3)]
    trainer(models[0]).fit(X[often], Y[often], epochs=5, batch_size="full", progress=False)
    trainer(models[1]).fit(X, Y, epochs=5, batch_size="full", sample_weight=weights, progress=False)
    trainer(models[2]).fit(X, Y, epochs=5, batch_size="full", class_weight={0: 1, 1: 2}, progress=False)
    for model in models[1:]:
        for p, q in zip(model.parameters(), models[0].parameters(), strict=True):
            np.testing.assert_allclose(p.data, q.data, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("compile", [False, True])
@pytest.mark.parametrize("batch_size", [1, 8])
def test_samples_of_no_weight_are_as_if_they_were_not_there(compile, batch_size):
    kept = np.repeat([True, False, True], 40)  # whole batches of no weight among the others
    expected, found = (trainer(optimizer="sgd", learning_rate=0.1, compile=compile) for _ in range(2))
    settings = {"epochs": 2, "batch_size": batch_size, "shuffle": False, "progress": False}
    history = expected.fit(X[kept], Y[kept], **settings)
    weighed = found.fit(X, Y, sample_weight=kept * 1.0, **settings)
    np.testing.assert_allclose(weighed["loss"], history["loss"], rtol=1e-5)
    for p, q in zip(found.model.parameters(), expected.model.parameters(), strict=True):
        np.testing.assert_allclose(p.data, q.data, rtol=1e-4, atol=1e-6)


def test_balanced_classes_count_alike():
    found = trainer(learning_rate=0.05)
    history = found.fit(X, Y, epochs=1, batch_size="full", class_weight="balanced", progress=False)
    fresh = nn.MLP(4, [8, 2], seed=0)(X)
    each = nn.cross_entropy(fresh, Y, "none").data
    assert history["loss"][0] == pytest.approx((each[Y == 0].mean() + each[Y == 1].mean()) / 2, rel=1e-5)


MODEL = nn.MLP(4, [8, 2], seed=0)
OF_MODEL = nn.Adam(MODEL.parameters())
REFUSED = {
    "optimizer=nn.Adam": (lambda: trainer(optimizer=nn.Adam), TypeError, "the class Adam, not an object of it"),
    "optimizer='adamm'": (
        lambda: trainer(optimizer="adamm"),
        ValueError,
        "no optimizer is called 'adamm'",
    ),
    "loss='cross'": (lambda: trainer(loss="cross"), ValueError, "no loss is called 'cross'; did you mean|there are"),
    "loss=3": (lambda: trainer(loss=3), TypeError, "pass e.g. nn.cross_entropy"),
    "metrics='accuracy'": (lambda: trainer(metrics="accuracy"), TypeError, r'metrics=\["accuracy"\]'),
    "metrics=['acuracy']": (lambda: trainer(metrics=["acuracy"]), ValueError, "did you mean 'accuracy'"),
    "metrics=[3]": (lambda: trainer(metrics=[3]), TypeError, "pass e.g. nn.accuracy"),
    "callbacks=[class]": (
        lambda: trainer(callbacks=[nn.EarlyStopping]),
        TypeError,
        "the class EarlyStopping",
    ),
    "callbacks=one": (lambda: trainer(callbacks=nn.EarlyStopping()), TypeError, "pass a list"),
    "model=nn.MLP": (lambda: trainer(nn.MLP), TypeError, "the class MLP, not an object of it"),
    "another model's": (
        lambda: trainer(optimizer=nn.Adam(MODEL.parameters())),
        ValueError,
        "another model's parameters",
    ),
    "learning_rate": (
        lambda: trainer(MODEL, optimizer=OF_MODEL, learning_rate=0.1),
        TypeError,
        "goes",
    ),
    "label_smoothing": (
        lambda: trainer(loss="mse", label_smoothing=0.1),
        ValueError,
        "is for cross_entropy",
    ),
    "accumulate": (lambda: trainer(accumulate=0), ValueError, "accumulate must be a positive integer"),
    "DataLoader(x, y)": (lambda: nn.DataLoader(X, Y), TypeError, r"pass e.g. DataLoader\(\(x, y\), batch_size=32\)"),
    "DataLoader(x)": (lambda: nn.DataLoader(X), TypeError, r"a pair \(x, y\)"),
    "MLP(4, 3)": (lambda: nn.MLP(4, 3), TypeError, r"MLP\(4, \[3\]\)"),
    "MLP([4, 8, 3])": (lambda: nn.MLP([4, 8, 3]), TypeError, r"MLP\(4, \[8, 3\]\)"),
    "fit(x)": (lambda: trainer().fit(X, epochs=1), TypeError, r"fit\(x, y, …\), or a loader"),
    "weights of no class": (
        lambda: trainer().fit(X, Y, epochs=1, class_weight={0: 1.0}),
        ValueError,
        "no weight for class 1",
    ),
    "class_weight": (
        lambda: trainer().fit(X, Y, epochs=1, class_weight="even"),
        ValueError,
        "pass 'balanced' or",
    ),
    "sample_weight": (
        lambda: trainer().fit(X, Y, epochs=1, sample_weight=[1.0]),
        ValueError,
        "for each of 120",
    ),
    "sample_weight beside a loader": (
        lambda: trainer().fit(nn.DataLoader((X, Y)), epochs=1, sample_weight=np.ones(120)),
        ValueError,
        r"a loader gives batches \(x, y, weights\)",
    ),
    "a loader without batches": (
        lambda: trainer().fit(nn.DataLoader((X, Y), 200, drop_last=True), epochs=1),
        ValueError,
        "gives no batch: it has fewer samples than one batch, which drop_last leaves out",
    ),
    "a loader of nothing": (lambda: trainer().fit({}.values(), epochs=1), ValueError, "the loader gives no batch$"),
    "validation_split of a loader": (
        lambda: trainer().fit(nn.DataLoader((X, Y)), epochs=1, validation_split=0.1),
        ValueError,
        "pass validation_data=",
    ),
    "class_weight of a loss without reduction": (
        lambda: trainer(loss=lambda p, t: ag.mean(p)).fit(nn.DataLoader((X, Y)), epochs=1, class_weight="balanced"),
        ValueError,
        "takes no reduction='none'",
    ),
    "1-D x": (lambda: trainer().fit(X[:, 0], Y, epochs=1), ag.ShapeError, r"\(32,\)"),
    "images": (lambda: trainer().fit(X.reshape(-1, 2, 2), Y[:120], epochs=1), ag.ShapeError, r"\(32, 2, 2\)"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_wrong_kinds_are_refused_in_one_line(what):
    make, kind, message = REFUSED[what]
    with pytest.raises(kind, match=message) as refusal:
        make()
    assert "\n" not in str(refusal.value)


def test_metrics_of_a_list_are_named_by_themselves():
    assert list(as_metrics([nn.accuracy, "r2_score", lambda t, p: 0.0])) == ["accuracy", "r2_score", "<lambda>"]


@pytest.mark.parametrize(
    ("word", "name"),
    [("mae", "l1_loss"), ("MAE", "l1_loss"), ("bce", "binary_cross_entropy_with_logits"), ("kl_divergence", "kl_div")],
)
def test_keras_s_words_for_losses(word, name):
    assert as_loss(word) is getattr(nn, name)


@pytest.mark.parametrize("word", ["mse", "rmse", "mean_squared_error", "max_error", "mape", "median_absolute_error"])
def test_errors_are_not_negative(word):
    """scikit-learn's scorers give −error, under names that begin with neg_."""
    metrics = pytest.importorskip("sklearn.metrics")
    full = {"mse": "mean_squared_error", "rmse": "root_mean_squared_error", "mape": "mean_absolute_percentage_error"}
    x = np.random.default_rng(0).normal(size=(30, 2)).astype(np.float32)
    y = x[:, :1] * 2 + 5
    regression = nn.Trainer(nn.Linear(2, 1, seed=0), loss="mse", optimizer="adam", metrics=[word])
    expected = getattr(metrics, full.get(word, word))(y, regression.predict(x))
    found = regression.evaluate(x, y)[word]
    assert found == pytest.approx(expected)
    assert found > 0


def test_a_metric_of_scikit_learn_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.metrics", None)
    with pytest.raises(nn.MissingExtraError, match=r"'roc_auc' is none of nn's metrics \(accuracy, .* pip install"):
        as_metrics(["roc_auc"])
    with pytest.raises(ValueError, match="did you mean 'accuracy'"):
        as_metrics(["acuracy"])
