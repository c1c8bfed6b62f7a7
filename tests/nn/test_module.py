"""Modules: which parameters they find and how they are named, modes, states, copies, texts."""

import copy
import pickle

import numpy as np
import pytest

import autograd as ag
import nn


class Block(nn.Module):
    """One of everything that holds parameters, and things that do not count."""

    def __init__(self):
        self.scale = nn.Parameter(np.array([2.0, 3.0]))
        self.inner = nn.Linear(2, 2, seed=0, dtype=np.float64)
        self.layers = [nn.Linear(2, 1, bias=False, seed=1, dtype=np.float64), nn.ReLU()]
        self.heads = {"a": nn.Parameter(np.array(1.0)), "b": (nn.Parameter(np.array(2.0)),)}
        self.constant = ag.Tensor([1.0, 2.0])
        self.name, self.nothing = "block", None

    def forward(self, x):
        return self.layers[1](self.layers[0](self.inner(x * self.scale))) * self.heads["a"] + self.heads["b"][0]


NAMES = ["scale", "heads.a", "heads.b.0", "inner.weight", "inner.bias", "layers.0.weight"]


def test_parameters_are_found_in_attributes_lists_tuples_and_dicts():
    block = Block()
    assert [name for name, _ in block.named_parameters()] == NAMES
    assert [id(p) for p in block.parameters()] == [id(p) for _, p in block.named_parameters()]
    assert [name for name, _ in block.named_modules()] == ["", "inner", "layers.0", "layers.1"]
    assert list(block.children()) == [block.inner, *block.layers]


def test_what_is_shared_counts_once_and_a_circle_ends():
    tied, again = nn.Linear(2, 2), nn.Sequential()
    again.first, again.second, again.parent = tied, tied, again
    again.weight = tied.weight
    assert [name for name, _ in again.named_parameters()] == ["weight", "first.bias"]
    assert len(list(again.modules())) == 2


def test_every_parameter_gets_a_gradient_and_zero_grad_forgets_it():
    block = Block()
    block(ag.Tensor([[1.0, 2.0], [-0.5, 1.5]])).sum().backward()
    assert all(p.grad is not None and p.grad.shape == p.shape for p in block.parameters())
    block.zero_grad()
    assert all(p.grad is None for p in block.parameters())


def test_modes_reach_every_module_below():
    block = nn.Sequential(Block(), nn.ReLU())
    assert all(module.training for module in block.modules())
    assert block.eval() is block
    assert not any(module.training for module in block.modules())
    block.train()
    assert all(module.training for module in block.modules())


def test_a_state_is_a_copy_and_loads_into_another_module():
    block, other = Block(), Block()
    state = block.state_dict()
    assert list(state) == NAMES
    for p in other.parameters():
        p.data = p.data + 1
    other.load_state_dict(state)
    state["scale"][:] = 99  # neither module shares memory with the state
    x = ag.Tensor([[1.0, 2.0]])
    assert other(x).item() == block(x).item() != 0
    assert block.scale.data.tolist() == other.scale.data.tolist() == [2, 3]


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.int64, list, ag.Tensor])
def test_a_state_is_cast_to_the_parameters_dtype(kind):
    layer = nn.Linear(2, 1)
    values = {"weight": [[1.0, 2.0]], "bias": [3.0]}
    convert = {list: lambda v: v, ag.Tensor: ag.Tensor}.get(kind, lambda v: np.array(v, dtype=kind))
    layer.load_state_dict({name: convert(value) for name, value in values.items()})
    assert layer.weight.dtype == layer.bias.dtype == np.float32
    assert layer(np.array([10.0, 20.0])).data.tolist() == [53.0]


GOOD = {"weight": np.ones((2, 3)), "bias": np.ones(2)}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bias": None}, "'bias' is missing"),
        ({"bias": None, "weight": None}, "'weight', 'bias' are missing"),
        ({"scale": np.ones(2)}, "'scale' is unexpected"),
        ({"weight": np.ones((3, 2))}, r"'weight' has shape \(2, 3\) in Linear and \(3, 2\) in the state"),
        ({"weight": np.ones((2, 3), complex)}, "'weight' holds complex128"),
        ({"weight": np.full((2, 3), "a")}, "'weight' holds <U1"),
        ({"bias": np.ones(3), "x": 1, "y": 2}, "'x', 'y' are unexpected; 'bias' has shape"),
        ({str(i): 1 for i in range(8)}, "'0', '1', '2', '3', '4' and 3 more are unexpected"),
    ],
)
def test_a_state_that_does_not_fit_is_refused_whole(change, message):
    layer = nn.Linear(3, 2, seed=0)
    before = layer.state_dict()
    state = {name: value for name, value in (GOOD | change).items() if value is not None}
    with pytest.raises(nn.StateError, match=r"^Linear cannot take this state: ") as refusal:
        layer.load_state_dict(state)
    assert refusal.match(message)
    assert "\n" not in str(refusal.value)
    assert isinstance(refusal.value, ValueError)
    after = layer.state_dict()
    assert all((before[name] == after[name]).all() for name in before)


def test_part_of_a_state_goes_over_the_whole():
    layer = nn.Linear(3, 2, seed=0)
    weight = layer.state_dict()["weight"]
    layer.load_state_dict(layer.state_dict() | {"bias": [5.0, 6.0]})
    assert layer.bias.data.tolist() == [5, 6]
    assert (layer.weight.data == weight.T).all()


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda module: pickle.loads(pickle.dumps(module))])
def test_a_copy_computes_the_same_and_lives_on_its_own(copied):
    block = Block()
    x = ag.Tensor([[1.0, 2.0], [3.0, -1.0]])
    twin = copied(block)
    assert [name for name, _ in twin.named_parameters()] == NAMES
    assert all(isinstance(p, nn.Parameter) for p in twin.parameters())
    block(x).sum().backward()
    assert all(p.grad is None for p in twin.parameters())
    twin(x).sum().backward()
    for ours, theirs in zip(block.parameters(), twin.parameters(), strict=True):
        assert (ours.grad.data == theirs.grad.data).all()
    twin.scale.data -= 1
    assert block.scale.data.tolist() == [2, 3]


def test_a_module_without_forward_says_so():
    class Empty(nn.Module):
        pass

    with pytest.raises(NotImplementedError, match="Empty defines no forward"):
        Empty()(1)


def test_repr_shows_the_tree():
    inner = nn.Sequential(nn.Linear(2, 3), nn.LeakyReLU(0.2))
    assert repr(nn.Sequential(inner, nn.Linear(3, 1, bias=False))) == (
        "Sequential(\n"
        "  (0): Sequential(\n"
        "    (0): Linear(in_features=2, out_features=3, bias=True)\n"
        "    (1): LeakyReLU(slope=0.2)\n"
        "  )\n"
        "  (1): Linear(in_features=3, out_features=1, bias=False)\n"
        ")"
    )


def test_a_parameter_requires_a_gradient_and_its_results_are_plain_tensors():
    parameter = nn.Parameter([1.0, 2.0], label="w", dtype=np.float32)
    assert parameter.requires_grad
    assert (parameter.label, parameter.dtype) == ("w", np.float32)
    assert type(parameter * 2) is ag.Tensor
    with pytest.raises(ag.DTypeError):
        nn.Parameter([1, 2])


def test_each_module_is_looked_through_once_for_its_parameters():
    looks = []

    class Watched(nn.Linear):
        def members(self):
            looks.append(self)
            return super().members()

    shared = Watched(2, 2)
    inner = nn.Sequential(shared, Watched(2, 2), shared)
    model = nn.Sequential(inner, Watched(2, 1), inner)
    assert [name for name, _ in model.named_parameters()] == [
        "0.0.weight", "0.0.bias", "0.1.weight", "0.1.bias", "1.weight", "1.bias"
    ]  # fmt: skip
    assert len(looks) == len(set(map(id, looks))) == 3
