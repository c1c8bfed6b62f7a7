"""Optimizers: PyTorch's numbers, what they remember, what they refuse."""

import itertools

import numpy as np
import pytest

import autograd as ag
import nn

SETTINGS = [  # ours, PyTorch's name, PyTorch's arguments
    (nn.SGD, "SGD", {"learning_rate": 0.1}),
    (nn.SGD, "SGD", {"learning_rate": 0.1, "weight_decay": 0.05}),
    *(
        (nn.SGD, "SGD", {"learning_rate": 0.03, "momentum": momentum, "nesterov": nesterov, "weight_decay": decay})
        for momentum, nesterov, decay in itertools.product([0.5, 0.9], [False, True], [0.0, 0.05])
    ),
    (nn.Adam, "Adam", {}),
    (nn.Adam, "Adam", {"learning_rate": 0.05, "weight_decay": 0.05}),
    (nn.Adam, "Adam", {"learning_rate": 0.05, "betas": (0.5, 0.9), "epsilon": 1e-3}),
    (nn.Adam, "Adam", {"learning_rate": 0.05, "betas": (0.0, 0.0)}),
    (nn.AdamW, "AdamW", {}),
    (nn.AdamW, "AdamW", {"learning_rate": 0.05, "weight_decay": 0.3, "betas": (0.5, 0.9)}),
    (nn.Adagrad, "Adagrad", {}),
    (nn.Adagrad, "Adagrad", {"learning_rate": 0.3, "weight_decay": 0.05, "epsilon": 1e-3}),
    *(
        (nn.RMSprop, "RMSprop", {"learning_rate": 0.02, "alpha": alpha, "momentum": momentum, "weight_decay": decay})
        for alpha, momentum, decay in itertools.product([0.5, 0.99], [0.0, 0.7], [0.0, 0.05])
    ),
    (nn.RMSprop, "RMSprop", {"epsilon": 1e-3}),
    (nn.NAdam, "NAdam", {}),
    (nn.NAdam, "NAdam", {"learning_rate": 0.05, "weight_decay": 0.05, "betas": (0.5, 0.9), "momentum_decay": 0.1}),
]
TORCH_WORDS = {"learning_rate": "lr", "epsilon": "eps"}
every_setting = pytest.mark.parametrize(
    ("kind", "torch_name", "settings"),
    SETTINGS,
    ids=lambda s: ",".join(map(str, s.values())) if isinstance(s, dict) and s else "",
)


def start():
    """Two parameters of a small problem, the same every time."""
    rng = np.random.default_rng(0)
    return [rng.normal(size=(3, 2)), rng.normal(size=2)]


def objective(W, b, exp):
    """Neither quadratic nor convex: every step has other gradients."""
    return (((W * W) @ b) * b[0]).sum() + exp(-W).sum() * 0.1 + (b**4).sum()


@pytest.mark.peers
@every_setting
def test_fifty_steps_against_pytorch(kind, torch_name, settings):
    torch = pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")
    rtol = 1e-6 if torch_name == "NAdam" else 1e-10  # PyTorch keeps NAdam's product of momenta in float32
    ours = [ag.Tensor(p, requires_grad=True) for p in start()]
    theirs = [torch.tensor(p, requires_grad=True) for p in start()]
    optimizer = kind(ours, **settings)
    torch_settings = {TORCH_WORDS.get(name, name): value for name, value in settings.items()}
    torch_optimizer = getattr(torch.optim, torch_name)(theirs, **torch_settings)
    for step in range(50):
        if step == 25:  # as a schedule would
            optimizer.learning_rate /= 2
            torch_optimizer.param_groups[0]["lr"] /= 2
        for opt, parameters, exp in ((optimizer, ours, ag.exp), (torch_optimizer, theirs, torch.exp)):
            opt.zero_grad()
            objective(*parameters, exp).backward()
            if step % 7 == 3:  # a parameter that took no part stays, and so does what is remembered of it
                parameters[1].grad = None
            opt.step()
        for parameter, torch_parameter in zip(ours, theirs, strict=True):
            assert np.allclose(parameter.data, torch_parameter.detach().numpy(), rtol=rtol, atol=rtol / 100)


@every_setting
def test_resuming_from_a_saved_state_changes_no_bit(kind, torch_name, settings):
    def run(steps, parameters, optimizer):
        for _ in range(steps):
            optimizer.zero_grad()
            objective(*parameters, ag.exp).backward()
            optimizer.step()

    straight = [ag.Tensor(p, requires_grad=True) for p in start()]
    run(20, straight, kind(straight, **settings))

    first = [ag.Tensor(p, requires_grad=True) for p in start()]
    optimizer = kind(first, **settings)
    run(10, first, optimizer)
    state = optimizer.state_dict()
    run(3, first, optimizer)  # the state is a copy: going on does not change it

    second = [ag.Tensor(p, requires_grad=True) for p in start()]
    run(10, second, kind(second, **settings))
    resumed = kind(second, **settings)
    resumed.load_state_dict(state)
    run(10, second, resumed)
    assert all((a.data == b.data).all() for a, b in zip(straight, second, strict=True))


def test_a_state_of_another_optimizer_is_refused_whole():
    parameters = [ag.Tensor([1.0, 2.0], requires_grad=True)]
    sgd, adam = nn.SGD(parameters, 0.1, momentum=0.9), nn.Adam(parameters)
    with pytest.raises(
        nn.StateError, match=r"Adam cannot take this state: '0.mean', '0.square' are missing; '0.velocity'"
    ):
        adam.load_state_dict(sgd.state_dict())
    with pytest.raises(nn.StateError, match=r"'0.velocity' has shape \(2,\) in SGD and \(3,\) in the state"):
        sgd.load_state_dict(sgd.state_dict() | {"0.velocity": np.ones(3)})
    assert adam.learning_rate == 1e-3


@pytest.mark.parametrize("name", nn.OPTIMIZERS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_optimizer_finds_a_minimum_keeps_the_dtype_and_leaves_the_gradient(name, dtype):
    w = ag.Tensor([3.0, -2.0], requires_grad=True, dtype=dtype)
    rate = {"adagrad": 1.0, "rmsprop": 0.002, "lion": 0.001}.get(name, 0.1)
    optimizer = nn.OPTIMIZERS[name]([w], learning_rate=rate, weight_decay=1e-3)
    for _ in range(3000 if name in ("rmsprop", "lion") else 300):
        loss = ((w - np.array([1.0, 0.5], dtype)) ** 2).sum()
        optimizer.zero_grad()
        loss.backward()
        before, memory = w.grad.data.copy(), w.data
        optimizer.step()
        assert (w.grad.data == before).all()
        assert w.data is memory  # changed in place, so nothing is allocated
    assert w.dtype == dtype
    assert np.allclose(w.data, [1.0, 0.5], atol=2e-2 if name == "lion" else 2e-3)  # its steps never shrink


def test_lion_against_its_formula():
    w, rng = ag.Tensor(start()[0], requires_grad=True), np.random.default_rng(3)
    optimizer = nn.Lion([w], learning_rate=0.01, betas=(0.8, 0.95), weight_decay=0.1)
    expected, mean = w.data.copy(), np.zeros((3, 2))
    for _ in range(100):
        w.grad = gradient = rng.normal(size=(3, 2))
        optimizer.step()
        expected = expected * (1 - 0.01 * 0.1) - 0.01 * np.sign(0.8 * mean + (1 - 0.8) * gradient)
        mean = 0.95 * mean + (1 - 0.95) * gradient
    np.testing.assert_allclose(w.data, expected, rtol=1e-12)


@pytest.mark.peers
@pytest.mark.parametrize(("kind", "torch_name"), [(nn.SGD, "SGD"), (nn.Adam, "Adam"), (nn.AdamW, "AdamW")])
def test_groups_of_parameters_against_pytorch(kind, torch_name):
    torch = pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")
    ours = [ag.Tensor(p, requires_grad=True) for p in start()]
    theirs = [torch.tensor(p, requires_grad=True) for p in start()]
    groups = [{"parameters": ours[:1], "learning_rate": 0.003, "weight_decay": 0.2}, {"parameters": ours[1:]}]
    optimizer = kind(groups, learning_rate=0.03, weight_decay=0.01)
    assert "2 parameters" in repr(optimizer)
    torch_groups = [{"params": theirs[:1], "lr": 0.003, "weight_decay": 0.2}, {"params": theirs[1:]}]
    torch_optimizer = getattr(torch.optim, torch_name)(torch_groups, lr=0.03, weight_decay=0.01)
    for number in range(100):
        if number == 50:  # for what has none of its own, from now on
            optimizer.weight_decay = torch_optimizer.param_groups[1]["weight_decay"] = 0.3
        for opt, parameters, exp in ((optimizer, ours, ag.exp), (torch_optimizer, theirs, torch.exp)):
            opt.zero_grad()
            objective(*parameters, exp).backward()
            opt.step()
    for parameter, torch_parameter in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(parameter.data, torch_parameter.detach().numpy(), rtol=1e-6)


def test_weight_decay_pulls_towards_zero():
    w = ag.Tensor([2.0], requires_grad=True)
    optimizer = nn.SGD([w], learning_rate=0.1, weight_decay=0.5)
    w.grad = [0.0]
    optimizer.step()
    assert w.data.tolist() == [2.0 - 0.1 * 0.5 * 2.0]


def test_zero_grad_and_a_step_without_gradients():
    w = ag.Tensor([2.0], requires_grad=True)
    optimizer = nn.SGD([w], 0.1)
    (w * w).sum().backward()
    optimizer.zero_grad()
    assert w.grad is None
    with pytest.raises(ag.GraphError, match=r"SGD.step: no parameter has a gradient; call loss.backward\(\) first"):
        optimizer.step()


W = ag.Tensor([1.0], requires_grad=True)
REFUSED = [
    (lambda: nn.SGD([]), ValueError, "SGD got no parameters"),
    (lambda: nn.SGD([W, W]), ValueError, "SGD got a parameter twice"),
    (lambda: nn.SGD(W), TypeError, r"SGD takes a list of parameters, got one Tensor; pass \[tensor\]"),
    (lambda: nn.SGD([ag.Tensor([1.0])]), TypeError, "requires_grad=True; parameter 0 is"),
    (lambda: nn.SGD([W, 3.0]), TypeError, "parameter 1 is 3.0"),
    (lambda: nn.SGD([{"parameters": [W], "lr": 0.1}]), ValueError, "'lr' is not a setting of a group .*learning_rate"),
    (lambda: nn.SGD([{"learning_rate": 0.1}]), ValueError, "group 0 has no 'parameters'"),
    (lambda: nn.SGD([{"params": [W]}]), ValueError, "group 0 has no 'parameters'; it has 'params'"),
    (lambda: nn.SGD([{"parameters": W}]), TypeError, r"got one Tensor; pass \[tensor\]"),
    (lambda: nn.SGD([{"parameters": nn.Linear(1, 1)}]), TypeError, r"pass model.parameters\(\)"),
    (lambda: nn.Adam([W], betas=0.9), TypeError, "betas must be a pair of numbers, got 0.9"),
    (lambda: nn.Lion([W], betas=(0.9,)), TypeError, r"betas must be a pair of numbers, got \(0.9,\)"),
    (lambda: nn.SGD([{"parameters": [W]}, W]), TypeError, "groups or parameters, not both"),
    (lambda: nn.SGD([{"parameters": [W], "weight_decay": -1}]), ValueError, "weight_decay must be from 0"),
    (lambda: nn.SGD([{"parameters": [W]}], learning_rate=0.0), ValueError, "groups need a learning_rate above 0"),
    (lambda: nn.SGD([W], learning_rate=-0.1), ValueError, "learning_rate must be from 0 to below inf, got -0.1"),
    (lambda: nn.SGD([W], learning_rate=float("nan")), ValueError, "learning_rate .* got nan"),
    (lambda: nn.SGD([W], learning_rate=float("inf")), ValueError, "learning_rate .* got inf"),
    (lambda: nn.SGD([W], momentum=1.0), ValueError, "momentum must be from 0 to below 1, got 1.0"),
    (lambda: nn.SGD([W], weight_decay=-1), ValueError, "weight_decay must be from 0 to below inf, got -1"),
    (lambda: nn.SGD([W], nesterov=True), ValueError, "nesterov needs a momentum above 0"),
    (lambda: nn.Adam([W], betas=(0.9, 1.0)), ValueError, r"betas\[1\] must be from 0 to below 1, got 1.0"),
    (lambda: nn.Adam([W], betas=(-0.1, 0.9)), ValueError, r"betas\[0\] must be from 0 to below 1, got -0.1"),
    (lambda: nn.Adam([W], epsilon=-1e-8), ValueError, "epsilon must be from 0 to below inf, got -1e-08"),
    (lambda: setattr(nn.Adam([W]), "learning_rate", -1), ValueError, "learning_rate must be from 0"),
]


@pytest.mark.parametrize(("make", "error", "message"), REFUSED)
def test_bad_arguments_are_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()


class Holder:
    """What an optimizer of a user's own may keep its settings in, and change them there."""

    first = 1.0

    def __getitem__(self, _):
        return self.first

    def __setitem__(self, _, value):
        self.first = value


@pytest.mark.parametrize("make", [lambda: [1.0], lambda: {0: 1.0}, lambda: np.ones(1), Holder, lambda: ([1.0],)])
def test_settings_of_any_kind_count_at_every_step(make):
    class Scaled(nn.Optimizer):
        def __init__(self, parameters, learning_rate=0.5):
            self.scales = make()
            super().__init__(parameters, learning_rate)

        def update(self, gradient, memory, steps, rate):  # noqa: ARG002
            scale = self.scales[0][0] if isinstance(self.scales, tuple) else self.scales[0]
            return gradient * rate * scale, {}

    w = ag.Tensor([8.0], requires_grad=True)
    optimizer, found = Scaled([w]), []
    for scale in (1.0, 1.0, 0.5, 0.0, 2.0):
        (optimizer.scales[0] if isinstance(optimizer.scales, tuple) else optimizer.scales)[0] = scale
        w.grad = [2.0]
        optimizer.step()
        found.append(w.item())
    assert found == [7.0, 6.0, 5.5, 5.5, 3.5]


@pytest.mark.parametrize("kind", [nn.SGD, nn.RMSprop])
def test_a_momentum_that_it_was_not_made_with_is_refused(kind):
    w = ag.Tensor([2.0], requires_grad=True)
    optimizer = kind([w], 0.1)
    optimizer.momentum = 0.9
    w.grad = [1.0]
    with pytest.raises(ValueError, match="remembers no 'velocity', as it was made with a setting of 0"):
        optimizer.step()
    assert w.item() == 2.0


@pytest.mark.parametrize("count", [np.inf, -np.inf, np.nan, 0.5, 1e19, -1.0, 2**63])
def test_a_number_of_steps_that_is_none_is_refused(count):
    optimizer = nn.Adam(nn.Linear(2, 1).parameters())
    before = optimizer.state_dict()
    with pytest.raises(nn.StateError, match=r"its steps are none|holds what is no whole number"):
        optimizer.load_state_dict(before | {"0.steps": np.array(count), "learning_rate": np.array(7.0)})
    np.testing.assert_equal(optimizer.state_dict(), before)
    optimizer.load_state_dict(before | {"0.steps": np.array(3.0)})
    assert optimizer.steps == 3
