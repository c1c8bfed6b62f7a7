"""Losses against their formulas and against PyTorch, what they refuse, and how their outputs are read."""

import functools

import numpy as np
import pytest

import autograd as ag
import nn
from nn.outputs import outputs_of

RNG = np.random.default_rng(0)
LOGITS = RNG.normal(size=(6, 4)) * 3
CLASSES = np.array([0, 3, 1, 1, 2, 0])
ONE_HOT = np.eye(4)[CLASSES]
SOFT = RNG.dirichlet(np.ones(4), size=6)
SIGMOID = 1 / (1 + np.exp(-LOGITS))
LOG_SOFTMAX = LOGITS - np.log(np.exp(LOGITS).sum(axis=1, keepdims=True))

CASES = {  # loss, targets, the loss of each entry by its formula, PyTorch's name
    "mse": (nn.mse, SOFT, (LOGITS - SOFT) ** 2, "mse_loss"),
    "classes": (nn.cross_entropy, CLASSES, -LOG_SOFTMAX[np.arange(6), CLASSES], "cross_entropy"),
    "one-hot": (nn.cross_entropy, ONE_HOT, -(ONE_HOT * LOG_SOFTMAX).sum(axis=1), "cross_entropy"),
    "soft": (nn.cross_entropy, SOFT, -(SOFT * LOG_SOFTMAX).sum(axis=1), "cross_entropy"),
    "yes or no": (
        nn.binary_cross_entropy_with_logits,
        ONE_HOT,
        -ONE_HOT * np.log(SIGMOID) - (1 - ONE_HOT) * np.log(1 - SIGMOID),
        "binary_cross_entropy_with_logits",
    ),
    "yes or no, soft": (
        nn.binary_cross_entropy_with_logits,
        SOFT,
        -SOFT * np.log(SIGMOID) - (1 - SOFT) * np.log(1 - SIGMOID),
        "binary_cross_entropy_with_logits",
    ),
}
REDUCE = {"mean": np.mean, "sum": np.sum, "none": lambda losses: losses}
SMOOTHING = 0.2
SMOOTH = (1 - SMOOTHING) * SOFT + SMOOTHING / 4
SMOOTH_ONE_HOT = (1 - SMOOTHING) * ONE_HOT + SMOOTHING / 4
smoothed = functools.partial(nn.cross_entropy, label_smoothing=SMOOTHING)
CASES |= {
    "smoothed": (smoothed, CLASSES, -(SMOOTH_ONE_HOT * LOG_SOFTMAX).sum(axis=1), "cross_entropy"),
    "smoothed one-hot": (smoothed, ONE_HOT, -(SMOOTH_ONE_HOT * LOG_SOFTMAX).sum(axis=1), "cross_entropy"),
    "smoothed soft": (smoothed, SOFT, -(SMOOTH * LOG_SOFTMAX).sum(axis=1), "cross_entropy"),
}
every_case = pytest.mark.parametrize("case", CASES)
every_reduction = pytest.mark.parametrize("reduction", REDUCE)


@every_case
@every_reduction
def test_a_loss_is_its_formula(case, reduction):
    loss, targets, formula, _ = CASES[case]
    expected = REDUCE[reduction](formula)
    assert np.allclose(loss(ag.Tensor(LOGITS), targets, reduction).data, expected, rtol=1e-12)
    assert np.allclose(loss(LOGITS, targets, reduction), expected, rtol=1e-12)
    assert np.allclose(loss(ag.Tensor(LOGITS), ag.Tensor(targets), reduction).data, expected, rtol=1e-12)


@every_case
def test_the_mean_is_the_default(case):
    loss, targets, formula, _ = CASES[case]
    assert loss(ag.Tensor(LOGITS), targets).item() == pytest.approx(formula.mean(), rel=1e-12)


@pytest.mark.peers
@every_case
@every_reduction
def test_a_loss_and_its_gradient_against_pytorch(case, reduction):
    torch = pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")
    loss, targets, formula, name = CASES[case]
    ours, theirs = ag.Tensor(LOGITS, requires_grad=True), torch.tensor(LOGITS, requires_grad=True)
    upstream = RNG.normal(size=np.shape(REDUCE[reduction](formula)))
    value = loss(ours, targets, reduction)
    options = loss.keywords if isinstance(loss, functools.partial) else {}
    torch_value = getattr(torch.nn.functional, name)(theirs, torch.tensor(targets), reduction=reduction, **options)
    value.backward(upstream)
    torch_value.backward(torch.tensor(upstream))
    assert np.allclose(value.data, torch_value.detach().numpy(), rtol=1e-12)
    assert np.allclose(ours.grad.data, theirs.grad.numpy(), rtol=1e-10, atol=1e-15)


@every_case
@pytest.mark.parametrize("as_list", [False, True])
def test_float32_outputs_keep_their_precision_whatever_the_targets(case, as_list):
    loss, targets, formula, _ = CASES[case]
    outputs = ag.Tensor(LOGITS, requires_grad=True, dtype=np.float32)
    value = loss(outputs, targets.tolist() if as_list else targets)
    value.backward()
    assert value.dtype == outputs.grad.dtype == np.float32
    assert value.item() == pytest.approx(formula.mean(), rel=1e-5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("loss", "targets", "expected", "gradient"),
    [
        (nn.cross_entropy, [0, 0], [0.0, 2000.0], [[0, 0], [-1, 1]]),
        (nn.binary_cross_entropy_with_logits, [[1, 1], [0, 0]], [[0, 1000], [0, 1000]], [[0, -1], [0, 1]]),
    ],
)
def test_huge_logits_give_exact_losses_and_no_warnings(loss, targets, expected, gradient, dtype):
    logits = ag.Tensor([[1000.0, -1000.0], [-1000.0, 1000.0]], requires_grad=True, dtype=dtype)
    losses = loss(logits, targets, reduction="none")
    losses.sum().backward()
    assert losses.data.tolist() == expected
    assert logits.grad.data.tolist() == gradient


BCE = nn.binary_cross_entropy_with_logits
REFUSED = [
    (nn.mse, (4, 1), np.zeros(4), r"mse: outputs have shape \(4, 1\) and targets \(4,\); pass targets.reshape\(4, 1\)"),
    (nn.mse, (4,), np.zeros((4, 1)), r"mse: .* pass targets.reshape\(4,\)"),
    (nn.mse, (4, 1), np.zeros(3), r"\(4, 1\) and targets \(3,\); they must be equal"),
    (nn.mse, (4, 1), 0.0, r"\(4, 1\) and targets \(\); they must be equal"),
    (BCE, (4, 1), np.zeros(4), r"binary_cross_entropy_with_logits: .* pass targets.reshape\(4, 1\)"),
    (BCE, (2,), [-1, 1], r"targets between 0 and 1, got -1 to 1; for -1 and 1 pass \(targets \+ 1\) / 2"),
    (BCE, (2,), [0.0, 1.5], r"targets between 0 and 1, got 0 to 1.5"),
    (nn.cross_entropy, (3, 4), [[0], [1], [2]], r"class numbers of shape \(3, 1\).*pass targets.reshape\(3,\)"),
    (nn.cross_entropy, (3, 4), [0, 1], r"\(3, 4\).*\(2,\)"),
    (nn.cross_entropy, (3, 4), np.zeros((3, 5)), r"\(3, 4\).*\(3, 5\)"),
    (nn.cross_entropy, (3, 4), [0, 1, 4], "0 to 4 .*expected 0 to 3"),
    (nn.cross_entropy, (3, 4), [0, -1, 2], "-1 to 2 .*expected 0 to 3"),
    (nn.cross_entropy, (3, 4), [0.0, 1.0, 2.0], r"integers, not float64.*astype\(int\)"),
    (nn.cross_entropy, (3, 4), ["a", "b", "c"], "integers"),
    (nn.mse, (2,), ["a", "b"], "targets must be an array of numbers"),
    # What is no choice among classes: a softmax over one logit is certain of it whatever the labels are.
    (nn.cross_entropy, (3, 1), [0, 0, 0], r"two classes or more, got outputs of shape \(3, 1\).*use " + BCE.__name__),
    (nn.cross_entropy, (3, 1), [[0], [1], [1]], "use binary_cross_entropy_with_logits"),
    (nn.cross_entropy, (3, 1), np.ones((3, 1)), "use binary_cross_entropy_with_logits"),
    (nn.cross_entropy, (2, 3), np.zeros((2, 3)), "add up to 0 to 0; .* use binary_cross_entropy_with_logits"),
    (nn.cross_entropy, (2, 3), [[1, 0, 0], [1, 0, 1]], "add up to 1 to 2; .* use binary_cross_entropy_with_logits"),
    (nn.cross_entropy, (2, 3), [[1.5, -0.5, 0], [0, 0, 1]], "got numbers from -0.5 to 1.5"),
    (nn.cross_entropy, (2, 3), [[np.nan, 0, 1], [0, 0, 1]], "probabilities that add up to 1"),
    (smoothed, (2, 3), [[1, 0, 0], [1, 0, 1]], "add up to 1 to 2"),
    (smoothed, (3, 4), [0, 1, 4], "0 to 4"),
    (smoothed, (3, 4), [0, 1], r"\(3, 4\).*\(2, 4\)"),
    (functools.partial(nn.cross_entropy, label_smoothing=1.5), (1, 2), [0], "label_smoothing must be from 0 to 1"),
    (nn.cross_entropy_of_probabilities, (3, 1), [0, 0, 0], "use binary_cross_entropy_with_logits"),
    (nn.cross_entropy_of_probabilities, (2, 3), np.zeros((2, 3)), "add up to 0 to 0"),
]


@pytest.mark.parametrize(("loss", "shape", "targets", "message"), REFUSED)
def test_targets_that_do_not_fit_are_refused(loss, shape, targets, message):
    with pytest.raises((ValueError, TypeError), match=message) as refusal:
        loss(ag.Tensor(np.zeros(shape), requires_grad=True), targets)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("loss", [nn.mse, BCE, nn.cross_entropy])
def test_an_unknown_reduction_is_refused(loss):
    with pytest.raises(ValueError, match="reduction must be one of 'mean', 'sum', 'none', got 'average'"):
        loss(ag.Tensor(ONE_HOT), ONE_HOT, "average")


RAW = np.array([[2.0, -1.0, 0.0], [-3.0, 0.5, 0.25]])


@pytest.mark.parametrize(
    ("loss", "predictions"),
    [
        (nn.mse, RAW),
        (nn.cross_entropy, [0, 1]),
        (BCE, [[1, 0, 0], [0, 1, 1]]),
        (functools.partial(functools.partial(nn.cross_entropy), reduction="sum"), [0, 1]),
        (lambda _outputs, _targets: 0, RAW),
    ],
)
def test_how_raw_outputs_become_predictions(loss, predictions):
    result = outputs_of(loss).predictions(RAW)
    assert np.array_equal(result, predictions)


@pytest.mark.parametrize(
    ("loss", "formula"),
    [(nn.cross_entropy, np.exp(RAW) / np.exp(RAW).sum(axis=1, keepdims=True)), (BCE, 1 / (1 + np.exp(-RAW)))],
)
def test_how_raw_outputs_become_probabilities(loss, formula):
    assert np.allclose(outputs_of(loss).probabilities(RAW), formula, rtol=1e-14)


def test_one_hot_targets_are_compared_as_class_numbers():
    labels = outputs_of(nn.cross_entropy).labels
    assert labels(ONE_HOT).tolist() == labels(CLASSES).tolist() == CLASSES.tolist()


# ---- the forms of the textbooks --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("form", "factor"), [("1/n", 1 / 5), ("1/2n", 1 / 10), ("1/2", 1 / 2)])
def test_squared_error_in_every_scale(form, factor):
    rng = np.random.default_rng(0)
    outputs, targets = rng.normal(size=(2, 5, 3))
    node = ag.Tensor(outputs, requires_grad=True)
    loss = nn.squared_error(node, targets, form)
    assert loss.item() == pytest.approx(factor * ((outputs - targets) ** 2).sum(), rel=1e-12)
    loss.backward()
    assert np.allclose(node.grad.data, 2 * factor * (outputs - targets), rtol=1e-12)
    with pytest.raises(ag.ShapeError, match=r"pass targets.reshape\(5, 3\)"):
        nn.squared_error(node, targets.ravel())
    with pytest.raises(ValueError, match="unknown form '1/3'"):
        nn.squared_error(node, targets, "1/3")


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_cross_entropy_of_probabilities_is_that_of_their_logits(reduction):
    logits = np.random.default_rng(0).normal(size=(6, 4))
    probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    classes = np.arange(6) % 4
    expected = np.asarray(nn.cross_entropy(ag.Tensor(logits), classes, reduction).data)
    for targets in (classes, np.eye(4)[classes]):
        found = nn.cross_entropy_of_probabilities(ag.Tensor(probabilities), targets, reduction)
        assert np.allclose(found.data, expected, rtol=1e-12)
    node = ag.Tensor(probabilities, requires_grad=True)
    nn.cross_entropy_of_probabilities(node, classes, "sum").backward()
    assert np.allclose(node.grad.data, -np.eye(4)[classes] / probabilities, rtol=1e-12)


def test_cross_entropy_of_certain_probabilities_stays_exact():
    node = ag.Tensor([[1.0, 0.0]], requires_grad=True)
    loss = nn.cross_entropy_of_probabilities(node, [0])
    loss.backward()
    assert (loss.item(), node.grad.data.tolist()) == (0.0, [[-1.0, 0.0]])
    with pytest.raises(ValueError, match="takes numbers from 0 to 1, got -1 to 2; cross_entropy takes logits"):
        nn.cross_entropy_of_probabilities(ag.Tensor([[2.0, -1.0]]), [0])


@pytest.mark.peers
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_hinge_against_pytorch(reduction):
    torch = pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")
    scores, classes = np.random.default_rng(0).normal(size=(7, 3)), np.arange(7) % 3
    ours, theirs = ag.Tensor(scores, requires_grad=True), torch.tensor(scores, requires_grad=True)
    found = nn.hinge(ours, classes, reduction)
    expected = torch.nn.functional.multi_margin_loss(theirs, torch.tensor(classes), reduction=reduction)
    assert np.allclose(found.data, expected.detach().numpy(), rtol=1e-12)
    found.sum().backward()
    expected.sum().backward()
    assert np.allclose(ours.grad.data, theirs.grad.numpy(), rtol=1e-12)


def test_hinge_of_one_score():
    scores = ag.Tensor([2.0, 0.5, -1.0], requires_grad=True)
    loss = nn.hinge(scores, [1, 1, 1], reduction="none")
    assert loss.data.tolist() == [0.0, 0.5, 2.0]
    loss.sum().backward()
    assert scores.grad.data.tolist() == [0.0, -1.0, -1.0]
    with pytest.raises(ValueError, match=r"for 0 and 1 pass 2 \* targets - 1"):
        nn.hinge(scores, [0, 1, 1])
    with pytest.raises(ValueError, match="class numbers from 0 to 3 for 3 classes"):
        nn.hinge(ag.Tensor(np.ones((2, 3))), [0, 3])


def test_predictions_of_the_textbook_losses():
    scores = np.array([[0.1, 0.9], [0.8, 0.2]])
    assert outputs_of(nn.hinge).predictions(scores).tolist() == [1, 0]
    assert outputs_of(nn.hinge).predictions(np.array([0.3, -2.0])).tolist() == [1, -1]
    assert outputs_of(nn.cross_entropy_of_probabilities).predictions(scores).tolist() == [1, 0]
    assert outputs_of(nn.squared_error).predictions(scores) is scores


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_probabilities_as_a_softmax_gives_them_are_taken(dtype):
    rows = np.exp(np.random.default_rng(0).normal(size=(200, 50))).astype(dtype)
    rows = rows / rows.sum(axis=1, keepdims=True)
    assert np.isfinite(nn.cross_entropy(ag.Tensor(np.zeros((200, 50)), dtype=dtype), rows).item())


def test_logits_may_be_whole_numbers():
    logits = np.array([[2, 0, -1], [0, 5, 5]])
    for targets in ([0, 2], np.eye(3)[[0, 2]]):
        assert nn.cross_entropy(logits, targets) == pytest.approx(nn.cross_entropy(logits.astype(float), targets))


OF_NUMBERS = ["mse", "squared_error", "l1_loss", "huber", "hinge", "binary_cross_entropy_with_logits"]


@pytest.mark.parametrize("kind", [np.int64, np.int8, np.uint8, np.uint64, np.bool_])
def test_log_probabilities_of_whole_numbers_count_as_their_floats(kind):
    rows, classes = np.array([[0, 1], [1, 0], [1, 1]]), np.array([0, 0, 1])
    for reduction in ("mean", "none"):
        expected = nn.nll(rows.astype(float), classes, reduction)
        np.testing.assert_array_equal(nn.nll(rows.astype(kind), classes, reduction), expected)


@pytest.mark.parametrize("kind", [np.int64, np.int8, np.uint8, np.uint64, np.bool_])
@pytest.mark.parametrize("name", [*OF_NUMBERS, "binary_cross_entropy"])
def test_outputs_of_whole_numbers_count_as_their_floats(name, kind):
    rng = np.random.default_rng(0)
    outputs = rng.integers(0, 2 if name == "binary_cross_entropy" else 100, 12).astype(kind)
    targets = rng.choice([-1, 1], 12) if name == "hinge" else rng.uniform(size=12)  # between whole numbers
    loss = getattr(nn, name)
    with np.errstate(divide="ignore"):  # the logarithm of a certainty
        expected = float(loss(outputs.astype(np.float64), targets))
        assert float(loss(outputs, targets)) == pytest.approx(expected, rel=1e-14)
        assert loss(ag.Tensor(outputs), targets).item() == pytest.approx(expected, rel=1e-14)
