"""How exact the book is, beside PyTorch and JAX: ``python -m tests.accuracy`` writes docs/accuracy.md.

The figures are the worst errors on the grid of `tests.autograd.rules.exact` against mpmath, in units in the last place.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from tests.autograd.rules.accuracy import ALLOWED, BOUNDS, ELEMENTWISE, Orders, measure
from tests.autograd.table import ROWS

PAGE = Path(__file__).parents[1] / "docs" / "accuracy.md"


def by_torch(torch: Any, name: str, points: Sequence[Sequence[float]]) -> list[Orders]:
    """What PyTorch gives, at all points at once."""
    row = ROWS[name]
    assert row.torch is not None
    xs = [torch.tensor(np.array(column), requires_grad=True) for column in zip(*points, strict=True)]
    y = row.torch(torch, *xs, **row.attrs[0])

    def slopes(of: Any, inputs: Any) -> list[Any]:
        if not of.requires_grad:
            return [torch.zeros_like(x) for x in inputs]
        found = torch.autograd.grad(of.sum(), inputs, create_graph=True, allow_unused=True)
        return [torch.zeros_like(x) if g is None else g for g, x in zip(found, inputs, strict=True)]

    columns = [[y]]
    if y.requires_grad:
        first = slopes(y, xs)
        columns += [first, [second for i, g in enumerate(first) for second in slopes(g, xs[: i + 1])]]
    arrays = [[part.detach().numpy() for part in order] for order in columns]
    return [[[float(part[k]) for part in order] for order in arrays] for k in range(len(points))]


# What JAX has no single function for; `negative` and the like are NumPy's names there too.
NOT_IN_JAX = ("binary_cross_entropy", "direction", "lowered_power", "peak", "sech_squared")


def by_jax(jax: Any, name: str, points: Sequence[Sequence[float]]) -> list[Orders]:
    """What JAX gives."""
    jax.config.update("jax_enable_x64", True)
    found = getattr(jax.numpy, name, None) or getattr(jax.nn, name, None)
    if found is None or name in NOT_IN_JAX:
        raise NotImplementedError(name)
    attrs = ROWS[name].attrs[0]
    given = tuple(attrs.values())
    columns = [jax.numpy.array(np.array(column)) for column in zip(*points, strict=True)]
    count = tuple(range(len(columns)))

    def f(*x: Any) -> Any:
        return found(*x, *given)

    orders = [[jax.vmap(f)(*columns)]]
    if orders[0][0].dtype == np.float64 and name not in ("floor", "ceil", "rint", "trunc", "sign"):
        orders.append(list(jax.jit(jax.vmap(jax.grad(f, count)))(*columns)))
        full = jax.jit(jax.vmap(jax.hessian(f, count)))(*columns)
        orders.append([full[i][j] for i in count for j in range(i + 1)])
    arrays = [[np.asarray(part) for part in order] for order in orders]
    return [[[float(part[k]) for part in order] for order in arrays] for k in range(len(points))]


PEERS: dict[str, Callable[..., list[Orders]]] = {"torch": by_torch, "jax": by_jax}
TITLES = {"torch": "PyTorch", "jax": "JAX"}


def written(error: float) -> str:
    """An error in few characters."""
    return f"{error:.1f}" if error < 100 else "∞" if error == np.inf else f"{error:.0e}".replace("e+", "e")


def cells(name: str, kind: Any, orders: int, compute: Any = None) -> list[str]:
    """The errors of the orders, with a dash for what there is not."""
    try:
        found = [written(error) for error, _ in measure(name, kind, compute)][:orders]
    except (NotImplementedError, TypeError, RuntimeError):
        found = []
    return found + ["–"] * (orders - len(found))


PAGE_TEXT = """\
# How exact the numbers are

Made by `python -m tests.accuracy`. The worst error of each elementwise function against mpmath, in units in the last
place (half a unit is the best there is), on a grid from −1e308 to 1e308 that is dense where functions turn; away from
kinks, and second derivatives where 1e-75 ≤ |x| ≤ 1e75, so that cubes are floats. All in 64 bits but for the columns
marked 32. The tests hold values to {} units, first derivatives to {} and second ones to {}.

∞ stands for an infinity or NaN where another number is right, or the other way round; large figures mostly for results
that are 0 where they should not be. JAX treats numbers below 2.2e-308 as 0, and the grid has some.

{}.

{}

## Where an error is measured against something larger

| function | of | in units in the last place of | because |
|---|---|---|---|
{}

## Softmax and the losses on it

`logsumexp`, `log_softmax`, `softmax` and the cross-entropies are held to 4 units for values and 16 for gradients, and
one more for each unit of distance from the largest logit, as a difference of logits is rounded before its exponential
is taken. The gradient p − 1 of the right class is exact to a unit in the last place of 1, and so is `log_softmax` of a
list of Values. Logits are from 1e-300 to 1e300, of Tensors in 32 and 64 bits and of lists of Values
(`tests/autograd/rules/test_softmax.py`).
"""


def table(peers: dict[str, Any]) -> Iterator[str]:
    """The lines of the table, a function each."""
    head = ["function", "y", "y′", "y″", "y (32)", "y′ (32)"]
    head += [f"{TITLES[peer]} {order}" for peer in peers for order in ("y", "y′", "y″")]
    yield f"| {' | '.join(head)} |"
    yield "|---" * len(head) + "|"
    for name in ELEMENTWISE:
        row = [f"`{name}`", *cells(name, np.float64, 3), *cells(name, np.float32, 2)]
        for peer, module in peers.items():
            row += cells(name, np.float64, 3, partial(PEERS[peer], module))
        yield f"| {' | '.join(row)} |"


def page(lines: Iterable[str], versions: str) -> str:
    """The page's text around a table."""
    of = ("y", "y′", "y″")
    allowed = [f"| `{name}` | {of[a.order]} | {a.of} | {a.why} |" for name, all in ALLOWED.items() for a in all]
    return PAGE_TEXT.format(*BOUNDS, versions, "\n".join(lines), "\n".join(allowed))


def main() -> None:
    """Measure and write the page."""
    peers = {}
    for module in PEERS:
        try:
            peers[module] = importlib.import_module(module)
        except ImportError:
            print(f"{module} is not installed", file=sys.stderr)
    versions = [f"NumPy {np.__version__}", *(f"{TITLES[peer]} {module.__version__}" for peer, module in peers.items())]
    PAGE.write_text(page(table(peers), ", ".join(versions)), encoding="utf-8")


if __name__ == "__main__":
    main()
