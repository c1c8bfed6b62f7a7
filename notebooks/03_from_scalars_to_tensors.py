# %% [markdown]
# # 3. From scalars to tensors
#
# *Time: 40 minutes. Before it: notebooks 1 and 2.* The network of the last notebook took its time over a hundred
# points. Here the same network, number for number, becomes quick enough for the digits that are to come.
#
# A network of single numbers shows everything and takes its time. Real networks compute with arrays: one matrix holds all
# weights of a layer, and one product all of its sums. This notebook puts the two side by side, number for number.

# %%
import time

import numpy as np
from sklearn.datasets import make_moons

import autograd as ag
import nn
from autograd import Tensor
from nn.scalar import from_model

# %% [markdown]
# ## The same network twice
#
# A `Tensor` is an array that remembers how it was made, as a `Value` is a number that does. `nn.MLP` is a network of Tensors;
# `from_model` turns it into the same network of Values.

# %%
points, classes = make_moons(n_samples=50, noise=0.1, random_state=0)
targets = (2 * classes - 1).astype(float)

tensors = nn.MLP(2, [16, 16, 1], activation="relu", seed=0, dtype=np.float64)
values = from_model(tensors)
print(tensors)
print("matrices and vectors:", len(list(tensors.parameters())), " single numbers:", len(values.parameters()))

# %% [markdown]
# The hinge loss of the second notebook, in both. With arrays there is no loop: `points` is a matrix with a row for each
# sample, the product gives a row of sums for each, and the mean goes over all at once.


# %%
def loss_of_tensors():
    scores = tensors(points)[:, 0]
    return ag.mean(ag.relu(1 - targets * scores))


def loss_of_values():
    scores = [values(x) for x in points.tolist()]
    return ag.sum([ag.relu(1 - t * s) for t, s in zip(targets.tolist(), scores, strict=True)]) / len(scores)


one, other = loss_of_tensors(), loss_of_values()
one.backward()
other.backward()
print(one.item(), other.data)
assert abs(one.item() - other.data) < 1e-12

# %% [markdown]
# Every gradient is equal: an entry of a matrix's gradient is the gradient of the single number in that place.

# %%
W = tensors.layers[0].weight
gradients = [p.grad for p in values.parameters()]
first = np.array([[w.grad for w in neuron.w] for neuron in values.layers[0].neurons])
print(np.abs(W.grad.data - first.T).max())
for layer, neurons in zip([m for m in tensors.modules() if isinstance(m, nn.Linear)], values.layers, strict=True):
    weights = np.array([[w.grad for w in neuron.w] for neuron in neurons.neurons]).T
    biases = np.array([neuron.b.grad for neuron in neurons.neurons])
    assert np.allclose(layer.weight.grad.data, weights, rtol=1e-12, atol=1e-15)
    assert np.allclose(layer.bias.grad.data, biases, rtol=1e-12, atol=1e-15)

# %% [markdown]
# As graphs they differ: a few nodes with arrays in them, against thousands of single numbers.

# %%
print("nodes with arrays:", len(ag.topological_order(one)), " single numbers:", len(ag.topological_order(other)))
ag.draw(one, direction="TB")

# %% [markdown]
# *Figure 3.1. The whole loss over fifty samples, as a graph of arrays.*

# %% [markdown]
# ## What a matrix product's gradient is
#
# For $Y = X W$ and a loss $L$, let $G = \partial L/\partial Y$, an array of $Y$'s shape. Written out entry by entry and put
# together again, the chain rule says
#
# $$\frac{\partial L}{\partial W} = X^\mathsf{T} G, \qquad \frac{\partial L}{\partial X} = G\, W^\mathsf{T}.$$
#
# The shapes leave no choice: each gradient has the shape of what it belongs to.

# %%
rng = np.random.default_rng(0)
X, W = Tensor(rng.normal(size=(5, 3)), requires_grad=True), Tensor(rng.normal(size=(3, 2)), requires_grad=True)
Y = X @ W
G = rng.normal(size=Y.shape)
Y.backward(gradient=G)
assert np.allclose(W.grad.data, X.data.T @ G, rtol=1e-12)
assert np.allclose(X.grad.data, G @ W.data.T, rtol=1e-12)

# %% [markdown]
# ## What broadcasting's gradient is
#
# A bias of shape (2,) is added to a matrix of shape (5, 2): it is *broadcast*, used once for each of the five rows. The first
# notebook's rule for a number used several times applies: its gradient is the sum over all uses.

# %%
bias = Tensor(np.zeros(2), requires_grad=True)
Z = X @ W + bias
Z.backward(gradient=G)
print("gradient of the bias", bias.grad.data, " sum over the rows", G.sum(axis=0))
assert np.allclose(bias.grad.data, G.sum(axis=0), rtol=1e-12)

# %% [markdown]
# ## What must not be changed
#
# A number is replaced, an array can be written into; and the backward pass still needs the numbers of the forward pass: the slope
# of $x^2$ is twice the $x$ that was squared. Between the two passes they must stay. A change through the Tensor is noticed; one behind
# its back, into `x.data`, is not, and gives the gradient of a mixture in silence.

# %%
x = Tensor([1.0, 2.0], requires_grad=True, label="x")
squares = (x * x).sum()
with ag.no_grad():
    x[0] = 5.0
try:
    squares.backward()
except ag.GraphError as error:
    print(error)
else:
    raise AssertionError("it was not noticed")

x = Tensor([1.0, 2.0], requires_grad=True, label="x")
squares = (x * x).sum()
x.data[0] = 5.0  # behind its back
squares.backward()
print("value", squares.item(), " gradient", x.grad.data, " and the right one: [2. 4.]")
assert squares.item() == 5.0  # of 1 and 2
assert x.grad.data.tolist() == [10.0, 4.0]  # of 5 and 2

# %% [markdown]
# The last line of a step, `w.data -= rate * w.grad`, comes *after* the backward pass, when nobody needs the old numbers any more.

# %% [markdown]
# ## How much faster?
#
# Both compute the same multiplications. But a Value is a Python object for each number, and a matrix product one call into
# compiled code.


# %%
def least(function, repeats=5):
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


by_tensors = least(lambda: loss_of_tensors().backward())
by_values = least(lambda: loss_of_values().backward())
faster = by_values / by_tensors
print("arrays are faster by a factor of", "more than ten" if faster > 10 else round(faster))
assert faster > 5

# %% [markdown]
# ## A program, recorded and replayed
#
# There is another way. The graph of Values is the same at every step; only the numbers differ. So it can be recorded once, as
# a flat list of instructions with those for the gradients, equal work merged, and then be run again and again without Python's
# objects.

# %%
program = ag.Program.from_graph(loss_of_values(), wrt=values.parameters(), engine="numpy")
print("\n".join(str(program).splitlines()[:6]), "\n  …")
numbers = np.array([p.data for p in values.parameters()])
value, gradient = program.run(numbers)
assert abs(value - one.item()) < 1e-12
assert np.allclose(gradient, gradients, rtol=1e-10, atol=1e-14)

replayed = least(lambda: program.run(numbers))
print("the replay is faster by a factor of", "more than a hundred" if by_values > 100 * replayed else "ten or more")
assert by_values > 10 * replayed

# %% [markdown]
# Gradient descent with the program, and the trained numbers put back into the network of Tensors:

# %%
losses = []
for _ in range(300):
    value, gradient = program.run(numbers)
    numbers -= 0.5 * gradient
    losses.append(value)
for p, number in zip(values.parameters(), numbers.tolist(), strict=True):
    p.data = number
values.to_model(tensors)
assert losses[-1] < 0.1 * losses[0]
print(f"loss {losses[0]:.3f} → {loss_of_tensors().item():.3f}")
nn.pictures.boundary(tensors, points, classes)

# %% [markdown]
# *Figure 3.2. The network of arrays, with the numbers that the recorded program found.*

# %% [markdown]
# ## Exercises
#
# 1. What is the gradient of `x.sum()` for x, and of `x.mean()`? Of what shape?
# 2. `x` has shape (3, 1) and `y` has shape (4,). What is the shape of `x * y`, and which sums does broadcasting's gradient take
#    for each?
# 3. A loss of shape (50,) against targets of shape (50, 1) gives 2,500 differences. Why is that a mistake that no error of
#    NumPy's reports, and what does `nn.mse` do?
#
# And one that checks itself: put your numbers into the next cell, and it says which rule was missed.

# %%
sheet = ag.quiz(seed=3, depth=3)
print(sheet)
for answer in sheet.check():  # give your numbers: sheet.check(a=…, b=…)
    print(answer)

# %% [markdown]
# <details><summary>Solutions</summary>
#
# 1. Ones, and ones divided by the number of entries; of the shape of x.
# 2. (3, 4); for x the sum over the last axis, for y the sum over the first.
# 3. Broadcasting makes a table of every output against every target. `nn.mse` refuses.
#
# ```python
# x = Tensor(rng.normal(size=(2, 3)), requires_grad=True)
# assert np.array_equal(ag.gradients(x.sum(), x).data, np.ones((2, 3)))
# assert np.allclose(ag.gradients(x.mean(), x).data, np.ones((2, 3)) / 6)
#
# x, y = Tensor(rng.normal(size=(3, 1)), requires_grad=True), Tensor(rng.normal(size=4), requires_grad=True)
# gx, gy = ag.gradients((x * y).sum(), [x, y])
# assert np.allclose(gx.data, np.tile(y.data.sum(), (3, 1)))
# assert np.allclose(gy.data, np.tile(x.data.sum(), 4))
#
# try:
#     nn.mse(Tensor(np.zeros(50)), np.zeros((50, 1)))
# except ag.ShapeError as error:
#     print(error)
# else:
#     raise AssertionError("it was accepted")
# ```
#
# </details>

# %% [markdown]
# ## To read on
#
# * A. Griewank and A. Walther, *Evaluating Derivatives*, 2nd edition, 2008
# * M. Giles, "An extended collection of matrix derivative results", 2008
