"""What the judge says of a program, and whether an answer agrees with it.

Tolerances. Two engines round differently, and a program may magnify that without bound. So numbers are first compared
entry by entry to a few thousand units in the last place; where that fails, the reference runs again several times with
every operand at every place where it is used, and every gradient there, moved by a few units in its last place, at
random. How far these runs are apart is what rounding can do to this program at this point, and a difference counts only
where it is many times larger. No tolerance belongs to an operation, so one that loses digits by itself is found.
"""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec
from typing import Any

import numpy as np

from tests.fuzz.programs import Program, values
from tests.fuzz.running import EPSILON, by_jax, by_torch

# What the first comparison lets pass, relative to each entry; and the jitter of the second.
CLOSE = {False: 4e-12, True: 2e-4}
SMALLEST = {False: 1e-300, True: 1e-36}
RUNS, SAFETY = 6, 64


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


# Operations that square an operand on the way.
OF_SQUARES = ("log safely", "divide safely")
OF_JACOBIANS = ("vjp", "jvp", "hvp", "grad with an outer variable")


def in_double(program: Program) -> Program:
    """The program with inputs in double precision, as the judge has them."""
    wide = [replace(x, data=_wide(x.data), other=_wide(x.other)) for x in program.inputs]
    return replace(program, inputs=tuple(wide))


def _wide(x: Any) -> Any:
    return x.astype(np.float64) if getattr(x, "dtype", None) == np.float32 else x


class Reference:
    """What the judge says of a program at a point, and how sure it is."""

    def __init__(self, program: Program, side: int) -> None:
        self.program, self.side, self.point = program, side, program.point(bool(side))
        point = self.point
        self.answer = by_torch(program, point)
        self._spread: dict[str, list[Any]] | None = None
        self._meant: dict[str, Any] | None = None
        self._unguarded: dict[str, Any] | None = None
        self._second_opinion: dict[str, Any] | None = None

    @property
    def meant(self) -> dict[str, Any]:
        """What PyTorch says when it follows our policy."""
        if self._meant is None:
            from tests.fuzz.policy import WORDS

            self._meant = by_torch(self.program, self.point, words=WORDS)
        return self._meant

    @property
    def unguarded(self) -> dict[str, Any]:
        """The same, where 0 · ∞ is NaN below choices too."""
        if self._unguarded is None:
            from tests.fuzz.policy import UNGUARDED

            self._unguarded = by_torch(self.program, self.point, words=UNGUARDED)
        return self._unguarded

    @property
    def second_opinion(self) -> dict[str, Any]:
        """What JAX says; nothing where it is not installed."""
        if self._second_opinion is None:
            self._second_opinion = by_jax(self.program, self.point) if find_spec("jax") else {}
        return self._second_opinion

    def shared(self, part: str, found: Any) -> bool:
        """Whether JAX says the same as we do."""
        return part in self.second_opinion and self.agrees(part, found, self.second_opinion[part])

    def spread(self, part: str) -> list[Any]:
        """What rounding may do to each entry."""
        if self._spread is None:
            self._spread = self._moved_apart(self.answer)
            if any(np.any(np.isnan(x)) for name in self._spread for x in self._spread[name]):
                from tests.fuzz.policy import WORDS

                meant = self._moved_apart(self.meant, WORDS)
                self._spread = {
                    name: [np.where(np.isnan(x), y, x) for x, y in zip(self._spread[name], meant[name], strict=True)]
                    for name in meant
                }
        return self._spread[part]

    def _moved_apart(self, answer: dict[str, Any], words: Any = None) -> dict[str, list[Any]]:
        """How far runs that round at random are from an answer; NaN where that is NaN."""
        rng = np.random.default_rng(0)
        runs = [by_torch(self.program, self.point, rng, words) for _ in range(RUNS)]
        apart = {}
        for name in ("value", "gradient", "second"):
            columns = zip(*(listed(run[name]) for run in runs), strict=True)
            with np.errstate(all="ignore"):
                apart[name] = [
                    np.max([np.where(np.isfinite(x) == np.isfinite(y), np.abs(x - y), np.inf) for x in column], axis=0)
                    for column, y in zip(columns, listed(answer[name]), strict=True)
                ]
        return apart

    def meant_for(self, part: str, found: Any) -> list[Any]:
        """PyTorch's answer, with the policy's in the entries where ours is another."""
        close = CLOSE[self.program.narrow]
        with np.errstate(all="ignore"):
            meant = [
                np.where(np.isclose(x, y, close, 0.0, equal_nan=True), y, z)
                for x, y, z in zip(listed(found), listed(self.answer[part]), listed(self.meant[part]), strict=True)
            ]
        if any(np.any(np.isnan(x) & ~np.isnan(y)) for x, y in zip(listed(found), meant, strict=True)):
            lost = [np.isnan(x) & np.isnan(y) for x, y in zip(listed(found), listed(self.unguarded[part]), strict=True)]
            meant = [np.where(nan, np.nan, y) for nan, y in zip(lost, meant, strict=True)]
        return meant

    def in_range(self, part: str) -> bool:
        """Whether this part of the answer is one to compare (see "range" in `policy`)."""
        from tests.fuzz.policy import limits

        held_by = values(in_double(self.program))
        if part == "second" and any(self._power_of_negative(held_by, step) for step in self.program.instructions):
            return False  # see "power 0" in `policy`
        if self.program.narrow and self._beyond_single(held_by):
            return False  # see "single" in `policy`
        if self.program.mode != "extreme":
            return True
        for step in self.program.instructions:
            if step.operation in OF_JACOBIANS and not all(
                np.all(np.isfinite(held_by[x][self.side])) for x in step.operands
            ):
                return False  # see "infinite direction" in `policy`
        if part == "value":
            return True
        least, most = limits(part, self.program.narrow)
        held = [np.ravel(np.float64(pair[self.side])) for pair in held_by.values()]
        sizes = np.abs(np.concatenate(held))
        sizes = sizes[np.isfinite(sizes) & (sizes > 0)]
        return bool(np.all((sizes >= least) & (sizes <= most)))

    def beyond_lists(self) -> bool:
        """Whether a program from a graph is not to be compared here (see "small lists" in `policy`)."""
        held_by = values(in_double(self.program))
        for step in self.program.instructions:
            if step.operation in ("softmax of a list", "log_softmax of a list"):
                largest = max(float(held_by[x][self.side]) for x in step.operands)
                if largest > 100:
                    return True
        return False

    def _power_of_negative(self, held_by: dict[str, Any], step: Any) -> bool:
        """Whether an instruction is a power of a negative number whose exponent is 0, and may move."""
        if not step.operation.startswith("power") or len(step.operands) < 2:
            return False
        a, b = (np.asarray(held_by[x][self.side]) for x in step.operands)
        return bool(np.any((a < 0) & (b == 0)))

    def _beyond_single(self, held_by: dict[str, Any]) -> bool:
        """Whether a number on the way is finite for the judge alone, or a power's exponent whole for us alone."""
        sizes = np.abs(np.concatenate([np.ravel(np.float64(pair[self.side])) for pair in held_by.values()]))
        sizes = sizes[np.isfinite(sizes) & (sizes > 0)]
        if np.any((sizes > np.finfo(np.float32).max) | (sizes < np.finfo(np.float32).tiny)):
            return True
        for step in self.program.instructions:
            operands = [np.asarray(held_by[x][self.side], np.float64) for x in step.operands]
            if step.operation.startswith("power") and any(np.any(np.abs(x) > 2.0**23) for x in operands):
                return True
            if step.operation in OF_SQUARES and any(np.any(np.isfinite(x) & (np.abs(x) > 1e19)) for x in operands):
                return True
        return False

    def agrees(self, part: str, found: Any, expected: Any, beyond: bool = False, singular: bool = False) -> bool:
        """Whether two answers are the same but for rounding.

        Where ``beyond``, NaNs are not compared if the value itself is not finite, and where ``singular``, PyTorch's own
        NaNs are not in second derivatives (see these words in `policy`).
        """
        narrow = self.program.narrow
        pairs = list(zip(listed(found), listed(expected), strict=True))
        # Sums round relative to the largest share in them.
        most = 1e3 if self.program.mode == "extreme" else np.inf
        largest = max((scale(y) for _, y in pairs), default=0.0)
        if part == "second":  # is a sum of products with first derivatives, which may cancel
            largest = max(largest, *map(scale, listed(self.answer["gradient"])), 0.0)
        largest = min(largest, most)
        least = [SMALLEST[narrow] + 8 * EPSILON[narrow] * largest] * len(pairs)
        if all(same(x, y, CLOSE[narrow], small) for (x, y), small in zip(pairs, least, strict=True)):
            return True
        broken = part != "value" and not np.all(np.isfinite(self.meant["value"])) if beyond else False
        if singular and part == "second":
            own = [np.isnan(z) for z in listed(self.answer[part])]
            pairs = [
                (np.where(nan, np.nan, x), np.where(nan, np.nan, y)) for nan, (x, y) in zip(own, pairs, strict=True)
            ]
        if broken or singular:
            pairs = [
                (np.where(np.isnan(y) & broken, np.nan, x), np.where(np.isnan(x) & broken, np.nan, y)) for x, y in pairs
            ]
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
                near |= (x == y) | ((x != x) & (y != y)) | np.isinf(spread)
            if not np.all(near):
                return False
        return True
