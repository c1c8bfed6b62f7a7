"""The same trials on other libraries, where they are installed and the trial has a meaning there.

HIPS autograd cannot lie beside this project: the environment variable HIPS_PYTHON names the interpreter of another
environment. Where there is none, its figures of before are kept.
"""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parents[2]
HIPS = os.environ.get("HIPS_PYTHON", "")

DEEP = {
    "micrograd": ("micrograd", """
from micrograd.engine import Value
for n in (500, 10_000):
    x = y = Value(1.0)
    for _ in range(n):
        y = y * 1.0000001
    try:
        y.backward()
    except RecursionError:
        print(f"RecursionError at {n:,} nodes")
"""),
    "HIPS autograd": ("", """
import autograd
def f(x):
    for _ in range(1_000_000):
        x = x * 1.0000001
    return x
autograd.grad(f)(1.0)
print("1,000,000 nodes")
"""),
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
    "HIPS autograd": ("", """
import autograd, autograd.numpy as np
np.seterr(all="ignore")
g = autograd.grad(lambda x: np.sum(np.where(x > 0, x**0.5, 0 * x)))(np.zeros(2))
print(f"gradient of where(x > 0, √x, 0) at 0: {g[0]}")
"""),
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
    "HIPS autograd": ("", """
import autograd, autograd.numpy as np
print(f"σ′(37.43) = {float(autograd.grad(lambda x: 0.5 * (np.tanh(x / 2) + 1))(37.43)):.3g}")
"""),
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
COPIED = """
import copy, pickle
{}
def holds(action):
    try:
        action()
        return "yes"
    except Exception as error:
        return type(error).__name__
copied, pickled = holds(lambda: copy.deepcopy(y)), holds(lambda: pickle.dumps(y))
print(f"a graph of 10 nodes: copied: {{copied}}, pickled: {{pickled}}")
"""
COPY = {
    "micrograd": ("micrograd", COPIED.format("""
from micrograd.engine import Value
y = Value(1.0)
for _ in range(5):
    y = y * 1.1
""")),
    "PyTorch": ("torch", COPIED.format("""
import torch
y = torch.tensor(1.0, requires_grad=True)
for _ in range(10):
    y = y * 1.1
""")),
}  # fmt: skip
TASKS = {
    "PyTorch": ("torch", """
import asyncio, contextlib, torch
async def work(k):
    wrong = 0
    with torch.no_grad() if k % 2 else torch.enable_grad():
        for _ in range(20):
            await asyncio.sleep(0)
            y = torch.ones(1, requires_grad=True) * 2
            wrong += y.requires_grad != (k % 2 == 0)
    return wrong
async def main():
    return sum(await asyncio.gather(*map(work, range(16))))
print(f"{asyncio.run(main())} of 320 looks at their modes wrong")
"""),
}  # fmt: skip
CYCLE = """
import gc
{}
gc.disable()
work()
gc.collect()
for _ in range(200):
    work()
print(f"{{gc.collect()}} objects left to the collector after 200 graphs")
"""
CYCLES = {
    "micrograd": ("micrograd", CYCLE.format("""
from micrograd.engine import Value
def work():
    a = Value(2.0)
    (a * a + a.relu()).backward()
""")),
    "HIPS autograd": ("", CYCLE.format("""
import autograd, autograd.numpy as np
def work():
    autograd.grad(lambda x: np.sum(np.tanh(x * x)))(np.ones(50))
""")),
    "PyTorch": ("torch", CYCLE.format("""
import torch
def work():
    x = torch.ones(50, requires_grad=True)
    torch.tanh(x * x).sum().backward()
""")),
    "JAX": ("jax", CYCLE.format("""
import jax, jax.numpy as jnp
def work():
    jax.grad(lambda x: jnp.sum(jnp.tanh(x * x)))(jnp.ones(50))
""")),
}  # fmt: skip
ANSWERS = {
    "JAX": ("jax", """
from tests.fuzz.finding import Counts
from tests.fuzz.judge import judged
from tests.fuzz.programs import generate
counts = Counts()
for index in range(20):
    judged(generate("promise", index), counts, index, (), jax=True)
same = sum(counts[name] for name in counts if name.startswith("JAX says the same"))
asked = same + sum(counts[name] for name in counts if name.startswith("JAX differs"))
print(f"of {asked} values and derivatives of 20 programs, {same} are as here")
"""),
}  # fmt: skip
TRIALS = {
    "fuzz": ANSWERS, "chain": DEEP, "choices": POWER, "tails": TAIL, "copies": COPY, "tasks": TASKS, "cycles": CYCLES,
}  # fmt: skip


def figures(name: str) -> dict[str, str]:
    """What other libraries come to in the trial of that name."""
    found = {}
    bare = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    for title, (module, program) in TRIALS.get(name, {}).items():
        python, place = (sys.executable, ROOT) if module else (HIPS, Path(HIPS).parent)
        if find_spec(module) if module else HIPS:
            try:
                done = subprocess.run(
                    [python, "-c", program], capture_output=True, text=True, timeout=300, cwd=place, env=bare
                )
            except subprocess.TimeoutExpired:
                found[title] = "not done after 300 s"
                continue
            error = done.stderr.strip().splitlines()[-1:] or [f"ended with code {done.returncode}"]
            found[title] = done.stdout.strip() if done.returncode == 0 else f"failed: {error[0][:80]}"
    return found
