"""The rule book: every primitive once, with its derivative for each parent.

Read it like the table of derivatives at the back of a calculus textbook:

* `autograd.rules.arithmetic`: comparisons, + − × ÷, powers, choosing
* `autograd.rules.exponentials`, `autograd.rules.trigonometry`: exponentials and logarithms; angles
* `autograd.rules.activations`: sigmoid, softplus, relu and its relatives
* `autograd.rules.reductions`: sums, means, extremes, softmax
* `autograd.rules.shaping`: reshape, transpose, broadcast, index, join
* `autograd.rules.products`: matrix products, and the layers that are one node each
* `autograd.rules.losses`: cross-entropy
* `autograd.rules.convolutions`: convolutions, the largest of each window
* `autograd.rules.selection`: sorting, taking entries at computed positions
* `autograd.rules.linear_algebra`: sums of products, inverses, determinants, decompositions
* `autograd.rules.special`: Bessel functions
* `autograd.rules.complex`, `autograd.rules.complex_matrices`: functions of complex numbers that are not analytic
* `autograd.rules.fourier`: Fourier transforms

Where a function has no derivative (a kink), one subgradient is chosen and written in the entry's ``kink``; where a
branch was not taken (``where``, ``maximum``, ``clip``, an index), its gradient is zero through every elementwise function,
even if the derivative inside the branch is infinite or NaN.
"""

from autograd.rules import activations, arithmetic, exponentials, losses, products, reductions, shaping, trigonometry
from autograd.rules.primitive import BOOK, Primitive

# The chapters that are read at once; all functions of floats stand in these.
MODULES = (exponentials, arithmetic, trigonometry, activations, reductions, shaping, products, losses)
BOOK.unread = (
    "autograd.rules.selection",
    "autograd.rules.convolutions",
    "autograd.rules.linear_algebra",
    "autograd.rules.special",
    "autograd.rules.complex_matrices",
)

__all__ = ["BOOK", "MODULES", "Primitive"]
