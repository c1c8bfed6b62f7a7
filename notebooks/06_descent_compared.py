# %% [markdown]
# # 6. Descent, compared
#
# *Time: 45 minutes. Before it: notebooks 1 to 3.* The gradients arrive. What is left to choose is the step that is
# taken with them.
#
# All optimizers subtract something like the gradient. This notebook shows on surfaces what each does differently, what the
# batch size changes, and what learning rates that are too small or too large look like.

# %%
import numpy as np
from sklearn.datasets import load_digits

import autograd as ag
import nn
from nn import pictures

# %% [markdown]
# ## A long valley
#
# The surface $(x^2 + 10 y^2)/2$ is ten times as steep across as along. Plain gradient descent takes the steep way first and
# then creeps along the bottom. *Momentum* keeps a running sum of gradients, and so gathers speed along the valley. *Adam*
# divides each direction by the size of its own gradients.

# %%
pictures.descent()

# %% [markdown]
# *Figure 6.1. Four ways down a long valley.*

# %% [markdown]
# The same as it happens:

# %%
pictures.descent_animation(steps=40)

# %% [markdown]
# *Figure 6.2. The same, step by step.*

# %% [markdown]
# ## More of them
#
# *Nesterov's* momentum looks at the gradient a little ahead. *Adagrad* divides by the root of the sum of all squared gradients
# so far, so its *rate* only shrinks; *RMSprop* by that of recent ones. (Adagrad's *steps* need not shrink: after a small gradient a
# large one makes a longer step.)

# %%
w = ag.Tensor([0.0], requires_grad=True)
optimizer, lengths = nn.Adagrad([w], learning_rate=1.0), []
for gradient in (1.0, 0.1, 1.0):
    before, w.grad = w.item(), [gradient]
    optimizer.step()
    lengths.append(before - w.item())
print("gradients 1, 0.1, 1: Adagrad steps by", *(f"{length:.2f}" for length in lengths))
assert lengths[2] > lengths[1]

# %%
family = {
    "gradient descent": lambda p: nn.SGD(p, learning_rate=0.08),
    "Nesterov": lambda p: nn.SGD(p, learning_rate=0.04, momentum=0.8, nesterov=True),
    "Adagrad": lambda p: nn.Adagrad(p, learning_rate=0.4),
    "RMSprop": lambda p: nn.RMSprop(p, learning_rate=0.06, alpha=0.9),
    "Adam": lambda p: nn.Adam(p, learning_rate=0.15),
}
pictures.descent(optimizers=family, title="a long valley")

# %% [markdown]
# *Figure 6.3. Five optimizers in the same valley.*

# %% [markdown]
# On a surface with a bend, Rosenbrock's banana $(1 - x)^2 + 20 (y - x^2)^2$ (here with 20 in place of 100), the differences grow:


# %%
def banana(x, y):
    return (1.0 - x) ** 2 + 20.0 * (y - x * x) ** 2


bent = {
    "gradient descent": lambda p: nn.SGD(p, learning_rate=0.005),
    "momentum": lambda p: nn.SGD(p, learning_rate=0.004, momentum=0.85),
    "RMSprop": lambda p: nn.RMSprop(p, learning_rate=0.03, alpha=0.9),
    "Adam": lambda p: nn.Adam(p, learning_rate=0.1),
}
ways = pictures.paths(banana, bent, start=(-1.2, 1.2), steps=250)
left = {name: float(banana(*way[-1])) for name, way in ways.items()}
for name, value in left.items():
    print(f"{name:18} ends {value:.4f} above the lowest point")
assert left["Adam"] < left["gradient descent"]
assert left["momentum"] < left["gradient descent"]
pictures.descent(banana, bent, start=(-1.2, 1.2), steps=250, title="Rosenbrock's banana")

# %% [markdown]
# *Figure 6.4. The same on a valley with a bend.*

# %% [markdown]
# ## Too small, right, too large
#
# On a parabola of curvature λ, one step multiplies the distance to the lowest point by $1 - \eta\lambda$. So descent converges
# for rates below $2/\lambda$, fastest at $1/\lambda$, and diverges above.

# %%
curvature = 2.0
rates = {"too small": 0.02, "right": 0.4, "just stable": 0.95, "too large": 1.05}
for name, rate in rates.items():
    way = pictures.paths(
        lambda x, y: x * x + y * y, {name: lambda p, rate=rate: nn.SGD(p, learning_rate=rate)}, steps=30
    )[name]
    distance = float(np.linalg.norm(way[-1]) / np.linalg.norm(way[0]))
    expected = abs(1 - rate * curvature) ** (len(way) - 1)
    print(f"{name:12} η = {rate:<5} distance after 30 steps × {distance:.3g}")
    assert np.isclose(distance, expected, rtol=1e-6)

# %% [markdown]
# `nn.lint` finds λ for a network, as the largest eigenvalue of the Hessian, without building the Hessian:

# %%
digits = load_digits()
x, y = (digits.data / 16).astype(np.float64), digits.target
model = nn.MLP(64, [32, 10], seed=0, dtype=np.float64)
print(nn.lint(model, nn.cross_entropy, x, y, nn.SGD(model.parameters(), learning_rate=50.0)))

# %% [markdown]
# ## One sample, a few, or all
#
# *Full batch* takes the gradient of all samples for each step; *single-sample* that of one; *mini-batch* that of a few. The
# fewer, the more steps for the same work, and the noisier each.


# %%
def train(batch_size, rate, epochs, schedule=None, optimizer=nn.SGD, **settings):
    model = nn.MLP(64, [32, 10], seed=0, dtype=np.float64)
    trainer = nn.Trainer(
        model,
        loss=nn.cross_entropy,
        optimizer=optimizer(model.parameters(), learning_rate=rate, **settings),
        metrics={"accuracy": nn.accuracy},
        callbacks=[] if schedule is None else [nn.Scheduled(schedule)],
    )
    return trainer.fit(x, y, epochs=epochs, batch_size=batch_size, validation_split=0.2, progress=False)


modes = {
    "full batch": train("full", 0.5, epochs=12),
    "mini-batch of 32": train(32, 0.1, epochs=12),
    "single samples": train(1, 0.01, epochs=3),
}
for name, history in modes.items():
    print(f"{name:18} after {len(history)} epochs: accuracy {history['val_accuracy'][-1]:.3f}")
assert modes["mini-batch of 32"]["val_accuracy"][-1] > modes["full batch"]["val_accuracy"][-1]
pictures.compare(modes)

# %% [markdown]
# *Figure 6.5. The same network by batches of three sizes.*

# %% [markdown]
# ## The optimizers on real data

# %%
runs = {
    "SGD": train(32, 0.1, epochs=10),
    "momentum": train(32, 0.05, epochs=10, momentum=0.9),
    "Adagrad": train(32, 0.05, epochs=10, optimizer=nn.Adagrad),
    "RMSprop": train(32, 0.003, epochs=10, optimizer=nn.RMSprop),
    "Adam": train(32, 0.005, epochs=10, optimizer=nn.Adam),
}
assert all(history["val_accuracy"][-1] > 0.85 for history in runs.values())
pictures.compare(runs)

# %% [markdown]
# *Figure 6.6. Five optimizers on the digits.*

# %% [markdown]
# ## Decay and warm-up
#
# A *schedule* changes the rate: large steps to get there, small ones to settle. A *warm-up* begins with small steps, while the
# network is still far from anything useful.

# %%
schedules = {
    "constant": None,
    "halved every 4 epochs": nn.StepDecay(4, 0.5),
    "cosine": nn.CosineDecay(16),
    "warm-up, then cosine": nn.WarmUp(3, nn.CosineDecay(13), start=0.1),
}
decays = {name: train(32, 0.5, epochs=16, schedule=schedule) for name, schedule in schedules.items()}
pictures.compare(decays, ["loss", "accuracy"])

# %% [markdown]
# *Figure 6.7. Four schedules of the rate.*

# %% [markdown]
# The rate used in each epoch is in the history:

# %%
rates = decays["warm-up, then cosine"]["learning_rate"]
print([round(rate, 3) for rate in rates])
assert rates[0] < rates[3] > rates[-1]
pictures.compare({name: {"learning rate": history["learning_rate"]} for name, history in decays.items()})

# %% [markdown]
# *Figure 6.8. The rates themselves.*

# %% [markdown]
# ## Exercises
#
# 1. On $x^2 + y^2$, which learning rate reaches the lowest point in a single step?
# 2. Momentum 0.99 on the long valley: what does its way look like, and why?
# 3. Adagrad's rate shrinks by itself. After 100 steps with gradients of size 1, how long is its step with rate η?
#
# And one that checks itself: put your numbers into the next cell, and it says which rule was missed.

# %%
sheet = ag.quiz(seed=6, depth=4)
print(sheet)
for answer in sheet.check():  # give your numbers: sheet.check(a=…, b=…)
    print(answer)

# %% [markdown]
# <details><summary>Solutions</summary>
#
# 1. $1/\lambda = 0.5$.
# 2. It swings to and fro many times: the running sum forgets so slowly that it overshoots.
# 3. $\eta/\sqrt{100} = \eta/10$.
#
# ```python
# way = pictures.paths(lambda x, y: x * x + y * y, {"one": lambda p: nn.SGD(p, learning_rate=0.5)}, steps=1)["one"]
# assert np.allclose(way[-1], 0.0)
#
# swing = pictures.paths(optimizers={"heavy": lambda p: nn.SGD(p, learning_rate=0.04, momentum=0.99)}, steps=200)["heavy"]
# assert (np.diff(np.sign(swing[:, 0])) != 0).sum() >= 5
#
# w = ag.Tensor([0.0], requires_grad=True)
# optimizer = nn.Adagrad([w], learning_rate=1.0)
# for _ in range(100):
#     before = w.data.copy()
#     w.grad = [1.0]
#     optimizer.step()
# assert np.isclose(before - w.data, 0.1)
# ```
#
# </details>

# %% [markdown]
# ## To read on
#
# * B. Polyak, "Some methods of speeding up the convergence of iteration methods", 1964: momentum
# * J. Duchi, E. Hazan and Y. Singer, "Adaptive subgradient methods", JMLR 12, 2011: Adagrad
# * D. Kingma and J. Ba, "Adam", ICLR 2015
