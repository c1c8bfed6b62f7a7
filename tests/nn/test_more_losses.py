"""Losses with weights, ignored targets and probabilities: against PyTorch, values and gradients, eager and compiled."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn

RNG = np.random.default_rng(0)
LOGITS, VALUES = RNG.normal(size=(6, 4)), RNG.normal(size=(6, 4)) * 3
CLASSES, SOME = np.array([0, 3, 1, 1, 2, 3]), np.array([0, 3, -100, 1, -100, 3])
SHARES = RNG.dirichlet(np.ones(4), 6)
WEIGHT = np.array([0.5, 1.0, 2.0, 0.0])


def _torch_focal(f: Any, x: Any, t: Any, reduction: str) -> Any:
    right = x.log_softmax(-1).gather(-1, t[:, None])[:, 0]
    losses = -((1 - right.exp()) ** 2) * right
    return losses.mean() if reduction == "mean" else losses.sum() if reduction == "sum" else losses


def _weighted(**how: Any) -> Any:
    return lambda f, x, t, reduction: f.cross_entropy(x, t, f._weight, reduction=reduction, **how)


LOSSES: dict[str, tuple[Any, Any, Any, Any]] = {
    "l1_loss": (nn.l1_loss, lambda f, x, t, reduction: f.l1_loss(x, t, reduction=reduction), VALUES, LOGITS),
    "huber": (
        lambda x, t, r: nn.huber(x, t, r, delta=0.7),
        lambda f, x, t, reduction: f.huber_loss(x, t, reduction=reduction, delta=0.7), VALUES, LOGITS,
    ),
    "nll": (
        lambda x, t, r: nn.nll(ag.log_softmax(x), t, r),
        lambda f, x, t, reduction: f.nll_loss(x.log_softmax(-1), t, reduction=reduction), LOGITS, CLASSES,
    ),
    "nll weighted": (
        lambda x, t, r: nn.nll(ag.log_softmax(x), t, r, weight=WEIGHT, ignore_index=-100),
        lambda f, x, t, reduction: f.nll_loss(x.log_softmax(-1), t, f._weight, reduction=reduction), LOGITS, SOME,
    ),
    "focal": (nn.focal, _torch_focal, LOGITS, CLASSES),
    "kl_div": (
        lambda x, t, r: nn.kl_div(ag.log_softmax(x), t, r),
        lambda f, x, t, reduction: (
            f.kl_div(x.log_softmax(-1), t, reduction="none").sum(-1) if reduction == "none"
            else f.kl_div(x.log_softmax(-1), t, reduction="batchmean" if reduction == "mean" else "sum")
        ),
        LOGITS, SHARES,
    ),
    "binary_cross_entropy": (
        nn.binary_cross_entropy,
        lambda f, x, t, reduction: f.binary_cross_entropy(x, t, reduction=reduction),
        SHARES, (SHARES[::-1] > 0.3) * 1.0,
    ),
    "weight": (lambda x, t, r: nn.cross_entropy(x, t, r, weight=WEIGHT), _weighted(), LOGITS, CLASSES),
    "weight of shares": (lambda x, t, r: nn.cross_entropy(x, t, r, weight=WEIGHT), _weighted(), LOGITS, SHARES),
    "ignore_index": (
        lambda x, t, r: nn.cross_entropy(x, t, r, ignore_index=-100, label_smoothing=0.1),
        lambda f, x, t, reduction: f.cross_entropy(x, t, reduction=reduction, label_smoothing=0.1), LOGITS, SOME,
    ),
    "all": (
        lambda x, t, r: nn.cross_entropy(x, t, r, weight=WEIGHT, ignore_index=-100, label_smoothing=0.1),
        _weighted(label_smoothing=0.1), LOGITS, SOME,
    ),
}  # fmt: skip


@pytest.mark.peers
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_is_pytorchs(name: str, reduction: str) -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")
    ours, theirs, outputs, targets = LOSSES[name]
    torch.nn.functional._weight = torch.tensor(WEIGHT)
    x, torch_x = ag.Tensor(outputs, requires_grad=True), torch.tensor(outputs, requires_grad=True)
    loss = ours(x, targets, reduction)
    torch_loss = theirs(torch.nn.functional, torch_x, torch.tensor(targets), reduction)
    del torch.nn.functional._weight
    np.testing.assert_allclose(loss.data, torch_loss.detach().numpy(), rtol=1e-10, atol=1e-14)
    loss.sum().backward()
    torch_loss.sum().backward()
    np.testing.assert_allclose(x.grad.data, torch_x.grad.numpy(), rtol=1e-10, atol=1e-14)  # type: ignore[union-attr]
    assert ours(ag.Tensor(outputs.astype(np.float32)), targets, reduction).dtype == np.float32


@pytest.mark.parametrize("name", LOSSES)
def test_a_compiled_loss_follows_other_targets(name: str) -> None:
    ours, _, outputs, targets = LOSSES[name]
    fast = ag.compile(ag.value_and_grad(lambda x, t: ours(x, t, "mean")), engine="numpy")
    fast(outputs, targets)
    value, gradient = fast(outputs, targets[::-1].copy())
    expected, slope = ag.value_and_grad(lambda x: ours(x, targets[::-1].copy(), "mean"))(outputs)
    assert value == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(gradient, slope, rtol=1e-10, atol=1e-15)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nn.nll(LOGITS, CLASSES[:5]), r"outputs have shape \(6, 4\) and class numbers \(5,\)"),
        (lambda: nn.nll(LOGITS, CLASSES + 1), "class numbers from 1 to 4 for 4 classes"),
        (lambda: nn.nll(LOGITS, SOME), "class numbers from -100 to 3"),
        (lambda: nn.focal(LOGITS, CLASSES, gamma=-1), "gamma must be from 0"),
        (lambda: nn.huber(VALUES, LOGITS, delta=0), "delta must be above 0"),
        (lambda: nn.cross_entropy(LOGITS, CLASSES, weight=[1, 2]), r"weights of shape \(2,\) for 4 classes"),
        (lambda: nn.cross_entropy(LOGITS, CLASSES, weight=-WEIGHT), "weights of classes must be numbers from 0"),
        (lambda: nn.cross_entropy(LOGITS, CLASSES + 1, weight=WEIGHT), "class numbers from 1 to 4 for 4 classes"),
        (lambda: nn.cross_entropy(LOGITS, CLASSES - 1, weight=WEIGHT), "class numbers from -1 to 2 for 4 classes"),
        (lambda: nn.nll(LOGITS, SOME + 1, weight=WEIGHT, ignore_index=-99), "class numbers from 0 to 4"),
        (lambda: nn.cross_entropy(LOGITS, CLASSES, weight=WEIGHT, label_smoothing=2), "label_smoothing must be from 0"),
        (lambda: nn.cross_entropy(LOGITS, SHARES, ignore_index=-100), "ignore_index is a class number"),
        (lambda: nn.binary_cross_entropy(SHARES, LOGITS), "^binary_cross_entropy takes targets between 0 and 1"),
        (lambda: nn.binary_cross_entropy(VALUES, LOGITS), "takes numbers from 0 to 1"),
        (lambda: nn.kl_div(LOGITS, LOGITS), "probabilities that add up to 1"),
        (lambda: nn.l1_loss(VALUES, LOGITS, "median"), "reduction must be one of"),
        (lambda: nn.nll(LOGITS, CLASSES, "median"), "reduction must be one of"),
    ],
)
def test_what_does_not_fit_is_refused(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


OF_NO_USE = {"negative": -SHARES, "twice": 2 * SHARES, "nothing": 0 * SHARES, "NaN": SHARES * np.nan, "real": VALUES}
BEYOND_1 = {"negative", "twice", "NaN", "real"}  # shares that are none
REFUSES: dict[str, set[str]] = {
    "binary_cross_entropy": BEYOND_1,
    "binary_cross_entropy_with_logits": BEYOND_1,
    "cross_entropy": {*OF_NO_USE},  # rows that do not add up to 1, too
    "cross_entropy_of_probabilities": {*OF_NO_USE},
    "kl_div": {*OF_NO_USE},
}


@pytest.mark.parametrize("wrong", OF_NO_USE)
@pytest.mark.parametrize("name", sorted({*nn.losses.__all__} - {"Loss", "focal", "nll", "hinge"}))
def test_a_loss_and_its_compiled_step_refuse_the_same_targets(name: str, wrong: str) -> None:
    loss, outputs = getattr(nn, name), SHARES

    def refuses(call: Any) -> bool:
        try:
            call()
        except ValueError:  # a ShapeError is one
            return True
        return False

    model = nn.Sequential(nn.Linear(4, 4, dtype=np.float64))
    model[0].weight.data, model[0].bias.data = np.eye(4), np.zeros(4)
    step = nn.compile_step(model, loss, nn.SGD(model.parameters(), learning_rate=0.0), engine="numpy")
    step(outputs, SHARES)
    targets, expected = OF_NO_USE[wrong], wrong in REFUSES.get(name, ())
    assert (refuses(lambda: loss(outputs, targets)), refuses(lambda: step(outputs, targets))) == (expected, expected)


@pytest.mark.parametrize("how", [{}, {"weight": WEIGHT}, {"weight": WEIGHT, "label_smoothing": 0.1}])
def test_probabilities_in_the_place_of_logits_are_told_of_once_and_where_they_are(how: Any) -> None:
    with pytest.warns(UserWarning, match="come out of a softmax") as found:
        nn.cross_entropy(ag.softmax(ag.Tensor(LOGITS, requires_grad=True)), CLASSES, **how)
    assert [each.filename for each in found] == [__file__]


@pytest.mark.parametrize("how", [{}, {"weight": [1.0, 2.0, 3.0]}, {"weight": [1.0, 2.0, 3.0], "label_smoothing": 0.1}])
def test_what_is_ignored_adds_nothing_though_its_loss_is_infinite(how: Any) -> None:
    logits = ag.Tensor([[0.0, 1.0, 2.0], [-np.inf, 0.0, 1.0]], requires_grad=True)
    loss = nn.cross_entropy(logits, [1, 0], ignore_index=0, **how)
    loss.backward()
    alone = nn.cross_entropy(logits[:1], [1], **how)
    assert loss.item() == pytest.approx(alone.item())
    np.testing.assert_array_equal(logits.grad.data[1], np.zeros(3))


def test_a_probability_that_rounding_has_left_above_1_counts_as_1() -> None:
    above = ag.Tensor(np.array([1.0 + 2e-7, 1.0 + 2e-7]), requires_grad=True)
    with np.errstate(divide="ignore"):
        losses = nn.binary_cross_entropy(above, [1.0, 0.0], "none").data
    assert losses[0] == pytest.approx(0.0, abs=1e-6)
    assert losses[1] == np.inf


MASKED: dict[str, Any] = {
    "cross_entropy": lambda x, t, c, w: nn.cross_entropy(x, t),
    "cross_entropy, weighted": lambda x, t, c, w: nn.cross_entropy(x, t, weight=w),
    "cross_entropy of numbers": lambda x, t, c, w: nn.cross_entropy(x, c),
    "cross_entropy of numbers, weighted": lambda x, t, c, w: nn.cross_entropy(x, c, weight=w),
    "cross_entropy_of_probabilities": lambda x, t, c, w: nn.cross_entropy_of_probabilities(ag.softmax(x), t),
    "focal": lambda x, t, c, w: nn.focal(x, c, weight=w),
    "nll": lambda x, t, c, w: nn.nll(ag.log_softmax(x), c, weight=w),
    "kl_div": lambda x, t, c, w: nn.kl_div(ag.log_softmax(x), t),
}


@pytest.mark.parametrize("name", MASKED)
@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
def test_a_masked_class_that_does_not_count_is_as_if_it_were_not_there(name: str, compiled: bool) -> None:
    classes, weight = np.array([0, 2, 1, 1, 2, 0]), np.array([0.5, 1.0, 2.0])
    shares = RNG.dirichlet(np.ones(3), 6)

    def of(x: Any, t: Any, w: Any) -> Any:
        found = ag.value_and_grad(lambda x: MASKED[name](x, t, classes, w))
        return (ag.compile(found) if compiled else found)(x)

    value, gradient = of(LOGITS[:, :3], shares, weight)
    x, t = np.insert(LOGITS[:, :3], 1, -np.inf, axis=1), np.insert(shares, 1, 0.0, axis=1)
    classes = classes + (classes > 0)
    with np.errstate(divide="ignore"):  # the logarithm of 0
        masked, found = of(x, t, np.insert(weight, 1, 3.0))
    np.testing.assert_allclose(masked, value, rtol=1e-12)
    np.testing.assert_allclose(found, np.insert(gradient, 1, 0.0, axis=1), rtol=1e-12, atol=1e-16)
