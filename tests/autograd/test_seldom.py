"""Ways through the engine that are seldom taken: what each gives, or the one line by which it is refused."""

from __future__ import annotations

import copy
import gc
import math
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.drawing.transpile import transpiled
from autograd.learn.expression import ExpressionError, compute
from autograd.program import purity
from autograd.rules.documentation import documentation
from autograd.value import reserve

# ---- inside a compiled function --------------------------------------------------------------------------------------

REFUSED_IN_A_RECORDING: dict[str, tuple[Callable[[Any], Any], str]] = {
    "a copy": (copy.copy, r"a copy of a traced"),
    "a deep copy": (lambda x: copy.deepcopy([x])[0], "a copy of a traced"),
    "a pickle": (lambda x: pickle.loads(pickle.dumps(x)), "a copy of a traced"),
    "data that is set": (lambda x: setattr(x, "data", 1.0), r"setting \.data"),
    "its data": (lambda x: x.data, r"reading \.data"),
    "a format": (lambda x: f"{x:.2f}", "formatting a traced"),
    "a branch": (lambda x: x if x else -x, "a branch on a traced"),
    "a float": (float, r"float\(\) of a traced"),
    "backward": (lambda x: (x * x).backward(), r"\.backward\(\)|a backward pass"),
}


@pytest.mark.parametrize("name", REFUSED_IN_A_RECORDING)
def test_what_a_recording_cannot_hold_is_refused_by_name(name: str) -> None:
    call, message = REFUSED_IN_A_RECORDING[name]
    for x in (2.0, np.array(2.0)):
        with pytest.raises(ag.GradbookError, match=message) as refusal:
            ag.compile(lambda x: call(x), engine="numpy")(x)
        assert "\n" not in str(refusal.value)


def test_positions_of_a_recording_are_refused_by_name() -> None:
    calls: list[tuple[Callable[[Any], Any], str]] = [
        (lambda x: np.arange(3.0)[x], "traced"),
        (lambda x: np.sign(x, out=np.zeros(3)), "sign"),
    ]
    for call, message in calls:
        with pytest.raises((ag.GradbookError, TypeError), match=message):
            ag.compile(call, engine="numpy")(np.arange(3.0))


def test_a_message_may_name_what_is_recorded() -> None:
    names: list[str] = []
    assert ag.compile(lambda x: names.append(f"{x}") or x * 2.0, engine="numpy")(3.0) == 6.0
    assert names[0].startswith("<traced Value ")


def test_what_is_read_at_every_replay_keeps_its_shape() -> None:
    found = [np.ones(2), np.full(2, 3.0), np.ones(3)]
    compiled = ag.compile(lambda x: x * ag.live(lambda: found.pop(0)), engine="numpy")
    assert compiled(np.ones(2)).tolist() == [1.0, 1.0]
    assert compiled(np.ones(2)).tolist() == [3.0, 3.0]
    with pytest.raises(ag.ShapeError, match=r"ag\.live gave shape \(3,\), and shape \(2,\) while it was recorded"):
        compiled(np.ones(2))


def test_a_leaf_may_be_set_to_a_plain_number() -> None:
    for leaf, new in ((ag.Value(1.0), 3.0), (ag.Tensor([1.0, 2.0], requires_grad=True), np.array([3.0, 4.0]))):

        def step(x: Any, leaf: Any = leaf, new: Any = new) -> Any:
            ag.assign(leaf, new)
            return x * 3.0

        ag.compile(step, engine="numpy")(2.0)
        assert np.array_equal(leaf.data, new)


@pytest.mark.parametrize("passes", ["none", "one at every look", "steady"])
def test_every_generator_is_found_whatever_the_collector_does(passes: str, monkeypatch: pytest.MonkeyPatch) -> None:
    generators = purity._Generators()
    looks = iter(range(1000))
    if passes != "steady":
        said = (lambda: None) if passes == "none" else lambda: next(looks)
        monkeypatch.setattr(purity._Generators, "_passes_now", staticmethod(said))
    mine = [np.random.default_rng(0)]
    for _ in range(3):
        found = generators.all()
        assert all(any(x is y for y in found) for x in mine)
        mine.append(np.random.default_rng(1))
        gc.collect(len(mine) % 3)


# ---- derivatives of functions ----------------------------------------------------------------------------------------


def test_results_that_have_no_derivative_are_named() -> None:
    with pytest.raises(TypeError, match="gave None, which has no derivative: does it return its result"):
        ag.grad(lambda x: None)(1.0)
    with pytest.raises(TypeError, match=r"the result\[1\] of .* is of type str, which has no derivative"):
        ag.jacobian(lambda x: [x, "x"])(1.0)
    with pytest.raises(TypeError, match="needs a function with a single number as its result"):
        ag.grad(lambda x: [x, x])(1.0)
    with pytest.raises(ag.ShapeError, match="upstream gradient"):
        ag.make_vjp(lambda x: (x, x))(1.0)[0]((1.0, 1.0, 1.0))


def test_a_result_that_depends_on_nothing_has_a_jacobian_of_zeros() -> None:
    one, other = ag.jacobian(lambda x: [x[:2] * x[0], np.ones(2)])(np.array([1.0, 2.0, 3.0]))
    assert one.tolist() == [[2.0, 0.0, 0.0], [2.0, 1.0, 0.0]]
    assert other.tolist() == np.zeros((2, 3)).tolist()


# ---- the book --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ag.BOOK)
def test_every_entry_says_what_it_is(name: str) -> None:
    entry = ag.BOOK[name]
    text = documentation(entry)
    assert "Takes " in text
    assert ("No derivative: it is zero wherever it exists." in text) <= (not entry.differentiable)
    for line in text.splitlines():
        assert len(line) < 400


def test_what_is_no_number_is_refused_in_the_entrys_words() -> None:
    texts = np.array(["a", "b"])
    for call, message in (
        (lambda: ag.BOOK["sum"](texts), "^sum takes real numbers, arrays of them and nodes"),
        (lambda: ag.BOOK["sum"](np.ones(2), axis="x"), "^sum: axis must be the number of an axis, or several, got 'x'"),
        (lambda: ag.BOOK["sum"](np.ones(2), axis=0, keepdims="no"), "^sum: keepdims must be True or False, got 'no'"),
        (lambda: ag.BOOK["matmul"].on_floats((1.0, 2.0), {}), "works on arrays; wrap the number in a Tensor"),
        (lambda: ag.Value(1.0) < "a", "not supported between"),
        (lambda: ag.Tensor(["a"]), "texts into numbers|holds numbers"),
        (lambda: ag.Tensor([1.0], dtype="no type"), "dtype must be a type of numbers such as np.float32"),
        (lambda: ag.Tensor([object()]), "holds numbers"),
    ):
        with pytest.raises(TypeError, match=message) as refusal:
            call()
        assert "\n" not in str(refusal.value)


def test_pythons_float_errors_are_ieee_754s_numbers() -> None:
    assert ag.Value(1000.0).exp().data == math.inf
    assert math.isnan(ag.Value(-1.0).log().data)
    assert ag.Value(0.0).log().data == -math.inf
    huge = [ag.Value(1e308), ag.Value(1e308)]
    assert ag.sum(huge).data == math.inf
    y = ag.Value(1.0) / ag.Value(0.0)
    assert y.data == math.inf
    z = divmod(ag.Value(7.5), 2.0), divmod(7.5, ag.Value(2.0)), 7.5 // ag.Value(2.0)
    assert [part if isinstance(part, float) else part.data for part in (*z[0], *z[1], z[2])] == [
        3.0,
        1.5,
        3.0,
        1.5,
        3.0,
    ]


def test_the_collector_is_on_again_after_there_was_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(*_: Any) -> Any:
        raise MemoryError
        yield

    held = reserve.Reserve(ag.Value)
    monkeypatch.setattr(reserve, "repeat", lambda cls, count: none_left())
    assert gc.isenabled()
    with pytest.raises(MemoryError):
        held._make(10)
    assert gc.isenabled()


# ---- typed expressions, and pages of them ----------------------------------------------------------------------------

TYPED = {
    "2 a": r"write a product with \*: 2\*a",
    "a b": r"write a product with \*: a\*b",
    "sin a": r"write sin\(a\)",
    "2(a)": r"write a product with \*",
    "(a + 1)(b)": r"write a product with \*",
    "a(b)": r"write a product with \*|a is|no function",
    "math.sin(a)": r"functions stand alone: write sin\(…\)",
    "sin(x=a)": "arguments are given by position",
    "sin(a, b)": "sin takes",
    "'a'": "an expression holds real numbers only",
    "a ^ 2": r"write \*\* for a power",
    "c; a": "each part before a semicolon needs a name",
    "a = 1; a": "a has a value already",
}


@pytest.mark.parametrize("text", TYPED)
def test_what_is_typed_otherwise_is_answered_by_how_it_is_typed(text: str) -> None:
    with pytest.raises(ExpressionError, match=TYPED[text]) as refusal:
        compute(text, {"a": ag.Value(2.0), "b": ag.Value(3.0)})
    assert "\n" not in str(refusal.value)


def test_signs_and_parts_of_what_is_typed() -> None:
    a = ag.Value(2.0, label="a")
    assert compute("+a", {"a": a}).data == 2.0
    output = compute("c = a*3; c + c", {"a": a})
    assert output.data == 12.0
    assert [node.label for node in ag.topological_order(output)][:2] == ["a", "c"]


def _sign_of(x: float) -> float:
    return +x if all([True, True]) and any([False, True]) else x


WRITTEN: dict[str, tuple[Callable[..., Any], str | None]] = {
    "a plus": (_sign_of, "a"),
    "NaN": (lambda x: x * math.nan, "(a * NaN)"),
    "infinities": (lambda x: max(min(x, math.inf), -math.inf), "python.max(python.min(a, Infinity), (-Infinity))"),
    "an entry of the book": (lambda x: ag.tanh(x), "book.tanh(a)"),
    "a key": (lambda x: max([x, 1.0], key=abs), None),
    "a text": (lambda x: x + "a", None),
    "without end": (lambda x: _endless(x), None),
}


def _endless(x: Any) -> Any:
    return _endless(x)


@pytest.mark.parametrize("name", WRITTEN)
def test_what_a_rule_is_in_javascript(name: str) -> None:
    function, code = WRITTEN[name]
    assert transpiled(function, ["a"]) == code


def test_a_sum_that_overflows_on_the_way_is_ieee_754s() -> None:
    x = ag.Value(1e200)
    y = ag.affine([ag.Value(1e200), ag.Value(-1e200)], [x, x], ag.Value(0.0))
    assert math.isnan(y.data)
    assert ag.affine([ag.Value(1e200), ag.Value(1e200)], [x, x], ag.Value(0.0)).data == math.inf


@pytest.mark.parametrize("exponent", [0.5, -0.5, 2.0, 1.5])
def test_a_power_is_cs_to_the_sign_of_zero(exponent: float) -> None:
    bases = [-math.inf, -0.0, 0.0, 0.25, math.inf]
    with np.errstate(all="ignore"):
        found = ag.BOOK["power"](np.array(bases), exponent)
    for base, y in zip(bases, found.tolist(), strict=True):
        expected = math.inf if base == 0 and exponent < 0 else math.pow(base, exponent)
        assert (y, math.copysign(1, y)) == (expected, math.copysign(1, expected) if base or exponent > 0 else 1.0), base


def test_a_branch_on_a_number_from_outside_is_refused_in_a_recording() -> None:
    w = ag.Value(2.0, label="w")
    for branch in (lambda x: x if w else -x, lambda x: x if w > 1.0 else -x, lambda x: x if not w else -x):
        with pytest.raises(ag.RecordingError, match=r"a branch on|a comparison of|a Value"):
            ag.compile(lambda x, branch=branch: branch(x), engine="numpy")(1.0)


@pytest.mark.parametrize("kind", [ag.Value, ag.Tensor])
def test_a_modulus_is_refused_in_one_line(kind: Any) -> None:
    x = kind(2.0, requires_grad=True)
    for raised in (lambda: pow(x, 2, 3), lambda: pow(x, x, 3)):
        with pytest.raises(TypeError, match=r"^pow takes a modulus, .* write a \*\* b % c$"):
            raised()
