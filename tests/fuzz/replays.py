"""A program recorded at one point, and replayed at another."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import autograd as ag
from tests.fuzz import scripts
from tests.fuzz.finding import Counts, Finding
from tests.fuzz.operations import OPERATIONS
from tests.fuzz.programs import Program
from tests.fuzz.reference import Reference
from tests.fuzz.running import Eager, directions, guarded, plain, refused

FORMS = ("value_and_grad", "hvp", "from_graph", "value")


def replayed(
    program: Program,
    references: list[Reference],
    points: list[Any],
    engine: str,
    choice: int,
    counts: Counts,
    thorough: bool,
) -> Finding | None:
    eager, numbers = Eager(program, "graph"), program.kind == "numbers"
    run = eager.run
    argnum = tuple(range(len(points[0])))
    along = tuple(directions(program))
    if numbers:
        along = tuple(map(float, along))
    calls: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
        "value_and_grad": (ag.value_and_grad(run, argnum), ("value", "gradient")),
        "hvp": (lambda *xs: ag.hvp(run, xs, along, argnum), ("value", "second")),
        "value": (run, ("value",)),
    }
    for form in FORMS if thorough else [FORMS[choice % len(FORMS)]]:
        if form == "from_graph":
            if references[0].answer["constant"]:
                continue
            if any(OPERATIONS[step.operation].wide for step in program.instructions):
                counts.add("no program from the graph: a leaf made of a node's numbers is the user's own")
                continue
            finding = _from_graph(program, references, points, engine, counts)
            if finding is not None:
                return finding
            continue
        function, parts = calls[form]
        compiled = ag.compile(function, engine=engine)
        script = scripts.compiled(program, form, engine)
        nodes = numbers or form == "value"  # a replay of numbers is one of Values
        fresh = [guarded(partial(function, *eager.leaves(point) if nodes else point)) for point in points]
        for side in (0, 1, 0):
            found = guarded(partial(compiled, *points[side]))
            if refused(found):
                counts.add(f"refused by {engine}: {str(found).split('(')[0].split(':')[0]}")
                break
            if isinstance(found, Exception):
                return Finding(f"error in replay of {form}", engine, found, "no error", script)
            pair = (found, fresh[side]) if form != "value" else ((found,), (fresh[side],))
            for part, x, y in zip(parts, *map(plain, map(list, pair)), strict=True):
                if not references[side].agrees(part, x, y, beyond=True):
                    return Finding(f"replay of {form}: {part}", engine, x, y, script)
        counts.add(f"replays by {engine}")
    return None


def _from_graph(
    program: Program, references: list[Reference], points: list[Any], engine: str, counts: Counts
) -> Finding | None:
    eager = Eager(program, "graph")

    def recorded() -> Any:
        leaves = eager.leaves(points[0])
        return ag.Program.from_graph(eager.run(*leaves), leaves, engine=engine)

    script = scripts.graph(program, engine)
    replay = guarded(recorded)
    if isinstance(replay, Exception):
        if refused(replay):
            counts.add(f"refused by from_graph: {str(replay).split(', ')[1].split(' (')[0].split(':')[0]}")
            return None
        if "does not depend on any of the inputs" in str(replay):  # see "Jacobian of nothing" in `policy`
            counts.add("refused by from_graph: a Jacobian of nothing")
            return None
        return Finding("error in from_graph", engine, replay, "no error", script)
    for side in (0, 1):
        if references[side].beyond_lists():
            counts.add("not compared: small lists")
            continue
        found, fresh = guarded(partial(replay, *points[side])), guarded(partial(eager, points[side]))
        if isinstance(found, Exception):
            return Finding("error in from_graph", engine, found, "no error", script)
        for part, x in zip(("value", "gradient"), found, strict=True):
            if not references[side].agrees(part, plain(x), fresh[part], beyond=True):
                return Finding(f"from_graph: {part}", engine, plain(x), fresh[part], script)
    counts.add(f"graphs replayed by {engine}")
    return None
