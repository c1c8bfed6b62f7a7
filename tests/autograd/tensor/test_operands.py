"""What may stand beside a Tensor, and what a plain array may take in from one."""

from __future__ import annotations

import contextlib
import importlib
import operator
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor
from autograd.tensor.numpy_methods import IN_PLACE, OF_NUMPY

OPERATORS = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.matmul]
MASKED = np.ma.masked_array([1.0, 2.0], mask=[True, False])
MATRIX = np.eye(2).view(np.matrix)


@pytest.mark.parametrize("compute", OPERATORS)
def test_a_masked_array_is_refused_by_name(compute: Callable[[Any, Any], Any]) -> None:
    x = Tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(TypeError, match="masked array would drop its mask"):
        compute(x, MASKED)


@pytest.mark.parametrize(
    "use",
    [
        lambda m: Tensor(m),
        lambda m: setattr(Tensor([1.0, 2.0]), "data", m),
        lambda m: ag.linear(m, Tensor(np.eye(2), requires_grad=True)),
        lambda m: np.concatenate([Tensor([1.0], requires_grad=True), m]),
        lambda m: ag.grad(lambda x: x.sum())(m),
    ],
)
def test_a_masked_array_is_refused_wherever_it_comes_in(use: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match="masked array would drop its mask"):
        use(MASKED)


@pytest.mark.parametrize("compute", [*OPERATORS, np.ma.multiply, np.ma.power, np.ma.dot, lambda m, x: np.ma.exp(x)])
@pytest.mark.parametrize("node", [Tensor([1.0, 2.0], requires_grad=True), ag.Value(2.0)], ids=["Tensor", "Value"])
def test_a_masked_array_takes_no_node_in(compute: Callable[[Any, Any], Any], node: Any) -> None:
    with pytest.raises(TypeError):
        compute(MASKED, node)


@pytest.mark.parametrize("compute", OPERATORS)
def test_a_matrix_is_refused_by_name(compute: Callable[[Any, Any], Any]) -> None:
    x = Tensor(np.eye(2), requires_grad=True)
    for a, b in ((x, MATRIX), (MATRIX, x)):
        with pytest.raises(TypeError, match=r"np\.matrix|exponent must be an integer"):  # matrix ** means another power
            compute(a, b)


class Labelled:
    """An array of another library, with operators of its own."""

    __array_priority__ = 50

    def __init__(self, numbers: Any) -> None:
        self.numbers = np.asarray(numbers)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.array(self.numbers, dtype=dtype, copy=copy)

    def _operate(self, other: Any) -> Any:
        return "theirs", other

    __add__ = __sub__ = __mul__ = __truediv__ = __pow__ = __matmul__ = _operate
    __radd__ = __rsub__ = __rmul__ = __rtruediv__ = __rpow__ = __rmatmul__ = _operate


class OfUfuncs(Labelled):
    """The same, told by NumPy's newer protocol."""

    __array_priority__ = -1

    def __array_ufunc__(self, *_: Any, **__: Any) -> Any:
        return "theirs"


@pytest.mark.parametrize("kind", [Labelled, OfUfuncs])
@pytest.mark.parametrize("compute", OPERATORS)
def test_another_librarys_array_has_the_say(compute: Callable[[Any, Any], Any], kind: Any) -> None:
    x, other = Tensor([1.0, 2.0], requires_grad=True), kind([1.0, 2.0])
    assert compute(x, other) == ("theirs", x)
    assert compute(other, x) == ("theirs", x)
    with pytest.raises(TypeError, match=f"{kind.__name__}, which has operators of its own"):
        ag.maximum(x, other)


def test_a_table_of_pandas_never_loses_a_gradient() -> None:
    pandas = pytest.importorskip("pandas")
    x = Tensor([1.0, 2.0], requires_grad=True)
    for other in (pandas.Series([3.0, 4.0]), pandas.DataFrame({"a": [3.0, 4.0]})):
        for compute in (operator.add, operator.mul):
            for a, b in ((x, other), (other, x)):
                try:
                    result = compute(a, b)
                except (TypeError, ValueError):
                    continue
                assert isinstance(result, Tensor)
                ag.gradients(result.sum(), x)


# ---- plain arrays that are asked for ---------------------------------------------------------------------------------


def _write(array: Any, index: Any, value: Any) -> None:
    array[index] = value


@pytest.mark.parametrize(
    ("use", "words"),
    [
        (lambda x: np.asarray(x), "use t.data or t.detach() where that is meant"),
        (lambda x: np.ma.sum(x), "use x.filled(…) for a plain array"),
        (lambda x: np.polynomial.polynomial.polyval(1.0, x), "np.polyval and its kin take nodes"),
        (lambda x: _write(np.zeros(2), slice(None), x), "writing a Tensor into entries of a plain array"),
        (lambda x: float(x[0]), "use t.item() for the number"),
    ],
)
def test_who_asks_for_a_plain_array_is_told_what_to_do(use: Any, words: str) -> None:
    with pytest.raises(TypeError, match=re.escape(words)):
        use(Tensor([1.0, 2.0], requires_grad=True))


def test_an_entry_written_into_a_plain_array_says_what_it_loses() -> None:
    x = Tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(ValueError, match="setting an array element with a sequence") as error:  # NumPy's
        _write(np.zeros(2), 0, x[0])
    assert "writing a Tensor into entries of a plain array" in str(error.value.__cause__)


@pytest.mark.parametrize(
    ("library", "use"),
    [
        ("pandas", lambda pandas, x: pandas.Series([3.0, 4.0]) * x),
        ("scipy.fft", lambda fft, x: fft.fft(x)),
        ("matplotlib.pyplot", lambda pyplot, x: pyplot.figure().gca().scatter(x, x)),  # by way of masked arrays
        ("scipy.stats", lambda stats, x: stats.norm.logpdf(x)),
    ],
)
def test_another_librarys_function_is_named(library: str, use: Any) -> None:
    found = pytest.importorskip(library)
    if library == "scipy.fft" and pytest.importorskip("scipy").__version__.startswith("1.13."):
        pytest.skip("SciPy 1.13 asks for an array's flags before it asks for the array")
    with pytest.raises(TypeError, match=r"gradient: (take the table's|autograd\.scipy(\.fft)? has|a picture is of)"):
        use(found, Tensor([1.0, 2.0], requires_grad=True))


@pytest.mark.parametrize("ask", [np.asarray, float])
@pytest.mark.parametrize(
    ("names", "named"),
    [
        ((), False),
        (("scipy.made_up",), True),
        (("scipy.made_up", "numpy.made_up"), True),
        (("scipy.made_up", "numpy.made_up", "autograd.made_up"), True),
        (("scipy.made_up", "user"), False),
        (("scipy.made_up", "user", "numpy.made_up"), False),
        (("scipys",), False),
    ],
)
def test_the_innermost_caller_beyond_numpy_says_what_to_do(ask: Any, names: tuple[str, ...], named: bool) -> None:
    """Callers by the names of their modules, the outermost first."""
    call = ask
    for name in reversed(names):
        call = eval("lambda x: call(x)", {"__name__": name, "call": call})
    with pytest.raises(TypeError) as error:
        call(Tensor([1.0, 2.0], requires_grad=True) if ask is np.asarray else Tensor(1.0, requires_grad=True))
    assert ("autograd.scipy has" in str(error.value)) == named


@pytest.mark.parametrize(
    "use",
    [
        lambda x, out: np.any(x, out=out),
        lambda x, out: np.isposinf(x, out),
        lambda x, out: np.argmax(x, 0, out),
    ],
)
def test_a_function_without_slopes_writes_into_no_tensor(use: Any) -> None:
    x, out = Tensor([1.0, 2.0], requires_grad=True), Tensor([7.0, 8.0])
    with pytest.raises((TypeError, ValueError), match=r"takes no out=|read-only|out|casting"):
        use(x, out)
    assert out.tolist() == [7.0, 8.0]


# ---- arrays that take in numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_step_that_lectures_write(dtype: Any) -> None:
    W = Tensor([1.0, 2.0], requires_grad=True, dtype=dtype)
    y = (W * W).sum()
    y.backward()
    W.data -= 0.1 * W.grad
    W.data += -0.1 * W.grad
    np.testing.assert_allclose(W.data, [0.6, 1.2], rtol=1e-6)
    assert W.dtype == dtype
    with pytest.raises(ag.GraphError, match="changed after multiply"):
        y.backward()


def test_an_array_takes_in_constants_and_nothing_that_has_a_gradient() -> None:
    total = np.zeros(2)
    total += Tensor([1.0, 2.0])
    np.multiply(Tensor([3.0, 3.0]), total, out=total)
    np.testing.assert_array_equal(total, [3.0, 6.0])
    alias, x = total, Tensor([1.0, 2.0], requires_grad=True)
    total += x  # a new Tensor, as with HIPS autograd; the array stays as it is under its other names
    assert isinstance(total, Tensor)
    assert (alias.tolist(), total.data.tolist()) == ([3.0, 6.0], [4.0, 8.0])
    with pytest.raises(TypeError, match=r"takes no out="):
        np.add(x, alias, out=alias)
    with pytest.raises(TypeError, match=r"takes no out="):
        np.add(alias, alias, out=Tensor([1.0, 2.0]))


# ---- equality --------------------------------------------------------------------------------------------------------


def test_equality_is_numpys() -> None:
    a, b = Tensor([1.0, 2.0]), Tensor([1.0, 3.0])
    np.testing.assert_array_equal(a == b, [True, False])
    np.testing.assert_array_equal(a != 1.0, [False, True])
    assert len({a, b, a}) == 2


# ---- methods and operators of arrays that are NumPy's functions ----------------------------------------------------

X = np.array([[0.5, -1.5, 2.25], [3.0, 0.25, -2.0]])
LIKE_NUMPY = {
    "var": lambda x: x.var(0, ddof=1),
    "std": lambda x: x.std(axis=1), "prod": lambda x: x.prod(1),
    "cumsum": lambda x: x.cumsum(),
    "cumprod": lambda x: x.cumprod(axis=1), "take": lambda x: x.take([0, 4]), "repeat": lambda x: x.repeat(2, axis=0),
    "trace": lambda x: x.trace(), "diagonal": lambda x: x.diagonal(1), "round": lambda x: x.round(1),
    "compress": lambda x: x.compress([True, False], axis=0),
    "compress along a place": lambda x: x.compress([True, False], 0),
    "compress by words": lambda x: x.compress(condition=[True, False], axis=0),
    "mT": lambda x: x.mT, "T": lambda x: x.T, "conj": lambda x: x.conj(),
    "clip": lambda x: x.clip(-1.0, 1.0), "clip by words": lambda x: x.clip(max=1.0),
    "sum by words": lambda x: x.sum(where=X > 0),
    "flatten": lambda x: x.flatten("F"), "copy": lambda x: x.copy(), "%": lambda x: x % 0.7,
    "% of a number": lambda x: 7.0 % x,
    "divmod": lambda x: divmod(x, 0.7)[1], "real": lambda x: x.real,
}  # fmt: skip


@pytest.mark.parametrize("name", LIKE_NUMPY)
def test_a_method_gives_what_numpys_gives_with_a_gradient(name: str) -> None:
    x = Tensor(X, requires_grad=True)
    y, expected = LIKE_NUMPY[name](x), LIKE_NUMPY[name](X)
    np.testing.assert_allclose(y.data, expected, rtol=1e-15)
    assert y.requires_grad or name == "round"


@pytest.mark.parametrize("name", [*OF_NUMPY, *IN_PLACE])
def test_a_method_says_which_word_it_does_not_take(name: str) -> None:
    with pytest.raises(TypeError) as error:
        getattr(Tensor(X, requires_grad=True), name)(axxis=0)
    words = "would change a Tensor in place" if name in IN_PLACE else "takes no argument 'axxis': "
    assert f"{name}() {words}" in str(error.value)


@pytest.mark.parametrize(
    "name", ["all", "any", "argsort", "argpartition", "nonzero", "searchsorted", "//", "in", "nbytes"]
)
def test_what_has_no_derivative_is_numpys(name: str) -> None:
    arguments = {"argpartition": (1,), "searchsorted": (0.3,)}.get(name, ())
    calls = {
        "//": lambda x: x // 0.7,
        "in": lambda x: (0.25 in x, 0.26 in x),
        "nbytes": lambda x: (x.nbytes, x.itemsize),
    }
    call = calls.get(name, lambda x: getattr(x, name)(*arguments))
    x = X[0] if name == "searchsorted" else X
    np.testing.assert_array_equal(np.asarray(call(Tensor(x))), call(x))


@pytest.mark.parametrize("name", ["sort", "partition", "resize", "fill", "put"])
def test_a_method_that_would_change_a_tensor_says_what_makes_a_new_one(name: str) -> None:
    with pytest.raises(TypeError, match=rf"t\.{name}\(\) would change a Tensor in place: use t = np\."):
        getattr(Tensor(X), name)(0)


def test_truths_combine() -> None:
    a, b = Tensor([True, True, False]), np.array([True, False, False])
    for found, expected in ((a & b, [1, 0, 0]), (a | b, [1, 1, 0]), (b ^ a, [0, 1, 0]), (~a, [0, 0, 1])):
        assert np.asarray(found).tolist() == expected
    with pytest.raises(TypeError, match="needs booleans on both sides"):
        Tensor([1.0]) & True
    x = ag.compile(lambda x: x * ((x > 0) & ~(x > 1)), engine="numpy")(np.array([-1.0, 0.5, 2.0]))
    np.testing.assert_array_equal(x, [0.0, 0.5, 0.0])


def test_numbers_divide_as_pythons() -> None:
    a = ag.Value(-7.5)
    assert [float(getattr(y, "data", y)) for y in (a % 2.0, a // 2.0, 2.0 % a, round(a, 0))] == [0.5, -4.0, -5.5, -8.0]
    (a % 2.0 * 3.0).backward()
    assert a.grad == 3.0


@pytest.mark.parametrize("digits", [(), (0,), (1,), (2,), (-1,)])
def test_round_is_numpys(digits: tuple[int, ...]) -> None:
    numbers = np.array([-17.456, 2.5, 0.125])
    np.testing.assert_allclose(round(Tensor(numbers, requires_grad=True), *digits).data, np.round(numbers, *digits))
    for number in numbers:
        y = round(ag.Value(number), *digits)
        assert getattr(y, "data", y) == pytest.approx(np.round(number, *digits))


@pytest.mark.parametrize("x", [ag.Value(3.0), Tensor([3.0], requires_grad=True)], ids=["Value", "Tensor"])
def test_operands_stand_in_the_graph_as_they_are_written(x: Any) -> None:
    for y in (2.0 + x, 2.0 - x, 2.0 * x, 2.0 / x, 2.0**x):
        assert y.inputs[1] is x, y.rule.name
    for y in (x + 2.0, x - 2.0, x * 2.0, x / 2.0, x**2.0):
        assert y.inputs[0] is x, y.rule.name


class Foreign:
    """Something with a ufunc protocol of its own."""

    def __array_ufunc__(self, *args: Any, **kwargs: Any) -> str:
        return "its own"


def test_another_librarys_array_is_asked_for_its_own_meaning() -> None:
    x = Tensor(X, requires_grad=True)
    assert np.multiply(x, Foreign()) == np.multiply(Foreign(), x) == "its own"


def test_no_library_that_knows_nothing_of_tensors_takes_one_in_without_its_gradient() -> None:
    others: list[Any] = [np.ma.array(X, mask=X > 2), X.view(np.matrix)]
    for module, make in (("pandas", "DataFrame"), ("scipy.sparse", "csr_array")):
        with contextlib.suppress(ImportError):
            others.append(getattr(importlib.import_module(module), make)(X))
    ways = [
        lambda x, o: x * o,
        lambda x, o: o * x,
        lambda x, o: o + x,
        lambda x, o: o @ x.T,
        lambda x, o: np.multiply(o, x),
    ]
    for other in others:
        for way in ways:
            with pytest.raises((TypeError, ValueError, AttributeError)):  # the last from SciPy 1.13's sparse arrays
                way(Tensor(X, requires_grad=True), other)


@pytest.mark.peers
def test_a_labelled_array_of_xarrays_holds_a_tensor_and_its_gradient() -> None:
    xarray = pytest.importorskip("xarray", reason="xarray is not installed (pip install -e '.[peers]')")
    labelled = xarray.DataArray(X)
    for way in (lambda x: x * labelled, lambda x: labelled * x, lambda x: np.multiply(labelled, x)):
        for x in (X + 1, np.float64(2.0)):
            product = way(Tensor(x, requires_grad=True))
            assert isinstance(product, xarray.DataArray)
            slope = X * X * x
            np.testing.assert_allclose(
                ag.grad(lambda x, way=way: (way(x).data ** 2).sum() / 2)(x), slope if np.ndim(x) else slope.sum()
            )
