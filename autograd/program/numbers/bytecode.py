"""A plan as bytecode for the native engine; `autograd.program.native.number_instructions` says what it is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograd.program.intrinsics import softmax_n, softmax_only, softplus_sigmoid
from autograd.program.native.number_instructions import (
    ANY_SUM,
    FIRST_SHORT_SUM,
    LOGSUMEXP,
    LOOP_SUM,
    SHORT_SUMS,
    SOFTMAX,
    SOFTPLUS_SIGMOID,
    STOP,
    functions,
)
from autograd.program.native.sums import LANES, PLAIN, REDUCE, WIDTH
from autograd.program.numbers.lower import terms
from autograd.program.numbers.schedule import LONG, Loop, Plan, Run, Scatter
from autograd.rules import reductions


class NotNativeError(TypeError):
    """A program uses a function that the native engine has no instruction for."""


def encode(plan: Plan, flush_denormals: bool = False) -> np.ndarray[Any, np.dtype[np.uint32]]:
    """The bytecode of a plan.

    Raises:
        NotNativeError: The plan has a function without an instruction: a user's own primitive.
    """
    table = functions()
    first_function = FIRST_SHORT_SUM + len(SHORT_SUMS)
    number = {rule: first_function + i for i, rule in enumerate(table)}
    short = {signs: FIRST_SHORT_SUM + i for i, signs in enumerate(SHORT_SUMS)}
    code: list[int] = [int(flush_denormals), *plan.outputs.tolist()]
    for unit in plan.units:
        action = unit.action
        if isinstance(action, str):
            if isinstance(unit, Loop):
                code += _loop_sum(unit)
            else:
                for lane, places in enumerate(_rows(unit)):
                    code += _sum(action, unit.out + lane, places, short)
        elif action is reductions.logsumexp_n:
            for lane, places in enumerate(_rows(unit)):
                code += (LOGSUMEXP, unit.out + lane, len(places), *places)
        elif action is softmax_n or action is softmax_only:
            rows = _rows(unit)
            for lane, places in enumerate(rows):
                code += (SOFTMAX, int(action is softmax_n), unit.out + lane, len(rows), len(places), *places)
        elif action is softplus_sigmoid:
            rows = _rows(unit)
            for lane, (place,) in enumerate(rows):
                code += (SOFTPLUS_SIGMOID, unit.out + lane, unit.out + len(rows) + lane, place)
        elif action not in number:
            raise NotNativeError(f"{action.name} has no native instruction: use engine='numpy'")
        elif isinstance(unit, Loop):
            code += (number[action] + len(table), unit.out, *_three(unit.lengths))
            for access in unit.reads:
                code += (access.base, *_three(access.strides, 0))
        else:
            for lane, places in enumerate(_rows(unit)):
                code += (number[action], unit.out + lane, *places)
    code.append(STOP)
    return (np.array(code, np.int64) & 0xFFFFFFFF).astype(np.uint32)


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


def _sum(signs: str, out: int, places: Sequence[int], short: dict[str, int]) -> tuple[int, ...]:
    listed = terms(signs, places)
    if len(signs) > 1 and "spdq".index(signs[0]) > "spdq".index(signs[1]):
        listed[:2] = listed[1::-1]
        signs = signs[1] + signs[0] + signs[2:]
    flat = [x for _, term in listed for x in term]
    if signs in short:
        return (short[signs], out, *flat)
    code = []
    for sign, term in listed:
        code += ["sdpq".index(sign), *term, *(term if len(term) == 1 else ())]
    return (ANY_SUM, out, len(signs), *code)


def _loop_sum(loop: Loop) -> list[int]:
    code = [LOOP_SUM, _way(loop), loop.out, *_three(loop.lengths), len(loop.runs)]
    for run in loop.runs:
        code += ("sdpq".index(run.sign), run.count)
        for access in run.reads:
            code += (access.base, *_three(access.strides, 0), access.along)
    return code


def _way(loop: Loop) -> int:
    """Which of the ways of `autograd.program.native.sums` suits a sum."""
    if loop.lengths[-1] >= WIDTH and all(a.strides[-1] in (0, 1) for run in loop.runs for a in run.reads):
        return LANES
    return REDUCE if any(_reducible(run) for run in loop.runs) else PLAIN


def _reducible(run: Run) -> bool:
    return run.count >= LONG and all(a.along == 1 for a in run.reads)
