"""A slice of the fuzzing in every run; the command ``python -m tests.fuzz`` goes on for as long as it is told to."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

from autograd.rules import products, shaping
from autograd.rules.primitive import BOOK
from tests.fuzz.finding import Counts
from tests.fuzz.judge import judged
from tests.fuzz.operations import OPERATIONS
from tests.fuzz.programs import Program, generate
from tests.fuzz.running import Eager, guarded
from tests.fuzz.scripts import script
from tests.fuzz.without_torch import by_differences, by_duals

ENGINES = ("numpy", "native") if find_spec("llvmlite") else ("numpy",)


@pytest.fixture(autouse=True, scope="module")
def objects_put_aside() -> Iterator[None]:
    """A recording looks at every object there is; PyTorch's own need not be among them."""
    if find_spec("torch"):
        import_module("tests.fuzz.by_torch")
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def judge_all(seed: str, count: int, engines: tuple[str, ...], without: tuple[str, ...] = ()) -> Counts:
    """Judge programs; the first that is wrong fails, with its script."""
    counts = Counts()
    for index in range(count):
        program = generate(seed, index, without=without)
        finding = judged(program, counts, index, engines)
        assert finding is None, script(program, finding, f"python -m tests.fuzz --seed {seed} --only {index}")
    return counts


@pytest.mark.peers
def test_eager_programs_agree_with_pytorch() -> None:
    pytest.importorskip("torch")
    counts = judge_all("slice", 250, ())
    assert counts["eager runs"] >= 400


@pytest.mark.peers
def test_replays_agree_with_eager_for_new_inputs() -> None:
    pytest.importorskip("torch")
    counts = judge_all("replays a", 60, ENGINES)
    assert sum(count for name, count in counts.items() if "replay" in name) >= 50


# Programs that were findings once, where the judge, not the engine, had to be mended.
DECIDED = [("v2", 268), ("w3", 229), ("w3", 2148), ("w14", 1787), ("t9", 1541), ("x2", 663), ("q2", 799), ("q2", 1546),
           ("y2", 2298), ("z2", 2462), ("z4", 491), ("z9", 11)]  # fmt: skip


@pytest.mark.peers
@pytest.mark.parametrize(("seed", "index"), DECIDED)
def test_what_was_decided_stays_decided(seed: str, index: int) -> None:
    pytest.importorskip("torch")
    assert judged(generate(seed, index), Counts(), index, ENGINES[:1]) is None


@pytest.mark.peers
def test_jax_outvotes_a_judge_that_errs(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("jax")
    from tests.fuzz import by_torch, policy, reference

    program = next(p for i in range(99) if "f.arctan" in (p := generate("vote", i)).text(judge=True))
    for words in (by_torch, policy.WORDS, policy.UNGUARDED):
        monkeypatch.setattr(words, "arctan", lambda x: by_torch.array(x) * 2)
    counts = Counts()
    assert judged(program, counts, 0, ()) is None
    assert counts["as JAX says"] > 0
    monkeypatch.setattr(reference, "find_spec", lambda name: None)
    assert judged(program, Counts(), 0, ()) is not None


# ---- without PyTorch -----------------------------------------------------------------------------------------------


def ours(program: Program, point: list[Any], index: int) -> Any:
    answer = guarded(lambda: Eager(program, "graph")(point))
    assert not isinstance(answer, Exception), f"program {index}: {answer!r}\n{program.text()}"
    return answer


def test_programs_agree_with_dual_numbers() -> None:
    """The slow, obvious engine, where it knows every operation of the program."""
    for index in range(150):
        program = generate("duals", index, dual=True)
        for point in (program.point(), program.point(other=True)):
            if near_a_kink(program, point):
                continue
            with np.errstate(all="ignore"):
                value, gradients = by_duals(program, point)
            if value != value:  # there is nothing in its arrays
                continue
            answer = ours(program, point, index)
            np.testing.assert_allclose(answer["value"], value, rtol=1e-12, atol=1e-12, err_msg=program.text())
            for found, expected in zip(answer["gradient"], gradients, strict=True):
                np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-11, err_msg=program.text())


def near_a_kink(program: Program, point: list[Any]) -> bool:
    """Whether differences on either side of the point are not the same: a maximum, a fold, an edge is near."""
    with np.errstate(all="ignore"):
        wide, narrow = (by_differences(program, point, h)[1] for h in (2e-3, 1e-5))
    return not all(np.allclose(a, b, rtol=1e-4, atol=1e-4) for a, b in zip(wide, narrow, strict=True))


def test_programs_agree_with_differences() -> None:
    """Every operation, in value and gradient, without any other library."""
    islands = tuple(name for name in OPERATIONS if "detach" in OPERATIONS[name].judge)
    judged_programs = 0
    for index in range(150):
        program = generate("differences", index, without=islands)
        point = program.point()
        if program.mode != "ordinary" or program.narrow or near_a_kink(program, point):
            continue
        value, gradients = by_differences(program, point)
        answer = ours(program, point, index)
        np.testing.assert_allclose(answer["value"], value, rtol=1e-9, atol=1e-9, err_msg=program.text())
        size = max((np.abs(g).max(initial=0.0) for g in gradients), default=0.0)
        for found, expected in zip(answer["gradient"], gradients, strict=True):
            np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5 * (1 + size), err_msg=program.text())
        judged_programs += 1
    assert judged_programs >= 50


# ---- testing the tester --------------------------------------------------------------------------------------------

WRONG = {
    "tanh": (BOOK["tanh"], (lambda g, y, x: g * (1 + y * y),)),
    "a repeated entry counted once": (shaping.getitem, (lambda g, y, x, index: _assigned(g, x.shape, index),)),
    "matmul": (products.matmul, (lambda g, y, *ab: products._left(g, *ab), lambda g, y, *ab: -products._right(g, *ab))),
}  # fmt: skip


def _assigned(g: Any, shape: tuple[int, ...], index: Any) -> Any:
    result = np.zeros(shape)
    result[index] = g
    return result


@pytest.mark.peers
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_rule_is_found_and_made_small(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    from tests.fuzz.minimise import minimised

    entry, wrong = WRONG[name]
    monkeypatch.setitem(entry.derivatives, "array", (None, wrong))
    for index in range(400):
        program = generate("planted", index)
        if program.mode == "ordinary" and (first := judged(program, Counts(), 0, ())) is not None:
            break
    else:
        pytest.fail("400 programs did not find it")

    def fails(candidate: Program) -> bool:
        found = judged(candidate, Counts(), 0, ())
        return found is not None and found.kind == first.kind

    small = minimised(program, fails)
    steps = [step for step in small.instructions if not step.operation.startswith("weigh")]
    assert len(steps) <= 3, small.text()
    finding = judged(small, Counts(), 0, ())
    assert finding is not None
    exec(script(small, finding, "found"), {"__name__": "script"})


def test_every_operation_is_drawn() -> None:
    drawn = {step.operation for index in range(1500) for step in generate("wide", index).instructions}
    assert set(OPERATIONS) - drawn == set()
