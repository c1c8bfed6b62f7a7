"""The rule book in JavaScript: every entry on single numbers is there, and computes what Python does."""

from __future__ import annotations

import json
import math
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import BOOK, Value
from autograd.drawing.javascript import book_javascript, rule_javascript
from autograd.drawing.page import page
from autograd.drawing.transpile import transpiled
from autograd.explaining.notation import number_text
from autograd.extend import defrule
from autograd.extend import primitive as own_primitive
from autograd.rules.primitive import Primitive, elementwise
from autograd.rules.ready import FLOAT_EXCEPTIONS

SPECIAL = [
    0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, 2.0, -2.0, 3.7, -40.0, 40.0, 800.0, -800.0, 1e-300, 1e300,
    math.inf, -math.inf, math.nan,
]  # fmt: skip
SCALARS = [rule for rule in BOOK.values() if rule.scalar is not None]
SETTINGS = {"leaky_relu": {"slope": 0.01}, "elu": {"alpha": 0.7}, "clip": {"low": -1.0, "high": 2.0}}


def arity(rule: Primitive) -> int:
    return 5 if rule.pull is not None else len(rule.vjps)


def points(rule: Primitive) -> list[list[float]]:
    """Where a rule is tried: all special numbers, alone and in pairs, and ordinary ones."""
    count = arity(rule)
    rng = np.random.default_rng(len(rule.name))
    if count == 1:
        special = [[x] for x in SPECIAL]
    elif count == 2:
        special = [[a, b] for a in SPECIAL for b in SPECIAL]
    else:
        special = rng.choice(SPECIAL, (200, count)).tolist()
    return [*special, *rng.normal(size=(30, count)).tolist()]


@pytest.fixture(scope="module")
def run_javascript(request: pytest.FixtureRequest) -> Callable[[str], Any]:
    """Gives the JSON value that a script returns: by Node.js where it is installed, else in a browser."""
    helpers = (files("autograd.drawing") / "assets" / "python.js").read_text(encoding="utf-8")
    if node := shutil.which("node"):

        def run(script: str) -> Any:
            code = f"{helpers}\nconsole.log(JSON.stringify((() => {{ {script} }})()));"
            done = subprocess.run(
                [node, "-"], input=code, capture_output=True, text=True, encoding="utf-8", check=False
            )
            assert not done.returncode, done.stderr
            return json.loads(done.stdout)

        return run
    browser = request.getfixturevalue("browser")
    return lambda script: browser.new_page().evaluate(f"() => {{ {helpers}\n{script} }}")


@pytest.fixture(scope="module")
def computed(run_javascript: Callable[[str], Any]) -> dict[str, list[Any]]:
    """For each entry and point: the value and the local derivatives, all in one run."""
    rules = {rule.name: rule_javascript(rule, SETTINGS.get(rule.name, {}), arity(rule)) for rule in SCALARS}
    table = ", ".join(f"{name}: {code}" for name, code in rules.items())
    given = {rule.name: [[str(x).replace("inf", "Infinity") for x in p] for p in points(rule)] for rule in SCALARS}
    inputs = json.dumps(given)
    script = f"""const book = {book_javascript()}; const rules = {{ {table} }}; const inputs = {inputs};
      const plain = (x) => x === null || x === undefined ? null : String(typeof x === "boolean" ? Number(x) : x);
      return Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name,
        inputs[name].map((p) => p.map(Number)).map((p) => {{ const y = rule.forward(...p);
          return [plain(y), rule.locals(1, Number(y), ...p).map(plain)]; }})]));"""
    found: dict[str, list[Any]] = run_javascript(script)
    return found


@pytest.mark.parametrize("rule", SCALARS, ids=lambda rule: rule.name)
def test_every_entry_on_single_numbers_has_javascript(rule: Primitive) -> None:
    assert rule_javascript(rule, SETTINGS.get(rule.name, {}), arity(rule)) is not None


@pytest.mark.parametrize("rule", SCALARS, ids=lambda rule: rule.name)
def test_it_computes_what_the_book_does(rule: Primitive, computed: dict[str, list[Any]]) -> None:
    attrs = SETTINGS.get(rule.name, {})
    for point, (y, slopes) in zip(points(rule), computed[rule.name], strict=True):
        expected = float(rule.on_floats(point, attrs))
        assert near(y, expected), (point, y, expected)
        for slope, want in zip(slopes, local_derivatives(rule, [1.0, expected, *point], attrs), strict=True):
            assert near(slope, want), (point, slope, want)


def local_derivatives(rule: Primitive, given: list[float], attrs: dict[str, Any]) -> list[float | None]:
    """The rules on floats, and on NumPy's where Python has an exception for IEEE 754's answer."""
    pull, vjps = rule.derivatives["scalar"]

    def computed_by(quick: Any, written: Any) -> Any:
        try:
            return quick(*given, **attrs)
        except FLOAT_EXCEPTIONS:
            with np.errstate(all="ignore"):
                return written(*map(np.float64, given), **attrs)

    if pull is not None:
        return list(computed_by(pull, rule.pull))
    return [None if vjp is None else computed_by(vjp, rule.vjps[i]) for i, vjp in enumerate(vjps)]


def near(found: str | None, expected: Any) -> bool:
    if found is None or expected is None:
        return found is expected
    x, wanted = float(found.replace("Infinity", "inf")), float(expected)
    if math.isnan(wanted) or math.isnan(x):
        return math.isnan(wanted) and math.isnan(x)
    return x == wanted or abs(x - wanted) <= max(1e-12 * max(abs(x), abs(wanted)), 1e-300)


@pytest.mark.parametrize(
    "name", ["acosh", "asinh", "cbrt", "copysign", "erf", "erfc", "exp2", "fmod", "gamma", "lgamma"]
)
def test_functions_of_pythons_math(name: str, run_javascript: Callable[[str], Any]) -> None:
    function = getattr(math, name)
    count = 2 if name in ("copysign", "fmod") else 1
    code = transpiled(function, ["a", "b"][:count])
    grid = [-170.3, -5.5, -1.1, -0.5, -1e-9, 0.1, 0.9, 1.0, 1.5, 2.5, 3.0, 7.0, 20.0, 26.0, 140.5, 1e5]
    samples = [(a, b) for a in grid for b in ([0.75, -3.0] if count == 2 else [0.0])]
    found = run_javascript(f"return {json.dumps(samples)}.map(([a, b]) => String({code}));")
    for sample, y in zip(samples, found, strict=True):
        try:
            wanted = function(*sample[:count])
        except (ValueError, OverflowError):
            continue
        assert near(y, wanted), (sample, y, wanted)


# ---- entries that are new ------------------------------------------------------------------------------------------


@pytest.fixture
def entered() -> Iterator[Callable[..., Primitive]]:
    """Enters a primitive in the book for one test."""
    names: list[str] = []

    def enter(name: str, *rules: Any, **details: Any) -> Primitive:
        names.append(name)
        return elementwise(name, *rules, **details)

    yield enter
    for name in names:
        del BOOK[name]


def shown(output: Value) -> dict[str, Any]:
    """The data of a graph's page."""
    text = page(output, "<svg></svg>")
    data: dict[str, Any] = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', text)[1])
    return data


def test_a_new_entry_is_on_the_page_by_existing(entered: Callable[..., Primitive]) -> None:
    bump = entered(
        "bump", lambda x: np.where(x > 0, np.arcsinh(x), x), lambda g, y, x: g / (1 + x * x),
        scalar=lambda x: math.asinh(x) if x > 0 else x,
    )  # fmt: skip
    data = shown(bump(Value(2.0, label="x")) * 3.0)
    assert data["live"]
    assert "bump: (x0) => ((x0 > 0) ? Math.asinh(x0) : x0)" in book_javascript()


def without_an_end(x: float) -> float:
    while x > 1.0:
        x /= 2.0
    return x


@pytest.mark.parametrize("kind", ["entry", "own", "no formula"])
def test_what_only_python_computes_is_named_for_what_it_is(kind: str, entered: Callable[..., Primitive]) -> None:
    if kind == "own":
        function: Any = own_primitive(lambda x: float(x) ** 3)
        function.name = "endless"
        defrule(function, lambda g, y, x: g * 3 * x * x)
    elif kind == "entry":
        function = entered("endless", np.vectorize(without_an_end), lambda g, y, x: g, scalar=without_an_end)
    else:
        function = Primitive("endless", np.sin, [lambda g, y, x: g * np.float64(x)], scalar=math.sin, elementwise=True)
    a = Value(2.0, label="a")
    data = shown(function(a) * a)
    assert not data["live"]
    assert data["why"] == "Only Python can compute endless, so the values stay as they are."


def test_a_thousand_inputs_are_no_thousand_squared(run_javascript: Callable[[str], Any]) -> None:
    rule = BOOK["logsumexp_n"]
    code = rule_javascript(rule, {}, 1000)
    assert code is not None
    assert len(code) < 200_000
    xs = np.linspace(-3.0, 800.0, 1000).tolist()
    found = run_javascript(f"const rule = {code}; return rule.forward(...{json.dumps(xs)});")
    assert found == pytest.approx(ag.logsumexp([Value(x) for x in xs]).data, rel=1e-12)


def test_the_page_writes_numbers_as_the_tables_do(run_javascript: Callable[[str], Any]) -> None:
    engine = (files("autograd.drawing") / "assets" / "engine.js").read_text(encoding="utf-8")
    function = re.search(r"^function written\(.*?^}", engine, re.MULTILINE | re.DOTALL)[0]
    rng = np.random.default_rng(0)
    numbers = [x for x in SPECIAL if math.isfinite(x)] + (
        rng.normal(size=200) * 10.0 ** rng.integers(-20, 20, 200)
    ).tolist()
    for digits in (4, 6):
        found = run_javascript(f"{function} return {json.dumps(numbers)}.map((x) => written(x, {digits}));")
        assert found == [number_text(x, digits) for x in numbers]
