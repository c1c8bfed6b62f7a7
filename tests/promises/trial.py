"""What a trial is made of."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np


class BrokenPromiseError(Exception):
    """What was promised does not hold."""


def demand(holds: Any, what: str) -> None:
    """Raise unless it holds."""
    if not holds:
        raise BrokenPromiseError(what)


def alone(program: str, timeout: float = 900) -> str:
    """The last line that a program prints, in a process of its own."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=timeout)
    demand(done.returncode == 0, done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "it was killed")
    return done.stdout.strip().splitlines()[-1]


def last_line(*arguments: str, timeout: float = 3600) -> str:
    """What a command of the tests says at its end, where it found nothing wrong."""
    command = [sys.executable, "-m", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout)
    demand(done.returncode == 0, f"{' '.join(arguments)}: {done.stdout[-500:]}{done.stderr[-500:]}")
    return next(line for line in reversed(done.stdout.splitlines()) if line and not line.startswith(" "))


def trained(seed: int, steps: int = 30) -> bytes:
    """The weights of a small network after some steps, and the derivatives of a graph of numbers, to the bit."""
    import autograd as ag
    import nn

    rng = np.random.default_rng(seed)
    x, labels = rng.normal(size=(32, 4)), rng.integers(0, 3, 32)
    model = nn.MLP(4, [8, 3], activation="tanh", seed=seed)
    optimizer = nn.Adam(model.parameters(), learning_rate=0.01)
    step = nn.compile_step(model, nn.cross_entropy, optimizer)
    for k in range(steps):
        if k % 2:
            step(x, labels)
            continue
        optimizer.zero_grad()
        nn.cross_entropy(model(x), labels).backward()
        optimizer.step()
        with ag.no_grad():
            demand(not model(x).requires_grad, "something was recorded inside no_grad")
    a = ag.Value(float(rng.normal()))
    y = ag.tanh(a * a + ag.logsumexp([a, a * 2.0]))
    y.backward()
    second = ag.hessian(lambda z: ag.sum(np.sin(z) * z))(x[0])
    return b"".join([*(p.data.tobytes() for p in model.parameters()), np.float64(a.grad).tobytes(), second.tobytes()])
