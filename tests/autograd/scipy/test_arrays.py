"""Convolutions and linear algebra of SciPy's: its values, derivatives by differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp
from autograd.errors import MatrixError
from autograd.test_util import check_grads

scipy = pytest.importorskip("scipy")

from autograd.scipy import linalg, signal  # noqa: E402

rng = np.random.default_rng(0)
M, N = rng.normal(size=(3, 3)) + 3 * np.eye(3), rng.normal(size=(3, 3)) + 2 * np.eye(3)
SPD = M @ M.T / 4
L, U, B = np.tril(M), np.triu(M), rng.normal(size=(3, 2))


def draw(*shape: int) -> Any:
    return rng.normal(size=shape)


# ---- convolutions ----------------------------------------------------------------------------------------------------


@pytest.fixture(params=[signal.FEW, 0], ids=["sums", "Fourier"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few positions, and many, go different ways."""
    monkeypatch.setattr(signal, "FEW", request.param)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("mode", ["full", "valid", "same"])
@pytest.mark.parametrize("shapes", [((6,), (4,)), ((3,), (5,)), ((4, 3), (2, 2)), ((5, 4, 3), (2, 3, 1))], ids=str)
def test_convolution_of_all_axes(shapes: Any, mode: str) -> None:
    a, b = (draw(*s) for s in shapes)
    np.testing.assert_allclose(signal.convolve(a, b, mode=mode), scipy.signal.convolve(a, b, mode), atol=1e-13)
    check_grads(lambda a, b: signal.convolve(a, b, mode=mode))(a, b)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("mode", ["full", "valid", "same"])
def test_convolution_of_some_axes(mode: str) -> None:
    a, b = draw(2, 6, 3), draw(3, 2, 4, 2)
    axes, dot_axes = ([1], [2]), ([0], [1])
    found = signal.convolve(a, b, axes=axes, dot_axes=dot_axes, mode=mode)
    for i, j, k in np.ndindex(3, 3, 2):
        expected = sum(scipy.signal.convolve(a[d, :, i], b[j, d, :, k], mode) for d in range(2))
        np.testing.assert_allclose(found[i, j, k], expected, atol=1e-13)
    check_grads(lambda a, b: signal.convolve(a, b, axes=axes, dot_axes=dot_axes, mode=mode))(a, b)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("dtypes", ["ff", "fd", "dD", "FD"])
def test_convolution_of_other_kinds_of_numbers(dtypes: str) -> None:
    a, b = (np.asarray(draw(n) + (1j * draw(n) if d in "FD" else 0), d) for n, d in zip((9, 4), dtypes, strict=True))
    found = signal.convolve(a, b)
    assert found.dtype == np.result_type(a, b)
    np.testing.assert_allclose(found, np.convolve(a, b), rtol=0, atol=1e-5 if "f" in dtypes or "F" in dtypes else 1e-13)
    g = ag.grad(lambda a: anp.real(anp.sum(signal.convolve(a, b) ** 2)))(a)
    full = np.convolve(a, b)
    expected = 2 * np.convolve(full, b[::-1], "valid")
    assert g.dtype == a.dtype
    np.testing.assert_allclose(g, expected if dtypes[0] in "FD" else expected.real, rtol=0, atol=1e-4)


@pytest.mark.usefixtures("way")
def test_convolutions_of_whole_numbers_are_exact() -> None:
    a, b = (rng.integers(-50, 50, n) for n in (600, 300))
    found = signal.convolve(a, b)
    assert found.dtype == np.convolve(a, b).dtype
    np.testing.assert_array_equal(found, np.convolve(a, b))


def test_long_signals_take_no_memory_for_all_their_windows() -> None:
    """100,000 numbers and 5,000 have 500 million products, which would be 4 gigabytes."""
    a, b = draw(100_000), draw(5_000)
    expected = scipy.signal.fftconvolve(a, b)
    for function in (signal.convolve, signal.fftconvolve, signal.correlate, signal.oaconvolve):
        other = b[::-1] if function is signal.correlate else b
        y, (of_a, of_b) = ag.value_and_grad(lambda a, b, f=function: anp.sum(f(a, b) ** 2), (0, 1))(a, other)
        np.testing.assert_allclose(y, np.sum(expected**2))
        of_b = of_b[::-1] if function is signal.correlate else of_b
        for found, against in ((of_a, b), (of_b, a)):
            correlated = 2 * scipy.signal.fftconvolve(expected, against[::-1], "valid")
            np.testing.assert_allclose(found, correlated, rtol=0, atol=1e-11 * np.abs(correlated).max())


@pytest.mark.parametrize("boundary", ["fill", "wrap", "symm"])
@pytest.mark.parametrize("mode", ["full", "valid", "same"])
@pytest.mark.parametrize("name", ["convolve2d", "correlate2d"])
def test_convolutions_of_matrices(name: str, mode: str, boundary: str) -> None:
    for shapes in (((5, 6), (3, 2)), ((4, 4), (4, 1)), ((3, 4), (2, 4))):
        a, b = (draw(*s) for s in shapes)
        ours, scipys = getattr(signal, name), getattr(scipy.signal, name)
        expected = scipys(a, b, mode, boundary, 2.0)
        found = ours(ag.Tensor(a), b, mode, boundary, 2.0).data
        np.testing.assert_allclose(found, expected, atol=1e-13)
        np.testing.assert_array_equal(ours(a, b, mode, boundary, 2.0), expected)
        check_grads(lambda a, b, f=ours: f(a, b, mode, boundary, 2.0))(a, b)


FILTERS: dict[str, tuple[Any, str, tuple[Any, ...]]] = {
    "lfilter": (lambda f, b, a, x: f(b, a, x), "lfilter", (draw(3), np.array([1.5, 0.4, -0.3]), draw(9))),
    "lfilter along": (lambda f, b, a, x: f(b, a, x, axis=0), "lfilter", (draw(2), np.array([2.0, 0.4]), draw(6, 2))),
    "lfilter of few": (lambda f, b, x: f(b, [1.0], x), "lfilter", (draw(4), draw(2))),
    "savgol": (lambda f, x: f(x, 5, 2), "savgol_filter", (draw(3, 9),)),
    "savgol constant": (
        lambda f, x: f(x, 5, 2, deriv=1, axis=0, mode="constant", cval=2.0),
        "savgol_filter",
        (draw(9, 2),),
    ),
    "filtfilt": (lambda f, x: f([1.0, 0.5], [1.0, -0.3], x), "filtfilt", (draw(12),)),
    "sosfiltfilt": (lambda f, x: f([[1.0, 0.5, 0.0, 1.0, -0.3, 0.1]], x), "sosfiltfilt", (draw(14),)),
    "detrend": (lambda f, x: f(x, axis=0), "detrend", (draw(7, 2),)),
    **{
        f"{name} {mode}": (lambda f, a, b, mode=mode: f(a, b, mode), name, (draw(5, 4), draw(2, 3)))
        for name in ("correlate", "fftconvolve", "oaconvolve")
        for mode in ("full", "valid", "same")
    },
}


@pytest.mark.parametrize("name", FILTERS)
def test_filters(name: str) -> None:
    call, function, arguments = FILTERS[name]
    ours, scipys = getattr(signal, function), getattr(scipy.signal, function)
    expected = call(scipys, *arguments)
    np.testing.assert_array_equal(call(ours, *arguments), expected)
    np.testing.assert_allclose(call(ours, *map(ag.Tensor, arguments)).data, expected, rtol=1e-10, atol=1e-12)
    check_grads(lambda *x: call(ours, *x), rtol=1e-5)(*arguments)


@pytest.mark.parametrize("kind", [np.float32, complex])
def test_filters_keep_the_type_of_constant_coefficients(kind: Any) -> None:
    b, a, x = ((draw(size) + 1j * draw(size) if kind is complex else draw(size)).astype(kind) for size in (2, 3, 7))
    for given in ((ag.Tensor(b), a, x), (b, ag.Tensor(a), x), (b, a, ag.Tensor(x))):
        found, expected = signal.lfilter(*given).data, scipy.signal.lfilter(b, a, x)
        assert found.dtype == expected.dtype
        np.testing.assert_allclose(found, expected, rtol=1e-5)
    real = draw(7)
    np.testing.assert_allclose(signal.lfilter(b, a, ag.Tensor(real)).data, scipy.signal.lfilter(b, a, real), rtol=1e-5)
    if kind is complex:
        check_grads(lambda x: anp.abs(signal.lfilter(b, a, x)), rtol=1e-5)(real)


def test_filters_are_compiled_for_their_coefficients() -> None:
    f = ag.grad(lambda a: ag.sum(signal.lfilter([1.0, 0.5], a, np.arange(8.0)) ** 2))
    compiled = ag.compile(f)
    for a in (np.array([1.5, 0.3, 0.2]), np.array([2.0, -0.3, 0.1])):
        np.testing.assert_allclose(compiled(a), f(a), rtol=1e-12)
    with pytest.raises(ValueError, match=r"divides by a\[0\]"):
        signal.lfilter([1.0], ag.Tensor([0.0, 1.0]), np.arange(8.0))


def test_what_cannot_be_convolved() -> None:
    with pytest.raises(ValueError, match="neither of"):
        signal.convolve(draw(2, 5), draw(3, 4), mode="valid")
    for refused in ({"mode": "wrap"}, {"axes": "wrap"}):
        with pytest.raises(ValueError, match="expected"):
            signal.convolve(draw(2), draw(2), **refused)
    x = ag.Tensor(draw(2, 5))
    for other, mode, axes, message in (
        (draw(2, 5), "wrap", 0, "expected"),
        (draw(5, 2), "valid", (0, 1), "neither of"),
        (draw(5), "full", 1, "as many axes"),
    ):
        with pytest.raises(ValueError, match=message):
            signal.fftconvolve(x, other, mode, axes)


def test_a_convolution_is_called_as_scipys_is() -> None:
    a, b = draw(6), draw(3)
    for arguments in (("same",), ("valid", "direct"), ("full", "fft")):
        expected = scipy.signal.convolve(a, b, *arguments)
        np.testing.assert_allclose(signal.convolve(ag.Tensor(a), b, *arguments).data, expected, atol=1e-13)
    assert signal.hilbert is scipy.signal.hilbert


# ---- linear algebra --------------------------------------------------------------------------------------------------

CALLS: dict[str, tuple[Any, Any, tuple[Any, ...]]] = {
    **{
        f"solve_triangular {trans} {lower} {rhs.ndim}": (
            lambda f, a, b, trans=trans, lower=lower: f(a, b, trans=trans, lower=lower),
            "solve_triangular",
            (L if lower else U, rhs),
        )
        for trans in (0, 1, "T")
        for lower in (True, False)
        for rhs in (B, B[:, 0])
    },
    "solve_triangular unit": (lambda f, a, b: f(a, b, lower=True, unit_diagonal=True), "solve_triangular", (L, B)),
    "cho_solve lower": (lambda f, a, b: f((a, True), b), "cho_solve", (L, B)),
    "cho_solve upper": (lambda f, a, b: f((a, False), b), "cho_solve", (U, B)),
    "solve_sylvester": (lambda f, *x: f(*x), "solve_sylvester", (M, N, draw(3, 3))),
    "solve_banded": (lambda f, ab, b: f((1, 2), ab, b), "solve_banded", (draw(4, 5) + 3 * np.eye(4, 5, 0), draw(5))),
    "block_diag": (lambda f, *x: f(*x), "block_diag", (M, draw(1, 2), draw(2))),
    "expm": (lambda f, a: f(a / 3), "expm", (M,)),
    "logm": (lambda f, a: f(a), "logm", (SPD + np.eye(3),)),
    "sqrtm": (lambda f, a: f(a), "sqrtm", (SPD + np.eye(3),)),
    "cholesky": (lambda f, a: f((a + a.T) / 2), "cholesky", (SPD + np.eye(3),)),
    "cholesky lower": (lambda f, a: f((a + a.T) / 2, lower=True), "cholesky", (SPD + np.eye(3),)),
    "inv": (lambda f, a: f(a), "inv", (M,)),
    "det": (lambda f, a: f(a), "det", (M,)),
    "solve": (lambda f, a, b: f(a, b), "solve", (M, B)),
    **{
        f"solve {kind}, lower={lower}": (
            lambda f, a, b, kind=kind, lower=lower: f(a, b, lower=lower, assume_a=kind, check_finite=False),
            "solve",
            (SPD + np.eye(3), B),
        )
        for kind in ("gen", "sym", "pos", "her")
        for lower in (False, True)
    },
    "solve transposed": (lambda f, a, b: f(a, b, False, transposed=True), "solve", (M, B[:, 0])),
    "cho_factor": (lambda f, a: anp.triu(f((a + a.T) / 2)[0]), "cho_factor", (SPD + np.eye(3),)),
    "eigh": (lambda f, a: f((a + a.T) / 2)[0], "eigh", (SPD + np.diag([1.0, 2.0, 4.0]),)),
    "eigh vectors": (lambda f, a: f((a + a.T) / 2, lower=False)[1] ** 2, "eigh", (SPD + np.diag([1.0, 2.0, 4.0]),)),
    "eigvalsh": (lambda f, a: f((a + a.T) / 2, check_finite=False), "eigvalsh", (SPD + np.diag([1.0, 2.0, 4.0]),)),
    "svd": (lambda f, a: f(a, full_matrices=False)[2] ** 2, "svd", (draw(3, 4),)),
    "svdvals": (lambda f, a: f(a), "svdvals", (draw(3, 4),)),
    "qr full": (lambda f, a: f(a)[0], "qr", (M,)),
    "qr economic": (lambda f, a: f(a, mode="economic")[1], "qr", (draw(4, 3),)),
    "norm": (lambda f, a: f(a, "fro"), "norm", (M,)),
    "norm of rows": (lambda f, a: f(a, 3, axis=1), "norm", (M,)),
    "pinv": (lambda f, a: f(a), "pinv", (draw(4, 3),)),
    "lu factor": (lambda f, a: f(a)[0], "lu_factor", (M[::-1],)),
    **{
        f"lu_solve {trans} {rhs.ndim}": (
            lambda f, a, b, trans=trans: f(linalg.lu_factor(a), b, trans),
            "lu_solve",
            (M[::-1], rhs),
        )
        for trans in (0, 1, 2)
        for rhs in (B, B[:, 0])
    },
    "lu lower": (lambda f, a: f(a)[1], "lu", (M[::-1],)),
    "lu upper": (lambda f, a: f(a)[2], "lu", (M[::-1],)),
    "lu rows": (lambda f, a: f(a, permute_l=True)[0], "lu", (M[::-1],)),
    "toeplitz": (lambda f, c, r: f(c, r), "toeplitz", (draw(3), draw(4))),
    "toeplitz symmetric": (lambda f, c: f(c), "toeplitz", (draw(3),)),
    "circulant": (lambda f, c: f(c), "circulant", (draw(4),)),
    "hankel": (lambda f, c, r: f(c, r), "hankel", (draw(3), draw(4))),
    "hankel of a column": (lambda f, c: f(c), "hankel", (draw(3),)),
}


@pytest.mark.parametrize("name", CALLS)
def test_linear_algebra(name: str) -> None:
    call, function, arguments = CALLS[name]
    ours, scipys = getattr(linalg, function), getattr(scipy.linalg, function)
    expected = call(scipys, *arguments)
    np.testing.assert_allclose(call(ours, *arguments), expected, rtol=1e-12)
    np.testing.assert_allclose(call(ours, *map(ag.Tensor, arguments)).data, expected, rtol=1e-10, atol=1e-12)
    check_grads(lambda *x: call(ours, *x), rtol=1e-5)(*arguments)


MS, NS = np.stack([M, N, M @ N]), np.stack([N, M, N @ M]) + 4 * np.eye(3)
SPDS = MS @ np.swapaxes(MS, -1, -2) / 4 + 4 * np.eye(3)
LS, BS = np.tril(MS), draw(3, 3, 3)

# As many matrices in a stack as a matrix has rows, so that axes taken for one another have the right lengths.
STACKS: dict[str, tuple[Any, str, tuple[Any, ...]]] = {
    "solve_triangular": (lambda f, a, b: f(a, b, lower=True), "solve_triangular", (LS, BS)),
    "solve_triangular transposed": (lambda f, a, b: f(a, b, trans=1, lower=True), "solve_triangular", (LS, BS)),
    "solve_triangular shared": (lambda f, a, b: f(a, b, lower=True), "solve_triangular", (L, BS)),
    "solve_triangular of one": (lambda f, a, b: f(a, b, lower=True), "solve_triangular", (LS, B)),
    "solve_triangular of a vector": (lambda f, a, b: f(a, b, lower=True), "solve_triangular", (LS, B[:, 0])),
    "cho_solve": (lambda f, a, b: f((a, True), b), "cho_solve", (LS, BS)),
    "cho_solve of a vector": (lambda f, a, b: f((a, True), b), "cho_solve", (LS, B[:, 0])),
    "cholesky": (lambda f, a: f((a + np.swapaxes(a, -1, -2)) / 2), "cholesky", (SPDS,)),
    "solve_sylvester": (lambda f, *x: f(*x), "solve_sylvester", (MS, NS, BS)),
    "solve_sylvester shared": (lambda f, *x: f(*x), "solve_sylvester", (M, NS, BS[0])),
    "solve_banded": (lambda f, ab, b: f((1, 1), ab, b), "solve_banded", (MS, BS)),
    "block_diag": (lambda f, *x: f(*x), "block_diag", (MS, BS[:1, :1, :2])),
    "expm": (lambda f, a: f(a / 3), "expm", (MS,)),
    "logm": (lambda f, a: f(a), "logm", (SPDS,)),
    "sqrtm": (lambda f, a: f(a), "sqrtm", (SPDS,)),
    "toeplitz": (lambda f, c, r: f(c, r), "toeplitz", (draw(2, 3), draw(4))),
}


@pytest.mark.parametrize("name", STACKS)
def test_linear_algebra_of_stacks(name: str) -> None:
    call, function, arguments = STACKS[name]
    try:
        expected = call(getattr(scipy.linalg, function), *arguments)
        if function == "solve_triangular":  # an older one takes a stack b for one matrix, but not a stack of triangles
            scipy.linalg.solve_triangular(LS, BS)
    except (ValueError, FutureWarning):
        pytest.skip("this SciPy takes single matrices")
    if name == "toeplitz" and np.ndim(expected) == 2:
        pytest.skip("this SciPy flattens")
    ours = getattr(linalg, function)
    found = call(ours, *map(ag.Tensor, arguments)).data
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)
    check_grads(lambda *x: call(ours, *x), rtol=1e-5)(*arguments)


@pytest.mark.parametrize(
    "name", ["solve_triangular 1 True 2", "cho_solve lower", "solve_banded", "block_diag", "toeplitz"]
)
def test_operands_beside_nodes_may_be_lists(name: str) -> None:
    call, function, arguments = CALLS[name]
    ours = getattr(linalg, function)
    expected = call(ours, *map(ag.Tensor, arguments)).data
    for place in range(2):
        given = [ag.Tensor(x) if i == place else x.tolist() for i, x in enumerate(arguments)]
        np.testing.assert_allclose(call(ours, *given).data, expected, rtol=1e-12)


@pytest.mark.parametrize("trans", [0, 1, 2])
def test_triangles_of_complex_numbers(trans: int) -> None:
    a, b = L + 0.5j * np.tril(N), B + 1j * B[::-1]
    expected = scipy.linalg.solve_triangular(a, b, trans, True)
    np.testing.assert_allclose(linalg.solve_triangular(ag.Tensor(a), b, trans, True).data, expected, rtol=1e-12)
    check_grads(lambda a, b: anp.abs(linalg.solve_triangular(a, b, trans, True)))(a, b)
    if trans == 2:
        solved = linalg.cho_solve((ag.Tensor(a), True), b).data
        np.testing.assert_allclose(solved, scipy.linalg.cho_solve((a, True), b), rtol=1e-10)


def test_a_factored_stack_solves_for_nodes() -> None:
    try:
        factored = scipy.linalg.cho_factor(SPDS)
    except ValueError:
        pytest.skip("this SciPy takes single matrices")
    np.testing.assert_allclose(linalg.cho_solve(factored, ag.Tensor(BS)).data, np.linalg.solve(SPDS, BS), rtol=1e-10)


@pytest.mark.parametrize("lower", [True, False])
def test_cholesky_reads_the_triangle_that_scipys_reads(lower: bool) -> None:
    for a in (SPD + np.tril(M), SPD + np.triu(M)):
        expected = scipy.linalg.cholesky(a + 9 * np.eye(3), lower)
        found = linalg.cholesky(ag.Tensor(a + 9 * np.eye(3)), lower).data
        np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_options_that_write_into_operands_are_refused_on_nodes_or_left_out() -> None:
    held = np.asfortranarray(draw(3, 2))
    b = ag.Tensor(held, requires_grad=True)
    linalg.solve_triangular(L, b, lower=True, overwrite_b=True)
    np.testing.assert_array_equal(b.data, held)


def test_the_logarithm_of_a_matrix_leaves_numpys_generator_alone() -> None:
    f = ag.grad(lambda a: anp.sum(linalg.logm(a)))
    np.testing.assert_allclose(ag.compile(f)(SPD + np.eye(3)), f(SPD + np.eye(3)), rtol=1e-10)


@pytest.mark.parametrize("seed", [46, 283, 294])
def test_rows_that_are_as_good_pivots_stay_in_their_order(seed: int) -> None:
    random = np.random.default_rng(seed)
    n = int(random.integers(3, 120))
    matrix = random.choice([-1.0, 1.0, 0.0] if seed == 283 else [-1.0, 1.0], (n, n))
    exchange, lower, upper = linalg.lu(ag.Tensor(matrix))
    np.testing.assert_allclose(exchange @ lower.data @ upper.data, matrix, atol=1e-10)


@pytest.mark.parametrize("kind", [np.float32, np.complex64])
def test_triangular_factors_have_the_types_of_scipys(kind: Any) -> None:
    matrix = draw(3, 3).astype(kind)
    found = [part.dtype for part in linalg.lu(ag.Tensor(matrix))[1:]]
    assert found == [part.dtype for part in scipy.linalg.lu(matrix)[1:]]


@pytest.mark.parametrize("kind", ["her", "pos", "sym"])
def test_of_a_matrix_that_is_assumed_to_be_symmetric_one_triangle_is_read(kind: str) -> None:
    matrix = np.triu(draw(3, 3) + 1j * draw(3, 3), 1) + 5 * np.eye(3) + (0 if kind == "sym" else 7j * np.eye(3))

    def solution(a: Any, b: Any) -> Any:
        return linalg.solve(a, b, assume_a=kind)

    expected = scipy.linalg.solve(matrix, B, assume_a=kind)
    np.testing.assert_allclose(solution(ag.Tensor(matrix), B).data, expected, rtol=1e-12)
    check_grads(solution, argnum=(0, 1), rtol=1e-5)(matrix, B)


def test_of_a_triangle_the_other_is_not_read() -> None:
    for kind, part in (("upper triangular", np.triu), ("lower triangular", np.tril)):
        found = linalg.solve(ag.Tensor(M), B, assume_a=kind).data
        np.testing.assert_allclose(found, np.linalg.solve(part(M), B), rtol=1e-12)
        assert (ag.grad(lambda a, kind=kind: anp.sum(linalg.solve(a, B, assume_a=kind)))(M) == 0)[part(M) == 0].all()


def test_options_of_factors_are_refused_by_name() -> None:
    a = ag.Tensor(SPD)
    for call, message in (
        (lambda: linalg.eig(a, homogeneous_eigvals=True), "takes no homogeneous_eigvals="),
        (lambda: linalg.null_space(ag.Tensor(np.ones((2, 3)))), "takes a matrix of full rank"),
        (lambda: linalg.solve(a, B, assume_a="round"), "takes no assume_a='round': use 'gen'"),
        (lambda: linalg.qr(a, pivoting=True), "takes no pivoting=: order the columns"),
        (lambda: linalg.qr(a, mode="raw"), 'takes mode="full"'),
        (lambda: linalg.lu(ag.Tensor(B)), r"a square matrix, got shape \(3, 2\)"),
    ):
        with pytest.raises(TypeError, match=message):
            call()
    assert len(linalg.qr(a, mode="r")) == 1
    with pytest.raises(MatrixError, match="with r = 0"):
        linalg.solve_discrete_are(a, SPD, SPD, np.zeros((3, 3)))


@pytest.mark.parametrize("name", ["sqrtm", "logm", "expm"])
def test_functions_of_complex_matrices(name: str) -> None:
    function, z = getattr(linalg, name), np.diag([1.0, -2.0, 3.0]) + 0.5j * np.ones((3, 3))
    check_grads(function, order=2)(z)
    assert function(ag.Tensor(np.eye(2) + 0j)).dtype == complex  # whatever the numbers are, as SciPy's
    slope = ag.grad(lambda z: anp.sum(anp.abs(function(z))))
    np.testing.assert_allclose(ag.compile(slope, engine="numpy")(z), slope(z))


def test_the_root_of_a_real_matrix_may_be_complex_and_its_logarithm_is_refused_on_the_branch_cut() -> None:
    indefinite = np.diag([1.0, -2.0, 3.0]) + 0.2 * M
    assert np.iscomplexobj(linalg.sqrtm(indefinite))
    check_grads(linalg.sqrtm, order=2)(indefinite)
    with pytest.raises(ag.DTypeError, match="branch cut"):
        ag.grad(lambda a: anp.sum(anp.abs(linalg.logm(a))))(indefinite)


def test_pivots_are_no_part_of_a_program() -> None:
    with pytest.raises(ag.RecordingError, match=r"cannot record scipy\.linalg\.lu .*it goes by the numbers"):
        ag.compile(lambda a: linalg.lu_factor(a)[0])(M)


@pytest.mark.parametrize("engine", ["numpy", "native"])
@pytest.mark.parametrize("name", ["sqrtm", "logm"])
def test_a_program_of_real_matrices_refuses_one_whose_function_is_complex(name: str, engine: Any) -> None:
    """It gave complex gradients for real matrices."""
    if engine == "native":
        pytest.importorskip("llvmlite")
    slope = ag.grad(lambda a: anp.sum(anp.real(getattr(linalg, name)(a)) ** 2))
    compiled, below = ag.compile(slope, engine=engine), np.array([[-2.0, 1.0], [1.0, -3.0]])
    np.testing.assert_allclose(compiled(-below), slope(-below))
    with pytest.raises(ag.RecordingError, match=f"the primitive {name} gave complex128 of shape .2, 2., and float64"):
        compiled(below)
