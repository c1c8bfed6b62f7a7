"""The rule book: sums of products over any axes, inverses, determinants and decompositions of matrices.

Formulas are those of M. Giles, "Collected matrix derivative results for forward and reverse mode algorithmic
differentiation", 2008, where no other source is named; matrices may come in stacks. An entry with several results gives
them as the rows of one matrix, each column of which belongs together (an eigenvalue above its eigenvector), so that a
node stays one array; `autograd.numpy.linear_algebra` takes them apart.
"""

from typing import Any

import numpy as np

from autograd.rules import lapack, matrices, triangles
from autograd.rules.arithmetic import equal, where
from autograd.rules.losses import one_hot
from autograd.rules.primitive import primitive
from autograd.rules.products import as_column, as_row, matmul, matrix_transpose
from autograd.rules.reductions import sum_
from autograd.rules.shapes import rank, shape
from autograd.rules.shaping import concatenate, getitem, reshape

# ---- any sum of products -------------------------------------------------------------------------------------------

einsum = primitive(
    "einsum", matrices.einsum,
    lambda g, y, a, b, subscripts: _factor(g, a, b, subscripts, 0),
    lambda g, y, a, b, subscripts: _factor(g, b, a, subscripts, 1),
    symbol="Σ", multilinear=True, doc="y = the sum of products of a and b that subscripts= says, as np.einsum(subscripts, a, b)",
)  # fmt: skip


def _factor(g: Any, mine: Any, other: Any, subscripts: str, place: int) -> Any:
    # The gradient is the sum of products of g and the other factor; a letter of mine alone stretches it, and
    # one that stands twice in mine (a diagonal) puts it onto a diagonal.
    terms, result = subscripts.split("->")
    own, others = terms.split(",")[place], terms.split(",")[1 - place]
    kept, doubled = "", []
    for letter, length in zip(own, shape(mine), strict=True):
        if letter in kept:
            new = next(chr(c) for c in range(97, 1000) if chr(c) not in subscripts + kept and chr(c).isalpha())
            doubled.append((letter, new, length))
            kept += new
        else:
            kept += letter
    known = [letter for letter in own if letter in result + others]
    found = "".join(dict.fromkeys(known))
    share = einsum(g, other, subscripts=f"{result},{others}->{found}")
    stretched = tuple(shape(share)[found.index(letter)] if letter in found else 1 for letter in dict.fromkeys(own))
    share, found = reshape(share, shape=stretched), "".join(dict.fromkeys(own))
    for letter, new, length in doubled:
        identity = one_hot(tuple(range(length)), classes=length)
        share = einsum(share, identity, subscripts=f"{found},{letter}{new}->{found}{new}")
        found += new
    return share if found == kept else einsum(share, 1.0, subscripts=f"{found},->{kept}")


# ---- triangles -----------------------------------------------------------------------------------------------------

tril = primitive(
    "tril", triangles.tril,
    lambda g, y, x, k: tril(g, k=k),
    linear=True, selects=True, doc="y = x on and below its k-th diagonal, else 0",
)  # fmt: skip

triu = primitive(
    "triu", triangles.triu,
    lambda g, y, x, k: triu(g, k=k),
    linear=True, selects=True, doc="y = x on and above its k-th diagonal, else 0",
)  # fmt: skip

# ---- inverses and determinants -------------------------------------------------------------------------------------

inv = primitive(
    "inv", matrices.naming_shapes("inv")(lapack.inv),
    lambda g, y, x: -matmul(matrix_transpose(y), matmul(g, matrix_transpose(y))),
    analytic=True, jvp=lambda t, y, x: -matmul(y, matmul(t, y)),
    symbol="⁻¹", doc="Y = X⁻¹",
)  # fmt: skip

# np.linalg.solve takes b for a stack of vectors in some versions; here its last two axes are a matrix, unless it is one
# vector beside one matrix.
solve = primitive(
    "solve", matrices.naming_shapes("solve")(lapack.solve),
    lambda g, y, a, b: -_outer(solve(matrix_transpose(a), g), y),
    lambda g, y, a, b: solve(matrix_transpose(a), g),
    analytic=True, jvp=(lambda t, y, a, b: -solve(a, matmul(t, y)), lambda t, y, a, b: solve(a, t)),
    symbol="A⁻¹B", doc="A Y = B",
)  # fmt: skip


def _outer(u: Any, y: Any) -> Any:
    # U Yᵀ, of vectors as well.
    return as_column(u) * as_row(y) if rank(y) == 1 else matmul(u, matrix_transpose(y))


# The cofactors are the inverse's transpose times the determinant, and there too where this is 0; and so are theirs.
det = primitive(
    "det", matrices.naming_shapes("det")(np.linalg.det),
    lambda g, y, x: _as_matrix(g) * cofactors(x),
    jvp=lambda t, y, x: _over_matrix(t * cofactors(x)),
    doc="y = det X",
)  # fmt: skip

cofactors = primitive(
    "cofactors", matrices.cofactors,
    lambda g, y, x: cofactors_along(x, g),
    symmetric=True, doc="yᵢⱼ = ∂(det X)/∂xᵢⱼ",
)  # fmt: skip

cofactors_along = primitive(
    "cofactors_along", matrices.cofactors_along,
    lambda g, y, x, h: _third_of_det(g, y, x, h, matrix_transpose(inv(x))),
    lambda g, y, x, h: cofactors_along(x, g),
    symmetric=True, doc="Y = how the cofactors of X change in the direction H",
)  # fmt: skip


def _third_of_det(g: Any, y: Any, x: Any, h: Any, z: Any) -> Any:
    # With Z = X⁻ᵀ: ⟨G, Y⟩ Z + det X (Z Hᵀ Z Gᵀ Z + Z Gᵀ Z Hᵀ Z − ⟨Z, G⟩ Z Hᵀ Z − ⟨Z, H⟩ Z Gᵀ Z).
    zh, zg = (matmul(z, matrix_transpose(way)) for way in (h, g))
    zhz, zgz = matmul(zh, z), matmul(zg, z)
    along_g, along_h = (_as_matrix(_over_matrix(z * way)) for way in (g, h))
    third = matmul(zh, zgz) + matmul(zg, zhz) - along_g * zhz - along_h * zgz
    return _as_matrix(_over_matrix(g * y)) * z + _as_matrix(det(x)) * third


logabsdet = primitive(
    "logabsdet", lambda x: np.linalg.slogdet(x)[1],
    lambda g, y, x: _as_matrix(g) * matrix_transpose(inv(x)),
    analytic=True, jvp=lambda t, y, x: _over_matrix(t * matrix_transpose(inv(x))),
    doc="y = ln |det X|",
)  # fmt: skip

det_sign = primitive("det_sign", lambda x: np.linalg.slogdet(x)[0], None, doc="y = the sign of det X")


def _as_matrix(g: Any) -> Any:
    # One number for each matrix, ready to broadcast against it.
    return reshape(g, shape=(*shape(g), 1, 1))


def _over_matrix(x: Any) -> Any:
    return sum_(x, axis=(-2, -1), keepdims=False)


# G. Golub and V. Pereyra, "The Differentiation of Pseudo-Inverses and Nonlinear Least Squares Problems Whose Variables
# Separate", 1973, eq. 4.12; where the rank does not change.
pinv = primitive(
    "pinv", matrices.naming_shapes("pinv")(np.linalg.pinv),
    lambda g, y, x, rcond: _of_pseudoinverse(y, x, matrix_transpose(y), matrix_transpose(g)) - _between(matrix_transpose(y), g),
    jvp=lambda t, y, x, rcond: _moved_pseudoinverse(y, x, matrix_transpose(y), matrix_transpose(t)) - _between(y, t),
    symbol="⁺", doc="Y = X⁺, the pseudoinverse",
)  # fmt: skip


def _of_pseudoinverse(y: Any, x: Any, yt: Any, gt: Any) -> Any:
    # The share from outside of the columns and rows that X has.
    outside_columns = gt - matmul(x, matmul(y, gt))
    outside_rows = gt - matmul(matmul(gt, y), x)
    return matmul(matmul(outside_columns, y), yt) + matmul(yt, matmul(y, outside_rows))


def _moved_pseudoinverse(y: Any, x: Any, yt: Any, tt: Any) -> Any:
    outside_columns = tt - matmul(matmul(tt, x), y)
    outside_rows = tt - matmul(y, matmul(x, tt))
    return matmul(y, matmul(yt, outside_columns)) + matmul(matmul(outside_rows, yt), y)


def _between(y: Any, g: Any) -> Any:
    return matmul(y, matmul(g, y))


# From Xᵀ Y = 0; which basis it is is nobody's, and it turns no more than it must.
complement = primitive(
    "complement", matrices.complement,
    lambda g, y, x, of: -matmul(y, matmul(matrix_transpose(g), matrix_transpose(pinv(x, rcond=1e-15)))),
    jvp=lambda t, y, x, of: -matmul(matrix_transpose(pinv(x, rcond=1e-15)), matmul(matrix_transpose(t), y)),
    symbol="⊥", doc="Y = an orthonormal basis of all that is orthogonal to X's columns: that of the decomposition of=",
)  # fmt: skip


# ---- decompositions ------------------------------------------------------------------------------------------------

# I. Murray, "Differentiation of the Cholesky decomposition", 2016, eq. 10: ½ Y⁻ᵀ (P + Pᵀ) Y⁻¹ with P = Φ(YᵀG), the lower
# triangle with half its diagonal. Of Yᵀ, an upper triangle, the inverse is found by substitution alone.
cholesky = primitive(
    "cholesky", matrices.naming_shapes("cholesky")(np.linalg.cholesky),
    lambda g, y, x: _of_factor(g, matrix_transpose(y)),
    jvp=lambda t, y, x: matmul(y, _lower_half(_turned(matrix_transpose(inv(matrix_transpose(y))), _symmetric(t)))),
    doc="X = Y Yᵀ, Y lower triangular; the gradient is symmetric as X is",
)  # fmt: skip


def _of_factor(g: Any, yt: Any) -> Any:
    z = inv(yt)
    return matmul(z, matmul(0.5 * _mirrored(matmul(yt, g), "L"), matrix_transpose(z)))


def _lower_half(x: Any) -> Any:
    return 0.5 * (tril(x, k=0) + tril(x, k=-1))


def _turned(z: Any, x: Any) -> Any:
    # Z X Zᵀ
    return matmul(z, matmul(x, matrix_transpose(z)))


def _symmetric(x: Any) -> Any:
    return 0.5 * (x + matrix_transpose(x))


def rows(x: Any, start: int, stop: int | None) -> Any:
    """Some rows of a matrix, or of each in a stack."""
    return getitem(x, index=(Ellipsis, slice(start, stop), slice(None)))


def row(x: Any, place: int) -> Any:
    """One row of a matrix, or of each in a stack."""
    return getitem(x, index=(Ellipsis, place, slice(None)))


def _over(a: Any, b: Any) -> Any:
    # a / b, and nothing where there is nothing of a, whatever b is.
    nothing = equal(a, 0)
    return where(nothing, 0.0, a / where(nothing, 1.0, b))


def _differences(w: Any) -> Any:
    # wⱼ − wᵢ
    full = shape(w)
    return reshape(w, shape=(*full[:-1], 1, full[-1])) - reshape(w, shape=(*full, 1))


def _diagonal(x: Any) -> Any:
    # A vector as a diagonal matrix.
    return reshape(x, shape=(*shape(x), 1)) * one_hot(tuple(range(shape(x)[-1])), classes=shape(x)[-1])


eigh = primitive(
    "eigh", matrices.eigh,
    lambda g, y, x, UPLO: _of_eigenpairs(row(g, 0), rows(g, 1, None), row(y, 0), rows(y, 1, None), UPLO),
    jvp=lambda t, y, x, UPLO: _moved_eigenpairs(_mirrored(t, UPLO), row(y, 0), rows(y, 1, None)),
    symbol="λ", doc="X = V diag(w) Vᵀ; y = w above V. Of X one triangle is read, and the gradient is in that one",
)  # fmt: skip


def _of_eigenpairs(gw: Any, gV: Any, w: Any, V: Any, UPLO: str) -> Any:
    turned = _over(tril_and_triu(matmul(matrix_transpose(V), gV)), _differences(w))
    full = matmul(matmul(V, _diagonal(gw) + turned), matrix_transpose(V))
    mirrored = full + matrix_transpose(full)
    return tril(full, k=0) - tril(full, k=-1) + tril(mirrored, k=-1) if UPLO == "L" else _upper(full, mirrored)


def _mirrored(t: Any, UPLO: str) -> Any:
    # What is read of a symmetric matrix, as all of it.
    mirrored, (rows, columns) = matrix_transpose(t), shape(t)[-2:]
    lower, upper = (t, mirrored) if UPLO == "L" else (mirrored, t)
    return where(triangles.below(rows, columns, 0), lower, upper)


def _moved_eigenpairs(t: Any, w: Any, V: Any) -> Any:
    inside = matmul(matmul(matrix_transpose(V), t), V)
    turns = _over(tril_and_triu(inside), _differences(w))
    return concatenate(_row_of_diagonal(inside), matmul(V, turns), axis=-2)


def _row_of_diagonal(x: Any) -> Any:
    return sum_(tril(x, k=0) - tril(x, k=-1), axis=-2, keepdims=True)


def _upper(full: Any, mirrored: Any) -> Any:
    return triu(full, k=0) - triu(full, k=1) + triu(mirrored, k=1)


def tril_and_triu(x: Any) -> Any:
    """A matrix without its diagonal."""
    return tril(x, k=-1) + triu(x, k=1)


# J. Townsend, "Differentiating the Singular Value Decomposition", 2016.
svd = primitive(
    "svd", matrices.svd,
    lambda g, y, x: _of_singular(g, y, shape(x)[-2], shape(x)[-1]),
    jvp=lambda t, y, x: _moved_singular(t, y, shape(x)[-2], shape(x)[-1]),
    symbol="σ", doc="X = U diag(s) Vᵀ; y = U above s above V",
)  # fmt: skip


def _of_singular(g: Any, y: Any, m: int, n: int) -> Any:
    (gU, gs, gV), (U, s, V) = ((rows(x, 0, m), row(x, m), rows(x, m + 1, None)) for x in (g, y))
    Ut, Vt, lengths = matrix_transpose(U), matrix_transpose(V), rows(y, m, m + 1)
    squares = _differences(s * s)
    left, right = tril_and_triu(matmul(Ut, gU)), tril_and_triu(matmul(Vt, gV))
    left, right = (_over(x, squares) + matrix_transpose(_over(x, squares)) for x in (left, right))
    inner = left * lengths + matrix_transpose(lengths) * right + _diagonal(gs)
    share = matmul(matmul(U, inner), Vt)
    if m > n:
        share = share + matmul(_over(gU - matmul(U, matmul(Ut, gU)), lengths), Vt)
    if n > m:
        share = share + matmul(U, matrix_transpose(_over(gV - matmul(V, matmul(Vt, gV)), lengths)))
    return share


def _moved_singular(t: Any, y: Any, m: int, n: int) -> Any:
    U, s, V, lengths = rows(y, 0, m), row(y, m), rows(y, m + 1, None), rows(y, m, m + 1)
    tV, tU = matmul(t, V), matmul(matrix_transpose(t), U)
    inside, squares = matmul(matrix_transpose(U), tV), _differences(s * s)
    left = tril_and_triu(inside * lengths + matrix_transpose(inside * lengths))
    right = tril_and_triu(matrix_transpose(lengths) * inside + matrix_transpose(matrix_transpose(lengths) * inside))
    moved_U, moved_V = matmul(U, _over(left, squares)), matmul(V, _over(right, squares))
    if m > n:
        moved_U = moved_U + _over(tV - matmul(U, inside), lengths)
    if n > m:
        moved_V = moved_V + _over(tU - matmul(V, matrix_transpose(inside)), lengths)
    return concatenate(moved_U, _row_of_diagonal(inside), moved_V, axis=-2)


# S. Walter and L. Lehmann, "Algorithmic Differentiation of Linear Algebra Functions with Application in Optimum
# Experimental Design", 2010.
qr = primitive(
    "qr", matrices.qr,
    lambda g, y, x: _of_triangular(g, y, shape(x)[-2]),
    jvp=lambda t, y, x: _moved_triangular(t, rows(y, 0, shape(x)[-2]), rows(y, shape(x)[-2], None)),
    doc="X = Q R of at least as many rows as columns; y = Q above Rᵀ",
)  # fmt: skip


def _of_triangular(g: Any, y: Any, m: int) -> Any:
    (gQ, gRt), (Q, Rt) = ((rows(x, 0, m), rows(x, m, None)) for x in (g, y))
    gRt = tril(gRt, k=0)
    middle = matmul(matrix_transpose(Rt), gRt) - matmul(matrix_transpose(gQ), Q)
    both = tril(middle, k=0) + matrix_transpose(tril(middle, k=-1))
    return matrix_transpose(solve(matrix_transpose(Rt), matrix_transpose(gQ + matmul(Q, both))))


def _moved_triangular(t: Any, Q: Any, Rt: Any) -> Any:
    scaled = matrix_transpose(solve(Rt, matrix_transpose(t)))  # Ẋ R⁻¹
    inside = matmul(matrix_transpose(Q), scaled)
    turns = tril(inside, k=-1) - matrix_transpose(tril(inside, k=-1))
    moved_Rt = matmul(Rt, matrix_transpose(inside - turns))
    return concatenate(scaled + matmul(Q, turns - inside), moved_Rt, axis=-2)
