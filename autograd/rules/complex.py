"""The rule book for complex numbers.

The gradient of a real number L for z = x + iy is ∂L/∂x − i ∂L/∂y, as in HIPS autograd, so that z + dz changes L by
Re(g · dz). Then the rules of an analytic function hold as they stand, and so do those of what is linear, with transposes
that conjugate nothing; where a parent is real, the engine takes the real part of its share. Such entries say
``analytic=True`` where they stand. Here are those of the functions that are not analytic, each in the place of the
entry of the book that has the same meaning for real numbers, if there is one. An entry that is neither refuses
complex numbers.

(JAX's convention is this one, too; PyTorch's gradient is the conjugate, ∂L/∂x + i ∂L/∂y.)
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from autograd.rules import arithmetic, forwards, linear_algebra, reductions, trigonometry
from autograd.rules.arithmetic import equal, where
from autograd.rules.linear_algebra import _as_matrix, _over_matrix, inv, row, rows, tril, tril_and_triu
from autograd.rules.primitive import COMPLEX_BOOK, Primitive
from autograd.rules.products import matmul, matrix_transpose
from autograd.rules.ready import Vjp
from autograd.rules.reductions import restore
from autograd.rules.shapes import shape

__all__ = ["angle", "conj", "eig", "imag", "modulus", "real"]


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
    lambda g, y, x: where(equal(x, 0), 0.0, -1j * g / where(equal(x, 0), 1.0, x)),
    elementwise=True, symbol="arg", doc="y = Im ln x", kink="x = 0: 0",
)  # fmt: skip

modulus = of_complex(
    "modulus", np.absolute,
    lambda g, y, x: g * (conj(x) / where(equal(y, 0), 1.0, y)),
    place_of=arithmetic.absolute, elementwise=True, symbol="|x|", doc="y = |x|", kink="x = 0: 0",
)  # fmt: skip

length = of_complex(
    "length", forwards.norm,
    lambda g, y, x, axis, keepdims: restore(g, x, axis) * (conj(x) / reductions._or_one(restore(y, x, axis))),
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

# ---- determinants --------------------------------------------------------------------------------------------------

of_complex(
    "det_of_complex", lambda x: np.linalg.det(x),
    lambda g, y, x: _as_matrix(g * y) * matrix_transpose(inv(x)),
    jvp=lambda t, y, x: y * _over_matrix(t * matrix_transpose(inv(x))),
    place_of=linear_algebra.det, symbol="det", doc="y = det X",
)  # fmt: skip

of_complex(
    "det_sign_of_complex", lambda x: np.linalg.slogdet(x)[0],
    lambda g, y, x: _as_matrix(real(1j * g * y)) * (-1j * matrix_transpose(inv(x))),
    jvp=lambda t, y, x: 1j * y * imag(_over_matrix(t * matrix_transpose(inv(x)))),
    place_of=linear_algebra.det_sign, symbol="det_sign", doc="y = det X / |det X|",
)  # fmt: skip

# ---- decompositions ------------------------------------------------------------------------------------------------


def adjoint(x: Any) -> Any:
    """The conjugate transpose of the last two axes."""
    return conj(matrix_transpose(x))


def _diagonal(x: Any) -> Any:
    # A matrix without all that is not on its diagonal.
    return tril(x, k=0) - tril(x, k=-1)


hermitian_eigh = of_complex(
    "eigh_of_complex", forwards.eigh,
    lambda g, y, x, UPLO: _of_eigenpairs(row(g, 0), rows(g, 1, None), row(y, 0), rows(y, 1, None), UPLO),
    place_of=linear_algebra.eigh, symbol="λ",
    doc="X = V diag(w) V̄ᵀ; y = w above V. Of X one triangle is read, and the gradient is in that one; of each column of "
    "V, the phase is nobody's",
)  # fmt: skip


def _of_eigenpairs(gw: Any, gV: Any, w: Any, V: Any, UPLO: str) -> Any:
    w, Vt = real(w), matrix_transpose(V)
    turned = linear_algebra._over(tril_and_triu(matmul(Vt, gV)), linear_algebra._differences(w))
    full = matmul(matmul(conj(V), linear_algebra._diagonal(real(gw)) + turned), Vt)
    both = full + adjoint(full)
    return real(_diagonal(full)) + (tril(both, k=-1) if UPLO == "L" else linear_algebra.triu(both, k=1))


# Z.-Q. Wan and S.-X. Zhang, "Automatic Differentiation for Complex Valued SVD", 2019.
complex_svd = of_complex(
    "svd_of_complex", forwards.svd,
    lambda g, y, x: _of_singular(g, y, shape(x)[-2], shape(x)[-1]),
    place_of=linear_algebra.svd, symbol="σ",
    doc="X = U diag(s) Vᵀ; y = U above s above V; of each column of U, the phase is nobody's",
)  # fmt: skip


def _of_singular(g: Any, y: Any, m: int, n: int) -> Any:
    (gU, gs, gV), (U, s, V) = ((rows(x, 0, m), real(row(x, m)), rows(x, m + 1, None)) for x in (g, y))
    lengths, squares = real(rows(y, m, m + 1)), linear_algebra._differences(s * s)
    left, right = matmul(matrix_transpose(U), gU), conj(matmul(matrix_transpose(V), gV))
    phases = linear_algebra._over(1j * imag(_diagonal(left)), lengths)
    left, right = (linear_algebra._over(tril_and_triu(x - adjoint(x)), squares) for x in (left, right))
    inner = left * lengths + matrix_transpose(lengths) * right + linear_algebra._diagonal(gs) + phases
    share = matmul(matmul(conj(U), inner), adjoint(V))
    if m > n:
        outside = gU - matmul(conj(U), matmul(matrix_transpose(U), gU))
        share = share + matmul(linear_algebra._over(outside, lengths), adjoint(V))
    if n > m:
        outside = gV - matmul(conj(V), matmul(matrix_transpose(V), gV))
        share = share + matmul(conj(U), matrix_transpose(linear_algebra._over(outside, lengths)))
    return share


# C. Boeddeker et al., "On the Computation of Complex-valued Gradients with Application to Statistically Optimum
# Beamforming", 2017, eq. 4.77; eigenvectors have the length 1.
eig = of_complex(
    "eig", forwards.eig,
    lambda g, y, x: _of_general(row(g, 0), rows(g, 1, None), row(y, 0), rows(y, 1, None)),
    symbol="λ", doc="X = V diag(w) V⁻¹; y = w above V, whose columns have the length 1; their phase is nobody's",
)  # fmt: skip


def _of_general(gw: Any, gV: Any, w: Any, V: Any) -> Any:
    Vt = matrix_transpose(V)
    along = matmul(Vt, gV)
    kept = matmul(matmul(Vt, conj(V)), real(_diagonal(along)))  # what would only make columns longer
    turned = linear_algebra._over(tril_and_triu(along - kept), linear_algebra._differences(w))
    return matmul(matmul(inv(Vt), linear_algebra._diagonal(gw) + turned), Vt)
