"""Networks as source text that needs no gradbook: a function in Python on NumPy, or two in C."""

from __future__ import annotations

import re
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nn import layers
from nn._arguments import explained
from nn.interchange.chain import chain_of
from nn.module import Module

__all__ = ["to_function"]

# In Python from x; in C from x to y, and from x and y to the derivative; {a} is the layer's own number.
ACTIVATIONS: dict[type[Module], tuple[str, str, str]] = {
    layers.ReLU: ("np.maximum(x, 0)", "x <= 0 ? 0 : x", "x > 0 ? 1 : 0"),
    layers.LeakyReLU: ("np.where(x > 0, x, {a} * x)", "x > 0 ? x : {a} * x", "x > 0 ? 1 : {a}"),
    layers.Tanh: ("np.tanh(x)", "tanh(x)", "1 - y * y"),
    layers.Sigmoid: (
        "np.exp(-np.logaddexp(0, -x))",
        "x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x))",
        "y * (1 - y)",
    ),
    layers.Softplus: (
        "np.logaddexp(0, x)",
        "(x > 0 ? x : 0) + log1p(exp(-fabs(x)))",
        "x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x))",
    ),
    layers.ELU: (
        "np.where(x > 0, x, {a} * np.expm1(np.minimum(x, 0)))",
        "x > 0 ? x : {a} * expm1(x)",
        "x > 0 ? 1 : y + {a}",
    ),
}


@explained
def to_function(model: Module, language: Literal["python", "c"] = "python") -> str:
    """The source text of a function that computes what a network does in use, its numbers written into it.

    In Python, ``predict(x)`` takes rows and needs NumPy alone. In C (C99, double precision), ``predict(x, y)`` takes
    one row, and ``gradient(x, g, gx)`` gives Jᵀ g, the derivative of Σ g y for x, where J is the Jacobian of y for x.

    Args:
        model: A `nn.Sequential` or `nn.MLP` of linear layers and activations.
        language: ``"python"`` or ``"c"``.

    Raises:
        TypeError: There is another layer.
        ValueError: The language is another.

    Example:
        >>> import nn
        >>> model = nn.MLP(2, [3, 1], activation="tanh", seed=0)
        >>> namespace = {}
        >>> exec(to_function(model), namespace)
        >>> x = np.array([[0.5, -1.0]], np.float32)
        >>> bool(np.allclose(namespace["predict"](x), model(x).data))
        True
    """
    if language not in ("python", "c"):
        raise ValueError(f"language is 'python' or 'c', not {language!r}")
    parts = chain_of(model, [layers.Linear, *ACTIVATIONS], "to_function")
    if not any(isinstance(layer, layers.Linear) for layer in parts):
        raise TypeError("to_function needs a linear layer at least, which tells the sizes")
    return _in_python(parts) if language == "python" else _in_c(parts)


def _own(layer: Any) -> float:
    """The number that an activation of one has."""
    return float(getattr(layer, "slope", getattr(layer, "alpha", 0.0)))


def _in_python(parts: list[Any]) -> str:
    arrays, lines = [], []
    for number, layer in enumerate(parts):
        if not isinstance(layer, layers.Linear):
            lines.append(f"    x = {ACTIVATIONS[type(layer)][0].format(a=_own(layer))}")
            continue
        arrays.append(f"W{number} = {_array(layer.weight.data)}")
        if layer.bias is not None:
            arrays.append(f"b{number} = {_array(layer.bias.data)}")
        lines.append(f"    x = x @ W{number}" + ("" if layer.bias is None else f" + b{number}"))
    kind = next(layer for layer in parts if isinstance(layer, layers.Linear)).weight.dtype.name
    head = ['"""A network, written by gradbook\'s nn.to_function."""', "", "import numpy as np", ""]
    return "\n".join(
        [*head, *arrays, "", "", "def predict(x):", f"    x = np.asarray(x, np.{kind})", *lines, "    return x\n"]
    )


def _array(values: NDArray[Any]) -> str:
    rows = [", ".join(re.sub("nan|inf", r"np.\g<0>", str(x)) for x in row) for row in np.atleast_2d(values)]
    text = f"[{rows[0]}]" if values.ndim == 1 else "[" + ", ".join(f"[{row}]" for row in rows) + "]"
    return f"np.array({text}, np.{values.dtype.name})"


def _in_c(parts: list[Any]) -> str:
    widths = [next(layer for layer in parts if isinstance(layer, layers.Linear)).in_features]
    tables: list[str] = []
    forward: list[str] = []
    backward: list[str] = []
    for number, layer in enumerate(parts):
        width = widths[-1]
        if isinstance(layer, layers.Linear):
            out = layer.out_features
            bias = np.zeros(out) if layer.bias is None else layer.bias.data
            tables.append(f"static const double W{number}[{width}][{out}] = {{{_rows(layer.weight.data)}}};")
            tables.append(f"static const double b{number}[{out}] = {{{_listed(bias)}}};")
            forward += [
                f"    for (j = 0; j < {out}; j++) {{",
                f"        double sum = b{number}[j];",
                f"        for (i = 0; i < {width}; i++) sum += h{number}[i] * W{number}[i][j];",
                f"        h{number + 1}[j] = sum;",
                "    }",
            ]
            step = [
                f"    for (i = 0; i < {width}; i++) {{",
                "        double sum = 0;",
                f"        for (j = 0; j < {out}; j++) sum += W{number}[i][j] * d{number + 1}[j];",
                f"        d{number}[i] = sum;",
                "    }",
            ]
            widths.append(out)
        else:
            value, derivative = (text.format(a=_own(layer)) for text in ACTIVATIONS[type(layer)][1:])
            each = f"    for (i = 0; i < {width}; i++) {{"
            x = f"double x = h{number}[i];"
            forward += [each, f"        {x}", f"        h{number + 1}[i] = {value};", "    }"]
            step = [
                each,
                f"        {x} double y = h{number + 1}[i];",
                "        (void)x, (void)y;",
                f"        d{number}[i] = d{number + 1}[i] * ({derivative});",
                "    }",
            ]
            widths.append(width)
        backward = step + backward
    last = len(parts)
    hidden = [f"    double h{number}[{width}];" for number, width in enumerate(widths)][1:]
    change = [f"    double d{number}[{width}];" for number, width in enumerate(widths)]
    start = ["    int i, j;", "    const double *h0 = x;", *hidden]
    return "\n".join([
        "/* A network, written by gradbook's nn.to_function. */",
        "#include <math.h>",
        "",
        *tables,
        "",
        f"/* From {widths[0]} inputs to {widths[-1]} outputs. */",
        "void predict(const double *x, double *y) {",
        *start,
        *forward,
        f"    for (i = 0; i < {widths[-1]}; i++) y[i] = h{last}[i];",
        "    (void)j;",
        "}",
        "",
        f"/* The derivative of the sum of g[j] y[j] for each of {widths[0]} inputs. */",
        "void gradient(const double *x, const double *g, double *gx) {",
        *start,
        *change,
        *forward,
        f"    for (i = 0; i < {widths[-1]}; i++) d{last}[i] = g[i];",
        f"    (void)h{last};",
        *backward,
        f"    for (i = 0; i < {widths[0]}; i++) gx[i] = d0[i];",
        "}",
        "",
    ])  # fmt: skip


def _listed(values: NDArray[Any]) -> str:
    text = ", ".join(map(repr, values.astype(np.float64).tolist()))
    return text.replace("nan", "NAN").replace("inf", "INFINITY")


def _rows(matrix: NDArray[Any]) -> str:
    return ", ".join("{" + _listed(row) + "}" for row in matrix)
