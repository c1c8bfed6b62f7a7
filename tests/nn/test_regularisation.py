"""Penalties and clipping: their gradients by differences, their use in the trainer, and PyTorch's clipping."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd as ag
import nn
from autograd.functional.check import check_grads

W = np.array([[3.0, -4.0], [0.5, 1.0]])
PENALTIES: dict[str, Any] = {
    "l1": (lambda ps: nn.l1(ps, 0.1), lambda w: 0.1 * np.abs(w).sum()),
    "l2": (lambda ps: nn.l2(ps, 0.1), lambda w: 0.05 * (w**2).sum()),
    "elastic": (lambda ps: nn.elastic(ps, 0.1, 0.3), lambda w: 0.03 * np.abs(w).sum() + 0.035 * (w**2).sum()),
}


@pytest.mark.parametrize("name", PENALTIES)
def test_a_penalty_is_its_formula_and_its_gradient_the_differences(name: str) -> None:
    penalty, formula = PENALTIES[name]
    weights = [ag.Tensor(W, requires_grad=True), ag.Tensor(W[0], requires_grad=True)]
    assert penalty(weights).item() == pytest.approx(formula(W) + formula(W[0]), rel=1e-12)
    check_grads(lambda w: penalty([w]), order=1)(W)
    values = [ag.Value(x) for x in W.ravel().tolist()]
    assert penalty(values).data == pytest.approx(formula(W), rel=1e-12)


def test_l2_is_weight_decay() -> None:
    one, other = (nn.MLP(3, [4, 2], seed=0, dtype=np.float64) for _ in range(2))
    x, y = np.random.default_rng(0).normal(size=(8, 3)), np.arange(8) % 2
    first = nn.SGD(one.parameters(), learning_rate=0.1, weight_decay=0.05)
    second = nn.SGD(other.parameters(), learning_rate=0.1)
    for _ in range(20):
        for model, optimizer, extra in ((one, first, 0.0), (other, second, 0.05)):
            loss = nn.cross_entropy(model(x), y)
            optimizer.zero_grad()
            (loss + nn.l2(model.parameters(), extra) if extra else loss).backward()
            optimizer.step()
    for p, q in zip(one.parameters(), other.parameters(), strict=True):
        np.testing.assert_allclose(p.data, q.data, rtol=1e-12)


@pytest.mark.peers
@pytest.mark.parametrize("most", [0.1, 1.0, 100.0])
def test_clipping_against_pytorch(most: float) -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")
    gradients = [np.random.default_rng(i).normal(size=shape) for i, shape in enumerate([(3, 2), (4,)])]
    for ours, theirs in (
        (nn.clip_norm, torch.nn.utils.clip_grad_norm_),
        (nn.clip_value, torch.nn.utils.clip_grad_value_),
    ):
        mine = [ag.Tensor(np.zeros_like(g), requires_grad=True) for g in gradients]
        other = [torch.zeros(g.shape, dtype=torch.float64, requires_grad=True) for g in gradients]
        for p, q, g in zip(mine, other, gradients, strict=True):
            p.grad, q.grad = g.copy(), torch.tensor(g)
        found, expected = ours(mine, most), theirs(other, most)
        if found is not None:
            assert found == pytest.approx(float(expected), rel=1e-12)
        for p, q in zip(mine, other, strict=True):
            np.testing.assert_allclose(p.grad.data, q.grad.numpy(), rtol=1e-5)


def test_the_trainer_penalises_and_clips() -> None:
    x, y = np.random.default_rng(0).normal(size=(40, 3)), np.arange(40) % 2

    def train(**options: Any) -> tuple[nn.Module, Any]:
        model = nn.MLP(3, [8, 2], seed=0, dtype=np.float64)
        optimizer = nn.SGD(model.parameters(), learning_rate=0.5)
        trainer = nn.Trainer(model, loss=nn.cross_entropy, optimizer=optimizer, **options)
        return model, trainer.fit(x, y, epochs=30, batch_size=40, progress=False)

    size = lambda model: sum(float(np.abs(p.data).sum()) for p in model.parameters())  # noqa: E731
    plain, history = train()
    small, penalised = train(penalty=lambda model: nn.l1(model.parameters(), 0.02))
    assert size(small) < 0.8 * size(plain)
    assert penalised["loss"][0] == history["loss"][0]  # the loss that is told is the one without
    first, one = train(clip_norm=1e-9), nn.MLP(3, [8, 2], seed=0, dtype=np.float64)
    np.testing.assert_allclose(size(first[0]), size(one), rtol=1e-6)
    last, _ = train(clip_value=1e-9)
    np.testing.assert_allclose(size(last), size(one), rtol=1e-6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nn.l1([], 0.1), "needs parameters"),
        (lambda: nn.l2([ag.Tensor([1.0], requires_grad=True)], -0.1), "strength must be"),
        (lambda: nn.elastic([ag.Tensor([1.0], requires_grad=True)], 0.1, 1.5), "l1_ratio must be from 0 to 1"),
        (lambda: nn.clip_norm([], 0.0), "most must be above 0"),
        (lambda: nn.clip_value([], -1.0), "most must be above 0"),
    ],
)
def test_what_makes_no_sense_is_refused(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
