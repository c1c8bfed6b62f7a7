"""The rule book for complex numbers.

The gradient of a real number L for z = x + iy is ∂L/∂x − i ∂L/∂y, as in HIPS autograd, so that z + dz changes L by
Re(g · dz). Then the rules of an analytic function hold as they stand, and so do those of what is linear, with transposes
that conjugate nothing; where a parent is real, the engine takes the real part of its share. Such entries say
``analytic=True`` where they stand. Here are those of the functions that are not analytic, each in the place of the
entry of the book that has the same meaning for real numbers, if there is one. An entry that is neither refuses
complex numbers. Matrices are in `autograd.rules.complex_matrices`.

(JAX's convention is this one, too; PyTorch's gradient is the conjugate, ∂L/∂x + i ∂L/∂y.)
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.rules import arithmetic, forwards, reductions, trigonometry
from autograd.rules.arithmetic import direction
from autograd.rules.primitive import COMPLEX_BOOK, Primitive
from autograd.rules.ready import Vjp
from autograd.rules.reductions import restore

__all__ = ["angle", "conj", "imag", "modulus", "real"]


def of_complex(
    name: str, array: Callable[..., Any], *vjps: Vjp, place_of: Primitive | None = None, **details: Any
) -> Primitive:
    """Enter a function of complex numbers, in the place of an entry of the book perhaps."""
    entry = COMPLEX_BOOK[name] = Primitive(name, array, vjps, analytic=True, **details)
    entry.__name__ = entry.__qualname__ = name
    entry.__module__ = vjps[0].__module__
    if place_of is not None:
        place_of.of_complex = entry
    return entry


# ---- parts and sizes -----------------------------------------------------------------------------------------------

# A real result: the real part of what a rule makes of a tangent is its tangent, and the engine takes it.
real = of_complex(
    "real", lambda x: np.array(np.real(x)), lambda g, y, x: g, elementwise=True, symbol="Re", doc="y = Re x"
)
imag = of_complex(
    "imag", lambda x: np.array(np.imag(x)), lambda g, y, x: -1j * g, elementwise=True, symbol="Im", doc="y = Im x"
)
conj = of_complex("conj", np.conjugate, lambda g, y, x: conj(g), elementwise=True, symbol="x̄", doc="y = Re x − i Im x")

angle = of_complex(
    "angle", lambda x: np.angle(x),
    lambda g, y, x: trigonometry.turn(-1j * g, conj(x), modulus(x)),
    elementwise=True, symbol="arg", doc="y = Im ln x", kink="x = 0: 0",
)  # fmt: skip

modulus = of_complex(
    "modulus", np.absolute,
    lambda g, y, x: g * direction(conj(x), y),
    place_of=arithmetic.absolute, elementwise=True, symbol="|x|", doc="y = |x|", kink="x = 0: 0",
)  # fmt: skip

length = of_complex(
    "length", forwards.norm,
    lambda g, y, x, axis, keepdims: restore(g, x, axis) * direction(conj(x), restore(y, x, axis)),
    place_of=reductions.norm, symbol="‖x‖", reduces=True, doc="y = √Σ |xᵢ|²", kink="x = 0: 0",
)  # fmt: skip

# ---- inverse functions of several branches -------------------------------------------------------------------------

# On a cut the sign of a zero says which side is meant, and is lost in 1 − x²; the value has kept it.
of_complex(
    "arcsin_of_complex", np.arcsin, lambda g, y, x: g / trigonometry.cos(y),
    place_of=trigonometry.arcsin, elementwise=True, symbol="arcsin", doc="y = arcsin x",
)  # fmt: skip
of_complex(
    "arccos_of_complex", np.arccos, lambda g, y, x: -g / trigonometry.sin(y),
    place_of=trigonometry.arccos, elementwise=True, symbol="arccos", doc="y = arccos x",
)  # fmt: skip
of_complex(
    "arcsinh_of_complex", np.arcsinh, lambda g, y, x: g / trigonometry.cosh(y),
    place_of=trigonometry.arcsinh, elementwise=True, symbol="arcsinh", doc="y = arsinh x",
)  # fmt: skip
of_complex(
    "arccosh_of_complex", np.arccosh, lambda g, y, x: g / trigonometry.sinh(y),
    place_of=trigonometry.arccosh, elementwise=True, symbol="arccosh", doc="y = arcosh x",
)  # fmt: skip
