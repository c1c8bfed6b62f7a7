# %% [markdown]
# # 5. Making it train
#
# *Time: 45 minutes. Before it: notebooks 1 to 3.* Every formula is right now, and the first deep network for the digits
# still does not learn. Why?
#
# A deep network can be right in every formula and still not learn: its gradients shrink to nothing on the way down, or grow
# without bound, or its units die. This notebook makes each of these happen, shows where, and what helps.

# %%
import numpy as np
from sklearn.datasets import load_digits

import autograd as ag
import nn

digits = load_digits()
pixels = ((digits.data - digits.data.mean()) / digits.data.std()).astype(np.float64)
classes = digits.target

# %% [markdown]
# ## Four activations and their slopes
#
# An *activation* bends the sums of a layer; without it, a stack of layers is one straight line. Its slope multiplies every
# gradient that passes: sigmoid's is never above ¼, tanh's at most 1, ReLU's 0 or 1, and leaky ReLU's small below zero.

# %%
for name in ("sigmoid", "tanh", "relu", "leaky_relu"):
    function = getattr(ag, name)
    slopes = ag.elementwise_grad(function)(np.linspace(-4, 4, 801))
    print(f"{name:12} slopes from {slopes.min():.3f} to {slopes.max():.3f}")
assert np.isclose(ag.elementwise_grad(ag.sigmoid)(np.linspace(-4, 4, 801)).max(), 0.25)

# %% [markdown]
# ## Vanishing
#
# Eight hidden layers of sigmoids. The gradient of an early layer's weights is a product with one slope and one matrix of weights
# for each layer above. The slope alone takes away a factor of at least four; weights of ordinary size do not make up for it.


# %%
def deep(activation, initializer=None, normalised=False, seed=0):
    """A network of eight hidden layers for the digits."""
    sizes = [64, *[32] * 8, 10]
    layers = []
    for i, (inputs, outputs) in enumerate(zip(sizes[:-1], sizes[1:], strict=True)):
        how = initializer or "glorot_uniform"
        layers.append(nn.Linear(inputs, outputs, initializer=how, seed=seed + i, dtype=np.float64))
        if i < 8:
            if normalised:
                layers.append(nn.LayerNorm(outputs, dtype=np.float64))
            layers.append(nn.ACTIVATIONS[activation]())
    return nn.Sequential(*layers)


def sizes_of_gradients(model):
    """The root mean square of the gradient of each layer's weights, first layer first."""
    loss = nn.cross_entropy(model(pixels[:200]), classes[:200])
    model.zero_grad()
    loss.backward()
    weights = [part.weight for part in model if isinstance(part, nn.Linear)]
    return np.array([float(np.sqrt(np.mean(w.grad.data**2))) for w in weights])


def sizes_of_deltas(model):
    """The root mean square of each layer's δ = ∂L/∂z, the gradient for its sums, first layer first."""
    outputs, sums = ag.Tensor(pixels[:200]), []
    for part in model:
        outputs = part(outputs)
        if isinstance(part, nn.Linear):
            sums.append(outputs)
    deltas = ag.gradients(nn.cross_entropy(outputs, classes[:200]), sums)
    return np.array([float(np.sqrt(np.mean(delta.data**2))) for delta in deltas])


vanishing = sizes_of_gradients(deep("sigmoid"))
print("first layer", f"{vanishing[0]:.1e}", " last layer", f"{vanishing[-1]:.1e}")
assert vanishing[0] < 1e-3 * vanishing[-1]

deltas = sizes_of_deltas(deep("sigmoid"))
print("δ of each layer beside that of the layer above:", (deltas[:-1] / deltas[1:]).round(2))
assert (deltas[:-1] / deltas[1:] <= 0.25).all()

# %% [markdown]
# The drawing shows it at a glance: the colder a box, the smaller its gradient.

# %%
model = deep("sigmoid")
ag.draw(lambda: nn.cross_entropy(model(pixels[:50]), classes[:50]), expand=True, direction="TB")

# %% [markdown]
# *Figure 5.1. Gradients vanish from the loss, below, up to the first layer: the colder a box, the smaller its gradient.*

# %% [markdown]
# ## Exploding
#
# Weights three times too large, and no bend that limits the sums: now each hidden layer about doubles δ on its way down, and the
# gradients of all weights are large. (Those of the first layer are not the largest: a weight's gradient is δ times the layer's
# input, and the inputs grow on the way up as δ does on the way down.)


# %%
def too_large(shape, seed, dtype):
    return np.random.default_rng(seed).normal(scale=3.0 / np.sqrt(shape[0]), size=shape).astype(dtype)


exploding = sizes_of_gradients(deep("leaky_relu", too_large))
print("first layer", f"{exploding[0]:.1e}", " last layer", f"{exploding[-1]:.1e}")
deltas = sizes_of_deltas(deep("leaky_relu", too_large))
print("δ of each layer beside that of the layer above:", (deltas[:-1] / deltas[1:]).round(2))
assert exploding[0] > 10
assert exploding[0] < exploding[-1]
assert (deltas[:-2] / deltas[1:-1] > 1.5).all()

# %% [markdown]
# ## The right size to start with
#
# *Glorot's* initialisation (also called Xavier's) draws weights with a variance of $2/(n_\text{in} + n_\text{out})$, so that
# signals keep their size on the way up and gradients on the way down, for functions with slope 1 at 0 such as tanh. *He's* uses
# $2/n_\text{in}$: ReLU passes only half of the signal, and this makes up for it.

# %%
starts = {
    "sigmoid, Glorot": sizes_of_gradients(deep("sigmoid")),
    "tanh, Glorot": sizes_of_gradients(deep("tanh", "glorot_uniform")),
    "relu, He": sizes_of_gradients(deep("relu", "he_normal")),
    "leaky relu, three times too large": exploding,
}
for name, sizes in starts.items():
    print(f"{name:35} first / last layer = {sizes[0] / sizes[-1]:.1e}")
assert 0.05 < starts["tanh, Glorot"][0] / starts["tanh, Glorot"][-1] < 20
assert 0.05 < starts["relu, He"][0] / starts["relu, He"][-1] < 20

# %% [markdown]
# ## Does it matter for learning?
#
# The same network trained for a few epochs each way; the picture shows the size of each layer's gradient at every step.


# %%
def train(model, epochs=8, rate=0.05):
    watch = nn.pictures.Watch(sample=pixels[:200])
    optimizer = nn.SGD(model.parameters(), learning_rate=rate, momentum=0.9)
    trainer = nn.Trainer(
        model, loss=nn.cross_entropy, optimizer=optimizer, metrics={"accuracy": nn.accuracy}, callbacks=[watch]
    )
    history = trainer.fit(pixels, classes, epochs=epochs, batch_size=64, validation_split=0.2, progress=False)
    return history, watch


sigmoids, watch_sigmoids = train(deep("sigmoid"))
relus, watch_relus = train(deep("relu", "he_normal"))
print(f"sigmoid {sigmoids['val_accuracy'][-1]:.2f}, relu with He's start {relus['val_accuracy'][-1]:.2f}")
assert sigmoids["val_accuracy"][-1] < 0.3
assert relus["val_accuracy"][-1] > 0.85

# %%
nn.pictures.gradient_norms(watch_sigmoids)

# %% [markdown]
# *Figure 5.2. Eight hidden layers of sigmoids: the gradients of the early layers are too small to learn from.*

# %%
nn.pictures.gradient_norms(watch_relus)

# %% [markdown]
# *Figure 5.3. ReLUs with He's start: all layers get gradients of about one size.*

# %% [markdown]
# ## Normalisation
#
# A *layer norm* brings the sums of every sample back to mean 0 and variance 1 between the layers, whatever the weights do. Take
# tanh with weights five times too large: the sums lie where tanh is flat, steps are thrown about, and nothing is learnt. With
# layer norms the same start does no harm.


# %%
def five_times(shape, seed, dtype):
    return np.random.default_rng(seed).normal(scale=5.0 / np.sqrt(shape[0]), size=shape).astype(dtype)


large, _ = train(deep("tanh", five_times))
normalised, _ = train(deep("tanh", five_times, normalised=True))
print(f"weights too large {large['val_accuracy'][-1]:.2f}, with layer norms {normalised['val_accuracy'][-1]:.2f}")
assert large["val_accuracy"][-1] < 0.3
assert normalised["val_accuracy"][-1] > 0.85
nn.pictures.compare({"too large": large, "too large, normalised": normalised, "relu, He": relus})

# %% [markdown]
# *Figure 5.4. Three starts compared.*

# %% [markdown]
# How the outputs of the layers spread, epoch by epoch, in the network of ReLUs:

# %%
nn.pictures.histograms(watch_relus, "activations")

# %% [markdown]
# *Figure 5.5. Where the outputs of each layer lie, epoch by epoch.*

# %% [markdown]
# ## Dead units
#
# A ReLU whose sum is below zero for every sample has slope 0 for every sample: no gradient reaches its weights, and it stays
# dead. A large negative bias does that, or one step that was too long. `nn.lint` finds such units before training.

# %%
model = nn.MLP(64, [32, 10], seed=0, dtype=np.float64)
model.layers[0].bias.data = np.where(np.arange(32) < 20, -100.0, 0.0)
print(nn.lint(model, nn.cross_entropy, pixels, classes))
loss = nn.cross_entropy(model(pixels), classes)
loss.backward()
reached = np.abs(model.layers[0].weight.grad.data).sum(axis=0) > 0
print("units that a gradient reaches:", int(reached.sum()), "of 32")
assert not reached[:20].any()
assert reached[20:].all()

# %% [markdown]
# ## Exercises
#
# 1. With sigmoids and weights ten times as large, does the gradient still vanish? And forty times as large? Why?
# 2. Give the dead network leaky ReLUs. How many units does a gradient reach?
# 3. Which factor on He's initialisation makes the first layer's gradient about as large as the last one's, for leaky ReLU?
#
# And one that checks itself: put your numbers into the next cell, and it says which rule was missed.

# %%
sheet = ag.quiz(seed=5, depth=4)
print(sheet)
for answer in sheet.check():  # give your numbers: sheet.check(a=…, b=…)
    print(answer)

# %% [markdown]
# <details><summary>Solutions</summary>
#
# 1. Far less: the first layer's gradient is a tenth of the last one's, not a hundred-thousandth; at forty times it is larger. Most
#    slopes are tiny, as the sums lie where sigmoid is flat, but a few are not, and those meet weights many times as large. (The
#    quarter is the slope's alone: at forty times no layer takes as much away from δ.)
# 2. All 32: its slope below zero is 0.01, not 0.
# 3. About 1, since leaky ReLU passes hardly more than ReLU.
#
# ```python
# def ten_times(shape, seed, dtype):
#     return np.random.default_rng(seed).normal(scale=10.0 / np.sqrt(shape[0]), size=shape).astype(dtype)
#
#
# def forty_times(shape, seed, dtype):
#     return 4 * ten_times(shape, seed, dtype)
#
#
# saturated = deep("sigmoid", ten_times)
# with ag.no_grad():
#     sums = saturated.layers[0](pixels[:100]).data
# slopes = ag.elementwise_grad(ag.sigmoid)(sums)
# assert np.median(slopes) < 0.01
# tenfold, fortyfold = (sizes_of_gradients(deep("sigmoid", start)) for start in (ten_times, forty_times))
# print(
#     f"first / last layer: {tenfold[0] / tenfold[-1]:.2f} at ten times, {fortyfold[0] / fortyfold[-1]:.0f} at forty times"
# )
# assert 0.05 < tenfold[0] / tenfold[-1] < 0.2
# assert fortyfold[0] > 5 * fortyfold[-1]
# large = sizes_of_deltas(deep("sigmoid", forty_times))
# assert (large[:-1] / large[1:] > 0.25).all()
#
# leaky = nn.MLP(64, [32, 10], activation="leaky_relu", seed=0, dtype=np.float64)
# leaky.layers[0].bias.data = np.where(np.arange(32) < 20, -100.0, 0.0)
# nn.cross_entropy(leaky(pixels), classes).backward()
# assert (np.abs(leaky.layers[0].weight.grad.data).sum(axis=0) > 0).all()
#
# ratio = sizes_of_gradients(deep("leaky_relu", "he_normal"))
# assert 0.1 < ratio[0] / ratio[-1] < 10
# ```
#
# </details>

# %% [markdown]
# ## To read on
#
# * X. Glorot and Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010
# * K. He et al., "Delving deep into rectifiers", ICCV 2015
# * J. Ba, J. Kiros and G. Hinton, "Layer normalization", 2016
