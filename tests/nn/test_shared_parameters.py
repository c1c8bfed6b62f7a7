"""What is in several places of a model has every name in its states, as in PyTorch's, and is one after loading."""

import importlib.util

import numpy as np
import pytest

import nn

X = np.random.default_rng(0).normal(size=(5, 4))
needs_safetensors = pytest.mark.skipif(not importlib.util.find_spec("safetensors"), reason="needs the extra train")


def tied():
    one, other = nn.Linear(4, 4, seed=1), nn.Linear(4, 4, seed=2)
    other.weight = one.weight
    return nn.Sequential(one, nn.Tanh(), other)


def twice():
    layer = nn.Sequential(nn.Linear(4, 4, seed=1), nn.BatchNorm1d(4))
    return nn.Sequential(layer, nn.Tanh(), nn.Sequential(layer))


class Own(nn.Module):
    def __init__(self):
        self.layers = {"a": [nn.Linear(4, 4, seed=1)], "b": nn.Linear(4, 4, seed=2)}
        self.layers["a"][0].bias = self.layers["b"].bias
        self.again, self.itself = self.layers["b"], self

    def forward(self, x):
        return self.again(self.layers["a"][0](x))


MODELS = {"tied": (tied, 1), "twice": (twice, 6), "own": (Own, 2)}


@pytest.mark.parametrize("name", MODELS)
def test_a_state_has_every_name_and_is_taken_with_one_of_them_or_all(name):
    make, count = MODELS[name]
    model, other = make(), make()
    for number, parameter in enumerate(model.parameters()):
        parameter.data = parameter.data + number + 1
    state, shared = model.state_dict(), model.shared()
    assert len(shared) == count
    assert (
        len(state) == sum(map(len, shared)) + len(list(model.parameters())) + len(list(model.named_buffers())) - count
    )
    for given in (
        state,
        {n: x for n, x in state.items() if n not in {n for names in shared for n in names[1:]}},
        {n: x for n, x in state.items() if n not in {n for names in shared for n in names[:-1]}},
    ):
        fresh = make()
        fresh.load_state_dict(given)
        np.testing.assert_array_equal(fresh(X).data, model(X).data)
    before = other.state_dict()
    with pytest.raises(nn.StateError, match=r"are one parameter in .* and differ in the state; give both"):
        other.load_state_dict(state | {shared[0][1]: state[shared[0][1]] + 1})
    assert all((other.state_dict()[n] == x).all() for n, x in before.items())


@needs_safetensors
@pytest.mark.parametrize("name", ["tied", "twice"])
def test_a_file_of_one_builds_one(name, tmp_path):
    make, _ = MODELS[name]
    model = make()
    nn.save(model, tmp_path / "model.safetensors")
    again = nn.load(tmp_path / "model.safetensors")
    assert again.shared() == model.shared()
    for each in (model, again):
        nn.Trainer(each, loss="mse", optimizer="adam").fit(X, X, epochs=3, progress=False)
    for key, array in model.state_dict().items():
        np.testing.assert_array_equal(again.state_dict()[key], array)


def given_another(layer):
    layer.gain = nn.Parameter(np.ones(4))


def without_bias(layer):
    layer.bias = None


def with_a_forward(layer):
    layer.forward = lambda x: nn.Linear.forward(layer, x) * 2


def another_slope(layer):
    layer.slope = 0.5


@needs_safetensors
@pytest.mark.parametrize("change", [given_another, without_bias, with_a_forward, another_slope])
def test_a_file_tells_no_architecture_that_would_not_be_the_models(change, tmp_path):
    model, other = (nn.MLP(4, [4, 4], "leaky_relu", seed=seed) for seed in (0, 1))
    for each in (model, other):
        change(each[0] if change is not another_slope else each[1])
    nn.save(model, tmp_path / "model.safetensors")
    with pytest.raises(nn.StateError, match="does not contain its architecture; build the model and pass it"):
        nn.load(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(nn.load(tmp_path / "model.safetensors", other)(X).data, model(X).data)


@needs_safetensors
@pytest.mark.parametrize(
    "shared", [{}, [["0.weight"]], [["0.weight", 1]], [["0.weight", "9"]], [["0.bias", "0.weight"]], 3]
)
def test_what_a_file_tells_of_sharing_is_checked(shared):
    from nn.training.architecture import build, describe

    description = describe(nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4))) | {"shared": shared}
    with pytest.raises(nn.StateError):
        build(description)


@pytest.mark.peers
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_pytorch_takes_it_and_gives_it(dtype):
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    theirs = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.Tanh(), torch.nn.Linear(4, 4)).to(
        torch.float32 if dtype is np.float32 else torch.float64
    )
    theirs[2].weight = theirs[0].weight
    ours = tied()
    ours.load_state_dict(theirs.state_dict())
    np.testing.assert_allclose(ours(X).data, theirs(torch.tensor(X, dtype=theirs[0].weight.dtype)).detach(), rtol=1e-5)
    fresh = tied()
    theirs.load_state_dict({name: torch.tensor(x) for name, x in fresh.state_dict().items()})
    np.testing.assert_allclose(fresh(X).data, theirs(torch.tensor(X, dtype=theirs[0].weight.dtype)).detach(), rtol=1e-5)


@pytest.mark.parametrize(
    ("name", "value"), [("learning_rate", np.nan), ("learning_rate", -1.0), ("0.steps", -1), ("0.steps", 1.5)]
)
def test_an_optimizers_state_of_no_numbers_is_refused(name, value):
    layer = nn.Linear(2, 1, seed=0)
    optimizer = nn.Adam(layer.parameters(), 0.1)
    refusal = r"Adam cannot take this state: .*(its steps are none|no whole number of int)"
    with pytest.raises(nn.StateError, match=refusal):
        optimizer.load_state_dict(optimizer.state_dict() | {name: np.array(value)})
    assert (optimizer.learning_rate, optimizer.steps) == (0.1, 0)
    with pytest.raises(nn.StateError, match="its names are texts, and 0 is none"):
        layer.load_state_dict({0: 1.0})
