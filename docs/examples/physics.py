"""A physics-informed network: it learns a damped oscillation from its equation alone, without one measured point.

The network u(t) is to satisfy u″ + 2 d u′ + ω² u = 0 with u(0) = 1 and u′(0) = 0. What it misses of that, at 64
times, is the loss, so that training takes the derivative of a second derivative: order three in all.

Source: M. Raissi, P. Perdikaris, G. Karniadakis, "Physics-informed neural networks", J. Comput. Phys. 378, 2019.
"""

import argparse

import numpy as np

import autograd as ag
import nn

D, OMEGA = 1.0, 8.0


class Oscillator(nn.Module):
    """What u misses of its equation, one number for each time, and of its start."""

    def __init__(self, seed: int = 0) -> None:
        self.u = nn.MLP(1, [32, 32, 1], activation="tanh", seed=seed, dtype=np.float64)

    def forward(self, t: ag.Tensor) -> ag.Tensor:
        t = ag.Tensor(t) * ag.Tensor(1.0, requires_grad=True)
        u = self.u(t)
        (slope,) = ag.gradients(ag.sum(u), [t], create_graph=True)
        (bend,) = ag.gradients(ag.sum(slope), [t], create_graph=True)
        equation = (bend + 2 * D * slope + OMEGA**2 * u) / OMEGA**2
        start = ag.stack([u[0, 0] - 1, slope[0, 0] / OMEGA])
        return ag.concatenate([equation[:, 0] / np.sqrt(len(t)), start])


def exact(t: np.ndarray) -> np.ndarray:
    """The solution."""
    rate = np.sqrt(OMEGA**2 - D**2)
    return np.exp(-D * t) * (np.cos(rate * t) + D / rate * np.sin(rate * t))
