"""A physics-informed network: it learns a damped oscillation from its equation alone, without one measured point.

u(t), a network, is to satisfy u″ + 2 d u′ + ω² u = 0 with u(0) = 1 and u′(0) = 0. What it misses of that, at 64 times,
is the loss. So a step of training is the derivative, for every weight, of a function of second derivatives.

Source: M. Raissi, P. Perdikaris, G. Karniadakis, "Physics-informed neural networks", J. Comput. Phys. 378, 2019.
"""

import argparse
from pathlib import Path

import matplotlib
import numpy as np

import autograd as ag
import nn

matplotlib.use("Agg")
from matplotlib import pyplot

D, OMEGA = 1.5, 9.0


class Oscillator(nn.Module):
    """What u misses of its equation, one number for each time, and of its start."""

    def __init__(self, seed: int = 0) -> None:
        self.u = nn.MLP(1, [32, 32, 1], activation="tanh", seed=seed, dtype=np.float64)

    def forward(self, t):
        """Both, of shape (times + 2,)."""
        t = t * ag.Tensor(1.0, requires_grad=True)  # a node to differentiate for
        u = self.u(t)
        (slope,) = ag.gradients(ag.sum(u), [t], create_graph=True)
        (bend,) = ag.gradients(ag.sum(slope), [t], create_graph=True)
        equation = (bend + 2 * D * slope + OMEGA**2 * u)[:, 0] / OMEGA**2
        return ag.concatenate([equation / np.sqrt(len(t)), ag.stack([u[0, 0] - 1, slope[0, 0] / OMEGA])])


def exact(t):
    """The solution."""
    rate = np.sqrt(OMEGA**2 - D**2)
    return np.exp(-D * t) * (np.cos(rate * t) + D / rate * np.sin(rate * t))


def main():
    """Train, say how far it is from the solution, and draw both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=6000, help="steps of Adam (default: %(default)s)")
    parser.add_argument("--save", type=Path, help="a picture")
    options = parser.parse_args()
    model, t = Oscillator(), np.linspace(0, 1, 64)[:, None]
    optimizer = nn.Adam(model.parameters(), learning_rate=5e-3)
    optimizer.schedule = nn.CosineDecay(options.steps)
    step = nn.compile_step(model, lambda missed, zero: ag.sum((missed - zero) ** 2), optimizer)
    for number in range(options.steps):
        loss = step(t, np.zeros(len(t) + 2))
        if number % max(1, options.steps // 10) == 0:
            print(f"step {number}: loss {float(loss):.2e}, off by {np.abs(model.u(t).data - exact(t)).max():.4f}")
    print(f"after {options.steps} steps off by {np.abs(model.u(t).data - exact(t)).max():.4f} at most")
    if options.save:
        figure, axes = pyplot.subplots(figsize=(6, 3), layout="constrained")
        axes.plot(t, exact(t), label="solution", color="0.6", linewidth=4)
        axes.plot(t, model.u(t).data, label="network", color="C3")
        axes.set_xlabel("t")
        axes.set_ylabel("u")
        axes.legend()
        figure.savefig(options.save)


if __name__ == "__main__":
    main()
