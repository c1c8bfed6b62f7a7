"""Layers and initialisers, against their formulas and against PyTorch."""

import numpy as np
import pytest

import autograd as ag
import nn
from nn.init import initializer

LAYERS = {  # every activation: ours, its formula, PyTorch's name and arguments
    "relu": (nn.ReLU(), lambda x: np.maximum(x, 0), "ReLU", {}),
    "leaky_relu": (nn.LeakyReLU(0.1), lambda x: np.where(x > 0, x, 0.1 * x), "LeakyReLU", {"negative_slope": 0.1}),
    "tanh": (nn.Tanh(), np.tanh, "Tanh", {}),
    "sigmoid": (nn.Sigmoid(), lambda x: 1 / (1 + np.exp(-x)), "Sigmoid", {}),
    "softplus": (nn.Softplus(), lambda x: np.log1p(np.exp(x)), "Softplus", {}),
    "elu": (nn.ELU(0.5), lambda x: np.where(x > 0, x, 0.5 * np.expm1(x)), "ELU", {"alpha": 0.5}),
    "gelu": (
        nn.GELU("tanh"),
        lambda x: x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))),
        "GELU",
        {"approximate": "tanh"},
    ),
    "silu": (nn.SiLU(), lambda x: x / (1 + np.exp(-x)), "SiLU", {}),
    "identity": (nn.Identity(), lambda x: x, "Identity", {}),
}
X = np.array([[-2.0, -0.5, 0.25], [1.0, 3.0, -4.0]])


def test_the_table_of_activations_is_the_registry():
    assert list(LAYERS) == list(nn.ACTIVATIONS)
    assert all(type(LAYERS[name][0]) is layer for name, layer in nn.ACTIVATIONS.items())


@pytest.mark.parametrize("name", LAYERS)
def test_an_activation_is_its_formula(name):
    layer, formula, *_ = LAYERS[name]
    assert np.allclose(layer(X), formula(X), rtol=1e-14)
    assert np.allclose(layer(ag.Tensor(X)).data, formula(X), rtol=1e-14)
    assert not list(layer.parameters())


@pytest.mark.peers
@pytest.mark.parametrize("name", LAYERS)
def test_an_activation_against_pytorch(name):
    torch = pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")
    layer, _, torch_name, arguments = LAYERS[name]
    ours, theirs = ag.Tensor(X, requires_grad=True), torch.tensor(X, requires_grad=True)
    y, torch_y = layer(ours), getattr(torch.nn, torch_name)(**arguments)(theirs)
    (y * X).sum().backward()
    (torch_y * torch.tensor(X)).sum().backward()
    assert np.allclose(y.data, torch_y.detach().numpy(), rtol=1e-12)
    assert np.allclose(ours.grad.data, theirs.grad.numpy(), rtol=1e-12)


@pytest.mark.parametrize("batch", [(), (5,), (2, 5), (0,)])
@pytest.mark.parametrize("bias", [True, False])
def test_linear_is_x_w_plus_b(batch, bias):
    layer = nn.Linear(3, 2, bias=bias, seed=0, dtype=np.float64)
    if bias:
        layer.bias.data += [0.5, -1.5]
    x = ag.Tensor(np.random.default_rng(1).normal(size=(*batch, 3)), requires_grad=True)
    g = np.random.default_rng(2).normal(size=(*batch, 2))
    y = layer(x)
    y.backward(g)
    weight, shift = layer.weight.data, layer.bias.data if bias else 0
    rows, upstream = x.data.reshape(-1, 3), g.reshape(-1, 2)
    assert np.allclose(y.data, x.data @ weight + shift, rtol=1e-14)
    assert np.allclose(x.grad.data, g @ weight.T)
    assert np.allclose(layer.weight.grad.data, rows.T @ upstream)
    if bias:
        assert np.allclose(layer.bias.grad.data, upstream.sum(axis=0))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("kind", [np.float64, np.float32, np.uint8, np.int64, bool, list])
def test_data_enter_in_the_networks_precision(dtype, kind):
    model = nn.MLP(2, [3, 1], seed=0, dtype=dtype)
    x = [[1, 0], [0, 1]] if kind is list else np.array([[1, 0], [0, 1]], dtype=kind)
    y = model(x)
    assert y.dtype == dtype
    y.sum().backward()
    assert all(p.dtype == p.grad.dtype == dtype for p in model.parameters())


def test_a_batch_may_change_after_the_forward_pass():
    layer, x = nn.Linear(2, 1), np.array([[1.0, 2.0]])
    y = layer(x)
    x[:] = 99
    y.backward()
    assert layer.weight.grad.data.tolist() == [[1.0], [2.0]]


def test_inputs_of_another_width_are_refused_with_both_shapes():
    with pytest.raises(ag.ShapeError, match=r"\(5, 3\).*\(2, 4\)"):
        nn.Linear(2, 4)(np.zeros((5, 3)))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.Linear(0, 2), "in_features must be a positive integer, got 0"),
        (lambda: nn.Linear(2, -1), "out_features must be a positive integer, got -1"),
        (lambda: nn.Linear(2, 1.5), "out_features must be a positive integer, got 1.5"),
        (lambda: nn.Linear(2, 1, initializer="best"), "no initializer is named 'best'; choose one of glorot_uniform"),
        (lambda: nn.MLP(2, [3, 1], activation="reluu"), "no activation is named 'reluu'; choose one of relu"),
        (lambda: nn.MLP(2, []), "MLP needs the number of outputs"),
        (lambda: nn.MLP(2, [3, 0]), "out_features must be a positive integer, got 0"),
        (lambda: nn.init.he_normal((3,)), r"takes a shape \(fan_in, fan_out\), got \(3,\)"),
    ],
)
def test_bad_arguments_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_sequential_takes_modules_only():
    with pytest.raises(TypeError, match="layer 1 is 'relu'"):
        nn.Sequential(nn.Linear(2, 1), "relu")


def test_sequential_is_its_layers_in_order():
    first, second = nn.Linear(3, 2, seed=0), nn.Tanh()
    model = nn.Sequential(first, second)
    assert (model(X).data == second(first(X)).data).all()
    assert (len(model), list(model), model[-1]) == (2, [first, second], second)
    assert list(model[:1]) == [first]
    assert isinstance(model[:1], nn.Sequential)
    assert list(model.state_dict()) == ["0.weight", "0.bias"]
    assert nn.Sequential()(X) is X


def test_what_a_subclass_of_sequential_adds_counts():
    class Scaled(nn.Sequential):
        def __init__(self, *layers):
            super().__init__(*layers)
            self.scale = nn.Parameter(np.array(2.0, np.float32))

        def forward(self, x):
            return super().forward(x) * self.scale

    assert [name for name, _ in Scaled(nn.Linear(1, 1)).named_parameters()] == ["scale", "0.weight", "0.bias"]


@pytest.mark.parametrize("activation", nn.ACTIVATIONS)
def test_an_mlp_is_linear_layers_with_an_activation_between(activation):
    model = nn.MLP(5, [4, 3, 2], activation=activation, seed=0)
    layer = nn.ACTIVATIONS[activation]
    assert [type(m) for m in model] == [nn.Linear, layer, nn.Linear, layer, nn.Linear]
    assert [p.shape for p in model.parameters()] == [(5, 4), (4,), (4, 3), (3,), (3, 2), (2,)]
    assert [p.label for p in model.parameters()] == list(model.state_dict())
    assert not model[0].bias.data.any()
    hidden = initializer(layer.initializer)
    assert np.abs(model[0].weight.data).max() <= np.abs(hidden((5, 4), 0, float)).max() + 1e-6


def test_the_seed_makes_the_network():
    one, same, other, free = (nn.MLP(4, [4, 4], seed=seed).state_dict() for seed in (1, 1, 2, None))
    assert all((one[name] == same[name]).all() for name in one)
    assert (one["0.weight"] != other["0.weight"]).any()
    assert (one["0.weight"] != free["0.weight"]).any()
    assert (one["0.weight"] != one["2.weight"]).any()


def test_a_generator_is_drawn_from():
    rng = np.random.default_rng(0)
    first, second = nn.Linear(3, 3, seed=rng), nn.Linear(3, 3, seed=rng)
    assert (first.weight.data != second.weight.data).any()
    assert (first.weight.data == nn.Linear(3, 3, seed=0).weight.data).all()


SPREADS = {  # variance of each initialiser for fan_in 300 and fan_out 100, and its largest value
    "glorot_uniform": (2 / 400, (6 / 400) ** 0.5),
    "glorot_normal": (2 / 400, np.inf),
    "xavier_uniform": (2 / 400, (6 / 400) ** 0.5),
    "xavier_normal": (2 / 400, np.inf),
    "he_uniform": (2 / 300, (6 / 300) ** 0.5),
    "he_normal": (2 / 300, np.inf),
    "lecun_uniform": (1 / 300, (3 / 300) ** 0.5),
    "lecun_normal": (1 / 300, np.inf),
    "orthogonal": (1 / 300, 1),
    "normal": (1, np.inf),
    "zeros": (0, 0),
}


@pytest.mark.parametrize("name", nn.init.INITIALIZERS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_initializer_has_its_variance(name, dtype):
    variance, limit = SPREADS[name]
    draw = nn.init.INITIALIZERS[name]
    W = draw((300, 100), 0, dtype)
    assert (W.shape, W.dtype) == ((300, 100), dtype)
    assert W.var() == pytest.approx(variance, rel=0.03)
    assert abs(W.mean()) <= 4 * (variance / W.size) ** 0.5
    assert np.abs(W).max() <= limit * (1 + 1e-6)
    assert np.array_equal(W, draw((300, 100), 0, dtype))


def test_an_initializer_may_be_a_function():
    layer = nn.Linear(2, 2, initializer=lambda shape, _seed, dtype: np.eye(*shape, dtype=dtype))
    assert layer.weight.data.tolist() == [[1, 0], [0, 1]]


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_signals_keep_their_scale_through_many_layers(activation):
    model = nn.MLP(256, [256] * 20, activation=activation, seed=0)
    y = model(np.random.default_rng(0).normal(size=(64, 256)))
    assert 0.05 < y.data.std() < 5


# ---- the registry ----------------------------------------------------------------------------------------------------


def test_a_class_with_a_name_is_an_activation_of_that_name():
    try:

        class Sine(nn.Activation, name="sine"):
            def forward(self, x):
                return np.sin(x)

        class Unnamed(Sine):
            pass

        model = nn.MLP(2, [3, 1], activation="sine", seed=0)
        assert type(model[1]) is Sine
        assert np.allclose(model(X[:, :2]).data, np.sin(X[:, :2] @ model[0].weight.data) @ model[2].weight.data)
        assert Unnamed not in nn.ACTIVATIONS.values()
    finally:
        nn.ACTIVATIONS.pop("sine", None)


def test_every_layer_optimizer_and_loss_is_public_where_its_file_lists_it():
    for part in (nn.layers, nn.optim, nn.losses, nn.metrics, nn.regularisation):
        assert set(part.__all__) <= set(nn.__all__)
        assert all(getattr(nn, name) is getattr(part, name) for name in part.__all__)
    assert len(nn.__all__) == len(set(nn.__all__))
    assert {kind.__name__ for kind in (*nn.ACTIVATIONS.values(), *nn.OPTIMIZERS.values())} <= set(nn.__all__)


# ---- noise -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_noise_is_normal_in_training_and_absent_in_use(dtype):
    noise = nn.GaussianNoise(0.5, seed=0)
    x = np.full((400, 50), 3.0, dtype)
    y = noise(x).data
    assert y.dtype == dtype
    assert np.mean(y - 3) == pytest.approx(0, abs=0.02)
    assert np.std(y - 3) == pytest.approx(0.5, rel=0.02)
    assert np.abs(y - 3).max() > 1.5
    assert (noise(x).data != y).all(axis=0).any()  # drawn anew
    assert (noise.eval()(x).data == x).all()
    assert (nn.GaussianNoise(0.0)(x).data == x).all()
    with pytest.raises(ValueError, match="deviation must be from 0"):
        nn.GaussianNoise(-1.0)
