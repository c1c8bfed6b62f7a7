"""The table of what a random program may do: each operation's text for the judges, and every spelling that users have.

``{0}``, ``{1}`` … are operands, and ``{axis}`` and the like are attributes. In a judge's text ``f`` stands for
`by_torch` or `by_numpy`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np

Shape = tuple[int, ...]
Attrs = dict[str, Any]


def none(rng: Random, *shapes: Shape) -> Attrs | None:
    """No attributes; any shapes will do."""
    return {}


@dataclass(frozen=True)
class Operation:
    """A line of the table.

    Attributes:
        judge: Its text for the judges.
        arrays: Its spellings for Tensors and arrays; one that begins with ``{0}.`` wants a Tensor there.
        values: Its spellings for Values; none where it is for arrays only.
        operands: How many.
        attrs: Draws the attributes for operands of these shapes; None where they do not suit.
        exact: Whether small binary fractions give small binary fractions, without rounding.
        dual: Whether the slow engine runs it.
        weight: How often it is drawn.
        wide: Whether it is drawn for seeds that begin with "wide" alone: it came later, and would change all others.
    """

    judge: str
    arrays: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    operands: int = 1
    attrs: Callable[..., Attrs | None] = none
    exact: bool = False
    dual: bool = False
    weight: int = 2
    wide: bool = False


def _elementwise(name: str, *more: str, ours: str | None = None, exact: bool = False, dual: bool = False) -> Operation:
    own, array_only = ours or name, tuple(text for text in more if "anp" in text)
    spellings = (f"ag.{own}({{0}})", *(text for text in more if "anp" not in text))
    return Operation(f"f.{name}({{0}})", (*spellings, *array_only), (*spellings, *array_only), exact=exact, dual=dual)


def _binary(name: str, symbol: str, exact: bool = False, dual: bool = False, weight: int = 5) -> Operation:
    spellings = (f"{{0}} {symbol} {{1}}", f"np.{name}({{0}}, {{1}})")
    return Operation(f"f.{name}({{0}}, {{1}})", spellings, spellings, 2, exact=exact, dual=dual, weight=weight)


def _with_number(name: str, symbol: str, numbers: list[Any], reverse: bool = False, exact: bool = False) -> Operation:
    text, call = f"{{0}} {symbol} {{c}}", f"f.{name}({{0}}, {{c}})"
    if reverse:
        text, call = f"{{c}} {symbol} {{0}}", f"f.{name}({{c}}, {{0}})"

    def attrs(rng: Random, *shapes: Shape) -> Attrs:
        return {"c": rng.choice(numbers)}

    return Operation(call, (text,), (text,), attrs=attrs, exact=exact, weight=1)


# ---- attributes ----------------------------------------------------------------------------------------------------


def axes(rng: Random, x: Shape) -> Attrs:
    """One axis, several, or all; kept or not."""
    places = range(-len(x), len(x))
    choices: list[Any] = [None, None, *places]
    if len(x) > 1:
        choices.append(tuple(sorted(rng.sample(range(len(x)), 2))))
    return {"axis": rng.choice(choices), "keepdims": rng.random() < 0.4}


def filled(rng: Random, x: Shape) -> Attrs | None:
    """As `axes`, of arrays that have entries."""
    return axes(rng, x) if all(x) else None


def along(rng: Random, x: Shape) -> Attrs | None:
    """One axis."""
    return {"axis": rng.randrange(-len(x), len(x))} if x and all(x) else None


def new_shape(rng: Random, x: Shape) -> Attrs:
    """Another shape for as many entries."""
    size = int(np.prod(x))
    shapes: list[Shape] = [(size,), (1, size), (size, 1), (-1,)] if size else [(0,), (0, 2), (3, 0)]
    shapes += [(k, size // k) for k in (2, 3, 4) if size and size % k == 0]
    shapes += [(k, -1) for k in (2, 3) if size and size % k == 0]
    return {"shape": rng.choice([*shapes, ()] if size == 1 else shapes)}


def order(rng: Random, x: Shape) -> Attrs:
    """The axes in some order."""
    places = list(range(len(x)))
    rng.shuffle(places)
    return {"axes": rng.choice([None, tuple(places), tuple(places[::-1])])}


def pair(rng: Random, x: Shape) -> Attrs | None:
    """Two axes."""
    return {"a": rng.randrange(len(x)), "b": rng.randrange(-len(x), 0)} if x else None


def matrix(rng: Random, x: Shape) -> Attrs | None:
    return {} if len(x) > 1 else None


def has_axes(rng: Random, x: Shape) -> Attrs | None:
    return {} if x and x[0] else None


def stretched(rng: Random, x: Shape) -> Attrs:
    """A shape that x broadcasts to."""
    full = tuple(rng.choice([1, 2, 3]) if length == 1 else length for length in x)
    return {"shape": (rng.choice([1, 2]), *full) if rng.random() < 0.5 else full}


def place(rng: Random, x: Shape) -> Attrs:
    return {"axis": rng.randrange(-len(x) - 1, len(x) + 1)}


def index(rng: Random, x: Shape) -> Attrs | None:
    """Integers, slices, ``None``, ``…``, lists with repeats, and masks."""
    if not x:
        return {"index": rng.choice([(), None, Ellipsis])}

    def basic(length: int) -> Any:
        step = rng.choice([1, 1, 2, -1, -2])
        ends = [rng.choice([None, rng.randrange(-length, length + 1)]) for _ in range(2)]
        return slice(*ends, step) if rng.random() < 0.6 or not length else rng.randrange(-length, length)

    def repeated(length: int) -> Any:
        return [rng.randrange(-length, length) for _ in range(rng.choice([1, 2, 3, 4]))]

    form = rng.randrange(7)
    if form < 2:
        return {"index": tuple(basic(length) for length in x[: rng.randrange(1, len(x) + 1)])}
    if form == 2:
        return (
            {"index": (*rng.choice([(None,), (Ellipsis,), (slice(None), None)]), basic(x[-1]))}
            if len(x) < 2
            else {
                "index": rng.choice(
                    [(None, Ellipsis, basic(x[-1])), (basic(x[0]), None), (Ellipsis, basic(x[-1]), None)]
                )
            }
        )
    if not all(x):
        return {"index": Ellipsis}
    if form == 3:
        return {"index": rng.choice([repeated(x[0]), (Ellipsis, repeated(x[-1]))])}
    if form == 4:
        return {"index": np.array([repeated(x[0]), repeated(x[0])][:1] * 2)}
    if form == 5 and len(x) > 1:
        first = repeated(x[0])
        return {"index": (first, [rng.randrange(x[1]) for _ in first])}
    mask = np.array([rng.random() < 0.5 for _ in range(int(np.prod(x)))], bool).reshape(x)
    return {"index": rng.choice([mask, (mask.reshape(x[0], -1)[:, 0],)])}


def same_shapes(rng: Random, *shapes: Shape) -> Attrs | None:
    return {"axis": rng.randrange(-len(shapes[0]), len(shapes[0]))} if shapes[0] and len(set(shapes)) == 1 else None


def stacked(rng: Random, *shapes: Shape) -> Attrs | None:
    return place(rng, shapes[0]) if len(set(shapes)) == 1 else None


def equal_shapes(rng: Random, *shapes: Shape) -> Attrs | None:
    return {} if len(set(shapes)) == 1 else None


def layer(rng: Random, x: Shape, W: Shape, b: Shape) -> Attrs | None:
    return {} if x and len(W) > 1 and W[-1:] == b else None


def classes(rng: Random, x: Shape) -> Attrs | None:
    if not x or not x[-1]:
        return None
    numbers = np.array([rng.randrange(x[-1]) for _ in range(int(np.prod(x[:-1])))], int).reshape(x[:-1])
    return {"targets": numbers}


def distribution(rng: Random, x: Shape, p: Shape) -> Attrs | None:
    return {} if x and x == p and all(x) else None


def slope(rng: Random, *shapes: Shape) -> Attrs:
    return {"slope": rng.choice([0.01, 0.1, -0.5, 2.0])}


def fraction(rng: Random, *shapes: Shape) -> Attrs:
    return {"slope": rng.choice([0.25, -0.5, 2.0])}


def bounds(rng: Random, *shapes: Shape) -> Attrs:
    low, high = sorted(rng.choice([-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0]) for _ in range(2))
    return {"low": low, "high": high}


def one_bound(rng: Random, *shapes: Shape) -> Attrs:
    return {"low": rng.choice([-1.0, 0.0, 0.5])}


def exponent(rng: Random, *shapes: Shape) -> Attrs:
    return {"c": rng.choice([2, 3, 2.0, 1, 0, 0.5, -1, -2.0, 1.5, 4])}


def whole_exponent(rng: Random, *shapes: Shape) -> Attrs:
    return {"c": rng.choice([2, 3, 1, 0])}


def threshold(rng: Random, *shapes: Shape) -> Attrs:
    return {"c": rng.choice([0.0, 0.5, -0.25, 1.0])}


def wider(rng: Random, *shapes: Shape) -> Attrs:
    return {"dtype": rng.choice(["float32", "float64"])}


# ---- the table -----------------------------------------------------------------------------------------------------

NUMBERS: list[Any] = [2.0, -0.5, 3, 1.0, 0.25, -1, np.float64(1.5), np.float32(0.5), True, 0]
FACTORS: list[Any] = [2.0, -0.5, 3, 0.25, np.float64(1.5), np.float32(0.5)]
_METHODS = {name: f"{{0}}.{name}()" for name in (
    "square", "sqrt", "exp", "expm1", "log", "log1p", "sin", "cos", "tan", "arctan", "tanh", "sigmoid", "softplus", "relu",
)}  # fmt: skip
_SMOOTH_INNER = ["np.sin(z)", "np.exp(z * 0.5)", "z * z * z", "np.tanh(z)", "z * np.cos(z)"]


def _inner(rng: Random, *shapes: Shape) -> Attrs | None:
    if len(set(shapes)) > 1 and any(shapes[1:]):
        return None
    return {"inner": Raw(rng.choice(_SMOOTH_INNER))}


class Raw(str):
    """A piece of text that goes into a program as it is."""

    __slots__ = ()


def _spelled(name: str, arguments: str, *more: str) -> tuple[str, ...]:
    return (f"ag.{name}({arguments})", f"np.{name}({arguments})", f"anp.{name}({arguments})", *more)


OPERATIONS: dict[str, Operation] = {
    # arithmetic
    "add": _binary("add", "+", exact=True, dual=True),
    "subtract": _binary("subtract", "-", exact=True, dual=True),
    "multiply": _binary("multiply", "*", exact=True, dual=True, weight=6),
    "divide": _binary("divide", "/"),
    "power": Operation("f.power({0}, {1})", ("{0} ** {1}", "ag.power({0}, {1})", "np.power({0}, {1})"), ("{0} ** {1}", "ag.power({0}, {1})"), 2),
    "power number": Operation("f.power({0}, {c})", ("{0} ** {c}", "np.power({0}, {c})"), ("{0} ** {c}",), attrs=exponent, weight=4),
    "power whole": Operation("f.power({0}, {c})", ("{0} ** {c}",), ("{0} ** {c}",), attrs=whole_exponent, exact=True),
    "number power": _with_number("power", "**", [2.0, 0.5, 1.5, 3], reverse=True),
    "add number": _with_number("add", "+", NUMBERS, exact=True),
    "number subtract": _with_number("subtract", "-", NUMBERS, reverse=True, exact=True),
    "subtract number": _with_number("subtract", "-", NUMBERS, exact=True),
    "multiply number": _with_number("multiply", "*", NUMBERS, exact=True),
    "number multiply": _with_number("multiply", "*", NUMBERS, reverse=True, exact=True),
    "divide number": _with_number("divide", "/", FACTORS),
    "number divide": _with_number("divide", "/", NUMBERS, reverse=True),
    "divide safely": Operation("f.divide({0}, f.add(f.multiply({1}, {1}), 1.0))", ("{0} / ({1} * {1} + 1.0)",), ("{0} / ({1} * {1} + 1.0)",), 2),
    "negative": Operation("f.negative({0})", ("-{0}", "np.negative({0})"), ("-{0}", "np.negative({0})"), exact=True, dual=True),
    "plus": Operation("{0}", ("+{0}",), ("+{0}",), exact=True, weight=1),
    "absolute": _elementwise("absolute", "abs({0})", "np.abs({0})", "anp.abs({0})", exact=True),
    # functions of one number
    **{name: _elementwise(name, f"np.{name}({{0}})", f"anp.{name}({{0}})", _METHODS[name], dual=name in ("sin", "tanh", "exp", "square"),
                          exact=name == "square") for name in ("square", "sqrt", "exp", "expm1", "log", "log1p", "sin", "cos", "tan", "arctan", "tanh")},
    "sigmoid": _elementwise("sigmoid", _METHODS["sigmoid"]),
    "softplus": _elementwise("softplus", _METHODS["softplus"]),
    "relu": _elementwise("relu", _METHODS["relu"], exact=True, dual=True),
    "leaky_relu": Operation("f.leaky_relu({0}, {slope})", ("ag.leaky_relu({0}, {slope})", "{0}.leaky_relu({slope})"), ("ag.leaky_relu({0}, {slope})", "{0}.leaky_relu({slope})"), attrs=slope),
    "leaky_relu exact": Operation("f.leaky_relu({0}, {slope})", ("ag.leaky_relu({0}, {slope})",), ("ag.leaky_relu({0}, {slope})",), attrs=fraction, exact=True, weight=1),
    "log safely": Operation("f.log(f.add(f.square({0}), 0.1))", ("ag.log({0} * {0} + 0.1)",), ("ag.log({0} * {0} + 0.1)",)),
    "sqrt safely": Operation("f.sqrt(f.add(f.absolute({0}), 0.2))", ("ag.sqrt(abs({0}) + 0.2)",), ("ag.sqrt(abs({0}) + 0.2)",)),
    # choices, and what is piecewise constant
    "maximum": Operation("f.maximum({0}, {1})", _spelled("maximum", "{0}, {1}"), ("ag.maximum({0}, {1})", "np.maximum({0}, {1})"), 2, exact=True, weight=3),
    "minimum": Operation("f.minimum({0}, {1})", _spelled("minimum", "{0}, {1}"), ("ag.minimum({0}, {1})", "np.minimum({0}, {1})"), 2, exact=True, weight=3),
    "maximum number": Operation("f.maximum({0}, {c})", ("np.maximum({0}, {c})", "ag.maximum({c}, {0})"), ("ag.maximum({0}, {c})",), attrs=threshold, exact=True),
    "clip": Operation("f.clip({0}, {low}, {high})", ("ag.clip({0}, {low}, {high})", "np.clip({0}, {low}, {high})", "{0}.clip({low}, {high})"), ("ag.clip({0}, {low}, {high})", "{0}.clip({low}, {high})"), attrs=bounds, exact=True, weight=3),
    "clip one side": Operation("f.clip({0}, {low}, None)", ("ag.clip({0}, {low})", "np.clip({0}, {low}, None)"), ("ag.clip({0}, {low})",), attrs=one_bound, exact=True, weight=1),
    "clip by nodes": Operation("f.minimum(f.maximum({0}, {1}), {2})", ("ag.clip({0}, {1}, {2})",), ("ag.clip({0}, {1}, {2})",), 3, exact=True, weight=1),
    "where greater": Operation("f.where(f.greater({0}, {1}), {2}, {3})", ("ag.where(np.greater({0}, {1}), {2}, {3})", "np.where(np.greater({0}, {1}), {2}, {3})"), ("ag.where(ag.BOOK['greater']({0}, {1}), {2}, {3})",), 4, exact=True, weight=4),
    "where number": Operation("f.where(f.less({0}, {c}), {0}, {1})", ("np.where({0} < {c}, {0}, {1})", "anp.where(np.less({0}, {c}), {0}, {1})"), ("ag.where(ag.BOOK['less']({0}, {c}), {0}, {1})",), 2, attrs=threshold, exact=True, weight=3),
    "mask": Operation("f.multiply({0}, f.greater({1}, {c}))", ("{0} * np.greater({1}, {c})",), ("{0} * ag.BOOK['greater']({1}, {c})",), 2, attrs=threshold, exact=True),
    "sign": Operation("f.multiply(f.sign({0}), {1})", ("np.sign({0}) * {1}",), ("ag.BOOK['sign']({0}) * {1}", "np.sign({0}) * {1}"), 2, exact=True),
    "floor": Operation("f.subtract({0}, f.floor({0}))", ("{0} - np.floor({0})", "{0} - anp.floor({0})"), ("{0} - np.floor({0})", "{0} - anp.floor({0})"), exact=True, weight=1),
    "ceil": Operation("f.multiply(f.ceil({0}), {1})", ("np.ceil({0}) * {1}", "anp.ceil({0}) * {1}"), ("np.ceil({0}) * {1}",), 2, exact=True, weight=1),
    "rint": Operation("f.subtract({0}, f.rint({0}))", ("{0} - np.rint({0})",), ("{0} - np.rint({0})",), exact=True, weight=1),
    "trunc": Operation("f.multiply(f.trunc({0}), {1})", ("np.trunc({0}) * {1}",), ("np.trunc({0}) * {1}",), 2, exact=True, weight=1),
    "isnan": Operation("f.where(f.isnan({0}), 0.5, {0})", ("np.where(np.isnan({0}), 0.5, {0})",), ("ag.where(np.isnan({0}), 0.5, {0})",), exact=True, weight=1),
    # reductions
    **{name: Operation(f"f.{name}({{0}}, axis={{axis}}, keepdims={{keepdims}})", _spelled(name, "{0}, axis={axis}, keepdims={keepdims}", f"{{0}}.{name}(axis={{axis}}, keepdims={{keepdims}})"),
                       attrs=axes if name == "sum" else filled, exact=name != "mean", dual=name == "sum", weight=4 if name == "sum" else 2) for name in ("sum", "mean", "max", "min")},
    "logsumexp": Operation("f.logsumexp({0}, axis={axis}, keepdims={keepdims})", ("ag.logsumexp({0}, axis={axis}, keepdims={keepdims})",), attrs=filled),
    "softmax": Operation("f.softmax({0}, axis={axis})", ("ag.softmax({0}, axis={axis})",), attrs=along),
    "log_softmax": Operation("f.log_softmax({0}, axis={axis})", ("ag.log_softmax({0}, axis={axis})",), attrs=along),
    # shapes
    "reshape": Operation("f.moved({0}, lambda x: np.reshape(x, {shape}))", ("{0}.reshape({shape})", "ag.reshape({0}, {shape})", "np.reshape({0}, {shape})"), attrs=new_shape, exact=True, dual=True),
    "transpose": Operation("f.moved({0}, lambda x: np.transpose(x, {axes}))", ("{0}.transpose({axes})", "ag.transpose({0}, {axes})", "np.transpose({0}, {axes})"), attrs=order, exact=True, dual=True),
    "T": Operation("f.moved({0}, lambda x: x.T)", ("{0}.T",), exact=True, dual=True),
    "swapaxes": Operation("f.moved({0}, lambda x: np.swapaxes(x, {a}, {b}))", ("{0}.swapaxes({a}, {b})", "np.swapaxes({0}, {a}, {b})", "ag.swapaxes({0}, {a}, {b})"), attrs=pair, exact=True, dual=True, weight=1),
    "matrix_transpose": Operation("f.moved({0}, lambda x: np.swapaxes(x, -1, -2))", ("ag.matrix_transpose({0})",), attrs=matrix, exact=True, dual=True, weight=1),
    "broadcast_to": Operation("f.moved({0}, lambda x: np.broadcast_to(x, {shape}))", _spelled("broadcast_to", "{0}, {shape}"), attrs=stretched, exact=True, dual=True),
    "expand_dims": Operation("f.moved({0}, lambda x: np.expand_dims(x, {axis}))", _spelled("expand_dims", "{0}, {axis}"), attrs=place, exact=True, dual=True, weight=1),
    "squeeze": Operation("f.moved({0}, np.squeeze)", _spelled("squeeze", "{0}", "{0}.squeeze()"), exact=True, dual=True, weight=1),
    "ravel": Operation("f.moved({0}, np.ravel)", _spelled("ravel", "{0}", "{0}.ravel()", "{0}.flatten()"), exact=True, dual=True, weight=1),
    "concatenate": Operation("f.concatenate([{0}, {1}, {0}], {axis})", ("ag.concatenate([{0}, {1}, {0}], {axis})", "np.concatenate([{0}, {1}, {0}], axis={axis})"), operands=2, attrs=same_shapes, exact=True, dual=True),
    "concatenate all": Operation("f.concatenate([{0}, {1}], None)", ("ag.concatenate([{0}, {1}], None)", "np.concatenate([{0}, {1}], axis=None)"), operands=2, exact=True, dual=True, weight=1),
    "stack": Operation("f.stack([{0}, {1}], {axis})", ("ag.stack([{0}, {1}], {axis})", "np.stack([{0}, {1}], axis={axis})"), operands=2, attrs=stacked, exact=True, dual=True),
    "getitem": Operation("f.moved({0}, lambda x: x[{index}])", ("{0}[{index}]",), attrs=index, exact=True, dual=True, weight=6),
    "rows": Operation("f.stack([f.moved({0}, lambda x: x[i]) for i in range(len({0}))][::-1])", ("ag.stack([row for row in {0}][::-1])",), attrs=has_axes, exact=True, dual=True, weight=1),
    "astype": Operation("{0}", ("{0}.astype({dtype})",), attrs=wider, weight=1),
    # products
    "matmul": Operation("f.matmul({0}, {1})", ("{0} @ {1}", "ag.matmul({0}, {1})", "np.matmul({0}, {1})"), operands=2, exact=True, dual=True, weight=8),
    "dot": Operation("f.dot({0}, {1})", _spelled("dot", "{0}, {1}", "{0}.dot({1})"), operands=2, exact=True, weight=3),
    "gram": Operation("f.matmul({0}, f.moved({0}, lambda x: np.swapaxes(x, -1, -2)))", ("{0} @ ag.matrix_transpose({0})",), attrs=matrix, exact=True, dual=True, weight=2),
    "matmul stretched": Operation("f.matmul({0}, f.moved({1}, lambda x: np.broadcast_to(x, {shape})))", ("{0} @ ag.broadcast_to({1}, {shape})",), operands=2, attrs=lambda rng, a, b: stretched(rng, b), exact=True, dual=True, weight=2),
    "linear": Operation("f.linear({0}, {1}, {2})", ("ag.linear({0}, {1}, {2})",), operands=3, attrs=layer, exact=True, weight=4),
    "cross_entropy of classes": Operation("f.cross_entropy({0}, {targets})", ("ag.softmax_cross_entropy({0}, {targets})",), attrs=classes),
    "cross_entropy of probabilities": Operation("f.cross_entropy({0}, f.softmax({1}))", ("ag.softmax_cross_entropy({0}, ag.softmax({1}))",), operands=2, attrs=distribution),
    # lists of Values
    **{f"{name} of a list": Operation(f"f.{name}(f.stack([{{0}}, {{1}}, {{2}}, {{0}}]))", values=(f"ag.{name}([{{0}}, {{1}}, {{2}}, {{0}}])",), operands=3, exact=name == "sum", dual=name == "sum") for name in ("sum", "mean", "logsumexp")},
    **{f"{name} of a list": Operation(f"f.moved(f.{name}(f.stack([{{0}}, {{1}}, {{2}}])), lambda x: x[{k}])", values=(f"ag.{name}([{{0}}, {{1}}, {{2}}])[{k}]",), operands=3) for k, name in enumerate(("softmax", "log_softmax"))},
    "dot of lists": Operation("f.dot(f.stack([{0}, {1}]), f.stack([{2}, {0}]))", values=("ag.dot([{0}, {1}], [{2}, {0}])", "ag.affine([{0}, {1}], [{2}, {0}])"), operands=3, exact=True),
    "affine": Operation("f.add(f.dot(f.stack([{0}, {1}]), f.stack([{2}, f.array(0.5)])), {3})", values=("ag.affine([{0}, {1}], [{2}, 0.5], {3})", "ag.affine([[{0}, {1}], [{1}, {2}]], [{2}, 0.5], [{3}, 1.0])[0]"), operands=4, exact=True),
    # islands and derivatives within
    "detach": Operation("f.detach({0})", ("{0}.detach()",), ("{0}.detach()",), exact=True, weight=2),
    "detached factor": Operation("f.multiply(f.detach({0}), {0})", ("{0}.detach() * {0}",), ("{0}.detach() * {0}",), exact=True, weight=1),
    "no_grad": Operation("f.detach(f.multiply({0}, {1}))", ("without_grad(lambda: {0} * {1})",), ("without_grad(lambda: {0} * {1})",), 2, exact=True, weight=1),
    "made anew": Operation("f.detach({0})", ("ag.Tensor({0})", "nn.Parameter({0})"), ("type({0})({0}.data)",), exact=True, weight=5, wide=True),
    "factor made anew": Operation("f.multiply(f.detach({0}), {0})", ("ag.Tensor({0}) * {0}", "nn.Parameter({0}) * {0}", "getval({0}) * {0}"), ("type({0})({0}.data) * {0}", "getval({0}) * {0}", "{0}.data * {0}"), exact=True, weight=4, wide=True),
    "elementwise_grad": Operation("f.slope(lambda z, np=f: {inner}, {0})", ("ag.elementwise_grad(lambda z: {inner})({0})", "ag.grad(lambda z: ag.sum({inner}))({0})"), ("ag.grad(lambda z: {inner})({0})", "ag.elementwise_grad(lambda z: {inner})({0})"), attrs=_inner),
    "grad with an outer variable": Operation("f.multiply(f.slope(lambda z, np=f: {inner}, {0}), {1})", ("ag.elementwise_grad(lambda z: {inner} * {1})({0})",), ("ag.grad(lambda z: {inner} * {1})({0})",), 2, _inner),
    "jvp": Operation("f.multiply(f.slope(lambda z, np=f: {inner}, {0}), {1})", ("ag.jvp(lambda z: {inner}, ({0},), {1})[1]", "ag.make_jvp(lambda z: {inner})({0})({1})[1]"), ("ag.jvp(lambda z: {inner}, ({0},), {1})[1]",), 2, lambda rng, a, b: _inner(rng, a) if a == b else None),
    "vjp": Operation("f.multiply(f.slope(lambda z, np=f: {inner}, {0}), {1})", ("ag.vjp(lambda z: {inner}, ({0},), {1})[1]", "ag.make_vjp(lambda z: {inner})({0})[0]({1})"), ("ag.vjp(lambda z: {inner}, ({0},), {1})[1]",), 2, lambda rng, a, b: _inner(rng, a) if a == b else None),
    "hvp": Operation("f.multiply(f.multiply(6.0, {0}), {1})", ("ag.hvp(lambda z: ag.sum(z ** 3), ({0},), {1})[1]",), ("ag.hvp(lambda z: z ** 3, ({0},), {1})[1]",), 2, equal_shapes, weight=1),
    "jacobian": Operation("f.sum(f.cos({0}))", ("ag.sum(ag.jacobian(lambda z: np.sin(z))({0}))",), ("ag.jacobian(lambda z: np.sin(z))({0})",), weight=1),
}  # fmt: skip
