# %% [markdown]
# # 2. A network from neurons
#
# *Time: 40 minutes. Before it: notebook 1.* One neuron and its derivatives are behind us. Now many of them learn
# something together: to tell two crescents apart.
#
# Neurons side by side make a layer, layers one after the other make a network, and a loss turns its mistakes into one
# number. Gradient descent then improves all weights at once. Everything here is made of single `Value`s, so every
# multiplication is there to look at.

# %%
import random
import warnings

import numpy as np
from sklearn.datasets import make_moons

import autograd as ag
import nn
from nn.scalar import MLP

# %% [markdown]
# ## The data
#
# Two crescents, 100 points. The network is to say +1 for one of them and −1 for the other.

# %%
points, classes = make_moons(n_samples=100, noise=0.1, random_state=1)
targets = (2 * classes - 1).tolist()
samples = points.tolist()

# %% [markdown]
# ## The network
#
# Two inputs, two layers of eight neurons, one output. Each neuron is the one of the first notebook, with relu in place of
# tanh: $\operatorname{relu}(z) = \max(0, z)$.

# %%
random.seed(1)
model = MLP(2, [8, 8, 1])
print(model)
print("numbers to find:", len(model.parameters()))
assert len(model.parameters()) == (2 * 8 + 8) + (8 * 8 + 8) + (8 + 1)

# %% [markdown]
# One sample through it, drawn as its layers. Even a small network is a large graph: `expand="layer 3"` opens one of them, and
# `expand=True` all. The colours tell where the gradient is large.

# %%
score = model(samples[0])
score.label = "score"
score.backward()
ag.draw(score)

# %% [markdown]
# *Figure 2.1. One sample through the network, as its layers.*

# %%
ag.draw(score, expand="layer 3")

# %% [markdown]
# *Figure 2.2. The last layer opened.*

# %% [markdown]
# ## The loss
#
# The *hinge loss* of one sample with score $s$ and target $t = \pm 1$ is $\max(0, 1 - t s)$: zero where the score has the right
# sign and some margin, and growing in proportion to how far it is off. The loss is the mean over all samples, plus a small
# penalty on large weights, $\alpha \sum w^2$, with $\alpha = 10^{-4}$.


# %%
def loss_of(model):
    hinges = [ag.relu(1 - t * model(x)) for x, t in zip(samples, targets, strict=True)]
    parameters = model.parameters()
    return ag.sum(hinges) * (1 / len(hinges)) + 1e-4 * ag.dot(parameters, parameters)


def accuracy(model):
    return float(np.mean([(model(x).data > 0) == (t > 0) for x, t in zip(samples, targets, strict=True)]))


print(f"loss {loss_of(model).data:.4f}, accuracy {accuracy(model):.2f}")

# %% [markdown]
# ## Gradient descent
#
# The gradient says for each weight how the loss moves when the weight does. Moving every weight a little *against* its
# gradient lowers the loss:
#
# $$w \leftarrow w - \eta \frac{\partial L}{\partial w}.$$
#
# $\eta$ is the *learning rate*. Here it falls from 1.0 to 0.1 over the steps. We keep copies of the model along the way, to
# watch the boundary between the classes move.

# %%
import copy

losses, stages = [], []
steps = 120
for step in range(steps):
    loss = loss_of(model)
    model.zero_grad()
    loss.backward()
    rate = 1.0 - 0.9 * step / steps
    for p in model.parameters():
        p.data -= rate * p.grad
    losses.append(loss.data)
    if step % 12 == 0:
        stages.append(copy.deepcopy(model))
stages.append(model)
print(f"loss {losses[0]:.4f} → {losses[-1]:.4f}, accuracy {accuracy(model):.2f}")
assert losses[-1] < 0.1
assert accuracy(model) >= 0.98

# %%
nn.pictures.boundary(model, points, classes)

# %% [markdown]
# *Figure 2.3. What the trained network says everywhere in the plane; black, where it is undecided.*

# %% [markdown]
# And as it came about, stage by stage:

# %%
nn.pictures.boundary_animation(stages, points, classes)

# %% [markdown]
# *Figure 2.4. The boundary at every twelfth step.*

# %% [markdown]
# ## What `zero_grad` is for
#
# `backward` *adds* to the gradients that leaves already have. That is what makes a gradient of several losses the sum of
# theirs, and it means that each step has to start from zero. Forget it, and every step moves along the sum of all gradients
# so far:


# %%
def train(clear, steps=30):
    random.seed(1)
    model = MLP(2, [8, 8, 1])
    losses = []
    for step in range(steps):
        loss = loss_of(model)
        if clear:
            model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data -= (1.0 - 0.9 * step / steps) * p.grad
        losses.append(loss.data)
    return losses


cleared = train(clear=True)
with warnings.catch_warnings(record=True) as told:  # the library sees it too, and says so once
    warnings.simplefilter("always")
    forgotten = train(clear=False)
print(told[0].message)
assert len(told) == 1
print(f"with zero_grad    {cleared[-1]:.4f}")
print(f"without           {forgotten[-1]:.4f}")
assert cleared[-1] < forgotten[-1]

# %%
nn.pictures.compare({"with zero_grad": {"loss": cleared}, "without": {"loss": forgotten}})

# %% [markdown]
# *Figure 2.5. The loss with gradients cleared at each step, and with all of them added up.*

# %% [markdown]
# ## Exercises
#
# 1. Change the learning rate to 0.001, and to 10. What happens to the loss, and why?
# 2. Take relu away (`MLP` of layers without bends is one straight line). What accuracy is left?
# 3. The gradient of the hinge is 0 for a sample that is right with margin. Which share of the samples still pulls at the
#    weights at the end of the training?
#
# And one that checks itself: put your numbers into the next cell, and it says which rule was missed.

# %%
sheet = ag.quiz(seed=2, depth=3)
print(sheet)
for answer in sheet.check():  # give your numbers: sheet.check(a=…, b=…)
    print(answer)

# %% [markdown]
# <details><summary>Solutions</summary>
#
# 1. Too small a rate hardly moves; too large a one overshoots, and the loss jumps about or grows.
# 2. A straight line separates about 85 to 90 % of the moons.
# 3. A few per cent up to a third; see the code below.
#
# ```python
# def after(rate, steps=15):
#     random.seed(1)
#     model = MLP(2, [8, 8, 1])
#     for _ in range(steps):
#         loss = loss_of(model)
#         model.zero_grad()
#         loss.backward()
#         for p in model.parameters():
#             p.data -= rate * p.grad
#     return loss_of(model).data
#
#
# assert after(1.0) < after(0.001)
# assert after(1.0) < after(10.0)
#
# line = np.linalg.lstsq(np.c_[points, np.ones(100)], np.array(targets), rcond=None)[0]
# straight = float(np.mean((np.c_[points, np.ones(100)] @ line > 0) == (np.array(targets) > 0)))
# print(f"a straight line: {straight:.2f}")
# assert 0.8 < straight < 0.95
#
# pulling = np.mean([1 - t * model(x).data > 0 for x, t in zip(samples, targets, strict=True)])
# print(f"samples that still pull: {pulling:.0%}")
# assert 0 < pulling < 0.5
# ```
#
# </details>

# %% [markdown]
# ## To read on
#
# * A. Karpathy, micrograd's demo, 2020: the same two crescents and the same loss
# * C. Cortes and V. Vapnik, "Support-vector networks", Machine Learning 20, 1995: the hinge loss
