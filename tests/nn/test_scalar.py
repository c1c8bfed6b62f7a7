"""Networks of Values: micrograd's names, texts, order of random numbers, and its published demo."""

import random

import pytest

import autograd as ag
from nn.scalar import MLP, Layer, Module, Neuron

# The program of micrograd's demo notebook, as published; only what it imports changes.
DEMO = """
import random
import numpy as np
{imports}

np.random.seed(1337)
random.seed(1337)

from sklearn.datasets import make_moons
X, y = make_moons(n_samples=100, noise=0.1)
y = y*2 - 1 # make y be -1 or 1

model = MLP(2, [16, 16, 1]) # 2-layer neural network
print(model)
print("number of parameters", len(model.parameters()))

def loss(batch_size=None):
    # inline DataLoader :)
    if batch_size is None:
        Xb, yb = X, y
    else:
        ri = np.random.permutation(X.shape[0])[:batch_size]
        Xb, yb = X[ri], y[ri]
    inputs = [list(map(Value, xrow)) for xrow in Xb]
    # forward the model to get scores
    scores = list(map(model, inputs))
    # svm "max-margin" loss
    losses = [(1 + -yi*scorei).relu() for yi, scorei in zip(yb, scores)]
    data_loss = sum(losses) * (1.0 / len(losses))
    # L2 regularization
    alpha = 1e-4
    reg_loss = alpha * sum((p*p for p in model.parameters()))
    total_loss = data_loss + reg_loss
    # also get accuracy
    accuracy = [(yi > 0) == (scorei.data > 0) for yi, scorei in zip(yb, scores)]
    return total_loss, sum(accuracy) / len(accuracy)

# optimization
for k in range({steps}):
    # forward
    total_loss, acc = loss()
    # backward
    model.zero_grad()
    total_loss.backward()
    # update (sgd)
    learning_rate = 1.0 - 0.9*k/100
    for p in model.parameters():
        p.data -= learning_rate * p.grad
    if k % 1 == 0:
        print(f"step {{k}} loss {{total_loss.data}}, accuracy {{acc*100}}%")
"""
OURS = "from autograd import Value\nfrom nn.scalar import Neuron, Layer, MLP"
MICROGRAD = "from micrograd.engine import Value\nfrom micrograd.nn import Neuron, Layer, MLP"


def run_demo(imports, steps):
    """What the demo prints: the lines about the network, the losses and the accuracies."""
    lines = []
    exec(DEMO.format(imports=imports, steps=steps), {"print": lambda *words: lines.append(" ".join(map(str, words)))})
    words = [line.split() for line in lines[2:]]
    return lines[:2], [float(w[3].rstrip(",")) for w in words], [float(w[5].rstrip("%")) for w in words]


@pytest.mark.peers
def test_micrograds_demo_runs_alike_with_its_imports_changed():
    """All 100 steps in both engines; about two minutes, nearly all of it micrograd's (a second a step)."""
    pytest.importorskip("micrograd", reason="compares with micrograd, which is not installed")
    pytest.importorskip("sklearn", reason="the demo's data come from scikit-learn, which is not installed")
    network, losses, accuracies = run_demo(OURS, steps=100)
    their_network, their_losses, their_accuracies = run_demo(MICROGRAD, steps=100)
    assert network == their_network
    assert losses == pytest.approx(their_losses, rel=0, abs=1e-9)
    assert accuracies == their_accuracies
    assert accuracies[-1] == 100


def test_the_demo_begins_as_published():
    pytest.importorskip("sklearn", reason="the demo's data come from scikit-learn, which is not installed")
    (_, count), losses, accuracies = run_demo(OURS, steps=4)
    assert count == "number of parameters 337"
    assert losses == pytest.approx([0.8958441028683222, 1.7235905336972022, 0.7429006313851131, 0.7705641260584198])
    assert accuracies == [50, 81, 77, 82]


@pytest.mark.parametrize(
    ("network", "text", "parameters"),
    [
        (Neuron(2), "ReLUNeuron(2)", 3),
        (Neuron(3, nonlin=False), "LinearNeuron(3)", 4),
        (Layer(2, 2), "Layer of [ReLUNeuron(2), ReLUNeuron(2)]", 6),
        (Layer(1, 1, nonlin=False), "Layer of [LinearNeuron(1)]", 2),
        (MLP(2, [2, 1]), "MLP of [Layer of [ReLUNeuron(2), ReLUNeuron(2)], Layer of [LinearNeuron(2)]]", 9),
    ],
)
def test_texts_and_parameter_counts(network, text, parameters):
    assert repr(network) == text
    assert len(network.parameters()) == parameters


def test_weights_come_from_pythons_random_in_order_and_biases_are_zero():
    random.seed(7)
    model = MLP(2, [2, 1])
    random.seed(7)
    for layer in model.layers:
        for neuron in layer.neurons:
            assert [w.data for w in neuron.w] == [random.uniform(-1, 1) for _ in neuron.w]
            assert neuron.b.data == 0.0


@pytest.mark.parametrize(("nonlin", "out"), [(True, 0.0), (False, -5.5)])
def test_a_neuron_is_one_sum_of_products(nonlin, out):
    neuron = Neuron(2, nonlin=nonlin)
    for parameter, number in zip(neuron.parameters(), (2.0, -1.0, 0.5), strict=True):
        parameter.data = number
    x = [ag.Value(-1.0), ag.Value(4.0)]
    y = neuron(x)
    y.backward()
    on = float(not nonlin)
    assert y.data == out
    assert [p.grad for p in neuron.parameters()] == [-1.0 * on, 4.0 * on, on]
    assert [v.grad for v in x] == [2.0 * on, -1.0 * on]
    activation_nodes = 1 if nonlin else 0
    assert len(ag.topological_order(y)) == 5 + 1 + activation_nodes


def test_values_and_numbers_may_be_inputs():
    random.seed(0)
    model = MLP(2, [3, 2])
    plain = [out.data for out in model([0.5, -1])]
    assert plain == [out.data for out in model((ag.Value(0.5), ag.Value(-1)))]


def test_a_hidden_layer_of_one_neuron():
    model = MLP(2, [1, 1, 2])
    assert len(model([1.0, 2.0])) == 2
    assert isinstance(Layer(2, 1)([1.0, 2.0]), ag.Value)


@pytest.mark.parametrize("inputs", [[1.0], [1.0, 2.0, 3.0], []])
@pytest.mark.parametrize("network", [Neuron(2), Layer(2, 3), MLP(2, [3, 1])])
def test_a_wrong_number_of_inputs_is_refused(network, inputs):
    with pytest.raises(ag.ShapeError, match=rf"takes 2 inputs, got {len(inputs)}"):
        network(inputs)


def test_zero_grad():
    model = MLP(2, [2, 1])
    model([1.0, -1.0]).backward()
    model.zero_grad()
    assert [p.grad for p in model.parameters()] == [0.0] * 9
    assert Module().parameters() == []
