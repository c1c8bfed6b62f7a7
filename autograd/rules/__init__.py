"""The rule book: every primitive once, with its derivative for each parent.

Read it like the table of derivatives at the back of a calculus textbook:

* `autograd.rules.arithmetic`: + − × ÷, powers, exponentials, trigonometry, choosing
* `autograd.rules.activations`: sigmoid, softplus, relu
* `autograd.rules.reductions`: sums, means, extremes, softmax
* `autograd.rules.shaping`: reshape, transpose, broadcast, index, join
* `autograd.rules.products`: matrix products, the layers and losses that are one node each

Where a function has no derivative (a kink), one subgradient is chosen and written in the entry's ``kink``; where a
branch was not taken (``where``, ``maximum``, ``clip``, an index), its gradient is zero through every elementwise function,
even if the derivative inside the branch is infinite or NaN.
"""

from autograd.rules import activations, arithmetic, products, reductions, shaping
from autograd.rules.primitive import BOOK, Primitive

__all__ = ["BOOK", "Primitive", "activations", "arithmetic", "products", "reductions", "shaping"]
