"""What to say to a name that nobody here answers to: the word of this project for it, or the name it resembles."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

from autograd.elsewhere import METHODS, Elsewhere, catching, closest, no_such_name

__all__ = [
    "METHODS",
    "WORDS",
    "Elsewhere",
    "catching",
    "closest",
    "meant",
    "no_such_name",
    "refuse_call",
    "refuse_keywords",
]

# Names of other libraries in the place of `autograd`'s: ours, or (with a blank in it) what to do.
WORDS = {
    **dict.fromkeys(("tensor", "array", "asarray", "from_numpy"), "Tensor"),
    **dict.fromkeys(("value", "variable", "Variable", "Var"), "Value"),
    **dict.fromkeys(
        ("zeros", "ones", "randn", "rand", "arange", "linspace", "eye", "full", "zeros_like", "ones_like"),
        "make it by NumPy, as in ag.Tensor(np.zeros(3))",
    ),
    **dict.fromkeys(("argmax", "argmin", "argsort", "float32", "float64", "int64"), "NumPy's: np.{name}"),
    **dict.fromkeys(("device", "cuda"), "nothing to choose: arrays are NumPy's, in the memory of this process"),
    "set_grad_enabled": "with ag.no_grad():, and with ag.enable_grad(): within it",
    **dict.fromkeys(("primitive", "defvjp", "Function"), "a rule of your own: from autograd.extend import primitive"),
    **dict.fromkeys(("stop_gradient", "detach"), "a method stops gradients: x.detach()"),
    **dict.fromkeys(("nn", "optim"), "networks are a package of their own: import nn"),
    **dict.fromkeys(
        ("Adam", "Linear", "MLP", "Module", "SGD", "Sequential", "Trainer", "estimator", "lint", "load", "mse", "save"),
        "of networks: import nn; nn.{name}",
    ),
    "manual_seed": "seeds are arguments, as in nn.Linear(4, 3, seed=0), or np.random.default_rng(0)",
    **dict.fromkeys(("jacrev", "jacfwd"), "jacobian"),
    "backward": "a method computes gradients: y.backward()",
    "cat": "concatenate",
    "check_grads": "from autograd.test_util import check_grads",
    "clamp": "clip",
    "cross_entropy": "softmax_cross_entropy",
    "draw_dot": "draw",
    "gradient": "gradients",
    "inference_mode": "no_grad",
    "is_grad_enabled": "is_recording",
    "jit": "compile",
    "mm": "matmul",
    "permute": "transpose",
    "pow": "power",
    "unsqueeze": "expand_dims",
    "vmap": "functions take whole arrays, and ag.Program's batch runs one for many examples",
}

MOST_NAMES = 14  # in a message

# Keyword arguments that mean the same, here and elsewhere: of each line, ours is the first that is taken.
SAME = [
    line.split()
    for line in """
        learning_rate_init learning_rate lr eta step_size
        axis axes dim dims
        keepdims keepdim
        epochs max_iter nb_epoch n_epochs num_epochs nb_epochs steps n_iter iterations
        random_state seed rng key
        hidden_layer_sizes sizes nouts hidden hidden_sizes layers hidden_dim
        alpha weight_decay decay l2
        solver optimizer opt
        progress verbose
        label name
        engine backend
        path filename file fname
        fun function f func fn
        low min a_min
        high max a_max
        ord p
        most max_norm clip_value
        nonlin activation
        folder filepath log_dir
    """.strip().splitlines()
]

# Keyword arguments of PyTorch, Keras and scikit-learn: our word, or what to do.
KEYWORDS = {
    "callback": "callbacks",
    "metric": "metrics",
    "loss_fn": "loss",
    "criterion": "loss",
    "beta1": "betas=(0.9, 0.999), both at once",
    "beta2": "betas=(0.9, 0.999), both at once",
    "eps": "epsilon",
    "rate": "p",
    "drop_prob": "p",
    "negative_slope": "slope",
    "in_channels": "in_features",
    "out_channels": "out_features",
    "units": "out_features",
    "retain_graph": "nothing: a graph stays until nobody holds it, so leave it out",
    "grad_tensors": "gradient",
    "argnums": "argnum",
    "inputs": "ag.gradients(y, [a, b]), which leaves every .grad alone",
    "requires_gradient": "requires_grad",
    **dict.fromkeys(("callbacks", "metrics", "optimizer", "loss"), "an argument of nn.Trainer"),
    "learning_rate": "an argument of the optimizer, nn.Adam(model.parameters(), learning_rate=0.01)",
    "step_size": "every",
    "gamma": "factor",
    **dict.fromkeys(("T_max", "total_steps"), "total"),
    "T_0": "length",
    "T_mult": "growth",
    "eta_min": "lowest=, as a share of the learning rate",
    "padding_mode": "nothing: what is padded is 0, so leave it out",
    "input_size": "sample",
    "inplace": "nothing: no layer changes its input, so leave it out",
    "test_size": "test_fraction",
    "num_workers": "nothing: batches are cut in this process, so leave it out",
    "pin_memory": "nothing: there is no device to copy to, so leave it out",
    "device": "nothing: arrays are NumPy's, so leave it out",
    "dtype": "nothing: results are of the dtype of what they are made of, and x.astype(np.float32) is of another",
    "from_logits": "nothing: outputs are logits, so leave it out",
    **dict.fromkeys(("mean", "std", "stddev"), "np.random.normal(mean, std, shape)"),
    "set_to_none": "nothing: gradients are None afterwards, so leave it out",
    "training": "model.train() and model.eval()",
    "strict": "model.load_state_dict(model.state_dict() | part) for a part",
    "closure": "nothing: call loss.backward() first, or take nn.LBFGS",
    "recurse": "nothing: those of modules below are among them, so leave it out",
    "batch_size": "nothing: leave it out",
    **dict.fromkeys(("dynamic", "fullgraph", "static_argnums"), "nothing: leave it out"),
    **dict.fromkeys(("_children", "_op"), "nothing: operators write them down"),
}


def meant(word: str, known: Iterable[str]) -> str | None:
    """Which of some names a word of another library stands for, or what to do (with a blank in it), or nothing.

    Example:
        >>> meant("lr", ["learning_rate", "momentum"]), meant("hiden", ["hidden"])
        ('learning_rate', 'hidden')
    """
    known = list(known)
    same = [word, *(other for line in SAME if word in line for other in line)]
    found = [other for other in same if other in known] + [KEYWORDS[other] for other in same if other in KEYWORDS]
    ours = found[0] if found else None
    return ours if ours is not None and (" " in ours or ours in known) else closest(word, known)


def refuse_keywords(function: str, given: Iterable[str], known: Iterable[str]) -> NoReturn:
    """Raise for keyword arguments that a function does not take.

    Raises:
        TypeError: Always, with our word for the first of them.
    """
    word, known = next(iter(given)), list(known)
    ours = meant(word, known)
    if ours is None:
        hint = f"it takes {_some(known)}" if known else "it takes none"
    else:
        hint = f"here that is {ours}" if " " in ours else f"here it is called {ours}="
    raise TypeError(f"{function}() takes no argument {word!r}: {hint}") from None


def _some(names: list[str]) -> str:
    return ", ".join([*names[:MOST_NAMES], *["…"][: len(names) > MOST_NAMES]])


def _refuse_positions(shown: str, first: list[str], parameters: list[inspect.Parameter]) -> NoReturn:
    named = _some([f"{each.name}=" for each in parameters if each.kind is each.KEYWORD_ONLY])
    hint = f"; name the others: {named}" if named else ""
    if not first and any(each.kind is each.VAR_KEYWORD for each in parameters):
        raise TypeError(f"{shown} takes its arguments by name") from None
    if not first:
        raise TypeError(f"{shown} takes no arguments{' by position' if named else ''}{hint}") from None
    raise TypeError(
        f"{shown} takes {len(first)} argument{'s' * (len(first) != 1)} by position, {', '.join(first)}{hint}"
    ) from None


_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
# What Python says of a call that does not fit a signature.
_SURPLUS = r"takes .*positional arguments? .*but"
_UNKNOWN = r"unexpected keyword argument '(\w+)'"
_TWICE = r"multiple values for argument '(\w+)'"
_LACKING = r"missing \d+ required .*argument"


def refuse_call(error: BaseException, function: Callable[..., Any], args: Sequence[Any], named: Iterable[str]) -> None:
    """Say in our words what Python said of a call that does not fit a function's signature.

    Args:
        error: What was caught by the function that called.
        function: What was called.
        args: By position.
        named: The names of the others.

    Raises:
        TypeError: Python did not come to run the function.
    """
    if error.__traceback__ is None or error.__traceback__.tb_next is not None:
        return  # an error within
    if not (inspect.isfunction(function) or inspect.ismethod(function)):
        return  # a network's forward may be any callable, which says by itself what it takes
    message = str(error)
    parameters = list(inspect.signature(function).parameters.values())
    names = [each.name for each in parameters]
    own = [each for each in parameters if each.name not in ("self", "cls")]
    owner, _, method = function.__qualname__.rpartition(".")
    if names[:1] == ["self"] and args:  # by its own class, not by the one that defines the method
        owner = type(args[0]).__name__
    shown = owner if method == "__init__" else f"{owner}.{method}" if owner and "<" not in owner else method
    first = [each.name for each in own if each.kind is each.POSITIONAL_OR_KEYWORD]
    if twice := re.search(_TWICE, message):
        place = names.index(twice[1])
        hint = "; arrays that belong together go in as one, (x, y)" * hasattr(args[place], "shape")
        raise TypeError(f"{shown} got {twice[1]} twice, as argument {place} and by name{hint}") from None
    if unknown := re.search(_UNKNOWN, message):
        refuse_keywords(shown, [unknown[1]], [each.name for each in own if each.kind is not each.VAR_KEYWORD])
    if re.search(_SURPLUS, message):
        _refuse_positions(shown, first, own)
    if re.search(_LACKING, message):
        given = {*names[: len(args)], *named}
        needed = [each for each in own if each.default is each.empty and each.kind in _NAMED]
        lacking = [each.name for each in needed if each.name not in given]
        if not lacking:
            return  # of a function whose signature is another's
        needs = [each.name if each.name in first else f"{each.name}=…" for each in needed]
        rest = ", …" * (len(needs) < len(own))
        raise TypeError(f"{shown} lacks {' and '.join(filter(None, (', '.join(lacking[:-1]), lacking[-1])))}: "
                        f"call {shown}({', '.join(needs)}{rest})") from None  # fmt: skip
