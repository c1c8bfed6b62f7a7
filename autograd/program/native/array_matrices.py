"""What the native engine leaves to the LAPACK that NumPy calls: factors and triangles, in `language`.

These call functions of `array_kernels`. LAPACK takes everything by reference, which is the place of a word; it reads
rows as columns, and so the transpose of each matrix. Where it meets a singular matrix, or numbers are not finite, the
instruction stops the program, and NumPy does the operation and says what it has to say.
"""

from __future__ import annotations

from typing import Final

SOURCE: Final = '''
def cholesky(w: longs, q: int, numbers: f8s) -> int:
    out, n = w[w[q + 1]], w[q + 3]
    triangle(out, w[w[q + 2]], n, 1, 0)
    w[q + 6] = 0
    step(w[q + 4], w + (q + 5), w + (q + 3), KINDs(out), w + (q + 3), w + (q + 6))
    return unfinished(out, n * n, w[q + 6])


def inverse(w: longs, q: int, numbers: f8s) -> int:
    out, n = w[w[q + 1]], w[q + 3]
    triangle(out, w[w[q + 2]], n, w[q + 4], w[q + 5])
    w[q + 9] = 0
    step(w[q + 6], w + (q + 7), w + (q + 8), w + (q + 3), KINDs(out), w + (q + 3), w + (q + 9))
    return unfinished(out, n * n, w[q + 9])


def solution(w: longs, q: int, numbers: f8s) -> int:
    out, a, n, columns = w[w[q + 1]], KINDs(w[w[q + 2]]), w[q + 4], w[q + 5]
    for i in range(n):
        if a[i * n + i] == KIND(0) or a[i * n + i] * KIND(0) != KIND(0):
            return 1
    count = n * max(columns, 1)
    copy(out, w[w[q + 3]], count)
    uplo, turned, diagonal, one = w + (q + 8), w + (q + 9), w + (q + 10), w + (q + 11)
    if columns == 0:
        step(w[q + 6], uplo, turned, diagonal, w + (q + 4), a, w + (q + 4), KINDs(out), one)
    else:
        rows = w + (q + 5)
        step(w[q + 6], w + (q + 7), uplo, turned, diagonal, rows, w + (q + 4), one, a, w + (q + 4), KINDs(out), rows)
    return unfinished(out, count, 0)


def triangle(out: int, x: int, n: int, lower: int, turned: int):
    """The triangle of a matrix, or of its transpose, amid zeros."""
    o, a = KINDs(out), KINDs(x)
    fill(out, KIND(0), n * n)
    for i in range(n):
        start, stop = 0 if lower != 0 else i, i + 1 if lower != 0 else n
        if turned != 0:
            for j in range(start, stop):
                o[i * n + j] = a[j * n + i]
        else:
            copy(out + (i * n + start) * SIZE, x + (i * n + start) * SIZE, stop - start)


def unfinished(x: int, n: int, info: int) -> int:
    """Whether LAPACK says so, or what it gives is not finite."""
    return int(info != 0 or nothing(KINDs(x), n) != KIND(0))


@reassociated
def nothing(a: KINDs, n: int) -> KIND:
    """The sum of all numbers times 0."""
    found = KIND(0)
    for i in range(n):
        found += a[i] * KIND(0)
    return found
'''
