"""The chain rule with its numbers: the derivation of one gradient, path by path, as text, Markdown or LaTeX."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograd.arguments import checked
from autograd.errors import GraphError
from autograd.explaining import attribution
from autograd.explaining.attribution import Path
from autograd.explaining.names import amount, derivatives_of, encodable, find_node, forward_of, norm, result
from autograd.explaining.notation import WIDTH, name_latex, number_latex, number_text, wrapped
from autograd.explaining.trace import Flow, Trace, trace_backward
from autograd.graph.node import Node, describe
from autograd.graph.order import topological_order
from autograd.terminal import printable

MOST_STEPS = 40
SCREEN = 50  # lines: what is longer is written with a line for each path
FEWER_STEPS = 25  # nodes and edges, there


@dataclass(frozen=True, repr=False)
class Explanation:
    """The derivation of ∂L/∂a; prints as text, shows as mathematics in Jupyter.

    Attributes:
        output: L.
        wrt: a.
        gradient: ∂L/∂a as the engine computed it.
        paths: The ways from L to a, the largest first; all of them unless there are too many. Empty for arrays.
        path_count: How many there are in all.
        edges: For each edge into a, the share of the gradient that arrived through it.
        flows: Every edge between L and a, in the order of the backward pass.
        trace: The backward pass that the numbers are from.
    """

    output: Node
    wrt: Node
    gradient: Any
    paths: tuple[Path, ...]
    path_count: int
    edges: tuple[tuple[Flow, float], ...]
    flows: tuple[Flow, ...]
    trace: Trace

    @property
    def complete(self) -> bool:
        """Whether every path is listed."""
        return sum(path.count for path in self.paths) == self.path_count

    @property
    def sum_of_paths(self) -> float:
        """The sum of what came by the listed paths."""
        return _total([path.total for path in self.paths])

    @property
    def checked(self) -> bool:
        """Whether the paths were all listed and add up to the engine's gradient, within rounding."""
        found, told = self.sum_of_paths, self.gradient
        if not (np.isfinite(found) and np.isfinite(told)):
            return self.complete and bool(np.array_equal(found, told, equal_nan=True))
        size = _total([abs(path.total) for path in self.paths])
        return self.complete and bool(abs(found - told) <= 1e-9 * size)

    # ---- text -------------------------------------------------------------------------------------------------------

    def text(self, whole: bool | None = None) -> str:
        """The derivation as plain text, 80 columns wide.

        Args:
            whole: Whether each path is written out edge by edge; by default where that fits a screen. Else the local
                derivatives stand beside what was computed, and a path is a line.
        """
        lines = self._lines(MOST_STEPS)
        if not (len(lines) <= SCREEN if whole is None else whole):
            lines = self._lines(FEWER_STEPS if self.output.kind == "scalar" else FEWER_STEPS // 2)
        return "\n".join(part for line in lines for part in wrapped(line))

    def _lines(self, most: int) -> list[str]:
        whole = most == MOST_STEPS
        lines = [f"{self._heading()} = {amount(self.gradient)}", "", *self._forward(most), ""]
        if self.output.kind == "array":
            lines += self._array_steps(most)
        elif whole:
            lines.append(self._count())
            for numbers, path in self._numbered():
                lines += ["", *self._path_text(numbers, path)]
            lines += ["", *self._sum_text()]
        else:
            lines += [self._count(), *self._path_lines(), *self._sum_text()]
        if len(self.edges) > 1:
            lines += ["", f"By edge into {self._name(self.wrt)}:", *self._edge_lines(most if whole else 6)]
        return lines

    def __str__(self) -> str:
        return printable(self.text())

    def __repr__(self) -> str:
        return str(self)

    def _name(self, node: Node) -> str:
        return self.trace.names[node]

    def _heading(self) -> str:
        return f"∂{self._name(self.output)}/∂{self._name(self.wrt)}"

    def _between(self) -> list[Node]:
        on_paths = {flow.node for flow in self.flows}
        return [node for node in self.trace.order if node in on_paths]

    def _forward(self, most: int = MOST_STEPS) -> list[str]:
        nodes: list[Any] = self._between()
        lines = [f"{self._name(self.wrt)} = {amount(self.wrt._raw)}"]
        for node in _trimmed(nodes, None, most):
            if node is None:
                lines.append(f"… {len(nodes) - 2 * (most // 2):,} more …")
                continue
            made, local = forward_of(node, self.trace.names).text, ""
            if most < MOST_STEPS:
                made, local = made if len(made) <= WIDTH else f"{made[:60]} … {made[-12:]}", self._local(node)
            lines.append(f"{self._name(node)} = {made} = {amount(node._raw)}{local}")
        return lines

    def _local(self, node: Node) -> str:
        flows = [flow for flow in self.flows if flow.node is node and flow.local is not None]
        told = _trimmed([f"{amount(flow.local)} to {self._name(flow.parent)}" for flow in flows], most=4)
        return f"   (local derivative{'' if len(flows) == 1 else 's'} {', '.join(told)})" if flows else ""

    def _path_lines(self) -> list[str]:
        rows = []
        for _, path in self._numbered():
            names = [self._name(flow.node) for flow in path.flows] + [self._name(self.wrt)]
            value = f"{_repeated(path)} = {amount(path.total)}" if path.count > 1 else amount(path.total)
            rows.append((value, _percent(path.share), "→".join(_trimmed(names))))
        values, shares = (max((len(row[i]) for row in rows), default=0) for i in (0, 1))
        return [f"  {value.rjust(values)}  {share.rjust(shares)}  {way}" for value, share, way in rows]

    def _count(self) -> str:
        ways = f"{self.path_count:,} path{'' if self.path_count == 1 else 's'}"
        start, end = self._name(self.output), self._name(self.wrt)
        if self.path_count == 0:
            return f"No path leads from {start} to {end}: {start} does not depend on it."
        if self.complete or not self.paths:
            return f"{ways} from {start} to {end}:"
        return f"{ways} from {start} to {end}; the {len(self.paths)} largest:"

    def _numbered(self) -> Iterator[tuple[str, Path]]:
        """The paths with their numbers in the order of the list; equal ones share a line."""
        before = 0
        for path in self.paths:
            after = before + path.count
            between = " and " if path.count == 2 else " to "
            yield (f"{after:,}" if path.count == 1 else f"{before + 1:,}{between}{after:,}"), path
            before = after

    def _path_text(self, numbers: str, path: Path) -> list[str]:
        names = [self._name(flow.node) for flow in path.flows] + [self._name(self.wrt)]
        which = f"Path {numbers}" if path.count == 1 else f"Paths {numbers}, equal"
        lines = [f"{which}: {' → '.join(_trimmed(names))}"]
        steps = []
        for flow in path.flows:
            formula = derivatives_of(flow.node, self.trace.names)[flow.position]
            value = amount(_number(flow.local))
            written = "" if formula is None or formula.text == value else f"{formula} = "
            steps.append((self._edge(flow), f"local derivative {written}{value}"))
        width = max((len(left) for left, _ in steps), default=0)
        lines += [f"  {left.ljust(width)}  {right}".rstrip() for left, right in _trimmed(steps, ("…", ""))]
        factors = [_bracketed(amount(_number(flow.local))) for flow in path.flows]
        product = f"{' · '.join(_trimmed(factors))} = " if len(factors) > 1 else ""
        all_of_them = "" if path.count == 1 else f", and {_repeated(path)} = {amount(path.total)}"
        return [*lines, f"  product {product}{amount(path.product)}{all_of_them}   ({_percent(path.share)})"]

    def _edge(self, flow: Flow) -> str:
        """An edge in the direction of the pass; ∂L/∂a is kept for the whole gradient."""
        return f"{self._name(flow.node)} → {self._name(flow.parent)}"

    def _sum_text(self) -> list[str]:
        engine = f"{self._heading()} = {amount(self.gradient)} by backward()"
        if not self.paths or not self.complete:
            rest = self.gradient - self.sum_of_paths
            share = _percent(rest / self.gradient) if self.gradient else "–"
            return [] if not self.paths else [f"All other paths together: {amount(rest)}   ({share})", engine]
        parts = " + ".join(map(_repeated, self.paths))
        total = amount(self.sum_of_paths)
        added = f"Sum over paths: {total}" if parts == total else f"Sum over paths: {parts} = {total}"
        lines = [added, f"{engine}{': the same' if self.checked else ', which differs from the sum'}"]
        if any(path.share > 1.0 + 1e-9 for path in self.paths):
            lines.append("A share beyond 100 % is taken back by those below 0.")
        return lines

    def _array_steps(self, most: int) -> list[str]:
        lines = [f"{self._count().rstrip(':.')}. Backward, step by step (g is the gradient that arrives):"]
        for flow in _trimmed(list(self.flows), None, most):
            if flow is None:
                lines.append("  …")
                continue
            formula = derivatives_of(flow.node, self.trace.names)[flow.position]
            lines.append(f"  {self._edge(flow)}: {formula} = {amount(flow.contribution)}")
        lines.append(f"{self._heading()} = {amount(self.gradient)} by backward()")
        return lines

    def _edge_lines(self, most: int) -> list[str]:
        lines = [
            f"  from {self._name(flow.node)}: {amount(flow.contribution)}   ({_percent(share)})"
            for flow, share in self.edges
        ]
        return _trimmed(lines, f"  … {len(lines) - most:,} more …", most)

    # ---- LaTeX and Markdown -----------------------------------------------------------------------------------------

    def latex(self) -> str:
        """The derivation as one LaTeX ``aligned`` block, without dollar signs."""
        whole = self._fraction(self.output, self.wrt)
        rows = []
        if self.output.kind == "array":
            for flow in _trimmed(list(self.flows), None, MOST_STEPS):
                rows.append(r"& \vdots" if flow is None else self._array_row(flow))
        else:
            rows += [self._path_row(numbers, path) for numbers, path in self._numbered()]
            if not self.complete:
                rest = number_latex(self.gradient - self.sum_of_paths)
                others = self.path_count - sum(path.count for path in self.paths)
                rows.append(rf"\text{{{others:,} other paths:}}\quad & {rest}")
            rows.append(rf"{whole} & = {' + '.join(self._sum_latex())} = {number_latex(self.gradient)}")
        lines = " \\\\\n".join(rows)
        return f"\\begin{{aligned}}\n{lines}\n\\end{{aligned}}"

    def _sum_latex(self) -> list[str]:
        if not self.paths:
            return ["0"]
        parts = [_repeated_latex(path) for path in self.paths]
        return parts if self.complete else [*parts, r"\cdots"]

    def _fraction(self, above: Node, below: Node) -> str:
        names = self.trace.names
        return rf"\frac{{\partial {name_latex(names[above])}}}{{\partial {name_latex(names[below])}}}"

    def _path_row(self, numbers: str, path: Path) -> str:
        flows: list[Any] = _trimmed(list(path.flows), None)
        formulas: list[str] = []
        values: list[str] = []
        for flow in flows:
            if flow is None:
                formulas.append(r"\cdots")
                values.append(r"\cdots")
                continue
            formula = derivatives_of(flow.node, self.trace.names)[flow.position]
            edge = rf"{name_latex(self._name(flow.node))} \to {name_latex(self._name(flow.parent))}"
            formulas.append(rf"\underbrace{{{formula.latex if formula else '?'}}}_{{{edge}}}")
            values.append(_bracketed(number_latex(_number(flow.local))))
        chain = [r" \cdot ".join(row) for row in (formulas, values) if row]
        share = _percent(path.share).replace("%", r"\%").replace("−", "-")
        written = " = ".join(dict.fromkeys([*chain, number_latex(path.product)]))
        which, all_of_them = f"path {numbers}", ""
        if path.count > 1:
            which = f"paths {numbers}, equal"
            all_of_them = rf", \quad {_repeated_latex(path)} = {number_latex(path.total)}"
        return rf"\text{{{which}:}}\quad & {written}{all_of_them} \quad (\text{{{share}}})"

    def _array_row(self, flow: Flow) -> str:
        formula = derivatives_of(flow.node, self.trace.names)[flow.position]
        size = number_latex(norm(flow.contribution))
        step = rf"{name_latex(self._name(flow.node))} \to {name_latex(self._name(flow.parent))}"
        return rf"{step}:\quad & {formula.latex if formula else '?'}, \quad \lVert\cdot\rVert = {size}"

    def markdown(self) -> str:
        """The derivation as Markdown with mathematics, for notebooks, GitHub and GitLab."""
        lines = [f"**{_escaped(self._heading())} = {amount(self.gradient)}**", ""]
        lines += [f"- {_escaped(line)}" for line in self._forward()]
        lines += ["", _escaped(self._count()), "", "$$", self.latex(), "$$"]
        if len(self.edges) > 1:
            lines += [
                "",
                f"| edge into {_escaped(self._name(self.wrt))} from | contribution | share |",
                "|---|---|---|",
            ]
            rows = [
                f"| {_escaped(self._name(flow.node))} | {amount(flow.contribution)} | {_percent(share)} |"
                for flow, share in self.edges
            ]
            lines += _trimmed(rows, f"| … {len(rows) - MOST_STEPS:,} more … | | |", MOST_STEPS)
        return "\n".join(lines)

    def _repr_markdown_(self) -> str:
        return self.markdown()

    def _repr_latex_(self) -> str:
        return f"$$\n{self.latex()}\n$$"


@checked
def explain(
    output: Node, wrt: Node | str, most_paths: int = 12, *, names: Mapping[str, Any] | None = None
) -> Explanation:
    """The chain rule for ∂output/∂wrt with its numbers, path by path.

    Args:
        output: L; a single number.
        wrt: The node to differentiate for, or its label; a leaf or one in between.
        most_paths: How many paths to write out, the largest first; the others are summed up.
        names: What nodes without a label are called, by name: ``names=locals()`` takes the variables' names.

    Returns:
        An `Explanation`; print it, or call ``.text()``, ``.markdown()``, ``.latex()``.

    Raises:
        GraphError: ``wrt`` requires no gradient, or nothing in the graph is called that, or more than one node is.
        TypeError: ``wrt`` is something else, such as a list; or ``output`` is no node, but a model.

    Example:
        >>> from autograd import Value
        >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
        >>> print(explain(a * b + a, wrt="a"))
        ∂L/∂a = −2
        <BLANKLINE>
        a = 2
        v1 = a · b = −6
        L = v1 + a = −4
        <BLANKLINE>
        2 paths from L to a:
        <BLANKLINE>
        Path 1: L → v1 → a
          L → v1  local derivative 1
          v1 → a  local derivative b = −3
          product 1 · (−3) = −3   (150 %)
        <BLANKLINE>
        Path 2: L → a
          L → a  local derivative 1
          product 1   (−50 %)
        <BLANKLINE>
        Sum over paths: (−3) + 1 = −2
        ∂L/∂a = −2 by backward(): the same
        A share beyond 100 % is taken back by those below 0.
        <BLANKLINE>
        By edge into a:
          from L: 1   (−50 %)
          from v1: −3   (150 %)
    """
    order = topological_order(result(output, "explain"))
    wrt = find_node(wrt, order, names, "wrt")
    if not wrt.requires_grad:
        raise GraphError(f"{describe(wrt)} does not require a gradient: make it with requires_grad=True")
    trace = trace_backward(output, names=names)
    if wrt not in trace.names:  # no part of the graph: still worth a clear answer
        trace.names[wrt] = encodable(wrt.label or "it")
    flows = attribution.flows_between(trace, wrt)
    count = attribution.count_paths(flows, output, wrt)
    gradient = trace.gradients.get(wrt, 0.0 if wrt.kind == "scalar" else np.zeros_like(wrt._raw))
    shares = attribution.shares_of(trace, flows, wrt)
    edges = tuple((flow, shares[flow.node, flow.position]) for flow in flows if flow.parent is wrt)
    paths: list[Path] = []
    if output.kind == "scalar" and count:
        paths = attribution.largest_paths(flows, output, wrt, gradient, max(1, most_paths))
    return Explanation(output, wrt, gradient, tuple(paths), count, edges, tuple(flows), trace)


def _total(numbers: Sequence[float]) -> float:
    """Their sum, rounded once."""
    try:
        return math.fsum(numbers)
    except (ValueError, OverflowError):  # of both infinities, or too large on the way
        return sum(numbers)


def _repeated(path: Path) -> str:
    product = _bracketed(amount(path.product))
    return product if path.count == 1 else f"{path.count:,} · {product}"


def _repeated_latex(path: Path) -> str:
    product = _bracketed(number_latex(path.product))
    return product if path.count == 1 else rf"{f'{path.count:,}'.replace(',', '{,}')} \cdot {product}"


def _number(local: float | None) -> float:
    return math.nan if local is None else local


def _bracketed(number: str) -> str:
    return f"({number})" if number.startswith(("−", "-")) else number


def _percent(share: float) -> str:
    return "–" if math.isnan(share) else f"{number_text(100 * share, 3)} %"


def _trimmed(items: list[Any], gap: Any = "…", most: int = 24) -> list[Any]:
    """The first and the last of a long list, with ``gap`` between them."""
    return items if len(items) <= most else [*items[: most // 2], gap, *items[-most // 2 :]]


def _escaped(text: str) -> str:
    """Text that Markdown shows as it stands, markup characters included."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]()#+-.!|<>~$" else c for c in text)
