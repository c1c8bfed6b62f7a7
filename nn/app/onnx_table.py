"""A trained run as an ONNX file: the preparation of a table's columns, the network, and the way back to the target."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from autograd import require
from nn.app.datasets import DataError
from nn.app.numbers import CIRCLES, DAY
from nn.app.preprocess import FARTHEST, Preprocessing
from nn.app.target import Target
from nn.interchange.onnx_file import End, write_graph
from nn.interchange.onnx_graph import Graph
from nn.interchange.onnx_layers import WRITERS
from nn.module import Module

__all__ = ["write_run_as_onnx"]


class TableGraph(Graph):
    """A graph whose constants are of double precision where nothing else is said."""

    def __init__(self) -> None:
        super().__init__(require("onnx", "export"), np.dtype(np.float64), WRITERS)

    def math(self, operation: str, *operands: str | float | NDArray[np.float64], **attributes: int) -> str:
        """Add an operation on results and numbers."""
        names = [each if isinstance(each, str) else self.constant(np.asarray(each, np.float64)) for each in operands]
        return self.add(operation, *names, **attributes)

    def joined(self, parts: list[str]) -> str:
        """Columns side by side."""
        return parts[0] if len(parts) == 1 else self.add("Concat", *parts, axis=1)


def write_run_as_onnx(fitted: Preprocessing, model: Module, path: str | Path) -> None:
    """Write preparation and network to a file; see `nn.app.predictor.Predictor.to_onnx`."""
    graph, inputs, x = TableGraph(), dict[str, End](), list[str]()
    for name in (*fitted.numbers, *fitted.dates):
        inputs[name] = np.float64, (1,)
    for name in (*fitted.categories, *fitted.encoded):
        inputs[name] = np.object_, (1,)
    if taken := {"label", "probabilities", "prediction"} & set(inputs):
        raise DataError(f"column {min(taken)!r} is called as an output is; rename it before training")
    if fitted.numbers or fitted.dates:
        numbers = graph.joined([*fitted.numbers, *(_date_parts(graph, name) for name in fitted.dates)])
        x.append(graph.add("Cast", _scaled(graph, numbers, fitted), to=1))
    x += [graph.add("Cast", _is_missing(graph, name), to=1) for name in fitted.missing]
    for name, texts in fitted.categories.items():
        rows = np.eye(len(texts) + 1)
        x.append(_looked_up(graph, name, texts, rows if name in fitted.rare else rows[:, :-1]))
    for name, encoding in fitted.encoded.items():
        x.append(_looked_up(graph, name, encoding.texts, np.array([*encoding.means, encoding.default])))
    found = graph.layer(model, graph.joined(x))
    outputs = _classes(graph, found, fitted.classes) if fitted.classes else _values(graph, found, fitted.target)
    write_graph(graph, path, "table", inputs, outputs)


def _is_missing(graph: TableGraph, x: str) -> str:
    return graph.add("Or", graph.add("IsNaN", x), graph.add("IsInf", x))


def _date_parts(graph: TableGraph, seconds: str) -> str:
    """What `nn.app.numbers` makes of a date: elapsed days, the year, and three circles.

    Source of the year and the month: H. Hinnant, "chrono-compatible low-level date algorithms", civil_from_days.
    """
    do = graph.math

    def whole(x: str, by: float) -> str:
        return do("Floor", do("Div", x, by))

    def rest(x: str, by: float) -> str:
        return do("Sub", x, do("Mul", whole(x, by), by))

    day = whole(seconds, DAY)
    shifted = do("Add", day, 719468.0)  # from the first of March of the year 0 on
    of_era = rest(shifted, 146097.0)
    leaps = do("Sub", do("Add", whole(of_era, 1460.0), whole(of_era, 146096.0)), whole(of_era, 36524.0))
    year = whole(do("Sub", of_era, leaps), 365.0)
    before = do("Add", do("Mul", year, 365.0), do("Sub", whole(year, 4.0), whole(year, 100.0)))
    month = whole(do("Add", do("Mul", do("Sub", of_era, before), 5.0), 2.0), 153.0)  # 0 is March
    month = rest(do("Add", month, 2.0), 12.0)
    early = do("Less", month, 2.0)
    year = do("Add", do("Add", year, do("Mul", whole(shifted, 146097.0), 400.0)), do("Cast", early, to=11))
    minutes = whole(rest(seconds, DAY), 60)
    parts = [do("Div", seconds, DAY), year]
    for passed, (_, _, turn) in zip((month, rest(day, 7.0), minutes), CIRCLES, strict=True):
        angle = do("Mul", passed, 2 * np.pi / turn)
        parts += [do("Sin", angle), do("Cos", angle)]
    return graph.joined(parts)


def _scaled(graph: TableGraph, x: str, fitted: Preprocessing) -> str:
    """Numbers as the network sees them, and 0 where there is none."""
    do, units, missing = graph.math, np.array(fitted.units), _is_missing(graph, x)
    if units.any():
        logarithm = do("Log", do("Add", do("Div", do("Abs", x), np.where(units, units, 1.0)), 1.0))
        x = graph.add("Where", graph.constant(units > 0), do("Mul", do("Sign", x), logarithm), x)
    z = do("Div", do("Sub", x, np.array(fitted.center)), np.array(fitted.scale))
    if fitted.bend:
        size, bend = do("Abs", z), fitted.bend
        beyond = do("Log", do("Add", do("Max", do("Sub", size, bend), 0.0), 1.0))
        bent = do("Min", do("Add", beyond, bend), FARTHEST * bend)
        z = graph.add("Where", do("LessOrEqual", size, bend), z, do("Mul", do("Sign", z), bent))
    return do("Where", missing, 0.0, do("Min", do("Max", z, -1e30), 1e30))


def _looked_up(graph: TableGraph, name: str, texts: tuple[str, ...], rows: NDArray[np.float64]) -> str:
    """For each text its row; the last one for a text that is not known."""
    number = graph.add(
        "LabelEncoder",
        name,
        domain="ai.onnx.ml",
        keys_strings=list(texts),
        values_int64s=list(range(len(texts))),
        default_int64=len(texts),
    )
    flat = graph.add("Reshape", number, graph.whole(-1))
    return graph.add("Gather", graph.constant(rows.astype(np.float32)), flat)


def _classes(graph: TableGraph, logits: str, classes: tuple[str, ...]) -> dict[str, End]:
    names = graph.constant(np.array(classes, dtype=object))
    helper = require("onnx.helper", "export")
    best = graph.add("ArgMax", logits, axis=1, keepdims=1)
    graph.nodes.append(helper.make_node("Gather", [names, best], ["label"]))
    graph.nodes.append(helper.make_node("Softmax", [logits], ["probabilities"], axis=1))
    return {"label": (np.object_, (1,)), "probabilities": (np.float32, (len(classes),))}


def _values(graph: TableGraph, scaled: str, target: Target) -> dict[str, End]:
    """What `Target.values` computes."""
    do = graph.math
    value = graph.add("Cast", scaled, to=11)
    if target.power is not None:
        errors = np.array([target.errors or (0.0,)])
        value = do("Min", do("Max", do("Add", value, errors), target.low), target.high)
    value = do("Add", do("Mul", value, target.deviation), target.mean)
    if target.power is not None:
        above = _untransformed(graph, value, target.power)
        below = _untransformed(graph, do("Neg", value), 2 - target.power)
        value = graph.add("ReduceMean", do("Sub", above, below), axes=[1], keepdims=1)
    graph.nodes.append(require("onnx.helper", "export").make_node("Identity", [value], ["prediction"]))
    return {"prediction": (np.float64, (1,))}


def _untransformed(graph: TableGraph, y: str, power: float) -> str:
    """x ≥ 0 of y = ((x + 1)^λ − 1) / λ; 0 where y is below 0."""
    do = graph.math
    upper = do("Max", y, 0.0)
    if power == 0:
        return do("Sub", do("Exp", upper), 1.0)
    base = do("Max", do("Add", do("Mul", upper, power), 1.0), float(np.finfo(float).tiny))
    return do("Sub", do("Exp", do("Div", do("Log", base), power)), 1.0)
