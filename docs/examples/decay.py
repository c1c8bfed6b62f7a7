"""L-BFGS on a small fit: two decays in one noisy curve, beside Adam and SciPy's least squares.

y(t) = a e^(−αt) + b e^(−βt) + noise. The four numbers are to be found from 60 points; their logarithms are what is
trained, so that they stay positive. The loss is smooth and the same at every call, which is what L-BFGS is for.
"""

import argparse

import numpy as np
from scipy.optimize import curve_fit

import autograd as ag
import nn

TRUE = np.array([2.0, 1.0, 3.0, 0.4])  # a, b, α, β


class Decays(nn.Module):
    """A sum of decays."""

    def __init__(self):
        self.sizes = nn.Parameter(np.log([1.0, 1.0]))
        self.rates = nn.Parameter(np.log([5.0, 1.0]))

    def forward(self, t):
        """The curve at these times."""
        return ag.sum(ag.exp(self.sizes) * ag.exp(-ag.exp(self.rates) * t[:, None]), axis=1)

    def found(self):
        """a, b, α and β."""
        return np.exp(np.concatenate([self.sizes.data, self.rates.data]))


def curve(t, a, b, alpha, beta):
    """The same, in plain NumPy."""
    return a * np.exp(-alpha * t) + b * np.exp(-beta * t)


def main():
    """Fit by both, and say how near they come and what it took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=2000, help="steps of Adam (default: %(default)s)")
    options = parser.parse_args()
    t = np.linspace(0, 5, 60)
    y = curve(t, *TRUE) + np.random.default_rng(0).normal(0, 0.01, 60)

    model = Decays()
    optimizer = nn.LBFGS(model.parameters(), max_iter=200, tolerance_change=1e-15)
    optimizer.step(lambda: nn.mse(model(t), y))
    loss, asked = nn.mse(model(t), y).item(), optimizer.result.nfev
    print(f"L-BFGS: loss {loss:.3e} after {asked} calls: {model.found().round(3)}")

    other = Decays()
    step = nn.compile_step(other, nn.mse, nn.Adam(other.parameters(), learning_rate=0.01))
    for _ in range(options.steps):
        step(t, y)
    print(f"Adam:   loss {nn.mse(other(t), y).item():.3e} after {options.steps} calls: {other.found().round(3)}")

    best, _ = curve_fit(curve, t, y, p0=[1.0, 1.0, 5.0, 1.0])
    print(f"SciPy:  loss {np.mean((curve(t, *best) - y) ** 2):.3e}: {best.round(3)}")
    return model.found(), best


if __name__ == "__main__":
    fitted, right = main()
