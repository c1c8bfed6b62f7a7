"""What may stand beside a Tensor, and what a plain array may take in from one."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Tensor

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
