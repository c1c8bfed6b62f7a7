"""The rule book for complex numbers: determinants and decompositions of matrices; see `autograd.rules.complex`."""

from typing import Any

import numpy as np

from autograd.rules import linear_algebra, matrices
from autograd.rules.complex import conj, imag, of_complex, real
from autograd.rules.linear_algebra import _as_matrix, _over_matrix, inv, row, rows, tril, tril_and_triu
from autograd.rules.products import matmul, matrix_transpose
from autograd.rules.shapes import shape

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
    "eigh_of_complex", matrices.eigh,
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
    "svd_of_complex", matrices.svd,
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
    "eig", matrices.eig,
    lambda g, y, x: _of_general(row(g, 0), rows(g, 1, None), row(y, 0), rows(y, 1, None)),
    symbol="λ", doc="X = V diag(w) V⁻¹; y = w above V, whose columns have the length 1; their phase is nobody's",
)  # fmt: skip


def _of_general(gw: Any, gV: Any, w: Any, V: Any) -> Any:
    Vt = matrix_transpose(V)
    along = matmul(Vt, gV)
    kept = matmul(matmul(Vt, conj(V)), real(_diagonal(along)))  # what would only make columns longer
    turned = linear_algebra._over(tril_and_triu(along - kept), linear_algebra._differences(w))
    return matmul(matmul(inv(Vt), linear_algebra._diagonal(gw) + turned), Vt)
