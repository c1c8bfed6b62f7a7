"""A program run every way there is, and what differs.

Tolerances. Two engines round differently, and a program may magnify that without bound. So numbers are first compared
entry by entry to a few thousand units in the last place; where that fails, the reference runs again several times with
every operand at every place where it is used, and every gradient there, moved by a few units in its last place, at
random. How far these runs are apart is what rounding can do to this program at this point, and a difference counts only
where it is many times larger. No tolerance belongs to an operation, so one that loses digits by itself is found.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

import autograd as ag
import autograd.numpy as anp
from tests.fuzz import scripts
from tests.fuzz.programs import Program, values, weights

ENGINES = ("numpy", "native")
# What the first comparison lets pass, relative to each entry; and the jitter of the second.
CLOSE = {False: 4e-12, True: 2e-4}
EPSILON = {False: 2.0**-52, True: 2.0**-23}
SMALLEST = {False: 1e-300, True: 1e-36}
RUNS, SAFETY = 6, 64


@dataclass(frozen=True)
class Finding:
    """A difference: where, between what, and how to see it again.

    Attributes:
        stage: What was compared: "value", "gradient", "second", or "replay …" of these, or "error in …".
        way: How it was run.
        found: What we gave, or the exception.
        expected: What the judge gave.
        script: Lines that show it, after the program and its inputs.
    """

    stage: str
    way: str
    found: Any
    expected: Any
    script: str = ""

    @property
    def kind(self) -> str:
        """What stays the same while a program is minimised."""
        return f"{self.stage} by {self.way.split('(')[0]}" + (
            f": {type(self.found).__name__}" if isinstance(self.found, Exception) else ""
        )

    def __str__(self) -> str:
        found = f"{type(self.found).__name__}: {self.found}" if isinstance(self.found, Exception) else self.found
        return f"{self.stage}, by {self.way}: found {found}, expected {self.expected}"


def without_grad(function: Callable[[], Any]) -> Any:
    """An island in a program where nothing is recorded."""
    with ag.no_grad():
        return function()


def plain(x: Any) -> Any:
    """Nodes and PyTorch's tensors as ndarrays, in a list or alone."""
    if isinstance(x, list | tuple):
        return [plain(part) for part in x]
    if isinstance(x, ag.Node):
        x = x.data
    return np.asarray(x.numpy(force=True) if hasattr(x, "detach") else x)


# ---- running it ----------------------------------------------------------------------------------------------------


def made(program: Program, words: dict[str, Any], judge: bool, jitter: Callable[[Any], Any] | None = None) -> Any:
    """The program as a function of its variables."""
    constants = {x.name: x.data for x in program.inputs if x.role == "constant"}
    namespace = {"np": np, "weights": weights, "jitter": jitter, **constants, **words}
    exec(compile(program.text(judge, jitter is not None), "<program>", "exec"), namespace)
    return namespace["program"]


OURS = {"ag": ag, "anp": anp, "without_grad": without_grad}


def directions(program: Program) -> list[Any]:
    """Where second derivatives are taken along."""
    return [weights(np.shape(x.data), np.asarray(x.data).dtype) for x in program.variables]


def by_torch(
    program: Program, point: Sequence[Any], jitter: np.random.Generator | None = None, words: Any = None
) -> dict[str, Any]:
    """Value, gradient and curvature along `directions` by PyTorch; in the words of `policy` where they are given."""
    import torch

    if words is None:
        from tests.fuzz import by_torch as words

    def noise(x: Any) -> Any:
        return torch.tensor(1 + jitter.uniform(-4, 4, tuple(x.shape)) * EPSILON[program.narrow])

    def moved(x: Any) -> Any:
        y = words.array(x) * noise(words.array(x))
        if y.requires_grad:
            back = noise(y)
            y.register_hook(lambda g: g * back)
        return y

    run = made(program, {"f": words}, True, moved if jitter is not None else None)
    leaves = [torch.tensor(np.asarray(x, np.float64), requires_grad=True) for x in point]
    y = run(*leaves)
    if not y.requires_grad:
        zeros = [np.zeros(np.shape(x)) for x in point]
        return {"value": plain(y), "gradient": zeros, "second": zeros, "constant": True}
    slopes = _gradients(y, leaves, create_graph=True)
    answer = {"value": plain(y), "gradient": plain(slopes), "constant": False}
    along = sum((g * torch.tensor(v)).sum() for g, v in zip(slopes, directions(program), strict=True))
    answer["second"] = [np.zeros(np.shape(x)) for x in point]
    if along.requires_grad:
        answer["second"] = plain(_gradients(along, leaves))
    return answer


def _gradients(y: Any, leaves: list[Any], **options: Any) -> list[Any]:
    import torch

    found = torch.autograd.grad(y, leaves, allow_unused=True, **options)
    return [torch.zeros(x.shape, dtype=x.dtype) if g is None else g for x, g in zip(leaves, found, strict=True)]


class Eager:
    """Our engine, by one of the ways in."""

    def __init__(self, program: Program, way: str) -> None:
        self.program, self.way = program, way
        self.run = made(program, OURS, False)

    def leaves(self, point: Sequence[Any]) -> list[Any]:
        if self.program.kind == "numbers":
            return [ag.Value(x) for x in point]
        return [ag.Tensor(x, requires_grad=True) for x in point]

    def __call__(self, point: Sequence[Any], constant: bool = False) -> dict[str, Any]:
        """Value, gradient and curvature."""
        return self.functional(point) if constant or self.way == "functions" else self.graph(self.leaves(point))

    def functional(self, point: Sequence[Any]) -> dict[str, Any]:
        if self.program.kind == "numbers" and self.way == "graph":
            point = self.leaves(point)
        argnum = tuple(range(len(point)))
        value, gradient = ag.value_and_grad(self.run, argnum)(*point)
        second = ag.hvp(self.run, tuple(point), tuple(directions(self.program)), argnum)[1]
        return {"value": plain(value), "gradient": plain(gradient), "second": plain(second)}

    def graph(self, leaves: list[Any]) -> dict[str, Any]:
        y = self.run(*leaves)
        zeros = [np.zeros(np.shape(x.data)) for x in leaves]
        if not getattr(y, "requires_grad", False):  # every way from the leaves ends at a constant
            return {"value": plain(y), "gradient": zeros, "second": zeros}
        y.backward()
        gradient = [zero if x.grad is None else plain(x.grad) for x, zero in zip(leaves, zeros, strict=True)]
        slopes = ag.gradients(y, leaves, create_graph=True)
        along = 0.0
        for slope, v in zip(slopes, directions(self.program), strict=True):
            along = along + (ag.sum(slope * v) if self.program.kind == "arrays" else slope * float(v))
        second = ag.gradients(along, leaves) if along.requires_grad else zeros
        return {"value": plain(y), "gradient": gradient, "second": plain(second)}


def moved_on(leaves: Sequence[Any], point: Sequence[Any], way: int) -> None:
    """Give leaves other numbers, in one of the ways users have."""
    for leaf, x in zip(leaves, point, strict=True):
        if leaf.kind == "scalar" or way == 0:
            leaf.data = x
        elif way == 1:
            ag.assign(leaf, x)
        elif way == 2:
            with ag.no_grad():
                leaf[...] = x
        else:
            leaf.data *= 0 if np.all(np.isfinite(leaf.data)) else 1
            leaf.data = x
        leaf.grad = None


# ---- comparing -----------------------------------------------------------------------------------------------------


def same(found: Any, expected: Any, close: float, smallest: float) -> bool:
    """Whether two results are equal up to rounding, with infinities and NaNs in the same places."""
    found, expected = np.asarray(found, np.float64), in_range(expected, found)
    if found.shape != expected.shape:
        return False
    with np.errstate(all="ignore"):
        near = np.abs(found - expected) <= close * np.abs(expected) + smallest
    return bool(np.all(near | (found == expected) | ((found != found) & (expected != expected))))


def in_range(expected: Any, found: Any) -> Any:
    """A judge's number as the type of ours can hold it: 1e300 is infinite in single precision."""
    kind = np.asarray(found).dtype
    with np.errstate(all="ignore"):
        return np.asarray(expected).astype(kind if kind == np.float32 else np.float64).astype(np.float64)


def scale(x: Any) -> float:
    """The largest finite number of an array: what sums over it round relative to."""
    x = np.asarray(x)
    return float(np.max(np.abs(x[np.isfinite(x)]), initial=0.0))


def listed(x: Any) -> list[Any]:
    return x if isinstance(x, list) else [x]


OF_SHARES = ("softmax", "log_softmax", "logsumexp", "cross_entropy of classes", "cross_entropy of probabilities")

OF_JACOBIANS = ("vjp", "jvp", "hvp")


class Reference:
    """What the judge says of a program at a point, and how sure it is."""

    def __init__(self, program: Program, side: int) -> None:
        self.program, self.side, self.point = program, side, program.point(bool(side))
        point = self.point
        self.answer = by_torch(program, point)
        self._spread: dict[str, list[Any]] | None = None
        self._meant: dict[str, Any] | None = None

    @property
    def meant(self) -> dict[str, Any]:
        """What PyTorch says when it follows our policy."""
        if self._meant is None:
            from tests.fuzz.policy import WORDS

            self._meant = by_torch(self.program, self.point, words=WORDS)
        return self._meant

    def spread(self, part: str) -> list[Any]:
        """What rounding may do to each entry."""
        if self._spread is None:
            rng = np.random.default_rng(0)
            runs = [by_torch(self.program, self.point, rng) for _ in range(RUNS)]
            self._spread = {}
            for name in ("value", "gradient", "second"):
                columns = zip(*(listed(run[name]) for run in runs), strict=True)
                pairs = zip(columns, listed(self.answer[name]), strict=True)
                with np.errstate(all="ignore"):
                    self._spread[name] = [np.max([np.abs(x - y) for x in column], axis=0) for column, y in pairs]
        return self._spread[part]

    def meant_for(self, part: str, found: Any) -> list[Any]:
        """PyTorch's answer, with the policy's in the entries where ours is another."""
        with np.errstate(all="ignore"):
            return [
                np.where(np.isclose(x, y, CLOSE[self.program.narrow], 0.0, equal_nan=True), y, z)
                for x, y, z in zip(listed(found), listed(self.answer[part]), listed(self.meant[part]), strict=True)
            ]

    def in_range(self, part: str) -> bool:
        """Whether this part of the answer is one to compare (see "range" in `policy`)."""
        from tests.fuzz.policy import limits

        if self.program.mode != "extreme":
            return True
        held_by = values(self.program)
        for step in self.program.instructions:
            if step.operation in OF_JACOBIANS and not all(
                np.all(np.isfinite(held_by[x][self.side])) for x in step.operands
            ):
                return False  # see "infinite direction" in `policy`
        if self.program.narrow and self._beyond_single(held_by):
            return False  # see "single" in `policy`
        if part == "value":
            return True
        least, most = limits(part, self.program.narrow)
        held = [np.ravel(np.float64(pair[self.side])) for pair in held_by.values()]
        sizes = np.abs(np.concatenate(held))
        sizes = sizes[np.isfinite(sizes) & (sizes > 0)]
        return bool(np.all((sizes >= least) & (sizes <= most)))

    def _beyond_single(self, held_by: dict[str, Any]) -> bool:
        """Whether a number on the way is finite for the judge alone, or a power's exponent whole for us alone."""
        for step in self.program.instructions:
            operands = [np.asarray(held_by[x][self.side], np.float64) for x in step.operands]
            if not np.all(np.isfinite(held_by[step.name][self.side])) and all(np.all(np.isfinite(x)) for x in operands):
                return True
            if step.operation.startswith("power") and any(np.any(np.abs(x) > 2.0**23) for x in operands):
                return True
        return False

    def agrees(self, part: str, found: Any, expected: Any, beyond: bool = False) -> bool:
        """Whether two answers are the same but for rounding.

        Where ``beyond``, NaNs are not compared if the value itself is not finite (see "beyond" in `policy`).
        """
        narrow = self.program.narrow
        pairs = list(zip(listed(found), listed(expected), strict=True))
        # Sums round relative to the largest share in them.
        most = 1e3 if self.program.mode == "extreme" else np.inf
        largest = max((scale(y) for _, y in pairs), default=0.0)
        if part == "second" and beyond and any(step.operation in OF_SHARES for step in self.program.instructions):
            sizes = map(scale, [*listed(self.answer["gradient"]), *listed(self.answer["value"])])
            largest = max(largest, 64 * max(sizes))  # see "shares" in `policy`
        largest = min(largest, most)
        least = [SMALLEST[narrow] + 8 * EPSILON[narrow] * largest] * len(pairs)
        if all(same(x, y, CLOSE[narrow], small) for (x, y), small in zip(pairs, least, strict=True)):
            return True
        broken = part != "value" and not np.all(np.isfinite(self.meant["value"])) if beyond else False
        if broken or (beyond and part == "second"):
            pairs = [(np.where(np.isnan(y), np.nan, x), np.where(np.isnan(x) & broken, np.nan, y)) for x, y in pairs]
            if all(same(x, y, CLOSE[narrow], small) for (x, y), small in zip(pairs, least, strict=True)):
                return True
        if self.program.mode == "exact" and not narrow:
            return False
        for (x, y), small, spread in zip(pairs, least, self.spread(part), strict=True):
            x, y = np.asarray(x, np.float64), in_range(y, x)
            if x.shape != y.shape:
                return False
            with np.errstate(all="ignore"):
                near = np.abs(x - y) <= SAFETY * spread + CLOSE[narrow] * np.abs(y) + small
                near |= (x == y) | ((x != x) & (y != y)) | (np.isnan(spread) & np.isfinite(y))
            if not np.all(near):
                return False
        return True


def guarded(action: Callable[[], Any]) -> Any:
    """A result, or the exception in its place."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return action()
    except Exception as error:
        return error


def refused(error: Any) -> bool:
    """Whether an exception is a recording's own refusal."""
    return isinstance(error, ag.RecordingError)


class Counts(dict[str, int]):
    """How often what was compared, refused, or decided by policy."""

    def add(self, name: str) -> None:
        self[name] = self.get(name, 0) + 1


def judged(
    program: Program, counts: Counts, choice: int = 0, engines: Sequence[str] = ENGINES, thorough: bool = False
) -> Finding | None:
    """The first difference that a program shows, or None.

    Args:
        program: What to run.
        counts: Where to count what was done.
        choice: Picks the ways of running that take turns.
        engines: To replay on.
        thorough: Run every way, rather than those whose turn it is.
    """
    points = [program.point(), program.point(other=True)]
    try:
        references = [Reference(program, side) for side in (0, 1)]
    except (RuntimeError, NotImplementedError, IndexError) as error:  # PyTorch has no such thing
        counts.add(f"not judged: PyTorch {type(error).__name__}: {str(error)[:60]}")
        return None
    constant = references[0].answer["constant"]
    ways = ["graph", "functions"] if thorough else [("graph", "functions")[choice % 2]]
    answers: dict[str, list[dict[str, Any]]] = {}
    for way in ways:
        eager = Eager(program, way)
        answers[way] = []
        for reference, point in zip(references, points, strict=True):
            answer = guarded(partial(eager, point, constant))
            counts.add("eager runs")
            if isinstance(answer, Exception):
                return Finding(f"error in {way}", way, answer, "no error", scripts.eager(program, way, reference))
            for part in ("value", "gradient", "second"):
                if not reference.agrees(part, answer[part], reference.answer[part]):
                    if not reference.in_range(part):
                        counts.add(f"out of range: {part}")
                    elif not reference.agrees(part, answer[part], reference.meant_for(part, answer[part]), beyond=True):
                        script = scripts.eager(program, way, reference)
                        return Finding(part, way, answer[part], reference.answer[part], script)
                    else:
                        counts.add("as the policy says")
            answers[way].append(answer)
    if not constant and program.kind == "arrays" and "graph" in answers:
        finding = _updated(program, references, points, choice)
        if finding is not None:
            return finding
    way = ways[-1]
    if program.kind == "numbers" and way == "functions":  # a replay of numbers is one of Values
        way = "values"
        answers[way] = [guarded(partial(Eager(program, "graph"), point, constant)) for point in points]
    for engine in engines if thorough else [engines[choice // 2 % len(engines)]] if engines else []:
        finding = _replayed(program, references, answers[way], points, engine, choice // 4, counts, thorough)
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


# ---- replaying -----------------------------------------------------------------------------------------------------

FORMS = ("value_and_grad", "hvp", "from_graph", "value")


def _replayed(
    program: Program,
    references: list[Reference],
    answers: list[dict[str, Any]],
    points: list[Any],
    engine: str,
    choice: int,
    counts: Counts,
    thorough: bool,
) -> Finding | None:
    run = made(program, OURS, False)
    argnum = tuple(range(len(points[0])))
    along = tuple(directions(program))
    if program.kind == "numbers":
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
            finding = _from_graph(program, references, points, engine, counts)
            if finding is not None:
                return finding
            continue
        function, parts = calls[form]
        compiled = ag.compile(function, engine=engine)
        script = scripts.compiled(program, form, engine)
        for side in (0, 1, 0):
            found = guarded(partial(compiled, *points[side]))
            if refused(found):
                counts.add(f"refused by {engine}: {str(found).split('(')[0].split(':')[0]}")
                break
            if isinstance(found, Exception):
                return Finding(f"error in replay of {form}", engine, found, "no error", script)
            found = found if form != "value" else (found,)
            for part, x in zip(parts, found, strict=True):
                if not references[side].agrees(part, plain(x), answers[side][part]):
                    return Finding(f"replay of {form}: {part}", engine, plain(x), answers[side][part], script)
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
        return Finding("error in from_graph", engine, replay, "no error", script)
    for side in (0, 1):
        found, fresh = guarded(partial(replay, *points[side])), guarded(partial(eager, points[side]))
        if isinstance(found, Exception):
            return Finding("error in from_graph", engine, found, "no error", script)
        for part, x in zip(("value", "gradient"), found, strict=True):
            if not references[side].agrees(part, plain(x), fresh[part]):
                return Finding(f"from_graph: {part}", engine, plain(x), fresh[part], script)
    counts.add(f"graphs replayed by {engine}")
    return None
