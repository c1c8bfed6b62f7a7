"""A plan as bytecode for the native engine; `autograd.program.native.number_instructions` says what it is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from autograd.program.intrinsics import JOINT, normalised_n, normalised_only, softmax_n, softplus_sigmoid
from autograd.program.native.number_instructions import SHORT_SUMS, functions, instructions
from autograd.program.native.number_kernels import LANES, PLAIN, REDUCE
from autograd.program.native.values import LANES as WIDTH
from autograd.program.numbers.lower import terms
from autograd.program.numbers.schedule import LONG, Loop, Plan, Run, Scatter
from autograd.rules import reductions
from autograd.rules.primitive import Primitive


class NotNativeError(TypeError):
    """A program uses a function that the native engine has no instruction for."""


def encode(plan: Plan) -> tuple[np.ndarray[Any, np.dtype[np.uint32]], set[int]]:
    """The bytecode of a plan, and the instructions that it uses.

    Raises:
        NotNativeError: The plan has a function without an instruction: a user's own primitive.
    """
    number = instructions()
    code: list[int] = plan.outputs.tolist()
    used = {number["stop"]}
    for unit in plan.units:
        for instruction in _of_unit(unit, number):
            used.add(instruction[0])
            code += instruction
    code.append(number["stop"])
    return (np.array(code, np.int64) & 0xFFFFFFFF).astype(np.uint32), used


def _of_unit(unit: Loop | Scatter, number: dict[str, int]) -> Iterator[Sequence[int]]:
    """The instructions of a step."""
    action = unit.action
    if isinstance(unit, Loop) and isinstance(action, str):
        yield _loop_sum(unit, number["loop_sum"])
        return
    totals = reductions.logsumexp_n, reductions.log_normaliser_n
    joint = action in JOINT or action in totals
    if isinstance(unit, Loop) and not isinstance(action, str) and not joint:
        first = (_number(number, action, "loop"), unit.out, *_three(unit.lengths))
        yield (*first, *(x for access in unit.reads for x in (access.base, *_three(access.strides, 0))))
        return
    rows = _rows(unit)
    if action is softplus_sigmoid:
        yield from _softplus(unit.out, [x for (x,) in rows], number)
        return
    for lane, places in enumerate(rows):
        if isinstance(action, str):
            yield _sum(action, unit.out + lane, places, number)
        elif action in totals:
            divides = int(action is reductions.log_normaliser_n)
            yield (number["logsumexp"], divides, unit.out + lane, len(places), *places)
        elif joint:
            whole, divides = int(action in (softmax_n, normalised_n)), int(action in (normalised_n, normalised_only))
            if not whole and f"softmax_{len(places)}" in number:
                yield (number[f"softmax_{len(places)}"], unit.out + lane, len(rows), *places, divides)
            else:
                yield (number["softmax"], whole, divides, unit.out + lane, len(rows), len(places), *places)
        else:
            yield (_number(number, action), unit.out + lane, *places)


def _softplus(out: int, places: Sequence[int], number: dict[str, int]) -> Iterator[tuple[int, ...]]:
    """Four lanes at a time, some of them once more; or each alone."""
    lanes = len(places)
    width = 4 if lanes >= 4 else 1
    for lane in range(0, lanes, width):
        first = min(lane, lanes - width)
        yield (number[f"softplus_{width}"], out + first, lanes, *places[first : first + width])


def _number(number: dict[str, int], action: Primitive, way: str = "one") -> int:
    if action not in functions():
        raise NotNativeError(f"{action.name} has no native instruction: use engine='numpy'")
    return number[f"{way}_{action.name}"]


def _rows(unit: Loop | Scatter) -> list[tuple[int, ...]]:
    """The places each lane reads, one row for each lane."""
    if isinstance(unit, Scatter):
        columns = unit.columns.tolist() if isinstance(unit.columns, np.ndarray) else unit.columns
        return list(zip(*columns, strict=True))
    indices = np.indices(unit.lengths).reshape(len(unit.lengths), -1)
    columns = [(access.base + np.dot(access.strides, indices)).tolist() for access in unit.reads]
    return list(zip(*columns, strict=True))


def _three(numbers: Sequence[int], filler: int = 1) -> tuple[int, ...]:
    """Lengths or strides of three loops, the outermost first."""
    return (*(filler,) * (3 - len(numbers)), *numbers)


def _sum(signs: str, out: int, places: Sequence[int], number: dict[str, int]) -> tuple[int, ...]:
    listed = terms(signs, places)
    if len(signs) > 1 and "spdq".index(signs[0]) > "spdq".index(signs[1]):
        listed[:2] = listed[1::-1]
        signs = signs[1] + signs[0] + signs[2:]
    flat = [x for _, term in listed for x in term]
    if signs in SHORT_SUMS:
        return (number[f"sum_{signs}"], out, *flat)
    code = []
    for sign, term in listed:
        code += ["sdpq".index(sign), *term, *(term if len(term) == 1 else ())]
    return (number["any_sum"], out, len(signs), *code)


def _loop_sum(loop: Loop, number: int) -> list[int]:
    code = [number, _way(loop), loop.out, *_three(loop.lengths), len(loop.runs)]
    for run in loop.runs:
        code += ("sdpq".index(run.sign), run.count)
        for access in run.reads:
            code += (access.base, *_three(access.strides, 0), access.along)
    return code


def _way(loop: Loop) -> int:
    """Which of the ways of `autograd.program.native.number_kernels` suits a sum."""
    if loop.lengths[-1] >= WIDTH and all(a.strides[-1] in (0, 1) for run in loop.runs for a in run.reads):
        return LANES
    return REDUCE if any(_reducible(run) for run in loop.runs) else PLAIN


def _reducible(run: Run) -> bool:
    return run.count >= LONG and all(a.along == 1 for a in run.reads)
