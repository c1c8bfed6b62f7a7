"""Special functions: SciPy's values, derivatives by differences in both modes to second order, replayed programs."""

from __future__ import annotations

import inspect
import math
import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.test_util import check_grads

scipy_special = pytest.importorskip("scipy.special")

from autograd.scipy import special  # noqa: E402

# Points at which each is smooth; which arguments have derivatives.
SIGNED, POSITIVE = np.array([-1.3, -0.2, 0.7, 2.1]), np.array([0.4, 1.3, 2.6, 5.2])
UNIT = np.array([0.1, 0.35, 0.8, 0.95])
POWERS = np.array([0.7, 0.0, -0.1, 1.5])
PAIR = (POSITIVE, POSITIVE[::-1])
POLYNOMIALS = ("legendre", "sh_legendre", "chebyt", "chebyu", "chebyc", "chebys", "sh_chebyt", "sh_chebyu")
POLYNOMIALS += ("laguerre", "hermite", "hermitenorm")
ROWS: dict[str, tuple[tuple[Any, ...], tuple[int, ...]]] = {
    **dict.fromkeys(("erf", "erfc", "erfi", "erfcx", "dawsn", "ndtr", "log_ndtr"), ((SIGNED,), (0,))),
    **dict.fromkeys(("expit", "log_expit", "exp2", "exp10", "cosm1", "sindg", "cosdg", "tandg"), ((SIGNED,), (0,))),
    **dict.fromkeys(("j0", "j1", "i0", "i1", "i0e", "i1e", "gammasgn", "gamma", "rgamma"), ((SIGNED,), (0,))),
    "erfinv": ((UNIT - 0.5,), (0,)),
    **dict.fromkeys(("erfcinv", "ndtri", "logit", "ellipk", "ellipe"), ((UNIT,), (0,))),
    **dict.fromkeys(("entr", "psi", "digamma", "gammaln", "loggamma", "y0", "y1", "spence"), ((POSITIVE,), (0,))),
    **dict.fromkeys(("k0", "k1", "k0e", "k1e", "expi", "exp1"), ((POSITIVE,), (0,))),
    **dict.fromkeys(("xlogy", "rel_entr", "kl_div", "beta", "betaln", "poch"), (PAIR, (0, 1))),
    "xlog1py": ((SIGNED, POSITIVE), (0, 1)),
    "owens_t": ((SIGNED, POSITIVE), (0, 1)),
    **dict.fromkeys(
        ("boxcox", "inv_boxcox", "boxcox1p", "inv_boxcox1p"), ((POSITIVE, np.array([0.7, 0.0, -0.1, 1.5])), (0, 1))
    ),
    "powm1": (PAIR, (0, 1)),
    "exprel": ((np.array([-1.3, 0.0, 1e-9, 2.1]),), (0,)),
    "cotdg": ((POSITIVE,), (0,)),
    "radian": ((*PAIR, POSITIVE), (0, 1, 2)),
    "ellipkm1": ((UNIT,), (0,)),
    **dict.fromkeys(("wofz", "wrightomega"), ((SIGNED,), (0,))),
    "_lambertw": ((POSITIVE, 0), (0,)),
    **dict.fromkeys(("huber", "pseudo_huber"), ((POSITIVE, SIGNED), (0, 1))),
    "polygamma": ((2, POSITIVE), (1,)),
    "zeta": ((2.5, POSITIVE), (1,)),
    "binom": ((POSITIVE + 3, POSITIVE[::-1] / 2), (0, 1)),
    **dict.fromkeys(("gammainc", "gammaincc", "chdtr", "chdtrc"), ((POSITIVE[::-1], POSITIVE), (0, 1))),
    **dict.fromkeys(("gammaincinv", "gammainccinv", "stdtrit", "chdtri"), ((POSITIVE + 1, UNIT), (0, 1))),
    **dict.fromkeys(
        ("betainc", "betaincc", "betaincinv", "betainccinv"), ((POSITIVE[::-1], POSITIVE, UNIT), (0, 1, 2))
    ),
    "stdtr": ((POSITIVE, SIGNED), (0, 1)),
    **dict.fromkeys(("pdtr", "pdtrc"), ((2.7, POSITIVE), (1,))),
    **dict.fromkeys(("jv", "yv", "iv", "ive"), ((1.5, POSITIVE), (1,))),
    **dict.fromkeys(("kv", "kve"), ((np.array([0.0, -0.7, 1.5, 20.0]), POSITIVE), (0, 1))),
    "jn": ((2, POSITIVE), (1,)),
    **dict.fromkeys(("yn", "kn", "expn"), ((np.array([0.0, 1.0, 2.6, 3.0]), POSITIVE), (1,))),  # 2.6 counts as 2
    **dict.fromkeys(("ellipkinc", "ellipeinc"), ((POSITIVE / 4, UNIT / 2), (0, 1))),
    # distributions
    **dict.fromkeys(("bdtr", "bdtrc"), ((2.7, 5, UNIT), (2,))),  # 2.7 counts as 2
    **dict.fromkeys(("nbdtr", "nbdtrc"), ((2, 5, UNIT), (2,))),
    **dict.fromkeys(("fdtr", "fdtrc"), ((POSITIVE[::-1] * 3, 6.0, POSITIVE), (0, 1, 2))),
    "fdtri": ((3.5, POSITIVE + 2, UNIT), (0, 1, 2)),
    **dict.fromkeys(("gdtr", "gdtrc"), ((POSITIVE / 4, 2.5, POSITIVE[::-1]), (0, 1, 2))),
    "chndtr": ((POSITIVE, 7.5, POSITIVE[::-1]), (0, 2)),
    "ndtri_exp": ((-POSITIVE,), (0,)),
    "tklmbda": ((SIGNED / 4, 0.3), (0,)),
    # relatives of Bessel's functions, and polynomials
    **dict.fromkeys(("jve", "yve", "hankel1", "hankel2", "struve", "modstruve"), ((1.5, POSITIVE), (1,))),
    **dict.fromkeys(("ber", "bei", "ker", "kei", "berp", "beip", "kerp", "keip"), ((POSITIVE,), (0,))),
    **{f"_spherical_{kind}n": ((np.array([0, 1, 2, 5]), POSITIVE), (1,)) for kind in "jyik"},
    **{f"_airy_{i}": ((SIGNED,), (0,)) for i in range(4)},
    **{f"_{name}_{i}": ((POSITIVE,), (0,)) for name in ("fresnel", "sici", "shichi") for i in (0, 1)},
    **{f"eval_{name}": ((np.array([0, 1, 2, 5]), SIGNED / 3), (1,)) for name in POLYNOMIALS},
    **dict.fromkeys(("eval_gegenbauer", "eval_genlaguerre"), ((np.array([0.0, 1.0, 2.0, 3.5]), 1.5, SIGNED / 3), (2,))),
    "eval_jacobi": ((np.array([0.0, 1.0, 2.0, 3.5]), 1.5, 0.5, SIGNED / 3), (3,)),
    "hyp0f1": ((1.5, SIGNED), (1,)),
    "hyp1f1": ((1.5, 2.5, SIGNED), (2,)),
    "hyp2f1": ((0.5, 1.5, 2.5, UNIT / 2), (3,)),
    "hyperu": ((1.5, 2.5, POSITIVE), (2,)),
}


def test_every_entry_has_a_row() -> None:
    entries = {name for name, thing in vars(special).items() if isinstance(thing, special.SpecialFunction)}
    assert entries == set(ROWS)
    assert len({id(getattr(special, name)) for name in entries}) > 70


@pytest.mark.filterwarnings("ignore:floating point number truncated", "ignore:non-integer arg n is deprecated")
@pytest.mark.parametrize("name", ROWS)
def test_values_and_derivatives(name: str) -> None:
    entry, (arguments, places) = getattr(special, name), ROWS[name]
    part, of = (int(name[-1]), name[1:-2]) if name[-1].isdigit() and name[0] == "_" else (None, name.strip("_"))
    function = getattr(scipy_special, of)
    scipys = function if part is None else lambda x: function(x)[part]
    np.testing.assert_array_equal(entry(*arguments), scipys(*arguments))
    check_grads(entry, argnum=places, rtol=2e-6)(*arguments)
    nodes = [ag.Tensor(x, requires_grad=True) if i in places else x for i, x in enumerate(arguments)]
    if isinstance(scipys, np.ufunc):
        found = scipys(*nodes)
        assert isinstance(found, ag.Tensor)
        np.testing.assert_array_equal(found.data, scipys(*arguments))
    for i in set(range(len(arguments))) - set(places):
        if name in ("eval_hermite", "eval_hermitenorm", "_lambertw"):  # whose first argument is a whole number
            continue
        with pytest.raises(ag.MissingRuleError, match=f"{entry.name} has no derivative for its argument {i}"):
            ag.grad(lambda p, i=i: ag.sum(entry(*arguments[:i], p, *arguments[i + 1 :])).real)(2.0)


# Where a formula is 0/0, or SciPy goes on beyond what the usual formula is for: the last argument moves.
POLYNOMIALS = [f"eval_{name}" for name in ("legendre", "chebyt", "chebyu", "chebyc", "chebys")]
SHIFTED = [f"eval_sh_{name}" for name in ("legendre", "chebyt", "chebyu")]
EDGES: list[tuple[str, tuple[float, ...]]] = [
    ("spence", (1.0,)), ("ellipk", (0.0,)), ("ellipe", (0.0,)), ("bdtr", (2.0, 5.5, 0.4)), ("bdtrc", (0.0, 5.5, 0.5)),
    *[(name, (degree, x)) for name in POLYNOMIALS for degree in (-4.0, -1.0, 0.0) for x in (0.3, -0.7)],
    *[(name, (0.0, x)) for name in POLYNOMIALS + SHIFTED for x in (0.3, -2.3)],
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:floating point number truncated", "ignore:non-integer arg n is deprecated")
@pytest.mark.parametrize(("name", "arguments"), EDGES)
def test_derivatives_at_the_edges_of_formulas(name: str, arguments: tuple[float, ...]) -> None:
    *given, x = arguments
    above, below = (getattr(scipy_special, name)(*given, x + h) for h in (1e-5, -1e-5))
    slope = ag.grad(lambda x: getattr(special, name)(*given, x))(x)
    assert slope == pytest.approx((above - below) / 2e-5, rel=1e-5, abs=1e-8)


# Where terms of a formula are infinite, or cancel: function, arguments, the moving one, mpmath's function.
LIMITS: list[tuple[str, tuple[float, ...], int, str]] = [
    *[("rgamma", (x,), 0, "rgamma") for x in (0.0, -1.0, -5.0, 1e-10, -3.0 + 1e-9, -2.3, 3.5)],
    *[("poch", pair, 0, "rf") for pair in ((0.0, 1.0), (-2.0, 1.0), (-2.0, 3.0), (0.0, 0.5), (-2.5, 3.0))],
    *[("binom", pair, i, "binomial") for pair in ((3.0, 5.0), (3.0, -1.0), (-1.5, 2.5), (0.0, 0.0)) for i in (0, 1)],
    *[("binom", pair, 0, "binomial") for pair in ((-1 - 2.0**-23, 2.0), (-2.25, 3.0), (-4.9375, 0.0))],
    *[
        (name, (phi, m), 1, of)
        for name, of in (("ellipkinc", "ellipf"), ("ellipeinc", "ellipe"))
        for phi, m in ((0.5, 0.0), (1.2, 1e-12), (-0.7, 1.0), (1.5, 1 - 1e-9), (0.4, -3e4), (7.0, 0.7), (-4.0, -0.3))
    ],
    *[("struve", pair, 1, "struveh") for pair in ((0.0, 0.0), (1.0, 0.0), (0.0, 1e-300), (0.3, 0.2), (2.0, 3.0))],
    *[("struve", pair, 1, "struveh") for pair in ((-1.0, 0.0), (-1.0, 0.3), (-1.0, 1.5), (-0.6, 0.3))],
    *[("modstruve", pair, 1, "struvel") for pair in ((-1.0, 0.0), (-1.0, 0.3), (-1.0, 1.5))],
    *[("modstruve", pair, 1, "struvel") for pair in ((0.0, 0.0), (1.0, 0.0), (0.3, 0.2), (2.0, 3.0))],
    *[("ellipkm1", (p,), 0, "") for p in (1.0, 1.0 - 1e-9, 1e-10, 0.3, 2.0)],
]  # fmt: skip


@pytest.mark.parametrize(("name", "arguments", "place", "exact"), LIMITS)
def test_derivatives_where_a_formula_has_no_value(
    name: str, arguments: tuple[float, ...], place: int, exact: str
) -> None:
    mpmath = pytest.importorskip("mpmath")

    def ours(x: Any) -> Any:
        return getattr(special, name)(*arguments[:place], x, *arguments[place + 1 :])

    def theirs(x: Any) -> Any:
        return getattr(mpmath, exact)(*arguments[:place], x, *arguments[place + 1 :]) if exact else mpmath.ellipk(1 - x)

    with mpmath.workdps(60):
        x = mpmath.mpf(float(arguments[place]))
        expected = [float(mpmath.diff(theirs, x, n, h=mpmath.mpf(10) ** -15)) for n in (1, 2)]
    x = float(arguments[place])
    assert [ag.grad(ours)(x), ag.grad(ag.grad(ours))(x)] == pytest.approx(expected, rel=1e-9, abs=1e-12)
    assert ag.jvp(ag.grad(ours), x, 1.0)[1] == pytest.approx(expected[1], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("name", ["ber", "bei"])
@pytest.mark.parametrize("x", [0.0, 1e-8, -9e-3, 0.02, 1.5])
def test_kelvins_functions_have_derivatives_at_0(name: str, x: float) -> None:
    mpmath = pytest.importorskip("mpmath")
    function = getattr(special, name)
    with mpmath.workdps(60):
        expected = [float(mpmath.diff(lambda x: getattr(mpmath, name)(0, x), x, n)) for n in (1, 2, 3, 4)]
    found = []
    for _ in expected:
        function = ag.grad(function)
        found.append(function(x))
    assert found == pytest.approx(expected, rel=1e-10, abs=1e-12)


MIXED = [
    *[("poch", z, m) for z, m in ((0.4, 0.0), (0.4, -2.0), (-0.3, -1.0), (-2.1, 2.0), (-2.4, 1.0), (2.5, -3.0))],
    *[("binom", n, k) for n, k in ((-1.3, 2.0), (-2.6, 1.0), (-0.7, 3.0), (-1.1, 0.0), (3.3, 2.0))],
]  # fmt: skip


@pytest.mark.parametrize(("name", "a", "b"), MIXED)
def test_mixed_derivatives_where_poles_cancel(name: str, a: float, b: float) -> None:
    mpmath = pytest.importorskip("mpmath")
    exact = {"poch": mpmath.rf, "binom": mpmath.binomial}[name]
    with mpmath.workdps(60):
        expected = float(mpmath.diff(lambda x, y: exact(x, y), (mpmath.mpf(a), mpmath.mpf(b)), (1, 1)))
    second = ag.hessian(lambda z: getattr(special, name)(z[0], z[1]))(np.array([a, b]))
    np.testing.assert_allclose([second[0, 1], second[1, 0]], expected, rtol=1e-9)


def test_at_an_infinite_value_derivatives_are_infinite() -> None:
    assert ag.grad(special.ellipkm1)(0.0) == -np.inf
    assert ag.grad(ag.grad(special.ellipkm1))(0.0) == np.inf
    assert ag.grad(lambda m: special.ellipkinc(np.pi / 2, m))(1.0) == np.inf
    assert np.isnan(ag.grad(lambda m: special.ellipkinc(1.2, m))(1.5))
    for v, slope in ((-0.5, np.inf), (-0.75, np.inf), (-1.25, -np.inf), (-2.0, np.inf)):  # of (x/2)ᵛ⁺¹ / Γ(v + 3/2)
        with np.errstate(divide="ignore"):
            assert ag.grad(lambda x, v=v: special.struve(v, x))(0.0) == slope


def test_beyond_its_range_a_lambda_distribution_is_flat() -> None:
    assert ag.grad(lambda x: special.tklmbda(x, 2.0))(0.7) == 0.0
    assert ag.grad(lambda x: special.tklmbda(x, 2.0))(-0.7) == 0.0


def test_a_ufunc_of_scipys_is_known_without_our_module() -> None:
    code = "import scipy.special, autograd as ag; print(ag.grad(scipy.special.expit)(0.0))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("0.25\n", "")
    with pytest.raises(TypeError, match=r"scipy\.special\.itairy has no derivative rule here: .*autograd\.scipy"):
        scipy_special.itairy(ag.Tensor(SIGNED, requires_grad=True))


def test_functions_of_several_parts_and_of_two_kinds() -> None:
    x = ag.Tensor(SIGNED, requires_grad=True)
    for name in ("airy", "fresnel", "sici", "shichi"):
        for module in (special, scipy_special):
            points = x if name in ("airy", "fresnel") else ag.Tensor(POSITIVE, requires_grad=True)
            for ours, theirs in zip(
                getattr(module, name)(points), getattr(scipy_special, name)(points.data), strict=True
            ):
                assert isinstance(ours, ag.Tensor)
                np.testing.assert_allclose(ours.data, theirs, rtol=1e-15)
    for kind in "jyik":
        spherical, theirs = (getattr(module, f"spherical_{kind}n") for module in (special, scipy_special))
        for n in (0, 3):
            np.testing.assert_allclose(spherical(n, POSITIVE, derivative=True), theirs(n, POSITIVE, True), rtol=1e-12)
    found = scipy_special.voigt_profile(x, 0.7, 0.4)
    np.testing.assert_allclose(found.data, scipy_special.voigt_profile(SIGNED, 0.7, 0.4), rtol=1e-13)
    check_grads(special.voigt_profile)(SIGNED, 0.7, 0.4)
    check_grads(lambda x: special.lambertw(x).real * special.hankel1(0.5, x).imag)(POSITIVE)
    assert scipy_special.expm1(x).rule.name == "expm1"


def test_entries_are_functions_like_any_other() -> None:
    for function in (special.erf, special.airy, special.fresnel, special.sici, special.shichi):
        assert pickle.loads(pickle.dumps(function)) is function
    assert special.erf(0.5) == scipy_special.erf(0.5)
    assert special.erf(ag.Value(0.5)).data == scipy_special.erf(0.5)
    assert special.factorial(3) == 6  # SciPy's own
    assert "x" in inspect.signature(special.erf).parameters


def test_they_are_recorded_and_replayed() -> None:
    def f(x: Any) -> Any:
        return ag.sum(special.erf(x) * special.gammaln(x))

    compiled = ag.compile(ag.value_and_grad(f))
    for x in (POSITIVE, POSITIVE + 1):
        value, gradient = compiled(x)
        expected = ag.value_and_grad(f)(x)
        np.testing.assert_allclose(value, expected[0], rtol=1e-14)
        np.testing.assert_allclose(gradient, expected[1], rtol=1e-14)


A = np.arange(6.0).reshape(2, 3) / 3


@pytest.mark.parametrize("axis", [None, 0, (0, 1)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_sums_of_exponentials(axis: Any, keepdims: bool) -> None:
    b = np.array([[0.5, 1.0, 2.0], [1.5, 0.1, 3.0]])
    for weights in (None, b):
        ours = lambda a, w=weights: special.logsumexp(a, axis=axis, b=w, keepdims=keepdims)  # noqa: E731
        np.testing.assert_allclose(ours(ag.Tensor(A)).data, ours(A), rtol=1e-14)
        check_grads(ours)(A)
    signed = lambda a, w: special.logsumexp(a, axis=axis, b=w, keepdims=keepdims, return_sign=True)  # noqa: E731
    np.testing.assert_allclose(signed(ag.Tensor(A), -b)[0].data, signed(A, -b)[0], rtol=1e-14)
    check_grads(lambda a, w: signed(a, w)[0])(A, -b)
    check_grads(lambda a: special.softmax(a, axis=axis) * special.log_softmax(a, axis=axis))(A)


HIDDEN = [(900.0, 1.0), (1e300, 1.0), (np.inf, 1.0), (-np.inf, 1.0), (np.nan, 1.0), (3.0, -np.inf), (3.0, 900.0)]


@pytest.mark.parametrize("a", HIDDEN, ids=str)
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:overflow encountered in cast")
@pytest.mark.parametrize("kind", [np.float64, np.float32])
@pytest.mark.parametrize("engine", ["numpy", None])
def test_a_weight_of_zero_hides_what_it_is_of(a: Any, kind: Any, engine: Any) -> None:
    weights = np.array([0.0, 2.0], kind)
    slope = ag.value_and_grad(lambda a: special.logsumexp(a, b=weights))
    for found in (slope, ag.compile(slope, engine=engine)):
        value, gradient = found(np.array(a, kind))
        assert value == pytest.approx(a[1] + math.log(2), rel=1e-6)
        np.testing.assert_allclose(gradient, [0, 1] if np.isfinite(a[1]) else [0, np.nan])
        assert gradient.dtype == kind


@pytest.mark.filterwarnings("ignore:divide by zero")
def test_a_weight_of_zero_has_its_own_slope() -> None:
    for a in ([1.0, 2.0], [800.0, 100.5], [0.3, 600.0]):
        for weights in ([0.0, 2.0], [0.0, 0.5]):
            value, slopes = ag.value_and_grad(lambda b, a=a: special.logsumexp(np.array(a), b=b))(np.array(weights))
            assert value == pytest.approx(a[1] + math.log(weights[1]), rel=1e-15)
            np.testing.assert_allclose(slopes, [math.exp(a[0] - a[1]) / weights[1], 1 / weights[1]], rtol=1e-12)
    nothing = special.logsumexp(ag.Tensor([-np.inf, -np.inf]), b=np.array([1.0, 2.0]))
    assert nothing.data == -np.inf


def test_the_logarithm_of_the_multivariate_gamma_function() -> None:
    for d in (1, 2, 3):
        np.testing.assert_allclose(special.multigammaln(ag.Tensor(4.5), d).data, scipy_special.multigammaln(4.5, d))
        check_grads(lambda a, d=d: special.multigammaln(a, d))(np.array([4.5, 5.5]))


def test_where_nothing_times_infinity_is_nothing() -> None:
    assert ag.grad(lambda y: special.xlogy(0.0, y))(0.0) == 0
    assert ag.grad(lambda y: special.xlog1py(0.0, y))(-1.0) == 0
