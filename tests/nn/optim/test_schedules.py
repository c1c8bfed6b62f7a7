"""Schedules: PyTorch's learning rates and PyTorch's parameters after a hundred steps of the same training."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nn
from nn.optim import schedules
from nn.optim.schedules import Stretched
from tests.nn.optim.test_optim import SETTINGS, TORCH_WORDS

X = np.random.default_rng(0).normal(size=(60, 4))
Y = np.random.default_rng(1).integers(0, 3, 60)
STEPS, BATCH = 100, 12


def rate(optimizer: Any) -> float:
    return optimizer.param_groups[0]["lr"]  # type: ignore[no-any-return]


# Ours, and what makes PyTorch's of its module and an optimizer.
SCHEDULES: dict[str, tuple[Any, Any]] = {
    "none": (lambda t: 1.0, lambda m, o: m.LambdaLR(o, lambda t: 1.0)),
    "step": (nn.StepDecay(7, 0.5), lambda m, o: m.StepLR(o, 7, 0.5)),
    "exponential": (nn.ExponentialDecay(0.97), lambda m, o: m.ExponentialLR(o, 0.97)),
    "inverse time": (nn.InverseTimeDecay(0.1), lambda m, o: m.LambdaLR(o, lambda t: 1 / (1 + 0.1 * t))),
    "linear": (nn.LinearDecay(80, 0.1), lambda m, o: m.LinearLR(o, 1.0, 0.1, 80)),
    "linear, to 0": (nn.LinearDecay(80), lambda m, o: m.PolynomialLR(o, 80, 1.0)),
    "cosine": (nn.CosineDecay(STEPS), lambda m, o: m.CosineAnnealingLR(o, STEPS)),
    "cosine, not to 0": (nn.CosineDecay(STEPS, 0.2), lambda m, o: m.CosineAnnealingLR(o, STEPS, 0.2 * rate(o))),
    "warm restarts": (nn.WarmRestarts(30), lambda m, o: m.CosineAnnealingWarmRestarts(o, 30)),
    "growing restarts": (nn.WarmRestarts(11, 2), lambda m, o: m.CosineAnnealingWarmRestarts(o, 11, 2)),
    "growing restarts, not to 0": (
        nn.WarmRestarts(11, 2, 0.2),
        lambda m, o: m.CosineAnnealingWarmRestarts(o, 11, 2, 0.2 * rate(o)),
    ),
    "one cycle": (
        nn.OneCycle(STEPS + 1),
        lambda m, o: m.OneCycleLR(o, rate(o), total_steps=STEPS + 1, cycle_momentum=False),
    ),
    "one cycle, other numbers": (
        nn.OneCycle(STEPS + 1, 0.5, 0.1, 0.02),
        lambda m, o: m.OneCycleLR(
            o, rate(o), STEPS + 1, None, None, 0.5, "cos", False, div_factor=10, final_div_factor=5
        ),
    ),
    "by epochs of 9 steps": (Stretched(nn.ExponentialDecay(0.7), 9), lambda m, o: m.StepLR(o, 9, 0.7)),
    "warm-up": (nn.WarmUp(10, start=0.1), lambda m, o: m.LinearLR(o, 0.1, 1.0, 10)),
    "warm-up, then exponential": (
        nn.WarmUp(10, nn.ExponentialDecay(0.97), start=0.1),
        lambda m, o: m.SequentialLR(o, [m.LinearLR(o, 0.1, 1.0, 10), m.ExponentialLR(o, 0.97)], [10]),
    ),
}


def batches() -> Any:
    rng = np.random.default_rng(2)
    for _ in range(STEPS):
        chosen = rng.choice(60, BATCH, replace=False)
        yield X[chosen], Y[chosen]


def start() -> dict[str, Any]:
    return nn.MLP(4, [8, 3], activation="tanh", seed=0, dtype=np.float64).state_dict()


def ours(kind: Any, settings: dict[str, Any], schedule: Any) -> tuple[list[float], dict[str, Any]]:
    model = nn.MLP(4, [8, 3], activation="tanh", dtype=np.float64)
    model.load_state_dict(start())
    optimizer = kind(model.parameters(), **settings)
    base, rates = optimizer.learning_rate, []
    for t, (xb, yb) in enumerate(batches()):
        optimizer.learning_rate = base * schedule(t)
        rates.append(optimizer.learning_rate)
        loss = nn.cross_entropy(model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return rates, model.state_dict()


def pytorchs(torch: Any, name: str, settings: dict[str, Any], make: Any) -> tuple[list[float], dict[str, Any]]:
    model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.Tanh(), torch.nn.Linear(8, 3)).double()
    state = start()
    with torch.no_grad():
        for i in (0, 2):
            model[i].weight.copy_(torch.tensor(state[f"{i}.weight"]))
            model[i].bias.copy_(torch.tensor(state[f"{i}.bias"]))
    words = {TORCH_WORDS.get(key, key): value for key, value in settings.items()}
    optimizer = getattr(torch.optim, name)(model.parameters(), **words)
    scheduler, rates = make(torch.optim.lr_scheduler, optimizer), []
    for xb, yb in batches():
        rates.append(optimizer.param_groups[0]["lr"])
        loss = torch.nn.functional.cross_entropy(model(torch.tensor(xb)), torch.tensor(yb))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
    found = {f"{i}.weight": model[i].weight.detach().numpy() for i in (0, 2)}
    return rates, found | {f"{i}.bias": model[i].bias.detach().numpy() for i in (0, 2)}


def agree(torch: Any, kind: Any, name: str, settings: dict[str, Any], schedule: str) -> None:
    mine, make = SCHEDULES[schedule]
    rates, state = ours(kind, settings, mine)
    their_rates, their_state = pytorchs(torch, name, settings, make)
    np.testing.assert_allclose(rates, their_rates, rtol=1e-9, atol=1e-15)
    for key, array in state.items():
        np.testing.assert_allclose(array, their_state[key], rtol=1e-6, atol=1e-12)


@pytest.mark.peers
@pytest.mark.parametrize(("kind", "name", "settings"), SETTINGS, ids=str)
def test_a_hundred_steps_with_every_optimizer(kind: Any, name: str, settings: dict[str, Any]) -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")
    agree(torch, kind, name, settings, "warm-up, then exponential")


@pytest.mark.peers
@pytest.mark.filterwarnings("ignore::UserWarning:torch")
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_hundred_steps_with_every_schedule(schedule: str) -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")
    agree(torch, nn.SGD, "SGD", {"learning_rate": 0.1, "momentum": 0.9}, schedule)
    agree(torch, nn.Adam, "Adam", {"learning_rate": 0.01}, schedule)


def test_every_optimizer_and_every_schedule_is_among_them() -> None:
    # PyTorch has no Lion; L-BFGS is SciPy's, and comes to PyTorch's minimum by steps of its own (test_second_order).
    assert {kind for kind, _, _ in SETTINGS} == {*nn.OPTIMIZERS.values()} - {nn.Lion}
    kinds = {type(mine) for mine, _ in SCHEDULES.values()}
    assert kinds >= {getattr(schedules, name) for name in schedules.__all__ if name != "Schedule"}


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_is_a_factor_from_its_beginning_on(name: str) -> None:
    schedule = SCHEDULES[name][0]
    factors = [schedule(t) for t in range(300)]
    assert all(0 <= factor <= 1 for factor in factors)
    first = {"warm-up": 0.1, "warm-up, then exponential": 0.1, "one cycle": 1 / 25, "one cycle, other numbers": 0.1}
    assert factors[0] == first.get(name, 1.0)


def fit(*callbacks: nn.Callback, epochs: int = 6, **options: Any) -> Any:
    model = nn.MLP(4, [8, 3], seed=0)
    optimizer = nn.SGD(model.parameters(), learning_rate=0.1)
    trainer = nn.Trainer(model, loss=nn.cross_entropy, optimizer=optimizer, callbacks=callbacks, **options)
    return trainer, trainer.fit(X, Y, epochs=epochs, batch_size=20, validation_split=0.2, progress=False)


def test_the_rate_used_is_in_the_history() -> None:
    trainer, history = fit(nn.Scheduled(nn.StepDecay(2, 0.5)))
    assert history["learning_rate"] == [0.1, 0.1, 0.05, 0.05, 0.025, 0.025]
    assert trainer.optimizer.learning_rate == 0.1  # as it came
    _, by_step = fit(nn.Scheduled(nn.ExponentialDecay(0.5), per="step"), epochs=2)
    assert len(set(by_step["learning_rate"])) == 2
    with pytest.raises(ValueError, match="per must be 'epoch' or 'step'"):
        nn.Scheduled(nn.StepDecay(2), per="batch")  # type: ignore[arg-type]


def test_the_rate_is_reduced_where_nothing_gets_better() -> None:
    plateau = nn.ReduceOnPlateau(patience=1, factor=0.5, min_delta=1e9, lowest=0.03)
    _, history = fit(plateau, epochs=7)
    # The first epoch is the best; two without improvement reduce the rate for the next.
    assert history["learning_rate"] == [0.1, 0.1, 0.1, 0.05, 0.05, 0.03, 0.03]


@pytest.mark.peers
def test_a_plateau_against_pytorch() -> None:
    torch = pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")
    losses = [1.0, 0.9, 0.9, 0.95, 0.91, 0.92, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6, 0.4, 0.6, 0.6]
    weight = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=1.0)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=2, threshold=0.0)
    model = nn.MLP(1, [1], seed=0)
    trainer = nn.Trainer(model, loss=nn.mse, optimizer=nn.SGD(model.parameters(), 1.0))
    plateau = nn.ReduceOnPlateau(factor=0.5, patience=2)
    plateau.on_fit_begin(trainer)
    for epoch, loss in enumerate(losses, 1):
        scheduler.step(loss)
        trainer.history.rows.append({"epoch": epoch, "val_loss": loss})
        plateau.on_epoch_end(trainer)
        assert trainer.optimizer.learning_rate == optimizer.param_groups[0]["lr"]


@pytest.mark.parametrize(
    "make",
    [
        lambda: nn.StepDecay(0),
        lambda: nn.StepDecay(2, -1.0),
        lambda: nn.ExponentialDecay(-0.1),
        lambda: nn.InverseTimeDecay(-1.0),
        lambda: nn.CosineDecay(0),
        lambda: nn.LinearDecay(5, -1.0),
        lambda: nn.WarmUp(0),
        lambda: nn.WarmRestarts(0),
        lambda: nn.WarmRestarts(3, growth=0),
        lambda: nn.OneCycle(1),
        lambda: nn.OneCycle(9, rising=1.0),
        lambda: nn.ReduceOnPlateau(factor=1.0),
        lambda: nn.ReduceOnPlateau(mode="up"),  # type: ignore[arg-type]
    ],
)
def test_numbers_out_of_range_are_refused(make: Any) -> None:
    with pytest.raises(ValueError, match="must be"):
        make()


# ---- the optimizer applies a schedule --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("kind", [nn.SGD, nn.Adam])
def test_an_optimizer_with_a_schedule_is_one_whose_rate_is_set_by_hand(name: str, kind: Any) -> None:
    rates, state = ours(kind, {"learning_rate": 0.05}, SCHEDULES[name][0])
    model = nn.MLP(4, [8, 3], activation="tanh", dtype=np.float64)
    model.load_state_dict(start())
    optimizer = kind(model.parameters(), learning_rate=0.05)
    optimizer.schedule = SCHEDULES[name][0]
    for step, (xb, yb) in enumerate(batches()):
        assert (optimizer.steps, optimizer.rate) == (step, rates[step])
        if step == 50:  # as a run does that goes on where another ended
            saved, (old, optimizer) = optimizer.state_dict(), (optimizer, kind(model.parameters(), learning_rate=1.0))
            optimizer.schedule = old.schedule
            optimizer.load_state_dict(saved)
            assert optimizer.rate == rates[step]
        loss = nn.cross_entropy(model(xb), yb)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert optimizer.learning_rate == 0.05
    for key, array in state.items():
        np.testing.assert_array_equal(model.state_dict()[key], array)


def test_a_schedule_that_goes_below_zero_is_refused() -> None:
    optimizer = nn.SGD(nn.Linear(1, 1).parameters(), learning_rate=0.1)
    optimizer.schedule = lambda t: 1.0 - t
    optimizer.slots[0].steps = 2
    with pytest.raises(ValueError, match="the scheduled learning rate must be from 0"):
        _ = optimizer.rate


def test_a_schedule_for_a_fit_counts_from_the_fits_beginning() -> None:
    schedule = nn.Scheduled(nn.LinearDecay(6), per="step")
    trainer, first = fit(schedule, epochs=2)  # 48 samples: three steps in an epoch
    assert first["learning_rate"] == pytest.approx([0.1, 0.05])
    assert trainer.optimizer.schedule is None
    second = trainer.fit(X, Y, epochs=2, batch_size=20, validation_split=0.2, progress=False)
    assert second["learning_rate"] == first["learning_rate"]
    trainer.optimizer.schedule = own = nn.ExponentialDecay(0.9)
    trainer.fit(X, Y, epochs=1, batch_size=20, progress=False)
    assert trainer.optimizer.schedule is own


def test_a_schedule_and_a_plateau_work_together() -> None:
    plateau = nn.ReduceOnPlateau(patience=0, factor=0.5, min_delta=1e9)
    trainer, history = fit(nn.Scheduled(nn.StepDecay(2, 0.1)), plateau, epochs=4)
    assert history["learning_rate"] == pytest.approx([0.1, 0.1, 0.005, 0.0025])
    assert trainer.optimizer.learning_rate == pytest.approx(0.0125)
