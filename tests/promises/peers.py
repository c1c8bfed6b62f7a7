"""The same trials on other libraries, where they are installed and the trial has a meaning there."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

DEEP = {
    "PyTorch": ("torch", """
import torch
x = y = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
for _ in range(1_000_000):
    y = y * 1.0000001
y.backward()
print("1,000,000 nodes")
"""),
    "JAX": ("jax", """
import jax
def f(x):
    for _ in range(20_000):
        x = x * 1.0000001
    return x
jax.grad(f)(1.0)
print("20,000 operations (a million were not tried)")
"""),
}  # fmt: skip
POWER = {
    "PyTorch": ("torch", """
import torch
x = torch.zeros(2, dtype=torch.float64, requires_grad=True)
(g,) = torch.autograd.grad(torch.where(x > 0, x**0.5, 0 * x).sum(), x)
print(f"gradient of where(x > 0, √x, 0) at 0: {g[0].item()}")
"""),
    "JAX": ("jax", """
import jax, jax.numpy as jnp
print(f"gradient of where(x > 0, √x, 0) at 0: {float(jax.grad(lambda x: jnp.where(x > 0, x**0.5, 0 * x))(0.0))}")
"""),
}  # fmt: skip
TAIL = {
    "PyTorch": ("torch", """
import torch
x = torch.tensor(37.43, dtype=torch.float64, requires_grad=True)
print(f"σ′(37.43) = {torch.autograd.grad(torch.sigmoid(x), x)[0].item():.3g}")
"""),
    "JAX": ("jax", """
import jax
jax.config.update("jax_enable_x64", True)
print(f"σ′(37.43) = {float(jax.grad(jax.nn.sigmoid)(37.43)):.3g}")
"""),
}  # fmt: skip
TRIALS = {"chain": DEEP, "choices": POWER, "tails": TAIL}


def figures(name: str) -> dict[str, str]:
    """What other libraries come to in the trial of that name."""
    found = {}
    for title, (module, program) in TRIALS.get(name, {}).items():
        if find_spec(module):
            try:
                done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300)
            except subprocess.TimeoutExpired:
                found[title] = "not done after 300 s"
                continue
            error = done.stderr.strip().splitlines()[-1:] or [f"ended with code {done.returncode}"]
            found[title] = done.stdout.strip() if done.returncode == 0 else f"failed: {error[0][:80]}"
    return found
