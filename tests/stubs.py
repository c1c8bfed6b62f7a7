"""Stubs that are made from the rule book: ``python -m tests.stubs --write`` after a new entry; a test holds them."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from autograd.graph.functions_of_one import entries_of_one
from autograd.rules import entries
from autograd.tensor.numpy_methods import IN_PLACE, OF_NUMPY, NumpyMethods

ROOT = Path(__file__).parents[1]


def functions_of_one() -> str:
    """The stub of the methods that the book gives to every node."""
    head = '"""Made by ``python -m tests.stubs --write`` from the rule book; do not edit."""\n\n'
    head += "from typing import Self\n\nfrom autograd.rules import Primitive\n\nclass FunctionsOfOne:\n"
    methods = [f'    def {entry.name}(self) -> Self:\n        """{entry.doc}"""\n' for entry in entries_of_one()]
    return head + "".join(methods) + "\ndef entries_of_one() -> list[Primitive]: ...\n"


def in_natural_order(name: str) -> list[str]:
    """A key by which log2 stands before log10, as ruff wants it."""
    return [part.zfill(9) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def named_entries() -> str:
    """The stub of the entries by their names."""
    head = '"""Made by ``python -m tests.stubs --write`` from the rule book; do not edit."""\n\n'
    head += "from autograd.rules.primitive import Primitive\n\n"
    names = sorted(entries.__all__, key=in_natural_order)
    listed = "".join(f'    "{name}",\n' for name in names)
    return head + f"__all__ = [\n{listed}]\n\n" + "".join(f"{name}: Primitive\n" for name in names)


def numpy_methods() -> str:
    """The stub of the methods of arrays that are NumPy's functions."""
    head = '"""Made by ``python -m tests.stubs --write``; do not edit."""\n\n'
    head += "from typing import Any, NoReturn, Self\n\nfrom autograd.graph.operators import Operators\n\n"
    head += "OF_NUMPY: tuple[str, ...]\nIN_PLACE: dict[str, str]\n\nclass NumpyMethods(Operators):\n"
    plain = {"all", "any", "argpartition", "argsort", "nonzero", "searchsorted"}  # positions and truths
    kinds = dict.fromkeys(OF_NUMPY, "Self") | dict.fromkeys(plain, "Any") | dict.fromkeys(IN_PLACE, "NoReturn")
    lines = ((name, kind, getattr(NumpyMethods, name).__doc__) for name, kind in kinds.items())
    return head + "".join(
        f'    def {name}(self, *args: Any, **kwargs: Any) -> {kind}:\n        """{doc}"""\n'
        for name, kind, doc in lines
    )


STUBS = {
    "autograd/graph/functions_of_one.pyi": functions_of_one,
    "autograd/rules/entries.pyi": named_entries,
    "autograd/tensor/numpy_methods.pyi": numpy_methods,
}


def out_of_date() -> list[str]:
    """The stubs that are not what the book makes of them."""
    paths = {path: ROOT / path for path in STUBS}
    return [path for path, file in paths.items() if not file.exists() or file.read_text("utf-8") != STUBS[path]()]


def main(arguments: list[str]) -> int:
    """Write the stubs, or say which are out of date."""
    old = out_of_date()
    for path in old:
        if "--write" in arguments:
            (ROOT / path).write_text(STUBS[path](), encoding="utf-8")
        print(path, "written" if "--write" in arguments else "is out of date: python -m tests.stubs --write")
    return int(bool(old) and "--write" not in arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
