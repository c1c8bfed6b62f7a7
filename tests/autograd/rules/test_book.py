"""The rule book as a whole: complete, self-consistent, and written in its own language."""

from __future__ import annotations

import contextlib
import functools
import inspect
import math
import pydoc
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd.graph.functions_of_one import entries_of_one
from autograd.rules.primitive import BOOK, Primitive
from tests.autograd.each import each
from tests.autograd.numpy.test_functions import FUNCTIONS
from tests.autograd.table import ROWS, Case, cases
from tests.stubs import out_of_date

TESTS = Path(__file__).parents[2]


def test_every_entry_has_a_line_in_the_table_and_every_line_an_entry() -> None:
    assert set(ROWS) == set(BOOK)


@pytest.mark.parametrize("name", BOOK)
def test_an_entry_is_found_by_its_name_and_says_what_it_is(name: str) -> None:
    assert BOOK[name].name == name
    assert getattr(ag, name) is not None
    assert BOOK[name].doc or not BOOK[name].differentiable
    with pytest.raises(ValueError, match="has a primitive 'add' already"):
        ag.rules.primitive.primitive("add", np.add)


def test_a_rule_of_ones_own_leaves_unread_chapters_their_names() -> None:
    code = """
import numpy as np, autograd as ag
from autograd.rules.primitive import primitive
try:
    primitive("det", np.linalg.det, lambda g, y, x: g)
except ValueError as error:
    print(error)
print(np.linalg.det(ag.Tensor(np.eye(2))).item())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "the rule book has a primitive 'det' already; choose another name\n1.0\n"


@pytest.mark.parametrize("name", [name for name, entry in BOOK.items() if entry.elementwise and not entry.settings])
def test_an_entry_gives_of_numpys_numbers_one_of_their_kind(name: str) -> None:
    with np.errstate(all="ignore"):
        found = BOOK[name](*[np.float32(0.5)] * len(BOOK[name].vjps))
    if name != "where":  # which gives what np.where does
        assert isinstance(found, np.generic), type(found)


@pytest.mark.parametrize("name", BOOK)
def test_there_is_one_rule_for_each_input_and_it_takes_what_the_forward_takes(name: str) -> None:
    entry, row = BOOK[name], ROWS[name]
    inputs, attrs = [None] * len(row.domains), row.attrs[0]
    if entry.pull is None:
        assert len(entry.vjps) == len(inputs)
    for rule in filter(None, [*entry.vjps, entry.pull]):
        inspect.signature(rule).bind("g", "y", *inputs, **attrs)
    for forward in filter(None, [entry.scalar, *([] if entry.ufunc else [entry.array])]):
        with contextlib.suppress(ValueError):  # a builtin that does not tell its signature
            inspect.signature(forward).bind(*inputs, **attrs)


@each("case", cases(differentiable=True))
def test_the_help_of_an_entry_shows_its_formula_and_its_derivatives_as_they_are(case: Case) -> None:
    entry, arrays = BOOK[case.name], case.draw()
    inspect.signature(entry).bind(*arrays, **case.attrs)
    assert (entry.__name__, entry.__qualname__) == (case.name, case.name)
    assert entry.doc in entry.__doc__
    assert (entry.kink or "") in entry.__doc__
    y = np.asarray(case(*arrays))
    shown = re.findall(r"^    (∂L/∂.*?) = (.*)$", entry.__doc__, re.MULTILINE)
    rules = [rule for rule in (*entry.vjps, entry.pull) if rule is not None]
    assert len(shown) == len([rule for rule in rules if rule.__name__ == "<lambda>"])
    for (_, text), rule in zip(shown, rules, strict=False):
        bound = inspect.signature(rule).bind(y, y, *arrays, **case.attrs)
        bound.apply_defaults()
        found = eval(text, rule.__globals__ | bound.arguments)
        given = rule(y, y, *arrays, **case.attrs)
        pairs = zip(found, given, strict=True) if entry.pull else [(found, given)]
        for ours, theirs in pairs:
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("name", BOOK)
def test_the_help_of_an_entry_says_what_it_takes_and_where_it_has_no_derivative(name: str) -> None:
    entry = BOOK[name]
    assert ("No derivative: it is zero wherever it exists." in entry.__doc__) == (not entry.differentiable)
    assert ("Where there is no derivative: " in entry.__doc__) == (entry.kink is not None)
    assert ("Takes numbers, arrays, Values and Tensors" in entry.__doc__) == (entry.scalar is not None)


def test_help_shows_an_entry_and_not_its_class() -> None:
    text = pydoc.render_doc(ag.tanh, renderer=pydoc.plaintext)
    assert text.splitlines()[2:4] == ["tanh = <primitive tanh>", "    y = tanh x"]
    assert "∂L/∂x = g * sech_squared(x)" in text
    assert "One entry of the rule book" in pydoc.render_doc(Primitive, renderer=pydoc.plaintext)


@pytest.mark.parametrize("name", [name for name, entry in BOOK.items() if entry.arity])
@pytest.mark.parametrize("more", [-1, 1])
def test_too_few_or_too_many_inputs_are_refused(name: str, more: int) -> None:
    entry = BOOK[name]
    inputs = [np.ones(2) for _ in range(entry.arity + more)]  # math.log takes a base, np.log an array to write into
    for operands in (inputs, [2.0] * len(inputs), [ag.Value(2.0)] * len(inputs)):
        with pytest.raises(TypeError, match=f"{name} takes {entry.arity} inputs?, got {len(inputs)}"):
            entry(*operands)
    assert all((x == 1).all() for x in inputs)


# Public functions that are no entries: what they are made of is in the table, and their own tests are named here.
TESTED_IN = {
    "test_functions": set(FUNCTIONS),
    "test_functional": {
        "elementwise_grad", "grad", "hessian", "hvp", "jacobian", "jvp", "make_jvp", "make_vjp", "value_and_grad",
        "vjp",
    },
    "test_extend": {"checkpoint"},
    "test_hooks": {"assign", "live"},
    "test_inspect": {"current_forward_hook", "forward_hook"},
    "test_compile": {"compile"},
    "test_exchange": {"from_dlpack"},
    "test_complex": {"holomorphic_grad"},
    "test_coverage": {"coverage"},
    "test_drawing": {"draw"},
    "test_explain_and_trace": {"explain", "trace_backward"},
    "test_extras": {"installing", "require"},
    "test_operators": {
        "deriv", "grad_and_aux", "grad_named", "hessian_tensor_product", "hessian_vector_product", "make_ggnvp",
        "make_hvp", "make_jvp_reversemode", "multigrad_dict", "tensor_jacobian_product", "vector_jacobian_product",
    },
    "test_native": {"native_is_ready"},
    "test_quizzes": {"quiz"},
    "test_traps": {"enable_grad", "gradients", "is_recording", "no_grad", "topological_order"},
}  # fmt: skip


def test_every_public_function_is_in_the_table_or_has_its_own_test() -> None:
    in_table = set(BOOK) | {name for name, row in ROWS.items() if getattr(ag, name) is row.ours} | {"absolute"}
    functions = {name for name in ag.__all__ if callable(getattr(ag, name)) and not isinstance(getattr(ag, name), type)}
    assert functions - in_table - set.union(*TESTED_IN.values()) == set()
    for module, names in TESTED_IN.items():
        text = "".join(path.read_text(encoding="utf-8") for path in TESTS.rglob(f"{module}.py"))
        missing = [name for name in names if not re.search(rf"""\bag\.{name}\b|"{name}":""", text)]
        assert missing == [], module


@pytest.mark.parametrize("name", BOOK)
def test_rules_speak_operators_and_primitives_only(name: str) -> None:
    entry = BOOK[name]
    for rule in [*entry.vjps, entry.pull]:
        for function in _called(rule):
            assert not {"np", "math", "numpy"} & set(function.__code__.co_names), f"{name} looks outside the book"


def _called(rule: Any) -> list[Any]:
    """A rule and the helpers of the book that it calls."""
    found, waiting = [], [rule] if rule else []
    while waiting:
        function = waiting.pop()
        if function not in found:
            found.append(function)
            named = [function.__globals__.get(word) for word in function.__code__.co_names]
            waiting += [
                f for f in named
                if hasattr(f, "__code__") and f.__module__.startswith("autograd.rules") and f.__name__ != "count"
            ]  # fmt: skip
    return found


# An entry whose number of parents varies counts as reading everything, unless it is linear.
READERS = [case for case in cases(differentiable=True) if BOOK[case.name].pull is None or BOOK[case.name].linear]


@each("case", READERS)
def test_what_a_rule_does_not_read_does_not_matter(case: Case) -> None:
    entry, arrays = BOOK[case.name], case.draw()
    y = np.asarray(case(*arrays))
    g = np.random.default_rng(1).uniform(0.5, 1.5, y.shape)
    for place, parent in enumerate(case.differentiable()):
        unread = [i for i in range(len(arrays)) if not entry.reads(parent, i) and arrays[i].dtype == float]
        disturbed = [a + 1.0 if i in unread else a for i, a in enumerate(arrays)]
        other_y = y if entry.reads(parent, -1) else y + 1.0
        before, after = _shares(case, "array", g, y, arrays), _shares(case, "array", g, other_y, disturbed)
        np.testing.assert_array_equal(after[place], before[place])


def test_a_rule_whose_code_does_not_tell_counts_as_reading_everything() -> None:
    rules = (lambda g, y, *inputs: g * inputs[1], functools.partial(lambda by, g, y, a, b: g * by, 2.0))
    entry = Primitive("strange", np.multiply, rules)
    assert all(entry.reads(parent, position) for parent in (0, 1) for position in (-1, 0, 1))


def _shares(case: Case, kind: Any, g: Any, y: Any, arrays: list[Any]) -> list[Any]:
    pull, vjps = BOOK[case.name].derivatives[kind]
    rules = [] if pull else [vjps[i] for i in case.differentiable()]
    if pull:
        return [share for share in pull(g, y, *arrays, **case.attrs) if share is not None]
    return [rule(g, y, *arrays, **case.attrs) for rule in rules]


@each("case", cases(differentiable=True))
def test_a_rule_made_ready_for_arrays_is_the_rule_as_written(case: Case) -> None:
    arrays = case.draw()
    y = np.asarray(case(*arrays))
    g = np.random.default_rng(1).uniform(0.5, 1.5, y.shape)
    ready, written = _shares(case, "array", g, y, arrays), _shares(case, "node", g, y, arrays)
    for ours, theirs in zip(ready, written, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-13)


# ---- kinks ---------------------------------------------------------------------------------------------------------

KINKS = {
    "abs": lambda: (_slopes(ag.abs, 0.0), [0.0]),
    "relu": lambda: (_slopes(ag.relu, 0.0), [0.0]),
    "leaky_relu": lambda: (_slopes(lambda x: ag.leaky_relu(x, 0.1), 0.0), [0.1]),
    "elu": lambda: (_slopes(lambda x: ag.BOOK["elu"](x, alpha=0.7), 0.0), [0.7]),
    "max_pool": lambda: (_shares_of_ties(lambda x: ag.sum(_pooled(x))), [0.0, 1.0, 0.0, 0.0]),
    "maximum": lambda: (_slopes(ag.maximum, 2.0, 2.0), [0.5, 0.5]),
    "minimum": lambda: (_slopes(ag.minimum, 2.0, 2.0), [0.5, 0.5]),
    "clip": lambda: (
        _slopes(lambda x: ag.clip(x, -1, 1), 1.0) + _slopes(lambda x: ag.clip(x, -1, 1), -1.0),
        [1.0, 1.0],
    ),
    "sqrt": lambda: (_slopes(ag.sqrt, 0.0), [math.inf]),
    "cbrt": lambda: (_slopes(ag.cbrt, 0.0), [math.inf]),
    "hypot": lambda: (_slopes(ag.hypot, 0.0, 0.0), [0.0, 0.0]),
    "arcsin": lambda: (_slopes(ag.arcsin, 1.0) + _slopes(ag.arcsin, -1.0), [math.inf, math.inf]),
    "arccos": lambda: (_slopes(ag.arccos, 1.0) + _slopes(ag.arccos, -1.0), [-math.inf, -math.inf]),
    "arctan2": lambda: (_slopes(ag.arctan2, 0.0, 0.0), [0.0, 0.0]),
    "arccosh": lambda: (_slopes(ag.arccosh, 1.0), [math.inf]),
    "power": lambda: (
        [_slopes(ag.power, *point) for point in ((0.0, 0.0), (0.0, 2.0), (0.0, -1.0), (math.inf, 0.0))],
        [[0.0, 0.0], [0.0, 0.0], [-math.inf, 0.0], [0.0, math.inf]],
    ),
    "norm": lambda: (_slopes_of_nothing(lambda xs: ag.norm(ag.stack(xs)), ag.Tensor, 0.0), [0.0, 0.0]),
    "logsumexp": lambda: (_slopes_of_nothing(lambda xs: ag.logsumexp(ag.stack(xs)), ag.Tensor), [0.0, 0.0]),
    "logsumexp_n": lambda: (_slopes_of_nothing(ag.logsumexp, ag.Value), [0.0, 0.0]),
    "max": lambda: (_shares_of_ties(ag.max), [0.0, 0.5, 0.5, 0.0]),
    "min": lambda: (_shares_of_ties(ag.min), [0.5, 0.0, 0.0, 0.5]),
    "logaddexp": lambda: (_slopes(ag.logaddexp, -math.inf, -math.inf), [0.0, 0.0]),
}


def _slopes(function: Any, *point: float) -> list[float]:
    """The derivatives at a point, of Values and of Tensors, recorded or not, which must all agree."""
    values = [ag.Value(x) for x in point]
    tensors = [ag.Tensor(x, requires_grad=True) for x in point]
    slopes: list[float] = ag.gradients(function(*values), values)
    with np.errstate(all="ignore"):
        assert slopes == [slope.data for slope in ag.gradients(function(*values), values, create_graph=True)]
        assert slopes == [slope.item() for slope in ag.gradients(function(*tensors), tensors)]
        assert slopes == [slope.item() for slope in ag.gradients(function(*tensors), tensors, create_graph=True)]
    return slopes


def _slopes_of_nothing(function: Any, kind: Any, nothing: float = -math.inf) -> list[float]:
    xs = [kind(nothing, requires_grad=True) for _ in range(2)]
    with np.errstate(all="ignore"):
        return [float(getattr(slope, "data", slope)) for slope in ag.gradients(function(xs), xs)]


def _pooled(x: Any) -> Any:
    return ag.BOOK["max_pool"](x, size=(4,), stride=(1,), padding=(0,), dilation=(1,))


def _shares_of_ties(function: Any) -> list[float]:
    x = ag.Tensor([1.0, 3.0, 3.0, 1.0], requires_grad=True)
    function(x).backward()
    shares: list[float] = x.grad.tolist()
    return shares


def test_every_kink_has_its_line_here() -> None:
    assert set(KINKS) == {name for name, entry in BOOK.items() if entry.kink}


@pytest.mark.parametrize("name", KINKS)
def test_at_a_kink_the_written_choice_is_made(name: str) -> None:
    ours, written = KINKS[name]()
    assert ours == written


OF_LENGTHS = {
    "norm": lambda x: ag.norm(x),
    "its square": lambda x: ag.norm(x) ** 2,
    "another norm": lambda x: np.linalg.norm(x, 3),
    "std": lambda x: np.std(x),
    "hypot": lambda x: np.hypot(x[0], x[1]),
    "arctan2": lambda x: np.arctan2(x[0], x[1]),
    "complex abs": lambda x: np.abs(x[0] + 1j * x[1]),
    "complex angle": lambda x: np.angle(x[0] + 1j * x[1]),
    "numbers": lambda x: ag.hypot(*x),
}


@pytest.mark.parametrize("name", OF_LENGTHS)
@pytest.mark.parametrize("length", [0.0, 3.0])
def test_a_length_of_nothing_has_the_slope_0_and_no_second_derivative(name: str, length: float) -> None:
    function = OF_LENGTHS[name]
    at = [length, 2 * length]

    def total(x: Any) -> Any:
        return function(list(x) if name == "numbers" else x)

    for second in (ag.hessian(total)(np.array(at)), ag.jacobian(ag.grad(total))(np.array(at))):
        assert np.isnan(second).all() == (length == 0), second
    assert np.isfinite(ag.grad(total)(np.array(at))).all()


OF_ONE_ENTRY = {
    "of a number": lambda x: np.std(x[0]),
    "along an axis": lambda x: np.std(x[None], axis=0),
    "along axes": lambda x: np.std(x[:1, None], axis=(0, 1)),
    "of few chosen": lambda x: np.std(x, where=[False, True, False]),
    "of one number": lambda x: np.nanstd(x * [np.nan, np.nan, 1.0]),
    "some of one": lambda x: np.nanstd(np.stack([x, x * [np.nan, np.nan, 1.0]]), axis=1)[1],
}


@pytest.mark.parametrize("name", OF_ONE_ENTRY)
def test_one_entry_spreads_by_nothing_wherever_it_is(name: str) -> None:
    function, at = OF_ONE_ENTRY[name], np.array([1.0, 2.0, 5.0])

    def total(x: Any) -> Any:
        return function(x).sum()

    assert total(at) == 0
    for outcome in (ag.grad(total)(at), ag.hessian(total)(at), ag.jvp(total, at, at), ag.jacobian(ag.grad(total))(at)):
        np.testing.assert_array_equal(outcome, 0)


def test_stubs_are_what_the_book_makes_of_them() -> None:
    assert out_of_date() == []


@pytest.mark.parametrize("entry", entries_of_one(), ids=lambda entry: entry.name)
def test_a_function_of_one_number_is_a_method(entry: Primitive) -> None:
    x = float(ROWS[entry.name].domains[0].draw(np.random.default_rng(0), ()))
    assert getattr(ag.Value(x), entry.name)().data == entry(ag.Value(x)).data
    assert getattr(ag.Tensor([x]), entry.name)().tolist() == entry(ag.Tensor([x])).tolist()
    assert getattr(ag.Value, entry.name).__name__ in (entry.name, "method")


def test_how_many_inputs_an_entry_takes_is_said_in_words() -> None:
    for name, words in (("exp", "exp takes 1 input, got 2:"), ("hypot", "hypot takes 2 inputs, got 1:")):
        with pytest.raises(TypeError, match=words):
            BOOK[name](*[1.0] * (2 if name == "exp" else 1))


SIGNATURES = {
    "exp": "(x, /)", "floor": "(x, /)", "isnan": "(x, /)", "greater": "(a, b, /)", "multiply": "(a, b, /)",
    "leaky_relu": "(x, /, *, slope)", "where": "(condition, a, b, /)", "sum": "(x, /, *, axis, keepdims)",
}  # fmt: skip


@pytest.mark.parametrize("name", SIGNATURES)
def test_inputs_are_shown_by_position_and_the_rest_by_name(name: str) -> None:
    assert str(inspect.signature(BOOK[name])) == SIGNATURES[name]


def test_who_asks_for_a_usual_entry_has_no_other_chapter_read() -> None:
    code = "import autograd as ag; ag.BOOK['exp'], ag.exp(1.0); print(len(ag.BOOK.unread) > 0, len(ag.BOOK) > 100)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True True\n"
