"""A user's own primitives: functions that are not looked into, and their derivatives.

Good for functions that call other libraries, and where a derivative is known that is faster or more accurate than the
one through every operation. A primitive is a function with a decorator, and one rule for each argument, said in HIPS
autograd's words or directly:

* ``defvjp(f, maker)``: ``maker(ans, *args, **kwargs)`` gives a function of g;
* ``defrule(f, rule)``: ``rule(g, y, *args, **kwargs)``, like an entry of this project's own rule book.

Either is the vector-Jacobian product for one argument x: from g = ∂L/∂y, the gradient of some final number L for the
result y, it makes gᵀ(∂y/∂x), the gradient of L for x, of x's shape. For derivatives of higher order it must itself be
written in functions that have derivatives: operators, `autograd.numpy`, other primitives.
`autograd.test_util.check_grads` tells whether it is right.

Example:
    >>> import autograd.numpy as np
    >>> from autograd import grad
    >>> @primitive
    ... def logsumexp(x):
    ...     top = np.max(x)
    ...     return top + np.log(np.sum(np.exp(x - top)))
    >>> defvjp(logsumexp, lambda ans, x: lambda g: g * np.exp(x - ans))
    >>> grad(logsumexp)(np.array([0.0, 0.0, 1000.0]))
    array([0., 0., 1.])
"""

from autograd.extend.checkpoints import checkpoint
from autograd.extend.own import OwnPrimitive
from autograd.extend.rules import (
    def_linear,
    defjvp,
    defjvp_argnum,
    defjvp_argnums,
    defrule,
    defvjp,
    defvjp_argnum,
    defvjp_argnums,
    notrace_primitive,
    primitive,
)
from autograd.functional.spaces import VSpace, vspace

__all__ = [
    "OwnPrimitive",
    "VSpace",
    "checkpoint",
    "def_linear",
    "defjvp",
    "defjvp_argnum",
    "defjvp_argnums",
    "defrule",
    "defvjp",
    "defvjp_argnum",
    "defvjp_argnums",
    "notrace_primitive",
    "primitive",
    "vspace",
]
