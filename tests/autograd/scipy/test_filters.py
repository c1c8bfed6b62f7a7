"""Filters of SciPy's, with all their options: its values, derivatives by differences, both modes, recorded."""

from __future__ import annotations

import tracemalloc
from itertools import product
from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp
from autograd.test_util import check_grads

scipy = pytest.importorskip("scipy")

from autograd.scipy import signal  # noqa: E402

rng = np.random.default_rng(4)
B, A = np.array([0.6, 0.3, -0.2]), np.array([1.5, 0.4, -0.3, 0.1])
SOS = scipy.signal.butter(3, 0.3, output="sos")


def draw(*shape: int) -> Any:
    return rng.normal(size=shape)


def joined(result: Any) -> Any:
    """The results of a filter, one or two, as one vector."""
    return anp.concatenate([anp.reshape(each, (-1,)) for each in (result if isinstance(result, tuple) else (result,))])


def sections(f: Any, b: Any, a: Any, *args: Any) -> Any:
    """With the ones that sections have as a[0], which are no variables."""
    return f(anp.concatenate([b, np.ones((2, 1)), a], axis=1), *args)


# The calls, and what there are derivatives for.
CASES: dict[str, tuple[str, Any, tuple[Any, ...]]] = {
    "lfilter from a state": ("lfilter", lambda f, b, a, x, z: f(b, a, x, zi=z), (B, A, draw(7), draw(3))),
    "lfilter of few from a state": ("lfilter", lambda f, b, a, x, z: f(b, a, x, 0, z), (B, A, draw(2, 2), draw(3, 2))),
    "lfilter from one state": ("lfilter", lambda f, x, z: f(B, [2.0], x, 1, z), (draw(2, 5), draw(1, 2))),
    "lfilter of rows": ("lfilter", lambda f, b, x: f(b, [2.0], x), (B, draw(2, 5))),
    "lfilter_zi": ("lfilter_zi", lambda f, b, a: f(b, a), (B, A)),
    "sosfilt": ("sosfilt", lambda f, x: f(SOS, x, 0), (draw(5, 2),)),
    "sosfilt of sections": ("sosfilt", sections, (draw(2, 3), draw(2, 2) / 4, draw(6))),
    "sosfilt from a state": ("sosfilt", lambda f, x, z: f(SOS, x, 0, z), (draw(5, 2), draw(2, 2, 2))),
    "sosfilt of few from a state": ("sosfilt", lambda f, x, z: f(SOS, x, -1, z), (draw(1), draw(2, 2))),
    "sosfilt_zi": ("sosfilt_zi", sections, (draw(2, 3), draw(2, 2) / 4)),
    "filtfilt of coefficients": ("filtfilt", lambda f, b, a, x: f(b, a, x, padlen=3), (B, A, draw(5))),
    "filtfilt even": ("filtfilt", lambda f, x: f(B, A, x, 0, "even"), (draw(14, 2),)),
    "filtfilt constant": ("filtfilt", lambda f, x: f(B, A, x, 1, "constant", 4), (draw(2, 6, 2),)),
    "filtfilt unpadded": ("filtfilt", lambda f, x: f(B, A, x, padtype=None), (draw(4),)),
    "filtfilt by Gustafsson": ("filtfilt", lambda f, x: f(B, A, x, 0, method="gust"), (draw(9, 2),)),
    "filtfilt by Gustafsson's ends": ("filtfilt", lambda f, x: f(B, A, x, method="gust", irlen=6), (draw(14),)),
    "sosfiltfilt": ("sosfiltfilt", lambda f, x: f(SOS, x, 0), (draw(17, 2),)),
    "sosfiltfilt of sections": (
        "sosfiltfilt",
        lambda f, b, a, x: sections(f, b, a, x, -1, "even", 2),
        (draw(2, 3), draw(2, 2) / 4, draw(6)),
    ),
    "savgol of all": ("savgol_filter", lambda f, x, d, c: f(x, 4, 2, 1, d, 0, "constant", c), (draw(6, 2), 0.7, 0.3)),
    "savgol interp": ("savgol_filter", lambda f, x: f(x, 6, 3, 2, 0.5), (draw(2, 9),)),
    "savgol wrap": ("savgol_filter", lambda f, x: f(x, 7, 3, mode="wrap"), (draw(4),)),
    "savgol mirror": ("savgol_filter", lambda f, x: f(x, 7, 3, mode="mirror"), (draw(5),)),
    "detrend parts": ("detrend", lambda f, x: f(x, 0, bp=[3, 4]), (draw(8, 2),)),
    "detrend constant": ("detrend", lambda f, x: f(x, 0, "constant"), (draw(5, 2),)),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_filters_have_scipys_values_and_derivatives_in_both_modes_and_recorded(name: str) -> None:
    function, call, arguments = CASES[name]
    ours, scipys = getattr(signal, function), getattr(scipy.signal, function)
    expected = joined(call(scipys, *arguments))
    np.testing.assert_array_equal(joined(call(ours, *arguments)), expected)
    np.testing.assert_allclose(joined(call(ours, *map(ag.Tensor, arguments))).data, expected, rtol=1e-9, atol=1e-11)
    check_grads(lambda *x: joined(call(ours, *x)), rtol=1e-5)(*arguments)
    places = tuple(range(len(arguments)))

    def cubes(*x: Any) -> Any:
        return anp.sum(joined(call(ours, *x)) ** 3)

    gradient = ag.grad(cubes, places)
    compiled = ag.compile(gradient)
    directions = tuple(draw(*np.shape(x)) for x in arguments)
    slope = ag.jvp(cubes, tuple(arguments), directions, argnum=places)[1]
    np.testing.assert_allclose(slope, sum(map(np.sum, map(np.multiply, gradient(*arguments), directions))), rtol=1e-9)
    for size in (0.0, 1e-2):
        given = [x + size * direction for x, direction in zip(arguments, directions, strict=True)]
        for found, wanted in zip(compiled(*given), gradient(*given), strict=True):
            np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-9)


def agree(function: str, *args: Any, place: int, **options: Any) -> None:
    """SciPy's value of one argument as a node, and its type, or an error where SciPy's has one."""
    given = [ag.Tensor(x) if i == place else x for i, x in enumerate(args)]
    try:
        expected = getattr(scipy.signal, function)(*args, **options)
    except ValueError:
        with pytest.raises(ValueError, match=r"expected|takes|longer"):
            getattr(signal, function)(*given, **options)
        return
    found = getattr(signal, function)(*given, **options).data
    assert found.dtype == expected.dtype
    tolerance = 1e-4 if expected.dtype == np.float32 else 1e-9
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("kind", [np.float64, np.float32])
@pytest.mark.parametrize("mode", ["interp", "mirror", "constant", "nearest", "wrap", "reflect"])
def test_all_windows_of_savgol_filter(mode: str, kind: Any) -> None:
    for (window, order), length, deriv in product(((1, 0), (4, 2), (5, 4), (9, 3)), (3, 9, 20), (0, 1, 3)):
        for shape, axis in (((length,), 0), ((2, length, 3), 1)):
            x = draw(*shape).astype(kind)
            agree("savgol_filter", x, window, order, deriv, 0.5, axis, mode, 1.5, place=0)


@pytest.mark.parametrize(
    "kinds", [(np.float32, np.float64, np.float32), (np.float32,) * 3, (complex, np.float32, float)]
)
def test_states_and_coefficients_of_several_types(kinds: Any) -> None:
    b, a, x = (each.astype(kind) for each, kind in zip((B, A, draw(2, 9)), kinds, strict=True))
    for place, state in product(range(3), (np.float32, complex)):
        for given_b, given_a in ((b, a), (b, a[:1]), (b[:1], a)):
            order = max(len(given_b), len(given_a)) - 1
            zi = np.ones((2, order), state)
            given = [ag.Tensor(each) if i == place else each for i, each in enumerate((given_b, given_a, x))]
            wanted = scipy.signal.lfilter(given_b, given_a, x, zi=zi)
            for found, expected in zip(signal.lfilter(*given, zi=zi), wanted, strict=True):
                found = getattr(found, "data", found) if isinstance(found, ag.Tensor) else found
                assert found.dtype == expected.dtype
                single = expected.dtype in (np.float32, np.complex64)
                np.testing.assert_allclose(
                    found, expected, rtol=1e-4 if single else 1e-12, atol=1e-5 if single else 1e-13
                )


@pytest.mark.parametrize("padtype", ["odd", "even", "constant", None, "zero"])
def test_all_paddings_of_forward_and_backward_filters(padtype: Any) -> None:
    for length, padlen, kind in product((2, 6, 20), (None, 0, 5), (np.float64, np.float32)):
        for shape, axis in (((length,), -1), ((2, length, 2), 1)):
            x = draw(*shape).astype(kind)
            agree("filtfilt", B.astype(kind), A.astype(kind), x, axis, padtype, padlen, place=2)
            agree("sosfiltfilt", SOS.astype(kind), x, axis, padtype, padlen, place=1)
            agree("sosfiltfilt", SOS, x, axis, padtype, padlen, place=0)


def test_filters_of_single_precision_stay_so() -> None:
    b, a, sos, x = (each.astype(np.float32) for each in (B, A, SOS, draw(30)))
    for found in (
        signal.lfilter_zi(ag.Tensor(b), a),
        signal.sosfilt_zi(ag.Tensor(sos)),
        signal.filtfilt(ag.Tensor(b), a, x),
        signal.sosfiltfilt(ag.Tensor(sos), x),
        signal.filtfilt(b, a, ag.Tensor(x), method="gust", irlen=9),
    ):
        assert found.dtype == np.float32


def test_sections_that_are_traced_want_padlen() -> None:
    x = draw(30)
    gradient = ag.grad(lambda sos: anp.sum(signal.sosfiltfilt(sos, x, padlen=9) ** 2))
    np.testing.assert_allclose(ag.compile(gradient)(SOS), gradient(SOS), rtol=1e-10)
    with pytest.raises(ag.errors.GradbookError, match="sosfiltfilt without padlen="):
        ag.compile(lambda sos: signal.sosfiltfilt(sos, x))(SOS)


@pytest.mark.parametrize("type_", ["linear", "l", "constant", "c", "square"])
def test_all_parts_of_detrend(type_: str) -> None:
    for length, bp, kind in product((1, 2, 9), (0, [1], [2, 2, 7], 12), (np.float64, np.float32)):
        for shape, axis in (((length,), -1), ((2, length, 2), 1)):
            agree("detrend", draw(*shape).astype(kind) + 3, axis, type_, bp, place=0)


def test_states_and_coefficients_that_do_not_fit_are_refused() -> None:
    x, two = ag.Tensor(draw(6)), ag.Tensor(draw(6, 2))
    for call, message in (
        (lambda: signal.lfilter(B, A, x, zi=[0.0]), r"takes a state zi of shape \(3,\) here, not \(1,\)"),
        (lambda: signal.lfilter(B, A, two, 0, np.zeros(3)), r"takes a state zi of shape \(3, 2\) here, not \(3,\)"),
        (lambda: signal.lfilter([B], A, x), r"takes vectors of coefficients, .* not shape \(1, 3\)"),
        (lambda: signal.lfilter(B, [], x), "takes vectors of coefficients"),
        (lambda: signal.lfilter_zi(ag.Tensor([1.0]), [2.0]), "takes a filter with a state"),
        (lambda: signal.lfilter_zi(ag.Tensor([1.0]), [1.0, -1.0]), "[Ss]ingular"),
        (lambda: signal.sosfilt(SOS, x, zi=np.zeros((2, 3))), r"takes a state zi of shape \(2, 2\) here, not \(2, 3\)"),
        (lambda: signal.sosfilt(SOS[:, :5], x), r"takes sections of shape \(sections, 6\), not \(2, 5\)"),
        (lambda: signal.sosfilt(2 * SOS, x), "ones, not"),
        (lambda: signal.filtfilt(B, A, x, method="both"), "expected 'pad' or 'gust'"),
        (lambda: signal.detrend(x, bp=[-1]), "expected positions from 0 to 6"),
    ):
        with pytest.raises(ValueError, match=message):
            call()
    for call, message in (
        (lambda: signal.filtfilt(ag.Tensor(B), A, x, method="gust"), "has a derivative for x alone"),
        (lambda: signal.savgol_filter(ag.Tensor(draw(6) + 1j), 3, 1), "takes real numbers"),
    ):
        with pytest.raises(TypeError, match=message):
            call()


@pytest.mark.parametrize(
    "call",
    [
        lambda x: signal.lfilter(B, A, x, zi=np.ones(3))[0],
        lambda x: signal.detrend(x, bp=[100]),
        lambda x: signal.savgol_filter(x, 11, 3),
        lambda x: signal.filtfilt(B, A, x),
        lambda x: signal.filtfilt(B, A, x, method="gust", irlen=50),
        lambda x: signal.sosfiltfilt(SOS, x),
    ],
)
def test_long_filters_take_memory_of_their_length(call: Any) -> None:
    x = draw(100_000)
    gradient = ag.grad(lambda x: anp.sum(call(x) ** 2))
    tracemalloc.start()
    try:
        found = gradient(x)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert np.all(np.isfinite(found))
    assert peak < 60 * x.nbytes  # a matrix would be as large as 100,000 of them
