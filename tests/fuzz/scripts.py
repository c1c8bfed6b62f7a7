"""A finding as a script that runs by itself: the program as it ran, its inputs, and what shows the difference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.fuzz.programs import Program, weights, written

HEAD = """import numpy as np

import autograd as ag
import autograd.numpy as anp
import nn
from autograd.tracer import getval

"""
HELPERS = {
    "without_grad(": """def without_grad(function):
    with ag.no_grad():
        return function()


""",
    "weights(": """def weights(shape, dtype="float64"):
    size = int(np.prod(shape))
    return (0.5 + 0.25 * (np.arange(size) * 5 % 7)).reshape(shape).astype(dtype)


""",
}
CALLS = {
    "value_and_grad": "ag.value_and_grad(program, argnum)",
    "hvp": "lambda *xs: ag.hvp(program, xs, along, argnum)",
    "value": "program",
}


def literal(point: Sequence[Any]) -> str:
    """Numbers and arrays as a list in Python."""
    return f"[{', '.join(map(written, point))}]"


def along(program: Program) -> str:
    """The directions of second derivatives."""
    shapes = [(getattr(x.data, "shape", ()), getattr(x.data, "dtype", "float64")) for x in program.variables]
    if program.kind == "numbers":
        return literal([float(weights(())) for _ in shapes])
    return literal([weights(shape, dtype) for shape, dtype in shapes])


def leaf(program: Program) -> str:
    """How a leaf is made of a number x."""
    return "ag.Value(x)" if program.kind == "numbers" else "ag.Tensor(x, requires_grad=True)"


def eager(program: Program, way: str, reference: Any) -> str:
    """Lines that run it eagerly."""
    lines = [f"point = {literal(reference.point)}", "argnum = tuple(range(len(point)))", f"along = {along(program)}"]
    if way == "graph":
        lines += [
            f"leaves = [{leaf(program)} for x in point]",
            "y = program(*leaves)",
            "y.backward()",
            "print(y.data, [x.grad for x in leaves])",
            "slopes = ag.gradients(y, leaves, create_graph=True)",
            "slope = sum(ag.sum(g * v) if isinstance(g, ag.Tensor) else g * v for g, v in zip(slopes, along))",
            "print(ag.gradients(slope, leaves) if slope.requires_grad else 0)",
        ]
    else:
        lines += [
            "print(ag.value_and_grad(program, argnum)(*point))",
            "print(ag.hvp(program, tuple(point), tuple(along), argnum)[1])",
        ]
    answer = reference.answer
    parts = {part: x if isinstance(x, list) else [x] for part, x in answer.items() if part != "constant"}
    return "\n".join([*lines, *(f"# expected {part}: {literal(x)}" for part, x in parts.items())])


def compiled(program: Program, form: str, engine: str) -> str:
    """Lines that record it at one point, and replay it at another."""
    return f"""recorded, other = {literal(program.point())}, {literal(program.point(other=True))}
argnum = tuple(range(len(recorded)))
along = tuple({along(program)})
function = {CALLS[form]}
replay = ag.compile(function, engine={engine!r})
for point in (recorded, other, recorded):
    print("replay", replay(*point))
    print("eager ", function(*point))"""


def graph(program: Program, engine: str) -> str:
    """Lines that make a program of its graph at one point, and replay it at another."""
    return f"""recorded, other = {literal(program.point())}, {literal(program.point(other=True))}
leaves = [{leaf(program)} for x in recorded]
replay = ag.Program.from_graph(program(*leaves), leaves, engine={engine!r})
print("replay", replay(*other))
leaves = [{leaf(program)} for x in other]
y = program(*leaves)
print("eager ", y.data, ag.gradients(y, leaves))"""


def script(program: Program, finding: Any, title: str) -> str:
    """The whole finding."""
    text = program.text()
    helpers = "".join(helper for call, helper in HELPERS.items() if call in text)
    constants = "".join(f"{x.name} = {written(x.data)}\n" for x in program.inputs if x.role == "constant")
    comment = "\n".join(f"# {line}" for line in str(finding).splitlines())
    return f'"""{title}"""\n\n{HEAD}{constants}\n\n{helpers}{text}\n\n{finding.script}\n{comment}\n'
