"""Exercises in backpropagation: a random expression, drawn without gradients, and a check that says what was missed."""

from __future__ import annotations

import html
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from autograd.arguments import checked, explained_methods
from autograd.drawing.drawing import Drawing, StepPage, draw
from autograd.drawing.page import page
from autograd.explaining.explain import explain
from autograd.explaining.names import forward_of
from autograd.explaining.notation import number_text
from autograd.explaining.trace import Flow, Trace, trace_backward
from autograd.files import write
from autograd.terminal import printable
from autograd.value.value import Value

__all__ = ["Answer", "Quiz", "quiz"]

NAMES = "abcdefgh"
_TYPED = {"add": "{} + {}", "subtract": "{} - {}", "multiply": "{} * {}", "power": "{}**{}", "relu": "relu({})"}
TOLERANCE = 1e-6


@dataclass(frozen=True)
class Answer:
    """What was made of one answer.

    Attributes:
        name: The leaf.
        given: The answer; None where there was none.
        right: The gradient.
        missed: Which rule was missed, in a sentence; empty where the answer is right.
    """

    name: str
    given: float | None
    right: float
    missed: str

    def __str__(self) -> str:
        if not self.missed:
            return printable(f"∂L/∂{self.name} = {number_text(self.right)}: right")
        given = "no answer" if self.given is None else f"{number_text(self.given)} is not right"
        return printable(f"∂L/∂{self.name}: {given}. {self.missed}")

    __repr__ = __str__  # as a list of them is printed


@explained_methods
class Quiz:
    """A sheet: an expression with its values, whose gradients are to be found.

    Attributes:
        output: L, as a graph of Values.
        leaves: What it is computed from, by name.
        lines: The computation, one line for each step.
    """

    def __init__(self, output: Value, leaves: dict[str, Value], seed: int) -> None:
        self.output = output
        self.leaves = leaves
        self.seed = seed
        self._trace: Trace = trace_backward(output)
        names = self._trace.names
        self.lines = [
            f"{names[node]} = {forward_of(node, names).text} = {number_text(node._raw)}"
            for node in self._trace.order
            if node.rule is not None
        ]

    @property
    def names(self) -> list[str]:
        """The leaves whose gradients are asked for."""
        return list(self.leaves)

    @property
    def expression(self) -> str:
        """The computation as ``python -m autograd`` and its page read it.

        Example:
            >>> quiz(seed=2, depth=2).expression
            'v1 = a + a; v2 = v1 * b; v2 * a'
        """
        names = self._trace.names
        steps = []
        for node in self._trace.order:
            if node.rule is not None:
                inputs = [names[x] if isinstance(x, Value) else f"{x:g}" for x in node.inputs]
                steps.append((names[node], _TYPED[node.rule.name].format(*inputs)))
        return "; ".join([*(f"{name} = {text}" for name, text in steps[:-1]), steps[-1][1]])

    def link(self, page: str = "lesson.html") -> str:
        """An address at which this sheet is played, each step asking for its numbers first: one link from one seed.

        Args:
            page: Where the page lies that ``python -m autograd … --typed lesson.html`` writes, such as a class's site.

        Example:
            >>> quiz(seed=2, depth=2).link()
            'lesson.html#e=v1%20%3D%20a%20%2B%20a%3B%20v2%20%3D%20v1%20%2A%20b%3B%20v2%20%2A%20a&a=-1&b=-2&predict'
        """
        values = "".join(f"&{name}={leaf.data:g}" for name, leaf in self.leaves.items())
        return f"{page}#e={quote(self.expression)}{values}&predict"

    def check(self, **answers: float) -> list[Answer]:
        """Compare answers with the gradients; of a wrong one, say which rule was missed.

        Args:
            **answers: A number for each leaf, by name.

        Raises:
            TypeError: There is no such leaf.

        Example:
            >>> sheet = quiz(seed=1)
            >>> right = {answer.name: answer.right for answer in sheet.check()}
            >>> all(not answer.missed for answer in sheet.check(**right))
            True
        """
        unknown = [name for name in answers if name not in self.leaves]
        if unknown:
            raise TypeError(f"there is no {unknown[0]} in this quiz; its leaves are {', '.join(self.leaves)}")
        gradients = _gradients(self._trace, lambda flow: flow.local)
        return [self._answer(name, leaf, answers.get(name), gradients) for name, leaf in self.leaves.items()]

    def drawing(self, solutions: bool = False) -> Drawing:
        """The graph, with or without the gradients."""
        if solutions:
            return draw(lambda: self.output, legend=False)
        whole = draw(self.output, legend=False)
        boxes = whole.sketch.boxes
        for key, box in boxes.items():
            if box.role != "constant":
                boxes[key] = replace(box, lines=(*box.lines[:-1], "grad ?"), magnitude=None)
        for arrow in whole.sketch.arrows:
            arrow.label = arrow.hint = ""
        return Drawing(whole.sketch, self.output, whole.direction, legend=False)

    def play(self) -> StepPage:
        """The page on which every step asks for its numbers first, and says of a wrong one which rule was missed."""
        drawn = self.drawing()
        title = f"Backpropagation, sheet {self.seed}: predict, then reveal"
        return StepPage(page(self.output, drawn.svg, title, predict=True), drawn._repr_html_())

    def page(self, solutions: bool = False) -> str:
        """The sheet as an HTML document, to be printed."""
        values = ", ".join(f"{name} = {number_text(leaf._raw)}" for name, leaf in self.leaves.items())
        shown = {name: number_text(self._right(name)) if solutions else "…………………" for name in self.leaves}
        blanks = "".join(f"<li>∂L/∂{name} = {text}</li>" for name, text in shown.items())
        steps = "".join(f"<li>{html.escape(line)}</li>" for line in self.lines)
        worked = ""
        if solutions:
            texts = (str(explain(self.output, wrt=leaf)) for leaf in self.leaves.values())
            worked = "".join(f"<pre>{html.escape(text)}</pre>" for text in texts)
        svg = self.drawing(solutions).svg
        picture = svg[svg.index("<svg") :]
        return (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>Backpropagation, sheet {self.seed}</title><style>"
            "body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}"
            "svg{max-width:100%;height:auto}ol,ul{padding-left:1.4rem}pre{white-space:pre-wrap}"
            "@media print{body{margin:0}pre{break-inside:avoid}}</style></head><body><main>"
            f"<h1>Backpropagation, sheet {self.seed}{': solutions' if solutions else ''}</h1>"
            f"<p>Given {values}, this is computed:</p><ol>{steps}</ol>{picture}"
            f"<p>Find the gradients:</p><ul>{blanks}</ul>{worked}</main></body></html>"
        )

    def save(self, path: str | Path, solutions: bool = False, play: bool = False) -> Path:
        """Write the sheet as an HTML file: on paper, its key with ``solutions``, or with ``play`` to be played."""
        path = Path(path)
        write(path, self.play().html if play else self.page(solutions))
        return path

    def _repr_html_(self) -> str:
        return self.page().partition("<main>")[2].partition("</main>")[0]

    def __str__(self) -> str:
        given = ", ".join(f"{name} = {number_text(leaf._raw)}" for name, leaf in self.leaves.items())
        asked = ", ".join(f"∂L/∂{name}" for name in self.leaves)
        return printable("\n".join([f"given {given}", *self.lines, f"find {asked}"]))

    __repr__ = __str__

    def _right(self, name: str) -> float:
        return float(self._trace.gradients.get(self.leaves[name], 0.0))

    def _answer(self, name: str, leaf: Value, given: float | None, gradients: Mapping[Any, float]) -> Answer:
        right = gradients.get(leaf, 0.0)
        if given is None:
            return Answer(name, None, right, "Start at L, whose gradient is 1, and go backwards.")
        if _same(given, right):
            return Answer(name, given, right, "")
        for mistake, sentence in _MISTAKES:
            if any(_same(given, wrong) for wrong in mistake(self._trace, leaf)):
                return Answer(name, given, right, sentence)
        return Answer(name, given, right, "Go through each path from L once more; ag.explain(quiz.output, wrt=…) does.")


@checked
def quiz(seed: int = 0, depth: int = 3) -> Quiz:
    r"""A random exercise in backpropagation, of small whole numbers.

    Args:
        seed: The same seed gives the same sheet.
        depth: How many steps the computation has beyond the first; from 1 to 12.

    Returns:
        A sheet that shows itself in Jupyter, is printed by ``save``, and checks answers.

    Raises:
        ValueError: ``depth`` is out of its range.

    Example:
        >>> sheet = quiz(seed=2, depth=2)
        >>> print(sheet)
        given a = −1, b = −2
        v1 = a + a = −2
        v2 = v1 · b = 4
        L = v2 · a = −4
        find ∂L/∂a, ∂L/∂b
        >>> print(*sheet.check(a=4.0, b=2.0), sep="\n")
        ∂L/∂a: 4 is not right. That is the share of one use alone: it is used more than once, and the shares of all uses
        add up.
        ∂L/∂b = 2: right
    """
    if not 1 <= depth <= 12:
        raise ValueError(f"depth={depth!r}: expected a whole number from 1 to 12")
    rng = random.Random(f"quiz {seed} {depth}")
    while True:
        found = _attempt(rng, depth)
        if found is not None:
            return Quiz(*found, seed)


def _attempt(rng: random.Random, depth: int) -> tuple[Value, dict[str, Value]] | None:
    """A random expression; None where it is dull (a leaf without part in it) or its numbers grow too large."""
    count = min(len(NAMES), 2 + depth // 3)
    leaves = {name: Value(float(rng.choice((-3, -2, -1, 1, 2, 3))), label=name) for name in NAMES[:count]}
    nodes: list[Value] = list(leaves.values())
    for step in range(depth + 1):
        first = nodes[-1] if step else rng.choice(nodes)
        other = rng.choice(nodes)
        kind = rng.choice(("times", "times", "plus", "minus", "square", "relu"))
        if kind == "times":
            node = first * other
        elif kind == "plus":
            node = first + other
        elif kind == "minus":
            node = first - other
        else:
            node = first * first if kind == "square" and step == 0 else (first.relu() if kind == "relu" else first**2)
        nodes.append(node)
    output = nodes[-1]
    trace = trace_backward(output)
    gradients = [trace.gradients.get(leaf) for leaf in leaves.values()]
    numbers = [abs(node._raw) for node in trace.order] + [abs(g) for g in gradients if g is not None]
    dull = any(g is None or g == 0 for g in gradients)
    return None if dull or max(numbers) > 400 else (output, leaves)


# ---- what may have been missed ---------------------------------------------------------------------------------------


def _gradients(trace: Trace, local: Callable[[Flow], float | None], chain: bool = True) -> dict[Any, float]:
    """The backward pass with local derivatives as given; without ``chain``, every upstream gradient counts as 1."""
    found: dict[Any, float] = {trace.order[-1]: 1.0}
    for event in trace:
        upstream = found.get(event.node, 0.0) if chain else 1.0
        for flow in event.flows:
            found[flow.parent] = found.get(flow.parent, 0.0) + upstream * (local(flow) or 0.0)
    return found


def _same(a: float, b: float) -> bool:
    return abs(a - b) <= TOLERANCE * max(1.0, abs(b))


def _one_use(trace: Trace, leaf: Value) -> list[float]:
    shares = [flow.contribution for flow in trace.flows() if flow.parent is leaf]
    return shares if len(shares) > 1 else []


def _by(local: Callable[[str, Flow], float | None], chain: bool = True) -> Callable[[Trace, Value], list[float]]:
    """The mistake of taking other local derivatives: ``local(name, flow)``, with the name of the operation."""

    def of_flow(flow: Flow) -> float | None:
        return local("" if flow.node.rule is None else flow.node.rule.name, flow)

    return lambda trace, leaf: [_gradients(trace, of_flow, chain)[leaf]]


# In the order in which they are looked for: the first that gives the student's number is told.
_MISTAKES: tuple[tuple[Callable[[Trace, Value], list[float]], str], ...] = (
    (_one_use, "That is the share of one use alone: it is used more than once, and the shares of all uses add up."),
    (
        _by(lambda name, flow: abs(flow.local or 0.0) if name in ("subtract", "negative") else flow.local),
        "The derivative of x − y for y is −1: a minus sign was lost.",
    ),
    (
        lambda trace, leaf: [-_gradients(trace, lambda flow: flow.local)[leaf]],
        "The size is right, and the sign is not.",
    ),
    (
        _by(lambda name, flow: flow.parent._raw if name == "multiply" else flow.local),
        "The derivative of x · y for x is y, the other factor.",
    ),
    (
        _by(lambda name, flow: 1.0 if name in ("power", "relu", "square") else flow.local),
        "The slope of a function on the way was left out: that of x² is 2x, that of relu 1 or 0.",
    ),
    (
        _by(lambda _, flow: flow.local, chain=False),
        "That is the local derivative: it is still to be multiplied by the gradient that comes from above.",
    ),
)
