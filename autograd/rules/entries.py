"""The book's elementwise functions by their names, for ``from autograd.rules.entries import *``.

Those that take settings are not here: `autograd.numpy.functions` has them with NumPy's defaults. A type checker reads
the names in the stub beside this file, which ``python -m tests.stubs --write`` makes.
"""

from autograd.rules import BOOK

_ENTRIES = {name: entry for name, entry in BOOK.read.items() if entry.elementwise and not entry.settings}
globals().update(_ENTRIES)

__all__ = sorted(_ENTRIES)
