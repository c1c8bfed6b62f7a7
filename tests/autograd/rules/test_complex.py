"""Complex numbers: every entry of the book holds for them or refuses them by name, judged by differences and by others.

A check of a function of complex numbers is one of real and imaginary parts (`autograd.test_util`), by nothing but its
values: so it knows of no convention but that a gradient g means a change Re(g · dz).
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp
from autograd import Tensor
from autograd.extend import defrule, primitive
from autograd.misc.flatten import flatten
from autograd.rules.complex import COMPLEX_BOOK
from autograd.rules.primitive import BOOK, entry
from autograd.test_util import check_grads
from tests.autograd.numpy.calls import CALLS, Call
from tests.autograd.numpy.test_calls import available, flat
from tests.autograd.rules.single import SINGLE, check_single, in_precision
from tests.autograd.table import Case, cases

RNG = np.random.default_rng(3)


def complex_numbers(*shape: int, seed: int = 0) -> Any:
    rng = np.random.default_rng(seed)
    return rng.normal(size=shape) + 1j * rng.normal(size=shape)


def real_numbers(*shape: int, seed: int = 0) -> Any:
    return np.random.default_rng(seed).normal(size=shape)


# ---- the whole book ------------------------------------------------------------------------------------------------

# What makes no sense of complex numbers, or whose rule is one of real numbers; nobody has looked at some of it.
REFUSED = {name for name, entry in BOOK.items() if not entry.analytic and entry.of_complex is None}
FIRST = {case.name: case for case in reversed(list(cases())) if np.ndim(case.draw()[0]) or case.name == "reshape"}
# Tested below: of some vectors the phases are nobody's, and a matrix that is to be Hermitian is read as one.
APART = {"eigh", "svd", "complement"} | {"cholesky"} | {"one_hot", "max_places"}  # and these take integers


def turned(case: Case) -> list[Any]:
    """Its inputs, with small imaginary parts for those that are numbers to differentiate for."""
    arrays = case.draw()
    wanted = range(len(arrays)) if case.name in REFUSED else case.differentiable() or range(len(arrays))
    return [
        x + 0.3j * real_numbers(*np.shape(x)) if i in wanted and np.asarray(x).dtype.kind == "f" else x
        for i, x in enumerate(arrays)
    ]


@pytest.mark.parametrize("name", [name for name in BOOK if name in FIRST and name not in APART])
@pytest.mark.filterwarnings("ignore:Casting complex values")
def test_an_entry_holds_for_complex_numbers_or_refuses_them_by_name(name: str) -> None:
    case, entry = FIRST[name], BOOK[name]
    arrays = turned(case)
    if name in REFUSED:
        with pytest.raises(ag.DTypeError, match=f"^{entry.name} is not differentiable for complex numbers"):
            case(*map(Tensor, arrays))
        return
    y = case(*map(Tensor, arrays))
    np.testing.assert_allclose(Tensor(y).data, case(*arrays), rtol=1e-12)
    wanted = [i for i in case.differentiable() if np.iscomplexobj(arrays[i])]
    if wanted and entry.differentiable:
        check_grads(case, argnum=wanted, order=2)(*arrays)
        if name != "astype":
            check_single(case, arrays, wanted, complex_numbers(*np.shape(y), seed=1))


def test_the_field_of_complex_numbers_is_not_refused() -> None:
    arithmetic = {"add", "subtract", "multiply", "divide", "power", "abs", "exp", "log", "sqrt", "sin", "matmul", "sum"}
    assert (arithmetic | {"getitem", "gather", "scatter_add", "where", "reshape"}) & REFUSED == set()


# ---- functions that are not analytic -------------------------------------------------------------------------------


def hermitian(x: Any) -> Any:
    return x + anp.conj(anp.swapaxes(x, -1, -2))


def positive(z: Any) -> Any:
    return z @ anp.conj(anp.swapaxes(z, -1, -2)) + 3 * np.eye(z.shape[-1])


def phaseless(parts: Any) -> Any:
    return tuple(map(anp.abs, parts))


def spanned(columns: Any) -> Any:
    """What does not depend on which basis the columns are."""
    return anp.matmul(columns, anp.conj(columns).T)


NOT_ANALYTIC: dict[str, tuple[Callable[..., Any], Any]] = {
    "real": (anp.real, complex_numbers(3)),
    "imag": (anp.imag, complex_numbers(3)),
    "conj": (anp.conj, complex_numbers(3)),
    "angle": (anp.angle, complex_numbers(3)),
    "angle in degrees": (lambda z: anp.angle(z, deg=True), complex_numbers(3)),
    "abs": (anp.abs, complex_numbers(3)),
    "real_if_close": (lambda z: anp.real_if_close(z) * 2j, complex_numbers(3)),
    "method": (lambda z: z.real * z.imag + abs(z.conj()), complex_numbers(3)),
    "real to complex": (lambda x: anp.exp(1j * x), real_numbers(4)),
    "var": (lambda z: anp.var(z, 0), complex_numbers(4, 2)),
    "std": (lambda z: anp.std(z, 0, ddof=1), complex_numbers(4, 2)),
    "vdot": (lambda z: anp.vdot(z, z * z), complex_numbers(4)),
    "cov": (anp.cov, complex_numbers(3, 5)),
    "norm": (lambda z: anp.linalg.norm(z, axis=0), complex_numbers(3, 2)),
    "norm 0": (lambda z: anp.linalg.norm(z, 0, axis=0) * anp.abs(z), complex_numbers(3, 2)),
    "norm 3": (lambda z: anp.linalg.norm(z, 3, axis=0), complex_numbers(3, 2)),
    "nuclear": (lambda z: anp.linalg.norm(z, "nuc"), complex_numbers(3, 4)),
    "slogdet": (anp.linalg.slogdet, complex_numbers(3, 3)),
    "eigh": (lambda z: phaseless(anp.linalg.eigh(hermitian(z))), complex_numbers(3, 3)),
    "eigvalsh U": (lambda z: anp.linalg.eigvalsh(z, "U"), complex_numbers(2, 3, 3)),
    "svd wide": (lambda z: phaseless(anp.linalg.svd(z, full_matrices=False)), complex_numbers(2, 3)),
    "svd tall": (lambda z: phaseless(anp.linalg.svd(z, full_matrices=False)), complex_numbers(2, 3, 2)),
    "svd wide, completed": (lambda z: spanned(anp.linalg.svd(z)[2][..., 2:, :].conj().T), complex_numbers(2, 4)),
    "svd tall, completed": (lambda z: spanned(anp.linalg.svd(z)[0][:, 2:]), complex_numbers(4, 2)),
    "qr tall, completed": (lambda z: spanned(anp.linalg.qr(z, mode="complete")[0][:, 2:]), complex_numbers(4, 2)),
    "cholesky": (lambda z: anp.linalg.cholesky(positive(z)), complex_numbers(2, 3, 3)),
    "cholesky U": (lambda z: anp.linalg.cholesky(positive(z), upper=True), complex_numbers(3, 3)),
    "qr": (anp.linalg.qr, complex_numbers(2, 3, 3)),
    "qr tall": (anp.linalg.qr, complex_numbers(5, 3)),
    "qr wide": (anp.linalg.qr, complex_numbers(3, 4)),
    "pinv": (anp.linalg.pinv, complex_numbers(2, 3, 3)),
    "pinv tall": (anp.linalg.pinv, complex_numbers(4, 3)),
    "pinv of less than full rank": (lambda z: anp.linalg.pinv(z[:, :2] @ z[:2], 1e-9), complex_numbers(3, 3)),
    "lstsq": (lambda z: anp.linalg.lstsq(z, np.ones(4), rcond=None)[0], complex_numbers(4, 2)),
    "eig": (lambda z: (anp.linalg.eigvals(z), anp.abs(anp.linalg.eig(z)[1])), complex_numbers(3, 3)),
    "eig of real": (lambda x: (anp.linalg.eigvals(x), anp.abs(anp.linalg.eig(x)[1])), real_numbers(4, 4)),
    "eig, all real": (lambda x: anp.linalg.eigvals(x @ x.T), real_numbers(3, 3)),
}


@pytest.mark.parametrize("name", NOT_ANALYTIC)
def test_a_function_that_is_not_analytic_has_the_derivatives_of_its_parts(name: str) -> None:
    function, x = NOT_ANALYTIC[name]
    check_grads(function, order=2)(x)
    for ours, theirs in zip(flat(function(Tensor(x))), flat(function(x)), strict=True):
        assert Tensor(ours).dtype == np.asarray(theirs).dtype


def test_every_function_of_complex_numbers_is_tested() -> None:
    met = set[str]()

    def note(x: Any) -> None:
        met.update(node.rule.name for node in ag.topological_order(x) if node.rule is not None)

    functions = [*NOT_ANALYTIC.values(), *((of, x) for of, x in FOURIER.values())]
    for function, x in [
        *functions,
        *((getattr(anp, name), complex_numbers(2)) for name in CUTS),
        (anp.linalg.det, complex_numbers(2, 2)),
    ]:
        for part in flat(function(Tensor(x, requires_grad=True))):
            note(part)
    assert set(COMPLEX_BOOK) - met == set()


def test_an_entry_goes_through_pickle_to_a_process_that_has_not_met_it() -> None:
    pickled = pickle.dumps([*BOOK.values(), *COMPLEX_BOOK.values()])
    code = "import pickle, sys; print(*[x.name for x in pickle.load(sys.stdin.buffer)])"
    done = subprocess.run([sys.executable, "-c", code], input=pickled, capture_output=True, check=True)
    assert done.stdout.decode().split() == [*BOOK, *COMPLEX_BOOK]
    assert entry("exp") is BOOK["exp"]  # as earlier versions wrote


# Functions of several branches, and for each cut points on both of its sides, told apart by the sign of a zero.
ON_REAL = [complex(x, zero) for x in (-1.4, 1.4) for zero in (0.0, -0.0)]
ON_IMAGINARY = [complex(zero, y) for y in (-1.4, 1.4) for zero in (0.0, -0.0)]
CUTS = {
    "arcsin": ON_REAL, "arccos": ON_REAL, "arctanh": ON_REAL, "arcsinh": ON_IMAGINARY, "arctan": ON_IMAGINARY,
    "arccosh": [*ON_REAL[:2], complex(0.3, 0.0), complex(0.3, -0.0)],
    **dict.fromkeys(("log", "log2", "log10", "sqrt"), ON_REAL[:2]), "log1p": [complex(-2.4, 0.0), complex(-2.4, -0.0)],
}  # fmt: skip


@pytest.mark.parametrize("name", CUTS)
def test_the_derivative_on_a_branch_cut_is_that_of_the_side_which_is_meant(name: str) -> None:
    function, step = getattr(np, name), 1e-6
    for z in CUTS[name]:
        of_real = CUTS[name] is not ON_IMAGINARY
        up, down = (
            function(complex(z.real + h, z.imag) if of_real else complex(z.real, z.imag + h)) for h in (step, -step)
        )
        found = ag.holomorphic_grad(getattr(anp, name))(np.complex128(z))
        np.testing.assert_allclose(
            found, (up - down) / (2 * step if of_real else 2j * step), rtol=1e-8, atol=1e-12, err_msg=str(z)
        )


# ---- Fourier transforms --------------------------------------------------------------------------------------------

FOURIER = {
    f"{name} {norm}": (lambda x, name=name, norm=norm: getattr(anp.fft, name)(x, norm=norm), x)
    for name, x in {
        "fft": complex_numbers(5),
        "ifft": real_numbers(2, 4),
        "fft2": real_numbers(3, 4),
        "ifft2": complex_numbers(3, 4),
        "fftn": complex_numbers(2, 3, 2),
        "ifftn": complex_numbers(2, 3, 2),
        "rfft": real_numbers(2, 5),
        "irfft": complex_numbers(2, 4),
        "rfft2": real_numbers(3, 4),
        "irfft2": complex_numbers(3, 4),
        "rfftn": real_numbers(2, 2, 5),
        "irfftn": complex_numbers(2, 2, 3),
        "hfft": complex_numbers(4),
        "ihfft": real_numbers(5),
    }.items()
    for norm in (None, "ortho", "forward")
} | {
    "longer": (lambda x: anp.fft.fft(x, 7), complex_numbers(5)),
    "shorter": (lambda x: anp.fft.rfft(x, n=3), real_numbers(5)),
    "shorter irfft": (lambda x: anp.fft.irfft(x, 4, axis=0), complex_numbers(5, 2)),
    "odd irfft": (lambda x: anp.fft.irfft(x, 7), complex_numbers(4)),
    "lengths": (lambda x: anp.fft.irfft2(x, (3, 5)), complex_numbers(4, 4)),
    "axes": (lambda x: anp.fft.rfftn(x, (3, 5), axes=(0, 2)), real_numbers(4, 2, 4)),
    "fftshift": (lambda x: anp.fft.fftshift(x, 1), complex_numbers(3, 4)),
    "ifftshift": (anp.fft.ifftshift, real_numbers(5, 3)),
}


@pytest.mark.parametrize("name", FOURIER)
def test_a_fourier_transform_gives_what_numpy_gives_and_its_transpose(name: str) -> None:
    function, x = FOURIER[name]
    expected, y = function(x), function(Tensor(x))
    assert y.dtype == expected.dtype
    np.testing.assert_allclose(y.data, expected, rtol=1e-12, atol=1e-14)
    check_grads(function, order=1)(x)
    single = in_precision(x, SINGLE)
    assert function(Tensor(single)).dtype == function(single).dtype
    weights = complex_numbers(*y.shape) if np.iscomplexobj(expected) else real_numbers(*y.shape)
    check_single(function, [x], [0], weights)


# ---- NumPy's functions ---------------------------------------------------------------------------------------------


TESTED_ABOVE = [CALLS[f"linalg.{name}"][0].of for name in ("eig", "eigh", "cholesky")]


@pytest.mark.parametrize("call", [pytest.param(row[0], id=name) for name, row in CALLS.items()])
@pytest.mark.filterwarnings("ignore:Casting complex values")
def test_a_function_of_numpys_gives_what_it_gives_or_is_refused(call: Call) -> None:
    rng = np.random.default_rng(4)
    arrays = [call.prepare(rng.uniform(0.5, 2.0, s)) + 0.4j * rng.normal(size=s) for s in call.shapes]
    try:
        expected = flat(available(call, arrays))
        y = flat(call.of(anp, *[Tensor(x, requires_grad=True) for x in arrays]))
    except (TypeError, ValueError):
        return  # of NumPy, or a refusal by name
    for ours, theirs in zip(y, expected, strict=True):
        np.testing.assert_allclose(Tensor(ours).data, theirs, rtol=1e-9, atol=1e-12)
    if call.of in TESTED_ABOVE:
        return
    if any(getattr(part, "requires_grad", False) for part in y) and not np.isnan(arrays[0]).any():
        check_grads(lambda *xs: call.of(anp, *xs), order=1)(*arrays)


# ---- conventions ---------------------------------------------------------------------------------------------------


def test_the_gradient_is_the_slope_for_the_real_part_less_i_times_that_for_the_imaginary_part() -> None:
    z = 1.5 - 0.5j
    assert ag.grad(lambda z: anp.real(z) ** 2 + 3 * anp.imag(z))(z) == 3.0 - 3.0j
    assert ag.holomorphic_grad(lambda z: z**3)(z) == pytest.approx(3 * z**2)
    assert type(ag.grad(lambda x: anp.real(anp.exp(1j * x)))(0.5)) is float


def test_a_result_that_is_complex_is_refused_where_one_real_number_is_wanted() -> None:
    z = np.array([1.0 + 2j])
    for derivative in (ag.grad, ag.value_and_grad, ag.elementwise_grad, ag.jacobian):
        with pytest.raises(ag.DTypeError, match=r"np\.real or np\.imag"):
            derivative(lambda z: z * z)(z)
    with pytest.raises(ag.DTypeError, match="which is complex"):
        (Tensor(z, requires_grad=True) * 1).backward()


REAL, GIVEN = np.ones(2), np.array([1 + 2j, 3 - 1j])


def of_values(engine: str | None) -> ag.Program:
    leaves = [ag.Value(1.0), ag.Value(2.0)]
    return ag.Program.from_graph(leaves[0] * leaves[1], leaves, engine=engine)


LOSES: dict[str, Callable[[ag.Tensor], Any]] = {
    "backward": lambda x: (x * 2).backward(GIVEN),
    "backward of one": lambda x: (x * 2).sum().backward(1j),
    "backward to differentiate again": lambda x: (x * 2).backward(ag.Tensor(GIVEN), create_graph=True),
    "vjp": lambda x: ag.vjp(lambda a: a * a, REAL, GIVEN),
    "jvp": lambda x: ag.jvp(lambda a: a * a, REAL, GIVEN),
    "hvp": lambda x: ag.hvp(lambda a: (a * a).sum(), REAL, GIVEN),
    "data": lambda x: setattr(x, "data", GIVEN),
    "grad": lambda x: setattr(x, "grad", GIVEN),
    "grad of a Tensor": lambda x: setattr(x, "grad", ag.Tensor(GIVEN)),
    "a program": lambda x: ag.Program.from_graph((x * x).sum(), x)(GIVEN),
    **{
        f"a program of Values, {way}, {engine}": lambda x, way=way, given=given, engine=engine: getattr(
            of_values(engine), way
        )(given)
        for engine in ("numpy", None)
        for way, given in (("run", GIVEN), ("batch", [GIVEN]))
    },
}


@pytest.mark.parametrize("way", LOSES)
@pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning")
def test_complex_numbers_for_real_ones_are_refused_before_their_imaginary_parts_are_lost(way: str) -> None:
    with pytest.raises(ag.DTypeError, match=r"complex numbers for .*, which is float64: take np\.real or np\.imag"):
        LOSES[way](ag.Tensor(REAL, requires_grad=True))


def test_jacobians_of_complex_numbers() -> None:
    x, z, A = real_numbers(3), complex_numbers(3), complex_numbers(2, 3)
    np.testing.assert_allclose(ag.jacobian(lambda x: A @ x)(x), A)
    np.testing.assert_allclose(ag.jacobian(lambda z: anp.real(A @ z))(z), A)
    np.testing.assert_allclose(ag.jacobian(lambda z: anp.imag(A @ z))(z), -1j * A)
    np.testing.assert_allclose(ag.jacobian(lambda x: anp.abs(A @ x) ** 2)(x), 2 * np.real(np.conj(A @ x)[:, None] * A))


def program_of(engine: Any) -> tuple[Any, Any]:
    def loss(x: Any, z: Any) -> Any:
        y = anp.sum(anp.abs(anp.fft.fft(x * anp.exp(1j * x)) - z) ** 2) + anp.linalg.norm(anp.tanh(z))
        return y + anp.sum(anp.imag(anp.fft.rfft(x)) ** 2) + anp.sum(anp.real(x * anp.exp(1j * x)))

    both = ag.value_and_grad(loss, (0, 1))
    return both, ag.compile(both, engine=engine)


@pytest.mark.parametrize("engine", ["numpy", None])
def test_a_program_of_complex_numbers_gives_what_the_function_gives(engine: Any) -> None:
    both, program = program_of(engine)
    program(real_numbers(4), complex_numbers(4))
    x, z = real_numbers(4, seed=1), complex_numbers(4, seed=2)
    (value, slopes), (expected, gradients) = program(x, z), both(x, z)
    assert value == pytest.approx(expected)
    for ours, theirs in zip(slopes, gradients, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12)
        assert ours.dtype == theirs.dtype


# Real or complex as the numbers have it: refused while a function is recorded.
BY_NUMBERS = {"real_if_close", "eig of real", "eig, all real"}


@pytest.mark.parametrize("engine", ["numpy", None])
@pytest.mark.parametrize("name", sorted((NOT_ANALYTIC | FOURIER).keys() - BY_NUMBERS))
def test_a_function_that_chooses_is_recorded_with_complex_numbers_below(name: str, engine: Any) -> None:
    function, x = (NOT_ANALYTIC | FOURIER)[name]

    def loss(x: Any) -> Any:  # the largest is a choice: where it was not taken, 0 · NaN is 0
        parts = [anp.ravel(anp.abs(part)) for part in flat(function(x * 0.5))]
        return anp.max(anp.concatenate(parts)) ** 2

    slope = ag.value_and_grad(loss)
    program = ag.compile(slope, engine=engine)
    program(x)
    other = x[..., ::-1] * 1.1
    (value, gradient), (expected, slopes) = program(other), slope(other)
    assert value == pytest.approx(expected)
    np.testing.assert_allclose(gradient, slopes, rtol=1e-9, atol=1e-12)
    assert gradient.dtype == slopes.dtype


@pytest.mark.parametrize("engine", ["numpy", None])
def test_what_was_not_chosen_has_no_share_in_a_program_either(engine: Any) -> None:
    def slope(z: Any) -> Any:
        return ag.grad(lambda z: anp.sum(anp.abs(anp.where(anp.abs(z) > 0, anp.sqrt(z), z * z))))(z)

    z = np.array([0.0, 1j, 2.0])
    expected, found = slope(z), ag.compile(slope, engine=engine)(z)
    assert expected[0] == 0
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_the_native_engine_refuses_complex_numbers() -> None:
    pytest.importorskip("llvmlite")
    with pytest.raises(ag.DTypeError, match="engine='numpy'"):
        program_of("native")[1](real_numbers(4), complex_numbers(4))


def test_a_primitive_of_ones_own_may_be_of_complex_numbers() -> None:
    @primitive
    def both(z: Any) -> Any:
        return z * z, np.abs(z) ** 2

    defrule(both, lambda g, y, z: 2 * g[0] * z + 2 * g[1] * anp.conj(z))
    check_grads(lambda z: both(z), order=2, modes=["rev"])(complex_numbers(3))
    check_grads(lambda z: both(z)[1] * both(z)[0], order=1)(complex_numbers(3))
    vector, unflatten = flatten({"x": real_numbers(2), "z": complex_numbers(2)})
    assert {name: part.dtype for name, part in unflatten(vector).items()} == {"x": float, "z": complex}


def test_single_precision_stays_single() -> None:
    z = complex_numbers(3).astype(np.complex64)
    x = Tensor(real_numbers(3).astype(np.float32), requires_grad=True)
    w = Tensor(z, requires_grad=True)
    y = anp.sum(anp.abs(anp.exp(1j * x) * w + 2.0))
    y.backward()
    assert (y.dtype, x.grad.dtype, w.grad.dtype) == (np.float32, np.float32, np.complex64)


@pytest.mark.peers
def test_pytorch_gives_the_conjugate() -> None:
    torch = pytest.importorskip("torch")
    z = complex_numbers(6)
    w = torch.tensor(z, requires_grad=True)
    torch.abs(torch.fft.ifft(torch.tanh(torch.fft.fft(w) / 3))).sum().backward()
    ours = ag.grad(lambda z: anp.sum(anp.abs(anp.fft.ifft(anp.tanh(anp.fft.fft(z) / 3)))))(z)
    np.testing.assert_allclose(ours, np.conj(w.grad.numpy()), rtol=1e-12)
    A = complex_numbers(3, 3)
    w = torch.tensor(A, requires_grad=True)
    (torch.linalg.eigvals(w).abs().sum() + torch.linalg.svdvals(w)[0] + torch.linalg.det(w).angle()).backward()
    ours = ag.grad(
        lambda A: anp.sum(anp.abs(anp.linalg.eigvals(A))) + anp.linalg.svdvals(A)[0] + anp.angle(anp.linalg.det(A))
    )(A)
    np.testing.assert_allclose(ours, np.conj(w.grad.numpy()), rtol=1e-10)


def test_a_layer_of_complex_numbers_is_its_product_and_sum() -> None:
    rng = np.random.default_rng(5)
    x, W, b = (rng.normal(size=shape) + 1j * rng.normal(size=shape) for shape in ((4, 3), (3, 2), (2,)))

    def slopes(layer: Any) -> Any:
        return ag.grad(lambda *parts: ag.sum(anp.real(layer(*parts)) ** 2), (0, 1, 2))(x, W, b)

    for found, expected in zip(slopes(ag.linear), slopes(lambda x, W, b: x @ W + b), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_the_slope_of_an_angle_divides_by_no_number_that_is_nothing() -> None:
    x = np.array([0.0, 1.0, 1j, -2.0 + 1j])
    with np.errstate(all="raise"):
        found = COMPLEX_BOOK["angle"].vjps[0](1.0, np.angle(x), x)
    np.testing.assert_allclose(found, [0.0, *(-1j / x[1:])], rtol=1e-15)


FLAT = [name for name, entry in BOOK.items() if not entry.differentiable and isinstance(entry.array, np.ufunc)]


@pytest.mark.parametrize("name", FLAT)
def test_what_is_flat_answers_for_complex_numbers_as_numpy_does_or_refuses_them_by_name(name: str) -> None:
    rule = BOOK[name]
    given = [np.array([0.0, 1j, 1.0, 2 - 1j]), np.array([0.0, 1j, 2.0, 2 + 1j])][: rule.array.nin]
    answers = [name for name in FLAT if BOOK[name].analytic]
    assert {"equal", "not_equal", "logical_and", "logical_or", "logical_xor", "logical_not"} < {*answers}
    if name in answers:
        np.testing.assert_array_equal(np.asarray(rule(*map(Tensor, given))), rule.array(*given))
    else:
        with pytest.raises(TypeError, match=name):
            rule(*map(Tensor, given))
