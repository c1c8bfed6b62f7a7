"""The array dialect: NumPy's words on Tensors, in-place changes, and errors that name shapes and operations."""

from __future__ import annotations

import inspect
import itertools
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import DTypeError, GraphError, ShapeError, Tensor
from autograd.numpy.dispatch import GRADIENT_FREE
from autograd.rules.primitive import BOOK
from tests.autograd.table import ROWS


def leaf(*shape: int, label: str | None = None) -> Tensor:
    data = np.random.default_rng(0).uniform(0.5, 1.5, shape)
    return Tensor(data, requires_grad=True, label=label)


UFUNCS = [entry for entry in BOOK.values() if entry.ufunc is not None]


@pytest.mark.parametrize("entry", UFUNCS, ids=lambda entry: entry.name)
def test_a_ufunc_of_numpy_arrives_at_its_entry(entry: Any) -> None:
    rng = np.random.default_rng(3)
    operands = [Tensor(domain.draw(rng, (3, 3)), requires_grad=True) for domain in ROWS[entry.name].domains]
    y = entry.ufunc(*operands)
    np.testing.assert_allclose(np.asarray(getattr(y, "data", y)), entry.ufunc(*(x.data for x in operands)))
    assert isinstance(y, Tensor) is entry.differentiable
    plain = np.ones((3, 3))
    if entry.differentiable and entry.ufunc.nin == 2:
        assert isinstance(entry.ufunc(plain, operands[0]), Tensor)
        assert isinstance(entry.ufunc(plain[0], operands[0]), Tensor)


@pytest.mark.parametrize("function", [np.spacing, np.packbits, np.frexp])
def test_a_function_without_a_rule_is_named_never_made_an_array_of_objects(function: Any) -> None:
    with pytest.raises(TypeError, match=rf"np.*{function.__name__}.*no derivative rule"):
        function(leaf(2, 2))


BINARY = ["add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "pow", "rpow"]
BINARY += ["lt", "le", "gt", "ge", "eq", "ne"]
METHODS = {
    "sum": [(), (0,), {"axis": -1, "keepdims": True}],
    "mean": [(), (0,), {"axis": -1, "keepdims": True}],
    "max": [(), (0,), {"axis": -1, "keepdims": True}],
    "min": [(), (0,), {"axis": -1, "keepdims": True}],
    "argmax": [(), (0,), (-1,)],
    "argmin": [(), (0,), (-1,)],
    "reshape": [(-1,), (4, 6), ((4, 6),)],
    "transpose": [(), (2, 0, 1), ((1, 0, 2),), (None,)],
    "swapaxes": [(0, 2)],
    "squeeze": [(), (0,)],
    "ravel": [()],
    "flatten": [()],
    "astype": [(np.float32,)],
    "dot": [(np.arange(8.0).reshape(4, 2),)],
    "__matmul__": [(np.arange(8.0).reshape(4, 2),)],
    "__rmatmul__": [(np.arange(6.0).reshape(2, 3),)],
    "__getitem__": [(0,), ((slice(None), [1, 2]),), (np.eye(2, 3) > 0,)],
    **{f"__{name}__": [(2.0,), (np.arange(1.0, 5.0),)] for name in BINARY},
    "__neg__": [()],
    "__pos__": [()],
    "__abs__": [()],
    "tolist": [()],
    "__len__": [()],
}


@pytest.mark.parametrize("name", METHODS)
def test_a_method_does_what_numpys_does(name: str) -> None:
    data = np.random.default_rng(0).normal(size=(2, 3, 4)).round(1) + 2.05
    if name == "squeeze":
        data = data[:1]
    data[0, :, :2] = [1.0, 2.0]  # equal to the operands
    for given in METHODS[name]:
        arguments, options = ((), given) if isinstance(given, dict) else (given, {})
        theirs = getattr(data, name)(*arguments, **options)
        for wrap in (lambda x: x, lambda x: Tensor(x) if isinstance(x, np.ndarray) else x):
            ours = getattr(Tensor(data, requires_grad=True), name)(*map(wrap, arguments), **options)
            if isinstance(ours, Tensor):
                assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
                assert ours.requires_grad
                np.testing.assert_allclose(ours.data, theirs, rtol=1e-15)
            else:
                assert type(ours) is type(theirs)
                np.testing.assert_array_equal(ours, theirs)


def test_numpys_other_ways_to_call_its_functions() -> None:
    x = leaf(4)
    names = [("a_min", "a_max"), ("min", "max")]
    for low, high in names if "min" in inspect.signature(np.clip).parameters else names[:1]:  # since NumPy 2.1
        bounds = {low: 0.8, high: 1.2}
        np.testing.assert_array_equal(np.clip(x, **bounds).data, np.clip(x.data, 0.8, 1.2))
    clipped = np.clip(x.data, 0.8, 1.2)
    for given, words in (((0.8, 1.2), {}), ((0.8,), {"a_max": 1.2}), ((), {"a_min": 0.8, "a_max": 1.2})):
        np.testing.assert_array_equal(x.clip(*given, **words).data, clipped)
    np.testing.assert_array_equal(x.clip(None, a_max=1.2).data, np.minimum(x.data, 1.2))
    np.testing.assert_array_equal(np.where(x - 1.0 > 0), np.where(x.data > 1.0))
    np.testing.assert_array_equal(np.where(Tensor([0.0, 1.0], requires_grad=True)), [[1]])
    assert np.sum(x, dtype=np.float32).dtype == np.float32


def test_functions_whose_result_has_no_derivative_work_on_the_numbers() -> None:
    x = leaf(2, 3)
    assert np.argmax(x) == np.argmax(x.data)
    assert np.shape(x) == (2, 3)
    assert np.isfinite(x).all()
    assert np.allclose(x, x.data)
    assert np.zeros_like(x).shape == (2, 3)
    assert all(callable(f) for f in GRADIENT_FREE)


def test_comparisons_give_plain_arrays() -> None:
    x = leaf(3)
    mask = x > 1.0
    assert type(mask) is np.ndarray
    np.testing.assert_array_equal(x[mask].data, x.data[x.data > 1.0])
    assert (x == x).all()
    assert type(np.greater(x, 1.0)) is np.ndarray


def test_an_array_cannot_swallow_a_tensor() -> None:
    x = leaf(3)
    for swallow in (np.asarray, lambda t: np.array([t, t]), float, int):
        with pytest.raises((TypeError, ValueError), match="lose"):
            swallow(x if swallow is not float and swallow is not int else x.sum())
    np.testing.assert_array_equal(np.asarray(x.detach()), x.data)


def test_a_single_number_is_written_as_one() -> None:
    assert [f"{Tensor(x):.2f}" for x in (1.5, [1.5], [[1.5]])] == ["1.50"] * 3
    assert f"{Tensor([1.5, 2.5])}" == str(Tensor([1.5, 2.5]))
    with pytest.raises(TypeError):
        f"{Tensor([1.5, 2.5]):.2f}"


# ---- errors --------------------------------------------------------------------------------------------------------


MISFITS = {
    "add of shapes (2, 3) and (2,)": lambda x: x + np.ones(2),
    "matmul of shapes (2, 3) and (4, 5): the first has 3 columns and the second 4 rows": lambda x: x @ np.ones((4, 5)),
    "matmul of shapes (2, 3) and (6, 4, 5): the first has 3 columns and the second 4 rows": lambda x: (
        x @ np.ones((6, 4, 5))
    ),
    "the first has 3 columns and the second 6 rows; these must be equal; x.reshape(len(x), -1) makes a row of each": (
        lambda x: x.reshape(1, 2, 3) @ np.ones((6, 4))
    ),
    "the second 1 rows; these must be equal; x[:, None] makes a column of x": lambda x: x[0] @ np.ones((1, 4)),
    "linear of shapes (2, 3) and (4, 5) and (5,)": lambda x: ag.linear(x, np.ones((4, 5)), np.ones(5)),
    "linear of shapes (2, 3) and (4, 5) and (): the first has 3 columns": lambda x: ag.linear(x, np.ones((4, 5)), 1.0),
    "reshape of shape (2, 3)": lambda x: x.reshape(7),
    "concatenate of shapes (2, 3) and (2, 2)": lambda x: np.concatenate([x, np.ones((2, 2))]),
    "stack of shapes (2, 3) and (3,)": lambda x: ag.stack([x, np.ones(3)]),
    "squeeze of shape (2, 3)": lambda x: x.squeeze(0),
    "sum of shape (2, 3)": lambda x: x.sum(axis=5),
    "cross-entropy of logits (2, 3) and targets (3,)": lambda x: ag.softmax_cross_entropy(x, np.arange(3)),
    "data of shape (3, 2) for Tensor 'x' of shape (2, 3)": lambda x: setattr(x, "data", np.ones((3, 2))),
    "a gradient of shape (2,) for Tensor 'x' of shape (2, 3)": lambda x: setattr(x, "grad", np.ones(2)),
    "pass gradient= of shape (2, 3), or reduce it first with .sum() or .mean()": lambda x: (x * 2).backward(),
    "shape (3,) for the Tensor made by multiply of shape (2, 3)": lambda x: (x * 2).backward(np.ones(3)),
}


@pytest.mark.parametrize("dtype", [None, float, np.float32])
@pytest.mark.parametrize("texts", [["1", "a"], "a", ("a",), [["a"], ["b"]]], ids=repr)
def test_texts_are_no_numbers_of_any_type(texts: Any, dtype: Any) -> None:
    with pytest.raises(ag.DTypeError, match="a Tensor holds numbers"):
        Tensor(texts, dtype=dtype)


@pytest.mark.parametrize("message", MISFITS)
def test_a_shape_error_names_the_operation_and_the_shapes(message: str) -> None:
    with pytest.raises(ShapeError) as caught:
        MISFITS[message](leaf(2, 3, label="x"))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


ROW, COLUMN, NOTHING = (
    "; x.reshape(len(x), -1) makes a row of each",
    "; x[:, None] makes a column of x",
    "must be equal",
)


@pytest.mark.parametrize(
    ("shape", "rows", "end"),
    [
        *[((1, 2, 3), 6, ROW), ((1, 2, 3), 5, NOTHING), ((4, 6), 5, NOTHING), ((1, 2, 3), 1, NOTHING)],
        *[((3,), 1, COLUMN), ((3,), 4, NOTHING), ((2, 3), 1, NOTHING)],
    ],
)
def test_rows_are_offered_where_they_would_fit(shape: tuple[int, ...], rows: int, end: str) -> None:
    with pytest.raises(ShapeError) as caught:
        leaf(*shape) @ np.ones((rows, 4))
    assert str(caught.value).endswith(end)


def test_class_numbers_are_checked() -> None:
    logits = leaf(2, 3)
    for low, high in [(0, 3), (-1, 0)]:
        with pytest.raises(ValueError, match=f"class numbers from {low} to {high} for 3 logits: expected 0 to 2"):
            ag.softmax_cross_entropy(logits, np.array([low, high]))
    with pytest.raises(DTypeError, match="must be integers, not float64"):
        ag.softmax_cross_entropy(logits, np.array([0.0, 1.0]))


def test_nothing_to_differentiate() -> None:
    with pytest.raises(GraphError, match="requires_grad=True"):
        Tensor([1.0]).backward()
    with pytest.raises(GraphError, match="does not require a gradient"):
        ag.gradients(leaf(1).sum(), Tensor([1.0]))


# ---- changes in place ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("operation", ["__iadd__", "__isub__", "__imul__", "__itruediv__"])
def test_inside_no_grad_a_leaf_changes_in_place(operation: str) -> None:
    W = leaf(3)
    memory, expected = W.data, getattr(W.data.copy(), operation)(2.0)
    with ag.no_grad():
        assert getattr(W, operation)(2.0) is W
    assert W.data is memory
    np.testing.assert_array_equal(W.data, expected)


def test_outside_no_grad_a_leaf_that_needs_gradients_is_not_replaced_by_accident() -> None:
    W = leaf(3, label="W")
    with pytest.raises(GraphError, match=r"Tensor 'W' requires a gradient.*no_grad"):
        W -= 0.1
    y = W * 2.0
    y += 1.0  # a new Tensor under the old name
    y.sum().backward()
    np.testing.assert_array_equal(W.grad.data, [2.0, 2.0, 2.0])


def test_a_constant_may_swallow_what_needs_gradients_under_its_old_name() -> None:
    total, x = Tensor(np.zeros(3)), leaf(3)
    before = total
    total += x
    total.sum().backward()
    assert before.tolist() == [0.0] * 3
    np.testing.assert_array_equal(x.grad.data, np.ones(3))


def test_entries_are_assigned_in_leaves_only() -> None:
    W = leaf(3)
    with pytest.raises(GraphError, match="use where, stack or concatenate"):
        W[0] = 1.0
    with ag.no_grad():
        W[0] = 7.0
    assert W.data[0] == 7.0
    plain = Tensor([1.0, 2.0])
    plain[0] = 5.0
    assert plain.tolist() == [5.0, 2.0]


def test_a_step_of_gradient_descent_as_in_the_readme() -> None:
    W = leaf(2)
    for _ in range(50):
        W.grad = None
        ((W - 3.0) ** 2).sum().backward()
        with ag.no_grad():
            W -= 0.1 * W.grad
    np.testing.assert_allclose(W.data, 3.0, atol=1e-4)


# ---- what it holds -------------------------------------------------------------------------------------------------


def test_attributes_and_text() -> None:
    x = Tensor([[1.0, 2.0]], requires_grad=True, label="x")
    assert (x.shape, x.ndim, x.size, x.dtype, len(x)) == ((1, 2), 2, 2, np.float64, 1)
    assert repr(x) == "Tensor([[1., 2.]], requires_grad=True, label='x')"
    assert repr(x.sum()) == "Tensor(3., made by sum)"
    for dtype in (np.float32, np.complex128):
        assert f", dtype={np.dtype(dtype)}, requires_grad=True" in repr(Tensor([1.0], True, dtype=dtype))
    assert (x.sum().item(), f"{x.sum():.1f}", x.T.shape, x.numpy() is x.data) == (3.0, "3.0", (2, 1), True)
    assert [row.tolist() for row in x] == [[1.0, 2.0]]
    assert Tensor([1.0, 2.0], dtype=np.float32).dtype == np.float32
    with pytest.raises(TypeError, match="without axes"):
        len(Tensor(1.0))
    with pytest.raises(ValueError, match="ambiguous"):
        bool(Tensor([1.0, 2.0]))


def test_detach_is_a_copy_and_a_constant() -> None:
    x = leaf(2)
    constant = x.detach()
    assert not constant.requires_grad
    constant[0] = 9.0
    assert x.data[0] != 9.0


def test_a_tensor_from_a_slice_of_a_constant_has_its_own_memory() -> None:
    x = Tensor([1.0, 2.0, 3.0])
    part = x[:2]
    part[0] = 9.0
    assert x.data[0] == 1.0


def test_astype_returns_the_gradient_in_the_parameters_precision() -> None:
    W = Tensor([1.0, 2.0], requires_grad=True, dtype=np.float32)
    y = W.astype(np.float64)
    assert y.dtype == np.float64
    (y * y).sum().backward()
    assert W.grad.dtype == np.float32


def test_a_bias_may_be_a_number() -> None:
    x, W = Tensor(np.ones((2, 3)), requires_grad=True), np.ones((3, 2), np.float32)
    assert (ag.linear(x, W, 0.5).data == 3.5).all()


@pytest.mark.parametrize("kinds", list(itertools.product("ef", "fd", "efd")), ids="".join)
def test_a_linear_map_is_as_precise_as_its_most_precise_part(kinds: tuple[str, str, str]) -> None:
    x, W, b = (np.ones(shape, kind) for shape, kind in zip(((2, 3), (3, 2), 2), kinds, strict=True))
    found = ag.linear(Tensor(x), Tensor(W), Tensor(b))
    assert found.dtype == (x @ W + b).dtype
    assert (found.data == 4.0).all()


def test_a_gradient_that_is_set_takes_on_the_dtype() -> None:
    W = Tensor(np.ones(2, np.float32), requires_grad=True)
    W.grad = Tensor(np.ones(2))
    assert W.grad.dtype == np.float32


@pytest.mark.parametrize("dtype", ["<i2", ">i2", "<i8", ">i8", "u1"])
def test_class_numbers_of_any_integer_type(dtype: str) -> None:
    logits = np.zeros((2, 3))
    ag.softmax_cross_entropy(logits, np.array([0, 2], dtype))
    for wrong in [3] if dtype == "u1" else [3, -1]:
        with pytest.raises(ValueError, match="expected 0 to 2"):
            ag.softmax_cross_entropy(logits, np.array([0, wrong], dtype))


INDICES: dict[str, Any] = {
    "no position": [],
    "positions": [2, 0, 2],
    "table of positions": [[0, -1], [1, 1]],
    "mask": [True, False, True],
    "mask of entries": [[True, False, False, True]] * 3,
    "lists": ([0, 2, 0], [1, -1, 1]),
    "mask and slice": ([False, True, True], slice(1, None)),
    "slice and no position": (slice(None), []),
    "array": np.array([2, 0, 2]),
    "array of truth": np.array([True, False, True]),
    "new axis": (None, [1, 0], ..., 2),
}


@pytest.mark.parametrize("name", INDICES)
def test_an_index_of_any_kind_takes_what_numpys_takes(name: str) -> None:
    t, index = leaf(3, 4), INDICES[name]
    y = t[index]
    np.testing.assert_array_equal(y.data, t.data[index])
    expected = np.zeros((3, 4))
    np.add.at(expected, index, 1.0)
    np.testing.assert_array_equal(ag.gradients(y.sum(), t).data, expected)


@pytest.mark.parametrize("index", [[0.5], [[1.0, 0.0]], (slice(None), [0.5])])
def test_a_list_that_is_no_index_to_numpy_is_none_here(index: Any) -> None:
    for x in (leaf(3, 4), np.ones((3, 4))):
        with pytest.raises(IndexError, match="integer"):
            x[index]


def test_flat_is_one_entry_after_the_other() -> None:
    x = leaf(2, 3)
    assert [part.item() for part in x.flat] == list(x.data.flat)
    (gradient,) = ag.gradients(x.flat[4] * 2.0, [x])
    assert gradient.tolist() == [[0.0, 0.0, 0.0], [0.0, 2.0, 0.0]]


def test_item_takes_a_place_as_numpys_does() -> None:
    x = np.arange(6.0).reshape(2, 3)
    t = ag.Tensor(x, requires_grad=True)
    assert (t.item(4), t.item(1, 2), t.item((0, 1)), t[0, 0].item()) == (4.0, 5.0, 1.0, 0.0)
    assert ag.jvp(lambda t: t.sum() * t.item(4), x, np.ones((2, 3)))[0] == 60.0
    with pytest.raises(ag.RecordingError, match=r"item\(\)"):
        ag.compile(lambda t: t.sum() * t.item(4))(x)
    for wrong in ((), (6,), (1, 2, 3)):
        with pytest.raises((ValueError, IndexError)):
            t.item(*wrong)
