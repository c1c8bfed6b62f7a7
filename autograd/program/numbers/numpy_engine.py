"""Running a plan with NumPy: one call for each loop nest, on views of the one array that holds every number.

A loop nest with strides is a strided view, so most operands are not copied; a sum of products over such views is an
`einsum`, or a matrix product where its strides are those of one. Lanes without order are gathered.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from autograd.program.intrinsics import JOINT, normalised_n, softmax_n, softplus_sigmoid
from autograd.program.numbers.lower import SINGLE, terms
from autograd.program.numbers.schedule import Access, Loop, Plan, Run, Scatter
from autograd.program.simplify import attribute_names
from autograd.rules.primitive import Primitive

Array = np.ndarray[Any, np.dtype[np.float64]]
Work = Callable[[], Any]


class NumpyEngine:
    """A plan made ready to be run by NumPy."""

    name = "numpy"

    def __init__(self, plan: Plan) -> None:
        self.memory = np.zeros(plan.size)
        self.memory[plan.size - len(plan.constants) :] = plan.constants
        self._inputs = self.memory[: plan.inputs]
        self._first, self._others = int(plan.outputs[0]), plan.outputs[1:].astype(np.intp, copy=False)
        self._lock = threading.Lock()  # the memory is the engine's own
        self._work: list[Work] = []
        for unit in plan.units:
            self._work.extend(self._scatter(unit) if isinstance(unit, Scatter) else self._loop(unit))

    @property
    def size(self) -> int:
        """Bytes of memory, apart from the descriptions of the work."""
        return self.memory.nbytes

    def run(self, x: Array, results: Array) -> float:
        """Compute the outputs for the inputs ``x``: the first is returned, the others go into ``results``."""
        with self._lock, np.errstate(all="ignore"):
            np.copyto(self._inputs, x, casting="same_kind")  # no complex numbers
            for work in self._work:
                work()
            self.memory.take(self._others, out=results, mode="clip")
            return float(self.memory[self._first])

    # ---- loop nests -------------------------------------------------------------------------------------------------

    def _view(self, access: Access, lengths: Sequence[int], along: int = 0) -> Array:
        """What a loop nest reads, as an array of its shape; with a last axis of the terms where there are several."""
        shape, strides = list(lengths), list(access.strides)
        if along:
            shape.append(along)
            strides.append(access.along)
        offset = self.memory[access.base :]
        return as_strided(offset, shape, [8 * s for s in strides])

    def _loop(self, loop: Loop) -> list[Work]:
        count = int(np.prod(loop.lengths))
        out = self.memory[loop.out : loop.out + count].reshape(loop.lengths)
        if isinstance(loop.action, Primitive):
            return [_call(loop.action, [self._view(a, loop.lengths) for a in loop.reads], out)]
        first, *rest = loop.runs
        work = self._run(first, loop.lengths, out)
        for run in rest:
            part = np.empty(loop.lengths) if run.count > 1 or run.sign in "pq" else None
            combine = np.subtract if run.sign in "dq" else np.add
            if part is None:
                work.append(_bind(combine, out, self._view(run.reads[0], loop.lengths), out=out))
            else:
                work += self._run(Run("s" if run.sign in SINGLE else "p", run.count, run.reads), loop.lengths, part)
                work.append(_bind(combine, out, part, out=out))
        return work

    def _run(self, run: Run, lengths: Sequence[int], out: Array) -> list[Work]:
        """One run of a sum, alone, into ``out``."""
        along = run.count if run.count > 1 else 0
        views = [self._view(a, lengths, along) for a in run.reads]
        if run.sign in SINGLE:
            work = [
                _bind(np.add.reduce, views[0], axis=-1, out=out, initial=-0.0)
                if along
                else _bind(np.copyto, out, views[0])
            ]
        elif along:
            work = [self._product(run, lengths, views, out)]
        else:
            work = [_bind(np.multiply, *views, out=out)]
        if run.sign in "dq":
            work.append(_bind(np.negative, out, out=out))
        return work

    def _product(self, run: Run, lengths: Sequence[int], views: Sequence[Array], out: Array) -> Work:
        """Σ a · b along the terms: a matrix product where each loop moves through one of the two only."""
        a, b = run.reads
        rows = [i for i, s in enumerate(a.strides) if s]
        columns = [i for i, s in enumerate(b.strides) if s]
        idle = [i for i, n in enumerate(lengths) if i not in rows and i not in columns and n > 1]
        if idle or len(rows) > 1 or len(columns) > 1 or set(rows) & set(columns):
            axes = "xyz"[: len(lengths)]
            return _bind(np.einsum, f"{axes}k,{axes}k->{axes}", *views, out=out)
        left = as_strided(
            self.memory[a.base :],
            (lengths[rows[0]] if rows else 1, run.count),
            (8 * a.strides[rows[0]] if rows else 0, 8 * a.along),
        )
        right = as_strided(
            self.memory[b.base :],
            (run.count, lengths[columns[0]] if columns else 1),
            (8 * b.along, 8 * b.strides[columns[0]] if columns else 0),
        )
        result = out.reshape(left.shape[0], right.shape[1])
        if rows and columns and columns < rows:
            result = out.reshape(right.shape[1], left.shape[0]).T
        return _bind(np.matmul, left, right, out=result)

    # ---- lanes without order ----------------------------------------------------------------------------------------

    def _scatter(self, unit: Scatter) -> list[Work]:
        columns = np.asarray(unit.columns, np.intp)
        lanes = columns.shape[1]
        out = self.memory[unit.out : unit.out + lanes]
        if unit.action in JOINT:
            whole = unit.action in (softmax_n, normalised_n)
            results = 2 if unit.action is softplus_sigmoid else len(columns) + whole
            out = self.memory[unit.out : unit.out + lanes * results].reshape(results, lanes)
        if isinstance(unit.action, Primitive):
            return [_gathered_call(self.memory, unit.action, columns, out)]
        return [_gathered_sum(self.memory, unit.action, columns, out)]


def _bind(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Work:
    return lambda: function(*args, **kwargs)


def _call(rule: Primitive, views: Sequence[Array], out: Array) -> Work:
    names = attribute_names(rule)
    inputs = views[: len(views) - len(names)]
    attrs = dict(zip(names, views[len(inputs) :], strict=True))
    if rule.ufunc is not None and not names:
        return _bind(rule.ufunc, *inputs, out=out)
    function = rule.array
    return lambda: np.copyto(out, function(*inputs, **attrs))


def _gathered_call(memory: Array, rule: Primitive, columns: Any, out: Array) -> Work:
    names = attribute_names(rule)
    count = len(columns) - len(names)
    function = rule.array

    def work() -> None:
        operands = memory[columns]
        out[:] = function(*operands[:count], **dict(zip(names, operands[count:], strict=True)))

    def stacked() -> None:
        out[:] = function(*memory[columns])

    return work if names else stacked


def _gathered_sum(memory: Array, signs: str, columns: Any, out: Array) -> Work:
    listed = terms(signs, range(len(columns)))
    first = columns[[places[0] for _, places in listed]]
    paired = np.array([sign not in SINGLE for sign, _ in listed])
    second = columns[[places[1] for _, places in listed if len(places) == 2]]
    negative = np.array([sign in "dq" for sign, _ in listed])

    def work() -> None:
        parts = memory[first]
        if len(second):
            parts[paired] *= memory[second]
        if negative.any():
            parts[negative] *= -1.0
        np.add.reduce(parts, axis=0, out=out, initial=-0.0)  # what changes nothing; 0 would change −0

    return work
