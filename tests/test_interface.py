"""What a user sees of the packages before any of it runs: names, help, and answers to names from elsewhere."""

from __future__ import annotations

import inspect
import subprocess
import sys
from types import ModuleType
from typing import Any

import pytest

import autograd as ag

# ---- every public name is listed, and nothing else -----------------------------------------------------------------


def test_dir_shows_the_public_names_and_the_rooms_that_have_their_own() -> None:
    rooms = set(dir(ag)) - set(ag.__all__)
    assert rooms == {"extend", "graph", "numpy", "rules", "test_util"}
    assert all(isinstance(getattr(ag, room), ModuleType) for room in rooms)
    assert len(ag.__all__) == len(set(ag.__all__))
    assert not [name for name in ag.__all__ if name.startswith("_")]


def test_what_is_imported_on_first_use_is_listed_before() -> None:
    code = """
import sys
import autograd as ag
assert {"grad", "draw", "compile", "Program", "quiz", *ag.__all__} <= set(dir(ag))
assert not {"autograd.program", "autograd.drawing", "autograd.functional", "autograd.learn"} & set(sys.modules)
print(*[name for name in dir(ag) if getattr(ag, name, None) is None])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("\n", "")


# ---- every public name is documented -------------------------------------------------------------------------------

# Names whose documentation has no example of its own, and why.
WITHOUT_EXAMPLE = {
    "the example of what it is made by, or raised by, shows it": {
        "BOOK", "DTypeError", "Drawing", "GradbookError", "GradientCheckError", "GraphError", "MissingExtraError",
        "MissingRuleError", "Node", "Primitive", "RecordingError", "ShapeError",
    },
    "what it says depends on the machine": {"installing"},
    "a bare method of the variable, for speed: forward_hook is what sets it": {"current_forward_hook"},
}  # fmt: skip
EXEMPT = set().union(*WITHOUT_EXAMPLE.values())


@pytest.mark.parametrize("name", ag.__all__)
def test_a_public_name_says_what_it_is_and_shows_an_example(name: str) -> None:
    thing: Any = getattr(ag, name)
    text = inspect.getdoc(thing) or ""
    assert len(text) > 20 or name == "BOOK"
    if isinstance(thing, ag.Primitive):
        return  # its line of mathematics is the documentation; see the tests of the book
    assert (">>>" in text) != (name in EXEMPT), f"{name}: an example in its docstring, or a reason in WITHOUT_EXAMPLE"


# ---- names from elsewhere ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("tensor", "did you mean ag.Tensor?"),
        ("Variable", "did you mean ag.Value?"),
        ("variable", "did you mean ag.Value?"),
        ("Tensr", "did you mean ag.Tensor?"),
        ("jit", "did you mean ag.compile?"),
        ("gradd", "did you mean ag.grad?"),
        ("jacrev", "did you mean ag.jacobian?"),
        ("zeros", "ag.Tensor(np.zeros(3))"),
        ("check_grads", "from autograd.test_util import check_grads"),
        ("defvjp", "from autograd.extend import"),
    ],
)
def test_a_name_from_elsewhere_is_answered_with_ours(name: str, answer: str) -> None:
    with pytest.raises(AttributeError) as error:
        getattr(ag, name)
    assert str(error.value).startswith(f"module 'autograd' (of gradbook) has no attribute {name!r}: ")
    assert answer in str(error.value)
    assert "\n" not in str(error.value)


def test_a_name_that_resembles_nothing_gets_no_advice() -> None:
    with pytest.raises(AttributeError, match=r"has no attribute 'quux'$"):
        _ = ag.quux  # type: ignore[attr-defined]


def test_the_words_lead_to_names_that_are_there() -> None:
    from autograd.suggest import WORDS

    assert [ours for ours in WORDS.values() if " " not in ours and ours not in ag.__all__] == []
    assert [word for word in WORDS if word in ag.__all__] == []
