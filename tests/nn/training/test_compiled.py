"""`nn.compile_step`: a compiled training step does what the eager one does, bit for bit or to the last bits."""

import copy
import functools
from types import SimpleNamespace

import numpy as np
import pytest

import autograd as ag
import nn

RNG = np.random.default_rng(0)
X = RNG.normal(size=(64, 6)).astype(np.float32)
CLASSES = RNG.integers(0, 3, 64)
NUMBERS = RNG.normal(size=(64, 3)).astype(np.float32)


@pytest.fixture(params=["numpy", "native"])
def engine(request):
    if request.param == "native":
        pytest.importorskip("llvmlite")
    return request.param


def eager_step(model, loss, optimizer):
    def step(x, y):
        value = loss(model(x), y)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        return value.item()

    return step


def batches(x, y, size=16, epochs=3):
    return [(x[i : i + size], y[i : i + size]) for _ in range(epochs) for i in range(0, len(x), size)]


def agree(model, loss, make_optimizer, targets, engine, tolerance=1e-5, size=16):
    """Train twins, one eagerly and one compiled; they stay equal."""
    twin = copy.deepcopy(model)
    optimizers = [make_optimizer(m.parameters()) for m in (model, twin)]
    steps = eager_step(model, loss, optimizers[0]), nn.compile_step(twin, loss, optimizers[1], engine=engine)
    for number, (x, y) in enumerate(batches(X, targets, size)):
        if number == 6:  # as a schedule would
            for optimizer in optimizers:
                optimizer.learning_rate /= 2
        expected, found = steps[0](x, y), steps[1](x, y)
        assert found == pytest.approx(expected, rel=tolerance, abs=tolerance)
    ours, theirs = twin.state_dict(), model.state_dict()
    for name in theirs:
        np.testing.assert_allclose(ours[name], theirs[name], rtol=tolerance, atol=tolerance, err_msg=name)
    for a, b in zip(*(optimizer.state_dict().values() for optimizer in optimizers), strict=True):
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


OPTIMIZERS = {
    "sgd": lambda p: nn.SGD(p, 0.1),
    "decay": lambda p: nn.SGD(p, 0.1, weight_decay=0.01),
    "momentum": lambda p: nn.SGD(p, 0.05, momentum=0.9, nesterov=True),
    "adam": lambda p: nn.Adam(p, 0.01),
    "adamw": lambda p: nn.AdamW(p, 0.01),
    "adagrad": lambda p: nn.Adagrad(p, 0.05),
    "rmsprop": lambda p: nn.RMSprop(p, 0.005, momentum=0.5),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer(name, engine):
    agree(nn.MLP(6, [16, 3], seed=0), nn.cross_entropy, OPTIMIZERS[name], CLASSES, engine)


LOSSES = {
    "cross_entropy": (nn.cross_entropy, CLASSES),
    "probabilities": (nn.cross_entropy, np.eye(3, dtype=np.float32)[CLASSES]),
    "mse": (nn.mse, NUMBERS),
    "squared_error": (nn.squared_error, NUMBERS),
    "hinge": (nn.hinge, CLASSES),
    "binary": (nn.binary_cross_entropy_with_logits, np.eye(3, dtype=np.float32)[CLASSES]),
}


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss(name, engine):
    loss, targets = LOSSES[name]
    agree(nn.MLP(6, [16, 3], seed=0), loss, OPTIMIZERS["sgd"], targets, engine)


@pytest.mark.parametrize("activation", nn.ACTIVATIONS)
def test_every_activation(activation, engine):
    agree(nn.MLP(6, [16, 16, 3], activation=activation, seed=0), nn.cross_entropy, OPTIMIZERS["sgd"], CLASSES, engine)


def test_normalisation_with_its_running_figures(engine):
    rng = np.random.default_rng(1)
    model = nn.Sequential(
        nn.Linear(6, 8, bias=False, seed=rng), nn.BatchNorm1d(8), nn.Tanh(), nn.LayerNorm(8), nn.Linear(8, 3, seed=rng)
    )
    agree(model, nn.cross_entropy, OPTIMIZERS["adam"], CLASSES, engine, tolerance=1e-4)


def test_a_last_batch_that_is_smaller(engine):
    agree(nn.MLP(6, [16, 3], seed=0), nn.cross_entropy, OPTIMIZERS["momentum"], CLASSES, engine, size=24)


def test_dropout_draws_anew_and_the_same_as_eager(engine):
    model = nn.Sequential(nn.Linear(6, 32, seed=0), nn.Dropout(0.5, seed=3), nn.Linear(32, 3, seed=1))
    agree(model, nn.cross_entropy, OPTIMIZERS["sgd"], CLASSES, engine)
    still = nn.compile_step(model, nn.cross_entropy, nn.SGD(model.parameters(), 0.0), engine=engine)
    assert len({still(X, CLASSES) for _ in range(5)}) == 5
    model.eval()
    assert len({still(X, CLASSES) for _ in range(5)}) == 1
    model.train()
    assert len({still(X, CLASSES) for _ in range(5)}) == 5


def test_parameters_may_be_set_between_steps(engine):
    model = nn.MLP(6, [8, 3], seed=0)
    step = nn.compile_step(model, nn.cross_entropy, nn.SGD(model.parameters(), 0.1), engine=engine)
    state = model.state_dict()
    losses = [step(X, CLASSES) for _ in range(3)]
    model.load_state_dict(state)
    assert [step(X, CLASSES) for _ in range(3)] == losses


def test_settings_may_change_between_steps(engine):
    model = nn.MLP(6, [8, 3], seed=0)
    optimizer = nn.SGD(model.parameters(), 0.0)
    step = nn.compile_step(model, nn.cross_entropy, optimizer, engine=engine)
    before = step(X, CLASSES)
    optimizer.learning_rate, optimizer.weight_decay = 0.1, 5.0
    step(X, CLASSES)
    assert step(X, CLASSES) != before
    assert all(parameter.grad is None for parameter in model.parameters())


def test_parameters_that_take_no_part_stay(engine):
    used, unused = nn.Linear(6, 3, seed=0), nn.Linear(6, 3, seed=1)
    optimizer = nn.Adam([*used.parameters(), *unused.parameters()], weight_decay=0.1)
    before = unused.weight.data.copy()
    step = nn.compile_step(used, nn.cross_entropy, optimizer, engine=engine)
    for _ in range(3):
        step(X, CLASSES)
    assert [slot.steps for slot in optimizer.slots] == [3, 3, 0, 0]
    assert (unused.weight.data == before).all()


def test_a_wrong_class_is_refused_at_every_step(engine):
    model = nn.MLP(6, [8, 3], seed=0)
    step = nn.compile_step(model, nn.cross_entropy, nn.SGD(model.parameters(), 0.1), engine=engine)
    step(X, CLASSES)
    state = model.state_dict()
    with pytest.raises(ValueError, match="class numbers from 0 to 7 for 3 logits"):
        step(X, np.where(np.arange(64) == 5, 7, CLASSES))
    assert all((model.state_dict()[name] == state[name]).all() for name in state)


def test_wrong_input_is_refused_at_the_first_step_as_eagerly(engine):
    model = nn.MLP(6, [8, 3], seed=0)
    step = nn.compile_step(model, nn.cross_entropy, nn.SGD(model.parameters(), 0.1), engine=engine)
    with pytest.raises(ValueError, match="class numbers from 0 to 9 for 3 logits"):
        step(X[:2], [0, 9])
    with pytest.raises(ag.ShapeError, match="the first has 4 columns and the second 6 rows"):
        step(X[:2, :4], [0, 1])
    with pytest.raises(ag.DTypeError, match="arrays of numbers, and one of the arguments holds <U1"):
        step([["a", "b"]], [0])
    assert step(X[:2], [0, 1]) == pytest.approx(nn.cross_entropy(nn.MLP(6, [8, 3], seed=0)(X[:2]), [0, 1]).item())


def test_a_network_that_branches_is_refused():
    model = nn.MLP(6, [8, 3], seed=0)

    def loss(outputs, targets):
        if outputs.sum() > 0:
            return nn.cross_entropy(outputs, targets)
        return nn.cross_entropy(outputs, targets) * 2.0

    with pytest.raises(ag.RecordingError, match=r"branch on a traced Tensor.*if outputs"):
        nn.compile_step(model, loss, nn.SGD(model.parameters(), 0.1))(X, CLASSES)


def test_a_weight_that_is_frozen_between_calls_stays(engine):
    model = nn.MLP(6, [8, 3], seed=0)
    twin = copy.deepcopy(model)
    optimizers = [OPTIMIZERS["momentum"](m.parameters()) for m in (model, twin)]
    steps = (
        eager_step(model, nn.cross_entropy, optimizers[0]),
        nn.compile_step(twin, nn.cross_entropy, optimizers[1], engine=engine),
    )
    for number in range(9):
        for each in (model, twin):
            each[0].weight.requires_grad = not 3 <= number < 6
        before = twin[0].weight.data.copy()
        assert steps[1](X, CLASSES) == pytest.approx(steps[0](X, CLASSES), rel=1e-5)
        assert (twin[0].weight.data == before).all() == (3 <= number < 6)
    for name, array in model.state_dict().items():
        np.testing.assert_allclose(twin.state_dict()[name], array, rtol=1e-5, atol=1e-6)


def test_a_schedule_is_asked_at_every_step(engine):
    model = nn.MLP(6, [8, 3], seed=0)

    def scheduled(parameters):
        optimizer = nn.SGD(parameters, 0.2, momentum=0.9)
        optimizer.schedule = nn.WarmUp(4, nn.CosineDecay(8), start=0.1)
        return optimizer

    agree(model, nn.cross_entropy, scheduled, CLASSES, engine)


READ = {
    "an array": (np.array([0.2, 0.3, 0.5]),),
    "a list": ([0.2, 0.3, 0.5],),
    "a dict": ({0: 0.2, 1: 0.3, 2: 0.5},),
    "an object": (SimpleNamespace(scale=0.5, weights=[0.2, 0.3, 0.5]),),
    "two arrays": (np.array([0.2, 0.3, 0.5]), np.ones(3)),
}


@pytest.mark.parametrize("held", READ)
def test_a_loss_that_reads_what_is_no_number_is_recorded_once(held, engine):
    """Such as class weights in an array, as which it is taken at every step."""
    things, recorded = READ[held], []

    def loss(outputs, targets):
        recorded.append(things)
        return nn.cross_entropy(outputs, targets, weight=[0.2, 0.3, 0.5]) + 0.0 * len(things)

    model = nn.MLP(6, [3], seed=0)
    step = nn.compile_step(model, functools.partial(loss), nn.SGD(model.parameters(), 0.1), engine=engine)
    losses = [step(X, CLASSES) for _ in range(20)]
    assert losses == sorted(losses, reverse=True)
    assert len(recorded) == 1


ROWS = np.eye(3)[CLASSES].astype(np.float32)


@pytest.mark.parametrize(
    ("loss", "good", "bad"),
    [
        (nn.cross_entropy, ROWS, np.ones_like(ROWS)),
        (nn.cross_entropy, ROWS.astype(int), 0 * ROWS.astype(int)),
        (functools.partial(nn.cross_entropy, label_smoothing=0.1), ROWS, -ROWS),
        (nn.binary_cross_entropy_with_logits, ROWS, 2 * ROWS - 1),
    ],
)
def test_targets_that_the_loss_refuses_are_refused_at_every_step(loss, good, bad):
    def fresh():
        model = nn.MLP(6, [8, 3], seed=0)
        return model, nn.compile_step(model, loss, nn.SGD(model.parameters(), 0.1), engine="numpy")

    with pytest.raises(ValueError, match="binary_cross_entropy_with_logits") as eager:
        loss(fresh()[0](X), bad)
    model, step = fresh()
    for before in range(3):
        state = model.state_dict()
        with pytest.raises(ValueError, match="binary_cross_entropy_with_logits") as refusal:
            step(X, bad)
        assert str(refusal.value) == str(eager.value), before
        assert all((model.state_dict()[name] == array).all() for name, array in state.items())
        step(X, good)
        step(X, ag.Tensor(good) if good.dtype.kind == "f" else good)
