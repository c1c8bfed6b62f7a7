"""A program run every way there is, and what differs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from tests.fuzz import scripts
from tests.fuzz.finding import Counts, Finding
from tests.fuzz.programs import Program
from tests.fuzz.reference import Reference
from tests.fuzz.replays import replayed
from tests.fuzz.running import Eager, guarded, moved_on

ENGINES = ("numpy", "native")


def judged(
    program: Program,
    counts: Counts,
    choice: int = 0,
    engines: Sequence[str] = ENGINES,
    thorough: bool = False,
    jax: bool = False,
) -> Finding | None:
    """The first difference that a program shows, or None.

    Args:
        program: What to run.
        counts: Where to count what was done.
        choice: Picks the ways of running that take turns.
        engines: To replay on.
        thorough: Run every way, rather than those whose turn it is.
        jax: Ask JAX of every program, and count how often it says the same; else only where PyTorch does not.
    """
    points = [program.point(), program.point(other=True)]
    try:
        references = [Reference(program, side) for side in (0, 1)]
    except (RuntimeError, NotImplementedError, IndexError) as error:  # PyTorch has no such thing
        counts.add(f"not judged: PyTorch {type(error).__name__}: {str(error)[:60]}")
        return None
    constant = references[0].answer["constant"]
    ways = ["graph", "functions"] if thorough else [("graph", "functions")[choice % 2]]
    for way in ways:
        eager = Eager(program, way)
        for reference, point in zip(references, points, strict=True):
            answer = guarded(partial(eager, point, constant))
            counts.add("eager runs")
            if isinstance(answer, Exception):
                return Finding(f"error in {way}", way, answer, "no error", scripts.eager(program, way, reference))
            for part in ("value", "gradient", "second"):
                if jax:
                    counts.add(f"JAX {'says the same' if reference.shared(part, answer[part]) else 'differs'}: {part}")
                if not reference.agrees(part, answer[part], reference.answer[part]):
                    if not reference.in_range(part):
                        counts.add(f"out of range: {part}")
                        continue
                    meant = reference.meant_for(part, answer[part])
                    if reference.agrees(part, answer[part], meant, beyond=True, singular=True):
                        counts.add("as the policy says")
                    elif reference.shared(part, answer[part]):
                        counts.add("as JAX says")
                    else:
                        script = scripts.eager(program, way, reference)
                        return Finding(part, way, answer[part], reference.answer[part], script)
    if not constant and program.kind == "arrays" and "graph" in ways:
        finding = _updated(program, references, points, choice)
        if finding is not None:
            return finding
    for engine in engines if thorough else [engines[choice // 2 % len(engines)]] if engines else []:
        finding = replayed(program, references, points, engine, choice // 4, counts, thorough)
        if finding is not None:
            return finding
    return None


def _updated(program: Program, references: list[Reference], points: list[Any], choice: int) -> Finding | None:
    """Leaves that are given other numbers, and the program run on them again."""
    eager = Eager(program, "graph")
    leaves = eager.leaves(points[0])

    def again() -> Any:
        eager.graph(leaves)
        moved_on(leaves, points[1], choice % 4)
        return eager.graph(leaves)

    found = guarded(again)
    if isinstance(found, Exception):
        return Finding("error in update", f"leaves given other numbers ({choice % 4})", found, "no error")
    fresh = guarded(partial(eager, points[1]))
    for part in ("value", "gradient", "second"):
        if not references[1].agrees(part, found[part], fresh[part]):
            return Finding(f"update {part}", f"leaves given other numbers ({choice % 4})", found[part], fresh[part])
    return None
