"""Which of NumPy's functions are differentiable: ``python -m tests.coverage --write`` makes docs/coverage.md of them.

Without ``--write``, it says whether the page is what it should be.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import autograd.numpy as anp
from autograd.errors import GradientCheckError
from autograd.numpy.arguments import TABLE
from autograd.numpy.calls import row_of
from autograd.rules.primitive import BOOK
from autograd.test_util import check_grads
from tests.autograd.numpy.calls import CALLS, Call
from tests.autograd.numpy.peers import ELSEWHERE, HIPS, MYGRAD
from tests.autograd.numpy.test_calls import NOT_RECORDED, errors, found
from tests.autograd.table import ROWS

PAGE = Path(__file__).parents[1] / "docs" / "coverage.md"

TEXT = """\
# What is differentiable

Made by `python -m tests.coverage --write`; the tests hold it to what there is. For each of NumPy's functions that HIPS
autograd 1.9.1 or MyGrad 2.5.0 differentiates, that NumPy 2 added, or that has a derivative here besides: whether it is
an entry of the rule book or put together from entries. Both have derivatives of every order, in reverse and in forward
mode, for Tensors of floats; the tests compare the first two orders with central differences, and forward mode with
reverse. The errors are the worst of one check, relative to the derivative or to 1 where that is larger: differences are
themselves no better than about 1e-9. A function that a program cannot record says so.
`ag.coverage()` gives the names. Under "complex" is what becomes of complex numbers: checked against differences of
real and imaginary parts, refused by name, refused by NumPy itself, or not checked where the call has NaN in it.

{} of the {} functions of the two libraries are here.

| function | here | HIPS autograd | MyGrad | in programs | first order | second order | complex |
|---|---|---|---|---|---|---|---|
{}

## Not here

| function | why, or how to write it |
|---|---|
{}
"""


def ufuncs() -> dict[str, str]:
    """The entries that are NumPy's ufuncs, by NumPy's names."""
    return {entry.ufunc.__name__: name for name, entry in BOOK.items() if entry.ufunc and entry.differentiable}


def names() -> list[str]:
    """All names of the page, in order; a name of the two libraries that is missing here too."""
    row_of(len)
    own = [name for name in CALLS if found(name, np) is not None]
    return sorted({*own, *ufuncs(), *HIPS, *MYGRAD} - {"array", "full"})


def _of_ufunc(name: str) -> Call:
    domains = ROWS[ufuncs()[name]].domains
    shapes = ((2, 3),) * len(domains) if name != "matmul" else ((2, 3), (3, 2))
    positive = not domains[0].signed
    low, high = domains[0].low, domains[0].high

    def within(x: Any) -> Any:  # of numbers between 0.1 and 2 in size
        y = low + (high - low) * (np.abs(x) - 0.1) / 1.9
        return y if positive else np.sign(x) * y

    return Call(lambda np, *xs: getattr(np, name)(*xs), shapes, within)


def calls_of(name: str) -> list[Call]:
    """The calls by which a function is checked."""
    function = found(name, np)
    if isinstance(function, np.ufunc) and function.__name__ in ufuncs():
        return [_of_ufunc(function.__name__)]
    return next(row for known, row in CALLS.items() if found(known, np) is function)


def decade(error: float) -> str:
    """The next power of ten."""
    return "0" if error == 0 else f"1e{int(np.ceil(np.log10(error)))}"


def kind(name: str) -> str:
    """Entry of the book, or put together."""
    function = found(name, np)
    if isinstance(function, np.ufunc) and function.__name__ in ufuncs():
        return "entry"
    ours = TABLE[function].__name__.lstrip("_")
    return "entry" if ours in BOOK and ours not in ("clip", "dot") else "composed"


def of_complex(call: Call) -> str:
    """What becomes of complex numbers."""
    rng = np.random.default_rng(4)
    arrays = [call.prepare(rng.uniform(0.5, 2.0, s)) + 0.4j * rng.normal(size=s) for s in call.shapes]
    try:
        call.of(np, *arrays)
    except (TypeError, ValueError):
        return "not in NumPy"
    try:
        check_grads(lambda *xs: call.of(anp, *xs), order=1)(*arrays)
    except GradientCheckError:
        return "up to phases" if call is CALLS["linalg.eigh"][0] else "not checked"
    except (TypeError, ValueError):
        return "refused"
    return "✓"


def lines(measured: bool = True) -> Iterator[str]:
    """The lines of the table; without the errors, which differ between machines, as they are compared."""
    for name in names():
        cells = [f"`{name}`", kind(name), "✓" if name in HIPS else "", "✓" if name in MYGRAD else ""]
        cells.append("refused" if name in NOT_RECORDED else "✓")
        if measured:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                worst = [max(of_order) for of_order in zip(*map(errors, calls_of(name)), strict=True)]
                cells += [decade(error) for error in worst[1:]]
                cells.append(of_complex(calls_of(name)[0]))
        yield f"| {' | '.join(cells)} |"


def page() -> str:
    """The page's text."""
    theirs = {*HIPS, *MYGRAD}
    elsewhere = [f"| MyGrad's `{name}` | `{how}` |" for name, how in ELSEWHERE.items()]
    return TEXT.format(len(theirs), len(theirs), "\n".join(lines()), "\n".join(elsewhere))


def is_fresh() -> bool:
    """Whether the page has the lines that it should, but for the errors."""
    written = PAGE.read_text(encoding="utf-8").splitlines()
    return [line for line in lines(measured=False) if not any(line[:-1] in other for other in written)] == []


def main(arguments: list[str]) -> int:
    """Write the page, or say whether it is fresh."""
    if "--write" in arguments:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    fresh = is_fresh()
    print("docs/coverage.md is", "fresh" if fresh else "out of date: python -m tests.coverage --write")
    return int(not fresh)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
