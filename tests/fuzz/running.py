"""The ways to run a program: by PyTorch, and by us from a graph, by functions, and with leaves that change."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

import autograd as ag
import autograd.numpy as anp
import nn
from autograd.tracer import getval
from tests.fuzz.programs import Program, weights

# Of the last place, in double and in single precision.
EPSILON = {False: 2.0**-52, True: 2.0**-23}


def without_grad(function: Callable[[], Any]) -> Any:
    """An island in a program where nothing is recorded."""
    with ag.no_grad():
        return function()


def plain(x: Any) -> Any:
    """Nodes and PyTorch's tensors as ndarrays, in a list or alone."""
    if isinstance(x, list | tuple):
        return [plain(part) for part in x]
    if isinstance(x, ag.Node):
        x = x.data
    return np.asarray(x.numpy(force=True) if hasattr(x, "detach") else x)


def made(program: Program, words: dict[str, Any], judge: bool, jitter: Callable[[Any], Any] | None = None) -> Any:
    """The program as a function of its variables."""
    constants = {x.name: x.data for x in program.inputs if x.role == "constant"}
    namespace = {"np": np, "weights": weights, "jitter": jitter, **constants, **words}
    exec(compile(program.text(judge, jitter is not None), "<program>", "exec"), namespace)
    return namespace["program"]


OURS = {"ag": ag, "anp": anp, "nn": nn, "getval": getval, "without_grad": without_grad}


def directions(program: Program) -> list[Any]:
    """Where second derivatives are taken along."""
    return [weights(np.shape(x.data), np.asarray(x.data).dtype) for x in program.variables]


def by_torch(
    program: Program, point: Sequence[Any], jitter: np.random.Generator | None = None, words: Any = None
) -> dict[str, Any]:
    """Value, gradient and curvature along `directions` by PyTorch; in the words of `policy` where they are given."""
    import torch

    own = words is None
    if own:
        from tests.fuzz import by_torch as words

    def noise(x: Any) -> Any:
        return torch.tensor(1 + jitter.uniform(-4, 4, tuple(x.shape)) * EPSILON[program.narrow])

    def moved(x: Any) -> Any:
        y = words.array(x) * noise(words.array(x))
        if y.requires_grad:
            back = noise(y)
            y.register_hook(lambda g: g * back)
        return y

    if jitter is not None and own:
        words = SimpleNamespace(**{**vars(words), **words.of_shares(moved)})
    run = made(program, {"f": words}, True, moved if jitter is not None else None)
    leaves = [torch.tensor(np.asarray(x, np.float64), requires_grad=True) for x in point]
    y = run(*leaves)
    if not y.requires_grad:
        zeros = [np.zeros(np.shape(x)) for x in point]
        return {"value": plain(y), "gradient": zeros, "second": zeros, "constant": True}
    slopes = _gradients(y, leaves, create_graph=True)
    answer = {"value": plain(y), "gradient": plain(slopes), "constant": False}
    along = sum((g * torch.tensor(v)).sum() for g, v in zip(slopes, directions(program), strict=True))
    answer["second"] = [np.zeros(np.shape(x)) for x in point]
    if along.requires_grad:
        answer["second"] = plain(_gradients(along, leaves))
    return answer


def _gradients(y: Any, leaves: list[Any], **options: Any) -> list[Any]:
    import torch

    found = torch.autograd.grad(y, leaves, allow_unused=True, **options)
    return [torch.zeros(x.shape, dtype=x.dtype) if g is None else g for x, g in zip(leaves, found, strict=True)]


def by_jax(program: Program, point: Sequence[Any]) -> dict[str, Any]:
    """As `by_torch`."""
    import jax

    from tests.fuzz import by_jax as words

    run = made(program, {"f": words}, True)
    leaves, argnum = [words.array(x) for x in point], tuple(range(len(point)))
    slopes = jax.grad(run, argnum)

    def along(*xs: Any) -> Any:
        return sum((g * v).sum() for g, v in zip(slopes(*xs), directions(program), strict=True))

    second = jax.grad(along, argnum)(*leaves)
    return {"value": plain(run(*leaves)), "gradient": plain(list(slopes(*leaves))), "second": plain(list(second))}


class Eager:
    """Our engine, by one of the ways in."""

    def __init__(self, program: Program, way: str) -> None:
        self.program, self.way = program, way
        self.run = made(program, OURS, False)

    def leaves(self, point: Sequence[Any]) -> list[Any]:
        if self.program.kind == "numbers":
            return [ag.Value(x) for x in point]
        return [ag.Tensor(x, requires_grad=True) for x in point]

    def __call__(self, point: Sequence[Any], constant: bool = False) -> dict[str, Any]:
        """Value, gradient and curvature."""
        return self.functional(point) if constant or self.way == "functions" else self.graph(self.leaves(point))

    def functional(self, point: Sequence[Any]) -> dict[str, Any]:
        if self.program.kind == "numbers" and self.way == "graph":
            point = self.leaves(point)
        argnum = tuple(range(len(point)))
        value, gradient = ag.value_and_grad(self.run, argnum)(*point)
        second = ag.hvp(self.run, tuple(point), tuple(directions(self.program)), argnum)[1]
        return {"value": plain(value), "gradient": plain(gradient), "second": plain(second)}

    def graph(self, leaves: list[Any]) -> dict[str, Any]:
        y = self.run(*leaves)
        zeros = [np.zeros(np.shape(x.data)) for x in leaves]
        if not getattr(y, "requires_grad", False):  # every way from the leaves ends at a constant
            return {"value": plain(y), "gradient": zeros, "second": zeros}
        y.backward()
        gradient = [zero if x.grad is None else plain(x.grad) for x, zero in zip(leaves, zeros, strict=True)]
        slopes = ag.gradients(y, leaves, create_graph=True)
        along = 0.0
        for slope, v in zip(slopes, directions(self.program), strict=True):
            along = along + (ag.sum(slope * v) if self.program.kind == "arrays" else slope * float(v))
        second = ag.gradients(along, leaves) if along.requires_grad else zeros
        return {"value": plain(y), "gradient": gradient, "second": plain(second)}


def moved_on(leaves: Sequence[Any], point: Sequence[Any], way: int) -> None:
    """Give leaves other numbers, in one of the ways users have."""
    for leaf, x in zip(leaves, point, strict=True):
        if leaf.kind == "scalar" or way == 0:
            leaf.data = x
        elif way == 1:
            ag.assign(leaf, x)
        elif way == 2:
            with ag.no_grad():
                leaf[...] = x
        else:
            leaf.data *= 0 if np.all(np.isfinite(leaf.data)) else 1
            leaf.data = x
        leaf.grad = None


def guarded(action: Callable[[], Any]) -> Any:
    """A result, or the exception in its place."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return action()
    except Exception as error:
        return error


def refused(error: Any) -> bool:
    """Whether an exception is a recording's own refusal."""
    return isinstance(error, ag.RecordingError)
