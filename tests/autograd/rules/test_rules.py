"""Every primitive, by the table: values, gradients, second derivatives, and what inputs may be like."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import mutually_broadcastable_shapes

import autograd as ag
from autograd.graph.backward import propagate
from autograd.graph.forward import push_forward
from autograd.graph.order import topological_order
from autograd.rules.primitive import BOOK, COMPLEX_BOOK, Primitive
from tests.autograd.each import each
from tests.autograd.rules.single import SINGLE, check_single, in_precision
from tests.autograd.table import ROWS, Case, cases

ALL = list(cases())
DIFFERENTIABLE = list(cases(differentiable=True))
SCALAR = [case for case in ALL if BOOK[case.name].scalar is not None and all(shape == () for shape in case.shapes)]


def central_difference(f: Any, arrays: list[Any], position: int, step: float = 1e-5) -> Any:
    """∂f/∂(one input) of a function with a single number as result: (f(x + h) − f(x − h)) / 2h, refined once.

    Richardson's extrapolation of the steps h and h/2 leaves an error of order h⁴.
    """
    x = arrays[position]
    gradient = np.empty(x.shape)
    for place in np.ndindex(x.shape):

        def slope(h: float, place: tuple[int, ...] = place) -> float:
            values = []
            for sign in (1, -1):
                moved = x.copy()
                moved[place] += sign * h
                values.append(f(*arrays[:position], moved, *arrays[position + 1 :]))
            return (values[0] - values[1]) / (2 * h)

        gradient[place] = (4 * slope(step / 2) - slope(step)) / 3
    return gradient


def weights_for(case: Case, y: Any) -> Any:
    """A fixed random direction in the space of results, so that one number stands for all of them."""
    return np.random.default_rng(7).uniform(0.5, 1.5, y.shape)


def projected(case: Case) -> Any:
    """The case's function as a single float of plain arrays."""

    def f(*arrays: Any) -> float:
        y = np.asarray(case(*arrays))
        return float(np.sum(y * weights_for(case, y)))

    return f


def gradients_of(case: Case, arrays: list[Any], **options: Any) -> tuple[Any, list[Any]]:
    nodes = case.nodes(arrays)
    y = case(*nodes)
    wanted = [nodes[i] for i in case.differentiable()]
    return wanted, ag.gradients(y, wanted, gradient=weights_for(case, y), **options)


@each("case", DIFFERENTIABLE)
def test_the_gradient_is_the_central_difference(case: Case) -> None:
    arrays = case.draw()
    _, gradients = gradients_of(case, arrays)
    for position, gradient in zip(case.differentiable(), gradients, strict=True):
        expected = central_difference(projected(case), arrays, position)
        np.testing.assert_allclose(gradient.data, expected, rtol=1e-6, atol=1e-8)


def _share(x: Any, axis: Any = -1) -> Any:
    return np.exp(x) / np.sum(np.exp(x), axis=axis, keepdims=True)


def _phi(x: Any) -> Any:
    return np.vectorize(lambda x: math.erfc(-x / math.sqrt(2)) / 2, otypes=[float])(x)


def _convolution(x: Any, w: Any, stride: Any, padding: Any, dilation: Any, groups: int) -> Any:
    """Of one axis, number by number."""
    (n, _, length), (out, inner, size) = x.shape, w.shape
    (s,), (p,), (d,) = stride, padding, dilation
    y = np.zeros((n, out, (length + 2 * p - d * (size - 1) - 1) // s + 1))
    for i, o, place, c, k in np.ndindex(*y.shape, inner, size):
        at = s * place + d * k - p
        if 0 <= at < length:
            y[i, o, place] += x[i, o // (out // groups) * inner + c, at] * w[o, c, k]
    return y


# Forwards that are more than one call of NumPy's, by their definition.
DEFINITIONS: dict[str, Any] = {
    "sech_squared": lambda x: 1 - np.tanh(x) ** 2,
    "lowered_power": lambda a, b: a ** (b - 1),
    "power": np.power,
    "direction": np.divide,
    "peak": np.maximum,
    "share": lambda a, b: np.exp(a - b),
    "norm": lambda x, axis, keepdims: np.sqrt(np.sum(x * x, axis=axis, keepdims=keepdims)),
    "binary_cross_entropy": lambda z, t: -t * np.log(ag.sigmoid(z)) - (1 - t) * np.log(1 - ag.sigmoid(z)),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softplus": lambda x: np.log(1 + np.exp(x)),
    "relu": lambda x: x * (x > 0),
    "leaky_relu": lambda x, slope: x * (x > 0) + slope * x * (x <= 0),
    "elu": lambda x, alpha: x * (x > 0) + alpha * (np.exp(x) - 1) * (x <= 0),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "gelu": lambda x: x * _phi(x),
    "normal_cdf": lambda x: _phi(x),
    "normal_pdf": lambda x: np.exp(-x * x / 2) / np.sqrt(2 * np.pi),
    "scatter_add": lambda x, i, shape, axis: np.einsum("aib,ij->ajb", x, np.eye(3)[i]),
    "convolution": _convolution,
    "convolve": lambda a, v, mode: np.array(
        [sum(a[n - k] * v[k] for k in range(len(v)) if 0 <= n - k < len(a)) for n in range(len(a) + len(v) - 1)]
    )[slice(None) if mode == "full" else slice(len(v) - 1, len(a))],
    "logsumexp": lambda x, axis, keepdims: np.log(np.sum(np.exp(x), axis=axis, keepdims=keepdims)),
    "softmax": _share,
    "log_softmax": lambda x, axis: np.log(_share(x, axis)),
    "scatter_along_axis": lambda x, i, shape, axis: np.einsum("ij,ijk->ik", x, np.eye(4)[i]),
    "cofactors": lambda x: np.linalg.det(x)[..., None, None] * np.swapaxes(np.linalg.inv(x), -1, -2),
    "solve": lambda a, b: np.linalg.inv(a) @ b,
    "einsum": lambda a, b, subscripts: np.einsum(subscripts, a, b),
    "qr": lambda x: np.concatenate([np.linalg.qr(x)[0], np.swapaxes(np.linalg.qr(x)[1], -1, -2)], -2),
    "add_n": lambda x, y, z: x + y + z,
    **dict.fromkeys(("logsumexp_n", "log_normaliser_n"), lambda x, y, z: np.log(np.exp(x) + np.exp(y) + np.exp(z))),
    "scatter_parts": lambda x, y, z, shape, indices: np.array([0 * y, x[0], x[1] + y, z[0] + z[1]]),
    "scatter": lambda x, shape, index: np.array([0, x[0] + x[1], 0, 0, x[2]]),
    "linear": lambda x, W, b: np.einsum("...i,ij->...j", x, W) + b,
    "affine": lambda b, v, w, x, y: b + v * x + w * y,
    "one_hot": lambda x, classes: np.eye(classes)[x],
    "cross_entropy_of_classes": lambda x, t: -np.sum(np.log(_share(x)) * np.eye(4)[t], axis=-1),
    "mean_cross_entropy": lambda x, t: -np.mean(np.sum(np.log(_share(x)) * np.eye(4)[t], axis=-1)),
    "cross_entropy_of_probabilities": lambda x, p: -np.sum(p * np.log(_share(x)), axis=-1),
}


@each("case", [case for case in ALL if case.name in DEFINITIONS])
def test_a_value_is_its_definition(case: Case) -> None:
    arrays = case.draw()
    y = case(*case.nodes(arrays))
    np.testing.assert_allclose(_plain(y), DEFINITIONS[case.name](*arrays, **case.attrs), rtol=1e-12)


UFUNCS = [name for name, entry in BOOK.items() if entry.ufunc is not None and entry.differentiable]
COMPLEX = [name for name in UFUNCS if {"D->D", "DD->D"} & {*BOOK[name].ufunc.types}]
ANALYTIC = [name for name in COMPLEX if name not in ("maximum", "minimum", "matmul")]


@pytest.mark.parametrize("name", ANALYTIC)
def test_the_gradient_is_the_complex_step_to_the_last_digits(name: str) -> None:
    # f(x + ih) = f(x) + ih f′(x) + O(h²), with no difference of nearly equal numbers (Squire and Trapp, 1998).
    step, row = 1e-30, ROWS[name]
    points = [domain.draw(np.random.default_rng(5), (200,)) for domain in row.domains]
    for position in range(len(points)):
        shifted = [x + 1j * step if i == position else x for i, x in enumerate(points)]
        expected = np.imag(BOOK[name].array(*shifted)) / step
        xs = [ag.Tensor(x, requires_grad=True) for x in points]
        ours = ag.gradients(BOOK[name](*xs), xs[position], gradient=np.ones(200))
        np.testing.assert_allclose(ours.data, expected, rtol=1e-13)


@each("case", DIFFERENTIABLE)
def test_the_second_derivative_is_the_central_difference_of_the_gradient(case: Case) -> None:
    arrays = case.draw()
    rng = np.random.default_rng(3)
    directions = [rng.uniform(0.5, 1.5, arrays[i].shape) for i in case.differentiable()]

    def slope(*moved: Any) -> float:
        _, gradients = gradients_of(case, list(moved))
        return float(sum(np.sum(g.data * d) for g, d in zip(gradients, directions, strict=True)))

    wanted, gradients = gradients_of(case, arrays, create_graph=True)
    total = ag.sum([ag.sum(g * d) for g, d in zip(gradients, directions, strict=True)])
    # The gradient of a linear function depends on nothing, and needs no gradient itself.
    seconds = ag.gradients(total, wanted) if total.requires_grad else [ag.Tensor(np.zeros(x.shape)) for x in wanted]
    for position, second in zip(case.differentiable(), seconds, strict=True):
        expected = central_difference(slope, arrays, position)
        np.testing.assert_allclose(second.data, expected, rtol=1e-6, atol=1e-7)


@each("case", ALL)
def test_the_result_does_not_depend_on_how_inputs_lie_in_memory(case: Case) -> None:
    arrays = case.draw()
    strided = []
    for array in arrays:
        spread = np.zeros(tuple(2 * n for n in reversed(array.shape)), array.dtype).transpose()
        spread = spread[(Ellipsis, *(slice(None, None, -2),) * array.ndim)]  # backwards, with gaps, columns first
        spread[...] = array
        spread.flags.writeable = False
        strided.append(spread)
    # A product's terms may be added in another order, which shows relative to the terms where these cancel.
    np.testing.assert_allclose(case(*strided), case(*arrays), rtol=1e-14, atol=1e-14)
    for plain, other in zip(_gradients(case, arrays), _gradients(case, strided), strict=True):
        np.testing.assert_allclose(other.data, plain.data, rtol=1e-13, atol=1e-14)


def _gradients(case: Case, arrays: list[Any]) -> list[Any]:
    # Without Tensor's copy of its data, so that strided and read-only memory reaches the rules.
    if not BOOK[case.name].differentiable:
        return []
    nodes = case.nodes(arrays)
    for i in case.differentiable():
        nodes[i]._raw = arrays[i]
    y = case(*nodes)
    weights = weights_for(case, y)
    weights.flags.writeable = False
    return ag.gradients(y, [nodes[i] for i in case.differentiable()], gradient=weights)


@each("case", DIFFERENTIABLE)
def test_nothing_is_written_into_inputs_or_into_the_upstream_gradient(case: Case) -> None:
    arrays = case.draw()
    before = [array.copy() for array in arrays]
    _gradients(case, arrays)
    for array, copy in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(array, copy)


BROADCASTING = [name for name, entry in BOOK.items() if entry.elementwise and len(ROWS[name].domains) > 1]


@pytest.mark.parametrize("name", [name for name in BROADCASTING if BOOK[name].differentiable])
@settings(max_examples=25, deadline=None, derandomize=True)
@given(data=st.data())
def test_the_gradient_of_an_input_that_was_broadcast_is_the_sum_over_its_copies(name: str, data: Any) -> None:
    row = ROWS[name]
    shapes = data.draw(mutually_broadcastable_shapes(num_shapes=len(row.domains), max_dims=4, min_side=0, max_side=3))
    case = Case(name, row, shapes.input_shapes, {})
    arrays = case.draw()
    spread = [np.array(np.broadcast_to(array, shapes.result_shape)) for array in arrays]
    for create_graph in (False, True):
        _, ours = gradients_of(case, arrays, create_graph=create_graph)
        _, copies = gradients_of(case, spread)
        for position, gradient, of_copies in zip(case.differentiable(), ours, copies, strict=True):
            expected = np.zeros(arrays[position].shape)
            places = np.broadcast_to(np.arange(expected.size).reshape(expected.shape), shapes.result_shape)
            np.add.at(expected.reshape(-1), places.reshape(-1), of_copies.data.reshape(-1))
            assert gradient.shape == expected.shape
            np.testing.assert_allclose(gradient.data, expected, rtol=1e-12)


@each("case", [case for case in DIFFERENTIABLE if case.name != "astype"])
def test_in_single_precision_gradients_are_as_good_as_they_can_be(case: Case) -> None:
    arrays = case.draw()
    y = case(*[in_precision(a, SINGLE) for a in arrays])
    assert np.asarray(y).dtype == np.float32
    check_single(case, arrays, case.differentiable(), weights_for(case, np.asarray(y)))


@each("case", DIFFERENTIABLE)
def test_a_recorded_backward_pass_gives_the_same_gradients(case: Case) -> None:
    arrays = case.draw()
    _, plain = gradients_of(case, arrays)
    _, recorded = gradients_of(case, arrays, create_graph=True)
    for a, b in zip(plain, recorded, strict=True):
        np.testing.assert_allclose(b.data, a.data, rtol=1e-13, atol=1e-15)


def test_a_rule_may_give_one_number_for_all_entries_of_an_input() -> None:
    total = Primitive("total", np.sum, (lambda g, y, x: g,))
    x = ag.Tensor(np.ones((2, 3)), requires_grad=True)
    for create_graph in (False, True):
        gradient = ag.gradients(total(x) * 2.0, x, create_graph=create_graph)
        assert gradient.tolist() == [[2.0] * 3] * 2


# ---- testing the tester --------------------------------------------------------------------------------------------

ONE_OF_EACH = {case.name: case for case in DIFFERENTIABLE if not any(0 in shape for shape in case.shapes)}.values()


@pytest.mark.parametrize(("case", "input"), [(case, i) for case in ONE_OF_EACH for i in case.differentiable()], ids=str)
def test_a_rule_that_is_wrong_by_a_hundred_thousandth_is_found(
    case: Case, input: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = BOOK[case.name]
    pull, vjps = entry.derivatives["array"]
    off = [1.0 + 1e-5 * (i == input) for i in range(5)]
    if pull is not None:
        wrong = (
            lambda *a, **k: [
                share if share is None else share * by for share, by in zip(pull(*a, **k), off, strict=False)
            ],
            vjps,
        )
    else:
        wrong = (None, tuple(lambda *a, i=i, **k: vjps[i](*a, **k) * off[i] for i in range(len(vjps))))
    monkeypatch.setitem(entry.derivatives, "array", wrong)
    with pytest.raises(AssertionError):
        test_the_gradient_is_the_central_difference(case=[case])


# ---- Values --------------------------------------------------------------------------------------------------------


@each("case", SCALAR)
def test_a_value_gives_what_an_array_without_axes_gives(case: Case) -> None:
    arrays = case.draw()
    entry, wanted = BOOK[case.name], case.differentiable()
    values = [bool(a) if a.dtype == bool else ag.Value(float(a)) for a in arrays]
    y = entry(*values, **case.attrs)
    np.testing.assert_allclose(float(y.data if isinstance(y, ag.Value) else y), np.asarray(case(*arrays)), rtol=1e-14)
    if not wanted:
        return
    assert isinstance(y, ag.Value)
    ours = ag.gradients(y, [values[i] for i in wanted])
    nodes = case.nodes(arrays)
    theirs = ag.gradients(case(*nodes), [nodes[i] for i in wanted])
    np.testing.assert_allclose(ours, [g.item() for g in theirs], rtol=1e-12)
    slopes = ag.gradients(y, [values[i] for i in wanted], create_graph=True)
    np.testing.assert_allclose([slope.data for slope in slopes], ours, rtol=1e-14)


EXTREME = [0.0, -0.0, 1.0, -1.0, 1000.0, -1000.0, 1e-300, -1e-300, 1e300, -1e300, np.inf, -np.inf, np.nan]
SEVERAL = [name for name, row in ROWS.items() if BOOK[name].scalar is not None and BOOK[name].elementwise]


@pytest.mark.parametrize("name", SEVERAL)
def test_extreme_numbers_give_values_and_gradients_as_in_ieee_754(name: str) -> None:
    """Every combination of extremes: a Value raises nothing, and gives what NumPy gives."""
    entry, row = BOOK[name], ROWS[name]
    for point in product(*([True, False] if domain.kind == "bool" else EXTREME for domain in row.domains)):
        values = [x if x is True or x is False else ag.Value(x) for x in point]
        tensors = [x if x is True or x is False else ag.Tensor(x, requires_grad=True) for x in point]
        y = entry(*values, **row.attrs[0])
        with np.errstate(all="ignore"):
            z = entry(*tensors, **row.attrs[0])
            np.testing.assert_allclose(y.data, z.data, rtol=1e-13, err_msg=str(point))
            if entry.differentiable:
                y.backward()
                z.backward()
                ours = [value.grad for value in values if isinstance(value, ag.Value)]
                theirs = [tensor.grad.item() for tensor in tensors if isinstance(tensor, ag.Tensor)]
                np.testing.assert_allclose(ours, theirs, rtol=1e-12, err_msg=str(point))


@pytest.mark.parametrize("x", [1000.0, -1000.0, 300.0, -300.0])
@pytest.mark.parametrize("name", ["tanh", "sigmoid", "softplus", "arctan", "relu", "leaky_relu", "elu", "silu", "gelu"])
def test_saturated_activations_do_not_overflow(name: str, x: float) -> None:
    tensor = ag.Tensor([x], requires_grad=True)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        y = BOOK[name](tensor, **ROWS[name].attrs[0])
        y.sum().backward()
    assert np.isfinite(y.data).all()
    assert np.isfinite(tensor.grad.data).all()


INFINITE = [
    ([np.inf, 1.0], np.inf, [np.nan, 0.0]),
    ([-np.inf, 1.0], 1.0, [0.0, 1.0]),
    ([-np.inf, -np.inf], -np.inf, [0.0, 0.0]),
    ([np.inf, np.nan], np.nan, [np.nan, np.nan]),
    ([np.nan, np.inf], np.nan, [np.nan, np.nan]),
]


@pytest.mark.parametrize(("point", "result", "slopes"), INFINITE)
def test_logsumexp_of_infinities(point: list[float], result: float, slopes: list[float]) -> None:
    values, x = [ag.Value(number) for number in point], ag.Tensor(point, requires_grad=True)
    with np.errstate(all="ignore"):
        y, z = ag.logsumexp(values), ag.logsumexp(x)
        np.testing.assert_array_equal([y.data, z.item()], [result, result])
        np.testing.assert_array_equal(ag.gradients(y, values), slopes)
        np.testing.assert_array_equal(ag.gradients(z, x).data, slopes)


def test_logsumexp_overflows_only_where_its_result_does() -> None:
    with np.errstate(over="raise"):
        assert ag.logsumexp(np.array([1e308, 1e308])) == ag.logsumexp([ag.Value(1e308)] * 2).data == 1e308


@pytest.mark.parametrize("function", [ag.softmax, ag.log_softmax, ag.logsumexp])
def test_softmax_and_its_kin_do_not_overflow(function: Any) -> None:
    x = ag.Tensor([1000.0, -1000.0, 0.0], requires_grad=True)
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        y = function(x).sum()
        y.backward()
    assert np.isfinite(y.item())
    assert np.isfinite(x.grad.data).all()


# ---- PyTorch -------------------------------------------------------------------------------------------------------


@pytest.mark.peers
@each("case", [case for case in ALL if case.row.torch is not None])
def test_pytorch_agrees_on_values_gradients_and_second_derivatives(case: Case) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed (pip install -e '.[peers]')")
    arrays = case.draw()
    wanted = case.differentiable() if BOOK[case.name].differentiable else []
    tensors = [torch.tensor(a, requires_grad=i in wanted) for i, a in enumerate(arrays)]
    theirs = case.row.torch(torch, *tensors, **case.attrs)
    nodes = case.nodes(arrays) if wanted else arrays
    ours = case(*nodes)
    np.testing.assert_allclose(_plain(ours), theirs.detach().numpy(), rtol=1e-10)
    if not wanted:
        return
    weights = weights_for(case, ours)
    mine = ag.gradients(ours, [nodes[i] for i in wanted], gradient=weights, create_graph=True)
    other = torch.autograd.grad(theirs, [tensors[i] for i in wanted], torch.tensor(weights), create_graph=True)
    for a, b in zip(mine, other, strict=True):
        np.testing.assert_allclose(a.data, b.detach().numpy(), rtol=1e-10, atol=1e-14)

    total, torch_total = ag.sum([ag.sum(ag.sin(g)) for g in mine]), sum(g.sin().sum() for g in other)
    if total.requires_grad and torch_total.requires_grad:
        seconds = ag.gradients(total, [nodes[i] for i in wanted])
        torch_seconds = torch.autograd.grad(torch_total, [tensors[i] for i in wanted], allow_unused=True)
        for a, b in zip(seconds, torch_seconds, strict=True):
            expected = np.zeros(a.shape) if b is None else b.numpy()
            np.testing.assert_allclose(a.data, expected, rtol=1e-10, atol=1e-13)


def _plain(y: Any) -> Any:
    return y.data if isinstance(y, ag.Tensor) else np.asarray(y)


@pytest.mark.parametrize("kinds", list(product((np.float32, np.float64, None), repeat=3)))
def test_an_affine_map_has_the_type_that_numpys_steps_have(kinds: tuple[Any, ...]) -> None:
    """None: a list of whole numbers."""
    x, W, b = ([[1, 2]], [[3, 4, 5], [6, 7, 8]], [1, 2, 3])
    x, W, b = (part if kind is None else np.array(part, kind) for part, kind in zip((x, W, b), kinds, strict=True))
    if kinds[0] is None and kinds[1] is None:
        return
    before = np.array(b)
    leaves = zip((x, W, b), kinds, strict=True)
    y = BOOK["linear"](*(part if kind is None else ag.Tensor(part, requires_grad=True) for part, kind in leaves))
    expected = np.matmul(x, W) + b
    assert y.dtype == expected.dtype
    assert y.tolist() == expected.tolist()
    assert np.array_equal(b, before)


@pytest.mark.parametrize("shape", [(2,), (2, 2, 2)])
def test_positions_along_an_axis_have_as_many_axes_as_what_they_are_added_to(shape: tuple[int, ...]) -> None:
    with pytest.raises(ag.ShapeError, match="scatter_along_axis"):
        BOOK["scatter_along_axis"](ag.Tensor(np.ones(shape)), np.zeros(shape, int), shape=(3, 4), axis=0)


@pytest.mark.parametrize("x", [[800.0], [-800.0, 0.0], [1e308] * 3, [800.0] * 2000])
def test_the_slope_of_tanh_far_out_warns_of_nothing(x: list[float]) -> None:
    with np.errstate(all="raise", under="ignore"):
        found = BOOK["sech_squared"](np.array(x))
    np.testing.assert_array_equal(found, np.equal(x, 0.0))


@pytest.mark.parametrize("own", ["".join(word) for n in range(4) for word in product("ijk", repeat=n)])
def test_a_sum_of_products_over_any_letters_has_the_gradient_of_its_entries(own: str) -> None:
    rng, length = np.random.default_rng(0), {"i": 2, "j": 3, "k": 2}
    other = "jk"
    a, b = (rng.normal(size=[length[letter] for letter in letters]) for letters in (own, other))
    for result in {"", *own, other, "".join(dict.fromkeys(own)), "".join(dict.fromkeys((own + other)[::-1]))}:
        subscripts = f"{own},{other}->{result}"
        upstream = rng.normal(size=[length[letter] for letter in result])
        x = ag.Tensor(a, requires_grad=True)
        ag.sum(ag.BOOK["einsum"](x, b, subscripts=subscripts) * upstream).backward()
        units = np.eye(a.size).reshape(a.size, *a.shape)
        expected = [np.sum(np.einsum(subscripts, unit, b) * upstream) for unit in units]
        np.testing.assert_allclose(np.ravel(x.grad.data), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("of", "forward"), [("svd", False), ("svd", True), ("svd_of_complex", False)])
def test_of_a_square_matrix_nothing_is_left_over_to_differentiate(of: str, forward: bool) -> None:
    """It takes fewer operations than a tall or a wide one."""
    book, rng = {**BOOK, **COMPLEX_BOOK}, np.random.default_rng(0)
    taken = []
    for shape in ((3, 3), (4, 3), (3, 4)):
        x = rng.normal(size=shape) + (0 if of == "svd" else 1j * rng.normal(size=shape))
        node = ag.Tensor(x, requires_grad=True)
        y = book[of](node)
        if forward:
            found = push_forward(topological_order(y), {node: ag.Tensor(np.ones_like(x))}, create_graph=True)[y]
        else:
            found = propagate(y, ag.Tensor(np.ones_like(y.data)), topological_order(y), create_graph=True)[node]
        taken.append(len(topological_order(found)))
    assert taken[0] < min(taken[1:])


@pytest.mark.parametrize(
    "x", [np.linspace(-3, 3, 10), np.zeros(1000), [1.0], 3.0, 800.0, [-800.0], np.full(2, 90, "f")], ids=str
)
def test_a_hyperbolic_cosine_that_overflows_is_no_news(x: Any) -> None:
    with np.errstate(all="raise", under="ignore"):  # 1/∞ is right
        y = BOOK["sech_squared"].array(np.asarray(x)[()])
    with np.errstate(over="ignore"):
        np.testing.assert_allclose(y, np.cosh(x) ** -2.0, rtol=1e-6 if getattr(x, "dtype", "d") == "f" else 1e-14)


@pytest.mark.parametrize("order", ["C", "F"])
def test_sums_of_no_products_are_zero(order: Any) -> None:
    """Whatever is behind arrays of no entries in memory, and whatever their strides."""
    behind = np.full(64, np.nan, np.float32)
    none = np.lib.stride_tricks.as_strided(behind[:1], (0, 3), (0, 4) if order == "C" else (0, 0))
    g = behind[:0]
    np.testing.assert_array_equal(BOOK["einsum"](g, none, subscripts="i,ij->j"), np.zeros(3), strict=False)
    assert BOOK["einsum"](none, np.ones(3, np.float32), subscripts="ij,j->i").shape == (0,)
