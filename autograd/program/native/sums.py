"""The native engine's loops over sums of products, written out for lanes side by side.

A loop nest over a sum stands in the code as: which way, where the results go, three lengths, how many runs; and for
each run its sign, its count, and for one operand or two a base, three strides and the distance from term to term. The
ways:

* lanes: `WIDTH` neighbouring results at a time, each operand read as so many neighbours or as one number for all;
* reduce: one result at a time, `WIDTH` neighbouring terms at a time (only long runs, which may be added in any order);
* plain: one result at a time, one term at a time.

A sum starts from −0, the one number that changes nothing when added to. What is written out line by line here, the
compiler turns into instructions on vectors.
"""

from __future__ import annotations

from typing import Final

LANES, REDUCE, PLAIN = range(3)
WIDTH: Final = 16

_LANES = """

@njit(**options)
def sum_lanes(code, p, m, out, i, j, length, runs):
    lane = np.int64(0)
    while lane < length:
        if lane + {width} > length:
            lane = length - {width}  # some lanes once more
        {all_s} = -0.0
        q = p
        for _ in range(runs):
            sign, count = code[at(q)], np.int64(code[at(q + 1)])
            a, da, la = address(code, q + 2, i, j, lane), signed(code[at(q + 6)]), code[at(q + 5)] != 0
            if sign < 2:
                q += 7
                if la and sign == 0:
                    for _ in range(count):
{add_a}
                        a += da
                elif la:
                    for _ in range(count):
{subtract_a}
                        a += da
                else:
                    for _ in range(count):
                        x = m[at(a)] if sign == 0 else -m[at(a)]
{add_x}
                        a += da
                continue
            b, db, lb = address(code, q + 7, i, j, lane), signed(code[at(q + 11)]), code[at(q + 10)] != 0
            q += 12
            if la and not lb:
                a, b, da, db, la, lb = b, a, db, da, lb, la
            factor = -1.0 if sign == 3 else 1.0
            if la:
                for _ in range(count):
{add_ab}
                    a += da
                    b += db
            elif lb:
                for _ in range(count):
                    x = factor * m[at(a)]
{add_xb}
                    a += da
                    b += db
            else:
                for _ in range(count):
                    x = factor * m[at(a)] * m[at(b)]
{add_x_again}
                    a += da
                    b += db
        o = out + lane
{store}
        lane += {width}
"""

_REDUCE = """

@njit(**options)
def sum_reduce(code, q, m, i, j, k, runs):
    total = -0.0
    for _ in range(runs):
        sign, count = code[at(q)], np.int64(code[at(q + 1)])
        a, da = address(code, q + 2, i, j, k), signed(code[at(q + 6)])
        b, db = a, da
        single = sign < 2
        if single:
            q += 7
        else:
            b, db = address(code, q + 7, i, j, k), signed(code[at(q + 11)])
            q += 12
        if da == 1 and db == 1 and count >= {width}:
            {all_s} = -0.0
            if single:
                while count >= {width}:
{add_a}
                    a += {width}
                    count -= {width}
            else:
                while count >= {width}:
{add_ab}
                    a += {width}
                    b += {width}
                    count -= {width}
            part = {tree}
            total = total + part if sign == 0 or sign == 2 else total - part
        while count > 0:
            x = m[at(a)] if single else m[at(a)] * m[at(b)]
            total = total + x if sign == 0 or sign == 2 else total - x
            a += da
            b += db
            count -= 1
    return total
"""

_LOOP = """

@njit(**options)
def loop_sum(code, p, m):
    way, out = code[at(p)], np.int64(code[at(p + 1)])
    outer, middle, inner = np.int64(code[at(p + 2)]), np.int64(code[at(p + 3)]), np.int64(code[at(p + 4)])
    runs = code[at(p + 5)]
    p += 6
    for i in range(outer):
        for j in range(middle):
            if way == {LANES}:
                sum_lanes(code, p, m, out, i, j, inner, runs)
            elif way == {REDUCE}:
                for k in range(inner):
                    m[at(out + k)] = sum_reduce(code, p, m, i, j, k, runs)
            else:
                for k in range(inner):
                    m[at(out + k)] = sum_plain(code, p, m, i, j, k, runs)
            out += inner
"""


def source() -> str:
    """The text of `loop_sum` and what it uses."""
    lanes = _LANES.format(
        width=WIDTH,
        all_s=" = ".join(f"s{i}" for i in range(WIDTH)),
        add_a=_lines(24, "s{i} += m[at(a + {i})]"),
        subtract_a=_lines(24, "s{i} -= m[at(a + {i})]"),
        add_x=_lines(24, "s{i} += x"),
        add_ab=_lines(20, "s{i} += factor * m[at(a + {i})] * m[at(b + {i})]"),
        add_xb=_lines(20, "s{i} += x * m[at(b + {i})]"),
        add_x_again=_lines(20, "s{i} += x"),
        store=_lines(8, "m[at(o + {i})] = s{i}"),
    )
    reduce = _REDUCE.format(
        width=WIDTH,
        all_s=" = ".join(f"s{i}" for i in range(WIDTH)),
        add_a=_lines(20, "s{i} += m[at(a + {i})]"),
        add_ab=_lines(20, "s{i} += m[at(a + {i})] * m[at(b + {i})]"),
        tree=_tree([f"s{i}" for i in range(WIDTH)]),
    )
    return lanes + reduce + _LOOP.format(LANES=LANES, REDUCE=REDUCE)


def _lines(indent: int, line: str) -> str:
    return "\n".join(" " * indent + line.format(i=i) for i in range(WIDTH))


def _tree(parts: list[str]) -> str:
    """A sum in halves: lane by lane of the upper and the lower half, as vectors add."""
    while len(parts) > 1:
        half = len(parts) // 2
        parts = [f"({a} + {b})" for a, b in zip(parts[:half], parts[half:], strict=True)]
    return parts[0]
