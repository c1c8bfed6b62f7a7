"""Parts of the native engine's interpreter for numbers that are the same whatever the rule book holds, in `language`.

A loop nest over a sum stands in the code as: which way, where the results go, three lengths, how many runs; and for
each run its sign, its count, and for one operand or two a base, three strides and the distance from term to term. The
ways:

* lanes: `WIDTH` neighbouring results at a time, or twice as many, each operand read as so many neighbours or as one
  number for all;
* reduce: two results at a time, `WIDTH` neighbouring terms of each (only long runs, which may be added in any order);
* plain: two results at a time, one term of each.

A sum starts from −0, the one number that changes nothing when added to.
"""

from __future__ import annotations

from typing import Final

from autograd.program.native.values import LANES as WIDTH

LANES, REDUCE, PLAIN = range(3)

# A sum waits for each of its terms, and meanwhile others can go on: of twice as many lanes where there are so many, or
# of a second result (in lines that end in `_PAIR`).
_PAIR = "  # of two"
_LANES = """
def sum_{N}(code: words, q: int, m: f8s, out: int, i: int, j: int, lane: int, runs: int):
    s = spread(-0.0, {N})
    for _ in range(runs):
        sign, count = code[q], code[q + 1]
        a, da, la = address(code, q + 2, i, j, lane), signed(code[q + 6]), code[q + 5] != 0
        if sign < 2:
            q += 7
            if la:
                for _ in range(count):
                    s = s + lanes(m, a, {N}) if sign == 0 else s - lanes(m, a, {N})
                    a += da
            else:
                for _ in range(count):
                    s += m[a] if sign == 0 else -m[a]
                    a += da
            continue
        b, db, lb = address(code, q + 7, i, j, lane), signed(code[q + 11]), code[q + 10] != 0
        q += 12
        if la and not lb:
            a, b, da, db, la, lb = b, a, db, da, lb, la
        factor = -1.0 if sign == 3 else 1.0
        if la:
            for _ in range(count):
                s += factor * lanes(m, a, {N}) * lanes(m, b, {N})
                a += da
                b += db
        elif lb:
            for _ in range(count):
                s += factor * m[a] * lanes(m, b, {N})
                a += da
                b += db
        else:
            for _ in range(count):
                s += factor * m[a] * m[b]
                a += da
                b += db
    keep(m, out + lane, s)

"""

_TERMS = """
def sum_{RESULTS}(code: words, q: int, m: f8s, out: int, i: int, j: int, k: int, runs: int, whole: int):
    t = -0.0
    u = -0.0  # of two
    for _ in range(runs):
        sign, count = code[q], code[q + 1]
        factor = -1.0 if sign == 1 or sign == 3 else 1.0
        a, da = address(code, q + 2, i, j, k), signed(code[q + 6])
        c = a + signed(code[q + 5])  # of two
        if sign < 2:
            q += 7
            if whole != 0 and da == 1 and count >= {WIDTH}:
                s = spread(-0.0, {WIDTH})
                r = spread(-0.0, {WIDTH})  # of two
                while count >= {WIDTH}:
                    s += lanes(m, a, {WIDTH})
                    r += lanes(m, c, {WIDTH})  # of two
                    a += {WIDTH}
                    c += {WIDTH}  # of two
                    count -= {WIDTH}
                t += factor * together(s)
                u += factor * together(r)  # of two
            for _ in range(count):
                t += factor * m[a]
                u += factor * m[c]  # of two
                a += da
                c += da  # of two
            continue
        b, db = address(code, q + 7, i, j, k), signed(code[q + 11])
        d = b + signed(code[q + 10])  # of two
        q += 12
        if whole != 0 and da == 1 and db == 1 and count >= {WIDTH}:
            s = spread(-0.0, {WIDTH})
            r = spread(-0.0, {WIDTH})  # of two
            while count >= {WIDTH}:
                s += lanes(m, a, {WIDTH}) * lanes(m, b, {WIDTH})
                r += lanes(m, c, {WIDTH}) * lanes(m, d, {WIDTH})  # of two
                a += {WIDTH}
                b += {WIDTH}
                c += {WIDTH}  # of two
                d += {WIDTH}  # of two
                count -= {WIDTH}
            t += factor * together(s)
            u += factor * together(r)  # of two
        for _ in range(count):
            t += factor * (m[a] * m[b])
            u += factor * (m[c] * m[d])  # of two
            a += da
            b += db
            c += da  # of two
            d += db  # of two
    m[out + k] = t
    m[out + k + 1] = u  # of two

"""

_REST = '''
def address(code: words, q: int, i: int, j: int, k: int) -> int:
    return signed(code[q]) + i * signed(code[q + 1]) + j * signed(code[q + 2]) + k * signed(code[q + 3])


def sum_lanes(code: words, p: int, m: f8s, out: int, i: int, j: int, length: int, runs: int):
    lane = 0  # at the end, some lanes once more
    while lane < length:
        if length - lane > {WIDTH} and length >= {TWICE}:
            lane = min(lane, length - {TWICE})
            sum_{TWICE}(code, p, m, out, i, j, lane, runs)
            lane += {TWICE}
        else:
            lane = min(lane, length - {WIDTH})
            sum_{WIDTH}(code, p, m, out, i, j, lane, runs)
            lane += {WIDTH}


@instruction
def loop_sum(code: words, m: f8s):
    way, out, outer, middle, inner, runs = code[1], code[2], code[3], code[4], code[5], code[6]
    p = 7
    for i in range(outer):
        for j in range(middle):
            if way == {LANES}:
                sum_lanes(code, p, m, out, i, j, inner, runs)
            else:
                for k in range(0, inner - 1, 2):
                    sum_two(code, p, m, out, i, j, k, runs, int(way == {REDUCE}))
                if inner % 2 != 0:
                    sum_one(code, p, m, out, i, j, inner - 1, runs, int(way == {REDUCE}))
            out += inner
    for _ in range(runs):
        p += 7 if code[p] < 2 else 12
    return p


@instruction
def any_sum(code: words, m: f8s):
    total = -0.0
    p = 3
    for _ in range(code[2]):
        a, b, sign = m[code[p + 1]], m[code[p + 2]], code[p]
        if sign == 0:
            total += a
        elif sign == 1:
            total -= a
        elif sign == 2:
            total += a * b
        else:
            total -= a * b
        p += 3
    m[code[1]] = total
    return p


def largest(code: words, m: f8s, count: int) -> f8:
    top = m[code[0]]
    for i in range(1, count):
        x = m[code[i]]
        top = x if x > top or x != x else top
    return top


@instruction
def logsumexp(code: words, m: f8s):
    """ln Σ exp of some places, the largest subtracted first; where shares are taken by it, none of nothing but −∞."""
    divides, out, count = code[1] != 0, code[2], code[3]
    places = code + 4
    top = largest(places, m, count)
    if top - top != 0.0:  # an infinity, or no number
        m[out] = top - top if divides and top < 0.0 else top
        return 4 + count
    others, tops = 0.0, -1.0  # ln(1 + the others), which may be next to nothing
    for i in range(count):
        x = m[places[i]]
        if x == top:
            tops += 1.0
        else:
            others += exp(x - top)
    m[out] = top + log1p(others + tops)
    return 4 + count


@contracted
def exponentials(x: few) -> few:
    """eˣ = 2ᵏ eʳ, within one unit in the last place, infinities and denormals as well."""
    x = -750.0 if x < -750.0 else 750.0 if x > 750.0 else x
    k = rounded(x * 1.4426950408889634)
    near = -1000.0 if k < -1000.0 else 1000.0 if k > 1000.0 else k  # in two steps, as 2ᵏ alone may have no exponent
    return (1.0 + beyond_one(x, k)) * power_of_two(near) * power_of_two(k - near)


@contracted
def usual_exponentials(x: few) -> few:
    """The same where |x| ≤ 700: what waits for these, as in a chain of such steps, waits for little but the series."""
    k = rounded(x * 1.4426950408889634)
    y = power_of_two(k)
    return y + y * beyond_one(x, k)


@contracted
def beyond_one(x: few, k: few) -> few:
    """eʳ − 1 by its series, r = x − k ln 2, |r| ≤ ½ ln 2."""
    r = x - k * 0.6931471803691238 - k * 1.9082149292705877e-10
    r2 = r * r
    r4 = r2 * r2
    a = 1 / 2 + r * (1 / 6) + r2 * (1 / 24 + r * (1 / 120))
    b = 1 / 720 + r * (1 / 5040) + r2 * (1 / 40320 + r * (1 / 362880))
    c = 1 / 3628800 + r * (1 / 39916800) + r2 * (1 / 479001600 + r * (1 / 6227020800))
    return r + r2 * (a + r4 * (b + r4 * c))


def rounded(x: few) -> few:
    """The nearest whole numbers."""
    return x + 6755399441055744.0 - 6755399441055744.0


def larger(a: f8, b: f8) -> f8:
    """The larger of two, NaN where one is."""
    return a if a > b or a != a else b


def scatter(m: f8s, out: int, apart: int, last: int, x: few):
    m[out] = part(x, 0)
    m[out + min(1, last) * apart] = part(x, 1)
    m[out + min(2, last) * apart] = part(x, 2)
    m[out + min(3, last) * apart] = part(x, 3)


@instruction
def softmax(code: words, m: f8s):
    """The softmax of some places, after logsumexp where it is wanted, too; the results stand apart."""
    whole, divides, out, apart, count = code[1] != 0, code[2] != 0, code[3], code[4], code[5]
    places = code + 6
    top = largest(places, m, count)
    first = out
    out += apart if whole else 0
    if top - top != 0.0:
        nothing = top < 0.0  # all are −∞
        taken = 0.0 if nothing and not divides else top
        for i in range(count):
            m[out + i * apart] = exp(m[places[i]] - taken)
        if whole:
            m[first] = top - top if nothing and divides else top
        return 6 + count
    total = 0.0
    for i in range(0, count, 4):
        more = places + i
        last = min(3, count - 1 - i)
        a, b, c, d = m[more[0]], m[more[min(1, last)]], m[more[min(2, last)]], m[more[min(3, last)]]
        x = exponentials(few_of(a, b, c, d) - top)
        scatter(m, out + i * apart, apart, last, x)
        for k in range(last + 1):
            total += m[out + (i + k) * apart]
    if whole:  # as in `logsumexp`; a branch that no processor foresees, so not where it is not needed
        others, tops = 0.0, -1.0
        for i in range(count):
            if m[places[i]] == top:
                tops += 1.0
            else:
                others += m[out + i * apart]
        m[first] = top + log1p(others + tops)
    share = 1.0 / total
    for i in range(count):
        m[out + i * apart] *= share
    return 6 + count


@contracted
def log_one_plus(e: few) -> few:
    """ln(1 + e), 0 ≤ e ≤ 1, within one unit in the last place: 2 artanh s by its series, s = e / (2 + e) ≤ ⅓."""
    s = e / (2.0 + e)
    q = s * s
    q2 = q * q
    q4 = q2 * q2
    a = (2 / 3 + q * (2 / 5)) + q2 * (2 / 7 + q * (2 / 9))
    b = (2 / 11 + q * (2 / 13)) + q2 * (2 / 15 + q * (2 / 17))
    c = (2 / 19 + q * (2 / 21)) + q2 * (2 / 23 + q * (2 / 25))
    d = (2 / 27 + q * (2 / 29)) + q2 * (2 / 31 + q * (2 / 33))
    rest = q * ((a + q4 * b) + q4 * q4 * (c + q4 * d))
    return e - s * (e - rest)  # 2 s = e − s e, so that what is rounded is less than the result
'''

SOURCE: Final = (
    "".join([
        *(_LANES.replace("{N}", str(count)) for count in (WIDTH, 2 * WIDTH)),
        _TERMS.replace("{RESULTS}", "two"),
        "\n".join(x for x in _TERMS.replace("{RESULTS}", "one").splitlines() if not x.endswith(_PAIR)),
        _REST,
    ])
    .replace("{WIDTH}", str(WIDTH))
    .replace("{TWICE}", str(2 * WIDTH))
    .replace("{LANES}", str(LANES))
    .replace("{REDUCE}", str(REDUCE))
)  # fmt: skip
