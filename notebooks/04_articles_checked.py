# %% [markdown]
# # 4. The articles, checked
#
# *Time: 75 minutes, or a section at a time. Before it: notebooks 1 to 3.* With an engine and a way to measure slopes in
# hand, we can judge what others have written before we build on it.
#
# Backpropagation is explained in hundreds of articles, and some of their worked examples are wrong: a sign, a missing
# factor, a number that was never computed. Each section below rebuilds one such system, checks its claim by the engine
# and by finite differences, and shows the mistake where there is one.
#
# The tool for checking is always the same. A derivative is a slope, so it can be measured: move the input a little to
# either side, and divide the change of the output by the change of the input,
#
# $$\frac{\partial L}{\partial w} \approx \frac{L(w + h) - L(w - h)}{2h}.$$
#
# No formula is needed for that, so it can judge between two formulas.

# %%
import math
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

import autograd as ag
import autograd.numpy as anp
import nn
from autograd import Value


def slope(f, w, h=1e-6):
    """The derivative of f for each entry of w, by central differences."""
    w = np.asarray(w, float)
    found = np.zeros_like(w)
    for i in np.ndindex(w.shape):
        step = np.zeros_like(w)
        step[i] = h
        found[i] = (f(w + step) - f(w - step)) / (2 * h)
    return found


def sigmoid(z):
    with np.errstate(over="ignore"):  # far below 0 the exponential is infinite, and the sigmoid rightly 0
        return 1 / (1 + np.exp(-z))


# %% [markdown]
# ## One layer, one sign
#
# The smallest network: $\hat y = \sigma(z)$ with $z = w \cdot x + b$, and the loss $L = \frac12 (y - \hat y)^2$. Here
# $x$ is the input, $y$ the target, $\hat y$ the prediction, $w$ the weights, $b$ the bias, and $\sigma(z) = 1/(1+e^{-z})$,
# whose derivative is $\sigma' = \hat y (1 - \hat y)$.
#
# One finds the gradient published as $(y - \hat y)\, x\, \sigma'$, used in $w \leftarrow w - \eta\,\partial L/\partial w$
# with the learning rate $\eta$. By the chain rule, from the loss backwards:
#
# $$\frac{\partial L}{\partial w} = \underbrace{(\hat y - y)}_{\partial L/\partial \hat y}
#   \cdot \underbrace{\hat y (1 - \hat y)}_{\partial \hat y/\partial z} \cdot \underbrace{x}_{\partial z/\partial w}.$$
#
# The derivative of $\frac12(y-\hat y)^2$ for $\hat y$ is $-(y - \hat y)$: the minus comes from the inner derivative. Let
# the numbers decide.

# %%
x, y = np.array([0.5, -1.5]), 1.0
w, b = np.array([0.8, 0.3]), 0.1


def loss(w):
    return ag.sum((y - ag.sigmoid(ag.sum(w * x) + b)) ** 2) / 2


y_hat = sigmoid(w @ x + b)
published = (y - y_hat) * x * y_hat * (1 - y_hat)
right = (y_hat - y) * x * y_hat * (1 - y_hat)
engine = ag.grad(loss)(w)

print("published       ", published)
print("chain rule      ", right)
print("this library    ", engine)
print("by differences  ", slope(loss, w))
assert np.allclose(engine, right, rtol=1e-12)
assert np.allclose(slope(loss, w), right, rtol=1e-6)
assert np.allclose(published, -right)

# %% [markdown]
# The published gradient has the wrong sign, so subtracting it climbs. Ten steps each way:

# %%
descent, climb = [w], [w]
for _ in range(10):
    descent.append(descent[-1] - 0.5 * ag.grad(loss)(descent[-1]))
    climb.append(climb[-1] + 0.5 * ag.grad(loss)(climb[-1]))
down, up = ([loss(p) for p in path] for path in (descent, climb))
print("right sign:     ", *(f"{value:.3f}" for value in down))
print("published sign: ", *(f"{value:.3f}" for value in up))
assert np.all(np.diff(down) < 0)
assert np.all(np.diff(up) > 0)

# %% [markdown]
# ### What one layer cannot learn
#
# XOR is 1 where exactly one of two inputs is 1. A single layer draws one straight line, and no straight line has
# $(0, 1)$ and $(1, 0)$ on one side and $(0, 0)$ and $(1, 1)$ on the other. What does gradient descent do then?

# %%
X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
Y = np.array([0.0, 1.0, 1.0, 0.0])


def xor_loss(p):
    z = p["w"][0] * X[:, 0] + p["w"][1] * X[:, 1] + p["b"]
    return ag.sum((Y - ag.sigmoid(z)) ** 2) / 2


p = {"w": np.array([0.8, -0.6]), "b": 0.3}
for _ in range(5000):
    gradient = ag.grad(xor_loss)(p)
    p = {"w": p["w"] - gradient["w"], "b": p["b"] - gradient["b"]}
answers = sigmoid(X @ p["w"] + p["b"])
print("weights", p["w"].round(4), "bias", round(float(p["b"]), 4), "answers", answers.round(4))
assert np.allclose(answers, 0.5, atol=1e-3)

# %% [markdown]
# It settles at weights of zero, where every answer is ½: undecided about all four points. The loss as a surface over the
# two weights shows why: with the bias held at its best value for each pair of weights, the lowest point is the flat
# middle, and every way out of it is uphill. A loss of ½ is reached elsewhere too, but only ever more nearly as weights grow
# without bound: there three points are right and the fourth is wholly wrong.

# %%
grid = np.linspace(-4, 4, 81)
biases = np.linspace(-6, 6, 121)
w1, w2, bias = np.meshgrid(grid, grid, biases, indexing="ij")
z = w1[..., None] * X[:, 0] + w2[..., None] * X[:, 1] + bias[..., None]
surface = (((Y - sigmoid(z)) ** 2).sum(-1) / 2).min(-1)
assert np.unravel_index(surface.argmin(), surface.shape) == (40, 40)  # w = (0, 0)
far_out = sigmoid(X @ np.array([60.0, 60.0]) - 30.0)
assert far_out.round(6).tolist() == [0, 1, 1, 1]
assert math.isclose(((Y - far_out) ** 2).sum() / 2, surface.min(), rel_tol=1e-9)

nn.pictures.surface(
    grid,
    grid,
    surface.T,
    "loss at the best bias",
    "w₁",
    "w₂",
    "XOR with one layer: the lowest point is the flat middle",
)

# %% [markdown]
# *Figure 4.1. The loss of one layer on XOR, for each pair of weights at its best bias.*

# %%
nn.pictures.boundary(
    lambda points: points @ p["w"] + p["b"],
    X,
    Y.astype(int),
    "the best single layer is undecided everywhere",
    certain=1.0,
)

# %% [markdown]
# *Figure 4.2. The best single layer says ½ everywhere.*

# %% [markdown]
# ### The same in graph-and-session style
#
# Some articles build the graph first, with *placeholders* for the data, and then run it again and again in a *session*.
# Here that is an `ag.Program`: a graph of Values recorded once, whose inputs are whatever is named in `wrt`, weights and
# placeholders alike. The eager steps and the session must agree to the last digits.

# %%
w1, w2, b0 = Value(0.8, label="w1"), Value(-0.6, label="w2"), Value(0.3, label="b")
x1, x2, target = Value(0.0, label="x1"), Value(0.0, label="x2"), Value(0.0, label="y")  # placeholders
error = target - (w1 * x1 + w2 * x2 + b0).sigmoid()
session = ag.Program.from_graph(error * error * 0.5, wrt=[w1, w2, b0, x1, x2, target], engine="numpy")

weights = np.array([0.8, -0.6, 0.3])
eager = {"w": np.array([0.8, -0.6]), "b": 0.3}
for _ in range(20):
    step = np.zeros(3)
    for sample, label in zip(X, Y, strict=True):
        _, gradient = session.run(np.array([*weights, *sample, label]))  # feed the placeholders
        step += gradient[:3]
    weights = weights - step
    gradient = ag.grad(xor_loss)(eager)
    eager = {"w": eager["w"] - gradient["w"], "b": eager["b"] - gradient["b"]}
print(weights)
assert np.allclose(weights, [*eager["w"], eager["b"]], rtol=1e-12)

# %% [markdown]
# ## Digits in ten lines
#
# The standard first network of the tutorials: `Sequential([Dense(64, relu), Dense(10, softmax)])` on images of 784 pixels,
# plain gradient descent at a learning rate of 0.01, categorical cross-entropy on one-hot targets, batches of 32, ten
# epochs. It is as brief here. The softmax is inside the loss: `nn.cross_entropy` takes the numbers in front of it, the
# *logits*, because softmax and logarithm together are exact where each alone overflows.
#
# The pictures are the 8×8 digits that come with scikit-learn, enlarged to 28×28, or MNIST itself where the environment
# variable `MNIST_DIR` names a folder with its IDX files.

# %%
from sklearn.datasets import load_digits

digits = load_digits()
images = np.pad(np.kron(digits.images / 16, np.ones((3, 3))), ((0, 0), (2, 2), (2, 2)))  # 24×24 in a margin of 2
pixels = images.reshape(-1, 784).astype(np.float32)
one_hot = np.eye(10, dtype=np.float32)[digits.target]
order = np.random.default_rng(0).permutation(len(pixels))
train, test = order[:1437], order[1437:]


def train_digits(loss, accuracy):
    model = nn.MLP(784, [64, 10], activation="relu", seed=0)
    optimizer = nn.SGD(model.parameters(), learning_rate=0.01)
    trainer = nn.Trainer(model, loss=loss, optimizer=optimizer, metrics={"accuracy": accuracy})
    held_out = (pixels[test], one_hot[test])
    return trainer.fit(
        pixels[train], one_hot[train], epochs=10, batch_size=32, validation_data=held_out, progress=False
    )


history = train_digits(nn.cross_entropy, nn.accuracy)
print(f"accuracy on digits it never saw: {history['val_accuracy'][-1]:.3f}")
assert history["val_accuracy"][-1] > 0.85

# %% [markdown]
# Beside it the loss $J = \frac{1}{2n}\sum (y - \hat y)^2$ on the ten outputs, with $n$ the number of samples, as other
# articles use it for the same task. It learns too, here more slowly at the same rate. The reason is *not* that cross-entropy
# pulls harder where an output is far off: on linear outputs the squares do, without limit, while the gradient of
# cross-entropy for a sample's logits is never longer than √2. (On *sigmoid* outputs the squares lose their pull, by σ′.)


# %%
def half_mean_square(outputs, targets):
    return ag.sum((targets - outputs) ** 2) / (2 * len(targets))


def accuracy_of_rows(targets, outputs):
    return nn.accuracy(targets.argmax(1), outputs.argmax(1))


history_squares = train_digits(half_mean_square, accuracy_of_rows)

far_off, wanted = np.array([-10.0, 10.0]), np.array([1.0, 0.0])
pull = {
    "J": ag.grad(lambda z: ag.sum((wanted - z) ** 2) / 2)(far_off),
    "cross-entropy": ag.grad(lambda z: ag.softmax_cross_entropy(z, wanted))(far_off),
    "J of sigmoids": ag.grad(lambda z: ag.sum((wanted - ag.sigmoid(z)) ** 2) / 2)(far_off),
}
for name, gradient in pull.items():
    print(f"two outputs far off, gradient of {name:14} {np.linalg.norm(gradient):.2g}")
assert np.linalg.norm(pull["J"]) > 10 * np.linalg.norm(pull["cross-entropy"])
assert np.linalg.norm(pull["cross-entropy"]) <= 2**0.5
assert np.linalg.norm(pull["J of sigmoids"]) < 1e-3

assert history_squares["val_accuracy"][-1] < history["val_accuracy"][-1]
nn.pictures.compare({"cross-entropy": history, "J": history_squares}, columns=["accuracy"])

# %% [markdown]
# *Figure 4.3. Accuracy on digits never seen, by the loss that was descended.*

# %% [markdown]
# ## A trainer that cannot run
#
# A from-scratch trainer of one layer is often published in this form (the names are ours):

# %%
rng = np.random.default_rng(0)
inputs = rng.normal(size=(6, 3))  # six samples of three inputs
targets = (inputs.sum(axis=1, keepdims=True) > 0).astype(float)  # (6, 1)
weights = rng.normal(size=(3, 1))
bias_per_input = rng.normal(size=(3, 1))  # one bias for each input, and not for each output


def published_forward(x):
    return sigmoid(x.T @ weights + bias_per_input)


try:
    published_forward(inputs)
except ValueError as error:
    print("ValueError:", error)
else:
    raise AssertionError("it ran after all")

# %% [markdown]
# The shapes cannot meet: $x^\mathsf{T}$ is (3, 6) and the weights (3, 1). Samples are rows, so the product is $xW$, of
# shape (6, 1); and a bias belongs to an output, so there is one. With that mended it runs, and its update is right. What else
# looks wrong does no harm: the backward pass also computes a `hidden_error`, by way of the slope $x(1 - x)$ of its raw inputs, as
# if those came out of a hidden layer. There is none, nothing uses the result, and on inputs of 0 and 1 that slope is 0.

# %%
bias = np.zeros(1)


def squared_error(w):
    return float(((sigmoid(inputs @ w + bias) - targets) ** 2).sum() / 2)


def mended_gradient(w):
    out = sigmoid(inputs @ w + bias)
    delta = (out - targets) * out * (1 - out)
    return inputs.T @ delta


measured = slope(squared_error, weights)
print("by differences ", measured.ravel())
print("mended         ", mended_gradient(weights).ravel())
assert np.allclose(mended_gradient(weights), measured, rtol=1e-6)
bits = np.array([[0.0, 0.0, 1.0], [1.0, 1.0, 1.0], [1.0, 0.0, 1.0]])
assert not (bits * (1 - bits)).any()

# %% [markdown]
# And a hundred steps of the mended trainer beside ours, weight for weight:

# %%
by_hand, bias = weights.copy(), np.zeros(1)
layer = nn.Linear(3, 1, dtype=np.float64)
layer.load_state_dict({"weight": weights.T, "bias": bias})  # as PyTorch keeps it: a row for each output
optimizer = nn.SGD(layer.parameters(), learning_rate=0.5)
for _ in range(100):
    out = sigmoid(inputs @ by_hand + bias)
    delta = (out - targets) * out * (1 - out)
    by_hand, bias = by_hand - 0.5 * inputs.T @ delta, bias - 0.5 * delta.sum(axis=0)

    loss = ag.sum((ag.sigmoid(layer(inputs)) - targets) ** 2) / 2
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print("largest difference after 100 steps:", abs(layer.weight.data - by_hand).max())
assert np.allclose(layer.weight.data, by_hand, rtol=1e-12, atol=1e-14)
assert np.allclose(layer.bias.data, bias, rtol=1e-12, atol=1e-14)

# %% [markdown]
# ## XOR with a hidden layer, mended step by step
#
# Two inputs, two hidden units, one output, sigmoids throughout, in NumPy. As published it prints the squared error, its
# output delta is $\delta = \hat y - y$, and its update *adds* the gradient: $W \leftarrow W + \eta\,\partial L/\partial W$.
# There are three mistakes in that.
#
# * $\hat y - y$ is the derivative for the output's logit when the loss is **cross-entropy**. For the squared error that it
#   prints, the sigmoid's slope belongs there too: $\delta = (\hat y - y)\,\hat y(1 - \hat y)$.
# * Descent subtracts.
# * It has no biases. Without them the answer to $(0, 0)$ hangs on the weights of the last layer alone: with the other two mended,
#   none of 24 starts comes within 0.1 of the four targets in the steps it is given, as we count below; so we give it some.

# %%
start = np.random.default_rng(4)
W1, c1 = start.normal(size=(2, 2)) * 2, np.zeros(2)
W2, c2 = start.normal(size=(2, 1)) * 2, np.zeros(1)
T = Y[:, None]


def train_by_hand(sign, with_slope, steps=4000, rate=0.5):
    p = [array.copy() for array in (W1, c1, W2, c2)]
    errors = []
    for _ in range(steps):
        hidden = sigmoid(X @ p[0] + p[1])
        out = sigmoid(hidden @ p[2] + p[3])
        errors.append(float(((out - T) ** 2).sum() / 2))
        delta = (out - T) * (out * (1 - out) if with_slope else 1.0)
        below = (delta @ p[2].T) * hidden * (1 - hidden)
        gradients = (X.T @ below, below.sum(0), hidden.T @ delta, delta.sum(0))
        p = [array + sign * rate * g for array, g in zip(p, gradients, strict=True)]
    return p, errors


def by_engine(loss, steps=4000, rate=0.5):
    p = [array.copy() for array in (W1, c1, W2, c2)]
    gradient = ag.grad(loss)
    for _ in range(steps):
        p = [array - rate * g for array, g in zip(p, gradient(p), strict=True)]
    return p


def logit(p):
    return anp.matmul(ag.sigmoid(anp.matmul(X, p[0]) + p[1]), p[2]) + p[3]


def squares(p):
    return ag.sum((ag.sigmoid(logit(p)) - T) ** 2) / 2


def entropy(p):
    return ag.sum(ag.softplus(logit(p)) - T * logit(p))  # −Σ y ln ŷ + (1 − y) ln(1 − ŷ), from the logit


starts, many = 24, np.random.default_rng(0)
first_weights = {
    "normal, twice as wide": (many.normal(size=(starts, 2, 2)) * 2, many.normal(size=(starts, 2, 1)) * 2),
    "between −1 and 1": (many.uniform(-1, 1, (starts, 2, 2)), many.uniform(-1, 1, (starts, 2, 1))),
    "between 0 and 1": (many.random((starts, 2, 2)), many.random((starts, 2, 1))),
}


def farthest(v1, v2, biases, steps=4000, rate=0.5):
    """How far from its target the worst of the four answers of each start ends, all starts trained side by side."""
    d1, d2 = np.zeros((starts, 1, 2)), np.zeros((starts, 1, 1))
    for _ in range(steps):
        hidden = sigmoid(X @ v1 + d1)
        out = sigmoid(hidden @ v2 + d2)
        delta = (out - T) * out * (1 - out)
        below = (delta @ v2.transpose(0, 2, 1)) * hidden * (1 - hidden)
        v1, v2 = v1 - rate * X.T @ below, v2 - rate * hidden.transpose(0, 2, 1) @ delta
        if biases:
            d1, d2 = d1 - rate * below.sum(1, keepdims=True), d2 - rate * delta.sum(1, keepdims=True)
    return abs(out - T).max((1, 2))


print("of 24 starts, with signs and slope mended, those whose four answers end")
print(f"{'first weights':22} {'biases':7} {'within 0.1 of the targets':26} on the right side of ½")
near, right_side = {}, {}
for name, (v1, v2) in first_weights.items():
    for biases in (False, True):
        off = farthest(v1, v2, biases)
        near[name, biases], right_side[name, biases] = int((off < 0.1).sum()), int((off < 0.5).sum())
        yes = "yes" if biases else "no"
        print(f"{name:22} {yes:7} {near[name, biases]:<26} {right_side[name, biases]}")
assert not any(near[name, False] for name in first_weights)
assert all(near[name, True] >= 12 for name in first_weights)
assert 0 < right_side["normal, twice as wide", False] < right_side["normal, twice as wide", True]

# %% [markdown]
# "Learns XOR" is a matter of what one asks for. No start answers within 0.1 without biases after 4,000 steps. On the right
# side of ½, hesitantly, are some without them, and nearly all that begin with weights between 0 and 1: a network without biases *can*
# tell XOR apart, and it takes far longer to be sure of it.

# %%
runs = {
    "as published": train_by_hand(+1, with_slope=False),
    "subtracted": train_by_hand(-1, with_slope=False),
    "subtracted, with the slope": train_by_hand(-1, with_slope=True),
}
errors = runs["as published"][1]
print(f"as published: the error goes from {errors[0]:.3f} up to {errors[-1]:.3f}")
assert errors[-1] > errors[0]
nn.pictures.lines(
    {name: errors for name, (_, errors) in runs.items()}, ylabel="squared error", title="XOR with a hidden layer"
)

# %% [markdown]
# *Figure 4.4. The squared error as the published code runs, and mended in two steps.*

# %% [markdown]
# As published the error grows, the outputs saturate, and nothing is learnt. Subtracted, it learns, but it is not the
# printed error that it descends. Each mended version equals the engine's descent of *its* loss:

# %%
for name, loss in {"subtracted": entropy, "subtracted, with the slope": squares}.items():
    ours, (theirs, _) = by_engine(loss, steps=200), train_by_hand(-1, with_slope=loss is squares, steps=200)
    apart = max(float(abs(a - b).max()) for a, b in zip(ours, theirs, strict=True))
    print(f"{name:28} descends {loss.__name__:8} largest difference after 200 steps {apart:.1e}")
    assert apart < 1e-12

# %% [markdown]
# The text beside it gives the gradient as $\sum (y - t)\,x$, with output $y$ and target $t$. That leaves out $f'$, the
# activation's slope: it holds for a linear output, or for cross-entropy over a sigmoid or softmax.

# %%
p = [W1, c1, W2, c2]
hidden = sigmoid(X @ W1 + c1)
out = sigmoid(hidden @ W2 + c2)
without = hidden.T @ (out - T)
assert np.allclose(ag.grad(entropy)(p)[2], without, rtol=1e-12)
assert not np.allclose(ag.grad(squares)(p)[2], without, rtol=0.1)
assert np.allclose(ag.grad(squares)(p)[2], hidden.T @ ((out - T) * out * (1 - out)), rtol=1e-12)

# %% [markdown]
# ## A worked example, number by number
#
# A network of two inputs, two hidden layers of two, and two outputs, all sigmoids, with every number given:
# input $[1, 2]$, target $[3, 4]$, and the learning rate 0.1. The article prints the activations as $[0.7, 1.3]$,
# $[1.0, 1.8]$ and, at the output, $[2.7, 4.4]$.

# %%
parameters = {
    "W1": np.array([[0.1, 0.2], [0.3, 0.4]]),
    "b1": np.array([0.1, 0.2]),
    "W2": np.array([[0.5, 0.6], [0.7, 0.8]]),
    "b2": np.array([0.5, 0.6]),
    "W3": np.array([[0.9, 1.0], [1.1, 1.2]]),
    "b3": np.array([0.9, 1.0]),
}
x, t = np.array([1.0, 2.0]), np.array([3.0, 4.0])


def layers(p):
    """Every intermediate result, in order."""
    z1 = p["W1"] @ x + p["b1"]
    a1 = ag.sigmoid(z1)
    z2 = p["W2"] @ a1 + p["b2"]
    a2 = ag.sigmoid(z2)
    z3 = p["W3"] @ a2 + p["b3"]
    return {"z1": z1, "a1": a1, "z2": z2, "a2": a2, "z3": z3, "y": ag.sigmoid(z3)}


def example_loss(p):
    return ag.sum((t - layers(p)["y"]) ** 2) / 2


right = {name: np.asarray(value) for name, value in layers(parameters).items()}
gradient = ag.grad(example_loss)(parameters)
for name, value in right.items():
    print(f"{name:3}", value.round(6))
print("loss", round(float(example_loss(parameters)), 6))
for published in ([0.7, 1.3], [1.0, 1.8], [2.7, 4.4]):
    assert max(published) >= 1  # and a sigmoid stays below 1

# %% [markdown]
# No sigmoid can give 1.3: it stays between 0 and 1. Nor does the printed loss follow from the outputs printed beside it,
# $[0.9, 0.99]$:

# %%
claimed = np.array([0.9, 0.99])
follows = float(((t - claimed) ** 2).sum() / 2)
print(f"printed loss 2.485; from the printed outputs it would be {follows:.3f}")
assert abs(follows - 6.735) < 5e-4

# %% [markdown]
# The backward pass, checked by differences at every parameter, and the whole example as a table. The deltas are
# $\delta_l = \partial L/\partial z_l$; the derivative for $W_l$ is $\delta_l a_{l-1}^\mathsf{T}$, so it has the shape of $W_l$.

# %%
y = right["y"]
delta3 = (y - t) * y * (1 - y)
delta2 = (parameters["W3"].T @ delta3) * right["a2"] * (1 - right["a2"])
delta1 = (parameters["W2"].T @ delta2) * right["a1"] * (1 - right["a1"])
by_hand = {
    "W1": np.outer(delta1, x), "b1": delta1,
    "W2": np.outer(delta2, right["a1"]), "b2": delta2,
    "W3": np.outer(delta3, right["a2"]), "b3": delta3,
}  # fmt: skip
for name, g in by_hand.items():
    assert np.allclose(gradient[name], g, rtol=1e-12)
    measured = slope(lambda w, name=name: float(example_loss({**parameters, name: w})), parameters[name])
    assert np.allclose(gradient[name], measured, rtol=1e-5, atol=1e-9)
    assert g.shape == parameters[name].shape
updated = {name: parameters[name] - 0.1 * gradient[name] for name in parameters}

rows = [
    ("first activation", "[0.7, 1.3]", right["a1"]),
    ("second activation", "[1.0, 1.8]", right["a2"]),
    ("output", "[2.7, 4.4], later [0.9, 0.99]", right["y"]),
    ("loss ½Σ(t−y)²", "2.485", example_loss(parameters)),
    ("δ of the output", "", delta3),
    ("δ of layer 2", "", delta2),
    ("δ of layer 1", "", delta1),
    *((f"{name} after the step", "", value) for name, value in updated.items()),
]
from IPython.display import Markdown

text = "| quantity | published | right |\n|---|---|---|\n"
for name, published, value in rows:
    text += f"| {name} | {published or '–'} | {np.array2string(np.asarray(value), precision=5, separator=', ')} |\n".replace(
        "\n ", " "
    )
Markdown(text)

# %% [markdown]
# ## The same example, claim by claim
#
# The text around that example makes more claims. None of them needs to be believed: each is a number, or a shape.
#
# **The printed activations** are not those of sigmoids, and not even right without them. $z_1$ is $[0.6, 1.3]$, printed as
# $[0.7, 1.3]$; the last layer's 2.7 is $0.9 \cdot 1.0 + 1.0 \cdot 1.8$, without its bias.

# %%
z1 = parameters["W1"] @ x + parameters["b1"]
assert np.allclose(z1, [0.6, 1.3])
assert z1[1] == 1.3
assert not np.isclose(z1[0], 0.7)
without_bias = float(parameters["W3"][0] @ [1.0, 1.8])
print("z₁ =", z1, " first output from the printed activations, its bias left out:", round(without_bias, 3))
assert np.isclose(without_bias, 2.7)

# %% [markdown]
# **The range of the sigmoid** is given as $[-1, 1]$. It is $(0, 1)$; $(-1, 1)$ is that of tanh. So **the targets $[3, 4]$
# cannot be reached**: the best that this network can do is to push both outputs towards 1, where the loss is
# $\frac12 (2^2 + 3^2) = 6.5$ and the slopes are gone.

# %%
line = np.linspace(-30, 30, 6001)
assert sigmoid(line).min() > 0
assert sigmoid(line).max() < 1
assert -1 <= np.tanh(line).min() < -0.999
trained = {name: value.copy() for name, value in parameters.items()}
for _ in range(3000):
    trained = {
        name: value - 0.5 * g
        for (name, value), g in zip(trained.items(), ag.grad(example_loss)(trained).values(), strict=True)
    }
print(
    "after 3,000 steps: outputs",
    np.asarray(layers(trained)["y"]).round(4),
    "loss",
    round(float(example_loss(trained)), 4),
)
assert 6.5 < float(example_loss(trained)) < 6.6

# %% [markdown]
# **The δ of the output** is printed as $2(\hat y - y)$, of a loss that is written with a ½. The derivative of
# $\frac12\sum(y - \hat y)^2$ is $\hat y - y$; and for the printed $\hat y = 0.99$ twice that is $-6.02$, where $-5.98$ is printed.

# %%
with_half = ag.grad(lambda q: ag.sum((t - q) ** 2) / 2)(claimed)
without_half = ag.grad(lambda q: ag.sum((t - q) ** 2))(claimed)
print("with ½", with_half, " without", without_half)
assert np.allclose(with_half, claimed - t)
assert np.allclose(without_half, 2 * (claimed - t))
assert np.isclose(without_half[1], -6.02)
assert not np.isclose(without_half[1], -5.98)

# %% [markdown]
# **One of the updated weights** is printed as $0.9 - 0.1 \cdot (-0.1) = 1.0$. It is 0.91. And **an updated $W_1$ of four rows**
# cannot be: a gradient has the shape of what it belongs to, here 2 by 2.

# %%
assert math.isclose(0.9 - 0.1 * -0.1, 0.91)
assert gradient["W1"].shape == updated["W1"].shape == parameters["W1"].shape == (2, 2)

# %% [markdown]
# **The formula** $\partial L/\partial W_l = A_{l-1}\,\delta_{l+1}$ has the wrong index and no transpose. With
# $\delta_l = \partial L/\partial z_l$ it is $\delta_l\,A_{l-1}^\mathsf{T}$:

# %%
measured = slope(lambda w: float(example_loss({**parameters, "W2": w})), parameters["W2"])
as_printed = np.outer(right["a1"], delta3)  # A of the layer below, δ of the layer above
assert np.allclose(np.outer(delta2, right["a1"]), measured, rtol=1e-5)
assert not np.allclose(as_printed, measured, rtol=0.1)
assert not np.allclose(as_printed.T, measured, rtol=0.1)

# %% [markdown]
# **$Z_l = \sigma(\dots)$, and then $\sigma'(Z_l)$**: if $Z$ is the *output* of the sigmoid, its slope is $Z(1 - Z)$. Taking $\sigma'$ of
# it applies the sigmoid a second time.

# %%
z, out = 0.8, sigmoid(0.8)
twice = sigmoid(out) * (1 - sigmoid(out))
print(f"slope at z = 0.8: {out * (1 - out):.4f}; σ′ of the output: {twice:.4f}")
assert math.isclose(ag.grad(ag.sigmoid)(z), out * (1 - out))
assert abs(twice - out * (1 - out)) > 0.005

# %% [markdown]
# ## Sentences that one meets
#
# **"More layers help against vanishing gradients."** With sigmoids they make it worse: each layer takes its factor.


# %%
def first_to_last(activation, initializer, depth):
    """The size of the first layer's gradient beside the last one's, in a network of so many hidden layers."""
    model = nn.MLP(20, [*[20] * depth, 2], activation=activation, initializer=initializer, seed=0, dtype=np.float64)
    data = np.random.default_rng(0).normal(size=(100, 20))
    nn.cross_entropy(model(data), np.arange(100) % 2).backward()
    sizes = [float(np.sqrt(np.mean(m.weight.grad.data**2))) for m in model.modules() if isinstance(m, nn.Linear)]
    return sizes[0] / sizes[-1]


sigmoids = [first_to_last("sigmoid", "glorot_uniform", depth) for depth in (2, 4, 8)]
print("first / last layer of 2, 4 and 8 sigmoid layers:", *(f"{ratio:.0e}" for ratio in sigmoids))
assert sigmoids[0] > 10 * sigmoids[1] > 100 * sigmoids[2]

# %% [markdown]
# **"ReLU causes vanishing gradients"**, a few lines from **"use ReLU against them"**. Its slope is exactly 1 where a unit is on, so along
# a path of such units nothing is lost; where it is off, the slope is exactly 0, and if it is off for every sample, the unit is *dead*.
# That is another illness, with other remedies (notebook 5).

# %%
assert set(ag.elementwise_grad(ag.relu)(line[line != 0]).tolist()) == {0.0, 1.0}
relus = first_to_last("relu", "he_normal", 8)
print(f"first / last layer of 8 ReLU layers with He's start: {relus:.2f}")
assert 0.1 < relus < 10

# %% [markdown]
# **"Backpropagation is a special gradient descent"** and **"backpropagation cannot train deep networks, use SGD instead."** Backpropagation
# *computes* a gradient; descent, of any kind, *uses* one. The gradient is the same that differences measure, and SGD, momentum and
# Adam all start from it.

# %%
w0 = np.array([0.5, -1.0, 2.0])
curved = lambda w: ag.sum((w - 1.0) ** 2 * np.array([1.0, 3.0, 0.5]))  # noqa: E731
by_backpropagation = ag.grad(curved)(w0)
assert np.allclose(by_backpropagation, slope(curved, w0), rtol=1e-6)
for method in (nn.SGD, nn.Adam):
    moved = nn.Parameter(w0.copy())
    curved(moved).backward()
    assert np.allclose(moved.grad.data, by_backpropagation)  # the same for every method
    method([moved], learning_rate=0.1).step()
    steps = w0 - moved.data
    print(f"{method.__name__:5} steps by", steps.round(3))
    assert np.allclose(steps, 0.1 * by_backpropagation) == (method is nn.SGD)

# %% [markdown]
# **½Σ in the text, the mean in the code.** Both are minimised at the same place, but their gradients differ by the factor $2/n$, so the
# same learning rate is another one.

# %%
said, wanted = np.array([0.2, 0.9, 0.4, 0.7]), np.array([0.0, 1.0, 1.0, 0.0])
halved = ag.grad(lambda q: ag.sum((wanted - q) ** 2) / 2)(said)
averaged = ag.grad(lambda q: ag.mean((wanted - q) ** 2))(said)
assert np.allclose(averaged, halved * 2 / len(said))

# %% [markdown]
# **One letter for two things.** With $y$ for the output *and* for the target, $\frac12\sum(y - y)^2$ is 0 whatever the network says. With
# one index $i$ for the sample *and* for the input, $\sum_i x_i w_i$ is, read by the letter, a sum down the diagonal of the data.

# %%
table, column = np.arange(9.0).reshape(3, 3), np.array([1.0, -1.0, 2.0])
by_the_letter, meant = np.einsum("ii,i->", table, column), np.einsum("ij,j->i", table, column)
assert np.allclose(meant, table @ column)
assert by_the_letter not in meant
assert ag.grad(lambda y: ag.sum((y - y) ** 2) / 2)(said).tolist() == [0.0] * 4

# %% [markdown]
# ## Who wrote what
#
# Articles ascribe books and papers to one another's authors, most often where two have one title: *Deep Learning* is a book of
# 2016 and an article of 2015, *Neural Networks and Deep Learning* a book on the web and one in print. Reverse mode is older than its
# most quoted paper: S. Linnainmaa's thesis (Helsinki, 1970) and P. Werbos's (Harvard, 1974) have it.
#
# What a publication is found by can be checked without a library. The last digit of an ISBN follows from the others; the DOI
# of an article in Nature was its volume and page, and the one of a chapter holds the ISBN of its book.

# %%
works = [  # authors, title, year, where, what it is found by
    ("Linnainmaa", "Taylor expansion of the accumulated rounding error", 1976, "BIT 16, 146–160", "10.1007/BF01931367"),
    (
        "Werbos",
        "Applications of advances in nonlinear sensitivity analysis",
        1982,
        "LNCIS 38, 762–770",
        "10.1007/BFb0006203",
    ),
    (
        "Rumelhart, Hinton, Williams",
        "Learning representations by back-propagating errors",
        1986,
        "Nature 323, 533–536",
        "10.1038/323533a0",
    ),
    (
        "LeCun, Bottou, Orr, Müller",
        "Efficient BackProp",
        1998,
        "Neural Networks: Tricks of the Trade, 9–50",
        "10.1007/3-540-49430-8_2",
    ),
    ("Bishop", "Pattern Recognition and Machine Learning", 2006, "Springer", "978-0-387-31073-2"),
    ("Nielsen", "Neural Networks and Deep Learning", 2015, "Determination Press", "neuralnetworksanddeeplearning.com"),
    ("LeCun, Bengio, Hinton", "Deep learning", 2015, "Nature 521, 436–444", "10.1038/nature14539"),
    ("Goodfellow, Bengio, Courville", "Deep Learning", 2016, "MIT Press", "978-0-262-03561-3"),
    ("Aggarwal", "Neural Networks and Deep Learning", 2018, "Springer", "978-3-319-94462-3"),
]
for authors, title, year, where, found_by in works:
    print(f"{year}  {authors}: {title}. {where}. {found_by}")


def is_isbn(text):
    """Whether the last digit of an ISBN is the one that follows from the others."""
    digits = [10 if c == "X" else int(c) for c in text if c.isdigit() or c == "X"]
    if len(digits) == 10:
        return sum(place * d for place, d in zip(range(10, 0, -1), digits, strict=True)) % 11 == 0
    return len(digits) == 13 and sum((1, 3)[i % 2] * d for i, d in enumerate(digits)) % 10 == 0


def authors_of(title, year):
    (found,) = [authors for authors, t, y, *_ in works if (t.lower(), y) == (title.lower(), year)]
    return set(found.split(", "))


assert all(is_isbn(found_by) for *_, found_by in works if found_by.startswith("978-"))
assert is_isbn("3-540-49430-8")  # in the DOI of "Efficient BackProp"
assert not is_isbn("978-0-387-31073-3")
assert next(found_by for _, _, year, _, found_by in works if year == 1986) == "10.1038/" + "323" + "533" + "a0"
assert authors_of("Deep Learning", 2016) & authors_of("Deep learning", 2015) == {"Bengio"}
assert not authors_of("Neural Networks and Deep Learning", 2015) & authors_of("Neural Networks and Deep Learning", 2018)
assert min(year for _, _, year, *_ in works) == 1976

# %% [markdown]
# ## One number for two parameters
#
# Linear regression on $x = 0 \dots 4$ and $y = x^2$, with a gradient tape and `assign_sub`. An extra "backward" step in the
# published code averages the gradients of slope and intercept into one number, and subtracts that from both.

# %%
xs = np.arange(5.0)
ys = xs**2


def fit_loss(w, b):
    return ag.mean((w * xs + b - ys) ** 2)


def fit(averaged, steps=5000, rate=0.05):
    w, b = 0.0, 0.0
    for _ in range(steps):
        gw, gb = ag.grad(fit_loss, (0, 1))(w, b)
        if averaged:
            gw = gb = (gw + gb) / 2
        w, b = w - rate * gw, b - rate * gb
    return w, b


wrong, right_fit = fit(averaged=True), fit(averaged=False)
best = np.polyfit(xs, ys, 1)
print(f"averaged:  slope {wrong[0]:.4f}, intercept {wrong[1]:.4f}, loss {fit_loss(*wrong):.4f}")
print(f"right:     slope {right_fit[0]:.4f}, intercept {right_fit[1]:.4f}, loss {fit_loss(*right_fit):.4f}")
assert np.allclose(right_fit, best, atol=1e-6)
assert np.allclose(best, [4, -2])
assert abs(wrong[0] - wrong[1]) < 1e-12

# %% [markdown]
# Both start at 0 and move together, so slope and intercept stay equal: the search goes along the line $w = b$ and ends
# where the loss is least *on that line*. Setting the derivative of $\sum (wx + w - x^2)^2$ to zero gives
# $w = \sum x^2(x+1)/\sum(x+1)^2 = 130/55 = 26/11$. The right fit is the slope 4 and the intercept −2.

# %%
assert abs(wrong[0] - 26 / 11) < 1e-9
nn.pictures.lines(
    {"right: 4x − 2": right_fit[0] * xs + right_fit[1], "averaged gradients": wrong[0] * xs + wrong[1]},
    x=xs,
    points={"y = x²": (xs, ys)},
    xlabel="x",
    ylabel="y",
    title="A line through five points",
)

# %% [markdown]
# *Figure 4.5. The right fit, and the one along w = b.*

# %% [markdown]
# ## Where ŷ − y comes from
#
# The cross-entropy of the target $[1, 0]$ and the prediction $[0.8, 0.2]$ is $-\ln 0.8 = 0.223$. It is often said that
# its derivative is $\hat y - y$. For the prediction it is not: it is $-y/\hat y$. It is $\hat y - y$ for the **logits**,
# the numbers that a softmax turns into the prediction.

# %%
target, prediction = np.array([1.0, 0.0]), np.array([0.8, 0.2])


def of_probabilities(q):
    return -ag.sum(target * anp.log(q))


def of_logits(z):
    return -ag.sum(target * ag.log_softmax(z))


logits = np.log(prediction)
print(f"cross-entropy {of_probabilities(prediction):.3f}")
print("for the prediction", ag.grad(of_probabilities)(prediction), " for the logits", ag.grad(of_logits)(logits))
assert round(float(of_probabilities(prediction)), 3) == 0.223
assert np.allclose(ag.grad(of_probabilities)(prediction), -target / prediction)
assert np.allclose(ag.grad(of_logits)(logits), prediction - target)
assert np.allclose(slope(of_logits, logits), prediction - target, atol=1e-8)

# %% [markdown]
# ## The flow chart
#
# Articles draw forward and backward passes as a flow chart. This one is generated from a real network, the worked example
# above, as Mermaid text that GitHub and JupyterLab draw.

# %%
nodes = {name: ag.Tensor(value, requires_grad=True, label=name) for name, value in parameters.items()}
loss = example_loss(nodes)
loss.label = "L"
loss.backward()
drawing = ag.draw(loss, direction="TB")
with TemporaryDirectory() as folder:
    path = drawing.save(Path(folder) / "flow.mmd")
    text = path.read_text(encoding="utf-8")
print(text[:400], "…")
drawing

# %% [markdown]
# *Figure 4.6. The worked example as a flow chart, with the gradients of one backward pass.*

# %% [markdown]
# ## Exercises
#
# 1. The gradient of the mean absolute error $\frac1n\sum|\hat y - y|$ is sometimes printed as $\frac1n\sum(\hat y - y)$.
#    Check it by differences at a point of your choice, and give the right one.
# 2. A tutorial sets the derivative of tanh to $1 - \tanh(x)$. At which $x$ would a gradient check at a single point not
#    notice?
# 3. The update in the worked example uses the old $W_3$ in $\delta_2$. Compute $\delta_2$ with the *updated* $W_3$, as one
#    finds it in some code, and say how far it is off.
#
# And one that checks itself: put your numbers into the next cell, and it says which rule was missed.

# %%
sheet = ag.quiz(seed=4, depth=4)
print(sheet)
for answer in sheet.check():  # give your numbers: sheet.check(a=…, b=…)
    print(answer)

# %% [markdown]
# <details><summary>Solutions</summary>
#
# 1. It is $\frac1n \operatorname{sign}(\hat y - y)$ for each prediction.
# 2. Where $1 - \tanh x = 1 - \tanh^2 x$: at $x = 0$ (and nearly so far to the right, where both vanish).
# 3. See the code below: a few per cent; the gradient belongs to one point of the parameters, the one before the step.
#
# ```python
# guess, truth = np.array([0.2, -1.0, 3.0]), np.array([0.5, -2.0, 2.0])
# absolute = ag.grad(lambda q: ag.mean(anp.abs(q - truth)))(guess)
# assert np.allclose(absolute, np.sign(guess - truth) / 3)
#
# assert math.isclose(1 - math.tanh(0.0), 1 - math.tanh(0.0) ** 2)
# assert not math.isclose(1 - math.tanh(0.5), 1 - math.tanh(0.5) ** 2, rel_tol=0.1)
#
# stale = (updated["W3"].T @ delta3) * right["a2"] * (1 - right["a2"])
# off = float(np.abs(stale - delta2).max() / np.abs(delta2).max())
# print(f"δ₂ from the updated W₃ is off by {off:.1%}")
# assert 0.001 < off < 0.2
# ```
#
# </details>
