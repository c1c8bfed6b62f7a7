"""Where this engine means to differ from PyTorch: one table, a reason each, and PyTorch made to follow it.

A difference is not loosened away: the program is run again by PyTorch with these words in place of its own, and the
answer must be that one, to the same tolerance.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from tests.fuzz import by_torch
from tests.fuzz.by_torch import array

# What is decided, and why.
POLICY = {
    "not taken": (
        "Below a choice (where, maximum, clip, relu, an index) a zero upstream gradient stays zero through every "
        "elementwise function, also where its derivative is infinite or NaN: a branch that was not taken has no "
        "say (docs/subgradients.md). PyTorch computes 0 * inf = NaN. Elsewhere it is NaN with us, too, also below "
        "x ** 0, which PyTorch takes for a choice."
    ),
    "power 0": (
        "x ** 0 is 1 for every x, and flat there to all orders; PyTorch's second derivative at x = 0 is 0 * inf ="
        " NaN. And 0 ** b stays 0 as b moves. As b moves from 0, the slope of a ** b for a is b / a, which PyTorch "
        "masks; for negative a there is no a ** b beside b = 0, and second derivatives are not compared."
    ),
    "piecewise constant": (
        "floor, sign and their kin are constants to the graph, so that no gradient reaches what is below them; "
        "PyTorch sends a zero on, which becomes NaN at an infinite derivative."
    ),
    "sign of NaN": "NumPy's sign of NaN is NaN; PyTorch's is 0.",
    "tails": (
        "The slope of tanh far out is 4 exp(-2 |x|), that of sigmoid exp(-|x|), and that of expm1 far down exp(x), as "
        "small as they are, and so is log softmax of the largest logit; PyTorch takes them from the result, 1 - y**2, "
        "y * (1 - y) and y + 1, or x - logsumexp x, which is 0 or a few times the last place of 1."
    ),
    "NaN in a choice": (
        "Of two numbers of which one is NaN, neither is the larger: the result is NaN and says so, and no "
        "gradient flows. PyTorch hands the gradient to either or to both, depending on the function. Between two "
        "numbers (clip), NaN passes as what is inside does."
    ),
    "infinite logits": (
        "log softmax x is x - logsumexp x with logsumexp x = inf where a logit is: finite logits get minus "
        "infinity, and a share of 0; PyTorch computes inf - inf."
    ),
    "logarithms of nothing": (
        "Where all entries are minus infinity, logsumexp has slopes of 0 (docs/subgradients.md); PyTorch and JAX "
        "compute inf - inf."
    ),
    "weight 0": (
        "A class of which a soft target says nothing adds nothing to a cross-entropy, even where its logit is minus "
        "infinity."
    ),
    "singular": (
        "A second derivative that PyTorch finds to be NaN (0 ** b near 0, a root at 0) is not compared in that "
        "entry; the first is."
    ),
    "beyond": (
        "Where the value itself is infinite or NaN, a NaN in its gradient stands for nothing in particular, so "
        "entries that are NaN on either side are not compared; numbers are. Where the value is finite, every NaN "
        "counts."
    ),
    "single": (
        "The judge works in double precision. In a program in single precision it is not asked where finite numbers "
        "over- or underflow, squares on the way included, nor for powers with exponents above 2**23, which in single "
        "precision are whole."
    ),
    "infinite direction": (
        "A product with a Jacobian is a sum of products, of which some are 0 * inf where the direction is infinite; "
        "the judge multiplies the slope at the end. So a value is not compared where an operand of vjp, jvp or hvp is, "
        "or a factor within a derivative."
    ),
    "small lists": (
        "The softmax and log softmax of a short list of Values no larger than 16 are recorded without subtracting the "
        "largest first; so a program from such a graph is not compared where one is above 100 (docs/sweep.md)."
    ),
    "Jacobian of nothing": (
        "The Jacobian at an array without entries has none, and depends on nothing; a program from such a graph is "
        "refused."
    ),
    "two to one": (
        "Where none of these words says why PyTorch differs, and JAX, if it is installed, says what we do, PyTorch is "
        "outvoted."
    ),
    "range": (
        "PyTorch's formulas over- and underflow in between (1 / x**2 at 1e300 or 1e-300), and ours elsewhere; so "
        "first derivatives are compared where all numbers of a program lie between 1e-150 and 1e150 in size, "
        "second ones between 1e-75 and 1e75 (single precision: 1e-18 and 1e18, 1e-9 and 1e9), zeros and "
        "infinities apart. Values are compared everywhere."
    ),
}

ELEMENTWISE = (
    "absolute", "square", "sqrt", "exp", "expm1", "log", "log1p", "sin", "cos", "tan", "arctan", "tanh", "sigmoid",
    "softplus", "negative", "add", "subtract", "multiply", "divide",
)  # fmt: skip


def _not_taken(function: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    """A zero upstream gradient stays zero, entry by entry."""

    def guarded(*operands: Any) -> torch.Tensor:
        xs = [array(x) for x in operands]
        shape = torch.broadcast_shapes(*(x.shape for x in xs))
        own = [x.expand(shape) * 1.0 for x in xs]
        y = function(*own)
        upstream: list[torch.Tensor] = []
        if y.requires_grad:
            y.register_hook(upstream.append)
            for x in own:
                if x.requires_grad:
                    x.register_hook(lambda g: torch.where((upstream[-1] == 0) & g.isnan(), 0.0, g))
        return y

    return guarded


def _power(a: Any, b: Any) -> torch.Tensor:
    a, b = torch.broadcast_tensors(array(a), array(b))
    flat = (b == 0) & ((a == 0) | ~a.isfinite())
    # 0, with a slope of 0, which times NaN is NaN: for tanh also at infinity.
    none = 0.0 * torch.where(b != 0, 0.0, torch.where(a.isfinite(), a, torch.tanh(torch.where(a.isinf(), a, 0.0))))
    y = by_torch.power(torch.where(flat, 1.0, a), torch.where(a == 0, b.detach(), b)) + none
    whole = (b == 0) & (a > 0) & a.isfinite()  # PyTorch has no ∂²/∂a∂b there
    return torch.where(whole, torch.exp(torch.where(whole, b, 1.0) * torch.log(torch.where(whole, a, 1.0))) + none, y)


def _tanh(x: Any) -> torch.Tensor:
    x = array(x)
    far = torch.where(x.abs() < 1, 1.0, x.abs())
    rest = torch.exp(-2 * far)
    return torch.where(x.abs() < 1, by_torch.tanh(x), torch.where(x < 0, -1.0, 1.0) * (1 - rest) / (1 + rest))


def _sigmoid(x: Any) -> torch.Tensor:
    x = array(x)
    near, far = torch.exp(torch.where(x < 0, x, 0.0)), torch.exp(-torch.where(x >= 0, x, 0.0))
    return torch.where(x < 0, near / (1 + near), 1 / (1 + far)) + 0.0 * torch.where(x.isnan(), x, 0.0)


def _extreme(function: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    """What is not the largest has no say."""

    def reduce(x: Any, axis: Any = None, keepdims: bool = False) -> torch.Tensor:
        x = array(x)
        return function(torch.where(x == function(x, axis, True), x, x.detach()), axis, keepdims)

    return reduce


def _log_softmax(x: Any, axis: int = -1) -> torch.Tensor:
    x = array(x)
    if not x.ndim:
        return x - by_torch.logsumexp(x)
    finite = torch.isfinite(x.amax(axis, True))
    inside, outside = torch.where(finite, x, 0.0), torch.where(finite, 0.0, x)
    place = x.argmax(axis, True)
    shifted = inside - torch.gather(inside, axis, place)
    others = torch.exp(shifted).scatter(axis, place, torch.zeros_like(x)).sum(axis, True)
    return torch.where(finite, shifted - torch.log1p(others), outside - by_torch.logsumexp(outside, axis, True))


def _total(x: Any, axis: Any = None, keepdims: bool = False) -> torch.Tensor:
    x = array(x)
    nothing = (x == -torch.inf) if not x.ndim or not x.numel() else (by_torch.max(x, axis, True) == -torch.inf)
    return by_torch.logsumexp(torch.where(nothing, x.detach(), x), axis, keepdims)


def _expm1(x: Any) -> torch.Tensor:
    x = array(x)
    return torch.where(x < -1, torch.exp(torch.where(x < -1, x, -1.0)) - 1, by_torch.expm1(x))


def _choice(function: Callable[..., torch.Tensor]) -> Callable[..., torch.Tensor]:
    def chosen(a: Any, b: Any) -> torch.Tensor:
        y = function(a, b)
        return torch.where(y.isnan(), y.detach(), y)

    return chosen


def _cross_entropy(logits: Any, targets: Any) -> torch.Tensor:
    if np.shape(targets) == np.shape(logits):
        shares = torch.where(array(targets) == 0, 0.0, array(targets) * WORDS.log_softmax(logits))
        return -shares.sum(-1)
    right = torch.gather(array(logits), -1, torch.tensor(np.asarray(targets))[..., None])[..., 0]
    return by_torch.logsumexp(logits, -1) - right


WORDS = SimpleNamespace(**{name: value for name, value in vars(by_torch).items() if not name.startswith("__")})
WORDS.tanh, WORDS.expm1, WORDS.sigmoid = _tanh, _expm1, _sigmoid
for _name in ("sign", "floor", "ceil", "rint", "trunc"):
    setattr(WORDS, _name, lambda x, name=_name: getattr(by_torch, name)(array(x).detach()))
_sign = WORDS.sign
WORDS.sign = lambda x: torch.where(array(x).isnan(), array(x).detach(), _sign(x))
WORDS.relu = lambda x: torch.where(array(x).isnan(), array(x).detach(), by_torch.relu(x))
WORDS.clip = lambda x, low, high: torch.where(array(x).isnan(), array(x), by_torch.clip(x, low, high))
WORDS.log_softmax = _log_softmax
WORDS.softmax = lambda x, axis=-1: WORDS.exp(WORDS.log_softmax(x, axis))
WORDS.logsumexp = _total
WORDS.max, WORDS.min = _extreme(by_torch.max), _extreme(by_torch.min)
WORDS.cross_entropy = _cross_entropy
WORDS.maximum, WORDS.minimum = _choice(by_torch.maximum), _choice(by_torch.minimum)
UNGUARDED = SimpleNamespace(**vars(WORDS))
UNGUARDED.power = _power
for _name in ELEMENTWISE:
    setattr(WORDS, _name, _not_taken(getattr(WORDS, _name)))
WORDS.power = _not_taken(_power)
WORDS.slope = lambda function, x: _not_taken(lambda z: by_torch.slope(function, z))(x)


def limits(part: str, narrow: bool) -> tuple[float, float]:
    """Between which sizes all numbers of a program are to lie, for this part of its answer to be compared."""
    exponent = {"value": 400, "gradient": 150, "second": 75}[part]
    if narrow and part != "value":
        exponent = {"gradient": 18, "second": 9}[part]
    return 10.0**-exponent if exponent < 400 else 0.0, 10.0**exponent if exponent < 400 else float("inf")
