"""Depth and memory."""

from __future__ import annotations

from tests.promises.trial import alone

CHAIN = """
import gc, resource, time
import autograd as ag
def held():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()
n, before = 10_000_000, held()
start = time.perf_counter()
x = y = ag.Value(1.0)
for _ in range(n):
    y = y * 1.0000001
forward, full = time.perf_counter() - start, held()
start = time.perf_counter()
y.backward()
backward = time.perf_counter() - start
if abs(x.grad - 1.0000001**n) > 1e-6 or y.grad != 1.0:
    raise SystemExit("the gradient is wrong")
start = time.perf_counter()
del y
gc.collect()
freed, left = time.perf_counter() - start, held()
if left - before > 0.1 * (full - before):
    raise SystemExit("memory is still held")
print(f"10,000,000 nodes: forward {forward:.0f} s, backward {backward:.0f} s, freed {freed:.0f} s, "
      f"{(full - before) / n:.0f} bytes a node")
"""

COPIES = """
import copy, pickle
import autograd as ag
n = 300_000
x = y = ag.Value(1.0)
for _ in range(n):
    y = y * 1.0000001
if pickle.loads(pickle.dumps(y)).data != y.data or copy.deepcopy(y).data != y.data:
    raise SystemExit("a copy is another number")
drawn = len(ag.draw(y).dot)
if drawn > 100_000:
    raise SystemExit("the drawing is as large as the graph")
print(f"{n:,} nodes: copied and pickled; drawn in {drawn:,} characters of DOT")
"""

STEPS = """
import resource, time
import numpy as np
import nn
def held():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()
rng = np.random.default_rng(0)
x, y = rng.normal(size=(8, 4)), rng.integers(0, 3, 8)
model = nn.MLP(4, [8, 3], seed=0)
optimizer = nn.SGD(model.parameters(), learning_rate=1e-3)
step = nn.compile_step(model, nn.cross_entropy, optimizer)
def eager():
    loss = nn.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
sizes = []
for k in range(1_000_000):
    step(x, y)
    if k % 50 == 0:
        eager()
    if k % 100_000 == 0:
        sizes.append(held())
sizes.append(held())
growth = sizes[-1] - sizes[1]
if growth > 2_000_000:
    raise SystemExit(f"memory grew by {growth:,} bytes")
print(f"1,000,000 compiled steps and 20,000 eager ones: {growth / 1e6:.1f} MB more after the last than after 100,000")
"""

CYCLES = """
import gc
import numpy as np
import autograd as ag
gc.disable()
gc.collect()
for _ in range(200):
    x = ag.Tensor(np.ones(50), requires_grad=True)
    y = ag.sum(ag.tanh(x * x))
    y.backward()
    ag.hessian(lambda z: ag.sum(z**3))(np.ones(5))
    a = ag.Value(2.0)
    (a * a + ag.exp(a)).backward()
    del x, y, a
found = gc.collect()
if found > 500:
    raise SystemExit(f"{found} objects were held by cycles")
print(f"{found} objects left to the collector after 600 graphs")
"""


def chain() -> str:
    """Ten million nodes one below the other."""
    return alone(CHAIN)


def copies() -> str:
    """Deep graphs copied, pickled, drawn."""
    return alone(COPIES)


def steps() -> str:
    """A million training steps."""
    return alone(STEPS, 3600)


def cycles() -> str:
    """Graphs go with their last name."""
    return alone(CYCLES)
