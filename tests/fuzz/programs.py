"""Random programs as data: inputs and a list of instructions; drawn from a seed, and written out as Python.

A program is drawn along with its values in plain NumPy (`by_numpy`), so that shapes fit, and, unless extremes are
wanted, numbers stay ordinary. It has two sets of numbers for its variables: one to record with, another to replay with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from operator import attrgetter
from random import Random
from types import CodeType
from typing import Any, Literal

import numpy as np

from tests.fuzz import by_numpy
from tests.fuzz.operations import OPERATIONS, Operation, Raw

Kind = Literal["arrays", "numbers"]
Mode = Literal["ordinary", "exact", "extreme"]


@dataclass(frozen=True)
class Input:
    """What a program starts from.

    Attributes:
        name: Its name in the text.
        role: A "variable" is differentiated for; a "constant" array, or number, is not.
        data: What it holds while a program is recorded.
        other: What it holds at a replay; for a constant the same.
    """

    name: str
    role: Literal["variable", "constant"]
    data: Any
    other: Any


@dataclass(frozen=True)
class Instruction:
    """One line: an operation of the table in one of its spellings, with the names of its operands."""

    name: str
    operation: str
    spelling: int
    operands: tuple[str, ...]
    attrs: dict[str, Any] = field(default_factory=dict)

    def text(self, judge: bool, kind: Kind = "arrays", jitter: bool = False) -> str:
        """The right-hand side of the line, for a judge or for us."""
        row = OPERATIONS[self.operation]
        attrs = {name: written(value) for name, value in self.attrs.items()}
        texts = (row.judge,) if judge else row.arrays if kind == "arrays" else row.values
        operands = [f"jitter({x})" for x in self.operands] if jitter else self.operands
        return texts[self.spelling % len(texts)].format(*operands, **attrs)


@dataclass(frozen=True)
class Program:
    """Inputs and instructions; the last one's result, a single number, is the program's."""

    kind: Kind
    mode: Mode
    inputs: tuple[Input, ...]
    instructions: tuple[Instruction, ...]

    @property
    def variables(self) -> tuple[Input, ...]:
        """What is differentiated for."""
        return tuple(x for x in self.inputs if x.role == "variable")

    @property
    def result(self) -> str:
        """The name of what it returns."""
        return self.instructions[-1].name if self.instructions else self.inputs[0].name

    @property
    def narrow(self) -> bool:
        """Whether anything in it is in single precision."""
        return any(getattr(x.data, "dtype", None) == np.float32 for x in self.inputs) or any(
            i.attrs.get("dtype") == "float32" or "float32" in repr(i.attrs.get("c")) for i in self.instructions
        )

    def point(self, other: bool = False) -> list[Any]:
        """The variables' numbers."""
        return [x.other if other else x.data for x in self.variables]

    def text(self, judge: bool = False, jitter: bool = False) -> str:
        """The program as a Python function of its variables."""
        lines = [f"def program({', '.join(x.name for x in self.variables)}):"]
        lines += [f"    {step.name} = {step.text(judge, self.kind, jitter)}" for step in self.instructions]
        return "\n".join([*lines, f"    return {self.result}", ""])


def written(x: Any) -> str:
    """A number, an array or an index as Python that makes it again."""
    if isinstance(x, Raw):
        return str(x)
    if isinstance(x, np.ndarray):
        dtype = "" if x.dtype in (np.float64, np.int64, np.bool_) and x.size else f", dtype=np.{x.dtype}"
        text = f"np.array({written(x.tolist())}{dtype})"
        return text if x.size or x.ndim == 1 else f"np.zeros({x.shape}{dtype})"
    if isinstance(x, np.generic):
        return f"np.{x.dtype}({written(x.item())})"
    if isinstance(x, float) and not np.isfinite(x):
        return "np.nan" if x != x else "np.inf" if x > 0 else "-np.inf"
    if isinstance(x, tuple):
        return f"({''.join(f'{written(part)}, ' for part in x)})".replace(", )", ",)" if len(x) == 1 else ")")
    if isinstance(x, list):
        return f"[{', '.join(map(written, x))}]"
    return repr(x)


def weights(shape: tuple[int, ...], dtype: str = "float64") -> Any:
    """Fixed factors for the entries of a result, so that none of their gradients are equal."""
    size = int(np.prod(shape))
    return (0.5 + 0.25 * (np.arange(size) * 5 % 7)).reshape(shape).astype(dtype)


# The last lines of a program: each result that nobody has used is weighed and added to the sum.
OPERATIONS["weigh"] = Operation("f.sum(f.multiply({0}, {w}))", ("ag.sum({0} * {w})",), exact=True, weight=0)
OPERATIONS["weigh number"] = Operation("f.multiply({0}, {w})", (), ("{0} * {w}",), exact=True, weight=0)

# ---- drawing one ---------------------------------------------------------------------------------------------------

SHAPES: list[tuple[int, ...]] = [
    (), (), (1,), (2,), (3,), (3,), (2, 3), (2, 3), (3, 2), (3, 3), (2, 2), (3, 1), (1, 3), (1, 1), (2, 1, 3),
    (2, 3, 2), (2, 2, 3),
]  # fmt: skip
EMPTY: list[tuple[int, ...]] = [(0,), (0, 3), (2, 0)]
SPECIAL = [0.0, -0.0, np.inf, -np.inf, np.nan, 5e-324, -1e-310, 1e-300, 1e300, 37.43, -40.0, 1e8, 1.0, -1.0]
# These multiply by plain numbers, or mean another function of plain ones, so that all operands are to be nodes.
PLAIN = ("sign", "ceil", "trunc", "mask", "clip by nodes")
# What is drawn from, by whether the seed begins with "wide".
ARRAYS, NUMBERS = (
    {
        wide: [name for name, row in OPERATIONS.items() if spelled(row) and row.wide <= wide for _ in range(row.weight)]
        for wide in (False, True)
    }
    for spelled in (attrgetter("arrays"), attrgetter("values"))
)


def generate(seed: int | str, index: int, dual: bool = False, without: Sequence[str] = ()) -> Program:
    """The program of that number.

    Args:
        seed: Of the whole run; one that begins with "wide" draws from all operations, others from those of before.
        index: Its number in the run.
        dual: Use only what the slow engine can run.
        without: Operations to leave out.
    """
    rng = Random(f"{seed}/{index}")
    kind: Kind = "numbers" if rng.random() < 0.35 else "arrays"
    mode: Mode = "ordinary" if dual else rng.choices(["ordinary", "exact", "extreme"], [6, 2, 2])[0]
    draw = _Draw(rng, kind, mode, dual, without, str(seed).startswith("wide"))
    return draw.program()


class _Draw:
    """A program in the making, with the values of all its names at both points."""

    def __init__(self, rng: Random, kind: Kind, mode: Mode, dual: bool, without: Sequence[str], wide: bool) -> None:
        self.rng, self.kind, self.mode, self.dual, self.without = rng, kind, mode, dual, without
        self.names = (ARRAYS if kind == "arrays" else NUMBERS)[wide]
        self.inputs: list[Input] = []
        self.steps: list[Instruction] = []
        self.values: dict[str, tuple[Any, Any]] = {}
        self.nodes: list[str] = []  # what is a node: variables, and all that depends on one
        self.used: set[str] = set()

    def program(self) -> Program:
        rng = self.rng
        dtypes = rng.choices([["float64"], ["float32"], ["float64", "float32"]], [6, 3, 2])[0]
        if self.dual or self.kind == "numbers":
            dtypes = ["float64"]
        shapes = [rng.choice(SHAPES) for _ in range(2)] + ([rng.choice(EMPTY)] if rng.random() < 0.08 else [])
        for _ in range(rng.choice([1, 2, 2, 3])):
            shape = rng.choice(shapes) if rng.random() < 0.7 else rng.choice(SHAPES)
            self.add_input("variable", () if self.kind == "numbers" else shape, rng.choice(dtypes))
        for _ in range(rng.choice([0, 0, 1]) if not self.dual else 0):
            dtype = rng.choice([*dtypes, *dtypes, "int64", "bool"])
            self.add_input("constant", () if self.kind == "numbers" else rng.choice(shapes), dtype)
        wanted = rng.choice([1, 2, 3, 4, 5, 6, 8, 10])
        for _ in range(wanted * 10):
            if len(self.steps) >= wanted:
                break
            self.add_step()
        self.finish()
        return Program(self.kind, self.mode, tuple(self.inputs), tuple(self.steps))

    def add_input(self, role: Literal["variable", "constant"], shape: tuple[int, ...], dtype: str) -> None:
        name = f"{'x' if role == 'variable' else 'c'}{len(self.inputs)}"
        data = self.numbers(shape, dtype)
        other = self.numbers(shape, dtype) if role == "variable" else data
        self.inputs.append(Input(name, role, data, other))
        self.values[name] = (data, other)
        if role == "variable":
            self.nodes.append(name)

    def numbers(self, shape: tuple[int, ...], dtype: str) -> Any:
        rng, size = self.rng, int(np.prod(shape))
        if dtype == "bool":
            drawn: list[Any] = [rng.random() < 0.5 for _ in range(size)]
        elif dtype == "int64":
            drawn = [rng.randrange(-3, 4) for _ in range(size)]
        elif self.mode == "exact":
            drawn = [rng.randrange(-4, 5) / 2 for _ in range(size)]
        else:
            drawn = [rng.choice([-1, 1]) * round(rng.uniform(0.05, 2.0), 3) for _ in range(size)]
            if self.mode == "extreme":
                drawn = [rng.choice(SPECIAL) if rng.random() < 0.3 else x for x in drawn]
        with np.errstate(over="ignore"):
            array = np.array(drawn, dtype).reshape(shape)
        return array.item() if self.kind == "numbers" else array

    def add_step(self) -> None:
        rng = self.rng
        name = rng.choice(self.names)
        row = OPERATIONS[name]
        if name in self.without or (self.mode == "exact" and not row.exact) or (self.dual and not row.dual):
            return
        names = list(self.values)
        recent = names[-4:]
        operands = [rng.choice(recent if rng.random() < 0.6 else names) for _ in range(row.operands)]
        if any("lambda z" in text for text in row.arrays) or not any(x in self.nodes for x in operands):
            operands[0] = rng.choice(self.nodes)
        if name in PLAIN:  # a piecewise constant function gives plain numbers
            operands = [x if x in self.nodes else rng.choice(self.nodes) for x in operands]
        if name == "where greater" and operands[2] not in self.nodes:  # nor does a choice between plain numbers
            operands[2] = rng.choice(self.nodes)
        attrs = row.attrs(rng, *(np.shape(self.values[x][0]) for x in operands))
        if attrs is None:
            return
        texts = row.arrays if self.kind == "arrays" else row.values
        spelling = rng.randrange(len(texts))
        if operands[0] not in self.nodes and not texts[spelling].startswith(("ag.", "np.", "anp.", "{0} ")):
            return
        self.append(Instruction(f"v{len(self.inputs) + len(self.steps)}", name, spelling, tuple(operands), attrs))

    def append(self, step: Instruction) -> bool:
        """Add a step if its values are what this kind of program wants."""
        text = step.text(judge=True)
        try:
            pair = tuple(value_of(text, {x: self.values[x][side] for x in step.operands}) for side in (0, 1))
        except (ValueError, IndexError, TypeError, ZeroDivisionError):
            return False
        if not all(map(self.wanted, pair)):
            return False
        self.steps.append(step)
        self.values[step.name] = pair  # type: ignore[assignment]
        self.nodes.append(step.name)
        self.used.update(step.operands)
        return True

    def wanted(self, value: Any) -> bool:
        if np.size(value) > 48 or np.ndim(value) > 4 or np.asarray(value).dtype.kind != "f":
            return False
        if self.mode == "extreme":
            return True
        largest = np.max(np.abs(value), initial=0.0)
        if self.mode == "exact":
            return bool(largest <= 256 and np.all(np.equal(np.multiply(value, 1024) % 1, 0)))
        return bool(largest < 1e3)

    def finish(self) -> None:
        """Weigh what nobody has used, and add it up."""
        ends = [x for x in self.nodes if x not in self.used][-3:]
        totals: list[str] = []
        for end in ends:
            value = np.asarray(self.values[end][0])
            arrays = self.kind == "arrays"
            w = Raw(f"weights({value.shape}, '{value.dtype}')") if arrays else self.rng.choice([1.0, 0.75, -2.0])
            totals.append(self.force("weigh" if arrays else "weigh number", (end,), {"w": w}))
        while len(totals) > 1:
            totals.append(self.force("add", (totals.pop(0), totals.pop(0)), {}))

    def force(self, operation: str, operands: tuple[str, ...], attrs: dict[str, Any]) -> str:
        """Add a step, whatever its values are."""
        step = Instruction(f"v{len(self.inputs) + len(self.steps)}", operation, 0, operands, attrs)
        text = step.text(judge=True)
        values = [value_of(text, {x: self.values[x][side] for x in step.operands}) for side in (0, 1)]
        self.steps.append(step)
        self.values[step.name] = (values[0], values[1])
        return step.name


@cache
def _code(text: str) -> CodeType:
    return compile(text, "<operation>", "eval")


def value_of(text: str, names: dict[str, Any], words: Any = by_numpy) -> Any:
    """What a judge's text comes to."""
    with np.errstate(all="ignore"):
        return eval(_code(text), {"f": words, "np": np, "weights": weights, **names})


def values(program: Program) -> dict[str, tuple[Any, Any]]:
    """What every name of a program holds, at both points."""
    found: dict[str, tuple[Any, Any]] = {x.name: (x.data, x.other) for x in program.inputs}
    for step in program.instructions:
        text = step.text(judge=True)
        pair = [value_of(text, {x: found[x][side] for x in step.operands}) for side in (0, 1)]
        found[step.name] = (pair[0], pair[1])
    return found


def simplest(program: Program, names: Sequence[str]) -> Program:
    """The program without instructions that its result does not need, and without inputs that none reads."""
    needed, kept = {program.result, *names}, []
    for step in reversed(program.instructions):
        if step.name in needed:
            kept.append(step)
            needed.update(step.operands)
    inputs = tuple(x for x in program.inputs if x.name in needed)
    return Program(program.kind, program.mode, inputs, tuple(reversed(kept)))
