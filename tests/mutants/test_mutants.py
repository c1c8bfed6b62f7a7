"""Whether `tests.mutants` makes the changes that it says, one at a time, and takes a failing test for a noticed one."""

import ast
import json
import os
import threading
import time
from collections import defaultdict
from pathlib import Path
from types import FunctionType

import pytest

from tests.mutants.changes import ROOT, Mutant, changed_code, changes_of, mutants_of
from tests.mutants.covering import Covering
from tests.mutants.trying import ChangedLoader, Finder, Key, _key, forked, is_killed, patch

# Of JAX, where another test has imported it: what is forked here calls nothing of it.
pytestmark = pytest.mark.filterwarnings(r"ignore:os.fork\(\) was called:RuntimeWarning")

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
        assert loader.get_code("m") != changed_code(None, tmp_path / "m.py")
    assert len(seen) == 1 + len(names)


NESTED = """
TWO = 2
class Box:
    def of(self, x):
        def inner(y):
            return (lambda z: z * TWO)(y) + 1
        return inner(x)
times, plus = (lambda x: x * 3), (lambda x: x + 3)
"""


def test_functions_are_given_the_changed_code(tmp_path: Path) -> None:
    """Inner ones by way of the outermost; what a module does itself cannot be changed any more."""
    path = tmp_path / "m.py"
    path.write_text(NESTED)
    seen = []
    for number, (_, what, _) in enumerate(changes_of(ast.parse(NESTED))):
        module: dict = {}
        exec(changed_code(None, path), module)
        functions: dict[Key, list[FunctionType]] = defaultdict(list)
        for function in (module["Box"].of, module["times"], module["plus"]):
            functions[_key(function.__code__)].append(function)
        done = patch(Mutant(path, number, 1, what), functions)
        found = tuple(f(5) if f else None for f in (module["Box"]().of, module["times"], module["plus"]))
        assert done == (found != (11, 15, 8)), what
        seen.append((what, found))
    expected = [
        ("2 → 3", (11, 15, 8)),
        ("return None", (None, 15, 8)),
        ("return None", (None, 15, 8)),
        ("Add → Sub", (9, 15, 8)),
        ("Mult → Div", (3.5, 15, 8)),
        ("1 → 2", (12, 15, 8)),
        ("Mult → Div", (11, 5 / 3, 8)),
        ("3 → 4", (11, 20, 8)),
        ("Add → Sub", (11, 15, 2)),
        ("3 → 4", (11, 15, 9)),
    ]
    assert sorted(seen, key=repr) == sorted(expected, key=repr)


def test_a_changed_module_takes_the_place_of_the_right_one() -> None:
    mutant = next(mutant for mutant in mutants_of("graph") if mutant.path.name == "order.py")
    finder = Finder(mutant)
    assert finder.name == "autograd.graph.order"
    assert finder.find_spec("autograd.graph.node") is None
    spec = finder.find_spec(finder.name)
    assert spec is not None
    assert isinstance(spec.loader, ChangedLoader)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="whether a process works is read as Linux tells it")
def test_what_waits_for_ever_is_ended_and_what_works_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.mutants.trying.MOST_WAITING", 0.5)

    def wait() -> int:
        lock = threading.Lock()
        lock.acquire()
        lock.acquire()
        return 0

    def work() -> int:
        end = time.process_time() + 0.7
        while time.process_time() < end:
            pass
        return 0

    assert not forked(wait)
    assert forked(work)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no processes are forked here")
@pytest.mark.parametrize(
    ("line", "killed"), [("assert True", False), ("assert False", True), ("import os; os.abort()", True)]
)
def test_what_fails_or_crashes_is_noticed(line: str, killed: bool, tmp_path: Path) -> None:
    path = tmp_path / "test_it.py"
    path.write_text(f"def test_it():\n    {line}\n\ndef test_another():\n    assert False\n")
    name = f"{os.path.relpath(path, ROOT)}::test_it"
    assert is_killed(None, [name]) == killed


def test_what_several_checkouts_found_out_is_asked_together(tmp_path: Path) -> None:
    mutant = next(mutant for mutant in mutants_of("graph") if mutant.path.name == "order.py")
    coverage = pytest.importorskip("coverage")
    found = coverage.CoverageData(str(tmp_path / "lines"))
    names = ["tests/test_a.py::test_a", "tests/test_b.py::test_b"]
    for checkout, name in zip(("/first", "/second"), names, strict=True):
        found.set_context(name)
        found.add_lines({f"{checkout}/{mutant.where}": [mutant.line]})
    found.write()
    (tmp_path / "seconds.json").write_text(json.dumps(dict.fromkeys(names, 0.1)))
    assert Covering(tmp_path).tests(mutant) == names


def test_where_few_tests_go_through_a_line_those_of_its_file_follow(tmp_path: Path) -> None:
    """A function that is called at import, or whose result is kept, is others' tests, too."""
    mutant = next(
        mutant for mutant in mutants_of("graph") if mutant.path.name == "order.py" and "def" not in mutant.text
    )
    coverage = pytest.importorskip("coverage")
    found = coverage.CoverageData(str(tmp_path / "lines"))
    seconds = {"tests/test_a.py::test_a": 2.0, "tests/test_b.py::test_b": 1.0, "tests/test_c.py::test_c": 10.0}
    for name, line in zip([*seconds, "tests/test_d.py::test_skipped"], [mutant.line, 1, 1, 1], strict=True):
        found.set_context(name)
        found.add_lines({f"/checkout/{mutant.where}": [line]})
    found.write()
    named = {"tests/test_e.py::test_e[graph-1]": 1.5, "tests/test_e.py::test_e[paragraph-1]": 1.5}
    (tmp_path / "seconds.json").write_text(json.dumps(seconds | named))
    assert Covering(tmp_path).tests(mutant) == [*[*seconds][:2], *[*named][:1]]  # the third would be too much
