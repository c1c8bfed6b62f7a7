"""Names of other libraries that objects of this one do not have: whoever asks for one is told our word for it.

Classes are made with these, so that they are there from the start; `autograd.suggest` has what is said of arguments.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn, TypeVar

__all__ = ["METHODS", "Elsewhere", "a_kind", "catching", "closest", "no_such_name", "with_article"]

AnyCallable = TypeVar("AnyCallable", bound=Callable[..., Any])

# Methods and attributes of PyTorch's tensors and micrograd's values: ours, or (with a blank in it) what to do.
METHODS = {
    **dict.fromkeys(("view", "view_as", "reshape_as", "flatten"), "reshape"),
    **dict.fromkeys(("permute", "swapaxes"), "transpose"),
    **dict.fromkeys(("to", "type", "half"), "astype"),
    **dict.fromkeys(("double", "float64"), "x.astype(np.float64)"),
    **dict.fromkeys(("float", "float32"), "x.astype(np.float32), or x.item() for a Python float"),
    **dict.fromkeys(("int", "long", "bool"), "no type for gradients: x.data.astype(int) is NumPy's array"),
    **dict.fromkeys(("cpu", "cuda"), "nothing to do: arrays are NumPy's, in the memory of this process"),
    **dict.fromkeys(("clone", "contiguous"), "x + 0 for a new node, or x.detach() for a constant of its own"),
    **dict.fromkeys(("add_", "sub_", "mul_", "div_", "copy_", "fill_"), "`with ag.no_grad():` and +=, -=, x[...] = …"),
    **dict.fromkeys(("softmax", "log_softmax", "logsumexp", "norm", "std", "var"), "a function: ag.{name}(x)"),
    **dict.fromkeys(("grad_fn", "_backward"), "x.rule, the entry of the rule book that made it (print(x.rule))"),
    **dict.fromkeys(
        [
            "shape",
            "ndim",
            "size",
            "dtype",
            "T",
            "sum",
            "mean",
            "max",
            "min",
            "reshape",
            "transpose",
            "astype",
            "tolist",
            "dot",
        ],
        "Tensors have it; a Value is one number, x.data",
    ),
    "numpy": "x.data, the number",
    **dict.fromkeys(("children", "prev"), "parents"),
    "op": "the name of what made it: x.rule.name",
    "backwards": "backward",
    "gradient": "grad",
    **dict.fromkeys(("val", "value", "values"), "data"),
    "append": "a function: ag.concatenate([a, b])",
    **dict.fromkeys(("numel", "nelement"), "x.size of an array"),
    **dict.fromkeys(("expand", "expand_as"), "a function: ag.broadcast_to(x, shape), or leave it out"),
    **dict.fromkeys(("chunk", "split"), "a function: np.split(x, parts, axis)"),
    **dict.fromkeys(("masked_fill", "masked_fill_"), "a function: ag.where(mask, number, x)"),
    "eq": "x == y",
    "gather": "a function: ag.take_along_axis(x, index, axis)",
    "ndimension": "ndim",
    "pow": "x ** n",
    "t": "T",
    "topk": "np.argsort(x.data)[..., ::-1][..., :k], and x[…] of it",
    "clamp": "clip",
    "cat": "a function: ag.concatenate([a, b])",
    "dim": "ndim",
    "matmul": "a @ b",
    "mm": "a @ b",
    "requires_grad_": "an attribute: x.requires_grad = True",
    "retain_grad": "nothing to do: every node keeps its gradient",
    "unsqueeze": "a function: ag.expand_dims(x, axis)",
    "zero_": "x.grad = None before the next backward pass, or optimizer.zero_grad()",
    "zero_grad": "x.grad = None for one node; optimizers and models have zero_grad()",
}


def no_such_name(owner: str, short: str, name: str, names: Iterable[str], words: Mapping[str, str]) -> AttributeError:
    """The error for a name that a module does not have.

    Args:
        owner: What does not have it, as the message calls it.
        short: How it is imported in examples, e.g. ``"ag"``.
        name: The name that was asked for.
        names: All that it has.
        words: Names from elsewhere, each with ours for it, or (with a blank in it) with what to do.

    Example:
        >>> no_such_name("module 'nn'", "nn", "MSELoss", ["mse"], {"MSELoss": "mse"})
        AttributeError("module 'nn' has no attribute 'MSELoss': did you mean nn.mse?")
    """
    # Private names are asked for by tools that look for what may not be there, not mistyped by people.
    meant = words.get(name) or (None if name.startswith("_") else closest(name, names))
    if meant is None:
        return AttributeError(f"{owner} has no attribute {name!r}")
    hint = meant.format(name=name) if " " in meant else f"did you mean {short}.{meant}?"
    return AttributeError(f"{owner} has no attribute {name!r}: {hint}")


class Elsewhere:
    """An attribute that objects have in other libraries alone: whoever asks for it is told our word.

    One for each name, since a ``__getattr__`` would cost every look at every attribute its short cut in CPython.
    """

    def __init__(self, name: str, short: str, words: Mapping[str, str]) -> None:
        self.name, self.short, self.words = name, short, words

    def __get__(self, instance: Any, kind: type) -> NoReturn:
        raise no_such_name(with_article(kind.__name__), self.short, self.name, (), self.words)


def closest(name: str, names: Iterable[str]) -> str | None:
    """The name that is most like another one, if any is."""
    from difflib import get_close_matches  # used once, when something went wrong

    plain: dict[str, str] = {}
    for candidate in names:
        plain.setdefault(candidate.lower(), candidate)
    found = get_close_matches(name.lower(), plain, n=1, cutoff=0.7)
    return plain[found[0]] if found else None


def catching(function: AnyCallable) -> AnyCallable:
    """Leave out of a function's signature the ``**words`` by which it catches other libraries' keyword arguments.

    For functions that are called too often for `autograd.arguments.explained`; each hands what it caught to
    `autograd.suggest.refuse_keywords`.
    """
    signature = inspect.signature(function)
    known = [parameter for parameter in signature.parameters.values() if parameter.kind is not parameter.VAR_KEYWORD]
    function.__signature__ = signature.replace(parameters=known)  # type: ignore[attr-defined]
    return function


def a_kind(x: object) -> str:
    """The kind of an object as a message names it.

    Example:
        >>> a_kind(3), a_kind([])
        ('an int', 'a list')
    """
    return with_article(type(x).__name__)


def with_article(name: str) -> str:
    """A name behind its article, as it is spoken.

    Example:
        >>> with_article("MLP"), with_article("LSTM"), with_article("Linear"), with_article("Embedding")
        ('an MLP', 'an LSTM', 'a Linear', 'an Embedding')
    """
    spelt = name[:2].isupper() and name[0] in "AEFHILMNORSX"
    return f"{'an' if spelt or name.lower().startswith((*'aeio', 'nd')) else 'a'} {name}"
