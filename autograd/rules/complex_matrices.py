"""The rule book for complex numbers: determinants and decompositions of matrices; see `autograd.rules.complex`."""

from typing import Any

import numpy as np

from autograd.rules import linear_algebra, matrices
from autograd.rules.complex import conj, imag, of_complex, real
from autograd.rules.linear_algebra import _as_matrix, _over_matrix, inv, row, rows, solve, tril, tril_and_triu
from autograd.rules.products import matmul, matrix_transpose
from autograd.rules.shapes import shape
from autograd.rules.shaping import concatenate

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


def adjoint(x: Any) -> Any:
    """The conjugate transpose of the last two axes."""
    return conj(matrix_transpose(x))


# ---- pseudoinverses ------------------------------------------------------------------------------------------------

of_complex(
    "pinv_of_complex", linear_algebra.pinv.array,
    lambda g, y, x, rcond: conj(linear_algebra._of_pseudoinverse(y, x, adjoint(y), matrix_transpose(g)))
    - linear_algebra._between(matrix_transpose(y), g),
    jvp=lambda t, y, x, rcond: linear_algebra._moved_pseudoinverse(y, x, adjoint(y), adjoint(t))
    - linear_algebra._between(y, t),
    place_of=linear_algebra.pinv, symbol="⁺", doc="Y = X⁺, the pseudoinverse",
)  # fmt: skip

of_complex(
    "complement_of_complex", matrices.complement,
    lambda g, y, x, of: -conj(matmul(y, matmul(matrix_transpose(g), adjoint(linear_algebra.pinv(x, rcond=1e-15))))),
    jvp=lambda t, y, x, of: -matmul(adjoint(linear_algebra.pinv(x, rcond=1e-15)), matmul(adjoint(t), y)),
    place_of=linear_algebra.complement, symbol="⊥",
    doc="Y = an orthonormal basis of all that is orthogonal to X's columns: that of the decomposition of=",
)  # fmt: skip

# ---- decompositions ------------------------------------------------------------------------------------------------


def _diagonal(x: Any) -> Any:
    # A matrix without all that is not on its diagonal.
    return tril(x, k=0) - tril(x, k=-1)


# As for real numbers, with Φ taking half of a diagonal's real part: that of a factor is real.
of_complex(
    "cholesky_of_complex", linear_algebra.cholesky.array,
    lambda g, y, x: _of_factor(matmul(matrix_transpose(y), g), inv(matrix_transpose(y))),
    jvp=lambda t, y, x: matmul(y, _lower_half(_turned(inv(y), 0.5 * (t + adjoint(t))))),
    place_of=linear_algebra.cholesky,
    doc="X = Y Ȳᵀ, Y lower triangular of a real diagonal; the gradient is Hermitian as X is",
)  # fmt: skip


def _of_factor(inside: Any, z: Any) -> Any:
    half = _lower_half(inside)
    return _turned(z, 0.5 * (half + adjoint(half)))


def _lower_half(x: Any) -> Any:
    return tril(x, k=-1) + 0.5 * real(_diagonal(x))


def _turned(z: Any, x: Any) -> Any:
    # Z X Z̄ᵀ
    return matmul(z, matmul(x, adjoint(z)))


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


# R has a real diagonal, as LAPACK makes it.
of_complex(
    "qr_of_complex", matrices.qr,
    lambda g, y, x: _of_triangular(g, y, shape(x)[-2]),
    jvp=lambda t, y, x: _moved_triangular(t, rows(y, 0, shape(x)[-2]), rows(y, shape(x)[-2], None)),
    place_of=linear_algebra.qr,
    doc="X = Q R of at least as many rows as columns, R of a real diagonal; y = Q above Rᵀ",
)  # fmt: skip


def _of_triangular(g: Any, y: Any, m: int) -> Any:
    (gQ, gRt), (Q, Rt) = ((rows(x, 0, m), rows(x, m, None)) for x in (g, y))
    R = matrix_transpose(Rt)
    middle = matmul(R, tril(gRt, k=0)) - matmul(matrix_transpose(gQ), Q)
    below = tril(middle, k=-1)
    both = conj(below) + matrix_transpose(below) + real(_diagonal(middle))
    return matrix_transpose(solve(R, matrix_transpose(gQ + matmul(conj(Q), both))))


def _moved_triangular(t: Any, Q: Any, Rt: Any) -> Any:
    scaled = matrix_transpose(solve(Rt, matrix_transpose(t)))  # Ẋ R⁻¹
    inside = matmul(adjoint(Q), scaled)
    below = tril(inside, k=-1)
    upper = inside - (below - adjoint(below) + 1j * imag(_diagonal(inside)))  # Ṙ R⁻¹
    return concatenate(scaled - matmul(Q, upper), matmul(Rt, matrix_transpose(upper)), axis=-2)
