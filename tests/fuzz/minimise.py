"""Delta debugging: the smallest program that still shows the same finding.

An instruction is taken out by putting an input in its place that holds the value it had: whatever else the program does
stays valid. So any set of instructions may go, and inputs become simpler afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from tests.fuzz.programs import Input, Instruction, Program, simplest, values

Test = Callable[[Program], bool]


def minimised(program: Program, fails: Test, tries: int = 300) -> Program:
    """A program that still fails, and of which nothing more can be left out."""
    left = tries

    def smaller(candidate: Program) -> bool:
        nonlocal left
        left -= 1
        return left > 0 and fails(candidate)

    changed = True
    while changed and left > 0:
        changed = False
        for candidate in _smaller(program):
            if candidate is not program and left > 0 and smaller(candidate):
                program, changed = candidate, True
                break
    return program


def _smaller(program: Program) -> Iterator[Program]:
    """Programs one step simpler, the boldest first."""
    count = len(program.instructions)
    for k in range(count - 1):  # the result earlier
        shorter = Program(program.kind, program.mode, program.inputs, program.instructions[: k + 1])
        if np.size(values(program)[program.instructions[k].name][0]) == 1:
            yield simplest(shorter, ())
    size = count
    while size >= 1:
        for start in range(0, count, size):
            yield _cut(program, {step.name for step in program.instructions[start : start + size]})
        size //= 2
    for i, step in enumerate(program.instructions):  # an operand in place of a result
        held = values(program)
        for operand in step.operands:
            if np.shape(held[operand][0]) == np.shape(held[step.name][0]):
                yield _renamed(program, i, operand)
    for i, x in enumerate(program.inputs):
        if x.role == "variable" and len(program.variables) > 1:
            yield _with_input(program, i, replace(x, role="constant", other=x.data))
        for simple in _simpler(x):
            yield _with_input(program, i, simple)


def _cut(program: Program, names: set[str]) -> Program:
    """Inputs in place of the named instructions; the rest stays."""
    held = values(program)
    numbers = program.kind == "numbers"
    new = []
    for name in names - {program.result}:
        pair = [float(x) if numbers else np.asarray(x) for x in held[name]]
        new.append(Input(name, "variable", pair[0], pair[1]))
    kept = tuple(step for step in program.instructions if step.name not in names or step.name == program.result)
    return simplest(Program(program.kind, program.mode, (*program.inputs, *new), kept), ())


def _renamed(program: Program, i: int, name: str) -> Program:
    old = program.instructions[i].name
    steps: list[Instruction] = [
        replace(step, operands=tuple(name if x == old else x for x in step.operands))
        for step in (*program.instructions[:i], *program.instructions[i + 1 :])
    ]
    if not steps or old == program.result:
        return program
    return simplest(Program(program.kind, program.mode, program.inputs, tuple(steps)), ())


def _with_input(program: Program, i: int, x: Input) -> Program:
    return Program(program.kind, program.mode, (*program.inputs[:i], x, *program.inputs[i + 1 :]), program.instructions)


def _simpler(x: Input) -> Iterator[Input]:
    """The same input with rounder numbers."""
    if np.asarray(x.data).dtype.kind != "f":
        return
    for change in (lambda a: np.ones_like(a), lambda a: np.round(a), lambda a: np.round(a, 1)):
        with np.errstate(all="ignore"):
            data, other = (change(np.asarray(side)) for side in (x.data, x.other))
        if x.role == "variable" and np.array_equal(data, other):
            other = data * 2
        if isinstance(x.data, float | int):
            data, other = data.item(), other.item()
        if not (np.array_equal(data, x.data, equal_nan=True) and np.array_equal(other, x.other, equal_nan=True)):
            yield replace(x, data=data, other=other)
