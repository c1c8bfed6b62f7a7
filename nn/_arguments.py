"""What constructors and functions of networks take: kinds of arguments, and checks that several of them make.

The kinds are those of `autograd.arguments`, and networks' own.
"""

from __future__ import annotations

import math
import operator
from typing import Any, SupportsIndex, TypeAlias

import numpy as np
from numpy.typing import NDArray

import autograd as ag
from autograd import arguments
from nn._text import quoted, visible

__all__ = [
    "NOT_OURS",
    "ActivationName",
    "Signature",
    "check_made",
    "check_same_length",
    "checked",
    "explained",
    "explained_methods",
    "finite",
    "fractions",
    "in_range",
    "numbers",
    "positive",
    "positive_integer",
]

NOT_OURS, checked, explained = arguments.NOT_OURS, arguments.checked, arguments.explained
explained_methods = arguments.explained_methods
Signature = arguments.Signature
ActivationName: TypeAlias = str
arguments.KINDS.update(
    {
        "Module": (arguments.of_class("Module"), "a model (an nn.Module)"),
        "Optimizer": (arguments.of_class("Optimizer", "LBFGS"), "an optimizer such as nn.Adam(model.parameters())"),
        "TensorModule": (arguments.of_class("Module"), "a model of Tensors (an nn.Module)"),
        "Watch": (arguments.of_class("Watch"), "an nn.pictures.Watch that was among the callbacks"),
        "Snapshots": (arguments.of_class("Snapshots"), "an nn.pictures.Snapshots that was among the callbacks"),
        "Surface": (callable, "a function of two numbers"),
        "Makers": (lambda value: hasattr(value, "items"), "a dict of functions that make optimizers"),
        "Trainer": (arguments.of_class("Trainer"), "an nn.Trainer"),
        "Iterable[Callback]": (
            arguments.list_of(lambda value: hasattr(value, "on_fit_end")),
            "a list of callbacks such as nn.EarlyStopping()",
        ),
        "Epochs": (
            lambda value: hasattr(value, "rows") or hasattr(value, "keys"),
            "a history, as trainer.fit returns it, or a dict of columns",
        ),
        "Loss": (callable, "a function of outputs and targets (pass e.g. nn.cross_entropy)"),
        "Schedule": (callable, "a function of the step such as nn.StepDecay(10)"),
        "ActivationName": (
            lambda value: isinstance(value, str),
            "a text such as 'relu' after one list of sizes, as in nn.MLP(4, [8, 3], 'relu')",
        ),
        "Initializer": (callable, "a function of (shape, seed, dtype)"),
        "ClassWeight": (lambda value: isinstance(value, str) or hasattr(value, "keys"), "'balanced' or a dict"),
        "Iterable[ag.Tensor]": (arguments.is_nodes, "model.parameters()"),
    }
)


def positive_integer(name: str, value: SupportsIndex) -> int:
    """``value`` as a Python int; ``name`` is what the error calls it.

    Raises:
        ValueError: It is no integer, or not positive.

    Example:
        >>> positive_integer("batch_size", 32)
        32
        >>> positive_integer("batch_size", 0)
        Traceback (most recent call last):
        ...
        ValueError: batch_size must be a positive integer, got 0
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = 0
    if number < 1:
        raise ValueError(f"{name} must be a positive integer, got {value!r}")
    return number


def fractions(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The dtype of numbers that are no whole ones, beside an array of this dtype."""
    return dtype if dtype.kind in "fc" else np.dtype(np.float64)


def in_range(name: str, value: float, below: float = math.inf) -> float:
    """``value`` as a Python float from 0 to below a bound; ``name`` is what the error calls it.

    Raises:
        ValueError: It lies outside, or is NaN.

    Example:
        >>> in_range("momentum", 1.5, below=1)
        Traceback (most recent call last):
        ...
        ValueError: momentum must be from 0 to below 1, got 1.5
    """
    try:
        inside = 0 <= value < below
    except TypeError:
        inside = False
    if not inside:
        raise ValueError(f"{name} must be from 0 to below {below:g}, got {value!r}")
    return float(value)


def positive(name: str, value: float) -> float:
    """``value`` as a Python float above 0 and finite; ``name`` is what the error calls it.

    Raises:
        ValueError: It lies outside, or is NaN.

    Example:
        >>> positive("learning_rate_init", 0)
        Traceback (most recent call last):
        ...
        ValueError: learning_rate_init must be above 0, got 0
    """
    if in_range(name, value) == 0:
        raise ValueError(f"{name} must be above 0, got {value!r}")
    return float(value)


# Entries that are looked at together: a mask of all data would be as long as they are.
LOOKED_AT = 1 << 20


def finite(name: str, values: Any, largest: float = math.inf) -> NDArray[Any]:
    """``values`` as an array of numbers without NaN or infinity; ``name`` is what the error calls it.

    Args:
        name: What the values are.
        values: An array, lists, or a table of pandas.
        largest: What no entry may exceed, such as the largest number of the network's precision.

    Raises:
        ValueError: There is one, or something that is no number; the message tells the place of the first.

    Example:
        >>> finite("x", [[1.0, 2.0], [float("nan"), 4.0]])
        Traceback (most recent call last):
        ...
        ValueError: x holds nan at index (1, 0); remove or replace such values
    """
    array = numbers(name, values)
    if array.dtype.kind != "f":
        return array
    largest = min(largest, float(np.finfo(array.dtype).max))
    rows = max(1, LOOKED_AT // max(1, math.prod(array.shape[1:])))
    for start in range(0, len(array), rows) if array.ndim else ():
        part = array[start : start + rows]
        if math.isfinite(largest) and part.size and not max(part.max(), -part.min()) <= largest:
            place = tuple(int(i) for i in np.argwhere(~(np.abs(part) <= largest))[0])
            found, place = part[place], (place[0] + start, *place[1:])
            if math.isfinite(found):
                raise ValueError(
                    f"{name} holds {found:g} at index {place}, too large for {largest:.3g}; scale the data"
                )
            raise ValueError(f"{name} holds {found} at index {place}; remove or replace such values")
    return array


def numbers(name: str, values: Any) -> NDArray[Any]:
    """``values`` as an array of real numbers.

    Raises:
        ValueError: They are something else: text, dates, missing values, complex numbers, rows of different lengths.

    Example:
        >>> numbers("x", [["1.5"], ["2"]])
        Traceback (most recent call last):
        ...
        ValueError: x holds the text '1.5' at index (0, 0); numbers in quotes become numbers by x.astype(float)
    """
    if isinstance(values, ag.Tensor):
        values = values.data
    if not isinstance(values, np.ndarray):
        if hasattr(values, "dtypes") and hasattr(values, "columns"):
            _check_columns(name, values)
        try:
            values = np.asarray(values)
        except ValueError:
            raise ValueError(f"{name} has rows of different lengths; every sample needs as many numbers") from None
    array: NDArray[Any] = values
    kind = array.dtype.kind
    if kind in "fiub":
        return array
    if kind in "Mm":
        raise ValueError(f"{name} holds dates or times; pass numbers, e.g. (t - t.min()) / np.timedelta64(1, 'D')")
    if kind == "c":
        raise ValueError(
            f"{name} holds complex numbers; pass their real and imaginary parts, or magnitudes, as features"
        )
    for place, value in np.ndenumerate(array):
        if (said := _no_number(value)) is not None:
            raise ValueError(f"{name} holds {said[0]} at index {place}; {said[1].format(name=name)}")
    try:
        return array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} is an array of objects, not of numbers: {visible(str(error)[:200])}") from None


def _check_columns(name: str, table: Any) -> None:
    """Refuse a table of pandas with columns that are no numbers, by their names."""
    found = [
        f"{quoted(str(column))} ({dtype})"
        for column, dtype in zip(table.columns, table.dtypes, strict=True)
        if getattr(dtype, "kind", "O") not in "fiub"
    ]
    if found:
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""
        raise ValueError(
            f"{name} has columns that hold no numbers: {', '.join(found[:5])}{more}; "
            "encode them first, e.g. by pandas.get_dummies, or leave them out"
        )
    missing = table.isna()
    if missing.to_numpy().any():
        column = next(column for column in table.columns if missing[column].any())
        row = table.index[missing[column]][0]
        raise ValueError(
            f"{name} has a missing value in column {quoted(str(column))}, row {row}; remove or replace such"
        )


def _no_number(value: Any) -> tuple[str, str] | None:
    """What an entry of an array of objects or of text is, if no number, and what to do."""
    if isinstance(value, str | bytes):
        text = str(value) if isinstance(value, str) else value.decode("utf-8", "replace")
        try:
            float(text)
        except ValueError:
            advice = "give each text a number, e.g. np.unique({name}, return_inverse=True)[1] for classes"
            return f"the text {quoted(text)}", advice
        return f"the text {quoted(text)}", "numbers in quotes become numbers by {name}.astype(float)"
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return f"{value}, a missing value", "remove or replace such"
    if isinstance(value, float | np.floating) and not math.isfinite(value):
        return f"{value}", "remove or replace such values"
    if isinstance(value, int | float | np.number | np.bool_):
        return None
    return f"a {type(value).__name__}", "pass numbers"


def check_made(name: str, value: Any, kind: type, example: str) -> None:
    """Refuse what is not of a kind where it is passed: a class in place of an object, a string, a list.

    Raises:
        TypeError: It is something else; the message shows an example.

    Example:
        >>> check_made("model", "mlp", dict, "nn.MLP(4, [8, 3])")
        Traceback (most recent call last):
        ...
        TypeError: model is the string 'mlp': pass e.g. nn.MLP(4, [8, 3])
    """
    if isinstance(value, kind):
        return
    if isinstance(value, type):
        what = f"the class {value.__name__}, not an object of it"
    else:
        what = f"the string {value!r}" if isinstance(value, str) else f"of type {type(value).__name__}"
    raise TypeError(f"{name} is {what}: pass e.g. {example}")


def check_same_length(x: NDArray[Any], y: NDArray[Any]) -> None:
    """Refuse inputs and targets that are not one for one.

    Raises:
        ShapeError: The first axes differ in length, or there is none.
    """
    if x.ndim == 0 or y.ndim == 0 or len(x) != len(y):
        raise ag.ShapeError(f"x and y need one row per sample each, got shapes {x.shape} and {y.shape}")
