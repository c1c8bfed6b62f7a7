# %% [markdown]
# # 8. Digits for real
#
# *Time: 60 minutes. Before it: notebooks 5 to 7.* All parts are there: layers, starts, steps, and what keeps a network
# from learning by heart. Now it reads.
#
# A network that reads handwritten digits, and what one can do with it afterwards: ask which pixels it looks at, fool it, make it
# smaller, let it teach another, and start a second task from what it has learnt.
#
# The pictures are the 8×8 digits that come with scikit-learn; or MNIST's 28×28, where the environment variable `MNIST_DIR`
# names a folder with its IDX files.

# %%
import gzip
import os
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits

import autograd as ag
import nn


def read_idx(path):
    """An array from a file in MNIST's format, packed or not."""
    with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as file:
        content = file.read()
    axes = content[3]
    shape = np.frombuffer(content, ">i4", count=axes, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(shape)


folder = os.environ.get("MNIST_DIR")
if folder:
    images = read_idx(next(Path(folder).glob("*images*")))[:6000] / 255
    labels = read_idx(next(Path(folder).glob("*labels*")))[:6000].astype(int)
else:
    images, labels = load_digits().images / 16, load_digits().target
side = images.shape[1]
x, y = images.reshape(len(images), -1).astype(np.float32), labels
order = np.random.default_rng(0).permutation(len(x))
cut = len(x) * 4 // 5
train, test = order[:cut], order[cut:]


# %%
def fit(model, rows, targets, loss=nn.cross_entropy, epochs=25, rate=0.003):
    optimizer = nn.Adam(model.parameters(), learning_rate=rate)
    trainer = nn.Trainer(model, loss=loss, optimizer=optimizer, callbacks=[nn.Scheduled(nn.CosineDecay(epochs))])
    return trainer.fit(x[rows], targets, epochs=epochs, batch_size=32, progress=False)


def accuracy(model, rows=test, inputs=x):
    return nn.accuracy(y[rows], model(inputs[rows]).data.argmax(axis=1))


model = nn.MLP(side * side, [128, 10], seed=0)
fit(model, train, y[train])
print(nn.summary(model, x[:1]))
print(f"accuracy on digits it never saw: {accuracy(model):.3f}")
assert accuracy(model) > 0.94

# %% [markdown]
# What each unit of the first layer looks for:

# %%
nn.pictures.first_layer(model, shape=(side, side), most=24)

# %% [markdown]
# *Figure 8.1. What 24 units of the first layer look for: blue and red weights.*

# %% [markdown]
# ## Which pixels matter?
#
# The gradient need not stop at the weights. For one image, $\partial s_c / \partial x$ says for each pixel how the score $s_c$ of class
# $c$ would move if that pixel got brighter.


# %%
def pixels_that_matter(image, digit):
    with ag.no_grad():  # the slopes themselves need not be differentiated for the weights
        return ag.grad(lambda p: model(p.reshape(1, -1))[0, digit])(image)


chosen = [int(np.flatnonzero(y[test] == digit)[0]) for digit in range(5)]
slopes_of_chosen = [pixels_that_matter(x[test][i], y[test][i]) for i in chosen]
shown = [*x[test][chosen], *slopes_of_chosen]
image, digit = x[test][chosen[3]].astype(np.float64), int(y[test][chosen[3]])
slopes, h = pixels_that_matter(image, digit), 1e-3
for pixel in np.argsort(-np.abs(slopes))[:3]:
    step = np.zeros_like(image)
    step[pixel] = h
    up, down = (float(model((image + sign * step)[None].astype(np.float32)).data[0, digit]) for sign in (1, -1))
    assert np.isclose((up - down) / (2 * h), slopes[pixel], rtol=0.05)
nn.pictures.images(
    [pixels.reshape(side, side) for pixels in shown],
    columns=5,
    title="digits, and the gradient of their own class's score for each pixel",
)

# %% [markdown]
# *Figure 8.2. Five digits, and below each the gradient of its own class's score.*

# %% [markdown]
# ## Fooling it
#
# Move every pixel by a small ε in the direction that *raises* the loss: the sign of the gradient is enough (I. Goodfellow et al., 2015).
# To the eye hardly anything changes; the accuracy falls.


# %%
def fooled(rows, epsilon):
    inputs = ag.Tensor(x[rows], requires_grad=True)
    loss = nn.cross_entropy(model(inputs), y[rows])
    slopes = ag.gradients(loss, inputs).data
    return np.clip(x[rows] + epsilon * np.sign(slopes), 0, 1)


epsilons = (0.0, 0.05, 0.1, 0.2, 0.3)
accuracies = [nn.accuracy(y[test], model(fooled(test, e)).data.argmax(axis=1)) for e in epsilons]
noise = np.sign(np.random.default_rng(0).normal(size=x[test].shape)).astype(np.float32)
random = [nn.accuracy(y[test], model(np.clip(x[test] + e * noise, 0, 1)).data.argmax(axis=1)) for e in epsilons]
assert accuracies[2] < random[2] - 0.1
nn.pictures.lines(
    {"sign of the gradient": accuracies, "random signs": random},
    x=epsilons,
    xlabel="ε, how far each pixel moves",
    ylabel="accuracy",
    title="The same change, aimed and at random",
)

# %% [markdown]
# *Figure 8.3. Accuracy as every pixel moves by ε.*

# %% [markdown]
# ## Smaller: pruning
#
# Set the smallest weights to zero. How many can go before it matters?


# %%
def copy_of(network):
    twin = nn.MLP(side * side, [128, 10], seed=0)
    twin.load_state_dict(network.state_dict())
    return twin


def pruned(share):
    twin = copy_of(model)
    sizes = np.abs(np.concatenate([p.data.ravel() for _, p in twin.named_parameters() if p.data.ndim == 2]))
    bound = np.quantile(sizes, share)
    for _, p in twin.named_parameters():
        if p.data.ndim == 2:
            p.data = np.where(np.abs(p.data) < bound, 0, p.data)
    return twin


shares = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95)
kept = [accuracy(pruned(share)) for share in shares]
print("  ".join(f"{share:.0%} gone: {a:.3f}" for share, a in zip(shares, kept, strict=True)))
assert kept[1] > kept[0] - 0.02
assert kept[-1] < kept[0]

# %% [markdown]
# ## Smaller: eight bits
#
# Store every weight as a whole number from −127 to 127 and one scale for each matrix: a quarter of the bytes.


# %%
def quantised(network, bits):
    twin, levels = copy_of(network), 2 ** (bits - 1) - 1
    for _, p in twin.named_parameters():
        scale = max(float(np.abs(p.data).max()) / levels, 1e-12)
        p.data = (np.round(p.data / scale) * scale).astype(np.float32)
    return twin


for bits in (8, 4, 3, 2):
    print(f"{bits} bits: accuracy {accuracy(quantised(model, bits)):.3f}")
assert accuracy(quantised(model, 8)) > accuracy(model) - 0.01
assert accuracy(quantised(model, 2)) < accuracy(model)

# %% [markdown]
# ## Smaller: a pupil
#
# A small network learns more from a large one's *probabilities* than from the bare labels: that a 7 looks a little like a 1 is
# worth knowing (G. Hinton et al., 2015, "distillation"). The teacher's logits are divided by a temperature to make them softer.

# %%
few = train[:150]
temperature = 3.0
soft = ag.softmax(model(x[train]).data / temperature, axis=-1)


def mean_accuracy(targets_of, rows, seeds=(0, 1, 2)):
    found = []
    for seed in seeds:
        pupil = nn.MLP(side * side, [12, 10], seed=seed)
        fit(pupil, rows, targets_of(rows), epochs=30, rate=0.01)
        found.append(accuracy(pupil))
    return float(np.mean(found))


place = {int(row): i for i, row in enumerate(train)}
by_teacher, by_labels = {}, {}
for rows in (few, train):
    by_teacher[len(rows)] = mean_accuracy(lambda chosen: soft[[place[int(row)] for row in chosen]], rows)
    by_labels[len(rows)] = mean_accuracy(lambda chosen: y[chosen], rows)
    print(
        f"a pupil of 12 units on {len(rows):,} rows: by the teacher {by_teacher[len(rows)]:.3f}, by labels {by_labels[len(rows)]:.3f}"
    )
assert by_teacher[150] > by_labels[150] + 0.01
assert abs(by_teacher[len(train)] - by_labels[len(train)]) < 0.01

# %% [markdown]
# On the same 150 rows the teacher's probabilities are worth some per cent; where there are labels enough, nothing.

# %% [markdown]
# ## A second task, from the first
#
# Which digits are odd? With three samples of each digit that is hard to learn from nothing. The network above already knows
# what digits look like. So its first layer is taken over and kept as it is, and only a new last layer is learnt.

# %%
three_each = np.concatenate([train[y[train] == digit][:3] for digit in range(10)])


def odd_or_even(first=None):
    found = []
    for seed in range(4):
        network = nn.MLP(side * side, [128, 2], seed=seed)
        learnt = network.parameters()
        if first is not None:
            network.layers[0].load_state_dict(first.state_dict())
            learnt = network.layers[2].parameters()
        trainer = nn.Trainer(network, loss=nn.cross_entropy, optimizer=nn.Adam(learnt, learning_rate=0.003))
        trainer.fit(x[three_each], y[three_each] % 2, epochs=100, progress=False)
        found.append(nn.accuracy(y[test] % 2, network(x[test]).data.argmax(axis=1)))
    return float(np.mean(found))


fresh, transferred = odd_or_even(), odd_or_even(model.layers[0])
print(f"from scratch {fresh:.3f}, on the first task's layer {transferred:.3f}")
assert transferred > fresh

# %% [markdown]
# ## Exercises
#
# 1. Does quantising to 8 bits and pruning 30 % of the weights, both at once, still work?
# 2. Fool the network by moving pixels *with* the gradient's sign turned round. What happens to the accuracy, and why?
# 3. What does the gradient for the pixels tell about a pixel that is 0 in every image?
#
# And one that checks itself: put your numbers into the next cell, and it says which rule was missed.

# %%
sheet = ag.quiz(seed=8, depth=5)
print(sheet)
for answer in sheet.check():  # give your numbers: sheet.check(a=…, b=…)
    print(answer)

# %% [markdown]
# <details><summary>Solutions</summary>
#
# 1. Yes, within a few per cent.
# 2. It rises: that lowers the loss.
# 3. Something, but nothing that was learnt: no image ever moved that pixel's weights, so they are as they were drawn.
#
# ```python
# assert accuracy(quantised(pruned(0.3), 8)) > accuracy(model) - 0.03
#
# inputs = ag.Tensor(x[test], requires_grad=True)
# slopes = ag.gradients(nn.cross_entropy(model(inputs), y[test]), inputs).data
# helped = np.clip(x[test] - 0.1 * np.sign(slopes), 0, 1)
# assert nn.accuracy(y[test], model(helped).data.argmax(axis=1)) >= accuracy(model)
#
# blank = x[train].max(axis=0) == 0
# untouched = nn.MLP(side * side, [128, 10], seed=0).layers[0].weight.data
# if blank.any():
#     assert np.array_equal(model.layers[0].weight.data[blank], untouched[blank])
# ```
#
# </details>

# %% [markdown]
# ## To read on
#
# * I. Goodfellow, J. Shlens and C. Szegedy, "Explaining and harnessing adversarial examples", ICLR 2015
# * G. Hinton, O. Vinyals and J. Dean, "Distilling the knowledge in a neural network", 2015
# * S. Han et al., "Learning both weights and connections", NIPS 2015
