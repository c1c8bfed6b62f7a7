"""Whether `tests.mutants` makes the changes that it says, one at a time, and takes a failing test for a noticed one."""

import ast
import os
from pathlib import Path

import pytest

from tests.mutants import ChangedLoader, Finder, Mutant, changes_of, is_killed, mutants_of

SOURCE = """
def f(x: int = 1) -> float:
    print(x)
    if x < 2 and not x:
        return -x + 0.5
    raise ValueError(f"{x + 1}")
"""
EXPECTED = {
    *("1 → 2", "call left out", "condition turned", "And → Or", "Lt → LtE", "2 → 3", "no Not", "return None"),
    *("Add → Sub", "no USub", "0.5 → 1.5"),
}


def test_every_change_is_made_alone(tmp_path: Path) -> None:
    (tmp_path / "m.py").write_text(SOURCE)
    seen = {ast.unparse(ast.parse(SOURCE))}
    names = [what for _, what, _ in changes_of(ast.parse(SOURCE))]
    assert set(names) == EXPECTED  # the message's sum is not among them
    for number in range(len(names)):
        tree = ast.parse(SOURCE)
        list(changes_of(tree))[number][2]()
        seen.add(ast.unparse(ast.fix_missing_locations(tree)))
        loader = ChangedLoader("m", Mutant(tmp_path / "m.py", number, 1, ""))
        assert loader.get_code("m") != compile(SOURCE, str(tmp_path / "m.py"), "exec")
    assert len(seen) == 1 + len(names)


def test_a_changed_module_takes_the_place_of_the_right_one() -> None:
    mutant = next(mutant for mutant in mutants_of("graph") if mutant.path.name == "order.py")
    finder = Finder(mutant)
    assert finder.name == "autograd.graph.order"
    assert finder.find_spec("autograd.graph.node") is None
    spec = finder.find_spec(finder.name)
    assert spec is not None
    assert isinstance(spec.loader, ChangedLoader)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no processes are forked here")
@pytest.mark.parametrize(
    ("line", "killed"), [("assert True", False), ("assert False", True), ("import os; os.abort()", True)]
)
def test_what_fails_or_crashes_is_noticed(line: str, killed: bool, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(f"def test_it():\n    {line}\n")
    assert is_killed(None, [str(tmp_path / "test_it.py")]) == killed
