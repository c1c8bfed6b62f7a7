"""Replay equals eager for every primitive of single numbers, at ordinary numbers and at IEEE 754's extremes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import autograd as ag
import autograd.numpy as anp
from autograd import extend
from autograd.program import intrinsics
from autograd.program.native.book import functions
from autograd.rules.primitive import BOOK
from tests.autograd.table import ROWS

SCALAR = [name for name, rule in BOOK.items() if rule.scalar is not None]
DIFFERENTIABLE = [name for name in SCALAR if BOOK[name].differentiable]
EXTREME = [0.0, -0.0, 1.0, -1.0, 0.5, 1000.0, -1000.0, 1e-310, 1e308, np.inf, -np.inf, np.nan]
TRIES = 30


def attrs(name: str) -> dict[str, Any]:
    return ROWS[name].attrs[0]


def draw(name: str, seed: int) -> list[float]:
    rng = np.random.default_rng(seed)
    return [float(domain.draw(rng, ())) for domain in ROWS[name].domains]


def same(a: Any, b: Any, tolerance: float = 1e-12) -> None:
    np.testing.assert_allclose(np.array(a), np.array(b), rtol=tolerance, atol=1e-300, equal_nan=True)


def eager(name: str, numbers: list[float]) -> tuple[float, list[float]]:
    """The value and gradients of a composite: the primitive, scaled and added to a power of itself."""
    leaves = [ag.Value(x) for x in numbers]
    output = composite(name, leaves)
    return output.data, ag.gradients(output, leaves)


def composite(name: str, leaves: list[Any]) -> Any:
    y = BOOK[name](*leaves, **attrs(name))
    return 3.0 * y + leaves[0] * y


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_replay_equals_eager_on_other_numbers(name: str, engine: Any) -> None:
    leaves = [ag.Value(x) for x in draw(name, 0)]
    program = ag.Program.from_graph(composite(name, leaves), leaves, engine=engine)
    for seed in range(TRIES):
        numbers = draw(name, seed)
        value, gradients = program(*numbers)
        expected = eager(name, numbers)
        same(value, expected[0])
        same(gradients, expected[1])


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_replay_equals_eager_at_extreme_numbers(name: str, engine: Any) -> None:
    leaves = [ag.Value(x) for x in draw(name, 0)]
    program = ag.Program.from_graph(BOOK[name](*leaves, **attrs(name)), leaves, engine=engine)
    # Eager's softmax is exp(x − logsumexp), which at 1e308 rounds the difference away; replay's is better there.
    pool = [x for x in EXTREME if name not in ("logsumexp_n", "log_normaliser_n") or x != 1e308]
    rng = np.random.default_rng(0)
    tries = [[x] * len(leaves) for x in pool] + [list(rng.choice(pool, len(leaves))) for _ in range(TRIES)]
    for numbers in tries:
        nodes = [ag.Value(x) for x in numbers]
        output = BOOK[name](*nodes, **attrs(name))
        value, gradients = program(*numbers)
        same(value, output.data)
        same(gradients, ag.gradients(output, nodes))


@pytest.mark.parametrize("name", DIFFERENTIABLE)
def test_many_lanes_equal_one_lane_each(name: str, engine: Any) -> None:
    """Twenty-one of the same, each of numbers of its own, run as loops; the gradients are those of each alone."""
    sets = [draw(name, seed) for seed in range(21)]
    leaves = [[ag.Value(x) for x in numbers] for numbers in sets]
    flat = [leaf for group in leaves for leaf in group]
    program = ag.Program.from_graph(ag.sum([composite(name, group) for group in leaves]), flat, engine=engine)
    sets = [draw(name, seed) for seed in range(100, 121)]
    value, gradients = program(*(x for numbers in sets for x in numbers))
    expected = [eager(name, numbers) for numbers in sets]
    same(value, sum(x for x, _ in expected), 1e-11)
    same(gradients, [g for _, group in expected for g in group])


@pytest.mark.parametrize("name", [name for name in SCALAR if not BOOK[name].differentiable])
def test_a_comparison_is_made_anew_at_each_replay(name: str, engine: Any) -> None:
    rule = BOOK[name]
    count = len(ROWS[name].domains)

    def choice(*xs: Any) -> Any:
        return ag.where(rule(*xs[:count]), xs[0] * 2.0, xs[0] * xs[1])

    replayed = ag.compile(lambda a, b: choice(a, b), engine=engine)
    for a, b in [(1.0, 2.0), (2.0, 1.0), (1.0, 1.0), (0.0, 3.0), (-1.0, 3.0), (np.nan, 1.0), (1.0, np.nan)]:
        same(replayed(a, b), float(choice(a, b)))


def test_every_scalar_primitive_has_a_native_form() -> None:
    native = {rule.name for rule in functions()}
    of_their_own = {"add_n", "affine", "logsumexp_n", "log_normaliser_n"}
    assert set(SCALAR) == (native - {"taken"}) | of_their_own


@pytest.mark.parametrize("name", ["softmax_n", "softmax_only", "normalised_n", "normalised_only", "softplus_sigmoid"])
@pytest.mark.parametrize("numbers", [(0.5, -1.0, 2.0), (1e4, 1e4), (-np.inf, 0.0), (-np.inf, -np.inf)])
def test_functions_that_are_computed_together_give_what_each_gives(name: str, numbers: tuple[float, ...]) -> None:
    if name == "softplus_sigmoid":
        x = np.array(numbers)
        same(intrinsics.softplus_sigmoid.array(x), [ag.softplus(x), ag.sigmoid(x)])
        return
    with np.errstate(divide="ignore", invalid="ignore"):
        found = getattr(intrinsics, name).array(*(np.array([x, 1.0]) for x in numbers))
    empty = numbers[0] == numbers[-1] == -np.inf
    shares = [0.0 if name.startswith("softmax") else np.nan] * 2 if empty else ag.softmax(np.array(numbers))
    total = (-np.inf if name.startswith("softmax") else np.nan) if empty else ag.logsumexp(np.array(numbers))
    same(found[:, 0], shares if name.endswith("only") else [total, *shares])
    same(found[-1, 1], 1 / len(numbers))


def test_what_is_taken_is_the_share_but_for_no_number_of_what_was_not() -> None:
    shares, upstream = np.meshgrid([0.0, 2.0, np.inf, np.nan], [0.0, -0.0, 1.0, np.nan])
    left_out = (upstream == 0) & np.isnan(shares)
    expected = np.where(left_out, 0.0, shares)
    taken = intrinsics.taken
    np.testing.assert_array_equal(taken.array(shares, upstream), expected)
    assert taken.scalar is not None
    each = [taken.scalar(*pair) for pair in zip(shares.flat, upstream.flat, strict=True)]
    np.testing.assert_array_equal(np.reshape(each, shares.shape), expected)
    h = np.full(shares.shape, 3.0)
    assert taken.vjps[0] is not None
    np.testing.assert_array_equal(taken.vjps[0](h, None, shares, upstream), np.where(left_out, 0.0, h))


@extend.primitive
def powered(x: Any, n: int = 2, sign: str = "plus") -> float:
    """A function of numbers alone: arrays it would refuse."""
    return math.pow(x, n) if sign == "plus" else -math.pow(x, n)


@extend.primitive
def length(x: Any, y: Any) -> float:
    """The same, of two."""
    return math.hypot(x, y)


extend.defvjp(powered, lambda ans, x, n=2, sign="plus": lambda g: g * n * ans / x)
extend.defvjp(length, lambda ans, x, y: lambda g: g * x / ans, lambda ans, x, y: lambda g: g * y / ans)

OF_OWN = {
    "one": lambda x: powered(x),
    "a setting by name": lambda x: powered(x, n=3),
    "a setting that is no number": lambda x: powered(x, 3, "minus"),
    "several with several settings": lambda x: (
        powered(x) + powered(x + 1) + powered(2 * x, n=3) + powered(x, 3, "minus")
    ),
    "of two": lambda x: length(x, 1.0) * length(2.0, x),
    "a checkpoint": ag.checkpoint(lambda x: ag.exp(x) * x),
}


@pytest.mark.parametrize("what", OF_OWN)
def test_primitives_of_ones_own_on_numbers(what: str) -> None:
    """In programs, alone, many at once, and by another example in each row."""
    f: Any = OF_OWN[what]
    compiled = ag.compile(ag.value_and_grad(f), engine="numpy")
    leaf = ag.Value(1.5)
    program = ag.Program.from_graph(f(leaf), [leaf], engine="numpy")
    rows = np.array([[0.5], [2.0], [0.25]])
    values, slopes = program.batch(rows)
    for (x,), value, (slope,) in zip(rows.tolist(), values, slopes, strict=True):
        difference = (f(x + 1e-6) - f(x - 1e-6)) / 2e-6
        for found in (compiled(x), (value, slope), (program(x)[0], *program(x)[1])):
            np.testing.assert_allclose(found, (f(x), difference), rtol=1e-8)


@extend.primitive
def positive(x: Any) -> Any:
    """Of a shape that depends on the numbers."""
    return x[x > 0]


@extend.primitive
def root(x: Any) -> Any:
    """Of a kind that depends on the numbers."""
    return np.emath.sqrt(x)


extend.defvjp(positive, lambda _y, x: lambda _g: x * 0)
extend.defvjp(root, lambda y, _x: lambda g: g / (2 * y))
FORMS = {
    "shape": (lambda x: positive(x) * 2.0, np.array([-1.0, 0.0]), np.array([1.0, 2.0])),
    "shape, summed": (lambda x: anp.sum(positive(x)), np.array([-1.0, 0.0]), np.array([1.0, 2.0])),
    "kind": (lambda x: anp.real(root(x)) * 2.0, np.array([1.0, 4.0]), np.array([1.0, -4.0])),
    "kind of a slope": (ag.grad(lambda x: anp.sum(anp.real(root(x)))), np.array([1.0, 4.0]), np.array([1.0, -4.0])),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_primitive_whose_form_hangs_on_the_numbers_is_refused(form: str, engine: Any) -> None:
    """Programs are planned for one form: they gave wrong numbers, or NumPy's errors from where it did not fit."""
    function, fitting, other = FORMS[form]
    compiled = ag.compile(function, engine=engine)
    np.testing.assert_allclose(compiled(fitting), function(fitting), rtol=1e-12)
    with pytest.raises(ag.RecordingError, match="form that depends on the numbers"):
        compiled(other)


def test_a_primitive_that_gives_complex_numbers_for_values_says_so() -> None:
    assert ag.compile(root, engine="numpy")(4.0) == 2.0
    for call in (lambda: root(ag.Value(-4.0)), lambda: ag.compile(lambda x: root(x) + x, engine="numpy")(-4.0)):
        with pytest.raises(ag.DTypeError, match="the primitive root gave a complex number for Values"):
            call()
