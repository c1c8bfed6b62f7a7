"""What the native engine does to memory that it knows by address: matrix products, sums, softmax; in `language`.

Addresses are whole numbers, so that one loop serves arrays of any shape and any owner. Arrays are in C order. ``KIND``
stands for f4 or f8. An instruction takes all words, its own place among them, and the numbers; `array_instructions`
says what the words are. It returns whether the program is to stop.
"""

from __future__ import annotations

from typing import Final

from autograd.program.native import array_instructions as instructions
from autograd.program.native import array_matrices

SOURCE: Final = '''
@parallel
def fill(out: int, value: KIND, n: int):
    o = KINDs(out)
    for i in range(n):
        o[i] = value


def read(x: int, kind: int, i: int) -> KIND:
    """One number of any kind: 0 and 1 for floats of 32 and 64 bits, 2 for truth values."""
    if kind == 0:
        return KIND(f4s(x)[i])
    if kind == 1:
        return KIND(f8s(x)[i])
    return KIND(truths(x)[i])


@parallel
def convert(out: int, x: int, kind: int, start: int, n: int):
    """Numbers of any kind to this one."""
    o = KINDs(out)
    if kind == 0:
        a = f4s(x) + start
        for i in range(n):
            o[i] = KIND(a[i])
    elif kind == 1:
        b = f8s(x) + start
        for i in range(n):
            o[i] = KIND(b[i])
    else:
        c = truths(x) + start
        for i in range(n):
            o[i] = KIND(c[i])


def chain(w: longs, p: int, numbers: f8s) -> int:
    rows, columns, slots, loads, steps = w[p + 1], w[p + 2], w[p + 3], w[p + 4], w[p + 5]
    scratch, first = w[{SCRATCH}], w[{SLOTS}]
    p += 6
    for i in range(slots):
        w[first + i] = scratch + w[p + i] * {BLOCK}
    p += slots
    width = {BLOCK} // SIZE
    for q in range(p, p + 4 * loads, 4):
        how, home = w[q], w[first + w[q + 1]]
        if how == {NUMBER}:
            fill(home, KIND(numbers[w[q + 2]]), min(width, columns))
        elif how % {CONVERTED} == {SINGLE}:
            fill(home, read(w[w[q + 2]], w[q + 3], 0), min(width, columns))
    last = p + 4 * loads + 5 * steps
    for i in range(rows):
        for j in range(0, columns, width):
            n = min(width, columns - j)
            for q in range(p, p + 4 * loads, 4):
                how, slot = w[q], first + w[q + 1]
                if how == {FULL}:
                    w[slot] = w[w[q + 2]] + (i * columns + j) * SIZE
                elif how == {ROW}:
                    w[slot] = w[w[q + 2]] + j * SIZE
                elif how % {CONVERTED} == {COLUMN}:
                    fill(w[slot], read(w[w[q + 2]], w[q + 3], i), n)
                elif how % {CONVERTED} == {REPEATED}:
                    fill(w[slot], read(w[w[q + 2]], w[q + 3] % 4, i % (w[q + 3] // 4)), n)
                elif how == {CONVERTED} + {FULL}:
                    convert(w[slot], w[w[q + 2]], w[q + 3], i * columns + j, n)
                elif how == {CONVERTED} + {ROW}:
                    convert(w[slot], w[w[q + 2]], w[q + 3], j, n)
            for q in range(p + 4 * loads, last, 5):
                op, slot = w[q], w[first + w[q + 1]]
                if op == {STORE}:
                    copy(w[w[q + 2]] + (i * columns + j) * SIZE, slot, n)
                elif op == {STORE_TRUTH}:
                    narrow(w[w[q + 2]] + i * columns + j, slot, n)
                else:
                    step(op, slot, w[first + w[q + 2]], w[first + w[q + 3]], w[first + w[q + 4]], n)
    return 0


@parallel
def copy(out: int, x: int, n: int):
    o, a = KINDs(out), KINDs(x)
    for i in range(n):
        o[i] = a[i]


@parallel
def narrow(out: int, x: int, n: int):
    """Numbers to truth values."""
    o, a = truths(out), KINDs(x)
    for i in range(n):
        o[i] = int(a[i] != 0.0)


def rows_of_product(w: longs, q: int, numbers: f8s, top: int, bottom: int):
    factor = 1.0
    if w[q + 9] >= 0:
        factor = numbers[w[q + 9]]
    alpha, beta = KIND(factor * w[q + 10]), KIND(w[q + 11])
    m, n, k, a_turned, b_turned = w[q + 1], w[q + 2], w[q + 3], w[q + 5], w[q + 7]
    # Fortran reads C's rows as columns: what it is to compute is Cᵀ = Bᵀ Aᵀ.
    ta, tb = 84 if a_turned != 0 else 78, 84 if b_turned != 0 else 78  # "T" and "N"
    lda, ldb = m if a_turned != 0 else k, k if b_turned != 0 else n
    a, b, c = w[w[q + 4]], w[w[q + 6]], w[w[q + 8]]
    # How far apart the rows of A lie, its columns, the rows of B, and its columns.
    down, across, next, beside = k * SIZE, SIZE, n * SIZE, SIZE
    if a_turned != 0:
        down, across = SIZE, m * SIZE
    if b_turned != 0:
        next, beside = SIZE, k * SIZE
    if alpha == KIND(0):  # BLAS would not look at A and B, but 0 times what is not finite is no number
        block = w[{SCRATCH}] + ({SHARES} * top + {SHARES} - 1) // m * {BLOCK}
        few, width = 8, {BLOCK} // SIZE // 8
        for i in range(top, bottom, few):
            for j in range(0, n, width):
                rows, columns = min(few, bottom - i), min(width, n - j)
                x, y = a + i * down, b + j * beside
                gemm(w[GEMM], tb, ta, columns, rows, k, KIND(1), y, ldb, x, lda, KIND(0), block, columns)
                for r in range(rows):
                    add_times(c + ((i + r) * n + j) * SIZE, block + r * columns * SIZE, alpha, columns)
        bottom = top
    some, terms = m, k  # of rows, and of the terms of long sums: of these, each piece puts others in order
    if m * n * k < {FEW} and k > m and m * n < {ALONE}:
        terms = {ALONE} // (m * n)
    elif m * n * k < {FEW} and n * k < {ALONE}:
        some = {ALONE} // (n * k)
    for j in range(0, k, terms):
        for i in range(top, bottom, some):
            x, y, rows, count = a + i * down + j * across, b + j * next, min(some, bottom - i), min(terms, k - j)
            gemm(w[GEMM], tb, ta, n, rows, count, alpha, y, ldb, x, lda, beta, c + i * n * SIZE, n)
        beta = KIND(1)


def sum_columns(w: longs, q: int, numbers: f8s) -> int:
    out, x, rows, columns, count = w[w[q + 1]], w[w[q + 2]], w[q + 3], w[q + 4], w[q + 5]
    fill(out, KIND(0), columns)
    for i in range(rows):
        add(out, x + i * columns * SIZE, columns)
    if count != 1:
        divide(out, KIND(count), columns)
    return 0


@parallel
def add(out: int, x: int, n: int):
    o, a = KINDs(out), KINDs(x)
    for j in range(n):
        o[j] = o[j] + a[j]


@parallel
def add_times(out: int, x: int, factor: KIND, n: int):
    o, a = KINDs(out), KINDs(x)
    for j in range(n):
        o[j] = o[j] + factor * a[j]


@parallel
def divide(out: int, by: KIND, n: int):
    o = KINDs(out)
    for j in range(n):
        o[j] = o[j] / by


@reassociated
def total(a: KINDs, start: int, n: int) -> f8:
    """In 64 bits, in whatever order is quickest; blocks keep rounding errors from growing with n."""
    found = 0.0
    for i in range(n):
        found += f8(a[start + i])
    return found


def sum_rows(w: longs, q: int, numbers: f8s) -> int:
    sums(w[w[q + 1]], w[w[q + 2]], 1, w[q + 3], w[q + 4], w[q + 5], 0, w[q + 3])
    return 0


def rows_of_sum_around(w: longs, q: int, numbers: f8s, top: int, bottom: int):
    sums(w[w[q + 1]], w[w[q + 2]], w[q + 3], w[q + 4], w[q + 5], w[q + 6], top, bottom)


def sums(out: int, x: int, times: int, rows: int, columns: int, count: int, top: int, bottom: int):
    """Of some rows, which there are several times, one after all others."""
    o, a = KINDs(out), KINDs(x)
    for i in range(top, bottom):
        found = 0.0
        for k in range(times):
            for j in range(0, columns, 1024):
                found += total(a, (k * rows + i) * columns + j, min(1024, columns - j))
        o[i] = KIND(found / count)


def largest(a: KINDs, n: int) -> KIND:
    """The largest of a row; 0 where it is infinite, and no number to subtract from others."""
    top = a[0]
    for j in range(1, n):
        x = a[j]
        top = x if x > top or x != x else top
    return top if fabs(top) < INFINITY else KIND(0)


def rows_of_softmax(w: longs, q: int, numbers: f8s, top: int, bottom: int):
    out, x, columns = w[w[q + 1]], w[w[q + 2]], w[q + 4]
    for i in range(top, bottom):
        subtract(out + i * columns * SIZE, x + i * columns * SIZE, largest(KINDs(x) + i * columns, columns), columns)
    exponentials(out + top * columns * SIZE, (bottom - top) * columns)
    for i in range(top, bottom):
        o = KINDs(out) + i * columns
        found = KIND(0)
        for j in range(columns):
            found += o[j]
        divide(out + i * columns * SIZE, found, columns)


@parallel
def subtract(out: int, x: int, what: KIND, n: int):
    o, a = KINDs(out), KINDs(x)
    for j in range(n):
        o[j] = a[j] - what


@parallel
def exponentials(out: int, n: int):
    """All at once, as rows may be shorter than what the processor takes at a time."""
    o = KINDs(out)
    for j in range(n):
        o[j] = exp(o[j])


@reassociated
def others(a: KINDs, top: KIND, grown: KINDs, n: int) -> f8:
    """The exponentials of all that is below the largest number."""
    found = 0.0
    for j in range(n):
        found += 0.0 if a[j] - top == KIND(0) else f8(grown[j])
    return found


def largest_ones(a: KINDs, top: KIND, n: int) -> int:
    """How many are the largest."""
    found = 0
    for j in range(n):
        found += int(a[j] - top == KIND(0))
    return found


def rows_of_cross_entropy(w: longs, q: int, numbers: f8s, top: int, bottom: int):
    """ln Σ exp x − x of the class, for each row; the largest, whose exponential is 1, is left to log1p.

    Exponentials are computed for as many rows at a time as are a block, or for a block of a row. Each of the shares has
    a block of its own.
    """
    o, x, t, rows, columns = KINDs(w[w[q + 1]]), KINDs(w[w[q + 2]]), longs(w[w[q + 3]]), w[q + 4], w[q + 5]
    block, width = w[{SCRATCH}] + ({SHARES} * top + {SHARES} - 1) // rows * {BLOCK}, {BLOCK} // SIZE
    some, rest, ones = max(1, width // columns), 0.0, 0
    for first in range(top, bottom, some):
        stop = min(bottom, first + some)
        for i in range(first, stop):
            o[i] = largest(x + i * columns, columns)
        for j in range(0, columns, width):
            n = min(width, columns - j)
            for i in range(first, stop):
                subtract(block + (i - first) * n * SIZE, w[w[q + 2]] + (i * columns + j) * SIZE, o[i], n)
            exponentials(block, (stop - first) * n)
            for i in range(first, stop):
                a, most = x + i * columns, o[i]
                if j == 0:
                    rest, ones = 0.0, 0
                rest += others(a + j, most, KINDs(block) + (i - first) * n, n)
                ones += largest_ones(a + j, most, n)
                if j + n == columns:
                    o[i] = log1p(KIND(rest + (ones - 1))) - (a[t[i]] - most)


def one_hot(w: longs, q: int, numbers: f8s) -> int:
    """True at each row's class."""
    o, t, rows, columns = truths(w[w[q]]), longs(w[w[q + 1]]), w[q + 2], w[q + 3]
    for i in range(rows):
        for j in range(columns):
            o[i * columns + j] = int(t[i] == j)
    return 0


def check(w: longs, q: int, numbers: f8s) -> int:
    """Whether a row's class is no column."""
    t, rows, columns = longs(w[w[q]]), w[q + 1], w[q + 2]
    for i in range(rows):
        if t[i] < 0 or t[i] >= columns:
            return 1
    return 0


def duplicate(w: longs, q: int, numbers: f8s) -> int:
    copy(w[w[q]], w[w[q + 1]], w[q + 2])
    return 0


def interpret(w: longs, numbers: f8s, p: int) -> int:
    while w[p] != 0:
        if run_one(w[p], w, p + 2, numbers) != 0:
            return 1
        p = w[p + 1]
    return 0
'''


# What goes through rows one by one, for all of them and for a share of a thread; and where it has their number.
_ROWS: Final = {"product": 1, "softmax": 3, "cross_entropy": 4, "sum_around": 4}
_SHARED: Final = """
def NAME(w: longs, q: int, numbers: f8s) -> int:
    rows_of_NAME(w, q, numbers, 0, w[q + ROWS])
    return 0


def share_NAME(s: longs) -> int:
    rows_of_NAME(longs(s[0]), s[1], f8s(s[2]), s[3], s[4])
    return 0
"""


def text(kind: str) -> str:
    """The kernels for floats of one kind: f4 or f8."""
    shared = [_SHARED.replace("NAME", name).replace("ROWS", str(place)) for name, place in _ROWS.items()]
    found = SOURCE + array_matrices.SOURCE + "".join(shared)
    found = found.replace("KIND", kind).replace("SIZE", kind[1:]).replace("INFINITY", "1e999")
    found = found.replace("w[GEMM]", f"w[{instructions.GEMM + (kind == 'f8')}]")
    for name, value in vars(instructions).items():
        if isinstance(value, int):
            found = found.replace(f"{{{name}}}", str(value))
    return found
