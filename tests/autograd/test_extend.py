"""A user's own primitives: called once with plain numbers, differentiated by the rules that were given."""

from __future__ import annotations

import inspect
import pickle
from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp
import nn
from autograd.extend import (
    def_linear,
    defjvp,
    defjvp_argnum,
    defrule,
    defvjp,
    defvjp_argnum,
    defvjp_argnums,
    primitive,
)
from autograd.rules.primitive import Primitive
from autograd.test_util import check_grads
from autograd.tracer import getval

X = np.array([0.3, -0.7, 1.1])


@primitive
def product(a: Any, b: Any, scale: float = 1.0) -> Any:
    """y = scale · a · b"""
    return np.asarray(a) * np.asarray(b) * scale


defvjp(
    product,
    lambda ans, a, b, scale=1.0: lambda g: g * b * scale,
    lambda ans, a, b, scale=1.0: lambda g: g * a * scale,
)


def _power(**rules: Any) -> Any:
    @primitive
    def power(x: Any, n: Any) -> Any:
        return x**n

    return power


@pytest.mark.parametrize(
    ("a", "b"),
    [(2.0, 3.0), (X, X + 1), (X, 2.0), (np.ones((2, 3)), X), (ag.Value(2.0), 3.0), (ag.Tensor(X), X)],
    ids=["floats", "arrays", "array and float", "broadcast", "Value", "Tensor"],
)
def test_derivatives_of_every_order(a: Any, b: Any) -> None:
    check_grads(product, argnum=0 if isinstance(a, ag.Value) else (0, 1), order=3)(a, b, scale=2.0)


def test_plain_numbers_go_to_the_function_itself() -> None:
    assert type(product(X, X)) is np.ndarray
    assert product(2.0, 3.0, scale=10.0) == 60.0
    assert product.name == "product"
    assert product.__doc__ == "y = scale · a · b"
    assert list(inspect.signature(product).parameters) == ["a", "b", "scale"]
    assert pickle.loads(pickle.dumps(product)) is product


def test_one_node_whatever_happens_inside() -> None:
    calls: list[type] = []

    @primitive
    def own(x: Any) -> Any:
        calls.append(type(x))
        x *= 2  # the argument is the function's own copy
        return x

    defrule(own, lambda g, y, x: 2 * g)
    x = ag.Tensor(X, requires_grad=True)
    y = own(x)
    assert (y.rule, y.parents, calls) == (own, (x,), [np.ndarray])
    y.sum().backward()
    np.testing.assert_array_equal(x.grad.data, [2.0, 2.0, 2.0])
    np.testing.assert_array_equal(x.data, X)


def test_both_dialects_say_the_same() -> None:
    one, other = _power(), _power()
    defvjp(one, lambda ans, x, n: lambda g: g * n * x ** (n - 1), argnums=[0])
    defrule(other, lambda g, y, x, n: g * n * x ** (n - 1), argnums=[0])
    for n in (1, 2, 3):
        found = [ag.grad(lambda x, f=f, n=n: f(x, n).sum())(X) for f in (one, other)]
        np.testing.assert_array_equal(found[0], found[1])
        np.testing.assert_allclose(found[0], n * X ** (n - 1))


def test_arguments_that_are_no_numbers_are_handed_on() -> None:
    @primitive
    def apply(function: Any, x: Any, label: str) -> Any:
        assert label == "a word"
        return function(x)

    defrule(apply, lambda g, y, function, x, label: g * anp.cos(x), argnums=[1])
    np.testing.assert_allclose(ag.grad(lambda x: apply(np.sin, x, "a word").sum())(X), np.cos(X))


def test_none_is_a_zero_derivative() -> None:
    step = primitive(np.sign)
    defvjp(step, None)
    assert ag.grad(lambda x: x * step(x))(2.0) == 1.0


def test_it_counts_as_the_books_own_in_pictures_and_in_traces() -> None:
    a = ag.Value(2.0, label="a")
    trace = ag.trace_backward(product(a, 3.0))
    assert [flow.local for flow in trace[0].flows] == [3.0]
    assert "product(a, 3)" in str(trace)
    opaque = primitive(np.sinh)
    defrule(opaque, lambda g, y, x: g * np.cosh(x))  # which symbols do not obey: there is no formula
    assert ag.trace_backward(opaque(a))[0].flows[0].local == np.cosh(2.0)
    assert f"{np.cosh(2.0):.6g}" in str(ag.explain(opaque(a), wrt=a))


def _gives_two() -> Any:
    both = primitive(lambda x: (x, x))
    defrule(both, lambda g, y, x: g)
    return both(ag.Value(1.0))


def _gives_words() -> Any:
    return primitive(lambda x: (x, "a word"))(ag.Tensor(X))


def _only_by_keyword() -> Any:
    return primitive(lambda x, *, scale: x * scale)(2.0, scale=ag.Value(1.0))


def _wrong_shape() -> Any:
    double = primitive(lambda x: x * 2)
    defrule(double, lambda g, y, x: g[:2])
    return ag.grad(lambda x: double(x).sum())(X)


def _maker_in_the_wrong_place() -> Any:
    double = primitive(lambda x: x * 2)
    defrule(double, lambda *_: lambda g: g * 2)
    return ag.grad(double)(1.0)


def _rule_as_maker() -> Any:
    double = primitive(lambda x: x * 2)
    defvjp(double, lambda g, x: g * 2)
    return ag.grad(double)(1.0)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: _power()(ag.Value(2.0), 3), ag.MissingRuleError, "power has no derivative for its argument 0"),
        (lambda: product(2.0, 3.0, scale=ag.Value(1.0)), ag.MissingRuleError, "no derivative for its argument 2"),
        (_only_by_keyword, TypeError, "given a Value as scale=, which has no position"),
        (_gives_two, TypeError, "gave several results for Values: use Tensors"),
        (_gives_words, TypeError, "gave a str: a primitive gives a number, an array, or a container"),
        (_wrong_shape, ag.ShapeError, r"gave shape \(2,\): expected the argument's, \(3,\)"),
        (_maker_in_the_wrong_place, TypeError, "goes there as defvjp"),
        (_rule_as_maker, TypeError, "is for defrule"),
        (lambda: defrule(len, None), TypeError, "is not a primitive; make one of your own"),
        (lambda: defvjp(product, None, argnums=[0, 1]), ValueError, "1 derivatives for the 2 arguments"),
    ],
    ids=[
        *("missing", "keyword", "only by keyword", "two results", "words", "shape"),
        *("maker", "rule", "function", "count"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words) as found:
        call()
    assert "\n" not in str(found.value)


def test_a_rule_for_a_function_that_is_no_primitive_is_never_asked_for_and_says_so() -> None:
    def square(x: Any) -> Any:
        return x * x

    for define in (defvjp, defjvp):
        with pytest.warns(UserWarning, match=rf"{define.__name__}: square is not a primitive, so what it does is"):
            define(square, None)
    assert ag.grad(square)(3.0) == 6.0


def test_a_function_and_a_rule_may_fill_their_memory_again() -> None:
    result, share = np.empty(2), np.empty(2)

    @primitive
    def doubled(x: Any) -> Any:
        return np.multiply(x, 2.0, out=result)

    defvjp(doubled, lambda ans, x: lambda g: np.multiply(g, 2.0, out=share))
    x, z = ag.Tensor([1.0, 2.0], requires_grad=True), ag.Tensor([5.0, 5.0], requires_grad=True)
    (doubled(x) ** 2 + doubled(z) ** 2).sum().backward()
    np.testing.assert_array_equal(x.grad.data, [8.0, 16.0])
    np.testing.assert_array_equal(z.grad.data, [40.0, 40.0])


@primitive
def polar(x: Any, y: Any = 1.0) -> Any:
    """(r, φ)"""
    return {"r": np.hypot(x, y), "angle": [np.arctan2(y, x)]}


defvjp(
    polar,
    lambda ans, x, y: lambda g: (g["r"] * x - g["angle"][0] * y / ans["r"]) / ans["r"],
    lambda ans, x, y: lambda g: (g["r"] * y + g["angle"][0] * x / ans["r"]) / ans["r"],
)


def test_a_result_may_be_a_container() -> None:
    # r eᶲ in closed form, so that every derivative has another way.
    def by_parts(x: Any, y: Any) -> Any:
        found = polar(x, y)
        return anp.sum(found["r"] * anp.exp(found["angle"][0]))

    check_grads(by_parts, order=3)(np.array([0.5, 1.0]), np.array([0.3, 2.0]))
    r = polar(ag.Tensor(np.ones((2, 3))))["r"]
    assert r.shape == (2, 3)
    replayed = ag.compile(ag.grad(by_parts))
    for x in (np.array([0.5, 1.0]), np.array([0.6, 1.1])):
        np.testing.assert_allclose(replayed(x, x + 1), ag.grad(by_parts)(x, x + 1), rtol=1e-14)


def test_parts_of_a_result_that_are_whole_numbers_stay_so() -> None:
    @primitive
    def largest(x: Any) -> Any:
        return np.max(x), np.argmax(x)

    defvjp(largest, lambda ans, x: lambda g: g[0] * (np.arange(len(x)) == ans[1]))

    def f(x: Any) -> Any:
        value, place = largest(x)
        assert place.dtype.kind == "i"
        return value**2

    np.testing.assert_array_equal(ag.grad(f)(np.array([1.0, 3.0, 2.0])), [0, 6, 0])


def test_an_argument_may_be_a_container_of_nodes() -> None:
    @primitive
    def line(parameters: Any, x: Any) -> Any:
        return parameters["a"] * x + parameters["b"][0]

    defvjp(
        line,
        lambda ans, p, x: lambda g: {"a": anp.sum(g * x), "b": [anp.sum(g)]},
        lambda ans, p, x: lambda g: g * p["a"],
    )
    check_grads(lambda p, x: line(p, x) ** 2, order=3)({"a": 2.0, "b": [3.0]}, X)


def test_nodes_may_be_given_by_keyword_under_any_name() -> None:
    @primitive
    def scaled(x: Any, y: Any = 1.0, g: Any = 1.0) -> Any:
        return x * y * g

    defrule(
        scaled,
        lambda up, result, x, y, g: up * y * g,
        lambda up, result, x, y, g: up * x * g,
        lambda up, result, x, y, g: up * x * y,
    )
    check_grads(lambda x, y, g: scaled(x, g=g, y=y))(X, 2.0, X + 1)
    assert ag.grad(lambda x: scaled(x, y=2.0, g=3.0))(1.0) == 6.0


def test_one_rule_for_all_arguments() -> None:
    sums = [primitive(lambda *xs: sum(i * x for i, x in enumerate(xs))) for _ in range(2)]
    defvjp_argnum(sums[0], lambda argnum, ans, args, kwargs: lambda g: argnum * g)
    defvjp_argnums(sums[1], lambda argnums, ans, args, kwargs: lambda g: (i * g for i in argnums))
    for f in sums:
        assert ag.grad(f, argnum=(0, 1, 2))(1.0, 1.0, 1.0) == (0.0, 1.0, 2.0)
    calls: list[int] = []

    def push(argnum: int, t: Any, ans: Any, args: Any, kwargs: Any) -> Any:
        calls.append(argnum)
        return argnum * t

    defjvp_argnum(sums[0], push)
    assert ag.jvp(sums[0], (1.0, 1.0, 1.0), (1.0, 2.0, 3.0), argnum=(0, 1, 2))[1] == 8.0
    assert calls == [0, 1, 2]


def test_forward_mode_by_its_own_rules() -> None:
    cube, scaled = primitive(lambda x: x**3), primitive(lambda x, c: x * c)
    defjvp(cube, lambda t, ans, x: t * 3 * x**2)
    defjvp(scaled, "same", None)
    assert ag.jvp(cube, 2.0, 1.0) == (8.0, 12.0)
    assert ag.deriv(ag.deriv(cube))(2.0) == 12.0
    for x in (X, X.reshape(3, 1)):  # a square Jacobian, which reverse rules would give, too, if there were any
        np.testing.assert_array_equal(np.reshape(ag.jacobian(cube)(x), (3, 3)), np.diag(3 * X**2))
    assert ag.jvp(scaled, (2.0, 3.0), (1.0, 1.0), argnum=(0, 1))[1] == 3.0
    with pytest.raises(ag.MissingRuleError):
        ag.grad(cube)(2.0)
    for function, name in ((ag.tanh, "tanh"), (anp.where, "where"), (np.cumsum, "cumsum")):
        for define in (defjvp, defvjp):
            with pytest.warns(UserWarning, match=f"{define.__name__}: {name} has its derivatives here already"):
                define(function, None)
    linear = primitive(lambda x: 2 * x)
    def_linear(linear)
    assert ag.deriv(linear)(3.0) == 2.0


def test_a_checkpoint_is_one_node_of_the_same_derivatives() -> None:
    def f(p: Any, x: Any) -> Any:
        for _ in range(3):
            x = anp.tanh(p["w"] * x)
        return x

    check_grads(ag.checkpoint(f), order=3)({"w": 0.7}, X)
    gradient = ag.grad(lambda p: ag.checkpoint(f)(p, X).sum())({"w": 0.7})
    assert gradient == ag.grad(lambda p: f(p, X).sum())({"w": 0.7})


def test_a_checkpoint_of_modules_and_methods_has_the_derivatives_of_its_function() -> None:
    kind = {"dtype": np.float64}
    block = nn.Sequential(nn.Linear(3, 4, seed=0, **kind), nn.LayerNorm(4, **kind), nn.Linear(4, 3, seed=1, **kind))
    parameters = {name: p.data for name, p in block.named_parameters()}

    def run(p: Any, x: Any, mask: Any) -> Any:
        return (nn.functional_call(block, p, x.tanh() @ mask.T) * 2).mean(axis=0)

    inputs = parameters, np.stack([X, X**2, -X]), np.tri(3)
    for wrap in (lambda f: f, lambda f: ag.compile(f, engine="numpy")):
        check_grads(wrap(lambda p, x: ag.checkpoint(run)(p, x, inputs[2])), order=2)(*inputs[:2])
    leaves = {name: ag.Tensor(p, requires_grad=True) for name, p in parameters.items()}
    order = ag.topological_order(ag.checkpoint(run)(leaves, ag.Tensor(inputs[1]), inputs[2]))
    assert {node.rule.name for node in order if node.rule} == {"concatenate", "reshape", "run"}

    scalar = ag.checkpoint(lambda p, x: (p["w"].exp() * x.tanh()).relu() + p["c"])
    check_grads(lambda w, x: scalar({"w": w, "c": 3}, x), order=2)(0.3, 0.7)
    assert ag.grad(lambda x: ag.checkpoint(nn.Tanh())(x))(0.0) == 1.0


def test_a_checkpoint_that_gives_something_else_the_second_time_is_refused() -> None:
    rng, scale = np.random.default_rng(0), np.ones(3)
    drawn = ag.checkpoint(lambda x: {"y": x * rng.normal(size=3), "n": 3})
    changed, same = ag.checkpoint(lambda x: x * scale), ag.checkpoint(lambda x: anp.log(x) * [1.0, np.nan, 1.0])
    for use in (ag.grad, ag.hessian):
        with pytest.raises(ag.GraphError, match="gave something else when it ran again for the backward pass"):
            use(lambda x: drawn(x)["y"].sum())(np.ones(3))
    x = ag.Tensor(np.ones(3), requires_grad=True)
    y = changed(x).sum()
    scale[:] = 2
    with pytest.raises(ag.GraphError, match="must stay as it was"):
        y.backward()
    with np.errstate(divide="ignore"):
        np.testing.assert_array_equal(ag.jacobian(same)(np.array([0.0, 1.0, np.inf])).diagonal(), [np.inf, np.nan, 0])


@pytest.mark.parametrize("make", [ag.checkpoint, primitive])
def test_a_variable_from_outside_is_refused_where_it_would_lose_its_gradient(make: Any) -> None:
    for kind, number in ((ag.Tensor, [2.0]), (ag.Value, 2.0)):
        w, x = (kind(number, requires_grad=True) for _ in range(2))

        def scaled(x: Any, w: Any = w) -> Any:
            return x * w

        own = make(scaled)
        if make is primitive:
            defvjp(own, lambda ans, x: lambda g: g)
        with pytest.raises(ag.GraphError, match=f"scaled took a {kind.__name__} that requires a gradient from outside"):
            own(x)


@pytest.mark.parametrize("error", [TypeError, ValueError, ZeroDivisionError, OverflowError, None])
@pytest.mark.parametrize("others", [(), (3.0,), (ag.Value(3.0),)], ids=["alone", "number", "Value"])
def test_a_rule_of_values_runs_once(error: type[Exception] | None, others: tuple[Any, ...]) -> None:
    runs = []

    @primitive
    def f(x: Any, *others: Any) -> Any:
        return x * x

    def rule(g: Any, y: Any, x: Any, *others: Any) -> Any:
        runs.append(x)
        if error is not None:
            raise error("by the user")
        return g * np.nan

    defrule(f, rule, *[None] * len(others))
    x = ag.Value(2.0)
    if error is None:
        f(x, *others).backward()
        assert np.isnan(x.grad)
    else:
        with pytest.raises(error, match="by the user"):
            f(x, *others).backward()
    assert runs == [2.0]


def test_a_function_of_values_that_raises_runs_once() -> None:
    runs = []

    @primitive
    def f(x: Any) -> Any:
        runs.append(x)
        raise ValueError("by the user")

    defrule(f, lambda g, y, x: g)
    with pytest.raises(ValueError, match="by the user"):
        f(ag.Value(2.0))
    assert runs == [2.0]


def test_second_derivatives_by_such_rules_take_a_few_products() -> None:
    """As in surpyval: of what goes through a number, the second derivative is 0, and other rules are not asked for it.

    Forward mode would want a product for each of the 500 entries.
    """
    calls = []

    @primitive
    def power(a: Any, x: Any) -> Any:
        return getval(x) ** getval(a)

    def for_a(ans: Any, a: Any, x: Any) -> Any:
        return lambda g: calls.append("a") or np.sum(getval(g) * getval(ans) * np.log(getval(x)))

    defvjp(power, for_a, lambda ans, a, x: lambda g: calls.append("x") or g * a * ans / x)
    points = np.linspace(0.5, 2.0, 500)

    def total(p: Any) -> Any:
        return anp.sum(power(p[0], p[1] * points))

    at, v = np.array([2.0, 1.3]), np.array([1.0, 0.5])
    # The row of p[1]: Σ of the derivatives of a xᵃ⁻¹ · points for a and for p[1].
    x = at[1] * points
    row = np.sum(points * x * (1 + 2 * np.log(x))), np.sum(2 * points**2)
    np.testing.assert_allclose(ag.hessian(total)(at), [[0.0, 0.0], row], rtol=1e-12)
    np.testing.assert_allclose(ag.hessian_vector_product(total)(at, v), v @ [[0.0, 0.0], row], rtol=1e-12)
    assert len(calls) < 20


@pytest.mark.parametrize("share", [1.5, 0.0, np.inf, np.nan])
def test_rules_of_two_values_run_once_each_whatever_they_give(share: float) -> None:
    runs: list[int] = []
    f = primitive(lambda a, b: a * b)
    defrule(f, *(lambda g, y, a, b, i=i: runs.append(i) or share for i in range(2)))
    a, b = ag.Value(2.0), ag.Value(3.0)
    f(a, b).backward()
    np.testing.assert_array_equal([a.grad, b.grad, len(runs)], [share, share, 2])


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.complex128, np.complex64])
@pytest.mark.parametrize("shape", [(), (3,), (2, 3)])
@pytest.mark.parametrize("number", [2, 2.5, 2.5 - 1.5j])
def test_a_rule_may_give_one_number_for_all_entries(number: Any, shape: tuple[int, ...], dtype: Any) -> None:
    found = []
    for own, share in ((True, number), (True, np.full(shape, number)), (False, number)):
        total = primitive(lambda x: np.real(np.sum(x)))
        defrule(total, lambda g, y, x, share=share: share)
        if not own:  # as an entry of the book
            total = Primitive("total", lambda x: np.real(np.sum(x)), (lambda g, y, x: number,), analytic=True)
        x = ag.Tensor(np.ones(shape), requires_grad=True, dtype=dtype)
        total(x).backward()
        found.append(x.grad.data)
        assert (x.grad.dtype, x.grad.shape) == (dtype, shape)
    expected = number if np.dtype(dtype).kind == "c" else np.real(number)
    np.testing.assert_array_equal(found, np.full((3, *shape), expected))


@pytest.mark.parametrize("scale", [1e-8, 1.0, 1e8])
@pytest.mark.parametrize("shape", [(), (1,), (4,), (2, 3)])
def test_rules_that_cut_g_out_carry_any_direction_forward(shape: tuple[int, ...], scale: float) -> None:
    scaled = primitive(lambda x: x * scale)
    defvjp(scaled, lambda ans, x: lambda g: getval(g) * scale)
    x = np.ones(shape)
    for direction in (x, -x, 0 * x, np.cos(np.arange(x.size)).reshape(shape), 1e-3 * x, 1e3 * x):
        np.testing.assert_allclose(ag.jvp(scaled, x, direction)[1], scale * direction, rtol=1e-12)
    if shape:
        J = np.reshape(ag.jacobian(lambda x: scaled(x))(x), (x.size, x.size))
        np.testing.assert_allclose(J, scale * np.eye(x.size), rtol=1e-12)
        J = np.reshape(ag.jacobian(lambda x: np.concatenate([scaled(x).reshape(-1), [1.0]]))(x), (-1, x.size))
        np.testing.assert_allclose(J, scale * np.eye(x.size + 1, x.size), rtol=1e-12)


@pytest.mark.parametrize("x", [0.7, X, X.reshape(3, 1), np.array(0.4), X.astype(np.float32)], ids=repr)
def test_rules_that_take_the_number_of_g_have_their_derivative(x: Any) -> None:
    @primitive
    def slope(x: Any, a: Any) -> Any:
        return np.cos(x) * a

    @primitive
    def sine(x: Any, a: Any) -> Any:
        return np.sin(x) * a

    defvjp(sine, lambda ans, x, a: lambda g: g * slope(x, a), None)
    defvjp(
        slope,
        lambda ans, x, a: lambda g: getval(g) * -np.sin(getval(x)) * getval(a),  # as HIPS autograd's users cut a third
        lambda ans, x, a: lambda g: getval(g) * np.cos(getval(x)),
    )
    tolerance = {"rtol": 1e-6 if np.asarray(x).dtype == np.float32 else 1e-12}

    def total(x: Any) -> Any:
        return anp.sum(sine(x, 2.0))

    direction = np.cos(np.arange(np.size(x))).reshape(np.shape(x)).astype(np.asarray(x).dtype)[()]
    expected = -2 * np.sin(x) * direction
    np.testing.assert_allclose(ag.hvp(total, x, direction)[-1], expected, **tolerance)
    np.testing.assert_allclose(ag.jvp(ag.grad(total), x, direction)[1], expected, **tolerance)
    found = ag.hessian(total)(x)
    np.testing.assert_allclose(found, np.reshape(np.diag(np.ravel(-2 * np.sin(x))), np.shape(x) * 2), **tolerance)
    by_reverse = ag.jacobian(ag.grad(total))(x)
    np.testing.assert_allclose(found, by_reverse, **tolerance)
    value = ag.Value(0.7)
    assert ag.hvp(lambda x: sine(x, 2.0), value, 1.0)[-1].data == pytest.approx(-2 * np.sin(0.7))
